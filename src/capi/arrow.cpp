// SPDX-License-Identifier: Apache-2.0
#include "capi/arrow.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>
#include <string_view>

#include "capi/handles.hpp"
#include "data/half.hpp"

namespace gradus::capi {
namespace {

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

[[noreturn]] void refuse_arrow(const std::string& where, const std::string& expected, const std::string& found,
                               const std::string& advice = "") {
  throw InputError(ErrorParts{where, expected, found, advice});
}

/// One column's rows [array.offset, array.offset + array.length) of its buffers.
class ArrowColumn {
 public:
  ArrowColumn(const ArrowSchema& schema, const ArrowArray& array, std::string where, std::int64_t first,
              std::int64_t rows)
      : format_(schema.format == nullptr ? "" : schema.format),
        array_(array),
        where_(std::move(where)),
        first_(array.offset + first),
        rows_(rows) {
    if (array.offset < 0 || first < 0 || rows < 0 || first + rows > array.length) {
      refuse_arrow(where_, fmt::format("{} rows", rows), std::to_string(array.length));
    }
  }

  [[nodiscard]] std::string_view format() const { return format_; }
  [[nodiscard]] std::int64_t rows() const { return rows_; }
  [[nodiscard]] bool is_missing(std::int64_t row) const {
    if (format_ == "n") return true;
    if (array_.null_count == 0 || array_.n_buffers < 1 || array_.buffers[0] == nullptr) return false;
    return !bit(array_.buffers[0], first_ + row);
  }
  /// Of the main buffer.
  template <class T>
  [[nodiscard]] T value(std::int64_t row, int buffer = 1) const {
    T result;
    std::memcpy(&result, static_cast<const char*>(buffer_at(buffer)) + (first_ + row) * std::int64_t{sizeof(T)},
                sizeof(T));
    return result;
  }
  [[nodiscard]] bool boolean(std::int64_t row) const { return bit(buffer_at(1), first_ + row); }
  /// Of texts with offsets of type O.
  template <class O>
  [[nodiscard]] std::string_view text(std::int64_t row) const {
    const auto begin = static_cast<std::int64_t>(value<O>(row));
    const auto end = static_cast<std::int64_t>(value<O>(row + 1));
    if (begin < 0 || end < begin) refuse_arrow(where_, "offsets that do not go down", std::to_string(end));
    if (begin == end) return {};
    return {static_cast<const char*>(buffer_at(2)) + begin, static_cast<std::size_t>(end - begin)};
  }
  /// Of texts as views: 16 bytes each, short ones in place.
  [[nodiscard]] std::string_view viewed_text(std::int64_t row) const {
    constexpr std::int32_t kInPlace = 12;
    const char* const view = static_cast<const char*>(buffer_at(1)) + (first_ + row) * 16;
    std::int32_t parts[4];
    std::memcpy(parts, view, sizeof parts);
    if (parts[0] < 0) refuse_arrow(where_, "texts of a length from 0", std::to_string(parts[0]));
    const auto length = static_cast<std::size_t>(parts[0]);
    if (parts[0] <= kInPlace) return {view + 4, length};
    if (parts[2] < 0 || parts[2] + 3 >= array_.n_buffers) refuse_arrow(where_, "a buffer of texts", "none");
    return {static_cast<const char*>(buffer_at(2 + parts[2])) + parts[3], length};
  }
  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  static bool bit(const void* bits, std::int64_t at) {
    return ((static_cast<const unsigned char*>(bits)[at / 8] >> (at % 8)) & 1) != 0;
  }
  [[nodiscard]] const void* buffer_at(int buffer) const {
    if (buffer >= array_.n_buffers || array_.buffers[buffer] == nullptr) {
      refuse_arrow(where_, fmt::format("buffer {}", buffer), "none");
    }
    return array_.buffers[buffer];
  }

  std::string_view format_;
  const ArrowArray& array_;
  std::string where_;
  std::int64_t first_;
  std::int64_t rows_;
};

/// read(row) for every row that is not missing; NaN for the others.
template <class Read>
std::vector<double> numbers_by(const ArrowColumn& column, const Read& read) {
  std::vector<double> values(static_cast<std::size_t>(column.rows()), kNoNumber);
  for (std::int64_t r = 0; r < column.rows(); ++r) {
    if (!column.is_missing(r)) values[static_cast<std::size_t>(r)] = static_cast<double>(read(r));
  }
  return values;
}

template <class T>
std::vector<double> numbers_of_type(const ArrowColumn& column) {
  return numbers_by(column, [&](std::int64_t r) { return column.value<T>(r); });
}

/// Numbers of any type; false where the format is none.
bool read_numbers(const ArrowColumn& column, std::vector<double>& values) {
  const std::string_view format = column.format();
  if (format.size() != 1) return false;
  switch (format[0]) {
    case 'c':
      values = numbers_of_type<std::int8_t>(column);
      return true;
    case 'C':
      values = numbers_of_type<std::uint8_t>(column);
      return true;
    case 's':
      values = numbers_of_type<std::int16_t>(column);
      return true;
    case 'S':
      values = numbers_of_type<std::uint16_t>(column);
      return true;
    case 'i':
      values = numbers_of_type<std::int32_t>(column);
      return true;
    case 'I':
      values = numbers_of_type<std::uint32_t>(column);
      return true;
    case 'l':
      values = numbers_of_type<std::int64_t>(column);
      return true;
    case 'L':
      values = numbers_of_type<std::uint64_t>(column);
      return true;
    case 'e':
      values = numbers_by(column, [&](std::int64_t r) { return data::Half{column.value<std::uint16_t>(r)}.value(); });
      return true;
    case 'f':
      values = numbers_of_type<float>(column);
      return true;
    case 'g':
      values = numbers_of_type<double>(column);
      return true;
    case 'b':  // 1 and 0, as in a file
      values = numbers_by(column, [&](std::int64_t r) { return column.boolean(r) ? 1.0 : 0.0; });
      return true;
    case 'n':
      values.assign(static_cast<std::size_t>(column.rows()), kNoNumber);
      return true;
    default:
      return false;
  }
}

/// Units of a time stamp, a time or a date in a day; 0 for another format.
double units_per_day(std::string_view format) {
  constexpr double kSeconds = 86400.0;
  if (format == "tdD") return 1.0;
  if (format == "tdm") return kSeconds * 1e3;
  if (!format.starts_with("ts") || format.size() < 4) return 0.0;
  switch (format[2]) {
    case 's':
      return kSeconds;
    case 'm':
      return kSeconds * 1e3;
    case 'u':
      return kSeconds * 1e6;
    case 'n':
      return kSeconds * 1e9;
    default:
      return 0.0;
  }
}

std::vector<double> days_of(const ArrowColumn& column, double units) {
  const bool is_short = column.format() == "tdD";
  return numbers_by(column, [&](std::int64_t r) {
    const auto count = is_short ? std::int64_t{column.value<std::int32_t>(r)} : column.value<std::int64_t>(r);
    return static_cast<double>(count) / units;
  });
}

std::string_view text_at(const ArrowColumn& column, std::int64_t row) {
  const std::string_view format = column.format();
  if (format == "u") return column.text<std::int32_t>(row);
  if (format == "U") return column.text<std::int64_t>(row);
  return column.viewed_text(row);
}

bool is_text(std::string_view format) {
  return format == "u" || format == "U" || format == "vu";
}

WordCells words_of(const ArrowColumn& column) {
  WordCells cells;
  cells.words.reserve(static_cast<std::size_t>(column.rows()));
  for (std::int64_t r = 0; r < column.rows(); ++r) {
    cells.words.emplace_back(column.is_missing(r) ? std::string_view() : text_at(column, r));
  }
  return cells;
}

std::vector<std::string> levels_of(const ArrowSchema& schema, const ArrowArray& array, const std::string& where) {
  if (schema.dictionary == nullptr || array.dictionary == nullptr) refuse_arrow(where, "a dictionary", "none");
  const ArrowColumn entries(*schema.dictionary, *array.dictionary, where + ": dictionary", 0, array.dictionary->length);
  if (is_text(entries.format())) return words_of(entries).words;
  std::vector<double> numbers;
  if (!read_numbers(entries, numbers)) {
    refuse_arrow(where, "a dictionary of texts or numbers", "'" + std::string(entries.format()) + "'");
  }
  std::vector<std::string> levels;
  for (const double number : numbers) levels.push_back(fmt::format("{}", number));
  return levels;
}

CategoryCells categories_of(const ArrowSchema& schema, const ArrowArray& array, const ArrowColumn& column) {
  CategoryCells cells{levels_of(schema, array, column.where()), {}};
  std::vector<double> indexes;
  if (!read_numbers(column, indexes)) {
    refuse_arrow(column.where(), "whole numbers as indexes", "'" + std::string(column.format()) + "'");
  }
  for (const double index : indexes) {
    const bool inside = index >= 0.0 && index < static_cast<double>(cells.levels.size());
    if (!std::isnan(index) && !inside)
      refuse_arrow(column.where(), "an index of its dictionary", fmt::format("{}", index));
    cells.codes.push_back(std::isnan(index) ? kMissingCode : static_cast<std::int32_t>(index));
  }
  return cells;
}

bool holds_large(const ArrowColumn& column, const std::vector<double>& values) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (column.format() != "l" && column.format() != "L") return false;
  for (const double value : values) {
    if (std::abs(value) > kExact) return true;
  }
  return false;
}

MemoryColumn column_of(const ArrowSchema& schema, const ArrowArray& array, const ArrowColumn& column,
                       std::vector<std::string>& notes) {
  MemoryColumn result{schema.name == nullptr ? "" : schema.name, NumberCells{}};
  std::vector<double> numbers;
  if (schema.dictionary != nullptr) {
    result.cells = categories_of(schema, array, column);
  } else if (read_numbers(column, numbers)) {
    if (holds_large(column, numbers)) {
      notes.push_back(column.where() +
                      ": whole numbers beyond 2^53 were rounded; as texts they would keep their digits");
    }
    result.cells = NumberCells{std::move(numbers)};
  } else if (is_text(column.format())) {
    result.cells = words_of(column);
  } else if (const double units = units_per_day(column.format()); units > 0.0) {
    result.cells = DateCells{days_of(column, units)};
  } else {
    refuse_arrow(column.where(), "numbers, booleans, dates, times, texts or dictionaries of them",
                 "the Arrow type '" + std::string(column.format()) + "'", "convert the column, or leave it out");
  }
  return result;
}

template <class T>
void append(std::vector<T>& all, std::vector<T>&& more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// Codes of a batch whose dictionary is another one than that of the batches before.
void append_categories(CategoryCells& all, CategoryCells&& more) {
  std::vector<std::int32_t> place;
  for (std::string& level : more.levels) {
    const auto found = std::find(all.levels.begin(), all.levels.end(), level);
    place.push_back(static_cast<std::int32_t>(found - all.levels.begin()));
    if (found == all.levels.end()) all.levels.push_back(std::move(level));
  }
  for (const std::int32_t code : more.codes) {
    all.codes.push_back(code == kMissingCode ? code : place[static_cast<std::size_t>(code)]);
  }
}

void append_cells(MemoryColumn& all, MemoryColumn&& more) {
  if (auto* numbers = std::get_if<NumberCells>(&all.cells)) {
    append(numbers->values, std::move(std::get<NumberCells>(more.cells).values));
  } else if (auto* days = std::get_if<DateCells>(&all.cells)) {
    append(days->days, std::move(std::get<DateCells>(more.cells).days));
  } else if (auto* words = std::get_if<WordCells>(&all.cells)) {
    append(words->words, std::move(std::get<WordCells>(more.cells).words));
  } else {
    append_categories(std::get<CategoryCells>(all.cells), std::move(std::get<CategoryCells>(more.cells)));
  }
}

}  // namespace

void append_arrow(const ArrowSchema& schema, const ArrowArray& array, const std::string& where,
                  std::vector<MemoryColumn>& columns, std::vector<std::string>& notes) {
  const std::string_view format = schema.format == nullptr ? "" : schema.format;
  if (format != "+s" || schema.n_children != array.n_children || schema.n_children < 1) {
    refuse_arrow(where, "a table: a struct array with a child for each column", "'" + std::string(format) + "'");
  }
  if (array.null_count > 0) refuse_arrow(where, "rows", "missing ones");
  const bool is_first = columns.empty();
  for (std::int64_t c = 0; c < schema.n_children; ++c) {
    const ArrowSchema& child = *schema.children[c];
    const ArrowArray& cells = *array.children[c];
    const std::string name = fmt::format("{}: column '{}'", where, child.name == nullptr ? "" : child.name);
    const ArrowColumn column(child, cells, name, array.offset, array.length);
    MemoryColumn read = column_of(child, cells, column, notes);
    if (is_first) {
      columns.push_back(std::move(read));
    } else {
      append_cells(columns[static_cast<std::size_t>(c)], std::move(read));
    }
  }
}

namespace {

/// Releases what a stream gave, whatever happens.
template <class T>
struct Released {
  T value{};
  ~Released() {
    if (value.release != nullptr) value.release(&value);
  }
};

void check_stream(ArrowArrayStream& stream, int code, const std::string& where) {
  if (code == 0) return;
  const char* const reason = stream.get_last_error(&stream);
  throw RunError(where + ": the stream of rows failed: " + (reason == nullptr ? std::strerror(code) : reason));
}

std::unique_ptr<gradus_data> read_stream(const std::string& name, ArrowArrayStream& stream) {
  auto data = std::make_unique<gradus_data>();
  data->table.name = name;
  Released<ArrowSchema> schema;
  check_stream(stream, stream.get_schema(&stream, &schema.value), name);
  for (;;) {
    Released<ArrowArray> batch;
    check_stream(stream, stream.get_next(&stream, &batch.value), name);
    if (batch.value.release == nullptr) return data;
    append_arrow(schema.value, batch.value, name, data->table.columns, data->notes);
    data->table.rows += static_cast<std::size_t>(batch.value.length);
  }
}

}  // namespace
}  // namespace gradus::capi

using namespace gradus::capi;

extern "C" {

gradus_status gradus_data_add_arrow(gradus_data* data, const struct ArrowSchema* schema,
                                    const struct ArrowArray* array) {
  return guarded([&] {
    require(data, "data");
    require(schema, "schema");
    require(array, "array");
    std::vector<gradus::MemoryColumn> columns;
    append_arrow(*schema, *array, data->table.name, columns, data->notes);
    for (gradus::MemoryColumn& column : columns) data->table.columns.push_back(std::move(column));
  });
}

gradus_status gradus_data_from_arrow(const char* name, struct ArrowArrayStream* stream, gradus_data** data) {
  return guarded([&] {
    require(stream, "stream");
    require(data, "data");
    *data = read_stream(required_text(name, "name"), *stream).release();
  });
}

}  // extern "C"
