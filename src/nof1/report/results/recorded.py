"""The words of the pages behind the first: doses, side effects, guesses; limits, and where all of it comes from.

Items 10, 11 and 19 to 25 of what CENT 2015 asks of a report (`guidelines.toml`), by content, not by number.
"""

from nof1.analyze.describe import Harms
from nof1.analyze.results import Result
from nof1.language import phrase, say, say_some
from nof1.plan.protocol.protocol import Protocol
from nof1.report.results.graded import graded
from nof1.report.results.parts import Part, Section, item, section, table, text
from nof1.report.words import other_explanations
from nof1.report.words import record as words_record
from nof1.report.words import sentences as words
from nof1.report.words.blinding import blinding_sentence
from nof1.report.words.declarations import declarations
from nof1.report.words.guidelines import followed
from nof1.report.words.phrases import clip

_ARM = 40
_TEXT = 400  # letters of a person's own text


def recorded(result: Result) -> Section:
    """Doses, side effects of every kind, guesses; by arm."""
    protocol = result.trial.protocol
    bare = words_record.nothing_but_nights_sentence(result)
    return section(
        say("Doses, side effects, guesses"),
        text(bare)
        if bare
        else table(
            [say("arm"), say("dose as planned"), say("side effects")],
            [
                [
                    clip(protocol.arm(name).title, _ARM),
                    words_record.adherence_line(result, name),
                    words_record.harms_line(result, name),
                ]
                for name in result.record.adherence
            ],
            columns=("auto", "1fr", "1fr"),
        ),
        _kinds(result),
        text(
            words_record.stop_sentence(result),
            *[words_record.harms_difference(result, arm.name) for arm in protocol.active_arms],
            words_record.record_note(result),
        ),
        *_severity(result, bare=bool(bare)),
        item(say("Guesses"), *_guesses(result), blinding_sentence(result.trial.protocol, result.record.blinding)),
    )


def _severity(result: Result, *, bare: bool) -> list[Part | None]:
    """What was graded; that nothing was, where somebody could have."""
    told = graded(result)
    if not told and result.trial.protocol.randomized and not bare:
        return [item(say("Severity, cause"), say(_NOT_JUDGED))]
    return told


def explained(result: Result) -> Section | None:
    """What else could explain an answer for the worse, with what is known of each; None for any other answer."""
    rows = other_explanations.told(result)
    if not rows:
        return None
    return section(
        other_explanations.heading(),
        *[item(label.removesuffix(":"), sentences) for label, sentences in rows],
        text(other_explanations.ask()),
    )


_NOT_JUDGED = phrase(
    "Side effects were asked about every morning, in the person's own words. How severe they were was not graded, and whether they came "
    "from what was taken was not judged."
)


def _kinds(result: Result) -> Part | None:
    """Nights with each kind of side effect, by arm."""
    harms = result.record.harms
    names = list(dict.fromkeys(name for row in harms.values() for name in row.kinds or ()))
    if not names:
        return None
    rows = [
        [words_record.side_effect(name, _ARM), *(_nights_with(harms[arm], name) for arm in harms)] for name in names
    ]
    header = [say("side effect (nights)"), *(clip(result.trial.protocol.arm(arm).title, _ARM) for arm in harms)]
    return table(header, rows, columns=("1fr", *["auto"] * len(harms)))


def _nights_with(row: Harms, name: str) -> str:
    if row.kinds is None:
        return "\N{EN DASH}"
    count = row.kinds[name].nights if name in row.kinds else 0
    return say("{count} of {nights}", count=count, nights=row.nights)


def _guesses(result: Result) -> list[str]:
    told = []
    for arm in result.trial.protocol.arms:
        line = words_record.blinding_line(result, arm.name)
        if line:
            told.append(say("{arm}: {guesses}.", arm=clip(arm.title, _ARM), guesses=line))
    return told


_LIMITS = (
    phrase("It speaks of this one person, these nights and these doses; it says nothing about other people."),
    phrase(
        "The outcome is the person's own rating. A change of hopes, sleep, season or other treatment can look like an effect."
    ),
    phrase("Short periods say nothing about effects that take weeks or months, such as the filling of iron stores."),
)
# Of a table nobody knows whether a person rated, what was taken, or for how long anything lasts.
_LIMITS_OF_A_TABLE = (
    phrase("It speaks of these nights alone; it says nothing about other people, and nothing about other times."),
    phrase(
        "Whatever changed together with the arm can look like an effect: season, habits, other treatment, what was hoped."
    ),
    phrase("Short periods say nothing about effects that take longer to come or to go."),
)


def limits(result: Result) -> Section:
    """What the answer does not say, and how far it carries."""
    protocol = result.trial.protocol
    own = [
        _not_drawn(protocol) if not protocol.randomized else "",
        say("The person knew what they took.") if protocol.concealed == "open" and protocol.randomized else "",
        say_some(
            len(protocol.arms) - 1,
            "One comparison was made.",
            "{count} arms were compared with one reference: the more comparisons, the likelier one looks good by chance.",
        ),
    ]
    return section(
        say("Limits, and how far this carries"),
        text(
            *[one for one in own if one],
            *[say(one) for one in (_LIMITS if protocol.randomized else _LIMITS_OF_A_TABLE)],
        ),
        item(say("In short"), words.headline(result), say(words.NO_ADVICE)),
    )


def _not_drawn(protocol: Protocol) -> str:
    if protocol.stated is not None:
        return say("The order was not drawn by nof1: that it was left to chance, and how, is as stated by the person.")
    return say("The order was not drawn by nof1, so other reasons for a difference are not ruled out.")


def provenance(result: Result) -> Section:
    """Hashes, versions, seed, guideline, funding."""
    record = result.record
    versions = ", ".join(f"{name} {version}" for name, version in record.versions.items())
    return section(
        say("Where this comes from"),
        item(say("Protocol"), record.protocol_sha256),
        item(say("Diary"), record.diary_sha256),
        item(
            say("Software"),
            say(
                "nof1 {version}, seed {seed}; {others}.",
                version=record.nof1,
                seed=str(record.seed),
                others=versions,
            ),
        ),
        item(say("Declarations"), *declarations(result.trial.protocol.conduct, _TEXT)),
        item(say("Guideline"), followed("results")),
        item(
            say("To check it"),
            say("nof1 check holds every file against its hash; results.json has every number of these pages."),
        ),
    )
