#include "engine/base/cbor_reader.h"

#include <boost/test/unit_test.hpp>
#include <random>

#include "engine/base/digest.h"

using namespace caveat;
namespace cbor = caveat::cbor;

namespace {

std::string bytes(std::string_view hex_text) { return from_hex(hex_text).value(); }

bool read_whole(std::string_view input, cbor::DecodeLimits limits = {}) {
  cbor::Reader in(input, limits);
  std::string_view item;
  return in.item(item) && in.at_end() && item == input;
}

// An item of any shape; now and then one that no encoder writes.
class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  std::string made() {
    std::string out;
    item(out, 0);
    if (one_of(4) == 0 && !out.empty()) {
      char& byte = out[one_of(out.size())];
      byte = static_cast<char>(byte ^ 1 << one_of(8));
    }
    if (one_of(8) == 0) out.resize(one_of(out.size() + 1));
    if (one_of(16) == 0) out.push_back(static_cast<char>(one_of(256)));
    return out;
  }

 private:
  std::size_t one_of(std::size_t count) { return static_cast<std::size_t>(random_() % count); }

  void head(std::string& out, unsigned major, std::uint64_t argument) {
    unsigned width = argument < 24 ? 0u : argument < 256 ? 1u : argument < 65'536 ? 2u : argument >> 32 == 0 ? 4u : 8u;
    if (one_of(60) == 0 && width < 8) width = width == 0 ? 1 : width * 2;  // longer than need be
    const unsigned info = width == 0   ? static_cast<unsigned>(argument)
                          : width == 1 ? 24u
                          : width == 2 ? 25u
                          : width == 4 ? 26u
                                       : 27u;
    out.push_back(static_cast<char>(major << 5 | info));
    for (unsigned i = width; i > 0; --i) out.push_back(static_cast<char>(argument >> (8 * (i - 1)) & 0xff));
  }

  void item(std::string& out, std::size_t depth) {
    static constexpr std::uint64_t kNumbers[] = {0,
                                                 1,
                                                 23,
                                                 24,
                                                 255,
                                                 256,
                                                 65'535,
                                                 65'536,
                                                 0xffffffff,
                                                 0x100000000,
                                                 0x7fffffffffffffff,
                                                 0x8000000000000000,
                                                 0xffffffffffffffff};
    static constexpr std::string_view kTexts[] = {"",   "a",    "b",        "aa",
                                                  "二", "\xff", "\xc0\x80", "a text of more than 23 bytes"};
    const std::size_t kind = depth > 5 ? one_of(4) : one_of(8);
    const std::size_t count = one_of(4);
    switch (kind) {
      case 0:
      case 1:
        return head(out, static_cast<unsigned>(kind), kNumbers[one_of(std::size(kNumbers))]);
      case 2:
      case 3: {
        const std::string_view text = kTexts[one_of(std::size(kTexts) - (kind == 3 && one_of(8) != 0 ? 3 : 0))];
        head(out, static_cast<unsigned>(kind), text.size());
        out += text;
        return;
      }
      case 4:
        head(out, 4, count);
        for (std::size_t i = 0; i < count; ++i) item(out, depth + 1);
        return;
      case 5:
        head(out, 5, count);
        for (std::size_t i = 0; i < count; ++i) {
          if (one_of(10) == 0)
            item(out, depth + 1);
          else
            head(out, 0, i + (one_of(20) == 0 ? 0 : 1));  // ascending as a rule
          item(out, depth + 1);
        }
        return;
      case 6:
        head(out, 6, kNumbers[one_of(5)]);
        return item(out, depth + 1);
      default:
        return head(out, 7, one_of(4) == 0 ? one_of(32) : 20 + one_of(3));
    }
  }

  std::mt19937_64 random_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cbor_reader)

BOOST_AUTO_TEST_CASE(what_is_read_item_after_item_is_what_the_tree_takes_and_nothing_else) {
  Maker maker(11);
  std::size_t good = 0, refused = 0;
  for (int i = 0; i < 40'000; ++i) {
    const std::string input = maker.made();
    for (const cbor::DecodeLimits limits : {cbor::DecodeLimits{}, cbor::DecodeLimits{.depth = 2, .items = 6},
                                            cbor::DecodeLimits{.depth = 0, .items = 1}}) {
      const bool tree = cbor::decode(input, limits).has_value();
      if (read_whole(input, limits) != tree) BOOST_ERROR("they differ over " << hex(input));
      ++(tree ? good : refused);
    }
  }
  BOOST_TEST(good > 10'000u);  // both were met often
  BOOST_TEST(refused > 10'000u);
}

BOOST_AUTO_TEST_CASE(depth_and_items_are_limited_at_the_edge) {
  std::string nested;
  for (int i = 0; i < 64; ++i) nested += '\x81';
  BOOST_TEST(read_whole(nested + '\0'));
  BOOST_TEST(!read_whole('\x81' + nested + '\0'));
  BOOST_TEST(read_whole(bytes("83010203"), {.depth = 64, .items = 4}));
  BOOST_TEST(!read_whole(bytes("83010203"), {.depth = 64, .items = 3}));
}

BOOST_AUTO_TEST_CASE(a_known_layout_is_taken_in_its_order) {
  cbor::Encoder out;
  out.map(4);
  out.integer(1);
  out.unsigned_integer(700);
  out.integer(2);
  out.array(1);
  out.bytes("v");
  out.integer(3);
  out.text("二");
  out.integer(4);
  out.boolean(true);
  cbor::Reader in(out.view());
  std::uint64_t pairs = 0, number = 0, count = 0;
  std::string_view value, text;
  bool truth = false;
  BOOST_TEST((in.map(pairs) && pairs == 4 && in.key(1) && in.number(number) && in.key(2) && in.array(count) &&
              in.bytes(value) && in.key(3) && in.text(text) && in.key(4)));
  BOOST_TEST(hex(in.rest()) == "f5");
  BOOST_TEST((in.boolean(truth) && in.at_end()));
  BOOST_TEST((number == 700 && count == 1 && value == "v" && text == "二" && truth));
}

BOOST_AUTO_TEST_CASE(what_is_not_expected_is_not_taken) {
  const auto refused = [](std::string_view hex_text, auto take) {
    const std::string input = bytes(hex_text);
    cbor::Reader in(input);
    return !take(in);
  };
  std::uint64_t number = 0;
  std::string_view text;
  bool truth = false;
  const auto a_number = [&](cbor::Reader& in) { return in.number(number); };
  for (const char* other : {"", "20", "40", "60", "80", "a0", "c000", "f4", "18", "1817", "1900ff", "1c"})
    BOOST_TEST(refused(other, a_number), other);
  BOOST_TEST(refused("02", [](cbor::Reader& in) { return in.key(1); }));
  for (const char* other : {"61ff", "62c3", "6161ff", "41ff"})
    BOOST_TEST((refused(other, [&](cbor::Reader& in) { return in.text(text) && in.at_end(); })), other);
  BOOST_TEST(refused("4261", [&](cbor::Reader& in) { return in.bytes(text); }));
  for (const char* other : {"f6", "f7", "f3", "f814", "01"})
    BOOST_TEST(refused(other, [&](cbor::Reader& in) { return in.boolean(truth); }), other);
  BOOST_TEST(refused("8200", [&](cbor::Reader& in) { return in.array(number); }));
  BOOST_TEST(refused("a100", [&](cbor::Reader& in) { return in.map(number); }));
  BOOST_TEST(refused("bbffffffffffffffff", [&](cbor::Reader& in) { return in.map(number); }));
}

// What knows the length beforehand takes what `bytes` takes of that length, and nothing else.
BOOST_AUTO_TEST_CASE(bytes_of_a_known_length_are_those_that_any_reader_takes) {
  const std::string good = "\x58\x20" + std::string(32, 'd');
  std::vector<std::string> tried = {good,
                                    good + "x",
                                    good.substr(0, 33),
                                    good.substr(0, 1),
                                    "",
                                    "\x78\x20" + std::string(32, 'd'),
                                    "\x58\x1f" + std::string(31, 'd'),
                                    "\x58\x21" + std::string(33, 'd'),
                                    std::string("\x59\x00\x20", 3) + std::string(32, 'd'),
                                    "\x50" + std::string(16, 'd')};
  for (const std::string& input : tried) {
    std::string_view any, known;
    cbor::Reader first(input), second(input);
    const bool taken = first.bytes(any) && any.size() == 32;
    BOOST_TEST(second.bytes_of<32>(known) == taken, caveat::hex(input));
    if (taken) BOOST_TEST((known == any && second.rest() == first.rest()));
  }
  cbor::Reader none(good, {.items = 0});
  std::string_view value;
  BOOST_TEST(!none.bytes_of<32>(value));
}

BOOST_AUTO_TEST_SUITE_END()
