"""Do the parts of a protocol fit together? Each refusal is a ValueError that says what to do; explain.py makes one message of them.

It must not know a file, nor how a protocol is shown.
"""

from collections.abc import Sequence
from datetime import date

from nof1.plan.design.fields import column_name
from nof1.plan.design.interim import check_interim
from nof1.plan.design.kinds import MAX_NIGHTS, Adopted, Balanced, Listed
from nof1.plan.design.sequences import sequences_of
from nof1.plan.design.stated import refuse_other_arms
from nof1.plan.protocol.decided import Decided
from nof1.plan.protocol.editions import SECOND_ALONE, SECOND_PRIORS
from nof1.plan.protocol.family import WITHOUT_UNIT, Ends, family_refusal
from nof1.plan.protocol.instruments import IMPRESSION
from nof1.plan.protocol.recorded import refuse_unsound
from nof1.plan.protocol.safety.screen import needs_agreement, screen


def refuse_unfit(protocol: Decided) -> None:
    """Refuse a protocol whose parts contradict each other.

    Raises
    ------
    ValueError
        With what does not fit, and what to do.

    Examples
    --------
    >>> refuse_unfit(trial.protocol)
    """
    names = [arm.name for arm in protocol.arms]
    columns = (protocol.outcome.name, *protocol.analysis.covariates)
    _names_fit(protocol, names, columns)
    _safety_fits(protocol)
    _analysis_fits(protocol)
    _unit_fits(protocol)
    _design_fits(protocol, names)
    _edition_fits(protocol)
    _instruments_fit(protocol, columns)
    _recorded_fits(protocol)
    if protocol.analysis.interim is not None:
        check_interim(protocol.analysis.interim, protocol.design, names, protocol.analysis.certainty)
    if protocol.nights > MAX_NIGHTS:
        raise ValueError(f"the trial would last {protocol.nights} nights; at most {MAX_NIGHTS} are allowed")
    if protocol.nights > (date.max - protocol.start).days:
        raise ValueError(f"the trial would start on {protocol.start} and end after the last date there is")


def _names_fit(protocol: Decided, names: Sequence[str], columns: Sequence[str]) -> None:
    """Hold the names of arms, and of what becomes a column of the diary, against each other."""
    if len({name.casefold() for name in names}) < len(names):
        raise ValueError(f"two arms have the same name: {', '.join(names)}")
    if protocol.reference not in names:
        raise ValueError(f"reference {protocol.reference!r} is not one of the arms: {', '.join(names)}")
    for column in columns:
        column_name(column)
    if len({column.casefold() for column in columns}) < len(columns):
        raise ValueError(f"the outcome and the covariates need different names: {', '.join(columns)}")


def _safety_fits(protocol: Decided) -> None:
    """What the screen stops needs a clinician's agreement."""
    safety = protocol.safety
    if safety is None or safety.agreement is not None or not needs_agreement(screen(safety)):
        return
    stops = "; ".join(finding.text for finding in screen(safety) if finding.level == "stop")
    raise ValueError(
        f"safety: {stops} Without a clinician's agreement this trial cannot be planned. Talk to a doctor; if they agree, "
        "record it as safety.agreement with clinician and date"
    )


def _analysis_fits(protocol: Decided) -> None:
    """Hold the analysis against the outcome and the arms."""
    outcome = protocol.outcome
    refusal = family_refusal(protocol.analysis.family, Ends(outcome.low, outcome.high, outcome.whole))
    if refusal is not None:
        raise ValueError(f"analysis: {refusal}")
    if protocol.analysis.dose == "taken" and any(not arm.dose_mg for arm in protocol.active_arms):
        raise ValueError('dose = "taken" needs a dose_mg above 0 for every arm but the reference')
    if isinstance(protocol.design, Adopted) and any(arm.route != "mouth" for arm in protocol.arms):
        raise ValueError("arms: route is for planned trials, whose diary asks for it; leave it out")


def _unit_fits(protocol: Decided) -> None:
    """Hold a unit against what the outcome is, and who may have one."""
    if protocol.outcome.unit is None:
        return
    if not isinstance(protocol.design, Adopted):
        raise ValueError("outcome: unit is for adopted trials; what is planned is rated in points: leave unit out")
    if protocol.analysis.family in WITHOUT_UNIT:
        raise ValueError(
            f'outcome: an outcome of the family "{protocol.analysis.family}" has no unit ({WITHOUT_UNIT[protocol.analysis.family]}); '
            "leave unit out, or choose another family"
        )


def _instruments_fit(protocol: Decided, columns: Sequence[str]) -> None:
    """Hold instruments against the trial that asks for them and the columns of its diary."""
    names = [one.name.casefold() for one in protocol.instruments or ()]
    if not names:
        return
    if protocol.schema_version == 1 or isinstance(protocol.design, Adopted):
        raise ValueError(
            "instruments are asked in trials that nof1 plans, with schema = 2; leave instruments out, and import their scores"
        )
    taken = {*(column.casefold() for column in columns), IMPRESSION}
    twice = [name for at, name in enumerate(names) if name in taken or name in names[:at]]
    if twice:
        raise ValueError(f"instruments: {twice[0]!r} is the name of something else that is recorded, or there twice")


def _recorded_fits(protocol: Decided) -> None:
    """Hold what is recorded beside the rating against the trial that asks for it."""
    if protocol.recorded is None:
        return
    if protocol.schema_version == 1 or isinstance(protocol.design, Adopted):
        raise ValueError("recorded is asked in trials that nof1 plans, with schema = 2; leave recorded out")
    others = (protocol.outcome.name, IMPRESSION, *(one.name for one in protocol.instruments or ()))
    refuse_unsound(protocol.recorded, others, protocol.analysis.covariates)


def _edition_fits(protocol: Decided) -> None:
    """Hold what one edition alone has against the edition."""
    analysis, priors = protocol.analysis, protocol.priors
    if protocol.schema_version == 1:
        there = [name for name in SECOND_ALONE if getattr(analysis, name) is not None]
        there += [f"priors.{name}" for name in SECOND_PRIORS if getattr(priors, name) is not None]
        there += ["design.block_periods"] if protocol.block_periods and isinstance(protocol.design, Adopted) else []
        if there:
            raise ValueError(f"analysis: schema = 1 has no {there[0]}; write schema = 2, or leave it out")
    elif analysis.estimand is not None:
        raise ValueError(
            "analysis: schema = 2 has no estimand: its rule looks at the effect over these nights and at the one once fully "
            "built up, and pages lead with the first; leave estimand out"
        )
    if protocol.outcome.threshold is None and protocol.randomized:
        raise ValueError("outcome: threshold is missing; add the smallest change worth having, in points")
    if protocol.outcome.threshold is None and protocol.schema_version == 1:
        raise ValueError("outcome: threshold is missing; schema = 1 needs it")
    if analysis.certainty_full is not None and analysis.certainty_full > analysis.certainty:
        raise ValueError(
            f"analysis: certainty_full ({analysis.certainty_full:g}) must not be above certainty ({analysis.certainty:g})"
        )
    if analysis.block_effects and protocol.block_periods is None:
        raise ValueError(
            "analysis: block_effects needs blocks that hold every arm, and this design has none; leave block_effects out"
            + (", or say how many periods make a block" if isinstance(protocol.design, Adopted) else "")
        )


def _design_fits(protocol: Decided, names: list[str]) -> None:
    """Hold the design against the arms."""
    design = protocol.design
    if isinstance(design, Adopted):
        if design.drawn is not None:
            refuse_other_arms(design.drawn, names, design.nights)
        return
    if isinstance(design.period_nights, dict) and set(design.period_nights) != set(names):
        raise ValueError(f"design.period_nights must have one number for each arm: {', '.join(names)}")
    shortest = min(protocol.period_nights(name) for name in names)
    if protocol.analysis.discarded_nights >= shortest:
        raise ValueError(f"carryover {protocol.analysis.carryover!r} leaves no night of a {shortest}-night period")
    if design.washout_nights and protocol.arm(protocol.reference).dose_mg:
        raise ValueError(
            f"washout nights are without any dose, but the reference {protocol.reference!r} has one, and nights without it "
            "would be counted as nights with it; add an arm without a dose as the reference, or leave washout_nights out"
        )
    if design.concealed == "alone" and isinstance(design, Balanced | Listed):
        raise ValueError(
            f'concealed = "alone" needs orders that shuffled packs can make; a {design.kind} order cannot be shuffled by hand. '
            'The nearest kind that can is "randomized-blocks"'
        )
    if isinstance(design, Balanced) and design.periods < 2 * len(names):
        raise ValueError(
            f"{design.periods} periods are too few for {len(names)} arms: with one period an arm, its effect cannot be "
            f"told from a good or a bad week; plan at least {2 * len(names)}"
        )
    if isinstance(design, Listed):
        sequences_of(design, names)  # refuses unknown arms
        _every_order_can_answer(design, names)
    if len(protocol.lengths) > 1:
        raise ValueError(
            "with periods of different lengths every order must hold each arm equally often, or the trial's length would depend on the draw"
        )


def _every_order_can_answer(design: Listed, names: list[str]) -> None:
    for order in design.orders:
        absent = [name for name in names if name not in order]
        if absent:
            raise ValueError(f"the order {', '.join(order)} has no period on {absent[0]!r}; every order needs each arm")
        if len(order) == len(names):
            raise ValueError(
                f"the order {', '.join(order)} has one period an arm: an effect could not be told from a good or a bad week; "
                f"the nearest that can: {', '.join(order + order[::-1])}"
            )
