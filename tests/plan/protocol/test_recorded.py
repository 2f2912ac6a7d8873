"""What is written down each morning beside the rating: what nof1 asks in its own words, a person's own, and what may be adjusted for."""

import pytest

from nof1.errors import InputError
from nof1.language import languages, speaking
from nof1.plan.protocol.nightly import answers, beside, column_title, recorded_of, recorded_words
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.recorded import MOST, Recorded, find_recorded, known_recorded, with_recorded

WINE = {"name": "wine", "title": "glasses of wine", "kind": "number", "low": 0, "unit": "glasses"}
NAMES = ["onset", "where", "rescue"]


def test_a_name_stands_for_the_questions_in_full(make_protocol, protocol):
    planned = make_protocol(recorded=NAMES)
    assert [one.name for one in planned.recorded] == ["onset", "where", "rescue", "rescue_what"]
    assert planned.to_dict()["recorded"][0] == {
        "name": "onset", "title": "Onset", "kind": "clock", "question": "When did the restlessness begin?",
    }  # fmt: skip
    assert Protocol.parse(planned.to_toml()) == planned
    assert planned.sha256() != protocol.sha256()


def test_a_protocol_without_any_says_nothing_of_it(protocol):
    assert "recorded" not in protocol.to_dict()
    assert "recorded" not in protocol.to_toml()
    assert beside(protocol) == ()


def test_none_of_what_nof1_asks_can_be_adjusted_for(make_protocol):
    for one in known_recorded():
        with pytest.raises(InputError, match="follows from the treatment"):
            make_protocol(recorded=list(known_recorded()), analysis={"covariates": [one.name]})


def test_an_own_number_is_in_the_model_or_beside_it_as_the_analysis_says(make_protocol):
    within = make_protocol(recorded=[WINE], analysis={"covariates": ["wine"]})
    without = make_protocol(recorded=[WINE])
    assert beside(within) == ()
    assert [one.name for one in beside(without)] == ["wine"]
    assert recorded_of(within, "wine").unit == "glasses"
    assert column_title(within, "wine") == "glasses of wine"


@pytest.mark.parametrize(
    ("recorded", "message"),
    [
        (["onset", "onset"], "there twice"),
        (["moon"], "there is: onset, where, rescue"),
        ([WINE | {"name": "severity"}], "the name of something else"),
        ([WINE | {"name": "impression_of_change"}], "the name of something else"),
        ([WINE | {"name": "onset"}], "in its own words"),
        ([WINE | {"kind": "clock"}], "is for a number"),
        ([WINE | {"low": 5, "high": 5}], "must be below"),
        ([{"name": "mood", "title": "Mood", "kind": "choice"}], "choices are what a choice"),
        ([{"name": "mood", "title": "Mood", "kind": "choice", "choices": ["good", "Good"]}], "there twice"),
        ([{"name": "mood", "title": "Mood", "kind": "choice", "choices": ["a, b", "c"]}], "no comma"),
        ([{"name": "why", "title": "Why", "kind": "words", "only_if": "nap"}], "must name a yes-no"),
        ([WINE | {"name": f"wine{n}"} for n in range(MOST + 1)], "12"),
    ],
)
def test_what_cannot_be_recorded_is_refused(make_protocol, recorded, message):
    with pytest.raises(InputError, match=message):
        make_protocol(recorded=recorded)


def test_a_clock_time_is_no_covariate_of_a_model(make_protocol):
    bedtime = {"name": "bedtime", "title": "Bedtime", "kind": "clock"}
    with pytest.raises(InputError, match="a number or yes-no"):
        make_protocol(recorded=[bedtime], analysis={"covariates": ["bedtime"]})


def test_names_go_where_they_belong_and_add_to_what_an_answers_file_has():
    content = {"analysis": {"covariates": ["steps"], "trend": False}, "recorded": ["where"]}
    told = with_recorded(content, ["Onset", "caffeine"])
    assert told == {
        "analysis": {"covariates": ["steps", "caffeine"], "trend": False},
        "recorded": ["where", "onset"],
    }
    assert content["recorded"] == ["where"]
    with pytest.raises(InputError, match="there is: onset"):
        find_recorded("steps")


@pytest.mark.parametrize("language", languages())
def test_every_word_of_nof1s_own_is_told_in_every_language(language):
    with speaking(language):
        told = [text for one in known_recorded() for text in (one.called, one.asks, *answers(one), recorded_words(one))]
        assert all(told)
        if language != "en":
            english = {text for one in known_recorded() for text in (one.question, *(one.choices or ()))}
            assert not english & set(told)


def test_a_persons_own_words_stay_as_they_are():
    own = Recorded(name="limbs", title="Where", kind="choice", choices=("legs", "arms"))
    with speaking("de"):
        assert (own.called, answers(own)) == ("Where", ["legs", "arms"])
