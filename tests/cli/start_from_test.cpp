// Runs that start from a model, and runs that get more epochs.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "cli/program.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Two numbers and a word, in this order or another with a column more; `rows` rows.
std::string table(int rows, bool reordered = false) {
  std::string text = reordered ? "more,kind,answer,y,x\n" : "x,y,kind,answer\n";
  for (int r = 0; r < rows; ++r) {
    const std::string x = std::to_string(r % 7) + "." + std::to_string(r % 3);
    const std::string y = std::to_string(r % 5);
    const std::string kind(1, static_cast<char>('a' + r % 4 % 3));
    const std::string answer = (r % 7) * 2 > r % 5 + 3 ? "yes" : "no";
    text += reordered ? "9," + kind + "," + answer + "," + y + "," + x + "\n"
                      : x + "," + y + "," + kind + "," + answer + "\n";
  }
  return text;
}

class StartFrom : public testing::Test {
 protected:
  StartFrom() {
    write_whole_file(folder_ / "d.csv", table(80));
    write_whole_file(folder_ / "e.csv", table(50, true));
  }
  ProcessResult train(const std::string& out, const std::vector<std::string>& more, const std::string& data = "d.csv") {
    std::vector<std::string> words = {"train", "--quiet", "--no-report", "--json", "--data", folder_ / data};
    if (!out.empty()) words.insert(words.end(), {"--out", folder_ / out});
    // Without the defaults of tables, whose rates depend on the number of epochs.
    if (!table_defaults_) words.emplace_back("--standardize=true");
    words.insert(words.end(), more.begin(), more.end());
    return gradus_program(words);
  }
  ProcessResult resume(const std::string& run, const std::vector<std::string>& more) {
    std::vector<std::string> words = {"train", "--quiet", "--no-report", "--json", "--resume", folder_ / run};
    words.insert(words.end(), more.begin(), more.end());
    return gradus_program(words);
  }
  static std::string hash(const ProcessResult& result) {
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.exit_code == 0 ? json::parse(result.out).at("weights_sha256").get<std::string>() : "";
  }
  TempDir folder_;
  bool table_defaults_ = false;
};

TEST_F(StartFrom, the_defaults_of_tables_fit_a_model_that_they_made) {
  table_defaults_ = true;
  const std::string first = hash(train("first", {"--epochs", "3"}));
  const ProcessResult still =
      train("still", {"--epochs", "0", "--valid", "0", "--init-from", folder_ / "first"}, "e.csv");
  EXPECT_EQ(hash(still), first);
  const ProcessResult evaluated =
      gradus_program({"evaluate", folder_ / "first", "--data", folder_ / "e.csv", "--json"});
  EXPECT_EQ(json::parse(still.out).at("evaluation").at("train").at("loss"), json::parse(evaluated.out).at("loss"));
  const std::vector<std::string> on = {"--epochs", "40", "--init-from", folder_ / "first", "--checkpoint-steps", "1"};
  const std::string whole = hash(train("whole", on, "e.csv"));
  EXPECT_NE(whole, first);
  // A model without scaling goes on without, from the start and when it is read again, in folds too.
  hash(train("plain", {"--epochs", "3", "--scaling", "none"}));
  const std::vector<std::string> unscaled = {"--epochs", "9", "--init-from", folder_ / "plain"};
  const std::string nine = hash(train("unscaled", unscaled, "e.csv"));
  fs::remove(folder_ / "unscaled/summary.json");
  EXPECT_EQ(hash(resume("unscaled", {})), nine);
  EXPECT_EQ(train("folds", {"--epochs", "2", "--folds", "3", "--init-from", folder_ / "plain"}, "e.csv").exit_code, 0);
  // What was filled in is stated in the run's configuration, and says the same when it is read again.
  fs::remove(folder_ / "whole/summary.json");
  EXPECT_EQ(hash(resume("whole", {})), whole);
}

TEST_F(StartFrom, more_epochs_give_the_bits_of_a_run_that_was_as_long_from_its_start) {
  const std::vector<std::vector<std::string>> kinds = {
      {},
      {"--optimizer", "momentum", "--lr", "0.01", "--schedule", "exponential"},
      {"--schedule", "plateau", "--set", "schedule.patience=1"},
      {"--patience", "50", "--dropout", "0.2", "--checkpoint-steps", "3"},
      {"--warmup", "3", "--dtype", "f64", "--set", "training.checkpoint_epochs=0"}};
  int number = 0;
  for (const std::vector<std::string>& kind : kinds) {
    const std::string name = std::to_string(number++);
    const auto with_epochs = [&kind](const std::string& epochs) {
      std::vector<std::string> words = kind;
      words.insert(words.end(), {"--epochs", epochs});
      return words;
    };
    const std::string whole = hash(train("whole" + name, with_epochs("7")));
    const std::string first = hash(train("part" + name, with_epochs("2")));
    EXPECT_NE(first, whole);
    hash(resume("part" + name, {"--epochs", "4"}));
    EXPECT_EQ(hash(resume("part" + name, {"--epochs", "7", "--threads", "2"})), whole) << name;
    EXPECT_EQ(read_whole_file(folder_ / ("part" + name + "/config.toml")),
              read_whole_file(folder_ / ("whole" + name + "/config.toml")));
    EXPECT_EQ(count_lines(read_whole_file(folder_ / ("part" + name + "/metrics.jsonl"))), 7);
    // It is complete again.
    const ProcessResult again = resume("part" + name, {});
    EXPECT_NE(again.err.find("complete"), std::string::npos) << again.err;
    EXPECT_EQ(hash(again), whole);
  }
}

TEST_F(StartFrom, more_epochs_survive_a_kill) {
  hash(train("run", {"--epochs", "2"}));
  gradus_program({"train", "--quiet", "--no-report", "--resume", folder_ / "run", "--epochs", "100000"}, {},
                 [&](pid_t child) {
                   for (int i = 0; i < 2000 && fs::exists(folder_ / "run/summary.json"); ++i) {
                     std::this_thread::sleep_for(std::chrono::milliseconds(5));
                   }
                   std::this_thread::sleep_for(std::chrono::milliseconds(100));
                   kill(child, SIGKILL);
                 });
  EXPECT_FALSE(fs::exists(folder_ / "run/summary.json"));
  // Fewer than asked for in the meantime are refused; as many as asked for would take long.
  EXPECT_EQ(resume("run", {"--epochs", "3"}).exit_code, 2);
  write_whole_file(folder_ / "run/config.toml", [&] {
    std::string text = read_whole_file(folder_ / "run/config.toml");
    const std::string lines = read_whole_file(folder_ / "run/metrics.jsonl");
    const std::size_t at = text.find("\nepochs = 100000") + 10;
    return text.replace(at, 6, std::to_string(count_lines(lines) + 60));
  }());
  const std::string went_on = hash(resume("run", {}));
  const std::string epochs = std::to_string(count_lines(read_whole_file(folder_ / "run/metrics.jsonl")));
  EXPECT_EQ(went_on, hash(train("whole", {"--epochs", epochs})));
}

TEST_F(StartFrom, more_epochs_are_refused_where_they_would_be_others) {
  const auto refused = [this](const std::string& run, const std::vector<std::string>& kind, const std::string& epochs,
                              const std::string& word) {
    hash(train(run, kind));
    const std::string before = read_whole_file(folder_ / (run + "/summary.json"));
    const ProcessResult result = resume(run, {"--epochs", epochs});
    EXPECT_EQ(result.exit_code, 2) << run;
    EXPECT_NE(result.err.find(word), std::string::npos) << result.err;
    EXPECT_EQ(count_lines(result.err), 1) << result.err;
    EXPECT_EQ(read_whole_file(folder_ / (run + "/summary.json")), before);
  };
  refused("cosine", {"--epochs", "2", "--schedule", "cosine"}, "4", "cosine");
  refused("inverse", {"--epochs", "2", "--schedule", "inverse"}, "4", "inverse");
  refused("stopped", {"--epochs", "400", "--lr", "0.3", "--patience", "1"}, "800", "early stopping");
  refused("fewer", {"--epochs", "3"}, "2", "at least the 3");
}

TEST_F(StartFrom, a_model_gives_weights_columns_and_scaling) {
  const std::string first = hash(train("first", {"--epochs", "3", "--hidden", "9,6"}));
  // Other rows in another order of columns: no step, the same weights, and what they give for those rows.
  const ProcessResult still =
      train("still", {"--epochs", "0", "--hidden", "9,6", "--valid", "0", "--init-from", folder_ / "first"}, "e.csv");
  EXPECT_EQ(hash(still), first);
  const ProcessResult evaluated =
      gradus_program({"evaluate", folder_ / "first", "--data", folder_ / "e.csv", "--json"});
  EXPECT_EQ(json::parse(still.out).at("evaluation").at("train").at("loss"), json::parse(evaluated.out).at("loss"));
  // The model's file, another type, dropout and penalty of its own; a resumed run has the bits of a whole one.
  const std::vector<std::string> words = {"--hidden", "9,6", "--init-from", folder_ / "first/model.safetensors",
                                          "--dtype",  "f64", "--dropout",   "0.1"};
  std::vector<std::string> five = words;
  five.insert(five.end(), {"--epochs", "5"});
  const std::string whole = hash(train("whole", five, "e.csv"));
  EXPECT_NE(whole, first);
  std::vector<std::string> two = words;
  two.insert(two.end(), {"--epochs", "2"});
  hash(train("part", two, "e.csv"));
  EXPECT_EQ(hash(resume("part", {"--epochs", "5"})), whole);
  // Another model in the place of the first one is another run.
  hash(train("first", {"--epochs", "1", "--hidden", "9,6", "--force"}));
  const ProcessResult other = resume("part", {"--epochs", "6"});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_NE(other.err.find("configuration"), std::string::npos) << other.err;
}

TEST_F(StartFrom, fewer_classes_keep_the_numbers_of_the_model) {
  hash(train("first", {"--epochs", "3"}));
  write_whole_file(folder_ / "yes.csv", "x,y,kind,answer\n6.1,0,a,yes\n5.2,1,b,yes\n6.0,2,c,yes\n5.1,0,a,yes\n");
  const ProcessResult result =
      train("second", {"--epochs", "2", "--valid", "1", "--init-from", folder_ / "first"}, "yes.csv");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(json::parse(result.out).at("evaluation").at("train").at("classes").size(), 2U);
}

TEST_F(StartFrom, quantities_keep_the_scale_of_the_models_targets) {
  table_defaults_ = true;
  std::string prices = "size,price\n";
  for (int r = 0; r < 60; ++r)
    prices += std::to_string(r) + "." + std::to_string(r % 7) + "," + std::to_string(90000 + 1234 * r) + "\n";
  write_whole_file(folder_ / "p.csv", prices);
  const std::string first = hash(train("first", {"--epochs", "2", "--task", "regression"}, "p.csv"));
  EXPECT_EQ(hash(train("still", {"--epochs", "0", "--task", "regression", "--init-from", folder_ / "first"}, "p.csv")),
            first);
  EXPECT_EQ(train("", {"--task", "regression", "--init-from", folder_ / "first", "--set", "data.target_scaling=none"},
                  "p.csv")
                .exit_code,
            2);
}

TEST_F(StartFrom, what_differs_from_the_model_is_named) {
  hash(train("first", {"--epochs", "1", "--hidden", "9,6", "--activation", "tanh,relu"}));
  write_whole_file(folder_ / "maybe.csv", "x,y,kind,answer\n1,2,a,maybe\n2,3,b,yes\n3,1,a,maybe\n4,2,c,no\n");
  write_whole_file(folder_ / "without.csv", "x,kind,answer\n1,a,yes\n2,b,no\n3,a,yes\n4,c,no\n");
  struct Case {
    std::vector<std::string> words;
    std::string data;
    std::string says;
  };
  const std::vector<std::string> same = {"--hidden", "9,6", "--activation", "tanh,relu"};
  const std::vector<Case> cases = {
      {{}, "d.csv", "9,6 in the model"},
      {{"--hidden", "9,7", "--activation", "tanh,relu"}, "d.csv", "9,6 in the model"},
      {{"--hidden", "9,6"}, "d.csv", "tanh in the model"},
      {{"--hidden", "9,6", "--activation", "tanh,relu", "--normalization", "batch_norm"}, "d.csv", "the layers"},
      {{"--hidden", "9,6", "--activation", "tanh,relu", "--output", "sigmoid"}, "d.csv", "softmax in the model"},
      {{"--hidden", "9,6", "--activation", "tanh,relu", "--standardize=false"}, "d.csv", "data.standardize"},
      {same, "maybe.csv", "maybe"},
      {same, "without.csv", "the column y"},
  };
  for (const Case& one : cases) {
    std::vector<std::string> words = one.words;
    words.insert(words.end(), {"--init-from", folder_ / "first"});
    const ProcessResult result = train("none-" + std::to_string(&one - cases.data()), words, one.data);
    EXPECT_EQ(result.exit_code, 2) << one.says;
    EXPECT_NE(result.err.find(one.says), std::string::npos) << result.err;
    EXPECT_EQ(count_lines(result.err), 1) << result.err;
  }
  const ProcessResult nowhere = train("nowhere", {"--init-from", folder_ / "nothing"});
  EXPECT_EQ(nowhere.exit_code, 2);
  EXPECT_NE(nowhere.err.find("nothing"), std::string::npos) << nowhere.err;
}

}  // namespace
}  // namespace gradus::test
