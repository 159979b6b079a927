// What one run of one case gave: named series of numbers. Rows and figures of a study refer to them by name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gradus::reproduce {

/// Winning classes of a two-input network at cell centres, row 0 at the lowest y, with some of the data.
struct Boundary {
  std::array<double, 2> x{};
  std::array<double, 2> y{};
  std::size_t columns = 0;
  std::size_t rows = 0;
  std::vector<std::uint8_t> classes{};
  std::vector<std::uint8_t> probabilities{};  // of the winning class, 255 = 1
  std::vector<double> points_x{};
  std::vector<double> points_y{};
  std::vector<std::int32_t> labels{};
};

struct Measurement {
  std::map<std::string, std::vector<double>> series{};
  std::map<std::string, std::vector<std::string>> names{};  // of the elements of a series, where they have names
  std::optional<Boundary> boundary{};
  std::string weights_sha256{};
  std::string error{};  // why the run failed; there are no series then
  double seconds = 0.0;
};

/// `key` says what the measurement is of: read back only when it is the same.
std::string measurement_json(const Measurement& measurement, const std::string& key);
/// Nothing where the text is torn, or of another key.
std::optional<Measurement> parse_measurement(const std::string& text, const std::string& key);

}  // namespace gradus::reproduce
