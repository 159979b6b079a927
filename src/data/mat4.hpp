// MATLAB's MAT-file version 4 (save -v4): matrices one after the other, each with a header of 20 bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/npy.hpp"

namespace gradus::data {

/// Version 4 has no signature, but one of its first four bytes is zero; version 5 begins with text.
[[nodiscard]] bool is_mat4(std::span<const std::byte> start);

/// The variables in file order: numbers, full or sparse, and texts; those together take at most `max_bytes`.
std::vector<NamedArray> read_mat4(const std::shared_ptr<const Bytes>& file, const std::string& name,
                                  std::uint64_t max_bytes);

}  // namespace gradus::data
