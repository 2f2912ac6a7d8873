"""Withings: stages in seconds, noughts that mean nothing, the same night twice, and names in three languages."""

import pytest

from nof1.record.sources.withings import recognize

TAIL = ',"Duration to sleep (s)","Duration to wake up (s)","Snoring (s)","Snoring episodes","Average heart rate","Heart rate (min)","Heart rate (max)","Night events",Notes\n'
ENGLISH = 'from,to,"light (s)","deep (s)","rem (s)","awake (s)","wake up"' + TAIL
GERMAN = 'von,bis,"leicht (s)","tief (s)","rem (s)","wach (s)",Aufwachen' + TAIL
SPANISH = 'de,a,"ligero (s)","profundo (s)","rem (s)","despierto (s)",despertar' + TAIL


def row(begin, end, light=12000, deep=9000, rem=4200, awake=900):
    return f"{begin}:00+01:00,{end}:00+01:00,{light},{deep},{rem},{awake},2,600,120,0,0,62,55,88,,\n"


NIGHT = row("2026-01-13T01:40", "2026-01-13T09:02")
TAKEN = {
    "sleep_minutes": 420,
    "deep_sleep_minutes": 150,
    "rem_sleep_minutes": 70,
    "awake_minutes": 15,
    "awakenings": 2,
    "sleep_latency_minutes": 10,
}


@pytest.mark.parametrize("header", [ENGLISH, GERMAN, SPANISH])
def test_a_night_in_each_language(opened, nights, header):
    assert nights(recognize(opened(header + NIGHT))) == {12: TAKEN}


def test_a_device_that_knows_no_rem_sleep_gives_none(opened, nights):
    taken = nights(recognize(opened(ENGLISH + row("2026-01-13T01:40", "2026-01-13T09:02", rem=0))))
    assert taken[12]["sleep_minutes"] == 350
    assert "rem_sleep_minutes" not in taken[12]


def test_a_row_without_any_sleep_is_no_night(opened, plan):
    made = plan(
        recognize(
            opened(ENGLISH + row("2026-01-13T01:41", "2026-01-13T10:30", 0, 0, 0, 33721) + NIGHT.replace("13T", "14T"))
        )
    )
    assert (made.taken, made.blank, made.rows_rejected) == (1, 1, 0)


def test_the_same_night_from_two_devices_counts_once(opened, nights):
    watch, mat = (
        row("2026-01-13T01:28", "2026-01-13T09:31", 11399, 16501, 0),
        row("2026-01-13T00:56", "2026-01-13T09:31", 12509, 16501, 0),
    )
    for rows in (watch + mat, mat + watch):
        assert nights(recognize(opened(ENGLISH + rows)))[12]["sleep_minutes"] == pytest.approx((12509 + 16501) / 60)


def test_naps_are_apart(opened, nights):
    assert nights(
        recognize(opened(ENGLISH + NIGHT + row("2026-01-13T14:00", "2026-01-13T15:10", 2400, 600, 0, 600)))
    ) == {
        12: TAKEN,
        13: {"nap_minutes": 50},
    }


def test_words_among_the_stages_are_rejected_with_what_is_made_of_them(opened, plan):
    made = plan(recognize(opened(ENGLISH + row("2026-01-13T01:40", "2026-01-13T09:02", deep="much"))))
    assert (made.taken, made.values_rejected) == (1, 2)
    assert {"sleep_minutes", "deep_sleep_minutes"}.isdisjoint(made.changes[0].cells)
    assert made.changes[0].cells["rem_sleep_minutes"] == "70"


def test_names_of_another_language_are_left_to_others(opened):
    assert recognize(opened(ENGLISH.replace("light", "léger") + NIGHT)) is None
