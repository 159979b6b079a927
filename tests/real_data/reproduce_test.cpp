// The quick subset of every published study, judged by the program itself.
#include <gtest/gtest.h>

#include <cstdlib>

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
}

}  // namespace
}  // namespace gradus::test
