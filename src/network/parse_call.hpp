// "name" and "name(1, 2)": how activations and initialisers are written in flags and files.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

struct ParsedCall {
  std::string_view name;
  std::vector<double> arguments;
};

/// Throws InputError for an unclosed bracket, text after it, or an argument that is not a finite number.
ParsedCall parse_call(std::string_view where, std::string_view text);
/// Throws InputError when there are more arguments than `at_most`, or fewer than `at_least` (none is always right).
void check_argument_count(std::string_view where, const ParsedCall& call, std::size_t at_least, std::size_t at_most);
/// Shortest decimal that reads back as the same double.
std::string shortest(double value);

}  // namespace gradus
