// SPDX-License-Identifier: Apache-2.0
#include "gradus/training/metrics.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gradus/core/random.hpp"
#include "support/paths.hpp"
#include "support/process.hpp"
#include "training/evaluation.hpp"

namespace gradus {
namespace {

constexpr double kTolerance = 1e-12;
constexpr const char* kPython = "/usr/bin/python3";

// Scores on a coarse grid, so that many are tied.
Matrix<double> tied_scores(std::size_t rows, std::size_t cols, RandomStream& random) {
  Matrix<double> scores(rows, cols);
  for (double& score : scores.span()) score = static_cast<double>(random.below(12)) / 12.0;
  return scores;
}

nlohmann::json matrix_json(const Matrix<double>& matrix) {
  nlohmann::json rows = nlohmann::json::array();
  for (std::size_t r = 0; r < matrix.rows(); ++r) {
    rows.push_back(std::vector<double>(matrix.row(r).begin(), matrix.row(r).end()));
  }
  return rows;
}

// One-hot outputs: row r is predicted as class predictions[r].
Matrix<double> one_hot(const std::vector<std::int32_t>& predictions, std::size_t num_classes) {
  Matrix<double> outputs(predictions.size(), num_classes);
  for (std::size_t r = 0; r < predictions.size(); ++r) outputs(r, static_cast<std::size_t>(predictions[r])) = 1.0;
  return outputs;
}

bool has_scikit_learn() {
  return test::run_process({kPython, "-c", "import sklearn"}).exit_code == 0;
}

nlohmann::json ask_scikit_learn(const std::string& script, const nlohmann::json& input) {
  const test::TempDir folder;
  test::write_whole_file(folder / "in.json", input.dump());
  const std::string opening =
      "import json,sys\nimport numpy as np\nimport sklearn.metrics as m\nd=json.load(open(sys.argv[1]))\n";
  const test::ProcessResult result = test::run_process({kPython, "-c", opening + script, folder / "in.json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return nlohmann::json::parse(result.out);
}

TEST(Metrics, classification_equals_scikit_learn) {
  if (!has_scikit_learn()) GTEST_SKIP() << "scikit-learn is not installed";
  RandomStream random(1, Purpose::kTest);
  const Matrix<double> scores = tied_scores(200, 4, random);
  std::vector<std::int32_t> labels;
  for (int r = 0; r < 200; ++r) labels.push_back(static_cast<std::int32_t>(random.below(4)));
  const ClassificationReport ours = classification_report(scores.view(), labels);
  const nlohmann::json theirs = ask_scikit_learn(
      "s=np.array(d['scores']);y=np.array(d['labels']);p=s.argmax(1)\n"
      "P,R,F,S=m.precision_recall_fscore_support(y,p,zero_division=0)\n"
      "auc=[m.roc_auc_score(y==k,s[:,k]) for k in range(s.shape[1])]\n"
      "print(json.dumps(dict(confusion=m.confusion_matrix(y,p).tolist(),p=P.tolist(),r=R.tolist(),f=F.tolist(),auc=auc,"
      "accuracy=m.accuracy_score(y,p),macro=m.f1_score(y,p,average='macro'))))",
      {{"scores", matrix_json(scores)}, {"labels", labels}});
  EXPECT_EQ(nlohmann::json(ours.confusion), theirs["confusion"]);
  EXPECT_NEAR(ours.accuracy, theirs["accuracy"].get<double>(), kTolerance);
  EXPECT_NEAR(ours.macro_f1, theirs["macro"].get<double>(), kTolerance);
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_NEAR(ours.classes[k].precision, theirs["p"][k].get<double>(), kTolerance);
    EXPECT_NEAR(ours.classes[k].recall, theirs["r"][k].get<double>(), kTolerance);
    EXPECT_NEAR(ours.classes[k].f1, theirs["f"][k].get<double>(), kTolerance);
    EXPECT_NEAR(ours.classes[k].auc.value(), theirs["auc"][k].get<double>(), kTolerance);
  }
}

// Labels and predictions of four classes of which some occur in one list only, or in neither.
struct Occurrence {
  std::vector<std::int32_t> labels;
  std::vector<std::int32_t> predictions;
};
const Occurrence kOccurrences[] = {
    {{0, 0, 1, 1}, {0, 0, 1, 1}},                    // two of four, all right
    {{0, 0, 1, 1, 2}, {0, 3, 1, 0, 2}},              // class 3 is predicted only
    {{0, 0, 1, 1, 2, 3}, {0, 0, 1, 0, 1, 1}},        // classes 2 and 3 are labels only
    {{2, 2, 2}, {2, 2, 2}},                          // one class alone
    {{2, 2, 2}, {1, 1, 1}},                          // all wrong
    {{0, 1, 2, 3, 3, 3, 0}, {0, 1, 2, 3, 3, 0, 1}},  // all occur
};

TEST(Metrics, means_over_the_classes_that_occur_equal_scikit_learn) {
  if (!has_scikit_learn()) GTEST_SKIP() << "scikit-learn is not installed";
  for (const Occurrence& rows : kOccurrences) {
    const ClassificationReport ours = classification_report(one_hot(rows.predictions, 4).view(), rows.labels);
    const nlohmann::json theirs = ask_scikit_learn(
        "import warnings\nwarnings.simplefilter('ignore')\n"
        "def means(a): return m.precision_recall_fscore_support(d['y'],d['p'],average=a,zero_division=0)[:3]\n"
        "print(json.dumps(dict(macro=means('macro'),weighted=means('weighted'),"
        "balanced=m.balanced_accuracy_score(d['y'],d['p']))))",
        {{"y", rows.labels}, {"p", rows.predictions}});
    const auto expect_near = [&theirs](std::initializer_list<double> values, const char* key) {
      std::size_t i = 0;
      for (const double value : values) EXPECT_NEAR(value, theirs[key][i++].get<double>(), kTolerance) << key;
    };
    expect_near({ours.macro_precision, ours.macro_recall, ours.macro_f1}, "macro");
    expect_near({ours.weighted_precision, ours.weighted_recall, ours.weighted_f1}, "weighted");
    EXPECT_NEAR(ours.balanced_accuracy.value(), theirs["balanced"].get<double>(), kTolerance);
  }
}

TEST(Metrics, classes_that_do_not_occur_do_not_count) {
  const std::vector<std::int32_t> labels = {0, 0, 0, 2};
  const ClassificationReport right = classification_report(one_hot(labels, 3).view(), labels);
  for (const double mean : {right.macro_precision, right.macro_recall, right.macro_f1, right.weighted_precision,
                            right.weighted_recall, right.weighted_f1, right.balanced_accuracy.value()}) {
    EXPECT_EQ(mean, 1.0);
  }
  // Class 1 occurs as a prediction: it counts in the macro means, has no weight and no recall to balance.
  const ClassificationReport wrong = classification_report(one_hot({0, 0, 1, 2}, 3).view(), labels);
  EXPECT_NEAR(wrong.macro_recall, (2.0 / 3.0 + 0.0 + 1.0) / 3.0, kTolerance);
  EXPECT_NEAR(wrong.weighted_recall, (3.0 * 2.0 / 3.0 + 1.0) / 4.0, kTolerance);
  EXPECT_NEAR(wrong.balanced_accuracy.value(), (2.0 / 3.0 + 1.0) / 2.0, kTolerance);
}

TEST(Metrics, multi_label_means_count_every_label) {
  Matrix<double> outputs(2, 2);
  outputs(0, 0) = outputs(1, 0) = 1.0;
  const ClassificationReport report = multi_label_report(outputs.view(), outputs.view());
  EXPECT_EQ(report.macro_f1, 0.5);
  EXPECT_EQ(report.weighted_f1, 1.0);
  EXPECT_FALSE(report.balanced_accuracy.has_value());
}

TEST(Metrics, multi_label_and_regression_equal_scikit_learn) {
  if (!has_scikit_learn()) GTEST_SKIP() << "scikit-learn is not installed";
  RandomStream random(2, Purpose::kTest);
  const Matrix<double> outputs = tied_scores(100, 3, random);
  Matrix<double> binary(100, 3);
  Matrix<double> values(100, 3);
  for (double& y : binary.span()) y = static_cast<double>(random.below(2));
  for (double& y : values.span()) y = random.normal();
  const ClassificationReport labels = multi_label_report(outputs.view(), binary.view());
  const RegressionReport numbers = regression_report(outputs.view(), values.view());
  const nlohmann::json theirs = ask_scikit_learn(
      "o=np.array(d['o']);b=np.array(d['b']);v=np.array(d['v']);p=(o>=.5)*1\n"
      "print(json.dumps(dict(acc=m.accuracy_score(b,p),f1=m.f1_score(b,p,average='macro',zero_division=0),"
      "wf1=m.f1_score(b,p,average='weighted',zero_division=0),"
      "auc=m.roc_auc_score(b,o),r2=m.r2_score(v,o),mae=m.mean_absolute_error(v,o),"
      "rmse=m.mean_squared_error(v,o,squared=False))))",
      {{"o", matrix_json(outputs)}, {"b", matrix_json(binary)}, {"v", matrix_json(values)}});
  EXPECT_NEAR(labels.accuracy, theirs["acc"].get<double>(), kTolerance);
  EXPECT_NEAR(labels.macro_f1, theirs["f1"].get<double>(), kTolerance);
  EXPECT_NEAR(labels.weighted_f1, theirs["wf1"].get<double>(), kTolerance);
  EXPECT_NEAR(labels.macro_auc.value(), theirs["auc"].get<double>(), kTolerance);
  EXPECT_NEAR(numbers.r2, theirs["r2"].get<double>(), kTolerance);
  EXPECT_NEAR(numbers.mae, theirs["mae"].get<double>(), kTolerance);
  EXPECT_NEAR(numbers.rmse, theirs["rmse"].get<double>(), kTolerance);
}

TEST(Metrics, pinball_and_deviance_equal_scikit_learn) {
  if (!has_scikit_learn()) GTEST_SKIP() << "scikit-learn is not installed";
  RandomStream random(3, Purpose::kTest);
  Matrix<double> outputs(100, 1);
  Matrix<double> counts(100, 1);
  for (double& p : outputs.span()) p = random.uniform(0.1, 5.0);
  for (double& y : counts.span()) y = static_cast<double>(random.below(4));
  const Loss quantile{.kind = LossKind::kQuantile, .quantile = 0.8};
  const nlohmann::json theirs = ask_scikit_learn(
      "o=np.array(d['o']);y=np.array(d['y'])\n"
      "print(json.dumps(dict(pinball=m.mean_pinball_loss(y,o,alpha=.8),"
      "deviance=m.mean_poisson_deviance(y[:,0],o[:,0]))))",
      {{"o", matrix_json(outputs)}, {"y", matrix_json(counts)}});
  EXPECT_NEAR(regression_report(outputs.view(), counts.view(), quantile).pinball.value(),
              theirs["pinball"].get<double>(), kTolerance);
  EXPECT_NEAR(regression_report(outputs.view(), counts.view(), {.kind = LossKind::kPoisson}).poisson_deviance.value(),
              theirs["deviance"].get<double>(), kTolerance);
}

TEST(Metrics, pinball_and_deviance_by_hand) {
  Matrix<double> outputs(2, 2);
  Matrix<double> values(2, 2);
  outputs(0, 0) = 2.0, outputs(0, 1) = 0.5, outputs(1, 0) = 1.0, outputs(1, 1) = 3.0;
  values(0, 0) = 0.0, values(0, 1) = 1.0, values(1, 0) = 1.0, values(1, 1) = 6.0;
  const RegressionReport quantile =
      regression_report(outputs.view(), values.view(), {.kind = LossKind::kQuantile, .quantile = 0.75});
  EXPECT_NEAR(quantile.pinball.value(), (0.25 * 2.0 + 0.75 * 0.5 + 0.0 + 0.75 * 3.0) / 4.0, kTolerance);
  EXPECT_FALSE(quantile.poisson_deviance.has_value());
  const RegressionReport poisson = regression_report(outputs.view(), values.view(), {.kind = LossKind::kPoisson});
  const double by_hand = 2.0 * (2.0 + (std::log(2.0) - 1.0 + 0.5) + 0.0 + (6.0 * std::log(2.0) - 6.0 + 3.0)) / 4.0;
  EXPECT_NEAR(poisson.poisson_deviance.value(), by_hand, kTolerance);
  EXPECT_FALSE(poisson.pinball.has_value());
  EXPECT_FALSE(regression_report(outputs.view(), values.view()).pinball.has_value());
}

TEST(Metrics, auc_by_hand) {
  const std::vector<double> scores = {0.1, 0.4, 0.35, 0.8};
  EXPECT_EQ(roc_auc(scores, {false, false, true, true}), 0.75);
  const std::vector<double> equal = {0.5, 0.5, 0.5};
  EXPECT_EQ(roc_auc(equal, {true, false, true}), 0.5);
  EXPECT_EQ(roc_auc(equal, {true, true, true}), std::nullopt);
}

// Of two classes the second one's column, of three the mean over one against the rest.
TEST(Metrics, auc_of_two_and_three_classes_equals_scikit_learn) {
  if (!has_scikit_learn()) GTEST_SKIP() << "scikit-learn is not installed";
  RandomStream random(5, Purpose::kTest);
  for (const std::size_t num_classes : {std::size_t{2}, std::size_t{3}, std::size_t{5}}) {
    Matrix<double> scores = tied_scores(150, num_classes, random);
    std::vector<std::int32_t> labels;
    for (std::size_t r = 0; r < scores.rows(); ++r) {
      double sum = 0.0;
      for (double& score : scores.row(r)) sum += (score += 0.125);
      for (double& score : scores.row(r)) score /= sum;
      labels.push_back(static_cast<std::int32_t>(random.below(num_classes)));
    }
    PartEvaluation evaluation;
    evaluation.classification = classification_report(scores.view(), labels);
    const nlohmann::json theirs = ask_scikit_learn(
        "s=np.array(d['s'])\n"
        "print(m.roc_auc_score(d['y'],s[:,1] if s.shape[1]==2 else s,multi_class='ovr',average='macro'))",
        {{"s", matrix_json(scores)}, {"y", labels}});
    EXPECT_NEAR(reported_value(evaluation, Measure::kAuc).value(), theirs.get<double>(), kTolerance) << num_classes;
  }
}

TEST(Metrics, top_k_counts_the_earlier_of_equals_as_larger) {
  const std::vector<double> row = {0.3, 0.3, 0.4, 0.0};
  EXPECT_EQ(largest_column(row), 2U);
  EXPECT_FALSE(in_top_k(row, 0, 1));
  EXPECT_TRUE(in_top_k(row, 0, 2));
  EXPECT_FALSE(in_top_k(row, 1, 2));
  EXPECT_TRUE(in_top_k(row, 1, 3));
  EXPECT_TRUE(in_top_k(row, 3, 4));
}

TEST(Metrics, class_that_is_never_predicted_scores_zero_not_nan) {
  Matrix<double> outputs(2, 2);
  outputs(0, 0) = outputs(1, 0) = 1.0;
  const std::vector<std::int32_t> labels = {0, 0};
  const ClassificationReport report = classification_report(outputs.view(), labels);
  EXPECT_EQ(report.classes[1].precision, 0.0);
  EXPECT_EQ(report.classes[1].f1, 0.0);
  EXPECT_EQ(report.accuracy, 1.0);
  EXPECT_FALSE(report.macro_auc.has_value());
}

TEST(ClassificationReport, of_many_classes_has_no_confusion_and_is_none_of_label_sets) {
  constexpr std::size_t kClasses = 4097;
  Matrix<double> outputs(2, kClasses);
  outputs(0, 0) = outputs(1, 5) = 1.0;
  const std::vector<std::int32_t> labels = {0, 4};
  const ClassificationReport report = classification_report(outputs.view(), labels);
  EXPECT_TRUE(report.confusion.empty());
  EXPECT_FALSE(report.is_multi_label());
  EXPECT_TRUE(multi_label_report(outputs.view(), outputs.view()).is_multi_label());
}

// By its definition: the share of pairs of a positive and a negative whose positive has the larger score, half for
// ties.
TEST(Metrics, the_area_under_the_curve_is_a_share_of_pairs) {
  RandomStream random(9, Purpose::kTest);
  for (int attempt = 0; attempt < 200; ++attempt) {
    const std::size_t rows = 1 + random.below(40);
    std::vector<double> scores(rows);
    std::vector<bool> positive(rows);
    for (std::size_t r = 0; r < rows; ++r) {
      scores[r] = static_cast<double>(random.below(1 + random.below(20))) - 5.0;
      if (scores[r] == 0.0 && random.below(2) == 0) scores[r] = -0.0;
      positive[r] = random.below(3) == 0;
    }
    double pairs = 0.0;
    double won = 0.0;
    for (std::size_t p = 0; p < rows; ++p) {
      for (std::size_t n = 0; n < rows; ++n) {
        if (!positive[p] || positive[n]) continue;
        pairs += 1.0;
        won += scores[p] > scores[n] ? 1.0 : scores[p] == scores[n] ? 0.5 : 0.0;
      }
    }
    const std::optional<double> area = roc_auc(scores, positive);
    ASSERT_EQ(area.has_value(), pairs > 0.0);
    EXPECT_EQ(area.value_or(-1.0), pairs > 0.0 ? won / pairs : -1.0);
  }
}

}  // namespace
}  // namespace gradus
