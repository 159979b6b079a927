"""libgradus.so exports the functions of include/gradus.h and nothing else, and needs the system's own libraries alone."""
# SPDX-License-Identifier: Apache-2.0
import re
import subprocess
import sys
from pathlib import Path

library, header, exported = (Path(argument) for argument in sys.argv[1:])
OWN = {"libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
declared = set(re.findall(r"\b(gradus_[a-z0-9_]+)\s*\(", text))
listed = set(re.findall(r"\b(gradus_[a-z0-9_]+);", exported.read_text()))
assert len(declared) > 30, declared
assert declared == listed, f"{header.name} and {exported.name} differ: {sorted(declared ^ listed)}"
symbols = [line.split() for line in output("nm", "-D", "--defined-only", str(library)).splitlines()]
found = {words[2].split("@")[0] for words in symbols if words[1] in "TWVuiDB"}
assert found == declared, f"exported and declared differ: {sorted(found ^ declared)}"
needed = set(re.findall(r"NEEDED\s+(\S+)", output("objdump", "-p", str(library))))
assert needed <= OWN, f"needs {sorted(needed - OWN)}"
print(f"{len(declared)} functions, needs {', '.join(sorted(needed))}")
