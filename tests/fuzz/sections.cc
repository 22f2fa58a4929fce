// links: audit
// What stands in a sealed body: the event of every kind of record, and the sections that are read again. First byte: the kind, or
// one of the sections below. Whatever is taken is what the encoder writes, and is told in both languages.
//
//   kind ‖ CBOR    an event        0xF0 … 0xF7 ‖ CBOR    verdict, digests, rules, story, state changes, search tags, opened, windows
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "audit/record/events.h"
#include "audit/record/sections.h"
#include "audit/report/package.h"
#include "audit/seal/sealer.h"
#include "engine/base/utf8.h"
#include "tests/fuzz/cbor_mutator.h"

namespace {

using namespace caveat;
using namespace caveat::audit;

void must(bool holds) {
  if (!holds) std::abort();
}

template <class Section>
void same(const Result<Section>& read, std::string (*encode)(const Section&), std::string_view input) {
  if (read) must(encode(*read) == input);
}

// What is taken off in place is what the tree has, and nothing else is.
void taken(std::string_view input) {
  const Result<OpenedParts> parts = decode_opened(input);
  OpenedView seen;
  std::string_view rest = input;
  must((take_opened(rest, seen) && rest.empty()) == parts.has_value());
  if (!parts) return;
  must(seen.index == parts->index && seen.sections.size() == parts->sections.size());
  for (std::size_t i = 0; i < seen.sections.size(); ++i)
    must(seen.sections[i].section == parts->sections[i].section && seen.sections[i].salt == parts->sections[i].salt &&
         seen.sections[i].encoded == parts->sections[i].encoded);
}

void event(Kind kind, std::string_view input) {
  const Result<Event> read = decode_event(kind, input);
  if (!read) {
    must(read.error().code != nullptr);
    return;
  }
  must(fits(kind, *read) && encode_event(*read) == input);
  const auto en = told(*read, Language::en), zh = told(*read, Language::zh);
  must(en.size() == zh.size());
  for (const auto* lines : {&en, &zh})
    for (const auto& [label, value] : *lines) must(!label.empty() && is_valid_utf8(value));
  must(!title(kind, Language::en).empty() && !title(kind, Language::zh).empty());
#ifdef CAVEAT_PLANTED_DEFECT
  // As if whoever reads the list took it for one entry long: no seed has two.
  if (const auto* viewed = std::get_if<Viewed>(&*read); viewed != nullptr && viewed->records.size() == 2)
    __builtin_trap();
#endif
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  return caveat::mutate_cbor(data, size, most, seed, 1);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 0xF0:
      same(decode_verdict(input), &encode_verdict, input);
      must(decode_verdict(input).has_value() == decode_verdict_by_tree(input).has_value());
      break;
    case 0xF1:
      same(decode_digests(input), &encode_digests, input);
      break;
    case 0xF2:
      same(decode_rules(input), &encode_rules, input);
      break;
    case 0xF3:
      same(decode_story(input), &encode_story, input);
      break;
    case 0xF4:
      same(decode_changes(input), &encode_changes, input);
      break;
    case 0xF5:
      if (const Result<std::vector<Tag>> tags = decode_tags(input)) {
        same(tags, &encode_tags, input);
        must(!tags->empty() && std::is_sorted(tags->begin(), tags->end()) &&
             std::adjacent_find(tags->begin(), tags->end()) == tags->end());
      }
      break;
    case 0xF6:
      same(decode_opened(input), &encode_opened, input);
      taken(input);
      break;
    case 0xF7:
      same(decode_windows(input), &encode_windows, input);
      break;
    default:
      if (const auto kind = kind_of(data[0])) event(*kind, input);
  }
  return 0;
}
