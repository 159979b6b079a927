// Names of activations, to and from text.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/network/activation.hpp"

#include "core/enumerators.hpp"
#include "core/suggest.hpp"
#include "gradus/core/error.hpp"
#include "network/parse_call.hpp"

namespace gradus {

static_assert(is_complete(kActivationTable), "every ActivationKind has its row, in order");

Activation make_activation(ActivationKind kind) {
  return {kind, activation_facts(kind).alpha};
}

std::string_view activation_name(ActivationKind kind) {
  return activation_facts(kind).name;
}

Activation parse_activation(std::string_view text) {
  const ParsedCall call = parse_call("activation", text);
  Activation activation = make_activation(parse_kind("activation", kActivationTable, call.name));
  check_argument_count("activation", call, 1, activation_facts(activation.kind).has_alpha ? 1 : 0);
  if (!call.arguments.empty()) activation.alpha = call.arguments[0];
  return activation;
}

std::string to_string(const Activation& activation) {
  std::string text(activation_name(activation.kind));
  if (activation_facts(activation.kind).has_alpha && activation != make_activation(activation.kind)) {
    text += "(" + shortest(activation.alpha) + ")";
  }
  return text;
}

}  // namespace gradus
