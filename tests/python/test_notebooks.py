"""The notebooks run from their first cell to their last, and what they show can be shown."""
# SPDX-License-Identifier: Apache-2.0
import ast
import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def run_cell(source, names):
    """Runs a cell; its last expression is shown as a notebook shows it."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    if last is not None:
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
        shown = value._repr_html_() if hasattr(value, "_repr_html_") else repr(value)
        assert shown


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook(path, tmp_path, monkeypatch):
    cells = json.loads(path.read_text())["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    for module in ("sklearn", "pandas"):
        if any(f"import {module}" in source or "GradusClassifier" in source for source in code):
            pytest.importorskip(module)
    monkeypatch.chdir(tmp_path)
    names = {}
    for source in code:
        run_cell(source, names)
    assert all(not cell.get("outputs") for cell in cells), "outputs are not kept"


def test_there_are_six():
    assert len(NOTEBOOKS) == 6
