// The quick reader and the full one say the same of whatever bytes come: the full one is reached by an escape in one member
// more, which the quick one leaves to it.
#include "adapters/wire/quick_turn.h"

#include <boost/test/unit_test.hpp>
#include <random>
#include <string>

#include "adapters/wire/turn.h"

using caveat::Limits;
using caveat::decide::Fields;
using caveat::wire::parse_turn;
using caveat::wire::read_quickly;

namespace {

const std::string kTurn =
    R"({"id":"Q1", "at":"2026-03-02T10:00:00+08:00","recommendation":{"products":[{"id":"p","risk_level":4,"fee":-0.50}]},
 "customer":{"age":40,"vip":true,"old":false,"note":null,"consents":["a","b"],"empty":[],"none":{} },"answer":{"text":"您好，收益4.8%。"},
 "deal":{"amount":1e3,"via":"app"}})";

std::string told(const Fields& fields, std::uint32_t node) {
  std::string out = std::string(fields.name(node)) + "=" + std::to_string(static_cast<int>(fields.node(node).kind)) +
                    (fields.node(node).boolean ? "!" : "") + std::string(fields.text(node)) + "(";
  for (std::uint32_t child = fields.node(node).first; child != Fields::kEnd; child = fields.node(child).next) {
    if (fields.name(child) != "~~") out += told(fields, child) + ";";
  }
  return out + ")";
}

bool same(const std::string& json) {  // where the quick one reads at all
  Fields quick;
  if (!read_quickly(json, quick, Limits{})) return true;
  std::string full = json;
  const std::size_t brace = full.rfind('}');
  const bool empty = quick.node(0).first == Fields::kEnd;
  full.insert(brace, std::string(empty ? "" : ",") + R"("\u007e~":0)");
  Fields fields;
  const caveat::Result<void> read = parse_turn(full, fields, Limits{});
  return read.has_value() && told(quick, 0) == told(fields, 0);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_plain_turn_is_read_quickly_and_read_alike) {
  Fields fields;
  BOOST_TEST(read_quickly(kTurn, fields, Limits{}));
  BOOST_TEST(same(kTurn));
  BOOST_TEST(same("{}"));
  BOOST_TEST(fields.text(fields.child(fields.child(0, "answer"), "text")) == "您好，收益4.8%。");
}

BOOST_AUTO_TEST_CASE(what_is_not_plain_is_left_to_the_full_reader) {
  Fields fields;
  for (const std::string json : {R"({"a":"\n"})",
                                 R"({"a":1,"a":2})",
                                 R"({"a":01})",
                                 R"({"a":tru})",
                                 R"({"a":1}x)",
                                 R"({"a":1)",
                                 R"({"a":"b)",
                                 "[1]",
                                 "",
                                 R"({"a":+1})",
                                 R"({"a":1.})",
                                 R"({"a":.5})",
                                 R"({"a":1,})",
                                 R"({,})",
                                 R"({"a" 1})",
                                 R"({"a":[1,]})",
                                 R"({"a":nul})",
                                 "{\"a\":\"\x01\"}",
                                 "{\"a\":\"\xff\"}",
                                 "{\"a\":\"\xef\xbf\xbe\"}",
                                 "{\"answer\":{\"text\":\"\xed\xa0\x80\"}}"}) {
    BOOST_TEST(!read_quickly(json, fields, Limits{}), json);
  }
  std::string deep = "1", wide;
  for (int i = 0; i < 20; ++i) deep = "{\"a\":" + deep + "}";
  BOOST_TEST(!read_quickly(deep, fields, Limits{}));
  for (int i = 0; i <= 1000; ++i) wide += i == 0 ? "0" : ",0";
  BOOST_TEST(!read_quickly("{\"a\":[" + wide + "]}", fields, Limits{}));
  // Texts may hold non-characters, whole.
  BOOST_TEST(read_quickly("{\"answer\":{\"text\":\"\xef\xbf\xbe\"}}", fields, Limits{}));
}

BOOST_AUTO_TEST_CASE(changed_at_random_both_readers_still_say_the_same) {
  std::mt19937_64 random(20261126);
  const std::string pieces = "{}[]\",:0123456789.-+eEtfn\\ \n\x01\x7f\xe4\xbd\xa0\xef\xbf\xbe\xed\xa0";
  long read = 0;
  for (int i = 0; i < 60'000; ++i) {
    std::string json = kTurn;
    for (auto changes = random() % 3 + 1; changes > 0; --changes) {
      const std::size_t at = random() % json.size();
      switch (random() % 4) {
        case 0:
          json[at] = pieces[random() % pieces.size()];
          break;
        case 1:
          json.erase(at, random() % 3 + 1);
          break;
        case 2:
          json.insert(at, 1, pieces[random() % pieces.size()]);
          break;
        default:
          json.insert(at, json.substr(random() % json.size(), random() % 12));
      }
      if (json.empty()) json = "{";
    }
    Fields fields;
    read += read_quickly(json, fields, Limits{}) ? 1 : 0;
    if (!same(json)) BOOST_ERROR(json);
  }
  BOOST_TEST(read > 500);
}
