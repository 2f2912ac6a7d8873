"""The mutation run: what it changes in a file and what it leaves alone, and that its lists name what is there."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

SOURCE = '''"""What the file is for."""

from dataclasses import dataclass

__all__ = ["ends"]
Pair = tuple[int, int]
TOLERANCE = 1.0


@dataclass(frozen=True)
class Night:
    hour: int = 2

    @property
    def late(self) -> bool:
        return self.hour > 3


def ends(values: list[float], other: float | None = None) -> tuple[float, float]:
    """The ends."""
    if not values:
        raise ValueError(f"no values ({len(values) + 7})")
    low, high = min(values), max(values)
    return low - TOLERANCE, high + TOLERANCE
'''


@pytest.fixture(scope="module")
def mutate():
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import mutate
    finally:
        sys.path.remove(str(ROOT / "benchmarks"))
    return mutate


@pytest.fixture(scope="module")
def mutants(mutate):
    return mutate.sample(SOURCE, 1000, 1)


def test_each_mutant_is_another_text_that_compiles(mutants):
    assert len({mutant.code for mutant in mutants}) == len(mutants)
    for mutant in mutants:
        assert mutant.code != SOURCE
        compile(mutant.code, "mutant", "exec")


def test_constants_of_a_module_and_properties_are_mutated(mutants):
    changes = {(mutant.was, mutant.now) for mutant in mutants}
    assert ("TOLERANCE = 1.0", "TOLERANCE = 2.0") in changes
    assert ("return self.hour > 3", "return self.hour >= 3") in changes
    assert ("if not values:", "if (not values) and False:") in changes


def test_words_types_and_decorators_are_left_alone(mutants):
    changed = {mutant.was for mutant in mutants}
    kept = ("__all__", "import", "Pair =", "@", "raise", '"""')
    assert not [line for line in changed if line.startswith(kept)]
    assert all("-> tuple[float, float]:" in mutant.now for mutant in mutants if mutant.was.startswith("def ends"))


def test_a_sample_is_the_same_again_and_holds_every_kind(mutate, mutants):
    sample = mutate.sample(SOURCE, 8, 1)
    assert sample == mutate.sample(SOURCE, 8, 1)
    assert len(sample) == 8
    assert {mutant.operator for mutant in sample} == {mutant.operator for mutant in mutants}


def test_a_line_elsewhere_leaves_the_sample_as_it_is(mutate):
    longer = SOURCE.replace("TOLERANCE = 1.0", "# Why it is 1.\nTOLERANCE = 1.0")
    assert [one.key for one in mutate.sample(longer, 8, 1)] == [one.key for one in mutate.sample(SOURCE, 8, 1)]


def test_the_lists_name_files_that_are_there(mutate):
    for name, tests in mutate.FILES.items():
        assert (ROOT / "src" / "nof1" / name).is_file()
        for test in tests:
            assert (ROOT / "tests" / test).is_file(), test


def test_what_was_judged_equivalent_still_stands_in_its_file(mutate):
    for (name, function, *_, was, _), why in mutate.judged().items():
        source = (ROOT / "src" / "nof1" / name).read_text(encoding="utf-8")
        assert " ".join(was.split()) in " ".join(source.split()), (name, function, was)
        assert why
