"""Where the results of a trial lie, and the hash over what results.json says. Knows nothing of how they are computed."""

import json
from collections.abc import Mapping
from typing import Any

from nof1.files import sha256_bytes

RESULTS_FOLDER = "results"
RESULTS_FILE = "results.json"
POSTERIOR_FILE = "posterior.nc"
OWN_HASH = "results_sha256"


def results_sha256(record: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical form of results.json, its own hash left out: sorted keys, no spaces, UTF-8 JSON."""
    plain = json.loads(json.dumps({name: value for name, value in record.items() if name != OWN_HASH}))
    return sha256_bytes(json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
