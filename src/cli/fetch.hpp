// Downloads of published data sets: resumed where they stopped, checked, then put in place whole.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/published_files.hpp"

namespace gradus::cli {

struct FetchOptions {
  std::string data_folder;
  std::string mirror;  // base URL instead of the table's
  bool force = false;  // replace a file of other content
  /// Within which a file must arrive from one mirror; 0: as long as a slow line needs for its size.
  double deadline_seconds = 0.0;
  std::function<void(const std::string& file, double bytes, double total)> on_progress;  // total 0: not known
};

struct FetchedFile {
  std::string path;
  std::string status;  // "downloaded", "resumed", "present" or "copied"
};

/// Makes every file of `set` stand in its folder. What has arrived of an interrupted download is kept in FILE.part and
/// continued. Throws RunError when no mirror delivers within its time, when one sends more than the file can have, or
/// when what arrived has another size or SHA-256 (it is then removed).
std::vector<FetchedFile> fetch_set(const PublishedSet& set, const FetchOptions& options);

}  // namespace gradus::cli
