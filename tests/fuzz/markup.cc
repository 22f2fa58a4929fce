// links: base text
// Mark-up: what is shown of any text leads back into it, in order; what a redaction takes is shown no more, and a disclosure always is.
#include <algorithm>
#include <cstdlib>

#include "engine/base/utf8.h"
#include "engine/text/markup.h"
#include "engine/text/normalise.h"
#include "engine/text/redact.h"

namespace {

using namespace caveat;
using namespace caveat::text;

void must(bool holds) {
  if (!holds) std::abort();
}

constexpr std::string_view kWords = "ab";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Format format = data[0] % 2 == 0 ? Format::markdown : Format::html;
  const std::string_view source(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (!is_valid_utf8(source) || source.find('\0') != std::string_view::npos) return 0;
  Shown shown;
  if (!show(source, format, Limits(), shown)) {
    must(shown.text() == source);
    return 0;
  }
  must(is_valid_utf8(shown.text()));
  std::uint32_t at = 0, last = 0;
  for (const Shown::Piece& piece : shown.pieces()) {
    must(piece.begin == at && piece.end > piece.begin);
    must(piece.from <= piece.to && piece.to <= source.size());
    if (piece.linear)
      must(shown.text().substr(piece.begin, piece.end - piece.begin) ==
           source.substr(piece.from, piece.to - piece.from));
    at = piece.end;
    if (piece.begin >= shown.flow().size()) continue;
    must(piece.from >= last);
    last = piece.to;
  }
  must(at == shown.text().size());
  NormalText normal;
  normalise(shown, normal);
  std::vector<Edit> edits;
  for (std::size_t found = normal.text().find(kWords); found != std::string_view::npos;
       found = normal.text().find(kWords, found + 1)) {
    const auto begin = static_cast<std::uint32_t>(found);
    const Range range = normal.original_graphemes({begin, begin + static_cast<std::uint32_t>(kWords.size())});
    must(range.begin < range.end && range.end <= source.size());
    edits.push_back({range, data[0] % 4 < 2 ? Edit::Mode::full : Edit::Mode::replace, 0, 0, {}});
  }
  RedactScratch scratch;
  std::string out(source);
  if (!edits.empty()) apply_edits(shown, format, Limits(), edits, scratch, out);
  must(is_valid_utf8(out));
  std::vector<Disclosed> told{{false, "E.", false}};
  add_disclosures(format, Limits(), told, scratch, out);
  Shown again;
  if (!show(out, format, Limits(), again)) return 0;
  if (told[0].added) must(again.flow().ends_with("E."));
#ifdef CAVEAT_PLANTED_DEFECT
  // A word that mark-up parts in its source.
  if (shown.flow().find(kWords) != std::string_view::npos && source.find(kWords) == std::string_view::npos)
    __builtin_trap();
#endif
  return 0;
}
