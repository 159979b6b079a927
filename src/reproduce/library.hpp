// The study files that the program carries with it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/study.hpp"

namespace gradus::reproduce {

struct EmbeddedFile {
  std::string_view id;  // "s2-init"
  std::string_view text;
};
/// Written by CMake from studies/*.toml, in alphabetical order.
std::span<const EmbeddedFile> embedded_files();

/// Ids of all studies, those of one notebook together.
std::vector<std::string> study_ids();
/// Studies by id, notebook ("s2"), "all" or path of a TOML file, each once. Throws InputError with a suggestion.
std::vector<Study> find_studies(const std::vector<std::string>& names);

}  // namespace gradus::reproduce
