"""The clone stands alone: no path in it leads out of it, and data of others is asked for by NOF1_DATA or not at all.

That the tests can be collected without anything beside the clone is tried by scripts/stands_alone.sh in .ci/run.
"""

import ast
from pathlib import Path

import pytest
from known import data_of_others

ROOT = Path(__file__).parents[1]
FOLDERS = ("src", "tests", "benchmarks", "scripts", "data", "docs", "notebooks")


def depth(node, known, here):
    """How many folders below the clone the path lies that an expression makes from its own file; None for other expressions.

    `known` has the depth of names, `here` is that of the file.
    """
    if isinstance(node, ast.Name):
        return here if node.id == "__file__" else known.get(node.id)
    if isinstance(node, ast.Attribute):
        below = depth(node.value, known, here)
        return below - 1 if below is not None and node.attr == "parent" else below
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "parents":
        below, up = depth(node.value, known, here), node.slice
        return None if below is None or not isinstance(up, ast.Constant) else below - 1 - up.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return joined(depth(node.left, known, here), [node.right])
    if isinstance(node, ast.Call):
        return of_call(node, known, here)
    return None


def of_call(node, known, here):
    """The same of a call: of Path, of methods such as resolve() and joinpath(), of os.path."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    before = depth(node.func.value, known, here) if isinstance(node.func, ast.Attribute) else None
    if before is not None:
        return joined(before, node.args) if name == "joinpath" else before if name in ("resolve", "absolute") else None
    below = depth(node.args[0], known, here) if node.args else None
    if name == "dirname" and below is not None:
        return below - 1
    return joined(below, node.args[1:]) if name in ("Path", "str", "fspath", "abspath", "realpath", "join") else None


def joined(below, parts):
    """The depth after these parts, that outside once it is left; what is no text is taken for one name."""
    texts = [part.value if isinstance(part, ast.Constant) else "one" for part in parts]
    for name in "/".join(map(str, texts)).split("/"):
        if below is None or below < 0:
            return below
        below += {"..": -1, ".": 0, "": 0}.get(name, 1)
    return below


def names_of(tree, here, known=()):
    """The depth of every name that a path is given to, those of `known` among them."""
    found = dict(known)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and (below := depth(node.value, found, here)) is not None:
            found |= {target.id: below for target in node.targets if isinstance(target, ast.Name)}
    return found


def ways_out(text, here, known=()):
    """Lines with a path that leads out of the clone."""
    tree = ast.parse(text)
    names = names_of(tree, here, known)
    places = ((node, depth(node, names, here)) for node in ast.walk(tree) if isinstance(node, ast.expr))
    return sorted({node.lineno for node, below in places if below is not None and below < 0})


def test_no_path_leads_out_of_the_clone():
    imported = names_of(ast.parse((ROOT / "tests" / "known.py").read_text(encoding="utf-8")), 2)
    assert imported["SAMPLE"] == 2
    out = []
    for path in sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        here = len(path.relative_to(ROOT).parts)
        lines = ways_out(path.read_text(encoding="utf-8"), here, imported if "tests" in path.parts else ())
        out += [f"{path.relative_to(ROOT)}:{line}" for line in lines]
    assert out == []


@pytest.mark.parametrize(
    "text",
    [
        'DATA = Path(__file__).parents[1].parent / "shared" / "data"',
        "ROOT = Path(__file__).resolve().parents[1]\nread(\n    ROOT.parent)",
        'read(Path(__file__).parents[1] / ".." / "data.csv")',
        'read(SAMPLE / "../../../data.csv")',
        'read(SAMPLE.joinpath("..", "..", "..", "data.csv"))',
        "Path(__file__).parents[2]",
        'os.path.join(os.path.dirname(os.path.dirname(__file__)), "..", "data.csv")',
        "HERE = Path(__file__).parent\n\ndef read(name):\n    return (HERE.parent.parent / name).read_text()",
    ],
)
def test_a_path_that_leads_out_is_found(text):
    assert ways_out(text, 2, {"SAMPLE": 2}) == [len(text.splitlines())]


@pytest.mark.parametrize(
    "text",
    [
        'SAMPLE = Path(__file__).parents[1] / "data" / "sample"\nSAMPLE.parent.parent',
        "tmp_path.parent.parent.parent",
        'Path(__file__).parent / "../data.csv"',
        "shutil.copy(SAMPLE.parent, tmp_path).parent.parent.parent",
        'Path("../data.csv")',
    ],
)
def test_a_path_that_stays_inside_is_let_through(text):
    assert ways_out(text, 2, {"SAMPLE": 2}) == []


@pytest.mark.parametrize("folder", [None, "", "elsewhere"])
def test_data_of_others_is_skipped_with_one_plain_reason(monkeypatch, folder):
    monkeypatch.delenv("NOF1_DATA", raising=False)
    if folder is not None:
        monkeypatch.setenv("NOF1_DATA", folder)
    with pytest.raises(pytest.skip.Exception) as skipped:
        data_of_others("melatonin/schedule.json")
    reason = "NOF1_DATA names no folder with melatonin/schedule.json: data of others is not in the repository."
    assert str(skipped.value) == reason


def test_data_of_others_is_found_where_it_is_said_to_be(monkeypatch, tmp_path):
    (tmp_path / "melatonin").mkdir()
    monkeypatch.setenv("NOF1_DATA", str(tmp_path))
    assert data_of_others("melatonin") == tmp_path / "melatonin"
