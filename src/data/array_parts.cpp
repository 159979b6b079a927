// From arrays to the blocks of parts: samples in rows or columns, pictures, tables with a label column. Which array is
// what is decided in array_roles.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "data/array_roles.hpp"
#include "data/part_block.hpp"
#include "data/record_table.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

enum class Orientation { kRows, kColumns };

Orientation parse_orientation(const std::string& name, bool* automatic) {
  *automatic = name.empty() || name == "auto";
  if (*automatic || name == "rows") return Orientation::kRows;
  if (name == "columns") return Orientation::kColumns;
  throw InputError(ErrorParts{"data.orientation", "auto, rows or columns", "'" + name + "'", ""});
}

/// The labels as a column or a table; of texts only the lengths are used.
Grid target_grid(const RawArray& y) {
  if (y.words.empty()) return grid_of(y);
  const std::size_t rows = y.shape.empty() ? 1 : y.shape[0];
  const std::size_t cols = y.words.size() / rows;
  if (rows != 1 && cols != 1) {
    throw InputError(ErrorParts{y.where, "one text per sample", "texts " + y.shape_text(), "give a column of them"});
  }
  return {rows, cols, cols, 1};
}

[[noreturn]] void fail_counts(const RawArray& x, const RawArray& y) {
  throw InputError(ErrorParts{x.where, "as many samples as labels",
                              fmt::format("features {} but labels {}", x.shape_text(), y.shape_text()),
                              "count both, or set data.orientation"});
}

void note_both_fit(const RawArray& x, const char* samples, std::vector<std::string>& notes) {
  notes.push_back(
      fmt::format("{}: labels fit both ways of {}; the samples are taken along its {}, which data.orientation "
                  "changes",
                  x.where, x.shape_text(), samples));
}

/// Samples of X are along the dimension that y shares. Where both fit, samples outnumber features.
Orientation detect_orientation(const RawArray& x, const Grid& x_grid, const RawArray& y, const Grid& y_grid,
                               std::vector<std::string>& notes) {
  const bool vector = y_grid.rows == 1 || y_grid.cols == 1;
  const std::size_t length = y_grid.rows * y_grid.cols;
  const bool rows_fit = x_grid.rows == (vector ? length : y_grid.rows);
  const bool cols_fit = x.shape.size() == 2 && x_grid.cols == (vector ? length : y_grid.cols);
  if (!rows_fit && !cols_fit) fail_counts(x, y);
  if (!rows_fit || !cols_fit) return rows_fit ? Orientation::kRows : Orientation::kColumns;
  Orientation along = x_grid.rows >= x_grid.cols ? Orientation::kRows : Orientation::kColumns;
  if (vector && y_grid.rows != y_grid.cols && x.column_major) {
    along = y_grid.rows == 1 ? Orientation::kColumns : Orientation::kRows;
  }
  const bool square = x_grid.rows == x_grid.cols;
  if (square) note_both_fit(x, along == Orientation::kRows ? "rows" : "columns", notes);
  return along;
}

/// Pictures of more than two dimensions with the samples first: those of MATLAB (SVHN) have them last.
RawArray pictures_first(const RawArray& x, const RawArray& y, const Grid& y_grid, const std::string& orientation,
                        std::vector<std::string>& notes) {
  const bool vector = y_grid.rows == 1 || y_grid.cols == 1;
  const std::size_t usual = x.column_major ? x.shape.back() : x.shape.front();
  std::size_t samples = vector ? y_grid.rows * y_grid.cols : y_grid.rows;
  if (!vector && usual == y_grid.cols) samples = usual;  // one-hot labels, a sample in each column
  bool automatic = false;
  const bool columns = parse_orientation(orientation, &automatic) == Orientation::kColumns;
  const bool first_fits = x.shape.front() == samples && (automatic || !columns);
  const bool last_fits = x.shape.back() == samples && (automatic || columns);
  if (!first_fits && !last_fits) {
    if (!automatic && !x.column_major) return x;  // row by row as it stands
    fail_counts(x, y);
  }
  const bool last = last_fits && (!first_fits || x.column_major);
  if (first_fits && last) note_both_fit(x, "last dimension", notes);
  return last || x.column_major ? samples_first(x, last) : x;
}

/// Height and width of N x H x W, N x H x W x C or N x C x H x W (its planes one under the other); C is 1, 3 or 4.
std::optional<ImageShape> image_of(const RawArray& x) {
  const auto is_channels = [](std::size_t extent) { return extent == 1 || extent == 3 || extent == 4; };
  const std::vector<std::size_t>& shape = x.shape;
  if (x.column_major || shape.size() < 3 || shape.size() > 4) return std::nullopt;
  if (shape.size() == 3 || is_channels(shape[3])) return ImageShape{shape[1], shape[2]};
  if (is_channels(shape[1])) return ImageShape{shape[1] * shape[2], shape[3]};
  return std::nullopt;
}

/// The target of every row: texts, or the numbers of `grid`.
void set_targets(PartBlock& block, const RawArray& y, const Grid& grid) {
  if (y.words.empty()) {
    block.numbers = to_doubles(y, grid);
    return;
  }
  const auto empty = std::find(y.words.begin(), y.words.end(), "");
  if (empty != y.words.end()) {
    throw InputError(ErrorParts{fmt::format("{}: element {} (from 0)", y.where, empty - y.words.begin()), "a label",
                                "an empty text", "fill it in or remove the sample"});
  }
  block.words = y.words;
}

}  // namespace

PartBlock block_of_pair(const RawArray& features, const RawArray& y, const std::string& orientation) {
  PartBlock block;
  require_numbers(features);
  Grid y_grid = target_grid(y);
  const bool pictures = features.shape.size() > 2;
  const RawArray x = pictures ? pictures_first(features, y, y_grid, orientation, block.notes) : features;
  const bool moved = x.bytes.data() != features.bytes.data();
  Grid x_grid = grid_of(x);
  bool automatic = false;
  Orientation along = parse_orientation(moved ? "rows" : orientation, &automatic);
  if (automatic) along = detect_orientation(x, x_grid, y, y_grid, block.notes);
  if (along == Orientation::kColumns) {
    x_grid = x_grid.transposed();
    if (y_grid.cols == x_grid.rows) y_grid = y_grid.transposed();
  } else if ((y_grid.rows == 1 || (moved && y_grid.rows != x_grid.rows)) && y_grid.cols == x_grid.rows) {
    y_grid = y_grid.transposed();
  }
  if (x_grid.rows != y_grid.rows) {
    throw InputError(ErrorParts{x.where, fmt::format("as many samples as the {} labels", y_grid.rows),
                                std::to_string(x_grid.rows), "count both, or set data.orientation"});
  }
  block.where = x.where;
  block.samples_in_columns = along == Orientation::kColumns;
  block.features = to_features(x, x_grid);
  block.image = image_of(x);
  set_targets(block, y, y_grid);
  return block;
}

PartBlock block_of_table(const RawArray& stored, const SourceOptions& options) {
  require_numbers(stored);
  bool automatic = false;
  const bool columns = parse_orientation(options.orientation, &automatic) == Orientation::kColumns;
  // Pictures that lie in memory column by column: nothing but the option says where the samples are.
  const bool moved = stored.column_major && stored.shape.size() > 2 && !automatic;
  const RawArray table = moved ? samples_first(stored, columns) : stored;
  Grid grid = grid_of(table);
  if (columns && !moved) grid = grid.transposed();
  if (table.shape.size() > 2 && options.label.empty()) {
    throw InputError(ErrorParts{table.where, "a table, or pictures and their labels",
                                "a single array " + table.shape_text(),
                                "give both files as FEATURES,LABELS, or set data.label to a column or none"});
  }
  const std::size_t label = label_column(options.label, {}, grid.cols, table.where);
  PartBlock block;
  block.where = table.where;
  block.samples_in_columns = columns;
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
  const ArrayRoles roles = find_roles(arrays, options, file);
  const RawArray& table = roles.train.x->array;
  if (roles.train.y == nullptr && table.refusal.empty() && !table.fields.empty()) {
    PartBlocks blocks = blocks_of_records(table, options);
    blocks.notes.insert(blocks.notes.end(), roles.notes.begin(), roles.notes.end());
    return blocks;
  }
  const auto block = [&options](const ArrayPair& pair) {
    if (pair.x == nullptr) return PartBlock();
    if (pair.y == nullptr) return block_of_table(pair.x->array, options);
    return block_of_pair(pair.x->array, pair.y->array, options.orientation);
  };
  PartBlocks blocks;
  blocks.index_labels = true;
  blocks.notes = roles.notes;
  blocks.train = block(roles.train);
  blocks.valid = block(roles.valid);
  blocks.test = block(roles.test);
  return blocks;
}

}  // namespace gradus::data
