"""The results of a sitting as one table and as files."""
# SPDX-License-Identifier: Apache-2.0
import datetime
import json
import os
import pathlib
import platform
import re
import statistics

import loss_check

# A turn is disturbed when others held more than this many cores.
DISTURBED = 0.1
NAMES = {"torch": "PyTorch", "libtorch": "LibTorch", "sklearn": "scikit-learn", "numpy": "numpy (f64)",
         "onednn": "oneDNN sgemm, naive step"}


def machine():
    cpu = "unknown"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.split(": ", 1)[1]
            break
    flags = pathlib.Path("/proc/cpuinfo").read_text()
    vectors = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "no AVX2"
    return {"cpu": cpu, "vectors": vectors, "cores": os.cpu_count(), "system": platform.platform(),
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"),
            "time": datetime.datetime.now(datetime.timezone.utc).strftime("%H:%M UTC"), "blas": blas()}


def blas():
    """The file that numpy's BLAS really is."""
    import numpy  # noqa: F401, pylint: disable=unused-import,import-outside-toplevel
    for line in pathlib.Path("/proc/self/maps").read_text().splitlines():
        if re.search(r"/lib[a-z]*blas[^/]*\.so", line):
            return os.path.realpath(line.split()[-1])
    return "unknown"


def weak_blas(machine):
    """A warning where PyTorch, scikit-learn and numpy have a BLAS that nobody tuned: they then take up to 50 times as long."""
    if re.search("openblas|mkl|blis|atlas", machine["blas"]):
        return ""
    return (f"**{machine['blas']} is a reference BLAS: the figures of PyTorch, scikit-learn and numpy say nothing here. "
            "Install libopenblas0-pthread.**")


def median_seconds(row):
    return statistics.median(row["seconds_per_epoch"])


def gradus_row(timings, dtype):
    """Gradus at the better of its thread counts, as its users get it on small and large networks."""
    rows = [row for row in timings if row["peer"] == f"gradus {dtype}"]
    return min(rows, key=median_seconds) if rows else None


def ratio(row, ours):
    """Median over the rounds of their time over ours in the same round."""
    return statistics.median(a / b for a, b in zip(row["seconds_per_epoch"], ours["seconds_per_epoch"]))


def number(seconds):
    return f"{seconds:.3g}"


def table_lines(results):
    """Rows of the table of ratios: label, then one cell a workload."""
    timed = {name: w["timings"] for name, w in results["workloads"].items() if "timings" in w}
    peers = list(dict.fromkeys(row["peer"] for timings in timed.values() for row in timings))
    lines = []

    def add(label, cell):
        lines.append([label] + [cell(timings) for timings in timed.values()])

    for dtype in ("f32", "f64"):
        for label in dict.fromkeys(row["setting"] for t in timed.values() for row in t if row["peer"] == f"gradus {dtype}"):
            def seconds_at(timings, label=label, dtype=dtype):
                return next(number(median_seconds(r)) + " s" for r in timings
                            if (r["peer"], r["setting"]) == (f"gradus {dtype}", label))
            add(f"gradus {dtype}, {label}", seconds_at)
    for peer in peers:
        if peer.startswith("gradus"):
            continue

        def installed(timings, peer=peer):
            row = next(r for r in timings if r["peer"] == peer and r["setting"] == "as installed")
            return f"{number(median_seconds(row))} s, {ratio(row, gradus_row(timings, 'f32')):.2f}x"

        def best(timings, peer=peer):
            row = min((r for r in timings if r["peer"] == peer), key=median_seconds)
            return (f"{number(median_seconds(row))} s, {ratio(row, gradus_row(timings, 'f32')):.2f}x "
                    f"({row['setting']})")

        if gradus_row(next(iter(timed.values())), "f32") is not None:
            add(f"{NAMES.get(peer, peer)}, as installed", installed)
            add(f"{NAMES.get(peer, peer)}, best setting", best)
    return list(timed), lines


def pipe_table(header, lines):
    return "\n".join("| " + " | ".join(line) + " |" for line in [header, ["---"] * len(header)] + lines)


def losses_table(results):
    names = list(results["workloads"])
    peers = list(dict.fromkeys(peer for w in results["workloads"].values() for peer in w["check"]["losses"]))
    lines = [["epochs trained"] + [f"{results['workloads'][n]['check']['epochs']:g}" for n in names],
             ["reference (numpy)"] + [f"{results['workloads'][n]['check']['reference']['all']:.6f}" for n in names]]
    for peer in peers:
        cells = []
        for name in names:
            check = results["workloads"][name]["check"]
            reference = check["reference"].get(peer, check["reference"]["all"])
            cells.append(f"{loss_check.difference(check['losses'][peer], reference):.1e}")
        lines.append([peer] + cells)
    lines.append(["learning rate 1 % too large"] +
                 [f"{loss_check.difference(w['check']['fault'], w['check']['reference']['all']):.1e}"
                  for w in results["workloads"].values()])
    return pipe_table(["mean training loss; relative difference"] + names, lines)


def disturbance(results):
    turns = [t for w in results["workloads"].values() for row in w.get("timings", []) for t in row["taken_by_others"]]
    if not turns:
        return ""
    text = (f"Other processes held more than {DISTURBED} cores in {sum(t > DISTURBED for t in turns)} of {len(turns)} "
            f"turns, and {statistics.median(turns):.2f} cores in the median turn.")
    if statistics.median(turns) > DISTURBED:
        text += (" **Disturbed: no figure here is that of an idle machine.** Whoever uses several threads suffers most, and "
                 "a thread pool that spins (OpenMP, OpenBLAS) more than any.")
    return text


def versions(results):
    found = {}
    for workload in results["workloads"].values():
        for row in workload.get("timings", []):
            found[row["peer"].split()[0]] = row["version"]
    return ", ".join(f"{peer} {version}" for peer, version in found.items())


def markdown(results):
    m = results["machine"]
    parts = [f"{m['cpu']}, {m['vectors']}, {m['cores']} cores, {m['date']} {m['time']}.",
             "Data: " + "; ".join(f"{n}: {w['data']}" for n, w in results["workloads"].items()) + "."]
    if any("timings" in w for w in results["workloads"].values()):
        names, lines = table_lines(results)
        parts += [f"Versions: {versions(results)}. BLAS: {m['blas']}.", weak_blas(m),
                  "Seconds per epoch, and how many times slower than gradus f32 at its better thread count "
                  "(median of the rounds' ratios):",
                  pipe_table([""] + names, lines), disturbance(results)]
    parts += [losses_table(results)]
    parts += [f"NOT EQUAL: {n}: {s}" for n, w in results["workloads"].items() for s in w["problems"]]
    parts += results["missing"]
    return "\n\n".join(part for part in parts if part) + "\n"


def store(results, folder):
    """Writes DATE-CPU-CORES.json and .md and returns their common name. Results that exist get a number behind."""
    m = results["machine"]
    cpu = re.sub(r"[^a-z0-9]+", "-", f"{m['cpu']} {m['vectors']}".lower()).strip("-")
    base = pathlib.Path(folder) / f"{m['date']}-{cpu}-{m['cores']}-cores"
    path, number_behind = base, 2
    while path.with_suffix(".json").exists():
        path = base.with_name(f"{base.name}-{number_behind}")
        number_behind += 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".json").write_text(json.dumps(results, indent=1) + "\n")
    path.with_suffix(".md").write_text(markdown(results))
    return path
