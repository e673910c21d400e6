#include "sqlite.hpp"

namespace gaincell::montecarlo {

namespace {
[[noreturn]] void raise(sqlite3* db, int code) {
  throw SqliteError{code & 0xff, db ? sqlite3_errmsg(db) : sqlite3_errstr(code)};
}
}  // namespace

Database::Database(const std::filesystem::path& file, int flags) {
  const int code = sqlite3_open_v2(file.c_str(), &db_, flags, nullptr);
  if (code != SQLITE_OK) {
    const SqliteError error{code & 0xff, db_ ? sqlite3_errmsg(db_) : sqlite3_errstr(code)};
    sqlite3_close_v2(db_);
    throw error;
  }
  sqlite3_busy_timeout(db_, 10000);
}

Database::~Database() {
  sqlite3_close_v2(db_);
}

void Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) raise(db_, code);
}

Statement::Statement(const Database& db, std::string_view sql) : db_(db.handle()) {
  const int code = sqlite3_prepare_v2(db_, sql.data(), static_cast<int>(sql.size()), &statement_, nullptr);
  if (code != SQLITE_OK) raise(db_, code);
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

Statement& Statement::bind(int index, std::int64_t value) {
  if (const int code = sqlite3_bind_int64(statement_, index, value)) raise(db_, code);
  return *this;
}

Statement& Statement::bindText(int index, std::string_view text) {
  if (const int code =
          sqlite3_bind_text(statement_, index, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT))
    raise(db_, code);
  return *this;
}

Statement& Statement::bindBlob(int index, std::string_view bytes) {
  if (const int code = sqlite3_bind_blob64(statement_, index, bytes.data(), bytes.size(), SQLITE_TRANSIENT))
    raise(db_, code);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) raise(db_, code);
  return false;
}

void Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

}  // namespace gaincell::montecarlo
