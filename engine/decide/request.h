// Request: one turn as the engine reads it, and the neutral Fields that every way in makes of its bytes.
// wire makes Fields of JSON, trial of an example; bind turns them into a Request or says all that is wrong.
//
//   Result<Request> bound = bind(program, fields, options);
//
// Promises   bind reports every wrong item at once, with JSON path, expected, found, nearest name
// Lifetime   Fields own their text; a Request owns what it needs of it (it outlives the Fields)
// Cost       linear in the members; a reused Fields does not allocate once warm
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/decimal.h"
#include "engine/base/fetch_ahead.h"
#include "engine/base/language.h"
#include "engine/base/limits.h"
#include "engine/base/result.h"
#include "engine/base/units.h"
#include "engine/decide/cause.h"
#include "engine/program/cell.h"
#include "engine/program/program.h"
#include "engine/text/markup.h"

namespace caveat::decide {

// A JSON-shaped tree, flat: a node knows its first child and its next sibling.
class Fields {
 public:
  enum class Kind : std::uint8_t { null, boolean, number, text, list, object };
  static constexpr std::uint32_t kEnd = 0xffffffff;

  struct Piece {  // of the text store
    std::uint32_t at, size;
    Piece(std::size_t first, std::size_t bytes)
        : at(static_cast<std::uint32_t>(first)), size(static_cast<std::uint32_t>(bytes)) {}
  };

  struct Node {
    Kind kind = Kind::null;
    bool boolean = false;                     // of number: `value` says it too
    std::uint32_t name = 0, name_size = 0;    // member name, unescaped; into the text store
    std::uint32_t text = 0, text_size = 0;    // of text: the value; of number: its spelling; of list: see elements()
    std::uint32_t first = kEnd, next = kEnd;  // first child, next sibling
    std::uint32_t parent = kEnd;
    std::uint32_t last = kEnd;                                              // last child
    std::int32_t value() const { return static_cast<std::int32_t>(last); }  // of a number whose reader has told it
    std::uint32_t elements() const { return text; }  // how many a list has, whose own text is empty

    void set_text(Piece written) {
      text = written.at;
      text_size = written.size;
    }
    void set_value(Piece spelling, std::int32_t whole) {  // of a whole number
      set_text(spelling);
      boolean = true;
      last = static_cast<std::uint32_t>(whole);
    }
  };

  void clear();
  std::uint32_t add(std::uint32_t parent, std::string_view name,
                    Kind kind);                               // parent kEnd: the root; children in order of adding
  void set_text(std::uint32_t node, std::string_view value);  // of text and number
  void set_boolean(std::uint32_t node, bool value) { nodes_[node].boolean = value; }

  // For a reader that writes into the store itself, so that no name and no value is copied: `room` is where it may write
  // (until it is asked for again, or something is copied in), and a Piece what it wrote there.
  char* room(std::size_t bytes);
  std::string_view view(Piece piece) const { return {text_.data() + piece.at, piece.size}; }
  Piece piece(const char* at, std::size_t size) const { return {static_cast<std::size_t>(at - text_.data()), size}; }
  [[gnu::always_inline]] std::uint32_t add(std::uint32_t parent, Piece name, Kind kind) {
    if (count_ == nodes_.size()) grow();
    const std::uint32_t index = count_++;
    nodes_[index] = {.kind = kind, .name = name.at, .name_size = name.size, .parent = parent};
    if (parent != kEnd) {
      Node& above = nodes_[parent];
      (above.last == kEnd ? above.first : nodes_[above.last].next) = index;
      above.last = index;
      if (above.kind == Kind::list) ++above.text;
    }
    return index;
  }
  // The same for a reader that has asked for room for all its nodes and knows the child added before (kEnd: none); `close` when
  // the parent has all of its own.
  void room_for(std::size_t nodes) {
    if (nodes_.size() < count_ + nodes) nodes_.resize(std::max(count_ + nodes, 2 * nodes_.size()));
  }
  [[gnu::always_inline]] Node& add_behind(std::uint32_t before, std::uint32_t parent, Piece name, Kind kind) {
    const std::uint32_t index = count_++;
    Node* const nodes = nodes_.data();
    nodes[index] = {.kind = kind, .name = name.at, .name_size = name.size, .parent = parent};
    if (before == kEnd)
      nodes[parent].first = index;
    else
      nodes[before].next = index;
    return nodes[index];
  }
  void close(std::uint32_t object, std::uint32_t last) { nodes_[object].last = last; }
  void close_list(std::uint32_t list, std::uint32_t last, std::size_t elements) {
    nodes_[list].last = last;
    nodes_[list].text = static_cast<std::uint32_t>(elements);
  }

  bool empty() const { return count_ == 0; }
  std::size_t size() const { return count_; }  // in nodes
  const Node& node(std::uint32_t index) const { return nodes_[index]; }
  Node& node(std::uint32_t index) { return nodes_[index]; }
  // For a walk over many; until something is added.
  const Node* nodes() const { return nodes_.data(); }
  const char* texts() const { return text_.data(); }
  // Behind a name and a text there is always room to read (program::Name::padded).
  std::string_view name(std::uint32_t index) const {
    return {text_.data() + nodes_[index].name, nodes_[index].name_size};
  }
  std::string_view text(std::uint32_t index) const {
    return {text_.data() + nodes_[index].text, nodes_[index].text_size};
  }
  std::uint32_t child(std::uint32_t parent, std::string_view name) const;  // kEnd: none
  std::string path(std::uint32_t index) const;                             // JSON pointer (RFC 6901)

 private:
  std::vector<Node> nodes_;  // never shrinks, as the text below: what is behind its end is room
  std::uint32_t count_ = 0;
  std::vector<char> text_;
  std::size_t used_ = 0;

  void grow();
  Piece keep(std::string_view text);
};

struct Data;

struct BindOptions {
  Microseconds now = 0;              // record time; `at` defaults to it
  bool facts_are_fresh = false;      // in examples: every fact fresh and assessed (contracts.md 10)
  bool any_source = true;            // the caller may state every fact (caller `local`)
  std::vector<std::string> sources;  // else: these
  // That the caller is configured with: the request can only add. None: the packs of all apply, whatever the request says.
  std::vector<std::string> jurisdictions;
  Limits limits;
  const Data* data = nullptr;  // reference sets; null: none is loaded
};

enum class Quality : std::uint8_t { assessed, stated, inferred };
enum class Offsets : std::uint8_t { code_points, utf_16, utf_8 };  // how the caller counts start and end
std::string_view name(Quality quality);

// One fact as the turn carries it.
struct Fact {
  std::uint32_t slot = 0;  // Schema index
  std::int32_t item = -1;  // product, action or recipient it is of, -1: the turn's
  bool known = false;      // false: sent as null, stale, undated, …: see cause
  bool absent = false;     // the part that it belongs to is not in the turn
  bool rounded =
      false;  // sent with more than 18 places, of it or of an element: what is told of it is not what was sent
  Cause cause = Cause::none;
  Quality quality = Quality::assessed;
  std::string_view source;  // who stated it; empty: nobody in particular
  std::optional<Microseconds> as_of;
};

class Request {
 public:
  Request() = default;
  // As new, in the memory of one that is no longer needed; nothing that it said is left.
  static Request in_memory_of(Request&& old);
  std::size_t memory() const;  // bytes that it has grown to, about

  // Who and when.
  std::string_view id() const { return text(id_); }
  Microseconds at() const { return at_; }
  std::int32_t at_offset() const { return at_offset_; }  // minutes, as `at` was written; 0 where it was not
  bool at_given() const { return at_given_; }
  std::string_view channel() const { return text(channel_); }
  Language language() const { return language_; }                        // of what is said to the customer; never none
  std::string_view language_tag() const { return text(language_tag_); }  // as sent, may be empty
  std::string_view conversation_id() const { return text(conversation_); }
  std::optional<std::int64_t> conversation_turn() const { return turn_; }
  std::string_view customer_id() const { return text(customer_); }
  std::string_view bot_id() const { return text(bot_); }
  Offsets offsets() const { return offsets_; }

  // What is judged.
  bool has_answer() const { return has_answer_; }
  bool has_message() const { return has_message_; }
  bool has_recommendation() const { return has_recommendation_; }
  bool has_outreach() const { return has_outreach_; }
  bool has_material() const { return has_material_; }
  std::string_view answer_text() const { return text(answer_); }
  text::Format answer_format() const { return answer_format_; }  // how that is marked up
  std::string_view message_text() const { return text(message_); }
  std::string_view outreach_text() const { return text(outreach_); }
  std::string_view material_text() const { return text(material_); }
  std::string_view subject_id() const { return text(subject_); }  // of the outreach or the material; may be empty
  std::size_t products() const { return carried_; }
  // With those behind them that its answer only names (semantics.md 10): a rule on answers is judged for them too. Their ids and facts
  // are asked for by the same positions.
  std::size_t all_products() const { return frames_[1].items; }
  // Where the answer says the name of one of these: bytes of its text, end excluded.
  struct Place {
    std::uint32_t begin = 0, end = 0;
  };
  Place named_at(std::size_t index) const { return named_at_[index - carried_]; }
  bool names_too_many() const { return names_too_many_; }  // more than a turn may have: not all of them are there
  std::size_t actions() const { return frames_[2].items; }
  std::string_view product_id(std::size_t index) const { return text(product_ids_[index]); }
  std::string_view action_name(std::size_t index) const { return text(action_names_[index]); }
  // Of an outreach: each is the customer for whom a rule is judged.
  std::size_t recipients() const { return recipient_ids_.size(); }
  std::string_view recipient_id(std::size_t index) const { return text(recipient_ids_[index]); }

  // Its facts, as sent: by (slot, item) ascending.
  std::vector<Fact> facts() const;
  Fact fact(std::uint32_t slot, std::int32_t item) const;
  // The value in canonical spelling: "R4", "true", "60000 CNY", "4.8 %", "2026-02-01"; a list is joined by ", ". Empty
  // if it is not known.
  std::string value(std::uint32_t slot, std::int32_t item) const;
  void append_value(std::string& out, std::uint32_t slot, std::int32_t item) const;  // the same
  // A level or choice by the name that the caller used ("C2", not the R2 that is the same rung); else empty.
  std::string_view spelling(std::uint32_t slot, std::int32_t item) const;

  // The evaluator's side.
  using Cell = program::Cell;
  struct Extra {  // what does not fit a cell: the exact value and where it comes from
    Decimal number;
    Duration duration;
    std::uint32_t at = 0, size = 0;  // text
    // Elements of a list, for element(); of a level or choice `first` is which of its names.
    std::uint32_t first = 0, count = 0;
    std::uint32_t symbol = 0xffffffff;
    std::uint32_t source = 0, source_size = 0;
    Microseconds as_of = 0;
    std::uint32_t currency = 0, currency_size = 0;
    bool has_as_of = false;
    bool rounded = false;  // the number was sent with more than 18 places (contracts.md 8)
    Quality quality = Quality::assessed;
  };
  // A list that keeps what it has grown to.
  template <class T>
  class Kept {
   public:
    std::size_t size() const { return count_; }
    const T* data() const { return rows_.data(); }
    T& operator[](std::size_t at) { return rows_[at]; }
    const T& operator[](std::size_t at) const { return rows_[at]; }
    T& back() { return rows_[count_ - 1]; }
    T& add() {
      static const T kNew{};  // copied: made anew, its members are set one by one
      return *add(1) = kNew;
    }
    T* add(std::size_t more) {  // which its caller fills
      if (count_ + more > rows_.size()) rows_.resize(std::max<std::size_t>({2 * count_, count_ + more, 32}));
      count_ += more;
      return rows_.data() + count_ - more;
    }
    void cut(std::size_t size) { count_ = size; }
    std::size_t memory() const { return rows_.size() * sizeof(T); }

   private:
    std::vector<T> rows_;
    std::size_t count_ = 0;
  };
  static constexpr std::size_t kFetchedCells = 24;  // those that rules read stand first
  static constexpr std::uint8_t kAbsent = static_cast<std::uint8_t>(program::CellState::absent);
  static constexpr std::uint8_t kUnknown = static_cast<std::uint8_t>(program::CellState::unknown);
  static constexpr std::uint8_t kKnown = static_cast<std::uint8_t>(program::CellState::known);

  // Of the turn's frame item 0 is the turn; item i + 1 is the turn as the i-th recipient is its customer.
  const Cell* cells(program::Frame frame, std::size_t item) const {
    const Items& items = frames_[static_cast<std::size_t>(frame)];
    return items.cells.data() + item * items.width;
  }
  [[gnu::always_inline]] void fetch() const {  // what is read of the first items
    for (const Items& items : frames_)
      caveat::fetch_ahead(items.cells.data(),
                          items.items > 0 ? std::min<std::size_t>(items.width, kFetchedCells) * sizeof(Cell) : 0);
    caveat::fetch_ahead(product_ids_.data());
    caveat::fetch_ahead(action_names_.data());
  }
  // Of a cell that the turn carries.
  Extra extra(const Cell& cell) const { return cell.is_plain() ? plain_extra(cell) : extras_[cell.extra]; }
  Extra element(std::uint32_t index) const {  // of a list
    return index < Cell::kSymbols ? extras_[index] : symbol_extra(symbols_[index - Cell::kSymbols]);
  }
  std::string_view view(std::uint32_t at, std::uint32_t size) const {
    return std::string_view(store_).substr(at, size);
  }
  std::size_t jurisdictions() const { return jurisdictions_.size(); }  // whose packs apply; none: all packs do
  std::string_view jurisdiction(std::size_t index) const { return text(jurisdictions_[index]); }
  const program::Program& program() const { return *program_; }

 private:
  friend class Binder;
  struct Text {
    std::uint32_t at = 0, size = 0;
  };
  struct Items {
    std::size_t items = 0, width = 0;
    std::vector<Cell> cells;
  };
  std::string_view text(Text text) const { return view(text.at, text.size); }
  struct Symbol {  // of a plain list; before its first one stands how many there are
    std::uint32_t symbol = 0, spelling = 0;
  };
  Extra plain_extra(const Cell& cell) const;
  Extra symbol_extra(const Symbol& symbol) const;
  void append_extra(std::string& out, std::uint32_t slot, const Extra& extra) const;  // of a single value
  const Cell* find(const program::SlotRow& row, std::int32_t item) const;

  struct Stated {  // one entry of `provenance`, while the turn is bound
    std::uint32_t node = 0;
    std::string_view source;
    std::optional<Microseconds> as_of;
    std::optional<Quality> quality;
  };
  struct Said {  // a fact that the turn states though a reference set does, the same
    std::uint32_t slot = 0, node = 0;
    std::int32_t item = -1;
    Text value;
  };

  const program::Program* program_ = nullptr;
  std::string store_;
  Text id_, channel_, language_tag_, conversation_, customer_, bot_, answer_, message_, outreach_, material_, subject_;
  Microseconds at_ = 0;
  std::int32_t at_offset_ = 0;
  bool at_given_ = false, has_answer_ = false, has_message_ = false, has_recommendation_ = false;
  bool has_outreach_ = false, has_material_ = false, names_too_many_ = false;
  std::size_t carried_ = 0;  // products of the turn; those that its answer names stand behind them
  std::vector<Place> named_at_;
  Quality quality_ = Quality::assessed;  // of a fact of which nothing else is said
  Text source_;                          // and who states it: the caller's only source
  Language language_ = Language::zh;
  Offsets offsets_ = Offsets::code_points;
  text::Format answer_format_ = text::Format::plain;
  std::optional<std::int64_t> turn_;
  std::array<Items, 3> frames_;  // program::Frame
  Kept<Text> product_ids_, action_names_, recipient_ids_;
  std::vector<Text> jurisdictions_;
  Kept<Extra> extras_;
  Kept<Symbol> symbols_;
  std::vector<Stated> stated_;
  std::vector<Said> said_;
  std::string spelt_;  // scratch of bind
};

// Everything wrong with the turn at once, or the Request. The Program must outlive it.
Result<Request> bind(const program::Program& program, const Fields& fields, const BindOptions& options);
// The same into a Request that is used again: it does not allocate once warm. False: `problem` says why.
bool bind(const program::Program& program, const Fields& fields, const BindOptions& options, Request& request,
          Problem& problem);

}  // namespace caveat::decide
