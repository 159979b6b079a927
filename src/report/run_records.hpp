// A run folder as the report's RUN object.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "report/record_file.hpp"

namespace gradus {

/// Whether the folder has what a run writes first.
bool is_run_folder(const std::string& path);

/// "complete", "running" or "stopped".
std::string run_state(const RecordFolder& folder);
/// The same of a study.
std::string study_state(const RecordFolder& folder);

/// The RUN object of docs/report.md. Never throws for what the folder holds: that is told in its `problems`.
nlohmann::ordered_json run_object(RecordFolder folder, const std::string& name);

}  // namespace gradus
