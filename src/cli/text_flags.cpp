// SPDX-License-Identifier: Apache-2.0
#include "cli/text_flags.hpp"

#include "cli/note.hpp"
#include "core/printable.hpp"

namespace gradus::cli {

void add_text_flags(CLI::App& command, SourceOptions& options) {
  command.add_option("--header", options.header, "auto, yes or no: whether the first text row is a header");
  command.add_option("--delimiter", options.delimiter, "Text files: auto, tab, space or the character between fields");
  command.add_option("--decimal", options.decimal, "Text files: the decimal sign, auto, . or ,");
  command.add_option("--thousands", options.thousands, "Text files: the sign between groups of three digits, or none");
  command.add_option("--comment", options.comment, "Text files: how comment lines start; auto = #, or none");
  command.add_option("--encoding", options.encoding, "Text files: auto, utf-8, utf-16, latin-1 or windows-1252");
}

void print_notes(const Dataset& dataset) {
  for (const std::string& sentence : dataset.notes) note("note: {}\n", printable(sentence));
}

}  // namespace gradus::cli
