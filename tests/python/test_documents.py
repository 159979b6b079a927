"""The Python that documents show runs as it is printed, and says what they say."""
# SPDX-License-Identifier: Apache-2.0
import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn")
pd = pytest.importorskip("pandas")
ROOT = Path(__file__).resolve().parents[2]


def blocks(name):
    return re.findall(r"```python\n(.*?)```", (ROOT / name).read_text(), flags=re.S)


def customers():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"town": rng.choice(["Rome", "Oslo"], 120), "age": rng.integers(18, 80, 120)})
    return table.assign(left=np.where(table["age"] > 50, "yes", "no"))


def test_guide(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    customers().to_csv("customers.csv", index=False)
    names = {}
    found = blocks("docs/python.md")
    assert len(found) >= 2
    for block in found:
        exec(block, names)
    assert (tmp_path / "model.safetensors").exists()
    assert "<html" in (tmp_path / "report.html").read_text()


def test_readme(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table = customers()
    names = {"labels": table.pop("left"), "table": table}
    (block,) = blocks("README.md")
    exec(block, names)
    assert names["run"].model.weights_sha256 in block
