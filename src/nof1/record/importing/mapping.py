"""Which column of a file goes where: chosen by the person, known to the source, or found by its name."""

from collections.abc import Mapping, Sequence

from nof1.cells import listed
from nof1.errors import InputError
from nof1.plan.protocol.nightly import recorded_of
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import columns
from nof1.record.diary.period_ends import recorded_columns
from nof1.record.diary.secondary import measure_name
from nof1.record.importing.column_units import said_unit
from nof1.record.importing.ledger import OWN_COLUMNS
from nof1.record.sources.source import Column, Export
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.measures import MEASURES, find_measure, fitting
from nof1.record.values.units import read_unit


def split_pairs(pairs: Sequence[str], protocol: Protocol) -> dict[str, str]:
    """A mapping from texts like ``severity=How bad?``, name and column of the file.

    Raises
    ------
    InputError
        If a text has no "=", or a name is there twice.
    """
    found: dict[str, str] = {}
    for pair in pairs:
        name, sign, column = pair.partition("=")
        name = name.strip()
        if not sign or not column.strip():
            raise InputError(
                f"{pair!r} must look like {protocol.outcome.name}='How bad?' (diary column = column of the file)."
            )
        if name in found:
            raise _twice(name)
        found[name] = column.strip()
    return found


def _twice(name: str) -> InputError:
    return InputError(f"{name!r} is named twice. Name it once.")


def chosen_map(
    column_map: Mapping[str, str], protocol: Protocol, measures: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What goes where, by the names under which it is recorded.

    Parameters
    ----------
    column_map : mapping of str to str
        A column of the diary, or a measure that nof1 knows, and the file's column.
    measures : mapping of str to str
        A name of one's own for a secondary outcome, and the file's column.

    Raises
    ------
    InputError
        If a name is one that cannot be recorded, or is there twice.
    """
    chosen: dict[str, str] = {}
    for name, column in column_map.items():
        field = name
        if name not in recorded_columns(protocol):
            measure = find_measure(name)
            if measure is None:
                raise InputError(
                    f"The diary has no {name!r}. Its columns are: {', '.join(columns(protocol))}. "
                    f"Besides, these are known: {', '.join(measure.name for measure in MEASURES)}. "
                    "For a secondary outcome of your own use measures=."
                )
            field = measure.name
        if field in chosen:
            raise _twice(field)
        chosen[field] = column
    for name, column in (measures or {}).items():
        if name in columns(protocol):
            raise InputError(f"{name!r} is a column of the diary, no measure beside it; use column_map= for it.")
        field = measure_name(name, where="The measure")
        if field in chosen:
            raise _twice(field)
        chosen[field] = column
    return chosen


def complete_map(
    export: Export, protocol: Protocol, chosen: Mapping[str, str], units: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The chosen column map, completed by what the source knows and by columns with the diary's own names.

    `units` is what was said of units: caffeine that was said to be in mg is taken as caffeine_mg.

    Raises
    ------
    AmbiguousInput
        If no column gives the night, or nothing is found to take.
    InputError
        If a chosen column is not in the file, or the file is of another trial.
    """
    refuse_other_trial(export, protocol)
    chosen = {field: export.column(column).name for field, column in chosen.items()}
    found = dict(chosen)
    roles = ("value", "text", "treatment") if protocol.concealed == "open" else ("value", "text")
    open_columns = [column for column in export.columns if column.name and column.role in roles]
    if "night" not in found and export.when:
        found["night"] = export.when
    for field, column in export.suggested.items():
        if field in columns(protocol):
            _add(found, field, column)
    for column_of in (_by_name, _by_measure):
        for field in recorded_columns(protocol):
            if field != "night":
                free = [column for column in open_columns if column.name not in found.values()]
                _add(found, field, column_of(free, field, protocol))
    for graded in export.columns:
        if graded.role == "grade":
            _add(found, graded.name, graded.name)
    if not set(chosen) - {"night"} or export.source not in OWN_COLUMNS:
        _add_measures(found, open_columns, protocol, units or {})
    _refuse_nothing(export, protocol, found, asked=bool(set(chosen) - {"night"}))
    order = [*columns(protocol), *(field for field in found if field not in columns(protocol))]
    return {field: found[field] for field in order if field in found}


def refuse_other_trial(export: Export, protocol: Protocol) -> None:
    """Refuse a file that says itself that it was made for another trial.

    Raises
    ------
    InputError
        If it does.
    """
    if export.trial and export.trial != protocol.sha256():
        raise InputError(
            f"{export.name} belongs to another trial than this one (its plan has the hash {export.trial[:12]}…, this one's {protocol.sha256()[:12]}…). "
            "Nothing was taken. Import it into the folder of its own trial."
        )


def _add(found: dict[str, str], field: str, column: str | None) -> None:
    if column is not None and field not in found and column not in found.values():
        found[field] = column


def _by_name(open_columns: Sequence[Column], field: str, protocol: Protocol) -> str | None:
    """The column that is called like the field."""
    wanted = {_plain(field)} | ({_plain(protocol.outcome.label)} if field == protocol.outcome.name else set())
    one = recorded_of(protocol, field)
    wanted |= set() if one is None else {_plain(text) for text in (one.title, one.question or "", one.called, one.asks)}
    wanted.discard("")
    measure = find_measure(field) if field in protocol.analysis.covariates else None
    for column in open_columns:
        # "Iron (mg)" of a food diary is another thing than the iron_mg that was taken.
        other = measure is not None and column.measure not in ("", measure.name)
        if _plain(column.name) in wanted and not other:
            return column.name
    return None


def _by_measure(open_columns: Sequence[Column], field: str, protocol: Protocol) -> str | None:
    """The column that holds the measure that a covariate is."""
    measure = find_measure(field) if field in protocol.analysis.covariates else None
    return next((column.name for column in open_columns if measure and column.measure == measure.name), None)


def _add_measures(
    found: dict[str, str], open_columns: Sequence[Column], protocol: Protocol, units: Mapping[str, str]
) -> None:
    """What is left and known goes to the secondary outcomes."""
    covariates = {measure.name for name in protocol.analysis.covariates if (measure := find_measure(name))}
    for column in open_columns:
        name = _said_measure(column.measure, units) if column.measure else ""
        if name and name not in covariates and name not in columns(protocol):
            _add(found, name, column.name)


def _said_measure(name: str, units: Mapping[str, str]) -> str:
    """The measure, or the one of the same thing that is kept in the unit that was said of it."""
    measure, unit = find_measure(name), read_unit(said_unit(units, name))
    other = fitting(measure, unit) if measure is not None and unit is not None else None
    return other.name if other is not None else name


def _refuse_nothing(export: Export, protocol: Protocol, found: Mapping[str, str], *, asked: bool) -> None:
    takes = [field for field in found if field != "night"]
    missing = "" if "night" in found else "night"
    if not missing and not takes and export.missed:
        return
    if not missing and (
        not takes or (export.source in OWN_COLUMNS and not asked and protocol.outcome.name not in found)
    ):
        missing = protocol.outcome.name
    if missing:
        example = "Date" if missing == "night" else "How bad?"
        raise AmbiguousInput(
            f"{export.name}: it is not clear which column holds {missing!r}. Say it with column_map={{{missing!r}: {example!r}}}. "
            f"Its columns are: {listed(column.told for column in export.columns if column.name and column.role != 'private')}.",
            option=f"map {missing}",
            choices=tuple(column.name for column in export.columns if column.name and column.role != "private"),
        )


def same_name(column: str, field: str) -> bool:
    """Whether a column is called like a field, but for capitals, spaces and marks."""
    return _plain(column) == _plain(field)


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
