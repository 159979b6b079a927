// Training, evaluating and predicting on the caller's memory equal the same on data that is owned, to the bit.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/data/memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "gradus/core/error.hpp"
#include "gradus/core/random.hpp"
#include "gradus/data/source.hpp"
#include "gradus/training/trainer.hpp"
#include "training/evaluation.hpp"
#include "training/small_run.hpp"
#include "training/two_classes.hpp"

namespace gradus {
namespace {

constexpr std::size_t kRows = 300;  // more than one call of the engine
constexpr std::size_t kStride = 5;

// kRows x 2, strided.
template <class S>
std::vector<S> make_elements() {
  RandomStream random(3, Purpose::kTest);
  std::vector<S> elements(kRows * kStride);
  for (S& x : elements) x = static_cast<S>(128.0 + 30.0 * std::clamp(random.normal(), -4.0, 4.0));
  return elements;
}

std::vector<std::int32_t> make_labels() {
  std::vector<std::int32_t> labels(kRows);
  for (std::size_t r = 0; r < kRows; ++r) labels[r] = static_cast<std::int32_t>(r * 7 % 3);
  return labels;
}

template <class S>
void check_type(DType dtype, bool standardized) {
  const std::vector<S> elements = make_elements<S>();
  const std::vector<std::int32_t> labels = make_labels();
  const MatrixView<const S> strided(elements.data(), kRows, 2, kStride);
  Matrix<S> packed(kRows, 2);
  for (std::size_t r = 0; r < kRows; ++r) std::copy_n(strided.row(r).begin(), 2, packed.row(r).begin());
  const ClassTargets y{.labels = labels};
  DatasetDetails parts;
  for (std::uint32_t r = 0; r < kRows; ++r) (r % 4 == 0 ? parts.valid : parts.train).push_back(r);
  const Dataset borrowed = make_dataset(strided, y, parts);
  const Dataset contiguous = make_dataset(std::as_const(packed).view(), y, parts);
  const Dataset owned = make_dataset(packed, y, parts);

  TrainingRun run = test::make_small_run();
  run.dtype = dtype;
  run.scaling.divisor = 255.0;
  if (standardized) run.scaling = standardization(owned, 1.0);
  const RunRecord expected = train(run, owned);
  for (const Dataset* dataset : {&borrowed, &contiguous}) {
    const RunRecord record = train(run, *dataset);
    EXPECT_EQ(record.weights_sha256, expected.weights_sha256);
    EXPECT_EQ(record.valid->metrics.loss, expected.valid->metrics.loss);
  }
  std::vector<std::uint32_t> all(kRows);
  for (std::uint32_t r = 0; r < kRows; ++r) all[r] = r;
  const Matrix<double> from_rows = predict_rows(expected.model, owned.table.features, all);
  const Matrix<double> raw = predict(expected.model, strided);
  ASSERT_EQ(raw.rows(), kRows);
  EXPECT_TRUE(std::equal(raw.span().begin(), raw.span().end(), from_rows.span().begin()));
  const Matrix<double> one = predict(expected.model, strided.row_range(17, 1));
  EXPECT_TRUE(std::equal(one.row(0).begin(), one.row(0).end(), from_rows.row(17).begin()));
}

TEST(Memory, trains_and_predicts_to_the_same_bits) {
  for (const DType dtype : {DType::kF32, DType::kF64, DType::kMixed}) {
    for (const bool standardized : {false, true}) {
      check_type<std::uint8_t>(dtype, standardized);
      check_type<float>(dtype, standardized);
      check_type<double>(dtype, standardized);
    }
  }
}

TEST(Memory, predictions_refuse_rows_of_another_shape) {
  const RunRecord record = train(test::make_small_run(), test::make_clouds());
  std::vector<double> x(6, 1.0);
  EXPECT_THROW(predict(record.model, MatrixView<const double>(x.data(), 2, 3)), InputError);
  EXPECT_EQ(predict(record.model, MatrixView<const double>(x.data(), 0, 2)).rows(), 0U);
  x[3] = std::nan("");
  EXPECT_THROW(predict(record.model, MatrixView<const double>(x.data(), 3, 2)), InputError);
}

// Loss, accuracy and top-k come from the pass that gives the outputs; they equal those of passes of their own.
TEST(Evaluation, equals_separate_passes) {
  const std::vector<float> elements = make_elements<float>();
  const std::vector<std::int32_t> labels = make_labels();
  const Dataset dataset =
      make_dataset(MatrixView<const float>(elements.data(), kRows, 2, kStride), ClassTargets{.labels = labels});
  TrainingRun run = test::make_small_run();
  Network<float> network(run.spec);
  initialize(network, 5);
  const Scaling scaling = standardization(dataset, 1.0);
  for (const unsigned threads : {1U, 2U}) {
    EngineOptions options;
    options.threads = threads;
    options.shares_small_work = threads > 1;
    Engine<float> engine(network, options);
    const PartEvaluation evaluation = evaluate_rows(engine, dataset, scaling, dataset.train, {.top_k = 2});
    const PartMetrics metrics = measure_rows(engine, dataset, scaling, dataset.train, 0);
    EXPECT_EQ(evaluation.metrics.loss, metrics.loss);
    EXPECT_EQ(evaluation.metrics.accuracy, metrics.accuracy);
    const Matrix<double> outputs = outputs_of_rows(engine, dataset.table.features, scaling, dataset.train);
    std::size_t hits = 0;
    for (std::size_t r = 0; r < kRows; ++r) hits += in_top_k(outputs.row(r), static_cast<std::size_t>(labels[r]), 2);
    EXPECT_EQ(evaluation.metrics.top_k, static_cast<double>(hits) / kRows);
    // Outputs and loss of the same call belong together.
    BatchFeeder<float> feeder(dataset, scaling, {});
    const std::vector<std::uint32_t> rows = {3, 299, 17};
    const BatchStats stats = engine.evaluate(feeder.feed(engine, rows));
    double loss = 0.0;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      loss -= std::log(static_cast<double>(engine.outputs()(r, static_cast<std::size_t>(labels[rows[r]]))));
    }
    EXPECT_NEAR(stats.loss_sum, loss, 1e-5);
  }
}

void expect_same(const ClassificationReport& a, const ClassificationReport& b) {
  EXPECT_EQ(a.accuracy, b.accuracy);
  EXPECT_EQ(a.macro_auc, b.macro_auc);
  EXPECT_EQ(a.weighted_f1, b.weighted_f1);
  EXPECT_EQ(a.confusion, b.confusion);
  ASSERT_EQ(a.classes.size(), b.classes.size());
  for (std::size_t k = 0; k < a.classes.size(); ++k) {
    EXPECT_EQ(a.classes[k].auc, b.classes[k].auc) << k;
    EXPECT_EQ(a.classes[k].precision, b.classes[k].precision) << k;
    EXPECT_EQ(a.classes[k].support, b.classes[k].support) << k;
  }
}

// Column by column, on any number of threads, with and without weights, for classes, labels and one output.
TEST(Evaluation, in_pieces_and_on_threads_gives_the_same_bits) {
  constexpr std::size_t kManyRows = 30000;  // enough for several threads
  RandomStream random(8, Purpose::kTest);
  std::vector<float> elements(2 * kManyRows);
  for (float& x : elements) x = static_cast<float>(random.normal());
  const MatrixView<const float> x(elements.data(), kManyRows, 2);
  std::vector<double> weights(kManyRows);
  for (double& weight : weights) weight = random.uniform();
  for (const std::size_t classes : {std::size_t{1}, std::size_t{2}, std::size_t{7}}) {
    for (const bool sets : {false, true}) {
      std::vector<std::int32_t> labels(kManyRows);
      for (std::int32_t& label : labels)
        label = static_cast<std::int32_t>(random.below(std::max<std::size_t>(2, classes)));
      std::vector<double> targets(kManyRows * classes);
      for (double& target : targets) target = random.uniform() < 0.3 ? 1.0 : 0.0;
      Dataset dataset =
          sets
              ? make_dataset(x, LabelSetTargets{.values = MatrixView<const double>(targets.data(), kManyRows, classes)})
              : make_dataset(x, ClassTargets{.labels = labels});
      const std::size_t widths[] = {2, 5, classes};
      const bool logistic = sets || classes == 1;
      Network<float> network(make_network_spec(widths, {}, logistic ? OutputKind::kSigmoid : OutputKind::kSoftmax));
      initialize(network, 5);
      Engine<float> engine(network, {});
      for (const bool weighted : {false, true}) {
        dataset.table.weights = weighted ? weights : std::vector<double>();
        const PartEvaluation whole = evaluate_rows(engine, dataset, {}, dataset.train, {.top_k = 1});
        for (const EvaluationLimits& limits :
             {EvaluationLimits{.threads = 1, .column_bytes = 1},
              EvaluationLimits{.threads = 3, .column_bytes = 3 * 4 * kManyRows}, EvaluationLimits{.threads = 2}}) {
          const PartEvaluation pieces = evaluate_rows(engine, dataset, {}, dataset.train, {.top_k = 1}, limits);
          EXPECT_EQ(pieces.metrics.loss, whole.metrics.loss);
          EXPECT_EQ(pieces.metrics.top_k, whole.metrics.top_k);
          expect_same(*pieces.classification, *whole.classification);
          if (weighted) expect_same(*pieces.weighted->classification, *whole.weighted->classification);
        }
        Matrix<double> outputs = outputs_of_rows(engine, dataset.table.features, {}, dataset.train);
        if (!sets) outputs = class_probabilities(std::move(outputs));
        if (sets) {
          expect_same(*whole.classification, multi_label_report(outputs.view(), dataset.table.values.view()));
        } else {
          expect_same(*whole.classification, classification_report(outputs.view(), labels));
        }
      }
    }
  }
}

}  // namespace
}  // namespace gradus
