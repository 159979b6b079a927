"""Data frames are read as the program reads their files: the same bits."""
# SPDX-License-Identifier: Apache-2.0
import json
import subprocess

import numpy as np
import pytest

import gradus
from conftest import shared_tables

pd = pytest.importorskip("pandas")

def weights_of_program(program, path, label):
    command = [program, "train", "--data", path, "--label", label, "--epochs", "1", "--out", "none", "--json", "--quiet"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["weights_sha256"]


def frames(frame):
    yield "pandas", frame
    pyarrow = pytest.importorskip("pyarrow")
    yield "arrow-backed", frame.convert_dtypes(dtype_backend="pyarrow")
    yield "nullable", frame.convert_dtypes()
    yield "pyarrow", pyarrow.Table.from_pandas(frame, preserve_index=False)
    polars = pytest.importorskip("polars")
    yield "polars", polars.from_pandas(frame)


TEXT = (
    "age,town,member,size,since,score,class\n31,Rome,True,1,2020-01-31,1.5,no\n,Oslo,False,2,2021-05-01,,yes\n"
    "25,,True,3,2020-02-29,-3,no\n40,Rome,,4,,2.25,yes\n33,Oslo,False,5,2020-07-04,1e-3,no\n"
    "29,Rome,True,6,2022-12-31,7,yes\n51,Oslo,False,7,2020-03-01,8,no\n38,Rome,True,8,2020-09-09,9.125,yes\n"
) * 3


def write_table(path):
    lines = TEXT.split("\n")
    path.write_text("\n".join([lines[0]] + [line for line in lines[1:] if line and not line.startswith("age")]) + "\n")


def test_small_table_has_the_bits_of_its_file(program, tmp_path):
    path = tmp_path / "small.csv"
    write_table(path)
    wanted = weights_of_program(program, str(path), "class")
    frame = pd.read_csv(path)
    frame["since"] = pd.to_datetime(frame["since"])
    for name, form in frames(frame):
        run = gradus.train({"data.label": "class", "training.epochs": 1}, gradus.make_data(form))
        assert run.model.weights_sha256 == wanted, name


@pytest.mark.parametrize("name", ["churn.csv", "german_credit.csv", "votes.csv", "concrete.csv", "adult.csv.gz"])
def test_real_table_has_the_bits_of_its_file(program, name):
    folder = shared_tables()
    if folder is None:
        pytest.skip("no folder of real tables")
    path = folder / name
    frame = pd.read_csv(path, float_precision="round_trip", keep_default_na=False, na_values=[""])
    label = frame.columns[-1]
    wanted = weights_of_program(program, str(path), label)
    for form_name, form in frames(frame):
        run = gradus.train({"data.label": label, "training.epochs": 1}, gradus.make_data(form))
        assert run.model.weights_sha256 == wanted, form_name


def test_estimator_reads_frames_by_name(tmp_path):
    pytest.importorskip("sklearn")
    path = tmp_path / "small.csv"
    write_table(path)
    frame = pd.read_csv(path)
    y = frame.pop("class")
    model = gradus.GradusClassifier(max_iter=3).fit(frame, y)
    assert list(model.feature_names_in_) == list(frame.columns)
    kinds = {column["name"]: column["kind"] for column in model.model_.columns}
    assert kinds["town"] == "category"
    assert kinds["since"] == "date"
    assert kinds["age"] == "number"
    wanted = model.predict_proba(frame)
    unknown = frame.assign(town="Lima")
    assert np.isfinite(model.predict_proba(unknown)).all()
    assert (model.model_.predict_outputs(frame[frame.columns[::-1]].assign(extra=1)) == wanted).all()
    with pytest.raises(gradus.InputError, match="the column town"):
        model.model_.predict_outputs(frame.drop(columns="town"))


def test_numbers_that_are_categories(tmp_path):
    pytest.importorskip("sklearn")
    frame = pd.DataFrame({"code": [1, 2, 3] * 20, "x": np.linspace(0, 1, 60)})
    y = np.array(["a", "b", "c"] * 20)
    model = gradus.GradusClassifier(max_iter=2, categorical_features=["code"]).fit(frame, y)
    assert model.model_.columns[0] == {"name": "code", "kind": "category", "levels": ["1", "2", "3"]}
    typed = gradus.GradusClassifier(max_iter=2).fit(frame.astype({"code": "category"}), y)
    assert typed.weights_sha256_ == model.weights_sha256_


def test_large_whole_numbers_are_noted():
    frame = pd.DataFrame({"id": [2**60 + 1, 2**60 + 2] * 10, "y": [0, 1] * 10})
    run = gradus.train({"data.label": "y", "training.epochs": 1}, gradus.make_data(frame))
    assert any("beyond 2^53" in note for note in run.notes)


def test_array_has_the_bits_of_its_npy_files(program, tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 5)).astype(np.float32)
    y = (X[:, 0] > 0).astype(np.int64)
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "y.npy", y)
    source = f"{tmp_path / 'x.npy'},{tmp_path / 'y.npy'}"
    command = [program, "train", "--data", source, "--epochs", "3", "--out", "none", "--json", "--quiet"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    run = gradus.train({"training.epochs": 3}, gradus.make_data(X, y))
    assert run.model.weights_sha256 == json.loads(printed)["weights_sha256"]
