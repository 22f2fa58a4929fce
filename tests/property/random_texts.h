// Random packs of rules about texts, and turns for them: words that stand in a text in many spellings, rules that mask, replace, disclose
// and quote what they find, in either phrasing. What the packs of random_packs.h do not have.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/engine/decide/hand_made.h"
#include "tests/property/random_packs.h"

namespace caveat::random_texts {

using random_packs::Dice;

inline const std::vector<std::string> kSought = {"保本", "收益", "稳赚", "fund", "risk-free", "App"};
inline const std::vector<std::string> kSpelt = {"保本", "保 本",     "保\u200B本", "收益",  "稳赚", "fund",  "ＦＵＮＤ",
                                                "Fund", "risk‑free", "Risk-Free",  "funds", "app",  "ＡＰＰ"};
inline const std::vector<std::string> kBetween = {"的", "很好", "a",  " good ", "x",    " 5", "不", "，",
                                                  "。", ", ",   ". ", "！",     "吗？", "（", "）", "(",
                                                  ")",  "“",    "”",  " ",      "、",   "\n", "；", "  "};
inline const std::vector<std::string> kPhones = {"13800138000", "13912345678"};
inline const std::vector<std::string> kNumbers = {"13800138000", "１3800138000", "6222021234567890123",
                                                  "62220２1234567890123", "x13912345678"};
inline const std::vector<std::string> kNames = {"王小五", "Ann Lee"};
inline const std::vector<std::string> kPatterns = {"1[3-9][0-9]{9}", "[0-9]{16,19}", "(保本|稳赚)", "fund(s)?", "。"};

// Wordings that a text may carry, in both languages, and how it may stand to one.
inline const std::vector<std::pair<std::string, std::string>> kWordings = {{"理财非存款，产品有风险。", "Fees apply."},
                                                                           {"请阅读说明书", "Read the prospectus"},
                                                                           {"产品有风险。", "All fees apply."}};

class RandomTexts {
 public:
  std::vector<std::string> rules;

  explicit RandomTexts(Dice& dice, int count) : dice_(dice) {
    for (int i = 0; i < count; ++i) rules.push_back(rule("r" + std::to_string(i)));
  }
  random_packs::Texts texts() const {
    std::string all =
        "pack cn.rules\n  time zone \"Asia/Shanghai\"\n  default queue desk\n"
        "queue desk\n  say zh \"请稍候。\" en \"Please wait.\"\n"
        "queue echo\n  say zh \"您说“{message.text}”，请稍候。\" en \"You wrote {message.text}\"\n"
        "source law is \"x\" article 1\n"
        "facts customer\n  flag yes/no\n  name text, ask zh \"请问姓名？\" en \"Your name?\"\n"
        "  phone text, data class C3\n"
        "facts product\n  name text\n"
        "facts action\n  fee text\n"
        "lexicon bad is \"稳赚\", \"risk-free\", \"保本 … 收益\"\n"
        "define promised as answer contains \"收益\" or message contains \"fund\"\n";
    for (std::size_t i = 0; i < kWordings.size(); ++i)
      all +=
          "wording W" + std::to_string(i) + " zh \"" + kWordings[i].first + "\" en \"" + kWordings[i].second + "\"\n";
    // None says whose words follow (您说：): a claim is read otherwise then, which the twin does not know.
    all +=
        "wording WROTE zh \"来信：{message.text}\" en \"Received: {message.text}\"\n"
        "wording WHO zh \"{customer.name}，{customer.phone}。\" en \"{customer.name}, {customer.phone}.\"\n";
    all += "wording FEE zh \"另收{action.fee}。\" en \"{action.fee} extra.\"\n";
    for (const std::string& one : rules) all += one;
    return {{"rules", all}};
  }

 private:
  Dice& dice_;

  std::string text_of(const std::string& part) {
    if (part == "answer") return dice_.one({"answer", "回答", "answer.text", "回答.文本"});
    if (part == "message") return dice_.one({"message", "消息", "message.text", "消息.文本"});
    return part == "outreach" ? dice_.one({"outreach.text", "触达.文本"}) : dice_.one({"material.text", "素材.文本"});
  }
  std::string quoted(const std::string& text) { return dice_.chance(0.5) ? "\"" + text + "\"" : "「" + text + "」"; }
  std::string finds(const std::string& part, bool customer) {
    const std::string text = text_of(part);
    switch (dice_.roll(customer ? 9 : 8)) {
      case 0:
      case 1:
        return text + dice_.one({" contains ", " 包含 "}) + quoted(dice_.pick(kSought));
      case 2:
        return text + dice_.one({" contains any of ", " 包含任一 "}) + "bad, " + quoted(dice_.pick(kSought));
      case 3:
        return text + dice_.one({" contains all of ", " 包含全部 "}) + quoted(dice_.pick(kSought)) + ", " +
               quoted(dice_.pick(kSought));
      case 4:
        return text + dice_.one({" claims ", " 宣称 "}) + quoted(kSought[static_cast<std::size_t>(dice_.roll(3))]);
      case 5:
        return text + dice_.one({" contains any of ", " 包含任一 "}) + "bad";
      case 6:
      case 7:
        return text + dice_.one({" matches ", " 匹配 "}) + "/" + dice_.pick(kPatterns) + "/";
      default:
        return text + dice_.one({" contains ", " 包含 "}) + dice_.one({"customer.phone", "customer.name"});
    }
  }
  std::string asks(const std::string& part, bool customer) {
    switch (dice_.roll(customer ? 6 : 2)) {
      case 0:
        return text_of(part) + dice_.one({" lacks ", " 不含 "}) + quoted(dice_.pick(kSought));
      case 1:
        return "not (" + text_of(part) + " contains " + quoted(dice_.pick(kSought)) + ")";
      case 2:
        return dice_.one({"customer.flag is yes", "customer.flag is no"});
      case 3:
        return "customer.name is \"王小五\"";
      case 4:
        return dice_.one({"customer.phone is known", "customer.phone is not \"1\""});
      default:
        return dice_.one({"customer.phone is known", "promised"});
    }
  }
  std::string condition(const std::vector<std::string>& parts, bool customer) {
    const std::string first = finds(parts.front(), customer);
    const auto more = [&] {
      return dice_.chance(0.5) ? finds(dice_.pick(parts), customer) : asks(dice_.pick(parts), customer);
    };
    switch (dice_.roll(6)) {
      case 0:
        return first + dice_.one({" and ", " 且 "}) + more();
      case 1:
        return first + dice_.one({" or ", " 或 "}) + more();
      case 2:
        return "at least 1 of (" + first + "; " + more() + "; " + more() + ")";
      case 3:
        return "(" + first + " or " + more() + ") and " + more();
      default:
        return first;
    }
  }

  std::string both(const std::string& zh, const std::string& en) {
    switch (dice_.roll(4)) {
      case 0:
        return " zh \"" + zh + "\"";
      case 1:
        return " en \"" + en + "\"";
      default:
        return " en \"" + en + "\" zh \"" + zh + "\"";
    }
  }
  std::string wording() {
    switch (dice_.roll(8)) {
      case 0:
        return "WROTE";
      case 1:
        return "WHO";
      default:
        return "W" + std::to_string(dice_.roll(3));
    }
  }
  std::string effect(bool may_replace, bool on_answer, bool customer) {
    const auto named = [&](std::string name) {
      while (!customer && (name == "WHO" || name == "WROTE")) name = wording();
      return name;
    };
    switch (dice_.roll(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return dice_.chance(0.5)
                   ? "redact match, " +
                         dice_.one({"full", "label", "keep last 2", "keep first 3", "keep first 3 and last 4"})
                   : "脱敏 命中，" + dice_.one({"全部", "保留后2位", "保留前6位、后4位"});
      case 4:
      case 5:
      case 6:
        if (!may_replace) return "redact match, full";
        switch (dice_.roll(customer ? 8 : 4)) {
          case 0:
          case 1:
          case 2:
            return "replace match with \"\"";
          case 3:
            return "replace match with" + both("<{match}>", "[{match}]");
          case 4:
            return "replace match with" + both("{customer.name}", "{customer.phone}");
          case 5:
            return "replace match with" + both("“{message.text}”", "{message.text}");
          case 6:
            return "replace match with \"fund\"";
          default:
            return "命中处改为 “（略）”";
        }
      case 7:
      case 8:
      case 9:
        return (dice_.chance(0.5) ? "disclose " : "披露 ") + named(wording()) +
               dice_.one({" at start", " at end", " 于 开头", " 于 结尾"});
      case 10:
        if (!on_answer) return "flag f" + std::to_string(dice_.roll(2));
        return dice_.chance(0.5) ? "replace answer with " + named(wording())
                                 : "replace answer with" + both("请见“{match}”。", "See {match}.");
      default:
        switch (dice_.roll(4)) {
          case 0:
            return "block";
          case 1:
            return "hand off to " + dice_.one({"desk", "echo"});
          case 2:
            return customer ? "require customer.name" : "block";
          default:
            return "flag f" + std::to_string(dice_.roll(2));
        }
    }
  }
  std::string rule(const std::string& name) {
    struct On {
      const char* subjects;
      std::vector<std::string> parts;
      bool may_replace, on_answer, customer;
    };
    static const std::vector<On> kOn = {{"answer", {"answer"}, true, true, true},
                                        {"answer", {"message"}, false, true, true},
                                        {"answer", {"answer", "message"}, true, true, true},
                                        {"answer", {"answer", "message"}, true, true, true},
                                        {"message", {"message"}, true, false, true},
                                        {"answer, message", {"answer", "message"}, true, true, true},
                                        {"recommendation as a whole", {"answer", "message"}, true, true, true},
                                        {"recommendation", {"answer"}, true, true, true},
                                        {"action", {"message"}, false, false, true},
                                        {"action, answer", {"answer"}, true, true, true},
                                        {"material", {"material"}, true, true, false},
                                        {"outreach as a whole", {"outreach"}, true, true, false}};
    const On& on = dice_.pick(kOn);
    std::string out = "rule " + name + "\n  cites law\n  applies to " + on.subjects + "\n  when " +
                      condition(on.parts, on.customer) + "\n";
    if (on.customer && dice_.chance(0.15)) out += "  unless customer.flag is yes\n";
    out += "  then " + effect(on.may_replace, on.on_answer, on.customer);
    if (dice_.chance(0.3)) out += " and " + effect(on.may_replace, on.on_answer, on.customer);
    // Each action's own fee.
    if (const std::size_t at = out.find(" W1 "); std::string(on.subjects) == "action" && at != std::string::npos)
      out.replace(at, 4, " FEE ");
    const std::string told =
        on.customer ? dice_.one({"{match}", "{customer.phone}", "{answer.text}", "{message.text}"}) : "{match}";
    out += "\n    say" + both("告知：" + told, "Told: " + told) + "\n    because" +
           both("因“" + told + "”", "for " + told) + "\n";
    if (dice_.chance(0.4))
      out += "  if unknown " +
             (dice_.chance(0.3) ? std::string("pass") : effect(on.may_replace, on.on_answer, on.customer)) + "\n";
    return out;
  }
};

struct RandomTextTurn {
  twin::Turn told;
  hand_made::Turn sent;

  explicit RandomTextTurn(Dice& dice) : dice_(dice) {
    told.at = twin::instant_of("2026-03-02T10:00:00+08:00");
    told.by_clause = true;
    told.language = dice.one({"zh", "en"});
    sent.text("language", told.language);
    const int kind = dice.roll(8);
    if (kind == 0) say("material", sent.object("material"));
    if (kind == 1) {
      const std::uint32_t object = sent.object("outreach");
      say("outreach", object);
      const std::uint32_t list = sent.list("recipients", object);
      sent.text("id", "k0", sent.fields.add(list, "", decide::Fields::Kind::object));
      told.recipients.emplace_back();
    }
    if (kind < 2) return;
    if (dice.chance(0.9)) say("answer", sent.object("answer"));
    if (dice.chance(0.8)) say("message", sent.object("message"));
    const std::uint32_t customer = sent.object("customer");
    const auto fact = [&](const char* name, const std::string& value) {
      if (dice.chance(0.2)) return;
      told.facts[std::string("customer.") + name].text = value;
      if (std::string(name) == "flag")
        sent.yes(name, value == "true", customer);
      else
        sent.text(name, value, customer);
    };
    fact("flag", dice.chance(0.3) ? "true" : "false");
    fact("name", dice.pick(kNames));
    fact("phone", dice.pick(kPhones));
    if (dice.chance(0.5)) {
      told.has.insert("recommendation");
      const int products = dice.roll(3);
      if (products == 0) sent.list("products", sent.object("recommendation"));
      for (int i = 0; i < products; ++i) {
        sent.product("p" + std::to_string(i));
        told.products.emplace_back();
      }
    }
    const int actions = dice.chance(0.3) ? dice.roll(3) : 0;
    const std::uint32_t list = actions > 0 ? sent.list("actions") : 0;
    for (int i = actions; i > 0; --i) {
      const std::uint32_t action = sent.fields.add(list, "", decide::Fields::Kind::object);
      sent.text("name", "transfer", action);
      twin::Facts& facts = told.actions.emplace_back();
      if (dice.chance(0.2)) continue;
      facts["action.fee"].text = dice.one({"5 元", "7 CNY"});
      sent.text("fee", facts["action.fee"].text, action);
    }
  }

 private:
  Dice& dice_;

  void say(const std::string& part, std::uint32_t object) {
    told.has.insert(part);
    std::string said;
    for (int i = dice_.roll(7) + 1; i > 0; --i) {
      switch (dice_.roll(10)) {
        case 0:
        case 1:
        case 2:
        case 3:
          said += dice_.pick(kSpelt);
          break;
        case 4:
          said += dice_.pick(kNumbers);
          break;
        case 5:
          said += dice_.pick(kNames);
          break;
        case 6:
          said += sentence(said.empty());
          break;
        default:
          said += dice_.pick(kBetween);
      }
    }
    told.facts[part + ".text"].text = said;
    sent.text("text", said, object);
  }
  // One that carries a wording, or seems to.
  std::string sentence(bool first) {
    const bool zh = told.language == "zh";
    const auto& [chinese, english] = dice_.pick(kWordings);
    const std::string& wording = zh ? chinese : english;
    std::string out = first ? "" : dice_.one({"。", "\n", "！"});
    switch (dice_.roll(8)) {
      case 0:
        out += zh ? "风险提示：" : "Note: ";
        break;
      case 1:
        out += zh ? "看到" : "Mind you ";
        break;
      case 2:
        out += zh ? "以下是误传：\n" : "They got this wrong:\n";
        break;
      case 3:
        out += "- ";
        break;
      default:
        break;
    }
    out += wording;
    switch (dice_.roll(8)) {
      case 0:
        out += zh ? "以上说法不实。" : " That is not true. ";
        break;
      case 1:
        out += zh ? "您好。以上是谣言。" : " Hello. The above is false. ";
        break;
      case 2:
        out += "？";
        break;
      default:
        out += dice_.one({"\n", "", "\n"});
    }
    return out;
  }
};

}  // namespace caveat::random_texts
