"""Run notebooks in place and keep their outputs, without what changes from run to run. Outputs with a flaw are not kept."""

import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

_MACHINE = re.compile(r"(?<![\w.])/(?:home|root|tmp|work|var|usr|opt|Users|private)/|\b[A-Z]:\\|site-packages")


def run(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    for i, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{i}"
        cell.metadata.clear()
        for output in cell.get("outputs", []):
            output.get("metadata", {}).clear()
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    found = flaws(notebook)
    if found:
        sys.exit(f"{path} is left as it was:\n  " + "\n  ".join(found))
    nbformat.write(notebook, path)
    print(f"{path}: {sum(cell.cell_type == 'code' for cell in notebook.cells)} cells run")


def flaws(notebook: nbformat.NotebookNode) -> list[str]:
    """What must not be shown to a reader: cells that were not run, warnings, errors, paths of this machine."""
    found = []
    for i, cell in enumerate(cell for cell in notebook.cells if cell.cell_type == "code"):
        if cell.execution_count != i + 1:
            found.append(f"cell {i + 1} was not run in its turn")
        for output in cell.outputs:
            text = str(output.get("text", "")) + "".join(
                str(content) for kind, content in output.get("data", {}).items() if kind.startswith("text/")
            )
            if output.output_type == "error" or output.get("name") == "stderr" or "Warning" in text:
                found.append(f"cell {i + 1} warns: {text[:200] or output.get('evalue')}")
            if _MACHINE.search(text):
                found.append(f"cell {i + 1} names a path of this machine: {text[:200]}")
    return found


if __name__ == "__main__":
    for name in sys.argv[1:]:
        run(Path(name))
