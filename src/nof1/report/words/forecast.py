"""The forecast of further blocks as sentences. Says chances, never what to do."""

from collections.abc import Sequence

from nof1.analyze.model.effects import Verdict
from nof1.analyze.simulation.forecast import Forecast, ForecastRow
from nof1.language import phrase, say, say_some, sentences
from nof1.report.words.phrases import verdict_words

# Small whole numbers as words: within a sentence, and where it begins.
_NUMBERS = (
    (phrase("no"), phrase("No")),
    (phrase("one"), phrase("One")),
    (phrase("two"), phrase("Two")),
    (phrase("three"), phrase("Three")),
    (phrase("four"), phrase("Four")),
    (phrase("five"), phrase("Five")),
    (phrase("six"), phrase("Six")),
)
_LIKELY = 50  # in 100: what counts as probably settled
_LEAST, _MOST = 5, 95  # in 100: nearer to none or all is not told apart
_LEAST_OF_A_BLOCK = 0.25  # fewer planned nights than this share of a block are not told of


def forecast_sentence(forecast: Forecast) -> str:
    """How many more blocks would probably settle it.

    Where no number of blocks that was looked at reaches one half, the largest is named; where one does, so is the likeliest
    verdict.

    Parameters
    ----------
    forecast : Forecast
        The rows from the fewest blocks to the most.
    """
    rows = forecast.rows
    finishing = _worth_naming(forecast)
    told = _further(rows) if finishing is None else _finishing(finishing, forecast.planned_left, rows)
    rough = say("This is a rough guess.") if forecast.method == "approximate" else ""
    return sentences([say("{clause}.", clause=told), _likeliest(finishing, rows), rough])


def _likeliest(finishing: ForecastRow | None, rows: Sequence[ForecastRow]) -> str:
    """By which verdict it would most likely be settled; "" where nothing that is named is likely to settle it."""
    named = finishing if finishing is not None and _rounded(finishing) >= _LIKELY else None
    if named is None:
        named, likely = _first_likely(rows)
        if not likely:
            return ""
    chances: dict[Verdict, float] = {
        "helps": named.helps,
        "worsens": named.worsens,
        "no difference that matters": named.no_difference,
        "no quick difference": named.no_quick,
    }
    verdict = max(chances, key=lambda one: chances[one])
    return say(
        'The likeliest verdict is then "{verdict}", with a chance of {chance}.',
        verdict=verdict_words(verdict),
        chance=_chance(chances[verdict]),
    )


def _worth_naming(forecast: Forecast) -> ForecastRow | None:
    """The row of the planned nights that are left, unless they are only the last few of a block."""
    first = forecast.rows[0]
    least = _LEAST_OF_A_BLOCK * first.nights / first.blocks
    return forecast.finishing if forecast.planned_left >= least else None


def _finishing(finishing: ForecastRow, left: int, rows: Sequence[ForecastRow]) -> str:
    """What the planned nights would do; and further blocks after them, unless they are likely to settle it themselves."""
    told = say_some(
        left,
        "The {count:,} planned night after the last entry would settle it with a chance of {chance}",
        "The {count:,} planned nights after the last entry would settle it with a chance of {chance}",
        chance=_chance(finishing.chance_settled),
    )
    if _rounded(finishing) >= _LIKELY:
        return told
    return say("{some}; {next}", some=told, next=_after_them(rows))


def _further(rows: Sequence[ForecastRow]) -> str:
    """What the fewest blocks that are likely to settle it would do, and the next number that is likelier to."""
    row, likely = _first_likely(rows)
    blocks, values = row.blocks, {"nights": _nights(row), "chance": _chance(row.chance_settled)}
    if not likely and _rounded(row) < _LEAST:
        return say_some(
            blocks,
            "Even {count} more block ({nights}) would settle it with a chance of {chance}",
            "Even {count} more blocks ({nights}) would settle it with a chance of {chance}",
            **values,
        )
    if not likely:
        return say_some(
            blocks,
            "Even {count} more block ({nights}) would settle it with a chance of only {chance}",
            "Even {count} more blocks ({nights}) would settle it with a chance of only {chance}",
            **values,
        )
    told = say_some(
        blocks,
        "{number} more block ({nights}) would settle it with a chance of {chance}",
        "{number} more blocks ({nights}) would settle it with a chance of {chance}",
        number=_number(blocks, first=True),
        **values,
    )
    more = next((later for later in rows if later.blocks > blocks and _rounded(later) > _rounded(row)), None)
    if more is None:
        return told
    return say(
        "{clause}; {number} more with {chance}",
        clause=told,
        number=_number(more.blocks),
        chance=_chance(more.chance_settled),
    )


def _after_them(rows: Sequence[ForecastRow]) -> str:
    """The same in short, of blocks after the planned nights."""
    row, likely = _first_likely(rows)
    blocks, values = row.blocks, {"nights": _nights(row), "chance": _chance(row.chance_settled)}
    if likely:
        return say_some(
            blocks,
            "{number} more block after them ({nights}) with {chance}",
            "{number} more blocks after them ({nights}) with {chance}",
            number=_number(blocks),
            **values,
        )
    if _rounded(row) < _LEAST:
        return say_some(
            blocks,
            "even {count} more block after them ({nights}) with {chance}",
            "even {count} more blocks after them ({nights}) with {chance}",
            **values,
        )
    return say_some(
        blocks,
        "even {count} more block after them ({nights}) with only {chance}",
        "even {count} more blocks after them ({nights}) with only {chance}",
        **values,
    )


def _first_likely(rows: Sequence[ForecastRow]) -> tuple[ForecastRow, bool]:
    """The row of the fewest blocks that are likely to settle it, or the last one and False."""
    row = next((row for row in rows if _rounded(row) >= _LIKELY), None)
    return (rows[-1], False) if row is None else (row, True)


def _nights(row: ForecastRow) -> str:
    return say_some(row.nights, "{count:,} night", "{count:,} nights")


def _number(count: int, *, first: bool = False) -> str:
    """A small whole number as a word; `first` says whether a sentence begins with it."""
    return say(_NUMBERS[count][first]) if count < len(_NUMBERS) else str(count)


def _rounded(row: ForecastRow) -> int:
    """Chance that it is settled, as `_in_100`."""
    return _in_100(row.chance_settled)


def _in_100(chance: float) -> int:
    """To the nearest five: the forecast is no more exact than that."""
    return 5 * round(20 * chance)


def _chance(chance: float) -> str:
    rounded = _in_100(chance)
    if rounded < _LEAST:
        return say("less than {n} in 100", n=_LEAST)
    return say("more than {n} in 100", n=_MOST) if rounded > _MOST else say("about {n} in 100", n=rounded)
