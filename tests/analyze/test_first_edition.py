"""A trial that was planned by the first edition keeps its model, priors, rule, file and hash; results that it wrote open.

`schema-1/helps` is the sample trial as the first edition planned it, `schema-2/results.json` what that edition then found and wrote.
"""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from nof1 import Result, Trial, fit
from nof1.analyze.model.data import build_model_data
from nof1.analyze.results import results_sha256
from nof1.analyze.schema import SCHEMA, from_dict
from nof1.files import sha256_file

HERE = Path(__file__).parent
FOLDER = HERE / "schema-1" / "helps"
FOUND = json.loads((HERE / "schema-2" / "results.json").read_text(encoding="utf-8"))
HASH = "30784346246733f247d3fbeeb9bc0629e6273285ab3759a2508fb98edbbe5d39"
MEAN = -2.6244818688220866  # by the marginal engine of the first edition
CHANCES = ("p_better", "p_benefit", "p_small", "p_harm", "p_night_better")


@pytest.fixture(scope="module")
def trial():
    return Trial.load(FOLDER)


@pytest.fixture(scope="module")
def quick(trial):
    return fit(trial, engine="marginal", sensitivity=False)


def was_found(engine):
    (effect,) = (effect for effect in FOUND["effects"] if effect["engine"] == engine)
    return effect


def test_file_and_hash_stay_byte_for_byte(trial):
    assert trial.protocol.schema_version == 1
    assert trial.protocol.sha256() == HASH == FOUND["protocol_sha256"]
    assert trial.protocol.to_toml() == (FOLDER / "protocol.toml").read_text(encoding="utf-8")
    assert trial.diary_sha256 == FOUND["diary_sha256"]


def test_the_model_has_no_start_up_and_no_blocks(trial, quick):
    data = build_model_data(trial)
    assert (data.start_up, data.block_numbers) == (False, ())
    assert not {"start_up", "block_offset"} & set(quick.record.parameters)
    assert quick.record.priors == FOUND["priors"]


def test_the_quick_engine_finds_what_it_found(quick):
    (effect,) = quick.record.effects
    assert (effect.verdict, effect.estimand, effect.regions) == ("helps", "full", None)
    assert effect.full.mean == pytest.approx(MEAN, abs=1e-6)
    before = was_found("marginal")
    for name, estimand in (("full", "full"), ("over_nights", "as_lived")):
        now, then = getattr(effect, name), before[estimand]
        assert [now.mean, now.sd, *now.interval] == pytest.approx(
            [then["mean"], then["sd"], *then["interval"]], abs=1e-6
        )
        assert [getattr(now, chance) for chance in CHANCES] == pytest.approx(
            [then[chance] for chance in CHANCES], abs=1e-6
        )
    assert quick.record.edition == 1


@pytest.mark.slow
def test_nuts_finds_what_it_found(trial):
    lead = fit(trial, seed=2, sensitivity=False).lead[0]
    before = was_found("nuts")["full"]
    error = np.hypot(lead.full.mcse_mean, before["mcse_mean"])
    assert lead.full.mean == pytest.approx(before["mean"], abs=4 * error)
    assert lead.full.sd == pytest.approx(before["sd"], rel=0.1)
    assert (lead.verdict, lead.estimand) == ("helps", "full")


def test_what_it_wrote_opens_and_says_by_which_rule(tmp_path, quick):
    assert FOUND["schema"] == 2
    record = from_dict({name: value for name, value in FOUND.items() if name != "results_sha256"})
    assert (record.schema, record.edition) == (SCHEMA, 1)
    for entry, before in zip(record.effects, FOUND["effects"], strict=True):
        assert (entry.verdict, entry.estimand) == (before["full"]["verdict"], before["estimand"]) == ("helps", "full")
        assert (entry.full.mean, entry.full.interval) == (before["full"]["mean"], tuple(before["full"]["interval"]))
        assert entry.over_nights.mean == before["as_lived"]["mean"]
    # Its posterior is large and not kept here: a small one stands in for it.
    folder = tmp_path / "helps"
    shutil.copytree(FOLDER, folder)
    path = quick.save(folder, now=datetime(2026, 5, 1, 8, tzinfo=UTC)) / "results.json"
    content = FOUND | {"posterior_sha256": sha256_file(folder / "results" / "posterior.nc")}
    content["results_sha256"] = results_sha256(content)
    path.write_text(json.dumps(content), encoding="utf-8")
    again = Result.load(folder)
    assert (again.record.edition, again.lead[0].verdict) == (1, "helps")
    assert again.lead[0].full.mean == was_found("nuts")["full"]["mean"]
