// bind: Fields → Request. One walk over what was sent; every mistake is noted and the walk goes on.
#include <algorithm>
#include <charconv>
#include <cstring>

#include "engine/base/nearest.h"
#include "engine/base/utf8.h"
#include "engine/decide/codes.h"
#include "engine/decide/request.h"
#include "engine/program/image.h"
#include "engine/program/keys.h"

namespace caveat::decide {

using program::Frame;
using program::Member;
using program::Members;
using program::Program;
using program::Reserved;
using program::SlotRow;
using program::SlotType;

namespace {

constexpr std::uint32_t kNoNode = Fields::kEnd;
constexpr std::uint32_t kNoExtra = 0xffffffff;
constexpr Microseconds kSourceClocksDiffer = 300'000'000;  // a source's clock may be ahead by five minutes

bool is_blank_or_invisible(char32_t c) {
  return c <= 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0xad || c == 0x34f || c == 0x61c || c == 0x115f || c == 0x1160 ||
         c == 0x1680 || (c >= 0x17b4 && c <= 0x17b5) || (c >= 0x180b && c <= 0x180f) || (c >= 0x2000 && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x206f) || c == 0x2800 || c == 0x3000 || c == 0x3164 ||
         (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff || c == 0xffa0 || (c >= 0xfff0 && c <= 0xfffb) ||
         (c >= 0xe0000 && c <= 0xe0fff) || is_noncharacter(c);
}

std::string shortened(std::string_view text) {
  constexpr std::size_t kShown = 40;
  std::size_t at = 0, signs = 0;
  while (at < text.size() && signs < kShown) {
    const CodePoint point = decode_utf8(text, at);
    at += point ? point.length : 1;
    ++signs;
  }
  return at < text.size() ? std::string(text.substr(0, at)) + "…" : std::string(text);
}

std::optional<std::int32_t> parse_time_of_day(std::string_view text) {
  const auto two = [&](std::size_t at, int limit) {
    if (at + 2 > text.size() || text[at] < '0' || text[at] > '9' || text[at + 1] < '0' || text[at + 1] > '9') return -1;
    const int value = (text[at] - '0') * 10 + (text[at + 1] - '0');
    return value < limit ? value : -1;
  };
  if ((text.size() != 5 && text.size() != 8) || text[2] != ':') return std::nullopt;
  const int hour = two(0, 24), minute = two(3, 60);
  const int second = text.size() == 8 ? (text[5] == ':' ? two(6, 60) : -1) : 0;
  if (hour < 0 || minute < 0 || second < 0) return std::nullopt;
  return hour * 3600 + minute * 60 + second;
}

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

class Binder {
 public:
  Binder(const Program& program, const Fields& fields, const BindOptions& options, Request& request)
      : p_(program), f_(fields), o_(options), r_(request) {}

  bool run(Problem& problem) {
    reset();
    if (f_.empty() || f_.node(0).kind != Fields::Kind::object) {
      report(codes::kWrongType, f_.empty() ? kNoNode : 0, "an object: one turn", f_.empty() ? "nothing" : said(0));
      return finish(problem);
    }
    when();
    provenance();
    shape_items();
    object(0, Members::kRoot, Frame::turn, 0, nullptr);
    close();
    return finish(problem);
  }

 private:
  struct Found {
    const Code* code;
    ProblemItem item;
  };
  struct Stated {  // one entry of `provenance`
    std::string_view path;
    std::string_view source;
    std::optional<Microseconds> as_of;
    std::optional<Quality> quality;
  };

  const Program& p_;
  const Fields& f_;
  const BindOptions& o_;
  Request& r_;
  std::vector<Found> found_;
  std::vector<Stated> stated_;
  bool has_id_ = false;

  // ---- mistakes

  std::string said(std::uint32_t node) const {
    switch (f_.node(node).kind) {
      case Fields::Kind::null:
        return "null";
      case Fields::Kind::boolean:
        return f_.node(node).boolean ? "true" : "false";
      case Fields::Kind::number:
        return shortened(f_.text(node));
      case Fields::Kind::text:
        return "\"" + shortened(f_.text(node)) + "\"";
      case Fields::Kind::list:
        return "a list";
      case Fields::Kind::object:
        return "an object";
    }
    return {};
  }
  void report(const Code& code, std::uint32_t node, std::string expected, std::string found, std::string nearest = {},
              std::string hint = {}) {
    report_at(code, node == kNoNode ? "" : f_.path(node), std::move(expected), std::move(found), std::move(nearest),
              std::move(hint));
  }
  void report_at(const Code& code, std::string path, std::string expected, std::string found, std::string nearest = {},
                 std::string hint = {}) {
    found_.push_back(
        {&code, {std::move(path), std::move(expected), std::move(found), std::move(nearest), std::move(hint)}});
  }
  // A value of a protected class is not repeated to whoever reads the problem.
  std::string said_of(std::uint32_t node, const SlotRow& slot) const {
    return slot.data_class.size > 0 && f_.node(node).kind != Fields::Kind::null
               ? "a value of class " + std::string(p_.text(slot.data_class))
               : said(node);
  }
  bool finish(Problem& problem) {
    if (found_.empty()) return true;
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Found& a, const Found& b) { return codes::gravity(*a.code) < codes::gravity(*b.code); });
    problem.code = found_.front().code;
    problem.items.clear();
    for (Found& one : found_) problem.items.push_back(std::move(one.item));
    return false;
  }

  // ---- the request's own store

  void reset() {
    r_.program_ = &p_;
    r_.store_.clear();
    r_.id_ = r_.channel_ = r_.language_tag_ = r_.conversation_ = r_.customer_ = r_.bot_ = r_.answer_ = r_.message_ = {};
    r_.at_ = o_.now;
    r_.at_offset_ = 0;
    r_.at_given_ = r_.has_answer_ = r_.has_message_ = r_.has_recommendation_ = false;
    r_.offsets_ = Offsets::code_points;
    r_.turn_.reset();
    r_.product_ids_.clear();
    r_.action_names_.clear();
    r_.extras_.clear();
    r_.jurisdictions_.clear();
    for (const std::string& one : o_.jurisdictions) r_.jurisdictions_.push_back(keep(one));
  }
  Request::Text keep(std::string_view text) {
    const Request::Text kept{static_cast<std::uint32_t>(r_.store_.size()), static_cast<std::uint32_t>(text.size())};
    r_.store_.append(text);
    return kept;
  }
  Request::Cell& cell(Frame frame, std::size_t item, std::uint32_t index) {
    Request::Items& items = r_.frames_[static_cast<std::size_t>(frame)];
    return items.cells[item * items.width + index];
  }

  // ---- before the walk: what the walk needs to know

  void when() {
    const std::uint32_t node = f_.child(0, "at");
    if (node == kNoNode || f_.node(node).kind == Fields::Kind::null) return;
    std::int32_t offset = 0;
    const auto at = f_.node(node).kind == Fields::Kind::text ? parse_instant(f_.text(node), &offset) : std::nullopt;
    if (!at)
      return report(codes::kWrongType, node, "an instant, RFC 3339", said(node), {}, "2026-03-01T10:00:00+08:00");
    r_.at_ = *at;
    r_.at_offset_ = offset;
    r_.at_given_ = true;
  }

  void provenance() {
    const std::uint32_t list = f_.child(0, "provenance");
    if (list == kNoNode || f_.node(list).kind == Fields::Kind::null) return;
    if (!is_list(list, "a list of {path, source, as_of, quality}")) return;
    for (std::uint32_t entry = f_.node(list).first; entry != kNoNode; entry = f_.node(entry).next) {
      if (f_.node(entry).kind != Fields::Kind::object) {
        report(codes::kWrongType, entry, "an object {path, source, as_of, quality}", said(entry));
        continue;
      }
      Stated stated;
      for (std::uint32_t node = f_.node(entry).first; node != kNoNode; node = f_.node(node).next) {
        const std::string_view name = f_.name(node);
        static constexpr std::array<std::string_view, 4> kNames = {"as_of", "path", "quality", "source"};
        if (std::find(kNames.begin(), kNames.end(), name) == kNames.end()) {
          report(codes::kUnknownMember, node, "path, source, as_of or quality", std::string(name),
                 std::string(nearest(name, kNames)));
          continue;
        }
        if (f_.node(node).kind == Fields::Kind::null) continue;
        if (f_.node(node).kind != Fields::Kind::text) {
          report(codes::kWrongType, node, "a text", said(node));
          continue;
        }
        const std::string_view text = f_.text(node);
        if (name == "path") {
          stated.path = text;
        } else if (name == "source") {
          stated.source = text;
        } else if (name == "as_of") {
          stated.as_of = parse_instant(text);
          if (!stated.as_of) report(codes::kWrongType, node, "an instant, RFC 3339", said(node));
        } else if (text == "assessed") {
          stated.quality = Quality::assessed;
        } else if (text == "stated") {
          stated.quality = Quality::stated;
        } else if (text == "inferred") {
          stated.quality = Quality::inferred;
        } else {
          report(codes::kWrongType, node, "one of assessed, stated, inferred", said(node));
        }
      }
      if (stated.path.empty() || stated.path[0] != '/') {
        report(codes::kWrongType, entry, "a path as a JSON pointer: /customer/age",
               stated.path.empty() ? "none" : "\"" + std::string(stated.path) + "\"");
        continue;
      }
      if (!stated.source.empty() && !may_state(stated.source)) {
        report(codes::kFactSource, f_.child(entry, "source"), "one of the caller's sources" + listed(o_.sources),
               "\"" + std::string(stated.source) + "\"");
      }
      stated_.push_back(stated);
    }
  }

  // How many products and actions there are, so that their cells stand before they are filled.
  void shape_items() {
    const auto count = [this](std::uint32_t list) {
      std::size_t items = 0;
      if (list != kNoNode && f_.node(list).kind == Fields::Kind::list) {
        for (std::uint32_t at = f_.node(list).first; at != kNoNode; at = f_.node(at).next) ++items;
      }
      return std::min(items, o_.limits.list_elements);
    };
    const std::uint32_t recommendation = f_.child(0, "recommendation");
    const bool has = recommendation != kNoNode && f_.node(recommendation).kind == Fields::Kind::object;
    const std::array<std::size_t, 3> items = {1, has ? count(f_.child(recommendation, "products")) : 0,
                                              count(f_.child(0, "actions"))};
    r_.has_answer_ = present("answer");
    r_.has_message_ = present("message");
    r_.has_recommendation_ = has;
    for (std::size_t i = 0; i < 3; ++i) {
      Request::Items& frame = r_.frames_[i];
      frame.items = items[i];
      frame.width = p_.cells(static_cast<Frame>(i));
      Request::Cell missing;
      missing.state = Request::kUnknown;
      missing.cause = static_cast<std::uint8_t>(Cause::missing);
      frame.cells.assign(frame.items * frame.width, missing);
    }
    for (const SlotRow& slot : p_.slots()) {
      if (slot.cell == program::kNone || slot.frame != 0) continue;
      const auto part = static_cast<program::SlotPart>(slot.part);
      const bool absent = (part == program::SlotPart::message && !r_.has_message_) ||
                          (part == program::SlotPart::answer && !r_.has_answer_) ||
                          (part == program::SlotPart::recommendation && !has) || part == program::SlotPart::outreach ||
                          part == program::SlotPart::material;
      if (absent) cell(Frame::turn, 0, slot.cell).state = Request::kAbsent;
    }
    r_.product_ids_.resize(items[1]);
    r_.action_names_.resize(items[2]);
  }
  bool present(std::string_view part) const {
    const std::uint32_t node = f_.child(0, part);
    return node != kNoNode && f_.node(node).kind == Fields::Kind::object;
  }

  // ---- the walk

  bool is_list(std::uint32_t node, const char* expected) {
    if (f_.node(node).kind != Fields::Kind::list) {
      report(codes::kWrongType, node, expected, said(node));
      return false;
    }
    std::size_t elements = 0;
    for (std::uint32_t at = f_.node(node).first; at != kNoNode; at = f_.node(at).next) ++elements;
    if (elements > o_.limits.list_elements) {
      report(codes::kTooMany, node, "at most " + std::to_string(o_.limits.list_elements) + " elements",
             std::to_string(elements));
      return false;
    }
    return true;
  }

  void object(std::uint32_t node, std::uint32_t kind, Frame frame, std::size_t item, const Microseconds* outer) {
    Microseconds own_as_of = 0;
    const Microseconds* as_of = outer;
    for (std::uint32_t child = f_.node(node).first; child != kNoNode; child = f_.node(child).next) {
      const Member* member = p_.members().find(kind, f_.name(child));
      if (!member || member->reserved != Reserved::as_of || f_.node(child).kind == Fields::Kind::null) continue;
      const auto read = f_.node(child).kind == Fields::Kind::text ? parse_instant(f_.text(child)) : std::nullopt;
      if (!read) {
        report(codes::kWrongType, child, "an instant, RFC 3339", said(child), {}, "2026-03-01T10:00:00+08:00");
        continue;
      }
      own_as_of = *read;
      as_of = &own_as_of;
    }
    for (std::uint32_t child = f_.node(node).first; child != kNoNode; child = f_.node(child).next) {
      const Member* member = p_.members().find(kind, f_.name(child));
      if (!member) {
        unknown(child, kind);
      } else {
        this->member(child, *member, frame, item, as_of);
      }
    }
  }

  void unknown(std::uint32_t node, std::uint32_t kind) {
    const std::string_view name = f_.name(node);
    const std::vector<std::string_view> names = p_.members().names(kind);
    std::string near(nearest(name, names));
    std::string hint;
    if (near.empty()) {
      // Another name of a fact that is known here: a bot sends the first one (contracts.md 14).
      for (const program::Slot& slot : p_.schema().slots) {
        for (std::size_t step = 0; step < slot.path_names.size() && near.empty(); ++step) {
          const std::vector<std::string>& all = slot.path_names[step];
          if (std::find(all.begin(), all.end(), name) != all.end() &&
              std::find(names.begin(), names.end(), slot.path[step]) != names.end()) {
            near = slot.path[step];
            hint = "members go by their first name";
          }
        }
      }
    }
    report(codes::kUnknownMember, node, "a member that a loaded pack declares", "\"" + shortened(name) + "\"", near,
           hint);
  }

  void part(std::uint32_t node, const Member& member, Frame frame, std::size_t item, const Microseconds* as_of) {
    if (f_.node(node).kind == Fields::Kind::null) return;
    if (f_.node(node).kind != Fields::Kind::object) {
      report(codes::kWrongType, node, "an object", said(node));
      return;
    }
    object(node, member.child, frame, item, as_of);
  }

  void items(std::uint32_t list, const Member& member, Frame frame) {
    if (f_.node(list).kind == Fields::Kind::null) return;
    if (!is_list(list, "a list of objects")) return;
    std::size_t item = 0;
    for (std::uint32_t node = f_.node(list).first; node != kNoNode; node = f_.node(node).next, ++item) {
      if (f_.node(node).kind != Fields::Kind::object) {
        report(codes::kWrongType, node, "an object", said(node));
        continue;
      }
      object(node, member.child, frame, item, nullptr);
      const bool product = frame == Frame::product;
      const Request::Text& name = product ? r_.product_ids_[item] : r_.action_names_[item];
      const std::uint32_t given = f_.child(node, product ? "id" : "name");
      if (name.size == 0 && (given == kNoNode || f_.node(given).kind == Fields::Kind::null)) {
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

  void member(std::uint32_t node, const Member& member, Frame frame, std::size_t item, const Microseconds* as_of) {
    const bool null = f_.node(node).kind == Fields::Kind::null;
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
      case Reserved::not_yet:
      case Reserved::continues:
      case Reserved::satisfied:
        if (!null) {
          report(codes::kNotYet, node, "nothing yet: this build judges answers, messages, recommendations and actions",
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
        if (null || !is_list(node, "a list of jurisdictions: [\"CN\"]")) return;
        for (std::uint32_t at = f_.node(node).first; at != kNoNode; at = f_.node(at).next) {
          Request::Text text;
          if (text_member(at, text)) r_.jurisdictions_.push_back(text);
        }
        return;
      case Reserved::offsets:
        if (null) return;
        if (f_.node(node).kind == Fields::Kind::text && f_.text(node) == "utf-16") {
          r_.offsets_ = Offsets::utf_16;
        } else if (f_.node(node).kind == Fields::Kind::text && f_.text(node) == "utf-8") {
          r_.offsets_ = Offsets::utf_8;
        } else if (f_.node(node).kind != Fields::Kind::text || f_.text(node) != "code-points") {
          report(codes::kWrongType, node, "one of code-points, utf-16, utf-8", said(node));
        }
        return;
      case Reserved::bot:
      case Reserved::conversation:
      case Reserved::customer:
      case Reserved::message:
      case Reserved::answer:
      case Reserved::recommendation:
        return part(node, member, frame, item, nullptr);
      case Reserved::actions:
        return items(node, member, Frame::action);
      case Reserved::products: {
        items(node, member, Frame::product);
        if (!null && member.slot != program::kNone && p_.slots()[member.slot].cell != program::kNone) {
          Request::Extra extra;
          extra.count = static_cast<std::uint32_t>(r_.products());
          store(p_.slots()[member.slot], Frame::turn, 0, extra, 0, Quality::assessed);
        }
        return;
      }
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
      case Reserved::turn: {
        if (null) return;
        const std::optional<Decimal> number = number_of(node);
        const auto whole = number ? number->as_int64() : std::nullopt;
        if (!whole || *whole < 0 || *whole >= (std::int64_t{1} << 53)) {
          report(number && number->is_integer() ? codes::kOutOfRange : codes::kWrongType, node,
                 "an integer 0..9007199254740991", said(node));
          return;
        }
        r_.turn_ = *whole;
        return fact(node, member, frame, item, as_of);
      }
      case Reserved::weight:
        return weight(node, member, frame, item, as_of);
      case Reserved::answer_text:
        if (text_member(node, r_.answer_)) fact(node, member, frame, item, as_of);
        return;
      case Reserved::message_text:
        if (text_member(node, r_.message_)) fact(node, member, frame, item, as_of);
        return;
      case Reserved::action_name: {
        if (null) return;
        fact(node, member, frame, item, as_of);
        if (member.slot == program::kNone) {
          text_member(node, r_.action_names_[item]);
        } else if (const std::string value = r_.value(member.slot, static_cast<std::int32_t>(item)); !value.empty()) {
          r_.action_names_[item] = keep(value);
        }
        return;
      }
      case Reserved::none:
        break;
    }
    if (member.slot == program::kNone) return part(node, member, frame, item, as_of);
    const auto type = static_cast<SlotType>(p_.slots()[member.slot].type);
    if (type == SlotType::record) return part(node, member, frame, item, as_of);
    fact(node, member, frame, item, as_of);
  }

  bool text_member(std::uint32_t node, Request::Text& text) {
    if (f_.node(node).kind == Fields::Kind::null) return false;
    if (f_.node(node).kind != Fields::Kind::text) {
      report(codes::kWrongType, node, "a text", said(node));
      return false;
    }
    text = keep(f_.text(node));
    return true;
  }

  bool id(std::uint32_t node, Request::Text& id) {
    if (f_.node(node).kind != Fields::Kind::text) {
      report(codes::kBadId, node, "a text of 1 to " + std::to_string(o_.limits.id_bytes) + " bytes", said(node));
      return false;
    }
    const std::string_view text = f_.text(node);
    if (text.empty() || text.size() > o_.limits.id_bytes) {
      report(codes::kBadId, node, "1 to " + std::to_string(o_.limits.id_bytes) + " bytes",
             std::to_string(text.size()) + " bytes");
      return false;
    }
    for (std::size_t at = 0; at < text.size();) {
      const CodePoint point = decode_utf8(text, at);
      if (!point || is_blank_or_invisible(point.value)) {
        report(codes::kBadId, node, "no blanks, control or invisible signs", "one at byte " + std::to_string(at));
        return false;
      }
      at += point.length;
    }
    if (!is_normal(text)) {
      report(codes::kBadId, node, "the normalised form NFC", "another spelling of the same signs");
      return false;
    }
    id = keep(text);
    return true;
  }
  static bool is_normal(std::string_view text);

  void id_fact(std::uint32_t node, Request::Text& text, const Member& member, Frame frame, std::size_t item) {
    if (f_.node(node).kind == Fields::Kind::null || !id(node, text)) return;
    if (member.slot != program::kNone) fact(node, member, frame, item, nullptr);
  }

  void weight(std::uint32_t node, const Member& member, Frame frame, std::size_t item, const Microseconds* as_of) {
    if (f_.node(node).kind == Fields::Kind::null) return;
    const auto percent = percent_of(node);
    if (!percent) {
      wrong_unit(node, "a percentage: \"60 %\"", number_of(node).has_value());
    } else if (*percent < Decimal(0) || *percent > Decimal(100)) {
      report(codes::kOutOfRange, node, "0 % to 100 %", said(node));
    } else if (const auto sum = weights_.plus(*percent); !sum || *sum > Decimal(100)) {
      report(codes::kOutOfRange, node, "weights of at most 100 % in all", (sum ? sum->to_string() : "more") + " %");
    } else {
      weights_ = *sum;
      if (member.slot != program::kNone) fact(node, member, frame, item, as_of);
    }
  }
  Decimal weights_;

  // ---- values

  void wrong_unit(std::uint32_t node, std::string expected, bool bare) {
    report(bare ? codes::kUnitMissing : codes::kWrongType, node, std::move(expected), said(node));
  }
  std::optional<Decimal> number_of(std::uint32_t node) const {
    const Fields::Kind kind = f_.node(node).kind;
    if (kind != Fields::Kind::number && kind != Fields::Kind::text) return std::nullopt;
    return Decimal::parse(f_.text(node));
  }
  std::optional<Decimal> percent_of(std::uint32_t node) const {
    if (f_.node(node).kind != Fields::Kind::text) return std::nullopt;
    std::string_view text = f_.text(node);
    if (!text.ends_with('%')) return std::nullopt;
    text.remove_suffix(1);
    if (text.ends_with(' ')) text.remove_suffix(1);
    return Decimal::parse(text);
  }
  // `-?digits[.digits] CCC`
  std::optional<Decimal> money_of(std::uint32_t node, std::string_view& currency) const {
    if (f_.node(node).kind != Fields::Kind::text) return std::nullopt;
    const std::string_view text = f_.text(node);
    if (text.size() < 5 || text[text.size() - 4] != ' ') return std::nullopt;
    const std::string_view digits = text.substr(0, text.size() - 4);
    currency = text.substr(text.size() - 3);
    if (digits.find_first_not_of("-0123456789.") != std::string_view::npos || !minor_units(currency))
      return std::nullopt;
    return Decimal::parse(digits);
  }

  std::string range(const SlotRow& slot) const {
    const program::Schema& schema = p_.schema();
    const program::Slot& read = schema.slots[static_cast<std::size_t>(&slot - p_.slots().data())];
    if (!read.low && !read.high) return {};
    return " " + (read.low ? read.low->to_string() : std::string()) + ".." +
           (read.high ? read.high->to_string() : std::string());
  }
  std::string expected(const SlotRow& slot, SlotType type) const {
    const program::Slot& read = p_.schema().slots[static_cast<std::size_t>(&slot - p_.slots().data())];
    switch (type) {
      case SlotType::yes_no:
        return "yes/no: true or false";
      case SlotType::integer:
        return "an integer" + range(slot);
      case SlotType::decimal:
        return "a number" + range(slot);
      case SlotType::percent:
        return "a percentage" + range(slot) + ": \"4.8 %\"";
      case SlotType::money:
        return "money" + range(slot) + ": \"60000 " + (read.currency.empty() ? "CNY" : read.currency) + "\"";
      case SlotType::text:
        return "a text";
      case SlotType::date:
        return "a date: \"2026-03-01\"";
      case SlotType::instant:
        return "an instant: \"2026-03-01T10:00:00+08:00\"";
      case SlotType::time_of_day:
        return "a time of day: \"09:30\"";
      case SlotType::time_zone:
        return "a time zone: \"Asia/Shanghai\"";
      case SlotType::duration:
        return "a duration: \"PT5M\"";
      case SlotType::choice:
      case SlotType::scale: {
        std::string all = "one of ";
        for (const program::Symbol& symbol : read.symbols) {
          if (&symbol != read.symbols.data()) all += ", ";
          if (all.size() > 200) return all + "…";
          all += symbol.first;
        }
        return all;
      }
      case SlotType::list:
        return "a list";
      case SlotType::record:
        return "an object";
    }
    return {};
  }

  // Reads one value of `type`; a mistake is reported and nothing returned.
  bool read(std::uint32_t node, const SlotRow& slot, SlotType type, Request::Extra& extra, std::int64_t& key) {
    const Fields::Kind kind = f_.node(node).kind;
    const auto wrong = [&](const Code& code, std::string near = {}) {
      report(code, node, expected(slot, type), said_of(node, slot), std::move(near));
      return false;
    };
    const auto numeric = [&](const Decimal& number) {
      extra.number = number;
      if (((slot.flags & program::kHasLow) && number < program::decimal(slot.low)) ||
          ((slot.flags & program::kHasHigh) && number > program::decimal(slot.high))) {
        return wrong(codes::kOutOfRange);
      }
      key = program::key_of(number, slot.key_scale, slot.key_doubled != 0);
      return true;
    };
    switch (type) {
      case SlotType::yes_no:
        if (kind != Fields::Kind::boolean) return wrong(codes::kWrongType);
        key = f_.node(node).boolean ? 1 : 0;
        extra.number = Decimal(key);
        return true;
      case SlotType::integer:
      case SlotType::decimal: {
        const auto number = number_of(node);
        if (!number) {
          const bool far =
              (kind == Fields::Kind::number || kind == Fields::Kind::text) && Decimal::is_number(f_.text(node));
          return wrong(far ? codes::kOutOfRange : codes::kWrongType);
        }
        if (type == SlotType::integer && !number->is_integer()) return wrong(codes::kWrongType);
        return numeric(*number);
      }
      case SlotType::percent: {
        const auto number = percent_of(node);
        if (!number) return wrong(number_of(node) ? codes::kUnitMissing : codes::kWrongType);
        return numeric(*number);
      }
      case SlotType::money: {
        std::string_view currency;
        const auto number = money_of(node, currency);
        if (!number) return wrong(number_of(node) ? codes::kUnitMissing : codes::kWrongType);
        if (slot.currency.size > 0 && currency != p_.text(slot.currency)) return wrong(codes::kWrongType);
        const Request::Text kept = keep(currency);
        extra.currency = kept.at, extra.currency_size = kept.size;
        return numeric(*number);
      }
      case SlotType::text:
      case SlotType::time_zone: {
        if (kind != Fields::Kind::text) return wrong(codes::kWrongType);
        const auto part = static_cast<program::SlotPart>(slot.part);
        const bool long_one = part == program::SlotPart::answer || part == program::SlotPart::message;
        if (!long_one && f_.text(node).size() > o_.limits.fact_text_bytes) {
          report(codes::kTooMany, node, "at most " + std::to_string(o_.limits.fact_text_bytes) + " bytes",
                 std::to_string(f_.text(node).size()) + " bytes");
          return false;
        }
        const Request::Text kept = keep(f_.text(node));
        extra.at = kept.at, extra.size = kept.size;
        return true;
      }
      case SlotType::date: {
        const auto days = kind == Fields::Kind::text ? parse_date(f_.text(node)) : std::nullopt;
        if (!days) return wrong(codes::kWrongType);
        key = *days;
        extra.number = Decimal(key);
        return true;
      }
      case SlotType::instant: {
        const auto at = kind == Fields::Kind::text ? parse_instant(f_.text(node)) : std::nullopt;
        if (!at) return wrong(codes::kWrongType);
        key = *at;
        extra.number = Decimal(key);
        return true;
      }
      case SlotType::time_of_day: {
        const auto seconds = kind == Fields::Kind::text ? parse_time_of_day(f_.text(node)) : std::nullopt;
        if (!seconds) return wrong(codes::kWrongType);
        key = *seconds;
        extra.number = Decimal(key);
        return true;
      }
      case SlotType::duration: {
        const auto duration = kind == Fields::Kind::text ? parse_duration(f_.text(node)) : std::nullopt;
        if (!duration) return wrong(codes::kWrongType);
        extra.duration = *duration;
        return true;
      }
      case SlotType::choice:
      case SlotType::scale: {
        if (kind != Fields::Kind::text) return wrong(codes::kWrongType);
        const std::string_view text = f_.text(node);
        std::uint32_t at = 0;
        for (const program::SymbolRow& symbol : p_.rows<program::SymbolRow>(program::Section::symbols, slot.symbols)) {
          const auto names = p_.strings(symbol.names);
          for (std::uint32_t spelling = 0; spelling < names.size(); ++spelling) {
            if (p_.text(names[spelling]) != text) continue;
            extra.symbol = at;
            extra.first = spelling;
            key = at;
            extra.number = Decimal(key);
            return true;
          }
          ++at;
        }
        std::vector<std::string_view> names;
        for (const program::SymbolRow& symbol : p_.rows<program::SymbolRow>(program::Section::symbols, slot.symbols)) {
          for (program::Str name : p_.strings(symbol.names)) names.push_back(p_.text(name));
        }
        return wrong(codes::kWrongType, std::string(nearest(text, names)));
      }
      case SlotType::list:
      case SlotType::record:
        return wrong(codes::kWrongType);
    }
    return false;
  }

  void fact(std::uint32_t node, const Member& member, Frame frame, std::size_t item, const Microseconds* as_of) {
    if (member.slot == program::kNone) return;
    const SlotRow& slot = p_.slots()[member.slot];
    if (f_.node(node).kind == Fields::Kind::null) return;  // missing, as the cell already is
    if (slot.data_class.size > 0 && refused(p_.text(slot.data_class))) {
      report(codes::kClassRefused, node, "no fact of class " + std::string(p_.text(slot.data_class)), "one");
      return;
    }
    Request::Extra extra;
    std::int64_t key = 0;
    std::uint64_t mask = 0;
    const auto type = static_cast<SlotType>(slot.type);
    if (type == SlotType::list) {
      if (!list(node, member, slot, frame, item, extra, mask)) return;
    } else if (!read(node, slot, type, extra, key)) {
      return;
    }
    if (slot.cell == program::kNone) return;
    // Markup is not read yet: what stands in it could hide what the rules look for.
    if (p_.slot_is(member.slot, "answer", "format") && extra.symbol != 0) {
      report(codes::kNotYet, node, "plain", said(node));
      return;
    }
    Quality quality = Quality::assessed;
    if (!origin(node, slot, extra, quality, as_of)) return;
    store(slot, frame, item, extra, type == SlotType::list ? static_cast<std::int64_t>(mask) : key, quality);
  }

  bool list(std::uint32_t node, const Member& member, const SlotRow& slot, Frame frame, std::size_t item,
            Request::Extra& extra, std::uint64_t& mask) {
    if (!is_list(node, "a list")) return false;
    const auto element = static_cast<SlotType>(slot.element);
    bool good = true;
    std::uint32_t count = 0;
    if (element == SlotType::record) {
      for (std::uint32_t at = f_.node(node).first; at != kNoNode; at = f_.node(at).next, ++count) {
        if (f_.node(at).kind != Fields::Kind::object) {
          report(codes::kWrongType, at, "an object", said(at));
          good = false;
        } else if (member.child != program::kNone) {
          object(at, member.child, frame, item, nullptr);  // judged for its types; its values have no cells
        }
      }
      extra.count = count;
      return good;
    }
    std::vector<Request::Extra>& elements = elements_;
    elements.clear();
    for (std::uint32_t at = f_.node(node).first; at != kNoNode; at = f_.node(at).next, ++count) {
      Request::Extra one;
      std::int64_t key = 0;
      if (!read(at, slot, element, one, key)) {
        good = false;
        continue;
      }
      if (key >= 0 && key < 64) mask |= std::uint64_t{1} << key;
      elements.push_back(one);
    }
    extra.count = count;
    extra.first = static_cast<std::uint32_t>(r_.extras_.size());
    if (good) r_.extras_.insert(r_.extras_.end(), elements.begin(), elements.end());
    return good;
  }
  std::vector<Request::Extra> elements_;

  bool refused(std::string_view data_class) const {
    for (const program::PackRow& pack : p_.pack_rows()) {
      for (program::Str one : p_.strings(pack.refused_classes)) {
        if (p_.text(one) == data_class) return true;
      }
    }
    return false;
  }

  // ---- where a fact comes from (contracts.md 10)

  bool may_state(std::string_view source) const {
    return o_.any_source || std::find(o_.sources.begin(), o_.sources.end(), source) != o_.sources.end();
  }
  static std::string listed(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names) all += (all.empty() ? ": " : ", ") + name;
    return all;
  }
  // The entry of `provenance` for this node: its own, else the nearest one around it.
  const Stated* stated_for(std::uint32_t node) const {
    if (stated_.empty()) return nullptr;
    const std::string path = f_.path(node);
    const Stated* best = nullptr;
    for (const Stated& one : stated_) {
      const bool covers =
          path.starts_with(one.path) && (path.size() == one.path.size() || path[one.path.size()] == '/');
      if (covers && (!best || one.path.size() >= best->path.size())) best = &one;
    }
    return best;
  }

  bool origin(std::uint32_t node, const SlotRow& slot, Request::Extra& extra, Quality& quality,
              const Microseconds* as_of) {
    const Stated* stated = stated_for(node);
    std::string_view source = stated ? stated->source : std::string_view{};
    const std::string_view from = p_.text(slot.from);
    if (source.empty()) source = !from.empty() ? from : o_.sources.size() == 1 ? std::string_view(o_.sources[0]) : "";
    if (!from.empty() && (source != from || !may_state(from))) {
      report(codes::kFactSource, node, "stated by " + std::string(from),
             source != from
                 ? "stated by " + std::string(source)
                 : "a caller who may state" + (o_.sources.empty() ? std::string(" no source") : listed(o_.sources)));
      return false;
    }
    quality = stated && stated->quality                                    ? *stated->quality
              : o_.facts_are_fresh || o_.any_source || !o_.sources.empty() ? Quality::assessed
                                                                           : Quality::stated;
    if (stated && stated->as_of) {
      extra.as_of = *stated->as_of;
      extra.has_as_of = true;
    } else if (as_of) {
      extra.as_of = *as_of;
      extra.has_as_of = true;
    }
    const Request::Text kept = keep(source);
    extra.source = kept.at, extra.source_size = kept.size;
    return true;
  }

  void store(const SlotRow& slot, Frame frame, std::size_t item, Request::Extra& extra, std::int64_t key,
             Quality quality) {
    Request::Cell& cell = this->cell(frame, item, slot.cell);
    extra.quality = quality;
    cell.key = key;
    cell.inferred = quality == Quality::inferred ? 1 : 0;
    cell.extra = static_cast<std::uint32_t>(r_.extras_.size());
    r_.extras_.push_back(extra);
    Cause cause = Cause::none;
    if ((slot.flags & program::kAssessed) && quality != Quality::assessed) cause = Cause::inferred;
    if ((slot.flags & program::kHasMaxAge) && !o_.facts_are_fresh) {
      if (!extra.has_as_of) {
        cause = Cause::undated;
      } else if (extra.as_of > r_.at_ + kSourceClocksDiffer) {
        cause = Cause::future;
      } else if (older(extra.as_of, program::duration(slot.max_age))) {
        cause = Cause::stale;
      }
    }
    cell.state = cause == Cause::none ? Request::kKnown : Request::kUnknown;
    cell.cause = static_cast<std::uint8_t>(cause);
  }
  bool older(Microseconds as_of, const Duration& max_age) const {
    constexpr Microseconds kDay = 86'400'000'000;
    Microseconds until = as_of + max_age.seconds * 1'000'000;
    if (max_age.months != 0) {
      const Days day = days_of(as_of, r_.at_offset_);
      until += (add_months(day, max_age.months) - day) * kDay;
    }
    return r_.at_ > until;
  }

  // ---- after the walk

  void close() {
    if (!has_id_ && found_without_id()) {
      report_at(codes::kNoId, "/id", "an id: the same id and body give the same decision", "none");
    }
    defaults();
    language();
  }
  bool found_without_id() const {
    for (const Found& one : found_) {
      if (one.item.path == "/id") return false;
    }
    return true;
  }
  void default_symbol(std::string_view part, std::string_view name) {
    const std::uint32_t slot = p_.schema().find_two(part, name);
    if (slot == program::kNone || p_.slots()[slot].cell == program::kNone) return;
    Request::Cell& cell = this->cell(Frame::turn, 0, p_.slots()[slot].cell);
    if (cell.state != Request::kUnknown || cell.extra != kNoExtra) return;
    Request::Extra extra;
    extra.symbol = 0;
    store(p_.slots()[slot], Frame::turn, 0, extra, 0, Quality::assessed);
  }
  void defaults() {
    if (r_.has_answer_) {  // an answer is a bot's and plain unless it says otherwise
      default_symbol("answer", "author");
      default_symbol("answer", "format");
    }
    const std::uint32_t started = p_.schema().find_two("conversation", "started");
    const std::uint32_t lasted = p_.schema().find_two("conversation", "duration");
    if (started == program::kNone || lasted == program::kNone) return;
    const SlotRow &from = p_.slots()[started], &to = p_.slots()[lasted];
    if (from.cell == program::kNone || to.cell == program::kNone) return;
    const Request::Cell begun = cell(Frame::turn, 0, from.cell);
    if (begun.state != Request::kKnown) return;
    if (begun.key > r_.at_) {
      cell(Frame::turn, 0, to.cell).cause = static_cast<std::uint8_t>(Cause::future);
      return;
    }
    Request::Extra extra;
    extra.duration.seconds = (r_.at_ - begun.key) / 1'000'000;
    store(to, Frame::turn, 0, extra, 0, Quality::assessed);
  }
  void language() {
    const std::string_view tag = r_.language_tag();
    if (tag.starts_with("zh")) {
      r_.language_ = Language::zh;
    } else if (!tag.empty()) {
      r_.language_ = Language::en;
    } else {  // as the customer writes, else as the bot does
      const std::string_view text = r_.has_message_ && r_.message_.size > 0 ? r_.message_text() : r_.answer_text();
      r_.language_ = text.empty() || has_han(text) ? Language::zh : Language::en;
    }
  }
};

// Latin, Greek, Cyrillic, kana, Hangul syllables and Han as they are written are NFC; a combining mark, a conjoining jamo
// or a compatibility ideograph is another spelling of something that has one.
bool Binder::is_normal(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    if (!point) return false;
    const char32_t c = point.value;
    if ((c >= 0x300 && c <= 0x36f) || (c >= 0x1100 && c <= 0x11ff) || (c >= 0x1dc0 && c <= 0x1dff) ||
        (c >= 0x20d0 && c <= 0x20ff) || (c >= 0x3099 && c <= 0x309a) || (c >= 0xf900 && c <= 0xfaff) ||
        (c >= 0x2f800 && c <= 0x2fa1f) || c == 0x2126 || c == 0x212a || c == 0x212b || c == 0x37e || c == 0x387) {
      return false;
    }
    at += point.length;
  }
  return true;
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
