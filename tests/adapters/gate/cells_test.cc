// The state machine as callers meet it: for each cell of the table in docs/conversations.md a test of its own, in which a gate over a
// real log comes into that state and goes through that move; what is seen from without must be what the cell says.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "adapters/gate/conversation.h"
#include "tests/adapters/gate/desk_fixture.h"

using namespace caveat;
using namespace caveat::test;
using Kind = gate::Command::Kind;
using Query = gate::Query::Kind;

namespace {

const std::vector<std::string> kStates = {"bot", "asked", "waiting", "person"};
const std::string kHeld = "Connecting you to a person.";
const std::string kShare = R"("answer":{"text":"shared"},"actions":[{"name":"share"}])";

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::stringstream in(line.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) {
    const auto first = cell.find_first_not_of(' '), last = cell.find_last_not_of(' ');
    cells.push_back(first == std::string::npos ? std::string() : cell.substr(first, last - first + 1));
  }
  return cells;
}

// The page's table of moves: its rows, each by the name of its move.
std::map<std::string, std::vector<std::string>> table() {
  std::ifstream page(CAVEAT_SOURCE_DIR "/docs/conversations.md");
  std::map<std::string, std::vector<std::string>> rows;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    inside = !line.empty() && line[0] == '|' && (inside || line.starts_with("| move |"));
    if (!inside || line.starts_with("| move |") || line.starts_with("|---")) continue;
    std::vector<std::string> cells = cells_of(line);
    const std::string move = cells.front();
    cells.erase(cells.begin());
    rows.emplace(move, std::move(cells));
  }
  return rows;
}

// One conversation in one of the four states, and what a move did to it.
struct Cell {
  Desk desk;
  std::string asked;   // the decision that required something, before anything else happened
  std::string ticket;  // of the conversation: open, or, in `bot`, the one that was closed
  std::map<audit::Kind, std::size_t> before;

  explicit Cell(const std::string& state) {
    asked = str(desk.turn(kShare).at("decision"));
    if (state == "bot") {  // again, after a person had it
      ticket = handoff_of(desk.asks_for_a_person());
      BOOST_REQUIRE(desk.take(ticket) == "");
      BOOST_REQUIRE(desk.close(ticket) == "");
    } else if (state == "asked") {
      ticket = handoff_of(desk.unknown_turn());
    } else {
      ticket = handoff_of(desk.asks_for_a_person());
      if (state == "person") BOOST_REQUIRE(desk.take(ticket) == "");
    }
    BOOST_REQUIRE(standing() == state);
    for (const audit::Kind kind : kMoves) before[kind] = desk.records(kind);
  }

  static constexpr audit::Kind kMoves[] = {audit::Kind::handoff_opened,    audit::Kind::handoff_taken,
                                           audit::Kind::handoff_passed,    audit::Kind::handoff_returned,
                                           audit::Kind::handoff_escalated, audit::Kind::handoff_closed};

  std::string standing() {
    const json::value open = json::parse(desk.gate->look({.kind = Query::handoffs}, Desk::agent()).body).at("items");
    BOOST_REQUIRE(open.as_array().size() <= 1u);
    return open.as_array().empty() ? "bot" : str(open.at(0).at("state"));
  }
  bool recorded(audit::Kind kind) {
    desk.log->flush();
    return desk.records(kind) > before.at(kind);
  }
  // What the log holds of the ticket since.
  std::string of_the_ticket() {
    if (recorded(audit::Kind::handoff_opened)) return "ticket opened";
    if (recorded(audit::Kind::handoff_taken)) return "ticket taken";
    if (recorded(audit::Kind::handoff_passed)) return "passed on";
    if (recorded(audit::Kind::handoff_closed) || recorded(audit::Kind::handoff_returned)) return "ticket closed";
    return recorded(audit::Kind::handoff_escalated) ? "escalated" : "nothing changes";
  }

  // A hand-off came of the turn: to the ticket at hand, or past it. One that joins says so, in the log or, where it is for this turn
  // and no more urgent, in the reply.
  std::string of_a_wish(const json::value& reply) {
    const std::string told = of_the_ticket();
    const bool same = handoff_of(reply) == ticket;
    if (told == "escalated" && same) return "the ticket at hand";
    if (told == "nothing changes" && same && !reply.at("handoff").at("hold").as_bool()) return "the ticket at hand";
    return told;
  }
  std::string of_a_turn(const json::value& reply) {
    if (reply.as_object().contains("code")) return "refused `" + str(reply.at("code")) + "`";
    if (reply.as_object().contains("advice")) return "advice";
    const bool held = str(reply.at("verdict")) == "handoff" && reply.at("handoff").at("hold").as_bool() &&
                      handoff_of(reply) == ticket && said(reply) == kHeld;
    return held ? "held back" : str(reply.at("verdict")) == "allow" ? "judged" : "something else";
  }
  std::string of_a_command(const std::string& code) {
    return code.empty() ? of_the_ticket() : "refused `" + code + "`";
  }
};

// What a stranger to the ticket gets; whoever has it, or nobody, then does the move and is told of by the second.
struct Deed {
  std::function<std::string(Cell&, const gate::Caller&)> act;
  bool by_person = false;  // then another one tries first
};

Deed step(Kind kind, const std::string& body) {
  return {[kind, body](Cell& cell, const gate::Caller& who) {
            return cell.of_a_command(Desk::code(cell.desk.command(kind, cell.ticket, body, who)));
          },
          true};
}

const std::map<std::string, Deed>& deeds() {
  static const std::map<std::string, Deed> all = {
      {"a bot's turn",  // without an answer: that has a row of its own
       {[](Cell& cell, const gate::Caller&) {
         return cell.of_a_turn(cell.desk.turn(R"("message":{"text":"hello"})"));
       }}},
      {"a person's answer",
       {[](Cell& cell, const gate::Caller& who) {
          return cell.of_a_turn(cell.desk.turn(R"("answer":{"text":"hello","author":"person"})", "c-1", "k-1", who));
        },
        true}},
      {"a hand-off that holds",  // more urgent than what is there, so that joining can be seen
       {[](Cell& cell, const gate::Caller&) {
         return cell.of_a_wish(cell.desk.turn(R"("message":{"text":"my card was stolen"},"answer":{"text":"oh"})"));
       }}},
      {"a hand-off of this turn",
       {[](Cell& cell, const gate::Caller&) { return cell.of_a_wish(cell.desk.unknown_turn()); }}},
      {"a request expires",  // though what it asked for is brought, too late
       {[](Cell& cell, const gate::Caller&) {
         cell.desk.clock.pass(25 * 3'600 * kSecond);
         return cell.of_a_wish(cell.desk.turn(kShare + R"(,"continues":")" + cell.asked +
                                              R"(","satisfied":[{"name":"consent","kind":"consent","by":"app","at":")" +
                                              format_instant(cell.desk.clock.wall_us(), 0) +
                                              R"(","evidence":"doc-1"}])"));
       }}},
      {"the customer is answered", {[](Cell& cell, const gate::Caller&) {
         cell.desk.hello();
         return cell.of_the_ticket();
       }}},
      {"take", step(Kind::take_handoff, {})},
      {"take over",
       {[](Cell& cell, const gate::Caller& who) {
          return cell.of_a_command(Desk::code(cell.desk.command(
              Kind::open_handoff, {}, R"({"conversation":"c-1","reason":"listening in","take":true})", who)));
        },
        true}},
      {"pass", step(Kind::pass_handoff, R"({"queue":"desk","note":"n"})")},
      {"return", step(Kind::return_handoff, R"({"customer_agreed":true})")},
      {"close", step(Kind::close_handoff, R"({"outcome":"resolved","customer_agreed":true})")},
      {"due time over", {[](Cell& cell, const gate::Caller&) {
         cell.desk.clock.pass(3'600 * kSecond);
         cell.desk.gate->tick();
         return cell.of_the_ticket();
       }}},
  };
  return all;
}

void hold(const std::string& move, std::size_t column) {
  const auto rows = table();
  BOOST_REQUIRE_MESSAGE(rows.contains(move), "docs/conversations.md has no row `" << move << "`");
  BOOST_REQUIRE(rows.at(move).size() == kStates.size());
  const Deed& deed = deeds().at(move);
  Cell cell(kStates[column]);
  std::string other;
  if (deed.by_person && kStates[column] == "person") {
    const std::string told = deed.act(cell, Desk::agent("wang"));
    BOOST_REQUIRE_MESSAGE(told.starts_with("refused "), "somebody else did it: " << told);
    BOOST_TEST(cell.standing() == "person");
    other = ", anybody else " + told.substr(std::string("refused ").size());
    // The page says of a person's answer whose it may be in the same way.
  }
  std::string seen = deed.act(cell, Desk::agent());
  seen = cell.standing() + " · " + seen + other;
  BOOST_TEST(seen == rows.at(move)[column]);
  cell.desk.verify();
}

// A test for each cell, under its name: they are registered as the file's other tests are, before main.
struct Cells {
  Cells() {
    for (const auto& [move, deed] : deeds()) {
      for (std::size_t column = 0; column < kStates.size(); ++column) {
        std::string name = move + " in " + kStates[column];
        for (char& c : name)
          if (c == ' ' || c == '\'') c = '_';
        boost::unit_test::framework::current_auto_test_suite().add(
            boost::unit_test::make_test_case([move = move, column] { hold(move, column); }, name, __FILE__, __LINE__));
      }
    }
  }
} const kCells;

}  // namespace

BOOST_AUTO_TEST_CASE(every_row_of_the_page_has_a_test_for_each_of_its_cells) {
  std::vector<std::string> written, tested;
  for (const auto& [move, cells] : table()) {
    BOOST_TEST(cells.size() == kStates.size(), move);
    written.push_back(move);
  }
  for (const auto& [move, deed] : deeds()) tested.push_back(move);
  BOOST_TEST(written == tested, boost::test_tools::per_element());
  BOOST_TEST(written.size() == gate::kMoves);
}
