// join: how what the rules ask for becomes one thing (semantics.md 19, contracts.md 17).
//
// The laws. Every field of a decision is a fold over what fired (or stayed unknown), and each fold is
//   associative    (a ⊔ b) ⊔ c = a ⊔ (b ⊔ c)
//   commutative    a ⊔ b = b ⊔ a
//   idempotent     a ⊔ a = a
// because it is a maximum, a minimum or a union of sets:
//   verdict        the highest
//   item verdict   the highest, for each item on its own
//   hand-off       the least (priority, due, queue name); it holds if one of them holds; of causes the first
//   redactions     the union of spans: where they overlap one span, strictest mode: full > label > keep, smaller n
//   disclosures    a set of (place, wording); the order is that of place, pack and name
//   requires       a set
//   flags, alerts  sets
//   say, replace   of the rules at the highest verdict the first by rank
//   reasons        a set of (rule, item)
// So no order of rules, files or packs can show. A property test holds each field to it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "engine/decide/decision.h"

namespace caveat::decide {

inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

struct Bid {  // one hand-off
  std::uint8_t priority = 0xff;
  std::int64_t due_seconds = kNever;
  std::string_view queue_name;
  std::uint32_t queue = 0xffffffff;
  bool hold = false;
  Cause cause = Cause::none;  // of one that does not hold
};

inline bool before(const Bid& a, const Bid& b) {
  if (a.priority != b.priority) return a.priority < b.priority;
  if (a.due_seconds != b.due_seconds) return a.due_seconds < b.due_seconds;
  if (a.queue_name != b.queue_name) return a.queue_name < b.queue_name;
  return a.queue < b.queue;
}

inline Cause join(Cause a, Cause b) {
  if (a == Cause::none) return b;
  if (b == Cause::none) return a;
  return std::min(a, b);
}

inline Bid join(const Bid& a, const Bid& b) {
  Bid joined = before(b, a) ? b : a;
  joined.hold = a.hold || b.hold;
  joined.cause = join(a.cause, b.cause);
  return joined;
}

inline Verdict join(Verdict a, Verdict b) { return std::max(a, b); }

// Of two overlapping redactions the strictest mode; of two that keep, the smaller n; of two labels the first by bytes.
inline Redacted join(const Redacted& a, const Redacted& b) {
  Redacted joined = a;
  joined.begin = std::min(a.begin, b.begin);
  joined.end = std::max(a.end, b.end);
  joined.mode = std::min(a.mode, b.mode);  // 0 full, 1 label, 2 keep
  if (a.mode == b.mode) {
    joined.keep_first = std::min(a.keep_first, b.keep_first);
    joined.keep_last = std::min(a.keep_last, b.keep_last);
    joined.label = std::min(a.label, b.label);
  } else {
    const Redacted& strict = a.mode < b.mode ? a : b;
    joined.keep_first = strict.keep_first;
    joined.keep_last = strict.keep_last;
    joined.label = strict.label;
  }
  return joined;
}

// Puts `redactions` in order, each overlapping run united.
inline void join(std::vector<Redacted>& redactions) {
  std::sort(redactions.begin(), redactions.end(), [](const Redacted& a, const Redacted& b) {
    if (a.part != b.part) return a.part < b.part;
    if (a.begin != b.begin) return a.begin < b.begin;
    return a.end < b.end;
  });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < redactions.size(); ++i) {
    if (kept > 0) {
      Redacted& last = redactions[kept - 1];
      if (last.part == redactions[i].part && redactions[i].begin < last.end) {
        last = join(last, redactions[i]);
        continue;
      }
    }
    redactions[kept++] = redactions[i];
  }
  redactions.resize(kept);
}

// Puts a vector that stands for a set in order, each element once.
template <class T, class Less>
void join_set(std::vector<T>& set, Less less) {
  std::sort(set.begin(), set.end(), less);
  set.erase(std::unique(set.begin(), set.end(), [&](const T& a, const T& b) { return !less(a, b) && !less(b, a); }),
            set.end());
}

}  // namespace caveat::decide
