// SPDX-License-Identifier: Apache-2.0
#include "data/npy_header.hpp"

#include <charconv>

namespace gradus::data {
namespace {

constexpr std::size_t kMaxNpyDimensions = 8;

class HeaderParser {
 public:
  HeaderParser(std::string_view text, const ByteReader& reader) : text_(text), reader_(reader) {}

  NpyHeader parse() {
    expect('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr") {
        parse_type();
      } else if (key == "fortran_order") {
        header_.fortran_order = boolean();
      } else if (key == "shape") {
        parse_shape();
      } else {
        fail("the keys descr, fortran_order and shape", "'" + std::string(key.substr(0, 40)) + "'");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    if ((header_.type.empty() && header_.fields.empty()) || !has_shape_)
      fail("descr and shape", "a header without them");
    return std::move(header_);
  }

 private:
  [[noreturn]] void fail(std::string expected, std::string found,
                         std::string advice = "save it again with numpy.save") const {
    reader_.fail(std::move(expected) + " in the npy header", std::move(found), std::move(advice));
  }
  char peek() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(std::string("'") + c + "'", at_ < text_.size() ? "something else" : "its end");
  }
  bool at_quote() { return peek() == '\'' || peek() == '"'; }
  std::string_view quoted() {
    if (!at_quote()) fail("a quoted word", "something else");
    const std::size_t end = text_.find(peek(), at_ + 1);
    if (end == std::string_view::npos) fail("a closing quote", "none");
    const std::string_view word = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return word;
  }
  bool boolean() {
    peek();
    for (const bool value : {true, false}) {
      const std::string_view word = value ? "True" : "False";
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      return value;
    }
    fail("True or False", "something else");
  }
  void parse_type() {
    if (at_quote()) {
      header_.type = quoted();
    } else {
      parse_fields();
    }
  }
  // [('height', '<f8'), ('name', '<U5')]: each column a name and a plain type.
  void parse_fields() {
    const auto require_plain = [this](bool plain) {
      if (!plain) {
        fail("columns of one number or text each", "a structured type of another form",
             "save the columns as a plain array or as CSV");
      }
    };
    require_plain(accept('['));
    while (!accept(']')) {
      expect('(');
      require_plain(at_quote());
      const std::string_view name = quoted();
      expect(',');
      require_plain(at_quote());
      const std::string_view type = quoted();
      require_plain(accept(')'));
      header_.fields.push_back({name, type});
      if (!accept(',')) {
        expect(']');
        break;
      }
    }
  }
  void parse_shape() {
    has_shape_ = true;
    header_.shape.clear();
    expect('(');
    while (!accept(')')) {
      peek();
      std::uint64_t extent = 0;
      const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), extent);
      if (error != std::errc() || header_.shape.size() == kMaxNpyDimensions) {
        fail("at most 8 whole numbers as shape", "others");
      }
      at_ = static_cast<std::size_t>(end - text_.data());
      accept('L');  // Python 2 wrote long integers so
      header_.shape.push_back(extent);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
  }

  std::string_view text_;
  const ByteReader& reader_;
  std::size_t at_ = 0;
  bool has_shape_ = false;
  NpyHeader header_;
};

}  // namespace

NpyHeader parse_npy_header(std::string_view text, const ByteReader& reader) {
  return HeaderParser(text, reader).parse();
}

}  // namespace gradus::data
