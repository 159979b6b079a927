// Data sets of a study: each is read once and shared by all trials, with its test part sealed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gradus/data/dataset.hpp"
#include "gradus/training/run_config.hpp"

namespace gradus {

class DataPool {
 public:
  struct Entry {
    Dataset dataset;                         // without a test part where that is sealed
    std::vector<std::uint32_t> sealed_test;  // its rows, for the winner alone
    RunConfig::Data resolved;                // with "auto" filled in
  };

  /// Relative paths are looked for in `base_folder` first; empty: in the working directory alone.
  explicit DataPool(std::string base_folder = {}, bool seals_test = true)
      : base_folder_(std::move(base_folder)), seals_test_(seals_test) {}

  /// The data that `config` names; fills in what was "auto" there. Two settings share an entry unless a key that
  /// decides what is read or how it is split differs. Safe to call from several threads.
  const Entry& get(RunConfig& config);
  [[nodiscard]] const std::string& base_folder() const { return base_folder_; }

 private:
  std::string base_folder_;
  bool seals_test_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Entry>> entries_;
};

}  // namespace gradus
