#include "engine/model/scope.h"

#include <algorithm>

namespace caveat::model {

std::string_view sample_of(Kind kind, Language language) {
  const bool zh = language == Language::zh;
  switch (kind) {
    case Kind::source:
      return zh ? "法源 广告法 为 《广告法》 第25条" : "source AD_25 is law \"Advertising Law\" article 25";
    case Kind::scale:
      return zh ? "分级 风险 为 R1 < R2 < R3" : "scale risk is R1 < R2 < R3";
    case Kind::lexicon:
      return zh ? "词表 承诺 为 “保本”、“稳赚”" : "lexicon promises is \"guaranteed\", \"cannot lose\"";
    case Kind::wording:
      return zh ? "话术 风险提示 中文 “投资有风险”" : "wording risk_note en \"Investments carry risk\"";
    case Kind::queue:
      return zh ? "队列 理财顾问" : "queue advisors";
    case Kind::requirement:
      return zh ? "前置要求 双录" : "requirement recording";
    case Kind::parameter:
      return zh ? "参数 大额 100万元" : "parameter large 50_000 CNY";
    case Kind::calendar:
      return zh ? "日历 银行日历" : "calendar bank_days";
    case Kind::data:
      return zh ? "数据 产品目录 主键 产品.编号" : "data catalogue keyed by product.id";
    default:
      return {};
  }
}

std::string_view word_of(Kind kind, Language language) {
  const bool zh = language == Language::zh;
  switch (kind) {
    case Kind::pack:
      return zh ? "规则包" : "pack";
    case Kind::source:
      return zh ? "法源" : "source";
    case Kind::scale:
      return zh ? "分级" : "scale";
    case Kind::group:
      return zh ? "事实组" : "group of facts";
    case Kind::fact:
      return zh ? "事实" : "fact";
    case Kind::level:
      return zh ? "取值" : "level";
    case Kind::choice:
      return zh ? "取值" : "choice";
    case Kind::lexicon:
      return zh ? "词表" : "lexicon";
    case Kind::wording:
      return zh ? "话术" : "wording";
    case Kind::define:
      return zh ? "定义" : "define";
    case Kind::parameter:
      return zh ? "参数" : "parameter";
    case Kind::calendar:
      return zh ? "日历" : "calendar";
    case Kind::queue:
      return zh ? "队列" : "queue";
    case Kind::requirement:
      return zh ? "前置要求" : "requirement";
    case Kind::data:
      return zh ? "数据" : "data set";
    case Kind::topic:
      return zh ? "专题" : "topic";
    case Kind::rule:
      return zh ? "规则" : "rule";
    case Kind::value:
      return zh ? "事实、定义或参数" : "fact, define or parameter";
    case Kind::data_class:
      return zh ? "数据类别" : "data class";
  }
  return {};
}

const Entry* Scope::in_pack(Kind kind, Index pack, std::string_view name) const {
  const auto table = tables_.find({kind, pack});
  if (table == tables_.end()) return nullptr;
  const auto found = table->second.find(name);
  return found == table->second.end() ? nullptr : &kinds_[static_cast<std::size_t>(kind)][found->second];
}

const Entry* Scope::declare(Kind kind, Entry entry) {
  for (const std::string& name : entry.names.all) {
    if (const Entry* earlier = in_pack(kind, entry.pack, name)) return earlier;
  }
  std::vector<Entry>& entries = kinds_[static_cast<std::size_t>(kind)];
  Table& table = tables_[{kind, entry.pack}];
  for (const std::string& name : entry.names.all) table[name] = static_cast<Index>(entries.size());
  entries.push_back(std::move(entry));
  return nullptr;
}

namespace {

std::string qualifier_of(const std::vector<std::string>& path) {
  std::string qualifier = path.front();
  for (std::size_t i = 1; i + 1 < path.size(); ++i) qualifier += "." + path[i];
  return qualifier;
}

}  // namespace

bool Scope::behind_a_misspelt(Index pack, const std::vector<std::string>& path) const {
  return path.size() > 1 && misspelt_.count({pack, qualifier_of(path)}) != 0;
}

Scope::Found Scope::find(Kind kind, Index pack, const std::vector<std::string>& path) const {
  Found found;
  const std::string& name = path.back();
  if (path.size() > 1) {  // qualified by its pack
    const std::string qualifier = qualifier_of(path);
    const auto meant = misspelt_.find({pack, qualifier});
    for (Index other = 0; other < pack_names_.size(); ++other) {
      const std::vector<std::string>& names = pack_names_[other];
      const bool named = std::find(names.begin(), names.end(), qualifier) != names.end();
      if (!named && (meant == misspelt_.end() || meant->second != other)) continue;
      const Entry* entry = in_pack(kind, other, name);
      (sees(pack, other) ? found.entry : found.hidden) = entry;
    }
    return found;
  }
  if (const Entry* own = in_pack(kind, pack, name)) {
    found.entry = own;
    return found;
  }
  if (pack < visible_.size()) {
    for (const Index other : visible_[pack]) {
      const Entry* entry = in_pack(kind, other, name);
      if (entry == nullptr) continue;
      if (found.entry == nullptr) {
        found.entry = entry;
      } else if (found.other == nullptr) {
        found.other = entry;
      }
    }
  }
  for (Index other = 0; found.entry == nullptr && found.hidden == nullptr && other < pack_names_.size(); ++other) {
    found.hidden = in_pack(kind, other, name);
  }
  return found;
}

const Entry* Scope::behind(Kind kind, Index pack, std::string_view name) const {
  if (pack >= visible_.size()) return nullptr;
  for (const Index other : visible_[pack]) {
    if (const Entry* entry = in_pack(kind, other, name)) return entry;
  }
  return nullptr;
}

std::vector<std::string_view> Scope::names(Kind kind, Index pack) const {
  std::vector<std::string_view> out;
  const auto add = [&](Index of) {
    const auto table = tables_.find({kind, of});
    if (table == tables_.end()) return;
    for (const auto& [name, entry] : table->second) out.push_back(name);
  };
  add(pack);
  if (pack < visible_.size()) {
    for (const Index other : visible_[pack]) add(other);
  }
  return out;
}

void Scope::link(std::vector<std::vector<Index>> visible, std::vector<std::vector<std::string>> names) {
  visible_ = std::move(visible);
  pack_names_ = std::move(names);
}

bool Scope::sees(Index pack, Index other) const {
  if (pack == other || other == kNone) return true;
  return pack < visible_.size() && std::binary_search(visible_[pack].begin(), visible_[pack].end(), other);
}

}  // namespace caveat::model
