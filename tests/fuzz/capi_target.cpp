// The C interface: any sequence of calls with any numbers, whose pointers lead where the caller says they do, ends in a
// status with its sentence.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>
#include <vector>

#include "gradus.h"
#include "target.hpp"

namespace {

constexpr std::size_t kMostRows = 12;
constexpr std::size_t kMostColumns = 5;
constexpr std::size_t kRoom = 4096;  // bytes on either side of what a matrix of that size can reach

void check_status(gradus_status status) {
  const std::string sentence = gradus_last_error();
  gradus::fuzz::require(status == GRADUS_OK || status == GRADUS_INVALID, "a call ends well or names what is wrong");
  gradus::fuzz::require((status == GRADUS_OK) == sentence.empty(), "a call that fails says why");
}

/// Calls one after the other, as the bytes say.
class CallSequence {
 public:
  explicit CallSequence(gradus::fuzz::Input& input) : input_(input), rows_(choose(kMostRows + 1)) {
    memory_.resize(2 * kRoom);
    for (std::size_t i = 0; i < memory_.size() && !input.empty(); ++i) memory_[i] = input[i % input.size()];
    check_status(gradus_data_create("fuzz", static_cast<int64_t>(rows_), &data_));
  }
  ~CallSequence() { gradus_data_free(data_); }
  CallSequence(const CallSequence&) = delete;
  CallSequence& operator=(const CallSequence&) = delete;

  void call() {
    // One after the other: compilers differ in the order of arguments.
    const std::size_t function = choose(9);
    const auto type = static_cast<gradus_type>(choose(12));
    const auto columns = static_cast<int64_t>(choose(kMostColumns + 1));
    const auto rows = static_cast<int64_t>(choose(4) != 0 ? rows_ : choose(kMostRows));
    const int64_t row_step = static_cast<int64_t>(choose(129)) - 64;
    const int64_t column_step = static_cast<int64_t>(choose(129)) - 64;
    const bool has_more = choose(2) != 0;  // names, or what is missing
    const void* const values = memory_.data() + kRoom;
    const char* const* const names = has_more ? kNames.data() : nullptr;
    const auto* const missing = has_more ? reinterpret_cast<const uint8_t*>(memory_.data()) : nullptr;
    const auto* const text = reinterpret_cast<const char*>(memory_.data());
    switch (function) {
      case 0:
        return check_status(gradus_data_set_matrix(data_, type, values, rows, columns, row_step, column_step, names));
      case 1:
        return check_status(gradus_data_add_numbers(data_, "number", type, values, row_step, missing));
      case 2:
        return check_status(gradus_data_add_dates(data_, "date", static_cast<const double*>(values)));
      case 3:
        return check_status(gradus_data_add_categories(data_, "level", codes(), kNames.data(), columns));
      case 4:
        return check_status(gradus_data_add_texts(data_, "text", text, offsets()));
      case 5:
        return check_status(gradus_data_set_classes(data_, codes(), kNames.data(), columns));
      case 6:
        return check_status(gradus_data_set_values(data_, type, values, columns, row_step, column_step, names));
      case 7:
        return check_status(
            gradus_data_set_label_sets(data_, type, values, columns, row_step, column_step, kNames.data()));
      default:
        return check_status(gradus_data_set_weights(data_, type, values, row_step));
    }
  }

  /// What a training would make of the rows.
  void resolve() {
    gradus_bytes* toml = nullptr;
    const std::string config(gradus::fuzz::text_of(gradus::fuzz::take_piece(input_)));
    // A source or a model of the disk is no part of this.
    if (config.find("source") != std::string::npos || config.find("init_from") != std::string::npos) return;
    check_status(gradus_resolve(config.c_str(), data_, &toml));
    gradus_bytes_free(toml);
  }

 private:
  static constexpr std::array<const char*, kMostColumns> kNames = {"a", "b", "c", "", "a"};

  std::size_t choose(std::size_t count) { return gradus::fuzz::take_choice(input_) % count; }
  const int32_t* codes() {
    for (int32_t& code : codes_) code = static_cast<int32_t>(choose(8)) - 2;
    return codes_.data();
  }
  const int64_t* offsets() {
    for (int64_t& offset : offsets_) offset = static_cast<int64_t>(choose(40));
    return offsets_.data();
  }

  gradus::fuzz::Input& input_;
  std::size_t rows_;
  std::vector<std::byte> memory_;
  std::array<int32_t, kMostRows> codes_{};
  std::array<int64_t, kMostRows + 1> offsets_{};
  gradus_data* data_ = nullptr;
};

}  // namespace

GRADUS_FUZZ_TARGET(capi) {
  const std::size_t calls = gradus::fuzz::take_choice(input) % 8;
  CallSequence sequence(input);
  for (std::size_t i = 0; i < calls; ++i) sequence.call();
  sequence.resolve();
}
