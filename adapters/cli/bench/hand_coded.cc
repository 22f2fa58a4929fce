#include "adapters/cli/bench/hand_coded.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <unordered_map>

// The rows are ANDed as wide as the machine can, as in the engine that this is the mark for.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__OPTIMIZE__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define CAVEAT_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define CAVEAT_WIDE
#endif

namespace caveat::cli::bench {
namespace {

constexpr std::size_t kPlaces = 64;  // of actions, of categories

using Words = std::vector<std::uint64_t>;

CAVEAT_WIDE void keep(std::uint64_t* live, const std::uint64_t* row, std::uint32_t words) {
  for (std::uint32_t i = 0; i < words; ++i) live[i] &= row[i];
}
CAVEAT_WIDE void keep_either(std::uint64_t* live, const std::uint64_t* a, const std::uint64_t* b, std::uint32_t words) {
  for (std::uint32_t i = 0; i < words; ++i) live[i] &= a[i] | b[i];
}
CAVEAT_WIDE void drop(std::uint64_t* live, const std::uint64_t* row, std::uint32_t words) {
  for (std::uint32_t i = 0; i < words; ++i) live[i] &= ~row[i];
}

}  // namespace

HandCoded::~HandCoded() = default;

bool HandCoded::Asked::holds(const Facts& facts) const {
  const std::int64_t x = facts.value[attr];
  switch (test) {
    case Test::range:
      return x >= low && x <= high;
    case Test::any:
      return (x & low) != 0;
    case Test::none:
      return (x & low) == 0;
    case Test::less:
      return x < facts.value[other];
    default:
      return x > facts.value[other];
  }
}

HandCoded::Asked HandCoded::asked(const Condition& c) {
  Asked made{Test::range, c.attr, c.other, 0.3f, INT64_MIN, INT64_MAX};
  if (c.op == Op::below_attr || c.op == Op::above_attr) {
    made.test = c.op == Op::below_attr ? Test::less : Test::greater;
    return made;
  }
  if (c.attr >= kFirstSymbol) {
    made.test = c.op == Op::lacks ? Test::none : Test::any;
    made.low = static_cast<std::int64_t>(c.set);
    made.pass = c.attr == kRegion      ? 0.03f * static_cast<float>(std::popcount(c.set))
                : c.attr >= kFirstList ? 0.4f
                                       : 0.25f;
    return made;
  }
  if (c.op == Op::equal || c.op == Op::above || c.op == Op::at_least || c.op == Op::between)
    made.low = c.op == Op::above ? c.low + 1 : c.low;
  if (c.op == Op::equal || c.op == Op::below || c.op == Op::at_most) made.high = c.op == Op::below ? c.low - 1 : c.low;
  if (c.op == Op::between) made.high = c.high;
  if (c.op == Op::equal) made.pass = 0.15f;
  return made;
}

HandCoded::HandCoded(const std::vector<Rule>& rules) {
  both_.resize(kPlaces * kPlaces);
  std::vector<Bucket> action(kPlaces);
  Bucket all;
  for (const Rule& rule : rules) {
    const Entry entry{static_cast<std::uint32_t>(asked_.size()), static_cast<std::uint32_t>(rule.when.size()),
                      static_cast<std::uint32_t>(rule.effect), rule.number};
    for (const Condition& condition : rule.when) asked_.push_back(asked(condition));
    std::stable_sort(asked_.begin() + entry.first, asked_.end(),
                     [](const Asked& a, const Asked& b) { return a.pass < b.pass; });
    const auto at = static_cast<std::size_t>(std::max(rule.action, 0));
    (rule.category >= 0 ? both_[at * kPlaces + static_cast<std::size_t>(rule.category)]
     : rule.action >= 0 ? action[at]
                        : all)
        .push_back(entry);
  }
  for (const Bucket& bucket : action) action_.push_back(bitmap(bucket));
  all_ = bitmap(all);
}

HandCoded::Bitmap HandCoded::bitmap(const Bucket& bucket) const {
  Bitmap made;
  made.rules = bucket;
  made.words = static_cast<std::uint32_t>((bucket.size() + 63) / 64);
  const std::size_t words = made.words;
  const auto set = [&](Words& bits, std::size_t row, std::size_t rule) {
    bits[row * words + rule / 64] |= std::uint64_t{1} << rule % 64;
  };
  for (std::uint8_t at = 0; at < kAttrs; ++at) {
    Rows rows{static_cast<Attr>(at), {}, {}, Words(words), {}};
    bool used = false;
    const auto each = [&](auto visit) {
      for (std::size_t rule = 0; rule < bucket.size(); ++rule) {
        const Asked* mine = nullptr;
        for (std::uint32_t k = 0; k < bucket[rule].count; ++k) {
          const Asked& one = asked_[bucket[rule].first + k];
          if (one.attr == at && one.test != Test::less && one.test != Test::greater) mine = &one;
        }
        visit(rule, mine);
        used |= mine != nullptr;
      }
    };
    if (at < kFirstSymbol) {
      rows.starts = {INT64_MIN};
      each([&](std::size_t, const Asked* one) {
        if (!one) return;
        rows.starts.push_back(one->low);
        if (one->high != INT64_MAX) rows.starts.push_back(one->high + 1);
      });
      std::sort(rows.starts.begin(), rows.starts.end());
      rows.starts.erase(std::unique(rows.starts.begin(), rows.starts.end()), rows.starts.end());
      rows.bits.resize(rows.starts.size() * words);
      each([&](std::size_t rule, const Asked* one) {
        for (std::size_t row = 0; row < rows.starts.size(); ++row) {
          if (!one || (rows.starts[row] >= one->low && rows.starts[row] <= one->high)) set(rows.bits, row, rule);
        }
      });
    } else {
      rows.bits.resize(64 * words);
      rows.veto.resize(64 * words);
      each([&](std::size_t rule, const Asked* one) {
        if (!one || one->test == Test::none) set(rows.none, 0, rule);
        if (!one) return;
        for (std::size_t bit = 0; bit < 64; ++bit) {
          if ((one->low >> bit & 1) != 0) set(one->test == Test::none ? rows.veto : rows.bits, bit, rule);
        }
      });
    }
    if (used) made.rows.push_back(std::move(rows));
  }
  made.less.resize(words);
  made.greater.resize(words);
  for (std::size_t rule = 0; rule < bucket.size(); ++rule) {
    for (std::uint32_t k = 0; k < bucket[rule].count; ++k) {
      const Asked& one = asked_[bucket[rule].first + k];
      if (one.test == Test::less) set(made.less, 0, rule);
      if (one.test == Test::greater) set(made.greater, 0, rule);
    }
  }
  return made;
}

void HandCoded::scan(const Bucket& bucket, const Facts& facts, Verdict& verdict) const {
  for (const Entry& entry : bucket) {
    const Asked* one = &asked_[entry.first];
    const Asked* end = one + entry.count;
    while (one != end && one->holds(facts)) ++one;
    if (one != end) continue;
    verdict.effect = std::max(verdict.effect, entry.effect);
    verdict.fired[verdict.count++] = entry.rule;
  }
}

void HandCoded::match(const Bitmap& bitmap, const Facts& facts, Verdict& verdict) const {
  const std::uint32_t words = bitmap.words;
  if (words == 0) return;
  std::array<std::uint64_t, 256> live;  // up to 16,384 rules a bucket
  std::fill_n(live.begin(), words, ~std::uint64_t{0});
  if (facts.value[kAmount] >= facts.value[kMinAmount]) drop(live.data(), bitmap.less.data(), words);
  if (facts.value[kProductRisk] <= facts.value[kCustomerRisk]) drop(live.data(), bitmap.greater.data(), words);
  for (const Rows& rows : bitmap.rows) {
    const std::int64_t x = facts.value[rows.attr];
    if (rows.attr < kFirstSymbol) {
      std::size_t row = 0;
      const std::int64_t* base = rows.starts.data();
      for (std::size_t n = rows.starts.size(); n > 1;) {
        const std::size_t half = n / 2;
        row += base[row + half] <= x ? half : 0;
        n -= half;
      }
      keep(live.data(), &rows.bits[row * words], words);
    } else if (rows.attr < kFirstList) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(static_cast<std::uint64_t>(x)));
      keep_either(live.data(), &rows.bits[bit * words], rows.none.data(), words);
    } else {
      std::array<std::uint64_t, 256> seen;
      std::copy_n(rows.none.begin(), words, seen.begin());
      for (auto left = static_cast<std::uint64_t>(x); left != 0; left &= left - 1) {
        const std::size_t at = static_cast<std::size_t>(std::countr_zero(left)) * words;
        for (std::uint32_t w = 0; w < words; ++w) {
          seen[w] |= rows.bits[at + w];
          live[w] &= ~rows.veto[at + w];
        }
      }
      keep(live.data(), seen.data(), words);
    }
  }
  for (std::uint32_t w = 0; w < words; ++w) {
    for (std::uint64_t left = live[w]; left != 0; left &= left - 1) {
      const std::size_t at = w * 64 + static_cast<std::size_t>(std::countr_zero(left));
      if (at >= bitmap.rules.size()) continue;
      verdict.effect = std::max(verdict.effect, bitmap.rules[at].effect);
      verdict.fired[verdict.count++] = bitmap.rules[at].rule;
    }
  }
}

void HandCoded::decide(const Facts& facts, Verdict& verdict) const {
  verdict.effect = verdict.count = 0;
  scan(both_[facts.action * kPlaces + facts.category], facts, verdict);
  match(action_[facts.action], facts, verdict);
  match(all_, facts, verdict);
}

HandCoded::Facts HandCoded::facts_of(const Request& request) {
  Facts facts;
  facts.value = request.value;
  for (std::uint8_t at = kFirstSymbol; at < kFirstList; ++at) facts.value[at] = std::int64_t{1} << request.value[at];
  facts.action = static_cast<std::uint32_t>(request.value[kAction]);
  facts.category = static_cast<std::uint32_t>(request.value[kCategory]);
  return facts;
}

// ---- its JSON

struct HandCoded::Line::Inside {
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      std::uint64_t a = 0, b = 0;
      const std::size_t n = std::min<std::size_t>(text.size(), 8);
      __builtin_memcpy(&a, text.data(), n);
      __builtin_memcpy(&b, text.data() + text.size() - n, n);
      return (a * 0x9E3779B97F4A7C15u ^ b * 0xC2B2AE3D27D4EB4Fu ^ text.size()) >> 7;
    }
  };
  std::array<std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>>, kAttrs> names;
  simdjson::ondemand::parser parser;

  std::uint32_t find(Attr attr, std::string_view text) const {
    const auto found = names[attr].find(text);
    return found == names[attr].end() ? 63 : found->second;
  }
};

HandCoded::Line::Line() : inside_(std::make_unique<Inside>()) {
  for (std::uint8_t at = kFirstSymbol; at < kAttrs; ++at) {
    const auto symbols = symbols_of(static_cast<Attr>(at));
    for (std::uint32_t i = 0; i < symbols.size(); ++i) inside_->names[at].emplace(symbols[i], i);
  }
}
HandCoded::Line::~Line() = default;

void HandCoded::Line::read(std::string_view json, std::size_t capacity, Facts& facts) {
  namespace od = simdjson::ondemand;
  od::document document = inside_->parser.iterate(simdjson::padded_string_view(json.data(), json.size(), capacity));
  od::object root = document.get_object();
  const auto number = [&](od::object& object, std::string_view key, Attr attr) {
    facts.value[attr] = object.find_field(key).get_int64();
  };
  const auto symbol = [&](od::object& object, std::string_view key, Attr attr) {
    facts.value[attr] = std::int64_t{1} << inside_->find(attr, object.find_field(key).get_string());
  };
  const auto list = [&](od::object& object, std::string_view key, Attr attr) {
    std::int64_t bits = 0;
    for (auto item : object.find_field(key).get_array())
      bits |= std::int64_t{1} << inside_->find(attr, item.get_string());
    facts.value[attr] = bits;
  };
  facts.action = inside_->find(kAction, root.find_field("action").get_string());
  symbol(root, "channel", kChannel);
  od::object customer = root.find_field("customer").get_object();
  number(customer, "age", kAge);
  number(customer, "risk_level", kCustomerRisk);
  number(customer, "complaints_90d", kComplaints);
  facts.value[kVulnerable] = bool(customer.find_field("vulnerable").get_bool());
  symbol(customer, "region", kRegion);
  symbol(customer, "segment", kSegment);
  symbol(customer, "kyc", kKyc);
  list(customer, "consents", kConsents);
  od::object product = root.find_field("product").get_object();
  number(product, "risk_level", kProductRisk);
  number(product, "min_amount", kMinAmount);
  number(product, "tenor_days", kTenor);
  facts.category = inside_->find(kCategory, product.find_field("category").get_string());
  number(root, "amount", kAmount);
  od::object turn = root.find_field("turn").get_object();
  number(turn, "sentiment", kSentiment);
  number(turn, "failed_attempts", kFailed);
  list(turn, "topics", kTopics);
}

}  // namespace caveat::cli::bench
