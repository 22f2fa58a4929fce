// Whose hand-offs and decisions an agent reaches: those of his queues and those that he has, by whichever path he tries.
#include <boost/json.hpp>

#include "adapters/gate/past.h"
#include "adapters/wire/codes.h"
#include "audit/log/reader.h"
#include "audit/record/sections.h"
#include "tests/adapters/gate/desk_fixture.h"

using namespace caveat;
using namespace caveat::test;
using Kind = gate::Command::Kind;
using Look = gate::Query::Kind;

namespace {

const gate::Caller kChen = Desk::agent("chen", {"desk"});  // knows nothing of the queue `advisers`
const std::string kStolen = R"("message":{"text":"my card was stolen"},"answer":{"text":"oh"})";

gate::Reply look(Desk& desk, Look kind, const std::string& target, const gate::Caller& caller) {
  return desk.gate->look({.kind = kind, .target = target}, caller);
}
std::string explained(Desk& desk, const std::string& decision, const gate::Caller& caller) {
  gate::Query query{.kind = Look::explanation, .target = decision};
  query.reader = "officer";
  return Desk::code(desk.gate->look(query, caller));
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_agent_reaches_no_hand_off_of_another_queue_by_any_command_or_look) {
  Desk desk;
  const std::string id = handoff_of(desk.turn(kStolen));  // in advisers
  const std::pair<Kind, const char*> commands[] = {
      {Kind::take_handoff, ""},
      {Kind::pass_handoff, R"({"queue":"desk","note":"n"})"},
      {Kind::return_handoff, R"({"customer_agreed":true})"},
      {Kind::close_handoff, R"({"outcome":"resolved","customer_agreed":true})"},
      {Kind::note_handoff, R"({"note":"n"})"},
      {Kind::open_handoff, R"({"conversation":"c-1","queue":"desk","reason":"r","take":true})"},
      {Kind::open_handoff, R"({"customer":"k-1","queue":"desk","reason":"r","take":true})"},
      {Kind::open_handoff, R"({"conversation":"c-9","customer":"k-1","queue":"desk","reason":"r","take":true})"}};
  for (const char* state : {"waiting", "person"}) {
    if (std::string(state) == "person") desk.take(id);
    const std::string before = json::serialize(desk.ticket(id));
    for (const auto& [kind, body] : commands) {
      const gate::Reply reply = desk.command(kind, id, body, kChen);
      BOOST_TEST(Desk::code(reply) == "role", state << " " << body);
      BOOST_TEST(reply.body.find("advisers") == std::string::npos, reply.body);
    }
    BOOST_TEST(Desk::code(look(desk, Look::handoff, id, kChen)) == "role", state);
    BOOST_TEST(json::serialize(desk.ticket(id)) == before);
    BOOST_TEST(desk.state() == state);
  }
  BOOST_TEST(desk.records(audit::Kind::handoff_taken) == 1u);
  BOOST_TEST(desk.close(id) == "");
  BOOST_TEST(Desk::code(look(desk, Look::handoff, id, kChen)) == "role");
  BOOST_TEST(desk.take(id, kChen) == "role");  // not even that it is closed
  desk.verify();
}

BOOST_AUTO_TEST_CASE(an_agent_takes_over_what_lies_in_his_queue_or_in_none) {
  Desk desk;
  const std::string id = handoff_of(desk.asks_for_a_person("c-1", "k-1"));
  const auto over = [&](const std::string& conversation) {
    return desk.command(Kind::open_handoff, {},
                        R"({"conversation":")" + conversation + R"(","queue":"desk","reason":"r","take":true})", kChen);
  };
  const gate::Reply taken = over("c-1");
  BOOST_REQUIRE_MESSAGE(taken.problem == nullptr, taken.body);
  BOOST_TEST(str(json::parse(taken.body).at("id")) == id);
  BOOST_TEST(Desk::code(over("c-2")) == "");
  BOOST_TEST(Desk::code(over("c-2")) == "");  // again: it is his
}

BOOST_AUTO_TEST_CASE(who_is_only_asked_for_keeps_nobody_from_taking_over) {
  Desk desk;
  // A fact that is not known asks for a person, for this turn: a hand-off that holds nothing, in a queue that is not his.
  const json::value asked = desk.turn(R"("answer":{"text":"done"},"actions":[{"name":"transfer"}])");
  BOOST_TEST(str(asked.at("verdict")) == "handoff");
  BOOST_TEST(desk.state() == "bot");
  const gate::Reply over =
      desk.command(Kind::open_handoff, {}, R"({"conversation":"c-1","queue":"advisers","reason":"r","take":true})",
                   Desk::agent("li", {"advisers"}));
  BOOST_REQUIRE_MESSAGE(over.problem == nullptr, over.body);
  BOOST_TEST(desk.state() == "person");
  BOOST_TEST(said(desk.hello()) != "hello");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(who_may_not_see_a_hand_off_joins_it_unseen_and_moves_it_nowhere) {
  Desk desk;
  const std::string id = handoff_of(
      desk.turn(R"("answer":{"text":"done"},"actions":[{"name":"transfer","amount":"60000 CNY"}])"));  // in advisers
  const gate::Reply joined = desk.command(
      Kind::open_handoff, {}, R"({"conversation":"c-1","queue":"desk","priority":"urgent","reason":"now"})", kChen);
  BOOST_REQUIRE_MESSAGE(joined.problem == nullptr, joined.body);
  const json::object told = json::parse(joined.body).as_object();
  BOOST_TEST(str(told.at("id")) == id);
  for (const char* member : {"reason", "asked_by", "customer", "rules", "note", "decision", "turns"})
    BOOST_TEST(!told.contains(member), member);
  const json::value ticket = desk.ticket(id);
  BOOST_TEST(str(ticket.at("queue")) == "advisers");
  BOOST_TEST(str(ticket.at("priority")) == "urgent");  // his word counts all the same
  BOOST_TEST(desk.take(id, kChen) == "role");
  // One that he opens for another queue is as little his.
  const gate::Reply opened =
      desk.command(Kind::open_handoff, {}, R"({"conversation":"c-2","queue":"advisers","reason":"r"})", kChen);
  BOOST_TEST(opened.created);
  BOOST_TEST(!json::parse(opened.body).as_object().contains("reason"));
  BOOST_TEST(desk.take(str(json::parse(opened.body).at("id")), kChen) == "role");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(an_agent_reads_a_decision_through_a_hand_off_that_he_may_see_and_no_other) {
  Desk desk;
  const auto decision = [](const json::value& reply) { return str(reply.at("decision")); };
  const std::string quiet = decision(desk.hello("c-3", "k-3"));  // never handed off
  const std::string before = decision(desk.hello());
  const json::value opened = desk.turn(kStolen);
  const std::string id = handoff_of(opened), opening = decision(opened), held = decision(desk.hello());
  const std::string elsewhere = decision(desk.hello("c-2", "k-1"));  // held by the same, in another conversation
  const gate::Caller li = Desk::agent("li", {"advisers"}), nobody = Desk::agent("wang", {});
  const auto code = [&](const std::string& which, const gate::Caller& caller) {
    const std::string told = Desk::code(look(desk, Look::decision, which, caller));
    BOOST_TEST(explained(desk, which, caller) == told);
    return told;
  };
  for (int time = 0; time < 2; ++time) {  // open, and closed
    for (const std::string& which : {before, opening, held}) {
      BOOST_TEST(code(which, li) == "");
      BOOST_TEST(code(which, kChen) == "role");
      BOOST_TEST(code(which, nobody) == "role");
    }
    for (const std::string& which : {quiet, elsewhere}) {
      BOOST_TEST(code(which, li) == "role");
      BOOST_TEST(code(which, kChen) == "role");
    }
    if (time == 0) BOOST_TEST(desk.take(id, li) == "");
    BOOST_TEST(desk.close(id, li) == (time == 0 ? "" : "wrong_state"));
    desk.restart();
  }
  gate::Caller auditor = nobody, supervisor = nobody, both = nobody;
  auditor.roles = {"auditor"};
  supervisor.any_queue = true;  // of every queue, and still only what was handed off
  both.roles = {"agent", "bot"};
  both.id = Desk::bot().id;
  BOOST_TEST(code(quiet, auditor) == "");
  BOOST_TEST(code(opening, supervisor) == "");
  BOOST_TEST(code(quiet, supervisor) == "role");
  BOOST_TEST(code(quiet, both) == "");  // its own
  both.id = "another";
  BOOST_TEST(code(quiet, both) == "role");
  BOOST_TEST(Desk::code(look(desk, Look::proof, quiet, both)) == "role");
  BOOST_TEST(code("d-none", kChen) == "not_found");
  const auto past = [&](const std::string& which) {
    return *gate::past_decision(*desk.log, *audit::LogReader::open(desk.log->path()), which);
  };
  BOOST_TEST(desk.gate->hidden(past(opening), li) == nullptr);
  BOOST_TEST(desk.gate->hidden(past(opening), kChen) == &wire::codes::kRole);
}

BOOST_AUTO_TEST_CASE(an_agent_reads_his_own_answers_and_the_turns_of_a_customer_whom_he_has) {
  Desk desk;
  const std::string alone = str(desk.hello("", "k-1").at("decision"));
  const gate::Reply taken =
      desk.command(Kind::open_handoff, {}, R"({"customer":"k-1","queue":"desk","reason":"r","take":true})", kChen);
  BOOST_REQUIRE_MESSAGE(taken.problem == nullptr, taken.body);
  const json::value said_by_him =
      desk.turn(R"("answer":{"text":"hello","author":"person"})", "c-1", "k-1", Desk::agent("chen", {"desk"}));
  BOOST_TEST(str(said_by_him.at("verdict")) == "allow");
  BOOST_TEST(Desk::code(look(desk, Look::decision, str(said_by_him.at("decision")), kChen)) == "");
  BOOST_TEST(Desk::code(look(desk, Look::decision, alone, kChen)) == "");
  BOOST_TEST(Desk::code(look(desk, Look::decision, alone, Desk::agent("wang", {"advisers"}))) == "role");
  const std::string id = str(json::parse(taken.body).at("id"));
  BOOST_TEST(Desk::code(desk.command(Kind::pass_handoff, id, R"({"queue":"advisers","note":"n"})", kChen)) == "");
  BOOST_TEST(Desk::code(look(desk, Look::decision, alone, kChen)) == "role");  // it is not his any more
  BOOST_TEST(Desk::code(look(desk, Look::decision, str(said_by_him.at("decision")), kChen)) == "");
}

BOOST_AUTO_TEST_CASE(a_closed_hand_off_shows_nothing_that_came_after_its_end) {
  Desk desk;
  const std::string id = handoff_of(desk.asks_for_a_person());
  BOOST_TEST(desk.take(id, kChen) == "");
  BOOST_TEST(desk.close(id, kChen) == "");
  const json::value later = desk.turn(R"("message":{"text":"my card was stolen, canary"},"answer":{"text":"oh"})");
  const gate::Reply shown = look(desk, Look::handoff, id, kChen);
  BOOST_REQUIRE_MESSAGE(shown.problem == nullptr, shown.body);
  BOOST_TEST(json::parse(shown.body).at("turns").as_array().size() == 1u);
  BOOST_TEST(shown.body.find("canary") == std::string::npos);
  BOOST_TEST(Desk::code(look(desk, Look::decision, str(later.at("decision")), kChen)) == "role");
  BOOST_TEST(look(desk, Look::handoff, handoff_of(later), Desk::agent()).body.find("canary") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_agents_key_sends_what_a_person_answers_and_no_turn_of_a_bots) {
  Desk desk;
  const std::string answer = R"("answer":{"text":"x"})", of_a_bot = R"("answer":{"text":"x","author":"bot"})",
                    nothing_said = R"("message":{"text":"an agent please"})";
  for (const std::string& turn : {answer, of_a_bot, nothing_said}) {
    const json::value reply = desk.turn(turn, "c-1", "k-1", kChen);
    BOOST_TEST(str(reply.at("code")) == "role", turn);
    BOOST_TEST(str(reply.at("verdict")) == "handoff", turn);
    BOOST_TEST(str(reply.at("errors").at(0).at("path")) == "/answer/author", turn);
    BOOST_TEST(str(desk.turn(turn, "c-1", "k-1", gate::Caller::local()).at("verdict")) != "", turn);
  }
  BOOST_TEST(desk.take(handoff_of(desk.asks_for_a_person("c-2", "k-2")), kChen) == "");
  BOOST_TEST(str(desk.turn(answer, "c-2", "k-2", kChen).at("code")) == "role");  // also where he has the conversation
  gate::Caller both = Desk::agent("both", {"desk"});
  both.roles = {"bot", "agent"};
  BOOST_TEST(str(desk.turn(answer, "c-3", "k-3", both).at("verdict")) == "allow");
  desk.verify();
}

// Whoever knows all of a short list but a row would try his guesses on the digest of its file.
BOOST_AUTO_TEST_CASE(the_digest_of_a_set_that_keeps_secrets_is_in_no_reply_and_keyed_in_what_packages_open) {
  for (const bool secret : {true, false}) {
    Desk desk;
    const std::filesystem::path pack = desk.folder / "listed";
    std::filesystem::create_directory(pack);
    std::ofstream(pack / "watch.data.csv") << "# version 7\nid,listed\nk-1,yes\n";
    std::ofstream(pack / "pack.cav") << "pack p\n  version \"1\"\n  time zone \"Asia/Shanghai\"\n  default queue desk\n"
                                        "queue desk\n  say en \"Wait.\" zh \"请稍候。\"\nsource P is policy \"P\"\n"
                                        "data watch keyed by customer.id\nfacts customer from watch\n  listed yes/no"
                                     << (secret ? ", data class C3" : "")
                                     << "\nrule w\n  cites P\n  applies to answer\n  when customer.listed is yes\n"
                                        "  then flag w\n  if unknown pass\n";
    const Result<load::Loaded> read = load::load_rules({pack.string()}, Limits{});
    BOOST_REQUIRE(read);
    for (const Diagnostic& diagnostic : read->diagnostics) BOOST_TEST_MESSAGE(render(diagnostic, read->sources));
    BOOST_REQUIRE(read->rules);
    desk.snapshot.put(read->rules);
    const json::value reply = desk.hello();
    const json::value set = reply.at("data").at(0);
    BOOST_TEST(str(set.at("version")) == "7");
    BOOST_TEST(set.as_object().contains("digest") == !secret, json::serialize(set));
    const auto reader = audit::LogReader::open(desk.log->path());
    const auto found = reader->search(desk.log->keys(), {audit::TagKind::decision, str(reply.at("decision"))});
    BOOST_REQUIRE_EQUAL(found.size(), 1u);
    const Result<audit::OpenedRecord> record = reader->open_body(desk.log->keys(), found.front());
    BOOST_REQUIRE(record);
    const auto digests = audit::decode_digests(record->find(audit::Section::digests)->encoded);
    BOOST_REQUIRE(digests);
    BOOST_REQUIRE_EQUAL(digests->data.size(), 1u);
    const Digest plain = read->rules->data.sets.front().digest;
    const Digest keyed = desk.log->keys().keyed_digest("reference set with secrets " + std::string(view(plain)));
    BOOST_TEST((digests->data.front().digest == (secret ? keyed : plain)));
  }
}
