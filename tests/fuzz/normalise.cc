// links: base text
// Text: folding twice is folding once, every place leads back to whole characters, and a scan of any text ends and points into it.
#include <cstdlib>

#include "engine/base/utf8.h"
#include "engine/text/lexicon.h"
#include "engine/text/normalise.h"
#include "engine/text/redact.h"

namespace {

using namespace caveat;
using namespace caveat::text;

void must(bool holds) {
  if (!holds) std::abort();
}

const Lexicons& lexicons() {
  static const Lexicons made = [] {
    std::vector<LexiconFault> faults;
    return Lexicons(std::vector<Lexicon>{{{"保本", "年化 … %", "risk-free", "5%", "a"}, {"保本点", "a b"}}}, faults);
  }();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  NormalText normal;
  normalise(input, normal);
  must(is_valid_utf8(normal.text()));
  must(normalise(normal.text()).text() == normal.text());
  Range last{0, 0};
  for (std::uint32_t at = 0; at < normal.text().size();) {
    const std::uint32_t next = at + decode_utf8(normal.text(), at).length;
    const Range range = normal.original(at, next);
    must(range.begin < range.end && range.end <= size);
    must(range == last || range.begin >= last.end);
    last = range;
    at = next;
  }
  MatchScratch scratch(lexicons(), 4096);
  lexicons().match(normal, scratch);
  if (scratch.over_limit()) return 0;
  std::vector<Edit> edits;
  for (const Match& match : scratch.matches()) {
    const Range range = normal.original(match.normal);
    must(range.begin < range.end && range.end <= size);
    edits.push_back({range, match.term % 2 == 0 ? Edit::Mode::full : Edit::Mode::replace, 0, 0, {}});
  }
  if (is_valid_utf8(input)) must(is_valid_utf8(apply_edits(input, edits)));
#ifdef CAVEAT_PLANTED_DEFECT
  for (const Match& match : scratch.matches()) {
    const Range range = normal.original(match.normal);
    if (match.term == 0 && range.end - range.begin > 6) __builtin_trap();  // 保本 with something folded away inside
  }
#endif
  return 0;
}
