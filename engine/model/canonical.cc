// The canonical form: what is approved, signed and recorded of a pack. Its bytes are a promise (docs/formats.md): a
// change of this file that changes them raises kCanonicalFormat.
//
//   [format, [declaration, …]]    declarations as [kind, name, fields …], sorted by their bytes' (kind, name, rest)
//
// Gone are phrasing, layout, comments, brackets, the letter of a quantifier, the order of declarations and files, and
// counting words (3 次). Kept are all names in their order, all texts by language, every reference by its identity.
#include <algorithm>

#include "engine/base/cbor.h"
#include "engine/model/checks/work.h"

namespace caveat::model {
namespace {

constexpr std::uint64_t kCanonicalFormat = 1;

using S = syntax::Op;

std::string_view name_of(S op) {
  switch (op) {
    case S::literal:
      return "literal";
    case S::path:
      return "path";
    case S::any_value:
      return "any";
    case S::now:
      return "now";
    case S::today:
      return "today";
    case S::otherwise:
      return "otherwise";
    case S::list:
      return "list";
    case S::range:
      return "range";
    case S::row:
      return "row";
    case S::eq:
      return "eq";
    case S::ne:
      return "ne";
    case S::ge:
      return "ge";
    case S::le:
      return "le";
    case S::gt:
      return "gt";
    case S::lt:
      return "lt";
    case S::between:
      return "between";
    case S::one_of:
      return "one_of";
    case S::none_of_list:
      return "none_of_list";
    case S::includes:
      return "includes";
    case S::includes_any:
      return "includes_any";
    case S::includes_all:
      return "includes_all";
    case S::is_empty:
      return "is_empty";
    case S::is_known:
      return "is_known";
    case S::is_unknown:
      return "is_unknown";
    case S::and_:
      return "and";
    case S::or_:
      return "or";
    case S::not_:
      return "not";
    case S::all_of:
      return "all_of";
    case S::any_of:
      return "any_of";
    case S::none_of:
      return "none_of";
    case S::at_least_of:
      return "at_least_of";
    case S::any_in:
      return "any_in";
    case S::every_in:
      return "every_in";
    case S::no_in:
      return "no_in";
    case S::count_of:
      return "count_of";
    case S::sum_of:
      return "sum_of";
    case S::highest_of:
      return "highest_of";
    case S::lowest_of:
      return "lowest_of";
    case S::add:
      return "add";
    case S::sub:
      return "sub";
    case S::mul:
      return "mul";
    case S::div:
      return "div";
    case S::neg:
      return "neg";
    case S::share_of:
      return "share_of";
    case S::as_percent_of:
      return "as_percent_of";
    case S::rounded:
      return "rounded";
    case S::differs_by_more:
      return "differs_by_more";
    case S::more_than_ago:
      return "more_than_ago";
    case S::at_least_ago:
      return "at_least_ago";
    case S::within_last:
      return "within_last";
    case S::within_next:
      return "within_next";
    case S::full_years_since:
      return "full_years_since";
    case S::now_between:
      return "now_between";
    case S::is_working_day:
      return "is_working_day";
    case S::is_weekday:
      return "is_weekday";
    case S::contains:
      return "contains";
    case S::contains_any:
      return "contains_any";
    case S::contains_all:
      return "contains_all";
    case S::lacks:
      return "lacks";
    case S::claims:
      return "claims";
    case S::claims_any:
      return "claims_any";
    case S::matches:
      return "matches";
    case S::contains_near:
      return "contains_near";
    case S::mentions:
      return "mentions";
    case S::mentions_class:
      return "mentions_class";
    case S::percents_of:
      return "percents_of";
    case S::amounts_of:
      return "amounts_of";
    case S::dates_of:
      return "dates_of";
    case S::durations_of:
      return "durations_of";
    case S::window:
      return "window";
    case S::same_question:
      return "same_question";
  }
  return {};
}

// The plain form of a negated one (semantics.md 36), or the operator itself.
std::optional<S> plain_of(S op) {
  switch (op) {
    case S::ne:
      return S::eq;
    case S::none_of_list:
      return S::one_of;
    case S::no_in:
      return S::any_in;
    default:
      return std::nullopt;
  }
}

class Writer {
 public:
  explicit Writer(const Work& work) : work_(work) {}

  // One declaration: fields in a fixed order, absent ones null.
  std::string take() { return out_.take(); }

  void head(std::string_view kind, std::string_view name, std::size_t fields) {
    out_.array(fields + 2);
    out_.text(kind);
    out_.text(name);
  }

  void also(const syntax::Names& names) { words(names.also); }
  void words(const std::vector<syntax::Word>& list) {
    out_.array(list.size());
    for (const syntax::Word& word : list) out_.text(word.text);
  }
  void text(std::string_view value) { out_.text(value); }
  void number(std::int64_t value) { out_.integer(value); }
  void yes(bool value) { out_.boolean(value); }
  void strings(const std::vector<std::string>& list) {
    out_.array(list.size());
    for (const std::string& each : list) out_.text(each);
  }
  void day(const std::optional<Days>& value) {
    if (value) {
      out_.integer(*value);
    } else {
      out_.null();
    }
  }
  void duration(const Duration& value) {
    out_.array(3);
    out_.integer(value.months);
    out_.integer(value.seconds);
    out_.integer(value.working_days);
  }
  void duration(const std::optional<syntax::Literal>& value) {
    if (value) {
      duration(value->duration);
    } else {
      out_.null();
    }
  }
  // Of a fact: as it stands, or the data set that it names.
  void source(const std::optional<syntax::Word>& value) {
    const Reference* reference = value ? work_.references.find(*value) : nullptr;
    if (reference == nullptr) return word(value);
    text(reference->identity);
  }
  void word(const std::optional<syntax::Word>& value) {
    if (value) {
      out_.text(value->text);
    } else {
      out_.null();
    }
  }

  void path(const syntax::Path& path) { out_.text(identity(path)); }
  void paths(const std::vector<syntax::Path>& list) {  // as a set
    std::vector<std::string> all;
    for (const syntax::Path& one : list) all.push_back(identity(one));
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    strings(all);
  }
  void path(const std::optional<syntax::Path>& value) {
    if (value) {
      path(*value);
    } else {
      out_.null();
    }
  }

  void texts(const syntax::Texts& list) {  // by language: none, en, zh
    std::map<int, const syntax::LocalText*> by_language;
    for (const syntax::LocalText& each : list) by_language[static_cast<int>(each.language)] = &each;
    out_.map(by_language.size());
    for (const auto& [language, each] : by_language) {
      out_.integer(language);
      const std::vector<TextPiece>* pieces = work_.references.find(*each);
      const bool plain = pieces == nullptr || std::all_of(pieces->begin(), pieces->end(), [](const TextPiece& piece) {
                           return piece.identity.empty();
                         });
      if (plain) {
        out_.text(each->value);
        continue;
      }
      out_.array(pieces->size());
      for (const TextPiece& piece : *pieces) {
        if (piece.identity.empty()) {
          out_.text(piece.literal);
        } else {
          out_.array(1);
          out_.text(piece.identity);
        }
      }
    }
  }

  void literal(const syntax::Literal& value) {
    using syntax::LiteralKind;
    switch (value.kind) {
      case LiteralKind::yes:
        out_.boolean(true);
        return;
      case LiteralKind::no:
        out_.boolean(false);
        return;
      case LiteralKind::number:
      case LiteralKind::counted:
        out_.array(2);
        out_.text("number");
        out_.text(value.number.to_string());
        return;
      case LiteralKind::percent:
        out_.array(2);
        out_.text("percent");
        out_.text(in_percent(value).value_or(value.number).to_string());
        return;
      case LiteralKind::money:
        out_.array(3);
        out_.text("money");
        out_.text(value.number.to_string());
        out_.text(value.unit);
        return;
      case LiteralKind::text:
        out_.array(2);
        out_.text("text");
        out_.text(value.text);
        return;
      case LiteralKind::regex:
        out_.array(2);
        out_.text("pattern");
        out_.text(value.text);
        return;
      case LiteralKind::date:
      case LiteralKind::weekday:
        out_.array(2);
        out_.text(value.kind == LiteralKind::date ? "date" : "weekday");
        out_.integer(value.date);
        return;
      case LiteralKind::instant:
        out_.array(3);
        out_.text("instant");
        out_.integer(value.instant);
        if (value.offset) {
          out_.boolean(true);
        } else {
          out_.boolean(false);  // wall time of the pack's zone
        }
        return;
      case LiteralKind::time_of_day:
        out_.array(2);
        out_.text("time");
        out_.integer(value.seconds_of_day);
        return;
      case LiteralKind::duration:
        out_.array(2);
        out_.text("duration");
        duration(value.duration);
        return;
    }
  }

  void expression(const syntax::ExprPtr& expr) {
    if (expr) {
      expression(*expr);
    } else {
      out_.null();
    }
  }

  void expression(const syntax::Expr& expr) {
    if (const std::optional<S> plain = plain_of(expr.op)) {
      out_.array(2);
      out_.text("not");
      operation(expr, *plain);
      return;
    }
    switch (expr.op) {
      case S::literal:
        literal(expr.literal);
        return;
      case S::path:
        out_.array(2);
        out_.text("path");
        path(expr.path);
        return;
      default:
        operation(expr, expr.op);
        return;
    }
  }

 private:
  std::string identity(const syntax::Path& path) const {
    if (const Reference* reference = work_.references.find(path)) return reference->identity;
    std::string written;
    for (const syntax::Word& part : path.parts) written += (written.empty() ? "" : ".") + part.text;
    return written;
  }

  void operation(const syntax::Expr& expr, S op) {
    std::vector<const syntax::Expr*> args;
    flatten(expr, op, args);
    out_.array(1 + args.size() + (op == S::row ? 1 : 0) + (expr.window ? 1 : 0));
    out_.text(name_of(op));
    if (op == S::row) {
      out_.array(expr.names.size());
      for (const syntax::Word& word : expr.names) {
        const Reference* reference = work_.references.find(word);
        out_.text(reference != nullptr ? reference->identity : word.text);
      }
    }
    if (expr.window) {
      out_.array(6);
      out_.text(name_of(expr.window->comparison));
      expression(expr.window->count);
      out_.text(expr.window->event.text);
      out_.integer(static_cast<int>(expr.window->scope));
      expression(expr.window->within);
      out_.boolean(expr.window->same_day);
    }
    for (const syntax::Expr* arg : args) {
      if (arg == nullptr) {
        out_.null();
      } else {
        expression(*arg);
      }
    }
  }

  // (a and b) and c is a and b and c: brackets that change nothing are gone.
  static void flatten(const syntax::Expr& expr, S op, std::vector<const syntax::Expr*>& args) {
    for (const syntax::ExprPtr& arg : expr.args) {
      if (arg && arg->op == op && (op == S::and_ || op == S::or_)) {
        flatten(*arg, op, args);
      } else {
        args.push_back(arg.get());
      }
    }
  }

  const Work& work_;
  cbor::Encoder out_;

  friend class Declarations;
};

class Declarations {
 public:
  Declarations(const Work& work, Index pack) : work_(work), pack_(pack) {}

  Canonical run() {
    for (const Item& item : work_.items) {
      if (item.pack == pack_) std::visit([&](const auto& decl) { write(item, decl); }, item.decl->body);
    }
    return {assembled(declarations_), assembled(examples_)};
  }

 private:
  using Keyed = std::vector<std::tuple<std::string, std::string, std::string>>;  // kind, name, bytes

  static std::string assembled(Keyed& list) {
    std::sort(list.begin(), list.end());
    cbor::Encoder out;
    out.array(2);
    out.unsigned_integer(kCanonicalFormat);
    out.array(list.size());
    for (const auto& [kind, name, bytes] : list) out.raw(bytes);
    return out.take();
  }

  void keep(std::string_view kind, std::string_view name, Writer& writer) {
    declarations_.emplace_back(kind, name, writer.take());
  }

  static std::string dotted(const syntax::Path& path) {
    std::string out;
    for (const syntax::Word& part : path.parts) out += (out.empty() ? "" : ".") + part.text;
    return out;
  }

  void write(const Item&, const syntax::PackDecl& decl) {
    Writer w(work_);
    w.head("pack", dotted(decl.name), decl.default_if_unknown.empty() ? 8 : 9);
    w.also(decl.names);
    w.texts(decl.title);
    w.words(decl.jurisdictions);
    w.text(decl.time_zone);
    w.text(decl.version);
    w.path(decl.default_queue);
    w.words(decl.data_classes);
    w.words(decl.refused_classes);
    if (!decl.default_if_unknown.empty()) effects(w, decl.default_if_unknown);
    keep("pack", dotted(decl.name), w);
  }

  void write(const Item&, const syntax::UseDecl& decl) {
    Writer w(work_);
    const Reference* reference = work_.references.find(decl.pack);
    const std::string name = reference != nullptr ? reference->identity.substr(5) : dotted(decl.pack);  // after "pack "
    w.head("use", name, 1);
    w.text(decl.version);
    keep("use", name, w);
  }

  void write(const Item&, const syntax::SourceDecl& decl) {
    Writer w(work_);
    w.head("source", decl.names.first.text, 12);
    w.also(decl.names);
    w.number(static_cast<int>(decl.kind));
    w.text(decl.instrument);
    w.text(decl.article);
    w.text(decl.paragraph);
    w.text(decl.item);
    w.text(decl.section);
    w.day(decl.from);
    w.day(decl.until);
    w.texts(decl.reads);
    w.text(decl.link);
    w.text(decl.entry);
    keep("source", decl.names.first.text, w);
  }

  void write(const Item&, const syntax::ScaleDecl& decl) {
    Writer w(work_);
    w.head("scale", decl.names.first.text, 2);
    w.also(decl.names);
    w.out_.array(decl.levels.size());
    for (const syntax::Level& level : decl.levels) w.words(level.names);
    keep("scale", decl.names.first.text, w);
  }

  void write(const Item&, const syntax::FactsDecl& decl) {
    const auto known = work_.group_names.find(decl.names.first.text);
    const std::string group = known == work_.group_names.end() ? decl.names.first.text : known->second;
    std::vector<syntax::Word> further;
    if (decl.names.first.text != group) further.push_back(decl.names.first);
    further.insert(further.end(), decl.names.also.begin(), decl.names.also.end());
    for (const syntax::Word& name : further) {  // one a name, so that opening the group again adds nothing
      const auto& names = work_.groups.count(group) != 0 ? work_.groups.at(group) : no_group_;
      const bool built_in =
          names.built_in && names.names.size() > 1 && (name.text == names.names[0] || name.text == names.names[1]);
      if (built_in || name.text == group) continue;
      Writer w(work_);
      w.head("group", group, 1);
      w.text(name.text);
      std::tuple<std::string, std::string, std::string> entry("group", group, w.take());
      if (std::find(declarations_.begin(), declarations_.end(), entry) == declarations_.end()) {
        declarations_.push_back(std::move(entry));
      }
    }
    for (const syntax::FactDecl& member : decl.members) {
      Writer w(work_);
      const std::string name = group + "." + member.names.first.text;
      w.head("fact", name, 1);
      fact(w, member, &decl);
      keep("fact", name, w);
    }
  }

  void fact(Writer& w, const syntax::FactDecl& decl, const syntax::FactsDecl* group) {
    w.out_.array(7);
    w.also(decl.names);
    type(w, decl.type);
    w.yes(decl.assessed);
    w.word(decl.data_class);
    w.source(decl.from || group == nullptr ? decl.from : group->from);
    w.duration(decl.max_age || group == nullptr ? decl.max_age : group->max_age);
    w.texts(decl.ask);
  }

  void type(Writer& w, const syntax::TypeExpr& decl) {
    w.out_.array(9);
    w.number(static_cast<int>(decl.name));
    w.expression(decl.low);
    w.expression(decl.high);
    w.yes(decl.years_old);
    w.text(decl.currency);
    w.out_.array(decl.choices.size());
    for (const syntax::Names& choice : decl.choices) {
      w.out_.array(1 + choice.also.size());
      w.text(choice.first.text);
      for (const syntax::Word& also : choice.also) w.text(also.text);
    }
    if (decl.scale.parts.empty()) {
      w.out_.null();
    } else {
      w.path(decl.scale);
    }
    if (decl.element) {
      type(w, *decl.element);
    } else {
      w.out_.null();
    }
    // Members by name: their order is layout.
    std::vector<const syntax::FactDecl*> members;
    for (const syntax::FactDecl& member : decl.members) members.push_back(&member);
    std::sort(members.begin(), members.end(),
              [](const auto* a, const auto* b) { return a->names.first.text < b->names.first.text; });
    w.out_.array(members.size());
    for (const syntax::FactDecl* member : members) {
      w.out_.array(2);
      w.text(member->names.first.text);
      fact(w, *member, nullptr);
    }
  }

  void write(const Item& item, const syntax::LexiconDecl& decl) {
    Writer w(work_);
    w.head("lexicon", decl.names.first.text, 6);
    w.also(decl.names);
    w.texts(decl.title);
    const Scope::Found found = work_.scope.find(Kind::lexicon, item.pack, {decl.names.first.text});
    const Lexicon empty;
    const Lexicon& lexicon = found.entry != nullptr ? work_.model.lexicons[found.entry->index] : empty;
    w.strings(lexicon.terms);  // sorted, those of files among them
    w.strings(lexicon.but_not);
    w.yes(decl.exact_case);
    w.yes(decl.exact_form);
    keep("lexicon", decl.names.first.text, w);
  }

  void write(const Item&, const syntax::WordingDecl& decl) {
    Writer w(work_);
    w.head("wording", decl.names.first.text, 2);
    w.also(decl.names);
    w.texts(decl.texts);
    keep("wording", decl.names.first.text, w);
  }

  void write(const Item&, const syntax::DefineDecl& decl) {
    Writer w(work_);
    w.head("define", decl.names.first.text, 3);
    w.also(decl.names);
    w.texts(decl.title);
    w.expression(decl.value);
    keep("define", decl.names.first.text, w);
  }

  void write(const Item&, const syntax::TopicDecl& decl) {
    Writer w(work_);
    w.head("topic", decl.names.first.text, 2);
    w.also(decl.names);
    w.expression(decl.condition);
    keep("topic", decl.names.first.text, w);
  }

  void write(const Item&, const syntax::ParameterDecl& decl) {
    Writer w(work_);
    w.head("parameter", decl.names.first.text, 5);
    w.also(decl.names);
    w.expression(decl.value);
    w.expression(decl.low);
    w.expression(decl.high);
    w.number(static_cast<int>(decl.stricter));
    keep("parameter", decl.names.first.text, w);
  }

  void write(const Item&, const syntax::CalendarDecl& decl) {
    Writer w(work_);
    w.head("calendar", decl.names.first.text, 7);
    w.also(decl.names);
    if (decl.covers) {
      range(w, *decl.covers);
    } else {
      w.out_.null();
    }
    w.number(decl.first_working_day);
    w.number(decl.last_working_day);
    ranges(w, decl.closed);
    ranges(w, decl.open);
    w.text(decl.file);
    keep("calendar", decl.names.first.text, w);
  }

  static void range(Writer& w, const syntax::DateRange& value) {
    w.out_.array(2);
    w.number(value.from);
    w.number(value.to);
  }
  static void ranges(Writer& w, std::vector<syntax::DateRange> list) {
    std::sort(list.begin(), list.end(),
              [](const auto& a, const auto& b) { return std::pair(a.from, a.to) < std::pair(b.from, b.to); });
    w.out_.array(list.size());
    for (const syntax::DateRange& each : list) range(w, each);
  }

  void write(const Item&, const syntax::QueueDecl& decl) {
    Writer w(work_);
    w.head("queue", decl.names.first.text, 13);
    w.also(decl.names);
    w.texts(decl.title);
    w.yes(decl.always);
    w.out_.array(decl.hours.size());
    for (const syntax::Hours& hours : decl.hours) {
      w.out_.array(3);
      w.number(hours.first_day);
      w.number(hours.last_day);
      w.out_.array(hours.ranges.size());
      for (const syntax::TimeRange& each : hours.ranges) {
        w.out_.array(2);
        w.number(each.from);
        w.number(each.to);
      }
    }
    w.path(decl.calendar);
    w.words(decl.skills);
    w.words(decl.languages);
    priority(w, decl.priority);
    w.duration(decl.due);
    w.path(decl.overflow_to);
    w.texts(decl.say);
    w.texts(decl.when_closed_say);
    w.yes(decl.call_back);
    keep("queue", decl.names.first.text, w);
  }

  static void priority(Writer& w, const std::optional<syntax::Priority>& value) {
    if (value) {
      w.number(static_cast<int>(*value));
    } else {
      w.out_.null();
    }
  }

  void write(const Item&, const syntax::DataDecl& decl) {
    Writer w(work_);
    // Without the clause a declaration is written as before there was one: its pack keeps its digest.
    w.head("data", decl.names.first.text, decl.named_by.empty() ? 3 : 4);
    w.also(decl.names);
    w.path(decl.key);
    w.day(decl.review_by);
    if (!decl.named_by.empty()) w.paths(decl.named_by);
    keep("data", decl.names.first.text, w);
  }

  void write(const Item& item, const syntax::RequirementDecl& decl) {
    Writer w(work_);
    w.head("requirement", decl.names.first.text, 7);
    w.also(decl.names);
    w.texts(decl.title);
    w.texts(decl.ask);
    const Scope::Found found = work_.scope.find(Kind::requirement, item.pack, {decl.names.first.text});
    const Requirement empty;
    const Requirement& known = found.entry != nullptr ? work_.model.requirements[found.entry->index] : empty;
    w.strings(known.proofs);
    w.strings(known.from);
    w.strings(known.scopes);
    w.duration(decl.valid_for);
    keep("requirement", decl.names.first.text, w);
  }

  void write(const Item&, const syntax::RuleDecl& decl) {
    Writer w(work_);
    w.head("rule", decl.names.first.text, 20);
    w.also(decl.names);
    w.texts(decl.title);
    w.out_.array(decl.cites.size());
    for (const syntax::Path& path : decl.cites) w.path(path);
    w.words(decl.owner);
    w.out_.array(decl.applies_to.size());
    for (const syntax::Subject subject : decl.applies_to) w.number(static_cast<int>(subject));
    w.yes(decl.as_a_whole);
    w.day(decl.from);
    w.day(decl.until);
    w.path(decl.exception_to);
    w.yes(decl.open_to_exceptions.has_value());
    w.yes(decl.shadow.has_value());
    w.yes(decl.confidential);
    w.yes(decl.trust_inferred);
    w.expression(decl.rollout);
    w.words(decl.visible_to);
    w.expression(decl.when);
    w.expression(decl.unless);
    effects(w, decl.then);
    w.out_.array(2);
    w.out_.array(decl.say.size());
    for (const syntax::SayText& text : decl.say) {
      w.out_.array(3);
      w.word(text.channel);
      w.texts(text.texts);
      w.path(text.wording);
    }
    w.texts(decl.because);
    effects(w, decl.if_unknown);
    keep("rule", decl.names.first.text, w);
  }

  void effects(Writer& w, const std::vector<syntax::Effect>& list) {
    w.out_.array(list.size());
    for (const syntax::Effect& effect : list) {
      w.out_.array(9);
      w.number(static_cast<int>(effect.kind));
      if (effect.name.parts.empty()) {
        w.out_.null();
      } else {
        w.path(effect.name);
      }
      priority(w, effect.priority);
      w.expression(effect.within);
      const bool redacts = effect.kind == syntax::EffectKind::redact;
      w.out_.array(redacts ? 5 : 0);
      if (redacts) {
        w.number(static_cast<int>(effect.redaction.what));
        w.path(effect.redaction.name);
        w.number(static_cast<int>(effect.redaction.mode));
        w.number(effect.redaction.keep_first);
        w.number(effect.redaction.keep_last);
      }
      w.yes(effect.at_start);
      w.number(static_cast<int>(effect.once));
      w.texts(effect.with);
      w.path(effect.with_wording);
    }
  }

  void write(const Item&, const syntax::ExampleDecl& decl) {
    Writer w(work_);
    const std::string name = decl.title.empty() ? std::string() : decl.title.front().value;
    w.out_.array(5);
    w.text("example");
    w.texts(decl.title);
    turn(w, decl.given);
    w.out_.array(decl.after.size());
    for (const syntax::ExampleTurn& each : decl.after) turn(w, each);
    w.out_.array(4);
    w.text(decl.expect.verdict);
    w.out_.array(decl.expect.by.size());
    for (const syntax::Path& path : decl.expect.by) w.path(path);
    w.texts(decl.expect.final_text);
    w.out_.array(decl.expect.left.size());
    for (const syntax::LocalText& each : decl.expect.left) w.text(each.value);
    examples_.emplace_back("example", std::string(), w.take());  // sorted by their bytes: a title has two languages
  }

  void turn(Writer& w, const syntax::ExampleTurn& value) {
    w.out_.array(3);
    w.number(static_cast<int>(value.subject));
    w.expression(value.at);
    w.out_.array(value.facts.size());
    for (const syntax::Given& given : value.facts) {
      w.out_.array(2);
      w.path(given.path);
      w.expression(given.value);
    }
  }

  // Not supported yet: there is no digest while they stand (check reports them), so nothing is written.
  void write(const Item&, const syntax::EventDecl&) {}
  void write(const Item&, const syntax::TableDecl&) {}
  void write(const Item&, const syntax::GuaranteeDecl&) {}

  const Work& work_;
  Index pack_;
  Keyed declarations_, examples_;
  const Work::Group no_group_{};
};

}  // namespace

Canonical canonical_form(const Work& work, Index pack) { return Declarations(work, pack).run(); }

}  // namespace caveat::model
