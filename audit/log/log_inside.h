// What is inside the log's one writer, for the files that are one class: log.cc is what callers ask of it, log_opening.cc holds the file
// against everything that is known of it, log_commit.cc is the thread that commits (the numbered steps are those of audit/README.md),
// log_lost.cc what follows from a commit that failed.
#pragma once

#include <algorithm>
#include <atomic>
#include <cassert>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/gap_note.h"
#include "audit/log/high_water.h"
#include "audit/log/log.h"
#include "audit/log/tree.h"
#include "audit/record/events.h"
#include "audit/record/tally.h"
#include "audit/state/sqlite_state.h"
#include "audit/store/writer_lock.h"

namespace caveat::audit {

// Who waits for an answer, and what for. Made by his own thread and never moved after that: the committer has no time to carry it about.
struct Waiting {
  Waiting() = default;
  Waiting(SealedRecord sealed, AppendDone answer, std::uint64_t now_ns)
      : record(std::move(sealed)), since_ns(now_ns), done(std::move(answer)) {}

  SealedRecord record;
  std::uint64_t since_ns = 0;
  AppendDone done;
  std::optional<KeyStore::NextSigner> signer;  // of a rotation: nothing else follows it in its batch
  SettledDone settled;                         // instead of a record: who waits for what stands before it

  bool records() const { return !settled; }
  bool decides() const { return records() && record.kind == Kind::decision; }
  void failed(const AppendFailed& why) const { records() ? done(why) : settled(why); }
};
using Queue = std::vector<std::unique_ptr<Waiting>>;

class GroupCommitLog final : public Log {
 public:
  explicit GroupCommitLog(LogOptions options);
  ~GroupCommitLog() override;
  std::uint64_t reserve() override;
  void fulfil(std::uint64_t sequence, SealedRecord record, AppendDone done) override;
  void abandon(std::uint64_t sequence) override;
  void when_settled(std::uint64_t ground, SettledDone done) override;
  SealedRecord seal(RecordContent content) override;
  Appended append(RecordContent content) override;
  Appended rotate(const std::string& by) override;
  void flush() override;
  void close() override;
  StateStore& state() override { return *state_; }
  KeyStore& keys() override { return *keys_; }
  bool made_keys() const override { return made_keys_; }
  const std::string& origin() const override { return origin_; }
  const std::string& path() const override { return options_.path; }
  void forsake() override;
  std::uint64_t ground() const override;
  std::uint64_t settled() const override;
  std::uint64_t size() const override;
  std::optional<std::string> failing() const override;
  std::int64_t newest_us() const override { return last_time_; }
  std::uint64_t lag_ns() const override;
  std::optional<std::string> checkpoint() const override;

 private:
  enum class Stage : std::uint8_t { reserved, ready, abandoned };
  struct Slot {
    Stage stage = Stage::reserved;
    bool doomed = false;               // reserved before a failed commit: it may stand on what was lost
    std::unique_ptr<Waiting> waiting;  // once it is ready

    bool records() const { return waiting == nullptr || waiting->records(); }
    bool decides() const { return waiting != nullptr && waiting->decides(); }
  };

  // log.cc
  Slot& at(std::uint64_t sequence) {
    assert(sequence >= first_ && sequence - first_ < slots_.size());
    return slots_[static_cast<std::size_t>(sequence - first_)];
  }
  void enter(std::uint64_t sequence, std::unique_ptr<Waiting> waiting);

  AppendFailed not_written(Words why) const { return {Error(codes::kStorage, options_.path, {options_.path, why})}; }

  // log_opening.cc
  void open_keys();
  void refuse_other_formats() const;
  void open_store();
  bool open_store_again();
  void finish_signer(StoreReader& reader, std::uint64_t size);
  void replace_high_water(const std::string& name, std::uint64_t size, StoreReader& reader);
  void look_at_the_writer();
  Mark mark_of(std::uint64_t size, std::optional<Mark>& lost);
  void begin_epoch(const Mark& lost, std::uint64_t size, std::string newest);
  std::optional<Closing> read_open_day(StoreReader& reader, std::uint64_t size);

  // log_commit.cc; by the thread that commits
  void run();
  void process(std::vector<Slot>& batch);
  void commit(Queue& good);
  std::vector<SealedRecord> own_records();
  void recount();
  std::uint64_t keep_open_day(Batch& batch, const Tally& counted, std::optional<std::uint64_t> opened_at,
                              std::int64_t time, std::uint64_t size);
  std::int64_t now() const;
  SealedRecord note_event(Kind kind, const Event& event, std::vector<StateChange> changes = {});

  // log_lost.cc
  void fail(Queue good, const caveat::Error& error);
  void count_lost(const Queue& lost);
  void lost_before(const AppendFailed& why);
  void keep_gap() {
    if (gap_ && gap_note_) gap_note_->write({.since = lost_since_us_, .lost = lost_, .code = lost_code_});
  }
  void tell_what_was_lost();
  bool doomed_to_come();
  bool doomed_waits() const {  // under the lock
    return std::any_of(slots_.begin(), slots_.end(),
                       [](const Slot& slot) { return slot.doomed && slot.stage != Stage::abandoned; });
  }

  static constexpr std::uint64_t kNothing = ~std::uint64_t{0};
  static inline const StateKey kWriterKey{.kind = StateKind::setting, .subject = "sqlite", .discriminator = {}};

  LogOptions options_;
  std::string origin_;
  std::optional<KeyStore::NextSigner> epoch_;  // that begins with the next commit
  Epoch epoch_event_;
  std::optional<std::string> writer_before_;  // the SQLite that wrote last, if it is another
  bool wrote_setting_ = false;                // this batch says so
  std::unique_ptr<WriterLock> lock_;          // from before the keys are read until the log is closed
  bool own_mark_ = true;                      // it lies in the key set
  bool made_keys_ = false;                    // by this opening
  std::unique_ptr<KeyStore> keys_;
  std::unique_ptr<SqliteState> state_;

  mutable std::mutex mutex_;
  std::condition_variable wake_, idle_;
  std::deque<Slot> slots_;
  std::uint64_t first_ = 0;    // sequence number of slots_.front()
  std::uint64_t settled_ = 0;  // as settled() says
  bool closing_ = false, closed_ = false, busy_ = false;
  std::uint64_t committing_since_ns_ = kNothing;  // since when the oldest record of the batch under way waits
  std::uint64_t ground_ = 0;                      // counts the failures
  bool forsaking_ = false;
  std::uint64_t durable_size_ = 0;
  Digest root_ = empty_root();
  std::shared_ptr<const std::string> note_;
  std::optional<std::string> failing_;

  // The committer's own.
  std::unique_ptr<Store> store_;
  std::unique_ptr<HighWater> mark_;
  Frontier tree_;
  std::atomic<std::int64_t> last_time_ = 0;  // others ask for it
  bool gap_ = false;                         // something was lost and no record says so yet
  std::uint64_t lost_ = 0;                   // decisions among it
  std::int64_t lost_since_us_ = 0;
  std::string lost_code_, lost_words_;
  std::optional<GapNote> gap_note_;  // of the same, for whoever opens the log next
  std::optional<Tally> tally_;       // of the day that is open; nothing: not known, see recount
  std::uint64_t day_first_ = 0;      // its first record
  std::optional<Closing> so_far_;    // what was kept of it when the log was opened
  std::uint64_t counted_to_ = 0;     // the records that what is kept counts
  bool stepped_ = false, gap_tried_ = false;
  std::thread committer_;
};

}  // namespace caveat::audit
