// One-lane stand-ins for the Highway operations that the shared sources (*.inc) use, so that the plain target runs the
// same sequence of operations on any CPU.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace gradus::kernels::plain_ops {

template <class T>
struct Tag {
  using Lane = T;
};
template <class T>
using IntOf = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

template <class T>
constexpr std::size_t Lanes(Tag<T>) {
  return 1;
}
template <class T>
T Set(Tag<T>, double value) {
  return static_cast<T>(value);
}
template <class T>
T FromBytes(Tag<T>, const std::uint8_t* p) {
  return static_cast<T>(*p);
}
constexpr std::size_t DoubleLanes() {
  return 1;
}
template <class From, class To>
void ConvertLanes(const From* from, To* to) {
  *to = static_cast<To>(*from);
}
constexpr std::size_t ByteLanes() {
  return 1;
}
/// One vector of columns: bits = OR over the rows.
inline void OrColumns(const std::uint8_t* data, std::size_t cols, const std::uint32_t* rows, std::size_t count,
                      std::uint8_t* bits) {
  *bits = 0;
  for (std::size_t b = 0; b < count; ++b) *bits = static_cast<std::uint8_t>(*bits | data[rows[b] * cols]);
}
template <class T>
T Zero(Tag<T>) {
  return T{0};
}
template <class T>
T LoadU(Tag<T>, const T* p) {
  return *p;
}
template <class T>
void StoreU(T v, Tag<T>, T* p) {
  *p = v;
}
template <class T>
T LoadN(Tag<T>, const T* p, std::size_t) {
  return *p;
}
template <class T>
void StoreN(T v, Tag<T>, T* p, std::size_t) {
  *p = v;
}

template <class T>
T Add(T a, T b) {
  return a + b;
}
template <class T>
T Sub(T a, T b) {
  return a - b;
}
template <class T>
T Mul(T a, T b) {
  return a * b;
}
template <class T>
T Div(T a, T b) {
  return a / b;
}
template <class T>
T Neg(T a) {
  return -a;
}
template <class T>
T Abs(T a) {
  return std::fabs(a);
}
template <class T>
T Sqrt(T a) {
  return std::sqrt(a);
}
template <class T>
T MulAdd(T a, T b, T c) {
  return std::fma(a, b, c);
}
template <class T>
T NegMulAdd(T a, T b, T c) {
  return std::fma(-a, b, c);
}
template <class T>
bool Lt(T a, T b) {
  return a < b;
}
template <class T>
bool Le(T a, T b) {
  return a <= b;
}
template <class T>
bool Gt(T a, T b) {
  return a > b;
}
template <class T>
bool Eq(T a, T b) {
  return a == b;
}
template <class T>
T IfThenElse(bool mask, T yes, T no) {
  return mask ? yes : no;
}
template <class T>
T IfThenElseZero(bool mask, T yes) {
  return mask ? yes : T{0};
}
template <class T>
T IfThenZeroElse(bool mask, T no) {
  return mask ? T{0} : no;
}
template <class T>
T CopySign(T magnitude, T sign) {
  return std::copysign(magnitude, sign);
}

template <class T>
IntOf<T> Bits(Tag<T>, T a) {
  return std::bit_cast<IntOf<T>>(a);
}
template <class T>
T FromBits(Tag<T>, IntOf<T> a) {
  return std::bit_cast<T>(a);
}
template <class T>
IntOf<T> SetBits(Tag<T>, std::uint64_t value) {
  return static_cast<IntOf<T>>(value);
}
template <int kShift, class I>
I ShiftLeftBits(I a) {
  return static_cast<I>(a << kShift);
}
template <int kShift, class I>
I ShiftRightBits(I a) {
  return static_cast<I>(a >> kShift);
}
template <class I>
I AddBits(I a, I b) {
  return static_cast<I>(a + b);
}
template <class I>
I SubBits(I a, I b) {
  return static_cast<I>(a - b);
}
template <class I>
I AndBits(I a, I b) {
  return static_cast<I>(a & b);
}

}  // namespace gradus::kernels::plain_ops
