"""The protocol: what is decided before the first night, as one frozen object, one TOML file and one hash.

What it holds is in decided.py, what must fit together in fitting.py. It must not know the order that was drawn, nor any night.
"""

from pathlib import Path
from typing import Any

import tomli_w
from pydantic import ValidationError, model_validator

from nof1.errors import InputError
from nof1.files import is_file, read_bytes, write_atomic
from nof1.new_folders import clear_abandoned
from nof1.plan.design.kinds import Adopted
from nof1.plan.protocol.analysis import Analysis
from nof1.plan.protocol.conduct import NOTHING_STATED, WHY_ANYTHING, Conduct
from nof1.plan.protocol.decided import Decided
from nof1.plan.protocol.editions import edition_filled, priors_filled
from nof1.plan.protocol.explain import explain, parse_toml
from nof1.plan.protocol.fitting import refuse_unfit
from nof1.plan.protocol.parts import Arm, Outcome
from nof1.plan.protocol.protocol_shown import protocol_as_html, protocol_as_text
from nof1.plan.protocol.topic import rates_legs, tries_magnesium

PROTOCOL_FILE = "protocol.toml"
_HEADER = "# What was decided before the first night. Its hash is printed on every page; changes afterwards are amendments.\n\n"
_ADOPTED_HEADER = (
    "# What was said of a table when it was taken over: nothing else is assumed. Its hash is printed on every page.\n\n"
)


class Protocol(Decided):
    """Everything decided beforehand, validated and frozen.

    Attributes
    ----------
    title, question : str
        In the person's own words.
    outcome : Outcome
    arms : tuple of Arm
        Two or more.
    reference : str
        Name of the arm the others are compared with. Run-in nights are spent on it and it has no exposure.
    design : RandomizedBlocks, Balanced, MirroredPairs, Alternating, Listed or Adopted
    analysis : Analysis
    conduct : Conduct
        Of an adopted trial nothing is stated unless the file states it.
    instruments : tuple of Instrument or None
        Scores taken once at the end of each period; a name such as "irls" stands for one that nof1 knows. None for none.
    recorded : tuple of Recorded or None
        What is written down each morning beside the rating, each with its kind of answer; a name such as "onset" stands for one that
        nof1 knows. The model adjusts for none of it that `analysis.covariates` does not name. None for none.
    safety : Safety or None
        Answers to the safety screen; None if nobody was asked.
    schema_version : {1, 2}
        "schema" in the file: the edition of model, priors and rule. A trial that was planned by the first keeps it.
    simulated : bool
        True for made-up data; printed wherever the trial is shown.

    Raises
    ------
    pydantic.ValidationError
        From the constructor. `Protocol.parse` and `Protocol.load` raise InputError with one message instead.

    Examples
    --------
    >>> protocol = nof1.Protocol.load(folder)
    >>> protocol.reference, protocol.periods, protocol.concealed
    ('off', 12, 'open')
    """

    @model_validator(mode="before")
    @classmethod
    def _fill_defaults(cls, data: Any) -> Any:
        """Write the defaults of the edition out, so that the file states every number that was decided."""
        if not isinstance(data, dict):
            return data
        edition = data.get("schema", data.get("schema_version", 2))
        fields = data.get("analysis", {})
        fields = fields.model_dump() if isinstance(fields, Analysis) else fields
        if edition not in (1, 2) or not isinstance(fields, dict):
            return data
        priors = priors_filled(data.get("outcome"), fields, edition)
        fields = fields | edition_filled(data.get("design"), fields, edition)
        if _is_adopted(data.get("design")):
            unstated = {} if "conduct" in data else {"conduct": NOTHING_STATED}
        else:
            unstated = _reason(data)
        return data | {"analysis": fields | ({} if priors is None else {"priors": priors})} | unstated

    @model_validator(mode="after")
    def _parts_fit(self) -> "Protocol":
        refuse_unfit(self)
        return self

    def __repr__(self) -> str:
        return protocol_as_text(self)

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        return protocol_as_html(self)

    def to_toml(self) -> str:
        """The protocol as TOML; `Protocol.parse` gives back an equal object.

        Examples
        --------
        >>> trial.protocol.to_toml().splitlines()[2]
        'schema = 2'
        """
        content = self.to_dict()
        content["design"]["start"] = self.design.start
        return (_HEADER if self.randomized else _ADOPTED_HEADER) + tomli_w.dumps(content)

    def save(self, path: Path) -> None:
        """Write the TOML file, whole or not at all.

        Examples
        --------
        >>> trial.protocol.save(folder / "copy.toml")
        >>> nof1.Protocol.parse((folder / "copy.toml").read_text()) == trial.protocol
        True
        """
        write_atomic(path, self.to_toml())

    @classmethod
    def parse(cls, text: str, *, where: str = "the protocol") -> "Protocol":
        """Read a protocol from TOML text.

        Raises
        ------
        InputError
            If the text is no TOML or the values do not make a protocol; `where` names the source in the message.

        Examples
        --------
        >>> nof1.Protocol.parse(trial.protocol.to_toml()) == trial.protocol
        True
        """
        return cls.build(parse_toml(text, where=where), where=where)

    @classmethod
    def build(cls, content: dict[str, Any], *, where: str = "the protocol") -> "Protocol":
        """Make a protocol from plain values, with one clear message if they do not fit.

        Raises
        ------
        InputError
            If the values do not make a protocol.

        Examples
        --------
        >>> nof1.Protocol.build(trial.protocol.to_dict()) == trial.protocol
        True
        """
        try:
            return cls.model_validate(content)
        except ValidationError as error:
            raise InputError(explain(error, where)) from None

    @classmethod
    def load(cls, folder: str | Path) -> "Protocol":
        """Read the protocol of a trial folder.

        Raises
        ------
        InputError
            If the folder is no trial folder or its protocol is damaged.

        Examples
        --------
        >>> nof1.Protocol.load(folder) == trial.protocol
        True
        """
        path = Path(folder) / PROTOCOL_FILE
        if not is_file(path):
            clear_abandoned(path.parent)  # a killed process may have been about to put it there
        if not is_file(path):
            raise InputError(
                f"{folder} is no trial folder: it holds no {PROTOCOL_FILE}. "
                "Give the folder that 'nof1 plan' or 'nof1 adopt' made, or make one with 'nof1 plan'."
            )
        try:
            text = read_bytes(path).decode("utf-8")
        except UnicodeDecodeError:
            raise InputError(f"{path} is damaged: it is not UTF-8 text. Restore it from a copy.") from None
        return cls.parse(text, where=str(path))


def _reason(data: dict[str, Any]) -> dict[str, Any]:
    """Why one person tries it, where nobody said: the reason that names magnesium and restless legs is for those alone."""
    conduct = data.get("conduct", {})
    said = conduct.model_fields_set if isinstance(conduct, Conduct) else conduct
    if not isinstance(conduct, Conduct | dict) or "why" in said:
        return {}
    try:
        outcome = Outcome.model_validate(data.get("outcome"))
        arms = [Arm.model_validate(one) for one in data.get("arms", ())]
    except (ValidationError, TypeError):
        return {}  # refused with the rest
    words = str(data.get("title", "")), str(data.get("question", ""))
    if tries_magnesium(*words, arms) and rates_legs(*words, outcome):
        return {}
    why = {"why": WHY_ANYTHING}
    return {"conduct": conduct.model_copy(update=why) if isinstance(conduct, Conduct) else conduct | why}


def _is_adopted(design: Any) -> bool:
    """Whether plain values, or a design, are those of adopted nights."""
    return isinstance(design, Adopted) or (isinstance(design, dict) and design.get("kind") == "adopted")
