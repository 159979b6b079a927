// SPDX-License-Identifier: Apache-2.0
#include "data/leaks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradus/data/source.hpp"
#include "support/paths.hpp"
#include "support/process.hpp"

namespace gradus::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// 40 rows of `head`, each made by `row`.
template <class Row>
std::vector<std::string> leaks_of(const std::string& head, const Row& row, const SourceOptions& options = {}) {
  const TempDir folder;
  std::string text = head + "\n";
  for (int r = 0; r < 40; ++r) text += row(r) + "\n";
  write_whole_file(folder / "d.csv", text);
  std::vector<std::string> notes;
  data::note_leaks(read_source(folder / "d.csv", options), notes);
  return notes;
}

TEST(Leaks, words_and_numbers_that_stand_for_the_classes_are_noted) {
  const std::string x = "0.5,";
  EXPECT_THAT(leaks_of("x,code,y", [&](int r) { return x + (r % 2 ? "1,yes" : "0,no"); }),
              ElementsAre(HasSubstr("'code'")));
  EXPECT_THAT(leaks_of("x,word,y", [&](int r) { return x + (r % 3 ? "a,1" : "b,0"); }),
              ElementsAre(HasSubstr("'word'")));
  EXPECT_THAT(leaks_of("x,copy,y", [&](int r) { return x + std::to_string(r % 4) + "," + std::to_string(r % 4); }),
              ElementsAre(HasSubstr("'copy' repeats the label in 100%")));
  // One row in 40 is otherwise, or missing.
  EXPECT_THAT(leaks_of("x,w,y", [&](int r) { return x + (r == 7  ? "a,no"
                                                         : r % 2 ? "a,yes"
                                                                 : "b,no"); }),
              ElementsAre(HasSubstr("97%")));
  EXPECT_THAT(leaks_of("x,w,y", [&](int r) { return x + (r == 7  ? ",yes"
                                                         : r % 2 ? "a,yes"
                                                                 : "b,no"); }),
              ElementsAre(HasSubstr("97%")));
}

TEST(Leaks, quantities_in_a_column_of_their_own_are_noted) {
  SourceOptions options;
  options.task = "regression";
  const auto same = [](int r) {
    return std::to_string(r) + "," + std::to_string(100.5 + 3 * r) + "," + std::to_string(100.5 + 3 * r);
  };
  EXPECT_THAT(leaks_of("x,twin,y", same, options), ElementsAre(HasSubstr("'twin'")));
}

TEST(Leaks, what_only_tells_something_is_not_noted) {
  const auto good = [](int r) {
    return std::to_string(r % 5) + (r % 2 ? ",a," : ",b,") + (r % 2 == 0 || r % 8 == 1 ? "no" : "yes");
  };
  EXPECT_THAT(leaks_of("x,w,y", good), IsEmpty());
  // The rows' numbers determine the class, but not the other way round.
  EXPECT_THAT(leaks_of("id,y", [](int r) { return std::to_string(r) + (r % 2 ? ",yes" : ",no"); }), IsEmpty());
  EXPECT_THAT(leaks_of("w,y",
                       [](int r) {
                         return std::string(r % 4 == 0 ? "a,no" : r % 4 == 1 ? "b,yes" : r % 4 == 2 ? "c,no" : "d,yes");
                       }),
              IsEmpty());
  SourceOptions options;
  options.task = "regression";
  EXPECT_THAT(leaks_of(
                  "x,y", [](int r) { return std::to_string(r) + "," + std::to_string(2 * r + 1); }, options),
              IsEmpty());
}

}  // namespace
}  // namespace gradus::test
