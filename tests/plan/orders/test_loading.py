"""The order of a trial folder: only what was drawn and amended is read, and a stop between two writes is mended."""

import json
from datetime import UTC, date, datetime

import pytest
from known import adopted

from nof1.errors import InputError, RefusalError
from nof1.plan.design.order import Pause, order_from_arms
from nof1.plan.orders.amendments import Amendment, save_amendments
from nof1.plan.orders.draw import draw_order, enumerate_orders, schedule
from nof1.plan.orders.loading import (
    UNSEALING_FILE,
    Unsealing,
    drawn,
    is_sealed,
    load_order,
    load_schedule,
    load_unsealing,
)
from nof1.record.trial import Trial
from nof1.record.unsealing import unseal

NOW = datetime(2026, 1, 19, 8, tzinfo=UTC)


def paused(folder, *firsts):
    """Put pauses of three nights on record, and in no other place."""
    save_amendments(
        folder,
        [
            Amendment.make(entered=NOW, kind="pause", start=date(2026, 1, day), nights=3, reason="holiday")
            for day in firsts
        ],
    )
    return [Pause(date(2026, 1, day), 3) for day in firsts]


def rows_changed(change):
    return lambda text: "\n".join(change(text.splitlines())) + "\n"


def other_arm(line):
    return line.replace("off", "magnesium") if line.endswith("off") else line.replace("magnesium", "off")


# What is done to a sound order.csv. Line 0 is the header, 1 and 2 are the run-in, 3 to 5 the first period.
CHANGED = {
    "empty": lambda text: "",
    "last night missing": rows_changed(lambda lines: lines[:-1]),
    "one night more": rows_changed(lambda lines: [*lines, lines[-1].replace("2026-01-18", "2026-01-19")]),
    "other dates": lambda text: text.replace("2026-01-", "2026-02-"),
    "unknown arm": lambda text: text.replace("magnesium", "zinc"),
    "an arm twice in a block": rows_changed(lambda lines: [*lines[:3], *map(other_arm, lines[3:6]), *lines[6:]]),
    "all arms swapped, as the design allows": rows_changed(lambda lines: [*lines[:3], *map(other_arm, lines[3:])]),
    "one block swapped, as the design allows": rows_changed(lambda lines: [*lines[:9], *map(other_arm, lines[9:])]),
    "one night on the other arm": rows_changed(lambda lines: [*lines[:4], other_arm(lines[4]), *lines[5:]]),
    "run-in on the active arm": rows_changed(lambda lines: [lines[0], *map(other_arm, lines[1:3]), *lines[3:]]),
    "a period one night longer": rows_changed(lambda lines: [*lines[:6], lines[6][:10] + lines[5][10:], *lines[7:]]),
    "no run-in": rows_changed(lambda lines: [lines[0], *lines[3:]]),
    "another block number": lambda text: text.replace(",1,1,", ",1,2,"),
    "another period number": lambda text: text.replace(",4,2,", ",5,2,"),
    "a pause that is not on record": rows_changed(
        lambda lines: [*lines, "2026-01-19,4,2,pause", lines[-1].replace("2026-01-18", "2026-01-20")]
    ),
    "not UTF-8": lambda text: text.encode("utf-16"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_another_order_than_the_drawn_one_is_refused(trial_folder, protocol, bytes_in, change):
    path = trial_folder / "order.csv"
    changed = change(path.read_text())
    assert changed != path.read_text()
    path.write_bytes(changed if isinstance(changed, bytes) else changed.encode())
    before = bytes_in(trial_folder)
    for load in (load_order, load_schedule):
        with pytest.raises(InputError, match=r"order\.csv"):
            load(trial_folder, protocol)
    assert bytes_in(trial_folder) == before


def test_every_other_order_of_the_design_is_refused(trial_folder, protocol):
    accepted = []
    for order in enumerate_orders(protocol):
        order.save(trial_folder / "order.csv")
        try:
            accepted.append(load_order(trial_folder, protocol))
        except InputError as refusal:
            assert "not the order that was drawn" in str(refusal)  # noqa: PT017
    assert accepted == [draw_order(protocol)]


def test_an_open_order_is_read(trial_folder, protocol):
    assert not is_sealed(trial_folder, protocol)
    for load in (load_order, load_schedule, drawn):
        assert load(trial_folder, protocol) == draw_order(protocol)


def test_a_missing_order_is_refused(trial_folder, protocol):
    (trial_folder / "order.csv").unlink()
    for load in (load_order, load_schedule):
        with pytest.raises(InputError, match=r"There is no file .*order\.csv"):
            load(trial_folder, protocol)


def test_the_order_of_another_protocol_is_refused(trial_folder, make_protocol, protocol):
    draw_order(make_protocol(design={"blocks": 3})).save(trial_folder / "order.csv")
    with pytest.raises(InputError, match=r"holds 20 nights from 2026-01-05; the protocol plans 14"):
        load_order(trial_folder, protocol)


def test_an_adopted_order_is_what_its_file_says(tmp_path, make_protocol):
    protocol = adopted(make_protocol())
    order = order_from_arms(date(2026, 1, 5), ["off", "off", "magnesium", "off"])
    Trial(protocol, order, ()).write(tmp_path / "adopted")
    assert load_order(tmp_path / "adopted", protocol) == load_schedule(tmp_path / "adopted", protocol) == order


def test_pauses_on_record_are_in_the_order(trial_folder, protocol):
    lived = draw_order(protocol).with_pauses(paused(trial_folder, 9, 8))
    lived.save(trial_folder / "order.csv")
    assert load_order(trial_folder, protocol) == load_schedule(trial_folder, protocol) == lived
    assert drawn(trial_folder, protocol) == draw_order(protocol)


@pytest.mark.parametrize("firsts", [(8,), (8, 14), (14, 8), (8, 8)], ids=str)
def test_a_stop_before_the_order_was_rewritten_is_mended(trial_folder, protocol, firsts):
    """The last pause is on record and order.csv does not have it yet: what is on record counts."""
    pauses = paused(trial_folder, *firsts)
    draw_order(protocol).with_pauses(pauses[:-1]).save(trial_folder / "order.csv")
    assert load_order(trial_folder, protocol) == draw_order(protocol).with_pauses(pauses)


def test_two_stops_in_a_row_are_mended_too(trial_folder, protocol):
    pauses = paused(trial_folder, 8, 14)
    assert load_order(trial_folder, protocol) == draw_order(protocol).with_pauses(pauses)


def test_a_pause_that_was_taken_off_the_record_is_missed(trial_folder, protocol):
    draw_order(protocol).with_pauses(paused(trial_folder, 8, 14)).save(trial_folder / "order.csv")
    for firsts in ((8,), (14,), ()):
        paused(trial_folder, *firsts)
        with pytest.raises(InputError, match=r"order\.csv is not the order that was drawn, with the pauses"):
            load_order(trial_folder, protocol)


@pytest.mark.parametrize("concealed", ["helper", "alone"])
def test_a_sealed_order_has_nights_and_no_arms(sealed_trial, concealed):
    trial = sealed_trial(concealed)
    assert is_sealed(trial.folder, trial.protocol)
    assert load_schedule(trial.folder, trial.protocol) == schedule(trial.protocol)
    pauses = paused(trial.folder, 8)
    assert load_schedule(trial.folder, trial.protocol) == schedule(trial.protocol).with_pauses(pauses)
    with pytest.raises(InputError, match=r"is sealed, and without it nothing can be compared.*nof1 unseal"):
        load_order(trial.folder, trial.protocol)


def test_a_sealed_trial_without_its_seal_is_damaged(sealed_trial):
    trial = sealed_trial()
    (trial.folder / "seal.json").unlink()
    with pytest.raises(InputError, match=r"seal\.json"):
        load_schedule(trial.folder, trial.protocol)


@pytest.mark.parametrize("concealed", ["helper", "alone"])
def test_an_order_file_put_into_a_sealed_trial_opens_nothing(sealed_trial, concealed):
    trial = sealed_trial(concealed)
    for order in enumerate_orders(trial.protocol):
        order.save(trial.folder / "order.csv")
        for load in (load_order, load_schedule):
            with pytest.raises(InputError, match=r"concealed and never opened with 'nof1 unseal'. Remove order\.csv"):
                load(trial.folder, trial.protocol)


def opened(sealed_trial, concealed):
    trial = sealed_trial(concealed)
    if concealed == "helper":
        order = unseal(trial.folder, trial.helper, now=NOW)
    else:
        order = unseal(trial.folder, packs=["off", "citrate", "off", "citrate"], now=NOW)
    return trial, order


@pytest.mark.parametrize("concealed", ["helper", "alone"])
def test_an_opened_order_is_held_against_its_proof(sealed_trial, concealed):
    trial, order = opened(sealed_trial, concealed)
    assert load_order(trial.folder, trial.protocol) == load_schedule(trial.folder, trial.protocol) == order
    for other in enumerate_orders(trial.protocol):
        if other != order:
            other.save(trial.folder / "order.csv")
            with pytest.raises(InputError, match="not the order that was drawn"):
                load_order(trial.folder, trial.protocol)


def test_an_opened_order_needs_the_helpers_file(sealed_trial):
    trial, _ = opened(sealed_trial, "helper")
    path = trial.folder / "sealed-order.json"
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | {"seed": content["seed"] + 1}))
    with pytest.raises(RefusalError, match="does not fit the commitment"):
        load_order(trial.folder, trial.protocol)
    path.unlink()
    with pytest.raises(InputError, match=r"sealed-order\.json"):
        load_order(trial.folder, trial.protocol)


def unsealing(**changes):
    values = {"opened": NOW, "diary_sha256": "0" * 64, "nights_recorded": 12, "nights_planned": 14, "nights_left": 0}
    return Unsealing(**(values | changes))


@pytest.mark.parametrize("record", [unsealing(), unsealing(nights_left=3), unsealing(arms=("off", "citrate"))], ids=str)
def test_what_went_on_record_is_read_back(tmp_path, record):
    (tmp_path / UNSEALING_FILE).write_text(record.to_json())
    assert load_unsealing(tmp_path) == record
    assert json.loads(record.to_json())["opened"] == "2026-01-19T08:00:00Z"


def test_a_trial_was_opened_early_if_nights_were_left():
    assert not unsealing().early
    assert unsealing(nights_left=1).early


def test_nothing_is_on_record_before_the_order_is_opened(tmp_path):
    assert load_unsealing(tmp_path) is None


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"5", b"null", b"\xff\xfe", b"{}", b"[" * 100_000,
        unsealing().to_json().replace("14", "0").encode(),
        unsealing().to_json().replace("12", "-1").encode(),
        unsealing().to_json().replace("08:00:00Z", "08:00:00").encode(),
        unsealing().to_json().replace("schema", "shape").encode(),
        unsealing(arms=("off",)).to_json().replace('"off"', "5").encode(),
    ],
    ids=lambda content: repr(content[:12]),
)  # fmt: skip
def test_a_damaged_record_is_refused_by_name(tmp_path, content):
    (tmp_path / UNSEALING_FILE).write_bytes(content)
    with pytest.raises(InputError, match=r"unsealing\.json"):
        load_unsealing(tmp_path)
