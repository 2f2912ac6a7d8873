"""The two suites: nothing is computed while tests are collected, and property tests try the same examples for everybody."""

import ast
from pathlib import Path

import pytest
from hypothesis import settings

TESTS = Path(__file__).parent
# What takes long: fits, samples, simulations of many trials, pages and pictures, other processes.
COMPUTING = {
    "fit", "fitted", "fit_cohort", "fit_marginal", "fit_marginals", "fit_augmented", "fit_and_solve", "solve", "sampled",
    "sample_nuts", "compile_nuts", "build_model", "pool", "made_cohort", "power", "sensitivity", "forecast", "summary",
    "protocol_pdf", "run", "Popen", "check_call", "check_output",
}  # fmt: skip


class _AtImport(ast.NodeVisitor):
    """Calls that are made when a module is imported: all but those in functions, which run when they are called."""

    def __init__(self):
        self.found = []

    def visit_FunctionDef(self, node):
        for outside in (*node.decorator_list, *node.args.defaults, *node.args.kw_defaults):
            if outside is not None:
                self.visit(outside)

    def visit_Lambda(self, node):
        for default in node.args.defaults:
            self.visit(default)

    def visit_Call(self, node):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in COMPUTING:
            self.found.append((node.lineno, name))
        self.generic_visit(node)


def computed(text):
    visitor = _AtImport()
    visitor.visit(ast.parse(text))
    return visitor.found


@pytest.mark.slow
def test_nothing_is_computed_while_tests_are_collected():
    files = sorted(TESTS.rglob("*.py"))
    assert len(files) > 150
    found = {path.name: computed(path.read_text(encoding="utf-8")) for path in files}
    assert {name: calls for name, calls in found.items() if calls} == {}


@pytest.mark.parametrize(
    "text",
    [
        "RESULT = fit(trial)",
        "@pytest.mark.parametrize('result', [nof1.fit(trial)])\ndef test(result): pass",
        "def test(result=fit(trial)): pass",
        "class Kept:\n    result = fit(trial)",
    ],
)
def test_such_a_call_is_found(text):
    assert [name for _, name in computed(text)] == ["fit"]


def test_a_call_that_waits_is_let_through():
    assert computed("CASES = [lambda: fit(trial)]\ndef test():\n    fit(trial)\n") == []


def test_property_tests_try_the_same_examples_for_everybody():
    assert settings().derandomize
    assert settings().database is None
