// Taylor remainders: directions, windows of steps, fits and verdicts.
// SPDX-License-Identifier: Apache-2.0
#include "verification/taylor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus::verification {
namespace {

constexpr double kContamination = 16.0;  // neighbouring terms are smaller by this factor inside a window
constexpr double kLargestStep = 1.0;     // moves every group by its own size
constexpr double kSmallStep = 0x1p-6;    // of the largest: where unknown terms no longer matter
constexpr int kHighestOrder = 6;         // of the coefficients that are known
constexpr int kMaxDraws = 8;             // directions that are tried for wide windows
constexpr int kPointsPerWindow = 9;
constexpr int kFewPoints = 6;  // where a value costs tens of milliseconds
constexpr int kFigureSteps = 20;
constexpr double kSmallShares[] = {1.0, 1.0 / 8.0, 1.0 / 64.0};  // of the largest small step
constexpr int kOctavesBelow = 6;                                 // from the first to the last of them
constexpr int kMostHalvings = 48;
constexpr double kTrustedShare = 0.5;  // of what agreement() allows
constexpr double kUnknownShare = 0.5;  // of a term: what f may be off its known terms at the top of a window

void set_octaves(TaylorWindow& window) {
  window.octaves = window.top > window.bottom && window.bottom > 0.0 ? std::log2(window.top / window.bottom) : 0.0;
}

// Terms after order k stay below 1/16 of it, and so does the noise of f.
TaylorWindow find_window(const TaylorJet& jet, int order, double noise, double cap) {
  const auto a = [&jet](int k) { return std::fabs(jet.c[static_cast<std::size_t>(k)]); };
  TaylorWindow window{.top = cap, .bottom = 0.0, .octaves = 0.0};
  if (a(order) == 0.0) return {};
  for (int j = order + 1; j <= kHighestOrder; ++j) {
    if (a(j) == 0.0) continue;
    window.top = std::min(window.top, std::pow(a(order) / (kContamination * a(j)), 1.0 / (j - order)));
  }
  window.bottom = std::pow(noise / a(order), 1.0 / order);
  set_octaves(window);
  return window;
}

// Six terms do not know of a unit that wakes up further on (a sigmoid far out is flat to all orders). Where f itself is
// elsewhere than its known terms say, the step is halved.
void trust_window(const Problem& problem, const Tangent& direction, const TaylorJet& jet, int order, double noise,
                  TaylorWindow& window) {
  const double centre = jet.c[0];
  while (window.octaves > 0.0) {
    double known = 0.0;
    for (std::size_t j = kHighestOrder; j > 0; --j) known = (known + jet.c[j]) * window.top;
    const double unknown = std::fabs(value_along(problem, direction, window.top) - centre - known);
    const double fitted = std::fabs(jet.c[static_cast<std::size_t>(order)]) * std::pow(window.top, order);
    if (unknown <= kUnknownShare * fitted + noise) return;
    window.top /= 2.0;
    set_octaves(window);
  }
}

// Of the orders that exist: where a term is below rounding at the largest step, f is a polynomial along every such
// direction, and drawing again would not help.
double narrowest(const std::array<TaylorWindow, 3>& windows, const TaylorJet& jet, double noise) {
  double narrowest = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < windows.size(); ++k) {
    if (std::fabs(jet.c[k + 1]) > noise) narrowest = std::min(narrowest, windows[k].octaves);
  }
  return narrowest;
}

// Whether the line stays on its piece up to t. Along a curve a unit may cross its kink and come back: the way counts.
bool stays_on_piece(const Problem& problem, const Tangent& direction, const std::vector<bool>& sides, double t) {
  constexpr int kStops = 8;
  for (int stop = kStops; stop > 0; --stop) {
    const auto pass = pass_along(problem, direction, t * stop / kStops);
    if (count_switches(sides, kink_sides(problem, pass)) > 0) return false;
  }
  return true;
}

// ELU, learned slopes and losses keep their kinks on the smooth piece: halve the step until none is crossed.
double largest_step_without_switch(const Problem& problem, const Tangent& direction, const std::vector<bool>& sides) {
  double t = kLargestStep;
  if (sides.empty()) return t;
  for (int halvings = 0; halvings < 40 && !stays_on_piece(problem, direction, sides, t); ++halvings) t /= 2.0;
  return t;
}

void choose_direction(const Problem& smooth, const std::vector<bool>& soft_sides, RandomStream& random,
                      TaylorEvidence& evidence) {
  double best = -1.0;
  for (int draw = 0; draw < kMaxDraws && best < kMinOctaves; ++draw) {
    const Tangent direction = random_direction(smooth, evidence.groups, random);
    const TaylorJet jet = jet_along(smooth, direction);
    const double cap = largest_step_without_switch(smooth, direction, soft_sides);
    std::array<TaylorWindow, 3> windows;
    for (int k = 1; k <= 3; ++k) {
      TaylorWindow& window = windows[static_cast<std::size_t>(k - 1)];
      window = find_window(jet, k, evidence.noise, cap);
      trust_window(smooth, direction, jet, k, evidence.noise, window);
    }
    const double width = narrowest(windows, jet, evidence.noise);
    if (width <= best) continue;
    best = width;
    evidence.direction = direction;
    evidence.jet = jet;
    evidence.cap = cap;
    evidence.windows = windows;
  }
}

// What is left of f beyond the known terms may be so much at a step, besides noise.
double allowance(const TaylorEvidence& evidence, double t) {
  double higher = 0.0;
  for (int j = 3; j <= kHighestOrder; ++j) {
    higher += std::fabs(evidence.jet.c[static_cast<std::size_t>(j)] * std::pow(t, j));
  }
  return evidence.noise + kUnknownShare * higher;
}

bool is_known_at(const Problem& problem, const TaylorEvidence& evidence, double t) {
  double known = 0.0;
  for (std::size_t j = kHighestOrder; j > 0; --j) known = (known + evidence.jet.c[j]) * t;
  const double unknown = std::fabs(value_along(problem, evidence.direction, t) - evidence.jet.c[0] - known);
  return unknown <= kTrustedShare * allowance(evidence, t);
}

// Where features are large, a step of 2^-6 of the weights already moves logits by hundreds, and six terms say nothing
// of f there. As in trust_window(): smaller steps until f is what its exact terms say, at that step and below. The
// gradient under test has no say in it.
double trusted_small_step(const Problem& problem, const TaylorEvidence& evidence) {
  double small = kSmallStep * evidence.cap;
  const auto narrow = [](const TaylorWindow& window) { return window.octaves < kMinOctaves; };
  if (std::ranges::none_of(evidence.windows, narrow)) return small;
  int trusted = 0;  // steps in a row
  double t = small;
  for (int halvings = 0; halvings < kMostHalvings && trusted <= kOctavesBelow; ++halvings, t /= 2.0) {
    if (is_known_at(problem, evidence, t)) {
      ++trusted;
      continue;
    }
    trusted = 0;
    small = t / 2.0;
  }
  return small;
}

// Steps spread over each window, and for windows too narrow to fit a slope those of agreement().
std::vector<double> window_steps(const TaylorEvidence& evidence, int points) {
  std::vector<double> steps;
  for (const TaylorWindow& window : evidence.windows) {
    if (window.octaves < kMinOctaves) continue;
    for (int i = 0; i < points; ++i) {
      // Rounded to a power of 2^(1/8), so that windows share steps.
      const double exponent = std::log2(window.top) - window.octaves * i / (points - 1);
      steps.push_back(std::exp2(std::round(8.0 * exponent) / 8.0));
    }
  }
  for (const double share : kSmallShares) steps.push_back(share * evidence.small);
  return steps;
}

void measure(const Subject& subject, bool figure_steps, std::uint64_t stream, TaylorEvidence& evidence) {
  const Problem& part = subject.tails[evidence.layer];
  const auto pass = forward_pass(part);
  evidence.smooth_piece = has_hard_kinks(part);
  const Problem smooth = evidence.smooth_piece ? smooth_piece(part, pass) : part;
  const auto smooth_pass = forward_pass(smooth);
  const std::vector<bool> soft_sides = kink_sides(smooth, smooth_pass);
  evidence.noise = kSigmas * std::sqrt(2.0) * subject.value_roundoff;
  RandomStream random(stream, Purpose::kVerification, 3);
  choose_direction(smooth, soft_sides, random, evidence);
  evidence.small = trusted_small_step(smooth, evidence);
  evidence.steps = window_steps(evidence, figure_steps ? kPointsPerWindow : kFewPoints);
  for (int i = 0; figure_steps && i < kFigureSteps; ++i) evidence.steps.push_back(std::exp2(-i));
  std::sort(evidence.steps.rbegin(), evidence.steps.rend());
  evidence.steps.erase(std::unique(evidence.steps.begin(), evidence.steps.end()), evidence.steps.end());
  const double centre = value_along(smooth, evidence.direction, 0.0);
  for (const double t : evidence.steps) {
    evidence.change.push_back(value_along(smooth, evidence.direction, t) - centre);
  }
  if (evidence.smooth_piece) {
    const auto far = pass_along(part, evidence.direction, evidence.steps.front());
    evidence.switching_units = count_switches(kink_sides(part, pass), kink_sides(part, far));
  }
  if (!evidence.with_curvature) return;
  const Tangent product = hessian_product(smooth, evidence.direction);
  evidence.curvature = dot(evidence.direction, product);
  evidence.curvature_magnitude = dot_magnitude(evidence.direction, product);
  evidence.gradient_roundoff = dot_norm(evidence.direction, subject.rounding.gradient);
}

double remainder_at(const TaylorEvidence& evidence, std::size_t step, int order, double slope) {
  const double t = evidence.steps[step];
  double rest = evidence.change[step];
  if (order >= 2) rest -= t * slope;
  if (order >= 3) rest -= t * t * evidence.jet.c[2];
  return std::fabs(rest);
}

bool inside(const TaylorWindow& window, double t) {
  const double slack = std::exp2(1.0 / 16.0);  // of the rounding of steps
  return t <= window.top * slack && t * slack >= window.bottom;
}

double fitted_slope(const TaylorEvidence& evidence, int order, double slope) {
  const TaylorWindow& window = evidence.windows[static_cast<std::size_t>(order - 1)];
  double n = 0.0, x = 0.0, y = 0.0, xx = 0.0, xy = 0.0;
  for (std::size_t s = 0; s < evidence.steps.size(); ++s) {
    if (!inside(window, evidence.steps[s])) continue;
    const double px = std::log2(evidence.steps[s]);
    const double py = std::log2(std::max(remainder_at(evidence, s, order, slope), 1e-320));
    n += 1.0, x += px, y += py, xx += px * px, xy += px * py;
  }
  return (n * xy - x * y) / (n * xx - x * x);
}

double constant_in_the_middle(const TaylorEvidence& evidence, int order, double slope) {
  const TaylorWindow& window = evidence.windows[static_cast<std::size_t>(order - 1)];
  const double middle = std::log2(window.top) - 0.5 * window.octaves;
  std::size_t nearest = 0;
  for (std::size_t s = 0; s < evidence.steps.size(); ++s) {
    const auto distance = [&](std::size_t i) { return std::fabs(std::log2(evidence.steps[i]) - middle); };
    if (distance(s) < distance(nearest)) nearest = s;
  }
  return remainder_at(evidence, nearest, order, slope) / std::pow(evidence.steps[nearest], order);
}

// Without a window: at small steps the remainder is what the exact coefficients say, up to rounding. The largest
// excess over all those steps, as a share of what is allowed.
double agreement(const TaylorEvidence& evidence, int order, double slope) {
  double worst = 0.0;
  for (std::size_t s = 0; s < evidence.steps.size(); ++s) {
    const double t = evidence.steps[s];
    if (t > evidence.small) continue;
    double expected = 0.0;
    for (int j = order; j <= kHighestOrder; ++j) {
      expected += evidence.jet.c[static_cast<std::size_t>(j)] * std::pow(t, j);
    }
    double rest = evidence.change[s];
    if (order >= 2) rest -= t * slope;
    if (order >= 3) rest -= t * t * evidence.jet.c[2];
    const double share = std::fabs(rest - expected) / (allowance(evidence, t) + 1e-300);
    if (!(share <= worst)) worst = share;
  }
  return worst;
}

std::string order_name(const std::string& claim, int order) {
  return fmt::format("{} remainder, slope {}", claim, order);
}

std::string piece_text(const TaylorEvidence& evidence) {
  if (!evidence.smooth_piece) return "";
  return evidence.switching_units > 0
             ? fmt::format("smooth piece; {} kinks within the largest step", evidence.switching_units)
             : "smooth piece";
}

void judge_order(const TaylorEvidence& evidence, const std::string& name, int order, double slope,
                 std::vector<Claim>& claims, TaylorCurve* curve) {
  const auto k = static_cast<std::size_t>(order - 1);
  const TaylorWindow& window = evidence.windows[k];
  Claim claim{.claim = order_name(name, order), .subject = evidence.subject, .note = piece_text(evidence)};
  if (window.octaves >= kMinOctaves) {
    claim.method = fmt::format("fit over {:.1f} octaves", window.octaves);
    claim.unit = "slope";
    claim.value = fitted_slope(evidence, order, slope);
    claim.lower = order - kSlopeTolerance;
    claim.bound = order + kSlopeTolerance;
    if (curve != nullptr) {
      curve->slope[k] = claim.value;
      curve->window_octaves[k] = window.octaves;
      curve->window_top[k] = window.top;
    }
  } else {
    claim.method = "equals the exact remainder at small steps";
    claim.unit = "of the allowance";
    claim.value = agreement(evidence, order, slope);
    claim.bound = 1.0;
    if (curve != nullptr) curve->vanishes[k] = true;
  }
  claim.holds = claim.lower <= claim.value && claim.value <= claim.bound;
  claims.push_back(claim);
  if (order != 2 || window.octaves < kMinOctaves) return;
  Claim constant{.claim = name + " constant",
                 .subject = evidence.subject,
                 .method = "R2 / t^2 over |d'Hd| / 2, exact",
                 .lower = 1.0 - kConstantTolerance,
                 .bound = 1.0 + kConstantTolerance,
                 .unit = "ratio"};
  constant.value = constant_in_the_middle(evidence, order, slope) / std::fabs(evidence.jet.c[2]);
  constant.holds = constant.lower <= constant.value && constant.value <= constant.bound;
  claims.push_back(constant);
}

void fill_curve(const TaylorEvidence& evidence, double slope, TaylorCurve& curve) {
  curve.subject = evidence.subject;
  curve.steps = evidence.steps;
  for (int order = 1; order <= 3; ++order) {
    for (std::size_t s = 0; s < evidence.steps.size(); ++s) {
      curve.remainders[static_cast<std::size_t>(order - 1)].push_back(remainder_at(evidence, s, order, slope));
    }
  }
  for (std::size_t k = 0; k < 4; ++k) curve.coefficients[k] = evidence.jet.c[k + 1];
  curve.analytic_slope = slope;
  curve.roundoff = evidence.noise / kSigmas;
  curve.switching_units = evidence.switching_units;
  curve.smooth_piece = evidence.smooth_piece;
}

TaylorEvidence make_evidence(std::string subject, std::size_t layer, std::vector<Group> groups) {
  TaylorEvidence evidence;
  evidence.subject = std::move(subject);
  evidence.layer = layer;
  evidence.groups = std::move(groups);
  return evidence;
}

// All weights, all biases and so on, the inputs of all layers (study s4's whole networks), and parameters with inputs.
void add_combinations(const Subject& subject, std::vector<TaylorEvidence>& evidence) {
  const std::vector<Group> groups = all_groups(subject.problem);
  const std::size_t first = subject.problem.first_layer;
  std::vector<std::optional<BlockRole>> kinds;
  for (std::size_t role = 0; role < kNumBlockRoles; ++role) kinds.emplace_back(static_cast<BlockRole>(role));
  kinds.emplace_back(std::nullopt);
  for (const std::optional<BlockRole>& kind : kinds) {
    std::vector<Group> chosen;
    std::ranges::copy_if(groups, std::back_inserter(chosen), [&kind](const Group& g) { return g.role == kind; });
    if (chosen.size() < 2) continue;
    evidence.push_back(make_evidence(std::string(group_kind(chosen.front())) + " of all layers", first, chosen));
  }
  evidence.push_back(make_evidence("everything at once", first, independent_groups(subject.problem)));
  evidence.back().with_curvature = true;
}

}  // namespace

void measure_taylor(const Subject& subject, const TaylorOptions& options, std::vector<TaylorEvidence>& evidence,
                    Work& work) {
  evidence.clear();
  const bool all = options.groups.empty();
  for (const Group& group : all ? all_groups(subject.problem) : options.groups) {
    evidence.push_back(make_evidence(group_name(group), group.layer, {group}));
  }
  if (all) add_combinations(subject, evidence);
  std::uint64_t stream = options.seed;
  for (TaylorEvidence& one : evidence) {
    // Some thirty values, and a jet that costs about ten.
    const double cost = 40.0 * subject.forward_cost(one.layer);
    work.add("Taylor remainders", cost,
             [&subject, &one, figure = options.figure_steps, stream] { measure(subject, figure, stream, one); });
    stream += 0x9e3779b97f4a7c15;
  }
}

void judge_taylor(const TaylorEvidence& evidence, const std::string& claim_name, const Tangent& gradient,
                  std::vector<Claim>& claims, TaylorCurve* curve) {
  const double slope = dot(evidence.direction, gradient);
  for (int order = 1; order <= 3; ++order) judge_order(evidence, claim_name, order, slope, claims, curve);
  if (curve != nullptr) fill_curve(evidence, slope, *curve);
  if (!evidence.with_curvature) return;
  Claim claim{.claim = "second derivative",
              .subject = evidence.subject,
              .method = "d.(H d), dual numbers through backward, against d'Hd by jets",
              .bound = kCurvatureUlps,
              .unit = "ULP"};
  const double scale = kUlp * std::max(evidence.curvature_magnitude, std::fabs(2.0 * evidence.jet.c[2]));
  claim.value = scale > 0.0 ? std::fabs(evidence.curvature - 2.0 * evidence.jet.c[2]) / scale : 0.0;
  // Where p - y is lost in rounding, its derivative is too; each layer's weights multiply it once more.
  if (scale > 0.0) claim.bound += kCurvatureSigmas * evidence.gradient_roundoff / scale;
  claim.holds = claim.value <= claim.bound;
  claims.push_back(claim);
}

}  // namespace gradus::verification
