// Tiny files of every format, made byte by byte, for the readers' tests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gradus/data/source.hpp"

namespace gradus::test {

/// `value` in `size` bytes, least significant first unless `big_endian`.
std::string integer_bytes(std::uint64_t value, int size, bool big_endian = false);
std::string float_bytes(float value, bool big_endian = false);
std::string double_bytes(double value, bool big_endian = false);

/// One gzip member; `file_name` fills the FNAME field when not empty.
std::string gzip(const std::string& content, const std::string& file_name = "");
std::string zlib_stream(const std::string& content);
/// One zstd frame with a checksum; `says_size`: its header holds the size of the content.
std::string zstd(const std::string& content, bool says_size = true);

std::string idx(std::uint8_t type, const std::vector<std::uint32_t>& shape, const std::string& values);
/// `count` images of 2x3 bytes (0, 1, 2, ...), and labels i % 3.
std::string idx_images(std::uint32_t count);
std::string idx_labels(std::uint32_t count);

std::string npy(const std::string& descr, const std::string& shape, const std::string& values, bool fortran = false,
                int version = 1);
std::string zip(const std::vector<std::pair<std::string, std::string>>& members, bool deflated);

struct MatVariable {
  std::string name;
  int rows = 0;
  int cols = 0;
  std::vector<double> values;  // column by column
  int storage = 9;             // mi code: 9 double, 7 single, 2 uint8, ...
};
std::string mat(const std::vector<MatVariable>& variables, bool compressed, bool big_endian = false);
/// The 128 bytes with which a MAT-file of version 5 starts.
std::string mat_header(bool big_endian = false);
/// An element of a MAT-file: tag, bytes, padding (little-endian).
std::string mat_element(std::uint32_t type, const std::string& bytes);
/// A variable of class `array_class` (1 cell, 2 structure, 4 char, 5 sparse, 6 double, ...) with these elements.
std::string mat_matrix(std::uint32_t array_class, const std::vector<std::int32_t>& shape, const std::string& name,
                       const std::string& elements);

/// The bytes that pairs of hexadecimal digits stand for.
std::string bytes_of_hex(std::string_view digits);

/// A protocol 2 pickle of ((x, y), (x, y), (x, y)) as Python 2 wrote it: 2, 1 and 1 samples of 3 float32 features.
std::string pickle_of_parts(const std::string& constructor_module = "numpy.core.multiarray",
                            const std::string& constructor_name = "_reconstruct");

/// Writes `content` to `path` and returns `path`.
std::string write_bytes(const std::string& path, const std::string& content);

/// The sentence of the InputError that reading `path` throws; a failure of the test when there is none.
std::string error_of(const std::string& path, const SourceOptions& options = {});

/// Reads `content` as a file of that name, cut at every length and then with `num_flips` random changes of bytes.
/// Cuts must throw InputError; changed files may throw an Error or be read, but nothing else may happen.
void check_hostile_variants(const std::string& name, const std::string& content, int num_flips = 2000);

}  // namespace gradus::test
