// MATLAB's MAT-file version 5: the real numeric matrices of a file, compressed or not, either byte order.
// Everything else in it (cells, structs, text, sparse) is skipped.
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

/// The numeric variables in file order (column-major), together at most `max_bytes` unpacked.
std::vector<NamedArray> read_mat(const std::shared_ptr<const Bytes>& file, const std::string& name,
                                 std::uint64_t max_bytes);

}  // namespace gradus::data
