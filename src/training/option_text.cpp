// SPDX-License-Identifier: Apache-2.0
#include "training/option_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <type_traits>

#include "core/suggest.hpp"

namespace gradus {
namespace {

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string range_text(const ConfigOption& option) {
  std::string text;
  if (std::isfinite(option.lowest)) text += fmt::format(" from {}", option.lowest);
  if (std::isfinite(option.highest)) text += fmt::format(" up to {}", option.highest);
  return text;
}

[[noreturn]] void reject_text(const std::string& where, const std::string& expected, std::string_view found) {
  throw InputError({.where = where, .expected = expected, .found = "'" + std::string(found) + "'", .advice = ""});
}

template <class T>
T parse_bounded(const ConfigOption& option, std::string_view text, const std::string& where) {
  const std::string_view digits = without_blanks(text);
  T value{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  bool good = error == std::errc() && end == digits.data() + digits.size() && !digits.empty();
  if constexpr (std::is_floating_point_v<T>) good = good && std::isfinite(value);
  good = good && static_cast<double>(value) >= option.lowest && static_cast<double>(value) <= option.highest;
  const char* kind = std::is_floating_point_v<T> ? "a number" : "a whole number";
  if (!good)
    reject_text(where,
                kind + (option.lowest == -INFINITY && !std::is_floating_point_v<T> ? " from 0" : range_text(option)),
                digits);
  return value;
}

// One overload per kind of field; lists and optionals build on the scalars.
struct Store {
  const ConfigOption& option;
  std::string_view text;
  const std::string& where;

  void operator()(std::string* field) const {
    const std::string_view value = without_blanks(text);
    if (!option.choices.empty() &&
        std::find(option.choices.begin(), option.choices.end(), value) == option.choices.end())
      throw unknown_name(where, value, option.choices);
    *field = std::string(value);
  }
  void operator()(bool* field) const {
    const std::string_view value = without_blanks(text);
    if (value != "true" && value != "false") reject_text(where, "true or false", value);
    *field = value == "true";
  }
  void operator()(double* field) const { *field = parse_bounded<double>(option, text, where); }
  void operator()(std::uint64_t* field) const { *field = parse_bounded<std::uint64_t>(option, text, where); }
  void operator()(std::optional<bool>* field) const {
    const std::string_view value = without_blanks(text);
    field->reset();
    if (value == "auto") return;
    if (value != "true" && value != "false") reject_text(where, "true, false or auto", value);
    *field = value == "true";
  }
  template <class T>
  void operator()(std::optional<T>* field) const {
    field->reset();
    if (without_blanks(text) != "auto") *field = parse_bounded<T>(option, text, where);
  }
  void operator()(std::vector<std::string>* field) const { *field = split_list(text); }
  template <class T>
  void operator()(std::vector<T>* field) const {
    std::vector<T> values;
    for (const std::string& part : split_list(text)) values.push_back(parse_bounded<T>(option, part, where));
    *field = std::move(values);
  }
};

std::string quoted_toml(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      result += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  return result + '"';
}

// TOML tells 1 from 1.0; both are read back, but a number should look like what it is.
std::string number_text(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

struct Print {
  std::string operator()(const std::string* field) const { return quoted_toml(*field); }
  std::string operator()(const bool* field) const { return *field ? "true" : "false"; }
  std::string operator()(const double* field) const { return number_text(*field); }
  std::string operator()(const std::uint64_t* field) const { return std::to_string(*field); }
  template <class T>
  std::string operator()(const std::optional<T>* field) const {
    if (!*field) return "\"auto\"";
    const T value = **field;
    return (*this)(&value);
  }
  template <class T>
  std::string operator()(const std::vector<T>* field) const {
    std::string text = "[";
    for (const T& value : *field) text += (text.size() > 1 ? ", " : "") + (*this)(&value);
    return text + "]";
  }
};

}  // namespace

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  if (without_blanks(text).empty()) return parts;
  std::size_t start = 0;
  int depth = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '(') ++depth;
    if (i < text.size() && text[i] == ')') --depth;
    if (i < text.size() && (text[i] != ',' || depth > 0)) continue;
    parts.emplace_back(without_blanks(text.substr(start, i - start)));
    start = i + 1;
  }
  return parts;
}

const ConfigOption* find_option(std::string_view key) {
  const auto options = config_options();
  const auto found = std::find_if(options.begin(), options.end(), [&](const ConfigOption& o) { return o.key == key; });
  return found == options.end() ? nullptr : &*found;
}

bool is_section(std::string_view name) {
  const auto options = config_options();
  return std::any_of(options.begin(), options.end(), [&](const ConfigOption& o) {
    return o.key.size() > name.size() && o.key.starts_with(name) && o.key[name.size()] == '.';
  });
}

void store_text(const ConfigOption& option, RunConfig& config, std::string_view text, const std::string& where) {
  store_text(option, option.field(config), text, where);
}

void store_text(const ConfigOption& option, OptionField field, std::string_view text, const std::string& where) {
  std::visit(Store{option, text, where}, field);
}

std::string toml_value(const ConfigOption& option, const RunConfig& config) {
  RunConfig copy = config;  // the table's accessors take a mutable object
  return toml_value(option.field(copy));
}

std::string toml_value(OptionField field) {
  return std::visit(Print{}, field);
}

bool differs_from_default(const ConfigOption& option, const RunConfig& config) {
  static const RunConfig defaults;
  return option_text(option, config) != option_text(option, defaults);
}

double parse_number(std::string_view text, const std::string& where) {
  const ConfigOption any{"", "", "", nullptr};
  return parse_bounded<double>(any, text, where);
}

}  // namespace gradus
