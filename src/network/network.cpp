// Networks as data: validation, initial values, hash and the printed table.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/network/network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <type_traits>

#include "gradus/core/error.hpp"
#include "gradus/core/random.hpp"
#include "gradus/core/sha256.hpp"
#include "network/layers/all_layers.hpp"

namespace gradus {
namespace {

// Widths and label types are 32-bit in the file formats that the network meets.
constexpr std::size_t kMaxWidth = 0x7fffffff;

void require(bool holds, const std::string& where, const std::string& expected, const std::string& found) {
  if (!holds) throw InputError({where, expected, found, ""});
}

void validate_width(const std::string& where, std::size_t width) {
  require(width >= 1 && width <= kMaxWidth, where, "a width from 1 to 2147483647", std::to_string(width));
}

void validate_layer(const std::string& where, const LayerSpec& layer) {
  validate_width(where, layer.units);
  const auto penalty = [&](const char* name, double value) {
    require(value >= 0.0 && std::isfinite(value), where, std::string(name) + " of 0 or more", fmt::format("{}", value));
  };
  penalty("l1", layer.l1);
  penalty("l2", layer.l2);
  require(layer.dropout >= 0.0 && layer.dropout < 1.0, where, "dropout in [0, 1)", fmt::format("{}", layer.dropout));
  require(std::isfinite(layer.activation.alpha), where, "a finite alpha", fmt::format("{}", layer.activation.alpha));
  require(layer.epsilon > 0.0 && std::isfinite(layer.epsilon), where, "a positive epsilon",
          fmt::format("{}", layer.epsilon));
  require(layer.momentum >= 0.0 && layer.momentum <= 1.0, where, "momentum in [0, 1]",
          fmt::format("{}", layer.momentum));
  const Initializer& init = layer.initializer;
  for (const double value : {init.mean, init.std, init.bound, init.value, init.bias_value}) {
    require(std::isfinite(value), where, "finite numbers for the initializer", fmt::format("{}", value));
  }
  require(init.std >= 0.0 && init.bound >= 0.0, where, "an initializer's spread of 0 or more",
          fmt::format("{} and {}", init.std, init.bound));
}

void validate_loss(const NetworkSpec& spec) {
  const Loss& loss = spec.loss;
  require(loss_fits_output(loss.kind, spec.output), "loss",
          "one that fits " + std::string(output_name(spec.output)) + " outputs, such as " +
              std::string(loss_name(default_loss(spec.output))),
          std::string(loss_name(loss.kind)));
  require(spec.output != OutputKind::kSoftmax || spec.num_outputs() >= 2, "layers",
          "at least 2 outputs for softmax (use sigmoid for one)", std::to_string(spec.num_outputs()));
  if (loss.floor_kind == FloorKind::kAdd) {
    require(loss.floor > 0.0 && loss.floor < 1.0, "loss floor", "a number in (0, 1)", fmt::format("{}", loss.floor));
  }
  if (loss.floor_kind == FloorKind::kClip) {
    require(loss.floor > 0.0 && loss.floor < 0.5, "loss floor", "a number in (0, 0.5)", fmt::format("{}", loss.floor));
  }
  require(loss_facts(loss.kind).has_floor || loss.floor_kind == FloorKind::kExact, "loss floor",
          "none with " + std::string(loss_name(loss.kind)), "one");
  require(!loss.gradient_through_floor ||
              (loss.kind == LossKind::kBinaryCrossEntropy && loss.floor_kind == FloorKind::kAdd),
          "gradient_through_floor", "binary_cross_entropy with an added floor", std::string(loss_name(loss.kind)));
  require(loss.huber_delta > 0.0 && std::isfinite(loss.huber_delta), "huber_delta", "a positive number",
          fmt::format("{}", loss.huber_delta));
  require(loss.quantile > 0.0 && loss.quantile < 1.0, "quantile", "a number in (0, 1)",
          fmt::format("{}", loss.quantile));
  require(loss.focal_gamma >= 0.0 && std::isfinite(loss.focal_gamma), "focal_gamma", "a number of 0 or more",
          fmt::format("{}", loss.focal_gamma));
  require(loss.label_smoothing >= 0.0 && loss.label_smoothing < 1.0, "label_smoothing", "a share in [0, 1)",
          fmt::format("{}", loss.label_smoothing));
  require(loss_facts(loss.kind).has_smoothing || loss.label_smoothing == 0.0, "label_smoothing",
          "0 with " + std::string(loss_name(loss.kind)), fmt::format("{}", loss.label_smoothing));
}

// One weight or bias: the distribution of `init` for a layer of I = fan_in, O = fan_out. Stream is RandomStream or
// NumpyRandomState; each bound is written so that numpy's uniform(-bound, bound) gives the same bits.
class Sampler {
 public:
  Sampler(const Initializer& init, std::size_t fan_in, std::size_t fan_out) : init_(init) {
    const auto in = static_cast<double>(fan_in);
    const auto out = static_cast<double>(fan_out);
    switch (init.kind) {
      case InitializerKind::kZeros:
      case InitializerKind::kConstant:
        break;
      case InitializerKind::kNormal:
        mean_ = init.mean, spread_ = init.std;
        break;
      case InitializerKind::kUniform:
        spread_ = init.bound;
        break;
      case InitializerKind::kGlorotUniform:
        spread_ = std::sqrt(6.0 / (in + out));
        break;
      case InitializerKind::kGlorotNormal:
        spread_ = std::sqrt(2.0 / (in + out));
        break;
      case InitializerKind::kHeUniform:
        spread_ = std::sqrt(6.0 / in);
        break;
      case InitializerKind::kHeNormal:
        spread_ = std::sqrt(2.0 / in);
        break;
      case InitializerKind::kLecunUniform:
        spread_ = std::sqrt(3.0 / in);
        break;
      case InitializerKind::kLecunNormal:
        spread_ = std::sqrt(1.0 / in);
        break;
      case InitializerKind::kUniformFanIn:
        spread_ = 1.0 / std::sqrt(in);
        break;
      case InitializerKind::kUniformFanOut:
        spread_ = 1.0 / std::sqrt(out);
        break;
    }
  }

  double draw(RandomStream& stream) const {
    if (is_fixed()) return fixed_value();
    return is_normal() ? mean_ + spread_ * stream.normal() : stream.uniform(-spread_, spread_);
  }
  double draw(NumpyRandomState& stream) const {
    if (is_fixed()) return fixed_value();
    return is_normal() ? stream.normal(mean_, spread_) : stream.uniform(-spread_, spread_);
  }

 private:
  [[nodiscard]] bool is_fixed() const { return facts().distribution == Distribution::kFixed; }
  [[nodiscard]] double fixed_value() const { return init_.kind == InitializerKind::kConstant ? init_.value : 0.0; }
  [[nodiscard]] bool is_normal() const { return facts().distribution == Distribution::kNormal; }
  [[nodiscard]] const InitializerFacts& facts() const { return initializer_facts(init_.kind); }

  Initializer init_;
  double mean_ = 0.0;
  double spread_ = 0.0;
};

// What one number of a block starts at.
template <class Stream>
double initial_value(const LayerSpec& layer, BlockRole role, const Sampler& sampler, Stream& stream) {
  switch (role) {
    case BlockRole::kWeight:
      return sampler.draw(stream);
    case BlockRole::kBias:
      if (layer.initializer.bias == BiasInit::kLikeWeights) return sampler.draw(stream);
      return layer.initializer.bias == BiasInit::kConstant ? layer.initializer.bias_value : 0.0;
    case BlockRole::kScale:
      return 1.0;
    case BlockRole::kSlope:
      return layer.activation.alpha;
    case BlockRole::kShift:
    case BlockRole::kRunningMean:
    case BlockRole::kRunningVariance:
      return 0.0;
  }
  return 0.0;
}

template <class T, class Stream>
void initialize_layer(Network<T>& network, std::size_t l, Stream& stream) {
  const LayerSpec& layer = network.spec.layers[l];
  const Sampler sampler(layer.initializer, network.spec.inputs_of(l), layer.units);
  for_each_block(network.parameters, [&](const ParameterBlock& block, std::span<T> values) {
    if (block.layer != l) return;
    for (T& value : values) value = static_cast<T>(initial_value(layer, block.role, sampler, stream));
  });
}

std::string with_separators(std::size_t value) {
  const std::string digits = std::to_string(value);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

// "dense", or what the kind says of itself.
std::string layer_title(const NetworkSpec& spec, std::size_t l) {
  return textbook::with_layer_kind(spec.layers[l].kind, [&](auto kind) { return decltype(kind)::title(spec, l); });
}

}  // namespace

void textbook::require_same_width(const NetworkSpec& spec, std::size_t layer) {
  require(spec.layers[layer].units == spec.inputs_of(layer), "layer " + std::to_string(layer + 1),
          "as many outputs as inputs (" + std::to_string(spec.inputs_of(layer)) + ")",
          std::to_string(spec.layers[layer].units));
}

void textbook::require_earlier_source(const NetworkSpec& spec, std::size_t layer) {
  const std::size_t source = spec.layers[layer].source;
  const std::string where = "layer " + std::to_string(layer + 1);
  require(source + 1 < layer, where, "an earlier layer than the one before it to add",
          "layer " + std::to_string(source + 1));
  require(spec.layers[source].units == spec.layers[layer].units, where,
          "an earlier layer of the same width (" + std::to_string(spec.layers[layer].units) + ") to add",
          std::to_string(spec.layers[source].units));
}

std::size_t NetworkSpec::num_parameters() const {
  return parameter_layout(*this)->count();
}

bool NetworkSpec::uses_batch() const {
  return std::any_of(layers.begin(), layers.end(), [](const LayerSpec& layer) {
    return textbook::with_layer_kind(layer.kind, [](auto kind) { return decltype(kind)::kUsesBatch; });
  });
}

std::optional<std::size_t> NetworkSpec::source_of(std::size_t l) const {
  const bool reads = textbook::with_layer_kind(layers[l].kind, [](auto kind) { return decltype(kind)::kReadsEarlier; });
  return reads ? std::optional<std::size_t>(layers[l].source) : std::nullopt;
}

void NetworkSpec::validate() const {
  require(!layers.empty(), "layers", "at least one layer", "none");
  validate_width("inputs", num_inputs);
  for (std::size_t l = 0; l < layers.size(); ++l) {
    validate_layer("layer " + std::to_string(l + 1), layers[l]);
    textbook::with_layer_kind(layers[l].kind, [&](auto kind) { decltype(kind)::validate(*this, l); });
  }
  const LayerSpec& last = layers.back();
  const std::string where = "layer " + std::to_string(layers.size());
  require(last.kind == LayerKind::kDense, where, "a dense layer at the end, whose outputs are logits",
          std::string(layer_kind_name(last.kind)));
  require(last.activation.kind == ActivationKind::kIdentity, where,
          "no activation on the last layer, whose outputs are logits (choose the output instead)",
          to_string(last.activation));
  require(last.dropout == 0.0, where, "no dropout on the last layer", fmt::format("{}", last.dropout));
  validate_loss(*this);
}

NetworkSpec make_network_spec(std::span<const std::size_t> widths, const Activation& hidden, OutputKind output,
                              const Initializer& initializer) {
  require(widths.size() >= 2, "layers", "the widths of inputs and outputs at least", std::to_string(widths.size()));
  NetworkSpec spec;
  spec.num_inputs = widths[0];
  for (const std::size_t units : widths.subspan(1)) {
    spec.layers.push_back({.units = units, .activation = hidden, .initializer = initializer});
  }
  spec.layers.back().activation = {};
  spec.output = output;
  spec.loss.kind = default_loss(output);
  spec.validate();
  return spec;
}

template <class T>
void initialize(Network<T>& network, std::uint64_t seed) {
  for (std::size_t l = 0; l < network.spec.layers.size(); ++l) {
    RandomStream stream(seed, Purpose::kInitialization, l);
    initialize_layer(network, l, stream);
  }
}

template <class T>
void initialize(Network<T>& network, NumpyRandomState& stream) {
  for (std::size_t l = 0; l < network.spec.layers.size(); ++l) initialize_layer(network, l, stream);
}

template <class T>
std::string weights_sha256(const Network<T>& network) {
  static_assert(std::endian::native == std::endian::little, "bytes are hashed as they lie in memory");
  Sha256 hash;
  const auto add = [&hash](const ParameterBlock&, std::span<const T> values) { hash.update(std::as_bytes(values)); };
  for_each_block(network.parameters, add);
  for_each_block(network.state, add);
  return hash.hex_digest();
}

std::string network_summary(const NetworkSpec& spec) {
  std::vector<std::array<std::string, 4>> rows = {{"Layer", "Shape", "Activation", "Parameters"}};
  rows.push_back({"input", std::to_string(spec.num_inputs), "", ""});
  const auto layout = parameter_layout(spec);
  for (std::size_t l = 0; l < spec.layers.size(); ++l) {
    const LayerSpec& layer = spec.layers[l];
    const bool is_last = l + 1 == spec.layers.size();
    std::string activation = is_last ? std::string(output_name(spec.output)) : to_string(layer.activation);
    if (const auto source = spec.source_of(l)) activation += fmt::format(" + layer {}", *source + 1);
    if (layer.dropout > 0.0) activation += fmt::format(", dropout {}", layer.dropout);
    std::size_t parameters = 0;
    for (const ParameterBlock& block : layout->blocks()) parameters += block.layer == l ? block.size() : 0;
    rows.push_back({fmt::format("{} {}", layer_title(spec, l), l + 1),
                    fmt::format("{} x {}", spec.inputs_of(l), layer.units), activation, with_separators(parameters)});
  }
  rows.push_back({"total", "", "", with_separators(spec.num_parameters())});
  std::array<std::size_t, 4> widths{};
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  }
  std::string table;
  for (const auto& row : rows) {
    table += fmt::format("{:<{}}  {:<{}}  {:<{}}  {:>{}}\n", row[0], widths[0], row[1], widths[1], row[2], widths[2],
                         row[3], widths[3]);
  }
  // The row of the inputs has no numbers at its end; nobody wants trailing blanks in golden files.
  for (std::size_t at = table.find(" \n"); at != std::string::npos; at = table.find(" \n")) table.erase(at, 1);
  return table;
}

std::string shape_string(const NetworkSpec& spec) {
  std::string shape = std::to_string(spec.num_inputs);
  for (const LayerSpec& layer : spec.layers) shape += "-" + std::to_string(layer.units);
  return shape;
}

template struct Network<float>;
template struct Network<double>;
template void initialize(Network<float>&, std::uint64_t);
template void initialize(Network<double>&, std::uint64_t);
template void initialize(Network<float>&, NumpyRandomState&);
template void initialize(Network<double>&, NumpyRandomState&);
template std::string weights_sha256(const Network<float>&);
template std::string weights_sha256(const Network<double>&);

}  // namespace gradus
