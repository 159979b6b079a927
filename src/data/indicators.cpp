// SPDX-License-Identifier: Apache-2.0
#include "data/indicators.hpp"

#include <cmath>
#include <string>

#include "gradus/core/error.hpp"

namespace gradus::data {

void check_can_scale(const Dataset& dataset, double divisor) {
  if (dataset.train.empty()) throw InputError(ErrorParts{dataset.source, "training rows to scale by", "none", ""});
  if (!std::isfinite(divisor) || divisor == 0.0) {
    throw InputError(ErrorParts{"data.scale", "a divisor that is finite and not zero", std::to_string(divisor), ""});
  }
}

void leave_indicators(Scaling& scaling, const Preprocessing& preprocessing) {
  const std::vector<bool> indicator = preprocessing.is_indicator();
  for (std::size_t i = 0; i < indicator.size(); ++i) {
    if (!indicator[i]) continue;
    scaling.mean[i] = 0.0;
    scaling.std[i] = 1.0;
  }
}

}  // namespace gradus::data
