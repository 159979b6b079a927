#!/usr/bin/env python3
"""What docs/formulas.md says of PyTorch and scikit-learn is what the installed ones have.

Every call in backticks that begins with `torch.` or `sklearn.`, such as `torch.optim.Adam(lr=0.001)`, must name a function
or class that is there, and each of its keywords the default of that name. Exit code 77: neither is installed.

usage: peers_test.py SOURCE_DIR
"""
# SPDX-License-Identifier: Apache-2.0
import ast
import importlib
import inspect
import pathlib
import re
import sys

page = (pathlib.Path(sys.argv[1]) / "docs/formulas.md").read_text()
problems = []
compared = 0
missing = {}  # package -> calls that could not be compared


def find(path):
    """The object of a dotted name; its longest part that is a module is imported."""
    names = path.split(".")
    for count in range(len(names) - 1, 0, -1):
        try:
            found = importlib.import_module(".".join(names[:count]))
        except ModuleNotFoundError:
            continue
        for name in names[count:]:
            found = getattr(found, name)
        return found
    raise ModuleNotFoundError(path)


def compare(call):
    global compared
    tree = ast.parse(call, mode="eval").body
    parameters = inspect.signature(find(ast.unparse(tree.func))).parameters
    for keyword in tree.keywords:
        said = eval(compile(ast.Expression(keyword.value), call, "eval"))  # numbers and texts of our own page
        real = parameters[keyword.arg].default if keyword.arg in parameters else "no such argument"
        compared += 1
        if said != real:
            problems.append(f"{call}: {keyword.arg} is {real!r}")


calls = re.findall(r"`((?:torch|sklearn)\.[\w.]+\([^`]*\))`", page)
for call in calls:
    package = call.split(".")[0]
    try:
        importlib.import_module(package)
    except ImportError:
        missing[package] = missing.get(package, 0) + 1
        continue
    try:
        compare(call)
    except (AttributeError, ModuleNotFoundError, SyntaxError) as error:
        problems.append(f"{call}: {error}")
for package, count in missing.items():
    print(f"skipped: {package} is not installed; {count} calls were not compared")
if len(calls) < 40:
    problems.append(f"only {len(calls)} calls found on the page")
print(f"{len(calls)} calls, {compared} defaults compared")
for problem in problems:
    print(problem)
sys.exit(1 if problems else 77 if compared == 0 else 0)
