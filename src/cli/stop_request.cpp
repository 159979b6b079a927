// SPDX-License-Identifier: Apache-2.0
#include "cli/stop_request.hpp"

#include <filesystem>

#include "cli/stop_signal.hpp"
#include "core/atomic_file.hpp"

namespace gradus::cli {
namespace {

constexpr const char* kStopFile = "/stop";
constexpr double kLookSeconds = 0.25;

}  // namespace

void request_stop(const std::string& folder) {
  write_file(folder + kStopFile, "asked by the live view\n");
}

StopRequest::StopRequest(const std::string& folder) : path_(folder + kStopFile), look_(kLookSeconds) {}

// What was asked of an earlier process is done.
Next StopRequest::on_start(const StartEvent& /*event*/) {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
  return Next::kGoOn;
}

Next StopRequest::on_step(const StepEvent& /*event*/) {
  std::error_code ignored;
  if (look_() && std::filesystem::remove(path_, ignored)) ask_to_stop();
  return Next::kGoOn;
}

}  // namespace gradus::cli
