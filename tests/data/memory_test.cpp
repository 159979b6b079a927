// Data sets from memory: what is borrowed is not copied, and what does not fit is refused at the door in one sentence.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/data/memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "gradus/core/error.hpp"
#include "gradus/core/random.hpp"

namespace gradus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// 6 x 3, each row followed by two elements of something else.
template <class S>
struct Padded {
  std::vector<S> elements = std::vector<S>(6 * 5, std::numeric_limits<S>::max());
  Padded() {
    for (std::size_t r = 0; r < 6; ++r) {
      for (std::size_t c = 0; c < 3; ++c) elements[r * 5 + c] = static_cast<S>((r * 37 + c * 11) % 101);
    }
  }
  [[nodiscard]] MatrixView<const S> view() const { return {elements.data(), 6, 3, 5}; }
  [[nodiscard]] Matrix<S> owned() const {
    Matrix<S> matrix(6, 3);
    for (std::size_t r = 0; r < 6; ++r) std::copy_n(view().row(r).begin(), 3, matrix.row(r).begin());
    return matrix;
  }
};

const std::vector<std::int32_t> kLabels = {0, 1, 2, 0, 1, 2};

template <class S>
void check_borrowed() {
  const Padded<S> padded;
  const Dataset borrowed = make_dataset(padded.view(), ClassTargets{.labels = kLabels});
  const Dataset owned = make_dataset(padded.owned(), ClassTargets{.labels = kLabels});
  EXPECT_EQ(view_as<S>(borrowed.table.features)->data(), padded.elements.data()) << "copied";
  EXPECT_EQ(borrowed.sha256, owned.sha256);
  EXPECT_EQ(borrowed.num_features(), 3U);
  EXPECT_EQ(borrowed.table.rows(), 6U);
  EXPECT_THAT(borrowed.train, ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(borrowed.class_names, ElementsAre("0", "1", "2"));
  const Scaling scaling{3.0, {1, 2, 3}, {0.5, 0.25, 2}};
  for (const Scaling& s : {Scaling{}, Scaling{7.0, {}, {}}, scaling}) {
    Matrix<float> a(2, 3);
    Matrix<float> b(2, 3);
    const std::vector<std::uint32_t> rows = {5, 2};
    gather_rows(borrowed.table.features, s, rows, a.view());
    gather_rows(owned.table.features, s, rows, b.view());
    EXPECT_TRUE(std::equal(a.span().begin(), a.span().end(), b.span().begin()));
  }
}

TEST(DataFromMemory, borrows_views_of_every_type) {
  check_borrowed<std::uint8_t>();
  check_borrowed<float>();
  check_borrowed<double>();
}

TEST(DataFromMemory, takes_every_kind_of_target) {
  const Padded<float> x;
  const std::vector<double> weights = {1, 0, 2, 1, 1, 0.5};
  const Dataset classes = make_dataset(x.view(), ClassTargets{.labels = kLabels, .class_names = {"a", "b", "c", "d"}},
                                       {.name = "mine",
                                        .weights = weights,
                                        .train = {4, 0},
                                        .valid = {1},
                                        .test = {5, 3},
                                        .feature_names = {"u", "v", "w"}});
  EXPECT_EQ(classes.task, Task::kClassification);
  EXPECT_EQ(classes.num_outputs(), 4U);
  EXPECT_EQ(classes.table.labels, kLabels);
  EXPECT_EQ(classes.table.weights, weights);
  EXPECT_THAT(classes.train, ElementsAre(4, 0));
  EXPECT_THAT(classes.test, ElementsAre(5, 3));

  std::vector<float> y(6 * 2);
  std::iota(y.begin(), y.end(), 0.0f);
  const Dataset values = make_dataset(x.view(), ValueTargets{MatrixView<const float>(y.data(), 6, 2)});
  EXPECT_EQ(values.task, Task::kRegression);
  EXPECT_EQ(values.num_outputs(), 2U);
  EXPECT_EQ(values.table.values(5, 1), 11.0);

  const std::vector<double> bits = {0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 1, 1};
  const Dataset sets = make_dataset(x.view(), LabelSetTargets{.values = MatrixView<const double>(bits.data(), 6, 2)});
  EXPECT_EQ(sets.task, Task::kMultiLabel);
  EXPECT_THAT(sets.class_names, ElementsAre("0", "1"));
  EXPECT_EQ(make_dataset(x.view(), std::monostate()).train.size(), 6U);
  // Every element counts.
  EXPECT_NE(values.sha256, sets.sha256);
  y[3] += 0.5f;
  EXPECT_NE(make_dataset(x.view(), ValueTargets{MatrixView<const float>(y.data(), 6, 2)}).sha256, values.sha256);
}

std::string refusal(const std::function<void()>& make) {
  try {
    make();
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(DataFromMemory, refuses_features_that_do_not_fit) {
  Padded<double> x;
  const ClassTargets y{.labels = kLabels};
  EXPECT_THAT(refusal([&] { make_dataset(MatrixView<const double>(x.elements.data(), 0, 3), y); }),
              HasSubstr("at least one row"));
  EXPECT_THAT(refusal([&] { make_dataset(MatrixView<const double>(x.elements.data(), 6, 0), y); }),
              HasSubstr("at least one row"));
  EXPECT_THAT(refusal([&] { make_dataset(MatrixView<const double>(x.elements.data(), 6, 3, 2), y); }),
              HasSubstr("stride"));
  for (const double bad : {std::nan(""), HUGE_VAL}) {
    x.elements[4 * 5 + 2] = bad;
    const std::string sentence = refusal([&] { make_dataset(x.view(), y); });
    EXPECT_THAT(sentence, HasSubstr("row 4, column 2"));
  }
}

TEST(DataFromMemory, refuses_targets_that_do_not_fit) {
  const Padded<float> x;
  std::vector<std::int32_t> labels = kLabels;
  labels[3] = -1;
  EXPECT_THAT(refusal([&] { make_dataset(x.view(), ClassTargets{.labels = labels}); }), HasSubstr("row 3"));
  labels[3] = 2000000000;
  EXPECT_THAT(refusal([&] { make_dataset(x.view(), ClassTargets{.labels = labels}); }), HasSubstr("2000000000"));
  const ClassTargets two{.labels = kLabels, .class_names = {"a", "b"}};
  EXPECT_THAT(refusal([&] { make_dataset(x.view(), two); }), HasSubstr("row 2 (from 0)"));
  const ClassTargets twice{.labels = kLabels, .class_names = {"a", "b", "a"}};
  EXPECT_THAT(refusal([&] { make_dataset(x.view(), twice); }), HasSubstr("'a' twice"));
  const ClassTargets few{.labels = std::span(kLabels).first(5)};
  EXPECT_THAT(refusal([&] { make_dataset(x.view(), few); }), HasSubstr("6 labels"));

  std::vector<double> y(6, 1.0);
  const auto values = [&](std::size_t rows) { return MatrixView<const double>(y.data(), rows, 6 / rows); };
  EXPECT_THAT(refusal([&] { make_dataset(x.view(), ValueTargets{values(3)}); }), HasSubstr("6 rows"));
  y[5] = std::nan("");
  EXPECT_THAT(refusal([&] { make_dataset(x.view(), ValueTargets{values(6)}); }), HasSubstr("row 5"));
  y[5] = 0.5;
  EXPECT_THAT(refusal([&] { make_dataset(x.view(), LabelSetTargets{.values = values(6)}); }), HasSubstr("0 or 1"));
}

TEST(DataFromMemory, refuses_details_that_do_not_fit) {
  const Padded<float> x;
  const ClassTargets y{.labels = kLabels};
  std::vector<double> weights(6, 1.0);
  weights[2] = -1.0;
  EXPECT_THAT(refusal([&] { make_dataset(x.view(), y, {.weights = weights}); }), HasSubstr("row 2"));
  weights.resize(5);
  EXPECT_THAT(refusal([&] { make_dataset(x.view(), y, {.weights = weights}); }), HasSubstr("6 weights"));
  EXPECT_THAT(refusal([&] { make_dataset(x.view(), y, {.train = {0}, .valid = {6}}); }), HasSubstr("below 6"));
  EXPECT_THAT(refusal([&] { make_dataset(x.view(), y, {.feature_names = {"a"}}); }), HasSubstr("3 names"));
}

}  // namespace
}  // namespace gradus
