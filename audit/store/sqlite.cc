#include "audit/store/sqlite.h"

#include <sqlite3.h>

#include <algorithm>

#include "audit/codes.h"
#include "audit/store/store.h"

namespace caveat::audit {

namespace {

const Code& kind_of(int code, bool reading) {
  if (!reading) return codes::kStorage;
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:  // a table or column that is not there
    case SQLITE_SCHEMA:
    case SQLITE_MISMATCH:
      return codes::kDamaged;
    default:
      return codes::kUnreadable;
  }
}

bool only_reads(sqlite3* db) { return db != nullptr && sqlite3_db_readonly(db, "main") == 1; }

}  // namespace

SqliteError::SqliteError(const std::string& path, const std::string& words, int code, bool reading)
    : Error(kind_of(code, reading), path, {path, words}), code_(code), words_(words) {}

bool SqliteError::not_a_database() const { return (code_ & 0xff) == SQLITE_NOTADB || (code_ & 0xff) == SQLITE_CORRUPT; }
bool SqliteError::corrupt() const { return (code_ & 0xff) == SQLITE_CORRUPT; }
bool SqliteError::moved() const { return code_ == SQLITE_READONLY_DBMOVED; }
bool SqliteError::read_only() const { return (code_ & 0xff) == SQLITE_READONLY || (code_ & 0xff) == SQLITE_CANTOPEN; }

namespace {

[[noreturn]] void fail(const std::string& path, sqlite3* db, int code) {
  if ((code & 0xff) == SQLITE_INTERRUPT) throw Interrupted();
  const int extended = db != nullptr ? sqlite3_extended_errcode(db) : code;
  std::string words = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  if ((code & 0xff) == SQLITE_FULL) words = "the disk is full";
  throw SqliteError(path, words, extended != SQLITE_OK ? extended : code, only_reads(db));
}

}  // namespace

Statement::Statement(sqlite3* db, const std::string* path, std::string_view sql) : db_(db), path_(path) {
  const int code =
      sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
  if (code != SQLITE_OK) fail(*path, db, code);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement::Statement(Statement&& other) noexcept : statement_(other.statement_), db_(other.db_), path_(other.path_) {
  other.statement_ = nullptr;
}

Statement& Statement::bind(int position, std::int64_t value) {
  if (const int code = sqlite3_bind_int64(statement_, position, value); code != SQLITE_OK) fail(*path_, db_, code);
  return *this;
}

Statement& Statement::bind_blob(int position, std::string_view value) {
  // A null pointer would bind NULL: an empty blob needs an address.
  const char* data = value.data() != nullptr ? value.data() : "";
  if (const int code = sqlite3_bind_blob64(statement_, position, data, value.size(), SQLITE_STATIC); code != SQLITE_OK)
    fail(*path_, db_, code);
  return *this;
}

Statement& Statement::bind_text(int position, std::string_view value) {
  const char* data = value.data() != nullptr ? value.data() : "";
  if (const int code = sqlite3_bind_text64(statement_, position, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
      code != SQLITE_OK)
    fail(*path_, db_, code);
  return *this;
}

Statement& Statement::bind_null(int position) {
  if (const int code = sqlite3_bind_null(statement_, position); code != SQLITE_OK) fail(*path_, db_, code);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  const int extended = sqlite3_extended_errcode(db_);
  if ((code & 0xff) == SQLITE_INTERRUPT) {
    reset();
    throw Interrupted();
  }
  std::string words = (code & 0xff) == SQLITE_FULL ? "the disk is full" : sqlite3_errmsg(db_);
  reset();
  throw SqliteError(*path_, words, extended, only_reads(db_));
}

void Statement::run() {
  while (step()) {
  }
}

void Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view Statement::bytes(int column) const {
  const void* data = sqlite3_column_type(statement_, column) == SQLITE_TEXT
                         ? static_cast<const void*>(sqlite3_column_text(statement_, column))
                         : sqlite3_column_blob(statement_, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Database::Database(std::string path, Mode mode, const std::string& vfs) : path_(std::move(path)) {
  // Of a file, whatever it is called: SQLite takes `:memory:` and `file:` for something else.
  std::string name = path_.starts_with(':') || path_.starts_with("file:") ? "./" + path_ : path_;
  if (mode == Mode::immutable) {
    name = "file:";
    for (const char c : path_) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                         c == '.' || c == '_' || c == '-';
      if (plain)
        name.push_back(c);
      else
        name += "%" + hex(std::string_view(&c, 1));
    }
    name += "?immutable=1";
  }
  const int flags = (mode == Mode::read                            ? SQLITE_OPEN_READONLY
                     : mode == Mode::immutable                     ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
                     : mode == Mode::write || mode == Mode::beside ? SQLITE_OPEN_READWRITE
                                                                   : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(name.c_str(), &db_, flags, vfs.empty() ? nullptr : vfs.c_str());
  if (code != SQLITE_OK) {
    const std::string words = db_ != nullptr ? sqlite3_errmsg(db_) : sqlite3_errstr(code);
    sqlite3_close(db_);
    db_ = nullptr;
    throw SqliteError(path_, words, code, mode == Mode::read || mode == Mode::immutable);
  }
  sqlite3_busy_timeout(db_, 5'000);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  // Who closes last and is not the writer must not checkpoint beside one that is just coming up (the WAL-reset bug).
  if (mode == Mode::read || mode == Mode::beside) sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_wal_hook(db_, &Database::on_commit, this);  // also takes the place of the automatic checkpoint
}

Database::~Database() {
  begin_.reset();
  commit_.reset();
  sqlite3_close_v2(db_);
}

void Database::close() {
  if (db_ == nullptr) return;
  begin_.reset();
  commit_.reset();
  const int code = sqlite3_close(db_);
  if (code != SQLITE_OK) fail(path_, db_, code);
  db_ = nullptr;
}

bool Database::moved() const {
  int moved = 0;
  const int code = sqlite3_file_control(db_, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return code == SQLITE_OK && moved != 0;
}

std::string Database::wal_path() const { return sqlite3_filename_wal(sqlite3_db_filename(db_, "main")); }

int Database::on_commit(void* self, sqlite3*, const char*, int pages) {
  static_cast<Database*>(self)->wal_pages_ = pages;
  return SQLITE_OK;
}

int Database::on_progress(void* self) { return static_cast<Database*>(self)->cut_() ? 1 : 0; }

void Database::interrupt_when(std::function<bool()> cut) {
  constexpr int kSteps = 500;  // of SQLite's machine: a few dozen rows
  cut_ = std::move(cut);
  sqlite3_progress_handler(db_, cut_ ? kSteps : 0, cut_ ? &Database::on_progress : nullptr, this);
}

void Database::exec(const std::string& sql) {
  if (const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr); code != SQLITE_OK)
    fail(path_, db_, code);
}

Statement Database::prepare(std::string_view sql) { return Statement(db_, &path_, sql); }

std::int64_t Database::number(std::string_view sql) {
  Statement statement = prepare(sql);
  return statement.step() ? statement.integer(0) : 0;
}

std::string Database::text(std::string_view sql) {
  Statement statement = prepare(sql);
  return statement.step() ? std::string(statement.bytes(0)) : std::string();
}

void Database::settle() { exec("PRAGMA user_version = " + std::to_string(number("PRAGMA user_version"))); }

bool Database::checkpoint(bool truncate) {
  int in_log = 0;
  int moved = 0;
  const int code = sqlite3_wal_checkpoint_v2(
      db_, nullptr, truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, &in_log, &moved);
  if ((code & 0xff) == SQLITE_BUSY) return false;
  if (code != SQLITE_OK) fail(path_, db_, code);
  if (in_log != moved) return false;
  wal_pages_ = 0;
  return true;
}

std::int64_t Database::move_wal(std::int64_t before) {
  const std::int64_t version = number("PRAGMA data_version");
  int in_log = 0;
  int moved = 0;
  const int code = sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &moved);
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) fail(path_, db_, code);
  // SQLite itself syncs the file only where it moved all and nothing was committed meanwhile; else whoever moves the rest waits for all
  // that came before. That all of `in_log` is moved does not tell: it is what lay there at the start, and says nothing of a later
  // commit. Without this sync the pages stay in the WAL until somebody has synced them: to leave it out loses time, nothing else.
  if (moved > before && (moved < in_log || number("PRAGMA data_version") != version)) sync_file();
  return moved;
}

void Database::lengthen_wal(std::int64_t pages) {
  constexpr std::int64_t kWalHeader = 32, kPageHeader = 24;
  static constexpr char kZeros[64 * 1'024] = {};
  sqlite3_file* file = nullptr;
  sqlite3_file_control(db_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
  if (file == nullptr || file->pMethods == nullptr) return;
  const sqlite3_int64 end = kWalHeader + pages * (kPageHeader + number("PRAGMA page_size"));
  sqlite3_int64 was = 0;
  int code = file->pMethods->xFileSize(file, &was);
  if (code != SQLITE_OK) return;  // what stands in the way of a commit too, the commit will tell
  for (sqlite3_int64 at = was; code == SQLITE_OK && at < end; at += sizeof kZeros)
    code = file->pMethods->xWrite(file, kZeros, static_cast<int>(std::min<sqlite3_int64>(sizeof kZeros, end - at)), at);
  if (code != SQLITE_OK) {  // a disk that they have filled would be full for the keys and the mark
    file->pMethods->xTruncate(file, was);
    return;
  }
  if (const int synced = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL); synced != SQLITE_OK)
    throw SqliteError(path_, sqlite3_errstr(synced), synced, false);
}

void Database::sync_file() {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(db_, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (file == nullptr || file->pMethods == nullptr) return;
  if (const int code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL); code != SQLITE_OK)
    throw SqliteError(path_, sqlite3_errstr(code), code, false);
}

Transaction::Transaction(Database& db) : db_(db) {
  if (!db_.begin_) db_.begin_.emplace(db_.prepare("BEGIN IMMEDIATE"));
  db_.begin_->run();
}

Transaction::~Transaction() {
  if (done_) return;
  try {
    db_.exec("ROLLBACK");
  } catch (const Error&) {  // SQLite has rolled back by itself, or the connection is about to be thrown away
  }
}

void Transaction::commit() {
  if (!db_.commit_) db_.commit_.emplace(db_.prepare("COMMIT"));
  db_.commit_->run();
  done_ = true;
}

std::string sqlite_version() { return sqlite3_libversion(); }

}  // namespace caveat::audit
