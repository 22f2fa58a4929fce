#include "engine/base/cbor.h"

#include <boost/test/unit_test.hpp>
#include <limits>

#include "engine/base/digest.h"
#include "tests/support/cbor_again.h"

using namespace caveat;
namespace cbor = caveat::cbor;

namespace {

std::string bytes(std::string_view hex_text) { return from_hex(hex_text).value(); }

std::string refusal(std::string_view hex_text, cbor::DecodeLimits limits = {}) {
  const std::string input = bytes(hex_text);
  const auto result = cbor::decode(input, limits);
  if (result) return "accepted";
  BOOST_TEST(result.error().code->name == "bad_cbor");
  const ProblemItem& item = result.error().items.at(0);
  return item.path + ": " + item.found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cbor_)

// RFC 8949 appendix A, those of its examples that are in the subset (no floats, no indefinite lengths, 64-bit
// integers).
BOOST_AUTO_TEST_CASE(the_examples_of_the_rfc_are_read_and_written_again_byte_by_byte) {
  const char* const vectors[] = {"00",
                                 "01",
                                 "0a",
                                 "17",
                                 "1818",
                                 "1819",
                                 "1864",
                                 "1903e8",
                                 "1a000f4240",
                                 "1b000000e8d4a51000",
                                 "1bffffffffffffffff",
                                 "c249010000000000000000",
                                 "c349010000000000000000",
                                 "20",
                                 "29",
                                 "3863",
                                 "3903e7",
                                 "f4",
                                 "f5",
                                 "f6",
                                 "c074323031332d30332d32315432303a30343a30305a",
                                 "c11a514b67b0",
                                 "d74401020304",
                                 "d818456449455446",
                                 "d82076687474703a2f2f7777772e6578616d706c652e636f6d",
                                 "40",
                                 "4401020304",
                                 "60",
                                 "6161",
                                 "6449455446",
                                 "62225c",
                                 "62c3bc",
                                 "63e6b0b4",
                                 "64f0908591",
                                 "80",
                                 "83010203",
                                 "8301820203820405",
                                 "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
                                 "a0",
                                 "a201020304",
                                 "a26161016162820203",
                                 "826161a161626163",
                                 "a56161614161626142616361436164614461656145"};
  for (const char* vector : vectors) {
    const std::string input = bytes(vector);
    const auto value = cbor::decode(input);
    BOOST_REQUIRE_MESSAGE(value.has_value(), vector);
    BOOST_TEST(value->encoded == input);
    cbor::Encoder out;
    encode_again(out, *value);
    BOOST_TEST(hex(out.view()) == vector);
    BOOST_TEST(cbor::item_size(input + "00") == input.size());
  }
}

// The rest of appendix A: well-formed CBOR that a record never holds.
BOOST_AUTO_TEST_CASE(the_examples_of_the_rfc_that_are_not_in_the_subset_are_refused) {
  for (const char* vector :
       {// −2^64 lies outside 64 bits
        "3bffffffffffffffff",
        // floats, infinities, not a number
        "f90000", "f98000", "f93c00", "fb3ff199999999999a", "f93e00", "f97bff", "fa47c35000", "fa7f7fffff",
        "fb7e37e43c8800759c", "f90001", "f90400", "f9c400", "fbc010666666666666", "f97c00", "f97e00", "f9fc00",
        "fa7f800000", "fa7fc00000", "faff800000", "fb7ff0000000000000", "fb7ff8000000000000", "fbfff0000000000000",
        "c1fb41d452d9e20ed95a",
        // undefined and other simple values
        "f7", "f0", "f8ff",
        // indefinite lengths
        "5f42010243030405ff", "7f657374726561646d696e67ff", "9fff", "9f018202039f0405ffff", "9f01820203820405ff",
        "83018202039f0405ff", "83019f0203ff820405", "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff",
        "bf61610161629f0203ffff", "826161bf61626163ff", "bf6346756ef563416d7421ff"}) {
    BOOST_TEST(refusal(vector) != "accepted", vector);
  }
}

BOOST_AUTO_TEST_CASE(numbers_come_out_as_they_went_in) {
  for (const std::int64_t number :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{23}, std::int64_t{24}, std::int64_t{-24}, std::int64_t{-25},
        std::int64_t{255}, std::int64_t{256}, std::int64_t{65'536}, std::int64_t{4'294'967'296},
        std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
    cbor::Encoder out;
    out.integer(number);
    BOOST_TEST((cbor::decode(out.view())->as_integer() == number));
  }
  BOOST_TEST(!cbor::decode(bytes("1bffffffffffffffff"))->as_integer().has_value());
}

BOOST_AUTO_TEST_CASE(every_other_spelling_is_refused_with_its_place) {
  // not the shortest
  for (const char* longer :
       {"1800", "1817", "190000", "1900ff", "1a00000000", "1a0000ffff", "1b0000000000000000", "1b00000000ffffffff",
        "3817", "5800", "7800", "580161", "9800", "b800", "d80000", "9a00000000"}) {
    BOOST_TEST(refusal(longer) == "/offset/0: a longer one", longer);
  }
  // indefinite
  for (const char* open : {"5f4101ff", "7f6161ff", "9fff", "9f01ff", "bfff", "ff"}) {
    BOOST_TEST(refusal(open) == "/offset/0: an indefinite length", open);
  }
  // floats and simple values
  for (const char* real : {"f90000", "fa47c35000", "fb3ff199999999999a"})
    BOOST_TEST(refusal(real) == "/offset/0: a floating-point number");
  for (const char* simple : {"f7", "f0", "e0", "f818", "f8ff"})
    BOOST_TEST(refusal(simple) == "/offset/0: another simple value", simple);
  for (const char* reserved : {"1c", "1d", "1e", "3c", "fc", "fd", "fe"})
    BOOST_TEST(refusal(reserved) == "/offset/0: a reserved head", reserved);
  BOOST_TEST(refusal("3bffffffffffffffff") == "/offset/0: a smaller one");
  BOOST_TEST(refusal("3b8000000000000000") == "/offset/0: a smaller one");
  // maps
  BOOST_TEST(refusal("a203010102") == "/offset/3: a smaller key");
  BOOST_TEST(refusal("a201020103") == "/offset/3: a key again");
  BOOST_TEST(refusal("a262616101616202") ==
             "/offset/5: a smaller key");                           // "aa" before "b": bytewise order of encodings
  BOOST_TEST(refusal("a2200100f4") == "/offset/3: a smaller key");  // −1 before 0
  // texts
  BOOST_TEST(refusal("61ff") == "/offset/1: another byte");
  BOOST_TEST(refusal("62c080") == "/offset/1: another byte");
  BOOST_TEST(refusal("6461eda080") == "/offset/2: another byte");
  // cut off, too much
  BOOST_TEST(refusal("") == "/offset/0: the end");
  BOOST_TEST(refusal("18") == "/offset/0: the end");
  BOOST_TEST(refusal("4401") == "/offset/0: one that is cut off");
  BOOST_TEST(refusal("82f4") == "/offset/0: one that is cut off");
  BOOST_TEST(refusal("8181") == "/offset/1: one that is cut off");
  BOOST_TEST(refusal("c1") == "/offset/1: the end");
  BOOST_TEST(refusal("0000") == "/offset/1: more bytes after the item");
  BOOST_TEST(refusal("9bffffffffffffffff") == "/offset/0: one that is cut off");
  BOOST_TEST(refusal("bbffffffffffffffff") == "/offset/0: one that is cut off");
}

BOOST_AUTO_TEST_CASE(depth_and_items_are_limited_at_the_edge) {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "81";
    return text + "00";
  };
  BOOST_TEST(refusal(nested(64)) == "accepted");
  BOOST_TEST(refusal(nested(65)) == "/offset/65: nesting beyond the limit");
  BOOST_TEST(refusal("83010203", {.depth = 64, .items = 4}) == "accepted");
  BOOST_TEST(refusal("83010203", {.depth = 64, .items = 3}) == "/offset/0: items beyond the limit");
}

BOOST_AUTO_TEST_CASE(members_of_a_map_are_found_by_key) {
  cbor::Encoder out;
  out.map(4);
  out.integer(0);
  out.text("allow");
  out.integer(7);
  out.boolean(true);
  out.integer(-1);
  out.null();
  out.text("k");
  out.bytes("v");
  const auto value = cbor::decode(out.view());
  BOOST_REQUIRE(value.has_value());
  BOOST_TEST(value->find(0)->string == "allow");
  BOOST_TEST(value->find(7)->number == 1);
  BOOST_TEST((value->find(-1)->kind == cbor::Value::Kind::null));
  BOOST_TEST(value->find("k")->string == "v");
  BOOST_TEST(value->find(1) == nullptr);
  BOOST_TEST(value->find("allow") == nullptr);
}

BOOST_AUTO_TEST_CASE(raw_parts_stand_where_they_are_put) {
  cbor::Encoder part;
  part.array(2);
  part.integer(1);
  part.text("二");
  cbor::Encoder out;
  out.map(2);
  out.integer(0);
  out.raw(part.view());
  out.integer(1);
  out.boolean(false);
  BOOST_TEST(hex(out.view()) == "a200820163e4ba8c01f4");
  BOOST_TEST(out.take() == bytes("a200820163e4ba8c01f4"));
  BOOST_TEST(out.view().empty());
}

BOOST_AUTO_TEST_CASE(decimals_have_one_encoding) {
  for (const char* text : {"0", "-7", "0.042", "-0.5", "9223372036854775807", "9223372036854775808",
                           "-9223372036854775808", "-9223372036854775809", "999999999999999999999999999999999999",
                           "-999999999999999999.999999999999999999", "0.000000000000000001"}) {
    const Decimal value = Decimal::parse(text).value();
    cbor::Encoder out;
    out.decimal(value);
    const auto decoded = cbor::decode(out.view());
    BOOST_REQUIRE(decoded.has_value());
    BOOST_REQUIRE(decoded->as_decimal().has_value());
    BOOST_TEST(decoded->as_decimal()->to_string() == text);
  }
  cbor::Encoder out;
  out.decimal(Decimal::parse("273.15").value());
  BOOST_TEST(hex(out.view()) == "c48221196ab3");  // the example of §3.4.4
  for (const char* other :
       {"c4820001", "c48221196ab8", "c48221c2426ab3", "c4820c01", "c4821201", "c4832119000100", "f5", "6131"}) {
    const std::string input = bytes(other);
    const auto decoded = cbor::decode(input);
    BOOST_TEST((!decoded || !decoded->as_decimal().has_value()), other);
  }
}

BOOST_AUTO_TEST_SUITE_END()
