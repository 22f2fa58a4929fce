// WalMover: moves what is committed from the WAL into the file, on a thread and a connection of its own, while commits go on.
// For the store's one writer: the sync of the file, milliseconds where it is slow, is then in no reply's way.
//
// Promises   moves nothing but whole commits, and never begins where all is moved already (`start` says why)
// Threads    one at a time calls it
// Errors     `ended` throws what the move met, an audit::Error
// Cost       a connection; start: a wake-up, the thread is made with the first one; where none can be made, the move itself
// Source     docs/decisions/0010
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "audit/store/sqlite.h"

namespace caveat::audit {

class WalMover {
 public:
  // Opens the file at once: whoever puts another under its name later must not have that one written to.
  WalMover(const std::string& path, const std::string& vfs);
  ~WalMover();  // waits for what is under way
  WalMover(const WalMover&) = delete;
  WalMover& operator=(const WalMover&) = delete;

  // Only where the newest commit lies in the WAL and is not moved yet. SQLite before 3.51.3 may lose commits where the writer begins
  // its WAL anew while another connection is between reading its end and moving it. A writer begins it anew only when all of it is
  // moved, so not before this move, the only one, is through.
  void start(std::int64_t moved);  // so many pages of the WAL are, as `ended` said; 0: it was begun anew
  bool under_way();
  bool has_another_file() const { return db_.moved(); }  // before the first start
  std::optional<std::int64_t> ended();  // once after each start: how many pages of the WAL are moved by now

 private:
  void run();
  void move();

  Database db_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool wanted_ = false, over_ = false;
  std::int64_t before_ = 0;
  std::optional<std::int64_t> moved_;
  std::exception_ptr failed_;
  std::thread thread_;
};

}  // namespace caveat::audit
