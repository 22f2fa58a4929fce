#include "engine/model/checks/zones.h"

#include <algorithm>
#include <array>

#include "engine/base/nearest.h"

namespace caveat::model {

namespace {

// Zones by their abbreviations and cities, as people name them: a zone with nearly these letters is another part of the world.
std::string_view zone_meant_by(std::string_view name) {
  constexpr auto kRows =
      std::to_array<std::pair<std::string_view, std::string_view>>({{"BST", "Europe/London"},
                                                                    {"UK", "Europe/London"},
                                                                    {"London", "Europe/London"},
                                                                    {"CST", "Asia/Shanghai” / “America/Chicago"},
                                                                    {"Beijing", "Asia/Shanghai"},
                                                                    {"Shanghai", "Asia/Shanghai"},
                                                                    {"Asia/Beijing", "Asia/Shanghai"},
                                                                    {"UTC+8", "Asia/Shanghai"},
                                                                    {"GMT+8", "Asia/Shanghai"},
                                                                    {"北京", "Asia/Shanghai"},
                                                                    {"北京时间", "Asia/Shanghai"},
                                                                    {"上海", "Asia/Shanghai"},
                                                                    {"中国", "Asia/Shanghai"},
                                                                    {"HKT", "Asia/Hong_Kong"},
                                                                    {"香港", "Asia/Hong_Kong"},
                                                                    {"SGT", "Asia/Singapore"},
                                                                    {"JST", "Asia/Tokyo"},
                                                                    {"CEST", "Europe/Berlin"},
                                                                    {"EDT", "America/New_York"},
                                                                    {"ET", "America/New_York"},
                                                                    {"New York", "America/New_York"},
                                                                    {"CDT", "America/Chicago"},
                                                                    {"MDT", "America/Denver"},
                                                                    {"PDT", "America/Los_Angeles"},
                                                                    {"PST", "America/Los_Angeles"}});
  const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const auto& each) { return each.first == name; });
  return row == kRows.end() ? std::string_view() : row->second;
}

}  // namespace

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
  const std::string meant(zone_meant_by(name));
  const std::string near = meant.empty() ? std::string(nearest(name, std::span<const std::string>(known))) : meant;
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

namespace {

bool is_time(const Expr& expr) { return expr.type.kind == TypeKind::date || expr.type.kind == TypeKind::instant; }

// Whether it comes out one way or the other by the zone of the pack: what today is, what a wall clock shows, on which day a
// moment lies. A define is one node however often it is used: `seen` holds those that do not.
bool goes_by_days(const Expr& expr, std::unordered_set<const Expr*>& seen) {
  if (!seen.insert(&expr).second) return false;
  switch (expr.op) {
    case Op::today:
    case Op::full_years:
      return true;
    case Op::clock:
      if (expr.args.empty()) return true;
      break;
    case Op::past_more:
    case Op::past_at_least:
    case Op::within_past:
    case Op::within_future: {  // seconds after a moment are the same everywhere
      const Expr& span = *expr.args[1];
      const bool seconds =
          span.op == Op::constant && span.constant.duration.months == 0 && span.constant.duration.working_days == 0;
      if (expr.args[0]->type.kind == TypeKind::date || !seconds) return true;
      break;
    }
    case Op::weekday:
    case Op::working_day:
      if (expr.args[0]->type.kind == TypeKind::instant) return true;
      break;
    case Op::eq:
    case Op::lt:
    case Op::le:
      if (is_time(*expr.args[0]) && is_time(*expr.args[1]) && expr.args[0]->type.kind != expr.args[1]->type.kind)
        return true;
      break;
    case Op::add:
    case Op::sub:
      for (const ExprPtr& arg : expr.args) {
        const bool seconds =
            arg->op == Op::constant && arg->constant.duration.months == 0 && arg->constant.duration.working_days == 0;
        if (expr.type.kind == TypeKind::instant && arg->type.kind == TypeKind::duration && !seconds) return true;
      }
      break;
    default:
      break;
  }
  return std::any_of(expr.args.begin(), expr.args.end(), [&](const ExprPtr& arg) { return goes_by_days(*arg, seen); });
}

// The line with the zone may be among what could not be read.
bool pack_line_lost(const Work& work, Index pack) {
  const auto lost = work.lost.find(pack);
  return lost != work.lost.end() &&
         (lost->second.find("zone") != std::string::npos || lost->second.find("时区") != std::string::npos);
}

// The first thing of the pack that needs to know whose days and clock count, as a reader would name it.
std::string what_goes_by_days(const Work& work, Index pack, const Item& item) {
  const Model& model = work.model;
  std::unordered_set<const Expr*> seen;
  const auto named = [&](Kind kind, const Names& names) {
    return std::string(word_of(kind, item.language())) + " " + std::string(names.in(item.language()));
  };
  for (const Rule& rule : model.rules) {
    if (rule.pack != pack) continue;
    const auto per_day = [](const Effect& effect) { return effect.once == 2; };
    for (const Index source : rule.cites) {  // of another pack, maybe: its day is the rule's that has none
      const LawSource& law = model.sources[source];
      if ((rule.from && law.from == rule.from) || (rule.until && law.until == rule.until))
        return named(Kind::rule, rule.names) + Work::say(item, ", by the days of source ", "（按法源 ") +
               std::string(law.names.in(item.language())) + Work::say(item, ",", " 的施行日期）");
    }
    if (rule.from || rule.until || (rule.when && goes_by_days(*rule.when, seen)) ||
        (rule.unless && goes_by_days(*rule.unless, seen)) || std::any_of(rule.then.begin(), rule.then.end(), per_day) ||
        std::any_of(rule.unknown_effects.begin(), rule.unknown_effects.end(), per_day))
      return named(Kind::rule, rule.names);
  }
  for (const Topic& topic : model.topics) {
    if (topic.pack == pack && topic.condition && goes_by_days(*topic.condition, seen))
      return named(Kind::topic, topic.names);
  }
  for (const Queue& queue : model.queues) {
    if (queue.pack == pack && ((!queue.always && !queue.hours.empty()) || (queue.due && queue.due->months != 0)))
      return named(Kind::queue, queue.names);
  }
  for (const DataSet& set : model.data) {
    if (set.pack == pack && set.review_by) return named(Kind::data, set.names);
  }
  return {};
}

}  // namespace

// A pack without a zone has no days: those of the offset in which each caller happens to write `at` would make two answers
// of one moment (contracts.md 14, semantics.md 4).
void check_days(Work& work) {
  for (Index pack = 0; pack < work.model.packs.size(); ++pack) {
    if (!work.model.packs[pack].time_zone.empty() || pack_line_lost(work, pack)) continue;
    const Item& item = work.pack_items[pack];
    const std::string what = what_goes_by_days(work, pack, item);
    if (what.empty()) continue;
    work.report(codes::kZoneMissing, item, heading(work, item), {work.model.packs[pack].names.first, what},
                Work::say(item, "Give the pack a line: time zone \"Asia/Shanghai\"",
                          "请在规则包中加一行：时区 “Asia/Shanghai”"));
  }
}

}  // namespace caveat::model
