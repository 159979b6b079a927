#!/usr/bin/env python3
"""What the documents say holds.

The README shows examples/quick_start.cpp as it is; its ```console blocks print what they show, digit for digit (results
do not depend on the machine).

usage: readme_test.py [--update] SOURCE_DIR [PROGRAM]     --update writes the real output and the example into README.md
"""
# SPDX-License-Identifier: Apache-2.0
import os
import pathlib
import re
import subprocess
import sys
import tempfile

arguments = [word for word in sys.argv[1:] if word != "--update"]
update = "--update" in sys.argv
root = pathlib.Path(arguments[0])
program = arguments[1] if len(arguments) > 1 else ""
problems = []

readme = root / "README.md"
text = readme.read_text()


def transcript(block, folder):
    """The block with the real standard output after each of its `$ ` lines."""
    lines = []
    for command in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
        environment = dict(os.environ, PATH=f"{pathlib.Path(program).parent}:{os.environ['PATH']}", GRADUS_DATA_DIR=folder)
        done = subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            problems.append(f"README.md: '{command}' exits with {done.returncode}: {done.stderr.strip()[-300:]}")
        lines += [f"$ {command}", *(line.rstrip() for line in done.stdout.rstrip("\n").split("\n") if done.stdout)]
    return "\n".join(lines) + "\n"


def same(shown, block_pattern, real, what):
    """`real` where the README shows `shown`; a problem when they differ."""
    global text
    if shown == real:
        return
    if update:
        text = text.replace(block_pattern % shown, block_pattern % real)
    else:
        problems.append(f"README.md: {what} differ; tests/docs/readme_test.py --update mends it. Real:\n{real}")


example = re.search(r"```cpp\n(.*?)```", text, re.DOTALL)
same(example.group(1), "```cpp\n%s```", (root / "examples/quick_start.cpp").read_text(), "the example and its file")
if program:
    with tempfile.TemporaryDirectory() as folder:
        for shown in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
            same(shown, "```console\n%s```", transcript(shown, folder), "shown and real output")
if update:
    readme.write_text(text)

for problem in problems:
    print(problem)
sys.exit(bool(problems))
