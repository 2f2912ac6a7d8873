"""What was said of side effects beyond their words: a row for each one that was graded, arm by arm."""

from nof1.analyze.results import Result
from nof1.language import say, say_some
from nof1.report.results.parts import Part, item, table, text
from nof1.report.words import graded as words

_MOST = 60  # rows; of more the rest stands in results.json


def graded(result: Result) -> list[Part | None]:
    """The parts of the section, or nothing where nothing was graded."""
    rows = words.rows(result)
    if not rows:
        return []
    left = len(rows) - _MOST
    more = say_some(left, "{count} further one is in results.json.", "{count:,} further ones are in results.json.")
    return [
        table(words.header(), rows[:_MOST], columns=("auto", "1.2fr", "1fr", "1.3fr", "1.2fr")),
        text(more) if left > 0 else None,
        item(say("Severity, cause"), words.serious_sentence(result), *words.judged(result)),
    ]
