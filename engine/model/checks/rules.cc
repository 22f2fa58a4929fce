// Rules: every clause typed and resolved; when a rule is in force; what it is judged once for.
#include <algorithm>
#include <array>
#include <tuple>

#include "engine/base/nearest.h"
#include "engine/base/roles.h"
#include "engine/base/units.h"
#include "engine/base/utf8.h"
#include "engine/model/checks/conditions.h"
#include "engine/model/checks/texts.h"

namespace caveat::model {
namespace {

// What is asked of a define that many rules use is found out once: below this many nodes looking is cheaper than remembering.
constexpr std::uint64_t kWorthKeeping = 64;

// Does a condition find words in a text when it is true? What stands under `not` finds none.
bool finds_words(Work& work, const Expr& expr) {
  switch (expr.op) {
    case Op::text_has:
    case Op::text_has_all:
    case Op::claims:
    case Op::matches:
    case Op::mentions:
      return true;
    case Op::and_:
    case Op::or_:
    case Op::at_least:
      break;
    default:
      return false;
  }
  const bool keep = expr.nodes >= kWorthKeeping;
  if (keep)
    if (const auto known = work.finds_words.find(&expr); known != work.finds_words.end()) return known->second;
  const bool found =
      std::any_of(expr.args.begin(), expr.args.end(), [&](const ExprPtr& arg) { return finds_words(work, *arg); });
  if (keep) work.finds_words.emplace(&expr, found);
  return found;
}

}  // namespace

void add_facts(Work& work, const Expr& expr, std::set<Index>& facts) {
  if (expr.op == Op::fact && expr.fact != kNone) facts.insert(expr.fact);
  if (expr.nodes < kWorthKeeping) {
    for (const ExprPtr& arg : expr.args) add_facts(work, *arg, facts);
    return;
  }
  const auto [kept, fresh] = work.facts_of.try_emplace(&expr);
  if (fresh) {
    std::set<Index> below;
    for (const ExprPtr& arg : expr.args) add_facts(work, *arg, below);
    work.facts_of[&expr] = below;  // the table has moved, maybe
    facts.merge(below);
    return;
  }
  facts.insert(kept->second.begin(), kept->second.end());
}

namespace {

class RuleCheck {
 public:
  RuleCheck(Work& work, const Item& item) : work_(work), item_(item), decl_(item.as<syntax::RuleDecl>()) {}

  Rule run() {
    rule_.names = names_of(decl_.names);
    rule_.id = full_name(work_.model, item_.pack, rule_.names.first);
    rule_.pack = item_.pack;
    rule_.title = text_of(decl_.title);
    rule_.owner = words_of(decl_.owner);
    rule_.as_a_whole = decl_.as_a_whole;
    rule_.open_to_exceptions = decl_.open_to_exceptions.has_value();
    rule_.confidential = decl_.confidential;
    rule_.trust_inferred = decl_.trust_inferred;
    rule_.visible_to = words_of(decl_.visible_to);
    roles();
    rule_.span = decl_.names.first.span;
    for (const syntax::Subject subject : decl_.applies_to) rule_.applies_to.push_back(static_cast<Subject>(subject));
    later();
    missing_clauses();
    law();
    conditions();
    texts();
    effects(decl_.then, false, rule_.then);
    effects(if_unknown(), true, rule_.unknown_effects);
    if (if_unknown().size() == 1 && if_unknown()[0].kind == syntax::EffectKind::pass) {
      rule_.if_unknown = Rule::Unknown::pass;
      rule_.unknown_effects.clear();
    } else if (!if_unknown().empty()) {
      rule_.if_unknown = Rule::Unknown::effects;
    }
    matches();
    items();
    only_beside();
    return std::move(rule_);
  }

  // Of a rule that says nothing of its own: what its pack says for all of them.
  void default_if_unknown() { effects(if_unknown(), true, rule_.unknown_effects); }

 private:
  // A word that is no role of a key is a slip of one, or names people whom only the command line speaks for; a role whose keys read
  // nothing of the kind shows the rule to nobody.
  void roles() {
    if (!decl_.visible_to.empty() && !decl_.confidential) {
      const syntax::Word& last = decl_.visible_to.back();
      work_
          .report(codes::kNotConfidential, item_, decl_.visible_to.front().span, {rule_.names.first},
                  say("Say that it is confidential.", "注明其为保密规则。"), Severity::warning)
          .fixes.push_back({{last.span.source, last.span.end, last.span.end}, say(" confidential", " 保密")});
    }
    for (const syntax::Word& role : decl_.visible_to) {
      if (std::find(kReadingRoles.begin(), kReadingRoles.end(), role.text) != kReadingRoles.end()) continue;
      const bool known = std::find(kRoleNames.begin(), kRoleNames.end(), role.text) != kRoleNames.end();
      const std::string near(known ? "" : nearest(role.text, std::span<const std::string_view>(kReadingRoles)));
      Diagnostic& told = work_.report(
          known ? codes::kRoleCannotRead : codes::kUnknownRole, item_, role.span, {role.text, rule_.names.first},
          near.empty()
              ? say("Keys of auditors and agents read it: write auditor or agent. Another word counts for `--role` of "
                    "a command only.",
                    "可读取的密钥角色为 auditor 与 agent，请写其一。其他名称仅对命令的 `--role` 有效。")
              : fill(say("Did you mean {0}?", "是否指 {0}？"), {near}),
          Severity::warning);
      if (!near.empty()) told.fixes.push_back({role.span, near});
    }
  }

  std::string say(std::string_view en, std::string_view zh) const { return Work::say(item_, en, zh); }
  std::string this_rule() const { return say("this rule", "此规则"); }
  Span name_span() const { return decl_.names.first.span; }
  // A rule that says nothing takes the pack's default (semantics.md 16).
  const std::vector<syntax::Effect>& if_unknown() const {
    return decl_.if_unknown.empty() ? work_.pack_items[item_.pack].as<syntax::PackDecl>().default_if_unknown
                                    : decl_.if_unknown;
  }

  void later() {
    if (decl_.shadow) work_.not_yet(item_, *decl_.shadow, "status shadow", "状态 试运行");
    if (decl_.open_to_exceptions) work_.not_yet(item_, *decl_.open_to_exceptions, "open to exceptions", "允许豁免");
    if (decl_.rollout) work_.not_yet(item_, decl_.rollout->span, "rollout", "灰度");
    if (decl_.exception_to) work_.not_yet(item_, decl_.exception_to->span, "exception to a rule", "对规则的豁免");
  }

  // What could not be read are conditions, effects or reasons: each on a line of its own, with no word that may be meant for
  // one of the other clauses.
  bool is_whole_but_for_conditions() const {
    constexpr std::string_view kOthers[] = {"cites", "applies", "apply", "依据", "适用于", "适用"};
    return std::all_of(item_.decl->lost.begin(), item_.decl->lost.end(), [&](Span span) {
      const std::string_view text = work_.text_at(span);
      if (text.find('\n') != std::string_view::npos) return false;
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find_first_of(" \t", at), text.size());
        const std::string_view word = text.substr(at, end - at);
        const auto is_meant = [&](std::string_view other) {
          return word == other || !nearest(word, std::span<const std::string_view>(&other, 1)).empty();
        };
        if (!word.empty() && std::any_of(std::begin(kOthers), std::end(kOthers), is_meant)) return false;
        at = end + 1;
      }
      return true;
    });
  }

  void missing_clauses() {
    if (!is_whole_but_for_conditions()) return;  // it may stand in what could not be read
    const auto missing = [&](std::string_view en, std::string_view zh, std::string help = {}) {
      work_.report(codes::kMissingClause, item_, name_span(), {say("Rule ", "规则 ") + rule_.names.first, say(en, zh)},
                   std::move(help));
    };
    if (decl_.cites.empty()) {
      const std::string list = Work::list_of(item_, work_.known_names(Kind::source, item_.pack));
      missing("cites", "依据",
              list.empty() ? say("Name below it the source that it follows: cites «source»",
                                 "请在其下缩进写明所依据的法源：依据 «法源»")
                           : list + say("; name one below it: cites «source»", "；请在其下缩进一行：依据 «法源»"));
    }
    if (decl_.applies_to.empty() && !decl_.subject_unknown)
      missing("applies to", "适用于",
              say("Say below it what it judges, such as: applies to answer",
                  "请在其下缩进写明所判定的对象，如：适用于 回答"));
    // The parser says it of these two; a tree that was made without one has no place to tell it but here.
    if (work_.files[work_.pack_files[item_.pack]].broken) return;
    if (!decl_.when) missing("when", "当");
    if (decl_.then.empty() && !decl_.exception_to) missing("then", "则");
  }

  // Its own dates; where it has none, it holds while all its sources do.
  void law() {
    std::optional<Days> from, until;
    for (const syntax::Path& path : decl_.cites) {
      const Entry* entry = work_.resolve(Kind::source, item_, path);
      if (entry == nullptr) continue;
      rule_.cites.push_back(entry->index);
      const LawSource& source = work_.model.sources[entry->index];
      if (source.from && source.until && *source.until < *source.from) continue;  // which was said there
      if (source.from && (!from || *from < *source.from)) from = source.from;
      if (source.until && (!until || *source.until < *until)) until = source.until;
    }
    rule_.from = decl_.from ? decl_.from : from;
    rule_.until = decl_.until ? decl_.until : until;
    const bool own_dates = decl_.from && decl_.until;  // these the parser has looked at
    if (!own_dates && rule_.from && rule_.until && *rule_.until < *rule_.from) {
      work_.report(codes::kNeverInForce, item_, name_span(),
                   {rule_.names.first, format_date(*rule_.from), format_date(*rule_.until)});
    }
  }

  void conditions() {
    Conditions conditions(work_, item_);
    if (decl_.when) rule_.when = conditions.condition(*decl_.when);
    if (decl_.unless) rule_.unless = conditions.condition(*decl_.unless);
    std::uint64_t size = 0;
    for (const ExprPtr& expr : {rule_.when, rule_.unless}) {
      if (!expr) continue;
      size = size + expr->nodes < size ? ~std::uint64_t{0} : size + expr->nodes;
    }
    if (size > work_.limits.define_nodes) {
      work_.report(codes::kTooMany, item_, name_span(),
                   {say("parts of the condition, with its defines written out", "条件展开全部定义后的节点数"),
                    std::to_string(size), std::to_string(work_.limits.define_nodes)});
    }
  }

  void texts() {
    cut_texts(work_, item_, decl_.because, rule_.because);
    for (const syntax::SayText& text : decl_.say) {
      Say say_text;
      if (text.channel) say_text.channel = text.channel->text;
      if (text.wording) {
        if (const Entry* wording = work_.resolve(Kind::wording, item_, *text.wording)) {
          say_text.texts = work_.model.wordings[wording->index].pieces;
        }
      } else {
        cut_texts(work_, item_, text.texts, say_text.texts);
      }
      if (text.channel) fits_channel(*text.channel, say_text.texts);
      confidential_text(text_span(text), say_text.texts);
      rule_.say.push_back(std::move(say_text));
    }
  }

  // One short message has 140 bytes: 160 letters of seven bits, or 70 units of UTF-16 where others are among them. What {…}
  // puts in is not known and not counted.
  void fits_channel(const syntax::Word& channel, const Templates& texts) {
    constexpr std::size_t kOfSevenBits = 160, kOfSixteen = 70;
    constexpr std::array<std::string_view, 2> kShort = {"sms", "短信"};
    if (std::find(kShort.begin(), kShort.end(), channel.text) == kShort.end()) {
      const std::string near(nearest(channel.text, std::span<const std::string_view>(kShort)));
      if (near.empty()) return;
      work_
          .report(codes::kUnknownChannel, item_, channel.span, {channel.text},
                  fill(say("Did you mean {0}?", "是否指 {0}？"), {near}), Severity::warning)
          .fixes.push_back({channel.span, near});
      return;
    }
    const auto look = [&](const Template& pieces, Span place) {
      std::string said;
      for (const TemplatePiece& piece : pieces) said += piece.literal;
      std::size_t units = 0;
      bool ascii = true;
      for (std::size_t at = 0; at < said.size();) {
        const CodePoint next = decode_utf8(said, at);
        units += next.value > 0xffff ? 2 : 1;
        ascii = ascii && next.value < 0x80;
        at += next.length;
      }
      const std::size_t most = ascii ? kOfSevenBits : kOfSixteen;
      if (units <= most) return;
      const auto counted = [&](std::size_t count) { return std::to_string(count) + say(" characters", " 字"); };
      work_.report(
          codes::kTooLongForChannel, item_, place, {channel.text, counted(most), counted(units)},
          say("Say it shorter here; the plain `say` may be longer.", "请在此缩短；不分渠道的“提示”可以更长。"));
    };
    look(texts.en, texts.en_span);
    look(texts.zh, texts.zh_span);
    look(texts.any, texts.any_span);
  }

  void confidential_text(Span span, const Templates& texts) {
    if (!rule_.confidential) return;
    if (holds_match(texts)) work_.report(codes::kConfidentialText, item_, span, {say("{match}", "{命中}")});
    for (const Index fact : facts_in(texts)) {
      work_.report(codes::kConfidentialText, item_, span, {"{" + shown(fact) + "}"});
    }
  }

  // What an effect says to the customer, in its own words or in a wording's.
  void told_by(const syntax::Effect& effect, const Templates& texts) {
    confidential_text(effect.span, texts);
    if (effect.kind == syntax::EffectKind::disclose) {
      refuse_match(work_, item_, effect.span, texts, say("a disclosure", "披露内容"));
    } else if (effect.kind == syntax::EffectKind::replace_answer && lacks_match()) {
      refuse_match(work_, item_, effect.span, texts, this_rule());
    }
  }

  // What a disclosure puts in of a product or an action is told for each by a rule on them, and else where the turn has one alone.
  bool of_each_item(const syntax::Effect& effect, const Templates& texts) {
    const auto only_on = [this](Subject own) {
      return std::all_of(rule_.applies_to.begin(), rule_.applies_to.end(), [&](Subject one) { return one == own; });
    };
    for (const Index fact : facts_in(texts)) {
      const Part part = work_.model.facts[fact].part;
      if (part != Part::product && part != Part::action) continue;
      const bool product = part == Part::product;
      if (only_on(product ? Subject::recommendation : Subject::action)) continue;
      const bool never = only_on(Subject::material);
      // What the pack's default discloses stands in one place for all rules that have no words of their own.
      const bool told = std::any_of(work_.diagnostics.begin(), work_.diagnostics.end(), [&](const Diagnostic& each) {
        return each.code == &codes::kOfNoItem && each.span == effect.name.span;
      });
      if (told) return !never;
      const std::string meant = product ? say("recommendation", "推荐") : say("action", "操作");
      work_.report(codes::kOfNoItem, item_, effect.name.span,
                   {shown(fact), product ? say("product", "产品") : say("action", "操作"), rule_.names.first,
                    never ? std::string() : say("with several of them ", "有多项时，")},
                   never ? say("A material has none at all: leave the fact out of the wording.",
                               "素材没有产品与操作：请从话术中去掉该事实。")
                         : fill(say("Let a rule that applies to {0} disclose it, or leave the fact out of the wording.",
                                    "请由适用于{0}的规则披露，或从话术中去掉该事实。"),
                                {meant}),
                   never ? Severity::error : Severity::warning);
      return !never;
    }
    return true;
  }

  Span text_span(const syntax::SayText& text) const {
    return text.wording ? text.wording->span : text.texts.empty() ? name_span() : text.texts.front().span;
  }

  std::string shown(Index fact) const { return path_in(work_.model.facts[fact].path_names, item_.language()); }

  // How long: a constant, or the fact that tells it.
  bool duration(const syntax::Expr& expr, std::optional<Duration>& out, Index& fact) {
    Type type;
    type.kind = TypeKind::duration;
    Conditions conditions(work_, item_);
    const ExprPtr value = conditions.value(expr, &type);
    if (!value) return false;
    const bool tells = value->op == Op::constant || value->op == Op::fact;
    if (!tells || value->type.kind != TypeKind::duration) {
      work_.report(
          codes::kWrongType, item_, expr.span,
          {describe(work_.model, type, item_.language()), std::string(work_.text_at(expr.span))},
          tells ? std::string()
                : say("A time limit is a duration or a fact of that type.", "时限须为时长，或一个时长类型的事实。"));
      return false;
    }
    if (value->op == Op::fact) {
      fact = value->fact;
    } else {
      out = value->constant.duration;
    }
    return true;
  }

  void effects(const std::vector<syntax::Effect>& from, bool when_unknown, std::vector<Effect>& to) {
    // `allow` and `pass` say that nothing is done: beside anything that is done they contradict it.
    const auto idle = [](const syntax::Effect& effect) {
      return effect.kind == syntax::EffectKind::allow || effect.kind == syntax::EffectKind::pass;
    };
    const auto recorded_only = [](const syntax::Effect& effect) {
      return effect.kind == syntax::EffectKind::flag || effect.kind == syntax::EffectKind::alert;
    };
    const auto nothing = std::find_if(from.begin(), from.end(), idle);
    const auto something = std::find_if(from.begin(), from.end(), [&](const syntax::Effect& effect) {
      return !idle(effect) && !recorded_only(effect);
    });
    if (nothing != from.end() && something != from.end()) {
      work_.report(codes::kContradiction, item_, nothing->span,
                   {std::string(work_.text_at(nothing->span)), std::string(work_.text_at(something->span))});
    }
    for (const syntax::Effect& each : from) {
      if (each.kind == syntax::EffectKind::pass && !when_unknown) {
        work_.report(codes::kWrongType, item_, each.span,
                     {say("an effect", "一个处置"), std::string(work_.text_at(each.span))},
                     say("`pass` stands after `if unknown` only.", "“略过”只用在“若不明”之后。"));
        continue;
      }
      Effect effect;
      if (read(each, effect)) to.push_back(std::move(effect));
    }
  }

  bool read(const syntax::Effect& from, Effect& to) {
    to.kind = static_cast<EffectKind>(from.kind);
    switch (from.kind) {
      case syntax::EffectKind::handoff: {
        if (from.priority) to.priority = static_cast<Priority>(*from.priority);
        bool good = true;
        if (from.within) good = duration(*from.within, to.within, to.fact);
        const Entry* queue = work_.resolve(Kind::queue, item_, from.name);
        if (queue == nullptr) return false;
        to.queue = queue->index;
        if (to.within && to.within->working_days != 0 && work_.model.queues[to.queue].calendar == kNone &&
            !work_.calendar_lost.count(to.queue)) {
          work_.report(codes::kNoQueueCalendar, item_, from.span, {queue->names.first},
                       say("Give the queue a line: calendar NAME", "请为队列加一行：日历 名称"));
          return false;
        }
        return good;
      }
      case syntax::EffectKind::disclose: {
        to.at_start = from.at_start;
        to.once = static_cast<std::uint8_t>(from.once);
        const Entry* wording = work_.resolve(Kind::wording, item_, from.name);
        if (wording == nullptr) return false;
        to.wording = wording->index;
        told_by(from, work_.model.wordings[wording->index].pieces);
        return of_each_item(from, work_.model.wordings[wording->index].pieces);
      }
      case syntax::EffectKind::require: {
        // A requirement, or a fact that can be asked for.
        const std::vector<std::string> steps = steps_of(from.name);
        const bool fact_path = steps.size() > 1 && work_.group_names.count(steps.front()) != 0;
        if (!fact_path) {
          const Entry* requirement = work_.resolve(Kind::requirement, item_, from.name);
          if (requirement == nullptr) return false;
          to.requirement = requirement->index;
          confidential_text(from.name.span, work_.model.requirements[requirement->index].ask_pieces);
          return true;
        }
        Conditions conditions(work_, item_);
        to.fact = conditions.fact(from.name, false);
        if (to.fact == kNone) return false;
        if (work_.model.facts[to.fact].ask.empty()) {
          work_.report(codes::kCannotAsk, item_, from.name.span, {std::string(work_.text_at(from.name.span))},
                       say("Add to the fact's line: ask \"…\"", "请在该事实的行中加：询问 “…”"));
          return false;
        }
        confidential_text(from.name.span, work_.model.facts[to.fact].ask_pieces);
        return true;
      }
      case syntax::EffectKind::flag:
      case syntax::EffectKind::alert:
        for (const std::string& step : steps_of(from.name)) to.name += (to.name.empty() ? "" : ".") + step;
        return true;
      case syntax::EffectKind::redact: {
        const syntax::Redaction& redaction = from.redaction;
        to.redact_what = static_cast<std::uint8_t>(redaction.what);
        to.redact_mode = static_cast<std::uint8_t>(redaction.mode);
        to.keep_first = redaction.keep_first;
        to.keep_last = redaction.keep_last;
        if (redaction.what == syntax::Redaction::What::match) return true;
        work_.not_yet(item_, from.span, "redacting what a detector or a class finds", "按检测项或数据类别脱敏");
        return false;
      }
      case syntax::EffectKind::replace_answer:
      case syntax::EffectKind::replace_match:
        if (from.with_wording) {
          const Entry* wording = work_.resolve(Kind::wording, item_, *from.with_wording);
          if (wording == nullptr) return false;
          to.wording = wording->index;
          to.with = work_.model.wordings[wording->index].text;
          to.with_pieces = work_.model.wordings[wording->index].pieces;
          told_by(from, to.with_pieces);
          return true;
        }
        to.with = text_of(from.with);
        if (!cut_texts(work_, item_, from.with, to.with_pieces)) return false;
        told_by(from, to.with_pieces);
        return true;
      default:
        return true;
    }
  }

  // Sure that no words are found: what could not be read of the rule might find some.
  bool lacks_match() const { return rule_.when && !finds_words(work_, *rule_.when) && item_.decl->lost.empty(); }

  static bool on_match(const syntax::Effect& effect) {
    return effect.kind == syntax::EffectKind::replace_match ||
           (effect.kind == syntax::EffectKind::redact && effect.redaction.what == syntax::Redaction::What::match);
  }
  // The parts of a turn in whose texts its condition finds words; Part::turn: in another fact.
  static void add_searched(const Model& model, const Expr& expr, std::set<Part>& parts) {
    if (expr.op == Op::text_has || expr.op == Op::text_has_all || expr.op == Op::claims || expr.op == Op::matches) {
      const Expr& where = *expr.args[0];
      if (where.op != Op::fact || where.fact == kNone) return;
      const Fact& fact = model.facts[where.fact];
      parts.insert(fact.built_in && fact.path.back() == "text" ? fact.part : Part::turn);
    }
    if (expr.op != Op::and_ && expr.op != Op::or_ && expr.op != Op::at_least) return;
    for (const ExprPtr& arg : expr.args) add_searched(model, *arg, parts);
  }
  // A change of what was found elsewhere than in a text that it changes would be none, and be told as one.
  void changes_nothing(const syntax::Effect& effect) {
    constexpr std::size_t kWalked = 2'000;  // parts, as below
    if (!rule_.when || rule_.when->nodes > kWalked || decl_.subject_unknown || !item_.decl->lost.empty()) return;
    std::set<Part> searched;
    add_searched(work_.model, *rule_.when, searched);
    if (searched.empty() || searched.contains(Part::answer)) return;
    // What is to be hidden is hidden in whichever text of the turn it stands.
    searched.erase(Part::turn);
    if (effect.kind == syntax::EffectKind::redact && !searched.empty()) return;
    for (const Subject subject : rule_.applies_to) {
      if ((subject == Subject::message && searched.contains(Part::message)) ||
          (subject == Subject::outreach && searched.contains(Part::outreach)) ||
          (subject == Subject::material && searched.contains(Part::material)))
        return;
    }
    work_.report(codes::kMatchElsewhere, item_, effect.span, {std::string(work_.text_at(effect.span)), this_rule()},
                 searched.contains(Part::message)
                     ? say("To change what is kept of the message, write: applies to message",
                           "要改动留存的消息，请写：适用于 消息")
                     : std::string());
  }

  // What changes or quotes the match needs one.
  void matches() {
    if (!lacks_match()) {
      for (const std::vector<syntax::Effect>* list : {&decl_.then, &if_unknown()}) {
        for (const syntax::Effect& effect : *list) {
          if (on_match(effect)) changes_nothing(effect);
        }
      }
      return;
    }
    for (const std::vector<syntax::Effect>* list : {&decl_.then, &if_unknown()}) {
      for (const syntax::Effect& effect : *list) {
        if (!on_match(effect)) continue;
        work_.report(codes::kNoMatch, item_, effect.span, {std::string(work_.text_at(effect.span)), this_rule()});
      }
    }
    if (!decl_.because.empty()) {
      refuse_match(work_, item_, decl_.because.front().span, rule_.because, this_rule());
    }
    for (std::size_t i = 0; i < rule_.say.size(); ++i) {
      refuse_match(work_, item_, text_span(decl_.say[i]), rule_.say[i].texts, this_rule());
    }
  }

  bool of_a_turn(Index fact) const {
    const Part part = work_.model.facts[fact].part;
    return part == Part::answer || part == Part::message;
  }
  // What a condition may come to in a turn without the parts that `absent` names: what is asked of one is false, and `lacks` is true.
  struct May {
    bool yes = false, no = false;
  };
  template <class Absent>
  May alone(const Expr& expr, const Absent& absent) const {
    constexpr std::size_t kWalked = 2'000;  // parts; of a define that thousands of rules share, each would walk all
    if (expr.nodes > kWalked) return {.yes = true, .no = true};
    switch (expr.op) {
      case Op::not_: {
        const May one = alone(*expr.args[0], absent);
        return {.yes = one.no, .no = one.yes};
      }
      case Op::and_:
      case Op::or_: {
        const bool all = expr.op == Op::and_;
        May made{.yes = all, .no = !all};
        for (const ExprPtr& arg : expr.args) {
          const May one = alone(*arg, absent);
          made = all ? May{.yes = made.yes && one.yes, .no = made.no || one.no}
                     : May{.yes = made.yes || one.yes, .no = made.no && one.no};
        }
        return made;
      }
      case Op::at_least: {
        const auto may = std::count_if(expr.args.begin(), expr.args.end(),
                                       [&](const ExprPtr& arg) { return alone(*arg, absent).yes; });
        return {.yes = may >= expr.count, .no = true};
      }
      case Op::list_empty:  // that of an absent part is
        return {.yes = true, .no = true};
      default: {
        std::set<Index> facts;
        add_facts(work_, expr, facts);
        return {.yes = std::none_of(facts.begin(), facts.end(), absent), .no = true};
      }
    }
  }

  // A rule that reads a product is judged once for each, with none not at all (semantics.md 9): told where the author's sentence may be
  // true without one, as where `unless` or a branch of `or` reads it.
  void only_beside() {
    if (!rule_.when || rule_.as_a_whole) return;
    std::set<Index> read;
    for (const ExprPtr& expr : {rule_.when, rule_.unless})
      if (expr) add_facts(work_, *expr, read);
    struct ItemKind {
      Part part;
      Subject own;
      std::string_view en, zh;
    };
    static constexpr std::array<ItemKind, 2> kItems = {{
        {Part::product, Subject::recommendation, "product", "产品"},
        {Part::action, Subject::action, "action", "操作"},
    }};
    for (const ItemKind& kind : kItems) {
      const auto of_kind = [&](Index fact) { return work_.model.facts[fact].part == kind.part; };
      const auto fact = std::find_if(read.begin(), read.end(), of_kind);
      const bool on_other = std::any_of(rule_.applies_to.begin(), rule_.applies_to.end(),
                                        [&](Subject subject) { return subject != kind.own; });
      if (fact == read.end() || !on_other || !alone(*rule_.when, of_kind).yes) continue;
      std::string help = say("If it is to hold without one too, write a second rule that does not read it",
                             "如没有" + std::string(kind.zh) + "时也应成立，请另写一条不读取它的规则");
      if (kind.part == Part::product)
        help += say(", with: and recommendation.products is empty", "，并加上：且 推荐.产品 为空");
      work_.report(codes::kOnlyBeside, item_, name_span(), {rule_.names.first, shown(*fact), say(kind.en, kind.zh)},
                   help + say(".", "。"), Severity::warning);
    }
  }

  // semantics.md 9 and 11: once for each product, action or outreach that the rule reads or is on.
  void items() {
    std::set<Index> read;
    for (const ExprPtr& expr : {rule_.when, rule_.unless})
      if (expr) add_facts(work_, *expr, read);
    for (const Index fact : facts_in(rule_.because)) read.insert(fact);
    for (const Say& text : rule_.say) {
      for (const Index fact : facts_in(text.texts)) read.insert(fact);
    }
    for (const Effect& effect : rule_.then) {
      for (const Index fact : facts_in(effect.with_pieces)) read.insert(fact);
      if (effect.kind == EffectKind::handoff && effect.fact != kNone) read.insert(effect.fact);
    }
    std::map<Part, Index> parts;
    for (const Index fact : read) {
      const Part part = work_.model.facts[fact].part;
      if (part == Part::product || part == Part::action || part == Part::outreach) parts.emplace(part, fact);
    }
    const auto on = [&](Subject subject) {
      return std::find(rule_.applies_to.begin(), rule_.applies_to.end(), subject) != rule_.applies_to.end();
    };
    // An outreach is no turn of a conversation and no material: of those the rule would never say a word (semantics.md 9).
    if (const auto outreach = parts.find(Part::outreach); outreach != parts.end()) {
      static constexpr std::array<std::tuple<Subject, std::string_view, std::string_view>, 3> kNeverBeside = {{
          {Subject::answer, "applies to answer", "适用于 回答"},
          {Subject::message, "applies to message", "适用于 消息"},
          {Subject::material, "applies to material", "适用于 素材"},
      }};
      for (const auto& [subject, en, zh] : kNeverBeside) {
        if (!on(subject)) continue;
        work_.report(codes::kContradiction, item_, name_span(), {shown(outreach->second), say(en, zh)},
                     say("A rule that reads an outreach says nothing of a turn without one. Write one rule for each.",
                         "读取触达的规则，对没有触达的一轮不作判断。请分别写成两条规则。"));
        return;
      }
    }
    // Nor is there an answer or a message beside an outreach or a material.
    static constexpr std::array<std::tuple<Subject, std::string_view, std::string_view>, 2> kAlone = {{
        {Subject::outreach, "applies to outreach", "适用于 触达"},
        {Subject::material, "applies to material", "适用于 素材"},
    }};
    for (const auto& [subject, en, zh] : kAlone) {
      const auto turns = [this](Index fact) { return of_a_turn(fact); };
      if (!on(subject) || !rule_.when || alone(*rule_.when, turns).yes) continue;
      const auto beside = std::find_if(read.begin(), read.end(), turns);
      if (beside == read.end()) continue;
      work_.report(
          codes::kContradiction, item_, name_span(), {shown(*beside), say(en, zh)},
          say("An outreach and a material stand alone in a turn: of one the rule would never say a word. Read their "
              "own text, and write one rule for each.",
              "触达与素材在一轮中单独出现：此规则对其不会作任何判断。请读取其自身的文本，并分别写成两条规则。"));
      return;
    }
    const auto replaces = [](const std::vector<Effect>& list) {
      return std::any_of(list.begin(), list.end(),
                         [](const Effect& effect) { return effect.kind == EffectKind::replace_answer; });
    };
    const auto of_one = std::find_if(read.begin(), read.end(),
                                     [&](Index fact) { return work_.model.facts[fact].part == Part::customer; });
    if (on(Subject::outreach) && of_one != read.end() && (replaces(rule_.then) || replaces(rule_.unknown_effects))) {
      work_.report(
          codes::kContradiction, item_, name_span(), {say("replace answer with", "全文改为"), shown(*of_one)},
          say("An outreach has one text for all its recipients: a rule that reads the customer is judged for each "
              "and cannot replace it. Block it for them, or write a rule that reads no customer.",
              "触达对全部接收人只有一份文本：读取客户的规则逐人判断，不能改写全文。请对其拦截，或另写不读取客户的规则"
              "。"));
      return;
    }
    if (rule_.as_a_whole) {
      const auto product = parts.find(Part::product);
      if (product != parts.end()) {
        work_.report(codes::kWholeReadsItem, item_, name_span(), {shown(product->second)},
                     say("Leave “as a whole” out: the rule is then judged for each product.",
                         "请删去“整体”：规则将就每个产品判断。"));
        return;
      }
      for (const std::vector<Effect>* list :
           {&rule_.then, &rule_.unknown_effects}) {  // whom it asks is one customer, too
        for (const Effect& effect : *list) {
          for (const Index fact : facts_in(effect.with_pieces)) read.insert(fact);
          if (effect.fact != kNone) read.insert(effect.fact);
          if (effect.requirement == kNone) continue;
          for (const Index fact : facts_in(work_.model.requirements[effect.requirement].ask_pieces)) read.insert(fact);
        }
      }
      const auto his = std::find_if(read.begin(), read.end(),
                                    [&](Index fact) { return work_.model.facts[fact].part == Part::customer; });
      if (his != read.end() && on(Subject::outreach)) {
        work_.report(
            codes::kWholeReadsItem, item_, name_span(), {shown(*his)},
            say("As a whole an outreach has no customer. Leave “as a whole” out: the rule is then judged for each "
                "recipient.",
                "整体判断触达时没有“客户”。请删去“整体”：规则将就每个接收人判断。"));
        return;
      }
    }
    if (!parts.empty()) {
      rule_.item = parts.begin()->first;
    } else if (on(Subject::recommendation) && !rule_.as_a_whole) {
      rule_.item = Part::product;
    } else if (on(Subject::action)) {
      rule_.item = Part::action;
    } else if (on(Subject::outreach) && !rule_.as_a_whole) {
      rule_.item = Part::outreach;
    }
    rule_.item_level = rule_.item != Part::turn;
  }

  Work& work_;
  const Item& item_;
  const syntax::RuleDecl& decl_;
  Rule rule_;
};

}  // namespace

void check_rules(Work& work) {
  const std::vector<Item> items = work.all<syntax::RuleDecl>();
  for (const Item& item : items) work.model.rules.push_back(RuleCheck(work, item).run());
  // A pack's own line is read, printed and approved with it, also if each of its rules says something else.
  syntax::Decl nobody;
  nobody.body = syntax::RuleDecl{};
  for (const Item& pack : work.pack_items) {
    if (pack.as<syntax::PackDecl>().default_if_unknown.empty()) continue;
    const bool is_used = std::any_of(items.begin(), items.end(), [&](const Item& item) {
      return item.pack == pack.pack && item.as<syntax::RuleDecl>().if_unknown.empty();
    });
    if (!is_used) RuleCheck(work, {&nobody, pack.file, pack.pack}).default_if_unknown();
  }
  if (items.size() > work.limits.rules) {
    const Item& item = items[work.limits.rules];
    work.report(codes::kTooMany, item, item.as<syntax::RuleDecl>().names.first.span,
                {Work::say(item, "rules of a program", "一个程序的规则数"), std::to_string(items.size()),
                 std::to_string(work.limits.rules)});
  }
}

}  // namespace caveat::model
