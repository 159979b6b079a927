// A text cut into blocks of whole lines, for threads that read them side by side.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "core/thread_pool.hpp"
#include "data/text_store.hpp"

namespace gradus::data {

struct TextBlock {
  std::uint64_t offset = 0;
  std::size_t size = 0;        // bytes, the last line end included where there is one
  std::size_t first_line = 0;  // number of its first line, from 0 at the first block
  std::size_t num_lines = 0;   // at least 1
};

/// The lines of `text` from `start` on in blocks of `block_bytes` or a line more, all LF counted. Line ends behind the
/// last line that is not empty are left out.
std::vector<TextBlock> find_blocks(const TextStore& text, std::uint64_t start, std::size_t block_bytes,
                                   ThreadPool& pool);

/// How often `wanted` occurs.
std::size_t count_character(std::string_view text, char wanted);

/// Runs work(k, thread) for all k below `count` on the pool's threads, each in increasing order. The first exception is
/// thrown on, and no further k is begun after it.
void for_each_on(ThreadPool& pool, std::size_t count, const std::function<void(std::size_t k, unsigned thread)>& work);

}  // namespace gradus::data
