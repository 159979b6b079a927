// The arrays of mnist.pkl.gz from its decoded pickle.
// SPDX-License-Identifier: Apache-2.0
#include "data/npy.hpp"
#include "data/pickle.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

RawArray array_of(const Pickle& pickle, std::uint32_t number, const std::shared_ptr<const Bytes>& file,
                  const std::string& where) {
  const PickleValue& value = pickle.values[number];
  if (value.kind != PickleValue::Kind::kArray || value.bytes.empty()) {
    throw InputError(ErrorParts{where, "a NumPy array", "another value", "the layout is that of mnist.pkl.gz"});
  }
  const PickleValue& dtype = pickle.values[value.dtype];
  RawArray array;
  array.where = where;
  array.type = parse_dtype(dtype.name)->type;
  array.big_endian = dtype.big_endian;
  array.column_major = value.column_major;
  array.shape = value.shape;
  array.bytes = value.bytes;
  array.owner = value.owner ? value.owner : file;
  return array;
}

}  // namespace

std::vector<PicklePart> read_pickle_parts(const std::shared_ptr<const Bytes>& file, const std::string& name) {
  const Pickle pickle = decode_pickle(*file, name);
  const PickleValue& root = pickle.values[pickle.root];
  if (root.kind != PickleValue::Kind::kSequence || root.elements.empty() || root.elements.size() > 3) {
    throw InputError(ErrorParts{name, "((x, y), (x, y), (x, y)) of train, valid and test", "another structure",
                                "save the arrays with numpy.savez instead"});
  }
  std::vector<PicklePart> parts;
  for (const std::uint32_t number : root.elements) {
    const std::string where = name + ": part " + std::to_string(parts.size());
    const PickleValue& part = pickle.values[number];
    if (part.kind != PickleValue::Kind::kSequence || part.elements.size() != 2) {
      throw InputError(ErrorParts{where, "a pair (x, y)", "another value", "save with numpy.savez instead"});
    }
    parts.push_back({array_of(pickle, part.elements[0], file, where + ", x"),
                     array_of(pickle, part.elements[1], file, where + ", y")});
  }
  return parts;
}

}  // namespace gradus::data
