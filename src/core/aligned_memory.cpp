// Memory for matrices.
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <new>

#include "gradus/core/matrix.hpp"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace gradus::detail {
namespace {

constexpr std::size_t kLargePage = std::size_t{1} << 21U;

}  // namespace

// Rows of a shuffled batch lie on a page each; with pages of 4 KiB finding the pages took longer than reading the rows.
void* aligned_memory(std::size_t bytes) {
  const bool large = bytes >= 2 * kLargePage;
  const std::size_t alignment = large ? kLargePage : kAlignment;
  void* const memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
#ifdef __linux__
  if (large) static_cast<void>(madvise(memory, bytes, MADV_HUGEPAGE));  // a wish: memory serves without it too
#endif
  return memory;
}

}  // namespace gradus::detail
