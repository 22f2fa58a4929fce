#include <CaveatGrammar.h>

#include <algorithm>
#include <array>
#include <map>

#include "engine/syntax/codes.h"
#include "engine/syntax/keywords.h"
#include "engine/syntax/lower.h"
#include "engine/syntax/mistakes.h"

namespace caveat::syntax {

using P = CaveatGrammar;

namespace {

std::optional<Subject> subject_named(std::string_view canonical) {
  if (canonical == "answer") return Subject::answer;
  if (canonical == "recommendation") return Subject::recommendation;
  if (canonical == "action") return Subject::action;
  if (canonical == "message") return Subject::message;
  if (canonical == "outreach") return Subject::outreach;
  if (canonical == "material") return Subject::material;
  return std::nullopt;
}

std::uint8_t verdict_rank(std::string_view canonical) {
  if (canonical == "revise") return 1;
  if (canonical == "require") return 2;
  if (canonical == "block") return 3;
  if (canonical == "handoff") return 4;
  return 0;
}

// Where the clauses of another rule begin whose heading has been lost: behind `then` several are said again. 0: nowhere.
std::uint32_t second_rule(Node node) {
  constexpr std::array<int, 4> kHeads = {P::CITES, P::APPLIES_TO, P::WHEN, P::THEN};
  std::array<bool, kHeads.size()> said{};
  std::uint32_t first = 0;
  int again = 0;
  for (Node c = node.first(); c; c = c.next()) {
    const auto at = std::find(kHeads.begin(), kHeads.end(), c.is(P::RuleClause) ? c.type() : 0);
    if (at == kHeads.end()) continue;
    bool& known = said[static_cast<std::size_t>(at - kHeads.begin())];
    if (known && said.back()) {
      if (again++ == 0) first = c.span().begin;
    }
    known = true;
  }
  return again > 1 ? first : 0;
}

}  // namespace

RuleDecl Lowering::rule(Node node) {
  RuleDecl r;
  r.names = names(node.child(P::RuleNames));
  if (const Node title = node.child(P::RuleTexts)) r.title = texts(title);
  std::map<int, std::optional<Span>> said;
  Span until_at;
  const std::uint32_t second = second_rule(node);
  std::vector<Span> said_at;  // each of r.say
  for (Node c = node.first(); c; c = c.next()) {
    if (!c.is(P::RuleClause)) continue;
    int kind = c.type();
    if (kind == P::SINCE) kind = P::FROM;
    if (kind == P::UP_TO) kind = P::UNTIL;
    if (second != 0 && c.span().begin >= second) {
      Node word = c;
      while (word.first()) word = word.first();
      said_again(
          word.span(), written(word), said[kind] ? *said[kind] : r.names.first.span,
          {"another rule begins here, and its heading is missing: a line at the left margin, such as rule my_rule",
           "此处另起一条规则，缺少其首行：请顶格写一行，如 规则 某规则"});
      break;
    }
    if (kind != P::SAY && !once(said[kind], c)) continue;
    switch (c.type()) {
      case P::CITES: {
        const Node list = c.child(P::RulePaths);
        for (Node n = list.first(); n; n = n.next()) {
          if (n.is(P::RulePath)) r.cites.push_back(path(n));
        }
        check_chain(r.cites.size(), list.span());
        break;
      }
      case P::OWNER:
        r.owner = words(c.child(P::RuleNames_list));
        break;
      case P::APPLIES_TO:
        for (Node n = c.first(); n; n = n.next()) {
          if (!n.is(P::RuleSubject)) continue;
          if (n.has(P::AS_A_WHOLE)) r.as_a_whole = true;
          if (const auto subject = subject_named(closed_word(n.child(P::RuleName), "subject")))
            r.applies_to.push_back(*subject);
          else
            r.subject_unknown = true;
        }
        break;
      case P::FROM:
      case P::SINCE:
        r.from = day(c.child(P::RuleDay));
        break;
      case P::UNTIL:
      case P::UP_TO:
        r.until = day(c.child(P::RuleDay));
        until_at = c.child(P::RuleDay).span();
        break;
      case P::EXCEPTION_TO:
        r.exception_to = path(c.child(P::RulePath));
        break;
      case P::OPEN_TO_EXCEPTIONS:
        r.open_to_exceptions = c.span();
        break;
      case P::STATUS_SHADOW:
        r.shadow = c.span();
        break;
      case P::ROLLOUT:
        r.rollout = sum(c.child(P::RuleSum));
        r.rollout_by = path(c.child(P::RulePath));
        break;
      case P::VISIBLE_TO:
        r.visible_to = words(c.child(P::RuleNames_list));
        break;
      case P::CONFIDENTIAL:
        r.confidential = true;
        break;
      case P::TRUST_INFERRED:
        r.trust_inferred = true;
        break;
      case P::WHEN:
        r.when = condition(c.child(P::RuleCondition));
        break;
      case P::UNLESS:
        r.unless = condition(c.child(P::RuleCondition));
        break;
      case P::THEN:
        r.then = effects(c.child(P::RuleEffects));
        break;
      case P::IF_UNKNOWN:
        r.if_unknown = effects(c.child(P::RuleEffects));
        break;
      case P::BECAUSE:
        r.because = texts(c.child(P::RuleTexts));
        break;
      default: {  // say
        SayText say;
        if (const Node channel = c.child(P::RuleName)) say.channel = word(channel);
        const Node body = c.child(P::RuleTexts_or_wording);
        wording_or_texts(body, say.texts, say.wording);
        if (say.wording) {  // say zh MISMATCH: the language stands for the reader; the wording has its own
          if (body.has(P::EN) || body.has(P::ZH)) {
            say.texts.push_back({body.has(P::ZH) ? Language::zh : Language::en, {}, body.span()});
          }
        }
        say_once(std::move(say), c, r.say, said_at);
        break;
      }
    }
  }
  if (r.from && r.until && *r.until < *r.from) {
    complain(codes::kOrderOfRange, until_at, {format_date(*r.from), format_date(*r.until)});
  }
  const auto missing = [&](int clause) {
    const auto* en = spellings_of(clause, Language::en).front();
    const auto* zh = spellings_of(clause, Language::zh).front();
    const Both how = clause_as_written("rule", en->text);
    complain(codes::kClauseMissing, r.names.first.span,
             {Both{"rule", "规则"}, r.names.first.text, Both{"“" + en->text + "”", "“" + zh->text + "”"}}, how.en,
             how.zh);
  };
  if (!partly_ && !r.when) missing(P::WHEN);
  if (!partly_ && r.then.empty() && !r.exception_to) missing(P::THEN);
  return r;
}

// A rule says one text for everybody and one a channel, each once a language; these may stand in clauses of their own.
void Lowering::say_once(SayText say, Node clause, std::vector<SayText>& all, std::vector<Span>& places) {
  const Span at = clause.first().span();
  const auto channel = [](const SayText& text) { return text.channel ? text.channel->text : std::string(); };
  const auto same =
      std::find_if(all.begin(), all.end(), [&](const SayText& earlier) { return channel(earlier) == channel(say); });
  if (same == all.end()) {
    all.push_back(std::move(say));
    places.push_back(at);
    return;
  }
  bool again = say.wording || same->wording;
  for (const LocalText& text : say.texts)
    for (const LocalText& earlier : same->texts) again = again || earlier.language == text.language;
  if (again) {
    said_again(at, written(clause.first()), places[static_cast<std::size_t>(same - all.begin())],
               {"one text a language, and one more for a channel: say zh \"…\" en \"…\"; say on CHANNEL \"…\"",
                "每种语言一段，另有渠道另写：提示 中文 “…” 英文 “…”；提示 于 渠道 “…”"});
    return;
  }
  for (LocalText& text : say.texts) same->texts.push_back(std::move(text));
}

GuaranteeDecl Lowering::guarantee(Node node) {
  GuaranteeDecl g;
  g.span = node.span();
  g.names = names(node.child(P::RuleNames));
  if (const Node title = node.child(P::RuleTexts)) g.title = texts(title);
  g.when = condition(node.child(P::RuleCondition));
  g.at_least = verdict_rank(closed_word(node.child(P::RuleName), "verdict"));
  return g;
}

}  // namespace caveat::syntax
