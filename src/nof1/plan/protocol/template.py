"""Ready-made protocols, and how a person's answers change one. Knows no order and no night."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from pydantic import ValidationError

from nof1.errors import InputError
from nof1.plan.design.kinds import Drawn
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.topic import tries_magnesium

DEFAULT_TEMPLATE = "magnesium-rls"


def template_names() -> tuple[str, ...]:
    """Names of the templates."""
    folder = files("nof1.plan") / "templates"
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")))


def load_template(name: str) -> dict[str, Any]:
    """The values of a template, to be completed and given to `Protocol.build`.

    Raises
    ------
    InputError
        If there is no such template.
    """
    if name not in template_names():
        raise InputError(f"There is no template {name!r}. Choose one of: {', '.join(template_names())}.")
    return tomllib.loads((files("nof1.plan") / "templates" / f"{name}.toml").read_text(encoding="utf-8"))


# Fields that every drawn design has; the others belong to its kind.
_OF_EVERY_KIND = frozenset(Drawn.model_fields)


def answered(template: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """A template with a person's answers on top; another outcome, or another kind of design, takes nothing over.

    Title and question go with outcome and arms: of another outcome, or of arms that do not name what the template tries, they have
    to be said anew.
    """
    base = dict(template)
    design = answers.get("design")
    if isinstance(design, Mapping) and design.get("kind", base["design"]["kind"]) != base["design"]["kind"]:
        base["design"] = {name: value for name, value in base["design"].items() if name in _OF_EVERY_KIND}
    outcome = answers.get("outcome")
    if isinstance(outcome, Mapping) and outcome.get("name", base["outcome"]["name"]) != base["outcome"]["name"]:
        _take_out(base, "outcome", "title", "question")
    elif "arms" in answers and _tries_magnesium(template) and not _tries_magnesium(answers):
        _take_out(base, "title", "question")
    return merge(base, answers)


def _take_out(content: dict[str, Any], *names: str) -> None:
    for name in names:
        content.pop(name, None)


def _tries_magnesium(content: Mapping[str, Any]) -> bool:
    """Whether plain values name magnesium or one of its forms; what does not fit is refused with the rest of the file."""
    arms = content.get("arms")
    arms = arms if isinstance(arms, list | tuple) else []
    made = []
    for one in arms:
        try:
            made.append(Arm.model_validate(one))
        except ValidationError:
            return True  # refused with the rest of the file
    return tries_magnesium(str(content.get("title", "")), str(content.get("question", "")), made)


def with_treatment(content: Mapping[str, Any], treatment: str | None) -> dict[str, Any]:
    """Content with what is tried, in a person's own words: the label of the one arm that is not the reference.

    Raises
    ------
    InputError
        If there is not exactly one, or if that arm is magnesium.

    Examples
    --------
    >>> with_treatment(load_template("pain"), "a walk before bed")["arms"][1]
    {'name': 'on', 'route': 'other', 'label': 'a walk before bed'}
    """
    if treatment is None:
        return dict(content)
    on = _tried(content)
    if len(on) != 1 or on[0].get("name") == "magnesium":
        raise InputError(
            "treatment= says what is tried in a template that leaves it open: take one of them with template=, such as sleep-quality, "
            "or give each arm a label in the answers."
        )
    return {**content, "arms": [{**one, "label": treatment} if one is on[0] else one for one in content["arms"]]}


def _tried(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    arms = content.get("arms")
    return [
        one
        for one in (arms if isinstance(arms, list) else [])
        if isinstance(one, Mapping) and one.get("name") != content.get("reference")
    ]


def with_dose(content: Mapping[str, Any], dose: Mapping[str, Any], *, arm: str | None = None) -> dict[str, Any]:
    """Content with another dose of one arm: `dose_mg`, `salt_mg`, `form`, `route`, `product` or `dose_meant`, those that are given.

    Parameters
    ----------
    arm : str, optional
        Its name; "magnesium" where there is one, else the one arm that is not the reference.

    Raises
    ------
    InputError
        If there is no such arm.
    """
    if not dose:
        return dict(content)
    arms = content.get("arms")
    arms = arms if isinstance(arms, list) else []
    on = [one for one in arms if isinstance(one, Mapping) and one.get("name") == (arm or "magnesium")]
    on = on or (_tried(content) if arm is None else [])
    if len(on) != 1:
        raise InputError(
            f"dose_mg=, salt_mg=, form=, route=, product= and dose_meant= speak of an arm called {arm or 'magnesium'!r}, or of the only one that is not the reference; this plan has none. Set dose_mg and form of each arm in the answers."
        )
    # A new dose makes the other way of stating the old one untrue.
    stale = {"dose_mg", "salt_mg", "dose_meant"} if {"dose_mg", "salt_mg"} & set(dose) else set()
    if stale and on[0].get("route") == "other":  # what is weighed is swallowed
        stale = stale | {"route"}
    kept = {name: value for name, value in on[0].items() if name not in stale}
    return {**content, "arms": [kept | dict(dose) if one is on[0] else one for one in arms]}


def merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `changes` on top: tables are merged key by key, everything else is replaced."""
    merged = dict(base)
    for key, value in changes.items():
        here = merged.get(key)
        merged[key] = merge(here, value) if isinstance(here, Mapping) and isinstance(value, Mapping) else value
    return merged
