#include "adapters/wire/schema_json.h"

#include <boost/json.hpp>
#include <map>

namespace caveat::wire {

namespace json = boost::json;
using program::Slot;
using program::SlotPart;
using program::SlotType;

namespace {

// A range of numbers is enforced by bind, where a number may also stand as a text; the schema tells it in words.
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

json::object pattern(std::string_view expression, std::string_view example) {
  return {{"type", "string"}, {"pattern", expression}, {"examples", json::array{json::string(example)}}};
}

json::object symbols_of(const Slot& slot) {
  json::array values;
  for (const program::Symbol& symbol : slot.symbols)
    for (const std::string& name : symbol.names) values.push_back(json::string(name));
  return {{"enum", std::move(values)}};
}

json::object type_of(const Slot& slot, SlotType type);

json::object list_of(const program::Program& program, const Slot& slot) {
  json::object items;
  if (slot.members.empty()) {
    items = type_of(slot, slot.element);
  } else {
    json::object members;
    for (const std::uint32_t member : slot.members)
      members[program.schema().slots[member].path.back()] =
          type_of(program.schema().slots[member], program.schema().slots[member].type);
    items = {{"type", "object"}, {"properties", std::move(members)}, {"additionalProperties", false}};
  }
  return {{"type", "array"}, {"maxItems", 1000}, {"items", std::move(items)}};
}

json::object type_of(const Slot& slot, SlotType type) {
  static constexpr const char* kNumber = R"(^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$)";
  switch (type) {
    case SlotType::yes_no:
      return {{"type", "boolean"}};
    case SlotType::integer:
    case SlotType::decimal:
      return {{"anyOf",
               json::array{json::object{{"type", "number"}}, json::object{{"type", "string"}, {"pattern", kNumber}}}}};
    case SlotType::percent:
      return pattern(R"(^-?[0-9]+(\.[0-9]+)? ?%$)", "4.8 %");
    case SlotType::money:
      return pattern(
          R"(^-?[0-9]+(\.[0-9]+)? )" + (slot.currency.empty() ? std::string("[A-Z]{3}") : slot.currency) + "$",
          "60000 " + (slot.currency.empty() ? "CNY" : slot.currency));
    case SlotType::date:
      return {{"type", "string"}, {"format", "date"}};
    case SlotType::instant:
      return {{"type", "string"}, {"format", "date-time"}};
    case SlotType::duration:
      return {{"type", "string"}, {"format", "duration"}};
    case SlotType::time_of_day:
      return pattern("^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", "17:30");
    case SlotType::choice:
    case SlotType::scale:
      return symbols_of(slot);
    case SlotType::record:
      return {{"type", "object"}};
    case SlotType::list:
      return {{"type", "array"}, {"maxItems", 1000}};
    case SlotType::text:
    case SlotType::time_zone:
      break;
  }
  const bool is_said = slot.path.size() > 1 && slot.path.back() == "text" &&
                       (slot.path[0] == "answer" || slot.path[0] == "message" || slot.path[0] == "outreach" ||
                        slot.path[0] == "material");
  return is_said ? json::object{{"type", "string"}} : plain_text();
}

json::object property(const program::Program& program, std::uint32_t index, Language language) {
  const Slot& slot = program.schema().slots[index];
  json::object out = slot.type == SlotType::list ? list_of(program, slot) : type_of(slot, slot.type);
  out["title"] = program.slot_name(index, language);
  const std::string& ask = language == Language::zh ? slot.ask_zh : slot.ask_en;
  if (!ask.empty()) out["description"] = ask;
  if (const std::string range = range_of(slot); !range.empty()) out["x-caveat-range"] = range;
  if (!slot.from.empty()) out["x-caveat-from"] = slot.from;
  if (const std::uint32_t set = program.data_of(index); set != program::kNone)  // who sends the key may leave this out
    out["x-caveat-keyed-by"] = program.slot_path(program.data()[set].key);
  if (!slot.data_class.empty()) out["x-caveat-class"] = slot.data_class;
  if (slot.assessed) out["x-caveat-assessed"] = true;
  if (slot.max_age) out["x-caveat-max-age"] = format_duration(*slot.max_age);
  out["x-caveat-read"] = slot.read_by_a_rule;
  // null is a missing fact: allowed everywhere
  return {{"anyOf", json::array{std::move(out), json::object{{"type", "null"}}}}};
}

// What the engine works out itself is read by rules and refused in a turn.
bool is_computed(const program::Program& program, const Slot& slot) {
  if (slot.path.size() != 2 || slot.path[0] != "conversation") return false;
  const program::Member* member = program.members().find(program::Members::kConversation, slot.path[1]);
  return member != nullptr && member->reserved == program::Reserved::computed;
}

json::object closed(json::object properties) {
  return {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

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
  const json::object any_text = plain_text();
  const json::object id{{"type", "string"}, {"minLength", 1}, {"maxLength", 128}, {"pattern", id_pattern()}};
  const json::object instant{{"type", "string"}, {"format", "date-time"}};
  std::map<std::string, json::object> groups;  // object name → its properties
  json::object top;
  const auto& slots = program.schema().slots;
  std::vector<bool> inner(slots.size(), false);
  for (const Slot& slot : slots)
    for (const std::uint32_t member : slot.members) inner[member] = true;
  for (std::uint32_t i = 0; i < slots.size(); ++i) {
    const Slot& slot = slots[i];
    // Of the lists that every turn may have.
    const bool of_item = !slot.path.empty() && (slot.path[0] == "product" || slot.path[0] == "action");
    if ((inner[i] && !of_item) || is_computed(program, slot)) continue;
    if (slot.path.size() == 1)
      top[slot.path[0]] = property(program, i, language);
    else if (slot.path.size() == 2)
      groups[slot.path[0]][slot.path[1]] = property(program, i, language);
  }
  for (const char* group : {"bot", "conversation", "customer", "product"}) groups[group]["id"] = id;
  groups["action"]["name"] = plain_text();
  groups["action"]["name"].as_object()["minLength"] = 1;
  for (const char* group : {"conversation", "customer", "message", "answer", "recommendation", "outreach", "material"})
    groups[group]["as_of"] = instant;
  for (const char* group : {"outreach", "material"}) groups[group]["id"] = id;

  json::object properties{{"id", id}, {"at", instant}, {"channel", any_text}, {"language", any_text}};
  json::array jurisdictions;
  for (const std::string_view one : program.jurisdictions()) jurisdictions.emplace_back(one);
  properties["jurisdictions"] = json::object{
      {"type", "array"}, {"items", jurisdictions.empty() ? any_text : json::object{{"enum", jurisdictions}}}};
  properties["offsets"] = json::object{{"enum", json::array{"code-points", "utf-16", "utf-8"}}};
  properties["provenance"] = json::object{
      {"type", "array"},
      {"items", closed({{"path", any_text},
                        {"source", any_text},
                        {"as_of", instant},
                        {"quality", json::object{{"enum", json::array{"assessed", "stated", "inferred"}}}}})}};
  properties["continues"] = any_text;
  json::object proof = closed({{"name", any_text},
                               {"kind", any_text},
                               {"by", any_text},
                               {"at", instant},
                               {"expires", instant},
                               {"evidence", any_text}});
  proof["required"] = json::array{"name", "kind", "by", "at", "evidence"};
  properties["satisfied"] = json::object{{"type", "array"}, {"maxItems", 32}, {"items", std::move(proof)}};
  for (auto& [name, value] : top) properties[name] = value;
  json::object products, actions;
  for (auto& [name, members] : groups) {
    if (name == "product") {
      members["as_of"] = instant;
      products = members;
    } else if (name == "action") {
      members["as_of"] = instant;
      actions = members;
    } else if (name != "recommendation" && name != "outreach" && name != "material") {
      properties[name] = closed(members);
    }
  }
  json::object recommendation = groups["recommendation"];
  json::object product = closed(std::move(products)), action = closed(std::move(actions));
  product["required"] = json::array{"id"};
  action["required"] = json::array{"name"};
  recommendation["products"] = json::object{{"type", "array"}, {"maxItems", 1000}, {"items", std::move(product)}};
  properties["recommendation"] = closed(std::move(recommendation));
  properties["actions"] = json::object{{"type", "array"}, {"maxItems", 1000}, {"items", std::move(action)}};
  // In an outreach each recipient is the customer; a material may be a product.
  json::object outreach = groups["outreach"], material = groups["material"], recipient = closed(groups["customer"]);
  recipient["required"] = json::array{"id"};
  outreach["recipients"] =
      json::object{{"type", "array"}, {"minItems", 1}, {"maxItems", 1000}, {"items", std::move(recipient)}};
  material["product"] =
      properties["recommendation"].as_object()["properties"].as_object()["products"].as_object()["items"];
  json::object whole = closed(std::move(outreach));
  whole["required"] = json::array{"recipients"};
  properties["outreach"] = std::move(whole);
  properties["material"] = closed(std::move(material));

  json::object out{{"$schema", "https://json-schema.org/draft/2020-12/schema"}};
  out["$id"] = "urn:caveat:schema:sha256:" + hex(program.digest());
  out["title"] = language == Language::zh ? "一轮对话" : "A turn of a conversation";
  out["type"] = "object";
  out["properties"] = std::move(properties);
  out["required"] = json::array{"id"};
  out["additionalProperties"] = false;
  return json::serialize(out);
}

}  // namespace caveat::wire
