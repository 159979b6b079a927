// Text that the program writes: a cell comes back whole from a plain reader of CSV and is no formula; a terminal gets
// no control characters. The first byte chooses.
// SPDX-License-Identifier: Apache-2.0
#include "core/csv_cell.hpp"

#include "core/printable.hpp"
#include "target.hpp"

namespace {

// RFC 4180: the first cell of `line`, which must be all of it.
std::string read_cell(std::string_view line) {
  if (!line.starts_with('"')) {
    gradus::fuzz::require(line.find_first_of(",\"\r\n") == std::string_view::npos, "a plain cell is one cell");
    return std::string(line);
  }
  std::string cell;
  std::size_t at = 1;
  for (; at < line.size(); ++at) {
    if (line[at] == '"' && (at + 1 == line.size() || line[++at] != '"')) break;
    cell += line[at];
  }
  gradus::fuzz::require(at + 1 == line.size(), "the quote that closes is the last character");
  return cell;
}

}  // namespace

GRADUS_FUZZ_TARGET(csv) {
  using namespace gradus;
  const CsvCells cells = (fuzz::take_choice(input) & 1U) != 0 ? CsvCells::kRaw : CsvCells::kGuarded;
  const std::string text(fuzz::text_of(input));
  const std::string read = read_cell(csv_cell(text, cells));
  if (cells == CsvCells::kRaw) {
    fuzz::require(read == text, "a raw cell is the text");
  } else {
    fuzz::require(read == text || read == "'" + text, "a guarded cell is the text behind an apostrophe at most");
    fuzz::require(!is_formula(read), "a guarded cell is no formula");
  }
  const std::string shown = printable(text);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; };
  fuzz::require(std::none_of(shown.begin(), shown.end(), is_control), "a terminal gets no control characters");
}
