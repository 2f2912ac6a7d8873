"""docs/statistics.md is true: what it names exists, its priors and limits are those of the code. (test_readme.py runs its Python.)"""

import re
from pathlib import Path

import pytest
from fitted import fitted
from known import priors_for

from nof1.analyze.checks import (
    blinding,
    computation,
    model_checks,
    prior_weight,
    randomization_test,
    reference_set,
    sensitivity,
)
from nof1.analyze.engines import marginal, nuts, posterior
from nof1.analyze.engines.augmented import fit as augmented
from nof1.analyze.model.exposure import NEARLY_FULL
from nof1.analyze.simulation.forecast import MORE_BLOCKS
from nof1.plan.protocol.analysis import Analysis
from nof1.plan.protocol.family import FAMILIES, OWN_PRIORS, SCALES, default_priors

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "statistics.md"
TEXT = PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def result():
    """A result of the quick engine, which has every group but sample_stats."""
    return fitted("helps", sensitivity=False)


def test_arviz_has_every_function_it_names():
    import arviz as az

    named = set(re.findall(r"\baz\.(\w+)", TEXT))
    assert len(named) > 15
    assert [name for name in named if not callable(getattr(az, name, None))] == []


def test_its_tables_list_every_group(result):
    for tree, name in ((result.posterior, "result.posterior"), (result.leave_one_out, "result.leave_one_out")):
        rows = table(f"group of `{name}`")
        told = {row[0].strip("`") for row in rows}
        assert told - {"sample_stats"} == set(tree.children)
    (row,) = [row for row in table("group of `result.posterior`") if row[0] == "`posterior`"]
    assert set(result.posterior["posterior"].data_vars) <= set(re.findall(r"`(\w+)`", row[1]))


def test_every_file_and_link_exists():
    """The pages and figures of calibration take long to make: where one is not there yet, a benchmark names it."""
    files = set(re.findall(r"`([\w/.-]+\.(?:py|md|csv|toml))`", TEXT)) - {"protocol.toml", "looks.csv"}
    assert len(files) > 15
    assert [name for name in files if not ((ROOT / "src" / "nof1" / name).is_file() or (ROOT / name).is_file())] == []
    links = [link.partition("#") for link in re.findall(r"\]\(([^)]+)\)", TEXT)]
    makers = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "benchmarks").glob("*.py"))
    for name, _, heading in links:
        path = (PAGE.parent / name).resolve()
        assert path.is_file() or path.name in makers, name
        if heading:
            titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
            assert heading in {title.lower().replace(" ", "-") for title in titles}


def test_what_is_cited_and_what_is_listed_is_the_same():
    body, _, listed = TEXT.partition("## Sources")
    body = " ".join(body.split())
    cited = set(re.findall(r"([A-Z]\w+)(?:, [A-Z]\w+| & [A-Z]\w+| et al\.)* ((?:19|20)\d\d)", body))
    sources = set(re.findall(r"^- ([A-Z]\w+)\D* ((?:19|20)\d\d)\.", listed, flags=re.MULTILINE))
    assert len(sources) == listed.count("\n- ")
    assert cited == sources


def table(heading):
    """The cells of the rows below the header that begins with these words."""
    lines = TEXT.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def test_the_families_are_all_there():
    rows = table("family")
    words = {"points": "points", "log": "log", "logit": "log odds"}
    assert {row[0].strip("`"): row[3] for row in rows} == {family: words[SCALES[family]] for family in FAMILIES}


@pytest.mark.parametrize("family", FAMILIES)
def test_the_table_of_priors_is_the_code_s(family):
    low, high = 0.0, 8.0
    defaults = default_priors(family, low, high)
    column = 2 + ["points", "log", "logit"].index(SCALES[family])
    rows = table("prior")
    assert [row[0].strip("`") for row in rows] == [name for name in defaults if name not in OWN_PRIORS.get(family, {})]
    for row in rows:
        usual, _, other = row[column].partition(";")
        told = other.split("`")[-1] if f"`{family}`" in other else usual
        assert value(told, low, high) == pytest.approx(defaults[row[0].strip("`")], abs=1e-6)


def value(told, low, high):
    """A cell of the table as a number."""
    from math import log

    words = {"ln": log, "low": low, "high": high, "R": high - low}
    return eval(told.strip(), {"__builtins__": {}}, words)


def test_priors_of_every_family_and_of_one_alone():
    of_all = priors_for(0, 10)
    a, b = of_all.autocorrelation_a, of_all.autocorrelation_b
    said(f"(φ + 1)/2 ~ Beta({a:g}, {b:g})")
    said(f"h ~ LogNormal(ln {of_all.half_life_median:g}, {of_all.half_life_log_sd:g})")
    student, count, ordinal = (OWN_PRIORS[family] for family in ("student", "count", "ordinal"))
    said(f"ν ~ Gamma({student['degrees_shape']:g}, {student['degrees_rate']:g})")
    said(f"a ~ HalfNormal({count['overdispersion_scale']:g})")
    said(f"LogNormal(ln {ordinal['gap_median']:g}, {ordinal['gap_log_sd']:g})")


def said(words):
    assert words in " ".join(TEXT.split()), words


def test_limits_are_the_code_s():
    said(f"R̂ ≤ {nuts.MAX_RHAT:g}, ESS ≥ {nuts.MIN_ESS:g}")
    said(f"Pareto k ≤ {marginal.MAX_PARETO_K:g}")
    said(f"R̂ ≤ {augmented.MAX_RHAT:g} and ESS ≥ {augmented.MIN_ESS:g}")
    said(f"{augmented.CHAINS} chains in NumPy")
    said(f"{nuts.CHAINS} chains, {nuts.EFFORTS[0].tune:,} + {nuts.EFFORTS[0].draws:,} draws")
    said(f"above {computation.TOLERANCE_SD:g} posterior sd + {computation.ERRORS:g} Monte Carlo errors")
    said(f"p below {model_checks.EXTREME:g} or above {1 - model_checks.EXTREME:g}")
    said(f"p below {model_checks.UNIFORM:g}; a shift above {model_checks._SHIFT:g} posterior sd")
    said(f"to the power of {prior_weight.POWERS[0]:g} and {prior_weight.POWERS[1]:g}")
    assert prior_weight.LARGEST_SHARE == 1 / 3
    said("more than a third; another verdict")
    said(f"Below 1/{sensitivity.AGAINST:g} the nights speak against the choice: it is shown apart")
    said(f"enumerated up to {randomization_test.MAX_ENUMERATED:,}, else {reference_set.DRAWS:,} of them drawn")
    said(f"up to {reference_set.SHUFFLED:,} orders are drawn")
    said(f"reached {NEARLY_FULL:g} of full")
    said(f"at least {posterior.UNINFORMED:g} of it")
    said(f"Beyond {blinding.TELLING:g}, with an interval that leaves out 0")
    said(f"c = {Analysis().certainty:.2f}")
    said(", ".join(map(str, MORE_BLOCKS[:-1])) + f" or {MORE_BLOCKS[-1]} further blocks")
