// SPDX-License-Identifier: Apache-2.0
#include "model/safetensors.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "gradus/core/error.hpp"

namespace gradus {
namespace {

using SortedJson = nlohmann::json;
using HeaderJson = nlohmann::ordered_json;

static_assert(std::endian::native == std::endian::little, "tensors are read and written as they lie in memory");

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kMaxHeaderBytes = std::size_t{1} << 24;  // a thousand layers need a hundredth of this
constexpr std::size_t kMaxDimensions = 8;

[[noreturn]] void reject_tensor(const std::string& path, const std::string& expected, const std::string& found) {
  throw InputError({path, expected, found, "is this a model that Gradus wrote, and is it complete?"});
}

TensorInfo parse_tensor(const std::string& path, const std::string& name, const HeaderJson& value,
                        std::size_t data_bytes) {
  const std::string where = path + ": tensor '" + name.substr(0, 100) + "'";
  const auto has = [&value](const char* key, HeaderJson::value_t type) {
    return value.contains(key) && value[key].type() == type;
  };
  // Three entries, so that nothing else stands there.
  if (!value.is_object() || value.size() != 3 || !has("dtype", HeaderJson::value_t::string) ||
      !has("shape", HeaderJson::value_t::array) || !has("data_offsets", HeaderJson::value_t::array) ||
      value["data_offsets"].size() != 2) {
    reject_tensor(where, "dtype, shape and two data_offsets, and no more", "other entries");
  }
  TensorInfo tensor;
  tensor.name = name;
  const auto& type = value["dtype"].get_ref<const std::string&>();
  if (type != "F32" && type != "F64") reject_tensor(where, "type F32 or F64", "'" + type.substr(0, 20) + "'");
  tensor.type = type == "F32" ? TensorType::kF32 : TensorType::kF64;
  if (value["shape"].size() > kMaxDimensions) reject_tensor(where, "at most 8 dimensions", "more");
  std::size_t num_bytes = size_of(tensor.type);
  for (const HeaderJson& dimension : value["shape"]) {
    tensor.shape.push_back(require_json_integer<std::size_t>(dimension, where + ": shape"));
    if (tensor.shape.back() != 0 && num_bytes > data_bytes / tensor.shape.back()) {
      reject_tensor(where, "a shape that fits in the file", "more elements");
    }
    num_bytes *= tensor.shape.back();
  }
  tensor.begin = require_json_integer<std::size_t>(value["data_offsets"][0], where + ": data_offsets");
  tensor.end = require_json_integer<std::size_t>(value["data_offsets"][1], where + ": data_offsets");
  if (tensor.begin > tensor.end || tensor.end > data_bytes || tensor.end - tensor.begin != num_bytes) {
    reject_tensor(where, "offsets inside the file that fit its shape",
                  std::to_string(tensor.begin) + " to " + std::to_string(tensor.end));
  }
  return tensor;
}

SafetensorsHeader parse_header(const std::string& path, const std::string& text, std::size_t data_bytes) {
  // The format allows blanks behind the object, to align the tensors, and nothing before it.
  const std::size_t last = text.find_last_not_of(' ');
  if (!text.starts_with('{') || text[last] != '}') reject_tensor(path, "a JSON object as header", "other bytes");
  const HeaderJson json = require_json(text, path + ": header");
  SafetensorsHeader header;
  for (const auto& [name, value] : json.items()) {
    if (name != "__metadata__") {
      header.tensors.push_back(parse_tensor(path, name, value, data_bytes));
      continue;
    }
    if (!value.is_object()) reject_tensor(path, "an object as __metadata__", "another type");
    for (const auto& [key, entry] : value.items()) {
      if (!entry.is_string()) reject_tensor(path, "texts as metadata", "another type");
      header.metadata[key] = entry.get<std::string>();
    }
  }
  std::sort(header.tensors.begin(), header.tensors.end(), [](const TensorInfo& a, const TensorInfo& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  std::size_t expected = 0;
  for (const TensorInfo& tensor : header.tensors) {
    if (tensor.begin != expected)
      reject_tensor(path, "tensors side by side", "a gap or an overlap at '" + tensor.name.substr(0, 100) + "'");
    expected = tensor.end;
  }
  if (expected != data_bytes) {
    reject_tensor(path, std::to_string(expected) + " bytes of tensors", std::to_string(data_bytes));
  }
  return header;
}

}  // namespace

std::size_t size_of(TensorType type) {
  return type == TensorType::kF32 ? 4 : 8;
}

std::string format_header(const SafetensorsHeader& header) {
  SortedJson json = SortedJson::object();
  json["__metadata__"] = header.metadata;
  for (const TensorInfo& tensor : header.tensors) {
    json[tensor.name] = {{"dtype", tensor.type == TensorType::kF32 ? "F32" : "F64"},
                         {"shape", tensor.shape},
                         {"data_offsets", {tensor.begin, tensor.end}}};
  }
  // Names come from data files and need not be UTF-8: what cannot be written is replaced rather than refused.
  std::string text = json.dump(-1, ' ', false, SortedJson::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::string bytes(kLengthBytes, '\0');
  const std::uint64_t length = text.size();
  std::memcpy(bytes.data(), &length, kLengthBytes);
  return bytes + text;
}

Safetensors::Safetensors(const std::string& path) : name_(path), file_(std::fopen(path.c_str(), "rb")) {
  struct stat status {};
  if (!file_ || fstat(fileno(file_.get()), &status) != 0) {
    throw InputError({path, "a model file that can be read", std::strerror(errno), "check the path"});
  }
  if (!S_ISREG(status.st_mode)) throw InputError({path, "a model file", "a folder or device", "check the path"});
  read_header(static_cast<std::size_t>(status.st_size));
}

Safetensors::Safetensors(const std::string& name, std::span<const std::byte> bytes) : name_(name), memory_(bytes) {
  read_header(bytes.size());
}

void Safetensors::read_header(std::size_t num_bytes) {
  std::uint64_t length = 0;
  if (!read_at(0, std::as_writable_bytes(std::span(&length, 1)))) {
    reject_tensor(name_, "a header of safetensors", std::to_string(num_bytes) + " bytes");
  }
  if (length > kMaxHeaderBytes || length > num_bytes - kLengthBytes) {
    reject_tensor(name_ + ": offset 0", "a header's length within the file", std::to_string(length));
  }
  std::string text(length, '\0');
  if (!read_at(kLengthBytes, std::as_writable_bytes(std::span(text)))) {
    reject_tensor(name_, std::to_string(length) + " bytes of header", "fewer");
  }
  data_offset_ = kLengthBytes + length;
  header_ = parse_header(name_, text, num_bytes - data_offset_);
}

bool Safetensors::read_at(std::size_t offset, std::span<std::byte> bytes) {
  if (file_) {
    return fseeko(file_.get(), static_cast<off_t>(offset), SEEK_SET) == 0 &&
           std::fread(bytes.data(), 1, bytes.size(), file_.get()) == bytes.size();
  }
  if (offset > memory_.size() || bytes.size() > memory_.size() - offset) return false;
  std::copy_n(memory_.begin() + static_cast<std::ptrdiff_t>(offset), bytes.size(), bytes.begin());
  return true;
}

void Safetensors::read(const TensorInfo& tensor, std::span<std::byte> bytes) {
  if (bytes.size() == tensor.end - tensor.begin && read_at(data_offset_ + tensor.begin, bytes)) return;
  reject_tensor(name_ + ": tensor '" + tensor.name + "'", std::to_string(bytes.size()) + " bytes", "fewer");
}

}  // namespace gradus
