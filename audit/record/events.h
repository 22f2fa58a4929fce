// Events: the bodies of every record that is no decision: what happened, by whom, and why (Section::event).
// Written by the log itself, by commands and by the desk; read by show, search, report and verify.
//
//   std::string bytes = encode_event(Viewed{.by = "li", .role = "local", .records = {{0, 61}}});
//   Result<Event> event = decode_event(Kind::viewed, bytes);
//
// Promises   one description a kind serves writer and reader; a key is never used again for another meaning; what does not apply
//            is left out; the reader refuses whatever the writer would not write
// Errors     decode: `bad_record` with kind and what was expected
// Lifetime   plain values
// Source     docs/formats.md "Events"
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "audit/record/record.h"
#include "engine/base/language.h"
#include "engine/base/result.h"
#include "engine/base/units.h"

namespace caveat::audit {

using Optional = std::optional<std::string>;
using Counts = std::map<std::string, std::uint64_t, std::less<>>;
struct IndexRange {  // half open
  std::uint64_t first = 0, end = 0;
  friend bool operator==(const IndexRange&, const IndexRange&) = default;
};

struct DeliveryConfirmed {
  std::string decision;
  Digest text{};
  bool late = false;  // after a person had taken over
};

struct DeliveryMissed {
  std::string decision;
};

struct HandOffMoved {  // opened, taken, passed, returned, escalated, closed
  std::string handoff, decision;
  Optional queue;
  std::optional<std::uint64_t> priority;  // 0 urgent … 3 low
  std::optional<Microseconds> due;
  Optional by, outcome;
  std::optional<bool> customer_agreed;
  Optional note;
};

struct Feedback {
  std::string decision, kind, by;
  Optional words;
};

struct DeclaredEvent {
  std::string name;
  std::vector<std::pair<std::string, std::string>> fields;  // path, value in canonical spelling
};

struct RulesMoved {  // pack or data set: drafted, reviewed, approved, activated, withdrawn
  std::string name, version;
  Digest digest{};
  Optional by, words;
  std::optional<Microseconds> in_force_from;
  std::optional<Digest> examples;
  std::optional<std::string> signature;  // bytes
};

struct ConfigurationChanged {
  std::string setting;
  Optional before, after;
  std::string by;
};

struct KeyMade {  // created, rotated
  std::string verifier_key;
  Optional before;  // verifier key of the signer until then
  Optional note;    // rotated: signed by both, text `caveat.signer/v1`, before, after
  Optional by;
};

struct Erasure {
  std::vector<KeyId> subjects;  // ascending
  std::string by, ground;
  std::uint64_t bucket = 0, epoch = 0;
};

struct LegalHold {
  std::vector<KeyId> subjects;  // ascending
  std::string by, ground;
  std::optional<Microseconds> until;
  bool lifted = false;
};

struct Viewed {
  std::string by, role;
  std::vector<IndexRange> records;  // whose bodies were opened
  Optional reason, query;
};

struct Exported {
  std::string by, role;
  std::string query;       // in English
  std::string checkpoint;  // the signed note that it is reckoned from
  Digest content{};        // of manifest.json of a package, of the file of every other form
  std::string seed, form;  // form: zip, html, csv, jsonl
  Optional recipient, purpose;
};

struct SignedIn {
  std::string by, method;
  Optional from;
};

struct SwitchThrown {
  Optional topic;  // none: everything
  bool on = false;
  std::string by;
  Optional reason;
};

struct Gap {
  Microseconds since = 0, until = 0;
  std::uint64_t lost = 0;
  std::string code, words;
};

struct ClockStepped {
  Microseconds newest = 0, clock = 0;
};

struct Closing {
  std::string day;     // UTC
  IndexRange records;  // all records of that day, this one not among them
  Counts kinds, verdicts, rules;
  std::uint64_t unread = 0;  // decisions whose verdict could not be read when the day was closed
};

struct TimeStamp {
  std::string token;  // bytes
  std::string checkpoint;
};

struct Epoch {
  std::string checkpoint;  // newest note of the epoch before, as found
  std::string by, reason;
  std::uint64_t lost = 0;        // records that the key set remembers and the copy lacks
  std::optional<Digest> root{};  // of the lost tree, from the high-water mark
  Optional verifier_key, note;   // of the new epoch; signed by the one before
};

using Event = std::variant<DeliveryConfirmed, DeliveryMissed, HandOffMoved, Feedback, DeclaredEvent, RulesMoved,
                           ConfigurationChanged, KeyMade, Erasure, LegalHold, Viewed, Exported, SignedIn, SwitchThrown,
                           Gap, ClockStepped, Closing, TimeStamp, Epoch>;

std::string encode_event(const Event& event);
Result<Event> decode_event(Kind kind, std::string_view encoded);  // a decision has no event: refused
bool fits(Kind kind, const Event& event);                         // the body that this kind has

// The event as lines of label and value, for people: `log show`, reports.
std::vector<std::pair<std::string, std::string>> told(const Event& event, Language language);
std::string_view title(Kind kind, Language language);  // "evidence exported" / 导出证据

}  // namespace caveat::audit
