// Verification of a log: what verify_log does, a claim or a few a file. The steps stand by idea in verify_*.cc; each tells what it found,
// and leaves to those behind it what they stand on.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/error.h"
#include "audit/log/high_water.h"
#include "audit/log/signers.h"
#include "audit/log/tree.h"
#include "audit/log/verify.h"
#include "audit/phrases.h"
#include "audit/record/decode.h"
#include "audit/record/events.h"
#include "audit/record/tally.h"
#include "audit/state/made_state.h"

namespace caveat::audit {

class LogVerification {
 public:
  // What is claimed, in the order in which it is printed. A later one stands on those before it as `settle` says.
  enum ClaimId : std::size_t {
    kTables,
    kAbout,
    kSignatures,
    kHeaders,
    kTree,
    kTiles,
    kBodies,
    kOpened,
    kTags,
    kState,
    kClosings,
    kKeys,
    kHighWater,
    kKept,
    kClaims
  };
  struct Text {
    std::string en, zh;
  };

  // verify.cc
  LogVerification(const LogReader& reader, const VerifyOptions& options);
  void keys_cannot_be_read(const Error& error);
  VerifyReport run();
  static std::string words(const Problem& problem, Language language);
  static std::string error_words(const caveat::Error& error, Language language);

 private:
  static std::string key_words(const std::string& name, std::uint32_t id) {
    char digits[12];
    std::snprintf(digits, sizeof digits, "%08x", static_cast<unsigned>(id));
    return name + "+" + digits;
  }
  static std::string key_words(const VerifierKey& key) { return key_words(key.name, key.id); }

  // Who signed a note, as its one signature line says.
  struct Signer {
    std::string name;
    std::uint32_t id = 0;
    std::optional<std::size_t>
        place;  // among the keys that are known; nothing: nobody named this one, so nothing was checked
    bool operator==(const Signer& other) const { return name == other.name && id == other.id; }
    std::string words() const { return LogVerification::key_words(name, id); }
  };
  struct Expected {
    Digest root{};
    std::int64_t time_us = 0;
    Signer signer;
  };
  struct Closed {
    std::vector<KeyId> keys;  // that are gone
    bool absent = false;      // its row is gone too
  };

  // verify.cc
  void unreadable(ClaimId id, const char* table, const Error& error);
  void find(ClaimId id, std::string table, std::string row, Text what);
  static Text text(const Problem& problem) {
    return {words(problem, Language::en), "不是 Caveat 写出的形式（" + words(problem, Language::zh) + "）"};
  }
  void not_checked(ClaimId id, const char* en, const char* zh);
  void missing(ClaimId id, const std::string& table, std::uint64_t begin, std::uint64_t end);
  void settle();
  void schema();

  // verify_signers.cc
  // How the log ends, where notes or whoever named the keys say which signer is the last.
  enum class End : std::uint8_t { by_the_last, in_its_name, before_it, unread };
  void about();
  std::optional<Signer> signer_of(std::string_view note) const;
  void checkpoints_by_size();
  void signers();
  std::optional<SignerChange> change_at(const LogReader& reader, std::uint64_t index) const;
  End end_of(const LogReader& reader) const;
  bool went_on() const;
  void last_signer();
  void names_signer(const Event& event, std::uint64_t index, const std::string& row);

  // verify_tree.cc
  void headers();
  void root_differs(std::uint64_t size, bool dropped);
  void tiles();

  // verify_bodies.cc
  void bodies();
  void absent(std::uint64_t begin, std::uint64_t end);
  std::vector<KeyId> gone(const Header& header) const;
  bool has(const KeyId& id) const;
  void open(const Header& header, std::string_view sealed, const std::string& row);
  void closed();
  bool closed_after(std::uint64_t index) const { return closed_.upper_bound(index) != closed_.end(); }

  // verify_tags.cc
  Result<std::vector<TagValue>> tags_of(const OpenedRecord& opened) const;
  std::uint64_t tag_sum(std::string_view tag) const;
  void tags();

  // verify_state.cc
  void apply(const StateChange& change, std::uint64_t index);
  Digest secret_digest(std::string_view bytes) const;
  std::optional<std::string> value_of(const KeyedState& at, std::string_view sealed) const;
  void state();
  void not_there(const MadeRow& made);

  // verify_days.cc
  void count(std::uint64_t index, const std::string* verdict, std::optional<Kind> kind = std::nullopt);
  void open_day();
  bool judge_open_day(const StoredStateRow& row, const KeyedState& key, const std::string& where);
  void closing(const Closing& said, std::uint64_t index, const std::string& row);

  // verify_beside.cc
  void keys();
  void high_water();
  std::string mark_name() const;
  bool grew_to(const Mark& mark) const;
  void kept();
  std::optional<std::uint64_t> retired_before(std::uint64_t size) const;

  const LogReader& reader_;
  StoreReader& store_;
  const VerifyOptions& options_;
  std::vector<VerifierKey> signers_;  // in order; the last is the newest
  VerifyReport report_;
  Text without_{"bodies, tags and state are sealed and no keys were given", "正文、标签与状态均已封存，且未提供密钥"};
  Frontier tree_;
  std::optional<std::uint64_t> seen_;  // the newest record that the step at hand has read
  bool root_reported_ = false;
  std::uint64_t there_ = 0;  // headers that were read: loops go by what is there, not by what a row says
  std::map<std::uint64_t, Expected> expected_;
  std::set<std::uint64_t> sizes_;  // of all checkpoints
  std::optional<Signer> about_signer_;
  std::optional<Text> about_refused_;             // it is by a key that nobody named
  bool about_differs_ = false;                    // it is by another key than the first checkpoint
  std::vector<std::uint64_t> strangers_;          // checkpoints by such keys
  std::vector<std::uint64_t> changes_;            // records that name another signer
  std::set<std::uint64_t> rotations_;             // of these, those that the signer before covers
  std::optional<std::uint64_t> unsigned_behind_;  // the last size that a named key signed, where others follow
  using TagRows = std::map<std::pair<std::string, std::int64_t>, int>;
  std::vector<std::uint64_t> tag_sums_;  // of each record that is in its place, of the tags that it makes
  TagRows tags_beyond_;                  // of those that say that they are another
  mutable std::string secret_;
  MadeState state_;
  std::map<std::uint64_t, Closed> closed_;
  std::map<KeyId, std::uint64_t> erased_;                   // by which record
  std::optional<Closing> so_far_;                           // what is kept of the open day
  std::optional<std::pair<std::uint64_t, Tally>> counted_;  // the same, counted: its first record, and the counts
  Tally day_;
  std::uint64_t day_first_ = 0;
};

}  // namespace caveat::audit
