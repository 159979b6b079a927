// docs/formulas.md names every optimizer, schedule, loss, initialiser, activation and measure of the program, with the
// constants that each reads and the defaults that they have. tests/docs/peers_test.py compares what the page says of
// others.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "gradus/network/activation.hpp"
#include "gradus/network/initializer.hpp"
#include "gradus/network/layer.hpp"
#include "gradus/training/run_config.hpp"
#include "training/option_text.hpp"

namespace gradus {
namespace {

using Cells = std::vector<std::string>;

// A table of the page: its first row are the titles.
struct PageTable {
  Cells titles;
  std::vector<Cells> rows;
};

std::string formulas_page() {
  std::ifstream file(std::string(GRADUS_SOURCE_DIR) + "/docs/formulas.md");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Cells cells_of(const std::string& line) {
  Cells cells;
  for (std::size_t at = 1; at < line.size();) {
    const std::size_t end = line.find('|', at);
    std::string cell = line.substr(at, end - at);
    cell.erase(0, cell.find_first_not_of(' '));
    cell.erase(cell.find_last_not_of(' ') + 1);
    cells.push_back(cell);
    at = end == std::string::npos ? line.size() : end + 1;
  }
  return cells;
}

// The tables under the heading "## TITLE".
std::vector<PageTable> tables_under(const std::string& title) {
  std::istringstream lines(formulas_page());
  std::vector<PageTable> tables;
  bool inside = false;
  bool in_table = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ")) inside = line == "## " + title;
    const bool is_row = inside && line.starts_with("|");
    if (is_row && !in_table) {
      tables.push_back({cells_of(line), {}});
    } else if (is_row && !line.starts_with("|---")) {
      tables.back().rows.push_back(cells_of(line));
    }
    in_table = is_row;
  }
  return tables;
}

PageTable table_under(const std::string& title, std::size_t number = 0) {
  return tables_under(title).at(number);
}

// What stands in backticks.
std::vector<std::string> quoted_in(const std::string& text) {
  static const std::regex quoted("`([^`]*)`");
  std::vector<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), quoted), end; it != end; ++it) found.push_back((*it)[1]);
  return found;
}

std::vector<std::string> first_column(const PageTable& table) {
  std::vector<std::string> names;
  for (const Cells& row : table.rows) names.push_back(quoted_in(row[0]).at(0));
  return names;
}

template <class Table>
std::vector<std::string> names_in(const Table& table) {
  std::vector<std::string> names;
  for (const auto& row : table) names.emplace_back(row.name);
  return names;
}

// What a run has where nothing but these is said.
TrainingRun resolved_run(const std::string& optimizer) {
  RunConfig config;
  config.data.source = "moons";
  config.data.rows = 100;
  config.training.optimizer = optimizer;
  const Dataset dataset = read_data(config);
  return make_training_run(config, dataset);
}

// The default of an option as a run has it, whoever fills it in.
std::string default_of(const std::string& key) {
  if (key == "training.weight_decay") return std::to_string(resolved_run("adamw").optimizer.weight_decay);
  const ConfigOption* option = find_option(key);
  return option != nullptr ? option_text(*option, RunConfig{}) : "no option of that name";
}

void expect_default(const std::string& key, const std::string& said) {
  const std::string real = default_of(key);
  char* end = nullptr;
  const double number = std::strtod(real.c_str(), &end);
  if (*end != '\0') {
    EXPECT_EQ(said, real) << key;
    return;
  }
  EXPECT_EQ(std::strtod(said.c_str(), &end), number) << key << ": the page says " << said << ", the program " << real;
  EXPECT_EQ(*end, '\0') << key << ": " << said;
}

TEST(Formulas, every_kind_has_its_row) {
  EXPECT_EQ(first_column(table_under("Optimizers")), names_in(kOptimizerTable));
  EXPECT_EQ(first_column(table_under("Schedules")), names_in(kScheduleTable));
  EXPECT_EQ(first_column(table_under("Losses")), names_in(kLossTable));
  EXPECT_EQ(first_column(table_under("Initialisers")), names_in(kInitializerTable));
  EXPECT_EQ(first_column(table_under("Activations and normalisation")), names_in(kActivationTable));
  EXPECT_EQ(first_column(table_under("Measures")), names_in(kMeasureTable));
  for (const LayerKind kind : kAllLayerKinds) {
    if (!is_normalization(kind)) continue;
    EXPECT_THAT(formulas_page(), testing::HasSubstr("`" + std::string(layer_kind_name(kind)) + "`"));
  }
  for (const auto& row : kTrainMetricsTable) {
    EXPECT_THAT(formulas_page(), testing::HasSubstr("`" + std::string(row.name) + "`"));
  }
}

TEST(Formulas, rates_are_those_of_a_run) {
  const PageTable table = table_under("Optimizers");
  for (const Cells& row : table.rows) {
    const std::string name = quoted_in(row[0]).at(0);
    EXPECT_EQ(std::stod(row[2]), resolved_run(name).learning_rate) << name;
  }
}

TEST(Formulas, constants_are_read_by_the_kinds_that_are_named) {
  const std::vector<std::pair<std::string, bool OptimizerFacts::*>> optimizers = {
      {"training.momentum", &OptimizerFacts::has_momentum},
      {"training.beta1", &OptimizerFacts::has_betas},
      {"training.beta2", &OptimizerFacts::has_betas},
      {"training.rho", &OptimizerFacts::has_rho},
      {"training.epsilon", &OptimizerFacts::has_epsilon},
      {"training.weight_decay", &OptimizerFacts::has_weight_decay}};
  const PageTable constants = table_under("Optimizers", 1);
  ASSERT_EQ(constants.rows.size(), optimizers.size());
  for (std::size_t i = 0; i < optimizers.size(); ++i) {
    const auto& [key, reads] = optimizers[i];
    std::vector<std::string> readers;
    for (const OptimizerFacts& facts : kOptimizerTable) {
      if (facts.*reads) readers.emplace_back(facts.name);
    }
    EXPECT_EQ(constants.rows[i][0], "`" + key + "`");
    EXPECT_EQ(quoted_in(constants.rows[i][2]), readers) << key;
  }
  const PageTable table = table_under("Losses");
  for (const Cells& row : table.rows) {
    EXPECT_EQ(row[1], output_name(loss_facts(parse_loss(quoted_in(row[0]).at(0))).output)) << row[0];
  }
}

// `key` with its value in the next cell, or behind it in parentheses.
TEST(Formulas, defaults_are_the_programs) {
  std::vector<std::string> said;
  for (const char* section :
       {"Optimizers", "Penalties, clipping, dropout", "Schedules", "Losses", "Activations and normalisation"}) {
    const std::vector<PageTable> tables = tables_under(section);
    for (const PageTable& table : tables) {
      if (table.titles.at(1) != "here") continue;
      for (const Cells& row : table.rows) {
        said.push_back(quoted_in(row[0]).at(0));
        expect_default(said.back(), row[1]);
      }
    }
  }
  const std::string page = formulas_page();
  const std::regex in_text("`([a-z_]+\\.[a-z0-9_]+)` \\(([^)]*)\\)");
  for (std::sregex_iterator it(page.begin(), page.end(), in_text), end; it != end; ++it) {
    said.push_back((*it)[1]);
    expect_default((*it)[1], (*it)[2]);
  }
  // Every number that these sections have.
  RunConfig probe;
  for (const ConfigOption& option : config_options()) {
    const bool whole = option.key.starts_with("schedule.") || option.key.starts_with("early_stopping.") ||
                       option.key.starts_with("network.");
    if (!whole || !option.choices.empty()) continue;
    const OptionField field = option.field(probe);
    const bool is_number =
        std::holds_alternative<double*>(field) || std::holds_alternative<std::vector<double>*>(field);
    if (!is_number) continue;
    EXPECT_THAT(said, testing::Contains(std::string(option.key)));
  }
}

TEST(Formulas, activations_have_their_parameter) {
  const PageTable table = table_under("Activations and normalisation");
  for (const Cells& row : table.rows) {
    const ActivationFacts& facts = activation_facts(parse_activation(quoted_in(row[0]).at(0)).kind);
    if (!facts.has_alpha) continue;
    std::ostringstream number;
    number << facts.alpha;
    EXPECT_THAT(row[1],
                testing::AnyOf(testing::HasSubstr("a = " + number.str()), testing::HasSubstr("from " + number.str())));
  }
}

}  // namespace
}  // namespace gradus
