"""Secondary outcomes: sleep, steps, diet and the like by night, in measures.csv. Recorded beside the diary, not in the model.

What the protocol names as a covariate is in the diary instead. Knows no order and no model.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from nof1.cells import csv_rows, csv_text
from nof1.errors import InputError
from nof1.files import read_bytes
from nof1.plan.design.fields import column_name
from nof1.plan.protocol.instruments import IMPRESSION
from nof1.plan.protocol.noticed import NOTICED
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import number_text, parse_night, parse_number
from nof1.record.values.measures import find_measure

MEASURES_FILE = "measures.csv"
COLUMNS = ("night", "measure", "value", "unit")
_TOLD = 60  # letters of a name in a message; names are shorter
Values = Mapping[tuple[date, str], float]


def read_measures(folder: str | Path) -> dict[tuple[date, str], float]:
    """Values by night and measure; none if there is no such file.

    Raises
    ------
    InputError
        If the file is damaged or a value does not fit.
    """
    path = Path(folder) / MEASURES_FILE
    if not path.is_file():
        return {}
    values: dict[tuple[date, str], float] = {}
    for where, row in csv_rows(read_bytes(path), COLUMNS, where=str(path)):
        key = (parse_night(row["night"], where=where), measure_name(row["measure"], where=where))
        if key in values:
            raise InputError(
                f"{where}: {row['measure']} of the night {row['night']} is there twice. Remove the wrong one."
            )
        value = check_measure(key[1], parse_number(row["value"], key[1], where=where), where=where)
        if value is None:
            raise InputError(f"{where}: there is no value. Remove that line or fill it in.")
        values[key] = value
    return values


def measures_csv(values: Values) -> str:
    """measures.csv, nights in calendar order."""
    rows = [COLUMNS]
    for (night, name), value in sorted(values.items()):
        measure = find_measure(name)
        rows.append((night.isoformat(), name, number_text(value), measure.unit if measure else ""))
    return csv_text(rows)


def measure_name(name: str, *, where: str) -> str:
    """A name that a measure can have.

    Raises
    ------
    InputError
        If it is not.
    """
    try:
        return column_name(name.strip()[:_TOLD])
    except ValueError as error:
        raise InputError(f"{where}: a measure cannot be called so: {error}.") from None


def check_measure(name: str, value: float | None, *, where: str, protocol: Protocol | None = None) -> float | None:
    """Refuse what cannot be; of instruments that are a person's own the `protocol` says what can.

    Raises
    ------
    InputError
        If the value is outside what the measure can be.
    """
    own = next((one for one in (protocol.instruments or () if protocol else ()) if one.name == name), None)
    if value is not None and own is not None:
        if not own.low <= value <= own.high:
            raise InputError(f"{where}: {name} {value:g} is not between {own.low:g} and {own.high:g}. Check the value.")
        if own.whole and value != int(value):
            raise InputError(f"{where}: {name} {value:g} must be a whole number from {own.low:g} to {own.high:g}.")
    measure = find_measure(name)
    if value is not None and measure is not None and name in (IMPRESSION, NOTICED) and value != int(value):
        raise InputError(f"{where}: {name} {value:g} must be a whole number from {measure.low:g} to {measure.high:g}.")
    if value is not None and measure is not None and not measure.low <= value <= measure.high:
        raise InputError(
            f"{where}: {name} {value:g} is not between {measure.low:g} and {measure.high:g}{f' {measure.unit}' if measure.unit else ''}. "
            "Check the value and its unit."
        )
    return value
