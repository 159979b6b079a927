// Defaults where a text table is learned: they fill what nobody said, and nothing else.
// SPDX-License-Identifier: Apache-2.0
#include "training/table_defaults.hpp"

#include <gtest/gtest.h>

#include "training/option_text.hpp"
#include "training/small_run.hpp"

namespace gradus::test {
namespace {

/// A classification of `rows` rows, as read_data() leaves it.
Dataset small_table(std::size_t rows = 20) {
  Dataset dataset;
  dataset.name = "small";
  dataset.columns = {{.name = "size", .kind = ColumnKind::kNumber, .levels = {}},
                     {.name = "colour", .kind = ColumnKind::kCategory, .levels = {"red", "blue"}}};
  Matrix<double> numbers(rows, 1);
  dataset.table.codes = Matrix<std::int32_t>(rows, 1);
  for (std::uint32_t r = 0; r < rows; ++r) {
    numbers(r, 0) = r * 7 % 11;
    dataset.table.codes(r, 0) = r % 3 == 0 ? 0 : 1;
    dataset.table.labels.push_back(r % 2 == 0 ? 0 : 1);
    dataset.train.push_back(r);
  }
  dataset.table.features = std::move(numbers);
  dataset.class_names = {"a", "b"};
  apply_preprocessing(dataset, fit_preprocessing(dataset, {}, dataset.notes));
  return dataset;
}

RunConfig resolved(const std::vector<std::pair<std::string, std::string>>& settings, const Dataset& dataset) {
  RunConfig config;
  for (const auto& [key, text] : settings) set_option(config, key, text, "test");
  make_training_run(config, dataset);
  return config;
}

const std::vector<std::string> kFilled = {"early_stopping.patience", "network.hidden",         "network.activation",
                                          "network.dropout",         "training.epochs",        "training.batch_size",
                                          "training.optimizer",      "training.learning_rate", "training.weight_decay",
                                          "schedule.kind",           "data.scaling",           "data.smooth_clip"};

TEST(TableDefaults, fill_what_is_not_stated) {
  const RunConfig config = resolved({}, small_table());
  EXPECT_EQ(config.network.hidden, (std::vector<std::uint64_t>{256, 256}));
  EXPECT_EQ(config.training.optimizer, "adamw");
  EXPECT_EQ(config.schedule.kind, "cosine");
  EXPECT_EQ(config.data.scaling, "robust");
  EXPECT_EQ(config.data.smooth_clip, 3.0);
  const RunConfig plain;
  for (const std::string& key : kFilled) {
    EXPECT_NE(option_text(*find_option(key), config), option_text(*find_option(key), plain)) << key;
  }
}

// Every option that has a default for tables, set to another value and to the one it has everywhere else.
TEST(TableDefaults, leave_what_is_stated_even_as_it_would_be_without_a_table) {
  const Dataset table = small_table();
  const std::vector<std::pair<std::string, std::string>> stated = {
      {"network.hidden", "64"},       {"early_stopping.patience", "0"},    {"network.activation", "relu"},
      {"network.dropout", "0.0"},     {"training.epochs", "30"},           {"training.batch_size", "7"},
      {"training.optimizer", "adam"}, {"training.learning_rate", "0.001"}, {"training.weight_decay", "0.0"},
      {"schedule.kind", "constant"},  {"data.scaling", "standardize"},     {"data.smooth_clip", "0.0"}};
  ASSERT_EQ(stated.size(), kFilled.size());
  for (const auto& setting : stated) {
    const RunConfig config = resolved({setting}, table);
    EXPECT_EQ(option_text(*find_option(setting.first), config), setting.second) << setting.first;
  }
  RunConfig fields;
  fields.training.epochs = 3;
  make_training_run(fields, table);
  EXPECT_EQ(fields.training.epochs, 3U);
}

TEST(TableDefaults, another_optimizer_keeps_its_own_rate_and_has_no_decay) {
  const RunConfig config = resolved({{"training.optimizer", "sgd"}}, small_table());
  EXPECT_EQ(config.training.learning_rate, 0.01);
  EXPECT_EQ(config.training.weight_decay, 0.0);
}

TEST(TableDefaults, stating_the_standardisation_means_what_it_meant_before) {
  for (const char* standardize : {"true", "false"}) {
    const RunConfig config = resolved({{"data.standardize", standardize}}, small_table());
    EXPECT_EQ(config.network.hidden, (std::vector<std::uint64_t>{64}));
    EXPECT_EQ(config.training.epochs, 30U);
    EXPECT_EQ(config.data.scaling, "auto");
    EXPECT_FALSE(config.data.smooth_clip.has_value());
  }
  EXPECT_THROW(resolved({{"data.standardize", "true"}, {"data.scaling", "robust"}}, small_table()), InputError);
}

TEST(TableDefaults, what_was_filled_in_reads_back_as_the_same_run) {
  const Dataset table = small_table();
  const RunConfig first = resolved({}, table);
  RunConfig again = first;
  again.stated.clear();
  const std::string identity = make_training_run(again, table).identity;
  EXPECT_EQ(config_identity(again), config_identity(first));
  EXPECT_EQ(config_toml(again), config_toml(first));
  EXPECT_FALSE(identity.empty());
}

TEST(TableDefaults, data_without_columns_has_none) {
  const RunConfig config = resolved({}, make_clouds());
  EXPECT_EQ(config.network.hidden, (std::vector<std::uint64_t>{64}));
  EXPECT_EQ(config.data.scaling, "auto");
}

TEST(TableDefaults, batches_and_epochs_follow_the_rows) {
  EXPECT_EQ(resolved({}, small_table(1000)).training.batch_size, 64U);
  EXPECT_EQ(resolved({}, small_table(1100)).training.batch_size, 128U);
  EXPECT_GT(resolved({}, small_table(1000)).training.epochs, resolved({}, small_table(9000)).training.epochs);
}

}  // namespace
}  // namespace gradus::test
