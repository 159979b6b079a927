// Reading in blocks gives what reading record by record gives, to the bit and to the word, wherever the borders of the
// blocks are and on any number of threads.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "data/quick_number.hpp"
#include "data/text_blocks.hpp"
#include "data/text_fixtures.hpp"
#include "data/text_number.hpp"
#include "data/text_table.hpp"

namespace gradus::test {
namespace {

using data::BlockOptions;

constexpr BlockOptions kByRecords{.worth_it = std::numeric_limits<std::size_t>::max()};

/// All that a table is, or the error that it makes, as one text.
std::string contents(const data::TextTable& table) {
  const data::PartBlock& block = table.block;
  std::string text = fmt::format("{} {} {} {}\n", table.label_column, table.target_name,
                                 fmt::join(table.feature_names, "|"), fmt::join(table.notes, "|"));
  for (const Column& column : block.columns) {
    text += fmt::format("{} {} {}\n", column.name, static_cast<int>(column.kind), fmt::join(column.levels, "|"));
  }
  const auto& features = std::get<Matrix<double>>(block.features);
  text += fmt::format("{} x {}, {} x {}\n", features.rows(), features.cols(), block.codes.rows(), block.codes.cols());
  for (const double value : features.span()) text += fmt::format("{:x} ", std::bit_cast<std::uint64_t>(value));
  text += fmt::format("\n{}\n{}\n", fmt::join(block.codes.span(), " "), fmt::join(block.lines, " "));
  for (const double value : block.numbers.span()) text += fmt::format("{:x} ", std::bit_cast<std::uint64_t>(value));
  text += fmt::format("\n{}\n", fmt::join(block.words, "|"));
  for (const auto& [number, code] : block.code_names) text += fmt::format("{} {}|", number, code);
  return text;
}

std::string outcome(const std::string& text, const SourceOptions& options, const BlockOptions& how) {
  try {
    return contents(data::read_text_table(text, "a.csv", options, how));
  } catch (const InputError& error) {
    return std::string("error: ") + error.what();
  }
}

/// A table whose columns, cells and dialect are drawn.
class RandomTable {
 public:
  explicit RandomTable(unsigned seed) : random_(seed) {
    constexpr std::string_view kDelimiters = ",;\t|,,";
    delimiter_ = kDelimiters[below(kDelimiters.size())];
    comma_ = delimiter_ != ',' && below(4) == 0;
    end_ = below(3) == 0 ? "\r\n" : "\n";
    quotes_ = below(3) == 0;
    oddities_ = below(3) == 0;
    columns_.resize(1 + below(6));
    for (int& kind : columns_) kind = static_cast<int>(below(11));
  }

  std::string text() {
    std::string text;
    if (below(2) == 0) {
      for (std::size_t c = 0; c < columns_.size(); ++c) text += (c > 0 ? std::string(1, delimiter_) : "") + name(c);
      text += end_;
    }
    const std::size_t rows = below(150);
    for (std::size_t r = 0; r < rows; ++r) {
      if (oddities_ && below(200) == 0) text += below(2) == 0 ? end_ : "# a remark" + end_;
      for (std::size_t c = 0; c < columns_.size(); ++c) {
        if (c > 0) text += delimiter_;
        text += dressed(cell(columns_[c], r, rows));
      }
      if (oddities_ && below(300) == 0) text += delimiter_;
      text += r + 1 == rows && below(2) == 0 ? "" : end_;
    }
    return text + (below(5) == 0 ? end_ + end_ : "");
  }

 private:
  std::size_t below(std::size_t count) { return random_() % count; }
  static std::string name(std::size_t column) { return "c" + std::to_string(column); }
  std::string dressed(std::string text) {
    if (quotes_ && below(4) == 0) return '"' + text + (below(20) == 0 ? "\"\"" : "") + '"';
    if (below(30) == 0) text = " " + text + "  ";
    return text;
  }
  std::string number() {
    const double value = std::ldexp(static_cast<double>(random_()) - 2147483648.0, static_cast<int>(below(60)) - 60);
    switch (below(6)) {
      case 0:
        return std::to_string(static_cast<int>(below(2000)) - 1000);
      case 1:
        return fmt::format("{}", value);
      case 2:
        return fmt::format("{:.3e}", value);
      case 3:
        return fmt::format("{:.{}f}", value, below(18));
      case 4:
        return "+" + std::to_string(below(10)) + ".";
      default:
        return fmt::format("{:.6f}", value);
    }
  }
  std::string cell(int kind, std::size_t row, std::size_t rows) {
    if (below(15) == 0) return below(2) == 0 ? "" : below(2) == 0 ? "NA" : "?";
    static constexpr const char* kWords[] = {"red", "green", "blue", "caf\xc3\xa9", "a b", "True", "no#1"};
    switch (kind) {
      case 0:
        return kWords[below(std::size(kWords))];
      case 1:
        return fmt::format("{:03}", below(40));
      case 2:
        return fmt::format("2019-{:02}-{:02}", 1 + below(12), 1 + below(28));
      case 3:
        return fmt::format("{:02}/{:02}/2020", 1 + below(12), 1 + below(28));
      case 4:
        return std::to_string(row);
      case 5:
        return row + 5 > rows ? "late" : std::to_string(below(9));  // words come late, if any
      case 6:
        return below(2) == 0 ? "True" : "False";
      case 7:
        return std::to_string(9007199254740990 + below(9));
      default:
        break;
    }
    std::string text = number();
    if (oddities_ && below(500) == 0) text = below(2) == 0 ? "inf" : "wrong";
    if (comma_) std::replace(text.begin(), text.end(), '.', ',');
    return text;
  }

  std::mt19937 random_;
  char delimiter_ = ',';
  bool comma_ = false;
  bool quotes_ = false;
  bool oddities_ = false;
  std::string end_;
  std::vector<int> columns_;
};

SourceOptions random_options(unsigned seed) {
  SourceOptions options;
  const std::size_t choice = seed % 9;
  if (choice == 1) options.label = "none";
  if (choice == 2) options.label = "0";
  if (choice == 3) options.missing = {"-1", "red"};
  if (choice == 4) options.categories = {"0"}, options.label = "-1";
  if (choice == 5) options.numbers = {"0"};
  return options;
}

TEST(BlockReader, equals_reading_by_records_on_random_tables) {
  for (unsigned seed = 0; seed < 600; ++seed) {
    const std::string text = RandomTable(seed).text();
    const SourceOptions options = random_options(seed);
    const std::string expected = outcome(text, options, kByRecords);
    const std::size_t block = 1 + seed % 97 * (seed % 5);
    for (const unsigned threads : {1U, 3U}) {
      const BlockOptions how{.block_bytes = block, .worth_it = 0, .threads = threads};
      ASSERT_EQ(outcome(text, options, how), expected) << "seed " << seed << ", blocks of " << block << "\n" << text;
    }
  }
}

TEST(BlockReader, borders_may_stand_at_every_byte) {
  const std::string text =
      "a,word,\"when\",y\n1,red,2019-03-04,no\r\n-2.5,\"blue, dark\",2019-03-05,yes\n,NA,?,no\n"
      "1e300,caf\xc3\xa9,2020-01-01,yes\n0.1,\"a \"\"b\"\"\",,no\n";
  const std::string expected = outcome(text, {}, kByRecords);
  for (std::size_t block = 1; block <= text.size() + 1; ++block) {
    EXPECT_EQ(outcome(text, {}, {.block_bytes = block, .worth_it = 0, .threads = 2}), expected) << block;
  }
}

/// With kinds that show late: a word, a date that is none, a code among labels.
std::string late_table() {
  std::string text = "n,late,day,y\n";
  for (int r = 0; r < 400; ++r) {
    text += fmt::format("{}.5,{},{},{}\n", r, r < 390 ? std::to_string(r) : "word" + std::to_string(r % 3),
                        r < 395 ? "2019-01-02" : "never", r < 399 ? std::to_string(r % 7) : "03");
  }
  return text;
}

TEST(BlockReader, file_equals_its_bytes) {
  std::string words = "id,colour,size,y\n";
  std::string codes = "zip,y\n";
  for (int r = 0; r < 500; ++r) {
    words += fmt::format("{},{},{:.3f},{}\n", r, r % 3 == 0 ? "red" : "blue", r * 0.37, r % 2 == 0 ? "no" : "yes");
    codes += fmt::format("{:05},{}\n", r % 11, r % 2);
  }
  for (const std::string& text : {words, codes, late_table(), "\xef\xbb\xbf" + words}) {
    const TempDir folder;
    const std::string path = write_bytes(folder / "a.csv", text);
    SourceOptions options;
    const std::string expected = [&] {
      try {
        return contents(data::read_text_table(text, path, options, kByRecords));
      } catch (const InputError& error) {
        return std::string(error.what());
      }
    }();
    Sha256 hash;
    const auto table = data::read_text_file(path, options, hash,
                                            {.block_bytes = 1000, .worth_it = 0, .head_bytes = 3500, .threads = 2});
    if (!table) {  // what is wrong is said by the other way
      EXPECT_EQ(text, late_table());
      continue;
    }
    EXPECT_EQ(contents(*table), expected);
    EXPECT_EQ(hash.hex_digest(), sha256_hex(std::as_bytes(std::span(text))));
  }
}

TEST(BlockReader, file_that_is_not_plain_is_declined) {
  std::string plain = "a,y\n";
  for (int r = 0; r < 300; ++r) plain += fmt::format("{},{}\n", r, r % 2);
  const std::string tails[] = {"1,2,3\n",  "\n5,1\n",  "# remark\n", "\"1\n\",0\n", std::string("\0,1\n", 4),
                               "\xff,1\n", "1\r2,0\n", "1,\n",       ",\n",         "inf,1\n"};
  const auto is_read = [](const std::string& text) {
    const TempDir folder;
    Sha256 hash;
    return data::read_text_file(write_bytes(folder / "a.csv", text), {}, hash,
                                {.block_bytes = 100, .worth_it = 0, .head_bytes = 1000})
        .has_value();
  };
  EXPECT_TRUE(is_read(plain));
  for (const std::string& tail : tails) EXPECT_FALSE(is_read(plain + tail)) << tail;
}

TEST(QuickNumber, equals_the_general_one_or_declines) {
  std::mt19937_64 random(7);
  std::size_t quick = 0;
  for (int k = 0; k < 200000; ++k) {
    const double value = std::ldexp(static_cast<double>(random()), static_cast<int>(random() % 80) - 100);
    std::string text = fmt::format("{}{:.{}f}", k % 3 == 0 ? "-" : "", value, random() % 20);
    if (k % 7 == 0) text = std::to_string(random() % 1000000000000000000ULL);
    const std::string padded = text + std::string(data::kTextPadding, k % 2 == 0 ? ',' : '\0');
    double found = 0.0;
    const char* const end = data::quick_number(padded.data(), found);
    if (end == nullptr) continue;
    ++quick;
    ASSERT_EQ(static_cast<std::size_t>(end - padded.data()), text.size()) << text;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(found), std::bit_cast<std::uint64_t>(*data::parse_number(text))) << text;
  }
  EXPECT_GT(quick, 50000U);
  for (const char* const text : {"", "-", "+1", ".5", "5.", "007", "00.5", "nan", "x", "-.5", "12345678901234567890"}) {
    double found = 0.0;
    EXPECT_EQ(data::quick_number((text + std::string(data::kTextPadding, '\0')).data(), found), nullptr) << text;
  }
}

TEST(TextBlocks, count_characters_of_any_length) {
  for (std::size_t size = 0; size < 9000; size += 1 + size / 7) {
    std::string text(size, '\n');
    for (std::size_t i = 0; i < size; i += 3) text[i] = static_cast<char>(i);
    EXPECT_EQ(data::count_character(text, '\n'), static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')));
  }
}

}  // namespace
}  // namespace gradus::test
