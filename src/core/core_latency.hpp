// How far apart two cores are: the time that a cache line written on one takes to be seen on the other. Cores that
// share a cache take 40 to 100 ns, others 190 to 260.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace gradus {

/// Nanoseconds of a hand-over: the mean over up to 4,000 of them within 20 ms. 0 with one core. Where another process
/// has one of the cores, it shows as microseconds.
double handover_nanoseconds();

/// Hardly any hand-over takes less than 150 ns. Measured at the first call and again when that is two seconds ago, for
/// a system moves threads, and a host its virtual cores; in a quarter of a millisecond, or in ten where cores are far
/// or busy.
bool cores_are_far();

}  // namespace gradus
