// SPDX-License-Identifier: Apache-2.0
#include "data/text_number.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

namespace gradus::data {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// What double makes of a number beyond its range: 0 or infinity.
double beyond_range(std::string_view number) {
  const std::size_t exponent = number.find_first_of("eE");
  const std::size_t first = number.find_first_not_of("+-");
  const bool tiny = exponent == std::string_view::npos ? number[first] == '0' || number[first] == '.'
                                                       : number.substr(exponent + 1).starts_with('-');
  return std::copysign(tiny ? 0.0 : HUGE_VAL, number.starts_with('-') ? -1.0 : 1.0);
}

/// A number in C notation.
std::optional<double> parse_plain(std::string_view field) {
  if (field.starts_with('+') && !field.starts_with("+-")) field.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (field.empty() || end != field.data() + field.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return beyond_range(field);
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

std::optional<double> parse_truth(std::string_view field) {
  if (field == "True" || field == "true" || field == "TRUE") return 1.0;
  if (field == "False" || field == "false" || field == "FALSE") return 0.0;
  return std::nullopt;
}

/// `field` in C notation, or nothing where a separator stands in a wrong place.
std::optional<std::string> in_c_notation(std::string_view field, const NumberFormat& format) {
  const std::size_t end = std::min({field.find(format.decimal), field.find_first_of("eE"), field.size()});
  const std::string_view whole = field.substr(0, end);
  std::string_view rest = field.substr(end);
  std::string plain(whole);
  if (format.thousands != '\0' && whole.find(format.thousands) != std::string_view::npos) {
    if (!is_grouped(whole, format.thousands)) return std::nullopt;
    std::erase(plain, format.thousands);
  }
  if (format.decimal != '.') {
    if (plain.find('.') != std::string::npos || rest.find('.') != std::string_view::npos) return std::nullopt;
    if (rest.starts_with(format.decimal)) {
      plain += '.';
      rest.remove_prefix(1);
      if (rest.empty() || !is_digit(rest.front())) return std::nullopt;  // "39," is a list's item rather than a number
    }
  }
  return plain.append(rest);
}

}  // namespace

std::string_view trimmed(std::string_view field) {
  const std::size_t first = field.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return field.substr(first, field.find_last_not_of(" \t") - first + 1);
}

bool equal_without_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::optional<double> parse_number(std::string_view field, const NumberFormat& format) {
  const bool plain = format == NumberFormat{};
  if (plain) {
    const std::optional<double> number = parse_plain(field);
    if (number) return number;
  }
  field = trimmed(field);
  if (const std::optional<double> truth = parse_truth(field)) return truth;
  if (plain) return parse_plain(field);
  const std::optional<std::string> number = in_c_notation(field, format);
  return number ? parse_plain(*number) : std::nullopt;
}

bool is_grouped(std::string_view field, char separator) {
  field = trimmed(field);
  if (field.starts_with('-') || field.starts_with('+')) field.remove_prefix(1);
  std::size_t digits = 0;
  std::size_t groups = 0;
  for (const char c : field) {
    if (is_digit(c)) {
      if (++digits > 3) return false;
    } else if (c != separator || digits == 0 || (groups > 0 && digits != 3)) {
      return false;
    } else {
      ++groups;
      digits = 0;
    }
  }
  return groups > 0 && digits == 3 && field.front() != '0';
}

OtherNotation other_notation(std::string_view field, const NumberFormat& format) {
  OtherNotation other{.sign = format.decimal == '.' ? ',' : '.'};
  other.decimal = parse_number(field, {other.sign, '\0'}).has_value();
  other.thousands = is_grouped(field, other.sign) || parse_number(field, {format.decimal, other.sign}).has_value();
  return other;
}

}  // namespace gradus::data
