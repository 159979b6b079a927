// The two readers of text tables, record by record and in blocks, which must agree. The first byte chooses options.
// SPDX-License-Identifier: Apache-2.0
#include "data/text_table.hpp"

#include <cstring>
#include <optional>

#include "data/level_codes.hpp"
#include "dataset.hpp"

namespace {

using namespace gradus;

SourceOptions chosen_options(unsigned choice) {
  SourceOptions options = fuzz::small_options();
  static constexpr const char* kHeaders[] = {"auto", "yes", "no", "auto"};
  static constexpr const char* kDelimiters[] = {"auto", ";", "tab", "space"};
  static constexpr const char* kLabels[] = {"", "none", "0", "-2,-1"};
  static constexpr const char* kEncodings[] = {"auto", "utf-8", "utf-16", "latin-1"};
  options.header = kHeaders[choice & 3U];
  options.delimiter = kDelimiters[(choice >> 2U) & 3U];
  options.label = kLabels[(choice >> 4U) & 3U];
  options.encoding = kEncodings[(choice >> 6U) & 3U];
  return options;
}

std::optional<data::TextTable> table_of(std::string_view text, const SourceOptions& options, std::size_t worth_it) {
  std::optional<data::TextTable> table;
  fuzz::accepts([&] {
    table = data::read_text_table(text, "x.csv", options, {.block_bytes = 64, .worth_it = worth_it, .threads = 1});
  });
  return table;
}

bool same_numbers(const Matrix<double>& a, const Matrix<double>& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         (a.size() == 0 || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

}  // namespace

GRADUS_FUZZ_TARGET(text_table) {
  const SourceOptions options = chosen_options(fuzz::take_choice(input));
  const std::string_view text = fuzz::text_of(input);
  std::optional<data::TextTable> records = table_of(text, options, std::size_t{1} << 40U);
  const std::optional<data::TextTable> blocks = table_of(text, options, 0);
  fuzz::require(records.has_value() == blocks.has_value(), "both readers take the table, or none");
  if (!records) return;
  fuzz::require(records->block.words == blocks->block.words, "both readers find the same labels");
  fuzz::require(same_numbers(records->block.numbers, blocks->block.numbers), "both readers find the same targets");
  fuzz::require(records->block.rows() == blocks->block.rows(), "both readers find as many rows");
  // As a further file, whose columns a model knows.
  if (!records->block.columns.empty()) {
    Schema schema;
    schema.columns = data::stored_columns(records->block.columns);
    schema.label_column = records->label_column;
    SourceOptions further = options;
    further.schema = std::make_shared<const Schema>(std::move(schema));
    table_of(text, further, 0);
  }
  fuzz::accepts([&] {
    data::PartBlocks parts;
    parts.train = std::move(records->block);
    parts.feature_names = std::move(records->feature_names);
    parts.target_name = std::move(records->target_name);
    parts.target_names = std::move(records->target_names);
    parts.label_column = records->label_column;
    fuzz::to_dataset(std::move(parts), options);
  });
}
