// The plain target: textbook loops with std::fma, on any CPU. It is the reference that every vector target is compared
// with, bit for bit; its products are written independently of theirs, its elementwise formulae are the shared ones.
// SPDX-License-Identifier: Apache-2.0
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

template <class T>
void Forward(const ForwardArgs<T>& a) {
  const size_t width = a.units * kUnit<T>;
  for (size_t b = 0; b < a.rows; ++b) {
    T* const out = a.out + b * width;
    for (size_t j = 0; j < width; ++j) {
      T z = a.accumulate ? out[j] : T{0};
      size_t k = 0;
      for (size_t run = 0; run < a.num_runs; ++run) {
        const T* const x = a.runs[run].x + b * a.runs[run].ldx;
        for (size_t i = 0; i < a.runs[run].depth; ++i, ++k) {
          const size_t row = a.row_of_k != nullptr ? a.row_of_k[k] : k;
          z = std::fma(x[i], a.w[row * width + j], z);
        }
      }
      if (a.bias != nullptr) z += a.bias[j];
      out[j] = a.relu && z <= T{0} ? T{0} : z;
    }
  }
}

template <class T>
void WeightGradient(const WeightGradientArgs<T>& a) {
  const size_t width = a.units * kUnit<T>;
  for (size_t k = 0; k < a.depth; ++k) {
    const size_t row = a.row_of_k != nullptr ? a.row_of_k[k] : k;
    for (size_t j = 0; j < width; ++j) {
      T g = a.accumulate ? a.gradient[row * width + j] : T{0};
      for (size_t b = 0; b < a.rows; ++b) g = std::fma(a.x[b * a.ldx + k], a.dz[b * width + j], g);
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

template <class T>
void Transpose(const T* src, size_t src_stride, size_t ni, size_t no, T* dst, size_t dst_stride) {
  const size_t padded = (ni + kUnit<T> - 1) / kUnit<T> * kUnit<T>;
  for (size_t o = 0; o < no; ++o) {
    for (size_t i = 0; i < padded; ++i) dst[o * dst_stride + i] = i < ni ? src[i * src_stride + o] : T{0};
  }
}

template <class T>
KernelTable<T> MakeTable() {
  KernelTable<T> table{};
  table.name = target_name(Target::kPlain);
  FillElementwise(table);
  table.forward = &Forward<T>;
  table.weight_gradient = &WeightGradient<T>;
  table.transpose = &Transpose<T>;
  return table;
}

}  // namespace plain

void fill_plain_tables(KernelTable<float>& f32, KernelTable<double>& f64) {
  f32 = plain::MakeTable<float>();
  f64 = plain::MakeTable<double>();
}

}  // namespace gradus::kernels
