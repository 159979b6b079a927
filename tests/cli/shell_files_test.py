#!/usr/bin/env python3
"""Completion and the manual page have every command, flag and choice that the help has; help fits 80 columns.

The commands and their flags are taken from `--help`, which does not go through the code that writes completion. What needs
a shell or groff that is not installed is left out by name.

usage: shell_files_test.py PROGRAM
"""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

program = pathlib.Path(sys.argv[1])
problems = []


def run(words, text=None):
    done = subprocess.run([str(word) for word in words], input=text, capture_output=True, text=True)
    if done.returncode != 0:
        problems.append(f"{' '.join(map(str, words))}: exit code {done.returncode}: {done.stderr.strip()[-300:]}")
    if done.stderr:
        problems.append(f"{' '.join(map(str, words))}: {done.stderr.strip()[-300:]}")
    return done.stdout


def skip(tool, what):
    print(f"skipped: {tool} is not installed: {what}")


def read_help(path):
    """Flags with their choices, and sub-commands, of a command; what is wrong with its help is a problem."""
    text = run([program, *path, "--help"])
    name = " ".join(path) or "the program"
    lines = text.splitlines()
    seen = set()
    for line in lines:
        if len(line) > 80:
            problems.append(f"help of {name}: {len(line)} columns: {line}")
        if re.match(r"\s*(-\S|\w+\.\w+\s)", line) and line in seen:
            problems.append(f"help of {name}: twice: {line}")
        seen.add(line)
    flags = {}
    entries = re.sub(r"\n {20,}", " ", text)  # broken lines joined again
    for entry in re.findall(r"^  (-.*)$", entries, re.MULTILINE):
        names = re.findall(r"(?<![\w-])--?[a-z][\w-]*", re.split(r"\s{2,}| [A-Z]+ ", entry)[0])
        choices = re.search(r"\(\w+\.\w+\): ([\w., ]+)$", entry)  # "update rule [adam] (training.optimizer): sgd, ..."
        for flag in names:
            flags[flag] = choices.group(1).split(", ") if choices else []
    below = re.search(r"^Subcommands:\n((?:  .*\n)+)", text, re.MULTILINE)
    commands = re.findall(r"^  (\w+)", below.group(1), re.MULTILINE) if below else []
    return flags, commands


tree = {}
waiting = [()]
while waiting:
    path = waiting.pop(0)
    tree[path] = read_help(path)
    waiting += [(*path, command) for command in tree[path][1]]
if len(tree) < 18 or len(tree[("train",)][0]) < 60 or "--optimizer" not in tree[("train",)][0]:
    problems.append(f"the help was not understood: {len(tree)} commands, {len(tree[('train',)][0])} flags of train")

# What must be offered: words before the cursor, the word at it, and the answers.
questions = []
for path, (flags, commands) in tree.items():
    before = ["gradus", *path]
    questions.append((before, "-", flags))
    if commands:
        questions.append((before, "", commands))
    questions += [([*before, flag], "", choices) for flag, choices in flags.items() if choices]
questions += [(["gradus", "data", "fetch"], "ir", ["iris"]), (["gradus", "train", "--data"], "moo", ["moons"]),
              (["gradus", "evaluate", "run", "--part"], "", ["train", "valid", "test", "all"]),
              (["gradus", "train", "--normalization"], "", ["none", "batch_norm", "layer_norm"]),
              (["gradus", "train", "--init"], "he", ["he_uniform", "he_normal"]),
              (["gradus", "reproduce"], "s2", ["s2-init"]), (["gradus", "train", "--optimizer", "="], "ad", ["adam"])]


def compare(shell, answers):
    for (before, word, wanted), offered in zip(questions, answers):
        missing = [name for name in wanted if name not in offered]
        if missing:
            problems.append(f"{shell}: '{' '.join(before)} {word}' does not offer {' '.join(missing)}")


def quoted(word):
    return "'" + word.replace("'", "'\\''") + "'"


scripts = {shell: run([program, "completion", shell]) for shell in ("bash", "zsh", "fish")}
with tempfile.TemporaryDirectory() as folder:
    files = {}
    for shell, script in scripts.items():
        files[shell] = pathlib.Path(folder) / shell
        files[shell].write_text(script)
        if shutil.which(shell):
            run([shell, "-n", files[shell]])
        else:
            skip(shell, "the syntax of its completion")
    if shutil.which("bash"):
        text = f"source {files['bash']}\n"
        for before, word, _ in questions:
            text += f"COMP_WORDS=({' '.join(map(quoted, [*before, word]))}); COMP_CWORD={len(before)}; _gradus; "
            text += 'printf "%s\\t" "${COMPREPLY[@]}"; echo\n'
        compare("bash", [line.split("\t") for line in run(["bash"], text).splitlines()])
    if shutil.which("fish"):
        text = f"source {files['fish']}\n"
        for before, word, _ in questions:
            line = " ".join([*before, word]).replace(" = ", "=")
            text += f"complete -C {quoted(line)} | cut -f 1 | sed 's/.*=//' | tr '\\n' '\\t'; echo\n"
        compare("fish", [line.split("\t") for line in run(["fish"], text).splitlines()])
    # zsh completes on a terminal only; its script must name everything.
    for (flags, commands) in tree.values():
        for name in [*flags, *commands, *(choice for choices in flags.values() for choice in choices)]:
            if name not in scripts["zsh"]:
                problems.append(f"zsh: nothing about {name}")

    page = run([program, "man"])
    plain = page.replace("\\-", "-")
    for path, (flags, _) in tree.items():
        for name in [f"gradus {' '.join(path)}".strip(), *flags]:
            if name not in plain:
                problems.append(f"the manual page: nothing about '{name}'")
    if shutil.which("groff"):
        printed = run(["groff", "-man", "-ww", "-Tascii", "-P-cbou"], page)
        if "EXIT STATUS" not in printed:
            problems.append("the manual page: its end is missing")
    else:
        skip("groff", "the manual page as it is printed")

print(f"{len(tree)} commands, {sum(len(flags) for flags, _ in tree.values())} flags, {len(questions)} questions")
for problem in problems:
    print(problem)
sys.exit(bool(problems))
