// Amounts as people write them: grouped digits, signs of currencies before the number, tenths of a yuan, what is said of a number
// beside it.
#include <CaveatGrammar.h>

#include <algorithm>
#include <array>

#include "engine/syntax/codes.h"
#include "engine/syntax/filter.h"
#include "engine/syntax/habits.h"

namespace caveat::syntax {

using L = CaveatGrammar;

// Behind a number whose digits commas group, with what it is without them: 50,000 and the like; else behind its first digits.
std::size_t Filter::behind_groups(std::size_t at, std::size_t end, std::string& digits) const {
  const auto grouping = [&](std::size_t comma) {  // 18、100 are two numbers
    const std::string_view sign = slice(raws_[comma].begin, raws_[comma].end);
    const bool groups = raws_[comma].type == L::COMMA ? sign != "、" : sign == "'" || sign == "’";  // 15'000
    return groups && raws_[comma].glued;
  };
  const auto groups_three = [&](const Raw& group) {  // 000, 000.50, in either width
    const std::string three = nfkc(slice(group.begin, group.end));
    return three.find_first_not_of("0123456789") >= 3 && (three.size() == 3 || (three.size() > 3 && three[3] == '.'));
  };
  digits = nfkc(slice(raws_[at].begin, raws_[at].end));
  for (++at; at + 1 < end && grouping(at) && raws_[at + 1].type == L::NUMBER && raws_[at + 1].glued &&
             groups_three(raws_[at + 1]);
       at += 2)
    digits += nfkc(slice(raws_[at + 1].begin, raws_[at + 1].end));
  return at;
}

// 50,000
bool Filter::told_of_groups(std::size_t& at, std::size_t end) {
  std::string digits;
  const std::size_t behind = behind_groups(at, end, digits);
  if (behind == at + 1) return false;
  const std::uint32_t begin = raws_[at].begin, last = raws_[behind - 1].end;
  if (raws_[at + 1].type == L::COMMA)
    complain(codes::kGroupedNumber, begin, last, {std::string(slice(begin, last))},
             "numbers are written without commas: " + digits + "; an underline may group digits",
             "数字不加逗号：" + digits + "；可用下划线分节", {{span(begin, last), digits}});
  else
    complain(codes::kUnexpected, begin, last, {"“" + std::string(slice(begin, last)) + "”", "“" + digits + "”"},
             "an underline may group digits", "可用下划线分节", {{span(begin, last), digits}});
  emit(L::NUMBER, begin, last);
  at = behind;
  return true;
}

// 5‰
bool Filter::told_of_per_mille(std::size_t& at, Language language) {
  const Raw& sign = raws_[at];
  if (slice(sign.begin, sign.end) != "‰" || last() != L::NUMBER || sign.first) return false;
  const std::uint32_t begin = result_.tokens.back().begin;
  const std::string number(slice(begin, result_.tokens.back().end));
  const std::string meant = language == Language::zh ? "千分之" + number : number + " per mille";
  complain(codes::kStraySign, sign.begin, sign.end, {"‰"}, "write " + meant, "请写作：" + meant,
           {{span(begin, sign.end), meant}});
  ++at;
  return true;
}

// ¥200,000, $500, ￥20万: the unit stands behind the number.
bool Filter::told_of_currency_sign(std::size_t& at, std::size_t end, Language language) {
  struct Row {
    std::string_view sign, code, zh;
  };
  constexpr auto kRows = std::to_array<Row>({{"¥", "CNY", "元"},
                                             {"￥", "CNY", "元"},
                                             {"$", "USD", "美元"},
                                             {"＄", "USD", "美元"},
                                             {"£", "GBP", "英镑"},
                                             {"€", "EUR", "欧元"}});
  const Raw& sign = raws_[at];
  const std::string_view text = slice(sign.begin, sign.end);
  const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& each) { return each.sign == text; });
  if (row == kRows.end() || at + 1 >= end || raws_[at + 1].type != L::NUMBER || raws_[at + 1].first) return false;
  std::string_view code = row->code, zh = row->zh;
  std::uint32_t begin = sign.begin;
  if (sign.glued && last() == L::WORD && text == "$") {  // US$1,000
    struct Dollar {
      std::string_view of, code, zh;
    };
    const auto before = slice(result_.tokens.back().begin, result_.tokens.back().end);
    for (const Dollar& each : std::to_array<Dollar>({{"US", "USD", "美元"},
                                                     {"HK", "HKD", "港元"},
                                                     {"A", "AUD", " AUD"},
                                                     {"C", "CAD", " CAD"},
                                                     {"S", "SGD", " SGD"}})) {
      if (before != each.of) continue;
      code = each.code, zh = each.zh;
      begin = result_.tokens.back().begin;
      result_.tokens.pop_back();
      break;
    }
  }
  std::string meant;
  std::size_t next = behind_groups(at + 1, end, meant);
  bool has_unit = false;
  if (next < end && raws_[next].type == L::WORD && !raws_[next].first) {  // 万, 万元, million
    std::string_view left = word(raws_[next]);
    const std::string behind(left);
    for (bool cut = true; cut && !left.empty() && !has_unit;) {
      cut = false;
      for (const Spelling& unit : units_and_tails()) {
        const bool whole = unit.language != Language::en || left.size() == unit.text.size();
        if ((unit.token != L::MAGNITUDE && unit.token != L::CURRENCY) || !whole || !left.starts_with(unit.text))
          continue;
        left.remove_prefix(unit.text.size());
        has_unit = unit.token == L::CURRENCY;
        cut = true;
        break;
      }
    }
    if (left.empty()) {
      meant += (is_ascii(behind) ? " " : "") + behind;
      ++next;
    } else {
      has_unit = false;
    }
  }
  if (!has_unit) meant += language == Language::zh ? std::string(zh) : " " + std::string(code);
  complain(codes::kStraySign, begin, sign.end, {std::string(slice(begin, sign.end))},
           "an amount is written with its unit behind it: " + meant, "金额的单位写在数字后：" + meant,
           {{span(begin, raws_[next - 1].end), meant}});
  emit(L::NUMBER, raws_[at + 1].begin, raws_[next - 1].end);
  at = next;
  return true;
}

// 5角, 3块5, 3元5毛, 5元5角5分: parts of a yuan. `at` is the word behind a number.
bool Filter::told_of_parts_of_a_yuan(std::size_t& at, std::size_t end) {
  constexpr auto kUnits = std::to_array<std::pair<std::string_view, std::size_t>>(
      {{"元", 0}, {"块钱", 0}, {"块", 0}, {"角", 1}, {"毛钱", 1}, {"毛", 1}, {"分", 2}});
  constexpr std::size_t kPlaces = 3;
  const std::uint32_t begin = raws_[at - 1].begin;
  std::array<std::string, kPlaces> read;
  std::string_view behind;
  std::uint32_t last = 0;
  std::size_t next = at;
  for (std::size_t place = 0; place < kPlaces; next += 2) {  // raws_[next - 1] is a number
    const std::string digits = nfkc(slice(raws_[next - 1].begin, raws_[next - 1].end));
    if (digits.find_first_not_of("0123456789") != digits.npos) return false;
    const bool has_word = next < end && raws_[next].glued && raws_[next].type == L::WORD;
    const std::string_view said = has_word ? slice(raws_[next].begin, raws_[next].end) : std::string_view();
    const auto unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const auto& each) {
      return each.second >= place && said.starts_with(each.first);
    });
    const std::size_t of = unit == kUnits.end() ? place : unit->second;
    const bool tens_of_tenths = of == 1 && place == 0;  // 15角
    if (of > 0 && digits.size() > 1 && !tens_of_tenths) return false;
    if (unit == kUnits.end() && place == 0) return false;
    read[of] = digits;
    place = of + 1;
    if (unit == kUnits.end()) {  // 3块5
      behind = said, last = raws_[next - 1].end;
      if (has_word) ++next;
      break;
    }
    behind = said.substr(unit->first.size());
    last = static_cast<std::uint32_t>(raws_[next].end - behind.size());
    if (of + 1 == kPlaces || !behind.empty() || next + 1 >= end || !raws_[next + 1].glued ||
        raws_[next + 1].type != L::NUMBER) {
      ++next;
      break;
    }
  }
  if (read[1].empty() && (read[0].empty() || read[2].empty())) return false;  // 5元, 5分
  const auto& units = units_and_tails();
  const auto tail = std::find_if(units.begin(), units.end(),
                                 [&](const Spelling& s) { return s.kind == KeywordKind::tail && s.text == behind; });
  if (!behind.empty() && tail == units.end()) return false;
  std::string whole = read[0], part = read[1].empty() ? "0" : read[1];
  if (part.size() > 1) whole = part.substr(0, part.size() - 1), part = part.substr(part.size() - 1);
  part = "." + part + read[2];
  while (part.ends_with('0')) part.pop_back();
  const std::string meant = (whole.empty() ? "0" : whole) + (part == "." ? "" : part) + "元";
  const std::uint32_t unit_begin = raws_[at].begin;
  complain(codes::kUnexpected, begin, last, {"“" + std::string(slice(begin, last)) + "”", "“" + meant + "”"}, {}, {},
           {{span(begin, last), meant}});
  constexpr std::uint32_t kSign = 3;
  emit(L::CURRENCY, unit_begin, unit_begin + kSign);  // 元, 块, 角 or 毛
  if (!behind.empty()) emit(tail->token, last, raws_[next - 1].end);
  at = next;
  return true;
}

// 不低于 年化5%, 超过 每日5万元: of what the number is, its fact says. The word's token has been emitted.
bool Filter::told_of_remark(std::size_t& at) {
  const Raw& raw = raws_[at];
  const std::string said(word(raw));
  const std::size_t count = result_.tokens.size();
  if (!is_remark(said) || count < start_ + 2) return false;
  const int before = result_.tokens[count - 2].type;
  const auto& all = all_spellings();
  const bool compares = std::any_of(all.begin(), all.end(), [&](const Spelling& s) {
    return s.token == before && (s.kind == KeywordKind::compare || before == L::WITH);
  });
  if (!compares) return false;
  result_.tokens.pop_back();
  complain(codes::kUnexpected, raw.begin, raw.end, {"“" + said + "”", Both{"a number", "数"}},
           "of what the number is, its fact says: leave it out", "是什么数由事实说明：请删去",
           {{span(raw.begin, raw.end), ""}});
  ++at;
  return true;
}

// 50—100万元, 50–100, 9:00~17:30: a dash between two ends.
bool Filter::told_of_dash(std::size_t& at, std::size_t end, Language language) {
  const auto is_dash = [&](std::size_t i) {
    constexpr auto kDashes = std::to_array<std::string_view>({"—", "–", "―", "~", "〜", "∼", "…", "‥"});
    return raws_[i].type == L::STRAY &&
           std::find(kDashes.begin(), kDashes.end(), slice(raws_[i].begin, raws_[i].end)) != kDashes.end();
  };
  const auto is_end = [](int type) {
    return type == L::NUMBER || type == L::MAGNITUDE || type == L::CURRENCY || type == L::PERCENT ||
           type == L::SHARE_UNIT || type == L::TIME_UNIT || type == L::COUNT_UNIT || type == L::DATE ||
           type == L::DATE_WORDS || type == L::TIME || type == L::WEEKDAY;
  };
  const auto is_weekday = [&](std::size_t i) {
    const auto& days = raws_[i].type == L::WORD ? spellings_from(word(raws_[i])) : spellings_from({});
    return std::any_of(days.begin(), days.end(), [](const Spelling* s) { return s->token == L::WEEKDAY; });
  };
  std::size_t next = at;
  while (next < end && is_dash(next) && (next == at || raws_[next].glued)) ++next;
  if (next == at || next >= end || raws_[next].first || !is_end(last())) return false;
  if (last() == L::WEEKDAY ? !is_weekday(next) : !is_end(raws_[next].type)) return false;
  const std::uint32_t begin = raws_[at].begin, behind = raws_[next - 1].end;
  const std::string meant = language == Language::zh ? "至" : "..";
  complain(codes::kUnexpected, begin, behind, {"“" + std::string(slice(begin, behind)) + "”", "“" + meant + "”"}, {},
           {}, {{span(begin, behind), (raws_[at].glued ? " " : "") + meant + (raws_[next].glued ? " " : "")}});
  emit(L::RANGE, begin, behind);
  at = next;
  return true;
}

// `days` in a Chinese file is 天.
std::string Filter::in_own_language(std::string_view unit) const {
  if (language_ == Language::en || !is_ascii(unit)) return std::string(unit);
  const std::string_view canonical = unit_name(0, unit);
  for (const Spelling& each : units_and_tails())
    if (each.language == language_ && each.kind == KeywordKind::unit && !canonical.empty() &&
        unit_name(each.token, each.text) == canonical)
      return each.text;
  return std::string(unit);
}

}  // namespace caveat::syntax
