// The records of all epochs as text that only grows: a line per epoch. A checkpoint names its beginning by length and
// hash, so that none has to repeat it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/core/sha256.hpp"
#include "gradus/training/run_record.hpp"

namespace gradus {

class HistoryText {
 public:
  HistoryText() = default;
  /// Text that an earlier process wrote.
  explicit HistoryText(std::string_view text);
  void add(const EpochRecord& record);
  [[nodiscard]] std::string_view text() const { return text_; }
  /// Of the text so far, in time that does not depend on its length.
  [[nodiscard]] std::string sha256() const;

 private:
  std::string text_;
  Sha256 hash_;
};

/// The records that the text holds. Throws InputError or nlohmann's exceptions for what is none.
std::vector<EpochRecord> read_history(std::string_view text);
/// One record from its array.
EpochRecord read_epoch(const nlohmann::ordered_json& array);

}  // namespace gradus
