// gradus search as a user runs it: the same study from any number of jobs, processes and lives.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <set>
#include <sstream>
#include <thread>

#include "cli/program.hpp"
#include "gradus/core/random.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Killing is random; under sanitizers every start takes ten times as long.
#ifdef __SANITIZE_ADDRESS__
constexpr int kKills = 8;
constexpr int kTrials = 40;
#else
constexpr int kKills = 50;
constexpr int kTrials = 200;
#endif

std::string search_file(const std::string& keys) {
  return "[data]\nsource = \"peaks\"\nrows = 600\ntest = 0.1\nvalid = 0.2\n[training]\nepochs = 9\nthreads = "
         "1\n[search]\n" +
         keys + R"(
[search.space]
training.learning_rate = {low = 1e-4, high = 0.3, log = true}
training.batch_size = [8, 16, 32]
training.optimizer = ["momentum", "adam"]
training.momentum = {low = 0.5, high = 0.99, when = {training.optimizer = "momentum"}}
depth = {low = 1, high = 2}
network.hidden = {layers = "depth", each = {low = 4, high = 24}}
)";
}

// All that must not depend on timing: everything but seconds.
std::string table_of(const std::string& folder) {
  const ProcessResult shown = gradus_program({"search", "show", folder, "--sort", "number", "--json", "-"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  json study = json::parse(shown.out);
  for (json& trial : study["trials"]) trial.erase("seconds");
  if (!study["best"].is_null()) study["best"].erase("seconds");
  return study.dump(1);
}

std::string winner_of(const std::string& folder) {
  return json::parse(read_whole_file(folder + "/best/summary.json"))["weights_sha256"];
}

class SearchProgram : public testing::Test {
 protected:
  std::string write_search(const std::string& keys) {
    const std::string path = folder_ / "search.toml";
    write_whole_file(path, search_file(keys));
    return path;
  }
  TempDir folder_;
};

// Every sampler with every scheduler; under sanitizers, where a start takes ten times as long, a few of them.
struct Method {
  const char* sampler;
  const char* scheduler;
};

std::vector<Method> methods() {
#ifdef __SANITIZE_ADDRESS__
  return {{"tpe", "median"}, {"grid", "hyperband"}};
#else
  std::vector<Method> all;
  for (const char* sampler : {"grid", "table", "random", "sobol", "tpe"}) {
    for (const char* scheduler : {"none", "median", "halving", "hyperband"}) all.push_back({sampler, scheduler});
  }
  return all;
#endif
}

// A small study of one method. Grid and table need finite spaces.
std::string method_file(const Method& method) {
  const std::string sampler = method.sampler;
  std::string file =
      "[data]\nsource = \"peaks\"\nrows = 400\ntest = 0.1\nvalid = 0.2\n[network]\nhidden = [8]\n"
      "[training]\nepochs = 9\nthreads = 1\n[search]\nsampler = \"" +
      sampler + "\"\nscheduler = \"" + method.scheduler + "\"\ngeneration = 4\nstartup = 3\nseed = 7\n";
  if (sampler == "table") {
    for (const char* rate : {"0.001", "0.003", "0.01", "0.03", "0.1", "0.3"}) {
      file += std::string("[[search.trial]]\ntraining.learning_rate = ") + rate + "\n";
    }
    return file;
  }
  if (sampler == "grid") {
    return file + "[search.space]\ntraining.learning_rate = [0.001, 0.01, 0.1]\ntraining.batch_size = [8, 16, 32]\n";
  }
  return file +
         "trials = 12\n[search.space]\ntraining.learning_rate = {low = 1e-4, high = 0.3, log = true}\n"
         "training.batch_size = [8, 16, 32]\n";
}

TEST_F(SearchProgram, jobs_and_processes_do_not_change_table_or_winner) {
  for (const Method& method : methods()) {
    SCOPED_TRACE(std::string(method.sampler) + ", " + method.scheduler);
    const std::string name = std::string(method.sampler) + "-" + method.scheduler;
    const std::string file = folder_ / (name + ".toml");
    write_whole_file(file, method_file(method));
    const std::string one = folder_ / (name + "-1");
    ASSERT_EQ(gradus_program({"search", file, "--no-report", "--out", one, "--jobs", "1"}).exit_code, 0);
    for (const char* jobs : {"2", "3"}) {
      const std::string more = folder_ / (name + "-" + jobs);
      ASSERT_EQ(gradus_program({"search", file, "--no-report", "--out", more, "--jobs", jobs}).exit_code, 0);
      EXPECT_EQ(table_of(one), table_of(more)) << jobs << " jobs";
      EXPECT_EQ(winner_of(one), winner_of(more)) << jobs << " jobs";
    }
    const std::string two = folder_ / (name + "-processes");
    const std::vector<std::string> words = {"search", file, "--no-report", "--resume", two, "--jobs", "1"};
    ProcessResult second;
    std::thread other([&] { second = gradus_program(words); });
    const ProcessResult first = gradus_program(words);
    other.join();
    EXPECT_EQ(first.exit_code, 0) << first.err;
    EXPECT_EQ(second.exit_code, 0) << second.err;
    EXPECT_EQ(table_of(one), table_of(two)) << "two processes";
    EXPECT_EQ(winner_of(one), winner_of(two)) << "two processes";
  }
}

TEST_F(SearchProgram, killed_at_random_moments_ends_with_the_same_table) {
  const std::string file =
      write_search("sampler = \"random\"\nscheduler = \"halving\"\ntrials = " + std::to_string(kTrials) +
                   "\nreduction = 3\nseed = 8\n");
  const auto started = std::chrono::steady_clock::now();
  ASSERT_EQ(gradus_program({"search", file, "--out", folder_ / "whole", "--jobs", "2"}).exit_code, 0);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  const std::string killed = folder_ / "killed";
  RandomStream random(50, Purpose::kTest);
  std::set<std::string> finished;
  const auto note_finished = [&finished](const std::string& err) {
    std::size_t start = 0;
    for (std::size_t end = err.find('\n'); end != std::string::npos; start = end + 1, end = err.find('\n', start)) {
      const std::string line = err.substr(start, end - start);
      if (line.rfind("trial ", 0) != 0) continue;
      EXPECT_TRUE(finished.insert(line.substr(0, line.find(':'))).second) << "finished twice: " << line;
    }
  };
  int kills = 0;
  ProcessResult result;
  for (int life = 0; life < 2000; ++life) {
    const auto pause = std::chrono::duration<double>(0.005 + random.uniform() * seconds / 12);
    result = gradus_program({"search", file, "--resume", killed, "--jobs", "2"}, {}, [&](pid_t child) {
      if (kills >= kKills) return;
      std::this_thread::sleep_for(pause);
      kill(child, SIGKILL);
    });
    note_finished(result.err);
    if (result.exit_code == 0) break;
    ASSERT_EQ(result.exit_code, 128 + SIGKILL) << result.err;
    ++kills;
  }
  ASSERT_EQ(result.exit_code, 0) << result.err;
  RecordProperty("kills", kills);
  EXPECT_GE(kills, kKills / 2) << "the study ended before it was killed often enough";
  EXPECT_EQ(table_of(killed), table_of(folder_ / "whole"));
  EXPECT_EQ(winner_of(killed), winner_of(folder_ / "whole"));
  EXPECT_TRUE(fs::is_empty(killed + "/checkpoints"));
}

// Interrupted later and later until a running trial had finished an epoch: its checkpoint must be there, and count.
TEST_F(SearchProgram, ctrl_c_keeps_what_runs_and_exits_130) {
  const std::string file = write_search("sampler = \"random\"\ntrials = 6\n");
  std::vector<std::string> words = {"search", file, "--set", "training.epochs=150", "--jobs", "2", "--out", ""};
  std::string out;
  bool kept = false;
  for (int delay = 10; delay < 5000 && !kept; delay = delay * 3 / 2) {
    out = words.back() = folder_ / ("stopped-" + std::to_string(delay));
    const ProcessResult stopped = gradus_program(words, {}, [&](pid_t child) {
      for (int i = 0; i < 5000 && !fs::exists(out + "/search.toml"); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(delay));
      kill(child, SIGINT);
    });
    ASSERT_EQ(stopped.exit_code, 130) << stopped.err;
    EXPECT_NE(stopped.err.find("gradus search --resume " + out), std::string::npos) << stopped.err;
    kept = !fs::is_empty(out + "/checkpoints");
  }
  ASSERT_TRUE(kept);
  ASSERT_EQ(gradus_program({"search", "--resume", out}).exit_code, 0);
  words.back() = folder_ / "whole";
  ASSERT_EQ(gradus_program(words).exit_code, 0);
  EXPECT_EQ(table_of(out), table_of(folder_ / "whole"));
}

TEST_F(SearchProgram, winner_is_a_training_file_and_the_only_one_that_sees_the_test_part) {
  const std::string file = write_search("sampler = \"sobol\"\ntrials = 6\nrepeats = 2\n");
  const std::string out = folder_ / "study";
  const ProcessResult searched = gradus_program({"search", file, "--out", out, "--json", "--quiet"});
  ASSERT_EQ(searched.exit_code, 0) << searched.err;
  EXPECT_EQ(searched.err, "");
  const json study = json::parse(searched.out);
  EXPECT_EQ(study["test"]["rows"], 48);
  EXPECT_EQ(study["trials"].size(), 6U);
  EXPECT_EQ(study["best"]["runs"].size(), 2U);
  EXPECT_GT(study["best"]["spread"], 0.0);
  EXPECT_EQ(read_whole_file(out + "/best/summary.json").find("test_loss"), std::string::npos);
  ASSERT_EQ(gradus_program({"train", out + "/best.toml", "--out", folder_ / "again"}).exit_code, 0);
  EXPECT_EQ(winner_of(out), json::parse(read_whole_file(folder_ / "again/summary.json"))["weights_sha256"]);
}

// momentum varies beside an optimizer that does not read it: `gradus train` would refuse the pair.
TEST_F(SearchProgram, winner_is_a_training_file_where_the_space_has_idle_constants) {
  std::string text = search_file("sampler = \"random\"\ntrials = 3\n");
  text = text.substr(0, text.find("[search.space]")) +
         "[search.space]\ntraining.momentum = {low = 0.5, high = 0.8}\ntraining.learning_rate = [0.01]\n";
  write_whole_file(folder_ / "search.toml", text);
  const std::string out = folder_ / "study";
  const ProcessResult searched = gradus_program({"search", folder_ / "search.toml", "--out", out, "--quiet"});
  ASSERT_EQ(searched.exit_code, 0) << searched.err;
  const ProcessResult again = gradus_program({"train", out + "/best.toml", "--out", folder_ / "again"});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(winner_of(out), json::parse(read_whole_file(folder_ / "again/summary.json"))["weights_sha256"]);
}

TEST_F(SearchProgram, replay_repeats_complete_pruned_and_failed_trials) {
  // A learning rate of 1e30 diverges at once.
  std::string text = search_file("sampler = \"grid\"\nscheduler = \"halving\"\nreduction = 2\n");
  text = text.substr(0, text.find("[search.space]")) +
         "[search.space]\ntraining.learning_rate = [0.1, 1e30, 0.001, 0.01]\n";
  text.insert(text.find("threads"), "optimizer = \"sgd\"\n");
  write_whole_file(folder_ / "grid.toml", text);
  const std::string out = folder_ / "study";
  ASSERT_EQ(gradus_program({"search", folder_ / "grid.toml", "--out", out}).exit_code, 0);
  std::set<std::string> states;
  const json study = json::parse(gradus_program({"search", "show", out, "--json", "-"}).out);
  for (const json& trial : study["trials"]) {
    states.insert(trial["state"]);
    const ProcessResult replay = gradus_program({"search", "replay", out, std::to_string(trial["number"].get<int>())});
    EXPECT_EQ(replay.exit_code, 0) << replay.out << replay.err;
    // What is compared is said: a trial that was stopped has a value and no weights.
    const std::string state = trial["state"];
    const std::string says = state == "complete" ? ": the same to the bit\n"
                             : state == "pruned"
                                 ? ": the same value to the bit; it was stopped, so no weights are recorded\n"
                                 : ": the same error\n";
    EXPECT_NE(replay.out.find(says), std::string::npos) << replay.out;
  }
  EXPECT_EQ(states, (std::set<std::string>{"complete", "failed", "pruned"}));
}

TEST_F(SearchProgram, out_none_keeps_nothing_and_says_the_best_setting) {
  const std::string file = write_search("sampler = \"random\"\ntrials = 3\n");
  const fs::path before = fs::current_path();
  fs::create_directories(folder_ / "here/tmp");
  fs::current_path(folder_ / "here");
  const ProcessResult searched =
      gradus_program({"search", file, "--out", "none"}, [&] { setenv("TMPDIR", (folder_ / "here/tmp").c_str(), 1); });
  fs::current_path(before);
  EXPECT_EQ(searched.exit_code, 0) << searched.err;
  EXPECT_NE(searched.out.find("\nits setting: "), std::string::npos) << searched.out;
  EXPECT_EQ(searched.out.find("best.toml"), std::string::npos) << searched.out;
  EXPECT_FALSE(fs::exists(folder_ / "here/none"));
  EXPECT_TRUE(fs::is_empty(folder_ / "here/tmp"));
}

TEST_F(SearchProgram, tables_of_many_parameters_fit_80_columns) {
  const std::string file = write_search("sampler = \"random\"\ntrials = 3\n");
  const std::string out = folder_ / "study";
  std::string printed = gradus_program({"search", file, "--out", out, "--quiet"}).out;
  printed += gradus_program({"search", "show", out}).out;
  printed += gradus_program({"search", "replay", out, "0"}).out;
  for (const char* name : {"momentum", "hidden[2]", "weights sha256"}) {
    EXPECT_NE(printed.find(name), std::string::npos) << printed;
  }
  std::istringstream lines(printed);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(out) != std::string::npos) continue;  // a path is as long as it is
    EXPECT_LE(line.size(), 80U) << line;
  }
}

TEST_F(SearchProgram, show_sorts_and_writes_csv) {
  const std::string file = write_search("sampler = \"random\"\ntrials = 5\n");
  const std::string out = folder_ / "study";
  ASSERT_EQ(gradus_program({"search", file, "--out", out}).exit_code, 0);
  const std::string csv = gradus_program({"search", "show", out, "--sort", "learning_rate", "--csv", "-"}).out;
  EXPECT_EQ(count_lines(csv), 6);
  EXPECT_EQ(csv.rfind("trial,state,value,spread,epochs,parameters,seconds,training.learning_rate,", 0), 0U) << csv;
  const ProcessResult bad = gradus_program({"search", "show", out, "--sort", "learningrate"});
  EXPECT_EQ(bad.exit_code, 2);
  // Columns that do not fit stand below, after an empty line.
  const std::string top = gradus_program({"search", "show", out, "--top", "2"}).out;
  EXPECT_EQ(count_lines(top.substr(0, top.find("\n\n") + 1)), 3);
}

// Each: what is wrong, the file's text, what the sentence must say.
struct BadSearch {
  const char* name;
  std::string text;
  const char* says;
};

std::vector<BadSearch> bad_searches() {
  const std::string head = "[data]\nsource = \"peaks\"\nrows = 200\n[training]\nepochs = 2\n[search]\n";
  const std::string random = head + "sampler = \"random\"\ntrials = 3\n";
  return {
      {"no table", "[data]\nsource = \"peaks\"\n", "[search]"},
      {"not TOML", "[search\n", "not TOML"},
      {"empty space", head, "empty space"},
      {"empty table", head + "[search.space]\n", "empty space"},
      {"empty list", head + "[search.space]\ntraining.batch_size = []\n", "at least one value"},
      {"value twice", head + "[search.space]\ntraining.batch_size = [8, 8]\n", "twice"},
      {"unknown parameter", head + "[search.space]\ntraining.batchsize = [8]\n", "batch_size"},
      {"unknown key", head + "samplr = \"grid\"\n[search.space]\ntraining.batch_size = [8]\n", "'sampler'"},
      {"unknown sampler", head + "sampler = \"gird\"\n[search.space]\ntraining.batch_size = [8]\n", "'grid'"},
      {"range upside down", random + "[search.space]\ntraining.batch_size = {low = 9, high = 8}\n", "low <= high"},
      {"log range from 0", random + "[search.space]\ntraining.learning_rate = {low = 0.0, high = 1.0, log = true}\n",
       "above 0"},
      {"half a range", random + "[search.space]\ntraining.learning_rate = {low = 0.0}\n", "low and high"},
      {"bad value", head + "[search.space]\ntraining.batch_size = [8, 0]\n", "from 1"},
      {"bad choice", head + "[search.space]\ntraining.optimizer = [\"adm\"]\n", "'adam'"},
      {"misspelled rule", random + "[search.space]\ntraining.learning_rate = {low = 0.1, hihg = 1.0}\n", "'high'"},
      {"condition circle",
       random + "[search.space]\na = {values = [1, 2], when = {b = 1}}\nb = {values = [1, 2], when = {a = 1}}\n",
       "circle"},
      {"condition on nothing", random + "[search.space]\na = {values = [1], when = {c = 1}}\n", "when"},
      {"grid over a range",
       head + "sampler = \"grid\"\n[search.space]\ntraining.learning_rate = {low = 0.1, high = 1.0}\n", "a grid needs"},
      {"larger than budget", head + "trials = 3\n[search.space]\ntraining.batch_size = [8, 16, 32, 64]\n",
       "search.trials"},
      {"no budget", head + "sampler = \"random\"\n[search.space]\ntraining.batch_size = [8, 16]\n", "search.trials"},
      {"impossible constraint",
       head + "constraints = [\"parameters >= 1000000\"]\n[search.space]\ntraining.batch_size = [8, 16]\n",
       "constraints"},
      {"constraint on nothing",
       head + "constraints = [\"width >= 1\"]\n[search.space]\ntraining.batch_size = [8, 16]\n", "width"},
      {"bad constraint", head + "constraints = [\"parameters\"]\n[search.space]\ntraining.batch_size = [8]\n",
       "comparison"},
      {"test as objective", head + "objective = \"test_loss\"\n[search.space]\ntraining.batch_size = [8]\n",
       "train_loss"},
      {"halving of epochs", head + "scheduler = \"halving\"\n[search.space]\ntraining.epochs = [1, 2]\n",
       "training.epochs"},
      {"space and table",
       head + "[search.space]\ntraining.batch_size = [8]\n[[search.trial]]\ntraining.batch_size = 9\n",
       "[[search.trial]]"},
      {"layers without depth", random + "[search.space]\nnetwork.hidden = {layers = \"deep\", growth = 2}\n", "deep"},
      {"step 0", random + "[search.space]\ntraining.learning_rate = {low = 0.1, high = 1.0, step = 0}\n", "above 0"},
      {"step below 0", random + "[search.space]\ntraining.learning_rate = {low = 0.1, high = 1.0, step = -0.1}\n",
       "above 0"},
      {"step 0 of whole numbers", random + "[search.space]\ntraining.epochs = {low = 1, high = 4, step = 0}\n",
       "above 0"},
      {"step that leaves whole numbers",
       random + "[search.space]\ntraining.batch_size = {low = 8, high = 64, step = 2.5}\n", "'10.5'"},
      {"whole numbers from a real range", random + "[search.space]\ntraining.epochs = {low = 2.0, high = 9.0}\n",
       "a whole number"},
      {"whole numbers from a logarithmic range",
       random + "[search.space]\nnetwork.hidden = {low = 4.0, high = 64.0, log = true}\n", "a whole number"},
      {"objective of another task", head + "objective = \"valid_r2\"\n[search.space]\ntraining.batch_size = [8]\n",
       "a measure of classification"},
      {"objective that nobody knows",
       head + "objective = \"valid_roc_auc\"\n[search.space]\ntraining.batch_size = [8]\n", "did you mean 'valid_auc'"},
      {"objective without its k", head + "objective = \"valid_top_k\"\n[search.space]\ntraining.batch_size = [8]\n",
       "training.top_k"},
      {"objective of running means", head + "objective = \"train_f1\"\n[search.space]\ntraining.batch_size = [8]\n",
       "train_metrics"},
      {"unknown data", "[data]\nsource = \"nowhere\"\n[search]\n[search.space]\ntraining.batch_size = [8]\n",
       "nowhere"},
  };
}

TEST_F(SearchProgram, bad_search_files_are_refused_in_one_sentence_and_leave_nothing) {
  for (const BadSearch& bad : bad_searches()) {
    const std::string file = folder_ / "bad.toml";
    write_whole_file(file, bad.text);
    const ProcessResult result = gradus_program({"search", file, "--out", folder_ / "out"});
    EXPECT_EQ(result.exit_code, 2) << bad.name << ": " << result.err;
    EXPECT_EQ(count_lines(result.err), 1) << bad.name << ": " << result.err;
    EXPECT_NE(result.err.find(bad.says), std::string::npos) << bad.name << ": " << result.err;
    EXPECT_FALSE(fs::exists(folder_ / "out")) << bad.name;
  }
}

TEST_F(SearchProgram, bad_study_folders_are_refused_and_kept) {
  const std::string file = write_search("sampler = \"random\"\ntrials = 2\n");
  const std::string out = folder_ / "study";
  ASSERT_EQ(gradus_program({"search", file, "--out", out}).exit_code, 0);
  const std::string before = table_of(out);
  const auto refuse = [&](const std::vector<std::string>& words, const char* says) {
    const ProcessResult result = gradus_program(words);
    EXPECT_EQ(result.exit_code, 2) << says << ": " << result.err;
    EXPECT_EQ(count_lines(result.err), 1) << result.err;
    EXPECT_NE(result.err.find(says), std::string::npos) << result.err;
  };
  refuse({"search", file, "--out", out}, "--resume");
  refuse({"search", file, "--set", "search.seed=3", "--resume", out}, "of this search file");
  refuse({"search", file, "--set", "training.epochs=3", "--resume", out}, "of this search file");
  refuse({"search", file, "--trials", "1", "--resume", out}, "at least the study's 2");
  refuse({"search", "--trials", "1", "--resume", out}, "at least the study's 2");
  refuse({"search", "--resume", folder_ / "none"}, "no such folder");
  refuse({"search", "show", folder_ / "none"}, "no such folder");
  refuse({"search", "replay", out, "7"}, "trial from 0 up to 1");
  refuse({"search"}, "search file");
  write_whole_file(folder_ / "file", "x");
  refuse({"search", file, "--out", folder_ / "file"}, "a folder");
  EXPECT_EQ(table_of(out), before);

  // Damaged: the header of the file, then nothing of it.
  fs::create_directories(folder_ / "torn");
  std::string bytes = read_whole_file(out + "/study.sqlite");
  write_whole_file(folder_ / "torn/study.sqlite",
                   "no database at all, but long enough to be looked at" + bytes.substr(51));
  refuse({"search", "--resume", folder_ / "torn"}, "damaged");
  write_whole_file(folder_ / "torn/study.sqlite", bytes.substr(0, 5000));
  refuse({"search", "--resume", folder_ / "torn"}, "damaged");
  write_whole_file(folder_ / "torn/study.sqlite", "");
  refuse({"search", "show", folder_ / "torn"}, "damaged");
  for (const char* name : {"study.sqlite-wal", "study.sqlite-shm"})
    fs::remove(folder_ / "torn" + std::string("/") + name);
}

}  // namespace
}  // namespace gradus::test
