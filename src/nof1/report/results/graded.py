"""What was said of side effects beyond their words, arm by arm: a row for each one that was graded."""

from nof1.analyze.results import Result
from nof1.language import say, say_some
from nof1.report.results.parts import Part, item, table, text
from nof1.report.words import graded as words
from nof1.report.words.phrases import clip

_ARM = 40
_MOST = 30  # rows of an arm; of more the rest stands in results.json


def graded(result: Result) -> list[Part | None]:
    """The parts of the section, or nothing where nothing was graded."""
    if not result.record.graded.events:
        return []
    parts: list[Part | None] = []
    for name, title in [*((arm.name, clip(arm.title, _ARM)) for arm in result.trial.protocol.arms), (None, "")]:
        rows = words.rows(result, name)
        left = len(rows) - _MOST
        if not rows and name is None:
            continue
        said = title or say("Nights that belong to no arm")
        parts.append(
            text(say("Graded side effects, {arm}:", arm=said) if rows else say("{arm}: none was graded.", arm=said))
        )
        parts.append(table(words.header(), rows[:_MOST], columns=("1.2fr", "1fr", "1.3fr", "1.5fr")))
        if left > 0:
            told = say_some(
                left, "{count} further one is in results.json.", "{count:,} further ones are in results.json."
            )
            parts.append(text(told))
    return [*parts, item(say("Severity, cause"), words.serious_sentence(result), *words.judged(result))]
