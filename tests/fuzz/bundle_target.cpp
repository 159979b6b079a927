// A JSON file that somebody gives to `gradus report`: a certificate, a study, a reproduction.
// SPDX-License-Identifier: Apache-2.0
#include "folder.hpp"
#include "gradus/report/report.hpp"

GRADUS_FUZZ_TARGET(bundle) {
  using namespace gradus;
  const fuzz::Folder& folder = fuzz::own_folder();
  folder.write("x.json", input);
  const std::vector<std::string> sources = {folder.path() + "/x.json"};
  fuzz::accepts([&] {
    const std::string page =
        fill_page(R"(<script type="application/json" id="gradus-data"></script>)", bundle_json(sources, "title"));
    fuzz::require(page.find("</script", page.find("gradus-data")) == page.rfind("</script"),
                  "nothing in a bundle ends its element");
  });
}
