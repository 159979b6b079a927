// benchmarks/compare.py: its loss check passes equal trainers and refuses unequal ones. It is tried on a network that
// trains in a blink; how fast anything is belongs to no test.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/program.hpp"

namespace gradus::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kPython = "/usr/bin/python3";

ProcessResult compare(std::vector<std::string> words) {
  const std::string build = std::filesystem::path(GRADUS_PEERS).parent_path().string();
  words.insert(words.begin(), {kPython, std::string(GRADUS_SOURCE_DIR) + "/benchmarks/compare.py", "--build", build,
                               "--workload", "tiny", "--check-only"});
  return run_process(words);
}

class Peers : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kPython) || run_process({kPython, "-c", "import numpy"}).exit_code != 0) {
      GTEST_SKIP() << "no numpy for /usr/bin/python3";
    }
  }
};

TEST_F(Peers, equal_trainers_reach_the_same_loss) {
  const ProcessResult result = compare({"--peer", "gradus", "numpy"});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  for (const char* word : {"gradus f32", "gradus f64", "numpy", "learning rate 1 % too large"}) {
    EXPECT_THAT(result.out, HasSubstr(word));
  }
  EXPECT_THAT(result.out, Not(HasSubstr("NOT EQUAL")));
}

TEST_F(Peers, wrong_learning_rate_of_one_peer_is_refused) {
  const ProcessResult result = compare({"--peer", "gradus", "numpy", "--fault", "gradus f32"});
  EXPECT_EQ(result.exit_code, 3) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("NOT EQUAL: tiny: gradus f32"));
  EXPECT_THAT(result.out, Not(HasSubstr("NOT EQUAL: tiny: gradus f64")));
}

TEST_F(Peers, check_that_cannot_tell_a_fault_says_so) {
  const ProcessResult result = run_process({kPython, "-c",
                                            "import sys; sys.path.insert(0, sys.argv[1]); import loss_check as c\n"
                                            "print(c.verdict({'a': 1.0}, {'all': 1.0}, 1.0))\n"
                                            "print(c.verdict({'a': float('nan')}, {'all': 1.0}, 1.1))\n"
                                            "print(c.verdict({'a': 1.0, 'b': 0.5}, {'all': 1.0, 'b': 0.5}, 1.1))\n",
                                            std::string(GRADUS_SOURCE_DIR) + "/benchmarks"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("the check is blind"));
  EXPECT_THAT(result.out, HasSubstr("a: loss nan"));
  EXPECT_THAT(result.out, testing::EndsWith("[]\n")) << "a peer without L1 has a reference of its own";
}

TEST_F(Peers, peer_that_is_missing_is_named_and_skipped) {
  const std::string nowhere = testing::TempDir() + "no_build_here";
  const ProcessResult result =
      run_process({kPython, std::string(GRADUS_SOURCE_DIR) + "/benchmarks/compare.py", "--build", nowhere, "--workload",
                   "tiny", "--check-only", "--peer", "onednn", "numpy"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("onednn: skipped"));
  EXPECT_THAT(result.err, HasSubstr("libdnnl-dev"));
}

TEST_F(Peers, bad_arguments_are_one_sentence) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"--peer", "tensorflow"}, {"--rounds", "0"}, {"--rounds", "few"}, {"--fault", "nobody"}, {"--swift"}}) {
    const ProcessResult result = compare(words);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(count_lines(result.err), 1) << result.err;
    EXPECT_THAT(result.err, HasSubstr(words.front()));
  }
}

}  // namespace
}  // namespace gradus::test
