// SPDX-License-Identifier: Apache-2.0
#include "cli/data_at_hand.hpp"

#include <algorithm>
#include <filesystem>

#include "core/suggest.hpp"
#include "data/idx.hpp"
#include "data/named_sources.hpp"
#include "gradus/core/error.hpp"
#include "gradus/data/source.hpp"

namespace gradus::cli {
namespace {

namespace fs = std::filesystem;

// Whether the set can be downloaded; throws where nobody knows it.
const SourceEntry& find_known_set(const std::string& name, const std::vector<SourceEntry>& sets) {
  std::vector<std::string_view> names;
  for (const SourceEntry& set : sets) {
    if (set.name == name) return set;
    names.push_back(set.name);
  }
  throw unknown_name("data set to download", name, names);
}

std::vector<fs::path> files_of(const data::FoundSource& found) {
  std::vector<fs::path> files;
  if (const auto idx = found.folder.empty() ? std::nullopt : data::find_idx_files(found.folder)) {
    for (const std::string* file : {&idx->train_images, &idx->train_labels, &idx->test_images, &idx->test_labels}) {
      files.emplace_back(*file);
    }
  } else {
    files = {found.file, found.test_file};
  }
  std::erase_if(files, [](const fs::path& file) { return file.empty(); });
  return files;
}

// Whether one of the files is where a download puts it.
bool is_download(const std::string& name, const std::string& folder, const std::vector<fs::path>& files) {
  const auto sets = published_sets();
  const auto set = std::ranges::find(sets, name, &PublishedSet::name);
  if (set == sets.end()) return false;
  return std::ranges::any_of(set->files, [&](const PublishedFile& file) {
    const fs::path path = fs::path(folder) / set->folder / file.name;
    return std::ranges::find(files, path) != files.end();
  });
}

FetchedFile copy_into(const std::string& data_dir, const std::string& root, const fs::path& file) {
  const fs::path to = fs::path(data_dir) / file.lexically_relative(root);
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  if (!error) fs::copy_file(file, to, fs::copy_options::skip_existing, error);
  if (error) throw RunError(ErrorParts{to.string(), "a file that can be written", error.message(), ""});
  return {to.string(), "copied"};
}

}  // namespace

std::optional<std::vector<FetchedFile>> files_at_hand(const std::string& name, const std::string& data_dir) {
  const std::vector<SourceEntry> sets = named_sources();
  const SourceEntry& known = find_known_set(name, sets);
  const std::string target = data_dir.empty() ? user_cache_folder() : data_dir;
  const std::vector<std::string> folders = data_folders(data_dir);
  for (const std::string& folder : folders) {
    const auto found = data::find_named_source_in(name, folder);
    if (!found) continue;
    const std::vector<fs::path> paths = files_of(*found);
    if (folder == target && is_download(name, folder, paths)) return std::nullopt;
    std::vector<FetchedFile> files;
    for (const fs::path& path : paths) {
      const bool stays = data_dir.empty() || folder == data_dir;
      files.push_back(stays ? FetchedFile{path.string(), "present"} : copy_into(data_dir, folder, path));
    }
    return files;
  }
  if (known.fetchable) return std::nullopt;
  // Says which file is missing, and where it was looked for.
  SourceOptions options;
  options.data_dir = data_dir;
  data::find_named_source(name, options);
  return std::nullopt;
}

}  // namespace gradus::cli
