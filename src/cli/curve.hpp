// A curve in braille characters, each of which holds two by four dots.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace gradus::cli {

/// `values` from left to right over at most `columns` characters and `rows` lines, the first line the highest; a
/// shorter curve is drawn with two values a character. Values that are not finite leave a gap. Empty where fewer than
/// two are finite.
std::vector<std::string> braille_curve(std::span<const double> values, std::size_t columns, std::size_t rows);

}  // namespace gradus::cli
