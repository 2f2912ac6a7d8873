"""From words and pictures to a PDF: Typst, PDF/UA-1 (and PDF/A), the same bytes for the same input. User text never becomes markup.

Knows no trial and no result.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from nof1.errors import InputError, Nof1Error
from nof1.report.typesetting.letters import font_folder, showable

if TYPE_CHECKING:
    from typst import Fonts

PdfStandard = Literal["ua-1", "a-2a"]
Paper = Literal["a4", "letter"]
LARGE = 16.0  # points of every letter in large print
_PAPERS = {"a4": "a4", "letter": "us-letter"}
COMMON = "common.typ"  # what the templates share
_RUNS_OVER = "runs over"  # said by a template where its pages are not enough
_WORD = re.compile(r"(?<!\S)(?![0-9a-f]{64}(?!\S))\S+")  # a hash is to be searched and copied: it stays whole
LONG = 18  # letters of a word from which on it can be broken
_BREAK = "\N{ZERO WIDTH SPACE}"
_BREAK_EVERY = 9


def sheet_of(paper: str) -> str:
    """What Typst calls a paper.

    Raises
    ------
    InputError
        If there is no such paper.

    Examples
    --------
    >>> sheet_of("letter")
    'us-letter'
    """
    if paper not in _PAPERS:
        raise InputError(f'There is no paper "{paper}" here; there is: {", ".join(_PAPERS)}.')
    return _PAPERS[paper]


def render(
    template: str,
    attempts: Iterable[Mapping[str, Any]],
    drawn: Mapping[str, bytes] | None = None,
    *,
    standards: Sequence[PdfStandard] = ("ua-1",),
    long: int = LONG,
) -> bytes:
    """Compile a template of this package to a PDF.

    Parameters
    ----------
    template : str
        Name of a .typ file beside this one.
    attempts : iterable of mapping
        The words, each time with less room needed: the first that fits is taken, the last may run over. A template says
        that it does not fit by a panic with "runs over"; one that may take any number of pages never does.
    drawn : mapping of str to bytes, optional
        Pictures as SVG, by name.
    standards : sequence of str
        That Typst holds the PDF to. PDF/A ("a-2a") needs a template that sets the document's date.
    long : int
        Letters of a word from which on it can be broken anywhere, for templates without hyphenation.

    Raises
    ------
    Nof1Error
        If the pages cannot be laid out.
    """
    import typst

    def compiled(sources: Any, inputs: dict[str, str]) -> Any:
        return typst.compile(
            sources,
            format="pdf",
            pdf_standards=list(standards),
            sys_inputs=inputs,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            timestamp=0,
        )

    content = _first_that_fits(template, attempts, drawn, long, compiled)
    assert isinstance(content, bytes)
    return content


def pages_of_headings(
    template: str, attempts: Iterable[Mapping[str, Any]], drawn: Mapping[str, bytes] | None = None, *, long: int = LONG
) -> list[int]:
    """The page on which each section begins, as `render` would lay it out with the same words."""
    import typst

    def asked(sources: Any, inputs: dict[str, str]) -> Any:
        return typst.query(
            sources,
            "<pages-of-headings>",
            field="value",
            one=True,
            sys_inputs=inputs,
            font_paths=_fonts(),
            ignore_system_fonts=True,
        )

    numbers: list[int] = json.loads(_first_that_fits(template, attempts, drawn, long, asked))
    return numbers


def _first_that_fits(
    template: str,
    attempts: Iterable[Mapping[str, Any]],
    drawn: Mapping[str, bytes] | None,
    long: int,
    made: Callable[[Any, dict[str, str]], Any],
) -> Any:
    inputs = {f"figure-{name}": svg.decode() for name, svg in (drawn or {}).items()}
    remaining = list(attempts)
    while True:
        data = dict(remaining.pop(0)) | {"may_run_over": not remaining}
        inputs["data"] = json.dumps(_shown(data, long), ensure_ascii=False)
        content = _laid_out(template, inputs, made, may_fail=bool(remaining))
        if content is not None:
            return content


def _laid_out(
    template: str, inputs: dict[str, str], made: Callable[[Any, dict[str, str]], Any], *, may_fail: bool
) -> Any:
    """What is made of the template; None if it runs over its pages and may."""
    import typst

    folder = files("nof1.report.typesetting")
    sources: Any = {"main.typ": (folder / template).read_bytes(), COMMON: (folder / COMMON).read_bytes()}
    try:
        return made(sources, inputs)
    except RuntimeError as error:  # TypstError is one, and a query has no other
        message = error.message if isinstance(error, typst.TypstError) else str(error)
        if _RUNS_OVER in message and may_fail:
            return None
        raise Nof1Error(f"The page could not be laid out: {message}. Please report this as a fault of nof1.") from error


@cache
def _fonts() -> "Fonts":
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[str(font_folder())])


def _shown(data: Any, long: int) -> Any:
    """The data with every text made showable, and words that are too long for a line made breakable."""
    if isinstance(data, str):
        return _WORD.sub(lambda word: _breakable(word.group(), long), showable(data))
    if isinstance(data, list | tuple):
        return [_shown(item, long) for item in data]
    if isinstance(data, Mapping):
        return {key: _shown(item, long) for key, item in data.items()}
    return data


def _breakable(word: str, long: int) -> str:
    if len(word) < long:
        return word
    return _BREAK.join(word[i : i + _BREAK_EVERY] for i in range(0, len(word), _BREAK_EVERY))
