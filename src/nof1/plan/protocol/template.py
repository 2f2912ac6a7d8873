"""Ready-made protocols, and how a person's answers change one. Knows no order and no night."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from nof1.errors import InputError
from nof1.plan.design.kinds import Drawn

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
    """A template with a person's answers on top; another outcome, or another kind of design, takes nothing over."""
    base = dict(template)
    design = answers.get("design")
    if isinstance(design, Mapping) and design.get("kind", base["design"]["kind"]) != base["design"]["kind"]:
        base["design"] = {name: value for name, value in base["design"].items() if name in _OF_EVERY_KIND}
    outcome = answers.get("outcome")
    if isinstance(outcome, Mapping) and outcome.get("name", base["outcome"]["name"]) != base["outcome"]["name"]:
        del base["outcome"]
    return merge(base, answers)


def with_dose(content: Mapping[str, Any], dose: Mapping[str, Any], *, arm: str = "magnesium") -> dict[str, Any]:
    """Content with another dose of one arm: `dose_mg`, `salt_mg`, `form`, `route`, `product` or `dose_meant`, those that are given.

    Raises
    ------
    InputError
        If there is no such arm.
    """
    if not dose:
        return dict(content)
    arms = content.get("arms")
    arms = arms if isinstance(arms, list) else []
    on = [one for one in arms if isinstance(one, Mapping) and one.get("name") == arm]
    if len(on) != 1:
        raise InputError(
            f"dose_mg=, salt_mg=, form=, route=, product= and dose_meant= speak of an arm called {arm!r}; this plan has none. Set dose_mg and form of each arm in the answers."
        )
    # A new dose makes the other way of stating the old one untrue.
    stale = {"dose_mg", "salt_mg", "dose_meant"} if {"dose_mg", "salt_mg"} & set(dose) else set()
    kept = {name: value for name, value in on[0].items() if name not in stale}
    return {**content, "arms": [kept | dict(dose) if one is on[0] else one for one in arms]}


def merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `changes` on top: tables are merged key by key, everything else is replaced."""
    merged = dict(base)
    for key, value in changes.items():
        here = merged.get(key)
        merged[key] = merge(here, value) if isinstance(here, Mapping) and isinstance(value, Mapping) else value
    return merged
