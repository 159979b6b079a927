// SPDX-License-Identifier: Apache-2.0
#include "data/source_path.hpp"

#include <filesystem>

#include "data/generators.hpp"
#include "data/named_sources.hpp"

namespace gradus::data {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool changes_nothing(const std::string& base_folder) {
  std::error_code ignored;
  return base_folder.empty() || fs::equivalent(base_folder, fs::current_path(ignored), ignored);
}

std::string path_in(const std::string& base_folder, const std::string& path) {
  if (path.empty() || fs::path(path).is_absolute()) return path;
  const fs::path there = fs::path(base_folder) / path;
  return is_there(there) || !is_there(path) ? there.string() : path;
}

}  // namespace

std::string source_in(const std::string& base_folder, const std::string& source) {
  if (changes_nothing(base_folder) || source == "-" || is_generator(source) || is_named_source(source)) return source;
  const std::string whole = path_in(base_folder, source);
  if (is_there(whole)) return whole;
  // A word without any sign of a path is a name that nobody knows.
  if (source.find_first_of("/.,") == std::string::npos) return source;
  const std::size_t comma = source.find(',');
  if (comma == std::string::npos) return whole;
  return path_in(base_folder, source.substr(0, comma)) + "," + path_in(base_folder, source.substr(comma + 1));
}

SourceOptions options_in(const std::string& base_folder, SourceOptions options) {
  if (changes_nothing(base_folder)) return options;
  options.valid_path = source_in(base_folder, options.valid_path);
  options.test_path = source_in(base_folder, options.test_path);
  options.data_dir = path_in(base_folder, options.data_dir);
  return options;
}

}  // namespace gradus::data
