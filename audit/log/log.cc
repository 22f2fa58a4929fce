// The log's one writer. The numbered steps are those of audit/README.md.
#include "audit/log/log.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <future>
#include <mutex>
#include <thread>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/about.h"
#include "audit/log/gap_note.h"
#include "audit/log/high_water.h"
#include "audit/log/older_keys.h"
#include "audit/log/open_day.h"
#include "audit/log/reader.h"
#include "audit/log/tiles.h"
#include "audit/log/tree.h"
#include "audit/record/decode.h"
#include "audit/record/encode.h"
#include "audit/record/events.h"
#include "audit/record/layout.h"
#include "audit/record/tally.h"
#include "audit/state/sqlite_state.h"
#include "audit/store/sqlite.h"
#include "audit/store/writer_lock.h"

namespace caveat::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBatchRecords = 4'096;
constexpr std::size_t kBatchBytes = 32u << 20;
constexpr std::int64_t kStepUs = 1'000'000;  // a clock that falls by more is recorded

// For the thread that commits: it works for some 100 µs and waits for the disk, again and again. Where others want all processors
// the kernel lets each of them end its slice, milliseconds, first; who asks for short slices has the processor back as soon as the
// disk is done (Linux 6.12 and newer). A wish: where it is not granted nothing else changes.
void prefer_short_slices() {
  constexpr std::uint64_t kShortest = 100'000;  // ns
  struct {  // sched_attr, in its first length: whether a C library has it depends on its age
    std::uint32_t size = 48, policy = 0;
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime = 0, deadline = 0, period = 0;
  } attributes;
  static_assert(sizeof attributes == 48);
  if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0 || attributes.policy != SCHED_OTHER)
    return;
  attributes.runtime = kShortest;
  // The thread that moves the WAL, which this one starts, makes way for it.
  attributes.flags |= 1;  // SCHED_FLAG_RESET_ON_FORK
  (void)::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

// Who waits for an answer, and what for. Made by his own thread and never moved after that: the committer has no time to carry it about.
struct Waiting {
  Waiting() = default;
  Waiting(SealedRecord sealed, AppendDone answer) : record(std::move(sealed)), done(std::move(answer)) {}

  SealedRecord record;
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
  explicit GroupCommitLog(LogOptions options) : options_(std::move(options)) {
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

  ~GroupCommitLog() override {
    try {
      close();
    } catch (const caveat::Error&) {  // what was answered is durable; the next opening compares
    }
  }

  std::uint64_t reserve() override {
    const std::lock_guard lock(mutex_);
    const std::uint64_t sequence = first_ + slots_.size();
    Slot& slot = slots_.emplace_back();
    slot.doomed = forsaking_;
    if (closing_) slot.stage = Stage::abandoned;  // nobody takes it any more, and the committer must not wait for it
    return sequence;
  }

  void fulfil(std::uint64_t sequence, SealedRecord record, AppendDone done) override {
    enter(sequence, std::make_unique<Waiting>(std::move(record), std::move(done)));
  }

  void abandon(std::uint64_t sequence) override {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    Slot& slot = at(sequence);
    assert(slot.stage == Stage::reserved);
    slot.stage = Stage::abandoned;
    if (sequence == first_) wake_.notify_one();
  }

  void when_settled(std::uint64_t ground, SettledDone done) override {
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

  SealedRecord seal(RecordContent content) override {
    return audit::seal(*keys_, std::move(content), options_.clock->wall_us(), *options_.random);
  }

  Appended append(RecordContent content) override {
    SealedRecord sealed = seal(std::move(content));
    std::promise<Appended> answer;
    fulfil(reserve(), std::move(sealed), [&](const Appended& appended) { answer.set_value(appended); });
    return answer.get_future().get();
  }

  Appended rotate(const std::string& by) override {
    KeyStore::NextSigner next = keys_->prepare_signer(keys_->verifier().name);
    const std::string before = format_verifier_key(keys_->verifier());
    SealedRecord sealed = note_event(
        Kind::key_rotated,
        KeyMade{.verifier_key = format_verifier_key(next.key), .before = before, .note = next.note, .by = by});
    std::promise<Appended> answer;
    auto waiting =
        std::make_unique<Waiting>(std::move(sealed), [&](const Appended& appended) { answer.set_value(appended); });
    waiting->signer = std::move(next);
    enter(reserve(), std::move(waiting));
    Appended appended = answer.get_future().get();
    return appended;
  }

  void flush() override {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [&] {
      return !busy_ &&
             std::none_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.stage == Stage::ready; });
    });
  }

  void close() override {
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

  StateStore& state() override { return *state_; }
  KeyStore& keys() override { return *keys_; }
  bool made_keys() const override { return made_keys_; }
  const std::string& origin() const override { return origin_; }
  const std::string& path() const override { return options_.path; }

  void forsake() override {
    {
      const std::lock_guard lock(mutex_);
      forsaking_ = true;
      for (auto& slot : slots_) slot.doomed = true;
    }
    wake_.notify_one();
  }

  std::uint64_t ground() const override {
    const std::lock_guard lock(mutex_);
    return ground_;
  }

  std::uint64_t settled() const override {
    const std::lock_guard lock(mutex_);
    return settled_;
  }

  std::uint64_t size() const override {
    const std::lock_guard lock(mutex_);
    return durable_size_;
  }

  std::optional<std::string> failing() const override {
    const std::lock_guard lock(mutex_);
    return failing_;
  }
  std::int64_t newest_us() const override { return last_time_; }
  std::optional<std::string> checkpoint() const override {
    const std::lock_guard lock(mutex_);
    return note_ != nullptr ? std::optional(*note_) : std::nullopt;
  }

 private:
  enum class Stage : std::uint8_t { reserved, ready, abandoned };
  struct Slot {
    Stage stage = Stage::reserved;
    bool doomed = false;               // reserved before a failed commit: it may stand on what was lost
    std::unique_ptr<Waiting> waiting;  // once it is ready

    bool records() const { return waiting == nullptr || waiting->records(); }
    bool decides() const { return waiting != nullptr && waiting->decides(); }
  };

  Slot& at(std::uint64_t sequence) {
    assert(sequence >= first_ && sequence - first_ < slots_.size());
    return slots_[static_cast<std::size_t>(sequence - first_)];
  }

  void enter(std::uint64_t sequence, std::unique_ptr<Waiting> waiting) {
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

  void open_keys() {
    const std::string& path = options_.path;
    std::error_code ignored;
    if (fs::is_directory(options_.high_water, ignored))
      throw Error(codes::kLogReadOnly, options_.high_water, {options_.high_water, "it is a folder"});
    bool log_there = fs::exists(path, ignored);
    if (log_there) {
      must_have_one_name(path);
      refuse_other_formats();
    }
    const auto must_be_there = [&] {
      log_there = fs::exists(path, ignored);
      if (!log_there && !options_.create) {
        if (was_there(options_.high_water)) throw log_gone(path, options_.keys_dir);
        throw Error(codes::kLogMissing, path, {path});
      }
      if (log_there && !KeyStore::exists(options_.keys_dir))
        throw Error(codes::kKeysMissing, options_.keys_dir, {options_.keys_dir, "there is no key set"});
    };
    must_be_there();
    // Before the keys are read: who has it now may change them, or make log and keys.
    lock_ = std::make_unique<WriterLock>(path);
    must_be_there();
    const bool keys_there = KeyStore::exists(options_.keys_dir);
    const KeyStoreOptions key_options{.writable = true, .random = options_.random, .vfs = options_.vfs};
    const std::int64_t created = log_there ? 0 : now();  // before keys are made for nothing
    try {
      keys_ = keys_there ? KeyStore::open(options_.keys_dir, key_options)
                         : KeyStore::create(options_.keys_dir, options_.origin, key_options);
    } catch (const SqliteError&) {  // on a disk that only reads it is the log that is told
      if (log_there) must_be_writable(path);
      throw;
    }
    if (!options_.origin.empty() && options_.origin != keys_->origin())
      throw Error(codes::kKeysOtherLog, options_.keys_dir, {options_.keys_dir, keys_->origin(), options_.origin});
    if (log_there) return;

    made_keys_ = !keys_there;
    // A log that was there has a mark somewhere: one that is made anew would say that nothing is missing.
    if (!own_mark_ && !keys_->bound_log() && !fs::exists(options_.high_water, ignored))
      create_high_water(options_.high_water, keys_->origin());
    if (read_high_water(options_.high_water, keys_->signers().back().name).size > 0)  // by the name of the last epoch
      throw log_gone(path, options_.keys_dir);
    const std::string note = keys_->sign(about_text({.format = kFormat,
                                                     .origin = keys_->origin(),
                                                     .suite = "intl",
                                                     .created = format_instant(created, 0),
                                                     .sqlite = options_.sqlite}));
    keys_->bind_log(sha256(note));  // before the log appears: a log never stands without the keys that know it
    create_sqlite_store(path, note, {.vfs = options_.vfs});
  }

  // The clock's time, if a date can be written of it: nothing that reads the log would take another.
  std::int64_t now() const {
    const std::int64_t time = options_.clock->wall_us();
    if (time >= kTimeEnd)
      throw Error(codes::kStorage, options_.path, {options_.path, "the clock says a year after 9999"});
    return time;
  }

  // Before its keys, which are then of another format too; a foreign file is named as such.
  void refuse_other_formats() const {
    const std::string& path = options_.path;
    const Result<About> about = parse_about(open_sqlite_reader(path)->about());
    if (!about && about.error().code == &codes::kLogFormat)
      throw Error(codes::kLogFormat, path,
                  {path, about.error().items.front().found, about.error().items.front().expected});
  }

  // A change of signer that was cut off between its record and the key set is ended; one whose record never came is dropped.
  void finish_signer(StoreReader& reader, std::uint64_t size) {
    const std::optional<std::string> prepared = keys_->prepared_key();
    if (!prepared && !keys_->prepared_is_broken()) return;
    const Result<Header> header = size > 0 ? decode_header(reader.header(size - 1).value_or("")) : decode_header("");
    if (header && (header->context.kind == Kind::key_rotated || header->context.kind == Kind::epoch)) {
      const Result<OpenedRecord> opened = open_record(*keys_, *header, reader.body(size - 1).value_or(""));
      const SectionBytes* section = opened ? opened->find(Section::event) : nullptr;
      const Result<Event> event = section == nullptr ? Result<Event>(tl::unexpected(Problem{}))
                                                     : decode_event(header->context.kind, section->encoded);
      KeyStore::NextSigner next;
      if (event) {
        const bool rotated = header->context.kind == Kind::key_rotated;
        const std::string line =
            rotated ? std::get<KeyMade>(*event).verifier_key : std::get<Epoch>(*event).verifier_key.value_or("");
        next.note = (rotated ? std::get<KeyMade>(*event).note : std::get<Epoch>(*event).note).value_or("");
        if (Result<VerifierKey> key = parse_verifier_key(line)) next.key = std::move(*key);
      }
      // Adopted already: cut off was only the end of it.
      const bool adopted = next.key == keys_->verifier();
      if (!prepared && !adopted) {
        const std::string path = options_.keys_dir + "/signing.key.next";
        throw Error(codes::kKeyFile, path, {path, "the newest record of the log names the key that it should hold"});
      }
      if (!adopted && next.key.key == *prepared) {
        if (next.key.name != keys_->verifier().name) replace_high_water(next.key.name, size, reader);
        keys_->adopt_signer(next);
        return;
      }
    }
    keys_->drop_prepared();
  }

  void replace_high_water(const std::string& name, std::uint64_t size, StoreReader& reader) {
    const Digest root = range_root(
        0, size, [&](unsigned level, std::uint64_t position) { return stored_node(reader, level, position); });
    const std::string making = options_.high_water + ".new";
    std::error_code ignored;
    fs::remove(making, ignored);
    create_high_water(making, name);
    HighWater fresh(making, name);
    fresh.write(size, root);
    fresh.sync();
    fs::rename(making, options_.high_water, ignored);
    if (ignored) throw Error(codes::kStorage, options_.high_water, {options_.high_water, ignored.message()});
  }

  // Another SQLite than the one that wrote last is a change of what the log stands on, and so a record.
  void look_at_the_writer() {
    const Result<About> about = parse_about(store_->reader().about());
    const auto known = state_->read(kWriterKey);
    const std::string before = known ? known->value : about ? about->sqlite : std::string();
    if (before != options_.sqlite) writer_before_ = before;
  }

  // Opens the file and holds it against everything that is known of it: note, newest checkpoint, high-water mark, and what
  // this process has answered for.
  void open_store() {
    const std::string& path = options_.path;
    if (lock_ == nullptr || !lock_->held()) {  // it was taken away, and could not be had the last time
      lock_.reset();
      lock_ = std::make_unique<WriterLock>(path);
    }
    auto store = open_sqlite_store(path, {.vfs = options_.vfs,
                                          .recent_tag_rows = options_.recent_tag_rows,
                                          .wal_pages = options_.wal_pages,
                                          .served = options_.served,
                                          .locked = true});
    StoreReader& reader = store->reader();
    const std::string note = reader.about();
    const Result<About> about = parse_about(note);
    if (!about) {
      const ProblemItem& item = about.error().items.front();
      if (about.error().code == &codes::kLogFormat)
        throw Error(codes::kLogFormat, path, {path, item.found, item.expected});
      throw Error(codes::kLogBroken, path, {path, "its note about itself is not what Caveat writes"});
    }
    const auto newest = reader.newest_checkpoint(kTreeSha256);
    const std::uint64_t size = newest ? newest->size : 0;
    if (keys_->bound_log() == sha256(note)) finish_signer(reader, size);
    const std::vector<VerifierKey> known = keys_->signers();
    origin_ = known.back().name;
    if (about->origin != keys_->origin() || keys_->bound_log() != sha256(note) ||
        !open_note(note, known, &verify_signature))
      throw Error(codes::kKeysOtherLog, options_.keys_dir, {options_.keys_dir, keys_->origin(), about->origin});

    if (const auto changed = changed_behind(reader, known, &verify_signature))
      throw Error(codes::kKeysMissing, options_.keys_dir, {options_.keys_dir, of_before(*changed)});
    std::optional<Mark> lost;
    Mark mark = mark_of(size, lost);
    if (mark.size < durable_size_) mark = {.size = durable_size_, .root = root_, .one_line_damaged = false};
    if (mark.size > size)
      throw Error(codes::kLogRolledBack, path, {path, std::to_string(size), std::to_string(mark.size)});
    const auto root_at = [&](std::uint64_t at) {
      return range_root(0, at,
                        [&](unsigned level, std::uint64_t position) { return stored_node(reader, level, position); });
    };
    if (!lost && root_at(mark.size) != mark.root)
      throw Error(codes::kLogDiverged, path, {path, std::to_string(mark.size)});

    NodeCache cache;
    Frontier tree(size,
                  [&](unsigned level, std::uint64_t position) { return stored_node(reader, level, position, &cache); });
    std::int64_t last_time = 0;
    if (newest) {
      const Result<Checkpoint> checkpoint = open_checkpoint(newest->note, known, &verify_signature);
      if (!checkpoint || checkpoint->size != size || checkpoint->root != tree.root())
        throw Error(codes::kLogBroken, path, {path, "its newest checkpoint does not fit its records"});
      const auto leaf = reader.header(size - 1);
      const Result<Header> header = decode_header(leaf.value_or(""));
      if (!header) throw Error(codes::kLogBroken, path, {path, "its newest record cannot be read"});
      if (!lost && !by_the_key_of_now(reader, known, &verify_signature))  // an epoch changes to it
        throw Error(codes::kLogBroken, path,
                    {path, "its newest checkpoint is signed by a key that was retired before"});
      last_time = header->time_us;
    }
    if (!reader.outside(size).empty())
      throw Error(codes::kLogBroken, path, {path, "it has records that no checkpoint covers"});

    std::unique_ptr<HighWater> mark_file;
    if (lost) {
      begin_epoch(*lost, size, newest ? newest->note : std::string());
    } else {
      mark_file = std::make_unique<HighWater>(options_.high_water, origin_);
      if (mark.size < size) mark_file->write(size, tree.root());  // the process ended between commit and mark
    }
    if (options_.wrap_store) store = options_.wrap_store(std::move(store));
    store_ = std::move(store);
    if (state_ != nullptr) state_->opened();
    mark_ = std::move(mark_file);
    tree_ = std::move(tree);
    last_time_ = last_time;
    tally_ = size == 0 ? std::optional(Tally{}) : std::nullopt;
    day_first_ = 0;
    so_far_ = read_open_day(store_->reader(), size);
    counted_to_ = so_far_ ? so_far_->records.end : 0;
    const std::lock_guard lock(mutex_);
    durable_size_ = size;
    root_ = tree_.root();
    note_ = newest ? std::make_shared<const std::string>(newest->note) : nullptr;
  }

  // The mark, or what is known of a lost end where a new epoch is to begin.
  Mark mark_of(std::uint64_t size, std::optional<Mark>& lost) {
    Mark mark;
    try {
      mark = read_high_water(options_.high_water, origin_);
      if (!options_.new_epoch || mark.size <= size) {
        if (options_.new_epoch) throw Error(codes::kEpochNotNeeded, options_.path, {options_.path});
        return mark;
      }
    } catch (const Error& error) {
      if (!options_.new_epoch || &error.code() != &codes::kHighWater) throw;
    }
    lost = mark;
    return {.size = 0, .root = empty_root(), .one_line_damaged = false};
  }

  void begin_epoch(const Mark& lost, std::uint64_t size, std::string newest) {
    std::size_t epochs = 1;
    std::string last = keys_->origin();
    for (const VerifierKey& signer : keys_->signers()) {
      if (signer.name == last) continue;
      last = signer.name;
      ++epochs;
    }
    KeyStore::NextSigner next = keys_->prepare_signer(keys_->origin() + "/epoch-" + std::to_string(epochs + 1));
    epoch_event_ = Epoch{.checkpoint = std::move(newest),
                         .by = options_.new_epoch->by,
                         .reason = options_.new_epoch->reason,
                         .lost = lost.size > size ? lost.size - size : 0,
                         .root = {},
                         .verifier_key = format_verifier_key(next.key),
                         .note = next.note};
    if (lost.size > size) epoch_event_.root = lost.root;
    origin_ = next.key.name;
    epoch_ = std::move(next);
    options_.new_epoch.reset();
  }

  void run() {
    prefer_short_slices();
    for (;;) {
      std::vector<Slot> batch;
      {
        std::unique_lock lock(mutex_);
        busy_ = false;
        settled_ = first_;
        idle_.notify_all();
        wake_.wait(lock, [&] {
          return closing_ || forsaking_ || (!slots_.empty() && slots_.front().stage != Stage::reserved);
        });
        if (forsaking_) {  // here, where no batch is under way whose changes could be missed
          forsaking_ = false;
          ++ground_;
        }
        std::size_t bytes = 0;
        while (!slots_.empty() && slots_.front().stage != Stage::reserved && batch.size() < kBatchRecords &&
               bytes < kBatchBytes) {
          Slot slot = std::move(slots_.front());
          slots_.pop_front();
          ++first_;
          if (slot.stage == Stage::abandoned) continue;
          bytes += slot.waiting->record.body.size();
          const bool last = slot.waiting->signer.has_value();
          batch.push_back(std::move(slot));
          if (last) break;
        }
        if (batch.empty() && closing_ && slots_.empty()) {
          if (!gap_ || gap_tried_) break;
          gap_tried_ = true;  // one last try to write down what was lost
        } else if (batch.empty() && (!gap_ || doomed_waits())) {
          continue;
        }
        busy_ = true;
      }
      process(batch);
      if (store_ != nullptr) {
        try {
          store_->tidy();
        } catch (const caveat::Error& error) {  // nothing that was answered hangs on it; the next commit will tell
          fail({}, error);
        }
      }
    }
    const std::lock_guard lock(mutex_);
    busy_ = false;
    idle_.notify_all();
  }

  void process(std::vector<Slot>& batch) {
    const AppendFailed one_before = not_written("what stood before it was not recorded");
    Queue good, settling;
    good.reserve(batch.size());
    for (Slot& slot : batch) {
      Waiting& one = *slot.waiting;
      if (slot.doomed) {
        if (one.decides()) lost_before(one_before);
        one.failed(one_before);
      } else if (one.signer && keys_->prepared_key() != one.signer->key.key) {
        // The file was opened anew since it was made, or another change began: a record of it would name a key that is not there.
        one.failed(not_written("the new key was given up before its record was written; rotate again"));
      } else
        (one.records() ? good : settling).push_back(std::move(slot.waiting));
    }
    try {
      if (store_ == nullptr && (!good.empty() || !settling.empty() || gap_) && open_store_again()) {
        count_lost(good);
        for (Queue* queue : {&good, &settling}) {
          for (const auto& one : *queue) one->failed(one_before);
          queue->clear();
        }
      }
      // The gap waits for those that were reserved before it, so that one record counts all of them.
      if (!good.empty() || (gap_ && (gap_tried_ || !doomed_to_come()))) commit(good);
    } catch (const caveat::Error& error) {
      std::move(settling.begin(), settling.end(), std::back_inserter(good));
      return fail(std::move(good), error);
    }
    for (const auto& one : settling) one->settled(std::nullopt);
  }

  void commit(Queue& good) {
    // 1 Index, time, leaf, tree; the first record of a new day closes the one before.
    Frontier tree = tree_;
    Batch batch;
    batch.records.reserve(good.size() + 8);  // and what the log itself has to say
    std::vector<Committed> answers;
    answers.reserve(good.size());
    std::int64_t time = last_time_;
    Tally counted;  // of this batch, of the day that is open at its end
    std::optional<std::uint64_t> opened_at;
    const auto place = [&](SealedRecord& record) {
      const std::uint64_t index = tree.size();
      StoredRecord& stored = batch.records.emplace_back();
      stored.index = index;
      stored.header = encode_header(record.header, index, time);
      stored.body = std::move(record.body);
      stored.tags = std::move(record.tags);
      stored.state = std::move(record.state);
      const Digest leaf = leaf_hash(stored.header);
      append_leaf(tree, leaf, batch.tiles);
      counted.count(record.kind, record.verdict ? &*record.verdict : nullptr);
      return Committed{.index = index, .leaf = leaf, .time_us = time, .size = 0, .root = {}, .checkpoint = nullptr};
    };
    const auto at_its_time = [&](SealedRecord& record) {
      const std::int64_t before = time;
      time = std::max(time, now());
      if (tree.size() > 0 && days_of(before, 0) != days_of(time, 0)) {
        if (!opened_at) {
          if (!tally_) recount();
          Tally whole = *tally_;
          whole += counted;
          counted = std::move(whole);
        }
        SealedRecord closing = note_event(
            Kind::closing, close_day(day_of_record(before), {opened_at.value_or(day_first_), tree.size()}, counted));
        opened_at = tree.size();
        counted = {};
        place(closing);
      }
      return place(record);
    };
    std::vector<SealedRecord> own = own_records();
    for (auto& record : own) at_its_time(record);
    for (const auto& one : good) answers.push_back(at_its_time(one->record));

    const std::uint64_t counts_to = keep_open_day(batch, counted, opened_at, time, tree.size());

    // 2 Keys before log: an unused key does no harm, a record without its key would be lost.
    keys_->flush();

    // 3 One signature for all of them.
    const std::uint64_t size = tree.size();
    const Digest root = tree.root();
    const auto note = std::make_shared<const std::string>(
        epoch_ ? keys_->sign_as_next(epoch_->key, checkpoint_text({.origin = origin_, .size = size, .root = root}))
               : keys_->sign(checkpoint_text({.origin = origin_, .size = size, .root = root})));
    batch.checkpoints.push_back(
        {.tree = kTreeSha256, .size = size, .previous = tree_.size(), .time_us = time, .note = *note});

    // 4 One commit: records, state, tags, tiles, checkpoint. 5 The high-water mark. Only then do replies leave.
    for (const StoredRecord& record : batch.records) state_->note(record.state);
    store_->commit(batch);
    if (epoch_) {
      replace_high_water(origin_, size, store_->reader());
      keys_->adopt_signer(*epoch_);
      epoch_.reset();
      mark_ = std::make_unique<HighWater>(options_.high_water, origin_);
    } else {
      mark_->write(size, root);
    }

    tree_ = std::move(tree);
    last_time_ = time;
    counted_to_ = counts_to;
    lost_ = 0;
    gap_ = false;
    if (gap_note_) gap_note_->clear();
    if (wrote_setting_) writer_before_.reset();
    if (opened_at) {
      tally_ = std::move(counted);
      day_first_ = *opened_at;
    } else if (tally_) {
      *tally_ += counted;
    }
    {
      const std::lock_guard lock(mutex_);
      durable_size_ = size;
      failing_.reset();
      settled_ = first_;
      root_ = root;
      note_ = note;
    }
    for (std::size_t i = 0; i < good.size(); ++i) {
      Committed& answer = answers[i];
      answer.size = size;
      answer.root = root;
      answer.checkpoint = note;
      if (good[i]->signer) {  // the last of its batch
        try {
          keys_->adopt_signer(*good[i]->signer);
        } catch (const caveat::Error& error) {  // opening the log again ends it
          good[i]->failed(AppendFailed{error});
          good.clear();
          throw;
        }
      }
      good[i]->done(std::move(answer));
    }
  }

  // Counts the open day after a start in the middle of it, or a failed commit: from what was kept of it, and the records behind
  // that. Looked up when it is needed, not before.
  void recount() {
    StoreReader& reader = store_->reader();
    const std::uint64_t size = tree_.size();
    const std::uint64_t kept = so_far_ ? so_far_->records.end : 0;
    Tally tally;
    std::uint64_t first = size;
    bool opened_since = false;
    while (first > kept && !opened_since) {
      --first;
      const Result<Header> header = decode_header(reader.header(first).value_or(""));
      if (!header) throw Error(codes::kLogBroken, options_.path, {options_.path, "a record of today cannot be read"});
      std::optional<std::string> verdict;
      if (header->context.kind == Kind::decision) {
        if (const auto opened = open_record(*keys_, *header, reader.body(first).value_or("")); opened)
          if (const SectionBytes* section = opened->find(Section::verdict)) verdict = section->encoded;
      }
      tally.add(header->context.kind, verdict ? &*verdict : nullptr);
      opened_since = header->context.kind == Kind::closing;  // the first record of its day
    }
    if (so_far_ && !opened_since) {
      tally += Tally{
          .kinds = so_far_->kinds, .verdicts = so_far_->verdicts, .rules = so_far_->rules, .unread = so_far_->unread};
      first = so_far_->records.first;
    }
    tally_ = std::move(tally);
    day_first_ = first;
  }

  // What an earlier commit kept of the day that was open then. Nothing that fits: the records are counted.
  std::optional<Closing> read_open_day(StoreReader& reader, std::uint64_t size) {
    const StateKey key = open_day_key();
    const TagValue subject = keyed_subject(*keys_, key), discriminator = keyed_discriminator(*keys_, key);
    const auto row = reader.state(key.kind, subject, discriminator);
    const auto value = row ? open_value(*keys_, key.kind, subject, discriminator, row->value) : std::nullopt;
    Result<Event> event = value ? decode_event(Kind::closing, *value) : tl::unexpected(Problem{});
    if (!event || std::get<Closing>(*event).records.end > size) return std::nullopt;
    return std::get<Closing>(std::move(*event));
  }

  // Keeps the counts of the open day with the last record of a batch, now and then. Gives back how far they are kept then.
  std::uint64_t keep_open_day(Batch& batch, const Tally& counted, std::optional<std::uint64_t> opened_at,
                              std::int64_t time, std::uint64_t size) {
    if (size - counted_to_ < kCountEvery) return counted_to_;
    Tally whole = counted;
    if (!opened_at) {
      if (!tally_) recount();
      whole += *tally_;
    }
    const StateKey key = open_day_key();
    const Closing so_far = close_day(day_of_record(time), {opened_at.value_or(day_first_), size}, whole);
    const StateChange change{.key = key, .value = encode_event(so_far)};
    std::vector<SealedStateChange>& state = batch.records.back().state;
    state.push_back({key.kind, keyed_subject(*keys_, key), keyed_discriminator(*keys_, key), std::nullopt});
    state.push_back(seal_change(*keys_, change, {keys_->data_key("", time).id}, *options_.random));
    return size;
  }

  // What the log writes of its own accord: a gap after lost appends, a clock that went back.
  std::vector<SealedRecord> own_records() {
    std::vector<SealedRecord> own;
    const std::int64_t now = options_.clock->wall_us();
    if (epoch_) {  // alone, so that an opening after a crash finds it last
      own.push_back(note_event(Kind::epoch, epoch_event_));
      wrote_setting_ = false;
      return own;
    }
    wrote_setting_ = writer_before_.has_value();
    if (writer_before_)
      own.push_back(
          note_event(Kind::configuration_changed,
                     ConfigurationChanged{
                         .setting = "sqlite", .before = *writer_before_, .after = options_.sqlite, .by = "caveat"},
                     {{.key = kWriterKey, .value = options_.sqlite}}));
    if (gap_)
      own.push_back(note_event(
          Kind::gap,
          Gap{.since = lost_since_us_, .until = now, .lost = lost_, .code = lost_code_, .words = lost_words_}));
    if (now < last_time_ - kStepUs && !stepped_)
      own.push_back(note_event(Kind::clock_stepped, ClockStepped{.newest = last_time_, .clock = now}));
    stepped_ = now < last_time_;
    return own;
  }

  SealedRecord note_event(Kind kind, const Event& event, std::vector<StateChange> changes = {}) {
    return seal({.kind = kind,
                 .semantics = options_.semantics,
                 .subjects = {},
                 .sections = {{Section::event, encode_event(event)}},
                 .changes = std::move(changes),
                 .tags = {}});
  }

  AppendFailed not_written(Words why) const { return {Error(codes::kStorage, options_.path, {options_.path, why})}; }

  // A failed commit is an unknown state: nothing that waits or was reserved may stand on it (contracts.md 4).
  void fail(Queue good, const caveat::Error& error) {
    if (!gap_) {
      lost_since_us_ = options_.clock->wall_us();
      lost_code_ = error.code().name;
      lost_words_ = error.what();
    }
    count_lost(good);
    {
      const std::lock_guard lock(mutex_);
      failing_ = error.what();
      ++ground_;
      for (auto& slot : slots_) {
        if (slot.stage == Stage::abandoned) continue;
        if (slot.records()) gap_ = true;
        if (slot.decides()) ++lost_;
        if (slot.stage == Stage::ready) {
          good.push_back(std::move(slot.waiting));
          slot.stage = Stage::abandoned;
        } else {
          slot.doomed = true;
        }
      }
    }
    keep_gap();
    store_.reset();
    mark_.reset();
    state_->closed();
    for (const auto& one : good) one->failed(AppendFailed{error});
    try {
      open_store_again();
    } catch (const caveat::Error&) {  // tried again with the next batch
      store_.reset();
      state_->closed();
    }
  }

  // Decisions are counted: a turn that hands over has more records than one, and the number is to be that of turns without an answer.
  void count_lost(const Queue& lost) {
    for (const auto& one : lost) {
      gap_ = gap_ || one->records();
      if (one->decides()) ++lost_;
    }
  }

  // One that was under way when the commit failed. Its gap is still to be written, unless it is older than that.
  void lost_before(const AppendFailed& why) {
    if (!gap_) {
      lost_since_us_ = options_.clock->wall_us();
      lost_code_ = why.why.code().name;
      lost_words_ = why.why.what();
    }
    gap_ = true;
    ++lost_;
    keep_gap();
  }

  void keep_gap() {
    if (gap_ && gap_note_) gap_note_->write({.since = lost_since_us_, .lost = lost_, .code = lost_code_});
  }

  // What the process before lost and could not write down any more. Where it cannot be written now either, it waits with what is lost.
  void tell_what_was_lost() {
    gap_note_.emplace(options_.keys_dir + "/gap", keys_->origin(), tree_.size() == 0);
    const std::optional<GapNote::Lost> lost = gap_note_->read();
    if (!lost) return;
    gap_ = true;
    lost_ = lost->lost;
    lost_since_us_ = lost->code == GapNote::kDamaged && lost->lost == 0 ? last_time_.load() : lost->since;
    lost_code_ = lost->code;
    lost_words_ = lost->missing
                      ? "the note of what could not be recorded was not there when the log was opened: whether "
                        "decisions were lost before, and how many, is not known"
                  : lost->code == GapNote::kDamaged
                      ? "the note of what was lost before the log was opened again is damaged: how many decisions it "
                        "was is not known"
                      : "it was lost before the log was opened again";
    try {
      Queue nobody;
      commit(nobody);
    } catch (const caveat::Error& error) {
      fail({}, error);
    }
  }

  bool doomed_to_come() {
    const std::lock_guard lock(mutex_);
    return doomed_waits();
  }
  bool doomed_waits() const {  // under the lock
    return std::any_of(slots_.begin(), slots_.end(),
                       [](const Slot& slot) { return slot.doomed && slot.stage != Stage::abandoned; });
  }

  // True: records that were given up as lost are there after all. Whoever read the state in between read too little, so he fails too.
  bool open_store_again() {
    const std::uint64_t before = size();
    open_store();
    const std::lock_guard lock(mutex_);
    if (durable_size_ == before) return false;
    ++ground_;
    for (auto& slot : slots_) slot.doomed = true;
    return true;
  }

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
  std::uint64_t ground_ = 0;  // counts the failures
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

}  // namespace

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
