// Places: where in a text a condition found what it looked for: what reasons quote, what is redacted or replaced.
// Part of decide; nothing outside the room needs it.
#pragma once

#include <algorithm>

#include "engine/decide/evaluate.h"
#include "engine/program/image.h"
#include "engine/text/scan.h"

namespace caveat::decide {

inline bool finds_places(program::NodeCode code) {
  return code >= program::NodeCode::text_has && code <= program::NodeCode::text_has_text;
}

// Calls `visit(range of the normal text, Said)` for each place at which `node` found something in `seen`.
template <class Visit>
void each_place(const Setting& setting, const program::Node& node, TextSeen& seen, Visit visit) {
  const program::Program& program = *setting.program;
  const auto code = static_cast<program::NodeCode>(node.code);
  if (code == program::NodeCode::text_matches || code == program::NodeCode::text_claims) {
    for (const Costly::Place& place : ask(node, setting, seen).places) visit(place.normal, place.said);
    return;
  }
  if (code == program::NodeCode::text_has_text) {
    const std::string_view phrase = other_text(node, setting).normal.text(), text = seen.normal.text();
    std::size_t left = seen.max_hits;
    for (std::size_t at = 0; (at = text::find_phrase(text, phrase, at, left)) != std::string_view::npos; ++at, --left) {
      const auto begin = static_cast<std::uint32_t>(at);
      visit(text::Range{begin, begin + static_cast<std::uint32_t>(phrase.size())}, Said::found);
    }
    return;
  }
  const auto groups = program.indices(code == program::NodeCode::text_has_all ? node.rows : program::Range{});
  for (const text::Match& hit : seen.hits.matches()) {
    const bool mine = code == program::NodeCode::text_has
                          ? hit.lexicon == node.other
                          : std::find(groups.begin(), groups.end(), hit.lexicon) != groups.end();
    if (mine) visit(hit.normal, Said::found);
  }
}

}  // namespace caveat::decide
