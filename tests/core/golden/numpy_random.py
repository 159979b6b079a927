"""Writes numpy_random_golden.hpp: what numpy's legacy RandomState and its Philox print. Run: python3 numpy_random.py > numpy_random_golden.hpp

"""
# SPDX-License-Identifier: Apache-2.0
import numpy as np

SEEDS = [0, 5, 42, 2**32 - 1]
RANGES = [(0, 1), (0, 2), (0, 10), (-5, 5), (0, 1000), (0, 2**32), (0, 2**32 + 1), (-(2**63), 2**63 - 1), (0, 2**40)]


def floats(values):
    return "{" + ", ".join(float(v).hex() for v in values) + "}"


def ints(values):
    def one(v):
        return "std::numeric_limits<std::int64_t>::min()" if v == -(2**63) else str(int(v))
    return "{" + ", ".join(one(v) for v in values) + "}"


def unsigned(values):
    return "{" + ", ".join(hex(int(v)) for v in values) + "}"


def case(seed):
    """One stream per method, and a last one that mixes them so that cached values and positions count."""
    r = np.random.RandomState
    fields = [
        str(seed) + "u",
        floats(r(seed).random_sample(4)),
        floats(r(seed).uniform(-0.25, 0.75, 4)),
        floats(r(seed).normal(size=7)),
        floats(r(seed).normal(0.5, 0.25, 5)),
    ]
    stream = r(seed)
    drawn = [stream.randint(low, high) for low, high in RANGES for _ in range(4)]
    fields.append(ints(drawn))
    fields.append(ints(r(seed).permutation(20)))
    shuffled = np.arange(10, 23)
    r(seed).shuffle(shuffled)
    fields.append(ints(shuffled))
    mixed = r(seed)
    mixed.normal()
    fields.append(floats([mixed.random_sample(), mixed.normal(), mixed.uniform(2, 3), mixed.normal()]))
    late = r(seed)
    late.random_sample(10000)
    fields.append(floats(late.normal(size=2)))
    return "    {" + ",\n     ".join(fields) + "},"


print("// Printed by numpy_random.py with numpy " + np.__version__ + "; do not edit.")
print("// SPDX-License-Identifier: Apache-2.0")
print("#pragma once\n\n#include <array>\n#include <cstdint>\n#include <limits>\n#include <utility>\n#include <vector>\n")
print("namespace gradus::golden {\n")
print("struct NumpyRandomCase {\n  std::uint32_t seed;\n  std::vector<double> random_sample, uniform, normal, normal_shifted;")
print("  std::vector<std::int64_t> randint, permutation, shuffled;\n  std::vector<double> mixed, late_normal;\n};\n")
print("inline const std::vector<std::pair<std::int64_t, std::int64_t>> kRandintRanges = {")
print(", ".join("{" + ints([a])[1:-1] + ", " + ints([b])[1:-1] + "}" for a, b in RANGES) + "};\n")
print("inline const std::vector<NumpyRandomCase> kNumpyRandomCases = {")
for s in SEEDS:
    print(case(s))
print("};\n")
print("// np.random.Philox(counter, key).random_raw(8); numpy increments the counter before each block.")
print("struct NumpyPhiloxCase {\n  std::array<std::uint64_t, 4> counter;\n  std::array<std::uint64_t, 2> key;\n  std::vector<std::uint64_t> raw;\n};")
print("inline const std::vector<NumpyPhiloxCase> kNumpyPhiloxCases = {")
M = 2**64 - 1
for counter, key in [([0, 0, 0, 0], [0, 0]), ([M, 2, 0, 0], [42, 1]), ([M, M, M, M], [7, 4]), ([5, 6, 7, 8], [0xDEADBEEF, M])]:
    c = sum(v << (64 * i) for i, v in enumerate(counter))
    k = sum(v << (64 * i) for i, v in enumerate(key))
    print("    {" + unsigned(counter) + ", " + unsigned(key) + ", " + unsigned(np.random.Philox(counter=c, key=k).random_raw(8)) + "},")
print("};\n\n}  // namespace gradus::golden")
