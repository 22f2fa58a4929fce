// Random conditions, as they are written: of every operator over facts of every type, one within another.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/property/random_words.h"

namespace caveat::random_packs {

inline const std::vector<std::string> kWords = {"保本", "收益", "基金", "人工", "投诉", "利率"};
// What a fact says: words, and one in four spellings that are the same.
inline const std::vector<std::string> kLabels = {"保本", "收益", "App", "app", "ＡＰＰ", "ａPp", "apps"};
inline const std::vector<std::string> kGaps = {"保本…投诉", "基金……人工", "利率 … 收益"};
// Two engines read them, one by bytes: no piece but groups is repeated.
inline const std::vector<std::string> kPatterns = {"保本(和)?收益", "^基金", "利率。$", "(收益|利率)(。|和)(基金|人工)",
                                                   "投诉"};
inline const std::vector<std::string> kZones = {"Asia/Shanghai", "America/New_York", "Mars/Base"};
inline const std::vector<std::string> kWhole = {"0", "17", "18", "19", "64", "65", "66", "99", "100", "101"};
inline const std::vector<std::string> kNumbers = {"0", "1", "17", "18", "19", "64.5", "65", "65.01", "100", "149"};
inline const std::vector<std::string> kAmounts = {"0", "0.01", "9999.99", "10000", "10000.01", "50000", "123456789012"};
inline const std::vector<std::string> kTimes = {"2026-02-28T23:59:59+08:00", "2026-03-01T00:00:00+08:00",
                                                "2026-03-02T12:00:00+08:00", "2026-03-03T16:30:00Z",
                                                "2026-03-08T06:59:59Z",      "2026-03-08T07:00:00Z"};
inline const std::vector<std::string> kDays = {"2026-02-28", "2026-03-01", "2026-03-02"};
// Around 18 and 65 years before the turns, on a leap day, after all of them.
inline const std::vector<std::string> kBirthdays = {"2008-02-28", "2008-02-29", "2008-03-01", "2008-03-02",
                                                    "2008-03-08", "1961-03-02", "2026-02-28", "2026-03-09"};
inline const std::vector<std::string> kKinds = {"deposit", "fund", "loan"};
inline const std::vector<std::string> kLevels = {"R1", "R2", "R3", "R4", "R5"};

class RandomConditions {
 protected:
  explicit RandomConditions(Dice& dice) : dice_(dice), pen_(dice) {}

  // Where a condition stands: what it may read.
  struct Where {
    std::vector<std::string> groups, texts;
  };
  Where where(std::vector<std::string> more = {}, std::vector<std::string> texts = {}) const {
    Where made{{"customer", "customer", "product", "action"}, std::move(texts)};
    made.groups.insert(made.groups.end(), more.begin(), more.end());
    return made;
  }

  // ---- names

  struct FactKind {
    const char *name, *zh, *type;
  };
  static const std::vector<FactKind>& fact_kinds() {
    static const std::vector<FactKind> kAll = {
        {"whole", "整数", "integer 0..150 counted in years old"},
        {"number", "数目", "小数"},
        {"share", "占比", "percent"},
        {"amount", "金额", "款项 CNY"},
        {"limit", "上限", "money CNY"},
        {"open", "款额", "money"},
        {"flag", "标志", "是否"},
        {"day", "日子", "date"},
        {"born", "生日", "日期型"},
        {"seen", "见于", "instant"},
        {"level", "等级", "scale risk"},
        {"kind", "种类", "one of (deposit also 存款, fund also 基金, loan also 贷款)"},
        {"kinds", "各类", "list of one of (deposit also 存款, fund also 基金, loan)"},
        {"label", "标签", "text"},
        {"opens", "开门", "time of day"},
        {"zone", "时区", "time zone"}};
    return kAll;
  }
  static bool of_texts(const std::string& group, const std::string& name) {
    static const std::vector<std::string> kFew = {"number", "flag", "kind", "kinds", "day", "amount"};
    return (group != "answer" && group != "message") || std::find(kFew.begin(), kFew.end(), name) != kFew.end();
  }
  std::string group_name(const std::string& group) {
    static const std::map<std::string, const char*> kChinese = {
        {"customer", "客户"}, {"product", "产品"},  {"action", "操作"},  {"answer", "回答"},
        {"message", "消息"},  {"outreach", "触达"}, {"material", "素材"}};
    if (group == "customer" && dice_.chance(0.2)) return "顾客";
    return dice_.chance(0.5) ? group : kChinese.at(group);
  }
  std::string path(const std::string& group, const std::string& name) {
    std::string also;
    for (const FactKind& kind : fact_kinds())
      if (kind.name == name) also = kind.zh;
    if (name == "extra") also = "附加";
    if (own_ && group == "customer" && name == "whole" && dice_.chance(0.3)) also = "整数乙";
    return group_name(group) + "." + (dice_.chance(0.5) ? name : also);
  }
  std::string fact(const Where& in, const std::vector<std::string>& of) {
    const std::string name = dice_.pick(of);
    std::string group = dice_.pick(in.groups);
    if (!of_texts(group, name)) group = "customer";
    return path(group, name);
  }
  std::string level(int at) {
    static const std::vector<std::string> kAlso = {"C1", "C2", "稳健", "C4", "C5"};
    return dice_.chance(0.5) ? kLevels[static_cast<std::size_t>(at)] : kAlso[static_cast<std::size_t>(at)];
  }
  std::string kind(bool in_list = false) {
    static const std::vector<std::string> kAlso = {"存款", "基金", "贷款"};
    const std::size_t at = static_cast<std::size_t>(dice_.roll(3));
    return dice_.chance(0.5) || (in_list && at == 2) ? kKinds[at] : kAlso[at];
  }
  // ---- comparisons

  // Pairs of one meaning: the sign or word between two values.
  std::string sign(int which) {
    switch (which) {
      case 0:
        return dice_.one({" is ", " 为 ", " = ", " 等于 "});
      case 1:
        return dice_.one({" is not ", " 不为 ", " != ", " ≠ ", " 不等于 "});
      case 2:
        return dice_.one({" is at least ", " >= ", " ≥ ", " is not below ", " is not before ", " is not less than ",
                          " 不低于 ", " 不少于 ", " 不早于 ", " 达到 ", " 至少 ", " at least "});
      case 3:
        return dice_.one({" is at most ", " <= ", " ≤ ", " is not above ", " is not after ", " is not more than ",
                          " 不高于 ", " 不超过 ", " 不晚于 ", " 至多 ", " at most "});
      case 4:
        return dice_.one({" is above ", " > ", " is more than ", " is after ", " above ", " 高于 ", " 超过 ", " 大于 ",
                          " 多于 ", " 晚于 "});
      default:
        return dice_.one({" is below ", " < ", " is less than ", " is before ", " below ", " 低于 ", " 小于 ", " 少于 ",
                          " 不满 ", " 未满 ", " 不足 ", " 早于 "});
    }
  }
  std::string ordered() { return sign(dice_.roll(6)); }
  std::string equal() { return sign(dice_.chance(0.7) ? 0 : 1); }
  std::string between(const std::string& what, const std::string& low, const std::string& high) {
    switch (dice_.roll(4)) {
      case 0:
        return what + " is between " + low + " and " + high;
      case 1:
        return what + " 介于 " + low + " 与 " + high + " 之间";
      case 2:
        return what + " is " + low + " .. " + high;
      default:
        return what + " 为 " + low + " 至 " + high;
    }
  }
  // A constant of a fact's type. `at`: which of them, where their order matters.
  Written constant(const std::string& name, int at = -1) {
    const auto of = [&](const std::vector<std::string>& all) {
      return at < 0 ? dice_.pick(all) : all[static_cast<std::size_t>(at) % all.size()];
    };
    if (name == "whole") {
      static const std::vector<std::string> kBounds = {"0", "18", "65", "100"};
      if (at < 0 && dice_.chance(0.1)) return {dice_.one({"old", "老年", "cn.base.old"}), Written::atom};
      return pen_.years_old(of(kBounds));
    }
    if (name == "amount" || name == "limit") {
      if (at < 0 && dice_.chance(0.1))
        return {dice_.one({defined_ ? "own_amount" : "limit_amount", "cn.base.limit_amount", "基础限额"}),
                Written::atom};
      return pen_.money(of(kAmounts));
    }
    if (name == "open") return pen_.money(of(kAmounts), at < 0 && dice_.chance(0.2) ? "USD" : "CNY");
    if (name == "share") {
      if (at < 0 && dice_.chance(0.1)) return {dice_.one({"some", "些许"}), Written::atom};
      return pen_.percent(of(kNumbers));
    }
    if (name == "day") return {pen_.date(of(kDays)), Written::atom};
    if (name == "level") return {level(at < 0 ? dice_.roll(5) : at % 5), Written::atom};
    if (name == "kind") return {kind(), Written::atom};
    if (name == "flag") return {dice_.one({"yes", "no", "是", "否"}), Written::atom};
    if (name == "label") return {pen_.quoted(of(kLabels)), Written::atom};
    return pen_.number(of(kNumbers));
  }

  // ---- what is reckoned: every pair of kinds that an operator takes, one within another

  Written value(const std::string& kind, int depth, bool with_defines = true) {
    if (depth == 0 || (depth == 1 && dice_.chance(0.6))) {
      if (kind == "amount") {
        if (own_ && with_defines && dice_.chance(0.1))
          return {dice_.one({"sum_amount", "总额", "基础.总额"}), Written::atom};
        return {fact(where(), {"amount", "limit"}), Written::atom};
      }
      if (kind == "number" && own_ && dice_.chance(0.2)) return {path("customer", "extra"), Written::atom};
      return {fact(where(),
                   kind == "number" ? std::vector<std::string>{"number", "whole"} : std::vector<std::string>{kind}),
              Written::atom};
    }
    using B = Written;
    const auto made = [&](const std::string& a, B::Binding left, const char* sign, const std::string& b,
                          B::Binding right, B::Binding all) -> Written {
      const Written x = value(a, depth - 1), y = value(b, depth - 1);
      return {pen_.at_least(x, left) + sign + pen_.at_least(y, right), all};
    };
    if (kind == "number" && dice_.chance(0.5)) {
      const std::string of = dice_.pick(std::vector<std::string>{"share", "amount"});
      return made(of, B::product, dice_.chance(0.5) ? " / " : " ÷ ", of, B::share, B::product);
    }
    switch (dice_.roll(kind == "share" ? 9 : 7)) {
      case 0:
        return made(kind, B::sum, " + ", kind, B::product, B::sum);
      case 1:
        return made(kind, B::sum, " - ", kind, B::product, B::sum);
      case 2:
        return made(kind, B::product, dice_.chance(0.5) ? " * " : " × ", "number", B::share, B::product);
      case 3:
        return made("number", B::product, " * ", kind, B::share, B::product);
      case 4:
        return made(kind, B::product, " / ", "number", B::share, B::product);
      case 5: {
        const std::string share = dice_.chance(0.3) ? pen_.percent(dice_.pick(kNumbers)).text
                                                    : pen_.at_least(value("share", depth - 1), B::atom);
        const Written of = value(kind, depth - 1);
        if (dice_.chance(0.5)) return {share + " of " + pen_.at_least(of, B::atom), B::operand};
        return {pen_.at_least(of, B::share) + " 的 " + share, B::share};
      }
      case 6:
        return {"-" + pen_.at_least(value(kind, depth - 1), B::atom), B::operand};
      default: {
        const std::string of = dice_.pick(std::vector<std::string>{"number", "share", "amount"});
        const Written a = value(of, depth - 1), b = value(of, depth - 1);
        if (dice_.chance(0.5))
          return {pen_.at_least(a, B::share) + " as percent of " + pen_.at_least(b, B::operand), B::share};
        return {pen_.at_least(a, B::share) + " 占 " + pen_.at_least(b, B::operand) + " 的比例", B::share};
      }
    }
  }

  // ---- conditions

  std::string text_part(const Where& in) { return dice_.pick(in.texts); }
  std::string text_of(const std::string& part) {
    return dice_.chance(0.5) ? group_name(part) : group_name(part) + "." + dice_.one({"text", "文本"});
  }
  std::vector<std::string> phrases(bool gaps) {
    std::vector<std::string> all;
    for (int i = dice_.roll(2) + 1; i > 0; --i)
      all.push_back(pen_.quoted(dice_.pick(gaps && dice_.chance(0.2) ? kGaps : kWords)));
    return all;
  }
  std::string weekday() {
    return dice_.one({"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "周一", "周二",
                      "星期三", "周四", "周五", "周六", "星期日", "weekend", "周末"});
  }

  std::string leaf(const Where& in) {
    static const std::vector<std::string> kOrdered = {"whole", "number", "share", "amount", "open", "level", "day"};
    static const std::vector<std::string> kEqual = {"whole", "number", "amount", "open", "level",
                                                    "kind",  "flag",   "day",    "label"};
    switch (dice_.roll(30)) {
      case 0:
      case 1:
      case 2: {
        const std::string name = dice_.pick(kOrdered), of = fact(in, {name});
        const Written bound = constant(name);
        if (dice_.chance(0.2))
          return of + dice_.one({" is ", " 为 "}) + bound.text + dice_.one({" or more", " 以上", " or less", " 以下"});
        return dice_.chance(0.6) ? of + ordered() + bound.text : bound.text + ordered() + of;
      }
      case 3: {
        const std::string name = dice_.pick(kEqual), of = fact(in, {name});
        return dice_.chance(0.7) ? of + equal() + constant(name).text : constant(name).text + equal() + of;
      }
      case 4: {
        const std::string name = dice_.pick(kOrdered);
        return fact(in, {name}) + ordered() + fact(in, {name});
      }
      case 5: {
        const std::string name = dice_.pick(kEqual), of = fact(in, {name});
        std::vector<std::string> items;
        for (int i = dice_.roll(3) + 1; i > 0; --i)
          items.push_back(dice_.chance(0.15) ? fact(in, {name}) : constant(name).text);
        return of + dice_.one({" is one of ", " 属于 ", " is none of ", " 不属于 ", " is not one of "}) +
               pen_.list(items);
      }
      case 6:
        return fact(in, kEqual) +
               dice_.one({" is known", " 已知", " is unknown", " 不明", " is not known", " is not unknown", " 未知"});
      case 7: {
        const std::string flag = fact(in, {"flag"});
        return dice_.chance(0.5) ? flag : flag + equal() + dice_.one({"yes", "no", "是", "否"});
      }
      case 8: {  // a text
        if (in.texts.empty()) return leaf(in);
        const std::string text = text_of(text_part(in));
        std::vector<std::string> items = phrases(true);
        if (items.size() == 1 && dice_.chance(0.5))
          return text + dice_.one({" contains ", " 包含 ", " lacks ", " 不含 ", " does not contain "}) + items[0];
        if (dice_.chance(0.2)) items = {path("customer", "label")};
        if (dice_.chance(0.3)) items.push_back(dice_.one({defined_ ? "more_words" : "words", "词语", "cn.base.words"}));
        return text + dice_.one({" contains any of ", " 包含任一 ", " contains all of ", " 包含全部 "}) +
               pen_.list(items);
      }
      case 9: {  // a list
        const std::string list = fact(in, {"kinds"});
        if (dice_.chance(0.25)) return list + dice_.one({" is empty", " is not empty", " 为空", " 不为空"});
        const auto item = [&] { return dice_.chance(0.3) ? fact(in, {"kind"}) : kind(true); };
        if (dice_.chance(0.4))
          return list + dice_.one({" includes ", " does not include ", " 包括 ", " 不包括 "}) + item();
        std::vector<std::string> items = {item()};
        if (dice_.chance(0.5)) items.push_back(item());
        return list + dice_.one({" includes any of ", " 包括任一 ", " includes all of ", " 包括全部 "}) +
               pen_.list(items);
      }
      case 10:
      case 11: {
        const std::string day = fact(in, {"day"});
        const std::string by = dice_.chance(0.1) ? dice_.one({"grace", "宽限"}) : pen_.length();
        switch (dice_.roll(8)) {
          case 0:
            return day + " is more than " + by + " ago";
          case 1:
            return day + " 距今 超过 " + by;
          case 2:
            return day + " is at least " + by + " ago";
          case 3:
            return day + " 距今 不少于 " + by;
          case 4:
            return day + " is within the last " + by;
          case 5:
            return day + " 距今 不超过 " + by;
          case 6:
            return day + " is within the next " + by;
          default:
            return day + " 在 未来 " + by + " 内";
        }
      }
      case 12:
        return fact(in, {"day"}) + ordered() + dice_.one({"today", "今日"});
      case 13: {
        if (in.texts.empty()) return leaf(in);
        return text_of(text_part(in)) + dice_.one({" matches ", " 匹配 ", " does not match ", " 不匹配 "}) + "/" +
               dice_.pick(kPatterns) + "/";
      }
      case 14:
      case 15: {
        if (in.texts.empty()) return leaf(in);
        const std::string text = text_of(text_part(in));
        std::vector<std::string> items = phrases(false);
        if (items.size() == 1 && dice_.chance(0.5))
          return text + dice_.one({" claims ", " 宣称 ", " does not claim ", " 未宣称 "}) + items[0];
        if (dice_.chance(0.3)) items.push_back(dice_.one({defined_ ? "more_words" : "words", "词语"}));
        return text + dice_.one({" claims any of ", " 宣称任一 ", " does not claim any of ", " 未宣称任一 "}) +
               pen_.list(items);
      }
      case 16: {
        const std::string day = fact(in, {"day"});
        switch (dice_.roll(4)) {
          case 0:
            return day + dice_.one({" is ", " 为 ", " is not ", " 不为 "}) + weekday();
          case 1:
            return day + dice_.one({" is one of ", " 属于 ", " is none of "}) + pen_.list({weekday(), weekday()});
          case 2:
            return between(day, weekday(), weekday());
          default:
            return day + dice_.one({" is a working day", " is not a working day", " 为 工作日", " 不为 工作日"});
        }
      }
      case 17: {  // day ± a length, held against today; or the days between two
        if (dice_.chance(0.3)) return "today - " + fact(in, {"day"}) + ordered() + pen_.days(dice_.roll(3));
        return fact(in, {"day"}) + (dice_.chance(0.5) ? " + " : " - ") + pen_.length() + ordered() +
               dice_.one({"today", "今日"});
      }
      case 18: {
        static const std::vector<std::string> kHours = {"00:00", "01:00", "03:00", "12:00", "22:00", "24:00"};
        const std::string from = dice_.pick(kHours);
        std::string to = dice_.pick(kHours);
        while (to == from) to = dice_.pick(kHours);
        const std::string low = dice_.chance(0.3) ? fact(in, {"opens"}) : from,
                          high = dice_.chance(0.3) ? fact(in, {"opens"}) : to;
        if (dice_.chance(0.2)) return between(fact(in, {"opens"}), low, high);
        const std::string zone = dice_.chance(0.5)
                                     ? fact(in, {"zone"})
                                     : pen_.quoted(dice_.pick(std::vector<std::string>{kZones[0], kZones[1]}));
        switch (dice_.roll(4)) {
          case 0:
            return "now is between " + low + " and " + high;
          case 1:
            return "此刻 介于 " + low + " 与 " + high + " 之间";
          case 2:
            return "now is between " + low + " and " + high + " in " + zone;
          default:
            return "按 " + zone + "，此刻 介于 " + low + " 与 " + high + " 之间";
        }
      }
      case 19:
        return fact(in, {"opens"}) + ordered() + dice_.one({"12:00", "22:00", "10:00"});
      case 20: {
        const std::string of = dice_.pick(std::vector<std::string>{"number", "share", "amount"});
        const Written what = dice_.chance(0.5) ? value(of, 2) : Written{fact(in, {of}), Written::atom};
        return pen_.at_least(what, Written::share) + dice_.one({" rounded to ", " 修约至 "}) +
               std::to_string(dice_.roll(3)) + dice_.one({"", " digits", "位"}) + ordered() + constant(of).text;
      }
      case 21: {
        const std::string born = fact(in, {"born"});
        return (dice_.chance(0.5) ? "full years since " + born : born + " 至今满年数") + ordered() +
               constant("whole").text;
      }
      case 22: {
        const std::string seen = fact(in, {"seen"});
        if (dice_.chance(0.6)) return seen + ordered() + dice_.one({"now", "此刻"});
        return seen + ordered() +
               dice_.one({"2026-03-02T12:00", "2026-03-02T12:00+08:00", "2026-03-01T00:00:00", "2026-03-08T07:00Z",
                          "2026-03-08T03:00"});
      }
      case 23: {
        const std::string name = dice_.pick(kOrdered);
        const int low = dice_.roll(3);
        return between(fact(in, {name}), constant(name, low).text, constant(name, low + dice_.roll(3 - low)).text);
      }
      case 24: {
        const std::string name = dice_.pick(std::vector<std::string>{"number", "share", "amount"});
        const std::string a = fact(in, {name}), b = fact(in, {name}), by = constant(name).text;
        return dice_.chance(0.5) ? a + " differs from " + b + " by more than " + by
                                 : a + " 与 " + b + " 相差 超过 " + by;
      }
      case 25:  // a define, of this pack or of the one that it uses
        if (!defined_) return own_ ? dice_.one({"common", "共同", "cn.base.shared", "deeper"}) : leaf(in);
        return dice_.one(
            {"shared_here", "cn.base.shared", "基础.shared", "own", "common", "共同", "deeper", "deeper", "always_on"});
      case 26: {
        if (!own_) return leaf(in);
        if (dice_.chance(0.5)) return "its_level" + ordered() + constant("level").text;
        return "sum_number" + ordered() + constant("number").text;
      }
      case 27:  // of whatever currency
        return fact(in, {"open"}) + (dice_.chance(0.5) ? " + " : " - ") + fact(in, {"open"}) + ordered() +
               constant("open").text;
      default: {
        const std::string of = dice_.pick(std::vector<std::string>{"number", "share", "amount"});
        return value(of, 2).text + ordered() + constant(of).text;
      }
    }
  }

  // As a member of a chain, where only a comparison or a bracket may stand; `not` brackets what it denies.
  std::string denied(const std::string& inner) { return dice_.one({"not ", "非 ", "并非 "}) + pen_.brackets(inner); }
  std::string chain(bool all, const std::vector<std::string>& members) {
    std::string out;
    for (const std::string& one : members)
      out += (out.empty() ? ""
              : all       ? dice_.one({" and ", " 且 ", " 并且 "})
                          : dice_.one({" or ", " 或 ", " 或者 "})) +
             one;
    return out;
  }
  std::string condition(int depth, const Where& in) {
    if (depth == 0 || dice_.chance(0.3)) return leaf(in);
    const auto member = [&] {
      return depth == 1 || dice_.chance(0.3) ? leaf(in) : pen_.brackets(condition(depth - 1, in));
    };
    switch (dice_.roll(6)) {
      case 0:
        return denied(condition(depth - 1, in));
      case 1: {
        std::string members;
        const int count = dice_.roll(3) + 2, wanted = dice_.roll(count) + 1;
        for (int i = 0; i < count; ++i)
          members += (members.empty() ? "" : dice_.one({"; ", "；"})) + condition(depth - 1, in);
        switch (dice_.roll(5)) {
          case 0:
            return dice_.one({"all of ", "同时满足"}) + pen_.brackets(members);
          case 1:
            return dice_.one({"any of ", "满足任一"}) + pen_.brackets(members);
          case 2:
            return dice_.one({"none of ", "均不满足"}) + pen_.brackets(members);
          default:
            if (wanted == 2 && dice_.chance(0.3)) return "at least two of " + pen_.brackets(members);
            return (dice_.chance(0.5) ? "at least " + std::to_string(wanted) + " of "
                                      : "至少满足 " + std::to_string(wanted) + "项") +
                   pen_.brackets(members);
        }
      }
      default: {
        std::vector<std::string> members;
        for (int i = dice_.roll(3) + 2; i > 0; --i)
          members.push_back(dice_.chance(0.15) ? denied(condition(depth - 1, in)) : member());
        return chain(dice_.chance(0.5), members);
      }
    }
  }

  // Asks keys alone: a fact against constants, against another fact, a list against symbols.
  std::string key_test() {
    static const std::vector<std::string> kOrdered = {"whole", "number", "share", "amount", "level", "day"};
    const Where in = where();
    switch (dice_.roll(4)) {
      case 0: {
        const std::string name = dice_.pick(kOrdered);
        return fact(in, {name}) + ordered() + fact(in, {name});
      }
      case 1: {
        std::vector<std::string> items = {kind(true)};
        if (dice_.chance(0.5)) items.push_back(kind(true));
        return fact(in, {"kinds"}) + dice_.one({" includes any of ", " 包括全部 "}) + pen_.list(items);
      }
      case 2: {
        const std::string name =
            dice_.pick(std::vector<std::string>{"whole", "amount", "level", "kind", "flag", "day"});
        std::vector<std::string> items;
        for (int i = dice_.roll(3) + 1; i > 0; --i) items.push_back(constant(name).text);
        return fact(in, {name}) + dice_.one({" is one of ", " 属于 "}) + pen_.list(items);
      }
      default: {
        const std::string name = dice_.pick(kOrdered), of = fact(in, {name});
        return dice_.chance(0.5) ? of + ordered() + constant(name).text : constant(name).text + ordered() + of;
      }
    }
  }
  std::string conjunction() {
    const std::string group = dice_.pick(std::vector<std::string>{"customer", "customer", "product", "action"});
    std::vector<std::string> members;
    for (const std::string name : {"kind", "level"})
      if (dice_.chance(0.7)) members.push_back(path(group, name) + sign(0) + constant(name).text);
    for (int i = dice_.roll(3) + 1; i > 0; --i) members.push_back(dice_.chance(0.25) ? denied(key_test()) : key_test());
    return chain(true, members);
  }

  Dice& dice_;
  Pen pen_;
  bool own_ = false;      // in cn.rules, which sees its own names and those of cn.base
  bool defined_ = false;  // its defines are there to be used
};

}  // namespace caveat::random_packs
