// Workload: a rulebook of a bank and turns that it judges, made of a seed, neutral between engines, with an oracle.
// Every contender of `caveat bench` gets the same rules and turns and is held to the oracle's answers before it is timed.
//
//   Workload work = make_workload({.rules = 1000, .seed = 20261124});
//   Answer wanted = judge(work.rules, work.requests[0]);
//
// A rule is scoped by an action and a category of products (85 %), by an action (10 %) or not at all, and asks for two to
// five conditions on sixteen facts. Large books are narrower than small ones.
//
// Promises   the same Shape gives the same workload on any machine
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace caveat::cli::bench {

// The facts; numbers first, then symbols, then lists of symbols.
enum Attr : std::uint8_t {
  kAge,
  kCustomerRisk,
  kComplaints,
  kProductRisk,
  kMinAmount,
  kTenor,
  kAmount,
  kSentiment,
  kFailed,
  kVulnerable,
  kFirstSymbol,
  kAction = kFirstSymbol,
  kCategory,
  kChannel,
  kRegion,
  kSegment,
  kKyc,
  kFirstList,
  kConsents = kFirstList,
  kTopics,
  kAttrs
};
struct AttrName {
  std::string_view group, name, also;  // as Caveat's packs declare it, with its Chinese name
  std::string_view path;               // as the neutral form writes it
};
const AttrName& name_of(Attr attr);
std::span<const std::string> symbols_of(Attr attr);  // names in the neutral form

enum class Op : std::uint8_t {
  equal,
  below,
  at_most,
  above,
  at_least,
  one_of,
  between,
  has,
  lacks,
  has_any,
  below_attr,
  above_attr
};
struct Condition {
  Attr attr = kAge;
  Op op = Op::equal;
  std::int64_t low = 0, high = 0;  // numbers; `low` also: one symbol
  std::uint64_t set = 0;           // symbols, a bit each
  Attr other = kAge;               // below_attr, above_attr
};

enum class Effect : std::uint8_t { allow, revise, block, handoff };  // worst last
std::string_view name_of(Effect effect);

struct Rule {
  std::uint32_t number = 0;
  Effect effect = Effect::block;
  int action = -1, category = -1;  // -1: any
  std::vector<Condition> when;
};
std::string rule_name(std::uint32_t number);  // "R00042"

struct Request {
  std::array<std::int64_t, kAttrs> value{};  // a number, a symbol, or the bits of a list
  std::uint32_t known = (1u << kAttrs) - 1;  // a bit a fact
  bool has(Attr attr) const { return (known >> attr & 1) != 0; }
};

struct Answer {
  Effect effect = Effect::allow;       // of what fired
  std::vector<std::uint32_t> fired;    // ascending
  std::vector<std::uint32_t> unknown;  // neither true nor false, since facts are missing
  friend bool operator==(const Answer&, const Answer&) = default;
};
Answer judge(std::span<const Rule> rules, const Request& request);

struct Shape {
  std::size_t rules = 1000;
  std::uint64_t seed = 20261124;
  bool scoped = true;      // false: no rule names an action or a category
  std::size_t others = 0;  // of `rules`: that are only for an action and a category that no turn has
  double absent = 0;       // share of the facts that turns leave out
  std::size_t requests = 2000;
};
struct Workload {
  std::vector<Rule> rules;
  std::vector<Request> requests;
};
Workload make_workload(const Shape& shape);

}  // namespace caveat::cli::bench
