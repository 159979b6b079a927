// Typed errors: every failure that a user can cause is one sentence that says where, what was expected, what was found
// and what to try. The library throws and never prints or exits; the program maps a type to an exit code.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace gradus {

/// The four parts of a message. `where` is a file, key or flag with its line or offset; empty parts are left out.
struct ErrorParts {
  std::string where;
  std::string expected;
  std::string found;
  std::string advice;
};

/// Joins the parts: "WHERE: expected EXPECTED, found FOUND; ADVICE".
std::string error_sentence(const ErrorParts& parts);

/// Base of all errors that Gradus throws on purpose.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Bad usage, configuration or input: the caller can mend it. The program exits with 2.
class InputError : public Error {
 public:
  explicit InputError(const std::string& sentence) : Error(sentence) {}
  explicit InputError(const ErrorParts& parts) : Error(error_sentence(parts)) {}
};

/// Failed while running (disk full, training diverged, server gone). The program exits with 1.
class RunError : public Error {
 public:
  explicit RunError(const std::string& sentence) : Error(sentence) {}
  explicit RunError(const ErrorParts& parts) : Error(error_sentence(parts)) {}
};

/// Stopped on request (Ctrl-C) with everything saved. The program exits with 130.
class Interrupted : public Error {
 public:
  using Error::Error;
};

}  // namespace gradus
