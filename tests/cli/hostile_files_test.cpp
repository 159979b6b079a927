// Files made to hurt: whatever they are, the program says one sentence, exits with 2, and takes little for it.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <cstring>
#include <filesystem>

#include "cli/program.hpp"
#include "data/fixtures.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string many(const std::string& piece, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

std::string nested_lists(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

std::string object_of(std::size_t keys) {
  std::string text = "{\"a\":0";
  for (std::size_t i = 1; i < keys; ++i) text += ",\"k" + std::to_string(i) + "\":0";
  return text + "}";
}

std::string container(const std::string& header) {
  return integer_bytes(header.size(), 8) + header;
}

std::string model_with_metadata(const std::string& text) {
  return container(nlohmann::json{{"__metadata__", {{"gradus", text}}}}.dump());
}

class HostileFiles : public testing::Test {
 protected:
  ProcessResult run(const std::vector<std::string>& words) {
    // What never ends should fail rather than hang.
    return gradus_program(words, [] {
      const rlimit limit{60, 60};
      setrlimit(RLIMIT_CPU, &limit);
    });
  }
  void expect_refusal(const std::vector<std::string>& words, const std::string& mentions) {
    const ProcessResult result = run(words);
    EXPECT_EQ(result.exit_code, 2) << words[1];
    EXPECT_EQ(count_lines(result.err), 1) << result.err;
    EXPECT_THAT(result.err, HasSubstr(mentions));
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err.find('\x1b'), std::string::npos);
#ifndef __SANITIZE_ADDRESS__
    EXPECT_LT(result.max_resident_bytes, std::size_t{512} << 20);
#endif
  }
  std::string file(const std::string& name, const std::string& content) {
    fs::create_directories(fs::path(temp_ / name).parent_path());
    return write_bytes(temp_ / name, content);
  }
  std::string trained_run() {
    const std::string folder = temp_ / "run";
    if (fs::exists(folder)) return folder;
    const ProcessResult result = run({"train", "--data", "moons", "--rows", "60", "--hidden", "3", "--epochs", "2",
                                      "--out", folder, "--no-report", "--quiet"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return folder;
  }
  std::string study() {
    const std::string folder = temp_ / "study";
    if (fs::exists(folder)) return folder;
    const std::string search =
        file("s.toml",
             "[data]\nsource = \"moons\"\nrows = 100\n[network]\nhidden = [2]\n[training]\nepochs = "
             "1\n[search]\ntrials = 3\n"
             "sampler = \"random\"\n[search.space]\ntraining.learning_rate = {low = 0.001, high = 0.1}\n");
    const ProcessResult result = run({"search", search, "--out", folder, "--quiet", "--no-report"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return folder;
  }
  std::string changed_study(const std::string& name, const std::string& sql) {
    const std::string folder = temp_ / name;
    fs::copy(study(), folder, fs::copy_options::recursive);
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open((folder + "/study.sqlite").c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sql;
    sqlite3_close(database);
    return folder;
  }

  TempDir temp_;
};

TEST_F(HostileFiles, keys_of_toml) {
  const std::string deep = many("a.", 31000) + "a=1\n";
  const std::string space = "[data]\nsource=\"moons\"\n[search.space]\n";
  const std::string a(8300, 'a');
  const std::string b(8300, 'b');
  for (const std::string& text :
       {deep, "[" + many("a.", 31000) + "a]\n", "x={" + deep.substr(0, deep.size() - 1) + "}\n",
        std::string(900000, 'k') + " = 1\n", "x=" + nested_lists(90000) + "\n", std::string(2 << 20, '#'),
        std::string("[\n[rese]\n")}) {
    expect_refusal({"train", file("c.toml", text), "--out", "none"}, "c.toml");
    expect_refusal({"search", file("c.toml", text), "--dry-run"}, "c.toml");
    expect_refusal({"reproduce", file("c.toml", text)}, "c.toml");
    expect_refusal({"check", file("c.toml", text)}, "c.toml");
  }
  expect_refusal(
      {"search",
       file("two.toml",
            space + "\"" + a + "\" = [1,2]\n\"training.learning_rate\" = {low=0.1,high=0.2,when={\"" + b + "\"=1}}\n"),
       "--dry-run"},
      "names of at most 256 bytes");
  expect_refusal(
      {"reproduce", file("case.toml", "[data]\nsource=\"moons\"\n[reproduce]\n[[reproduce.case]]\nname=\"" + a +
                                          "\"\n[[reproduce.row]]\ncase=\"" + b + "\"\npublished=\"1\"\n")},
      "case.toml");
}

TEST_F(HostileFiles, spaces_of_searches) {
  const std::string begin = "[data]\nsource=\"moons\"\n[search.space]\n";
  std::string parameters = begin;
  for (int i = 0; i < 50000; ++i) parameters += "p" + std::to_string(i) + "=[1]\n";
  std::string values = begin + "p=[0";
  for (int i = 1; i < 150000; ++i) values += "," + std::to_string(i);
  std::string trials = "[data]\nsource=\"moons\"\n";
  for (int i = 0; i < 20000; ++i) trials += "[[search.trial]]\nnetwork.hidden=" + std::to_string(i + 1) + "\n";
  expect_refusal({"search", file("p.toml", parameters), "--dry-run"}, "at most 1000 parameters");
  expect_refusal({"search", file("v.toml", values + "]\n"), "--dry-run"}, "at most 10000 values");
  expect_refusal({"search", file("t.toml", trials), "--dry-run"}, "at most 10000 tables");
  expect_refusal(
      {"search",
       file("g.toml", begin + "depth={low=1,high=2000000000}\nnetwork.hidden={layers=\"depth\",growth=1.0}\n"),
       "--dry-run"},
      "at most 100 layers");
}

TEST_F(HostileFiles, headers_and_metadata_of_models) {
  const std::vector<std::string> rest = {"--data", "moons", "--rows", "4"};
  const auto predict = [&](const std::string& bytes, const std::string& mentions) {
    expect_refusal({"predict", file("m.safetensors", bytes), "--data", "moons", "--rows", "4"}, mentions);
  };
  const std::string tensor = R"({"a":{"dtype":"F32","shape":[$],"data_offsets":[0,4]}})";
  for (const std::size_t depth : {101UL, 5000UL, 90000UL}) {
    std::string header = tensor;
    predict(container(header.replace(header.find('$'), 1, nested_lists(depth))) + "0000", "more than 100 levels");
    predict(model_with_metadata("{\"version\":" + nested_lists(depth) + "}"), "more than 100 levels");
    predict(model_with_metadata(nested_lists(depth)), "more than 100 levels");
  }
  predict(model_with_metadata(object_of(60000)), "version");
  predict(model_with_metadata(object_of(100001)), "more than 100000");
  predict(container(object_of(100001)), "more than 100000");
  predict(model_with_metadata("{\"version\":2,\"version\":2}"), "twice");
  // A file of two kinds: bytes behind a NUL, where another program may find an archive.
  const std::string model = read_whole_file(trained_run() + "/model.safetensors");
  std::uint64_t length = 0;
  std::memcpy(&length, model.data(), 8);
  std::string header = model.substr(8, length);
  header.resize(header.find_last_not_of(' ') + 1);
  for (const std::string& more :
       {std::string("\0PK\x03\x04 anything at all", 21), std::string("\0", 1), std::string("\0}", 2)}) {
    predict(container(header + more) + model.substr(8 + length), "header");
  }
  EXPECT_EQ(run({"predict", file("good.safetensors", container(header) + model.substr(8 + length)), "--data", "moons",
                 "--rows", "4"})
                .exit_code,
            0);
}

TEST_F(HostileFiles, certificates_and_records) {
  const std::string folder = trained_run();
  ASSERT_EQ(run({"check", folder, "--out", folder + "/certificate.json", "--no-report", "--quiet"}).exit_code, 0);
  const std::string stored = read_whole_file(folder + "/certificate.json");
  const nlohmann::json provenance = nlohmann::json::parse(stored)["provenance"];
  const auto verify = [&](const std::string& text, const std::string& mentions) {
    expect_refusal({"check", "--verify", file("run/forged.json", text), "--quiet"}, mentions);
  };
  for (const std::size_t depth : {101UL, 67000UL}) {
    verify("{\"claims\":" + nested_lists(depth) + ",\"provenance\":" + provenance.dump() + "}", "more than 100 levels");
    verify(nested_lists(depth), "more than 100 levels");
  }
  verify(object_of(100001), "more than 100000");
  verify(stored + stored, "other text");
  verify(stored + std::string("\0x", 2), "a NUL");
  for (const auto& [key, value] :
       {std::pair("rows", "-1"), std::pair("rows", "1e300"), std::pair("rows", "4294967296"), std::pair("seed", "-1"),
        std::pair("seed", "0.5"), std::pair("rows", "\"1\""), std::pair("difference_steps", "7"),
        std::pair("difference_steps", "[\"x\"]"), std::pair("difference_options", "7"),
        std::pair("difference_options", "\"sampled 99999999999 2\""),
        std::pair("difference_options", "\"sampled -1 2\"")}) {
    nlohmann::json forged = nlohmann::json::parse(stored);
    forged["provenance"][key] = nlohmann::json::parse(value);
    verify(forged.dump(), "provenance");
  }
  EXPECT_EQ(run({"check", "--verify", folder + "/certificate.json", "--quiet"}).exit_code, 0);
  for (const std::string& text : {nested_lists(90000), object_of(100001), stored + "x"}) {
    expect_refusal({"report", file("c.json", text), "-o", temp_ / "x.html"}, "no JSON object");
  }
}

// A record that cannot be read is left out of the page, which says so.
TEST_F(HostileFiles, records_of_a_folder) {
  fs::copy(trained_run(), temp_ / "r", fs::copy_options::recursive);
  for (const std::string& summary : {nested_lists(90000), object_of(100001), std::string("{\"a\":1,\"a\":2}")}) {
    file("r/summary.json", summary);
    file("r/config.toml", many("a.", 31000) + "a=1\n");
    const ProcessResult result = run({"report", temp_ / "r", "--json"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    const auto problems = nlohmann::json::parse(result.out)["runs"][0]["problems"].dump();
    EXPECT_THAT(problems, HasSubstr("summary.json: expected a JSON object"));
    EXPECT_THAT(problems, HasSubstr("keys of at most 16 parts"));
  }
  file("r/summary.json", object_of(90000));
  EXPECT_EQ(run({"report", temp_ / "r", "--json"}).exit_code, 0);
}

TEST_F(HostileFiles, data) {
  std::string pickle =
      "\x80\x02"
      "cnumpy\ndtype\nU\x02"
      "f4\x85Rq\x01"
      "0U\x01<q\x02"
      "0(" +
      many("h\x02", 49000) +
      "tq\x03"
      "0h\x01";
  expect_refusal({"data", "info",
                  file("p.pkl", pickle +
                                    many("h\x03"
                                         "b",
                                         300000) +
                                    ".")},
                 "p.pkl");
  expect_refusal({"data", "info",
                  file("p.pkl.gz", gzip(pickle +
                                        many("h\x03"
                                             "b",
                                             8000000) +
                                        "."))},
                 "--max-bytes");
  for (const char* row : {"1,1\n", "1\n", "0,0,0\n", "aaaaaaaaaaaaaaaa,1\n"}) {
    const std::string text = many(row, (30U << 20) / std::strlen(row));
    expect_refusal({"data", "info", file("d.csv.gz", gzip(text))}, "--max-bytes");
    expect_refusal({"data", "info", file("d.csv.zst", zstd(text))}, "--max-bytes");
    expect_refusal({"train", "--data", temp_ / "d.csv.gz", "--out", "none"}, "data.max_bytes");
  }
  std::string classes;
  for (int i = 0; i < 12000; ++i) classes += std::to_string(i % 7) + ",id" + std::to_string(i) + "\n";
  expect_refusal({"train", "--data", file("k.csv", classes), "--hidden", "4", "--epochs", "1", "--out", "none"},
                 "at most 1000 classes");
  // Who looks at a table has not said yet what its label is.
  EXPECT_EQ(run({"data", "info", temp_ / "k.csv"}).exit_code, 0);
}

TEST_F(HostileFiles, databases) {
  const std::string endless =
      "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT 'k'||x AS key, printf('%.*c',1000,'x') AS "
      "value FROM c";
  const std::pair<const char*, std::string> changes[] = {
      {"view", "PRAGMA journal_mode=DELETE; ALTER TABLE study RENAME TO t; CREATE VIEW study AS " + endless},
      {"trials", "ALTER TABLE trials RENAME TO t; CREATE VIEW trials AS SELECT * FROM t"},
      {"trigger", "CREATE TRIGGER more AFTER UPDATE ON study BEGIN DELETE FROM trials; END"},
      {"setting", "UPDATE trials SET setting = '" + nested_lists(90000) + "'"},
      {"state", "UPDATE trials SET state = 'complete', value = NULL"},
      {"number", "UPDATE trials SET number = 10 * number + 7"}};
  for (const auto& [name, sql] : changes) {
    const std::string folder = changed_study(name, sql);
    expect_refusal({"report", folder, "-o", temp_ / "x.html"}, "study.sqlite");
    expect_refusal({"search", "show", folder}, "study.sqlite");
    expect_refusal({"search", "replay", folder, "0"}, "study.sqlite");
    expect_refusal({"search", "--resume", folder, "--quiet"}, "study.sqlite");
  }
  int copies = 0;
  for (const char* rung : {"99999999999", "1", "9223372036854775807"}) {
    const std::string folder =
        changed_study("rung" + std::to_string(copies++), std::string("UPDATE trials SET rung = ") + rung);
    expect_refusal({"search", "replay", folder, "0"}, "rungs");
    expect_refusal({"search", "--resume", folder, "--trials", "5", "--quiet"}, "rungs");
  }
}

// What comes from files must not reach the terminal as it is.
TEST_F(HostileFiles, escapes_are_shown_as_text) {
  const std::string escape =
      "\x1b]0;P\x07q\xc2\x9b"
      "31m\xe2\x80\xae";
  const auto is_clean = [](const ProcessResult& result) {
    for (const char* part : {"\x1b", "\x07", "\xc2\x9b", "\xe2\x80\xae"}) {
      EXPECT_EQ(result.out.find(part), std::string::npos) << result.out;
      EXPECT_EQ(result.err.find(part), std::string::npos) << result.err;
    }
  };
  std::string rows = "a" + escape + ",b,y" + escape + "\n";
  for (int i = 0; i < 40; ++i) {
    rows += std::to_string(i % 7) + "," + (i % 3 == 0 ? "lev" + escape : std::string("m")) + "," +
            (i % 2 == 0 ? escape + "q" : std::string("r")) + "\n";
  }
  const std::string data = file("e" + escape + ".csv", rows);
  const ProcessResult info = run({"data", "info", data});
  EXPECT_EQ(info.exit_code, 0) << info.err;
  EXPECT_THAT(info.out, HasSubstr("\\x1b]0;P\\x07q\\x9b31m\\u202e"));
  is_clean(info);
  const std::string model = temp_ / ("m" + escape);
  const ProcessResult trained = run({"train", "--data", data, "--hidden", "2", "--epochs", "2", "--out", model});
  EXPECT_EQ(trained.exit_code, 0) << trained.err;
  is_clean(trained);
  is_clean(run({"evaluate", model, "--data", data, "--part", "all"}));
  is_clean(run({"check", model}));
  is_clean(run({"train", "--resume", model}));
  is_clean(run({"data", "info", temp_ / escape}));
  is_clean(run({"train", "--data", data, "--set", "network.activation=" + escape, "--out", "none"}));
  const std::string text = "'||char(27)||'[31mred'||char(10)||'line";
  const std::string failed =
      changed_study("failed", "UPDATE trials SET state='failed', value=NULL, error='" + text + "' WHERE number=1");
  const ProcessResult shown = run({"search", "show", failed});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("\\x1b[31mred\\x0aline"));
  is_clean(shown);
  const ProcessResult config =
      run({"search", "show", changed_study("name", "UPDATE study SET value='" + text + "' WHERE key='file_name'"),
           "--config", "0"});
  EXPECT_EQ(config.exit_code, 0) << config.err;
  EXPECT_THAT(config.out, HasSubstr("\\x0aline"));
  is_clean(config);
}

}  // namespace
}  // namespace gradus::test
