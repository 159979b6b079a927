// SPDX-License-Identifier: Apache-2.0
#include "data/inflate.hpp"

#include "data/text_fixtures.hpp"

namespace gradus::test {
namespace {

using testing::HasSubstr;

std::string gzip_error(const std::string& packed, const SourceOptions& options = {}) {
  return text_error(packed, options, "a.csv.gz");
}

Dataset read_gzip(const std::string& packed) {
  return read_text(packed, {}, "a.csv.gz");
}

TEST(Inflate, members_are_joined) {
  const std::vector<double> expected{1, 3, 5};
  EXPECT_EQ(features_of(read_gzip(gzip("a,y\n1,0\n") + gzip("3,1\n5,0\n"))), expected);
  EXPECT_EQ(features_of(read_gzip(gzip("a,y\n1,") + gzip("0\n3,1\n") + gzip("5,0\n"))), expected);
  EXPECT_EQ(features_of(read_gzip(gzip("a,y\n1,0\n3,1\n5,0\n") + gzip(""))), expected);
  EXPECT_EQ(features_of(read_gzip(gzip("") + gzip("a,y\n1,0\n3,1\n5,0\n", "name.csv"))), expected);
  std::string rows;
  for (int i = 0; i < 20000; ++i) rows += "1,0\n2,1\n";
  EXPECT_EQ(read_gzip(gzip("a,y\n" + rows) + gzip(rows) + gzip("1,0\n")).table.rows(), 80001U);
}

TEST(Inflate, damaged_members_and_other_bytes_are_refused) {
  const std::string first = gzip("a,y\n1,0\n");
  const std::string second = gzip("3,1\n5,0\n");
  EXPECT_THAT(gzip_error(first + second + "more"), HasSubstr("4 more bytes"));
  EXPECT_THAT(gzip_error(first + "more" + second), HasSubstr("more bytes"));
  for (std::size_t length = first.size() + 2; length < first.size() + second.size(); ++length) {
    EXPECT_THAT(gzip_error((first + second).substr(0, length)), HasSubstr("a complete compressed stream")) << length;
  }
  std::string changed = first + second;
  changed[changed.size() - 6] ^= 1;  // the checksum of the second
  EXPECT_THAT(gzip_error(changed), HasSubstr("damaged data"));
}

TEST(Inflate, members_together_must_keep_the_limit) {
  SourceOptions options;
  options.max_bytes = 1000;
  std::string packed;
  for (int i = 0; i < 8; ++i) packed += gzip(std::string(199, '1') + "\n");
  EXPECT_THAT(gzip_error(packed, options), HasSubstr("unpacks to at most 1000 bytes"));
}

}  // namespace
}  // namespace gradus::test
