// SPDX-License-Identifier: Apache-2.0
#include "data/part_block.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "data/level_codes.hpp"
#include "data/text_number.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

constexpr std::size_t kMaxIntegerClasses = 1000;
constexpr std::size_t kMaxRealClasses = 20;
// Of a table's whole numbers: so many need no word about it, and more need so many rows each to be classes.
constexpr std::size_t kFewClasses = 10;
constexpr std::size_t kRowsOfClass = 5;
// An index label may leave gaps (a class without samples in a small subset), but not more than this many or than half.
constexpr std::size_t kMinIndexSpan = 10;
constexpr double kLargestLabel = 1e9;

bool is_whole(double value) {
  return std::nearbyint(value) == value && std::abs(value) <= kLargestLabel;
}

bool all_zero_or_one(const Matrix<double>& values) {
  return std::all_of(values.span().begin(), values.span().end(), [](double v) { return v == 0.0 || v == 1.0; });
}

bool is_one_hot(const Matrix<double>& values) {
  if (values.cols() < 2 || !all_zero_or_one(values)) return false;
  for (std::size_t r = 0; r < values.rows(); ++r) {
    double sum = 0.0;
    for (const double v : values.row(r)) sum += v;
    if (sum != 1.0) return false;
  }
  return true;
}

std::vector<double> distinct_values(const Matrix<double>& values) {
  // Piece by piece, each as long as what is known: labels of a few classes are not copied as a whole.
  constexpr std::size_t kShortestPiece = 65536;
  std::vector<double> distinct;
  for (std::span<const double> rest = values.span(); !rest.empty();) {
    const std::span<const double> piece = rest.first(std::min(rest.size(), std::max(kShortestPiece, distinct.size())));
    rest = rest.subspan(piece.size());
    const auto known = static_cast<std::ptrdiff_t>(distinct.size());
    distinct.insert(distinct.end(), piece.begin(), piece.end());
    std::sort(distinct.begin() + known, distinct.end());
    std::inplace_merge(distinct.begin(), distinct.begin() + known, distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  }
  return distinct;
}

/// The task of one column of numbers in a table, whose numbers may be names or quantities. A sentence in `notes` where
/// it could be the other.
Task decide_table_task(const PartBlock& block, const std::vector<double>& distinct, std::vector<std::string>& notes) {
  if (!block.code_names.empty()) return Task::kClassification;
  const std::size_t count = distinct.size();
  const bool whole = std::all_of(distinct.begin(), distinct.end(), is_whole);
  const bool counts_up = whole && distinct.back() - distinct.front() + 1.0 == static_cast<double>(count);
  const bool few = count <= kMaxRealClasses && (whole || 2 * count <= block.rows());
  if (few || (counts_up && count <= kMaxIntegerClasses && kRowsOfClass * count <= block.rows())) {
    if (!whole || count > kFewClasses) {
      notes.push_back(
          fmt::format("{}: the {} different numbers of the label were taken as classes; data.task = regression "
                      "takes them as quantities",
                      block.where, count));
    }
    return Task::kClassification;
  }
  if (whole) {
    notes.push_back(
        fmt::format("{}: the {} different whole numbers of the label were taken as quantities; data.task = "
                    "classification takes them as classes",
                    block.where, count));
  }
  return Task::kRegression;
}

Task decide_task(const PartBlock& block, const SourceOptions& options, std::vector<std::string>& notes) {
  if (!options.task.empty()) return parse_task(options.task);
  if (block.numbers.empty()) return Task::kClassification;
  if (block.numbers.cols() > 1) {
    if (is_one_hot(block.numbers)) return Task::kClassification;
    return all_zero_or_one(block.numbers) ? Task::kMultiLabel : Task::kRegression;
  }
  const std::vector<double> distinct = distinct_values(block.numbers);
  if (!block.columns.empty()) return decide_table_task(block, distinct, notes);
  if (std::all_of(distinct.begin(), distinct.end(), is_whole)) {
    return distinct.size() <= kMaxIntegerClasses ? Task::kClassification : Task::kRegression;
  }
  const bool few = distinct.size() <= kMaxRealClasses && 2 * distinct.size() <= block.rows();
  return few ? Task::kClassification : Task::kRegression;
}

void check_numbers(const PartBlock& block) {
  for (std::size_t i = 0; i < block.numbers.size(); ++i) {
    if (std::isfinite(block.numbers.data()[i])) continue;
    throw InputError(ErrorParts{block.row_where(i / block.numbers.cols()), "a finite target", "NaN or infinity",
                                "fill in or remove the row"});
  }
}

std::string number_name(double value) {
  return is_whole(value) ? fmt::format("{:.0f}", value) : fmt::format("{}", value);
}

/// The classes of a data set, and the way from a raw label to a class number.
class ClassList {
 public:
  explicit ClassList(const PartBlocks& blocks) {
    const PartBlock& train = blocks.train;
    if (!blocks.fixed_classes.empty()) {
      names = blocks.fixed_classes;
      for (std::size_t k = 0; k < names.size() && train.words.empty(); ++k) values_.push_back(static_cast<double>(k));
    } else if (!train.words.empty()) {
      const std::unordered_set<std::string_view> distinct(train.words.begin(), train.words.end());
      names.assign(distinct.begin(), distinct.end());
      std::sort(names.begin(), names.end());
    } else if (train.numbers.cols() > 1) {
      set_range(train.numbers.cols());
    } else {
      values_ = distinct_values(train.numbers);
      if (blocks.index_labels) check_span(train);
      if (blocks.index_labels && values_.front() == 0.0 && is_whole(values_.back())) {
        set_range(static_cast<std::size_t>(values_.back()) + 1);
      }
      names.clear();
      for (const double value : values_) {
        const auto code = train.code_names.find(value);
        names.push_back(code == train.code_names.end() ? number_name(value) : code->second);
      }
    }
    for (const std::string& name : names) numbers_.emplace(name, numbers_.size());
  }

  std::vector<std::int32_t> labels(const PartBlock& block) const {
    std::vector<std::int32_t> labels(block.rows());
    for (std::size_t r = 0; r < labels.size(); ++r) labels[r] = static_cast<std::int32_t>(class_of(block, r));
    return labels;
  }

  std::vector<std::string> names;

 private:
  void set_range(std::size_t num_classes) {
    values_.clear();
    names.clear();
    for (std::size_t k = 0; k < num_classes; ++k) {
      values_.push_back(static_cast<double>(k));
      names.push_back(std::to_string(k));
    }
  }
  void check_span(const PartBlock& train) const {
    const double span = static_cast<double>(std::max(kMinIndexSpan, 2 * values_.size()));
    // The median is among the real labels even when an outlier lies below or above them.
    const double median = values_[values_.size() / 2];
    for (std::size_t r = 0; r < train.rows(); ++r) {
      const double value = train.numbers(r, 0);
      if (std::abs(value - median) < span) continue;
      fail_range(train, r, fmt::format("class labels near {}, as the other rows have", number_name(median)),
                 number_name(value));
    }
  }
  [[noreturn]] static void fail_range(const PartBlock& block, std::size_t row, std::string expected,
                                      const std::string& found) {
    throw InputError(
        ErrorParts{block.row_where(row), std::move(expected), "label " + found, "correct the label, or set data.task"});
  }
  [[nodiscard]] std::string list() const {
    if (names.size() > 12)
      return fmt::format("one of the {} classes {} .. {}", names.size(), names.front(), names.back());
    return fmt::format("one of the classes {}", fmt::join(names, ", "));
  }
  std::size_t class_of(const PartBlock& block, std::size_t row) const {
    if (!block.words.empty()) {
      const auto at = numbers_.find(block.words[row]);
      if (values_.empty() && at != numbers_.end()) return at->second;
      fail_range(block, row, list(), "'" + block.words[row].substr(0, 40) + "'");
    }
    if (block.numbers.cols() > 1) {
      const auto values = block.numbers.row(row);
      const auto at = std::find(values.begin(), values.end(), 1.0);
      const bool one_hot = std::count(values.begin(), values.end(), 0.0) + 1 == std::ssize(values);
      if (!one_hot || at == values.end() || values.size() != names.size()) {
        fail_range(block, row, fmt::format("one-hot labels of {} classes", names.size()), "of another form");
      }
      return at - values.begin();
    }
    const double value = block.numbers(row, 0);
    const auto at = std::lower_bound(values_.begin(), values_.end(), value);
    if (at == values_.end() || *at != value) fail_range(block, row, list(), number_name(value));
    return at - values_.begin();
  }

  std::vector<double> values_;                            // empty when labels are words
  std::unordered_map<std::string, std::size_t> numbers_;  // of the classes, by name
};

template <class T>
void copy_rows(const Features& from, Matrix<T>& to, std::size_t first) {
  const auto copy = [&](const auto& source) {
    for (std::size_t r = 0; r < source.rows(); ++r) {
      std::transform(source.row(r).begin(), source.row(r).end(), to.row(first + r).begin(),
                     [](auto value) { return static_cast<T>(value); });
    }
  };
  visit_features(from, copy);
}

template <class T>
Features concatenate_as(std::vector<Features> blocks) {
  std::size_t rows = 0;
  for (const Features& block : blocks) rows += num_rows(block);
  Matrix<T> all;
  std::size_t first = 0;
  if (auto* const same = std::get_if<Matrix<T>>(&blocks.front())) {
    first = same->rows();
    all = std::move(*same);
    all.grow_rows(rows);
    blocks.erase(blocks.begin());
  } else {
    all = Matrix<T>(rows, num_cols(blocks.front()));
  }
  for (Features& block : blocks) {
    copy_rows(block, all, first);
    first += num_rows(block);
    block = Features();
  }
  return all;
}

Features concatenate(std::vector<Features> blocks) {
  if (blocks.size() == 1) return std::move(blocks.front());
  const std::size_t type = blocks.front().index();
  const bool same = std::all_of(blocks.begin(), blocks.end(), [&](const Features& b) { return b.index() == type; });
  if (same && type == 0) return concatenate_as<std::uint8_t>(std::move(blocks));
  if (same && type == 1) return concatenate_as<float>(std::move(blocks));
  return concatenate_as<double>(std::move(blocks));
}

/// The codes of all parts as levels of the first; what it does not know is missing there, and said.
Matrix<std::int32_t> join_codes(const std::vector<PartBlock*>& parts, std::vector<std::string>& notes) {
  Matrix<std::int32_t> codes = std::move(parts.front()->codes);
  std::size_t first = codes.rows();
  const std::vector<Column> columns = stored_columns(parts.front()->columns);
  for (std::size_t p = 1; p < parts.size() && codes.cols() > 0; ++p) {
    const PartBlock& part = *parts[p];
    codes.grow_rows(first + part.codes.rows());
    const Matrix<std::int32_t> known = codes_in(part.codes, stored_columns(part.columns), columns, part.where, notes);
    std::copy(known.span().begin(), known.span().end(), codes.row(first).begin());
    first += known.rows();
  }
  return codes;
}

void check_parts_fit(const PartBlock& train, const PartBlock& other) {
  const std::size_t expected = num_cols(train.features);
  if (num_cols(other.features) != expected) {
    throw InputError(ErrorParts{other.where, fmt::format("{} features as in the training part", expected),
                                std::to_string(num_cols(other.features)), ""});
  }
  if (other.words.empty() != train.words.empty() || other.numbers.cols() != train.numbers.cols()) {
    throw InputError(ErrorParts{other.where, "targets of the same kind as in the training part", "others", ""});
  }
}

void set_values(Dataset& dataset, const std::vector<PartBlock*>& parts, std::size_t rows) {
  dataset.table.values = Matrix<double>(rows, parts.front()->numbers.cols());
  std::size_t at = 0;
  for (const PartBlock* part : parts) {
    if (part->numbers.empty()) {
      throw InputError(ErrorParts{part->row_where(0), "numbers as targets", "text", "set data.task or data.label"});
    }
    if (dataset.task == Task::kMultiLabel && !all_zero_or_one(part->numbers)) {
      throw InputError(ErrorParts{part->where, "targets of 0 and 1 for multi-label", "other numbers", ""});
    }
    std::copy(part->numbers.span().begin(), part->numbers.span().end(), dataset.table.values.data() + at);
    at += part->numbers.size();
  }
}

void set_targets(Dataset& dataset, const PartBlocks& blocks, const std::vector<PartBlock*>& parts,
                 const SourceOptions& options, std::size_t rows) {
  if (blocks.train.words.empty() && blocks.train.numbers.empty()) return;  // features only, for predictions
  dataset.task = decide_task(blocks.train, options, dataset.notes);
  if (dataset.task != Task::kClassification) {
    set_values(dataset, parts, rows);
    if (dataset.task == Task::kMultiLabel) {
      const auto& names = blocks.fixed_classes.empty() ? blocks.target_names : blocks.fixed_classes;
      if (names.size() == blocks.train.numbers.cols()) dataset.class_names = names;
      for (std::size_t k = dataset.class_names.size(); k < blocks.train.numbers.cols(); ++k) {
        dataset.class_names.push_back(std::to_string(k));
      }
    }
    return;
  }
  const ClassList classes(blocks);
  if (classes.names.size() > options.max_classes) {
    throw InputError(
        ErrorParts{blocks.train.where, fmt::format("targets of at most {} classes", options.max_classes),
                   std::to_string(classes.names.size()),
                   "if they are numbers to predict set data.task to regression, else set data.max_classes"});
  }
  dataset.class_names = classes.names;
  for (const PartBlock* part : parts) {
    std::vector<std::int32_t> labels = classes.labels(*part);
    if (part == parts.front()) {
      dataset.table.labels = std::move(labels);
    } else {
      dataset.table.labels.insert(dataset.table.labels.end(), labels.begin(), labels.end());
    }
  }
}

}  // namespace

std::string PartBlock::row_where(std::size_t row) const {
  if (row < lines.size()) return fmt::format("{}: line {}", where, lines[row]);
  return fmt::format("{}: row {} (from 0)", where, row);
}

Dataset make_dataset(PartBlocks blocks, const SourceOptions& options) {
  Dataset dataset;
  std::vector<PartBlock*> parts;
  std::vector<Features> features;
  std::size_t rows = 0;
  for (PartBlock* part : {&blocks.train, &blocks.valid, &blocks.test}) {
    if (part->rows() == 0 && part != &blocks.train) continue;
    if (part->rows() == 0 || num_cols(part->features) + part->codes.cols() == 0) {
      throw InputError(ErrorParts{part->where, "at least one row and one feature", "none", ""});
    }
    check_parts_fit(blocks.train, *part);
    check_numbers(*part);
    parts.push_back(part);
    auto& list = part == &blocks.train ? dataset.train : part == &blocks.valid ? dataset.valid : dataset.test;
    if (rows + part->rows() > std::numeric_limits<std::uint32_t>::max()) {
      throw InputError(ErrorParts{part->where, "fewer than 2^32 rows", "more", "train on a part of them"});
    }
    list.reserve(part->rows());
    for (std::size_t r = 0; r < part->rows(); ++r) list.push_back(static_cast<std::uint32_t>(rows + r));
    rows += part->rows();
  }
  dataset.notes = std::move(blocks.notes);
  set_targets(dataset, blocks, parts, options, rows);
  for (const PartBlock* part : parts) dataset.notes.insert(dataset.notes.end(), part->notes.begin(), part->notes.end());
  features.reserve(parts.size());
  for (PartBlock* part : parts) features.push_back(std::move(part->features));
  dataset.table.features = concatenate(std::move(features));
  dataset.table.codes = join_codes(parts, dataset.notes);
  dataset.columns = std::move(blocks.train.columns);
  dataset.samples_in_columns = blocks.train.samples_in_columns;
  dataset.label_column = blocks.label_column;
  dataset.feature_names = std::move(blocks.feature_names);
  dataset.target_name = std::move(blocks.target_name);
  if (dataset.task == Task::kRegression) dataset.target_names = std::move(blocks.target_names);
  dataset.image = blocks.train.image ? blocks.train.image : guess_image(dataset.num_features(), dataset.feature_names);
  return dataset;
}

SourceOptions options_of_further_part(const PartBlocks& blocks, const SourceOptions& options) {
  SourceOptions further = options;
  if (blocks.train.columns.empty() || options.schema) return further;
  Schema schema;
  schema.columns = stored_columns(blocks.train.columns);
  schema.label_column = blocks.label_column;
  further.schema = std::make_shared<const Schema>(std::move(schema));
  if (further.label.empty()) further.label = blocks.target_name;
  return further;
}

std::size_t named_column(const std::string& column, const std::vector<std::string>& names, std::size_t num_columns,
                         const char* what, const std::string& where) {
  const auto named = std::find(names.begin(), names.end(), column);
  if (named != names.end()) {
    const auto again = std::find(named + 1, names.end(), column);
    if (again == names.end()) return static_cast<std::size_t>(named - names.begin());
    throw InputError(ErrorParts{where, fmt::format("one {} called '{}'", what, column),
                                fmt::format("the columns {} and {}", named - names.begin(), again - names.begin()),
                                "rename one of them, or give the column's number"});
  }
  const bool negative = column.starts_with('-');
  const bool number = column.find_first_not_of("0123456789", negative ? 1 : 0) == std::string::npos &&
                      column.size() < 10 && column.size() > (negative ? 1 : 0);
  if (number) {
    const long long at = std::stoll(column) + (negative ? static_cast<long long>(num_columns) : 0);
    if (at >= 0 && at < static_cast<long long>(num_columns)) return static_cast<std::size_t>(at);
  }
  throw InputError(ErrorParts{where,
                              names.empty()
                                  ? fmt::format("a {} from 0 to {} (or negative, from the end)", what, num_columns - 1)
                                  : fmt::format("a {} among {}", what, fmt::join(names, ", ")),
                              "'" + column + "'", ""});
}

std::size_t label_column(const std::string& label, const std::vector<std::string>& names, std::size_t num_columns,
                         const std::string& where) {
  if (label == "none") return num_columns;
  if (label.empty()) return num_columns - 1;
  return named_column(label, names, num_columns, "label column", where);
}

std::vector<std::size_t> label_columns(const std::string& label, const std::vector<std::string>& names,
                                       std::size_t num_columns, const std::string& where) {
  const bool is_name = std::find(names.begin(), names.end(), label) != names.end();
  if (is_name || label.find(',') == std::string::npos) {
    const std::size_t column = label_column(label, names, num_columns, where);
    return column == num_columns ? std::vector<std::size_t>{} : std::vector<std::size_t>{column};
  }
  std::vector<std::size_t> columns;
  for (std::size_t start = 0; start <= label.size();) {
    const std::size_t end = std::min(label.find(',', start), label.size());
    const std::string item(trimmed(std::string_view(label).substr(start, end - start)));
    const std::size_t column = named_column(item, names, num_columns, "label column", where);
    if (std::find(columns.begin(), columns.end(), column) != columns.end()) {
      throw InputError(ErrorParts{where, "different label columns", "'" + item + "' twice", ""});
    }
    columns.push_back(column);
    start = end + 1;
  }
  return columns;
}

std::optional<ImageShape> guess_image(std::size_t num_features, const std::vector<std::string>& feature_names) {
  if (num_features == 784) return ImageShape{28, 28};
  const auto side = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(num_features))));
  const bool pixels =
      !feature_names.empty() && std::all_of(feature_names.begin(), feature_names.end(),
                                            [](const auto& name) { return name.starts_with("pixel_"); });
  if (pixels && side * side == num_features) return ImageShape{side, side};
  return std::nullopt;
}

}  // namespace gradus::data
