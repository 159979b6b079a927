// Who we are, among the processes of all machines that share a file system.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace gradus {

/// The machine's name, of letters, digits, '.', '_' and '-' alone and at most 40 of them.
std::string host_name();
/// Our number on that machine.
std::string process_number();

}  // namespace gradus
