// What readers guess is said on standard error, and flags say otherwise.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/program.hpp"
#include "data/fixtures.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using testing::HasSubstr;
using testing::Not;

/// numpy.savez(file, X, y): eight samples of two features.
std::string two_arrays(const TempDir& folder) {
  std::string y;
  for (int i = 0; i < 8; ++i) y += static_cast<char>(i % 2);
  const std::string x = npy("|u1", "(8, 2)", "abcdefghijklmnop");
  return write_bytes(folder / "d.npz", zip({{"arr_0.npy", x}, {"arr_1.npy", npy("|u1", "(8,)", y)}}, true));
}

TEST(DataNotes, are_printed_beside_the_result) {
  const TempDir folder;
  const std::string path = two_arrays(folder);
  const ProcessResult info = gradus_program({"data", "info", path});
  EXPECT_EQ(info.exit_code, 0);
  EXPECT_THAT(info.err, HasSubstr("note: " + path + ": arr_0 is taken as features, arr_1 as labels"));
  EXPECT_THAT(info.out, Not(HasSubstr("arr_0")));
  const std::vector<std::string> train = {"train", "--data", path, "--epochs", "1", "--out", folder / "run"};
  EXPECT_THAT(gradus_program(train).err, HasSubstr("note: " + path));
  const ProcessResult evaluated = gradus_program({"evaluate", folder / "run", "--data", path});
  EXPECT_EQ(evaluated.exit_code, 0) << evaluated.err;
  EXPECT_THAT(evaluated.err, HasSubstr("note: " + path));
}

TEST(DataNotes, flags_name_the_arrays) {
  const TempDir folder;
  const std::string path = two_arrays(folder);
  const std::vector<std::string> names = {"--feature-array", "arr_0", "--label-array", "arr_1"};
  std::vector<std::string> train = {"train", "--data", path, "--epochs", "1", "--out", folder / "run"};
  train.insert(train.end(), names.begin(), names.end());
  const ProcessResult trained = gradus_program(train);
  EXPECT_EQ(trained.exit_code, 0) << trained.err;
  EXPECT_THAT(trained.err, Not(HasSubstr("arr_0")));
  for (const char* command : {"evaluate", "predict"}) {
    std::vector<std::string> words = {command, folder / "run", "--data", path};
    words.insert(words.end(), names.begin(), names.end());
    const ProcessResult used = gradus_program(words);
    EXPECT_EQ(used.exit_code, 0) << used.err;
    EXPECT_THAT(used.err, Not(HasSubstr("arr_0")));
  }
  const ProcessResult wrong = gradus_program({"data", "info", path, "--feature-array", "arr_2"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("among arr_0, arr_1, found 'arr_2'"));
}

}  // namespace
}  // namespace gradus::test
