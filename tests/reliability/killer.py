"""Run as a process of its own: kill what nof1 does to a folder, again and again, and look what is left.

python killer.py MODE HOW COUNT SEED HOME: MODE is one of `MODES` or `PLANTED` in `killed_works.py`, or "serve"; HOW is "step" (die at the first, second, … operation
on a file) or "time" (after a random time). HOME is an empty folder to work in. Prints what was found as one JSON object.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from reliability.killed_server import Serve
from reliability.killed_works import MODES, PLANTED
from reliability.killing import kills


def main() -> None:
    """See the module's docstring."""
    mode, how, count, seed, home = sys.argv[1:]
    work = ({"serve": Serve} | MODES | PLANTED)[mode](Path(home))
    print(json.dumps(asdict(kills(work, how, int(count), int(seed)))))


if __name__ == "__main__":
    main()
