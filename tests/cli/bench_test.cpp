// gradus bench keeps its contract; no test asserts a duration.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/program.hpp"
#include "engine/benchmark.hpp"

namespace gradus {
namespace {

TEST(Bench, counts_the_operations_that_the_studies_state) {
  // GFLOP per epoch: 243 / 239 / 179 / 10.0 / 0.037 (per sample 4 P for the first layer, 6 P for the others).
  const std::vector<benchmark::Workload> workloads = benchmark::study_workloads();
  const std::vector<double> expected = {243e9, 239e9, 179e9, 10.0e9, 0.037e9};
  ASSERT_EQ(workloads.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(benchmark::operations_per_epoch(workloads[i]) / expected[i], 1.0, 0.01) << workloads[i].name;
  }
}

TEST(Bench, json_keeps_the_contract) {
  const test::ProcessResult result = test::gradus_program(
      {"bench", "--workload", "s4", "--dtype", "f32", "--threads", "1", "--rounds", "1", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const nlohmann::json json = nlohmann::json::parse(result.out);
  EXPECT_GT(json.at("peak_gflops").at("f32").get<double>(), 0.0);
  EXPECT_GT(json.at("peak_gflops").at("f64").get<double>(), 0.0);
  EXPECT_TRUE(json.at("machine").contains("cpu"));
  ASSERT_EQ(json.at("workloads").size(), 1U);
  const nlohmann::json& row = json.at("workloads").at(0);
  EXPECT_EQ(row.at("name"), "s4");
  EXPECT_EQ(row.at("dtype"), "f32");
  EXPECT_EQ(row.at("threads"), 1);
  for (const char* figure : {"seconds_per_epoch", "gflops", "fraction_of_peak"}) {
    EXPECT_GT(row.at(figure).get<double>(), 0.0) << figure;
  }
}

TEST(Bench, unknown_workload_gets_a_suggestion) {
  const test::ProcessResult result = test::gradus_program({"bench", "--workload", "s9"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("did you mean"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace gradus
