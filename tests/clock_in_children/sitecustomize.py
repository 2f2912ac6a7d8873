"""Python runs this when it starts, in every process that a test starts: nof1's clock shows the moment of the suite there, too.

The environment says how many seconds the suite is away from the machine, and the file that is made where somebody looks.
It costs a process about a millisecond, and loads nothing that Python has not loaded anyway but `datetime` and `time`.
"""

import os
import sys

SHIFT = "NOF1_TEST_CLOCK_SHIFT"
LOOKED = "NOF1_TEST_CLOCK_LOOKED"
HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib takes as long to load as all the rest


_told = []


def tell():
    """Leave the sign that somebody looked, at the first look: later the process may be a user who may write nothing."""
    if not _told:
        with open(os.environ[LOOKED], "a"):  # noqa: PTH123
            _told.append(True)


def shift(module, looked=tell):
    """Let the module nof1.clock show the moment of the suite."""
    import time
    from datetime import datetime

    class Shifted(datetime):
        @classmethod
        def now(cls, tz=None):
            looked()
            return datetime.fromtimestamp(time.time() + float(os.environ[SHIFT]), tz)  # noqa: TID251 - the suite's clock

    module.datetime = Shifted


class _Finder:
    """Waits for nof1.clock to be imported."""

    def find_spec(self, name, path=None, target=None):
        if name != "nof1.clock":
            return None
        sys.meta_path.remove(self)
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                break
        else:
            return None
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            shift(module)

        spec.loader.exec_module = exec_module
        return spec


def _run_the_hidden_one():
    """Run what this file hides: the sitecustomize of the system, or of a test."""
    own = sys.modules.pop("sitecustomize")
    before = list(sys.path)
    sys.path[:] = [place for place in sys.path if os.path.abspath(place) != HERE]  # noqa: PTH100
    try:
        import sitecustomize  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name != "sitecustomize":
            raise
    finally:
        sys.path[:] = before
        sys.modules["sitecustomize"] = own


if __name__ == "sitecustomize":
    if SHIFT in os.environ:
        sys.meta_path.insert(0, _Finder())
    _run_the_hidden_one()
