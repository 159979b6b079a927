// A study's database from anybody: what no search can have stored is refused in a sentence, and reading changes
// nothing.
// SPDX-License-Identifier: Apache-2.0
#include "search/study_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "gradus/search/study.hpp"
#include "search/synthetic.hpp"
#include "support/process.hpp"
#include "support/refusal.hpp"

namespace gradus::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// As somebody with a tool of their own would change it.
void change(const std::string& folder, const std::string& sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((folder + "/study.sqlite").c_str(), &database), SQLITE_OK);
  char* problem = nullptr;
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &problem), SQLITE_OK) << sql << problem;
  sqlite3_free(problem);
  sqlite3_close(database);
}

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) names.insert(entry.path().string());
  return names;
}

class StudyStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    SyntheticObjective objective(config_, 0);
    run_synthetic(config_, study_, 1, objective);
  }
  // A copy of the study, changed.
  std::string changed(const std::string& sql) {
    const std::string folder = temp_ / ("copy-" + std::to_string(++copies_));
    fs::copy(study_, folder, fs::copy_options::recursive);
    change(folder, sql);
    return folder;
  }
  // What reading a changed copy says, for those who read and those who go on; empty where it is taken.
  std::string read_error(const std::string& sql) {
    const std::string folder = changed(sql);
    std::string first;
    try {
      study_json(read_study(folder), folder);
    } catch (const InputError& error) {
      first = error.what();
    }
    try {
      SyntheticObjective objective(config_, 0);
      run_synthetic(config_, folder, 1, objective);
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr(folder));
      return error.what();
    }
    EXPECT_EQ(first, "") << sql;
    return "";
  }

  TempDir temp_;
  StudyConfig config_ = synthetic_config("sampler = \"random\"\ntrials = 8\n");
  std::string study_ = temp_ / "study";
  int copies_ = 0;
};

TEST_F(StudyStoreTest, a_study_is_read_and_goes_on) {
  EXPECT_EQ(read_error("SELECT 1"), "");
  EXPECT_EQ(read_error("ANALYZE"), "") << "statistics of SQLite's own";
  EXPECT_EQ(read_error("PRAGMA journal_mode = DELETE; VACUUM"), "");
}

TEST_F(StudyStoreTest, another_schema_is_refused) {
  const std::string endless =
      "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT 'k'||x AS key, 'v' AS value FROM c";
  for (const std::string table : {"study", "trials", "epochs", "workers"}) {
    const std::string moved = "ALTER TABLE " + table + " RENAME TO t; ";
    const std::string copy = "CREATE TABLE t AS SELECT * FROM " + table + "; DROP TABLE " + table + "; ";
    for (const std::string& sql :
         {moved + "CREATE VIEW " + table + " AS " + endless, moved + "CREATE VIEW " + table + " AS SELECT * FROM t",
          copy + "CREATE VIEW " + table + " AS " + endless, copy + "ALTER TABLE t RENAME TO " + table, moved,
          "ALTER TABLE " + table + " ADD COLUMN more",
          "ALTER TABLE " + table + " ADD COLUMN more AS (zeroblob(1000000000))",
          "CREATE TRIGGER more AFTER INSERT ON " + table + " BEGIN DELETE FROM " + table + "; END"}) {
      EXPECT_THAT(read_error(sql), HasSubstr("expected the database of a study")) << sql;
    }
  }
  // Who begins a study makes the tables that lack.
  for (const char* table : {"study", "trials", "epochs", "workers"}) {
    EXPECT_THROW(read_study(changed(std::string("DROP TABLE ") + table)), InputError) << table;
  }
  for (const std::string& sql :
       {std::string("CREATE TABLE more (x)"), "CREATE VIEW more AS " + endless,
        std::string("CREATE INDEX more ON trials (error)"), std::string("CREATE INDEX more ON trials (error || error)"),
        std::string("CREATE UNIQUE INDEX more ON trials (number)"),
        std::string("CREATE VIRTUAL TABLE more USING fts5(x)"),
        std::string("DROP INDEX trials_by_revision; CREATE INDEX trials_by_revision ON trials (state)"),
        std::string("DROP INDEX trials_by_revision; CREATE VIEW trials_by_revision AS SELECT 1")}) {
    EXPECT_THAT(read_error(sql), HasSubstr("that no study has")) << sql;
  }
}

TEST_F(StudyStoreTest, values_that_no_search_stores_are_refused) {
  const std::string deep(90000, '[');
  for (const std::string set : {"rung = 99999999999",
                                "rung = 1",
                                "rung = -1",
                                "rung = 'x'",
                                "rung = 0.5",
                                "rung = 9223372036854775807",
                                "rung = x'00'",
                                "state = 'unknown'",
                                "state = ''",
                                "state = 'Complete'",
                                "parameters = -1",
                                "parameters = 1.5",
                                "error = x'ff'",
                                "owner = 'x'",
                                "owner = 0.25",
                                "seconds = 'x'",
                                "seconds = x'01'",
                                "spread = 'x'",
                                "revision = 'x'",
                                "revision = 1.5",
                                "number = -5",
                                "number = 1000000",
                                "number = 9223372036854775807",
                                "setting = 'x'",
                                "setting = ''",
                                "setting = '[]'",
                                "setting = '{\"nope\":\"1\"}'",
                                "setting = '{\"training.batch_size\":\"9\"}'",
                                "setting = '{\"training.batch_size\":8}'",
                                "setting = '{\"training.batch_size\":null}'",
                                "setting = '{\"training.learning_rate\":\"7\"}'",
                                "setting = '{\"training.batch_size\":\"8\",\"training.batch_size\":\"8\"}'",
                                "setting = '{}' || char(0) || 'x'",
                                "rungs = 'x'",
                                "rungs = '[1]'",
                                "rungs = '[{\"epochs\":-1,\"value\":1}]'",
                                "rungs = '[{\"epochs\":1.5,\"value\":1}]'",
                                "rungs = '[{\"epochs\":1,\"value\":null}]'",
                                "rungs = '[{}]'",
                                "rungs = '[{\"epochs\":1,\"value\":1},{\"epochs\":2,\"value\":1}]'",
                                "runs = '[{}]'",
                                "runs = '{\"a\":1}'",
                                "runs = '[{\"seed\":-1,\"value\":1,\"epochs\":1,\"weights_sha256\":\"\"}]'",
                                "runs = '[{\"seed\":1,\"value\":\"1\",\"epochs\":1,\"weights_sha256\":\"\"}]'",
                                "runs = '[{\"seed\":1,\"value\":1,\"epochs\":1,\"weights_sha256\":7}]'"}) {
    EXPECT_NE(read_error("UPDATE OR REPLACE trials SET " + set + " WHERE number = 1"), "") << set;
  }
  for (const char* column : {"setting", "rungs", "runs"}) {
    EXPECT_NE(read_error(std::string("UPDATE trials SET ") + column + " = '" + deep + "' WHERE number = 1"), "");
  }
  // What a complete trial has.
  for (const char* set : {"value = NULL", "value = 'x'", "value = x'00'", "runs = '[]'"}) {
    EXPECT_NE(read_error(std::string("UPDATE trials SET ") + set + " WHERE state = 'complete'"), "") << set;
  }
  for (const char* sql : {"UPDATE epochs SET value = 'x'", "UPDATE epochs SET train_loss = x'00'",
                          "UPDATE OR REPLACE epochs SET epoch = -1 WHERE trial = 0",
                          "UPDATE OR REPLACE epochs SET epoch = 'x' WHERE trial = 0"}) {
    const std::string folder = changed(sql);
    EXPECT_THROW(study_json(read_study(folder), folder), InputError) << sql;
  }
}

TEST_F(StudyStoreTest, a_header_that_no_search_stores_is_refused) {
  for (const char* key : {"format", "file_name", "file", "settings", "identity", "data_sha256", "objective"}) {
    const std::string where = std::string(" WHERE key = '") + key + "'";
    EXPECT_NE(read_error("UPDATE study SET value = x'00'" + where), "") << key;
    EXPECT_THROW(read_study(changed("DELETE FROM study" + where)), InputError) << key;
  }
  for (const char* value :
       {"x", "[1]", "{}", "[[\"a\"]]", "null", "7", "[\"a\"] x", "[\"search.trials=x\"]", "[\"=\"]"}) {
    const std::string set = std::string("UPDATE study SET value = '") + value + "' WHERE key = 'settings'";
    EXPECT_THROW(read_study(changed(set)), InputError) << value;
  }
  for (const char* value : {"2", "", "1 ", "1.0"}) {
    const std::string set = std::string("UPDATE study SET value = '") + value + "' WHERE key = 'format'";
    EXPECT_THROW(read_study(changed(set)), InputError) << value;
  }
}

TEST_F(StudyStoreTest, what_is_no_file_is_refused) {
  fs::remove(study_ + "/study.sqlite");
  fs::create_directory(study_ + "/study.sqlite");
  EXPECT_THROW(read_study(study_), InputError);
  fs::remove(study_ + "/study.sqlite");
  ASSERT_EQ(mkfifo((study_ + "/study.sqlite").c_str(), 0600), 0);
  EXPECT_THROW(read_study(study_), InputError);
}

// Found by the fuzzer: it was "out of memory; free space and resume", exit code 1.
TEST_F(StudyStoreTest, a_length_beyond_all_memory_is_refused) {
  fs::copy_file(std::string(GRADUS_SOURCE_DIR) + "/tests/fuzz/seeds/study_database/length_beyond_memory",
                study_ + "/study.sqlite", fs::copy_options::overwrite_existing);
  for (const char* beside : {"-wal", "-shm"}) fs::remove(study_ + "/study.sqlite" + beside);
  for (const Access access : {Access::kRead, Access::kWrite}) {
    EXPECT_THAT(test::refusal_of([&] { StudyStore(study_, access); }), HasSubstr("more memory than a study can need"));
  }
}

TEST_F(StudyStoreTest, a_statement_has_an_end) {
  for (const Access access : {Access::kRead, Access::kWrite}) {
    const Database database(study_ + "/study.sqlite", access);
    for (const std::string sql :
         {"WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT count(*) FROM c",
          "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT x FROM c WHERE x < 0",
          "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT a.x FROM c a JOIN c b WHERE a.x < 0"}) {
      Statement statement(database, sql);
      EXPECT_THROW(statement.run(), InputError) << sql;
      EXPECT_THROW(database.run(sql.c_str()), InputError) << sql;
    }
    // The bound is of a statement: many of them may follow each other.
    for (int i = 0; i < 3000; ++i) {
      Statement statement(database,
                          "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c LIMIT 1000) SELECT x FROM c");
      statement.run();
    }
  }
}

TEST_F(StudyStoreTest, reading_writes_nothing) {
  const std::string bytes = read_whole_file(study_ + "/study.sqlite");
  const std::set<std::string> names = names_in(study_);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(read_study(study_).trials.size(), 8u);
    EXPECT_THROW(Database(study_ + "/study.sqlite", Access::kRead).run("DELETE FROM trials"), InputError);
  }
  EXPECT_EQ(names_in(study_), names);
  EXPECT_EQ(read_whole_file(study_ + "/study.sqlite"), bytes);
}

// Taken from under a search that goes on, without the file by which processes share the transactions.
TEST_F(StudyStoreTest, transactions_that_are_not_in_the_database_yet_are_read) {
  StudyStore writer(study_, Access::kWrite);
  std::vector<TrialRecord> trials = writer.changes(config_.space);
  trials[2].error = "changed";
  writer.transaction([&] { writer.save(config_.space, trials[2]); });
  for (const bool shared : {true, false}) {
    const std::string folder = temp_ / (shared ? "with" : "without");
    fs::create_directories(folder);
    for (const char* name : {"study.sqlite", "study.sqlite-wal", "study.sqlite-shm"}) {
      if (shared || std::string_view(name) != "study.sqlite-shm") fs::copy(study_ + "/" + name, folder);
    }
    EXPECT_EQ(read_study(folder).trials[2].error, "changed") << shared;
  }
  EXPECT_EQ(read_study(study_).trials[2].error, "changed");
}

TEST_F(StudyStoreTest, names_of_folders_may_hold_any_character) {
  for (const std::string name : {"a?mode=memory", "a#b", "a%20b", "file:x", "a b", "\xc3\xa9"}) {
    const std::string folder = temp_ / name;
    fs::copy(study_, folder, fs::copy_options::recursive);
    EXPECT_EQ(read_study(folder).trials.size(), 8u) << name;
    EXPECT_EQ(StudyStore::origin_of(folder), "") << name;
  }
}

}  // namespace
}  // namespace gradus::test
