"""Broken files of every kind that nof1 reads, and what must be true of each of them. The same seed makes the same files.

`READERS` names the kinds. `one(reader, number, seed, scratch)` makes one file, reads it and tells what came of it; it raises
`Broken` where anything but a plain message or a sound plan comes out.
"""

import csv
import io
import json
import re
import shutil
import unicodedata
import warnings
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from random import Random

import openpyxl
from reliability.exports import MAKERS
from reliability.open_document import Xml, ods
from reliability.wearable_files import TABLES, fitbit_records

from nof1.cells import cleaned
from nof1.errors import InputError, Nof1Error
from nof1.files import write_atomic
from nof1.plan.design.order import ORDER_FILE, Order
from nof1.plan.orders.amendments import AMENDMENTS_FILE, load_amendments, save_amendments
from nof1.plan.orders.draw import draw_order
from nof1.plan.orders.loading import UNSEALING_FILE, load_order, load_schedule, load_unsealing
from nof1.plan.orders.seal import SEAL_FILE, SEALED_ORDER_FILE, load_seal, load_sealed_order, seal_order
from nof1.plan.protocol.protocol import PROTOCOL_FILE, Protocol
from nof1.plan.protocol.template import load_template, merge
from nof1.record.diary.entry import TEXT_COLUMNS, columns, parse_entry, row_of, to_csv
from nof1.record.diary.journal import JOURNAL_FILE, Line, audited, extended, replayed
from nof1.record.diary.secondary import MEASURES_FILE, check_measure, measures_csv, read_measures
from nof1.record.diary.table import DIARY_FILE, last_evening, read_diary
from nof1.record.importing.archives import fitting_table
from nof1.record.importing.committing import remembered, take_import
from nof1.record.importing.importer import plan_import
from nof1.record.importing.ledger import (
    IMPORTS_FOLDER,
    LEDGER_FILE,
    MAPS_FILE,
    Imported,
    ledger_csv,
    read_ledger,
    read_maps,
)
from nof1.record.importing.mapping import complete_map
from nof1.record.importing.reading import Reading
from nof1.record.importing.rejected import REJECTED_FILE, RejectedRow, read_rejected, rejected_csv
from nof1.record.importing.scales import read_scales
from nof1.record.opening.opened import Opened, open_file
from nof1.record.sources import recognize
from nof1.record.trial import Trial
from nof1.record.values.ambiguous import AmbiguousInput

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
START = date(2026, 1, 5)
NIGHTS = 28
LONGEST_MESSAGE = 4000
QUESTIONS = 12  # that a file may ask before it is given up

Grid = list[list[str]]


# Found, and left to the owners of those files: reader, and what the failure says.
KNOWN: tuple[tuple[str, str], ...] = ()


class Broken(AssertionError):  # noqa: N818 - what a file has broken
    """A file led to something that must never come of any file."""


@dataclass
class Tally:
    """What came of files: how many were refused and read, and where their rows went."""

    files: int = 0
    refused: int = 0
    read: int = 0
    rows: int = 0
    taken: int = 0
    merged: int = 0
    rejected: int = 0
    imported: int = 0
    known: int = 0

    def add(self, other: "Tally") -> None:
        """Count another one in."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


# Valid files -----------------------------------------------------------------------------------------------------


@dataclass
class Made:
    """A valid file of a source before anything is done to it: its rows, or its bytes; and what a person would say."""

    grid: Grid = field(default_factory=list)
    data: bytes = b""
    suffix: str = ".csv"
    chosen: dict[str, str] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)
    delimiter: str = ","


def _days(chance: Random) -> list[date]:
    first = START + timedelta(days=chance.randint(-4, 8))
    return [first + timedelta(days=number) for number in range(chance.randint(1, 14))]


def _rating(chance: Random) -> str:
    return str(chance.randint(0, 10))


def _plain(chance: Random) -> Made:
    header = ["night", "severity", "dose_mg", "caffeine_mg", "steps", "note"]
    rows = [
        [
            str(day),
            _rating(chance),
            chance.choice(("0", "200", "")),
            str(chance.randint(0, 400)),
            str(chance.randint(0, 20000)),
            "calm",
        ]
        for day in _days(chance)
    ]
    chosen = {"severity": "severity", "own_score": "steps"} if chance.random() < 0.3 else {}
    return Made([header, *rows], chosen=chosen, reading=Reading(several=chance.choice((None, "mean", "sum", "last"))))


def _semicolons(chance: Random) -> Made:
    coffee = chance.choice(("Koffein (mg)", "Koffein"))
    header = ["Datum", "RLS severity", coffee, "Schlaf (h)"]
    rows = [
        [
            f"{day:%d.%m.%Y}{chance.choice(('', ' 22:15', ' 00:35'))}",
            _rating(chance),
            f"{chance.randint(0, 400)},0",
            f"{chance.uniform(3, 9):.1f}".replace(".", ","),
        ]
        for day in _days(chance)
    ]
    chosen = {"night": "Datum", "severity": "RLS severity", "caffeine_mg": coffee, "sleep_minutes": "Schlaf (h)"}
    return Made([header, *rows], chosen=chosen, delimiter=";", reading=Reading(units={"sleep_minutes": "h"}))


def _units(chance: Random) -> Made:
    """Units in headers, in cells, in both, in neither, and words where numbers belong."""
    sleep = chance.choice(("Sleep (h)", "sleep_hours", "Sleep", "Sleep (min)", "Hours of sleep", "Sleep (h:mm)"))
    header = [
        "Date",
        "Severity",
        sleep,
        chance.choice(("Caffeine (mg)", "Caffeine", "Caffeine [g]")),
        "Exercise",
        "Mood",
    ]

    def cell(*texts: str) -> str:
        return chance.choice(texts) if chance.random() < 0.3 else texts[0]

    rows = [
        [
            str(day),
            _rating(chance),
            cell(
                f"{chance.uniform(3, 9):.1f}", "7h 25min", "7:54", "450 min", "7,5 h", "good", "2 cups", "65 %", "PT7H"
            ),
            cell(str(chance.randint(0, 400)), "200mg", "0.2 g", "2 cups", "lots", "1,234 mg"),
            cell("30 min", "1.5 hrs", "1:30", "no", "yes", "45", "1:30:00"),
            cell("tired", "3", "4/10", ""),
        ]
        for day in _days(chance)
    ]
    chosen = {"severity": "Severity", "mood": "Mood", "sleep_minutes": sleep} if chance.random() < 0.3 else {}
    return Made([header, *rows], chosen=chosen)


def _people(chance: Random) -> Made:
    """Rows of several people, dates that cut their year short or leave it out, what stands for missing values, R's row names."""
    header = [
        chance.choice(("participant", "record_id", "Name", "Spalte 1", "E-Mail", "mood")),
        "Date",
        "Severity",
        "note",
    ]
    people = chance.sample(("P1", "P2", "Anna B", "anna b", "NA", "", "7", "\x1b[2J"), chance.randint(1, 4))
    form = chance.choice(("%d.%m.%y", "%m/%d/%y", "%y-%m-%d", "%d-%b-%y", "%b %d", "%d.%m.", "%Y-%m-%d", "%d. %B %Y"))
    rows = []
    for day in _days(chance):
        for name in people if chance.random() < 0.5 else chance.choices(people):
            rating = chance.choice((_rating(chance), _rating(chance), "NA", ".", "-", "#N/A"))
            rows.append([name, f"{day:{form}}", rating, chance.choice(("calm", "NA", "-", "none"))])
    if chance.random() < 0.3:
        rows = [[str(number), *row] for number, row in enumerate(rows, start=1)]
    reading = Reading(
        person=chance.choice((None, None, None, "P1", "nobody")),
        person_column=chance.choice((None, None, None, header[0], "none")),
        several=chance.choice((None, "last")),
    )
    return Made([header, *rows], reading=reading, delimiter=chance.choice((",", ";", "\t")))


def _google_forms(chance: Random) -> Made:
    header = [chance.choice(("Timestamp", "Zeitstempel")), "Email Address", "How bad were your legs?", "Anything else?"]
    rows = [
        [f"{day:%m/%d/%Y} 7:{chance.randint(10, 59)}:00", "a@example.org", _rating(chance), "well"]
        for day in _days(chance)
    ]
    return Made([header, *rows], chosen={"severity": header[2], "note": header[3]})


def _nof1kit(chance: Random) -> Made:
    header = ["datetime", "date", "study_day", "condition", "rating", "n_obs"]
    rows = [
        [f"{day} {hour:02}:30", str(day), str((day - START).days + 1), chance.choice("AB"), _rating(chance), "3"]
        for day in _days(chance)
        for hour in (8, 14, 21)
    ]
    return Made([header, *rows], chosen={"severity": "rating"})


def _oura(chance: Random) -> Made:
    header = [
        "date",
        "Sleep Score",
        "Total Sleep Duration",
        "REM Sleep Duration",
        "Average Resting Heart Rate",
        "Steps",
    ]
    if chance.random() < 0.5:
        header.append("Bedtime Start")
    rows = [
        [
            str(day),
            str(chance.randint(40, 99)),
            str(chance.randint(9000, 30000)),
            "5400",
            f"{chance.uniform(45, 75):.1f}",
            "9000",
            f"{day - timedelta(days=1)}T23:10:00.000+01:00",
        ][: len(header)]
        for day in _days(chance)
    ]
    return Made([header, *rows])


def _fitbit(chance: Random) -> Made:
    days = _days(chance)
    sleep = [
        ["Sleep"],
        ["Start Time", "End Time", "Minutes Asleep", "Minutes Awake", "Number of Awakenings", "Time in Bed"],
    ]
    sleep += [
        [
            f"{day} 11:{chance.randint(10, 59)}PM",
            f"{day + timedelta(days=1)} 7:02AM",
            str(chance.randint(100, 500)),
            "40",
            "3",
            chance.choice(("480", "N/A")),
        ]
        for day in days
    ]
    active = [
        ["Activities"],
        ["Date", "Calories Burned", "Steps"],
        *([str(day), "2,400", f"{chance.randint(1, 19)},204"] for day in days),
    ]
    parts = [[["Body"], ["Date", "Weight"], [str(days[0]), "70"]], active, sleep]
    chance.shuffle(parts)
    return Made([row for part in parts[: chance.randint(1, 3)] for row in part])


def _daylio(chance: Random) -> Made:
    header = ["full_date", "date", "weekday", "time", "mood", "activities", "note"]
    rows = [
        [
            str(day),
            f"{day:%B} {day.day}",
            f"{day:%A}",
            chance.choice(("22:15", "10:15 PM", "0:35")),
            "good",
            chance.choice(("coffee | sport", "sport", "")),
            "calm",
        ]
        for day in _days(chance)
    ]
    chosen = chance.choice(({}, {}, {"caffeine_mg": "activity: coffee"}, {"mood": "mood"}))
    return Made([header, *rows], chosen=chosen)


def _bearable(chance: Random) -> Made:
    header = ["date", "weekday", "time of day", "category", "rating/amount", "detail", "notes"]
    rows = []
    for day in _days(chance):
        when = f"{day.day}th {day:%b %Y}"
        part = chance.choice(("pre", "am", "mid", "pm", "all day", "23:32"))
        rows.append([when, "Tuesday", part, "Symptom", str(chance.randint(1, 4)), "Restless legs", "bad evening"])
        rows.append([when, "Tuesday", "all day", "Mood", str(chance.randint(1, 10)), "", ""])
        rows.append([when, "Tuesday", "pm", "Factors", "", "Coffee - 2 | Walk", ""])
    return Made([header, *rows], chosen={"severity": "Symptom: Restless legs"} if chance.random() < 0.8 else {})


def _cronometer(chance: Random) -> Made:
    if chance.random() < 0.4:
        header = ["Day", "Group", "Food Name", "Amount", "Energy (kcal)", "Magnesium (mg)", "Caffeine (mg)"]
        rows = [[str(day), "Lunch", "Soup", "1 bowl", "90", "30", ""] for day in _days(chance) for _ in range(2)]
    else:
        header = ["Date", "Energy (kcal)", "Iron (mg)", "Magnesium (mg)", "Caffeine (mg)", "Completed"]
        rows = [
            [str(day), str(chance.randint(0, 3000)), "9.5", "310.2", str(chance.randint(0, 300)), "true"]
            for day in _days(chance)
        ]
    return Made([header, *rows])


def _macrofactor(chance: Random) -> Made:
    header = ["Date", "Time", "Food Name", "Serving Size", "Calories (kcal)", "Magnesium (mg)", "Caffeine (mg)"]
    rows = [
        [str(day), f"{hour}:30", "Tea", "1", "2", "3.5", "40"]
        for day in _days(chance)
        for hour in (8, 13, chance.randint(0, 23))
    ]
    return Made([header, *rows])


def _sleep_as_android(chance: Random) -> Made:
    fixed = [
        "Id",
        "Tz",
        "From",
        "To",
        "Sched",
        "Hours",
        "Rating",
        "Comment",
        "Framerate",
        "Snore",
        "Noise",
        "Cycles",
        "DeepSleep",
        "LenAdjust",
        "Geo",
    ]
    grid: Grid = []
    for day in _days(chance):
        zone = chance.choice(("Europe/Berlin", "America/New_York"))
        grid.append([*fixed, "23:10", "Event"])
        grid.append(
            [
                "1767651000000",
                zone,
                f"{day:%d. %m. %Y} 23:10",
                f"{day:%d. %m. %Y} 6:40",
                "",
                f"{chance.uniform(2, 9):.3f}",
                "3.25",
                "#tea",
                "10000",
                "-1",
                "-1.0",
                "5",
                "0.41",
                "-30",
                "a1",
                "1.0",
                "x",
            ]
        )
        if chance.random() < 0.4:
            grid.append([*[""] * 15, "0.01"])
    return Made(grid)


def _studyu(chance: Random) -> Made:
    header = [
        "measurement_time",
        "measurement_id",
        "participant_id",
        "current_day_of_study",
        "current_intervention_id",
        "survey1_question1_text",
        "survey1_question1_response",
    ]
    rows = [
        [f"{day} 20:03:11.000Z", "m", "p1", "2", "b", "How bad?", _rating(chance)] for day in reversed(_days(chance))
    ]
    return Made([header, *rows], chosen={"severity": header[-1]})


def _nof1_diary(chance: Random) -> Made:
    grid = list(csv.reader(io.StringIO(_own_diary(chance).decode(), newline="")))
    return Made(grid, delimiter=chance.choice((",", ",", ";")))


def _rejected(chance: Random) -> Made:
    header = ["file", "sha256", "lines", "rows", "reason", "night", "severity", "steps", "note"]
    rows = [
        [
            "table.csv",
            "ab" * 32,
            str(line),
            "1",
            "severity 99 is outside its scale, 0 to 10",
            str(day),
            _rating(chance),
            "4000",
            "x",
        ]
        for line, day in enumerate(_days(chance), start=2)
    ]
    if chance.random() < 0.3:
        rows.append(
            [
                "table.csv",
                "ab" * 32,
                "40-50",
                "11",
                "after the last night of the trial",
                "2026-05-01 to 2026-05-09",
                "",
                "",
                "",
            ]
        )
    return Made([header, *rows])


_APPLE_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE HealthData [\n<!ELEMENT HealthData (ExportDate,Me,(Record)*)>\n<!ATTLIST Record type CDATA #REQUIRED>\n]>\n<HealthData locale="en_US">\n <ExportDate value="2026-02-01 12:00:00 +0000"/>\n'
_APPLE_TYPES = (
    ("StepCount", "count", 900), ("DietaryCaffeine", "mg", 120), ("AppleExerciseTime", "min", 20), ("DietaryEnergyConsumed", "kJ", 4000),
    ("RestingHeartRate", "count/min", 70), ("HeartRate", "count/min", 150), ("NumberOfAlcoholicBeverages", "count", 3),
)  # fmt: skip


def _apple_xml(chance: Random) -> Made:
    lines = [_APPLE_HEAD]
    zone = chance.choice(("+0100", "-0800"))
    for day in _days(chance):
        for _ in range(3):
            kind, unit, most = chance.choice(_APPLE_TYPES)
            at = f"{day} {chance.randint(0, 23):02}:{chance.randint(0, 59):02}:00 {zone}"
            lines.append(
                f' <Record type="HKQuantityTypeIdentifier{kind}" sourceName="{chance.choice(("Phone", "Watch"))}" unit="{unit}" '
                f'startDate="{at}" endDate="{at}" value="{chance.randint(30, max(31, most))}"/>\n'
            )
        for stage in ("InBed", "AsleepCore", "AsleepREM"):
            begin = datetime(day.year, day.month, day.day, 22, tzinfo=UTC) + timedelta(minutes=chance.randint(0, 300))
            end = begin + timedelta(minutes=chance.randint(1, 200))
            lines.append(
                f' <Record type="HKCategoryTypeIdentifierSleepAnalysis" sourceName="Watch" startDate="{begin:%Y-%m-%d %H:%M:%S} {zone}" '
                f'endDate="{end:%Y-%m-%d %H:%M:%S} {zone}" value="HKCategoryValueSleepAnalysis{stage}">\n  <MetadataEntry key="a" value="b"/>\n </Record>\n'
            )
    return Made(data="".join([*lines, "</HealthData>\n"]).encode(), suffix=".xml")


def _diary_page(chance: Random) -> bytes:
    """An export of the diary page with some values, cells and nights changed, doubled or gone."""
    nights = [
        {
            "night": str(day),
            "cells": {
                "severity": _rating(chance),
                "dose_mg": chance.choice(("0", "200", "")),
                "caffeine_mg": "80",
                "note": "calm",
            },
            "entered": f"{day}T07:00:00+01:00",
            "corrected": [{"column": "severity", "old": "3", "new": "4", "at": f"{day}T08:00:00+01:00"}],
        }
        for day in _days(chance)
    ]
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        night = chance.choice(nights)
        part = chance.random()
        if part < 0.6:
            night["cells"][chance.choice(list(night["cells"]) or ["note"])] = _junk(chance)
        elif part < 0.7:
            night["cells"][_junk(chance)] = _junk(chance)
        elif part < 0.8:
            nights.append(dict(night, night=chance.choice((str(chance.choice(_days(chance))), night["night"]))))
        elif part < 0.9:
            night[chance.choice(list(night))] = json.loads(chance.choice(_JSON_JUNK[:7]))
        else:
            night.pop(chance.choice(list(night)))
        nights = [
            one if isinstance(one.get("cells"), dict) else {**one, "cells": {}} for one in nights if one.get("night")
        ]
        if not nights:
            break
    whole = {"format": "nof1-diary-page", "version": 1, "trial": protocol().sha256(), "nights": nights}
    if chance.random() < 0.1:
        whole[chance.choice(list(whole)[1:])] = chance.choice((None, [], 2, "x", "ab" * 32, 1e999))
    return json.dumps(whole, indent=chance.choice((None, 1)), ensure_ascii=chance.random() < 0.5).encode(
        errors="replace"
    )


def _table_of(reader: str) -> Callable[[Random], Made]:
    """A maker of a wearable's table; sometimes the person maps a column of it, and always says what to do with several."""

    def maker(chance: Random) -> Made:
        grid, delimiter = TABLES[reader](chance, _days(chance))
        chosen = {"own_value": chance.choice(grid[0])} if chance.random() < 0.2 else {}
        reading = Reading(several=chance.choice((None, "mean", "max", "last")))
        return Made(grid, chosen=chosen, reading=reading, delimiter=delimiter)

    return maker


def _fitbit_json(chance: Random) -> bytes:
    """Fitbit's records with some values, names and records changed, doubled or gone."""
    records: list = fitbit_records(chance, _days(chance))
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        if not records:
            break
        at = chance.randrange(len(records))
        record = records[at] if isinstance(records[at], dict) else {}
        part = chance.random()
        if part < 0.5 and record:
            record[chance.choice(list(record))] = chance.choice(
                (_junk(chance), json.loads(chance.choice(_JSON_JUNK[:7])))
            )
        elif part < 0.6 and record:
            record.pop(chance.choice(list(record)))
        elif part < 0.7:
            records.insert(at, record)
        elif part < 0.8:
            del records[at]
        elif part < 0.9:
            record["levels"] = json.loads(chance.choice(_JSON_JUNK[:7]))
        else:
            records[at] = json.loads(chance.choice(_JSON_JUNK[:7]))
    whole = records if chance.random() < 0.8 else {chance.choice(("sleep", "sleep", "data")): records}
    return json.dumps(whole, indent=chance.choice((None, 1)), ensure_ascii=chance.random() < 0.5).encode(
        chance.choice(("utf-8",) * 8 + ("utf-8-sig", "utf-16")), errors="replace"
    )


def _exported(maker: Callable, chance: Random) -> Made:
    grid, chosen = maker(chance, _days(chance))
    return Made(grid, chosen=chosen)


SOURCES: dict[str, Callable[[Random], Made]] = {
    "plain": _plain,
    "plain, semicolons": _semicolons,
    "plain, units": _units,
    "plain, people": _people,
    "google_forms": _google_forms,
    "nof1kit": _nof1kit,
    "oura": _oura,
    "fitbit": _fitbit,
    "daylio": _daylio,
    "bearable": _bearable,
    "cronometer": _cronometer,
    "macrofactor": _macrofactor,
    "sleep_as_android": _sleep_as_android,
    "studyu": _studyu,
    "rejected_rows": _rejected,
    "nof1_diary": _nof1_diary,
    **{reader: _table_of(reader) for reader in TABLES},
} | {name: partial(_exported, maker) for name, maker in MAKERS.items()}
OPEN_DOCUMENT, ARCHIVE = "spreadsheet (.ods)", "archive (.zip)"
SPREADSHEET, APPLE_XML, APPLE_ZIP = "spreadsheet (.xlsx)", "apple_health (.xml)", "apple_health (.zip)"
DIARY_PAGE, FITBIT_JSON = "diary_page (.json)", "fitbit_takeout (.json)"


# What is done to them ----------------------------------------------------------------------------------------------

JUNK = (
    "", "NaN", "inf", "-inf", "1e999", "1e308", "-0", "=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "+1", "-1", "1,5", "1.5", "1,234", "1.234,5",
    "\u202e7", "7\u200f", "\x1b[31m7\x1b[0m", "\x07", "a\nb", "a\r\nb", "a\rb", '"', '""', "'", "''=1", "'tis", "\N{ARABIC-INDIC DIGIT THREE}",
    "\N{FULLWIDTH DIGIT SEVEN}", "\N{FULLWIDTH EQUALS SIGN}1", "1_000", "0x1F", "31.02.2026", "2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31",
    "1900-01-00", "2026-01-07T24:00:00", "24:00", "45000", "46030,5", "46030.75", "2026-01-08T22:00:00Z", "2026-01-08T22:00:00+99:00", "2026-W02-1",
    "20260108", "08/01/2026", "01/20/2026", "8.1.26", "8th Jan 2026", "2026-01-08 02:30", "Sat", "\ufeff", "\u2028", "\x85", "\x0b", "\x1c", "\x7f",
    "yes", "no", "null", "None", "N/A", "-", "magnesium", "off", "can't tell", "night", "severity", "date", "; ;", "a;b", "[bold]x[/bold]", "{}", "%s",
    "\N{PILE OF POO}", "e\u0301", "\N{LATIN SMALL LETTER DOTLESS I}", "99999999999999999999", "4.0000000001", "-1e-320", "x" * 300, "7" * 80,
)  # fmt: skip
HUGE = ("x" * 2500, "é" * 100_001, "9" * 100_001, "\n" * 3000)
ENCODINGS = ("utf-8",) * 12 + (
    "utf-8-sig",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "latin-1",
    "cp1252",
    "utf-32",
    "shift_jis",
    "utf-7",
)


def _junk(chance: Random) -> str:
    return chance.choice(HUGE) if chance.random() < 0.01 else chance.choice(JUNK)


def _cell(grid: Grid, chance: Random) -> None:
    row = chance.choice(grid)
    if row:
        row[chance.randrange(len(row))] = _junk(chance)


def _value(grid: Grid, chance: Random) -> None:
    """A cell below the header, so that the file is still known for what it is."""
    row = chance.choice(grid[1:] or grid)
    if row:
        row[chance.randrange(len(row))] = _junk(chance)


def _double_row(grid: Grid, chance: Random) -> None:
    grid.insert(chance.randrange(len(grid) + 1), list(chance.choice(grid)))


def _drop_row(grid: Grid, chance: Random) -> None:
    del grid[chance.randrange(len(grid))]


def _shuffle_rows(grid: Grid, chance: Random) -> None:
    rest = grid[1:]
    chance.shuffle(rest)
    grid[1:] = rest


def _shuffle_columns(grid: Grid, chance: Random) -> None:
    order = list(range(max(map(len, grid))))
    chance.shuffle(order)
    grid[:] = [[row[place] if place < len(row) else "" for place in order] for row in grid]


def _double_column(grid: Grid, chance: Random) -> None:
    place = chance.randrange(max(map(len, grid)) or 1)
    for row in grid:
        row.append(row[place] if place < len(row) else "")
    if chance.random() < 0.6:
        grid[0][-1] = _junk(chance) or "again"


def _drop_column(grid: Grid, chance: Random) -> None:
    place = chance.randrange(max(map(len, grid)) or 1)
    for row in grid:
        del row[place : place + 1]


def _blank_rows(grid: Grid, chance: Random) -> None:
    grid.insert(chance.randrange(len(grid) + 1), chance.choice(([], [""], ["", "", ""])))


def _widen(grid: Grid, chance: Random) -> None:
    chance.choice(grid).extend(_junk(chance) for _ in range(chance.randint(1, 3)))


def _narrow(grid: Grid, chance: Random) -> None:
    row = chance.choice(grid)
    del row[chance.randrange(len(row) + 1) :]


def _title(grid: Grid, chance: Random) -> None:
    grid.insert(0, [chance.choice(("My legs", "Sleep", "Food Log 1", "Sep=;", "Id"))])


def _header(grid: Grid, chance: Random) -> None:
    if grid[0]:
        place = chance.randrange(len(grid[0]))
        name = grid[0][place]
        grid[0][place] = chance.choice(
            (name.upper(), f" {name} ", f"\ufeff{name}", f"{name}\nmore", f"{name} (h)", f"{name} (?)", _junk(chance))
        )


def _many(grid: Grid, chance: Random) -> None:
    """Very many rows of one kind."""
    grid.extend(list(row) for row in chance.choices(grid, k=chance.randint(20, 300)))


OF_GRIDS = (_value,) * 8 + (_double_row, _double_row, _drop_row, _shuffle_rows, _shuffle_columns, _double_column, _drop_column, _blank_rows, _widen, _narrow, _title, _header, _cell, _many)  # fmt: skip


def mangled_bytes(data: bytes, chance: Random) -> bytes:
    """The same bytes with some of them flipped, cut, put in, doubled or left out."""
    data = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        at = chance.randrange(len(data) + 1)
        kind = chance.randrange(9)
        if not data:
            return chance.choice((b"", b"\0", b"\xff\xfe", b"PK\x03\x04", b"<?xml", b"\n\n\n", b'"'))
        if kind == 0:
            data[at % len(data)] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del data[at:]
        elif kind == 2:
            data[at:at] = chance.choice(
                (
                    b"\0",
                    b'"',
                    b"\xff",
                    b"\xef\xbb\xbf",
                    b"\r",
                    b"\n",
                    b"\xc3",
                    b"\x1a",
                    b";;;",
                    b"\t",
                    b"<",
                    b"&x;",
                    b"]]>",
                )
            )
        elif kind == 3:
            data[at:at] = data[at : at + chance.randint(1, 200)]
        elif kind == 4:
            del data[at : at + chance.randint(1, 40)]
        elif kind == 5:
            data[at : at + 4] = chance.randbytes(4)
        elif kind == 6:
            data.extend(bytes(data))
        elif kind == 7:
            other = chance.randrange(len(data) + 1)
            data = data[min(at, other) :]
        else:
            data = (
                data.swapcase()
                if chance.random() < 0.2
                else data.replace(b"2026", chance.choice((b"2025", b"26", b"0000", b"2O26")), chance.randint(1, 5))
            )
        if len(data) > 2_000_000:
            return bytes(data[:2_000_000])
    return bytes(data)


def _mangle_grid(grid: Grid, chance: Random) -> None:
    for _ in range(chance.choice((0, 1, 1, 2, 3, 5))):
        if not grid:
            return
        chance.choice(OF_GRIDS)(grid, chance)


def text_of(grid: Grid, delimiter: str, chance: Random) -> bytes:
    """A table as some program might write it."""
    stream = io.StringIO()
    options = {
        "quoting": chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
        "lineterminator": chance.choice(("\n", "\n", "\r\n", "\r")),
    }
    delimiter = delimiter if chance.random() < 0.85 else chance.choice(",;\t|: ")
    csv.writer(stream, delimiter=delimiter, **options).writerows(grid)
    text = stream.getvalue()
    if chance.random() < 0.1:
        text = text.rstrip()
    return text.encode(chance.choice(ENCODINGS), errors="replace")


_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def sheet_of(grid: Grid, chance: Random) -> bytes:
    """A table as a spreadsheet, cells as text, numbers, dates or formulas."""
    book = openpyxl.Workbook()
    sheet = book.active
    for number, row in enumerate(grid):
        cells = []
        for text in row:
            value = _CONTROLS.sub("", text)[:32_000]
            kind = chance.random()
            if number and kind < 0.4:
                try:
                    value = (
                        datetime.fromisoformat(value)
                        if "-" in value[1:]
                        else float(value)
                        if value.isascii()
                        else value
                    )
                    if isinstance(value, datetime):
                        value = value.replace(tzinfo=None)
                    elif isinstance(value, float) and not abs(value) < 1e300:
                        value = "inf"
                except ValueError:
                    pass
            elif 0.4 <= kind < 0.402:
                value = "=1+1"
            cells.append(value)
        sheet.append(cells)
    if chance.random() < 0.1:
        book.create_sheet("other").append(["night", "severity"])
    if chance.random() < 0.1 and len(grid) > 2:
        sheet.merge_cells("A1:B2")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def document_of(grid: Grid, chance: Random) -> bytes:
    """A table as an OpenDocument spreadsheet, cells as text, numbers or dates, some of them said to be repeated."""
    rows: list = []
    for number, row in enumerate(grid):
        cells: list = []
        for text in row:
            value: object = _CONTROLS.sub("", text)[:32_000]
            if number and chance.random() < 0.4:
                try:
                    value = float(text) if text.isascii() and abs(float(text)) < 1e300 else value
                except ValueError:
                    with suppress(ValueError):
                        value = date.fromisoformat(text)
            cells.append(value)
        rows.append(cells)
    for _ in range(chance.choice((0, 0, 1, 3))):
        count = chance.choice(("2", "1000", "16384", "1048576", "999999999", "-1", "x", ""))
        odd = chance.choice(
            (
                f'<table:table-row table:number-rows-repeated="{count}"><table:table-cell table:number-columns-repeated="{count}"/></table:table-row>',
                f'<table:table-row><table:table-cell table:number-columns-repeated="{count}" office:value-type="float" office:value="1"/></table:table-row>',
                '<table:table-row><table:table-cell office:value-type="percentage" office:value="1e999"><text:p>x</text:p></table:table-cell></table:table-row>',
                '<table:table-row><table:table-cell table:formula="of:=1+1"/></table:table-row>',
                "<table:table-row><table:table-cell><office:annotation><text:p>x</text:p></office:annotation></table:table-cell></table:table-row>",
            )
        )
        rows.insert(chance.randrange(len(rows) + 1), Xml(odd))
    sheets = {"Nights": rows} | ({"other": [["night", "severity"]]} if chance.random() < 0.1 else {})
    head = "" if chance.random() < 0.95 else '<!DOCTYPE x [<!ENTITY a "b">]>'
    return ods(sheets, head=head)


def archive_of(chance: Random) -> tuple[Made, bytes]:
    """Tables of several programs in an archive, and what a person would choose of the first."""
    made = [chance.choice(list(SOURCES.values()))(chance) for _ in range(chance.choice((1, 1, 2, 3)))]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, one_of in enumerate(made):
            _mangle_grid(one_of.grid, chance)
            archive.writestr(
                f"export/{number}{chance.choice(('.csv', '.csv', '.tsv', '.txt'))}",
                text_of(one_of.grid, one_of.delimiter, chance),
            )
        archive.writestr("__MACOSX/._0.csv", b"\0")
    return made[0], stream.getvalue()


def mangled_archive(data: bytes, chance: Random) -> bytes:
    """An archive with members changed, renamed, left out, doubled, put into another archive or packed in another way."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(member.filename, archive.read(member)) for member in archive.infolist()]
    except Exception:
        return data
    kind = chance.randrange(9)
    at = chance.randrange(len(members))
    name, content = members[at]
    if kind <= 2:
        members[at] = (name, mangled_bytes(content, chance))
    elif kind == 3:
        del members[at]
    elif kind == 4:
        members[at] = (
            chance.choice(
                (
                    "../" + name,
                    "/etc/passwd.xml",
                    "C:\\x.xml",
                    "a\x00b.xml",
                    "é" * 50 + ".xml",
                    name.upper(),
                    "xl/workbook.xml",
                )
            ),
            content,
        )
    elif kind == 5:
        members.append((f"copy/{name}", content))
    elif kind == 6:
        members = [("nested.zip", data), ("export.xml", data)]
    elif kind == 7:
        members.append(
            (
                chance.choice(("bomb.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml")),
                b"<HealthData>" + b" " * 12_000_000 if chance.random() < 0.1 else b"<HealthData>" * 50,
            )
        )
    stream = io.BytesIO()
    packing = chance.choice((zipfile.ZIP_DEFLATED,) * 6 + (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two members of a name
        with zipfile.ZipFile(stream, "w", packing) as archive:
            for name, content in members:
                archive.writestr(name, content)
    return stream.getvalue()


_APPLE_JUNK = (
    b'<!DOCTYPE HealthData [<!ENTITY a "b"><!ENTITY b "&a;&a;&a;">]>', b'<!DOCTYPE HealthData SYSTEM "file:///etc/passwd">', b"&a;", b"<a>" * 70, b"<![CDATA[x]]>",
    b"<!-- " + b"-" * 40 + b" -->", b"<Record/>", b'<Record type="HKQuantityTypeIdentifierStepCount"/>', b"\x01\x02", b'<Record type="x" type="y"/>', b"</HealthData>",
    b'<Record type="HKQuantityTypeIdentifierStepCount" unit="count" value="NaN" startDate="2026-01-07 10:00:00 +0100" endDate="x"/>',
    b'<Record type="HKCategoryTypeIdentifierSleepAnalysis" value="HKCategoryValueSleepAnalysisInBed" startDate="2026-01-07 23:00:00 +0100" endDate="2026-01-07 20:00:00 +0100"/>',
    b'<Record type="HKCategoryTypeIdentifierSleepAnalysis" value="HKCategoryValueSleepAnalysisAsleepCore" startDate="2026-01-07 23:00:00 +0100"/>',
    b'<Record type="HKQuantityTypeIdentifierDietaryCaffeine" unit="oz" value="3" startDate="2026-01-07" endDate="2026-01-07"/>',
    b'<Record type="HKQuantityTypeIdentifierDietaryCaffeine" unit="g" value="1e308" startDate="2026-01-07 10:00:00 +0100" endDate="2026-01-07 10:00:00 +0100"/>',
    b'<Record type="HKQuantityTypeIdentifierRestingHeartRate" unit="count/s" value="1.1" startDate="9999-12-31 10:00:00 -1400" endDate=""/>',
    b'<Record type="HKQuantityTypeIdentifierStepCount" unit="count" value="5" startDate="0001-01-01 00:00:00 +1400" endDate="0001-01-01 00:00:00 +1400"/>',
)  # fmt: skip


def _mangled_xml(data: bytes, chance: Random) -> bytes:
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        kind = chance.randrange(5)
        if kind <= 2:
            lines = data.split(b"\n")
            lines.insert(chance.randrange(len(lines) + 1), chance.choice(_APPLE_JUNK))
            data = b"\n".join(lines)
        elif kind == 3:
            data = re.sub(
                rb'value="\d+"',
                b'value="'
                + cleaned(_junk(chance))[:50].replace('"', "").replace("&", "").replace("<", "").encode()
                + b'"',
                data,
                count=chance.randint(1, 3),
            )
        else:
            data = data.replace(
                b"2026-01-0", chance.choice((b"2026-01-9", b"2025-12-0", b"\xff", b"20260-01-0")), chance.randint(1, 3)
            )
    return data


@dataclass
class Case:
    """One file, with what the person says of it."""

    suffix: str
    data: bytes
    chosen: dict[str, str]
    reading: Reading


def make(reader: str, chance: Random) -> Case:
    """A file of this kind, mostly broken."""
    if reader in (APPLE_XML, APPLE_ZIP):
        made = _apple_xml(chance)
        data = _mangled_xml(made.data, chance)
        if reader == APPLE_ZIP:
            stream = io.BytesIO()
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("apple_health_export/export_cda.xml", "<ClinicalDocument/>")
                archive.writestr("apple_health_export/Export.xml", data)
            data = mangled_archive(stream.getvalue(), chance) if chance.random() < 0.5 else stream.getvalue()
        made.suffix = ".zip" if reader == APPLE_ZIP else ".xml"
    elif reader == DIARY_PAGE:
        made = Made(suffix=".json")
        data = _diary_page(chance)
    elif reader == FITBIT_JSON:
        made = Made(suffix=".json", reading=Reading(several=chance.choice((None, "max"))))
        data = _fitbit_json(chance)
    elif reader == ARCHIVE:
        made, data = archive_of(chance)
        if chance.random() < 0.4:
            data = mangled_archive(data, chance)
        made.suffix = ".zip"
    elif reader == OPEN_DOCUMENT:
        made = chance.choice(list(SOURCES.values()))(chance)
        _mangle_grid(made.grid, chance)
        data = document_of(made.grid, chance)
        if chance.random() < 0.4:
            data = mangled_archive(data, chance)
        made.suffix = ".ods"
    elif reader == SPREADSHEET:
        made = chance.choice(list(SOURCES.values()))(chance)
        _mangle_grid(made.grid, chance)
        data = sheet_of(made.grid, chance)
        if chance.random() < 0.4:
            data = mangled_archive(data, chance)
        made.suffix = ".xlsx"
    else:
        made = SOURCES[reader](chance)
        _mangle_grid(made.grid, chance)
        data = text_of(made.grid, made.delimiter, chance)
    if chance.random() < 0.3:
        data = mangled_bytes(data, chance)
    if chance.random() < 0.02:
        made.suffix = chance.choice((".xlsx", ".pdf", "", ".zip", ".XLSX", ".txt"))
    return Case(made.suffix, data, made.chosen, made.reading)


# The trial they are read into --------------------------------------------------------------------------------------


@cache
def protocol() -> Protocol:
    """A trial of 28 nights from 5 January 2026, with two covariates."""
    answers = {
        "arms": [{"name": "off", "dose_mg": 0}, {"name": "magnesium", "form": "citrate", "dose_mg": 200}],
        "design": {"start": START, "blocks": 2, "period_nights": 7, "seed": 7},
        "analysis": {"covariates": ["caffeine_mg", "steps"]},
    }
    return Protocol.build(merge(load_template("magnesium-rls"), answers))


def template_folder(scratch: Path) -> Path:
    """A trial with three nights in its diary; made once for a scratch folder."""
    folder = scratch / "template"
    if not folder.exists():
        rows = [
            {"night": str(START + timedelta(days=number)), "severity": str(number + 3), "note": "=before"}
            for number in range(3)
        ]
        entries = tuple(parse_entry(protocol(), row, where="fuzz") for row in rows)
        Trial(protocol(), draw_order(protocol()), entries).write(folder)
    return folder


# What must be true -------------------------------------------------------------------------------------------------


def _message(error: Nof1Error) -> None:
    text = str(error)
    if not text.strip():
        raise Broken("a message without words")
    if len(text) > LONGEST_MESSAGE:
        raise Broken(f"a message of {len(text):,} letters: {text[:120]}…")
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in "\u202e\u202d\u200f\u2066\u2067":
            raise Broken(f"a message with the character U+{ord(character):04X}: {text[:300]!r}")


def _answered(
    question: AmbiguousInput, chosen: dict[str, str], reading: Reading, chance: Random
) -> tuple[dict[str, str], Reading]:
    """What a person might say."""
    option, choices = question.option, question.choices
    if option.startswith("map "):
        return chosen | {option.removeprefix("map "): chance.choice(choices)}, reading
    if option == "unit":
        example = re.search(r"units=\{'[^']+': '([^']+)'", str(question))
        units = [example[1]] if example and chance.random() < 0.7 else ["minutes", "s", "mg", "h", "parsecs"]
        return chosen, replace(reading, units={**reading.units, choices[0]: chance.choice(units)})
    if option == "zone":
        return chosen, replace(reading, zone=chance.choice(("Europe/Berlin", "Pacific/Kiritimati", "nowhere")))
    if option == "scale":
        numbers = {word: chance.randint(0, 11) for word in choices[1:]}
        return chosen, replace(reading, scales={**reading.scales, **read_scales({choices[0]: numbers})})
    answer = chance.choice(choices)
    if option == "decimal":
        return chosen, replace(reading, decimal_comma=answer == "comma")
    return chosen, replace(reading, **{option.replace("-", "_"): answer})


def _planned(folder: Path, export, chosen: dict[str, str], reading: Reading, chance: Random, latest: date):
    for _ in range(QUESTIONS):
        try:
            full = complete_map(export, protocol(), chosen)
            return plan_import(
                folder, protocol(), export, full, reading, latest=latest, asked=set(chosen), ask_words=True
            )
        except AmbiguousInput as question:
            _message(question)
            chosen, reading = _answered(question, chosen, reading, chance)
    raise InputError("It asks and asks.")


def _sound(plan, folder: Path, latest: date) -> None:
    """Hold a plan against what every plan must be."""
    if plan.rows != plan.taken + plan.merged + plan.rows_rejected or min(plan.counts().values()) < 0:
        raise Broken(f"the counts do not add up: {plan.counts()}")
    if len(plan.changes) != plan.taken or len({change.night for change in plan.changes}) != plan.taken:
        raise Broken("a night is there twice, or not one row is taken for each")
    last = last_evening(folder, protocol())
    recorded = {entry.night: row_of(protocol(), entry) for entry in read_diary(folder, protocol())}
    for change in plan.changes:
        if not START <= change.night <= min(last, latest):
            raise Broken(f"{change.night} is no night that is over")
        known = columns(protocol())
        diary = {name: text for name, text in change.cells.items() if name in known}
        # A confidence alone goes with the guess that is there.
        there = recorded.get(change.night, {})
        entry = parse_entry(protocol(), {**there, "night": str(change.night), **diary}, where="plan")
        if any(row_of(protocol(), entry)[name] != text for name, text in diary.items()):
            raise Broken(f"the diary would write another value than the plan tells: {diary}")
        for name, text in change.cells.items():
            if name not in known:
                check_measure(name, float(text), where="plan")
            if name in TEXT_COLUMNS and cleaned(text) != text:
                raise Broken(f"an unclean text: {text!r}")
    for row in plan.rejected:
        if (
            row.rows < 0
            or not re.fullmatch(r"\d+(-\d+)?(, \d+(-\d+)?)*", row.lines.rpartition("!")[2])
            or not row.reason
        ):
            raise Broken(f"a rejected row without its line or reason: {row}")
        if not row.rows and not any(row.values.values()) and "more values" not in row.reason:
            raise Broken(f"a row that is taken without a value, and not which: {row}")
    if (plan.values_rejected > 0) != any(row.rows == 0 for row in plan.rejected):
        raise Broken(f"{plan.values_rejected} values are counted as left out, and {plan.rejected} are told")
    if set(plan.column_map.values()) - set(plan.export.header):
        raise Broken("a column that is not in the file")


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder but the lock."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".nof1.lock"
    }


def consistent(folder: Path) -> None:
    """Diary, measures, journal, ledger and rejected.csv tell the same."""
    rows = {str(entry.night): row_of(protocol(), entry) for entry in read_diary(folder, protocol())}
    held = {
        (night, name): text for night, row in rows.items() for name, text in row.items() if name != "night" and text
    }
    for (night, name), value in read_measures(folder).items():
        held[str(night), name] = measures_csv({(night, name): value}).splitlines()[1].split(",")[2]
    lines = list(audited(folder))
    if not all(sound for _, _, sound in lines):
        raise Broken("a line of the journal is not as nof1 wrote it")
    told = {key: text for key, text in replayed(line for line, _, _ in lines).items() if key[0]}
    if lines and told != held:
        raise Broken(f"diary and journal tell different values: {sorted(set(told.items()) ^ set(held.items()))[:4]}")
    for line in read_ledger(folder):
        if line.rows != line.taken + line.merged + line.rejected:
            raise Broken("the ledger does not add up")
        if (
            sum(row.rows for row in read_rejected(folder) if row.sha256 == line.sha256) != line.rejected
            and line.source != "rejected"
        ):
            raise Broken("ledger and rejected.csv tell different counts")


def _imported(plan, folder: Path, chosen: dict[str, str], chance: Random, latest: date) -> None:
    """Take it, read everything back, and take it once more."""
    try:
        take_import(folder, protocol(), plan, now=NOW)
    except InputError as error:
        raise Broken(f"what was planned is refused when it is taken: {error}") from error
    consistent(folder)
    if plan.changes or plan.rejected:
        remembered(folder, plan.export)
    before = snapshot(folder)
    again = plan_import(folder, protocol(), plan.export, plan.column_map, plan.reading, latest=latest)
    if again.changes:
        raise Broken(f"the same file brings something new: {again.changes[0]}")
    take_import(folder, protocol(), again, now=NOW + timedelta(days=1))
    if snapshot(folder) != before:
        changed = [name for name, content in snapshot(folder).items() if before.get(name) != content]
        raise Broken(f"importing the same file again changes {changed}")
    if plan.rejected and plan.export.source != "rejected":
        _reimported(folder, chance, latest)


def _reimported(folder: Path, chance: Random, latest: date) -> None:
    """rejected.csv as it is, imported: a plain message or a sound plan, and no row of the file is lost."""
    copy = folder.parent / "rejected-copy.csv"
    shutil.copyfile(folder / REJECTED_FILE, copy)
    try:
        export = recognize(open_file(copy))
        plan = _planned(folder, export, {}, Reading(), chance, latest)
    except InputError as error:
        _message(error)
        return
    _sound(plan, folder, latest)
    rows = len(read_rejected(folder))
    if plan.rows != rows:
        raise Broken(f"rejected.csv has {rows} rows and {plan.rows} are read")
    take_import(folder, protocol(), plan, now=NOW + timedelta(days=2))
    rows = {str(entry.night) for entry in read_diary(folder, protocol())}
    read_rejected(folder)


def _opened(path: Path, folder: Path, chosen: dict[str, str], chance: Random) -> Opened:
    """The file opened as a command opens it, and one of its sheets or tables chosen where it asks."""
    try:
        return fitting_table(folder, open_file(path), chosen)
    except AmbiguousInput as question:
        _message(question)
        return open_file(path, chance.choice(question.choices))


def _one_source(reader: str, chance: Random, scratch: Path, *, take: bool) -> Tally:
    case = make(reader, chance)
    path = scratch / f"file{case.suffix}"
    path.write_bytes(case.data)
    latest = START + timedelta(days=chance.choice((5, 12, 100)))
    tally = Tally(files=1)
    folder = template_folder(scratch)
    try:
        try:
            export = recognize(_opened(path, folder, case.chosen, chance))
            plan = _planned(folder, export, case.chosen, case.reading, chance, latest)
        except InputError:
            if not case.chosen:
                raise
            export = recognize(_opened(path, folder, {}, chance))
            unnamed = replace(case.reading, units={}, scales={})
            plan = _planned(folder, export, {}, unnamed, chance, latest)  # a column of that name was mangled
    except Nof1Error as error:
        _message(error)
        tally.refused = 1
        return tally
    _sound(plan, folder, latest)
    tally.read, tally.rows, tally.taken, tally.merged, tally.rejected = (
        1,
        plan.rows,
        plan.taken,
        plan.merged,
        plan.rows_rejected,
    )
    if take:
        tally.imported = 1
        target = scratch / "trial"
        shutil.copytree(folder, target)
        try:
            _imported(plan, target, case.chosen, chance, latest)
        finally:
            shutil.rmtree(target)
    return tally


# nof1's own files --------------------------------------------------------------------------------------------------


def _own_diary(chance: Random) -> bytes:
    rows = [
        {
            "night": str(day),
            "severity": _rating(chance),
            "dose_mg": "200",
            "guess": "off",
            "confidence": "50",
            "steps": "4000",
            "note": '=x, "y"\nz',
        }
        for day in (START + timedelta(days=number) for number in range(chance.randint(0, 20)))
    ]
    return to_csv(protocol(), [parse_entry(protocol(), row, where="fuzz") for row in rows]).encode()


def _own_journal(chance: Random) -> bytes:
    lines = [
        Line(
            "2026-01-06T08:00:00+01:00",
            "log",
            str(START + timedelta(days=number)),
            "severity",
            "",
            _rating(chance),
            chance.choice(("", "slip\nof pen", "=1")),
        )
        for number in range(chance.randint(0, 20))
    ]
    return extended(b"", lines)


def _own_measures(chance: Random) -> bytes:
    return measures_csv(
        {(START + timedelta(days=number), "sleep_minutes"): chance.uniform(0, 600) for number in range(9)}
    ).encode()


def _own_ledger(chance: Random) -> bytes:
    line = Imported(
        "2026-02-01T08:00:00+01:00",
        "=x.csv",
        "ab" * 32,
        "oura",
        9,
        4,
        3,
        2,
        {"night": 'Datum, "ä"'},
        {"several": "mean"},
    )
    return ledger_csv((line,) * chance.randint(0, 4)).encode()


def _own_rejected(chance: Random) -> bytes:
    rows = [
        RejectedRow(
            "x.csv", "ab" * 32, f"{number}-{number + 3}", 4, "why", "2026-01-09", {"severity": "99", "note": "=1\nb"}
        )
        for number in range(chance.randint(0, 6))
    ]
    return rejected_csv(rows).encode()


def _own_maps(chance: Random) -> bytes:
    return json.dumps(
        {
            "plain:0123456789abcdef": {
                "map": {"night": "Datum"},
                "options": {"several": "mean", "units": {}},
                "saved": "2026-01-01",
            }
        }
    ).encode()


def _own_order(chance: Random) -> bytes:
    return draw_order(protocol()).to_csv().encode()


@cache
def _sealed() -> tuple[Protocol, str, str]:
    answers = {
        "arms": [{"name": "off", "dose_mg": 0}, {"name": "magnesium", "form": "citrate", "dose_mg": 200}],
        "design": {"start": START, "blocks": 2, "period_nights": 7, "concealed": "helper"},
    }
    made = Protocol.build(merge(load_template("magnesium-rls"), answers))
    sealed, seal = seal_order(made, seed=5, salt="ab" * 32)
    return made, sealed.to_json(), seal.to_json()


_AMENDMENTS = (
    b"entered,kind,start,nights,period,reason\n2026-01-20T08:00:00+01:00,pause,2026-01-19,3,,travel\n"
    b'2026-01-21T08:00:00+01:00,note,,,,"less, and\nlater"\n'.replace(b"and\nlater", b"and later")
)
_UNSEALING = json.dumps({"schema": 1, "opened": "2026-03-01T08:00:00+01:00", "diary_sha256": "ab" * 32, "nights_recorded": 20, "nights_planned": 28, "nights_left": 0}).encode()  # fmt: skip


def _again_diary(folder: Path) -> int:
    entries = read_diary(folder, protocol())
    write_atomic(folder / DIARY_FILE, to_csv(protocol(), entries))
    if read_diary(folder, protocol()) != entries:
        raise Broken("the diary is another one when it was written again")
    return len(entries)


def _again_measures(folder: Path) -> int:
    values = read_measures(folder)
    write_atomic(folder / MEASURES_FILE, measures_csv(values))
    if read_measures(folder) != values:
        raise Broken("the measures are others when they were written again")
    return len(values)


def _again_ledger(folder: Path) -> int:
    lines = read_ledger(folder)
    write_atomic(folder / IMPORTS_FOLDER / LEDGER_FILE, ledger_csv(lines))
    if read_ledger(folder) != lines:
        raise Broken("the ledger is another one when it was written again")
    return len(lines)


def _again_rejected(folder: Path) -> int:
    rows = read_rejected(folder)
    write_atomic(folder / REJECTED_FILE, rejected_csv(rows))
    if read_rejected(folder) != rows and rows:
        raise Broken("rejected.csv is another one when it was written again")
    return len(rows)


def _again_journal(folder: Path) -> int:
    lines = list(audited(folder))
    added = Line("2026-02-01T08:00:00+01:00", "log", "2026-01-30", "severity", "", "5")
    content = (folder / JOURNAL_FILE).read_bytes()
    write_atomic(folder / JOURNAL_FILE, extended(content, [added]))
    after = list(audited(folder))
    if after[:-1] != lines or not after[-1][2] or after[-1][0] != added:
        raise Broken("a line put at the end of the journal is not found sound there, or changes those before it")
    return len(lines)


def _again_amendments(folder: Path) -> int:
    amendments = load_amendments(folder)
    save_amendments(folder, amendments)
    if load_amendments(folder) != amendments:
        raise Broken("the amendments are others when they were written again")
    last_evening(folder, protocol())
    return len(amendments)


def _again_order(folder: Path) -> int:
    order = Order.from_csv((folder / ORDER_FILE).read_bytes(), where="order.csv")
    if Order.from_csv(order.to_csv().encode(), where="order.csv") != order:
        raise Broken("the order is another one when it was written again")
    load_order(folder, protocol())
    return order.nights


def _again_protocol(folder: Path) -> int:
    loaded = Protocol.load(folder)
    loaded.save(folder / PROTOCOL_FILE)
    if Protocol.load(folder) != loaded:
        raise Broken("the protocol is another one when it was written again")
    return 1


def _again_seal(folder: Path) -> int:
    load_seal(folder)
    load_schedule(folder, _sealed()[0])
    return 1


def _again_maps(folder: Path) -> int:
    path = folder.parent / "known.csv"
    path.write_text("night,severity\n2026-01-09,4\n")
    export = recognize(open_file(path))
    maps = read_maps(folder)
    if maps:
        (folder / IMPORTS_FOLDER / MAPS_FILE).write_text(
            json.dumps({_map_key(export): value for value in maps.values()}, default=str)
        )
    found = remembered(folder, export)
    if found is not None:
        column_map, reading, _ = found
        complete = complete_map(export, protocol(), column_map)
        plan_import(folder, protocol(), export, complete, reading, latest=START + timedelta(days=9))
    return len(maps)


def _map_key(export) -> str:
    from nof1.record.importing.ledger import map_key

    return map_key(export.source, export.header)


@dataclass(frozen=True)
class Own:
    """A file that nof1 writes: where it is, a valid one, and reading it, which returns how many things are in it."""

    name: str
    valid: Callable[[Random], bytes]
    read: Callable[[Path], int]
    table: bool = True


OWN: dict[str, Own] = {
    "diary.csv": Own(DIARY_FILE, _own_diary, _again_diary),
    "journal.csv": Own(JOURNAL_FILE, _own_journal, _again_journal),
    "measures.csv": Own(MEASURES_FILE, _own_measures, _again_measures),
    "ledger.csv": Own(f"{IMPORTS_FOLDER}/{LEDGER_FILE}", _own_ledger, _again_ledger),
    "rejected.csv": Own(REJECTED_FILE, _own_rejected, _again_rejected),
    "amendments.csv": Own(AMENDMENTS_FILE, lambda _: _AMENDMENTS, _again_amendments),
    "order.csv": Own(ORDER_FILE, _own_order, _again_order),
    "maps.json": Own(f"{IMPORTS_FOLDER}/{MAPS_FILE}", _own_maps, _again_maps, table=False),
    "protocol.toml": Own(PROTOCOL_FILE, lambda _: _protocol_bytes(), _again_protocol, table=False),
    "seal.json": Own(SEAL_FILE, lambda _: _sealed()[2].encode(), _again_seal, table=False),
    "sealed-order.json": Own(
        SEALED_ORDER_FILE,
        lambda _: _sealed()[1].encode(),
        lambda folder: len(load_sealed_order(folder).arms),
        table=False,
    ),
    "unsealing.json": Own(
        UNSEALING_FILE, lambda _: _UNSEALING, lambda folder: load_unsealing(folder).nights_recorded and 1, table=False
    ),
}
_JSON_JUNK = (
    b"null",
    b"[]",
    b"{}",
    b"1e999",
    b"NaN",
    b"true",
    b'""',
    b'"\\ud800"',
    b"[" * 100_000,
    b"-1",
    b"9" * 5000,
    b'{"a":' * 3000,
)


@cache
def _protocol_bytes() -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        protocol().save(Path(scratch) / PROTOCOL_FILE)
        return (Path(scratch) / PROTOCOL_FILE).read_bytes()


def _own_bytes(own: Own, chance: Random) -> bytes:
    data = own.valid(chance)
    if own.table and chance.random() < 0.6:
        grid = list(csv.reader(io.StringIO(data.decode(), newline="")))
        _mangle_grid(grid, chance)
        stream = io.StringIO()
        csv.writer(stream, lineterminator=chance.choice(("\n", "\r\n"))).writerows(grid)
        data = stream.getvalue().encode(
            chance.choice(("utf-8",) * 8 + ("utf-8-sig", "utf-16", "latin-1")), errors="replace"
        )
    elif not own.table and chance.random() < 0.5:
        values = list(re.finditer(rb"(?<=[:=\[,] )[^,\]}\n]+", data))
        if values:
            found = chance.choice(values)
            data = (
                data[: found.start()]
                + chance.choice((*_JSON_JUNK, json.dumps(_junk(chance)).encode()))
                + data[found.end() :]
            )
    return mangled_bytes(data, chance) if chance.random() < 0.5 else data


def _one_own(reader: str, chance: Random, scratch: Path) -> Tally:
    own = OWN[reader]
    folder = scratch / "own"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template_folder(scratch), folder)
    if own.read is _again_seal:
        (folder / ORDER_FILE).unlink()
    path = folder / own.name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(_own_bytes(own, chance))
    tally = Tally(files=1)
    try:
        tally.rows = own.read(folder)
        tally.read = 1
    except Nof1Error as error:
        _message(error)
        tally.refused = 1
    return tally


READERS = (
    *SOURCES, DIARY_PAGE, FITBIT_JSON, SPREADSHEET, OPEN_DOCUMENT, ARCHIVE, APPLE_XML, APPLE_ZIP, *OWN
)  # fmt: skip


def one(reader: str, number: int, seed: int, scratch: Path, *, take: bool | None = None) -> Tally:
    """Make one broken file, read it, and hold what comes of it against what must be true.

    Parameters
    ----------
    take : bool, optional
        Whether to import it too, where it can be read; every sixth file if not given.

    Raises
    ------
    Broken
        If anything but a plain message or a sound plan comes of it.
    """
    chance = Random(f"{seed} {reader} {number}")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            if reader in OWN:
                return _one_own(reader, chance, scratch)
            return _one_source(reader, chance, scratch, take=number % 6 == 0 if take is None else take)
        except Exception as error:
            what = str(error) if isinstance(error, Broken) else f"{type(error).__name__}: {str(error)[:300]}"
            if any(reader == whose and what.startswith(how) for whose, how in KNOWN):
                return Tally(files=1, known=1)
            raise Broken(f"{reader}, file {number} of seed {seed}: {what}") from error
