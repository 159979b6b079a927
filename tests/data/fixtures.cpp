// SPDX-License-Identifier: Apache-2.0
#include "data/fixtures.hpp"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <bit>
#include <fstream>

#include "gradus/core/error.hpp"
#include "gradus/core/random.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

std::string deflated(const std::string& content, int window_bits, const std::string& file_name = "") {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  gz_header header{};
  if (!file_name.empty()) {
    header.name = reinterpret_cast<Bytef*>(const_cast<char*>(file_name.c_str()));
    deflateSetHeader(&stream, &header);
  }
  std::string out(deflateBound(&stream, content.size()) + 64 + file_name.size(), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string short_string(const std::string& text) {
  return "U" + integer_bytes(text.size(), 1) + text;
}

/// An array as Python 2's pickle protocol 2 has it; `shape` and `dtype_state` are pickled tuples.
std::string pickled_array(const std::string& constructor, const std::string& shape, const std::string& dtype,
                          const std::string& values) {
  using namespace std::string_literals;
  const std::string dtype_state = "(K\x03"s + short_string("<") + "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00t"s;
  return constructor + "cnumpy\nndarray\nK\x00\x85"s + short_string("b") + "\x87R(K\x01"s + shape + "cnumpy\ndtype\n" +
         short_string(dtype) + "K\x00K\x01\x87R"s + dtype_state + "b\x89T"s + integer_bytes(values.size(), 4) + values +
         "tb";
}

}  // namespace

std::string integer_bytes(std::uint64_t value, int size, bool big_endian) {
  std::string bytes;
  for (int i = 0; i < size; ++i) {
    const int place = big_endian ? size - 1 - i : i;
    bytes += place < 8 ? static_cast<char>(value >> (8 * place)) : '\0';
  }
  return bytes;
}
std::string float_bytes(float value, bool big_endian) {
  return integer_bytes(std::bit_cast<std::uint32_t>(value), 4, big_endian);
}
std::string double_bytes(double value, bool big_endian) {
  return integer_bytes(std::bit_cast<std::uint64_t>(value), 8, big_endian);
}

std::string gzip(const std::string& content, const std::string& file_name) {
  return deflated(content, 16 + MAX_WBITS, file_name);
}
std::string zlib_stream(const std::string& content) {
  return deflated(content, MAX_WBITS);
}

std::string zstd(const std::string& content, bool says_size) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, says_size ? 1 : 0);
  std::string out(ZSTD_compressBound(content.size()), '\0');
  const std::size_t size = ZSTD_compress2(context, out.data(), out.size(), content.data(), content.size());
  EXPECT_FALSE(ZSTD_isError(size));
  ZSTD_freeCCtx(context);
  out.resize(size);
  return out;
}

std::string idx(std::uint8_t type, const std::vector<std::uint32_t>& shape, const std::string& values) {
  std::string file = integer_bytes((std::uint64_t{type} << 8) | shape.size(), 4, true);
  for (const std::uint32_t extent : shape) file += integer_bytes(extent, 4, true);
  return file + values;
}
std::string idx_images(std::uint32_t count) {
  std::string values;
  for (std::uint32_t i = 0; i < count * 6; ++i) values += static_cast<char>(i);
  return idx(8, {count, 2, 3}, values);
}
std::string idx_labels(std::uint32_t count) {
  std::string values;
  for (std::uint32_t i = 0; i < count; ++i) values += static_cast<char>(i % 3);
  return idx(8, {count}, values);
}

std::string npy(const std::string& descr, const std::string& shape, const std::string& values, bool fortran,
                int version) {
  std::string header =
      "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }";
  header.resize((header.size() + 10 + 64) / 64 * 64 - 11, ' ');
  header += '\n';
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version);
  file += '\0';
  return file + integer_bytes(header.size(), version == 1 ? 2 : 4) + header + values;
}

std::string zip(const std::vector<std::pair<std::string, std::string>>& members, bool deflate_members) {
  std::string file;
  std::string directory;
  for (const auto& [name, content] : members) {
    const std::string packed = deflate_members ? deflated(content, -MAX_WBITS) : content;
    const uLong crc = crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size());
    const std::string common = integer_bytes(0, 2) + integer_bytes(deflate_members ? 8 : 0, 2) + integer_bytes(0, 4) +
                               integer_bytes(crc, 4) + integer_bytes(packed.size(), 4) +
                               integer_bytes(content.size(), 4) + integer_bytes(name.size(), 2) + integer_bytes(0, 2);
    directory += "PK\x01\x02" + integer_bytes(20, 2) + integer_bytes(20, 2) + common + integer_bytes(0, 2 + 2 + 2 + 4) +
                 integer_bytes(file.size(), 4) + name;
    file += "PK\x03\x04" + integer_bytes(20, 2) + common + name + packed;
  }
  return file + directory + "PK\x05\x06" + integer_bytes(0, 4) + integer_bytes(members.size(), 2) +
         integer_bytes(members.size(), 2) + integer_bytes(directory.size(), 4) + integer_bytes(file.size(), 4) +
         integer_bytes(0, 2);
}

std::string mat_header(bool big_endian) {
  std::string header = "MATLAB 5.0 MAT-file, made by a test";
  header.resize(124, ' ');
  return header + integer_bytes(0x0100, 2, big_endian) + (big_endian ? "MI" : "IM");
}

std::string mat_element(std::uint32_t type, const std::string& bytes) {
  std::string padded = bytes;
  padded.resize((bytes.size() + 7) / 8 * 8, '\0');
  return integer_bytes(type, 4) + integer_bytes(bytes.size(), 4) + padded;
}

std::string mat_matrix(std::uint32_t array_class, const std::vector<std::int32_t>& shape, const std::string& name,
                       const std::string& elements) {
  std::string extents;
  for (const std::int32_t extent : shape) extents += integer_bytes(static_cast<std::uint32_t>(extent), 4);
  return mat_element(
      14, mat_element(6, integer_bytes(array_class, 8)) + mat_element(5, extents) + mat_element(1, name) + elements);
}

std::string bytes_of_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::string mat(const std::vector<MatVariable>& variables, bool compressed, bool big_endian) {
  const auto word = [big_endian](std::uint64_t value) { return integer_bytes(value, 4, big_endian); };
  const auto padded = [](std::string bytes) {
    bytes.resize((bytes.size() + 7) / 8 * 8, '\0');
    return bytes;
  };
  std::string file = mat_header(big_endian);
  for (const MatVariable& variable : variables) {
    std::string values;
    for (const double value : variable.values) {
      if (variable.storage == 9) values += double_bytes(value, big_endian);
      if (variable.storage == 7) values += float_bytes(static_cast<float>(value), big_endian);
      if (variable.storage == 2) values += static_cast<char>(value);
      if (variable.storage == 3) {
        values += integer_bytes(static_cast<std::uint16_t>(static_cast<std::int16_t>(value)), 2, big_endian);
      }
    }
    const std::string name = variable.name.size() <= 4  // the small form, type and size in one word
                                 ? padded(word((variable.name.size() << 16) | 1) + variable.name)
                                 : word(1) + word(variable.name.size()) + padded(variable.name);
    const std::string body = word(6) + word(8) + word(6) + word(0) + word(5) + word(8) + word(variable.rows) +
                             word(variable.cols) + name + word(variable.storage) + word(values.size()) + padded(values);
    const std::string element = word(14) + word(body.size()) + body;
    if (compressed) {
      const std::string packed = zlib_stream(element);
      file += word(15) + word(packed.size()) + packed;
    } else {
      file += element;
    }
  }
  return file;
}

std::string pickle_of_parts(const std::string& constructor_module, const std::string& constructor_name) {
  using namespace std::string_literals;
  const std::string constructor = "c" + constructor_module + "\n" + constructor_name + "\n";
  std::string pickle = "\x80\x02";
  for (const int samples : {2, 1, 1}) {
    std::string x;
    std::string y;
    for (int i = 0; i < samples; ++i) {
      for (int c = 0; c < 3; ++c) x += float_bytes(static_cast<float>(i + c) / 4.0f);
      y += integer_bytes(i, 8);
    }
    const std::string count = "K" + integer_bytes(samples, 1);
    pickle += pickled_array(constructor, count + "K\x03\x86", "f4", x) +
              pickled_array(constructor, count + "\x85", "i8", y) + "\x86";
  }
  return pickle + "\x87.";
}

std::string write_bytes(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  return path;
}

std::string error_of(const std::string& path, const SourceOptions& options) {
  try {
    read_source(path, options);
  } catch (const InputError& error) {
    return error.what();
  }
  ADD_FAILURE() << path << " was read without an error";
  return "";
}

void check_hostile_variants(const std::string& name, const std::string& content, int num_flips) {
  const TempDir folder;
  const std::string path = folder / name;
  SourceOptions options;
  options.max_bytes = 1 << 24;
  ASSERT_NO_THROW(read_source(write_bytes(path, content), options)) << "the fixture itself must be good";
  for (std::size_t length = 0; length < content.size(); ++length) {
    write_bytes(path, content.substr(0, length));
    EXPECT_THROW(read_source(path, options), InputError) << "cut to " << length << " of " << content.size();
  }
  RandomStream random(1, Purpose::kTest, content.size());
  for (int i = 0; i < num_flips; ++i) {
    std::string changed = content;
    for (std::uint64_t n = 1 + random.below(3); n > 0; --n) {
      changed[random.below(changed.size())] = static_cast<char>(random.below(256));
    }
    write_bytes(path, changed);
    try {
      read_source(path, options);
    } catch (const Error&) {
      // Refused in words: as good as read.
    }
  }
}

}  // namespace gradus::test
