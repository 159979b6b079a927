// A report says what the records say, whatever state they are in.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "gradus/core/error.hpp"
#include "gradus/report/report.hpp"
#include "report/record_file.hpp"
#include "report/sample_run.hpp"
#include "support/paths.hpp"

namespace gradus {
namespace {

using nlohmann::json;
using test::read_whole_file;
using test::TempDir;
using test::write_sample_run;
using test::write_whole_file;
using testing::HasSubstr;

json bundle_of(const std::string& source) {
  const std::string sources[] = {source};
  return json::parse(bundle_json(sources));
}

TEST(Bundle, holds_every_record_of_a_run) {
  const TempDir temp;
  const std::string folder = temp / "run";
  write_sample_run(folder, 3, {{"training.learning_rate", "0.02"}});
  const json bundle = bundle_of(folder + "/");
  EXPECT_EQ(bundle["schema"], 1);
  EXPECT_EQ(bundle["live"], false);
  ASSERT_EQ(bundle["runs"].size(), 1U);
  const json& run = bundle["runs"][0];
  EXPECT_EQ(run["name"], folder);
  EXPECT_EQ(run["state"], "complete");
  ASSERT_EQ(run["metrics"].size(), 3U);
  EXPECT_EQ(run["metrics"][2]["epoch"], 3);
  EXPECT_EQ(run["summary"], json::parse(read_whole_file(folder + "/summary.json")));
  EXPECT_EQ(run["analysis"], json::parse(read_whole_file(folder + "/analysis.json")));
  ASSERT_EQ(run["statistics"].size(), 3U);
  EXPECT_EQ(run["statistics"][0]["layers"].size(), 2U);
  EXPECT_TRUE(run["certificate"].is_null());
  EXPECT_TRUE(run["problems"].empty());
  EXPECT_EQ(run["config"].size(), config_options().size());
  const auto option = std::find_if(run["config"].begin(), run["config"].end(),
                                   [](const json& o) { return o["key"] == "training.learning_rate"; });
  EXPECT_EQ((*option)["value"], "0.02");
  EXPECT_EQ((*option)["default"], "auto");
  const auto stated = [](const json& o) { return o["stated"] == true; };
  EXPECT_EQ(std::ranges::count_if(run["config"], stated), 1);
  EXPECT_TRUE(stated(*option));
}

TEST(Bundle, certificates_studies_and_reproductions_are_told_by_their_keys) {
  const TempDir temp;
  write_whole_file(temp / "c.json", R"({"schema": 1, "claims": [], "detection": [], "verdict": "holds"})");
  write_whole_file(temp / "s.json", R"({"schema": 1, "trials": []})");
  write_whole_file(temp / "r.json", R"({"study": "s4", "rows": [], "verdict": "exact"})");
  const std::string sources[] = {temp / "c.json", temp / "s.json", temp / "r.json"};
  const json bundle = json::parse(bundle_json(sources));
  EXPECT_EQ(bundle["certificates"][0]["certificate"]["verdict"], "holds");
  EXPECT_EQ(bundle["studies"][0]["name"], temp / "s.json");
  EXPECT_EQ(bundle["reproductions"][0]["reproduction"]["study"], "s4");
}

struct Damage {
  const char* name;
  const char* file;
  std::string text;  // in place of the file
  const char* problem;
};

class DamagedRun : public testing::TestWithParam<Damage> {};

// What is damaged is left out and told; everything else is shown.
TEST_P(DamagedRun, is_shown_with_a_sentence) {
  const TempDir temp;
  const std::string folder = temp / "run";
  write_sample_run(folder);
  write_whole_file(folder + "/" + GetParam().file, GetParam().text);
  const json run = bundle_of(folder)["runs"][0];
  ASSERT_EQ(run["problems"].size(), 1U);
  const auto problem = run["problems"][0].get<std::string>();
  EXPECT_THAT(problem, HasSubstr(GetParam().problem));
  EXPECT_THAT(problem, testing::Not(HasSubstr(temp.path().string())));
  EXPECT_EQ(run["metrics"].empty(), std::string(GetParam().file) == "metrics.jsonl" && GetParam().text[0] != '{');
}

INSTANTIATE_TEST_SUITE_P(
    Every, DamagedRun,
    testing::Values(
        Damage{"torn_last_line", "metrics.jsonl", "{\"epoch\": 1, \"train_loss\": 1.0}\n{\"epoch\": 2, \"tra",
               "metrics.jsonl: the last line is torn and was left out"},
        Damage{"whole_line_without_end", "metrics.jsonl", R"({"epoch": 1}
{"epoch": 2})",
               "the last line is torn"},
        Damage{"bad_line_within", "metrics.jsonl", "{\"epoch\": 1}\n[3]\n\xff\xfe\n{\"epoch\": 4}\n", "2 lines"},
        Damage{"newer_summary", "summary.json", R"({"schema": 7, "final": "elsewhere"})", "newer version"},
        Damage{"schema_is_text", "summary.json", R"({"schema": "<script>"})", "found \"<script>\""},
        Damage{"summary_is_a_list", "summary.json", "[1]", "expected a JSON object"},
        Damage{"empty_analysis", "analysis.json", "", "analysis.json: expected a JSON object"},
        Damage{"endless_depth", "analysis.json", "{\"a\":" + std::string(200000, '[') + std::string(200000, ']') + "}",
               "analysis.json: expected a JSON object"},
        Damage{"newer_configuration", "config.toml", "[training]\nwarp = 9\n", "config.toml:2"},
        Damage{"binary_configuration", "config.toml", std::string("\x7f\0ELF", 5), "config.toml"}),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST(Bundle, half_written_runs_are_shown_as_far_as_they_are) {
  const TempDir temp;
  const std::string folder = temp / "run";
  write_sample_run(folder);
  for (const char* name : {"summary.json", "analysis.json", "statistics.jsonl", "metrics.jsonl", "metrics.csv"}) {
    std::filesystem::remove(folder + "/" + name);
  }
  const json run = bundle_of(folder)["runs"][0];
  std::filesystem::remove(folder + "/stated.txt");
  EXPECT_FALSE(bundle_of(folder)["runs"][0]["config"][0].contains("stated"));
  EXPECT_EQ(run["state"], "stopped");
  EXPECT_TRUE(run["summary"].is_null());
  EXPECT_TRUE(run["metrics"].empty());
  EXPECT_TRUE(run["problems"].empty());
}

TEST(Bundle, a_run_without_summary_is_running_until_it_says_otherwise) {
  const TempDir temp;
  const std::string folder = temp / "run";
  write_sample_run(folder);
  std::filesystem::remove(folder + "/summary.json");
  EXPECT_EQ(bundle_of(folder)["runs"][0]["state"], "running");
  write_whole_file(folder + "/progress.json", R"({"running": false})");
  EXPECT_EQ(bundle_of(folder)["runs"][0]["state"], "stopped");
}

struct NoSource {
  const char* name;
  std::function<std::string(const TempDir&)> make;
  const char* found;
};

class Refused : public testing::TestWithParam<NoSource> {};

TEST_P(Refused, names_what_was_found) {
  const TempDir temp;
  const std::string source = GetParam().make(temp);
  try {
    bundle_of(source);
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr(source));
    EXPECT_THAT(error.what(), HasSubstr(GetParam().found));
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
  }
}

std::string file_with(const TempDir& temp, const std::string& text) {
  write_whole_file(temp / "file.json", text);
  return temp / "file.json";
}

INSTANTIATE_TEST_SUITE_P(
    Every, Refused,
    testing::Values(
        NoSource{"empty_folder", [](const TempDir& dir) { return dir.path().string(); }, "none of config.toml"},
        NoSource{"nothing", [](const TempDir& dir) { return dir / "nothing"; }, "no file that can be read"},
        NoSource{"not_json", [](const TempDir& dir) { return file_with(dir, "PK\x03\x04"); }, "no JSON object"},
        NoSource{"other_json", [](const TempDir& dir) { return file_with(dir, R"({"a": 1})"); }, "another JSON"},
        NoSource{"newer", [](const TempDir& dir) { return file_with(dir, R"({"schema": 2, "trials": []})"); },
                 "found 2"},
        NoSource{"a_pipe",
                 [](const TempDir& dir) {
                   mkfifo((dir / "pipe").c_str(), 0600);
                   return dir / "pipe";
                 },
                 "no file that can be read"}),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST(Bundle, a_pipe_in_a_records_place_keeps_nobody_waiting) {
  const TempDir temp;
  const std::string folder = temp / "run";
  write_sample_run(folder);
  std::filesystem::remove(folder + "/metrics.jsonl");
  ASSERT_EQ(mkfifo((folder + "/metrics.jsonl").c_str(), 0600), 0);
  const json run = bundle_of(folder)["runs"][0];
  EXPECT_THAT(run["problems"][0].get<std::string>(), HasSubstr("metrics.jsonl"));
}

TEST(Bundle, a_record_of_impossible_size_is_refused_before_it_is_read) {
  const TempDir temp;
  const std::string folder = temp / "run";
  write_sample_run(folder);
  std::filesystem::resize_file(folder + "/analysis.json", std::uintmax_t{1} << 40);
  const json run = bundle_of(folder)["runs"][0];
  EXPECT_TRUE(run["analysis"].is_null());
  EXPECT_THAT(run["problems"][0].get<std::string>(), HasSubstr("1099511627776"));
}

TEST(Bundle, very_long_runs_are_thinned_and_say_so) {
  const TempDir temp;
  const std::string folder = temp / "run";
  write_sample_run(folder);
  std::string lines;
  for (int epoch = 1; epoch <= 12001; ++epoch) lines += "{\"epoch\":" + std::to_string(epoch) + "}\n";
  write_whole_file(folder + "/metrics.jsonl", lines);
  const json run = bundle_of(folder)["runs"][0];
  EXPECT_LE(run["metrics"].size(), 5000U);
  EXPECT_EQ(run["metrics"].back()["epoch"], 12001);
  EXPECT_THAT(run["problems"][0].get<std::string>(), HasSubstr("12001 lines"));
}

TEST(Page, hostile_text_cannot_leave_the_data) {
  const TempDir temp;
  const std::string hostile = "</script><script>alert(1)</script><!--\x1b[2J\xff";
  const std::string folder = temp / "run<script>";
  write_sample_run(folder);
  write_whole_file(folder + "/certificate.json", R"({"schema": 1, "note": "</script><script>alert(1)</script><!--"})");
  std::filesystem::create_directory(temp / hostile.substr(9, 8));
  const std::string sources[] = {folder};
  const std::string html = fill_page(test::kPage, bundle_json(sources, hostile));
  // The page's own scripts and no more.
  std::size_t scripts = 0;
  for (std::size_t at = html.find("<script"); at != std::string::npos; at = html.find("<script", at + 1)) ++scripts;
  EXPECT_EQ(scripts, 3U);
  EXPECT_EQ(html.find("<!--"), std::string::npos);
  EXPECT_EQ(html.find('\x1b'), std::string::npos);
  const json bundle = test::data_of(html);
  EXPECT_EQ(bundle["title"], "</script><script>alert(1)</script><!--\x1b[2J\xef\xbf\xbd");
  EXPECT_EQ(bundle["runs"][0]["name"], folder);
  EXPECT_EQ(bundle["runs"][0]["certificate"]["note"], "</script><script>alert(1)</script><!--");
}

TEST(Page, without_a_place_for_data_is_refused) {
  EXPECT_THROW(fill_page("<html></html>", "{}"), InputError);
}

}  // namespace
}  // namespace gradus
