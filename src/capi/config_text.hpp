// A configuration as the caller wrote it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gradus/training/run_config.hpp"

namespace gradus::capi {

/// TOML, or a JSON object with the same keys: sections, or their keys with a dot; null: as if it were not there. NULL:
/// all defaults. Throws InputError.
RunConfig config_of(const char* text);

}  // namespace gradus::capi
