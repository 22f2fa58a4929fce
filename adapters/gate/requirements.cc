#include "adapters/gate/requirements.h"

#include <algorithm>

#include "adapters/wire/codes.h"
#include "engine/base/cbor.h"
#include "engine/base/digest.h"
#include "engine/base/nearest.h"

namespace caveat::gate {
namespace {

using decide::Fields;
constexpr std::size_t kMostProofs = 32;

void report(std::optional<Problem>& problem, const Code& code, std::string path, std::string expected,
            std::string found, std::string nearest = {}, std::string hint = {}) {
  if (!problem) problem = Problem{&code, {}};
  problem->items.push_back({.path = std::move(path),
                            .expected = std::move(expected),
                            .found = std::move(found),
                            .nearest = std::move(nearest),
                            .hint = std::move(hint)});
}

bool has(const program::Program& program, program::Range list, std::string_view word) {
  const auto all = program.strings(list);
  return std::any_of(all.begin(), all.end(), [&](program::Str one) { return program.text(one) == word; });
}

std::string listed(const program::Program& program, program::Range list) {
  std::string out;
  for (const program::Str one : program.strings(list))
    out += (out.empty() ? "" : ", ") + std::string(program.text(one));
  return out;
}

std::string closest(const program::Program& program, program::Range list, std::string_view word) {
  std::vector<std::string_view> all;
  for (const program::Str one : program.strings(list)) all.push_back(program.text(one));
  return std::string(nearest(word, all));
}

// What a proof has served for: a line each.
struct Service {
  std::string conversation, customer, name, products;
};
std::string encode(const Service& service) {
  return service.conversation + "\n" + service.customer + "\n" + service.name + "\n" + service.products;
}
Service decode_service(std::string_view value) {
  Service service;
  for (std::string* line : {&service.conversation, &service.customer, &service.name, &service.products}) {
    const std::size_t end = value.find('\n');
    *line = value.substr(0, end);
    value = end == std::string_view::npos ? std::string_view() : value.substr(end + 1);
  }
  return service;
}

// How long a proof serves: as long as the requirement says from the proof's own time, and no longer than the proof itself says.
// Working days count as days: never longer than they are meant. Nothing: neither says.
std::optional<Microseconds> serves_until(const program::RequirementRow& row, const Proof& proof) {
  std::optional<Microseconds> until = proof.expires;
  if (row.has_valid_for != 0) {
    const Days day = days_of(proof.at, 0);
    const std::int64_t days = add_months(day, row.valid_for.months) - day + std::int64_t{row.valid_for.working_days};
    const Microseconds end = proof.at + (days * 86'400 + row.valid_for.seconds) * 1'000'000;
    until = until ? std::min(*until, end) : end;
  }
  return until;
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// How far a proof for this requirement reaches beyond the very turn.
struct Width {
  bool conversation = false, purpose = false, product = false;
  bool any() const { return conversation || purpose || product; }
};
Width width_of(const program::Program& program, const program::RequirementRow& row, const Asked& asked,
               const Matter& now) {
  return {.conversation = has(program, row.scopes, "conversation") && !asked.conversation.empty(),
          .purpose = has(program, row.scopes, "purpose") && !asked.customer.empty(),
          .product = has(program, row.scopes, "product") && !now.products.empty()};
}
bool fits(const Width& width, const Asked& asked, const Matter& now) {
  return width.conversation || width.purpose || is_same(asked.matter, now) ||
         (width.product && asked.matter.products == now.products);
}

// Of a proof that does not fit. Where facts were asked for with it nobody knew yet what it would be given for.
wire::NotMet other_than_asked(const Width& width, const Asked& asked) {
  return asked.matter.content.empty() && !width.product ? wire::NotMet::facts_first : wire::NotMet::other_matter;
}

}  // namespace

bool is_same(const Matter& asked, const Matter& now) { return !asked.content.empty() && asked.content == now.content; }

std::string products_of(const decide::Request& request) {
  std::vector<std::string_view> ids;
  for (std::size_t i = 0; i < request.all_products(); ++i) ids.push_back(request.product_id(i));
  std::sort(ids.begin(), ids.end());
  std::string all;
  for (const std::string_view id : ids) all.append(all.empty() ? "" : "\t").append(id);
  return all;
}

Continuation read_continuation(const Fields& fields, std::optional<Problem>& problem) {
  Continuation next;
  if (fields.empty()) return next;
  const auto there = [&](std::uint32_t node) {
    return node != Fields::kEnd && fields.node(node).kind != Fields::Kind::null;
  };
  const std::uint32_t continues = fields.child(0, "continues"), satisfied = fields.child(0, "satisfied");
  if (there(continues)) {
    if (fields.node(continues).kind != Fields::Kind::text || fields.text(continues).empty())
      report(problem, wire::codes::kWrongType, "/continues", "the id of a decision", "something else");
    else
      next.decision = fields.text(continues);
  }
  if (!there(satisfied)) return next;
  if (!there(continues)) {
    report(problem, wire::codes::kBadContinuation, "/satisfied", "with `continues`: the decision that asked for it",
           "satisfied without continues");
    return next;
  }
  if (fields.node(satisfied).kind != Fields::Kind::list) {
    report(problem, wire::codes::kWrongType, "/satisfied", "a list of proofs", "something else");
    return next;
  }
  for (std::uint32_t node = fields.node(satisfied).first; node != Fields::kEnd; node = fields.node(node).next) {
    const std::string path = fields.path(node);
    if (fields.node(node).kind != Fields::Kind::object) {
      report(problem, wire::codes::kWrongType, path, "an object", "something else");
      continue;
    }
    if (next.proofs.size() == kMostProofs) {
      report(problem, wire::codes::kTooMany, "/satisfied", "at most " + std::to_string(kMostProofs) + " of them",
             "more");
      break;
    }
    Proof proof;
    std::string at, expires;
    const std::pair<std::string_view, std::string*> members[] = {
        {"name", &proof.name}, {"kind", &proof.kind},         {"by", &proof.by},
        {"at", &at},           {"evidence", &proof.evidence}, {"expires", &expires}};
    for (std::uint32_t member = fields.node(node).first; member != Fields::kEnd; member = fields.node(member).next) {
      const std::string_view name = fields.name(member);
      const auto* known =
          std::find_if(std::begin(members), std::end(members), [&](const auto& one) { return one.first == name; });
      if (known == std::end(members)) {
        std::vector<std::string_view> names;
        for (const auto& one : members) names.push_back(one.first);
        report(problem, wire::codes::kUnknownMember, fields.path(member), "name, kind, by, at, expires or evidence",
               quoted(name), std::string(nearest(name, names)));
      } else if (fields.node(member).kind == Fields::Kind::text) {
        *known->second = fields.text(member);
      } else if (fields.node(member).kind != Fields::Kind::null) {
        report(problem, wire::codes::kWrongType, fields.path(member), "a text", "something else");
      }
    }
    for (const auto& [name, value] : members) {
      if (name != "expires" && value->empty())
        report(problem, wire::codes::kWrongType, path + "/" + std::string(name), "a text", "none");
    }
    const auto instant = [&](std::string_view name, const std::string& text) {
      const std::optional<Microseconds> known = parse_instant(text);
      if (!known && !text.empty())
        report(problem, wire::codes::kWrongType, path + "/" + std::string(name), "an instant as of RFC 3339",
               quoted(text));
      return known;
    };
    proof.at = instant("at", at).value_or(0);
    proof.expires = instant("expires", expires);
    next.proofs.push_back(std::move(proof));
  }
  return next;
}

std::string encode(const Asked& asked) {
  cbor::Encoder out;
  out.map(10);
  out.integer(1);
  out.text(asked.caller);
  out.integer(2);
  out.text(asked.conversation);
  out.integer(3);
  out.text(asked.customer);
  out.integer(4);
  out.unsigned_integer(asked.rounds);
  out.integer(5);
  out.integer(asked.until);
  out.integer(6);
  out.array(asked.names.size());
  for (const std::string& name : asked.names) out.text(name);
  out.integer(7);
  out.text(asked.matter.products);
  out.integer(8);
  out.bytes(asked.matter.content);
  out.integer(9);
  out.array(asked.met.size());
  for (const auto& [name, until] : asked.met) {
    out.array(2);
    out.text(name);
    out.integer(until);
  }
  out.integer(10);
  out.integer(asked.since);
  return out.take();
}

std::optional<Asked> decode_asked(std::string_view encoded) {
  const Result<cbor::Value> map = cbor::decode(encoded);
  if (!map || map->kind != cbor::Value::Kind::map || (map->items.size() != 12 && map->items.size() != 20))
    return std::nullopt;
  Asked asked;
  asked.caller = map->find(1)->string;
  asked.conversation = map->find(2)->string;
  asked.customer = map->find(3)->string;
  asked.rounds = map->find(4)->number;
  asked.until = map->find(5)->as_integer().value_or(0);
  for (const cbor::Value& name : map->find(6)->items) asked.names.emplace_back(name.string);
  if (map->items.size() == 12)
    return asked;  // of before a proof was held against what it was asked for: nothing is the same
  asked.matter.products = map->find(7)->string;
  asked.matter.content = map->find(8)->string;
  for (const cbor::Value& one : map->find(9)->items) {
    if (one.items.size() != 2) return std::nullopt;
    asked.met.emplace_back(one.items[0].string, one.items[1].as_integer().value_or(0));
  }
  asked.since = map->find(10)->as_integer().value_or(0);
  return asked;
}

audit::StateKey asked_key(std::string_view decision) {
  return {.kind = audit::StateKind::requirement, .subject = "decision " + std::string(decision), .discriminator = {}};
}

std::string requirement_full_name(const program::Program& program, std::uint32_t index) {
  return std::string(program.text(program.pack_rows()[program.requirements()[index].pack].name)) + "/" +
         std::string(program.requirement_name(index));
}

audit::StateKey proof_key(const Proof& proof) {
  return {.kind = audit::StateKind::requirement,
          .subject = "proof " + proof.kind + " " + proof.by,
          .discriminator = hex(sha256(proof.evidence))};
}

namespace {

// Is it called that? Decisions of before the names had their packs asked by the bare one.
bool is_called(const program::Program& program, std::uint32_t index, std::string_view name) {
  return name == requirement_full_name(program, index) || name == program.requirement_name(index);
}
bool was_asked(const program::Program& program, const Asked& asked, std::uint32_t index) {
  return std::any_of(asked.names.begin(), asked.names.end(),
                     [&](const std::string& name) { return is_called(program, index, name); });
}
// When its proof ends, of one that the chain has met; nothing: it has not.
std::optional<Microseconds> met_until(const program::Program& program, const Asked& asked, std::uint32_t index) {
  for (const auto& [name, until] : asked.met)
    if (is_called(program, index, name)) return until;
  return std::nullopt;
}

// Did the decision name it, whatever the packs of now call it? Packs may have been loaded anew since.
bool did_name(const Asked& asked, std::string_view name) {
  const auto is_it = [name](std::string_view whole) {
    return whole == name || (whole.ends_with(name) && whole[whole.size() - name.size() - 1] == '/');
  };
  return std::any_of(asked.names.begin(), asked.names.end(), is_it) ||
         std::any_of(asked.met.begin(), asked.met.end(), [&](const auto& one) { return is_it(one.first); });
}

// Which of them a proof is for: one that was asked for, with its pack where packs share the name; else one that was met.
std::optional<std::uint32_t> meant_by(const program::Program& program, const Asked& asked, const Proof& proof,
                                      const std::string& path, std::optional<Problem>& problem) {
  std::vector<std::uint32_t> meant, met;
  std::string names;
  for (std::uint32_t index = 0; index < program.requirements().size(); ++index) {
    if (!is_called(program, index, proof.name)) continue;
    if (was_asked(program, asked, index)) {
      meant.push_back(index);
      names += (names.empty() ? "" : " or ") + requirement_full_name(program, index);
    } else if (met_until(program, asked, index)) {
      met.push_back(index);
    }
  }
  if (meant.empty()) meant = std::move(met);
  if (meant.size() == 1) return meant.front();
  if (meant.empty() && did_name(asked, proof.name))
    report(problem, wire::codes::kBadContinuation, path, "a requirement of the packs that are loaded now",
           quoted(proof.name) + ", which they have no more", {},
           "send the turn again without this proof: what they require of it now is told");
  else if (meant.empty())
    report(problem, wire::codes::kBadContinuation, path, "a requirement that the decision named", quoted(proof.name),
           std::string(nearest(proof.name, asked.names)));
  else
    report(problem, wire::codes::kBadContinuation, path, "its name with its pack, since packs share it: " + names,
           quoted(proof.name));
  return std::nullopt;
}

}  // namespace

Met check(const program::Program& program, const Asked& asked, const Continuation& next, const Caller& caller,
          const Matter& matter, Microseconds now, Microseconds clock_skew,
          const std::function<std::optional<std::string>(const audit::StateKey&)>& served,
          std::optional<Problem>& problem) {
  Met met;
  for (std::uint32_t index = 0; index < program.requirements().size(); ++index) {
    const std::optional<Microseconds> until = met_until(program, asked, index);
    if (!until || now > asked.until) continue;
    const Width width = width_of(program, program.requirements()[index], asked, matter);
    const std::size_t told = met.not_met.size();
    if (!fits(width, asked, matter))
      met.not_met.push_back({.requirement = index, .why = other_than_asked(width, asked)});
    if (*until != 0 && *until <= now)
      met.not_met.push_back({.requirement = index, .why = wire::NotMet::expired, .time = *until});
    if (met.not_met.size() > told) continue;
    met.requirements.push_back(index);
    met.until[index] = *until;
  }
  const std::vector<std::uint32_t> before_this = met.requirements;
  for (std::size_t i = 0; i < next.proofs.size(); ++i) {
    const Proof& proof = next.proofs[i];
    const std::string path = "/satisfied/" + std::to_string(i);
    const std::optional<std::uint32_t> index = meant_by(program, asked, proof, path + "/name", problem);
    if (!index) continue;
    if (!caller.any_source &&
        std::find(caller.sources.begin(), caller.sources.end(), proof.by) == caller.sources.end()) {
      report(problem, wire::codes::kFactSource, path + "/by", "a source that the caller may state", quoted(proof.by));
      continue;
    }
    if (proof.at > now + clock_skew) {
      report(problem, wire::codes::kBadContinuation, path + "/at", "a time that is past", format_instant(proof.at, 0));
      continue;
    }
    const program::RequirementRow& row = program.requirements()[*index];
    const std::string name = requirement_full_name(program, *index);
    if (row.proofs.count > 0 && !has(program, row.proofs, proof.kind)) {
      report(problem, wire::codes::kBadContinuation, path + "/kind",
             "a proof that the requirement takes: " + listed(program, row.proofs), quoted(proof.kind),
             closest(program, row.proofs, proof.kind));
      continue;
    }
    if (row.from.count > 0 && !has(program, row.from, proof.by)) {
      report(problem, wire::codes::kFactSource, path + "/by",
             "a source that the requirement takes: " + listed(program, row.from), quoted(proof.by),
             closest(program, row.from, proof.by));
      continue;
    }
    if (std::find(before_this.begin(), before_this.end(), *index) != before_this.end()) continue;  // brought once more
    const Width width = width_of(program, row, asked, matter);
    const std::optional<Microseconds> until = serves_until(row, proof);
    // One that holds for a time may have been given before it was asked for; any other one is the answer to this request: for the
    // very turn, since that was first asked about, else since the chain began.
    const bool fit = fits(width, asked, matter);
    const Microseconds since = width.any() ? asked.until - kAskedFor : asked.since;
    const bool may_be_older = until && (width.any() || row.has_valid_for != 0);
    const std::size_t told = met.not_met.size();
    const auto tell = [&](wire::NotMet why, Microseconds time = 0) {
      met.not_met.push_back({.requirement = *index, .proof = i, .why = why, .time = time});
    };
    if (!fit) tell(other_than_asked(width, asked));
    if (until && *until <= now) tell(wire::NotMet::expired, *until);
    if (!may_be_older && proof.at < since - clock_skew) tell(wire::NotMet::too_early, since);
    std::optional<std::string> before = served(proof_key(proof));
    const auto here = std::find_if(met.used.begin(), met.used.end(),
                                   [&](const audit::StateChange& one) { return one.key == proof_key(proof); });
    if (here != met.used.end()) before = here->value;  // for another requirement of this very turn
    if (before) {
      // It has served. It may again within what the requirement says, as long as it or the proof itself says that it holds.
      const Service earlier = decode_service(*before);
      const bool same_requirement = earlier.name == name || earlier.name == program.requirement_name(*index);
      const bool same_customer = !asked.customer.empty() && earlier.customer == asked.customer;
      const bool again =
          until && same_requirement &&
          ((width.conversation && earlier.conversation == asked.conversation) || (width.purpose && same_customer) ||
           (width.product && same_customer && earlier.products == matter.products));
      if (!again) tell(wire::NotMet::spent);
    }
    const bool counts = met.not_met.size() == told;
    // Brought for something else it is spent on what it was given for, and is none for that a round later.
    if (!counts && (before || fit)) continue;
    if (counts) {
      met.requirements.push_back(*index);
      met.until[*index] = until.value_or(0);
    }
    met.used.push_back({.key = proof_key(proof),
                        .value = encode(Service{.conversation = asked.conversation,
                                                .customer = asked.customer,
                                                .name = name,
                                                .products = asked.matter.products})});
  }
  std::sort(met.requirements.begin(), met.requirements.end());
  met.requirements.erase(std::unique(met.requirements.begin(), met.requirements.end()), met.requirements.end());
  return met;
}

}  // namespace caveat::gate
