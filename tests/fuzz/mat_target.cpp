// Versions 4 and 5; 7.3 is refused.
// SPDX-License-Identifier: Apache-2.0
#include "data/mat5.hpp"
#include "dataset.hpp"

GRADUS_FUZZ_TARGET(mat) {
  using namespace gradus;
  const SourceOptions options = fuzz::varied_options(input);
  fuzz::accepts([&] {
    fuzz::to_dataset(
        data::blocks_of_arrays(data::read_mat(fuzz::shared_copy(input), "x.mat", options.max_bytes), options, "x.mat"),
        options);
  });
}
