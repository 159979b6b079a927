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
#include <type_traits>

#include "gradus/engine/optimizer.hpp"
#include "gradus/network/activation.hpp"
#include "kernels/panel_layout.hpp"
#include "kernels/row_lines.hpp"

namespace gradus::kernels {

/// Two factors in bfloat16 that follow each other in a chain, the first in the upper half: what the instructions for
/// bfloat16 multiply and add in this order. A chain of an odd length ends with a pair whose second factor is 0 on at
/// least one side, which adds nothing.
using BfloatPair = std::uint32_t;

/// Factors below this are rounded to 0. Products of others are multiples of 2^-126, so no sum of them is subnormal:
/// the instructions for bfloat16 flush such numbers to 0, and this way nobody sees it. (Eight significant bits: the
/// last place of a factor is at least 2^-63, that of a product 2^-126.)
inline constexpr float kSmallestFactor = 0x1p-56F;

/// A run of inputs that lies together: element (or pair) k of row b at x[b * ldx + k], k < depth.
template <class T>
struct InputRun {
  const T* x;
  std::size_t ldx;
  std::size_t depth;
};

/// What another core is going to read may be written past the caches: `streams`, with `out` on a cache line. A line
/// that the other core read last time is then not fetched back first, which between cores that are far apart takes four
/// times as long. A kernel that returns has made such writes visible to whoever sees a later one.

/// out(b, j) = f(chain_k x(b, k) * w(row(k), j) + bias(j)) for one panel of `units` units; k counts through all runs.
/// Buffers: runs (read), w (panel, read), bias (panel, read, null: none added), start and positive (blocks like out,
/// read), out (rows x panel, overwritten; may be start). No other aliasing. F: factors, T or BfloatPair; then k counts
/// pairs and an element of the panel is a pair of rows.
template <class T, class F = T>
struct ForwardArgs {
  const InputRun<F>* runs;
  std::size_t num_runs;
  std::size_t rows;
  const std::uint32_t* row_of_k;  // panel row of each k; null: row k
  const F* w;                     // panel: row r starts at w + r * units * kUnit<T>
  std::size_t units;              // 1 .. kPanelUnits
  const T* bias;
  const T* start;     // where the chains start; null: from 0
  const T* positive;  // f(z) = z where this is > 0, else 0: the derivative of ReLU; null: f = max(z, 0) or identity
  T* out;             // block: row b starts at out + b * units * kUnit<T>
  bool relu;          // f = max(z, 0)
  bool streams;       // writes past the caches
};

/// Columns [first, first + count) of a row.
struct ColumnRun {
  std::uint32_t first;
  std::uint32_t count;
};

/// The floating type beside T, float or double.
template <class T>
using OtherNumber = std::conditional_t<sizeof(T) == sizeof(float), double, float>;

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
/// penalties. F: factors, T or BfloatPair; then a row of x and dz is a pair of rows of the batch.
template <class T, class F = T>
struct WeightGradientArgs {
  const F* x;
  std::size_t ldx;
  std::size_t rows;
  std::size_t depth;
  const std::uint32_t* row_of_k;
  const F* dz;  // block: row b starts at dz + b * units * kUnit<T>
  std::size_t units;
  T* w;
  T* gradient;
  GradientUse use;
  bool accumulate;
  T learning_rate;
  T l1;
  T l2_twice;
  RowLines* ahead = nullptr;  // advanced by one for every row of the panel, if the target cares
};

/// A panel of a layer's outputs: the gradient of output o in row b at dz[b * width + o], the weight from input i at
/// w[i * width + o], o < outputs. `width` is a multiple of kUnit.
template <class T>
struct OutputRun {
  const T* dz;
  const T* w;
  std::size_t width;
  std::size_t outputs;
};

/// Most rows for which `input_gradient` beats the transposed weights and `forward` (docs/engine.md).
inline constexpr std::size_t kFewRows = 8;

/// out(b, i) = f(chain_o dz(b, o) * w(i, o)) over the outputs of all runs in order, for one panel of inputs.
/// Buffers: runs (read; weights of `inputs` rows, whole cache lines of outputs), start, positive and out as in
/// ForwardArgs; lanes at and beyond `inputs` are written as if their weights were 0.
template <class T>
struct InputGradientArgs {
  const OutputRun<T>* runs;
  std::size_t num_runs;
  std::size_t rows;
  std::size_t inputs;
  std::size_t units;  // of the panel of inputs
  const T* start;
  const T* positive;
  T* out;
  bool streams;
};

/// Most outputs of a layer whose products run over columns.
inline constexpr std::size_t kNarrowOutputs = 16;

/// Rows of a batch that narrow layers take at once, and the distance between their columns: value j of row b at
/// [j * kColumnRows + b]. Vectors run over rows, so that layers of 4 or 5 outputs fill them; what a few layers hold of
/// so many rows stays in the first-level cache.
inline constexpr std::size_t kColumnRows = 128;

/// out(b, j) = chain_k x(b, k) * w(k, j) + bias(j), x and out in columns, w(k, j) at w[k * w_of_k + j * w_of_output].
/// With the strides exchanged it is the input gradient. Buffers: x, w, bias (null: none added) are read, out is
/// overwritten.
template <class T>
struct ColumnsProductArgs {
  const T* x;
  std::size_t depth;
  const T* w;
  std::size_t w_of_k;
  std::size_t w_of_output;
  std::size_t outputs;
  const T* bias;
  T* out;
  std::size_t rows;  // a multiple of kUnit
};

/// gradient(i, j) = chain_b x(b, i) * dz(b, j) and sums(j) = chain_b sums + dz(b, j), plain additions, for one unit of
/// outputs; from 0 or with `accumulate` from what is there. x in columns, dz and gradient in rows.
template <class T>
struct ColumnsGradientArgs {
  const T* x;
  std::size_t rows;
  std::size_t depth;
  const T* dz;        // row b at dz + b * width
  T* gradient;        // row i at gradient + i * width
  std::size_t width;  // a multiple of kUnit
  T* sums;
  bool accumulate;
};

/// The factors of a mixed product, x rounded to bfloat16 (to nearest, ties to even; below kSmallestFactor 0; NaN stays
/// NaN), paired in both directions:
///   along_columns(b, j) = x(b, 2 j), x(b, 2 j + 1)      row b at along_columns + b * width / 2
///   along_rows(r, j)    = x(2 r, j), x(2 r + 1, j)      row r at along_rows + r * width; an odd last row goes with 0
/// Either may be null. `width` is a multiple of kUnit.
struct PairArgs {
  const float* x;  // row b at x + b * ldx
  std::size_t ldx;
  std::size_t rows;
  std::size_t width;
  BfloatPair* along_columns;
  BfloatPair* along_rows;
  bool streams;  // as in ForwardArgs
};

/// What mixed engines use in place of the products of floats. The chains have the same order: pair after pair, the
/// first factor of a pair before the second.
struct PairKernels {
  const char* name;  // "avx512bf16": by the CPU's instructions for bfloat16; else the target whose multiply-adds do it
  void (*pair_up)(const PairArgs&);
  void (*forward)(const ForwardArgs<float, BfloatPair>&);
  void (*weight_gradient)(const WeightGradientArgs<float, BfloatPair>&);
  /// As KernelTable::transpose, pairs for elements.
  void (*transpose)(const BfloatPair* src, std::size_t src_stride, std::size_t ni, std::size_t no, BfloatPair* dst,
                    std::size_t dst_stride);
  /// As KernelTable::multiply_adds, of factors in bfloat16. The plain target has none.
  double (*multiply_adds)(std::size_t iterations);
};

/// One block of a normalisation: y = (x - mean) inverse_std, z = scale y + shift. mean, inverse_std, mean_sum and
/// mean_product are one number for each column of the block, or for each row; scale and shift for each column. Lanes of
/// scale, shift, x and dz at and beyond `outputs` are 0.
template <class T>
struct NormaliseArgs {
  const T* x = nullptr;   // rows x width
  const T* dz = nullptr;  // likewise
  std::size_t rows = 0;
  std::size_t width = 0;  // a multiple of kUnit
  std::size_t outputs = 0;
  const T* mean = nullptr;
  const T* inverse_std = nullptr;
  const T* scale = nullptr;
  const T* shift = nullptr;
  const T* mean_sum = nullptr;
  const T* mean_product = nullptr;
  bool accumulate = false;
  T* out = nullptr;
  T* second_out = nullptr;
};

/// The kernels of one kind of normalisation, over columns or over rows (formulae: src/network/layers). Sums over
/// columns are one chain in increasing rows. Sums over rows go into kUnit lanes a row, lane l those of the outputs l, l
/// + kUnit,
/// ..., added to what is there.
template <class T>
struct NormaliseKernels {
  /// out = z.
  void (*forward)(const NormaliseArgs<T>&);
  /// out = dx.
  void (*gradient)(const NormaliseArgs<T>&);
  /// out(j) = chain over rows of dz y, from 0 or with `accumulate` from out(j).
  void (*scale_gradient)(const NormaliseArgs<T>&);
  /// Rows only: sums of x (of columns: KernelTable::column_sums).
  void (*sums)(const NormaliseArgs<T>&);
  /// Sums of (x - mean)^2.
  void (*square_distances)(const NormaliseArgs<T>&);
  /// Rows only: sums of g = scale dz into out, of g y into second_out.
  void (*gradient_sums)(const NormaliseArgs<T>&);
};

/// One elementwise optimizer step over n parameters (formulae: gradus/engine/optimizer.hpp). The corrections are
/// computed by the caller in double.
template <class T>
struct OptimizerArgs {
  OptimizerKind kind = OptimizerKind::kSgd;
  T learning_rate{};
  T momentum{};
  T rho{};
  T beta1{};
  T beta2{};
  T epsilon{};
  T decay{};            // learning_rate * weight_decay of AdamW, 0 for biases
  T step_size{};        // learning_rate / (1 - beta1^t)
  T root_correction{};  // 1 / sqrt(1 - beta2^t)
  std::size_t n = 0;
  T* w = nullptr;
  const T* g = nullptr;
  T* slots[kMostSlots] = {};  // as many as the rule has, n elements each
};

template <class T>
struct KernelTable {
  const char* name;
  void (*forward)(const ForwardArgs<T>&);
  void (*weight_gradient)(const WeightGradientArgs<T>&);
  void (*input_gradient)(const InputGradientArgs<T>&);
  void (*columns_product)(const ColumnsProductArgs<T>&);
  void (*columns_gradient)(const ColumnsGradientArgs<T>&);
  /// dst(o, i) = src(i, o) for i < ni, o < no; strides in elements. Works in whole cache lines: src must have and dst
  /// may get columns o up to a multiple of kUnit; lanes i from ni up to a multiple of kUnit become 0.
  void (*transpose)(const T* src, std::size_t src_stride, std::size_t ni, std::size_t no, T* dst,
                    std::size_t dst_stride);
  /// h = f(z) over n contiguous elements; in place allowed.
  void (*activate)(ActivationKind kind, T alpha, const T* z, T* h, std::size_t n);
  /// dz = dh * f'(z) over n elements; in place on dh allowed. `z` is read only by activations that need it.
  void (*activation_gradient)(ActivationKind kind, T alpha, const T* dh, const T* z, const T* h, T* dz, std::size_t n);
  /// The same of activations whose slopes are learned, one for each of `width` columns.
  void (*activate_units)(ActivationKind kind, const T* slopes, const T* z, T* h, std::size_t rows, std::size_t width);
  void (*activation_gradient_units)(ActivationKind kind, const T* slopes, const T* dh, const T* z, T* dz,
                                    std::size_t rows, std::size_t width);
  /// sum(j) = chain_b sum + dh(b, j) df/da(z(b, j)), from 0 or with `accumulate` from sum(j).
  void (*slope_gradient)(ActivationKind kind, const T* dh, const T* z, std::size_t rows, std::size_t width,
                         bool accumulate, T* sum);
  NormaliseKernels<T> normalise_columns;
  NormaliseKernels<T> normalise_rows;
  /// sum(j) = chain_b sum + dz(b, j): plain additions over `rows`, for n columns, from 0 or with `accumulate` from
  /// sum(j).
  void (*column_sums)(const T* dz, std::size_t lddz, std::size_t rows, std::size_t n, bool accumulate, T* sum);
  void (*pack_bytes)(const PackBytesArgs<T>&);
  /// to(i) = T(from(i)) over n numbers of the other type, rounded to nearest.
  void (*convert)(const OtherNumber<T>* from, std::size_t n, T* to);
  /// bits(i) = OR over b < count of data(rows[b], i): bytes, `cols` to a row of `data`.
  void (*or_rows)(const std::uint8_t* data, std::size_t cols, const std::uint32_t* rows, std::size_t count,
                  std::uint8_t* bits);
  void (*optimizer_step)(const OptimizerArgs<T>&);
  /// Softmax of n rows that stand in columns: logit k of row b at z[k * ldz + b], k < count, becomes p_k = e_k / s with
  /// e_k = exp(z_k - m), m = max z, s = sum e_k in increasing k; log_sums(b) = ln s + m. In place; n is a multiple of
  /// kUnit.
  void (*softmax_columns)(T* z, std::size_t ldz, std::size_t count, std::size_t n, T* log_sums);
  /// The gradient of softmax cross-entropy in the same form: p_k of row b becomes (p_k - (k == label(b))) * share(b),
  /// and best(b) the first k whose p_k is largest. Labels are whole numbers in T.
  void (*cross_entropy_columns)(T* p, std::size_t ldp, std::size_t count, std::size_t n, const T* labels,
                                const T* shares, T* best);
  /// Nothing but independent multiply-adds in registers: the machine's arithmetic peak. Returns how many operations
  /// (2 per multiply-add and lane) `iterations` rounds made.
  double (*multiply_adds)(std::size_t iterations);
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
/// ... and its products of pairs.
const PairKernels& pair_kernels(Target target);

}  // namespace gradus::kernels
