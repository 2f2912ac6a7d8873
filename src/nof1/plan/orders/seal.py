"""Concealing an order: drawn with a secret, given to a helper, committed to, verified when it is opened.

The trial folder holds the commitment alone: a SHA-256 over the order, its seed, the protocol's hash and a secret salt.
It says nothing of the order to whoever does not have the salt, and fits no other order.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from nof1.errors import InputError, RefusalError
from nof1.files import read_bytes
from nof1.plan.design.fields import Frozen
from nof1.plan.design.kinds import Seed
from nof1.plan.design.order import Order
from nof1.plan.orders.draw import check_order, draw_order
from nof1.plan.protocol.explain import explain
from nof1.plan.protocol.protocol import Protocol

SEAL_FILE = "seal.json"
SEALED_ORDER_FILE = "sealed-order.json"
_HEX = r"^[0-9a-f]{64}$"


class SealedOrder(Frozen):
    """What the helper keeps: the arm of every period, and what proves it.

    `arms` has one name for each period. `seed` repeats the draw; `salt` is 64 hexadecimal digits.
    """

    schema_version: Literal[1] = Field(default=1, alias="schema")
    protocol_sha256: str = Field(pattern=_HEX)
    arms: tuple[str, ...]
    seed: Seed
    salt: str = Field(pattern=_HEX)

    def commitment(self) -> str:
        """SHA-256 over the canonical form: sorted keys, no spaces, UTF-8 JSON."""
        canonical = json.dumps(
            self.model_dump(mode="json", by_alias=True), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_json(self) -> str:
        """sealed-order.json."""
        content = {"what": "The order of a sealed trial. For the helper only: keep it from the person on trial."}
        return json.dumps(content | self.model_dump(mode="json", by_alias=True), indent=1, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class Seal:
    """What the trial folder keeps of a concealed order.

    `checksum` binds the commitment to the line with which the trial's journal begins, so that another trial's seal, or a
    commitment changed by hand, is noticed; "" where there was no journal.
    """

    commitment: str
    checksum: str = ""

    def bound(self, beginning: str) -> "Seal":
        """The seal of the trial whose journal begins with a line of this checksum."""
        return Seal(self.commitment, _checksum(self.commitment, beginning))

    def fits(self, beginning: str) -> bool:
        """Whether this is the seal of the trial whose journal begins with a line of this checksum."""
        return self.checksum == _checksum(self.commitment, beginning)

    def to_json(self) -> str:
        """seal.json."""
        content = {
            "schema": 1,
            "what": "Commitment to a sealed order: SHA-256 over the order, its seed, the protocol's hash and a secret salt.",
            "commitment": self.commitment,
        }
        return json.dumps(content | ({"checksum": self.checksum} if self.checksum else {}), indent=1) + "\n"


def _checksum(commitment: str, beginning: str) -> str:
    return hashlib.sha256(f"{beginning}\x1f{commitment}".encode()).hexdigest()[:16]


def seal_order(protocol: Protocol, *, seed: int | None = None, salt: str | None = None) -> tuple[SealedOrder, Seal]:
    """Draw a concealed order: what the helper gets, and what the trial folder gets.

    Parameters
    ----------
    seed : int, optional
        Of the draw; from the system's secrets if not given. Whoever knows it knows the order.
    salt : str, optional
        64 hexadecimal digits; from the system's secrets if not given.

    Raises
    ------
    InputError
        If the protocol does not give the order to a helper.
    """
    if protocol.concealed != "helper":
        raise InputError('Only an order with concealed = "helper" is sealed; this protocol has another plan.')
    seed = secrets.randbits(62) if seed is None else seed
    sealed = SealedOrder(
        protocol_sha256=protocol.sha256(),
        arms=draw_order(protocol, seed=seed).arms(),
        seed=seed,
        salt=secrets.token_hex(32) if salt is None else salt,
    )
    return sealed, Seal(sealed.commitment())


def load_seal(folder: str | Path) -> Seal:
    """Read seal.json of a trial folder.

    Raises
    ------
    InputError
        If it is missing or damaged.
    """
    path = Path(folder) / SEAL_FILE
    content = _json(path)
    commitment = content.get("commitment")
    if not isinstance(commitment, str):
        raise InputError(f"{path} is damaged: it holds no commitment. Restore it from a copy.")
    return Seal(commitment, str(content.get("checksum", "")))


def load_sealed_order(folder: str | Path) -> SealedOrder:
    """Read sealed-order.json of a helper's folder.

    Raises
    ------
    InputError
        If it is missing or damaged.
    """
    path = Path(folder) / SEALED_ORDER_FILE
    content = _json(path)
    content.pop("what", None)
    if isinstance(content.get("arms"), list):
        content["arms"] = tuple(content["arms"])
    try:
        return SealedOrder.model_validate(content)
    except ValidationError as error:
        raise InputError(explain(error, str(path))) from None


def open_order(protocol: Protocol, seal: Seal, sealed: SealedOrder) -> Order:
    """The order, after it has been held against the commitment and the draw.

    Raises
    ------
    RefusalError
        If it is the order of another trial, was altered, or is not the one that was drawn.
    """
    if sealed.protocol_sha256 != protocol.sha256():
        raise RefusalError(
            "This sealed order belongs to another trial, or the protocol was changed after the draw: the protocol's hash "
            "does not fit. Nothing was opened. Give the helper's folder of this trial, or restore protocol.toml from a copy."
        )
    if sealed.commitment() != seal.commitment:
        raise RefusalError(
            "This sealed order does not fit the commitment in seal.json: one of them was altered after the draw. "
            "Nothing was opened. Ask the helper for the file as it was handed over."
        )
    order = draw_order(protocol, seed=sealed.seed)
    if order.arms() != sealed.arms:
        raise RefusalError(
            "This sealed order is not the one its seed draws, so it was made by hand. Nothing was opened."
        )
    return order


def _json(path: Path) -> dict[str, Any]:
    raw = read_bytes(path)
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError):
        raise InputError(f"{path} is damaged: it is no JSON. Restore it from a copy.") from None
    if not isinstance(content, dict):
        raise InputError(f"{path} is damaged: it holds no fields. Restore it from a copy.")
    return content


def shown_order(protocol: Protocol, order: Order) -> Order:
    """The order as papers for the person may show it: without arms where it is concealed, opened or not.

    Raises
    ------
    InputError
        If the trial was adopted, the order is not one that the protocol allows, or that of an open trial lacks its arms.
    """
    if not protocol.randomized:
        raise InputError(
            "The nights of this trial were lived before nof1 was there, so there is nothing to plan on paper. "
            "For nights to come, make a plan with 'nof1 plan'."
        )
    check_order(protocol, order)
    if protocol.concealed != "open":
        return order.hidden()
    if order.sealed:
        raise InputError("The order of this trial is open. Give it with its arms, as order.csv holds them.")
    return order
