// SPDX-License-Identifier: Apache-2.0
#include "data/text_plan.hpp"

#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

[[noreturn]] void fail_empty(std::string_view text, const std::string& name, const FoundDialect& found) {
  RecordReader reader(text, found.dialect, name);
  std::vector<TextField> fields;
  reader.next(fields);  // says what is wrong with the first record
  const bool comments = reader.num_comments() > 0;
  throw InputError(ErrorParts{name, "rows of numbers", comments ? "comments only" : "an empty file",
                              comments ? "set data.comment to none if they are rows" : ""});
}

}  // namespace

TextPlan make_plan(std::string_view text, const std::string& name, const SourceOptions& options,
                   const SurveyLimit& limit) {
  TextPlan plan;
  plan.found = find_dialect(text, options, name, limit, plan.notes);
  if (plan.found.survey.num_records == 0) fail_empty(text, name, plan.found);
  plan.layout = find_layout(plan.found, options, name, plan.notes);
  plan.columns = input_columns(plan.layout, options, name, plan.notes);
  return plan;
}

bool is_label_first(const TextPlan& plan, const SourceOptions& options) {
  const std::vector<std::string>& first = plan.found.survey.first;
  return options.label == "0" || (!first.empty() && options.label == first.front());
}

}  // namespace gradus::data
