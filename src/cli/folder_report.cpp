#include "cli/folder_report.hpp"

#include "cli/note.hpp"
#include "gradus/core/error.hpp"
#include "gradus/report/report.hpp"

namespace gradus::cli {

void report_folder(const std::string& folder, bool quiet) {
  try {
    const std::string reason = write_folder_report(folder);
    if (!quiet && !reason.empty()) note("note: {}\n", reason);
  } catch (const Error& error) {
    note("note: no report was written; {}\n", error.what());
  }
}

}  // namespace gradus::cli
