#include "adapters/gate/lines.h"

#include <boost/test/unit_test.hpp>

using caveat::gate::Lines;

namespace {

struct Named : Lines::Place {
  std::string name;
};

Lines::PlacePtr place(std::string name, std::vector<std::string> keys) {
  auto made = std::make_shared<Named>();
  made->name = std::move(name);
  made->keys = std::move(keys);
  return made;
}

std::string leave(Lines& lines, const Lines::PlacePtr& who) {
  std::string next;
  lines.leave(who, [&](const Lines::PlacePtr& one) { next += static_cast<const Named&>(*one).name + " "; });
  return next;
}

}  // namespace

BOOST_AUTO_TEST_CASE(who_shares_a_key_waits_in_order_of_arrival_and_others_do_not) {
  Lines lines;
  const auto a = place("a", {"c-1", "k-1"}), b = place("b", {"c-1"}), c = place("c", {"c-1", "k-1"}),
             d = place("d", {"k-2"});
  BOOST_TEST(lines.stand(a));
  BOOST_TEST(!lines.stand(b));
  BOOST_TEST(!lines.stand(c));
  BOOST_TEST(lines.stand(d));
  BOOST_TEST(lines.waiting("c-1") == 3u);
  BOOST_TEST(leave(lines, a) == "b ");
  BOOST_TEST(leave(lines, b) == "c ");
  BOOST_TEST(leave(lines, d) == "");
  BOOST_TEST(leave(lines, c) == "");
  BOOST_TEST(lines.waiting("c-1") == 0u);
}

BOOST_AUTO_TEST_CASE(who_is_not_counted_waits_like_the_others_and_takes_no_room) {
  Lines lines;
  const auto a = place("a", {"c-1"}), b = place("b", {"c-1"}), c = place("c", {"c-1"});
  b->counted = false;
  BOOST_TEST(lines.stand(a));
  BOOST_TEST(!lines.stand(b));
  BOOST_TEST(lines.waiting("c-1") == 1u);
  BOOST_TEST(!lines.stand(c));
  BOOST_TEST(lines.waiting("c-1") == 2u);
  BOOST_TEST(leave(lines, a) == "b ");
  BOOST_TEST(leave(lines, b) == "c ");
  BOOST_TEST(lines.waiting("c-1") == 1u);
  BOOST_TEST(leave(lines, c) == "");
  BOOST_TEST(lines.waiting("c-1") == 0u);
}

BOOST_AUTO_TEST_CASE(who_stands_in_two_lines_runs_when_he_is_first_in_both) {
  Lines lines;
  const auto a = place("a", {"x"}), b = place("b", {"y"}), both = place("both", {"x", "y"}), c = place("c", {"y"});
  BOOST_TEST(lines.stand(a));
  BOOST_TEST(lines.stand(b));
  BOOST_TEST(!lines.stand(both));
  BOOST_TEST(!lines.stand(c));
  BOOST_TEST(leave(lines, b) == "");  // it is first in y alone
  BOOST_TEST(leave(lines, a) == "both ");
  BOOST_TEST(leave(lines, both) == "c ");
}

BOOST_AUTO_TEST_CASE(lines_that_ended_serve_others_and_carry_nobody_over) {
  Lines lines;
  for (int round = 0; round < 3; ++round) {
    std::vector<Lines::PlacePtr> all;  // more than are kept
    for (int i = 0; i < 200; ++i) {
      all.push_back(place("p", {"r-" + std::to_string(round) + "-" + std::to_string(i)}));
      BOOST_TEST(lines.stand(all.back()));
    }
    for (const Lines::PlacePtr& one : all) {
      BOOST_TEST(lines.waiting(one->keys.front()) == 1u);
      BOOST_TEST(leave(lines, one) == "");
      BOOST_TEST(lines.waiting(one->keys.front()) == 0u);
      BOOST_TEST(one.use_count() == 1);
    }
  }
}
