"""What the protocol fixes of the analysis before the first night: model choices, priors, decision rule.

The numbers are used in `nof1.analyze`; here they are only stated, checked and hashed.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from nof1.plan.fields import Finite, Positive

# The only family there is so far; the others of the plan are refused by name.
Family = Literal["normal"]
Estimand = Literal["full", "as-lived"]


class Priors(BaseModel):
    """Priors of the model, on the outcome's own scale.

    The defaults follow one rule: everything is a fixed share of the range R = high - low of the outcome, so that they
    say the same about a 0-10 rating and a 0-100 one. `Priors.for_range` applies it.

    Attributes
    ----------
    level_mean, level_sd : float
        Level off treatment, Normal, in outcome points.
    effect_sd : float
        Effect of each arm at full exposure, Normal(0, effect_sd), in points: help and harm alike.
    trend_sd : float
        Drift from the first to the last planned day, Normal(0, trend_sd), in points.
    covariate_sd : float
        Effect of one standard deviation of a covariate, Normal(0, covariate_sd), in points.
    period_scale : float
        Spread between periods, HalfNormal(period_scale), in points.
    noise_scale : float
        Spread between nights, HalfNormal(noise_scale), in points.
    autocorrelation_a, autocorrelation_b : float
        (phi + 1) / 2 ~ Beta(a, b), phi the correlation of neighbouring nights.
    half_life_median, half_life_log_sd : float
        Half-life of build-up and wash-out, LogNormal(ln median, log_sd), in days.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    level_mean: Finite
    level_sd: Positive
    effect_sd: Positive
    trend_sd: Positive
    covariate_sd: Positive
    period_scale: Positive
    noise_scale: Positive
    autocorrelation_a: Positive = 4.0
    autocorrelation_b: Positive = 2.0
    half_life_median: Positive = 2.0
    half_life_log_sd: Positive = 0.7

    @classmethod
    def for_range(cls, low: float, high: float, **changes: float) -> "Priors":
        """Default priors for an outcome from `low` to `high`, with `changes` by name."""
        return cls(**(cls.defaults(low, high) | changes))

    @staticmethod
    def defaults(low: float, high: float) -> dict[str, float]:
        """The range rule: sd of a quarter of R for level and noise, a fifth for effects, a twentieth for periods."""
        span = high - low
        return {
            "level_mean": (low + high) / 2,
            "level_sd": span / 4,
            "effect_sd": span / 5,
            "trend_sd": span / 5,
            "covariate_sd": span / 5,
            "period_scale": span / 20,
            "noise_scale": span / 4,
        }


class Analysis(BaseModel):
    """How the nights will be analysed, fixed before the first one.

    Attributes
    ----------
    family : str
        Likelihood of a night's outcome; "normal".
    estimand : str
        What the verdict speaks about: "full" (effect at full exposure) or "as-lived" (mean over the treated nights).
    certainty : float
        Probability at which a verdict is given, above 0.5.
    carryover : str
        "exponential" (half-life estimated), "none", or "discard:n" (first n nights of every period left out).
    trend, period_effects, autocorrelation : bool
        Whether the model holds a linear trend, period effects, AR(1) errors.
    dose : str
        "assigned" (as planned) or "taken" (logged dose as a share of the planned dose).
    covariates : tuple of str
        Diary columns that enter the model, each a number.
    priors : Priors or None
        None only until a `Protocol` fills in the defaults for its outcome.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: Family = "normal"
    estimand: Estimand = "full"
    certainty: Annotated[Finite, Field(gt=0.5, lt=1)] = 0.90
    carryover: str = "exponential"
    trend: bool = True
    period_effects: bool = True
    autocorrelation: bool = True
    dose: Literal["assigned", "taken"] = "assigned"
    covariates: tuple[str, ...] = ()
    priors: Priors | None = None

    @field_validator("carryover")
    @classmethod
    def _carryover_is_known(cls, value: str) -> str:
        kind, _, nights = value.partition(":")
        if value in ("exponential", "none") or (kind == "discard" and nights.isdecimal() and 1 <= int(nights) <= 60):
            return value
        raise ValueError(
            f'{value!r} must be "exponential", "none" or "discard:n" with n from 1 to 60, such as "discard:2"'
        )

    @model_validator(mode="before")
    @classmethod
    def _lists_become_tuples(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("covariates"), list):
            return data | {"covariates": tuple(data["covariates"])}
        return data

    @property
    def discarded_nights(self) -> int:
        """Number of nights left out at the start of every period."""
        return int(self.carryover.partition(":")[2]) if self.carryover.startswith("discard:") else 0
