// SPDX-License-Identifier: Apache-2.0
#include "training/tensorboard.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <bit>
#include <chrono>
#include <filesystem>
#include <vector>

#include "core/atomic_file.hpp"
#include "core/crc32c.hpp"
#include "core/text_file.hpp"

namespace gradus {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEventFile = "events.out.tfevents.";
constexpr const char* kEventSuffix = ".gradus";

template <class Integer>
std::string little_endian(Integer value) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof value; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

// Checksums of data that may hold checksums themselves are rotated and shifted by a constant.
std::string masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return little_endian(std::rotr(crc, 15) + 0xa282ead8U);
}

// Seven bits a byte, lowest first; the high bit says that more follow.
std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(0x80U | (value & 0x7fU));
  return bytes + static_cast<char>(value);
}

enum class Wire : std::uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

std::string field_key(unsigned number, Wire wire) {
  return varint((std::uint64_t{number} << 3) | static_cast<std::uint64_t>(wire));
}

std::string bytes_field(unsigned number, std::string_view bytes) {
  return field_key(number, Wire::kBytes) + varint(bytes.size()) + std::string(bytes);
}

std::string double_field(unsigned number, double value) {
  return field_key(number, Wire::kFixed64) + little_endian(std::bit_cast<std::uint64_t>(value));
}

std::string float_field(unsigned number, double value) {
  return field_key(number, Wire::kFixed32) + little_endian(std::bit_cast<std::uint32_t>(static_cast<float>(value)));
}

using Scalars = std::vector<std::pair<std::string, double>>;

void add_part(Scalars& scalars, const std::string& part, const PartMetrics& metrics) {
  scalars.emplace_back("loss/" + part, metrics.loss);
  if (metrics.accuracy) scalars.emplace_back("accuracy/" + part, *metrics.accuracy);
  if (metrics.top_k) scalars.emplace_back("top_k/" + part, *metrics.top_k);
  for (const auto& [measure, value] : metrics.watched) {
    scalars.emplace_back(std::string(measure_facts(measure).name) + "/" + part, value);
  }
}

}  // namespace

std::string tensorboard_record(const std::string& event) {
  const std::string length = little_endian(std::uint64_t{event.size()});
  return length + masked_crc(length) + event + masked_crc(event);
}

// Event: double wall_time = 1, int64 step = 2, string file_version = 3, Summary summary = 5.
std::string tensorboard_version_event(double wall_seconds) {
  return double_field(1, wall_seconds) + bytes_field(3, "brain.Event:2");
}

// Summary: repeated Value value = 1. Value: string tag = 1, float simple_value = 2.
std::string tensorboard_scalars(double wall_seconds, std::int64_t step,
                                std::span<const std::pair<std::string, double>> scalars) {
  std::string summary;
  for (const auto& [tag, value] : scalars) summary += bytes_field(1, bytes_field(1, tag) + float_field(2, value));
  return double_field(1, wall_seconds) + field_key(2, Wire::kVarint) + varint(static_cast<std::uint64_t>(step)) +
         bytes_field(5, summary);
}

Next TensorBoardWriter::on_start(const StartEvent& event) {
  remove_event_files(folder_);
  std::error_code ignored;
  fs::create_directories(folder_, ignored);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  wall_seconds_ = std::chrono::duration<double>(now).count();
  for (const EpochRecord& record : event.history) wall_seconds_ -= record.seconds;
  path_ = fmt::format("{}/{}{:.0f}.{}{}", folder_, kEventFile, wall_seconds_, getpid(), kEventSuffix);
  std::string records = tensorboard_record(tensorboard_version_event(wall_seconds_));
  for (const EpochRecord& record : event.history) records += epoch_record(record);
  write_file(path_, records);
  return Next::kGoOn;
}

Next TensorBoardWriter::on_epoch_end(const EpochRecord& record) {
  append_to_file(path_, epoch_record(record));
  return Next::kGoOn;
}

std::string TensorBoardWriter::epoch_record(const EpochRecord& record) {
  wall_seconds_ += record.seconds;
  Scalars scalars;
  add_part(scalars, "train", record.train);
  if (record.valid) add_part(scalars, "valid", *record.valid);
  if (record.test) add_part(scalars, "test", *record.test);
  if (record.penalty) scalars.emplace_back("penalty", *record.penalty);
  scalars.emplace_back("learning_rate", record.learning_rate);
  scalars.emplace_back("samples_per_second", record.samples_per_second);
  return tensorboard_record(tensorboard_scalars(wall_seconds_, static_cast<std::int64_t>(record.epoch), scalars));
}

void remove_event_files(const std::string& folder) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kEventFile) && name.ends_with(kEventSuffix)) fs::remove(entry.path(), ignored);
  }
}

}  // namespace gradus
