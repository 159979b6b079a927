// SPDX-License-Identifier: Apache-2.0
#include "search/study_store.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "gradus/core/error.hpp"
#include "training/version.hpp"

namespace gradus {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;

constexpr const char* kTables = R"(
CREATE TABLE IF NOT EXISTS study (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS trials (
  number INTEGER PRIMARY KEY, state TEXT NOT NULL, setting TEXT NOT NULL, value REAL, spread REAL NOT NULL,
  rung INTEGER NOT NULL, rungs TEXT NOT NULL, runs TEXT NOT NULL, parameters INTEGER NOT NULL, error TEXT NOT NULL,
  owner INTEGER NOT NULL, seconds REAL NOT NULL, revision INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS trials_by_revision ON trials (revision);
CREATE TABLE IF NOT EXISTS epochs (
  trial INTEGER NOT NULL, repeat INTEGER NOT NULL, epoch INTEGER NOT NULL, value REAL, train_loss REAL,
  train_accuracy REAL, valid_loss REAL, valid_accuracy REAL, learning_rate REAL,
  PRIMARY KEY (trial, repeat, epoch)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS workers (id INTEGER PRIMARY KEY AUTOINCREMENT);
)";
constexpr std::size_t kNumTables = 4;

std::string database_path(const std::string& folder) {
  return folder + "/study.sqlite";
}

std::string setting_json(const Space& space, const Setting& setting) {
  Json object = Json::object();
  for (std::size_t i = 0; i < setting.size(); ++i) {
    if (setting[i]) object[space.parameters[i].name] = *setting[i];
  }
  return object.dump();
}

Setting json_setting(const Space& space, const std::string& text) {
  Setting setting(space.parameters.size());
  const Json object = require_json(text, "setting");
  if (!object.is_object()) throw InputError("setting: expected an object, found another type");
  for (const auto& [name, value] : object.items()) {
    const std::optional<std::size_t> index = space.find(name);
    if (!index || !value.is_string() || !space.parameters[*index].allows(value.get_ref<const std::string&>())) {
      throw InputError({.where = "setting of " + name.substr(0, 60),
                        .expected = "a parameter and a value of the search file's space",
                        .found = value.dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 60),
                        .advice = ""});
    }
    setting[*index] = value.get<std::string>();
  }
  return setting;
}

std::string rungs_json(const std::vector<RungResult>& rungs) {
  Json array = Json::array();
  for (const RungResult& rung : rungs) array.push_back({{"epochs", rung.epochs}, {"value", rung.value}});
  return array.dump();
}

std::string runs_json(const std::vector<RunResult>& runs) {
  Json array = Json::array();
  for (const RunResult& run : runs) {
    array.push_back(
        {{"seed", run.seed}, {"value", run.value}, {"epochs", run.epochs}, {"weights_sha256", run.weights_sha256}});
  }
  return array.dump();
}

void parse_results(const std::string& rungs, const std::string& runs, TrialRecord& trial) {
  for (const Json& rung : require_json(rungs, "rungs")) {
    trial.rungs.push_back(
        {require_json_integer<std::size_t>(rung.at("epochs"), "rungs"), rung.at("value").get<double>()});
  }
  for (const Json& run : require_json(runs, "runs")) {
    trial.runs.push_back({require_json_integer<std::uint64_t>(run.at("seed"), "runs"), run.at("value").get<double>(),
                          require_json_integer<std::size_t>(run.at("epochs"), "runs"),
                          run.at("weights_sha256").get<std::string>()});
  }
}

using SchemaRow = std::array<std::string, 4>;  // type, name, table, SQL

std::vector<SchemaRow> schema_of(const Database& database) {
  std::vector<SchemaRow> rows;
  // What SQLite makes by itself: statistics, and the indices of keys, which have no SQL.
  Statement statement(database,
                      "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE NOT (type = 'index' AND sql IS NULL) "
                      "AND NOT (type = 'table' AND name GLOB 'sqlite_stat[14]')");
  while (statement.step()) {
    rows.push_back({statement.text(0), statement.text(1), statement.text(2), statement.text(3)});
  }
  return rows;
}

enum class Completeness : std::uint8_t { kWhole, kInTheMaking };

// Nothing but what kTables makes, and all of its tables unless a process may have died between them. A view that is
// named like a table would be run by whoever reads it.
void check_schema(const Database& database, Completeness completeness) {
  static const std::vector<SchemaRow> kExpected = [] {
    const Database model(":memory:", Access::kCreate);
    model.run(kTables);
    return schema_of(model);
  }();
  const std::vector<SchemaRow> found = schema_of(database);
  std::size_t tables = 0;
  for (const SchemaRow& row : found) {
    if (std::find(kExpected.begin(), kExpected.end(), row) == kExpected.end()) {
      database.damaged("a " + row[0].substr(0, 20) + " '" + row[1].substr(0, 60) + "' that no study has");
    }
    tables += row[0] == "table" && row[1] != "sqlite_sequence" ? 1 : 0;
  }
  if (completeness == Completeness::kWhole && tables < kNumTables)
    database.damaged("a damaged one, without its tables");
}

void put(const Database& database, const std::string& key, const std::string& value) {
  Statement statement(database, "INSERT INTO study (key, value) VALUES (?, ?)");
  statement.bind(key).bind(value).run();
}

bool has_header(const Database& database) {
  Statement statement(database, "SELECT 1 FROM study LIMIT 1");
  return statement.step();
}

}  // namespace

bool StudyStore::exists(const std::string& folder) {
  std::error_code ignored;
  return fs::exists(database_path(folder), ignored);
}

std::optional<std::string> StudyStore::origin_of(const std::string& folder, const OnWait& on_wait) {
  if (!exists(folder)) return std::nullopt;
  std::error_code ignored;
  fs::create_directories(folder + "/workers", ignored);
  // The file is there before its tables are; a process that died between has left it without any.
  const FileLock alone(folder + "/workers/create.lock", FileLock::Wait::kYes);
  const Database database(database_path(folder), Access::kCreate, on_wait);
  check_schema(database, Completeness::kInTheMaking);
  database.run(kTables);
  if (!has_header(database)) return std::nullopt;
  Statement statement(database, "SELECT value FROM study WHERE key = 'origin'");
  return statement.step() ? statement.text(0) : "";
}

void StudyStore::create(const std::string& folder, const StudyHeader& header, const OnWait& on_wait) {
  std::error_code error;
  fs::create_directories(folder + "/workers", error);
  if (!error) fs::create_directories(folder + "/checkpoints", error);
  if (error) throw RunError(folder + ": could not be created (" + error.message() + "); choose another --out");
  const FileLock alone(folder + "/workers/create.lock", FileLock::Wait::kYes);
  const Database database(database_path(folder), Access::kCreate, on_wait);
  Transaction transaction(database);
  check_schema(database, Completeness::kInTheMaking);
  database.run(kTables);
  if (!has_header(database)) {
    put(database, "format", std::to_string(kFormat));
    put(database, "version", version());
    put(database, "file_name", header.file_name);
    put(database, "file", header.file);
    put(database, "settings", Json(header.settings).dump());
    put(database, "identity", header.identity);
    put(database, "data_sha256", header.data_sha256);
    put(database, "objective", header.objective);
    put(database, "origin", header.origin);
    put(database, "revision", "0");
  }
  transaction.commit();
}

StudyStore::StudyStore(std::string folder, Access access, OnWait on_wait)
    : folder_(std::move(folder)), database_(database_path(folder_), access, std::move(on_wait)) {
  check_schema(database_, Completeness::kWhole);
  read_header();
}

StudyStore::~StudyStore() {
  if (!lock_) return;
  std::error_code ignored;
  fs::remove(lock_path(worker_), ignored);
}

void StudyStore::read_header() {
  try {
    std::map<std::string, std::string> values;
    Statement statement(database_, "SELECT key, value FROM study");
    while (statement.step()) values[statement.text(0)] = statement.text(1);
    if (values["format"] != std::to_string(kFormat)) {
      throw InputError({.where = database_.path(),
                        .expected = "a study of format " + std::to_string(kFormat),
                        .found = values["format"].empty() ? "none" : "format " + values["format"],
                        .advice = "use the version of Gradus that made it, or search anew in another folder"});
    }
    header_.file_name = values.at("file_name");
    header_.file = values.at("file");
    header_.settings = require_json(values.at("settings"), database_.path()).get<std::vector<std::string>>();
    header_.identity = values.at("identity");
    header_.data_sha256 = values.at("data_sha256");
    header_.objective = values.at("objective");
    header_.origin = values["origin"];  // not there in older studies
  } catch (const Json::exception&) {
    database_.damaged("settings that cannot be read");
  } catch (const std::out_of_range&) {
    database_.damaged("one without its search file");
  }
}

void StudyStore::extend(const std::vector<std::string>& settings, const std::string& identity) {
  const auto replace = [this](const char* key, const std::string& value) {
    Statement statement(database_, "UPDATE study SET value = ? WHERE key = ?");
    statement.bind(value).bind(std::string(key)).run();
  };
  // Whoever is finishing the study has done so, or sees afterwards that there is more to do.
  const FileLock alone(folder_ + "/workers/finish.lock", FileLock::Wait::kYes);
  transaction([&] {
    replace("settings", Json(settings).dump());
    replace("identity", identity);
  });
  header_.settings = settings;
  header_.identity = identity;
  std::error_code ignored;
  fs::remove(folder_ + "/study.json", ignored);
}

bool StudyStore::is_current() const {
  Statement statement(database_, "SELECT value FROM study WHERE key = 'identity'");
  return statement.step() && statement.text(0) == header_.identity;
}

void StudyStore::transaction(const std::function<void()>& body) {
  Transaction transaction(database_);
  body();
  transaction.commit();
}

TrialRecord StudyStore::read_trial(const Space& space, const Statement& row) const {
  TrialRecord trial;
  trial.number = row.count(0);
  const std::string name = "trial " + std::to_string(trial.number);
  try {
    trial.state = parse_state(row.text(1));
    trial.setting = json_setting(space, row.text(2));
    parse_results(row.text(6), row.text(7), trial);
  } catch (const Json::exception&) {
    database_.damaged("a " + name + " that cannot be read");
  } catch (const InputError& error) {
    throw InputError(database_.path() + ": " + name + ": " + error.what());
  }
  trial.value = row.number(3);
  trial.spread = row.number(4).value_or(0.0);
  trial.rung = row.count(5);
  trial.parameters = row.count(8);
  trial.error = row.text(9);
  trial.owner = static_cast<std::uint64_t>(row.integer(10));
  trial.seconds = row.number(11).value_or(0.0);
  const bool complete = trial.state == TrialState::kComplete;
  if (complete && (!trial.value || trial.runs.empty())) database_.damaged("a complete " + name + " without a value");
  return trial;
}

std::vector<TrialRecord> StudyStore::changes(const Space& space) {
  // The index finds what has changed; whoever reads everything reads the table as it lies.
  Statement statement(database_,
                      std::string("SELECT number, state, setting, value, spread, rung, rungs, runs, parameters, error, "
                                  "owner, seconds, revision FROM trials WHERE revision > ? ORDER BY ") +
                          (num_trials_ == 0 ? "number" : "revision"));
  statement.bind(seen_revision_);
  std::int64_t newest = seen_revision_;
  std::vector<TrialRecord> changed;
  while (statement.step()) {
    changed.push_back(read_trial(space, statement));
    newest = std::max(newest, statement.integer(12));
  }
  std::ranges::sort(changed, {}, &TrialRecord::number);
  for (const TrialRecord& trial : changed) {
    if (trial.number > num_trials_) database_.damaged("one with missing trials");
    num_trials_ = std::max(num_trials_, trial.number + 1);
  }
  seen_revision_ = newest;
  return changed;
}

void StudyStore::save(const Space& space, const TrialRecord& trial) {
  Statement next(database_, "UPDATE study SET value = value + 1 WHERE key = 'revision' RETURNING value");
  if (!next.step()) database_.damaged("one without revisions");
  const std::string written = next.text(0);
  std::int64_t revision = 0;
  std::from_chars(written.data(), written.data() + written.size(), revision);
  next.run();
  const std::string setting = setting_json(space, trial.setting);
  const std::string rungs = rungs_json(trial.rungs);
  const std::string runs = runs_json(trial.runs);
  const std::string state(state_name(trial.state));
  Statement statement(database_,
                      "INSERT OR REPLACE INTO trials (number, state, setting, value, spread, rung, rungs, runs, "
                      "parameters, error, owner, seconds, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  statement.bind(std::uint64_t{trial.number}).bind(state).bind(setting).bind(trial.value).bind(trial.spread);
  statement.bind(std::uint64_t{trial.rung}).bind(rungs).bind(runs).bind(std::uint64_t{trial.parameters});
  statement.bind(trial.error).bind(trial.owner).bind(trial.seconds).bind(revision).run();
  num_trials_ = std::max(num_trials_, trial.number + 1);
}

void StudyStore::save_epochs(std::size_t trial, std::size_t repeat, const std::vector<EpochPoint>& points) {
  Statement statement(database_, "INSERT OR REPLACE INTO epochs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const EpochPoint& p : points) {
    statement.bind(std::uint64_t{trial}).bind(std::uint64_t{repeat}).bind(std::uint64_t{p.epoch}).bind(p.value);
    statement.bind(p.train_loss).bind(p.train_accuracy).bind(p.valid_loss).bind(p.valid_accuracy);
    statement.bind(p.learning_rate).run();
  }
}

std::vector<EpochPoint> StudyStore::epochs(std::size_t trial, std::size_t repeat) const {
  Statement statement(database_,
                      "SELECT epoch, value, train_loss, train_accuracy, valid_loss, valid_accuracy, learning_rate "
                      "FROM epochs WHERE trial = ? AND repeat = ? ORDER BY epoch");
  statement.bind(std::uint64_t{trial}).bind(std::uint64_t{repeat});
  std::vector<EpochPoint> points;
  while (statement.step()) {
    EpochPoint p;
    p.epoch = statement.count(0);
    p.value = statement.number(1).value_or(0.0);
    p.train_loss = statement.number(2).value_or(0.0);
    p.train_accuracy = statement.number(3);
    p.valid_loss = statement.number(4);
    p.valid_accuracy = statement.number(5);
    p.learning_rate = statement.number(6).value_or(0.0);
    points.push_back(p);
  }
  return points;
}

std::vector<std::pair<std::size_t, double>> StudyStore::values_of(std::size_t first, std::size_t end) const {
  // CROSS JOIN: SQLite keeps this order of the tables.
  Statement statement(database_,
                      "SELECT epoch, epochs.value FROM trials CROSS JOIN epochs ON trial = number AND repeat = 0 "
                      "WHERE number >= ? AND number < ? AND state = 'complete'");
  statement.bind(std::uint64_t{first}).bind(std::uint64_t{end});
  std::vector<std::pair<std::size_t, double>> values;
  while (statement.step()) values.emplace_back(statement.count(0), statement.number(1).value_or(0.0));
  return values;
}

std::string StudyStore::lock_path(std::uint64_t worker) const {
  return folder_ + "/workers/" + std::to_string(worker) + ".lock";
}

std::uint64_t StudyStore::worker() {
  if (lock_) return worker_;
  // The lock is held before anybody can see the number.
  transaction([this] {
    Statement insert(database_, "INSERT INTO workers DEFAULT VALUES");
    insert.run();
    Statement last(database_, "SELECT last_insert_rowid()");
    if (last.step()) worker_ = last.count(0);
    lock_ = std::make_unique<FileLock>(lock_path(worker_), FileLock::Wait::kNo);
  });
  return worker_;
}

bool StudyStore::is_dead(std::uint64_t worker) const {
  if (worker == worker_ && lock_) return false;
  const std::string path = lock_path(worker);
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return true;
  const FileLock probe(path, FileLock::Wait::kNo);
  if (probe.held()) fs::remove(path, ignored);
  return probe.held();
}

}  // namespace gradus
