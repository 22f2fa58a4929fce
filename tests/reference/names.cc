#include "tests/reference/names.h"

#include <algorithm>

namespace caveat::twin {
namespace {

struct BuiltIn {
  const char *en, *zh;
  std::vector<std::pair<const char*, const char*>> texts;
};
const std::vector<BuiltIn>& built_in() {
  static const std::vector<BuiltIn> kAll = {
      {"customer", "客户", {{"id", "编号"}}},   {"product", "产品", {{"id", "编号"}}},
      {"action", "操作", {{"name", "名称"}}},   {"answer", "回答", {{"text", "文本"}}},
      {"message", "消息", {{"text", "文本"}}},  {"outreach", "触达", {{"text", "文本"}}},
      {"material", "素材", {{"text", "文本"}}}, {"recommendation", "推荐", {}}};
  return kAll;
}

bool among(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::string dotted(const syntax::Path& path) {
  std::string out;
  for (const syntax::Word& part : path.parts) out += (out.empty() ? "" : ".") + part.text;
  return out;
}

std::vector<std::string> all_names(const syntax::Names& names) {
  std::vector<std::string> all = {names.first.text};
  for (const syntax::Word& also : names.also) all.push_back(also.text);
  return all;
}

bool Fact::assessed() const {
  return std::any_of(told.begin(), told.end(), [](const Told& one) { return one.fact->assessed; });
}
bool Fact::askable() const {
  return std::any_of(told.begin(), told.end(), [](const Told& one) { return !one.fact->ask.empty(); });
}

Book::Book(const std::vector<std::vector<const syntax::File*>>& packs, Zones zones) : zones_(std::move(zones)) {
  for (const auto& files : packs) {
    Pack& pack = packs_.emplace_back();
    for (const syntax::File* file : files) {
      for (const syntax::Decl& decl : file->declarations) {
        pack.all.push_back(&decl);
        if (const auto* head = std::get_if<syntax::PackDecl>(&decl.body)) {
          pack.decl = head;
          pack.name = dotted(head->name);
        }
        std::visit(
            [&](const auto& body) {
              if constexpr (requires { body.names; })
                for (const std::string& name : all_names(body.names)) pack.named[name].push_back(&decl);
            },
            decl.body);
      }
    }
  }
  std::sort(packs_.begin(), packs_.end(), [](const Pack& a, const Pack& b) { return a.name < b.name; });
  for (Pack& pack : packs_) {
    for (const syntax::Decl* decl : pack.all) {
      const auto* use = std::get_if<syntax::UseDecl>(&decl->body);
      for (int other = 0; use && other < static_cast<int>(packs_.size()); ++other)
        if (packs_[static_cast<std::size_t>(other)].name == dotted(use->pack)) pack.uses.insert(other);
    }
    pack.sees = pack.uses;
  }
  for (std::size_t round = 0; round < packs_.size(); ++round)
    for (Pack& pack : packs_)
      for (const int near : std::set<int>(pack.sees))
        for (const int far : packs_[static_cast<std::size_t>(near)].uses) pack.sees.insert(far);

  for (const BuiltIn& group : built_in()) {
    groups_[group.en] = groups_[group.zh] = group.en;
    for (const auto& [en, zh] : group.texts) add_fact(group.en, en, {en, zh});
  }
  for (int pack = 0; pack < static_cast<int>(packs_.size()); ++pack)
    for (const syntax::Decl* decl : packs_[static_cast<std::size_t>(pack)].all)
      if (const auto* group = std::get_if<syntax::FactsDecl>(&decl->body)) add_group(pack, *group);
}

Fact& Book::add_fact(const std::string& part, const std::string& first, const std::vector<std::string>& names) {
  const auto known = fact_at_.find(part + "." + first);
  const std::size_t at = known == fact_at_.end() ? facts_.size() : known->second;
  if (at == facts_.size()) facts_.push_back({part + "." + first, part, {}});
  for (const std::string& name : names) fact_at_.emplace(part + "." + name, at);
  return facts_[at];
}

void Book::add_group(int pack, const syntax::FactsDecl& group) {
  std::string part = group.names.first.text;
  for (const std::string& name : all_names(group.names))
    if (const auto known = groups_.find(name); known != groups_.end()) part = known->second;
  for (const std::string& name : all_names(group.names)) groups_[name] = part;
  for (const syntax::FactDecl& member : group.members)
    add_fact(part, member.names.first.text, all_names(member.names)).told.push_back({&group, &member, pack});
}

const Fact* Book::fact_at(const std::string& path) const {
  const auto found = fact_at_.find(path);
  return found == fact_at_.end() ? nullptr : &facts_[found->second];
}

const Fact* Book::fact(const syntax::Path& path) const {
  if (path.parts.size() != 2) return nullptr;
  const auto group = groups_.find(path.parts[0].text);
  return group == groups_.end() ? nullptr : fact_at(group->second + "." + path.parts[1].text);
}

std::string Book::text_part(const syntax::Path& path) const {
  if (path.parts.size() != 1) return {};
  const auto group = groups_.find(path.parts[0].text);
  return group == groups_.end() ? std::string() : group->second;
}

std::optional<int> Book::position(const Fact& of, const std::string& name) const {
  for (const Fact::Told& told : of.told) {
    const syntax::TypeExpr* type = &told.fact->type;
    if (type->name == syntax::TypeName::list) type = type->element.get();
    int at = 0;
    if (type->name == syntax::TypeName::one_of) {
      for (const syntax::Names& choice : type->choices) {
        if (among(all_names(choice), name)) return at;
        ++at;
      }
    }
    if (type->name == syntax::TypeName::scale) {
      for (const syntax::Level& level : find<syntax::ScaleDecl>(type->scale, told.pack).first->levels) {
        for (const syntax::Word& each : level.names)
          if (each.text == name) return at;
        ++at;
      }
    }
  }
  return std::nullopt;
}

std::optional<int> Book::offset(const std::string& zone, long long at) const {
  const auto found = zones_.find(zone);
  if (found == zones_.end()) return std::nullopt;
  std::optional<int> minutes;
  for (const auto& [from, east] : found->second)
    if (at >= from) minutes = east;
  return minutes;
}

std::optional<bool> Book::works(int pack, long day) const {
  const syntax::CalendarDecl* calendar = nullptr;
  std::vector<int> where = {pack};
  const std::set<int>& sees = packs_[static_cast<std::size_t>(pack)].sees;
  where.insert(where.end(), sees.begin(), sees.end());
  for (const int each : where)
    for (const syntax::Decl* decl : packs_[static_cast<std::size_t>(each)].all)
      if (const auto* one = std::get_if<syntax::CalendarDecl>(&decl->body); one && !calendar) calendar = one;
  if (!calendar || !calendar->covers || day < calendar->covers->from || day > calendar->covers->to) return std::nullopt;
  const auto in = [&](const std::vector<syntax::DateRange>& ranges) {
    return std::any_of(ranges.begin(), ranges.end(), [&](const auto& one) { return one.from <= day && day <= one.to; });
  };
  if (in(calendar->open)) return true;
  if (in(calendar->closed)) return false;
  const long weekday = ((day + 3) % 7 + 7) % 7 + 1;  // the first day of 1970 was a Thursday
  return calendar->first_working_day <= weekday && weekday <= calendar->last_working_day;
}

}  // namespace caveat::twin
