// SPDX-License-Identifier: Apache-2.0
#include "data/pickle.hpp"

#include "dataset.hpp"

GRADUS_FUZZ_TARGET(pickle) {
  using namespace gradus;
  const SourceOptions options = fuzz::small_options();
  fuzz::accepts([&] {
    const std::vector<data::PicklePart> parts = data::read_pickle_parts(fuzz::shared_copy(input), "x.pkl");
    data::PartBlocks blocks;
    blocks.index_labels = true;
    blocks.train = data::block_of_pair(parts.front().x, parts.front().y, "rows");
    fuzz::to_dataset(std::move(blocks), options);
  });
}
