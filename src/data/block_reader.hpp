// Reads a plain text table in blocks, on several threads, straight into its matrices. The cells are those that reading
// record by record finds, whatever the blocks and the threads.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/thread_pool.hpp"
#include "data/kept_columns.hpp"
#include "data/line_parser.hpp"
#include "data/text_blocks.hpp"
#include "data/text_columns.hpp"
#include "data/text_labels.hpp"
#include "data/text_plan.hpp"

namespace gradus::data {

/// Rows that stand in memory.
struct TextCells {
  InputCells inputs;
  std::vector<TextLabels> labels;  // in the layout's order
  KeptFields kept;
  std::size_t rows = 0;
};

class BlockReader {
 public:
  /// All references must outlive the reader. `refused`: a character that a plain text has not, '\0' for none.
  BlockReader(const TextStore& text, const TextPlan& plan, const MissingCells& missing, char refused, ThreadPool& pool);

  /// Fields of these columns of the file are to be kept beside the cells; must outlive the reader.
  void keep(const KeptColumns& columns) { kept_columns_ = &columns; }
  /// The rows of `blocks`, whose first one begins in line `first_line` of the file; nothing where they are not plain.
  std::optional<TextCells> read(const std::vector<TextBlock>& blocks, std::size_t first_line);

 private:
  /// Whether rows of this layout can be read by lines at all, and the roles of columns as far as they are known.
  bool choose_roles();
  /// Whether the values decide what some columns are.
  [[nodiscard]] bool has_open_roles() const;
  /// Finds the roles that most columns will keep; false: declined.
  bool look_at(std::span<const TextBlock> sample, std::size_t first_line);
  /// Marks columns of words that may all be dates and have no place for numbers yet; whether there was one.
  bool find_dates();
  /// Reads blocks in the present roles; false: declined.
  bool run(std::span<const TextBlock> blocks, std::size_t first_line);
  bool read_block(const TextBlock& block, std::size_t first_line, unsigned thread, KeptFields& kept);
  [[nodiscard]] bool is_plain(std::string_view text) const;
  /// Changes roles that the findings contradict; whether there was one.
  bool change_roles();
  void number_slots();
  void take_memory(std::size_t rows);
  void merge_findings(std::span<const TextBlock> blocks);
  TextCells take_cells();

  const TextStore& text_;
  const TextPlan& plan_;
  const MissingCells& missing_;
  char refused_;
  ThreadPool& pool_;
  std::vector<ColumnRole> roles_;       // by column of the file
  std::vector<std::size_t> column_of_;  // by input
  std::vector<char> may_be_date_;       // by input
  std::vector<std::string> buffers_;    // by thread
  std::vector<LineFindings> findings_;  // by thread
  std::vector<unsigned> thread_of_;     // by block
  const KeptColumns* kept_columns_ = nullptr;
  std::vector<KeptFields> kept_;  // by block
  std::size_t rows_ = 0;
  std::size_t first_row_ = 0;
  InputCells inputs_;
  std::vector<std::vector<double>> label_numbers_;
  std::vector<std::vector<std::int32_t>> label_codes_;
  std::vector<double*> label_number_places_;
  std::vector<std::int32_t*> label_code_places_;
  std::vector<WordList> label_words_;
};

}  // namespace gradus::data
