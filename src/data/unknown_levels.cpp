// SPDX-License-Identifier: Apache-2.0
#include "data/unknown_levels.hpp"

#include <fmt/format.h>

namespace gradus::data {

void UnknownLevels::count(std::size_t number, const Matrix<std::int32_t>& codes, std::size_t at, const Column& column,
                          const std::vector<std::int32_t>& places) {
  if (found_.size() <= number) found_.resize(number + 1);
  Found& found = found_[number];
  for (std::size_t r = 0; r < codes.rows(); ++r) {
    const std::int32_t code = codes(r, at);
    if (code == kMissingCode || places[static_cast<std::size_t>(code)] != kMissingCode) continue;
    if (found.cells++ > 0) continue;
    found.column = column.name;
    found.first = column.levels[static_cast<std::size_t>(code)];
  }
}

void UnknownLevels::note(const std::string& where, std::vector<std::string>& notes) const {
  constexpr std::size_t kShown = 40;
  for (const Found& found : found_) {
    if (found.cells == 0) continue;
    notes.push_back(fmt::format(
        "{}: column '{}': {} cells hold levels that training did not see, such as '{}', and count as missing", where,
        found.column, found.cells, found.first.substr(0, kShown)));
  }
}

}  // namespace gradus::data
