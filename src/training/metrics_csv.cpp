// SPDX-License-Identifier: Apache-2.0
#include "training/metrics_csv.hpp"

#include <fmt/format.h>

namespace gradus {
namespace {

std::string csv_number(const std::optional<double>& value) {
  return value ? fmt::format("{}", *value) : "";
}

std::string csv_part(const std::optional<PartMetrics>& part) {
  if (!part) return ",,";
  return fmt::format("{},{},{}", part->loss, csv_number(part->accuracy), csv_number(part->top_k));
}

}  // namespace

std::string metrics_csv_header(std::span<const Monitor> watched) {
  std::string header =
      "epoch,train_loss,train_accuracy,train_top_k,valid_loss,valid_accuracy,valid_top_k,test_loss,test_accuracy,"
      "test_top_k,penalty,learning_rate,seconds,samples_per_second";
  for (const Monitor& monitor : watched) header += "," + monitor.name();
  return header + "\n";
}

std::string metrics_csv_line(const EpochRecord& record, std::span<const Monitor> watched) {
  std::string line = fmt::format("{},{},{},{},{},{},{},{}", record.epoch, csv_part(record.train),
                                 csv_part(record.valid), csv_part(record.test), csv_number(record.penalty),
                                 record.learning_rate, record.seconds, record.samples_per_second);
  for (const Monitor& monitor : watched) line += fmt::format(",{}", monitor.value(record));
  return line + "\n";
}

}  // namespace gradus
