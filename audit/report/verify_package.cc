#include "audit/report/verify_package.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <regex>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>

#include "audit/log/range.h"
#include "audit/log/signers.h"
#include "audit/phrases.h"
#include "audit/record/decode.h"
#include "audit/record/events.h"
#include "audit/record/header_view.h"
#include "audit/record/layout.h"
#include "audit/record/sections.h"
#include "audit/record/tally.h"
#include "audit/report/html.h"
#include "audit/report/manifest.h"
#include "audit/report/package.h"
#include "audit/report/package_report.h"
#include "audit/report/receipt.h"
#include "audit/report/words.h"
#include "audit/seal/suite.h"
#include "audit/two_lanes.h"
#include "engine/base/version.h"

namespace caveat::audit {

extern const char* const kVerifyByHand;  // by_hand.cc

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string in_words(const Problem& problem, Language language = Language::en) {
  if (problem.items.empty()) return problem.code == nullptr ? std::string() : std::string(problem.code->name);
  const ProblemItem& item = problem.items.front();
  const bool zh = language == Language::zh;
  std::string out = item.path;
  if (!item.expected.empty()) {
    if (!out.empty()) out += zh ? "：" : ": ";
    out += zh ? "应为 " + in_chinese(item.expected) : "expected " + item.expected;
  }
  if (!item.found.empty()) out += zh ? "，实为 " + in_chinese(item.found) : ", found " + item.found;
  return out;
}

Problem expected(Words what) {
  return {nullptr, {{.path = {}, .expected = what, .found = {}, .nearest = {}, .hint = {}}}};
}

struct ByIndex {
  bool operator()(const ToldDecision& told, std::uint64_t index) const { return told.index < index; }
  bool operator()(std::uint64_t index, const ToldDecision& told) const { return index < told.index; }
};

struct Refusal {
  std::string en, zh;
};

// Of a decision its verdict and no event; of every other record its event, and nothing of a decision.
bool has_its_sections(const HeaderView& header) {
  if (header.kind() == Kind::decision) return header.commits_to(Section::verdict) && !header.commits_to(Section::event);
  for (int section = static_cast<int>(Section::verdict); section <= static_cast<int>(Section::story); ++section)
    if (header.commits_to(static_cast<Section>(section))) return false;
  return header.commits_to(Section::event);
}

// A member of headers/: lengths and headers, up to the first header that is none.
struct HeaderBundle {
  enum class Ends : std::uint8_t { whole, in_length, in_header };
  Ends ends = Ends::whole;
  std::size_t count = 0;            // by their lengths alone
  std::vector<HeaderView> headers;  // fewer than the count: the one behind them is none
  std::vector<Digest> hashes;
  std::string_view refused;
  std::size_t with_its_sections = 0;  // so many from the first on

  void read(std::string_view bytes) {
    headers.reserve(kBundle);
    hashes.reserve(kBundle);
    bool good = true;
    while (!bytes.empty()) {
      if (bytes.size() < 2) return void(ends = Ends::in_length);
      const std::size_t length =
          static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])) << 8 | static_cast<unsigned char>(bytes[1]);
      if (bytes.size() - 2 < length) return void(ends = Ends::in_header);
      if (++count <= kBundle && good) take(bytes.substr(2, length), good);
      bytes.remove_prefix(2 + length);
    }
  }

 private:
  void take(std::string_view leaf, bool& good) {
    if (const std::optional<HeaderView> header = view_header(leaf)) {
      if (with_its_sections == headers.size() && has_its_sections(*header)) ++with_its_sections;
      headers.push_back(*header);
      hashes.push_back(leaf_hash(leaf));
    } else {
      refused = leaf;
      good = false;
    }
  }
};

// The headers of the range, where the members were read to: all bundles but the last are full.
class Headers {
 public:
  void add(std::vector<HeaderView> bundle) {
    size_ += bundle.size();
    bundles_.push_back(std::move(bundle));
  }
  const HeaderView& operator[](std::size_t place) const { return bundles_[place / kBundle][place % kBundle]; }
  const HeaderView& front() const { return bundles_.front().front(); }
  const HeaderView& back() const { return bundles_.back().back(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  std::vector<std::vector<HeaderView>> bundles_;
  std::size_t size_ = 0;
};

// Each claim is a step; what stands on a refuted one is "not checked, because", never shown.
class Verification {
 public:
  Verification(MemberViews members, const PackageVerifyOptions& options)
      : members_(std::move(members)), options_(options) {}

  PackageReport run(std::optional<Problem> archive) {
    report_.key_given = !options_.keys.empty();
    whole(std::move(archive));
    signer();
    manifest();
    digests();
    checkpoint();
    headers();
    tree();
    opened();
    signer_of_that_size();
    recount();
    page();
    closings();
    receipt();
    beyond();
    if (members_good_) at(Stage::done, 0, 1);
    return std::move(report_);
  }

 private:
  Claim& claim(const char* en, const char* zh) {
    Claim& made = report_.claims.emplace_back();
    made.number = static_cast<int>(report_.claims.size());
    made.en = en;
    made.zh = zh;
    return made;
  }
  // What takes time, in shares of about the same length.
  enum class Stage : std::uint8_t { members, headers, opened, counts, done };
  void at(Stage stage, std::uint64_t done, std::uint64_t of) const {
    constexpr std::uint64_t kShare = 1'000;
    if (options_.progress)
      options_.progress(static_cast<std::uint64_t>(stage) * kShare + done * kShare / std::max<std::uint64_t>(of, 1),
                        static_cast<std::uint64_t>(Stage::done) * kShare);
  }
  static void good(Claim& claim) { claim.shown = Shown::yes; }
  static void bad(Claim& claim, std::string en, std::string zh) {
    claim.shown = Shown::no;
    claim.why_en = std::move(en);
    claim.why_zh = std::move(zh);
  }
  static void open(Claim& claim, std::string en, std::string zh) {
    claim.shown = Shown::not_checked;
    claim.why_en = std::move(en);
    claim.why_zh = std::move(zh);
  }
  static void stands_on(Claim& claim, int other) {
    open(claim, "claim " + std::to_string(other) + " failed", "第 " + std::to_string(other) + " 项未通过");
  }
  const std::string_view* member(std::string_view name) const {
    const auto found =
        std::lower_bound(members_.begin(), members_.end(), name,
                         [](const MemberView& one, std::string_view wanted) { return one.name < wanted; });
    return found == members_.end() || found->name != name ? nullptr : &found->bytes;
  }
  std::vector<MemberView> members_of(std::string_view folder) const {  // by name
    std::vector<MemberView> found;
    std::copy_if(members_.begin(), members_.end(), std::back_inserter(found),
                 [&](const MemberView& one) { return one.name.starts_with(folder); });
    return found;
  }

  // 1
  void whole(std::optional<Problem> archive) {
    Claim& c = claim("The package is whole and in its canonical form: no byte more, none less.",
                     "证据包完整且为规范形式：一个字节不多，一个字节不少。");
    if (archive) {
      whole_ = false;
      return bad(c, in_words(*archive), in_words(*archive, Language::zh));
    }
    for (const char* name :
         {"manifest.json", "manifest.json.sig", "checkpoint", "log.vkey", "proofs.json", "report.html", "VERIFY.md"}) {
      if (member(name) == nullptr) {
        whole_ = false;
        return bad(c, "member " + std::string(name) + " is missing", "缺少成员 " + std::string(name));
      }
    }
    good(c);
  }

  // 2
  void signer() {
    Claim& c = claim("It is signed by the key that you named.", "由您指定的公钥对应的密钥签署。");
    if (!whole_) return stands_on(c, 1);
    const Result<VerifierKey> own = parse_verifier_key(first_line(*member("log.vkey")));
    const auto& named = options_.keys;
    if (!own && named.empty()) {
      signed_ = false;
      return bad(c, in_words(own.error()), in_words(own.error(), Language::zh));
    }
    key_ = own ? *own : named.front();
    const bool one_of_them = std::find(named.begin(), named.end(), *key_) != named.end();
    if (!named.empty() && !one_of_them) {
      const std::vector<VerifierKey> followed = follow(named, signer_notes(), &verify_signature);
      if (std::find(followed.begin(), followed.end(), *key_) == followed.end()) {
        signed_ = false;
        std::string names;
        for (const VerifierKey& key : named) names += (names.empty() ? "" : ", ") + format_verifier_key(key);
        return bad(c,
                   "the package brings the key " + format_verifier_key(*key_) + ", you named " + names +
                       ". Keys lead to those after them, never back: for a package from before a change of the log's "
                       "key name the key of that time, as you had it from the bank",
                   "证据包内的公钥为 " + format_verifier_key(*key_) + "，您指定的是 " + names +
                       "。公钥只引至其后的公钥，不能回溯：核验更换之前的证据包，请指定当时由银行提供的公钥");
      }
    }
    const Result<std::string> text = open_note(*member("manifest.json.sig"), {&*key_, 1}, &verify_signature);
    if (!text) {
      signed_ = false;
      return bad(c, "manifest.json.sig: " + in_words(text.error()),
                 "manifest.json.sig：" + in_words(text.error(), Language::zh));
    }
    constexpr std::string_view kHead = "caveat.manifest/v";
    const std::string ours = manifest_text(*member("manifest.json"));
    const std::string_view line = std::string_view(*text).substr(0, text->find('\n'));
    if (line.starts_with(kHead) && line != std::string_view(ours).substr(0, ours.find('\n'))) {
      signed_ = false;
      const std::string format(line.substr(kHead.size()));
      return bad(c, "the package is of format " + format + ", this build reads " + number(kFormat),
                 "证据包格式为 " + format + "，本版本只读取格式 " + number(kFormat));
    }
    if (*text != ours) {
      signed_ = false;
      return bad(c, "manifest.json is not the one that was signed", "manifest.json 与所签署的不一致");
    }
    signed_ = true;
    if (named.empty())
      return open(c, "no key was named (--key): the package's own key proves only itself",
                  "未指定公钥（--key）：证据包自带的公钥只能证明其自身");
    good(c);
    if (!one_of_them) {
      const std::string key = format_verifier_key(*key_);
      c.why_en =
          "by " + key +
          ": records of the log tie it to the key that you named, each signed by the key before and the key after";
      c.why_zh = "由 " + key + " 签署：日志中的记录将其与您指定的公钥相连，每条均由更换前后的密钥共同签署";
    }
  }

  // Of the opened records that name another signer. They are read before anything is known to be good, and need not be: a note
  // that both signed stands for itself.
  static constexpr std::size_t kMostNotes = 1'000;  // of a hostile package
  std::vector<std::string> signer_notes() const {
    std::vector<std::string> notes;
    for (const MemberView& one : members_of("opened/")) {
      std::string_view rest = one.bytes;
      OpenedView parts;
      while (!rest.empty() && notes.size() < kMostNotes && take_opened(rest, parts)) {
        for (const OpenedSectionView& section : parts.sections) {
          if (section.section != Section::event) continue;
          if (const Result<Event> made = decode_event(Kind::key_rotated, section.encoded))
            notes.push_back(std::get<KeyMade>(*made).note.value_or(""));
          else if (const Result<Event> epoch = decode_event(Kind::epoch, section.encoded))
            notes.push_back(std::get<Epoch>(*epoch).note.value_or(""));
        }
      }
    }
    return notes;
  }

  // 3
  void manifest() {
    Claim& c = claim("The manifest is readable and speaks of the log whose key signed it.",
                     "清单可读，且所述日志与签名密钥一致。");
    if (!signed_) return stands_on(c, whole_ ? 2 : 1);
    Result<Manifest> read = read_manifest(*member("manifest.json"));
    if (!read) return bad(c, in_words(read.error()), in_words(read.error(), Language::zh));
    if (read->log.origin != key_->name)
      return bad(c, "the manifest names the log " + read->log.origin + ", the key " + key_->name,
                 "清单所述日志为 " + read->log.origin + "，公钥属于 " + key_->name);
    // Else something could stand in it that nobody reads: a member of its own, or the same one twice.
    if (write_manifest(*read) != *member("manifest.json"))
      return bad(c, "manifest.json is spelt in another way than Caveat writes, or says more",
                 "manifest.json 的写法与 Caveat 不同，或含有多余内容");
    if (const char* wrong = never_written(*read))
      return bad(c, std::string("manifest.json: ") + wrong + " is none that Caveat writes",
                 std::string("manifest.json：") + wrong + " 不是 Caveat 写入的内容");
    manifest_ = std::move(*read);
    report_.origin = manifest_->log.origin;
    report_.size = manifest_->log.size;
    good(c);
  }

  // What is spelt well and still says what no report does; null: nothing.
  static const char* never_written(const Manifest& said) {
    if (!std::regex_match(said.version, std::regex("[0-9]{1,4}\\.[0-9]{1,4}\\.[0-9]{1,4}"))) return "version";
    if (said.query.customer.empty() && !said.query.subjects.empty()) return "query/subjects";
    if (const std::string &rule = said.query.rule, &alias = said.query.alias; !alias.empty()) {
      static const std::regex kAlias("confidential/[0-9a-f]{16}");  // which rule it is, only its keys tell
      if (rule.empty() || rule.starts_with("confidential/") || !std::regex_match(alias, kAlias)) return "query/alias";
    }
    if (said.query.stories < ReportQuery::kFewestStories) return "query/stories";
    if (said.log.key_name != said.log.origin) return "log/key";  // origin is the name of the key that signed
    if (said.log.findings_en.size() != said.log.findings_zh.size()) return "log/findings_zh";
    const auto &en = said.log.not_checked_en, &zh = said.log.not_checked_zh;
    if (en.size() != zh.size()) return "log/not_checked_zh";
    if (said.version != version()) return nullptr;  // another one may word what follows otherwise
    LogFacts ours;
    name_what_is_not_checked(ours, false);
    for (std::size_t i = 0; i < ours.not_checked_en.size(); ++i) {  // each in both languages
      for (std::size_t at = 0; at < en.size(); ++at)
        if ((en[at] == ours.not_checked_en[i]) != (zh[at] == ours.not_checked_zh[i])) return "log/not_checked_zh";
      const bool always = i + 1 < ours.not_checked_en.size();
      if (always && std::find(en.begin(), en.end(), ours.not_checked_en[i]) == en.end()) return "log/not_checked_en";
    }
    return nullptr;
  }

  // 4
  void digests() {
    Claim& c = claim("Every member is the one that the manifest lists, and there is no other.",
                     "每个成员都与清单一致，且没有多余成员。");
    if (!manifest_) return stands_on(c, signed_ ? 3 : 2);
    const std::vector<Manifest::Member>& listed = manifest_->members;
    std::vector<char> same(listed.size());  // not of bits: both lanes write
    two_lanes(listed.size(), [&](std::size_t lane, std::size_t i) {
      if (lane == 0) at(Stage::members, i, listed.size());
      const std::string_view* bytes = member(listed[i].name);
      same[i] = bytes != nullptr && bytes->size() == listed[i].size && hex(sha256(*bytes)) == listed[i].sha256;
    });
    constexpr std::array<std::string_view, 5> kSingle = {"VERIFY.md", "checkpoint", "log.vkey", "proofs.json",
                                                         "report.html"};
    std::vector<std::string_view> expected;
    for (std::size_t i = 0; i < listed.size(); ++i) {
      const std::string& name = listed[i].name;
      if (!expected.empty() && expected.back() >= name)
        return bad(c, "member " + name + " is listed twice or out of order", "成员 " + name + " 重复列出或次序不对");
      if (std::find(kSingle.begin(), kSingle.end(), name) == kSingle.end() && !name.starts_with("headers/") &&
          !name.starts_with("opened/"))
        return bad(c, "member " + name + " is none that Caveat writes", "成员 " + name + " 不是 Caveat 写入的成员");
      if (member(name) == nullptr) return bad(c, "member " + name + " is missing", "缺少成员 " + name);
      if (!same[i]) return bad(c, "member " + name + " was changed", "成员 " + name + " 被改动");
      expected.push_back(name);
    }
    expected.insert(expected.end(), {"manifest.json", "manifest.json.sig"});
    std::sort(expected.begin(), expected.end());
    for (const MemberView& one : members_) {
      const std::string name(one.name);
      if (!std::binary_search(expected.begin(), expected.end(), one.name))
        return bad(c, "member " + name + " is not in the manifest", "成员 " + name + " 不在清单中");
    }
    if (*member("log.vkey") != format_verifier_key(*key_) + "\n")
      return bad(c, "log.vkey is not the one line of the key that signed", "log.vkey 不是签署密钥的那一行");
    members_good_ = true;
    good(c);
  }

  // 5
  void checkpoint() {
    Claim& c = claim(
        "The checkpoint is signed by the same key, which was the log's at that size, and has the size and root that "
        "the "
        "manifest gives.",
        "检查点由同一密钥签署，该密钥即日志在该规模时的密钥，其规模与根哈希和清单一致。");
    if (!members_good_) return stands_on(c, 4);
    const Result<Checkpoint> seen = open_checkpoint(*member("checkpoint"), {&*key_, 1}, &verify_signature);
    if (!seen) return bad(c, in_words(seen.error()), in_words(seen.error(), Language::zh));
    if (seen->size != manifest_->log.size || seen->root != manifest_->log.root || seen->origin != manifest_->log.origin)
      return bad(c, "the checkpoint is of another origin, size or root", "检查点的日志名称、规模或根哈希不同");
    checkpoint_ = *seen;
    good(c);
  }

  // 6
  void headers() {
    Claim& c = claim(
        "The headers are one unbroken run of the log and reach over the whole period: every index once, times never "
        "falling.",
        "记录头连续不断，且覆盖整个期间：每个序号恰有一条，时间从不倒退。");
    if (!checkpoint_) return stands_on(c, members_good_ ? 5 : 4);
    const std::vector<MemberView> all = members_of("headers/");  // sorted, and bundle numbers have six digits
    std::vector<HeaderBundle> bundles(all.size());
    two_lanes(all.size(), [&](std::size_t lane, std::size_t i) {
      if (lane == 0) at(Stage::headers, i, all.size());
      bundles[i].read(all[i].bytes);
    });
    std::size_t count = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::string name(all[i].name);
      const HeaderBundle& bundle = bundles[i];
      const std::string expected = headers_member(count / kBundle);
      if (name != expected || count % kBundle != 0)
        return bad(c, name + " stands where " + expected + " was expected", name + " 处应为 " + expected);
      if (bundle.ends == HeaderBundle::Ends::in_length)
        return bad(c, name + " ends within a length", name + " 在长度处中断");
      if (bundle.ends == HeaderBundle::Ends::in_header)
        return bad(c, name + " ends within a header", name + " 在记录头处中断");
      if (bundle.count == 0 || bundle.count > kBundle)
        return bad(c,
                   name + " has " + several(bundle.count, "header", "headers") + ", expected 1 to " + number(kBundle),
                   name + " 有 " + number(bundle.count) + " 条记录头，应为 1 至 " + number(kBundle) + " 条");
      count += bundle.count;
    }
    if (count != manifest_->end - manifest_->first || manifest_->end < manifest_->first)
      return bad(c,
                 several(manifest_->end - manifest_->first, "header was", "headers were") + " expected, " +
                     several(count, "is", "are") + " there",
                 "应有 " + number(manifest_->end - manifest_->first) + " 条记录头，实有 " + number(count) + " 条");
    leaves_.reserve(count);
    std::uint64_t index = manifest_->first;
    Microseconds before = 0;
    for (HeaderBundle& bundle : bundles) {
      for (std::size_t i = 0; i < bundle.count; ++i, ++index) {
        if (i == bundle.headers.size()) {
          const Result<Header> header = decode_header(bundle.refused);
          const Problem wrong = header ? expected("the one encoding of a header") : header.error();
          return bad(c, "header " + number(index) + ": " + in_words(wrong),
                     "记录头 " + number(index) + "：" + in_words(wrong, Language::zh));
        }
        const HeaderView& header = bundle.headers[i];
        if (header.index() != index)
          return bad(c, "header " + number(header.index()) + " stands in the place of " + number(index),
                     "序号 " + number(index) + " 处是记录头 " + number(header.index()));
        if (i >= bundle.with_its_sections)
          return bad(c, "header " + number(index) + " has other sections than a record of its kind",
                     "记录头 " + number(index) + " 的部分与其类别不符");
        if (header.time_us() < before)
          return bad(c, "time falls at header " + number(index), "时间在记录头 " + number(index) + " 处倒退");
        before = header.time_us();
      }
      leaves_.insert(leaves_.end(), bundle.hashes.begin(), bundle.hashes.end());
      headers_.add(std::move(bundle.headers));
    }
    // Whoever signs could leave out what stands at an end of the period: the record before it and the one behind it tell.
    const ReportQuery& query = manifest_->query;
    if (query.from && query.to && *query.from >= *query.to)
      return bad(c, "the period ends before it begins", "期间的结束不晚于开始");
    if (manifest_->first > 0 && (!query.from || headers_.empty() || headers_.front().time_us() >= *query.from))
      return bad(c,
                 "the run begins at record " + number(manifest_->first) + ", and none from before the period is there",
                 "记录头自序号 " + number(manifest_->first) + " 起，其中没有期间之前的记录");
    if (manifest_->end < checkpoint_->size && (!query.to || headers_.empty() || headers_.back().time_us() < *query.to))
      return bad(c,
                 "the run ends before record " + number(manifest_->end) + ", and none from behind the period is there",
                 "记录头止于序号 " + number(manifest_->end) + " 之前，其中没有期间之后的记录");
    // And no more than these two: whoever signs would show times and kinds of what nobody asked for.
    if (query.from && count > 1 && headers_[1].time_us() < *query.from)
      return bad(c, "more than one record from before the period is there", "期间之前的记录多于一条");
    if (query.to && count > 1 && headers_[count - 2].time_us() >= *query.to)
      return bad(c, "more than one record from behind the period is there", "期间之后的记录多于一条");
    // The time of the checkpoint is that of its newest record, and dates the whole report.
    const bool to_the_end = manifest_->end == checkpoint_->size;
    const Microseconds newest = headers_.empty() ? 0 : headers_.back().time_us(), said = manifest_->log.checkpoint_time;
    if (to_the_end ? said != newest : said < newest || said >= kTimeEnd)
      return bad(c,
                 "the last record here is of " + format_instant(newest, 0) + ", checkpoint_time of the manifest says " +
                     format_instant(said, 0),
                 "此处最后一条记录的时间为 " + format_instant(newest, 0) + "，清单的 checkpoint_time 为 " +
                     format_instant(said, 0));
    headers_good_ = true;
    good(c);
    if (to_the_end) return;
    c.why_en = "the time of the checkpoint (" + format_instant(said, 0) +
               ") is the signer's word, but for that it is not before the last record here: its newest one is not in "
               "this package";
    c.why_zh = "检查点时间（" + format_instant(said, 0) +
               "）仅以签署者所述为准，只能核查其不早于此处最后一条记录：检查点的最新记录不在本证据包中";
  }

  // 7
  void tree() {
    Claim& c =
        claim("Exactly these headers stand at these places of the signed tree: none was left out, added or changed.",
              "签名树中这些位置上恰好是这些记录头：无遗漏、无添加、无改动。");
    if (!headers_good_) return stands_on(c, checkpoint_ ? 6 : 5);
    const Result<std::vector<Digest>> proof = read_proof(*member("proofs.json"));
    if (!proof) return bad(c, in_words(proof.error()), in_words(proof.error(), Language::zh));
    if (write_proof(*proof) != *member("proofs.json"))
      return bad(c, "proofs.json is spelt in another way than Caveat writes", "proofs.json 的写法与 Caveat 不同");
    if (leaves_.empty()) {
      if (!proof->empty()) return bad(c, "proofs.json has hashes for no header", "没有记录头，proofs.json 却载有哈希");
      if (checkpoint_->root != empty_root())
        return bad(c, "the root that was signed is not that of a tree without a leaf", "签署的根哈希不是空树的根哈希");
      return open(c, "the log has no record yet", "日志中尚无记录");
    }
    const std::optional<Digest> root = root_from_range(manifest_->first, leaves_, checkpoint_->size, *proof);
    if (!root || *root != checkpoint_->root)
      return bad(
          c,
          "the root that follows from the headers is " + (root ? hex(*root) : std::string("none")) + ", signed was " +
              hex(checkpoint_->root),
          "由记录头算得的根哈希为 " + (root ? hex(*root) : std::string("无")) + "，签署的是 " + hex(checkpoint_->root));
    tree_good_ = true;
    good(c);
  }

  // 8
  void opened() {
    Claim& c = claim("Every section that is opened is the one that its header was committed to.",
                     "每个公开的部分都与其记录头的承诺一致。");
    if (!tree_good_ && !leaves_.empty()) return stands_on(c, headers_good_ ? 7 : 6);
    if (!headers_good_) return stands_on(c, 6);
    const std::vector<MemberView> all = members_of("opened/");
    opened_.resize(headers_.size());
    sections_.resize(all.size());
    std::vector<std::optional<Refusal>> refused(all.size());
    two_lanes(all.size(), [&](std::size_t lane, std::size_t i) {
      if (lane == 0) at(Stage::opened, i, all.size());
      refused[i] = open_member(all[i], i);
    });
    for (std::optional<Refusal>& one : refused)
      if (one) return bad(c, std::move(one->en), std::move(one->zh));
    opened_good_ = true;
    good(c);
  }

  // 5, once the records are opened: a key that was given up signs no checkpoint behind the record that says so, and whoever still has it
  // can make none.
  void signer_of_that_size() {
    if (!opened_good_) return;
    Claim& c = report_.claims[4];
    std::optional<VerifierKey> expected;  // behind the last change of the range
    std::vector<VerifierKey> gone;
    for (std::size_t i = 0; i < headers_.size(); ++i) {
      const HeaderView& header = headers_[i];
      const bool rotated = header.kind() == Kind::key_rotated;
      if ((!rotated && header.kind() != Kind::epoch) || !manifest_->query.covers(header.time_us())) continue;
      const std::string record = number(header.index());
      const std::optional<SignerChange> change = change_of(i, rotated);
      if (!change)
        return bad(
            c, "record " + record + " changes the log's key, and its note is not opened or is not signed by both keys",
            "记录 " + record + " 更换日志的密钥，但其说明未公开，或并非由更换前后的密钥共同签署");
      // A change that was lost with the end that an epoch replaces is in no record; who was gone before it stays so.
      if (rotated ? expected && *expected != change->before
                  : std::find(gone.begin(), gone.end(), change->before) != gone.end())
        return bad(c, "record " + record + " names another key before it than the record that changed the key before",
                   "记录 " + record + " 所述的原密钥与上一次更换的新密钥不符");
      // The checkpoint that ends with a rotation is by the key before; a package signs it again by the one after.
      const bool ends = rotated && header.index() + 1 == checkpoint_->size;
      if (!ends && change->before == *key_)
        return bad(c,
                   "the key that signed was given up in record " + record + ", and the checkpoint covers " +
                       several(checkpoint_->size, "record", "records") + ": the signer of that size is " +
                       format_verifier_key(change->after) + " or one after it",
                   "签署所用的密钥已在记录 " + record + " 中停用，而检查点涵盖 " + number(checkpoint_->size) +
                       " 条记录：该规模应由 " + format_verifier_key(change->after) + " 或其后的密钥签署");
      expected = ends && change->before == *key_ ? change->before : change->after;
      gone.push_back(change->before);
    }
    if (expected && manifest_->end == checkpoint_->size && *expected != *key_) {
      const std::string last = format_verifier_key(*expected);
      // A report that is made again of an earlier checkpoint is signed by the key of that day. Whoever named that one himself relies on it
      // already; a note that leads to it leads no further than what the package covers.
      const auto& named = options_.keys;
      if (!named.empty() && std::find(named.begin(), named.end(), *key_) == named.end())
        return bad(c, "the last change of the log's key leads to " + last + ", not to the key that signed",
                   "日志密钥的最后一次更换引至 " + last + "，而非签署所用的密钥");
      return open(
          c,
          "the last change of the log's key leads to " + last +
              ", and another one signed: a report that is made again of an earlier checkpoint is signed by the "
              "log's key of that day, and no record in this package ties that one to the log",
          "日志密钥的最后一次更换引至 " + last +
              "，而签署者是另一把：按较早检查点重新生成的报告由当日的密钥签署，本证据包中没有记录将其与日志相连");
    }
    if (c.shown == Shown::yes && (manifest_->first > 0 || manifest_->end < checkpoint_->size)) {
      c.why_en = "as far as the period tells: of changes of the log's key outside it nothing is in this package";
      c.why_zh = "以本期间所载为限：期间之外日志密钥的更换不在本证据包中";
    }
  }
  // What an opened record says of the change of signer that its kind announces.
  std::optional<SignerChange> change_of(std::size_t place, bool rotated) const {
    const std::string_view* section = opened_section(place, Section::event);
    const Result<Event> event =
        section == nullptr ? tl::unexpected(Problem{}) : decode_event(headers_[place].kind(), *section);
    if (!event) return std::nullopt;
    const Optional& note = rotated ? std::get<KeyMade>(*event).note : std::get<Epoch>(*event).note;
    std::optional<SignerChange> change = read_signer_note(note.value_or(""), &verify_signature);
    if (!change) return std::nullopt;
    const std::string base = change->before.name.substr(0, change->before.name.find("/epoch-"));
    const bool named = rotated ? std::get<KeyMade>(*event).verifier_key == format_verifier_key(change->after) &&
                                     std::get<KeyMade>(*event).before == format_verifier_key(change->before) &&
                                     change->before.name == change->after.name
                               : std::get<Epoch>(*event).verifier_key == format_verifier_key(change->after) &&
                                     change->before.name != change->after.name && of_log(change->after.name, base);
    return named ? change : std::nullopt;
  }

  // Nothing: all that it opens is what the headers were committed to, and stands in opened_. A record has its place in one member
  // only, so two of them may be looked at side by side.
  std::optional<Refusal> open_member(const MemberView& member, std::size_t which) {
    const std::string name(member.name);
    std::optional<Refusal> refused;
    OpenedView parts;
    std::optional<std::uint64_t> last, bundle;
    std::string_view rest = member.bytes;
    constexpr std::size_t kUsual = 3 * kBundle;  // of each decision its verdict, rules and digests
    sections_[which].reserve(kUsual);
    const auto good_form = [&] {
      if (!take_opened(rest, parts) || (last && parts.index <= *last)) return false;
      last = parts.index;
      return true;
    };
    while (!refused && (!last || !rest.empty())) {
      if (!good_form()) {
        const Result<std::vector<OpenedParts>> why = decode_bundle(member.bytes);
        const Problem wrong = why ? expected("the one encoding of its records") : why.error();
        return Refusal{name + ": " + in_words(wrong), name + "：" + in_words(wrong, Language::zh)};
      }
      refused = open_record(name, which, parts, bundle);
    }
    // Where it is not even well-formed, that comes first.
    if (refused)
      if (const Result<std::vector<OpenedParts>> why = decode_bundle(member.bytes); !why)
        return Refusal{name + ": " + in_words(why.error()), name + "：" + in_words(why.error(), Language::zh)};
    return refused;
  }

  // Bundle: the one that a member of this name holds, once it is known.
  std::optional<Refusal> open_record(const std::string& name, std::size_t which, const OpenedView& parts,
                                     std::optional<std::uint64_t>& bundle) {
    if (parts.index < manifest_->first || parts.index >= manifest_->end)
      return Refusal{name + " holds record " + number(parts.index) + ", which is not of this range",
                     name + " 载有记录 " + number(parts.index) + "，不属于本范围"};
    const std::size_t place = parts.index - manifest_->first;
    if (!bundle && name == opened_member(place / kBundle)) bundle = place / kBundle;
    if (bundle != place / kBundle)
      return Refusal{name + " holds record " + number(parts.index) + ", which belongs to another member",
                     name + " 载有记录 " + number(parts.index) + "，该记录应在另一成员中"};
    std::vector<SectionView>& sections = sections_[which];
    opened_[place] = {.member = static_cast<std::uint32_t>(which),
                      .begin = static_cast<std::uint32_t>(sections.size()),
                      .count = static_cast<std::uint32_t>(parts.sections.size())};
    for (const OpenedSectionView& section : parts.sections) {
      if (!headers_[place].commits_to(section.section, section.commitment()))
        return Refusal{name + ": section " + std::string(audit::name(section.section)) + " of record " +
                           number(parts.index) + " is not the one that was committed to",
                       name + "：记录 " + number(parts.index) + " 的部分 " + std::string(audit::name(section.section)) +
                           " 与承诺不符"};
      sections.push_back({section.section, section.encoded});
    }
    return std::nullopt;
  }

  std::optional<std::span<const SectionView>> opened_sections(std::size_t place) const {
    const Opened& at = opened_[place];
    if (at.member == Opened::kSealed) return std::nullopt;
    return std::span(sections_[at.member]).subspan(at.begin, at.count);
  }
  const std::string_view* opened_section(std::size_t place, Section wanted) const {
    const auto sections = opened_sections(place);
    if (!sections) return nullptr;
    for (const SectionView& section : *sections)
      if (section.section == wanted) return &section.encoded;
    return nullptr;
  }

  // Whoever signs may keep back which rules decided, or show what others were told, and have page and counts fit.
  std::optional<Refusal> opened_otherwise(std::size_t place) const {
    const auto sections = opened_sections(place);
    if (!sections) return std::nullopt;
    const HeaderView& header = headers_[place];
    const auto expected = sections_to_open(manifest_->query, header, place + 1 == headers_.size());
    if (std::equal(sections->begin(), sections->end(), expected.begin(), expected.end(),
                   [](const SectionView& one, Section section) { return one.section == section; }))
      return std::nullopt;
    const std::string record = number(header.index());
    for (const Section section : expected)
      if (opened_section(place, section) == nullptr && header.commits_to(section))
        return Refusal{"decision " + record + " is opened without its " + std::string(name(section)),
                       "决定 " + record + " 已公开，但其部分 " + std::string(name(section)) + " 未公开"};
    for (const SectionView& one : *sections)  // stories are those of the sample
      if (one.section != Section::story && std::find(expected.begin(), expected.end(), one.section) == expected.end())
        return Refusal{
            "section " + std::string(name(one.section)) + " of record " + record +
                " is opened, and a package of this query opens none of it",
            "记录 " + record + " 的部分 " + std::string(name(one.section)) + " 已公开，而此查询的证据包不应公开"};
    return std::nullopt;
  }

  // 9
  void recount() {
    Claim& c = claim(
        "Opened is what a package opens, no less and no more, and the counts of the manifest are those of the opened "
        "decisions, recounted.",
        "公开的恰为证据包应公开的部分，不少不多；清单中的数量与重新清点所公开的决定一致。");
    if (!opened_good_) return stands_on(c, headers_good_ ? 8 : 6);
    LogFacts facts = manifest_->log;
    facts.checkpoint_note = *member("checkpoint");
    Gathering gathering(manifest_->query, std::move(facts));
    constexpr std::size_t kRanks = 16'384;  // reckoned at a time
    std::vector<Digest> ranks(std::min(kRanks, headers_.size()));
    for (std::size_t begin = 0; begin < headers_.size(); begin += kRanks) {
      at(Stage::counts, begin, headers_.size());
      const std::size_t count = std::min(kRanks, headers_.size() - begin);
      two_lanes((count + kBundle - 1) / kBundle, [&](std::size_t, std::size_t bundle) {
        for (std::size_t i = bundle * kBundle; i < std::min(count, (bundle + 1) * kBundle); ++i)
          ranks[i] = gathering.rank(headers_[begin + i].index());
      });
      for (std::size_t i = 0; i < count; ++i) {
        const HeaderView& header = headers_[begin + i];
        gathering.add(header, header.leaf(), opened_sections(begin + i), &ranks[i]);
      }
    }
    model_ = gathering.finish();
    std::vector<std::size_t> told_of;
    for (std::size_t i = 0; i < headers_.size(); ++i) {
      if (const std::optional<Refusal> wrong = opened_otherwise(i)) return bad(c, wrong->en, wrong->zh);
      if (opened_section(i, Section::story) != nullptr) told_of.push_back(i);
    }
    // Whoever signs could open the stories that he likes: told are those that the seed draws, no other and none of them kept back.
    for (const ToldDecision& told : model_->stories) {
      const std::size_t place = told.index - manifest_->first;
      if (opened_sections(place) && opened_section(place, Section::story) == nullptr &&
          headers_[place].commits_to(Section::story))
        return bad(c, "the seed draws decision " + number(told.index) + " into the sample, and its story is kept back",
                   "按种子应抽取决定 " + number(told.index) + "，但其详述未公开");
    }
    for (const std::size_t i : told_of)
      if (!std::binary_search(model_->stories.begin(), model_->stories.end(), headers_[i].index(), ByIndex()))
        return bad(c, "decision " + number(headers_[i].index()) + " is told, and the seed does not draw it",
                   "决定 " + number(headers_[i].index()) + " 载有详述，但按种子不应抽取");
    const auto differs = [&](const char* en, const char* zh, std::uint64_t counted, std::uint64_t said) {
      if (counted != said)
        bad(c, std::string(en) + ": recounted " + number(counted) + ", the manifest says " + number(said),
            std::string(zh) + "：重新清点为 " + number(counted) + "，清单为 " + number(said));
      return counted != said;
    };
    if (differs("records of the period", "期间内的记录", model_->records, manifest_->records) ||
        differs("decisions", "决定", model_->population, manifest_->population))
      return;
    for (std::uint8_t verdict = 0; verdict < 5; ++verdict)
      if (differs(("decisions with verdict " + std::string(verdict_name(verdict))).c_str(),
                  ("结论为" + std::string(verdict_word(verdict, Language::zh)) + "的决定").c_str(),
                  model_->verdicts[verdict], manifest_->verdicts[verdict]))
        return;
    if (model_->seed != manifest_->seed)
      return bad(c, "the seed of the sample is " + model_->seed + ", the manifest says " + manifest_->seed,
                 "抽样种子为 " + model_->seed + "，清单为 " + manifest_->seed);
    report_.sealed = model_->sealed;
    if (!manifest_->query.customer.empty()) {
      report_.customer_ids = manifest_->query.subjects.size();
      report_.others = model_->others;
    }
    std::string en, zh;
    const auto untold = [&](const std::string& more_en, const std::string& more_zh) {
      en += (en.empty() ? "" : "; ") + more_en;
      zh += (zh.empty() ? "" : "；") + more_zh;
    };
    if (model_->sealed > 0)
      untold(several(model_->sealed, "decision is sealed: it is", "decisions are sealed: they are") +
                 " in the tree, but what was decided is not opened",
             number(model_->sealed) + " 个决定未公开：它们在树中，但内容未打开");
    else if (model_->unreadable > 0)
      untold(several(model_->unreadable, "decision is", "decisions are") + " opened without a verdict that can be read",
             number(model_->unreadable) + " 个决定已公开，但其中没有可读的结论");
    if (report_.customer_ids)
      untold(by_the_banks_word(*report_.customer_ids, report_.others, Language::en),
             by_the_banks_word(*report_.customer_ids, report_.others, Language::zh));
    if (const ReportQuery& query = manifest_->query; !query.alias.empty())
      untold("that " + query.alias + " is " + query.rule + " by another name is the bank's word",
             query.alias + " 与 " + query.rule + " 为同一规则，仅以银行所述为准");
    if (model_->sealed > 0 || model_->unreadable > 0 || report_.others > 0)
      return open(c, std::move(en), std::move(zh));
    good(c);
    c.why_en = std::move(en);
    c.why_zh = std::move(zh);
  }

  // 10
  void page() {
    Claim& c = claim(
        "report.html says what the opened records say, and VERIFY.md how to check them: both were printed again, byte "
        "for "
        "byte.",
        "report.html 与所公开的记录一致，VERIFY.md 载有核验步骤：均已重新生成，逐字节相同。");
    if (!model_) return stands_on(c, 9);
    if (manifest_->version != version())
      return open(c, "they were written by version " + manifest_->version + ", this is " + std::string(version()),
                  "二者由 " + manifest_->version + " 版本生成，本版本为 " + std::string(version()));
    if (*member("VERIFY.md") != kVerifyByHand)
      return bad(c, "VERIFY.md is not the one that Caveat writes", "VERIFY.md 不是 Caveat 写入的内容");
    if (render_html(*model_) != *member("report.html"))
      return bad(c, "the page differs from what the records say", "该页与记录不一致");
    report_.page_checked = true;
    if (!model_->log.checked)
      return open(c, "the page says itself that the log was not checked or was found changed when it was written",
                  "该页自称生成时未验证日志或发现日志被改动");
    good(c);
  }

  // 11
  void closings() {
    Claim& c = claim(
        "Each day that ended within the range was closed, and has as many records by kind, verdict and rule as its "
        "closing record says.",
        "范围内每个已结束的日期均已结账，其记录按类别、结论、规则的数量与日终结账记录一致。");
    if (!opened_good_) return stands_on(c, headers_good_ ? 8 : 6);
    std::optional<std::set<std::string>> without_keys;
    std::uint64_t compared = 0, counts_only = 0, sealed = 0;
    std::optional<std::uint64_t> day_first;  // where the day at hand began; none: before this range
    if (manifest_->first == 0) day_first = 0;
    Days before{};
    for (std::size_t i = 0; i < headers_.size(); ++i) {
      const HeaderView& header = headers_[i];
      const bool closing = header.kind() == Kind::closing;
      // Of the record before a period nobody knows here whether it is the first of its day.
      const Days day = days_of(header.time_us(), 0);
      const bool begins = std::exchange(before, day) != day && i > 0;
      if (!begins && !closing) continue;
      const std::string record = number(header.index());
      if (begins != closing && (i > 0 || manifest_->first == 0))
        return closing ? bad(c, "closing record " + record + " stands within a day",
                             "日终结账记录 " + record + " 位于一日之中")
                       : bad(c, "the day before record " + record + " was not closed: it should be the closing record",
                             "记录 " + record + " 的前一日未结账：此处应为日终结账记录");
      if (!closing) continue;
      const std::optional<std::uint64_t> first = std::exchange(day_first, header.index());
      if (manifest_->query.from && header.time_us() < *manifest_->query.from) continue;  // of a day before the period
      const std::string_view* event = opened_section(i, Section::event);
      if (event == nullptr) {
        if (!without_keys) without_keys = quarters_without_keys();
        if (!without_keys->contains(quarter_of(header.time_us())))
          return bad(c, "closing record " + record + " is not opened", "日终结账记录 " + record + " 未公开");
        ++sealed;
        continue;
      }
      const Result<Event> said = decode_event(Kind::closing, *event);
      if (!said) return bad(c, in_words(said.error()), in_words(said.error(), Language::zh));
      const Closing& closed = std::get<Closing>(*said);
      for (const auto* counts : {&closed.kinds, &closed.verdicts, &closed.rules})
        if (std::any_of(counts->begin(), counts->end(), [](const auto& count) { return count.second == 0; }))
          return bad(c, "closing record " + record + " counts none of something",
                     "日终结账记录 " + record + " 载有为零的计数");
      const IndexRange& records = closed.records;
      if (records.end != header.index() || (first ? records.first != *first : records.first >= manifest_->first))
        return bad(c, "closing record " + record + " closes other records than those of its day",
                   "日终结账记录 " + record + " 所结账的范围不是当日的全部记录");
      if (i > 0 && closed.day != day_of_record(headers_[i - 1].time_us()))
        return bad(c, "closing record " + record + " closes " + closed.day + ", which is not the day before it",
                   "日终结账记录 " + record + " 所结账的日期 " + closed.day + " 不是前一日");
      if (!first) continue;
      const Tally tally = tally_of(records);
      if (const std::string what = differs(closed, tally); !what.empty())
        return bad(c, "the closing record of " + closed.day + " and the records differ: " + what,
                   closed.day + " 的日终结账记录与记录不符：" + what);
      ++compared;
      if (tally.unread > closed.unread) ++counts_only;
    }
    if (sealed > 0)
      return open(c, "the closing records are sealed here: " + number(sealed),
                  "日终结账记录未公开：" + number(sealed) + " 条");
    if (compared == 0)
      return open(c, "no day lies whole within the range, or none was closed yet", "范围内没有完整的已结账日期");
    if (counts_only > 0)
      return open(c,
                  "the numbers of records agree, but decisions of " + number(counts_only) +
                      " days are sealed here, so their verdicts and rules could not be recounted in full",
                  "记录数一致，但有 " + number(counts_only) + " 个日期的决定未公开，其结论与规则无法全部重新清点");
    good(c);
  }

  // Data keys are made anew each quarter, so a set from before it opens nothing of a quarter: neither its decisions nor the records that
  // close its days, the first of which closes the last day of the quarter before.
  static std::string quarter_of(Microseconds time) {
    const std::string day = day_of_record(time);
    return day.substr(0, 5) + std::to_string((std::stoi(day.substr(5, 2)) - 1) / 3);
  }
  std::set<std::string> quarters_without_keys() const {
    std::set<std::string> opened, sealed;
    for (std::size_t i = 0; i < headers_.size(); ++i) {
      const HeaderView& header = headers_[i];
      if (header.kind() == Kind::decision && manifest_->query.covers(header.time_us()) &&
          manifest_->query.is_about(header))
        (opened_sections(i) ? opened : sealed).insert(quarter_of(header.time_us()));
    }
    std::set<std::string> without = sealed;
    const std::string last = headers_.empty() ? "" : quarter_of(headers_.back().time_us());
    if (headers_.size() > 1 && quarter_of(headers_[headers_.size() - 2].time_us()) != last) without.insert(last);
    if (opened.empty() && !sealed.empty())  // with no keys at all
      for (std::size_t i = 0; i < headers_.size(); ++i) without.insert(quarter_of(headers_[i].time_us()));
    for (const std::string& quarter : opened) without.erase(quarter);
    return without;
  }

  // Verdict sections repeat: each spelling is read once and counted as often as it comes.
  Tally tally_of(const IndexRange& records) const {
    std::array<std::uint64_t, 256> others{};
    std::unordered_map<std::string_view, std::uint64_t> decisions;
    std::uint64_t closed = 0;
    for (std::uint64_t index = records.first; index < records.end; ++index) {
      const std::size_t place = index - manifest_->first;
      const std::string_view* verdict = opened_section(place, Section::verdict);
      if (headers_[place].kind() != Kind::decision)
        ++others[static_cast<std::size_t>(headers_[place].kind())];
      else if (verdict == nullptr)
        ++closed;
      else
        ++decisions[*verdict];
    }
    Tally tally;
    for (std::size_t kind = 0; kind < others.size(); ++kind)
      if (others[kind] > 0) tally.count(static_cast<Kind>(kind), nullptr, others[kind]);
    if (closed > 0) tally.count(Kind::decision, nullptr, closed);
    for (const auto& [section, times] : decisions) {
      const Result<VerdictSection> verdict = decode_verdict(section);
      tally.count(Kind::decision, verdict ? &*verdict : nullptr, times);
    }
    return tally;
  }

  // 12
  void receipt() {
    Claim& c = claim(
        "This very export is recorded in the log: its receipt proves the record, and the record says of it what the "
        "manifest says.",
        "本次导出已记入日志：回执证明该记录，且记录所述与本清单一致。");
    if (!members_good_) return stands_on(c, 4);
    if (!options_.receipt)
      return open(c, "its receipt (FILE.zip.receipt) does not lie beside it", "其回执（FILE.zip.receipt）不在旁边");
    const Result<ExportReceipt> said = read_export_receipt(*options_.receipt, *key_);
    if (!said) return bad(c, "the receipt: " + in_words(said.error()), "回执：" + in_words(said.error(), Language::zh));
    const Exported& event = said->event;
    if (event.content != sha256(*member("manifest.json")))
      return bad(c, "the receipt is of another export", "回执属于另一次导出");
    const LogFacts& log = manifest_->log;
    if (said->index < log.size ||
        said->time_us < log.checkpoint_time)  // it would be one of those that the package shows
      return bad(c,
                 "an export is recorded behind its checkpoint of " + number(log.size) +
                     " records, the receipt's is record " + number(said->index) + " of " +
                     format_instant(said->time_us, 0),
                 "导出记录应在其检查点（" + number(log.size) + " 条记录）之后，回执的记录为序号 " +
                     number(said->index) + "，时间 " + format_instant(said->time_us, 0));
    const ReportQuery& query = manifest_->query;
    const Result<SignedNote> noted = parse_note(event.checkpoint);
    const std::string checkpoint = checkpoint_text({.origin = log.origin, .size = log.size, .root = log.root});
    const struct {
      const char *en, *zh;
      std::string recorded, expected;
    } fields[] = {{"query", "查询", event.query, query.in_words(Language::en)},
                  {"checkpoint", "检查点", noted ? noted->text : event.checkpoint, checkpoint},
                  {"seed", "抽样种子", event.seed, manifest_->seed},
                  {"form", "形式", event.form, "zip"},
                  {"recipient", "接收人", event.recipient.value_or(""), query.requested_by},
                  {"purpose", "用途", event.purpose.value_or(""), query.purpose}};
    for (const auto& field : fields)
      if (field.recorded != field.expected)
        return bad(
            c,
            std::string("the record names another ") + field.en + " (" + field.recorded + ") than the manifest (" +
                field.expected + ")",
            std::string("记录所载") + field.zh + "（" + field.recorded + "）与清单（" + field.expected + "）不同");
    if (said->index == log.size && said->before != log.root)
      return bad(c, "the receipt's tree does not go on from the tree of the package",
                 "回执的树并非由证据包的树延续而来");
    good(c);
    if (said->index == log.size) return;
    const std::uint64_t between = said->index - log.size;
    c.why_en = "with " + several(between, "record", "records") +
               " between the checkpoint and it: that both are of one tree is shown by the signature alone";
    c.why_zh = "检查点与该记录之间另有 " + number(between) + " 条记录：二者同属一棵树，仅以签名为证";
  }

  // 13 and on: what no package can show by itself
  void beyond() {
    open(claim("Others were shown the same log.", "其他人看到的是同一份日志。"),
         "that takes a checkpoint that was kept elsewhere: `caveat log verify --checkpoint`",
         "需要在别处保存的检查点：`caveat log verify --checkpoint`");
    open(claim("The times are true.", "所载时间真实。"),
         "times are those of the log's own clock; no time stamp of another is in this package",
         "时间取自日志自身的时钟；本证据包中没有第三方时间戳");
    open(claim("Every answer that was sent had been judged.", "发出的每条回答都经过判定。"),
         "that takes the bot platform's transcript", "需要机器人平台的会话记录");
  }

  static std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

  const MemberViews members_;
  const PackageVerifyOptions& options_;
  PackageReport report_;
  bool whole_ = true, signed_ = false, members_good_ = false, headers_good_ = false, tree_good_ = false,
       opened_good_ = false;
  std::optional<VerifierKey> key_;
  std::optional<Manifest> manifest_;
  std::optional<Checkpoint> checkpoint_;
  Headers headers_;
  std::vector<Digest> leaves_;  // their hashes
  struct Opened {
    static constexpr std::uint32_t kSealed = ~std::uint32_t{0};
    std::uint32_t member = kSealed, begin = 0, count = 0;  // ArchiveLimits hold all of them
  };
  std::vector<Opened> opened_;                      // by place in the range: where its sections are
  std::vector<std::vector<SectionView>> sections_;  // by member
  std::optional<ReportModel> model_;
};

}  // namespace

PackageReport verify_package(std::string_view zip, const PackageVerifyOptions& options) {
  if (std::optional<MemberViews> members = view_archive(zip, options.limits))
    return Verification(std::move(*members), options).run(std::nullopt);
  const Result<Members> members = read_archive(zip, options.limits);
  if (!members) return Verification({}, options).run(members.error());
  return Verification(views(*members), options).run(std::nullopt);
}

PackageReport verify_members(const Members& members, const PackageVerifyOptions& options) {
  return Verification(views(members), options).run(std::nullopt);
}

}  // namespace caveat::audit
