// SPDX-License-Identifier: Apache-2.0
#include "cli/reader_flags.hpp"

namespace gradus::cli {

void add_reader_flags(CLI::App& command, SourceOptions& options) {
  command.add_option("--feature-array", options.feature_array, "npz, MAT: name of the array of features");
  command.add_option("--label-array", options.label_array, "npz, MAT: name of the array of labels");
  command.add_option("--header", options.header, "auto, yes or no: whether the first text row is a header");
  command.add_option("--delimiter", options.delimiter, "text files: auto, tab, space or the character between fields");
  command.add_option("--decimal", options.decimal, "text files: the decimal sign, auto, . or ,");
  command.add_option("--thousands", options.thousands, "text files: the sign between groups of three digits, or none");
  command.add_option("--comment", options.comment, "text files: how comment lines start; auto = #, or none");
  command.add_option("--encoding", options.encoding, "text files: auto, utf-8, utf-16, latin-1 or windows-1252");
  const auto add_columns = [&command](const char* flag, std::vector<std::string>& columns, const char* doc) {
    command.add_option(flag, columns, doc)->delimiter(',');
  };
  add_columns("--categories", options.categories, "columns whose values are levels: names, numbers, patterns");
  add_columns("--numbers", options.numbers, "columns whose values must be numbers");
  add_columns("--dates", options.dates, "columns whose values must be dates");
  add_columns("--ignore", options.ignore, "columns that are left out");
  add_columns("--missing", options.missing, "what stands in a missing cell");
}

}  // namespace gradus::cli
