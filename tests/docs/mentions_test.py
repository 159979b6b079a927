#!/usr/bin/env python3
"""What the documents mention exists: paths of the repository, links, commands with their flags, keys of the configuration,
tests and functions by name.

usage: mentions_test.py SOURCE_DIR PROGRAM
"""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(sys.argv[1]).resolve()
program = sys.argv[2]
problems = []
counts = {"paths": 0, "flags": 0, "keys": 0, "names": 0}
documents = [root / name for name in ("README.md", "HACKING.md", "CONTRIBUTING.md", "SECURITY.md", "benchmarks/README.md")]
documents += sorted((root / "docs").glob("*.md"))

# Flags of other programs that documents tell to use.
FOREIGN_FLAGS = {"--install", "--preset", "--gtest_filter"}
# Written as a key, but the name of a table or of something else.
NO_KEYS = {"search.space", "search.trial", "search.KEY"}


def run(*words):
    return subprocess.run([program, *words], capture_output=True, text=True, check=True).stdout


def read_commands(path=()):
    """{command: flags}, from the program's help."""
    text = run(*path, "--help")
    flags = set(re.findall(r"^  (?:-\w,)?(--[a-z][\w-]*)", text, re.MULTILINE))
    commands = {path: flags}
    below = re.search(r"^Subcommands:\n((?:  .*\n)+)", text, re.MULTILINE)
    for name in re.findall(r"^  (\w+)", below.group(1), re.MULTILINE) if below else []:
        commands.update(read_commands((*path, name)))
    return commands


commands = read_commands()
all_flags = set().union(*commands.values())
scripts = [root / "run", *root.glob("tests/**/*.py"), *root.glob("benchmarks/*.py")]
script_flags = set(re.findall(r"--[a-z][\w-]+", "\n".join(script.read_text() for script in scripts))) | FOREIGN_FLAGS

keys = set()
for line in run("train", "--data", "moons", "--rows", "100", "--dry-run").splitlines():
    if line.startswith("["):
        section = line.strip("[]")
    elif re.match(r"\w+ = ", line):
        keys.add(f"{section}.{line.split(' = ')[0]}")
search_footer = run("search", "--help").split("Keys of [search]")[1]
search_keys = set(re.findall(r"^  ([a-z]\w*) ", search_footer, re.MULTILINE))
keys |= {"search." + key for key in search_keys}
sections = {key.split(".")[0] for key in keys}

code = "\n".join(path.read_text(errors="replace") for folder in ("src", "include", "tests", "benchmarks", "web/src", "cmake")
                 for path in sorted((root / folder).rglob("*")) if path.is_file() and path.suffix in
                 (".cpp", ".hpp", ".inc", ".py", ".ts", ".tsx", ".cmake", ".txt"))


def check_paths(document, content):
    names = re.findall(r"\]\((?!https?:|#)([^)#]+)", content)
    names += re.findall(r"`((?:src|include|tests|cmake|examples|docs|studies|benchmarks|web)/[\w./*-]+)`", content)
    for name in names:
        counts["paths"] += 1
        made = name.startswith("web/dist") or name.startswith("web/node_modules")
        if not made and not list(root.glob(name)) and not list(document.parent.glob(name)):
            problems.append(f"{document.name}: '{name}' does not exist")


def check_commands(document, content):
    """`gradus` and what follows it, in a line of a block or in backticks."""
    joined = content.replace("\\\n", " ")
    calls = re.findall(r"`gradus ([^`]+)`", joined) + re.findall(r"^(?: {4,}|\$ )gradus (.*)$", joined, re.MULTILINE)
    for call in calls:
        words = re.sub(r"\s# .*|\s\| .*", "", call).split()
        path = ()
        while words and (*path, words[0]) in commands:
            path = (*path, words.pop(0))
        if not path and words and re.match(r"[a-z]", words[0]):
            problems.append(f"{document.name}: there is no command 'gradus {words[0]}'")
        for flag in re.findall(r"(?<![\w-])--[a-z][\w-]*", " ".join(words)):
            counts["flags"] += 1
            if flag not in commands[path]:
                problems.append(f"{document.name}: 'gradus {' '.join(path)}' has no flag {flag}")
    for flag in re.findall(r"(?<![\w`-])`?(--[a-z][\w-]*)", content):
        counts["flags"] += 1
        if flag not in all_flags | script_flags:
            problems.append(f"{document.name}: no program here has a flag {flag}")


def check_keys(document, content):
    content = re.sub(r"```cpp\n.*?```", "", content, flags=re.DOTALL)
    for key in re.findall(r"(?<![\w./-])((?:%s)\.[a-z]\w*)(?![\w/(])" % "|".join(sorted(sections)), content):
        is_file = key.split(".")[1] in {"toml", "md", "html", "sqlite", "json", "csv", "hpp", "cpp", "py"}
        if is_file or key in NO_KEYS:
            continue
        counts["keys"] += 1
        if key not in keys:
            problems.append(f"{document.name}: there is no key {key}")


def check_names(document, content):
    names = re.findall(r"`([A-Za-z_]\w*)\(\)`", content)  # functions
    names += re.findall(r"`([a-z]+(?:_[a-z]+){3,})`", content)  # tests
    for name in names:
        counts["names"] += 1
        if not re.search(r"\b%s\b" % name, code):
            problems.append(f"{document.name}: nothing is called {name}")


for document in documents:
    content = document.read_text()
    check_paths(document, content)
    check_commands(document, content)
    check_keys(document, content)
    if document.name != "formulas.md":  # it names what others have
        check_names(document, content)

described = set()
for line in (root / "docs/search.md").read_text().split("## The keys of [search]")[1].split("\n## ")[0].split("\n"):
    cell = re.match(r"\| `(\w+)` \|", line)
    if cell:
        described.add(cell.group(1))
for key in sorted(described ^ search_keys):
    problems.append(f"docs/search.md and the program: only one of them has search.{key}")

print(", ".join(f"{count} {what}" for what, count in counts.items()))
if min(counts.values()) < 20:
    problems.append("too little was found: the documents are no longer understood")
for problem in problems:
    print(problem)
sys.exit(bool(problems))
