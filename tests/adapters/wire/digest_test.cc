#include "adapters/wire/digest.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "adapters/wire/turn.h"

using caveat::Limits;
using caveat::decide::Fields;
using caveat::wire::canonical_digest;
using caveat::wire::matter_digest;
using caveat::wire::parse_turn;

BOOST_AUTO_TEST_CASE(one_content_has_one_canonical_digest_however_it_is_written) {
  const auto digest = [](std::string_view json) {
    Fields fields;
    BOOST_REQUIRE(parse_turn(json, fields, Limits{}));
    return caveat::hex(canonical_digest(fields));
  };
  const std::string one = digest(R"({"id":"a","n":100,"list":[1,2],"o":{"x":1,"yy":2}})");
  BOOST_TEST(digest(R"( { "o" : {"yy":2.0,"x":1}, "list":[1.0,2e0], "n":1E2, "\u0069d":"\u0061" } )") == one);
  BOOST_TEST(digest(R"({"id":"a","n":1000e-1,"list":[0.1e1,2],"o":{"x":1,"yy":2}})") == one);
  BOOST_TEST(digest(R"({"id":"a","n":"100","list":[1,2],"o":{"x":1,"yy":2}})") != one);
  BOOST_TEST(digest(R"({"id":"a","n":100,"list":[2,1],"o":{"x":1,"yy":2}})") != one);
  BOOST_TEST(digest(R"({"id":"a","n":-100,"list":[1,2],"o":{"x":1,"yy":2}})") != one);
  BOOST_TEST(digest(R"({"n":0})") == digest(R"({"n":-0.00e5})"));
  BOOST_TEST(digest(R"({"n":1e999999999999})") != digest(R"({"n":2e999999999999})"));
}

// Reckoned by another CBOR and another SHA-256: records of years hold these bytes.
BOOST_AUTO_TEST_CASE(the_bytes_of_a_digest_never_change) {
  std::string many;
  for (int i = 299; i >= 0; --i) many += "\"m" + std::to_string(i) + "\":" + std::to_string(i) + (i > 0 ? "," : "");
  const std::string json = R"({"note":"理财产品\n","id":"t-1","many":{)" + many +
                           R"(},"t":true,"f":false,"z":null,"":"","long":")" + std::string(300, 'x') +
                           R"(","n":[-0.0, 100, -0.1250, 1, 12e-6],"o":{"yy":2,"x":1.0,"ab":{},"aa":[]}})";
  Fields fields;
  BOOST_REQUIRE(parse_turn(json, fields, Limits{}));
  BOOST_TEST(caveat::hex(canonical_digest(fields)) ==
             "045dab89305f6a134548d68777a7e3a4a853eb248bb2246d026ab11fe920a465");
  BOOST_REQUIRE(parse_turn(R"({"products":[{"id":"p","amount":5000}],"id":"t-1","customer":{"id":"k"},)"
                           R"("answer":{"text":"hi"}})",
                           fields, Limits{}));
  BOOST_TEST(caveat::hex(matter_digest(fields)) == "2686aa0bb4afaa0a26db518467960d2d7b3ad32186f2095ac6eb99995d4ddee1");
}
