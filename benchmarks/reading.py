"""How fast large text tables are read: `gradus data info` beside pandas (its C engine), polars, pyarrow and scikit-learn's
LibSVM loader, in one sitting, interleaved, every reading in a process of its own. Medians of seconds, MB/s, and peak memory.

    python3 benchmarks/reading.py [--program PATH] [--rows N] [--times 5] [--without polars,sklearn] [--only numbers] [--predict RUN]

The tables (numbers: N x 50 with six decimals; words: N x 20, two thirds of them categories) are made below build/reading and
kept. Peers are installed from PyPI into a virtual environment there; one that is missing is named and left out. The time
of gradus is that of the whole program, which also hashes the file, summarises every column and prints it; that of a peer is
the one call that reads, its imports left out. Every reader may use all cores (pandas and scikit-learn use one).
scikit-learn reads no CSV: it gets a tenth of the rows of the numbers as LibSVM, and so does gradus beside it.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, "build", "reading")
PACKAGES = {"pandas": "pandas", "polars": "polars", "pyarrow": "pyarrow", "sklearn": "scikit-learn"}
CALLS = {
    "pandas": "import pandas; read = lambda p: pandas.read_csv(p, engine='c')",
    "polars": "import polars; read = lambda p: polars.read_csv(p)",
    "pyarrow": "import pyarrow.csv; read = lambda p: pyarrow.csv.read_csv(p)",
    "sklearn": "import sklearn.datasets as d; read = lambda p: d.load_svmlight_file(p)",
}
TIMED = """
import resource, sys, time
{call}
before = time.perf_counter()
table = read(sys.argv[1])
print(time.perf_counter() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def make_numbers(path, rows):
    draw = random.Random(1).gauss
    pool = [f"{draw(0.0, 1.0):.6f}" for _ in range(100003)]
    with open(path, "w") as file:
        file.write(",".join(f"x{c}" for c in range(49)) + ",y\n")
        for r in range(rows):
            start = r * 49 * 7919 % (len(pool) - 49)
            file.write(",".join(pool[start:start + 49]) + f",{r % 2}\n")


def make_words(path, rows):
    draw = random.Random(2)
    few = [f"w{i}" for i in range(30)]
    many = [f"City of {i}" for i in range(1000)]
    with open(path, "w") as file:
        file.write(",".join(f"c{c}" for c in range(19)) + ",y\n")
        for r in range(rows):
            cells = [f"{draw.random():.3f}" if c % 3 == 0 else draw.choice(few if c % 3 == 1 else many)
                     for c in range(19)]
            file.write(",".join(cells) + (",yes\n" if r % 2 else ",no\n"))


def make_libsvm(path, numbers, rows):
    with open(numbers) as source, open(path, "w") as file:
        next(source)
        for _ in range(rows):
            cells = source.readline().strip().split(",")
            file.write(cells[-1] + "".join(f" {c + 1}:{v}" for c, v in enumerate(cells[:-1])) + "\n")


def prepare_tables(rows):
    os.makedirs(FOLDER, exist_ok=True)
    paths = {name: os.path.join(FOLDER, f"{name}-{rows}.{'svm' if name == 'libsvm' else 'csv'}")
             for name in ("numbers", "words", "libsvm")}
    for name, make in (("numbers", lambda p: make_numbers(p, rows)), ("words", lambda p: make_words(p, rows)),
                       ("libsvm", lambda p: make_libsvm(p, paths["numbers"], rows // 10))):
        if not os.path.exists(paths[name]):
            make(paths[name] + ".part")
            os.rename(paths[name] + ".part", paths[name])
    return paths


def prepare_peers(without):
    """The interpreter of the environment, and the version of each peer that is there."""
    folder = os.path.join(FOLDER, "peers")
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    versions = {}
    for module, package in PACKAGES.items():
        if module in without:
            continue
        show = [python, "-c", f"import {module}; print({module}.__version__)"]
        found = subprocess.run(show, capture_output=True, text=True)
        if found.returncode != 0:
            subprocess.run([python, "-m", "pip", "install", "--quiet", package], check=False)
            found = subprocess.run(show, capture_output=True, text=True)
        if found.returncode == 0:
            versions[module] = found.stdout.strip()
        else:
            print(f"{package} could not be installed and is left out", file=sys.stderr)
    return python, versions


def run_timed(command):
    """Seconds and peak memory in KB of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed")
    return time.perf_counter() - start, usage.ru_maxrss


def read_once(who, path, program, python):
    if who == "gradus":
        return run_timed([program, "data", "info", path, "--json"])
    out = subprocess.run([python, "-c", TIMED.format(call=CALLS[who]), path], capture_output=True, text=True, check=True)
    seconds, kilobytes = out.stdout.split()
    return float(seconds), int(kilobytes)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "release", "gradus"))
    parser.add_argument("--rows", type=int, default=1000000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--without", default="")
    parser.add_argument("--predict", default="", help="a model of the numbers' first 49 columns: time CSV to CSV too")
    parser.add_argument("--write", default="", help="a JSON file for all readings")
    arguments = parser.parse_args()
    paths = prepare_tables(arguments.rows)
    python, versions = prepare_peers(arguments.without.split(","))
    readers = {name: ["gradus"] + [p for p in versions if (p == "sklearn") == (name == "libsvm")] for name in paths}
    if arguments.only:
        readers = {arguments.only: readers[arguments.only]}
    readings = {}
    for turn in range(arguments.times + 1):  # the first fills the system's cache and does not count
        for name, who_reads in readers.items():
            for who in who_reads:
                reading = read_once(who, paths[name], arguments.program, python)
                if turn > 0:
                    readings.setdefault(name, {}).setdefault(who, []).append(reading)
        if arguments.predict:
            out = os.path.join(FOLDER, "predicted.csv")
            reading = run_timed([arguments.program, "predict", arguments.predict, "--data", paths["numbers"],
                                 "--probabilities", "--out", out])
            if turn > 0:
                readings.setdefault("predict", {}).setdefault("gradus", []).append(reading)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; "
          + ", ".join(f"{PACKAGES[p]} {v}" for p, v in versions.items()))
    print("| table | MB | reader | seconds | MB/s | peak memory, MB |\n|---|---|---|---|---|---|")
    for name, by_reader in readings.items():
        size = os.path.getsize(paths["numbers" if name == "predict" else name]) / 1e6
        for who, list_of in by_reader.items():
            seconds = statistics.median(s for s, _ in list_of)
            memory = statistics.median(m for _, m in list_of) / 1000
            print(f"| {name} | {size:.0f} | {who} | {seconds:.2f} | {size / seconds:.0f} | {memory:.0f} |")
    if arguments.write:
        with open(arguments.write, "w") as file:
            json.dump(readings, file, indent=1)


if __name__ == "__main__":
    main()
