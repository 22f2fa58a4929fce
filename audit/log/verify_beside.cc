// Claims 12 to 14: what lies beside the log: its keys, its mark, a checkpoint that somebody kept.
#include <filesystem>

#include "audit/log/high_water.h"
#include "audit/log/verification.h"

namespace caveat::audit {

void LogVerification::keys() {
  if (options_.keys == nullptr) {
    not_checked(kKeys, "no keys were given", "未提供密钥");
    return;
  }
  for (const auto& fault : options_.keys->check())
    find(kKeys, "keys", fault.table + " " + fault.row, {fault.what, "密钥有误：" + in_chinese(fault.what)});
  for (const auto& [id, record] : erased_)
    if (has(id))
      find(kKeys, "keys", "data_keys " + hex(view(id)),
           {"record " + std::to_string(record) +
                " says that it was erased, and it is there: an old copy of the key set was put back",
            "记录 " + std::to_string(record) + " 载明该密钥已删除，但它仍在：密钥目录被旧副本替换"});
  if (options_.keys->bound_log() != sha256(reader_.about()))
    find(kKeys, "keys", "key_set 1", {"it is bound to another log", "属于另一份日志"});
}

void LogVerification::high_water() {
  if (options_.high_water.empty()) {
    report_.end_known = false;
    not_checked(kHighWater, "neither a key set nor a mark (`--high-water`) was given",
                "既未提供密钥目录，也未提供高水位标记（`--high-water`）");
    return;
  }
  std::error_code ignored;
  if (options_.copy && !options_.mark_named && !std::filesystem::exists(options_.high_water, ignored)) {
    report_.end_known = false;
    not_checked(kHighWater, "this is a copy, and the mark of its log was not copied with it",
                "这是一份副本，其日志的高水位标记未一并复制");
    return;
  }
  try {
    const Mark mark = read_high_water(options_.high_water, mark_name());
    if (mark.one_line_damaged)
      find(kHighWater, "high-water", "", {"one of its two lines is damaged", "两行中有一行损坏"});
    if (mark.size > reader_.size() && grew_to(mark)) return;  // it grew while it was being verified
    if (mark.size > reader_.size() && options_.copy) {
      report_.behind = mark.size - reader_.size();
      const std::string behind = std::to_string(report_.behind);
      not_checked(
          kHighWater,
          ("this is a copy, and its keys know of " + several(report_.behind, "record", "records") + " more than it has")
              .c_str(),
          ("这是一份副本，其密钥所知的记录比它多 " + behind + " 条").c_str());
      return;
    }
    if (mark.size > reader_.size()) {
      find(kHighWater, "high-water", std::to_string(mark.size),
           {"the log had " + several(mark.size, "record", "records") + " and has " + std::to_string(reader_.size()) +
                ": its end was dropped, or an old copy was put back. If it is a copy of a log that goes on, say so "
                "with `--copy`",
            "日志曾有 " + std::to_string(mark.size) + " 条记录，现有 " + std::to_string(reader_.size()) +
                " 条：末尾被删除，或放回了旧副本。若为仍在续写的日志的副本，请以 `--copy` 说明"});
      report_.anchor = Anchor::diverged;
    } else if (tree_.size() == reader_.size() && reader_.root(mark.size) != mark.root) {
      find(kHighWater, "high-water", std::to_string(mark.size),
           {"the log's root at this size is another one", "日志在此大小处的根哈希不同"});
      report_.anchor = Anchor::diverged;
    }
  } catch (const caveat::Error& error) {
    report_.mark_unread = true;
    find(kHighWater, "high-water", "", {error_words(error, Language::en), error_words(error, Language::zh)});
  }
}

// The mark is under the name of the signer of now.
std::string LogVerification::mark_name() const {
  if (options_.keys != nullptr) return options_.keys->verifier().name;
  if (!expected_.empty()) return expected_.rbegin()->second.signer.name;
  return signers_.empty() ? report_.origin : signers_.back().name;
}

// A writer may have gone on since the snapshot was taken: then the log of now reaches the mark and begins with ours.
bool LogVerification::grew_to(const Mark& mark) const {
  const auto now = LogReader::open(reader_.path());
  return now->size() >= mark.size && now->root(mark.size) == mark.root && tree_.size() == reader_.size() &&
         now->root(reader_.size()) == tree_.root();
}

void LogVerification::kept() {
  if (!options_.kept) {
    not_checked(kKept, "no checkpoint that was kept elsewhere was given (`--checkpoint`)",
                "未提供在别处保存的检查点（`--checkpoint`）");
    return;
  }
  if (!options_.verifier) {
    not_checked(kKept, "no verifier key was given", "未提供验证公钥");
    return;
  }
  const Result<Checkpoint> opened = open_checkpoint(*options_.kept, signers_, options_.check);
  if (!opened) {
    find(kKept, "kept checkpoint", "", text(opened.error()));
    return;
  }
  const std::string row = "size " + std::to_string(opened->size);
  if (const std::optional<std::uint64_t> record = retired_before(opened->size)) {
    report_.kept_retired = record;
    const std::string change = std::to_string(*record);
    not_checked(
        kKept,
        ("it is by a key that was retired at record " + change +
         ": whoever still has that key can make one, or this log is not the one of which it was kept")
            .c_str(),
        ("签署它的密钥已在记录 " + change + " 中停用：仍持有该密钥者可自行制作，或本日志并非当初所示的那一份").c_str());
    return;
  }
  if (opened->size > reader_.size()) {
    find(kKept, "kept checkpoint", row,
         {"the log has only " + several(reader_.size(), "record", "records"),
          "日志只有 " + std::to_string(reader_.size()) + " 条记录"});
    report_.anchor = Anchor::diverged;
  } else if (tree_.size() != reader_.size() || reader_.root(opened->size) != opened->root) {
    find(kKept, "kept checkpoint", row, {"the log does not begin with this tree", "日志并非以该树开头"});
    report_.anchor = Anchor::diverged;
  } else {
    report_.anchor = Anchor::anchored;
  }
}

// The rotation at which whoever signed the kept checkpoint was retired, where it is of a size behind that. Behind an epoch there may be
// true ones: of what was lost.
std::optional<std::uint64_t> LogVerification::retired_before(std::uint64_t size) const {
  const std::optional<Signer> by = signer_of(*options_.kept);
  std::uint64_t last = 0;  // that he signed
  for (const auto& [other, said] : expected_)
    if (by && said.signer == *by) last = other;
  return last > 0 && size > last && rotations_.contains(last - 1) ? std::optional(last - 1) : std::nullopt;
}

}  // namespace caveat::audit
