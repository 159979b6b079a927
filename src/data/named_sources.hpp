// Published data sets by name: which files they are and where those are looked for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/data/source.hpp"

namespace gradus::data {

/// What a name stands for once it is found. Exactly one of `folder` (of IDX files) and `file` is set.
struct FoundSource {
  std::string folder;
  std::string file;
  std::string test_file;
};

[[nodiscard]] bool is_named_source(std::string_view name);

/// The set of that name in one data folder, if it is there.
std::optional<FoundSource> find_named_source_in(const std::string& name, const std::string& folder);
/// Looks in `options.data_dir`, $GRADUS_DATA_DIR and the user's cache. Throws InputError listing them when nothing is
/// there.
FoundSource find_named_source(const std::string& name, const SourceOptions& options);

/// Class names that are published but not in the files (Fashion-MNIST, the tabular sets); empty when there are none.
std::vector<std::string> published_class_names(std::string_view name);

}  // namespace gradus::data
