// Options that say something which the chosen kind does not read: silence would let a user believe in them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gradus/training/run_config.hpp"

namespace gradus {

/// Throws InputError for the first constant of an optimizer, schedule or early stopping that differs from its default
/// and that the chosen kind does not read; the sentence names the kinds that do. For a whole configuration, after
/// defaults of the data are filled in. Let pass are schedule.by_step, which only says how often a rate is set, and
/// monitors, which a printed configuration names whatever reads them. A search may vary the kind, so it does not ask.
void refuse_idle_options(const RunConfig& config);
/// Sets them to their defaults, which changes no result: what a search tried varies constants with the kinds that read
/// them and without.
void drop_idle_options(RunConfig& config);

}  // namespace gradus
