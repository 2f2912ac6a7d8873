"""Questions on the nights: the first one, kind of order, length and number of periods, times of day."""

from datetime import date, timedelta

from nof1.cli.wizard.answers import arm_names, slots, with_off
from nof1.cli.wizard.dose_time import dose_time_steps, proposed_time
from nof1.cli.wizard.parse import clock, day, one_of, whole
from nof1.cli.wizard.price import COUNTS, price_steps
from nof1.cli.wizard.step import Choice, Raw, Step, Talk, at
from nof1.errors import InputError
from nof1.language import phrase, say, sentences, spoken
from nof1.plan.protocol.own_words import ours
from nof1.report.words.phrases import cited

PART = phrase("The nights")
_AFTER_MIDNIGHT = "04:00"
BLOCKS, BALANCED, MIRRORED, ALTERNATING = "randomized-blocks", "balanced", "mirrored-pairs", "alternating"
_KINDS = (
    Choice(BLOCKS, phrase("blocks: each holds everything once, in an order drawn anew")),
    Choice(BALANCED, phrase("balanced: any order with equal shares and few alike in a row")),
    Choice(MIRRORED, phrase("mirrored pairs: a block, then the same backwards (ABBA, BAAB)")),
    Choice(ALTERNATING, phrase("alternating: the same order again and again (ABAB or BABA)")),
)
DESIGN = ("kind", "period_nights", *COUNTS, "max_run", "washout_nights", "run_in_nights")


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
        later=True,
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
    later=True,
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


_PERIOD = Step(
    id="period_nights",
    later=True,
    part=PART,
    question=phrase("How many nights in a row on the same, before the next period?"),
    help=lambda _: say(
        "One such stretch is called a period. {facts} Short periods give more changes to compare; long ones let a slow effect show.",
        facts=cited("fast-pool", "fast-half-times", "slow-pool"),
    ),
    parse=whole(1, 90),
    default="7",
    gives=at("design.period_nights", int),
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
        later=True,
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
    later=True,
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
    later=True,
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


def _dose_time(talk: Talk) -> str:
    """When the dose is taken, as far as that is known by now."""
    return talk.raw.get("dose_time") or proposed_time(talk)


def _over(talk: Talk) -> str:
    """That it is too late for tonight; "" as long as it is not."""
    dose = _dose_time(talk)
    if not f"{talk.now:%H:%M}" >= dose >= _AFTER_MIDNIGHT:  # a dose at half past midnight belongs to this evening
        return ""
    return say("It is {now}; the dose's time, {time}, is over for tonight.", now=f"{talk.now:%H:%M}", time=dose)


def _parse_start(text: str, talk: Talk) -> str:
    """Tonight is possible until the dose's time."""
    start = day(lambda talk: talk.today, lambda talk: talk.today + timedelta(days=730))(text, talk)
    if start == talk.today.isoformat() and (over := _over(talk)):
        raise InputError(sentences([over, say("Type tomorrow, or another date.")]))
    return start


_START = Step(
    id="start",
    part=PART,
    body=_over,
    question=phrase("When is the first evening? Such as tonight, tomorrow, Friday or a date."),
    help=phrase(
        "A date such as 2026-11-23, 23.11.2026 or 23 Nov, or a word such as tomorrow. A night is named by its evening; tonight is possible until "
        "the dose's time. Start when no trip or change of treatment is near, and leave time to pack where packs are needed."
    ),
    parse=_parse_start,
    default=lambda talk: (talk.today + timedelta(days=1)).isoformat(),
    gives=at("design.start", date.fromisoformat),
    after=lambda answer, _: [say("The first evening is {day}.", day=spoken().day(date.fromisoformat(answer)))],
)
_ENTRY = Step(
    id="entry_time",
    part=PART,
    question=phrase("At what time will you write the diary?"),
    help=lambda _: say("In the morning, soon after you get up. {fact}", fact=cited("sleep-diary")),
    parse=clock,
    default="08:00",
    gives=at("conduct.entry_time"),
    later=True,
)


def dates_steps() -> tuple[Step, ...]:
    """When it starts."""
    return (_START,)


def nights_steps() -> tuple[Step, ...]:
    """How the nights are shared out, and then their price."""
    priced = (*DESIGN, "compare", "rating", "low", "high", "lately", "threshold", "concealed", "dummy")
    return (_KIND, _PERIOD, *_HOW_MANY, _WASHOUT, _RUN_IN, *price_steps(priced))


def times_steps() -> tuple[Step, ...]:
    """When in the day; after the medicines, which the dose is kept away from."""
    return (*dose_time_steps(PART), _ENTRY)
