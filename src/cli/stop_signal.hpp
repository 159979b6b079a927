// Ctrl-C as a flag that the trainer looks at after every step.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace gradus::cli {

/// Set by the first SIGINT or SIGTERM; the second one ends the program at once.
const std::atomic<bool>& catch_stop_signal();

/// Sets it as the signal would.
void ask_to_stop();

}  // namespace gradus::cli
