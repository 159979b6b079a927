// Measures with sample weights beside scikit-learn's sample_weight.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gradus/core/random.hpp"
#include "gradus/training/metrics.hpp"
#include "support/paths.hpp"
#include "support/process.hpp"

namespace gradus {
namespace {

using nlohmann::json;

constexpr double kNear = 1e-12;
constexpr const char* kInterpreter = "/usr/bin/python3";

struct Sample {
  Matrix<double> outputs;
  Matrix<double> targets;
  std::vector<std::int32_t> labels;
  std::vector<double> weights;  // some of them 0
};

Sample draw(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  RandomStream random(seed, Purpose::kTest);
  Sample sample{
      .outputs = Matrix<double>(rows, cols), .targets = Matrix<double>(rows, cols), .labels = {}, .weights = {}};
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t k = 0; k < cols; ++k) {
      sample.outputs(r, k) = static_cast<double>(random.below(12)) / 12.0;
      sample.targets(r, k) = random.below(3) == 0 ? 1.0 : 0.0;
    }
    sample.labels.push_back(static_cast<std::int32_t>(random.below(cols)));
    sample.weights.push_back(static_cast<double>(random.below(5)) / 3.0);
  }
  return sample;
}

json rows_json(const Matrix<double>& matrix) {
  json rows = json::array();
  for (std::size_t r = 0; r < matrix.rows(); ++r) {
    rows.push_back(std::vector<double>(matrix.row(r).begin(), matrix.row(r).end()));
  }
  return rows;
}

json scikit_learns(const std::string& script, const Sample& sample) {
  const test::TempDir folder;
  test::write_whole_file(folder / "in.json", json{{"s", rows_json(sample.outputs)},
                                                  {"t", rows_json(sample.targets)},
                                                  {"y", sample.labels},
                                                  {"w", sample.weights}}
                                                 .dump());
  const std::string opening =
      "import json,sys\nimport numpy as np\nimport sklearn.metrics as m\nd=json.load(open(sys.argv[1]))\n"
      "s,t,y,w=(np.array(d[k]) for k in 'styw')\n";
  const test::ProcessResult result = test::run_process({kInterpreter, "-c", opening + script, folder / "in.json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

class WeightedMetrics : public testing::Test {
 protected:
  void SetUp() override {
    if (test::run_process({kInterpreter, "-c", "import sklearn"}).exit_code != 0) {
      GTEST_SKIP() << "scikit-learn is not installed";
    }
  }
};

void expect_classes(const ClassificationReport& ours, const json& theirs) {
  EXPECT_NEAR(ours.accuracy, theirs["accuracy"].get<double>(), kNear);
  EXPECT_NEAR(ours.macro_precision, theirs["macro"][0].get<double>(), kNear);
  EXPECT_NEAR(ours.macro_recall, theirs["macro"][1].get<double>(), kNear);
  EXPECT_NEAR(ours.macro_f1, theirs["macro"][2].get<double>(), kNear);
  EXPECT_NEAR(ours.weighted_precision, theirs["weighted"][0].get<double>(), kNear);
  EXPECT_NEAR(ours.weighted_recall, theirs["weighted"][1].get<double>(), kNear);
  EXPECT_NEAR(ours.weighted_f1, theirs["weighted"][2].get<double>(), kNear);
  for (std::size_t k = 0; k < ours.classes.size(); ++k) {
    EXPECT_NEAR(ours.classes[k].auc.value(), theirs["auc"][k].get<double>(), kNear);
  }
}

TEST_F(WeightedMetrics, of_classes_equal_scikit_learn) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const Sample sample = draw(150, 4, seed);
    const ClassificationReport ours = classification_report(sample.outputs.view(), sample.labels, sample.weights);
    const json theirs = scikit_learns(
        "p=s.argmax(1)\ndef f(a): return "
        "m.precision_recall_fscore_support(y,p,average=a,sample_weight=w,zero_division=0)[:3]\n"
        "print(json.dumps(dict(accuracy=m.accuracy_score(y,p,sample_weight=w),macro=f('macro'),weighted=f('weighted'),"
        "balanced=m.balanced_accuracy_score(y,p,sample_weight=w),"
        "auc=[m.roc_auc_score(y==k,s[:,k],sample_weight=w) for k in range(4)])))",
        sample);
    expect_classes(ours, theirs);
    EXPECT_NEAR(ours.balanced_accuracy.value(), theirs["balanced"].get<double>(), kNear);
  }
}

TEST_F(WeightedMetrics, of_labels_equal_scikit_learn) {
  const Sample sample = draw(120, 3, 4);
  expect_classes(
      multi_label_report(sample.outputs.view(), sample.targets.view(), sample.weights),
      scikit_learns(
          "p=(s>=.5).astype(int);t=t.astype(int)\n"
          "def f(a): return m.precision_recall_fscore_support(t,p,average=a,sample_weight=w,zero_division=0)[:3]\n"
          "print(json.dumps(dict(accuracy=m.accuracy_score(t,p,sample_weight=w),macro=f('macro'),"
          "weighted=f('weighted'),auc=[m.roc_auc_score(t[:,k],s[:,k],sample_weight=w) for k in range(3)])))",
          sample));
}

TEST_F(WeightedMetrics, of_numbers_equal_scikit_learn) {
  Sample sample = draw(90, 2, 5);
  for (double& value : sample.targets.span()) value += 0.25;
  for (double& value : sample.outputs.span()) value += 0.5;
  const json theirs = scikit_learns(
      "o=dict(sample_weight=w)\nprint(json.dumps(dict(r2=m.r2_score(t,s,**o),mae=m.mean_absolute_error(t,s,**o),"
      "rmse=float(np.mean([m.mean_squared_error(t[:,k],s[:,k],**o)**.5 for k in range(2)])),"
      "pinball=m.mean_pinball_loss(t,s,alpha=.3,**o),"
      "poisson=float(np.mean([m.mean_poisson_deviance(t[:,k],s[:,k],**o) for k in range(2)])))))",
      sample);
  const auto report = [&](const Loss& loss) {
    return regression_report(sample.outputs.view(), sample.targets.view(), loss, sample.weights);
  };
  const RegressionReport quantile = report({.kind = LossKind::kQuantile, .quantile = 0.3});
  EXPECT_NEAR(quantile.r2, theirs["r2"].get<double>(), kNear);
  EXPECT_NEAR(quantile.mae, theirs["mae"].get<double>(), kNear);
  EXPECT_NEAR(quantile.rmse, theirs["rmse"].get<double>(), kNear);
  EXPECT_NEAR(quantile.pinball.value(), theirs["pinball"].get<double>(), kNear);
  EXPECT_NEAR(report({.kind = LossKind::kPoisson}).poisson_deviance.value(), theirs["poisson"].get<double>(), kNear);
}

}  // namespace
}  // namespace gradus
