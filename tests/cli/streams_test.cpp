// Standard streams as shells leave them: a reader that goes, a stream that is closed, a disk that is full.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "cli/program.hpp"
#include "gradus/model/model_file.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Streams : public testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> training() const {
    return {"train", "--data", "moons", "--rows", "60", "--hidden", "3", "--epochs", "2", "--no-report", "--out", run};
  }
  /// `stream` becomes a pipe that nobody reads.
  static void without_reader(int stream) {
    int ends[2];
    if (pipe(ends) != 0) _exit(99);
    close(ends[0]);
    dup2(ends[1], stream);
    close(ends[1]);
    std::signal(SIGPIPE, SIG_DFL);
  }
  void expect_whole_run() const {
    EXPECT_TRUE(fs::exists(run + "/summary.json"));
    EXPECT_NO_THROW(read_model(run + "/model.safetensors"));
    EXPECT_EQ(read_whole_file(run + "/metrics.jsonl").substr(0, 1), "{");
    EXPECT_EQ(count_lines(read_whole_file(run + "/metrics.csv")), 3);
  }

  TempDir folder;
  std::string run = folder / "run";
};

TEST_F(Streams, a_reader_that_has_gone_ends_the_program_without_a_word) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"data", "list"}, {"man"}, {"data", "info", "moons", "--json"}}) {
    const ProcessResult result = gradus_program(words, [] { without_reader(STDOUT_FILENO); });
    EXPECT_EQ(result.exit_code, 141) << words[0];
    EXPECT_EQ(result.err, "");
  }
}

TEST_F(Streams, nobody_who_reads_the_progress_is_no_reason_to_stop) {
  const ProcessResult result = gradus_program(training(), [] { without_reader(STDERR_FILENO); });
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_NE(result.out, "");
  expect_whole_run();
}

TEST_F(Streams, a_run_is_whole_when_nobody_reads_its_results) {
  const ProcessResult result = gradus_program(training(), [] { without_reader(STDOUT_FILENO); });
  EXPECT_EQ(result.exit_code, 141);
  expect_whole_run();
}

TEST_F(Streams, closed_streams_write_into_no_other_file) {
  for (const std::vector<int>& closed : {std::vector<int>{1}, {2}, {1, 2}, {0, 1, 2}}) {
    const ProcessResult result = gradus_program(training(), [&] {
      for (const int stream : closed) close(stream);
    });
    const bool has_output = closed.front() == 2;
    EXPECT_EQ(result.exit_code, has_output ? 0 : 1);
    expect_whole_run();
    fs::remove_all(run);
  }
  const ProcessResult result = gradus_program({"data", "list"}, [] { close(STDOUT_FILENO); });
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("standard output"));
}

TEST_F(Streams, closed_standard_input_is_an_empty_table) {
  const ProcessResult result = gradus_program({"data", "info", "-"}, [] { close(STDIN_FILENO); });
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_EQ(count_lines(result.err), 1) << result.err;
}

TEST_F(Streams, a_full_disk_is_said) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  const ProcessResult result =
      gradus_program({"data", "list"}, [] { dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO); });
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(count_lines(result.err), 1);
}

}  // namespace
}  // namespace gradus::test
