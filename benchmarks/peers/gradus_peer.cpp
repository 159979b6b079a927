// Gradus as one of the participants: its engine fed from the stored rows, as `gradus train` does it.
//   gradus_peer f32|f64 THREADS
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>

#include "gradus/training/trainer.hpp"
#include "serve.hpp"
#include "training/batch_feeder.hpp"
#include "training/evaluation.hpp"
#include "training/version.hpp"

namespace {

using namespace gradus;

template <class T>
Matrix<T> as_matrix(const bench::Problem& problem, const char* type) {
  const std::vector<T> values = problem.inputs<T>(type);
  Matrix<T> matrix(problem.samples, problem.num_inputs());
  std::ranges::copy(values, matrix.span().begin());
  return matrix;
}

Dataset make_dataset(const bench::Problem& problem, bool wide) {
  Dataset data;
  if (problem.has_bytes) {
    data.table.features = as_matrix<std::uint8_t>(problem, "u8");
  } else if (wide) {
    data.table.features = as_matrix<double>(problem, "f64");
  } else {
    data.table.features = as_matrix<float>(problem, "f32");
  }
  data.table.labels = problem.labels;
  for (std::uint32_t r = 0; r < problem.samples; ++r) data.train.push_back(r);
  return data;
}

template <class T>
Network<T> make_network(const bench::Problem& problem) {
  NetworkSpec spec =
      make_network_spec(problem.widths, parse_activation(problem.activation), parse_output(problem.output));
  for (LayerSpec& layer : spec.layers) {
    layer.l1 = problem.l1;
    layer.l2 = problem.l2;
  }
  Network<T> network(spec);
  auto from = problem.parameters.begin();
  const auto take = [&from](std::span<T> to) {
    for (T& value : to) value = static_cast<T>(*from++);
  };
  for_each_block(network.parameters, [&](const ParameterBlock&, std::span<T> values) { take(values); });
  return network;
}

template <class T>
class GradusTrainer : public bench::Trainer {
 public:
  GradusTrainer(const bench::Problem& problem, unsigned threads)
      : learning_rate_(problem.learning_rate),
        data_(make_dataset(problem, sizeof(T) == sizeof(double))),
        scaling_{.divisor = problem.has_bytes ? problem.divisor : 1.0, .mean = {}, .std = {}},
        feeder_(data_, scaling_, {}),
        engine_(make_network<T>(problem), {.max_batch = std::max(kEvaluationRows, problem.batch),
                                           .typical_batch = problem.batch,
                                           .threads = threads}),
        batches_(data_.train, {.batch_size = problem.batch, .order = BatchOrder::kFile, .drop_last = true}, 0, 0) {}

  void train_batch(std::size_t batch) override {
    const BatchTargets<T> targets = feeder_.feed(engine_, batches_, batch);
    engine_.train_step(targets, {.learning_rate = learning_rate_, .step = ++step_});
  }

  [[nodiscard]] std::vector<double> parameters() const override {
    Network<T> network(engine_.spec());
    engine_.store_parameters(network);
    std::vector<double> values;
    for_each_block(std::as_const(network.parameters), [&values](const ParameterBlock&, std::span<const T> block) {
      values.insert(values.end(), block.begin(), block.end());
    });
    return values;
  }

 private:
  const double learning_rate_;
  const Dataset data_;
  const Scaling scaling_;
  BatchFeeder<T> feeder_;
  Engine<T> engine_;
  const EpochBatches batches_;
  std::uint64_t step_ = 0;
};

template <class T>
int serve_in(unsigned threads) {
  return bench::serve(version(), [threads](const bench::Problem& problem) -> std::unique_ptr<bench::Trainer> {
    return std::make_unique<GradusTrainer<T>>(problem, threads);
  });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string dtype = argc == 3 ? argv[1] : "";
  if (dtype != "f32" && dtype != "f64") {
    std::fprintf(stderr, "usage: gradus_peer f32|f64 THREADS\n");
    return 2;
  }
  const auto threads = static_cast<unsigned>(std::max(1, std::atoi(argv[2])));
  return dtype == "f32" ? serve_in<float>(threads) : serve_in<double>(threads);
}
