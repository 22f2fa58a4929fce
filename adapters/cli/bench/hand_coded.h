// HandCoded: what the machine can do when nothing is general: an evaluator written for this one workload.
// It knows the sixteen facts by their place, has no unknown facts, no reasons, no texts and no records: the mark that
// Caveat's own evaluator is held against.
//
// How        rules of one action and category are tried one by one, the most selective condition first; those of an action
//            and those of all are ANDed together as rows of bits
// Threads    const once made; a Line belongs to one thread
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "adapters/cli/bench/workload.h"

namespace caveat::cli::bench {

class HandCoded {
 public:
  struct Facts {
    std::uint32_t action = 0, category = 0;
    std::array<std::int64_t, kAttrs> value;  // numbers, or the bits of symbols
  };
  struct Verdict {
    std::uint32_t effect = 0, count = 0;
    std::array<std::uint32_t, 2048> fired;
  };
  class Line;  // reads the neutral JSON of a request, whose members come in order

  explicit HandCoded(const std::vector<Rule>& rules);
  ~HandCoded();
  static Facts facts_of(const Request& request);
  void decide(const Facts& facts, Verdict& verdict) const;

 private:
  enum class Test : std::uint8_t { range, any, none, less, greater };
  struct Asked {
    Test test;
    Attr attr, other;
    float pass;  // the share of requests that are expected to pass
    std::int64_t low, high;
    bool holds(const Facts& facts) const;
  };
  struct Entry {
    std::uint32_t first, count, effect, rule;
  };
  using Bucket = std::vector<Entry>;
  struct Rows {
    Attr attr;
    std::vector<std::int64_t> starts;
    std::vector<std::uint64_t> bits, none, veto;
  };
  struct Bitmap {
    std::uint32_t words = 0;
    Bucket rules;
    std::vector<Rows> rows;
    std::vector<std::uint64_t> less, greater;
  };
  static Asked asked(const Condition& condition);
  Bitmap bitmap(const Bucket& bucket) const;
  void scan(const Bucket& bucket, const Facts& facts, Verdict& verdict) const;
  void match(const Bitmap& bitmap, const Facts& facts, Verdict& verdict) const;

  std::vector<Asked> asked_;
  std::vector<Bucket> both_;
  std::vector<Bitmap> action_;
  Bitmap all_;
};

class HandCoded::Line {
 public:
  Line();
  ~Line();
  void read(std::string_view padded_json, std::size_t capacity, Facts& facts);

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace caveat::cli::bench
