#include "audit/store/wal_mover.h"

#include <system_error>
#include <utility>

#include "audit/error.h"

namespace caveat::audit {

WalMover::WalMover(const std::string& path, const std::string& vfs) : db_(path, Database::Mode::beside, vfs) {
  db_.exec("PRAGMA synchronous = FULL");
  db_.number("SELECT count(*) FROM about");  // opens the WAL too
}

WalMover::~WalMover() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void WalMover::start(std::int64_t moved) {
  {
    const std::lock_guard lock(mutex_);
    before_ = moved;
    wanted_ = true;
  }
  if (thread_.joinable()) return wake_.notify_one();
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {  // no more threads to be had: then it is in the way of a reply, as it was once
    move();
  }
}

bool WalMover::under_way() {
  const std::lock_guard lock(mutex_);
  return wanted_;
}

std::optional<std::int64_t> WalMover::ended() {
  const std::lock_guard lock(mutex_);
  if (wanted_) return std::nullopt;
  if (failed_) std::rethrow_exception(std::exchange(failed_, nullptr));
  return std::exchange(moved_, std::nullopt);
}

void WalMover::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return wanted_ || over_; });
      if (over_) return;
    }
    move();
  }
}

void WalMover::move() {
  std::optional<std::int64_t> moved;
  std::exception_ptr failed;
  try {
    moved = db_.move_wal(before_);
  } catch (const caveat::Error&) {
    failed = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  wanted_ = false;
  moved_ = moved;
  failed_ = failed;
}

}  // namespace caveat::audit
