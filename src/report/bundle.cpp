// The bundle of a report from the names of its sources.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <string>

#include "core/json_text.hpp"
#include "gradus/core/error.hpp"
#include "gradus/report/report.hpp"
#include "gradus/search/study.hpp"
#include "report/bundle_parts.hpp"
#include "report/run_records.hpp"
#include "training/version.hpp"

namespace gradus {
namespace {

namespace fs = std::filesystem;
using BundleJson = nlohmann::ordered_json;

constexpr int kBundleSchema = 1;

bool is_directory(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

[[noreturn]] void refuse_source(const std::string& source, const std::string& found) {
  throw InputError({.where = source,
                    .expected = "a run, study or reproduction folder, or a JSON file with a certificate, a study or a "
                                "reproduction",
                    .found = found,
                    .advice = "`gradus train --out DIR` makes a run folder"});
}

// What a JSON file holds, by its keys.
void add_file(BundleJson& bundle, const std::string& path) {
  std::optional<std::string> text;
  try {
    text = read_bounded(path, Links::kFollow);
  } catch (const InputError&) {
    refuse_source(path, "a file that is too large for one");
  }
  if (!text) refuse_source(path, "no file that can be read");
  std::optional<BundleJson> object = parse_json(*text);
  if (!object || !object->is_object()) refuse_source(path, "no JSON object");
  const auto schema = object->find("schema");
  if (schema != object->end() && *schema != BundleJson(kBundleSchema)) {
    throw InputError({.where = path,
                      .expected = "schema " + std::to_string(kBundleSchema),
                      .found = schema->dump(-1, ' ', false, BundleJson::error_handler_t::replace),
                      .advice = "a newer version of Gradus wrote it"});
  }
  if (object->contains("claims") && object->contains("detection")) {
    bundle["certificates"].push_back({{"name", path}, {"certificate", *std::move(object)}});
  } else if (object->contains("trials")) {
    bundle["studies"].push_back({{"name", path}, {"study", *std::move(object)}});
  } else if (object->contains("rows") && object->contains("study")) {
    bundle["reproductions"].push_back({{"name", path}, {"reproduction", *std::move(object)}});
  } else {
    refuse_source(path, "another JSON object");
  }
}

// What is read by other means than read_bounded() must not lead outside either.
void require_own_files(const RecordFolder& folder, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    std::error_code ignored;
    if (!fs::is_symlink(folder.file(name), ignored)) continue;
    throw InputError({.where = name, .expected = "a file of the study itself", .found = "a link", .advice = ""});
  }
}

}  // namespace

BundleJson empty_bundle(const std::string& title, bool live) {
  return {{"schema", kBundleSchema},
          {"version", version()},
          {"title", title},
          {"live", live},
          {"runs", BundleJson::array()},
          {"certificates", BundleJson::array()},
          {"studies", BundleJson::array()},
          {"reproductions", BundleJson::array()}};
}

FolderKind folder_kind(const std::string& path) {
  if (is_plain_file(path + "/study.sqlite")) return FolderKind::kStudy;
  if (is_plain_file(path + "/reproduction.json")) return FolderKind::kReproduction;
  if (is_run_folder(path)) return FolderKind::kRun;
  if (is_plain_file(path + "/certificate.json")) return FolderKind::kCertificate;
  return FolderKind::kOther;
}

void add_folder(BundleJson& bundle, const RecordFolder& folder, const std::string& name) {
  RecordFolder records = folder;
  const auto add = [&](const char* list, const char* key, BundleJson object) {
    if (object.is_null()) object = BundleJson::object();
    bundle[list].push_back({{"name", name}, {key, std::move(object)}, {"problems", records.problems}});
  };
  switch (folder_kind(folder.path)) {
    case FolderKind::kStudy: {
      if (folder.confined) require_own_files(folder, {"study.sqlite", "best", "best/test.json"});
      const std::string text = study_json(read_study(folder.path), folder.path);
      add("studies", "study", parse_json(text).value_or(BundleJson()));
      const RecordFolder best{.path = folder.file("best"), .confined = folder.confined};
      if (is_run_folder(best.path)) bundle["runs"].push_back(run_object(best, name + "/best"));
      return;
    }
    case FolderKind::kReproduction:
      add("reproductions", "reproduction", read_record_object(records, "reproduction.json", kBundleSchema));
      return;
    case FolderKind::kRun:
      bundle["runs"].push_back(run_object(records, name));
      return;
    case FolderKind::kCertificate:
      add("certificates", "certificate", read_record_object(records, "certificate.json", kBundleSchema));
      return;
    case FolderKind::kOther:
      break;
  }
  refuse_source(name, "none of config.toml, metrics.jsonl, summary.json, study.sqlite, reproduction.json");
}

std::string bundle_text(const BundleJson& bundle) {
  return bundle.dump(-1, ' ', false, BundleJson::error_handler_t::replace);
}

namespace {

// A title that can still be read as one.
std::string named_after(std::span<const std::string> sources) {
  constexpr std::size_t kNamed = 3;
  std::string title;
  for (const std::string& source : sources.first(std::min(sources.size(), kNamed))) {
    title += (title.empty() ? "" : ", ") + source;
  }
  if (sources.size() > kNamed) title += " and " + std::to_string(sources.size() - kNamed) + " more";
  return title;
}

}  // namespace

std::string bundle_json(std::span<const std::string> sources, const std::string& title) {
  BundleJson bundle = empty_bundle(title.empty() ? named_after(sources) : title, false);
  for (std::string source : sources) {
    while (source.size() > 1 && source.back() == '/') source.pop_back();
    if (is_directory(source)) {
      add_folder(bundle, {.path = source}, source);
    } else {
      add_file(bundle, source);
    }
  }
  return bundle_text(bundle);
}

}  // namespace gradus
