"""nof1 check: whether all of a trial is as it was left."""

from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from nof1.cli.terminal.console import show, show_json
from nof1.cli.terminal.options import HERE, AsJson, FolderOrHere
from nof1.errors import Nof1Error
from nof1.plan.protocol.protocol import Protocol
from nof1.record.checking.folder import accept as put_on_record
from nof1.record.checking.folder import check as findings_of

_STYLES = {"problem": "bold red", "note": "yellow"}


def check(
    folder: FolderOrHere = HERE,
    accept: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="You changed values in the files yourself: put them on record, with why."),
    ] = None,
    mark: Annotated[
        str | None,
        typer.Option(
            metavar="MARK", help="A mark of the journal that somebody noted on the way: is it in this journal?"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    accepted = None if accept is None else put_on_record(folder, accept)
    findings = findings_of(folder, mark=mark)
    problems = [finding for finding in findings if finding.level == "problem"]
    notes = [finding for finding in findings if finding.level == "note"]
    if as_json:
        content = {"problems": len(problems), "notes": len(notes), "findings": [asdict(one) for one in findings]}
        show_json(content if accepted is None else content | {"accepted": len(accepted)})
    else:
        if accepted is not None:
            many = "1 change by hand was" if len(accepted) == 1 else f"{len(accepted)} changes by hand were"
            show(f"{many} put on record." if accepted else "There was nothing to accept.")
        for finding in (*problems, *notes):
            show(f"{finding.level.capitalize()}: {finding.text}", style=_STYLES[finding.level])
        if problems:
            show(f"{len(problems)} {'problem' if len(problems) == 1 else 'problems'} found. Nothing was changed.")
        else:
            show(next(finding.text for finding in findings if finding.what == "all"))
        if mark is not None or _concealed(folder):
            for finding in findings:
                if finding.what == "mark" and finding.level == "ok":
                    show(finding.text)
    if problems:
        raise typer.Exit(1)


def _concealed(folder: Path) -> bool:
    """Whether somebody else may be keeping marks of the journal."""
    with suppress(Nof1Error):
        return Protocol.load(folder).concealed != "open"
    return False
