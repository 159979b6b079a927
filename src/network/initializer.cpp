// SPDX-License-Identifier: Apache-2.0
#include "gradus/network/initializer.hpp"

#include <array>
#include <cstddef>

#include "core/suggest.hpp"
#include "gradus/core/error.hpp"
#include "network/parse_call.hpp"

namespace gradus {
namespace {

// In the order of InitializerKind; the short forms follow.
constexpr std::array<std::string_view, 14> kInitializerNames = {
    "zeros",     "constant",      "normal",       "uniform",        "glorot_uniform",  "glorot_normal", "he_uniform",
    "he_normal", "lecun_uniform", "lecun_normal", "uniform_fan_in", "uniform_fan_out", "glorot",        "he"};
constexpr std::size_t kNumKinds = 12;

InitializerKind kind_of(std::string_view name) {
  if (name == "glorot") return InitializerKind::kGlorotUniform;
  if (name == "he") return InitializerKind::kHeUniform;
  for (std::size_t i = 0; i < kNumKinds; ++i) {
    if (name == kInitializerNames[i]) return static_cast<InitializerKind>(i);
  }
  throw unknown_name("initializer", name, kInitializerNames);
}

InputError negative(std::string_view what, double value) {
  return InputError({"initializer", std::string(what) + " of 0 or more", shortest(value), ""});
}

}  // namespace

Initializer parse_initializer(std::string_view text) {
  const ParsedCall call = parse_call("initializer", text);
  Initializer initializer;
  initializer.kind = kind_of(call.name);
  switch (initializer.kind) {
    case InitializerKind::kConstant:
      check_argument_count("initializer", call, 1, 1);
      if (!call.arguments.empty()) initializer.value = call.arguments[0];
      break;
    case InitializerKind::kNormal:
      check_argument_count("initializer", call, 2, 2);
      if (!call.arguments.empty()) {
        initializer.mean = call.arguments[0];
        initializer.std = call.arguments[1];
      }
      if (initializer.std < 0.0) throw negative("a standard deviation", initializer.std);
      break;
    case InitializerKind::kUniform:
      check_argument_count("initializer", call, 1, 1);
      if (!call.arguments.empty()) initializer.bound = call.arguments[0];
      if (initializer.bound < 0.0) throw negative("a bound", initializer.bound);
      break;
    default:
      check_argument_count("initializer", call, 0, 0);
  }
  return initializer;
}

std::string to_string(const Initializer& initializer) {
  std::string name(kInitializerNames[static_cast<std::size_t>(initializer.kind)]);
  switch (initializer.kind) {
    case InitializerKind::kConstant:
      return name + "(" + shortest(initializer.value) + ")";
    case InitializerKind::kNormal:
      return name + "(" + shortest(initializer.mean) + "," + shortest(initializer.std) + ")";
    case InitializerKind::kUniform:
      return name + "(" + shortest(initializer.bound) + ")";
    default:
      return name;
  }
}

}  // namespace gradus
