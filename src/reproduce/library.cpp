// SPDX-License-Identifier: Apache-2.0
#include "reproduce/library.hpp"

#include <algorithm>
#include <filesystem>

#include "core/suggest.hpp"
#include "core/text_file.hpp"

namespace gradus::reproduce {
namespace {

bool is_reproducible(const EmbeddedFile& file) {
  return file.text.find("\n[reproduce]") != std::string_view::npos;
}

Study embedded_study(const std::string& id) {
  const auto files = embedded_files();
  const auto found = std::ranges::find(files, id, &EmbeddedFile::id);
  return parse_study(std::string(found->text), "studies/" + id + ".toml", id);
}

bool names_file(const std::string& name) {
  return name.ends_with(".toml");
}

}  // namespace

std::vector<std::string> study_ids() {
  std::vector<std::string> ids;
  for (const EmbeddedFile& file : embedded_files()) {
    if (is_reproducible(file)) ids.emplace_back(file.id);
  }
  return ids;
}

std::vector<Study> find_studies(const std::vector<std::string>& names) {
  const std::vector<std::string> ids = study_ids();
  std::vector<std::string> chosen;
  const auto choose = [&](const std::string& id) {
    if (std::ranges::find(chosen, id) == chosen.end()) chosen.push_back(id);
  };
  for (const std::string& name : names) {
    const std::size_t before = chosen.size();
    if (names_file(name)) choose(name);
    bool known = names_file(name);
    for (const std::string& id : ids) {
      if (name != "all" && id != name && !id.starts_with(name + "-")) continue;
      choose(id);
      known = true;
    }
    if (known || chosen.size() > before) continue;
    std::vector<std::string_view> all = {"all", "s0", "s1", "s2", "s3", "s4"};
    all.insert(all.end(), ids.begin(), ids.end());
    throw unknown_name("study", name, all);
  }
  std::vector<Study> studies;
  for (const std::string& name : chosen) {
    if (names_file(name)) {
      const std::string id = std::filesystem::path(name).stem().string();
      studies.push_back(parse_study(read_text_file(name, "a study's TOML file"), name, id));
    } else {
      studies.push_back(embedded_study(name));
    }
  }
  return studies;
}

}  // namespace gradus::reproduce
