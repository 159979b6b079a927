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
  const auto pass = textbook::forward(problem.network, problem.x.view(), problem.masks);
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

// Column i of dP/dx of one row: dual numbers along input i.
Matrix<double> jacobian_by_columns(const Problem& row) {
  const std::size_t inputs = row.x.cols();
  Matrix<double> jacobian(row.network.spec.num_outputs(), inputs);
  Tangent direction(row.num_layers());
  direction[0].inputs = Matrix<double>(1, inputs);
  for (std::size_t i = 0; i < inputs; ++i) {
    direction[0].inputs(0, i) = 1.0;
    const Matrix<double> column = outputs_slope(row, direction);
    for (std::size_t k = 0; k < jacobian.rows(); ++k) jacobian(k, i) = column(0, k);
    direction[0].inputs(0, i) = 0.0;
  }
  return jacobian;
}

// Row k: backward from u = e_k.
void judge_full_jacobian(const JacobianEvidence& evidence, const Backward& backward, std::vector<Claim>& claims) {
  Problem row = first_rows(evidence.subject->problem, 1);
  const std::size_t outputs = evidence.columns.rows();
  const std::size_t inputs = evidence.columns.cols();
  std::vector<double> differences;
  double predicted = 0.0;
  for (std::size_t k = 0; k < outputs; ++k) {
    Matrix<double> unit(1, outputs);
    unit(0, k) = 1.0;
    set_functional(row, unit);
    const double u = row.functional(0, k);
    const Tangent gradient = backward(row);
    const RoundingError rounding = rounding_error(row, kDoubleArithmetic, ForwardErrors::kShared);
    predicted = std::hypot(predicted, norm(rounding.gradient[0].inputs.span()) / u);
    for (std::size_t i = 0; i < inputs; ++i) {
      differences.push_back(gradient[0].inputs(0, i) / u - evidence.columns(k, i));
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

void measure_one(JacobianEvidence& evidence, const JacobianOptions& options, bool is_layer, Work& work) {
  const Subject& subject = *evidence.subject;
  RandomStream random(options.seed, Purpose::kVerification, 5);
  const Group inputs{0, Part::kInputs};
  evidence.input_direction = random_direction(subject.problem, {&inputs, 1}, random);
  evidence.exact.claim = "Jacobian, exact";
  ExactOptions exact{.seed = options.seed, .budget = options.budget, .samples = 8, .groups = {}};
  if (is_layer) exact.groups = {{0, Part::kWeights}, {0, Part::kBiases}, {0, Part::kInputs}};
  measure_exact(subject, exact, evidence.exact, work);
  const double cost = subject.forward_cost(0);
  work.add("Jacobians", cost, [&evidence] {
    const Problem& problem = evidence.subject->problem;
    const Matrix<double> jv = outputs_slope(problem, evidence.input_direction);
    for (std::size_t i = 0; i < jv.size(); ++i) evidence.u_dot_jv += problem.functional.data()[i] * jv.data()[i];
  });
  if (is_layer) {
    const TaylorOptions taylor{
        .seed = options.seed, .claim = "Jacobian", .groups = exact.groups, .figure_steps = options.figure_steps};
    measure_taylor(subject, taylor, evidence.taylor, work);
  } else if (subject.problem.network.spec.num_inputs * subject.problem.network.spec.num_outputs() <= kMaxFullJacobian) {
    work.add("Jacobians", cost,
             [&evidence] { evidence.columns = jacobian_by_columns(first_rows(evidence.subject->problem, 1)); });
  }
}

}  // namespace

Problem layer_functional(const Problem& problem, const textbook::ForwardPass<double>& pass, std::size_t layer,
                         RandomStream& random) {
  Problem result;
  const NetworkSpec& spec = problem.network.spec;
  const std::size_t units = spec.layers[layer].units;
  result.network = Network<double>({.num_inputs = spec.inputs_of(layer),
                                    .layers = {spec.layers[layer], LayerSpec{.units = units}},
                                    .output = OutputKind::kLinear,
                                    .loss = {.kind = LossKind::kMeanSquaredError}});
  std::ranges::copy(problem.network.weights(layer).span(), result.network.weights(0).data());
  std::ranges::copy(problem.network.biases(layer), result.network.biases(0).begin());
  for (std::size_t o = 0; o < units; ++o) result.network.weights(1)(o, o) = 1.0;
  result.x = pass.x[layer];
  use_squared_error(result);
  set_functional(result, random_matrix(result.x.rows(), units, random));
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
    evidence.back().name = is_layer ? "layer " + std::to_string(l + 1) : "network (logits)";
    Problem functional = is_layer ? layer_functional(subject.problem, subject.pass, l, random)
                                  : network_functional(subject.problem, random);
    evidence.back().subject = std::make_unique<Subject>(std::move(functional));
    measure_one(evidence.back(), options, is_layer, work);
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
    curve.subject = evidence.name + ": " + one.subject;
    if (curves != nullptr) curves->push_back(std::move(curve));
  }
  for (Claim& claim : own) {
    if (claim.subject == evidence.name) continue;
    // Groups of a layer alone are those of a network whose first layer it is.
    const std::size_t space = claim.subject.find_last_of(' ');
    const bool is_group = evidence.name != "network (logits)" && claim.subject.starts_with("layer 1 ");
    claim.subject = evidence.name + (is_group ? claim.subject.substr(space) : ", " + claim.subject);
  }
  claims.insert(claims.end(), own.begin(), own.end());
  if (!evidence.columns.empty()) judge_full_jacobian(evidence, backward, claims);
}

}  // namespace gradus::verification
