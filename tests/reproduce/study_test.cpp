// The study files that the program carries.
// SPDX-License-Identifier: Apache-2.0
#include "reproduce/study.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "gradus/core/error.hpp"
#include "reproduce/library.hpp"

namespace gradus::reproduce {
namespace {

// Every row of the checklist of the five notebooks.
const std::vector<std::string> kIds = {
    "s0-params",   "s0-init",          "s0-search", "s0-best",    "s0-gradcheck", "s1-params",     "s1-init",
    "s1-best",     "s1-gradcheck",     "s2-init",   "s2-grid",    "s2-gradcheck", "s3-identities", "s3-gradcheck",
    "s3-boundary", "s3-loop-vs-batch", "s3-speed",  "s3-fashion", "s4-gradtest",  "s4-jacobian",   "s4-network",
    "s4-sgd",      "s4-grid",          "s4-train",  "s4-depth",   "s4-deep",      "s4-relu"};

std::string error_of(const std::string& text) {
  try {
    parse_study(text, "a.toml", "a");
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Studies, there_is_one_for_every_id_and_no_other) {
  const std::vector<std::string> ids = study_ids();
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()), std::set<std::string>(kIds.begin(), kIds.end()));
}

TEST(Studies, rows_and_figures_refer_to_cases_and_every_study_explains_itself) {
  for (const Study& study : find_studies({"all"})) {
    EXPECT_FALSE(study.rows.empty()) << study.id;
    EXPECT_GT(study.commentary.size(), 20U) << study.id;
    EXPECT_GT(study.title.size(), 10U) << study.id;
    std::set<std::string> names;
    for (const Case& one : study.cases) EXPECT_TRUE(names.insert(one.name).second) << study.id << one.name;
    for (const Row& row : study.rows) {
      EXPECT_TRUE(names.contains(row.case_name)) << study.id << row.label;
      EXPECT_EQ(row.published.has_value(), row.evidence != Evidence::kProperty) << study.id << row.label;
      const Case& one = find_case(study, row.case_name);
      if (row.evidence == Evidence::kStatistical) {
        EXPECT_GE(one.runs, 5U) << study.id << row.label;
      }
      if (row.evidence == Evidence::kChaotic) {
        EXPECT_TRUE(one.varies_by_rounding && one.runs > 2) << study.id << row.label;
      }
    }
    for (const Figure& figure : study.figures) {
      for (const FigureSeries& series : figure.series) {
        EXPECT_TRUE(names.contains(series.case_name) || !series.published.empty()) << study.id << figure.title;
      }
      if (!figure.boundary_of.empty()) {
        EXPECT_TRUE(find_case(study, figure.boundary_of).draws_boundary) << study.id;
      }
    }
  }
}

TEST(Studies, the_notebooks_plots_are_all_there) {
  const auto figures = [](const std::string& id) { return find_studies({id})[0].figures; };
  EXPECT_EQ(figures("s0-init")[0].series.size(), 3U);
  EXPECT_EQ(figures("s2-init").size(), 2U);
  EXPECT_EQ(figures("s3-boundary").size(), 9U);
  std::size_t curves = 0;
  for (const char* id : {"s4-gradtest", "s4-jacobian", "s4-network"}) {
    EXPECT_EQ(figures(id).size(), 6U) << id;
    for (const Figure& figure : figures(id)) curves += figure.series.size();
  }
  EXPECT_EQ(curves, 36U);
  EXPECT_EQ(figures("s4-grid").size(), 10U);
}

TEST(Studies, names_stand_for_notebooks_and_for_all_without_doubles) {
  EXPECT_EQ(find_studies({"all"}).size(), kIds.size());
  EXPECT_EQ(find_studies({"s2"}).size(), 3U);
  EXPECT_EQ(find_studies({"s2-init", "s2", "s2-grid"}).size(), 3U);
  EXPECT_THROW(find_studies({"s2-int"}), InputError);
  EXPECT_THROW(find_studies({"no-such.toml"}), InputError);
}

TEST(Studies, every_notebook_has_a_quick_subset) {
  std::set<std::string> notebooks;
  for (const Study& study : find_studies({"all"})) {
    if (study.quick.present) notebooks.insert(study.id.substr(0, 2));
  }
  EXPECT_EQ(notebooks.size(), 5U);
}

TEST(Studies, a_list_of_published_numbers_is_a_row_per_epoch) {
  const Study study = parse_study(R"(
[data]
source = "moons"
[reproduce]
evidence = "exact"
digits = 12
[[reproduce.case]]
name = "a"
set.training.epochs = 3
set.network.hidden = [4, 5]
[[reproduce.row]]
case = "a"
metric = "train_loss"
from = 2
published = ["0.5", "0.25"]
)",
                                  "a.toml", "a");
  ASSERT_EQ(study.rows.size(), 2U);
  EXPECT_EQ(study.rows[1].at, 3U);
  EXPECT_EQ(study.rows[1].published, "0.25");
  EXPECT_EQ(study.rows[1].digits, 12.0);
  const RunConfig config = config_of(study, study.cases[0], 4);
  EXPECT_EQ(config.training.epochs, 3U);
  EXPECT_EQ(config.network.hidden, (std::vector<std::uint64_t>{4, 5}));
  EXPECT_EQ(config.training.seed, study.base.training.seed + 4);
  EXPECT_EQ(config.training.threads, 1U);
}

TEST(Studies, errors_name_file_line_and_what_to_try) {
  const std::string start = "[reproduce]\n[[reproduce.case]]\nname = \"a\"\n";
  EXPECT_NE(error_of("x = ").find("a.toml:1"), std::string::npos);
  EXPECT_NE(error_of("[data]\nsource = \"moons\"\n").find("[reproduce]"), std::string::npos);
  EXPECT_NE(error_of(start + "runz = 3\n").find("a.toml:4: runz"), std::string::npos);
  EXPECT_NE(error_of(start + "runz = 3\n").find("did you mean 'runs'"), std::string::npos);
  EXPECT_NE(error_of(start + "set.training.epoch = 3\n").find("training.epochs"), std::string::npos);
  EXPECT_NE(error_of(start + "runs = -1\n").find("a.toml:4: runs"), std::string::npos);
  EXPECT_NE(error_of(start + "[[reproduce.row]]\ncase = \"b\"\npublished = \"1\"\n").find("'b'"), std::string::npos);
  EXPECT_NE(error_of(start + "[[reproduce.row]]\ncase = \"a\"\npublished = \"1x\"\n").find("published"),
            std::string::npos);
  EXPECT_NE(error_of("[reproduce]\nkind = \"trainin\"\n").find("training"), std::string::npos);
}

}  // namespace
}  // namespace gradus::reproduce
