#include "engine/model/checks/zones.h"

#include <algorithm>

#include "engine/base/nearest.h"

namespace caveat::model {

bool use_zone(Work& work, const Item& item, Span span, const std::string& name) {
  std::vector<Zone>& zones = work.model.zones;
  const auto place = std::lower_bound(zones.begin(), zones.end(), name,
                                      [](const Zone& zone, const std::string& wanted) { return zone.name < wanted; });
  if (place != zones.end() && place->name == name) return true;
  std::optional<std::vector<Transition>> transitions = work.zones.find(name);
  if (transitions && !transitions->empty()) {
    zones.insert(place, Zone{name, std::move(*transitions)});
    return true;
  }
  const std::vector<std::string> known = work.zones.names();
  const std::string near(nearest(name, std::span<const std::string>(known)));
  std::string help;
  if (near == name) {
    help = Work::say(item, "Its file on this machine cannot be read. Install tzdata anew.",
                     "本机的该时区文件无法读取，请重新安装 tzdata。");
  } else if (!near.empty()) {
    help = fill(Work::say(item, "Did you mean “{0}”?", "是否指“{0}”？"), {near});
  } else if (known == fixed_zones().names()) {
    help = Work::say(item, "This machine has no zone data but for Asia/Shanghai and UTC. Install tzdata.",
                     "本机只有 Asia/Shanghai 与 UTC 的时区数据，请安装 tzdata。");
  } else {
    help = Work::say(item, "Zones are named as in “Asia/Shanghai”.", "时区的写法如“Asia/Shanghai”。");
  }
  work.report(codes::kUnknownZone, item, span, {name}, std::move(help));
  return false;
}

namespace {

// The line of `pack` that names its zone.
Span zone_line(const Work& work, const Item& item) {
  const std::string_view text = work.text_at(item.decl->span);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::size_t first = std::min(text.find_first_not_of(" \t", begin), end);
    const std::string_view line = text.substr(first, end - first);
    if (line.starts_with("time zone") || line.starts_with("时区")) {
      Span span = item.decl->span;
      span.end = span.begin + static_cast<std::uint32_t>(line.find_last_not_of(" \t\r") + first + 1);
      span.begin += static_cast<std::uint32_t>(first);
      return span;
    }
    begin = end + 1;
  }
  return heading(work, item);
}

}  // namespace

void check_zones(Work& work) {
  for (Index pack = 0; pack < work.model.packs.size(); ++pack) {
    const Item& item = work.pack_items[pack];
    const std::string& name = work.model.packs[pack].time_zone;
    if (!name.empty()) use_zone(work, item, zone_line(work, item), name);
  }
  // A fact may tell any zone (semantics.md 44).
  const bool any = std::any_of(work.model.facts.begin(), work.model.facts.end(), [](const Fact& fact) {
    return fact.type.kind == TypeKind::time_zone ||
           (fact.type.element && fact.type.element->kind == TypeKind::time_zone);
  });
  if (!any) return;
  std::vector<Zone> all;
  for (const std::string& name : work.zones.names()) {
    if (auto transitions = work.zones.find(name)) all.push_back({name, std::move(*transitions)});
  }
  work.model.zones = std::move(all);
}

}  // namespace caveat::model
