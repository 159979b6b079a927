// The compiled part of the toml++ library, so that libgradus.so needs no other file.
// SPDX-License-Identifier: Apache-2.0
#define TOML_HEADER_ONLY 0
#define TOML_IMPLEMENTATION
#include <toml++/toml.h>
