// gradus reproduce as a user runs it, on a small study of generated data.
// SPDX-License-Identifier: Apache-2.0
#include "reproduce/reproduction.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <sstream>

#include "cli/program.hpp"
#include "gradus/core/error.hpp"
#include "support/paths.hpp"

namespace gradus::reproduce {
namespace {

using nlohmann::json;

std::string small_study(const std::string& published, const std::string& epochs = "3") {
  return R"(
[data]
source = "moons"
rows = 200
[network]
hidden = [8]
[training]
optimizer = "sgd"
dtype = "f64"
epochs = )" +
         epochs + R"(
[reproduce]
title = "a small study"
kind = "training"
numpy_seed = 5
runs = 3
commentary = "text"
[[reproduce.case]]
name = "seeds"
[[reproduce.case]]
name = "twins"
vary = "rounding"
[[reproduce.row]]
label = "loss"
case = "seeds"
metric = "train_loss"
published = ")" +
         published + R"("
[[reproduce.row]]
case = "seeds"
metric = "parameters"
evidence = "exact"
published = "42"
[[reproduce.row]]
case = "twins"
metric = "train_loss"
evidence = "property"
low = 0.0
[[reproduce.figure]]
title = "loss"
y_label = "loss"
[[reproduce.figure.series]]
label = "ours"
case = "seeds"
metric = "train_loss"
)";
}

class SmallStudy : public testing::Test {
 protected:
  test::TempDir folder_;
  std::vector<std::string> notes_;

  Reproduction run(const std::string& text) {
    ReproduceOptions options;
    options.jobs = 2;
    options.folder = folder_ / "out";
    options.note = [this](const std::string& sentence) { notes_.push_back(sentence); };
    return reproduce(parse_study(text, "small.toml", "small"), options);
  }
  std::string unit(const std::string& name) { return folder_ / ("out/small/" + name + ".json"); }
};

TEST_F(SmallStudy, runs_every_case_judges_every_row_and_keeps_all_of_it) {
  const Reproduction result = run(small_study("0.5"));
  EXPECT_EQ(notes_.size(), 6U);
  ASSERT_EQ(result.rows.size(), 3U);
  EXPECT_EQ(result.rows[0].judgement.runs, 3U);
  EXPECT_GT(result.rows[0].judgement.standard_deviation, 0.0);
  EXPECT_EQ(result.rows[1].judgement.verdict, Verdict::kExact);
  EXPECT_EQ(result.hashes.size(), 6U);
  const json stored = json::parse(test::read_whole_file(folder_ / "out/small/reproduction.json"));
  EXPECT_EQ(stored["rows"].size(), 3U);
  EXPECT_EQ(stored["figures"][0]["kind"], "lines");
  EXPECT_EQ(stored["figures"][0]["series"][0]["y"].size(), 3U);
  EXPECT_EQ(stored["commentary"], "text");
}

TEST_F(SmallStudy, twins_start_a_rounding_apart_and_seeds_do_not) {
  const Reproduction result = run(small_study("0.5"));
  const auto loss = [&](const std::string& name, std::size_t i) {
    return result.runs.at(name).at(i).series.at("train_loss").back();
  };
  EXPECT_NE(loss("twins", 0), loss("twins", 1));
  EXPECT_NEAR(loss("twins", 0), loss("twins", 1), 1e-12);
  EXPECT_NE(loss("twins", 1), loss("twins", 2));
  EXPECT_GT(std::abs(loss("seeds", 0) - loss("seeds", 1)), 1e-4);
}

// A search whose second trial's number does not come back: that trial alone is run again beside itself.
TEST_F(SmallStudy, twins_of_a_search_are_of_the_trials_whose_digits_do_not_come_back) {
  const auto study = [](const std::string& published) {
    return R"(
[data]
source = "moons"
rows = 200
[training]
optimizer = "sgd"
dtype = "f64"
epochs = 2
[search]
seeds = "numpy"
seed = 5
[search.space]
training.batch_size = [8, 16]
[reproduce]
kind = "search"
runs = 3
[[reproduce.case]]
name = "grid"
vary = "rounding"
[[reproduce.row]]
case = "grid"
metric = "0/train_loss"
evidence = "chaotic"
published = ")" +
           published +
           R"("
[[reproduce.row]]
case = "grid"
metric = "1/train_loss"
evidence = "chaotic"
digits = 10
published = "0.3"
)";
  };
  const double loss = run(study("0.2")).rows[0].judgement.ours;
  std::filesystem::remove_all(folder_ / "out");
  const Reproduction result = run(study(json(loss).dump()));
  EXPECT_EQ(result.rows[0].judgement.verdict, Verdict::kExact);
  EXPECT_EQ(result.rows[1].judgement.verdict, Verdict::kOff) << "0.3 is no twin of it";
  const Measurement& twin = result.runs.at("grid").at(1);
  EXPECT_FALSE(twin.series.contains("0/train_loss"));
  ASSERT_TRUE(twin.series.contains("1/train_loss"));
  EXPECT_NEAR(twin.series.at("1/train_loss").back(), result.rows[1].judgement.ours, 1e-12);
  EXPECT_EQ(result.rows[1].judgement.runs, 3U);
}

TEST_F(SmallStudy, goes_on_where_it_was_and_ends_with_the_same_numbers) {
  const Reproduction first = run(small_study("0.5"));
  std::filesystem::remove(unit("seeds-1"));
  test::write_whole_file(unit("twins-2"), test::read_whole_file(unit("twins-2")).substr(0, 100));
  notes_.clear();
  const Reproduction second = run(small_study("0.5"));
  EXPECT_EQ(notes_.size(), 2U) << "the missing one and the torn one";
  for (std::size_t i = 0; i < first.rows.size(); ++i) {
    EXPECT_EQ(first.rows[i].judgement.ours, second.rows[i].judgement.ours);
    EXPECT_EQ(first.rows[i].judgement.spread, second.rows[i].judgement.spread);
  }
  for (std::size_t i = 0; i < first.hashes.size(); ++i) {
    EXPECT_EQ(first.hashes[i].weights_sha256, second.hashes[i].weights_sha256);
  }
  notes_.clear();
  run(small_study("0.7"));
  EXPECT_EQ(notes_.size(), 0U) << "another published number needs no other run";
  run(small_study("0.7", "4"));
  EXPECT_EQ(notes_.size(), 6U) << "another configuration does";
}

// A study of one's own: figures, and numbers that nobody has published.
TEST_F(SmallStudy, own_figures_are_measured_and_not_off) {
  std::string text = small_study("0.5");
  const std::size_t rows = text.find("[[reproduce.row]]");
  text.erase(rows, text.find("[[reproduce.figure]]") - rows);
  Reproduction result = run(text);
  EXPECT_EQ(result.verdict(), Verdict::kMeasured);
  EXPECT_EQ(json::parse(test::read_whole_file(folder_ / "out/small/reproduction.json"))["verdict"], "measured");
  text.insert(rows, "[[reproduce.row]]\ncase = \"seeds\"\nmetric = \"train_loss\"\n");
  result = run(text);
  EXPECT_EQ(result.verdict(), Verdict::kMeasured);
  EXPECT_NE(reproduction_table(result, false).find("1 measured"), std::string::npos);
}

TEST_F(SmallStudy, too_few_runs_are_named_and_a_single_one_is_refused) {
  EXPECT_NE(
      reproduction_table(run(small_study("0.5")), false).find("1 row rests on too few runs to say much (3; 5 and"),
      std::string::npos);
  std::string text = small_study("0.5");
  text.replace(text.find("runs = 3"), 8, "runs = 1");
  try {
    run(text);
    FAIL() << "one run has no spread";
  } catch (const InputError& error) {
    EXPECT_EQ(
        std::string(error.what()),
        "small.toml: row 'loss': expected a case of 2 runs at least, better 5, for statistical evidence, found 1 run "
        "of case 'seeds'; set runs, or evidence where the random numbers are known");
  }
}

TEST_F(SmallStudy, a_row_that_asks_for_an_unknown_metric_is_named) {
  std::string text = small_study("0.5");
  text.replace(text.find("train_loss"), 10, "train_lost");
  EXPECT_THROW(run(text), InputError);
}

TEST_F(SmallStudy, a_run_that_diverges_is_a_result_and_its_rows_are_off) {
  std::string text = small_study("0.5");
  text.replace(text.find("epochs ="), 8, "learning_rate = 1e300\nepochs =");
  const Reproduction result = run(text);
  EXPECT_EQ(result.rows[0].judgement.verdict, Verdict::kOff);
  EXPECT_FALSE(result.runs.at("seeds")[0].error.empty());
  const json stored = json::parse(test::read_whole_file(folder_ / "out/small/reproduction.json"));
  EXPECT_EQ(stored["errors"].size(), 6U);
}

TEST(ReproduceProgram, json_keeps_its_contract_and_off_rows_exit_with_3) {
  const test::TempDir folder;
  const auto run = [&](const std::string& published) {
    test::write_whole_file(folder / "small.toml", small_study(published));
    return test::gradus_program({"reproduce", folder / "small.toml", "--json", "--quiet", "--out", folder / "out"});
  };
  const test::ProcessResult off = run("99");
  EXPECT_EQ(off.exit_code, 3) << off.err;
  const json object = json::parse(off.out);
  EXPECT_EQ(object["study"], "small");
  EXPECT_EQ(object["verdict"], "off");
  const json& row = object["rows"][0];
  EXPECT_EQ(row["label"], "loss");
  EXPECT_EQ(row["published"], 99);
  EXPECT_TRUE(row["ours"].is_number());
  EXPECT_TRUE(row["digits"].is_number());
  EXPECT_EQ(row["spread"].size(), 2U);
  EXPECT_EQ(row["verdict"], "off");
  EXPECT_EQ(object["rows"][1]["verdict"], "exact");
  EXPECT_TRUE(object["rows"][2]["published"].is_null());
  EXPECT_EQ(object["rows"][2]["spread"], json({0.0, nullptr}));
  // Our own mean as the published number: within.
  const test::ProcessResult within = run(row["ours"].dump());
  EXPECT_EQ(within.exit_code, 0) << within.err;
  EXPECT_EQ(json::parse(within.out)["verdict"], "within");
}

TEST(ReproduceProgram, out_none_is_refused_and_makes_no_folder_of_that_name) {
  const test::ProcessResult none = test::gradus_program({"reproduce", "s0-params", "--out", "none"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_EQ(none.err,
            "gradus: --out: expected a folder, where finished runs are kept so that the same command goes on, found "
            "'none'; leave it out for runs/reproduce\n");
}

TEST(ReproduceProgram, lists_all_studies) {
  const test::ProcessResult list = test::gradus_program({"reproduce", "--list"});
  EXPECT_EQ(list.exit_code, 0);
  std::istringstream lines(list.out);
  int entries = 0;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 80U) << line;
    entries += line.starts_with(' ') ? 0 : 1;  // else a title goes on
  }
  EXPECT_EQ(entries, 28) << "27 studies and the header";
  EXPECT_NE(list.out.find("s3-loop-vs-batch"), std::string::npos);
}

TEST(ReproduceProgram, names_all_missing_data_before_anything_runs) {
  const test::TempDir folder;
  const test::ProcessResult result = test::gradus_program({"reproduce", "all", "--out", folder / "out"}, [&] {
    ::setenv("GRADUS_DATA_DIR", (folder / "nothing").c_str(), 1);
    ::setenv("XDG_CACHE_HOME", (folder / "nothing").c_str(), 1);
  });
  EXPECT_EQ(result.exit_code, 2);
  for (const char* name : {"mnist-pkl", "fashion-mnist", "peaks-mat", "gmm-mat", "cercles"}) {
    EXPECT_NE(result.err.find(name), std::string::npos) << name;
  }
  EXPECT_NE(result.err.find("gradus data fetch fashion-mnist"), std::string::npos) << result.err;
  EXPECT_FALSE(std::filesystem::exists(folder / "out"));
}

TEST(ReproduceProgram, unknown_studies_and_none_exit_with_2) {
  EXPECT_NE(test::gradus_program({"reproduce", "s2-gird"}).err.find("s2-grid"), std::string::npos);
  EXPECT_EQ(test::gradus_program({"reproduce", "s2-gird"}).exit_code, 2);
  EXPECT_EQ(test::gradus_program({"reproduce"}).exit_code, 2);
}

TEST(ReproduceProgram, interrupted_it_says_so_and_continues) {
  const test::TempDir folder;
  test::write_whole_file(folder / "small.toml", small_study("0.5", "20000"));
  const std::vector<std::string> words = {"reproduce", folder / "small.toml", "--out", folder / "out", "--jobs", "2"};
  const test::ProcessResult stopped = test::gradus_program(words, {}, [&](pid_t child) {
    // The folder of the study stands once the program listens to signals; its runs take far longer than this.
    while (!std::filesystem::exists(folder / "out")) ::usleep(10'000);
    ::usleep(100'000);
    ::kill(child, SIGINT);
  });
  EXPECT_EQ(stopped.exit_code, 130) << stopped.err;
  EXPECT_NE(stopped.err.find("continues where it was"), std::string::npos) << stopped.err;
}

}  // namespace
}  // namespace gradus::reproduce
