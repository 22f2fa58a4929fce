// Members: which members a turn's JSON may have, object by object, and what each is: a fact, an object of facts, or one
// that the turn itself reserves (contracts.md 9). Made when a program is opened, read by bind and `caveat schema`.
//
// Promises   names are compared as bytes, by the first name only (contracts.md 14)
// Cost       one hash and one comparison a look-up; no allocation
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/program/name_hash.h"
#include "engine/program/rows.h"
#include "engine/program/schema.h"

namespace caveat::program {

enum class Reserved : std::uint8_t {
  none,
  id,
  at,
  bot,
  channel,
  language,
  jurisdictions,
  conversation,
  customer,
  message,
  answer,
  recommendation,
  actions,
  continues,
  satisfied,
  offsets,
  provenance,
  as_of,
  not_yet,   // a place that is kept: the parts of an answer
  computed,  // a fact that the engine works out itself
  conversation_id,
  turn,
  customer_id,
  bot_id,
  product_id,
  products,
  weight,
  action_id,
  action_name,
  answer_text,
  message_text,
  outreach,
  outreach_id,
  outreach_text,
  recipients,
  recipient_id,
  material,
  material_id,
  material_text,
  material_product,
};

// How the value of a plain fact is read where it is written as most are; every other spelling is for the type to judge.
struct Plain {
  enum class How : std::uint8_t { by_type, yes_no, whole, symbol, symbols };  // symbols: a list of them
  How how = How::by_type;
  bool doubled = false;            // keys.h
  std::uint32_t cell = 0;          // of the fact's frame
  Range symbols;                   // of a symbol or symbols
  std::int64_t low = 0, high = 0;  // of a whole number, both within
};

// A look at it compares what lies in its first 64 bytes; how a plain fact is read lies in the next.
struct alignas(64) Member {
  std::uint64_t low = 0, high = 0;            // of its name (name_hash.h)
  std::uint64_t low_mask = 0, high_mask = 0;  // their bits that are the name's
  std::string_view name;
  std::uint32_t object = 0;         // in which it stands
  std::uint32_t slot = 0xffffffff;  // the fact it states
  Reserved reserved = Reserved::none;
  bool is_value = false;  // nothing but the value of the fact
  bool is_plain = false;  // and that is all there is to it: no source, no age, no class, no set that states it too
  Plain plain{};          // of a plain one
  std::uint32_t child = 0xffffffff;  // the object it is

  // Is it the one of `wanted_object` that has this name? Sixteen bytes can be read from where that begins.
  bool is(std::uint32_t wanted_object, const char* wanted, std::size_t size) const {
    std::uint64_t first = 0, second = 0;
    std::memcpy(&first, wanted, 8);
    std::memcpy(&second, wanted + 8, 8);
    const std::uint64_t differs =
        ((first ^ low) & low_mask) | ((second ^ high) & high_mask) | (size ^ name.size()) | (wanted_object ^ object);
    return differs == 0 && (size <= Name::kWords ||
                            std::memcmp(wanted + Name::kWords, name.data() + Name::kWords, size - Name::kWords) == 0);
  }
};

class Members {
 public:
  enum Object : std::uint32_t {
    kRoot,
    kBot,
    kConversation,
    kCustomer,
    kMessage,
    kAnswer,
    kRecommendation,
    kProduct,
    kAction,
    kOutreach,
    kRecipient,  // the members of a customer
    kMaterial,
    kObjects  // of these; others follow as packs declare them
  };

  Members() = default;
  explicit Members(const Schema& schema);
  Members(Members&&) = default;
  Members& operator=(Members&&) = default;

  const Member* find(std::uint32_t object, const Name& name) const {
    if (table_.empty()) return nullptr;
    const std::size_t mask = table_.size() - 1;
    for (std::size_t at = name.hash(object); table_[at & mask].member != kNothing; ++at) {
      const Entry& entry = table_[at & mask];
      if (entry.object == object && name.same(entry.low, entry.high, entry.name)) return &members_[entry.member];
    }
    return nullptr;
  }
  const Member* find(std::uint32_t object, std::string_view name) const { return find(object, Name::of(name)); }
  std::uint32_t objects() const { return objects_; }
  template <class PlainOf>
  void mark_plain(const PlainOf& plain_of) {  // of a slot: std::optional<Plain>
    for (Member& member : members_) {
      const std::optional<Plain> plain = member.is_value ? plain_of(member.slot) : std::nullopt;
      member.is_plain = plain.has_value();
      if (plain) member.plain = *plain;
    }
  }
  std::vector<std::string_view> names(std::uint32_t object) const;  // sorted
  const std::vector<Member>& all() const { return members_; }

 private:
  static constexpr std::uint32_t kNothing = 0xffffffff;
  struct Entry {
    std::uint64_t low = 0, high = 0;  // of the name
    std::string_view name;
    std::uint32_t object = 0;
    std::uint32_t member = kNothing;
  };
  std::uint32_t add(std::uint32_t object, std::string_view name, Reserved reserved);
  void rehash();
  std::vector<Member> members_;
  std::vector<Entry> table_;
  std::vector<std::unique_ptr<std::string>> texts_;
  std::uint32_t objects_ = 0;
};

}  // namespace caveat::program
