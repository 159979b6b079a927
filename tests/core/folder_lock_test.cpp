// SPDX-License-Identifier: Apache-2.0
#include "core/folder_lock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "core/file_lock.hpp"
#include "gradus/core/error.hpp"
#include "support/paths.hpp"

namespace gradus {
namespace {

namespace fs = std::filesystem;
using Share = FolderLock::Share;

TEST(FolderLock, is_one_processs_alone_and_says_whose) {
  const test::TempDir temp;
  std::optional<FolderLock> lock;
  lock.emplace(temp / "run", Share::kAlone);
  for (const Share share : {Share::kAlone, Share::kBeside}) {
    try {
      const FolderLock second(temp / "run/", share);
      FAIL() << "let in";
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("in use by process " + std::to_string(getpid()) + " on "));
    }
  }
  EXPECT_TRUE(fs::exists(temp / "run/lock"));
  lock.reset();
  const FolderLock third(temp / "run", Share::kAlone);
}

TEST(FolderLock, leaves_nothing_behind) {
  const test::TempDir temp;
  { const FolderLock lock(temp / "a/b/c/", Share::kAlone); }
  EXPECT_FALSE(fs::exists(temp / "a"));
  fs::create_directory(temp / "old");
  { const FolderLock lock(temp / "old", Share::kAlone); }
  EXPECT_TRUE(fs::is_empty(temp / "old"));
  {
    const FolderLock lock(temp / "d/e", Share::kAlone);
    std::ofstream(temp / "d/e/result") << "text";
  }
  EXPECT_TRUE(fs::exists(temp / "d/e/result"));
  EXPECT_FALSE(fs::exists(temp / "d/e/lock"));
}

TEST(FolderLock, several_may_work_beside_each_other) {
  const test::TempDir temp;
  std::optional<FolderLock> first;
  std::optional<FolderLock> second;
  first.emplace(temp / "study", Share::kAlone);
  first->share();
  second.emplace(temp / "study", Share::kBeside);
  EXPECT_THROW(FolderLock(temp / "study", Share::kAlone), InputError);
  first.reset();
  EXPECT_TRUE(fs::exists(temp / "study/lock"));
  EXPECT_THROW(FolderLock(temp / "study", Share::kAlone), InputError);
  second.reset();
  EXPECT_FALSE(fs::exists(temp / "study/lock"));
}

// What a killed process leaves hinders nobody, whatever its time.
TEST(FolderLock, a_leftover_is_free) {
  const test::TempDir temp;
  fs::create_directory(temp / "run");
  std::ofstream(temp / "run/lock") << "process 1 on elsewhere\n";
  fs::last_write_time(temp / "run/lock", fs::file_time_type::clock::now() + std::chrono::hours(100000));
  EXPECT_TRUE(is_free_folder(temp / "run"));
  const FolderLock lock(temp / "run", Share::kAlone);
  std::ofstream(temp / "run/other") << "text";
  EXPECT_FALSE(is_free_folder(temp / "run"));
  EXPECT_TRUE(is_free_folder(temp / "none"));
}

TEST(FolderLock, something_else_of_its_name_is_refused) {
  const test::TempDir temp;
  const auto refused = [&](const char* folder) { EXPECT_THROW(FolderLock(temp / folder, Share::kAlone), InputError); };
  fs::create_directories(temp / "a/lock");
  refused("a");
  fs::create_directory(temp / "b");
  ASSERT_EQ(mkfifo((temp / "b/lock").c_str(), 0600), 0);
  refused("b");
  fs::create_directory(temp / "c");
  fs::create_symlink(temp / "target", temp / "c/lock");
  refused("c");
  EXPECT_FALSE(fs::exists(temp / "target"));
}

// Whoever waits for a lock whose file is then removed must not hold a file that nobody else can see.
TEST(FileLock, a_removed_file_is_made_anew) {
  const test::TempDir temp;
  const std::string path = temp / "lock";
  std::optional<FileLock> first;
  first.emplace(path, FileLock::Wait::kNo);
  ASSERT_TRUE(first->held());
  fs::remove(path);
  const FileLock second(path, FileLock::Wait::kNo);
  EXPECT_TRUE(second.held());
  EXPECT_TRUE(fs::exists(path));
  EXPECT_FALSE(FileLock(path, FileLock::Wait::kNo).held());
}

}  // namespace
}  // namespace gradus
