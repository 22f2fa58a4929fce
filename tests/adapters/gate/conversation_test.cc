// The state machine: one test a cell, and the page that prints the same table.
#include "adapters/gate/conversation.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace caveat;
using gate::Move;
using gate::Standing;

namespace {

constexpr Move kMoves[] = {Move::turn, Move::person_turn, Move::hold, Move::ask,       Move::expire, Move::answered,
                           Move::take, Move::take_over,   Move::pass, Move::give_back, Move::close,  Move::overdue};
constexpr Standing kStandings[] = {Standing::bot, Standing::asked, Standing::waiting, Standing::person};

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::stringstream in(line);
  std::string cell;
  std::getline(in, cell, '|');
  while (std::getline(in, cell, '|')) {
    const auto first = cell.find_first_not_of(' '), last = cell.find_last_not_of(' ');
    cells.push_back(first == std::string::npos ? std::string() : cell.substr(first, last - first + 1));
  }
  return cells;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_page_and_the_code_have_the_same_table) {
  std::ifstream page(CAVEAT_SOURCE_DIR "/docs/conversations.md");
  BOOST_REQUIRE(page.good());
  std::map<std::string, std::vector<std::string>> rows;
  for (std::string line; std::getline(page, line);) {
    if (line.empty() || line[0] != '|') continue;
    std::vector<std::string> cells = cells_of(line);
    if (cells.size() == 5) rows[cells[0]] = cells;
  }
  for (const Move move : kMoves) {
    const std::string name(gate::name(move));
    BOOST_REQUIRE_MESSAGE(rows.contains(name), "docs/conversations.md has no row `" << name << "`");
    for (std::size_t i = 0; i < 4; ++i)
      BOOST_TEST(rows[name][i + 1] == gate::told(gate::at(move, kStandings[i])),
                 name << " in " << gate::name(kStandings[i]));
  }
}

BOOST_AUTO_TEST_CASE(no_cell_of_a_hold_lets_a_bots_text_through) {
  for (const Standing standing : {Standing::waiting, Standing::person})
    BOOST_TEST((gate::at(Move::turn, standing).effect == gate::Effect::hold_back));
}

BOOST_AUTO_TEST_CASE(a_hold_ends_by_return_and_close_only) {
  for (const Standing standing : {Standing::waiting, Standing::person}) {
    for (const Move move : kMoves) {
      const gate::Cell& cell = gate::at(move, standing);
      const bool ends = !gate::holds(cell.next);
      BOOST_TEST(ends == ((move == Move::give_back || move == Move::close) && standing == Standing::person));
      if (ends) BOOST_TEST(cell.other != nullptr, "only who has it may end it");
    }
  }
}

BOOST_AUTO_TEST_CASE(callers_are_told_of_three_states) {
  BOOST_TEST(gate::public_name(Standing::asked) == "bot");
  BOOST_TEST(gate::public_name(Standing::bot) == "bot");
  BOOST_TEST(gate::public_name(Standing::waiting) == "waiting");
  BOOST_TEST(gate::public_name(Standing::person) == "person");
}
