// The database of a search, as `gradus report` and `search --show` read it.
// SPDX-License-Identifier: Apache-2.0
#include "folder.hpp"
#include "gradus/search/study.hpp"

GRADUS_FUZZ_TARGET(study_database) {
  using namespace gradus;
  const fuzz::Folder& folder = fuzz::own_folder();
  folder.write("study.sqlite-wal", {});
  folder.write("study.sqlite-shm", {});
  folder.write("study.sqlite", input);
  fuzz::accepts([&] { study_json(read_study(folder.path()), folder.path()); });
}
