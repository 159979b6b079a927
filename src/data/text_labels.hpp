// The label column of a text table: numbers, words, or codes such as 007, whose zeros are part of the name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/part_block.hpp"
#include "data/text_number.hpp"
#include "data/word_list.hpp"

namespace gradus::data {

class TextLabels {
 public:
  void add(std::string_view field, std::optional<double> number);
  /// What add() makes of all rows of a column of numbers, none of them a code.
  void adopt_numbers(std::vector<double> numbers);
  /// The same where texts matter: `codes` are those of `words`, one a row.
  void adopt_words(const WordList& words, const std::vector<std::int32_t>& codes, const NumberFormat& format);
  /// Puts words, or numbers with their codes, into `block`. One number written in two ways (7 and 07) is one class and
  /// a note.
  void move_to(PartBlock& block, const std::string& name, std::vector<std::string>& notes);
  /// Puts numbers into column `k` of `values`, one a row, and 1 and 0 for true and false or yes and no; false where
  /// there are other words.
  [[nodiscard]] bool move_to_column(Matrix<double>& values, std::size_t k) const;

 private:
  /// What one field says of the whole column; its number, if it is one.
  std::optional<double> look_at(std::string_view field, std::optional<double> number);
  [[nodiscard]] std::map<double, std::string> codes(const std::string& name, std::vector<std::string>& notes) const;

  std::vector<std::string> words_;
  std::vector<double> numbers_;
  bool all_numbers_ = true;
  bool all_digits_ = true;
  bool any_code_ = false;
};

}  // namespace gradus::data
