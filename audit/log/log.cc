#include "audit/log/log.h"

#include <algorithm>
#include <cassert>
#include <filesystem>
#include <future>

#include "audit/log/log_inside.h"
#include "audit/store/sqlite.h"

namespace caveat::audit {

GroupCommitLog::GroupCommitLog(LogOptions options) : options_(std::move(options)) {
  assert(options_.clock != nullptr && options_.random != nullptr);
  if (options_.keys_dir.empty()) options_.keys_dir = default_keys_dir(options_.path);
  own_mark_ = options_.high_water.empty();
  if (own_mark_) options_.high_water = options_.keys_dir + "/high-water";
  if (options_.sqlite.empty()) options_.sqlite = sqlite_version();
  open_keys();
  open_store();
  state_ = std::make_unique<SqliteState>(options_.path, options_.vfs, *keys_);
  state_->opened();
  look_at_the_writer();
  if (epoch_) {
    Queue nobody;
    commit(nobody);
  }
  tell_what_was_lost();
  committer_ = std::thread([this] { run(); });
}

GroupCommitLog::~GroupCommitLog() {
  try {
    close();
  } catch (const caveat::Error&) {  // what was answered is durable; the next opening compares
  }
}

std::uint64_t GroupCommitLog::reserve() {
  const std::lock_guard lock(mutex_);
  const std::uint64_t sequence = first_ + slots_.size();
  Slot& slot = slots_.emplace_back();
  slot.doomed = forsaking_;
  if (closing_) slot.stage = Stage::abandoned;  // nobody takes it any more, and the committer must not wait for it
  return sequence;
}

void GroupCommitLog::fulfil(std::uint64_t sequence, SealedRecord record, AppendDone done) {
  enter(sequence, std::make_unique<Waiting>(std::move(record), std::move(done), options_.clock->steady_ns()));
}

void GroupCommitLog::abandon(std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  if (closing_) return;
  Slot& slot = at(sequence);
  assert(slot.stage == Stage::reserved);
  slot.stage = Stage::abandoned;
  if (sequence == first_) wake_.notify_one();
}

void GroupCommitLog::when_settled(std::uint64_t ground, SettledDone done) {
  auto waiting = std::make_unique<Waiting>();
  waiting->settled = std::move(done);
  {
    const std::lock_guard lock(mutex_);
    if (!closing_) {
      Slot& slot = slots_.emplace_back();
      slot.stage = Stage::ready;
      slot.doomed = forsaking_ || ground != ground_;
      slot.waiting = std::move(waiting);
      if (slots_.size() == 1) wake_.notify_one();
      return;
    }
  }
  waiting->failed(not_written("the log is closed"));
}

SealedRecord GroupCommitLog::seal(RecordContent content) {
  return audit::seal(*keys_, std::move(content), options_.clock->wall_us(), *options_.random);
}

Appended GroupCommitLog::append(RecordContent content) {
  SealedRecord sealed = seal(std::move(content));
  std::promise<Appended> answer;
  fulfil(reserve(), std::move(sealed), [&](const Appended& appended) { answer.set_value(appended); });
  return answer.get_future().get();
}

Appended GroupCommitLog::rotate(const std::string& by) {
  KeyStore::NextSigner next = keys_->prepare_signer(keys_->verifier().name);
  const std::string before = format_verifier_key(keys_->verifier());
  SealedRecord sealed =
      note_event(Kind::key_rotated,
                 KeyMade{.verifier_key = format_verifier_key(next.key), .before = before, .note = next.note, .by = by});
  std::promise<Appended> answer;
  auto waiting = std::make_unique<Waiting>(
      std::move(sealed), [&](const Appended& appended) { answer.set_value(appended); }, options_.clock->steady_ns());
  waiting->signer = std::move(next);
  enter(reserve(), std::move(waiting));
  Appended appended = answer.get_future().get();
  return appended;
}

void GroupCommitLog::flush() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [&] {
    return !busy_ &&
           std::none_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.stage == Stage::ready; });
  });
}

void GroupCommitLog::close() {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    closing_ = true;
    bool given_up = false;  // a change that nobody records any more: what stands behind it may have read it
    for (auto& slot : slots_) {
      if (slot.stage == Stage::reserved) {
        slot.stage = Stage::abandoned;
        given_up = true;
      } else if (given_up) {
        slot.doomed = true;
      }
    }
  }
  wake_.notify_one();
  if (committer_.joinable()) committer_.join();
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  if (mark_ != nullptr) mark_->sync();
  mark_.reset();
  gap_note_.reset();
  if (store_ != nullptr) {
    state_->closed();
    store_->close();
  }
  store_.reset();
  lock_.reset();
}

void GroupCommitLog::forsake() {
  {
    const std::lock_guard lock(mutex_);
    forsaking_ = true;
    for (auto& slot : slots_) slot.doomed = true;
  }
  wake_.notify_one();
}

std::uint64_t GroupCommitLog::ground() const {
  const std::lock_guard lock(mutex_);
  return ground_;
}

std::uint64_t GroupCommitLog::settled() const {
  const std::lock_guard lock(mutex_);
  return settled_;
}

std::uint64_t GroupCommitLog::size() const {
  const std::lock_guard lock(mutex_);
  return durable_size_;
}

std::optional<std::string> GroupCommitLog::failing() const {
  const std::lock_guard lock(mutex_);
  return failing_;
}

std::uint64_t GroupCommitLog::lag_ns() const {
  const std::uint64_t now = options_.clock->steady_ns();
  const std::lock_guard lock(mutex_);
  std::uint64_t oldest = committing_since_ns_;
  for (const Slot& slot : slots_)
    if (slot.waiting != nullptr && slot.records()) oldest = std::min(oldest, slot.waiting->since_ns);
  return oldest < now ? now - oldest : 0;
}

std::optional<std::string> GroupCommitLog::checkpoint() const {
  const std::lock_guard lock(mutex_);
  return note_ != nullptr ? std::optional(*note_) : std::nullopt;
}

void GroupCommitLog::enter(std::uint64_t sequence, std::unique_ptr<Waiting> waiting) {
  {
    const std::lock_guard lock(mutex_);
    if (!closing_) {
      Slot& slot = at(sequence);
      assert(slot.stage == Stage::reserved);
      slot.stage = Stage::ready;
      slot.waiting = std::move(waiting);
      if (sequence == first_) wake_.notify_one();
      return;
    }
  }
  waiting->failed(not_written("the log is closed"));  // nobody is there to say it later
}

std::unique_ptr<Log> Log::open(LogOptions options) { return std::make_unique<GroupCommitLog>(std::move(options)); }

std::string default_keys_dir(const std::string& log_path) {
  const auto dot = log_path.rfind(".db");
  const bool ends = dot != std::string::npos && dot + 3 == log_path.size() && dot > 0 && log_path[dot - 1] != '/';
  return (ends ? log_path.substr(0, dot) : log_path) + ".keys";
}

Error log_gone(const std::string& path, const std::string& keys_dir) {
  std::error_code ignored;
  const bool own =
      keys_dir == default_keys_dir(path) || std::filesystem::equivalent(keys_dir, default_keys_dir(path), ignored);
  return {own ? codes::kLogGone : codes::kLogNotThere, path, {path, keys_dir}};
}

}  // namespace caveat::audit
