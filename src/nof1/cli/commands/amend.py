"""nof1 amend: what changes after the draw."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from nof1.cli.terminal.console import plain_warnings, show, show_json
from nof1.cli.terminal.options import AsJson, Folder, date_option, night_option
from nof1.plan.orders.amendments import Amendment, load_amendments
from nof1.plan.orders.dose_times import collision_sentence
from nof1.plan.orders.evening_dose import swallows_any
from nof1.plan.orders.loading import load_schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.collisions import collisions_of, in_words
from nof1.plan.protocol.safety.screen import Safety, finding_line, other_magnesium_mg, screen
from nof1.plan.protocol.safety.upper_levels import dose_lines
from nof1.record.amending import amend as put_on_record
from nof1.report.words.changes import amendment_sentence

_Reason = Annotated[str | None, typer.Option(metavar="TEXT", help="Why; it is printed with the results.")]


def amend(
    folder: Folder,
    dose: Annotated[
        float | None, typer.Option(metavar="MG", help="Elemental mg of an evening that are planned from --from on.")
    ] = None,
    arm: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose dose it is, where several arms have one.")
    ] = None,
    dose_meant: Annotated[
        bool, typer.Option("--dose-meant", help="A dose that looks like a slip, such as 2 mg, is meant.")
    ] = False,
    helper: Annotated[
        Path | None,
        typer.Option(metavar="HELPER_DIR", help="Sealed trial: the helper's folder, for the sheet of the new packs."),
    ] = None,
    pause: Annotated[date | None, night_option("First evening of a pause; what follows moves.")] = None,
    nights: Annotated[int | None, typer.Option(help="Nights of the pause.")] = None,
    exclude: Annotated[
        bool, typer.Option("--exclude", help="Nights of the pause are recorded: take them out all the same.")
    ] = False,
    medicine: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Another medicine started, stopped or changed.")
    ] = None,
    since: Annotated[
        date | None,
        date_option("First evening with that dose, or day of the medicine; today if not given.", "--from", "--since"),
    ] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="Any other change, such as another pillow.")] = None,
    reason: _Reason = None,
    as_json: AsJson = False,
) -> None:
    with plain_warnings():
        amendment = put_on_record(
            folder,
            pause=pause,
            nights=nights,
            exclude=exclude,
            medicine=medicine,
            since=since,
            note=note,
            reason=reason,
            dose=dose,
            arm=arm,
            dose_meant=dose_meant,
            helper=helper,
        )
    protocol = Protocol.load(folder)
    end = load_schedule(folder, protocol).end
    if as_json:
        show_json({"amendments": [one.model_dump(mode="json") for one in load_amendments(folder)], "end": end})
        return
    show(amendment_sentence(amendment))
    for line in (*_of_dose(protocol, amendment), *_of_medicine(protocol, amendment)):
        show(line)
    if helper is not None:
        show(f"The sheet of the new packs, for your helper alone, is in {helper}. Do not read it.")
    show(f"The last evening is {end}. Booklet, calendar, diary.html, diary sheet and protocol.pdf were written anew.")


def _of_medicine(protocol: Protocol, amendment: Amendment) -> list[str]:
    """What the screen finds of another medicine that it did not find before, and whether its hour meets the dose's."""
    if amendment.kind != "medicine" or not protocol.of_magnesium:
        return []
    before = protocol.safety or Safety()
    medicine = in_words(amendment.reason)
    after = before.model_copy(update={"medicines": (*before.medicines, medicine)})
    known = {finding.id for finding in screen(before)}
    near = collisions_of(Safety(medicines=(medicine,)), protocol.conduct.dose_time) if swallows_any(protocol) else ()
    return [
        *(finding_line(finding) for finding in screen(after) if finding.id not in known),
        *(collision_sentence(one) for one in near),
    ]


def _of_dose(protocol: Protocol, amendment: Amendment) -> list[str]:
    """What is known of the new dose, and what of the protocol it leaves behind."""
    if amendment.arm is None or amendment.dose_mg is None:
        return []
    arm = protocol.arm(amendment.arm)
    told = list(dose_lines({arm.title: amendment.dose_mg}, other_magnesium_mg(protocol.safety)))
    if arm.product:
        told.append(
            f"What the protocol says of the product ({arm.product}) is of the first dose; papers leave it out from then on."
        )
    return told
