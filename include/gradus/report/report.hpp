// Reports: what record files say, as one HTML file that opens without a network (docs/report.md).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace gradus {

/// The bundle of docs/report.md as JSON. A source is a run, study or reproduction folder, or a JSON file with a
/// certificate, a study or a reproduction. Throws InputError for a source that is none of these; what is wrong inside
/// one (a torn line, a record of a newer version) is told in the bundle.
std::string bundle_json(std::span<const std::string> sources, const std::string& title = {});

/// The page that reports are written into: the file $GRADUS_PAGE, else the one built into the program; empty without.
std::string report_page();

/// The sentence for a program without page.
std::string how_to_get_the_page();

/// `page` with the bundle in it. Throws InputError for a page without a place for it.
std::string fill_page(std::string_view page, std::string_view bundle);

/// Writes a report of the sources as `path`; without a title it is named after them. Throws InputError where there is
/// no page, saying how to get one.
void write_report(std::span<const std::string> sources, const std::string& path, const std::string& title = {});

/// Writes `folder`/report.html. Without a page it writes nothing and returns the sentence that says how to get one.
std::string write_folder_report(const std::string& folder);

}  // namespace gradus
