// Folders that nobody named.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace gradus::cli {

/// Makes the first of START1, START2, ... that does not exist, with its parents, and gives its path. Two processes
/// never get the same one. Throws RunError where a folder cannot be made.
std::string make_numbered_folder(const std::string& start);

/// Removes a folder that nothing was put into; any other stays.
void remove_empty_folder(const std::string& path);

}  // namespace gradus::cli
