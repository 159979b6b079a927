// The subset of Python's pickle that holds NumPy arrays, decoded as data. Nothing is ever called or imported: the only
// constructors known are numpy's array and dtype and `_codecs.encode`, and each is a case in a switch. All else is
// refused, so a hostile file can at most be wrong.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/raw_array.hpp"

namespace gradus::data {

/// One value of a decoded pickle. Containers refer to their elements by number (see Pickle::values), so that shared
/// and even cyclic structures need no recursion.
struct PickleValue {
  enum class Kind : std::uint8_t { kMark, kNone, kInteger, kText, kBytes, kSequence, kDict, kGlobal, kDtype, kArray };
  Kind kind = Kind::kNone;
  std::int64_t integer = 0;
  std::span<const std::byte> bytes;     // kText (UTF-8), kBytes, and an array's values
  std::shared_ptr<const Bytes> owner;   // of bytes that are not part of the file
  std::vector<std::uint32_t> elements;  // kSequence
  std::string name;                     // kGlobal "module name", kDtype "f4"
  bool big_endian = false;              // kDtype
  bool column_major = false;            // kArray
  std::vector<std::size_t> shape;       // kArray
  std::uint32_t dtype = 0;              // kArray: number of its kDtype value
};

struct Pickle {
  std::vector<PickleValue> values;
  std::uint32_t root = 0;
};

/// Decodes `file`; the values refer to its bytes. Throws InputError at an opcode or constructor that is not known.
Pickle decode_pickle(std::span<const std::byte> file, const std::string& name);

/// Arrays of a pickle of ((x, y), (x, y)[, (x, y)]): train, (valid,) test.
struct PicklePart {
  RawArray x;
  RawArray y;
};
std::vector<PicklePart> read_pickle_parts(const std::shared_ptr<const Bytes>& file, const std::string& name);

}  // namespace gradus::data
