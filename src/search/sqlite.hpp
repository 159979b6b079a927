// The few calls of SQLite that the study needs, with its errors as sentences. Not a general wrapper.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace gradus {

class Database;

/// A prepared statement: bind() in order, then step() until it is false. Bound texts must outlive the steps.
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

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::optional<double> number(int column) const;
  [[nodiscard]] std::string text(int column) const;

 private:
  void check(int code) const;
  const Database& database_;
  sqlite3_stmt* handle_ = nullptr;
  int bound_ = 0;
};

/// An open file in WAL mode. Errors: InputError for a file that is damaged, no database or locked for too long,
/// RunError for a full disk and the like.
class Database {
 public:
  /// Only one process at a time may pass `create`.
  Database(std::string path, bool create);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  void run(const char* sql) const;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] sqlite3* handle() const { return handle_; }
  [[noreturn]] void fail(int code) const;

 private:
  std::string path_;
  sqlite3* handle_ = nullptr;
};

/// BEGIN IMMEDIATE now; COMMIT by commit(), ROLLBACK by the destructor.
class Transaction {
 public:
  explicit Transaction(const Database& database) : database_(database) { database_.run("BEGIN IMMEDIATE"); }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  const Database& database_;
  bool open_ = true;
};

}  // namespace gradus
