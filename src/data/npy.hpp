// NumPy's .npy, versions 1 to 3, and .npz, a zip archive of them (stored or deflated). Numbers, texts, and structured
// arrays of both; object arrays would need unpickling and are refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/raw_array.hpp"

namespace gradus::data {

/// Type and byte order of a dtype string such as "<f4"; nothing when it is not numeric.
struct DescribedType {
  ElementType type;
  bool big_endian;
};
std::optional<DescribedType> parse_dtype(std::string_view text);

/// The array in `file` (the whole npy file); texts take at most `max_bytes`.
RawArray read_npy(std::shared_ptr<const Bytes> file, const std::string& name, std::uint64_t max_bytes);

struct NamedArray {
  std::string name;
  RawArray array;
};

/// The arrays of an npz archive, in the order of its directory; together at most `max_bytes` unpacked. One of a type
/// that is not read carries its error in `refusal`, since it may be one that nobody needs.
std::vector<NamedArray> read_npz(const Bytes& file, const std::string& name, std::uint64_t max_bytes);

}  // namespace gradus::data
