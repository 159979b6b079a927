// Tangents: which groups are set, and products over them.
// SPDX-License-Identifier: Apache-2.0
#include "verification/tangent.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace gradus::verification {
namespace {

constexpr std::array<std::string_view, kNumBlockRoles> kGroupKinds = {
    "weights", "biases", "scale", "shift", "slope", "running mean", "running variance"};

template <class Use>
void for_each_product(const Tangent& a, const Tangent& b, const Use& use) {
  for (const Group& group : a.groups()) {
    const std::span<const double> left = a.values(group);
    const std::span<const double> right = b.values(group);
    if (right.empty()) continue;
    for (std::size_t i = 0; i < left.size(); ++i) use(left[i] * right[i]);
  }
}

}  // namespace

std::string_view group_kind(const Group& group) {
  if (group.is_inputs()) return "inputs";
  return kGroupKinds[static_cast<std::size_t>(*group.role)];
}

std::string group_name(const Group& group) {
  return "layer " + std::to_string(group.layer + 1) + " " + std::string(group_kind(group));
}

Tangent::Tangent(const std::shared_ptr<const ParameterLayout>& layout, std::size_t num_layers)
    : parameters_(layout), is_set_(layout->blocks().size(), false), inputs_(num_layers) {}

Tangent::Tangent(Parameters<double> parameters, std::size_t num_layers)
    : parameters_(std::move(parameters)), is_set_(parameters_.blocks().size(), true), inputs_(num_layers) {}

std::span<double> Tangent::set(std::size_t layer, BlockRole role) {
  const ParameterBlock* const block = parameters_.layout()->find(layer, role);
  is_set_[static_cast<std::size_t>(block - parameters_.blocks().data())] = true;
  const std::span<double> values = parameters_.values(*block);
  std::ranges::fill(values, 0.0);
  return values;
}

void Tangent::set_parameters(Parameters<double> parameters) {
  parameters_ = std::move(parameters);
  is_set_.assign(parameters_.blocks().size(), true);
}

std::vector<Group> Tangent::groups() const {
  std::vector<Group> groups;
  std::size_t next = 0;
  const std::span<const ParameterBlock> blocks = parameters_.blocks();
  for (std::size_t l = 0; l < inputs_.size(); ++l) {
    for (; next < blocks.size() && blocks[next].layer == l; ++next) {
      if (is_set_[next]) groups.push_back({l, blocks[next].role});
    }
    if (!inputs_[l].empty()) groups.push_back({l, std::nullopt});
  }
  return groups;
}

const ParameterBlock* Tangent::find_set(const Group& group) const {
  const ParameterBlock* const block = parameters_.layout()->find(group.layer, *group.role);
  if (block == nullptr || !is_set_[static_cast<std::size_t>(block - parameters_.blocks().data())]) return nullptr;
  return block;
}

std::span<double> Tangent::values(const Group& group) {
  if (group.is_inputs()) return inputs_[group.layer].span();
  const ParameterBlock* const block = find_set(group);
  return block == nullptr ? std::span<double>() : parameters_.values(*block);
}

std::span<const double> Tangent::values(const Group& group) const {
  if (group.is_inputs()) return inputs_[group.layer].span();
  const ParameterBlock* const block = find_set(group);
  return block == nullptr ? std::span<const double>() : parameters_.values(*block);
}

double dot(const Tangent& direction, const Tangent& gradient) {
  double sum = 0.0;
  for_each_product(direction, gradient, [&](double product) { sum += product; });
  return sum;
}

double dot_magnitude(const Tangent& direction, const Tangent& gradient) {
  double sum = 0.0;
  for_each_product(direction, gradient, [&](double product) { sum += std::fabs(product); });
  return sum;
}

double dot_norm(const Tangent& direction, const Tangent& gradient) {
  double sum = 0.0;
  for_each_product(direction, gradient, [&](double product) { sum += product * product; });
  return std::sqrt(sum);
}

// Scaled by the largest element: squares of gradients below 1e-154 would vanish.
double norm(std::span<const double> values) {
  double largest = 0.0;
  for (const double v : values) {
    if (!(std::fabs(v) <= largest)) largest = std::fabs(v);
  }
  if (largest == 0.0 || !std::isfinite(largest)) return largest;
  double sum = 0.0;
  for (const double v : values) sum += (v / largest) * (v / largest);
  return largest * std::sqrt(sum);
}

bool same_numbers(const Tangent& a, const Tangent& b) {
  const std::vector<Group> groups = a.groups();
  return groups == b.groups() && std::ranges::all_of(groups, [&](const Group& group) {
           return std::ranges::equal(a.values(group), b.values(group));
         });
}

}  // namespace gradus::verification
