// SPDX-License-Identifier: Apache-2.0
#include "gradus/training/run_config.hpp"
#include "gradus/config/config_file.hpp"

#include <gtest/gtest.h>

#include <set>

#include "support/paths.hpp"
#include "support/process.hpp"
#include "training/option_text.hpp"
#include "training/small_run.hpp"

namespace gradus {
namespace {

std::string sentence_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(RunConfig, every_option_has_a_unique_key_and_a_line_of_documentation) {
  std::set<std::string_view> keys;
  std::set<std::string_view> flags;
  for (const ConfigOption& option : config_options()) {
    EXPECT_TRUE(keys.insert(option.key).second) << option.key;
    EXPECT_TRUE(option.flag.empty() || flags.insert(option.flag).second) << option.flag;
    EXPECT_GT(option.doc.size(), 8U) << option.key;
  }
}

TEST(RunConfig, toml_with_every_default_reads_back_the_same) {
  const test::TempDir folder;
  RunConfig config;
  set_option(config, "data.source", "a \"quoted\\path\".csv", "test");
  set_option(config, "network.init", "normal(0,1),zeros", "test");
  set_option(config, "training.learning_rate", "0.30000000000000004", "test");
  set_option(config, "network.l2", "0.1,1e-300", "test");
  const std::string text = config_toml(config);
  test::write_whole_file(folder / "a.toml", text);
  RunConfig read;
  read_config(folder / "a.toml", read);
  EXPECT_EQ(config_toml(read), text);
  EXPECT_EQ(read.network.init, (std::vector<std::string>{"normal(0,1)", "zeros"}));
  EXPECT_EQ(read.training.learning_rate, 0.30000000000000004);
  EXPECT_EQ(read.data.source, "a \"quoted\\path\".csv");
}

TEST(RunConfig, errors_name_file_line_key_and_what_to_try) {
  const test::TempDir folder;
  const auto error_of = [&folder](const std::string& text) {
    test::write_whole_file(folder / "a.toml", text);
    RunConfig config;
    return sentence_of([&] { read_config(folder / "a.toml", config); });
  };
  const std::string path = folder / "a.toml";
  EXPECT_EQ(error_of("[training]\nepoch = 3\n"),
            path + ":2: expected a key of the configuration, found 'training.epoch'; did you mean 'training.epochs'?");
  EXPECT_EQ(error_of("epochs = 3\n"),
            path + ":1: expected a key of the configuration, found 'epochs'; did you mean 'training.epochs'?");
  EXPECT_EQ(error_of("[training]\n\nepochs = \"many\"\n"),
            path + ":3: training.epochs: expected a whole number from 0 up to 1000000000, found 'many'");
  EXPECT_EQ(error_of("[network]\nhidden = [8, -1]\n"),
            path + ":2: network.hidden: expected a whole number from 1 up to 10000000, found '-1'");
  EXPECT_NE(error_of("[training\n").find(path + ":1: not TOML"), std::string::npos);
  EXPECT_NE(error_of("training.optimizer = \"adamm\"\n").find("did you mean 'adam'?"), std::string::npos);
}

TEST(RunConfig, lists_split_outside_parentheses) {
  EXPECT_EQ(split_list("a, normal(0,1) ,b"), (std::vector<std::string>{"a", "normal(0,1)", "b"}));
  EXPECT_TRUE(split_list(" ").empty());
}

TEST(TrainingRun, automatic_values_come_from_the_data_and_stay_when_read_again) {
  const Dataset dataset = test::make_clouds();
  RunConfig config;
  config.training.epochs = 2;
  const TrainingRun run = make_training_run(config, dataset);
  EXPECT_EQ(shape_string(run.spec), "2-64-3");
  EXPECT_EQ(run.spec.layers[0].initializer.kind, InitializerKind::kHeUniform);
  EXPECT_EQ(run.spec.layers[1].initializer.kind, InitializerKind::kGlorotUniform);
  EXPECT_EQ(run.batches.batch_size, 8U);
  EXPECT_EQ(run.learning_rate, 0.001);
  EXPECT_EQ(run.monitor.name(), "valid_loss");
  const std::string first = config_toml(config);
  make_training_run(config, dataset);
  EXPECT_EQ(config_toml(config), first);
}

TEST(TrainingRun, weight_decay_is_the_optimizers_own_where_none_is_stated) {
  const Dataset clouds = test::make_clouds();
  for (const OptimizerFacts& facts : kOptimizerTable) {
    RunConfig config;
    set_option(config, "training.optimizer", facts.name, "test");
    EXPECT_EQ(make_training_run(config, clouds).optimizer.weight_decay, facts.weight_decay) << facts.name;
    set_option(config, "training.weight_decay", "0.0", "test");
    EXPECT_EQ(make_training_run(config, clouds).optimizer.weight_decay, 0.0) << facts.name;
  }
  EXPECT_EQ(OptimizerOptions{}.weight_decay, optimizer_facts(OptimizerKind::kAdamW).weight_decay);
}

TEST(TrainingRun, saves_by_time_unless_epochs_are_stated) {
  const Dataset clouds = test::make_clouds();
  RunConfig config;
  const TrainingRun by_time = make_training_run(config, clouds);
  EXPECT_GT(by_time.checkpoint_seconds, 0.0);
  EXPECT_EQ(by_time.checkpoint_epochs, 0U);
  for (const char* epochs : {"0", "1", "3"}) {
    set_option(config, "training.checkpoint_epochs", epochs, "test");
    const TrainingRun by_epochs = make_training_run(config, clouds);
    EXPECT_EQ(by_epochs.checkpoint_seconds, 0.0);
    EXPECT_EQ(std::to_string(by_epochs.checkpoint_epochs), epochs);
  }
}

TEST(TrainingRun, a_loss_that_is_named_brings_its_output) {
  const Dataset dataset = test::make_clouds();
  for (const LossFacts& facts : kLossTable) {
    RunConfig config;
    config.network.loss = facts.name;
    EXPECT_EQ(make_training_run(config, dataset).spec.output, facts.output) << facts.name;
    EXPECT_EQ(config.network.output, output_name(facts.output));
  }
}

TEST(TrainingRun, layer_lists_must_fit_the_data) {
  const Dataset dataset = test::make_clouds();
  const auto error_of = [&dataset](const std::string& layers) {
    RunConfig config;
    set_option(config, "network.layers", layers, "--layers");
    return sentence_of([&] { make_training_run(config, dataset); });
  };
  EXPECT_EQ(error_of("auto,5,auto"), "no error");
  EXPECT_EQ(error_of("2,3"), "no error");
  EXPECT_NE(error_of("4,5,3").find("network.layers: expected first width 2"), std::string::npos);
  EXPECT_NE(error_of("2,5,4").find("network.layers: expected last width 3"), std::string::npos);
  EXPECT_NE(error_of("2,auto,3").find("network.layers: expected a width"), std::string::npos);
  EXPECT_NE(error_of("2").find("at least two widths"), std::string::npos);
  RunConfig config;
  set_option(config, "network.hidden", "4,4", "");
  set_option(config, "network.activation", "relu,tanh,relu", "");
  EXPECT_NE(sentence_of([&] { make_training_run(config, dataset); }).find("network.activation"), std::string::npos);
}

// Runs, studies and reproductions that the first version began go on: what they hashed is written to the letter.
TEST(RunConfig, identity_of_a_first_run_is_the_text_that_the_first_version_wrote) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(GRADUS_SOURCE_DIR "/tests/reference/version1/runs")) {
    const std::string path = entry.path().string() + "/config.toml";
    RunConfig config;
    read_config(path, config);
    EXPECT_EQ(config_identity(config), test::read_whole_file(path));
    ++files;
  }
  EXPECT_GT(files, 5U);
}

TEST(RunConfig, identity_has_what_came_later_only_where_it_is_set) {
  for (const ConfigOption& option : config_options()) {
    RunConfig config;
    const std::string line = "\n" + std::string(option.key.substr(option.key.find('.') + 1)) + " = ";
    if (!option.came_later) {
      EXPECT_NE(config_identity(config).find(line), std::string::npos) << option.key;
      continue;
    }
    const std::string before = config_identity(config);
    EXPECT_NE(config_toml(config).find(line), std::string::npos) << option.key;
    const OptionField field = option.field(config);
    if (auto* const* number = std::get_if<double*>(&field)) **number += 0.25;
    if (auto* const* count = std::get_if<std::uint64_t*>(&field)) ++**count;
    if (auto* const* number = std::get_if<std::optional<double>*>(&field)) **number = 2.5;
    if (auto* const* text = std::get_if<std::string*>(&field)) **text += "another";
    if (auto* const* texts = std::get_if<std::vector<std::string>*>(&field)) (*texts)->push_back("another");
    EXPECT_NE(config_identity(config), before) << option.key;
  }
}

}  // namespace
}  // namespace gradus
