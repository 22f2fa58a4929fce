// What a value says: each type's spelling on the wire becomes a key for the evaluator and an exact value beside it
// (contracts.md 8, 14).
#include "engine/decide/binder.h"
#include "engine/program/image.h"
#include "engine/program/keys.h"

#include "engine/base/nearest.h"

namespace caveat::decide {
namespace {

std::optional<std::int32_t> parse_time_of_day(std::string_view text) {
  const auto two = [&](std::size_t at, int limit) {
    if (at + 2 > text.size() || text[at] < '0' || text[at] > '9' || text[at + 1] < '0' || text[at + 1] > '9') return -1;
    const int value = (text[at] - '0') * 10 + (text[at + 1] - '0');
    return value < limit ? value : -1;
  };
  if ((text.size() != 5 && text.size() != 8) || text[2] != ':') return std::nullopt;
  const int hour = two(0, 24), minute = two(3, 60);
  const int second = text.size() == 8 ? (text[5] == ':' ? two(6, 60) : -1) : 0;
  if (hour < 0 || minute < 0 || second < 0) return std::nullopt;
  return hour * 3600 + minute * 60 + second;
}

}  // namespace

std::optional<Decimal> Binder::number_of(std::uint32_t node, bool* rounded) const {
  const Fields::Kind kind = this->kind(node);
  if (kind != Fields::Kind::number && kind != Fields::Kind::text) return std::nullopt;
  return Decimal::parse(f_.text(node), rounded);
}

std::optional<Decimal> Binder::percent_of(std::uint32_t node, bool* rounded) const {
  if (kind(node) != Fields::Kind::text) return std::nullopt;
  std::string_view text = f_.text(node);
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  if (text.ends_with(' ')) text.remove_suffix(1);
  return Decimal::parse(text, rounded);
}

// `-?digits[.digits] CCC`
std::optional<Decimal> Binder::money_of(std::uint32_t node, std::string_view& currency, bool* rounded) const {
  if (kind(node) != Fields::Kind::text) return std::nullopt;
  const std::string_view text = f_.text(node);
  if (text.size() < 5 || text[text.size() - 4] != ' ') return std::nullopt;
  const std::string_view digits = text.substr(0, text.size() - 4);
  currency = text.substr(text.size() - 3);
  if (digits.find_first_not_of("-0123456789.") != std::string_view::npos || !minor_units(currency)) return std::nullopt;
  return Decimal::parse(digits, rounded);
}

bool Binder::numeric(std::uint32_t node, const SlotRow& slot, const Decimal& number, Request::Extra& extra,
                     std::int64_t& key) {
  extra.number = number;
  if (((slot.flags & program::kHasLow) && number < program::decimal(slot.low)) ||
      ((slot.flags & program::kHasHigh) && number > program::decimal(slot.high))) {
    const auto type = static_cast<SlotType>(slot.type);
    return wrong(codes::kOutOfRange, node, slot, type == SlotType::list ? static_cast<SlotType>(slot.element) : type);
  }
  key = program::key_of(number, slot.key_scale, slot.key_doubled != 0);
  return true;
}

bool Binder::symbol(std::uint32_t node, const SlotRow& slot, SlotType type, Request::Extra& extra, std::int64_t& key) {
  if (kind(node) != Fields::Kind::text) return wrong(codes::kWrongType, node, slot, type);
  const program::Symbols::Found found = p_.symbols().find(slot, program::Name::padded(f_.text(node)));
  if (found.symbol == program::kNone) return no_such_symbol(node, slot, type);
  extra.symbol = found.symbol;
  extra.first = found.spelling;
  key = found.symbol;
  extra.number = Decimal(key);
  return true;
}

// Reads one value of `type`; a mistake is reported and nothing returned.
bool Binder::read(std::uint32_t node, const SlotRow& slot, SlotType type, Request::Extra& extra, std::int64_t& key) {
  const Fields::Kind kind = this->kind(node);
  const bool is_text = kind == Fields::Kind::text;
  const auto whole = [&](std::int64_t value) {
    key = value;
    extra.number = Decimal(value);
    return true;
  };
  switch (type) {
    case SlotType::yes_no:
      if (kind != Fields::Kind::boolean) break;
      return whole(f_.node(node).boolean ? 1 : 0);
    case SlotType::integer:
    case SlotType::decimal: {
      const auto number = number_of(node, &extra.rounded);
      if (!number) {
        const bool far = (kind == Fields::Kind::number || is_text) && Decimal::is_number(f_.text(node));
        return wrong(far ? codes::kOutOfRange : codes::kWrongType, node, slot, type);
      }
      if (type == SlotType::integer && (!number->is_integer() || extra.rounded))
        break;  // 18.9999999999999999999 is none
      return numeric(node, slot, *number, extra, key);
    }
    case SlotType::percent: {
      const auto number = percent_of(node, &extra.rounded);
      if (!number) return wrong(number_of(node) ? codes::kUnitMissing : codes::kWrongType, node, slot, type);
      return numeric(node, slot, *number, extra, key);
    }
    case SlotType::money: {
      std::string_view currency;
      const auto number = money_of(node, currency, &extra.rounded);
      if (!number) return wrong(number_of(node) ? codes::kUnitMissing : codes::kWrongType, node, slot, type);
      if (slot.currency.size > 0 && currency != p_.text(slot.currency)) break;
      const Request::Text kept = keep(currency);
      extra.currency = kept.at, extra.currency_size = kept.size;
      return numeric(node, slot, *number, extra, key);
    }
    case SlotType::text:
    case SlotType::time_zone: {
      if (!is_text) break;
      const auto part = static_cast<program::SlotPart>(slot.part);
      const bool long_one = part == program::SlotPart::answer || part == program::SlotPart::message;
      const std::string_view text = f_.text(node);
      if (!long_one && text.size() > o_.limits.fact_text_bytes) {
        report(codes::kTooMany, node, "at most " + std::to_string(o_.limits.fact_text_bytes) + " bytes",
               std::to_string(text.size()) + " bytes");
        return false;
      }
      const Request::Text kept = keep(text);
      extra.at = kept.at, extra.size = kept.size;
      return true;
    }
    case SlotType::date:
      if (const auto days = is_text ? parse_date(f_.text(node)) : std::nullopt) return whole(*days);
      break;
    case SlotType::instant:
      if (const auto at = is_text ? parse_instant(f_.text(node)) : std::nullopt) return whole(*at);
      break;
    case SlotType::time_of_day:
      if (const auto seconds = is_text ? parse_time_of_day(f_.text(node)) : std::nullopt) return whole(*seconds);
      break;
    case SlotType::duration:
      if (const auto duration = is_text ? parse_duration(f_.text(node)) : std::nullopt) {
        extra.duration = *duration;
        return true;
      }
      break;
    case SlotType::choice:
    case SlotType::scale:
      return symbol(node, slot, type, extra, key);
    case SlotType::list:
    case SlotType::record:
      break;
  }
  return wrong(codes::kWrongType, node, slot, type);
}

bool Binder::list(std::uint32_t node, const Member& member, const SlotRow& slot, Frame frame, std::size_t item,
                  Request::Extra& extra, std::uint64_t& mask) {
  if (!is_list(node, "a list")) return false;
  const auto element = static_cast<SlotType>(slot.element);
  bool good = true;
  std::uint32_t count = 0;
  if (element == SlotType::record) {
    for (std::uint32_t at = f_.node(node).first; at != kNoNode; at = f_.node(at).next, ++count) {
      if (kind(at) != Fields::Kind::object) {
        report(codes::kWrongType, at, "an object", said(at));
        good = false;
      } else if (member.child != program::kNone) {
        object(at, member.child, frame, item, nullptr);  // judged for its types; its values have no cells
      }
    }
    extra.count = count;
    return good;
  }
  const std::size_t first = r_.extras_.size();
  for (std::uint32_t at = f_.node(node).first; at != kNoNode; at = f_.node(at).next, ++count) {
    std::int64_t key = 0;
    if (!read(at, slot, element, r_.extras_.add(), key)) {
      good = false;
      continue;
    }
    extra.rounded = extra.rounded || r_.extras_.back().rounded;
    if (key >= 0 && key < 64) mask |= std::uint64_t{1} << key;
  }
  extra.count = count;
  extra.first = static_cast<std::uint32_t>(first);
  if (!good) r_.extras_.cut(first);
  return good;
}

void Binder::weight(std::uint32_t node, const Member& member, Frame frame, std::size_t item,
                    const Microseconds* as_of) {
  if (kind(node) == Fields::Kind::null) return;
  const auto percent = percent_of(node);
  if (!percent) {
    report(number_of(node) ? codes::kUnitMissing : codes::kWrongType, node, "a percentage: \"60 %\"", said(node));
  } else if (*percent < Decimal(0) || *percent > Decimal(100)) {
    report(codes::kOutOfRange, node, "0 % to 100 %", said(node));
  } else if (const auto sum = weights_.plus(*percent); !sum || *sum > Decimal(100)) {
    report(codes::kOutOfRange, node, "weights of at most 100 % in all", (sum ? sum->to_string() : "more") + " %");
  } else {
    weights_ = *sum;
    if (member.slot != program::kNone) fact(node, member, frame, item, as_of);
  }
}

}  // namespace caveat::decide
