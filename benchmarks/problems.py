"""What is trained: the studies' sizes as folders of plain binary files that peers in any language can read.

A problem folder holds problem.json, inputs_*.bin (rows x inputs in one or more types), labels.bin (int32) and
weights.bin (float64, layer by layer, weights inputs x outputs row-major before biases).
"""
# SPDX-License-Identifier: Apache-2.0
import gzip
import json
import pathlib
import subprocess

import numpy as np

# Learning rates and batches are the studies' (s2's and s3's are smaller: README.md). check_batches is how long the loss check
# trains: a part of the epoch where a whole one takes numpy minutes, many epochs of s4, whose 25 steps move the weights
# too little to tell a right rule from a wrong one.
SIZES = {
    "s0": dict(widths=[784, 710, 610, 10], batch=8, samples=50000, learning_rate=0.01, check_batches=1000),
    "s1": dict(widths=[784, 666, 666, 10], batch=100, samples=50000, learning_rate=0.1, check_batches=100),
    "s2": dict(widths=[784, 550, 550, 10], batch=32, samples=50000, learning_rate=0.02, output="sigmoid", check_batches=400),
    "s3": dict(widths=[784, 64, 10], batch=20, samples=49000, learning_rate=0.005, l1=1e-3, l2=1e-3, standardize=True, check_batches=2450),
    "s4": dict(widths=[2, 4, 8, 16, 5], batch=1000, samples=25000, learning_rate=0.1, activation="tanh",
               check_batches=1000),
    "tiny": dict(widths=[6, 9, 7, 3], batch=10, samples=500, learning_rate=0.1, l1=1e-3, l2=1e-3, check_batches=150),
}
DEFAULTS = dict(activation="relu", output="softmax", l1=0.0, l2=0.0, standardize=False)


def read_idx(path):
    opened = gzip.open(path) if path.suffix == ".gz" else open(path, "rb")
    with opened as file:
        content = file.read()
    ndim = content[3]
    shape = np.frombuffer(content, ">u4", ndim, 4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * ndim).reshape(shape)


def find_images(folders, name, rows):
    """Images and labels of a published set as bytes, or None where no folder has it."""
    for folder in folders:
        for suffix in ("", ".gz"):
            images = pathlib.Path(folder) / name / f"train-images-idx3-ubyte{suffix}"
            labels = pathlib.Path(folder) / name / f"train-labels-idx1-ubyte{suffix}"
            if images.exists() and labels.exists():
                return read_idx(images)[:rows].reshape(-1, 784), read_idx(labels)[:rows]
    return None


def generated(program, generator, rows, folder):
    """A data set that gradus makes up, as (features, labels); its parts are joined again."""
    path = pathlib.Path(folder) / f"{generator}.npz"
    if not path.exists():
        subprocess.run([program, "data", "make", generator, "--rows", str(rows), "--out", str(path)], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    arrays = np.load(path)

    def joined(letter):
        return np.concatenate([arrays[key] for key in sorted(arrays.files, reverse=True) if key.startswith(f"{letter}_")])

    return joined("x")[:rows], joined("y")[:rows]


def load_rows(name, size, folders, program, folder):
    """Inputs, labels and what to call them."""
    rows = size["samples"]
    if name == "tiny":
        stream = np.random.RandomState(7)
        inputs = stream.uniform(-1, 1, (rows, 6))
        return inputs, np.argmax(inputs[:, :3] + 0.3 * inputs[:, 3:], axis=1), "random points"
    if name == "s4":
        return *generated(program, "peaks", rows, folder), "peaks, generated"
    published = "fashion" if name == "s3" else "mnist"
    found = find_images(folders, published, rows)
    if found is None:
        return *generated(program, "digits", 50000, folder), f"digits, generated: {published} was not found"
    return *found, published


def initial_weights(widths):
    """Glorot's uniform weights and zero biases."""
    stream = np.random.RandomState(1)
    parts = []
    for fan_in, fan_out in zip(widths, widths[1:]):
        bound = np.sqrt(6.0 / (fan_in + fan_out))
        parts += [stream.uniform(-bound, bound, fan_in * fan_out), np.zeros(fan_out)]
    return np.concatenate(parts)


def make_problem(name, folders, program, work):
    """Writes the problem's folder below `work` and returns its path."""
    size = {**DEFAULTS, **SIZES[name]}
    inputs, labels, data = load_rows(name, size, folders, program, work)
    inputs, labels = inputs[:size["samples"]], labels[:size["samples"]]
    folder = pathlib.Path(work) / name
    folder.mkdir(parents=True, exist_ok=True)
    types = ["f32", "f64"]
    size["divisor"] = 1.0
    if inputs.dtype == np.uint8 and not size["standardize"]:
        types.append("u8")
        size["divisor"] = 255.0
        inputs.tofile(folder / "inputs_u8.bin")
    values = inputs.astype(np.float64) / size["divisor"]
    if size["standardize"]:
        deviation = values.std(axis=0)
        values = (values - values.mean(axis=0)) / np.where(deviation == 0, 1.0, deviation)
    # All types hold the same numbers, so that a difference in the loss is the trainer's.
    if "u8" not in types:
        values = values.astype(np.float32).astype(np.float64)
    values.astype(np.float32).tofile(folder / "inputs_f32.bin")
    values.tofile(folder / "inputs_f64.bin")
    labels.astype(np.int32).tofile(folder / "labels.bin")
    initial_weights(size["widths"]).tofile(folder / "weights.bin")
    record = {"name": name, "data": data, "types": types, **size, "samples": len(labels)}
    (folder / "problem.json").write_text(json.dumps(record, indent=1))
    return folder


def read_record(folder):
    return json.loads((pathlib.Path(folder) / "problem.json").read_text())
