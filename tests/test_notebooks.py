"""The notebooks as they are kept: run from top to bottom, no warnings, no path of a machine, simulated nights called so.

That they run is tested by nbmake in .ci/run; what they show here is what a reader of the repository or the site sees.
"""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def nbformat():
    """Imported here: it takes longer than all of these tests."""
    import nbformat

    return nbformat


@pytest.fixture(scope="module")
def flaws():
    spec = importlib.util.spec_from_file_location("run_notebooks", ROOT / "scripts" / "run_notebooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.flaws


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_outputs_are_kept_and_have_no_flaw(nbformat, flaws, path):
    notebook = nbformat.read(path, as_version=4)
    assert flaws(notebook) == []
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any("image/png" in output.get("data", {}) for output in shown)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_simulated_nights_are_called_simulated(nbformat, path):
    first = nbformat.read(path, as_version=4).cells[0]
    assert first.cell_type == "markdown"
    assert "**simulated**" in first.source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_reads_nothing_outside_the_repository(nbformat, path):
    code = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")
    assert "../" not in code.replace("../data/sample/", "")
    assert code.count("nof1.fit(trial, seed=1") <= 1  # NUTS, which takes many seconds


@pytest.mark.parametrize(
    ("output", "count", "words"),
    [
        ({"name": "stderr", "text": "x"}, 1, "warns"),
        ({"text": "UserWarning: x"}, 1, "warns"),
        ({"text": "saved in /home/kim/trial"}, 1, "path"),
        ({"output_type": "execute_result", "data": {"text/plain": r"WindowsPath('C:\x')"}}, 1, "path"),
        ({"text": "fine"}, None, "not run"),
    ],
)
def test_flaws_are_found(nbformat, flaws, output, count, words):
    v4 = nbformat.v4
    outputs = [v4.new_output(**({"output_type": "stream"} | output))]
    (found,) = flaws(v4.new_notebook(cells=[v4.new_code_cell("x", execution_count=count, outputs=outputs)]))
    assert words in found


def test_what_is_fine_is_fine(nbformat, flaws):
    v4 = nbformat.v4
    outputs = [
        v4.new_output("stream", text="1/2 of the nights, and/or more"),
        v4.new_output("display_data", {"image/png": "/home/"}),
    ]
    assert flaws(v4.new_notebook(cells=[v4.new_code_cell("x", execution_count=1, outputs=outputs)])) == []
