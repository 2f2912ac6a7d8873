"""What has to be said before a table of many people can be read, asked one by one: columns, the arm compared with, the scale.

Nothing is guessed from names or values; a question offers what the table holds.
"""

from nof1.record.adopting.adopt import AdoptOptions
from nof1.record.adopting.columns import names_no_arm
from nof1.record.sources.table import Table
from nof1.record.values.ambiguous import AmbiguousInput

_MOST_ARMS = 40
NO_DATES = "none"  # the answer that the table has day numbers instead


def ask_what_is_missing(table: Table, options: AdoptOptions, *, scheduled: bool) -> None:
    """Ask for the first thing that nobody said; columns that were named must be there.

    Raises
    ------
    AmbiguousInput
        Of `person-column`, `outcome`, `arm`, `date`, `day`, `reference`, `low`, `high` or `better`; of the ends of the scale the
        answer is free.
    InputError
        If a column that was named is not there.
    """
    given = dict(options)
    named = ("person_column", "outcome", "arm", "date", "day")
    date_said = given.get("date")
    for name in named:
        if given.get(name) is not None and not (name == "date" and date_said == NO_DATES):
            table.place(str(given[name]))
    left = tuple(column for column in table.header if column and column not in [given.get(name) for name in named])

    def ask(option: str, words: str, choices: tuple[str, ...] = ()) -> AmbiguousInput:
        return AmbiguousInput(f"{table.name}: {words}", option=option, choices=choices)

    if given.get("person_column") is None:
        raise ask("person-column", "which column tells people apart? Say person_column=.", left)
    if given.get("outcome") is None:
        raise ask("outcome", "which column holds the outcome of a night? Say outcome=.", left)
    if given.get("arm") is None and not scheduled:
        raise ask("arm", "which column holds the arm of a night? Say arm=.", left)
    if date_said is None and given.get("day") is None:
        words = f"which column holds the dates? Say date=, or day= where there are day numbers instead ({NO_DATES})."
        raise ask("date", words, (*left, NO_DATES))
    if date_said == NO_DATES and NO_DATES not in table.header:
        if given.get("day") is None:
            raise ask("day", "which column holds the day numbers? Say day=.", left)
        options["date"] = None
    if given.get("reference") is None:
        arms = _arms(table, given.get("arm"))
        raise ask("reference", "which arm is the one to compare with? Say reference=.", arms)
    for end, which in (("low", "low"), ("high", "high")):
        if given.get(end) is None:
            raise ask(end, f"what is the {which} end of the scale of {given['outcome']!r}? Say {end}=.")
    if given.get("better") is None:
        words = f"which way is better for {given['outcome']!r}? Say better=."
        raise ask("better", words, ("lower", "higher"))


def _arms(table: Table, column: object) -> tuple[str, ...]:
    """What the column of arms holds; none where it holds too much to choose from."""
    if column is None:
        return ()
    there = [text for text in dict.fromkeys(table.column(str(column))) if not names_no_arm(text, ())]
    return tuple(there) if len(there) <= _MOST_ARMS else ()
