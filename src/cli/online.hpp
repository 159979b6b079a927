// The two commands that need libraries for the network. Those take longer to load than everything else that happens
// until a first prediction, so they live in a program of their own, gradus-online, which is otherwise the same:
// `gradus` hands over to it (hand_over.cpp), gradus-online does them (online_commands.cpp).
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace gradus::cli {

/// The arguments of this process, as main() got them.
inline char* const* program_arguments = nullptr;

struct FetchArguments {
  std::string name;
  std::string data_dir;  // empty: the user's cache
  std::string mirror;    // empty: those of the table
  bool force = false;
  bool quiet = false;
  bool json = false;
};

struct ServeArguments {
  std::string folder;  // empty: runs, or the current one
  int port = 0;
  bool control = false;
};

/// gradus data fetch.
void fetch(const FetchArguments& arguments);
/// gradus serve; returns when it is interrupted.
void serve(const ServeArguments& arguments);

}  // namespace gradus::cli
