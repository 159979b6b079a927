// A file of images, packed or not, and the labels behind it.
// SPDX-License-Identifier: Apache-2.0
#include "data/idx.hpp"

#include "dataset.hpp"

GRADUS_FUZZ_TARGET(idx) {
  using namespace gradus;
  const SourceOptions options = fuzz::small_options();
  const fuzz::Input images = fuzz::take_piece(input);
  fuzz::accepts([&] {
    const data::RawArray x = data::read_idx({images.begin(), images.end()}, "images", options.max_bytes);
    const data::RawArray y = data::read_idx({input.begin(), input.end()}, "labels", options.max_bytes);
    data::PartBlocks blocks;
    blocks.index_labels = true;
    blocks.train = data::block_of_pair(x, y, "rows");
    fuzz::to_dataset(std::move(blocks), options);
  });
}
