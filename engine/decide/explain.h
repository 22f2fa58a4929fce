// explain: the only place that makes sentences of a decision: reasons, citations, and the whole told as a story.
// Used by replies and records (reasons), `caveat explain`, reports and the console (the story).
//
//   Explanation told = explain(program, request, decision, Language::zh, Audience::officer);
//
// Promises   a fact of a protected data class is masked in every sentence; a confidential rule shows to its named roles
//            only, to everybody else it is not there at all
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/language.h"
#include "engine/decide/decision.h"
#include "engine/decide/request.h"
#include "engine/program/program.h"

namespace caveat::decide {

// Who reads: a bot gets ids; a customer gets words that he may read and how to contest; an officer everything but
// confidential rules that do not name his role; `confidential` all of them.
enum class Audience : std::uint8_t { bot, customer, officer, confidential };

struct ReasonTold {
  std::string rule;  // "cn.wealth/riskier_than_customer"
  std::string title;
  std::string because;  // template filled; for an unknown: which facts are missing
  std::vector<std::string> cites;
  std::vector<std::pair<std::string, std::string>> facts;  // path (first names), value; "unknown" ones say the cause
  std::vector<std::string> matched;                        // the places in the text, quoted
  std::vector<Said> said;                                  // of each place: how it is claimed, if a claim was asked
  bool unknown = false;
  Verdict verdict = Verdict::allow;
  std::int32_t item = -1;
  std::string item_id;
};

struct Explanation {
  std::vector<ReasonTold> reasons;
  std::string
      story;  // paragraphs, plain text: who said what, what was judged, which rules and why, the law, what was told
};

// `role`: of an officer; the confidential rules that name it show to him.
std::vector<ReasonTold> reasons(const program::Program& program, const Request& request, const Decision& decision,
                                Language language, Audience audience, std::string_view role = {});
Explanation explain(const program::Program& program, const Request& request, const Decision& decision,
                    Language language, Audience audience, std::string_view role = {});

// A value as a person reads it: "R4", "是", "60,000.00 CNY"; masked for protected data classes (C2 and above).
void append_shown(std::string& out, const program::Program& program, const Request& request, std::uint32_t slot,
                  std::int32_t item, Language language);
std::string shown(const program::Program& program, const Request& request, std::uint32_t slot, std::int32_t item,
                  Language language);
std::string_view text_of(const Request& request, TextPart part);
// What stands in [begin, end) of a text of the turn as it may be told and stored: of `places` (Decision::masked) *** or the label.
std::string masked(std::span<const Redacted> places, TextPart part, std::string_view text, std::size_t begin,
                   std::size_t end);
// The text of the turn that a fact is, if it is one.
std::optional<TextPart> part_of(const program::Program& program, std::uint32_t slot);
// A wording with its facts put in; `of`: the product, action or recipient that it is disclosed for, null for the turn.
std::string wording_told(const program::Program& program, const Request& request, const Decision& decision,
                         std::uint32_t wording, Language language, const ItemVerdict* of = nullptr);
// What is asked for, with the facts of the product or action that it is first required for, and of the recipient if it is one only.
std::string asked_told(const program::Program& program, const Request& request, const Decision& decision,
                       const Required& what, Language language);
// What kept a rule from being settled is told where somebody may know of that rule (semantics.md 13).
bool may_tell_cause(const program::Program& program, const Decision& decision, Audience audience);
std::string_view told(Verdict verdict, Language language);
std::string_view told(Cause cause, Language language);
// How a claim is made, to stand behind its words; nothing where they are merely there.
std::string_view told(Said said, Language language);

}  // namespace caveat::decide
