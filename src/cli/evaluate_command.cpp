// gradus evaluate: every measure of a trained network on a part of a data set.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>
#include <numeric>
#include <string>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/model_data.hpp"
#include "cli/note.hpp"
#include "cli/tables.hpp"
#include "gradus/core/error.hpp"
#include "gradus/training/run_folder.hpp"
#include "gradus/training/trainer.hpp"

namespace gradus::cli {
namespace {

struct EvaluateArguments {
  ModelDataArguments source;
  std::string part;
  EvaluationOptions options;
  bool json = false;
};

void evaluate(const EvaluateArguments& arguments) {
  const Model model = read_model(model_path(arguments.source.model));
  check_thresholds(model, arguments.options.thresholds);
  Dataset dataset = read_model_data(arguments.source, model, true);
  align_classes(model, dataset);
  check_model_fits(model, dataset, true);
  const auto [name, rows] = rows_of_part(dataset, arguments.part);
  const PartEvaluation result = evaluate_model(model, dataset, rows, arguments.options, arguments.source.threads);
  if (arguments.json) {
    fmt::print("{}\n", evaluation_json(result, model.class_names));
    return;
  }
  say("{}", evaluation_table({{name, &result}}));
  if (!result.classification) return;
  say("\n{}", class_table(*result.classification, model.class_names));
  const std::string table = confusion_table(*result.classification, model.class_names);
  if (!table.empty()) say("\nconfusion:\n{}", table);
}

}  // namespace

void add_evaluate_command(CLI::App& app, int& exit_code) {
  CLI::App* command = add_command(app, "evaluate", "measure a trained network on a data set");
  auto arguments = std::make_shared<EvaluateArguments>();
  add_model_data_options(*command, arguments->source);
  completes(add_option(*command, "--part", arguments->part, "train, valid, test or all [test, else valid, else all]"),
            {.words = {"train", "valid", "test", "all"}, .files = false});
  add_option(*command, "--top-k", arguments->options.top_k, "also the share of labels among the k largest outputs");
  add_threshold_option(*command, arguments->options.thresholds);
  add_flag(*command, "--json", arguments->json, "print one JSON object");
  command->callback([arguments, &exit_code] {
    evaluate(*arguments);
    exit_code = 0;
  });
}

}  // namespace gradus::cli
