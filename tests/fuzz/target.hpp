// What a fuzz target is: a function of bytes that may throw InputError and nothing else. Built with libFuzzer
// (build.sh) each file is a program; in the tests all of them are one, which runs the seeds and mutations of them
// (replay_test.cpp).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gradus/core/error.hpp"

namespace gradus::fuzz {

using Input = std::span<const std::byte>;

inline std::string_view text_of(Input bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A copy for readers that keep what they are given.
inline std::shared_ptr<const std::vector<std::byte>> shared_copy(Input bytes) {
  return std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
}

/// Takes a first piece off, whose length stands before it in two bytes; the rest where there is less.
inline Input take_piece(Input& bytes) {
  if (bytes.size() < 2) return std::exchange(bytes, {});
  const auto wanted = static_cast<std::size_t>(bytes[0]) | static_cast<std::size_t>(bytes[1]) << 8U;
  const std::size_t size = std::min(wanted, bytes.size() - 2);
  const Input piece = bytes.subspan(2, size);
  bytes = bytes.subspan(2 + size);
  return piece;
}

/// A byte that chooses among options; 0 where there is none.
inline unsigned take_choice(Input& bytes) {
  if (bytes.empty()) return 0;
  const auto choice = static_cast<unsigned>(bytes[0]);
  bytes = bytes.subspan(1);
  return choice;
}

/// Runs `reader`; what it refuses is a sentence. Gives whether it took the input.
template <class Reader>
bool accepts(Reader&& reader) {
  try {
    reader();
    return true;
  } catch (const InputError&) {
    return false;
  }
}

/// What must hold of whatever was read.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: does not hold: %s\n", what);
  std::abort();
}

using Target = void (*)(Input);

struct NamedTarget {
  const char* name;
  Target run;
};

/// Of the test program.
inline std::vector<NamedTarget>& all_targets() {
  static std::vector<NamedTarget> targets;
  return targets;
}

}  // namespace gradus::fuzz

// GRADUS_FUZZ_TARGET(NAME) { ... input ... }
#ifdef GRADUS_LIBFUZZER
#define GRADUS_FUZZ_TARGET(name)                                                       \
  static void fuzz_##name(gradus::fuzz::Input input);                                  \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);  \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) { \
    fuzz_##name({reinterpret_cast<const std::byte*>(bytes), size});                    \
    return 0;                                                                          \
  }                                                                                    \
  static void fuzz_##name([[maybe_unused]] gradus::fuzz::Input input)
#else
#define GRADUS_FUZZ_TARGET(name)                                           \
  static void fuzz_##name(gradus::fuzz::Input input);                      \
  [[maybe_unused]] static const bool kRegistered_##name =                  \
      (gradus::fuzz::all_targets().push_back({#name, fuzz_##name}), true); \
  static void fuzz_##name([[maybe_unused]] gradus::fuzz::Input input)
#endif
