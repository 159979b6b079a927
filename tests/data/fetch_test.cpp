// Downloads from a local server: whole, continued, refused.
// SPDX-License-Identifier: Apache-2.0
#ifdef GRADUS_HAS_FETCH
#include "cli/fetch.hpp"
#include "cli/part_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "data/fixtures.hpp"
#include "gradus/core/error.hpp"
#include "gradus/core/sha256.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using cli::FetchOptions;
using cli::PublishedFile;
using cli::PublishedSet;
using testing::HasSubstr;

constexpr const char* kFetchPython = "/usr/bin/python3";

/// tests/support/range_server.py as a child process, ended with the object.
class Server {
 public:
  explicit Server(const std::string& folder, std::vector<std::string> options = {}) {
    std::array<int, 2> pipe_ends{};
    if (pipe(pipe_ends.data()) != 0) return;
    process_ = fork();
    if (process_ == 0) {
      dup2(pipe_ends[1], STDOUT_FILENO);
      close(pipe_ends[0]);
      std::string script = GRADUS_SOURCE_DIR "/tests/support/range_server.py";
      std::vector<char*> arguments{const_cast<char*>(kFetchPython), script.data(), const_cast<char*>(folder.c_str())};
      for (std::string& option : options) arguments.push_back(option.data());
      arguments.push_back(nullptr);
      execv(kFetchPython, arguments.data());
      _exit(127);
    }
    close(pipe_ends[1]);
    output_ = fdopen(pipe_ends[0], "r");
    port_ = read_line();
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    if (process_ > 0) {
      kill(process_, SIGTERM);
      waitpid(process_, nullptr, 0);
    }
    if (output_ != nullptr) std::fclose(output_);
  }
  [[nodiscard]] bool runs() const { return !port_.empty(); }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + port_ + "/"; }
  /// The next request: "/FILE bytes=N-".
  std::string read_line() {
    std::array<char, 256> line{};
    if (output_ == nullptr || std::fgets(line.data(), line.size(), output_) == nullptr) return "";
    std::string text = line.data();
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
  }

 private:
  pid_t process_ = -1;
  std::FILE* output_ = nullptr;
  std::string port_;
};

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Fetch : public testing::Test {
 protected:
  void SetUp() override {
    if (access(kFetchPython, X_OK) != 0) GTEST_SKIP() << "no python3";
    std::string values;
    for (std::uint64_t i = 0; i < 200000; ++i) values += static_cast<char>((i * i) >> 5);
    packed_ = gzip(values, "values");
    write_bytes(served_ / "values.gz", packed_);
    hash_ = sha256_hex(std::as_bytes(std::span(values.data(), values.size())));
    files_ = {{{"values.gz", hash_, values.size()}}};
    set_ = {"values", "values-folder", {}, files_};
    options_.data_folder = target_.path().string();
    std::filesystem::create_directories(target_.path() / "values-folder");
  }
  [[nodiscard]] std::string target(const std::string& ending = "") const {
    return target_ / ("values-folder/values.gz" + ending);
  }

  TempDir served_;
  TempDir target_;
  std::string packed_;
  std::string hash_;
  std::array<PublishedFile, 1> files_{};
  PublishedSet set_{};
  FetchOptions options_;
};

TEST_F(Fetch, file_is_downloaded_once_and_recognised_afterwards) {
  Server server(served_.path().string());
  ASSERT_TRUE(server.runs());
  options_.mirror = server.url();
  EXPECT_EQ(fetch_set(set_, options_).at(0).status, "downloaded");
  EXPECT_EQ(content_of(target()), packed_);
  EXPECT_FALSE(std::filesystem::exists(target(".part")));
  EXPECT_EQ(server.read_line(), "/values.gz");
  options_.mirror = "http://127.0.0.1:1/";
  EXPECT_EQ(fetch_set(set_, options_).at(0).status, "present");
}

TEST_F(Fetch, interrupted_download_continues_where_it_stopped) {
  Server server(served_.path().string(), {"--cut", "5000"});
  ASSERT_TRUE(server.runs());
  options_.mirror = server.url();
  EXPECT_THROW(fetch_set(set_, options_), RunError);
  EXPECT_EQ(std::filesystem::file_size(target(".part")), 5000u);
  EXPECT_FALSE(std::filesystem::exists(target()));
  EXPECT_EQ(fetch_set(set_, options_).at(0).status, "resumed");
  EXPECT_EQ(content_of(target()), packed_);
  EXPECT_EQ(server.read_line(), "/values.gz");
  EXPECT_EQ(server.read_line(), "/values.gz bytes=5000-");
}

TEST_F(Fetch, server_without_ranges_starts_again) {
  Server server(served_.path().string(), {"--ignore-range"});
  ASSERT_TRUE(server.runs());
  options_.mirror = server.url();
  write_bytes(target(".part"), packed_.substr(0, 3000));
  EXPECT_EQ(fetch_set(set_, options_).at(0).status, "downloaded");
  EXPECT_EQ(content_of(target()), packed_);
}

TEST_F(Fetch, wrong_or_complete_rest_of_an_earlier_try_is_mended) {
  Server server(served_.path().string());
  ASSERT_TRUE(server.runs());
  options_.mirror = server.url();
  write_bytes(target(".part"), std::string(3000, 'x'));
  EXPECT_EQ(fetch_set(set_, options_).at(0).status, "downloaded");
  std::filesystem::rename(target(), target(".part"));
  EXPECT_EQ(fetch_set(set_, options_).at(0).status, "resumed");
  EXPECT_EQ(content_of(target()), packed_);
}

TEST_F(Fetch, other_content_is_refused_and_removed) {
  write_bytes(served_ / "values.gz", gzip("something else"));
  Server server(served_.path().string());
  ASSERT_TRUE(server.runs());
  options_.mirror = server.url();
  try {
    fetch_set(set_, options_);
    ADD_FAILURE() << "accepted";
  } catch (const RunError& error) {
    EXPECT_THAT(error.what(), HasSubstr("SHA-256 " + hash_));
  }
  EXPECT_FALSE(std::filesystem::exists(target()));
  EXPECT_FALSE(std::filesystem::exists(target(".part")));
}

std::string refusal_of_fetch(const PublishedSet& set, const FetchOptions& options) {
  try {
    fetch_set(set, options);
    return "accepted";
  } catch (const RunError& error) {
    return error.what();
  }
}

// Without its size a server could fill the disk before its checksum is wrong.
TEST_F(Fetch, more_bytes_than_the_file_has_are_not_taken) {
  std::string noise;
  for (std::uint64_t i = 0; i < 300000; ++i) noise += static_cast<char>((i * i * 2654435761U) >> 13);
  write_bytes(served_ / "values.gz", noise);
  for (const std::vector<std::string>& options : {std::vector<std::string>{}, {"--no-length"}}) {
    Server server(served_.path().string(), options);
    ASSERT_TRUE(server.runs());
    options_.mirror = server.url();
    EXPECT_THAT(refusal_of_fetch(set_, options_), HasSubstr("more bytes than the published file has"));
    EXPECT_FALSE(std::filesystem::exists(target()));
    EXPECT_FALSE(std::filesystem::exists(target(".part")));
  }
  // A small archive of many bytes.
  write_bytes(served_ / "values.gz", gzip(std::string(std::size_t{8} << 20U, 'x')));
  Server server(served_.path().string());
  options_.mirror = server.url();
  EXPECT_THAT(refusal_of_fetch(set_, options_), HasSubstr("200000"));
}

TEST_F(Fetch, a_partial_file_that_is_too_long_is_begun_anew) {
  Server server(served_.path().string());
  ASSERT_TRUE(server.runs());
  options_.mirror = server.url();
  write_bytes(target(".part"), std::string(400000, 'x'));
  EXPECT_EQ(fetch_set(set_, options_).at(0).status, "downloaded");
  EXPECT_EQ(content_of(target()), packed_);
}

TEST_F(Fetch, a_server_that_trickles_is_left) {
  Server server(served_.path().string(), {"--trickle"});
  ASSERT_TRUE(server.runs());
  options_.mirror = server.url();
  options_.deadline_seconds = 0.5;
  EXPECT_THAT(refusal_of_fetch(set_, options_), HasSubstr("Timeout"));
  EXPECT_GT(std::filesystem::file_size(target(".part")), 0u);  // to go on with
}

// Somebody put something in the way of the partial file: it makes way, and what it leads to stays as it was.
TEST_F(Fetch, no_link_is_followed_at_the_partial_file) {
  Server server(served_.path().string());
  ASSERT_TRUE(server.runs());
  options_.mirror = server.url();
  const std::string mine = target_ / "mine.txt";
  write_bytes(mine, "mine");
  const std::string part = target(".part");
  const auto expect_download = [&](const char* what) {
    EXPECT_EQ(fetch_set(set_, options_).at(0).status, "downloaded") << what;
    EXPECT_EQ(content_of(target()), packed_) << what;
    EXPECT_EQ(content_of(mine), "mine") << what;
    EXPECT_FALSE(std::filesystem::is_symlink(target())) << what;
    std::filesystem::remove(target());
  };
  std::filesystem::create_symlink(mine, part);
  expect_download("a link");
  std::filesystem::create_hard_link(mine, part);
  expect_download("a second name");
  std::filesystem::create_symlink(target_ / "none", part);
  expect_download("a link to nothing");
  EXPECT_FALSE(std::filesystem::exists(target_ / "none"));
  ASSERT_EQ(mkfifo(part.c_str(), 0600), 0);
  expect_download("a pipe");
  std::filesystem::create_directory(part);
  EXPECT_THAT(refusal_of_fetch(set_, options_), HasSubstr(".part: expected a file that can be written"));
}

TEST_F(Fetch, two_processes_do_not_write_one_partial_file) {
  Server server(served_.path().string());
  ASSERT_TRUE(server.runs());
  options_.mirror = server.url();
  cli::PartFile other(target(".part"));
  ASSERT_TRUE(other.append(std::as_bytes(std::span("half", 4))));
  EXPECT_THAT(refusal_of_fetch(set_, options_), HasSubstr("another process that downloads it"));
  EXPECT_EQ(content_of(target(".part")), "half");
}

TEST_F(Fetch, file_of_the_user_is_never_replaced_unasked) {
  Server server(served_.path().string());
  ASSERT_TRUE(server.runs());
  options_.mirror = server.url();
  write_bytes(target(), "mine");
  EXPECT_THROW(fetch_set(set_, options_), InputError);
  EXPECT_EQ(content_of(target()), "mine");
  options_.force = true;
  EXPECT_EQ(fetch_set(set_, options_).at(0).status, "downloaded");
}

TEST_F(Fetch, missing_file_and_missing_server_are_run_errors_that_name_the_address) {
  Server server(served_.path().string());
  ASSERT_TRUE(server.runs());
  std::filesystem::remove(served_ / "values.gz");
  for (const std::string& mirror : {server.url(), std::string("http://127.0.0.1:1")}) {
    options_.mirror = mirror;
    try {
      fetch_set(set_, options_);
      ADD_FAILURE() << mirror;
    } catch (const RunError& error) {
      EXPECT_THAT(error.what(), HasSubstr("127.0.0.1"));
    }
  }
}

TEST(PublishedSets, names_are_unique_and_checksums_complete) {
  for (const PublishedSet& set : cli::published_sets()) {
    EXPECT_EQ(&cli::find_published_set(set.name), &set);
    for (const PublishedFile& file : set.files) {
      EXPECT_EQ(file.sha256.size(), 64u) << file.name;
      EXPECT_GT(file.size, 0u) << file.name;
    }
    EXPECT_FALSE(set.mirrors.empty());
  }
  EXPECT_THROW(cli::find_published_set("mnits"), InputError);
  for (const SourceEntry& entry : named_sources()) {
    const auto sets = cli::published_sets();
    const bool listed = std::any_of(sets.begin(), sets.end(), [&](const auto& set) { return set.name == entry.name; });
    EXPECT_EQ(entry.fetchable, listed) << entry.name;
  }
}

/// The table's checksums are those of the real files where these are at hand (their gzip wrapping differs).
TEST(PublishedSets, checksums_are_those_of_the_real_files) {
  for (const std::string folder : {"mnist", "fashion"}) {
    const auto path = real_data(folder);
    if (!path) GTEST_SKIP() << "no " << folder;
    const TempDir target;
    FetchOptions options;
    options.data_folder = target.path().string();
    options.mirror = "http://127.0.0.1:1";
    const PublishedSet& set = cli::find_published_set(folder == "mnist" ? "mnist" : "fashion-mnist");
    std::filesystem::create_directory_symlink(*path, target.path() / set.folder);
    for (const auto& file : fetch_set(set, options)) EXPECT_EQ(file.status, "present");
  }
}

}  // namespace
}  // namespace gradus::test
#endif
