// Relative paths of a data source that are meant in another folder than the working directory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gradus/data/source.hpp"

namespace gradus::data {

/// `source` with its relative path in `base_folder`: where nothing is there, as it stands if that exists, so that the
/// error of a file that is nowhere names the folder. Both files of a pair; generators, published names and "-" as they
/// are. An empty base folder, or the working directory, changes nothing.
std::string source_in(const std::string& base_folder, const std::string& source);

/// `options` with the test file and the folder of named sets found in the same way.
SourceOptions options_in(const std::string& base_folder, SourceOptions options);

}  // namespace gradus::data
