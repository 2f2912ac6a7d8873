"""What a protocol holds, and what follows from that alone: arms, nights, dates, who knows the order, the hash.

It must not refuse anything: what does not fit together is said in fitting.py.
"""

import hashlib
import itertools
import json
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from nof1.plan.design.fields import Frozen, Text
from nof1.plan.design.kinds import Adopted, Balanced, Concealment, Design, Gaps, Listed
from nof1.plan.design.sequences import sequences_of
from nof1.plan.design.stated import StatedOrders
from nof1.plan.protocol.analysis import Analysis, Priors
from nof1.plan.protocol.conduct import NOTHING_STATED, Conduct
from nof1.plan.protocol.editions import WITH_BLOCKS
from nof1.plan.protocol.instruments import Instruments
from nof1.plan.protocol.parts import Arm, Outcome, short_labels
from nof1.plan.protocol.recorded import AllRecorded
from nof1.plan.protocol.safety.screen import Safety
from nof1.plan.protocol.topic import names_magnesium, rates_legs, tries_magnesium
from nof1.subject import Subject


class Decided(Frozen):
    """The fields of a `Protocol`, and what follows from them."""

    schema_version: Literal[1, 2] = Field(default=2, alias="schema")
    title: Annotated[Text, Field(min_length=1)]
    question: Text = ""
    simulated: bool = False
    reference: str
    outcome: Outcome
    arms: Annotated[tuple[Arm, ...], Field(min_length=2, max_length=12)]
    design: Design
    analysis: Analysis
    conduct: Conduct = Conduct()
    instruments: Instruments | None = None
    recorded: AllRecorded | None = None
    safety: Safety | None = None

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def _times(self) -> list[dict[str, int]]:
        """How often each arm comes, for every way in which the allowed orders differ in that."""
        names = [arm.name for arm in self.arms]
        match self.design:
            case Adopted():
                return []
            case Listed(orders=orders):
                return [{name: order.count(name) for name in names} for order in orders]
            case Balanced(periods=periods):
                least, more = divmod(periods, len(names))
                extra = itertools.combinations(names, more)
                return [{name: least + (name in chosen) for name in names} for chosen in extra]
            case design:
                periods = sequences_of(design, names).periods
                return [dict.fromkeys(names, periods // len(names))]

    def _nights_of(self, times: dict[str, int]) -> int:
        return sum(count * self.period_nights(name) for name, count in times.items())

    @property
    def lengths(self) -> frozenset[int]:
        """How many nights all periods together may last: one number, or the draw would decide the trial's length.

        Examples
        --------
        >>> trial.protocol.lengths
        frozenset({84})
        """
        return frozenset(self._nights_of(times) for times in self._times())

    @property
    def priors(self) -> Priors:
        """The priors, defaults written out."""
        assert self.analysis.priors is not None  # filled in by Protocol._fill_defaults
        return self.analysis.priors

    @property
    def threshold(self) -> float:
        """The smallest change worth having, in points, for what cannot do without; see `Outcome.threshold`.

        Examples
        --------
        >>> trial.protocol.threshold
        1.0
        """
        assert self.outcome.threshold is not None
        return self.outcome.threshold

    @property
    def block_periods(self) -> int | None:
        """How many periods make a block that holds every arm; None where the design has no such blocks.

        Examples
        --------
        >>> trial.protocol.block_periods
        2
        """
        if isinstance(self.design, Adopted):
            return self.design.block_periods
        return len(self.arms) if isinstance(self.design, WITH_BLOCKS) else None

    @property
    def active_arms(self) -> tuple[Arm, ...]:
        """Every arm but the reference, in the protocol's order."""
        return tuple(arm for arm in self.arms if arm.name != self.reference)

    def arm(self, name: str) -> Arm:
        """The arm called `name`.

        Examples
        --------
        >>> trial.protocol.arm("magnesium").dose_mg
        200.0
        """
        return next(arm for arm in self.arms if arm.name == name)

    def period_nights(self, arm: str) -> int:
        """Nights of a period on an arm, without washout; of an adopted trial 0, since its periods differ.

        Examples
        --------
        >>> trial.protocol.period_nights("magnesium")
        7
        """
        if isinstance(self.design, Adopted):
            return 0
        nights = self.design.period_nights
        return nights[arm] if isinstance(nights, dict) else nights

    @property
    def periods(self) -> int:
        """Number of planned periods, the run-in left out; 0 for an adopted trial."""
        return sum(self._times()[0].values()) if not isinstance(self.design, Adopted) else 0

    @property
    def concealed(self) -> Concealment:
        """Who knows the order, as "open", "helper" or "alone"."""
        return "open" if isinstance(self.design, Adopted) else self.design.concealed

    @property
    def nights(self) -> int:
        """Number of planned nights, run-in and washout included."""
        if isinstance(self.design, Adopted):
            return self.design.nights
        between = self.design.washout_nights * (self.periods - 1)
        return self.design.run_in_nights + self._nights_of(self._times()[0]) + between

    @property
    def start(self) -> date:
        """Date of the first evening."""
        return self.design.start

    @property
    def end(self) -> date:
        """Date of the last evening."""
        return self.start + timedelta(days=self.nights - 1)

    @property
    def by_share(self) -> bool:
        """Whether nights hold the share of what was planned instead of mg: of a hidden order, and where an arm is no dose by mouth.

        Examples
        --------
        >>> trial.protocol.by_share
        False
        """
        return self.concealed != "open" or any(arm.route != "mouth" for arm in self.arms)

    @property
    def randomized(self) -> bool:
        """Whether nof1 drew the order."""
        return not isinstance(self.design, Adopted)

    @property
    def stated(self) -> StatedOrders | None:
        """Which orders could have been drawn elsewhere, as the person states it; None where nof1 drew, or nothing was stated.

        Examples
        --------
        >>> trial.protocol.stated is None
        True
        """
        return self.design.drawn if isinstance(self.design, Adopted) else None

    @property
    def gaps(self) -> Gaps | None:
        """What days without a row were, of an adopted table (`Adopted.gaps`); None of a drawn design, which has none.

        Examples
        --------
        >>> trial.protocol.gaps is None
        True
        """
        return self.design.gaps if isinstance(self.design, Adopted) else None

    @property
    def dated(self) -> bool:
        """Whether the dates are real; adopted nights may have had day numbers only."""
        return not isinstance(self.design, Adopted) or self.design.dated

    @property
    def nights_are(self) -> Literal["nights", "days"]:
        """What one observation is called; adopted tables may hold days."""
        return (self.design.nights_are or "nights") if isinstance(self.design, Adopted) else "nights"

    @property
    def of_magnesium(self) -> bool:
        """Whether magnesium is tried: then nof1 has facts and a safety screen for it. Of a table its arms have to say so.

        Examples
        --------
        >>> trial.protocol.of_magnesium
        True
        """
        if not self.randomized:
            return names_magnesium(self.arms)
        return tries_magnesium(self.title, self.question, self.arms)

    @property
    def of_legs(self) -> bool:
        """Whether restless legs are what is rated.

        Examples
        --------
        >>> trial.protocol.of_legs
        True
        """
        scores = (one.name for one in self.instruments or ())
        return rates_legs(self.title, self.question, self.outcome, (*scores, self.conduct.diagnosis))

    @property
    def subject(self) -> Subject:
        """What sentences about this trial are about, for `nof1.subject.about`."""
        adopted = not self.randomized
        labels = short_labels(self.arms) if adopted else ()
        return Subject(
            days=self.nights_are == "days",
            adopted=adopted,
            unit=self.outcome.unit or "",
            labels=labels,
            other=not adopted and not self.of_magnesium,
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values as they stand in the TOML file; dates as ISO text.

        Examples
        --------
        >>> trial.protocol.to_dict()["reference"]
        'off'
        """
        unstated = not self.randomized and self.conduct == NOTHING_STATED
        return self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"conduct"} if unstated else None)

    def sha256(self) -> str:
        """Hash of the canonical form: sorted keys, no spaces, UTF-8 JSON. Layout and comments of the file do not count.

        Examples
        --------
        >>> len(trial.protocol.sha256())
        64
        """
        canonical = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()
