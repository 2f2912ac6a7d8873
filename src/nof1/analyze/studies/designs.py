"""The designs of a study: one trial's own, with other numbers of blocks and other lengths of periods."""

from collections.abc import Sequence

from nof1.analyze.simulation.alternatives import COUNTS, THIS, Neighbour
from nof1.analyze.simulation.replicate import is_whole
from nof1.errors import InputError
from nof1.plan.protocol.protocol import Protocol

_HALF = 2


def designs_of(protocol: Protocol, blocks: Sequence[int] | None, nights: Sequence[int] | None) -> list[Neighbour]:
    """Every number of blocks with every length of periods, the trial's own first; `change` is "this design" or "".

    Parameters
    ----------
    protocol : Protocol
        With a design that nof1 draws.
    blocks : sequence of int, optional
        Of what the design counts: blocks, pairs or periods. Half, as many and twice as many as the trial has, if not given.
    nights : sequence of int, optional
        Of a period. The trial's own if not given.

    Raises
    ------
    InputError
        If the design counts nothing, or one of these makes no valid protocol.
    """
    content = protocol.to_dict()
    design = content["design"]
    name = next((name for name in COUNTS if name in design), None)
    if name is None and blocks is not None:
        raise InputError(
            f"A design of the kind {design['kind']!r} has no number of blocks to change. Leave out blocks."
        )
    for option, values in (("blocks", blocks), ("nights", nights)):
        for value in values or ():
            if not is_whole(value) or value < 1:
                raise InputError(f"{option} holds {value!r}; each must be a whole number from 1.")
    counts = [None] if name is None else _counts(design[name], len(protocol.arms) if name == "periods" else 1, blocks)
    out, seen = [Neighbour(THIS, protocol)], [design]
    for length in [design["period_nights"]] if nights is None else nights:
        for count in counts:
            changed = design | {"period_nights": length} | ({} if name is None else {name: count})
            if changed in seen:
                continue
            seen.append(changed)
            try:
                out.append(Neighbour("", Protocol.build(content | {"design": changed})))
            except InputError as error:
                if blocks is None and nights is None:
                    continue  # half of a few blocks may be too few: nobody asked for it
                told = ", ".join(f"{key} {changed[key]}" for key in (name, "period_nights") if key)
                raise InputError(f"There is no design with {told}: {error}") from None
    return out


def _counts(own: int, unit: int, wanted: Sequence[int] | None) -> list[int]:
    """Numbers of blocks to try, in increasing order; periods in whole sets of arms."""
    if wanted is not None:
        return sorted({*wanted, own})
    return sorted({unit * max(1, round(own / (_HALF * unit))), own, _HALF * own})


def counted(protocol: Protocol) -> tuple[str, int] | None:
    """What the design counts, and how many there are; None where it counts nothing.

    Examples
    --------
    >>> counted(trial.protocol)
    ('blocks', 6)
    """
    design = protocol.to_dict()["design"]
    return next(((name, int(design[name])) for name in COUNTS if name in design), None)
