// A checkpoint as bytes: "GRADUSC1", the length of a JSON header (u64, little-endian), the header, the arrays, and the
// SHA-256 of all that precedes it as 64 hexadecimal digits. A torn or altered one is recognised before it is used.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

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

template <class T>
std::vector<std::byte> encode_checkpoint(const TrainState<T>& state, const CheckpointIdentity& identity);

/// Reads into `state`, whose network and optimizer state have the run's shape already: every size is compared with
/// theirs before anything is copied. Throws InputError: damaged, of another run, of other data.
template <class T>
void decode_checkpoint(std::span<const std::byte> bytes, const CheckpointIdentity& identity, TrainState<T>& state);

/// Whether the bytes are whole: magic, lengths and hash.
bool is_intact_checkpoint(std::span<const std::byte> bytes);

/// The bytes of the file, empty where it is missing, torn or altered.
std::vector<std::byte> read_intact_checkpoint(const std::string& path);

}  // namespace gradus
