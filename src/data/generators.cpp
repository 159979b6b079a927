// SPDX-License-Identifier: Apache-2.0
#include "data/generators.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/scalar_math.hpp"
#include "gradus/core/error.hpp"
#include "gradus/core/random.hpp"
#include "gradus/core/sha256.hpp"

namespace gradus {
namespace data {
namespace {

/// A sample's features are written to `x`; returns its label. `row` is its number within the part.
using DrawSample = std::int32_t (*)(RandomStream& random, std::size_t row, double noise, std::span<float> x);

// -- peaks -----------------------------------------------------------------------------------------------------------
//   f(x, y) = 3 (1 - x)^2 e^(-x^2 - (y + 1)^2) - 10 (x / 5 - x^3 - y^5) e^(-x^2 - y^2) - e^(-(x + 1)^2 - y^2) / 3
// on the square [-3, 3]^2, a common test surface. A class is a band of heights. The limits are the quintiles of f
// over the square (midpoint rule, 4,000 x 4,000 points), so all five classes are equally likely.
constexpr std::array<double, 4> kPeakLimits{-0.3079435622779098, 0.0016685197093333599, 0.15357726179195502,
                                            1.313640199721312};

double peaks_height(double x, double y) {
  const double bell = math::exp(-x * x - y * y);
  const double y5 = y * y * y * y * y;
  return 3.0 * (1.0 - x) * (1.0 - x) * math::exp(-x * x - (y + 1.0) * (y + 1.0)) -
         10.0 * (x / 5.0 - x * x * x - y5) * bell - math::exp(-(x + 1.0) * (x + 1.0) - y * y) / 3.0;
}

std::int32_t draw_peaks(RandomStream& random, std::size_t, double noise, std::span<float> x) {
  const double x1 = random.uniform(-3.0, 3.0);
  const double x2 = random.uniform(-3.0, 3.0);
  const double height = peaks_height(x1, x2);
  x[0] = static_cast<float>(noise > 0.0 ? x1 + noise * random.normal() : x1);
  x[1] = static_cast<float>(noise > 0.0 ? x2 + noise * random.normal() : x2);
  return static_cast<std::int32_t>(std::lower_bound(kPeakLimits.begin(), kPeakLimits.end(), height) -
                                   kPeakLimits.begin());
}

// -- gmm -------------------------------------------------------------------------------------------------------------
// Five Gaussians in five dimensions: mean 1.5 along axis k (so any two means are 2.1 apart), standard deviation `noise`
// along the axes, but twice that along the next axis, so that the best boundaries are curved.
std::int32_t draw_gmm(RandomStream& random, std::size_t row, double noise, std::span<float> x) {
  const std::size_t k = row % 5;
  for (std::size_t i = 0; i < 5; ++i) {
    const double spread = i == (k + 1) % 5 ? 2.0 * noise : noise;
    x[i] = static_cast<float>((i == k ? 1.5 : 0.0) + spread * random.normal());
  }
  return static_cast<std::int32_t>(k);
}

// -- circles, moons, spirals
// -------------------------------------------------------------------------------------------
void place(RandomStream& random, double noise, double x1, double x2, std::span<float> x) {
  x[0] = static_cast<float>(x1 + noise * random.normal());
  x[1] = static_cast<float>(x2 + noise * random.normal());
}

/// Radius 1 (class 0) and radius 0.6 (class 1) around the origin.
std::int32_t draw_circles(RandomStream& random, std::size_t row, double noise, std::span<float> x) {
  const auto k = static_cast<std::int32_t>(row % 2);
  const double radius = k == 0 ? 1.0 : 0.6;
  const double angle = random.uniform(0.0, 2.0 * std::numbers::pi);
  place(random, noise, radius * math::cos(angle), radius * math::sin(angle), x);
  return k;
}

/// Two half circles that reach into each other: the upper one around (0, 0), the lower one around (1, 0.5).
std::int32_t draw_moons(RandomStream& random, std::size_t row, double noise, std::span<float> x) {
  const auto k = static_cast<std::int32_t>(row % 2);
  const double angle = random.uniform(0.0, std::numbers::pi);
  const double sign = k == 0 ? 1.0 : -1.0;
  place(random, noise, sign * math::cos(angle) + (k == 0 ? 0.0 : 1.0), sign * math::sin(angle) + (k == 0 ? 0.0 : 0.5),
        x);
  return k;
}

/// Two spirals of one and a half turns, opposite each other; radius grows with the angle up to 1.
std::int32_t draw_spirals(RandomStream& random, std::size_t row, double noise, std::span<float> x) {
  const auto k = static_cast<std::int32_t>(row % 2);
  // The square root spreads the samples evenly along the arm.
  const double along = std::sqrt(random.uniform());
  const double angle = 3.0 * std::numbers::pi * along + (k == 0 ? 0.0 : std::numbers::pi);
  place(random, noise, along * math::cos(angle), along * math::sin(angle), x);
  return k;
}

struct Generator {
  std::string_view name;
  std::string_view summary;
  std::size_t num_features;
  std::size_t num_classes;
  std::size_t num_train;
  std::size_t num_valid;
  std::size_t num_test;
  double noise;
  DrawSample draw;  // nullptr: digits, which have pixels instead
};

constexpr std::array<Generator, 6> kGenerators{{
    {"peaks", "heights of a hilly surface, 2 features, 5 classes, 25,000 + 6,250", 2, 5, 25000, 6250, 0, 0.0,
     draw_peaks},
    {"gmm", "Gaussian mixture, 5 features, 5 classes, 25,000 + 6,250", 5, 5, 25000, 6250, 0, 0.3, draw_gmm},
    {"circles", "two circles, one in the other, 4,000 + 1,000", 2, 2, 4000, 1000, 0, 0.08, draw_circles},
    {"moons", "two half moons, 4,000 + 1,000", 2, 2, 4000, 1000, 0, 0.1, draw_moons},
    {"spirals", "two spirals, 4,000 + 1,000", 2, 2, 4000, 1000, 0, 0.02, draw_spirals},
    {"digits", "drawn digits of 28x28 pixels, 10 classes, 10,000 + 2,000 (test)", 784, 10, 10000, 0, 2000, 1.0,
     nullptr},
}};

const Generator* find_generator(std::string_view name) {
  const auto* found = std::find_if(kGenerators.begin(), kGenerators.end(), [&](auto& g) { return g.name == name; });
  return found == kGenerators.end() ? nullptr : found;
}

/// Rows [first, first + count) from the part's own stream, so that the size of one part changes nothing in another.
void draw_part(const Generator& generator, std::uint64_t seed, std::uint64_t part, std::size_t first, std::size_t count,
               double noise, Dataset& dataset) {
  RandomStream random(seed, Purpose::kGenerator, part);
  auto& features = std::get<Matrix<float>>(dataset.table.features);
  for (std::size_t r = 0; r < count; ++r) {
    dataset.table.labels[first + r] = generator.draw(random, r, noise, features.row(first + r));
  }
}

std::string hash_of(const Dataset& dataset) {
  Sha256 hash;
  visit_features(dataset.table.features, [&hash](const auto& matrix) { hash.update(std::as_bytes(matrix.span())); });
  hash.update(std::as_bytes(std::span(dataset.table.labels)));
  return hash.hex_digest();
}

}  // namespace

bool is_generator(std::string_view name) {
  return find_generator(name) != nullptr;
}

Dataset generate(std::string_view name, const SourceOptions& options) {
  const Generator& generator = *find_generator(name);
  const double noise = options.noise < 0.0 ? generator.noise : options.noise;
  if (!std::isfinite(noise)) throw InputError(ErrorParts{"data.noise", "a finite number", "another", ""});
  std::size_t train = generator.num_train;
  std::size_t held_out = generator.num_valid + generator.num_test;
  if (options.generated_rows > 0) {
    if (options.generated_rows < 2 * generator.num_classes || options.generated_rows > 100'000'000) {
      throw InputError(ErrorParts{"data.rows", fmt::format("{} to 100000000 rows", 2 * generator.num_classes),
                                  std::to_string(options.generated_rows), ""});
    }
    // Asked for N rows in all, the parts keep their proportion.
    held_out = options.generated_rows * held_out / (train + held_out);
    train = options.generated_rows - held_out;
  }
  Dataset dataset;
  dataset.name = name;
  dataset.source = fmt::format("{} (generated, seed {}, noise {})", name, options.seed, noise);
  for (std::size_t k = 0; k < generator.num_classes; ++k) dataset.class_names.push_back(std::to_string(k));
  dataset.table.labels.resize(train + held_out);
  for (std::size_t r = 0; r < train; ++r) dataset.train.push_back(static_cast<std::uint32_t>(r));
  auto& other = generator.num_test > 0 ? dataset.test : dataset.valid;
  for (std::size_t r = train; r < train + held_out; ++r) other.push_back(static_cast<std::uint32_t>(r));
  if (generator.draw == nullptr) {
    draw_digits(dataset, train, held_out, options.seed, noise);
  } else {
    dataset.table.features = Matrix<float>(train + held_out, generator.num_features);
    draw_part(generator, options.seed, 0, 0, train, noise, dataset);
    draw_part(generator, options.seed, 1, train, held_out, noise, dataset);
  }
  dataset.sha256 = hash_of(dataset);
  return dataset;
}

}  // namespace data

std::vector<SourceEntry> generators() {
  std::vector<SourceEntry> entries;
  entries.reserve(std::size(data::kGenerators));
  for (const data::Generator& generator : data::kGenerators) {
    entries.push_back({std::string(generator.name), std::string(generator.summary), false});
  }
  return entries;
}

}  // namespace gradus
