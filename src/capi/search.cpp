// gradus_search: a search whose trials the caller runs.
// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <optional>

#include "capi/handles.hpp"
#include "gradus/search/ask_tell.hpp"

struct gradus_search {
  gradus::AskTell search;
};

namespace gradus::capi {
namespace {

// A value as a number or truth where it is one, else as text.
nlohmann::ordered_json value_json(const std::string& text) {
  auto value = nlohmann::ordered_json(text);
  const double number = number_in(text);
  if (text == "true" || text == "false") value = text == "true";
  if (number == number) {
    const bool whole = text.find_first_not_of("-0123456789") == std::string::npos && text.size() < 16;
    value = whole ? nlohmann::ordered_json(static_cast<std::int64_t>(number)) : nlohmann::ordered_json(number);
  }
  return value;
}

std::string trial_text(const AskTell& search, const TrialRecord* trial) {
  nlohmann::ordered_json object;
  if (trial == nullptr) return object.dump();
  object["trial"] = trial->number;
  object["setting"] = nlohmann::ordered_json::object();
  for (std::size_t p = 0; p < trial->setting.size(); ++p) {
    const Parameter& parameter = search.config().space.parameters[p];
    if (trial->setting[p]) object["setting"][parameter.name] = value_json(*trial->setting[p]);
  }
  if (trial->value) object["value"] = *trial->value;
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace
}  // namespace gradus::capi

using namespace gradus;
using namespace gradus::capi;

extern "C" {

gradus_status gradus_search_create(const char* config, gradus_search** search) {
  return guarded([&] {
    require(search, "search");
    *search = new gradus_search{AskTell(parse_study_config(required_text(config, "config"), "search", {}))};
  });
}

gradus_status gradus_search_ask(gradus_search* search, gradus_bytes** json) {
  return guarded([&] {
    require(search, "search");
    require(json, "json");
    const std::optional<TrialRecord> trial = search->search.ask();
    give(trial_text(search->search, trial ? &*trial : nullptr), json);
  });
}

gradus_status gradus_search_tell(gradus_search* search, int64_t trial, double value) {
  return guarded([&] {
    require(search, "search");
    search->search.tell(size_of(trial, "trial"), value);
  });
}

gradus_status gradus_search_best(const gradus_search* search, gradus_bytes** json) {
  return guarded([&] {
    require(search, "search");
    require(json, "json");
    give(trial_text(search->search, search->search.best()), json);
  });
}

void gradus_search_free(gradus_search* search) {
  delete search;
}

}  // extern "C"
