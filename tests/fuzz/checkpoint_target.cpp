// A checkpoint as if its hashes were right: they protect from damage, not from who can compute them.
// SPDX-License-Identifier: Apache-2.0
#include "training/checkpoint.hpp"

#include <algorithm>
#include <cstring>

#include "gradus/core/sha256.hpp"
#include "gradus/training/trainer.hpp"
#include "target.hpp"
#include "training/small_run.hpp"

namespace {

using Bytes = std::vector<std::byte>;

// Of the run that the seeds are of (make_seeds.py).
struct SmallTraining {
  gradus::Network<float> network{gradus::test::make_small_run().spec};
  gradus::Engine<float> engine{network, options()};

  static gradus::EngineOptions options() {
    gradus::EngineOptions options;
    options.threads = 1;
    options.optimizer.kind = gradus::OptimizerKind::kAdam;
    options.typical_batch = options.max_batch = 8;
    return options;
  }
};

void append(Bytes& to, std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  to.insert(to.end(), bytes.begin(), bytes.end());
}

// The state's part with the right hashes, and behind it the history, whose length it says. Older versions had no such
// part.
Bytes with_hashes(std::span<const std::byte> input) {
  constexpr std::size_t kLengthAt = 16;
  constexpr std::size_t kHashAt = 24;
  constexpr std::size_t kHashSize = 64;
  Bytes state(input.begin(), input.end());
  Bytes history;
  const bool has_history = state.size() >= kHashAt + kHashSize && std::memcmp(state.data(), "GRADUSC2", 8) == 0;
  if (has_history) {
    std::uint64_t length = 0;
    std::memcpy(&length, state.data() + kLengthAt, sizeof length);
    const std::size_t most = state.size() - kHashAt - kHashSize;
    const auto begin = state.end() - static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(length, most));
    history.assign(begin, state.end());
    state.erase(begin, state.end());
    const std::string hash = gradus::sha256_hex(history);
    std::ranges::copy(std::as_bytes(std::span(hash)), state.begin() + kHashAt);
  }
  append(state, gradus::sha256_hex(state));
  state.insert(state.end(), history.begin(), history.end());
  return state;
}

// Both parts of a state, as the run folder keeps them.
Bytes written(gradus::TrainState<float>& state, const gradus::Engine<float>& engine,
              const gradus::CheckpointIdentity& identity) {
  Bytes bytes;
  gradus::write_checkpoint<float>(state, engine, identity, [&bytes](std::span<const std::byte> piece) {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
  });
  append(bytes, state.progress.history_text.text());
  return bytes;
}

}  // namespace

GRADUS_FUZZ_TARGET(checkpoint) {
  using namespace gradus;
  static SmallTraining* const training = new SmallTraining;  // an engine for each input would be all that is measured
  const Bytes bytes = with_hashes(input);
  const CheckpointIdentity identity{
      .data_sha256 = "data", .config_sha256 = "config", .epochs = 4, .config_of_epochs = {}};
  fuzz::accepts([&] {
    TrainState<float> state;
    state.network = training->network;
    read_checkpoint<float>(bytes, identity, state, training->engine);
    const Bytes once = written(state, training->engine, identity);
    TrainState<float> again;
    again.network = training->network;
    read_checkpoint<float>(once, identity, again, training->engine);
    fuzz::require(written(again, training->engine, identity) == once,
                  "a state that was read can be written and read again");
  });
}
