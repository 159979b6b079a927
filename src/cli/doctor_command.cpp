// gradus doctor: what this machine offers and what the program makes of it.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "core/wrapped_text.hpp"
#include "gradus/data/source.hpp"
#include "gradus/training/trainer.hpp"
#include "kernels/kernel_table.hpp"
#include "training/version.hpp"

namespace gradus::cli {
namespace {

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string caches_text() {
  std::string text;
  for (int index = 0; index < 8; ++index) {
    const std::string folder = fmt::format("/sys/devices/system/cpu/cpu0/cache/index{}/", index);
    const std::string size = first_line(folder + "size");
    if (size.empty()) break;
    text += fmt::format("{}L{} {} {}", text.empty() ? "" : ", ", first_line(folder + "level"),
                        first_line(folder + "type"), size);
  }
  return text.empty() ? "unknown" : text;
}

std::string targets_text() {
  std::string text;
  for (const auto target :
       {kernels::Target::kAvx512, kernels::Target::kAvx2, kernels::Target::kNeon, kernels::Target::kPlain}) {
    if (!kernels::target_available(target)) continue;
    text += (text.empty() ? "" : ", ") + std::string(kernels::target_name(target));
  }
  return text;
}

// Sets are folders of their own inside a data folder.
std::string sets_in(const std::string& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) return "not there";
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.is_directory(error)) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "no sets" : text;
}

void print_report(const std::string& data_dir) {
  const char* forced = std::getenv("GRADUS_TARGET");
  const MachineRecord machine = this_machine(0);
  fmt::print("version        {} ({} build)\n", version(), build_type());
  fmt::print("cpu            {}\n", machine.cpu);
  fmt::print("cores          {}\n", std::thread::hardware_concurrency());
  fmt::print("caches         {}\n", caches_text());
  fmt::print("targets        {}\n", targets_text());
  fmt::print("chosen target  {}{}\n", machine.target, forced != nullptr ? " (GRADUS_TARGET)" : "");
  fmt::print("GRADUS_TARGET  {}\n", forced != nullptr ? forced : "not set");
  for (const std::string& folder : data_folders(data_dir))
    fmt::print("{}\n", wrapped(fmt::format("data folder    {}: {}", folder, sets_in(folder)), 15));
}

}  // namespace

void add_doctor_command(CLI::App& app, int& exit_code) {
  CLI::App* command = add_command(app, "doctor", "show the machine, the chosen instruction set and the data folders");
  auto data_dir = std::make_shared<std::string>();
  add_option(*command, "--data-dir", *data_dir, "a further data folder to look into");
  command->callback([data_dir, &exit_code] {
    print_report(*data_dir);
    exit_code = 0;
  });
}

}  // namespace gradus::cli
