// The plain target: textbook loops with std::fma, on any CPU. It is the reference that every vector target is compared
// with, bit for bit; its products are written independently of theirs, its elementwise formulae are the shared ones.
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "kernels/gelu.hpp"
#include "kernels/kernel_table.hpp"
#include "kernels/plain_ops.hpp"

#define HWY_INLINE inline

namespace gradus::kernels {
namespace plain {

using namespace plain_ops;  // NOLINT(google-build-using-namespace): the names that the shared sources expect

template <class T>
using TagOf = plain_ops::Tag<T>;
template <class D>
using VecOf = typename D::Lane;
template <class D>
using BitsOf = plain_ops::IntOf<typename D::Lane>;

#include "kernels/vector_math.inc"
//
#include "kernels/elementwise.inc"
//
#include "kernels/normalise.inc"

// One link of a chain: a factor, or a pair of them.
template <class T>
T Multiply(T x, T w, T sum) {
  return std::fma(x, w, sum);
}
float FirstFactor(BfloatPair pair) {
  return std::bit_cast<float>(pair & 0xffff0000U);
}
float SecondFactor(BfloatPair pair) {
  return std::bit_cast<float>(pair << 16U);
}
float Multiply(BfloatPair x, BfloatPair w, float sum) {
  return std::fma(SecondFactor(x), SecondFactor(w), std::fma(FirstFactor(x), FirstFactor(w), sum));
}

template <class T, class F>
void Forward(const ForwardArgs<T, F>& a) {
  const size_t width = a.units * kUnit<T>;
  for (size_t b = 0; b < a.rows; ++b) {
    T* const out = a.out + b * width;
    for (size_t j = 0; j < width; ++j) {
      T z = a.start != nullptr ? a.start[b * width + j] : T{0};
      size_t k = 0;
      for (size_t run = 0; run < a.num_runs; ++run) {
        const F* const x = a.runs[run].x + b * a.runs[run].ldx;
        for (size_t i = 0; i < a.runs[run].depth; ++i, ++k) {
          const size_t row = a.row_of_k != nullptr ? a.row_of_k[k] : k;
          z = Multiply(x[i], a.w[row * width + j], z);
        }
      }
      if (a.bias != nullptr) z += a.bias[j];
      const bool is_zero = (a.positive != nullptr && !(a.positive[b * width + j] > T{0})) || (a.relu && z <= T{0});
      out[j] = is_zero ? T{0} : z;
    }
  }
}

template <class T, class F>
void WeightGradient(const WeightGradientArgs<T, F>& a) {
  const size_t width = a.units * kUnit<T>;
  for (size_t k = 0; k < a.depth; ++k) {
    const size_t row = a.row_of_k != nullptr ? a.row_of_k[k] : k;
    for (size_t j = 0; j < width; ++j) {
      T g = a.accumulate ? a.gradient[row * width + j] : T{0};
      for (size_t b = 0; b < a.rows; ++b) g = Multiply(a.x[b * a.ldx + k], a.dz[b * width + j], g);
      T& w = a.w[row * width + j];
      if (a.l1 != T{0} || a.l2_twice != T{0}) {
        const T sign = w == T{0} ? T{0} : std::copysign(T{1}, w);
        g = std::fma(a.l2_twice, w, std::fma(a.l1, sign, g));
      }
      if (a.use == GradientUse::kSgdUpdate) {
        w = std::fma(-a.learning_rate, g, w);
      } else {
        a.gradient[row * width + j] = g;
      }
    }
  }
}

// To the nearest of eight significant bits: what is lost of the lower half decides.
BfloatPair rounded_bits(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  if (std::isnan(x)) return (bits | 0x00400000U) & 0xffff0000U;
  if (std::fabs(x) < kSmallestFactor) return 0;
  const std::uint32_t upper = bits >> 16U, lost = bits & 0xffffU;
  const bool up = lost > 0x8000U || (lost == 0x8000U && upper % 2 == 1);
  return (upper + (up ? 1 : 0)) << 16U;
}

void PairUpAll(const PairArgs& a) {
  const auto at = [&](size_t b, size_t j) { return b < a.rows ? rounded_bits(a.x[b * a.ldx + j]) : 0U; };
  for (size_t b = 0; b < a.rows && a.along_columns != nullptr; ++b) {
    for (size_t j = 0; j < a.width; j += 2) {
      a.along_columns[b * a.width / 2 + j / 2] = at(b, j) | (at(b, j + 1) >> 16U);
    }
  }
  for (size_t b = 0; b < a.rows && a.along_rows != nullptr; b += 2) {
    for (size_t j = 0; j < a.width; ++j) a.along_rows[b / 2 * a.width + j] = at(b, j) | (at(b + 1, j) >> 16U);
  }
}

template <class T>
void InputGradient(const InputGradientArgs<T>& a) {
  const size_t width = a.units * kUnit<T>;
  for (size_t b = 0; b < a.rows; ++b) {
    for (size_t i = 0; i < width; ++i) {
      T g = a.start != nullptr ? a.start[b * width + i] : T{0};
      for (size_t p = 0; p < a.num_runs; ++p) {
        const OutputRun<T>& run = a.runs[p];
        for (size_t o = 0; o < run.outputs; ++o) {
          const T w = i < a.inputs ? run.w[i * run.width + o] : T{0};
          g = std::fma(run.dz[b * run.width + o], w, g);
        }
      }
      const bool is_zero = a.positive != nullptr && !(a.positive[b * width + i] > T{0});
      a.out[b * width + i] = is_zero ? T{0} : g;
    }
  }
}

template <class T>
void ColumnsProduct(const ColumnsProductArgs<T>& a) {
  for (size_t j = 0; j < a.outputs; ++j) {
    for (size_t b = 0; b < a.rows; ++b) {
      T z{0};
      for (size_t k = 0; k < a.depth; ++k) {
        z = std::fma(a.x[k * kColumnRows + b], a.w[k * a.w_of_k + j * a.w_of_output], z);
      }
      a.out[j * kColumnRows + b] = a.bias != nullptr ? z + a.bias[j] : z;
    }
  }
}

template <class T>
void ColumnsGradient(const ColumnsGradientArgs<T>& a) {
  for (size_t j = 0; j < kUnit<T>; ++j) {
    for (size_t i = 0; i < a.depth; ++i) {
      T& g = a.gradient[i * a.width + j];
      if (!a.accumulate) g = T{0};
      for (size_t b = 0; b < a.rows; ++b) g = std::fma(a.x[i * kColumnRows + b], a.dz[b * a.width + j], g);
    }
    if (!a.accumulate) a.sums[j] = T{0};
    for (size_t b = 0; b < a.rows; ++b) a.sums[j] += a.dz[b * a.width + j];
  }
}

template <class T>
void Transpose(const T* src, size_t src_stride, size_t ni, size_t no, T* dst, size_t dst_stride) {
  const size_t whole = padded<T>(ni);
  for (size_t o = 0; o < no; ++o) {
    for (size_t i = 0; i < whole; ++i) dst[o * dst_stride + i] = i < ni ? src[i * src_stride + o] : T{0};
  }
}

template <class T>
KernelTable<T> MakeTable() {
  KernelTable<T> table{};
  table.name = target_name(Target::kPlain);
  FillElementwise(table);
  FillNormalise(table);
  table.forward = &Forward<T, T>;
  table.weight_gradient = &WeightGradient<T, T>;
  table.input_gradient = &InputGradient<T>;
  table.columns_product = &ColumnsProduct<T>;
  table.columns_gradient = &ColumnsGradient<T>;
  table.transpose = &Transpose<T>;
  return table;
}

}  // namespace plain

void fill_plain_tables(KernelTable<float>& f32, KernelTable<double>& f64, PairKernels& pairs) {
  f32 = plain::MakeTable<float>();
  f64 = plain::MakeTable<double>();
  pairs = {f32.name,
           &plain::PairUpAll,
           &plain::Forward<float, BfloatPair>,
           &plain::WeightGradient<float, BfloatPair>,
           &plain::Transpose<BfloatPair>,
           nullptr};
}

}  // namespace gradus::kernels
