// SPDX-License-Identifier: Apache-2.0
#include "data/arff_header.hpp"

#include <fmt/format.h>

#include <optional>

#include "data/text_number.hpp"

namespace gradus::data {
namespace {

std::optional<ArffKind> kind_called(std::string_view type) {
  for (const char* number : {"numeric", "real", "integer"}) {
    if (equal_without_case(type, number)) return ArffKind::kNumber;
  }
  if (equal_without_case(type, "string")) return ArffKind::kString;
  if (equal_without_case(type, "date")) return ArffKind::kDate;
  return std::nullopt;
}

/// The values between braces.
void read_levels(ArffLine& line, ArffAttribute& attribute) {
  attribute.kind = ArffKind::kNominal;
  while (!line.take('}')) {
    if (!attribute.levels.empty()) {
      line.take_separator();
      if (line.take('}')) return;
    }
    const ArffItem item = line.take_item();
    if (attribute.add_level(item.text) + 1 != attribute.levels.size() ||
        attribute.levels.size() != attribute.codes.size()) {
      line.fail(fmt::format("different values of attribute '{}'", attribute.name),
                fmt::format("'{}' again", item.text));
    }
  }
}

/// Of a format such as "yyyy-MM-dd HH:mm:ss": what stands first.
DateOrder order_of(const std::string& format) {
  const std::size_t first = format.find_first_of("yMd");
  if (first == std::string::npos || format[first] == 'y') return DateOrder::kYearFirst;
  return format[first] == 'd' ? DateOrder::kDayFirst : DateOrder::kMonthFirst;
}

}  // namespace

std::uint32_t ArffAttribute::add_level(const std::string& level) {
  const auto [at, is_new] = codes.emplace(level, static_cast<std::uint32_t>(levels.size()));
  if (is_new) levels.push_back(level);
  return at->second;
}

bool ArffHeader::add(ArffLine line) {
  const std::string keyword = line.take_word().text;
  if (equal_without_case(keyword, "@relation")) return false;
  if (equal_without_case(keyword, "@attribute")) {
    add_attribute(line);
    return false;
  }
  if (!equal_without_case(keyword, "@data")) {
    line.fail("@relation, @attribute or @data", fmt::format("'{}'", keyword.substr(0, 40)));
  }
  if (attributes_.empty()) line.fail("at least one @attribute before @data", "none");
  return true;
}

void ArffHeader::add_attribute(ArffLine& line) {
  ArffAttribute attribute;
  attribute.name = line.take_word().text;
  if (line.take('{')) {
    read_levels(line, attribute);
  } else {
    const std::string type = line.take_word().text;
    const std::optional<ArffKind> kind = kind_called(type);
    if (!kind) {
      line.fail("a type among numeric, real, integer, string, date and {values}",
                fmt::format("'{}' of attribute '{}'", type.substr(0, 40), attribute.name));
    }
    attribute.kind = *kind;
    if (*kind == ArffKind::kDate && !line.at_end()) attribute.date_order = order_of(line.take_word().text);
  }
  if (!line.at_end()) {
    line.fail(fmt::format("the end of the line after the type of attribute '{}'", attribute.name),
              fmt::format("'{}'", line.rest().substr(0, 40)));
  }
  if (!names_.emplace(attribute.name, attributes_.size()).second) {
    line.fail("attributes of different names", fmt::format("'{}' again", attribute.name), "rename one of them");
  }
  attributes_.push_back(std::move(attribute));
}

}  // namespace gradus::data
