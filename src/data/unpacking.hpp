// Unpacking a whole file from a stream of packed pieces, whatever packed it: how much memory to take, and when to stop.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "data/file_bytes.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {

/// Unpacked size, found without keeping the data. `make` gives a stream at its start, whose read(span) fills the span
/// as far as the data go and returns the number of bytes. Throws InputError beyond `max_bytes`.
template <class MakeStream>
std::uint64_t count_unpacked(const MakeStream& make, const std::string& name, std::uint64_t max_bytes) {
  auto stream = make();
  Bytes scratch(std::size_t{1} << 18);
  std::uint64_t total = 0;
  for (std::size_t n = stream.read(scratch); n > 0; n = stream.read(scratch)) {
    total += n;
    if (total <= max_bytes) continue;
    throw InputError(ErrorParts{name, "data that unpacks to at most " + std::to_string(max_bytes) + " bytes",
                                "more (a decompression bomb?)", "set data.max_bytes (--max-bytes) if that is meant"});
  }
  return total;
}

/// All bytes, for a stream that has more_follows() and consumed() too. `declared` is the size to take memory for;
/// nothing: it is counted first, and so it is where more follows. `check_end(stream)` throws where the stream did not
/// end well.
template <class MakeStream, class CheckEnd>
Bytes unpack_all(const MakeStream& make, std::optional<std::uint64_t> declared, const std::string& name,
                 std::uint64_t max_bytes, const CheckEnd& check_end) {
  bool counted = !declared;
  std::uint64_t size = counted ? count_unpacked(make, name, max_bytes) : *declared;
  for (;;) {
    auto stream = make();
    Bytes bytes(static_cast<std::size_t>(size));
    const std::size_t written = stream.read(bytes);
    if (written != size || !stream.more_follows()) {
      check_end(stream);
      bytes.resize(written);
      return bytes;
    }
    // What was counted is not all only where damaged data give more to a small buffer than to a large one.
    if (counted) {
      throw InputError(ErrorParts{name + ": offset " + std::to_string(stream.consumed()),
                                  "a complete compressed stream", "damaged data", "get the file again"});
    }
    size = count_unpacked(make, name, max_bytes);
    counted = true;
  }
}

}  // namespace gradus::data
