// Which array of a file is what: usual names, names that the user gives, positions, and arrays that nobody needs.
// SPDX-License-Identifier: Apache-2.0
#include "data/array_roles.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/fixtures.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Members = std::vector<std::pair<std::string, std::string>>;
using Rows = std::vector<std::uint32_t>;

/// `rows` bytes of class labels 0, 1, 0, ... as a column.
std::string labels(std::size_t rows, const std::string& shape) {
  std::string values;
  for (std::size_t r = 0; r < rows; ++r) values += static_cast<char>(r % 2);
  return npy("|u1", shape, values);
}

std::string labels(std::size_t rows) {
  return labels(rows, "(" + std::to_string(rows) + ",)");
}

/// `rows` x 3 bytes that count from `first`.
std::string table(std::size_t rows, char first = 1) {
  std::string values;
  for (std::size_t i = 0; i < 3 * rows; ++i) values += static_cast<char>(first + static_cast<char>(i));
  return npy("|u1", "(" + std::to_string(rows) + ", 3)", values);
}

Members named(const Members& members) {
  Members files;
  for (const auto& [name, content] : members) files.emplace_back(name + ".npy", content);
  return files;
}

class ArrayRoles : public testing::Test {
 protected:
  Dataset read(const Members& members, const SourceOptions& options = {}) {
    return read_source(write_bytes(folder_ / "d.npz", zip(named(members), false)), options);
  }
  std::string error(const Members& members, const SourceOptions& options = {}) {
    return error_of(write_bytes(folder_ / "d.npz", zip(named(members), false)), options);
  }

 private:
  TempDir folder_;
};

// MedMNIST's files: three parts, labels N x 1.
TEST_F(ArrayRoles, three_parts_of_images_and_labels_are_found) {
  const auto images = [](const std::string& count, std::size_t size) {
    return npy("|u1", "(" + count + ", 2, 2)", std::string(size, 'p'));
  };
  const Dataset dataset = read({{"train_images", images("4", 16)},
                                {"train_labels", labels(4, "(4, 1)")},
                                {"val_images", images("2", 8)},
                                {"val_labels", labels(2, "(2, 1)")},
                                {"test_images", images("3", 12)},
                                {"test_labels", labels(3, "(3, 1)")}});
  EXPECT_EQ(dataset.train.size(), 4U);
  EXPECT_EQ(dataset.valid, (Rows{4, 5}));
  EXPECT_EQ(dataset.test, (Rows{6, 7, 8}));
  EXPECT_EQ(dataset.image, (ImageShape{2, 2}));
  EXPECT_THAT(dataset.notes, IsEmpty());
}

TEST_F(ArrayRoles, names_of_every_usual_form_are_understood) {
  for (const auto& [x, y] : Members{{"X", "label"},
                                    {"data", "label"},
                                    {"inputs", "targets"},
                                    {"train_data", "train_labels"},
                                    {"imagesTrain", "classesTrain"},
                                    {"Xtr", "ytr"},
                                    {"features", "class"}}) {
    const Dataset dataset = read({{x, table(4)}, {y, labels(4)}});
    EXPECT_EQ(dataset.num_features(), 3U) << x;
    EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{0, 1, 0, 1})) << x;
  }
  const Dataset parts = read({{"test_data", table(2)},
                              {"test_labels", labels(2)},
                              {"dev_data", table(3)},
                              {"dev_labels", labels(3)},
                              {"train_data", table(4)},
                              {"train_labels", labels(4)}});
  EXPECT_EQ(parts.train.size(), 4U);
  EXPECT_EQ(parts.valid.size(), 3U);
  EXPECT_EQ(parts.test.size(), 2U);
}

// What a file of several pairs always meant, it goes on meaning.
TEST_F(ArrayRoles, pairs_that_were_found_before_come_first) {
  const Dataset dataset =
      read({{"data", table(2)}, {"labels", labels(2)}, {"x", table(4)}, {"y", labels(4)}, {"target", labels(2)}});
  EXPECT_EQ(dataset.table.rows(), 4U);
  EXPECT_THAT(dataset.notes, ElementsAre(HasSubstr("data, labels, target are left out")));
}

TEST_F(ArrayRoles, arrays_that_nobody_needs_may_be_of_any_type) {
  const std::string objects = npy("|O", "(4,)", "a pickle");
  const std::string names = npy("<U1", "(3,)", std::string("a\0\0\0b\0\0\0c\0\0\0", 12));
  const std::string times = npy("<M8[ns]", "(4,)", std::string(32, '\0'));
  const Dataset dataset =
      read({{"X", table(4)}, {"y", labels(4)}, {"feature_names", names}, {"meta", objects}, {"when", times}});
  EXPECT_EQ(dataset.table.rows(), 4U);
  EXPECT_THAT(dataset.notes, ElementsAre(HasSubstr("feature_names, meta, when are left out")));
}

TEST_F(ArrayRoles, target_that_cannot_be_read_is_an_error_and_no_other_one_is_taken) {
  const std::string objects = npy("|O", "(4,)", "a pickle");
  EXPECT_THAT(error({{"X", table(4)}, {"y", objects}}), HasSubstr("d.npz: y.npy"));
  EXPECT_THAT(error({{"X", table(4)}, {"y", objects}}), HasSubstr("astype(str)"));
  EXPECT_THAT(error({{"X", table(4)}, {"species", objects}}), HasSubstr("found X, species"));
  EXPECT_THAT(error({{"X", npy("<c8", "(4, 1)", std::string(32, '\0'))}, {"y", labels(4)}}), HasSubstr("'<c8'"));
  EXPECT_THAT(error({{"X", table(4)}, {"y", npy("|u1", "(0,)", "")}}), HasSubstr("empty array"));
}

TEST_F(ArrayRoles, positions_of_savez_are_features_and_labels) {
  const Dataset dataset = read({{"arr_0", table(4)}, {"arr_1", labels(4)}});
  EXPECT_EQ(dataset.num_features(), 3U);
  EXPECT_THAT(dataset.notes, ElementsAre(HasSubstr("arr_0 is taken as features, arr_1 as labels")));
  const Dataset swapped = read({{"arr_0", labels(4)}, {"arr_1", table(4)}});
  EXPECT_EQ(swapped.num_features(), 3U);
  EXPECT_THAT(swapped.notes, ElementsAre(HasSubstr("arr_1 is taken as features")));
  EXPECT_THAT(error({{"arr_0", table(4)}, {"arr_1", table(4)}, {"arr_2", labels(4)}}),
              HasSubstr("found arr_0, arr_1, arr_2"));
}

TEST_F(ArrayRoles, names_that_the_user_gives_decide) {
  SourceOptions options;
  options.feature_array = "spectra";
  options.label_array = "phase";
  const Members members{{"x", table(2)}, {"y", labels(2)}, {"spectra", table(4)}, {"phase", labels(4)}};
  EXPECT_EQ(read(members, options).table.rows(), 4U);
  options.label_array = "phases";
  EXPECT_THAT(error(members, options), HasSubstr("did you mean 'phase'?"));
  options.feature_array.clear();
  EXPECT_THAT(error(members, options), HasSubstr("data.feature_array"));
  options.feature_array = "spectra";
  options.label_array.clear();
  options.label = "0";
  const Dataset table_alone = read(members, options);
  EXPECT_EQ(table_alone.num_features(), 2U);
  EXPECT_EQ(table_alone.class_names.front(), "1");
}

TEST_F(ArrayRoles, given_names_of_the_training_part_name_the_others) {
  SourceOptions options;
  options.feature_array = "spectra_train";
  options.label_array = "phase_train";
  const Dataset dataset = read({{"spectra_train", table(4)},
                                {"phase_train", labels(4)},
                                {"spectra_val", table(2)},
                                {"phase_val", labels(2)},
                                {"spectra_test", table(3)}},
                               options);
  EXPECT_EQ(dataset.valid.size(), 2U);
  EXPECT_EQ(dataset.test.size(), 0U);
  EXPECT_THAT(dataset.notes, ElementsAre(HasSubstr("spectra_test is left out")));
}

TEST_F(ArrayRoles, two_arrays_that_could_be_the_labels_are_no_choice) {
  EXPECT_THAT(error({{"X", table(4)}, {"label", labels(4)}, {"target", labels(4)}}), HasSubstr("data.label_array"));
}

TEST_F(ArrayRoles, a_table_beside_names_of_its_columns_is_read_as_one) {
  const std::string names = npy("|S1", "(3,)", "abc");
  const Dataset dataset = read({{"values", table(4)}, {"columns", names}});
  EXPECT_EQ(dataset.num_features(), 2U);
  EXPECT_THAT(dataset.notes, ElementsAre(HasSubstr("columns is left out")));
  // As many texts as samples could be the labels.
  EXPECT_THAT(error({{"values", table(3)}, {"columns", names}}), HasSubstr("found values, columns"));
}

TEST_F(ArrayRoles, features_without_labels_say_that_a_column_becomes_the_label) {
  EXPECT_THAT(read({{"X", table(4)}}).notes, ElementsAre(HasSubstr("X is read as a table whose last column")));
  EXPECT_THAT(read({{"data", table(4)}}).notes, IsEmpty());
  SourceOptions options;
  options.label = "0";
  EXPECT_THAT(read({{"X", table(4)}}, options).notes, IsEmpty());
}

TEST_F(ArrayRoles, features_alone_are_enough_to_predict) {
  SourceOptions options;
  options.label = "none";
  EXPECT_EQ(read({{"X_test", table(4)}, {"ids", labels(4)}}, options).num_features(), 3U);
}

}  // namespace
}  // namespace gradus::test
