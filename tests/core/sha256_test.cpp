// SPDX-License-Identifier: Apache-2.0
#include "gradus/core/sha256.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "core/sha256_blocks.hpp"
#include "gradus/core/error.hpp"
#include "support/paths.hpp"

namespace gradus {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

// The examples of FIPS 180-4 (NIST, "SHA256.pdf") and of FIPS 180-2, appendix B.
TEST(Sha256, matches_the_published_vectors) {
  EXPECT_EQ(sha256_hex({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex(bytes_of("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(bytes_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(bytes_of(std::string(1000000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

#if defined(__x86_64__)
TEST(Sha256, instructions_of_the_cpu_give_the_plain_state) {
  if (!cpu_has_sha256()) GTEST_SKIP() << "this CPU has no SHA extensions";
  std::vector<std::byte> blocks(64 * 10);
  for (std::size_t i = 0; i < blocks.size(); ++i) blocks[i] = static_cast<std::byte>(i * i * 37 >> 3);
  std::array<std::uint32_t, 8> plain = {1, 2, 3, 0x80000000, 5, 0xffffffff, 7, 8};
  std::array<std::uint32_t, 8> fast = plain;
  for (const std::size_t count : {0, 1, 3, 5}) {
    compress_sha256_plain(plain.data(), blocks.data() + 64 * count, count);
    compress_sha256_x86(fast.data(), blocks.data() + 64 * count, count);
    EXPECT_EQ(fast, plain) << count << " blocks";
  }
}
#endif

TEST(Sha256, pieces_hash_like_the_whole_at_every_split) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += static_cast<char>(i * 7);
  for (std::size_t length = 0; length <= text.size(); length += 5) {
    const std::string whole = text.substr(0, length);
    const std::string expected = sha256_hex(bytes_of(whole));
    for (std::size_t split = 0; split <= length; ++split) {
      Sha256 hash;
      hash.update(bytes_of(whole).first(split));
      hash.update(bytes_of(whole).subspan(split));
      ASSERT_EQ(hash.hex_digest(), expected) << length << " split at " << split;
    }
  }
}

TEST(Sha256, hashes_files_and_names_the_missing_one) {
  const test::TempDir folder;
  const std::string text(100000, 'x');
  std::ofstream(folder / "a") << text;
  EXPECT_EQ(sha256_file(folder / "a"), sha256_hex(bytes_of(text)));
  EXPECT_THROW(sha256_file(folder / "missing"), InputError);
  EXPECT_THROW(sha256_file(folder.path().string()), InputError);
}

}  // namespace
}  // namespace gradus
