// SPDX-License-Identifier: Apache-2.0
#include "data/named_sources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "data/idx.hpp"
#include "gradus/core/error.hpp"

namespace gradus {
namespace data {
namespace {

namespace fs = std::filesystem;

/// Candidates of one name in the order of preference. A path that ends in '/' is a folder of IDX files; "A + B" are a
/// training and a test file.
struct NamedSource {
  std::string_view name;
  bool fetchable;  // in the program's table of mirrors; a test holds the two together
  std::string_view summary;
  std::array<std::string_view, 3> candidates;
};

constexpr std::array<NamedSource, 14> kNamedSources{{
    {"mnist", true, "handwritten digits, 60,000 + 10,000 of 28x28", {"mnist/", "mnist/mnist.pkl.gz", "mnist.pkl.gz"}},
    {"mnist-pkl",
     false,
     "the same as 50,000 + 10,000 + 10,000, pixels / 256",
     {"mnist/mnist.pkl.gz", "mnist.pkl.gz", ""}},
    {"fashion-mnist", true, "clothes, 60,000 + 10,000 of 28x28", {"fashion/", "fashion-mnist/", ""}},
    {"peaks-mat", false, "2 features, 5 classes, 25,000 + 6,250", {"peaks/PeaksData.mat", "PeaksData.mat", ""}},
    {"gmm-mat", false, "5 features, 5 classes, 25,000 + 6,250", {"gmm/GMMData.mat", "GMMData.mat", ""}},
    {"swissroll", false, "two spirals, 20,000 + 5,000", {"swissroll/SwissRollData.mat", "SwissRollData.mat", ""}},
    {"cercles", false, "two concentric circles, 1,100", {"circles/cercles.txt", "cercles.txt", ""}},
    {"iris", true, "flowers, 150 of 4 features, 3 classes", {"tabular/iris.csv", "iris.csv", "iris/iris.data"}},
    {"wine", false, "wines, 178 of 13 features, 3 classes", {"tabular/wine.csv", "wine.csv", ""}},
    {"breast-cancer",
     false,
     "tumours, 569 of 30 features, 2 classes",
     {"tabular/breast_cancer.csv", "breast_cancer.csv", ""}},
    {"digits-uci",
     true,
     "digits of 8x8, 3,823 + 1,797",
     {"tabular/digits_train.csv+tabular/digits.csv", "digits_train.csv+digits.csv",
      "digits-uci/optdigits.tra+digits-uci/optdigits.tes"}},
    {"digits-uci-test",
     false,
     "the 1,797 test digits alone (scikit-learn's)",
     {"tabular/digits.csv", "digits.csv", "digits-uci/optdigits.tes"}},
    {"winequality-red",
     true,
     "wine quality 3-8, 1,599 of 11 features",
     {"tabular/winequality_red.csv", "winequality_red.csv", "winequality-red/winequality-red.csv"}},
    {"winequality-white",
     true,
     "wine quality 3-9, 4,898 of 11 features",
     {"tabular/winequality_white.csv", "winequality_white.csv", "winequality-white/winequality-white.csv"}},
}};

const NamedSource* find_entry(std::string_view name) {
  const auto* found = std::find_if(kNamedSources.begin(), kNamedSources.end(), [&](auto& e) { return e.name == name; });
  return found == kNamedSources.end() ? nullptr : found;
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

std::optional<FoundSource> try_candidate(const fs::path& root, std::string_view candidate) {
  if (candidate.empty()) return std::nullopt;
  if (candidate.ends_with('/')) {
    candidate.remove_suffix(1);
    const std::string folder = (root / candidate).string();
    if (!find_idx_files(folder)) return std::nullopt;
    return FoundSource{folder, "", ""};
  }
  const std::size_t plus = candidate.find('+');
  const fs::path file = root / candidate.substr(0, plus);
  if (!is_file(file)) return std::nullopt;
  if (plus == std::string_view::npos) return FoundSource{"", file.string(), ""};
  const fs::path test = root / candidate.substr(plus + 1);
  if (!is_file(test)) return std::nullopt;
  return FoundSource{"", file.string(), test.string()};
}

}  // namespace

bool is_named_source(std::string_view name) {
  return find_entry(name) != nullptr;
}

std::optional<FoundSource> find_named_source_in(const std::string& name, const std::string& folder) {
  for (const std::string_view candidate : find_entry(name)->candidates) {
    if (auto found = try_candidate(folder, candidate)) return found;
  }
  return std::nullopt;
}

FoundSource find_named_source(const std::string& name, const SourceOptions& options) {
  const NamedSource* entry = find_entry(name);
  const std::vector<std::string> roots = data_folders(options.data_dir);
  for (const std::string& root : roots) {
    if (auto found = find_named_source_in(name, root)) return *found;
  }
  throw InputError(ErrorParts{
      "data '" + name + "'", fmt::format("{} in one of {}", entry->candidates[0], fmt::join(roots, ", ")), "none",
      entry->fetchable ? "try 'gradus data fetch " + name + "' or --data-dir" : "put the file there or give its path"});
}

std::vector<std::string> published_class_names(std::string_view name) {
  if (name == "fashion-mnist" || name == "fashion") {
    return {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"};
  }
  if (name == "iris") return {"setosa", "versicolor", "virginica"};
  if (name == "breast-cancer") return {"malignant", "benign"};
  return {};
}

}  // namespace data

std::vector<std::string> data_folders(const std::string& data_dir) {
  std::vector<std::string> folders;
  if (!data_dir.empty()) folders.push_back(data_dir);
  const char* configured = std::getenv("GRADUS_DATA_DIR");
  if (configured != nullptr && *configured != '\0') folders.emplace_back(configured);
  folders.push_back(user_cache_folder());
  return folders;
}

std::string user_cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache == '/') return std::string(cache) + "/gradus";
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : ".") + "/.cache/gradus";
}

std::vector<SourceEntry> named_sources() {
  std::vector<SourceEntry> entries;
  entries.reserve(data::kNamedSources.size());
  for (const data::NamedSource& source : data::kNamedSources) {
    entries.push_back({std::string(source.name), std::string(source.summary), source.fetchable});
  }
  return entries;
}

}  // namespace gradus
