"""Sealing: the commitment says nothing of the order, fits no other one, and what was altered is not opened."""

import hashlib
import itertools
import json
import re
from collections import Counter
from datetime import date

import pytest
from known import adopted

from nof1.errors import InputError, RefusalError
from nof1.plan.design.order import order_from_arms
from nof1.plan.orders.draw import draw_order, enumerate_orders
from nof1.plan.orders.loading import load_schedule
from nof1.plan.orders.seal import (
    SEAL_FILE,
    SEALED_ORDER_FILE,
    Seal,
    SealedOrder,
    load_seal,
    load_sealed_order,
    open_order,
    seal_order,
    shown_order,
)
from nof1.plan.protocol.protocol import Protocol

SALT = "0123456789abcdef" * 4
FIELDS = ("schema", "protocol_sha256", "arms", "seed", "salt")
# Small designs of every kind that can be sealed: few enough orders to draw them all.
SEALABLE = [
    ("randomized-blocks", 2, {"blocks": 2}),
    ("balanced", 2, {"periods": 5}),
    ("mirrored-pairs", 3, {"pairs": 1}),
    ("alternating", 3, {"blocks": 2, "washout_nights": 2, "run_in_nights": 3}),
    ("listed", 2, {"orders": [["off", "citrate", "off"], ["citrate", "off", "off"], ["off", "off", "citrate"]]}),
]


@pytest.fixture(scope="module")
def sealed_protocol(planned):
    return planned("randomized-blocks", blocks=2, period_nights=3, run_in_nights=2, concealed="helper")


def seeds_of_all_orders(protocol):
    """For each allowed order, a seed that draws it."""
    wanted, found = {order.arms() for order in enumerate_orders(protocol)}, {}
    seeds = itertools.count()
    while set(found) != wanted:
        seed = next(seeds)
        found.setdefault(draw_order(protocol, seed=seed).arms(), seed)
    return found


def public_files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(("kind", "arms", "design"), SEALABLE, ids=lambda item: item if isinstance(item, str) else "")
def test_whatever_the_order_the_trial_folder_is_the_same_but_for_the_commitment(sealed_trial, kind, arms, design):
    first = sealed_trial(kind=kind, arms=arms, ratings="", **design)
    folders, commitments, orders = [], [], set()
    for number, (order, seed) in enumerate(seeds_of_all_orders(first.protocol).items()):
        trial = sealed_trial(kind=kind, arms=arms, ratings="", seed=seed, name=f"trial{number}", **design)
        files = public_files(trial.folder)
        commitment = json.loads(files["seal.json"])["commitment"]
        folders.append(files | {"seal.json": files["seal.json"].replace(commitment.encode(), b"")})
        folders[-1]["schedule"] = load_schedule(trial.folder, trial.protocol)
        commitments.append(commitment)
        orders.add(open_order(trial.protocol, load_seal(trial.folder), load_sealed_order(trial.helper)).arms())
        assert order in orders
    assert set(folders[0]) == {"protocol.toml", "diary.csv", "seal.json", "schedule"}
    assert all(files == folders[0] for files in folders)
    assert len(orders) == len(folders) > 1
    assert len(set(commitments)) == len(commitments)


def test_the_same_order_is_never_committed_to_in_the_same_words(sealed_protocol):
    seals = [seal_order(sealed_protocol, seed=3) for _ in range(50)]
    assert len({sealed.arms for sealed, _ in seals}) == 1
    assert len({seal.commitment for _, seal in seals}) == len({sealed.salt for sealed, _ in seals}) == 50


def test_seed_and_salt_are_drawn_from_the_system(sealed_protocol):
    sealed = [seal_order(sealed_protocol)[0] for _ in range(200)]
    assert len({one.seed for one in sealed}) == 200
    assert max(one.seed for one in sealed) > 2**48
    assert all(re.fullmatch("[0-9a-f]{64}", one.salt) for one in sealed)
    assert len(Counter(one.arms for one in sealed)) == 4


def test_no_seed_and_no_salt_enters_the_trial_folder(sealed_trial):
    trial = sealed_trial(seed=7_391_846_502_911_234)
    sealed = load_sealed_order(trial.helper)
    content = b"".join(public_files(trial.folder).values())
    assert re.search(rb"(?m)^\s*\"?(seed|salt)\b.*\d", content) is None
    for secret in (str(sealed.seed), sealed.salt, *(sealed.salt[i : i + 8] for i in range(0, 64, 8))):
        assert secret.encode() not in content
    assert set(json.loads((trial.folder / SEAL_FILE).read_text())) == {
        "schema",
        "what",
        "commitment",
    }  # and, beside a journal, a checksum


@pytest.mark.parametrize("concealed", ["helper", "alone"])
def test_a_seed_in_the_protocol_of_a_concealed_order_is_refused(planned, concealed):
    with pytest.raises(InputError, match=r"must have no seed here: whoever reads it can work out the order"):
        planned("randomized-blocks", blocks=2, concealed=concealed, seed=5)


def test_an_open_order_is_not_sealed(planned):
    for concealed in ("open", "alone"):
        with pytest.raises(InputError, match='concealed = "helper"'):
            seal_order(planned("randomized-blocks", blocks=2, concealed=concealed))


def test_the_commitment_is_the_hash_that_is_documented(sealed_protocol):
    """SHA-256 over UTF-8 JSON with sorted keys and no spaces, written out by hand here."""
    sealed, seal = seal_order(sealed_protocol, seed=3, salt=SALT)
    arms = ",".join(f'"{arm}"' for arm in draw_order(sealed_protocol, seed=3).arms())
    text = f'{{"arms":[{arms}],"protocol_sha256":"{sealed_protocol.sha256()}","salt":"{SALT}","schema":1,"seed":3}}'
    assert seal.commitment == sealed.commitment() == hashlib.sha256(text.encode()).hexdigest()


def test_letters_beyond_ascii_are_hashed_as_utf8(planned):
    protocol = planned("listed", ("off", "oxide"), concealed="helper", orders=[["oxide", "off", "off"]])
    content = protocol.to_dict()
    content["arms"][1]["name"] = "Öl漢"
    content["design"]["orders"] = [["Öl漢", "off", "off"]]
    sealed, _ = seal_order(Protocol.build(content), seed=3, salt=SALT)
    text = json.dumps({name: getattr(sealed, name) for name in ("arms", "protocol_sha256", "salt")} | {"schema": 1, "seed": 3}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)  # fmt: skip
    assert "Öl漢" in text
    assert sealed.commitment() == hashlib.sha256(text.encode("utf-8")).hexdigest()


def test_hashing_every_order_without_the_salt_finds_nothing(sealed_trial):
    """Somebody who has the public folder and tries all orders with all that is known, and many seeds."""
    trial = sealed_trial()
    known = load_seal(trial.folder).commitment
    tried = set()
    for order in enumerate_orders(trial.protocol):
        values = {"arms": list(order.arms()), "protocol_sha256": trial.protocol.sha256(), "schema": 1, "seed": 3}
        for salt in ("", "0" * 64, known, trial.protocol.sha256(), None):
            for seed in range(50):
                guess = values | {"seed": seed} | ({"salt": salt} if salt is not None else {})
                text = json.dumps(guess, sort_keys=True, separators=(",", ":"))
                tried.add(hashlib.sha256(text.encode()).hexdigest())
    assert len(tried) == 4 * 5 * 50
    assert known not in tried


def test_the_helpers_file_says_what_it_is_and_is_read_back(sealed_trial):
    trial = sealed_trial()
    content = json.loads((trial.helper / SEALED_ORDER_FILE).read_text())
    assert tuple(content) == ("what", *FIELDS)
    assert "helper only" in content["what"]
    sealed = load_sealed_order(trial.helper)
    assert sealed.commitment() == load_seal(trial.folder).commitment
    assert open_order(trial.protocol, load_seal(trial.folder), sealed) == draw_order(trial.protocol, seed=3)


def test_both_files_are_written_as_the_first_schema_says_it(planned):
    """Letter by letter: a folder that was planned today is read, and compared, for years. Names stay readable."""
    content = planned("listed", ("off", "oxide"), concealed="helper", orders=[["oxide", "off", "off"]]).to_dict()
    content["arms"][1]["name"] = "Öl漢"
    content["design"]["orders"] = [["Öl漢", "off", "off"]]
    protocol = Protocol.build(content)
    sealed, seal = seal_order(protocol, seed=3, salt=SALT)
    assert sealed.to_json() == (
        "{\n"
        ' "what": "The order of a sealed trial. For the helper only: keep it from the person on trial.",\n'
        ' "schema": 1,\n'
        f' "protocol_sha256": "{protocol.sha256()}",\n'
        ' "arms": [\n  "Öl漢",\n  "off",\n  "off"\n ],\n'
        ' "seed": 3,\n'
        f' "salt": "{SALT}"\n'
        "}\n"
    )
    what = "Commitment to a sealed order: SHA-256 over the order, its seed, the protocol's hash and a secret salt."
    text = f'{{\n "schema": 1,\n "what": "{what}",\n "commitment": "{seal.commitment}"'
    assert seal.to_json() == text + "\n}\n"
    bound = seal.bound("5f3a")
    assert bound.to_json() == text + f',\n "checksum": "{bound.checksum}"\n}}\n'


def test_a_seal_fits_the_trial_whose_journal_it_was_bound_to_and_no_other(sealed_protocol, tmp_path):
    _, seal = seal_order(sealed_protocol)
    bound = seal.bound("5f3a")
    assert bound.commitment == seal.commitment
    assert bound.fits("5f3a")
    assert not any(bound.fits(beginning) for beginning in ("", "5f3b", "5f3a "))
    assert not Seal("0" * 64, bound.checksum).fits("5f3a")
    assert not any(seal.fits(beginning) for beginning in ("", "5f3a"))
    for one in (seal, bound):
        (tmp_path / SEAL_FILE).write_text(one.to_json())
        assert load_seal(tmp_path) == one


def test_the_checksum_of_a_seal_is_the_hash_that_earlier_folders_hold(sealed_protocol):
    """16 digits of a SHA-256 over the journal's first checksum and the commitment, parted by a unit separator."""
    _, seal = seal_order(sealed_protocol)
    whole = hashlib.sha256(b"5f3a\x1f" + seal.commitment.encode()).hexdigest()
    assert seal.bound("5f3a").checksum == whole[:16]


ALTERED = {
    "schema": 2,
    "protocol_sha256": "0" * 64,
    "seed": 4,
    "salt": "f" * 64,
    "arms longer": lambda arms: [*arms, "off"],
    "arms shorter": lambda arms: arms[:-1],
    "arms reversed": lambda arms: ["off" if arm == "citrate" else "citrate" for arm in arms],
    "one unknown arm": lambda arms: ["zinc", *arms[1:]],
    "no arms": lambda arms: [],
    **{
        f"period {place + 1} swapped": lambda arms, place=place: [
            *arms[:place], {"off": "citrate", "citrate": "off"}[arms[place]], *arms[place + 1 :],
        ]
        for place in range(4)
    },
}  # fmt: skip


@pytest.mark.parametrize("field", ALTERED)
def test_an_altered_order_is_not_opened(sealed_trial, field):
    trial = sealed_trial()
    path = trial.helper / SEALED_ORDER_FILE
    content = json.loads(path.read_text())
    change = ALTERED[field]
    if callable(change):
        content["arms"] = change(content["arms"])
    else:
        content[field] = change
    path.write_text(json.dumps(content))
    with pytest.raises((InputError, RefusalError)):
        open_order(trial.protocol, load_seal(trial.folder), load_sealed_order(trial.helper))


def test_an_order_made_by_hand_is_not_opened_even_with_a_commitment_of_its_own(sealed_protocol):
    """Helper and person together could write both files anew; the seed must still draw the order."""
    sealed, _ = seal_order(sealed_protocol, seed=3)
    others = [order.arms() for order in enumerate_orders(sealed_protocol) if order.arms() != sealed.arms]
    assert len(others) == 3
    for arms in others:
        chosen = sealed.model_copy(update={"arms": arms})
        with pytest.raises(RefusalError, match=r"not the one its seed draws.*Nothing was opened"):
            open_order(sealed_protocol, Seal(chosen.commitment()), chosen)


def test_a_changed_protocol_is_told_apart_from_a_changed_order(planned, sealed_protocol):
    sealed, seal = seal_order(sealed_protocol)
    other = planned("randomized-blocks", blocks=2, period_nights=3, run_in_nights=1, concealed="helper")
    with pytest.raises(RefusalError, match="another trial, or the protocol was changed after the draw"):
        open_order(other, seal, sealed)
    with pytest.raises(RefusalError, match=r"does not fit the commitment in seal\.json"):
        open_order(sealed_protocol, Seal("0" * 64), sealed)
    assert open_order(sealed_protocol, seal, sealed).arms() == sealed.arms


DAMAGED = [b"", b"{", b"[]", b"5", b"null", b"\xff\xfe", b"{}", b'{"arms": 5, "commitment": 5}', b"[" * 100_000]


@pytest.mark.parametrize("content", DAMAGED, ids=lambda content: repr(content[:20]))
def test_a_damaged_file_is_refused_by_name(sealed_trial, content):
    trial = sealed_trial()
    (trial.folder / SEAL_FILE).write_bytes(content)
    (trial.helper / SEALED_ORDER_FILE).write_bytes(content)
    with pytest.raises(InputError, match=r"seal\.json is damaged"):
        load_seal(trial.folder)
    with pytest.raises(InputError, match=r"sealed-order\.json (is damaged|has a mistake)"):
        load_sealed_order(trial.helper)


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    """The wrong folder is the likely mistake, not a damaged file."""
    with pytest.raises(InputError, match=r"There is no file .*seal\.json"):
        load_seal(tmp_path)
    with pytest.raises(InputError, match=r"There is no file .*sealed-order\.json"):
        load_sealed_order(tmp_path / "nowhere")


@pytest.mark.parametrize("salt", ["", "abc", "Z" * 64, "0" * 63, "A" * 64], ids=repr)
def test_a_salt_that_is_none_is_refused(sealed_protocol, salt):
    with pytest.raises(ValueError, match="salt"):
        seal_order(sealed_protocol, seed=3, salt=salt)


def test_a_sealed_order_cannot_be_changed(sealed_protocol):
    sealed, seal = seal_order(sealed_protocol)
    assert isinstance(sealed, SealedOrder)
    for thing, name in ((sealed, "arms"), (sealed, "salt"), (seal, "commitment")):
        with pytest.raises((ValueError, AttributeError)):
            setattr(thing, name, ())


# --- what papers may show


def test_papers_show_the_arms_of_an_open_order_alone(planned, sealed_protocol):
    opened = planned("randomized-blocks", blocks=2, period_nights=3)
    order = draw_order(opened)
    assert shown_order(opened, order) == order
    with pytest.raises(InputError, match="Give it with its arms"):
        shown_order(opened, order.hidden())
    order = draw_order(sealed_protocol, seed=3)
    hidden = shown_order(sealed_protocol, order)
    assert hidden == shown_order(sealed_protocol, hidden) == order.hidden()
    assert {period.arm for period in hidden.periods if period.number} == {None}


def test_papers_are_for_an_order_that_the_protocol_allows(planned, sealed_protocol, make_protocol):
    other = draw_order(planned("randomized-blocks", blocks=3, period_nights=3))
    with pytest.raises(InputError):
        shown_order(planned("randomized-blocks", blocks=2, period_nights=3), other)
    with pytest.raises(InputError):
        shown_order(sealed_protocol, other)
    order = order_from_arms(date(2026, 1, 5), ["off", "magnesium"] * 2)
    with pytest.raises(InputError, match="lived before nof1 was there"):
        shown_order(adopted(make_protocol()), order)
