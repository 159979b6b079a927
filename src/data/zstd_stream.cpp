// SPDX-License-Identifier: Apache-2.0
#include "data/zstd_stream.hpp"

#include <zstd.h>

#include <memory>
#include <new>
#include <optional>

#include "data/byte_reader.hpp"
#include "data/unpacking.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

// Frames that claim to unpack to more than so many times their size are unpacked into a scratch buffer first, just to
// count: real data rarely reaches it.
constexpr std::uint64_t kSuspiciousZstdRatio = 100;

/// The library's state, frame after frame.
class FrameReader {
 public:
  explicit FrameReader(std::span<const std::byte> packed) : context_(ZSTD_createDCtx(), &ZSTD_freeDCtx) {
    if (!context_) throw std::bad_alloc();
    input_ = {packed.data(), packed.size(), 0};
  }

  /// Fills `out` as far as the frames go; returns the number of bytes written.
  std::size_t read(std::span<std::byte> out) {
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    while (output.pos < output.size && can_go_on()) {
      const std::size_t before = output.pos;
      const std::size_t result = ZSTD_decompressStream(context_.get(), &output, &input_);
      is_damaged_ = ZSTD_isError(result) != 0;
      is_between_frames_ = result == 0;
      is_cut_ = !is_between_frames_ && input_.pos == input_.size && output.pos == before;
    }
    return output.pos;
  }
  /// Lets the library check what follows the last byte of data (the checksum); true when more data comes instead.
  bool more_follows() {
    std::byte extra{};
    return read({&extra, 1}) == 1;
  }
  [[nodiscard]] bool ended() const { return is_between_frames_ && !is_damaged_; }
  [[nodiscard]] std::size_t consumed() const { return input_.pos; }
  [[nodiscard]] std::size_t remaining() const { return input_.size - input_.pos; }

 private:
  [[nodiscard]] bool can_go_on() const {
    if (is_damaged_ || is_cut_) return false;
    return !is_between_frames_ || is_zstd({static_cast<const std::byte*>(input_.src) + input_.pos, remaining()});
  }

  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context_;
  ZSTD_inBuffer input_{};
  bool is_between_frames_ = true;
  bool is_damaged_ = false;
  bool is_cut_ = false;
};

/// What the frames say of their size; nothing where one does not, or where they cannot be told apart.
std::optional<std::uint64_t> declared_size(std::span<const std::byte> packed) {
  std::uint64_t total = 0;
  while (!packed.empty()) {
    const std::size_t frame = ZSTD_findFrameCompressedSize(packed.data(), packed.size());
    if (ZSTD_isError(frame) != 0) return std::nullopt;
    const std::uint64_t size = ZSTD_getFrameContentSize(packed.data(), packed.size());
    if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) return std::nullopt;
    if (size > kSuspiciousZstdRatio * frame) return std::nullopt;
    total += size;
    packed = packed.subspan(frame);
  }
  return total;
}

void check_end(const FrameReader& reader, const std::string& name) {
  const std::string where = name + ": offset " + std::to_string(reader.consumed());
  if (!reader.ended()) {
    throw InputError(ErrorParts{where, "a complete zstd stream",
                                reader.remaining() == 0 ? "the end of the file" : "damaged data",
                                "get the file again"});
  }
  if (reader.consumed() == 0) throw InputError(ErrorParts{where, "zstd data", "other bytes", "check the file's name"});
  if (reader.remaining() > 0) {
    throw InputError(ErrorParts{where, "the end of the zstd data", std::to_string(reader.remaining()) + " more bytes",
                                "remove them or get the file again"});
  }
}

}  // namespace

bool is_zstd(std::span<const std::byte> packed) {
  if (packed.size() < 4) return false;
  const auto magic = load_integer<std::uint32_t>(packed.first(4), false);
  return magic == ZSTD_MAGICNUMBER || (magic & 0xfffffff0U) == 0x184d2a50U;
}

Bytes unzstd(std::span<const std::byte> packed, const std::string& name, std::uint64_t max_bytes) {
  std::optional<std::uint64_t> declared = declared_size(packed);
  if (declared && *declared > max_bytes) declared.reset();
  return unpack_all([packed] { return FrameReader(packed); }, declared, name, max_bytes,
                    [&](const FrameReader& reader) { check_end(reader, name); });
}

Bytes unzstd_prefix(std::span<const std::byte> packed, std::size_t count) {
  FrameReader reader(packed);
  Bytes bytes(count);
  bytes.resize(reader.read(bytes));
  return bytes;
}

}  // namespace gradus::data
