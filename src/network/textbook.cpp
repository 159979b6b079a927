// The textbook compiled once for double and float, so that the files that include it need not.
// SPDX-License-Identifier: Apache-2.0
#include "network/textbook.hpp"

namespace gradus {

void check_labels(const NetworkSpec& spec, std::span<const std::int32_t> labels) {
  const std::size_t num_classes = spec.num_outputs() == 1 ? 2 : spec.num_outputs();
  for (std::size_t b = 0; b < labels.size(); ++b) {
    if (labels[b] < 0 || static_cast<std::size_t>(labels[b]) >= num_classes) {
      throw InputError({"label of row " + std::to_string(b + 1), "0 to " + std::to_string(num_classes - 1),
                        std::to_string(labels[b]), ""});
    }
  }
}

namespace textbook {

#define GRADUS_INSTANTIATE(T)                                                                                  \
  template ForwardPass<T> forward(const Network<T>&, Rows<T>, const Masks<T>&, const Run<T>&);                 \
  template Gradients<T> backward(const Network<T>&, const ForwardPass<T>&, const Targets<T>&, const Masks<T>&, \
                                 Hooks<T>*);                                                                   \
  template Gradients<T> backward_by_samples(const Network<T>&, Rows<T>, const Targets<T>&, const Masks<T>&);   \
  template std::vector<T> losses(const Network<T>&, const ForwardPass<T>&, const Targets<T>&);                 \
  template T loss_mean(const Network<T>&, const ForwardPass<T>&, const Targets<T>&);                           \
  template T penalty(const Network<T>&);                                                                       \
  template T objective(const Network<T>&, Rows<T>, const Targets<T>&, const Masks<T>&);
GRADUS_INSTANTIATE(double)
GRADUS_INSTANTIATE(float)
#undef GRADUS_INSTANTIATE

}  // namespace textbook
}  // namespace gradus
