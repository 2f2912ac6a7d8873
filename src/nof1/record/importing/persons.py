"""Rows of several people in one table: which column tells them apart, and whose rows are meant.

A column is known by its name (record_id, Teilnehmer, e-mail) or, where rows of one night stand beside each other, by what it
holds. Knows columns, cells and nights; must not know a trial, a scale or how anything is written.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from nof1.cells import brief, cleaned, listed
from nof1.errors import InputError
from nof1.record.sources.hints import names_treatment
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.missing import is_missing

NO_PEOPLE = "none"  # what is said where no column of a file tells people apart
MOST_PEOPLE = 10_000  # in one column; further ones are not told apart
_MOST_LABELS = 50  # of a column whose name says nothing
_LONGEST_LABEL = 40
_TOLD = 6  # people named in a message


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# A name made of these words, with one of the first at least, is that of a column of people.
_PERSON = _set("""
    participant participants subject subjects subj patient patients person persons people user users username
    respondent respondents member client volunteer name fullname firstname lastname surname forename email mail
    login who initials pseudonym proband probanden probandin teilnehmer teilnehmerin teilnehmende versuchsperson
    patientin patienten personen benutzer benutzerin benutzername nutzer nutzerin nutzername vorname nachname
    familienname wer initialen testperson ppt pat recipient responder empfänger
""")
_BESIDE = _set("""
    a the of is what your my full first last family given vor nach e address adresse id ids nr no number nummer code
    key label hash study trial studien kennung kürzel for und and or in innen
""")
# Such a name with one of these instead may be that of a person or of a row; what the column holds tells.
_RECORD = _set("""
    id record recordid rid case caseid fall fallnummer ident identifier uid pid sid kennung kürzel
""")
# A column of several values in one night is none of people where its name has one of these.
_OTHER = _set("""
    activity activities app application arm body brand category channel class comment condition day daypart device
    dose drug event exercise factor field food form group habit instrument item kind leg legs limb location meal
    measure measurement medication medicine method metric model moment mood note notes occasion part period phase
    place position question reason room sensor session severity side sleep slot source stage state status supplement
    survey symptom symptoms tag tags task test text time timing title treatment trigger type unit variable version
    visit weather week weekday where aktivität aktivitäten art bedingung bein beine beschwerde beschwerden ereignis
    essen frage gerät gruppe kategorie mahlzeit medikament messung notiz ort quelle seite stimmung tag tageszeit typ
    uhrzeit wetter woche wochentag zeit zeitpunkt zustand schlaf
""")
_WORDS_OF_OTHERS = _set("""
    am pm morning forenoon noon midday afternoon evening night bedtime breakfast lunch dinner supper snack morgens
    morgen vormittag mittag mittags nachmittag nachmittags abend abends nacht nachts frühstück mittagessen
    abendessen yes no true false ja nein y n on off left right both links rechts beide before after vorher nachher
    mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch
    donnerstag freitag samstag sonntag good bad ok okay fine great awful meh rad happy sad tired angry calm anxious
    neutral poor fair gut schlecht mittel müde super none mild moderate severe low medium high leicht stark keine
    weekday weekend iphone android phone watch ring manual app web mobile desktop tablet
""")
_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NUMBERS = re.compile(r"[\d.,:/ +-]+")  # numbers, clock times and dates


@dataclass(frozen=True)
class People:
    """A column that tells people apart.

    Attributes
    ----------
    column : str
    rows : mapping of str to int
        Rows of each, by the name as the file writes it first, in the order of the file.
    named : bool
        Whether the column's name says so; otherwise only what it holds does, and the person is asked whether it is so.
    night : date or None
        A night with rows of two of them, where there is one.
    """

    column: str
    rows: Mapping[str, int]
    named: bool
    night: date | None = None

    def find(self, person: str) -> str | None:
        """The person as the file writes it, or None."""
        return next((name for name in self.rows if person_key(name) == person_key(person)), None)


def person_key(text: str) -> str:
    """By what two cells are of one person: capitals and blanks make no other one.

    >>> person_key(" Anna  B ") == person_key("anna b")
    True
    """
    return " ".join(cleaned(text).split()).casefold()


def names_person(header: str) -> bool:
    """Whether a column's name alone says that it tells people apart.

    >>> [names_person(name) for name in ("Participant ID", "E-Mail-Adresse", "record_id", "Food Name", "user agent")]
    [True, True, False, False, False]
    """
    words = _words(header)
    return not _PERSON.isdisjoint(words) and all(word in _PERSON or word in _BESIDE for word in words)


def names_record(header: str) -> bool:
    """Whether a column's name is one of people as well as of single rows, such as "ID".

    >>> [names_record(name) for name in ("ID", "record_id", "session id", "participant id")]
    [True, True, False, False]
    """
    words = _words(header)
    known = _RECORD | _BESIDE
    return not _RECORD.isdisjoint(words) and all(word in known for word in words)


def may_tell_people(header: Sequence[str]) -> bool:
    """Whether a table has a column whose name is one of people: otherwise its rows need not be gone through for it."""
    return any(names_person(name) or names_record(name) for name in header)


def find_people(
    header: Sequence[str],
    rows: Iterable[tuple[Sequence[str], date | None]],
    *,
    other: Collection[str] = (),
    content: bool = True,
    column: str | None = None,
    least: int = 2,
) -> tuple[People, ...]:
    """The columns of a table that tell people apart, those by their name first.

    Parameters
    ----------
    rows : iterable of (cells, night)
        The rows, each with the night that it belongs to; None where that is not known.
    other : collection of str
        Columns that are known to hold something else, such as the outcome, the arm and the dates.
    content : bool
        Whether to look at columns whose name says nothing, too. One is found where two of its words stand in rows of one
        night, each of them in further nights, and hardly ever twice in a night.

    Examples
    --------
    >>> rows = [(("P1", "4"), date(2026, 9, 1)), (("P1", "5"), date(2026, 9, 2)), (("P2", "9"), date(2026, 9, 3))]
    >>> [(found.column, dict(found.rows)) for found in find_people(("record_id", "severity"), rows, other=("severity",))]
    [('record_id', {'P1': 2, 'P2': 1})]
    """
    watch = Watch(header, other=other, content=content, column=column)
    for cells, night in rows:
        watch.add(cells, night)
    return watch.people(least)


@dataclass
class _Seen:
    """What a column holds of one value: rows, nights, and how the file writes it first."""

    shown: str
    rows: int = 0
    nights: set[date] = field(default_factory=set)


class Watch:
    """Looks at the cells of a table as its rows go by; see `find_people`."""

    def __init__(
        self,
        header: Sequence[str],
        *,
        other: Collection[str] = (),
        named: bool = True,
        content: bool = True,
        column: str | None = None,
    ) -> None:
        self._header = header
        self._columns: dict[int, dict[str, _Seen]] = {}
        self._by_content: set[int] = set()
        self._said = column
        self.asks_nights = False
        if column is not None:
            if column not in header:
                raise InputError(f"There is no column {brief(column)!r}. The columns are: {listed(header)}.")
            self._columns[header.index(column)] = {}
            return
        for place, name in enumerate(header):
            if not name or name in other:
                continue
            if names_person(name) or names_record(name):
                if named:
                    self._columns[place] = {}
            elif content and _may_hold_people(name):
                self._columns[place] = {}
                self._by_content.add(place)
        # Of a column whose name is one of people alone, the nights of rows tell nothing more.
        self.asks_nights = any(not names_person(header[place]) for place in self._columns)

    @property
    def idle(self) -> bool:
        """Whether there is no column left that could tell people apart."""
        return not self._columns

    def add(self, cells: Sequence[str], night: date | None) -> None:
        """Look at a row."""
        width = len(cells)
        out = []
        for place, seen in self._columns.items():
            text = cells[place] if place < width else ""
            if not text:
                continue
            found = seen.get(text)
            if found is None:
                if is_missing(text, words=True):
                    continue
                if place in self._by_content and (len(seen) == _MOST_LABELS or not _may_be_person(text)):
                    out.append(place)
                    continue
                if len(seen) == MOST_PEOPLE:
                    continue
                found = seen[text] = _Seen(text)
            found.rows += 1
            if night is not None:
                found.nights.add(night)
        for place in out:
            del self._columns[place]

    def people(self, least: int = 2) -> tuple[People, ...]:
        """The columns that tell so many people apart, or more, by the rows so far."""
        named, others = [], []
        for place, texts in self._columns.items():
            seen = _together(texts.values())
            if len(seen) < least:
                continue
            name = self._header[place]
            rows = {person.shown: person.rows for person in seen}
            night = _shared(seen)
            if place in self._by_content:
                if _like_people(seen):
                    others.append(People(name, rows, named=False, night=night))
            elif name == self._said or names_person(name) or any(len(person.nights) > 1 for person in seen):
                named.append(People(name, rows, named=True, night=night))
        named.sort(key=lambda people: not names_person(people.column))
        return (*named, *others)


def settle_person(found: Sequence[People], person: str | None, *, where: str) -> tuple[str, str] | None:
    """The column of people and the person whose rows are meant; None where all rows are of one.

    Parameters
    ----------
    found : sequence of People
        From `find_people`; with `least` 1 where it was said whose rows are meant.
    person : str or None
        What was said.
    where : str
        The table's name for the message.

    Raises
    ------
    AmbiguousInput
        If only the person can say whose rows are meant, or whether a column is one of people at all.
    InputError
        If it was said whose rows are meant, and no column tells people apart.

    Examples
    --------
    >>> found = (People("record_id", {"P1": 2, "P2": 1}, named=True),)
    >>> settle_person(found, "p1", where="two_people.csv")
    ('record_id', 'P1')
    """
    if person is not None:
        for people in found:
            if (name := people.find(person)) is not None:
                return (people.column, name) if len(people.rows) > 1 else None
        if not found:
            raise InputError(
                f"{where} has no column whose name or content tells people apart, so the rows of {brief(person)!r} cannot be found. "
                "Say which column it is with person_column=, or leave person= out."
            )
    several = [people for people in found if person is not None or len(people.rows) > 1]
    if not several:
        return None
    first = several[0]
    if not first.named:
        raise AmbiguousInput(
            f"{where}: {brief(first.column)!r} may tell people apart: {_told(first)} have rows of the same night, such as {first.night}. "
            f"If they are people, say so with person_column={first.column!r}; if not, with person_column={NO_PEOPLE!r}.",
            option="person-column",
            choices=(first.column, NO_PEOPLE),
        )
    raise whose_rows(first, person, where=where)


def whose_rows(people: People, person: str | None, *, where: str) -> AmbiguousInput:
    """The question whose rows are meant."""
    count = f"{len(people.rows):,} {'person' if len(people.rows) == 1 else 'people'}"
    missed = f" and none of them is {brief(person)!r}" if person is not None else ""
    return AmbiguousInput(
        f"{where}: {brief(people.column)!r} has {count}{missed}: {_told(people)}; whose rows? Say it with "
        f"person={brief(next(iter(people.rows)))!r}; if they are no people, with person_column={NO_PEOPLE!r}.",
        option="person",
        choices=tuple(people.rows),
    )


def _told(people: People) -> str:
    told = [f"{brief(name, 30)} ({count:,} row{'' if count == 1 else 's'})" for name, count in people.rows.items()]
    more = len(told) - _TOLD
    if more > 0:
        return f"{', '.join(told[:_TOLD])} and {more:,} more"
    return " and ".join(filter(None, (", ".join(told[:-1]), told[-1])))


def _words(header: str) -> list[str]:
    plain = unicodedata.normalize("NFC", _CAMEL.sub(" ", header))
    return [word.casefold() for word in _WORD.findall(plain)]


def _may_hold_people(header: str) -> bool:
    return _OTHER.isdisjoint(_words(header)) and not names_treatment(header)


def _may_be_person(text: str) -> bool:
    """Whether a cell can be the name of a person: no number, no time, no sentence."""
    return len(text) <= _LONGEST_LABEL and _NUMBERS.fullmatch(text) is None and len(text.split()) < 5


def _together(seen: Iterable[_Seen]) -> list[_Seen]:
    """The values, with those that differ only in capitals or blanks as one."""
    found: dict[str, _Seen] = {}
    for one in seen:
        known = found.setdefault(person_key(one.shown), _Seen(one.shown))
        known.rows += one.rows
        known.nights |= one.nights
    return list(found.values())


def _shared(seen: Sequence[_Seen]) -> date | None:
    """The first night with rows of two."""
    taken: set[date] = set()
    twice: set[date] = set()
    for one in seen:
        twice |= taken & one.nights
        taken |= one.nights
    return min(twice, default=None)


def _like_people(seen: Sequence[_Seen]) -> bool:
    """Whether values of a column whose name says nothing are there as people are: beside each other, night after night."""
    words = [word for one in seen if (word := person_key(one.shown)) in _WORDS_OF_OTHERS]
    if 2 * len(words) >= len(seen):
        return False
    lasting = [one for one in seen if len(one.nights) > 1]
    if len(lasting) < 2 or _shared(lasting) is None:
        return False
    # A person rates a night once, or now and then twice; moods and activities come as they come.
    return sum(one.rows for one in lasting) <= 1.1 * sum(len(one.nights) for one in lasting)
