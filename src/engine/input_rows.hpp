// The inputs of a call: rows in the engine's buffer, or rows of the caller's data, which are copied (bytes: converted
// and scaled, without the columns that are 0 in the whole batch) as the batch is packed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <variant>

#include "engine/context.hpp"

namespace gradus::engine {

template <class P>
class InputRows {
 public:
  using T = typename P::Value;
  using Source = std::variant<std::monostate, ByteRows, ValueRows<float>, ValueRows<double>>;
  explicit InputRows(Context<P>& context) : c(context) {}

  /// `rows` rows stand in the engine's buffer.
  void use_buffer(std::size_t rows);
  /// The rows are copied during the call. Throws InputError where there are too many, or one lies beyond the data.
  void use(const ByteRows& from);
  void use(const ValueRows<float>& from) { use_rows(from); }
  void use(const ValueRows<double>& from) { use_rows(from); }
  /// The rows of the part in progress become the factors of the first product, for this thread.
  void prepare(unsigned thread);
  /// After the call nothing of the caller's is kept.
  void forget();

  [[nodiscard]] const Source& source() const { return source_; }
  /// Each byte divided by the divisor, in double and rounded once.
  [[nodiscard]] const std::array<T, 256>& byte_values() const { return byte_values_; }

 private:
  template <class Rows>
  void use_rows(const Rows& from);
  void find_columns(unsigned thread, const ByteRows& bytes);
  void pack_bytes(unsigned thread, const ByteRows& bytes, std::size_t row, T* to);
  template <class Rows>
  void pack(unsigned thread, const Rows& from);
  void copy_to_blocks(unsigned thread);

  Context<P>& c;
  Source source_;
  std::array<T, 256> byte_values_{};
  double byte_divisor_ = 0.0;
  bool divides_exactly_ = false;  // the kernel's division gives exactly these values
};

extern template class InputRows<Single>;
extern template class InputRows<Double>;
extern template class InputRows<Mixed>;

}  // namespace gradus::engine
