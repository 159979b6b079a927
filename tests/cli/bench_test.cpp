// gradus bench: what it prints and refuses. How fast anything is belongs to no test.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "cli/program.hpp"
#include "training/epoch_timing.hpp"

namespace gradus::test {
namespace {

using benchmark::Workload;
using nlohmann::json;
using testing::HasSubstr;

json bench_json(std::vector<std::string> words) {
  words.insert(words.begin(), {"bench", "--rounds", "1", "--json"});
  const ProcessResult result = gradus_program(words);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

void expect_refused(std::vector<std::string> words, const std::vector<std::string>& mentions) {
  words.insert(words.begin(), "bench");
  const ProcessResult result = gradus_program(words);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(count_lines(result.err), 1) << result.err;
  for (const std::string& mention : mentions) EXPECT_THAT(result.err, HasSubstr(mention));
}

TEST(Bench, counts_the_operations_that_the_studies_state) {
  // GFLOP per epoch: 243 / 239 / 179 / 10.0 / 0.037 (per sample 4 P for the first layer, 6 P for the others).
  const std::vector<Workload> workloads = benchmark::study_workloads();
  const std::vector<double> expected = {243e9, 239e9, 179e9, 10.0e9, 0.037e9};
  ASSERT_EQ(workloads.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(benchmark::operations_per_epoch(workloads[i]) / expected[i], 1.0, 0.01) << workloads[i].name;
  }
}

TEST(Bench, json_keeps_the_contract) {
  const json record = bench_json({"--workload", "s4", "--dtype", "f32", "--threads", "1"});
  for (const char* key : {"cpu", "target", "threads"}) EXPECT_TRUE(record.at("machine").contains(key)) << key;
  EXPECT_GT(record.at("peak_gflops").at("f32").get<double>(), 0.0);
  EXPECT_GT(record.at("peak_gflops").at("f64").get<double>(), 0.0);
  const json& bf16 = record.at("peak_gflops").at("bf16");
  EXPECT_TRUE(bf16.is_null() || bf16.get<double>() > 0.0);
  ASSERT_EQ(record.at("workloads").size(), 1U);
  const json& row = record.at("workloads").at(0);
  EXPECT_EQ(row.at("name"), "s4");
  EXPECT_EQ(row.at("dtype"), "f32");
  EXPECT_EQ(row.at("threads"), 1);
  for (const char* figure : {"seconds_per_epoch", "gflops", "fraction_of_peak"}) {
    EXPECT_GT(row.at(figure).get<double>(), 0.0) << figure;
  }
}

TEST(Bench, two_thread_figures_carry_the_hand_over) {
  const json record = bench_json({"--workload", "s4", "--dtype", "f64", "--threads", "1", "2", "2"});
  ASSERT_EQ(record.at("workloads").size(), 2U) << "a count that is named twice is measured once";
  EXPECT_FALSE(record.at("workloads").at(0).contains("handover_ns"));
  EXPECT_TRUE(record.at("workloads").at(1).contains("handover_ns"));
}

TEST(Bench, every_type_is_measured_unless_one_is_chosen) {
  std::vector<std::string> measured;
  const json record = bench_json({"--workload", "s4", "--threads", "1"});
  for (const json& row : record.at("workloads")) measured.push_back(row.at("dtype"));
  EXPECT_EQ(measured, (std::vector<std::string>{"f32", "f64", "mixed"}));
}

TEST(Bench, sweep_has_every_width_at_every_batch) {
  const std::vector<Workload> sweep = benchmark::width_sweep();
  std::vector<std::pair<std::size_t, std::size_t>> sizes;
  for (const Workload& workload : sweep) sizes.emplace_back(workload.widths[1], workload.batch);
  std::vector<std::pair<std::size_t, std::size_t>> expected;
  for (const std::size_t width : {8, 16, 32, 64, 128, 256, 512, 1024}) {
    for (const std::size_t batch : {1, 8, 32, 128, 1024}) expected.emplace_back(width, batch);
  }
  EXPECT_EQ(sizes, expected);
  const json record = bench_json({"--sweep", "--workload", "w8-b32", "--dtype", "f32", "--threads", "1"});
  EXPECT_EQ(record.at("workloads").at(0).at("name"), "w8-b32");
}

TEST(Bench, sweep_says_where_more_threads_are_slower) {
  const ProcessResult result = gradus_program(
      {"bench", "--sweep", "--workload", "w8-b1", "--dtype", "f32", "--threads", "1", "2", "--rounds", "1"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("slower than with one thread"));
}

TEST(Bench, bad_arguments_are_one_sentence) {
  expect_refused({"--workload", "s9"}, {"--workload", "s9", "did you mean"});
  expect_refused({"--sweep", "--workload", "w9-b1"}, {"w9-b1", "did you mean"});
  expect_refused({"--dtype", "f16"}, {"--dtype", "f16", "did you mean"});
  expect_refused({"--threads", "0"}, {"--threads", "0"});
  expect_refused({"--rounds", "0"}, {"--rounds", "0"});
  expect_refused({"--rounds", "many"}, {"--rounds", "many"});
  expect_refused({"--swep"}, {"--swep", "did you mean '--sweep'?"});
}

TEST(EpochTiming, summary_takes_medians_of_figures_and_of_ratios) {
  Workload workload;
  workload.widths = {10, 10};
  workload.samples = 1000000;  // 0.4 GFLOP
  benchmark::Timing one{.threads = 1, .rounds = {}};
  benchmark::Timing two{.threads = 2, .rounds = {}};
  for (const double slow : {1.0, 4.0, 2.0}) {  // the machine's speed changes from round to round
    one.rounds.push_back({.seconds_per_epoch = slow, .peak_gflops = 1.0 / slow, .handover_ns = {}});
    two.rounds.push_back({.seconds_per_epoch = 0.5 * slow, .peak_gflops = 2.0 / slow, .handover_ns = 100.0 * slow});
  }
  const benchmark::TimingSummary summary = summarize(two, workload);
  EXPECT_DOUBLE_EQ(summary.seconds_per_epoch, 1.0);
  EXPECT_DOUBLE_EQ(summary.gflops, 0.4);
  EXPECT_DOUBLE_EQ(summary.peak_gflops, 1.0);
  EXPECT_DOUBLE_EQ(summary.fraction_of_peak, 0.4);
  EXPECT_EQ(summary.handover_ns, 200.0);
  EXPECT_FALSE(summarize(one, workload).handover_ns.has_value());
  EXPECT_DOUBLE_EQ(slowdown(one, two), 0.5);
}

TEST(EpochTiming, bytes_of_a_workload_are_never_zero) {
  Workload workload = benchmark::study_workloads()[0];
  workload.samples = 16;
  const Dataset data = make_data(workload);
  const auto& pixels = std::get<Matrix<std::uint8_t>>(data.table.features);
  EXPECT_EQ(pixels.rows(), 16U);
  for (const std::uint8_t pixel : pixels.span()) EXPECT_NE(pixel, 0);
}

}  // namespace
}  // namespace gradus::test
