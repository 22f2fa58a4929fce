#include "audit/record/sections.h"

#include <algorithm>
#include <array>
#include <functional>
#include <tuple>
#include <utility>

#include "audit/codes.h"
#include "engine/base/cbor_reader.h"

namespace caveat::audit {
namespace {

// Integer keys of these sections; docs/formats.md says the same in words.
namespace verdict_key {
constexpr int kVerdict = 1, kRules = 2, kHandOff = 3;
constexpr int kRuleId = 1, kRuleState = 2, kRuleVerdict = 3, kRuleItem = 4;
constexpr int kQueue = 1, kPriority = 2, kDue = 3, kHold = 4, kCause = 5;
}  // namespace verdict_key
namespace digests_key {
constexpr int kProgram = 1, kPacks = 2, kData = 3;
constexpr int kName = 1, kVersion = 2, kDigest = 3;
}  // namespace digests_key
namespace rules_key {
constexpr int kId = 1, kTitleEnglish = 2, kTitleChinese = 3, kCitesEnglish = 4, kCitesChinese = 5, kOwner = 6;
}  // namespace rules_key
namespace story_key {
constexpr int kEnglish = 1, kChinese = 2;
}  // namespace story_key
namespace windows_key {
constexpr int kRules = 1, kCounted = 2, kWhose = 3, kWithin = 4, kDay = 5, kCondition = 6, kBegin = 7, kSure = 8,
              kPossible = 9, kKnownSince = 10, kCause = 11, kProduct = 12, kAction = 13, kRecipient = 14;
}  // namespace windows_key
constexpr std::uint8_t kLastCause = 21;

tl::unexpected<Problem> bad_section(std::string_view where, Words expected) {
  return tl::unexpected(
      Problem{&codes::kBadRecord,
              {{.path = std::string(where), .expected = expected, .found = {}, .nearest = {}, .hint = {}}}});
}

using ItemKind = cbor::Value::Kind;

const cbor::Value* of_kind(const cbor::Value* value, ItemKind kind) {
  return value != nullptr && value->kind == kind ? value : nullptr;
}

bool read(const cbor::Value* value, std::string& out) {
  if (of_kind(value, ItemKind::text) == nullptr) return false;
  out = value->string;
  return true;
}

template <class Integer>
bool read(const cbor::Value* value, Integer& out, std::int64_t low, std::int64_t high) {
  const std::optional<std::int64_t> number = value == nullptr ? std::nullopt : value->as_integer();
  if (!number || *number < low || *number > high) return false;
  out = static_cast<Integer>(*number);
  return true;
}

bool read(const cbor::Value* value, Digest& out) {
  if (of_kind(value, ItemKind::bytes) == nullptr || value->string.size() != out.size()) return false;
  std::copy(value->string.begin(), value->string.end(), out.begin());
  return true;
}

void key(cbor::Encoder& out, int number) { out.integer(number); }

// What was read, if it is all that stands there: a member more, or one left out, is not what the encoder writes.
template <class Section, class Encode>
Result<Section> exact(Section section, std::string_view encoded, Encode encode, std::string_view what) {
  if (encode(section) != encoded) return bad_section(what, "the one encoding of this section");
  return section;
}

void write_packs(cbor::Encoder& out, const std::vector<PackDigest>& packs) {
  out.array(packs.size());
  for (const PackDigest& pack : packs) {
    out.map(3);
    key(out, digests_key::kName);
    out.text(pack.name);
    key(out, digests_key::kVersion);
    out.text(pack.version);
    key(out, digests_key::kDigest);
    out.bytes(view(pack.digest));
  }
}

bool read_packs(const cbor::Value* value, std::vector<PackDigest>& out) {
  if (of_kind(value, ItemKind::array) == nullptr) return false;
  for (const cbor::Value& item : value->items) {
    PackDigest& pack = out.emplace_back();
    if (item.kind != ItemKind::map || item.items.size() != 6 || !read(item.find(digests_key::kName), pack.name) ||
        !read(item.find(digests_key::kVersion), pack.version) || !read(item.find(digests_key::kDigest), pack.digest))
      return false;
  }
  return true;
}

void write_texts(cbor::Encoder& out, const std::vector<std::string>& texts) {
  out.array(texts.size());
  for (const std::string& text : texts) out.text(text);
}

bool read_texts(const cbor::Value* value, std::vector<std::string>& out) {
  if (of_kind(value, ItemKind::array) == nullptr) return false;
  for (const cbor::Value& item : value->items) {
    if (!read(&item, out.emplace_back())) return false;
  }
  return true;
}

void write_lines(cbor::Encoder& out, const std::vector<StoryLine>& lines) {
  out.array(lines.size());
  for (const StoryLine& line : lines) {
    out.array(2);
    out.integer(static_cast<int>(line.kind));
    out.text(line.text);
  }
}

bool read_lines(const cbor::Value* value, std::vector<StoryLine>& out) {
  if (of_kind(value, ItemKind::array) == nullptr) return false;
  for (const cbor::Value& item : value->items) {
    StoryLine& line = out.emplace_back();
    if (item.kind != ItemKind::array || item.items.size() != 2 || !read(&item.items[0], line.kind, 1, 10) ||
        !read(&item.items[1], line.text))
      return false;
  }
  return true;
}

}  // namespace

std::string_view priority_word(std::uint8_t priority, Language language) {
  static constexpr std::string_view kWords[2][4] = {{"urgent", "high", "normal", "low"}, {"紧急", "高", "普通", "低"}};
  return kWords[language == Language::zh ? 1 : 0][std::min<std::size_t>(priority, 3)];
}

std::string_view verdict_name(std::uint8_t verdict) {
  static constexpr std::array<std::string_view, 5> kNames = {"allow", "revise", "require", "block", "handoff"};
  return verdict < kNames.size() ? kNames[verdict] : "?";
}

std::string encode_verdict(const VerdictSection& section) {
  cbor::Encoder out;
  out.map(section.handoff ? 3 : 2);
  key(out, verdict_key::kVerdict);
  out.integer(section.verdict);
  key(out, verdict_key::kRules);
  out.array(section.rules.size());
  for (const RuleOutcome& rule : section.rules) {
    out.map(rule.item >= 0 ? 4 : 3);
    key(out, verdict_key::kRuleId);
    out.text(rule.id);
    key(out, verdict_key::kRuleState);
    out.integer(static_cast<int>(rule.state));
    key(out, verdict_key::kRuleVerdict);
    out.integer(rule.verdict);
    if (rule.item >= 0) {
      key(out, verdict_key::kRuleItem);
      out.integer(rule.item);
    }
  }
  if (section.handoff) {
    key(out, verdict_key::kHandOff);
    out.map(5);
    key(out, verdict_key::kQueue);
    out.text(section.handoff->queue);
    key(out, verdict_key::kPriority);
    out.integer(section.handoff->priority);
    key(out, verdict_key::kDue);
    out.integer(section.handoff->due_seconds);
    key(out, verdict_key::kHold);
    out.boolean(section.handoff->hold);
    key(out, verdict_key::kCause);
    out.text(section.handoff->cause);
  }
  return out.take();
}

namespace {

// What encode_verdict writes, read in its order; the tree has the words for everything else.
bool take_verdict(std::string_view encoded, VerdictSection& section) {
  cbor::Reader in(encoded);
  std::uint64_t pairs = 0, rules = 0, number = 0, state = 0, verdict = 0;
  std::string_view text;
  if (!in.map(pairs) || pairs < 2 || pairs > 3 || !in.key(verdict_key::kVerdict) || !in.number(verdict) ||
      verdict > 4 || !in.key(verdict_key::kRules) || !in.array(rules))
    return false;
  section.verdict = static_cast<std::uint8_t>(verdict);
  for (; rules > 0; --rules) {
    std::uint64_t members = 0;
    if (!in.map(members) || members < 3 || members > 4 || !in.key(verdict_key::kRuleId) || !in.text(text) ||
        !in.key(verdict_key::kRuleState) || !in.number(state) || state > 2 || !in.key(verdict_key::kRuleVerdict) ||
        !in.number(verdict) || verdict > 4)
      return false;
    RuleOutcome& rule = section.rules.emplace_back();
    rule.id = text;
    rule.state = static_cast<RuleOutcome::State>(state);
    rule.verdict = static_cast<std::uint8_t>(verdict);
    if (members == 3) continue;
    if (!in.key(verdict_key::kRuleItem) || !in.number(number) || number > 0x7fffffff) return false;
    rule.item = static_cast<std::int32_t>(number);
  }
  if (pairs == 2) return in.at_end();
  HandOffOutcome& handoff = section.handoff.emplace();
  std::uint64_t due = 0;
  if (!in.key(verdict_key::kHandOff) || !in.map(pairs) || pairs != 5 || !in.key(verdict_key::kQueue) ||
      !in.text(text) || !in.key(verdict_key::kPriority) || !in.number(number) || number > 3 ||
      !in.key(verdict_key::kDue) || !in.number(due) || due > static_cast<std::uint64_t>(INT64_MAX) ||
      !in.key(verdict_key::kHold) || !in.boolean(handoff.hold))
    return false;
  handoff.queue = text;
  handoff.priority = static_cast<std::uint8_t>(number);
  handoff.due_seconds = static_cast<std::int64_t>(due);
  if (!in.key(verdict_key::kCause) || !in.text(text)) return false;
  handoff.cause = text;
  return in.at_end();
}

}  // namespace

Result<VerdictSection> decode_verdict(std::string_view encoded) {
  if (VerdictSection section; take_verdict(encoded, section)) return section;
  return decode_verdict_by_tree(encoded);
}

Result<VerdictSection> decode_verdict_by_tree(std::string_view encoded) {
  const Result<cbor::Value> decoded = cbor::decode(encoded);
  if (!decoded) return tl::unexpected(decoded.error());
  VerdictSection section;
  const cbor::Value* rules = of_kind(decoded->find(verdict_key::kRules), ItemKind::array);
  if (decoded->kind != ItemKind::map || !read(decoded->find(verdict_key::kVerdict), section.verdict, 0, 4) ||
      rules == nullptr)
    return bad_section("verdict", "a map of verdict and rules");
  for (const cbor::Value& item : rules->items) {
    RuleOutcome& rule = section.rules.emplace_back();
    if (item.kind != ItemKind::map || !read(item.find(verdict_key::kRuleId), rule.id) ||
        !read(item.find(verdict_key::kRuleState), rule.state, 0, 2) ||
        !read(item.find(verdict_key::kRuleVerdict), rule.verdict, 0, 4))
      return bad_section("verdict/rules", "id, state and verdict of a rule");
    const cbor::Value* at = item.find(verdict_key::kRuleItem);
    if (at != nullptr && !read(at, rule.item, 0, 0x7fffffff))
      return bad_section("verdict/rules", "the position of an item");
  }
  if (const cbor::Value* value = decoded->find(verdict_key::kHandOff)) {
    HandOffOutcome& handoff = section.handoff.emplace();
    const cbor::Value* hold = of_kind(value->find(verdict_key::kHold), ItemKind::boolean);
    if (!read(value->find(verdict_key::kQueue), handoff.queue) ||
        !read(value->find(verdict_key::kPriority), handoff.priority, 0, 3) ||
        !read(value->find(verdict_key::kDue), handoff.due_seconds, 0, INT64_MAX) || hold == nullptr ||
        !read(value->find(verdict_key::kCause), handoff.cause))
      return bad_section("verdict/handoff", "queue, priority, due, hold and cause");
    handoff.hold = hold->number != 0;
  }
  return exact(std::move(section), encoded, &encode_verdict, "verdict");
}

std::string encode_digests(const DigestsSection& section) {
  cbor::Encoder out;
  out.map(3);
  key(out, digests_key::kProgram);
  out.bytes(view(section.program));
  key(out, digests_key::kPacks);
  write_packs(out, section.packs);
  key(out, digests_key::kData);
  write_packs(out, section.data);
  return out.take();
}

Result<DigestsSection> decode_digests(std::string_view encoded) {
  const Result<cbor::Value> decoded = cbor::decode(encoded);
  if (!decoded) return tl::unexpected(decoded.error());
  DigestsSection section;
  if (decoded->kind != ItemKind::map || !read(decoded->find(digests_key::kProgram), section.program) ||
      !read_packs(decoded->find(digests_key::kPacks), section.packs) ||
      !read_packs(decoded->find(digests_key::kData), section.data))
    return bad_section("digests", "program, packs and data sets with their digests");
  return exact(std::move(section), encoded, &encode_digests, "digests");
}

std::string encode_rules(const RulesSection& section) {
  cbor::Encoder out;
  out.array(section.rules.size());
  for (const RuleText& rule : section.rules) {
    out.map(6);
    key(out, rules_key::kId);
    out.text(rule.id);
    key(out, rules_key::kTitleEnglish);
    out.text(rule.title_en);
    key(out, rules_key::kTitleChinese);
    out.text(rule.title_zh);
    key(out, rules_key::kCitesEnglish);
    write_texts(out, rule.cites_en);
    key(out, rules_key::kCitesChinese);
    write_texts(out, rule.cites_zh);
    key(out, rules_key::kOwner);
    write_texts(out, rule.owner);
  }
  return out.take();
}

Result<RulesSection> decode_rules(std::string_view encoded) {
  const Result<cbor::Value> decoded = cbor::decode(encoded);
  if (!decoded) return tl::unexpected(decoded.error());
  if (decoded->kind != ItemKind::array) return bad_section("rules", "a list of rules");
  RulesSection section;
  for (const cbor::Value& item : decoded->items) {
    RuleText& rule = section.rules.emplace_back();
    if (item.kind != ItemKind::map || !read(item.find(rules_key::kId), rule.id) ||
        !read(item.find(rules_key::kTitleEnglish), rule.title_en) ||
        !read(item.find(rules_key::kTitleChinese), rule.title_zh) ||
        !read_texts(item.find(rules_key::kCitesEnglish), rule.cites_en) ||
        !read_texts(item.find(rules_key::kCitesChinese), rule.cites_zh) ||
        !read_texts(item.find(rules_key::kOwner), rule.owner))
      return bad_section("rules", "id, titles, citations and owner of a rule");
  }
  return exact(std::move(section), encoded, &encode_rules, "rules");
}

std::string encode_story(const StorySection& section) {
  cbor::Encoder out;
  out.map(2);
  key(out, story_key::kEnglish);
  write_lines(out, section.en);
  key(out, story_key::kChinese);
  write_lines(out, section.zh);
  return out.take();
}

Result<StorySection> decode_story(std::string_view encoded) {
  const Result<cbor::Value> decoded = cbor::decode(encoded);
  if (!decoded) return tl::unexpected(decoded.error());
  StorySection section;
  if (decoded->kind != ItemKind::map || !read_lines(decoded->find(story_key::kEnglish), section.en) ||
      !read_lines(decoded->find(story_key::kChinese), section.zh))
    return bad_section("story", "lines in English and in Chinese");
  return exact(std::move(section), encoded, &encode_story, "story");
}

namespace {

// A member that may be left out: read if it is there; false if it is there and is something else.
template <class T, class... Bounds>
bool read_optional(const cbor::Value* value, std::optional<T>& out, Bounds... bounds) {
  return value == nullptr || read(value, out.emplace(), bounds...);
}

bool read_span(const cbor::Value* value, std::optional<Duration>& out) {
  if (value == nullptr) return true;
  Duration& span = out.emplace();
  return value->kind == ItemKind::array && value->items.size() == 3 &&
         read(&value->items[0], span.months, 0, INT32_MAX) && read(&value->items[1], span.seconds, 0, INT64_MAX) &&
         read(&value->items[2], span.working_days, 0, INT32_MAX);
}

bool read_possible(const cbor::Value* value, std::optional<std::uint64_t>& out) {
  if (value == nullptr) return false;
  return value->kind == ItemKind::null || read(value, out.emplace(), 0, INT64_MAX);
}

template <class T>
void write_number(cbor::Encoder& out, int number, const std::optional<T>& value) {
  if (!value) return;
  key(out, number);
  out.integer(*value);
}

void write_count(cbor::Encoder& out, const WindowCount& count) {
  using namespace windows_key;
  const std::array<bool, 8> there = {count.within.has_value(), count.day.has_value(),      count.condition.has_value(),
                                     count.begin.has_value(),  count.cause != 0,           count.product.has_value(),
                                     count.action.has_value(), count.recipient.has_value()};
  out.map(6 + static_cast<std::size_t>(std::count(there.begin(), there.end(), true)));
  key(out, kRules);
  write_texts(out, count.rules);
  key(out, kCounted);
  out.text(count.counted);
  key(out, kWhose);
  out.integer(static_cast<int>(count.whose));
  if (count.within) {
    key(out, kWithin);
    out.array(3);
    out.integer(count.within->months);
    out.integer(count.within->seconds);
    out.integer(count.within->working_days);
  }
  write_number(out, kDay, count.day);
  if (count.condition) {
    key(out, kCondition);
    out.bytes(view(*count.condition));
  }
  write_number(out, kBegin, count.begin);
  key(out, kSure);
  out.unsigned_integer(count.sure);
  key(out, kPossible);
  count.possible ? out.unsigned_integer(*count.possible) : out.null();
  key(out, kKnownSince);
  out.integer(count.known_since);
  if (count.cause != 0) {
    key(out, kCause);
    out.integer(count.cause);
  }
  write_number(out, kProduct, count.product);
  write_number(out, kAction, count.action);
  write_number(out, kRecipient, count.recipient);
}

bool read_count(const cbor::Value& item, WindowCount& count) {
  using namespace windows_key;
  constexpr std::int64_t kMostTime = INT64_MAX, kMostPosition = INT32_MAX;
  const cbor::Value* cause = item.find(kCause);
  return read_texts(item.find(kRules), count.rules) && read(item.find(kCounted), count.counted) &&
         read(item.find(kWhose), count.whose, 0, 2) && read_span(item.find(kWithin), count.within) &&
         read_optional(item.find(kDay), count.day, INT32_MIN, INT32_MAX) &&
         read_optional(item.find(kCondition), count.condition) &&
         read_optional(item.find(kBegin), count.begin, INT64_MIN, kMostTime) &&
         read(item.find(kSure), count.sure, 0, INT64_MAX) && read_possible(item.find(kPossible), count.possible) &&
         read(item.find(kKnownSince), count.known_since, 0, kMostTime) &&
         (cause == nullptr || read(cause, count.cause, 1, kLastCause)) &&
         read_optional(item.find(kProduct), count.product, 0, kMostPosition) &&
         read_optional(item.find(kAction), count.action, 0, kMostPosition) &&
         read_optional(item.find(kRecipient), count.recipient, 0, kMostPosition);
}

}  // namespace

std::optional<Phrase> fault(const WindowCount& count) {
  using Whose = WindowCount::Whose;
  if (count.rules.empty() ||
      std::adjacent_find(count.rules.begin(), count.rules.end(), std::greater_equal<>()) != count.rules.end())
    return Phrase("the rules that read it, ascending, each once");
  if (count.counted.empty()) return Phrase("what is counted");
  if (count.within && count.day) return Phrase("a duration or a day, not both");
  if (!count.within && !count.day && count.whose != Whose::conversation)
    return Phrase("a duration or a day of what is counted beyond one conversation");
  if (count.within && (count.within->months > 0) + (count.within->seconds > 0) + (count.within->working_days > 0) != 1)
    return Phrase("a duration of months, of seconds or of working days");
  if (!count.begin && count.cause == 0) return Phrase("when the window begins, or why that is not known");
  const bool open = count.cause != 0 || (count.begin && *count.begin < count.known_since);
  if (open == count.possible.has_value())
    return Phrase("no upper bound where the window is not known from its beginning, else one");
  if (count.possible && *count.possible < count.sure) return Phrase("not fewer possible than sure ones");
  return std::nullopt;
}

bool before(const WindowCount& one, const WindowCount& other) {
  const auto which = [](const WindowCount& count) {
    const Duration span = count.within.value_or(Duration{});
    return std::tuple(std::string_view(count.counted), count.whose, count.within.has_value(), span.months, span.seconds,
                      span.working_days, count.day, count.condition, count.product, count.action, count.recipient);
  };
  return which(one) < which(other);
}

std::string encode_windows(const WindowsSection& section) {
  cbor::Encoder out;
  out.array(section.counts.size());
  for (const WindowCount& count : section.counts) write_count(out, count);
  return out.take();
}

Result<WindowsSection> decode_windows(std::string_view encoded) {
  const Result<cbor::Value> decoded = cbor::decode(encoded);
  if (!decoded) return tl::unexpected(decoded.error());
  if (decoded->kind != ItemKind::array || decoded->items.empty())
    return bad_section("windows", "a list of counts, at least one");
  WindowsSection section;
  for (const cbor::Value& item : decoded->items) {
    WindowCount count;
    if (item.kind != ItemKind::map || !read_count(item, count))
      return bad_section("windows", "rules, what is counted, whose, when and how many of a count");
    if (const std::optional<Phrase> wrong = fault(count)) return bad_section("windows", *wrong);
    if (!section.counts.empty() && !before(section.counts.back(), count))
      return bad_section("windows", "each window once, in their order");
    section.counts.push_back(std::move(count));
  }
  return exact(std::move(section), encoded, &encode_windows, "windows");
}

}  // namespace caveat::audit
