"""What the ends of the rating mean and which hours are rated: whose words, for which scales, and that no file changes."""

from itertools import product

import pytest

from nof1.errors import InputError
from nof1.language import languages, speaking
from nof1.plan.protocol.anchors import NIGHT, NONE, WORST, anchors, ends, rated_hours, rating_words
from nof1.plan.protocol.parts import MAX_MEANING, Outcome
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import DEFAULT_TEMPLATE, load_template

OWN = {"low_means": "slept through", "high_means": "up all night", "hours": "23:00 to 07:00"}
SCALES = {"minutes awake": (0, 480), "calm": (0, 100), "mood": (1, 5), "jerks": (0, 300), "": (-3, 3)}


def test_the_ready_made_rating_has_words_and_its_file_does_not(protocol):
    assert anchors(Outcome(**load_template(DEFAULT_TEMPLATE)["outcome"])) == (NONE, WORST, NIGHT)
    assert rating_words(protocol) == f"0 = {NONE}, 10 = {WORST}. Rate these hours: {NIGHT}."
    assert not {"low_means", "high_means", "hours"} & set(protocol.to_dict()["outcome"])


@pytest.mark.parametrize(("label", "better"), list(product(SCALES, ("lower", "higher"))))
def test_another_scale_has_no_words_but_its_own(make_protocol, label, better):
    low, high = SCALES[label]
    scale = {"label": label, "low": low, "high": high, "better": better, "threshold": 0.1}
    assert rating_words(make_protocol(outcome=scale)) == ""
    for given in ({"low_means": "a"}, {"high_means": "b"}, {"hours": "c"}, OWN):
        words = rating_words(make_protocol(outcome=scale | given))
        assert all(text in words for text in given.values())
        assert not [text for text in (NONE, WORST, NIGHT) if text in words]
        told = [end for end in (low, high) if f" {end:g} =" in f" {words}"]
        assert told == [end for end, name in ((low, "low_means"), (high, "high_means")) if name in given]


def test_severity_that_is_better_when_higher_is_another_rating(make_protocol):
    assert rating_words(make_protocol(outcome={"better": "higher"})) == ""


def test_ends_follow_the_scale(make_protocol):
    assert ends(make_protocol(outcome={"high": 100, "threshold": 5})) == f"0 = {NONE}, 100 = {WORST}"


def test_own_words_stand_in_the_file_and_in_the_hash(make_protocol, protocol):
    own = make_protocol(outcome=OWN)
    assert own.sha256() != protocol.sha256()
    assert own.to_dict()["outcome"] | OWN == own.to_dict()["outcome"]
    assert Protocol.parse(own.to_toml()) == own
    assert rated_hours(own) == "23:00 to 07:00"


def test_an_adopted_table_has_only_the_persons_own_words():
    rating = Outcome(**load_template(DEFAULT_TEMPLATE)["outcome"])
    assert anchors(rating, planned=False) == (None, None, None)
    assert anchors(rating.model_copy(update={"low_means": "none"}), planned=False) == ("none", None, None)


@pytest.mark.parametrize("text", ["", " ", "x" * (MAX_MEANING + 1), "a\u202eb", 4])
def test_what_is_no_words_is_refused(make_protocol, text):
    with pytest.raises(InputError, match=r"outcome\.low_means"):
        make_protocol(outcome={"low_means": text})


def test_sentences_do_not_end_twice(make_protocol):
    assert ".." not in rating_words(make_protocol(outcome={"high_means": "unbearable.", "hours": "all night."}))


def test_the_ready_made_words_are_told_in_every_language(protocol):
    told = set()
    for code in languages():
        with speaking(code):
            told.add(rating_words(protocol))
    assert len(told) == len(languages())
