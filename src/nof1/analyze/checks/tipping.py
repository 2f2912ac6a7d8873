"""Tipping points: how far the nights would have to be from what is assumed of them before the answer lost its sign.

Two assumptions that no night can check. That a missing night was like the rated ones around it: here all missing nights of one arm
are put in, each `delta` away from what the model expects of it, and the model is fitted again; the tipping point is the smallest
delta at which the interval of the effect over these nights reaches 0 (delta adjustment: Carpenter & Kenward 2013, Multiple Imputation
and its Application, chapter 10; Cro et al. 2020). And that nobody's hope moved the ratings of a trial in which the arms were known:
there the tipping point is the size of hope that would do the same.

It must not import PyMC, and knows nothing of pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.arrays import Array
from nof1.analyze.engines.marginal import MARGINAL_FAMILIES, QUICK_ROUNDS, MarginalFit, fit_marginal, fit_marginals
from nof1.analyze.engines.posterior import marginal_draws
from nof1.analyze.model.arm_nights import counted_nights
from nof1.analyze.model.data import ModelData, assemble
from nof1.analyze.model.days import on_trial_days, planned_days, still_days, treated_days
from nof1.analyze.model.draws import draws_of, linear_predictor
from nof1.analyze.model.effects import LEVEL, TAILS, Effect, Pair, gain, mixture_quantile, pairs
from nof1.analyze.reasons import Reason, reason_of
from nof1.errors import RefusalError
from nof1.record.trial import Trial

_DRAWS = 400  # for what the model expects of a missing night: their error is far below a night's own spread
_TRIED = 9  # shifts, evenly from none to the end of the scale; between them the interval's end goes almost straight

Sure = Literal["better", "worse"]
Kind = Literal["difference", "ratio"]


@dataclass(frozen=True)
class MissingNights:
    """What the missing nights of one arm could change.

    Attributes
    ----------
    arm : str
        Whose nights.
    nights, planned : int
        Missing ones, and all of the arm's up to the last rated night; run-in and discarded nights are neither.
    expected : float
        What the model expects of the missing ones, in units of the outcome: their mean, of durations their geometric mean.
    kind : {"difference", "ratio"}
        What `delta` is: added to the outcome; of durations, what they are multiplied by.
    delta : float or None
        The smallest shift of all of them at which the answer loses its sign; None where none does, up to the end of the scale.
    """

    arm: str
    nights: int
    planned: int
    expected: float
    kind: Kind
    delta: float | None


@dataclass(frozen=True)
class Hope:
    """How much of a difference between the arms hope would have to make, in the effect's own units, without a sign.

    `to_zero` is enough for the interval to reach 0; `whole` is the mean of the effect.
    """

    to_zero: float
    whole: float


@dataclass(frozen=True)
class TippingPoint:
    """What would take the sign from the effect of one pair of arms over these nights.

    Attributes
    ----------
    sure : {"better", "worse"} or None
        On which side of 0 the interval lies; None where it holds 0: then there is nothing to lose, and all else is empty.
    missing : tuple of MissingNights
        Of the arm and of what it is compared with, where nights of them are missing.
    hope : Hope or None
        None where the order was hidden.
    refused : Reason or None
        Why it is not known of missing nights.
    """

    arm: str
    reference: str
    level: float
    sure: Sure | None
    missing: tuple[MissingNights, ...] = ()
    hope: Hope | None = None
    refused: Reason | None = None


def tipping_points(
    trial: Trial, data: ModelData, leading: Sequence[Effect], *, seed: int, fitted: MarginalFit | None = None
) -> tuple[TippingPoint, ...]:
    """What would take the sign from each effect: one entry for each of `pairs(trial.protocol)`.

    Parameters
    ----------
    trial : Trial
    data : ModelData
        Of the trial as planned.
    leading : sequence of Effect
        Over these nights, of every pair.
    seed : int
        Of the marginal engine.
    fitted : MarginalFit, optional
        Its fit of the data, if there is one.
    """
    protocol = trial.protocol
    hidden = protocol.concealed != "open"
    imputed: Imputed | Reason | None = None
    out = []
    for pair, effect in zip(pairs(protocol), leading, strict=True):
        low, high = effect.interval
        if low <= 0 <= high:
            out.append(TippingPoint(pair.arm, pair.reference, LEVEL, None))
            continue
        if imputed is None:
            imputed = _imputed(trial, data, seed, fitted)
        told = TippingPoint(
            pair.arm,
            pair.reference,
            LEVEL,
            "better" if gain(protocol, effect.mean) > 0 else "worse",
            hope=None if hidden else Hope(float(min(abs(low), abs(high))), float(abs(effect.mean))),
        )
        out.append(_with_missing(told, pair, imputed))
    return tuple(out)


def _with_missing(told: TippingPoint, pair: Pair, imputed: "Imputed | Reason") -> TippingPoint:
    if isinstance(imputed, Reason):
        return replace(told, refused=imputed)
    try:
        return replace(told, missing=imputed.tipping(pair))
    except RefusalError as refusal:
        return replace(told, refused=reason_of(refusal))


@dataclass(frozen=True)
class Imputed:
    """The trial's nights, the missing ones among them as the model expects them.

    Attributes
    ----------
    fitted : MarginalFit
        Of the rated nights alone.
    data : ModelData
        Of all nights up to the last rated one; `y` holds the expected outcome of those that are missing.
    missing : int array, shape (n,)
        -1 for a rated night; else the place of the arm that it was missing on, the reference being the last.
    planned : dict of str to int
        Nights of each arm up to the last rated one.
    names : tuple of str
        Active arms, then the reference.
    low, high : float
        Ends of the scale, on the scale of `y`.
    seed : int
    """

    fitted: MarginalFit
    data: ModelData
    missing: NDArray[np.int64]
    planned: dict[str, int]
    names: tuple[str, ...]
    low: float
    high: float
    seed: int

    def shifted(self, arm: str, delta: float) -> ModelData:
        """The data with the missing nights of one arm `delta` away from what is expected, but no further than the scale goes.

        Missing nights of other arms stay missing.
        """
        own = self.missing == self.names.index(arm)
        y = np.where(own, np.clip(self.data.y + delta, self.low, self.high), self.data.y)
        return without_nights(replace(self.data, y=y), (self.missing >= 0) & ~own)

    def tipping(self, pair: Pair) -> tuple[MissingNights, ...]:
        """The tipping points of a pair: for the missing nights of the arm, and of what it is compared with."""
        vector = np.array(pair.vector)
        planned, side = near_zero(self.fitted, vector), np.sign(self.fitted.weights @ self.fitted.contrast(vector)[0])
        if planned * side <= 0:  # the other engine's interval just leaves 0 out, this one's does not
            return ()
        sides = ((pair.arm, -side), (pair.reference, side))  # each towards no effect
        shifts = [
            self._shifts(arm, float(direction))
            for arm, direction in sides
            if np.any(self.missing == self.names.index(arm))
        ]
        tried = [self.shifted(arm, delta) for arm, deltas in shifts for delta in deltas]
        ends = [near_zero(one, vector) for one in _trusted(fit_marginals(tried, seed=self.seed, rounds=QUICK_ROUNDS))]
        rows = zip(shifts, np.reshape(ends, (-1, _TRIED)), strict=True)
        return tuple(self._told(arm, _crossing(deltas, planned + row - row[0])) for (arm, deltas), row in rows)

    def _shifts(self, arm: str, direction: float) -> tuple[str, Array]:
        """Shifts to try, from none to one that brings every missing night of the arm to the end of the scale."""
        expected = self._expected(arm)
        furthest = np.max(self.high - expected if direction > 0 else expected - self.low)
        return arm, direction * np.linspace(0, max(0.0, float(furthest)), _TRIED)

    def _expected(self, arm: str) -> Array:
        expected: Array = self.data.y[self.missing == self.names.index(arm)]
        return expected

    def _told(self, arm: str, delta: float | None) -> MissingNights:
        expected, ratio = self._expected(arm), self.data.family == "duration"
        told = np.exp if ratio else float
        return MissingNights(
            arm=arm,
            nights=len(expected),
            planned=self.planned[arm],
            expected=float(told(expected.mean())),
            kind="ratio" if ratio else "difference",
            delta=None if delta is None else float(told(delta)),
        )


def _trusted(found: Sequence[MarginalFit | RefusalError]) -> list[MarginalFit]:
    for one in found:
        if isinstance(one, RefusalError):
            raise one
    return [one for one in found if isinstance(one, MarginalFit)]


def _crossing(deltas: Array, ends: Array) -> float | None:
    """The shift at which the end of the interval first reaches 0, on a smooth curve through those tried; None where it does not.

    Nights put in at their expected values have no spread of their own, which makes the intervals of these fits too narrow: their ends
    say how far a shift moves the end of the planned one, which is where they start.
    """
    beyond = np.flatnonzero(ends * ends[0] <= 0)
    if not len(beyond):
        return None
    # Few trials have a tipping point, and these take longer to load than it takes to find it.
    from scipy.interpolate import PchipInterpolator
    from scipy.optimize import brentq

    curve = PchipInterpolator(np.abs(deltas), ends)
    sizes = np.abs(deltas[[beyond[0] - 1, beyond[0]]])
    return float(np.sign(deltas[-1]) * brentq(lambda size: float(curve(size)), *sizes))


def near_zero(fitted: MarginalFit, vector: Array) -> float:
    """The end next to 0 of the interval of an effect over these nights, on the scale of the family; beyond it where it holds 0."""
    mean, sd = fitted.contrast(vector, over_nights=True)
    tail = TAILS[0] if fitted.weights @ mean > 0 else TAILS[1]
    return mixture_quantile(fitted.weights, mean, sd, tail)


def without_nights(data: ModelData, left_out: NDArray[np.bool_]) -> ModelData:
    """The data without some of its nights, one after the other as `ModelData.without` takes them."""
    for i in np.flatnonzero(left_out)[::-1]:
        data = data.without(int(i))
    return data


def _imputed(trial: Trial, data: ModelData, seed: int, fitted: MarginalFit | None) -> Imputed | Reason:
    if data.family not in MARGINAL_FAMILIES:
        return Reason("no shift", {"families": MARGINAL_FAMILIES, "family": data.family})
    try:
        return impute(trial, data, fitted or fit_marginal(data, seed=seed), seed=seed)
    except RefusalError as refusal:
        return reason_of(refusal)


def impute(trial: Trial, data: ModelData, fitted: MarginalFit, *, seed: int) -> Imputed:
    """Put the missing nights in as the model expects them, given the rated ones.

    Parameters
    ----------
    trial : Trial
    data : ModelData
        Of its rated nights.
    fitted : MarginalFit
        Of that.
    seed : int
        Of the draws from it.
    """
    protocol, frame = trial.protocol, trial.frame
    arm, period = frame["arm"].to_numpy(), frame["period"].to_numpy(dtype=int)
    days = len(arm)
    rated = np.zeros(days, dtype=bool)
    rated[data.day] = True
    counted = counted_nights(protocol, arm, period) & planned_days(trial) & (np.arange(days) <= data.day[-1])
    missing = counted & ~rated
    outcome = np.where(rated, frame[protocol.outcome.name].to_numpy(dtype=float), data.outcome.mean())
    used = rated | missing
    covariates = np.zeros((int(used.sum()), data.covariates.shape[1]))
    covariates[rated[used]] = data.covariates  # 0, which is the average, where a night has none
    doses = np.zeros((days, data.doses.shape[1]))
    doses[: data.days] = data.doses_by_day
    whole = assemble(
        protocol,
        outcome,
        used,
        treated_days(protocol, arm),
        doses,
        period,
        on_trial_days(protocol, arm, period),
        covariates=covariates,
        covariate_sd=data.covariate_sd,
        covariate_names=data.covariate_names,
        still=still_days(protocol, arm),
        planned_days=trial.order.whole.nights,
    )
    expected = expected_nights(whole, rated[used], data.y, fitted, seed=seed)
    names = (*data.arms, protocol.reference)
    places = np.array([names.index(one) if one in names else -1 for one in arm])
    ratio = data.family == "duration"
    least = protocol.outcome.low if protocol.outcome.low > 0 or not ratio else float(np.exp(data.y.min()))
    low, high = np.log([least, protocol.outcome.high]) if ratio else (protocol.outcome.low, protocol.outcome.high)
    return Imputed(
        fitted=fitted,
        data=replace(whole, y=expected),
        missing=np.where(missing, places, -1)[used],
        planned={name: int(np.sum(counted & (arm == name))) for name in names},
        names=names,
        low=float(low),
        high=float(high),
        seed=seed,
    )


def expected_nights(whole: ModelData, rated: NDArray[np.bool_], y: Array, fitted: MarginalFit, *, seed: int) -> Array:
    """The outcome of every night, shape (n,): of the rated ones as it was, of the others its posterior mean.

    Given the parameters a night is expected at the model's mean, and between its neighbours' deviations from theirs by the AR(1).

    Parameters
    ----------
    whole : ModelData
        Of all n nights.
    rated : bool array, shape (n,)
    y : array
        Of the rated ones.
    fitted : MarginalFit
        Of the rated ones.
    """
    posterior = marginal_draws(fitted.model.data, fitted, seed=seed, draws=_DRAWS)
    # A period or block without a rated night has no offset there; what is expected of it is 0.
    there = {"period": whole.period_numbers, "block": whole.block_numbers}
    known = {name: list(numbers) for name, numbers in there.items() if name in posterior.dims}
    draws = draws_of(whole, posterior.reindex(known, fill_value=0.0))
    mean = linear_predictor(whole, draws)
    deviation = np.zeros_like(mean)
    deviation[:, rated] = y - mean[:, rated]
    if whole.autocorrelation:
        deviation[:, ~rated] = _between(whole.day, rated, deviation[:, rated], draws.phi)
    out: Array = (mean + deviation).mean(axis=0)
    out[rated] = y
    return out


def _between(day: NDArray[np.int64], rated: NDArray[np.bool_], deviation: Array, phi: Array) -> Array:
    """Expected AR(1) deviation of the nights that are not rated from their rated neighbours', shape (S, missing).

    With a and b days to the rated night before and after: [phi^a (1 - phi^2b) e_before + phi^b (1 - phi^2a) e_after] /
    (1 - phi^2(a+b)); phi^a e_before where none follows, and so before the first.
    """
    known, phi = day[rated], phi[:, None]
    after = np.searchsorted(known, day[~rated])
    out = np.empty((len(phi), len(after)))
    for column, (place, when) in enumerate(zip(after, day[~rated], strict=True)):
        if place == 0 or place == len(known):
            nearest = 0 if place == 0 else place - 1
            out[:, column] = phi[:, 0] ** abs(int(known[nearest] - when)) * deviation[:, nearest]
            continue
        a, b = int(when - known[place - 1]), int(known[place] - when)
        one, other = phi[:, 0] ** a, phi[:, 0] ** b
        weighted = one * (1 - other**2) * deviation[:, place - 1] + other * (1 - one**2) * deviation[:, place]
        out[:, column] = weighted / (1 - (one * other) ** 2)
    return out
