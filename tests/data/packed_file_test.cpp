// Packed files that are out of proportion, and the option that takes them all the same.
// SPDX-License-Identifier: Apache-2.0
#include "data/packed_file.hpp"

#include "data/text_fixtures.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using testing::HasSubstr;

// A table of `megabytes`, whose rows repeat: it packs to a hundredth or less.
std::string rows_of(std::size_t megabytes) {
  std::string text = "a,y\n";
  while (text.size() < megabytes << 20) text += "1,1\n2,0\n";
  return text;
}

TEST(PackedFile, what_unpacks_to_a_hundred_times_its_size_is_refused_by_default) {
  for (const bool is_zstd : {false, true}) {
    const std::string name = is_zstd ? "a.csv.zst" : "a.csv.gz";
    for (const std::size_t megabytes : {17UL, 18UL, 33UL}) {
      const std::string text = rows_of(megabytes);
      for (const bool says_size : {true, false}) {
        const std::string packed = is_zstd ? zstd(text, says_size) : gzip(text);
        ASSERT_LT(packed.size(), text.size() / 100);
        const std::string error = text_error(packed, {}, name);
        EXPECT_THAT(error, HasSubstr("unpacks to at most "));
        EXPECT_THAT(error, HasSubstr("data.max_bytes (--max-bytes)"));
        SourceOptions options;
        options.max_bytes = text.size();
        EXPECT_NO_THROW(read_text(packed, options, name));
        options.max_bytes = text.size() - 1;
        EXPECT_THAT(text_error(packed, options, name), HasSubstr("unpacks to at most "));
      }
    }
    // Small ones are nobody's bomb.
    const std::string text = rows_of(16).substr(0, (16 << 20) - 4);
    EXPECT_NO_THROW(read_text(is_zstd ? zstd(text) : gzip(text), {}, name));
  }
}

TEST(PackedFile, members_and_frames_together_must_keep_the_proportion) {
  const std::string part = rows_of(4).substr(0, 4 << 20);
  for (const int count : {5, 6, 9}) {
    std::string members;
    std::string frames;
    for (int i = 0; i < count; ++i) members += gzip(part);
    for (int i = 0; i < count; ++i) frames += zstd(part);
    EXPECT_THAT(text_error(members, {}, "a.csv.gz"), HasSubstr("unpacks to at most "));
    EXPECT_THAT(text_error(frames, {}, "a.csv.zst"), HasSubstr("unpacks to at most "));
  }
}

TEST(PackedFile, the_limit_by_default_is_a_proportion) {
  using data::spread_limit;
  using data::unpacked_limit;
  EXPECT_EQ(unpacked_limit(0, kDefaultMaxBytes), 16u << 20);
  EXPECT_EQ(unpacked_limit(1'000'000, kDefaultMaxBytes), 100'000'000u);
  EXPECT_EQ(unpacked_limit(kDefaultMaxBytes, kDefaultMaxBytes), kDefaultMaxBytes);
  EXPECT_EQ(unpacked_limit(~std::uint64_t{0}, kDefaultMaxBytes), kDefaultMaxBytes);
  EXPECT_EQ(spread_limit(10, kDefaultMaxBytes), 128u << 20);
  EXPECT_EQ(spread_limit(2 << 20, kDefaultMaxBytes), 200u << 20);
  for (const std::uint64_t stated : {std::uint64_t{1}, std::uint64_t{1000}, kDefaultMaxBytes + 1}) {
    EXPECT_EQ(unpacked_limit(10, stated), stated);
    EXPECT_EQ(spread_limit(10, stated), stated);
  }
}

TEST(PackedFile, arrays_of_zeros_in_a_small_archive_are_refused) {
  const TempDir folder;
  const std::string zeros(std::size_t{150} << 20, '\0');
  const std::string shape = "(" + std::to_string(zeros.size() / 10) + ", 10)";
  const std::string archive = zip({{"x.npy", npy("|u1", shape, zeros)}}, true);
  EXPECT_THAT(error_of(write_bytes(folder / "x.npz", archive)), HasSubstr("data.max_bytes (--max-bytes)"));
}

// 3 MB of sparse rows that would be gigabytes.
TEST(PackedFile, sparse_rows_that_are_out_of_proportion_are_refused) {
  const TempDir folder;
  for (const std::uint64_t columns : {20'000ULL, 1'000'000ULL, 4'000'000'000ULL}) {
    std::string text;
    for (int row = 0; row < 3000; ++row) text += "1 1:1 " + std::to_string(columns) + ":2\n0 2:1\n";
    EXPECT_THAT(error_of(write_bytes(folder / "x.libsvm", text)), HasSubstr("data.max_bytes (--max-bytes)")) << columns;
  }
}

TEST(Classes, more_than_the_limit_are_refused_in_a_sentence) {
  for (const std::size_t count : {1001UL, 1500UL, 12000UL}) {
    for (const char* prefix : {"id", "x ", "\xc3\xa9"}) {
      std::string text;
      for (std::size_t i = 0; i < count; ++i) text += std::to_string(i % 7) + "," + prefix + std::to_string(i) + "\n";
      const std::string error = text_error(text, {}, "a.csv");
      EXPECT_THAT(error, HasSubstr("at most 1000 classes, found " + std::to_string(count)));
      EXPECT_THAT(error, HasSubstr("set data.max_classes"));
      SourceOptions options;
      options.max_classes = count;
      EXPECT_NO_THROW(read_text(text, options, "a.csv"));
    }
  }
  std::string text;
  for (int i = 0; i < 3000; ++i) text += std::to_string(i % 7) + ",id" + std::to_string(i % 1000) + "\n";
  EXPECT_NO_THROW(read_text(text, {}, "a.csv"));
}

}  // namespace
}  // namespace gradus::test
