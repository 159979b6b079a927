"""Prints numpy_initializers_golden.hpp: initial weights of a 3-4-2 network as the published notebooks draw them.

"""
# SPDX-License-Identifier: Apache-2.0
import numpy as np

WIDTHS = [3, 4, 2]


def draw(method):
    np.random.seed(5)
    values = []
    for i, o in zip(WIDTHS, WIDTHS[1:]):
        values.extend(method(i, o).ravel())
    return "{" + ", ".join(float(v).hex() for v in values) + "}"


def glorot(i, o):
    return np.random.uniform(-np.sqrt(6. / (i + o)), np.sqrt(6. / (i + o)), size=(i, o))


def normal(i, o):
    return np.random.normal(scale=1, size=(i, o))


def normal_with_biases(i, o):
    """Study s4: weights and biases ~ N(.5, .5)."""
    return np.concatenate([np.random.normal(.5, .5, (i, o)).ravel(), np.random.normal(.5, .5, o)])


print("// Printed by numpy_initializers.py with numpy " + np.__version__ + "; do not edit.")
print("// SPDX-License-Identifier: Apache-2.0\n#pragma once\n\n#include <vector>\n\nnamespace gradus::golden {\n")
for name, method in [("kGlorot", glorot), ("kNormal", normal), ("kNormalWithBiases", normal_with_biases)]:
    print("inline const std::vector<double> " + name + " = " + draw(method) + ";")
print("\n}  // namespace gradus::golden")
