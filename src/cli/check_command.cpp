// gradus check: the gradient certificate of a configuration, a run or a model.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>

#include "cli/check_differences.hpp"
#include "cli/check_progress.hpp"
#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/folder_report.hpp"
#include "cli/model_data.hpp"
#include "cli/note.hpp"
#include "cli/reader_flags.hpp"
#include "core/atomic_file.hpp"
#include "core/json_text.hpp"
#include "core/text_file.hpp"
#include "gradus/config/config_file.hpp"
#include "gradus/core/error.hpp"
#include "gradus/training/run_config.hpp"
#include "gradus/training/run_folder.hpp"
#include "verification/run_point.hpp"

namespace gradus::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostPerGroup = 100000;
constexpr std::size_t kMostSteps = 1000;

struct CheckArguments {
  std::string source;
  std::string data;
  std::string data_dir;
  std::string out;
  std::string verify;
  RowChoice choice;
  VerifyOptions options;
  std::string parameters = "sampled";
  std::vector<double> n_list;
  bool json = false;
  bool details = false;
  bool quiet = false;
  bool no_report = false;
  std::size_t layer = 0;  // counted from 1; 0: the whole certificate
  std::vector<unsigned> weights;
  bool biases = false;
};

// 1/N in the order given; the library sorts.
void set_steps(CheckArguments& arguments) {
  arguments.options.difference_steps.clear();
  for (const double n : arguments.n_list) {
    if (!(n > 0.0)) {
      throw InputError({.where = "--steps",
                        .expected = "numbers N above 0, for steps of 1/N",
                        .found = fmt::format("{}", n),
                        .advice = "write for example 1,10,100,1000"});
    }
    arguments.options.difference_steps.push_back(1.0 / n);
  }
}

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

RunConfig config_with_data(const std::string& path, const CheckArguments& arguments) {
  RunConfig config;
  read_config(path, config);
  if (!arguments.data.empty()) set_option(config, "data.source", arguments.data, "--data");
  if (!arguments.data_dir.empty()) set_option(config, "data.data_dir", arguments.data_dir, "--data-dir");
  return config;
}

VerificationPoint point_of_model(const CheckArguments& arguments) {
  if (arguments.data.empty()) {
    throw InputError({.where = arguments.source,
                      .expected = "data to check the model on",
                      .found = "none",
                      .advice = "add --data SRC"});
  }
  const Model model = read_model(arguments.source);
  ModelDataArguments source;
  source.model = arguments.source;
  source.data = arguments.data;
  source.options.data_dir = arguments.data_dir;
  Dataset dataset = read_model_data(source, model, true);
  align_classes(model, dataset);
  check_model_fits(model, dataset, true);
  return make_point(model, dataset, arguments.choice);
}

// A folder is a run: its configuration and, if it is complete, its final weights.
VerificationPoint point_of_config(const CheckArguments& arguments) {
  const bool is_run = is_folder(arguments.source);
  RunConfig config = config_with_data(is_run ? arguments.source + "/config.toml" : arguments.source, arguments);
  const std::string origin = is_run && arguments.data.empty() ? run_origin(arguments.source) : "";
  const Dataset dataset = read_data(config, origin);
  const TrainingRun run = make_training_run(config, dataset, origin);
  if (!is_run) return make_point(run, dataset, arguments.choice);
  const Model model = read_model(model_path(arguments.source));
  return make_point(run, dataset, arguments.choice, &model);
}

VerificationPoint read_point(const CheckArguments& arguments) {
  const bool is_model = arguments.source.ends_with(".safetensors");
  VerificationPoint point = is_model ? point_of_model(arguments) : point_of_config(arguments);
  point.provenance.source = arguments.source;
  point.provenance.data_source = arguments.data;
  return point;
}

// What the stored certificate was made with, so that nothing has to be repeated by hand.
void take_stored_settings(const std::string& text, CheckArguments& arguments) {
  const nlohmann::ordered_json stored = require_json(text, arguments.verify);
  if (!stored.is_object() || !stored.contains("provenance") || !stored["provenance"].is_object()) {
    throw InputError({.where = arguments.verify,
                      .expected = "a certificate as `gradus check --json` writes it",
                      .found = "something else",
                      .advice = ""});
  }
  const auto& p = stored["provenance"];
  try {
    if (arguments.source.empty()) {
      const fs::path folder = fs::path(arguments.verify).parent_path();
      const bool in_run = fs::exists(folder / "model.safetensors") && fs::exists(folder / "config.toml");
      arguments.source = in_run ? (folder.empty() ? "." : folder.string()) : p.at("source").get<std::string>();
    }
    if (arguments.data.empty()) arguments.data = p.at("data_source").get<std::string>();
    const std::string where = arguments.verify + ": provenance";
    arguments.choice = {.rows = require_json_integer<std::uint32_t>(p.at("rows"), where + ".rows"),
                        .seed = require_json_integer<std::uint64_t>(p.at("seed"), where + ".seed"),
                        .may_use_losses = p.value("row_choice", "drawn") != "drawn"};
    arguments.options.seed = arguments.choice.seed;
    arguments.options.difference_steps = p.at("difference_steps").get<std::vector<double>>();
    const std::string differences = p.at("difference_options").get<std::string>();
    std::istringstream words(differences);
    std::size_t points = 0;
    words >> arguments.parameters >> arguments.options.differences_per_group >> points;
    arguments.options.four_points = points == 4;
    if (arguments.options.differences_per_group > kMostPerGroup ||
        arguments.options.difference_steps.size() > kMostSteps) {
      throw InputError(
          {.where = where,
           .expected = fmt::format("at most {} numbers of a group and {} steps", kMostPerGroup, kMostSteps),
           .found = "more",
           .advice = "make it anew with `gradus check --out`"});
    }
  } catch (const nlohmann::json::exception& error) {
    throw InputError({.where = arguments.verify,
                      .expected = "the provenance of a certificate",
                      .found = error.what(),
                      .advice = "make it anew with `gradus check --out`"});
  }
}

DifferenceChoice parse_choice(const std::string& name) {
  return name == "all"     ? DifferenceChoice::kAll
         : name == "first" ? DifferenceChoice::kFirst
                           : DifferenceChoice::kSampled;
}

// Into a folder it goes as certificate.json, with a report beside it; so does one that is written under that name.
void write_certificate(const Certificate& certificate, const CheckArguments& arguments) {
  fs::path path(arguments.out);
  if (is_folder(arguments.out) || arguments.out.ends_with('/')) {
    std::error_code ignored;
    fs::create_directories(path, ignored);
    path /= "certificate.json";
  }
  write_file(path.string(), certificate_json(certificate) + "\n");
  if (arguments.no_report || path.filename() != "certificate.json") return;
  report_folder(path.has_parent_path() ? path.parent_path().string() : ".", arguments.quiet);
}

int report_comparison(const Certificate& certificate, const std::string& stored, const CheckArguments& arguments) {
  const std::vector<std::string> differences = compare_certificates(certificate, stored);
  if (arguments.json) {
    const nlohmann::ordered_json object = {{"verified", differences.empty() && certificate.holds()},
                                           {"differences", differences},
                                           {"certificate", *parse_json(certificate_json(certificate))}};
    fmt::print("{}\n", object.dump(1));
  } else {
    for (const std::string& difference : differences) say("{}\n", difference);
    say("{}: {} claims recomputed, {}\n", arguments.verify, certificate.claims.size(),
        differences.empty() ? "all as stored" : "not as stored");
    if (!certificate.holds()) say("and the certificate does not hold\n");
  }
  return differences.empty() && certificate.holds() ? 0 : kCheckFailed;
}

int check_differences(const VerificationPoint& point, const CheckArguments& arguments) {
  const DifferenceExperiment experiment{.layer = arguments.layer - 1,
                                        .role = arguments.biases ? BlockRole::kBias : BlockRole::kWeight,
                                        .positions = {arguments.weights.begin(), arguments.weights.end()}};
  const DifferenceResult result = run_difference_experiment(point, experiment, arguments.options);
  fmt::print("{}",
             arguments.json ? difference_json(result) + "\n" : difference_table(result, point.network, experiment));
  return result.claim.holds ? 0 : kCheckFailed;
}

// What belongs to --layer says nothing without it, and what belongs to the certificate nothing beside it.
void check_experiment_flags(const CheckArguments& arguments) {
  const bool asks = !arguments.weights.empty() || arguments.biases || arguments.choice.row;
  if (arguments.layer == 0 && asks) {
    throw InputError({.where = arguments.biases       ? "--biases"
                               : arguments.choice.row ? "--row"
                                                      : "--weights",
                      .expected = "a layer to check",
                      .found = "none",
                      .advice = "add --layer 1"});
  }
  if (arguments.layer > 0 && (!arguments.out.empty() || !arguments.verify.empty())) {
    throw InputError({.where = "--layer",
                      .expected = "no certificate beside it",
                      .found = arguments.out.empty() ? "--verify" : "--out",
                      .advice = "leave out one of them"});
  }
}

int check(CheckArguments& arguments) {
  check_experiment_flags(arguments);
  set_steps(arguments);
  std::string stored;
  if (!arguments.verify.empty()) {
    stored = read_text_file(arguments.verify, "a certificate");
    take_stored_settings(stored, arguments);
  }
  if (arguments.source.empty()) {
    throw InputError({.where = "check",
                      .expected = "a configuration, run folder or model",
                      .found = "none",
                      .advice = "write for example `gradus check runs/moons`"});
  }
  arguments.options.seed = arguments.choice.seed;
  arguments.options.difference_choice = parse_choice(arguments.parameters);
  const VerificationPoint point = read_point(arguments);
  if (arguments.layer > 0) return check_differences(point, arguments);
  Certificate certificate;
  {
    CheckProgress progress(arguments.quiet);
    certificate = verify(point, arguments.options, progress.callback());
  }
  if (!arguments.out.empty()) write_certificate(certificate, arguments);
  if (!stored.empty()) return report_comparison(certificate, stored, arguments);
  if (arguments.json) {
    fmt::print("{}\n", certificate_json(certificate));
  } else {
    say("{}", arguments.details ? certificate_table(certificate) : certificate_summary(certificate));
  }
  return certificate.holds() ? 0 : kCheckFailed;
}

}  // namespace

void add_check_command(CLI::App& app, int& exit_code) {
  CLI::App* command = add_command(app, "check", "certify the gradient of a network against independent derivatives");
  auto arguments = std::make_shared<CheckArguments>();
  add_option(*command, "source", arguments->source, "TOML configuration, run folder or model.safetensors");
  completes(add_option(*command, "--data", arguments->data, "data set: a path or a name [the configuration's]"),
            {.words = source_names(), .files = true});
  add_option(*command, "--data-dir", arguments->data_dir, "first folder to look for named sets");
  add_option(*command, "--rows", arguments->choice.rows,
             "training rows for the engine; derivatives use as many of them as time allows [64]")
      ->check(in_range(1, 65536));
  add_option(*command, "--seed", arguments->choice.seed, "of rows, samples and directions [0]");
  add_option(*command, "--threads", arguments->options.threads, "0 = one per core")->check(in_range(0, 1024));
  add_option(*command, "--steps", arguments->n_list,
             "finite differences with steps 1/N for these N [1,5,10,50,...,500000]")
      ->delimiter(',')
      ->allow_extra_args(false);
  add_flag(*command, "--four-points", arguments->options.four_points, "differences of order 4 instead of 2");
  completes(add_option(*command, "--differences", arguments->parameters,
                       "numbers of each group: sampled, first or all [sampled]")
                ->check(CLI::IsMember({"sampled", "first", "all"})),
            {.words = {"sampled", "first", "all"}, .files = false});
  add_option(*command, "--per-group", arguments->options.differences_per_group, "how many of them [10]")
      ->check(in_range(1, static_cast<int>(kMostPerGroup)));
  add_option(*command, "--layer", arguments->layer,
             "instead of a certificate: differences of this layer's weights alone, counted from 1");
  add_option(*command, "--weights", arguments->weights, "with --layer: these numbers of it, counted from 0, row by row")
      ->delimiter(',')
      ->allow_extra_args(false);
  add_flag(*command, "--biases", arguments->biases, "with --layer: its biases instead of its weights");
  add_option(*command, "--row", arguments->choice.row, "with --layer: this training row alone, counted from 0");
  add_flag(*command, "--details", arguments->details, "tables with every figure instead of a sentence a kind of claim");
  add_flag(*command, "--json", arguments->json, "print one JSON object");
  add_option(*command, "--out", arguments->out,
             "also write the certificate to this file as JSON, or into this folder with a report");
  add_flag(*command, "--no-report", arguments->no_report, "write no report.html beside a certificate.json");
  add_option(*command, "--verify", arguments->verify, "recompute this certificate and compare");
  add_flag(*command, "--quiet", arguments->quiet, "no progress");
  command->callback([arguments, &exit_code] { exit_code = check(*arguments); });
}

}  // namespace gradus::cli
