#include "engine/base/kleene.h"

#include <boost/test/unit_test.hpp>

using caveat::Kleene;

BOOST_AUTO_TEST_SUITE(kleene)

BOOST_AUTO_TEST_CASE(connectives_follow_the_strong_truth_table) {
  constexpr Kleene values[] = {Kleene::no, Kleene::unknown, Kleene::yes};
  for (Kleene a : values) {
    for (Kleene b : values) {
      const Kleene both = a == Kleene::no || b == Kleene::no     ? Kleene::no
                          : a == Kleene::yes && b == Kleene::yes ? Kleene::yes
                                                                 : Kleene::unknown;
      BOOST_TEST((both == (a & b)));
      const Kleene none_false = !((!a) | (!b));
      BOOST_TEST((none_false == both));
    }
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_excuse_does_not_excuse) {
  BOOST_TEST((caveat::unless(Kleene::yes, Kleene::unknown) == Kleene::yes));
  BOOST_TEST((caveat::unless(Kleene::yes, Kleene::yes) == Kleene::no));
  BOOST_TEST((caveat::unless(Kleene::unknown, Kleene::yes) == Kleene::no));
}

BOOST_AUTO_TEST_SUITE_END()
