#!/usr/bin/env python3
"""Every line of SECURITY.md's tables names a test that exists, and every fuzzer, each of which stands in a line.

usage: security_test.py SOURCE_DIR
"""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1]).resolve()
tests = set()
for path in (root / "tests").rglob("*.cpp"):
    tests |= set(re.findall(r"^TEST(?:_F|_P)?\(\w+, (\w+)\)", path.read_text(errors="replace"), re.MULTILINE))
fuzzers = {path.name.removesuffix("_target.cpp") for path in (root / "tests/fuzz").glob("*_target.cpp")}

problems = []
named = set()
rows = 0
text = (root / "SECURITY.md").read_text()
for line in text.split("\n"):
    if not line.startswith("| ") or line.startswith(("| file |", "| what |")):
        continue
    rows += 1
    cells = [cell.strip() for cell in line[1:-1].split("|")]
    if len(cells) != 5 or not all(cells[:4]):
        problems.append(f"{cells[0]}: {len(cells)} cells, or an empty one")
        continue
    what, test, fuzzer = cells[0], cells[3], cells[4]
    if not re.fullmatch(r"`\w+`", test) or test.strip("`") not in tests:
        problems.append(f"{what}: {test or 'nothing'} is no test")
    if fuzzer:
        named.add(fuzzer.strip("`"))
for test in re.findall(r"\(`([a-z_]+)`\)", text):
    if test not in tests:
        problems.append(f"{test} is no test")
problems += [f"there is no fuzzer {name}" for name in sorted(named - fuzzers)]
problems += [f"no line has the fuzzer {name}" for name in sorted(fuzzers - named)]
if rows < 20 or len(fuzzers) < 15:
    problems.append(f"only {rows} lines and {len(fuzzers)} fuzzers were found")
print(f"{rows} lines, {len(fuzzers)} fuzzers")
for problem in problems:
    print(problem)
sys.exit(bool(problems))
