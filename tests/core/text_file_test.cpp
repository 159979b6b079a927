// A file that is not there, one that cannot be read, and one that grows.
// SPDX-License-Identifier: Apache-2.0
#include "core/text_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradus/core/error.hpp"
#include "support/paths.hpp"

namespace gradus {
namespace {

TEST(TextFile, what_is_not_there_is_nothing_and_what_cannot_be_read_an_error) {
  const test::TempDir folder;
  EXPECT_EQ(read_text_if_there(folder / "none"), std::nullopt);
  EXPECT_EQ(read_text_if_there(folder / "none/none"), std::nullopt);
  EXPECT_EQ(read_text_if_there(folder / "."), std::nullopt);
  append_to_file(folder / "empty", "");
  EXPECT_EQ(read_text_if_there(folder / "empty"), "");
  // A regular file whose first page nobody can read, as on a disk that fails.
  try {
    read_text_if_there("/proc/self/mem");
    FAIL() << "read";
  } catch (const RunError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("/proc/self/mem: could not be read (Input/output error)"));
  }
}

TEST(TextFile, appended_text_follows_what_is_there) {
  const test::TempDir folder;
  const std::string piece(70'000, 'x');
  append_to_file(folder / "a", piece);
  append_to_file(folder / "a", "end");
  EXPECT_EQ(read_text_if_there(folder / "a"), piece + "end");
  EXPECT_THROW(append_to_file(folder / "no/a", "x"), RunError);
}

}  // namespace
}  // namespace gradus
