"""The page of what was recorded each morning beside the model: a row a question, a column an arm, then own words by night."""

from nof1.analyze.results import Result
from nof1.language import say
from nof1.report.results.parts import Section, item, section, table, text
from nof1.report.words import beside_by_arm as words
from nof1.report.words.phrases import clip

_ARM = 40


def beside_by_arm(result: Result) -> list[Section]:
    """The section, or nothing where nothing of it was recorded."""
    asked, own = words.asked(result), words.own_words(result)
    if not asked and not own:
        return []
    arms = result.trial.protocol.arms
    return [
        section(
            say("Recorded beside the rating, by arm"),
            table(
                [say("asked each morning"), *(clip(arm.title, _ARM) for arm in arms)],
                [[one.called, *(words.cell(result, one.name, arm.name) for arm in arms)] for one in asked],
                columns=("auto", *["1fr"] * len(arms)),
            ),
            *(item(label, told) for label, told in own),
            text(words.caution(result)),
        )
    ]
