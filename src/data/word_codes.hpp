// From the codes of words to what the table keeps: levels of categories, days of dates, and nothing of what is ignored.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/text_columns.hpp"

namespace gradus::data {

class WordCodes {
 public:
  /// `cells` must outlive it and have its slots in the order of the inputs.
  explicit WordCodes(InputCells& cells) : cells_(cells), meanings_(cells.inputs.size()) {}

  /// Input `input` stays as it is, a column of numbers. Inputs of which nothing is said are left out.
  void set_number(std::size_t input) { meanings_[input].keeps_number = true; }
  /// It becomes a column of codes, `place` for each code of its words.
  void set_category(std::size_t input, std::vector<std::int32_t> place);
  /// It becomes a column of numbers, `days` for each code of its words.
  void set_date(std::size_t input, std::vector<double> days);
  /// Changes the cells: behind it their matrices have the columns that are kept, in the order of the inputs.
  void apply();

 private:
  struct Meaning {
    bool keeps_number = false;
    bool keeps_code = false;
    std::vector<std::int32_t> place;
    std::vector<double> days;
  };
  void translate();

  InputCells& cells_;
  std::vector<Meaning> meanings_;
};

}  // namespace gradus::data
