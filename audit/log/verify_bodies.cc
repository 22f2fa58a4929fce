// Claims 7 and 8: sealed bodies, and what is in them.
#include <algorithm>

#include "audit/codes.h"
#include "audit/log/verification.h"
#include "audit/record/decode.h"

namespace caveat::audit {

void LogVerification::bodies() {
  if (options_.keys == nullptr) {
    for (const ClaimId id : {kOpened, kTags, kState, kClosings})
      not_checked(id, without_.en.c_str(), without_.zh.c_str());
  }
  open_day();
  if (options_.keys != nullptr) tag_sums_.resize(there_);
  std::uint64_t next = 0;
  store_.each_body([&](std::int64_t number, std::string_view sealed) {
    const std::string row = std::to_string(number);
    if (number < 0 || static_cast<std::uint64_t>(number) >= reader_.size()) {
      find(kBodies, "bodies", row, {"there is no such record", "没有这条记录"});
      return;
    }
    const auto index = static_cast<std::uint64_t>(number);
    absent(next, index);
    next = index + 1;
    seen_ = index;
    const auto leaf = reader_.header(index);
    const Result<Header> header = decode_header(leaf.value_or(""));
    if (!header) return;  // named above
    if (sha256(sealed) != header->body) {
      find(kBodies, "bodies", row, {"it is not the body that the header names", "不是记录头所指的正文"});
      count(index, nullptr);
      return;
    }
    if (options_.keys != nullptr) open(*header, sealed, row);
    if (options_.progress && index % 256 == 0) options_.progress(reader_.size() + index, 2 * reader_.size());
  });
  absent(next, reader_.size());
}

// Rows that are not there. That of an erased body may go: it waits for `closed`, which knows the erasure records.
void LogVerification::absent(std::uint64_t begin, std::uint64_t end) {
  std::uint64_t from = begin;
  for (std::uint64_t index = begin; index < std::min(end, there_); ++index) {
    count(index, nullptr);
    const Result<Header> header = decode_header(reader_.header(index).value_or(""));
    if (!header || options_.keys == nullptr || gone(*header).empty()) continue;
    if (from < index) missing(kBodies, "bodies", from, index);
    from = index + 1;
    closed_.emplace(index, Closed{gone(*header), true});
  }
  if (from < end) missing(kBodies, "bodies", from, end);
}

std::vector<KeyId> LogVerification::gone(const Header& header) const {
  std::vector<KeyId> ids;
  for (const KeyId& id : header.context.subject_keys)
    if (!has(id)) ids.push_back(id);
  return ids;
}

// A bucket that does not open is an error to whoever asks for a key in it. Here it is a finding like others: keys() names it.
bool LogVerification::has(const KeyId& id) const {
  try {
    return options_.keys->find(id) != nullptr;
  } catch (const Error& error) {
    if (&error.code() != &codes::kKeyUnwrap) throw;
    return false;
  }
}

void LogVerification::open(const Header& header, std::string_view sealed, const std::string& row) {
  if (std::vector<KeyId> ids = gone(header); !ids.empty()) {
    closed_.emplace(header.index, Closed{std::move(ids), false});
    count(header.index, nullptr);
    return;
  }
  const Result<OpenedRecord> opened = open_record(*options_.keys, header, sealed);
  if (!opened) {
    const std::string why =
        opened.error().items.empty() ? std::string(Words("it does not open")) : opened.error().items.front().expected;
    find(kOpened, "bodies", row, {why, "无法打开（" + in_chinese(why) + "）"});
    count(header.index, nullptr);
    return;
  }
  report_.bodies_opened = true;
  if (const SectionBytes* event = opened->find(Section::event)) {
    const Result<Event> said = decode_event(header.context.kind, event->encoded);
    if (!said) find(kOpened, "bodies", row, text(said.error()));
    if (said && header.context.kind == Kind::closing) closing(std::get<Closing>(*said), header.index, row);
    if (said && (header.context.kind == Kind::key_rotated || header.context.kind == Kind::epoch))
      names_signer(*said, header.index, row);
    if (said && header.context.kind == Kind::erasure)
      for (const KeyId& id : std::get<Erasure>(*said).subjects) erased_.emplace(id, header.index);
  }
  const SectionBytes* verdict = opened->find(Section::verdict);
  count(header.index, verdict == nullptr ? nullptr : &verdict->encoded, header.context.kind);
  const Result<std::vector<TagValue>> made = tags_of(*opened);
  if (!made) find(kOpened, "bodies", row, text(made.error()));
  const std::vector<TagValue> tags = made.value_or(std::vector<TagValue>());
  if (commit_tags(opened->tags_salt, tags) != header.tags)
    find(kOpened, "headers", row, {"its tags are not those that it commits to", "标签与其承诺不符"});
  for (const auto& tag : tags) {
    if (header.index < tag_sums_.size())
      tag_sums_[header.index] += tag_sum(view(tag));
    else
      ++tags_beyond_[{std::string(view(tag)), static_cast<std::int64_t>(header.index)}];
  }
  if (const SectionBytes* changes = opened->find(Section::state)) {
    const Result<std::vector<StateChange>> decoded = decode_changes(changes->encoded);
    if (!decoded) find(kOpened, "bodies", row, text(decoded.error()));
    if (decoded)
      for (const auto& change : *decoded) apply(change, header.index);
  }
}

// Whose data key is gone: erased, if the log says so itself. Else the key is lost, which is another thing than a change of the
// log, and nothing that anybody may take for good.
void LogVerification::closed() {
  std::map<KeyId, std::size_t> place;
  std::set<std::uint64_t> certificates;
  for (const auto& [index, record] : closed_) {
    bool erased = false;
    for (const KeyId& id : record.keys) {
      const auto said = erased_.find(id);
      if (said != erased_.end()) {
        erased = true;
        certificates.insert(said->second);
      }
      const auto [at, fresh] = place.emplace(id, report_.closed_keys.size());
      if (fresh)
        report_.closed_keys.push_back(
            {id, 0, index, said == erased_.end() ? std::nullopt : std::optional(said->second)});
      ++report_.closed_keys[at->second].records;
    }
    ++report_.bodies_closed;
    if (!erased) ++report_.bodies_lost;
    if (!erased && record.absent) missing(kBodies, "bodies", index, index + 1);
  }
  if (closed_.empty()) return;
  const std::string erased = std::to_string(report_.bodies_closed - report_.bodies_lost);
  const std::string lost = std::to_string(report_.bodies_lost);
  Claim& opens = report_.claims[kOpened];
  if (report_.bodies_lost > 0 && opens.shown != Shown::no) {
    opens.shown = Shown::no;
    opens.why_en = "the data keys of " + several(report_.bodies_lost, "record", "records") +
                   " are not in the key set and no erasure record names them: their places and proofs stand, "
                   "what they say can no longer be read";
    opens.why_zh =
        "有 " + lost + " 条记录的数据密钥不在密钥目录中，且没有删除记录指明：其位置与证明仍然成立，内容已无法读取";
  } else {
    const std::string first = certificates.empty() ? std::string() : std::to_string(*certificates.begin());
    not_checked(
        kOpened,
        ("the data keys of " + several(report_.bodies_closed - report_.bodies_lost, "record", "records") +
         " were erased, as record " + first + " says: their places and proofs stand, what they said is closed for ever")
            .c_str(),
        ("有 " + erased + " 条记录的数据密钥已依规删除（见记录 " + first + "）：其位置与证明仍然成立，内容永久封闭")
            .c_str());
  }
  const std::string all = std::to_string(report_.bodies_closed);
  for (const ClaimId id : {kTags, kState, kClosings})
    not_checked(id,
                ("of " + several(report_.bodies_closed, "closed record", "closed records") +
                 " it cannot be reckoned; of all others it was")
                    .c_str(),
                ("有 " + all + " 条封闭的记录无法核算；其余均已核算").c_str());
}

}  // namespace caveat::audit
