"""diary.xlsx: the diary as a spreadsheet with checked cells, which `nof1 import` takes back. The same bytes for the same input.

Knows no arm of a concealed order. What a person wrote is text in it, never a formula.
"""

import io
import re
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from nof1.language import commas, phrase, say
from nof1.plan.design.fields import PAUSE
from nof1.plan.design.order import RUN_IN, Order, Period
from nof1.plan.orders.evening_dose import to_take
from nof1.plan.orders.seal import shown_order
from nof1.plan.protocol.anchors import rating_words
from nof1.plan.protocol.instruments import IMPRESSION, Instrument
from nof1.plan.protocol.nightly import answers, beside, recorded_of, recorded_words
from nof1.plan.protocol.noticed import NOTICED, SIGNS, asks_noticed
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.period_ends import STEPS, asks_impression, period_measures, scale_words
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.recorded import Recorded
from nof1.plan.protocol.safety.screen import NO_ADVICE
from nof1.plan.protocol.safety.stop_rules import stop_rule_sentence
from nof1.record.diary.entry import MAX_DOSE_MG, MAX_TEXT, dose_column, guesses
from nof1.record.diary.period_ends import recorded_columns
from nof1.record.sources.nof1_diary import TO_TAKE
from nof1.report.words.phrases import BETTER, SIMULATED, clip
from nof1.report.words.unscreened import banner
from nof1.subject import spoken_of

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FIXED = datetime(2000, 1, 1)  # noqa: DTZ001 - a zip entry has no zone
_SHADE = PatternFill("solid", fgColor="EDEDED")
_TEXT_COLUMNS = ("side_effects", "note")
_LABEL = 200  # letters of a title; the whole of it stands in protocol.toml
_LIST_COLUMN = 3  # of the sheet "how to", for guesses too long for a list in a cell
_PROMPT = 250  # letters of what a program shows beside a cell; the sheet "how to" has all of it
_LIST_LENGTH = 255  # letters that a list in a cell may have
_NOT_XML = re.compile("[\ufffe\uffff]")  # no spreadsheet program opens a file that holds them


@spoken_of
def diary_xlsx(protocol: Protocol, order: Order) -> bytes:
    """A workbook with one row a night, dates filled in, and a sheet that says how to use it.

    Parameters
    ----------
    order : Order
        As it is lived, pauses included; of a concealed trial it is told without its arms.

    Raises
    ------
    InputError
        If the trial was adopted, or the order does not fit the protocol.
    """
    order = shown_order(protocol, order)
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # a new workbook has one
    sheet.title = say("diary")
    night, *others = recorded_columns(protocol)
    names = (night, TO_TAKE, *others)
    texts = {*_TEXT_COLUMNS, *(one.name for one in beside(protocol) if one.kind == "words")}
    for column, name in enumerate(names, start=1):
        cell = sheet.cell(1, column, name)
        cell.data_type = "s"
        cell.font = Font(bold=True)
        wide = 34 if name in texts else 26 if name == TO_TAKE else 15
        sheet.column_dimensions[get_column_letter(column)].width = wide
    row = 2
    for period in order.periods:
        row = _write_period(sheet, period, row, len(names), protocol)
    sheet.freeze_panes = "C2"
    for column, name in enumerate(names, start=1):
        if name == TO_TAKE:
            continue
        check = _check(protocol, order, name)
        check.showErrorMessage = True  # else a program checks nothing
        check.showInputMessage = bool(check.prompt)
        sheet.add_data_validation(check)
        letter = get_column_letter(column)
        check.add(f"{letter}2:{letter}{row - 1}")
        if (one := recorded_of(protocol, name)) is not None and one.kind == "clock":
            for line in range(2, row):
                sheet.cell(
                    line, column
                ).number_format = "@"  # as it was typed, or a program makes a part of a day of it
    how_to = book.create_sheet(say("how to"))
    _how_to(how_to, protocol, order)
    if _long_list(protocol):
        for number, guess in enumerate(guesses(protocol), start=1):
            how_to.cell(number, _LIST_COLUMN, guess).data_type = "s"
    stream = io.BytesIO()
    book.save(stream)
    return _undated(stream.getvalue())


def _write_period(sheet: "Worksheet", period: Period, row: int, width: int, protocol: Protocol) -> int:
    for i, night in enumerate(period.dates):
        cell = sheet.cell(row, 1, night)
        cell.number_format = "yyyy-mm-dd"
        take = sheet.cell(row, 2, _sound(to_take(protocol, period)))
        take.data_type = "s"
        if i == 0:
            cell.comment = Comment(_sound(_named(period, protocol)), "nof1")
        if period.number % 2 == 0:
            for column in range(1, width + 1):
                sheet.cell(row, column).fill = _SHADE
        row += 1
    return row


def _named(period: Period, protocol: Protocol) -> str:
    """What a stretch is called, telling no secret."""
    if period.arm is None:
        return say("Period {number}: pack {number}", number=period.number)
    if not period.on_trial:
        return say("pause, no dose") if period.arm == PAUSE else say("washout, no dose")
    if period.number == RUN_IN and protocol.concealed != "open":
        return say("Run-in")
    title = clip(protocol.arm(period.arm).title, _LABEL)
    if period.number == RUN_IN:
        return say("Run-in: {arm}", arm=title)
    if period.dose_mg is not None:
        mg = period.dose_mg
        return say("Period {number}: {arm}, {mg:g} mg from here on", number=period.number, arm=title, mg=mg)
    return say("Period {number}: {arm}", number=period.number, arm=title)


def _check(protocol: Protocol, order: Order, name: str) -> DataValidation:
    """What a cell of this column may hold."""
    outcome = protocol.outcome
    if name == "night":
        first, last = (f"DATE({day.year},{day.month},{day.day})" for day in (order.start, order.end))
        error = say("A date from {first} to {last}.", first=str(order.start), last=str(order.end))
        return DataValidation(type="date", operator="between", formula1=first, formula2=last, error=error)
    if name == outcome.name:
        kind = "whole" if outcome.whole else "decimal"
        better = say(BETTER[outcome.better])
        told = say("{low:g} to {high:g}, {better}", low=outcome.low, high=outcome.high, better=better)
        return _between(kind, outcome.low, outcome.high, _prompt(told, rating_words(protocol)))
    if name == "dose_mg":
        return _between("decimal", 0, MAX_DOSE_MG, say("elemental mg taken that evening, 0 for none"))
    if name == "taken":
        told = say(
            phrase("share of the evening's pack: 1 all of it, {half} half, 0 none")
            if protocol.concealed != "open"
            else phrase("share of what the evening's plan says: 1 all of it, {half} half, 0 none"),
            half=0.5,
        )
        return _between("decimal", 0, 2, told)
    if name == "confidence":
        return _between("decimal", 0, 100, say("how sure of the guess: 0 a blind guess, 100 certain"))
    if name == "guess":
        error = say("Choose from the list.")
        return DataValidation(type="list", formula1=_guess_list(protocol), allow_blank=True, error=error)
    if name == NOTICED and asks_noticed(protocol):
        return _between("whole", 1, len(SIGNS), _what_told())
    if name in period_measures(protocol):
        score = next((one for one in protocol.instruments or () if one.name == name), None)
        if score is None:
            return _between("whole", 1, len(STEPS), _at_period_end())
        return _between("whole" if score.whole else "decimal", score.low, score.high, _score(score))
    if (one := recorded_of(protocol, name)) is not None:
        return _recorded(one)
    if name in protocol.analysis.covariates:
        return _between("decimal", -1e9, 1e9, say("a number; empty if not known"))
    return _any_words()


def _any_words() -> DataValidation:
    return DataValidation(
        type="textLength",
        operator="lessThanOrEqual",
        formula1=str(MAX_TEXT),
        allow_blank=True,
        error=say("At most {count} letters.", count=MAX_TEXT),
    )


def _recorded(one: Recorded) -> DataValidation:
    """What a cell may hold of what has a kind of answer of its own; a clock time is held against a clock when it is taken in."""
    if one.kind == "number":
        low, high = (-1e9 if one.low is None else one.low), (1e9 if one.high is None else one.high)
        return _between("decimal", low, high, recorded_words(one))
    words = answers(one)
    if one.kind in ("choice", "yes-no") and len(",".join(words)) <= _LIST_LENGTH:
        check = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
        check.error = say("Choose from the list.")
    else:
        check = _any_words()
    check.prompt = clip(recorded_words(one), _PROMPT)
    return check


def _guess_list(protocol: Protocol) -> str:
    """The guesses between commas, since names hold neither commas nor quotes; where that is too long, the cells that hold them."""
    if not _long_list(protocol):
        return f'"{",".join(guesses(protocol))}"'
    letter = get_column_letter(_LIST_COLUMN)
    return f"'{say('how to')}'!${letter}$1:${letter}${len(guesses(protocol))}"


def _long_list(protocol: Protocol) -> bool:
    return len(",".join(guesses(protocol))) > _LIST_LENGTH


def _between(kind: str, low: float, high: float, prompt: str) -> DataValidation:
    check = DataValidation(
        type=kind, operator="between", formula1=f"{low:.15g}", formula2=f"{high:.15g}", allow_blank=True
    )
    check.prompt = clip(prompt, _PROMPT)
    if kind == "whole":
        check.error = say("Write a whole number from {low:g} to {high:g}, or leave it empty.", low=low, high=high)
    else:
        check.error = say("Write a number from {low:g} to {high:g}, or leave it empty.", low=low, high=high)
    return check


def _at_period_end() -> str:
    """How the nights of a period were, as a number from 1 to 7."""
    return say(
        "on the last night of a period, how its nights were compared with before the trial: {steps}",
        steps=commas([say("{step} {words}", step=step, words=say(words)) for step, words in enumerate(STEPS, start=1)]),
    )


def _what_told() -> str:
    """What gave away the content of a pack, as a number from 1 to 5."""
    return say(
        "what gave away what was in the pack, empty if nothing did: {signs}",
        signs=commas([say("{step} {words}", step=sign, words=say(words)) for sign, words in enumerate(SIGNS, start=1)]),
    )


def _score(instrument: Instrument) -> str:
    """What a score is, and when it is written down."""
    return say(
        "on the last night of a period, {title} from its own form, {scale}",
        title=say(instrument.title),
        scale=scale_words(instrument),
    )


def _prompt(scale: str, words: str) -> str:
    """What the numbers mean; the ends of the scale alone where all of it does not fit."""
    told = f"{scale}. {words}" if words else scale
    return told if len(told) <= _PROMPT else scale


def _how_to(sheet: "Worksheet", protocol: Protocol, order: Order) -> None:
    outcome, dose = protocol.outcome, dose_column(protocol)
    lines: list[str] = [
        *([head] if (head := banner(protocol, SIMULATED)) else []),
        ours(protocol.title),
        say("Fill in a row every morning. A row belongs to the night that begins on the evening of its date."),
        say("{column}: what is planned for that evening, to read and not to change.", column=TO_TAKE),
        say(
            "{column}: {title}, {low:g} to {high:g}; {better}.",
            column=outcome.name,
            title=clip(outcome.title, _LABEL),
            low=outcome.low,
            high=outcome.high,
            better=say(BETTER[outcome.better]),
        ),
        *([words] if (words := rating_words(protocol)) else []),
        say("taken: how much of the evening's pack you took; 1 all of it, {half} half, 0 none.", half=0.5)
        if protocol.concealed != "open"
        else say("taken: how much of what the evening's plan says; 1 all of it, {half} half, 0 none.", half=0.5)
        if dose == "taken"
        else say("dose_mg: elemental magnesium taken that evening in mg; 0 for none."),
        say("side_effects: in words, separated by a semicolon. Leave it empty if there were none."),
    ]
    if protocol.concealed != "open":
        lines.append(
            say(
                "guess and confidence: on the last night of a period, which arm you believe it was, and how sure you are."
            )
        )
    if asks_noticed(protocol):
        lines.append(say("{column}: {told}.", column=NOTICED, told=_what_told()))
    if asks_impression(protocol):
        lines.append(say("{column}: {told}.", column=IMPRESSION, told=_at_period_end()))
    lines += [say("{column}: {told}.", column=one.name, told=_score(one)) for one in protocol.instruments or ()]
    lines += [
        say("{column}: a number; empty if not known.", column=name)
        for name in protocol.analysis.covariates
        if recorded_of(protocol, name) is None
    ]
    lines += [say("{column}: {told}", column=one.name, told=recorded_words(one)) for one in protocol.recorded or ()]
    lines += [
        say("Leave a night that you missed empty. Nothing is filled in for you, and a gap does no harm."),
        say(
            "Take it in with: nof1 import DIR diary.xlsx   (DIR is the trial folder; what is in the diary already is left as it is)."
        ),
        stop_rule_sentence(),
        say(NO_ADVICE),
        *(
            say("{first} to {last}: {stretch}", first=str(one.start), last=str(one.end), stretch=_named(one, protocol))
            for one in order.periods
        ),
    ]
    sheet.column_dimensions["A"].width = 100
    for row, line in enumerate(lines, start=1):
        cell = sheet.cell(row, 1, _sound(line))
        cell.data_type = "s"  # whatever it begins with
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.quotePrefix = True


def _sound(text: str) -> str:
    """The text with a box for what XML forbids."""
    return _NOT_XML.sub("\N{WHITE SQUARE}", text)


def _undated(content: bytes) -> bytes:
    """The same workbook without the time at which it was made."""
    out = io.BytesIO()
    stamp = f"{FIXED:%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(io.BytesIO(content)) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in sorted(made.namelist()):
            data = made.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"(W3CDTF\">)[^<]*", rb"\g<1>" + stamp, data)
            info = zipfile.ZipInfo(name, FIXED.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            kept.writestr(info, data)
    return out.getvalue()
