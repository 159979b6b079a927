// From the caller's rows to the factors of the first product: bytes are converted and scaled here, columns that are 0
// in the whole batch are left out.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "engine/engine_state.hpp"
#include "gradus/core/error.hpp"

namespace gradus::engine {
namespace {

// A tile reads the weights of a used column through an index; below this share of unused columns that costs more than
// they save.
constexpr std::size_t kMinUnusedSixteenths = 1;

// Bytes that the packing kernel may read beyond a row.
constexpr std::size_t kReadBeyond = 64;

// Whether the kernel divides every byte by `divisor` as one correctly rounded division does.
template <class T>
bool division_is_exact(const kernels::KernelTable<T>& kernels, const std::array<T, 256>& values, double divisor) {
  std::array<std::uint8_t, 256 + kReadBeyond> all_bytes{};
  for (std::size_t i = 0; i < values.size(); ++i) all_bytes[i] = static_cast<std::uint8_t>(i);
  std::array<T, 256 + kernels::kUnit<T>> found{};
  const kernels::ColumnRun all{0, 256};
  kernels.pack_bytes(
      {.row = all_bytes.data(), .runs = &all, .num_runs = 1, .divisor = static_cast<T>(divisor), .out = found.data()});
  return std::equal(values.begin(), values.end(), found.begin());
}

void check_rows(std::span<const std::uint32_t> rows, std::size_t count) {
  for (const std::uint32_t row : rows) {
    if (row >= count) throw InputError("engine: a row number of the batch lies beyond the data");
  }
}

// The lines of these rows, which lie anywhere in memory.
template <class S>
kernels::RowLines lines_of(const S* data, std::size_t cols, std::span<const std::uint32_t> rows) {
  return {reinterpret_cast<const char*>(data), cols * sizeof(S), rows};
}

template <class S, class T>
void copy_values(const S* from, std::size_t count, T* to) {
  if constexpr (std::is_same_v<S, T>) {
    std::copy_n(from, count, to);
  } else {
    std::transform(from, from + count, to, [](S value) { return static_cast<T>(value); });
  }
}

}  // namespace

template <class T>
template <class Rows>
void EngineState<T>::set_rows(const Rows& from) {
  if (from.rows.size() > options.max_batch) throw InputError("engine: more rows than max_batch");
  check_rows(from.rows, from.count);
  check_rows(from.next_rows, from.count);
  batch_rows = from.rows.size();
  row_source = from;
  next_rows = lines_of(from.data, spec.num_inputs, from.next_rows);
}

template <class T>
void EngineState<T>::set_inputs(const ByteRows& from) {
  set_rows(from);
  if (byte_divisor == from.divisor) return;
  byte_divisor = from.divisor;
  for (std::size_t i = 0; i < byte_values.size(); ++i) {
    byte_values[i] = static_cast<T>(static_cast<double>(i) / from.divisor);
  }
  divides_exactly = division_is_exact(*kernels, byte_values, from.divisor);
}

template <class T>
template <class S>
void EngineState<T>::set_inputs(const ValueRows<S>& from) {
  set_rows(from);
}

// Every thread packs all rows for itself: cheaper than reading what another core has just written, and nobody waits.
template <class T>
void EngineState<T>::prepare_inputs(unsigned thread) {
  threads[thread]->columns.skipping = false;
  Matrix<T>& to = inputs_of(thread);
  const auto pack = [&](const auto& from) {
    using From = std::decay_t<decltype(from)>;
    if constexpr (!std::is_same_v<From, std::monostate>) {
      // All of them are asked for before the first one is used.
      kernels::RowLines lines = lines_of(from.data, spec.num_inputs, from.rows.subspan(first_row, rows));
      lines.pace(1);
      lines.prefetch(1);
      if constexpr (std::is_same_v<From, ByteRows>) find_columns(thread, from);
      for (std::size_t b = first_row; b < first_row + rows; ++b) {
        T* const row = to.data() + b * to.cols();
        if constexpr (std::is_same_v<From, ByteRows>) {
          pack_bytes(thread, from, b, row);
        } else {
          const auto* const values = from.data + from.rows[b] * spec.num_inputs;
          copy_values(values, spec.num_inputs, row);
        }
      }
    }
  };
  std::visit(pack, row_source);
  pair_inputs(thread);
}

template <class T>
void EngineState<T>::find_columns(unsigned thread, const ByteRows& bytes) {
  InputColumns& columns = threads[thread]->columns;
  const std::size_t num_inputs = spec.num_inputs;
  std::uint8_t* const seen = columns.seen.data();
  kernels->or_rows(bytes.data, num_inputs, bytes.rows.data() + first_row, rows, seen);
  columns.used_pairs.clear();
  for (std::uint32_t i = 0; i + 1 < num_inputs && options.mixed; i += 2) {
    seen[i] = seen[i + 1] = static_cast<std::uint8_t>(seen[i] | seen[i + 1]);
  }
  const auto unused = static_cast<std::size_t>(std::count(seen, seen + num_inputs, std::uint8_t{0}));
  columns.skipping = 16 * unused >= kMinUnusedSixteenths * num_inputs;
  columns.used.clear();
  columns.unused.clear();
  columns.runs.clear();
  if (!columns.skipping) {
    columns.runs.push_back({0, static_cast<std::uint32_t>(num_inputs)});
    return;
  }
  for (std::uint32_t i = 0; i < num_inputs; ++i) {
    if (seen[i] == 0) {
      columns.unused.push_back(i);
      continue;
    }
    if (i == 0 || seen[i - 1] == 0) columns.runs.push_back({i, 0});
    columns.runs.back().count += 1;
    columns.used.push_back(i);
    if (options.mixed && i % 2 == 0) columns.used_pairs.push_back(i / 2);
  }
}

template <class T>
void EngineState<T>::pack_bytes(unsigned thread, const ByteRows& bytes, std::size_t row, T* to) {
  InputColumns& columns = threads[thread]->columns;
  const std::size_t num_inputs = spec.num_inputs;
  const std::uint8_t* from = bytes.data + bytes.rows[row] * num_inputs;
  if (!divides_exactly) {
    for (const kernels::ColumnRun& run : columns.runs) {
      for (std::uint32_t i = 0; i < run.count; ++i) *to++ = byte_values[from[run.first + i]];
    }
    return;
  }
  if ((bytes.count - bytes.rows[row]) * num_inputs < num_inputs + kReadBeyond) {
    std::copy_n(from, num_inputs, columns.last_row.data());
    from = columns.last_row.data();
  }
  kernels->pack_bytes({.row = from,
                       .runs = columns.runs.data(),
                       .num_runs = columns.runs.size(),
                       .divisor = static_cast<T>(bytes.divisor),
                       .out = to});
}

template void EngineState<float>::set_inputs(const ByteRows&);
template void EngineState<double>::set_inputs(const ByteRows&);
template void EngineState<float>::set_inputs(const ValueRows<float>&);
template void EngineState<float>::set_inputs(const ValueRows<double>&);
template void EngineState<double>::set_inputs(const ValueRows<float>&);
template void EngineState<double>::set_inputs(const ValueRows<double>&);
template void EngineState<float>::prepare_inputs(unsigned);
template void EngineState<double>::prepare_inputs(unsigned);

}  // namespace gradus::engine
