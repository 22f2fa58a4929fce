// The laws of join.h, field by field: associative, commutative, idempotent.
#include "engine/decide/join.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <random>

namespace caveat::decide {
namespace {

std::mt19937_64& random() {
  static std::mt19937_64 engine(5);
  return engine;
}
int roll(int sides) { return static_cast<int>(random()() % static_cast<unsigned>(sides)); }

Bid bid() {
  static constexpr std::string_view kNames[] = {"alpha", "beta", "omega"};
  Bid made;
  made.priority = static_cast<std::uint8_t>(roll(3));
  made.due_seconds = roll(2) == 0 ? kNever : roll(3);
  made.queue = static_cast<std::uint32_t>(roll(3));
  made.queue_name = kNames[made.queue];
  made.hold = roll(2) == 0;
  made.cause = static_cast<Cause>(roll(4));
  return made;
}
bool same(const Bid& a, const Bid& b) {
  return a.priority == b.priority && a.due_seconds == b.due_seconds && a.queue == b.queue && a.hold == b.hold &&
         a.cause == b.cause;
}

BOOST_AUTO_TEST_CASE(hand_offs_join_in_any_order_and_grouping) {
  for (int i = 0; i < 5000; ++i) {
    const Bid a = bid(), b = bid(), c = bid();
    BOOST_TEST(same(join(join(a, b), c), join(a, join(b, c))));
    BOOST_TEST(same(join(a, b), join(b, a)));
    BOOST_TEST(same(join(a, a), a));
  }
}

BOOST_AUTO_TEST_CASE(the_most_urgent_hand_off_wins_then_the_sooner_then_the_first_by_name) {
  Bid urgent, soon, first;
  urgent.priority = 0, urgent.queue_name = "z", urgent.queue = 2;
  soon.priority = 1, soon.due_seconds = 60, soon.queue_name = "b", soon.queue = 1;
  first.priority = 1, first.queue_name = "a", first.queue = 0;
  BOOST_TEST(join(urgent, soon).queue == 2u);
  BOOST_TEST(join(first, soon).queue == 1u);
  soon.due_seconds = kNever;
  BOOST_TEST(join(first, soon).queue == 0u);
}

BOOST_AUTO_TEST_CASE(verdicts_and_causes_join_in_any_order_and_grouping) {
  for (int a = 0; a < 5; ++a) {
    for (int b = 0; b < 5; ++b) {
      for (int c = 0; c < 5; ++c) {
        const auto x = static_cast<Verdict>(a), y = static_cast<Verdict>(b), z = static_cast<Verdict>(c);
        BOOST_TEST((join(join(x, y), z) == join(x, join(y, z))));
        BOOST_TEST((join(x, y) == join(y, x)));
        BOOST_TEST((join(x, x) == x));
        const auto u = static_cast<Cause>(a), v = static_cast<Cause>(b), w = static_cast<Cause>(c);
        BOOST_TEST((join(join(u, v), w) == join(u, join(v, w))));
        BOOST_TEST((join(u, v) == join(v, u)));
      }
    }
  }
}

Redacted redaction() {
  static constexpr std::string_view kLabels[] = {"", "card", "id"};
  Redacted made{};
  made.part = roll(4) == 0 ? TextPart::message : TextPart::answer;
  made.begin = static_cast<std::uint32_t>(roll(20));
  made.end = made.begin + 1 + static_cast<std::uint32_t>(roll(6));
  made.mode = static_cast<std::uint8_t>(roll(3));
  made.keep_first = static_cast<std::int16_t>(made.mode == 2 ? roll(3) : 0);
  made.keep_last = static_cast<std::int16_t>(made.mode == 2 ? roll(5) : 0);
  made.label = made.mode == 1 ? kLabels[1 + roll(2)] : kLabels[0];
  return made;
}
bool same(const std::vector<Redacted>& a, const std::vector<Redacted>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Redacted& x, const Redacted& y) {
    return x.part == y.part && x.begin == y.begin && x.end == y.end && x.mode == y.mode &&
           x.keep_first == y.keep_first && x.keep_last == y.keep_last && x.label == y.label;
  });
}

BOOST_AUTO_TEST_CASE(redactions_unite_in_any_order_and_grouping) {
  for (int i = 0; i < 3000; ++i) {
    std::vector<Redacted> all;
    for (int n = roll(8); n >= 0; --n) all.push_back(redaction());
    std::vector<Redacted> at_once = all, shuffled = all, twice = all;
    join(at_once);
    std::shuffle(shuffled.begin(), shuffled.end(), random());
    join(shuffled);
    BOOST_TEST(same(at_once, shuffled));
    twice.insert(twice.end(), all.begin(), all.end());
    join(twice);
    BOOST_TEST(same(at_once, twice));
    const auto middle = all.begin() + roll(static_cast<int>(all.size()) + 1);
    std::vector<Redacted> left(all.begin(), middle), right(middle, all.end());
    join(left), join(right);
    left.insert(left.end(), right.begin(), right.end());
    join(left);
    BOOST_TEST(same(at_once, left));
    for (std::size_t n = 1; n < at_once.size(); ++n) {
      BOOST_TEST((at_once[n - 1].part < at_once[n].part || at_once[n - 1].end <= at_once[n].begin));
    }
  }
}

BOOST_AUTO_TEST_CASE(sets_join_in_any_order_and_grouping) {
  for (int i = 0; i < 1000; ++i) {
    std::vector<int> all;
    for (int n = roll(8); n > 0; --n) all.push_back(roll(5));
    std::vector<int> at_once = all, shuffled = all;
    join_set(at_once, std::less<>());
    std::shuffle(shuffled.begin(), shuffled.end(), random());
    shuffled.insert(shuffled.end(), all.begin(), all.end());
    join_set(shuffled, std::less<>());
    BOOST_TEST(at_once == shuffled, boost::test_tools::per_element());
  }
}

}  // namespace
}  // namespace caveat::decide
