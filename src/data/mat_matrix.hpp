// One variable of a MAT-file of version 5: a matrix of numbers, full or sparse, or of texts. What is neither (a
// structure, an object, complex numbers) becomes an array that says so once it is needed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "data/npy.hpp"

namespace gradus::data {

/// What is common to the variables of one file.
struct MatFile {
  std::string name;
  bool big_endian = false;
  std::uint64_t bytes_left = 0;  // of the limit on what the file may unpack to
};

/// The body of a miMATRIX element, which starts `base` bytes after the start of the file (or of what it unpacks to).
NamedArray read_mat_matrix(MatFile& file, std::span<const std::byte> body, std::uint64_t base,
                           std::shared_ptr<const Bytes> owner);

/// The texts of a char matrix, one a row, from its units (UTF-16 or characters) column by column. Blanks at their ends
/// fill the rows up and are taken off. Takes memory from `bytes_left`; throws InputError when that is not enough.
std::vector<std::string> char_rows(std::u32string_view units, std::size_t rows, std::size_t cols,
                                   std::uint64_t& bytes_left, const std::string& where);

}  // namespace gradus::data
