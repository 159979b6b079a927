// What a search varies: parameters with their values, when they exist, and how a setting of them becomes a training
// configuration. Samplers choose settings; nothing here draws a number.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/training/run_config.hpp"

namespace gradus {

/// Holds when `parent` exists and has one of `values`, or lies in [low, high] where `values` is empty.
struct Condition {
  std::string parent;
  std::vector<std::string> values{};
  double low = 0.0;
  double high = 0.0;
};

struct Parameter {
  enum class Kind : std::uint8_t { kChoice, kReal, kInteger };
  std::string name;  // a key of the configuration, "network.hidden[2]", or a name that others refer to
  Kind kind = Kind::kChoice;
  std::vector<std::string> choices{};  // kChoice
  double low = 0.0;                    // kReal, kInteger: both ends belong to the range
  double high = 0.0;
  bool log = false;               // equal ratios are equally likely
  double step = 0.0;              // above 0: values are low + n step; 0: every value (kInteger: 1)
  std::vector<Condition> when{};  // exists only when all hold
  std::string where{};            // file and line, for errors

  /// The value at position u in [0, 1) of the range or list, as text.
  [[nodiscard]] std::string text_at(double u) const;
  /// How many values there are; nothing for a range without steps.
  [[nodiscard]] std::optional<std::size_t> count() const;
  /// The value number `index` of count().
  [[nodiscard]] std::string text_of(std::size_t index) const;
  /// Whether it is one of the choices, or a number within the range.
  [[nodiscard]] bool allows(std::string_view text) const;
  /// The bounds in which all values are equally likely: (low, high); of a logarithmic range their logarithms. With
  /// steps half a step is added to both, and what is drawn between is rounded.
  [[nodiscard]] double inner_low() const;
  [[nodiscard]] double inner_high() const;
};

/// A key that is put together from parameters.
struct DerivedKey {
  enum class Kind : std::uint8_t {
    kText,    // `text` with {name} replaced
    kEach,    // name[1], ..., name[depth]: one parameter per layer
    kGrowth,  // inputs * growth^i for layer i = 1, ..., depth
  };
  std::string key;
  Kind kind = Kind::kText;
  std::string text{};   // kText
  std::string depth{};  // the parameter that counts the layers
  double growth = 0.0;  // kGrowth
  std::string where{};
};

/// A value per parameter, in the order of Space::parameters; empty where the parameter does not exist.
using Setting = std::vector<std::optional<std::string>>;

/// Number in `text`; NaN when it is none.
double number_in(std::string_view text);

class Space {
 public:
  /// Throws InputError: a name twice, a condition on what is not there, conditions in a circle, an empty list, a range
  /// upside down.
  void check();

  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;
  /// Whether parameter `index` exists, given the values of those that come before it in order().
  [[nodiscard]] bool exists(std::size_t index, const Setting& setting) const;
  /// Parents before children, otherwise as in the file.
  [[nodiscard]] const std::vector<std::size_t>& order() const { return order_; }
  /// `base` with the setting's values. `where` opens the sentences of errors.
  [[nodiscard]] RunConfig apply(const Setting& setting, const RunConfig& base, std::size_t num_inputs,
                                const std::string& where) const;

  std::vector<Parameter> parameters;  // in the order of the file
  std::vector<DerivedKey> derived;

 private:
  [[nodiscard]] std::string derived_text(const DerivedKey& key, const Setting& setting, std::size_t num_inputs) const;
  void check_parameter(const Parameter& parameter) const;
  void check_derived() const;
  void sort_by_conditions();
  std::vector<std::size_t> order_;
};

/// "learning_rate=0.1 batch_size=32": names without their section where that is enough.
std::string setting_text(const Space& space, const Setting& setting);
/// The part of a key that is enough to know it by: "training.batch_size" -> "batch_size".
std::string short_name(const std::string& name);

}  // namespace gradus
