// SPDX-License-Identifier: Apache-2.0
#include "verification/detection.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace gradus::verification {
namespace {

using ClaimKeys = std::set<std::string>;

std::string key_of(const Claim& claim) {
  return claim.claim + "|" + claim.subject;
}

ClaimKeys failing(const std::vector<Claim>& claims) {
  ClaimKeys keys;
  for (const Claim& claim : claims) {
    if (!claim.holds) keys.insert(key_of(claim));
  }
  return keys;
}

// Names of claims that hold for the true gradient and fail for this one, in the order of the claims.
std::vector<std::string> names_of_new_failures(const std::vector<Claim>& claims, const ClaimKeys& known) {
  std::vector<std::string> names;
  for (const Claim& claim : claims) {
    if (claim.holds || known.contains(key_of(claim))) continue;
    if (std::ranges::find(names, claim.claim) == names.end()) names.push_back(claim.claim);
  }
  return names;
}

bool same(const Tangent& a, const Tangent& b) {
  for (std::size_t l = 0; l < a.size(); ++l) {
    for (const Part part : kAllParts) {
      if (!std::ranges::equal(a[l][part].span(), b[l][part].span())) return false;
    }
  }
  return true;
}

const EngineComparison* find_small(const EngineEvidence& engine, std::string_view type) {
  for (const EngineComparison& comparison : engine.comparisons) {
    if (comparison.type == type && comparison.variant.starts_with("odd")) return &comparison;
  }
  return nullptr;
}

// As if the fault were the engine's: what it changes in double, on the small batch, is added to what the textbook says
// for each type's numbers.
void judge_engines(const EngineEvidence& engine, const Mutant& mutant, std::vector<Claim>& claims) {
  const EngineComparison* const exact = find_small(engine, "f64");
  if (exact == nullptr) return;
  const Tangent faulty = faulty_gradient(exact->problem, mutant);
  for (const char* type : {"f32", "mixed", "f64"}) {
    const EngineComparison& comparison = *find_small(engine, type);
    Tangent tested = comparison.textbook;
    for (std::size_t l = 0; l < tested.size(); ++l) {
      for (const Part part : {Part::kWeights, Part::kBiases}) {
        for (std::size_t i = 0; i < tested[l][part].size(); ++i) {
          tested[l][part].data()[i] += faulty[l][part].data()[i] - exact->textbook[l][part].data()[i];
        }
      }
    }
    claims.push_back(judge_engine(comparison, tested));
  }
}

void detect(const Measurements& measurements, const EngineEvidence& engine, const Mutant& mutant,
            const ClaimKeys& known, Detection& detection) {
  const Problem& problem = measurements.subject().problem;
  detection.note = missing_for(mutant, problem);
  detection.applies = detection.note.empty();
  if (!detection.applies) return;
  const Backward faulty = [&mutant](const Problem& p) { return faulty_gradient(p, mutant); };
  if (same(faulty(problem), textbook_gradient(problem))) {
    detection.applies = false;
    detection.note = "it changes no number here";
    return;
  }
  std::vector<Claim> claims = measurements.judge(faulty);
  judge_engines(engine, mutant, claims);
  detection.caught_by = names_of_new_failures(claims, known);
}

/// The smallest relative error of one layer's weight gradient that is noticed, among powers of sqrt(10).
double smallest_detected(const Measurements& measurements, const ClaimKeys& known, std::size_t layer) {
  const Tangent gradient = textbook_gradient(measurements.subject().problem);
  const Tangent differences = textbook_gradient(measurements.difference_subject().problem);
  const auto is_noticed = [&](int power) {
    Tangent wrong = gradient;
    Tangent wrong_differences = differences;
    const double factor = 1.0 + std::pow(10.0, -0.5 * power);
    for (double& g : wrong[layer].weights.span()) g *= factor;
    for (double& g : wrong_differences[layer].weights.span()) g *= factor;
    return !names_of_new_failures(measurements.judge_gradient(wrong, wrong_differences), known).empty();
  };
  int noticed = 0;
  int unnoticed = 32;  // 1e-16: below the rounding of a double
  if (!is_noticed(noticed)) return 0.0;
  while (unnoticed - noticed > 1) {
    const int middle = (noticed + unnoticed) / 2;
    (is_noticed(middle) ? noticed : unnoticed) = middle;
  }
  return std::pow(10.0, -0.5 * noticed);
}

}  // namespace

void measure_detection(const Measurements& measurements, const EngineEvidence& engine, const std::vector<Claim>& claims,
                       Certificate& certificate, Work& work) {
  const ClaimKeys known = failing(claims);
  const double cost = measurements.subject().forward_cost(0);
  certificate.detection.resize(all_mutants().size());
  for (std::size_t m = 0; m < all_mutants().size(); ++m) {
    certificate.detection[m].mutant = all_mutants()[m].name;
    work.add("injected faults", 20.0 * cost, [&measurements, &engine, &certificate, known, m] {
      detect(measurements, engine, all_mutants()[m], known, certificate.detection[m]);
    });
  }
  work.add("smallest error", 40.0 * cost, [&measurements, &certificate, known] {
    double largest = 0.0;
    bool blind = false;
    for (std::size_t l = 0; l < measurements.subject().problem.num_layers(); ++l) {
      const double smallest = smallest_detected(measurements, known, l);
      blind = blind || smallest == 0.0;
      largest = std::max(largest, smallest);
    }
    certificate.smallest_detected = blind ? 0.0 : largest;
  });
}

}  // namespace gradus::verification
