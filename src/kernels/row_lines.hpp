// The cache lines of rows that lie anywhere in memory, asked for a few at a time while something else is computed.
// A core waits for some twenty lines at once and drops what else it is asked for: a burst of eighty brought nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace gradus::kernels {

class RowLines {
 public:
  RowLines() = default;
  /// Row r of `rows` lies at data + rows[r] * row_bytes; nothing happens before pace().
  RowLines(const char* data, std::size_t row_bytes, std::span<const std::uint32_t> rows)
      : data_(data), row_bytes_(row_bytes), rows_(rows) {}

  /// Spreads the lines evenly over `steps` steps.
  void pace(std::size_t steps) {
    const std::size_t lines = rows_.size() * lines_of_row();
    share_ = steps == 0 ? 0 : lines * kOne / steps + 1;
  }

  /// Calls ask(address) for the lines that are due after `steps` more steps.
  template <class Ask>
  void advance(std::size_t steps, const Ask& ask) {
    for (due_ += steps * share_; due_ >= kOne && row_ < rows_.size(); due_ -= kOne) {
      ask(data_ + rows_[row_] * row_bytes_ + std::min(line_ * kLine, row_bytes_ - 1));
      if (++line_ < lines_of_row()) continue;
      line_ = 0;
      ++row_;
    }
  }

  /// Has the lines brought into the second-level cache.
  void prefetch(std::size_t steps) {
    advance(steps, [](const char* line) { __builtin_prefetch(line, 0, 2); });
  }

 private:
  static constexpr std::size_t kLine = 64;
  static constexpr std::size_t kOne = std::size_t{1} << 16U;  // due_ and share_ count lines in units of 1 / kOne

  // As many as a row that starts anywhere in a line can touch.
  [[nodiscard]] std::size_t lines_of_row() const { return (row_bytes_ + kLine - 2) / kLine + 1; }

  const char* data_ = nullptr;
  std::size_t row_bytes_ = 0;
  std::span<const std::uint32_t> rows_;
  std::size_t row_ = 0;
  std::size_t line_ = 0;
  std::size_t share_ = 0;
  std::size_t due_ = 0;
};

}  // namespace gradus::kernels
