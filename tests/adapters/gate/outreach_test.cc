// Outreach over the gate: whom a person has is sold nothing, his turns and those that reach him keep their order, and the record is his too.
#include <boost/json.hpp>

#include "adapters/gate/past.h"
#include "adapters/wire/turn.h"
#include "audit/log/reader.h"
#include "engine/base/cbor.h"
#include "engine/decide/outcome.h"
#include "engine/decide/satisfied.h"
#include "tests/adapters/gate/desk_fixture.h"

using namespace caveat;
using namespace caveat::test;

namespace {

std::string outreach_of(const std::string& purpose) {
  return R"("outreach":{"purpose":")" + purpose + R"(","text":"Buy.","recipients":[{"id":"k-1"},{"id":"k-2"}]})";
}
json::value reach(Desk& desk, const std::string& purpose) { return desk.turn(outreach_of(purpose), "", ""); }
std::string verdicts(const json::value& reply) {
  std::string out;
  for (const json::value& one : reply.at("recipients").as_array())
    out += (out.empty() ? "" : " ") + str(one.at("id")) + ":" + str(one.at("verdict"));
  return out;
}

// The outcome that record `index` holds against the one that its turn comes to again, with what the record says it was given and without.
struct Again {
  bool same = false, same_without = false;
  std::string story;
};
Again decided_again(Desk& desk, const std::string& turn) {
  Again again;
  desk.gate.reset();
  desk.log->flush();
  const auto reader = audit::LogReader::open((desk.folder / "log.db").string());
  const decide::Ruleset& rules = *Bench::rules();
  for (std::uint64_t index = 0; index < reader->size(); ++index) {
    const Result<audit::OpenedRecord> record = reader->open_body(desk.log->keys(), index);
    BOOST_REQUIRE(record.has_value());
    if (record->header.context.kind != audit::Kind::decision) continue;
    const Result<cbor::Value> result = cbor::decode(record->find(audit::Section::result)->encoded);
    const Result<cbor::Value> asked = cbor::decode(record->find(audit::Section::request)->encoded);
    BOOST_REQUIRE((result.has_value() && asked.has_value()));
    decide::BindOptions bind;
    bind.any_source = true;
    bind.now = asked->find(2)->as_integer().value();
    decide::Fields fields;
    decide::Request request;
    Problem problem;
    BOOST_REQUIRE(wire::parse_turn(turn, fields, Limits{}));
    if (asked->find(1)->string != fields.text(fields.child(0, "id"))) continue;
    BOOST_REQUIRE(decide::bind(*rules.program, fields, bind, request, problem));
    const gate::Given given = gate::given(*rules.program, *record);
    const std::string before(result->find(1)->string);
    decide::Scratch scratch;
    const auto comes_to = [&](const decide::StateView& state) {
      return decide::outcome(*rules.program, decide::decide(rules, request, state, given.satisfied, scratch));
    };
    again.same = comes_to({.used = given.used, .held = given.held}) == before;
    again.same_without = comes_to({.used = given.used}) == before;
    const Result<audit::StorySection> story = audit::decode_story(record->find(audit::Section::story)->encoded);
    BOOST_REQUIRE(story.has_value());
    for (const audit::StoryLine& line : story->en) again.story += line.text + "\n";
  }
  return again;
}

}  // namespace

// Who is with a person at the time is nothing that the turn tells: the record does.
BOOST_AUTO_TEST_CASE(an_outreach_that_was_kept_from_a_recipient_comes_to_the_same_bytes_from_its_record) {
  Desk desk;
  handoff_of(desk.asks_for_a_person());
  BOOST_TEST(verdicts(reach(desk, "marketing")) == "k-1:block k-2:allow");
  const Again again =
      decided_again(desk, Desk::body("t-" + std::to_string(desk.turns), outreach_of("marketing"), "", ""));
  BOOST_TEST(again.same);
  BOOST_TEST(!again.same_without);
  BOOST_TEST(again.story.find("a person has them, or is awaited: k-1") != std::string::npos, again.story);
}

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

BOOST_AUTO_TEST_CASE(the_record_of_a_material_tells_what_was_to_be_published_product_and_all) {
  Desk desk;
  const std::string material = R"("material":{"text":"Buy.","product":{"id":"p-1"}})";
  BOOST_TEST(str(desk.turn(material, "", "").at("verdict")) == "allow");
  const Again again = decided_again(desk, Desk::body("t-" + std::to_string(desk.turns), material, "", ""));
  BOOST_TEST(again.same);
  BOOST_TEST(again.story.find("to publish: Buy., p-1") != std::string::npos, again.story);
  BOOST_TEST(again.story.find("recommend") == std::string::npos, again.story);
}

BOOST_AUTO_TEST_CASE(a_hand_off_of_an_outreach_is_told_to_its_caller_and_opens_no_ticket) {
  Desk desk;
  const json::value reply =
      desk.turn(outreach_of("notice") + R"(,"actions":[{"name":"transfer","amount":"60000 CNY"}])", "", "");
  BOOST_TEST(str(reply.at("verdict")) == "handoff");
  BOOST_TEST(str(reply.at("handoff").at("queue")) == "advisers");
  BOOST_TEST(!reply.at("handoff").as_object().contains("id"));
  BOOST_TEST(verdicts(reply) == "k-1:allow k-2:allow");
  for (const char* state : {"waiting", "asked", "person"}) {
    const gate::Reply list = desk.gate->look({.kind = gate::Query::Kind::handoffs, .state = state}, Desk::agent());
    BOOST_TEST(json::parse(list.body).at("items").as_array().empty());
  }
  desk.verify();
}
