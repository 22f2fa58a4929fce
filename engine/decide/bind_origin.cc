// Where a fact comes from: who stated it, when it was true, how it is known, and whether it is still fresh
// (contracts.md 10).
#include <algorithm>
#include <array>

#include "engine/base/escape.h"
#include "engine/base/nearest.h"
#include "engine/decide/binder.h"
#include "engine/program/image.h"

namespace caveat::decide {

using program::Members;

namespace {

constexpr Microseconds kSourceClocksDiffer = 300'000'000;  // a source's clock may be ahead by five minutes

std::string listed(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? ": " : ", ") + name;
  return all;
}

// Whether a step of a JSON pointer, escapes and all, names this member (RFC 6901 §4).
bool names_member(std::string_view step, std::string_view name) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < step.size(); ++i, ++at) {
    char c = step[i];
    if (c == '~') {
      if (++i == step.size() || (step[i] != '0' && step[i] != '1')) return false;
      c = step[i] == '0' ? '~' : '/';
    }
    if (at == name.size() || name[at] != c) return false;
  }
  return at == name.size();
}

}  // namespace

void Binder::provenance() {
  r_.stated_.clear();
  const std::uint32_t list = root_.provenance;
  if (list == kNoNode || kind(list) == Fields::Kind::null) return;
  if (!is_list(list, "a list of {path, source, as_of, quality}")) return;
  for (std::uint32_t entry = f_.node(list).first; entry != kNoNode; entry = f_.node(entry).next) {
    if (kind(entry) != Fields::Kind::object) {
      report(codes::kWrongType, entry, "an object {path, source, as_of, quality}", said(entry));
      continue;
    }
    Stated stated;
    std::string_view path;
    for (std::uint32_t node = f_.node(entry).first; node != kNoNode; node = f_.node(node).next) {
      const std::string_view name = f_.name(node);
      static constexpr std::array<std::string_view, 4> kNames = {"as_of", "path", "quality", "source"};
      if (std::find(kNames.begin(), kNames.end(), name) == kNames.end()) {
        report(codes::kUnknownMember, node, "path, source, as_of or quality", std::string(name),
               std::string(nearest(name, kNames)));
        continue;
      }
      if (kind(node) == Fields::Kind::null) continue;
      if (kind(node) != Fields::Kind::text) {
        report(codes::kWrongType, node, "a text", said(node));
        continue;
      }
      const std::string_view text = f_.text(node);
      if (name == "path") {
        path = text;
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
    if (path.empty() || path[0] != '/') {
      report(codes::kWrongType, entry, "a path as a JSON pointer: /customer/age",
             path.empty() ? "none" : "\"" + std::string(path) + "\"");
      continue;
    }
    if (!stated.source.empty() && !may_state(stated.source)) {
      report(codes::kFactSource, f_.child(entry, "source"), "one of the caller's sources" + listed(o_.sources),
             "\"" + std::string(stated.source) + "\"");
    }
    stated.node = node_at(path);
    if (stated.node == kNoNode) {  // a fact that the turn leaves out needs no source; what no pack knows is a slip
      std::string near, hint;
      if (!may_lie_at(path, near, hint))
        report(codes::kUnknownMember, f_.child(entry, "path"),
               "a path to what the turn holds, or to a fact that a loaded pack declares", "\"" + shortened(path) + "\"",
               near, hint);
      continue;
    }
    // A list has one source, so its elements have none of their own; products, actions and recipients are no facts but have them.
    const std::uint32_t above = f_.node(stated.node).parent;
    if (above != kNoNode && kind(above) == Fields::Kind::list && above != root_.actions &&
        f_.node(above).parent != root_.recommendation && f_.node(above).parent != root_.outreach) {
      report(codes::kUnknownMember, f_.child(entry, "path"), "a path to the whole list", "\"" + shortened(path) + "\"",
             f_.path(above));
      continue;
    }
    if (std::any_of(r_.stated_.begin(), r_.stated_.end(),
                    [&](const Stated& other) { return other.node == stated.node; })) {
      report(codes::kRepeated, entry, "each path once", "\"" + shortened(path) + "\" again");
      continue;
    }
    r_.stated_.push_back(stated);
  }
}

std::uint32_t Binder::node_at(std::string_view pointer) const {
  std::uint32_t node = 0;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string_view step = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(step.size());
    node = child_at(node, step);
    if (node == kNoNode) return kNoNode;
  }
  return node;
}

std::uint32_t Binder::child_at(std::uint32_t node, std::string_view step) const {
  std::uint32_t child = f_.node(node).first;
  if (kind(node) == Fields::Kind::list) {
    if (step.empty() || step.size() > 5 || (step.size() > 1 && step[0] == '0')) return kNoNode;
    std::size_t index = 0;
    for (char c : step) {
      if (c < '0' || c > '9') return kNoNode;
      index = index * 10 + static_cast<std::size_t>(c - '0');
    }
    for (; index > 0 && child != kNoNode; --index) child = f_.node(child).next;
  } else {
    while (child != kNoNode && !names_member(step, f_.name(child))) child = f_.node(child).next;
  }
  return child;
}

// Whether a pack declares a fact that the turn could have at this path; if not, `near` is the path that may be meant.
bool Binder::may_lie_at(std::string_view pointer, std::string& near, std::string& hint) const {
  std::uint32_t node = 0, object = Members::kRoot;
  bool in_list = false;
  std::string before;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string_view step = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(step.size());
    if (in_list) {  // of a list there is what the turn holds
      node = node == kNoNode ? kNoNode : child_at(node, step);
      if (node == kNoNode) return false;
      in_list = false;
    } else {
      const std::vector<std::string_view> names = p_.members().names(object);
      const auto named =
          std::find_if(names.begin(), names.end(), [&](std::string_view name) { return names_member(step, name); });
      if (named == names.end()) {
        near = near_member(step, object, hint);
        if (!near.empty()) near = before + "/" + near + std::string(pointer);
        return false;
      }
      const Member& member = *p_.members().find(object, *named);
      node = node == kNoNode ? kNoNode : child_at(node, step);
      object = member.child;
      in_list =
          member.reserved == program::Reserved::products || member.reserved == program::Reserved::actions ||
          member.reserved == program::Reserved::recipients ||
          (member.slot != program::kNone && static_cast<SlotType>(p_.slots()[member.slot].type) == SlotType::list);
      if (object == program::kNone && !in_list) return pointer.empty();
    }
    if (object == program::kNone && !in_list) return pointer.empty();
    before += "/" + std::string(step);
  }
  return true;
}

bool Binder::may_state(std::string_view source) const {
  return o_.any_source || std::find(o_.sources.begin(), o_.sources.end(), source) != o_.sources.end();
}

// The entry of `provenance` for this node: its own, else of the nearest object around it.
const Request::Stated* Binder::stated_for(std::uint32_t node) const {
  if (r_.stated_.empty()) return nullptr;
  for (; node != kNoNode; node = f_.node(node).parent) {
    for (const Stated& one : r_.stated_) {
      if (one.node == node) return &one;
    }
  }
  return nullptr;
}

void Binder::wrong_source(std::uint32_t node, std::string_view from, std::string_view source) {
  report(codes::kFactSource, node, "stated by " + std::string(from),
         source != from
             ? "stated by " + std::string(source)
             : "a caller who may state" + (o_.sources.empty() ? std::string(" no source") : listed(o_.sources)));
}

bool Binder::stated_origin(std::uint32_t node, const SlotRow& slot, Request::Extra& extra, const Microseconds* as_of) {
  const Stated* stated = stated_for(node);
  std::string_view source = stated ? stated->source : std::string_view{};
  const std::string_view from = p_.text(slot.from);
  if (source.empty()) source = !from.empty() ? from : o_.sources.size() == 1 ? std::string_view(o_.sources[0]) : "";
  if (!from.empty() && (source != from || !may_state(from))) {
    wrong_source(node, from, source);
    return false;
  }
  extra.quality = stated && stated->quality ? *stated->quality : r_.quality_;
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

Cause Binder::freshness(const SlotRow& slot, const Request::Extra& extra) const {
  Cause cause = Cause::none;
  if ((slot.flags & program::kAssessed) && extra.quality != Quality::assessed) cause = Cause::inferred;
  if ((slot.flags & program::kHasMaxAge) && !o_.facts_are_fresh) {
    if (!extra.has_as_of) {
      cause = Cause::undated;
    } else if (extra.as_of > r_.at_ + kSourceClocksDiffer) {
      cause = Cause::future;
    } else if (older(extra.as_of, program::duration(slot.max_age))) {
      cause = Cause::stale;
    }
  }
  return cause;
}

bool Binder::older(Microseconds as_of, const Duration& max_age) const {
  constexpr Microseconds kDay = 86'400'000'000;
  const Microseconds until = as_of + max_age.seconds * 1'000'000;
  if (max_age.months == 0) return r_.at_ > until;
  // Months are those of days of the packs, whatever offset the turn is written in; of several zones the strictest counts.
  for (std::uint32_t pack = 0; pack < p_.pack_rows().size(); ++pack) {
    const Days day = days_of(as_of, p_.offset_minutes(pack, as_of, 0));
    if (r_.at_ > until + (add_months(day, max_age.months) - day) * kDay) return true;
  }
  return false;
}

}  // namespace caveat::decide
