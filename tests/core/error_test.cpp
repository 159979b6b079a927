// SPDX-License-Identifier: Apache-2.0
#include "gradus/core/error.hpp"

#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(Error, sentence_joins_the_parts_that_are_there) {
  EXPECT_EQ(error_sentence({"a.idx: offset 4", "60000 labels", "59999", "check the download"}),
            "a.idx: offset 4: expected 60000 labels, found 59999; check the download");
  EXPECT_EQ(error_sentence({"a.idx", "", "no such file", ""}), "a.idx: found no such file");
  EXPECT_EQ(error_sentence({"", "a number", "", "try 3"}), "expected a number; try 3");
}

}  // namespace
}  // namespace gradus
