"""Which signs own words say, and which words deny them: in any order, nearly spelled right, in English and German.

Knows no trial and no rule; `facts/stop.toml` has the words of the rules. The phone's page finds the same with the same words and
numbers (grammar.py) in bedside/page/symptoms.js; a test in a browser holds one against the other.

Nothing here is looser than it must be: a warning too many does less harm than one too few, so "not only weak", "never felt more
weak" and "not really weak" are warned of.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

from nof1.record.diary.grammar import FINITE, GRAMMAR, NUMBERS

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_BREAK = re.compile(r"[,.;!?]")  # ends what words say together

_SETS = {name: frozenset(words) for name, words in GRAMMAR.items()}
_NEAR = _SETS["deny"] | _SETS["cannot"]
_MOST_KNOWN = 10_000  # words that a slot remembers


@dataclass(frozen=True)
class Signs:
    """The words for one thing, as a row of facts/stop.toml has them; see there."""

    symptoms: tuple[str, ...]
    misspelt: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    harmless: tuple[str, ...] = ()

    @cached_property
    def slots(self) -> tuple[tuple["Slot", ...], ...]:
        """The words of each symptom."""
        return tuple(
            tuple(Slot(tuple(slot.split("|")), self.misspelt, frozenset(self.others)) for slot in symptom.split())
            for symptom in self.symptoms
        )


@dataclass(frozen=True)
class Slot:
    """One word of a symptom: any of its parts, or nearly so."""

    parts: tuple[str, ...]
    misspelt: tuple[str, ...]
    others: frozenset[str]
    _known: dict[str, bool] = field(default_factory=dict, compare=False)

    def takes(self, word: str) -> bool:
        """Whether the word may stand here."""
        if word not in self._known:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            self._known[word] = bool(word) and self._found(word)
        return self._known[word]

    def _found(self, word: str) -> bool:
        if any(_fits(word, part) for part in self.parts):
            return True
        if word in self.others or word in _NEAR:
            return False
        right = _spelled(word, self.misspelt)
        return any(_fits(right, part) or nearly(word, part) for part in self.parts)


@dataclass(frozen=True)
class Word:
    """A word of a text; `part` counts the parts of its sentence, `gap` is what stands before it."""

    text: str
    part: int
    gap: str


def says(entered: str, signs: Signs) -> bool:
    """Whether the words tell of such a sign: not if they deny it or mean something else.

    >>> weak = Signs(("weak*", "legs|knees gave way"), harmless=("weak tea",))
    >>> says("my knees just gave way", weak), says("not weak", weak), says("drank weak tea", weak), says("not only weak", weak)
    (True, False, False, True)
    """
    words = words_of(plainly(entered))
    harmless = set(_harmless(words, signs.harmless))
    return any(
        not (harmless & set(places)) and not _denied(words, places) and not _of_another(words, places)
        for slots in signs.slots
        for places in found(words, slots)
    )


def plainly(text: str) -> str:
    """The text in small letters, with plain apostrophes and single spaces."""
    return " ".join(text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())


def words_of(text: str) -> list[Word]:
    """The words of a text that was made plain."""
    words: list[Word] = []
    part = end = 0
    for match in _WORD.finditer(text):
        gap = text[end : match.start()]
        part += bool(_BREAK.search(gap))
        words.append(Word(f"/{match.group()}" if _second(words, gap) else match.group(), part, gap))
        end = match.end()
    return words if not words else [*words, Word("", part + 1, text[end:])]


def _second(words: list[Word], gap: str) -> bool:
    """Whether what follows is the second number of a pair such as 120/80 or 120 over 80, which says little by itself."""
    if gap == "/":
        return bool(words) and words[-1].text.isdecimal()
    return len(words) > 1 and words[-1].text in ("over", "zu") and words[-2].text.isdecimal()


def found(words: list[Word], slots: tuple[Slot, ...]) -> Iterator[tuple[int, ...]]:
    """Where the words of a symptom stand together, in any order and in one part of the sentence."""
    for start, first in enumerate(words):
        begin = next((at for at, slot in enumerate(slots) if slot.takes(first.text)), None)
        if begin is None:
            continue
        for places in _from(words, (start,), slots[:begin] + slots[begin + 1 :]):
            near = any(words[at].text in _NEAR for at in places)
            between = NUMBERS["between_near" if near else "between"]
            if max(places) - start < len(slots) + between:
                yield places


def _from(words: list[Word], places: tuple[int, ...], slots: tuple[Slot, ...]) -> Iterator[tuple[int, ...]]:
    """Every choice of places behind the first for the other words of a symptom."""
    if not slots:
        yield places
        return
    reach = places[0] + len(places) + len(slots) + int(NUMBERS["between"])
    for at in range(places[0] + 1, min(reach, len(words))):
        if at not in places and words[at].part == words[places[0]].part and slots[0].takes(words[at].text):
            yield from _from(words, (*places, at), slots[1:])


def _spelled(word: str, misspelt: tuple[str, ...]) -> str:
    alike = [right for right in misspelt if right[0] == word[0]]  # so that "regular" is not "irregular"
    return next(iter(get_close_matches(word, alike, n=1, cutoff=NUMBERS["alike"])), word)


def _fits(word: str, part: str) -> bool:
    if part[0].isdecimal():
        low, _, high = part.partition("-")
        return len(word) == len(low) and word.isdecimal() and int(low) <= int(word) <= int(high)
    return word.startswith(part[:-1]) if part.endswith("*") else word == part


def nearly(word: str, part: str) -> bool:
    """Whether a word is a long one but for a letter too many, too few, another or two exchanged.

    The first letter is right, or exchanged. Of a short one two letters may be exchanged: whatever else is another word too often.

    >>> nearly("swolen", "swollen"), nearly("colapsed", "collaps*"), nearly("bead", "beat"), nearly("chets", "chest")
    (True, True, False, True)
    """
    stem = part.removesuffix("*")
    if len(stem) < NUMBERS["short"]:
        return False
    if _swapped(word if stem == part else word[: len(stem)], stem):
        return True
    if len(stem) < NUMBERS["long"] or word[0] != stem[0]:
        return False
    if stem == part:
        return _one_slip(word, stem)
    return any(_one_slip(word[: len(stem) + more], stem) for more in (-1, 0, 1))


def _one_slip(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 1:
        return False
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    here, there = one[at:], other[at:]
    return here[1:] == there[1:] or here[1:] == there or here == there[1:]


def _swapped(one: str, other: str) -> bool:
    """Whether two letters that stand together are exchanged."""
    unlike = [at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b]
    if len(one) != len(other) or len(unlike) != 2:
        return False
    first, second = unlike
    return second == first + 1 and one[first] == other[second] and one[second] == other[first]


def _harmless(words: list[Word], phrases: Iterable[str]) -> Iterator[int]:
    """Places of words that stand together, as they are, and mean something else."""
    texts = [word.text for word in words]
    for phrase in phrases:
        wanted = phrase.split()
        for at in range(len(texts) - len(wanted) + 1):
            if all(_fits(text, part) for text, part in zip(texts[at:], wanted, strict=False)):
                yield from range(at, at + len(wanted))


def _of_another(words: list[Word], places: tuple[int, ...]) -> bool:
    """Whether somebody else is what the part of the sentence is about, and nobody but them."""
    first = min(places)
    here = [at for at, word in enumerate(words) if word.part == words[first].part]
    who = next((at for at in here if words[at].text not in _SETS["leading"]), first)
    between = words[who + 1 : first]
    if (
        who >= first
        or words[who].text not in _SETS["someone"]
        or any(word.gap.strip() for word in words[who + 1 : first + 1])
    ):
        return False
    if any(word.text not in _SETS["verbs"] | _SETS["beside"] for word in between):
        return False
    if not any(word.text in _SETS["verbs"] for word in between) and not words[first].text.endswith(FINITE):
        return False
    if any(word.text in _SETS["also"] for word in words[who + 1 :]):
        return False
    return not any(words[at].text in _SETS["self"] for at in here if at > who)


def _denied(words: list[Word], places: tuple[int, ...]) -> bool:
    last = max(places)
    here = words[last].part
    behind = [word.text for word in words[last + 1 :] if word.part == here]
    if any(word in _SETS["undo"] for word in behind):
        return False
    return any(_denied_before(words, at, places) for at in places) or _denied_after(words, last)


def _denied_before(words: list[Word], at: int, places: tuple[int, ...]) -> bool:
    """Whether a denial goes before a word, with no more between them than what changes nothing."""
    room = passed = 0
    lacking = False
    for back in range(at - 1, -1, -1):
        word = words[back].text
        if words[back].part != words[at].part or words[back + 1].gap.strip():
            return False
        if back in places:
            continue
        if word in _SETS["deny"]:
            return not lacking and passed <= room
        if word in _SETS["more"] and back and words[back - 1].text == "no":
            continue
        if word in _SETS["fill"]:
            continue
        if word in _SETS["or"]:
            room = passed + int(NUMBERS["carried"])
            continue
        passed += 1
        lacking |= word in _SETS["lacks"]
        if passed > room:
            return False
    return False


def _denied_after(words: list[Word], last: int) -> bool:
    """Whether what was said is denied by the end of it: "chest pain: none", "Atemnot hatte ich keine"."""
    if words[last + 1].gap.strip() not in ("", ":", "?", "-", "\N{EN DASH}", "=", "("):
        return False
    rest = [word.text for word in words[last + 1 :] if word.part == words[last + 1].part]
    rest = _without(rest, "before_after")
    return bool(rest) and rest[0] in _SETS["after"] and not _without(rest[1:], "close")


def _without(words: list[str], name: str) -> list[str]:
    """The words from the first on that is none of a list."""
    return list(itertools.dropwhile(lambda word: word in _SETS[name], words))
