// `gradus data fetch` takes what the data folders have before it asks the network.
// SPDX-License-Identifier: Apache-2.0
#ifdef GRADUS_HAS_FETCH
#include "cli/data_at_hand.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "data/fixtures.hpp"
#include "gradus/core/error.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

namespace fs = std::filesystem;

// Two data folders of this test alone: `theirs` is $GRADUS_DATA_DIR, `cache` the user's cache.
class DataAtHand : public testing::Test {
 protected:
  DataAtHand() {
    keep("GRADUS_DATA_DIR", theirs_.path().string());
    keep("XDG_CACHE_HOME", cache_.path().string());
  }
  ~DataAtHand() override {
    for (const auto& [name, value] : before_) {
      value ? setenv(name, value->c_str(), 1) : unsetenv(name);
    }
  }

  static void put(const TempDir& folder, const std::string& file) {
    fs::create_directories(fs::path(folder / file).parent_path());
    write_bytes(folder / file, "1,2,0\n");
  }

  TempDir theirs_, cache_, mine_;

 private:
  void keep(const char* name, const std::string& value) {
    const char* old = std::getenv(name);
    before_.emplace_back(name, old != nullptr ? std::optional<std::string>(old) : std::nullopt);
    setenv(name, value.c_str(), 1);
  }

  std::vector<std::pair<const char*, std::optional<std::string>>> before_;
};

TEST_F(DataAtHand, what_a_data_folder_has_is_not_downloaded) {
  put(theirs_, "tabular/iris.csv");
  const auto files = cli::files_at_hand("iris", "");
  ASSERT_TRUE(files);
  ASSERT_EQ(files->size(), 1u);
  EXPECT_EQ(files->front().path, theirs_ / "tabular/iris.csv");
  EXPECT_EQ(files->front().status, "present");
}

TEST_F(DataAtHand, sets_that_nobody_publishes_are_copied_into_the_folder_that_is_named) {
  put(theirs_, "circles/cercles.txt");
  auto files = cli::files_at_hand("cercles", mine_.path().string());
  ASSERT_TRUE(files);
  EXPECT_EQ(files->front().path, mine_ / "circles/cercles.txt");
  EXPECT_EQ(files->front().status, "copied");
  EXPECT_TRUE(fs::exists(mine_ / "circles/cercles.txt"));
  files = cli::files_at_hand("cercles", mine_.path().string());
  ASSERT_TRUE(files);
  EXPECT_EQ(files->front().status, "present");
}

TEST_F(DataAtHand, both_files_of_a_set_are_taken) {
  put(theirs_, "tabular/digits.csv");
  EXPECT_FALSE(cli::files_at_hand("digits-uci", ""));
  put(theirs_, "tabular/digits_train.csv");
  const auto files = cli::files_at_hand("digits-uci", mine_.path().string());
  ASSERT_TRUE(files);
  EXPECT_EQ(files->size(), 2u);
  EXPECT_TRUE(fs::exists(mine_ / "tabular/digits_train.csv"));
}

// Its checksum is fetch_set()'s business.
TEST_F(DataAtHand, an_earlier_download_is_left_to_be_checked) {
  put(cache_, "iris/iris.data");
  EXPECT_FALSE(cli::files_at_hand("iris", ""));
}

TEST_F(DataAtHand, what_is_nowhere_is_downloaded_or_named) {
  EXPECT_FALSE(cli::files_at_hand("mnist", ""));
  try {
    cli::files_at_hand("wine", "");
    FAIL() << "wine is nowhere";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("expected tabular/wine.csv in one of"));
  }
  EXPECT_THROW(cli::files_at_hand("winn", ""), InputError);
}

}  // namespace
}  // namespace gradus::test
#endif
