#include "engine/decide/evaluate.h"

#include <algorithm>

#include "engine/decide/working_days.h"
#include "engine/program/image.h"
#include "engine/program/keys.h"
#include "engine/text/scan.h"

namespace caveat::decide {

using program::Node;
using program::NodeCode;
using program::SlotRow;
using program::SlotType;

namespace {

constexpr std::int64_t kDaySeconds = 86'400;
constexpr Microseconds kSecond = 1'000'000;

Value unknown(Cause cause) {
  Value value;
  value.state = Request::kUnknown;
  value.cause = cause;
  return value;
}

Value known(SlotType type, const Decimal& number, std::string_view currency = {}) {
  Value value;
  value.state = Request::kKnown;
  value.type = type;
  value.number = number;
  value.currency = currency;
  return value;
}

// An absent operand makes the whole absent (its conditions are false), an unknown one makes it unknown.
const Value* unusable(const Value& a, const Value& b) {
  if (a.state == Request::kAbsent) return &a;
  if (b.state == Request::kAbsent) return &b;
  if (a.state == Request::kUnknown) return &a;
  if (b.state == Request::kUnknown) return &b;
  return nullptr;
}

class Arithmetic {
 public:
  explicit Arithmetic(const Setting& setting) : s_(setting) {}

  // `value` moved by `by`, forward or back; what cannot be said is unknown with its cause.
  Value moved(const Value& value, const Duration& by, int sign, std::uint32_t calendar) const {
    const Value plain = moved_plainly(value, by, sign);
    if (plain.state != Request::kKnown || by.working_days == 0) return plain;
    const Days day = whole_day(plain);
    const std::optional<Days> to = WorkingDays(*s_.program, calendar).moved(day, sign * by.working_days);
    if (!to) return unknown(Cause::uncovered);
    if (plain.type == SlotType::date) return known(SlotType::date, Decimal(std::int64_t{*to}));
    const Microseconds at = plain.number.as_int64().value_or(0);
    return known(SlotType::instant, Decimal(at + (std::int64_t{*to} - day) * kDaySeconds * kSecond));
  }

  // Minutes east of UTC in the pack's zone at that instant.
  std::int32_t offset(Microseconds at) const {
    return at == s_.request->at() ? s_.offset_minutes
                                  : s_.program->offset_minutes(s_.pack, at, s_.request->at_offset());
  }
  Days whole_day(const Value& value) const {
    const std::int64_t number = value.number.as_int64().value_or(0);
    return value.type == SlotType::instant ? days_of(number, offset(number)) : static_cast<Days>(number);
  }

  Value moved_plainly(const Value& value, const Duration& by, int sign) const {
    const auto number = value.number.as_int64();
    if (!number || !in_reach(by)) return unknown(Cause::overflow);
    if (value.type == SlotType::date) {
      if (by.seconds % kDaySeconds != 0) return unknown(Cause::spans);
      std::int64_t day = *number;
      if (by.months != 0) day = add_months(static_cast<Days>(day), sign * by.months);
      day += sign * (by.seconds / kDaySeconds);
      if (day > 10'000'000 || day < -10'000'000) return unknown(Cause::overflow);
      return known(SlotType::date, Decimal(day));
    }
    if (value.type != SlotType::instant) return unknown(Cause::unsupported);
    Microseconds at = *number;
    if (by.months != 0) {
      const Days day = days_of(at, offset(at));
      const std::int64_t days = std::int64_t{add_months(day, sign * by.months)} - day;
      if (__builtin_add_overflow(at, days * kDaySeconds * kSecond, &at)) return unknown(Cause::overflow);
    }
    if (__builtin_add_overflow(at, sign * by.seconds * kSecond, &at)) return unknown(Cause::overflow);
    return known(SlotType::instant, Decimal(at));
  }

  // A span with so many microseconds more: whole seconds, and what lies beyond.
  static Value carried(Value span, std::int64_t microseconds) {
    const std::int64_t beyond = (microseconds % kSecond + kSecond) % kSecond;
    if (__builtin_add_overflow(span.duration.seconds, (microseconds - beyond) / kSecond, &span.duration.seconds))
      return unknown(Cause::overflow);
    span.beyond = beyond;
    return span;
  }

  Value add(const Value& a, const Value& b, bool subtract, std::uint32_t calendar) const {
    if (const Value* bad = unusable(a, b)) return *bad;
    const bool a_time = a.type == SlotType::date || a.type == SlotType::instant;
    const bool b_time = b.type == SlotType::date || b.type == SlotType::instant;
    if (a_time && b.type == SlotType::duration) {
      Value result = moved(a, b.duration, subtract ? -1 : 1, calendar);
      if (b.beyond == 0 || result.state != Request::kKnown) return result;
      if (a.type == SlotType::date) return unknown(Cause::spans);
      const auto there = subtract ? result.number.minus(Decimal(b.beyond)) : result.number.plus(Decimal(b.beyond));
      return there ? known(SlotType::instant, *there) : unknown(Cause::overflow);
    }
    if (b_time && a.type == SlotType::duration && !subtract) return add(b, a, false, calendar);
    if (a.type == SlotType::duration && b.type == SlotType::duration) {
      Value result = a;
      const int sign = subtract ? -1 : 1;
      if (__builtin_add_overflow(a.duration.seconds, sign * b.duration.seconds, &result.duration.seconds) ||
          __builtin_add_overflow(a.duration.months, sign * b.duration.months, &result.duration.months) ||
          __builtin_add_overflow(a.duration.working_days, sign * b.duration.working_days,
                                 &result.duration.working_days)) {
        return unknown(Cause::overflow);
      }
      return carried(result, a.beyond + sign * b.beyond);
    }
    if (a_time && b_time) {
      if (!subtract || a.type != b.type) return unknown(Cause::unsupported);
      const auto difference = a.number.minus(b.number);
      const auto whole = difference ? difference->as_int64() : std::nullopt;
      if (!whole) return unknown(Cause::overflow);
      Value result = known(SlotType::duration, Decimal());
      if (a.type == SlotType::instant) return carried(result, *whole);
      result.duration.seconds = *whole * kDaySeconds;
      return result;
    }
    if (a.currency != b.currency) return unknown(Cause::currencies);
    const auto sum = subtract ? a.number.minus(b.number) : a.number.plus(b.number);
    return sum ? known(a.type, *sum, a.currency) : unknown(Cause::overflow);
  }

  Value multiply(const Value& a, const Value& b) const {
    if (const Value* bad = unusable(a, b)) return *bad;
    if (!a.currency.empty() && !b.currency.empty()) return unknown(Cause::unsupported);
    // Of a percentage it is that many times as much; a part of something is `share_of`.
    const auto product = a.number.times(b.number);
    if (!product) return unknown(Cause::overflow);
    const Value& kind = !b.currency.empty() || a.type == SlotType::percent ? b : a;
    return known(kind.type == SlotType::integer ? SlotType::decimal : kind.type, *product, kind.currency);
  }

  Value divide(const Value& a, const Value& b, bool as_percent) const {
    if (const Value* bad = unusable(a, b)) return *bad;
    if ((as_percent || !b.currency.empty()) && a.currency != b.currency) return unknown(Cause::currencies);
    if (b.number == Decimal()) return unknown(Cause::division);
    auto top = std::optional<Decimal>(a.number);
    if (as_percent) top = a.number.times(Decimal(100));
    const auto quotient = top ? top->divided_by(b.number) : std::nullopt;
    if (!quotient) return unknown(Cause::overflow);
    if (as_percent) return known(SlotType::percent, *quotient);
    const bool ratio = a.type == b.type && a.type != SlotType::integer && a.currency == b.currency;
    return ratio ? known(SlotType::decimal, *quotient)
                 : known(a.type == SlotType::integer ? SlotType::decimal : a.type, *quotient, a.currency);
  }

  Value share_of(const Value& share, const Value& of) const {
    if (const Value* bad = unusable(share, of)) return *bad;
    const auto product = share.number.times(of.number);
    const auto part = product ? product->divided_by(Decimal(100)) : std::nullopt;
    return part ? known(of.type == SlotType::integer ? SlotType::decimal : of.type, *part, of.currency)
                : unknown(Cause::overflow);
  }

  Value full_years(const Value& since) const {
    if (since.state != Request::kKnown) return since;
    const auto number = since.number.as_int64();
    if (!number) return unknown(Cause::overflow);
    const Days day = whole_day(since);
    if (day > s_.today) return unknown(Cause::future);
    std::int64_t years = (s_.today - day) / 365;
    while (add_months(day, static_cast<std::int32_t>(years * 12)) > s_.today) --years;
    return known(SlotType::integer, Decimal(years));
  }

  // Working days are counted between the two days alone, so that a calendar need cover nothing beyond them.
  Kleene past_working_days(NodeCode code, Days when, std::int32_t n, std::uint32_t calendar, Cause& cause) const {
    const WorkingDays days(*s_.program, calendar);
    const bool future = code == NodeCode::within_future;
    if (future && when < s_.today) return Kleene::no;
    if (!future && when > s_.today) {
      cause = Cause::future;
      return Kleene::unknown;
    }
    // Whether the nth working day after the earlier one lies before the later one, or (at least) on it.
    const Days from = future ? s_.today : when, to = future ? when : s_.today;
    if (n == 0) {
      const bool later = to > from;
      return kleene(code == NodeCode::past_more ? later : code == NodeCode::past_at_least ? true : !later);
    }
    const auto counted = days.between(from, code == NodeCode::past_at_least ? to : to - 1);
    if (!counted) {
      cause = Cause::uncovered;
      return Kleene::unknown;
    }
    const bool reached = *counted >= n;
    return kleene(code == NodeCode::past_more || code == NodeCode::past_at_least ? reached : !reached);
  }

  Kleene past(NodeCode code, const Value& when, const Value& span, std::uint32_t calendar, Cause& cause) const {
    if (const Value* bad = unusable(when, span)) {
      cause = bad->cause;
      return bad->state == Request::kAbsent ? Kleene::no : Kleene::unknown;
    }
    if (span.duration.working_days > 0 && span.duration.months == 0 && span.duration.seconds == 0) {
      return past_working_days(code, whole_day(when), span.duration.working_days, calendar, cause);
    }
    const Value present = when.type == SlotType::date
                              ? known(SlotType::date, Decimal(static_cast<std::int64_t>(s_.today)))
                              : known(SlotType::instant, Decimal(s_.request->at()));
    const Value moved_to = add(code == NodeCode::within_future ? present : when, span, false, calendar);
    if (moved_to.state != Request::kKnown) {
      cause = moved_to.cause;
      return Kleene::unknown;
    }
    if (code == NodeCode::within_future) {
      return kleene(when.number >= present.number && when.number <= moved_to.number);
    }
    if (when.number > present.number) {  // a date after the turn's day must not pass (semantics.md 45)
      cause = Cause::future;
      return Kleene::unknown;
    }
    switch (code) {
      case NodeCode::past_more:
        return kleene(present.number > moved_to.number);
      case NodeCode::past_at_least:
        return kleene(present.number >= moved_to.number);
      default:
        return kleene(present.number <= moved_to.number);
    }
  }

  // A month is 28 to 31 days: two spans compare where that cannot matter.
  static Kleene compare_spans(NodeCode code, const Value& x, const Value& y, Cause& cause) {
    const Duration &a = x.duration, &b = y.duration;
    cause = Cause::spans;
    if (a == b && x.beyond == y.beyond) return kleene(code != NodeCode::less);
    if (a.working_days != b.working_days) return Kleene::unknown;
    using Wide = __int128;  // of microseconds
    const Wide months = Wide{a.months} - b.months;
    const Wide rest = (Wide{a.seconds} - b.seconds) * kSecond + (x.beyond - y.beyond);
    const Wide least = (months < 0 ? 31 : 28) * months * kDaySeconds * kSecond + rest;
    const Wide most = (months < 0 ? 28 : 31) * months * kDaySeconds * kSecond + rest;
    if (code == NodeCode::equal)
      return least > 0 || most < 0 ? Kleene::no : least == 0 && most == 0 ? Kleene::yes : Kleene::unknown;
    if (code == NodeCode::less) return most < 0 ? Kleene::yes : least >= 0 ? Kleene::no : Kleene::unknown;
    return most <= 0 ? Kleene::yes : least > 0 ? Kleene::no : Kleene::unknown;
  }

  Kleene weekday(const Value& date, std::int64_t days, Cause& cause) const {
    if (date.state != Request::kKnown) {
      cause = date.cause;
      return date.state == Request::kAbsent ? Kleene::no : Kleene::unknown;
    }
    return kleene((days >> weekday_of(whole_day(date)) & 1) != 0);
  }

  Kleene working_day(const Value& date, std::uint32_t calendar, Cause& cause) const {
    if (date.state != Request::kKnown) {
      cause = date.cause;
      return date.state == Request::kAbsent ? Kleene::no : Kleene::unknown;
    }
    const std::optional<bool> working = WorkingDays(*s_.program, calendar).is(whole_day(date));
    if (!working) cause = Cause::uncovered;
    return working ? kleene(*working) : Kleene::unknown;
  }

  // Whether an element of the list equals the value; unknown where one may.
  Kleene list_holds(const Node& node, const Value& wanted, Cause& cause) const {
    const Seen seen = see(s_, node.frame, node.cell);
    if (seen.state == Request::kAbsent || wanted.state == Request::kAbsent) return Kleene::no;
    cause = seen.cause;
    if (seen.state == Request::kUnknown) return Kleene::unknown;
    const Request::Extra list = s_.request->extra(*seen.cell);
    const auto type = static_cast<SlotType>(s_.program->slots()[node.slot].element);
    Kleene found = Kleene::no;
    for (std::uint32_t i = 0; i < list.count && found != Kleene::yes; ++i) {
      const Request::Extra one = s_.request->element(list.first + i);
      Value element = known(type, one.number, s_.request->view(one.currency, one.currency_size));
      element.duration = one.duration;
      element.text = s_.request->view(one.at, one.size);
      found = found | compare(NodeCode::equal, element, wanted, cause);
    }
    return found;
  }

  // The time of day of now, in a zone of the program or in the one that a fact names.
  Value clock(std::uint32_t zone, const Value* named) const {
    if (named && named->state != Request::kKnown) return *named;
    if (named) {
      zone = s_.program->find_zone(named->text);
      if (zone == program::kNone) return unknown(Cause::unknown_zone);
    }
    const Microseconds at = s_.request->at();
    const std::int32_t minutes =
        zone == program::kNone ? s_.offset_minutes : s_.program->zone_minutes(zone, at, s_.request->at_offset());
    const Microseconds day = kDaySeconds * kSecond;
    const Microseconds wall_clock = ((at + std::int64_t{minutes} * 60 * kSecond) % day + day) % day;
    return known(SlotType::time_of_day, Decimal(wall_clock / kSecond));
  }

  Kleene compare(NodeCode code, const Value& a, const Value& b, Cause& cause) const {
    if (const Value* bad = unusable(a, b)) {
      cause = bad->cause;
      return bad->state == Request::kAbsent ? Kleene::no : Kleene::unknown;
    }
    if (a.type == SlotType::time_zone || a.is_id || b.is_id) return kleene(a.text == b.text);
    if (a.type == SlotType::text) return kleene(s_.eyes->same(a.text, b.text));
    if (a.type == SlotType::duration && b.type == SlotType::duration) return compare_spans(code, a, b, cause);
    if (a.currency != b.currency) {
      cause = Cause::currencies;
      return Kleene::unknown;
    }
    Decimal x = a.number, y = b.number;
    if (a.type == SlotType::instant && b.type == SlotType::date) x = day_of(a);
    if (b.type == SlotType::instant && a.type == SlotType::date) y = day_of(b);
    return kleene(code == NodeCode::equal ? x == y : code == NodeCode::less ? x < y : x <= y);
  }

 private:
  const Setting& s_;
  Decimal day_of(const Value& instant) const { return Decimal(std::int64_t{whole_day(instant)}); }
};

std::string_view text_of(std::uint32_t slot, const Request::Extra& extra, const Setting& setting) {
  return slot == setting.answer_slot ? setting.answer_text : setting.request->view(extra.at, extra.size);
}

TextSeen& look(std::uint32_t slot, std::uint8_t frame, const Setting& setting, std::string_view text) {
  return setting.eyes->look(slot, setting.item_of(frame, slot), text,
                            slot == setting.answer_slot ? setting.answer_format : text::Format::plain);
}
TextSeen& look(const Node& node, const Setting& setting, std::string_view text) {
  return look(node.slot, node.frame, setting, text);
}

bool is_marked(std::uint32_t slot, const Setting& setting) {
  return slot == setting.answer_slot && setting.answer_format != text::Format::plain;
}

Value fact_value(const Node& node, const Setting& setting) {
  const Seen seen = see(setting, node.frame, node.cell);
  Value value;
  value.state = seen.state;
  value.cause = seen.cause;
  if (seen.state != Request::kKnown) return value;
  const Request::Extra extra = setting.request->extra(*seen.cell);
  value.type = static_cast<SlotType>(setting.program->slots()[node.slot].type);
  value.number = extra.number;
  value.duration = extra.duration;
  value.text = text_of(node.slot, extra, setting);
  if (is_marked(node.slot, setting)) value.text = look(node, setting, value.text).shown->flow();
  value.is_id = (node.flags & program::kIsId) != 0;
  value.currency = setting.request->view(extra.currency, extra.currency_size);
  return value;
}

Value constant_value(const Node& node, const Setting& setting) {
  const program::ConstantRow& row = setting.program->all<program::ConstantRow>(program::Section::constants)[node.other];
  Value value =
      known(static_cast<SlotType>(row.type), program::decimal(row.number), setting.program->text(row.currency));
  value.duration = program::duration(row.span);
  value.text = setting.program->text(row.text);
  return value;
}

std::uint8_t other_frame(const Node& node) {
  return static_cast<std::uint8_t>((node.flags / program::kOtherFrame) & 3u);
}

text::Range place_of(std::size_t at, std::string_view phrase) {
  const auto begin = static_cast<std::uint32_t>(at);
  return {begin, begin + static_cast<std::uint32_t>(phrase.size())};
}

// Of a group of words: does one of them stand where it counts?
bool has(const TextSeen& seen, std::uint32_t group, bool sure) {
  if (!seen.hits.has(group)) return false;
  if (!sure || seen.normal.shown() == nullptr) return true;
  const auto matches = seen.hits.matches();
  return std::any_of(matches.begin(), matches.end(),
                     [&](const text::Match& one) { return one.lexicon == group && seen.normal.is_sure(one.normal); });
}

// Whether the text of one fact stands in that of another. An empty one would stand everywhere: it says nothing.
Kleene text_has_text(const Node& node, const Setting& setting, std::string_view text, Cause& cause) {
  const Seen wanted = see(setting, other_frame(node), node.other_cell);
  if (wanted.state == Request::kAbsent) return Kleene::no;
  cause = wanted.cause;
  if (wanted.state == Request::kUnknown) return Kleene::unknown;
  const std::string_view phrase = other_text(node, setting).normal.text();
  const TextSeen& looked = look(node, setting, text);
  const bool sure = only_sure(node, setting);
  // All places are counted, as those of a lexicon are: a redaction must reach each of them (each_place).
  const std::string_view searched = looked.normal.text();
  std::size_t left = phrase.size() > looked.max_phrase ? 0 : looked.max_hits + 1;
  bool found = false;
  for (std::size_t at = 0; (at = text::find_phrase(searched, phrase, at, left)) != std::string_view::npos; ++at, --left)
    found = found || !sure || looked.normal.is_sure(place_of(at, phrase));
  cause = phrase.empty() ? Cause::empty_text : left == 0 || !looked.taken ? Cause::limit : Cause::none;
  return cause != Cause::none ? Kleene::unknown : kleene(found);
}

// Whether a line of a text in its normal form is one of those that the node looks for.
bool is_line_of(std::string_view text, const Node& node, const Setting& setting) {
  const auto wanted = setting.program->strings(node.rows);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (std::any_of(wanted.begin(), wanted.end(),
                    [&](program::Str one) { return setting.program->text(one) == text.substr(0, end); }))
      return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

Kleene list_has(const Node& node, const Setting& setting, const Request::Extra& list, bool every, Cause& cause) {
  const auto wanted = setting.program->rows<program::ConstantRow>(program::Section::constants, node.rows);
  Kleene all = kleene(every);
  for (const program::ConstantRow& row : wanted) {
    Kleene found = Kleene::no;
    for (std::uint32_t i = 0; i < list.count && found != Kleene::yes; ++i) {
      const Request::Extra one = setting.request->element(list.first + i);
      switch (static_cast<SlotType>(row.type)) {
        case SlotType::time_zone:
          found = kleene(setting.request->view(one.at, one.size) == setting.program->text(row.text));
          break;
        case SlotType::text:
          found = kleene(setting.eyes->same(setting.request->view(one.at, one.size), setting.program->text(row.text)));
          break;
        case SlotType::duration:
          found = kleene(one.duration == program::duration(row.span));
          break;
        default:
          if (setting.request->view(one.currency, one.currency_size) != setting.program->text(row.currency))
            found = Kleene::unknown;  // two currencies do not compare
          else
            found = found | kleene(one.number == program::decimal(row.number));
      }
    }
    all = every ? all & found : all | found;
    if (all == kleene(!every)) return all;
  }
  if (all == Kleene::unknown) cause = Cause::currencies;
  return all;
}

Kleene pair(const Node& node, NodeCode code, const Setting& setting, Cause& cause) {
  const Seen a = see(setting, node.frame, node.cell), b = see(setting, other_frame(node), node.other_cell);
  if (a.state == Request::kAbsent || b.state == Request::kAbsent) return Kleene::no;
  if (a.state == Request::kUnknown || b.state == Request::kUnknown) {
    cause = a.state == Request::kUnknown ? a.cause : b.cause;
    return Kleene::unknown;
  }
  const std::int64_t x = a.cell->key, y = b.cell->key;
  if (x == y) {
    const SlotRow& row = setting.program->slots()[node.slot];
    if (!program::exact_key(x, row.key_doubled != 0)) {  // the keys cannot tell: the values can
      const Decimal left = setting.request->extra(*a.cell).number, right = setting.request->extra(*b.cell).number;
      return kleene(code == NodeCode::key_equal  ? left == right
                    : code == NodeCode::key_less ? left < right
                                                 : left <= right);
    }
  }
  return kleene(code == NodeCode::key_equal ? x == y : code == NodeCode::key_less ? x < y : x <= y);
}

Kleene leaf(const Node& node, NodeCode code, const Setting& setting, Cause& cause) {
  const Seen seen = see(setting, node.frame, node.cell);
  if (code == NodeCode::is_known) return kleene(seen.state == Request::kKnown);
  if (code == NodeCode::is_unknown) return kleene(seen.state == Request::kUnknown);
  if (code == NodeCode::list_empty && seen.state == Request::kAbsent) return Kleene::yes;
  if (seen.state == Request::kAbsent) return Kleene::no;
  if (seen.state == Request::kUnknown) {
    cause = seen.cause;
    return Kleene::unknown;
  }
  const std::int64_t key = seen.cell->key;
  switch (code) {
    case NodeCode::key_range:
      return kleene(node.low <= key && key <= node.high);
    case NodeCode::key_mask:
      return kleene(key >= 0 && key < 64 && (static_cast<std::uint64_t>(node.low) >> key & 1) != 0);
    case NodeCode::key_set: {
      const auto keys = setting.program->rows<std::int64_t>(program::Section::keys, node.rows);
      return kleene(std::binary_search(keys.begin(), keys.end(), key));
    }
    default:
      break;
  }
  const Request::Extra extra = setting.request->extra(*seen.cell);
  switch (code) {
    case NodeCode::text_has_text:
      return text_has_text(node, setting, text_of(node.slot, extra, setting), cause);
    case NodeCode::text_is: {
      std::string_view text = text_of(node.slot, extra, setting);
      if (is_marked(node.slot, setting)) {
        const TextSeen& looked = look(node, setting, text);
        if (!looked.taken) {
          cause = Cause::limit;
          return Kleene::unknown;
        }
        const std::string_view flow = looked.shown->flow(), all = looked.normal.text();
        if (only_sure(node, setting)) {
          if (!looked.shown->is_sure({0, static_cast<std::uint32_t>(flow.size())})) return Kleene::no;
        } else if (is_line_of(all.substr(std::min(looked.normal.flow_end(), all.size())), node, setting)) {
          return Kleene::yes;  // by another reading
        }
        text = setting.eyes->normal_form(flow);
      } else if ((node.flags & program::kIsId) == 0) {
        text = setting.eyes->normal_form(text);
      }
      for (program::Str one : setting.program->strings(node.rows)) {
        if (setting.program->text(one) == text) return Kleene::yes;
      }
      return Kleene::no;
    }
    case NodeCode::text_has:
    case NodeCode::text_has_all:
    case NodeCode::text_matches:
    case NodeCode::text_claims: {
      const std::string_view text = text_of(node.slot, extra, setting);
      TextSeen& looked = look(node, setting, text);
      if (!looked.is_whole()) {
        cause = Cause::limit;
        return Kleene::unknown;
      }
      if (code != NodeCode::text_has && code != NodeCode::text_has_all) {
        const Costly::Found found = ask(node, setting, looked);
        cause = found.cause;
        if (found.result != Kleene::yes || looked.normal.shown() == nullptr || !only_sure(node, setting))
          return found.result;
        return kleene(std::any_of(found.places.begin(), found.places.end(),
                                  [&](const Costly::Place& one) { return looked.normal.is_sure(one.normal); }));
      }
      const bool sure = only_sure(node, setting);
      if (code == NodeCode::text_has) return kleene(has(looked, node.other, sure));
      for (std::uint32_t group : setting.program->indices(node.rows)) {
        if (!has(looked, group, sure)) return Kleene::no;
      }
      return Kleene::yes;
    }
    case NodeCode::list_mask_any:
      return kleene((seen.cell->mask() & static_cast<std::uint64_t>(node.low)) != 0);
    case NodeCode::list_mask_all:
      return kleene((seen.cell->mask() & static_cast<std::uint64_t>(node.low)) == static_cast<std::uint64_t>(node.low));
    case NodeCode::list_any:
    case NodeCode::list_all:
      return list_has(node, setting, extra, code == NodeCode::list_all, cause);
    case NodeCode::list_empty:
      return kleene(extra.count == 0);
    default:
      cause = Cause::internal;
      return Kleene::unknown;
  }
}

}  // namespace

std::span<const std::uint64_t> WordsFound::found(const program::TestRow& test) {
  const Seen seen = see(setting_, test.frame, test.cell);
  if (seen.state != Request::kKnown) return {};
  const Request::Extra extra = setting_.request->extra(*seen.cell);
  TextSeen& looked = look(test.slot, test.frame, setting_, text_of(test.slot, extra, setting_));
  if (!looked.is_whole()) return {};
  if ((test.flags & program::kClaimed) != 0 && looked.costly.assents(looked.normal.text())) return {};
  return looked.hits.hit_lexicons();
}

TextSeen& other_text(const Node& node, const Setting& setting) {
  const std::uint8_t frame = other_frame(node);
  const Request::Extra extra = setting.request->extra(*see(setting, frame, node.other_cell).cell);
  return setting.eyes->look(node.other, setting.item_of(frame, node.other), text_of(node.other, extra, setting),
                            node.other == setting.answer_slot ? setting.answer_format : text::Format::plain);
}

void TextSeen::read_marked(std::string_view text, text::Format format, const Limits& limits) {
  if (!shown) shown = std::make_unique<text::Shown>();
  taken = text::show(text, format, limits, *shown);
  text::normalise(*shown, normal);
}

namespace {
constexpr std::int32_t kEarlier = -2;  // an item that no text of the turn is of
}

Costly::Found ask(const Node& node, const Setting& setting, TextSeen& seen) {
  const program::Program& p = *setting.program;
  if (static_cast<NodeCode>(node.code) == NodeCode::text_matches) {
    return seen.costly.pattern(node.other, p.pattern(node.other), seen.normal, seen.max_hits);
  }
  // An answer is read with the message that it answers (semantics.md 24).
  Searched question;
  bool question_unknown = false;
  if (node.slot == p.answer_text() && p.message_text() != program::kNone) {
    const SlotRow& row = p.slots()[p.message_text()];
    const Seen message = see(setting, row.frame, row.cell);
    question_unknown = message.state == Request::kUnknown;
    if (message.state == Request::kKnown) {
      const TextSeen& asked = setting.eyes->look(p.message_text(), -1, setting.request->message_text());
      question = {&asked.normal, &asked.hits};
    }
  }
  const bool answers = node.slot == p.answer_text();
  if (answers && !setting.question.empty() && !question_unknown &&
      (question.text == nullptr || !text::last_asked(question.text->text(), question.hits->cues()))) {
    TextSeen& earlier = setting.eyes->look(p.message_text(), kEarlier, setting.question);
    question = {&earlier.normal, &earlier.hits};
  }
  const Costly::Found found = seen.costly.claims(node.other, p.lexicons().terms(node.other), {&seen.normal, &seen.hits},
                                                 question, question_unknown);
  setting.eyes->wants_question |= answers && found.of_no_question;
  return found;
}

Kleene evaluate(std::span<const Node> nodes, const Setting& setting, Working& working) {
  const Arithmetic arithmetic(setting);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    const auto code = static_cast<NodeCode>(node.code);
    Kleene& result = working.result[i];
    Cause& cause = working.cause[i];
    cause = Cause::none;
    const auto operand = [&](std::size_t from_last) -> const Value& {
      std::size_t child = i - 1;
      for (; from_last > 0; --from_last) child = nodes[child].begin - 1u;
      return working.value[child];
    };
    switch (code) {
      case NodeCode::always:
        result = Kleene::yes;
        break;
      case NodeCode::never:
        result = Kleene::no;
        break;
      case NodeCode::key_less:
      case NodeCode::key_at_most:
      case NodeCode::key_equal:
        result = pair(node, code, setting, cause);
        break;
      case NodeCode::past_more:
      case NodeCode::past_at_least:
      case NodeCode::within_past:
      case NodeCode::within_future:
        result = arithmetic.past(code, operand(1), operand(0), node.other, cause);
        break;
      case NodeCode::equal:
      case NodeCode::less:
      case NodeCode::at_most:
        result = arithmetic.compare(code, operand(1), operand(0), cause);
        break;
      case NodeCode::weekday:
        result = arithmetic.weekday(operand(0), node.low, cause);
        break;
      case NodeCode::list_holds:
        result = arithmetic.list_holds(node, operand(0), cause);
        break;
      case NodeCode::working_day:
        result = arithmetic.working_day(operand(0), node.other, cause);
        break;
      case NodeCode::all:
      case NodeCode::any:
      case NodeCode::negate:
      case NodeCode::at_least: {
        std::uint32_t yes = 0, maybe = 0;
        std::size_t child = i;
        for (std::uint16_t k = 0; k < node.count; ++k) {
          child = k == 0 ? i - 1 : nodes[child].begin - 1u;
          yes += working.result[child] == Kleene::yes ? 1 : 0;
          maybe += working.result[child] == Kleene::unknown ? 1 : 0;
        }
        if (code == NodeCode::negate) {
          result = !working.result[i - 1];
        } else {
          const std::uint32_t wanted = code == NodeCode::all ? node.count : code == NodeCode::any ? 1 : node.other;
          result = yes >= wanted ? Kleene::yes : yes + maybe >= wanted ? Kleene::unknown : Kleene::no;
        }
        break;
      }
      case NodeCode::constant:
        working.value[i] = constant_value(node, setting);
        break;
      case NodeCode::fact:
        working.value[i] = fact_value(node, setting);
        break;
      case NodeCode::now:
        working.value[i] = known(SlotType::instant, Decimal(setting.request->at()));
        break;
      case NodeCode::today:
        working.value[i] = known(SlotType::date, Decimal(static_cast<std::int64_t>(setting.today)));
        break;
      case NodeCode::add:
      case NodeCode::subtract:
        working.value[i] = arithmetic.add(operand(1), operand(0), code == NodeCode::subtract, node.other);
        break;
      case NodeCode::multiply:
        working.value[i] = arithmetic.multiply(operand(1), operand(0));
        break;
      case NodeCode::divide:
      case NodeCode::as_percent_of:
        working.value[i] = arithmetic.divide(operand(1), operand(0), code == NodeCode::as_percent_of);
        break;
      case NodeCode::share_of:
        working.value[i] = arithmetic.share_of(operand(1), operand(0));
        break;
      case NodeCode::rounded: {
        Value value = operand(0);
        if (value.state == Request::kKnown) value.number = value.number.rounded_to(static_cast<int>(node.other));
        working.value[i] = value;
        break;
      }
      case NodeCode::full_years:
        working.value[i] = arithmetic.full_years(operand(0));
        break;
      case NodeCode::clock:
        working.value[i] = arithmetic.clock(node.other, node.count > 0 ? &operand(0) : nullptr);
        break;
      default:
        result = leaf(node, code, setting, cause);
    }
  }
  return working.result[nodes.size() - 1];
}

}  // namespace caveat::decide
