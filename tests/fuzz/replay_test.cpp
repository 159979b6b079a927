// Every fuzz target takes its seeds, their beginnings and mutations of them: a short look, the same on every machine
// and under the sanitizers of the test build. `./run fuzz` is the long one.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "support/paths.hpp"
#include "target.hpp"

namespace gradus {
namespace {

namespace fs = std::filesystem;
using fuzz::NamedTarget;
using Bytes = std::vector<std::byte>;

// GRADUS_FUZZ_MUTATIONS asks for more.
std::size_t num_mutations() {
  const char* asked = std::getenv("GRADUS_FUZZ_MUTATIONS");
  return asked == nullptr ? 300 : std::strtoull(asked, nullptr, 10);
}

Bytes bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

std::vector<Bytes> seeds_of(const std::string& name) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(fs::path(GRADUS_FUZZ_SEEDS) / name)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<Bytes> seeds;
  for (const fs::path& path : paths) seeds.push_back(bytes_of(path));
  return seeds;
}

// Some bytes changed, taken away, repeated or cut off.
Bytes mutated(Bytes bytes, std::mt19937& random) {
  static constexpr unsigned char kTelling[] = {0, 1, 0x7f, 0x80, 0xff, '"', ',', '\n', '-', '9', '[', '{', '.', 'e'};
  const auto below = [&random](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
  for (std::size_t changes = 1 + below(4); changes > 0 && !bytes.empty(); --changes) {
    const std::size_t at = below(bytes.size());
    const std::size_t count = std::min(bytes.size() - at, 1 + below(8));
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    switch (below(5)) {
      case 0:
        *place = static_cast<std::byte>(random());
        break;
      case 1:
        *place = static_cast<std::byte>(kTelling[below(std::size(kTelling))]);
        break;
      case 2:
        bytes.erase(place, place + static_cast<std::ptrdiff_t>(count));
        break;
      case 3: {
        const Bytes piece(place, place + static_cast<std::ptrdiff_t>(count));
        bytes.insert(place, piece.begin(), piece.end());
        break;
      }
      default:
        *place ^= static_cast<std::byte>(1U << below(8));
    }
  }
  return bytes;
}

class FuzzTarget : public testing::TestWithParam<NamedTarget> {};

TEST_P(FuzzTarget, takes_seeds_and_mutations_of_them) {
  const std::vector<Bytes> seeds = seeds_of(GetParam().name);
  ASSERT_FALSE(seeds.empty());
  std::mt19937 random(20);
  GetParam().run({});
  for (const Bytes& seed : seeds) {
    GetParam().run(seed);
    const std::size_t step = 1 + seed.size() / 100;
    for (std::size_t size = 0; size < seed.size(); size += step) GetParam().run(std::span(seed).first(size));
  }
  for (std::size_t i = 0; i < num_mutations(); ++i) GetParam().run(mutated(seeds[i % seeds.size()], random));
}

INSTANTIATE_TEST_SUITE_P(All, FuzzTarget, testing::ValuesIn(fuzz::all_targets()),
                         [](const auto& instance) { return std::string(instance.param.name); });

// A target that lacks a seed or a dictionary is found by nobody but this.
TEST(FuzzTargets, each_has_a_dictionary) {
  for (const NamedTarget& target : fuzz::all_targets()) {
    EXPECT_TRUE(fs::exists(std::string(GRADUS_SOURCE_DIR) + "/tests/fuzz/dictionaries/" + target.name + ".dict"))
        << target.name;
  }
}

}  // namespace
}  // namespace gradus
