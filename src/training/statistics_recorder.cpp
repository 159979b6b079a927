// SPDX-License-Identifier: Apache-2.0
#include "training/statistics_recorder.hpp"

#include "core/atomic_file.hpp"
#include "core/text_file.hpp"
#include "training/record_json.hpp"

namespace gradus {

Next StatisticsRecorder::on_start(const StartEvent& event) {
  const std::string before = event.resumed ? read_text_if_there(path_).value_or("") : "";
  write_file(path_, lines_through(before, event.epoch));
  if (event.run.spec.num_parameters() > kMaxParameters) return Next::kGoOn;
  if (event.run.dtype == DType::kF64) {
    probe_ = std::make_unique<LayerProbe<double>>(event.run, event.dataset);
  } else {
    probe_ = std::make_unique<LayerProbe<float>>(event.run, event.dataset);
  }
  return Next::kGoOn;
}

void StatisticsRecorder::on_weights(const WeightsEvent& event) {
  if (std::holds_alternative<std::monostate>(probe_)) return;
  std::vector<LayerStatistics> layers;
  if (auto* const* network = std::get_if<const Network<float>*>(&event.network)) {
    layers = std::get<std::unique_ptr<LayerProbe<float>>>(probe_)->measure(**network);
  } else {
    layers = std::get<std::unique_ptr<LayerProbe<double>>>(probe_)->measure(
        *std::get<const Network<double>*>(event.network));
  }
  append_to_file(path_, statistics_json(event.epoch, layers) + "\n");
}

}  // namespace gradus
