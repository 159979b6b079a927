// The codes of one table's categories as codes of another's levels.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradus/core/matrix.hpp"
#include "gradus/data/schema.hpp"

namespace gradus::data {

/// Without those that are ignored.
std::vector<Column> stored_columns(const std::vector<Column>& columns);

/// For each level of `from` its index in `to`; kMissingCode where it is not there.
std::vector<std::int32_t> level_places(const std::vector<std::string>& from, const std::vector<std::string>& to);

/// `codes` (N x C), whose levels are those of the categories among `from`, as codes of the categories among `to`, which
/// are as many. Levels are matched by name; one that `to` has not is missing, and a sentence after `where` says so.
Matrix<std::int32_t> codes_in(const Matrix<std::int32_t>& codes, const std::vector<Column>& from,
                              const std::vector<Column>& to, const std::string& where, std::vector<std::string>& notes);

}  // namespace gradus::data
