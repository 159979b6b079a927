// Every byte of the rows lies on a line that was asked for, and the lines come a few at a time.
// SPDX-License-Identifier: Apache-2.0
#include "kernels/row_lines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace gradus::kernels {
namespace {

std::uintptr_t line_of(const char* address) {
  return reinterpret_cast<std::uintptr_t>(address) / 64;
}

TEST(RowLines, asks_for_every_line_evenly) {
  const std::vector<char> data(50 * 1000);
  const std::vector<std::uint32_t> rows = {7, 0, 3, 49, 3};
  for (const std::size_t row_bytes : {1, 63, 64, 65, 784, 1000}) {
    for (const std::size_t steps : {1, 13, 64, 1000}) {
      RowLines lines(data.data(), row_bytes, rows);
      lines.pace(steps);
      std::set<std::uintptr_t> asked;
      std::size_t most = 0;
      for (std::size_t step = 0; step < steps; ++step) {
        std::size_t count = 0;
        lines.advance(1, [&](const char* address) {
          ASSERT_GE(address, data.data());
          ASSERT_LT(address, data.data() + data.size());
          asked.insert(line_of(address));
          ++count;
        });
        most = std::max(most, count);
      }
      EXPECT_LE(most, rows.size() * (row_bytes / 64 + 2) / steps + 1);
      for (const std::uint32_t row : rows) {
        for (std::size_t byte = 0; byte < row_bytes; ++byte) {
          ASSERT_TRUE(asked.contains(line_of(data.data() + row * row_bytes + byte)))
              << row_bytes << " bytes, " << steps << " steps";
        }
      }
    }
  }
}

TEST(RowLines, without_rows_or_pace_asks_for_nothing) {
  const std::vector<std::uint32_t> rows = {0};
  const char byte = 0;
  RowLines nothing;
  nothing.pace(10);
  RowLines unpaced(&byte, 1, rows);
  for (RowLines* lines : {&nothing, &unpaced}) lines->advance(100, [](const char*) { FAIL(); });
}

}  // namespace
}  // namespace gradus::kernels
