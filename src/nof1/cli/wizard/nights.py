"""Questions on the nights: kind of order, length and number of periods, dates, and what each choice costs."""

from datetime import date, timedelta

from nof1.cli.wizard.answers import (
    arm_names,
    preview,
    slots,
    with_off,
)
from nof1.cli.wizard.dose_time import dose_time_steps
from nof1.cli.wizard.parse import GO_ON, clock, day, one_of, quoted, whole
from nof1.cli.wizard.step import Choice, Raw, Step, Talk, Turn, at
from nof1.errors import InputError, Nof1Error
from nof1.language import phrase, say, say_some, sentences, spoken
from nof1.plan.orders.concerns import TEST_LEVEL, concerns
from nof1.plan.orders.draw import smallest_p
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.protocol import Protocol
from nof1.report.words.phrases import cited

PART = phrase("The nights")
BLOCKS, BALANCED, MIRRORED, ALTERNATING = "randomized-blocks", "balanced", "mirrored-pairs", "alternating"
_KINDS = (
    Choice(BLOCKS, phrase("blocks: each holds everything once, in an order drawn anew")),
    Choice(BALANCED, phrase("balanced: any order with equal shares and few alike in a row")),
    Choice(MIRRORED, phrase("mirrored pairs: a block, then the same backwards (ABBA, BAAB)")),
    Choice(ALTERNATING, phrase("alternating: the same order again and again (ABAB or BABA)")),
)
_COUNTS = ("blocks", "periods", "pairs")  # fields of the design that say how many, and ids of their steps
DESIGN = ("kind", "period_nights", *_COUNTS, "max_run", "washout_nights", "run_in_nights")
_ROWS = 6  # designs in the table


# --- kind and lengths


def _kinds(talk: Talk) -> tuple[Choice, ...]:
    """Packs shuffled by hand cannot make every order."""
    alone = talk.raw.get("concealed") == "alone"
    return tuple(choice for choice in _KINDS if not (alone and choice.value == BALANCED))


def _kind(raw: Raw) -> str:
    return raw.get("kind", BLOCKS)


def _arms(talk: Talk) -> int:
    return len(slots(talk.raw)) + with_off(talk.raw)


def _count_step(
    id_: str,
    kinds: tuple[str, ...],
    question: str,
    for_two: int,
    for_three: int,
    *,
    allowed: tuple[int, int],
    tells: str,
) -> Step:
    return Step(
        id=id_,
        part=PART,
        question=question,
        parse=whole(*allowed),
        default=lambda talk: str(for_two if _arms(talk) == 2 else for_three),
        condition=lambda raw: _kind(raw) in kinds,
        gives=at(f"design.{id_}", int),
        help=lambda _: say(
            "{what} More of them cost more nights and give a sharper answer; the table of prices comes in a moment, and you can change "
            "this there.",
            what=say(tells),
        ),
    )


_KIND = Step(
    id="kind",
    part=PART,
    question=phrase("How may the order be drawn?"),
    help=phrase(
        "The order is drawn at random, so that good and bad weeks fall on everything alike. Blocks spread each arm over the whole "
        "time and suit most trials. Balanced allows more orders from as many nights. Mirrored pairs even out a steady trend. "
        "Alternating has few orders: you would guess the next one."
    ),
    parse=one_of(_kinds),
    choices=_kinds,
    default="randomized-blocks",
    gives=at("design.kind"),
)


def _slow(answer: str, _: Talk) -> list[str]:
    """With short periods, what a null result would not say."""
    return [say("Know this: {fact}", fact=cited("slow-effects"))] if int(answer) < 56 else []


_PERIOD = Step(
    id="period_nights",
    part=PART,
    question=phrase("How many nights in a row on the same, before the next period?"),
    help=lambda _: say(
        "One such stretch is called a period. {facts} Short periods give more changes to compare; long ones let a slow effect show.",
        facts=cited("fast-pool", "fast-half-times", "slow-pool"),
    ),
    parse=whole(1, 90),
    default="7",
    gives=at("design.period_nights", int),
    after=_slow,
)

_HOW_MANY = (
    _count_step(
        "blocks",
        (BLOCKS, ALTERNATING),
        phrase("How many blocks? (each holds everything once)"),
        6,
        4,
        allowed=(2, 200),
        tells=phrase("A block has one period of each thing that is compared."),
    ),
    _count_step(
        "periods",
        (BALANCED,),
        phrase("How many periods in all?"),
        12,
        12,
        allowed=(4, 400),
        tells=phrase("Each arm needs two periods or more."),
    ),
    _count_step(
        "pairs",
        (MIRRORED,),
        phrase("How many mirrored pairs? (each holds everything twice)"),
        3,
        2,
        allowed=(1, 100),
        tells=phrase("A pair is a block and the same block backwards."),
    ),
    Step(
        id="max_run",
        part=PART,
        question=phrase("How many periods in a row may be the same at most?"),
        help=phrase(
            "With 1, the same thing never comes twice in a row, and you could guess the next one. With 2 or 3 that is harder."
        ),
        parse=whole(1, 10),
        default="2",
        condition=lambda raw: _kind(raw) == BALANCED,
        gives=at("design.max_run", int),
    ),
)

_WASHOUT = Step(
    id="washout_nights",
    part=PART,
    question=phrase("How many nights without any dose after each period?"),
    help=lambda _: say(
        "These nights are called washout. {fact} The analysis estimates how an effect builds up and fades, so 0 is fine. Washout costs "
        "nights that answer nothing.",
        fact=cited("washout-limit"),
    ),
    parse=whole(0, 60),
    default="0",
    condition=with_off,
    gives=at("design.washout_nights", int),
)


def _before(talk: Talk) -> str:
    if with_off(talk.raw):
        return say("How many nights off magnesium before the first period?")
    return say("How many nights on {arm} before the first period?", arm=ours(arm_names(talk.raw)["first"]))


_RUN_IN = Step(
    id="run_in_nights",
    part=PART,
    question=_before,
    help=phrase(
        "These nights are called the run-in. They show how your nights are to begin with and let you get used to the diary. 0 leaves "
        "them out."
    ),
    parse=whole(0, 90),
    default="0",
    rests_on=("compare",),
    gives=at("design.run_in_nights", int),
)

_DATES = (
    Step(
        id="start",
        part=PART,
        question=phrase("Which evening is the first?"),
        help=phrase(
            "A date such as 2026-11-23 or 23.11.2026, or tomorrow. A night is named by its evening. Start when no trip or change of "
            "treatment is near, and leave time to pack where packs are needed."
        ),
        parse=day(lambda talk: talk.today, lambda talk: talk.today + timedelta(days=730)),
        default=lambda talk: (talk.today + timedelta(days=1)).isoformat(),
        gives=at("design.start", date.fromisoformat),
    ),
    *dose_time_steps(PART),
    Step(
        id="entry_time",
        part=PART,
        question=phrase("At what time will you write the diary?"),
        help=lambda _: say("In the morning, soon after you get up. {fact}", fact=cited("sleep-diary")),
        parse=clock,
        default="08:00",
        gives=at("conduct.entry_time"),
    ),
)


# --- the price


def price_line(protocol: Protocol, talk: Talk) -> str:
    """What a design costs and shows, in one sentence."""
    return say(
        "{nights} nights ({weeks:.0f} weeks). 95 % interval: about {width} points wide. Smallest p: {p}.",
        nights=protocol.nights,
        weeks=protocol.nights / 7,
        width=_width(protocol, talk),
        p=_least(protocol),
    )


def _width(protocol: Protocol, talk: Talk) -> str:
    try:
        return spoken().number(f"{talk.width(protocol):.1f}")
    except Nof1Error:
        return "?"


def _least(protocol: Protocol) -> str:
    least = smallest_p(protocol)
    return spoken().number(f"{least:.2g}" if least >= 0.001 else "< 0.001")


def _near(talk: Talk) -> list[Protocol]:
    """The design itself, then its neighbours from short to long."""
    from nof1.analyze.simulation.alternatives import neighbours

    this, *others = (one.protocol for one in neighbours(preview(talk)))
    return [this, *sorted(others[: _ROWS - 1], key=lambda one: one.nights)]


def _table(talk: Talk) -> str:
    from nof1.analyze.simulation.alternatives import describe_design

    designs = _near(talk)
    heads = (say("nights"), say("weeks"), say("interval"), say("smallest p"))
    lines = [f"     {'':<30}{heads[0]:>8}{heads[1]:>7}{heads[2]:>11}{heads[3]:>13}"]
    for number, one in enumerate(designs, start=1):
        told = describe_design(one)
        name = say_some(
            int(told["period_nights"]),
            "{periods} periods of {count} night",
            "{periods} periods of {count} nights",
            periods=told["periods"],
        )
        name = say("{design}, yours", design=name) if number == 1 else name
        lines.append(
            f"  {number}  {name:<30}{one.nights:>8}{one.nights / 7:>7.0f}{_width(one, talk):>11}{_least(one):>13}"
        )
    outcome = designs[0].outcome
    lines.append(
        say(
            "Interval: expected width of the 95 % interval, in points; narrower is more exact. You want to see {threshold:g}. Smallest p: "
            "the least that a check without a model can reach.",
            threshold=outcome.threshold,
        )
    )
    return "\n".join([*lines, *notes(designs[0], never=True)])


def notes(protocol: Protocol, *, never: bool = False) -> list[str]:
    """What a design can never show or say, a line each; without `never` what it can hardly say, too."""
    from nof1.analyze.simulation.reach import reach
    from nof1.report.words.reach import limit_sentence

    found = reach(protocol)
    limit = "" if found is None or (never and found.obstacle is None) else limit_sentence(protocol, found)
    return [say("Note: {concern}", concern=one) for one in (*concerns(protocol), limit) if one]


def _price_help(talk: Talk) -> str:
    from nof1.analyze.simulation.reach import reach
    from nof1.report.words.reach import limit_sentence, onset_sentence, threshold_sentence

    protocol = preview(talk)
    found = reach(protocol)
    return sentences(
        [
            say(
                "If the model is right, the interval holds the effect with a chance of 95 %. Its width is worked out from the model, with one night in twenty missing; "
                "your own nights may vary more or less. To see a change that is worth it to you, the interval has to be narrow against that change. "
                "Smallest p is the best that a randomization test could reach, a check that needs no model: above {level} it could never answer. "
                "{fact} The choice is yours. < takes you back to the single questions.",
                level=TEST_LEVEL,
                fact=cited("shorter-trials"),
            ),
            threshold_sentence(protocol),
            *([] if found is None else [limit_sentence(protocol, found), onset_sentence(found)]),
        ]
    )


def _parse_price(text: str, talk: Talk) -> str:
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
    return Turn(changes={name: str(design[name]) for name in ("period_nights", *_COUNTS) if name in design})


_PRICE = Step(
    id="price",
    part=phrase("What this design costs, and what it can show"),
    body=_table,
    question=phrase("Go on with your design? Enter goes on, a number takes that row."),
    help=_price_help,
    parse=_parse_price,
    default=GO_ON,
    rests_on=(*DESIGN, "compare", "rating", "low", "high", "threshold", "concealed", "dummy"),
    turn=_take_design,
)


def nights_steps() -> tuple[Step, ...]:
    """The questions in their order, the price last."""
    return (_KIND, _PERIOD, *_HOW_MANY, _WASHOUT, _RUN_IN, *_DATES, _PRICE)
