#include "cli/folder_report.hpp"

#include "cli/note.hpp"
#include "gradus/core/error.hpp"
#include "gradus/report/report.hpp"

namespace gradus::cli {

bool report_folder(const std::string& folder, bool quiet) {
  try {
    const std::string reason = write_folder_report(folder);
    if (!quiet && !reason.empty()) note("note: {}\n", reason);
    return reason.empty();
  } catch (const Error& error) {
    note("note: no report was written; {}\n", error.what());
    return false;
  }
}

bool report_folders(std::span<const std::string> folders, const std::string& path, const std::string& title) {
  try {
    write_report(folders, path, title);
    return true;
  } catch (const Error& error) {
    note("note: no report of all was written; {}\n", error.what());
    return false;
  }
}

}  // namespace gradus::cli
