// The safetensors container: 8 bytes little-endian length N, N bytes of JSON, then the tensors' bytes. This layer knows
// names, types and places; what they mean is the model file's business. Format: docs of huggingface/safetensors.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace gradus {

enum class TensorType : std::uint8_t { kF32, kF64 };
std::size_t size_of(TensorType type);

struct TensorInfo {
  std::string name;
  TensorType type = TensorType::kF32;
  std::vector<std::size_t> shape;
  std::size_t begin = 0;  // offsets in bytes from the end of the header
  std::size_t end = 0;
};

struct SafetensorsHeader {
  std::map<std::string, std::string> metadata;
  std::vector<TensorInfo> tensors;  // in the order of their bytes, without gaps, to the end of the file
};

/// The header as bytes, its length in front; padded with blanks so that the tensors begin at a multiple of 8.
std::string format_header(const SafetensorsHeader& header);

/// A container whose header has been checked: every tensor's type, shape and place agree with each other and with the
/// number of bytes, so reading them needs no further care. Throws InputError for anything else.
class Safetensors {
 public:
  /// An open file.
  explicit Safetensors(const std::string& path);
  /// Bytes in memory, which stay as they are while this object lives; `name` stands in messages.
  Safetensors(const std::string& name, std::span<const std::byte> bytes);

  [[nodiscard]] const SafetensorsHeader& header() const { return header_; }
  /// The file's path, or the name of the bytes.
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Fills `bytes` with the tensor, whose size it must have.
  void read(const TensorInfo& tensor, std::span<std::byte> bytes);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  void read_header(std::size_t num_bytes);
  // Whether all of `bytes` could be filled from `offset` on.
  bool read_at(std::size_t offset, std::span<std::byte> bytes);

  std::string name_;
  std::unique_ptr<std::FILE, Close> file_;  // null: in memory
  std::span<const std::byte> memory_;
  std::size_t data_offset_ = 0;
  SafetensorsHeader header_;
};

}  // namespace gradus
