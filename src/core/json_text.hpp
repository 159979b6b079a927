// Text as JSON: the one door for files, databases and what is in them. What passes it can be walked, copied and written
// again without care, because its depth and the number of its keys are bounded; building it takes time linear in the
// text, up to the sorting of an object's keys.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gradus {

constexpr std::size_t kMaxJsonDepth = 100;
constexpr std::size_t kMaxJsonKeys = 100'000;  // of one object

/// The value of a JSON text (RFC 8259): at most 100 levels, at most 100,000 keys an object and none of them twice,
/// nothing after the value but blanks, and no NUL anywhere. Keys keep their order. Nothing for any other text.
std::optional<nlohmann::ordered_json> parse_json(std::string_view text);

/// The same. Throws InputError, opened by `where`, that says what the text is not.
nlohmann::ordered_json require_json(std::string_view text, const std::string& where);

/// A whole number that fits in T, nothing for any other value.
template <class T>
std::optional<T> json_integer(const nlohmann::ordered_json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    return std::in_range<T>(number) ? std::optional(static_cast<T>(number)) : std::nullopt;
  }
  if (!value.is_number_integer()) return std::nullopt;
  const auto number = value.get<std::int64_t>();
  return std::in_range<T>(number) ? std::optional(static_cast<T>(number)) : std::nullopt;
}

/// The error for a value that is no whole number in range: "WHERE: expected a whole number ..., found ...".
[[noreturn]] void reject_json_integer(const nlohmann::ordered_json& value, const std::string& where);

/// json_integer(), or InputError opened by `where`.
template <class T>
T require_json_integer(const nlohmann::ordered_json& value, const std::string& where) {
  if (const std::optional<T> number = json_integer<T>(value)) return *number;
  reject_json_integer(value, where);
}

}  // namespace gradus
