// LibTorch, PyTorch without Python, in its usual idiom: Sequential, a loss, backward, torch::optim::SGD; float32.
// Threads: OMP_NUM_THREADS.
// SPDX-License-Identifier: Apache-2.0
#include <torch/torch.h>

#include "serve.hpp"

namespace {

class LibTorchTrainer : public bench::Trainer {
 public:
  explicit LibTorchTrainer(const bench::Problem& problem)
      : problem_(problem), inputs_values_(problem.inputs<float>("f32")) {
    const auto size = [](std::size_t value) { return static_cast<std::int64_t>(value); };
    const double* from = problem.parameters.data();
    const torch::NoGradGuard no_gradient;
    for (std::size_t l = 1; l < problem.widths.size(); ++l) {
      const std::int64_t fan_in = size(problem.widths[l - 1]), fan_out = size(problem.widths[l]);
      torch::nn::Linear linear(fan_in, fan_out);
      linear->weight.copy_(given(from, fan_in * fan_out).reshape({fan_in, fan_out}).t());
      linear->bias.copy_(given(from + fan_in * fan_out, fan_out));
      from += (fan_in + 1) * fan_out;
      linears_.push_back(linear);
      model_->push_back(linear);
      if (l + 1 == problem.widths.size()) continue;
      if (problem.activation == "relu") {
        model_->push_back(torch::nn::ReLU());
      } else {
        model_->push_back(torch::nn::Tanh());
      }
    }
    optimizer_ = std::make_unique<torch::optim::SGD>(model_->parameters(), problem.learning_rate);
    inputs_ = torch::from_blob(inputs_values_.data(), {size(problem.samples), size(problem.num_inputs())});
    targets_ = torch::tensor(problem.labels, torch::kInt64);
    if (problem.output == "sigmoid") {
      targets_ = torch::one_hot(targets_, size(problem.widths.back())).to(torch::kFloat32);
    }
  }

  void train_batch(std::size_t batch) override {
    const auto rows = static_cast<std::int64_t>(problem_.batch);
    const std::int64_t first = static_cast<std::int64_t>(batch) * rows;
    optimizer_->zero_grad();
    const torch::Tensor z = model_->forward(inputs_.slice(0, first, first + rows));
    torch::Tensor loss = loss_of(z, targets_.slice(0, first, first + rows));
    if (problem_.l1 > 0.0 || problem_.l2 > 0.0) {
      for (const torch::nn::Linear& linear : linears_) {
        loss = loss + problem_.l1 * linear->weight.abs().sum() + problem_.l2 * linear->weight.square().sum();
      }
    }
    loss.backward();
    optimizer_->step();
  }

  [[nodiscard]] std::vector<double> parameters() const override {
    std::vector<double> values;
    for (const torch::nn::Linear& linear : linears_) {
      append(values, linear->weight.detach().t());
      append(values, linear->bias.detach());
    }
    return values;
  }

 private:
  static torch::Tensor given(const double* from, std::int64_t count) {
    return torch::from_blob(const_cast<double*>(from), {count}, torch::kFloat64);
  }

  static void append(std::vector<double>& values, const torch::Tensor& tensor) {
    const torch::Tensor all = tensor.to(torch::kFloat64).contiguous();
    values.insert(values.end(), all.data_ptr<double>(), all.data_ptr<double>() + all.numel());
  }

  [[nodiscard]] torch::Tensor loss_of(const torch::Tensor& z, const torch::Tensor& y) const {
    namespace functional = torch::nn::functional;
    if (problem_.output == "sigmoid") {
      const auto sum = functional::BinaryCrossEntropyWithLogitsFuncOptions().reduction(torch::kSum);
      return functional::binary_cross_entropy_with_logits(z, y, sum) / static_cast<double>(problem_.batch);
    }
    return functional::cross_entropy(z, y);
  }

  const bench::Problem& problem_;
  std::vector<float> inputs_values_;
  torch::Tensor inputs_;
  torch::Tensor targets_;
  std::vector<torch::nn::Linear> linears_;
  torch::nn::Sequential model_;
  std::unique_ptr<torch::optim::SGD> optimizer_;
};

}  // namespace

int main() {
  return bench::serve(TORCH_VERSION, [](const bench::Problem& problem) -> std::unique_ptr<bench::Trainer> {
    return std::make_unique<LibTorchTrainer>(problem);
  });
}
