// report.html at the end of a command that wrote a folder.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace gradus::cli {

/// Writes `folder`/report.html, or notes on standard error why not: what was trained or measured stands without it.
void report_folder(const std::string& folder, bool quiet);

}  // namespace gradus::cli
