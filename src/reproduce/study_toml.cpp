// The table [reproduce] of a study file. Everything else in the file is an ordinary training or search configuration.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "config/toml_text.hpp"
#include "core/suggest.hpp"
#include "gradus/config/config_file.hpp"
#include "gradus/core/error.hpp"
#include "gradus/search/study_config.hpp"
#include "reproduce/study.hpp"
#include "reproduce/verdict.hpp"
#include "training/option_text.hpp"

namespace gradus::reproduce {
namespace {

constexpr std::array<std::string_view, 8> kKindNames = {"training", "search",       "parameters", "differences",
                                                        "taylor",   "formulations", "timing",     "identities"};
constexpr std::array<std::string_view, 5> kEvidenceNames = {"exact", "chaotic", "statistical", "order", "property"};

// One table with its place in the file; every key that is read is a key that may be there.
class StudyTable {
 public:
  StudyTable(const toml::table& table, const std::string& path) : table_(table), path_(path) {}

  [[nodiscard]] std::string where(std::string_view key = {}) const {
    const toml::node* node = key.empty() ? nullptr : table_.get(key);
    const auto line = (node != nullptr ? node->source() : table_.source()).begin.line;
    return fmt::format("{}:{}{}{}", path_, line, key.empty() ? "" : ": ", key);
  }

  void only(std::span<const std::string_view> names) const {
    for (const auto& [name, node] : table_) {
      if (std::ranges::find(names, name.str()) == names.end()) throw unknown_name(where(name.str()), name.str(), names);
    }
  }

  template <class T>
  [[nodiscard]] T value(std::string_view key, T otherwise) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return otherwise;
    const auto found = node->value<T>();
    if (!found) reject(key, "another type of value");
    return *found;
  }
  [[nodiscard]] std::size_t count(std::string_view key, std::size_t otherwise) const {
    const auto number = value<std::int64_t>(key, static_cast<std::int64_t>(otherwise));
    if (number < 0) reject(key, "a whole number from 0");
    return static_cast<std::size_t>(number);
  }
  // A value or a list of them.
  template <class T>
  [[nodiscard]] std::vector<T> list(std::string_view key) const {
    std::vector<T> values;
    const toml::node* node = table_.get(key);
    if (node == nullptr) return values;
    const auto take = [&](const toml::node& element) {
      const auto found = element.value<T>();
      if (!found) reject(key, "another type of value");
      values.push_back(*found);
    };
    if (const toml::array* array = node->as_array()) {
      for (const toml::node& element : *array) take(element);
    } else {
      take(*node);
    }
    return values;
  }
  [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }
  [[nodiscard]] bool is_text(std::string_view key) const { return has(key) && table_.get(key)->is_string(); }

  [[nodiscard]] std::vector<StudyTable> tables(std::string_view key) const {
    std::vector<StudyTable> result;
    const toml::node* node = table_.get(key);
    if (node == nullptr) return result;
    if (node->as_array() == nullptr) reject(key, "[[tables]]");
    for (const toml::node& element : *node->as_array()) {
      if (element.as_table() == nullptr) reject(key, "[[tables]]");
      result.emplace_back(*element.as_table(), path_);
    }
    return result;
  }

  // `set`: keys of the configuration, dotted or nested, tried at once.
  [[nodiscard]] Settings settings(std::string_view key) const {
    Settings result;
    const toml::node* node = table_.get(key);
    if (node == nullptr) return result;
    if (node->as_table() == nullptr) reject(key, "a table of configuration keys");
    flatten(*node->as_table(), "", result);
    RunConfig probe;
    for (const auto& [name, text] : result) {
      if (!name.starts_with("search.")) set_option(probe, name, text, where(key));
    }
    return result;
  }

  [[noreturn]] void reject(std::string_view key, const std::string& expected) const {
    throw InputError(
        {.where = where(key), .expected = expected, .found = "something else", .advice = "see docs/studies.md"});
  }

  template <class Enum, std::size_t N>
  [[nodiscard]] Enum choice(std::string_view key, const std::array<std::string_view, N>& names, Enum otherwise) const {
    if (!has(key)) return otherwise;
    const std::string name = value<std::string>(key, "");
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) throw unknown_name(where(key), name, names);
    return static_cast<Enum>(found - names.begin());
  }

 private:
  void flatten(const toml::table& table, const std::string& prefix, Settings& result) const {
    for (const auto& [name, node] : table) {
      const std::string key = prefix + std::string(name.str());
      if (const toml::table* inner = node.as_table()) {
        flatten(*inner, key + ".", result);
      } else {
        result.emplace_back(key, toml_text(node, toml_place(path_, node) + ": " + key));
      }
    }
  }

  const toml::table& table_;
  const std::string& path_;
};

Case read_case(const StudyTable& table, std::size_t runs) {
  constexpr std::string_view kNames[] = {"name",  "set",    "runs", "vary",  "boundary",    "group",   "first",
                                         "count", "stride", "rows", "steps", "keeps_floor", "subjects"};
  table.only(kNames);
  Case one;
  one.name = table.value<std::string>("name", "");
  if (one.name.empty() || one.name.find('/') != std::string::npos) table.reject("name", "a name without /");
  one.settings = table.settings("set");
  one.runs = table.count("runs", runs);
  const std::string vary = table.value<std::string>("vary", "seed");
  if (vary != "seed" && vary != "rounding") table.reject("vary", "seed or rounding");
  one.varies_by_rounding = vary == "rounding";
  one.draws_boundary = table.value("boundary", false);
  one.group = table.value<std::string>("group", "");
  one.first = table.count("first", 0);
  one.count = table.count("count", one.count);
  one.stride = table.count("stride", 1);
  if (table.has("rows")) {
    one.rows.clear();
    for (const std::int64_t row : table.list<std::int64_t>("rows")) one.rows.push_back(static_cast<std::uint32_t>(row));
  }
  one.steps = table.list<double>("steps");
  one.keeps_floor = table.value("keeps_floor", false);
  one.subjects = table.list<std::string>("subjects");
  return one;
}

void read_place(const StudyTable& table, Row& row) {
  if (!table.is_text("at")) {
    row.at = table.count("at", 0);
    return;
  }
  const std::string at = table.value<std::string>("at", "");
  row.at_best = at == "best";
  row.at_each = at == "each";
  if (at == "mean" || at == "largest" || at == "smallest") row.transform = at;
  if (!row.at_best && !row.at_each && row.transform.empty() && at != "last") {
    table.reject("at", "an epoch, last, best, each, mean, largest or smallest");
  }
}

// A list of published numbers is one row per epoch, from `from` on.
void read_rows(const StudyTable& table, Evidence evidence, double digits, std::vector<Row>& rows) {
  constexpr std::string_view kNames[] = {"label", "case",     "metric", "published", "from", "at",
                                         "scale", "evidence", "digits", "low",       "high"};
  table.only(kNames);
  Row row;
  row.case_name = table.value<std::string>("case", "");
  row.metric = table.value<std::string>("metric", "");
  row.label = table.value<std::string>("label", row.case_name + " " + row.metric);
  row.scale = table.value("scale", 1.0);
  row.evidence = table.choice("evidence", kEvidenceNames, evidence);
  row.digits = table.value("digits", digits);
  row.low = table.value("low", row.low);
  row.high = table.value("high", row.high);
  read_place(table, row);
  const std::vector<std::string> published = table.list<std::string>("published");
  for (const std::string& text : published) parse_number(text, table.where("published"));
  if (published.size() < 2) {
    if (!published.empty()) row.published = published[0];
    rows.push_back(row);
    return;
  }
  row.at = table.count("from", 1);
  const std::string label = row.label;
  for (const std::string& text : published) {
    row.label = fmt::format("{}, epoch {}", label, row.at);
    row.published = text;
    rows.push_back(row);
    ++row.at;
  }
}

Figure read_figure(const StudyTable& table) {
  constexpr std::string_view kNames[] = {"title", "x_label", "y_label", "x_log", "y_log", "series", "boundary"};
  table.only(kNames);
  Figure figure;
  figure.title = table.value<std::string>("title", "");
  figure.x_label = table.value<std::string>("x_label", "epoch");
  figure.y_label = table.value<std::string>("y_label", "");
  figure.x_log = table.value("x_log", false);
  figure.y_log = table.value("y_log", false);
  figure.boundary_of = table.value<std::string>("boundary", "");
  for (const StudyTable& one : table.tables("series")) {
    constexpr std::string_view kSeriesNames[] = {"label", "case",  "metric",    "x",     "x_values",
                                                 "first", "count", "published", "scale", "dashed"};
    one.only(kSeriesNames);
    FigureSeries series;
    series.case_name = one.value<std::string>("case", "");
    series.metric = one.value<std::string>("metric", "");
    series.label = one.value<std::string>("label", series.case_name);
    series.x = one.value<std::string>("x", "");
    series.x_values = one.list<double>("x_values");
    series.first = one.count("first", 0);
    series.count = one.count("count", 0);
    series.published = one.list<double>("published");
    series.scale = one.value("scale", 1.0);
    series.dashed = one.value("dashed", false);
    figure.series.push_back(series);
  }
  return figure;
}

void read_quick(const StudyTable& table, Quick& quick) {
  constexpr std::string_view kNames[] = {"set", "cases", "runs"};
  table.only(kNames);
  quick.present = true;
  quick.settings = table.settings("set");
  quick.cases = table.list<std::string>("cases");
  quick.runs = table.count("runs", 0);
}

// One run has no spread to compare with.
void require_runs(const Study& study, const Row& row) {
  const Case& one = find_case(study, row.case_name);
  if (row.evidence != Evidence::kStatistical || !row.published || one.runs > 1) return;
  throw InputError(
      {.where = study.path + ": row '" + row.label + "'",
       .expected = fmt::format("a case of 2 runs at least, better {}, for statistical evidence", kEnoughRuns),
       .found = fmt::format("{} run of case '{}'", one.runs, one.name),
       .advice = "set runs, or evidence where the random numbers are known"});
}

void read_reproduce(const StudyTable& table, const toml::table& raw, Study& study) {
  constexpr std::string_view kNames[] = {"title",      "kind",         "runs",
                                         "evidence",   "digits",       "seed_keys",
                                         "numpy_seed", "drawn_before", "backward_per_sample",
                                         "commentary", "case",         "row",
                                         "figure",     "quick"};
  table.only(kNames);
  study.title = table.value<std::string>("title", "");
  study.kind = table.choice("kind", kKindNames, Kind::kTraining);
  study.commentary = table.value<std::string>("commentary", "");
  if (table.has("seed_keys")) study.seed_keys = table.list<std::string>("seed_keys");
  if (table.has("numpy_seed")) study.numpy_seed = static_cast<std::uint32_t>(table.count("numpy_seed", 0));
  study.drawn_before = table.list<std::string>("drawn_before");
  study.repeats = table.count("backward_per_sample", 1);
  const std::size_t runs = table.count("runs", 1);
  for (const StudyTable& one : table.tables("case")) study.cases.push_back(read_case(one, runs));
  const Evidence evidence = table.choice("evidence", kEvidenceNames, Evidence::kStatistical);
  const double digits = table.value("digits", 13.0);
  for (const StudyTable& one : table.tables("row")) read_rows(one, evidence, digits, study.rows);
  for (const StudyTable& one : table.tables("figure")) study.figures.push_back(read_figure(one));
  if (const toml::node* quick = raw.get("quick"); quick != nullptr && quick->is_table()) {
    read_quick(StudyTable(*quick->as_table(), study.path), study.quick);
  }
  if (study.cases.empty()) table.reject("case", "[[reproduce.case]]");
  for (const Row& row : study.rows) require_runs(study, row);
  for (const std::string& name : study.quick.cases) find_case(study, name);
}

}  // namespace

Study parse_study(const std::string& text, const std::string& path, const std::string& id) {
  Study study;
  study.id = id;
  study.path = path;
  study.text = text;
  const toml::table table = parse_toml(text, path);
  const toml::node* node = table.get("reproduce");
  if (node == nullptr || node->as_table() == nullptr) {
    throw InputError(
        {.where = path, .expected = "a table [reproduce]", .found = "none", .advice = "see docs/studies.md"});
  }
  read_reproduce(StudyTable(*node->as_table(), study.path), *node->as_table(), study);
  if (study.kind == Kind::kSearch) {
    study.base = parse_study_config(text, path, {}).base;
  } else {
    parse_config(text, path, study.base);
  }
  return study;
}

const Case& find_case(const Study& study, const std::string& name) {
  const auto found = std::ranges::find(study.cases, name, &Case::name);
  if (found != study.cases.end()) return *found;
  std::vector<std::string_view> names;
  for (const Case& one : study.cases) names.push_back(one.name);
  throw unknown_name(study.path + ": case", name, names);
}

RunConfig config_of(const Study& study, const Case& one, std::size_t run) {
  RunConfig config = study.base;
  const std::string where = study.path + ": case " + one.name;
  for (const auto& [key, text] : one.settings) {
    if (!key.starts_with("search.")) set_option(config, key, text, where);
  }
  if (!one.varies_by_rounding) {
    for (const ConfigOption& option : config_options()) {
      if (std::ranges::find(study.seed_keys, option.key) == study.seed_keys.end()) continue;
      OptionField field = option.field(config);
      if (auto* const* seed = std::get_if<std::uint64_t*>(&field)) **seed += run;
    }
  }
  config.training.threads = 1;
  return config;
}

}  // namespace gradus::reproduce
