// What the caller is told of a turn that cannot be bound: path, expected, found, the nearest name; all mistakes at once.
#include <algorithm>

#include "engine/base/escape.h"
#include "engine/base/nearest.h"
#include "engine/decide/binder.h"

namespace caveat::decide {

std::string Binder::said(std::uint32_t node) const {
  const bool is_value = kind(node) != Fields::Kind::null && f_.node(node).first == kNoNode;
  if (!within_.empty() && is_value) return "a value of class " + std::string(within_);
  switch (kind(node)) {
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

void Binder::report(const Code& code, std::uint32_t node, std::string expected, std::string found, std::string nearest,
                    std::string hint) {
  report_at(code, node == kNoNode ? "" : f_.path(node), std::move(expected), std::move(found), std::move(nearest),
            std::move(hint));
}

void Binder::report_at(const Code& code, std::string path, std::string expected, std::string found, std::string nearest,
                       std::string hint) {
  found_.push_back(
      {&code, {std::move(path), std::move(expected), std::move(found), std::move(nearest), std::move(hint)}});
}

bool Binder::wrong(const Code& code, std::uint32_t node, const SlotRow& slot, SlotType type) {
  return wrong(code, node, slot, type, {});
}

bool Binder::no_such_symbol(std::uint32_t node, const SlotRow& slot, SlotType type) {
  std::vector<std::string_view> names;
  if (!class_of(slot).empty()) return wrong(codes::kWrongType, node, slot, type);  // the nearest name would tell it
  for (const program::SymbolRow& symbol : p_.rows<program::SymbolRow>(program::Section::symbols, slot.symbols)) {
    for (program::Str name : p_.strings(symbol.names)) names.push_back(p_.text(name));
  }
  return wrong(codes::kWrongType, node, slot, type, std::string(nearest(f_.text(node), names)));
}

bool Binder::wrong(const Code& code, std::uint32_t node, const SlotRow& slot, SlotType type, std::string nearest) {
  report(code, node, expected(slot, type), said_of(node, slot), std::move(nearest));
  return false;
}

// A value of a protected class is not repeated to whoever reads the problem.
std::string Binder::said_of(std::uint32_t node, const SlotRow& slot) const {
  const std::string_view of_class = class_of(slot);
  return !of_class.empty() && kind(node) != Fields::Kind::null ? "a value of class " + std::string(of_class)
                                                               : said(node);
}

bool Binder::finish(Problem& problem) {
  if (found_.empty()) return true;
  std::stable_sort(found_.begin(), found_.end(),
                   [](const Found& a, const Found& b) { return codes::gravity(*a.code) < codes::gravity(*b.code); });
  problem.code = found_.front().code;
  problem.items.clear();
  for (Found& one : found_) problem.items.push_back(std::move(one.item));
  return false;
}

void Binder::unknown(std::uint32_t node, std::uint32_t kind) {
  const std::string_view name = f_.name(node);
  std::string hint;
  const std::string near = near_member(name, kind, hint);
  report(codes::kUnknownMember, node, "a member that a loaded pack declares", "\"" + shortened(name) + "\"", near,
         hint);
}

std::string Binder::near_member(std::string_view name, std::uint32_t kind, std::string& hint) const {
  const std::vector<std::string_view> names = p_.members().names(kind);
  std::string near(nearest(name, names));
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
  return near;
}

std::string Binder::range(const SlotRow& slot) const {
  const program::Slot& read = p_.schema().slots[static_cast<std::size_t>(&slot - p_.slots().data())];
  if (!read.low && !read.high) return {};
  return " " + (read.low ? read.low->to_string() : std::string()) + ".." +
         (read.high ? read.high->to_string() : std::string());
}

std::string Binder::expected(const SlotRow& slot, SlotType type) const {
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
      return "a duration of at most 10,000 years: \"PT5M\"";
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

}  // namespace caveat::decide
