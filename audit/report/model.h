// ReportModel: what a report says, before it is a page, a table or a package: one gathering, many printers.
// Made by Gathering from the records of a log, printed by html.h (and csv, jsonl, package).
//
//   Gathering gathering(query, log_facts);
//   for (each record in index order) gathering.add(header, leaf, sections);   // sections: none where no key opens the body
//   ReportModel model = gathering.finish();
//
// Promises   the same records, query and seed give the same model, and so the same bytes of every printer
// Cost       linear in the records; keeps counts, the sampled decisions and what repeats of their sections, not the population
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "audit/record/events.h"
#include "audit/record/header_view.h"
#include "audit/record/record.h"
#include "audit/record/sections.h"
#include "audit/report/packs.h"
#include "engine/base/language.h"
#include "engine/base/units.h"

namespace caveat::audit {

struct ReportQuery {
  std::optional<Microseconds> from, to;  // half open: from included, to excluded
  std::string rule;                      // pack/rule, or empty
  std::string
      alias;  // under which the same rule stands in records of when it was confidential, if they are to count too
  std::optional<std::uint8_t> verdict;
  std::string customer;  // decisions about this person only; what others were told stays sealed
  // The subject-key ids that the bank says are that customer's, and those whose data key is lost, which may be his.
  std::vector<KeyId> subjects;
  Language language = Language::en;
  std::int32_t offset_minutes = 0;  // of the times printed
  std::string seed;                 // of the sample; empty: SHA-256 of checkpoint note and query
  static constexpr std::size_t kFewestStories = 5;
  std::size_t stories = kFewestStories;
  std::string requested_by, purpose;              // as stated by who runs it; printed, never guessed
  bool covers(Microseconds time) const;           // it is of the period
  bool is_about(const HeaderView& header) const;  // the customer, or nobody was asked for
  // One customer was asked for, and the record is of others too: an outreach. Its story tells of all of them.
  bool tells_of_others(const HeaderView& header) const { return !customer.empty() && header.subjects() > 1; }
  // The filter as a sentence. What is recorded in the log, and the seed that stands there, do not say which name the alias has.
  enum class Alias { named, unnamed };
  std::string in_words(Language language, Alias alias = Alias::unnamed) const;
};

// What the log itself says, and how far it was checked before the report was printed.
struct LogFacts {
  std::string path, origin;
  std::uint64_t size = 0;
  Digest root{};
  Microseconds checkpoint_time = 0;                   // time of the newest record under the checkpoint
  std::string checkpoint_note;                        // whole signed note
  std::string key_name;                               // of the vkey that verifies it
  bool recorded = false;                              // this export stands in the log, as a record of kind `exported`
  bool checked = false;                               // log verify was run over it just now and found nothing
  std::vector<std::string> findings_en, findings_zh;  // what it found
  std::vector<std::string> not_checked_en, not_checked_zh;
};

struct RuleCount {
  std::string id, title_en, title_zh;
  std::vector<std::string> cites_en, cites_zh;
  std::array<std::uint64_t, 5> by_verdict{};  // decisions in which it fired, by what it asked for
  std::uint64_t unknown = 0;                  // decisions in which it could not be settled
  std::uint64_t decisions = 0;                // decisions with it as a reason, each once
};

struct QueueCount {
  std::string queue;
  std::uint64_t total = 0, hold = 0;
  std::array<std::uint64_t, 4> by_priority{};
  std::map<std::string, std::uint64_t> causes;
};

struct PackCount {
  PackDigest pack;
  std::uint64_t decisions = 0, first_index = 0, last_index = 0;
};

// Sealed: no key at hand opens it. Unreadable: opened, and what was decided cannot be read. Both stand in tables and in the sample,
// whatever the query asks for: whether they would match is not known.
enum class Content : std::uint8_t { opened, sealed, unreadable };

struct ToldDecision {
  std::uint64_t index = 0;
  Microseconds time = 0;
  Content content = Content::opened;
  std::uint8_t verdict = 0;           // of an opened one
  std::optional<StorySection> story;  // none: it is sealed, cannot be read, or was kept back
  std::string leaf_hex;
  bool of_others = false;  // its story tells of others than who was asked for, and stays sealed
};

// One decision of the population, as tables print it; where one customer was asked for and others were reached too, what became of
// him alone.
struct DecisionRow {
  std::uint64_t index = 0;
  Microseconds time = 0;
  Content content = Content::opened;
  VerdictSection verdict;  // empty unless it is opened
  std::string leaf_hex;
  std::string request, decision, conversation, customer, channel;  // ids as the caller gave them; empty: none
};

struct ReportModel {
  ReportQuery query;
  LogFacts log;
  std::string seed;              // as used
  std::uint64_t records = 0;     // in the range, of every kind
  std::uint64_t population = 0;  // decisions that the query selects
  std::uint64_t opened = 0;      // decisions of the period that a key at hand opened, selected or not
  std::uint64_t sealed = 0;      // decisions whose body no key at hand opened: counted, not judged
  std::uint64_t others = 0;      // decisions of the period under none of the ids that are named as the customer's
  std::uint64_t of_many = 0;     // of the population: such as reached others too, where one customer was asked for
  std::uint64_t unreadable = 0;  // opened, but not as this build knows it
  std::optional<std::uint64_t> first_index, last_index;
  std::optional<Microseconds> first_time, last_time;
  std::map<std::string, std::uint64_t> kinds;  // every record kind of the range
  std::array<std::uint64_t, 5> verdicts{};
  std::vector<RuleCount> rules;    // by decisions descending, then id
  std::vector<QueueCount> queues;  // by total descending, then name
  std::vector<PackCount> packs;    // by name, version, digest
  std::optional<std::vector<HeldPack>>
      held;                           // of a package: which of them it brings along; nothing: nobody asked for them
  std::vector<ToldDecision> stories;  // the sample: whatever the seed draws, told or not, by index
  std::vector<Closing> closings;      // days that were closed within the range
};

class Gathering {
 public:
  using Row = std::function<void(const DecisionRow&)>;
  // `row`: for tables, gets the population and what stayed closed, by index.
  Gathering(ReportQuery query, LogFacts log, Row row = {});
  using Sections = std::span<const SectionView>;
  // `rank`: that of its index, where it was reckoned before.
  void add(const HeaderView& header, std::string_view leaf, std::optional<Sections> sections,
           const Digest* rank = nullptr);
  Digest rank(std::uint64_t index) const;  // any thread may ask
  ReportModel finish();

 private:
  // What decisions with one verdict section add to the counts: very many have the same, which is read once.
  struct Outcome {
    VerdictSection verdict;
    bool selected = false;
    std::vector<std::pair<RuleCount*, RuleOutcome>> rules;  // each once, at its highest
    QueueCount* queue = nullptr;
    std::uint64_t decisions = 0;  // not yet in the counts
  };
  struct Spelling {  // hashed without making a string
    using is_transparent = void;
    std::size_t operator()(std::string_view bytes) const { return std::hash<std::string_view>()(bytes); }
  };

  Outcome* outcome_of(std::string_view verdict_section);  // null: it cannot be read
  static void add_up(Outcome& outcome);
  void draw(const HeaderView& header, std::string_view leaf, std::optional<Sections> sections, const Digest* rank,
            Content content, std::uint8_t verdict);
  struct Candidate {
    Digest rank;  // SHA-256(seed, index): the lowest are drawn, from every verdict and what is sealed in turn
    ToldDecision told;
  };
  ReportModel model_;
  const Row row_;
  std::optional<Sha256Stem> ranked_;
  std::map<std::string, RuleCount> rules_;
  std::map<std::string, QueueCount> queues_;
  std::map<std::string, PackCount> packs_;
  std::unordered_map<std::string, Outcome, Spelling, std::equal_to<>> outcomes_;  // by encoded section
  std::size_t outcome_bytes_ = 0;
  Outcome beyond_;                                                         // of those that have no room there
  std::unordered_set<std::string, Spelling, std::equal_to<>> rules_read_;  // sections whose titles are known
  using Packs = std::unordered_map<std::string, std::vector<PackCount*>, Spelling, std::equal_to<>>;
  Packs packs_read_;
  Packs::value_type* packs_before_ = nullptr;  // of the decision before: most are decided by the same
  std::array<std::uint64_t, 256> kinds_{};
  std::array<std::vector<Candidate>, 6>
      sample_;  // a verdict each and what is not known, by rank; at most the query's stories
};

}  // namespace caveat::audit
