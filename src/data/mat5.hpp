// MATLAB's MAT-files: the variables of version 5, compressed or not, either byte order; version 4 is read by mat4.hpp,
// version 7.3 (HDF5) is refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "data/npy.hpp"
#include "data/raw_array.hpp"

namespace gradus::data {

[[nodiscard]] bool is_mat(std::span<const std::byte> start);
/// HDF5's signature, the container of MAT v7.3.
[[nodiscard]] bool is_hdf5(std::span<const std::byte> start);

/// The variables in file order (column-major), together at most `max_bytes` unpacked. One that is neither numbers nor
/// texts carries its error in `refusal`, since it may be one that nobody needs.
std::vector<NamedArray> read_mat(const std::shared_ptr<const Bytes>& file, const std::string& name,
                                 std::uint64_t max_bytes);

}  // namespace gradus::data
