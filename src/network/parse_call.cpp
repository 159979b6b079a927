// SPDX-License-Identifier: Apache-2.0
#include "network/parse_call.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "gradus/core/error.hpp"

namespace gradus {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

double parse_argument(std::string_view where, std::string_view text) {
  double value = 0.0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value)) {
    throw InputError({std::string(where), "a finite number in brackets", "'" + std::string(text) + "'", ""});
  }
  return value;
}

}  // namespace

ParsedCall parse_call(std::string_view where, std::string_view text) {
  text = trimmed(text);
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos) return {text, {}};
  if (text.back() != ')') {
    throw InputError({std::string(where), "a closing bracket at the end", "'" + std::string(text) + "'", ""});
  }
  ParsedCall call{trimmed(text.substr(0, open)), {}};
  std::string_view rest = text.substr(open + 1, text.size() - open - 2);
  for (;;) {
    const std::size_t comma = rest.find(',');
    call.arguments.push_back(parse_argument(where, trimmed(rest.substr(0, comma))));
    if (comma == std::string_view::npos) return call;
    rest.remove_prefix(comma + 1);
  }
}

void check_argument_count(std::string_view where, const ParsedCall& call, std::size_t at_least, std::size_t at_most) {
  const std::size_t count = call.arguments.size();
  if (count == 0 || (count >= at_least && count <= at_most)) return;
  const std::string expected =
      at_most == 0 ? "no number" : std::to_string(at_most) + (at_most == 1 ? " number" : " numbers");
  throw InputError(
      {std::string(where), expected + " after '" + std::string(call.name) + "'", std::to_string(count), ""});
}

std::string shortest(double value) {
  return fmt::format("{}", value);
}

}  // namespace gradus
