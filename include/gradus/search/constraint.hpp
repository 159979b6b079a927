// Comparisons that a setting must satisfy: "500000 <= parameters <= 1000000", "network.hidden[1] >= network.hidden[2]".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace gradus {

struct Constraint {
  std::string text;
  std::vector<std::string> operands;   // numbers, names of parameters, or "parameters" (weights and biases)
  std::vector<std::string> relations;  // between neighbours: < <= > >= == !=

  /// `value_of` gives a name's number, NaN where the parameter does not exist; then the comparison holds.
  [[nodiscard]] bool holds(const std::function<double(const std::string&)>& value_of) const;
};

/// Throws InputError opened by `where`.
Constraint parse_constraint(const std::string& text, const std::string& where);

}  // namespace gradus
