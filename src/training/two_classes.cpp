// SPDX-License-Identifier: Apache-2.0
#include "training/two_classes.hpp"

namespace gradus {

bool takes_one_output(const Dataset& dataset) {
  return dataset.task == Task::kClassification && dataset.num_outputs() == 2;
}

bool fits_outputs(const NetworkSpec& spec, const Dataset& dataset) {
  if (spec.num_outputs() == dataset.num_outputs()) return true;
  return spec.num_outputs() == 1 && spec.output == OutputKind::kSigmoid && takes_one_output(dataset);
}

bool gives_one_output(const Model& model) {
  return model.class_names.size() == 2 && model.spec().num_outputs() == 1;
}

Matrix<double> class_probabilities(Matrix<double> outputs) {
  if (outputs.cols() != 1) return outputs;
  Matrix<double> both(outputs.rows(), 2);
  for (std::size_t r = 0; r < outputs.rows(); ++r) {
    both(r, 0) = 1.0 - outputs(r, 0);
    both(r, 1) = outputs(r, 0);
  }
  return both;
}

}  // namespace gradus
