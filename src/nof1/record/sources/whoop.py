"""WHOOP's data export: sleeps.csv and physiological_cycles.csv, one row a sleep, and journal_entries.csv, one row an answer.

Formats seen: GitHub, mohdasti/Wearable-comparative-analysis (all three; rows newest first, answers without a cycle, local times),
Stebandido77/whoop-lab, headers.ts and formato-export-whoop.md (the Spanish names; that nobody knows to which night an answer
belongs). Durations have their unit in the header.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from nof1.record.opening.opened import Opened, Row
from nof1.record.sources.hints import names_treatment
from nof1.record.sources.plain import has_columns, plain_export
from nof1.record.sources.reworked import Cells, known_columns
from nof1.record.sources.sleeps import Kind, SleepTable, sleep_export
from nof1.record.sources.source import Column, Export

KEY = "whoop"
TITLE = "an export of WHOOP"

MAX_QUESTIONS = 500

_NAMES = (
    "Cycle start time",
    "Cycle end time",
    "Cycle timezone",
    "Sleep onset",
    "Wake onset",
    "Asleep duration (min)",
    "In bed duration (min)",
    "Light sleep duration (min)",
    "Deep (SWS) duration (min)",
    "REM duration (min)",
    "Awake duration (min)",
    "Sleep performance %",
    "Resting heart rate (bpm)",
    "Nap",
    "Question text",
    "Answered yes",
    "Notes",
)
_SPANISH = (
    "Hora de inicio del ciclo",
    "Hora de finalización del ciclo",
    "Zona horaria del ciclo",
    "Inicio del sueño",
    "Inicio de la vigilia",
    "Duración del sueño (min)",
    "Tiempo en la cama (min)",
    "Duración de sueño ligero (min)",
    "Duración de sueño profundo (SWS) (min)",
    "Duración de sueño REM (min)",
    "Tempo despierto/a (min)",
    "Calificación del sueño (%)",
    "Frecuencia cardíaca en reposo (lpm)",
    "Siesta",
    "Texto de la pregunta",
    'Respondió "Sí"',
    "Notas",
)
_LANGUAGES = tuple(MappingProxyType(dict(zip(_NAMES, names, strict=True))) for names in (_NAMES, _SPANISH))
_MEASURES: Mapping[str, Column] = MappingProxyType(
    {
        "Asleep duration (min)": Column("", "sleep_minutes", "min", "sum"),
        "In bed duration (min)": Column("", "time_in_bed_minutes", "min", "sum"),
        "Light sleep duration (min)": Column("", unit="min", merge="sum"),
        "Deep (SWS) duration (min)": Column("", "deep_sleep_minutes", "min", "sum"),
        "REM duration (min)": Column("", "rem_sleep_minutes", "min", "sum"),
        "Awake duration (min)": Column("", "awake_minutes", "min", "sum"),
        "Sleep performance %": Column("", "sleep_score", "%"),
        "Resting heart rate (bpm)": Column("", "resting_heart_rate", "bpm"),
        "Wake onset": Column("", role="text", dated_by="morning"),
    }
)
_TIMES = ("Cycle start time", "Cycle end time", "Cycle timezone", "Sleep onset", "Nap")
_KINDS: dict[str, Kind] = {"true": "nap", "false": "night"}
_SLEEP_NOTES = (
    "Times are those of the clock at the place. A row is taken for the evening of its sleep's onset; sleeps of one night are added up.",
    "Strain, energy and the heart rate of the day are not suggested: a cycle runs from one sleep to the next.",
)
_JOURNAL_NOTES = (
    "Each question is a column here: 1 for yes, 0 for no. None is suggested; map those that you want.",
    "CAREFUL: WHOOP does not say whether an answer is about the day before the cycle's sleep or the day after it. Answers go to the "
    "night with which their cycle begins. Compare one with the app before you take them.",
)


def recognize(file: Opened) -> Export | None:
    """By the cycle's start and a sleep's onset and length, or a question and its answer."""
    for names in _LANGUAGES:
        if has_columns(file, names["Cycle start time"], names["Sleep onset"], names["Asleep duration (min)"]):
            return _sleeps(file, names)
        if has_columns(file, names["Cycle start time"], names["Question text"], names["Answered yes"]):
            return _journal(file, names)
    return None


def _sleeps(file: Opened, names: Mapping[str, str]) -> Export:
    export = plain_export(file, 0, KEY, TITLE)
    export = replace(export, when=names["Sleep onset"], dated_by="evening", date_order="ymd", decimal_comma=False)
    known = [replace(column, name=names[name]) for name, column in _MEASURES.items()]
    columns = known_columns(export.header, known, [names[name] for name in _TIMES])

    def kind(cells: Cells) -> Kind | None:
        """A cycle is one night; of a sleep the file says whether it is a nap."""
        return _KINDS.get(cells.get(names["Nap"], "false").casefold())

    table = SleepTable(names["Sleep onset"], names["Wake onset"], names["Asleep duration (min)"], "min", kind=kind)
    return sleep_export(export, table, columns, _SLEEP_NOTES)


def _journal(file: Opened, names: Mapping[str, str]) -> Export:
    """Questions as columns. Reads the file once, for the questions there are."""
    export = plain_export(file, 0, KEY, TITLE)
    start, question, answer, notes = (
        names[name] for name in ("Cycle start time", "Question text", "Answered yes", "Notes")
    )
    own = (Column(start, role="text"), Column(notes, role="text"))
    asked: dict[str, None] = {}
    left_out = False
    for cells in _cells(export):
        name = _question(cells.get(question, ""), own)
        if name not in asked and len(asked) == MAX_QUESTIONS:
            left_out = True
        else:
            asked[name] = None
    columns = (*own, *(Column(name, role="treatment" if names_treatment(name) else "value") for name in asked))
    more = (
        (f"There are more than {MAX_QUESTIONS} questions; the first {MAX_QUESTIONS} can be taken.",) if left_out else ()
    )
    width = len(export.columns)

    def rows() -> Iterator[Row]:
        for row in export.rows():
            cells = dict(zip(export.header, row.cells, strict=False))
            name = _question(cells.get(question, ""), own)
            answers = (cells.get(answer, "") if column == name else "" for column in asked)
            yield Row(row.line, [cells.get(start, ""), cells.get(notes, ""), *answers, *row.cells[width:]])

    return replace(
        export,
        columns=columns,
        rows=rows,
        when=start,
        dated_by="evening",
        date_order="ymd",
        decimal_comma=False,
        notes=(*_JOURNAL_NOTES, *more),
    )


def _cells(export: Export) -> Iterator[Cells]:
    return (dict(zip(export.header, row.cells, strict=False)) for row in export.rows())


def _question(text: str, own: tuple[Column, ...]) -> str:
    """The column of a question: not one of the table's own, and never without a name."""
    return f"{text} (question)" if text in ("", *(column.name for column in own)) else text
