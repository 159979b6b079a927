// Files whose rows are a part of their own: data.valid_path and data.test_path.
// SPDX-License-Identifier: Apache-2.0
#include "data/text_fixtures.hpp"

namespace gradus::test {
namespace {

using testing::HasSubstr;

using Rows = std::vector<std::uint32_t>;

TEST(FurtherFile, becomes_the_validation_part_with_the_same_classes) {
  const TempDir folder;
  SourceOptions options;
  options.valid_path = write_bytes(folder / "valid.csv", "a,kind\n7,oak\n8,ash\n");
  const std::string train = write_bytes(folder / "train.csv", "a,kind\n1,ash\n2,oak\n3,oak\n");
  const Dataset dataset = read_source(train, options);
  EXPECT_EQ(dataset.train, (Rows{0, 1, 2}));
  EXPECT_EQ(dataset.valid, (Rows{3, 4}));
  EXPECT_EQ(dataset.test, Rows());
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{0, 1, 1, 1, 0}));
  EXPECT_EQ(features_of(dataset), (std::vector<double>{1, 2, 3, 7, 8}));
  EXPECT_NE(dataset.sha256, read_source(train).sha256);
  write_bytes(options.valid_path, "a,kind\n7,elm\n");
  EXPECT_THAT(error_of(train, options),
              HasSubstr("valid.csv: line 2: expected one of the classes ash, oak, found label 'elm'"));
  write_bytes(options.valid_path, "b,kind\n7,oak\n");
  EXPECT_THAT(error_of(train, options), HasSubstr("valid.csv: expected the column a, found a table without it"));
  options.valid_path = folder / "none.csv";
  EXPECT_THAT(error_of(train, options), HasSubstr("none.csv: expected a data file, found no such file"));
}

TEST(FurtherFile, both_parts_may_be_files) {
  const TempDir folder;
  SourceOptions options;
  options.valid_path = write_bytes(folder / "valid.csv", "a,y\n7,1.5\n");
  options.test_path = write_bytes(folder / "test.csv", "a,y\n8,2.5\n9,3.5\n");
  const Dataset dataset = read_source(write_bytes(folder / "train.csv", "a,y\n1,0.5\n2,0.25\n3,0.125\n"), options);
  EXPECT_EQ(dataset.valid, (Rows{3}));
  EXPECT_EQ(dataset.test, (Rows{4, 5}));
  EXPECT_EQ(features_of(dataset), (std::vector<double>{1, 2, 3, 7, 8, 9}));
  EXPECT_EQ(dataset.table.values(3, 0), 1.5);
}

TEST(FurtherFile, may_be_of_another_format_or_a_pair) {
  const TempDir folder;
  SourceOptions options;
  write_bytes(folder / "x", idx_images(3));
  write_bytes(folder / "y", idx_labels(3));
  options.valid_path = folder / "x" + "," + (folder / "y");
  const Dataset dataset =
      read_source(write_bytes(folder / "a.csv", "1,2,3,4,5,6,0\n1,2,3,4,5,6,1\n1,2,3,4,5,6,2\n"), options);
  EXPECT_EQ(dataset.valid.size(), 3U);
  EXPECT_EQ(feature(dataset, 4, 5), 11.0);
  options.valid_path = write_bytes(folder / "v.svm", "2 6:9\n");
  EXPECT_EQ(feature(read_source(folder / "a.csv", options), 3, 5), 9.0);
}

TEST(FurtherFile, beside_a_generator_is_refused) {
  SourceOptions options;
  options.valid_path = "v.csv";
  EXPECT_THAT(error_of("moons", options),
              HasSubstr("data.valid_path: expected a data file beside it, found the generator 'moons'"));
  options.valid_path = "";
  options.test_path = "t.csv";
  EXPECT_THAT(error_of("moons", options), HasSubstr("data.test_path: expected"));
}

TEST(FurtherFile, of_validation_rows_leaves_no_rows_to_split_off) {
  const TempDir folder;
  SourceOptions options;
  options.valid_path = write_bytes(folder / "valid.csv", "a,kind\n7,oak\n");
  Dataset dataset = read_source(write_bytes(folder / "train.csv", "a,kind\n1,ash\n2,oak\n3,oak\n4,ash\n"), options);
  split(dataset, {.valid = 0.5, .test = 0.25});
  EXPECT_EQ(dataset.valid, (Rows{4}));
  EXPECT_EQ(dataset.train.size(), 3U);
  EXPECT_EQ(dataset.test.size(), 1U);
}

}  // namespace
}  // namespace gradus::test
