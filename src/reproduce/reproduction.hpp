// A study run and judged. Finished measurements stay in the folder, so an interrupted reproduction goes on where it
// was.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "gradus/training/run_record.hpp"
#include "reproduce/rows.hpp"

namespace gradus::reproduce {

struct ReproduceOptions {
  bool quick = false;
  std::size_t runs = 0;  // for every case that has more than one; 0: as the study says
  unsigned jobs = 0;     // runs at a time; 0: one per core
  std::string folder = "runs/reproduce";
  std::string data_dir = {};
  const std::atomic<bool>* stop = nullptr;
  std::function<void(const std::string&)> note = {};  // one sentence per finished run; from any thread, one at a time
};

struct NamedHash {
  std::string name;  // case and run
  std::string weights_sha256;
};

struct Reproduction {
  Study study;
  std::vector<JudgedRow> rows;
  CaseRuns runs;
  std::vector<NamedHash> hashes;
  double seconds = 0.0;  // of all runs together, as if one after the other
  MachineRecord machine;
  std::string version;
  bool quick = false;
  std::string folder;  // where reproduction.json and the finished runs lie

  /// Off when a row is; exact when all are that have something to compare, else within; measured when none has.
  [[nodiscard]] Verdict verdict() const;
  [[nodiscard]] std::size_t count(Verdict verdict) const;
};

/// One sentence for each data set that `studies` need and that is not there; empty when all are.
std::vector<std::string> missing_data(const std::vector<Study>& studies, const std::string& data_dir);

/// Runs what the folder does not hold yet and judges all rows. Writes reproduction.json there.
Reproduction reproduce(const Study& study, const ReproduceOptions& options);

/// The object of `gradus reproduce --json` (docs/formats.md), with figures and commentary where they are wanted.
std::string reproduction_json(const Reproduction& reproduction, bool with_figures);
/// Records of several studies with machine and version, without figures: what studies/results/ keeps.
std::string record_json(const std::vector<Reproduction>& reproductions);
/// The rows as a table for people.
std::string reproduction_table(const Reproduction& reproduction, bool all_rows);

}  // namespace gradus::reproduce
