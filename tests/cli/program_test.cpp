// The program from the outside: what it writes, prints and returns.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "cli/program.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class Program : public testing::Test {
 protected:
  void SetUp() override { write_whole_file(csv(), small_csv()); }
  [[nodiscard]] std::string csv() const { return folder_ / "small.csv"; }
  [[nodiscard]] std::string at(const std::string& name) const { return folder_ / name; }
  /// Trains a few epochs into `out` and returns summary.json.
  json train_into(const std::string& out, std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"train", "--data", csv(), "--hidden", "8", "--epochs", "5", "--out", at(out)};
    words.insert(words.end(), more.begin(), more.end());
    const ProcessResult result = gradus_program(words);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return json::parse(read_whole_file(at(out) + "/summary.json"));
  }
  TempDir folder_;
};

TEST_F(Program, train_writes_a_whole_run_folder) {
  const json summary = train_into("run");
  for (const char* key :
       {"schema", "version", "machine", "data", "parameters", "final", "best", "wall_seconds", "weights_sha256"}) {
    EXPECT_TRUE(summary.contains(key)) << key;
  }
  EXPECT_EQ(summary["parameters"], 2 * 8 + 8 + 8 * 2 + 2);
  EXPECT_EQ(summary["data"]["rows"], 60);
  for (const char* key : {"cpu", "target", "threads"}) EXPECT_TRUE(summary["machine"].contains(key)) << key;
  const std::string metrics = read_whole_file(at("run") + "/metrics.jsonl");
  EXPECT_EQ(count_lines(metrics), 5);
  const json line = json::parse(metrics.substr(0, metrics.find('\n')));
  for (const char* key : {"epoch", "train_loss", "train_accuracy", "valid_loss", "valid_accuracy", "learning_rate",
                          "seconds", "samples_per_second"}) {
    EXPECT_TRUE(line.contains(key)) << key;
  }
  for (const char* name : {"config.toml", "model.safetensors", "checkpoint"}) {
    EXPECT_TRUE(fs::exists(at("run") + "/" + name)) << name;
  }
}

TEST_F(Program, alone_does_everything_but_the_network) {
  fs::copy_file(GRADUS_PROGRAM, at("gradus"));
  const ProcessResult info = run_process({at("gradus"), "data", "info", csv()});
  EXPECT_EQ(info.exit_code, 0) << info.err;
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"serve", at("")}, {"data", "fetch", "mnist"}}) {
    std::vector<std::string> command = {at("gradus")};
    command.insert(command.end(), words.begin(), words.end());
    const ProcessResult online = run_process(command);
    EXPECT_EQ(online.exit_code, 2);
    EXPECT_EQ(online.err, "gradus: " + at("gradus-online") +
                              ": expected the program that downloads and serves, found No such file or directory; "
                              "copy gradus-online to where gradus is\n");
  }
}

TEST_F(Program, same_configuration_gives_the_same_bits_from_file_flags_and_settings) {
  const json by_flags = train_into("flags", {"--lr", "0.02", "--seed", "3"});
  const ProcessResult dry = gradus_program({"train", "--data", csv(), "--hidden", "8", "--epochs", "5", "--set",
                                            "training.learning_rate=0.02", "--set", "training.seed=3", "--dry-run"});
  EXPECT_EQ(dry.exit_code, 0);
  EXPECT_EQ(dry.out, read_whole_file(at("flags") + "/config.toml"));
  write_whole_file(at("my.toml"), dry.out);
  const ProcessResult by_file = gradus_program({"train", at("my.toml"), "--json", "--out", "none", "--threads", "2"});
  ASSERT_EQ(by_file.exit_code, 0) << by_file.err;
  EXPECT_EQ(json::parse(by_file.out)["weights_sha256"], by_flags["weights_sha256"]);
  EXPECT_EQ(count_lines(by_file.err) >= 5, true) << "a line an epoch where no terminal is";
}

TEST_F(Program, json_is_all_of_stdout_and_quiet_is_silent) {
  const ProcessResult result = gradus_program(
      {"train", "--data", csv(), "--hidden", "4", "--epochs", "1", "--json", "--quiet", "--out", at("run")});
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out, read_whole_file(at("run") + "/summary.json"));
}

TEST_F(Program, tables_fit_80_columns) {
  std::string text = "x,y,class\n";
  for (int row = 0; row < 240; ++row) {
    const int label = row % 12;
    text += std::to_string(label) + "." + std::to_string(row % 7) + "," + std::to_string(row % 5) +
            ",class_of_number_" + std::to_string(label) + "\n";
  }
  write_whole_file(at("classes.csv"), text);
  std::string printed = gradus_program({"train", "--data", at("classes.csv"), "--label", "class", "--epochs", "1",
                                        "--top-k", "2", "--out", at("wide")})
                            .out;
  printed += gradus_program({"evaluate", at("wide"), "--data", at("classes.csv"), "--top-k", "3"}).out;
  printed += gradus_program({"data", "info", at("classes.csv")}).out;
  printed += gradus_program({"data", "list"}).out + gradus_program({"reproduce", "--list"}).out;
  EXPECT_NE(printed.find("class_of_number_11"), std::string::npos) << printed;
  std::istringstream lines(printed);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(at("")) != std::string::npos) continue;  // a path is as long as it is
    EXPECT_LE(line.size(), 80U) << line;
  }
}

TEST_F(Program, lists_as_json_are_one_object) {
  const ProcessResult studies = gradus_program({"reproduce", "--list", "--json"});
  ASSERT_EQ(studies.exit_code, 0) << studies.err;
  const json listed = json::parse(studies.out)["studies"];
  const std::string table = gradus_program({"reproduce", "--list"}).out;
  for (const json& study : listed) {
    EXPECT_NE(table.find("\n" + study["study"].get<std::string>() + " "), std::string::npos) << table;
  }
  for (const char* key : {"study", "rows", "quick", "title"}) EXPECT_TRUE(listed[0].contains(key)) << key;
  const ProcessResult sources = gradus_program({"data", "list", "--json"});
  EXPECT_EQ(json::parse(sources.out)["sources"][0]["name"], "peaks");
  fs::create_directories(at("data/tabular"));
  fs::copy_file(csv(), at("data/tabular/wine.csv"));
  const ProcessResult fetched = gradus_program({"data", "fetch", "wine", "--data-dir", at("data"), "--json"});
  EXPECT_EQ(json::parse(fetched.out)["files"][0]["status"], "present") << fetched.err;
}

TEST_F(Program, rows_of_weight_zero_teach_nothing) {
  // y = x > 0, but as many rows say the opposite: with weight 0 they must not count.
  std::string text = "x,trust,y\n";
  for (int i = -20; i <= 20; ++i) {
    text += fmt::format("{},1,{}\n{},0,{}\n", i + 0.5, i >= 0 ? "up" : "down", i + 0.5, i >= 0 ? "down" : "up");
  }
  write_whole_file(at("mixed.csv"), text);
  const ProcessResult trained = gradus_program({"train", "--data", at("mixed.csv"), "--weight", "trust", "--valid", "0",
                                                "--epochs", "60", "--lr", "0.02", "--quiet", "--out", at("run")});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  write_whole_file(at("clean.csv"), "x,y\n-9,down\n-2,down\n3,up\n8,up\n");
  for (const char* file : {"clean.csv", "mixed.csv"}) {
    const ProcessResult result = gradus_program({"evaluate", at("run"), "--data", at(file), "--json"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const json measured = json::parse(result.out);
    EXPECT_EQ(measured["accuracy"], file == std::string("clean.csv") ? 1.0 : 0.5) << result.out;
  }
}

TEST_F(Program, complete_run_says_so_and_force_overwrites) {
  const json first = train_into("run");
  const ProcessResult again = gradus_program({"train", "--resume", at("run")});
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_NE(again.err.find("complete"), std::string::npos);
  write_whole_file(at("run") + "/notes.txt", "mine");
  const json second = train_into("run", {"--force", "--seed", "9"});
  EXPECT_NE(second["weights_sha256"], first["weights_sha256"]);
  EXPECT_EQ(read_whole_file(at("run") + "/notes.txt"), "mine") << "only the run's own files are replaced";
}

TEST_F(Program, evaluate_repeats_the_summary) {
  std::string losses;
  for (const char* dtype : {"f64", "mixed", "f32"}) {
    const json summary = train_into("run", {"--standardize", "--set", "data.valid=0", "--dtype", dtype, "--force"});
    const ProcessResult result = gradus_program({"evaluate", at("run"), "--data", csv(), "--part", "all", "--json"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const json evaluation = json::parse(result.out);
    EXPECT_EQ(evaluation["loss"], summary["final"]["train_loss"]);
    EXPECT_EQ(evaluation["accuracy"], summary["final"]["train_accuracy"]);
    EXPECT_EQ(evaluation["confusion"], summary["evaluation"]["train"]["confusion"]);
    EXPECT_EQ(losses.find(evaluation["loss"].dump()), std::string::npos) << dtype << " computed as another type did";
    losses += evaluation["loss"].dump() + " ";
  }
  const ProcessResult table = gradus_program({"evaluate", at("run") + "/model.safetensors", "--data", csv()});
  EXPECT_NE(table.out.find("true \\ predicted"), std::string::npos);
  EXPECT_NE(table.out.find("yes"), std::string::npos);
}

TEST_F(Program, predict_gives_names_and_probabilities_in_every_format) {
  train_into("run", {"--standardize"});
  write_whole_file(at("new.csv"), "x,y\n1,2\n6.5,0\n3,3\n");  // no label column
  const ProcessResult csv_result = gradus_program({"predict", at("run"), "--data", at("new.csv"), "--probabilities"});
  ASSERT_EQ(csv_result.exit_code, 0) << csv_result.err;
  EXPECT_EQ(csv_result.out.rfind("class,p_no,p_yes\n", 0), 0U) << csv_result.out;
  EXPECT_EQ(count_lines(csv_result.out), 4);
  ASSERT_EQ(gradus_program({"predict", at("run"), "--data", csv(), "--out", at("p.json"), "--probabilities"}).exit_code,
            0);
  const json predictions = json::parse(read_whole_file(at("p.json")));
  ASSERT_EQ(predictions["rows"].size(), 60U);
  for (const json& row : predictions["rows"]) {
    const double no = row["probabilities"][0];
    const double yes = row["probabilities"][1];
    EXPECT_NEAR(no + yes, 1.0, 1e-6);
    EXPECT_EQ(row["class"], no >= yes ? "no" : "yes");
  }
  ASSERT_EQ(gradus_program({"predict", at("run"), "--data", csv(), "--out", at("p.npy")}).exit_code, 0);
  const std::string npy = read_whole_file(at("p.npy"));
  EXPECT_EQ(npy.substr(0, 6), "\x93NUMPY");
  EXPECT_EQ(npy.size() % 64, 60 * 8 % 64);
  EXPECT_NE(npy.find("'<i8'"), std::string::npos);
}

TEST_F(Program, doctor_shows_machine_and_version) {
  const ProcessResult result = gradus_program({"doctor"});
  EXPECT_EQ(result.exit_code, 0);
  for (const char* word : {"version", "cpu", "cores", "targets", "plain", "GRADUS_TARGET"}) {
    EXPECT_NE(result.out.find(word), std::string::npos) << word;
  }
}

TEST_F(Program, forced_target_runs_and_gives_the_same_bits) {
  const json best = train_into("best");
  setenv("GRADUS_TARGET", "plain", 1);
  const json plain = train_into("plain");
  unsetenv("GRADUS_TARGET");
  EXPECT_EQ(plain["machine"]["target"], "plain");
  EXPECT_EQ(plain["weights_sha256"], best["weights_sha256"]);
}

}  // namespace
}  // namespace gradus::test
