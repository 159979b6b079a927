// SPDX-License-Identifier: Apache-2.0
#include "data/npy.hpp"
#include "dataset.hpp"

GRADUS_FUZZ_TARGET(npz) {
  using namespace gradus;
  const SourceOptions options = fuzz::varied_options(input);
  fuzz::accepts([&] {
    const data::Bytes file(input.begin(), input.end());
    fuzz::to_dataset(data::blocks_of_arrays(data::read_npz(file, "x.npz", options.max_bytes), options, "x.npz"),
                     options);
  });
}
