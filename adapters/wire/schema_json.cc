#include "adapters/wire/schema_json.h"

#include <boost/json.hpp>
#include <initializer_list>

#include "engine/base/limits.h"
#include "engine/base/units.h"

namespace caveat::wire {

namespace json = boost::json;
using program::Slot;
using program::SlotType;

namespace {

using json::array;
using json::object;
using program::Member;
using program::Members;
using program::Program;
using program::Reserved;

std::string range_of(const Slot& slot) {
  if (!slot.low && !slot.high) return {};
  return (slot.low ? slot.low->to_string() : "") + ".." + (slot.high ? slot.high->to_string() : "");
}

// The last two of each plane beyond the first, which are no characters. Signs beyond four digits stand as they are, since dialects
// write them differently.
std::string no_characters() {
  std::string out;
  for (char32_t plane = 1; plane <= 16; ++plane) {
    for (const char32_t sign : {plane * 0x10000 + 0xfffe, plane * 0x10000 + 0xffff}) {
      out += static_cast<char>(0xf0 | (sign >> 18));
      for (const int shift : {12, 6, 0}) out += static_cast<char>(0x80 | ((sign >> shift) & 0x3f));
    }
  }
  return out;
}

// Outside of what somebody said (contracts.md 14).
json::object plain_text() {
  return {{"type", "string"}, {"pattern", R"(^[^\u0000\ufdd0-\ufdef\ufffe-\uffff)" + no_characters() + "]*$"}};
}

object null() { return {{"type", "null"}}; }
object or_null(object schema) { return {{"anyOf", array{std::move(schema), null()}}}; }  // null is what is not there

object closed(object properties, array required = {}) {
  object out{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) out["required"] = std::move(required);
  return out;
}

object list_of(object items) {
  return {{"type", "array"}, {"maxItems", Limits{}.list_elements}, {"items", std::move(items)}};
}

object pattern(std::string_view expression, std::string_view example = {}) {
  object out{{"type", "string"}, {"pattern", expression}};
  if (!example.empty()) out["examples"] = array{json::string(example)};
  return out;
}

// ---- numbers in a text, held to their range sign by sign: JSON Schema has no other way there

std::string any_digits(std::size_t count) { return count == 0 ? "" : "[0-9]{" + std::to_string(count) + "}"; }
std::string one_of_digits(char first, char last) {
  return first > last ? "" : first == last ? std::string(1, first) : std::string{'[', first, '-', last, ']'};
}

class Digits {  // the text of a number without its sign
 public:
  explicit Digits(const Decimal& number) {
    std::string text = number.to_string();
    if (text[0] == '-') text.erase(0, 1);
    const std::size_t point = text.find('.');
    whole_ = text.substr(0, point);
    if (point != std::string::npos) fraction_ = text.substr(point + 1);
  }
  std::string or_less() const {
    std::string all = join(fewer(), kFraction);
    std::string same;  // 0.25: a fraction of 2, 25, 24…, 1…
    for (std::size_t i = fraction_.size(); i-- > 0;) {
      const std::string below =
          fraction_[i] == '0' ? "" : one_of_digits('0', static_cast<char>(fraction_[i] - 1)) + "[0-9]*|";
      same = "(" + below + fraction_[i] + (same.empty() ? "0*" : same) + ")?";
    }
    if (same.empty()) return all + whole_ + "(\\.0+)?";
    same.pop_back();  // behind the point stands a digit
    return all + whole_ + "(\\." + same + ")?";
  }
  std::string or_more() const {
    const std::string all = join(more(), kFraction);
    if (fraction_.empty()) return all + whole_ + std::string(kFraction);
    std::string same;
    for (std::size_t i = 0; i < fraction_.size(); ++i) {
      if (fraction_[i] != '9')
        same += fraction_.substr(0, i) + one_of_digits(static_cast<char>(fraction_[i] + 1), '9') + "[0-9]*|";
    }
    return all + whole_ + "\\.(" + same + fraction_ + "[0-9]*)";
  }

 private:
  static constexpr std::string_view kFraction = "(\\.[0-9]+)?";
  std::string whole_, fraction_;
  static std::string join(const std::string& whole, std::string_view fraction) {
    return whole.empty() ? "" : "(" + whole + ")" + std::string(fraction) + "|";
  }
  std::string fewer() const {  // whole numbers below
    std::string all;
    for (std::size_t i = 0; i < whole_.size(); ++i) {
      const char least = i == 0 && whole_.size() > 1 ? '1' : '0';
      if (whole_[i] <= least) continue;
      all += (all.empty() ? "" : "|") + whole_.substr(0, i) + one_of_digits(least, static_cast<char>(whole_[i] - 1)) +
             any_digits(whole_.size() - i - 1);
    }
    if (whole_.size() > 1) {
      all += std::string(all.empty() ? "" : "|") + "0|[1-9]";
      if (whole_.size() > 2) all += "[0-9]{0," + std::to_string(whole_.size() - 2) + "}";
    }
    return all;
  }
  std::string more() const {
    std::string all = "[1-9][0-9]{" + std::to_string(whole_.size()) + ",}";
    for (std::size_t i = 0; i < whole_.size(); ++i) {
      if (whole_[i] == '9') continue;
      all += "|" + whole_.substr(0, i) + one_of_digits(static_cast<char>(whole_[i] + 1), '9') +
             any_digits(whole_.size() - i - 1);
    }
    return all;
  }
};

constexpr std::string_view kUnsigned = "(0|[1-9][0-9]*)(\\.[0-9]+)?";

std::string at_least(const Decimal& low) {
  if (low > Decimal(0)) return Digits(low).or_more();
  return std::string(kUnsigned) + "|-(" + Digits(low).or_less() + ")";
}
std::string at_most(const Decimal& high) {
  if (high < Decimal(0)) return "-(" + Digits(high).or_more() + ")";
  return "-" + std::string(kUnsigned) + "|" + Digits(high).or_less();
}

// A number, and what stands behind it, in a text. With an exponent it is for bind to say whether it lies in the range.
object number_text(const std::optional<Decimal>& low, const std::optional<Decimal>& high, bool whole, bool exponent,
                   std::string_view behind, std::string_view example) {
  const std::string unit = std::string(behind) + "$";
  const std::string power = exponent ? "|-?" + std::string(kUnsigned) + "[eE][+-]?[0-9]+" : "";
  object out =
      pattern("^(-?(0|[1-9][0-9]*)" + std::string(whole ? "(\\.0+)?" : "(\\.[0-9]+)?") + power + ")" + unit, example);
  array bounds;
  if (low) bounds.push_back(object{{"pattern", "^(" + at_least(*low) + power + ")" + unit}});
  if (high) bounds.push_back(object{{"pattern", "^(" + at_most(*high) + power + ")" + unit}});
  if (!bounds.empty() && exponent)
    out["$comment"] =
        "Of a number with an exponent (1.5e3) the range is looked at when the turn is read, not by this pattern.";
  if (!bounds.empty()) out["allOf"] = std::move(bounds);
  return out;
}

object number_of(const std::optional<Decimal>& low, const std::optional<Decimal>& high, bool whole) {
  object number{{"type", whole ? "integer" : "number"}};
  if (low) number["minimum"] = json::parse(low->to_string());
  if (high) number["maximum"] = json::parse(high->to_string());
  return {{"anyOf", array{std::move(number), number_text(low, high, whole, true, "", "")}}};
}

object percent_of(const std::optional<Decimal>& low, const std::optional<Decimal>& high) {
  return number_text(low, high, false, true, " ?%", "4.8 %");
}

std::string all_currencies() {
  std::string all;
  for (const std::string_view one : currencies()) all += (all.empty() ? "(" : "|") + std::string(one);
  return all + ")";
}

// ---- times, each as engine/base/units.h reads it: `format` alone binds no validator

constexpr std::string_view kDate =
    "(([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
    "-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
    "|([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)-02-29)";

object date() {
  object out = pattern("^" + std::string(kDate) + "$");
  out["format"] = "date";
  return out;
}
object instant() {
  object out = pattern("^" + std::string(kDate) +
                       R"(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$)");
  out["format"] = "date-time";
  return out;
}
object duration() {
  object out = pattern(
      "^P(([0-9]+Y([0-9]+M)?([0-9]+W)?([0-9]+D)?|[0-9]+M([0-9]+W)?([0-9]+D)?|[0-9]+W([0-9]+D)?|[0-9]+D)"
      "(T([0-9]+H([0-9]+M)?([0-9]+S)?|[0-9]+M([0-9]+S)?|[0-9]+S))?|T([0-9]+H([0-9]+M)?([0-9]+S)?|[0-9]+M([0-9]+S)?|[0-"
      "9]+S))$",
      "PT5M");
  return out;
}

// ---- members

object id_text() {
  return {{"type", "string"}, {"minLength", 1}, {"maxLength", Limits{}.id_characters}, {"pattern", id_pattern()}};
}

class SchemaWriter {
 public:
  SchemaWriter(const Program& program, Language language) : p_(program), language_(language) {}

  object root() const {
    object out = closed(members(Members::kRoot), array{"id"});
    out["anyOf"] = kinds_of_turn();
    return out;
  }

 private:
  const Program& p_;
  const Language language_;

  object members(std::uint32_t of) const {
    object out;
    for (const std::string_view name : p_.members().names(of)) out[name] = member(*p_.members().find(of, name));
    return out;
  }
  object part(std::uint32_t of) const { return or_null(closed(members(of))); }

  object member(const Member& member) const {
    switch (member.reserved) {
      case Reserved::id:
        return id_text();
      case Reserved::at:
      case Reserved::as_of:
        return or_null(instant());
      case Reserved::bot:
      case Reserved::conversation:
      case Reserved::customer:
      case Reserved::message:
      case Reserved::answer:
      case Reserved::recommendation:
      case Reserved::material:
        return part(member.child);
      case Reserved::outreach:
        return or_null(closed(members(member.child), array{"recipients"}));
      case Reserved::recipients: {
        object out = list_of(closed(members(member.child), array{"id"}));
        out["minItems"] = 1;
        return out;
      }
      case Reserved::products:
        return or_null(list_of(closed(members(member.child), array{"id"})));
      case Reserved::material_product:
        return or_null(closed(members(member.child), array{"id"}));
      case Reserved::actions:
        return or_null(list_of(closed(members(member.child), array{"name"})));
      case Reserved::recipient_id:
      case Reserved::product_id:
        return described(member.slot, id_text());
      case Reserved::conversation_id:
      case Reserved::customer_id:
      case Reserved::bot_id:
      case Reserved::action_id:
      case Reserved::outreach_id:
      case Reserved::material_id:
        return or_null(described(member.slot, id_text()));
      case Reserved::action_name: {
        object name = member.slot == program::kNone ? plain_text() : value(member.slot);
        if (const json::value* type = name.if_contains("type"); type != nullptr && *type == "string")
          name["minLength"] = 1;
        return described(member.slot, std::move(name));
      }
      case Reserved::turn:
        return or_null(described(member.slot, number_of(Decimal(0), Decimal((std::int64_t{1} << 53) - 1), true)));
      case Reserved::weight: {
        object weight = percent_of(Decimal(0), Decimal(100));
        if (member.slot != program::kNone) weight = {{"allOf", array{std::move(weight), value(member.slot)}}};
        return or_null(described(member.slot, std::move(weight)));
      }
      case Reserved::message_text:
      case Reserved::answer_text:
      case Reserved::outreach_text:
      case Reserved::material_text:
        return or_null(described(member.slot, {{"type", "string"}}));
      case Reserved::computed:
      case Reserved::not_yet:
        return null();
      case Reserved::continues: {
        object out = plain_text();
        out["minLength"] = 1;
        return or_null(std::move(out));
      }
      case Reserved::satisfied:
        return or_null(proofs());
      case Reserved::offsets:
        return or_null({{"enum", array{"code-points", "utf-16", "utf-8"}}});
      case Reserved::jurisdictions: {
        array known;
        for (const std::string_view one : p_.jurisdictions()) known.emplace_back(one);
        return or_null(list_of(or_null(known.empty() ? plain_text() : object{{"enum", std::move(known)}})));
      }
      case Reserved::provenance:
        return or_null(list_of(closed({{"path", pattern("^/", "/customer/age")},
                                       {"source", or_null(plain_text())},
                                       {"as_of", or_null(instant())},
                                       {"quality", or_null({{"enum", array{"assessed", "stated", "inferred"}}})}},
                                      array{"path"})));
      case Reserved::channel:
      case Reserved::language:
      case Reserved::none:
        break;
    }
    if (member.slot == program::kNone)
      return member.child == program::kNone ? or_null(plain_text()) : part(member.child);
    const Slot& slot = p_.schema().slots[member.slot];
    if (slot.type == SlotType::record) return or_null(described(member.slot, closed(members(member.child))));
    if (slot.type != SlotType::list) return or_null(described(member.slot, value(member.slot)));
    object items = slot.element != SlotType::record ? value(member.slot)
                   : member.child == program::kNone ? object{{"type", "object"}}
                                                    : closed(members(member.child));
    return or_null(described(member.slot, list_of(std::move(items))));
  }

  object proofs() const {
    object text = plain_text();
    text["minLength"] = 1;
    object evidence = text;
    evidence["description"] =
        language_ == Language::zh
            ? "该客户这一次行为（一次签名、一次点击）的唯一编号，而不是所展示的表单或页面的编号：kind、by 与 evidence "
              "均相同的凭证即为同一次行为，不论由谁提交，只能使用一次；仅当前置要求另有有效范围时，可在该范围内再次使用"
            : "the id of this one act of this customer (one signature, one click), not of the form or page that he was "
              "shown: proofs with the same kind, by and evidence are the same act, whoever brings them. It serves "
              "once, "
              "for one requirement; again only within what that requirement is valid for";
    object all = list_of(closed({{"name", text},
                                 {"kind", text},
                                 {"by", text},
                                 {"at", instant()},
                                 {"expires", or_null(instant())},
                                 {"evidence", std::move(evidence)}},
                                array{"name", "kind", "by", "at", "evidence"}));
    all["maxItems"] = 32;
    return all;
  }

  // A value of the fact, or of an element of the list that it is.
  object value(std::uint32_t index) const {
    const Slot& slot = p_.schema().slots[index];
    switch (slot.type == SlotType::list ? slot.element : slot.type) {
      case SlotType::yes_no:
        return {{"type", "boolean"}};
      case SlotType::integer:
        return number_of(slot.low, slot.high, true);
      case SlotType::decimal:
        return number_of(slot.low, slot.high, false);
      case SlotType::percent:
        return percent_of(slot.low, slot.high);
      case SlotType::money:
        return number_text(slot.low, slot.high, false, false,
                           " " + (slot.currency.empty() ? all_currencies() : slot.currency),
                           "60000 " + (slot.currency.empty() ? "CNY" : slot.currency));
      case SlotType::date:
        return date();
      case SlotType::instant:
        return instant();
      case SlotType::duration:
        return duration();
      case SlotType::time_of_day:
        return pattern("^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", "17:30");
      case SlotType::choice:
      case SlotType::scale:
        return symbols_of(slot);
      case SlotType::text:
      case SlotType::time_zone:
      case SlotType::list:
      case SlotType::record:
        break;
    }
    return plain_text();
  }
  static object symbols_of(const Slot& slot) {
    array values;
    for (const program::Symbol& symbol : slot.symbols) {
      for (const std::string& name : symbol.names) values.push_back(json::string(name));
    }
    return {{"enum", std::move(values)}};
  }

  // What its pack says of the fact, beside what it may be.
  object described(std::uint32_t index, object out) const {
    if (index == program::kNone) return out;
    const Slot& slot = p_.schema().slots[index];
    if (!slot.data_class.empty() && p_.refuses(slot.data_class)) out = null();
    out["title"] = p_.slot_name(index, language_);
    const std::string& ask = language_ == Language::zh ? slot.ask_zh : slot.ask_en;
    if (!ask.empty()) out["description"] = ask;
    if (const std::string range = range_of(slot); !range.empty()) out["x-caveat-range"] = range;
    if (!slot.from.empty()) out["x-caveat-from"] = slot.from;
    if (const std::uint32_t set = p_.data_of(index); set != program::kNone)  // who sends the key may leave this out
      out["x-caveat-keyed-by"] = p_.slot_path(p_.data()[set].key);
    if (!slot.data_class.empty()) out["x-caveat-class"] = slot.data_class;
    if (slot.assessed) out["x-caveat-assessed"] = true;
    if (slot.max_age) out["x-caveat-max-age"] = format_duration(*slot.max_age);
    out["x-caveat-read"] = slot.read_by_a_rule;
    return out;
  }

  // A turn has something to judge, and an outreach or a material stands alone in it (contracts.md 15).
  static array kinds_of_turn() {
    const auto kind = [](std::string_view part, object there, std::initializer_list<std::string_view> without) {
      object properties{{part, std::move(there)}};
      for (const std::string_view one : without) properties[one] = null();
      return object{{"required", array{json::string(part)}}, {"properties", std::move(properties)}};
    };
    const object there{{"type", "object"}};
    array all;
    for (const std::string_view part : {"message", "answer", "recommendation"})
      all.push_back(kind(part, there, {"outreach", "material"}));
    all.push_back(kind("actions", {{"type", "array"}, {"minItems", 1}}, {"outreach", "material"}));
    all.push_back(kind("outreach", there,
                       {"conversation", "customer", "message", "answer", "continues", "satisfied", "material"}));
    all.push_back(kind("material", there,
                       {"conversation", "customer", "message", "answer", "continues", "satisfied", "recommendation",
                        "actions", "outreach"}));
    return all;
  }
};

}  // namespace

// Sign by sign as engine/decide/ids.h takes them; a test holds the two together.
std::string id_pattern() {
  return R"(^[^\u0000-\u0020\u007f-\u00a0\u00ad\u0300-\u036f\u037e\u0387\u061c\u1100-\u11ff\u1680\u17b4-\u17b5\u180b-\u180f)"
         R"(\u1dc0-\u1dff\u2000-\u200f\u2028-\u202f\u205f-\u206f\u20d0-\u20ff\u2126\u212a-\u212b\u2800\u3000\u3099-\u309a\u3164)"
         R"(\uf900-\ufaff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe-\uffff)"
         "\U0002F800-\U0002FA1F\U000E0000-\U000E0FFF" +
         no_characters() + "]+$";
}

std::string schema_json(const program::Program& program, Language language) {
  object out{{"$schema", "https://json-schema.org/draft/2020-12/schema"}};
  out["$id"] = "urn:caveat:schema:sha256:" + hex(program.digest());
  out["title"] = language == Language::zh ? "一轮对话" : "A turn of a conversation";
  for (auto& [name, value] : SchemaWriter(program, language).root()) out[name] = value;
  return json::serialize(out);
}

}  // namespace caveat::wire
