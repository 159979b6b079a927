// gzip and zstd, whole and their first bytes.
// SPDX-License-Identifier: Apache-2.0
#include "data/packed_file.hpp"

#include "target.hpp"

GRADUS_FUZZ_TARGET(packed) {
  using namespace gradus;
  constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 18U;
  const data::Bytes stored(input.begin(), input.end());
  const char* name = fuzz::text_of(input).starts_with("\x1f\x8b") ? "x.gz" : "x.zst";
  const data::Bytes start = data::unpacked_prefix(stored, name, 4096);
  fuzz::accepts([&] {
    const data::Bytes whole = data::unpacked(stored, name, kMaxBytes);
    fuzz::require(whole.size() <= kMaxBytes || whole.size() == stored.size(), "no more than the limit is unpacked");
    fuzz::require(start.size() == std::min<std::size_t>(4096, whole.size()), "the first bytes are as many");
    fuzz::require(std::equal(start.begin(), start.end(), whole.begin()), "the first bytes are those of the whole");
  });
}
