// The packs of a package: that they are the ones that decisions were made by, and that files for people say what the declarations say.
#include <map>
#include <set>

#include "audit/report/verification.h"
#include "engine/base/version.h"

namespace caveat::audit {

namespace {

constexpr std::size_t kMostCompiled = 64u << 20;  // bytes of rules in all: the time that a hostile package can take

void add(std::string& to, const std::string& more, const char* between) { to += (to.empty() ? "" : between) + more; }

}  // namespace

// 16, where packs were asked for
void Verification::packs() {
  if (!manifest_ || !manifest_->packs) return;
  Claim& c = claim(
      "The rules that these decisions were made by are in the package (packs/), each pack under the digest that the "
      "records name.",
      "据以作出各决定的规则在证据包中（packs/），各规则包与记录所载摘要一致。");
  if (!model_) return stands_on(c, 9);
  const bool same = std::equal(manifest_->packs->begin(), manifest_->packs->end(), model_->packs.begin(),
                               model_->packs.end(), [](const HeldPack& said, const PackCount& found) {
                                 return said.pack.name == found.pack.name && said.pack.version == found.pack.version &&
                                        said.pack.digest == found.pack.digest;
                               });
  if (!same) return bad(c, "the manifest lists other packs than the records name", "清单所列规则包与记录所载不同");
  std::map<Digest, PackToCompile> here;
  std::string en, zh;
  for (const HeldPack& held : *manifest_->packs) {
    const std::string name = held.pack.name + " " + held.pack.version, path = declarations_member(held.pack.digest);
    if (held.text == PackHeld::missing) {
      add(en, "the text of " + name + " was not at hand", "; ");
      add(zh, name + " 的文本未能取得", "；");
    } else if (held.text == PackHeld::confidential) {
      add(en, name + " has confidential rules and is left out", "; ");
      add(zh, name + " 含有保密规则，未予收入", "；");
    } else {
      const std::string_view* declarations = member(path);
      if (declarations == nullptr) return bad(c, "member " + path + " is missing", "缺少成员 " + path);
      if (sha256(*declarations) != held.pack.digest)
        return bad(c, "member " + path + " has another digest than its name", "成员 " + path + " 的摘要与其名称不符");
      here[held.pack.digest] = {held.pack.name, held.pack.version, {}};
    }
  }
  for (const MemberView& one : members_of("packs/")) {
    const std::optional<PackMember> of = pack_member(one.name);
    const auto pack = of ? here.find(of->digest) : here.end();
    if (pack == here.end())
      return bad(c, "member " + std::string(one.name) + " is of no pack that the manifest says is here",
                 "成员 " + std::string(one.name) + " 不属于清单所称收入的规则包");
    if (of->path) pack->second.files.push_back({*of->path, std::string(one.bytes)});
  }
  Unchecked unchecked;
  if (const std::optional<Refusal> wrong = compile(here, unchecked)) return bad(c, wrong->en, wrong->zh);
  if (!en.empty()) return open(c, std::move(en), std::move(zh));
  good(c);
  if (unchecked.why_en != nullptr) {
    c.why_en = std::string("what the files for people say is not checked: ") + unchecked.why_en;
    c.why_zh = std::string("供阅读的文件未核查：") + unchecked.why_zh;
  }
}

// Packs that one decision was made by hold together, and are compiled together: each once.
std::optional<Refusal> Verification::compile(std::map<Digest, PackToCompile>& here, Unchecked& unchecked) const {
  const auto leave = [&](const char* en, const char* zh) {
    unchecked = {en, zh};
    return std::nullopt;
  };
  if (manifest_->version != version()) return leave("another version wrote the package", "证据包由其他版本生成");
  if (!options_.compile) return leave("no compiler is at hand", "没有可用的编译器");
  std::set<Digest> left;
  for (const auto& [digest, pack] : here) left.insert(digest);
  std::set<std::string_view> seen;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < headers_.size() && !left.empty(); ++i) {
    if (!opened_sections(i)) continue;
    const std::string_view* section = opened_section(i, Section::digests);
    if (section == nullptr || !seen.insert(*section).second) continue;
    const Result<DigestsSection> named = decode_digests(*section);
    if (!named) continue;
    std::vector<PackToCompile> together;
    bool any = false, whole = true;
    for (const PackDigest& pack : named->packs) {
      const auto found = here.find(pack.digest);
      whole = whole && found != here.end() && !found->second.files.empty();
      any = any || left.contains(pack.digest);
      if (whole) together.push_back(found->second);
    }
    if (!any || !whole) continue;
    for (const PackToCompile& pack : together)
      for (const PackFile& file : pack.files) bytes += file.bytes.size();
    if (bytes > kMostCompiled) return leave("they are more than 64 MiB", "其总量超过 64 MiB");
    const std::vector<std::optional<Digest>> found = options_.compile(together);
    std::string wrong;  // where one does not compile, no other of them does
    for (std::size_t k = 0; k < together.size(); ++k) {
      const Digest& digest = named->packs[k].digest;
      left.erase(digest);
      if (k >= found.size() || found[k] != digest) add(wrong, "packs/" + hex(digest) + "/", ", ");
    }
    if (!wrong.empty())
      return Refusal{"the files in " + wrong + " say something else than the digest stands for",
                     wrong + " 中的文件与该摘要所指内容不符"};
  }
  if (!left.empty())
    return leave("files are not there, or lean on a pack that is not", "缺少文件，或其依赖的规则包不在其中");
  return std::nullopt;
}

}  // namespace caveat::audit
