// Finds out how a text table is written: what the options say, and for the rest what its records show.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/text_survey.hpp"
#include "gradus/data/source.hpp"

namespace gradus::data {

/// A dialect and what the text holds in it.
struct FoundDialect {
  TextDialect dialect;
  TextSurvey survey;
};

/// The delimiter is the most frequent of tab, comma and semicolon in the first record where that leaves at most one
/// column of words, else the one of these, | and white space under which most records have as many fields and most
/// fields are numbers. A line sep=X above the records names it. The decimal sign is a comma where that makes numbers of
/// words and some of them, as 7,5 or 0,125, cannot be groups of thousands. Lines that start with # are comments, unless
/// every one of them is a record too and the label stands first. Guesses are added to `notes`. Throws InputError at an
/// option that is not understood.
FoundDialect find_dialect(std::string_view text, const SourceOptions& options, const std::string& name,
                          const SurveyLimit& limit, std::vector<std::string>& notes);

/// A delimiter as messages and options name it: "tab", "space" or the character.
std::string delimiter_name(char delimiter);

}  // namespace gradus::data
