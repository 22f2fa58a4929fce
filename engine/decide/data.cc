#include "engine/decide/data.h"

#include <algorithm>
#include <array>

#include "engine/decide/binder.h"
#include "engine/decide/ids.h"

namespace caveat::decide {

using program::SlotType;

namespace {

constexpr std::array<std::string_view, 4> kYes = {"true", "TRUE", "yes", "是"};
constexpr std::array<std::string_view, 4> kNo = {"false", "FALSE", "no", "否"};

bool is_one_of(const std::array<std::string_view, 4>& words, std::string_view text) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// As a turn would state it: a spreadsheet has no booleans of its own.
std::uint32_t put(Fields& fields, std::uint32_t parent, const program::SlotRow& slot, std::string_view text) {
  if (text.empty()) return fields.add(parent, "", Fields::Kind::null);
  if (static_cast<SlotType>(slot.type) == SlotType::yes_no && (is_one_of(kYes, text) || is_one_of(kNo, text))) {
    const std::uint32_t node = fields.add(parent, "", Fields::Kind::boolean);
    fields.set_boolean(node, is_one_of(kYes, text));
    return node;
  }
  const std::uint32_t node = fields.add(parent, "", Fields::Kind::text);
  fields.set_text(node, text);
  return node;
}

// Facts of a protected class, and those that confidential rules alone read. Whoever states one of them learns whether it is
// so: of a list of suspects that a guess is right or wrong is the secret. Beside one of them a fact that no open rule reads is
// closed too: a conflict about it tells that there is a row.
std::vector<std::uint32_t> closed_slots(const program::Program& program, std::uint32_t declared) {
  std::vector<std::uint32_t> closed;
  bool secret = false;
  for (const std::uint32_t slot : program.slots_of_data(declared)) {
    bool hidden = false, open = false;
    for (const program::RuleRow& rule : program.rules()) {
      const std::span<const std::uint32_t> read = program.indices(rule.facts);
      if (std::find(read.begin(), read.end(), slot) == read.end()) continue;
      ((rule.flags & program::kConfidential) != 0 ? hidden : open) = true;
    }
    const bool of_class = program.slots()[slot].data_class.size > 0;
    secret = secret || of_class || (hidden && !open);
    if (!open || of_class) closed.push_back(slot);
  }
  if (!secret) closed.clear();
  return closed;
}

}  // namespace

const Data::Set* Data::find(std::string_view name) const {
  const auto found = std::find_if(sets.begin(), sets.end(), [&](const Set& set) { return set.name == name; });
  return found == sets.end() ? nullptr : &*found;
}

const Data::Set* Data::of(std::uint32_t declared) const {
  const auto found = std::find_if(sets.begin(), sets.end(), [&](const Set& set) { return set.declared == declared; });
  return found == sets.end() ? nullptr : &*found;
}

bool is_overdue(const program::Program& program, const Data::Set& set, Microseconds at, std::int32_t at_offset) {
  const program::DataRow& row = program.data()[set.declared];
  return row.has_review != 0 && days_of(at, program.offset_minutes(row.pack, at, at_offset)) > row.review_by;
}

SetReader::SetReader(const program::Program& program, std::uint32_t declared, const Limits& limits)
    : p_(program), key_(program.data()[declared].key) {
  set_.name = std::string(program.text(program.data()[declared].name));
  set_.declared = declared;
  set_.closed = closed_slots(program, declared);
  set_.rows.add(Fields::kEnd, "", Fields::Kind::list);
  if (!named_by().empty()) names_ = std::make_shared<ProductNames>();
  options_.limits = limits;
}

std::span<const std::uint32_t> SetReader::named_by() const {
  if (!p_.judges_named()) return {};
  return p_.indices(p_.data()[set_.declared].named_by);
}

void SetReader::columns(std::vector<std::uint32_t> slots) {
  slots_ = std::move(slots);
  for (const std::uint32_t slot : p_.slots_of_data(set_.declared)) {
    const auto found = std::find(slots_.begin(), slots_.end(), slot);
    set_.columns.push_back(found == slots_.end() ? program::kNone : static_cast<std::uint32_t>(found - slots_.begin()));
  }
}

std::optional<ProblemItem> SetReader::row(std::string_view key) {
  next_ = 0;
  row_ = set_.rows.add(0, "", Fields::Kind::list);
  const program::Slot& slot = p_.schema().slots[key_];
  if (slot.built_in && slot.path.back() == "id") {  // one that no turn could send would never be found
    if (std::optional<IdFault> fault = fault_of_id(key, options_.limits))
      return ProblemItem{{}, std::move(fault->expected), std::move(fault->found), {}, {}};
  }
  Fields alone;
  const std::uint32_t node = put(alone, Fields::kEnd, p_.slots()[key_], key);
  if (std::optional<ProblemItem> mistake = read(alone, node, key_)) return mistake;
  if (!set_.by_key.emplace(canonical_, row_).second)
    return ProblemItem{{}, "each key once", "\"" + canonical_ + "\" again", {}, {}};
  has_name_ = left_out_ = false;
  if (names_ != nullptr) product_ = names_->add(canonical_), name(key_, canonical_);
  return std::nullopt;
}

std::optional<ProblemItem> SetReader::cell(std::string_view text) {
  const std::uint32_t slot = slots_[next_++];
  const std::uint32_t node = put(set_.rows, row_, p_.slots()[slot], text);
  if (text.empty()) return std::nullopt;
  if (std::optional<ProblemItem> mistake = read(set_.rows, node, slot)) return mistake;
  if (names_ != nullptr) name(slot, text);
  return std::nullopt;
}

void SetReader::name(std::uint32_t slot, std::string_view written) {
  const std::span<const std::uint32_t> all = named_by();
  if (!std::binary_search(all.begin(), all.end(), slot)) return;
  switch (names_->name(product_, written)) {
    case NameFault::none:
      has_name_ = true;
      return;
    case NameFault::blank:
      return;
    case NameFault::one_character:
      left_out_ = true;
      return;
  }
}

Data::Set SetReader::take() && {
  if (names_ != nullptr) {
    names_->close();
    if (!names_->empty()) set_.names = std::move(names_);
  }
  return std::move(set_);
}

std::optional<ProblemItem> SetReader::read(const Fields& fields, std::uint32_t node, std::uint32_t slot) {
  Binder binder(p_, fields, options_, scratch_);
  canonical_.clear();
  return binder.try_value(node, slot, canonical_);
}

}  // namespace caveat::decide
