// SPDX-License-Identifier: Apache-2.0
#include "training/checkpoint.hpp"

#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "core/json_text.hpp"
#include "core/suggest.hpp"
#include "core/text_file.hpp"
#include "gradus/core/error.hpp"
#include "gradus/core/sha256.hpp"

namespace gradus {
namespace {

using SortedJson = nlohmann::json;          // as it is written
using StoredJson = nlohmann::ordered_json;  // as it is read

constexpr std::string_view kMagic = "GRADUSC1";
constexpr std::size_t kDigestSize = 64;
constexpr std::size_t kPrefixSize = kMagic.size() + sizeof(std::uint64_t);

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

SortedJson part_json(const PartMetrics& part) {
  SortedJson json = SortedJson::array({part.loss, optional_json(part.accuracy), optional_json(part.top_k)});
  for (const auto& [measure, value] : part.watched) json.push_back({measure_facts(measure).name, value});
  return json;
}

PartMetrics json_part(const StoredJson& value) {
  PartMetrics part{value.at(0).get<double>(), json_optional(value.at(1)), json_optional(value.at(2))};
  for (std::size_t i = 3; i < value.size(); ++i) {
    const std::string name = value.at(i).at(0).get<std::string>();
    part.watched[parse_kind("checkpoint", kMeasureTable, name)] = value.at(i).at(1).get<double>();
  }
  return part;
}

// Short keys: a long run stores one such array per epoch in every checkpoint.
SortedJson epoch_json_array(const EpochRecord& r) {
  return SortedJson::array({r.epoch, part_json(r.train), r.valid ? part_json(*r.valid) : SortedJson(nullptr),
                            r.test ? part_json(*r.test) : SortedJson(nullptr), optional_json(r.penalty),
                            r.learning_rate, r.seconds, r.samples_per_second});
}

EpochRecord json_epoch(const StoredJson& value) {
  EpochRecord record;
  record.epoch = json_count<std::size_t>(value.at(0));
  record.train = json_part(value.at(1));
  if (!value.at(2).is_null()) record.valid = json_part(value.at(2));
  if (!value.at(3).is_null()) record.test = json_part(value.at(3));
  record.penalty = json_optional(value.at(4));
  record.learning_rate = value.at(5).get<double>();
  record.seconds = value.at(6).get<double>();
  record.samples_per_second = value.at(7).get<double>();
  return record;
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
  json["history"] = SortedJson::array();
  for (const EpochRecord& record : p.history) json["history"].push_back(epoch_json_array(record));
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
  for (const StoredJson& record : json.at("history")) p.history.push_back(json_epoch(record));
  return p;
}

// All arrays of a state in their stored order: of each set of parameters, block after block.
template <class State, class Visit>
void for_each_array(State& state, const Visit& visit) {
  const auto visit_blocks = [&visit](auto& parameters) {
    for_each_block(parameters, [&visit](const ParameterBlock&, auto values) { visit(values); });
  };
  const auto visit_network = [&](auto& network) {
    visit_blocks(network.parameters);
    visit_blocks(network.state);
  };
  visit_network(state.network);
  for (auto& slot : state.optimizer.slots) visit_blocks(slot);
  if (state.best) visit_network(*state.best);
}

template <class State>
std::size_t arrays_size_bytes(State& state) {
  std::size_t size = 0;
  for_each_array(state, [&size](auto values) { size += values.size_bytes(); });
  return size;
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

}  // namespace

template <class T>
std::vector<std::byte> encode_checkpoint(const TrainState<T>& state, const CheckpointIdentity& identity) {
  SortedJson header = progress_json(state.progress);
  header["dtype"] = kTypeName<T>;
  header["shape"] = shape_string(state.network.spec);
  header["slots"] = state.optimizer.slots.size();
  header["has_best"] = state.best.has_value();
  header["data_sha256"] = identity.data_sha256;
  header["config_sha256"] = identity.config_sha256;
  header["epochs"] = identity.epochs;
  const std::string text = header.dump(-1, ' ', false, SortedJson::error_handler_t::replace);

  std::vector<std::byte> bytes;
  bytes.reserve(kPrefixSize + text.size() + arrays_size_bytes(state) + kDigestSize);
  const auto append = [&bytes](std::span<const std::byte> part) {
    bytes.insert(bytes.end(), part.begin(), part.end());
  };
  append(std::as_bytes(std::span(kMagic)));
  const std::uint64_t size = text.size();
  for (unsigned i = 0; i < 8; ++i) bytes.push_back(static_cast<std::byte>(size >> (8 * i)));
  append(std::as_bytes(std::span(text)));
  for_each_array(state, [&append](auto values) { append(std::as_bytes(values)); });
  const std::string digest = sha256_hex(bytes);
  append(std::as_bytes(std::span(digest)));
  return bytes;
}

bool is_intact_checkpoint(std::span<const std::byte> bytes) {
  if (bytes.size() < kPrefixSize + kDigestSize) return false;
  if (std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) return false;
  const std::string digest = sha256_hex(bytes.first(bytes.size() - kDigestSize));
  return std::memcmp(bytes.data() + bytes.size() - kDigestSize, digest.data(), kDigestSize) == 0;
}

std::vector<std::byte> read_intact_checkpoint(const std::string& path) {
  const std::optional<std::string> text = read_text_if_there(path);
  const auto bytes = std::as_bytes(std::span(text ? std::string_view(*text) : std::string_view()));
  if (!is_intact_checkpoint(bytes)) return {};
  return {bytes.begin(), bytes.end()};
}

template <class T>
void decode_checkpoint(std::span<const std::byte> bytes, const CheckpointIdentity& identity, TrainState<T>& state) {
  if (!is_intact_checkpoint(bytes)) damaged("a torn or altered one");
  std::span<const std::byte> rest = bytes.subspan(kMagic.size(), bytes.size() - kMagic.size() - kDigestSize);
  std::uint64_t header_size = 0;
  for (unsigned i = 0; i < 8; ++i) header_size |= static_cast<std::uint64_t>(rest[i]) << (8 * i);
  rest = rest.subspan(8);
  if (header_size > rest.size()) damaged("a header longer than the file");
  const auto* text = reinterpret_cast<const char*>(rest.data());
  try {
    const StoredJson header = require_json({text, header_size}, "checkpoint: header");
    require_same(header, "data_sha256", identity.data_sha256, "data");
    // Older checkpoints do not say it.
    const std::size_t epochs =
        header.contains("epochs") ? json_count<std::size_t>(header.at("epochs")) : identity.epochs;
    const bool other = epochs != identity.epochs && identity.config_of_epochs;
    require_same(header, "config_sha256", other ? identity.config_of_epochs(epochs) : identity.config_sha256,
                 "configuration");
    require_same(header, "dtype", kTypeName<T>, "type");
    require_same(header, "shape", shape_string(state.network.spec), "network");
    if (json_count<std::size_t>(header.at("slots")) != state.optimizer.slots.size())
      damaged("another optimizer's state");
    state.best.reset();
    if (header.at("has_best").get<bool>()) state.best.emplace(state.network);
    state.progress = json_progress(header);
    const TrainProgress& p = state.progress;
    for (const std::size_t count :
         {p.history.size(), p.stopping.best_epoch, p.stopping.waited, p.plateau.waited, p.plateau.reductions}) {
      if (count > p.epoch) damaged("more than its epochs allow");
    }
  } catch (const StoredJson::exception&) {
    damaged("a header that cannot be read");
  }
  rest = rest.subspan(header_size);
  if (arrays_size_bytes(state) != rest.size()) damaged("arrays of another size");
  for_each_array(state, [&rest](auto values) {
    if (values.empty()) return;
    std::memcpy(values.data(), rest.data(), values.size_bytes());
    rest = rest.subspan(values.size_bytes());
  });
}

template std::vector<std::byte> encode_checkpoint(const TrainState<float>&, const CheckpointIdentity&);
template std::vector<std::byte> encode_checkpoint(const TrainState<double>&, const CheckpointIdentity&);
template void decode_checkpoint(std::span<const std::byte>, const CheckpointIdentity&, TrainState<float>&);
template void decode_checkpoint(std::span<const std::byte>, const CheckpointIdentity&, TrainState<double>&);

}  // namespace gradus
