// verify() as a whole: mutants on three networks, every optimizer, comparison of certificates.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gradus/core/error.hpp"
#include "gradus/verification/verify.hpp"
#include "verification/mutants.hpp"
#include "verification/random_problem.hpp"

namespace gradus {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

VerificationPoint make_point(const std::vector<std::size_t>& widths, ActivationKind activation, OutputKind output,
                             std::size_t rows) {
  NetworkSpec spec = make_network_spec(widths, make_activation(activation), output);
  for (LayerSpec& layer : spec.layers) layer.l2 = 1e-3, layer.l1 = 1e-4;
  Network<float> network(spec);
  initialize(network, 1);
  VerificationPoint point;
  point.network = network_cast<double>(network);
  RandomStream random(2, Purpose::kTest);
  point.inputs = Matrix<double>(rows, widths.front());
  // A fifth of the inputs is not zero, as in images of digits.
  for (double& x : point.inputs.span())
    x = random.uniform() < 0.2 || widths.front() < 100 ? random.uniform(-1.0, 1.0) : 0.0;
  for (std::size_t b = 0; b < rows; ++b) point.labels.push_back(static_cast<std::int32_t>(random.below(widths.back())));
  return point;
}

void expect_all_mutants_caught(const VerificationPoint& point) {
  VerifyOptions options;
  options.differences_per_group = 3;  // they cost most and are the least sharp
  const Certificate certificate = verify(point, options);
  EXPECT_TRUE(certificate.holds()) << certificate_table(certificate);
  ASSERT_EQ(certificate.detection.size(), verification::all_mutants().size());
  std::size_t missing = 0;
  for (const Detection& detection : certificate.detection) {
    EXPECT_NE(detection.applies, detection.caught_by.empty()) << detection.mutant << ": " << detection.note;
    missing += detection.applies ? 0 : 1;
  }
  EXPECT_EQ(missing, 3U) << "faults of normalisations and residuals";
  EXPECT_GT(certificate.smallest_detected, 0.0);
  EXPECT_LE(certificate.smallest_detected, 1e-9);
}

TEST(Certificate, catches_all_mutants_of_the_relu_network_for_images) {
  if (kSanitized) GTEST_SKIP() << "half a minute of arithmetic; runs without sanitizers";
  expect_all_mutants_caught(make_point({784, 512, 256, 10}, ActivationKind::kRelu, OutputKind::kSoftmax, 64));
}
TEST(Certificate, catches_all_mutants_of_the_tanh_network) {
  expect_all_mutants_caught(make_point({2, 4, 8, 16, 5}, ActivationKind::kTanh, OutputKind::kSoftmax, 16));
}
TEST(Certificate, catches_all_mutants_of_the_sigmoid_network) {
  expect_all_mutants_caught(make_point({6, 10, 8, 4}, ActivationKind::kSigmoid, OutputKind::kSigmoid, 16));
}

TEST(Certificate, holds_for_every_optimizer_and_names_its_steps) {
  for (const OptimizerKind kind : kAllOptimizers) {
    VerificationPoint point = make_point({3, 5, 4}, ActivationKind::kSilu, OutputKind::kSoftmax, 14);
    point.optimizer.kind = kind;
    point.optimizer.weight_decay = 0.01;
    VerifyOptions options;
    options.measure_detection = false;
    const Certificate certificate = verify(point, options);
    EXPECT_TRUE(certificate.holds()) << optimizer_name(kind) << "\n" << certificate_table(certificate);
    const auto steps =
        std::ranges::count_if(certificate.claims, [](const Claim& c) { return c.claim == "engine f32 step"; });
    EXPECT_EQ(steps, 3);
  }
}

TEST(Certificate, with_dropout_and_weights_holds) {
  VerificationPoint point = make_point({4, 7, 6, 3}, ActivationKind::kRelu, OutputKind::kSoftmax, 21);
  point.network.spec.layers[0].dropout = 0.5;
  point.weights.assign(21, 1.0);
  point.weights[3] = 0.0;
  point.weights[5] = 2.5;
  const Certificate certificate = verify(point);
  EXPECT_TRUE(certificate.holds()) << certificate_table(certificate);
}

TEST(Certificate, is_the_same_on_any_number_of_threads_and_tells_what_was_changed) {
  VerificationPoint point = make_point({3, 5, 4}, ActivationKind::kTanh, OutputKind::kSoftmax, 8);
  const std::string stored = certificate_json(verify(point, {.threads = 1}));
  EXPECT_TRUE(compare_certificates(verify(point, {.threads = 3}), stored).empty());
  auto object = nlohmann::ordered_json::parse(stored);
  object["claims"][5]["value"] = 77.0;
  const auto differences = compare_certificates(verify(point), object.dump());
  ASSERT_EQ(differences.size(), 1u);
  EXPECT_NE(differences[0].find("77"), std::string::npos);
  point.network.weights(0)(0, 0) += 1e-3;
  EXPECT_FALSE(compare_certificates(verify(point), stored).empty());
  EXPECT_THROW(compare_certificates(verify(point), "{}"), InputError);
}

TEST(Certificate, says_every_claim_in_a_sentence) {
  VerificationPoint point = make_point({3, 5, 4}, ActivationKind::kTanh, OutputKind::kSoftmax, 8);
  Certificate certificate = verify(point);
  const std::string text = certificate_summary(certificate);
  EXPECT_EQ(text.find("NO "), std::string::npos) << text;
  std::size_t claims = 0;
  for (std::size_t at = 0; (at = text.find(" claim", at)) != std::string::npos; ++at) {
    const std::size_t start = text.rfind('(', at) + 1;
    if (text[at - 1] >= '0' && text[at - 1] <= '9' && text.rfind('\n', at) < start)
      claims += std::stoul(text.substr(start));
  }
  EXPECT_EQ(claims, certificate.claims.size()) << text;
  for (std::size_t i = 0; i < certificate.claims.size(); ++i) {
    const std::string name = certificate.claims[i].claim;
    EXPECT_EQ(text.find(name + " ("), std::string::npos) << name << " has no sentence";
    Certificate failing = certificate;
    failing.claims[i].holds = false;
    EXPECT_NE(certificate_summary(failing).find("\nNO "), std::string::npos) << name;
    EXPECT_NE(certificate_summary(failing).find("NOT CERTIFIED"), std::string::npos) << name;
  }
  certificate.detection[0].caught_by.clear();
  EXPECT_NE(certificate_summary(certificate).find("unnoticed: " + certificate.detection[0].mutant), std::string::npos);
}

// A network that is sure of every row has a gradient of rounding alone.
TEST(Certificate, says_where_its_claims_are_weak_and_why) {
  VerificationPoint point = make_point({3, 5, 4}, ActivationKind::kTanh, OutputKind::kSoftmax, 8);
  for (LayerSpec& layer : point.network.spec.layers) layer.l1 = layer.l2 = 0.0;
  EXPECT_TRUE(verify(point).weak.empty());
  for (double& bias : point.network.biases(1)) bias = 0.0;
  point.network.biases(1)[2] = 18.0;
  point.labels.assign(8, 2);
  const Certificate sure = verify(point);
  ASSERT_FALSE(sure.weak.empty()) << certificate_table(sure);
  EXPECT_NE(certificate_table(sure).find("weak, because "), std::string::npos);
}

TEST(Certificate, refuses_targets_and_steps_that_make_no_sense) {
  VerificationPoint point = make_point({3, 5, 4}, ActivationKind::kTanh, OutputKind::kSoftmax, 8);
  VerifyOptions options;
  options.difference_steps = {0.1, -1.0};
  EXPECT_THROW(verify(point, options), InputError);
  point.labels[2] = 4;
  EXPECT_THROW(verify(point), InputError);
}

VerificationPoint normalized_point(std::size_t rows) {
  VerificationPoint point = make_point({3, 5, 4}, ActivationKind::kTanh, OutputKind::kSoftmax, rows);
  NetworkSpec spec = point.network.spec;
  LayerSpec normalization{.units = 5, .activation = spec.layers[0].activation, .kind = LayerKind::kBatchNorm};
  spec.layers[0].activation = {};
  spec.layers.insert(spec.layers.begin() + 1, normalization);
  point.network = Network<double>(spec);
  initialize(point.network, 3);
  return point;
}

TEST(Certificate, of_a_normalised_network_holds_and_says_which_biases_do_nothing) {
  VerifyOptions options;
  options.check_engine = false;
  const Certificate certificate = verify(normalized_point(12), options);
  EXPECT_TRUE(certificate.holds()) << certificate_table(certificate);
  const auto zero =
      std::ranges::find_if(certificate.claims, [](const Claim& c) { return c.claim == "zero by construction"; });
  ASSERT_NE(zero, certificate.claims.end());
  EXPECT_EQ(zero->subject, "layer 1 biases");
  EXPECT_NE(certificate.groups[1].explanation.find("batch normalisation"), std::string::npos);
  for (const Detection& detection : certificate.detection) {
    EXPECT_NE(detection.applies, detection.caught_by.empty()) << detection.mutant << ": " << detection.note;
  }
  EXPECT_GT(certificate.smallest_detected, 0.0);
  EXPECT_LE(certificate.smallest_detected, 1e-9);
}

TEST(Certificate, refuses_one_row_for_batch_normalisation) {
  EXPECT_THROW(verify(normalized_point(1), {.check_engine = false}), InputError);
}

}  // namespace
}  // namespace gradus
