// CSV, TSV and whitespace text: columns of numbers, words and dates with their targets, header or not. Encoding
// (text_encoding.hpp), dialect (text_dialect.hpp), columns (text_layout.hpp, input_columns.hpp) and records
// (text_records.hpp) are found out first; here records become columns (text_columns.hpp) and labels.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/part_block.hpp"
#include "gradus/core/sha256.hpp"

namespace gradus::data {

struct TextTable {
  PartBlock block;
  std::vector<std::string> feature_names;  // of the columns of numbers and dates; empty without a header
  std::string target_name;                 // several are joined by commas
  std::vector<std::string> target_names;   // of several label columns; else empty
  std::size_t label_column = 0;            // in the file; as many as there are columns: there is none
  std::vector<std::string> notes;          // guesses that could be wrong, a sentence each
};

/// How a plain table is read in blocks; nothing of it changes what is read.
struct BlockOptions {
  std::size_t block_bytes = std::size_t{1} << 19U;
  std::size_t worth_it = std::size_t{1} << 18U;    // smaller texts are read record by record
  std::size_t head_bytes = std::size_t{1} << 20U;  // of a file, from which dialect and layout are found
  unsigned threads = 0;                            // 0: one per core
};

/// The table that the bytes of a text file hold. What the options leave open is decided from the first records, and
/// from all of them where that fails. Throws InputError with line and column at a ragged row, an empty label, a word
/// among numbers, or infinity.
TextTable read_text_table(std::string_view bytes, const std::string& name, const SourceOptions& options,
                          const BlockOptions& how = {});

/// The same of a file that stands on disk, in blocks, so that the file itself needs no memory; its bytes are added to
/// `hash`. Nothing where only the bytes as a whole can tell what they hold.
std::optional<TextTable> read_text_file(const std::string& path, const SourceOptions& options, Sha256& hash,
                                        const BlockOptions& how = {});

}  // namespace gradus::data
