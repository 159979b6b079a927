// SPDX-License-Identifier: Apache-2.0
#include "data/libsvm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "data/sparse_rows.hpp"
#include "data/text_encoding.hpp"
#include "data/text_lines.hpp"
#include "data/text_number.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

constexpr std::string_view kBlanks = " \t";

std::string_view without_comment(std::string_view line) {
  return line.substr(0, line.find('#'));
}

/// Takes the next word off `line`; empty at its end.
std::string_view take_word(std::string_view& line) {
  const std::size_t first = std::min(line.find_first_not_of(kBlanks), line.size());
  line.remove_prefix(first);
  const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
  line.remove_prefix(word.size());
  return word;
}

/// The index before the colon of INDEX:VALUE; nothing where there is no whole number that 32 bits hold.
std::optional<std::uint32_t> index_of(std::string_view word) {
  const std::string_view digits = word.substr(0, word.find(':'));
  std::uint32_t index = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  const bool is_whole = end == digits.data() + digits.size() && digits.size() < word.size();
  if (digits.empty() || !is_whole || error != std::errc()) return std::nullopt;
  return index;
}

std::string_view value_text(std::string_view word) {
  return word.substr(std::min(word.find(':') + 1, word.size()));
}

class SvmRowReader {
 public:
  explicit SvmRowReader(const std::string& name) : name_(name) {}

  /// Reads a line that is not empty.
  void add(std::string_view line, std::size_t number) {
    line_ = number;
    std::string_view rest = line;
    const std::string_view first = take_word(rest);
    const bool has_label = first.find(':') == std::string_view::npos;
    rows_.labels.emplace_back(has_label ? first : "");
    if (!has_label) rest = line;
    std::optional<std::uint32_t> last;
    for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
      last = add_cell(word, last);
    }
    rows_.row_ends.push_back(rows_.indexes.size());
  }
  SparseRows take() { return std::move(rows_); }

 private:
  std::uint32_t add_cell(std::string_view word, std::optional<std::uint32_t> last) {
    const std::optional<std::uint32_t> index = index_of(word);
    if (!index) fail_word(word);
    if (last && *index <= *last) {
      fail("indexes that ascend", fmt::format("{} after {}", *index, *last), "sort the features of each row");
    }
    rows_.indexes.push_back(*index);
    rows_.values.push_back(value_of(word));
    rows_.smallest_index = std::min(rows_.smallest_index, *index);
    rows_.largest_index = std::max(rows_.largest_index, *index);
    return *index;
  }
  /// Missing values are refused here and nowhere else.
  [[nodiscard]] double value_of(std::string_view word) const {
    const std::optional<double> value = parse_number(value_text(word));
    if (value && std::isfinite(*value)) return *value;
    fail("a finite number behind the index", shown(word), "leave the feature out where it is 0");
  }
  [[noreturn]] void fail_word(std::string_view word) const {
    if (word.starts_with("qid:")) {
      fail("a label and INDEX:VALUE", shown(word), "rankings are not learnt here; leave the qid out");
    }
    fail("INDEX:VALUE with a whole index below 2^32", shown(word), "");
  }
  static std::string shown(std::string_view word) { return fmt::format("'{}'", word.substr(0, 40)); }
  [[noreturn]] void fail(std::string expected, std::string found, std::string advice) const {
    throw InputError(
        ErrorParts{fmt::format("{}: line {}", name_, line_), std::move(expected), std::move(found), std::move(advice)});
  }

  const std::string& name_;
  SparseRows rows_;
  std::size_t line_ = 0;
};

bool is_label(std::string_view word) {
  while (!word.empty()) {
    const std::size_t end = std::min(word.find(','), word.size());
    if (!parse_number(word.substr(0, end))) return false;
    word.remove_prefix(std::min(end + 1, word.size()));
  }
  return true;
}

/// Whether the line can be a row; `num_cells` grows by its features.
bool is_row(std::string_view line, std::size_t& num_cells) {
  std::string_view rest = line;
  const std::string_view first = take_word(rest);
  if (first.find(':') != std::string_view::npos) {
    rest = line;
  } else if (!is_label(first)) {
    return false;
  }
  std::optional<std::uint32_t> last;
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    if (word.starts_with("qid:") && !last) continue;
    const std::optional<std::uint32_t> index = index_of(word);
    if (!index || (last && *index <= *last) || !parse_number(value_text(word))) return false;
    last = index;
    ++num_cells;
  }
  return true;
}

}  // namespace

bool is_libsvm(std::string_view start) {
  constexpr std::size_t kLooked = 4000;
  start = without_mark(start);
  if (start.size() > kLooked) {  // up to the last word that is whole
    start = start.substr(0, kLooked);
    start = start.substr(0, start.find_last_of(" \t\r\n") + 1);
  }
  std::size_t num_cells = 0;
  while (!start.empty()) {
    if (!is_row(without_comment(take_line(start)), num_cells)) return false;
  }
  return num_cells > 0;
}

PartBlocks read_libsvm(std::string_view bytes, const std::string& name, const SourceOptions& options) {
  if (!options.label.empty() && options.label != "none") {
    throw InputError(ErrorParts{"data.label", "nothing or none for " + name + ", whose label stands first",
                                "'" + options.label + "'", ""});
  }
  PartBlocks blocks;
  const DecodedText decoded = decode_text(bytes, name, options.encoding, blocks.notes);
  SvmRowReader reader(name);
  std::string_view rest = decoded.text();
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::string_view line = without_comment(take_line(rest));
    if (line.find_first_not_of(kBlanks) == std::string_view::npos) continue;
    reader.add(line, number);
    blocks.train.lines.push_back(number);
  }
  if (blocks.train.lines.empty()) throw InputError(ErrorParts{name, "rows of LABEL INDEX:VALUE ...", "none", ""});
  blocks.train.where = name;
  blocks.train.sparse = std::make_shared<SparseRows>(reader.take());
  return blocks;
}

}  // namespace gradus::data
