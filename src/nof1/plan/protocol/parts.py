"""What a protocol compares and rates: arms and outcome."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from nof1.plan.design.fields import ArmName, Column, Finite, Frozen, Positive, Text, as_number
from nof1.plan.protocol.dose import elemental_mg, find_form
from nof1.plan.protocol.own_words import ours

MAX_UNIT = 24  # letters; it stands behind every number
SHORT_LABEL = 14  # letters that every picture has room for
MAX_MEANING = 120  # letters; it is read every morning
Meaning = Annotated[Text, Field(min_length=1, max_length=MAX_MEANING)]
Route = Literal["mouth", "bath", "skin", "other"]


class Outcome(Frozen):
    """What is rated each night.

    `low` and `high` are the ends of the scale and `threshold` the smallest change worth having, all in points; of an adopted trial
    it may be None, and then nothing is said of changes that matter.
    `whole` says that only whole numbers are used; `unit`, of an adopted trial, is what stands behind its numbers instead of "points".
    `low_means` and `high_means` say in words what the two ends are, and `hours` which hours are rated; where they are None,
    `nof1.plan.protocol.anchors` knows those of the ready-made rating.
    """

    name: Column
    label: Text = ""
    low: Finite
    high: Finite
    better: Literal["lower", "higher"]
    threshold: Positive | None = None
    whole: bool = False
    unit: Annotated[Text, Field(min_length=1, max_length=MAX_UNIT)] | None = None
    low_means: Meaning | None = None
    high_means: Meaning | None = None
    hours: Meaning | None = None

    @model_validator(mode="after")
    def _scale_is_sound(self) -> "Outcome":
        if self.low >= self.high:
            raise ValueError(f"low ({self.low:g}) must be below high ({self.high:g})")
        if self.threshold is not None and self.threshold >= self.high - self.low:
            raise ValueError(
                f"threshold ({self.threshold:g}) must be smaller than the scale ({self.high - self.low:g} points)"
            )
        return self

    @property
    def title(self) -> str:
        """The label, or the name where there is none; words of nof1's own in the spoken language."""
        return ours(self.label or self.name)


class Arm(Frozen):
    """One of the things compared.

    Attributes
    ----------
    dose_mg : float or None
        Elemental mg an evening, 0 for an arm without.
    salt_mg : float or None
        Weight of the salt that gives it, in mg, where the label states that; `dose_mg` follows from it and the form.
    form, product : str
        Form of magnesium, such as citrate; name of the product and how much of it makes a dose.
    placebo : bool
        Whether this is a dummy that looks and tastes the same.
    route : {"mouth", "bath", "skin", "other"}
        A bath and what goes on the skin have no mg by mouth; how much salt it is stands in `product`, in the person's words. "other" is
        what is no dose at all, such as a walk.
    dose_meant : bool
        That a dose which looks like a slip, such as 2 mg, was asked about and is meant.
    """

    name: ArmName
    label: Text = ""
    form: Text = ""
    dose_mg: Annotated[Finite, Field(ge=0, le=5000)] | None = None
    salt_mg: Annotated[Finite, Field(gt=0, le=50_000)] | None = None
    product: Text = ""
    placebo: bool = False
    route: Route = "mouth"
    dose_meant: bool = False

    @model_serializer(mode="wrap")
    def _unsaid_left_out(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what was not said, so that protocols from before these fields keep their hash."""
        content: dict[str, Any] = written(self)
        unsaid = {"route": "mouth", "dose_meant": False}
        return {name: value for name, value in content.items() if name not in unsaid or value != unsaid[name]}

    @model_validator(mode="before")
    @classmethod
    def _dose_from_salt(cls, data: Any) -> Any:
        """Work out the elemental dose where only the weight of the salt is given."""
        if not isinstance(data, dict) or data.get("salt_mg") is None or data.get("dose_mg") is not None:
            return data
        salt, form = as_number(data["salt_mg"]), data.get("form")
        if not isinstance(salt, float) or not isinstance(form, str):
            return data
        return data | {"dose_mg": round(elemental_mg(form, salt), 1)}

    @model_validator(mode="after")
    def _route_and_dose_agree(self) -> "Arm":
        if self.route != "mouth" and (self.dose_mg or self.salt_mg):
            raise ValueError(
                f'route = "{self.route}" has no mg by mouth, since nobody knows how much of it gets into the body; leave dose_mg and '
                "salt_mg out and write into product how much of what is used"
            )
        return self

    @model_validator(mode="after")
    def _salt_and_dose_agree(self) -> "Arm":
        if self.salt_mg is None:
            return self
        if find_form(self.form) is None:
            raise ValueError(f"salt_mg needs a form whose magnesium content is known; {self.form!r} is not")
        elemental = elemental_mg(self.form, self.salt_mg)
        if self.dose_mg is None or abs(elemental - self.dose_mg) > max(1.0, 0.01 * elemental):
            raise ValueError(
                f"{self.salt_mg:g} mg of {self.form} hold {elemental:.0f} mg of magnesium, not dose_mg {self.dose_mg}; give one of the two"
            )
        return self

    @property
    def mouth_mg(self) -> float | None:
        """Elemental mg that is swallowed on an evening: 0 for a bath and what goes on the skin, None where no dose is stated.

        Examples
        --------
        >>> trial.protocol.arm("magnesium").mouth_mg
        200.0
        """
        return self.dose_mg if self.route == "mouth" else 0.0

    @property
    def title(self) -> str:
        """The label, or the name where there is none; words of nof1's own in the spoken language."""
        return ours(self.label or self.name)


def short_labels(arms: Iterable[Arm]) -> tuple[tuple[str, str], ...]:
    """Name and label of each arm that has one, where all are short enough to be told apart in a picture; else none."""
    labels = tuple((arm.name, arm.label) for arm in arms if arm.label)
    return labels if all(len(label) <= SHORT_LABEL for _, label in labels) else ()
