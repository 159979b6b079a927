#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "cli/note.hpp"
#include "gradus/training/trainer.hpp"

namespace gradus::cli {
namespace {

constexpr int kBarWidth = 24;
constexpr double kRedrawSeconds = 0.1;  // faster is only flicker

std::string part_text(const char* name, const PartMetrics& metrics) {
  std::string text = fmt::format("  {} loss {:.4f}", name, metrics.loss);
  if (metrics.accuracy) text += fmt::format(" acc {:.4f}", *metrics.accuracy);
  if (metrics.top_k) text += fmt::format(" top-k {:.4f}", *metrics.top_k);
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

Progress::Progress()
    : terminal_(isatty(STDERR_FILENO) != 0), colour_(terminal_ && std::getenv("NO_COLOR") == nullptr) {}

void Progress::on_start(const StartEvent& event) {
  epochs_ = event.run.epochs;
  first_epoch_ = event.epoch;
  start_ = last_drawn_ = Clock::now();
  if (event.resumed) note("resuming in epoch {} after batch {}\n", event.epoch + 1, event.step);
}

void Progress::on_step(const StepEvent& event) {
  if (!terminal_) return;
  const Clock::time_point now = Clock::now();
  if (std::chrono::duration<double>(now - last_drawn_).count() < kRedrawSeconds) return;
  last_drawn_ = now;
  const double share = static_cast<double>(event.batch) / static_cast<double>(event.num_batches);
  const double done = static_cast<double>(event.epoch - 1 - first_epoch_) + share;
  const double left = static_cast<double>(epochs_ - event.epoch + 1) - share;
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  const double rate = event.seconds > 0.0 ? static_cast<double>(event.samples) / event.seconds : 0.0;
  const char* on = colour_ ? "\033[36m" : "";
  const char* off = colour_ ? "\033[0m" : "";
  std::string line = fmt::format("epoch {}/{} {}{}{} {}/{}  loss {:.4f}", event.epoch, epochs_, on, bar_text(share),
                                 off, event.batch, event.num_batches, event.loss_mean);
  if (event.accuracy) line += fmt::format(" acc {:.4f}", *event.accuracy);
  line += fmt::format("  {:.0f}/s  {} left", rate, duration_text(done > 0.0 ? elapsed * left / done : 0.0));
  note("\r\033[K{}", line);
  std::fflush(stderr);
  bar_shown_ = true;
}

void Progress::clear_bar() {
  if (bar_shown_) note("\r\033[K");
  bar_shown_ = false;
}

void Progress::on_epoch_end(const EpochRecord& record) {
  clear_bar();
  std::string line = fmt::format("epoch {}/{}", record.epoch, epochs_) + part_text("train", record.train);
  if (record.valid) line += part_text("valid", *record.valid);
  if (record.test) line += part_text("test", *record.test);
  note("{}  lr {:.4g}  {:.2f}s  {:.0f} samples/s\n", line, record.learning_rate, record.seconds,
       record.samples_per_second);
}

}  // namespace gradus::cli
