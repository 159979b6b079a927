// SPDX-License-Identifier: Apache-2.0
#include "data/file_bytes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "data/text_fixtures.hpp"

namespace gradus::test {
namespace {

using testing::HasSubstr;

/// Writes `content` into the pipe `path` and closes it.
std::thread write_into(const std::string& path, const std::string& content) {
  return std::thread([path, content] { write_bytes(path, content); });
}

TEST(FileBytes, pipe_is_read_to_its_end_and_again) {
  const TempDir folder;
  const std::string path = folder / "pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::string content = "a,y\n";
  for (int i = 0; i < 50000; ++i) content += "1.5,0\n2.5,1\n";  // more than a pipe holds
  std::thread writer = write_into(path, content);
  const Dataset dataset = read_source(path);
  writer.join();
  EXPECT_EQ(dataset.table.rows(), 100000U);
  EXPECT_EQ(read_source(path).sha256, dataset.sha256);
}

TEST(FileBytes, pipe_may_be_compressed_or_hold_arrays) {
  const TempDir folder;
  for (const auto& [name, content] :
       {std::pair<std::string, std::string>{"gz", gzip("a,y\n1,0\n2,1\n")},
        {"npy", npy("<f8", "(2, 2)", double_bytes(1) + double_bytes(0) + double_bytes(2) + double_bytes(1))}}) {
    ASSERT_EQ(mkfifo((folder / name).c_str(), 0600), 0);
    std::thread writer = write_into(folder / name, content);
    EXPECT_EQ(features_of(read_source(folder / name)), (std::vector<double>{1, 2})) << name;
    writer.join();
  }
}

TEST(FileBytes, empty_and_too_long_pipes_are_refused) {
  const TempDir folder;
  for (const char* name : {"empty", "long"}) ASSERT_EQ(mkfifo((folder / name).c_str(), 0600), 0);
  std::thread writer = write_into(folder / "empty", "");
  EXPECT_THAT(error_of(folder / "empty"), HasSubstr("an empty file"));
  writer.join();
  SourceOptions options;
  options.max_bytes = 10;
  writer = write_into(folder / "long", "1,2,0\n3,4,1\n");
  EXPECT_THAT(error_of(folder / "long", options), HasSubstr("at most 10 bytes"));
  writer.join();
}

TEST(FileBytes, what_is_no_file_is_named) {
  const TempDir folder;
  EXPECT_THAT(error_of(folder / "none.csv"), HasSubstr("no such file"));
  EXPECT_THROW(data::read_file_bytes(folder.path().string(), 10), InputError);
}

}  // namespace
}  // namespace gradus::test
