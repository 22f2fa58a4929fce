#include "adapters/wire/reply.h"

#include <boost/test/unit_test.hpp>

using caveat::decide::Offsets;
using caveat::wire::offset_in;
using caveat::wire::with_receipt;

BOOST_AUTO_TEST_CASE(offsets_count_what_the_request_asked_for) {
  const std::string text = "a保😀b";  // 1, 3, 4 and 1 bytes
  BOOST_TEST(offset_in(text, 0, Offsets::code_points) == 0u);
  BOOST_TEST(offset_in(text, 1, Offsets::code_points) == 1u);
  BOOST_TEST(offset_in(text, 4, Offsets::code_points) == 2u);
  BOOST_TEST(offset_in(text, 8, Offsets::code_points) == 3u);
  BOOST_TEST(offset_in(text, 9, Offsets::code_points) == 4u);
  BOOST_TEST(offset_in(text, 8, Offsets::utf_16) == 4u);
  BOOST_TEST(offset_in(text, 8, Offsets::utf_8) == 8u);
  BOOST_TEST(offset_in(text, 99, Offsets::utf_8) == 9u);
}

BOOST_AUTO_TEST_CASE(a_receipt_is_the_last_member_and_null_where_nothing_was_recorded) {
  BOOST_TEST(with_receipt(R"({"id":"a"})", std::nullopt) == R"({"id":"a","receipt":null})");
  const caveat::wire::Receipt receipt{.log = "bank.example/gate", .index = 7, .leaf = {}};
  BOOST_TEST(with_receipt(R"({"id":"a"})", receipt) ==
             R"({"id":"a","receipt":{"log":"bank.example/gate","index":7,"leaf":")" + std::string(64, '0') + R"("}})");
}

BOOST_AUTO_TEST_CASE(a_time_after_the_year_9999_is_told_as_its_last_second) {
  constexpr caveat::Microseconds kLast = 253'402'300'799LL * 1'000'000;
  for (const caveat::Microseconds after : {0LL, 1'000'000LL, 400'000'000'000LL * 1'000'000}) {
    BOOST_TEST(caveat::wire::instant_told(kLast + after, 0) == "9999-12-31T23:59:59Z");
    BOOST_TEST(caveat::wire::instant_told(kLast + after, 480) == "9999-12-31T23:59:59+08:00");
  }
  BOOST_TEST(caveat::wire::instant_told(0, 0) == "1970-01-01T00:00:00Z");
  BOOST_TEST(caveat::wire::wait_in_minutes(61'000'000) == "PT2M");
  BOOST_TEST(caveat::wire::wait_in_minutes(0) == "PT1M");
}
