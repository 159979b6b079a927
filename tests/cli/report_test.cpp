// gradus report and serve as a user runs them, and the report that every command leaves.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sqlite3.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <optional>
#include <thread>

#include "cli/program.hpp"
#include "gradus/report/report.hpp"
#include "report/sample_run.hpp"
#include "support/connection.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

class Report : public testing::Test {
 protected:
  void SetUp() override { write_whole_file(page_, kPage); }
  // The program with the small page in place of the real one.
  ProcessResult gradus(const std::vector<std::string>& arguments, const std::function<void(pid_t)>& meanwhile = {},
                       const std::string& out = {}) {
    return gradus_program(
        arguments,
        [&] {
          setenv("GRADUS_PAGE", page_.c_str(), 1);
          if (!out.empty() && std::freopen(out.c_str(), "w", stdout) == nullptr) _exit(126);
        },
        meanwhile);
  }
  json report_in(const std::string& folder) { return data_of(read_whole_file(folder + "/report.html")); }
  std::vector<std::string> train(const std::string& name, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"train", "--data",   "moons", "--rows",  "200",   "--hidden",
                                      "5",     "--epochs", "2",     "--quiet", "--out", temp_ / name};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  TempDir temp_;
  std::string page_ = temp_ / "page.html";
};

// The page is read from a pipe, at which the program waits: killed there, its run is complete and has no page.
TEST_F(Report, resume_finishes_the_page_of_a_run_that_was_killed_before_it) {
  const std::string pipe = temp_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const std::string run = temp_ / "run";
  gradus_program(
      train("run"), [&] { setenv("GRADUS_PAGE", pipe.c_str(), 1); },
      [&](pid_t child) {
        for (int i = 0; i < 2000 && !fs::exists(run + "/summary.json"); ++i) {
          std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        kill(child, SIGKILL);
      });
  ASSERT_TRUE(fs::exists(run + "/summary.json"));
  ASSERT_FALSE(fs::exists(run + "/report.html"));
  EXPECT_EQ(gradus({"train", "--resume", run, "--no-report"}).exit_code, 0);
  EXPECT_FALSE(fs::exists(run + "/report.html"));
  const ProcessResult resumed = gradus({"train", "--resume", run});
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_EQ(report_in(run)["runs"][0]["summary"]["epochs"], 2);
  // A page that is there is nobody's business.
  write_whole_file(run + "/report.html", "mine");
  EXPECT_EQ(gradus({"train", "--resume", run}).exit_code, 0);
  EXPECT_EQ(read_whole_file(run + "/report.html"), "mine");
}

TEST_F(Report, train_leaves_one_in_its_folder) {
  const ProcessResult result = gradus(train("run", {"--tensorboard"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json bundle = report_in(temp_ / "run");
  EXPECT_EQ(bundle["runs"][0]["summary"]["epochs"], 2);
  EXPECT_FALSE(fs::is_empty(temp_ / "run/tensorboard"));
  EXPECT_EQ(result.err, "");
}

TEST_F(Report, flag_and_key_switch_it_off) {
  ASSERT_EQ(gradus(train("flag", {"--no-report"})).exit_code, 0);
  ASSERT_EQ(gradus(train("key", {"--set", "report.page=false"})).exit_code, 0);
  EXPECT_FALSE(fs::exists(temp_ / "flag/report.html"));
  EXPECT_FALSE(fs::exists(temp_ / "key/report.html"));
}

TEST_F(Report, one_that_cannot_be_made_costs_no_run) {
  page_ = temp_ / "no such page";
  const ProcessResult result = gradus(train("run"));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(fs::exists(temp_ / "run/summary.json"));
  EXPECT_THAT(result.err, HasSubstr("no report was written"));
  EXPECT_EQ(count_lines(result.err), 1);
}

TEST_F(Report, several_reproductions_end_in_one_page_whose_name_is_told) {
  const std::string study = R"(
[data]
source = "moons"
rows = 50
[network]
hidden = [2]
[training]
epochs = 1
[reproduce]
title = "a tiny study"
kind = "training"
[[reproduce.case]]
name = "only"
[[reproduce.row]]
case = "only"
metric = "parameters"
evidence = "exact"
published = "12"
)";
  for (const char* file : {"first.toml", "second.toml"}) write_whole_file(temp_ / file, study);
  const ProcessResult both =
      gradus({"reproduce", temp_ / "first.toml", temp_ / "second.toml", "--quiet", "--out", temp_ / "out"});
  ASSERT_EQ(both.exit_code, 0) << both.err;
  EXPECT_THAT(both.out, HasSubstr("\nreport: " + (temp_ / "out/report.html") + "\n"));
  const json bundle = report_in(temp_ / "out");
  EXPECT_EQ(bundle["reproductions"].size(), 2U);
  EXPECT_EQ(bundle["title"], "Published studies: " + (temp_ / "first.toml") + " " + (temp_ / "second.toml"));
  const ProcessResult one = gradus({"reproduce", temp_ / "first.toml", "--quiet", "--out", temp_ / "out"});
  EXPECT_THAT(one.out, HasSubstr("\nreport: " + (temp_ / "out/first/report.html") + "\n"));
}

TEST_F(Report, without_a_page_one_sentence_says_how_to_get_it) {
  if (!report_page().empty()) GTEST_SKIP() << "this program has a page";
  const ProcessResult trained =
      gradus_program({"train", "--data", "moons", "--rows", "100", "--epochs", "1", "--out", temp_ / "run"});
  EXPECT_EQ(trained.exit_code, 0);
  EXPECT_THAT(trained.err, HasSubstr("./run build"));
  const ProcessResult result = gradus_program({"report", temp_ / "run"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("./run build"));
  EXPECT_EQ(count_lines(result.err), 1);
}

TEST_F(Report, several_runs_are_shown_together) {
  ASSERT_EQ(gradus(train("a")).exit_code, 0);
  ASSERT_EQ(gradus(train("b", {"--lr", "0.05"})).exit_code, 0);
  const ProcessResult result = gradus({"report", temp_ / "a", temp_ / "b", "-o", temp_ / "both.html"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, temp_ / "both.html\n");
  const json bundle = data_of(read_whole_file(temp_ / "both.html"));
  ASSERT_EQ(bundle["runs"].size(), 2U);
  EXPECT_EQ(bundle["runs"][1]["name"], temp_ / "b");
  const ProcessResult printed = gradus({"report", temp_ / "a", temp_ / "b", "--json"});
  EXPECT_EQ(json::parse(printed.out), bundle);
}

TEST_F(Report, check_and_search_leave_one) {
  ASSERT_EQ(gradus(train("run")).exit_code, 0);
  ASSERT_EQ(gradus({"check", temp_ / "run", "--quiet", "--rows", "8", "--out", temp_ / "run"}).exit_code, 0);
  EXPECT_EQ(report_in(temp_ / "run")["runs"][0]["certificate"]["verdict"], "holds");
  ASSERT_EQ(gradus({"check", temp_ / "run", "--quiet", "--rows", "8", "--out", temp_ / "alone/"}).exit_code, 0);
  EXPECT_EQ(report_in(temp_ / "alone")["certificates"][0]["certificate"]["verdict"], "holds");
  write_whole_file(
      temp_ / "search.toml",
      "[data]\nsource = \"moons\"\nrows = 200\n[training]\nepochs = 1\n[search]\n"
      "sampler = \"random\"\ntrials = 3\n[search.space]\ntraining.learning_rate = {low = 0.01, high = 0.1}\n");
  const ProcessResult searched = gradus({"search", temp_ / "search.toml", "--quiet", "--out", temp_ / "study"});
  ASSERT_EQ(searched.exit_code, 0) << searched.err;
  const json bundle = report_in(temp_ / "study");
  EXPECT_EQ(bundle["studies"][0]["study"]["trials"].size(), 3U);
  const ProcessResult shown = gradus({"search", "show", temp_ / "study", "--json", "-"});
  EXPECT_EQ(bundle["studies"][0]["study"], json::parse(shown.out));
  EXPECT_EQ(bundle["runs"][0]["name"], temp_ / "study/best");
}

struct BadSource {
  const char* name;
  std::string (*arrange)(const TempDir& temp);
  const char* mentions;
};

class BadReport : public testing::TestWithParam<BadSource> {};

TEST_P(BadReport, gives_one_sentence_and_writes_nothing) {
  const TempDir temp;
  write_whole_file(temp / "page.html", kPage);
  const std::string source = GetParam().arrange(temp);
  const ProcessResult result = gradus_program({"report", source, "-o", temp / "out.html"},
                                              [&] { setenv("GRADUS_PAGE", (temp / "page.html").c_str(), 1); });
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(count_lines(result.err), 1) << result.err;
  EXPECT_THAT(result.err, HasSubstr(GetParam().mentions));
  // Not even hostile names reach the terminal as they are.
  EXPECT_EQ(result.err.find('\x1b'), std::string::npos);
  EXPECT_FALSE(fs::exists(temp / "out.html"));
}

INSTANTIATE_TEST_SUITE_P(
    Every, BadReport,
    testing::Values(BadSource{"no_run", [](const TempDir& temp) { return temp.path().string(); },
                              "none of config.toml"},
                    BadSource{"nothing", [](const TempDir& temp) { return temp / "nothing"; }, "no file"},
                    BadSource{"escapes_in_a_name", [](const TempDir& temp) { return temp / "\x1b[2Jx"; }, "[2Jx"},
                    BadSource{"newer_certificate",
                              [](const TempDir& temp) {
                                write_whole_file(temp / "c.json", R"({"schema": 9, "claims": [], "detection": []})");
                                return temp / "c.json";
                              },
                              "expected schema 1, found 9"}),
    [](const auto& instance) { return std::string(instance.param.name); });

// A server, a training that it watches and stops, and the same training to its end.
TEST_F(Report, a_run_is_followed_and_stopped_from_the_live_view) {
  fs::create_directory(temp_ / "runs");
  const std::vector<std::string> words = {"train",    "--data", "moons",   "--hidden",    "32",
                                          "--epochs", "400",    "--quiet", "--no-report", "--out"};
  const auto train_into = [&](const std::string& name) {
    std::vector<std::string> all = words;
    all.push_back(temp_ / name);
    return all;
  };
  int trained = -1;
  std::string events;
  gradus(
      {"serve", temp_ / "runs", "--allow-control"},
      [&](pid_t server) {
        std::string address;
        while (address.empty() || address.back() != '\n') address = read_whole_file(temp_ / "address");
        const int port = std::stoi(address.substr(address.find(':', 5) + 1));
        const std::string host = "127.0.0.1:" + std::to_string(port);
        std::string path = address.substr(address.find('/', 7));
        path.pop_back();
        trained = gradus(train_into("runs/run"), [&](pid_t) {
                    while (!fs::exists(temp_ / "runs/run/progress.json")) std::this_thread::yield();
                    const Connection watch(port);
                    watch.send("GET " + path + "events?run=run HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
                    const auto moves = [](const std::string& text) {
                      return text.find("\"epoch\":2") != std::string::npos &&
                             text.find("event: progress") != std::string::npos;
                    };
                    events = watch.receive(moves);
                    const Connection stop(port);
                    stop.send("POST " + path + "stop?run=run HTTP/1.1\r\nHost: " + host + "\r\nOrigin: http://" + host +
                              "\r\nContent-Length: 0\r\n\r\n");
                    EXPECT_THAT(stop.receive(), HasSubstr("HTTP/1.1 202"));
                  }).exit_code;
        kill(server, SIGTERM);
      },
      temp_ / "address");
  EXPECT_EQ(trained, 130);
  EXPECT_THAT(events, HasSubstr("event: progress"));
  EXPECT_FALSE(fs::exists(temp_ / "runs/run/stop"));
  ASSERT_EQ(gradus({"train", "--resume", temp_ / "runs/run", "--quiet"}).exit_code, 0);
  ASSERT_EQ(gradus(train_into("alone")).exit_code, 0);
  const auto hash = [&](const std::string& name) {
    return json::parse(read_whole_file(temp_ / (name + "/summary.json")))["weights_sha256"];
  };
  EXPECT_EQ(hash("runs/run"), hash("alone"));
}

// A report is being made of a study whose database somebody keeps locked: the server does not wait for it.
TEST_F(Report, the_live_view_ends_while_a_report_is_being_made) {
  write_whole_file(
      temp_ / "s.toml",
      "[data]\nsource = \"moons\"\nrows = 100\n[network]\nhidden = [2]\n[training]\nepochs = 1\n[search]\n"
      "trials = 2\nsampler = \"random\"\n[search.space]\ntraining.learning_rate = {low = 0.001, high = 0.1}\n");
  ASSERT_EQ(gradus({"search", temp_ / "s.toml", "--out", temp_ / "runs/s", "--quiet", "--no-report"}).exit_code, 0);
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((temp_ / "runs/s/study.sqlite").c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE", nullptr, nullptr, nullptr),
            SQLITE_OK);
  std::optional<Connection> page;
  const ProcessResult result = gradus(
      {"serve", temp_ / "runs"},
      [&](pid_t server) {
        std::string address;
        while (address.empty() || address.back() != '\n') address = read_whole_file(temp_ / "address");
        const int port = std::stoi(address.substr(address.find(':', 5) + 1));
        std::string path = address.substr(address.find('/', 7));
        path.pop_back();
        page.emplace(port);
        page->send("GET " + path + "data?run=s HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n\r\n");
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        kill(server, SIGTERM);
      },
      temp_ / "address");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(page->receive(), "") << "it waited";
  sqlite3_close(database);
}

}  // namespace
}  // namespace gradus::test
