"""No instruction of a newer CPU outside the namespace of its target: such code would stop older machines.

Kernel files are compiled with the flags of AVX2 and AVX-512. A standard function inlined there may be emitted for the
whole program, and what runs before the choice of a target must not use what the choice has yet to find.
"""
# SPDX-License-Identifier: Apache-2.0
import re
import subprocess
import sys

LIBRARY = sys.argv[1]
WIDE = re.compile(r"\tv\w+\s.*%[xyz]mm\d")
# Filling a table is part of a target; everything else in these namespaces is its kernels.
ALLOWED = re.compile(r"N_AVX[23]|N_AVX3_DL")


def offenders(listing):
    symbol, found = "", {}
    for line in listing:
        if line.endswith(">:\n"):
            symbol = line[line.index("<") + 1:-3]
        elif WIDE.search(line) and not ALLOWED.search(symbol):
            found.setdefault(symbol, line.strip())
    return found


def multiply_adds(listing):
    """Fused multiply-adds in each kernel that measures the arithmetic peak."""
    symbol, counts = "", {}
    for line in listing:
        if line.endswith(">:\n"):
            symbol = line[line.index("<") + 1:-3]
            if ALLOWED.search(symbol) and "MultiplyAdds" in symbol:
                counts[symbol] = 0
        elif symbol in counts and ("vfmadd" in line or "vdpbf16ps" in line):
            counts[symbol] += 1
    return counts


def main():
    command = ["objdump", "-d", "--no-show-raw-insn", LIBRARY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        listing = process.stdout.readlines()
    kernels = sum(1 for line in listing if line.endswith(">:\n") and ALLOWED.search(line))
    if process.returncode != 0 or kernels < 10 or not multiply_adds(listing):
        sys.exit(f"{LIBRARY}: expected kernels of AVX2 and AVX-512, found {kernels}")
    found = offenders(listing)
    for symbol, line in found.items():
        print(f"{symbol}: {line}")
    # The peak that every benchmark divides by: equal chains were once merged into one, and the peak came out too high.
    for symbol, count in multiply_adds(listing).items():
        if count < 12:
            sys.exit(f"{symbol}: expected 12 chains of multiply-adds, found {count}")
    sys.exit(1 if found else 0)


main()
