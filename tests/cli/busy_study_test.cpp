// A study whose database somebody keeps locked: whoever searches waits, says so, and goes on or can be stopped.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <thread>

#include "cli/program.hpp"
#include "search/sqlite.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using testing::HasSubstr;

class BusyStudy : public testing::Test {
 protected:
  BusyStudy() {
    write_whole_file(folder_ / "d.csv", small_csv());
    write_whole_file(folder_ / "search.toml",
                     "[data]\nsource = \"d.csv\"\n[network]\nhidden = [4]\n[training]\nepochs = 2\n[search]\nsampler = "
                     "\"random\"\ntrials = 3\n[search.space]\ntraining.learning_rate = {low = 0.001, high = 0.3}\n");
    EXPECT_EQ(run({"search", "search.toml", "--out", "study", "--quiet"}).exit_code, 0);
  }

  ProcessResult run(const std::vector<std::string>& words, const std::function<void(pid_t)>& meanwhile = {}) {
    return gradus_program(
        words,
        [this] {
          std::filesystem::current_path(folder_ / ".");
          dup2(open("said.txt", O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
        },
        meanwhile);
  }
  [[nodiscard]] std::string said() const { return read_whole_file(folder_ / "said.txt"); }
  void wait_until_said(const std::string& words) const {
    for (int i = 0; i < 1500 && said().find(words) == std::string::npos; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    EXPECT_THAT(said(), HasSubstr(words));
  }

  TempDir folder_;
};

TEST_F(BusyStudy, is_waited_for_and_the_search_goes_on_when_it_is_free) {
  for (const bool with_file : {false, true}) {
    const Database database(folder_ / "study/study.sqlite", Access::kWrite);
    std::optional<Transaction> transaction(std::in_place, database);
    std::vector<std::string> words = {"search", "--resume", "study", "--trials", with_file ? "7" : "5"};
    if (with_file) words.insert(words.begin() + 1, "search.toml");
    const ProcessResult result = run(words, [&](pid_t) {
      wait_until_said("study: another program keeps the study locked; waiting for it\n");
      transaction.reset();
    });
    EXPECT_EQ(result.exit_code, 0) << said();
    EXPECT_THAT(result.out, HasSubstr(with_file ? "of 7:" : "of 5:"));
  }
}

TEST_F(BusyStudy, a_search_that_waits_can_be_stopped) {
  const Database database(folder_ / "study/study.sqlite", Access::kWrite);
  const Transaction transaction(database);
  const ProcessResult result = run({"search", "--resume", "study", "--trials", "5"}, [&](pid_t child) {
    wait_until_said("waiting for it");
    kill(child, SIGINT);
  });
  EXPECT_EQ(result.exit_code, 130) << said();
  EXPECT_THAT(said(), HasSubstr("continue with `gradus search --resume study`"));
}

}  // namespace
}  // namespace gradus::test
