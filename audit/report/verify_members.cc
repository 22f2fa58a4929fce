// What a package is made of: that it is whole, its manifest, the digests of its members, the checkpoint, the page.
#include <algorithm>
#include <array>
#include <regex>

#include "audit/record/layout.h"
#include "audit/report/html.h"
#include "audit/report/verification.h"
#include "audit/seal/suite.h"
#include "audit/two_lanes.h"
#include "engine/base/version.h"

namespace caveat::audit {

extern const char* const kVerifyByHand;  // by_hand.cc

// 1
void Verification::whole(std::optional<Problem> archive) {
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

// 3
void Verification::manifest() {
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
const char* Verification::never_written(const Manifest& said) {
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
void Verification::digests() {
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
        !name.starts_with("opened/") && !(manifest_->packs && pack_member(name)))
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
void Verification::checkpoint() {
  Claim& c = claim(
      "The checkpoint is signed by the same key, which was the log's at that size, and has the size and root that the "
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

// 10
void Verification::page() {
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
  if (render_html(*model_, PageIs::in_a_package) != *member("report.html"))
    return bad(c, "the page differs from what the records say", "该页与记录不一致");
  report_.page_checked = true;
  if (!model_->log.checked)
    return open(c, "the page says itself that the log was not checked or was found changed when it was written",
                "该页自称生成时未验证日志或发现日志被改动");
  good(c);
}

std::string_view Verification::first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

}  // namespace caveat::audit
