// Twin: what the rules mean, said a second time, slowly and without cleverness: the model's tree is walked for every rule
// and every item, numbers are fractions of unbounded integers, texts are searched letter by letter.
// The property tests hold decide against it.
//
// It shares with the product
//   - the checked model, and not the syntax tree alone: names that are resolved, types, units that are multiplied out, defines
//     that are written out, `is at least` turned into `at most`, `between` into two of them, a rule's sources into its dates.
//     The random packs are made as models, so what is made of a tree in engine/model is not seen here: the cases of
//     tests/conformance and the canonical form in both phrasings hold that;
//   - of base: how a date is counted and how months are added to it, Duration, how a decimal is spelt.
// It shares no program, no index, no Request, no key, no Decimal arithmetic, no scan of texts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "engine/model/model.h"

namespace caveat::twin {

struct Given {  // one fact as the turn states it; a fact that is not there was not stated
  bool inferred = false;
  std::string number;         // of numbers: decimal spelling; yes/no: "1" "0"; level or choice: its position
  std::string text;           // of texts
  std::string currency;       // of money whose fact leaves it open
  std::vector<int> elements;  // of a list: positions
  std::set<std::string> claimed,
      denied;                   // of texts: words that are said to be so, and not so, by how the text was made
  std::set<std::string> asked;  // of a message: those its last question asks after
  bool assents = false;         // of an answer: it says yes
  std::optional<Days> date;
};
using Facts = std::map<model::Index, Given>;

struct Turn {
  Microseconds at = 0;
  std::int32_t offset_minutes = 480;
  bool has_answer = false, has_message = false, has_recommendation = false, has_outreach = false, has_material = false;
  Facts facts;
  std::vector<Facts> products, actions;
  std::vector<Facts> recipients;  // of an outreach: what is known of each as the customer
};

// A reference set: rows that are looked through from the first to the last.
struct Set {
  model::Index key = 0;
  std::set<model::Index> facts;  // that it alone may say
  std::vector<std::pair<Given, Facts>> rows;
};
// The turn with what the sets say of its products, actions and customers, and with nothing else in those facts.
Turn with_sets(const model::Model& model, Turn turn, const std::vector<Set>& sets);

struct Fired {
  std::string rule;
  int product = -1, action = -1, recipient = -1;
  bool unknown = false;
  friend auto operator<=>(const Fired&, const Fired&) = default;
};

struct Outcome {
  int verdict = 0;  // 0 allow … 4 handoff
  std::set<Fired> fired;
  std::vector<int> products, actions, recipients;  // verdicts
  std::set<std::string> required;                  // fact paths
  std::set<std::string> flags;
  std::string queue;  // of the hand-off, empty if there is none
  bool hold = false;
};

enum class Truth : std::uint8_t { no, yes, unknown };

struct Tally {  // how often each operator came out how: no cell may stay empty
  std::map<std::pair<model::Op, Truth>, long> seen;
  // Of what is reckoned from two values, by their kinds too; whole numbers count as decimals.
  std::map<std::tuple<model::Op, model::TypeKind, model::TypeKind, Truth>, long> kinds;
};

Outcome decide(const model::Model& model, const Turn& turn, Tally* tally = nullptr);

}  // namespace caveat::twin
