"""Trials whose answer is for the worse, of people with this or that on their safety screen."""

from dataclasses import replace

from fitted import fitted

from nof1 import Trial
from nof1.plan.protocol.protocol import Protocol

AGREED = {"clinician": "Dr A. Example", "date": "2026-01-02"}
GABAPENTIN = {
    "answers": {"absorption_medicines": True},
    "medicines": [{"name": "gabapentin 600 mg", "times": ["21:30"]}],
}


def of_person(trial, safety=None, *, soft=None, amendments=(), notes=None, **changes):
    """The trial with this screen; `soft` are nights by arm with soft stools in place of all side effects, `notes` by the place of a night."""
    content = trial.protocol.to_dict() | changes
    content.pop("safety", None)
    if safety is not None:
        content["safety"] = {"agreement": AGREED} | safety
    left = dict(soft or {})
    arms = {night: period.arm for period in trial.order.periods for night in period.dates}
    entries = []
    for place, entry in enumerate(trial.entries):
        arm = arms[entry.night]
        felt = left.get(arm, 0) > 0
        left[arm] = left.get(arm, 0) - felt
        entries.append(replace(entry, side_effects=("soft stools",) if felt else (), note=(notes or {}).get(place, "")))
    return Trial(Protocol.build(content), trial.order, tuple(entries), tuple(amendments))


def result_of(sample, safety=None, *, verdict=None, **about):
    """The quick answer of a sample trial as that of a person with this screen; `verdict` in place of the first one's."""
    result = fitted(sample)
    told = replace(result, trial=of_person(result.trial, safety, **about))
    if verdict is None:
        return told
    effects = tuple(replace(effect, verdict=verdict) for effect in told.record.effects)
    return replace(told, record=replace(told.record, effects=effects))
