#!/usr/bin/env python3
"""Every source file names its licence on a line of its own, near its top.

usage: licence_test.py SOURCE_DIR
"""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import re
import sys

ENDINGS = {".cpp", ".hpp", ".inc", ".cmake", ".in", ".py", ".sh", ".ts", ".tsx", ".mjs", ".css"}
FOLDERS = ["benchmarks", "cmake", "examples", "include", "src", "tests", "web"]
LINE = re.compile(r"(//|#|/\*) SPDX-License-Identifier: Apache-2\.0( \*/)?")
NEAR_THE_TOP = 60

root = pathlib.Path(sys.argv[1])
files = [root / "CMakeLists.txt", root / "run"]
for folder in FOLDERS:
    for path in sorted((root / folder).rglob("*")):
        written_by_others = {"node_modules", "dist"} & set(path.parts)
        if path.is_file() and not written_by_others and (path.suffix in ENDINGS or path.name == "CMakeLists.txt"):
            files.append(path)
if len(files) < 100:
    sys.exit(f"only {len(files)} files found in {root}")
missing = [path for path in files if not any(
    LINE.fullmatch(line) for line in path.read_text(errors="replace").split("\n")[:NEAR_THE_TOP])]
for path in missing:
    print(f"{path.relative_to(root)}: no line 'SPDX-License-Identifier: Apache-2.0' of its own", file=sys.stderr)
sys.exit(1 if missing else 0)
