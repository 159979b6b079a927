#!/usr/bin/env python3
"""Compares TPE with random search at equal budgets: best validation loss of a study, over seeds, per space.

    benchmarks/tpe_vs_random.py build/release/gradus [seeds]

Writes benchmarks/results/tpe_vs_random.json and .md. Everything is exact: another run gives the same numbers.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SAMPLERS = ("random", "tpe")


def best_loss(program, space, sampler, seed, folder):
    out = f"{folder}/{space.stem}-{sampler}-{seed}"
    settings = [f"search.sampler={sampler}", f"search.seed={seed}"]
    words = [program, "search", str(space), "--out", out, "--json", "--quiet"]
    for setting in settings:
        words += ["--set", setting]
    study = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    return study["best"]["value"], len(study["trials"])


def quartiles(values):
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def main():
    program = sys.argv[1]
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for space in sorted((HERE / "search_spaces").glob("*.toml")):
            row = {"space": space.stem, "seeds": seeds}
            for sampler in SAMPLERS:
                runs = [best_loss(program, space, sampler, seed, folder) for seed in range(seeds)]
                row[sampler] = [value for value, _ in runs]
                row["trials"] = runs[0][1]
            wins = sum(t < r for t, r in zip(row["tpe"], row["random"]))
            row["tpe_wins"] = wins
            results.append(row)
            print(space.stem, [f"{s} {statistics.median(row[s]):.5f}" for s in SAMPLERS], f"{wins}/{seeds}", flush=True)
    (HERE / "results" / "tpe_vs_random.json").write_text(json.dumps(results, indent=1) + "\n")
    lines = [
        "# TPE and random search at equal budgets",
        "",
        f"Best validation loss of a study, median [quartiles] over {seeds} seeds; the spaces are in `benchmarks/search_spaces`.",
        "`benchmarks/tpe_vs_random.py build/release/gradus` repeats it to the digit. Lower is better; \"wins\" counts the seeds",
        "with a lower loss for TPE.",
        "",
        "| space | trials | random | tpe | wins |",
        "|---|---|---|---|---|",
    ]
    for row in results:
        cells = []
        for sampler in SAMPLERS:
            low, middle, high = quartiles(row[sampler])
            cells.append(f"{middle:.4g} [{low:.4g}, {high:.4g}]")
        lines.append(f"| {row['space']} | {row['trials']} | {cells[0]} | {cells[1]} | {row['tpe_wins']} of {row['seeds']} |")
    better = sum(statistics.median(r["tpe"]) < statistics.median(r["random"]) for r in results)
    lines += ["", f"TPE's median is lower on {better} of {len(results)} spaces."]
    (HERE / "results" / "tpe_vs_random.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
