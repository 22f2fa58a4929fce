#include <algorithm>
#include <unordered_set>
#include <utility>

#include "engine/base/nearest.h"
#include "engine/base/utf8.h"
#include "engine/decide/binder.h"

namespace caveat::decide {

using program::Frame;
using program::Members;
using program::Program;
using program::Reserved;
using program::SlotPart;

namespace {

// Room for the texts of most turns, so that a request does not grow step by step.
constexpr std::size_t kUsualStore = 1024;

bool has_han(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    if (!point) return false;
    if ((point.value >= 0x4e00 && point.value <= 0x9fff) || (point.value >= 0x3400 && point.value <= 0x4dbf))
      return true;
    at += point.length;
  }
  return false;
}

}  // namespace

bool Binder::run(Problem& problem) {
  reset();
  if (f_.empty() || kind(0) != Fields::Kind::object) {
    report(codes::kWrongType, f_.empty() ? kNoNode : 0, "an object: one turn", f_.empty() ? "nothing" : said(0));
    return finish(problem);
  }
  look_at_root();
  when();
  provenance();
  only_values_matter_ = r_.stated_.empty();
  shape_items();
  if (r_.has_outreach_ || r_.has_material_) alone();
  object(0, Members::kRoot, Frame::turn, 0, nullptr);
  close();
  return finish(problem);
}

void Binder::reset() {
  r_.program_ = &p_;
  r_.store_.clear();
  r_.store_.reserve(kUsualStore);
  r_.id_ = r_.channel_ = r_.language_tag_ = r_.conversation_ = r_.customer_ = r_.bot_ = r_.answer_ = r_.message_ = {};
  r_.outreach_ = r_.material_ = r_.subject_ = {};
  r_.quality_ = o_.facts_are_fresh || o_.any_source || !o_.sources.empty() ? Quality::assessed : Quality::stated;
  r_.source_ = o_.sources.size() == 1 ? keep(o_.sources.front()) : Request::Text{};
  r_.at_ = o_.now;
  r_.at_offset_ = 0;
  r_.at_given_ = r_.has_answer_ = r_.has_message_ = r_.has_recommendation_ = false;
  r_.has_outreach_ = r_.has_material_ = false;
  for (Request::Items& frame : r_.frames_) frame.items = 0;
  r_.carried_ = 0;
  r_.named_at_.clear();
  r_.names_too_many_ = false;
  r_.answer_format_ = text::Format::plain;
  r_.offsets_ = Offsets::code_points;
  r_.turn_.reset();
  r_.product_ids_.cut(0);
  r_.action_names_.cut(0);
  r_.recipient_ids_.cut(0);
  r_.extras_.cut(0);
  r_.symbols_.cut(0);
  r_.said_.clear();
  m_.members.resize(std::max(m_.members.size(), f_.size()));
  const Members& known = p_.members();
  if (m_.known != known.all().size() || m_.after.size() != m_.known + known.objects()) {  // an index must be one of its
    m_.known = known.all().size();
    m_.after.assign(m_.known + known.objects(), 0);
  }
  r_.jurisdictions_.clear();
  if (!o_.jurisdictions.empty()) {
    // One that no pack has was meant for another: which, nobody can tell, so the packs of all apply.
    const auto is_known = [&](const std::string& one) {
      return std::binary_search(p_.jurisdictions().begin(), p_.jurisdictions().end(), one);
    };
    if (std::all_of(o_.jurisdictions.begin(), o_.jurisdictions.end(), is_known))
      for (const std::string& one : o_.jurisdictions) r_.jurisdictions_.push_back(keep(one));
  }
}

// ---- before the walk: what the walk needs to know

// What each member of an object is: `visit(child, node, member)`, null for a stranger.
template <class Visit>
[[gnu::always_inline]] inline void Binder::each_member(std::uint32_t object, std::uint32_t kind, Visit visit) {
  // Copies: what `visit` writes could be any of these to the compiler.
  const Fields::Node* const nodes = f_.nodes();
  const char* const texts = f_.texts();
  const Member* const first = p_.members().all().data();
  std::uint32_t* const after = m_.after.data();
  std::uint32_t* before = after + m_.known + kind;
  for (std::uint32_t child = nodes[object].first; child != kNoNode;) {
    const Fields::Node& node = nodes[child];
    const Member* member = first + *before;
    if (!member->is(kind, texts + node.name, node.name_size)) [[unlikely]] {
      member = p_.members().find(kind, program::Name::padded({texts + node.name, node.name_size}));
      if (member != nullptr) *before = static_cast<std::uint32_t>(member - first);
    }
    if (member != nullptr) before = after + *before;
    visit(child, node, member);
    child = node.next;
  }
}

void Binder::look_at_root() {
  const Member** const found = m_.members.data();
  each_member(0, Members::kRoot, [&](std::uint32_t node, const Fields::Node&, const Member* member) {
    found[node] = member;
    if (member == nullptr) return;
    switch (member->reserved) {
      case Reserved::at:
        root_.at = node;
        break;
      case Reserved::provenance:
        root_.provenance = node;
        break;
      case Reserved::message:
        root_.message = node;
        break;
      case Reserved::answer:
        root_.answer = node;
        break;
      case Reserved::recommendation:
        root_.recommendation = node;
        break;
      case Reserved::actions:
        root_.actions = node;
        break;
      case Reserved::outreach:
        root_.outreach = node;
        break;
      case Reserved::material:
        root_.material = node;
        break;
      default:
        break;
    }
  });
}

void Binder::when() {
  const std::uint32_t node = root_.at;
  if (node == kNoNode || kind(node) == Fields::Kind::null) return;
  std::int32_t offset = 0;
  const auto at = kind(node) == Fields::Kind::text ? parse_instant(f_.text(node), &offset) : std::nullopt;
  if (!at) return report(codes::kWrongType, node, "an instant, RFC 3339", said(node), {}, "2026-03-01T10:00:00+08:00");
  r_.at_ = *at;
  r_.at_offset_ = offset;
  r_.at_given_ = true;
}

// How many products, actions and recipients there are, so that their cells stand before they are filled.
void Binder::shape_items() {
  const auto count = [this](std::uint32_t list) -> std::size_t {
    if (!is(list, Fields::Kind::list)) return 0;
    return std::min({std::size_t{f_.node(list).elements()}, o_.limits.list_elements, kMostElements});
  };
  r_.has_answer_ = is(root_.answer, Fields::Kind::object);
  r_.has_message_ = is(root_.message, Fields::Kind::object);
  r_.has_recommendation_ = is(root_.recommendation, Fields::Kind::object);
  r_.has_outreach_ = is(root_.outreach, Fields::Kind::object);
  r_.has_material_ = is(root_.material, Fields::Kind::object);
  std::size_t products = r_.has_recommendation_ ? count(f_.child(root_.recommendation, "products")) : 0;
  // Beside a recommendation it is refused (alone), but walked all the same.
  if (r_.has_material_ && is(f_.child(root_.material, "product"), Fields::Kind::object))
    products = std::max<std::size_t>(products, 1);
  const std::size_t recipients = r_.has_outreach_ ? count(f_.child(root_.outreach, "recipients")) : 0;
  const std::array<std::size_t, 3> items = {1 + recipients, products, count(root_.actions)};
  for (std::size_t i = 0; i < 3; ++i) {
    Request::Items& frame = r_.frames_[i];
    frame.items = items[i];
    frame.width = p_.cells(static_cast<Frame>(i));
    if (const std::size_t cells = frame.items * frame.width; cells > m_.missing.size()) {
      Request::Cell missing;
      missing.state = Request::kUnknown;
      missing.cause = static_cast<std::uint8_t>(Cause::missing);
      m_.missing.resize(cells, missing);
    }
    frame.cells.assign(m_.missing.begin(), m_.missing.begin() + static_cast<std::ptrdiff_t>(frame.items * frame.width));
  }
  Request::Cell* const turn = r_.frames_[0].cells.data();
  const auto absent = [&](SlotPart part) {
    for (std::uint32_t at : p_.cells_of(part)) turn[at].state = Request::kAbsent;
  };
  if (!r_.has_message_) absent(SlotPart::message);
  if (!r_.has_answer_) absent(SlotPart::answer);
  if (!r_.has_recommendation_) absent(SlotPart::recommendation);
  if (!r_.has_outreach_) absent(SlotPart::outreach);
  if (!r_.has_material_) absent(SlotPart::material);
  if (r_.has_outreach_) absent(SlotPart::customer);  // its recipients are
  r_.carried_ = items[1];
  for (std::size_t i = 0; i < items[1]; ++i) r_.product_ids_.add();
  for (std::size_t i = 0; i < items[2]; ++i) r_.action_names_.add();
  for (std::size_t i = 0; i < recipients; ++i) r_.recipient_ids_.add();
}

// An outreach goes to many, a material to nobody yet: neither is a turn of a conversation (contracts.md 15).
void Binder::alone() {
  const bool outreach = r_.has_outreach_;
  for (std::uint32_t node = f_.node(0).first; node != kNoNode; node = f_.node(node).next) {
    if (kind(node) == Fields::Kind::null) continue;
    const Member* member = p_.members().find(Members::kRoot, f_.name(node));
    if (!member) continue;
    switch (member->reserved) {
      case Reserved::conversation:
      case Reserved::customer:
      case Reserved::message:
      case Reserved::answer:
      case Reserved::continues:
      case Reserved::satisfied:
        break;
      case Reserved::recommendation:
      case Reserved::actions:
        if (!outreach) break;
        continue;
      case Reserved::material:
        if (outreach) break;
        continue;
      default:
        continue;
    }
    report(codes::kConflict, node,
           outreach ? "nothing beside an outreach: it is no turn of a conversation, its recipients are the customers"
                    : "nothing beside a material: it is no turn of a conversation",
           "\"" + std::string(f_.name(node)) + "\"");
  }
  if (outreach && r_.recipients() == 0 && f_.child(root_.outreach, "recipients") == kNoNode) {
    report_at(codes::kWrongType, f_.path(root_.outreach) + "/recipients", "a list of recipients, one at least", "none");
  }
}

// What the turn says holds for each recipient: only the customer is another one.
void Binder::spread() {
  Request::Items& turn = r_.frames_[0];
  std::vector<bool> his(turn.width);
  for (std::uint32_t at : p_.cells_of(SlotPart::customer)) his[at] = true;
  for (std::size_t item = 1; item < turn.items; ++item) {
    for (std::uint32_t at = 0; at < turn.width; ++at) {
      if (!his[at]) turn.cells[item * turn.width + at] = turn.cells[at];
    }
  }
}

// ---- the walk

bool Binder::is_list(std::uint32_t node, const char* expected) {
  if (kind(node) != Fields::Kind::list) {
    report(codes::kWrongType, node, expected, said(node));
    return false;
  }
  const std::size_t elements = f_.node(node).elements();
  const std::size_t most = std::min(o_.limits.list_elements, kMostElements);
  if (elements > most) {
    report(codes::kTooMany, node, "at most " + std::to_string(most) + " elements", std::to_string(elements));
    return false;
  }
  return true;
}

void Binder::object(std::uint32_t node, std::uint32_t kind, Frame frame, std::size_t item, const Microseconds* outer) {
  static const Member kBound;
  const Member** const found = m_.members.data();
  Request::Cell* const cells = p_.cells(frame) > 0 ? &cell(frame, item, 0) : nullptr;
  // Plain facts are bound on the way, as if there were no `as_of`.
  const bool is_plain_turn = outer == nullptr && only_values_matter_;
  const Microseconds* as_of = outer;
  Microseconds own_as_of = 0;
  bool rest = false;
  const Member* said_as_of = nullptr;
  const auto look = [&](std::uint32_t child, const Fields::Node& said, const Member* member)
                        __attribute__((always_inline)) {
                          if (member != nullptr && member->is_plain && is_plain_turn &&
                              plain_fact(said, member->plain, cells[member->plain.cell])) {
                            found[child] = &kBound;
                            return;
                          }
                          found[child] = member;
                          rest = true;
                          if (member != nullptr && member->reserved == Reserved::as_of) said_as_of = member;
                        };
  if (node != 0) {
    each_member(node, kind, look);
  } else {  // what they are is known
    for (std::uint32_t child = f_.node(node).first; child != kNoNode; child = f_.node(child).next)
      look(child, f_.node(child), found[child]);
  }
  if (!rest) return;
  if (said_as_of != nullptr && this->as_of(node, kind, cells, said_as_of, own_as_of)) as_of = &own_as_of;
  for (std::uint32_t child = f_.node(node).first; child != kNoNode; child = f_.node(child).next) {
    const Member* member = found[child];
    if (member == &kBound) continue;
    if (member == nullptr) {
      unknown(child, kind);
    } else if (member->is_value) {
      fact(child, *member, frame, item, as_of);
    } else if (member->reserved == Reserved::none) {
      part(child, *member, frame, item, as_of);
    } else {
      this->member(child, *member, frame, item, as_of);
    }
  }
}

// Reads an object's `as_of`; what was bound without it is bound again, with it. False: it says nothing.
bool Binder::as_of(std::uint32_t node, std::uint32_t kind, Request::Cell* cells, const Member* said,
                   Microseconds& as_of) {
  bool is_said = false;
  each_member(node, kind, [&](std::uint32_t child, const Fields::Node&, const Member* member) {
    m_.members[child] = member;
    if (member != nullptr && member->is_plain) cells[member->plain.cell] = m_.missing.front();
    if (member != said || this->kind(child) == Fields::Kind::null) return;
    const auto read = this->kind(child) == Fields::Kind::text ? parse_instant(f_.text(child)) : std::nullopt;
    if (!read) {
      report(codes::kWrongType, child, "an instant, RFC 3339", this->said(child), {}, "2026-03-01T10:00:00+08:00");
      return;
    }
    as_of = *read;
    is_said = true;
  });
  return is_said;
}

void Binder::part(std::uint32_t node, const Member& member, Frame frame, std::size_t item, const Microseconds* as_of) {
  if (kind(node) == Fields::Kind::null) return;
  if (kind(node) != Fields::Kind::object) {
    report(codes::kWrongType, node, "an object", said(node));
    return;
  }
  object(node, member.child, frame, item, as_of);
}

void Binder::items(std::uint32_t list, const Member& member, Frame frame) {
  if (kind(list) == Fields::Kind::null) return;
  if (!is_list(list, "a list of objects")) return;
  std::size_t item = 0;
  for (std::uint32_t node = f_.node(list).first; node != kNoNode; node = f_.node(node).next, ++item) {
    if (kind(node) != Fields::Kind::object) {
      report(codes::kWrongType, node, "an object", said(node));
      continue;
    }
    object(node, member.child, frame, item, nullptr);
    const bool product = frame == Frame::product;
    const Request::Text& name = product ? r_.product_ids_[item] : r_.action_names_[item];
    if (name.size == 0) {
      const std::uint32_t given = f_.child(node, product ? "id" : "name");
      if (given == kNoNode || kind(given) == Fields::Kind::null ||
          (kind(given) == Fields::Kind::text && f_.text(given).empty() && !product))
        report(codes::kNoId, node, product ? "an id of the product" : "the name of the action", "none");
    }
    for (std::size_t other = 0; product && name.size > 0 && other < item; ++other) {
      if (r_.product_id(other) == r_.product_id(item)) {
        report(codes::kRepeated, node, "each product once", "\"" + std::string(r_.product_id(item)) + "\" again");
        break;
      }
    }
  }
}

void Binder::member(std::uint32_t node, const Member& member, Frame frame, std::size_t item,
                    const Microseconds* as_of) {
  const bool null = kind(node) == Fields::Kind::null;
  switch (member.reserved) {
    case Reserved::at:
    case Reserved::as_of:
    case Reserved::provenance:
      return;  // read before
    case Reserved::id:
      if (null) return;
      has_id_ = true;
      id(node, r_.id_);
      return;
    case Reserved::continues:
    case Reserved::satisfied:
      return;  // of the conversation, not of this turn: the gate reads them
    case Reserved::not_yet:
      if (!null) {
        report(codes::kNotYet, node, "nothing yet: the text of an answer is judged as a whole",
               "\"" + std::string(member.name) + "\"");
      }
      return;
    case Reserved::computed:
      if (!null)
        report(codes::kUnknownMember, node, "nothing: the engine works this out itself",
               "\"" + std::string(member.name) + "\"");
      return;
    case Reserved::language:
      if (text_member(node, r_.language_tag_)) fact(node, member, frame, item, as_of);
      return;
    case Reserved::channel:
      if (text_member(node, r_.channel_)) fact(node, member, frame, item, as_of);
      return;
    case Reserved::jurisdictions:
      return jurisdictions(node);
    case Reserved::offsets:
      return offsets(node);
    case Reserved::bot:
    case Reserved::conversation:
    case Reserved::customer:
    case Reserved::message:
    case Reserved::answer:
    case Reserved::recommendation:
    case Reserved::outreach:
    case Reserved::material:
      return part(node, member, frame, item, nullptr);
    case Reserved::recipients:
      return recipients(node, member);
    case Reserved::recipient_id:
      return id_fact(node, r_.recipient_ids_[item - 1], member, frame, item);
    case Reserved::outreach_id:
    case Reserved::material_id:
      return id_fact(node, r_.subject_, member, frame, item);
    case Reserved::outreach_text:
      if (text_member(node, r_.outreach_)) fact(node, member, frame, item, as_of);
      return;
    case Reserved::material_text:
      if (text_member(node, r_.material_)) fact(node, member, frame, item, as_of);
      return;
    case Reserved::material_product:
      return material_product(node, member);
    case Reserved::actions:
      return items(node, member, Frame::action);
    case Reserved::products:
      return products(node, member);
    case Reserved::conversation_id:
      return id_fact(node, r_.conversation_, member, frame, item);
    case Reserved::customer_id:
      return id_fact(node, r_.customer_, member, frame, item);
    case Reserved::bot_id:
      return id_fact(node, r_.bot_, member, frame, item);
    case Reserved::product_id:
      return id_fact(node, r_.product_ids_[item], member, frame, item);
    case Reserved::action_id: {
      Request::Text unused;
      return id_fact(node, unused, member, frame, item);
    }
    case Reserved::turn:
      return turn_number(node, member, as_of);
    case Reserved::weight:
      return weight(node, member, frame, item, as_of);
    case Reserved::answer_text:
      if (text_member(node, r_.answer_)) fact(node, member, frame, item, as_of);
      return;
    case Reserved::message_text:
      if (text_member(node, r_.message_)) fact(node, member, frame, item, as_of);
      return;
    case Reserved::action_name:
      return action_name(node, member, item, as_of);
    case Reserved::none:
      return;  // an object of facts: a part
  }
}

void Binder::jurisdictions(std::uint32_t node) {
  if (kind(node) == Fields::Kind::null || !is_list(node, "a list of jurisdictions: [\"CN\"]")) return;
  const std::span<const std::string_view> known = p_.jurisdictions();
  const bool all_apply = r_.jurisdictions_.empty();  // the request can only add, and there is nothing to add to
  for (std::uint32_t at = f_.node(node).first; at != kNoNode; at = f_.node(at).next) {
    Request::Text text;
    if (!text_member(at, text)) continue;
    const std::string_view one = r_.text(text);
    if (!known.empty() && !std::binary_search(known.begin(), known.end(), one)) {
      std::string list;
      for (const std::string_view each : known) list += (list.empty() ? "" : ", ") + std::string(each);
      report(codes::kOutOfRange, at, "a jurisdiction of the packs: " + list, said(at),
             std::string(nearest(one, known)));
    } else if (!all_apply) {
      r_.jurisdictions_.push_back(text);
    }
  }
}

void Binder::offsets(std::uint32_t node) {
  if (kind(node) == Fields::Kind::null) return;
  const std::string_view text = kind(node) == Fields::Kind::text ? f_.text(node) : std::string_view();
  if (text == "utf-16") {
    r_.offsets_ = Offsets::utf_16;
  } else if (text == "utf-8") {
    r_.offsets_ = Offsets::utf_8;
  } else if (text != "code-points") {
    report(codes::kWrongType, node, "one of code-points, utf-16, utf-8", said(node));
  }
}

void Binder::products(std::uint32_t node, const Member& member) {
  items(node, member, Frame::product);
  if (kind(node) == Fields::Kind::null || member.slot == program::kNone) return;
  const SlotRow& slot = p_.slots()[member.slot];
  if (slot.cell == program::kNone) return;
  Request::Extra extra;
  extra.count = static_cast<std::uint32_t>(r_.products());
  store(slot, Frame::turn, 0, extra, 0);
}

void Binder::recipients(std::uint32_t list, const Member& member) {
  if (kind(list) == Fields::Kind::null || !is_list(list, "a list of recipients, one at least")) {
    if (kind(list) == Fields::Kind::null)
      report(codes::kWrongType, list, "a list of recipients, one at least", said(list));
    return;
  }
  if (f_.node(list).first == kNoNode)
    return report(codes::kWrongType, list, "a list of recipients, one at least", "none");
  std::unordered_set<std::string_view> known;
  std::size_t recipient = 0;
  for (std::uint32_t node = f_.node(list).first; node != kNoNode; node = f_.node(node).next, ++recipient) {
    if (kind(node) != Fields::Kind::object) {
      report(codes::kWrongType, node, "an object", said(node));
      continue;
    }
    object(node, member.child, Frame::turn, recipient + 1, nullptr);
    const std::uint32_t given = f_.child(node, "id");
    if (given == kNoNode || kind(given) == Fields::Kind::null) {
      report(codes::kNoId, node, "an id of the recipient", "none");
    } else if (kind(given) == Fields::Kind::text && !known.insert(f_.text(given)).second) {
      report(codes::kRepeated, node, "each recipient once", "\"" + std::string(f_.text(given)) + "\" again");
    }
  }
}

void Binder::material_product(std::uint32_t node, const Member& member) {
  if (kind(node) == Fields::Kind::null) return;
  if (kind(node) != Fields::Kind::object) return report(codes::kWrongType, node, "an object", said(node));
  object(node, member.child, Frame::product, 0, nullptr);
  const std::uint32_t given = f_.child(node, "id");
  if (given == kNoNode || kind(given) == Fields::Kind::null) report(codes::kNoId, node, "an id of the product", "none");
}

void Binder::turn_number(std::uint32_t node, const Member& member, const Microseconds* as_of) {
  if (kind(node) == Fields::Kind::null) return;
  const std::optional<Decimal> number = number_of(node);
  const auto whole = number ? number->as_int64() : std::nullopt;
  if (!whole || *whole < 0 || *whole >= (std::int64_t{1} << 53)) {
    report(number && number->is_integer() ? codes::kOutOfRange : codes::kWrongType, node,
           "an integer 0..9007199254740991", said(node));
    return;
  }
  r_.turn_ = *whole;
  fact(node, member, Frame::turn, 0, as_of);
}

void Binder::action_name(std::uint32_t node, const Member& member, std::size_t item, const Microseconds* as_of) {
  if (kind(node) == Fields::Kind::null) return;
  fact(node, member, Frame::action, item, as_of);
  if (member.slot == program::kNone) {
    text_member(node, r_.action_names_[item]);
    return;
  }
  const SlotRow& slot = p_.slots()[member.slot];
  const Request::Cell* cell = slot.cell == program::kNone ? nullptr : &this->cell(Frame::action, item, slot.cell);
  if (!cell || cell->extra == kNoExtra) return;
  const Request::Extra extra = r_.extra(*cell);
  const auto type = static_cast<SlotType>(slot.type);
  if (type == SlotType::choice) {
    const auto symbols = p_.rows<program::SymbolRow>(program::Section::symbols, slot.symbols);
    r_.action_names_[item] = keep(p_.text(p_.strings(symbols[extra.symbol].names)[0]));
  } else if (type == SlotType::text) {
    r_.action_names_[item] = {extra.at, extra.size};
  } else {
    r_.action_names_[item] = keep(r_.value(member.slot, static_cast<std::int32_t>(item)));
  }
}

bool Binder::text_member(std::uint32_t node, Request::Text& text) {
  if (kind(node) == Fields::Kind::null) return false;
  if (kind(node) != Fields::Kind::text) {
    report(codes::kWrongType, node, "a text", said(node));
    return false;
  }
  text = keep(f_.text(node));
  return true;
}

void Binder::fact(std::uint32_t node, const Member& member, Frame frame, std::size_t item, const Microseconds* as_of) {
  if (member.slot == program::kNone) return;
  const SlotRow& slot = p_.slots()[member.slot];
  if (kind(node) == Fields::Kind::null) return;  // missing, as the cell already is
  if (slot.data_class.size > 0 && p_.refuses(p_.text(slot.data_class))) {
    report(codes::kClassRefused, node, "no fact of class " + std::string(p_.text(slot.data_class)), "one");
    return;
  }
  if (static_cast<SlotType>(slot.type) == SlotType::list) {
    Request::Extra extra;
    std::uint64_t mask = 0;
    const std::string_view outer = std::exchange(within_, class_of(slot));
    const bool good = list(node, member, slot, frame, item, extra, mask);
    within_ = outer;
    if (!good || slot.cell == program::kNone) return;
    if (origin(node, slot, extra, as_of)) store(slot, frame, item, extra, static_cast<std::int64_t>(mask));
    return;
  }
  Request::Extra& extra = r_.extras_.add();
  std::int64_t key = 0;
  const bool good = read(node, slot, static_cast<SlotType>(slot.type), extra, key);
  // How the text is read hangs on it, whether a rule asks or not.
  if (good && member.slot == p_.known().answer_format) r_.answer_format_ = static_cast<text::Format>(extra.symbol);
  if (!good || slot.cell == program::kNone) {
    r_.extras_.cut(r_.extras_.size() - 1);
    return;
  }
  const bool of_a_set = is_of_a_set(member.slot);  // whoever may state it: it only has to be the same
  if (of_a_set ? !may_say(node, member.slot) : !origin(node, slot, extra, as_of)) {
    r_.extras_.cut(r_.extras_.size() - 1);
    return;
  }
  store(slot, frame, item, extra, key);
  if (of_a_set) stated_too(node, member.slot, frame, item);
}

// `fact` where nothing but the value matters and it is written as most are; false, and nothing done: `fact` shall look.
[[gnu::always_inline]] inline bool Binder::plain_fact(const Fields::Node& said, const program::Plain& plain,
                                                      Request::Cell& cell) {
  using How = program::Plain::How;
  const auto carry = [&cell](std::int64_t key, std::uint32_t in, std::uint32_t spelling = 0) {
    cell = {.key = key, .extra = in, .state = Request::kKnown, .spelling = static_cast<std::uint8_t>(spelling)};
    return true;
  };
  switch (plain.how) {
    case How::yes_no:
      return said.kind == Fields::Kind::boolean && carry(said.boolean ? 1 : 0, Request::Cell::kKey);
    case How::whole: {
      if (said.kind != Fields::Kind::number || !said.boolean) return false;
      const std::int64_t value = said.value();
      if (value < plain.low || value > plain.high) return false;
      return plain.doubled ? carry(2 * value, Request::Cell::kDoubledKey) : carry(value, Request::Cell::kKey);
    }
    case How::symbol: {
      if (said.kind != Fields::Kind::text) return false;
      const auto found =
          p_.symbols().find(plain.symbols, program::Name::padded({f_.texts() + said.text, said.text_size}));
      return found.symbol != program::kNone && found.spelling < 256 &&
             carry(found.symbol, Request::Cell::kSymbol, found.spelling);
    }
    case How::symbols:
      return said.kind == Fields::Kind::list && plain_list(said, plain, cell);
    case How::by_type:
      return false;
  }
  return false;
}

// The elements of a list of levels or choices; false, and nothing done: one of them is something else, or there are too
// many.
bool Binder::plain_list(const Fields::Node& list, const program::Plain& plain, Request::Cell& cell) {
  const Fields::Node* const nodes = f_.nodes();
  const char* const texts = f_.texts();
  const std::size_t first = r_.symbols_.size();
  const std::uint32_t count = list.elements();
  if (count > std::min(o_.limits.list_elements, kMostElements)) return false;
  std::uint64_t bits = 0;
  Request::Symbol* symbol = r_.symbols_.add(1 + count);
  *symbol = {count, 0};
  for (std::uint32_t at = list.first; at != kNoNode; at = nodes[at].next) {
    const Fields::Node& said = nodes[at];
    const auto found =
        said.kind == Fields::Kind::text
            ? p_.symbols().find(plain.symbols, program::Name::padded({texts + said.text, said.text_size}))
            : program::Symbols::Found{};
    if (found.symbol == program::kNone) {
      r_.symbols_.cut(first);
      return false;
    }
    *++symbol = {found.symbol, found.spelling};
    if (found.symbol < 64) bits |= std::uint64_t{1} << found.symbol;
  }
  cell = {.key = static_cast<std::int64_t>(bits),
          .extra = static_cast<std::uint32_t>(Request::Cell::kSymbols + first),
          .state = Request::kKnown};
  return true;
}

// ---- after the walk

void Binder::close() {
  const auto is_of_id = [](const Found& one) { return one.item.path == "/id"; };
  if (!has_id_ && std::none_of(found_.begin(), found_.end(), is_of_id)) {
    report_at(codes::kNoId, "/id", "an id: the same id and body give the same decision", "none");
  }
  defaults();
  language();
  if (o_.data != nullptr && !o_.data->sets.empty()) refer();
  if (r_.recipients() > 0) spread();
}

void Binder::default_symbol(std::uint32_t slot) {
  if (slot == program::kNone || p_.slots()[slot].cell == program::kNone) return;
  const Request::Cell& cell = this->cell(Frame::turn, 0, p_.slots()[slot].cell);
  if (cell.state != Request::kUnknown || cell.extra != kNoExtra) return;
  Request::Extra extra;
  extra.symbol = 0;
  store(p_.slots()[slot], Frame::turn, 0, extra, 0);
}

void Binder::defaults() {
  const Program::Known& known = p_.known();
  if (r_.has_answer_) {  // an answer is a bot's and plain unless it says otherwise
    default_symbol(known.answer_author);
    default_symbol(known.answer_format);
  }
  if (known.conversation_started == program::kNone || known.conversation_duration == program::kNone) return;
  const SlotRow &from = p_.slots()[known.conversation_started], &to = p_.slots()[known.conversation_duration];
  if (from.cell == program::kNone || to.cell == program::kNone) return;
  const Request::Cell begun = cell(Frame::turn, 0, from.cell);
  if (begun.state != Request::kKnown) return;
  if (begun.key > r_.at_) {
    cell(Frame::turn, 0, to.cell).cause = static_cast<std::uint8_t>(Cause::future);
    return;
  }
  Request::Extra extra;
  extra.duration.seconds = (r_.at_ - begun.key) / 1'000'000;
  store(to, Frame::turn, 0, extra, 0);
}

void Binder::language() {
  const std::string_view tag = r_.language_tag();
  const auto is = [](char c, char letter) { return c == letter || c == letter - 32; };  // tags know no case (BCP 47)
  const bool chinese = tag.size() >= 2 && is(tag[0], 'z') && is(tag[1], 'h');
  if (chinese || has_han(tag)) {  // 中文
    r_.language_ = Language::zh;
  } else if (!tag.empty()) {
    r_.language_ = Language::en;
  } else {  // as the customer writes, else as the bot does
    const std::string_view text = r_.has_message_ && r_.message_.size > 0 ? r_.message_text()
                                  : r_.has_outreach_                      ? r_.outreach_text()
                                  : r_.has_material_                      ? r_.material_text()
                                                                          : r_.answer_text();
    r_.language_ = text.empty() || has_han(text) ? Language::zh : Language::en;
  }
}

bool bind(const Program& program, const Fields& fields, const BindOptions& options, Request& request,
          Problem& problem) {
  return Binder(program, fields, options, request).run(problem);
}

Result<Request> bind(const Program& program, const Fields& fields, const BindOptions& options) {
  Request request;
  Problem problem;
  if (!bind(program, fields, options, request, problem)) return tl::unexpected(std::move(problem));
  return request;
}

}  // namespace caveat::decide
