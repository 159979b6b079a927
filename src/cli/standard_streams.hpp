// Standard input, output and error as a program may find them: closed, or with nobody who reads.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace gradus::cli {

/// What a shell says of a program whose reader has gone: 128 + SIGPIPE.
constexpr int kReaderGone = 141;

/// Before anything is opened. A stream that is closed is put in place by one that fails, so that no file gets its
/// number and what is said is not written into that file; a reader that has gone is an error of writing from here on,
/// so that it ends no training that only wants to say how far it is.
void secure_standard_streams();

/// Writes out what standard output still holds. Gives kReaderGone where its reader has gone, now or earlier, 0 where
/// all was written; throws RunError otherwise.
int finish_standard_output();

}  // namespace gradus::cli
