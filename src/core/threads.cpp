// SPDX-License-Identifier: Apache-2.0
#include "gradus/core/threads.hpp"

#include <thread>

namespace gradus {

unsigned resolve_threads(unsigned threads) {
  if (threads > 0) return threads;
  const unsigned cores = std::thread::hardware_concurrency();
  return cores > 0 ? cores : 1;
}

}  // namespace gradus
