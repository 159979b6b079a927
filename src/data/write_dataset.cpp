// SPDX-License-Identifier: Apache-2.0
#include "data/write_dataset.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <bit>
#include <iterator>
#include <limits>

#include "core/atomic_file.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

static_assert(std::endian::native == std::endian::little, "the npy headers below say '<'");

constexpr std::size_t kFlushSize = std::size_t{1} << 20;

std::vector<std::uint32_t> rows_in_order(const Dataset& dataset) {
  std::vector<std::uint32_t> rows = dataset.train;
  rows.insert(rows.end(), dataset.valid.begin(), dataset.valid.end());
  rows.insert(rows.end(), dataset.test.begin(), dataset.test.end());
  return rows;
}

void write_csv(const Dataset& dataset, AtomicFile& file, CsvCells cells) {
  // Our own reader splits text without commas at spaces.
  const auto quoted_field = [cells](const std::string& field) { return csv_cell(field, cells, " "); };
  std::string text;
  for (std::size_t c = 0; c < dataset.num_features(); ++c) {
    text += (dataset.feature_names.empty() ? fmt::format("x{}", c) : quoted_field(dataset.feature_names[c])) + ",";
  }
  const std::string target = dataset.target_name.empty() ? "label" : quoted_field(dataset.target_name);
  const std::size_t num_values = dataset.table.values.cols();
  text += target;
  for (std::size_t k = 1; k < num_values; ++k) text += fmt::format(",{}{}", target, k);
  text += '\n';
  for (const std::uint32_t row : rows_in_order(dataset)) {
    const auto append_features = [&](const auto& matrix) {
      for (const auto x : matrix.row(row)) fmt::format_to(std::back_inserter(text), "{},", x);
    };
    visit_features(dataset.table.features, append_features);
    if (!dataset.table.labels.empty()) {
      text += quoted_field(dataset.class_names[static_cast<std::size_t>(dataset.table.labels[row])]) + ",";
    }
    for (std::size_t k = 0; k < num_values; ++k) text += fmt::format("{},", dataset.table.values(row, k));
    text.back() = '\n';
    if (text.size() > kFlushSize) {
      file.write(text);
      text.clear();
    }
  }
  file.write(text);
}

std::string npy_header(std::string_view descr, std::size_t rows, std::size_t cols) {
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ", descr);
  header += cols == 0 ? fmt::format("({},), }}", rows) : fmt::format("({}, {}), }}", rows, cols);
  // Magic, version and length take 10 bytes; the values start at a multiple of 64.
  header.resize((header.size() + 11 + 63) / 64 * 64 - 11, ' ');
  header += '\n';
  std::string start("\x93NUMPY\x01\x00", 8);
  start += static_cast<char>(header.size() & 0xff);
  start += static_cast<char>(header.size() >> 8);
  return start + header;
}

template <class T>
void append_bytes(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

void write_npy(const Dataset& dataset, AtomicFile& file, CsvCells /*cells*/) {
  const std::size_t num_values = dataset.table.labels.empty() ? dataset.table.values.cols() : 1;
  const std::vector<std::uint32_t> rows = rows_in_order(dataset);
  std::string bytes = npy_header("<f8", rows.size(), dataset.num_features() + num_values);
  for (const std::uint32_t row : rows) {
    const auto append_features = [&](const auto& matrix) {
      for (const auto x : matrix.row(row)) append_bytes(bytes, static_cast<double>(x));
    };
    visit_features(dataset.table.features, append_features);
    if (!dataset.table.labels.empty()) append_bytes(bytes, static_cast<double>(dataset.table.labels[row]));
    for (std::size_t k = 0; k < dataset.table.values.cols(); ++k) append_bytes(bytes, dataset.table.values(row, k));
    if (bytes.size() > kFlushSize) {
      file.write(bytes);
      bytes.clear();
    }
  }
  file.write(bytes);
}

/// An uncompressed zip archive, as numpy.savez writes it.
class ZipWriter {
 public:
  explicit ZipWriter(AtomicFile& file) : file_(file) {}

  void add(const std::string& name, const std::string& content) {
    if (content.size() > std::numeric_limits<std::uint32_t>::max() - offset_ - 1024) {
      throw RunError(name + ": an npz of more than 4 GiB is not written; use .npy or fewer rows");
    }
    std::string common;
    const std::array<std::uint16_t, 4> fields{0, 0, 0, 0x21};  // flags, stored, time, 1 January 1980
    for (const std::uint16_t field : fields) append_bytes(common, field);
    append_bytes(
        common, static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size())));
    append_bytes(common, static_cast<std::uint32_t>(content.size()));
    append_bytes(common, static_cast<std::uint32_t>(content.size()));
    append_bytes(common, static_cast<std::uint16_t>(name.size()));
    append_bytes(common, std::uint16_t{0});
    directory_ += std::string("PK\x01\x02\x14\x00\x14\x00", 8) + common + std::string(10, '\0');
    append_bytes(directory_, offset_);
    directory_ += name;
    ++num_members_;
    write(std::string("PK\x03\x04\x14\x00", 6) + common + name);
    write(content);
  }
  void finish() {
    std::string end("PK\x05\x06\x00\x00\x00\x00", 8);
    append_bytes(end, num_members_);
    append_bytes(end, num_members_);
    append_bytes(end, static_cast<std::uint32_t>(directory_.size()));
    append_bytes(end, offset_);
    append_bytes(end, std::uint16_t{0});
    file_.write(directory_);
    file_.write(end);
  }

 private:
  void write(const std::string& bytes) {
    file_.write(bytes);
    offset_ += static_cast<std::uint32_t>(bytes.size());
  }
  AtomicFile& file_;
  std::string directory_;
  std::uint32_t offset_ = 0;
  std::uint16_t num_members_ = 0;
};

std::string features_npy(const Features& features, std::span<const std::uint32_t> rows) {
  // Of owned and borrowed features.
  static constexpr std::string_view kDescr[] = {"|u1", "<f4", "<f8"};
  std::string bytes = npy_header(kDescr[features.index() % std::size(kDescr)], rows.size(), num_cols(features));
  const auto append = [&](const auto& matrix) {
    for (const std::uint32_t row : rows) {
      const auto values = std::as_bytes(matrix.row(row));
      bytes.append(reinterpret_cast<const char*>(values.data()), values.size());
    }
  };
  visit_features(features, append);
  return bytes;
}

std::string targets_npy(const Table& table, std::span<const std::uint32_t> rows) {
  if (!table.labels.empty()) {
    std::string bytes = npy_header("<i4", rows.size(), 0);
    for (const std::uint32_t row : rows) append_bytes(bytes, table.labels[row]);
    return bytes;
  }
  std::string bytes = npy_header("<f8", rows.size(), table.values.cols());
  for (const std::uint32_t row : rows) {
    for (const double value : table.values.row(row)) append_bytes(bytes, value);
  }
  return bytes;
}

void write_npz(const Dataset& dataset, AtomicFile& file, CsvCells /*cells*/) {
  ZipWriter zip(file);
  const bool has_targets = !dataset.table.labels.empty() || !dataset.table.values.empty();
  const auto add = [&](const std::string& part, const std::vector<std::uint32_t>& rows) {
    if (rows.empty()) return;
    zip.add("x_" + part + ".npy", features_npy(dataset.table.features, rows));
    if (has_targets) zip.add("y_" + part + ".npy", targets_npy(dataset.table, rows));
  };
  add("train", dataset.train);
  add("valid", dataset.valid);
  add("test", dataset.test);
  zip.finish();
}

}  // namespace

void write_dataset(const Dataset& dataset, const std::string& path, CsvCells cells) {
  const auto write = path.ends_with(".csv")   ? write_csv
                     : path.ends_with(".npy") ? write_npy
                     : path.ends_with(".npz") ? write_npz
                                              : nullptr;
  if (write == nullptr) throw InputError(ErrorParts{path, "a name ending in .csv, .npy or .npz", "another", ""});
  if (dataset.table.has_missing_numbers() || dataset.table.codes.cols() > 0) {
    throw InputError(ErrorParts{dataset.name, "a table of numbers without missing ones", "words or missing cells",
                                "leave those columns out with data.ignore"});
  }
  AtomicFile file(path);
  write(dataset, file, cells);
  file.commit();
}

}  // namespace gradus::data
