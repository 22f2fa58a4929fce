// Cells that were written as RFC 4180 has it are read back as they were, whatever stands in them; no bytes are read past.
#include "adapters/load/csv.h"

#include <boost/test/unit_test.hpp>
#include <random>

using namespace caveat;
using load::Csv;

namespace {

struct Random {
  std::mt19937_64 engine;
  explicit Random(std::uint64_t seed) : engine(seed) {}
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(engine() % bound); }
};

using Rows = std::vector<std::vector<std::string>>;

Rows read(std::string_view text, Csv::Fault* fault = nullptr) {
  Rows rows;
  Csv csv(text, 1'000);
  while (csv.next()) {
    std::vector<std::string>& row = rows.emplace_back();
    for (const Csv::Cell& cell : csv.cells()) {
      row.push_back(cell.text);
      BOOST_REQUIRE(cell.begin <= cell.end);
      BOOST_REQUIRE(csv.begin() <= cell.begin);
      BOOST_REQUIRE(cell.end <= text.size());
    }
  }
  if (fault != nullptr) *fault = csv.fault();
  return rows;
}

}  // namespace

BOOST_AUTO_TEST_CASE(cells_come_back_as_they_were_written) {
  Random random(4180);
  const std::vector<std::string> pieces = {"a", "产品", ",", "\"", "\n", "\r\n", "\r", " ", "#", "\"\""};
  for (int round = 0; round < 2000; ++round) {
    Rows rows;
    std::string text;
    for (std::size_t r = random.below(4); r > 0; --r) {
      std::vector<std::string>& row = rows.emplace_back();
      for (std::size_t c = 1 + random.below(4); c > 0; --c) {
        std::string cell, quoted = "\"";
        for (std::size_t i = random.below(4); i > 0; --i) cell += pieces[random.below(pieces.size())];
        for (const char sign : cell) quoted += sign == '"' ? std::string("\"\"") : std::string(1, sign);
        const bool needs = cell.find_first_of(",\"\r\n") != std::string::npos || (cell.empty() && c == 1);
        text += (row.empty() ? "" : ",") + (needs || random.below(2) == 0 ? quoted + "\"" : cell);
        row.push_back(cell);
      }
      text += random.below(2) == 0 ? "\r\n" : "\n";
    }
    BOOST_REQUIRE_MESSAGE(read(text) == rows, text);
  }
}

BOOST_AUTO_TEST_CASE(whatever_it_is_given_it_ends_inside_of_it) {
  Random random(4181);
  const std::string signs = ",\"\n\r#a";
  std::size_t faults = 0;
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (std::size_t i = random.below(20); i > 0; --i) text += signs[random.below(signs.size())];
    Csv::Fault fault = Csv::Fault::none;
    read(text, &fault);
    faults += fault != Csv::Fault::none;
  }
  BOOST_TEST(faults > 500u);
  BOOST_TEST(faults < 4500u);
}

BOOST_AUTO_TEST_CASE(a_remark_is_a_line_before_the_first_row_that_begins_with_a_hash) {
  Csv csv("\n# version 1,\"a\r\n\n#\n\"# no remark\"\n# a cell\n", 1'000);
  std::string_view line;
  BOOST_REQUIRE(csv.remark(line));
  BOOST_TEST(line == "# version 1,\"a");
  BOOST_TEST(csv.begin() == 1u);
  BOOST_TEST(csv.end() == 15u);
  BOOST_REQUIRE(csv.remark(line));
  BOOST_TEST(line == "#");
  BOOST_TEST(!csv.remark(line));
  BOOST_TEST(!csv.remark(line));  // asked again it is the same
  BOOST_REQUIRE(csv.next());
  BOOST_TEST(csv.cells().front().text == "# no remark");
  BOOST_REQUIRE(csv.next());
  BOOST_TEST(csv.cells().front().text == "# a cell");
  BOOST_TEST(!csv.next());
}
