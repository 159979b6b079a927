// SPDX-License-Identifier: Apache-2.0
#include "core/atomic_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "core/this_process.hpp"
#include "gradus/core/error.hpp"
#include "support/paths.hpp"

namespace gradus {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t num_files(const test::TempDir& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder.path()), std::filesystem::directory_iterator()));
}

TEST(AtomicFile, commit_replaces_the_file_as_a_whole) {
  const test::TempDir folder;
  write_file(folder / "a", "old");
  AtomicFile file(folder / "a");
  file.write("new ");
  EXPECT_EQ(text_of(folder / "a"), "old");
  file.write("text");
  file.commit();
  EXPECT_EQ(text_of(folder / "a"), "new text");
  EXPECT_EQ(num_files(folder), 1u);
}

TEST(AtomicFile, without_commit_the_existing_file_stays_and_nothing_is_left_behind) {
  const test::TempDir folder;
  write_file(folder / "a", "old");
  {
    AtomicFile file(folder / "a");
    file.write("half");
  }
  EXPECT_EQ(text_of(folder / "a"), "old");
  EXPECT_EQ(num_files(folder), 1u);
}

TEST(AtomicFile, missing_folder_is_an_error_that_names_the_path) {
  const test::TempDir folder;
  try {
    AtomicFile file(folder / "none/a");
    FAIL() << "no error";
  } catch (const RunError& error) {
    EXPECT_NE(std::string(error.what()).find("none/a"), std::string::npos) << error.what();
  }
}

TEST(AtomicFile, a_folder_in_the_way_is_an_error_and_stays) {
  const test::TempDir folder;
  std::filesystem::create_directory(folder / "a");
  AtomicFile file(folder / "a");
  file.write("text");
  EXPECT_THROW(file.commit(), RunError);
  EXPECT_TRUE(std::filesystem::is_directory(folder / "a"));
  EXPECT_EQ(num_files(folder), 1u);
}

// A limit on the size of files stands for a full disk: write() fails in the same place, without root's help.
TEST(AtomicFile, a_write_that_fails_leaves_the_existing_file) {
  const test::TempDir folder;
  write_file(folder / "a", "old");
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  {
    AtomicFile file(folder / "a");
    EXPECT_THROW(file.write(std::string(100000, 'x')), RunError);
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(text_of(folder / "a"), "old");
  EXPECT_EQ(num_files(folder), 1u);
}

TEST(AtomicFile, leftovers_of_killed_processes_are_swept_and_nothing_else) {
  const test::TempDir folder;
  for (const char* name : {"a.tmp-host-1-2", "last.ckpt.tmp-my-host.example-77-1", "b.tmp-4711"}) {
    std::ofstream(folder / name) << "half";
  }
  const std::string others[] = {"notes.tmp-draft", "a.tmp-", "a.tmp", "tmp-1", "a.tmp-host-1-", "a.tmp-1x"};
  for (const std::string& name : others) std::ofstream(folder / name) << "somebody's";
  AtomicFile living(folder / "whole");
  living.write("text");
  sweep_temporaries(folder.path());
  living.commit();
  EXPECT_EQ(text_of(folder / "whole"), "text");
  for (const std::string& name : others) EXPECT_TRUE(std::filesystem::exists(folder / name)) << name;
  EXPECT_EQ(num_files(folder), std::size(others) + 1);
}

TEST(AtomicFile, temporaries_hold_host_and_process_and_fit_beside_the_longest_name) {
  const test::TempDir folder;
  const std::string name(255, 'n');
  AtomicFile first(folder / name);
  AtomicFile second(folder / name);
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    names.insert(entry.path().filename().string());
    EXPECT_NE(names.rbegin()->find(".tmp-" + host_name() + "-" + std::to_string(getpid()) + "-"), std::string::npos);
  }
  EXPECT_EQ(names.size(), 2u);
  first.write("first");
  second.write("second");
  second.commit();
  first.commit();
  EXPECT_EQ(text_of(folder / name), "first");
}

}  // namespace
}  // namespace gradus
