// The kernels of one target as a table of functions, and the choice of the target. A kernel works on one thread and on
// packed panels (panel_layout.hpp); scheduling belongs to the engine.
//
// Bits: every output element of a product is one chain of fused multiply-adds in increasing k, started from 0 or from
// the value in memory. Vector width, tile and thread count choose only which chains run side by side.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gradus/engine/optimizer.hpp"
#include "gradus/network/activation.hpp"
#include "kernels/panel_layout.hpp"

namespace gradus::kernels {

/// A run of inputs that lies together: element k of row b at x[b * ldx + k], k < depth.
template <class T>
struct InputRun {
  const T* x;
  std::size_t ldx;
  std::size_t depth;
};

/// out(b, j) = f(chain_k x(b, k) * w(row(k), j) + bias(j)) for one panel of `units` units; k counts through all runs.
/// Buffers: runs (read), w (panel, read), bias (panel, read, null: none added), out (rows x panel, overwritten; with
/// `accumulate` it is also where the chains start). No aliasing.
template <class T>
struct ForwardArgs {
  const InputRun<T>* runs;
  std::size_t num_runs;
  std::size_t rows;
  const std::uint32_t* row_of_k;  // panel row of each k; null: row k
  const T* w;                     // panel: row r starts at w + r * units * kUnit<T>
  std::size_t units;              // 1 .. kPanelUnits
  const T* bias;
  T* out;  // block: row b starts at out + b * units * kUnit<T>
  bool accumulate;
  bool relu;  // f = max(z, 0), else identity
};

/// Columns [first, first + count) of a row.
struct ColumnRun {
  std::uint32_t first;
  std::uint32_t count;
};

/// out(j) = row(c_j) / divisor, rounded once, for the columns c_j of all runs in order. Works in whole vectors: reads
/// up to 64 bytes beyond a run and writes up to one unit beyond the last value. Exact where the division's one
/// correction step is: the engine compares all 256 values with the division before it uses this.
template <class T>
struct PackBytesArgs {
  const std::uint8_t* row;
  const ColumnRun* runs;
  std::size_t num_runs;
  T divisor;
  T* out;
};

/// How a weight gradient leaves the kernel.
enum class GradientUse : std::uint8_t {
  kStore,      // gradient(i, j) = g
  kSgdUpdate,  // w(i, j) = fma(-learning_rate, g + penalties, w(i, j))
};

/// g(i, j) = chain_b x(b, i) * dz(b, j), then fma(l1, sign(w), g), then fma(l2_twice, w, g); for one panel.
/// Buffers: x (rows x depth, read), dz (block of the panel, read), w (panel, read; updated in place with kSgdUpdate),
/// gradient (panel, overwritten with kStore; with `accumulate` it is also where the chains start). Rows of the panel
/// that `row_of_k` does not name are left untouched. With rows = 0 every chain is empty: what is left are the
/// penalties.
template <class T>
struct WeightGradientArgs {
  const T* x;
  std::size_t ldx;
  std::size_t rows;
  std::size_t depth;
  const std::uint32_t* row_of_k;
  const T* dz;  // block: row b starts at dz + b * units * kUnit<T>
  std::size_t units;
  T* w;
  T* gradient;
  GradientUse use;
  bool accumulate;
  T learning_rate;
  T l1;
  T l2_twice;
};

/// One elementwise optimizer step over n parameters (formulae: gradus/engine/optimizer.hpp).
/// `bias_correction1` = 1 - beta1^t and so on are computed by the caller in double.
template <class T>
struct OptimizerArgs {
  OptimizerKind kind = OptimizerKind::kSgd;
  T learning_rate{};
  T momentum{};  // m, or rho of RMSProp
  T beta1{};
  T beta2{};
  T epsilon{};
  T decay{};            // learning_rate * weight_decay of AdamW, 0 for biases
  T step_size{};        // learning_rate / (1 - beta1^t)
  T root_correction{};  // 1 / sqrt(1 - beta2^t)
  std::size_t n = 0;
  T* w = nullptr;
  const T* g = nullptr;
  T* slot0 = nullptr;
  T* slot1 = nullptr;
};

template <class T>
struct KernelTable {
  const char* name;
  void (*forward)(const ForwardArgs<T>&);
  void (*weight_gradient)(const WeightGradientArgs<T>&);
  /// dst(o, i) = src(i, o) for i < ni, o < no; strides in elements. Works in whole cache lines: src must have and dst
  /// may get columns o up to a multiple of kUnit; lanes i from ni up to a multiple of kUnit become 0.
  void (*transpose)(const T* src, std::size_t src_stride, std::size_t ni, std::size_t no, T* dst,
                    std::size_t dst_stride);
  /// h = f(z) over n contiguous elements; in place allowed.
  void (*activate)(ActivationKind kind, T alpha, const T* z, T* h, std::size_t n);
  /// dz = dh * f'(z) over n elements; in place on dh allowed. `z` is read only by activations that need it.
  void (*activation_gradient)(ActivationKind kind, T alpha, const T* dh, const T* z, const T* h, T* dz, std::size_t n);
  /// sum(j) = chain_b sum + dz(b, j): plain additions over `rows`, for n columns, from 0 or with `accumulate` from
  /// sum(j).
  void (*column_sums)(const T* dz, std::size_t lddz, std::size_t rows, std::size_t n, bool accumulate, T* sum);
  void (*pack_bytes)(const PackBytesArgs<T>&);
  /// bits(i) = OR over b < count of data(rows[b], i): bytes, `cols` to a row of `data`.
  void (*or_rows)(const std::uint8_t* data, std::size_t cols, const std::uint32_t* rows, std::size_t count,
                  std::uint8_t* bits);
  void (*optimizer_step)(const OptimizerArgs<T>&);
  /// Softmax of n rows that stand in columns: logit k of row b at z[k * ldz + b], k < count, becomes p_k = e_k / s with
  /// e_k = exp(z_k - m), m = max z, s = sum e_k in increasing k; log_sums(b) = ln s + m. In place; n is a multiple of
  /// kUnit.
  void (*softmax_columns)(T* z, std::size_t ldz, std::size_t count, std::size_t n, T* log_sums);
  /// Nothing but independent multiply-adds in registers: the machine's arithmetic peak. Returns how many operations
  /// (2 per multiply-add and lane) `iterations` rounds made.
  double (*multiply_adds)(std::size_t iterations);
  /// y = x rounded to bfloat16 (8 significant bits, to nearest, ties to even), kept in T; NaN stays NaN. In place
  /// allowed; n is a multiple of kUnit. Only in the table of floats.
  void (*round_to_bfloat16)(const T* x, T* y, std::size_t n);
  void (*exp)(const T* x, T* y, std::size_t n);
  void (*log)(const T* x, T* y, std::size_t n);
  void (*tanh)(const T* x, T* y, std::size_t n);
  void (*sigmoid)(const T* x, T* y, std::size_t n);
};

/// Targets from best to plainest.
enum class Target : std::uint8_t { kAvx512, kAvx2, kNeon, kPlain };

const char* target_name(Target target);  // "avx512", "avx2", "neon", "plain"
/// Compiled in and supported by this CPU.
bool target_available(Target target);
/// By name; throws InputError listing the available ones when `name` is unknown or not available here. `where` opens
/// the message.
Target parse_target(const char* where, std::string_view name);
/// GRADUS_TARGET if set (throws InputError when unknown or not available here), else the best available; fixed by the
/// first call.
Target active_target();
/// The table of a target that is available.
template <class T>
const KernelTable<T>& kernel_table(Target target);

}  // namespace gradus::kernels
