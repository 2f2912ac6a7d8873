"""nof1 facts: what is known of magnesium and restless legs, with sources."""

from dataclasses import asdict
from itertools import groupby
from typing import Annotated

import typer

from nof1 import facts as known
from nof1.cli.terminal.console import console, show, show_json
from nof1.cli.terminal.options import AsJson, Spoken
from nof1.cli.terminal.output import paragraph
from nof1.language import ENGLISH, say
from nof1.plan.protocol.safety.screen import NO_ADVICE
from nof1.report.words.facts import INTRO, Fact, reviewed, told

_INDENT = "  "


def facts(
    topic: Annotated[
        str | None, typer.Argument(metavar="TOPIC", help="What to tell; the topics are listed if not given.")
    ] = None,
    as_json: AsJson = False,
    language: Spoken = ENGLISH,  # spoken from here on
) -> None:
    chosen = known.topics() if topic is None else (known.topic(topic),)
    if as_json:
        show_json({"reviewed": reviewed(), "topics": [_as_json(one, whole=topic is not None) for one in chosen]})
        return
    if topic is None:
        _list_topics()
    else:
        _tell(chosen[0])
    show()
    paragraph(reviewed())
    paragraph(say(NO_ADVICE))


def _as_json(topic: known.Topic, *, whole: bool) -> dict[str, object]:
    """A topic; with its facts where it was asked for."""
    found = told(topic)
    head = {"id": topic.id, "title": say(topic.title), "about": say(topic.about), "count": len(found)}
    return head | ({"facts": [asdict(fact) for fact in found]} if whole else {})


def _list_topics() -> None:
    paragraph(say(INTRO))
    show()
    width = max(len(one.id) for one in known.topics())
    for one in known.topics():
        show(f"{_INDENT}{one.id:{width}}  {say(one.title)} ({len(told(one))})")
    show()
    paragraph(say("One of them in full: {command}", command=f"nof1 facts {known.topics()[0].id}"))


def _tell(topic: known.Topic) -> None:
    show(say(topic.title), style="bold")
    paragraph(say(topic.about))
    side = ""
    for (side_now, *_), run in groupby(told(topic), key=lambda fact: (fact.side, fact.source, fact.sure, fact.where)):
        show()
        if side_now and side_now != side:
            show(side_now, style="bold")
            show()
        side = side_now
        same = list(run)
        for fact in same:
            if fact.question:
                paragraph(fact.question)
            paragraph(fact.text)
        _tell_source(same[0])


def _tell_source(fact: Fact) -> None:
    """Where facts come from, further in; an address is never broken, so that it can be opened."""
    paragraph(say("{source}; {sure}", source=fact.source, sure=fact.sure), lead=_INDENT, style="dim")
    for address in fact.where:
        console().print(f"{_INDENT}{address}", style="dim", soft_wrap=True)
