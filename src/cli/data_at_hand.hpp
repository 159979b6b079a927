// What a download would bring that a data folder has already.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/fetch.hpp"

namespace gradus::cli {

/// The files of a set that `data_dir` (empty: any data folder) or another data folder has, "present", or "copied" into
/// `data_dir` at the same place below it. Nothing where no folder has the set, or where what `data_dir` (or the user's
/// cache) has is a download, which fetch_set() then checks. Throws InputError, with a suggestion, for a set that nobody
/// knows, and for one that is in no folder and cannot be downloaded.
std::optional<std::vector<FetchedFile>> files_at_hand(const std::string& name, const std::string& data_dir);

}  // namespace gradus::cli
