// Which array is what: variables by name to parts, samples in rows or columns, tables with a label column.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "data/part_block.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

/// Lower case without separators, so that X_train, x-train and xTrain are one name.
std::string plain_name(const std::string& name) {
  std::string plain;
  for (const char c : name) {
    if (c != '_' && c != '-' && c != ' ') plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return plain;
}

struct Role {
  std::string_view x;
  std::string_view y;
};

constexpr std::array<Role, 10> kTrainRoles{{{"xtrain", "ytrain"},
                                            {"trainx", "trainy"},
                                            {"trainimages", "trainlabels"},
                                            {"yt", "ct"},
                                            {"x", "y"},
                                            {"data", "labels"},
                                            {"data", "target"},
                                            {"features", "labels"},
                                            {"features", "targets"},
                                            {"images", "labels"}}};
constexpr std::array<Role, 7> kValidRoles{{{"xvalid", "yvalid"},
                                           {"xval", "yval"},
                                           {"validx", "validy"},
                                           {"valx", "valy"},
                                           {"yv", "cv"},
                                           {"validimages", "validlabels"},
                                           {"xvalidation", "yvalidation"}}};
constexpr std::array<Role, 4> kTestRoles{
    {{"xtest", "ytest"}, {"testx", "testy"}, {"testimages", "testlabels"}, {"yte", "cte"}}};

struct Pair {
  const RawArray* x = nullptr;
  const RawArray* y = nullptr;
};

const RawArray* find_array(const std::vector<NamedArray>& arrays, std::string_view plain) {
  for (const NamedArray& array : arrays) {
    if (plain_name(array.name) == plain) return &array.array;
  }
  return nullptr;
}

Pair find_pair(const std::vector<NamedArray>& arrays, std::span<const Role> roles) {
  for (const Role& role : roles) {
    const Pair pair{find_array(arrays, role.x), find_array(arrays, role.y)};
    if (pair.x != nullptr && pair.y != nullptr) return pair;
  }
  return {};
}

std::string shape_text(const Grid& grid) {
  return fmt::format("{}x{}", grid.rows, grid.cols);
}

enum class Orientation { kRows, kColumns };

Orientation parse_orientation(const std::string& name, bool* automatic) {
  *automatic = name.empty() || name == "auto";
  if (*automatic || name == "rows") return Orientation::kRows;
  if (name == "columns") return Orientation::kColumns;
  throw InputError(ErrorParts{"data.orientation", "auto, rows or columns", "'" + name + "'", ""});
}

/// Samples of X are along the dimension that y shares. Where both fit, samples outnumber features.
Orientation detect_orientation(const RawArray& x, const Grid& x_grid, const Grid& y_grid) {
  const bool vector = y_grid.rows == 1 || y_grid.cols == 1;
  const std::size_t length = y_grid.rows * y_grid.cols;
  const bool rows_fit = x_grid.rows == (vector ? length : y_grid.rows);
  const bool cols_fit = x.shape.size() == 2 && x_grid.cols == (vector ? length : y_grid.cols);
  if (!rows_fit && !cols_fit) {
    throw InputError(ErrorParts{x.where, "as many samples as labels",
                                fmt::format("features {} but labels {}", shape_text(x_grid), shape_text(y_grid)),
                                "count both, or set data.orientation"});
  }
  if (rows_fit && cols_fit) {
    if (vector && y_grid.rows != y_grid.cols && x.column_major) {
      return y_grid.rows == 1 ? Orientation::kColumns : Orientation::kRows;
    }
    return x_grid.rows >= x_grid.cols ? Orientation::kRows : Orientation::kColumns;
  }
  return rows_fit ? Orientation::kRows : Orientation::kColumns;
}

}  // namespace

PartBlock block_of_pair(const RawArray& x, const RawArray& y, const std::string& orientation) {
  Grid x_grid = grid_of(x);
  Grid y_grid = grid_of(y);
  bool automatic = false;
  Orientation along = parse_orientation(orientation, &automatic);
  if (automatic) along = detect_orientation(x, x_grid, y_grid);
  if (along == Orientation::kColumns) {
    x_grid = x_grid.transposed();
    if (y_grid.cols == x_grid.rows) y_grid = y_grid.transposed();
  } else if (y_grid.rows == 1 && y_grid.cols == x_grid.rows) {
    y_grid = y_grid.transposed();
  }
  if (x_grid.rows != y_grid.rows) {
    throw InputError(ErrorParts{x.where, fmt::format("as many samples as the {} labels", y_grid.rows),
                                std::to_string(x_grid.rows), "count both, or set data.orientation"});
  }
  PartBlock block;
  block.where = x.where;
  block.features = to_features(x, x_grid);
  if (!x.column_major && (x.shape.size() == 3 || (x.shape.size() == 4 && x.shape[3] == 1))) {
    block.image = ImageShape{x.shape[1], x.shape[2]};
  }
  block.numbers = to_doubles(y, y_grid);
  return block;
}

PartBlock block_of_table(const RawArray& table, const SourceOptions& options) {
  Grid grid = grid_of(table);
  bool automatic = false;
  if (parse_orientation(options.orientation, &automatic) == Orientation::kColumns) grid = grid.transposed();
  const std::size_t label = label_column(options.label, {}, grid.cols, table.where);
  PartBlock block;
  block.where = table.where;
  const Features all = to_features(table, grid);
  if (label == grid.cols) {
    block.features = all;
    return block;
  }
  const auto part = [&]<class T>(MatrixView<const T> matrix) {
    Matrix<T> features(grid.rows, grid.cols - 1);
    block.numbers = Matrix<double>(grid.rows, 1);
    for (std::size_t r = 0; r < grid.rows; ++r) {
      for (std::size_t c = 0; c < grid.cols; ++c) {
        if (c == label) {
          block.numbers(r, 0) = static_cast<double>(matrix(r, c));
        } else {
          features(r, c - (c > label ? 1 : 0)) = matrix(r, c);
        }
      }
    }
    block.features = std::move(features);
  };
  visit_features(all, part);
  return block;
}

PartBlocks blocks_of_arrays(const std::vector<NamedArray>& arrays, const SourceOptions& options,
                            const std::string& file) {
  PartBlocks blocks;
  blocks.index_labels = true;
  if (arrays.size() == 1) {
    blocks.train = block_of_table(arrays.front().array, options);
    return blocks;
  }
  const Pair train = find_pair(arrays, kTrainRoles);
  if (train.x == nullptr) {
    std::vector<std::string> names;
    names.reserve(arrays.size());
    for (const NamedArray& array : arrays) names.push_back(array.name.substr(0, 40));
    if (names.size() > 8) names.resize(8);
    throw InputError(ErrorParts{file, "arrays named X and y, x_train and y_train, or Yt and Ct",
                                fmt::format("{}", fmt::join(names, ", ")), "rename them"});
  }
  blocks.train = block_of_pair(*train.x, *train.y, options.orientation);
  if (const Pair valid = find_pair(arrays, kValidRoles); valid.x != nullptr) {
    blocks.valid = block_of_pair(*valid.x, *valid.y, options.orientation);
  }
  if (const Pair test = find_pair(arrays, kTestRoles); test.x != nullptr) {
    blocks.test = block_of_pair(*test.x, *test.y, options.orientation);
  }
  return blocks;
}

}  // namespace gradus::data
