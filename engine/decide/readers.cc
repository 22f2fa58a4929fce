#include "engine/decide/readers.h"

#include <utility>

#include "engine/base/utf8.h"
#include "engine/decide/explain.h"
#include "engine/decide/join.h"
#include "engine/decide/sentences.h"

namespace caveat::decide {

Decision for_readers(const program::Program& program, const Request& request, const Decision& decision,
                     Hidden& hidden) {
  std::vector<FactUsed> classed;
  for (const Fact& fact : request.facts())
    if (fact.known && is_protected(program, fact.slot)) classed.push_back({fact.slot, true, Cause::none, fact.item});
  if (classed.empty()) return decision;
  const std::vector<Spelling> values = protected_values(program, request, classed);
  std::vector<Redacted> found;
  text::NormalText held;
  const auto find = [&](std::vector<Redacted>& into, TextPart part, std::string_view text, text::Format format) {
    text::Shown shown;  // of what cannot be read it is the source
    if (format != text::Format::plain) text::show(text, format, Limits(), shown);
    find_values(into, part, text, values, held, format == text::Format::plain ? nullptr : &shown);
  };
  for (const TextPart part : {TextPart::answer, TextPart::message, TextPart::outreach, TextPart::material})
    find(found, part, text_of(request, part), part == TextPart::answer ? request.answer_format() : text::Format::plain);
  Decision told = decision;
  std::vector<Redacted> in_say;
  find(in_say, TextPart::answer, decision.say, decision.say_format);
  if (!in_say.empty()) {
    join(in_say);
    append_masked(hidden.say, in_say, TextPart::answer, decision.say, 0, decision.say.size());
    told.say = hidden.say;
  }
  if (found.empty()) return told;
  const auto with = [&](std::span<const Redacted> known, std::vector<Redacted>& all) {
    all.assign(known.begin(), known.end());
    all.insert(all.end(), found.begin(), found.end());
    join(all);
    return std::span<const Redacted>(all);
  };
  told.masked = with(decision.masked, hidden.masked);
  told.untold = with(decision.untold, hidden.untold);
  return told;
}

std::string as_one(std::string_view text) {
  constexpr std::string_view kDeeper = "    ";
  const auto ends_line = [](char32_t c) {
    return (c >= U'\n' && c <= U'\r') || c == U'\x85' || c == U'\u2028' || c == U'\u2029';
  };
  std::string out;
  bool begins = false;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    const std::size_t length = point ? point.length : 1;
    if (point && ends_line(point.value)) {
      if (text.substr(at).starts_with("\r\n")) ++at;
      out += '\n';
      begins = true;
    } else {
      if (std::exchange(begins, false)) out += kDeeper;
      out += text.substr(at, length);
    }
    at += length;
  }
  return out;
}

}  // namespace caveat::decide
