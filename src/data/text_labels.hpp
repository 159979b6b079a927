// The label column of a text table: numbers, words, or codes such as 007, whose zeros are part of the name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/part_block.hpp"

namespace gradus::data {

class TextLabels {
 public:
  void add(std::string_view field, std::optional<double> number);
  /// Puts words, or numbers with their codes, into `block`. One number written in two ways (7 and 07) is one class and
  /// a note.
  void move_to(PartBlock& block, const std::string& name, std::vector<std::string>& notes);
  /// Puts numbers into column `k` of `values`, one a row; false where there are words.
  [[nodiscard]] bool move_to_column(Matrix<double>& values, std::size_t k) const;

 private:
  [[nodiscard]] std::map<double, std::string> codes(const std::string& name, std::vector<std::string>& notes) const;

  std::vector<std::string> words_;
  std::vector<double> numbers_;
  bool all_numbers_ = true;
  bool all_digits_ = true;
  bool any_code_ = false;
};

}  // namespace gradus::data
