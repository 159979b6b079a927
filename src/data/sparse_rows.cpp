// SPDX-License-Identifier: Apache-2.0
#include "data/sparse_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>

#include "data/part_block.hpp"
#include "data/sparse_array.hpp"
#include "data/text_number.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

using Parts = std::vector<PartBlock*>;

std::vector<std::string_view> items(std::string_view list) {
  std::vector<std::string_view> parts;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    parts.push_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return parts;
}

/// 0 or 1: the index of the first feature.
std::uint32_t index_base(const Parts& parts, const SourceOptions& options, std::vector<std::string>& notes) {
  std::uint32_t smallest = std::numeric_limits<std::uint32_t>::max();
  for (const PartBlock* part : parts) smallest = std::min(smallest, part->sparse->smallest_index);
  const std::string& asked = options.index_base;
  if (asked == "0") return 0;
  if (asked == "1") {
    if (smallest > 0) return 1;
    throw InputError(ErrorParts{parts.front()->where, "indexes from 1", "index 0", "set data.index_base to 0 or auto"});
  }
  if (!asked.empty() && asked != "auto") {
    throw InputError(ErrorParts{"data.index_base", "auto, 0 or 1", "'" + asked + "'", ""});
  }
  if (smallest == 0) return 0;
  if (smallest > 1) {
    notes.push_back(
        fmt::format("{}: features were counted from 1, though the smallest index is {}; data.index_base can say 0",
                    parts.front()->where, smallest));
  }
  return 1;
}

/// Features of all parts; those that are dense already have as many as they have.
std::uint64_t count_features(const PartBlocks& blocks, const Parts& parts, std::uint32_t base,
                             const SourceOptions& options) {
  std::uint64_t count = options.num_features;
  for (const PartBlock* part : {&blocks.train, &blocks.valid, &blocks.test}) {
    if (!part->sparse) count = std::max<std::uint64_t>(count, num_cols(part->features));
  }
  for (const PartBlock* part : parts) {
    if (part->sparse->values.empty()) continue;
    count = std::max(count, std::uint64_t{part->sparse->largest_index} + 1 - base);
  }
  if (count == 0) {
    throw InputError(ErrorParts{parts.front()->where, "features as INDEX:VALUE", "labels only", "check the file"});
  }
  return count;
}

Matrix<double> spread(const SparseRows& rows, std::uint32_t base, std::size_t num_features) {
  Matrix<double> features(rows.row_ends.size(), num_features);
  std::size_t cell = 0;
  for (std::size_t r = 0; r < features.rows(); ++r) {
    for (; cell < rows.row_ends[r]; ++cell) features(r, rows.indexes[cell] - base) = rows.values[cell];
  }
  return features;
}

/// One label a row: numbers where all are, else words.
void set_single_labels(PartBlock& part) {
  std::vector<std::string>& labels = part.sparse->labels;
  const auto empty = std::find(labels.begin(), labels.end(), "");
  if (empty != labels.end()) {
    throw InputError(ErrorParts{part.row_where(static_cast<std::size_t>(empty - labels.begin())),
                                "a label before the features", "none", "add it, or set data.label to none"});
  }
  Matrix<double> numbers(labels.size(), 1);
  for (std::size_t r = 0; r < labels.size(); ++r) {
    const std::optional<double> number = parse_number(labels[r]);
    if (!number) {
      part.words = std::move(labels);
      return;
    }
    numbers(r, 0) = *number;
  }
  part.numbers = std::move(numbers);
}

/// Every label that occurs in `part`, numbers by their size.
std::vector<std::string> label_names(const PartBlock& part) {
  std::vector<std::string> names;
  for (std::size_t r = 0; r < part.sparse->labels.size(); ++r) {
    const std::string& list = part.sparse->labels[r];
    for (const std::string_view item : items(list)) names.emplace_back(item);
    if (list.ends_with(',') || list.find(",,") != std::string::npos || list.starts_with(',')) {
      throw InputError(ErrorParts{part.row_where(r), "labels between commas", "'" + list.substr(0, 40) + "'", ""});
    }
  }
  const auto in_order = [](const std::string& a, const std::string& b) {
    const std::optional<double> x = parse_number(a);
    const std::optional<double> y = parse_number(b);
    return std::pair(x.value_or(HUGE_VAL), std::string_view(a)) < std::pair(y.value_or(HUGE_VAL), std::string_view(b));
  };
  std::sort(names.begin(), names.end(), in_order);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

/// A column of 0 and 1 for each name; the table comes off `bytes_left`.
void set_label_sets(PartBlock& part, const std::vector<std::string>& names, std::uint64_t& bytes_left) {
  std::map<std::string_view, std::size_t> columns;
  for (const std::string& name : names) columns.emplace(name, columns.size());
  const std::size_t rows = part.sparse->labels.size();
  check_dense_size(rows, names.size(), rows, bytes_left, part.where + ": labels");
  part.numbers = Matrix<double>(rows, names.size());
  for (std::size_t r = 0; r < rows; ++r) {
    for (const std::string_view item : items(part.sparse->labels[r])) {
      const auto column = columns.find(item);
      if (column == columns.end()) {
        throw InputError(ErrorParts{part.row_where(r),
                                    "one of the " + std::to_string(names.size()) + " labels of the training data",
                                    fmt::format("'{}'", item.substr(0, 40)), "add rows with it to the training data"});
      }
      double& cell = part.numbers(r, column->second);
      if (cell == 1.0) {
        throw InputError(
            ErrorParts{part.row_where(r), "different labels", fmt::format("'{}' twice", column->first), ""});
      }
      cell = 1.0;
    }
  }
}

void set_targets(PartBlocks& blocks, const Parts& parts, const SourceOptions& options, std::uint64_t& bytes_left) {
  if (options.label == "none") return;
  const auto has_list = [](const PartBlock* part) {
    const std::vector<std::string>& labels = part->sparse->labels;
    return std::any_of(labels.begin(), labels.end(),
                       [](const std::string& label) { return label.find(',') != std::string::npos; });
  };
  const bool sets = options.task == "multilabel" ||
                    (options.task.empty() && blocks.train.sparse && std::any_of(parts.begin(), parts.end(), has_list));
  if (!sets) {
    for (PartBlock* part : parts) set_single_labels(*part);
    return;
  }
  if (!blocks.train.sparse) return;  // labels of another form: what reads both parts says so
  blocks.fixed_classes = options.label_names.empty() ? label_names(blocks.train) : options.label_names;
  for (PartBlock* part : parts) set_label_sets(*part, blocks.fixed_classes, bytes_left);
}

}  // namespace

void spread_sparse_parts(PartBlocks& blocks, const SourceOptions& options) {
  Parts parts;
  for (PartBlock* part : {&blocks.train, &blocks.valid, &blocks.test}) {
    if (part->sparse) parts.push_back(part);
  }
  if (parts.empty()) return;
  const std::uint32_t base = index_base(parts, options, blocks.notes);
  const std::uint64_t num_features = count_features(blocks, parts, base, options);
  std::uint64_t bytes_left = options.max_bytes;
  for (const PartBlock* part : parts) {
    check_dense_size(part->sparse->row_ends.size(), num_features, part->sparse->values.size(), bytes_left, part->where);
  }
  set_targets(blocks, parts, options, bytes_left);
  for (PartBlock* part : parts) {
    part->features = spread(*part->sparse, base, static_cast<std::size_t>(num_features));
    part->sparse.reset();
  }
}

}  // namespace gradus::data
