import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import outloud
import pypdf
import pytest
from cohorts import made_cohort, made_people

from nof1.analyze.cohort.fit import pool
from nof1.analyze.cohort.funnel import Funnel, Refused
from nof1.errors import InputError
from nof1.language import speaking
from nof1.report.results.cohort import About, cohort_pages
from nof1.report.words import cohort as words

SHA = "0123456789abcdef" * 4


def text_of(content):
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages))


@pytest.fixture(scope="module")
def cohort():
    return made_cohort(12, field=True)


@pytest.fixture(scope="module")
def page(cohort):
    about = About(
        problems=[("anna", "It holds no protocol.toml.")], outcome="RLS severity", last=date(2026, 3, 4), sha256=SHA
    )
    return cohort_pages(cohort, about)[0]


def test_the_pages_answer_for_the_group(cohort, page):
    told = text_of(page)
    for wanted in (
        "magnesium against off: 12 people",
        "Asked: what does magnesium do to RLS severity against off",
        "from 0 to 10, lower is better; a change of 1 point or more matters",
        "Simulated data",
        *map(str, words.group_sentences(cohort)),
        "anna It holds no protocol.toml.",
        "1 trial could not be analysed.",
        "no random sample",
        "no medical advice",
        "citrate 6",
        SHA[:16],
    ):
        assert " ".join(wanted.split()) in told
    headline = words.headline(cohort)
    assert headline in told


@pytest.mark.slow
def test_one_or_two_pages_at_any_number_of_people():
    for count in (1, 40, 500):
        content, drawn = cohort_pages(made_cohort(count))
        assert len(pypdf.PdfReader(BytesIO(content)).pages) <= 2
        assert list(drawn) == ["cohort"]


@pytest.mark.slow
def test_a_checker_of_pdf_ua_finds_nothing(tmp_path, page):
    (tmp_path / "cohort.pdf").write_bytes(page)
    found = outloud.check(str(tmp_path / "cohort.pdf"))
    assert found.error is None
    assert [str(finding) for finding in found.findings] == []
    assert found.stats["tagged"]


def test_the_same_cohort_gives_the_same_bytes_and_the_date_is_the_last_night(cohort, page):
    about = About(
        problems=[("anna", "It holds no protocol.toml.")], outcome="RLS severity", last=date(2026, 3, 4), sha256=SHA
    )
    assert cohort_pages(cohort, about)[0] == page
    assert pypdf.PdfReader(BytesIO(page)).metadata["/CreationDate"].startswith("D:20260304")


@pytest.mark.slow
def test_people_s_words_are_shown_and_never_obeyed():
    people = made_people(3)
    people[0] = replace(people[0], name="#panic(1) $x$ *b* _i_ @a <b> \\")
    about = About(problems=[("#sys.inputs", "= heading #let x")], outcome="#pagebreak()")
    told = text_of(cohort_pages(pool(people), about)[0])
    for word in ("#panic(1) $x$ *b* _i_ @a <b> \\", "#sys.inputs", "= heading #let x", "#pagebreak()"):
        assert word in told


@pytest.mark.slow
def test_many_left_out_are_counted():
    about = About(problems=[(f"p{i}", "Its diary is damaged.") for i in range(300)])
    told = text_of(cohort_pages(made_cohort(5), about)[0])
    assert "300 trials could not be analysed." in told
    assert "284 more are in problems.csv and cohort.json." in told


def test_unknown_paper_is_refused(cohort):
    with pytest.raises(InputError, match='no paper "a3"'):
        cohort_pages(cohort, paper="a3")


def test_headline_says_where_the_mean_is_not_settled():
    settled, open_ = made_cohort(60), made_cohort(1)
    assert "made the outcome 1." in words.headline(settled)
    assert "lower than off on average" in words.headline(settled)
    low, high = open_.mean["interval"]
    assert low < 0 < high
    assert "may go either way" in words.headline(open_)


def test_who_changed_most_is_told_with_both_numbers(cohort):
    most = cohort.most_changed(1).iloc[0]
    assert most["name"] in words.changed_sentence(cohort, most=1)
    assert words.changed_sentence(cohort, most=1).count("alone to") == 1


@pytest.mark.parametrize("code", ["en", "de"])
@pytest.mark.parametrize("share", [0.0, 0.004, 0.0099, 0.995, 1.0])
def test_no_sentence_says_none_or_all_of_100(cohort, code, share):
    certain = {"mean": share, "sd": 0.0, "interval": [share, share]}
    chances = cohort.next_person | {"p_benefit": share, "p_harm": share, "p_small": share}
    told = replace(cohort, share_benefit=certain, share_harmed=certain, next_person=chances)
    with speaking(code):
        said = [words.headline(told), words.shares_sentence(told), words.next_sentence(told)]
    few, most = {"en": ("fewer than 1", "more than 99"), "de": ("weniger als 1", "mehr als 99")}[code]
    for sentence in said:
        assert (few if share < 0.5 else most) in sentence
        assert not re.search(r"(?<!in )(?<!von )(?<!Of )(?<!Von )(?<![\d.,])(?:0|100)(?![\d.,])", sentence), sentence
    assert ("<1" if share < 0.5 else ">99") in repr(told)


@pytest.mark.slow
def test_a_funnel_of_many_refused_fits_and_names_as_many_as_it_can():
    refused = tuple(
        Refused(f"person-{i:04}", "files" if i % 2 else "dates", "Gone. Send it again.") for i in range(900)
    )
    funnel = Funnel(("study.csv",), 912, 912, None, 912, 12, 12, refused, nobody=3)
    content, _ = cohort_pages(made_cohort(12), About(funnel=funnel))
    pages = pypdf.PdfReader(BytesIO(content)).pages
    assert len(pages) == 2
    told = text_of(content)
    assert "in the table 912" in told
    assert told.count("more, in problems.csv") == 2
    assert "Gone." in told
    assert "Send it again" not in told  # what was to do stands in problems.csv
