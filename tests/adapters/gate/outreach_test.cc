// Outreach over the gate: whom a person has is sold nothing, his turns and those that reach him keep their order, and the record is his too.
#include <boost/json.hpp>

#include "tests/adapters/gate/desk_fixture.h"

using namespace caveat;
using namespace caveat::test;

namespace {

json::value reach(Desk& desk, const std::string& purpose) {
  return desk.turn(
      R"("outreach":{"purpose":")" + purpose + R"(","text":"Buy.","recipients":[{"id":"k-1"},{"id":"k-2"}]})", "", "");
}
std::string verdicts(const json::value& reply) {
  std::string out;
  for (const json::value& one : reply.at("recipients").as_array())
    out += (out.empty() ? "" : " ") + str(one.at("id")) + ":" + str(one.at("verdict"));
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_customer_who_waits_for_a_person_gets_no_marketing_and_no_collection) {
  Desk desk;
  BOOST_TEST(verdicts(reach(desk, "marketing")) == "k-1:allow k-2:allow");
  const std::string ticket = handoff_of(desk.asks_for_a_person());
  const json::value held = reach(desk, "marketing");
  BOOST_TEST(verdicts(held) == "k-1:block k-2:allow");
  BOOST_TEST(str(held.at("verdict")) == "revise");
  BOOST_TEST(held.at("say").at("text").is_null());
  BOOST_TEST(verdicts(reach(desk, "notice")) == "k-1:allow k-2:allow");
  desk.restart();
  BOOST_TEST(verdicts(reach(desk, "collection")) == "k-1:block k-2:allow");
  BOOST_TEST(desk.take(ticket) == "");
  BOOST_TEST(desk.close(ticket) == "");
  BOOST_TEST(verdicts(reach(desk, "marketing")) == "k-1:allow k-2:allow");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(an_outreach_that_is_sent_again_reaches_nobody_whom_a_person_has_by_then) {
  Desk desk;
  const auto again = [&](const std::string& id, const std::string& purpose, const std::string& recipients) {
    const gate::Reply reply = desk.gate->decide(
        Desk::body(id, R"("outreach":{"purpose":")" + purpose + R"(","text":"Buy.","recipients":)" + recipients + "}",
                   "", ""),
        Desk::bot());
    const json::value body = json::parse(reply.body);
    BOOST_TEST(reply.superseded == (body.as_object().contains("superseded") && body.at("superseded").as_bool()));
    return verdicts(body) + (reply.superseded ? " superseded " : " ") + str(body.at("verdict")) +
           (reply.verdict == decide::Verdict::block ? ", nobody" : "");
  };
  const std::string both = R"([{"id":"k-1"},{"id":"k-2"}])", one = R"([{"id":"k-1"}])";
  BOOST_TEST(again("o-1", "marketing", both) == "k-1:allow k-2:allow allow");
  BOOST_TEST(again("o-2", "marketing", one) == "k-1:allow allow");
  BOOST_TEST(again("o-3", "notice", both) == "k-1:allow k-2:allow allow");
  const std::string ticket = handoff_of(desk.asks_for_a_person());
  BOOST_TEST(again("o-1", "marketing", both) == "k-1:block k-2:allow superseded revise");
  BOOST_TEST(again("o-2", "marketing", one) == "k-1:block superseded block, nobody");
  BOOST_TEST(again("o-3", "notice", both) == "k-1:allow k-2:allow allow");
  BOOST_TEST(again("o-4", "marketing", both) == "k-1:block k-2:allow revise");
  BOOST_TEST(again("o-4", "marketing", both) == "k-1:block k-2:allow revise");  // as it was
  desk.restart();
  BOOST_TEST(again("o-1", "marketing", both) == "k-1:block k-2:allow superseded revise");
  BOOST_TEST(desk.take(ticket) == "");
  BOOST_TEST(desk.close(ticket) == "");
  BOOST_TEST(again("o-1", "marketing", both) == "k-1:allow k-2:allow allow");
  desk.verify();
}
