"""Results that many tests look at: each is computed once and kept for every file, every worker and the next run.

They are kept in `build/fits` under a key of all code and data that they come from, so that a changed line computes them anew.
A test that is about `fit` itself calls `fit`.
"""

import copyreg
import hashlib
import pickle
import platform
import shutil
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

from filelock import FileLock
from known import SAMPLE

import nof1
from nof1 import Result, Trial, fit
from nof1.files import write_atomic

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "nof1"
KEPT = ROOT / "build" / "fits"
LIBRARIES = ("numpy", "scipy", "pandas", "xarray", "arviz", "pymc", "nutpie")


def _read_only(content):
    return MappingProxyType(content)


copyreg.pickle(MappingProxyType, lambda proxy: (_read_only, (dict(proxy),)))  # a night's covariates are such a one


@cache
def code_key():
    """A digest of the interpreter, the libraries, the source, and the data and helpers of the tests."""
    digest = hashlib.sha256(repr((platform.python_version(), [version(name) for name in LIBRARIES])).encode())
    for path in sorted([*SOURCE.rglob("*.py"), *SAMPLE.rglob("*.*"), *(ROOT / "tests").glob("*.py")]):
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def kept(name, compute):
    """What `compute` gives, computed once by whichever worker comes first. `name` must say all that it depends on.

    Of a package that is not this checkout's, such as one with a slip put in by `make mutate`, nothing is kept.
    """
    if Path(nof1.__file__).parent != SOURCE:
        return compute()
    folder = KEPT / code_key()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.pickle"
    with FileLock(folder / f"{name}.lock"):
        if not path.exists():
            write_atomic(path, pickle.dumps(compute()))
        return pickle.loads(path.read_bytes())


@cache
def fitted(sample, *, sensitivity=True):
    """The quick answer of a sample trial. Every test of a process gets the same one: change a copy, never it."""

    def compute():
        return fit(Trial.load(SAMPLE / sample), engine="marginal", sensitivity=sensitivity)

    result = kept(f"{sample}-{'with' if sensitivity else 'without'}-sensitivity", compute)
    assert isinstance(result, Result)
    return result


def drop_stale():
    """Take away what was kept for code that has changed since."""
    for folder in KEPT.glob("*"):
        if folder.name != code_key():
            shutil.rmtree(folder, ignore_errors=True)
