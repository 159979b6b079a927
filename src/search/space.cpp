// SPDX-License-Identifier: Apache-2.0
#include "gradus/search/space.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>

#include "core/scalar_math.hpp"
#include "core/suggest.hpp"
#include "gradus/core/error.hpp"

namespace gradus {
namespace {

constexpr std::size_t kMaxValues = 1'000'000;
constexpr std::size_t kMaxDerivedBytes = std::size_t{1} << 20;

std::string number_string(const Parameter& parameter, double value) {
  value = std::clamp(value, parameter.low, parameter.high);
  if (parameter.kind == Parameter::Kind::kInteger) return fmt::format("{:.0f}", value);
  return fmt::format("{}", value);
}

double step_of(const Parameter& parameter) {
  if (parameter.step > 0.0) return parameter.step;
  return parameter.kind == Parameter::Kind::kInteger ? 1.0 : 0.0;
}

bool is_key(std::string_view name) {
  const auto options = config_options();
  return std::any_of(options.begin(), options.end(), [&](const ConfigOption& o) { return o.key == name; });
}

[[noreturn]] void reject(const std::string& where, const char* expected, const std::string& found,
                         const char* advice = "") {
  throw InputError({.where = where, .expected = expected, .found = found, .advice = advice});
}

}  // namespace

double number_in(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? value : std::numeric_limits<double>::quiet_NaN();
}

// Values with steps are rounded: those at the ends need half a step beyond them, or they would come half as often as
// their neighbours.
double Parameter::inner_low() const {
  if (!log) return low;
  return math::log(std::max(low - step_of(*this) / 2.0, low / 2.0));
}

double Parameter::inner_high() const {
  if (!log) return high;
  const double width = step_of(*this);
  const double last = width > 0.0 ? low + width * static_cast<double>(*count() - 1) : high;
  return math::log(last + width / 2.0);
}

std::optional<std::size_t> Parameter::count() const {
  if (kind == Kind::kChoice) return choices.size();
  const double width = step_of(*this);
  if (width == 0.0) return std::nullopt;
  // Half a millionth of a step forgives 0.1 * 3 > 0.3.
  return static_cast<std::size_t>(std::floor((high - low) / width + 5e-7)) + 1;
}

std::string Parameter::text_of(std::size_t index) const {
  if (kind == Kind::kChoice) return choices[index];
  const double value = low + step_of(*this) * static_cast<double>(index);
  // low + n step rounds: 0.30000000000000004 is nobody's third tenth.
  if (kind == Kind::kReal) return number_string(*this, number_in(fmt::format("{:.12g}", value)));
  return number_string(*this, value);
}

std::string Parameter::text_at(double u) const {
  const std::optional<std::size_t> n = count();
  if (!log && n) {
    const auto index = static_cast<std::size_t>(u * static_cast<double>(*n));
    return text_of(std::min(index, *n - 1));
  }
  const double value = log ? math::exp(inner_low() + (inner_high() - inner_low()) * u) : low + (high - low) * u;
  if (!n) return number_string(*this, value);
  const double index = std::floor((value - low) / step_of(*this) + 0.5);
  return text_of(std::min(static_cast<std::size_t>(std::max(0.0, index)), *n - 1));
}

bool Parameter::allows(std::string_view text) const {
  if (kind == Kind::kChoice) return std::find(choices.begin(), choices.end(), text) != choices.end();
  const double number = number_in(text);
  return number >= low && number <= high;
}

std::optional<std::size_t> Space::find(std::string_view name) const {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].name == name) return i;
  }
  return std::nullopt;
}

void Space::check_parameter(const Parameter& parameter) const {
  const std::string where = parameter.where + ": " + parameter.name;
  if (parameter.kind == Parameter::Kind::kChoice) {
    if (parameter.choices.empty()) reject(where, "at least one value", "an empty list");
    const std::set<std::string> different(parameter.choices.begin(), parameter.choices.end());
    if (different.size() < parameter.choices.size()) reject(where, "different values", "one that stands there twice");
  } else {
    const std::string range = fmt::format("{} to {}", parameter.low, parameter.high);
    if (!(parameter.low <= parameter.high)) reject(where, "a range with low <= high", range);
    if (parameter.log && !(parameter.low > 0.0)) reject(where, "a logarithmic range above 0", range);
    if (parameter.count().value_or(0) > kMaxValues)
      reject(where, "at most a million values", range, "make the step larger");
  }
  for (const Condition& condition : parameter.when) {
    if (!find(condition.parent)) {
      std::vector<std::string_view> names;
      for (const Parameter& p : parameters) names.push_back(p.name);
      throw unknown_name(where + ": when", condition.parent, names);
    }
  }
}

// Depth-first, so that every parent is placed before its children; a parameter met again on its own path is a circle.
void Space::sort_by_conditions() {
  enum : char { kNew, kOpen, kPlaced };
  std::vector<char> marks(parameters.size(), kNew);
  order_.clear();
  const auto place = [&](const auto& self, std::size_t i) -> void {
    if (marks[i] == kPlaced) return;
    if (marks[i] == kOpen) {
      reject(parameters[i].where + ": " + parameters[i].name, "conditions that lead back to a free parameter",
             "a circle", "remove one `when`");
    }
    marks[i] = kOpen;
    for (const Condition& condition : parameters[i].when) self(self, *find(condition.parent));
    marks[i] = kPlaced;
    order_.push_back(i);
  };
  for (std::size_t i = 0; i < parameters.size(); ++i) place(place, i);
}

void Space::check_derived() const {
  for (const DerivedKey& key : derived) {
    const std::string where = key.where + ": " + key.key;
    if (!is_key(key.key)) reject(where, "a key of the configuration", "'" + key.key + "'");
    if (find(key.key)) reject(where, "one rule for a key", "two");
    if (key.kind != DerivedKey::Kind::kText && !find(key.depth)) {
      reject(where, "the name of a parameter in `layers`", "'" + key.depth + "'");
    }
  }
}

void Space::check() {
  std::set<std::string> names;
  for (const Parameter& parameter : parameters) {
    if (!names.insert(parameter.name).second) reject(parameter.where + ": " + parameter.name, "one rule", "two");
  }
  for (const Parameter& parameter : parameters) check_parameter(parameter);
  check_derived();
  sort_by_conditions();
}

bool Space::exists(std::size_t index, const Setting& setting) const {
  for (const Condition& condition : parameters[index].when) {
    const std::optional<std::string>& value = setting[*find(condition.parent)];
    if (!value) return false;
    if (!condition.values.empty()) {
      if (std::find(condition.values.begin(), condition.values.end(), *value) == condition.values.end()) return false;
    } else {
      const double number = number_in(*value);
      if (!(number >= condition.low && number <= condition.high)) return false;
    }
  }
  return true;
}

std::string Space::derived_text(const DerivedKey& key, const Setting& setting, std::size_t num_inputs) const {
  std::string text;
  if (key.kind == DerivedKey::Kind::kText) {
    for (std::size_t i = 0; i < key.text.size(); ++i) {
      const std::size_t end = key.text[i] == '{' ? key.text.find('}', i) : std::string::npos;
      if (end == std::string::npos) {
        text += key.text[i];
        continue;
      }
      const std::string name = key.text.substr(i + 1, end - i - 1);
      const std::optional<std::size_t> parameter = find(name);
      if (!parameter) reject(key.where + ": " + key.key, "names of parameters in braces", "'" + name + "'");
      text += setting[*parameter].value_or("");
      if (text.size() > kMaxDerivedBytes) reject(key.where + ": " + key.key, "a short text", "one of megabytes");
      i = end;
    }
    return text;
  }
  const double depth = number_in(setting[*find(key.depth)].value_or("0"));
  double width = static_cast<double>(num_inputs);
  for (int layer = 1; layer <= static_cast<int>(depth); ++layer) {
    width *= key.growth;
    std::string part = fmt::format("{:.0f}", width);
    if (key.kind == DerivedKey::Kind::kEach) {
      part = setting[*find(fmt::format("{}[{}]", key.key, layer))].value_or("");
    }
    text += (text.empty() ? "" : ",") + part;
  }
  return text;
}

RunConfig Space::apply(const Setting& setting, const RunConfig& base, std::size_t num_inputs,
                       const std::string& where) const {
  RunConfig config = base;
  const auto set = [&](const std::string& key, const std::string& text) {
    // network.layers wins over network.hidden; what the search chooses must not be passed over.
    if (key == "network.hidden") config.network.layers.clear();
    set_option(config, key, text, where + ": " + key);
  };
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (setting[i] && is_key(parameters[i].name)) set(parameters[i].name, *setting[i]);
  }
  for (const DerivedKey& key : derived) set(key.key, derived_text(key, setting, num_inputs));
  return config;
}

std::string short_name(const std::string& name) {
  const std::size_t dot = name.find('.');
  return dot == std::string::npos ? name : name.substr(dot + 1);
}

std::string setting_text(const Space& space, const Setting& setting) {
  std::string text;
  for (std::size_t i = 0; i < setting.size(); ++i) {
    if (setting[i])
      text += fmt::format("{}{}={}", text.empty() ? "" : " ", short_name(space.parameters[i].name), *setting[i]);
  }
  return text;
}

}  // namespace gradus
