// "FEATURES,LABELS": two files of one array each.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/fixtures.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class FilePair : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& content) {
    return write_bytes(folder_ / name, content);
  }
  /// Four pictures of 2 x 2.
  static std::string images() { return npy("|u1", "(4, 2, 2)", "abcdefghijklmnop"); }
  static std::string labels() { return npy("|u1", "(4,)", std::string("\0\1\2\1", 4)); }
  static void expect_four(const Dataset& dataset) {
    EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{0, 1, 2, 1}));
    EXPECT_EQ(std::get<Matrix<std::uint8_t>>(dataset.table.features)(1, 0), 'e');
    EXPECT_EQ(dataset.image, (ImageShape{2, 2}));
  }

 private:
  TempDir folder_;
};

// KMNIST's files hold one array arr_0 each.
TEST_F(FilePair, two_npz_files_are_a_pair) {
  const std::string x = write("k-imgs.npz", zip({{"arr_0.npy", images()}}, true));
  const std::string y = write("k-labels.npz", zip({{"arr_0.npy", labels()}}, true));
  expect_four(read_source(x + "," + y));
  SourceOptions options;
  options.test_path = x + "," + y;
  EXPECT_EQ(read_source(x + "," + y, options).test.size(), 4U);
}

TEST_F(FilePair, every_format_goes_with_every_other) {
  const std::string x = write("x.npy", images());
  const std::string y = write("y.npy", labels());
  expect_four(read_source(x + "," + y));
  expect_four(read_source(x + "," + write("labels.idx", idx(8, {4}, std::string("\0\1\2\1", 4)))));
  expect_four(read_source(write("images.idx", idx(8, {4, 2, 2}, "abcdefghijklmnop")) + "," + y));
  expect_four(read_source(write("x.npy.gz", gzip(images())) + "," + y));
  const std::string column = mat({{"t", 4, 1, {0, 1, 2, 1}, 2}}, true);
  expect_four(read_source(x + "," + write("t.mat", column)));
  const std::string words = npy("|S1", "(4,)", "xyzy");
  EXPECT_THAT(read_source(x + "," + write("w.npy", words)).class_names, ElementsAre("x", "y", "z"));
}

TEST_F(FilePair, idx_files_of_any_name_stay_a_pair) {
  const std::string x = write("images.data", idx(8, {4, 2, 2}, "abcdefghijklmnop"));
  const std::string y = write("labels.txt", idx(8, {4}, std::string("\0\1\2\1", 4)));
  expect_four(read_source(x + "," + y));
}

TEST_F(FilePair, one_of_several_arrays_is_chosen_by_its_name) {
  const std::string x = write("x.npz", zip({{"images.npy", images()}, {"ids.npy", labels()}}, false));
  const std::string y =
      write("y.npz", zip({{"fine.npy", labels()}, {"coarse.npy", npy("|u1", "(4,)", "aabb")}}, false));
  EXPECT_THAT(error_of(x + "," + y), HasSubstr("y.npz: expected one array of labels, found fine, coarse"));
  SourceOptions options;
  options.label_array = "fine";
  expect_four(read_source(x + "," + y, options));
  options.label_array = "find";
  EXPECT_THAT(error_of(x + "," + y, options), HasSubstr("did you mean 'fine'?"));
}

TEST_F(FilePair, files_that_do_not_belong_together_are_refused) {
  const std::string x = write("x.npz", zip({{"arr_0.npy", images()}}, false));
  const std::string few = write("few.npz", zip({{"arr_0.npy", npy("|u1", "(3,)", "abc")}}, false));
  EXPECT_THAT(error_of(x + "," + few), HasSubstr("features 4x2x2 but labels 3"));
  EXPECT_THAT(error_of(x + "," + write("y.csv", "0\n1\n2\n1\n")), HasSubstr("y.csv: expected a file of arrays"));
  EXPECT_THAT(error_of(x + "," + write("o.npy", npy("|O", "(4,)", "abcd"))), HasSubstr("Python objects"));
  EXPECT_THAT(error_of(x + ",none.npz"), HasSubstr("no such file"));
}

}  // namespace
}  // namespace gradus::test
