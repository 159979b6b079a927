// gradus train --check: a certificate before the first step and one after the last.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gradus/training/trainer.hpp"
#include "gradus/verification/certificate.hpp"

namespace gradus::cli {

class CertifiedRun {
 public:
  /// Certifies the gradient at the initial parameters and says so on standard error.
  CertifiedRun(const TrainingRun& run, const Dataset& dataset, bool quiet);
  /// Certifies it at the final ones, writes both to `folder`/certificate.json (no folder: nowhere) and tells whether
  /// both hold.
  [[nodiscard]] bool finish(const RunRecord& record, const std::string& folder) const;

 private:
  [[nodiscard]] Certificate certify(const char* when, const Model* model) const;
  const TrainingRun& run_;
  const Dataset& dataset_;
  bool quiet_;
  Certificate before_;
};

}  // namespace gradus::cli
