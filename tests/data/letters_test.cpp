// Folders of IDX files that are no digits: EMNIST's letters under MNIST's names and under their own.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "data/fixtures.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A folder with pictures of 1 x 2 for these labels.
class Letters : public testing::Test {
 protected:
  void write_part(const std::string& stem, const std::vector<int>& labels) {
    std::string values;
    for (const int label : labels) values += static_cast<char>(label);
    const auto count = static_cast<std::uint32_t>(labels.size());
    write_bytes(folder_ / (stem + "-images-idx3-ubyte"), idx(8, {count, 1, 2}, std::string(2 * labels.size(), 'p')));
    write_bytes(folder_ / (stem + "-labels-idx1-ubyte"), idx(8, {count}, values));
  }
  static std::vector<int> letters(int last, int times) {
    std::vector<int> labels;
    for (int i = 0; i < times; ++i) {
      for (int letter = 1; letter <= last; ++letter) labels.push_back(letter);
    }
    return labels;
  }
  std::string path() { return folder_.path().string(); }

 private:
  TempDir folder_;
};

TEST_F(Letters, folder_of_letters_has_the_classes_that_occur) {
  write_part("train", letters(26, 2));
  write_part("t10k", letters(26, 1));
  const Dataset dataset = read_source(path());
  ASSERT_EQ(dataset.class_names.size(), 26U);
  EXPECT_EQ(dataset.class_names.front(), "1");
  EXPECT_EQ(dataset.class_names.back(), "26");
  EXPECT_EQ(dataset.test.size(), 26U);
  EXPECT_THAT(dataset.notes, ElementsAre(HasSubstr("labels beyond 9")));
  // As a pair of files the same.
  const std::string stem = path() + "/train-";
  EXPECT_EQ(read_source(stem + "images-idx3-ubyte," + stem + "labels-idx1-ubyte").class_names, dataset.class_names);
}

TEST_F(Letters, balanced_and_few_letters_are_classes_too) {
  std::vector<int> balanced = letters(46, 3);
  balanced.push_back(0);
  write_part("train", balanced);
  EXPECT_EQ(read_source(path()).class_names.size(), 47U);
  write_part("train", letters(10, 3));  // a to j
  EXPECT_EQ(read_source(path()).class_names.size(), 10U);
}

TEST_F(Letters, digits_stay_ten_classes_and_a_wrong_label_an_error) {
  write_part("train", {1, 2, 3, 9});
  const Dataset digits = read_source(path());
  EXPECT_EQ(digits.class_names.size(), 10U);
  EXPECT_THAT(digits.notes, IsEmpty());
  write_part("train", {0, 1, 2, 10});
  EXPECT_THAT(error_of(path()), HasSubstr("label 10"));
  std::vector<int> rare(100, 1);
  rare[7] = 12;
  rare[8] = 11;
  write_part("train", rare);
  EXPECT_THAT(error_of(path()), HasSubstr("row 7 (from 0): expected one of the classes 0, 1"));
}

TEST_F(Letters, folder_with_one_set_of_its_own_names_is_read) {
  write_part("emnist-letters-train", letters(26, 1));
  write_part("emnist-letters-test", letters(26, 1));
  const Dataset dataset = read_source(path());
  EXPECT_EQ(dataset.class_names.size(), 26U);
  EXPECT_EQ(dataset.test.size(), 26U);
  // Two sets are no choice.
  write_part("emnist-digits-train", {0, 1});
  EXPECT_THAT(error_of(path()), HasSubstr("expected train-images-idx3-ubyte"));
}

}  // namespace
}  // namespace gradus::test
