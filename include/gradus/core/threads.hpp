// How many threads a count given by a user means.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace gradus {

/// `threads`, or for 0 one per core.
unsigned resolve_threads(unsigned threads);

}  // namespace gradus
