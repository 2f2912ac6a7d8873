"""looks.csv: which looks are early, which were planned, that lines are only added, and that a stopped process tears nothing."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from journals import begin_journal
from known import two_arms

from nof1.errors import InputError
from nof1.plan.design.order import Pause
from nof1.plan.orders.draw import draw_order
from nof1.plan.orders.loading import Unsealing
from nof1.record.amending import add_pause
from nof1.record.checking.folder import check
from nof1.record.diary.entry import Entry
from nof1.record.looks import (
    COLUMNS,
    LOOKS_FILE,
    is_early,
    load_looks,
    looks_csv,
    parse_looks,
    reached_look,
    record_look,
)
from nof1.record.trial import Trial

ZONE = timezone(timedelta(hours=1))
# Four blocks of six nights: 5 to 10, 11 to 16, 17 to 22 and 23 to 28 January 2026.
RULE = {"after_blocks": [1, 2], "certainty": 0.95}
DESIGN = {"blocks": 4, "run_in_nights": 0}


def at(day, hour=9, month=1):
    return datetime(2026, month, day, hour, 30, 12, 345, tzinfo=ZONE)


@pytest.fixture
def lived(make_protocol):
    """A function that makes a trial with so many rated nights, or with those of these days of January."""

    def make(nights, *, rule=RULE, rating=4, **design):
        analysis = {} if rule is None else {"interim": rule}
        protocol = make_protocol(design=DESIGN | design, analysis=analysis)
        days = range(5, 5 + nights) if isinstance(nights, int) else nights
        entries = tuple(Entry(date(2026, 1, day), outcome=float((day + rating) % 7)) for day in days)
        return Trial(protocol, draw_order(protocol), entries)

    return make


@pytest.fixture
def folder(tmp_path, lived):
    """A trial folder with a journal; its diary does not matter to looks."""
    trial = lived(0)
    trial.write(tmp_path / "trial")
    begin_journal(tmp_path / "trial", trial.protocol, at(5))
    return tmp_path / "trial"


def look_at(folder, trial, now, verdict="can't tell yet"):
    return record_look(folder, trial, engine="marginal", verdict=verdict, now=now)


# --- what a look is


def test_a_look_is_one_line_with_what_was_seen(folder, lived):
    trial = lived(9)
    looks, look = look_at(folder, trial, at(14), verdict="leans better")
    assert looks == (look,) == load_looks(folder)
    lines = (folder / LOOKS_FILE).read_text().splitlines()
    assert lines == [
        ",".join(COLUMNS),
        f"2026-01-14T09:30:12+01:00,9,24,2026-01-13,no,marginal,leans better,{trial.diary_sha256}",
    ]
    assert look.to_dict()["looked"] == "2026-01-14T09:30:12+01:00"
    assert set(look.to_dict()) == set(COLUMNS)
    assert json.loads(json.dumps(look.to_dict()))["planned"] is False


def test_the_same_nights_looked_at_again_are_no_new_look(folder, lived):
    _, first = look_at(folder, lived(9), at(14))
    before = (folder / LOOKS_FILE).read_bytes()
    looks, again = look_at(folder, lived(9), at(15), verdict="helps")
    assert again == first
    assert looks == (first,)
    assert (folder / LOOKS_FILE).read_bytes() == before


def test_lines_are_only_added(folder, lived):
    contents = []
    for nights in (7, 8, 9):
        look_at(folder, lived(nights), at(5 + nights))
        contents.append((folder / LOOKS_FILE).read_bytes())
    assert contents[1].startswith(contents[0])
    assert contents[2].startswith(contents[1])
    assert [look.nights_recorded for look in load_looks(folder)] == [7, 8, 9]


def test_the_night_is_over_at_four_in_the_morning(lived):
    trial = lived(23)  # all but the night of 28 January
    assert is_early(trial, at(29, hour=3))
    assert not is_early(trial, at(29, hour=4))


def test_a_finished_trial_leaves_no_line(folder, lived):
    for trial, now in ((lived(24), at(28)), (lived(20), at(1, month=2))):
        assert look_at(folder, trial, now) == ((), None)
    assert not (folder / LOOKS_FILE).exists()


def test_earlier_looks_are_still_told_at_the_end(folder, lived):
    _, early = look_at(folder, lived(9), at(14))
    assert look_at(folder, lived(24), at(30)) == ((early,), None)
    assert look_at(folder, lived(9), at(1, month=2)) == ((early,), None)


def test_adopted_nights_leave_no_line(folder):
    trial = two_arms()
    before_them = datetime(1990, 1, 1, tzinfo=ZONE)
    assert look_at(folder, trial, before_them) == ((), None)


def test_results_kept_elsewhere_leave_no_line(tmp_path, lived):
    assert look_at(tmp_path, lived(9), at(14)) == ((), None)
    assert not list(tmp_path.glob("*.csv"))


# --- planned or not

WHEN = {
    "the morning after block 1": (range(5, 11), at(11), 1),
    "its last night rated already that evening": (range(5, 11), at(10, 23), 1),
    "its last night missed and past": (range(5, 10), at(11), 1),
    "its last night missed and not yet past": (range(5, 10), at(10), None),
    "a night too late": (range(5, 12), at(12), None),
    "within block 2": (range(5, 14), at(14), None),
    "after block 2": (range(5, 17), at(17), 2),
    "block 2 past and nothing of it recorded": (range(5, 11), at(18), 2),
    "after block 3, for which none is planned": (range(5, 23), at(23), None),
}


@pytest.mark.parametrize(("days", "now", "after"), WHEN.values(), ids=WHEN)
def test_a_look_is_planned_where_the_nights_reach_it_and_no_later_one_is_recorded(folder, lived, days, now, after):
    trial = lived(days)
    _, look = look_at(folder, trial, now)
    assert look.planned == (after is not None)
    planned = reached_look(trial, look)
    assert (planned and planned.after) == after


def test_without_a_rule_no_look_is_planned(folder, lived):
    _, look = look_at(folder, lived(6, rule=None), at(11))
    assert not look.planned


def test_a_planned_look_is_made_once(folder, lived):
    looks = [look_at(folder, lived(6, rating=rating), at(11))[1].planned for rating in (4, 5)]
    looks.append(look_at(folder, lived(12), at(17))[1].planned)
    assert looks == [True, False, True]


def test_an_unplanned_look_does_not_use_up_a_planned_one(folder, lived):
    assert [look_at(folder, lived(nights), at(5 + nights))[1].planned for nights in (5, 6)] == [False, True]


def test_washout_after_a_block_may_be_recorded_before_its_look(folder, lived):
    trial = lived(7, washout_nights=1, blocks=3)  # 3 nights, washout, 3 nights: block 1 ends on the 11th
    assert look_at(folder, trial, at(12))[1].planned
    later = lived(8, washout_nights=1, blocks=3)
    assert reached_look(later, look_at(folder, later, at(13))[1]) is None  # the same look, and it was made


def test_what_was_recorded_in_a_pause_does_not_count(folder, lived):
    trial = lived(range(5, 13))
    paused = replace(trial, order=trial.order.with_pauses([Pause(date(2026, 1, 11), 3)]))
    _, look = look_at(folder, paused, at(13))
    assert (look.planned, look.last_night, look.nights_recorded) == (True, date(2026, 1, 10), 6)


def test_looks_after_an_early_unsealing_are_unplanned(sealed_trial):
    kept = sealed_trial(ratings="465735465")
    order = draw_order(replace_seed(kept.protocol))
    unsealing = Unsealing(
        schema=1, opened=at(14), diary_sha256="0" * 64, nights_recorded=9, nights_planned=14, nights_left=5
    )
    entries = tuple(Entry(date(2026, 1, 5 + i), outcome=float(i % 5)) for i in range(9))
    trial = Trial(kept.protocol, order, entries, unsealing=unsealing)
    _, look = look_at(kept.folder, trial, at(14))
    assert look.planned is False


def replace_seed(protocol):
    """The protocol as an open one, from which an order of the same design can be drawn."""
    content = protocol.to_dict()
    content["design"] |= {"concealed": "open", "seed": 3}
    return type(protocol).build(content)


# --- the file

LINE = f"2026-01-14T09:30:12+01:00,9,24,2026-01-13,no,marginal,leans better,{'a' * 64}"
DAMAGED = {
    "other columns": ("a,b\n", "must have the columns looked"),
    "a value too few": (f"{','.join(COLUMNS)}\n{LINE.rpartition(',')[0]}\n", "line 2: the row does not have 8 values"),
    "no moment": (f"{','.join(COLUMNS)}\n{LINE.replace('2026-01-14T', 'x')}\n", "line 2.* looked"),
    "a moment without its zone": (f"{','.join(COLUMNS)}\n{LINE.replace('+01:00', '')}\n", "line 2.* looked"),
    "perhaps planned": (
        f"{','.join(COLUMNS)}\n{LINE.replace(',no,', ',maybe,')}\n",
        "line 2: planned must be yes or no",
    ),
    "more nights than planned": (
        f"{','.join(COLUMNS)}\n{LINE.replace(',9,', ',99,')}\n",
        "99 nights recorded are more",
    ),
    "no hash": (f"{','.join(COLUMNS)}\n{LINE[:-1]}\n", "diary_sha256"),
    "a look twice": (f"{','.join(COLUMNS)}\n{LINE}\n{LINE}\n", "line 3: the same nights are there twice"),
    "no text": (b"\xff\xfe", "is damaged"),
}


@pytest.mark.parametrize(("content", "message"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_refused_by_its_line_and_left_alone(folder, lived, content, message):
    raw = content if isinstance(content, bytes) else content.encode()
    (folder / LOOKS_FILE).write_bytes(raw)
    with pytest.raises(InputError, match=message):
        load_looks(folder)
    with pytest.raises(InputError, match=message):
        look_at(folder, lived(9), at(14))
    assert (folder / LOOKS_FILE).read_bytes() == raw


def test_looks_come_back_from_the_text(folder, lived):
    look_at(folder, lived(6), at(11))
    looks, _ = look_at(folder, lived(9), at(14), verdict="no difference that matters")
    assert parse_looks(looks_csv(looks).encode(), where="here") == looks
    assert (folder / LOOKS_FILE).read_text() == looks_csv(looks)


def test_check_knows_the_file_and_names_a_change_by_hand(folder, lived):
    look_at(folder, lived(9), at(14))
    add_pause(folder, date(2026, 1, 20), 2, "flu", now=at(14))
    look_at(folder, lived(6), at(14))
    found = check(folder)
    assert [finding.text for finding in found if finding.level == "problem"] == []
    assert any(finding.text == "2 looks before the last night can be read." for finding in found)
    path = folder / LOOKS_FILE
    content = path.read_text()
    for changed, message in (
        (content.replace(",no,", ",yes,"), "looks.csv is not as nof1 wrote it: changed by hand"),
        (content.replace(",24,", ",25,"), "line 2: 25 nights were planned there, 24 in protocol.toml"),
        ("nothing\n", "must have the columns"),
        (None, "looks.csv is gone: removed by hand"),
    ):
        if changed is None:
            path.unlink()
        else:
            path.write_text(changed)
        assert any(message in finding.text for finding in check(folder) if finding.level == "problem")
    path.write_text(content.replace("\n", "\r\n"))
    assert {finding.level for finding in check(folder) if finding.file == LOOKS_FILE} == {"note", "ok"}


def test_check_names_a_file_that_nof1_did_not_write(folder):
    (folder / LOOKS_FILE).write_text(f"{','.join(COLUMNS)}\n{LINE}\n")
    found = [finding.text for finding in check(folder) if finding.level == "problem"]
    assert any("looks.csv was not written by nof1" in text for text in found)


KILLER = """
import os, sys
from datetime import date, datetime, timezone
from pathlib import Path
from nof1.commit import locked
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import Entry
from nof1.record.looks import load_looks, record_look
from nof1.record.trial import Trial

folder = Path(sys.argv[1])
protocol = Protocol.load(folder)
stopped = 0
for step in range(1, 500):
    had = len(load_looks(folder))
    entries = tuple(Entry(date(2026, 1, 5 + i), outcome=float((i + step) % 11), note=str(step)) for i in range(9))
    trial = Trial(protocol, draw_order(protocol), entries)
    child = os.fork()
    if not child:
        seen = 0
        def die(event, _):
            global seen
            seen += event in {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.rmtree"}
            if seen == step:
                os._exit(9)
        sys.addaudithook(die)
        record_look(folder, trial, engine="nuts", verdict="helps", now=datetime(2026, 1, 14, 9, tzinfo=timezone.utc))
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    load_looks(folder)  # whole even before anything is finished
    with locked(folder):
        looks = load_looks(folder)
    assert len(looks) in (had, had + 1), (had, len(looks))
    if status == 0:
        assert len(looks) == had + 1
        break
    stopped += 1
print(stopped, len(looks))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs fork")
def test_a_process_that_dies_at_any_operation_on_a_file_leaves_whole_files(folder):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", KILLER, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    stopped, looks = map(int, done.stdout.split())
    assert stopped > 20
    assert 1 < looks < stopped
    assert [finding.text for finding in check(folder) if finding.level == "problem"] == []
