#include "audit/log/verify.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "audit/codes.h"
#include "audit/log/verification.h"

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

struct Phrase {
  const char *en, *zh;
};
constexpr Phrase kPhrases[LogVerification::kClaims] = {
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

// Codes that tell of the file what a finding tells, and not of the machine.
bool is_damage(const Code& code) {
  return &code == &codes::kDamaged || &code == &codes::kLogHalfWritten || &code == &codes::kLogBroken;
}

// Of a key set that lies at hand and cannot be read to its end, which says nothing of the log.
bool of_the_keys(const Error& error, const VerifyOptions& options) {
  return options.keys != nullptr && error.place().starts_with(options.keys->dir() + "/") && is_damage(error.code());
}

}  // namespace

LogVerification::LogVerification(const LogReader& reader, const VerifyOptions& options)
    : reader_(reader),
      store_(reader.store()),
      options_(options),
      signers_(options.earlier),
      state_(options.state_rows_in_memory) {
  if (options_.verifier) signers_.push_back(*options_.verifier);
  for (std::size_t i = 0; i < kClaims; ++i)
    report_.claims.push_back(
        {static_cast<int>(i) + 1, Shown::yes, kPhrases[i].en, kPhrases[i].zh, std::string(), std::string()});
}

// All but what takes keys, where those that are at hand cannot be read.
void LogVerification::keys_cannot_be_read(const Error& error) {
  without_ = {"bodies, tags and state are sealed and the key set cannot be read",
              "正文、标签与状态均已封存，而密钥目录无法读取"};
  find(kKeys, "keys", error.place().substr(error.place().rfind('/') + 1),
       {"it cannot be read: " + error_words(error, Language::en), "无法读取：" + error_words(error, Language::zh)});
}

VerifyReport LogVerification::run() {
  report_.size = reader_.size();
  report_.origin = reader_.origin();
  struct {
    ClaimId claim;
    const char* table;
    void (LogVerification::*step)();
  } const steps[] = {{kTables, "schema", &LogVerification::schema},
                     {kAbout, "about", &LogVerification::about},
                     {kSignatures, "checkpoints", &LogVerification::checkpoints_by_size},
                     {kHeaders, "headers", &LogVerification::headers},
                     {kSignatures, "checkpoints", &LogVerification::signers},
                     {kSignatures, "checkpoints", &LogVerification::last_signer},
                     {kTiles, "tiles", &LogVerification::tiles},
                     {kBodies, "bodies", &LogVerification::bodies},
                     {kBodies, "bodies", &LogVerification::closed},
                     {kTags, "tags", &LogVerification::tags},
                     {kState, "state", &LogVerification::state},
                     {kKeys, "keys", &LogVerification::keys},
                     {kHighWater, "high-water", &LogVerification::high_water},
                     {kKept, "kept checkpoint", &LogVerification::kept}};
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

// What stands behind it was not read, and what was counted on the way is short.
void LogVerification::unreadable(ClaimId id, const char* table, const Error& error) {
  report_.damaged = true;
  const std::string row = seen_ ? "behind " + std::to_string(*seen_) : std::string();
  find(id, table, row,
       {"it cannot be read: " + error_words(error, Language::en), "无法读取：" + error_words(error, Language::zh)});
  for (std::size_t other = id == kTables ? 0 : static_cast<std::size_t>(id); other < kClaims; ++other)
    not_checked(static_cast<ClaimId>(other), "the file is damaged and could not be read to its end",
                "文件已损坏，无法完整读取");
}

void LogVerification::find(ClaimId id, std::string table, std::string row, Text what) {
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

void LogVerification::not_checked(ClaimId id, const char* en, const char* zh) {
  Claim& claim = report_.claims[id];
  if (claim.shown == Shown::no) return;
  claim.shown = Shown::not_checked;
  claim.why_en = en;
  claim.why_zh = zh;
}

// A size may be a lie: what is missing is told by name where it is little, else as a range.
void LogVerification::missing(ClaimId id, const std::string& table, std::uint64_t begin, std::uint64_t end) {
  const Text what =
      table == "bodies" ? Text{"the body is not there", "正文不在"} : Text{"the record is not there", "记录不在"};
  if (end - begin > 100)
    find(id, table, std::to_string(begin) + ".." + std::to_string(end - 1), what);
  else
    for (; begin < end; ++begin) find(id, table, std::to_string(begin), what);
}

// What stands on a claim that failed, or behind the last checkpoint by a named key, was compared with something nobody vouches for.
// A checkpoint that was kept vouches for itself.
void LogVerification::settle() {
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

void LogVerification::schema() {
  for (auto& fault : store_.schema_faults()) find(kTables, "schema", "", {fault, "结构不符：" + in_chinese(fault)});
}

std::string LogVerification::words(const Problem& problem, Language language) {
  if (problem.items.empty()) return std::string(problem.code->name);
  const ProblemItem& item = problem.items.front();
  const bool zh = language == Language::zh;
  std::string text = zh ? "应为 " + in_chinese(item.expected) : "expected " + item.expected;
  if (!item.path.empty()) text = (zh ? item.path + " 处：" : "at " + item.path + ": ") + text;
  if (!item.found.empty()) text += zh ? "，实为 " + in_chinese(item.found) : ", found " + item.found;
  return text;
}

// Without the file's name before and the advice behind, which are not for who verifies.
std::string LogVerification::error_words(const caveat::Error& error, Language language) {
  const auto& arguments = error.arguments(language);
  return arguments.size() > 1 ? arguments[1] : error.message(language);
}

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
  const LogVerification::Text what{"it cannot be read: " + LogVerification::error_words(error, Language::en),
                                   "无法读取：" + LogVerification::error_words(error, Language::zh)};
  for (std::size_t i = 0; i < LogVerification::kClaims; ++i)
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
    return LogVerification(reader, options).run();
  } catch (const Error& error) {
    if (!of_the_keys(error, options)) throw;
    VerifyOptions without = options;
    without.keys = nullptr;
    LogVerification again(reader, without);
    again.keys_cannot_be_read(error);
    return again.run();
  }
}

}  // namespace caveat::audit
