#include "audit/log/verify.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/about.h"
#include "audit/log/high_water.h"
#include "audit/log/open_day.h"
#include "audit/log/signers.h"
#include "audit/log/tiles.h"
#include "audit/record/decode.h"
#include "audit/record/events.h"
#include "audit/record/tally.h"

namespace caveat::audit {

std::string_view name(Anchor anchor) {
  switch (anchor) {
    case Anchor::unanchored:
      return "unanchored";
    case Anchor::anchored:
      return "anchored";
    case Anchor::diverged:
      return "diverged";
    case Anchor::invalid:
      return "invalid";
  }
  return "unknown";
}

namespace {

std::string words(const Problem& problem, Language language) {
  if (problem.items.empty()) return std::string(problem.code->name);
  const ProblemItem& item = problem.items.front();
  const bool zh = language == Language::zh;
  std::string text = zh ? "应为 " + in_chinese(item.expected) : "expected " + item.expected;
  if (!item.path.empty()) text = (zh ? item.path + " 处：" : "at " + item.path + ": ") + text;
  if (!item.found.empty()) text += zh ? "，实为 " + in_chinese(item.found) : ", found " + item.found;
  return text;
}

// What is claimed, in the order in which it is printed. A later one stands on those before it as `settle` says.
enum ClaimId : std::size_t {
  kTables,
  kAbout,
  kSignatures,
  kHeaders,
  kTree,
  kTiles,
  kBodies,
  kOpened,
  kTags,
  kState,
  kClosings,
  kKeys,
  kHighWater,
  kKept,
  kClaims
};

struct Phrase {
  const char *en, *zh;
};
constexpr Phrase kPhrases[kClaims] = {
    {"The tables are those that Caveat makes, and SQLite finds the file whole.",
     "数据表与 Caveat 所建一致，SQLite 认定文件完整。"},
    {"The log says which log it is, and that is signed by its key.", "日志注明自身名称，且该说明由其密钥签署。"},
    {"Every checkpoint is signed by the log's key, and none is missing of those that the table itself names.",
     "每个检查点均由日志的密钥签署，表中所提及的检查点无一缺失。"},
    {"Every record is in its place, in the one form that Caveat writes, with times that never fall.",
     "每条记录都在其位置上，形式规范，时间从不倒退。"},
    {"The tree over all records has the root of every checkpoint: none was added, dropped, changed or reordered.",
     "由全部记录构成的树与每个检查点的根哈希一致：无添加、无删除、无改动、无乱序。"},
    {"Every stored subtree has the root of its records.", "每个已存的子树与其记录的根哈希一致。"},
    {"Every sealed body is the one that its record names.", "每个封存的正文都是其记录所指的那一个。"},
    {"Every body opens and has the sections that its record commits to.",
     "每个正文都能打开，且各部分与其记录的承诺一致。"},
    {"Every search tag is one that its record makes, and all of them are there.",
     "每个检索标签都由其记录产生，且无一缺失。"},
    {"The state (windows, holds, repeats) is what the records make it.",
     "状态（计数窗口、转人工保持、重复请求）与记录推得的一致。"},
    {"Each day that ended has as many records by kind, verdict and rule as its closing record says.",
     "每个已结束的日期，其记录按类别、结论、规则的数量与日终结账记录一致。"},
    {"Every key of the key set opens and belongs to this log.", "密钥目录中的每把密钥都能打开，且属于本日志。"},
    {"The log reaches its high-water mark: no old copy was put back.", "日志达到其高水位标记：未被旧副本替换。"},
    {"The log begins with the tree of the checkpoint that was kept elsewhere.",
     "日志以别处保存的检查点所示的树开头。"}};

struct Text {
  std::string en, zh;
};

// Codes that tell of the file what a finding tells, and not of the machine.
bool is_damage(const Code& code) {
  return &code == &codes::kDamaged || &code == &codes::kLogHalfWritten || &code == &codes::kLogBroken;
}

// Of a key set that lies at hand and cannot be read to its end, which says nothing of the log.
bool of_the_keys(const caveat::Error& error, const VerifyOptions& options) {
  return options.keys != nullptr && error.place().starts_with(options.keys->dir() + "/") && is_damage(error.code());
}

// Without the file's name before and the advice behind, which are not for who verifies.
std::string error_words(const caveat::Error& error, Language language) {
  const auto& arguments = error.arguments(language);
  return arguments.size() > 1 ? arguments[1] : error.message(language);
}

class Verification {
 public:
  Verification(const LogReader& reader, const VerifyOptions& options)
      : reader_(reader), store_(reader.store()), options_(options), signers_(options.earlier) {
    if (options_.verifier) signers_.push_back(*options_.verifier);
    for (std::size_t i = 0; i < kClaims; ++i)
      report_.claims.push_back(
          {static_cast<int>(i) + 1, Shown::yes, kPhrases[i].en, kPhrases[i].zh, std::string(), std::string()});
  }

  // All but what takes keys, where those that are at hand cannot be read.
  void keys_cannot_be_read(const Error& error) {
    without_ = {"bodies, tags and state are sealed and the key set cannot be read",
                "正文、标签与状态均已封存，而密钥目录无法读取"};
    find(kKeys, "keys", error.place().substr(error.place().rfind('/') + 1),
         {"it cannot be read: " + error_words(error, Language::en), "无法读取：" + error_words(error, Language::zh)});
  }

  VerifyReport run() {
    report_.size = reader_.size();
    report_.origin = reader_.origin();
    struct {
      ClaimId claim;
      const char* table;
      void (Verification::*step)();
    } const steps[] = {{kTables, "schema", &Verification::schema},
                       {kAbout, "about", &Verification::about},
                       {kSignatures, "checkpoints", &Verification::checkpoints_by_size},
                       {kHeaders, "headers", &Verification::headers},
                       {kSignatures, "checkpoints", &Verification::signers},
                       {kSignatures, "checkpoints", &Verification::last_signer},
                       {kTiles, "tiles", &Verification::tiles},
                       {kBodies, "bodies", &Verification::bodies},
                       {kBodies, "bodies", &Verification::closed},
                       {kTags, "tags", &Verification::tags},
                       {kState, "state", &Verification::state},
                       {kKeys, "keys", &Verification::keys},
                       {kHighWater, "high-water", &Verification::high_water},
                       {kKept, "kept checkpoint", &Verification::kept}};
    for (const auto& [claim, table, step] : steps) {
      seen_.reset();
      try {
        (this->*step)();
      } catch (const Error& error) {
        if (!is_damage(error.code()) || of_the_keys(error, options_)) throw;
        unreadable(claim, table, error);
        break;
      }
    }
    settle();
    if (!report_.findings.empty() && report_.anchor != Anchor::diverged) report_.anchor = Anchor::invalid;
    return std::move(report_);
  }

 private:
  static std::string key_words(const std::string& name, std::uint32_t id) {
    char digits[12];
    std::snprintf(digits, sizeof digits, "%08x", static_cast<unsigned>(id));
    return name + "+" + digits;
  }
  static std::string key_words(const VerifierKey& key) { return key_words(key.name, key.id); }

  // Who signed a note, as its one signature line says.
  struct Signer {
    std::string name;
    std::uint32_t id = 0;
    std::optional<std::size_t>
        place;  // among the keys that are known; nothing: nobody named this one, so nothing was checked
    bool operator==(const Signer& other) const { return name == other.name && id == other.id; }
    std::string words() const { return Verification::key_words(name, id); }
  };
  struct Expected {
    Digest root{};
    std::int64_t time_us = 0;
    Signer signer;
  };
  struct Closed {
    std::vector<KeyId> keys;  // that are gone
    bool absent = false;      // its row is gone too
  };
  struct StateRow {
    StateKind kind{};
    TagValue subject{}, discriminator{};
    friend auto operator<=>(const StateRow&, const StateRow&) = default;
  };

  // What stands behind it was not read, and what was counted on the way is short.
  void unreadable(ClaimId id, const char* table, const Error& error) {
    report_.damaged = true;
    const std::string row = seen_ ? "behind " + std::to_string(*seen_) : std::string();
    find(id, table, row,
         {"it cannot be read: " + error_words(error, Language::en), "无法读取：" + error_words(error, Language::zh)});
    for (std::size_t other = id == kTables ? 0 : static_cast<std::size_t>(id); other < kClaims; ++other)
      not_checked(static_cast<ClaimId>(other), "the file is damaged and could not be read to its end",
                  "文件已损坏，无法完整读取");
  }

  void find(ClaimId id, std::string table, std::string row, Text what) {
    Claim& claim = report_.claims[id];
    if (claim.shown != Shown::no) {
      const std::string place = table + (row.empty() ? "" : " " + row);
      claim.shown = Shown::no;
      claim.why_en = place + ": " + what.en;
      claim.why_zh = place + "：" + what.zh;
    }
    if (report_.findings.size() < options_.max_findings)
      report_.findings.push_back({std::move(table), std::move(row), std::move(what.en), std::move(what.zh)});
    else
      ++report_.more_findings;
  }
  static Text text(const Problem& problem) {
    return {words(problem, Language::en), "不是 Caveat 写出的形式（" + words(problem, Language::zh) + "）"};
  }
  void not_checked(ClaimId id, const char* en, const char* zh) {
    Claim& claim = report_.claims[id];
    if (claim.shown == Shown::no) return;
    claim.shown = Shown::not_checked;
    claim.why_en = en;
    claim.why_zh = zh;
  }
  // A size may be a lie: what is missing is told by name where it is little, else as a range.
  void missing(ClaimId id, const std::string& table, std::uint64_t begin, std::uint64_t end) {
    const Text what =
        table == "bodies" ? Text{"the body is not there", "正文不在"} : Text{"the record is not there", "记录不在"};
    if (end - begin > 100)
      find(id, table, std::to_string(begin) + ".." + std::to_string(end - 1), what);
    else
      for (; begin < end; ++begin) find(id, table, std::to_string(begin), what);
  }

  // What stands on a claim that failed, or behind the last checkpoint by a named key, was compared with something nobody vouches for.
  // A checkpoint that was kept vouches for itself.
  void settle() {
    if (unsigned_behind_) {
      const std::string size = std::to_string(*unsigned_behind_);
      for (const ClaimId id : {kHeaders, kTree, kTiles, kBodies, kOpened, kTags, kState, kClosings, kHighWater})
        if (report_.claims[id].shown == Shown::yes)
          not_checked(id, ("behind size " + size + " no key that was named signed anything, see claim 3").c_str(),
                      ("大小 " + size + " 之后没有任何指定的公钥签署过内容，见第 3 项").c_str());
    }
    for (const ClaimId ground : {kAbout, kSignatures, kHeaders, kTree}) {
      if (report_.claims[ground].shown != Shown::no) continue;
      const std::string number = std::to_string(ground + 1);
      for (const ClaimId id : {kHeaders, kTree, kTiles, kBodies, kOpened, kTags, kState, kClosings, kHighWater, kKept})
        if (id > ground && report_.claims[id].shown == Shown::yes)
          not_checked(id, ("claim " + number + ", on which it stands, failed").c_str(),
                      ("它所依据的第 " + number + " 项未通过").c_str());
    }
  }

  void schema() {
    for (auto& fault : store_.schema_faults()) find(kTables, "schema", "", {fault, "结构不符：" + in_chinese(fault)});
  }

  void about() {
    const auto rows = store_.about_rows();
    if (rows.size() != 1)
      find(kAbout, "about", "",
           {"it has " + several(rows.size(), "row", "rows") + ", expected 1",
            "应有 1 行，实有 " + std::to_string(rows.size()) + " 行"});
    if (rows.size() == 1 && reader_.about() != rows.front())
      find(kAbout, "about", "", {"its row has not the number 1", "该行编号不是 1"});
    if (!options_.verifier)
      not_checked(kAbout, "no verifier key was given (`--key`, or the key set beside the log)",
                  "未提供验证公钥（`--key`，或日志旁的密钥目录）");
    for (const auto& note : rows) {
      const Result<About> about = parse_about(note);
      if (!about) {
        find(kAbout, "about", "1", text(about.error()));
        continue;
      }
      if (const Result<SignedNote> parsed = parse_note(note);
          parsed && (parsed->signatures.size() != 1 || format_note(*parsed) != note))
        find(kAbout, "about", "1",
             {"it has other signatures than the one that Caveat writes", "签名与 Caveat 所写不同"});
      if (about->suite != "intl")
        find(kAbout, "about", "1", {"its suite is " + about->suite, "算法套件为 " + about->suite});
      if (signers_.empty()) continue;
      about_signer_ = signer_of(note);
      if (const auto opened = open_note(note, signers_, options_.check); !opened) {
        if (about_signer_ && !about_signer_->place)
          about_refused_ = text(opened.error());  // unless the log has had another key: `signers` knows
        else
          find(kAbout, "about", "1", text(opened.error()));
      }
      const std::string& name = about_signer_ && about_signer_->place ? about_signer_->name : signers_.front().name;
      if (about_signer_ && about_signer_->place ? about->origin != name : !of_log(name, about->origin))
        find(kAbout, "about", "1",
             {"its origin is " + about->origin + ", the key is for " + name,
              "日志名称为 " + about->origin + "，公钥属于 " + name});
    }
  }

  // Nothing: it is no note, or has not one signature.
  std::optional<Signer> signer_of(std::string_view note) const {
    const Result<SignedNote> parsed = parse_note(note);
    if (!parsed || parsed->signatures.size() != 1) return std::nullopt;
    Signer signer{parsed->signatures.front().name, parsed->signatures.front().id, std::nullopt};
    for (std::size_t i = 0; i < signers_.size(); ++i)
      if (signers_[i].name == signer.name && signers_[i].id == signer.id) signer.place = i;
    return signer;
  }

  // Reads and judges the notes; roots, times and signers are compared as the headers go by.
  void checkpoints_by_size() {
    report_.signatures_checked = options_.verifier.has_value();
    std::uint64_t previous = 0;
    store_.each_checkpoint([&](const StoredCheckpoint& row) {
      const std::string where = "size " + std::to_string(row.size);
      if (row.tree != kTreeSha256) {
        find(kSignatures, "checkpoints", where,
             {"it is of tree " + std::to_string(row.tree) + ", which this log has not",
              "属于树 " + std::to_string(row.tree) + "，本日志没有该树"});
        return;
      }
      if (row.previous != previous)
        find(kSignatures, "checkpoints", where,
             {"the one before it is of size " + std::to_string(row.previous) + ", but the table has " +
                  std::to_string(previous) + ": one was dropped, added or changed",
              "所记的前一个大小为 " + std::to_string(row.previous) + "，表中为 " + std::to_string(previous) +
                  "：有检查点被删除、添加或改动"});
      previous = row.size;
      sizes_.insert(row.size);
      const Result<SignedNote> note = parse_note(row.note);
      // A note has one spelling: base64 and lines that the parser would take in another form are changes too.
      if (note && format_note(*note) != row.note)
        find(kSignatures, "checkpoints", where,
             {"its note is spelt in another way than Caveat writes", "说明的写法与 Caveat 不同"});
      if (note && note->signatures.size() != 1)
        find(kSignatures, "checkpoints", where,
             {"its note has " + several(note->signatures.size(), "signature", "signatures") + ", expected 1",
              "应有 1 个签名，实有 " + std::to_string(note->signatures.size()) + " 个"});
      std::optional<Checkpoint> said;
      const Signer signer = signer_of(row.note).value_or(Signer{});
      if (options_.verifier && note && note->signatures.size() == 1 && !signer.place) {
        const Result<Checkpoint> parsed = parse_checkpoint(note->text);
        if (!parsed)
          find(kSignatures, "checkpoints", where, text(parsed.error()));
        else
          said = *parsed;
        if (said && said->origin != signer.name)
          find(kSignatures, "checkpoints", where,
               {"its note is of the log " + said->origin, "说明属于日志 " + said->origin});
        strangers_.push_back(row.size);
      } else if (options_.verifier) {
        Result<Checkpoint> opened = open_checkpoint(row.note, signers_, options_.check);
        if (!opened) {
          find(kSignatures, "checkpoints", where,
               {"its signature or form is bad: " + words(opened.error(), Language::en),
                "签名或形式有误（" + words(opened.error(), Language::zh) + "）"});
        } else {
          said = *opened;
          if (said->origin != signer.name)
            find(kSignatures, "checkpoints", where,
                 {"its note is of the log " + said->origin, "说明属于日志 " + said->origin});
        }
      } else {
        const Result<Checkpoint> parsed =
            note ? parse_checkpoint(note->text) : Result<Checkpoint>(tl::unexpected(note.error()));
        if (!parsed)
          find(kSignatures, "checkpoints", where, text(parsed.error()));
        else
          said = *parsed;
        if (said && !of_log(said->origin, report_.origin))
          find(kSignatures, "checkpoints", where,
               {"its note is of the log " + said->origin, "说明属于日志 " + said->origin});
      }
      if (said && said->size != row.size)
        find(kSignatures, "checkpoints", where,
             {"its note is of size " + std::to_string(said->size), "说明中的大小为 " + std::to_string(said->size)});
      if (said && said->size == row.size) expected_.emplace(row.size, Expected{said->root, row.time_us, signer});
    });
    if (!options_.verifier)
      not_checked(kSignatures, "no verifier key was given (`--key`, or the key set beside the log)",
                  "未提供验证公钥（`--key`，或日志旁的密钥目录）");
  }

  void headers() {
    for (const std::int64_t index : store_.outside(reader_.size()))
      find(kHeaders, "headers", std::to_string(index),
           {"no checkpoint covers it: it was added, or the newest checkpoint was dropped",
            "没有检查点覆盖该记录：它是添加的，或最新的检查点被删除"});
    std::int64_t time = 0;
    std::uint64_t next = 0;
    bool whole = true;
    std::optional<Signer> signer;         // of the newest checkpoint so far
    std::vector<Signer> once;             // those before him
    std::optional<std::size_t> furthest;  // the latest of the known ones
    bool another = false;                 // a record names the next one: the next checkpoint is his
    bool another_then = false;            // of a rotation, from the checkpoint after its own
    reader_.each_header(0, reader_.size(), [&](std::uint64_t index, std::string_view leaf) {
      if (index > next) {
        missing(kHeaders, "headers", next, index);
        whole = false;
      }
      next = index + 1;
      seen_ = index;
      const std::string row = std::to_string(index);
      const Result<Header> header = decode_header(leaf);
      another = another || another_then;
      another_then = false;
      if (!header) {
        find(kHeaders, "headers", row, text(header.error()));
      } else {
        if (header->index != index)
          find(kHeaders, "headers", row,
               {"it says that it is record " + std::to_string(header->index),
                "自称是记录 " + std::to_string(header->index)});
        if (header->time_us < time)
          find(kHeaders, "headers", row, {"its time is before that of the record above", "时间早于上一条记录"});
        const bool new_day = index > 0 && days_of(header->time_us, 0) != days_of(time, 0);
        if (!new_day && header->context.kind == Kind::closing)
          find(kClosings, "headers", row,
               {"it is a closing record within a day: nothing ended before it",
                "日终结账记录位于一日之中：其前并无一日结束"});
        if (new_day && header->context.kind != Kind::closing)
          find(kClosings, "headers", row,
               {"the day before it was not closed: it should be the closing record",
                "前一日未结账：此处应为日终结账记录"});
        time = std::max(time, header->time_us);
        report_.time_us = time;
        if (header->context.kind == Kind::epoch) another = true;
        another_then = header->context.kind == Kind::key_rotated;
        if (header->context.kind == Kind::epoch || another_then) changes_.push_back(index);
        if (another_then) rotations_.insert(index);
      }
      tree_.append(leaf_hash(leaf));
      if (const auto said = expected_.find(index + 1); said != expected_.end() && whole) {
        if (said->second.root != tree_.root()) root_differs(index + 1, false);
        if (header && said->second.time_us != header->time_us)
          find(kHeaders, "checkpoints", "size " + std::to_string(index + 1),
               {"its time is not that of its newest record", "时间与其最新记录不符"});
        // More than one further only where the record that named one was lost with the end of an old copy.
        const Signer& by = said->second.signer;
        const bool his = another
                             ? (!signer || !(by == *signer)) && std::find(once.begin(), once.end(), by) == once.end() &&
                                   (!by.place || !furthest || *by.place > *furthest)
                             : !signer || by == *signer;
        if (!signer) about_differs_ = about_signer_ && !(by == *about_signer_);
        if (by.place) furthest = std::max(furthest, by.place);
        if (signer && !(by == *signer)) once.push_back(*signer);
        signer = by;
        another = false;
        if (options_.verifier && !his)
          find(kSignatures, "checkpoints", "size " + std::to_string(index + 1),
               {"it is signed by another key than the one that was in use then", "签署的密钥不是当时所用的密钥"});
      }
      if (options_.progress && index % 1'024 == 0) options_.progress(index, 2 * reader_.size());
    });
    if (next < reader_.size()) {
      missing(kHeaders, "headers", next, reader_.size());
      whole = false;
    }
    there_ = tree_.size();
    if (!whole)
      for (const auto& [size, said] : expected_)
        if (size > tree_.size()) root_differs(size, true);
    report_.root = tree_.root();
  }

  // Names the first checkpoint only: all later ones differ for the same reason.
  void root_differs(std::uint64_t size, bool dropped) {
    if (root_reported_) return;
    root_reported_ = true;
    std::uint64_t before = 0;
    for (const auto& [other, said] : expected_)
      if (other < size) before = std::max(before, other);
    const std::string number = std::to_string(size);
    find(kTree, "headers", std::to_string(before) + ".." + std::to_string(size - 1),
         dropped
             ? Text{"records are missing, so the tree cannot be rebuilt up to the checkpoint of size " + number,
                    "记录缺失，无法重建大小为 " + number + " 的检查点所示的树"}
             : Text{"the tree does not have the root of the checkpoint of size " + number +
                        ": a header among these was changed, swapped or added, or the checkpoint was",
                    "与大小为 " + number + " 的检查点的根哈希不符：其中某条记录头被改动、调换或添加，或检查点被改动"});
  }

  // Signatures by keys that nobody named. Where a named key signed that the log's key changed, the others may be as good: what they
  // signed is not checked. Before the last checkpoint by a named key that takes any record of a change; behind it, the record that this
  // very checkpoint ends with. An epoch is signed by the next key alone: whoever can write the file can begin one. Else the signature
  // is none.
  void signers() {
    // What the table says of the row before is signed by nobody. But who signs next is told by these records, and the checkpoint that
    // ends with one is the last or the first of a signer.
    for (const std::uint64_t index : changes_)
      if (!sizes_.contains(index + 1))
        find(kSignatures, "checkpoints", "size " + std::to_string(index + 1),
             {"it is not there: record " + std::to_string(index) +
                  " names another signer, and the checkpoint that ends with it was dropped",
              "缺失：记录 " + std::to_string(index) + " 指明新的签署者，以它结尾的检查点被删除"});
    if (about_differs_ && !about_refused_)
      find(kAbout, "about", "1",
           {"it is signed by another key than the first checkpoint", "签署的密钥与首个检查点的不同"});
    if (strangers_.empty() && !about_refused_) return;
    std::uint64_t signed_to = 0;  // by a key that was named: its checkpoint covers all before it
    for (const auto& [size, said] : expected_)
      if (said.signer.place) signed_to = size;
    const auto changed =
        std::find_if(changes_.begin(), changes_.end(), [&](std::uint64_t index) { return index < signed_to; });
    const bool may_go_on = signed_to > 0 && rotations_.contains(signed_to - 1);
    const Text none{"its signature or form is bad: expected a signature by a known key",
                    "签名或形式有误（expected a signature by a known key）"};
    for (const std::uint64_t size : strangers_) {
      if (size < signed_to ? changed != changes_.end() : may_go_on) continue;
      const auto epoch = std::find_if(changes_.begin(), changes_.end(), [&](std::uint64_t index) {
        return index >= signed_to && index < size && !rotations_.contains(index);
      });
      const std::string where = "size " + std::to_string(size);
      if (signed_to == 0 || epoch == changes_.end())
        find(kSignatures, "checkpoints", where, none);
      else
        find(kSignatures, "checkpoints", where,
             {"it is by a key that nobody named. Record " + std::to_string(*epoch) +
                  " says that a new epoch began there, but no key that was named signed that: if the bank says so too, "
                  "have the key of that epoch from it, not from whoever brought the log, and name it by a further "
                  "`--key`",
              "由未指定的公钥签署。记录 " + std::to_string(*epoch) +
                  " 称新纪元由此开始，但没有任何指定的公钥签署该记录：若银行也如此确认，请向银行（而非提供日志者）"
                  "取得该纪元的公钥，并再以 `--key` 指定"});
    }
    if (about_refused_ && (about_differs_ || changed == changes_.end())) find(kAbout, "about", "1", *about_refused_);
    if (changed == changes_.end()) return;
    const std::string change = std::to_string(*changed);
    if (about_refused_ && !about_differs_)
      not_checked(
          kAbout,
          ("it is signed by " + about_signer_->words() + ", which nobody named. The log's key changed with record " +
           change + ": name that one too by a further `--key`")
              .c_str(),
          ("说明由 " + about_signer_->words() + " 签署，而该公钥未被指定。日志的密钥自记录 " + change +
           " 起更换：请再以 `--key` 指定该公钥")
              .c_str());
    if (strangers_.empty()) return;
    report_.signatures_checked = false;
    const std::string count = std::to_string(strangers_.size()), first = std::to_string(strangers_.front());
    const auto by = expected_.find(strangers_.front());
    const std::string key = by == expected_.end() ? std::string("?") : by->second.signer.words();
    not_checked(
        kSignatures,
        (several(strangers_.size(), "checkpoint", "checkpoints") + " from size " + first +
         (strangers_.size() == 1 ? " on is signed by " : " on are signed by ") + key +
         " or others that nobody named. The log's key changed with record " + change +
         ": name each of its keys by a further `--key`, as you had it from the bank and not from whoever brought the "
         "log, or have the key set at hand, whose notes lead from one key to the next")
            .c_str(),
        ("自大小 " + first + " 起有 " + count + " 个检查点由 " + key + " 等未指定的公钥签署。日志的密钥自记录 " +
         change +
         " 起更换：请再以 `--key` "
         "逐一指定其公钥（须由银行而非提供日志者给出），或提供密钥目录，其中的说明由一把公钥引至下一把")
            .c_str());
    if (strangers_.back() > signed_to) unsigned_behind_ = signed_to;
  }

  // How the log ends, where notes or whoever named the keys say which signer is the last.
  enum class End : std::uint8_t { by_the_last, in_its_name, before_it, unread };

  // The record that names another signer, where it can be opened.
  std::optional<SignerChange> change_at(const LogReader& reader, std::uint64_t index) const {
    if (options_.keys == nullptr) return std::nullopt;
    const Result<OpenedRecord> opened = reader.open_body(*options_.keys, index);
    const SectionBytes* section = opened ? opened->find(Section::event) : nullptr;
    if (section == nullptr) return std::nullopt;
    const Kind kind = opened->header.context.kind;
    const Result<Event> event = decode_event(kind, section->encoded);
    if (!event || (kind != Kind::key_rotated && kind != Kind::epoch)) return std::nullopt;
    return read_signer_note(
        (kind == Kind::epoch ? std::get<Epoch>(*event).note : std::get<KeyMade>(*event).note).value_or(""),
        options_.check);
  }

  End end_of(const LogReader& reader) const {
    const std::optional<std::string> note = reader.checkpoint();
    const std::optional<Signer> by = note ? signer_of(*note) : std::nullopt;
    if (!by || !by->place || *by->place + 1 == signers_.size())
      return End::by_the_last;  // or is none: `signers` judges
    const Result<Header> header = decode_header(reader.header(reader.size() - 1).value_or(""));
    if (!header || header->context.kind != Kind::key_rotated) return End::before_it;
    const std::optional<SignerChange> change = change_at(reader, reader.size() - 1);
    if (!change) return End::unread;
    const VerifierKey& before = signers_[*by->place];
    return change->before == before && change->after == signers_.back() ? End::in_its_name : End::before_it;
  }

  // A writer may have changed the key since the snapshot was taken, and the key set was read after it.
  bool went_on() const {
    const auto now = LogReader::open(reader_.path());
    const std::optional<std::string> note = now->checkpoint();
    return now->size() > reader_.size() && note && open_checkpoint(*note, signers_, options_.check) &&
           end_of(*now) != End::before_it && tree_.size() == reader_.size() &&
           now->root(reader_.size()) == tree_.root();
  }

  // A key is changed also because it leaked. Whoever has the one before can sign any log, and end it with the record of the change,
  // whose note is in every package: only what the newer one signed, or one that somebody vouches for, is what the bank says.
  void last_signer() {
    if (!options_.verifier || reader_.size() == 0) return;
    const End end = end_of(reader_);
    const std::optional<Signer> newest = signer_of(reader_.checkpoint().value_or(""));
    const std::string last = key_words(signers_.back());
    const auto not_shown = [&](const std::string& en, const std::string& zh) {
      report_.signatures_checked = false;
      if (report_.claims[kSignatures].shown == Shown::yes) not_checked(kSignatures, en.c_str(), zh.c_str());
    };
    if (end != End::by_the_last) {
      const VerifierKey& by = signers_[*newest->place];
      const auto is_led_back = [&](const VerifierKey& key) {
        return std::find(options_.led_back.begin(), options_.led_back.end(), key) != options_.led_back.end();
      };
      if (end == End::unread || (end == End::in_its_name && is_led_back(by))) {
        std::uint64_t signed_to = 0;  // by somebody whose key is later than any that a note only leads back to
        for (const auto& [size, said] : expected_)
          if (said.signer.place && !is_led_back(signers_[*said.signer.place])) signed_to = size;
        if (signed_to < reader_.size()) unsigned_behind_ = std::min(unsigned_behind_.value_or(signed_to), signed_to);
        not_shown(
            "the log ends where its key was changed, and by " + key_words(by) + ": " + last +
                ", which came after, has signed nothing in it. Name the one before it too by a further `--key`, as "
                "you had it from the bank, or verify again once the log has gone on",
            "日志止于密钥更换之处，由 " + key_words(by) + " 签署：其后的 " + last +
                " 尚未签署任何内容。请再以 `--key` 指定由银行提供的前一公钥，或待日志续写后再核验");
      } else if (end == End::before_it && !went_on())
        find(kSignatures, "checkpoints", "size " + std::to_string(reader_.size()),
             {"it is the newest and by " + key_words(by) + ", whose place " + last +
                  " took: the log was put back from before that, or went on under a key that was retired" +
                  (options_.copy ? ". A copy taken before the key was changed is checked with the keys of then "
                                   "(`--keys`), or taken anew together with those of now"
                                 : ""),
              "这是最新的检查点，由 " + key_words(by) + " 签署，而该密钥已由 " + last +
                  " 取代：日志被换回更换之前的副本，或以已停用的密钥续写" +
                  (options_.copy
                       ? "。更换密钥之前取出的副本，应以当时的密钥目录核验（`--keys`），或与现用密钥一并重新取出"
                       : "")});
    }
    for (const VerifierKey& key : options_.unplaced) {
      const auto is = [&](const std::optional<Signer>& one) {
        return one && one->place && signers_[*one->place] == key;
      };
      if (is(about_signer_) || (end == End::in_its_name && key == signers_.back()) ||
          std::any_of(expected_.begin(), expected_.end(), [&](const auto& one) { return is(one.second.signer); }))
        continue;
      not_shown(key_words(key) + ", which was named, signed no checkpoint: the log ends before it, or never had it",
                "指定的 " + key_words(key) + " 未签署任何检查点：日志止于启用该公钥之前，或从未使用过它");
    }
  }

  void tiles() {
    std::set<std::pair<unsigned, std::uint64_t>> seen;
    store_.each_tile([&](const StoredTile& tile, std::string_view hash) {
      const std::string row = "level " + std::to_string(tile.level) + " position " + std::to_string(tile.position);
      if (tile.tree != kTreeSha256) {
        find(kTiles, "tiles", row,
             {"it is of tree " + std::to_string(tile.tree) + ", which this log has not",
              "属于树 " + std::to_string(tile.tree) + "，本日志没有该树"});
        return;
      }
      seen.insert({tile.level, tile.position});
      if (tile.level < 1 || tile.level > 7 || tile.position >= (there_ >> (kTileLevels * tile.level))) {
        find(kTiles, "tiles", row, {"the tree has no such complete subtree", "树中没有这样的完整子树"});
        return;
      }
      try {
        // From headers alone, or a changed tile would prove itself.
        Frontier subtree;
        const std::uint64_t width = std::uint64_t{1} << (kTileLevels * tile.level);
        reader_.each_header(tile.position * width, (tile.position + 1) * width,
                            [&](std::uint64_t, std::string_view leaf) { subtree.append(leaf_hash(leaf)); });
        if (hash != view(subtree.root()))
          find(kTiles, "tiles", row, {"it is not the root of its headers", "不是其记录头的根哈希"});
      } catch (const caveat::Error& error) {
        find(kTiles, "tiles", row, {error.what(), error.message(Language::zh)});
      }
    });
    for (unsigned level = 1; level <= 7 && (there_ >> (kTileLevels * level)) > 0; ++level)
      for (std::uint64_t position = 0; position < there_ >> (kTileLevels * level); ++position)
        if (!seen.contains({level, position}))
          find(kTiles, "tiles", "level " + std::to_string(level) + " position " + std::to_string(position),
               {"it is not there", "不在"});
  }

  void bodies() {
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
  void absent(std::uint64_t begin, std::uint64_t end) {
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

  std::vector<KeyId> gone(const Header& header) const {
    std::vector<KeyId> ids;
    for (const KeyId& id : header.context.subject_keys)
      if (!has(id)) ids.push_back(id);
    return ids;
  }

  // A bucket that does not open is an error to whoever asks for a key in it. Here it is a finding like others: keys() names it.
  bool has(const KeyId& id) const {
    try {
      return options_.keys->find(id) != nullptr;
    } catch (const Error& error) {
      if (&error.code() != &codes::kKeyUnwrap) throw;
      return false;
    }
  }
  std::optional<std::string> value_of(const StateRow& at, std::string_view sealed) const {
    try {
      return open_value(*options_.keys, at.kind, at.subject, at.discriminator, sealed);
    } catch (const Error& error) {
      if (&error.code() != &codes::kKeyUnwrap) throw;
      return std::nullopt;
    }
  }

  void open(const Header& header, std::string_view sealed, const std::string& row) {
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

  // Who signs next is told by the note in the record, signed by both, and must be whoever did. Whom an epoch took over from may have
  // signed only what was lost.
  void names_signer(const Event& event, std::uint64_t index, const std::string& row) {
    const Epoch* epoch = std::get_if<Epoch>(&event);
    if (epoch != nullptr && !epoch->verifier_key && !epoch->note) return;  // of before epochs had keys of their own
    const KeyMade* made = std::get_if<KeyMade>(&event);
    const std::string line = made != nullptr ? made->verifier_key : epoch->verifier_key.value_or("");
    const auto change = read_signer_note((made != nullptr ? made->note : epoch->note).value_or(""), options_.check);
    const auto by = [&](auto checkpoint, const VerifierKey& key) {
      return checkpoint == expected_.end() ||
             (checkpoint->second.signer.name == key.name && checkpoint->second.signer.id == key.id);
    };
    // An epoch may have come between, with a key of its own: its record is judged as this one is.
    const auto ends_with_epoch = [&](auto checkpoint) {
      if (checkpoint == expected_.end() || checkpoint->first == 0) return false;
      const Result<Header> last = decode_header(reader_.header(checkpoint->first - 1).value_or(""));
      return last && last->context.kind == Kind::epoch;
    };
    const auto here = expected_.find(index + 1), next = expected_.upper_bound(index + 1);
    const bool fits =
        change && format_verifier_key(change->after) == line &&
        (made == nullptr ? by(here, change->after)
                         : by(here, change->before) && (by(next, change->after) || ends_with_epoch(next)));
    if (!fits)
      find(kSignatures, "bodies", row,
           {"it names another signer, but by no note that both signed, or not the one that signed the next checkpoint",
            "它指明新的签署者，但所附说明并非由双方签署，或其后的检查点并非由其签署"});
  }

  // Whose data key is gone: erased, if the log says so itself. Else the key is lost, which is another thing than a change of the
  // log, and nothing that anybody may take for good.
  void closed() {
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
           " were erased, as record " + first +
           " says: their places and proofs stand, what they said is closed for ever")
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
  bool closed_after(std::uint64_t index) const { return closed_.upper_bound(index) != closed_.end(); }

  // ---- the counts of the day that is open

  void count(std::uint64_t index, const std::string* verdict, std::optional<Kind> kind = std::nullopt) {
    if (options_.keys == nullptr) return;
    if (!kind) {
      const auto header = decode_header(reader_.header(index).value_or(""));
      if (!header) return;
      kind = header->context.kind;
    }
    day_.add(*kind, verdict);
    if (so_far_ && index + 1 == so_far_->records.end) counted_.emplace(day_first_, day_);
  }

  // ---- what is kept of the day that is open

  void open_day() {
    if (options_.keys == nullptr) return;
    const StateKey key = open_day_key();
    const StateRow at{key.kind, keyed_subject(*options_.keys, key), keyed_discriminator(*options_.keys, key)};
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
  bool judge_open_day(const StoredStateRow& row, const StateRow& key, const std::string& where) {
    const StateKey name = open_day_key();
    if (key.kind != name.kind || key.subject != keyed_subject(*options_.keys, name) ||
        key.discriminator != keyed_discriminator(*options_.keys, name))
      return false;
    const bool placed = so_far_ && row.version == 1 && row.index + 1 == so_far_->records.end && counted_;
    const auto newest = placed ? decode_header(reader_.header(row.index).value_or("")) : decode_header("");
    if (!placed || !newest || day_of_record(newest->time_us) != so_far_->day ||
        so_far_->records.first != counted_->first)
      find(kState, "state", where, {"it is not what the log keeps of the open day", "不是日志所存的当日计数"});
    else if (const std::string what = differs(*so_far_, counted_->second); !what.empty())
      find(kState, "state", where,
           {"it says otherwise than the records of the open day (" + what + ")", "与当日记录不符（" + what + "）"});
    return true;
  }

  void closing(const Closing& said, std::uint64_t index, const std::string& row) {
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

  void apply(const StateChange& change, std::uint64_t index) {
    const StateRow key{change.key.kind, keyed_subject(*options_.keys, change.key),
                       keyed_discriminator(*options_.keys, change.key)};
    if (!change.value) {
      state_.erase(key);
      return;
    }
    StateEntry& entry = state_[key];
    ++entry.version;
    entry.index = index;
    entry.value = *change.value;
  }

  Result<std::vector<TagValue>> tags_of(const OpenedRecord& opened) const {
    std::vector<TagValue> tags;
    const SectionBytes* search = opened.find(Section::search);
    if (search == nullptr) return tags;
    const Result<std::vector<Tag>> decoded = decode_tags(search->encoded);
    if (!decoded) return tl::unexpected(decoded.error());
    for (const auto& tag : *decoded) tags.push_back(tag_value(*options_.keys, tag));
    return tags;
  }

  // Under a secret of the log, so nobody can choose other tags that add up to the same.
  std::uint64_t tag_sum(std::string_view tag) const {
    if (tag_secret_.empty()) tag_secret_ = view(options_.keys->keyed_digest("verify: sums of tags"));
    const Digest digest = sha256(tag_secret_ + std::string(tag));
    std::uint64_t sum = 0;
    for (int i = 0; i < 8; ++i) sum = sum << 8 | digest[static_cast<std::size_t>(i)];
    return sum;
  }

  // Of each record a sum of the tags that it makes, from which those that are there are taken again: only where something is left are
  // they looked at one by one. All tags of a large log at once would be most of what a verification takes of memory.
  void tags() {
    if (options_.keys == nullptr) return;
    const auto in_the_log = [&](std::int64_t index) {
      return index >= 0 && static_cast<std::uint64_t>(index) < tag_sums_.size();
    };
    const auto is_closed = [&](std::int64_t index) {
      return index >= 0 && closed_.contains(static_cast<std::uint64_t>(index));
    };
    store_.each_misplaced_tag([&](std::int64_t index) {
      find(kTags, "tags", std::to_string(index),
           {"a tag of this record is not where it is looked for", "该记录的标签不在应查之处"});
    });
    bool stray = !tags_beyond_.empty();
    store_.each_tag([&](std::string_view tag, std::int64_t index) {
      if (is_closed(index)) return;
      if (in_the_log(index))
        tag_sums_[static_cast<std::size_t>(index)] -= tag_sum(tag);
      else
        stray = true;
    });
    TagRows made = std::move(tags_beyond_);
    for (std::uint64_t index = 0; index < tag_sums_.size(); ++index) {
      if (tag_sums_[index] == 0) continue;
      stray = true;
      const Result<OpenedRecord> opened = reader_.open_body(*options_.keys, index);
      const Result<std::vector<TagValue>> tags = opened ? tags_of(*opened) : tl::unexpected(opened.error());
      if (!tags) continue;
      for (const TagValue& tag : *tags)
        ++made[{std::string(view(tag)), static_cast<std::int64_t>(opened->header.index)}];
    }
    if (!stray) return;
    store_.each_tag([&](std::string_view tag, std::int64_t index) {
      if (is_closed(index) || (in_the_log(index) && tag_sums_[static_cast<std::size_t>(index)] == 0)) return;
      const auto row = made.find({std::string(tag), index});
      if (row == made.end() || row->second == 0)
        find(kTags, "tags", std::to_string(index),
             {"a tag is there that its record does not make", "存在并非由该记录产生的标签"});
      else
        --row->second;
    });
    for (const auto& [key, count] : made)
      if (count > 0)
        find(kTags, "tags", std::to_string(key.second), {"a tag of this record is not there", "该记录的标签缺失"});
  }

  void state() {
    if (options_.keys == nullptr) return;
    store_.each_state([&](const StoredStateRow& row) {
      const std::string where = "kind " + std::to_string(row.kind) + " subject " + hex(row.subject);
      const Text unmade{"no record makes such a row", "没有记录产生该行"};
      TagValue subject{};
      TagValue discriminator{};
      const auto kind = state_kind_of(row.kind);
      if (!kind || row.subject.size() != subject.size() || row.discriminator.size() != discriminator.size()) {
        find(kState, "state", where, unmade);
        return;
      }
      std::copy(row.subject.begin(), row.subject.end(), reinterpret_cast<char*>(subject.data()));
      std::copy(row.discriminator.begin(), row.discriminator.end(), reinterpret_cast<char*>(discriminator.data()));
      if (judge_open_day(row, StateRow{*kind, subject, discriminator}, where)) return;
      const auto expected = state_.find(StateRow{*kind, subject, discriminator});
      if (closed_.contains(row.index) && (expected == state_.end() || expected->second.index < row.index)) {
        if (expected != state_.end()) state_.erase(expected);  // a closed record wrote over what an open one had made
        return;
      }
      if (expected == state_.end()) {
        find(kState, "state", where, unmade);
        return;
      }
      const auto value = value_of({*kind, subject, discriminator}, row.value);
      if (!value)
        find(kState, "state", where, {"its value does not open", "其值无法打开"});
      else if (*value != expected->second.value)
        find(kState, "state", where, {"its value is not what the records make it", "其值与记录推得的不符"});
      if (row.version != expected->second.version && closed_.empty())
        find(kState, "state", where,
             {"its version is " + std::to_string(row.version) + ", the records make " +
                  std::to_string(expected->second.version),
              "版本为 " + std::to_string(row.version) + "，按记录应为 " + std::to_string(expected->second.version)});
      if (row.index != expected->second.index)
        find(
            kState, "state", where,
            {"it names record " + std::to_string(row.index) + ", it was made by " +
                 std::to_string(expected->second.index),
             "所指记录为 " + std::to_string(row.index) + "，实由 " + std::to_string(expected->second.index) + " 产生"});
      state_.erase(expected);
    });
    for (const auto& [key, entry] : state_) {
      if (closed_after(entry.index)) continue;  // which may have removed it
      find(kState, "state", "kind " + std::to_string(static_cast<int>(key.kind)) + " subject " + hex(view(key.subject)),
           {"the row that record " + std::to_string(entry.index) + " made is not there",
            "记录 " + std::to_string(entry.index) + " 产生的行缺失"});
    }
  }

  void keys() {
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

  void high_water() {
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
        not_checked(kHighWater,
                    ("this is a copy, and its keys know of " + several(report_.behind, "record", "records") +
                     " more than it has")
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
      find(kHighWater, "high-water", "", {error_words(error, Language::en), error_words(error, Language::zh)});
    }
  }

  // The mark is under the name of the signer of now.
  std::string mark_name() const {
    if (options_.keys != nullptr) return options_.keys->verifier().name;
    if (!expected_.empty()) return expected_.rbegin()->second.signer.name;
    return signers_.empty() ? report_.origin : signers_.back().name;
  }

  // A writer may have gone on since the snapshot was taken: then the log of now reaches the mark and begins with ours.
  bool grew_to(const Mark& mark) const {
    const auto now = LogReader::open(reader_.path());
    return now->size() >= mark.size && now->root(mark.size) == mark.root && tree_.size() == reader_.size() &&
           now->root(reader_.size()) == tree_.root();
  }

  void kept() {
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
      not_checked(kKept,
                  ("it is by a key that was retired at record " + change +
                   ": whoever still has that key can make one, or this log is not the one of which it was kept")
                      .c_str(),
                  ("签署它的密钥已在记录 " + change + " 中停用：仍持有该密钥者可自行制作，或本日志并非当初所示的那一份")
                      .c_str());
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
  std::optional<std::uint64_t> retired_before(std::uint64_t size) const {
    const std::optional<Signer> by = signer_of(*options_.kept);
    std::uint64_t last = 0;  // that he signed
    for (const auto& [other, said] : expected_)
      if (by && said.signer == *by) last = other;
    return last > 0 && size > last && rotations_.contains(last - 1) ? std::optional(last - 1) : std::nullopt;
  }

  const LogReader& reader_;
  StoreReader& store_;
  const VerifyOptions& options_;
  std::vector<VerifierKey> signers_;  // in order; the last is the newest
  VerifyReport report_;
  Text without_{"bodies, tags and state are sealed and no keys were given", "正文、标签与状态均已封存，且未提供密钥"};
  Frontier tree_;
  std::optional<std::uint64_t> seen_;  // the newest record that the step at hand has read
  bool root_reported_ = false;
  std::uint64_t there_ = 0;  // headers that were read: loops go by what is there, not by what a row says
  std::map<std::uint64_t, Expected> expected_;
  std::set<std::uint64_t> sizes_;  // of all checkpoints
  std::optional<Signer> about_signer_;
  std::optional<Text> about_refused_;             // it is by a key that nobody named
  bool about_differs_ = false;                    // it is by another key than the first checkpoint
  std::vector<std::uint64_t> strangers_;          // checkpoints by such keys
  std::vector<std::uint64_t> changes_;            // records that name another signer
  std::set<std::uint64_t> rotations_;             // of these, those that the signer before covers
  std::optional<std::uint64_t> unsigned_behind_;  // the last size that a named key signed, where others follow
  using TagRows = std::map<std::pair<std::string, std::int64_t>, int>;
  std::vector<std::uint64_t> tag_sums_;  // of each record that is in its place, of the tags that it makes
  TagRows tags_beyond_;                  // of those that say that they are another
  mutable std::string tag_secret_;
  std::map<StateRow, StateEntry> state_;
  std::map<std::uint64_t, Closed> closed_;
  std::map<KeyId, std::uint64_t> erased_;                   // by which record
  std::optional<Closing> so_far_;                           // what is kept of the open day
  std::optional<std::pair<std::uint64_t, Tally>> counted_;  // the same, counted: its first record, and the counts
  Tally day_;
  std::uint64_t day_first_ = 0;
};

}  // namespace

std::vector<VerifierKey> in_order_of_use(const LogReader& reader, std::vector<VerifierKey> named) {
  std::vector<VerifierKey> used;
  reader.store().each_checkpoint([&](const StoredCheckpoint& row) {
    const Result<SignedNote> note = parse_note(row.note);
    if (!note) return;
    for (const NoteSignature& line : note->signatures) {
      const auto found = std::find_if(named.begin(), named.end(), [&](const VerifierKey& key) {
        return key.name == line.name && key.id == line.id;
      });
      if (found == named.end()) continue;
      used.push_back(std::move(*found));
      named.erase(found);
    }
  });
  named.insert(named.end(), std::make_move_iterator(used.begin()), std::make_move_iterator(used.end()));
  return named;
}

VerifyReport verify_damaged(const Error& error) {
  if (!is_damage(error.code())) throw error;
  VerifyReport report;
  report.damaged = true;
  report.anchor = Anchor::invalid;
  const Text what{"it cannot be read: " + error_words(error, Language::en),
                  "无法读取：" + error_words(error, Language::zh)};
  for (std::size_t i = 0; i < kClaims; ++i)
    report.claims.push_back({static_cast<int>(i) + 1, Shown::not_checked, kPhrases[i].en, kPhrases[i].zh,
                             "the file is damaged and could not be read to its end", "文件已损坏，无法完整读取"});
  report.claims.front().shown = Shown::no;
  report.claims.front().why_en = "schema: " + what.en;
  report.claims.front().why_zh = "schema：" + what.zh;
  report.findings.push_back({"schema", "", what.en, what.zh});
  return report;
}

VerifyReport verify_log(const LogReader& reader, const VerifyOptions& options) {
  try {
    return Verification(reader, options).run();
  } catch (const Error& error) {
    if (!of_the_keys(error, options)) throw;
    VerifyOptions without = options;
    without.keys = nullptr;
    Verification again(reader, without);
    again.keys_cannot_be_read(error);
    return again.run();
  }
}

}  // namespace caveat::audit
