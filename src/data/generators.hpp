// Data sets that need no file. Every value comes from RandomStream(seed, kGenerator, part) and our own elementary
// functions, so that a seed means the same bits on every machine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "gradus/data/source.hpp"

namespace gradus::data {

[[nodiscard]] bool is_generator(std::string_view name);
/// The data set `name`; parts are set where the generator defines them. `name`, `source` and `sha256` are set.
Dataset generate(std::string_view name, const SourceOptions& options);

/// Drawn 28x28 digits (u8), for generate().
void draw_digits(Dataset& dataset, std::size_t num_train, std::size_t num_test, std::uint64_t seed, double noise);

}  // namespace gradus::data
