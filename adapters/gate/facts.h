// Facts: those on which a recorded decision was taken, read back from its record and told as people read them.
//
//   const FactsReader reader({.roles = caller.roles, .program = packs_of_now});
//   FactsTold told = reader.read(opened_record);
//
// Promises   a value that its class hides, or hid when it was decided, is hidden here too; a fact that only a confidential rule reads, or
//            read then, is told to the roles that this rule names, whether it fired or not: what is missing from a list would tell as much as
//            what stands in it
// Cost       once a reader linear in the rules, then in the record's facts
// Source     docs/formats.md sections 4 and 6; decision.md "Forced hand-off"
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/seal/sealer.h"
#include "engine/base/language.h"
#include "engine/base/units.h"
#include "engine/program/program.h"

namespace caveat::gate {

struct FactTold {
  std::string path, name;            // by first names; as the packs of now call it, if they know it
  std::string of;                    // product, action or recipient; empty: the turn
  std::optional<std::string> value;  // nothing: not known, or hidden
  bool known = true, hidden = false;
  std::string cause;  // why it is not known
  std::string quality, source, data_class;
  std::optional<Microseconds> as_of;
  std::vector<std::string> rules;  // that came to something by it
};

struct FactsTold {
  std::vector<FactTold> facts;  // those first that rules came to something by
  std::size_t left_out = 0;     // that were too many to be told
};
inline constexpr std::size_t kFactsTold = 200;

struct FactsFor {
  std::span<const std::string> roles = {};    // of who reads
  const program::Program* program = nullptr;  // packs of now: which rules are confidential; null: no rule is told
  bool has_packs = true;                      // false: no packs are at hand, what was confidential then counts alone
  bool whole = false;  // all that rules read; else what they came to something by, and what the bot brought
  Language language = Language::en;
};

class FactsReader {
 public:
  explicit FactsReader(FactsFor whom);
  FactsTold read(const audit::OpenedRecord& record) const;

 private:
  bool may_be_told(std::string_view path) const { return open_.find(path) != open_.end(); }
  bool hides(std::string_view data_class, std::uint32_t slot) const;
  std::string in_words(std::uint32_t slot, std::string value) const;

  const FactsFor whom_;
  std::set<std::string, std::less<>> open_;  // paths that a rule reads which is not kept back from him
};

boost::json::array facts_json(const FactsTold& told);
// "action.amount (transfer): 60000 CNY, source crm"
std::string fact_told(const FactTold& fact, Language language);

}  // namespace caveat::gate
