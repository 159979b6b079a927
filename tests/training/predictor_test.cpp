// A model applied row by row answers what `gradus predict` answers: with its columns, its scaling and its targets'
// unit.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/training/predictor.hpp"

#include <fmt/format.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "gradus/training/run_config.hpp"
#include "gradus/training/trainer.hpp"
#include "support/paths.hpp"
#include "support/process.hpp"
#include "support/refusal.hpp"

namespace gradus {
namespace {

using testing::HasSubstr;

// Numbers with gaps, words with gaps and rare ones, dates with and without a time.
std::string flats(const char* target) {
  std::string text = "rooms,quarter,sold,area," + std::string(target) + "\n";
  const char* quarters[] = {"north", "south", "", "east", "north"};
  for (int r = 0; r < 80; ++r) {
    const double price = 100.0 * (r % 7) + 1000.0 * (r % 5 == 0) + 3.5 * r;
    text += fmt::format("{},{},2021-{:02}-{:02},{},{}\n", r % 9 == 4 ? "" : std::to_string(r % 6),
                        r == 33 ? "rare" : quarters[r % 5], 1 + r % 12, 1 + r % 28, 1e4 + 37.0 * r,
                        std::string(target) == "price" ? std::to_string(price)
                        : price > 700                  ? "dear"
                                                       : "cheap");
  }
  return text;
}

struct Trained {
  Dataset raw;
  Dataset prepared;
  Model model;
};

Trained trained(const char* target, const std::vector<std::pair<const char*, const char*>>& options) {
  test::TempDir folder;
  test::write_whole_file(folder / "flats.csv", flats(target));
  RunConfig config;
  set_option(config, "data.source", folder / "flats.csv", "test");
  set_option(config, "training.epochs", "2", "test");
  for (const auto& [key, value] : options) set_option(config, key, value, "test");
  Trained result{.raw = read_rows(config), .prepared = {}, .model = {}};
  result.prepared = prepare_data(config, result.raw);
  result.model = train(make_training_run(config, result.prepared), result.prepared).model;
  return result;
}

// The rows of the table as a Predictor reads them.
Matrix<double> cells_of(const Trained& t) {
  const auto& steps = t.model.preprocessing.steps;
  const auto& numbers = std::get<Matrix<double>>(t.raw.table.features);
  Matrix<double> cells(numbers.rows(), steps.size());
  for (std::size_t r = 0; r < cells.rows(); ++r) {
    std::size_t number_at = 0;
    std::size_t code_at = 0;
    for (std::size_t c = 0; c < steps.size(); ++c) {
      if (steps[c].column.kind != ColumnKind::kCategory) {
        cells(r, c) = numbers(r, number_at++);
        continue;
      }
      const std::int32_t code = t.raw.table.codes(r, code_at++);
      const auto& levels = steps[c].column.levels;
      cells(r, c) = std::nan("");
      if (code == kMissingCode) continue;
      const auto known = std::ranges::find(levels, t.raw.columns[c].levels[std::size_t(code)]) - levels.begin();
      const bool has_input = known < std::ssize(levels) || steps[c].has_other;
      if (has_input) cells(r, c) = static_cast<double>(known);  // a level that training did not have is missing
    }
  }
  return cells;
}

void expect_the_programs_answers(const Trained& t) {
  std::vector<std::uint32_t> all(t.prepared.table.rows());
  std::iota(all.begin(), all.end(), 0U);
  const Matrix<double> expected = predict_rows(t.model, t.prepared.table.features, all, 1);
  const Matrix<double> cells = cells_of(t);
  Predictor single(t.model);
  ASSERT_EQ(single.num_columns(), cells.cols());
  ASSERT_EQ(single.num_outputs(), expected.cols());
  for (std::size_t r = 0; r < cells.rows(); ++r) {
    EXPECT_TRUE(std::ranges::equal(single.predict(cells.row(r)), expected.row(r))) << "row " << r;
  }
  Matrix<double> outputs(cells.rows(), expected.cols());
  Predictor(t.model, 7, 2).predict(cells.view(), outputs.view());
  EXPECT_TRUE(std::ranges::equal(outputs.span(), expected.span()));
  const Matrix<double> raw = predict<double>(t.model, cells.view(), 1);
  EXPECT_TRUE(std::ranges::equal(raw.span(), expected.span()));
}

TEST(Predictor, applies_columns_scaling_and_the_targets_unit) {
  for (const char* dtype : {"f32", "f64", "mixed"}) {
    expect_the_programs_answers(trained("price", {{"training.dtype", dtype}}));
    expect_the_programs_answers(trained("worth", {{"training.dtype", dtype}, {"data.max_one_hot", "2"}}));
  }
  expect_the_programs_answers(trained("price", {{"data.target_scaling", "log1p"}, {"data.scaling", "standardize"}}));
}

TEST(Predictor, gives_both_probabilities_of_one_output) {
  expect_the_programs_answers(trained("worth", {{"network.layers", "auto,5,1"}, {"network.output", "sigmoid"}}));
}

TEST(Predictor, refuses_what_does_not_fit) {
  const Trained t = trained("price", {});
  Predictor predictor(t.model, 4);
  Matrix<double> cells = cells_of(t);
  const auto refusal = [&](std::span<const double> row) { return test::refusal_of([&] { predictor.predict(row); }); };
  EXPECT_THAT(refusal(cells.row(0).first(3)), HasSubstr("expected 4 columns, as the model reads, found 3"));
  cells(0, 3) = INFINITY;
  EXPECT_THAT(refusal(cells.row(0)), HasSubstr("column 3"));
  for (const double code : {-1.0, 0.5, 99.0}) {
    cells(1, 1) = code;
    EXPECT_THAT(refusal(cells.row(1)), HasSubstr("column 'quarter': expected the number of one of"));
  }
  Matrix<double> small(2, 3);
  EXPECT_THROW(predictor.predict(cells.view(), small.view()), InputError);
}

}  // namespace
}  // namespace gradus
