#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "audit/log/log_inside.h"
#include "audit/log/open_day.h"
#include "audit/log/tiles.h"
#include "audit/record/decode.h"
#include "audit/record/encode.h"
#include "audit/record/layout.h"

namespace caveat::audit {
namespace {

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

}  // namespace

void GroupCommitLog::run() {
  prefer_short_slices();
  for (;;) {
    std::vector<Slot> batch;
    {
      std::unique_lock lock(mutex_);
      busy_ = false;
      committing_since_ns_ = kNothing;
      settled_ = first_;
      idle_.notify_all();
      wake_.wait(
          lock, [&] { return closing_ || forsaking_ || (!slots_.empty() && slots_.front().stage != Stage::reserved); });
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
        if (slot.records()) committing_since_ns_ = std::min(committing_since_ns_, slot.waiting->since_ns);
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

void GroupCommitLog::process(std::vector<Slot>& batch) {
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

void GroupCommitLog::commit(Queue& good) {
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
    committing_since_ns_ = kNothing;
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

// What the log writes of its own accord: a gap after lost appends, a clock that went back.
std::vector<SealedRecord> GroupCommitLog::own_records() {
  std::vector<SealedRecord> own;
  const std::int64_t now = options_.clock->wall_us();
  if (epoch_) {  // alone, so that an opening after a crash finds it last
    own.push_back(note_event(Kind::epoch, epoch_event_));
    wrote_setting_ = false;
    return own;
  }
  wrote_setting_ = writer_before_.has_value();
  if (writer_before_)
    own.push_back(note_event(
        Kind::configuration_changed,
        ConfigurationChanged{.setting = "sqlite", .before = *writer_before_, .after = options_.sqlite, .by = "caveat"},
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

// Counts the open day after a start in the middle of it, or a failed commit: from what was kept of it, and the records behind
// that. Looked up when it is needed, not before.
void GroupCommitLog::recount() {
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

// Keeps the counts of the open day with the last record of a batch, now and then. Gives back how far they are kept then.
std::uint64_t GroupCommitLog::keep_open_day(Batch& batch, const Tally& counted, std::optional<std::uint64_t> opened_at,
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

// The clock's time, if a date can be written of it: nothing that reads the log would take another.
std::int64_t GroupCommitLog::now() const {
  const std::int64_t time = options_.clock->wall_us();
  if (time >= kTimeEnd)
    throw Error(codes::kStorage, options_.path, {options_.path, "the clock says a year after 9999"});
  return time;
}

SealedRecord GroupCommitLog::note_event(Kind kind, const Event& event, std::vector<StateChange> changes) {
  return seal({.kind = kind,
               .semantics = options_.semantics,
               .subjects = {},
               .sections = {{Section::event, encode_event(event)}},
               .changes = std::move(changes),
               .tags = {}});
}

}  // namespace caveat::audit
