// The sentence with which something is refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gradus/core/error.hpp"

namespace gradus::test {

/// What InputError says when `act` is called; "" where it throws none.
template <class Act>
std::string refusal_of(const Act& act) {
  try {
    act();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

/// `piece`, so many times.
inline std::string repeated(const std::string& piece, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

}  // namespace gradus::test
