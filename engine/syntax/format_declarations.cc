#include <CaveatGrammar.h>

#include <algorithm>

#include "engine/base/width.h"
#include "engine/syntax/keywords.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/printer.h"

namespace caveat::syntax {

using L = CaveatGrammar;

namespace {

constexpr std::size_t kWidth = 110;  // columns; a list or chain that is longer is broken

std::string_view subject_name(Subject s) {
  switch (s) {
    case Subject::answer:
      return "answer";
    case Subject::recommendation:
      return "recommendation";
    case Subject::action:
      return "action";
    case Subject::message:
      return "message";
    case Subject::outreach:
      return "outreach";
    case Subject::material:
      return "material";
  }
  return {};
}

std::string_view verdict_name(std::uint8_t rank) {
  static constexpr std::string_view kNames[] = {"allow", "revise", "require", "block", "handoff"};
  return kNames[std::min<std::size_t>(rank, 4)];
}

std::string spaces(int count) { return std::string(static_cast<std::size_t>(count), ' '); }

}  // namespace

std::vector<PrintedLine> Printer::declaration(const Decl& decl) {
  lines_.clear();
  std::visit([&](const auto& d) { print(d); }, decl.body);
  if (!lines_.empty()) lines_.front().anchor = decl.span.begin;
  return std::move(lines_);
}

void Printer::line(std::string text, std::optional<Span> place) {
  lines_.push_back({std::move(text), place ? std::optional(place->begin) : std::nullopt, 0});
}

// when a and b …; a chain that is too long for a line stands with one member a line.
void Printer::clause(int keyword, const Expr& condition) {
  const std::string whole = "  " + kw(keyword) + " " + expression(condition);
  const bool chain = (condition.op == Op::and_ || condition.op == Op::or_) && !condition.bracketed;
  // A comment within the last member goes behind the chain: it parts no members, and would not be found in them the next time.
  const bool commented = chain && std::any_of(comments_.begin(), comments_.end(), [&](std::uint32_t at) {
                           return at > condition.args.front()->span.begin && at < condition.args.back()->span.begin;
                         });
  if (!chain || (!commented && columns(whole) <= kWidth)) {
    line(whole, condition.span);
    return;
  }
  const std::string joint = kw(condition.op == Op::and_ ? L::AND : L::OR);
  for (std::size_t i = 0; i < condition.args.size(); ++i) {
    const Expr& member = *condition.args[i];
    line((i == 0 ? "  " + kw(keyword) : "    " + joint) + " " + expression(member), member.span);
  }
}

std::string Printer::priority(Priority p) const {
  static constexpr std::string_view kNames[] = {"urgent", "high", "normal", "low"};
  return value("priority", kNames[static_cast<std::size_t>(p)]);
}

std::string Printer::effect(const Effect& e) {
  const auto with = [&](int token) {
    std::string tag = e.with_wording ? reference(*e.with_wording) : texts(e.with, true);
    return kw(token) + " " + tag;
  };
  switch (e.kind) {
    case EffectKind::allow:
      return kw(L::ALLOW);
    case EffectKind::block:
      return kw(L::BLOCK);
    case EffectKind::pass:
      return kw(L::PASS);
    case EffectKind::require:
      return kw(L::REQUIRE) + " " + reference(e.name);
    case EffectKind::flag:
      return kw(L::FLAG) + " " + reference(e.name);
    case EffectKind::alert:
      return kw(L::ALERT) + " " + reference(e.name);
    case EffectKind::replace_answer:
      return with(L::REPLACE_ANSWER);
    case EffectKind::replace_match:
      return with(L::REPLACE_MATCH);
    case EffectKind::disclose: {
      std::string result = kw(L::DISCLOSE) + " " + reference(e.name) + " " + kw(e.at_start ? L::AT_START : L::AT_END);
      if (e.once == Effect::Once::conversation) result += comma() + kw(L::ONCE_PER_CONVERSATION);
      if (e.once == Effect::Once::day) result += comma() + kw(L::ONCE_PER_DAY);
      return result;
    }
    case EffectKind::redact: {
      const Redaction& r = e.redaction;
      std::string result = kw(L::REDACT) + " ";
      if (r.what == Redaction::What::match) result += zh_ ? "命中" : "match";
      if (r.what == Redaction::What::detector) result += reference(r.name);
      if (r.what == Redaction::What::data_class) {
        result += zh_ ? r.name.to_string() + " " + kw(L::CLASS_INFO) : kw(L::CLASS) + " " + r.name.to_string();
      }
      result += comma();
      if (r.mode == Redaction::Mode::full) return result + kw(L::FULL);
      if (r.mode == Redaction::Mode::label) return result + kw(L::LABEL);
      const auto keep = [&](int token, int count) {
        return kw(token) + (zh_ ? "" : " ") + std::to_string(count) + (zh_ ? "位" : "");
      };
      if (r.keep_first > 0 && r.keep_last > 0) {
        return result + keep(L::KEEP_FIRST, r.keep_first) + (zh_ ? "、" : " ") + keep(L::AND_LAST, r.keep_last);
      }
      return result + (r.keep_first > 0 ? keep(L::KEEP_FIRST, r.keep_first) : keep(L::KEEP_LAST, r.keep_last));
    }
    case EffectKind::handoff: {
      std::string result = kw(L::HAND_OFF) + " " + reference(e.name);
      if (e.priority) result += comma() + kw(L::PRIORITY) + " " + priority(*e.priority);
      if (e.within) {
        const std::string length = expression(*e.within);
        result +=
            comma() + (zh_ ? length + (e.within->op == Op::literal ? "内" : " 内") : kw(L::WITHIN) + " " + length);
      }
      return result;
    }
  }
  return {};
}

std::string Printer::effects(const std::vector<Effect>& list) {
  std::string result;
  for (const auto& e : list) result += (result.empty() ? "" : " " + kw(zh_ ? L::ALSO_DO : L::AND) + " ") + effect(e);
  return result;
}

void Printer::print(const PackDecl& d) {
  Names n = d.names;
  n.first.text = d.name.to_string();
  line(kw(L::PACK) + " " + names(n), d.name.span);
  if (!d.title.empty()) line("  " + kw(L::TITLE) + title(d.title), d.title.front().span);
  if (!d.jurisdictions.empty())
    line("  " + kw(L::JURISDICTION) + " " + words(d.jurisdictions), d.jurisdictions.front().span);
  if (!d.time_zone.empty()) line("  " + kw(L::TIME_ZONE) + " " + quote(d.time_zone), L::TIME_ZONE);
  if (!d.version.empty()) line("  " + kw(L::VERSION) + " " + quote(d.version), L::VERSION);
  if (d.default_queue) line("  " + kw(L::DEFAULT_QUEUE) + " " + reference(*d.default_queue), d.default_queue->span);
  if (!d.default_if_unknown.empty()) {
    line("  " + kw(L::DEFAULT_IF_UNKNOWN) + " " + effects(d.default_if_unknown), d.default_if_unknown.front().span);
  }
  if (!d.data_classes.empty()) {
    std::string classes;
    for (const auto& c : d.data_classes) classes += (classes.empty() ? "" : " < ") + c.text;
    line("  " + kw(L::DATA_CLASSES) + " " + classes, d.data_classes.front().span);
  }
  for (const auto& c : d.refused_classes) {
    line(
        zh_ ? "  " + kw(L::REFUSE) + " " + c.text + " " + kw(L::CLASS_INFO) : "  " + kw(L::REFUSE_CLASS) + " " + c.text,
        c.span);
  }
}

void Printer::print(const UseDecl& d) {
  line(kw(L::USE) + " " + d.pack.to_string() + (d.version.empty() ? std::string() : " " + quote(d.version)));
}

void Printer::print(const SourceDecl& d) {
  std::string head = kw(L::SOURCE) + " " + names(d.names) + " " + kw(L::IS) + " ";
  if (d.kind == SourceDecl::Kind::standard) head += kw(L::STANDARD) + " ";
  if (d.kind == SourceDecl::Kind::policy) head += kw(L::POLICY) + " ";
  const bool book = zh_ && !is_ascii(d.instrument) && d.instrument.find("》") == std::string::npos;
  head += book ? "《" + d.instrument + "》" : quote(d.instrument);
  const auto place = [&](int token, std::string_view unit, const std::string& text) {
    if (text.empty()) return;
    const bool digits = text.find_first_not_of("0123456789") == std::string::npos;
    const bool numeral = !is_ascii(text) && text.find_first_of("0123456789 ()-") == std::string::npos;
    if (zh_ && (digits || numeral)) {
      head += " 第" + text + std::string(unit);
    } else {
      head += " " + kw(token) + " " + (digits ? text : quote(text));
    }
  };
  place(L::ARTICLE, "条", d.article);
  place(L::PARAGRAPH, "款", d.paragraph);
  place(L::ITEM, "项", d.item);
  if (!d.section.empty()) head += " " + kw(L::SECTION) + " " + quote(d.section);
  line(head);
  if (d.from) {
    std::string in_force =
        zh_ ? "  自 " + format_date(*d.from) + " 起施行" : "  " + kw(L::IN_FORCE_FROM) + " " + format_date(*d.from);
    if (d.until && !zh_) in_force += " " + kw(L::UNTIL) + " " + format_date(*d.until);
    line(in_force, L::IN_FORCE_FROM);
  }
  if (d.until && (zh_ || !d.from))
    line(zh_ ? "  至 " + format_date(*d.until) + " 止" : "  " + kw(L::IN_FORCE_UNTIL) + " " + format_date(*d.until),
         L::UNTIL);
  if (!d.reads.empty()) line("  " + kw(L::READS) + title(d.reads), d.reads.front().span);
  if (!d.link.empty()) line("  " + kw(L::LINK) + " " + quote(d.link), L::LINK);
  if (!d.entry.empty()) line("  " + kw(L::ENTRY) + " " + quote(d.entry), L::ENTRY);
}

void Printer::print(const ScaleDecl& d) {
  std::string levels;
  for (const auto& level : d.levels) {
    std::string one;
    for (const auto& n : level.names) one += (one.empty() ? "" : " = ") + n.text;
    levels += (levels.empty() ? "" : " < ") + one;
  }
  line(kw(L::SCALE) + " " + names(d.names) + " " + kw(L::IS) + " " + levels);
}

std::string Printer::type(const TypeExpr& t) {
  const auto bounds = [&]() {
    std::string result;
    if (t.low && t.high) result = " " + expression(*t.low) + (zh_ ? " 至 " : "..") + expression(*t.high);
    if (t.years_old) result += " " + kw(L::COUNTED_IN_YEARS_OLD);
    return result;
  };
  switch (t.name) {
    case TypeName::yes_no:
      return kw(L::T_YES_NO);
    case TypeName::integer:
      return kw(L::T_INTEGER) + bounds();
    case TypeName::decimal:
      return kw(L::T_DECIMAL) + bounds();
    case TypeName::percent:
      return kw(L::T_PERCENT) + bounds();
    case TypeName::money:
      return kw(L::T_MONEY) + (t.currency.empty() ? std::string() : " " + t.currency);
    case TypeName::text:
      return kw(L::T_TEXT);
    case TypeName::date:
      return kw(L::T_DATE);
    case TypeName::instant:
      return kw(L::T_INSTANT);
    case TypeName::time_of_day:
      return kw(L::T_TIME_OF_DAY);
    case TypeName::time_zone:
      return zh_ ? kw(L::T_ZONE) : kw(L::TIME_ZONE);
    case TypeName::duration:
      return kw(L::T_DURATION);
    case TypeName::scale:
      return kw(L::SCALE) + " " + reference(t.scale);
    case TypeName::record:
      return kw(L::T_RECORD);
    case TypeName::list:
      return kw(L::LIST_OF) + " " + type(*t.element);
    case TypeName::one_of: {
      std::string items;
      for (const auto& choice : t.choices) items += (items.empty() ? "" : item_comma()) + names(choice);
      return kw(L::ONE_OF) + (zh_ ? "" : " ") + open() + items + close();
    }
  }
  return {};
}

// Names, further names and types stand in columns, so that a list of facts reads as a table.
void Printer::facts(const std::vector<FactDecl>& members, int indent) {
  constexpr std::size_t kWidest = 30;  // a longer name does not push the others away
  std::size_t first = 0, further = 0;
  const auto also = [&](const FactDecl& f) {
    std::string text;
    for (const Word& other : f.names.also) text += (text.empty() ? "" : " ") + kw(L::ALSO) + " " + other.text;
    return text;
  };
  for (const FactDecl& f : members) {
    if (columns(f.names.first.text) <= kWidest) first = std::max(first, columns(f.names.first.text));
    if (columns(also(f)) <= kWidest) further = std::max(further, columns(also(f)));
  }
  for (const FactDecl& f : members) {
    const auto padded = [](std::string text, std::size_t width) {
      const std::size_t has = columns(text);
      return text + std::string(has < width ? width - has : 0, ' ');
    };
    std::string head = padded(f.names.first.text, first);
    if (further > 0) head += " " + padded(also(f), further);
    fact(f, std::move(head), indent);
  }
}

void Printer::fact(const FactDecl& f, std::string head, int indent) {
  std::string text = spaces(indent) + std::move(head) + " " + type(f.type);
  if (f.assessed) text += comma() + kw(L::ASSESSED);
  if (f.data_class) text += comma() + (zh_ ? kw(L::DATA_CLASSES) : kw(L::DATA_CLASS)) + " " + f.data_class->text;
  if (f.from) text += comma() + kw(L::FROM) + " " + word_reference(*f.from);
  if (f.max_age) text += comma() + kw(L::MAX_AGE) + " " + duration(*f.max_age);
  if (!f.ask.empty()) text += comma() + kw(L::ASK) + " " + texts(f.ask, true);
  line(text, f.names.first.span);
  const TypeExpr* record = &f.type;
  while (record->name == TypeName::list) record = record->element.get();
  facts(record->members, indent + 2);
}

void Printer::print(const FactsDecl& d) {
  std::string head = kw(L::FACTS) + " " + names(d.names);
  if (d.from) head += " " + kw(L::FROM) + " " + word_reference(*d.from);
  if (d.max_age) head += comma() + kw(L::MAX_AGE) + " " + duration(*d.max_age);
  line(head);
  facts(d.members, 2);
}

void Printer::print(const LexiconDecl& d) {
  line(kw(L::LEXICON) + " " + names(d.names) + title(d.title) + (d.terms.empty() ? std::string() : " " + kw(L::IS)));
  const auto terms = [&](const std::vector<LocalText>& list, std::string head) {
    std::optional<Span> place;
    std::string text = std::move(head);
    bool first = true;
    for (const auto& t : list) {
      const std::string one = this->text(t, false);
      if (!first) text += zh_ ? "、" : ",";
      if (!first && columns(text) + columns(one) > kWidth) {
        // A line ends in an ASCII comma or `、`: both go on.
        line(text, place);
        text = "   ";
        place = std::nullopt;
      }
      text += (first || zh_ ? (text == "   " ? " " : "") : " ") + one;
      if (!place) place = t.span;
      first = false;
    }
    line(text, place);
  };
  if (!d.terms.empty()) terms(d.terms, "  ");
  for (const auto& f : d.files) line("  " + kw(L::FROM_FILE) + " " + quote(f.value), f.span);
  if (!d.but_not.empty()) terms(d.but_not, "  " + kw(L::BUT_NOT) + " ");
  if (d.exact_case) line("  " + kw(L::EXACT_CASE), L::EXACT_CASE);
  if (d.exact_form) line("  " + kw(L::EXACT_FORM), L::EXACT_FORM);
}

void Printer::print(const WordingDecl& d) {
  const std::string head = kw(L::WORDING) + " " + names(d.names);
  if (d.texts.size() == 1) {
    line(head + " " + texts(d.texts, true));
    return;
  }
  line(head);
  for (const bool own : {true, false}) {
    for (const auto& t : d.texts) {
      if ((t.language == language_ || t.language == Language::none) == own) line("  " + text(t, true), t.span);
    }
  }
}

void Printer::print(const DefineDecl& d) {
  const std::string head = kw(L::DEFINE) + " " + names(d.names) + title(d.title) + " " + kw(zh_ ? L::IS : L::AS);
  line(head + " " + expression(*d.value));
}

void Printer::print(const TopicDecl& d) {
  line(kw(L::TOPIC) + " " + names(d.names) + " " + kw(zh_ ? L::IS : L::AS) + " " + expression(*d.condition));
}

void Printer::print(const ParameterDecl& d) {
  std::string text = kw(L::PARAMETER) + " " + names(d.names) + " " + expression(*d.value);
  if (d.low && d.high) {
    text += zh_ ? "，介于 " + expression(*d.low) + " 与 " + expression(*d.high) + " 之间"
                : ", between " + expression(*d.low) + " and " + expression(*d.high);
  }
  if (d.stricter == ParameterDecl::Stricter::lower) text += comma() + kw(L::LOWER_IS_STRICTER);
  if (d.stricter == ParameterDecl::Stricter::higher) text += comma() + kw(L::HIGHER_IS_STRICTER);
  line(text);
}

void Printer::print(const CalendarDecl& d) {
  line(kw(L::CALENDAR) + " " + names(d.names) +
       (d.covers ? " " + kw(L::COVERS) + " " + days(*d.covers) : std::string()));
  line("  " + kw(L::WORKING_DAYS) + " " + weekday(d.first_working_day) +
           (d.last_working_day == d.first_working_day ? std::string() : range() + weekday(d.last_working_day)),
       L::WORKING_DAYS);
  if (!d.closed.empty()) line("  " + kw(L::CLOSED) + " " + days(d.closed), L::CLOSED);
  if (!d.open.empty()) line("  " + kw(L::OPEN) + " " + days(d.open), L::OPEN);
  if (!d.file.empty()) line("  " + kw(L::FROM_FILE) + " " + quote(d.file), L::FROM_FILE);
}

void Printer::print(const QueueDecl& d) {
  line(kw(L::QUEUE) + " " + names(d.names) + title(d.title));
  if (d.always) line("  " + kw(L::HOURS) + " " + kw(L::ALWAYS), L::ALWAYS);
  if (!d.hours.empty()) {
    std::string hours;
    for (const auto& h : d.hours) {
      for (const auto& r : h.ranges) {
        hours += hours.empty() ? "" : comma();
        if (h.first_day != 1 || h.last_day != 7) {
          hours +=
              weekday(h.first_day) + (h.last_day == h.first_day ? std::string() : range() + weekday(h.last_day)) + " ";
        }
        hours += clock(r.from) + range() + clock(r.to);
      }
    }
    line("  " + kw(L::HOURS) + " " + hours, L::HOURS);
  }
  if (d.calendar) line("  " + kw(L::CALENDAR) + " " + reference(*d.calendar), d.calendar->span);
  if (!d.skills.empty()) line("  " + kw(L::SKILLS) + " " + words(d.skills), d.skills.front().span);
  if (!d.languages.empty()) line("  " + kw(L::LANGUAGES) + " " + words(d.languages), d.languages.front().span);
  if (d.priority) line("  " + kw(L::PRIORITY) + " " + priority(*d.priority), L::PRIORITY);
  if (d.due) line("  " + kw(L::DUE) + " " + duration(*d.due), L::DUE);
  if (d.overflow_to) line("  " + kw(L::OVERFLOW_TO) + " " + reference(*d.overflow_to), d.overflow_to->span);
  if (!d.say.empty()) line("  " + kw(L::SAY) + " " + texts(d.say, true), d.say.front().span);
  if (!d.when_closed_say.empty())
    line("  " + kw(L::WHEN_CLOSED_SAY) + " " + texts(d.when_closed_say, true), d.when_closed_say.front().span);
  if (d.call_back) line("  " + kw(L::CALL_BACK), L::CALL_BACK);
}

void Printer::print(const RequirementDecl& d) {
  line(kw(L::REQUIREMENT) + " " + names(d.names) + title(d.title));
  if (!d.ask.empty()) line("  " + kw(L::ASK) + " " + texts(d.ask, true), d.ask.front().span);
  const auto closed = [&](const std::vector<Word>& list, std::string_view name) {
    std::string result;
    for (const auto& w : list) result += (result.empty() ? "" : item_comma()) + value(name, w.text);
    return result;
  };
  if (!d.proofs.empty()) line("  " + kw(L::PROOF) + " " + closed(d.proofs, "proof"), d.proofs.front().span);
  if (!d.from.empty()) line("  " + kw(L::FROM) + " " + words(d.from), d.from.front().span);
  if (!d.scopes.empty() || d.valid_for) {
    std::string valid = closed(d.scopes, "scope");
    if (d.valid_for) valid += (valid.empty() ? "" : comma()) + duration(*d.valid_for);
    line("  " + kw(L::VALID_FOR) + " " + valid, L::VALID_FOR);
  }
}

void Printer::print(const DataDecl& d) {
  line(kw(L::DATA) + " " + names(d.names) + " " + kw(L::KEYED_BY) + " " + reference(d.key) +
       (d.named_by.empty() ? std::string() : comma() + kw(L::NAMED_BY) + " " + references(d.named_by)) +
       (d.review_by ? comma() + kw(L::REVIEW_BY) + " " + format_date(*d.review_by) : std::string()));
}

void Printer::print(const EventDecl& d) { line(kw(L::EVENT) + " " + names(d.names)); }
void Printer::print(const TableDecl& d) { line(kw(L::TABLE) + " " + names(d.names)); }

void Printer::say(const SayText& s) {
  std::string text = "    " + kw(L::SAY);
  if (s.channel) text += " " + (zh_ ? kw(L::AT) : kw(L::ON)) + " " + s.channel->text;
  std::optional<Span> place;
  if (s.wording) {
    if (!s.texts.empty()) text += " " + kw(s.texts.front().language == Language::zh ? L::ZH : L::EN);
    text += " " + reference(*s.wording);
    place = s.wording->span;
  } else {
    text += " " + texts(s.texts, true);
    if (!s.texts.empty()) place = s.texts.front().span;
  }
  line(text, place);
}

void Printer::print(const RuleDecl& d) {
  const std::string head = kw(L::RULE) + " " + names(d.names);
  if (columns(head) + columns(title(d.title)) > kWidth && !d.title.empty()) {
    line(head);
    line("    " + texts(d.title), d.title.front().span);
  } else {
    line(head + title(d.title));
  }
  if (!d.cites.empty()) line("  " + kw(L::CITES) + " " + references(d.cites), d.cites.front().span);
  if (!d.owner.empty()) line("  " + kw(L::OWNER) + " " + words(d.owner), d.owner.front().span);
  if (!d.applies_to.empty()) {
    std::string subjects;
    for (const auto s : d.applies_to) {
      subjects += (subjects.empty() ? "" : item_comma()) + value("subject", subject_name(s));
      if (d.as_a_whole && (s == Subject::recommendation || s == Subject::outreach)) subjects += " " + kw(L::AS_A_WHOLE);
    }
    line("  " + kw(L::APPLIES_TO) + " " + subjects, L::APPLIES_TO);
  }
  if (d.from)
    line(zh_ ? "  自 " + format_date(*d.from) + " 起" : "  " + kw(L::FROM) + " " + format_date(*d.from), L::FROM);
  if (d.until)
    line(zh_ ? "  至 " + format_date(*d.until) + " 止" : "  " + kw(L::UNTIL) + " " + format_date(*d.until), L::UNTIL);
  if (d.exception_to) line("  " + kw(L::EXCEPTION_TO) + " " + reference(*d.exception_to), d.exception_to->span);
  if (d.open_to_exceptions) line("  " + kw(L::OPEN_TO_EXCEPTIONS), L::OPEN_TO_EXCEPTIONS);
  if (d.shadow) line("  " + kw(L::STATUS_SHADOW), L::STATUS_SHADOW);
  if (d.rollout && d.rollout_by) {
    line("  " + kw(L::ROLLOUT) + " " + expression(*d.rollout) + " " + kw(zh_ ? L::BY_KEY : L::BY) + " " +
             reference(*d.rollout_by),
         d.rollout->span);
  }
  if (d.confidential) line("  " + kw(L::CONFIDENTIAL), L::CONFIDENTIAL);
  if (!d.visible_to.empty()) line("  " + kw(L::VISIBLE_TO) + " " + words(d.visible_to), d.visible_to.front().span);
  if (d.trust_inferred) line("  " + kw(L::TRUST_INFERRED), L::TRUST_INFERRED);
  if (d.when) clause(L::WHEN, *d.when);
  if (d.unless) clause(L::UNLESS, *d.unless);
  if (!d.then.empty()) line("  " + kw(L::THEN) + " " + effects(d.then), d.then.front().span);
  for (const auto& s : d.say) say(s);
  if (!d.because.empty()) line("    " + kw(L::BECAUSE) + " " + texts(d.because, true), d.because.front().span);
  if (!d.if_unknown.empty()) line("  " + kw(L::IF_UNKNOWN) + " " + effects(d.if_unknown), d.if_unknown.front().span);
}

void Printer::print(const GuaranteeDecl& d) {
  line(kw(L::GUARANTEE) + " " + names(d.names) + title(d.title));
  clause(L::WHEN, *d.when);
  line("  " + kw(L::THEN) + " " + kw(L::AT_LEAST) + " " + value("verdict", verdict_name(d.at_least)), L::THEN);
}

std::string Printer::given_value(const Expr& e) {
  if (e.op == Op::list) {
    std::string items;
    for (const auto& item : e.args) {
      items += items.empty() ? "" : comma();
      if (item->op != Op::row) {
        items += expression(*item);
        continue;
      }
      std::string row;
      for (std::size_t i = 0; i < item->args.size(); ++i) {
        row += (row.empty() ? "" : comma()) + word_reference(item->names[i]) + " " + given_value(*item->args[i]);
      }
      items += open() + row + close();
    }
    return "[" + items + "]";
  }
  return expression(e);
}

void Printer::turn(int keyword, const ExampleTurn& t) {
  std::string head = "  " + kw(keyword) + " " + value("subject", subject_name(t.subject));
  std::optional<Span> place;
  if (t.at) {
    head += " " + kw(L::AT) + " " + expression(*t.at);
    place = t.at->span;
  }
  line(head, place);
  // What the author put on one line stays there, however long: a width would break it in one language and not in the other,
  // and the way back would not find the line again.
  std::string text;
  const Given* first = nullptr;
  std::uint32_t end = 0;
  for (const auto& f : t.facts) {
    const std::string one = reference(f.path) + " " + given_value(*f.value);
    const bool same_line = first != nullptr && end <= f.path.span.begin &&
                           source_.substr(end, f.path.span.begin - end).find('\n') == std::string_view::npos;
    if (same_line) {
      text += comma() + one;
    } else {
      if (first != nullptr) line(text, first->path.span);
      text = "    " + one;
      first = &f;
    }
    end = f.value->span.end;
  }
  if (first != nullptr) line(text, first->path.span);
}

void Printer::print(const ExampleDecl& d) {
  line(kw(L::EXAMPLE) + title(d.title));
  turn(L::GIVEN, d.given);
  for (const auto& t : d.after) turn(zh_ ? L::EARLIER : L::AFTER, t);
  std::string expect = "  " + kw(L::EXPECT) + " " + value("verdict", d.expect.verdict);
  if (!d.expect.by.empty()) expect += " " + kw(L::BY) + " " + references(d.expect.by);
  line(expect, d.expect.span);
  if (!d.expect.final_text.empty())
    line("    " + kw(L::FINAL_TEXT) + " " + texts(d.expect.final_text), d.expect.final_text.front().span);
  if (!d.expect.left.empty()) {
    std::string left;
    for (const auto& t : d.expect.left) left += (left.empty() ? "" : item_comma()) + text(t, false);
    line("    " + kw(L::LEFT) + " " + left, d.expect.left.front().span);
  }
}

}  // namespace caveat::syntax
