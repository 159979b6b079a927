// Class weights as they are written: by position, by name, balanced.
// SPDX-License-Identifier: Apache-2.0
#include "training/class_weights.hpp"

#include <gtest/gtest.h>

#include "gradus/core/error.hpp"
#include "gradus/training/trainer.hpp"
#include "training/small_run.hpp"

namespace gradus {
namespace {

Dataset plants() {
  Dataset dataset = test::make_clouds();
  dataset.class_names = {"setosa", "versicolor", "virginica"};
  return dataset;
}

TEST(ClassWeights, by_name_and_1_for_the_others) {
  const Dataset dataset = plants();
  using Weights = std::vector<double>;
  EXPECT_EQ(parse_class_weights({"setosa=2", "virginica=0.5"}, dataset), (Weights{2.0, 1.0, 0.5}));
  EXPECT_EQ(parse_class_weights({"virginica=3"}, dataset), (Weights{1.0, 1.0, 3.0}));
  EXPECT_EQ(parse_class_weights({"versicolor= 0"}, dataset), (Weights{1.0, 0.0, 1.0}));
  EXPECT_EQ(parse_class_weights({"4", "5", "6"}, dataset), (Weights{4.0, 5.0, 6.0}));
  EXPECT_EQ(parse_class_weights({"balanced"}, dataset), balanced_class_weights(dataset));
  EXPECT_TRUE(parse_class_weights({}, dataset).empty());
}

TEST(ClassWeights, names_may_be_digits_or_have_equals_signs) {
  Dataset dataset = plants();
  dataset.class_names = {"0", "1", "a=b"};
  EXPECT_EQ(parse_class_weights({"1=2", "a=b=3"}, dataset), (std::vector<double>{1.0, 2.0, 3.0}));
}

TEST(ClassWeights, what_is_wrong_is_said_in_a_sentence) {
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"setossa=2"}, "did you mean 'setosa'?"},
      {{"rose=2"}, "a class of the data (setosa, versicolor, virginica), found 'rose'"},
      {{"setosa=2", "setosa=3"}, "two for 'setosa'"},
      {{"setosa=heavy"}, "class 'setosa'"},
      {{"setosa="}, "class 'setosa'"},
      {{"setosa=2", "1"}, "NAME=WEIGHT"},
      {{"1", "two", "3"}, "'two'"},
  };
  for (const auto& [texts, says] : cases) {
    try {
      parse_class_weights(texts, plants());
      FAIL() << says;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what();
    }
  }
  Dataset regression = plants();
  regression.task = Task::kRegression;
  EXPECT_THROW(parse_class_weights({"setosa=2"}, regression), InputError);
}

TEST(ClassWeights, by_name_train_as_by_position) {
  const Dataset dataset = plants();
  TrainingRun by_name = test::make_small_run();
  by_name.class_weights = parse_class_weights({"virginica=4", "setosa=0.25"}, dataset);
  TrainingRun by_position = test::make_small_run();
  by_position.class_weights = parse_class_weights({"0.25", "1", "4"}, dataset);
  const std::string weights = train(by_name, dataset).weights_sha256;
  EXPECT_EQ(weights, train(by_position, dataset).weights_sha256);
  EXPECT_NE(weights, train(test::make_small_run(), dataset).weights_sha256);
}

}  // namespace
}  // namespace gradus
