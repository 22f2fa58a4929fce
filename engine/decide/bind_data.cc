// What a reference set says of the things that a turn has: it counts, whoever says otherwise (contracts.md 10).
#include <algorithm>
#include <tuple>

#include "engine/base/escape.h"
#include "engine/decide/binder.h"
#include "engine/text/normalise.h"

namespace caveat::decide {

using program::Frame;
using program::SlotPart;

// Refused before anything is compared, so alike for who is on a list and who is not.
bool Binder::may_say(std::uint32_t node, std::uint32_t slot) {
  const std::vector<std::uint32_t>& closed = o_.data->of(p_.data_of(slot))->closed;
  const std::string_view from = p_.text(p_.slots()[slot].from);
  if (!std::binary_search(closed.begin(), closed.end(), slot) || may_state(from)) return true;
  wrong_source(node, from, from);
  return false;
}

// Judged when all is read: what the set says hangs on the key, which may stand behind it.
void Binder::stated_too(std::uint32_t node, std::uint32_t slot, Frame frame, std::size_t item) {
  const std::int32_t of = static_cast<std::int32_t>(item) - (frame == Frame::turn ? 1 : 0);
  r_.spelt_.clear();
  r_.append_value(r_.spelt_, slot, of);
  r_.said_.push_back({slot, node, of, keep(r_.spelt_)});
}

// The products that the answer names and the turn does not carry become products of the turn behind its own, for rules on answers
// alone (semantics.md 10).
void Binder::name_products() {
  const std::string_view answer = r_.answer_text();
  const auto looks = [](const Data::Set& set) { return set.names != nullptr; };
  if (answer.empty() || std::none_of(o_.data->sets.begin(), o_.data->sets.end(), looks)) return;
  // As every condition reads it (TextSeen::read).
  text::Shown shown;  // what the places found lead back through
  if (r_.answer_format_ == text::Format::plain) {
    text::normalise(answer, m_.answer);
  } else {
    r_.names_too_many_ |= !text::show(answer, r_.answer_format_, o_.limits, shown);
    text::normalise(shown, m_.answer);
  }
  if (!m_.scan || m_.scan_hits != o_.limits.hits) m_.scan.emplace(m_.scan_hits = o_.limits.hits);
  m_.named.clear();
  for (const Data::Set& set : o_.data->sets) {
    if (!looks(set)) continue;
    m_.said.clear();
    r_.names_too_many_ |= !set.names->find(m_.answer.text(), *m_.scan, m_.said);
    for (const ProductNames::Said& one : m_.said) {
      const text::Range there = m_.answer.original(one.normal);
      m_.named.push_back({set.names->id(one.product), {there.begin, there.end}, &set});
    }
  }
  if (m_.named.empty()) return;
  m_.ids.clear();
  for (std::size_t i = 0; i < r_.carried_; ++i) m_.ids.push_back(r_.product_id(i));
  std::sort(m_.ids.begin(), m_.ids.end());
  std::erase_if(m_.named,
                [&](const Memory::Named& one) { return std::binary_search(m_.ids.begin(), m_.ids.end(), one.id); });
  const auto by_id = [](const Memory::Named& a, const Memory::Named& b) {
    return std::tuple(a.id, a.at.begin, a.at.end) < std::tuple(b.id, b.at.begin, b.at.end);
  };
  std::sort(m_.named.begin(), m_.named.end(), by_id);  // two sets may have one product
  m_.named.erase(std::unique(m_.named.begin(), m_.named.end(),
                             [](const Memory::Named& a, const Memory::Named& b) { return a.id == b.id; }),
                 m_.named.end());
  std::sort(m_.named.begin(), m_.named.end(), [](const Memory::Named& a, const Memory::Named& b) {
    return std::tuple(a.at.begin, a.id) < std::tuple(b.at.begin, b.id);
  });
  const std::size_t most = std::min(o_.limits.list_elements, kMostElements);
  for (const Memory::Named& one : m_.named) {
    if (r_.all_products() >= most) {
      r_.names_too_many_ = true;
      return;
    }
    add_product(one.id, one.at, *one.set);
  }
}

void Binder::add_product(std::string_view id, Request::Place at, const Data::Set& set) {
  Request::Items& frame = r_.frames_[static_cast<std::size_t>(Frame::product)];
  Request::Cell missing;
  missing.state = Request::kUnknown;
  missing.cause = static_cast<std::uint8_t>(Cause::missing);
  frame.cells.insert(frame.cells.end(), frame.width, missing);
  const std::size_t item = frame.items++;
  const Request::Text kept = keep(id), source = keep(set.name);
  r_.product_ids_.add() = kept;
  r_.named_at_.push_back(at);
  Request::Extra& extra = r_.extras_.add();
  extra.at = kept.at, extra.size = kept.size;
  extra.source = source.at, extra.source_size = source.size;
  extra.has_as_of = set.as_of.has_value();
  extra.as_of = set.as_of.value_or(0);
  store(p_.slots()[p_.data()[set.declared].key], Frame::product, item, extra, 0);
}

void Binder::refer() {
  name_products();
  for (const Data::Set& set : o_.data->sets) {
    const SlotRow& key = p_.slots()[p_.data()[set.declared].key];
    const auto frame = static_cast<Frame>(key.frame);
    // Of a turn's facts only a customer's are many, one a recipient, and the turn itself then has none.
    const bool of_recipients = key.part == static_cast<std::uint8_t>(SlotPart::customer) && r_.recipients() > 0;
    const std::size_t first = of_recipients ? 1 : 0,
                      end = frame == Frame::turn && !of_recipients ? 1 : r_.frames_[key.frame].items;
    if (first == end) continue;
    const Request::Text source = keep(set.name);
    for (std::size_t item = first; item < end; ++item) fill(set, source, frame, item);
  }
  contradictions();
}

// What rules read of one thing, and what the turn says of it, becomes what the set says, be it nothing.
void Binder::fill(const Data::Set& set, Request::Text source, Frame frame, std::size_t item) {
  const std::uint32_t key = p_.data()[set.declared].key;
  const Request::Cell by = cell(frame, item, p_.slots()[key].cell);
  if (by.state == Request::kAbsent) return;
  const std::span<const std::uint32_t> slots = p_.slots_of_data(set.declared);
  std::uint32_t row = kNoNode;
  bool looked = by.state != Request::kKnown;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const SlotRow& slot = p_.slots()[slots[i]];
    Request::Cell& cell = this->cell(frame, item, slot.cell);
    if (cell.extra == kNoExtra && (slot.flags & program::kRead) == 0) continue;
    if (!looked) {
      looked = true;
      r_.spelt_.clear();
      r_.append_value(r_.spelt_, key, static_cast<std::int32_t>(item) - (frame == Frame::turn ? 1 : 0));
      const auto found = set.by_key.find(std::string_view(r_.spelt_));
      if (found != set.by_key.end()) row = found->second;
    }
    cell = {};
    cell.state = Request::kUnknown;
    cell.cause = static_cast<std::uint8_t>(by.state == Request::kKnown ? Cause::not_listed : Cause::missing);
    if (row == kNoNode || set.columns[i] == program::kNone) continue;
    const std::uint32_t node = row + 1 + set.columns[i];  // the cells of a row stand behind it
    if (set.rows.node(node).kind == Fields::Kind::null) continue;
    Request::Extra& extra = r_.extras_.add();
    std::int64_t value = 0;
    Binder reader(p_, set.rows, o_, r_);
    if (!reader.read(node, slot, static_cast<SlotType>(slot.type), extra, value)) {
      r_.extras_.cut(r_.extras_.size() - 1);  // it was tried when it was loaded: unknown it stays
      continue;
    }
    extra.source = source.at, extra.source_size = source.size;
    if (by.inferred != 0) extra.quality = Quality::inferred;  // as sure as that it is this row
    extra.has_as_of = set.as_of.has_value();
    extra.as_of = set.as_of.value_or(0);
    store(slot, frame, item, extra, value);
  }
}

void Binder::contradictions() {
  for (const Request::Said& said : r_.said_) {
    r_.spelt_.clear();
    r_.append_value(r_.spelt_, said.slot, said.item);
    if (r_.spelt_.empty() || r_.spelt_ == r_.text(said.value)) continue;  // nothing: what is not known is not denied
    const SlotRow& slot = p_.slots()[said.slot];
    // Texts are one in their normal form to every rule, so to the set; ids are sign by sign.
    const bool of_words = static_cast<SlotType>(slot.type) == SlotType::text && (slot.flags & program::kIsId) == 0;
    if (of_words && text::normal_form(r_.spelt_) == text::normal_form(r_.text(said.value))) continue;
    const bool tells = slot.data_class.size == 0 && may_state(p_.text(slot.from));
    report(codes::kConflict, said.node,
           "what the reference data " + std::string(p_.text(slot.from)) + " says" +
               (tells ? ": \"" + shortened(r_.spelt_) + "\"" : std::string()),
           said_of(said.node, slot));
  }
}

std::optional<ProblemItem> Binder::try_value(std::uint32_t node, std::uint32_t slot, std::string& canonical) {
  r_.program_ = &p_;
  r_.store_.clear();
  r_.extras_.cut(0);
  const SlotRow& row = p_.slots()[slot];
  Request::Extra extra;
  std::int64_t key = 0;
  if (!read(node, row, static_cast<SlotType>(row.type), extra, key)) return found_.front().item;
  r_.append_extra(canonical, slot, extra);
  // A turn's is unknown then; a row's would make what hangs on it unknown for all turns, and nobody would be told.
  if (static_cast<SlotType>(row.type) == SlotType::time_zone && (row.flags & program::kRead) != 0 &&
      p_.find_zone(canonical) == program::kNone) {
    report(codes::kWrongType, node, expected(row, static_cast<SlotType>(row.type)), said_of(node, row));
    return found_.front().item;
  }
  return std::nullopt;
}

}  // namespace caveat::decide
