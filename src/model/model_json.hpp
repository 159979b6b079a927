// A model without its parameters as JSON text: the metadata entry "gradus" of the model file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gradus/model/model_file.hpp"

namespace gradus {

/// Newest layout that this program writes and reads.
inline constexpr int kModelVersion = 2;

/// Architecture, scaling and names. Keys are those of the headers' fields.
std::string format_model(const Model& model);

struct ModelDescription {
  NetworkSpec spec;
  Model rest;  // everything but the network
};
/// Throws InputError, prefixed by `where`, for a newer version, a missing or foreign key, a value out of range.
ModelDescription parse_model(const std::string& where, const std::string& text);

}  // namespace gradus
