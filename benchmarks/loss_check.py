"""Do all participants compute the same thing? Each trains from the same weights on the same batches and hands back its
weights; the training loss of those is computed here, in float64, and compared with that of numpy's."""
# SPDX-License-Identifier: Apache-2.0
import json
import pathlib

import numpy as np

# Rounding in f32 moves the loss by about 1e-4 of itself at most; a learning rate that is one per cent wrong moves it by
# more than the tolerance. Every run shows both.
TOLERANCE = 5e-4
FAULT = 1.01
# Rows the loss is taken over: enough, and a second's work instead of a quarter of a minute on s0.
ROWS = 10000


def mean_loss(problem_folder, parameters):
    """Mean loss of a problem's first training rows under these parameters, without penalties."""
    folder = pathlib.Path(problem_folder)
    problem = json.loads((folder / "problem.json").read_text())
    widths, rows = problem["widths"], min(ROWS, problem["samples"])
    inputs = np.memmap(folder / "inputs_f64.bin", np.float64, "r", shape=(problem["samples"], widths[0]))[:rows]
    labels = np.fromfile(folder / "labels.bin", np.int32)
    layers, start = [], 0
    for fan_in, fan_out in zip(widths, widths[1:]):
        end = start + fan_in * fan_out
        layers.append((parameters[start:end].reshape(fan_in, fan_out), parameters[end:end + fan_out]))
        start = end + fan_out
    total = 0.0
    for first in range(0, rows, 5000):
        h = inputs[first:first + 5000]
        for weights, biases in layers[:-1]:
            z = h @ weights + biases
            h = np.maximum(z, 0) if problem["activation"] == "relu" else np.tanh(z)
        z = h @ layers[-1][0] + layers[-1][1]
        own = z[np.arange(len(z)), labels[first:first + 5000]]
        if problem["output"] == "sigmoid":
            total += np.logaddexp(0, z).sum() - own.sum()
        else:
            total += (np.logaddexp.reduce(z, axis=1) - own).sum()
    return total / rows


def difference(loss, reference):
    """Relative; infinite where a training diverged."""
    return abs(loss - reference) / abs(reference) if np.isfinite(loss) else float("inf")


def verdict(losses, reference, fault_loss):
    """What is wrong, as sentences; empty when all agree and the check could have told a fault."""
    problems = []
    for name, loss in losses.items():
        away = difference(loss, reference.get(name, reference["all"]))
        if away > TOLERANCE:
            problems.append(f"{name}: loss {loss:.6g} is {away:.1e} away from the reference, more than {TOLERANCE:.0e}")
    if fault_loss is not None and difference(fault_loss, reference["all"]) <= TOLERANCE:
        problems.append("the check is blind: a learning rate one per cent too large passes it")
    return problems
