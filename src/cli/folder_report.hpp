// report.html at the end of a command that wrote a folder.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

namespace gradus::cli {

/// Writes `folder`/report.html and returns true, or notes on standard error why not: what was trained or measured
/// stands without it.
bool report_folder(const std::string& folder, bool quiet);

/// Writes one page about several folders as `path` and returns true, or notes why not.
bool report_folders(std::span<const std::string> folders, const std::string& path, const std::string& title);

}  // namespace gradus::cli
