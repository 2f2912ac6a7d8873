"""Which column of a file goes where: chosen by the person, known to the source, or found by its name."""

from collections.abc import Mapping, Sequence

from nof1.cells import listed
from nof1.errors import InputError
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import columns
from nof1.record.diary.secondary import measure_name
from nof1.record.sources.source import Column, Export
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.measures import MEASURES, find_measure


def parse_map(pairs: Sequence[str], protocol: Protocol, measures: Sequence[str] = ()) -> dict[str, str]:
    """Column map from texts like ``severity=How bad?``.

    Parameters
    ----------
    pairs : sequence of str
        A column of the diary, or a measure that nof1 knows, and the file's column.
    measures : sequence of str
        A name of one's own for a secondary outcome, and the file's column.

    Raises
    ------
    InputError
        If a text has no "=" or names what cannot be recorded.
    """
    chosen: dict[str, str] = {}
    for option, pair in [*(("--map", pair) for pair in pairs), *(("--measure", pair) for pair in measures)]:
        name, found, column = pair.partition("=")
        name = name.strip()
        if not found or not column.strip():
            raise InputError(
                f"{option} {pair!r} must look like {protocol.outcome.name}='How bad?' (diary column = column of the file)."
            )
        if option == "--measure":
            if name in columns(protocol):
                raise InputError(f"--measure {pair!r}: {name!r} is a column of the diary; use --map for it.")
            name = measure_name(name, where="--measure")
        elif name not in columns(protocol):
            measure = find_measure(name)
            if measure is None:
                raise InputError(
                    f"--map {pair!r}: the diary has no {name!r}. Its columns are: {', '.join(columns(protocol))}. "
                    f"Besides, these are known: {', '.join(measure.name for measure in MEASURES)}. "
                    "For a secondary outcome of your own use --measure."
                )
            name = measure.name
        if name in chosen:
            raise InputError(f"{option} names {name!r} twice. Name it once.")
        chosen[name] = column.strip()
    return chosen


def complete_map(export: Export, protocol: Protocol, chosen: Mapping[str, str]) -> dict[str, str]:
    """The chosen column map, completed by what the source knows and by columns with the diary's own names.

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
    for field in columns(protocol):
        if field != "night":
            _add(found, field, _by_name(open_columns, field, protocol))
    if not set(chosen) - {"night"} or export.source != "plain":
        _add_measures(found, open_columns, protocol)
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
    """The column that is called like the field, or holds the measure that a covariate is."""
    wanted = {_plain(field)} | ({_plain(protocol.outcome.label)} if field == protocol.outcome.name else set())
    wanted.discard("")
    measure = find_measure(field) if field in protocol.analysis.covariates else None
    for column in open_columns:
        # "Iron (mg)" of a food diary is another thing than the iron_mg that was taken.
        other = measure is not None and column.measure not in ("", measure.name)
        if _plain(column.name) in wanted and not other:
            return column.name
    return next((column.name for column in open_columns if measure and column.measure == measure.name), None)


def _add_measures(found: dict[str, str], open_columns: Sequence[Column], protocol: Protocol) -> None:
    """What is left and known goes to the secondary outcomes."""
    covariates = {measure.name for name in protocol.analysis.covariates if (measure := find_measure(name))}
    for column in open_columns:
        if column.measure and column.measure not in covariates and column.measure not in columns(protocol):
            _add(found, column.measure, column.name)


def _refuse_nothing(export: Export, protocol: Protocol, found: Mapping[str, str], *, asked: bool) -> None:
    takes = [field for field in found if field != "night"]
    missing = "" if "night" in found else "night"
    if not missing and (not takes or (export.source == "plain" and not asked and protocol.outcome.name not in found)):
        missing = protocol.outcome.name
    if missing:
        example = "Date" if missing == "night" else "How bad?"
        raise AmbiguousInput(
            f"{export.name}: it is not clear which column holds {missing!r}. Say it with --map {missing}={example!r}. "
            f"Its columns are: {listed(export.header)}.",
            option=f"map {missing}",
            choices=tuple(name for name in export.header if name),
        )


def same_name(column: str, field: str) -> bool:
    """Whether a column is called like a field, but for capitals, spaces and marks."""
    return _plain(column) == _plain(field)


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
