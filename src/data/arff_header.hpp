// The attributes that an ARFF file declares.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "data/arff_line.hpp"
#include "data/calendar.hpp"

namespace gradus::data {

enum class ArffKind : std::uint8_t { kNumber, kNominal, kString, kDate };

/// A column. The levels of a nominal one stand in declared order, those of a string as they occur.
struct ArffAttribute {
  std::string name;
  ArffKind kind = ArffKind::kNumber;
  DateOrder date_order = DateOrder::kYearFirst;
  std::vector<std::string> levels;
  std::map<std::string, std::uint32_t, std::less<>> codes;  // level to its number

  /// The number of `level`, which is added where it is new.
  std::uint32_t add_level(const std::string& level);
};

/// Reads the lines up to @data.
class ArffHeader {
 public:
  /// Takes a line that is neither empty nor a comment; true at @data. Throws InputError at anything but @relation and
  /// @attribute, at a type that is not known, and at a name or level that stands twice.
  bool add(ArffLine line);
  /// The attributes; nothing is left here.
  std::vector<ArffAttribute> take() { return std::move(attributes_); }

 private:
  void add_attribute(ArffLine& line);

  std::vector<ArffAttribute> attributes_;
  std::map<std::string, std::size_t, std::less<>> names_;
};

}  // namespace gradus::data
