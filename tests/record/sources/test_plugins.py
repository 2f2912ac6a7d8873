"""Sources of other packages: found by their entry point, asked last before the plain table, and never in the way of the others."""

import sys
import textwrap
import warnings

import pytest

from nof1.errors import InputError, Nof1Warning
from nof1.record.opening.opened import open_file
from nof1.record.sources import NAMES, find_export, recognize, sources
from nof1.record.sources.plugins import PluginWarning

DOZER = """
    from dataclasses import replace

    from nof1.record.sources.plain import has_columns, plain_export
    from nof1.record.sources.source import Column

    KEY = "dozer"
    TITLE = "an export of Dozer"


    def recognize(file):
        if not has_columns(file, "Woke up on", "Slept"):
            return None
        export = plain_export(file, 0, KEY, TITLE)
        columns = (Column("Woke up on", role="text"), Column("Slept", "sleep_minutes", "h", "sum"))
        return replace(export, columns=columns, when="Woke up on", dated_by="morning", date_order="ymd")
"""
FILE = "Woke up on,Slept\n2026-01-06,7.5\n2026-01-07,6\n"


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A function that puts a package with a plug-in where Python finds packages, as an installer would."""
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    known = set(sys.modules)

    def install(module, code, **entries):
        (site / f"{module}.py").write_text(textwrap.dedent(code))
        info = site / f"nof1_{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: nof1-{module}\nVersion: 1.0\n")
        lines = "".join(f"{name} = {value}\n" for name, value in (entries or {module: module}).items())
        (info / "entry_points.txt").write_text(f"[nof1.sources]\n{lines}")

    yield install
    for name in set(sys.modules) - known:
        if getattr(sys.modules[name], "__file__", None) and str(site) in str(sys.modules[name].__file__):
            del sys.modules[name]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "dozer.csv"
    path.write_text(FILE)
    return open_file(path)


def test_an_installed_source_reads_its_file(installed, file):
    installed("dozer", DOZER)
    export = recognize(file)
    assert (export.source, export.title, export.dated_by) == ("dozer", "an export of Dozer", "morning")
    assert [list(row.cells) for row in export.rows()] == [["2026-01-06", "7.5"], ["2026-01-07", "6"]]
    assert recognize(file, "dozer").source == "dozer"
    assert recognize(file, "plain").source == "plain"


def test_a_file_of_its_kind_is_taken_into_a_trial(installed, file, plan, take, nights):
    installed("dozer", DOZER)
    made = take(recognize(file))
    assert made.counts() == {"rows": 2, "taken": 2, "merged": 0, "rejected": 0}
    assert [(str(change.night), change.cells) for change in made.changes] == [
        ("2026-01-05", {"sleep_minutes": "450"}),
        ("2026-01-06", {"sleep_minutes": "360"}),
    ]


def test_without_it_the_file_is_a_plain_table(file):
    assert recognize(file).source == "plain"


def test_its_code_is_not_run_for_a_file_that_nof1_knows(installed, tmp_path):
    installed("curious", "raise RuntimeError('run for nothing')\nKEY = TITLE = 'curious'\n")
    path = tmp_path / "meals.csv"
    path.write_text("Date,Meal,Calories,Fat (g)\n2026-01-05,Lunch,600,20\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert recognize(open_file(path)).source == "myfitnesspal"
        assert recognize(open_file(path), "plain").source == "plain"


# --- what can be wrong with one

NAMELESS = "KEY = 'dozer'\n"
BROKEN = {
    "that cannot be imported": ("import nowhere_to_be_found\n", r"could not be loaded \(ModuleNotFoundError"),
    "that is not Python": ("KEY = \n", r"could not be loaded \(SyntaxError"),
    "that leaves": ("raise SystemExit('bye')\n", r"could not be loaded \(SystemExit: bye"),
    "without what a source has": (NAMELESS, r"could not be loaded \(AttributeError"),
    "of another name": (DOZER.replace('KEY = "dozer"', 'KEY = "snorer"'), "is no source: it needs a KEY of that name"),
    "without a title": (DOZER.replace('"an export of Dozer"', "''"), "is no source"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_one_that_cannot_be_used_is_named_once_and_stops_nobody(installed, file, kind):
    code, words = BROKEN[kind]
    installed("dozer", code)
    installed("other", DOZER.replace('KEY = "dozer"', 'KEY = "other"'))
    with pytest.warns(PluginWarning, match=f"The plug-in 'dozer' of the package nof1-dozer {words}") as told:
        export = recognize(file)
    assert export.source == "other"
    assert len(told) == 1
    assert issubclass(PluginWarning, Nof1Warning)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("1 / 0", r"failed on dozer\.csv \(ZeroDivisionError: division by zero\) and was not used"),
        ("return 'an export'", r"gave a str, no Export, for dozer\.csv and was not used"),
        (
            "return replace(plain_export(file, 0, KEY, TITLE), when='nowhere')",
            r"gave no column 'nowhere' for dozer\.csv",
        ),
        (
            "return replace(plain_export(file, 0, KEY, TITLE), columns=(Column('a'), Column('a')), when='a')",
            r"gave two columns of one name for dozer\.csv",
        ),
    ],
)
def test_one_that_fails_on_a_file_is_named_and_the_next_is_asked(installed, file, body, words):
    installed(
        "dozer",
        DOZER.replace("return None", body).replace('if not has_columns(file, "Woke up on", "Slept")', "if True"),
    )
    with pytest.warns(PluginWarning, match=words):
        assert recognize(file).source == "plain"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("iter([Row(2, ['2026-01-06', 7.5])])", "TypeError: a row is no line number and cells of text"),
        ("iter([None])", "TypeError"),
        ("(Row(1 // 0, []) for _ in range(3))", "ZeroDivisionError"),
    ],
)
def test_one_that_fails_on_a_row_takes_nothing(installed, file, rows, words):
    code = DOZER.replace("dated_by=", f"rows=lambda: {rows}, dated_by=").replace(
        "from nof1.record.sources.source",
        "from nof1.record.opening.opened import Row\n    from nof1.record.sources.source",
    )
    installed("dozer", code)
    with pytest.raises(InputError, match=rf"The plug-in 'dozer'.*failed on dozer\.csv \({words}.*Nothing was taken"):
        list(recognize(file).rows())


def test_a_refusal_of_its_own_is_passed_on(installed, file):
    installed("dozer", DOZER.replace("export = plain_export", "raise InputError('the file is cut off')\n        export = plain_export").replace(
        "from dataclasses", "from nof1.errors import InputError\n    from dataclasses"
    ))  # fmt: skip
    with pytest.raises(InputError, match="the file is cut off"):
        recognize(file)


@pytest.mark.parametrize("name", [*NAMES, "rejected"])
def test_no_plug_in_takes_the_name_of_a_source_of_nof1s_own(installed, file, name):
    installed("dozer", DOZER.replace('KEY = "dozer"', f'KEY = "{name}"'), **{name: "dozer"})
    with pytest.warns(
        PluginWarning, match=f"'{name}' of the package nof1-dozer has the name of a source of nof1's own"
    ):
        assert recognize(file).source == "plain"
    assert "dozer" not in sys.modules  # nor was its code run


def test_two_of_one_name_are_not_told_apart(installed, file):
    installed("dozer", DOZER)
    installed("second", DOZER, dozer="second")
    with pytest.warns(PluginWarning, match="'dozer' of the package nof1-second has the name of another plug-in"):
        assert recognize(file).source == "dozer"


def test_its_title_and_its_own_idea_of_its_name_are_data(installed, file):
    code = DOZER.replace('TITLE = "an export of Dozer"', "TITLE = 'x' * 500 + '\\x1b[2J'").replace(
        "return replace(export,", "return replace(export, source='rejected', sheet='',"
    )
    installed("dozer", code)
    export = recognize(file)
    assert export.source == "dozer"
    assert len(export.title) <= 60
    assert "\x1b" not in export.title


def test_a_source_that_is_asked_for_by_a_wrong_name_lists_the_installed_ones(installed, file):
    installed("dozer", DOZER)
    with pytest.raises(InputError, match=r"no source 'snorer'\. Known are: .*plain, dozer"):
        recognize(file, "snorer")
    assert {source.KEY for source in sources()} >= {"plain", "oura"}
    assert find_export(file, "oura") is None
