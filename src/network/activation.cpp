#include "gradus/network/activation.hpp"

#include "core/suggest.hpp"
#include "gradus/core/error.hpp"
#include "network/parse_call.hpp"

namespace gradus {
namespace {

// In the order of ActivationKind.
constexpr std::array<std::string_view, kAllActivations.size()> kActivationNames = {
    "identity", "relu", "leaky_relu", "sigmoid", "tanh", "softplus", "elu", "gelu", "silu"};

bool has_alpha(ActivationKind kind) {
  return kind == ActivationKind::kLeakyRelu || kind == ActivationKind::kElu;
}

}  // namespace

Activation make_activation(ActivationKind kind) {
  if (kind == ActivationKind::kLeakyRelu) return {kind, 0.01};
  if (kind == ActivationKind::kElu) return {kind, 1.0};
  return {kind, 0.0};
}

std::string_view activation_name(ActivationKind kind) {
  return kActivationNames[static_cast<std::size_t>(kind)];
}

Activation parse_activation(std::string_view text) {
  const ParsedCall call = parse_call("activation", text);
  for (const ActivationKind kind : kAllActivations) {
    if (call.name != activation_name(kind)) continue;
    check_argument_count("activation", call, 1, has_alpha(kind) ? 1 : 0);
    Activation activation = make_activation(kind);
    if (!call.arguments.empty()) activation.alpha = call.arguments[0];
    return activation;
  }
  throw unknown_name("activation", call.name, kActivationNames);
}

std::string to_string(const Activation& activation) {
  std::string text(activation_name(activation.kind));
  if (has_alpha(activation.kind) && activation != make_activation(activation.kind)) {
    text += "(" + shortest(activation.alpha) + ")";
  }
  return text;
}

}  // namespace gradus
