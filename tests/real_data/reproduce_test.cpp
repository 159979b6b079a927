// The quick subset of every published study, judged by the program itself.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/program.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

TEST(QuickReproduction, no_row_of_any_notebook_is_off) {
  for (const char* file : {"mnist/mnist.pkl.gz", "fashion/train-images-idx3-ubyte.gz", "peaks/PeaksData.mat",
                           "gmm/GMMData.mat", "circles/cercles.txt"}) {
    if (!real_data(file)) GTEST_SKIP() << "no " << file;
  }
  const std::string data = real_data("mnist")->parent_path().string();
  const TempDir folder;
  const ProcessResult result = gradus_program({"reproduce", "--quick", "--quiet", "--json", "--out", folder / "out",
                                               "--data-dir", data, "--record", folder / "record.json"});
  EXPECT_EQ(result.exit_code, 0) << result.out;
  const nlohmann::json record = nlohmann::json::parse(read_whole_file(folder / "record.json"));
  std::size_t digits_rows = 0;
  for (const auto& study : record["studies"]) {
    EXPECT_NE(study["verdict"], "off") << study.dump(1);
    for (const auto& row : study["rows"]) digits_rows += row["verdict"] == "exact" ? 1 : 0;
  }
  EXPECT_GE(digits_rows, 16U) << "s2's printed digits";
  std::size_t figures = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "out")) {
    if (!entry.is_directory()) continue;  // the page with all of them
    const nlohmann::json study = nlohmann::json::parse(read_whole_file((entry.path() / "reproduction.json").string()));
    for (const auto& figure : study["figures"]) {
      ++figures;
      if (figure["kind"] == "boundary") {
        EXPECT_FALSE(figure["boundary"]["classes"].empty()) << figure["title"];
        continue;
      }
      for (const auto& series : figure["series"]) {
        // Curves of cases that a quick run leaves out are empty.
        const std::string title = figure["title"], label = series["label"];
        const bool left_out = label.starts_with("normal tanh") ||
                              (entry.path().filename() == "s4-train-quick" && title.starts_with("Peaks"));
        if (left_out) continue;
        EXPECT_FALSE(series["y"].empty()) << entry.path() << figure["title"] << series["label"];
        EXPECT_EQ(series["y"].size(), series["x"].size());
      }
    }
  }
  EXPECT_GE(figures, 30U) << "18 of gradient tests, 9 boundaries, curves";
}

}  // namespace
}  // namespace gradus::test
