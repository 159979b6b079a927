// gradus check and train --check from the outside.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/program.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using nlohmann::json;

class Check : public testing::Test {
 protected:
  void SetUp() override { write_whole_file(at("small.csv"), small_csv()); }
  [[nodiscard]] std::string at(const std::string& name) const { return folder_ / name; }
  TempDir folder_;
};

TEST_F(Check, train_with_check_leaves_two_certificates_that_verify) {
  const ProcessResult trained = gradus_program(
      {"train", "--data", at("small.csv"), "--hidden", "5", "--epochs", "2", "--check", "--out", at("run")});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  EXPECT_NE(trained.err.find("gradient before the first step"), std::string::npos);
  EXPECT_NE(trained.err.find("gradient after the last step"), std::string::npos);
  const json certificate = json::parse(read_whole_file(at("run") + "/certificate.json"));
  EXPECT_EQ(certificate["verdict"], "holds");
  EXPECT_EQ(certificate["before_training"]["verdict"], "holds");
  EXPECT_NE(certificate["provenance"]["parameters_sha256"],
            certificate["before_training"]["provenance"]["parameters_sha256"]);
  const ProcessResult verified = gradus_program({"check", "--verify", at("run") + "/certificate.json"});
  EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
}

TEST_F(Check, of_a_configuration_a_run_and_a_model_gives_json_with_claims_and_detection) {
  ASSERT_EQ(gradus_program({"train", "--data", at("small.csv"), "--hidden", "4", "--epochs", "1", "--out", at("run")})
                .exit_code,
            0);
  const std::vector<std::vector<std::string>> sources = {
      {at("run")}, {at("run") + "/config.toml"}, {at("run") + "/model.safetensors", "--data", at("small.csv")}};
  for (const auto& source : sources) {
    std::vector<std::string> words = {"check", "--json", "--rows", "9", "--steps", "10,100,1000"};
    words.insert(words.end(), source.begin(), source.end());
    const ProcessResult result = gradus_program(words);
    ASSERT_EQ(result.exit_code, 0) << source[0] << result.err << result.out;
    const json object = json::parse(result.out);
    EXPECT_GT(object["claims"].size(), 50u);
    for (const json& claim : object["claims"]) {
      for (const char* key : {"claim", "method", "value", "bound", "holds"}) EXPECT_TRUE(claim.contains(key)) << key;
    }
    EXPECT_EQ(object["detection"].size(), 15u);
    EXPECT_TRUE(object["detection"][0].contains("caught_by"));
    EXPECT_EQ(object["differences"][0]["steps"], json({0.1, 0.01, 0.001}));
    EXPECT_EQ(result.err, "");
  }
}

TEST_F(Check, of_a_network_that_is_sure_of_its_rows_takes_those_with_the_largest_losses) {
  // Two clouds far apart, and a row in sixty on the wrong side.
  std::string text = "x,y,side\n";
  for (int r = 0; r < 240; ++r) {
    const bool left = r % 2 == 0;
    text += std::to_string((left ? -3.0 : 3.0) + 0.01 * (r % 7)) + "," + std::to_string(0.1 * (r % 11)) + "," +
            (left != (r % 60 == 9) ? "left" : "right") + "\n";
  }
  write_whole_file(at("sides.csv"), text);
  ASSERT_EQ(gradus_program({"train", "--data", at("sides.csv"), "--standardize=false", "--hidden", "8", "--epochs",
                            "60", "--lr", "0.05", "--no-report", "--out", at("run")})
                .exit_code,
            0);
  const ProcessResult checked =
      gradus_program({"check", at("run"), "--rows", "6", "--out", at("c.json"), "--no-report"});
  ASSERT_EQ(checked.exit_code, 0) << checked.out;
  json certificate = json::parse(read_whole_file(at("c.json")));
  EXPECT_EQ(certificate["provenance"]["row_choice"], "by loss");
  EXPECT_GT(certificate["loss"], 0.1);
  EXPECT_EQ(gradus_program({"check", "--verify", at("c.json")}).exit_code, 0);
  // As it was made before rows were chosen: the rows drawn are taken again.
  certificate["provenance"].erase("row_choice");
  write_whole_file(at("old.json"), certificate.dump());
  EXPECT_EQ(gradus_program({"check", "--verify", at("old.json")}).exit_code, 3) << "other rows, so other numbers";
}

// The studies' gradient checking: chosen weights of one layer, one row, a list of N.
TEST_F(Check, of_one_layer_shows_differences_of_chosen_weights_by_step) {
  ASSERT_EQ(gradus_program({"train", "--data", at("small.csv"), "--hidden", "4", "--activation", "tanh", "--epochs",
                            "1", "--no-report", "--out", at("run")})
                .exit_code,
            0);
  const auto experiment = [&](std::vector<std::string> more) {
    std::vector<std::string> words = {"check", at("run"), "--layer", "1", "--steps", "10,100,1000"};
    words.insert(words.end(), more.begin(), more.end());
    return gradus_program(words);
  };
  const ProcessResult json_result = experiment({"--weights", "0,5,7", "--row", "3", "--json"});
  ASSERT_EQ(json_result.exit_code, 0) << json_result.err;
  const json object = json::parse(json_result.out);
  EXPECT_EQ(object["holds"], true);
  const json& curve = object["curve"];
  EXPECT_EQ(curve["group"], "layer 1 weights");
  EXPECT_EQ(curve["parameters"], json({0, 5, 7}));
  EXPECT_EQ(curve["steps"], json({0.1, 0.01, 0.001}));
  // Central differences: a hundredth of the error for a tenth of the step.
  EXPECT_NEAR(curve["largest_error"][0].get<double>() / curve["largest_error"][1].get<double>(), 100.0, 20.0);
  for (int i = 0; i < 3; ++i) {
    EXPECT_NEAR(curve["differences"][2][i].get<double>(), curve["analytic"][i].get<double>(), 1e-5);
  }
  const json other = json::parse(experiment({"--weights", "0,5,7", "--row", "4", "--json"}).out);
  EXPECT_NE(other["curve"]["analytic"], curve["analytic"]);
  const ProcessResult table = experiment({"--weights", "0,5,7", "--row", "3"});
  EXPECT_NE(table.out.find("they agree"), std::string::npos) << table.out;
  EXPECT_EQ(json::parse(experiment({"--biases", "--json"}).out)["curve"]["group"], "layer 1 biases");
  const std::pair<std::vector<std::string>, std::string> wrong[] = {
      {{"check", at("run"), "--layer", "9"}, "layer: expected one of 1 to 2, found 9"},
      {{"check", at("run"), "--layer", "1", "--weights", "77777"}, "found 77777"},
      {{"check", at("run"), "--layer", "1", "--row", "99999"}, "--row: expected a row below"},
      {{"check", at("run"), "--weights", "1"}, "--weights: expected a layer to check"},
      {{"check", at("run"), "--row", "1"}, "--row: expected a layer to check"},
      {{"check", at("run"), "--layer", "1", "--out", at("c.json")}, "--layer: expected no certificate beside it"}};
  for (const auto& [words, sentence] : wrong) {
    const ProcessResult refused = gradus_program(words);
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_NE(refused.err.find(sentence), std::string::npos) << refused.err;
  }
}

TEST_F(Check, exits_with_3_when_a_claim_fails_or_a_certificate_is_not_confirmed) {
  // All weights zero: no gradient reaches the first layer.
  write_whole_file(at("zero.toml"),
                   "[data]\nsource = \"" + at("small.csv") + "\"\n[network]\nhidden = [4]\ninit = [\"zeros\"]\n");
  const ProcessResult zero = gradus_program({"check", at("zero.toml")});
  EXPECT_EQ(zero.exit_code, 3) << zero.err;
  EXPECT_NE(zero.out.find("\nNO "), std::string::npos);
  EXPECT_NE(zero.out.find("nothing flows back"), std::string::npos) << zero.out;
  write_whole_file(at("good.toml"), "[data]\nsource = \"" + at("small.csv") + "\"\n[network]\nhidden = [4]\n");
  ASSERT_EQ(gradus_program({"check", at("good.toml"), "--out", at("c.json")}).exit_code, 0);
  json stored = json::parse(read_whole_file(at("c.json")));
  stored["loss"] = 1.5;
  write_whole_file(at("c.json"), stored.dump());
  const ProcessResult other = gradus_program({"check", "--verify", at("c.json")});
  EXPECT_EQ(other.exit_code, 3);
  EXPECT_NE(other.out.find("loss: stored 1.5"), std::string::npos) << other.out;
}

TEST_F(Check, bad_input_is_one_sentence_and_exit_2) {
  write_whole_file(at("bad.json"), "{\"claims\": 3}");
  const std::vector<std::vector<std::string>> commands = {{"check"},
                                                          {"check", at("none.toml")},
                                                          {"check", "--verify", at("bad.json")},
                                                          {"check", "--verify", at("none.json")},
                                                          {"check", at("x.safetensors")},
                                                          {"check", at("none.toml"), "--steps", "0"}};
  for (const auto& words : commands) {
    const ProcessResult result = gradus_program(words);
    EXPECT_EQ(result.exit_code, 2) << words.back();
    EXPECT_EQ(count_lines(result.err), 1) << result.err;
  }
}

}  // namespace
}  // namespace gradus::test
