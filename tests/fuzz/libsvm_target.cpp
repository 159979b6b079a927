// SPDX-License-Identifier: Apache-2.0
#include "data/libsvm.hpp"

#include "dataset.hpp"

GRADUS_FUZZ_TARGET(libsvm) {
  using namespace gradus;
  const SourceOptions options = fuzz::small_options();
  fuzz::accepts([&] {
    const std::string_view text = fuzz::text_of(input);
    const bool looks_so = data::is_libsvm(text.substr(0, 4096));
    fuzz::to_dataset(data::read_libsvm(text, "x.svm", options), options);
    (void)looks_so;
  });
}
