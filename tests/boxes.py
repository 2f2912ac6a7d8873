"""Words on the pages of a PDF by their boxes: which lie over each other, leave the page, are crossed by a line, or are too small.

What is looked at is the ink that a reader needs, from the baseline to the height of small letters: boxes of whole lines overlap wherever
lines are set close.
"""

import itertools
from dataclasses import dataclass

import pymupdf

SMALL_LETTERS = 0.42  # of the size: how high an x is
SLACK = 0.6  # points that letters may touch
SIDE, END = 40.0, 20.0  # points from the sides, and from top and bottom, within which nothing is to stand


@dataclass(frozen=True)
class Word:
    """A word with the box of its small letters, in points from the top left; `line` tells lines apart."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    page: int
    font: str

    def over(self, other: "Word") -> bool:
        """Whether both have ink at the same place."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > SLACK and down > SLACK and not (self._kerned(other, across) or other._kerned(self, across))

    def _kerned(self, next_one: "Word", across: float) -> bool:
        """Whether the next run goes on with the same word, and its mark is only set close, as in "v."."""
        on_one_line = self.bottom == next_one.bottom and self.font == next_one.font and self.left < next_one.left
        return (
            on_one_line and across < 0.15 * self.size and not (self.text[-1].isalnum() and next_one.text[0].isalnum())
        )

    def runs_into(self, next_one: "Word") -> bool:
        """Whether the next word on the line follows without a space, as if it were one.

        A long word that can be broken is set in runs, with one letter of its own where it can be: such a letter is left out.
        """
        on_one_line = abs(self.bottom - next_one.bottom) < 0.1
        gap = next_one.left - self.right
        parted = abs(gap) < 0.02 or 1 in (len(self.text), len(next_one.text))
        one_word = self.font == next_one.font and parted
        touching = -SLACK <= gap < 0.1 * self.size and not one_word
        return on_one_line and touching and self.text[-1].isalnum() and next_one.text[0].isalnum()


def words_of(content: bytes) -> list[list[Word]]:
    """The words of every page."""
    with pymupdf.open(stream=content) as document:
        return [_words(page, number) for number, page in enumerate(document, start=1)]


def _words(page: pymupdf.Page, number: int) -> list[Word]:
    """Words as they were set: what stands in two columns is never one word, however close."""
    found = []
    for run in page.get_texttrace():
        letters = [(chr(code), origin, box) for code, _, origin, box in run["chars"]]
        for is_space, group in itertools.groupby(letters, key=lambda one: one[0].isspace() or one[0] == "\u200b"):
            if is_space:
                continue
            some = list(group)
            text, size = "".join(letter for letter, _, _ in some), run["size"]
            baseline = some[0][1][1]
            found.append(
                Word(
                    text,
                    some[0][2][0],
                    baseline - SMALL_LETTERS * size,
                    some[-1][2][2],
                    baseline,
                    size,
                    number,
                    run["font"],
                )
            )
    return found


def overprinted(content: bytes) -> list[str]:
    """Pairs of words that lie over each other, words beyond the edge, and words that a line crosses; none on a good page."""
    with pymupdf.open(stream=content) as document:
        found = []
        for number, page in enumerate(document, start=1):
            words, lines = _words(page, number), _upright(page)
            found += _pairs(words)
            found += [
                f"page {number}: {word.text!r} is cut by the edge"
                for word in words
                if min(word.left, page.rect.width - word.right) < SIDE
                or min(word.top, page.rect.height - word.bottom) < END
            ]
            found += [f"page {number}: {word.text!r} is crossed by a line" for word in words if _crossed(word, lines)]
        return found


def _pairs(words: list[Word]) -> list[str]:
    ordered = sorted(words, key=lambda word: word.top)
    found = []
    for place, one in enumerate(ordered):
        for other in ordered[place + 1 :]:
            if other.top >= one.bottom:
                break
            if one.over(other):
                found.append(f"page {one.page}: {one.text!r} lies over {other.text!r}")
            elif one.runs_into(other) or other.runs_into(one):
                found.append(f"page {one.page}: {one.text!r} runs into {other.text!r}")
    return found


def _upright(page: pymupdf.Page) -> list[tuple[float, float, float]]:
    """Upright lines as place, top, bottom."""
    found = []
    for drawing in page.get_drawings():
        for kind, *points in drawing["items"] if drawing["type"] == "s" else ():
            if kind == "l" and abs(points[0].x - points[1].x) < 0.1:
                found.append((points[0].x, *sorted((points[0].y, points[1].y))))
    return found


def _crossed(word: Word, lines: list[tuple[float, float, float]]) -> bool:
    return any(
        word.left + SLACK < place < word.right - SLACK and top < word.bottom - SLACK and bottom > word.top + SLACK
        for place, top, bottom in lines
    )


def smallest(content: bytes) -> float:
    """The size of the smallest letters, in points."""
    return min(word.size for page in words_of(content) for word in page)


def lines_of(content: bytes) -> list[list[list[Word]]]:
    """The lines of every page from top to bottom, each with its words from left to right."""
    pages = []
    for words in words_of(content):
        lines: list[list[Word]] = []
        for word in sorted(words, key=lambda one: (one.bottom, one.left)):
            if lines and abs(lines[-1][0].bottom - word.bottom) < 2:
                lines[-1].append(word)
            else:
                lines.append([word])
        pages.append([sorted(line, key=lambda one: one.left) for line in lines])
    return pages


LEAST = 3  # lines of a section that may stand alone at the end of a page, below its heading
FOOT = 60.0  # points from the end of the paper, in which the foot stands


def pages_ending_early(content: bytes) -> list[str]:
    """Pages that end with a heading and fewer than three lines of a section that goes on; none in a good paper."""
    with pymupdf.open(stream=content) as document:
        headings = [(title, page, place["to"].y) for _, title, page, place in document.get_toc(simple=False)]
        heights = [page.rect.height for page in document]
        pictures = [[drawing["rect"].y1 for drawing in page.get_drawings()] for page in document]
    pages = lines_of(content)
    found = []
    for number, (lines, height) in enumerate(zip(pages, heights, strict=True), start=1):
        here = [(top, title) for title, page, top in headings if page == number]
        if not here or number == len(pages):
            continue
        top, title = max(here)
        starts = [first for _, page, first in headings if page == number + 1]
        body = [line for line in pages[number] if line[0].bottom < heights[number] - FOOT]
        goes_on = not starts or min(starts) > body[0][0].bottom + 12
        below = [line for line in lines if top + 12 < line[0].bottom < height - FOOT]
        # The words of a picture are shapes: it counts as what it shows.
        picture = any(top + 60 < bottom < height - FOOT for bottom in pictures[number - 1])
        if goes_on and len(below) < LEAST + 1 and not picture:
            found.append(f"page {number} ends with {len(below) - 1} lines of {title!r}")
        if goes_on and starts and sum(line[0].bottom < min(starts) for line in body) < LEAST - 1:
            found.append(f"page {number + 1} begins with one line of {title!r}")
    return found


def almost_empty(content: bytes, *, least: float = 0.4, last: float = 0.25) -> list[str]:
    """Pages whose words end far above their foot, by the share of the height that they fill; of the last page less is asked."""
    with pymupdf.open(stream=content) as document:
        heights = [page.rect.height - FOOT for page in document]
    found = []
    for number, (words, height) in enumerate(zip(words_of(content), heights, strict=True), start=1):
        filled = max((word.bottom for word in words if word.bottom < height), default=0) / height
        if filled < (last if number == len(heights) else least):
            found.append(f"page {number} of {len(heights)} is filled to {100 * filled:.0f} %")
    return found
