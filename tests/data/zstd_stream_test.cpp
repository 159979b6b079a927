// SPDX-License-Identifier: Apache-2.0
#include "data/zstd_stream.hpp"

#include <filesystem>

#include "data/text_fixtures.hpp"

namespace gradus::test {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

const std::string kPackedTable = "a,y\n1,0\n3,1\n5,0\n";
const std::vector<double> kFeatures = {1, 3, 5};

Dataset read_zstd(const std::string& packed, const std::string& name = "a.csv.zst", const SourceOptions& options = {}) {
  return read_text(packed, options, name);
}

std::string zstd_error(const std::string& packed, const SourceOptions& options = {}) {
  return text_error(packed, options, "a.csv.zst");
}

TEST(Zstd, is_known_by_its_first_bytes_or_its_name) {
  for (const char* name : {"a.csv.zst", "a.csv", "a.zst", "a", "a.txt.zst"}) {
    EXPECT_EQ(features_of(read_zstd(zstd(kPackedTable), name)), kFeatures) << name;
    EXPECT_EQ(features_of(read_zstd(zstd(kPackedTable, false), name)), kFeatures) << name;
  }
  EXPECT_THAT(zstd_error(kPackedTable), HasSubstr("a.csv.zst: offset 0: expected zstd data, found other bytes"));
  EXPECT_THAT(zstd_error(""), HasSubstr("expected zstd data"));
}

TEST(Zstd, every_format_may_be_packed) {
  EXPECT_EQ(features_of(read_zstd(zstd("1 1:2\n0 2:3\n"), "a.svm.zst")), (std::vector<double>{2, 0, 0, 3}));
  EXPECT_EQ(read_zstd(zstd("1 1:2\n0 2:3\n"), "a9a.zst").num_features(), 2U);
  const std::string values = double_bytes(1) + double_bytes(0) + double_bytes(2) + double_bytes(1);
  EXPECT_EQ(features_of(read_zstd(zstd(npy("<f8", "(2, 2)", values)), "a.npy.zst")), (std::vector<double>{1, 2}));
  EXPECT_EQ(read_zstd(zstd(pickle_of_parts()), "a.pkl.zst").train.size(), 2U);
  const TempDir folder;
  for (const char* part : {"train", "t10k"}) {
    write_bytes(folder / part + "-images-idx3-ubyte.zst", zstd(idx_images(6)));
    write_bytes(folder / part + "-labels-idx1-ubyte.zst", zstd(idx_labels(6)));
  }
  EXPECT_EQ(read_source(folder.path().string()).test.size(), 6U);
  EXPECT_EQ(read_source(folder / "train-images-idx3-ubyte.zst").train.size(), 6U);
  // Nothing is unpacked twice.
  EXPECT_THAT(zstd_error(zstd(zstd(kPackedTable))), HasSubstr("a.csv.zst"));
}

TEST(Zstd, frames_are_joined) {
  const std::string skipped = integer_bytes(0x184d2a53, 4) + integer_bytes(5, 4) + "hello";
  EXPECT_EQ(features_of(read_zstd(zstd("a,y\n1,0\n") + zstd("3,1\n5,0\n"))), kFeatures);
  EXPECT_EQ(features_of(read_zstd(zstd("a,y\n1,", false) + zstd("0\n3,1\n") + zstd("5,0\n", false))), kFeatures);
  EXPECT_EQ(features_of(read_zstd(zstd("") + zstd(kPackedTable) + zstd(""))), kFeatures);
  EXPECT_EQ(features_of(read_zstd(skipped + zstd(kPackedTable) + skipped)), kFeatures);
  std::string rows;
  for (int i = 0; i < 20000; ++i) rows += "1,0\n2,1\n";
  EXPECT_EQ(read_zstd(zstd("a,y\n" + rows) + zstd(rows, false) + zstd("1,0\n")).table.rows(), 80001U);
}

TEST(Zstd, damaged_frames_and_other_bytes_are_refused) {
  const std::string first = zstd("a,y\n1,0\n");
  const std::string second = zstd("3,1\n5,0\n");
  EXPECT_THAT(zstd_error(first + second + "more"), HasSubstr("expected the end of the zstd data, found 4 more bytes"));
  EXPECT_THAT(zstd_error(first + "more" + second), HasSubstr("more bytes"));
  for (std::size_t length = first.size() + 4; length < first.size() + second.size(); ++length) {
    EXPECT_THAT(zstd_error((first + second).substr(0, length)),
                HasSubstr("expected a complete zstd stream, found the end of the file"))
        << length;
  }
  std::string changed = first + second;
  changed[changed.size() - 2] ^= 1;  // the checksum of the second
  EXPECT_THAT(zstd_error(changed), HasSubstr("damaged data"));
}

TEST(Zstd, size_is_checked_before_memory_is_taken) {
  SourceOptions options;
  options.max_bytes = 1000;
  std::string packed;
  for (int i = 0; i < 8; ++i) packed += zstd(std::string(197, '1') + ",1\n", i % 2 == 0);
  EXPECT_THAT(zstd_error(packed, options), HasSubstr("unpacks to at most 1000 bytes"));
  options.max_bytes = 1600;
  EXPECT_EQ(read_zstd(packed, "a.csv.zst", options).table.rows(), 8U);
  for (const bool says_size : {true, false}) {
    const std::string bomb = zstd(std::string(std::size_t{64} << 20, '0'), says_size);
    ASSERT_LT(bomb.size(), 10000U);
    options.max_bytes = 1 << 20;
    EXPECT_THAT(zstd_error(bomb, options), HasSubstr("bomb?"));
  }
  // A size in the header that is not true.
  std::string lying = zstd(kPackedTable);
  const std::size_t at = 5;  // a single segment has its size, one byte, behind magic and descriptor
  ASSERT_EQ(lying[at], static_cast<char>(kPackedTable.size()));
  for (const int size : {1, 15, 200}) {
    lying[at] = static_cast<char>(size);
    EXPECT_THAT(zstd_error(lying), HasSubstr("expected a complete zstd stream")) << size;
  }
}

TEST(Zstd, every_cut_and_changed_bytes_are_survived) {
  check_hostile_variants("a.csv.zst", zstd(kPackedTable));
  // Cut between two frames it is a good file; here the first one has nothing but names.
  check_hostile_variants("a.csv.zst", zstd("a,y\n", false) + zstd("3,0\n7,1\n"), 1000);
}

}  // namespace
}  // namespace gradus::test
