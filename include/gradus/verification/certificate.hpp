// The certificate: what `verify()` claims about a network's gradient, what it measured to say so, and which injected
// faults the same claims would have caught (docs/certificate.md).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace gradus {

/// One statement with its evidence: it holds when lower <= value <= bound.
struct Claim {
  std::string claim{};    // "exact derivatives", "Taylor remainder, slope 2", ...
  std::string subject{};  // "layer 1 weights", "everything at once", "2 threads", ...
  std::string method{};   // how it was measured, with counts
  double value = 0.0;
  double lower = 0.0;
  double bound = 0.0;
  std::string unit{};  // "ULP", "slope", "of the allowance", ...
  bool holds = false;
  std::string note{};  // what a reader should know; empty when there is nothing
};

/// Finite differences of one group: the studies' figure of the largest difference over N = 1 / step.
struct DifferenceCurve {
  std::string group;
  std::vector<std::size_t> parameters;  // positions in the group, row-major
  std::vector<double> analytic;
  std::vector<double> steps;
  std::vector<std::vector<double>> differences;  // [step][parameter], the finite differences themselves
  std::vector<double> largest_error;             // [step] max |difference - analytic|
  double best_step = 0.0;
  double best_error = 0.0;
  double order = 0.0;         // slope fitted where truncation rules; 0: not enough points
  double roundoff = 0.0;      // expected error of a difference at best_step from rounding alone
  std::size_t crossing = 0;   // parameters that are judged at a smaller step or by one-sided slopes because of a kink
  std::size_t undecided = 0;  // parameters at a kink, which no difference can judge
};

/// Taylor remainders along one direction: |f(x + t d) - f(x)|, minus t g.d, minus t^2 d'Hd / 2.
struct TaylorCurve {
  std::string subject;
  std::vector<double> steps;
  std::array<std::vector<double>, 3> remainders;
  std::array<double, 3> slope{};           // fitted in the window; 0 without one
  std::array<double, 3> window_octaves{};  // width of the window
  std::array<double, 3> window_top{};      // its largest step
  std::array<bool, 3> vanishes{};          // the remainder is zero up to rounding: a polynomial
  std::array<double, 4> coefficients{};    // exact f', f''/2, f'''/6, f''''/24
  double analytic_slope = 0.0;             // g.d
  double roundoff = 0.0;                   // of one difference of two values
  std::size_t switching_units = 0;         // units on another side of their kink at the largest step
  bool smooth_piece = false;               // measured on the piece of f around x (kinks frozen)
};

/// How much of a group the gradient touches: agreement between zeros proves nothing.
struct GroupFacts {
  std::string group;
  std::size_t parameters = 0;
  std::size_t touched = 0;  // gradient not zero
  double gradient_norm = 0.0;
  std::string explanation;  // why some are not
};

struct UnitFacts {
  std::size_t layer = 0;  // counted from 1
  std::size_t units = 0;
  std::size_t dead = 0;       // no gradient flows for any row (ReLU: never active)
  std::size_t saturated = 0;  // slope of the activation below 1e-6 of its largest for every row
};

/// An injected fault and the claims that noticed it.
struct Detection {
  std::string mutant;
  bool applies = true;  // false: this network has no such thing (a penalty, a hidden layer, a second row)
  std::vector<std::string> caught_by;
  std::string note;
};

struct Provenance {
  std::string version;  // of the program, and how it was built
  std::string build;
  std::string target;  // instruction set of the kernels
  unsigned threads = 1;
  std::string network;  // "784-512-256-10 relu softmax cross_entropy"
  std::size_t parameters = 0;
  std::string parameters_sha256;  // of the parameters in double
  std::string source;             // what was checked: path of a configuration, run or model
  std::string data_source;        // data that was asked for instead of the source's own
  std::string data_name;
  std::string data_sha256;
  std::uint64_t seed = 0;
  std::size_t rows = 0;              // given to the engine
  std::string row_choice = "drawn";  // how they were chosen: "drawn", or "by loss" where draws would tell little
  std::size_t derivative_rows = 0;   // of these, for derivatives by the textbook
  std::size_t difference_rows = 0;   // of these, for finite differences
  std::string difference_options;    // "sampled 10 2": choice, numbers per group, points of the stencil
  std::vector<double> difference_steps;
};

struct Certificate {
  std::vector<Claim> claims;
  std::vector<Detection> detection;
  double smallest_detected =
      0.0;  // smallest relative error of one layer's gradient that a claim notices; 0: not measured
  std::vector<GroupFacts> groups;
  std::vector<UnitFacts> units;
  std::size_t constant_zero_inputs = 0;  // features that are 0 in every row: their weights have no gradient
  std::vector<DifferenceCurve> differences;
  std::vector<TaylorCurve> taylor;
  Provenance provenance;
  double loss = 0.0;
  double seconds = 0.0;
  /// Why the claims say little here although they hold, a clause each ("a gradient of 0 would pass ..."); empty: they
  /// say enough.
  std::vector<std::string> weak;

  [[nodiscard]] bool holds() const {
    for (const Claim& claim : claims) {
      if (!claim.holds) return false;
    }
    return !claims.empty();
  }
};

/// The certificate as one JSON object (docs/certificate.md has the keys).
std::string certificate_json(const Certificate& certificate);
/// One curve as it stands there under "differences".
std::string difference_curve_json(const DifferenceCurve& curve);
/// The certificate in sentences, one a kind of claim.
std::string certificate_summary(const Certificate& certificate);
/// The certificate as tables, with every figure.
std::string certificate_table(const Certificate& certificate);
/// What both end with: each claim that fails with its figures, and the verdict.
std::string certificate_failures(const Certificate& certificate);
std::string certificate_verdict(const Certificate& certificate);

/// A recomputed certificate against a stored one (JSON text): empty when hashes, claims and detection agree, else a
/// sentence for each difference. Throws InputError when the text is no certificate.
std::vector<std::string> compare_certificates(const Certificate& recomputed, const std::string& stored_json);

}  // namespace gradus
