// A text that is read in blocks, wherever it is: in memory, or in a file that need not fit there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gradus::data {

/// So many bytes behind what TextStore::read() returns can be looked at. The first of them is no digit where the text's
/// lines end, or where `count` goes up to the end of the last line.
inline constexpr std::size_t kTextPadding = 32;

class TextStore {
 public:
  TextStore() = default;
  TextStore(const TextStore&) = delete;
  TextStore& operator=(const TextStore&) = delete;
  virtual ~TextStore() = default;

  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// `count` bytes from `offset` on, all within the text, valid until `buffer` changes. Threads may read side by side.
  /// Throws InputError where a file fails.
  virtual std::string_view read(std::uint64_t offset, std::size_t count, std::string& buffer) const = 0;
  /// Whether the text is known to be UTF-8 without zero characters.
  [[nodiscard]] virtual bool is_checked() const = 0;
};

/// A text in memory that was decoded (text_encoding.hpp) and outlives this.
class MemoryText : public TextStore {
 public:
  explicit MemoryText(std::string_view text) : text_(text) {}
  [[nodiscard]] std::uint64_t size() const override { return text_.size(); }
  std::string_view read(std::uint64_t offset, std::size_t count, std::string& buffer) const override;
  [[nodiscard]] bool is_checked() const override { return true; }

 private:
  std::string_view text_;
};

/// A regular file from its byte `start` on. Nobody has looked into it.
class FileText : public TextStore {
 public:
  /// Throws InputError where it cannot be opened.
  explicit FileText(std::string path);
  ~FileText() override;
  /// Leaves out the first `count` bytes.
  void skip(std::uint64_t count) { start_ += count; }
  [[nodiscard]] std::uint64_t size() const override { return size_ - start_; }
  std::string_view read(std::uint64_t offset, std::size_t count, std::string& buffer) const override;
  [[nodiscard]] bool is_checked() const override { return false; }

 private:
  std::string path_;
  int descriptor_ = -1;
  std::uint64_t start_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace gradus::data
