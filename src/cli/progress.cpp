// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "cli/curve.hpp"
#include "cli/note.hpp"
#include "gradus/training/trainer.hpp"

namespace gradus::cli {
namespace {

constexpr int kBarWidth = 24;
constexpr double kRedrawSeconds = 0.1;  // faster is only flicker
constexpr std::size_t kColumnsWithBar = 100;
constexpr std::size_t kColumnsWithCurve = 40;
constexpr std::size_t kMostCurveColumns = 60;
constexpr std::size_t kCurveRows = 3;

std::string part_text(const char* name, const PartMetrics& metrics) {
  std::string text = fmt::format("  {} loss {:.4f}", name, metrics.loss);
  if (metrics.accuracy) text += fmt::format(" acc {:.4f}", *metrics.accuracy);
  if (metrics.top_k) text += fmt::format(" top-k {:.4f}", *metrics.top_k);
  for (const auto& [measure, value] : metrics.watched) {
    text += fmt::format(" {} {:.4f}", measure_facts(measure).name, value);
  }
  return text;
}

// The curve with its range on the left and its name and last value on the right; empty for less than two epochs.
std::string curve_text(const std::string& name, const std::vector<double>& values, std::size_t columns) {
  const std::size_t room = columns - std::min(columns, std::size_t{32});
  const std::vector<std::string> lines = braille_curve(values, std::min(kMostCurveColumns, room), kCurveRows);
  if (lines.empty()) return {};
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  std::string text;
  for (std::size_t row = 0; row < lines.size(); ++row) {
    std::string side;
    if (row == 0) side = fmt::format("{:.4g}", *high);
    if (row + 1 == lines.size()) side = fmt::format("{:.4g}", *low);
    text += fmt::format("{:>10} {}", side, lines[row]);
    text += row + 1 == lines.size() ? fmt::format(" {} {:.4f}\n", name, values.back()) : "\n";
  }
  return text;
}

}  // namespace

std::string duration_text(double seconds) {
  const auto whole = std::lround(seconds);
  if (whole < 60) return fmt::format("{}s", whole);
  if (whole < 3600) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  return fmt::format("{}h{:02}m", whole / 3600, whole / 60 % 60);
}

std::string bar_text(double share) {
  const int filled = static_cast<int>(share * kBarWidth);
  return std::string(static_cast<std::size_t>(filled), '=') +
         std::string(static_cast<std::size_t>(kBarWidth - filled), '.');
}

Progress::Progress() : terminal_(terminal_of_stderr()), redraw_(kRedrawSeconds) {}

Next Progress::on_start(const StartEvent& event) {
  pace_.start(event);
  if (event.resumed) note("resuming in epoch {} after batch {}\n", event.epoch + 1, event.step);
  return Next::kGoOn;
}

Next Progress::on_step(const StepEvent& event) {
  if (!terminal_.interactive || !redraw_()) return Next::kGoOn;
  const std::size_t columns = terminal_columns();
  std::string line = fmt::format("epoch {}/{} ", event.epoch, pace_.epochs());
  if (columns >= kColumnsWithBar) {
    const double share = static_cast<double>(event.batch) / static_cast<double>(event.num_batches);
    line +=
        fmt::format("{}{}{} ", terminal_.colour ? "\033[36m" : "", bar_text(share), terminal_.colour ? "\033[0m" : "");
  }
  line += fmt::format("{}/{}  loss {:.4f}", event.batch, event.num_batches, event.loss_mean);
  if (event.accuracy) line += fmt::format(" acc {:.4f}", *event.accuracy);
  line += fmt::format("  {:.0f}/s  {} left", Pace::samples_per_second(event), duration_text(pace_.seconds_left(event)));
  // A line that wraps could not be drawn over.
  draw_line(cut_to_columns(line, columns - 1));
  std::fflush(stderr);
  bar_shown_ = true;
  return Next::kGoOn;
}

void Progress::clear_bar() {
  if (bar_shown_) draw_line("");
  bar_shown_ = false;
}

Next Progress::on_epoch_end(const EpochRecord& record) {
  clear_bar();
  std::string line = fmt::format("epoch {}/{}", record.epoch, pace_.epochs()) + part_text("train", record.train);
  if (record.valid) line += part_text("valid", *record.valid);
  if (record.test) line += part_text("test", *record.test);
  note("{}  lr {:.4g}  {:.2f}s  {:.0f} samples/s\n", line, record.learning_rate, record.seconds,
       record.samples_per_second);
  return Next::kGoOn;
}

void Progress::on_end(const RunRecord& record) {
  const std::size_t columns = terminal_columns();
  if (!terminal_.braille || columns < kColumnsWithCurve) return;
  std::vector<double> train;
  std::vector<double> valid;
  for (const EpochRecord& epoch : record.epochs) {
    train.push_back(epoch.train.loss);
    if (epoch.valid) valid.push_back(epoch.valid->loss);
  }
  note("{}{}", curve_text("train loss", train, columns), curve_text("valid loss", valid, columns));
}

}  // namespace gradus::cli
