// A run folder that the library wrote, and a page to put reports into.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "gradus/training/run_config.hpp"
#include "gradus/training/run_folder.hpp"
#include "support/process.hpp"

namespace gradus::test {

inline const std::string kPage =
    "<!doctype html><title>t</title><script>let shown = 1 < 2;</script>"
    R"(<script type="application/json" id="gradus-data"></script>)"
    "<script>show();</script></html>";

/// Two half moons for `epochs` epochs, with every record.
inline RunRecord write_sample_run(const std::string& folder, std::size_t epochs = 2,
                                  const std::vector<std::pair<std::string, std::string>>& settings = {}) {
  RunConfig config;
  config.data.source = "moons";
  config.data.rows = 200;
  config.network.hidden = {6};
  config.training.epochs = epochs;
  config.training.threads = 1;
  for (const auto& [key, value] : settings) set_option(config, key, value, "test");
  const Dataset dataset = read_data(config);
  const TrainingRun run = make_training_run(config, dataset);
  RunFolder run_folder(folder, RunFolder::Mode::kForce);
  TrainingObserver* const observers[] = {&run_folder};
  return train(run, dataset, {.observers = observers});
}

/// The data that a page holds.
inline nlohmann::json data_of(const std::string& html) {
  const std::string open = R"(id="gradus-data">)";
  const std::size_t start = html.find(open) + open.size();
  return nlohmann::json::parse(html.substr(start, html.find("</script", start) - start));
}

}  // namespace gradus::test
