"""The length of a plan and what it would say, in numbers for people; and the table of designs beside it."""

from collections.abc import Callable

from nof1.cli.wizard.answers import preview, with_off
from nof1.cli.wizard.parse import GO_ON, YES, quoted, spoken_answer
from nof1.cli.wizard.step import Price, Step, Talk, Turn
from nof1.errors import InputError, Nof1Error
from nof1.language import phrase, say, say_some, sentences, spoken
from nof1.plan.orders.concerns import TEST_LEVEL, concerns
from nof1.plan.orders.draw import smallest_p
from nof1.plan.protocol.protocol import Protocol
from nof1.report.words.phrases import cited, points

PART = phrase("How long, and what it can show")
COUNTS = ("blocks", "periods", "pairs")  # fields of the design that say how many, and ids of their steps
_DESIGNS = "designs"
_TABLE = "t"
_ROWS = 6  # designs in the table
_LONGEST = 104  # weeks
_SLOW = 56  # nights of a period that a slow effect needs


def worked_out(protocol: Protocol) -> Price:
    """What a protocol would find; what cannot be worked out is None."""
    from nof1.analyze.simulation.chances import chances
    from nof1.analyze.simulation.precision import expected_width

    return Price(_or_none(expected_width, protocol), _or_none(chances, protocol))


def _or_none[T](what: Callable[[Protocol], T], protocol: Protocol) -> T | None:
    try:
        return what(protocol)
    except Nof1Error:
        return None


def remembering(price: Callable[[Protocol], Price]) -> Callable[[Protocol], Price]:
    """The same, but what a design would find is worked out once: it rests on neither dates nor words nor answers on health."""
    known: dict[str, Price] = {}

    def remembered(protocol: Protocol) -> Price:
        content = protocol.to_dict()
        design = {name: value for name, value in content["design"].items() if name not in ("start", "seed")}
        key = repr((design, content["outcome"], content["analysis"], [arm.name for arm in protocol.arms]))
        if key not in known:
            known[key] = price(protocol)
        return known[key]

    return remembered


# --- sentences


def chance_lines(protocol: Protocol, talk: Talk) -> list[str]:
    """What the plan says of nights that are better, and of nights that are not, in so many of a hundred."""
    found = talk.price(protocol).chances
    if found is None:
        return [say("What this plan would say cannot be counted for an outcome of this kind.")]
    arm = protocol.active_arms[0].title
    helps = {"points": points(found.points), "says": found.says, "leans": found.leans, "trials": found.trials}
    nothing = {"says": found.says_nothing, "mistaken": found.mistaken, "trials": found.trials}
    if with_off(talk.raw):
        first = say(
            "If {arm} truly helps by {points}, this plan says so in {says} of {trials}, and leans that way in {leans} more.",
            arm=arm,
            **helps,
        )
        second = say(
            "If it does nothing, it says that in {says} of {trials}; in {mistaken} it says or leans otherwise, by mistake.",
            **nothing,
        )
    else:
        first = say(
            "If {arm} is truly better than {reference} by {points}, this plan says so in {says} of {trials}, and leans that way in {leans} more.",
            arm=arm,
            reference=protocol.arm(protocol.reference).title,
            **helps,
        )
        second = say(
            "If there is no difference, it says that in {says} of {trials}; in {mistaken} it says or leans otherwise, by mistake.",
            **nothing,
        )
    return [first, second]


def design_line(protocol: Protocol) -> str:
    """How long a design is, and what it asks."""
    return say(
        "{weeks:.0f} weeks: {nights} nights, {periods} periods, one short answer every morning.",
        weeks=protocol.nights / 7,
        nights=protocol.nights,
        periods=protocol.periods,
    )


def price_line(protocol: Protocol, talk: Talk) -> str:
    """What a design costs and shows for who knows intervals, in one sentence."""
    return say(
        "{nights} nights ({weeks:.0f} weeks). 95 % interval: about {width} points wide. Smallest p: {p}.",
        nights=protocol.nights,
        weeks=protocol.nights / 7,
        width=_width(protocol, talk),
        p=_least(protocol),
    )


def _width(protocol: Protocol, talk: Talk) -> str:
    width = talk.price(protocol).width
    return "?" if width is None else spoken().number(f"{width:.1f}")


def _least(protocol: Protocol) -> str:
    least = smallest_p(protocol)
    return spoken().number(f"{least:.2g}" if least >= 0.001 else "< 0.001")


def notes(protocol: Protocol, *, never: bool = False) -> list[str]:
    """What a design can never show or say, a line each; without `never` what it can hardly say, too."""
    from nof1.analyze.simulation.reach import reach
    from nof1.report.words.reach import limit_sentence

    found = reach(protocol)
    limit = "" if found is None or (never and found.obstacle is None) else limit_sentence(protocol, found)
    return [say("Note: {concern}", concern=one) for one in (*concerns(protocol), limit) if one]


def _help(talk: Talk) -> str:
    from nof1.analyze.simulation.reach import reach
    from nof1.report.words.reach import limit_sentence, onset_sentence, threshold_sentence

    protocol = preview(talk)
    found = reach(protocol)
    return sentences(
        [
            say(
                "The numbers are counted: a hundred trials are made up in which your plan's answer is known, and as many in which nothing "
                "helps, one night and one dose in twenty missing; another hundred may come out ten higher or lower. Your own nights may vary more "
                "or less. The choice is yours."
            ),
            price_line(protocol, talk),
            say(
                "If the model is right, the interval holds the effect with a chance of 95 %. Smallest p is the best that a randomization test could "
                "reach, a check that needs no model: above {level} it could never answer. {fact}",
                level=TEST_LEVEL,
                fact=cited("shorter-trials"),
            ),
            threshold_sentence(protocol),
            *([] if found is None else [limit_sentence(protocol, found), onset_sentence(found)]),
        ]
    )


# --- is that right?


def _body(talk: Talk) -> str:
    protocol = preview(talk)
    lines = [design_line(protocol), *chance_lines(protocol, talk), *notes(protocol, never=True)]
    if int(talk.filled()["period_nights"]) < _SLOW:
        lines.append(say("Know this: {fact}", fact=cited("slow-effects")))
    return "\n".join(lines)


def _question(talk: Talk) -> str:
    return say(
        "{weeks:.0f} weeks, every morning: is that right? Enter for yes, or type how many weeks.",
        weeks=preview(talk).nights / 7,
    )


def _parse_weeks(text: str, talk: Talk) -> str:
    typed = text.casefold()
    if typed in (GO_ON, "y", YES, say("y"), spoken_answer(YES), spoken_answer(GO_ON)):
        return GO_ON
    if typed == _TABLE:
        return _TABLE
    possible = _weeks(talk)
    number = typed.removesuffix(say("weeks")).strip()
    if not (number.isascii() and number.isdecimal() and min(possible) <= int(number[:6]) <= max(possible)):
        raise InputError(
            say(
                "{typed} does not fit. Press Enter, or type a number of weeks from {least} to {most}, or t for a table of designs.",
                typed=quoted(text),
                least=min(possible),
                most=max(possible),
            )
        )
    if int(number) not in possible:
        raise InputError(
            say(
                "{typed} weeks do not come out even with such periods. Type {shorter} or {longer}, or t for a table of designs.",
                typed=int(number),
                shorter=max(weeks for weeks in possible if weeks < int(number)),
                longer=min(weeks for weeks in possible if weeks > int(number)),
            )
        )
    return number


def _weeks(talk: Talk) -> dict[int, dict[str, str]]:
    """The lengths, in whole weeks, that the design can have with its periods as they are, and what each changes."""
    protocol = preview(talk)
    design = protocol.to_dict()["design"]
    name = next(name for name in COUNTS if name in design)
    arms = len(protocol.arms)
    periods_of_one, fewest = {"blocks": (arms, 2), "periods": (arms, -(-4 // arms)), "pairs": (2 * arms, 1)}[name]
    length, washout = design["period_nights"], design.get("washout_nights", 0)
    found: dict[int, dict[str, str]] = {}
    for count in range(fewest, 7 * _LONGEST):
        periods = count * periods_of_one
        nights = design.get("run_in_nights", 0) + periods * length + (periods - 1) * washout
        if found and round(nights / 7) > _LONGEST:
            break
        found.setdefault(round(nights / 7), {name: str(count * arms if name == "periods" else count)})
    return found


def _turn(answer: str, talk: Talk) -> Turn | None:
    if answer == GO_ON:
        return None
    if answer == _TABLE:
        return Turn(changes={_DESIGNS: None}, ask=(_DESIGNS,))
    return Turn(changes=dict(_weeks(talk)[int(answer)]))


# --- the table


def _near(talk: Talk) -> list[Protocol]:
    """The design itself, then its neighbours from short to long."""
    from nof1.analyze.simulation.alternatives import neighbours

    this, *others = (one.protocol for one in neighbours(preview(talk)))
    return [this, *sorted(others[: _ROWS - 1], key=lambda one: one.nights)]


def _table(talk: Talk) -> str:
    from nof1.analyze.simulation.alternatives import describe_design

    designs = _near(talk)
    heads = (say("weeks"), say("better"), say("nothing"), say("mistake"))
    lines = [f"     {'':<24}{heads[0]:>6}{heads[1]:>7}{heads[2]:>8}{heads[3]:>8}"]
    for number, one in enumerate(designs, start=1):
        told = describe_design(one)
        name = say_some(
            int(told["period_nights"]),
            "{periods} periods of {count} night",
            "{periods} periods of {count} nights",
            periods=told["periods"],
        )
        found = talk.price(one).chances
        cells = ("?", "?", "?") if found is None else (found.says, found.says_nothing, found.mistaken)
        lines.append(f"  {number}  {name:<24}{one.nights / 7:>6.0f}{cells[0]:>7}{cells[1]:>8}{cells[2]:>8}")
    found = talk.price(designs[0]).chances
    if found is not None:
        lines.append(
            say(
                "1 is yours. Of {trials} made-up trials each. Better: says so where nights are truly better by {points}. Nothing: says so where nothing "
                "helps. Mistake: says or leans towards help or harm there.",
                trials=found.trials,
                points=points(found.points),
            )
        )
    return "\n".join([*lines, *notes(designs[0], never=True)])


def _parse_row(text: str, talk: Talk) -> str:
    if text == GO_ON:
        return text
    designs = len(_near(talk))
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= designs):
        raise InputError(
            say(
                "{typed} is no row of the table. Press Enter, or type a number from 1 to {rows}.",
                typed=quoted(text),
                rows=designs,
            )
        )
    return GO_ON if int(text) == 1 else text


def _take_design(answer: str, talk: Talk) -> Turn | None:
    """A number takes that row's design, whose price is then shown."""
    if answer == GO_ON:
        return None
    design = _near(talk)[int(answer) - 1].to_dict()["design"]
    return Turn(changes={name: str(design[name]) for name in ("period_nights", *COUNTS) if name in design})


def price_steps(rests_on: tuple[str, ...]) -> tuple[Step, ...]:
    """The length with what it can show, which rests on these answers; and the table of designs, behind it."""
    return (
        Step(
            id=_DESIGNS,
            part=PART,
            body=_table,
            question=phrase("Go on with your design? Enter goes on, a number takes that row."),
            help=_help,
            parse=_parse_row,
            default=GO_ON,
            rests_on=rests_on,
            turn=_take_design,
            later=True,
        ),
        Step(
            id="price",
            part=PART,
            body=_body,
            question=_question,
            help=_help,
            parse=_parse_weeks,
            default=GO_ON,
            rests_on=rests_on,
            turn=_turn,
            keys=phrase("t table of designs"),
        ),
    )
