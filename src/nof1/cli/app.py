"""The list of commands, in the order in which a person meets them."""

from collections.abc import Callable
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
    facts,
    import_,
    log,
    plan,
    power,
    report,
    serve,
    share,
    status,
    stop,
    unseal,
)

app = typer.Typer(
    no_args_is_help=True,
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


# Each command and an example of it, which its help shows as it stands.
_COMMANDS: dict[str, tuple[Callable[..., None], str]] = {
    "plan": (plan.plan, "nof1 plan my-trial --answers answers.toml --dose-mg 200"),
    "power": (power.power, "nof1 power my-trial --trials 200"),
    "facts": (facts.facts, "nof1 facts studies"),
    "log": (log.log, "nof1 log my-trial --set severity=3 --set dose_mg=200"),
    "diary-page": (diary_page.diary_page, "nof1 diary-page my-trial"),
    "serve": (serve.serve, "nof1 serve my-trial --lan"),
    "import": (import_.import_, 'nof1 import my-trial table.csv --map severity="How bad?"'),
    "adopt": (
        adopt.adopt,
        "nof1 adopt my-walks table.csv --date date \\\n"
        "    --outcome sleep --low 0 --high 100 --better higher \\\n"
        "    --arm evening --reference home",
    ),
    "status": (status.status, "nof1 status my-trial"),
    "amend": (amend.amend, "nof1 amend my-trial --dose 100 --from tomorrow"),
    "stop": (stop.stop, 'nof1 stop my-trial --reason "Loose stools." --by doctor'),
    "unseal": (unseal.unseal, "nof1 unseal my-trial helper"),
    "analyze": (analyze.analyze, "nof1 analyze my-trial --engine marginal"),
    "report": (report.report, "nof1 report my-trial --language de --large-print"),
    "cohort": (cohort.cohort, "nof1 cohort people --out results"),
    "share": (share.share, "nof1 share my-trial --out copies"),
    "check": (check.check, "nof1 check my-trial"),
    "demo": (demo.demo, "nof1 demo sample-trial"),
}
for _name, (_command, _example) in _COMMANDS.items():
    # The list of commands tells the sentence in full where it is given as the short one. \b: lines are not filled.
    app.command(_name, short_help=_command.__doc__, epilog=f"\b\nExample:\n  {_example}")(_command)
