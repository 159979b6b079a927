// A model file: safetensors and what its metadata say. What is read can be written, and is the same when read again.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/model/model_file.hpp"

#include "target.hpp"

GRADUS_FUZZ_TARGET(model) {
  using namespace gradus;
  fuzz::accepts([&] {
    const Model model = read_model(input, "x.safetensors");
    const std::vector<std::byte> written = model_bytes(model);
    fuzz::require(model_bytes(read_model(written)) == written, "a model that was read can be written and read again");
  });
}
