// The median of measurements.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <queue>
#include <vector>

namespace gradus {

/// Mean of the two middle values where their number is even; `values` must not be empty.
inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

/// The same of values that come one by one: O(log n) for each.
class RunningMedian {
 public:
  void add(double value) {
    lower_.push(value);
    upper_.push(lower_.top());
    lower_.pop();
    if (upper_.size() <= lower_.size() + 1) return;
    lower_.push(upper_.top());
    upper_.pop();
  }
  [[nodiscard]] std::size_t size() const { return lower_.size() + upper_.size(); }
  /// There must be a value.
  [[nodiscard]] double value() const {
    return upper_.size() > lower_.size() ? upper_.top() : 0.5 * (lower_.top() + upper_.top());
  }

 private:
  std::priority_queue<double> lower_;  // the smaller half; its largest value is on top
  std::priority_queue<double, std::vector<double>, std::greater<>> upper_;
};

}  // namespace gradus
