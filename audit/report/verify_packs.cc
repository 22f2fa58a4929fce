// The packs of a package: that they are the ones that decisions were made by, and that files for people say what the declarations say.
#include <map>
#include <set>

#include "audit/report/verification.h"
#include "engine/base/version.h"

namespace caveat::audit {

namespace {

constexpr std::size_t kMostCompiled = 8u << 20;  // bytes of rules in all: the time that a hostile package can take

void add(std::string& to, const std::string& more, const char* between) { to += (to.empty() ? "" : between) + more; }
void add(Refusal& to, const Refusal& more) {
  add(to.en, more.en, "; ");
  add(to.zh, more.zh, "；");
}

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
  Refusal open_for;
  for (const HeldPack& held : *manifest_->packs) {
    const std::string name = held.pack.name + " " + held.pack.version, path = declarations_member(held.pack.digest);
    if (held.text == PackHeld::missing) {
      add(open_for, {"the text of " + name + " was not at hand", name + " 的文本未能取得"});
    } else if (held.text == PackHeld::confidential) {
      add(open_for, {name + " has confidential rules and is left out", name + " 含有保密规则，未予收入"});
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
  if (manifest_->packs->empty())
    return model_->sealed > 0 ? open(c, "no decision of it is opened", "其中没有已打开的决定")
                              : open(c, "no decision is in it", "其中没有决定");
  Refusal unchecked;
  if (const std::optional<Refusal> wrong = compile(here, unchecked)) return bad(c, wrong->en, wrong->zh);
  if (!here.empty() && !unchecked.en.empty())
    add(open_for,
        {"what the files for people say is not checked: " + unchecked.en, "供阅读的文件未核查：" + unchecked.zh});
  report_.packs_checked = open_for.en.empty();
  if (!open_for.en.empty()) return open(c, std::move(open_for.en), std::move(open_for.zh));
  good(c);
  c.why_en = "their comments and examples are no part of a digest, and nobody vouches for them";
  c.why_zh = "其中的注释与示例不计入摘要，无从担保";
}

// Packs that one decision was made by hold together, and are compiled together: each once.
std::optional<Refusal> Verification::compile(const std::map<Digest, PackToCompile>& here, Refusal& unchecked) const {
  const auto leave = [&](const char* en, const char* zh) {
    add(unchecked, {en, zh});
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
    if (bytes > kMostCompiled) return leave("they are more than 8 MiB", "其总量超过 8 MiB");
    const CompiledPacks found = options_.compile(together);
    const auto name_of = [&](const CompiledPacks::File& file) {
      const Digest& digest = named->packs[file.pack].digest;
      return file_member(digest, file.path).value_or("packs/" + hex(digest) + "/");
    };
    if (found.mistake) {
      Refusal wrong{"the files of these packs do not compile together", "这些规则包的文件无法一并编译"};
      if (!found.mistake->path.empty()) {
        wrong.en += ": the first error is in " + name_of(*found.mistake);
        wrong.zh += "：首个错误位于 " + name_of(*found.mistake);
      }
      return wrong;
    }
    std::string wrong;
    for (std::size_t k = 0; k < together.size(); ++k) {
      const Digest& digest = named->packs[k].digest;
      left.erase(digest);
      if (k >= found.digests.size() || found.digests[k] != digest) add(wrong, "packs/" + hex(digest) + "/", ", ");
    }
    if (!wrong.empty())
      return Refusal{"the files in " + wrong + " say something else than the digest stands for",
                     wrong + " 中的文件与该摘要所指内容不符"};
    if (!found.unread.empty() && unchecked.en.empty()) {
      const std::string name = name_of(found.unread.front());
      unchecked = {"member " + name + " is neither a rule file nor a word list that one names",
                   "成员 " + name + " 既非规则文件，也非其所引用的词表"};
    }
  }
  if (!left.empty())
    return leave("files are not there, or lean on a pack that is not", "缺少文件，或其依赖的规则包不在其中");
  return std::nullopt;
}

}  // namespace caveat::audit
