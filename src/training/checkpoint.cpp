// SPDX-License-Identifier: Apache-2.0
#include "training/checkpoint.hpp"

#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "core/json_text.hpp"
#include "core/text_file.hpp"
#include "gradus/core/error.hpp"
#include "gradus/core/sha256.hpp"

namespace gradus {
namespace {

using SortedJson = nlohmann::json;          // as it is written
using StoredJson = nlohmann::ordered_json;  // as it is read

constexpr std::string_view kMagic = "GRADUSC2";
constexpr std::string_view kOldMagic = "GRADUSC1";
constexpr std::size_t kDigestSize = 64;
constexpr std::size_t kLengthSize = sizeof(std::uint64_t);
constexpr std::size_t kPrefixSize = kMagic.size() + 2 * kLengthSize + kDigestSize;
constexpr std::size_t kOldPrefixSize = kOldMagic.size() + kLengthSize;

template <class T>
constexpr const char* kTypeName = sizeof(T) == 4 ? "f32" : "f64";

SortedJson optional_json(const std::optional<double>& value) {
  return value ? SortedJson(*value) : SortedJson(nullptr);
}

template <class T>
T json_count(const StoredJson& value) {
  return require_json_integer<T>(value, "checkpoint: header");
}

std::optional<double> json_optional(const StoredJson& value) {
  if (value.is_null()) return std::nullopt;
  return value.get<double>();
}

SortedJson progress_json(const TrainProgress& p) {
  SortedJson json = {
      {"epoch", p.epoch}, {"step", p.step}, {"global_step", p.global_step}, {"wall_seconds", p.wall_seconds}};
  json["sums"] =
      SortedJson::array({p.sums.loss_sum, p.sums.weight_sum, p.sums.batch_loss_sum, p.sums.batch_accuracy_sum,
                         p.sums.seconds, p.sums.batches, p.sums.correct, p.sums.rows});
  json["plateau"] = SortedJson::array({optional_json(p.plateau.best), p.plateau.waited, p.plateau.reductions});
  json["stopping"] = SortedJson::array({optional_json(p.stopping.best), p.stopping.best_epoch, p.stopping.waited,
                                        p.stopping.stop, optional_json(p.stopping.progress)});
  return json;
}

TrainProgress json_progress(const StoredJson& json) {
  TrainProgress p;
  p.epoch = json_count<std::size_t>(json.at("epoch"));
  p.step = json_count<std::size_t>(json.at("step"));
  p.global_step = json_count<std::uint64_t>(json.at("global_step"));
  p.wall_seconds = json.at("wall_seconds").get<double>();
  const StoredJson& s = json.at("sums");
  p.sums = {.loss_sum = s.at(0).get<double>(),
            .weight_sum = s.at(1).get<double>(),
            .batch_loss_sum = s.at(2).get<double>(),
            .batch_accuracy_sum = s.at(3).get<double>(),
            .seconds = s.at(4).get<double>(),
            .batches = json_count<std::uint64_t>(s.at(5)),
            .correct = json_count<std::uint64_t>(s.at(6)),
            .rows = json_count<std::uint64_t>(s.at(7))};
  const StoredJson& plateau = json.at("plateau");
  p.plateau = {json_optional(plateau.at(0)), json_count<std::size_t>(plateau.at(1)),
               json_count<std::size_t>(plateau.at(2))};
  const StoredJson& stopping = json.at("stopping");
  p.stopping = {json_optional(stopping.at(0)), json_count<std::size_t>(stopping.at(1)),
                json_count<std::size_t>(stopping.at(2)), stopping.at(3).get<bool>(),
                json_optional(stopping.at(stopping.size() > 4 ? 4 : 0))};
  return p;
}

// The arrays of a network in their stored order, block after block.
template <class Values, class Visit>
void for_each_array(Values& parameters, const Visit& visit) {
  for_each_block(parameters, [&visit](const ParameterBlock&, auto values) { visit(values); });
}

template <class Net, class Visit>
void for_each_array_of(Net& network, const Visit& visit) {
  for_each_array(network.parameters, visit);
  for_each_array(network.state, visit);
}

// What the arrays of a state take: the network's, a slot's for each slot, the best network's.
template <class T>
std::size_t arrays_size_bytes(const TrainState<T>& state, std::size_t slots) {
  const std::size_t networks = state.best ? 2 : 1;
  const std::size_t count = state.network.parameters.count() * (networks + slots);
  return (count + state.network.state.count() * networks) * sizeof(T);
}

[[noreturn]] void damaged(const std::string& found) {
  throw InputError({.where = "checkpoint",
                    .expected = "a whole checkpoint of this run",
                    .found = found,
                    .advice = "start again with --force"});
}

void require_same(const StoredJson& header, const char* key, const std::string& expected, const char* what) {
  const std::string found = header.at(key).get<std::string>();
  if (found == expected) return;
  throw InputError({.where = "checkpoint",
                    .expected = std::string("the ") + what + " that the run started with (" + found.substr(0, 16) + ")",
                    .found = expected.substr(0, 16),
                    .advice = "restore it or train anew"});
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string length_text(std::uint64_t length) {
  std::string text;
  for (unsigned i = 0; i < 8; ++i) text += static_cast<char>(length >> (8 * i));
  return text;
}

std::uint64_t read_length(std::span<const std::byte> bytes) {
  std::uint64_t length = 0;
  for (unsigned i = 0; i < 8; ++i) length |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
  return length;
}

bool begins_with(std::span<const std::byte> bytes, std::string_view magic) {
  return bytes.size() >= magic.size() && text_of(bytes.first(magic.size())) == magic;
}

// Whether the bytes end in the hash of what precedes it.
bool has_its_hash(std::span<const std::byte> bytes) {
  return bytes.size() > kDigestSize &&
         text_of(bytes.last(kDigestSize)) == sha256_hex(bytes.first(bytes.size() - kDigestSize));
}

// A checkpoint's parts, each checked by its hash. Nothing where a part is missing, torn or altered.
struct CheckpointParts {
  std::span<const std::byte> header;
  std::span<const std::byte> arrays;
  std::span<const std::byte> history;
  bool is_old = false;
};

std::optional<CheckpointParts> intact_parts(std::span<const std::byte> bytes) {
  CheckpointParts parts;
  parts.is_old = begins_with(bytes, kOldMagic);
  const std::size_t prefix = parts.is_old ? kOldPrefixSize : kPrefixSize;
  if (bytes.size() < prefix + kDigestSize || !(parts.is_old || begins_with(bytes, kMagic))) return std::nullopt;
  const std::uint64_t header = read_length(bytes.subspan(kMagic.size()));
  const std::uint64_t history = parts.is_old ? 0 : read_length(bytes.subspan(kMagic.size() + kLengthSize));
  const std::size_t rest = bytes.size() - prefix - kDigestSize;
  if (history > rest || header > rest - history) return std::nullopt;
  const std::span<const std::byte> state = bytes.first(bytes.size() - history);
  if (!has_its_hash(state)) return std::nullopt;
  parts.history = bytes.last(history);
  if (!parts.is_old && text_of(state.subspan(prefix - kDigestSize, kDigestSize)) != sha256_hex(parts.history)) {
    return std::nullopt;
  }
  parts.header = state.subspan(prefix, header);
  parts.arrays = state.subspan(prefix + header, rest - history - header);
  return parts;
}

void check_progress(const TrainProgress& p) {
  for (const std::size_t count :
       {p.history.size(), p.stopping.best_epoch, p.stopping.waited, p.plateau.waited, p.plateau.reductions}) {
    if (count > p.epoch) damaged("more than its epochs allow");
  }
}

// The records of older versions, which every checkpoint had in its header.
void read_old_history(const StoredJson& header, TrainProgress& progress) {
  for (const StoredJson& record : header.at("history")) progress.add(read_epoch(record));
}

}  // namespace

template <class T>
void write_checkpoint(TrainState<T>& state, const Engine<T>& engine, const CheckpointIdentity& identity,
                      const ByteSink& take) {
  SortedJson header = progress_json(state.progress);
  header["dtype"] = kTypeName<T>;
  header["shape"] = shape_string(engine.spec());
  header["slots"] = engine.num_slots();
  header["has_best"] = state.best.has_value();
  header["data_sha256"] = identity.data_sha256;
  header["config_sha256"] = identity.config_sha256;
  header["epochs"] = identity.epochs;
  const std::string text = header.dump(-1, ' ', false, SortedJson::error_handler_t::replace);
  const HistoryText& history = state.progress.history_text;

  Sha256 hash;
  const auto give = [&](std::span<const std::byte> piece) {
    hash.update(piece);
    take(piece);
  };
  const auto give_array = [&give](auto values) { give(std::as_bytes(values)); };
  give(bytes_of(std::string(kMagic) + length_text(text.size()) + length_text(history.text().size()) + history.sha256() +
                text));
  engine.store_parameters(state.network);
  for_each_array_of(state.network, give_array);
  for (std::size_t s = 0; s < engine.num_slots(); ++s) {
    engine.store_slot(s, state.network.parameters);
    for_each_array(state.network.parameters, give_array);
  }
  engine.store_parameters(state.network);
  if (state.best) for_each_array_of(*state.best, give_array);
  const std::string digest = hash.hex_digest();
  take(bytes_of(digest));
}

bool is_intact_checkpoint(std::span<const std::byte> bytes) {
  return intact_parts(bytes).has_value();
}

std::vector<std::byte> read_intact_checkpoint(const std::string& path) {
  std::vector<std::byte> bytes = read_bytes_if_there(path);
  if (!is_intact_checkpoint(bytes)) bytes.clear();
  return bytes;
}

std::vector<std::byte> read_intact_checkpoint(const std::string& path, const std::string& history_path) {
  std::vector<std::byte> bytes = read_bytes_if_there(path);
  if (begins_with(bytes, kMagic) && bytes.size() >= kPrefixSize) {
    const std::vector<std::byte> history = read_bytes_if_there(history_path);
    const std::uint64_t length = read_length(std::span(bytes).subspan(kMagic.size() + kLengthSize));
    if (length <= history.size()) {
      bytes.insert(bytes.end(), history.begin(), history.begin() + static_cast<std::ptrdiff_t>(length));
    }
  }
  if (!is_intact_checkpoint(bytes)) bytes.clear();
  return bytes;
}

template <class T>
void read_checkpoint(std::span<const std::byte> bytes, const CheckpointIdentity& identity, TrainState<T>& state,
                     Engine<T>& engine) {
  const std::optional<CheckpointParts> parts = intact_parts(bytes);
  if (!parts) damaged("a torn or altered one");
  try {
    const StoredJson header = require_json(text_of(parts->header), "checkpoint: header");
    require_same(header, "data_sha256", identity.data_sha256, "data");
    // Older checkpoints do not say it.
    const std::size_t epochs =
        header.contains("epochs") ? json_count<std::size_t>(header.at("epochs")) : identity.epochs;
    const bool other = epochs != identity.epochs && identity.config_of_epochs;
    require_same(header, "config_sha256", other ? identity.config_of_epochs(epochs) : identity.config_sha256,
                 "configuration");
    require_same(header, "dtype", kTypeName<T>, "type");
    require_same(header, "shape", shape_string(state.network.spec), "network");
    if (json_count<std::size_t>(header.at("slots")) != engine.num_slots()) damaged("another optimizer's state");
    state.best.reset();
    if (header.at("has_best").get<bool>()) state.best.emplace(state.network);
    state.progress = json_progress(header);
    if (parts->is_old) {
      read_old_history(header, state.progress);
    } else {
      state.progress.history = read_history(text_of(parts->history));
      state.progress.history_text = HistoryText(text_of(parts->history));
    }
    check_progress(state.progress);
  } catch (const StoredJson::exception&) {
    damaged("a header that cannot be read");
  }
  std::span<const std::byte> rest = parts->arrays;
  if (arrays_size_bytes(state, engine.num_slots()) != rest.size()) damaged("arrays of another size");
  const auto fill = [&rest](auto values) {
    if (values.empty()) return;
    std::memcpy(values.data(), rest.data(), values.size_bytes());
    rest = rest.subspan(values.size_bytes());
  };
  for_each_array_of(state.network, fill);
  engine.load_parameters(state.network);
  for (std::size_t s = 0; s < engine.num_slots(); ++s) {
    for_each_array(state.network.parameters, fill);
    engine.load_slot(s, state.network.parameters);
  }
  engine.store_parameters(state.network);
  if (state.best) for_each_array_of(*state.best, fill);
}

#define GRADUS_INSTANTIATE(T)                                                                                   \
  template void write_checkpoint(TrainState<T>&, const Engine<T>&, const CheckpointIdentity&, const ByteSink&); \
  template void read_checkpoint(std::span<const std::byte>, const CheckpointIdentity&, TrainState<T>&, Engine<T>&);
GRADUS_INSTANTIATE(float)
GRADUS_INSTANTIATE(double)
#undef GRADUS_INSTANTIATE

}  // namespace gradus
