// Twin: what the rules mean, said a second time, slowly and without cleverness. It walks the syntax tree of the packs: names are
// looked up where they are met, units are multiplied out where they stand, a define is read anew each time it is used, every rule
// is judged for every item. The property tests compile the same text and hold decide against it.
//
// It shares with the product the syntax tree (engine/syntax/ast.h) and nothing else: no model, no program, no index, no Request,
// no key, no arithmetic, no count of days, no scan of texts. So what is not seen here is what is wrong in the tree itself: a word
// that is read as another keyword, 5万 that is not 50,000, a bracket that binds elsewhere; the samples and both phrasings of
// tests/engine/syntax hold that. Of a number the tree has the digits (Decimal::to_string), of a date in a rule its day since 1970, of a
// time of day its second.
//
//   twin.h       the turn as it is told, and what is decided
//   names.h      who declares what, and what a name means where it stands
//   values.h     numbers, days, texts
//   texts.h      where words stand in a text, and what becomes of it
//   conditions.h what holds
//   twin.cc      rules, and how they are joined
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/reference/names.h"
#include "tests/reference/texts.h"
#include "tests/reference/values.h"

namespace caveat::twin {

struct Given {  // one fact as the turn states it; a fact that is not there was not stated
  bool inferred = false;
  std::string text;                   // "65", "4.5 %", "50000 CNY", "true", "2026-03-01", "R4"
  std::vector<std::string> elements;  // of a list
  std::set<std::string> claimed,
      denied;                   // of texts: words that are said to be so, and not so, by how the text was made
  std::set<std::string> asked;  // of a message: those its last question asks after
  bool assents = false;         // of an answer: it says yes
};
using Facts = std::map<std::string, Given, std::less<>>;  // by path: "customer.age"

struct Turn {
  long long at = 0;           // microseconds UTC
  std::set<std::string> has;  // parts: answer, message, recommendation, outreach, material
  Facts facts;
  std::vector<Facts> products, actions;
  std::vector<Facts> recipients;  // of an outreach: what is known of each as the customer
  bool by_clause =
      false;  // what is claimed is read in the text: 不 denies what follows in its clause, one that asks claims nothing
  std::string language = "zh";
};

// The rows of a reference set, which are looked through from the first to the last: the key as it is stated, then what it says.
using Rows = std::vector<std::pair<std::string, Facts>>;
// The turn with what the sets say of its products, actions and customers, and with nothing else in those facts.
Turn with_sets(const Book& book, Turn turn, const std::map<std::string, Rows>& sets);

struct Fired {
  std::string rule;
  int product = -1, action = -1, recipient = -1;
  bool unknown = false;
  friend auto operator<=>(const Fired&, const Fired&) = default;
};

struct Match {  // a place where a rule found what it looks for, in bytes
  Part part = Part::answer;
  std::size_t begin = 0, end = 0;
  bool claimed = false;
  friend auto operator<=>(const Match&, const Match&) = default;
};
struct Reason {
  int verdict = 0;
  bool by_default = false;
  std::set<std::pair<std::string, bool>> facts;  // paths, known or not
  std::vector<Match> matches;
  std::string because;                       // of one that fired
  std::vector<std::string> matched;          // as they are told
  std::map<std::string, std::string> texts;  // of facts that are texts: as they are told
};

struct Outcome {
  int verdict = 0;  // 0 allow … 4 handoff
  std::map<Fired, Reason> reasons;
  std::optional<std::string> say;
  std::vector<Mark> redactions;                           // without what is replaced in the answer
  std::vector<std::pair<bool, std::string>> disclosures;  // that were added: at the start, wording
  std::set<std::tuple<std::size_t, std::string, bool>>
      of_items;  // what is disclosed of a product, or behind those an action, that stays: wording, at the start
  std::map<Part, std::string> stored;              // the texts as they are kept and told
  bool final_text = false;                         // a person has it because of what was to be said
  bool carried = false;                            // the answer said itself what was to be disclosed
  bool emptied = false;                            // nothing of the answer was left to say
  std::vector<int> products, actions, recipients;  // verdicts
  std::set<std::string> required;                  // fact paths
  std::set<std::string> flags;
  std::string queue;  // of the hand-off, empty if there is none
  long due = -1;      // seconds; -1: nobody says
  bool hold = false;
};

enum class Truth : std::uint8_t { no, yes, unknown };

struct Tally {  // how often each operator came out how: no cell may stay empty
  std::map<std::pair<syntax::Op, Truth>, long> seen;
  // Of what is reckoned from two values, by their kinds too.
  std::map<std::tuple<syntax::Op, Kind, Kind, Truth>, long> kinds;
};

Outcome decide(const Book& book, const Turn& turn, Tally* tally = nullptr);

}  // namespace caveat::twin
