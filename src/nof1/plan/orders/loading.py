"""The order of a trial folder: open, sealed, or opened, with its pauses, each held against what it must be.

Knows the files of the plan; must not know the diary.
"""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, ValidationError

from nof1.errors import InputError
from nof1.files import read_bytes
from nof1.plan.design.fields import Frozen, Whole
from nof1.plan.design.kinds import Adopted
from nof1.plan.design.order import ORDER_FILE, Order
from nof1.plan.orders.amendments import amended_order, load_amendments, pauses, with_doses
from nof1.plan.orders.draw import check_order, draw_order, order_of_arms, schedule
from nof1.plan.orders.seal import load_seal, load_sealed_order, open_order
from nof1.plan.protocol.explain import explain
from nof1.plan.protocol.protocol import Protocol

UNSEALING_FILE = "unsealing.json"


class Unsealing(Frozen):
    """What went on record before a concealed order was opened.

    `diary_sha256` locks the diary; `nights_left` are planned nights that were still to come; `arms` is how the packs
    turned out where nobody but chance knew the order.
    """

    schema_version: Literal[1] = Field(default=1, alias="schema")
    opened: AwareDatetime
    diary_sha256: str
    nights_recorded: Annotated[Whole, Field(ge=0)]
    nights_planned: Annotated[Whole, Field(ge=1)]
    nights_left: Annotated[Whole, Field(ge=0)]
    arms: tuple[str, ...] | None = None

    @property
    def early(self) -> bool:
        """Whether planned nights were still to come."""
        return self.nights_left > 0

    def to_json(self) -> str:
        """unsealing.json."""
        return json.dumps(self.model_dump(mode="json", by_alias=True, exclude_none=True), indent=1) + "\n"


def load_unsealing(folder: str | Path) -> Unsealing | None:
    """What was recorded when the order was opened; None if it was not.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    path = Path(folder) / UNSEALING_FILE
    if not path.is_file():
        return None
    raw = read_bytes(path)
    try:
        content: dict[str, Any] = json.loads(raw)
        if isinstance(content.get("arms"), list):
            content["arms"] = tuple(content["arms"])
        return Unsealing.model_validate(content)
    except ValidationError as error:
        raise InputError(explain(error, str(path))) from None
    except (ValueError, AttributeError, RecursionError):
        raise InputError(f"{path} is damaged: it is no JSON of the right form. Restore it from a copy.") from None


def is_sealed(folder: str | Path, protocol: Protocol) -> bool:
    """Whether the order is concealed and has not been opened."""
    return protocol.concealed != "open" and not (Path(folder) / ORDER_FILE).is_file()


def load_schedule(folder: str | Path, protocol: Protocol) -> Order:
    """The nights of every period as they are lived, with their arms if these may be known.

    Raises
    ------
    InputError
        If a file is missing or damaged, or the order is not the one that was drawn.
    """
    if is_sealed(folder, protocol):
        if protocol.concealed == "helper":
            load_seal(folder)
        return amended_order(schedule(protocol), load_amendments(folder))
    return load_order(folder, protocol)


def load_order(folder: str | Path, protocol: Protocol) -> Order:
    """The order with its arms, from order.csv.

    Raises
    ------
    InputError
        If the file is missing, damaged, or not what was drawn and amended, or the order is still sealed.
    """
    path = Path(folder) / ORDER_FILE
    if is_sealed(folder, protocol):
        raise InputError(
            f"The order of {folder} is sealed, and without it nothing can be compared. "
            "When the last night is recorded, open it with 'nof1 unseal'; 'nof1 status' shows how far the trial is."
        )
    order = Order.from_csv(read_bytes(path), where=str(path))
    check_order(protocol, order, where=str(path))
    amendments = load_amendments(folder)
    if isinstance(protocol.design, Adopted):
        return with_doses(order, amendments)  # its pauses stand in the table
    planned, paused = drawn(folder, protocol), pauses(amendments)
    # Entering a pause can be stopped between amendments.csv and order.csv; the amendment counts.
    if all(order != planned.with_pauses(paused[:known]) for known in range(len(paused), -1, -1)):
        raise InputError(
            f"{path} is not the order that was drawn, with the pauses in amendments.csv. Restore it from a copy."
        )
    return amended_order(planned, amendments)


def drawn(folder: str | Path, protocol: Protocol) -> Order:
    """The order as it was drawn, worked out from what proves it: the seed, the opened seal, or the recorded packs.

    Raises
    ------
    InputError
        If the proof of an opened order is missing.
    """
    if protocol.concealed == "open":
        return draw_order(protocol)
    unsealing = load_unsealing(folder)
    if unsealing is None:
        raise InputError(
            f"{folder} holds {ORDER_FILE}, but its order was concealed and never opened with 'nof1 unseal'. Remove {ORDER_FILE}."
        )
    if protocol.concealed == "helper":
        return open_order(protocol, load_seal(folder), load_sealed_order(folder))
    return order_of_arms(protocol, unsealing.arms or ())
