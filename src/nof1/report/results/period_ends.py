"""The page of what was asked at the end of each period: a row a period, then each arm's periods together."""

from collections.abc import Sequence
from itertools import batched

from nof1.analyze.results import Result
from nof1.language import say, say_some
from nof1.report.results.parts import Part, Section, item, section, table, text
from nof1.report.words import period_ends as words
from nof1.report.words.phrases import clip

_ARM = 40
_ABREAST = 3  # columns that large print has room for; more of them go into a table of their own
_MOST = 40  # rows; of a longer trial the rest stands in results.json


def period_ends(result: Result) -> list[Section]:
    """The section, or nothing where nothing was recorded at any period's end."""
    rows = result.record.at_period_ends
    if not rows:
        return []
    names = list(dict.fromkeys(row.measure for row in rows))
    periods = list({(row.period, row.arm): None for row in rows})
    left = len(periods) - _MOST
    about = words.about(result, names)
    return [
        section(
            say("At the end of each period"),
            *(_table(result, periods[:_MOST], some) for some in batched(names, _ABREAST)),
            text(
                say_some(
                    left, "{count} further period is in results.json.", "{count:,} further periods are in results.json."
                )
                if left > 0
                else "",
            ),
            *(item(words.title(result, name), *words.by_arm(result, name), *about[name]) for name in names),
            text(words.caution()),
        )
    ]


def _table(result: Result, periods: Sequence[tuple[int, str | None]], names: Sequence[str]) -> Part | None:
    """A row a period, with a column for each of these measures."""
    protocol = result.trial.protocol
    values = {(row.period, row.measure): words.value_words(row) for row in result.record.at_period_ends}
    rows = [
        [
            str(number),
            clip(protocol.arm(arm).title, _ARM) if arm is not None else "\N{EN DASH}",
            *(values.get((number, name), "\N{EN DASH}") for name in names),
        ]
        for number, arm in periods
    ]
    header = [say("period"), say("arm"), *(words.title(result, name) for name in names)]
    return table(header, rows, columns=("auto", "1fr", *["1fr"] * len(names)))
