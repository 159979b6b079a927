// SPDX-License-Identifier: Apache-2.0
#include "data/text_labels.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "data/text_number.hpp"

namespace gradus::data {
namespace {

// Of a label that is there or not.
std::optional<double> truth_value(std::string_view field) {
  const std::string_view word = trimmed(field);
  const auto is = [word](std::string_view other) { return equal_without_case(word, other); };
  if (is("true") || is("yes") || is("1")) return 1.0;
  if (is("false") || is("no") || is("0")) return 0.0;
  return std::nullopt;
}

}  // namespace

std::optional<double> TextLabels::look_at(std::string_view field, std::optional<double> number) {
  const bool has_digit = field.find_first_of("0123456789") != std::string_view::npos;
  if (!has_digit && (number == 0.0 || number == 1.0)) number.reset();  // True and False are good names of classes
  all_numbers_ = all_numbers_ && number.has_value();
  const std::string_view digits = trimmed(field);
  all_digits_ = all_digits_ && digits.find_first_not_of("0123456789") == std::string_view::npos;
  any_code_ = any_code_ || (digits.size() > 1 && digits.front() == '0');
  return number;
}

void TextLabels::add(std::string_view field, std::optional<double> number) {
  numbers_.push_back(look_at(field, number).value_or(0.0));
  words_.emplace_back(field);
}

void TextLabels::adopt_numbers(std::vector<double> numbers) {
  numbers_ = std::move(numbers);
}

void TextLabels::adopt_words(const WordList& words, const std::vector<std::int32_t>& codes,
                             const NumberFormat& format) {
  std::vector<double> numbers;
  numbers.reserve(words.texts().size());
  for (const std::string& text : words.texts()) {
    numbers.push_back(look_at(text, parse_number(text, format)).value_or(0.0));
  }
  // A text takes four times the memory of a number: only what move_to() needs.
  const bool needs_words = !all_numbers_ || (all_digits_ && any_code_);
  words_.reserve(needs_words ? codes.size() : 0);
  numbers_.reserve(all_numbers_ ? codes.size() : 0);
  for (const std::int32_t code : codes) {
    if (needs_words) words_.push_back(words.texts()[static_cast<std::size_t>(code)]);
    if (all_numbers_) numbers_.push_back(numbers[static_cast<std::size_t>(code)]);
  }
}

void TextLabels::move_to(PartBlock& block, const std::string& name, std::vector<std::string>& notes) {
  if (!all_numbers_) {
    block.words = std::move(words_);
    return;
  }
  block.numbers = Matrix<double>(numbers_.size(), 1);
  std::copy(numbers_.begin(), numbers_.end(), block.numbers.data());
  if (all_digits_ && any_code_) block.code_names = codes(name, notes);
}

bool TextLabels::move_to_column(Matrix<double>& values, std::size_t k) const {
  for (std::size_t r = 0; r < numbers_.size(); ++r) values(r, k) = numbers_[r];
  if (all_numbers_) return true;
  for (std::size_t r = 0; r < words_.size(); ++r) {
    const std::optional<double> truth = truth_value(words_[r]);
    if (!truth) return false;
    values(r, k) = *truth;
  }
  return true;
}

std::map<double, std::string> TextLabels::codes(const std::string& name, std::vector<std::string>& notes) const {
  std::map<double, std::string> codes;
  for (std::size_t r = 0; r < words_.size(); ++r) {
    const std::string code(trimmed(words_[r]));
    const auto known = codes.emplace(numbers_[r], code).first;
    if (known->second == code) continue;
    notes.push_back(fmt::format("{}: the labels {} and {} were read as one number", name, known->second, code));
    return {};
  }
  return codes;
}

}  // namespace gradus::data
