"""What else could explain that an arm came out worse, by what this person said and recorded: codes and numbers, no sentence.

A medicine that magnesium keeps from being absorbed looks like magnesium's own effect, and so do augmentation, low iron and loose
stools. Nothing here says that one of them is the cause, and nothing is estimated: the screen, the diary and the amendments are read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args
from typing import Protocol as Shape

from nof1 import facts
from nof1.analyze.checks.beside_by_arm import beside_by_arm
from nof1.analyze.model.effects import Verdict
from nof1.plan.orders.dose_times import collisions
from nof1.plan.orders.evening_dose import has_dose
from nof1.plan.protocol.nightly import beside
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.recorded import RESCUE, YES
from nof1.plan.protocol.safety.answers import UNKNOWN
from nof1.plan.protocol.safety.collisions import collisions_of, hours_apart, in_words, rules_of
from nof1.plan.protocol.safety.medicines import OTHER, groups_of
from nof1.plan.protocol.safety.screen import Safety, screen
from nof1.record.diary.side_effects import spellings
from nof1.record.trial import Trial

Kind = Literal[
    "interaction", "augmentation", "iron", "provoking medicine", "loose stools", "medicine changed", "rescue medicine"
]
KINDS: tuple[Kind, ...] = get_args(Kind)  # in the order in which they are told
OF_ANYTHING: tuple[Kind, ...] = (
    "interaction",
    "loose stools",
    "medicine changed",
    "rescue medicine",
)  # the others are of restless legs
_ARM_WORSE: tuple[Verdict, ...] = ("worsens", "leans worse")
_REFERENCE_WORSE: tuple[Verdict, ...] = ("helps", "leans better")


@dataclass(frozen=True)
class Interaction:
    """A medicine that magnesium can keep from being absorbed, taken near the dose or at hours that are not on record.

    Attributes
    ----------
    question : str
        Of the safety screen, whose finding says how far apart the two are kept.
    medicine : str
        In the person's own words; "" where the screen has a yes alone.
    known : bool
        False where the person did not know whether they take such a medicine.
    time, dose_time : str or None
        Of the medicine and of the dose; None where no hour is on record.
    hours, needed : float or None
        Between the two, and how many are asked for.
    """

    question: str
    medicine: str = ""
    known: bool = True
    time: str | None = None
    dose_time: str | None = None
    hours: float | None = None
    needed: float | None = None
    kind: Literal["interaction"] = "interaction"


@dataclass(frozen=True)
class FromScreen:
    """What answers to the safety screen lead to.

    Attributes
    ----------
    questions : tuple of str
        Whose answers lead to it.
    unknown : tuple of str
        Those of them whose answer is that the person does not know, or that it was never measured.
    medicines : tuple of str
        Those that belong to it, in the person's own words; empty where the screen has a yes alone.
    """

    kind: Literal["augmentation", "iron", "provoking medicine"]
    questions: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()


@dataclass(frozen=True)
class LooseStools:
    """Nights in the diary with loose stools, of those on the arm that came out worse and on the other one."""

    worse: int
    worse_nights: int
    better: int
    better_nights: int
    kind: Literal["loose stools"] = "loose stools"


@dataclass(frozen=True)
class RescueMedicine:
    """Nights on which another medicine was taken against what is rated, of those with an answer, on both arms."""

    worse: int
    worse_nights: int
    better: int
    better_nights: int
    kind: Literal["rescue medicine"] = "rescue medicine"


@dataclass(frozen=True)
class MedicineChanged:
    """Another medicine that was started, stopped or changed during the trial, by the amendment that says so."""

    since: date
    words: str
    kind: Literal["medicine changed"] = "medicine changed"


@dataclass(frozen=True)
class MedicineNoted:
    """Days whose notes name a medicine: it may have been changed, and nof1 does not read what the note says of it."""

    days: tuple[date, ...]
    kind: Literal["medicine changed"] = "medicine changed"


Explanation = Interaction | FromScreen | LooseStools | MedicineChanged | MedicineNoted | RescueMedicine


@dataclass(frozen=True)
class OtherExplanations:
    """A pair of arms of which the one with magnesium, or with more of it, came out worse, or leans so.

    Attributes
    ----------
    arm, reference, worse : str
        The pair, and which of the two came out worse.
    found : tuple
        What could explain it beside the arm itself, in the order of `KINDS`; all that fits, whatever the chance of it.
    asked, not_asked : tuple of str
        Kinds that somebody asked about, and those that nobody did, so that nothing can be said of them. What does not concern this
        pair of arms, or a table that may be about anything, is in neither.
    """

    arm: str
    reference: str
    worse: str
    found: tuple[Explanation, ...]
    asked: tuple[Kind, ...]
    not_asked: tuple[Kind, ...]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds that were found, each once."""
        return tuple(dict.fromkeys(one.kind for one in self.found))


class Judged(Shape):
    """A pair of arms with its verdict."""

    @property
    def arm(self) -> str:
        """Name of the arm."""

    @property
    def reference(self) -> str:
        """Name of the arm that it is compared with."""

    @property
    def verdict(self) -> Verdict | None:
        """What the rule says."""


def explain(trial: Trial, judged: Iterable[Judged]) -> tuple[OtherExplanations, ...]:
    """What else could explain each verdict for the worse; no entry for any other verdict.

    Examples
    --------
    >>> explain(trial, result.lead)  # magnesium helped
    ()
    """
    found = (other_explanations(trial, arm=one.arm, reference=one.reference, verdict=one.verdict) for one in judged)
    return tuple(one for one in found if one is not None)


def other_explanations(trial: Trial, *, arm: str, reference: str, verdict: Verdict | None) -> OtherExplanations | None:
    """What else could explain a verdict for the worse; None for any other verdict.

    Parameters
    ----------
    trial : Trial
    arm, reference : str
        The pair that the verdict is of.
    verdict : str or None
        A reference that is the arm with magnesium came out worse where the arm without it helps.

    Examples
    --------
    >>> told = other_explanations(trial, arm="magnesium", reference="off", verdict="worsens")
    >>> "interaction" in told.not_asked  # of a simulated person nobody knows the medicines
    True
    >>> other_explanations(trial, arm="magnesium", reference="off", verdict="helps") is None
    True
    """
    protocol = trial.protocol
    if verdict in _ARM_WORSE:
        worse, better = arm, reference
    elif verdict in _REFERENCE_WORSE and _more_taken(protocol.arm(reference), protocol.arm(arm), protocol):
        worse, better = reference, arm
    else:
        return None
    taken = _more_taken(protocol.arm(worse), protocol.arm(better), protocol)
    found = (
        *(_interactions(trial) if taken else ()),
        *(_from_screen(protocol.safety) if protocol.of_legs or not protocol.randomized else ()),
        *_loose_stools(trial, worse, better),
        *_changed(trial),
        *_noted(trial),
        *_rescue(trial, worse, better),
    )
    return OtherExplanations(arm, reference, worse, found, *_asked(trial, {one.kind for one in found}, taken=taken))


def _more_taken(worse: Arm, better: Arm, protocol: Protocol) -> bool:
    """Whether the one arm has more to take than the other, or something else: then it can hinder a medicine more."""
    if not _swallowed(protocol, worse):
        return False
    if not _swallowed(protocol, better):
        return True
    if worse.dose_mg is not None and better.dose_mg is not None and worse.dose_mg != better.dose_mg:
        return worse.dose_mg > better.dose_mg
    return (worse.form, worse.product) != (better.form, better.product)


def _swallowed(protocol: Protocol, arm: Arm) -> bool:
    """Whether magnesium may be swallowed on an arm's evenings: not a dummy's, nor that of a bath or of the skin."""
    return arm.route == "mouth" and not arm.placebo and has_dose(protocol, arm)


# --- what the safety screen has


def _interactions(trial: Trial) -> Iterator[Interaction]:
    """Those of the screen, then those of medicines that were entered as changed during the trial."""
    protocol = trial.protocol
    if protocol.randomized and not protocol.of_magnesium:
        return
    if protocol.safety is not None:
        yield from _interactions_of_screen(protocol, protocol.safety)
    for change in _changed(trial):
        medicine = in_words(change.words)
        rules = [rule for rule in rules_of(medicine) if rule.fact != OTHER]
        if rules and medicine.times and protocol.randomized:
            for one in collisions_of(Safety(medicines=(medicine,)), protocol.conduct.dose_time):
                yield Interaction(one.fact, medicine.name, True, one.time, one.dose_time, one.hours, one.needed)
        elif rules:
            yield Interaction(max(rules, key=lambda rule: max(rule.before, rule.after)).fact, change.words)


def _interactions_of_screen(protocol: Protocol, safety: Safety) -> Iterator[Interaction]:
    """Collisions with the dose first; then medicines without an hour; then what was answered without naming a medicine."""
    for one in collisions(protocol) if protocol.randomized else ():  # of a table nobody knows the hour of the dose
        yield Interaction(one.fact, one.medicine.name, True, one.time, one.dose_time, one.hours, one.needed)
    named: set[str] = set()
    for medicine in safety.medicines:
        rules = rules_of(medicine)
        named.update(rule.fact for rule in rules)
        if rules and not (medicine.times and protocol.randomized):
            strictest = max(rules, key=lambda rule: max(rule.before, rule.after))
            yield Interaction(strictest.fact, medicine.name)
    for question in hours_apart():
        answer = safety.answers.get(question)
        if question not in named and answer in (True, UNKNOWN):
            yield Interaction(question, known=answer is True)


def _from_screen(safety: Safety | None) -> Iterator[FromScreen]:
    """By the findings of the screen, and by the medicines that belong to their questions."""
    if safety is None:
        return
    leading = {finding.id for finding in screen(safety)}
    for row in facts.load("explanations"):
        if "questions" not in row:
            continue
        questions = tuple(question for question in row["questions"] if question in leading)
        medicines = tuple(one.name for one in safety.medicines if set(groups_of(one.name)) & set(row["questions"]))
        if questions or medicines:
            unknown = tuple(question for question in questions if safety.answers.get(question) == UNKNOWN)
            yield FromScreen(row["kind"], questions, unknown, medicines)


def _asked(trial: Trial, found: set[Kind], *, taken: bool) -> tuple[tuple[Kind, ...], tuple[Kind, ...]]:
    """The kinds that screen or diary asked about, and the others; of changes during the trial only what was entered is known."""
    safety = trial.protocol.safety
    answers = {} if safety is None else safety.answers
    rows = [row for row in facts.load("explanations") if "questions" in row]
    asked = {row["kind"]: row["questions"] for row in rows} | {"interaction": hours_apart()}
    known: dict[Kind, bool] = {
        kind: any(question in answers for question in asked[kind])
        for kind in ("interaction", "augmentation", "iron", "provoking medicine")
    }
    known["interaction"] = known["interaction"] or (safety is not None and bool(safety.medicines))
    known["loose stools"] = _asks_side_effects(trial)
    known["medicine changed"] = False  # but for what somebody entered
    known["rescue medicine"] = any(one.name == RESCUE for one in beside(trial.protocol))
    protocol = trial.protocol
    of_legs = protocol.of_legs if protocol.randomized else protocol.of_magnesium
    taken = taken and (protocol.of_magnesium or not protocol.randomized)
    concern = [kind for kind in KINDS if (of_legs or kind in OF_ANYTHING) and (taken or kind != "interaction")]
    if not known["rescue medicine"]:
        concern.remove("rescue medicine")  # a diary that does not ask for it has notes, in which medicines are named
    asked_about = tuple(kind for kind in concern if known[kind] or kind in found)
    return asked_about, tuple(kind for kind in concern if kind not in asked_about)


# --- what was recorded


def _loose_stools(trial: Trial, worse: str, better: str) -> Iterator[LooseStools]:
    """Where they were more frequent on the arm that came out worse."""
    one, two = (_with_loose_stools(trial, arm) for arm in (worse, better))
    if one and two and sum(one) * len(two) > sum(two) * len(one):
        yield LooseStools(sum(one), len(one), sum(two), len(two))


def _with_loose_stools(trial: Trial, arm: str) -> list[bool]:
    """Of each night of an arm that is in the diary, whether there were any."""
    words = tuple(word for row in facts.load("explanations") for word in row.get("words", ()))
    recorded = {entry.night: entry for entry in trial.entries}
    nights = (night for period in trial.order.periods if period.arm == arm for night in period.dates)
    return [_says_any(spellings(recorded[night].side_effects), words) for night in nights if night in recorded]


def _says_any(side_effects: Iterable[str], words: tuple[str, ...]) -> bool:
    return any(word in effect for effect in side_effects for word in words)


def _asks_side_effects(trial: Trial) -> bool:
    """Whether the diary asked for them: a table that holds none asked nobody."""
    return trial.protocol.randomized or any(entry.side_effects for entry in trial.entries)


def _rescue(trial: Trial, worse: str, better: str) -> Iterator[RescueMedicine]:
    """Where any was taken on either arm: it can help its own night, or harm it, so that neither direction is left out."""
    by_arm = {row.arm: row for row in beside_by_arm(trial) if row.name == RESCUE}
    if any(by_arm[arm].counts.get(YES) for arm in (worse, better) if arm in by_arm):
        one, two = by_arm[worse], by_arm[better]
        yield RescueMedicine(one.counts.get(YES, 0), one.answered, two.counts.get(YES, 0), two.answered)


def _changed(trial: Trial) -> Iterator[MedicineChanged]:
    """Other medicines that changed between the first night and the last."""
    for one in trial.amendments:
        if one.kind == "medicine" and one.start is not None and trial.order.start <= one.start <= trial.order.end:
            yield MedicineChanged(one.start, one.reason)


def _noted(trial: Trial) -> Iterator[MedicineNoted]:
    """Notes of nights and other amendments in which a medicine is named that the screen knows by name."""
    notes = [(entry.night, entry.note) for entry in trial.entries]
    notes += [(one.entered.date(), one.reason) for one in trial.amendments if one.kind == "note"]
    days = sorted({day for day, note in notes if note and set(groups_of(note)) - {OTHER}})
    if days:
        yield MedicineNoted(tuple(days))
