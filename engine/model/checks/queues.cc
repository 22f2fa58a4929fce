// Queues, calendars, requirements: where a person is reached, when, and what holds a turn until it is met.
#include <algorithm>
#include <array>

#include "engine/base/units.h"
#include "engine/model/checks/texts.h"
#include "engine/syntax/mistakes.h"

namespace caveat::model {
namespace {

constexpr std::int32_t kDaySeconds = 86'400;

bool duration_of(Work& work, const Item& item, const std::optional<syntax::Literal>& literal,
                 std::optional<Duration>& out) {
  if (!literal) return true;
  if (literal->kind != syntax::LiteralKind::duration) {
    work.report(codes::kWrongType, item, heading(work, item),
                {describe_kind(TypeKind::duration, item.language()), literal->number.to_string()});
    return false;
  }
  out = literal->duration;
  return true;
}

struct Pair {
  std::string_view en, zh;
};
constexpr std::array<Pair, 5> kProofs = {{{"consent", "同意"},
                                          {"identity", "身份核验"},
                                          {"second_factor", "二次验证"},
                                          {"confirmation", "确认"},
                                          {"fact", "事实"}}};
constexpr std::array<Pair, 4> kScopes = {
    {{"answer", "回答"}, {"product", "产品"}, {"purpose", "用途"}, {"conversation", "会话"}}};

// The English name of a word of a closed list, as what it is kept by.
template <std::size_t N>
void add_word(Work& work, const Item& item, const syntax::Word& word, const std::array<Pair, N>& list,
              std::string_view en, std::string_view zh, std::vector<std::string>& out) {
  for (const Pair& pair : list) {
    if (word.text == pair.en || word.text == pair.zh) {
      out.emplace_back(pair.en);
      return;
    }
  }
  std::string known;
  for (const Pair& pair : list) {
    known += (known.empty() ? "" : Work::say(item, ", ", "、")) +
             std::string(item.language() == Language::zh ? pair.zh : pair.en);
  }
  work.report(codes::kUnknownName, item, word.span, {Work::say(item, en, zh), word.text},
              Work::say(item, "There is: ", "现有：") + known);
}

}  // namespace

void check_calendars(Work& work) {
  for (const Item& item : work.all<syntax::CalendarDecl>()) {
    const auto& decl = item.as<syntax::CalendarDecl>();
    Calendar calendar;
    calendar.names = names_of(decl.names);
    calendar.pack = item.pack;
    if (!decl.file.empty()) work.not_yet(item, heading(work, item), "a calendar from a file", "取自文件的日历");
    constexpr Days kMost = 366 * 60;
    if (decl.covers && decl.covers->from <= decl.covers->to && decl.covers->to - decl.covers->from < kMost) {
      calendar.from = decl.covers->from;
      calendar.to = decl.covers->to;
      calendar.first_working_day = decl.first_working_day;
      const auto within = [&](const syntax::DateRange& range, Days day) {
        return range.from <= day && day <= range.to;
      };
      const auto listed = [&](const std::vector<syntax::DateRange>& ranges, Days day) {
        return std::any_of(ranges.begin(), ranges.end(),
                           [&](const syntax::DateRange& range) { return within(range, day); });
      };
      for (Days day = calendar.from; day <= calendar.to; ++day) {
        const int weekday = weekday_of(day);
        const bool usual = decl.first_working_day <= decl.last_working_day
                               ? decl.first_working_day <= weekday && weekday <= decl.last_working_day
                               : weekday >= decl.first_working_day || weekday <= decl.last_working_day;
        calendar.days.push_back(listed(decl.open, day)     ? DayKind::opened
                                : listed(decl.closed, day) ? DayKind::closed
                                : usual                    ? DayKind::working
                                                           : DayKind::off);
      }
      const auto later = [](const Span& a, const Span& b) { return a.begin < b.begin; };
      for (const syntax::DateRange& closed : decl.closed) {
        for (const syntax::DateRange& open : decl.open) {
          const Days first = std::max(closed.from, open.from);
          if (first > std::min(closed.to, open.to)) continue;
          work.report(codes::kContradiction, item, std::max(closed.span, open.span, later),
                      {Work::say(item, "closed ", "放假 ") + format_date(first),
                       Work::say(item, "open ", "上班 ") + format_date(first)});
        }
      }
      for (const auto* ranges : {&decl.closed, &decl.open}) {
        for (const syntax::DateRange& range : *ranges) {
          for (const Days day : {range.from, range.to}) {
            if (within(*decl.covers, day)) continue;
            work.report(codes::kNotCovered, item, range.span, {format_date(day), calendar.names.first});
            break;
          }
        }
      }
    } else if (decl.covers && decl.covers->from <= decl.covers->to) {
      work.report(codes::kTooMany, item, heading(work, item),
                  {Work::say(item, "days of calendar ", "日历的天数：") + calendar.names.first,
                   std::to_string(decl.covers->to - decl.covers->from + 1), std::to_string(kMost)});
    } else if (!decl.covers && decl.file.empty() && item.decl->lost.empty()) {  // of its order the parser has spoken
      work.report(codes::kMissingClause, item, heading(work, item),
                  {Work::say(item, "Calendar ", "日历 ") + calendar.names.first, Work::say(item, "covers", "覆盖")},
                  syntax::clause_as_written("calendar", "covers").in(item.language()));
    }
    work.model.calendars.push_back(std::move(calendar));
  }
}

void check_requirements(Work& work) {
  for (const Item& item : work.all<syntax::RequirementDecl>()) {
    const auto& decl = item.as<syntax::RequirementDecl>();
    Requirement requirement;
    requirement.names = names_of(decl.names);
    requirement.pack = item.pack;
    asked_text(work, item, decl.ask, requirement.ask, requirement.ask_pieces);
    if (requirement.ask.empty() && item.decl->lost.empty()) {
      work.report(codes::kCannotAsk, item, decl.names.first.span, {requirement.names.first},
                  Work::say(item, "Add a line: ask \"…\"", "请加一行：询问 “…”"));
    }
    for (const syntax::Word& word : decl.proofs)
      add_word(work, item, word, kProofs, "proof", "凭证", requirement.proofs);
    for (const syntax::Word& word : decl.scopes)
      add_word(work, item, word, kScopes, "scope", "范围", requirement.scopes);
    requirement.from = words_of(decl.from);
    duration_of(work, item, decl.valid_for, requirement.valid_for);
    work.model.requirements.push_back(std::move(requirement));
  }
}

void check_queues(Work& work) {
  for (const Item& item : work.all<syntax::QueueDecl>()) {
    const auto& decl = item.as<syntax::QueueDecl>();
    Queue queue;
    queue.names = names_of(decl.names);
    queue.pack = item.pack;
    queue.title = text_of(decl.title);
    queue.say = text_of(decl.say);
    queue.when_closed_say = text_of(decl.when_closed_say);
    cut_texts(work, item, decl.say, queue.say_pieces);
    cut_texts(work, item, decl.when_closed_say, queue.when_closed_pieces);
    const std::string whom = Work::say(item, "a queue", "队列");
    if (!decl.say.empty()) refuse_match(work, item, decl.say.front().span, queue.say_pieces, whom);
    if (!decl.when_closed_say.empty()) {
      refuse_match(work, item, decl.when_closed_say.front().span, queue.when_closed_pieces, whom);
    }
    queue.always = decl.always || decl.hours.empty();
    for (const syntax::Hours& hours : decl.hours) {
      for (int day = hours.first_day;; day = day % 7 + 1) {
        for (const syntax::TimeRange& range : hours.ranges) {
          const std::int32_t past_midnight = range.to < range.from ? kDaySeconds : 0;
          queue.hours.push_back({static_cast<std::uint8_t>(day), range.from, range.to + past_midnight});
        }
        if (day == hours.last_day) break;
      }
    }
    std::sort(queue.hours.begin(), queue.hours.end(), [](const HoursSpan& a, const HoursSpan& b) {
      return std::tuple(a.day, a.from, a.to) < std::tuple(b.day, b.from, b.to);
    });
    if (!item.decl->lost.empty()) work.calendar_lost.insert(static_cast<Index>(work.model.queues.size()));
    if (decl.calendar) {
      if (const Entry* calendar = work.resolve(Kind::calendar, item, *decl.calendar)) queue.calendar = calendar->index;
      if (queue.calendar == kNone) work.calendar_lost.insert(static_cast<Index>(work.model.queues.size()));
    }
    if (decl.overflow_to) {
      if (const Entry* overflow = work.resolve(Kind::queue, item, *decl.overflow_to))
        queue.overflow_to = overflow->index;
    }
    if (decl.priority) queue.priority = static_cast<Priority>(*decl.priority);
    duration_of(work, item, decl.due, queue.due);
    if (queue.due && queue.due->working_days != 0 && !decl.calendar && item.decl->lost.empty()) {
      work.report(codes::kNoQueueCalendar, item, decl.names.first.span, {queue.names.first},
                  Work::say(item, "Give the queue a line: calendar NAME", "请为队列加一行：日历 名称"));
    }
    queue.skills = words_of(decl.skills);
    queue.languages = words_of(decl.languages);
    queue.call_back = decl.call_back;
    work.model.queues.push_back(std::move(queue));
  }
  // A queue that overflows into itself, however far round, leads nowhere; told once a circle, at its first queue.
  const std::vector<Item> items = work.all<syntax::QueueDecl>();
  const std::vector<Queue>& queues = work.model.queues;
  std::vector<Index> met(queues.size(), kNone);  // by the walk that began there
  for (Index begin = 0; begin < queues.size(); ++begin) {
    Index at = begin;
    for (; at != kNone && met[at] == kNone; at = queues[at].overflow_to) met[at] = begin;
    if (at == kNone || met[at] != begin) continue;
    Index first = at;
    for (Index next = queues[at].overflow_to; next != at; next = queues[next].overflow_to)
      first = std::min(first, next);
    std::string shown = queues[first].names.first;
    Index next = first;
    do {
      next = queues[next].overflow_to;
      shown += " → " + queues[next].names.first;
    } while (next != first);
    work.report(codes::kOverflowCycle, items[first], items[first].as<syntax::QueueDecl>().names.first.span,
                {queues[first].names.first, shown});
  }
}

}  // namespace caveat::model
