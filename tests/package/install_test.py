#!/usr/bin/env python3
"""`./run install` builds, installs the component `program` where it is told, and says what is missing on the PATH.

The build itself is others' business: a `cmake` that only notes how it was called stands in front of the real one.

usage: install_test.py SOURCE_DIR
"""
# SPDX-License-Identifier: Apache-2.0
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

problems = []
with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    shutil.copy(pathlib.Path(sys.argv[1]) / "run", folder / "run")
    tools = folder / "tools"
    tools.mkdir()
    # What --prefix names is made, as the real one does.
    (tools / "cmake").write_text('#!/bin/sh\necho "$*" >> "$CALLS"\n'
                                 'while [ $# -gt 1 ]; do [ "$1" = --prefix ] && mkdir -p "$2/bin"; shift; done\nexit 0\n')
    (tools / "dpkg-query").write_text("#!/bin/sh\necho install ok installed\n")
    for tool in tools.iterdir():
        tool.chmod(0o755)

    def install(*words, path=""):
        calls = folder / "calls"
        calls.unlink(missing_ok=True)
        environment = dict(os.environ, PATH=f"{tools}:{path}{os.environ['PATH']}", CALLS=str(calls), HOME=str(folder / "home"))
        done = subprocess.run(["./run", "install", *words], cwd=folder, env=environment, capture_output=True, text=True)
        return done, calls.read_text().splitlines() if calls.exists() else []

    for words, prefix in (([], "home/.local"), (["--prefix", "there"], "there"), (["--prefix=a b"], "a b")):
        done, calls = install(*words)
        if done.returncode != 0 or done.stdout.strip() != str(folder / prefix / "bin/gradus"):
            problems.append(f"install {words}: {done.returncode}, {done.stdout}{done.stderr}")
        if not calls or not calls[-1].startswith("--install build/release --component program --prefix "):
            problems.append(f"install {words} called {calls}")
        if "is not on the PATH" not in done.stderr:
            problems.append(f"install {words} does not say that it is not on the PATH: {done.stderr}")
    done, _ = install(path=f"{folder}/home/.local/bin:")
    if "is not on the PATH" in done.stderr:
        problems.append("what is on the PATH is said not to be")
    for words in (["--prefix"], ["--prefix", ""], ["--prefx", "there"]):
        done, calls = install(*words)
        if done.returncode != 2 or calls or "usage" not in done.stderr:
            problems.append(f"install {words}: {done.returncode}, called {calls}")

for problem in problems:
    print(problem)
sys.exit(bool(problems))
