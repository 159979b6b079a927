// The few calls of SQLite that the study needs, with its errors as sentences. Not a general wrapper.
//
// A database may come from anybody. What stands in its schema is not trusted (SQLite runs no function from it, views
// and triggers are off), every statement has a bound on its work, and a value of another type than asked for is an
// error.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace gradus {

class Database;

/// A prepared statement: bind() in order, then step() until it is false. Bound texts must outlive the steps. Preparing
/// takes longer than most runs: the database keeps it for the next one of the same text, .
class Statement {
 public:
  Statement(const Database& database, std::string_view sql);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  Statement& bind(std::int64_t value);
  Statement& bind(std::uint64_t value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(double value);  // NaN becomes NULL
  Statement& bind(const std::optional<double>& value);
  Statement& bind(const std::string& value);
  /// Whether there is a row to read.
  bool step();
  /// step() to the end, and ready to be bound again.
  void run();

  /// Values of the row. Throw InputError for a value of another type; number() alone takes NULL.
  [[nodiscard]] std::int64_t integer(int column) const;
  /// A whole number from 0.
  [[nodiscard]] std::size_t count(int column) const;
  [[nodiscard]] std::optional<double> number(int column) const;
  [[nodiscard]] std::string text(int column) const;

 private:
  void check(int code) const;
  void require_type(int column, int type, const char* expected) const;
  const Database& database_;
  std::string sql_;
  sqlite3_stmt* handle_ = nullptr;
  int bound_ = 0;
};

enum class Access : std::uint8_t {
  kRead,  // changes no byte of the file; also where nothing can be written
  kWrite,
  kCreate,  // one process at a time
};

/// Hears every few milliseconds for how many seconds somebody else has kept the file locked; false ends the wait.
using OnWait = std::function<bool(double)>;

/// An open file in WAL mode. Whoever finds it locked waits: with somebody who hears of it for ten minutes, else for ten
/// seconds. Errors: Interrupted for a wait that was ended, InputError for a file that is damaged, no database or locked
/// for too long, and for a statement that takes more steps than a database of its size can need; RunError for a full
/// disk and the like.
class Database {
 public:
  Database(std::string path, Access access, OnWait on_wait = {});
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  void run(const char* sql) const;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] sqlite3* handle() const { return handle_; }
  /// The statement of that text, ready to be bound.
  [[nodiscard]] sqlite3_stmt* take_statement(std::string_view sql) const;
  void give_back(std::string_view sql, sqlite3_stmt* statement) const;
  [[noreturn]] void fail(int code) const;
  /// The file is not what it should be.
  [[noreturn]] void damaged(const std::string& found) const;
  /// The number of steps is counted from here on.
  void begin_statement() const { done_steps_ = 0; }
  /// Whether the statement may take another kStepsBetween steps.
  [[nodiscard]] bool may_go_on() const;

  static constexpr int kStepsBetween = 100'000;  // of SQLite's machine, from one question to the next

 private:
  void open(int flags, const char* parameter);
  void open_for_reading();
  void guard();
  void close();
  bool wait_for_others(int attempt);

  std::string path_;
  mutable std::map<std::string, sqlite3_stmt*, std::less<>> statements_;  // those that nobody uses
  mutable std::uint64_t done_steps_ = 0;
  sqlite3* handle_ = nullptr;
  OnWait on_wait_;
  std::chrono::steady_clock::time_point waiting_since_;
  bool gave_up_ = false;
};

/// BEGIN IMMEDIATE now; COMMIT by commit(), ROLLBACK by the destructor.
class Transaction {
 public:
  explicit Transaction(const Database& database) : database_(database) { Statement(database, "BEGIN IMMEDIATE").run(); }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  const Database& database_;
  bool open_ = true;
};

}  // namespace gradus
