// The certificate in sentences: what was claimed, whether it holds, whether a fault would have been seen.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/verification/certificate.hpp"

namespace gradus {
namespace {

/// Claims whose names begin and end so, in one sentence.
struct Statement {
  std::string_view prefix;
  std::string_view suffix;
  std::string_view sentence;
};
constexpr std::array kStatements = {
    Statement{"not vacuous", "", "the gradient of every group of parameters is more than its own rounding"},
    Statement{"zero by construction", "", "biases that a normalisation takes away have no gradient"},
    Statement{"exact derivatives", "", "backpropagation gives the derivatives of dual numbers, up to rounding"},
    Statement{"finite differences", "", "moving single numbers changes the loss as the gradient says"},
    Statement{"Taylor", "", "along random directions the loss follows its Taylor expansion, order by order"},
    Statement{"second derivative", "", "second derivatives that were found in two ways agree"},
    Statement{"Jacobian", "", "every layer and the logits by themselves have the right derivatives"},
    Statement{"adjoint", "", "forward and backward derivatives are transposes of each other"},
    Statement{"engine", "gradient", "the kernels that train give this gradient, up to the rounding of their type"},
    Statement{"engine", "step", "the optimizer's step does what its formula says"},
    Statement{"engine", "bits", "run again, and on other numbers of threads, not one bit differs"},
};

bool belongs(const Claim& claim, const Statement& statement) {
  return claim.claim.starts_with(statement.prefix) && claim.claim.ends_with(statement.suffix);
}

std::string line_of(const std::vector<const Claim*>& claims, std::string_view sentence) {
  const auto failing = std::ranges::count_if(claims, [](const Claim* claim) { return !claim->holds; });
  const std::string count = failing == 0 ? fmt::format("{} claim{}", claims.size(), claims.size() == 1 ? "" : "s")
                                         : fmt::format("{} of {} fail", failing, claims.size());
  return fmt::format("{:<5}  {} ({})\n", failing == 0 ? "yes" : "NO", sentence, count);
}

std::string statements(const Certificate& certificate) {
  std::string text;
  std::vector<bool> told(certificate.claims.size(), false);
  for (const Statement& statement : kStatements) {
    std::vector<const Claim*> claims;
    for (std::size_t i = 0; i < certificate.claims.size(); ++i) {
      if (told[i] || !belongs(certificate.claims[i], statement)) continue;
      told[i] = true;
      claims.push_back(&certificate.claims[i]);
    }
    if (!claims.empty()) text += line_of(claims, statement.sentence);
  }
  // A claim that no sentence covers stands by its own name.
  for (std::size_t i = 0; i < told.size(); ++i) {
    if (!told[i]) text += line_of({&certificate.claims[i]}, certificate.claims[i].claim);
  }
  return text;
}

std::string faults(const Certificate& certificate) {
  std::vector<std::string_view> missed;
  std::size_t injected = 0;
  for (const Detection& detection : certificate.detection) {
    injected += detection.applies ? 1 : 0;
    if (detection.applies && detection.caught_by.empty()) missed.push_back(detection.mutant);
  }
  if (injected == 0) return "";
  std::string text =
      missed.empty()
          ? fmt::format("yes    each of {} faults put into this gradient is noticed", injected)
          : fmt::format("NO     faults put into this gradient that go unnoticed: {}", fmt::join(missed, ", "));
  if (certificate.smallest_detected > 0.0) {
    text += fmt::format(", and a relative error of {:.1e} of one layer", certificate.smallest_detected);
  }
  return text + "\n";
}

}  // namespace

std::string certificate_summary(const Certificate& certificate) {
  const Provenance& p = certificate.provenance;
  std::string text = fmt::format("{} ({} parameters), {} rows of {}, loss {:.6g}\n\n", p.network, p.parameters, p.rows,
                                 p.data_name.empty() ? "the data" : p.data_name, certificate.loss);
  text += statements(certificate) + faults(certificate);
  for (const UnitFacts& units : certificate.units) {
    if (units.dead + units.saturated == 0) continue;
    text += fmt::format("note   layer {}: {} of {} units dead, {} saturated on these rows\n", units.layer, units.dead,
                        units.units, units.saturated);
  }
  for (const GroupFacts& facts : certificate.groups) {
    if (facts.touched > 0 || facts.explanation.empty()) continue;
    text += fmt::format("note   {}: the gradient is 0, {}\n", facts.group, facts.explanation);
  }
  return text + "\n" + certificate_failures(certificate) + certificate_verdict(certificate);
}

}  // namespace gradus
