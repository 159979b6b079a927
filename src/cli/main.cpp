// The program: parses arguments, runs one sub-command, turns every failure into one sentence and an exit code.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <system_error>
#include <vector>

#include "cli/commands.hpp"
#include "cli/help_formatter.hpp"
#include "cli/note.hpp"
#include "cli/online.hpp"
#include "cli/standard_streams.hpp"
#include "core/printable.hpp"
#include "core/suggest.hpp"
#include "gradus/core/error.hpp"
#include "training/version.hpp"

namespace gradus::cli {
namespace {

constexpr int kRunFailed = 1;
constexpr int kBadInput = 2;
constexpr int kInterrupted = 130;

// The sub-command that the arguments name, or the program itself.
const CLI::App& addressed_app(const CLI::App& app) {
  for (const CLI::App* command : app.get_subcommands()) return addressed_app(*command);
  return app;
}

std::vector<std::string> flag_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

// "data make": the words that lead to a command.
std::string words_to(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  if (parent == nullptr || parent->get_parent() == nullptr) return command.get_name();
  return words_to(*parent) + " " + command.get_name();
}

std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return printable(text);
}

// "train: unknown flag '--epoch'; did you mean '--epochs'?"
std::string parse_error_sentence(const CLI::App& app, const CLI::ParseError& error,
                                 const std::vector<std::string>& words) {
  const CLI::App& command = addressed_app(app);
  const bool is_program = command.get_parent() == nullptr;
  const std::string where = is_program ? "" : words_to(command) + ": ";
  const std::string help = is_program ? "`gradus --help`" : "`gradus " + words_to(command) + " --help`";
  const bool is_extra = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  const bool needs_command = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && &command == &app;
  std::string stray;
  if (is_extra || needs_command) {
    const std::vector<std::string> flags = flag_names(command);
    for (const std::string& word : words) {
      const std::string name = word.substr(0, word.find('='));
      const bool known = std::find(flags.begin(), flags.end(), name) != flags.end();
      const bool is_command = &command != &app && name == command.get_name();
      if (!known && !is_command && (name.starts_with("-") || &command == &app)) {
        stray = name;
        break;
      }
    }
  }
  if (stray.empty()) return where + one_line(error.what()) + "; " + help + " lists everything";
  const bool is_flag = stray.starts_with("-");
  const std::vector<std::string> names = is_flag ? flag_names(command) : command_names(command);
  const std::vector<std::string_view> known(names.begin(), names.end());
  const std::string nearest(nearest_name(stray, known));
  return fmt::format("{}unknown {} '{}'; {}", where, is_flag ? "flag" : "command", stray,
                     nearest.empty() ? help + " lists all" : "did you mean '" + nearest + "'?");
}

int fail(int exit_code, const std::string& sentence) {
  std::fflush(stdout);
  note("gradus: {}\n", one_line(sentence));
  return exit_code;
}

int run(int argc, char** argv) {
  CLI::App app("Gradus trains fully connected neural networks.", "gradus");
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_version_flag("--version", version());
  app.require_subcommand(1);
  int exit_code = 0;
  add_train_command(app, exit_code);
  add_evaluate_command(app, exit_code);
  add_predict_command(app, exit_code);
  add_check_command(app, exit_code);
  add_data_command(app, exit_code);
  add_search_command(app, exit_code);
  add_reproduce_command(app, exit_code);
  add_report_command(app, exit_code);
  add_serve_command(app, exit_code);
  add_bench_command(app, exit_code);
  add_doctor_command(app, exit_code);
  add_completion_command(app, exit_code);
  add_man_command(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {
    return app.exit(request);
  } catch (const CLI::ParseError& error) {
    return fail(kBadInput, parse_error_sentence(app, error, {argv + 1, argv + argc}));
  }
  const int output = finish_standard_output();
  return output == 0 ? exit_code : output;
}

// Words that need no memory, where there may be none left for a sentence.
int fail_without_memory() {
  std::fputs("gradus: not enough memory for this; use smaller data, layers or batches\n", stderr);
  return kRunFailed;
}

// What ends the program where an exception cannot go on.
const std::terminate_handler usual_end = std::get_terminate();

// Where memory is lost inside a destructor, of ours or of a library, nothing can be undone any more. Files stand as the
// end of the process leaves them: whole, or beside their place.
[[noreturn]] void end_without_memory() {
  if (const std::exception_ptr failure = std::current_exception()) {
    try {
      std::rethrow_exception(failure);
    } catch (const std::bad_alloc&) {
      std::_Exit(fail_without_memory());
    } catch (...) {
      usual_end();
    }
  }
  std::abort();
}

int run_to_exit_code(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const InputError& error) {
    return fail(kBadInput, error.what());
  } catch (const Interrupted& error) {
    return fail(kInterrupted, error.what());
  } catch (const std::bad_alloc&) {
    return fail_without_memory();
  } catch (const std::system_error& error) {
    // `gradus ... | head -1`: it has what it wanted.
    return error.code() == std::errc::broken_pipe ? kReaderGone : fail(kRunFailed, error.what());
  } catch (const std::exception& error) {
    return fail(kRunFailed, error.what());
  }
}

}  // namespace
}  // namespace gradus::cli

int main(int argc, char** argv) {
  gradus::cli::program_arguments = argv;
  std::set_terminate(gradus::cli::end_without_memory);
  gradus::cli::secure_standard_streams();
  try {
    return gradus::cli::run_to_exit_code(argc, argv);
  } catch (const std::bad_alloc&) {
    return gradus::cli::fail_without_memory();
  }
}
