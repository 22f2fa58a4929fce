#include "adapters/wire/digest.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "adapters/wire/turn.h"
#include "engine/base/cbor.h"

using caveat::Limits;
using caveat::decide::Fields;
using caveat::wire::canonical_digest;
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
  const caveat::wire::TurnDigests both = caveat::wire::turn_digests(fields);
  BOOST_TEST(caveat::hex(both.matter) == "2686aa0bb4afaa0a26db518467960d2d7b3ad32186f2095ac6eb99995d4ddee1");
  BOOST_TEST(caveat::hex(both.content) == caveat::hex(canonical_digest(fields)));
}

// Held against the encoder that the rest of the product writes CBOR with, on bodies of every shape.
BOOST_AUTO_TEST_CASE(what_is_hashed_is_what_the_encoder_would_write) {
  std::mt19937 random(20261127);
  const auto up_to = [&](unsigned most) { return static_cast<unsigned>(random() % (most + 1)); };
  const auto word = [&] {
    static const char* const kSigns[] = {"a", "b", "aa", "id", "text", "理", "é", "-", "z9", "customer", "matter", " "};
    std::string out;
    for (unsigned i = up_to(up_to(9) == 0 ? 60 : 3); i > 0; --i) out += kSigns[up_to(11)];
    return out;
  };
  std::function<void(std::string&, caveat::cbor::Encoder&, unsigned)> value;
  const auto object = [&](std::string& json, caveat::cbor::Encoder& out, unsigned depth) {
    std::map<std::pair<std::size_t, std::string>, std::pair<std::string, std::string>> members;  // in order
    for (unsigned i = up_to(up_to(9) == 0 ? 40 : 6); i > 0; --i) {
      caveat::cbor::Encoder encoded;
      std::string written;
      value(written, encoded, depth + 1);
      const std::string name = word();
      members[{name.size(), name}] = {written, encoded.take()};
    }
    std::vector<std::pair<std::string, std::string>> shuffled;
    out.map(members.size());
    for (const auto& [name, member] : members) {
      out.text(name.second);
      out.raw(member.second);
      shuffled.emplace_back(name.second, member.first);
    }
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    json += '{';
    for (const auto& [name, written] : shuffled) json += (json.back() == '{' ? "\"" : ",\"") + name + "\":" + written;
    json += '}';
  };
  value = [&](std::string& json, caveat::cbor::Encoder& out, unsigned depth) {
    constexpr std::uint64_t kNumberTag = 60'000;
    switch (up_to(depth > 4 ? 4 : 6)) {
      case 0:
        json += "null";
        return out.null();
      case 1: {
        const bool yes = up_to(1) == 1;
        json += yes ? "true" : "false";
        return out.boolean(yes);
      }
      case 2:
      case 3: {
        const std::string text = word();
        json += "\"" + text + "\"";
        return out.text(text);
      }
      case 4: {
        static const std::pair<const char*, const char*> kNumbers[] = {
            {"0", "0"},
            {"-0.0", "0"},
            {"7", "7e0"},
            {"1000000000000", "1e12"},
            {"-120", "-12e1"},
            {"0.50", "5e-1"},
            {"3e2", "3e2"},
            {"123456789012345678", "123456789012345678e0"},
            {"1050", "105e1"},
            {"2147483647", "2147483647e0"},
            {"100000000000000000", "1e17"},
            {"12345678901234567890", "1234567890123456789e1"}};
        const auto& [spelling, by_value] = kNumbers[up_to(11)];
        json += spelling;
        out.tag(kNumberTag);
        return out.text(by_value);
      }
      case 5: {
        const unsigned count = up_to(up_to(9) == 0 ? 300 : 4);
        json += '[';
        out.array(count);
        for (unsigned i = 0; i < count; ++i) {
          if (i > 0) json += ',';
          value(json, out, depth + 1);
        }
        json += ']';
        return;
      }
      default:
        return object(json, out, depth);
    }
  };
  for (int i = 0; i < 3'000; ++i) {
    std::string json;
    caveat::cbor::Encoder out;
    object(json, out, 0);
    Fields fields;
    BOOST_REQUIRE_MESSAGE(parse_turn(json, fields, Limits{}), json);
    BOOST_REQUIRE_MESSAGE(canonical_digest(fields) == caveat::sha256(out.view()), json);
    BOOST_REQUIRE_MESSAGE(caveat::wire::turn_digests(fields).content == caveat::sha256(out.view()), json);
  }
}
