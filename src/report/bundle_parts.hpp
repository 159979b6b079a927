// The pieces of which reports and the live view put bundles together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "report/record_file.hpp"

namespace gradus {

enum class FolderKind : std::uint8_t { kRun, kStudy, kReproduction, kCertificate, kOther };

/// By the files that are there.
FolderKind folder_kind(const std::string& path);

/// A bundle without sources.
nlohmann::ordered_json empty_bundle(const std::string& title, bool live);

/// Adds what the folder holds under the name `name`. Throws InputError for a folder that holds no record.
void add_folder(nlohmann::ordered_json& bundle, const RecordFolder& folder, const std::string& name);

/// The bundle as text; bytes that are not UTF-8 become U+FFFD.
std::string bundle_text(const nlohmann::ordered_json& bundle);

}  // namespace gradus
