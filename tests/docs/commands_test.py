#!/usr/bin/env python3
"""The commands that README.md and docs/*.md show in blocks do what they say: each runs as it is printed, in the order of its
document, in a folder that holds nothing but what the document takes for granted (below: small data under the names that
are used, and the results of earlier commands). What cannot run in a test is listed with its reason, and counted. The
files that docs/formats.md lists are in the folders that the README's commands leave.

usage: commands_test.py SOURCE_DIR PROGRAM
"""
# SPDX-License-Identifier: Apache-2.0
import gzip
import os
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile

root = pathlib.Path(sys.argv[1]).resolve()
program = pathlib.Path(sys.argv[2]).resolve()
SECONDS = 120  # of one command, before it counts as hanging
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # runs write after every epoch, which disks are slow at

LEFT_OUT = {
    "./run demo": "builds; continuous integration runs its commands",
    "./run test": "builds, and runs this test",
    "./run install": "builds; tests/package/package_test.cmake installs what it installs",
    "gradus serve runs": "ends with Ctrl-C; tests/report/live_server_test.cpp asks it",
    "gradus reproduce --quick --data-dir DIR": "minutes on published data; tests/real_data runs studies",
    "gradus reproduce s4-sgd --data-dir DIR": "compares with numbers that only the published data give",
    "gradus reproduce s4 --data-dir DIR": "45 minutes",
    "gradus reproduce s2-init": "minutes on published data",
    "gradus reproduce --quick": "minutes on published data",
    "gradus reproduce all --record record.json": "two hours",
    "gradus search FILE [--jobs N] [--out DIR] [--set key=value ...]": "a synopsis",
    "gradus search show DIR [--sort KEY] [--top N] [--csv FILE|- [--raw]] [--json FILE|-] [--config TRIAL]": "a synopsis",
    "gradus search replay DIR TRIAL": "a synopsis",
}

# What a document takes for granted, as commands that run before those that it shows.
TINY = "--set network.hidden=4 --epochs 2 --quiet"
GRANTED = {
    "README.md": [f"gradus train --data moons {TINY} --out runs/moons", f"gradus train --data moons {TINY} --out runs/other"],
    "certificate.md": [f"gradus train my.toml {TINY} --out runs/mnist", "cp runs/mnist/model.safetensors .",
                       "gradus check model.safetensors --data SRC --out certificate.json"],
    "search.md": ["gradus search random.toml --out DIR --quiet"],
}
# Files of docs/formats.md that are there for a while only.
PASSING = {"progress.json", "workers/N.lock", "checkpoints/TRIAL-REPEAT.ckpt", "CASE-RUN.json", "search-CASE-RUN/",
           "reproduction.json", "-wal", "-shm"}
MY_TOML = '[data]\nsource = "moons"\nrows = 300\n[network]\nhidden = [4]\n[training]\nepochs = 2\n'
RANDOM_TOML = MY_TOML + ('[search]\nsampler = "random"\ntrials = 3\n'
                         "[search.space]\ntraining.learning_rate = {low = 1e-3, high = 0.1, log = true}\n")


def write_idx(folder, name, count):
    """`count` random pictures of 28 x 28 with their labels, under MNIST's names."""
    draw = random.Random(name)
    pixels = bytes(draw.randrange(256) for _ in range(784 * count))
    labels = bytes(row % 10 for row in range(count))
    for kind, magic, sizes, content in (("images-idx3", 0x803, (count, 28, 28), pixels), ("labels-idx1", 0x801, (count,), labels)):
        header = struct.pack(f">{1 + len(sizes)}I", magic, *sizes)
        (folder / f"{name}-{kind}-ubyte.gz").write_bytes(gzip.compress(header + content))


def write_peaks(path):
    """A MAT file, version 4, of the names that PeaksData.mat has: 2 x N inputs, 5 x N one-hot classes."""
    def variable(name, columns):
        rows = len(columns[0])
        header = struct.pack("<5I", 0, rows, len(columns), 0, len(name) + 1) + name.encode() + b"\0"
        return header + struct.pack(f"<{rows * len(columns)}d", *(value for column in columns for value in column))
    draw = random.Random(1)
    content = b""
    for part, count in (("t", 250), ("v", 60)):
        labels = [row % 5 for row in range(count)]
        content += variable("Y" + part, [[label / 5 + draw.random(), draw.random()] for label in labels])
        content += variable("C" + part, [[float(label == k) for k in range(5)] for label in labels])
    path.write_bytes(content)


def furnish(folder, document):
    """What the document's reader has."""
    mnist = folder / "data/mnist"
    mnist.mkdir(parents=True)
    write_idx(mnist, "train", 60)
    write_idx(mnist, "t10k", 50)
    (folder / "data/peaks").mkdir()
    write_peaks(folder / "data/peaks/PeaksData.mat")
    (folder / "studies").symlink_to(root / "studies")
    rows = [f"{'red blue green'.split()[row % 3]},2024-01-{1 + row % 28:02},{'' if row % 9 == 0 else row % 7},"
            f"{'yes' if row % 7 * 2 > row % 5 + 3 else 'no'}\n" for row in range(80)]
    for name, label in (("customers.csv", "left"), ("FILE", "NAME"), ("SRC", "NAME")):
        (folder / name).write_text(f"colour,joined,visits,{label}\n" + "".join(rows))
    (folder / "my.toml").write_text(MY_TOML)
    (folder / "random.toml").write_text(RANDOM_TOML)
    if document.name == "certificate.md":
        subprocess.run([program, "data", "make", "moons", "--rows", "100", "--out", folder / "moons.csv"], check=True,
                       capture_output=True)
        (folder / "moons.csv").rename(folder / "SRC")


def shown_commands(text):
    """Commands of blocks that are indented, as one line each, without remarks. (```console: readme_test.py.)"""
    commands = []
    for line in re.sub(r"```.*?```", "", text, flags=re.DOTALL).replace("\\\n", "").split("\n"):
        if re.match(r" {4,}(gradus|\./run)\b", line):
            commands.append(re.sub(r"\s+", " ", re.sub(r"\s+# .*|\s+-> .*", "", line)).strip())
    return commands


problems = []
seen = set()
ran = 0
left_out = 0


def run(command, folder, document):
    environment = dict(os.environ, PATH=f"{program.parent}:{os.environ['PATH']}", GRADUS_DATA_DIR=str(folder / "data"),
                       XDG_CACHE_HOME=str(folder / "cache"))
    try:
        done = subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        problems.append(f"{document.name}: '{command}' takes more than {SECONDS} seconds")
        return
    if done.returncode != 0:
        problems.append(f"{document.name}: '{command}' exits with {done.returncode}: {done.stderr.strip()[-400:]}")


for document in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
    text = document.read_text()
    commands = shown_commands(text)
    searches = [block for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "[search]" in block]
    if not commands and not searches:
        continue
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        folder = pathlib.Path(name)
        furnish(folder, document)
        for command in GRANTED.get(document.name, []):
            run(command, folder, document)
        for command in commands:
            seen.add(command)
            if command in LEFT_OUT:
                left_out += 1
                continue
            run(command, folder, document)
            ran += 1
        if document.name == "README.md":
            left = {str(path.relative_to(folder)) + ("/" if path.is_dir() else "") for path in (folder / "runs").rglob("*")}
        for block in searches:
            (folder / "shown.toml").write_text(block)
            run("gradus search shown.toml --dry-run", folder, document)
            ran += 1

listed = 0
for line in (root / "docs/formats.md").read_text().split("\n"):
    cells = line.split("|")
    names = re.findall(r"`([\w./-]+)`", cells[1]) if len(cells) == 5 else []
    for name in [name for name in names if "." in name or name.endswith("/")]:
        listed += 1
        if name not in PASSING and not any(path.endswith("/" + name) for path in left):
            problems.append(f"formats.md: no command of the README leaves a file {name}")
if listed < 20:
    problems.append(f"only {listed} files are listed in docs/formats.md")
for command in sorted(set(LEFT_OUT) - seen):
    problems.append(f"no document shows '{command}' any more: take it out of the list")
if ran < 20:
    problems.append(f"only {ran} commands were found")
print(f"{ran} commands ran as they are printed, {left_out} were left out:")
for command, reason in LEFT_OUT.items():
    print(f"  {command}: {reason}")
for problem in problems:
    print(problem)
sys.exit(bool(problems))
