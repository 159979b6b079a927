// A run's records as a report and the live view read them. What is wrong in them is told, never thrown.
// SPDX-License-Identifier: Apache-2.0
#include "core/json_text.hpp"
#include "folder.hpp"
#include "report/bundle_parts.hpp"
#include "report/live_folder.hpp"
#include "report/run_records.hpp"
#include "report/run_watch.hpp"

GRADUS_FUZZ_TARGET(records) {
  using namespace gradus;
  const fuzz::Folder& folder = fuzz::own_folder();
  for (const char* name : {"metrics.jsonl", "summary.json", "statistics.jsonl", "certificate.json", "progress.json",
                           "analysis.json", "stated.txt"}) {
    folder.write(name, fuzz::take_piece(input));
  }
  folder.write("config.toml", input);
  const RecordFolder records{.path = folder.path(), .confined = true};
  const std::string text = bundle_text(run_object(records, "run"));
  fuzz::require(parse_json(text).has_value(), "a bundle is JSON");
  RunWatch watch(records, 0);
  watch.poll();
  fuzz::require(parse_json(LiveFolder(folder.path(), false).list_json()).has_value(), "a list is JSON");
}
