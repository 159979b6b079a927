// Where published data sets can be downloaded, and what their files must contain. The one table of mirrors.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace gradus::cli {

struct PublishedFile {
  std::string_view name;
  /// Of the bytes after unpacking when the file is gzip: archives of the same bytes differ between mirrors.
  std::string_view sha256;
  std::uint64_t size;  // of the same bytes
};

struct PublishedSet {
  std::string_view name;
  std::string_view folder;  // below the data folder
  std::span<const std::string_view> mirrors;
  std::span<const PublishedFile> files;
};

std::span<const PublishedSet> published_sets();

/// Throws InputError with a suggestion when `name` cannot be downloaded.
const PublishedSet& find_published_set(std::string_view name);

}  // namespace gradus::cli
