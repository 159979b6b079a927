// SPDX-License-Identifier: Apache-2.0
#include "search/sqlite.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <random>
#include <thread>

#include "core/text_file.hpp"
#include "gradus/core/error.hpp"

namespace gradus {
namespace {

// Transactions take milliseconds; who waits longer waits for something that may not end by itself.
constexpr double kLongestWait = 10.0;
constexpr double kLongestKnownWait = 600.0;
// Short and irregular, so that many processes that come and go all find their gap.
constexpr int kMostNapMicroseconds = 5'000;
constexpr int kMaxValueBytes = 64 << 20;
// Steps of a statement beyond those that rows of the file's size can need: a row of 20 bytes takes some hundred.
constexpr std::uint64_t kFreeSteps = 10'000'000;
constexpr std::uint64_t kStepsPerByte = 20;

bool is_there(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

// The path as SQLite takes it with parameters.
std::string uri_of(const std::string& path) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string uri = path.starts_with('/') ? "file://" : "file:";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool special = c == '%' || c == '?' || c == '#' || byte < 0x20;
    uri += special ? std::string({'%', kDigits[byte >> 4], kDigits[byte & 15]}) : std::string(1, c);
  }
  return uri;
}

bool has_memory(std::size_t bytes) {
  void* volatile memory = std::malloc(bytes);  // volatile: or the compiler leaves both calls out
  std::free(memory);
  return memory != nullptr;
}

}  // namespace

Statement::Statement(const Database& database, std::string_view sql)
    : database_(database), sql_(sql), handle_(database.take_statement(sql)) {
  database.begin_statement();
}

Statement::~Statement() {
  database_.give_back(sql_, handle_);
}

void Statement::check(int code) const {
  if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE) database_.fail(code);
}

Statement& Statement::bind(std::int64_t value) {
  check(sqlite3_bind_int64(handle_, ++bound_, value));
  return *this;
}

Statement& Statement::bind(double value) {
  check(sqlite3_bind_double(handle_, ++bound_, value));
  return *this;
}

Statement& Statement::bind(const std::optional<double>& value) {
  if (value) return bind(*value);
  check(sqlite3_bind_null(handle_, ++bound_));
  return *this;
}

Statement& Statement::bind(const std::string& value) {
  check(sqlite3_bind_text(handle_, ++bound_, value.data(), static_cast<int>(value.size()), SQLITE_STATIC));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(handle_);
  check(code);
  return code == SQLITE_ROW;
}

void Statement::run() {
  while (step()) {
  }
  check(sqlite3_reset(handle_));
  database_.begin_statement();
  bound_ = 0;
}

void Statement::require_type(int column, int type, const char* expected) const {
  if (sqlite3_column_type(handle_, column) == type) return;
  database_.damaged(std::string("a ") + sqlite3_column_name(handle_, column) + " that is no " + expected);
}

std::int64_t Statement::integer(int column) const {
  require_type(column, SQLITE_INTEGER, "whole number");
  return sqlite3_column_int64(handle_, column);
}

std::size_t Statement::count(int column) const {
  const std::int64_t value = integer(column);
  if (value < 0) database_.damaged(std::string("a ") + sqlite3_column_name(handle_, column) + " below 0");
  return static_cast<std::size_t>(value);
}

std::optional<double> Statement::number(int column) const {
  const int type = sqlite3_column_type(handle_, column);
  if (type == SQLITE_NULL) return std::nullopt;
  if (type != SQLITE_INTEGER) require_type(column, SQLITE_FLOAT, "number");
  return sqlite3_column_double(handle_, column);
}

std::string Statement::text(int column) const {
  require_type(column, SQLITE_TEXT, "text");
  const unsigned char* bytes = sqlite3_column_text(handle_, column);
  if (bytes == nullptr) return {};
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
  return {reinterpret_cast<const char*>(bytes), size};
}

Database::Database(std::string path, Access access, OnWait on_wait)
    : path_(std::move(path)), on_wait_(std::move(on_wait)) {
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(path_, ignored);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) damaged("a folder, pipe or device");
  try {
    if (access == Access::kRead) {
      open_for_reading();
      return;
    }
    open(SQLITE_OPEN_READWRITE | (access == Access::kCreate ? SQLITE_OPEN_CREATE : 0), "");
    // Part of the file from then on. The switch needs the file alone and does not wait for others.
    if (access == Access::kCreate) run("PRAGMA journal_mode = WAL");
    // A killed process loses nothing; only a power cut may take the last transactions, whose trials run again.
    run("PRAGMA synchronous = NORMAL");
  } catch (...) {
    close();
    throw;
  }
}

void Database::open(int flags, const char* parameter) {
  close();
  const std::string uri = uri_of(path_) + parameter;
  const int code = sqlite3_open_v2(uri.c_str(), &handle_, flags | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_URI, nullptr);
  if (code != SQLITE_OK) fail(code);
  guard();
}

// The journal of changes, study.sqlite-wal, and the file by which processes share it, study.sqlite-shm, are there as
// long as anybody writes. A reader makes them where they are not there, unless the file is said never to change.
void Database::open_for_reading() {
  constexpr const char* kFirstRead = "SELECT count(*) FROM sqlite_schema";
  constexpr const char* kUnchanging = "?immutable=1";
  const bool unchanging = !is_there(path_ + "-wal") && !is_there(path_ + "-journal");
  int code = SQLITE_OK;
  for (const char* how : {unchanging ? kUnchanging : "?readonly_shm=1", "", kUnchanging}) {
    // The last way would pass over changes that are in the journal alone.
    if (how == kUnchanging && !unchanging && size_of_file(path_ + "-wal") > 0) break;
    open(SQLITE_OPEN_READONLY, how);
    code = sqlite3_exec(handle_, kFirstRead, nullptr, nullptr, nullptr);
    if (code == SQLITE_OK) return;
    if ((code & 0xff) != SQLITE_CANTOPEN && code != SQLITE_READONLY_CANTINIT) break;
  }
  fail(code);
}

void Database::guard() {
  const auto wait = [](void* database, int attempt) {
    return static_cast<Database*>(database)->wait_for_others(attempt) ? 1 : 0;
  };
  sqlite3_busy_handler(handle_, wait, this);
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_limit(handle_, SQLITE_LIMIT_LENGTH, kMaxValueBytes);
  sqlite3_limit(handle_, SQLITE_LIMIT_ATTACHED, 0);
  const auto ask = [](void* database) { return static_cast<const Database*>(database)->may_go_on() ? 0 : 1; };
  sqlite3_progress_handler(handle_, kStepsBetween, ask, this);
}

bool Database::wait_for_others(int attempt) {
  const auto now = std::chrono::steady_clock::now();
  if (attempt == 0) waiting_since_ = now;
  const double seconds = std::chrono::duration<double>(now - waiting_since_).count();
  gave_up_ = on_wait_ && !on_wait_(seconds);
  if (gave_up_ || seconds > (on_wait_ ? kLongestKnownWait : kLongestWait)) return false;
  thread_local std::minstd_rand nap(std::random_device{}());
  const int longest = std::min(kMostNapMicroseconds, 200 * (attempt + 1));
  std::this_thread::sleep_for(std::chrono::microseconds(1 + nap() % static_cast<unsigned>(longest)));
  return true;
}

bool Database::may_go_on() const {
  done_steps_ += kStepsBetween;
  if (done_steps_ < kFreeSteps) return true;
  return done_steps_ < kFreeSteps + kStepsPerByte * (size_of_file(path_) + size_of_file(path_ + "-wal"));
}

Database::~Database() {
  close();
}

void Database::close() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  statements_.clear();
  sqlite3_close(handle_);
  handle_ = nullptr;
}

sqlite3_stmt* Database::take_statement(std::string_view sql) const {
  const auto kept = statements_.find(sql);
  sqlite3_stmt* statement = nullptr;
  if (kept != statements_.end()) {
    statement = kept->second;
    statements_.erase(kept);
    return statement;
  }
  const int code = sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) fail(code);
  return statement;
}

void Database::give_back(std::string_view sql, sqlite3_stmt* statement) const {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  bool kept = false;
  try {
    kept = statements_.emplace(sql, statement).second;
  } catch (const std::bad_alloc&) {
    // To keep it is no more than a saving.
  }
  if (!kept) sqlite3_finalize(statement);
}

void Database::run(const char* sql) const {
  begin_statement();
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

void Database::fail(int code) const {
  const int kind = code & 0xff;
  const std::string reason = sqlite3_errstr(kind);
  if (kind == SQLITE_BUSY || kind == SQLITE_LOCKED) {
    if (gave_up_) throw Interrupted("interrupted while another program kept " + path_ + " locked");
    throw InputError({.where = path_,
                      .expected = "a study that this process may write to",
                      .found = "one that another program keeps locked",
                      .advice = "end that program and resume"});
  }
  if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB || kind == SQLITE_FORMAT || kind == SQLITE_ERROR ||
      kind == SQLITE_TOOBIG) {
    damaged("a damaged or foreign file (" + reason + ")");
  }
  if (kind == SQLITE_NOMEM) {
    // A length in the file may ask for more than any machine has; then there is memory for a study still.
    if (!has_memory(kMaxValueBytes)) throw std::bad_alloc();
    damaged("one that asks for more memory than a study can need");
  }
  if (kind == SQLITE_INTERRUPT) damaged("one that takes more work than its size can need");
  if (kind == SQLITE_CANTOPEN || kind == SQLITE_READONLY || kind == SQLITE_PERM || kind == SQLITE_AUTH) {
    throw InputError({.where = path_,
                      .expected = "a file that can be opened, and written where that is needed",
                      .found = reason,
                      .advice = "check the folder and its permissions"});
  }
  throw RunError(path_ + ": could not be read or written (" + reason + "); free space and resume");
}

void Database::damaged(const std::string& found) const {
  throw InputError({.where = path_,
                    .expected = "the database of a study",
                    .found = found,
                    .advice = "restore it from a copy or search anew in another folder"});
}

Transaction::~Transaction() {
  if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  Statement(database_, "COMMIT").run();
  open_ = false;
}

}  // namespace gradus
