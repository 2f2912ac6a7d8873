"""The list of commands, in the order in which a person meets them."""

from typing import Annotated

import typer

from nof1._version import __version__
from nof1.cli.commands import (
    adopt,
    amend,
    analyze,
    check,
    cohort,
    demo,
    diary_page,
    import_,
    log,
    plan,
    power,
    report,
    serve,
    share,
    status,
    unseal,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Personal (N-of-1) trials: plan, record, analyze and report one person's own effect. No medical advice.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nof1 {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


app.command("plan")(plan.plan)
app.command("power")(power.power)
app.command("log")(log.log)
app.command("diary-page")(diary_page.diary_page)
app.command("serve")(serve.serve)
app.command("import")(import_.import_)
app.command("adopt")(adopt.adopt)
app.command("status")(status.status)
app.command("amend")(amend.amend)
app.command("unseal")(unseal.unseal)
app.command("analyze")(analyze.analyze)
app.command("report")(report.report)
app.command("cohort")(cohort.cohort)
app.command("share")(share.share)
app.command("check")(check.check)
app.command("demo")(demo.demo)
