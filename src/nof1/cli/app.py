"""The list of commands, in the order in which a person meets them; each is loaded when it is asked for."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from keyword import iskeyword
from typing import Annotated, Any, NamedTuple

import typer

from nof1._version import __version__


class Told(NamedTuple):
    """What the list says of a command; what its own help says beside that, an example and, where there is more, another paragraph."""

    sentence: str
    example: str
    more: str = ""


# The sentences stand here and nowhere else: the list is shown without loading what the commands need.
COMMANDS = {
    "plan": Told(
        "Plan a trial: fix the protocol, draw the order, write the folder. Without options on a terminal, it asks.",
        "nof1 plan my-trial --answers answers.toml --dose-mg 200",
        "The questions are about magnesium. For anything else: --template NAME --treatment TEXT, "
        'such as --template sleep-quality --treatment "a walk before bed".',
    ),
    "power": Told(
        "What this design and its neighbours would find, from simulated trials; and what its rule for early looks would do.",
        "nof1 power my-trial --trials 200",
        "With --people: how many people a study of this design needs, and what so many would find.",
    ),
    "facts": Told(
        "Show what is known of magnesium and restless legs: each fact with its source and the day it was read.",
        "nof1 facts studies",
    ),
    "log": Told(
        "Record a night, last night if none is named, or correct one: rating, dose, side effects, covariates, a note.",
        "nof1 log my-trial --set severity=3 --set dose_mg=200",
        "In the evening --night tonight records what was taken.",
    ),
    "diary-page": Told(
        "Write diary.html, the diary as a page for a phone or a computer; it needs no network.",
        "nof1 diary-page my-trial",
    ),
    "serve": Told(
        "Serve the diary page until Ctrl-C; a browser is paired by a code, and its entries go into the diary.",
        "nof1 serve my-trial --lan",
    ),
    "import": Told(
        "Take nights from an export or a table into the diary, after a preview.",
        'nof1 import my-trial table.csv --map severity="How bad?"',
    ),
    "adopt": Told(
        "Make a trial from a table that already holds outcome and arm, or one of each person in it.",
        "nof1 adopt my-walks table.csv --date date \\\n    --outcome sleep --low 0 --high 100 --better higher \\\n    --arm evening --reference home",
    ),
    "status": Told(
        "Show how far the trial is: nights, what is due, doses taken, side effects; never the arm of a sealed trial.",
        "nof1 status my-trial",
    ),
    "amend": Told(
        "Put a change after the draw on record: another dose, a pause, another medicine, or anything else in words.",
        "nof1 amend my-trial --dose 100 --from tomorrow",
    ),
    "stop": Told(
        "Stop a trial: the nights so far are the trial, with who decided it and why.",
        'nof1 stop my-trial --reason "Loose stools." --by doctor',
    ),
    "unseal": Told(
        "Open a concealed order: locks the diary, verifies the seal, writes order.csv.",
        "nof1 unseal my-trial helper",
    ),
    "analyze": Told(
        "Estimate this person's own effect: at once, then by sampling, one held against the other.",
        "nof1 analyze my-trial --engine marginal",
    ),
    "report": Told(
        "Write the results as a PDF, results/summary.pdf, and its figures; other languages and papers beside it.",
        "nof1 report my-trial --language de --large-print",
    ),
    "cohort": Told(
        "Estimate each person's effect with the help of all others, and what the next person may expect: from trial folders or one table.",
        "nof1 cohort people --out results",
    ),
    "share": Told(
        "Copy trials without dates, names, notes and seeds: study ids are drawn at random and kept nowhere else.",
        "nof1 share my-trial --out copies",
    ),
    "check": Told(
        "Hold protocol, order, diary, journal, imports and results against what nof1 wrote; each change by hand is named.",
        "nof1 check my-trial",
    ),
    "demo": Told(
        "Take the simulated sample trial the whole way: plan, record, analyze, report.",
        "nof1 demo sample-trial",
    ),
}


class _Loaded(Mapping[str, Any]):
    """The commands by name, each made from its file when somebody asks for it."""

    def __getitem__(self, name: str) -> Any:
        told = COMMANDS[name]
        file = name.replace("-", "_") + "_" * iskeyword(name)
        try:
            function = getattr(import_module(f"nof1.cli.commands.{file}"), file)
        except KeyboardInterrupt:  # later, the commands see to it themselves
            typer.echo("Stopped. What was saved before is safe.", err=True)
            raise typer.Exit(130) from None
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        # \b: lines are not filled.
        words = f"{told.sentence}\n\n{told.more}".strip()
        alone.command(name, help=words, epilog=f"\b\nExample:\n  {told.example}")(function)
        return typer.main.get_command(alone)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class _Group(typer.core.TyperGroup):
    """`nof1` itself: its list tells the sentences of all commands in full and loads none."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "commands": _Loaded()})

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, told.sentence) for name, told in COMMANDS.items()])


app = typer.Typer(
    cls=_Group,
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
