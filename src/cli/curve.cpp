// SPDX-License-Identifier: Apache-2.0
#include "cli/curve.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus::cli {
namespace {

// Bits of the dots of one character, by column and row from the top (Unicode block U+2800).
constexpr unsigned kDots[2][4] = {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}};

// UTF-8 of U+2800 + dots.
std::string braille(unsigned dots) {
  return {static_cast<char>(0xe2), static_cast<char>(0xa0 | (dots >> 6)), static_cast<char>(0x80 | (dots & 0x3f))};
}

// Means of equal shares of the values, so that a long curve fits; a short one stays as it is.
std::vector<double> shrink(std::span<const double> values, std::size_t most) {
  const std::size_t count = std::min(most, values.size());
  std::vector<double> means(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t first = i * values.size() / count;
    const std::size_t last = (i + 1) * values.size() / count;
    double sum = 0.0;
    for (std::size_t v = first; v < last; ++v) sum += values[v];
    means[i] = sum / static_cast<double>(last - first);
  }
  return means;
}

}  // namespace

std::vector<std::string> braille_curve(std::span<const double> values, std::size_t columns, std::size_t rows) {
  const std::vector<double> points = shrink(values, 2 * columns);
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  std::size_t finite = 0;
  for (const double value : points) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
    ++finite;
  }
  if (finite < 2) return {};
  const std::size_t width = (points.size() + 1) / 2;
  const std::size_t height = 4 * rows;
  std::vector<unsigned> cells(width * rows, 0);
  const auto level = [&](double value) {
    const double share = high > low ? (high - value) / (high - low) : 0.5;
    return static_cast<std::size_t>(std::lround(share * static_cast<double>(height - 1)));
  };
  for (std::size_t x = 0; x < points.size(); ++x) {
    if (!std::isfinite(points[x])) continue;
    const std::size_t y = level(points[x]);
    // A steep step is drawn as a line down from the value before.
    const bool joined = x > 0 && std::isfinite(points[x - 1]);
    const std::size_t from = joined ? level(points[x - 1]) : y;
    const std::size_t top = std::min(y, from < y ? from + 1 : y);
    const std::size_t bottom = std::max(y, from > y ? from - 1 : y);
    for (std::size_t dot = top; dot <= bottom; ++dot) cells[dot / 4 * width + x / 2] |= kDots[x % 2][dot % 4];
  }
  std::vector<std::string> lines(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < width; ++column) lines[row] += braille(cells[row * width + column]);
  }
  return lines;
}

}  // namespace gradus::cli
