// Rows: what lies in a program image: plain records that refer to each other by index and to texts by offset.
// Written by build, read in place by decide and explain; no reader outside program and decide needs them.
//
// Promises   no pointers, no padding (equal programs are equal bytes); a row's indices are checked once, when opened
#pragma once

#include <cstdint>
#include <type_traits>

namespace caveat::program {

inline constexpr std::uint32_t kNone = 0xffffffff;
inline constexpr std::uint32_t kMatchPiece = 0xfffffffe;  // `{match}` in a template
inline constexpr std::int64_t kNoDue = -1;

struct Str {  // bytes of the text section
  std::uint32_t at = 0, size = 0;
};
struct Range {  // rows of a section
  std::uint32_t first = 0, count = 0;
};
struct Texts {  // both languages filled where one is: a missing one has already fallen back (semantics.md 7)
  Str en, zh;
};
struct Number {  // an exact decimal: coefficient hi:lo at scale
  std::uint64_t lo = 0;
  std::int64_t hi = 0;
  std::uint32_t scale = 0;
  std::uint32_t unused = 0;
};
struct Span32 {  // a span of time: months, seconds, working days never mix by themselves
  std::int64_t seconds = 0;
  std::int32_t months = 0, working_days = 0;
};

// Which array of a Request a slot's cell lies in: the turn's, or one of each product's or action's.
enum class Frame : std::uint8_t { turn, product, action };

struct PieceRow {
  Str literal;
  std::uint32_t slot = kNone;  // kNone: a literal; kMatchPiece: what matched
};
struct Pieces {  // a template in both languages
  Range en, zh;
};

struct SlotRow {
  Range steps;                   // StepRow: the path
  std::uint32_t cell = kNone;    // index in its frame; kNone: not held (records, members of records)
  std::uint8_t frame = 0;        // Frame
  std::uint8_t part = 0;         // SlotPart
  std::uint8_t type = 0;         // SlotType
  std::uint8_t element = 0;      // SlotType, of list
  std::uint8_t key_scale = 0;    // decimal places at which numbers become keys (keys.h)
  std::uint8_t key_doubled = 0;  // keys are 2·floor + (inexact): exact against every constant of the program
  std::uint8_t flags = 0;        // SlotFlag
  std::uint8_t unused = 0;
  Range symbols;  // SymbolRow, of choice and scale
  Range members;  // u32 slots, of record
  std::uint32_t unused2 = 0;
  Number low, high;
  Str currency, data_class, from;
  Texts ask;
  Pieces ask_pieces;  // the same, cut
  Span32 max_age;
};
enum SlotFlag : std::uint8_t {
  kBuiltIn = 1,
  kAssessed = 2,
  kRead = 4,
  kHasLow = 8,
  kHasHigh = 16,
  kHasMaxAge = 32,
  kScanned = 64  // a text in which rules look for something
};

struct StepRow {
  Range names;  // Str rows; the first is the identity
};
struct SymbolRow {
  Range names;  // Str rows; the first is the identity
};

// A condition program is postfix: a node stands after its operands. `begin` is the first node of its own subtree,
// counted from the program's first node. Conditions leave a Kleene, values a number, a span of time or an instant.
enum class NodeCode : std::uint8_t {
  // conditions on keys, the fast ones
  always,
  never,
  key_range,  // low <= key(slot) <= high
  key_mask,   // key(slot) is a bit of `low`
  key_set,    // key(slot) is one of `rows` (i64, sorted)
  key_less,
  key_at_most,
  key_equal,  // key(slot) against key(other), of one key space
  is_known,
  is_unknown,
  text_is,        // text(slot) is one of `rows` (Str, in their normal form; of an id, as written)
  text_has,       // group `other` hits in text(slot)
  text_has_all,   // each group of `rows` (u32) hits in text(slot)
  text_matches,   // the pattern of group `other` is found in text(slot)
  text_claims,    // group `other` hits in text(slot), and what stands there is claimed, by assent to a question too
  text_has_text,  // text(other) stands in text(slot)
  list_mask_any,
  list_mask_all,  // bits of list(slot) against `low`
  list_any,
  list_all,  // elements of list(slot) against constants `rows` (ConstantRow)
  list_empty,
  past_more,
  past_at_least,
  within_past,
  within_future,  // value, duration; working days by calendar `other`
  equal,
  less,
  at_most,      // value, value
  weekday,      // date value; `low`: a bit for each day, 1 << Monday (1) …
  list_holds,   // list(slot) has an element that equals the value
  working_day,  // date value; by calendar `other`
  // logic
  all,
  any,
  negate,
  at_least,  // `count` operands; at_least: of them `other`
  // values
  constant,  // ConstantRow `other`
  fact,      // slot
  now,
  today,
  add,
  subtract,  // working days by calendar `other`
  multiply,
  divide,
  share_of,
  as_percent_of,
  rounded,  // to `other` digits
  full_years,
  clock,  // time of day of now, in zone `other` or in the one that an operand names; neither: in the pack's
};

struct Node {
  std::uint8_t code = 0;    // NodeCode
  std::uint8_t frame = 0;   // of `slot`
  std::uint16_t count = 0;  // operands
  std::uint16_t begin = 0;
  std::uint16_t flags = 0;     // NodeFlag
  std::uint32_t slot = kNone;  // Schema index
  std::uint32_t cell = kNone;  // its cell
  std::uint32_t other = 0, other_cell = kNone;
  Range rows;
  std::int64_t low = 0, high = 0;
};
enum NodeFlag : std::uint16_t {
  kUnderNot = 1,    // in the scope of a `not`: its hits are no reason
  kOtherFrame = 2,  // shift: frame of `other` in bits 1..2
  kIsTime = 16,     // of values: days or microseconds, not a plain number
  kIsId = 32,       // of texts: an id, the same only byte for byte; others are compared in their normal form
};

struct ConstantRow {
  std::uint32_t type = 0;  // SlotType
  std::uint32_t symbol = kNone;
  Number number;
  Span32 span;
  Str text, currency;
};

struct GroupRow {        // what is looked for in texts, together: a lexicon, some phrases, or a pattern
  Range terms, but_not;  // Str rows
  Str pattern;
  std::uint32_t flags = 0;  // 1 exact case, 2 exact form
  std::uint32_t unused = 0;
};

struct EffectRow {
  std::uint8_t kind = 0;         // EffectKind
  std::uint8_t priority = 0xff;  // 0xff: the queue's
  std::uint8_t redact_what = 0;  // 0 match, 1 detector, 2 data class
  std::uint8_t redact_mode = 0;  // 0 full, 1 label, 2 keep
  std::uint8_t at_start = 0, once = 0;
  std::uint16_t unused = 0;
  std::int32_t keep_first = 0, keep_last = 0;
  std::uint32_t queue = kNone, wording = kNone, requirement = kNone, slot = kNone;  // slot: as in model::Effect
  Span32 within;
  std::uint32_t has_within = 0;
  std::uint32_t unused2 = 0;
  Str name, redact_name;
  Pieces with;
};
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

struct SayRow {
  Str channel;  // empty: any
  Pieces text;
};

enum SubjectBit : std::uint8_t {
  kOnAnswer = 1,
  kOnRecommendation = 2,
  kOnAction = 4,
  kOnMessage = 8,
  kOnOutreach = 16,
  kOnMaterial = 32
};
enum RuleFlag : std::uint8_t {
  kAsAWhole = 1,
  kReadsProduct = 2,
  kReadsAction = 4,
  kConfidential = 8,
  kTrustInferred = 16,
  kReadsAnswerText = 32,  // judged again on the final text
  kHasUnless = 64
};
enum RuleReads : std::uint8_t {
  kReadsCustomer = 1,  // in an outreach judged for each recipient
  kReadsOutreach = 2   // nothing to say of a turn without one
};
enum class IfUnknown : std::uint8_t { by_default, effects, pass };

struct RuleRow {  // what every decision reads stands first
  std::uint32_t pack = 0;
  std::uint8_t subjects = 0, flags = 0, if_unknown = 0, reads = 0;
  std::int32_t from = 0, until = 0;  // days, both included
  Range facts;                       // u32 slots that its conditions read, ascending
  Range effects;                     // EffectRow; equal lists are stored once
  Range when, unless;                // Node rows
  Range unknown_effects;             // EffectRow
  Range says;                        // SayRow
  Str id;                            // "cn.wealth/riskier_than_customer"
  Str name;                          // "riskier_than_customer"
  Texts names, title;
  Pieces because;
  Range cites;       // u32 sources
  Range owners;      // Str rows
  Range visible_to;  // Str rows
};

struct PackRow {
  Str name, version;
  Texts title;
  std::uint32_t zone = 0;  // ZoneRow
  std::uint32_t default_queue = kNone;
  Range jurisdictions;    // Str rows
  Range data_classes;     // Str rows, ascending
  Range refused_classes;  // Str rows
  std::uint8_t digest[32] = {};
};

// Local time of a zone: offsets by transitions (UTC µs, ascending), the first from the beginning of time. A zone
// without any takes the offset that the request's `at` was written with.
struct ZoneRow {
  Str name;
  Range transitions;  // TransitionRow
};
struct TransitionRow {
  std::int64_t from = 0;
  std::int32_t offset_minutes = 0;
  std::uint32_t unused = 0;
};

inline constexpr std::uint32_t kDaysAWord = 16;

// What a calendar covers, two bits a day: 0 no working day, 1 a working day, 2 closed, 3 opened (a working day too).
struct CalendarRow {
  Str name;
  std::int32_t from = 0, to = 0;  // days, both included
  Range days;                     // u32 words, 16 days each
  std::uint32_t first_working_day = 1;
  std::uint32_t pack = kNone;
};

struct SourceRow {
  Str name;
  Texts citation, reads;
  Str link, entry;
  std::uint32_t kind = 0;  // 0 law, 1 standard, 2 policy
  std::uint32_t pack = kNone;
};
struct WordingRow {
  Str name;
  std::uint32_t pack = kNone;
  Texts text;     // as written, references in braces
  Pieces pieces;  // the same, cut
};
struct HoursRow {
  std::int32_t day = 1;  // Monday … 7
  std::int32_t from = 0, to = 0;
};
struct QueueRow {
  Str name;
  Texts names, title, say, when_closed_say;
  std::uint8_t always = 1, priority = 2, call_back = 0, has_due = 0;
  std::uint32_t pack = kNone;
  std::uint32_t overflow_to = kNone;
  std::uint32_t calendar = kNone;
  Span32 due;
  Range hours;              // HoursRow
  Range skills, languages;  // Str rows
  Pieces say_pieces, when_closed_pieces;
};
struct RequirementRow {
  Str name;
  std::uint32_t pack = kNone;
  std::uint32_t has_valid_for = 0;
  Texts names, ask;
  Pieces ask_pieces;           // the same, cut
  Range proofs, from, scopes;  // Str rows
  Span32 valid_for;
};
struct TopicRow {  // what the emergency switch may be thrown for
  Str name;
  std::uint32_t pack = kNone;
  std::uint32_t flags = 0;  // RuleFlag: kReadsProduct, kReadsAction
  Range names;              // Str rows; the first is the identity
  Range when;               // Node rows
};

struct DataRow {  // a reference set that states the facts which are `from` it
  Str name;
  std::uint32_t pack = kNone;
  std::uint32_t key = kNone;   // slot by whose value a row of it is found
  std::int32_t review_by = 0;  // day; has_review: whether it is said
  std::uint32_t has_review = 0;
  Range named_by;  // u32 slots by whose texts an answer names its products, ascending; none: nothing is looked for
};

template <class T>
inline constexpr bool kIsRow = std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>;

}  // namespace caveat::program
