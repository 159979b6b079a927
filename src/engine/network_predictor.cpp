// SPDX-License-Identifier: Apache-2.0
#include "gradus/engine/network_predictor.hpp"

#include <algorithm>
#include <string>

#include "gradus/core/error.hpp"

namespace gradus {

template <class T>
NetworkPredictor<T>::NetworkPredictor(const Network<T>& network, std::size_t max_rows, unsigned threads, bool mixed)
    : max_rows_(std::max<std::size_t>(1, max_rows)),
      engine_(network, {.max_batch = max_rows_, .threads = threads, .trains = false, .mixed = mixed}) {}

template <class T>
void NetworkPredictor<T>::check(bool fits, std::size_t found) const {
  if (fits) return;
  const NetworkSpec& spec = engine_.spec();
  throw InputError({.where = "predict",
                    .expected = "rows of " + std::to_string(spec.num_inputs) + " inputs and as many of " +
                                std::to_string(spec.num_outputs()) + " outputs",
                    .found = std::to_string(found) + " columns",
                    .advice = ""});
}

template <class T>
void NetworkPredictor<T>::predict(MatrixView<const T> x, MatrixView<T> outputs) {
  check(x.cols() == engine_.spec().num_inputs, x.cols());
  check(outputs.cols() == engine_.spec().num_outputs() && outputs.rows() == x.rows(), outputs.cols());
  for (std::size_t first = 0; first < x.rows(); first += max_rows_) {
    const std::size_t rows = std::min(max_rows_, x.rows() - first);
    const MatrixView<T> to = engine_.inputs(rows);
    for (std::size_t b = 0; b < rows; ++b) std::ranges::copy(x.row(first + b), to.row(b).begin());
    const MatrixView<const T> found = engine_.predict();
    for (std::size_t b = 0; b < rows; ++b) std::ranges::copy(found.row(b), outputs.row(first + b).begin());
  }
}

template <class T>
std::span<const T> NetworkPredictor<T>::predict(std::span<const T> x) {
  check(x.size() == engine_.spec().num_inputs, x.size());
  std::ranges::copy(x, engine_.inputs(1).row(0).begin());
  return engine_.predict().row(0);
}

template class NetworkPredictor<float>;
template class NetworkPredictor<double>;

}  // namespace gradus
