// The header of an npy file: a Python dictionary literal of exactly the keys descr, fortran_order and shape.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/byte_reader.hpp"

namespace gradus::data {

/// A column of a structured type; the views are into the header.
struct NpyField {
  std::string_view name;
  std::string_view type;
};

struct NpyHeader {
  std::string_view type;         // "<f4"; empty for a structured type
  std::vector<NpyField> fields;  // of a structured type
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
};

/// Throws InputError, naming the place of `reader`, when `text` is anything else.
NpyHeader parse_npy_header(std::string_view text, const ByteReader& reader);

}  // namespace gradus::data
