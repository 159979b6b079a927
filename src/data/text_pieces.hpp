// A text table as pieces of bounded memory, for a model whose columns are known: a file of any size can be predicted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/thread_pool.hpp"
#include "data/block_reader.hpp"
#include "data/kept_columns.hpp"
#include "data/part_block.hpp"
#include "data/table_builder.hpp"
#include "data/text_store.hpp"

namespace gradus::data {

/// Some rows of a table.
struct TextPiece {
  PartBlock block;
  std::vector<std::string> feature_names;
  KeptFields kept;
  std::size_t first_row = 0;
};

struct PieceOptions {
  BlockOptions blocks;
  std::size_t piece_bytes = std::size_t{1} << 24U;
  std::size_t piece_rows = std::size_t{1} << 17U;  // or those of one block
  CsvCells kept_cells = CsvCells::kGuarded;
};

class TextPieces {
 public:
  /// `options.schema` says what the columns are; labels are not looked at. `keep` are columns to carry along. Dates
  /// make a single piece, since all of them together tell in which form they are written. Throws InputError.
  TextPieces(std::unique_ptr<const TextStore> text, std::string name, const SourceOptions& options,
             const std::vector<std::string>& keep, const PieceOptions& how);

  [[nodiscard]] std::size_t size() const { return pieces_.size(); }
  /// Piece `k`; each once, in increasing order. Throws InputError as reading the whole table does.
  TextPiece read(std::size_t k);
  /// The start of a header for the kept fields.
  [[nodiscard]] std::string header() const { return kept_header(kept_, plan_.layout); }
  /// Sentences that stand before those of the pieces.
  void add_notes(std::vector<std::string> notes) { first_notes_ = std::move(notes); }
  /// What is to be said of all pieces that were read.
  [[nodiscard]] std::vector<std::string> notes() const;

 private:
  TextPlan make_plan_of_head(const SourceOptions& options, const PieceOptions& how);
  void cut(const PieceOptions& how);
  TextCells read_by_records(const std::vector<TextBlock>& blocks);

  std::unique_ptr<const TextStore> text_;
  std::string name_;
  SourceOptions options_;
  std::string head_;  // until the text is cut
  bool comments_may_be_labels_ = false;
  TextPlan plan_;
  MissingCells missing_;
  KeptColumns kept_;
  TextColumns columns_;
  ThreadPool pool_;
  std::size_t start_line_ = 1;
  PassedOver passed_;
  std::vector<std::string> first_notes_;
  std::vector<std::vector<TextBlock>> pieces_;
  std::size_t rows_ = 0;
};

/// The table at `path`: a file is left on disk unless it has to be unpacked or decoded, or `whole` asks for one piece
/// in memory. Null where it is no text table. Throws InputError.
std::unique_ptr<TextPieces> open_text_pieces(const std::string& path, const SourceOptions& options,
                                             const std::vector<std::string>& keep, bool whole,
                                             const PieceOptions& how = {});

}  // namespace gradus::data
