// SPDX-License-Identifier: Apache-2.0
#include "data/array_roles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <span>

#include "core/suggest.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

using Arrays = std::vector<NamedArray>;
using Words = std::span<const std::string_view>;

constexpr std::size_t kMostNames = 8;

/// Lower case without separators, so that X_train, x-train and xTrain are one name.
std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c != '_' && c != '-' && c != ' ') plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return plain;
}

struct NamePair {
  std::string_view x;
  std::string_view y;
};

// Tried first and in this order, so that a file which holds several pairs means what it always meant.
constexpr NamePair kTrainPairs[] = {{"xtrain", "ytrain"},
                                    {"trainx", "trainy"},
                                    {"trainimages", "trainlabels"},
                                    {"yt", "ct"},
                                    {"x", "y"},
                                    {"data", "labels"},
                                    {"data", "target"},
                                    {"features", "labels"},
                                    {"features", "targets"},
                                    {"images", "labels"}};
constexpr NamePair kValidPairs[] = {{"xvalid", "yvalid"},
                                    {"xval", "yval"},
                                    {"validx", "validy"},
                                    {"valx", "valy"},
                                    {"yv", "cv"},
                                    {"validimages", "validlabels"},
                                    {"xvalidation", "yvalidation"}};
constexpr NamePair kTestPairs[] = {
    {"xtest", "ytest"}, {"testx", "testy"}, {"testimages", "testlabels"}, {"yte", "cte"}};

// Then any word for features with any word for labels, the part's word before or after: train_data, imagesVal.
constexpr std::string_view kFeatureWords[] = {"x",        "data",  "images", "image", "imgs",
                                              "features", "feats", "inputs", "input", "samples"};
constexpr std::string_view kLabelWords[] = {"y",       "labels", "label",   "targets", "target",
                                            "classes", "class",  "outputs", "output"};
constexpr std::string_view kTrainWords[] = {"", "train", "training", "tr"};
constexpr std::string_view kValidWords[] = {"valid", "val", "validation", "dev"};
constexpr std::string_view kTestWords[] = {"test", "testing", "te"};

bool is_one_of(std::string_view plain, Words words, Words parts) {
  for (const std::string_view part : parts) {
    for (const std::string_view word : words) {
      if (plain.size() != part.size() + word.size()) continue;
      if ((plain.starts_with(part) && plain.ends_with(word)) || (plain.starts_with(word) && plain.ends_with(part))) {
        return true;
      }
    }
  }
  return false;
}

std::string names_of(std::span<const NamedArray* const> arrays) {
  std::vector<std::string> names;
  for (const NamedArray* array : arrays.first(std::min(arrays.size(), kMostNames))) {
    names.push_back(array->name.substr(0, 40));
  }
  return fmt::format("{}{}", fmt::join(names, ", "), arrays.size() > kMostNames ? ", ..." : "");
}

std::string names_of(const Arrays& arrays) {
  std::vector<const NamedArray*> all;
  for (const NamedArray& array : arrays) all.push_back(&array);
  return names_of(all);
}

const NamedArray* find_array(const Arrays& arrays, std::string_view plain) {
  const auto found =
      std::find_if(arrays.begin(), arrays.end(), [&](const auto& a) { return plain_name(a.name) == plain; });
  return found == arrays.end() ? nullptr : &*found;
}

/// The arrays whose names are made of these words.
std::vector<const NamedArray*> find_by_words(const Arrays& arrays, Words words, Words parts) {
  std::vector<const NamedArray*> found;
  for (const NamedArray& array : arrays) {
    if (is_one_of(plain_name(array.name), words, parts)) found.push_back(&array);
  }
  return found;
}

ArrayPair find_pair(const Arrays& arrays, std::span<const NamePair> usual, Words parts) {
  for (const NamePair& names : usual) {
    const ArrayPair pair{find_array(arrays, names.x), find_array(arrays, names.y)};
    if (pair.x != nullptr && pair.y != nullptr) return pair;
  }
  const auto x = find_by_words(arrays, kFeatureWords, parts);
  const auto y = find_by_words(arrays, kLabelWords, parts);
  if (x.size() == 1 && y.size() == 1) return {x.front(), y.front()};
  return {};
}

// -- names that the user gives
const NamedArray* named_array(const Arrays& arrays, const std::string& name, const std::string& key,
                              const std::string& file) {
  std::vector<std::string_view> names;
  for (const NamedArray& array : arrays) {
    if (array.name == name) return &array;
    names.emplace_back(array.name);
  }
  const std::string_view near = nearest_name(name, names);
  throw InputError(ErrorParts{file + ": " + key, "the name of an array among " + names_of(arrays), "'" + name + "'",
                              near.empty() ? "" : fmt::format("did you mean '{}'?", near)});
}

/// The array of another part that is named as `train` is, "train" replaced by one of `parts`.
const NamedArray* companion(const Arrays& arrays, const NamedArray* train, Words parts) {
  if (train == nullptr) return nullptr;
  const std::string plain = plain_name(train->name);
  const std::size_t at = plain.find("train");
  if (at == std::string::npos) return nullptr;
  for (const std::string_view part : parts) {
    const std::size_t size = plain.compare(at, 8, "training") == 0 ? 8 : 5;
    const NamedArray* found = find_array(arrays, std::string(plain).replace(at, size, part));
    if (found != nullptr && found != train) return found;
  }
  return nullptr;
}

ArrayRoles roles_by_options(const Arrays& arrays, const SourceOptions& options, const std::string& file) {
  ArrayRoles roles;
  if (options.feature_array.empty()) {
    throw InputError(ErrorParts{file + ": data.feature_array",
                                "the name of the features beside data.label_array, among " + names_of(arrays), "none",
                                ""});
  }
  roles.train.x = named_array(arrays, options.feature_array, "data.feature_array", file);
  if (!options.label_array.empty()) {
    roles.train.y = named_array(arrays, options.label_array, "data.label_array", file);
  }
  const auto pair = [&](Words parts) {
    const ArrayPair found{companion(arrays, roles.train.x, parts), companion(arrays, roles.train.y, parts)};
    const bool complete = found.x != nullptr && (found.y != nullptr || roles.train.y == nullptr);
    return complete ? found : ArrayPair{};
  };
  roles.valid = pair(kValidWords);
  roles.test = pair(kTestWords);
  return roles;
}

// -- without names
/// numpy.savez(file, X, y) names its arrays arr_0 and arr_1.
bool set_by_position(const Arrays& arrays, ArrayRoles& roles, const std::string& file) {
  const NamedArray* first = find_array(arrays, "arr0");
  const NamedArray* second = find_array(arrays, "arr1");
  if (arrays.size() != 2 || first == nullptr || second == nullptr) return false;
  const auto has_one_column = [](const NamedArray& named) {
    const RawArray& array = named.array;
    return !array.words.empty() || (!array.shape.empty() && array.num_elements() == array.shape[0]);
  };
  if (has_one_column(*first) && !has_one_column(*second) && second->array.refusal.empty()) std::swap(first, second);
  roles.train = {first, second};
  roles.notes.push_back(
      fmt::format("{}: {} is taken as features, {} as labels; data.feature_array and data.label_array say otherwise",
                  file, first->name, second->name));
  return true;
}

/// The only array of a name for features, where no target is asked for.
const NamedArray* find_features(const Arrays& arrays) {
  for (const Words parts : {Words(kTrainWords), Words(kTestWords)}) {
    const auto found = find_by_words(arrays, kFeatureWords, parts);
    if (found.size() == 1) return found.front();
  }
  return nullptr;
}

/// Whether `other` could hold the labels of the table's samples: by its name, by its length, or nobody knows.
bool could_be_labels(const NamedArray& other, const RawArray& table, const SourceOptions& options) {
  const std::size_t samples = options.orientation == "columns" ? table.shape.back() : table.shape.front();
  const std::vector<std::size_t>& shape = other.array.shape;
  return shape.empty() || is_one_of(plain_name(other.name), kLabelWords, kTrainWords) ||
         other.array.num_elements() == samples || std::find(shape.begin(), shape.end(), samples) != shape.end();
}

/// The only array of numbers, where no other one could be its labels.
const NamedArray* find_table(const Arrays& arrays, const SourceOptions& options) {
  if (arrays.size() == 1) return arrays.data();
  const NamedArray* table = nullptr;
  for (const NamedArray& named : arrays) {
    if (!named.array.refusal.empty() || !named.array.words.empty()) continue;
    if (table != nullptr || named.array.shape.empty()) return nullptr;
    table = &named;
  }
  for (const NamedArray& named : arrays) {
    if (table != nullptr && &named != table && could_be_labels(named, table->array, options)) return nullptr;
  }
  return table;
}

void note_left_out(const Arrays& arrays, ArrayRoles& roles, const std::string& file) {
  std::vector<const NamedArray*> left_out;
  for (const NamedArray& array : arrays) {
    bool used = false;
    for (const ArrayPair& pair : {roles.train, roles.valid, roles.test}) {
      used = used || pair.x == &array || pair.y == &array;
    }
    if (!used) left_out.push_back(&array);
  }
  if (left_out.empty()) return;
  const char* verb = left_out.size() == 1 ? "is" : "are";
  roles.notes.push_back(fmt::format("{}: {} {} left out", file, names_of(left_out), verb));
}

/// Features by their name and yet a table: the labels may be in another file.
void note_table(const SourceOptions& options, ArrayRoles& roles, const std::string& file) {
  const std::string plain = plain_name(roles.train.x->name);
  const bool chosen = !options.feature_array.empty() || !options.label.empty();
  if (roles.train.y != nullptr || chosen || plain == "data" || !is_one_of(plain, kFeatureWords, kTrainWords)) return;
  roles.notes.push_back(
      fmt::format("{}: {} is read as a table whose last column is the label; data.label says otherwise", file,
                  roles.train.x->name));
}

[[noreturn]] void fail_roles(const Arrays& arrays, const std::string& file) {
  throw InputError(ErrorParts{file, "arrays named X and y, x_train and y_train, or Yt and Ct", names_of(arrays),
                              "rename them, or set data.feature_array and data.label_array"});
}

}  // namespace

ArrayRoles find_roles(const Arrays& arrays, const SourceOptions& options, const std::string& file) {
  ArrayRoles roles;
  if (!options.feature_array.empty() || !options.label_array.empty()) {
    roles = roles_by_options(arrays, options, file);
  } else if (roles.train = find_pair(arrays, kTrainPairs, kTrainWords); roles.train.x != nullptr) {
    roles.valid = find_pair(arrays, kValidPairs, kValidWords);
    roles.test = find_pair(arrays, kTestPairs, kTestWords);
  } else if (!set_by_position(arrays, roles, file)) {
    roles.train.x = find_table(arrays, options);
  }
  if (roles.train.x == nullptr && options.label == "none") roles.train.x = find_features(arrays);
  if (roles.train.x == nullptr) fail_roles(arrays, file);
  note_table(options, roles, file);
  note_left_out(arrays, roles, file);
  return roles;
}

const NamedArray& only_array(const Arrays& arrays, bool labels, const SourceOptions& options, const std::string& file) {
  const std::string& name = labels ? options.label_array : options.feature_array;
  const bool has_names = !arrays.front().name.empty();  // an npy file has none
  if (!name.empty() && has_names) {
    return *named_array(arrays, name, labels ? "data.label_array" : "data.feature_array", file);
  }
  if (arrays.size() == 1) return arrays.front();
  static constexpr std::string_view kAnyPart[] = {"",           "train", "training", "tr",      "valid", "val",
                                                  "validation", "dev",   "test",     "testing", "te"};
  const auto found = find_by_words(arrays, labels ? Words(kLabelWords) : Words(kFeatureWords), kAnyPart);
  if (found.size() == 1) return *found.front();
  throw InputError(ErrorParts{file, labels ? "one array of labels" : "one array of features", names_of(arrays),
                              labels ? "name it in data.label_array" : "name it in data.feature_array"});
}

}  // namespace gradus::data
