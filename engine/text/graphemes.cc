#include "engine/text/graphemes.h"

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/utext.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace caveat::text {
namespace {

icu::BreakIterator& iterator() {
  thread_local const std::unique_ptr<icu::BreakIterator> made = [] {
    UErrorCode error = U_ZERO_ERROR;
    std::unique_ptr<icu::BreakIterator> fresh(
        icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), error));
    if (U_FAILURE(error) || fresh == nullptr) std::abort();
    return fresh;
  }();
  return *made;
}

// One a thread, used again: opening a fresh one allocates.
UText* reader(std::string_view utf8, UErrorCode& error) {
  thread_local const std::unique_ptr<UText, decltype(&utext_close)> held(utext_openUTF8(nullptr, "", 0, &error),
                                                                         &utext_close);
  return utext_openUTF8(held.get(), utf8.data(), static_cast<int64_t>(utf8.size()), &error);
}

}  // namespace

Range whole_graphemes(std::string_view utf8, Range range) {
  const auto size = static_cast<std::uint32_t>(utf8.size());
  range.begin = std::min(range.begin, size);
  range.end = std::clamp(range.end, range.begin, size);
  // To whole characters first: ICU takes an offset inside one for its begin.
  const auto inside = [&](std::uint32_t at) {
    return at < size && (static_cast<unsigned char>(utf8[at]) & 0xC0) == 0x80;
  };
  const bool empty = range.begin == range.end;
  while (range.begin > 0 && inside(range.begin)) --range.begin;
  while (inside(range.end)) ++range.end;
  if (empty) range.end = range.begin;
  UErrorCode error = U_ZERO_ERROR;
  UText* text = reader(utf8, error);
  icu::BreakIterator& breaks = iterator();
  breaks.setText(text, error);
  if (U_FAILURE(error)) std::abort();
  const auto at_or_before = [&](std::uint32_t at) {
    return breaks.isBoundary(static_cast<int32_t>(at))
               ? at
               : static_cast<std::uint32_t>(breaks.preceding(static_cast<int32_t>(at)));
  };
  const std::uint32_t begin = at_or_before(range.begin);
  std::uint32_t end = begin;
  if (range.end > range.begin) {
    end = breaks.isBoundary(static_cast<int32_t>(range.end))
              ? range.end
              : static_cast<std::uint32_t>(breaks.following(static_cast<int32_t>(range.end)));
  }
  return {begin, std::max(begin, end)};
}

}  // namespace caveat::text
