// Predictions from a text table to CSV, in pieces of bounded memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/model_data.hpp"
#include "cli/prediction_text.hpp"

namespace gradus::cli {

/// Takes text in pieces, as it comes.
using TextSink = std::function<void(std::string_view)>;

/// What predict_pieces() has done.
struct PiecesOutcome {
  bool is_done = false;
  std::size_t rows = 0;
};

/// Writes header and rows of CSV for the table `arguments.data` to `sink`, the columns `keep` of the table in front.
/// Not done where the data is no text table, the model knows no columns, or, without `keep`, the table can be read as a
/// whole alone; then nothing was written, or `restart` called, which takes back what was, if it can (it returns false
/// else). Throws InputError.
PiecesOutcome predict_pieces(const ModelDataArguments& arguments, const Model& model, const PredictionFormat& format,
                             const std::vector<std::string>& keep, const TextSink& sink,
                             const std::function<bool()>& restart);

}  // namespace gradus::cli
