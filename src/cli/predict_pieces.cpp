// SPDX-License-Identifier: Apache-2.0
#include "cli/predict_pieces.hpp"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <utility>

#include "cli/note.hpp"
#include "core/printable.hpp"
#include "core/thread_pool.hpp"
#include "data/named_sources.hpp"
#include "data/text_pieces.hpp"
#include "gradus/core/error.hpp"
#include "gradus/core/threads.hpp"
#include "gradus/training/trainer.hpp"
#include "training/model_source.hpp"

namespace gradus::cli {
namespace {

namespace fs = std::filesystem;

class PiecePredictor {
 public:
  PiecePredictor(const ModelDataArguments& arguments, const Model& model, const PredictionFormat& format,
                 const SourceOptions& options)
      : model_(model),
        format_(format),
        options_(options),
        threads_(arguments.threads),
        name_(fs::path(arguments.data).filename().string()),
        pool_(resolve_threads(arguments.threads)) {
    if (arguments.data == "-") name_ = "stdin";
  }

  /// Rows of CSV for one piece.
  std::string predict(data::TextPiece piece) {
    const data::KeptFields kept = std::move(piece.kept);
    data::PartBlocks blocks;
    blocks.train = std::move(piece.block);
    blocks.feature_names = std::move(piece.feature_names);
    Dataset dataset = data::make_dataset(std::move(blocks), options_);
    dataset.name = name_;
    apply_model_columns(dataset, model_, unknown_);
    add_notes(dataset.notes);
    check_model_fits(model_, dataset, false);
    std::vector<std::uint32_t> rows(dataset.table.rows());
    std::iota(rows.begin(), rows.end(), 0U);
    return text_of(predict_rows(model_, dataset.table.features, rows, threads_), kept);
  }

  /// Of the data sets, each once.
  [[nodiscard]] std::vector<std::string> notes() const {
    std::vector<std::string> notes;
    unknown_.note(name_, notes);
    notes.insert(notes.end(), notes_.begin(), notes_.end());
    return notes;
  }

 private:
  void add_notes(const std::vector<std::string>& notes) {
    for (const std::string& sentence : notes) {
      if (std::find(notes_.begin(), notes_.end(), sentence) == notes_.end()) notes_.push_back(sentence);
    }
  }
  std::string text_of(const Matrix<double>& outputs, const data::KeptFields& kept) {
    constexpr std::size_t kRows = 4096;
    const std::size_t stretches = (outputs.rows() + kRows - 1) / kRows;
    std::vector<std::string> texts(stretches);
    data::for_each_on(pool_, stretches, [&](std::size_t k, unsigned /*thread*/) {
      const std::size_t count = std::min(kRows, outputs.rows() - k * kRows);
      texts[k] = csv_rows(format_, outputs.view().row_range(k * kRows, count), kept, k * kRows);
    });
    return std::accumulate(texts.begin(), texts.end(), std::string());
  }

  const Model& model_;
  const PredictionFormat& format_;
  const SourceOptions& options_;
  unsigned threads_;
  std::string name_;
  ThreadPool pool_;
  data::UnknownLevels unknown_;
  std::vector<std::string> notes_;
};

std::size_t predict_table(data::TextPieces& pieces, PiecePredictor& predictor, const PredictionFormat& format,
                          const TextSink& sink) {
  std::size_t rows = 0;
  for (std::size_t k = 0; k < pieces.size(); ++k) {
    data::TextPiece piece = pieces.read(k);
    const std::size_t count = piece.block.rows();
    if (count == 0) continue;
    const std::string text = predictor.predict(std::move(piece));
    if (rows == 0) sink(csv_header(format, pieces.header()));
    sink(text);
    rows += count;
  }
  if (rows == 0) throw InputError({.where = "--data", .expected = "rows to predict", .found = "none", .advice = ""});
  for (const std::string& sentence : pieces.notes()) note("note: {}\n", printable(sentence));
  for (const std::string& sentence : predictor.notes()) note("note: {}\n", printable(sentence));
  return rows;
}

/// Pieces whose inputs take some 32 MB.
data::PieceOptions piece_options(const ModelDataArguments& arguments, const Model& model, CsvCells cells) {
  constexpr std::size_t kNumbers = std::size_t{1} << 22U;
  constexpr std::size_t kWide = 4096;
  const std::size_t inputs = std::max<std::size_t>(model.spec().num_inputs, 1);
  data::PieceOptions how{.blocks = {.threads = arguments.threads}, .kept_cells = cells};
  how.piece_rows = std::clamp<std::size_t>(kNumbers / inputs, 1, how.piece_rows);
  if (inputs > kWide) how.blocks.block_bytes = std::size_t{1} << 16U;
  return how;
}

}  // namespace

PiecesOutcome predict_pieces(const ModelDataArguments& arguments, const Model& model, const PredictionFormat& format,
                             const std::vector<std::string>& keep, const TextSink& sink,
                             const std::function<bool()>& restart) {
  const std::string path = arguments.data == "-" ? "/dev/stdin" : arguments.data;
  SourceOptions options = options_for(arguments, model, false);
  std::error_code ignored;
  const bool is_file = fs::exists(path, ignored) && !fs::is_directory(path, ignored) && !data::is_named_source(path);
  if (!is_file || !options.schema || !options.test_path.empty() || !options.valid_path.empty()) return {};
  const auto predict_in = [&](bool whole) -> PiecesOutcome {
    const std::unique_ptr<data::TextPieces> pieces =
        data::open_text_pieces(path, options, keep, whole, piece_options(arguments, model, format.cells));
    if (!pieces) return {};
    PiecePredictor predictor(arguments, model, format, options);
    return {true, predict_table(*pieces, predictor, format, sink)};
  };
  try {
    return predict_in(false);
  } catch (const InputError&) {
    const bool fits = !fs::is_regular_file(path, ignored) || fs::file_size(path, ignored) <= options.max_bytes;
    if (!fits || !restart()) throw;
    if (keep.empty()) return {};
  }
  return predict_in(true);
}

}  // namespace gradus::cli
