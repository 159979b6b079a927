// A published study as data: what to run, what was published, how a row is judged and drawn. One TOML file each, under
// studies/; docs/studies.md has the keys.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gradus/training/run_config.hpp"

namespace gradus::reproduce {

/// What a study measures.
enum class Kind : std::uint8_t {
  kTraining,      // the curves of a training
  kSearch,        // the curves of every trial of a search
  kParameters,    // the number of weights and biases
  kDifferences,   // finite differences beside the gradient
  kTaylor,        // slopes of Taylor remainders
  kFormulations,  // the gradient by samples beside the gradient by batches
  kTiming,        // seconds of one epoch in each formulation and in the engine
  kIdentities,    // identities of functions over random points
};

/// What a published number is worth.
enum class Evidence : std::uint8_t {
  kExact,    // its digits come back
  kChaotic,  // its digits come back unless rounding grows; then it is one draw among runs that start a rounding apart
  kStatistical,  // one draw among runs with other seeds
  kOrder,        // its size
  kProperty,     // nothing printed: a stated property of our own number
};

using Settings = std::vector<std::pair<std::string, std::string>>;  // key, value as text

/// One configuration of a study.
struct Case {
  std::string name;
  Settings settings;                // over the study's own configuration
  std::size_t runs = 1;             // with other random numbers each
  bool varies_by_rounding = false;  // runs after the first start from the same weights up to rounding
  bool draws_boundary = false;
  std::string group;  // gradients: "layer 2 weights", "all"; of a group first, first + stride, ...
  std::size_t first = 0;
  std::size_t count = 10;
  std::size_t stride = 1;
  std::vector<std::uint32_t> rows = {0};  // of the training part
  std::vector<double> steps;              // N: differences at +-1/N
  bool keeps_floor = false;               // differences of the reported loss, floor included
  std::vector<std::string> subjects;      // Taylor: which curves, by the beginning or the end of their names
};

/// One published number, or one property.
struct Row {
  std::string label;
  std::string case_name;
  std::string metric;
  std::size_t at = 0;  // element of the series, counted from 1; 0: the last
  bool at_best = false;
  bool at_each = false;                  // one row per element, named as they are
  std::string transform;                 // "", "mean", "largest", "smallest": of the whole series
  std::optional<std::string> published;  // as printed
  double scale = 1.0;                    // ours is multiplied by it
  Evidence evidence = Evidence::kStatistical;
  double digits = 13.0;  // demanded by exact and chaotic rows
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

struct FigureSeries {
  std::string label;
  std::string case_name;
  std::string metric;
  std::string x;                 // metric of the x values; empty: 1, 2, 3, ...
  std::vector<double> x_values;  // or these
  std::size_t first = 0;         // elements of the metric; count 0: all that follow
  std::size_t count = 0;
  std::vector<double> published;  // instead of a metric
  double scale = 1.0;
  bool dashed = false;
};

struct Figure {
  std::string title;
  std::string x_label;
  std::string y_label;
  bool x_log = false;
  bool y_log = false;
  std::vector<FigureSeries> series;
  std::string boundary_of;  // a case: its decision boundary instead of lines
};

/// The subset that a few minutes afford.
struct Quick {
  bool present = false;
  Settings settings;
  std::vector<std::string> cases;  // empty: all
  std::size_t runs = 0;            // 0: as many as the study's
};

struct Study {
  std::string id;
  std::string path;  // for errors
  std::string text;  // of the file
  std::string title;
  Kind kind = Kind::kTraining;
  RunConfig base;
  std::vector<std::string> seed_keys = {"training.seed"};  // each run adds its number to them
  std::optional<std::uint32_t> numpy_seed;                 // networks from one numpy stream, in the order of the cases
  std::vector<std::string> drawn_before;                   // by that stream, before the first case
  std::size_t repeats = 1;                                 // timing: backward passes per sample
  std::vector<Case> cases;
  std::vector<Row> rows;
  std::vector<Figure> figures;
  Quick quick;
  std::string commentary;
};

/// Throws InputError naming file and line.
Study parse_study(const std::string& text, const std::string& path, const std::string& id);
/// The case of that name; throws InputError.
const Case& find_case(const Study& study, const std::string& name);
/// The configuration of run number `run` (from 0) of a case.
RunConfig config_of(const Study& study, const Case& one, std::size_t run);

}  // namespace gradus::reproduce
