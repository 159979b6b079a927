// SPDX-License-Identifier: Apache-2.0
#include "data/arff.hpp"

#include "dataset.hpp"

GRADUS_FUZZ_TARGET(arff) {
  using namespace gradus;
  const SourceOptions options = fuzz::varied_options(input);
  const std::string_view text = fuzz::text_of(input);
  data::is_arff(text);
  fuzz::accepts([&] { fuzz::to_dataset(data::read_arff(text, "x.arff", options), options); });
}
