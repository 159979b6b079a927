// What a training leaves: its model and its record.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "gradus/core/sha256.hpp"
#include "training/evaluation.hpp"
#include "training/training_loop.hpp"

namespace gradus {

template <class T>
Model TrainingLoop<T>::model() {
  engine_->store_parameters(state_.network);
  Model model = make_model();
  model.network = state_.network;
  return model;
}

template <class T>
Model TrainingLoop<T>::make_model() {
  const std::string run_identity = identity_.config_sha256 + identity_.data_sha256;
  Model model;
  model.mixed = run_.dtype == DType::kMixed;
  model.scaling = run_.scaling;
  model.task = dataset_.task;
  model.samples_in_columns = dataset_.samples_in_columns;
  if (!range_) range_ = feature_range(dataset_.table.features, dataset_.train);
  model.feature_range = {range_->first, range_->second};
  model.class_names = dataset_.class_names;
  model.feature_names = dataset_.feature_names;
  model.preprocessing = dataset_.preprocessing;
  model.target_scaling = dataset_.target_scaling;
  model.target_name = dataset_.target_name;
  model.target_names = dataset_.target_names;
  model.weight_name = dataset_.weight_name;
  model.data_name = dataset_.name;
  model.training_sha256 = sha256_hex(std::as_bytes(std::span(run_identity)));
  return model;
}

template <class T>
RunRecord TrainingLoop<T>::finish() {
  stopped_ = true;
  engine_->release_gradients();  // room for the model and its records
  RunRecord record;
  const TrainProgress& p = state_.progress;
  engine_->store_parameters(state_.network);
  record.final_epoch = p.epoch;
  if (keeps_best_ && state_.best) {
    record.restored_best = p.stopping.best_epoch != p.epoch;
    record.final_epoch = p.stopping.best_epoch;
    state_.network = std::move(*state_.best);
    state_.best.reset();
    engine_->load_parameters(state_.network);
  }
  record.config = run_.config;
  record.machine = this_machine(engine_->threads());
  record.data = {.name = dataset_.name,
                 .sha256 = dataset_.sha256,
                 .rows = dataset_.table.rows(),
                 .train_rows = dataset_.train.size(),
                 .valid_rows = dataset_.valid.size(),
                 .test_rows = dataset_.test.size()};
  record.task = dataset_.task;
  record.parameters = run_.spec.num_parameters();
  record.epochs = p.history;
  record.monitor = run_.monitor.name();
  record.best_epoch = p.stopping.best_epoch;
  if (!has_come_to_its_end()) {
    record.end = RunEnd::kStopped;
    record.steps_beyond = p.step;
  } else if (p.stopping.stop) {
    record.end = RunEnd::kEarlyStopping;
  }
  const auto evaluate = [this](std::span<const std::uint32_t> rows) {
    return evaluate_rows(*engine_, dataset_, run_.scaling, rows, {.top_k = run_.top_k},
                         {.threads = resolve_threads(run_.threads)});
  };
  record.weights_sha256 = weights_sha256(state_.network);
  record.model = make_model();
  record.model.network = std::move(state_.network);  // the engine has it too, should anybody ask
  for (TrainingObserver* observer : observers_) observer->on_model(record.model);
  record.train = evaluate(dataset_.train);
  if (!dataset_.valid.empty()) record.valid = evaluate(dataset_.valid);
  if (!dataset_.test.empty()) record.test = evaluate(dataset_.test);
  record.wall_seconds = wall_seconds();
  for (TrainingObserver* observer : observers_) observer->on_end(record);
  return record;
}

#define GRADUS_INSTANTIATE(T)                   \
  template Model TrainingLoop<T>::model();      \
  template Model TrainingLoop<T>::make_model(); \
  template RunRecord TrainingLoop<T>::finish();
GRADUS_INSTANTIATE(float)
GRADUS_INSTANTIATE(double)
#undef GRADUS_INSTANTIATE

}  // namespace gradus
