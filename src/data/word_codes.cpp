// SPDX-License-Identifier: Apache-2.0
#include "data/word_codes.hpp"

#include <cmath>
#include <utility>

namespace gradus::data {
namespace {

/// The columns `slots`, which increase, of `matrix`.
template <class T>
Matrix<T> with_columns(Matrix<T> matrix, const std::vector<std::size_t>& slots) {
  if (slots.size() == matrix.cols()) return matrix;
  Matrix<T> kept(matrix.rows(), slots.size());
  for (std::size_t r = 0; r < matrix.rows(); ++r) {
    for (std::size_t k = 0; k < slots.size(); ++k) kept(r, k) = matrix(r, slots[k]);
  }
  return kept;
}

}  // namespace

void WordCodes::set_category(std::size_t input, std::vector<std::int32_t> place) {
  meanings_[input].keeps_code = true;
  meanings_[input].place = std::move(place);
}

void WordCodes::set_date(std::size_t input, std::vector<double> days) {
  meanings_[input].keeps_number = true;
  meanings_[input].days = std::move(days);
}

/// Row by row, since the matrices are.
void WordCodes::translate() {
  for (std::size_t r = 0; r < cells_.codes.rows(); ++r) {
    for (std::size_t c = 0; c < meanings_.size(); ++c) {
      const Meaning& meaning = meanings_[c];
      const InputCells::Input& input = cells_.inputs[c];
      if (input.code_slot == kNoSlot) continue;
      std::int32_t& code = cells_.codes(r, input.code_slot);
      const auto value = static_cast<std::size_t>(code);
      if (meaning.keeps_code) {
        if (code != kMissingCode) code = meaning.place[value];
      } else if (meaning.keeps_number) {
        cells_.numbers(r, input.number_slot) = code == kMissingCode ? std::nan("") : meaning.days[value];
      }
    }
  }
}

void WordCodes::apply() {
  if (cells_.codes.cols() > 0) translate();
  std::vector<std::size_t> numbers;
  std::vector<std::size_t> codes;
  for (std::size_t c = 0; c < meanings_.size(); ++c) {
    if (meanings_[c].keeps_number) numbers.push_back(cells_.inputs[c].number_slot);
    if (meanings_[c].keeps_code) codes.push_back(cells_.inputs[c].code_slot);
  }
  cells_.numbers = with_columns(std::move(cells_.numbers), numbers);
  cells_.codes = with_columns(std::move(cells_.codes), codes);
}

}  // namespace gradus::data
