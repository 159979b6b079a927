// The engine against the textbook: driving one, and judging its gradient, its steps and its bits.
// SPDX-License-Identifier: Apache-2.0
#include "verification/engine_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "core/dropout_stream.hpp"
#include "verification/optimizer_rule.hpp"

namespace gradus::verification {
namespace {

constexpr std::size_t kOddRows = 13;    // of the incomplete last batch; no multiple of any tile
constexpr double kAddedPenalty = 1e-3;  // for a network without L1 and L2
constexpr double kAddedDropout = 0.3;   // for a network without dropout
constexpr double kRuleUlps = 16.0;      // a step is at most a dozen operations with one rounding each
constexpr std::uint64_t kRuleSteps = 3;

constexpr double kBfloat16Roundoff = 0x1p-8;  // eight bits, to nearest

/// The number types that engines train in: name, arithmetic, and what distinguishes their engine. A new one is a line
/// here (and a call in measure_engine).
struct EngineType {
  const char* name;
  Arithmetic arithmetic;
  bool mixed;
};
constexpr EngineType kF32{"f32", kFloatArithmetic, false};
constexpr EngineType kF64{"f64", kDoubleArithmetic, false};
constexpr EngineType kMixed{
    "mixed", {.unit_roundoff = 0x1p-24, .input_roundoff = kBfloat16Roundoff, .smallest_input = 0x1p-56}, true};

template <class T>
std::vector<T> converted(std::span<const double> from) {
  std::vector<T> to(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) to[i] = static_cast<T>(from[i]);
  return to;
}

// Parameters, state, inputs and targets exactly as an engine in T sees them.
template <class T>
void round_numbers(Problem& problem) {
  const auto round = [](std::span<double> numbers) {
    for (double& v : numbers) v = static_cast<double>(static_cast<T>(v));
  };
  for (Parameters<double>* numbers : {&problem.network.parameters, &problem.network.state}) {
    for_each_block(*numbers, [&](const ParameterBlock&, std::span<double> values) { round(values); });
  }
  round(problem.x.span());
  round(problem.values.span());
  round(problem.weights);
}

/// An engine with its batch.
template <class T>
class Driver {
 public:
  Driver(const Problem& problem, const NetworkSpec& spec, const VerifyOptions& options,
         const OptimizerOptions& optimizer, unsigned threads, bool mixed)
      : problem_(problem),
        values_(converted<T>(problem.values.span())),
        weights_(converted<T>(problem.weights)),
        engine_(make_network(problem, spec), EngineOptions{.max_batch = problem.x.rows() + 3,
                                                           .typical_batch = problem.x.rows(),
                                                           .threads = threads,
                                                           .mixed = mixed,
                                                           .optimizer = optimizer,
                                                           .dropout_seed = options.seed}) {}

  /// The first `rows` rows, all for 0.
  void feed(std::size_t rows = 0) {
    rows_ = rows == 0 ? problem_.x.rows() : rows;
    const MatrixView<T> to = engine_.inputs(rows_);
    for (std::size_t b = 0; b < rows_; ++b) {
      for (std::size_t i = 0; i < to.cols(); ++i) to(b, i) = static_cast<T>(problem_.x(b, i));
    }
  }
  [[nodiscard]] BatchTargets<T> targets() const {
    BatchTargets<T> targets;
    if (!problem_.labels.empty()) {
      targets.labels = std::span(problem_.labels).first(rows_);
    } else {
      targets.values = MatrixView<const T>(values_.data(), rows_, problem_.values.cols());
    }
    if (!weights_.empty()) targets.weights = std::span(weights_).first(rows_);
    return targets;
  }
  Parameters<T> gradients(const StepOptions& step) {
    feed();
    Parameters<T> gradients;
    engine_.gradients(targets(), gradients, step);
    return gradients;
  }
  Engine<T>& engine() { return engine_; }

 private:
  static Network<T> make_network(const Problem& problem, const NetworkSpec& spec) {
    Network<T> network = network_cast<T>(problem.network);
    network.spec = spec;
    return network;
  }
  const Problem& problem_;
  std::vector<T> values_;
  std::vector<T> weights_;
  Engine<T> engine_;
  std::size_t rows_ = 0;
};

template <class T>
Tangent to_tangent(const Parameters<T>& parameters, std::size_t num_layers) {
  return {parameters_cast<double>(parameters), num_layers};
}

template <class T>
void compare(const VerifyOptions& options, const EngineType& type, unsigned threads, EngineComparison& comparison) {
  Problem& problem = comparison.problem;
  const NetworkSpec& spec = problem.network.spec;
  round_numbers<T>(problem);
  const StepOptions step{.step = 1};
  Driver<T> driver(problem, spec, options, {}, threads, type.mixed);
  comparison.engine = to_tangent(driver.gradients(step), problem.num_layers());
  problem.masks = engine_masks(spec, options.seed, step.step, problem.x.rows(), sizeof(T) == sizeof(float));
  comparison.textbook = to_tangent(
      textbook::backward(problem.network, forward_pass(problem), problem.targets(), problem.masks).parameters,
      problem.num_layers());
  comparison.rounding = rounding_error(problem, type.arithmetic, ForwardErrors::kCounted);
}

template <class T>
std::size_t count_different(const Network<T>& a, const Network<T>& b) {
  std::size_t different = 0;
  const auto compare_bits = [&different](const Parameters<T>& left, const Parameters<T>& right) {
    using Bits = std::conditional_t<sizeof(T) == sizeof(float), std::uint32_t, std::uint64_t>;
    for_each_block(left, [&](const ParameterBlock& block, std::span<const T> x) {
      const std::span<const T> y = right.values(block);
      for (std::size_t i = 0; i < x.size(); ++i) {
        different += std::bit_cast<Bits>(x[i]) != std::bit_cast<Bits>(y[i]) ? 1 : 0;
      }
    });
  };
  compare_bits(a.parameters, b.parameters);
  compare_bits(a.state, b.state);
  return different;
}

// Two steps on all rows and one on an odd rest.
template <class T>
Network<T> trained(const Problem& problem, const VerificationPoint& point, const VerifyOptions& options,
                   unsigned threads, bool mixed) {
  Driver<T> driver(problem, problem.network.spec, options, point.optimizer, threads, mixed);
  for (std::uint64_t s = 1; s <= 3; ++s) {
    driver.feed(s == 3 ? std::min(kOddRows, problem.x.rows()) : 0);
    driver.engine().train_step(driver.targets(), {.learning_rate = point.learning_rate, .step = s});
  }
  Network<T> network(problem.network.spec);
  driver.engine().store_parameters(network);
  return network;
}

template <class T>
void check_bits(const EngineType& type, const Problem& problem, const VerificationPoint& point,
                const VerifyOptions& options, std::vector<Claim>& claims) {
  const Network<T> first = trained<T>(problem, point, options, 1, type.mixed);
  for (const unsigned threads : {1U, 2U, 3U}) {
    Claim claim{.claim = fmt::format("engine {} bits", type.name), .unit = "parameters"};
    claim.subject = threads == 1 ? "run again" : fmt::format("{} threads", threads);
    claim.method = "parameters that differ after three steps";
    claim.value = static_cast<double>(count_different(first, trained<T>(problem, point, options, threads, type.mixed)));
    claim.holds = claim.value == 0.0;
    claims.push_back(claim);
  }
}

/// L2 norm of the whole gradient. Squares and their sum carry their rounding errors along, so that the sum is as good
/// as one in twice the precision, whatever the number of parameters (Ogita, Rump and Oishi, "Accurate sum and dot
/// product", 2005, algorithm 5.3).
double global_norm(const Tangent& gradient) {
  double sum = 0.0;
  double error = 0.0;
  const auto add = [&](std::span<const double> values) {
    for (const double g : values) {
      const double square = g * g;
      const double total = sum + square;
      const double back = total - sum;
      error += std::fma(g, g, -square) + ((sum - (total - back)) + (square - back));
      sum = total;
    }
  };
  for (const Group& group : gradient.groups()) add(gradient.values(group));
  return std::sqrt(sum + error);
}

/// The engine sums squares over the inputs of each output, then over the outputs: each addition rounds by half an ULP
/// of the sum, and the root halves that.
double norm_ulps(const NetworkSpec& spec) {
  std::size_t longest = 0;
  std::size_t outputs = 0;
  for (std::size_t l = 0; l < spec.layers.size(); ++l) {
    longest = std::max(longest, spec.inputs_of(l) + 1);  // of dense layers; others have fewer numbers for an output
    outputs += spec.layers[l].units;
  }
  return 0.25 * static_cast<double>(longest + outputs) + 2.0;
}

/// Parameters, gradient and slots before a step; checks what the step made of them.
template <class T>
class RuleCheck {
 public:
  RuleCheck(const OptimizerOptions& optimizer, const StepOptions& step)
      : constants_(make_constants(optimizer, sizeof(T) == sizeof(float))), step_(step) {}

  /// The largest error of a new parameter in ULP of T of what was added up.
  double worst(const Tangent& before, const Tangent& gradient, const std::vector<Tangent>& slots,
               const Tangent& after) {
    const double factor = clip_factor(global_norm(gradient), step_.clip_norm);
    double worst = 0.0;
    for (const Group& group : before.groups()) {
      const std::span<const double> w = before.values(group);
      for (std::size_t i = 0; i < w.size(); ++i) {
        RuleInput in{.w = w[i], .g = gradient.values(group)[i] * factor};
        if (step_.clip_value > 0.0) in.g = std::clamp(in.g, -step_.clip_value, step_.clip_value);
        for (std::size_t s = 0; s < slots.size(); ++s) in.slots[s] = slots[s].values(group)[i];
        in.decays = group.role == BlockRole::kWeight;
        const double ulps = error_of(in, after.values(group)[i]);
        if (!(ulps <= worst)) worst = ulps;
      }
    }
    return worst;
  }

 private:
  [[nodiscard]] double error_of(const RuleInput& in, double after) const {
    const double expected = reference_step(constants_, step_, in);
    const double scale = std::fabs(in.w) + std::fabs(expected - in.w) + std::fabs(step_.learning_rate * in.g);
    const double error = std::fabs(after - expected);
    return error == 0.0 ? 0.0 : error / (std::numeric_limits<T>::epsilon() * scale);
  }

  RuleConstants constants_;
  StepOptions step_;
};

template <class T>
Tangent stored_parameters(Engine<T>& engine) {
  Network<T> network(engine.spec());
  engine.store_parameters(network);
  return to_tangent(network.parameters, engine.spec().layers.size());
}

template <class T>
double check_rule(const Problem& problem, const OptimizerOptions& optimizer, const VerifyOptions& options,
                  StepOptions step, bool mixed) {
  Driver<T> driver(problem, problem.network.spec, options, optimizer, 1, mixed);
  double worst = 0.0;
  for (std::uint64_t s = 1; s <= kRuleSteps; ++s) {
    step.step = s;
    const Tangent gradient = to_tangent(driver.gradients(step), problem.num_layers());
    // Half the norm and half the largest element: both kinds of clipping have something to do.
    StepOptions active = step;
    if (step.clip_norm > 0.0) active.clip_norm = 0.5 * global_norm(gradient);
    if (step.clip_value > 0.0) active.clip_value = static_cast<double>(static_cast<T>(0.1 * global_norm(gradient)));
    const Tangent before = stored_parameters(driver.engine());
    std::vector<Tangent> slots;
    for (const auto& slot : driver.engine().store_state().slots)
      slots.push_back(to_tangent(slot, problem.num_layers()));
    driver.feed();
    driver.engine().train_step(driver.targets(), active);
    const Tangent after = stored_parameters(driver.engine());
    worst = std::max(worst, RuleCheck<T>(optimizer, active).worst(before, gradient, slots, after));
  }
  return worst;
}

template <class T>
void check_rules(const EngineType& type, const Problem& problem, const VerificationPoint& point,
                 const VerifyOptions& options, std::vector<Claim>& claims) {
  const auto add = [&](std::string subject, const OptimizerOptions& optimizer, const StepOptions& step) {
    Claim claim{.claim = fmt::format("engine {} step", type.name),
                .subject = std::move(subject),
                .bound = kRuleUlps,
                .unit = "ULP"};
    claim.method = fmt::format("the rule in double, {} steps", kRuleSteps);
    // The norm that the engine sums in double scales every step.
    if (step.clip_norm > 0.0) {
      claim.bound +=
          norm_ulps(problem.network.spec) * std::numeric_limits<double>::epsilon() / std::numeric_limits<T>::epsilon();
    }
    claim.value = check_rule<T>(problem, optimizer, options, step, type.mixed);
    claim.holds = claim.value <= claim.bound;
    claims.push_back(claim);
  };
  const std::string name(optimizer_name(point.optimizer.kind));
  const StepOptions plain{.learning_rate = point.learning_rate};
  add(name, point.optimizer, plain);
  add(name + ", clipped norm", point.optimizer, {.learning_rate = point.learning_rate, .clip_norm = 1.0});
  add(name + ", clipped values", point.optimizer, {.learning_rate = point.learning_rate, .clip_value = 1.0});
}

Problem with_penalties(Problem problem) {
  for (std::size_t l = 0; l < problem.num_layers(); ++l) {
    LayerSpec& layer = problem.network.spec.layers[l];
    if (problem.network.weights(l).empty()) continue;
    if (layer.l1 == 0.0) layer.l1 = kAddedPenalty;
    if (layer.l2 == 0.0) layer.l2 = kAddedPenalty;
  }
  return problem;
}

Problem with_dropout(Problem problem) {
  for (std::size_t l = 0; l + 1 < problem.num_layers(); ++l) {
    // Not where a normalisation would measure units that are dropped.
    const bool feeds_product = problem.spec().layers[l + 1].kind == LayerKind::kDense;
    LayerSpec& layer = problem.network.spec.layers[l];
    if (layer.dropout == 0.0 && feeds_product) layer.dropout = kAddedDropout;
  }
  return problem;
}

template <class T>
void measure_type(const EngineType& type, const Problem& whole, const VerificationPoint& point,
                  const VerifyOptions& options, EngineEvidence& evidence, Work& work) {
  const double pass = static_cast<double>(whole.network.spec.num_parameters());
  const auto add = [&](std::string variant, Problem problem, unsigned threads) {
    const double cost = 20.0 * pass * static_cast<double>(problem.x.rows());
    problem.masks.clear();
    evidence.comparisons.push_back({type.name, std::move(variant), std::move(problem), {}, {}, {}});
    EngineComparison& comparison = evidence.comparisons.back();
    work.add(fmt::format("engine {}", type.name), cost,
             [&comparison, &type, options, threads] { compare<T>(options, type, threads, comparison); });
  };
  const Problem odd = first_rows(whole, std::min(kOddRows, whole.x.rows()));
  add("as it trains", whole, 1);
  add("odd last batch, 3 threads", odd, 3);
  add("with L1 and L2", with_penalties(odd), 1);
  if (whole.num_layers() > 1) add("with dropout, frozen masks", with_dropout(odd), 2);
  evidence.claims.emplace_back();
  std::vector<Claim>& claims = evidence.claims.back();
  work.add(fmt::format("engine {}", type.name), 10.0 * pass * static_cast<double>(whole.x.rows()),
           [&claims, &type, &whole, odd, &point, options] {
             check_rules<T>(type, odd, point, options, claims);
             check_bits<T>(type, whole, point, options, claims);
           });
}

template <class T>
textbook::DropoutMasks<double> drawn_masks(const NetworkSpec& spec, std::uint64_t seed, std::uint64_t step,
                                           std::size_t rows) {
  textbook::DropoutMasks<double> masks;
  if (std::ranges::none_of(spec.layers, [](const LayerSpec& layer) { return layer.dropout > 0.0; })) return masks;
  masks.resize(spec.layers.size());
  for (std::size_t l = 0; l < spec.layers.size(); ++l) {
    const LayerSpec& layer = spec.layers[l];
    if (layer.dropout <= 0.0) continue;
    masks[l] = Matrix<double>(rows, layer.units);
    std::vector<T> factors(layer.units);
    for (std::size_t b = 0; b < rows; ++b) {
      DropoutRow<T>(layer.dropout, {.seed = seed, .step = step, .num_layers = masks.size(), .layer = l, .row = b})
          .next(factors);
      std::ranges::copy(factors, masks[l].row(b).begin());
    }
  }
  return masks;
}

}  // namespace

textbook::DropoutMasks<double> engine_masks(const NetworkSpec& spec, std::uint64_t seed, std::uint64_t step,
                                            std::size_t rows, bool in_float) {
  return in_float ? drawn_masks<float>(spec, seed, step, rows) : drawn_masks<double>(spec, seed, step, rows);
}

void measure_engine(const Problem& whole, const VerificationPoint& point, const VerifyOptions& options,
                    EngineEvidence& evidence, Work& work) {
  measure_type<float>(kF32, whole, point, options, evidence, work);
  measure_type<float>(kMixed, whole, point, options, evidence, work);
  measure_type<double>(kF64, whole, point, options, evidence, work);
}

Claim judge_engine(const EngineComparison& comparison, const Tangent& tested) {
  Claim claim{.claim = fmt::format("engine {} gradient", comparison.type),
              .subject = comparison.variant,
              .unit = "relative",
              .holds = true};
  double worst = -1.0;
  std::string worst_group;
  for (const Group& group : comparison.textbook.groups()) {
    const std::span<const double> expected = comparison.textbook.values(group);
    std::vector<double> difference(tested.values(group).begin(), tested.values(group).end());
    for (std::size_t i = 0; i < expected.size(); ++i) difference[i] -= expected[i];
    const double error = norm(difference);
    const double allowed = kSigmas * norm(comparison.rounding.gradient.values(group));
    const double size = norm(expected);
    const bool holds = error <= allowed;
    claim.holds = claim.holds && holds;
    const double share = allowed > 0.0 ? error / allowed : (holds ? 0.0 : 1e300);
    // Relative to nothing but rounding: no measure of the engine while it holds.
    const bool says_nothing = holds && is_zero_by_construction(comparison.problem, group);
    if (share <= worst || says_nothing) continue;
    worst = share;
    worst_group = group_name(group);
    claim.value = size > 0.0 ? error / size : error;
    claim.bound = size > 0.0 ? allowed / size : allowed;
  }
  claim.method = fmt::format("textbook in double, {} rows; worst: {}", comparison.problem.x.rows(), worst_group);
  if (claim.bound >= 1.0) {
    claim.note = "rounding may exceed this gradient: nothing is proved for this type";
  } else if (comparison.rounding.uncertain_units > 0) {
    claim.note = fmt::format("{} units on their kink by rounding", comparison.rounding.uncertain_units);
  }
  return claim;
}

}  // namespace gradus::verification
