"""What the diary page exports, taken into the trial it was made for and into no other; and files that only look like it."""

import json
from datetime import UTC, date, datetime
from shutil import copytree

import pytest

from nof1.bedside.content import page_content
from nof1.errors import InputError
from nof1.plan.orders.amendments import load_amendments
from nof1.plan.orders.draw import draw_order, schedule
from nof1.record.checking.folder import check
from nof1.record.diary.entry import row_of
from nof1.record.diary.events import read_events
from nof1.record.diary.missed import log_missed
from nof1.record.diary.period_ends import recorded_columns
from nof1.record.diary.table import read_diary
from nof1.record.importing import committing
from nof1.record.importing.committing import nothing_new, take_import
from nof1.record.importing.importer import plan_import
from nof1.record.importing.mapping import complete_map
from nof1.record.sources import diary_page, recognize

NOW = datetime(2026, 2, 1, tzinfo=UTC)
NOTE = "gew\N{LATIN SMALL LETTER O WITH DIAERESIS}hnlich; =1+1\nzweite Zeile \N{SLEEPING FACE}"


def night(day, **cells):
    return {
        "night": f"2026-01-{day:02}",
        "cells": cells,
        "entered": f"2026-01-{day + 1:02}T07:00:00+01:00",
        "corrected": [],
    }


def exported(protocol, *nights, **more):
    """A file as the page writes it."""
    content = {
        "format": "nof1-diary-page",
        "version": 1,
        "trial": protocol.sha256(),
        "title": protocol.title,
        "exported": "2026-02-01T07:00:00+01:00",
        "device": "0123456789abcdef",
        "nights": list(nights),
    }
    return json.dumps(content | more, indent=1, ensure_ascii=False)


@pytest.fixture
def planned_import(opened, trial_folder, protocol):
    """A function that plans the import of a file's text; nobody is asked anything."""

    def plan(text, folder=trial_folder, of=protocol):
        name = "nof1-diary-2026-01-05.json" if text.startswith("{") else "rejected.csv"
        export = recognize(opened(text, name))
        return plan_import(folder, of, export, complete_map(export, of, {}), latest=of.end)

    return plan


def of_night(folder, protocol, day):
    (entry,) = [one for one in read_diary(folder, protocol) if one.night == date(2026, 1, day)]
    return {name: text for name, text in row_of(protocol, entry).items() if name != "night" and text}


def test_it_is_recognized_by_what_it_says_and_not_by_its_name(opened, protocol, table):
    text = exported(protocol, night(5, severity="4", note=" calm "), night(6, dose_mg="200", note=""))
    for content, name in (
        (text, "a.json"),
        (text, "a.txt"),
        (b"\xef\xbb\xbf" + text.encode(), "a"),
        (json.dumps(json.loads(text)), "a.csv"),
    ):
        export = recognize(opened(content, name))
        assert (export.source, export.trial) == ("diary_page", protocol.sha256())
        assert export.header == ("night", "severity", "note", "dose_mg")
        assert table(export) == [
            {"night": "2026-01-05", "severity": "4", "note": "calm"},
            {"night": "2026-01-06", "dose_mg": "200"},
        ]
        assert list(export.rows()) == list(export.rows())


def test_the_page_and_its_reader_speak_of_the_same_format(protocol, planned):
    sealed = planned("randomized-blocks", concealed="helper", blocks=2, period_nights=3)
    for one, order in ((protocol, draw_order(protocol)), (sealed, schedule(sealed))):
        content = page_content(one, order)
        assert (content["format"], content["version"]) == (diary_page.FORMAT, diary_page.VERSION)
        assert content["trial"] == one.sha256()
        assert tuple(content["columns"]) == recorded_columns(one)


def test_its_nights_are_taken_without_a_question(planned_import, trial_folder, protocol):
    cells = {
        "severity": "3",
        "dose_mg": "200",
        "side_effects": "nausea; Kopfweh",
        "guess": "",
        "confidence": "",
        "note": NOTE,
    }
    plan = planned_import(exported(protocol, night(11, **cells), night(12, severity="5")))
    assert plan.counts() == {"rows": 2, "taken": 2, "merged": 0, "rejected": 0}
    assert (plan.order, plan.shifted) == ("ymd", 0)
    take_import(trial_folder, protocol, plan, now=NOW)
    assert of_night(trial_folder, protocol, 11) == {name: text for name, text in cells.items() if text}
    assert of_night(trial_folder, protocol, 12) == {"severity": "5"}


def test_twice_is_harmless_and_a_later_file_brings_only_what_is_new(planned_import, trial_folder, protocol):
    first = exported(protocol, night(11, severity="3"), night(12, severity="5"))
    take_import(trial_folder, protocol, planned_import(first), now=NOW)
    before = (trial_folder / "diary.csv").read_bytes()
    again = planned_import(first)
    assert again.counts() == {"rows": 2, "taken": 0, "merged": 2, "rejected": 0}
    assert nothing_new(trial_folder, again)
    later = planned_import(
        exported(protocol, night(11, severity="3", note="warm"), night(12, severity="5"), night(13, severity="1"))
    )
    assert later.counts() == {"rows": 3, "taken": 2, "merged": 1, "rejected": 0}
    assert (trial_folder / "diary.csv").read_bytes() == before
    take_import(trial_folder, protocol, later, now=NOW)
    assert of_night(trial_folder, protocol, 11) == {"severity": "3", "note": "warm"}


def test_a_contradiction_is_shown_and_what_is_recorded_stays(planned_import, trial_folder, protocol):
    plan = planned_import(exported(protocol, night(5, severity="9"), night(6, severity="6"), night(11, severity="2")))
    assert plan.counts() == {"rows": 3, "taken": 1, "merged": 1, "rejected": 1}
    (rejected,) = plan.rejected
    assert (rejected.lines, rejected.night) == ("1", "2026-01-05")
    assert "recorded already is severity 4; given was 9" in rejected.reason
    take_import(trial_folder, protocol, plan, now=NOW)
    assert of_night(trial_folder, protocol, 5) == {"severity": "4"}


def test_nights_that_do_not_fit_are_rejected_one_by_one(planned_import, protocol):
    nights = [
        night(4, severity="1"),
        night(11, severity="x"),
        night(12, severity="11"),
        night(13, guess="tea"),
        night(14),
    ]
    plan = planned_import(exported(protocol, *nights))
    assert plan.counts() == {"rows": 5, "taken": 0, "merged": 1, "rejected": 4}
    assert {row.lines for row in plan.rejected} == {"1", "2", "3", "4"}


def test_a_file_of_another_trial_is_refused(planned_import, protocol, make_protocol, trial_folder, bytes_in):
    other = make_protocol(title="Another one")
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match="belongs to another trial") as problem:
        planned_import(exported(other, night(11, pain="3")))
    assert "\n" not in str(problem.value)
    assert bytes_in(trial_folder) == before


def test_it_is_refused_too_where_the_columns_were_named_by_hand(opened, protocol, make_protocol, trial_folder):
    export = recognize(opened(exported(make_protocol(title="Another one"), night(11, severity="3")), "a.json"))
    with pytest.raises(InputError, match="belongs to another trial"):
        plan_import(trial_folder, protocol, export, {"night": "night", "severity": "severity"}, latest=protocol.end)


def test_a_sealed_trial_takes_its_guesses(planned_import, sealed_trial):
    trial = sealed_trial(name="sealed", ratings="465735")
    nights = [
        night(9, guess="off", confidence="70"),
        night(12, severity="3", taken="0.5", guess="citrate", confidence="0"),
    ]
    plan = planned_import(exported(trial.protocol, *nights), trial.folder, trial.protocol)
    assert plan.rows_rejected == 0
    take_import(trial.folder, trial.protocol, plan, now=NOW)
    assert of_night(trial.folder, trial.protocol, 12) == {
        "severity": "3",
        "taken": "0.5",
        "guess": "citrate",
        "confidence": "0",
    }


def test_what_was_taken_back_on_the_page_is_said_not_to_be_cleared(opened, protocol):
    corrected = [{"column": "note", "old": "calm", "new": "", "at": "2026-01-06T08:00:00+01:00"}]
    taken_back = night(5, severity="4", note="") | {"corrected": corrected}
    (note,) = recognize(opened(exported(protocol, taken_back), "a.json")).notes
    assert "never clears" in note
    assert recognize(opened(exported(protocol, night(5, severity="4")), "b.json")).notes == ()


# --- what was said of side effects, and nights that were missed


def graded(what, **said):
    return {f"{what}: {field}": code for field, code in said.items()}


def test_what_was_said_of_side_effects_is_taken_with_its_night(planned_import, trial_folder, protocol):
    said = graded("a  bad headache", severity="moderate", serious="no", outcome="not over") | graded(
        "nausea", cause="no"
    )
    text = exported(
        protocol, night(11, severity="3", side_effects="nausea; a  bad headache", **said), night(12, severity="2")
    )
    plan = planned_import(text)
    assert plan.counts() == {"rows": 2, "taken": 2, "merged": 0, "rejected": 0}
    take_import(trial_folder, protocol, plan, now=NOW)
    evening = date(2026, 1, 11)
    assert read_events(trial_folder) == {(evening, name): code for name, code in said.items()}
    assert nothing_new(trial_folder, planned_import(text))
    later = exported(protocol, night(11, **said | graded("nausea", severity="mild")))  # the side effect itself is known
    take_import(trial_folder, protocol, planned_import(later), now=NOW)
    assert read_events(trial_folder)[evening, "nausea: severity"] == "mild"


def test_a_grade_that_does_not_fit_costs_nothing_else(planned_import, trial_folder, protocol):
    first = exported(protocol, night(11, severity="3", side_effects="nausea", **graded("nausea", severity="mild")))
    take_import(trial_folder, protocol, planned_import(first), now=NOW)
    said = (
        graded("nausea", severity="severe", cause="no")
        | graded("cough", severity="mild")
        | graded("nausea", action="prayed")
    )
    plan = planned_import(exported(protocol, night(11, severity="3", side_effects="nausea", note="warm", **said)))
    (told,) = plan.rejected
    assert "recorded already is nausea: severity mild; given was severe" in told.reason
    assert "'cough' is no side effect of this night" in told.reason
    assert "action 'prayed' is not one of" in told.reason
    take_import(trial_folder, protocol, plan, now=NOW)
    assert {name: code for (_, name), code in read_events(trial_folder).items()} == {
        "nausea: severity": "mild",
        "nausea: cause": "no",
    }
    assert of_night(trial_folder, protocol, 11)["note"] == "warm"


def test_a_grade_that_was_mended_is_taken_from_rejected_csv(planned_import, trial_folder, protocol):
    said = graded("nausea", severity="awful")
    text = exported(protocol, night(11, severity="3", side_effects="nausea", **said))
    take_import(trial_folder, protocol, planned_import(text), now=NOW)
    mended = (trial_folder / "rejected.csv").read_text(encoding="utf-8").replace("awful", "severe")
    take_import(trial_folder, protocol, planned_import(mended), now=NOW)
    assert read_events(trial_folder) == {(date(2026, 1, 11), "nausea: severity"): "severe"}


def missed(start, end, taken="planned"):
    return {"start": f"2026-01-{start:02}", "end": f"2026-01-{end:02}", "taken": taken}


@pytest.mark.parametrize("taken", ["planned", "none", "unknown"])
def test_missed_nights_are_taken_as_the_terminal_takes_them(planned_import, trial_folder, protocol, tmp_path, taken):
    other = tmp_path / "other"
    copytree(trial_folder, other)
    told = log_missed(other, taken, since=date(2026, 1, 11), until=date(2026, 1, 14), now=NOW)
    text = exported(protocol, missed=[missed(11, 14, taken)])
    plan = planned_import(text)
    assert plan.counts() == {"rows": 1, "taken": 1, "merged": 0, "rejected": 0}
    take_import(trial_folder, protocol, plan, now=NOW)
    assert load_amendments(trial_folder) == (told,)
    assert (trial_folder / "diary.csv").read_bytes() == (other / "diary.csv").read_bytes()
    assert check_levels(trial_folder) == check_levels(other)
    again = planned_import(text)
    assert again.counts() == {"rows": 1, "taken": 0, "merged": 1, "rejected": 0}
    assert nothing_new(trial_folder, again)


def check_levels(folder):
    return [one.text for one in check(folder) if one.level == "problem"]


def test_a_missed_night_to_which_somebody_came_back_is_as_it_was_entered_then(planned_import, trial_folder, protocol):
    text = exported(protocol, night(12, severity="3", dose_mg="50"), missed=[missed(11, 14, "none")])
    take_import(trial_folder, protocol, planned_import(text), now=NOW)
    assert of_night(trial_folder, protocol, 12) == {"severity": "3", "dose_mg": "50"}
    assert [of_night(trial_folder, protocol, day) for day in (11, 13, 14)] == [{"dose_mg": "0"}] * 3
    assert [one.nights for one in load_amendments(trial_folder)] == [4]
    assert nothing_new(trial_folder, planned_import(text))
    assert check_levels(trial_folder) == []


def test_an_import_that_was_stopped_before_its_missed_nights_goes_on_there(
    planned_import, trial_folder, protocol, monkeypatch
):
    text = exported(
        protocol, night(12, severity="3", dose_mg="50"), missed=[missed(11, 14, "none"), missed(15, 16, "unknown")]
    )

    def stopped(*args, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(committing, "log_missed", stopped)
        with pytest.raises(KeyboardInterrupt):
            take_import(trial_folder, protocol, planned_import(text), now=NOW)
    assert load_amendments(trial_folder) == ()
    again = planned_import(text)
    assert again.counts() == {"rows": 3, "taken": 2, "merged": 1, "rejected": 0}
    take_import(trial_folder, protocol, again, now=NOW)
    assert [(one.nights, one.taken) for one in load_amendments(trial_folder)] == [(4, "none"), (2, "unknown")]
    assert of_night(trial_folder, protocol, 12) == {"severity": "3", "dose_mg": "50"}
    assert nothing_new(trial_folder, planned_import(text))
    assert check_levels(trial_folder) == []


def test_missed_nights_never_go_over_what_is_recorded(planned_import, trial_folder, protocol):
    before = (trial_folder / "diary.csv").read_bytes()
    some = [missed(9, 12), missed(2, 6), missed(13, 15), missed(15, 16), missed(17, 13)]
    plan = planned_import(exported(protocol, night(11, severity="3"), missed=some))
    assert plan.counts() == {"rows": 6, "taken": 2, "merged": 0, "rejected": 4}
    told = {row.lines: row.reason for row in plan.rejected}
    assert "Something is recorded of 2026-01-09, 2026-01-10" in told["2"]
    assert "not a night of this trial" in told["3"]
    assert "twice" in told["5"]
    assert "before the first one" in told["6"]
    take_import(trial_folder, protocol, plan, now=NOW)
    assert (trial_folder / "diary.csv").read_bytes().startswith(before)
    late = planned_import(exported(protocol, missed=[missed(14, 15, "none")]))
    assert "told already" in late.rejected[0].reason


# --- damaged and hostile files


def changed(**more):
    return lambda protocol: exported(protocol, night(5, severity="4"), **more)


def nights(*some):
    return changed(nights=list(some))


HOSTILE = {
    "cut off": lambda protocol: exported(protocol, night(5, severity="4"))[:-20],
    "something after it": lambda protocol: exported(protocol, night(5, severity="4")) + "x",
    "twice": lambda protocol: exported(protocol) * 2,
    "another version": changed(version=2),
    "a version that is none": changed(version="1"),
    "a version without end": lambda protocol: exported(protocol).replace('"version": 1', f'"version": {"9" * 10_000}'),
    "no trial": changed(trial=None),
    "a trial that is none": changed(trial="../../x"),
    "no nights": changed(nights=None),
    "nights as a table": changed(nights={"2026-01-05": {}}),
    "a night that is none": nights(night(5) | {"night": "2026-02-30"}),
    "a night as a number": nights(night(5) | {"night": 20260105}),
    "a night twice": nights(night(5, severity="4"), night(5, severity="5")),
    "cells as a list": nights(night(5) | {"cells": ["4"]}),
    "a cell as a number": nights(night(5, severity=4)),
    "a cell as a table": nights(night(5, severity={"a": "4"})),
    "no cells": nights({"night": "2026-01-05"}),
    "a night within a night": nights(night(5) | {"cells": {"night": "2026-01-06"}}),
    "a column without a name": nights(night(5) | {"cells": {"": "4"}}),
    "a column with a line break": nights(night(5) | {"cells": {"sev\nerity": "4"}}),
    "a column with a long name": nights(night(5) | {"cells": {"x" * 5000: "4"}}),
    "a screenful in a name": nights(night(5) | {"cells": {"\x1b[2J\u202e": 4}}),
    "many columns": nights(night(5) | {"cells": {f"c{i}": "1" for i in range(300)}}),
    "many columns over the nights": nights(*(night(5 + i) | {"cells": {f"c{i}-{j}": "1" for j in range(100)}} for i in range(3))),
    "many nights": nights(*[night(5)] * 5000),
    "many side effects": nights(*(night(5 + i) | {"cells": {f"c{i}-{j}: severity": "mild" for j in range(190)}} for i in range(22))),
    "a side effect with spaces around it": nights(night(5) | {"cells": {" ache: severity": "mild"}}),
    "missed nights as a table": changed(missed={"start": "2026-01-05"}),
    "missed nights without an end": changed(missed=[{"start": "2026-01-05", "taken": "none"}]),
    "missed nights of which something else was told": changed(missed=[{"start": "2026-01-05", "end": "2026-01-06", "taken": "perhaps"}]),
    "deep": lambda protocol: '{"format": "nof1-diary-page", "nights": ' + "[" * 200_000,
    "deep and whole": lambda protocol: '{"format": "nof1-diary-page", "version": 1, "also": ' + "[" * 50_000 + "]" * 50_000 + "}",
    "deep cells": lambda protocol: exported(protocol).replace('"nights": []', '"nights": [{"night": "2026-01-05", "cells": ' + '{"a":' * 50_000),
    "half a letter": lambda protocol: exported(protocol, night(5, note="X")).replace('"X"', '"\\ud800"'),
    "not Unicode": lambda protocol: exported(protocol, night(5, note="X")).encode().replace(b'"X"', b'"\xff\xfe"'),
    "no number": lambda protocol: exported(protocol).replace('"version": 1', '"version": NaN'),
    "too large": lambda protocol: exported(protocol, night(5, note="X")).replace('"X"', f'"{"x" * 20_000_000}"'),
}  # fmt: skip


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_a_damaged_file_is_refused_with_one_clear_message(opened, protocol, make):
    with pytest.raises(InputError) as problem:
        recognize(opened(make(protocol), "export.json"))
    told = str(problem.value)
    assert told.startswith("export.json ")
    assert len(told) < 300
    assert told.isprintable()


def test_a_version_that_is_to_come_is_told_as_such(opened, protocol):
    with pytest.raises(InputError, match=r"version 2 .* newer nof1"):
        recognize(opened(exported(protocol, version=2, nights="another form"), "export.json"))


@pytest.mark.parametrize("text", ['{"a": 1}', '{"format": "nof1-diary-pages"}', ' \n{ "nights": []}', '{"'])
def test_other_json_is_not_known_and_says_so(opened, text):
    with pytest.raises(InputError, match=r"export\.json is JSON that is not known"):
        recognize(opened(text, "export.json"))


def test_a_note_that_is_too_long_is_rejected_and_the_rest_taken(planned_import, protocol):
    plan = planned_import(exported(protocol, night(11, note="x" * 150_000), night(12, severity="3")))
    assert plan.counts() == {"rows": 2, "taken": 1, "merged": 0, "rejected": 1}
    assert len(plan.rejected[0].values["note"]) < 3000
