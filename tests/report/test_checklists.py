"""checklist.pdf: every row names what is on the printed papers, on the page where it is."""

import io
import re
from dataclasses import replace

import pandas as pd
import pypdf
import pytest
from boxes import overprinted, smallest
from fitted import fitted

from nof1 import Trial, fit, record, report
from nof1.errors import InputError
from nof1.language import say, speaking
from nof1.report.checklists import Place, checklist, protocol_places, results_places, rows
from nof1.report.papers.folder import false_alarms, precision
from nof1.report.papers.plan_papers import protocol_pdf
from nof1.report.results.summary import pages
from nof1.report.words.guidelines import guideline

TOP = {"title", "abstract", "first page"}
FIELDS = ("enrolled", "funding", "conflicts", "data_sharing", "involvement")


def bare(text):
    """Without spaces, hyphens and breaks: a heading may go over two lines."""
    return re.sub(r"[\s\u00ad\u200b\u2010-]", "", text)


def texts(content):
    return [bare(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def printed(which, result, language, paper, large_print):
    """The places that the checklist names, and the paper, page by page."""
    trial = result.trial
    with speaking(language):
        if which == "results":
            content = pages(result, language=language, paper=paper, large_print=large_print)[0]
            return results_places(result, language=language, paper=paper, large_print=large_print), texts(content)
        told = {"precision": precision(trial.protocol), "looks": false_alarms(trial.protocol)}
        content = protocol_pdf(
            trial.protocol, trial.order, amendments=trial.amendments, paper=paper, large_print=large_print, **told
        )
        return protocol_places(
            trial.protocol, trial.order, trial.amendments, paper=paper, large_print=large_print
        ), texts(content)


PRINTS = [("en", "a4", False), ("de", "letter", False), ("de", "a4", True)]


@pytest.mark.parametrize("which", ["protocol", "results"])
@pytest.mark.parametrize(("language", "paper", "large_print"), PRINTS)
def test_every_section_begins_on_its_page_and_every_label_stands_in_it(which, language, paper, large_print):
    places, paged = printed(which, fitted("worsens"), language, paper, large_print)
    assert len(places) > 8
    ends = [*(place.page for place in places[1:]), len(paged)]
    for place, end in zip(places, ends, strict=True):
        assert bare(place.heading) in paged[place.page - 1], place
        within = "".join(paged[place.page - 1 : end])
        within = within[within.index(bare(place.heading)) :]
        assert [label for label in place.labels if bare(label) not in within] == []


@pytest.mark.parametrize("which", ["protocol", "results"])
def test_every_name_is_that_of_one_place_on_a_page(which):
    places, _ = printed(which, fitted("helps"), "en", "a4", False)
    there = [*(place.heading for place in places), *(label for place in places for label in place.labels)]
    of_tables = {"Changes", "Other treatment", "Where it is from"} if which == "results" else set()
    for one in guideline(which)["items"]:
        assert one["at"] or "why" in one, one
        for name in set(one["at"]) - TOP - of_tables:
            assert there.count(name) == 1, name


@pytest.mark.parametrize("which", ["protocol", "results"])
def test_the_title_and_the_first_page_hold_what_rows_say_of_them(which):
    _, paged = printed(which, fitted("helps"), "en", "a4", False)
    title = "N-of-1 trial protocol:" if which == "protocol" else "N-of-1 trial:"
    assert paged[0].startswith(bare(title))
    assert bare("Oneperson compares" if which == "protocol" else "magnesium helped") in paged[0]


def test_each_item_of_both_guidelines_has_a_row():
    general = {"protocol": 34, "results": 30}
    extended = {"protocol": 33, "results": 25}
    for which in ("protocol", "results"):
        items = guideline(which)["items"]
        numbers = [
            {int(number) for row in items for part in row[key].split(", ") for number in re.findall(r"^\d+", part)}
            for key in ("statement", "extension")
        ]
        assert numbers == [set(range(1, general[which] + 1)), set(range(1, extended[which] + 1))]


@pytest.fixture(scope="module")
def places():
    return results_places(fitted("helps"))


def test_what_was_not_stated_is_said_to_be_so_until_it_is(places):
    result = fitted("helps")
    conduct = result.trial.protocol.conduct
    asked = [row["item"] for row in guideline("results")["items"] if row.get("asks") in FIELDS]
    assert len(asked) == len(FIELDS)
    for said in (False, True):
        given = conduct.model_copy(update=dict.fromkeys(FIELDS, "Ann Baker")) if said else conduct
        told = {row.item: row.where for row in rows("results", places, given)}
        assert ["not stated there" in told[item] for item in asked] == [not said] * len(asked)


def test_what_was_stated_stands_on_both_papers(make_protocol):
    stated = {name: f"word of {name.replace('_', ' ')}" for name in FIELDS}
    result = fitted("helps")
    protocol = result.trial.protocol
    with_it = protocol.model_copy(update={"conduct": protocol.conduct.model_copy(update=stated)})
    trial = replace(result.trial, protocol=with_it)
    papers = [protocol_pdf(with_it, trial.order), pages(replace(result, trial=trial))[0]]
    for content in papers:
        text = "".join(texts(content))
        assert [words for words in stated.values() if bare(words) not in text] == []
        assert bare("Funding: not stated") not in text


def test_a_row_names_nothing_that_is_not_there():
    conduct = fitted("helps").trial.protocol.conduct
    told = {row.item: row.where for row in rows("results", [Place(3, "Checks", ())], conduct)}
    assert told["The question"] == "It is not on the pages."
    assert told["Other choices, checks, the course over time"] == "Page 3, Checks."
    assert [item for item, where in told.items() if re.search(r"age [24-9]", where)] == []


@pytest.mark.parametrize("large_print", [False, True])
@pytest.mark.parametrize("language", ["en", "de"])
def test_it_can_be_read_and_holds_every_row(tmp_path, language, large_print):
    fitted("helps").trial.write(tmp_path / "trial")
    path = checklist(tmp_path / "trial", language=language, large_print=large_print)
    content = path.read_bytes()
    assert overprinted(content) == []
    assert not large_print or smallest(content) >= 15.9
    text = "".join(texts(content))
    with speaking(language):
        told = [say(row["item"]) for row in guideline("protocol")["items"]]
        other = say("The results: {extension} with {statement}", extension="CENT 2015", statement="CONSORT 2025")
    assert [item for item in told if bare(item) not in text] == []
    assert bare(other) not in text  # nothing was analyzed


@pytest.mark.clock
def test_a_table_that_was_adopted_has_results_alone(tmp_path):
    frame = pd.DataFrame({"day": range(1, 13), "arm": ["a", "b"] * 6, "pain": [3, 5, 4, 6, 3, 5, 2, 6, 4, 5, 3, 6]})
    trial = Trial.from_frame(frame, outcome="pain", arm="arm", reference="a", day="day", low=0, high=10, better="lower")
    trial.write(tmp_path / "pain")
    with pytest.raises(InputError, match="nof1 analyze"):
        report.checklist(tmp_path / "pain")
    fit(trial, engine="marginal").save(tmp_path / "pain")
    text = "".join(texts(report.checklist(tmp_path / "pain").read_bytes()))
    assert bare("CENT 2015 with CONSORT 2025") in text
    assert "SPIRIT" not in text
    assert bare("Background: what studies found, on each side It is not on the pages.") in text


def test_a_sealed_order_is_not_on_it(sealed_trial):
    sealed = sealed_trial()
    text = "".join(texts(report.checklist(sealed.folder).read_bytes()))
    assert bare("Who keeps the order secret, and how") in text
    assert record.check(sealed.folder) is not None
