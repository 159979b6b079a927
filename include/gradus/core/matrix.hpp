// Matrices: a non-owning view with a row stride, and aligned storage that owns its elements. Row-major, samples in
// rows. No arithmetic lives here: products belong to the kernels, formulae to the textbook.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace gradus {

/// Cache-line and widest-vector alignment of all numeric storage, in bytes.
inline constexpr std::size_t kAlignment = 64;

/// `rows` x `cols` elements; element (r, c) is `data[r * stride + c]`, stride >= cols. Owns nothing.
template <class T>
class MatrixView {
 public:
  MatrixView() = default;
  MatrixView(T* data, std::size_t rows, std::size_t cols, std::size_t stride)
      : data_(data), rows_(rows), cols_(cols), stride_(stride) {}
  MatrixView(T* data, std::size_t rows, std::size_t cols) : MatrixView(data, rows, cols, cols) {}

  /// A view of mutable elements is usable where one of constant elements is asked for.
  template <class U>
  requires(std::is_same_v<const U, T> && !std::is_same_v<U, T>)
      MatrixView(const MatrixView<U>& other)  // NOLINT(google-explicit-constructor)
      : MatrixView(other.data(), other.rows(), other.cols(), other.stride()) {}

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t cols() const { return cols_; }
  [[nodiscard]] std::size_t stride() const { return stride_; }
  [[nodiscard]] std::size_t size() const { return rows_ * cols_; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] T* data() const { return data_; }

  T& operator()(std::size_t r, std::size_t c) const { return data_[r * stride_ + c]; }
  [[nodiscard]] std::span<T> row(std::size_t r) const { return {data_ + r * stride_, cols_}; }
  /// All elements of a view whose rows follow each other (stride = cols).
  [[nodiscard]] std::span<T> span() const { return {data_, size()}; }
  /// Rows [first, first + count) as a view of the same elements.
  [[nodiscard]] MatrixView row_range(std::size_t first, std::size_t count) const {
    return {data_ + first * stride_, count, cols_, stride_};
  }

 private:
  T* data_ = nullptr;
  std::size_t rows_ = 0;
  std::size_t cols_ = 0;
  std::size_t stride_ = 0;
};

namespace detail {
/// `bytes` (a multiple of kAlignment) at an address that is one too, freed by std::free; very large ones on large pages
/// where the system has them, and all pages there at once unless `untouched`. Throws std::bad_alloc.
void* aligned_memory(std::size_t bytes, bool untouched = false);
struct AlignedFree {
  void operator()(void* p) const { std::free(p); }
};
}  // namespace detail

/// Asks for memory that nobody has written to, so that the threads that fill it can take its pages side by side.
struct Unset {};

/// `size` elements at `kAlignment`, set to zero; trivially copyable types only. Throws std::bad_alloc.
template <class T>
class AlignedBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t size) : size_(size) {
    if (size == 0) return;
    data_.reset(static_cast<T*>(detail::aligned_memory(bytes_for(size))));
    std::fill_n(data_.get(), size, T{});
  }
  /// Elements of any value.
  AlignedBuffer(std::size_t size, Unset /*unset*/) : size_(size) {
    if (size > 0) data_.reset(static_cast<T*>(detail::aligned_memory(bytes_for(size), true)));
  }
  /// Makes room for `size` elements, at least as many as now; the new ones are zero. The system moves the pages of
  /// large buffers instead of copying them, so that old and new need not stand side by side.
  void grow(std::size_t size) {
    const std::size_t bytes = bytes_for(size);
    void* const grown = std::realloc(data_.get(), bytes);
    if (grown == nullptr) throw std::bad_alloc();
    static_cast<void>(data_.release());  // realloc has freed it
    data_.reset(static_cast<T*>(grown));
    if (reinterpret_cast<std::uintptr_t>(grown) % kAlignment != 0) {
      std::unique_ptr<T, detail::AlignedFree> aligned(static_cast<T*>(std::aligned_alloc(kAlignment, bytes)));
      if (!aligned) throw std::bad_alloc();
      std::copy_n(data_.get(), size_, aligned.get());
      data_ = std::move(aligned);
    }
    std::fill_n(data_.get() + size_, size - size_, T{});
    size_ = size;
  }
  AlignedBuffer(const AlignedBuffer& other) : AlignedBuffer(other.size_) { std::copy_n(other.data(), size_, data()); }
  AlignedBuffer& operator=(const AlignedBuffer& other) {
    if (this != &other) *this = AlignedBuffer(other);
    return *this;
  }
  AlignedBuffer(AlignedBuffer&& other) noexcept : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)) {}
  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept {
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  ~AlignedBuffer() = default;

  [[nodiscard]] T* data() { return data_.get(); }
  [[nodiscard]] const T* data() const { return data_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return data_.get()[i]; }
  const T& operator[](std::size_t i) const { return data_.get()[i]; }
  [[nodiscard]] std::span<T> span() { return {data(), size_}; }
  [[nodiscard]] std::span<const T> span() const { return {data(), size_}; }

 private:
  static std::size_t bytes_for(std::size_t size) {
    if (size > (static_cast<std::size_t>(-1) - kAlignment) / sizeof(T)) throw std::bad_alloc();
    return (size * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
  }
  std::unique_ptr<T, detail::AlignedFree> data_;
  std::size_t size_ = 0;
};

/// `rows` x `cols` elements that it owns, contiguous (stride = cols), zero at first.
template <class T>
class Matrix {
 public:
  Matrix() = default;
  Matrix(std::size_t rows, std::size_t cols) : buffer_(checked_size(rows, cols)), rows_(rows), cols_(cols) {}

  /// Elements of any value.
  Matrix(std::size_t rows, std::size_t cols, Unset unset)
      : buffer_(checked_size(rows, cols), unset), rows_(rows), cols_(cols) {}

  /// Adds rows of zeros until there are `rows`.
  void grow_rows(std::size_t rows) {
    buffer_.grow(checked_size(rows, cols_));
    rows_ = rows;
  }

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t cols() const { return cols_; }
  [[nodiscard]] std::size_t size() const { return rows_ * cols_; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] T* data() { return buffer_.data(); }
  [[nodiscard]] const T* data() const { return buffer_.data(); }
  T& operator()(std::size_t r, std::size_t c) { return buffer_[r * cols_ + c]; }
  const T& operator()(std::size_t r, std::size_t c) const { return buffer_[r * cols_ + c]; }
  [[nodiscard]] std::span<T> row(std::size_t r) { return {data() + r * cols_, cols_}; }
  [[nodiscard]] std::span<const T> row(std::size_t r) const { return {data() + r * cols_, cols_}; }
  [[nodiscard]] std::span<T> span() { return buffer_.span(); }
  [[nodiscard]] std::span<const T> span() const { return buffer_.span(); }
  [[nodiscard]] MatrixView<T> view() { return {data(), rows_, cols_, cols_}; }
  [[nodiscard]] MatrixView<const T> view() const { return {data(), rows_, cols_, cols_}; }

 private:
  static std::size_t checked_size(std::size_t rows, std::size_t cols) {
    if (cols != 0 && rows > static_cast<std::size_t>(-1) / cols) throw std::bad_alloc();
    return rows * cols;
  }
  AlignedBuffer<T> buffer_;
  std::size_t rows_ = 0;
  std::size_t cols_ = 0;
};

}  // namespace gradus
