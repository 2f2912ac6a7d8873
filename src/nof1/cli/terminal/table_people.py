"""What is shown of a table's people before the trials of them are made, and how the same is typed without questions."""

import shlex
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, cast

from nof1.cells import brief
from nof1.cli.terminal.adopted import assumed
from nof1.cli.terminal.console import as_flags, show
from nof1.cli.terminal.drawn_elsewhere import drawn_line
from nof1.cli.terminal.output import paragraph
from nof1.cli.terminal.table_questions import TableRequest
from nof1.record.adopting.from_table import PeopleOfTable
from nof1.record.trial import Trial
from nof1.report.words.gaps import meaning_sentence
from nof1.subject import about, worded

_SHOWN = 12  # refused people that are told one by one; all are in problems.csv
# How an option of the rooms is typed, where it is not its own name.
_TYPED = {"covariates": "covariate", "labels": "label", "analysis": "family", "decimal_comma": "decimal"}


def tell_table(found: PeopleOfTable, *, scheduled: bool) -> None:
    """How the table was read: people, nights, arms, who is refused and why, and what is taken for granted."""
    first = next(iter(found.nights.values()))
    with about(first.protocol.subject):
        _tell(found, scheduled=scheduled)


def _tell(found: PeopleOfTable, *, scheduled: bool) -> None:
    source, trials = found.source, [Trial(*nights) for nights in found.nights.values()]
    nights = [len(trial.entries) for trial in trials]
    rated = [sum(entry.outcome is not None for entry in trial.entries) for trial in trials]
    show(f"{source.file}: {source.rows:,} rows, {source.people:,} people.", style="bold")
    if source.nobody:
        show(f"  {source.nobody:,} rows name nobody: not taken.")
    if source.empty:
        show(f"  {source.empty:,} rows hold neither a night nor the outcome: taken for no night.")
    people = "1 person" if len(trials) == 1 else f"{len(trials):,} people"
    show(
        f"  {people}: {min(nights)} to {max(nights)} {worded('nights')}, {min(rated)} to {max(rated)} with an outcome."
    )
    arms = Counter(arm.name for trial in trials for arm in trial.protocol.arms)
    show(f"  arms: {', '.join(f'{name} ({count:,} people)' for name, count in arms.items())}")
    for meaning in () if scheduled else dict.fromkeys(filter(None, map(meaning_sentence, trials))):
        paragraph(f"Days without a row or an arm: {meaning}", lead="  ")
    if source.refused:
        count = len(source.refused)
        show(f"  Refused: {count:,} {'person' if count == 1 else 'people'}", style="bold yellow")
        for one in source.refused[:_SHOWN]:
            paragraph(f"{brief(one.person)}: {as_flags(one.reason)}", lead="    ")
        if count > _SHOWN:
            show(f"    and {count - _SHOWN:,} more")
    for line in (drawn_line(trials[0], counted=False), *assumed(trials[0].protocol)):
        paragraph(line, lead="  ")


def as_typed(request: TableRequest, leave_out: Collection[str], planned: int | None, *, schedule: Path | None) -> str:
    """The options that say the same of the table, as they are typed."""
    usual = {"carryover": "none", "dated_by": "evening"}
    words = ["--schedule", str(schedule)] if schedule is not None else []
    words += ["--sheet", request.sheet] if request.sheet else []
    given = cast("Mapping[str, Any]", request.options)
    for name, value in given.items():
        flag = f"--{_TYPED.get(name, name).replace('_', '-')}"
        if value in (None, False, [], {}, ()) and name not in ("decimal_comma", "low", "high"):
            continue
        if value is None or usual.get(name) == value:
            continue
        words += _words(flag, name, value)
    words += [word for option in leave_out for word in ("--leave-out", option)]
    words += ["--planned-nights", str(planned)] if planned is not None else []
    return shlex.join([*words, "--yes"])


def _words(flag: str, name: str, value: Any) -> list[str]:
    if name == "analysis":
        return [] if value == {"family": "normal"} else [flag, value["family"]]
    if name == "decimal_comma":
        return [flag, "comma" if value else "point"]
    if value is True:
        return [flag]
    if isinstance(value, Mapping):
        return [word for key, text in value.items() for word in (flag, f"{key}={text}")]
    if isinstance(value, list | tuple):
        return [word for one in value for word in (flag, str(one))]
    return [flag, f"{value:g}" if isinstance(value, float) else str(value)]
