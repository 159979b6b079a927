// A checkpoint as if its hash were right: the hash protects from damage, not from who can compute one.
// SPDX-License-Identifier: Apache-2.0
#include "training/checkpoint.hpp"

#include "gradus/core/sha256.hpp"
#include "gradus/training/trainer.hpp"
#include "target.hpp"
#include "training/small_run.hpp"

namespace {

// Of the run that the seeds are of (make_seeds.py).
const gradus::TrainState<float>& first_state() {
  static const gradus::TrainState<float> kState = [] {
    gradus::TrainState<float> state;
    state.network = gradus::Network<float>(gradus::test::make_small_run().spec);
    gradus::EngineOptions options;
    options.threads = 1;
    options.optimizer.kind = gradus::OptimizerKind::kAdam;
    options.typical_batch = options.max_batch = 8;
    state.optimizer = gradus::Engine<float>(state.network, options).store_state();
    return state;
  }();
  return kState;
}

}  // namespace

GRADUS_FUZZ_TARGET(checkpoint) {
  using namespace gradus;
  std::vector<std::byte> bytes(input.begin(), input.end());
  const std::string digest = sha256_hex(bytes);
  const auto text = std::as_bytes(std::span(digest));
  bytes.insert(bytes.end(), text.begin(), text.end());
  const CheckpointIdentity identity{
      .data_sha256 = "data", .config_sha256 = "config", .epochs = 4, .config_of_epochs = {}};
  fuzz::accepts([&] {
    TrainState<float> state = first_state();
    decode_checkpoint(bytes, identity, state);
    const std::vector<std::byte> written = encode_checkpoint(state, identity);
    TrainState<float> again = first_state();
    decode_checkpoint(written, identity, again);
    fuzz::require(encode_checkpoint(again, identity) == written, "a state that was read can be written and read again");
  });
}
