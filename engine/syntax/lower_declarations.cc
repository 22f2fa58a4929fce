#include <CaveatGrammar.h>

#include <map>

#include "engine/syntax/codes.h"
#include "engine/syntax/keywords.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/lower.h"
#include "engine/syntax/numerals.h"

namespace caveat::syntax {

using P = CaveatGrammar;

std::optional<DeclBody> Lowering::declaration(Node node, bool partly) {
  partly_ = partly;
  const Node n = node.first();
  switch (n.rule()) {
    case P::RulePack:
      return pack(n);
    case P::RuleUse:
      return use(n);
    case P::RuleSource:
      return source(n);
    case P::RuleScale:
      return scale(n);
    case P::RuleFacts:
      return facts(n);
    case P::RuleLexicon:
      return lexicon(n);
    case P::RuleWording:
      return WordingDecl{names(n.child(P::RuleNames)), texts(n.child(P::RuleTexts))};
    case P::RuleDefine: {
      DefineDecl d;
      d.names = names(n.child(P::RuleNames), Stands::in_conditions);
      if (const Node title = n.child(P::RuleTexts)) d.title = texts(title);
      d.value = condition(n.child(P::RuleCondition));
      return d;
    }
    case P::RuleTopic:
      return TopicDecl{names(n.child(P::RuleNames), Stands::in_conditions), condition(n.child(P::RuleCondition))};
    case P::RuleParameter:
      return parameter(n);
    case P::RuleCalendar:
      return calendar(n);
    case P::RuleQueue:
      return queue(n);
    case P::RuleRequirement:
      return requirement(n);
    case P::RuleData: {
      DataDecl d;
      d.names = names(n.child(P::RuleNames));
      d.key = path(n.child(P::RulePath));
      if (const Node named = n.child(P::RulePaths)) {
        for (Node one = named.first(); one; one = one.next())
          if (one.is(P::RulePath)) d.named_by.push_back(path(one));
        check_chain(d.named_by.size(), named.span());
      }
      if (const Node review = n.child(P::RuleReview_by)) d.review_by = day(review.child(P::RuleDay));
      return d;
    }
    case P::RuleEvent:
      return EventDecl{names(n.child(P::RuleNames))};
    case P::RulePolicy:
      return rule(n);
    case P::RuleGuarantee:
      return guarantee(n);
    case P::RuleExample:
      return example(n);
    default:
      return std::nullopt;
  }
}

PackDecl Lowering::pack(Node node) {
  PackDecl d;
  d.name = path(node.child(P::RulePath));
  d.names.first = {d.name.to_string(), d.name.span};
  for (Node n = node.first(); n; n = n.next()) {
    if (!n.is(P::RuleName)) continue;
    d.names.also.push_back(word(n));
    not_reserved(d.names.also.back());
  }
  if (const Node title = node.child(P::RuleTexts)) d.title = texts(title);
  std::map<int, std::optional<Span>> said;
  for (Node n = node.first(); n; n = n.next()) {
    if (!n.is(P::RulePack_line)) continue;
    const int kind = n.type();
    if (kind != P::REFUSE && kind != P::REFUSE_CLASS && !once(said[kind], n)) continue;
    switch (kind) {
      case P::TITLE:
        d.title = texts(n.child(P::RuleTexts));
        break;
      case P::JURISDICTION:
        d.jurisdictions = words(n.child(P::RuleNames_list));
        break;
      case P::TIME_ZONE:
        d.time_zone = quoted(n.token_child(P::TEXT));
        break;
      case P::VERSION:
        d.version = quoted(n.token_child(P::TEXT));
        break;
      case P::DEFAULT_QUEUE:
        d.default_queue = path(n.child(P::RulePath));
        break;
      case P::DEFAULT_IF_UNKNOWN:
        d.default_if_unknown = effects(n.child(P::RuleEffects));
        break;
      case P::DATA_CLASSES:
        d.data_classes = words(n);
        break;
      default:
        d.refused_classes.push_back(word(n.child(P::RuleName)));
        break;
    }
  }
  return d;
}

UseDecl Lowering::use(Node node) {
  UseDecl d;
  d.pack = path(node.child(P::RulePath));
  if (const Node version = node.token_child(P::TEXT)) d.version = quoted(version);
  return d;
}

SourceDecl Lowering::source(Node node) {
  SourceDecl d;
  Span until_at;
  d.names = names(node.child(P::RuleNames));
  if (const Node kind = node.child(P::RuleSource_kind)) {
    if (kind.type() == P::STANDARD) d.kind = SourceDecl::Kind::standard;
    if (kind.type() == P::POLICY) d.kind = SourceDecl::Kind::policy;
  }
  d.instrument = quoted(node.token_child(P::TEXT));
  std::map<int, std::optional<Span>> said;
  for (Node n = node.first(); n; n = n.next()) {
    if (!n.is(P::RuleSource_line)) continue;
    int kind = n.type();
    std::string place;
    if (kind == P::ORDINAL || kind == P::ORDINAL_WORD) {  // 第12条, 第十二条: the place's kind stands behind
      const std::string whole = written(n);
      std::string unit;
      if (kind == P::ORDINAL) {
        place = nfkc(written(n.token_child(P::NUMBER)));
        unit = written(n.token_child(P::COUNT_UNIT));
      } else {
        place = whole.substr(3, whole.size() - 6);
        unit = whole.substr(whole.size() - 3);
        if (const auto number = number_in_words(place)) place = std::to_string(*number);  // 第二十八条 is 第28条
      }
      unit = simplified(unit);  // of 第28條 it has been told
      if (unit == "条")
        kind = P::ARTICLE;
      else if (unit == "款")
        kind = P::PARAGRAPH;
      else if (unit == "项")
        kind = P::ITEM;
      else if (unit == "章" || unit == "节") {
        kind = P::SECTION;
        place = "第" + place + unit;
        if (unit == "节" && d.section.ends_with("章")) {  // 第3章 第2节 is one place
          d.section += place;
          continue;
        }
      } else {
        complain(codes::kUnexpected, n.span(), {"“" + whole + "”", "“第12条”"});
        continue;
      }
    } else if (const Node at = n.child(P::RulePlace_in_law)) {
      const Node first = at.first();
      place = first.is_token() && first.type() == P::TEXT ? quoted(first) : nfkc(written(first));
    }
    if (kind == P::SINCE) kind = P::IN_FORCE_FROM;
    if (kind == P::UP_TO || kind == P::IN_FORCE_UNTIL) kind = P::UNTIL;
    if (!once(said[kind], n)) continue;
    switch (kind) {
      case P::ARTICLE:
        d.article = place;
        break;
      case P::PARAGRAPH:
        d.paragraph = place;
        break;
      case P::ITEM:
        d.item = place;
        break;
      case P::SECTION:
        d.section = place;
        break;
      case P::IN_FORCE_FROM:
        d.from = day(n.child(P::RuleDay));
        break;
      case P::UNTIL:
        d.until = day(n.child(P::RuleDay));
        until_at = n.child(P::RuleDay).span();
        break;
      case P::READS:
        d.reads = texts(n.child(P::RuleTexts));
        break;
      case P::LINK:
        d.link = quoted(n.token_child(P::TEXT));
        break;
      case P::ENTRY:
        d.entry = quoted(n.token_child(P::TEXT));
        break;
      default:
        break;
    }
  }
  if (d.from && d.until && *d.until < *d.from) {
    complain(codes::kOrderOfRange, until_at, {format_date(*d.from), format_date(*d.until)});
  }
  return d;
}

ScaleDecl Lowering::scale(Node node) {
  ScaleDecl d;
  d.names = names(node.child(P::RuleNames));
  for (Node n = node.first(); n; n = n.next()) {
    if (!n.is(P::RuleLevel)) continue;
    d.levels.push_back({words(n)});
    for (const Word& name : d.levels.back().names) not_reserved(name, Stands::as_value);
  }
  check_chain(d.levels.size(), node.span());
  return d;
}

FactsDecl Lowering::facts(Node node) {
  FactsDecl d;
  d.names = names(node.child(P::RuleNames));
  if (const Node from = node.child(P::RuleFrom_source)) d.from = word(from.child(P::RuleName));
  if (const Node age = node.child(P::RuleMax_age)) {
    d.age_at = age.span();
    d.max_age = duration(age.child(P::RuleDuration_slot));
  }
  for (Node n = node.first(); n; n = n.next()) {
    if (n.is(P::RuleFact_line)) d.members.push_back(fact(n));
  }
  check_chain(d.members.size(), node.span());
  return d;
}

FactDecl Lowering::fact(Node node, bool of_record) {
  FactDecl f;
  // A member of a record is written by itself in the rows of an example.
  f.names = names(node.child(P::RuleNames), of_record ? Stands::alone : Stands::behind_a_dot);
  fact_type(node.child(P::RuleFact_type), f);
  return f;
}

std::vector<Names> Lowering::choices(Node node) {
  std::vector<Names> result;
  for (Node n = node.first(); n; n = n.next()) {
    if (n.is(P::RuleNames)) result.push_back(names(n, Stands::as_value));
  }
  check_chain(result.size(), node.span());
  return result;
}

void Lowering::fact_type(Node node, FactDecl& f) {
  TypeExpr* type = &f.type;
  type->span = node.span();
  std::optional<Span> said_class, said_from, said_age, said_ask, said_assessed;
  for (Node n = node.first(); n; n = n.next()) {
    if (n.is_token()) {
      if (n.type() == P::LIST_OF) {
        type->name = TypeName::list;
        type->element = std::make_unique<TypeExpr>();
        type->element->span = type->span;
        type = type->element.get();
      }
      if (n.type() == P::ONE_OF) type->name = TypeName::one_of;
      if (n.type() == P::T_RECORD) type->name = TypeName::record;
      continue;
    }
    if (n.is(P::RuleChoices)) type->choices = choices(n);
    if (n.is(P::RulePlain_type)) plain_type(n, *type);
    if (n.is(P::RuleFact_line)) type->members.push_back(fact(n, true));
    if (!n.is(P::RuleFact_modifier)) continue;
    if (const Node assessed = n.token_child(P::ASSESSED)) {
      if (once(said_assessed, assessed)) f.assessed = true;
    } else if (const Node data_class =
                   n.has(P::DATA_CLASS) ? n.token_child(P::DATA_CLASS) : n.token_child(P::DATA_CLASSES)) {
      if (once(said_class, data_class)) f.data_class = word(n.child(P::RuleName));
    } else if (const Node from = n.child(P::RuleFrom_source)) {
      if (once(said_from, from)) f.from = word(from.child(P::RuleName));
    } else if (const Node age = n.child(P::RuleMax_age)) {
      if (!once(said_age, age)) continue;
      f.age_at = age.span();
      f.max_age = duration(age.child(P::RuleDuration_slot));
    } else if (const Node ask = n.token_child(P::ASK)) {
      if (once(said_ask, ask)) f.ask = texts(n.child(P::RuleTexts));
    }
  }
}

void Lowering::plain_type(Node node, TypeExpr& type) {
  switch (node.type()) {
    case P::T_YES_NO:
      type.name = TypeName::yes_no;
      break;
    case P::T_INTEGER:
      type.name = TypeName::integer;
      break;
    case P::T_DECIMAL:
      type.name = TypeName::decimal;
      break;
    case P::T_PERCENT:
      type.name = TypeName::percent;
      break;
    case P::T_MONEY:
      type.name = TypeName::money;
      break;
    case P::T_TEXT:
      type.name = TypeName::text;
      break;
    case P::T_DATE:
      type.name = TypeName::date;
      break;
    case P::T_INSTANT:
      type.name = TypeName::instant;
      break;
    case P::T_TIME_OF_DAY:
      type.name = TypeName::time_of_day;
      break;
    case P::TIME_ZONE:
    case P::T_ZONE:
      type.name = TypeName::time_zone;
      break;
    case P::T_DURATION:
      type.name = TypeName::duration;
      break;
    case P::SCALE:
      type.name = TypeName::scale;
      break;
    default:
      break;
  }
  type.span = node.span();
  for (Node n = node.first(); n; n = n.next()) {
    if (n.is(P::RuleBound)) {
      ExprPtr bound = number_value(n.child(P::RuleNumber));
      if (n.has(P::MINUS)) bound->literal.number = bound->literal.number.negated();
      bound->span = n.span();
      (type.low ? type.high : type.low) = std::move(bound);
    }
    if (n.is(P::RuleName)) type.currency = word(n).text;
    if (n.is(P::RulePath)) type.scale = path(n);
    if (n.is_token() && n.type() == P::COUNTED_IN_YEARS_OLD) type.years_old = true;
  }
}

LexiconDecl Lowering::lexicon(Node node) {
  LexiconDecl d;
  d.names = names(node.child(P::RuleNames));
  if (const Node title = node.child(P::RuleTexts)) d.title = texts(title);
  const auto take = [&](Node terms, std::vector<LocalText>& into) {
    for (Node n = terms.first(); n; n = n.next()) {
      if (n.is(P::RuleLocal_text)) into.push_back(local_text(n));
    }
  };
  const auto file = [&](Node line) {
    const Node name = line.token_child(P::TEXT);
    d.files.push_back({Language::none, quoted(name), name.span()});
  };
  const Node body = node.child(P::RuleLexicon_body);
  if (const Node terms = body.child(P::RuleTerms)) {
    take(terms, d.terms);
  } else {
    file(body);
  }
  for (Node n = node.first(); n; n = n.next()) {
    if (!n.is(P::RuleLexicon_line)) continue;
    if (n.has(P::EXACT_CASE)) d.exact_case = true;
    if (n.has(P::EXACT_FORM)) d.exact_form = true;
    if (n.has(P::FROM_FILE)) file(n);
    if (const Node terms = n.child(P::RuleTerms)) take(terms, d.but_not);
  }
  return d;
}

ParameterDecl Lowering::parameter(Node node) {
  ParameterDecl d;
  d.names = names(node.child(P::RuleNames), Stands::in_conditions);
  for (Node n = node.first(); n; n = n.next()) {
    if (n.is(P::RuleSum)) (d.value ? d.low ? d.high : d.low : d.value) = sum(n);
  }
  if (node.has(P::LOWER_IS_STRICTER)) d.stricter = ParameterDecl::Stricter::lower;
  if (node.has(P::HIGHER_IS_STRICTER)) d.stricter = ParameterDecl::Stricter::higher;
  return d;
}

CalendarDecl Lowering::calendar(Node node) {
  CalendarDecl d;
  d.names = names(node.child(P::RuleNames));
  std::optional<Span> covers, working;
  if (const Node range = node.child(P::RuleDays_range)) {
    d.covers = days_range(range);
    covers = range.span();
  }
  for (Node n = node.first(); n; n = n.next()) {
    if (!n.is(P::RuleCalendar_line)) continue;
    switch (n.type()) {
      case P::COVERS:
        if (once(covers, n)) d.covers = days_range(n.child(P::RuleDays_range));
        break;
      case P::WORKING_DAYS: {
        if (!once(working, n)) break;
        int* into = &d.first_working_day;
        for (Node day = n.first(); day; day = day.next()) {
          if (day.type() != P::WEEKDAY) continue;
          *into = weekday(day);
          if (into == &d.first_working_day) d.last_working_day = *into;
          into = &d.last_working_day;
        }
        if (d.last_working_day == 8) d.last_working_day = 7;  // 8 is the weekend
        if (d.first_working_day == 8) d.first_working_day = 6;
        break;
      }
      case P::CLOSED:
      case P::OPEN:
        for (Node range = n.first(); range; range = range.next()) {
          if (range.is(P::RuleDays_range))
            (n.type() == P::CLOSED ? d.closed : d.open)
                .push_back(days_range(range, d.covers ? std::optional(d.covers->from) : std::nullopt));
        }
        break;
      default:
        d.file = quoted(n.token_child(P::TEXT));
        break;
    }
  }
  return d;
}

QueueDecl Lowering::queue(Node node) {
  QueueDecl d;
  d.names = names(node.child(P::RuleNames));
  if (const Node title = node.child(P::RuleTexts)) d.title = texts(title);
  std::map<int, std::optional<Span>> said;
  for (Node n = node.first(); n; n = n.next()) {
    if (!n.is(P::RuleQueue_line)) continue;
    if (!once(said[n.type()], n)) continue;
    switch (n.type()) {
      case P::ALWAYS:
        d.always = true;
        break;
      case P::HOURS:
        if (n.has(P::ALWAYS)) d.always = true;
        for (Node h = n.first(); h; h = h.next()) {
          if (!h.is(P::RuleHours)) continue;
          Hours hours;
          std::vector<int> days;
          std::vector<std::int32_t> times;
          std::vector<std::string> clock;
          for (Node t = h.first(); t; t = t.next()) {
            if (t.type() == P::WEEKDAY) days.push_back(weekday(t));
            if (t.type() == P::TIME) times.push_back(seconds_of_day(t)), clock.push_back(written(t));
          }
          if (!days.empty()) {
            hours.first_day = days.front() == 8 ? 6 : days.front();
            hours.last_day = days.back() == 8 ? 7 : days.back();
          }
          hours.ranges.push_back({times.front(), times.back()});
          if (times.front() == times.back()) {  // 22:00 .. 06:00 passes midnight
            complain(codes::kOrderOfRange, h.span(), {clock.front(), clock.back()});
          }
          d.hours.push_back(std::move(hours));
        }
        break;
      case P::TITLE:
        d.title = texts(n.child(P::RuleTexts));
        break;
      case P::CALENDAR:
        d.calendar = path(n.child(P::RulePath));
        break;
      case P::SKILLS:
        d.skills = words(n.child(P::RuleNames_list));
        break;
      case P::LANGUAGES:
        for (Node w = n.child(P::RuleLanguage_list).first(); w; w = w.next()) {
          if (w.is(P::RuleName)) d.languages.push_back(word(w));
          if (w.is_token() && w.type() != P::COMMA) d.languages.push_back(bare_word(w));
        }
        break;
      case P::PRIORITY: {
        const std::string name = closed_word(n.child(P::RuleName), "priority");
        if (name == "urgent") d.priority = Priority::urgent;
        if (name == "high") d.priority = Priority::high;
        if (name == "normal") d.priority = Priority::normal;
        if (name == "low") d.priority = Priority::low;
        break;
      }
      case P::DUE:
        d.due = duration(n.child(P::RuleDuration_slot));
        break;
      case P::OVERFLOW_TO:
        d.overflow_to = path(n.child(P::RulePath));
        break;
      case P::SAY:
        d.say = texts(n.child(P::RuleTexts));
        break;
      case P::WHEN_CLOSED_SAY:
        d.when_closed_say = texts(n.child(P::RuleTexts));
        break;
      case P::CALL_BACK:
        d.call_back = true;
        break;
      default:
        break;
    }
  }
  return d;
}

RequirementDecl Lowering::requirement(Node node) {
  RequirementDecl d;
  d.names = names(node.child(P::RuleNames));
  if (const Node title = node.child(P::RuleTexts)) d.title = texts(title);
  std::map<int, std::optional<Span>> said;
  const auto closed = [&](Node name, std::string_view list, std::vector<Word>& into) {
    const std::string canonical = closed_word(name, list);
    if (!canonical.empty()) into.push_back({canonical, name.span()});
  };
  for (Node n = node.first(); n; n = n.next()) {
    if (!n.is(P::RuleRequirement_line)) continue;
    if (!once(said[n.type()], n)) continue;
    switch (n.type()) {
      case P::TITLE:
        d.title = texts(n.child(P::RuleTexts));
        break;
      case P::ASK:
        d.ask = texts(n.child(P::RuleTexts));
        break;
      case P::PROOF:
        for (Node w = n.child(P::RuleNames_list).first(); w; w = w.next()) {
          if (w.is(P::RuleName)) closed(w, "proof", d.proofs);
        }
        break;
      case P::FROM:
        d.from = words(n.child(P::RuleNames_list));
        break;
      default:  // valid for
        for (Node v = n.first(); v; v = v.next()) {
          if (!v.is(P::RuleValidity)) continue;
          if (const Node name = v.child(P::RuleName)) {
            closed(name, "scope", d.scopes);
          } else {
            d.valid_for = literal(v);
          }
        }
        break;
    }
  }
  return d;
}

}  // namespace caveat::syntax
