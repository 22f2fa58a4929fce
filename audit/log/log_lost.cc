#include <algorithm>

#include "audit/log/log_inside.h"

namespace caveat::audit {

// A failed commit is an unknown state: nothing that waits or was reserved may stand on it (contracts.md 4).
void GroupCommitLog::fail(Queue good, const caveat::Error& error) {
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
void GroupCommitLog::count_lost(const Queue& lost) {
  for (const auto& one : lost) {
    gap_ = gap_ || one->records();
    if (one->decides()) ++lost_;
  }
}

// One that was under way when the commit failed. Its gap is still to be written, unless it is older than that.
void GroupCommitLog::lost_before(const AppendFailed& why) {
  if (!gap_) {
    lost_since_us_ = options_.clock->wall_us();
    lost_code_ = why.why.code().name;
    lost_words_ = why.why.what();
  }
  gap_ = true;
  ++lost_;
  keep_gap();
}

// What the process before lost and could not write down any more. Where it cannot be written now either, it waits with what is lost.
void GroupCommitLog::tell_what_was_lost() {
  gap_note_.emplace(options_.keys_dir + "/gap", keys_->origin(), tree_.size() == 0);
  const std::optional<GapNote::Lost> lost = gap_note_->read();
  if (!lost) return;
  gap_ = true;
  lost_ = lost->lost;
  lost_since_us_ = lost->code == GapNote::kDamaged && lost->lost == 0 ? last_time_.load() : lost->since;
  lost_code_ = lost->code;
  lost_words_ = lost->missing ? "the note of what could not be recorded was not there when the log was opened: whether "
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

bool GroupCommitLog::doomed_to_come() {
  const std::lock_guard lock(mutex_);
  return doomed_waits();
}

}  // namespace caveat::audit
