#include "engine/model/scope.h"

#include <algorithm>

namespace caveat::model {

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

Scope::Found Scope::find(Kind kind, Index pack, const std::vector<std::string>& path) const {
  Found found;
  const std::string& name = path.back();
  if (path.size() > 1) {  // qualified by its pack
    std::string qualifier = path.front();
    for (std::size_t i = 1; i + 1 < path.size(); ++i) qualifier += "." + path[i];
    for (Index other = 0; other < pack_names_.size(); ++other) {
      const std::vector<std::string>& names = pack_names_[other];
      if (std::find(names.begin(), names.end(), qualifier) == names.end()) continue;
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

namespace {

std::u32string points_of(std::string_view utf8) {
  std::u32string out;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t point = size == 1 ? lead : lead & (0xFFu >> (size + 1));
    for (std::size_t k = 1; k < size && i + k < utf8.size(); ++k) {
      point = point << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3Fu);
    }
    if (point >= 'A' && point <= 'Z') point += 'a' - 'A';
    out.push_back(point);
    i += size;
  }
  return out;
}

// Optimal string alignment (a swap of neighbours is one step), given up beyond `most`.
std::size_t distance(const std::u32string& a, const std::u32string& b, std::size_t most) {
  std::vector<std::size_t> before(b.size() + 1), row(b.size() + 1), above(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > most) return most + 1;
    before = above;
    above = row;
  }
  return above[b.size()];
}

}  // namespace

std::string nearest(std::string_view written, const std::vector<std::string_view>& names) {
  const std::u32string word = points_of(written);
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::string_view name;
  for (const std::string_view candidate : names) {
    const std::u32string other = points_of(candidate);
    const std::size_t gap = other.size() > word.size() ? other.size() - word.size() : word.size() - other.size();
    if (gap >= best && !(gap == best && candidate < name)) continue;
    if (word.size() < 2 && other.size() < 2) continue;  // two different letters are not near
    const std::size_t steps = distance(word, other, best);
    if (steps < best || (steps == best && !name.empty() && candidate < name)) {
      best = steps;
      name = candidate;
    }
  }
  return std::string(name);
}

}  // namespace caveat::model
