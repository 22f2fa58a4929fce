#include "engine/program/program.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

#include "engine/program/codes.h"
#include "engine/program/image.h"
#include "engine/program/text_gate.h"

namespace caveat::program {
namespace {

constexpr std::size_t kSections = static_cast<std::size_t>(Section::kCount);

constexpr std::array<std::size_t, kSections> kRowBytes = {
    1,
    sizeof(SlotRow),
    sizeof(StepRow),
    sizeof(SymbolRow),
    sizeof(Str),
    sizeof(std::uint32_t),
    sizeof(std::int64_t),
    sizeof(Node),
    sizeof(ConstantRow),
    sizeof(GroupRow),
    sizeof(EffectRow),
    sizeof(PieceRow),
    sizeof(SayRow),
    sizeof(RuleRow),
    sizeof(PackRow),
    sizeof(ZoneRow),
    sizeof(TransitionRow),
    sizeof(SourceRow),
    sizeof(WordingRow),
    sizeof(HoursRow),
    sizeof(QueueRow),
    sizeof(RequirementRow),
    sizeof(ShapeRow),
    sizeof(std::uint32_t),
    sizeof(BucketRow),
    sizeof(EntryRow),
    sizeof(TestRow),
    sizeof(QuickRow),
    sizeof(BlockRow),
    sizeof(ColumnRow),
    sizeof(std::int64_t),
    sizeof(std::uint64_t),
    sizeof(CalendarRow),
    sizeof(TopicRow),
    sizeof(DataRow),
};

// Of a fact that nothing but its value matters to, how that is read; none: there is more to it.
std::optional<Plain> plain_of(const SlotRow& row) {
  if (row.cell == kNone || row.data_class.size > 0 || row.from.size > 0 || (row.flags & (kAssessed | kHasMaxAge)) != 0)
    return std::nullopt;
  Plain plain;
  plain.doubled = row.key_doubled != 0;
  plain.cell = row.cell;
  plain.symbols = row.symbols;
  switch (static_cast<SlotType>(row.type)) {
    case SlotType::yes_no:
      plain.how = Plain::How::yes_no;
      break;
    case SlotType::integer:
    case SlotType::decimal: {
      const auto bound = [&](std::uint8_t flag, const Number& number,
                             std::int64_t open) -> std::optional<std::int64_t> {
        return row.flags & flag ? decimal(number).as_int64() : open;
      };
      const auto low = bound(kHasLow, row.low, std::numeric_limits<std::int64_t>::min());
      const auto high = bound(kHasHigh, row.high, std::numeric_limits<std::int64_t>::max());
      if (row.key_scale != 0 || !low || !high) break;
      plain.how = Plain::How::whole, plain.low = *low, plain.high = *high;
      break;
    }
    case SlotType::choice:
    case SlotType::scale:
      plain.how = Plain::How::symbol;
      break;
    case SlotType::list: {
      const auto element = static_cast<SlotType>(row.element);
      if (element != SlotType::choice && element != SlotType::scale) return std::nullopt;
      plain.how = Plain::How::symbols;
      break;
    }
    default:
      break;
  }
  return plain;
}

// Checks every index, offset and enumeration of an image: after it, readers index without looking.
class Inspector {
 public:
  explicit Inspector(const Program& program) : p_(program) {}

  const char* fault() {
    texts_ = count(Section::text);
    check(Section::strings, [&](const Str& row) { str(row); });
    check(Section::steps, [&](const StepRow& row) { filled(Section::strings, row.names); });
    check(Section::symbols, [&](const SymbolRow& row) { filled(Section::strings, row.names); });
    check(Section::slots, [&](const SlotRow& row) { slot(row); });
    check(Section::constants, [&](const ConstantRow& row) {
      str(row.text), str(row.currency), number(row.number), span(row.span);
      need(row.type <= static_cast<std::uint32_t>(SlotType::record));
    });
    check(Section::groups, [&](const GroupRow& row) {
      range(Section::strings, row.terms), range(Section::strings, row.but_not), str(row.pattern);
    });
    check(Section::pieces, [&](const PieceRow& row) {
      str(row.literal);
      need(row.slot == kNone || row.slot == kMatchPiece || row.slot < count(Section::slots));
    });
    check(Section::says, [&](const SayRow& row) { str(row.channel), pieces(row.text); });
    check(Section::effects, [&](const EffectRow& row) { effect(row); });
    check(Section::packs, [&](const PackRow& row) {
      str(row.name), str(row.version), texts(row.title);
      need(row.zone < count(Section::zones));
      optional(Section::queues, row.default_queue);
      range(Section::strings, row.jurisdictions), range(Section::strings, row.data_classes);
      range(Section::strings, row.refused_classes);
    });
    check(Section::zones, [&](const ZoneRow& row) { str(row.name), range(Section::transitions, row.transitions); });
    check(Section::transitions,
          [&](const TransitionRow& row) { need(row.offset_minutes > -1440 && row.offset_minutes < 1440); });
    check(Section::sources, [&](const SourceRow& row) {
      str(row.name), texts(row.citation), texts(row.reads), str(row.link), str(row.entry);
      need(row.kind < 3);
      optional(Section::packs, row.pack);
    });
    check(Section::wordings, [&](const WordingRow& row) {
      str(row.name), texts(row.text), pieces(row.pieces);
      need(row.pack < count(Section::packs));
    });
    check(Section::hours, [&](const HoursRow& row) {
      constexpr std::int32_t kDay = 86'400;
      need(row.day >= 1 && row.day <= 7 && row.from >= 0 && row.from <= kDay);
      need(row.to >= row.from && row.to <= 2 * kDay);
    });
    check(Section::queues, [&](const QueueRow& row) {
      str(row.name), texts(row.names), texts(row.title), texts(row.say), texts(row.when_closed_say);
      need(row.priority < 4 && row.pack < count(Section::packs));
      optional(Section::queues, row.overflow_to), optional(Section::calendars, row.calendar);
      range(Section::hours, row.hours), range(Section::strings, row.skills), range(Section::strings, row.languages);
      pieces(row.say_pieces), pieces(row.when_closed_pieces), span(row.due);
    });
    check(Section::requirements, [&](const RequirementRow& row) {
      str(row.name), texts(row.names), texts(row.ask), pieces(row.ask_pieces);
      need(row.pack < count(Section::packs));
      range(Section::strings, row.proofs), range(Section::strings, row.from), range(Section::strings, row.scopes);
      span(row.valid_for);
    });
    check(Section::calendars, [&](const CalendarRow& row) {
      str(row.name), range(Section::indices, row.days);
      need(row.from <= row.to && row.pack < count(Section::packs));
      need(row.first_working_day >= 1 && row.first_working_day <= 7);
      need(row.from > row.to ||
           row.days.count == (static_cast<std::uint64_t>(std::int64_t{row.to} - row.from) + kDaysAWord) / kDaysAWord);
    });
    check(Section::topics, [&](const TopicRow& row) {
      str(row.name), filled(Section::strings, row.names);
      need(row.pack < count(Section::packs));
      program(row.when, true);
      if (!fault_) need(row.flags == items_read(parts_read(row.when)));
    });
    check(Section::data, [&](const DataRow& row) {
      str(row.name);
      need(row.pack < count(Section::packs) && row.key < count(Section::slots) && row.has_review < 2);
      if (!fault_) need(p_.slots()[row.key].cell != kNone);
      each_index(row.named_by, Section::slots);
    });
    check(Section::rules, [&](const RuleRow& row) { rule(row); });
    check(Section::index_shapes, [&](const ShapeRow& row) { shape(row); });
    need(count(Section::index_shapes) == 4);
    check(Section::index_buckets_at,
          [&](const std::uint32_t& bucket) { need(bucket == kNone || bucket < count(Section::index_buckets)); });
    check(Section::index_buckets, [&](const BucketRow& row) { bucket(row); });
    check(Section::index_entries, [&](const EntryRow& row) { need(row.rule < count(Section::rules)); });
    check(Section::index_tests, [&](const TestRow& row) { test(row); });
    check(Section::index_quick, [&](const QuickRow& row) { need(has_cell(row.frame, row.cell)); });
    check(Section::index_blocks, [&](const BlockRow& row) { block(row); });
    need(count(Section::packs) == 0 || p_.default_queue() != kNone);
    return fault_;
  }

 private:
  const Program& p_;
  std::size_t texts_ = 0;
  const char* fault_ = nullptr;
  const char* where_ = "";

  std::size_t count(Section section) const { return p_.all<char>(section).size(); }
  void need(bool holds) {
    if (!holds && !fault_) fault_ = where_;
  }
  template <class Visit>
  void check(Section section, Visit visit) {
    static constexpr std::array<const char*, kSections> kNames = {
        "text",         "slots",     "steps",       "symbols", "strings",   "indices", "keys",
        "nodes",        "constants", "groups",      "effects", "pieces",    "says",    "rules",
        "packs",        "zones",     "transitions", "sources", "wordings",  "hours",   "queues",
        "requirements", "shapes",    "buckets_at",  "buckets", "entries",   "tests",   "quick",
        "blocks",       "columns",   "starts",      "bits",    "calendars", "topics",  "data"};
    where_ = kNames[static_cast<std::size_t>(section)];
    rows(section, visit);
  }
  template <class Row>
  void rows(Section section, void (*)(const Row&)) = delete;
  template <class Visit>
  void rows(Section section, Visit visit) {
    apply(section, visit, &Visit::operator());
  }
  template <class Visit, class Row>
  void apply(Section section, Visit& visit, void (Visit::*)(const Row&) const) {
    for (const Row& row : p_.all<Row>(section)) {
      visit(row);
      if (fault_) return;
    }
  }

  void str(Str text) { need(text.at <= texts_ && text.size <= texts_ - text.at); }
  void texts(Texts pair) { str(pair.en), str(pair.zh); }
  void number(const Number& number) { need(number.scale <= Decimal::kMaxScale); }
  void span(const Span32& span) { need(in_reach(duration(span))); }
  void range(Section section, Range rows) {
    const std::size_t all = count(section);
    need(rows.first <= all && rows.count <= all - rows.first);
  }
  void filled(Section section, Range rows) { range(section, rows), need(rows.count > 0); }
  void optional(Section section, std::uint32_t index) { need(index == kNone || index < count(section)); }
  void pieces(Pieces both) { range(Section::pieces, both.en), range(Section::pieces, both.zh); }
  void each_index(Range rows, Section of) {
    range(Section::indices, rows);
    if (fault_) return;
    for (std::uint32_t index : p_.indices(rows)) need(index < count(of));
  }
  void slot(const SlotRow& row) {
    filled(Section::steps, row.steps);
    range(Section::symbols, row.symbols);
    need(row.frame < 3 && row.part <= static_cast<std::uint8_t>(SlotPart::material));
    need(row.type <= static_cast<std::uint8_t>(SlotType::record) &&
         row.element <= static_cast<std::uint8_t>(SlotType::record));
    need(row.frame >= 3 || row.cell == kNone || row.cell < p_.cells(static_cast<Frame>(row.frame)));
    need(row.cell == kNone || fault_ || row.frame == static_cast<std::uint8_t>(frame_of(row)));
    if (row.part == static_cast<std::uint8_t>(SlotPart::customer) && !fault_) need(stands_in(row, "customer"));
    need(row.key_scale <= 9);
    each_index(row.members, Section::slots);
    number(row.low), number(row.high), span(row.max_age);
    str(row.currency), str(row.data_class), str(row.from), texts(row.ask), pieces(row.ask_pieces);
    const bool named = row.element == static_cast<std::uint8_t>(SlotType::choice) ||
                       row.element == static_cast<std::uint8_t>(SlotType::scale);
    need(!named || row.symbols.count > 0);
  }
  bool stands_in(const SlotRow& row, std::string_view group) const {
    const std::span<const StepRow> steps = p_.rows<StepRow>(Section::steps, row.steps);
    return p_.text(p_.strings(steps[0].names)[0]) == group;
  }
  // Of whose cells a turn's member becomes one: where it stands in the turn says it, as bind walks (Members).
  Frame frame_of(const SlotRow& row) const {
    const std::span<const StepRow> steps = p_.rows<StepRow>(Section::steps, row.steps);
    const auto is = [&](std::size_t step, std::string_view name) {
      return p_.text(p_.strings(steps[step].names)[0]) == name;
    };
    const auto part = static_cast<SlotPart>(row.part);
    if (part == SlotPart::product) return Frame::product;
    if (part == SlotPart::action || (steps.size() > 1 && is(0, "actions"))) return Frame::action;
    return steps.size() > 2 && is(0, "recommendation") && is(1, "products") ? Frame::product : Frame::turn;
  }
  void effect(const EffectRow& row) {
    need(row.kind <= static_cast<std::uint8_t>(EffectKind::pass));
    need(row.priority < 4 || row.priority == 0xff);
    need(row.redact_mode < 3);
    optional(Section::queues, row.queue), optional(Section::wordings, row.wording);
    optional(Section::requirements, row.requirement), optional(Section::slots, row.slot);
    const auto kind = static_cast<EffectKind>(row.kind);
    need(kind != EffectKind::handoff || row.queue != kNone);
    if (kind == EffectKind::handoff && row.slot != kNone && !fault_) need(p_.slots()[row.slot].cell != kNone);
    need(kind != EffectKind::disclose || (row.wording != kNone && row.once < 3));
    need(kind != EffectKind::require || row.requirement != kNone || row.slot != kNone);
    str(row.name), str(row.redact_name), pieces(row.with), span(row.within);
  }
  void rule(const RuleRow& row) {
    str(row.id), str(row.name), texts(row.names), texts(row.title);
    need(row.pack < count(Section::packs) && row.if_unknown < 3);
    program(row.when, true);
    program(row.unless, (row.flags & kHasUnless) != 0);
    if (!fault_) {  // its texts may read more
      std::uint32_t parts = parts_read(row.when);
      if (row.flags & kHasUnless) parts |= parts_read(row.unless);
      need((items_read(parts) & ~std::uint32_t{row.flags}) == 0);
      need(!reads(parts, SlotPart::customer) || (row.reads & kReadsCustomer) != 0);
      need(!reads(parts, SlotPart::outreach) || (row.reads & kReadsOutreach) != 0);
    }
    each_index(row.facts, Section::slots);
    range(Section::effects, row.effects), range(Section::effects, row.unknown_effects), range(Section::says, row.says);
    pieces(row.because);
    each_index(row.cites, Section::sources);
    range(Section::strings, row.owners), range(Section::strings, row.visible_to);
  }
  // Replays the stack of a condition program: operands are there, of the right kind, and whole subtrees.
  void program(Range rows, bool wanted) {
    range(Section::nodes, rows);
    if (!wanted) return;
    need(rows.count > 0 && rows.count <= 255);
    if (fault_) return;
    struct Entry {
      std::uint16_t begin;
      bool value;
    };
    std::array<Entry, 256> stack{};
    std::size_t depth = 0;
    const std::span<const Node> nodes = p_.rows<Node>(Section::nodes, rows);
    for (std::size_t at = 0; at < nodes.size() && !fault_; ++at) {
      const Node& node = nodes[at];
      need(node.code <= static_cast<std::uint8_t>(NodeCode::clock));
      if (fault_) return;
      const auto code = static_cast<NodeCode>(node.code);
      const bool takes_values = (code >= NodeCode::past_more && code <= NodeCode::working_day) || code >= NodeCode::add;
      const bool is_value = code >= NodeCode::constant;
      const bool logic = code >= NodeCode::all && code <= NodeCode::at_least;
      std::size_t operands = logic || takes_values ? node.count : 0;
      if (takes_values) {
        const bool one = code == NodeCode::rounded || code == NodeCode::full_years || code == NodeCode::working_day ||
                         code == NodeCode::weekday || code == NodeCode::list_holds;
        need(code == NodeCode::clock ? operands <= 1u : operands == (one ? 1u : 2u));
      }
      if (code == NodeCode::negate) need(operands == 1);
      need(operands <= depth);
      if (fault_) return;
      std::uint16_t begin = static_cast<std::uint16_t>(at);
      for (std::size_t i = 0; i < operands; ++i) {
        need(stack[depth - 1].value == takes_values);
        begin = stack[--depth].begin;
      }
      need(node.begin == begin);
      operand(node, code);
      stack[depth++] = {begin, is_value};
    }
    need(depth == 1 && !stack[0].value);
  }
  // What a rule or a topic is looked at for: a flag that is lost would let a product, an action or a recipient pass unjudged, or make
  // the switch pass a topic over.
  std::uint32_t parts_read(Range rows) const {
    std::uint32_t parts = 0;
    for (const Node& node : p_.rows<Node>(Section::nodes, rows)) {
      if (node.slot != kNone) parts |= 1u << p_.slots()[node.slot].part;
      if (node.other_cell != kNone) parts |= 1u << p_.slots()[node.other].part;
    }
    return parts;
  }
  static bool reads(std::uint32_t parts, SlotPart part) { return (parts >> static_cast<unsigned>(part) & 1u) != 0; }
  static std::uint32_t items_read(std::uint32_t parts) {
    return (reads(parts, SlotPart::product) ? std::uint32_t{kReadsProduct} : 0) |
           (reads(parts, SlotPart::action) ? std::uint32_t{kReadsAction} : 0);
  }
  // ---- the index

  bool has_cell(std::uint32_t frame, std::int64_t cell) const {
    return frame < 3 && cell >= 0 && cell < std::int64_t{p_.cells(static_cast<Frame>(frame))};
  }
  void shape(const ShapeRow& row) {
    if (row.rules == 0) return;
    std::uint64_t buckets = 1;
    for (const ScopeRow& scope : row.scope) {
      need(scope.symbols < 1u << 16 && (scope.used == 0 || has_cell(scope.frame, scope.cell)));
      buckets *= scope.symbols + 1;
    }
    need(buckets <= count(Section::index_buckets_at) && row.table <= count(Section::index_buckets_at) - buckets);
  }
  void bucket(const BucketRow& row) {
    range(Section::index_entries, {row.entries, row.rules}),
        range(Section::index_blocks, {row.blocks, row.block_count});
    range(Section::index_tests, {row.tests, row.test_count});
    const std::uint64_t quick = std::uint64_t{row.order_count} + row.bits_count;
    need(quick <= count(Section::index_quick));
    range(Section::index_quick, {row.quick, static_cast<std::uint32_t>(quick)});
    need(row.rules <= kTriedRules);
    if (fault_) return;
    // A test of a rule that is none of the bucket's would shift a bit too far.
    for (const QuickRow& one : p_.rows<QuickRow>(Section::index_quick, {row.quick, static_cast<std::uint32_t>(quick)}))
      need(one.rule < row.rules);
    for (const TestRow& one : p_.rows<TestRow>(Section::index_tests, {row.tests, row.test_count}))
      need(one.rule < row.rules);
  }
  void test(const TestRow& row) {
    need(row.kind <= static_cast<std::uint8_t>(TestKind::text) && has_cell(row.frame, row.cell));
    const auto kind = static_cast<TestKind>(row.kind);
    if (kind == TestKind::text) {
      const auto indices = static_cast<std::int64_t>(count(Section::indices));
      need(row.low >= 0 && row.high > 0 && row.low <= indices && row.high <= indices - row.low);
      if (!fault_)
        each_index({static_cast<std::uint32_t>(row.low), static_cast<std::uint32_t>(row.high)}, Section::groups);
      cell(row.slot, row.cell, row.frame);
      if (!fault_) need(p_.slots()[row.slot].type == static_cast<std::uint8_t>(SlotType::text));
    }
    if (kind == TestKind::less || kind == TestKind::at_most || kind == TestKind::equal)
      need(has_cell(row.other_frame, row.low));
    if (kind == TestKind::set) {
      const auto keys = static_cast<std::int64_t>(count(Section::keys));
      need(row.low >= 0 && row.high >= 0 && row.low <= keys && row.high <= keys - row.low);
    }
  }
  void block(const BlockRow& row) {
    need(row.words == 1 || row.words == 2 || row.words == 4 || row.words == 8);
    need(row.rules <= row.words * 64);
    range(Section::index_entries, {row.entries, row.rules});
    range(Section::index_columns, {row.columns, row.column_count});
    bits(row.settles, row.words);
    if (fault_) return;
    bool texts = false, pairs = false;
    for (const ColumnRow& column : p_.rows<ColumnRow>(Section::index_columns, {row.columns, row.column_count})) {
      bits(column.asked, row.words);
      if (column.kind == static_cast<std::uint32_t>(ColumnKind::pair)) {
        pairs = true;
        need(column.test < count(Section::index_tests));
        continue;
      }
      need(!pairs);  // pairs stand last: before another column one would be read as that one's kind
      if (column.kind == static_cast<std::uint32_t>(ColumnKind::text)) {
        texts = true;
        need(has_cell(column.frame, column.cell) && column.test < count(Section::index_tests));
        bits(column.none, row.words);
        bits(column.rows, std::uint64_t{column.classes} * row.words);
        need(column.classes > 0), range(Section::index_starts, {column.starts, column.classes});
        if (fault_) return;
        need(p_.all<TestRow>(Section::index_tests)[column.test].kind == static_cast<std::uint8_t>(TestKind::text));
        for (const std::int64_t group : p_.rows<std::int64_t>(Section::index_starts, {column.starts, column.classes}))
          need(group >= 0 && group < static_cast<std::int64_t>(count(Section::groups)));
        continue;
      }
      need(!texts);  // as these stand behind all others
      const bool number = column.kind == static_cast<std::uint32_t>(ColumnKind::number);
      need(has_cell(column.frame, column.cell));
      bits(column.none, row.words);
      const std::uint64_t rows = std::uint64_t{column.classes} * (number ? 1 : kGroupRows) * row.words;
      bits(column.rows, rows);
      if (number) {
        need(column.classes > 0), range(Section::index_starts, {column.starts, column.classes});
        direct(column);
      } else {
        need(column.kind == static_cast<std::uint32_t>(ColumnKind::list) && column.classes <= 64 / kGroupSymbols);
        if (column.vetoes != kNone) bits(column.vetoes, rows);
      }
    }
  }
  void direct(const ColumnRow& column) {
    bits(column.direct, (std::uint64_t{column.span} + 7) / 8);
    if (fault_ || column.span == 0) return;
    need(column.low <= INT64_MAX - std::int64_t{column.span});
    const auto* classes =
        reinterpret_cast<const std::uint8_t*>(p_.all<std::uint64_t>(Section::index_bits).subspan(column.direct).data());
    need(std::all_of(classes, classes + column.span, [&](std::uint8_t one) { return one < column.classes; }));
  }
  void bits(std::uint64_t at, std::uint64_t words) {
    need(at <= count(Section::index_bits) && words <= count(Section::index_bits) - at);
  }

  void cell(std::uint32_t slot, std::uint32_t cell, std::uint32_t frame) {
    need(slot < count(Section::slots));
    if (fault_) return;
    const SlotRow& row = p_.slots()[slot];
    need(row.cell == cell && row.frame == frame && cell != kNone);
  }
  void operand(const Node& node, NodeCode code) {
    const bool reads = (code >= NodeCode::key_range && code <= NodeCode::list_empty) || code == NodeCode::fact ||
                       code == NodeCode::list_holds;
    const bool pair = code == NodeCode::key_less || code == NodeCode::key_at_most || code == NodeCode::key_equal ||
                      code == NodeCode::text_has_text;
    if (reads) {
      cell(node.slot, node.cell, node.frame);
    } else {
      need(node.slot == kNone);  // who asks why a condition is unknown goes by these two
    }
    if (pair) {
      cell(node.other, node.other_cell, (node.flags / kOtherFrame) & 3u);
    } else {
      need(node.other_cell == kNone);
    }
    if (code == NodeCode::key_set) range(Section::keys, node.rows);
    if (code == NodeCode::text_is) range(Section::strings, node.rows);
    if (code == NodeCode::text_has || code == NodeCode::text_matches || code == NodeCode::text_claims)
      need(node.other < count(Section::groups));
    if (code == NodeCode::text_matches && !fault_) need(p_.all<GroupRow>(Section::groups)[node.other].pattern.size > 0);
    if (code == NodeCode::text_has_all) each_index(node.rows, Section::groups);
    if (code == NodeCode::list_any || code == NodeCode::list_all || code == NodeCode::list_holds) {
      range(Section::constants, node.rows);  // elements that are records are counted, not kept
      if (!fault_) need(p_.slots()[node.slot].element != static_cast<std::uint8_t>(SlotType::record));
    }
    const bool counts = (code >= NodeCode::past_more && code <= NodeCode::within_future) || code == NodeCode::add ||
                        code == NodeCode::subtract;
    if (counts) optional(Section::calendars, node.other);
    if (code == NodeCode::working_day) need(node.other < count(Section::calendars));
    if (code == NodeCode::clock) optional(Section::zones, node.other);
    if (code == NodeCode::constant) need(node.other < count(Section::constants));
    if (code == NodeCode::rounded) need(node.other <= static_cast<std::uint32_t>(Decimal::kMaxScale));
  }
};

tl::unexpected<Problem> bad(const std::string& what) {
  return tl::unexpected(
      Problem{&codes::kBadProgram,
              {{"", "a program image of format " + std::to_string(kImageFormat), what, "", "build the packs again"}}});
}

std::vector<std::string> own(const Program& program, Range names) {
  std::vector<std::string> all;
  for (Str name : program.strings(names)) all.emplace_back(program.text(name));
  return all;
}

Schema read_schema(const Program& program) {
  Schema schema;
  for (const SlotRow& row : program.slots()) {
    Slot slot;
    for (const StepRow& step : program.rows<StepRow>(Section::steps, row.steps)) {
      slot.path_names.push_back(own(program, step.names));
      slot.path.push_back(slot.path_names.back().front());
    }
    slot.part = static_cast<SlotPart>(row.part);
    slot.type = static_cast<SlotType>(row.type);
    slot.element = static_cast<SlotType>(row.element);
    slot.currency = program.text(row.currency);
    if (row.flags & kHasLow) slot.low = decimal(row.low);
    if (row.flags & kHasHigh) slot.high = decimal(row.high);
    for (const SymbolRow& symbol : program.rows<SymbolRow>(Section::symbols, row.symbols)) {
      Symbol read;
      read.names = own(program, symbol.names);
      read.first = read.names.front();
      slot.symbols.push_back(std::move(read));
    }
    for (std::uint32_t member : program.indices(row.members)) slot.members.push_back(member);
    slot.built_in = row.flags & kBuiltIn;
    slot.assessed = row.flags & kAssessed;
    slot.read_by_a_rule = row.flags & kRead;
    slot.data_class = program.text(row.data_class);
    slot.from = program.text(row.from);
    slot.ask_en = program.text(row.ask.en);
    slot.ask_zh = program.text(row.ask.zh);
    if (row.flags & kHasMaxAge) slot.max_age = duration(row.max_age);
    schema.slots.push_back(std::move(slot));
  }
  return schema;
}

// The first of a thing's names that is of the language: a name that holds Han letters is Chinese, any other English.
std::string_view in(const Program& program, Range names, Language language) {
  const std::span<const Str> all = program.strings(names);
  for (Str name : all) {
    const std::string_view text = program.text(name);
    const bool chinese =
        std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xe3; });
    if (chinese == (language == Language::zh)) return text;
  }
  return program.text(all[0]);
}

}  // namespace

std::uint32_t Schema::find(const std::vector<std::string>& first_names) const {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i].path == first_names) return static_cast<std::uint32_t>(i);
  }
  return kNone;
}

std::uint32_t Schema::find_two(std::string_view group, std::string_view member) const {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const std::vector<std::string>& path = slots[i].path;
    if (path.size() == 2 && path[0] == group && path[1] == member) return static_cast<std::uint32_t>(i);
  }
  return kNone;
}

Result<std::shared_ptr<const Program>> open(std::string image) {
  if (image.size() < kImageHeader + kSections * 16) return bad("it is cut short");
  if (std::memcmp(image.data(), "CAVEATPI", 8) != 0) return bad("it does not begin as one");
  const auto u32 = [&](std::size_t at) {
    std::uint32_t value = 0;
    std::memcpy(&value, image.data() + at, 4);
    return value;
  };
  const auto u64 = [&](std::size_t at) {
    std::uint64_t value = 0;
    std::memcpy(&value, image.data() + at, 8);
    return value;
  };
  if (u32(8) != kImageFormat) return bad("format " + std::to_string(u32(8)));
  if (u32(12) != kSemanticsVersion) return bad("semantics version " + std::to_string(u32(12)));
  if (u64(48) != image.size()) return bad("it is not as long as it says");
  if (view(sha256(std::string_view(image).substr(48))) != std::string_view(image).substr(16, 32)) {
    return bad("its digest does not fit its bytes");
  }
  auto program = std::make_shared<Program>();
  program->image_ = std::move(image);
  for (std::size_t i = 0; i < kSections; ++i) {
    std::uint64_t at = 0, rows = 0;
    std::memcpy(&at, program->image_.data() + kImageHeader + i * 16, 8);
    std::memcpy(&rows, program->image_.data() + kImageHeader + i * 16 + 8, 8);
    const std::uint64_t size = program->image_.size();
    if (at % 8 != 0 || at > size || rows > (size - at) / kRowBytes[i] || rows > kNone)
      return bad("section " + std::to_string(i));
    program->parts_[i] = {static_cast<std::size_t>(at), static_cast<std::size_t>(rows)};
  }
  program->text_ = program->image_.data() + program->parts_[0].at;
  for (const SlotRow& row : program->slots()) {
    if (row.frame < 3 && row.cell != kNone) ++program->cells_[row.frame];
  }
  for (const PackRow& row : program->pack_rows()) {
    if (program->default_queue_ == kNone) program->default_queue_ = row.default_queue;
  }
  if (const char* fault = Inspector(*program).fault()) return bad(std::string("a row of section ") + fault);
  program->schema_ = read_schema(*program);
  program->members_ = Members(program->schema_);
  const Schema& schema = program->schema_;
  program->known_ = {schema.find_two("answer", "text"),          schema.find_two("answer", "author"),
                     schema.find_two("answer", "format"),        schema.find_two("message", "text"),
                     schema.find_two("conversation", "started"), schema.find_two("conversation", "duration"),
                     schema.find_two("outreach", "text"),        schema.find_two("outreach", "purpose"),
                     schema.find_two("material", "text")};
  const Program::Known& known = program->known_;
  for (const std::uint32_t slot :
       {known.answer_text, known.answer_author, known.answer_format, known.message_text, known.conversation_started,
        known.conversation_duration, known.outreach_text, known.outreach_purpose, known.material_text}) {
    if (slot != kNone && program->slots()[slot].frame != static_cast<std::uint8_t>(Frame::turn))
      return bad("a row of section slots");
  }
  if (known.message_text != kNone && program->slots()[known.message_text].cell == kNone)
    return bad("a row of section slots");
  for (const SlotRow& row : program->slots()) {
    program->places_.push_back({row.cell, row.frame, row.data_class.size > 0});
    if (row.cell != kNone && row.frame == static_cast<std::uint8_t>(Frame::turn))
      program->part_cells_[row.part].push_back(row.cell);
  }
  program->data_of_.assign(program->slots().size(), kNone);
  program->data_slots_.resize(program->data().size());
  for (std::uint32_t slot = 0; slot < program->slots().size(); ++slot) {
    const SlotRow& row = program->slots()[slot];
    if (row.from.size == 0 || row.cell == kNone) continue;
    for (std::uint32_t set = 0; set < program->data().size(); ++set) {
      const DataRow& data = program->data()[set];
      if (program->text(row.from) != program->text(data.name)) continue;
      const SlotRow& key = program->slots()[data.key];
      if (row.frame != key.frame || row.part != key.part || slot == data.key) return bad("a row of section data");
      program->data_of_[slot] = set;
      program->data_slots_[set].push_back(slot);
    }
  }
  program->members_.mark_plain([&](std::uint32_t slot) {
    return slot == program->known_.answer_format ? std::nullopt : plain_of(program->slots()[slot]);
  });
  std::vector<std::string_view>& all = program->jurisdictions_;
  for (const PackRow& pack : program->pack_rows()) {
    for (const Str one : program->strings(pack.jurisdictions)) all.push_back(program->text(one));
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  for (std::uint32_t set = 0; set < program->data().size(); ++set) {
    const DataRow& data = program->data()[set];
    if (program->data_of_[data.key] != kNone) return bad("a row of section data");
    for (const std::uint32_t slot : program->indices(data.named_by)) {
      const SlotRow& row = program->slots()[slot];
      if ((slot != data.key && program->data_of_[slot] != set) || static_cast<SlotType>(row.type) != SlotType::text ||
          static_cast<SlotType>(program->slots()[data.key].type) != SlotType::text ||
          row.frame != static_cast<std::uint8_t>(Frame::product))
        return bad("a row of section data");
    }
  }
  program->symbols_ = Symbols(program->text_, program->slots(), program->all<SymbolRow>(Section::symbols),
                              program->all<Str>(Section::strings));
  for (std::uint32_t rule = 0; rule < program->rules().size(); ++rule) {
    const RuleRow& row = program->rules()[rule];
    if (row.flags & kReadsAnswerText) {
      program->answer_rules_.push_back(rule);
      const std::span<const Node> when = program->rows<Node>(Section::nodes, row.when);
      const auto gate = text_gate(when, when.size() - 1, program->all<std::uint32_t>(Section::indices));
      const bool needs = gate && gate->slot == program->answer_text();
      program->answer_tests_.push_back(needs ? test_of(*gate, program->answer_words_) : TestRow{});
    }
    program->judges_named_ |= (row.subjects & kOnAnswer) && (row.flags & kReadsProduct) && !(row.flags & kAsAWhole);
  }
  for (const TopicRow& topic : program->topics()) program->judges_named_ |= (topic.flags & kReadsProduct) != 0;
  std::vector<text::Lexicon> lexicons;
  for (const GroupRow& row : program->all<GroupRow>(Section::groups)) {
    text::Lexicon& lexicon = lexicons.emplace_back();
    lexicon.terms = own(*program, row.terms);
    lexicon.but_not = own(*program, row.but_not);
    lexicon.exact_case = row.flags & 1u;
    lexicon.exact_form = row.flags & 2u;
    text::PatternFault fault;
    std::optional<text::Pattern> pattern;
    if (row.pattern.size > 0) {
      pattern = text::Pattern::compile(program->text(row.pattern), fault);
      if (!pattern) return bad("a pattern that cannot be run");
    }
    program->patterns_.push_back(pattern ? std::move(*pattern) : text::Pattern());
  }
  std::vector<text::LexiconFault> faults;  // the compiler has refused them
  const std::span<const Node> nodes = program->all<Node>(Section::nodes);
  const bool claims = std::any_of(nodes.begin(), nodes.end(), [](const Node& node) {
    return node.code == static_cast<std::uint8_t>(NodeCode::text_claims);
  });
  program->lexicons_ = text::Lexicons(lexicons, faults, claims);

  program->index_ =
      Index({program->all<ShapeRow>(Section::index_shapes), program->all<std::uint32_t>(Section::index_buckets_at),
             program->all<BucketRow>(Section::index_buckets), program->all<EntryRow>(Section::index_entries),
             program->all<TestRow>(Section::index_tests), program->all<QuickRow>(Section::index_quick),
             program->all<BlockRow>(Section::index_blocks), program->all<ColumnRow>(Section::index_columns),
             program->all<std::int64_t>(Section::index_starts), program->all<std::uint64_t>(Section::index_bits),
             program->all<std::int64_t>(Section::keys), program->all<std::uint32_t>(Section::indices)});

  // What decides, whatever the image's own layout: packs by digest, zones, parameters, semantics (contracts.md 27).
  Sha256 digest;
  const std::string semantics = "caveat program, semantics " + std::to_string(kSemanticsVersion) + "\n";
  digest.add(semantics);
  for (const PackRow& row : program->pack_rows()) {
    digest.add(program->text(row.name)).add("\n").add(program->text(row.version)).add("\n");
    digest.add({reinterpret_cast<const char*>(row.digest), sizeof(row.digest)});
  }
  for (const ZoneRow& row : program->all<ZoneRow>(Section::zones)) {
    digest.add(program->text(row.name)).add("\n");
    for (const TransitionRow& one : program->rows<TransitionRow>(Section::transitions, row.transitions)) {
      digest.add({reinterpret_cast<const char*>(&one), sizeof(one)});
    }
  }
  program->digest_ = digest.finish();
  return std::shared_ptr<const Program>(std::move(program));
}

bool Program::slot_is(std::uint32_t slot, std::string_view group, std::string_view member) const {
  const std::vector<std::string>& path = schema_.slots[slot].path;
  return path.size() == 2 && path[0] == group && path[1] == member;
}

std::vector<Program::PackName> Program::packs() const {
  std::vector<PackName> all;
  for (const PackRow& row : pack_rows()) {
    PackName pack{text(row.name), text(row.version), {}};
    std::copy(std::begin(row.digest), std::end(row.digest), pack.digest.begin());
    all.push_back(pack);
  }
  return all;
}

std::uint32_t Program::find_rule(std::string_view id) const {
  for (std::size_t i = 0; i < rules().size(); ++i) {
    if (text(rules()[i].id) == id) return static_cast<std::uint32_t>(i);
  }
  return kNone;
}

std::uint32_t Program::find_queue(std::string_view name) const {
  for (std::size_t i = 0; i < queues().size(); ++i) {
    if (text(queues()[i].name) == name) return static_cast<std::uint32_t>(i);
  }
  return kNone;
}

std::uint32_t Program::find_topic(std::string_view name) const {
  for (std::uint32_t topic = 0; topic < topics().size(); ++topic) {
    for (const Str one : strings(topics()[topic].names))
      if (text(one) == name) return topic;
  }
  return kNone;
}

std::string_view Program::rule_title(std::uint32_t rule, Language language) const {
  const RuleRow& row = rules()[rule];
  const std::string_view title = text(row.title, language);
  return title.empty() ? text(row.names, language) : title;
}

std::vector<std::string_view> Program::rule_cites(std::uint32_t rule, Language language) const {
  std::vector<std::string_view> all;
  for (std::uint32_t source : indices(rules()[rule].cites)) all.push_back(text(sources()[source].citation, language));
  return all;
}

std::vector<std::string_view> Program::rule_owners(std::uint32_t rule) const {
  std::vector<std::string_view> all;
  for (Str owner : strings(rules()[rule].owners)) all.push_back(text(owner));
  return all;
}

std::vector<std::string_view> Program::rule_visible_to(std::uint32_t rule) const {
  std::vector<std::string_view> all;
  for (Str role : strings(rules()[rule].visible_to)) all.push_back(text(role));
  return all;
}

std::string_view Program::queue_title(std::uint32_t queue, Language language) const {
  const QueueRow& row = queues()[queue];
  const std::string_view title = text(row.title, language);
  return title.empty() ? text(row.names, language) : title;
}

std::string_view Program::queue_say(std::uint32_t queue, Language language) const {
  return text(queues()[queue].say, language);
}

std::string_view Program::wording_text(std::uint32_t wording, Language language) const {
  return text(wordings()[wording].text, language);
}

std::string_view Program::requirement_ask(std::uint32_t requirement, Language language) const {
  return text(requirements()[requirement].ask, language);
}

std::string Program::slot_path(std::uint32_t slot) const {
  std::string path;
  for (const StepRow& step : rows<StepRow>(Section::steps, slots()[slot].steps)) {
    if (!path.empty()) path += '.';
    path += text(strings(step.names)[0]);
  }
  return path;
}

std::string Program::slot_name(std::uint32_t slot, Language language) const {
  std::string path;
  for (const StepRow& step : rows<StepRow>(Section::steps, slots()[slot].steps)) {
    if (!path.empty()) path += '.';
    path += in(*this, step.names, language);
  }
  return path;
}

std::string_view Program::symbol_name(std::uint32_t slot, std::uint32_t symbol, Language language) const {
  const std::span<const SymbolRow> all = rows<SymbolRow>(Section::symbols, slots()[slot].symbols);
  return symbol < all.size() ? in(*this, all[symbol].names, language) : std::string_view{};
}

std::uint32_t Program::find_zone(std::string_view name) const {
  const std::span<const ZoneRow> zones = all<ZoneRow>(Section::zones);
  const auto found =
      std::partition_point(zones.begin(), zones.end(), [&](const ZoneRow& zone) { return text(zone.name) < name; });
  return found != zones.end() && text(found->name) == name ? static_cast<std::uint32_t>(found - zones.begin()) : kNone;
}

std::int32_t Program::zone_minutes(std::uint32_t zone, Microseconds at, std::int32_t given) const {
  const auto known = rows<TransitionRow>(Section::transitions, all<ZoneRow>(Section::zones)[zone].transitions);
  const auto next =
      std::partition_point(known.begin(), known.end(), [&](const TransitionRow& one) { return one.from <= at; });
  return next == known.begin() ? given : (next - 1)->offset_minutes;
}

bool Program::refuses(std::string_view data_class) const {
  for (const PackRow& pack : pack_rows()) {
    for (const Str one : strings(pack.refused_classes)) {
      if (text(one) == data_class) return true;
    }
  }
  return false;
}

std::int32_t Program::offset_minutes(std::uint32_t pack, Microseconds at, std::int32_t given) const {
  return zone_minutes(pack_rows()[pack].zone, at, given);
}

}  // namespace caveat::program
