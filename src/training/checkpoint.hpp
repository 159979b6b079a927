// A checkpoint as bytes, in two parts that may be kept apart.
// The state: "GRADUSC2", the lengths of a JSON header and of the history (u64 each, little-endian), the history's
// SHA-256, the header, the arrays, and the SHA-256 of all that precedes it; hashes are 64 hexadecimal digits. The
// history: a line per epoch. It only grows, so that a run's checkpoints share one file of it. A torn or altered one is
// recognised before it is used. "GRADUSC1" of older versions has the history in its header.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "gradus/training/observer.hpp"
#include "training/train_state.hpp"

namespace gradus {

/// What a checkpoint must have in common with the run that continues from it.
struct CheckpointIdentity {
  std::string data_sha256;
  std::string config_sha256;
  std::size_t epochs = 0;  // that the run will have; a checkpoint may be of a run of fewer or more
  /// config_sha256 of the same run with another number of epochs; null where only a run of as many continues.
  std::function<std::string(std::size_t epochs)> config_of_epochs;
};

/// Gives the state's part to `take`. Parameters and optimizer state come from the engine, one after the other into the
/// network of `state`, which then has the engine's parameters: there is no room for a copy of it all.
template <class T>
void write_checkpoint(TrainState<T>& state, const Engine<T>& engine, const CheckpointIdentity& identity,
                      const ByteSink& take);

/// Reads both parts into `state`, whose network has the run's shape already, and parameters and optimizer state into
/// the engine: every size is compared with theirs before anything is copied. Throws InputError: damaged, of another
/// run, of other data.
template <class T>
void read_checkpoint(std::span<const std::byte> bytes, const CheckpointIdentity& identity, TrainState<T>& state,
                     Engine<T>& engine);

/// Whether both parts are there and whole: magic, lengths and hashes.
bool is_intact_checkpoint(std::span<const std::byte> bytes);

/// The bytes of the file with both parts, empty where it is missing, torn or altered.
std::vector<std::byte> read_intact_checkpoint(const std::string& path);

/// The same where the history is in a file of its own, which may be longer than this checkpoint's.
std::vector<std::byte> read_intact_checkpoint(const std::string& path, const std::string& history_path);

}  // namespace gradus
