// What a terminal shows while a certificate is made.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string_view>

#include "gradus/verification/verify.hpp"

namespace gradus::cli {

/// A bar on standard error while verify() works; nothing where no terminal is.
class CheckProgress {
 public:
  explicit CheckProgress(bool quiet);
  ~CheckProgress();
  CheckProgress(const CheckProgress&) = delete;
  CheckProgress& operator=(const CheckProgress&) = delete;
  void show(double share, std::string_view what);
  [[nodiscard]] VerifyProgress callback();

 private:
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace gradus::cli
