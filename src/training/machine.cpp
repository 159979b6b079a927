// The machine that a record was made on.
// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <string>
#include <thread>

#include "gradus/training/trainer.hpp"
#include "kernels/kernel_table.hpp"

namespace gradus {
namespace {

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

}  // namespace

MachineRecord this_machine(unsigned threads) {
  return {
      .cpu = cpu_name(), .target = kernels::target_name(kernels::active_target()), .threads = resolve_threads(threads)};
}

}  // namespace gradus
