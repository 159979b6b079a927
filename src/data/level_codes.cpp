// SPDX-License-Identifier: Apache-2.0
#include "data/level_codes.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <unordered_map>

#include "data/unknown_levels.hpp"

namespace gradus::data {
namespace {

std::vector<Column> categories_of(const std::vector<Column>& columns) {
  std::vector<Column> categories;
  std::copy_if(columns.begin(), columns.end(), std::back_inserter(categories),
               [](const Column& column) { return column.kind == ColumnKind::kCategory; });
  return categories;
}

}  // namespace

std::vector<Column> stored_columns(const std::vector<Column>& columns) {
  std::vector<Column> stored;
  std::copy_if(columns.begin(), columns.end(), std::back_inserter(stored),
               [](const Column& column) { return column.kind != ColumnKind::kIgnored; });
  return stored;
}

std::vector<std::int32_t> level_places(const std::vector<std::string>& from, const std::vector<std::string>& to) {
  std::unordered_map<std::string_view, std::int32_t> code_of;
  for (std::size_t k = 0; k < to.size(); ++k) code_of.emplace(to[k], static_cast<std::int32_t>(k));
  std::vector<std::int32_t> places(from.size(), kMissingCode);
  for (std::size_t k = 0; k < from.size(); ++k) {
    const auto found = code_of.find(from[k]);
    if (found != code_of.end()) places[k] = found->second;
  }
  return places;
}

Matrix<std::int32_t> codes_in(const Matrix<std::int32_t>& codes, const std::vector<Column>& from,
                              const std::vector<Column>& to, const std::string& where,
                              std::vector<std::string>& notes) {
  const std::vector<Column> own = categories_of(from);
  const std::vector<Column> wanted = categories_of(to);
  Matrix<std::int32_t> result(codes.rows(), codes.cols());
  UnknownLevels unknown;
  for (std::size_t c = 0; c < codes.cols(); ++c) {
    const std::vector<std::int32_t> places = level_places(own[c].levels, wanted[c].levels);
    for (std::size_t r = 0; r < codes.rows(); ++r) {
      const std::int32_t code = codes(r, c);
      result(r, c) = code == kMissingCode ? kMissingCode : places[static_cast<std::size_t>(code)];
    }
    unknown.count(c, codes, c, own[c], places);
  }
  unknown.note(where, notes);
  return result;
}

}  // namespace gradus::data
