// The generator of drawn digits: each is a few strokes, distorted at random, drawn with a round pen of random width on
// 28 x 28 pixels. Real handwriting is harder; this is for trying things out where no file is at hand.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/scalar_math.hpp"
#include "data/generators.hpp"
#include "gradus/core/random.hpp"

namespace gradus::data {
namespace {

constexpr std::size_t kSide = 28;

struct Point {
  double x;
  double y;
};
using Stroke = std::vector<Point>;
using Glyph = std::vector<Stroke>;

/// Points of an ellipse's arc; angles in turns, 0 to the right, growing clockwise (y points down).
Stroke arc(Point centre, double radius_x, double radius_y, double from, double to) {
  constexpr int kPieces = 16;
  Stroke stroke;
  for (int i = 0; i <= kPieces; ++i) {
    const double angle = 2.0 * std::numbers::pi * (from + (to - from) * i / kPieces);
    stroke.push_back({centre.x + radius_x * math::cos(angle), centre.y + radius_y * math::sin(angle)});
  }
  return stroke;
}

Stroke joined(std::initializer_list<Stroke> pieces) {
  Stroke stroke;
  for (const Stroke& piece : pieces) stroke.insert(stroke.end(), piece.begin(), piece.end());
  return stroke;
}

/// The ten digits in a box of x -1..1 and y -1.5..1.5, y pointing down. Some have a second form, as hands do.
std::array<std::vector<Glyph>, 10> make_glyphs() {
  std::array<std::vector<Glyph>, 10> glyphs;
  glyphs[0] = {{arc({0, 0}, 0.85, 1.4, 0.75, 1.75)}};
  glyphs[1] = {{{{0, -1.4}, {0, 1.4}}}, {{{-0.55, -0.85}, {0.05, -1.4}, {0.05, 1.4}}}};
  glyphs[2] = {{joined({arc({0, -0.7}, 0.8, 0.75, 0.55, 1.08), {{-0.85, 1.4}, {0.9, 1.4}}})},
               {joined({arc({0, -0.7}, 0.8, 0.75, 0.55, 1.08),
                        {{-0.55, 0.95}},
                        arc({-0.6, 1.15}, 0.25, 0.22, 0.6, 1.6),
                        {{0.9, 1.35}}})}};
  glyphs[3] = {{joined(
      {arc({-0.05, -0.72}, 0.75, 0.68, 0.58, 1.2), {{-0.1, -0.05}}, arc({-0.05, 0.68}, 0.85, 0.74, 0.8, 1.42)})}};
  glyphs[4] = {{{{0.3, -1.4}, {-0.85, 0.45}, {0.9, 0.45}}, {{0.4, -0.4}, {0.4, 1.4}}},
               {{{-0.65, -1.3}, {-0.75, 0.1}, {0.65, 0.1}}, {{0.6, -1.4}, {0.55, 1.4}}}};
  glyphs[5] = {{joined({{{0.75, -1.4}, {-0.6, -1.4}, {-0.7, -0.15}}, arc({-0.05, 0.5}, 0.85, 0.85, 0.65, 1.4)})}};
  glyphs[6] = {{joined({{{0.5, -1.4}, {-0.1, -0.95}, {-0.6, -0.2}}, arc({0, 0.65}, 0.78, 0.75, 0.5, -0.5)})}};
  glyphs[7] = {{{{-0.8, -1.35}, {0.8, -1.35}, {0.2, 0.0}, {-0.15, 1.4}}},
               {{{-0.8, -1.35}, {0.8, -1.35}, {0.2, 0.0}, {-0.15, 1.4}}, {{-0.35, 0.05}, {0.65, 0.05}}}};
  glyphs[8] = {{arc({0, -0.72}, 0.65, 0.66, 0.25, 1.25), arc({0, 0.7}, 0.8, 0.74, 0.75, 1.75)}};
  glyphs[9] = {{arc({-0.02, -0.65}, 0.72, 0.72, 0.0, 1.0), {{0.7, -0.65}, {0.6, 0.4}, {0.35, 1.4}}},
               {arc({-0.02, -0.65}, 0.72, 0.72, 0.0, 1.0), {{0.7, -0.65}, {0.7, 1.4}}}};
  return glyphs;
}

/// Where a glyph's point comes to lie: size, slant, turn and place, then a slow wave as of an unsteady hand.
class Distortion {
 public:
  Distortion(RandomStream& random, double strength) {
    const double size = 6.6 + 0.5 * strength * random.uniform(-1.0, 1.0);
    const double turn = 0.22 * strength * random.uniform(-1.0, 1.0);
    const double slant = 0.25 * strength * random.uniform(-1.0, 1.0);
    const double width = size * (1.0 + 0.2 * strength * random.uniform(-1.0, 1.0));
    const double cosine = math::cos(turn);
    const double sine = math::sin(turn);
    a_ = {width * cosine, -size * (sine + slant * cosine)};
    b_ = {width * sine, size * (cosine - slant * sine)};
    shift_ = {13.5 + 1.6 * strength * random.uniform(-1.0, 1.0), 13.5 + 1.6 * strength * random.uniform(-1.0, 1.0)};
    for (double& wave : wave_) wave = 0.7 * strength * random.uniform(-1.0, 1.0);
    for (double& phase : phase_) phase = random.uniform(0.0, 2.0 * std::numbers::pi);
  }
  [[nodiscard]] Point operator()(Point p) const {
    return {shift_.x + a_.x * p.x + a_.y * p.y + wave_[0] * math::sin(2.0 * p.y + phase_[0]),
            shift_.y + b_.x * p.x + b_.y * p.y + wave_[1] * math::sin(2.0 * p.x + phase_[1])};
  }

 private:
  Point a_{};
  Point b_{};
  Point shift_{};
  std::array<double, 2> wave_{};
  std::array<double, 2> phase_{};
};

double squared_distance(Point p, Point from, Point to) {
  const double dx = to.x - from.x;
  const double dy = to.y - from.y;
  const double length = dx * dx + dy * dy;
  const double along = length > 0.0 ? ((p.x - from.x) * dx + (p.y - from.y) * dy) / length : 0.0;
  const double t = std::clamp(along, 0.0, 1.0);
  const double ex = p.x - (from.x + t * dx);
  const double ey = p.y - (from.y + t * dy);
  return ex * ex + ey * ey;
}

/// Ink of one segment: full within the pen's radius, fading over one pixel at its edge. Pixels keep the darkest ink.
void draw_segment(Point from, Point to, double radius, std::array<double, kSide * kSide>& ink) {
  const auto range = [radius](double a, double b, std::size_t& first, std::size_t& last) {
    const double low = std::clamp(std::floor(std::min(a, b) - radius - 1.0), 0.0, static_cast<double>(kSide));
    const double high = std::clamp(std::ceil(std::max(a, b) + radius + 2.0), 0.0, static_cast<double>(kSide));
    first = static_cast<std::size_t>(low);
    last = static_cast<std::size_t>(high);
  };
  std::size_t first_x = 0, last_x = 0, first_y = 0, last_y = 0;
  range(from.x, to.x, first_x, last_x);
  range(from.y, to.y, first_y, last_y);
  for (std::size_t y = first_y; y < last_y; ++y) {
    for (std::size_t x = first_x; x < last_x; ++x) {
      const Point pixel{static_cast<double>(x), static_cast<double>(y)};
      const double distance = std::sqrt(squared_distance(pixel, from, to));
      double& at = ink[y * kSide + x];
      at = std::max(at, std::clamp(radius + 0.5 - distance, 0.0, 1.0));
    }
  }
}

void draw_digit(const Glyph& glyph, RandomStream& random, double strength, std::span<std::uint8_t> pixels) {
  const Distortion distort(random, strength);
  const double radius = 1.15 + 0.35 * strength * random.uniform(-1.0, 1.0);
  const double darkness = 255.0 - 35.0 * std::min(strength, 2.0) * random.uniform();
  std::array<double, kSide * kSide> ink{};
  for (const Stroke& stroke : glyph) {
    for (std::size_t i = 1; i < stroke.size(); ++i) {
      // Long straight segments bend with the wave too.
      constexpr int kPieces = 4;
      for (int piece = 0; piece < kPieces; ++piece) {
        const auto between = [&](int step) {
          const double t = static_cast<double>(step) / kPieces;
          return distort({stroke[i - 1].x + t * (stroke[i].x - stroke[i - 1].x),
                          stroke[i - 1].y + t * (stroke[i].y - stroke[i - 1].y)});
        };
        draw_segment(between(piece), between(piece + 1), radius, ink);
      }
    }
  }
  for (std::size_t i = 0; i < ink.size(); ++i) pixels[i] = static_cast<std::uint8_t>(darkness * ink[i]);
}

}  // namespace

void draw_digits(Dataset& dataset, std::size_t num_train, std::size_t num_test, std::uint64_t seed, double noise) {
  const auto glyphs = make_glyphs();
  Matrix<std::uint8_t> pixels(num_train + num_test, kSide * kSide);
  const double strength = std::min(noise, 3.0);
  for (const std::uint64_t part : {0u, 1u}) {
    RandomStream random(seed, Purpose::kGenerator, part);
    const std::size_t first = part == 0 ? 0 : num_train;
    const std::size_t count = part == 0 ? num_train : num_test;
    for (std::size_t r = 0; r < count; ++r) {
      const std::size_t digit = r % 10;
      const std::vector<Glyph>& forms = glyphs[digit];
      draw_digit(forms[random.below(forms.size())], random, strength, pixels.row(first + r));
      dataset.table.labels[first + r] = static_cast<std::int32_t>(digit);
    }
  }
  dataset.table.features = std::move(pixels);
  dataset.image = ImageShape{kSide, kSide};
}

}  // namespace gradus::data
