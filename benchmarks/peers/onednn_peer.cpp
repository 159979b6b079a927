// One naive SGD step on oneDNN's sgemm: a product per matrix, plain loops between them, the update inside the
// gradient's product where there is no penalty (W = W - lr X^T dZ is one sgemm). Threads: OMP_NUM_THREADS.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <oneapi/dnnl/dnnl.hpp>

#include "serve.hpp"

namespace {

struct Layer {
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  std::vector<float> weights;  // inputs x outputs
  std::vector<float> biases;
  std::vector<float> h;         // batch x outputs
  std::vector<float> dz;        // batch x outputs
  std::vector<float> gradient;  // only with penalties
};

// C = alpha op(A) op(B) + beta C, row-major, op(A) m x k, op(B) k x n.
void product(char op_a, char op_b, std::size_t m, std::size_t n, std::size_t k, float alpha, const float* a,
             std::size_t lda, const float* b, std::size_t ldb, float beta, float* c) {
  const auto size = [](std::size_t value) { return static_cast<dnnl_dim_t>(value); };
  dnnl_sgemm(op_a, op_b, size(m), size(n), size(k), alpha, a, size(lda), b, size(ldb), beta, c, size(n));
}

class NaiveTrainer : public bench::Trainer {
 public:
  explicit NaiveTrainer(const bench::Problem& problem)
      : problem_(problem), inputs_(problem.inputs<float>("f32")), rate_(static_cast<float>(problem.learning_rate)) {
    auto from = problem.parameters.begin();
    const auto take = [&from](std::size_t count) {
      std::vector<float> values(count);
      for (float& value : values) value = static_cast<float>(*from++);
      return values;
    };
    for (std::size_t l = 1; l < problem.widths.size(); ++l) {
      Layer layer;
      layer.inputs = problem.widths[l - 1];
      layer.outputs = problem.widths[l];
      layer.weights = take(layer.inputs * layer.outputs);
      layer.biases = take(layer.outputs);
      layer.h.resize(problem.batch * layer.outputs);
      layer.dz.resize(problem.batch * layer.outputs);
      if (has_penalty()) layer.gradient.resize(layer.weights.size());
      layers_.push_back(std::move(layer));
    }
  }

  void train_batch(std::size_t batch) override {
    const std::size_t first = batch * problem_.batch;
    const float* const x = inputs_.data() + first * problem_.num_inputs();
    forward(x);
    output_gradient(problem_.labels.data() + first);
    for (std::size_t l = layers_.size(); l-- > 0;) {
      const float* const below = l == 0 ? x : layers_[l - 1].h.data();
      if (l > 0) input_gradient(l);
      update(layers_[l], below);
    }
  }

  [[nodiscard]] std::vector<double> parameters() const override {
    std::vector<double> values;
    for (const Layer& layer : layers_) {
      values.insert(values.end(), layer.weights.begin(), layer.weights.end());
      values.insert(values.end(), layer.biases.begin(), layer.biases.end());
    }
    return values;
  }

 private:
  [[nodiscard]] bool has_penalty() const { return problem_.l1 > 0.0 || problem_.l2 > 0.0; }

  void forward(const float* x) {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      Layer& layer = layers_[l];
      for (std::size_t b = 0; b < problem_.batch; ++b) {
        std::ranges::copy(layer.biases, layer.h.begin() + static_cast<std::ptrdiff_t>(b * layer.outputs));
      }
      product('N', 'N', problem_.batch, layer.outputs, layer.inputs, 1.0F, x, layer.inputs, layer.weights.data(),
              layer.outputs, 1.0F, layer.h.data());
      x = layer.h.data();
      if (l + 1 == layers_.size()) return;
      if (problem_.activation == "relu") {
        for (float& h : layer.h) h = std::max(h, 0.0F);
      } else {
        for (float& h : layer.h) h = std::tanh(h);
      }
    }
  }

  // dz = (p - y) / B for softmax with cross-entropy and for sigmoids with binary cross-entropy.
  void output_gradient(const std::int32_t* labels) {
    Layer& last = layers_.back();
    const float scale = 1.0F / static_cast<float>(problem_.batch);
    for (std::size_t b = 0; b < problem_.batch; ++b) {
      const float* const z = last.h.data() + b * last.outputs;
      float* const dz = last.dz.data() + b * last.outputs;
      if (problem_.output == "sigmoid") {
        for (std::size_t k = 0; k < last.outputs; ++k) dz[k] = scale / (1.0F + std::exp(-z[k]));
      } else {
        const float largest = *std::max_element(z, z + last.outputs);
        float sum = 0.0F;
        for (std::size_t k = 0; k < last.outputs; ++k) sum += dz[k] = std::exp(z[k] - largest);
        for (std::size_t k = 0; k < last.outputs; ++k) dz[k] *= scale / sum;
      }
      dz[labels[b]] -= scale;
    }
  }

  // dz of the layer below, before this layer's weights change.
  void input_gradient(std::size_t l) {
    const Layer& layer = layers_[l];
    Layer& below = layers_[l - 1];
    product('N', 'T', problem_.batch, layer.inputs, layer.outputs, 1.0F, layer.dz.data(), layer.outputs,
            layer.weights.data(), layer.outputs, 0.0F, below.dz.data());
    const bool relu = problem_.activation == "relu";
    for (std::size_t i = 0; i < below.dz.size(); ++i) {
      const float h = below.h[i];
      below.dz[i] *= relu ? (h > 0.0F ? 1.0F : 0.0F) : 1.0F - h * h;
    }
  }

  void update(Layer& layer, const float* x) const {
    const bool direct = !has_penalty();
    product('T', 'N', layer.inputs, layer.outputs, problem_.batch, direct ? -rate_ : 1.0F, x, layer.inputs,
            layer.dz.data(), layer.outputs, direct ? 1.0F : 0.0F,
            direct ? layer.weights.data() : layer.gradient.data());
    if (!direct) {
      const auto l1 = static_cast<float>(problem_.l1);
      const auto l2_twice = static_cast<float>(2.0 * problem_.l2);
      for (std::size_t i = 0; i < layer.weights.size(); ++i) {
        const float w = layer.weights[i];
        const float sign = static_cast<float>(w > 0.0F) - static_cast<float>(w < 0.0F);
        layer.weights[i] = w - rate_ * (layer.gradient[i] + l1 * sign + l2_twice * w);
      }
    }
    for (std::size_t b = 0; b < problem_.batch; ++b) {
      for (std::size_t o = 0; o < layer.outputs; ++o) layer.biases[o] -= rate_ * layer.dz[b * layer.outputs + o];
    }
  }

  const bench::Problem& problem_;
  const std::vector<float> inputs_;
  const float rate_;
  std::vector<Layer> layers_;
};

}  // namespace

int main() {
  const dnnl_version_t* const v = dnnl_version();
  const std::string version =
      std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch);
  return bench::serve(version, [](const bench::Problem& problem) -> std::unique_ptr<bench::Trainer> {
    return std::make_unique<NaiveTrainer>(problem);
  });
}
