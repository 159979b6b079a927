// The search file: TOML in, StudyConfig out.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/search/study_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "config/toml_text.hpp"
#include "core/suggest.hpp"
#include "core/text_file.hpp"
#include "gradus/core/error.hpp"
#include "training/option_text.hpp"

namespace gradus {
namespace {

constexpr std::size_t kMostSearchedLayers = 100;
// Every parameter is looked for by its name among all, every value among those before it.
constexpr std::size_t kMostParameters = 1000;
constexpr std::size_t kMostChoices = 10'000;
constexpr std::size_t kMostTableRows = 10'000;

[[noreturn]] void reject(const std::string& where, const std::string& expected, const std::string& found,
                         const std::string& advice = "") {
  throw InputError({.where = where, .expected = expected, .found = found, .advice = advice});
}

class StudyReader {
 public:
  StudyReader(std::string path, StudyConfig& config) : path_(std::move(path)), config_(config) {}

  void read(const toml::table& table) {
    const toml::node* search = table.get("search");
    if (search == nullptr || search->as_table() == nullptr) {
      reject(path_, "a table [search]", "none", "add [search.space] with the keys to vary");
    }
    read_base(table);
    for (const auto& [name, node] : *search->as_table()) read_search_key(std::string(name.str()), node);
    for (const std::string& setting : config_.settings) read_setting(setting);
    if (!entries_.empty() && !config_.table.empty()) {
      reject(path_, "[search.space] or [[search.trial]]", "both", "keep one of the two");
    }
    if (config_.space.parameters.empty() && config_.space.derived.empty() && config_.table.empty()) {
      reject(path_, "parameters in [search.space] or settings in [[search.trial]]", "an empty space");
    }
    // Schedulers ration epochs before the data is known, which else decides them for tables.
    config_.base.stated.emplace_back("training.epochs");
    config_.space.check();
    for (const std::string& text : config_.options.constraints) {
      config_.constraints.push_back(parse_constraint(text, path_ + ": search.constraints"));
      check_operands(config_.constraints.back());
    }
  }

 private:
  [[nodiscard]] std::string place(const toml::node& node) const { return toml_place(path_, node); }

  void read_base(const toml::table& table) {
    for (const TomlEntry& entry : entries_in_order(table)) {
      // [reproduce] is what `gradus reproduce` reads beside the search.
      if (entry.key == "search" || entry.key == "reproduce") continue;
      const std::string where = place(*entry.node) + ": " + entry.key;
      set_option(config_.base, entry.key, toml_text(*entry.node, where), place(*entry.node));
    }
  }

  void read_search_key(const std::string& name, const toml::node& node) {
    const std::string where = place(node);
    if (name == "space" && node.as_table() != nullptr) {
      read_space(*node.as_table());
    } else if (name == "trial" && node.as_array() != nullptr) {
      read_table(*node.as_array());
    } else {
      const SearchOption& option = find_search_option(name, where);
      OptionField field = option.field(config_.options);
      const std::string full = where + ": search." + name;
      if (auto* const* list = std::get_if<std::vector<std::string>*>(&field); list != nullptr && node.is_array()) {
        // Element by element: a network's widths have commas of their own.
        for (const toml::node& element : *node.as_array()) (*list)->push_back(toml_text(element, full));
        return;
      }
      store(option, toml_text(node, full), full);
    }
  }

  [[nodiscard]] static const SearchOption& find_search_option(std::string_view name, const std::string& where) {
    std::vector<std::string_view> names = {"space", "trial"};
    for (const SearchOption& option : search_options()) {
      if (option.key == name) return option;
      names.push_back(option.key);
    }
    const std::string_view nearest = nearest_name(name, names);
    reject(where, "a key of [search]", "'" + std::string(name) + "'",
           nearest.empty() ? "`gradus search --help` lists all" : "did you mean '" + std::string(nearest) + "'?");
  }

  void store(const SearchOption& option, const std::string& text, const std::string& where) {
    ConfigOption limits{option.key, "", option.doc, nullptr};
    limits.lowest = option.lowest;
    limits.highest = option.highest;
    limits.choices = option.choices;
    store_text(limits, option.field(config_.options), text, where);
  }

  void read_setting(const std::string& setting) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos) {
      reject("--set", "key=value", "'" + setting + "'", "write for example search.trials=20");
    }
    const std::string key = setting.substr(0, equals);
    const std::string where = "--set " + key;
    if (key.starts_with("search.")) {
      store(find_search_option(key.substr(7), where), setting.substr(equals + 1), where);
    } else {
      set_option(config_.base, key, setting.substr(equals + 1), where);
    }
  }

  void read_space(const toml::table& table) {
    entries_ = entries_in_order(table);
    for (const TomlEntry& entry : entries_) {
      const toml::table* rule = entry.node->as_table();
      const bool derived = rule != nullptr && (rule->contains("text") || rule->contains("layers"));
      // A misspelled key would become a parameter that nothing uses.
      if (entry.key.find('.') != std::string::npos && find_option(entry.key) == nullptr) {
        RunConfig probe;
        set_option(probe, entry.key, "", place(*entry.node));
      }
      if (derived) {
        read_derived(entry.key, *rule);
      } else {
        add_parameter(read_parameter(entry.key, entry.key, *entry.node));
      }
    }
  }

  // A list or a table with low and high. `key` is what values are tried on, `name` what the parameter is called.
  Parameter read_parameter(const std::string& name, const std::string& key, const toml::node& node) const {
    Parameter parameter;
    parameter.name = name;
    parameter.where = place(node);
    const std::string where = parameter.where + ": " + name;
    const toml::table* rule = node.as_table();
    if (rule == nullptr) {
      read_choices(node, parameter, where);
    } else {
      check_names(*rule, {"low", "high", "log", "step", "count", "values", "when"}, where);
      if (const toml::node* values = rule->get("values")) {
        read_choices(*values, parameter, where);
      } else {
        read_range(*rule, parameter, where);
      }
      if (const toml::node* when = rule->get("when")) read_conditions(*when, parameter, where);
    }
    try_values(parameter, key, where);
    return parameter;
  }

  static void check_names(const toml::table& table, const std::vector<std::string_view>& known,
                          const std::string& where) {
    for (const auto& [name, node] : table) {
      if (std::find(known.begin(), known.end(), name.str()) == known.end())
        throw unknown_name(where, name.str(), known);
    }
  }

  static void read_choices(const toml::node& node, Parameter& parameter, const std::string& where) {
    const toml::array* array = node.as_array();
    if (array == nullptr) {
      parameter.choices.push_back(toml_text(node, where));
      return;
    }
    if (array->size() > kMostChoices) {
      reject(where, fmt::format("at most {} values", kMostChoices), std::to_string(array->size()), "give a range");
    }
    for (const toml::node& element : *array) parameter.choices.push_back(toml_text(element, where));
  }

  static void read_range(const toml::table& rule, Parameter& parameter, const std::string& where) {
    const toml::node* low = rule.get("low");
    const toml::node* high = rule.get("high");
    if (low == nullptr || high == nullptr) reject(where, "a list, or a table with low and high", "neither");
    parameter.low = toml_number(*low, where + ".low");
    parameter.high = toml_number(*high, where + ".high");
    const toml::node* step = rule.get("step");
    if (step != nullptr) parameter.step = toml_number(*step, where + ".step");
    if (step != nullptr && !(parameter.step > 0.0)) {
      reject(where + ".step", "a number above 0", fmt::format("{}", parameter.step));
    }
    const bool integer = low->is_integer() && high->is_integer() && (step == nullptr || step->is_integer());
    parameter.kind = integer ? Parameter::Kind::kInteger : Parameter::Kind::kReal;
    if (const toml::node* log = rule.get("log")) {
      if (!log->is_boolean()) reject(where + ".log", "true or false", "something else");
      parameter.log = log->as_boolean()->get();
    }
    if (const toml::node* count = rule.get("count")) spread_values(parameter, toml_number(*count, where), where);
  }

  // `count` values from low to high, at equal distances or ratios: a list, for grids.
  static void spread_values(Parameter& parameter, double count, const std::string& where) {
    if (!(count >= 2 && count <= 10000) || count != std::floor(count)) {
      reject(where + ".count", "a whole number from 2 up to 10000", fmt::format("{}", count));
    }
    if (!(parameter.low < parameter.high) || (parameter.log && parameter.low <= 0.0)) {
      reject(where, "a range with low < high, above 0 where it is logarithmic",
             fmt::format("{} to {}", parameter.low, parameter.high));
    }
    const bool integer = parameter.kind == Parameter::Kind::kInteger;
    Parameter range = parameter;
    range.kind = Parameter::Kind::kReal;
    for (int i = 0; i < static_cast<int>(count); ++i) {
      const double value = number_in(range.text_at(i / (count - 1)));
      const std::string text =
          integer ? fmt::format("{:.0f}", value) : fmt::format("{}", number_in(fmt::format("{:.12g}", value)));
      if (parameter.choices.empty() || parameter.choices.back() != text) parameter.choices.push_back(text);
    }
    parameter.kind = Parameter::Kind::kChoice;
    parameter.log = false;
  }

  void read_conditions(const toml::node& node, Parameter& parameter, const std::string& where) const {
    if (node.as_table() == nullptr) reject(where + ".when", "a table such as {depth = {low = 2}}", "something else");
    for (const TomlEntry& entry : entries_in_order(*node.as_table())) {
      Condition condition{.parent = entry.key};
      const toml::table* range = entry.node->as_table();
      if (range != nullptr) {
        check_names(*range, {"low", "high"}, where + ".when");
        const toml::node* low = range->get("low");
        const toml::node* high = range->get("high");
        constexpr double kAnyCount = std::numeric_limits<double>::infinity();
        condition.low = low == nullptr ? -kAnyCount : toml_number(*low, where);
        condition.high = high == nullptr ? kAnyCount : toml_number(*high, where);
      } else if (entry.node->is_array()) {
        for (const toml::node& element : *entry.node->as_array()) {
          condition.values.push_back(toml_text(element, where));
        }
        if (condition.values.empty()) reject(where + ".when", "at least one value", "an empty list");
      } else {
        condition.values.push_back(toml_text(*entry.node, where));
      }
      parameter.when.push_back(condition);
    }
  }

  // What the option table refuses should show before the first trial, with the line of the file: both ends, and the
  // value a step beside the first one.
  static void try_values(const Parameter& parameter, const std::string& key, const std::string& where) {
    if (find_option(key) == nullptr) return;
    RunConfig probe;
    if (parameter.kind == Parameter::Kind::kChoice) {
      for (const std::string& text : parameter.choices) set_option(probe, key, text, where);
    } else if (parameter.low <= parameter.high && (!parameter.log || parameter.low > 0.0)) {
      set_option(probe, key, parameter.text_at(0.0), where);
      set_option(probe, key, parameter.text_at(1.0 - 1e-12), where);
      if (parameter.count().value_or(1) > 1) set_option(probe, key, parameter.text_of(1), where);
    }
  }

  void read_derived(const std::string& key, const toml::table& rule) {
    DerivedKey derived{.key = key};
    derived.where = place(rule);
    const std::string where = derived.where + ": " + key;
    check_names(rule, {"text", "layers", "each", "growth"}, where);
    if (const toml::node* text = rule.get("text")) {
      derived.text = toml_text(*text, where);
    } else {
      derived.depth = toml_text(*rule.get("layers"), where);
      const toml::node* each = rule.get("each");
      const toml::node* growth = rule.get("growth");
      if ((each == nullptr) == (growth == nullptr))
        reject(where, "`each` or `growth` beside `layers`", "neither or both");
      derived.kind = each != nullptr ? DerivedKey::Kind::kEach : DerivedKey::Kind::kGrowth;
      if (growth != nullptr) derived.growth = toml_number(*growth, where);
      if (growth != nullptr && !(derived.growth > 0.0)) reject(where, "a growth above 0", "another");
      const std::size_t layers = max_depth(derived.depth, where);
      if (each != nullptr) read_each(derived, *each, layers);
    }
    config_.space.derived.push_back(derived);
  }

  void read_each(const DerivedKey& derived, const toml::node& each, std::size_t layers) {
    for (std::size_t layer = 1; layer <= layers; ++layer) {
      Parameter parameter = read_parameter(fmt::format("{}[{}]", derived.key, layer), derived.key, each);
      parameter.when.push_back({.parent = derived.depth,
                                .low = static_cast<double>(layer),
                                .high = std::numeric_limits<double>::infinity()});
      add_parameter(std::move(parameter));
    }
  }

  void add_parameter(Parameter parameter) {
    num_choices_ += parameter.choices.size();
    if (config_.space.parameters.size() == kMostParameters || num_choices_ > 10 * kMostChoices) {
      reject(parameter.where + ": " + parameter.name,
             fmt::format("at most {} parameters and {} values in all", kMostParameters, 10 * kMostChoices), "more");
    }
    config_.space.parameters.push_back(std::move(parameter));
  }

  [[nodiscard]] std::size_t max_depth(const std::string& name, const std::string& where) const {
    for (const TomlEntry& entry : entries_) {
      const toml::table* rule = entry.node->as_table();
      if (entry.key != name || (rule != nullptr && (rule->contains("text") || rule->contains("layers")))) continue;
      const Parameter depth = read_parameter(name, name, *entry.node);
      double most = depth.high;
      for (const std::string& text : depth.choices) most = std::max(most, number_in(text));
      if (most >= 0.0 && most <= kMostSearchedLayers) return static_cast<std::size_t>(most);
      reject(where, fmt::format("at most {} layers", kMostSearchedLayers), fmt::format("{}", most));
    }
    reject(where, "the name of a parameter in `layers`", "'" + name + "'");
  }

  void read_table(const toml::array& trials) {
    Space& space = config_.space;
    if (trials.size() > kMostTableRows) {
      reject(place(trials), fmt::format("at most {} tables [[search.trial]]", kMostTableRows),
             std::to_string(trials.size()));
    }
    std::vector<std::vector<std::pair<std::string, std::string>>> rows;
    for (const toml::node& trial : trials) {
      if (trial.as_table() == nullptr) reject(place(trial), "tables [[search.trial]]", "something else");
      rows.emplace_back();
      for (const TomlEntry& entry : entries_in_order(*trial.as_table())) {
        const std::string where = place(*entry.node) + ": " + entry.key;
        std::string text = toml_text(*entry.node, where);
        RunConfig probe;
        set_option(probe, entry.key, text, place(*entry.node));
        auto found = space.find(entry.key);
        if (!found) {
          found = space.parameters.size();
          space.parameters.push_back({.name = entry.key});
          space.parameters.back().where = place(*entry.node);
        }
        std::vector<std::string>& choices = space.parameters[*found].choices;
        if (std::find(choices.begin(), choices.end(), text) == choices.end()) choices.push_back(text);
        rows.back().emplace_back(entry.key, std::move(text));
      }
    }
    for (const auto& row : rows) {
      Setting setting(space.parameters.size());
      for (const auto& [key, text] : row) setting[*space.find(key)] = text;
      config_.table.push_back(std::move(setting));
    }
  }

  void check_operands(const Constraint& constraint) const {
    std::vector<std::string_view> names = {"parameters"};
    for (const Parameter& parameter : config_.space.parameters) names.push_back(parameter.name);
    for (const std::string& operand : constraint.operands) {
      const bool known = std::find(names.begin(), names.end(), operand) != names.end();
      if (!known && std::isnan(number_in(operand))) throw unknown_name(path_ + ": search.constraints", operand, names);
    }
  }

  std::string path_;
  StudyConfig& config_;
  std::vector<TomlEntry> entries_;
  std::size_t num_choices_ = 0;
};

}  // namespace

bool StudyConfig::larger_is_better() const {
  return parse_monitor(options.objective).larger_is_better();
}

StudyConfig parse_study_config(const std::string& text, const std::string& path,
                               const std::vector<std::string>& settings) {
  StudyConfig config;
  config.file = text;
  config.settings = settings;
  StudyReader(path, config).read(parse_toml(text, path));
  return config;
}

StudyConfig read_study_config(const std::string& path, const std::vector<std::string>& settings) {
  return parse_study_config(read_text_file(path, "a search file"), path, settings);
}

}  // namespace gradus
