// What a page is told about a run that goes on.
// SPDX-License-Identifier: Apache-2.0
#include "report/run_watch.hpp"
#include <fstream>

#include <gtest/gtest.h>

#include "report/sample_run.hpp"
#include "support/paths.hpp"

namespace gradus {
namespace {

using nlohmann::json;
using test::TempDir;

struct Event {
  std::string name;
  std::string id;
  json data;
};

// Reads the format of server-sent events as its standard says: lines of fields, an empty line ends an event.
std::vector<Event> parse_events(const std::string& text) {
  std::vector<Event> events;
  std::istringstream lines(text);
  Event event;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) {
      events.push_back(event);
      event = {};
      continue;
    }
    const std::size_t colon = line.find(": ");
    const std::string field = line.substr(0, colon);
    const std::string value = line.substr(colon + 2);
    if (field == "event") event.name = value;
    if (field == "id") event.id = value;
    if (field == "data") event.data = json::parse(value);
  }
  return events;
}

class Watching : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(folder_);
    test::write_whole_file(folder_ + "/config.toml", "");
    test::write_whole_file(folder_ + "/metrics.jsonl", "{\"epoch\": 1}\n{\"epoch\": 2}\n");
    test::write_whole_file(folder_ + "/statistics.jsonl", "{\"epoch\": 1}\n{\"epoch\": 2}\n");
  }
  void append(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name, std::ios::app | std::ios::binary) << text;
  }
  RunWatch watch(std::size_t after = 0) { return {{.path = folder_, .confined = true}, after}; }

  TempDir temp_;
  std::string folder_ = temp_ / "run";
};

TEST_F(Watching, new_epochs_are_told_once) {
  RunWatch run = watch(1);
  const std::vector<Event> first = parse_events(run.poll());
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].name, "epochs");
  EXPECT_EQ(first[0].id, "2");
  EXPECT_EQ(first[0].data["metrics"], json::parse(R"([{"epoch": 2}])"));
  EXPECT_EQ(first[0].data["statistics"], json::parse(R"([{"epoch": 2}])"));
  EXPECT_EQ(first[1].name, "state");
  EXPECT_EQ(first[1].data["state"], "running");
  EXPECT_EQ(run.poll(), "");
  append("metrics.jsonl", "{\"epoch\": 3}\n{\"epo");
  const std::vector<Event> second = parse_events(run.poll());
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].data["metrics"], json::parse(R"([{"epoch": 3}])"));
  EXPECT_EQ(run.poll(), "");
  append("metrics.jsonl", "ch\": 4}\n");
  EXPECT_EQ(parse_events(run.poll()).at(0).data["metrics"], json::parse(R"([{"epoch": 4}])"));
}

TEST_F(Watching, progress_is_told_when_it_changes) {
  RunWatch run = watch(2);
  run.poll();
  test::write_whole_file(folder_ + "/progress.json", R"({"running": true, "epoch": 3, "batch": 5})");
  const std::vector<Event> events = parse_events(run.poll());
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].name, "progress");
  EXPECT_EQ(events[0].data["batch"], 5);
  EXPECT_EQ(run.poll(), "");
}

TEST_F(Watching, the_end_comes_after_the_last_epoch) {
  RunWatch run = watch(2);
  run.poll();
  append("metrics.jsonl", "{\"epoch\": 3}\n");
  test::write_whole_file(folder_ + "/summary.json", "{}");
  const std::vector<Event> events = parse_events(run.poll());
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].name, "epochs");
  EXPECT_EQ(events[1].data["state"], "complete");
  EXPECT_TRUE(run.ended());
}

TEST_F(Watching, a_record_that_is_written_anew_resets_the_page) {
  RunWatch run = watch(2);
  run.poll();
  // As RunFolder does it when a run is resumed: a new file in the old one's place.
  test::write_whole_file(folder_ + "/new", "{\"epoch\": 1}\n");
  std::filesystem::rename(folder_ + "/new", folder_ + "/metrics.jsonl");
  const std::vector<Event> events = parse_events(run.poll());
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].name, "reset");
  append("metrics.jsonl", "{\"epoch\": 2}\n");
  EXPECT_EQ(parse_events(run.poll()).at(0).data["metrics"], json::parse(R"([{"epoch": 2}])"));
}

TEST_F(Watching, damaged_lines_and_line_ends_in_text_break_no_event) {
  RunWatch run = watch(2);
  run.poll();
  append("metrics.jsonl", "[]\nnull\n\xff\n{\"epoch\": 3, \"text\": \"a\\n\\nevent: x\"}\n{\"epoch\": \"4\"}\n");
  const std::vector<Event> events = parse_events(run.poll());
  ASSERT_EQ(events.size(), 1U);
  ASSERT_EQ(events[0].data["metrics"].size(), 1U);
  EXPECT_EQ(events[0].data["metrics"][0]["text"], "a\n\nevent: x");
}

}  // namespace
}  // namespace gradus
