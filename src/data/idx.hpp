// IDX, the format of MNIST: a big-endian header (two zeros, element type, number of dimensions, extents), then values.
// Plain or gzip. http://yann.lecun.com/exdb/mnist describes it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>

#include "data/raw_array.hpp"
#include "gradus/core/sha256.hpp"

namespace gradus::data {

/// True when the first bytes (after unpacking) look like an IDX header.
[[nodiscard]] bool is_idx(std::span<const std::byte> start);

/// One IDX file, `stored` as it is on the disk (gzip or not); `path` for messages.
RawArray read_idx(Bytes stored, const std::string& path, std::uint64_t max_bytes);
/// The same from the disk, its bytes added to `hash`.
RawArray read_idx_file(const std::string& path, std::uint64_t max_bytes, Sha256& hash);

/// Paths of a set's four files; the test pair may be missing.
struct IdxFiles {
  std::string train_images;
  std::string train_labels;
  std::string test_images;
  std::string test_labels;
};

/// The files with MNIST's names in `folder` ("-" or "." before idx, .gz or not; EMNIST's names, where there is one such
/// set: a prefix before, test for t10k), or nothing when the images are absent.
std::optional<IdxFiles> find_idx_files(const std::string& folder);
/// The label file that belongs to an image file by its name (images -> labels, idx3 -> idx1), if it exists.
std::optional<std::string> find_idx_labels(const std::string& images_path);

}  // namespace gradus::data
