// What a program knows of local time: the zones that packs name, with their transitions, and calendars day by day.
#include <algorithm>
#include <map>

#include "engine/program/passes/draft.h"

namespace caveat::program::passes {

std::vector<std::string> time(Draft& draft) {
  const model::Model& model = draft.model;
  Image& image = draft.image;

  // A model that was made without a book of zones knows those that need none; a pack without a zone takes the offset that
  // the request's `at` was written with.
  std::map<std::string, std::vector<model::Transition>> zones;
  for (const model::Zone& zone : model.zones) zones[zone.name] = zone.transitions;
  for (const model::Pack& pack : model.packs) {
    if (!zones.contains(pack.time_zone)) {
      zones[pack.time_zone] = model::fixed_zones().find(pack.time_zone).value_or(std::vector<model::Transition>{});
    }
  }
  std::vector<std::string> names;
  for (const auto& [name, transitions] : zones) {
    names.push_back(name);
    ZoneRow row;
    row.name = image.str(name);
    row.transitions = {static_cast<std::uint32_t>(image.transitions.size()),
                       static_cast<std::uint32_t>(transitions.size())};
    for (const model::Transition& one : transitions) image.transitions.push_back({one.from, one.offset_minutes, 0});
    image.zones.push_back(row);
  }

  for (const model::Calendar& calendar : model.calendars) {
    CalendarRow row;
    row.name = image.str(calendar.names.first);
    row.from = calendar.from;
    row.to = calendar.to;
    row.pack = calendar.pack;
    row.first_working_day = static_cast<std::uint32_t>(calendar.first_working_day);
    std::vector<std::uint32_t> words((calendar.days.size() + kDaysAWord - 1) / kDaysAWord, 0);
    for (std::size_t day = 0; day < calendar.days.size(); ++day) {
      words[day / kDaysAWord] |= static_cast<std::uint32_t>(calendar.days[day]) << (2 * (day % kDaysAWord));
    }
    row.days = image.list(words);
    image.calendars.push_back(row);
  }
  return names;
}

}  // namespace caveat::program::passes
