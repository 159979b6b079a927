// Whole certificates of random networks with every kind of layer, activation and loss: every claim holds, every mutant
// that a network can have is caught; once of the textbook's derivative alone, once with the engine, as a user gets it.
// GRADUS_CERTIFICATES=500 in the environment certifies 500 of them (fewer without it); GRADUS_FIRST_CERTIFICATE=N
// begins with number N. What is found is printed.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "verification/detection.hpp"
#include "verification/random_problem.hpp"

namespace gradus::verification {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kCertificates = 4;
constexpr std::uint64_t kWithEngine = 2;
#else
constexpr std::uint64_t kCertificates = 40;
constexpr std::uint64_t kWithEngine = 26;
#endif

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// Every third network is of dense layers alone, every third a mixture, the rest of one kind in turn.
test::CaseOptions options_of(std::uint64_t number) {
  test::CaseOptions options;
  options.task = test::kAllTasks[number % std::size(test::kAllTasks)];
  options.activation = kAllActivations[number / 3 % kAllActivations.size()];
  options.depth = 2 + number / 5 % 3;
  options.penalties = number % 2 == 1;
  options.sample_weights = number / 2 % 3 == 0;
  options.dropout = number / 3 % 4 == 0;
  if (number % 3 == 1) options.kind = std::nullopt;
  if (number % 3 == 2) options.kind = kAllLayerKinds[number / 3 % kAllLayerKinds.size()];
  return options;
}

/// What was found over all networks.
struct Counts {
  std::size_t claims = 0;
  std::size_t false_alarms = 0;
  std::size_t silent_groups = 0;
  std::map<std::string, std::size_t> caught;
  std::map<std::string, std::size_t> missed;
};

void count_claims(const std::string& name, const Certificate& certificate, Counts& counts) {
  for (const Claim& claim : certificate.claims) {
    ++counts.claims;
    if (claim.holds) continue;
    // Units that never fire leave a group without a gradient, and the claim is there to say so.
    if (claim.claim == "not vacuous") {
      ++counts.silent_groups;
      continue;
    }
    ++counts.false_alarms;
    ADD_FAILURE() << name << ": " << claim.claim << ", " << claim.subject << ": " << claim.value << " not in ["
                  << claim.lower << ", " << claim.bound << "] " << claim.unit;
  }
}

void count_mutants(const std::string& name, const Certificate& certificate, Counts& counts) {
  for (const Detection& detection : certificate.detection) {
    if (!detection.applies) continue;
    ++(detection.caught_by.empty() ? counts.missed : counts.caught)[detection.mutant];
    EXPECT_FALSE(detection.caught_by.empty()) << name << ": " << detection.mutant;
  }
}

void certify(std::uint64_t number, Counts& counts) {
  const test::RandomCase c = test::make_random_case(options_of(number), 70000 + number);
  const Problem problem = test::make_problem_from(c);
  VerifyOptions options;
  options.seed = number;
  options.differences_per_group = 3;
  Measurements measurements(problem, choose_rows(problem.spec(), problem.x.rows()), options, false);
  Work work;
  measurements.plan(work);
  work.run(1, {});
  Certificate certificate;
  certificate.claims = measurements.judge(textbook_gradient);
  const EngineEvidence no_engine{};  // outlives the work
  measure_detection(measurements, no_engine, certificate.claims, certificate, work);
  work.run(1, {});
  count_claims(c.name, certificate, counts);
  count_mutants(c.name, certificate, counts);
}

// verify() itself: engines in every number type, each time another optimizer.
void certify_with_engine(std::uint64_t number, Counts& counts) {
  const test::RandomCase c = test::make_random_case(options_of(number), 90000 + number);
  VerificationPoint point;
  point.network = c.network;
  point.inputs = c.x;
  point.labels = c.labels;
  point.values = c.values;
  point.weights = c.weights;
  point.optimizer.kind = kAllOptimizers[number % kAllOptimizers.size()];
  const Certificate certificate = verify(point, {.seed = number, .threads = 1, .differences_per_group = 3});
  count_claims(c.name, certificate, counts);
  count_mutants(c.name, certificate, counts);
}

void print_counts(const Counts& counts, std::uint64_t networks) {
  std::printf("%zu claims on %zu networks: %zu false alarms, %zu groups without a gradient\n", counts.claims,
              static_cast<std::size_t>(networks), counts.false_alarms, counts.silent_groups);
}

template <class Certify>
Counts certify_many(std::uint64_t count, const Certify& certify_one) {
  const std::uint64_t first = number_from("GRADUS_FIRST_CERTIFICATE", 0);
  Counts counts;
  for (std::uint64_t number = first; number < first + count; ++number) certify_one(number, counts);
  print_counts(counts, count);
  return counts;
}

TEST(RandomCertificates, hold_and_catch_every_mutant) {
  const std::uint64_t count = number_from("GRADUS_CERTIFICATES", kCertificates);
  Counts counts = certify_many(count, certify);
  for (const Mutant& mutant : all_mutants()) {
    const std::string name(mutant.name);
    std::printf("%-36s caught %zu, missed %zu\n", name.c_str(), counts.caught[name], counts.missed[name]);
    EXPECT_TRUE(count < 40 || counts.caught[name] > 0) << name << " was never tried";
  }
}

TEST(RandomCertificates, hold_for_the_engine_too) {
  certify_many(number_from("GRADUS_CERTIFICATES", kWithEngine), certify_with_engine);
}

}  // namespace
}  // namespace gradus::verification
