// A table in pieces is the table: the same rows, codes, notes and kept fields, wherever the pieces end.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "data/text_pieces.hpp"

#include <gtest/gtest.h>

#include <bit>

#include "data/text_fixtures.hpp"
#include "gradus/core/error.hpp"

namespace gradus::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Joined {
  std::vector<std::string> cells;  // of all features and levels, row by row
  std::string kept;
  std::string header;
  std::vector<std::string> notes;
  std::size_t pieces = 0;
};

SourceOptions model_options() {
  Schema schema;
  schema.columns = {{"n", ColumnKind::kNumber, {}}, {"colour", ColumnKind::kCategory, {"red", "blue"}}};
  SourceOptions options;
  options.schema = std::make_shared<const Schema>(schema);
  options.read_targets = false;
  options.label = "y";
  return options;
}

Joined joined(const std::string& text, const data::PieceOptions& how, bool whole = false, const Names& keep = {}) {
  const TempDir folder;
  const auto pieces = data::open_text_pieces(write_bytes(folder / "a.csv", text), model_options(), keep, whole, how);
  Joined all;
  all.pieces = pieces->size();
  for (std::size_t k = 0; k < pieces->size(); ++k) {
    const data::TextPiece piece = pieces->read(k);
    const auto& numbers = std::get<Matrix<double>>(piece.block.features);
    for (std::size_t r = 0; r < piece.block.rows(); ++r) {
      const std::int32_t code = piece.block.codes(r, 0);
      const std::string level =
          code == kMissingCode ? "" : piece.block.columns[1].levels[static_cast<std::size_t>(code)];
      all.cells.push_back(fmt::format("{:x} {}", std::bit_cast<std::uint64_t>(numbers(r, 0)), level));
    }
    all.kept += piece.kept.text + "\n";
  }
  std::erase(all.kept, '\n');
  all.header = pieces->header();
  for (const std::string& note : pieces->notes()) all.notes.push_back(note.substr(note.find("a.csv") + 5));
  return all;
}

std::string table(bool odd) {
  std::string text = "id;n;y;colour\n";
  for (int r = 0; r < 300; ++r) {
    if (odd && r % 50 == 49) text += r % 100 == 49 ? "\n" : "# a remark\n";
    if (odd && r % 70 == 69) text += ";;;\n";
    const std::string number = r % 9 == 0 ? "NA" : fmt::format("{}.25", r);
    text += fmt::format("{:03};{};{};{}\n", r, number, r % 2,
                        r % 4 == 0   ? "\"dark, or\""
                        : r % 4 == 1 ? "red"
                                     : "blue");
  }
  return text;
}

TEST(TextPieces, are_the_table_wherever_they_end) {
  for (const bool odd : {false, true}) {
    const Joined expected = joined(table(odd), {}, true, {"id", "colour", "1"});
    EXPECT_EQ(expected.pieces, 1U);
    EXPECT_EQ(expected.cells.size(), 300U);
    EXPECT_EQ(expected.header, "id,colour,n,");
    EXPECT_THAT(expected.kept, HasSubstr("000,\"dark, or\",NA,001,red,1.25,"));
    for (const std::size_t block : {1U, 7U, 64U, 1000U}) {
      const data::PieceOptions how{.blocks = {.block_bytes = block, .threads = 2}, .piece_bytes = 3 * block};
      const Joined found = joined(table(odd), how, false, {"id", "colour", "1"});
      EXPECT_GT(found.pieces, 1U);
      EXPECT_EQ(found.cells, expected.cells) << block;
      EXPECT_EQ(found.kept, expected.kept) << block;
      EXPECT_EQ(found.notes, expected.notes) << block;
    }
  }
}

TEST(TextPieces, rows_that_count_and_missing_cells_are_noted_once) {
  std::string text = "n,colour\n";
  for (int r = 0; r < 100; ++r) text += fmt::format("{},{}\n", r, r % 3 == 0 ? "?" : "red");
  const data::PieceOptions how{.blocks = {.block_bytes = 50}, .piece_bytes = 100};
  EXPECT_THAT(joined(text, how).notes,
              ElementsAre(HasSubstr("'n' counts the rows"), HasSubstr("taken as missing: '?' (34 of them)")));
}

TEST(TextPieces, mistakes_are_named_with_their_line) {
  std::string text = "n,colour\n";
  for (int r = 0; r < 100; ++r) text += r == 61 ? "wrong,red\n" : r == 77 ? "1\n" : "1,red\n";
  const data::PieceOptions how{.blocks = {.block_bytes = 50}, .piece_bytes = 100};
  const auto message = [&](const std::string& given, const Names& keep) -> std::string {
    try {
      joined(given, how, false, keep);
      return "";
    } catch (const InputError& error) {
      return error.what();
    }
  };
  EXPECT_THAT(message(text, {}), HasSubstr("line 63, column 0 (from 0) 'n': expected a number, found 'wrong'"));
  text.replace(text.find("wrong"), 5, "3");
  EXPECT_THAT(message(text, {}), HasSubstr("line 79: expected 2 fields"));
  EXPECT_THAT(message("n,colour\n1,red\n", {"z*"}), HasSubstr("--keep: expected a pattern that fits"));
  EXPECT_THAT(message("n,colour\n1,red\n", {"size"}), HasSubstr("expected a column among n, colour, found 'size'"));
  EXPECT_THAT(message("n,colour\n", {}), HasSubstr("expected rows of numbers"));
}

}  // namespace
}  // namespace gradus::test
