// SPDX-License-Identifier: Apache-2.0
#include "training/training_loop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradus/core/error.hpp"
#include "gradus/core/sha256.hpp"
#include "training/class_weights.hpp"
#include "training/divergence.hpp"
#include "training/evaluation.hpp"

namespace gradus {
namespace {

std::string hash_of(const std::string& text) {
  return sha256_hex(std::as_bytes(std::span(text)));
}

CheckpointIdentity identity_of(const TrainingRun& run, const Dataset& dataset) {
  CheckpointIdentity identity{.data_sha256 = dataset.sha256,
                              .config_sha256 = hash_of(run.identity.empty() ? run.config : run.identity),
                              .epochs = run.epochs,
                              .config_of_epochs = {}};
  if (!run.identity_of_epochs || schedule_facts(run.schedule.kind).needs_total) return identity;
  identity.config_of_epochs = [&run](std::size_t epochs) { return hash_of(run.identity_of_epochs(epochs)); };
  return identity;
}

template <class T>
Network<T> initial_network(const TrainingRun& run) {
  if (run.initial) {
    const Network<T>* given = std::get_if<Network<T>>(&*run.initial);
    if (given == nullptr) throw InputError("TrainingRun::initial: expected a network of the run's dtype");
    return *given;
  }
  Network<T> network(run.spec);
  initialize(network, run.seed);
  return network;
}

}  // namespace

void RunningSums::add(const BatchStats& stats) {
  loss_sum += stats.loss_sum;
  weight_sum += stats.weight_sum;
  batch_loss_sum += stats.loss_mean();
  batch_accuracy_sum += static_cast<double>(stats.correct) / static_cast<double>(std::max<std::size_t>(1, stats.rows));
  batches += 1;
  correct += stats.correct;
  rows += stats.rows;
}

template <class T>
TrainingLoop<T>::TrainingLoop(const TrainingRun& run, const Dataset& dataset,
                              std::span<TrainingObserver* const> observers)
    : run_(run),
      dataset_(dataset),
      observers_(observers.begin(), observers.end()),
      row_weights_(make_row_weights(run, dataset)),
      identity_(identity_of(run, dataset)),
      feeder_(dataset, run.scaling, row_weights_, mean_weight(row_weights_, dataset.train)),
      pace_(run.checkpoint_seconds),
      keeps_best_(run.early_stopping.patience > 0 && run.early_stopping.restore_best) {
  state_.network = initial_network<T>(run);
  EngineOptions options;
  options.typical_batch = std::min(run.batches.batch_size, dataset.train.size());
  options.max_batch = std::max(kEvaluationRows, options.typical_batch);
  options.threads = resolve_threads(run.threads);
  options.mixed = run.dtype == DType::kMixed;
  options.optimizer = run.optimizer;
  options.dropout_seed = run.seed;
  engine_.emplace(state_.network, options);
}

template <class T>
Next TrainingLoop<T>::begin(std::span<const std::byte> checkpoint) {
  if (begun_) throw InputError("TrainingSession::begin: expected once, found a second call; make another session");
  const bool resumed = !checkpoint.empty();
  if (resumed) {
    read_checkpoint(checkpoint, identity_, state_, *engine_);
    const std::size_t steps = epoch_batches().size();
    if (state_.progress.step > steps) {
      throw InputError({.where = "checkpoint",
                        .expected = "one of at most " + std::to_string(steps) + " steps an epoch",
                        .found = std::to_string(state_.progress.step),
                        .advice = "start again with --force"});
    }
  }
  begun_ = true;
  wall_start_ = Clock::now();
  wall_before_ = state_.progress.wall_seconds;
  const TrainProgress& p = state_.progress;
  const StartEvent event{.run = run_,
                         .dataset = dataset_,
                         .steps_per_epoch = position().steps_per_epoch,
                         .epoch = p.epoch,
                         .step = p.step,
                         .history = p.history,
                         .resumed = resumed};
  for (TrainingObserver* observer : observers_) hear(observer->on_start(event));
  // A first state on disk before any step: what cannot be written shows now, and a run killed at once can go on.
  if (!resumed) offer_checkpoint();
  return done() ? Next::kStop : Next::kGoOn;
}

template <class T>
bool TrainingLoop<T>::has_come_to_its_end() const {
  return state_.progress.epoch >= run_.epochs || state_.progress.stopping.stop;
}

template <class T>
bool TrainingLoop<T>::done() const {
  return stopped_ || has_come_to_its_end();
}

template <class T>
SessionPosition TrainingLoop<T>::position() const {
  const TrainProgress& p = state_.progress;
  return {.epoch = p.epoch,
          .step = p.step,
          .steps_per_epoch = batches_ ? batches_->size() : epoch_batches().size(),
          .global_step = p.global_step};
}

template <class T>
EpochBatches TrainingLoop<T>::epoch_batches() const {
  return EpochBatches(dataset_.train, run_.batches, run_.seed, state_.progress.epoch);
}

template <class T>
StepOptions TrainingLoop<T>::step_options(std::size_t steps_per_epoch) const {
  const TrainProgress& p = state_.progress;
  const SchedulePosition position{
      .epoch = p.epoch, .step = p.step, .steps_per_epoch = steps_per_epoch, .epochs = run_.epochs};
  return {.learning_rate = learning_rate(run_.schedule, run_.learning_rate, position, p.plateau),
          .clip_norm = run_.clip_norm,
          .clip_value = run_.clip_value,
          .step = p.global_step + 1};
}

template <class T>
void TrainingLoop<T>::enter_epoch() {
  batches_.emplace(epoch_batches());
  start_step_ = state_.progress.step;
  start_global_step_ = state_.progress.global_step;
  if (!repeats_epochs()) return;
  engine_->store_parameters(state_.network);
  start_network_ = state_.network;
  start_optimizer_ = engine_->store_state();
}

template <class T>
bool TrainingLoop<T>::repeats_epochs() const {
  constexpr std::size_t kMostParameters = 10'000'000;
  return run_.spec.num_parameters() <= kMostParameters;
}

template <class T>
Next TrainingLoop<T>::step() {
  if (!begun_) throw InputError("TrainingSession::step: expected begin() before it, found none");
  if (done()) return Next::kStop;
  if (!batches_) enter_epoch();
  const TrainProgress& p = state_.progress;
  // A state may have been kept between an epoch's last step and its evaluation.
  if (p.step < batches_->size()) train_batch();
  const bool last = p.step == batches_->size();
  const bool is_due = pace_.is_due() || (run_.checkpoint_steps > 0 && p.global_step % run_.checkpoint_steps == 0);
  if (last && !stopped_) {
    end_epoch();
  } else if (!last && is_due) {
    offer_checkpoint();
  }
  return done() ? Next::kStop : Next::kGoOn;
}

template <class T>
void TrainingLoop<T>::train_batch() {
  const EpochBatches& batches = *batches_;
  const Clock::time_point start = Clock::now();
  TrainProgress& p = state_.progress;
  const StepOptions options = step_options(batches.size());
  const BatchTargets<T> targets = feeder_.feed(*engine_, batches, p.step);
  const BatchStats stats = engine_->train_step(targets, options);
  p.sums.add(stats);
  p.step += 1;
  p.global_step += 1;
  const double seconds = seconds_since(start);
  p.sums.seconds += seconds;
  if (!std::isfinite(stats.loss_sum)) report_divergence(fmt::format("a loss of {}", stats.loss_sum));
  const RunningSums& s = p.sums;
  StepEvent event{.epoch = p.epoch + 1,
                  .batch = p.step,
                  .num_batches = batches.size(),
                  .loss_mean = s.weight_sum > 0.0 ? s.loss_sum / s.weight_sum : 0.0,
                  .accuracy = std::nullopt,
                  .seconds = s.seconds,
                  .samples = s.rows};
  if (dataset_.task == Task::kClassification) {
    event.accuracy = static_cast<double>(s.correct) / static_cast<double>(s.rows);
  }
  for (TrainingObserver* observer : observers_) hear(observer->on_step(event));
}

template <class T>
PartMetrics TrainingLoop<T>::measure(std::span<const std::uint32_t> rows, const std::vector<Measure>& watched) {
  return measure_rows(*engine_, dataset_, run_.scaling, rows, run_.top_k, watched,
                      {.threads = resolve_threads(run_.threads)});
}

template <class T>
PartMetrics TrainingLoop<T>::train_metrics() {
  const RunningSums& s = state_.progress.sums;
  if (run_.train_metrics == TrainMetrics::kFull)
    return measure(dataset_.train, watched_measures(run_.watched(), false));
  const bool classifies = dataset_.task == Task::kClassification;
  PartMetrics metrics;
  if (run_.train_metrics == TrainMetrics::kBatchMean) {
    const auto batches = static_cast<double>(std::max<std::uint64_t>(1, s.batches));
    metrics.loss = s.batch_loss_sum / batches;
    if (classifies) metrics.accuracy = s.batch_accuracy_sum / batches;
    return metrics;
  }
  metrics.loss = s.weight_sum > 0.0 ? s.loss_sum / s.weight_sum : 0.0;
  if (classifies)
    metrics.accuracy = static_cast<double>(s.correct) / static_cast<double>(std::max<std::uint64_t>(1, s.rows));
  return metrics;
}

template <class T>
EpochRecord TrainingLoop<T>::make_epoch_record() {
  const RunningSums& s = state_.progress.sums;
  EpochRecord record;
  record.epoch = state_.progress.epoch + 1;
  record.train = train_metrics();
  if (!dataset_.valid.empty()) record.valid = measure(dataset_.valid, watched_measures(run_.watched(), true));
  if (!dataset_.test.empty()) record.test = measure(dataset_.test, {});
  const auto& layers = run_.spec.layers;
  if (std::any_of(layers.begin(), layers.end(), [](const LayerSpec& l) { return l.l1 != 0.0 || l.l2 != 0.0; })) {
    record.penalty = engine_->penalty();
  }
  // Before the plateau hears of this epoch: the rate that its last step had.
  const SchedulePosition last{.epoch = state_.progress.epoch,
                              .step = std::max<std::size_t>(1, state_.progress.step) - 1,
                              .steps_per_epoch = state_.progress.step,
                              .epochs = run_.epochs};
  record.learning_rate = learning_rate(run_.schedule, run_.learning_rate, last, state_.progress.plateau);
  record.seconds = s.seconds;
  record.samples_per_second = s.seconds > 0.0 ? static_cast<double>(s.rows) / s.seconds : 0.0;
  return record;
}

template <class T>
void TrainingLoop<T>::observe_values(const EpochRecord& record) {
  TrainProgress& p = state_.progress;
  if (schedule_facts(run_.schedule.kind).has_monitor) {
    const Monitor& watched = run_.schedule_monitor;
    observe_plateau(run_.schedule, watched.value(record), watched.larger_is_better(), p.plateau);
  }
  const bool best = observe_epoch(run_.early_stopping, record.epoch, run_.monitor.value(record),
                                  run_.monitor.larger_is_better(), p.stopping);
  if (best && keeps_best_) state_.best = state_.network;
}

template <class T>
void TrainingLoop<T>::end_epoch() {
  engine_->store_parameters(state_.network);
  if (non_finite_parameter(state_.network)) report_divergence("numbers of the model that are not finite");
  const EpochRecord record = make_epoch_record();
  const bool finite = std::isfinite(record.train.loss) && (!record.valid || std::isfinite(record.valid->loss)) &&
                      (!record.test || std::isfinite(record.test->loss));
  if (!finite) report_divergence("a loss that is not finite");
  observe_values(record);
  TrainProgress& p = state_.progress;
  p.add(record);
  p.epoch += 1;
  p.step = 0;
  p.sums = {};
  batches_.reset();
  const WeightsEvent weights{.epoch = p.epoch, .network = &std::as_const(state_.network)};
  for (TrainingObserver* observer : observers_) observer->on_weights(weights);
  for (TrainingObserver* observer : observers_) hear(observer->on_epoch_end(record));
  const bool is_due = pace_.is_due() || (run_.checkpoint_epochs > 0 && p.epoch % run_.checkpoint_epochs == 0);
  if (done() || is_due) offer_checkpoint();
}

template <class T>
std::vector<std::byte> TrainingLoop<T>::checkpoint() {
  const std::function<void(const ByteSink&)> write = [this](const ByteSink& take) { write_state(take); };
  return checkpoint_event(write).bytes();
}

template <class T>
void TrainingLoop<T>::write_state(const ByteSink& take) {
  state_.progress.wall_seconds = wall_seconds();
  write_checkpoint(state_, *engine_, identity_, take);
}

template <class T>
CheckpointEvent TrainingLoop<T>::checkpoint_event(const std::function<void(const ByteSink&)>& write) const {
  const TrainProgress& p = state_.progress;
  return {.write_state = write, .history = p.history_text.text(), .epoch = p.epoch, .step = p.step};
}

template <class T>
void TrainingLoop<T>::offer_checkpoint() {
  const TrainProgress& p = state_.progress;
  const auto wants_it = [&p](const TrainingObserver* observer) { return observer->wants_checkpoint(p.epoch, p.step); };
  if (std::none_of(observers_.begin(), observers_.end(), wants_it)) return;
  pace_.run([&] {
    const std::function<void(const ByteSink&)> write = [this](const ByteSink& take) { write_state(take); };
    const CheckpointEvent event = checkpoint_event(write);
    for (TrainingObserver* observer : observers_) hear(observer->on_checkpoint(event));
  });
}

template <class T>
void TrainingLoop<T>::report_divergence(const std::string& symptom) {
  const EpochBatches batches = epoch_batches();
  const std::size_t last = state_.progress.step;
  const std::size_t epoch = state_.progress.epoch + 1;
  const auto fail = [&](std::size_t batch, const std::string& place) {
    throw RunError(
        {.where = fmt::format("epoch {}, batch {}, {}", epoch, batch, place),
         .expected = "finite numbers",
         .found = symptom,
         .advice = "lower training.learning_rate, clip gradients (training.clip_norm) or scale the features"});
  };
  if (!repeats_epochs()) {
    engine_->store_parameters(state_.network);
    fail(last, non_finite_parameter(state_.network).value_or("the loss"));
  }
  engine_->load_parameters(start_network_);
  engine_->load_state(start_optimizer_);
  state_.progress.step = start_step_;
  state_.progress.global_step = start_global_step_;
  Network<T> before = start_network_;
  Network<T> after = start_network_;
  while (state_.progress.step < last) {
    const std::size_t step = state_.progress.step;
    const StepOptions options = step_options(batches.size());
    const BatchTargets<T> targets = feeder_.feed(*engine_, batches[step]);
    const BatchStats stats = engine_->train_step(targets, options);
    engine_->store_parameters(after);
    if (!std::isfinite(stats.loss_sum)) {
      Matrix<T> x(batches[step].size(), run_.spec.num_inputs);
      gather_rows<T>(dataset_.table.features, run_.scaling, batches[step], x.view());
      fail(step + 1, non_finite_layer(before, x).value_or("the loss"));
    }
    if (const auto place = non_finite_parameter(after)) fail(step + 1, *place);
    std::swap(before, after);
    state_.progress.step += 1;
    state_.progress.global_step += 1;
  }
  fail(last, "the evaluation after it");
  std::abort();  // fail() throws
}

template <class T>
double TrainingLoop<T>::wall_seconds() const {
  return wall_before_ + (begun_ ? seconds_since(wall_start_) : 0.0);
}

template <class T>
double TrainingLoop<T>::seconds_since(Clock::time_point start) const {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

template class TrainingLoop<float>;
template class TrainingLoop<double>;

}  // namespace gradus
