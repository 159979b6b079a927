// The page and how a bundle comes into it.
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "core/atomic_file.hpp"
#include "core/text_file.hpp"
#include "gradus/core/error.hpp"
#include "gradus/report/report.hpp"
#include "report/embedded_page.hpp"

namespace gradus {
namespace {

constexpr std::string_view kPlace = R"(<script type="application/json" id="gradus-data">)";
constexpr const char* kNoPage =
    "the page of reports is not built into this program; install Node with npm and build anew with `./run build`, or "
    "set "
    "GRADUS_PAGE to a page that was built elsewhere";

}  // namespace

std::string report_page() {
  const char* path = std::getenv("GRADUS_PAGE");
  if (path != nullptr && *path != '\0') return read_text_file(path, "the page of reports as GRADUS_PAGE");
  return std::string(embedded_page());
}

std::string how_to_get_the_page() {
  return kNoPage;
}

std::string fill_page(std::string_view page, std::string_view bundle) {
  const std::size_t place = page.find(kPlace);
  if (place == std::string_view::npos) {
    throw InputError({.where = "the page of reports",
                      .expected = std::string(kPlace),
                      .found = "none",
                      .advice = "build web/ anew"});
  }
  std::string text(page.substr(0, place + kPlace.size()));
  text.reserve(page.size() + bundle.size() + bundle.size() / 16);
  // Within JSON `<` occurs in strings only. Escaped, no text of a record can end the script or begin a comment.
  for (const char c : bundle) {
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return text += page.substr(place + kPlace.size());
}

void write_report(std::span<const std::string> sources, const std::string& path, const std::string& title) {
  const std::string page = report_page();
  const std::string bundle = bundle_json(sources, title);
  if (page.empty()) throw InputError("gradus report: " + how_to_get_the_page());
  write_file(path, fill_page(page, bundle));
}

std::string write_folder_report(const std::string& folder) {
  if (report_page().empty()) return folder + "/report.html was not written: " + how_to_get_the_page();
  const std::string sources[] = {folder};
  write_report(sources, folder + "/report.html");
  return {};
}

}  // namespace gradus
