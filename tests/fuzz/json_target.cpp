// The one door of JSON. What passes it can be written, and is the same when read again.
// SPDX-License-Identifier: Apache-2.0
#include "core/json_text.hpp"

#include "target.hpp"

GRADUS_FUZZ_TARGET(json) {
  using namespace gradus;
  const std::optional<nlohmann::ordered_json> value = parse_json(fuzz::text_of(input));
  fuzz::require(value.has_value() == fuzz::accepts([&] { require_json(fuzz::text_of(input), "x.json"); }),
                "both entries say the same");
  if (!value) return;
  (void)json_integer<std::int32_t>(*value);
  const std::string text = value->dump();
  const std::optional<nlohmann::ordered_json> again = parse_json(text);
  fuzz::require(again && again->dump() == text, "what was written is read again");
}
