// Program: the loaded packs as one contiguous image that decisions are taken from: built once, opened anywhere.
// Made by build (or read back from a bundle), held by the Ruleset, read by bind, decide and explain.
//
//   Result<std::shared_ptr<const Program>> opened = program::open(std::move(image));
//   opened.value()->digest();                  // what records name
//
// Promises   every index and offset of the image is checked when it is opened: a damaged image is `bad_program`, never
// a
//            wild read; equal packs, parameters and semantics give equal bytes, whatever the order of files
// Threads    const: all reads may run together
// Lifetime   owns its image; views and rows point into it
// Cost       opening is linear in the image
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/decimal.h"
#include "engine/base/digest.h"
#include "engine/base/language.h"
#include "engine/base/result.h"
#include "engine/base/units.h"
#include "engine/program/index.h"
#include "engine/program/members.h"
#include "engine/program/rows.h"
#include "engine/program/schema.h"
#include "engine/program/symbols.h"
#include "engine/text/lexicon.h"
#include "engine/text/pattern.h"

namespace caveat::program {

inline constexpr std::uint32_t kImageFormat = 10;
inline constexpr std::uint32_t kSemanticsVersion =
    1;  // raised when, from the first release on, the same packs would decide otherwise

// The sections of an image, in their order on disk.
enum class Section : std::uint8_t {
  text,
  slots,
  steps,
  symbols,
  strings,  // Str
  indices,  // u32
  keys,     // i64
  nodes,
  constants,
  groups,
  effects,
  pieces,
  says,
  rules,
  packs,
  zones,
  transitions,
  sources,
  wordings,
  hours,
  queues,
  requirements,
  index_shapes,
  index_buckets_at,  // u32
  index_buckets,
  index_entries,
  index_tests,
  index_quick,
  index_blocks,
  index_columns,
  index_starts,  // i64
  index_bits,    // u64
  calendars,
  topics,
  data,
  kCount
};

class Program {
 public:
  struct PackName {
    std::string_view name, version;
    Digest digest;
  };

  const Schema& schema() const { return schema_; }
  const Digest& digest() const { return digest_; }  // over the whole image: packs, parameters, semantics version
  std::string_view image() const { return image_; }
  const Members& members() const { return members_; }
  const Index& index() const { return index_; }
  const text::Lexicons& lexicons() const { return lexicons_; }  // one a group of the image, same index
  const text::Pattern& pattern(std::uint32_t group) const { return patterns_[group]; }  // of a text_matches node
  std::vector<PackName> packs() const;

  // The reader's side: names, texts and citations by index.
  std::size_t rule_count() const { return rules().size(); }
  std::string_view rule_id(std::uint32_t rule) const { return text(rules()[rule].id); }  // "cn.wealth/…"
  std::uint32_t find_rule(std::string_view id) const;                                    // kNone: none
  std::string_view rule_title(std::uint32_t rule, Language language) const;
  bool rule_is_confidential(std::uint32_t rule) const { return rules()[rule].flags & kConfidential; }
  std::vector<std::string_view> rule_cites(std::uint32_t rule, Language language) const;
  std::vector<std::string_view> rule_owners(std::uint32_t rule) const;
  std::vector<std::string_view> rule_visible_to(std::uint32_t rule) const;
  std::string_view rule_pack(std::uint32_t rule) const { return text(pack_rows()[rules()[rule].pack].name); }
  std::string_view queue_name(std::uint32_t queue) const { return text(queues()[queue].name); }
  std::string_view queue_title(std::uint32_t queue, Language language) const;
  std::string_view queue_say(std::uint32_t queue, Language language) const;
  std::uint32_t find_queue(std::string_view name) const;
  std::string_view wording_name(std::uint32_t wording) const { return text(wordings()[wording].name); }
  std::string_view wording_text(std::uint32_t wording, Language language) const;
  std::string_view requirement_name(std::uint32_t requirement) const { return text(requirements()[requirement].name); }
  std::string_view topic_name(std::uint32_t topic) const { return text(topics()[topic].name); }
  std::uint32_t find_topic(std::string_view name) const;  // by any of its names; kNone: none
  std::string_view requirement_ask(std::uint32_t requirement, Language language) const;
  bool slot_is(std::uint32_t slot, std::string_view group, std::string_view member) const;
  std::string slot_path(std::uint32_t slot) const;                     // "product.risk_level", first names
  std::string slot_name(std::uint32_t slot, Language language) const;  // "产品.风险等级"
  std::string_view symbol_name(std::uint32_t slot, std::uint32_t symbol, Language language) const;

  // The evaluator's side: rows, in place.
  std::string_view text(Str text) const { return {text_ + text.at, text.size}; }
  std::string_view text(Texts text, Language language) const {
    return this->text(language == Language::zh ? text.zh : text.en);
  }
  template <class T>
  std::span<const T> all(Section section) const {
    const Part& part = parts_[static_cast<std::size_t>(section)];
    return {reinterpret_cast<const T*>(image_.data() + part.at), part.count};
  }
  template <class T>
  std::span<const T> rows(Section section, Range range) const {
    return all<T>(section).subspan(range.first, range.count);
  }
  std::span<const SlotRow> slots() const { return all<SlotRow>(Section::slots); }
  std::span<const RuleRow> rules() const { return all<RuleRow>(Section::rules); }
  std::span<const PackRow> pack_rows() const { return all<PackRow>(Section::packs); }
  std::span<const QueueRow> queues() const { return all<QueueRow>(Section::queues); }
  std::span<const WordingRow> wordings() const { return all<WordingRow>(Section::wordings); }
  std::span<const RequirementRow> requirements() const { return all<RequirementRow>(Section::requirements); }
  std::span<const TopicRow> topics() const { return all<TopicRow>(Section::topics); }
  std::span<const DataRow> data() const { return all<DataRow>(Section::data); }
  std::uint32_t data_of(std::uint32_t slot) const { return data_of_[slot]; }  // that may state it; kNone: none
  std::span<const std::uint32_t> slots_of_data(std::uint32_t set) const { return data_slots_[set]; }  // ascending
  std::span<const std::string_view> jurisdictions() const {
    return jurisdictions_;
  }  // of its packs, ascending, each once
  bool refuses(std::string_view data_class) const;  // some pack does: no turn and no set may hold such a fact
  std::span<const SourceRow> sources() const { return all<SourceRow>(Section::sources); }
  std::span<const Str> strings(Range range) const { return rows<Str>(Section::strings, range); }
  std::span<const std::uint32_t> indices(Range range) const { return rows<std::uint32_t>(Section::indices, range); }
  std::uint32_t cells(Frame frame) const { return cells_[static_cast<std::size_t>(frame)]; }
  std::uint32_t answer_text() const { return known_.answer_text; }    // its slot; kNone if there is none
  std::uint32_t message_text() const { return known_.message_text; }  // of message.text
  struct Place {                                                      // where a slot's cell lies
    std::uint32_t cell = kNone;
    std::uint16_t frame = 0;
    bool has_class = false;  // whose fact a class may hide
  };
  Place place(std::uint32_t slot) const { return places_[slot]; }
  // Slots that the engine itself speaks of; kNone: no such fact.
  struct Known {
    std::uint32_t answer_text = kNone, answer_author = kNone, answer_format = kNone, message_text = kNone;
    std::uint32_t conversation_started = kNone, conversation_duration = kNone;
    std::uint32_t outreach_text = kNone, outreach_purpose = kNone, material_text = kNone;
  };
  const Known& known() const { return known_; }
  const Symbols& symbols() const { return symbols_; }
  // The turn's cells of a part that a turn may be without.
  std::span<const std::uint32_t> cells_of(SlotPart part) const { return part_cells_[static_cast<std::size_t>(part)]; }
  std::span<const std::uint32_t> answer_rules() const { return answer_rules_; }  // judged again on the final text
  // Of each of them, in the same order, what must be found in the answer; of no groups: nothing must. `found`: Index::Texts.
  std::span<const TestRow> answer_tests() const { return answer_tests_; }
  bool is_any_found(const TestRow& answer_test, std::span<const std::uint64_t> found) const {
    const std::uint32_t* group = answer_words_.data() + answer_test.low;
    for (const std::uint32_t* end = group + answer_test.high; group != end; ++group)
      if (Index::is_found(found, *group)) return true;
    return answer_test.high == 0;
  }
  // Whether it makes a difference which products an answer names: a rule on answers, or a topic, reads of one.
  bool judges_named() const { return judges_named_; }
  std::uint32_t default_queue() const { return default_queue_; }  // of the pack that comes first and has one
  std::uint32_t find_zone(std::string_view name) const;           // kNone: not among those that the program carries
  std::int32_t zone_minutes(std::uint32_t zone, Microseconds at, std::int32_t given) const;
  // Minutes east of UTC in the zone of a pack; `given` is the offset that the request's `at` was written with.
  std::int32_t offset_minutes(std::uint32_t pack, Microseconds at, std::int32_t given) const;

 private:
  friend Result<std::shared_ptr<const Program>> open(std::string image);
  struct Part {
    std::size_t at = 0;
    std::size_t count = 0;
  };
  std::string image_;
  const char* text_ = nullptr;
  std::array<Part, static_cast<std::size_t>(Section::kCount)> parts_{};
  Schema schema_;
  Members members_;
  text::Lexicons lexicons_;
  std::vector<text::Pattern> patterns_;  // one a group; most groups have none
  Index index_;
  Digest digest_{};
  std::array<std::uint32_t, 3> cells_{};
  std::uint32_t default_queue_ = kNone;
  Known known_;
  Symbols symbols_;
  std::vector<Place> places_;
  std::vector<std::uint32_t> data_of_;                  // by slot
  std::vector<std::vector<std::uint32_t>> data_slots_;  // by row of data
  std::vector<std::string_view> jurisdictions_;
  std::array<std::vector<std::uint32_t>, 11> part_cells_;  // SlotPart
  std::vector<std::uint32_t> answer_rules_;
  std::vector<TestRow> answer_tests_;
  std::vector<std::uint32_t> answer_words_;  // groups
  bool judges_named_ = false;
};

// Checks the image and makes it usable; `bad_program` says what is wrong with it.
Result<std::shared_ptr<const Program>> open(std::string image);

}  // namespace caveat::program
