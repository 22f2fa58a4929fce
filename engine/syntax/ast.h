// Ast: the tree of one rule file, the same for both phrasings: a construct is one node whichever language wrote it.
// Made by parse, read by model (meaning), format (print) and tests/reference (the slow twin).
//
// Promises   a node holds what was meant and where it stood, never how it was spelt; names are folded by NFKC; quoted
// texts
//            are as typed with `""` and nothing else undone; the tree owns all it holds and knows nothing of ANTLR
// Lifetime   owns its strings; spans index the Sources given to parse
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/decimal.h"
#include "engine/base/language.h"
#include "engine/base/source.h"
#include "engine/base/units.h"

namespace caveat::syntax {

struct Word {  // one name as written
  std::string text;
  Span span;
};

struct Names {  // a declaration's name: `first` is its identity, the others are for readers (semantics.md 7)
  Word first;
  std::vector<Word> also;
};

struct Path {  // product.risk_level; a single name is a path of one
  std::vector<Word> parts;
  Span span;
  std::string to_string() const;  // parts joined by '.'
};

struct LocalText {  // `zh "…"`; Language::none where no language was written
  Language language = Language::none;
  std::string value;
  Span span;
};
using Texts = std::vector<LocalText>;

// ---- values
// -----------------------------------------------------------------------------------------------------------

enum class LiteralKind : std::uint8_t {
  yes,
  no,
  number,
  percent,
  money,
  text,
  date,
  instant,
  time_of_day,
  duration,
  weekday,
  regex,
  counted,  // a number with a counting unit: 65 周岁, 12 characters, 3 times (unit in `unit`)
};

// Percentages keep the number as written with its unit: 4.5 % is {percent, 4.5, "%"}, 千分之5 is {percent, 5,
// "per_mille"}, 25 basis points {percent, 25, "basis_point"}, 0.5 percentage points {percent, 0.5, "percentage_point"}.
// Magnitudes are multiplied out: 5 万 CNY is {money, 50000, "CNY"}.
struct Literal {
  LiteralKind kind = LiteralKind::yes;
  Decimal number;
  std::string unit;  // currency code; share unit; counting unit in its English singular ("year_old", "character",
                     // "digit", "time", "item")
  std::string text;  // quoted text; the pattern between the slashes; the instant or time as written
  Days date = 0;     // of date; weekday: 1 Monday .. 7 Sunday
  Microseconds instant = 0;            // of instant with an offset: UTC; without: as if UTC, `offset` empty
  std::optional<std::int32_t> offset;  // minutes, where the instant was written with one
  std::int32_t seconds_of_day = 0;     // of time_of_day
  Duration duration;                   // of duration
};

// ---- conditions and values
// --------------------------------------------------------------------------------------------

enum class Op : std::uint8_t {
  // leaves
  literal,
  path,
  any_value /* `any` / `-` in a table cell */,
  now,
  today,
  otherwise,
  list,   // args: items of `one of a, b` and of `[ … ]`
  range,  // a .. b (args 2)
  row,    // ( amount 50_000 CNY, risk_level R4 ) in an example: `names` with args
  // comparisons: args 2
  eq,
  ne,
  ge,
  le,
  gt,
  lt,
  between,  // args: x, low, high
  one_of,
  none_of_list,  // args: x, list
  includes,
  includes_any,
  includes_all,  // args: list, item | list
  is_empty,
  is_known,
  is_unknown,  // args 1
  // logic
  and_,
  or_,
  not_,  // and_, or_: n-ary, as written flat
  all_of,
  any_of,
  none_of,      // groups `all of ( ; )`
  at_least_of,  // args[0] the number, then members
  // quantifiers and aggregates: `variable` names the element; args: list, condition | args: value, list, condition?
  any_in,
  every_in,
  no_in,
  count_of,
  sum_of,
  highest_of,
  lowest_of,
  // arithmetic
  add,
  sub,
  mul,
  div,
  neg,
  share_of,         // args: share, x        (20 % of x)
  as_percent_of,    // args: a, b
  rounded,          // args: x, digits
  differs_by_more,  // args: a, b, d
  // time
  more_than_ago,
  at_least_ago,
  within_last,
  within_next,       // args: date, duration
  full_years_since,  // args: date
  now_between,       // args: from, to, zone?
  is_working_day,    // args: date (today)
  is_weekday,        // args: date, weekday
  // text: args[0] the text, then what is looked for (a text literal or a path to a lexicon, list for any/all)
  contains,
  contains_any,
  contains_all,
  lacks,
  claims,
  claims_any,
  matches,
  contains_near,   // args: text, A, B, distance
  mentions,        // args: text, detector path, exception?
  mentions_class,  // args: text, class path
  percents_of,
  amounts_of,
  dates_of,
  durations_of,  // args: text, near?
  // windows
  window,         // `window` holds its parts; args: where?
  same_question,  // args: count
};

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct Window {
  Op comparison = Op::ge;  // at least | more than | at most | fewer
  ExprPtr count;           // a number or a parameter
  Word event;  // answers, recommendations, messages, actions, outreach, handoffs or a declared event (first spelling)
  enum class Scope : std::uint8_t { conversation, customer, across_customers } scope = Scope::conversation;
  ExprPtr within;  // may be null
  bool same_day = false;
};

struct Expr {
  Op op = Op::literal;
  Span span;
  std::vector<ExprPtr> args;
  Literal literal;                 // of literal
  Path path;                       // of path
  Word variable;                   // of quantifiers and aggregates
  std::vector<Word> names;         // of row
  std::unique_ptr<Window> window;  // of window
  bool bracketed = false;          // stood in ( ): kept for the printer, not part of the canonical form
};

// ---- declarations
// -----------------------------------------------------------------------------------------------------

struct Comment {  // `# …`, kept for the printer
  Span span;
  std::string text;
  bool own_line = false;
};

struct PackDecl {
  Names names;
  Path name;  // pack names are dotted: cn.wealth
  Texts title;
  std::vector<Word> jurisdictions;
  std::string time_zone;
  std::string version;
  std::optional<Path> default_queue;
  std::vector<Word> data_classes;  // ascending
  std::vector<Word> refused_classes;
  std::vector<struct Effect> default_if_unknown;  // empty: not said
};

struct UseDecl {
  Path pack;
  std::string version;  // "2026.*", empty: any
};

struct SourceDecl {
  enum class Kind : std::uint8_t { law, standard, policy } kind = Kind::law;
  Names names;
  std::string instrument;
  std::string article, paragraph, item, section;  // as written, empty where not
  std::optional<Days> from, until;                // last day included
  Texts reads;
  std::string link;
  std::string entry;
};

struct Level {
  std::vector<Word> names;
};  // one rung: first is its identity, `=` and `also` give the others
struct ScaleDecl {
  Names names;
  std::vector<Level> levels;
};

enum class TypeName : std::uint8_t {
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
  one_of,
  scale,
  list,
  record
};
struct TypeExpr {
  TypeName name = TypeName::yes_no;
  Span span;
  ExprPtr low, high;                     // integer 0..150 and the like
  bool years_old = false;                // integer counted in years old
  std::string currency;                  // of money
  std::vector<Names> choices;            // of one_of
  Path scale;                            // of scale
  std::unique_ptr<TypeExpr> element;     // of list
  std::vector<struct FactDecl> members;  // of record and of `list of record`
};

struct FactDecl {
  Names names;
  TypeExpr type;
  bool assessed = false;
  std::optional<Word> data_class;
  std::optional<Word> from;  // on the fact itself or of its group
  std::optional<Literal> max_age;
  std::optional<Span> age_at;  // its whole clause; there without max_age: what was written is no age, which was said
  Texts ask;
};

struct FactsDecl {
  Names names;  // customer, product, answer, …
  std::optional<Word> from;
  std::optional<Literal> max_age;
  std::optional<Span> age_at;  // as of a fact
  std::vector<FactDecl> members;
};

struct LexiconDecl {
  Names names;
  Texts title;
  std::vector<LocalText> terms, but_not;
  std::vector<LocalText> files;  // from file "…"
  bool exact_case = false, exact_form = false;
};

struct WordingDecl {
  Names names;
  Texts texts;
};

struct DefineDecl {
  Names names;
  Texts title;
  ExprPtr value;
};
struct TopicDecl {
  Names names;
  ExprPtr condition;
};

struct ParameterDecl {
  Names names;
  ExprPtr value, low, high;
  enum class Stricter : std::uint8_t { none, lower, higher } stricter = Stricter::none;
};

struct TimeRange {
  std::int32_t from = 0, to = 0;
};  // seconds of the day
struct Hours {
  int first_day = 1, last_day = 7;
  std::vector<TimeRange> ranges;
};
struct DateRange {
  Days from = 0, to = 0;
  Span span;
};

struct CalendarDecl {
  Names names;
  std::optional<DateRange> covers;
  int first_working_day = 1, last_working_day = 5;
  std::vector<DateRange> closed, open;
  std::string file;
};

enum class Priority : std::uint8_t { urgent, high, normal, low };

struct QueueDecl {
  Names names;
  Texts title;
  bool always = false;
  std::vector<Hours> hours;
  std::optional<Path> calendar;
  std::vector<Word> skills, languages;
  std::optional<Priority> priority;
  std::optional<Literal> due;
  std::optional<Path> overflow_to;
  Texts say, when_closed_say;
  bool call_back = false;
};

struct RequirementDecl {
  Names names;
  Texts title, ask;
  std::vector<Word> proofs, from, scopes;
  std::optional<Literal> valid_for;
};

struct DataDecl {
  Names names;
  Path key;
  std::vector<Path> named_by;
  std::optional<Days> review_by;
};
struct EventDecl {
  Names names;
};

// ---- effects
// ----------------------------------------------------------------------------------------------------------

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

struct Redaction {
  enum class What : std::uint8_t { match, detector, data_class } what = What::match;
  Path name;  // of detector or class
  enum class Mode : std::uint8_t { full, label, keep } mode = Mode::full;
  int keep_first = 0, keep_last = 0;
};

struct SayText {  // say on CHANNEL zh "…"
  std::optional<Word> channel;
  Texts texts;
  std::optional<Path> wording;  // say zh MISMATCH: a wording by name
};

struct Effect {
  EffectKind kind = EffectKind::allow;
  Span span;
  Path name;  // queue, wording, requirement or fact, flag, alert
  std::optional<Priority> priority;
  ExprPtr within;  // a duration or parameter
  Redaction redaction;
  bool at_start = false;  // of disclose; else at the end
  enum class Once : std::uint8_t { always, conversation, day } once = Once::always;
  Texts with;  // of replace
  std::optional<Path> with_wording;
};

struct RuleDecl {
  Names names;
  Texts title;
  std::vector<Path> cites;
  std::vector<Word> owner;
  std::vector<Subject> applies_to;
  bool subject_unknown = false;  // `applies to` holds a word that is none, which was said
  bool as_a_whole = false;
  std::optional<Days> from, until;
  std::optional<Path> exception_to;
  std::optional<Span> open_to_exceptions, shadow;  // where it is said
  bool confidential = false, trust_inferred = false;
  ExprPtr rollout;  // a percent
  std::optional<Path> rollout_by;
  std::vector<Word> visible_to;
  ExprPtr when, unless;
  std::vector<Effect> then;
  std::vector<SayText> say;
  Texts because;
  std::vector<Effect> if_unknown;  // may be {pass}
};

struct TableDecl {  // issue of its own; parsed so that `not_yet` has its place
  Names names;
};

struct GuaranteeDecl {
  Names names;
  Texts title;
  ExprPtr when;
  std::uint8_t at_least = 0;
  Span span;
};

struct Given {
  Path path;
  ExprPtr value;
};
struct ExampleTurn {
  Subject subject = Subject::answer;
  ExprPtr at;  // instant literal, may be null
  std::vector<Given> facts;
};
struct ExampleDecl {
  Texts title;
  ExampleTurn given;
  std::vector<ExampleTurn> after;
  struct Expect {
    std::string verdict;  // "allow" "revise" "require" "block" "handoff"
    std::vector<Path> by;
    Texts final_text;
    std::vector<LocalText> left;  // products left
    Span span;
  } expect;
};

using DeclBody = std::variant<PackDecl, UseDecl, SourceDecl, ScaleDecl, FactsDecl, LexiconDecl, WordingDecl, DefineDecl,
                              TopicDecl, ParameterDecl, CalendarDecl, QueueDecl, RequirementDecl, DataDecl, EventDecl,
                              RuleDecl, TableDecl, GuaranteeDecl, ExampleDecl>;

struct Decl {
  DeclBody body;
  Span span;                         // from its keyword to its last token
  Language language = Language::en;  // of the keyword that opened it
  std::vector<Span> lost;            // its pieces that could not be read: what they said is not known
};

struct File {
  SourceId source = 0;
  Language language = Language::en;  // of most of its keywords: messages about the file are in it
  std::vector<Decl> declarations;
  std::vector<Comment> comments;
  std::vector<Span> declares_nothing;  // of what could not be read: examples, and the conditions of defines
  std::vector<Path> lost_paths;        // in conditions that could not be read: whether there are such facts is known
};

}  // namespace caveat::syntax
