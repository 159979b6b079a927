// A case that g++ 12.2 (Debian 12) gets wrong at any -O in functions with AVX-512 enabled: a constant of 32 bytes whose
// first 16 or more are one byte and whose rest is 0 becomes that byte everywhere. It arises from an automatic table and
// from copying a static one with memcpy or a loop that the compiler turns into one move. Safe forms: a `static
// constexpr` table that is read by vector loads, or through a pointer whose origin is hidden. Kernel files keep to
// these.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace gradus::kernels {
namespace {

using Byte = unsigned char;
using Bytes = std::array<Byte, 32>;

#define GRADUS_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl"), noinline))
#define GRADUS_TABLE \
  { 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8 }

// The compiler must have the table in memory here and cannot tell who reads it.
inline void needs_memory(const void* p) {
  asm volatile("" : : "r"(p) : "memory");
}

GRADUS_AVX512 void automatic_table(Byte* out) {
  const Byte table[32] = GRADUS_TABLE;
  needs_memory(table);
  std::memcpy(out, table, 32);
}

GRADUS_AVX512 void copied_static_table(Byte* out) {
  static constexpr Byte kTable[32] = GRADUS_TABLE;
  needs_memory(kTable);
  std::memcpy(out, kTable, 32);
}

GRADUS_AVX512 void vector_load_of_static_table(Byte* out) {
  static constexpr Byte kTable[32] = GRADUS_TABLE;
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kTable)));
}

GRADUS_AVX512 void hidden_pointer_to_static_table(Byte* out) {
  static constexpr Byte kTable[32] = GRADUS_TABLE;
  const Byte* p = kTable;
  asm("" : "+r"(p));
  std::memcpy(out, p, 32);
}

// Bytes that differ from the table; `form` runs with AVX-512.
long wrong_bytes(void (*form)(Byte*)) {
  Bytes found{};
  form(found.data());
  long wrong = 0;
  for (std::size_t i = 0; i < found.size(); ++i) wrong += found[i] != (i < 16 ? 8 : 0);
  return wrong;
}

bool has_avx512() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512vl") != 0;
}

TEST(ByteTable, vector_load_of_static_table_is_right) {
  if (!has_avx512()) GTEST_SKIP() << "no AVX-512 here";
  EXPECT_EQ(wrong_bytes(&vector_load_of_static_table), 0);
}

TEST(ByteTable, hidden_pointer_to_static_table_is_right) {
  if (!has_avx512()) GTEST_SKIP() << "no AVX-512 here";
  EXPECT_EQ(wrong_bytes(&hidden_pointer_to_static_table), 0);
}

// What the compiler makes of the unsafe forms is recorded, not demanded.
void record(const char* form, long wrong) {
  ::testing::Test::RecordProperty(form, static_cast<int>(wrong));
  if (wrong != 0) GTEST_SKIP() << form << ": this compiler gets " << wrong << " of 32 bytes wrong";
}

TEST(ByteTable, automatic_table_is_recorded) {
  if (!has_avx512()) GTEST_SKIP() << "no AVX-512 here";
  record("automatic_table", wrong_bytes(&automatic_table));
}

TEST(ByteTable, copied_static_table_is_recorded) {
  if (!has_avx512()) GTEST_SKIP() << "no AVX-512 here";
  record("copied_static_table", wrong_bytes(&copied_static_table));
}

}  // namespace
}  // namespace gradus::kernels
#endif
