// SPDX-License-Identifier: Apache-2.0
#include "data/npy.hpp"

#include "dataset.hpp"

GRADUS_FUZZ_TARGET(npy) {
  using namespace gradus;
  const SourceOptions options = fuzz::varied_options(input);
  fuzz::accepts([&] {
    data::RawArray array = data::read_npy(fuzz::shared_copy(input), "x.npy", options.max_bytes);
    fuzz::to_dataset(data::blocks_of_arrays({{"", std::move(array)}}, options, "x.npy"), options);
  });
}
