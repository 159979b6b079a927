// Jacobians: functionals of layers and of the whole network, and the claims about them.
// SPDX-License-Identifier: Apache-2.0
#include "verification/jacobian.hpp"

#include <algorithm>
#include <cmath>

namespace gradus::verification {
namespace {

constexpr std::size_t kMaxFullJacobian = 1024;  // entries that are computed one by one

void use_squared_error(Problem& problem) {
  NetworkSpec& spec = problem.network.spec;
  spec.output = OutputKind::kLinear;
  spec.loss = {};
  spec.loss.kind = LossKind::kMeanSquaredError;
  for (LayerSpec& layer : spec.layers) layer.l1 = layer.l2 = 0.0;
  problem.labels.clear();
  problem.weights.clear();
  problem.frozen_signs.clear();
}

// u is what backward will compute from these targets, to the bit.
void set_functional(Problem& problem, const Matrix<double>& wanted) {
  const auto pass = forward_pass(problem);
  const Matrix<double>& p = pass.outputs;
  const double scale = 0.5 * static_cast<double>(p.cols() * p.rows());
  problem.values = Matrix<double>(p.rows(), p.cols());
  for (std::size_t i = 0; i < p.size(); ++i) problem.values.data()[i] = p.data()[i] - scale * wanted.data()[i];
  problem.functional = Matrix<double>(p.rows(), p.cols());
  const std::vector<double> factors = textbook::sample_factors(problem.targets(), p.rows());
  for (std::size_t b = 0; b < p.rows(); ++b) {
    textbook::loss_gradient_row<double>(problem.network.spec.loss, pass.logits().row(b), p.row(b), problem.targets(), b,
                                        factors[b], problem.functional.row(b));
  }
}

Matrix<double> random_matrix(std::size_t rows, std::size_t cols, RandomStream& random) {
  Matrix<double> matrix(rows, cols);
  for (double& v : matrix.span()) v = random.normal();
  return matrix;
}

// Column i of dP/dx of a few rows: dual numbers along input i.
Matrix<double> jacobian_by_columns(const Problem& rows) {
  const std::size_t inputs = rows.x.size();
  Matrix<double> jacobian(rows.x.rows() * rows.spec().num_outputs(), inputs);
  Tangent direction = no_motion(rows);
  const std::span<double> moved = set_group(rows, {rows.first_layer, std::nullopt}, direction);
  for (std::size_t i = 0; i < inputs; ++i) {
    moved[i] = 1.0;
    const Matrix<double> column = outputs_slope(rows, direction);
    for (std::size_t k = 0; k < jacobian.rows(); ++k) jacobian(k, i) = column.data()[k];
    moved[i] = 0.0;
  }
  return jacobian;
}

// Row k: backward from u = e_k.
void judge_full_jacobian(const JacobianEvidence& evidence, const Backward& backward, std::vector<Claim>& claims) {
  Problem rows = first_rows(evidence.subject->problem, evidence.jacobian_rows);
  const Group inputs{rows.first_layer, std::nullopt};
  std::vector<double> differences;
  double predicted = 0.0;
  for (std::size_t k = 0; k < evidence.columns.rows(); ++k) {
    Matrix<double> unit(rows.x.rows(), rows.spec().num_outputs());
    unit.data()[k] = 1.0;
    set_functional(rows, unit);
    const double u = rows.functional.data()[k];
    const Tangent gradient = backward(rows);
    const RoundingError rounding = rounding_error(rows, kDoubleArithmetic, ForwardErrors::kShared);
    predicted = std::hypot(predicted, norm(rounding.gradient.values(inputs)) / u);
    for (std::size_t i = 0; i < evidence.columns.cols(); ++i) {
      differences.push_back(gradient.values(inputs)[i] / u - evidence.columns(k, i));
    }
  }
  const double unit = kUlp * norm(evidence.columns.span());
  Claim claim{.claim = "Jacobian, rows against columns",
              .subject = evidence.name,
              .method = "backward from each output, dual numbers from each input",
              .unit = "ULP"};
  claim.value = unit > 0.0 ? norm(differences) / unit : norm(differences) / kUlp;
  claim.bound = kExactUlps + (unit > 0.0 ? kSigmas * predicted / unit : 0.0);
  claim.holds = claim.value <= claim.bound;
  claims.push_back(claim);
}

void judge_adjoint(const JacobianEvidence& evidence, const Tangent& gradient, std::vector<Claim>& claims) {
  const Tangent& v = evidence.input_direction;
  const double scale = std::max(dot_norm(v, gradient), std::fabs(evidence.u_dot_jv));
  Claim claim{.claim = "adjoint <u, J v> = <J'u, v>",
              .subject = evidence.name,
              .method = "J v by dual numbers, J'u by backward",
              .bound = kExactUlps,
              .unit = "ULP"};
  const double unit = kUlp * scale;
  if (unit > 0.0) {
    claim.value = std::fabs(dot(v, gradient) - evidence.u_dot_jv) / unit;
    claim.bound += kSigmas * dot_norm(v, evidence.subject->rounding.gradient) / unit;
  }
  claim.holds = claim.value <= claim.bound;
  claims.push_back(claim);
}

// The Jacobian of three rows that depend on each other has nine blocks.
void plan_full_jacobian(JacobianEvidence& evidence, Work& work) {
  const Problem& problem = evidence.subject->problem;
  evidence.jacobian_rows = problem.spec().uses_batch() ? std::min<std::size_t>(3, problem.x.rows()) : 1;
  const std::size_t entries = problem.spec().num_inputs * problem.spec().num_outputs();
  if (entries * evidence.jacobian_rows * evidence.jacobian_rows > kMaxFullJacobian) return;
  work.add("Jacobians", evidence.subject->forward_cost(0), [&evidence] {
    evidence.columns = jacobian_by_columns(first_rows(evidence.subject->problem, evidence.jacobian_rows));
  });
}

void measure_one(JacobianEvidence& evidence, const JacobianOptions& options, Work& work) {
  const Subject& subject = *evidence.subject;
  RandomStream random(options.seed, Purpose::kVerification, 5);
  const std::size_t first = subject.problem.first_layer;
  const Group inputs{first, std::nullopt};
  evidence.input_direction = random_direction(subject.problem, {&inputs, 1}, random);
  evidence.exact.claim = "Jacobian, exact";
  ExactOptions exact{.seed = options.seed, .budget = options.budget, .samples = 8, .groups = {}};
  if (evidence.is_layer) {
    for (const Group& group : all_groups(subject.problem)) {
      if (group.layer == first) exact.groups.push_back(group);
    }
  }
  measure_exact(subject, exact, evidence.exact, work);
  work.add("Jacobians", subject.forward_cost(first), [&evidence] {
    const Problem& problem = evidence.subject->problem;
    const Matrix<double> jv = outputs_slope(problem, evidence.input_direction);
    for (std::size_t i = 0; i < jv.size(); ++i) evidence.u_dot_jv += problem.functional.data()[i] * jv.data()[i];
  });
  if (!evidence.is_layer) return plan_full_jacobian(evidence, work);
  const TaylorOptions taylor{
      .seed = options.seed, .claim = "Jacobian", .groups = exact.groups, .figure_steps = options.figure_steps};
  measure_taylor(subject, taylor, evidence.taylor, work);
}

}  // namespace

Problem layer_functional(const Problem& problem, const textbook::ForwardPass<double>& pass, std::size_t layer,
                         RandomStream& random) {
  Problem result;
  const LayerSpec& spec = problem.spec().layers[layer];
  const auto layers = problem.spec().layers.begin();
  result.network.spec = problem.spec();
  result.network.spec.layers.assign(layers, layers + static_cast<std::ptrdiff_t>(layer + 1));
  result.network.spec.layers.push_back({.units = spec.units});
  result.network.parameters = Parameters<double>(parameter_layout(result.spec()));
  for_each_block(result.network.parameters, [&](const ParameterBlock& block, std::span<double> values) {
    if (block.layer <= layer)
      std::ranges::copy(problem.network.parameters.values(block.layer, block.role), values.begin());
  });
  for (std::size_t o = 0; o < spec.units; ++o) result.network.weights(layer + 1)(o, o) = 1.0;
  result.network.state = problem.network.state;
  result.x = problem.x;
  use_squared_error(result);
  result = tail(result, pass, layer);
  set_functional(result, random_matrix(result.x.rows(), spec.units, random));
  return result;
}

Problem network_functional(const Problem& problem, RandomStream& random) {
  Problem result = problem;
  use_squared_error(result);
  set_functional(result, random_matrix(result.x.rows(), result.network.spec.num_outputs(), random));
  return result;
}

void measure_jacobians(const Subject& subject, const JacobianOptions& options, std::deque<JacobianEvidence>& evidence,
                       Work& work) {
  RandomStream random(options.seed, Purpose::kVerification, 4);
  const std::size_t hidden = subject.problem.num_layers() - 1;
  for (std::size_t l = 0; l <= hidden; ++l) {
    const bool is_layer = l < hidden;
    evidence.emplace_back();
    evidence.back().is_layer = is_layer;
    evidence.back().name = is_layer ? "layer " + std::to_string(l + 1) : "network (logits)";
    Problem functional = is_layer ? layer_functional(subject.problem, subject.pass, l, random)
                                  : network_functional(subject.problem, random);
    evidence.back().subject = std::make_unique<Subject>(std::move(functional));
    measure_one(evidence.back(), options, work);
  }
}

void judge_jacobian(const JacobianEvidence& evidence, const Backward& backward, std::vector<Claim>& claims,
                    std::vector<TaylorCurve>* curves) {
  const Tangent gradient = backward(evidence.subject->problem);
  std::vector<Claim> own;
  judge_exact(evidence.exact, *evidence.subject, gradient, own);
  judge_adjoint(evidence, gradient, own);
  for (const TaylorEvidence& one : evidence.taylor) {
    TaylorCurve curve;
    judge_taylor(one, "Jacobian", gradient, own, curves != nullptr ? &curve : nullptr);
    // A layer alone is the first layer of its network.
    curve.subject = evidence.name + ": layer 1" + one.subject.substr(one.subject.find_last_of(' '));
    if (curves != nullptr) curves->push_back(std::move(curve));
  }
  for (Claim& claim : own) {
    const bool is_named = evidence.is_layer && claim.subject.starts_with(evidence.name);
    if (!is_named && claim.subject != evidence.name) claim.subject = evidence.name + ", " + claim.subject;
  }
  claims.insert(claims.end(), own.begin(), own.end());
  if (!evidence.columns.empty()) judge_full_jacobian(evidence, backward, claims);
}

}  // namespace gradus::verification
