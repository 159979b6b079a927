// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "data/fixtures.hpp"
#include "gradus/core/error.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using testing::HasSubstr;

/// A folder with MNIST's file names; what is passed replaces the good content.
struct IdxFolder {
  TempDir folder;
  std::string images = idx_images(6);
  std::string labels = idx_labels(6);
  std::string write(bool packed = false, char separator = '-') {
    const std::string ending = packed ? ".gz" : "";
    const auto put = [&](const std::string& stem, const std::string& content) {
      write_bytes(folder / (stem + separator + (stem.ends_with("images") ? "idx3" : "idx1") + "-ubyte" + ending),
                  packed ? gzip(content, stem) : content);
    };
    put("train-images", images);
    put("train-labels", labels);
    put("t10k-images", idx_images(3));
    put("t10k-labels", idx_labels(3));
    return folder.path().string();
  }
};

TEST(Idx, folder_of_four_files_is_read_plain_and_packed_with_either_separator) {
  for (const bool packed : {false, true}) {
    for (const char separator : {'-', '.'}) {
      IdxFolder files;
      const Dataset dataset = read_source(files.write(packed, separator));
      EXPECT_EQ(dataset.train.size(), 6u);
      EXPECT_EQ(dataset.test.size(), 3u);
      EXPECT_EQ(dataset.num_outputs(), 10u);
      EXPECT_EQ(dataset.image, (ImageShape{2, 3}));
      const auto& pixels = std::get<Matrix<std::uint8_t>>(dataset.table.features);
      EXPECT_EQ(pixels(1, 2), 8);
      EXPECT_EQ(pixels(6, 5), 5);
      EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{0, 1, 2, 0, 1, 2, 0, 1, 2}));
      EXPECT_EQ(default_divisor(dataset), 255.0);
      EXPECT_EQ(dataset.sha256.size(), 64u);
    }
  }
}

TEST(Idx, pair_and_single_image_file_find_their_labels) {
  const TempDir folder;
  write_bytes(folder / "a-images-idx3-ubyte", idx_images(4));
  write_bytes(folder / "a-labels-idx1-ubyte", idx_labels(4));
  EXPECT_EQ(read_source(folder / "a-images-idx3-ubyte").num_outputs(), 3u);
  EXPECT_EQ(read_source(folder / "a-images-idx3-ubyte," + (folder / "a-labels-idx1-ubyte")).train.size(), 4u);
  write_bytes(folder / "b.idx", idx_images(4));
  EXPECT_THAT(error_of(folder / "b.idx"), HasSubstr("file of labels"));
  SourceOptions no_labels;
  no_labels.label = "none";
  EXPECT_TRUE(read_source(folder / "b.idx", no_labels).table.labels.empty());
}

TEST(Idx, big_endian_element_types_are_converted) {
  const TempDir folder;
  write_bytes(folder / "f-images-idx3-ubyte", idx(0x0D, {2, 2},
                                                  float_bytes(1.5f, true) + float_bytes(-2.0f, true) +
                                                      float_bytes(0.25f, true) + float_bytes(3.0f, true)));
  write_bytes(folder / "f-labels-idx1-ubyte", idx(8, {2}, std::string("\0\1", 2)));
  const Dataset dataset = read_source(folder / "f-images-idx3-ubyte");
  EXPECT_EQ(std::get<Matrix<float>>(dataset.table.features)(0, 1), -2.0f);
}

TEST(Idx, every_cut_and_thousands_of_changed_bytes_are_survived) {
  for (const bool packed : {false, true}) {
    IdxFolder files;
    const std::string good = files.images;
    const std::string path = files.write(packed);
    const std::string target = files.folder / (std::string("train-images-idx3-ubyte") + (packed ? ".gz" : ""));
    const std::string content = packed ? gzip(good, "train-images") : good;
    for (std::size_t length = 0; length < content.size(); ++length) {
      write_bytes(target, content.substr(0, length));
      EXPECT_THROW(read_source(path), InputError) << length;
    }
    for (std::size_t at = 0; at < content.size(); ++at) {
      for (const int change : {1, 0x80, 0xff, 0x10}) {
        std::string changed = content;
        changed[at] = static_cast<char>(changed[at] ^ change);
        write_bytes(target, changed);
        try {
          read_source(path);
        } catch (const Error&) {
        }
      }
    }
  }
}

TEST(Idx, wrong_magic_is_named_with_its_offset) {
  IdxFolder files;
  files.images[2] = 0x55;
  EXPECT_THAT(error_of(files.write()), HasSubstr("offset 0: expected an IDX magic number"));
}

TEST(Idx, counts_that_differ_are_reported_with_both_numbers) {
  IdxFolder files;
  files.labels = idx_labels(5);
  const std::string error = error_of(files.write());
  EXPECT_THAT(error, HasSubstr("expected 6 labels"));
  EXPECT_THAT(error, HasSubstr("found 5"));
}

TEST(Idx, label_beyond_the_ten_digits_is_out_of_range) {
  IdxFolder files;
  files.labels.back() = 10;
  EXPECT_THAT(error_of(files.write()), HasSubstr("row 5 (from 0): expected one of the classes 0, 1, 2"));
}

TEST(Idx, bytes_after_the_values_are_refused) {
  IdxFolder files;
  files.images += "x";
  EXPECT_THAT(error_of(files.write()), HasSubstr("1 more bytes"));
  EXPECT_THAT(error_of(files.write(true)), HasSubstr("1 more bytes"));
}

TEST(Idx, shape_that_overflows_takes_no_memory) {
  IdxFolder files;
  files.images = idx(8, {0xffffffff, 0xffffffff, 0xffffffff}, "abc");
  EXPECT_THAT(error_of(files.write()), HasSubstr("overflows"));
  EXPECT_THAT(error_of(files.write(true)), HasSubstr("overflows"));
}

TEST(Gzip, cut_trailing_and_bomb_are_refused) {
  const TempDir folder;
  const std::string text = "1 2 0\n3 4 1\n5 6 0\n";
  const std::string packed = gzip(text, "a name");
  EXPECT_EQ(read_source(write_bytes(folder / "a.txt.gz", packed)).train.size(), 3u);
  EXPECT_THAT(error_of(write_bytes(folder / "b.txt.gz", packed + "more")), HasSubstr("4 more bytes"));
  EXPECT_THAT(error_of(write_bytes(folder / "c.txt.gz", packed.substr(0, packed.size() - 5))), HasSubstr("offset"));
  SourceOptions options;
  options.max_bytes = 1 << 20;
  const std::string bomb = gzip(std::string(std::size_t{200} << 20, '0'));
  EXPECT_THAT(error_of(write_bytes(folder / "d.csv.gz", bomb), options), HasSubstr("decompression bomb"));
  IdxFolder files;
  files.images = idx_images(6) + std::string(std::size_t{200} << 20, '\0');
  EXPECT_THAT(error_of(files.write(true)), HasSubstr("decompression bomb"));
  // A trailer that lies about the size changes nothing.
  std::string lying = bomb;
  lying.replace(lying.size() - 4, 4, integer_bytes(100, 4));
  EXPECT_THAT(error_of(write_bytes(folder / "e.csv.gz", lying), options), HasSubstr("decompression bomb"));
}

TEST(Gzip, every_cut_and_thousands_of_changed_bytes_are_survived) {
  check_hostile_variants("a.csv.gz", gzip("a,b,label\n1.5,2,x\n3,4,y\n5,6.25,x\n", "name.csv"), 5000);
}

}  // namespace
}  // namespace gradus::test
