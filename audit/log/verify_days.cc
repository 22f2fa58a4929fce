// Claim 11: the counts of days, of those that ended and of the one that is open.
#include "audit/log/open_day.h"
#include "audit/log/verification.h"
#include "audit/record/decode.h"

namespace caveat::audit {

void LogVerification::count(std::uint64_t index, const std::string* verdict, std::optional<Kind> kind) {
  if (options_.keys == nullptr) return;
  if (!kind) {
    const auto header = decode_header(reader_.header(index).value_or(""));
    if (!header) return;
    kind = header->context.kind;
  }
  day_.add(*kind, verdict);
  if (so_far_ && index + 1 == so_far_->records.end) counted_.emplace(day_first_, day_);
}

void LogVerification::open_day() {
  if (options_.keys == nullptr) return;
  const StateKey key = open_day_key();
  const KeyedState at{key.kind, keyed_subject(*options_.keys, key), keyed_discriminator(*options_.keys, key)};
  const auto row = store_.state(at.kind, at.subject, at.discriminator);
  const auto value = row ? value_of(at, row->value) : std::nullopt;
  const Result<Event> event = value ? decode_event(Kind::closing, *value) : tl::unexpected(Problem{});
  if (event) so_far_ = std::get<Closing>(*event);
  const std::uint64_t end = so_far_ ? so_far_->records.end : 0;
  if (reader_.size() >= kCountEvery && reader_.size() - std::min(end, reader_.size()) >= kCountEvery)
    find(kState, "state", "kind " + std::to_string(static_cast<int>(at.kind)) + " subject " + hex(view(at.subject)),
         {"the counts of the open day are not there, do not open, or were put back from before",
          "当日计数缺失、无法打开，或被旧值替换"});
}

// True: the row is that of the open day, and was judged.
bool LogVerification::judge_open_day(const StoredStateRow& row, const KeyedState& key, const std::string& where) {
  const StateKey name = open_day_key();
  if (key.kind != name.kind || key.subject != keyed_subject(*options_.keys, name) ||
      key.discriminator != keyed_discriminator(*options_.keys, name))
    return false;
  const bool placed = so_far_ && row.version == 1 && row.index + 1 == so_far_->records.end && counted_;
  const auto newest = placed ? decode_header(reader_.header(row.index).value_or("")) : decode_header("");
  if (!placed || !newest || day_of_record(newest->time_us) != so_far_->day || so_far_->records.first != counted_->first)
    find(kState, "state", where, {"it is not what the log keeps of the open day", "不是日志所存的当日计数"});
  else if (const std::string what = differs(*so_far_, counted_->second); !what.empty())
    find(kState, "state", where,
         {"it says otherwise than the records of the open day (" + what + ")", "与当日记录不符（" + what + "）"});
  return true;
}

void LogVerification::closing(const Closing& said, std::uint64_t index, const std::string& row) {
  if (said.records != IndexRange{day_first_, index})
    find(kClosings, "bodies", row,
         {"it closes the records " + std::to_string(said.records.first) + " to " + std::to_string(said.records.end) +
              ", expected " + std::to_string(day_first_) + " to " + row,
          "所结账的记录范围为 " + std::to_string(said.records.first) + " 至 " + std::to_string(said.records.end) +
              "，应为 " + std::to_string(day_first_) + " 至 " + row});
  if (const std::string what = differs(said, day_); !what.empty())
    find(kClosings, "bodies", row,
         {"it says otherwise than the records of " + said.day + " (" + what + ")",
          "与 " + said.day + " 的记录不符（" + what + "）"});
  const auto last = index > 0 ? decode_header(reader_.header(index - 1).value_or("")) : decode_header("");
  if (last && day_of_record(last->time_us) != said.day)
    find(kClosings, "bodies", row,
         {"it closes " + said.day + ", which is not the day before", "所结账的日期不是前一日"});
  day_ = {};
  day_first_ = index;
}

}  // namespace caveat::audit
