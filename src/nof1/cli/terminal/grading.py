"""What nof1 log asks of the side effects of a night once it is recorded, and what it says of those that were graded."""

from dataclasses import replace

from nof1.cli.terminal.console import show
from nof1.cli.terminal.night_questions import Left, ask_night, confirmed
from nof1.cli.terminal.night_words import command
from nof1.language import say
from nof1.record.diary.event_questions import SERIOUS, event_questions, is_serious, short, still_open, to_grade
from nof1.record.diary.events import event_name, parted
from nof1.record.diary.night import Logged
from nof1.record.diary.night import log as write_night


def grade_side_effects(logged: Logged, *, reason: str) -> Logged:
    """Ask about each side effect that the person wants to say more of; what was said is recorded with the night."""
    here = logged.night
    again = [what for what in to_grade(logged.entry, logged.events) if what not in logged.to_grade]
    try:
        for what in (*logged.to_grade, *(again if here.known else ())):
            known = {name: text for name, text in logged.graded.items() if parted(name)[0] == what}
            if not confirmed(_wanted(what, known)):
                continue
            answers = ask_night(event_questions(what), known)
            cells = {name: text for name, text in answers.items() if text != known.get(name, "")}
            if cells:
                graded = write_night(here.folder, cells, night=here.date, correct=True, seen=known, reason=reason)
                logged = replace(graded, changed=(*logged.changed, *graded.changed))
                tell_serious(logged, what)
    except Left:
        show("Stopped; the night is recorded, and what was said of the side effects before.")
    return logged


def _wanted(what: str, known: dict[str, str]) -> str:
    if known:
        said = ", ".join(f"{parted(name)[1]} {code}" for name, code in known.items())
        return f"{short(what)} is recorded as: {said}. Change it? (y/n, Enter = no)"
    return f"Say more of {short(what)}: how bad, how it ended, from what? (y/n, Enter = no)"


def tell_serious(logged: Logged, *whats: str) -> None:
    """Say whom to tell of a side effect that is recorded as serious."""
    for what in whats:
        if is_serious(logged.graded.get(event_name(what, "serious"), "")):
            show(say(SERIOUS, what=repr(short(what))), style="bold red")


def tell_open(logged: Logged) -> None:
    """Name side effects of earlier nights that were not over when they were entered."""
    here = logged.night
    for event in still_open(logged.events, before=here.date):
        show(
            f"Not over when it was entered: {short(event.what)}, night of {event.night}. When it is: "
            f"{command('log', here.folder, '--night', event.night)}"
        )
