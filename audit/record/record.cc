#include "audit/record/record.h"

#include <algorithm>
#include <bit>

#include "audit/record/hash_joined.h"
#include "audit/record/layout.h"

namespace caveat::audit {
namespace {

struct KindName {
  Kind kind;
  std::string_view name;
};

constexpr KindName kKindNames[] = {
    {Kind::decision, "decision"},
    {Kind::delivery_confirmed, "delivery_confirmed"},
    {Kind::delivery_missed, "delivery_missed"},
    {Kind::handoff_opened, "handoff_opened"},
    {Kind::handoff_taken, "handoff_taken"},
    {Kind::handoff_passed, "handoff_passed"},
    {Kind::handoff_returned, "handoff_returned"},
    {Kind::handoff_escalated, "handoff_escalated"},
    {Kind::handoff_closed, "handoff_closed"},
    {Kind::feedback, "feedback"},
    {Kind::event, "event"},
    {Kind::pack_drafted, "pack_drafted"},
    {Kind::pack_reviewed, "pack_reviewed"},
    {Kind::pack_approved, "pack_approved"},
    {Kind::pack_activated, "pack_activated"},
    {Kind::pack_withdrawn, "pack_withdrawn"},
    {Kind::data_drafted, "data_drafted"},
    {Kind::data_reviewed, "data_reviewed"},
    {Kind::data_approved, "data_approved"},
    {Kind::data_activated, "data_activated"},
    {Kind::data_withdrawn, "data_withdrawn"},
    {Kind::configuration_changed, "configuration_changed"},
    {Kind::key_created, "key_created"},
    {Kind::key_rotated, "key_rotated"},
    {Kind::erasure, "erasure"},
    {Kind::legal_hold, "legal_hold"},
    {Kind::viewed, "viewed"},
    {Kind::exported, "exported"},
    {Kind::signed_in, "signed_in"},
    {Kind::switch_thrown, "switch_thrown"},
    {Kind::gap, "gap"},
    {Kind::clock_stepped, "clock_stepped"},
    {Kind::closing, "closing"},
    {Kind::time_stamp, "time_stamp"},
    {Kind::epoch, "epoch"},
};

struct SectionName {
  Section section;
  std::string_view name;
};

constexpr SectionName kSections[] = {
    {Section::verdict, "verdict"}, {Section::request, "request"}, {Section::texts, "texts"},
    {Section::facts, "facts"},     {Section::rules, "rules"},     {Section::result, "result"},
    {Section::windows, "windows"}, {Section::digests, "digests"}, {Section::engine, "engine"},
    {Section::story, "story"},     {Section::state, "state"},     {Section::search, "search"},
    {Section::event, "event"},
};
static_assert([] {
  for (std::size_t i = 0; i < std::size(kSections); ++i)
    if (static_cast<std::size_t>(kSections[i].section) != i + 1) return false;
  return true;
}());

}  // namespace

std::string_view name(Kind kind) {
  for (const auto& known : kKindNames)
    if (known.kind == kind) return known.name;
  return "unknown";
}

std::optional<Kind> kind_of(std::uint64_t number) {
  for (const auto& known : kKindNames)
    if (static_cast<std::uint64_t>(known.kind) == number) return known.kind;
  return std::nullopt;
}

std::string_view name(Section section) {
  for (const auto& known : kSections)
    if (known.section == section) return known.name;
  return "unknown";
}

std::optional<Section> section_of(std::uint64_t number) {
  if (number < 1 || number > std::size(kSections)) return std::nullopt;
  return kSections[number - 1].section;
}

Digest commit_section(Section section, const Salt& salt, std::string_view encoded, HashFunction hash) {
  const char number = static_cast<char>(section);
  return hash_joined(hash, kSectionDomain, std::string_view(&number, 1), view(salt), encoded);
}

Digest commit_tags(const Salt& salt, std::vector<TagValue> tags, HashFunction hash) {
  std::sort(tags.begin(), tags.end());
  std::string message(kTagsDomain);
  message.append(reinterpret_cast<const char*>(salt.data()), salt.size());
  for (const auto& tag : tags) message.append(reinterpret_cast<const char*>(tag.data()), tag.size());
  return hash(message);
}

std::uint64_t padme(std::uint64_t length) {
  if (length < 2) return length;
  const auto exponent = static_cast<unsigned>(std::bit_width(length)) - 1;           // floor(log2 length)
  const auto kept = static_cast<unsigned>(std::bit_width(std::uint64_t{exponent}));  // floor(log2 exponent) + 1
  if (kept >= exponent) return length;
  const std::uint64_t mask = (std::uint64_t{1} << (exponent - kept)) - 1;
  return (length + mask) & ~mask;
}

std::string pad(std::string body) {
  body.push_back(static_cast<char>(0x80));
  body.resize(static_cast<std::size_t>(padme(body.size())), '\0');
  return body;
}

std::optional<std::string_view> unpad(std::string_view body) {
  const auto end = body.find_last_not_of('\0');
  if (end == std::string_view::npos || static_cast<unsigned char>(body[end]) != 0x80) return std::nullopt;
  if (padme(end + 1) != body.size()) return std::nullopt;
  return body.substr(0, end);
}

}  // namespace caveat::audit
