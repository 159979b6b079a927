// From the caller's rows to the factors of the first product.
// SPDX-License-Identifier: Apache-2.0
#include "engine/input_rows.hpp"

#include <algorithm>

#include "engine/factors.hpp"
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
void copy_values(const kernels::KernelTable<T>& kernels, const S* from, std::size_t count, T* to) {
  if constexpr (std::is_same_v<S, T>) {
    std::copy_n(from, count, to);
  } else {
    kernels.convert(from, count, to);
  }
}

}  // namespace

template <class P>
void InputRows<P>::use_buffer(std::size_t rows) {
  if (rows > c.options.max_batch) throw InputError("engine: more rows than max_batch");
  c.call.batch_rows = rows;
  forget();
}

template <class P>
void InputRows<P>::forget() {
  source_ = std::monostate();
  c.call.packs_inputs = false;
  c.next_rows = {};
}

template <class P>
template <class Rows>
void InputRows<P>::use_rows(const Rows& from) {
  if (from.rows.size() > c.options.max_batch) throw InputError("engine: more rows than max_batch");
  check_rows(from.rows, from.count);
  check_rows(from.next_rows, from.count);
  c.call.batch_rows = from.rows.size();
  c.call.packs_inputs = true;
  source_ = from;
  c.next_rows = lines_of(from.data, c.spec.num_inputs, from.next_rows);
}

template <class P>
void InputRows<P>::use(const ByteRows& from) {
  use_rows(from);
  if (byte_divisor_ == from.divisor) return;
  byte_divisor_ = from.divisor;
  for (std::size_t i = 0; i < byte_values_.size(); ++i) {
    byte_values_[i] = static_cast<T>(static_cast<double>(i) / from.divisor);
  }
  divides_exactly_ = division_is_exact(*c.kernels, byte_values_, from.divisor);
}

// Every thread packs all rows for itself: cheaper than reading what another core has just written, and nobody waits.
template <class P>
void InputRows<P>::prepare(unsigned thread) {
  InputColumns& columns = c.thread(thread).columns;
  columns.skipping = false;
  std::visit(
      [&]<class From>(const From& from) {
        if constexpr (!std::is_same_v<From, std::monostate>) pack(thread, from);
      },
      source_);
  if (c.plan.layers.front().kind != LayerKind::kDense) return copy_to_blocks(thread);
  Factors<P>::inputs_changed(c, thread, columns.skipping ? columns.used.size() : c.spec.num_inputs);
}

template <class P>
template <class Rows>
void InputRows<P>::pack(unsigned thread, const Rows& from) {
  constexpr bool kBytes = std::is_same_v<Rows, ByteRows>;
  const Call<T>& call = c.call;
  // All of them are asked for before the first one is used.
  kernels::RowLines lines = lines_of(from.data, c.spec.num_inputs, from.rows.subspan(call.first_row, call.rows));
  lines.pace(1);
  lines.prefetch(1);
  if constexpr (kBytes) find_columns(thread, from);
  Matrix<T>& to = Factors<P>::input_matrix(c, thread);
  for (std::size_t b = call.first_row; b < call.first_row + call.rows; ++b) {
    T* const row = to.data() + b * to.cols();
    if constexpr (kBytes) {
      pack_bytes(thread, from, b, row);
    } else {
      copy_values(*c.kernels, from.data + from.rows[b] * c.spec.num_inputs, c.spec.num_inputs, row);
    }
  }
}

// Where the first layer is not dense.
template <class P>
void InputRows<P>::copy_to_blocks(unsigned thread) {
  const Matrix<T>& from = Factors<P>::input_matrix(c, thread);
  BlockBuffer<T>& to = c.thread(thread).input_blocks;
  for (const Block& block : c.plan.layers.front().blocks) {
    for (std::size_t b = 0; b < c.call.rows; ++b) {
      std::copy_n(from.row(c.call.first_row + b).data() + block.first, block.outputs,
                  to.block(block) + b * block.width<T>());
    }
  }
}

template <class P>
void InputRows<P>::find_columns(unsigned thread, const ByteRows& bytes) {
  InputColumns& columns = c.thread(thread).columns;
  const std::size_t num_inputs = c.spec.num_inputs;
  std::uint8_t* const seen = columns.seen.data();
  c.kernels->or_rows(bytes.data, num_inputs, bytes.rows.data() + c.call.first_row, c.call.rows, seen);
  columns.used_pairs.clear();
  for (std::uint32_t i = 0; i + 1 < num_inputs && P::kMixed; i += 2) {
    seen[i] = seen[i + 1] = static_cast<std::uint8_t>(seen[i] | seen[i + 1]);
  }
  const auto unused = static_cast<std::size_t>(std::count(seen, seen + num_inputs, std::uint8_t{0}));
  const bool is_dense = c.plan.layers.front().kind == LayerKind::kDense;
  columns.skipping = is_dense && 16 * unused >= kMinUnusedSixteenths * num_inputs;
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
    if (P::kMixed && i % 2 == 0) columns.used_pairs.push_back(i / 2);
  }
}

template <class P>
void InputRows<P>::pack_bytes(unsigned thread, const ByteRows& bytes, std::size_t row, T* to) {
  InputColumns& columns = c.thread(thread).columns;
  const std::size_t num_inputs = c.spec.num_inputs;
  const std::uint8_t* from = bytes.data + bytes.rows[row] * num_inputs;
  if (!divides_exactly_) {
    for (const kernels::ColumnRun& run : columns.runs) {
      for (std::uint32_t i = 0; i < run.count; ++i) *to++ = byte_values_[from[run.first + i]];
    }
    return;
  }
  if ((bytes.count - bytes.rows[row]) * num_inputs < num_inputs + kReadBeyond) {
    std::copy_n(from, num_inputs, columns.last_row.data());
    from = columns.last_row.data();
  }
  c.kernels->pack_bytes({.row = from,
                         .runs = columns.runs.data(),
                         .num_runs = columns.runs.size(),
                         .divisor = static_cast<T>(bytes.divisor),
                         .out = to});
}

template class InputRows<Single>;
template class InputRows<Double>;
template class InputRows<Mixed>;
template void InputRows<Single>::use_rows(const ValueRows<float>&);
template void InputRows<Single>::use_rows(const ValueRows<double>&);
template void InputRows<Double>::use_rows(const ValueRows<float>&);
template void InputRows<Double>::use_rows(const ValueRows<double>&);
template void InputRows<Mixed>::use_rows(const ValueRows<float>&);
template void InputRows<Mixed>::use_rows(const ValueRows<double>&);

}  // namespace gradus::engine
