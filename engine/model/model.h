// Model: the loaded packs as one typed, resolved, immutable whole: every name is an index, every condition has a type.
// Made by model::check from the trees of all files; read by program (build), prove, trial and the printers.
//
//   CheckResult checked = model::check(sources, files, lexicon_files, limits);
//   if (checked.ok()) program::build(*checked.model, ...);
//
// Promises   the order of files, packs and declarations changes nothing: everything is sorted by (pack, first name);
//            defines are expanded, phrasings are gone; conditions are three-valued by construction (Kleene)
// Threads    const: all reads may run together
// Lifetime   owns everything; indices are into its vectors
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/decimal.h"
#include "engine/base/digest.h"
#include "engine/base/language.h"
#include "engine/base/source.h"
#include "engine/base/units.h"
#include "engine/model/zones.h"

namespace caveat::model {

using Index = std::uint32_t;
inline constexpr Index kNone = 0xffffffff;

// A name with its readers' forms: `first` is the identity. A name that holds Han letters is Chinese, any other English.
struct Names {
  std::string first;
  std::vector<std::string> all;                  // first, then also, as declared
  std::string_view in(Language language) const;  // the first name of that language, else `first`
};

// A text by language; `any` is one written without a language (it serves both).
struct Text {
  std::string en, zh, any;
  std::string_view in(Language language) const;  // falls back: any, then the other language
  bool empty() const { return en.empty() && zh.empty() && any.empty(); }
};

// ---- types and facts
// --------------------------------------------------------------------------------------------------

enum class TypeKind : std::uint8_t {
  yes_no,
  integer,
  decimal,
  percent,
  money,
  text,
  date,
  instant,
  time_of_day,
  time_zone,
  duration,
  choice,
  scale,
  list,
  record
};

struct Type {
  TypeKind kind = TypeKind::yes_no;
  std::string currency;                 // of money
  std::optional<Decimal> low, high;     // declared range, both included
  Index scale = kNone;                  // of scale: Model::scales
  Index choices = kNone;                // of choice: Model::choice_sets
  std::shared_ptr<const Type> element;  // of list
  std::vector<Index> members;           // of record (and of a list's record): Model::facts, their `parent` is this fact
  bool years_old = false;
};

// What part of a turn a fact belongs to: decides between *absent* (no such part) and *unknown* (part there, fact
// missing), and whether a rule that reads it is judged once a turn or once an item (semantics.md 9).
enum class Part : std::uint8_t {
  turn /* now, channel, … and declared groups */,
  customer,
  conversation,
  bot,
  message,
  answer,
  recommendation,
  product,
  action,
  outreach,
  material
};

inline constexpr Index kMatch = 0xfffffffe;  // `{match}` in a text

// A text with {path} references cut out: literal, fact, literal, …; `{match}` has fact == kMatch.
struct TemplatePiece {
  std::string literal;
  Index fact = kNone;
};
using Template = std::vector<TemplatePiece>;
struct Templates {
  Template en, zh, any;
  Span en_span, zh_span, any_span;  // where each stands
  bool empty() const { return en.empty() && zh.empty() && any.empty(); }
};

struct Fact {
  Names names;                                       // of its last step
  std::vector<std::string> path;                     // first names: {"customer", "age"}
  std::vector<std::vector<std::string>> path_names;  // all names of each step
  Part part = Part::turn;
  Type type;
  Index pack = kNone;    // that declared it; kNone: built in
  Index parent = kNone;  // of a record's or list element's member
  bool built_in = false;
  bool assessed = false;
  std::string data_class;  // "C2", or empty
  std::string from;        // source that may state it, or empty; where a data set has that name, the set does
  std::optional<Duration> max_age;
  Text ask;              // how it is asked for; empty: it cannot be
  Templates ask_pieces;  // the same, cut
  Span span;
};

struct Scale {
  Names names;
  std::vector<Names> levels;
  Index pack = kNone;
};  // levels ascending
struct ChoiceSet {
  std::vector<Names> choices;
};  // in declared order

// ---- law, texts, queues
// -----------------------------------------------------------------------------------------------

struct LawSource {  // law, standard or policy
  Names names;
  std::uint8_t kind = 0;  // 0 law, 1 standard, 2 policy
  std::string instrument, article, paragraph, item, section, link, entry;
  std::optional<Days> from, until;
  Text reads;
  Index pack = kNone;
  Span span;
  std::string citation(Language language) const;  // "金融机构产品适当性管理办法 第12条" / "… art. 12"
};

struct Lexicon {
  Names names;
  std::vector<std::string> terms, but_not;  // as typed, sorted, once
  bool exact_case = false, exact_form = false;
  Index pack = kNone;
};

struct Wording {
  Names names;
  Text text;         // as typed, braces and all
  Templates pieces;  // the same, cut
  Index pack = kNone;
};

enum class Priority : std::uint8_t { urgent, high, normal, low };

struct HoursSpan {
  std::uint8_t day = 1;
  std::int32_t from = 0, to = 0;
};  // day 1 Monday … 7; seconds of the day, `to` beyond its end where the hours pass midnight
struct Queue {
  Names names;
  Text title, say, when_closed_say;
  Templates say_pieces, when_closed_pieces;  // the same, cut
  bool always = true;
  std::vector<HoursSpan> hours;
  Index calendar = kNone;
  Priority priority = Priority::normal;
  std::optional<Duration> due;
  Index overflow_to = kNone;
  std::vector<std::string> skills, languages;
  bool call_back = false;
  Index pack = kNone;
};

struct Requirement {
  Names names;
  Text ask;
  Templates ask_pieces;  // the same, cut
  std::vector<std::string> proofs, from, scopes;
  std::optional<Duration> valid_for;
  Index pack = kNone;
};
enum class DayKind : std::uint8_t {
  off,      // no working day of the week
  working,  // one of the week's working days
  closed,   // listed as closed, whatever day it is
  opened    // listed as open: a working day, whatever day it is
};
struct Calendar {
  Names names;
  Days from = 0, to = 0;      // what it covers, both included
  std::vector<DayKind> days;  // of each day covered
  int first_working_day = 1;  // of the week: whose hours an opened day has if it has none of its own
  Index pack = kNone;
};
// A reference set beside the packs, whose rows are found by the value of a fact.
struct DataSet {
  Names names;
  Index pack = kNone;
  Index key = kNone;  // kNone: it is wrong somewhere
  // Facts by whose values a product of it is known in an answer (semantics.md 10), each once; none: nothing is looked for.
  std::vector<Index> named_by;
  std::optional<Days> review_by;
  Span span;
};
struct Parameter {
  Names names;
  Index pack = kNone;
};  // its value is folded into conditions

// ---- conditions
// -------------------------------------------------------------------------------------------------------

// A constant, by the type of what it is compared with. Numbers of every kind are exact decimals in the base unit:
// percent 4.5 % is 4.5; money is the amount (currency in the type); date is days; instant µs; durations seconds and
// months.
struct Constant {
  TypeKind kind = TypeKind::yes_no;
  Decimal number;  // integer, decimal, percent, money; date (days); instant (µs); time_of_day (s)
  Duration duration;
  bool yes = false;
  Index level = kNone;  // of scale: position; of choice: position in the set
  std::string text;     // of money: its currency
};

enum class Op : std::uint8_t {
  // conditions
  always,
  never,
  eq,
  lt,
  le,      // args: value, value (ne, gt, ge are not_ or swapped)
  in_set,  // args[0] value; `set` constants
  known,
  unknown,  // args[0] a fact; not each other's negation: a fact of an absent part is neither (semantics.md 9)
  and_,
  or_,
  not_,
  at_least,      // `count` of args
  truth,         // args[0] a yes/no fact or value
  text_has,      // args[0] text fact; `lexicon` or `phrases`: any of them; or args[1], a text fact
  text_has_all,  // every phrase / every term
  claims,        // args[0] text fact; lexicon or phrases
  matches,       // args[0] text fact; `pattern`
  mentions,      // args[0] text fact; `detector`
  list_has,
  list_has_any,
  list_has_all,
  list_empty,  // args[0] list fact; `set`; or args[1], a value (of list_has)
  any_in,
  every_in,  // args: list fact, condition over element facts
  past_more,
  past_at_least,
  within_past,
  within_future,  // args: date value, duration constant; `calendar` where it counts working days
  weekday,        // args: date value; `count`: a bit for each day, 1 << Monday (1) … 1 << Sunday (7)
  working_day,    // args: date value; by `calendar`
  window,
  // values
  constant,
  fact,
  element,  // fact: `fact`; element: a member of the quantified element, `fact`
  now,
  today,
  clock,  // the time of day of now; args: the zone (a text constant or a fact), none: the pack's
  add,
  sub,  // `calendar` where working days are added
  mul,
  div,
  share_of,
  as_percent_of,
  rounded,
  full_years,
  count_of,  // args: list fact, condition on the element (`always` if none)
  sum_of,    // args: list fact, condition, value of the element
  highest_of,
  lowest_of,
};

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;  // shared: a define's condition is one node however often it is used

struct Expr {
  Op op = Op::always;
  Type type;  // of values; conditions are yes_no
  std::vector<ExprPtr> args;
  Index fact = kNone;
  Constant constant;
  std::vector<Constant> set;
  Index lexicon = kNone;
  std::vector<std::string> phrases;  // as typed
  std::string pattern, detector;
  std::int32_t count = 0;
  Index calendar = kNone;
  std::uint64_t nodes = 1;  // of it, with its defines written out
  Span span;                // where the author wrote it: why-not and messages point here
};

// ---- rules
// ------------------------------------------------------------------------------------------------------------

enum class EffectKind : std::uint8_t {
  allow,
  block,
  redact,
  disclose,
  replace_answer,
  replace_match,
  require,
  handoff,
  flag,
  alert,
  pass
};
enum class Subject : std::uint8_t { answer, recommendation, action, message, outreach, material };

struct Effect {
  EffectKind kind = EffectKind::allow;
  Index queue = kNone, wording = kNone, requirement = kNone, fact = kNone;  // fact: of require; a hand-off's time
  std::string name;                                                         // of flag, alert
  std::optional<Priority> priority;
  std::optional<Duration> within;
  std::uint8_t redact_what = 0;  // 0 match, 1 detector, 2 data class
  std::string redact_name;
  std::uint8_t redact_mode = 0;  // 0 full, 1 label, 2 keep
  std::int32_t keep_first = 0, keep_last = 0;
  bool at_start = false;
  std::uint8_t once = 0;  // 0 always, 1 conversation, 2 day
  Text with;              // of replace, as typed
  Templates with_pieces;  // the same, cut
};

struct Say {
  std::string channel;
  Templates texts;
};

// A condition by which the emergency switch hands turns to a person; no rule reads it.
struct Topic {
  Names names;
  Index pack = kNone;
  ExprPtr condition;  // null: it is wrong somewhere
};

struct Rule {
  Names names;
  std::string id;  // "cn.wealth/riskier_than_customer"
  Index pack = kNone;
  Text title;
  std::vector<Index> cites;  // sources
  std::vector<std::string> owner;
  std::vector<Subject> applies_to;
  bool as_a_whole = false;
  bool item_level = false;          // judged once for each product / action (semantics.md 9)
  Part item = Part::turn;           // of what: product, action or outreach; turn: judged once
  std::optional<Days> from, until;  // in force, until included: its own dates, where it has none its sources'
  Index exception_to = kNone;
  bool open_to_exceptions = false, confidential = false, trust_inferred = false;
  std::vector<std::string> visible_to;
  ExprPtr when, unless;  // unless may be null
  std::vector<Effect> then;
  std::vector<Say> say;
  Templates because;
  enum class Unknown : std::uint8_t { by_default, effects, pass } if_unknown = Unknown::by_default;
  std::vector<Effect> unknown_effects;
  Span span;
};

struct GivenValue {
  Index fact = kNone;
  std::vector<std::string> path;  // first names
  Constant value;
  std::vector<Constant> list;                 // of a list of scalars
  std::vector<std::vector<GivenValue>> rows;  // of a list of records: the members of each
  bool is_list = false;
  bool unknown = false;  // said to be so: its part is there, it is not
  Span span;
};
struct ExampleTurn {
  Subject subject = Subject::answer;
  std::optional<Microseconds> at;
  bool at_is_local = false;  // written without an offset: wall time in the pack's zone, here as if UTC
  std::vector<GivenValue> facts;
};
struct Example {
  Text title;
  Index pack = kNone;
  ExampleTurn given;
  std::vector<ExampleTurn> after;
  std::string verdict;           // expected
  std::vector<Index> by;         // rules that must have fired or been unknown, exactly these if not empty
  bool says_final_text = false;  // it may be written and empty
  Text final_text;
  std::vector<std::string> left;
  Span span;
};

struct Pack {
  Names names;  // "cn.wealth"
  std::string version;
  Text title;
  std::vector<std::string> jurisdictions;
  std::string time_zone;
  Index default_queue = kNone;
  std::vector<std::string> data_classes, refused_classes;
  std::vector<Index> uses;
  Digest digest{};  // of the canonical declarations (contracts.md 27)
  Digest examples_digest{};
};

struct Model {
  std::vector<Pack> packs;  // sorted by name
  std::vector<Fact> facts;  // sorted by path; built-in ones among them
  std::vector<Scale> scales;
  std::vector<ChoiceSet> choice_sets;
  std::vector<LawSource> sources;
  std::vector<Lexicon> lexicons;
  std::vector<Wording> wordings;
  std::vector<Queue> queues;
  std::vector<Requirement> requirements;
  std::vector<Calendar> calendars;
  std::vector<Zone> zones;  // that packs name, sorted by name; all there are where a fact may tell one
  std::vector<Parameter> parameters;
  std::vector<DataSet> data;  // sorted by first name
  std::vector<Topic> topics;
  std::vector<Rule> rules;  // sorted by (pack, first name) bytewise: the rank of semantics.md 19
  std::vector<Example> examples;
  std::vector<Language> source_languages;  // by SourceId: in which messages about a file are told

  Index find_fact(const std::vector<std::string>& path) const;  // by any of its names, kNone if there is none
};

// Each part of a condition or value once: a define is one node however often it is used. Ends when `visit` says false.
void each_part(const Expr& expr, const std::function<bool(const Expr& part)>& visit);
// The facts that a condition or value reads, ascending, each once (element members among them).
std::vector<Index> facts_read(const Expr& expr);

}  // namespace caveat::model
