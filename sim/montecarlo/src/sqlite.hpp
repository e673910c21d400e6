#pragma once
// The little of SQLite that the store needs, with errors as exceptions.

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace gaincell::montecarlo {

/// What SQLite said; translated by the store into an Error a user can act on.
struct SqliteError {
  int code;
  std::string message;
};

class Database {
 public:
  Database(const std::filesystem::path& file, int flags);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  void execute(const std::string& sql);
  sqlite3* handle() const noexcept { return db_; }

 private:
  sqlite3* db_ = nullptr;
};

class Statement {
 public:
  Statement(const Database& db, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement& bind(int index, std::int64_t value);
  Statement& bindText(int index, std::string_view text);
  Statement& bindBlob(int index, std::string_view bytes);
  /// True while there is a row.
  bool step();
  void reset();
  std::int64_t integer(int column) const;
  /// Valid until the next step.
  std::string_view bytes(int column) const;

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace gaincell::montecarlo
