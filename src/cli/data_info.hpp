// What `gradus data info` says of a data set.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "gradus/data/dataset.hpp"

namespace gradus::cli {

/// Task, parts, ranges, classes, columns and notes.
nlohmann::ordered_json data_info(const Dataset& dataset);
/// The same as a table; `info` is data_info(dataset).
std::string data_info_text(const Dataset& dataset, const nlohmann::ordered_json& info);

}  // namespace gradus::cli
