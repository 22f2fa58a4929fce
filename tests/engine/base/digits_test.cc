#include "engine/base/digits.h"

#include <boost/test/unit_test.hpp>
#include <optional>
#include <string>

namespace caveat {
namespace {

std::optional<std::int64_t> read(std::string text) {
  const std::size_t size = text.size();
  text.append("9,9:9}9\"99999999");  // whatever stands behind it is not looked at
  std::int64_t value = 0;
  if (!small_whole(std::string_view(text).substr(0, size), value)) return std::nullopt;
  return value;
}

BOOST_AUTO_TEST_SUITE(digits)

BOOST_AUTO_TEST_CASE(every_length_is_read) {
  std::int64_t value = 0;
  for (const char* text : {"1", "12", "123", "1234", "12345", "123456", "1234567", "12345678"}) {
    value = std::stoll(text);
    BOOST_TEST(read(text).value_or(-1) == value);
    BOOST_TEST(read(std::string("-") + text).value_or(1) == -value);
  }
  for (std::int64_t number = 1; number < 100'000'000; number = number * 7 / 3 + 1)
    BOOST_TEST(read(std::to_string(number)).value_or(-1) == number);
  for (std::int64_t number = 0; number < 2000; ++number)
    BOOST_TEST(read(std::to_string(number)).value_or(-1) == number);
  BOOST_TEST(read("-0").value_or(1) == 0);
  BOOST_TEST(read("99999999").value_or(-1) == 99'999'999);
}

BOOST_AUTO_TEST_CASE(what_is_something_else_is_left) {
  for (const char* text :
       {"-",         "--1",        "01",  "-01", "00", "1.5",  "1e5",  "1E2",  "+1",       "1-",       "1 ",      " 1",
        "123456789", "-123456789", "0x1", "1/",  "1:", "\xb1", "\xff", "null", "12a45678", "1234567:", "/1234567"})
    BOOST_TEST(!read(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(a_byte_that_is_no_digit_is_seen_at_every_place) {
  for (std::size_t size = 1; size <= 8; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, '7');
        text[at] = static_cast<char>(byte);
        const bool digit = (byte >= '1' && byte <= '9') || (byte == '0' && (at > 0 || size == 1));
        const bool minus = byte == '-' && at == 0 && size > 1;
        BOOST_TEST(read(text).has_value() == (digit || minus), size << " " << at << " " << byte);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace caveat
