// Names in conditions: facts by their paths, levels and choices, elements of a list, defines and parameters; and what was meant by a
// name that is none.
#include <algorithm>
#include <array>

#include "engine/base/nearest.h"
#include "engine/base/units.h"
#include "engine/model/checks/conditions.h"
#include "engine/model/checks/kinds.h"
#include "engine/model/checks/nodes.h"
#include "engine/syntax/clock.h"
#include "engine/syntax/codes.h"
#include "engine/syntax/habits.h"
#include "engine/syntax/keywords.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/speech.h"

namespace caveat::model {
namespace {

using S = syntax::Op;

// Where a value of this type stands, the keyword that says what is meant by a word of habit.
std::string_view value_meant_by(std::string_view written, TypeKind type) {
  struct Row {
    std::string_view written;
    TypeKind type;
    std::string_view meant;
  };
  constexpr auto kRows = std::to_array<Row>({
      {"今天", TypeKind::date, "今日"},
      {"当天", TypeKind::date, "今日"},
      {"现在", TypeKind::date, "今日"},
      {"目前", TypeKind::date, "今日"},
      {"当前日期", TypeKind::date, "今日"},
      {"当前时间", TypeKind::date, "今日"},
      {"当前时间", TypeKind::instant, "此刻"},
      {"当前时刻", TypeKind::instant, "此刻"},
      {"现在", TypeKind::instant, "此刻"},
      {"目前", TypeKind::instant, "此刻"},
      {"昨天", TypeKind::date, "今日 - 1天"},
      {"昨日", TypeKind::date, "今日 - 1天"},
      {"明天", TypeKind::date, "今日 + 1天"},
      {"明日", TypeKind::date, "今日 + 1天"},
      {"yesterday", TypeKind::date, "today - 1 day"},
      {"tomorrow", TypeKind::date, "today + 1 day"},
      {"真", TypeKind::yes_no, "是"},
      {"假", TypeKind::yes_no, "否"},
      {"有", TypeKind::yes_no, "是"},
      {"无", TypeKind::yes_no, "否"},
      {"true", TypeKind::yes_no, "yes"},
      {"false", TypeKind::yes_no, "no"},
  });
  for (const Row& row : kRows)
    if (row.written == written && row.type == type) return row.meant;
  return {};
}

// is blank, is missing, 为 缺失: whether it is known; -1: not, 1: it is, 0: that is no such word.
int presence_said_by(std::string_view written) {
  constexpr auto kAbsent = std::to_array<std::string_view>({"blank", "missing", "null", "absent", "undefined", "Null",
                                                            "NULL", "空", "空值", "空白", "缺失", "未填", "未填写"});
  constexpr auto kPresent =
      std::to_array<std::string_view>({"given", "provided", "present", "filled", "set", "已填", "已填写", "已提供"});
  if (std::find(kAbsent.begin(), kAbsent.end(), written) != kAbsent.end()) return -1;
  return std::find(kPresent.begin(), kPresent.end(), written) != kPresent.end() ? 1 : 0;
}

// R4以上, R4及以上: a level, and which side of it.
struct Side {
  std::string level;
  bool up = false;
};
std::optional<Side> side_of_level(std::string_view written) {
  for (const std::string_view tail : {"以上", "更高", "以下", "更低"}) {
    if (!written.ends_with(tail) || written.size() == tail.size()) continue;
    std::string_view level = written.substr(0, written.size() - tail.size());
    for (const std::string_view joint : {"（含）", "及", "或"})
      if (level.ends_with(joint)) {
        level.remove_suffix(joint.size());
        break;
      }
    return Side{std::string(level), tail == "以上" || tail == "更高"};
  }
  return std::nullopt;
}

// 当前时间 晚于 …, where nothing says yet of what type it is to be.
std::string_view clock_meant_by(std::string_view written) {
  if (syntax::means_now(written)) return "此刻";
  for (const std::string_view today : {"当前日期", "今天", "当天"})
    if (written == today) return "今日";
  return {};
}

// 今年年底, 上个月: days that move with the calendar.
bool moves_with_the_calendar(std::string_view written) {
  constexpr auto kBegins =
      std::to_array<std::string_view>({"今年", "本年", "去年", "明年", "本月", "上月", "上个月", "下月", "下个月",
                                       "本季", "上季", "下季", "本周", "上周", "下周"});
  return std::any_of(kBegins.begin(), kBegins.end(),
                     [&](std::string_view begin) { return written.starts_with(begin); });
}

bool is_among(const std::vector<Names>& all, const std::string& name) {
  return std::any_of(all.begin(), all.end(), [&](const Names& one) {
    return std::find(one.all.begin(), one.all.end(), name) != one.all.end();
  });
}

std::string joined(const std::vector<std::string>& steps) {
  std::string out;
  for (const std::string& step : steps) out += (out.empty() ? "" : ".") + step;
  return out;
}

// above65, between65: the last word of a comparison, and its number.
std::string number_cut_off(const std::string& name) {
  const std::size_t digits = std::min(name.find_first_of("0123456789"), name.size());
  if (digits == 0 || digits == name.size() || name.find_first_not_of("0123456789", digits) != name.npos) return {};
  const std::string word = name.substr(0, digits);
  for (const syntax::Spelling& s : syntax::all_spellings())
    if (s.kind == syntax::KeywordKind::compare && s.language == Language::en && s.words.size() > 1 &&
        s.words.back() == word)
      return word + " " + name.substr(digits);
  return {};
}

// CNY1000, RMB500: an amount with its unit before it.
std::string amount_of(const std::string& name) {
  constexpr std::size_t kCode = 3;
  const std::string unit = name.substr(0, kCode), digits = name.substr(std::min(name.size(), kCode));
  if (digits.empty() || digits.find_first_not_of("0123456789_") != digits.npos) return {};
  if (unit == "RMB") return digits + " CNY";
  return minor_units(unit) ? digits + " " + unit : std::string();
}

// 年龄 for 客户.年龄: a fact without its group, the likeliest slip of who has read no rule yet.
bool told_of_bare_member(Work& work, const Item& item, Span span, const std::string& name) {
  constexpr std::size_t kOffered = 3;
  std::vector<std::string> meant;
  for (const auto& [first, group] : work.groups) {
    if (!group.members.contains(name)) continue;
    const auto own = std::find_if(group.names.begin(), group.names.end(), [&](const std::string& each) {
      return syntax::is_ascii(each) == syntax::is_ascii(name);
    });
    meant.push_back((own == group.names.end() ? first : *own) + "." + name);
  }
  if (meant.empty() || meant.size() > kOffered) return false;
  std::string all;
  for (const std::string& each : meant) all += (all.empty() ? "" : Work::say(item, " or ", "或")) + "“" + each + "”";
  Diagnostic& told =
      work.report(codes::kUnknownName, item, span, {std::string(word_of(Kind::value, item.language())), name},
                  Work::say(item, "Did you mean ", "是否指") + all + Work::say(item, "?", "？"));
  for (std::string& each : meant) told.fixes.push_back({span, std::move(each)});
  return true;
}

}  // namespace

// Of a word in whose place a text is searched, what is judged by that name; empty where it is none.
std::string Conditions::searched(Span word) const {
  constexpr std::uint32_t kLooked = 16;
  const std::string behind = quoted({word.source, word.end, word.end + kLooked});
  for (const std::string_view verb : {" contains", " lacks", " does not ", " claims", " matches", " mentions", " 包含",
                                      " 不含", " 不包含", " 宣称", " 未宣称", " 匹配", " 不匹配", " 提及", " 未提及"})
    if (behind.starts_with(verb)) return std::string(syntax::subject_meant_by(quoted(word)));
  return {};
}

// `is` or 为 before a value, with it: where neither stands, nothing.
std::optional<Span> Conditions::with_is(Span value) const {
  for (const std::string_view is : {"is not ", "不为 ", "is ", "为 "}) {
    const auto size = static_cast<std::uint32_t>(is.size());
    if (value.begin < size || quoted({value.source, value.begin - size, value.begin}) != is) continue;
    return Span{value.source, value.begin - size, value.end};
  }
  return std::nullopt;
}

// customer.kind is blank, 客户.年龄 为 空: what is meant is asked by a comparison of its own.
bool Conditions::tell_presence(Span value, const std::string& name) {
  const auto whole = with_is(value);
  const int presence = presence_said_by(name);
  if (presence == 0 || !whole) return false;
  const std::string before = quoted({value.source, whole->begin, value.begin});
  const bool negated = before.starts_with("is not") || before.starts_with("不");
  const bool known = (presence > 0) != negated, english = before.starts_with("is");
  const std::string meant = english ? (known ? "is known" : "is unknown") : known ? "已知" : "未知";
  Diagnostic& told = work_.diagnostics.back();
  told.help = say("Whether it was given: ", "是否已有值写作：") + meant;
  told.fixes = {{*whole, meant}};
  return true;
}

// 保本”, to be put in quotation marks: with the one that stands there.
Span Conditions::with_mark(Span word) const {
  for (const std::string_view mark : {"”", "\""}) {
    const auto size = static_cast<std::uint32_t>(mark.size());
    if (quoted({word.source, word.end, word.end + size}) != mark) continue;
    word.end += size;
    break;
  }
  return word;
}

const Conditions::Element* Conditions::element(const syntax::Path& path) const {
  for (auto it = elements_.rbegin(); it != elements_.rend(); ++it) {
    if (it->name == path.parts.front().text) return &*it;
  }
  return nullptr;
}

bool Conditions::is_bare(const syntax::Expr& expr) const {
  if (expr.op != S::path || expr.path.parts.size() != 1 || element(expr.path) != nullptr) return false;
  const std::string& name = expr.path.parts.front().text;
  if (work_.single_facts.count(name) != 0 || work_.group_names.count(name) != 0) return false;
  return work_.scope.find(Kind::value, item_.pack, {name}).entry == nullptr;
}

Index Conditions::find_fact(const std::vector<std::string>& steps) const {
  Index found = kNone;
  if (steps.size() == 1) {
    const auto single = work_.single_facts.find(steps.front());
    if (single != work_.single_facts.end()) found = single->second;
  } else {
    const auto group = work_.group_names.find(steps.front());
    if (group == work_.group_names.end()) return kNone;
    const auto* table = &work_.groups.at(group->second).members;
    for (std::size_t i = 1; i < steps.size(); ++i) {
      const auto member = table->find(steps[i]);
      if (member == table->end()) return kNone;
      found = member->second;
      if (i + 1 == steps.size()) break;
      const auto record = work_.record_members.find(found);
      if (record == work_.record_members.end()) return kNone;
      table = &record->second;
    }
  }
  return found;
}

// How a fact is declared that is held against such a value.
std::string Conditions::type_beside(Beside beside) const {
  if (beside.value == nullptr) return say("integer", "整数");
  if (beside.value->op == S::path && is_bare(*beside.value)) {
    const std::string& name = beside.value->path.parts.front().text;
    if (const std::string scale = scale_of_level(name); !scale.empty()) return scale;
    if (beside.is_ordered) return say("scale «scale»", "分级 «分级»");
    return say("one of ", "取值 ") + name + say(", …", "、…");
  }
  if (beside.value->op != S::literal) return say("integer", "整数");
  const syntax::Literal& literal = beside.value->literal;
  switch (literal.kind) {
    case syntax::LiteralKind::yes:
    case syntax::LiteralKind::no:
      return say("yes/no", "是否");
    case syntax::LiteralKind::percent:
      return say("percent", "百分比");
    case syntax::LiteralKind::money:
      return say("money ", "款项 ") + literal.unit;
    case syntax::LiteralKind::text:
    case syntax::LiteralKind::regex:
      return say("text", "文本");
    case syntax::LiteralKind::date:
      return say("date", "日期型");
    case syntax::LiteralKind::instant:
    case syntax::LiteralKind::time_of_day:
      return say("instant", "时刻");
    case syntax::LiteralKind::duration:
      return say("duration", "时长");
    default:
      return literal.number.scale() > 0 ? say("decimal", "小数") : say("integer", "整数");
  }
}

Index Conditions::fact(const syntax::Path& path, bool text_wanted, Beside beside) {
  const std::vector<std::string> steps = steps_of(path);
  const auto group = work_.group_names.find(steps.front());
  if (steps.size() == 1 && group != work_.group_names.end()) {
    const Work::Group& part = work_.groups.at(group->second);
    if (text_wanted && part.has_text) {
      const Index found = part.members.at("text");
      Reference reference;
      reference.identity = "fact " + joined(work_.model.facts[found].path);
      reference.names = {part.names};
      work_.references.add(path, std::move(reference));
      return found;
    }
    std::vector<std::string> members;
    for (const auto& [name, member] : part.members) {
      const std::string first = steps.front() + "." + std::string(work_.model.facts[member].names.in(language()));
      if (std::find(members.begin(), members.end(), first) == members.end() && members.size() < 6)
        members.push_back(first);
    }
    std::string help = say("Name one of its facts: ", "请写明其中一个事实：");
    for (const std::string& member : members) help += (member == members.front() ? "" : say(", ", "、")) + member;
    wrong_type(path.span, say("a fact", "一个事实"), say("the whole of “", "整个“") + steps.front() + say("”", "”"),
               members.empty() ? std::string() : help);
    return kNone;
  }
  const Index found = find_fact(steps);
  if (found == kNone) {
    if (steps.size() == 1 && work_.told_of_another_form(item_, path.span, steps.front(), {})) return kNone;
    if (work_.maybe_lost(item_.pack, steps.back()) || work_.scope.behind_a_misspelt(item_.pack, steps)) return kNone;
    bool line_lost = false;  // its `facts` may have lost the line, name and all
    if (group != work_.group_names.end()) {
      line_lost = work_.groups.at(group->second).lost;
      for (const std::string& name : work_.groups.at(group->second).names)
        line_lost = line_lost || work_.head_maybe_lost(item_.pack, name);
    }
    std::vector<std::string> plain;  // 客戶.年齡: names are not folded, and no other is meant
    for (const std::string& step : steps) plain.push_back(syntax::simplified(step));
    if (plain != steps && find_fact(plain) != kNone) {
      work_
          .report(codes::kUnknownName, item_, path.span, {std::string(word_of(Kind::fact, language())), joined(steps)},
                  say("Did you mean “", "是否指“") + joined(plain) + say("”?", "”？"))
          .fixes.push_back({path.span, joined(plain)});
      return kNone;
    }
    // The step that is not there, and the nearest that is.
    std::vector<std::string_view> known;
    std::size_t at = 0;
    std::string before;
    const std::map<std::string, Index, std::less<>>* table = nullptr;
    if (steps.size() == 1) {
      if (const std::string meant = number_cut_off(steps.front()); !meant.empty()) {
        work_
            .report(syntax::codes::kKeywordGlued, item_, path.span, {steps.front()},
                    say("put a blank after a keyword: ", "关键字前后请加空格：") + meant)
            .fixes.push_back({path.span, meant});
        return kNone;
      }
      if (const std::string meant = amount_of(steps.front()); !meant.empty()) {
        work_
            .report(codes::kUnknownName, item_, path.span,
                    {std::string(word_of(Kind::value, language())), steps.front()},
                    say("An amount is written with its unit behind it: ", "金额的单位写在数字后：") + meant)
            .fixes.push_back({path.span, meant});
        return kNone;
      }
      std::string meant(clock_meant_by(steps.front()));
      if (meant.empty()) meant = with_dot(steps.front());
      if (!meant.empty()) {
        work_
            .report(codes::kUnknownName, item_, path.span,
                    {std::string(word_of(Kind::value, language())), steps.front()},
                    say("Did you mean “", "是否指“") + meant + say("”?", "”？"))
            .fixes.push_back({path.span, meant});
        return kNone;
      }
      if (told_of_bare_member(work_, item_, path.span, steps.front())) return kNone;
      for (const auto& [name, number] : work_.single_facts) known.push_back(name);
      for (const auto& [name, first] : work_.group_names) known.push_back(name);
      for (const std::string_view name : work_.known_names(Kind::value, item_.pack)) known.push_back(name);
      work_.unknown_name(Kind::value, item_, path.span, steps.front(), known);
      return kNone;
    }
    if (group == work_.group_names.end()) {
      for (const auto& [name, first] : work_.group_names) known.push_back(name);
    } else {
      table = &work_.groups.at(group->second).members;
      before = steps[0] + ".";
      for (at = 1; at < steps.size(); ++at) {
        const auto member = table->find(steps[at]);
        if (member == table->end()) break;
        const auto record = work_.record_members.find(member->second);
        before += steps[at] + ".";
        if (record == work_.record_members.end()) {
          at = at + 1;
          table = nullptr;
          break;
        }
        table = &record->second;
      }
      if (table != nullptr) {
        for (const auto& [name, member] : *table) known.push_back(name);
      }
    }
    if (at >= steps.size()) at = steps.size() - 1;
    if (at == 1 && table != nullptr && told_of_misnamed_group(steps)) return kNone;
    if (group == work_.group_names.end() && work_.told_of_glued(item_, path.span, joined(steps), known)) return kNone;
    if (at + 1 == steps.size() && work_.told_of_glued_behind(item_, path.span, before, steps[at], known)) return kNone;
    if (at + 1 == steps.size() && table != nullptr && told_of_glued_value(path.span, before, steps[at], *table, known))
      return kNone;
    std::string near(work_.near_to(steps[at], known));
    if (Work::opposites(steps[at], near)) near.clear();
    if (near.empty() && line_lost) return kNone;  // nearly the name of another: that was meant, whatever was lost
    std::string whole = before + near;
    for (std::size_t i = at + 1; i < steps.size(); ++i) whole += "." + steps[i];
    std::string help;
    if (!near.empty()) {
      help = say("Did you mean “", "是否指“") + whole + say("”?", "”？");
    } else if (std::string list = work_.list_of(item_, known, before); !list.empty()) {
      help = std::move(list) + say("; a new one is a line below “facts ", "；新的事实请在“事实 ") + steps.front() +
             say("”, such as: ", "”之下加一行，如：") + steps.back() + " " +
             (text_wanted && beside.value == nullptr ? say("text", "文本") : type_beside(beside));
    } else {
      help = say("A fact is declared in a line below: facts ", "请在这一行之下声明该事实：事实 ") + steps.front();
    }
    Diagnostic& diagnostic =
        work_.report(codes::kUnknownName, item_, path.span,
                     {std::string(word_of(Kind::fact, language())), joined(steps)}, std::move(help));
    if (!near.empty()) diagnostic.fixes.push_back({path.span, whole});
    return kNone;
  }
  const Fact& known = work_.model.facts[found];
  if (!known.built_in) {
    const std::set<Index>& packs = work_.declared_by.at(found);
    if (!work_.may_be_elsewhere(item_.pack) &&
        std::none_of(packs.begin(), packs.end(), [&](Index pack) { return work_.scope.sees(item_.pack, pack); })) {
      const std::string& owner = work_.model.packs[*packs.begin()].names.first;
      work_.report(codes::kNotVisible, item_, path.span,
                   {std::string(word_of(Kind::fact, language())), joined(steps), owner,
                    work_.model.packs[item_.pack].names.first},
                   say("Add the line: use ", "请加一行：引用 ") + owner);
      return kNone;
    }
  }
  const Reference*& reference = work_.of_facts[{found, item_.pack}];
  if (reference == nullptr) {
    Reference made{"fact " + joined(known.path), known.path_names, false, known.span};
    if (std::vector<std::string> names = work_.names_seen(work_.own_names, found, 0, item_.pack); !names.empty())
      made.names.back() = std::move(names);
    reference = work_.references.keep(std::move(made));
  }
  work_.references.add(path, reference);
  return work_.spoilt_facts.count(found) != 0 ? kNone : found;
}

// customer.age where `facts customers` declares it, 客户.年龄 where 事实 客户信息 does: told once, where the group is named.
bool Conditions::told_of_misnamed_group(const std::vector<std::string>& steps) {
  const Work::Group& asked = work_.groups.at(work_.group_names.at(steps.front()));
  if (!asked.built_in) return false;
  constexpr auto kSaidSo = std::to_array<std::pair<std::string_view, std::string_view>>({{"client", "customer"},
                                                                                         {"clients", "customer"},
                                                                                         {"user", "customer"},
                                                                                         {"users", "customer"},
                                                                                         {"顾客", "customer"},
                                                                                         {"用户", "customer"},
                                                                                         {"客人", "customer"},
                                                                                         {"商品", "product"}});
  const auto [known, first] = work_.like_built_in.try_emplace(asked.names.front());
  if (first) {
    constexpr std::size_t kMost = 8;
    for (const auto& [name, group] : work_.groups) {
      if (group.built_in || known->second.size() == kMost) continue;
      const bool said_so = std::any_of(kSaidSo.begin(), kSaidSo.end(), [&](const auto& row) {
        return row.first == name && row.second == asked.names.front();
      });
      const bool longer = std::any_of(asked.names.begin(), asked.names.end(),
                                      [&](const std::string& each) { return name.starts_with(each); });
      if (said_so || longer || !nearest(name, std::span<const std::string>(asked.names)).empty())
        known->second.push_back(name);
    }
  }
  for (const std::string& name : known->second) {
    Work::Group& group = work_.groups.at(name);
    if (!group.members.contains(steps[1])) continue;
    if (!group.misnamed) {
      group.misnamed = true;
      const std::string& meant = steps.front();
      work_
          .report(codes::kWrongType, item_, group.head, {"“" + meant + "”", "“" + name + "”"},
                  say("Rules ask of it as ", "规则中称之为“") + meant +
                      say(", which is built in; name the group so", "”，这是内置的组；请用此名"))
          .fixes.push_back({group.head, meant});
    }
    return true;
  }
  return false;
}

// 产品名称, 产品的名称, product_name, product name, 产品。名称: a fact that has its group before it without the dot.
std::string Conditions::with_dot(std::string_view name) const {
  for (const auto& [group, first] : work_.group_names) {
    if (!name.starts_with(group)) continue;
    std::string_view rest = name.substr(group.size());
    const auto& members = work_.groups.at(first).members;
    for (const std::string_view joint : {"", "的", "_", " ", "。"})
      if (rest.starts_with(joint) && members.count(rest.substr(joint.size())) != 0)
        return group + "." + std::string(rest.substr(joint.size()));
  }
  return {};
}

ExprPtr Conditions::of_fact(Index fact, Op op, Span span) {
  Expr expr;
  expr.op = op;
  expr.fact = fact;
  expr.span = span;
  expr.type = work_.model.facts[fact].type;
  return keep(std::move(expr));
}

ExprPtr Conditions::level(const syntax::Expr& expr, const Type& type) {
  const std::string& name = expr.path.parts.front().text;
  const std::vector<Names>& levels = levels_of(work_.model, type);
  for (Index i = 0; i < levels.size(); ++i) {
    if (std::find(levels[i].all.begin(), levels[i].all.end(), name) == levels[i].all.end()) continue;
    Constant constant;
    constant.kind = type.kind;
    constant.level = i;
    const bool scale = type.kind == TypeKind::scale;
    const Reference*& reference = work_.of_levels[{type.kind, scale ? type.scale : type.choices, i, item_.pack}];
    if (reference == nullptr) {
      std::vector<std::string> names;
      if (!scale) names = work_.names_seen(work_.own_choices, type.choices, i, item_.pack);
      if (names.empty()) names = levels[i].all;
      reference = work_.references.keep({"level " + levels[i].first, {std::move(names)}, true, {}});
    }
    work_.references.add(expr.path, reference);
    return constant_node(expr.span, std::move(constant), type);
  }
  if (work_.maybe_lost(item_.pack, name)) return nullptr;
  std::vector<std::string_view> known;
  for (const Names& each : levels) known.insert(known.end(), each.all.begin(), each.all.end());
  const std::string near(work_.near_to(name, known));
  Diagnostic& diagnostic =
      work_.report(codes::kUnknownLevel, item_, expr.span, {name, describe(work_.model, type, language())},
                   near.empty() ? (type.kind == TypeKind::scale ? work_.list_of(item_, known) : std::string())
                                : say("Did you mean “", "是否指“") + near + say("”?", "”？"));
  if (!near.empty()) diagnostic.fixes.push_back({expr.span, near});
  if (tell_presence(expr.span, name)) return nullptr;
  const auto side = type.kind == TypeKind::scale ? side_of_level(name) : std::nullopt;
  if (side && std::find(known.begin(), known.end(), side->level) != known.end()) {
    const std::string meant = (side->up ? "不低于 " : "不高于 ") + side->level;
    diagnostic.help = say("It is said so: ", "写作：") + meant;
    diagnostic.fixes.clear();
    if (const auto whole = with_is(expr.span); whole && quoted(*whole).starts_with("为"))
      diagnostic.fixes = {{*whole, meant}};
  }
  return nullptr;
}

ExprPtr Conditions::path_value(const syntax::Expr& expr, const Type* hint, bool condition_wanted) {
  const syntax::Path& path = expr.path;
  const std::vector<std::string> steps = steps_of(path);
  if (const Element* of = element(path)) {
    const Fact& list = work_.model.facts[of->list];
    Reference reference;
    reference.names.resize(steps.size());
    if (steps.size() == 1) {
      if (list.type.element && list.type.element->kind == TypeKind::record) {
        return wrong_type(expr.span, say("a member of it", "其中一个成员"),
                          say("the whole element “", "整个元素“") + steps[0] + "”");
      }
      std::size_t depth = elements_.size();
      while (depth > 0 && elements_[depth - 1].name != steps[0]) --depth;
      reference.identity = "element " + std::to_string(depth);
      work_.references.add(path, std::move(reference));
      ExprPtr scalar = of_fact(of->list, Op::element, expr.span);
      Expr copy = *scalar;
      if (list.type.element) copy.type = *list.type.element;
      return keep(std::move(copy));
    }
    Index found = of->list;
    for (std::size_t i = 1; i < steps.size(); ++i) {
      static const std::map<std::string, Index, std::less<>> kNoMembers;
      const auto record = work_.record_members.find(found);
      const auto& members = record == work_.record_members.end() ? kNoMembers : record->second;
      const auto member = members.find(steps[i]);
      if (member == members.end()) {
        std::vector<std::string_view> known;
        for (const auto& [name, number] : members) known.push_back(name);
        work_.unknown_name(Kind::fact, item_, path.parts[i].span, steps[i], known);
        return nullptr;
      }
      found = member->second;
      reference.names[i] = work_.model.facts[found].names.all;
    }
    if (work_.spoilt_facts.count(found) != 0) return nullptr;
    std::size_t depth = elements_.size();
    while (depth > 0 && elements_[depth - 1].name != steps[0]) --depth;
    reference.identity = "element " + std::to_string(depth) + " " + joined(work_.model.facts[found].path);
    work_.references.add(path, std::move(reference));
    return of_fact(found, Op::element, expr.span);
  }
  if (hint != nullptr && has_names(*hint) && steps.size() == 1) {
    if (names_a_level(levels_of(work_.model, *hint), steps[0]) || is_bare(expr)) return level(expr, *hint);
  }
  const bool is_fact = steps.size() == 1
                           ? work_.single_facts.count(steps[0]) != 0 || work_.group_names.count(steps[0]) != 0
                           : work_.group_names.count(steps[0]) != 0;
  if (!is_fact) {
    const Scope::Found found = work_.scope.find(Kind::value, item_.pack, steps);
    if (found.entry != nullptr || found.hidden != nullptr) {
      const Entry* const named = found.entry != nullptr ? found.entry : found.hidden;
      const Scope::Found as_define = work_.scope.find(Kind::define, item_.pack, steps);
      const Entry* const define = found.entry != nullptr ? as_define.entry : as_define.hidden;
      const bool is_define = define != nullptr && define->span == named->span;
      const Entry* entry = work_.resolve(is_define ? Kind::define : Kind::parameter, item_, path);
      if (entry == nullptr) return nullptr;
      if (!is_define) {
        const Work::Parameter& parameter = work_.parameters[entry->index];
        if (parameter.spoilt) return nullptr;
        Type type = parameter.type;
        if (hint != nullptr && is_number(hint->kind) && is_number(type.kind))
          type.kind =
              hint->kind == TypeKind::integer && !parameter.value.number.is_integer() ? TypeKind::decimal : hint->kind;
        Constant constant = parameter.value;
        constant.kind = type.kind;
        return constant_node(expr.span, std::move(constant), std::move(type));
      }
      if (work_.defines[entry->index].state == Work::Define::State::open) {
        std::string chain;
        bool inside = false;
        for (const Index open : work_.open_defines) {
          inside = inside || open == entry->index;
          if (inside) chain += work_.defines[open].item.as<syntax::DefineDecl>().names.first.text + " → ";
        }
        work_.report(codes::kDefineCycle, item_, expr.span, {entry->names.first, chain + entry->names.first});
        return nullptr;
      }
      ExprPtr expanded = define_value(work_, *entry);
      return expanded;
    }
    if (is_bare(expr)) {
      if (hint != nullptr && told_of_period(expr, *hint)) return nullptr;
      const std::string owner = hint != nullptr ? owner_of_level(steps[0]) : std::string();
      if (!owner.empty()) {
        return wrong_type(expr.span, describe(work_.model, *hint, language()),
                          steps[0] + say(" (", "（") + owner + say(")", "）"));
      }
      const std::size_t told = work_.diagnostics.size();
      fact(path, false);  // nothing of that name anywhere: says so
      if (hint == nullptr || work_.diagnostics.size() != told + 1) return nullptr;
      Diagnostic& diagnostic = work_.diagnostics.back();
      if (const std::string meant(value_meant_by(steps[0], hint->kind)); !meant.empty()) {
        diagnostic.help = say("Did you mean “", "是否指“") + meant + say("”?", "”？");
        diagnostic.fixes = {{expr.span, meant}};
      } else if (hint->kind == TypeKind::date && moves_with_the_calendar(steps[0]) && diagnostic.fixes.empty()) {
        diagnostic.help = "请写明日期，如 2026-12-31；或写距今多久，如 距今 不超过 1个月";
      } else if (const std::string length(syntax::length_in_english(steps[0]));
                 !length.empty() && hint->kind == TypeKind::duration) {  // within the last quarter
        diagnostic.help = say("A length of time is written ", "时长写作 ") + length;
        diagnostic.fixes = {{expr.span, length}};
      } else if (std::string time = syntax::time_of_day_in_words(steps[0]);
                 !time.empty() && hint->kind == TypeKind::time_of_day) {  // 下午三点半, noon
        diagnostic.help = say("A time of day is written ", "钟点写作 ") + time;
        diagnostic.fixes = {{expr.span, std::move(time)}};
      } else if (!clock_meant_by(steps[0]).empty()) {  // of a type that no clock has
        diagnostic.help.clear();
        diagnostic.fixes.clear();
      } else if (tell_presence(expr.span, steps[0])) {
        return nullptr;
      } else if (const std::string subject = searched(expr.span);
                 !subject.empty() && hint->kind == TypeKind::text && diagnostic.fixes.empty()) {  // reply contains …
        diagnostic.help = say("Did you mean “", "是否指“") + subject + say("”?", "”？");
        diagnostic.fixes = {{expr.span, subject}};
      } else if (hint->kind == TypeKind::text && diagnostic.fixes.empty()) {
        std::string text = say("\"", "“") + steps[0] + say("\"", "”");
        diagnostic.help = say("A text stands in quotes: ", "文本写在引号中：") + text;
        diagnostic.fixes.push_back({with_mark(expr.span), std::move(text)});
      }
      return nullptr;
    }
  }
  const Index found = fact(path, hint != nullptr && hint->kind == TypeKind::text, beside_);
  if (found == kNone) return nullptr;
  // A member of a list's record is one of many outside of a quantifier.
  for (Index owner = work_.model.facts[found].parent; owner != kNone; owner = work_.model.facts[owner].parent) {
    if (work_.model.facts[owner].type.kind != TypeKind::list) continue;
    const std::vector<std::vector<std::string>>& list_steps = work_.model.facts[owner].path_names;
    std::string list;
    for (const std::vector<std::string>& step : list_steps) {
      list += (list.empty() ? "" : ".") + std::string(name_in(step, language()));
    }
    const std::string member(work_.model.facts[found].names.in(language()));
    work_.report(
        codes::kInsideAList, item_, expr.span, {joined(steps), list},
        say("`any h in " + list + " where (h." + member +
                " …)` will ask it, which is not supported yet: let the caller send what is asked for as a fact of "
                "its own.",
            "“" + list + " 中 存在 某项 满足（某项." + member +
                " …）”尚未支持：请让调用方把所需的判断作为一项事实送来。"));
    return nullptr;
  }
  if (condition_wanted && work_.model.facts[found].type.kind == TypeKind::yes_no) {
    return node(Op::truth, expr.span, {of_fact(found, Op::fact, expr.span)});
  }
  return of_fact(found, Op::fact, expr.span);
}

// 客户.客群为零售: behind a dot the whole run is a name, and no such name is there. It is offered only where it compiles.
bool Conditions::told_of_glued_value(Span span, const std::string& before, const std::string& step,
                                     const std::map<std::string, Index, std::less<>>& members,
                                     const std::vector<std::string_view>& known) {
  std::string_view name;
  const syntax::Spelling* keyword = nullptr;
  for (const auto& [each, member] : members) {
    if (!step.starts_with(each) || each.size() <= name.size()) continue;
    const syntax::Spelling* longest = nullptr;
    for (const syntax::Spelling& s : syntax::all_spellings())
      if (s.kind == syntax::KeywordKind::compare && s.language == Language::zh && s.words.size() == 1 &&
          (longest == nullptr || s.text.size() > longest->text.size()) &&
          std::string_view(step).substr(each.size()).starts_with(s.text))
        longest = &s;
    if (longest != nullptr) name = each, keyword = longest;
  }
  if (keyword == nullptr) return false;
  const std::string rest = step.substr(name.size() + keyword->text.size());
  const Type& type = work_.model.facts[members.find(name)->second].type;
  const auto is = [&](std::initializer_list<std::string_view> any) {
    return std::find(any.begin(), any.end(), keyword->text) != any.end();
  };
  const bool whole = rest.empty() && is({"已知", "不明", "未知"});
  const bool equal = is({"为", "等于", "不为", "不等于"});
  const bool sure =
      whole || (type.kind == TypeKind::yes_no && equal && (rest == "是" || rest == "否")) ||
      (has_names(type) && names_a_level(levels_of(work_.model, type), rest) &&
       (equal || is({"属于", "不属于"}) || (type.kind == TypeKind::scale && is({"不低于", "不高于", "高于", "低于"}))));
  // 封闭期满日 may be a fact that is not declared, or a slip of one that is.
  constexpr std::size_t kOneLetter = 3;
  if (!sure && ((keyword->text.size() == kOneLetter && keyword->text != "为") || !work_.near_to(step, known).empty()))
    return false;
  const std::string meant = before + std::string(name) + " " + keyword->text + (rest.empty() ? "" : " ") + rest;
  const std::string shown = sure ? meant : before + std::string(name) + " " + keyword->text + " …";
  Diagnostic& diagnostic = work_.report(syntax::codes::kKeywordGlued, item_, span, {before + step},
                                        say("put a blank after a keyword: ", "关键字前后请加空格：") + shown);
  if (sure) diagnostic.fixes.push_back({span, meant});
  return true;
}

// What a word is a level of, as this pack sees it and as a fact's line says it: scale risk; empty: of nothing.
std::string Conditions::scale_of_level(const std::string& name) const {
  for (const Scale& scale : work_.model.scales) {
    if (work_.scope.sees(item_.pack, scale.pack) && is_among(scale.levels, name))
      return say("scale ", "分级 ") + std::string(scale.names.in(language()));
  }
  return {};
}

// The same of levels and choices.
std::string Conditions::owner_of_level(const std::string& name) const {
  if (std::string scale = scale_of_level(name); !scale.empty()) return scale;
  for (const Fact& fact : work_.model.facts) {
    const Type& type = fact.type.element ? *fact.type.element : fact.type;
    if (type.choices == kNone || fact.built_in || !work_.scope.sees(item_.pack, fact.pack)) continue;
    if (!is_among(work_.model.choice_sets[type.choices].choices, name)) continue;
    return say("a choice of ", "取值，属于 ") + path_in(fact.path_names, language());
  }
  return {};
}

// Only of groups that are declared: among what could not be read may be prose (e.g.).
void check_unread(Work& work) {
  for (Index pack = 0; pack < work.pack_files.size(); ++pack) {
    for (const syntax::File* file : work.files[work.pack_files[pack]].files) {
      for (const syntax::Path& path : file->lost_paths)
        if (work.group_names.contains(path.parts.front().text))
          Conditions(work, {nullptr, file, pack}).fact(path, false);
    }
  }
}

}  // namespace caveat::model
