// Names of initialisers with their numbers, to and from text.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/network/initializer.hpp"

#include <vector>

#include "core/enumerators.hpp"
#include "core/suggest.hpp"
#include "gradus/core/error.hpp"
#include "network/parse_call.hpp"

namespace gradus {
namespace {

static_assert(is_complete(kInitializerTable), "every InitializerKind has its row, in order");
static_assert(is_complete(kBiasTable), "every BiasInit has its row, in order");

InitializerKind kind_of(std::string_view name) {
  std::vector<std::string_view> names;
  for (const InitializerFacts& facts : kInitializerTable) {
    if (name == facts.name || (!facts.short_name.empty() && name == facts.short_name)) return facts.kind;
    names.push_back(facts.name);
  }
  for (const InitializerFacts& facts : kInitializerTable) {
    if (!facts.short_name.empty()) names.push_back(facts.short_name);
  }
  throw unknown_name("initializer", name, names);
}

InputError negative(std::string_view what, double value) {
  return InputError({"initializer", std::string(what) + " of 0 or more", shortest(value), ""});
}

}  // namespace

Initializer parse_initializer(std::string_view text) {
  const ParsedCall call = parse_call("initializer", text);
  Initializer initializer;
  initializer.kind = kind_of(call.name);
  const std::size_t arguments = initializer_facts(initializer.kind).arguments;
  check_argument_count("initializer", call, arguments, arguments);
  if (call.arguments.empty()) return initializer;
  switch (initializer.kind) {
    case InitializerKind::kConstant:
      initializer.value = call.arguments[0];
      break;
    case InitializerKind::kNormal:
      initializer.mean = call.arguments[0];
      initializer.std = call.arguments[1];
      if (initializer.std < 0.0) throw negative("a standard deviation", initializer.std);
      break;
    case InitializerKind::kUniform:
      initializer.bound = call.arguments[0];
      if (initializer.bound < 0.0) throw negative("a bound", initializer.bound);
      break;
    default:
      break;
  }
  return initializer;
}

std::string to_string(const Initializer& initializer) {
  std::string name(initializer_facts(initializer.kind).name);
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

std::string_view bias_init_name(BiasInit init) {
  return row_of(kBiasTable, init).name;
}

}  // namespace gradus
