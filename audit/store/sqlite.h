// SQLite: one connection and its statements; the only wrapper of the C API.
// Used by store, state and the key set's data.db; nothing else knows SQLite.
//
//   Database db(path, Database::Mode::write);
//   Statement insert = db.prepare("INSERT INTO headers VALUES (?,?)");
//   insert.bind(1, index).bind_blob(2, header).run();
//
// Promises   defensive mode, no loadable extensions, trusted schema off; a statement is reset when it has run
// Threads    one at a time
// Errors     Interrupted, where that was asked for; else SqliteError with SQLite's own words and extended code: an audit::Error, code `storage`; of a connection that only reads
//            `damaged`, or `unreadable` where it is the machine that fails
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "audit/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace caveat::audit {

class SqliteError : public Error {
 public:
  SqliteError(const std::string& path, const std::string& words, int code, bool reading);
  const std::string& words() const { return words_; }  // SQLite's
  int sqlite_code() const { return code_; }            // extended
  bool not_a_database() const;                         // or a damaged one
  bool corrupt() const;
  bool read_only() const;
  bool moved() const;  // the opened file has its name no more

 private:
  int code_;
  std::string words_;
};

class Statement {
 public:
  Statement(sqlite3* db, const std::string* path, std::string_view sql);
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(int position, std::int64_t value);
  Statement& bind(int position, std::uint64_t value) { return bind(position, static_cast<std::int64_t>(value)); }
  Statement& bind(int position, int value) { return bind(position, static_cast<std::int64_t>(value)); }
  Statement& bind_blob(int position, std::string_view value);  // the bytes outlive the run
  Statement& bind_text(int position, std::string_view value);
  Statement& bind_null(int position);

  bool step();   // true: a row; false: done, and reset
  void run();    // to its end
  void reset();  // and forgets what was bound

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string_view bytes(int column) const;  // of blob and text; valid until the next step

 private:
  sqlite3_stmt* statement_ = nullptr;
  sqlite3* db_;
  const std::string* path_;
};

class Database {
 public:
  // immutable: as it stands, without a WAL; beside: a writer that writes nothing, but moves the WAL of another
  enum class Mode { read, immutable, write, create, beside };
  Database(std::string path, Mode mode, const std::string& vfs = {});
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  const std::string& path() const { return path_; }
  void exec(const std::string& sql);
  Statement prepare(std::string_view sql);
  std::int64_t number(std::string_view sql);  // the first cell of the first row
  std::string text(std::string_view sql);
  // Makes durable what is seen: after a crash the WAL may hold whole commits that were never synced, and who builds on
  // them must not lose them later. A commit of nothing new, which syncs all that lies before it.
  void settle();
  // WAL checkpoint on this very connection; false: a reader stands in the way, the WAL stays.
  bool checkpoint(bool truncate);
  // The same, of what may be moved beside readers and a writer that goes on, and the file is synced where something was: how many pages
  // of the WAL are moved by now, where `before` were.
  std::int64_t move_wal(std::int64_t before);
  void all_moved() { wal_pages_ = 0; }                   // by another connection: the next commit begins the WAL anew
  std::int64_t wal_pages() const { return wal_pages_; }  // as of the last commit
  // Zeros behind what its WAL has, until so many pages have room there, and durable: for the writer, between two commits, since one that
  // makes the file longer has the file system write down the new length, which takes several times as long. Zeros are no page of a WAL:
  // who recovers one ends there. Where not all of them can be written none is.
  void lengthen_wal(std::int64_t pages);
  bool moved() const;                              // the opened file has its name no more, or another has it
  std::string wal_path() const;                    // where the name is a link: beside the file it leads to
  void close();                                    // throws where the destructor would be silent
  void interrupt_when(std::function<bool()> cut);  // then a statement throws Interrupted, also in the middle

 private:
  friend class Transaction;
  static int on_commit(void* self, sqlite3* db, const char* name, int pages);
  static int on_progress(void* self);
  void sync_file();  // the database itself, not its WAL
  std::function<bool()> cut_;
  std::string path_;
  sqlite3* db_ = nullptr;
  std::int64_t wal_pages_ = 0;
  std::optional<Statement> begin_, commit_;  // kept: reading their SQL again costs as much as a row
};

class Transaction {  // rolled back unless committed
 public:
  explicit Transaction(Database& db);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& db_;
  bool done_ = false;
};

}  // namespace caveat::audit
