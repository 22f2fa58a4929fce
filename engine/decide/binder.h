// Binder: Fields → Request: one walk over what was sent; every mistake is noted and the walk goes on.
// Of bind.cc and its neighbours: bind_values (what a value says), bind_origin (who stated it, and when), bind_data (what a
// reference set says), bind_ids (names of persons and things), bind_mistakes (what the caller is told).
//
// Cost       linear in the members; nothing is allocated for a turn without mistakes once the Request is warm
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/decide/codes.h"
#include "engine/decide/data.h"
#include "engine/decide/request.h"

namespace caveat::decide {

class Binder {
 public:
  Binder(const program::Program& program, const Fields& fields, const BindOptions& options, Request& request)
      : p_(program), f_(fields), o_(options), r_(request) {}

  bool run(Problem& problem);
  // One value alone, into a request that serves for nothing else; its canonical spelling, or what is wrong with it.
  std::optional<ProblemItem> try_value(std::uint32_t node, std::uint32_t slot, std::string& canonical);

 private:
  static constexpr std::uint32_t kNoNode = Fields::kEnd;
  static constexpr std::size_t kMostElements = 0x7ffe;  // whatever the limits say: decide counts items in 15 bits
  static constexpr std::uint32_t kNoExtra = 0xffffffff;
  using Frame = program::Frame;
  using Member = program::Member;
  using SlotRow = program::SlotRow;
  using SlotType = program::SlotType;
  using Stated = Request::Stated;

  struct Found {
    const Code* code;
    ProblemItem item;
  };
  struct Root {  // the members that the walk needs before it begins; kNoNode: not sent
    std::uint32_t at = kNoNode, provenance = kNoNode, message = kNoNode, answer = kNoNode;
    std::uint32_t recommendation = kNoNode, actions = kNoNode, outreach = kNoNode, material = kNoNode;
  };

  struct Memory {                        // one a thread: what it has grown to, and what the turn before looked like
    std::vector<const Member*> members;  // what each node of the turn is
    // Which member stood behind each one, or first in an object. A guess: another program may have as many of both.
    std::vector<std::uint32_t> after;
    std::size_t known = 0;               // members that `after` is for
    std::vector<Request::Cell> missing;  // nothing but facts that are
    text::NormalText answer;             // whose products are looked for, and what that takes
    std::optional<text::ScanScratch> scan;
    std::size_t scan_hits = 0;  // that it holds
    std::vector<ProductNames::Said> said;
    struct Named {
      std::string_view id;
      Request::Place at;
      const Data::Set* set = nullptr;
    };
    std::vector<Named> named;
    std::vector<std::string_view> ids;  // of the turn's own products, ascending
  };
  static Memory& memory() {
    thread_local Memory one;
    return one;
  }

  const program::Program& p_;
  const Fields& f_;
  const BindOptions& o_;
  Request& r_;
  Root root_;
  Memory& m_ = memory();
  std::vector<Found> found_;
  bool has_id_ = false;
  bool only_values_matter_ = false;  // of a fact: nothing is said of where this one comes from
  Decimal weights_;
  std::string_view within_;  // the class of the list that is read: no value in it is told

  Fields::Kind kind(std::uint32_t node) const { return f_.node(node).kind; }
  bool is(std::uint32_t node, Fields::Kind wanted) const { return node != kNoNode && kind(node) == wanted; }

  // ---- the request's own store
  void reset();
  Request::Text keep(std::string_view text) {
    if (text.empty()) return {};
    const Request::Text kept{static_cast<std::uint32_t>(r_.store_.size()), static_cast<std::uint32_t>(text.size())};
    r_.store_.append(text);
    return kept;
  }
  Request::Cell& cell(Frame frame, std::size_t item, std::uint32_t index) {
    Request::Items& items = r_.frames_[static_cast<std::size_t>(frame)];
    return items.cells[item * items.width + index];
  }

  // ---- the walk (bind.cc)
  template <class Visit>
  void each_member(std::uint32_t object, std::uint32_t kind, Visit visit);
  bool as_of(std::uint32_t node, std::uint32_t kind, Request::Cell* cells, const Member* said, Microseconds& as_of);
  void look_at_root();
  void when();
  void shape_items();
  void object(std::uint32_t node, std::uint32_t kind, Frame frame, std::size_t item, const Microseconds* outer);
  void member(std::uint32_t node, const Member& member, Frame frame, std::size_t item, const Microseconds* as_of);
  void part(std::uint32_t node, const Member& member, Frame frame, std::size_t item, const Microseconds* as_of);
  void items(std::uint32_t list, const Member& member, Frame frame);
  void products(std::uint32_t node, const Member& member);
  void recipients(std::uint32_t node, const Member& member);
  void material_product(std::uint32_t node, const Member& member);
  void alone();
  void spread();
  void fact(std::uint32_t node, const Member& member, Frame frame, std::size_t item, const Microseconds* as_of);
  bool plain_fact(const Fields::Node& said, const program::Plain& plain, Request::Cell& cell);
  bool plain_list(const Fields::Node& list, const program::Plain& plain, Request::Cell& cell);
  bool is_list(std::uint32_t node, const char* expected);
  bool text_member(std::uint32_t node, Request::Text& text);
  void turn_number(std::uint32_t node, const Member& member, const Microseconds* as_of);
  void action_name(std::uint32_t node, const Member& member, std::size_t item, const Microseconds* as_of);
  void offsets(std::uint32_t node);
  void jurisdictions(std::uint32_t node);
  void close();
  void default_symbol(std::uint32_t slot);
  void defaults();
  void language();

  // ---- what a value says (bind_values.cc)
  bool read(std::uint32_t node, const SlotRow& slot, SlotType type, Request::Extra& extra, std::int64_t& key);
  bool numeric(std::uint32_t node, const SlotRow& slot, const Decimal& number, Request::Extra& extra,
               std::int64_t& key);
  bool symbol(std::uint32_t node, const SlotRow& slot, SlotType type, Request::Extra& extra, std::int64_t& key);
  bool list(std::uint32_t node, const Member& member, const SlotRow& slot, Frame frame, std::size_t item,
            Request::Extra& extra, std::uint64_t& mask);
  void weight(std::uint32_t node, const Member& member, Frame frame, std::size_t item, const Microseconds* as_of);
  std::optional<Decimal> number_of(std::uint32_t node, bool* rounded = nullptr) const;
  std::optional<Decimal> percent_of(std::uint32_t node, bool* rounded = nullptr) const;
  std::optional<Decimal> money_of(std::uint32_t node, std::string_view& currency, bool* rounded = nullptr) const;

  // ---- where a fact comes from (bind_origin.cc, contracts.md 10)
  void provenance();
  std::uint32_t node_at(std::string_view pointer) const;
  std::uint32_t child_at(std::uint32_t node, std::string_view step) const;
  bool may_lie_at(std::string_view pointer, std::string& near, std::string& hint) const;
  bool may_state(std::string_view source) const;
  const Stated* stated_for(std::uint32_t node) const;
  bool origin(std::uint32_t node, const SlotRow& slot, Request::Extra& extra, const Microseconds* as_of) {
    if (!r_.stated_.empty() || as_of || slot.from.size > 0) return stated_origin(node, slot, extra, as_of);
    extra.quality = r_.quality_;  // most facts of most turns
    extra.source = r_.source_.at, extra.source_size = r_.source_.size;
    return true;
  }
  [[gnu::cold]] void wrong_source(std::uint32_t node, std::string_view from, std::string_view source);
  bool stated_origin(std::uint32_t node, const SlotRow& slot, Request::Extra& extra, const Microseconds* as_of);
  // `extra` is the last of the request's, or becomes it.
  void store(const SlotRow& slot, Frame frame, std::size_t item, const Request::Extra& extra, std::int64_t key) {
    Request::Cell& cell = this->cell(frame, item, slot.cell);
    const bool ages = (slot.flags & (program::kAssessed | program::kHasMaxAge)) != 0;
    const Cause cause = ages ? freshness(slot, extra) : Cause::none;
    cell.key = key;
    cell.inferred = extra.quality == Quality::inferred ? 1 : 0;
    cell.state = cause == Cause::none ? Request::kKnown : Request::kUnknown;
    cell.cause = static_cast<std::uint8_t>(cause);
    if (r_.extras_.size() == 0 || &extra != &r_.extras_.back()) r_.extras_.add() = extra;
    cell.extra = static_cast<std::uint32_t>(r_.extras_.size() - 1);
  }
  Cause freshness(const SlotRow& slot, const Request::Extra& extra) const;
  bool older(Microseconds as_of, const Duration& max_age) const;

  // ---- reference sets (bind_data.cc, contracts.md 10)
  bool is_of_a_set(std::uint32_t slot) const {  // that is loaded
    return o_.data != nullptr && p_.data_of(slot) != program::kNone && o_.data->of(p_.data_of(slot)) != nullptr;
  }
  [[gnu::cold]] bool may_say(std::uint32_t node, std::uint32_t slot);
  void stated_too(std::uint32_t node, std::uint32_t slot, Frame frame, std::size_t item);
  void refer();
  void name_products();
  void add_product(std::string_view id, Request::Place at, const Data::Set& set);
  void fill(const Data::Set& set, Request::Text source, Frame frame, std::size_t item);
  void contradictions();

  // ---- ids (bind_ids.cc, contracts.md 11)
  bool id(std::uint32_t node, Request::Text& id);
  void id_fact(std::uint32_t node, Request::Text& text, const Member& member, Frame frame, std::size_t item);

  // ---- mistakes (bind_mistakes.cc)
  [[gnu::cold]] void report(const Code& code, std::uint32_t node, std::string expected, std::string found,
                            std::string nearest = {}, std::string hint = {});
  void report_at(const Code& code, std::string path, std::string expected, std::string found, std::string nearest = {},
                 std::string hint = {});
  [[gnu::cold]] bool wrong(const Code& code, std::uint32_t node, const SlotRow& slot, SlotType type);
  [[gnu::cold]] bool wrong(const Code& code, std::uint32_t node, const SlotRow& slot, SlotType type,
                           std::string nearest);
  [[gnu::cold]] bool no_such_symbol(std::uint32_t node, const SlotRow& slot, SlotType type);
  void unknown(std::uint32_t node, std::uint32_t kind);
  std::string near_member(std::string_view name, std::uint32_t kind, std::string& hint) const;
  std::string said(std::uint32_t node) const;
  std::string said_of(std::uint32_t node, const SlotRow& slot) const;
  std::string_view class_of(const SlotRow& slot) const {
    return slot.data_class.size > 0 ? p_.text(slot.data_class) : within_;
  }
  std::string range(const SlotRow& slot) const;
  std::string expected(const SlotRow& slot, SlotType type) const;
  bool finish(Problem& problem);
};

}  // namespace caveat::decide
