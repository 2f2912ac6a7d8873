"""What the protocol fixes of the analysis before the first night: model choices, priors, decision rule.

The numbers are used in `nof1.analyze`; here they are only stated, checked and hashed.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from nof1.plan.design.fields import Finite, Positive
from nof1.plan.design.interim import Interim
from nof1.plan.protocol.family import OWN_PRIORS, SCALES, Family

FirstEstimand = Literal["full", "as-lived"]  # as files of the first edition write it


class Priors(BaseModel):
    """Priors of the model, on the scale that the family works on: points, logarithm, or log odds.

    The defaults follow one rule for each scale (`nof1.plan.protocol.family`), so that they say the same about a 0-10 rating and a
    0-100 one.

    Attributes
    ----------
    level_mean, level_sd : float
        Level off treatment, Normal. Of an ordinal outcome: log odds of anything above the lowest level.
    effect_sd : float
        Effect of each arm at full exposure, Normal(0, effect_sd): help and harm alike.
    trend_sd : float
        Drift from the first to the last planned day, Normal(0, trend_sd).
    covariate_sd : float
        Effect of one standard deviation of a covariate, Normal(0, covariate_sd).
    start_up_sd : float or None
        A bad or good start that fades with a half-life of five nights, Normal(0, start_up_sd); None in the first edition.
    block_sd : float or None
        Offset of each block, Normal(0, block_sd); None in the first edition.
    period_scale : float
        Spread between periods, HalfNormal(period_scale).
    noise_scale : float
        Spread between nights, HalfNormal(noise_scale).
    autocorrelation_a, autocorrelation_b : float
        (phi + 1) / 2 ~ Beta(a, b), phi the correlation of neighbouring nights.
    half_life_median, half_life_log_sd : float
        Half-life of build-up and wash-out, LogNormal(ln median, log_sd), in days.
    degrees_shape, degrees_rate : float or None
        Student family alone: degrees of freedom ~ Gamma(shape, rate), cut off below 1.
    overdispersion_scale : float or None
        Count family alone: variance = mean + overdispersion x mean^2, overdispersion ~ HalfNormal(scale).
    gap_median, gap_log_sd : float or None
        Ordinal family alone: distance of neighbouring cut points ~ LogNormal(ln median, log_sd), in log odds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    level_mean: Finite
    level_sd: Positive
    effect_sd: Positive
    trend_sd: Positive
    covariate_sd: Positive
    start_up_sd: Positive | None = None
    block_sd: Positive | None = None
    period_scale: Positive
    noise_scale: Positive
    autocorrelation_a: Positive = 4.0
    autocorrelation_b: Positive = 2.0
    half_life_median: Positive = 2.0
    half_life_log_sd: Positive = 0.7

    degrees_shape: Positive | None = None
    degrees_rate: Positive | None = None
    overdispersion_scale: Positive | None = None
    gap_median: Positive | None = None
    gap_log_sd: Positive | None = None

    def own(self, name: str) -> float:
        """A prior that one family or the second edition alone has; `Protocol` fills it in."""
        value = getattr(self, name)
        assert value is not None, name
        return float(value)


class Analysis(BaseModel):
    """How the nights will be analysed, fixed before the first one.

    Attributes
    ----------
    family : str
        Likelihood of a night's outcome: "normal", "rating" (whole numbers with a floor and a ceiling), "student" (outlying
        nights), "ordinal" (ordered words), "count", "binary" (yes or no), "duration".
    estimand : str or None
        First edition alone: what the verdict speaks about, "full" (effect at full exposure) or "as-lived" (mean over the treated
        nights). The second edition's rule looks at both, and pages lead with the effect over these nights.
    certainty : float
        Probability at which a verdict is given, above 0.5.
    certainty_full : float or None
        Second edition: probability that the effect once fully built up must be small, too, for *no difference that matters*; at
        most `certainty`.
    carryover : str
        "exponential" (half-life estimated), "none", or "discard:n" (first n nights of every period left out).
    trend, period_effects, autocorrelation : bool
        Whether the model holds a linear trend, period effects, AR(1) errors.
    start_up, block_effects : bool or None
        Second edition: whether it holds a start that fades, and block offsets. None until a `Protocol` fills them in: a start-up in
        every trial that nof1 plans, blocks where the design has them; neither in an adopted trial unless asked for.
    dose : str
        "assigned" (as planned) or "taken" (logged dose as a share of the planned dose).
    covariates : tuple of str
        Diary columns that enter the model, each a number.
    priors : Priors or None
        None only until a `Protocol` fills in the defaults for its outcome.
    interim : Interim or None
        Looks before the last night and the rule that stops there; None if there are none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: Family = "normal"
    estimand: FirstEstimand | None = None
    certainty: Annotated[Finite, Field(gt=0.5, lt=1)] = 0.90
    certainty_full: Annotated[Finite, Field(gt=0.5, lt=1)] | None = None
    carryover: str = "exponential"
    trend: bool = True
    period_effects: bool = True
    autocorrelation: bool = True
    start_up: bool | None = None
    block_effects: bool | None = None
    dose: Literal["assigned", "taken"] = "assigned"
    covariates: tuple[str, ...] = ()
    priors: Priors | None = None
    interim: Interim | None = None

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

    @model_validator(mode="after")
    def _priors_are_of_the_family(self) -> "Analysis":
        for family, own in OWN_PRIORS.items():
            for name in own:
                there = self.priors is not None and getattr(self.priors, name) is not None
                if there and family != self.family:
                    raise ValueError(
                        f'priors.{name} is a prior of the family "{family}" alone; the family is "{self.family}"'
                    )
        return self

    @property
    def scale(self) -> str:
        """What effects and priors are measured in inside the model: "points", "log" or "logit"."""
        return SCALES[self.family]

    @property
    def discarded_nights(self) -> int:
        """Number of nights left out at the start of every period."""
        return int(self.carryover.partition(":")[2]) if self.carryover.startswith("discard:") else 0
