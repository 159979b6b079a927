// The certificate for people: what was checked, what touches what, one verdict per claim, what the checker can see.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/aligned_table.hpp"
#include "gradus/verification/certificate.hpp"

namespace gradus {
namespace {

using Row = std::vector<std::string>;

std::string short_number(double value) {
  if (std::isinf(value)) return "-";
  if (value == 0.0) return "0";
  const double size = std::fabs(value);
  if (size >= 0.01 && size < 1e5) return fmt::format("{:.{}f}", value, size < 10.0 ? 2 : (size < 100.0 ? 1 : 0));
  return fmt::format("{:.1e}", value);
}

std::string bounds_text(const Claim& claim) {
  if (std::isinf(claim.bound)) return "> " + short_number(claim.lower);
  if (claim.lower != 0.0) return fmt::format("{} to {}", short_number(claim.lower), short_number(claim.bound));
  return "<= " + short_number(claim.bound);
}

/// How much of its allowance a claim used: 1 at the edge. Orders the claims of a family.
double strain(const Claim& claim) {
  if (!claim.holds) return INFINITY;
  if (std::isinf(claim.bound)) return claim.value > 0.0 ? claim.lower / claim.value : 1.0;
  if (claim.lower != 0.0) {
    const double middle = 0.5 * (claim.lower + claim.bound);
    return std::fabs(claim.value - middle) / (claim.bound - middle);
  }
  return claim.bound > 0.0 ? claim.value / claim.bound : 0.0;
}

Row claim_row(const Claim& claim, const std::string& name, const std::string& count) {
  const std::string verdict = claim.holds ? "holds" : "FAILS";
  return {verdict, name, count, short_number(claim.value), bounds_text(claim), claim.unit, claim.subject};
}

std::string summary_of_claims(const Certificate& certificate) {
  std::vector<std::string> names;
  std::map<std::string, std::vector<const Claim*>> families;
  for (const Claim& claim : certificate.claims) {
    // Slopes fitted and slopes that could only be bounded are not to be compared with each other.
    const std::string key = claim.claim + "|" + claim.unit;
    if (!families.contains(key)) names.push_back(key);
    families[key].push_back(&claim);
  }
  std::vector<Row> rows = {{"verdict", "claim", "checked", "worst", "allowed", "unit", "worst at"}};
  for (const std::string& name : names) {
    const std::vector<const Claim*>& family = families[name];
    const auto holding = std::ranges::count_if(family, [](const Claim* c) { return c->holds; });
    const Claim* worst = *std::ranges::max_element(family, {}, [](const Claim* c) { return strain(*c); });
    const bool all = static_cast<std::size_t>(holding) == family.size();
    rows.push_back(claim_row(*worst, worst->claim,
                             all ? std::to_string(family.size()) : fmt::format("{}/{}", holding, family.size())));
  }
  return aligned_table(rows, 2, true);
}

std::string gradient_table(const Certificate& certificate) {
  std::vector<Row> rows = {{"gradient of", "numbers", "not zero", "norm", "why the rest is zero"}};
  for (const GroupFacts& facts : certificate.groups) {
    rows.push_back({facts.group, std::to_string(facts.parameters), std::to_string(facts.touched),
                    short_number(facts.gradient_norm), facts.explanation});
  }
  std::string text = aligned_table(rows, 1, true);
  for (const UnitFacts& units : certificate.units) {
    if (units.dead + units.saturated == 0) continue;
    text += fmt::format("layer {}: {} of {} units dead, {} saturated on these rows\n", units.layer, units.dead,
                        units.units, units.saturated);
  }
  return text;
}

std::string differences_table(const Certificate& certificate) {
  if (certificate.differences.empty()) return "";
  std::vector<Row> rows = {{"finite differences", "numbers", "best step", "error there", "rounding", "order", "kinks"}};
  for (const DifferenceCurve& curve : certificate.differences) {
    rows.push_back(
        {curve.group, std::to_string(curve.parameters.size()), short_number(curve.best_step),
         short_number(curve.best_error), short_number(curve.roundoff),
         curve.order == 0.0 ? "-" : fmt::format("{:.2f}", curve.order),
         curve.crossing == 0 ? "" : fmt::format("{} crossed, {} undecided", curve.crossing, curve.undecided)});
  }
  std::string text = aligned_table(rows, 1, true);
  // The studies' V: the largest error of all groups at each step.
  text += "largest error by step:";
  const std::vector<double>& steps = certificate.differences.front().steps;
  for (std::size_t s = 0; s < steps.size(); ++s) {
    double largest = 0.0;
    for (const DifferenceCurve& curve : certificate.differences) largest = std::max(largest, curve.largest_error[s]);
    text += fmt::format("  {}: {:.1e}", short_number(steps[s]), largest);
  }
  return text + "\n";
}

/// A column of the detection table: all claims whose names start so.
struct Family {
  const char* heading;
  const char* prefix;
};
constexpr Family kFamilies[] = {
    {"exact", "exact"},        {"differences", "finite"}, {"Taylor", "Taylor"},
    {"Jacobian", "Jacobian"},  {"adjoint", "adjoint"},    {"f32", "engine f32"},
    {"mixed", "engine mixed"}, {"f64", "engine f64"},     {"vacuous", "not vacuous"},
};

std::string detection_table(const Certificate& certificate) {
  if (certificate.detection.empty()) return "";
  std::vector<Row> rows = {{"injected fault", ""}};
  for (const Family& family : kFamilies) rows[0].emplace_back(family.heading);
  for (const Detection& detection : certificate.detection) {
    if (!detection.applies) {
      rows.push_back({detection.mutant, "n/a: " + detection.note});
      continue;
    }
    rows.push_back({detection.mutant, detection.caught_by.empty() ? "MISSED" : "caught"});
    for (const Family& family : kFamilies) {
      const bool caught =
          std::ranges::any_of(detection.caught_by, [&](const std::string& c) { return c.starts_with(family.prefix); });
      rows.back().emplace_back(caught ? "x" : ".");
    }
  }
  std::string text = "would these claims notice a fault in this network's gradient?\n" + aligned_table(rows, 2, true);
  if (certificate.smallest_detected > 0.0) {
    text += fmt::format("smallest relative error of any one layer's gradient that is noticed: {:.1e}\n",
                        certificate.smallest_detected);
  }
  return text;
}

}  // namespace

std::string certificate_failures(const Certificate& certificate) {
  std::string text;
  for (const Claim& claim : certificate.claims) {
    if (claim.holds) continue;
    text += fmt::format("  {}, {}: {} where {} {} is allowed ({}){}\n", claim.claim, claim.subject,
                        short_number(claim.value), bounds_text(claim), claim.unit, claim.method,
                        claim.note.empty() ? "" : "; " + claim.note);
  }
  return text.empty() ? "" : "claims that fail:\n" + text + "\n";
}

std::string certificate_verdict(const Certificate& certificate) {
  const auto holding = std::ranges::count_if(certificate.claims, [](const Claim& claim) { return claim.holds; });
  std::string text = fmt::format("{}: {} of {} claims hold, {:.1f} s\n",
                                 certificate.holds() ? "the gradient is certified" : "NOT CERTIFIED", holding,
                                 certificate.claims.size(), certificate.seconds);
  if (certificate.holds() && !certificate.weak.empty()) {
    text += fmt::format("weak, because {} (loss {:.1e}); choose rows that the network is not sure of\n",
                        fmt::join(certificate.weak, "; "), certificate.loss);
  }
  return text;
}

std::string certificate_table(const Certificate& certificate) {
  const Provenance& p = certificate.provenance;
  std::string text = fmt::format("{} ({} parameters), loss {:.6g}\n", p.network, p.parameters, certificate.loss);
  text += fmt::format(
      "{} rows of {} for the engine, {} for derivatives, {} for finite differences; seed {}, {}, {} thread{}\n\n",
      p.rows, p.data_name.empty() ? "the data" : p.data_name, p.derivative_rows, p.difference_rows, p.seed, p.target,
      p.threads, p.threads == 1 ? "" : "s");
  text += gradient_table(certificate) + "\n" + differences_table(certificate) + "\n" + summary_of_claims(certificate) +
          "\n";
  return text + certificate_failures(certificate) + detection_table(certificate) + "\n" +
         certificate_verdict(certificate);
}

}  // namespace gradus
