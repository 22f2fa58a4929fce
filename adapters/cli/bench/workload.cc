#include "adapters/cli/bench/workload.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace caveat::cli::bench {
namespace {

// A generator of our own, so that a seed means the same everywhere (splitmix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  double chance() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
  }
  template <class T>
  T of(std::initializer_list<T> all) {
    return all.begin()[next() % all.size()];
  }
  // Earlier ones are somewhat more frequent.
  std::int64_t skewed(std::size_t size) {
    const auto at = static_cast<std::size_t>(static_cast<double>(size) * std::pow(chance(), 1.3));
    return static_cast<std::int64_t>(std::min(at, size - 1));
  }
  std::uint64_t some(std::size_t size, std::int64_t low, std::int64_t high) {
    std::uint64_t set = 0;
    for (std::int64_t wanted = between(low, high); wanted > 0;) {
      const std::uint64_t bit = std::uint64_t{1} << (next() % size);
      if ((set & bit) == 0) set |= bit, --wanted;
    }
    return set;
  }
  std::int64_t bell(double mean, double spread) {  // near enough to a normal one
    double sum = 0;
    for (int i = 0; i < 12; ++i) sum += chance();
    return static_cast<std::int64_t>(std::trunc(mean + spread * (sum - 6)));
  }
  std::int64_t amount() { return static_cast<std::int64_t>(std::pow(10.0, 2 + 4.7 * chance())); }

 private:
  std::uint64_t state_;
};

std::vector<std::string> split(std::string_view words) {
  std::vector<std::string> all;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    all.emplace_back(word);
    words.remove_prefix(std::min(words.size(), word.size() + 1));
  }
  return all;
}
std::vector<std::string> kinds_of_products() {
  std::vector<std::string> all;
  for (const std::string& family : split("deposit fund bond insurance loan card fx wealth trust pension")) {
    for (const std::string& kind : split("basic plus premium private")) all.push_back(family + "_" + kind);
  }
  return all;
}
std::vector<std::string> with_prefix(std::string_view prefix, std::string_view words) {
  std::vector<std::string> all = split(words);
  for (std::string& one : all) one.insert(0, prefix);
  return all;
}

const std::array<std::vector<std::string>, kAttrs>& all_symbols() {
  static const std::array<std::vector<std::string>, kAttrs> all = [] {
    std::array<std::vector<std::string>, kAttrs> made;
    made[kAction] = split(
        "product_recommend reply_send limit_raise loan_quote fund_subscribe fund_redeem card_issue transfer_advise "
        "fee_explain complaint_answer kyc_request insurance_offer elsewhere");
    made[kCategory] = kinds_of_products();
    made[kCategory].push_back("elsewhere_kind");
    made[kChannel] = with_prefix("by_", "app web wechat phone branch_kiosk partner");
    made[kRegion] = with_prefix(
        "CN_", "BJ TJ HE SX NM LN JL HL SH JS ZJ AH FJ JX SD HA HB HN GD GX HI CQ SC GZ YN XZ SN GS QH NX XJ");
    made[kSegment] = with_prefix("seg_", "mass affluent private student senior sme");
    made[kKyc] = with_prefix("kyc_", "full basic pending expired");
    made[kConsents] = with_prefix("may_", "marketing profiling third_party cross_border voice credit_bureau");
    made[kTopics] =
        with_prefix("on_",
                    "returns guarantee fees tax early_exit fraud complaint lawyer regulator bereavement debt "
                    "gambling crypto competitor medical minor password transfer mortgage retirement");
    return made;
  }();
  return all;
}
constexpr std::size_t kRealActions = 12, kRealCategories = 40;  // the last one of each is of no turn

Condition number(Attr attr, Op op, std::int64_t low, std::int64_t high = 0) { return {attr, op, low, high, 0, attr}; }
Condition one(Attr attr, Op op, std::int64_t symbol) { return {attr, op, symbol, 0, std::uint64_t{1} << symbol, attr}; }
Condition several(Attr attr, Op op, std::uint64_t set) { return {attr, op, 0, 0, set, attr}; }
Condition pair(Attr attr, Op op, Attr other) { return {attr, op, 0, 0, 0, other}; }
Condition range(Attr attr, std::int64_t a, std::int64_t b) {
  return number(attr, Op::between, std::min(a, b), std::max(a, b));
}

using Make = std::function<Condition(Dice&)>;
const std::vector<Make>& makers() {
  static const auto size = [](Attr attr) { return all_symbols()[attr].size(); };
  static const std::vector<Make> all = {
      [](Dice& d) { return number(kAge, Op::below, d.between(20, 30)); },
      [](Dice& d) { return number(kAge, Op::at_least, d.between(65, 80)); },
      [](Dice& d) { return range(kAge, d.between(18, 89), d.between(18, 89)); },
      [](Dice& d) { return number(kCustomerRisk, Op::at_most, d.between(1, 2)); },
      [](Dice& d) { return number(kCustomerRisk, Op::equal, d.between(1, 5)); },
      [](Dice& d) { return several(kRegion, Op::one_of, d.some(size(kRegion), 2, 5)); },
      [](Dice& d) { return one(kRegion, Op::equal, d.skewed(size(kRegion))); },
      [](Dice& d) { return one(kSegment, Op::equal, d.skewed(size(kSegment))); },
      [](Dice& d) { return several(kSegment, Op::one_of, d.some(size(kSegment), 2, 3)); },
      [](Dice& d) { return one(kKyc, Op::equal, d.between(1, 3)); },
      [](Dice&) { return several(kKyc, Op::one_of, 0b1100); },
      [](Dice& d) { return one(kConsents, Op::lacks, d.between(0, 5)); },
      [](Dice& d) { return one(kConsents, Op::has, d.between(0, 5)); },
      [](Dice&) { return number(kVulnerable, Op::equal, 1); },
      [](Dice& d) { return number(kComplaints, Op::at_least, d.between(1, 2)); },
      [](Dice& d) { return number(kProductRisk, Op::at_least, d.between(4, 5)); },
      [](Dice&) { return pair(kProductRisk, Op::above_attr, kCustomerRisk); },
      [](Dice& d) { return number(kTenor, Op::above, d.of({365, 730})); },
      [](Dice& d) { return number(kMinAmount, Op::above, d.of({1000, 10000, 50000})); },
      [](Dice& d) { return number(kAmount, Op::at_least, d.amount()); },
      [](Dice& d) { return number(kAmount, Op::below, d.amount()); },
      [](Dice&) { return pair(kAmount, Op::below_attr, kMinAmount); },
      [](Dice& d) { return one(kChannel, Op::equal, d.skewed(size(kChannel))); },
      [](Dice& d) { return several(kChannel, Op::one_of, d.some(size(kChannel), 2, 3)); },
      [](Dice& d) { return number(kSentiment, Op::below, d.between(-80, -20)); },
      [](Dice& d) { return number(kFailed, Op::at_least, d.between(1, 3)); },
      [](Dice& d) { return several(kTopics, Op::has_any, d.some(size(kTopics), 2, 4)); },
      [](Dice& d) { return one(kTopics, Op::has, d.between(0, 19)); },
  };
  return all;
}

enum class Scope : std::uint8_t { both, action, none };

int conditions_of(Dice& dice, Scope scope, bool small) {
  switch (scope) {
    case Scope::both:
      return small ? dice.of({2, 2, 3}) : dice.of({2, 2, 3, 3, 3, 4, 5});
    case Scope::action:
      return small ? dice.of({2, 3}) : dice.of({4, 4, 5});
    default:
      return small ? 3 : 5;
  }
}

Rule make_rule(Dice& dice, std::uint32_t number, Scope scope, bool small) {
  Rule rule;
  do {
    rule = {};
    rule.number = number;
    rule.effect = dice.of({Effect::revise, Effect::revise, Effect::block, Effect::handoff});
    if (scope != Scope::none) rule.action = static_cast<int>(dice.skewed(kRealActions));
    if (scope == Scope::both) rule.category = static_cast<int>(dice.skewed(kRealCategories));
    // Different makers, and of those that ask of one fact the first.
    std::vector<std::size_t> order(makers().size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const int wanted = conditions_of(dice, scope, small);
    for (int i = 0; i < wanted; ++i) {
      std::swap(order[static_cast<std::size_t>(i)],
                order[static_cast<std::size_t>(dice.between(i, static_cast<std::int64_t>(order.size()) - 1))]);
      const Condition made = makers()[order[static_cast<std::size_t>(i)]](dice);
      const bool asked = std::any_of(rule.when.begin(), rule.when.end(),
                                     [&](const Condition& before) { return before.attr == made.attr; });
      if (!asked) rule.when.push_back(made);
    }
  } while (rule.when.size() < 2);
  return rule;
}

Request make_request(Dice& dice) {
  Request q;
  q.value[kAction] = dice.skewed(kRealActions);
  q.value[kCategory] = dice.skewed(kRealCategories);
  q.value[kChannel] = dice.skewed(all_symbols()[kChannel].size());
  q.value[kAge] = dice.between(18, 88);
  q.value[kCustomerRisk] = dice.between(1, 5);
  q.value[kRegion] = dice.skewed(all_symbols()[kRegion].size());
  q.value[kSegment] = dice.skewed(all_symbols()[kSegment].size());
  q.value[kKyc] = dice.of({0, 0, 0, 0, 1, 2, 3});
  q.value[kConsents] = static_cast<std::int64_t>(dice.some(6, 1, 5));
  q.value[kVulnerable] = dice.chance() < 0.12 ? 1 : 0;
  q.value[kComplaints] = std::max<std::int64_t>(0, dice.bell(0, 1.3));
  q.value[kProductRisk] = dice.between(1, 5);
  q.value[kMinAmount] = dice.of({0, 100, 1000, 10000, 50000, 300000});
  q.value[kTenor] = dice.of({0, 7, 30, 90, 180, 365, 730, 1095, 1825});
  q.value[kAmount] = dice.amount();
  q.value[kSentiment] = dice.between(-100, 100);
  q.value[kFailed] = std::max<std::int64_t>(0, dice.bell(0.4, 1.2));
  q.value[kTopics] = static_cast<std::int64_t>(dice.some(20, 0, 4));
  return q;
}

enum class Truth : std::uint8_t { no, unknown, yes };

Truth truth(const Condition& c, const Request& q) {
  const bool two = c.op == Op::below_attr || c.op == Op::above_attr;
  if (!q.has(c.attr) || (two && !q.has(c.other))) return Truth::unknown;
  const std::int64_t x = q.value[c.attr];
  bool holds = false;
  switch (c.op) {
    case Op::equal:
      holds = x == c.low;
      break;
    case Op::below:
      holds = x < c.low;
      break;
    case Op::at_most:
      holds = x <= c.low;
      break;
    case Op::above:
      holds = x > c.low;
      break;
    case Op::at_least:
      holds = x >= c.low;
      break;
    case Op::one_of:
      holds = (c.set >> x & 1) != 0;
      break;
    case Op::between:
      holds = c.low <= x && x <= c.high;
      break;
    case Op::has:
    case Op::has_any:
      holds = (static_cast<std::uint64_t>(x) & c.set) != 0;
      break;
    case Op::lacks:
      holds = (static_cast<std::uint64_t>(x) & c.set) == 0;
      break;
    case Op::below_attr:
      holds = x < q.value[c.other];
      break;
    case Op::above_attr:
      holds = x > q.value[c.other];
      break;
  }
  return holds ? Truth::yes : Truth::no;
}

}  // namespace

const AttrName& name_of(Attr attr) {
  static constexpr std::array<AttrName, kAttrs> kNames = {
      {{"customer", "age", "年龄", "customer.age"},
       {"customer", "risk_level", "风险等级", "customer.risk_level"},
       {"customer", "complaints_90d", "近期投诉数", "customer.complaints_90d"},
       {"product", "risk_level", "风险等级", "product.risk_level"},
       {"product", "min_amount", "起购金额", "product.min_amount"},
       {"product", "tenor_days", "期限天数", "product.tenor_days"},
       {"deal", "amount", "交易金额", "amount"},
       {"dialogue", "sentiment", "情绪分", "turn.sentiment"},
       {"dialogue", "failed_attempts", "失败次数", "turn.failed_attempts"},
       {"customer", "vulnerable", "弱势客户", "customer.vulnerable"},
       {"deal", "action", "办理事项", "action"},
       {"product", "category", "产品类别", "product.category"},
       {"deal", "via", "办理渠道", "channel"},
       {"customer", "region", "所在地区", "customer.region"},
       {"customer", "segment", "客户分层", "customer.segment"},
       {"customer", "kyc", "核验状态", "customer.kyc"},
       {"customer", "consents", "已授权事项", "customer.consents"},
       {"dialogue", "topics", "谈及话题", "turn.topics"}}};
  return kNames[attr];
}

std::span<const std::string> symbols_of(Attr attr) { return all_symbols()[attr]; }

std::string_view name_of(Effect effect) {
  static constexpr std::array<std::string_view, 4> kNames = {"allow", "revise", "block", "handoff"};
  return kNames[static_cast<std::size_t>(effect)];
}

std::string rule_name(std::uint32_t number) {
  std::string digits = std::to_string(number);
  return "R" + std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
}

Answer judge(std::span<const Rule> rules, const Request& request) {
  Answer answer;
  for (const Rule& rule : rules) {
    Truth all = Truth::yes;
    const auto also = [&](Truth one) { all = std::min(all, one); };
    if (rule.action >= 0) also(truth(one(kAction, Op::equal, rule.action), request));
    if (rule.category >= 0) also(truth(one(kCategory, Op::equal, rule.category), request));
    for (const Condition& condition : rule.when) also(truth(condition, request));
    if (all == Truth::yes) {
      answer.fired.push_back(rule.number);
      answer.effect = std::max(answer.effect, rule.effect);
    } else if (all == Truth::unknown) {
      answer.unknown.push_back(rule.number);
    }
  }
  return answer;
}

Workload make_workload(const Shape& shape) {
  Workload work;
  const std::size_t matter = shape.rules - std::min(shape.others, shape.rules);
  Dice dice(shape.seed * 1'000'003 + matter);  // the same rules, whatever others stand beside them
  std::vector<Scope> scopes;
  const auto both = static_cast<std::size_t>(std::lround(static_cast<double>(matter) * 0.85));
  const std::size_t action =
      std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(static_cast<double>(matter) * 0.10)));
  scopes.assign(both, Scope::both);
  scopes.insert(scopes.end(), action, Scope::action);
  scopes.resize(matter, Scope::none);
  if (!shape.scoped) std::fill(scopes.begin(), scopes.end(), Scope::none);
  for (std::size_t i = scopes.size(); i > 1; --i)
    std::swap(scopes[i - 1], scopes[static_cast<std::size_t>(dice.between(0, static_cast<std::int64_t>(i) - 1))]);
  const bool small = matter <= 100;
  for (std::size_t i = 0; i < matter; ++i)
    work.rules.push_back(make_rule(dice, static_cast<std::uint32_t>(i), scopes[i], small));
  for (std::size_t i = matter; i < shape.rules; ++i) {
    Rule rule = make_rule(dice, static_cast<std::uint32_t>(i), Scope::both, small);
    rule.action = static_cast<int>(kRealActions);
    rule.category = static_cast<int>(kRealCategories);
    work.rules.push_back(rule);
  }
  Dice turns(shape.seed);
  Dice missing(shape.seed + 1);
  for (std::size_t i = 0; i < shape.requests; ++i) {
    Request& made = work.requests.emplace_back(make_request(turns));
    for (std::uint8_t attr = 0; attr < kAttrs; ++attr) {
      if (shape.absent > 0 && missing.chance() < shape.absent) made.known &= ~(1u << attr);
    }
  }
  return work;
}

}  // namespace caveat::cli::bench
