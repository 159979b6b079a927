"""What all Python peers share: reading a problem, and the conversation with compare.py.

One JSON object a line. compare.py sends {"do": "open", "problem": FOLDER}, {"do": "steps", "count": N} (train on the
next N batches, in file order, and go on at the front after the last) and {"do": "train", "count": N, "weights": FILE}
(the same from the initial weights; leave the weights in FILE). "learning_rate_factor" and "l1" change
the rule of an order that starts anew. Every answer has "seconds".
"""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import pathlib
import sys
import time

import numpy as np

DTYPES = {"f32": np.float32, "f64": np.float64}


class Problem:
    """Widths, batch, rule and arrays of one problem folder; the inputs are mapped, not read."""

    def __init__(self, folder, dtype):
        folder = pathlib.Path(folder)
        self.__dict__.update(json.loads((folder / "problem.json").read_text()))
        self.dtype = DTYPES[dtype]
        self.inputs = np.asarray(np.memmap(folder / f"inputs_{dtype}.bin", self.dtype, "r",
                                           shape=(self.samples, self.widths[0])))
        self.labels = np.fromfile(folder / "labels.bin", np.int32)
        self.num_batches = self.samples // self.batch
        self._parameters = np.fromfile(folder / "weights.bin", np.float64)

    def layers(self):
        """Fresh copies of the initial (weights, biases), layer by layer."""
        result, start = [], 0
        for fan_in, fan_out in zip(self.widths, self.widths[1:]):
            weights = self._parameters[start:start + fan_in * fan_out].reshape(fan_in, fan_out)
            start += fan_in * fan_out
            result.append((weights.astype(self.dtype), self._parameters[start:start + fan_out].astype(self.dtype)))
            start += fan_out
        return result

    def one_hot(self):
        return np.eye(self.widths[-1], dtype=self.dtype)[self.labels]


def write_layers(layers, path):
    np.concatenate([np.asarray(part, np.float64).ravel() for layer in layers for part in layer]).tofile(path)


def serve(dtype, version, make_trainer):
    """make_trainer(problem) gives an object with train(first_batch, end_batch) and layers()."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints is no answer

    def answer(**fields):
        print(json.dumps(fields), file=answers, flush=True)

    answer(version=version)
    problem = trainer = None
    rule = {}
    position = 0

    def train(count):
        nonlocal position
        start = time.perf_counter()
        while count > 0:
            part = min(count, problem.num_batches - position)
            trainer.train(position, position + part)
            position = (position + part) % problem.num_batches
            count -= part
        return time.perf_counter() - start

    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "open":
            problem = Problem(order["problem"], dtype)
            rule = {"learning_rate": problem.learning_rate, "l1": problem.l1}
        if order["do"] in ("open", "train"):
            problem.learning_rate = rule["learning_rate"] * order.get("learning_rate_factor", 1.0)
            problem.l1 = order.get("l1", rule["l1"])
            trainer, position = make_trainer(problem), 0
        seconds = 0.0
        if order["do"] != "open":
            seconds = train(order["count"])
        if "weights" in order:
            write_layers(trainer.layers(), order["weights"])
        answer(seconds=seconds)
