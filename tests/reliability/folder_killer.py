"""Run as a process of its own: make a trial folder and its helper's in children that die at the first, second, … operation on a file.

python folder_killer.py HOME KIND: KIND is "new" or "empty" (the folders are there and empty, as where somebody stands in them).
After each death the same is tried again, as a person would. Prints one JSON object.
"""

import json
import os
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

from nof1.errors import InputError
from nof1.files import write_atomic
from nof1.new_folders import clear_abandoned, new_folder

STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"}
WHOLE = {"trial": {"diary.csv", "last.toml", "papers/a.pdf"}, "helper": {"order.json", "packing.pdf"}}


def make(trial: Path, helper: Path) -> None:
    """Both folders, as `plan` makes them."""
    with ExitStack() as both:
        public = both.enter_context(new_folder(trial, last="last.toml"))
        private = both.enter_context(new_folder(helper, belongs_to=public))
        for name in WHOLE["helper"]:
            write_atomic(private / name, os.urandom(8))
        for name in WHOLE["trial"]:
            write_atomic(public / name, os.urandom(8))


def dying(trial: Path, helper: Path, step: int) -> bool:
    """Whether a child that dies at this step came through before."""
    pid = os.fork()
    if pid == 0:
        seen = 0

        def die(event: str, _: tuple) -> None:
            nonlocal seen
            if event in STEPS:
                seen += 1
                if seen == step:
                    os._exit(9)

        sys.addaudithook(die)
        make(trial, helper)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) in (0, 9)
    return os.waitstatus_to_exitcode(status) == 0


def held(folder: Path) -> set[str]:
    """All files below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def main() -> None:
    """See the module's docstring."""
    home, kind = Path(sys.argv[1]), sys.argv[2]
    outcomes = {"tried again": 0, "finished": 0, "steps": 0}
    for step in range(1, 500):
        trial, helper = home / "trials" / "trial", home / "keeper" / "helper"
        if kind == "empty":
            trial.mkdir(parents=True)
            helper.mkdir(parents=True)
        through = dying(trial, helper, step)
        outcomes["steps"] = step
        try:
            make(trial, helper)
            outcomes["tried again"] += 1
        except InputError:  # it is there, and not empty
            outcomes["finished"] += 1
        for place in (trial, helper):
            clear_abandoned(place.parent)  # as the next plan there
            clear_abandoned(place)
            assert held(place) == WHOLE[place.name], (step, sorted(held(home)))
            assert sorted(path.name for path in place.parent.iterdir()) == [place.name], (step, place)
        shutil.rmtree(home / "trials")
        shutil.rmtree(home / "keeper")
        if through:
            break
    print(json.dumps(outcomes))


if __name__ == "__main__":
    main()
