// Numbers as people write them in tables: decimal point or comma, groups of thousands, True and False.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace gradus::data {

/// What stands between whole part and fraction, and between groups of three digits ('\0': nothing does).
struct NumberFormat {
  char decimal = '.';
  char thousands = '\0';
  bool operator==(const NumberFormat&) const = default;
};

/// `field` without blanks and tabs at its ends.
std::string_view trimmed(std::string_view field);

/// Whether two words are the same but for the case of a to z.
bool equal_without_case(std::string_view a, std::string_view b);

/// The number that `field` holds (nan and inf included, for a better message later), or nothing. Blanks around it are
/// left out; true and false (also TRUE, True, ...) are 1 and 0; what is too small for double is 0, what is too large
/// infinite.
std::optional<double> parse_number(std::string_view field, const NumberFormat& format = {});

/// Whether `field` is whole and its digits stand in groups of three, as 1,234 or -12,345,678: then nobody can tell
/// `separator` from a decimal sign.
bool is_grouped(std::string_view field, char separator);

/// How a field that is no number in `format` could be one.
struct OtherNotation {
  char sign = ',';         // the decimal sign that `format` has not
  bool decimal = false;    // with this decimal sign
  bool thousands = false;  // with this sign between groups of three digits
};
OtherNotation other_notation(std::string_view field, const NumberFormat& format);

}  // namespace gradus::data
