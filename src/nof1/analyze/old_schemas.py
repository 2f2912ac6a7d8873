"""results.json as older versions of nof1 wrote it, brought up to the present schema. All of it is of the first edition's rule.

Schema 1 told sentences and had a number in several places; schema 2 had a verdict for each of both effects, and called the one over
the nights "as lived". It must not know the record's types: what it gives is read as any other file.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from nof1.analyze.checks.sensitivity import WIDER
from nof1.analyze.reasons import as_told

# Fields of schema 2 that schema 1 had with more beside them.
_OF_PAIR = (
    "arm", "reference", "engine", "estimand", "measure", "interval_kind", "level", "threshold", "better", "full", "as_lived", "further",
)  # fmt: skip
_OF_CHOICE = ("choice", "arm", "reference", "estimand", "engine", "full", "as_lived", "refused", "value")


def brought_up(content: Mapping[str, Any], amendments: Sequence[Any] = ()) -> dict[str, Any]:
    """A record of schema 1 or 2 as one of schema 3.

    Parameters
    ----------
    content : mapping
    amendments : sequence of Amendment
        Of the trial: schema 1 holds them in sentences alone, and none is ever taken back.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is damaged.
    """
    if content["schema"] == 1:
        content = _from_schema_1(content) | {"amendments": amendments}
    return _from_schema_2(content)


def _from_schema_2(content: Mapping[str, Any]) -> dict[str, Any]:
    """One verdict for a pair of arms, that on the effect that pages led with; "as lived" under its new name."""
    short = {arm for arm, most in content["exposure"]["highest"].items() if most < content["exposure"]["nearly_full"]}

    def pair(row: Mapping[str, Any]) -> dict[str, Any]:
        """An effect or a choice; the effect over these nights led where exposure stayed short of full."""
        named = row["estimand"]
        lead = "as-lived" if named == "as-lived" or short & {row["arm"], row["reference"]} else "full"
        full, nights = row["full"], row["as_lived"]
        leading = full if lead == "full" else nights
        out = _without(row, "as_lived") | {
            "estimand": "full" if lead == "full" else "over-nights",
            "full": None if full is None else _without(full, "verdict"),
            "over_nights": None if nights is None else _without(nights, "verdict"),
            "verdict": None if leading is None else leading["verdict"],
        }
        told = row.get("forecast")
        return out if told is None else out | {"forecast": _forecast_2(told)}

    def ends(row: Mapping[str, Any]) -> dict[str, Any]:
        return dict(row) | {end: _without(row[end], "verdict") for end in ("early", "late")}

    over_time = content["over_time"]
    rows = [
        _without(row, "as_lived", "verdicts_differ")
        | {
            "estimand": "full" if row["estimand"] == "full" else "over-nights",
            "full": ends(row["full"]),
            "over_nights": ends(row["as_lived"]),
        }
        for row in over_time["rows"]
    ]
    choices = content["sensitivity"]
    return dict(content) | {
        "schema": 3,
        "edition": 1,
        "effects": [pair(row) for row in content["effects"]],
        "sensitivity": None if choices is None else [pair(row) for row in choices],
        "over_time": dict(over_time) | {"rows": rows},
    }


def _forecast_2(told: Mapping[str, Any]) -> dict[str, Any]:
    """The first edition had no *no quick difference*."""

    def row(one: Mapping[str, Any] | None) -> dict[str, Any] | None:
        return None if one is None else dict(one) | {"no_quick": 0.0}

    return dict(told) | {
        "estimand": "full" if told["estimand"] == "full" else "over-nights",
        "finishing": row(told["finishing"]),
        "rows": [row(one) for one in told["rows"]],
    }


def _from_schema_1(content: Mapping[str, Any]) -> dict[str, Any]:
    out = {name: value for name, value in content.items() if name != "sentences"} | {"schema": 2}
    out["effects"] = [
        {name: value for name, value in entry.items() if name in _OF_PAIR} | {"forecast": _forecast(entry)}
        for entry in content["effects"]
    ]
    if content.get("sensitivity") is not None:
        out["sensitivity"] = [_choice(row, content["priors"]["effect_sd"]) for row in content["sensitivity"]]
    over_time = _refused(content["over_time"])
    out["over_time"] = over_time | {
        "rows": [_without(row, "change", "early", "late", "sentence") for row in over_time["rows"]]
    }
    out["blinding"] = _without(content["blinding"], "sentence")
    out["harms"] = {arm: _without(row, "side_effects") for arm, row in content["harms"].items()}
    out["checks"] = {name: _check(check) for name, check in content["checks"].items()}
    test = dict(out.pop("randomization_test"))
    first, others = test, test.pop("pairs", [])
    if "refused" in test:
        first = {key: content["effects"][0][key] for key in ("arm", "reference")} | test
    out["randomization_tests"] = [
        _without(one, "sentence") | {"interval": one.get("interval") or [None, None]} if "p" in one else _refused(one)
        for one in (first, *others)
    ]
    return out


def _without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _refused(row: Mapping[str, Any]) -> dict[str, Any]:
    """Of a refusal there is the text alone: it stays as it is."""
    reason = row.get("refused")
    return dict(row) if reason is None else dict(row) | {"refused": as_told(reason)}


def _choice(row: Mapping[str, Any], effect_sd: float) -> dict[str, Any]:
    out = _refused({name: value for name, value in row.items() if name in _OF_CHOICE})
    name = out["choice"]
    if name.endswith("dropped"):  # "first night dropped", "first 2 nights dropped"
        return out | {"choice": "nights dropped", "value": int(name.split()[1]) if "nights" in name else 1}
    return out | {"value": WIDER[name] * effect_sd} if name in WIDER else out


def _check(check: Mapping[str, Any]) -> dict[str, Any]:
    out = _without(check, "kind", "sentence")
    if check["passed"] is None:
        _, _, why = check["sentence"].partition(". ")
        return out | {"refused": as_told(why)}
    if "statistics" in out:
        return out | {"statistics": [_statistic(row) for row in out["statistics"].values()]}
    if "influential" in out:  # named by their dates, or as "night 12"
        nights = [row["night"].removeprefix("night ") for row in out["influential"]]
        named = [int(night) if night.isdecimal() else night for night in nights]
        rows = zip(out["influential"], named, strict=True)
        return out | {"influential": [dict(row) | {"night": night} for row, night in rows]}
    return out


def _statistic(row: Mapping[str, Any]) -> dict[str, Any]:
    """Named as "spread without treatment", "spread on magnesium"."""
    name, _, arm = row["name"].removesuffix(" without treatment").partition(" on ")
    return dict(row) | {"name": name, "arm": arm or None}


def _forecast(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    told = entry.get("forecast")
    if told is None:
        return None

    def row(one: Mapping[str, Any]) -> dict[str, Any]:
        chances = one["chances"]
        return {name: value for name, value in one.items() if name != "chances"} | {
            "helps": chances["helps"],
            "worsens": chances["worsens"],
            "no_difference": chances["no difference that matters"],
        }

    finishing = told["finishing"]
    return dict(told) | {
        "finishing": None if finishing is None else row(finishing),
        "rows": [row(one) for one in told["rows"]],
    }
