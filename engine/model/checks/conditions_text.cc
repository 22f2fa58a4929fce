// Conditions over texts: what is looked for has to be something that can be found, and a pattern one that can be run.
#include <algorithm>
#include <array>

#include "engine/base/nearest.h"
#include "engine/model/checks/conditions.h"
#include "engine/model/checks/nodes.h"
#include "engine/model/checks/several_in_one.h"
#include "engine/text/pattern.h"
#include "engine/text/scan.h"

namespace caveat::model {

using S = syntax::Op;

bool phrase_can_be_found(Work& work, const Item& item, Span span, const std::string& phrase, bool may_have_gap) {
  text::Needle needle;
  const text::NeedleFault fault = text::make_needle(0, phrase, true, needle);
  if (fault == text::NeedleFault::empty) {
    work.report(codes::kEmptyPhrase, item, span, {});
    return false;
  }
  if (fault == text::NeedleFault::none && (may_have_gap || needle.tail.empty())) return true;
  work.report(codes::kBadGap, item, span, {phrase},
              may_have_gap
                  ? Work::say(item, "Write it as: first words … last words", "请写成：前面的词 … 后面的词")
                  : Work::say(item, "What does not count is written out whole.", "“但不含”之后须写出完整词语。"));
  return false;
}

bool Conditions::pattern_runs(const std::string& pattern, Span span) {
  text::PatternFault fault;
  if (text::Pattern::compile(pattern, fault)) return true;
  using Fault = text::PatternFault::Kind;
  std::string why, help;
  switch (fault.kind) {
    case Fault::unsupported:
      why = say("it looks ahead or behind, or refers back", "含有前后查找或反向引用");
      help = say("Only what can be found in one pass is run. Say the rest with and, or, not.",
                 "只运行一遍就能找完的表达式；其余请用 且、或、非 来写。");
      break;
    case Fault::too_large:
      why = say("it repeats too often", "重复次数过多");
      help = say("Repeat at most 1,000 times in all.", "重复次数合计不超过 1000。");
      break;
    case Fault::matches_empty:
      why = say("it fits every text", "任何文本都符合");
      help = say("Let it need at least one character: + instead of *.", "至少要有一个字符：用 + 而不用 *。");
      break;
    default:
      why = say("“", "“") + fault.detail + say("” is wrong in it", "”有误");
  }
  work_.report(codes::kBadPattern, item_, span, {quoted(span), why}, std::move(help));
  return false;
}

ExprPtr Conditions::text_subject(const syntax::Expr& expr, bool sought) {
  const Type text = of(TypeKind::text);
  const ExprPtr subject = value(expr, &text);
  if (!subject) return nullptr;
  if (subject->type.kind != TypeKind::text) {
    const bool list = subject->type.kind == TypeKind::list;
    std::string help;
    if (list && sought) {
      help = say("No text is searched for what a list holds: name the words in quotation marks, or in a lexicon.",
                 "不能在文本中查找整个列表：请将词语写在引号中，或写成词表。");
    } else if (list) {
      help = say("What a list holds is asked with `includes`.", "列表中有无某项，用“包括”来判断。");
    }
    return wrong_type(expr.span, say("a text", "一段文本"), describe_expr(*subject), std::move(help));
  }
  if (subject->op == Op::constant) return wrong_type(expr.span, say("a fact", "一个事实"), quoted(expr.span));
  return subject;
}

// A name that is near to a lexicon's, or may be that of one that could not be read.
bool Conditions::may_be_lexicon(const std::string& name) const {
  const std::vector<std::string_view> known = work_.scope.names(Kind::lexicon, item_.pack);
  return work_.maybe_lost(item_.pack, name) || !nearest(name, std::span<const std::string_view>(known)).empty();
}

// customer.tags contains "vip" of a list, answer.text includes "free" of a text: the keyword of the other that asks the same.
void Conditions::offer_the_other(const syntax::Expr& whole) {
  if (work_.diagnostics.back().code != &codes::kWrongType || work_.diagnostics.back().help.empty()) return;
  struct Row {
    std::string_view of_texts, of_lists;
  };
  constexpr auto kRows = std::to_array<Row>({{"contains", "includes"},
                                             {"lacks", "does not include"},
                                             {"does not contain", "does not include"},
                                             {"contains any of", "includes any of"},
                                             {"contains all of", "includes all of"},
                                             {"包含", "包括"},
                                             {"不含", "不包括"},
                                             {"不包含", "不包括"},
                                             {"包含任一", "包括任一"},
                                             {"包含全部", "包括全部"}});
  const Span& first = whole.args[0]->span;
  const std::string between = quoted({first.source, first.end, whole.args[1]->span.begin});
  const std::size_t begin = between.find_first_not_of(' '), last = between.find_last_not_of(' ');
  if (begin == between.npos) return;
  const std::string said = between.substr(begin, last + 1 - begin);
  for (const Row& row : kRows) {
    const std::string_view meant = said == row.of_texts ? row.of_lists : said == row.of_lists ? row.of_texts : "";
    if (meant.empty()) continue;
    const auto at = static_cast<std::uint32_t>(first.end + begin);
    work_.diagnostics.back().fixes.push_back(
        {{first.source, at, static_cast<std::uint32_t>(at + said.size())}, std::string(meant)});
    return;
  }
}

ExprPtr Conditions::text_condition(const syntax::Expr& expr) {
  const std::size_t told = work_.diagnostics.size();
  const ExprPtr subject = text_subject(*expr.args[0]);
  if (!subject && work_.diagnostics.size() == told + 1) offer_the_other(expr);
  const syntax::Expr& sought = *expr.args[1];
  if (expr.op == S::matches) {
    if (!subject) {
      pattern_runs(sought.literal.text, sought.span);
      return nullptr;
    }
    Expr made;
    made.op = Op::matches;
    made.span = expr.span;
    made.args = {subject};
    made.pattern = sought.literal.text;
    return pattern_runs(made.pattern, sought.span) ? keep(std::move(made)) : nullptr;
  }
  const bool all = expr.op == S::contains_all;
  const bool claims = expr.op == S::claims || expr.op == S::claims_any;
  const bool lexicon_may_stand = expr.op != S::contains && expr.op != S::claims;
  std::vector<const syntax::Expr*> items;
  if (sought.op == S::list) {
    for (const syntax::ExprPtr& item : sought.args) items.push_back(item.get());
  } else {
    items.push_back(&sought);
  }
  const auto leaf = [&]() {
    Expr made;
    made.op = claims ? Op::claims : all ? Op::text_has_all : Op::text_has;
    made.span = expr.span;
    made.args = {subject};
    return made;
  };
  std::vector<ExprPtr> parts;
  Expr phrases = leaf();
  bool good = static_cast<bool>(subject);
  for (const syntax::Expr* item : items) {
    if (item->op == S::literal && item->literal.kind == syntax::LiteralKind::text) {
      const std::string& phrase = item->literal.text;
      if (phrase.find_first_not_of(" \t") == std::string::npos) {
        work_.report(codes::kEmptyPhrase, item_, item->span, {});
        good = false;
      } else if (!phrase_can_be_found(work_, item_, item->span, phrase, true)) {
        good = false;
      } else {
        const bool alone = !lexicon_may_stand || expr.op == S::lacks;
        warn_of_several_in_one(work_, item_, item->span, phrase, alone ? Among::alone : Among::list,
                               expr.op == S::lacks ? say("not … contains any of", "非 … 包含任一")
                               : claims            ? say("claims any of", "宣称任一")
                                                   : say("contains any of", "包含任一"));
        phrases.phrases.push_back(phrase);
      }
      continue;
    }
    if (item->op == S::path) {
      const bool is_fact = item->path.parts.size() > 1 && work_.group_names.count(item->path.parts.front().text) != 0;
      if (is_fact) {
        const ExprPtr text = claims
                                 ? not_yet(item->span, "a fact as the text that is claimed", "以事实作为所宣称的文字")
                                 : text_subject(*item, true);
        if (text && text->op != Op::fact) {
          wrong_type(item->span, say("a text in quotation marks or a fact", "引号中的文字或一个事实"),
                     quoted(item->span));
        }
        good = good && text && text->op == Op::fact;
        if (good) parts.push_back(node(Op::text_has, item->span, {subject, text}));
        continue;
      }
      const Scope::Found found = work_.scope.find(Kind::lexicon, item_.pack, steps_of(item->path));
      if (found.entry == nullptr && work_.scope.find(Kind::value, item_.pack, steps_of(item->path)).entry != nullptr) {
        const std::string name = quoted(item->span);
        wrong_type(item->span, say("a text in quotation marks, a fact or a lexicon", "引号中的文字、一个事实或词表"),
                   say("the define or parameter ", "定义或参数 ") + name,
                   say("Words that several rules look for are a lexicon: ", "多条规则共用的词语写成词表：") +
                       say("lexicon " + name + " is \"…\"", "词表 " + name + " 为 “…”"));
        good = false;
        continue;
      }
      if (!lexicon_may_stand && item->path.parts.size() == 1 && found.entry == nullptr && found.hidden == nullptr &&
          !may_be_lexicon(item->path.parts.front().text)) {
        const std::string text = say("\"", "“") + quoted(item->span) + say("\"", "”");
        wrong_type(item->span, say("a text in quotation marks", "引号中的文字"), quoted(item->span),
                   say("Words that are looked for stand in quotation marks: ", "要查找的文字须加引号：") + text);
        work_.diagnostics.back().fixes.push_back({with_mark(item->span), text});
        good = false;
        continue;
      }
      const Entry* lexicon = work_.resolve(Kind::lexicon, item_, item->path);
      if (lexicon == nullptr) {
        good = false;
        continue;
      }
      if (!lexicon_may_stand) {
        wrong_type(item->span, say("a text in quotation marks", "引号中的文字"),
                   say("lexicon ", "词表 ") + lexicon->names.first,
                   claims ? say("Write: claims any of ", "请写：宣称任一 ") + quoted(item->span)
                          : say("Write: contains any of ", "请写：包含任一 ") + quoted(item->span));
        good = false;
        continue;
      }
      Expr made = leaf();
      made.lexicon = lexicon->index;
      if (subject) parts.push_back(keep(std::move(made)));
      continue;
    }
    wrong_type(item->span, say("a text in quotation marks or a lexicon", "引号中的文字或词表"), quoted(item->span));
    good = false;
  }
  if (!good) return nullptr;
  if (!phrases.phrases.empty()) {
    std::sort(phrases.phrases.begin(), phrases.phrases.end());
    phrases.phrases.erase(std::unique(phrases.phrases.begin(), phrases.phrases.end()), phrases.phrases.end());
    parts.push_back(keep(std::move(phrases)));
  }
  ExprPtr made = parts.size() == 1 ? parts.front() : node(all ? Op::and_ : Op::or_, expr.span, std::move(parts));
  return expr.op == S::lacks ? node(Op::not_, expr.span, {made}) : made;
}

}  // namespace caveat::model
