"""Runs tests of the Python package: `run.py INTERPRETER ROOT LIBRARY PROGRAM [FILE...]`. Exit code 77: skipped, saying why.

With an interpreter below ROOT/build the package is the installed one, else that of the checkout with LIBRARY.
"""
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys

interpreter, root, library, program, *files = sys.argv[1:]
environment = dict(os.environ, GRADUS_PROGRAM=program, PYTHONDONTWRITEBYTECODE="1")
needed = ["numpy", "pytest", "sklearn"]
if not os.path.exists(interpreter):
    print(f"skipped: no {interpreter}; `./run python` makes it where a package index is reached")
    sys.exit(77)
if interpreter.startswith(os.path.join(root, "build")):
    needed.append("gradus")
    environment.pop("PYTHONPATH", None)
else:
    environment.update(GRADUS_LIBRARY=library, PYTHONPATH=os.path.join(root, "python"))
for module in needed:
    if subprocess.run([interpreter, "-c", f"import {module}"], env=environment, capture_output=True).returncode != 0:
        print(f"skipped: {interpreter} has no {module}")
        sys.exit(77)
command = [interpreter, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "-W", "ignore"]
command += [os.path.join(root, "tests", "python", name) for name in files or [""]]
sys.exit(subprocess.run(command, env=environment, cwd=os.path.join(root, "build")).returncode)
