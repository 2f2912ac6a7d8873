r"""What stands for a missing value in the tables of other programs: one rule for every column that is read.

Of numbers, a blank and every mark below are missing, in small letters or capitals. Of words, only a blank and the marks that
programs write are: a dash, "none" and "k.A." may be what a person meant to say, so they stay what they are, and so does any
word that is known to be a value, such as the name of an arm. Must not know columns, scales or nights.
"""

from collections.abc import Collection
from itertools import product

# R, pandas, SQL, SAS and Stata (a point), and spreadsheets in English and German.
_OF_PROGRAMS = ("NA", "N/A", "n/a", "#N/A", "#NA", "#NV", "NaN", "nan", "<NA>", "NULL", "null", "\\N", ".")
_OF_PEOPLE = ("-", "--", "\N{EN DASH}", "\N{EM DASH}", "\N{MINUS SIGN}", "none", "n.a.", "k.a.", "k. a.")


def _in_any_case(text: str) -> set[str]:
    return {"".join(letters) for letters in product(*({letter.lower(), letter.upper()} for letter in text))}


# Whole texts, without blanks around them; a reader of a million cells looks a cell up rather than taking it apart.
MISSING_WORDS = frozenset({"", *_OF_PROGRAMS})
MISSING_NUMBERS = frozenset({"", *(text for mark in (*_OF_PROGRAMS, *_OF_PEOPLE) for text in _in_any_case(mark))})


def is_missing(text: str, *, words: bool = False, values: Collection[str] = ()) -> bool:
    """Whether a cell says that there is no value.

    Parameters
    ----------
    words : bool
        Whether the column holds words, such as the names of arms, rather than numbers.
    values : collection of str
        Words that are known to be values, whatever they look like.

    Examples
    --------
    >>> [is_missing(text) for text in ("NA", "-", "None", "0")]
    [True, True, True, False]
    >>> [is_missing(text, words=True, values=("NA",)) for text in ("NaN", "-", "None", "NA")]
    [True, False, False, False]
    """
    plain = text.strip()
    if plain in values and plain:
        return False
    return plain in (MISSING_WORDS if words else MISSING_NUMBERS)
