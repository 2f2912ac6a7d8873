"""Tables that go with shared trials: everybody's nights and designs, counts that point to nobody, and what each column means.

Takes trials that were made ready by `nof1.record.sharing.share`; knows no other ones.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from nof1.cells import csv_text, shielded
from nof1.plan.design.order import Period
from nof1.plan.orders.amendments import AMENDMENTS_FILE
from nof1.plan.orders.evening_dose import planned_arm
from nof1.plan.protocol.dose import find_form
from nof1.plan.protocol.safety.screen import grouping_answers
from nof1.record.diary.entry import number_text
from nof1.record.diary.events import EVENTS_FILE, GRADES
from nof1.record.diary.side_effects import short_list
from nof1.record.sharing.share import KEPT_ANSWERS, day_of
from nof1.record.trial import Trial

LEAST = 5  # a count below this is not told
FEW, HIDDEN = f"<{LEAST}", "hidden"
Rows = list[list[str]]
Trials = Mapping[str, Trial]

# Column: what it means. The files are those of `tables`.
_NIGHTS = {
    "id": "study id, drawn at random",
    "day": "day of the trial, from 1",
    "period": "number of the period; 0 is the run-in",
    "arm": "arm of the night, by the name it has in people.csv; washout and pause belong to none",
    "outcome": "the outcome in its unit, points of the person's scale if none is named; empty if it was not recorded",
    "dose_mg": "dose taken, in mg; empty if it was not recorded",
    "side_effects": "side effects of the diary's short list; those in own words are left out",
    "guess": "the arm that the person believed they were on",
    "confidence": "how sure of the guess, from 0 to 100",
    "arm_mg": "dose of the arm on that day, in mg; empty where none is stated",
    "taken_out": "yes where the night was taken out of the trial after it had been recorded",
}
_PEOPLE = {
    "id": "study id, drawn at random",
    "simulated": "yes if the nights are made up",
    "outcome": "name of the outcome",
    "unit": "its unit; empty for points",
    "low": "low end of its scale",
    "high": "high end of its scale",
    "better": "which way is better: lower or higher",
    "threshold": "smallest change worth having, in the same unit; empty if none was stated",
    "reference": "the arm compared with",
    "arms": "the other arms",
    "forms": "their forms, where known",
    "doses_mg": "their first doses, in mg",
    "family": "what a night's outcome is taken for in the analysis",
    "edition": "edition of model, priors and rule: 1 or 2",
    "block_periods": "periods that make a block, where the model has block offsets; empty otherwise",
    "start_up": "yes if the model has a start that fades",
    "nights": "nights or days of the trial",
    "recorded": "those with an outcome",
    **dict.fromkeys(KEPT_ANSWERS, "answer to that question of the safety screen; empty if it was not answered"),
}
_EVENTS = {
    "id": "study id, drawn at random",
    "day": "day of the trial on which it was graded, from 1",
    "arm": "arm of the night",
    "what": "side effect of the diary's short list; those in own words are left out",
    **{field: f"one of: {', '.join(codes)}; empty if it was not said" for field, codes in GRADES.items()},
}
# What is said beside where a form of magnesium is known.
_OF_MAGNESIUM = {
    ("nights.csv", "dose_mg"): "elemental magnesium taken that evening, in mg; empty if it was not recorded",
    ("people.csv", "forms"): "their forms of magnesium, where known",
    ("people.csv", "doses_mg"): "their first planned doses, in mg of elemental magnesium",
    ("nights.csv", "arm_mg"): "elemental magnesium planned for the evening, in mg; empty where none is stated",
}
_UNKNOWN = ("not known", "not answered")
_SUMMARY = {
    "what": "what is counted",
    "arm": "on which arm, for side effects; empty otherwise",
    "group": "the side effect or the group",
    "people": f"how many people; counts under {LEAST} are {FEW}, and one more is {HIDDEN} where they could be worked out from the others",
}
_TRIALS = {
    "protocol.toml": "the trial's protocol: design 'adopted', dates from 2000-01-01 on, which stands for day 1",
    "order.csv": "the arm of each night",
    AMENDMENTS_FILE: "changes after the draw that the answer rests on, by days from 2000-01-01 on and without their reasons, where there are any",
    "diary.csv": "the nights; Trial.load, 'nof1 analyze' and 'nof1 cohort' read the folder",
}


def tables(trials: Trials) -> dict[str, str]:
    """Content of every table, by the name of its file; events.csv where a side effect was graded."""
    events = _events(trials)
    return {
        "nights.csv": _csv(_NIGHTS, _nights(trials)),
        **({"events.csv": _csv(_EVENTS, events)} if events else {}),
        "people.csv": _csv(_PEOPLE, _people(trials)),
        "summary.csv": _csv(_SUMMARY, [*_side_effects(trials), *_groups(trials)]),
        "data-dictionary.csv": _csv(("file", "column", "meaning"), _dictionary(trials)),
    }


def _csv(header: Iterable[str], rows: Rows) -> str:
    return csv_text([list(header), *([shielded(cell) for cell in row] for row in rows)])


def _nights(trials: Trials) -> Rows:
    out: Rows = []
    for study_id, trial in trials.items():
        by_night = {entry.night: entry for entry in trial.entries}
        out_afterwards = {night for amendment in trial.amendments for night in amendment.excluded}
        for period in trial.order.periods:
            planned = planned_arm(trial.protocol, period).dose_mg if _on_an_arm(trial, period) else None
            for night in period.dates:
                entry = by_night.get(night)
                told = (
                    ["", "", "", "", ""]
                    if entry is None
                    else [
                        number_text(entry.outcome),
                        number_text(entry.dose_mg),
                        "; ".join(entry.side_effects),
                        entry.guess,
                        number_text(entry.confidence),
                    ]
                )
                out.append(
                    [
                        study_id,
                        str(day_of(night)),
                        str(period.number),
                        period.arm or "",
                        *told,
                        number_text(planned),
                        "yes" if night in out_afterwards else "",
                    ]
                )
    return out


def _on_an_arm(trial: Trial, period: Period) -> bool:
    return any(arm.name == period.arm for arm in trial.protocol.arms)


def _events(trials: Trials) -> Rows:
    """Each graded side effect, with everything that was said of it."""
    out: Rows = []
    for study_id, trial in trials.items():
        arm_of = {night: period.arm or "" for period in trial.order.periods for night in period.dates}
        out += [
            [
                study_id,
                str(day_of(event.night)),
                arm_of[event.night],
                event.what,
                *(event.grades.get(field, "") for field in GRADES),
            ]
            for event in trial.events
        ]
    return out


def _people(trials: Trials) -> Rows:
    out: Rows = []
    for study_id, trial in trials.items():
        protocol, outcome = trial.protocol, trial.protocol.outcome
        answers = grouping_answers(protocol.safety)
        active = protocol.active_arms
        out.append(
            [
                study_id,
                "yes" if protocol.simulated else "no",
                outcome.name,
                outcome.unit or "",
                number_text(outcome.low),
                number_text(outcome.high),
                outcome.better,
                number_text(outcome.threshold),
                protocol.reference,
                "; ".join(arm.name for arm in active),
                "; ".join(arm.form for arm in active),
                "; ".join(number_text(arm.dose_mg) for arm in active),
                protocol.analysis.family,
                str(protocol.schema_version),
                number_text(protocol.block_periods) if protocol.analysis.block_effects else "",
                "yes" if protocol.analysis.start_up else "no",
                str(protocol.nights),
                str(sum(entry.outcome is not None for entry in trial.entries)),
                *(
                    {True: "yes", False: "no"}.get(bool(answers[name])) or "" if name in answers else ""
                    for name in KEPT_ANSWERS
                ),
            ]
        )
    return out


def _side_effects(trials: Trials) -> Rows:
    """How many people had each known side effect at least once on each arm; nothing of trials that record neither doses nor side effects."""
    counts: Counter[tuple[str, str]] = Counter()
    arms: dict[str, None] = {}
    for trial in trials.values():
        if not any(entry.side_effects or entry.dose_mg is not None for entry in trial.entries):
            continue  # a table of something else: nobody was asked
        arm_of = {night: period.arm or "" for period in trial.order.periods for night in period.dates}
        arms |= dict.fromkeys(arm.name for arm in trial.protocol.arms)
        counts.update({(arm_of[entry.night], effect) for entry in trial.entries for effect in entry.side_effects})
    return [
        ["people with the side effect on at least one night", arm, one.text, shown(counts[arm, one.text])]
        for arm in arms
        for one in short_list()
    ]


def _groups(trials: Trials) -> Rows:
    """How many people there are by form, by dose and by what the screen says of iron, where anything is known of it."""
    by: dict[str, Counter[str]] = {"people by form": Counter(), "people by dose in mg": Counter()}
    by |= {f"people by answer to {name}": Counter() for name in KEPT_ANSWERS}
    for trial in trials.values():
        first = trial.protocol.active_arms[0]
        form = find_form(first.form)
        by["people by form"][form.id if form is not None else "not known"] += 1
        by["people by dose in mg"][number_text(first.dose_mg) or "not known"] += 1
        answers = grouping_answers(trial.protocol.safety)
        for name in KEPT_ANSWERS:
            said = "not answered" if name not in answers else "yes" if answers[name] else "no"
            by[f"people by answer to {name}"][said] += 1
    return [
        [what, "", group, people]
        for what, counts in by.items()
        if not set(counts) <= set(_UNKNOWN)
        for group, people in zip(sorted(counts), hidden([counts[group] for group in sorted(counts)]), strict=True)
    ]


def shown(count: int) -> str:
    """A count that may be told: a small one is not.

    >>> shown(4), shown(5)
    ('<5', '5')
    """
    return FEW if count < LEAST else str(count)


def hidden(counts: Sequence[int]) -> list[str]:
    """Counts of groups whose sum is known: where one alone is small, the next smallest is not told either.

    >>> hidden([2, 9, 30]), hidden([2, 3, 30]), hidden([9, 30])
    (['<5', 'hidden', '30'], ['<5', '<5', '30'], ['9', '30'])
    """
    out = [shown(count) for count in counts]
    if out.count(FEW) == 1 and len(out) > 1:
        next_smallest = min((i for i in range(len(out)) if out[i] != FEW), key=lambda i: counts[i])
        out[next_smallest] = HIDDEN
    return out


def _dictionary(trials: Trials) -> Rows:
    graded = any(trial.events for trial in trials.values())
    files = {"nights.csv": _NIGHTS, "people.csv": _PEOPLE, "summary.csv": _SUMMARY} | (
        {"events.csv": _EVENTS} if graded else {}
    )
    in_trials = _TRIALS | ({EVENTS_FILE: "side effects that were graded, as in events.csv"} if graded else {})
    magnesium = any(arm.form for trial in trials.values() for arm in trial.protocol.arms)
    special = _OF_MAGNESIUM if magnesium else {}
    rows = [
        [file, column, special.get((file, column), meaning)]
        for file, columns in files.items()
        for column, meaning in columns.items()
    ]
    return rows + [[f"trials/ID/{file}", "", meaning] for file, meaning in in_trials.items()]
