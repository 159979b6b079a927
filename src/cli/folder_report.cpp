// SPDX-License-Identifier: Apache-2.0
#include "cli/folder_report.hpp"

#include "cli/note.hpp"
#include "gradus/core/error.hpp"
#include "gradus/report/report.hpp"

namespace gradus::cli {

namespace {

// A run is done whether or not its page could be written.
template <class Write>
bool noting_errors(const Write& write) {
  try {
    return write();
  } catch (const Error& error) {
    note("note: no report was written; {}\n", error.what());
    return false;
  }
}

}  // namespace

bool report_folder(const std::string& folder, bool quiet) {
  return noting_errors([&] {
    const std::string reason = write_folder_report(folder);
    if (!quiet && !reason.empty()) note("note: {}\n", reason);
    return reason.empty();
  });
}

bool report_folders(std::span<const std::string> folders, const std::string& path, const std::string& title) {
  return noting_errors([&] {
    write_report(folders, path, title);
    return true;
  });
}

}  // namespace gradus::cli
