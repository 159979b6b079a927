// SPDX-License-Identifier: Apache-2.0
#include "data/inflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <new>
#include <optional>

#include "data/byte_reader.hpp"
#include "data/unpacking.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

constexpr int kGzipWindow = 16 + MAX_WBITS;
// No deflate stream unpacks to more than about 1032 times its size (zlib's technical notes).
constexpr std::uint64_t kMaxRatio = 1040;
// Beyond this ratio a stream is first unpacked into a scratch buffer, just to count: real data rarely reaches it.
constexpr std::uint64_t kSuspiciousRatio = 100;
// Room for a gzip header with a file name, and for stored blocks.
constexpr std::uint64_t kHeaderSlack = 4096;

/// zlib's state with the input fed in pieces that fit its 32-bit counters.
class Inflater {
 public:
  Inflater(std::span<const std::byte> packed, int window_bits)
      : packed_(packed), may_have_members_(window_bits == kGzipWindow) {
    if (inflateInit2(&stream_, window_bits) != Z_OK) throw std::bad_alloc();
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  /// Fills `out` as far as the stream goes, over all members of a gzip file; returns the number of bytes written.
  std::size_t read(std::span<std::byte> out) {
    std::size_t written = 0;
    while (written < out.size() && status_ == Z_OK) {
      const std::size_t step = std::min<std::size_t>(out.size() - written, kPiece);
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + written);
      stream_.avail_out = static_cast<uInt>(step);
      advance();
      written += step - stream_.avail_out;
    }
    return written;
  }
  /// Lets zlib check what follows the last byte of data (the trailer); true when more data comes instead.
  bool more_follows() {
    std::byte extra{};
    return status_ == Z_OK && read({&extra, 1}) == 1;
  }
  [[nodiscard]] bool ended() const { return status_ == Z_STREAM_END; }
  [[nodiscard]] std::size_t consumed() const { return fed_ - stream_.avail_in; }
  [[nodiscard]] bool input_used_up() const { return consumed() == packed_.size(); }

 private:
  static constexpr std::size_t kPiece = std::size_t{1} << 30;

  void advance() {
    if (stream_.avail_in == 0) {
      const std::size_t step = std::min(packed_.size() - fed_, kPiece);
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed_.data() + fed_));
      stream_.avail_in = static_cast<uInt>(step);
      fed_ += step;
    }
    status_ = inflate(&stream_, Z_NO_FLUSH);
    const bool another = may_have_members_ && status_ == Z_STREAM_END && is_gzip(packed_.subspan(consumed()));
    if (another) status_ = inflateReset(&stream_);
  }

  std::span<const std::byte> packed_;
  bool may_have_members_;
  z_stream stream_{};
  std::size_t fed_ = 0;
  int status_ = Z_OK;
};

[[noreturn]] void fail_damaged(const std::string& name, const Inflater& inflater) {
  throw InputError(ErrorParts{name + ": offset " + std::to_string(inflater.consumed()), "a complete compressed stream",
                              inflater.input_used_up() ? "the end of the file" : "damaged data", "get the file again"});
}

void check_gzip_end(const Inflater& inflater, const std::string& name, std::size_t packed_size) {
  if (!inflater.ended()) fail_damaged(name, inflater);
  if (inflater.input_used_up()) return;
  throw InputError(ErrorParts{name + ": offset " + std::to_string(inflater.consumed()), "the end of the gzip data",
                              std::to_string(packed_size - inflater.consumed()) + " more bytes",
                              "remove them or get the file again"});
}

}  // namespace

bool is_gzip(std::span<const std::byte> packed) {
  return packed.size() >= 2 && packed[0] == std::byte{0x1f} && packed[1] == std::byte{0x8b};
}

std::uint32_t gzip_declared_size(std::span<const std::byte> packed) {
  return packed.size() < 4 ? 0 : load_integer<std::uint32_t>(packed.last(4), false);
}

Bytes gunzip(std::span<const std::byte> packed, const std::string& name, std::uint64_t max_bytes) {
  // The trailer says how much to allocate, but a damaged or hostile file says anything, and the field wraps at 4 GiB:
  // what is not plausible is counted first.
  const std::uint64_t size = gzip_declared_size(packed);
  const bool plausible =
      size <= max_bytes && size <= kSuspiciousRatio * packed.size() && packed.size() <= size + kHeaderSlack;
  return unpack_all([packed] { return Inflater(packed, kGzipWindow); }, plausible ? std::optional(size) : std::nullopt,
                    name, max_bytes, [&](const Inflater& inflater) { check_gzip_end(inflater, name, packed.size()); });
}

Bytes gunzip_prefix(std::span<const std::byte> packed, std::size_t count) {
  Inflater inflater(packed, kGzipWindow);
  Bytes bytes(count);
  bytes.resize(inflater.read(bytes));
  return bytes;
}

Bytes inflate_prefix(std::span<const std::byte> packed, Wrapping wrapping, std::size_t count) {
  Inflater inflater(packed, wrapping == Wrapping::kZlib ? MAX_WBITS : -MAX_WBITS);
  Bytes bytes(count);
  bytes.resize(inflater.read(bytes));
  return bytes;
}

Bytes inflate_exactly(std::span<const std::byte> packed, Wrapping wrapping, std::uint64_t size,
                      const std::string& where) {
  if (size > kMaxRatio * packed.size()) {
    throw InputError(ErrorParts{where, "a size that " + std::to_string(packed.size()) + " packed bytes can hold",
                                std::to_string(size), "the file is damaged"});
  }
  Inflater inflater(packed, wrapping == Wrapping::kZlib ? MAX_WBITS : -MAX_WBITS);
  Bytes bytes(static_cast<std::size_t>(size));
  const std::size_t written = inflater.read(bytes);
  if (written < size || inflater.more_follows() || !inflater.ended()) {
    throw InputError(ErrorParts{where, "a compressed stream of exactly " + std::to_string(size) + " unpacked bytes",
                                written < size ? "fewer or damaged data" : "more or damaged data",
                                "get the file again"});
  }
  return bytes;
}

}  // namespace gradus::data
