// The description tells of an id what the gate takes: sign by sign, over all of Unicode.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "adapters/wire/schema_json.h"
#include "engine/decide/ids.h"

using namespace caveat;

namespace {

std::string utf8(char32_t sign) {
  const auto last = [&](int shift) { return static_cast<char>(0x80 | ((sign >> shift) & 0x3f)); };
  if (sign < 0x80) return {static_cast<char>(sign)};
  if (sign < 0x800) return {static_cast<char>(0xc0 | (sign >> 6)), last(0)};
  if (sign < 0x10000) return {static_cast<char>(0xe0 | (sign >> 12)), last(6), last(0)};
  return {static_cast<char>(0xf0 | (sign >> 18)), last(12), last(6), last(0)};
}

// The signs that `^[^…]+$` leaves out: `\uXXXX`, signs as they are, and ranges of either.
std::vector<bool> left_out(const std::string& pattern) {
  BOOST_REQUIRE(pattern.starts_with("^[^") && pattern.ends_with("]+$"));
  const std::string inside = pattern.substr(3, pattern.size() - 6);
  std::vector<bool> out(0x110000);
  char32_t before = 0;
  bool range = false;
  for (std::size_t at = 0; at < inside.size();) {
    char32_t sign = 0;
    const auto first = static_cast<unsigned char>(inside[at]);
    if (inside[at] == '-') {
      range = true;
      ++at;
      continue;
    }
    if (inside[at] == '\\') {
      sign = static_cast<char32_t>(std::stoul(inside.substr(at + 2, 4), nullptr, 16));
      at += 6;
    } else {
      const std::size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
      sign = size == 1 ? first : first & (0x7f >> size);
      for (std::size_t i = 1; i < size; ++i) sign = (sign << 6) | (static_cast<unsigned char>(inside[at + i]) & 0x3f);
      at += size;
    }
    for (char32_t one = range ? before : sign; one <= sign; ++one) out[one] = true;
    before = sign;
    range = false;
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_pattern_of_an_id_leaves_out_the_very_signs_that_are_refused) {
  const std::vector<bool> refused = left_out(wire::id_pattern());
  const Limits limits;
  std::size_t others = 0;
  for (char32_t sign = 0; sign < 0x110000; ++sign) {
    if (sign >= 0xd800 && sign < 0xe000) continue;  // no signs of their own
    if (decide::fault_of_id(utf8(sign), limits).has_value() == refused[sign]) continue;
    if (++others < 5) BOOST_ERROR("U+" << std::hex << static_cast<unsigned>(sign) << " refused by one of the two");
  }
  BOOST_TEST(others == 0u);
}
