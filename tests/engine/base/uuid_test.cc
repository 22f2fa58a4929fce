#include "engine/base/uuid.h"

#include <boost/test/unit_test.hpp>

using namespace caveat;

namespace {

struct Counting : Random {
  std::uint8_t next = 0xF0;
  void fill(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) byte = next++;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(uuid)

BOOST_AUTO_TEST_CASE(the_example_of_rfc_9562_has_its_time_and_version) {
  const Uuid id = Uuid::parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F").value();
  BOOST_TEST(id.version() == 7);
  BOOST_TEST(id.milliseconds() == 1'645'557'742'000);
  BOOST_TEST(id.to_string() == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

BOOST_AUTO_TEST_CASE(time_fraction_version_variant_and_random_bits_are_where_the_rfc_has_them) {
  Counting random;
  const Uuid id = Uuid::make(1'645'557'742'000'500, random);
  BOOST_TEST(id.to_string() == "017f22e2-79b0-7800-b0f1-f2f3f4f5f6f7");
  BOOST_TEST((Uuid::parse(id.to_string()) == id));
  BOOST_TEST(Uuid::make(-5, random).milliseconds() == 0);
}

BOOST_AUTO_TEST_CASE(later_ids_sort_later_down_to_the_microsecond) {
  Counting random;
  Uuid last = Uuid::make(0, random);
  for (Microseconds at = 1; at < 3000; ++at) {
    const Uuid next = Uuid::make(at, random);
    BOOST_REQUIRE((last < next));
    BOOST_REQUIRE(last.to_string() < next.to_string());
    last = next;
  }
}

BOOST_AUTO_TEST_CASE(other_texts_are_no_uuid) {
  for (const char* bad : {"", "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
                          "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e2-79b0-7cc3-98c4dc0c0c07398f0",
                          "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}"}) {
    BOOST_TEST(!Uuid::parse(bad).has_value(), bad);
  }
}

BOOST_AUTO_TEST_SUITE_END()
