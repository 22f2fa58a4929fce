#include "engine/decide/explain.h"

#include <algorithm>
#include <array>

#include "engine/decide/readers.h"
#include "engine/decide/sentences.h"
#include "engine/text/redact.h"

namespace caveat::decide {

using program::Program;

std::string_view told(Verdict verdict, Language language) {
  constexpr std::array<std::string_view, 5> kZh = {"放行", "修改", "要求", "拦截", "转人工"};
  constexpr std::array<std::string_view, 5> kEn = {"allowed", "revised", "held until something is satisfied", "blocked",
                                                   "handed to a person"};
  return (language == Language::zh ? kZh : kEn)[static_cast<std::size_t>(verdict)];
}

std::string_view told(Cause cause, Language language) {
  constexpr std::array<std::string_view, 22> kZh = {"",
                                                    "未提供",
                                                    "已过时效",
                                                    "未注明时点",
                                                    "仅为推断",
                                                    "日期在未来",
                                                    "超出数值范围",
                                                    "超过上限",
                                                    "尚不支持",
                                                    "相互矛盾",
                                                    "终稿未通过",
                                                    "内部错误",
                                                    "存储故障",
                                                    "没有规则包",
                                                    "超出日历覆盖范围",
                                                    "没有该时区",
                                                    "紧急开关已开启",
                                                    "参考数据未收录",
                                                    "除数为零",
                                                    "两种货币无法比较",
                                                    "时长的单位无法相比",
                                                    "要查找的文本为空"};
  constexpr std::array<std::string_view, 22> kEn = {"",
                                                    "not provided",
                                                    "out of date",
                                                    "without a date",
                                                    "only inferred",
                                                    "dated in the future",
                                                    "beyond what numbers can hold",
                                                    "over a limit",
                                                    "not supported yet",
                                                    "contradictory",
                                                    "the final text did not pass",
                                                    "an internal error",
                                                    "a storage failure",
                                                    "no rule pack is loaded",
                                                    "outside of what the calendar covers",
                                                    "not a time zone",
                                                    "the emergency switch is on",
                                                    "not in the reference data",
                                                    "a division by zero",
                                                    "two currencies, which do not compare",
                                                    "two spans with no measure in common",
                                                    "an empty text to look for"};
  return (language == Language::zh ? kZh : kEn)[static_cast<std::size_t>(cause)];
}

// How a claim is made, behind its words; nothing where they are merely there.
std::string_view told(Said said, Language language) {
  constexpr std::array<std::string_view, 4> kZh = {"", "（断言）", "（有保留的断言）", "（以应答承认）"};
  constexpr std::array<std::string_view, 4> kEn = {"", " (asserted)", " (asserted with a reserve)",
                                                   " (by saying yes to the question)"};
  return (language == Language::zh ? kZh : kEn)[static_cast<std::size_t>(said)];
}

namespace {

// Of what is unknown though its facts are known: who reads `told` behind a name reads this alone.
std::string_view worked_out(Cause cause, Language language) {
  const bool zh = language == Language::zh;
  switch (cause) {
    case Cause::missing:
      return zh ? "所回答的消息未提供" : "the message that is answered is not provided";
    case Cause::future:
      return zh ? "日期在未来" : "a day lies in the future";
    case Cause::overflow:
      return zh ? "计算结果超出数值范围" : "what is reckoned is beyond what numbers can hold";
    case Cause::limit:
      return zh ? "超过上限" : "there is more than a limit allows";
    case Cause::uncovered:
      return zh ? "日期超出日历覆盖范围" : "a day lies outside of what the calendar covers";
    case Cause::unknown_zone:
      return zh ? "没有所指的时区" : "there is no such time zone";
    case Cause::division:
      return zh ? "除数为零" : "a number is divided by zero";
    case Cause::currencies:
      return zh ? "两种货币无法比较" : "two currencies do not compare";
    case Cause::spans:
      return zh ? "时长的单位无法相比（月与日、日期与小时）"
                : "two spans have no measure in common (months beside days, hours of a date)";
    case Cause::empty_text:
      return zh ? "要查找的文本为空" : "the text that is looked for is empty";
    default:
      return told(cause, language);
  }
}

std::string match_told(const Request& request, const Decision& decision, const Match& match) {
  return masked(decision.untold, match.part, text_of(request, match.part), match.begin, match.end);
}

std::string because(const Program& program, const Request& request, const Decision& decision, const Reason& reason,
                    Language language) {
  const bool zh = language == Language::zh;
  std::string text;
  if (reason.unknown) {
    for (const FactUsed& fact : reason.facts) {
      if (fact.known) continue;
      text += text.empty() ? (zh ? "无法判明：" : "It could not be settled: ") : (zh ? "；" : "; ");
      text += program.slot_name(fact.slot, language);
      text += zh ? " " : " is ";
      text += told(fact.cause, language);
    }
    if (reason.cause != Cause::none) {
      text += text.empty() ? (zh ? "无法判明：" : "It could not be settled: ") : (zh ? "；" : "; ");
      text += worked_out(reason.cause, language);
    }
    if (text.empty()) text = zh ? "无法判明" : "It could not be settled";
    return text + (zh ? "。" : ".");
  }
  Topic topic{&program, &request, language, -1, -1, {}, -1, decision.untold};
  std::string match;
  for (const FactUsed& fact : reason.facts) {
    const auto frame = static_cast<program::Frame>(program.slots()[fact.slot].frame);
    if (frame == program::Frame::product) topic.product = fact.item;
    if (frame == program::Frame::action) topic.action = fact.item;
  }
  if (reason.product >= 0) topic.product = reason.product;
  if (reason.action >= 0) topic.action = reason.action;
  topic.recipient = reason.recipient;
  if (!reason.matches.empty()) {
    match = match_told(request, decision, reason.matches[0]);
    topic.match = match;
  }
  append(text, topic, program.rules()[reason.rule].because);
  return text;
}

// Each place in its text once, in the order of the text.
void quote_matches(const Request& request, const Decision& decision, const Reason& reason, ReasonTold& told) {
  for (const Match& match : reason.matches) {
    std::string text = match_told(request, decision, match);
    if (std::find(told.matched.begin(), told.matched.end(), text) != told.matched.end()) continue;
    told.matched.push_back(std::move(text));
    told.said.push_back(match.said);
  }
}

}  // namespace

std::vector<ReasonTold> reasons(const Program& program, const Request& request, const Decision& decision,
                                Language language, Audience audience, std::string_view role) {
  const auto shows = [&](std::uint32_t rule) {
    if (!program.rule_is_confidential(rule) || audience == Audience::confidential) return true;
    const std::vector<std::string_view> named = program.rule_visible_to(rule);
    return audience == Audience::officer && std::find(named.begin(), named.end(), role) != named.end();
  };
  std::vector<ReasonTold> all;
  for (const Reason& reason : decision.reasons) {
    // No tipping-off: to everybody but its named roles a confidential rule is not there (semantics.md 13).
    if (!shows(reason.rule)) continue;
    // A customer reads of himself, and to which of several recipients this is told nobody says.
    if (audience == Audience::customer && reason.recipient >= 0 && request.recipients() > 1) continue;
    ReasonTold told;
    told.rule = program.rule_id(reason.rule);
    told.unknown = reason.unknown;
    told.verdict = reason.verdict;
    told.item = reason.item();
    const auto judged_for = [&](std::int32_t item, auto name_of) {
      if (item < 0) return;
      if (!told.item_id.empty()) told.item_id += ", ";
      told.item_id += name_of(static_cast<std::size_t>(item));
    };
    judged_for(reason.product, [&](std::size_t item) { return request.product_id(item); });
    judged_for(reason.action, [&](std::size_t item) { return request.action_name(item); });
    judged_for(reason.recipient, [&](std::size_t item) { return request.recipient_id(item); });
    if (audience != Audience::bot) {
      told.title = program.rule_title(reason.rule, language);
      told.because = because(program, request, decision, reason, language);
      for (std::string_view cite : program.rule_cites(reason.rule, language)) told.cites.emplace_back(cite);
    }
    if (audience == Audience::officer || audience == Audience::confidential) {
      for (const FactUsed& fact : reason.facts) {
        std::string value;
        append_told(value, program, request, decision.untold, fact.slot, fact.item, language);
        if (!fact.known && fact.cause != Cause::none && request.value(fact.slot, fact.item).empty()) {
          value += std::string(language == Language::zh ? "（" : " (") +
                   std::string(decide::told(fact.cause, language)) + (language == Language::zh ? "）" : ")");
        }
        told.facts.emplace_back(program.slot_path(fact.slot), std::move(value));
      }
      quote_matches(request, decision, reason, told);
    }
    all.push_back(std::move(told));
  }
  return all;
}

bool may_tell_cause(const Program& program, const Decision& decision, Audience audience) {
  bool hidden = false;
  for (const Reason& reason : decision.reasons) {
    if (!reason.unknown || reason.verdict != Verdict::handoff) continue;
    if (audience == Audience::confidential || !program.rule_is_confidential(reason.rule)) return true;
    hidden = true;
  }
  return !hidden;  // a failure is no rule's
}

namespace {

class Story {
 public:
  Story(const Program& program, const Request& request, const Decision& decision, Language language, Audience audience)
      : p_(program),
        r_(request),
        d_(decision),
        language_(language),
        zh_(language == Language::zh),
        audience_(audience) {}

  std::string tell(const std::vector<ReasonTold>& reasons) {
    scene();
    said();
    verdict();
    for (const ReasonTold& reason : reasons) this->reason(reason);
    // That hidden rules fired is not told outside of the house either: no rule may be behind it, as with a hold.
    const bool outside = audience_ == Audience::customer || audience_ == Audience::bot;
    if (reasons.empty() && (d_.verdict == Verdict::allow || !outside)) {
      line(d_.verdict == Verdict::allow ? zh_ ? "没有规则提出异议。" : "No rule objected."
           : zh_                        ? "所依据的规则不对此读者公开。"
                                        : "The rules behind it are not shown to this reader.");
    }
    outcome();
    if (audience_ == Audience::customer) {
      line(zh_ ? "如对该结论有异议，您可以要求人工复核。"
               : "If you disagree, you may ask for a person to look at it again.");
    }
    return std::move(text_);
  }

 private:
  const Program& p_;
  const Request& r_;
  const Decision& d_;
  Language language_;
  bool zh_;
  Audience audience_;
  std::string text_;

  void line(std::string_view text) {
    text_ += as_one(text);
    text_ += '\n';
  }
  std::string quote(std::string_view text) const { return (zh_ ? "“" : "\"") + std::string(text) + (zh_ ? "”" : "\""); }
  static std::string both(std::string_view before, const std::string& middle, std::string_view after = {}) {
    std::string all(before);
    all += middle;
    all += after;
    return all;
  }

  void scene() {
    std::string text = format_instant(r_.at(), r_.at_offset());
    if (!r_.channel().empty()) text += both(zh_ ? "，渠道 " : ", channel ", std::string(r_.channel()));
    if (!r_.conversation_id().empty()) {
      text += both(zh_ ? "，会话 " : ", conversation ", std::string(r_.conversation_id()));
      if (r_.conversation_turn())
        text += both(zh_ ? " 第 " : ", turn ", std::to_string(*r_.conversation_turn()), zh_ ? " 轮" : "");
    }
    line(text + (zh_ ? "。" : "."));
  }

  void said() {
    if (r_.has_message() && !r_.message_text().empty()) {
      line(both(zh_ ? "客户说：" : "The customer said: ", quote(masked(TextPart::message, r_.message_text()))));
    }
    if (r_.has_answer() && !r_.answer_text().empty() && audience_ != Audience::customer) {
      line(both(zh_ ? "机器人拟答复：" : "The bot meant to answer: ",
                quote(masked(TextPart::answer, r_.answer_text()))));
    }
    if (r_.has_outreach() && audience_ != Audience::customer) {
      line(both(zh_ ? "拟触达人数：" : "It was meant to reach: ", std::to_string(r_.recipients())));
      if (!r_.outreach_text().empty()) {
        line(both(zh_ ? "拟触达文本：" : "The outreach was to say: ",
                  quote(masked(TextPart::outreach, r_.outreach_text()))));
      }
    }
    if (r_.has_material() && !r_.material_text().empty() && audience_ != Audience::customer) {
      line(both(zh_ ? "拟发布素材：" : "The material was to say: ",
                quote(masked(TextPart::material, r_.material_text()))));
    }
    for (std::size_t i = 0; i < r_.products(); ++i) {
      line(r_.has_material() ? both(zh_ ? "素材所涉产品：" : "The material is about: ", product_name(i))
                             : both(zh_ ? "拟推荐产品：" : "It meant to recommend: ", product_name(i)));
    }
    for (std::size_t i = 0; i < r_.actions(); ++i) {
      line(both(zh_ ? "拟办理操作：" : "It meant to do: ", std::string(r_.action_name(i))));
    }
  }
  // What a rule ordered to be redacted, or a class hides, is not told either.
  std::string masked(TextPart part, std::string_view text) const {
    std::string told;
    append_masked(told, d_.masked, part, text, 0, text.size(), zh_ ? "〔改为：{}〕" : "[now: {}]");
    return told;
  }
  std::string product_name(std::size_t index) const {
    std::string text(r_.product_id(index));
    const std::uint32_t name = p_.schema().find_two("product", "name");
    if (name != program::kNone && r_.fact(name, static_cast<std::int32_t>(index)).known) {
      text = shown(p_, r_, name, static_cast<std::int32_t>(index), language_) + (zh_ ? "（" : " (") + text +
             (zh_ ? "）" : ")");
    }
    return text;
  }

  // Of an outreach to several the whole says to one what others came to.
  bool of_others() const { return audience_ == Audience::customer && r_.recipients() > 1; }

  void verdict() {
    if (!of_others())
      line(both(zh_ ? "结论：" : "Verdict: ", std::string(told(d_.verdict, language_)), zh_ ? "。" : "."));
    for (const ItemVerdict& item : d_.items) {
      if (d_.items.size() < 2 && item.verdict == d_.verdict) continue;
      if (item.recipient && of_others()) continue;
      line(both(zh_ ? "其中 " : "Of these, ",
                item.action || item.recipient ? std::string(item.id) : product_name(item.index)) +
           (zh_ ? "：" : ": ") + std::string(told(item.verdict, language_)) + (zh_ ? "。" : "."));
    }
  }

  void reason(const ReasonTold& reason) {
    std::string text = zh_ ? "· 规则 " : "· Rule ";
    text += audience_ == Audience::customer ? quote(reason.title) : reason.rule;
    if (audience_ != Audience::customer && audience_ != Audience::bot && !reason.title.empty())
      text += both(zh_ ? " " : " ", quote(reason.title));
    if (!reason.item_id.empty()) text += both(zh_ ? "，针对 " : ", on ", reason.item_id);
    text += zh_ ? (reason.unknown ? " 无法判明" : " 适用") : (reason.unknown ? " could not be settled" : " applies");
    text += both(zh_ ? "，处置：" : "; it asks: ", std::string(told(reason.verdict, language_)));
    line(text + (zh_ ? "。" : "."));
    if (!reason.because.empty()) line(both(zh_ ? "  理由：" : "  Because: ", reason.because));
    if (!reason.matched.empty()) {
      std::string all;
      for (std::size_t i = 0; i < reason.matched.size(); ++i) {
        all += (all.empty() ? "" : zh_ ? "、" : ", ") + quote(reason.matched[i]);
        all += decide::told(reason.said[i], language_);
      }
      line(both(zh_ ? "  文中所见：" : "  Found in the text: ", all));
    }
    if (!reason.facts.empty()) {
      std::string all;
      for (const auto& [path, value] : reason.facts) {
        if (path == "answer.text" || path == "message.text") continue;
        all += (all.empty() ? "" : zh_ ? "；" : "; ") + named(path) + (zh_ ? " 为 " : " is ") + value;
      }
      if (!all.empty()) line(both(zh_ ? "  依据的事实：" : "  On these facts: ", all));
    }
    for (const std::string& cite : reason.cites) line(both(zh_ ? "  法源：" : "  The law: ", cite));
  }
  std::string named(const std::string& path) const {
    for (std::uint32_t slot = 0; slot < p_.slots().size(); ++slot) {
      if (p_.slot_path(slot) == path) return p_.slot_name(slot, language_);
    }
    return path;
  }

  void outcome() {
    if (d_.has_handoff && !of_others()) {
      constexpr std::array<std::string_view, 4> kZh = {"紧急", "高", "普通", "低"},
                                                kEn = {"urgent", "high", "normal", "low"};
      std::string text = zh_ ? "转人工至 " : "Handed to ";
      text += p_.queue_title(d_.handoff.queue, language_);
      text += both(zh_ ? "，优先级 " : ", priority ", std::string((zh_ ? kZh : kEn)[d_.handoff.priority]));
      if (d_.handoff.due_seconds >= 0) {
        Duration due;
        due.seconds = d_.handoff.due_seconds;
        text += both(zh_ ? "，时限 " : ", due within ", duration(due.seconds));
      }
      if (!d_.handoff.hold) {
        text += zh_ ? "，仅限本轮" : ", for this turn only";
        if (d_.handoff.cause != Cause::none && may_tell_cause(p_, d_, audience_))
          text += both(zh_ ? "（" : " (", std::string(told(d_.handoff.cause, language_)), zh_ ? "）" : ")");
      }
      line(text + (zh_ ? "。" : "."));
    }
    if (audience_ != Audience::customer) {
      for (std::string_view flag : audience_ == Audience::confidential ? d_.flags : d_.open_flags)
        line(both(zh_ ? "标记：" : "Flagged: ", std::string(flag)));
    }
    for (const Disclosure& one : d_.disclosures) {
      if (d_.verdict <= Verdict::revise && audience_ != Audience::customer) {
        line(both(zh_ ? "附加披露：" : "Disclosed: ", std::string(p_.wording_name(one.wording))));
      }
    }
    for (std::size_t i = 0; i < d_.withheld.size() && audience_ != Audience::customer; ++i) {
      line(both(zh_ ? "人工正在处理或等待人工，不予触达：" : "Not reached, since a person has them or is awaited: ",
                std::string(r_.recipient_id(d_.withheld[i]))));
    }
    for (std::size_t i = 0; i < d_.left_out.size() && audience_ != Audience::customer; ++i) {
      const Once& one = d_.left_out[i];
      if (i > 0 && d_.left_out[i - 1].wording == one.wording && d_.left_out[i - 1].per == one.per) continue;
      const bool day = one.per == kPerDay;
      const std::string name(p_.wording_name(one.wording));
      line(zh_ ? both(day ? "今日已披露，不再重复：" : "本次会话已披露，不再重复：", name)
               : both(day ? "Disclosed earlier that day, and not again: "
                          : "Disclosed earlier in the conversation, and not again: ",
                      name));
    }
    line(d_.has_say ? both(zh_ ? "告知客户：" : "The customer was told: ", quote(d_.say))
                    : std::string(zh_ ? "没有向客户发送文字。" : "Nothing was said to the customer."));
  }
  std::string duration(std::int64_t seconds) const {
    const auto whole = [&](std::int64_t unit, std::string_view zh, std::string_view en) {
      const std::int64_t n = seconds / unit;
      return std::to_string(n) + (zh_ ? " " + std::string(zh) : " " + std::string(en) + (n == 1 ? "" : "s"));
    };
    if (seconds >= 86'400 && seconds % 86'400 == 0) return whole(86'400, "天", "day");
    if (seconds >= 3600 && seconds % 3600 == 0) return whole(3600, "小时", "hour");
    if (seconds >= 60 && seconds % 60 == 0) return whole(60, "分钟", "minute");
    return whole(1, "秒", "second");
  }
};

}  // namespace

Explanation explain(const Program& program, const Request& request, const Decision& decision, Language language,
                    Audience audience, std::string_view role) {
  Explanation told;
  Hidden hidden;
  const Decision shown = for_readers(program, request, decision, hidden);
  told.reasons = reasons(program, request, shown, language, audience, role);
  told.story = Story(program, request, shown, language, audience).tell(told.reasons);
  return told;
}

}  // namespace caveat::decide
