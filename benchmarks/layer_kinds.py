#!/usr/bin/env python3
"""What normalisation and residual addition cost, in Gradus and in PyTorch's own modules, in one sitting.

784-512-512-512-10, ReLU, softmax, plain SGD, batch 128, f32, random inputs. Every round trains each form once in each
program, one after another; the table has medians over the rounds. README.md beside this file says how to read it.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

FORMS = {
    "plain": [],
    "batch_norm": ["--normalization", "batch_norm"],
    "layer_norm": ["--normalization", "layer_norm"],
    "residual": ["--residual", "true"],
}
WIDTHS, BATCH, RATE, CLASSES = [784, 512, 512, 512], 128, 0.01, 10


def torch_network(torch, form):
    """The modules that a user of PyTorch writes for a form."""
    norms = {"batch_norm": torch.nn.BatchNorm1d, "layer_norm": torch.nn.LayerNorm}

    def block(inputs, outputs):
        norm = [norms[form](outputs)] if form in norms else []
        return torch.nn.Sequential(torch.nn.Linear(inputs, outputs), *norm, torch.nn.ReLU())

    class Residual(torch.nn.Module):
        def __init__(self, inside):
            super().__init__()
            self.inside = inside

        def forward(self, x):
            return x + self.inside(x)

    blocks = []
    for inputs, outputs in zip(WIDTHS, WIDTHS[1:]):
        one = block(inputs, outputs)
        blocks.append(Residual(one) if form == "residual" and inputs == outputs else one)
    return torch.nn.Sequential(*blocks, torch.nn.Linear(WIDTHS[-1], CLASSES))


def torch_seconds(torch, form, x, y, epochs):
    """Median seconds of an epoch, the first one left out."""
    network = torch_network(torch, form)
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
    times = []
    for _ in range(epochs):
        start = time.perf_counter()
        for first in range(0, len(x) - BATCH + 1, BATCH):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(network(x[first:first + BATCH]), y[first:first + BATCH]).backward()
            optimizer.step()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def gradus_seconds(program, form, data, epochs, threads):
    """The same of `gradus train`, by its own record."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "run"
        subprocess.run([program, "train", "--data", data, "--hidden", ",".join(map(str, WIDTHS[1:])), "--activation", "relu",
                        "--optimizer", "sgd", "--lr", str(RATE), "--batch", str(BATCH), "--epochs", str(epochs),
                        "--threads", str(threads), "--out", str(out), *FORMS[form]], check=True, capture_output=True)
        lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
        return statistics.median(line["seconds"] for line in lines[1:])


def measure(options, torch):
    random = np.random.default_rng(1)
    x = random.standard_normal((options.rows, WIDTHS[0]), dtype=np.float32)
    y = random.integers(0, CLASSES, options.rows)
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        data = str(pathlib.Path(folder) / "random.npz")
        np.savez(data, X=x, y=y)
        for number in range(options.rounds):
            one = {form: {"gradus": gradus_seconds(options.program, form, data, options.epochs, options.threads)}
                   for form in FORMS}
            if torch is not None:
                inputs, labels = torch.from_numpy(x), torch.from_numpy(y)
                for form in FORMS:
                    one[form]["torch"] = torch_seconds(torch, form, inputs, labels, options.epochs)
            rounds.append(one)
            print(f"round {number + 1} of {options.rounds}", file=sys.stderr, flush=True)
    return rounds


def print_table(rounds, with_torch):
    def median(of):
        return statistics.median(of(r) for r in rounds)

    print("| form | ms an epoch | over plain | PyTorch over its plain | PyTorch / Gradus |")
    print("|---|---|---|---|---|")
    for form in FORMS:
        cells = [f"{1e3 * median(lambda r: r[form]['gradus']):.1f}",
                 f"{median(lambda r: r[form]['gradus'] / r['plain']['gradus']):.3f}"]
        if with_torch:
            cells += [f"{median(lambda r: r[form]['torch'] / r['plain']['torch']):.3f}",
                      f"{median(lambda r: r[form]['torch'] / r[form]['gradus']):.2f}"]
        print(f"| {form} | " + " | ".join(cells + ["-"] * (4 - len(cells))) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/release/gradus")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rows", type=int, default=50 * BATCH)
    options = parser.parse_args()
    try:
        import torch
        torch.set_num_threads(options.threads)
    except ImportError:
        torch = None
        print("torch: skipped (not installed; Debian: python3-torch)", file=sys.stderr)
    print_table(measure(options, torch), torch is not None)


if __name__ == "__main__":
    main()
