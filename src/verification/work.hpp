// Independent pieces of work, run side by side. Every piece writes to its own place, so results do not depend on
// threads.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gradus/verification/verify.hpp"

namespace gradus::verification {

class Work {
 public:
  /// `cost` in any unit that all pieces share.
  void add(std::string what, double cost, std::function<void()> piece);
  /// Runs all pieces, the dearest first, and forgets them. Rethrows the first exception of a piece.
  void run(unsigned threads, const VerifyProgress& progress);

 private:
  struct Piece {
    std::string what;
    double cost;
    std::function<void()> run;
  };
  std::vector<Piece> pieces_;
};

}  // namespace gradus::verification
