#include "tests/engine/syntax/dump.h"

#include <algorithm>

namespace caveat::syntax::testing {
namespace {

std::string dump(const Word& w) { return w.text; }
std::string dump(const Path& p) { return p.to_string(); }
std::string dump(bool b) { return b ? "yes" : "no"; }
std::string dump(int i) { return std::to_string(i); }
std::string dump(const std::string& s) { return "'" + s + "'"; }
// {命中} and {match} are one reference.
std::string dump(const LocalText& t) {
  std::string value = t.value;
  for (auto at = value.find("{命中}"); at != std::string::npos; at = value.find("{命中}"))
    value.replace(at, std::string_view("{命中}").size(), "{match}");
  return std::to_string(static_cast<int>(t.language)) + dump(value);
}
std::string dump(const Literal& l) {
  return "<" + std::to_string(static_cast<int>(l.kind)) + " " + l.number.to_string() + " " + l.unit + " " + l.text +
         " " + std::to_string(l.date) + " " + std::to_string(l.instant) + " " +
         (l.offset ? std::to_string(*l.offset) : "-") + " " + std::to_string(l.seconds_of_day) + " " +
         std::to_string(l.duration.months) + "m" + std::to_string(l.duration.seconds) + "s" +
         std::to_string(l.duration.working_days) + "w>";
}
std::string dump(const DateRange& r) { return std::to_string(r.from) + ".." + std::to_string(r.to); }
std::string dump(const TimeRange& r) { return std::to_string(r.from) + ".." + std::to_string(r.to); }
std::string dump(const ExprPtr& e) { return e ? testing::dump(*e) : "-"; }
std::string dump(const Names& n);
std::string dump(const Level& l);
std::string dump(const Hours& h);
std::string dump(const Effect& e);
std::string dump(const SayText& s);
std::string dump(const FactDecl& f);
std::string dump(const Given& g) { return dump(g.path) + "=" + dump(g.value); }
std::string dump(const ExampleTurn& t);
std::string dump(Subject s) { return std::to_string(static_cast<int>(s)); }
std::string dump(Priority p) { return std::to_string(static_cast<int>(p)); }

template <class T>
std::string dump(const std::optional<T>& o) {
  return o ? dump(*o) : "-";
}
template <class T>
std::string dump(const std::vector<T>& list) {
  std::string result = "[";
  for (const auto& item : list) result += dump(item) + " ";
  return result + "]";
}
std::string texts(const Texts& t) {  // the order of languages means nothing
  std::vector<std::string> all;
  for (const auto& one : t) all.push_back(dump(one));
  std::sort(all.begin(), all.end());
  std::string result;
  for (const auto& one : all) result += one + " ";
  return "{" + result + "}";
}

std::string dump(const Names& n) { return dump(n.first) + dump(n.also); }
std::string dump(const Level& l) { return dump(l.names); }
std::string dump(const Hours& h) { return dump(h.first_day) + "-" + dump(h.last_day) + dump(h.ranges); }
std::string dump(const Effect& e) {
  return "effect " + dump(static_cast<int>(e.kind)) + " " + dump(e.name) + dump(e.priority) + dump(e.within) +
         dump(static_cast<int>(e.redaction.what)) + dump(e.redaction.name) + dump(static_cast<int>(e.redaction.mode)) +
         dump(e.redaction.keep_first) + dump(e.redaction.keep_last) + dump(e.at_start) +
         dump(static_cast<int>(e.once)) + texts(e.with) + dump(e.with_wording);
}
std::string dump(const SayText& s) { return dump(s.channel) + texts(s.texts) + dump(s.wording); }
std::string dump(const TypeExpr& t) {
  return "type " + dump(static_cast<int>(t.name)) + dump(t.low) + dump(t.high) + dump(t.years_old) + t.currency +
         dump(t.choices) + dump(t.scale) + (t.element ? dump(*t.element) : "-") + dump(t.members);
}
std::string dump(const FactDecl& f) {
  return dump(f.names) + dump(f.type) + dump(f.assessed) + dump(f.data_class) + dump(f.from) + dump(f.max_age) +
         texts(f.ask);
}
std::string dump(const ExampleTurn& t) { return dump(t.subject) + dump(t.at) + dump(t.facts); }

struct Body {
  std::string operator()(const PackDecl& d) const {
    return "pack " + dump(d.names) + dump(d.name) + texts(d.title) + dump(d.jurisdictions) + d.time_zone + d.version +
           dump(d.default_queue) + dump(d.data_classes) + dump(d.refused_classes) + dump(d.default_if_unknown);
  }
  std::string operator()(const UseDecl& d) const { return "use " + dump(d.pack) + d.version; }
  std::string operator()(const SourceDecl& d) const {
    return "source " + dump(d.names) + dump(static_cast<int>(d.kind)) + dump(d.instrument) + dump(d.article) +
           dump(d.paragraph) + dump(d.item) + dump(d.section) + dump(d.from) + dump(d.until) + texts(d.reads) +
           dump(d.link) + dump(d.entry);
  }
  std::string operator()(const ScaleDecl& d) const { return "scale " + dump(d.names) + dump(d.levels); }
  std::string operator()(const FactsDecl& d) const {
    return "facts " + dump(d.names) + dump(d.from) + dump(d.max_age) + dump(d.members);
  }
  std::string operator()(const LexiconDecl& d) const {
    return "lexicon " + dump(d.names) + texts(d.title) + dump(d.terms) + dump(d.but_not) + dump(d.files) +
           dump(d.exact_case) + dump(d.exact_form);
  }
  std::string operator()(const WordingDecl& d) const { return "wording " + dump(d.names) + texts(d.texts); }
  std::string operator()(const DefineDecl& d) const {
    return "define " + dump(d.names) + texts(d.title) + dump(d.value);
  }
  std::string operator()(const TopicDecl& d) const { return "topic " + dump(d.names) + dump(d.condition); }
  std::string operator()(const ParameterDecl& d) const {
    return "parameter " + dump(d.names) + dump(d.value) + dump(d.low) + dump(d.high) +
           dump(static_cast<int>(d.stricter));
  }
  std::string operator()(const CalendarDecl& d) const {
    return "calendar " + dump(d.names) + dump(d.covers) + dump(d.first_working_day) + dump(d.last_working_day) +
           dump(d.closed) + dump(d.open) + d.file;
  }
  std::string operator()(const QueueDecl& d) const {
    return "queue " + dump(d.names) + texts(d.title) + dump(d.always) + dump(d.hours) + dump(d.calendar) +
           dump(d.skills) + dump(d.languages) + dump(d.priority) + dump(d.due) + dump(d.overflow_to) + texts(d.say) +
           texts(d.when_closed_say) + dump(d.call_back);
  }
  std::string operator()(const RequirementDecl& d) const {
    return "requirement " + dump(d.names) + texts(d.title) + texts(d.ask) + dump(d.proofs) + dump(d.from) +
           dump(d.scopes) + dump(d.valid_for);
  }
  std::string operator()(const DataDecl& d) const { return "data " + dump(d.names) + dump(d.key) + dump(d.review_by); }
  std::string operator()(const EventDecl& d) const { return "event " + dump(d.names); }
  std::string operator()(const RuleDecl& d) const {
    return "rule " + dump(d.names) + texts(d.title) + dump(d.cites) + dump(d.owner) + dump(d.applies_to) +
           dump(d.as_a_whole) + dump(d.from) + dump(d.until) + dump(d.exception_to) +
           dump(d.open_to_exceptions.has_value()) + dump(d.shadow.has_value()) + dump(d.confidential) +
           dump(d.trust_inferred) + dump(d.rollout) + dump(d.rollout_by) + dump(d.visible_to) + dump(d.when) +
           dump(d.unless) + dump(d.then) + dump(d.say) + texts(d.because) + dump(d.if_unknown);
  }
  std::string operator()(const TableDecl& d) const { return "table " + dump(d.names); }
  std::string operator()(const GuaranteeDecl& d) const {
    return "guarantee " + dump(d.names) + texts(d.title) + dump(d.when) + dump(static_cast<int>(d.at_least));
  }
  std::string operator()(const ExampleDecl& d) const {
    return "example " + texts(d.title) + dump(d.given) + dump(d.after) + d.expect.verdict + dump(d.expect.by) +
           texts(d.expect.final_text) + dump(d.expect.left);
  }
};

}  // namespace

std::string dump(const Expr& e) {
  std::string result = "(" + std::to_string(static_cast<int>(e.op));
  if (e.op == Op::literal) result += dump(e.literal);
  if (e.op == Op::path) result += " " + dump(e.path);
  if (!e.variable.text.empty()) result += " var " + e.variable.text;
  if (!e.names.empty()) result += dump(e.names);
  if (e.window) {
    const Window& w = *e.window;
    result += " window " + std::to_string(static_cast<int>(w.comparison)) + dump(w.count) + " " + w.event.text + " " +
              std::to_string(static_cast<int>(w.scope)) + dump(w.within) + dump(w.same_day);
  }
  for (const auto& a : e.args) result += " " + dump(a);
  return result + ")";
}

std::string dump(const Decl& decl) { return std::visit(Body{}, decl.body); }

std::string dump(const File& file) {
  std::string result;
  for (const auto& d : file.declarations) result += dump(d) + "\n";
  return result;
}

}  // namespace caveat::syntax::testing
