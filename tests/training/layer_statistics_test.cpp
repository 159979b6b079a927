// Statistics by layer are those of the textbook on the same rows.
// SPDX-License-Identifier: Apache-2.0
#include "training/layer_statistics.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "network/textbook.hpp"
#include "training/small_run.hpp"

namespace gradus {
namespace {

template <class T>
double norm_of(MatrixView<T> matrix) {
  double squares = 0.0;
  for (const T value : matrix.span()) squares += static_cast<double>(value) * static_cast<double>(value);
  return std::sqrt(squares);
}

template <class T>
class Statistics : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(Statistics, Scalars);

TYPED_TEST(Statistics, are_those_of_the_textbook) {
  using T = TypeParam;
  const Dataset dataset = test::make_clouds(600);
  TrainingRun run = test::make_small_run();
  run.dtype = std::is_same_v<T, float> ? DType::kF32 : DType::kF64;
  run.spec.layers[1].l1 = 0.01;
  Network<T> network(run.spec);
  initialize(network, 3);
  for (T& bias : network.biases(0)) bias = T(0.3);
  const std::vector<LayerStatistics> measured = LayerProbe<T>(run, dataset).measure(network);

  const std::vector<std::uint32_t> rows = spread_rows(dataset.train, 256);
  ASSERT_EQ(rows.size(), 256U);
  Matrix<T> x(rows.size(), 2);
  gather_rows<T>(dataset.table.features, run.scaling, rows, x.view());
  std::vector<std::int32_t> labels;
  for (const std::uint32_t row : rows) labels.push_back(dataset.table.labels[row]);
  const auto pass = textbook::forward(network, x.view());  // no dropout
  const auto gradients = textbook::backward(network, pass, {.labels = labels, .values = {}, .weights = {}});
  const double tolerance = 1e4 * static_cast<double>(std::numeric_limits<T>::epsilon());
  ASSERT_EQ(measured.size(), 2U);
  for (std::size_t l = 0; l < 2; ++l) {
    const std::span<const T> h = pass.h[l].span();
    const double mean = std::accumulate(h.begin(), h.end(), 0.0) / static_cast<double>(h.size());
    double variance = 0.0;
    for (const T value : h) variance += std::pow(static_cast<double>(value) - mean, 2) / static_cast<double>(h.size());
    EXPECT_EQ(measured[l].units, run.spec.layers[l].units);
    EXPECT_NEAR(measured[l].activation_mean, mean, tolerance);
    EXPECT_NEAR(measured[l].activation_std, std::sqrt(variance), tolerance);
    EXPECT_NEAR(measured[l].gradient_norm, norm_of(gradients.parameters.weights(l)), tolerance);
    EXPECT_NEAR(measured[l].weight_norm, norm_of(network.weights(l)), tolerance);
    EXPECT_GT(measured[l].gradient_norm, 0.01);
    EXPECT_GT(std::fabs(measured[l].activation_mean), 0.001);
  }
}

TEST(DeadUnits, are_those_that_no_row_can_change) {
  const Dataset dataset = test::make_clouds();
  TrainingRun run = test::make_small_run();
  run.spec.layers[0].activation = make_activation(ActivationKind::kRelu);
  Network<float> network(run.spec);
  initialize(network, 3);
  EXPECT_EQ(LayerProbe<float>(run, dataset).measure(network)[0].dead, 0U);
  network.biases(0)[1] = -1000.0F;
  network.biases(0)[4] = -1000.0F;
  network.biases(0)[5] = 1000.0F;  // never zero: alive
  const std::vector<LayerStatistics> measured = LayerProbe<float>(run, dataset).measure(network);
  EXPECT_EQ(measured[0].dead, 2U);
  EXPECT_EQ(measured[0].saturated, 0U);
  EXPECT_EQ(measured[1].dead, 0U);
}

TEST(SaturatedUnits, have_a_flat_activation_on_nearly_all_rows) {
  const Dataset dataset = test::make_clouds();
  for (const ActivationKind kind : {ActivationKind::kTanh, ActivationKind::kSigmoid}) {
    TrainingRun run = test::make_small_run();
    run.spec.layers[0].activation = make_activation(kind);
    Network<float> network(run.spec);
    initialize(network, 3);
    EXPECT_EQ(LayerProbe<float>(run, dataset).measure(network)[0].saturated, 0U);
    network.biases(0)[0] = 30.0F;
    network.biases(0)[2] = -30.0F;
    const std::vector<LayerStatistics> measured = LayerProbe<float>(run, dataset).measure(network);
    EXPECT_EQ(measured[0].saturated, 2U) << activation_name(kind);
  }
}

TEST(SpreadRows, are_few_and_from_everywhere) {
  std::vector<std::uint32_t> rows(1000);
  std::iota(rows.begin(), rows.end(), 5U);
  const std::vector<std::uint32_t> few = spread_rows(rows, 4);
  EXPECT_EQ(few, (std::vector<std::uint32_t>{5, 255, 505, 755}));
  EXPECT_EQ(spread_rows(rows, 5000), rows);
  EXPECT_TRUE(spread_rows({}, 4).empty());
}

}  // namespace
}  // namespace gradus
