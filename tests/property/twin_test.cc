// decide and its twin agree on random packs and turns; faults that are planted in a pack are seen by the same comparison.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "engine/decide/decide.h"
#include "engine/decide/outcome.h"
#include "engine/model/name_in.h"
#include "engine/program/passes/draft.h"
#include "tests/property/random_turns.h"
#include "tests/reference/twin.h"

namespace caveat::random_packs {
namespace {

using decide::Decision;
using decide::Request;
using model::Index;
using syntax::Op;
using twin::Kind;

// What the fast one decided, in the twin's words.
twin::Outcome in_short(const program::Program& program, const Request& request, const Decision& decision) {
  twin::Outcome all;
  all.verdict = static_cast<int>(decision.verdict);
  all.products.assign(request.products(), 0);
  all.actions.assign(request.actions(), 0);
  all.recipients.assign(request.recipients(), 0);
  for (const decide::ItemVerdict& item : decision.items) {
    std::vector<int>& list = item.recipient ? all.recipients : item.action ? all.actions : all.products;
    list[item.index] = static_cast<int>(item.verdict);
  }
  for (const decide::Required& one : decision.requires_) all.required.insert(program.slot_path(one.index));
  for (std::string_view flag : decision.flags) all.flags.insert(std::string(flag));
  if (decision.has_handoff) {
    all.queue = program.queue_name(decision.handoff.queue);
    all.due = decision.handoff.due_seconds;
    all.hold = decision.handoff.hold;
  }
  return all;
}

std::string told(const twin::Outcome& outcome) {
  std::ostringstream out;
  out << "verdict " << outcome.verdict << " queue " << outcome.queue << " due " << outcome.due
      << (outcome.hold ? " holds" : "") << " products";
  for (int one : outcome.products) out << ' ' << one;
  out << " actions";
  for (int one : outcome.actions) out << ' ' << one;
  out << " recipients";
  for (int one : outcome.recipients) out << ' ' << one;
  for (const std::string& one : outcome.required) out << " requires " << one;
  for (const std::string& one : outcome.flags) out << " flag " << one;
  return out.str();
}

std::string difference(const program::Program& program, const Request& request, const Decision& fast,
                       const twin::Outcome& slow) {
  const twin::Outcome quick = in_short(program, request, fast);
  std::set<std::string> a, b;
  const auto of = [](const std::string& rule, int product, int action, int recipient, bool unknown, int verdict,
                     const std::set<std::pair<std::string, bool>>& facts) {
    std::string all = rule + " product " + std::to_string(product) + " action " + std::to_string(action) +
                      " recipient " + std::to_string(recipient) + (unknown ? " unknown" : "") + " asks " +
                      std::to_string(verdict) + " on";
    for (const auto& [path, known] : facts) all += " " + path + (known ? "" : "?");
    return all;
  };
  for (const decide::Reason& reason : fast.reasons) {
    std::set<std::pair<std::string, bool>> facts;
    for (const decide::FactUsed& fact : reason.facts)
      facts.insert({std::string(program.slot_path(fact.slot)), fact.known});
    a.insert(of(std::string(program.rule_id(reason.rule)), reason.product, reason.action, reason.recipient,
                reason.unknown, static_cast<int>(reason.verdict), facts));
  }
  for (const auto& [fired, reason] : slow.reasons) {
    b.insert(of(fired.rule, fired.product, fired.action, fired.recipient, fired.unknown, reason.verdict, reason.facts));
  }
  std::string text;
  for (const std::string& one : a) text += b.contains(one) ? "" : "only fast: " + one + "\n";
  for (const std::string& one : b) text += a.contains(one) ? "" : "only twin: " + one + "\n";
  if (told(quick) != told(slow)) text += "fast: " + told(quick) + "\ntwin: " + told(slow) + "\n";
  return text;
}

// The rules that they differ in and the texts of the turn, for whoever looks into a disagreement.
std::string conditions(const RandomWorld& world, const twin::Turn& turn, const std::string& differs) {
  std::string out;
  std::set<std::string> told;
  std::istringstream lines(differs);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.find("cn.");
    if (!line.starts_with("only ") || at == std::string::npos) continue;
    const std::string id = line.substr(at, line.find(' ', at) - at);
    if (told.insert(id).second) out += world.text_of_rule(id);
  }
  const auto all = [&](const std::string& whose, const twin::Facts& facts) {
    for (const auto& [path, given] : facts) {
      out += whose + " " + path + ": " + given.text + (given.inferred ? " (inferred)" : "");
      for (const std::string& one : given.elements) out += " " + one;
      out += "\n";
    }
  };
  all("turn", turn.facts);
  for (const twin::Facts& one : turn.products) all("product", one);
  for (const twin::Facts& one : turn.actions) all("action", one);
  for (const twin::Facts& one : turn.recipients) all("recipient", one);
  return out;
}

struct Compared {
  long turns = 0, disagreements = 0;
  std::string first;
};
// What the product is given that the twin is not: a change of the tree, or of what was made of it.
struct Planted {
  std::function<void(Trees&)> tree;
  std::function<void(model::Model&)> checked;
};

// One turn, decided by both; false if the caller's request is wrong.
bool compare_turn(const RandomWorld& world, const Compiled& compiled, const RandomTurn& turn, const twin::Turn& told,
                  const decide::Data& data, twin::Tally* tally, Compared& compared) {
  static thread_local decide::Scratch scratch;
  decide::BindOptions options;
  if (!data.sets.empty()) options.data = &data;
  Request request;
  Problem problem;
  if (!decide::bind(*compiled.program, turn.sent.fields, options, request, problem)) {
    for (const ProblemItem& item : problem.items)
      BOOST_ERROR(item.path + ": expected " + item.expected + ", found " + item.found);
    return false;
  }
  const Decision& fast = decide::decide({compiled.program, data, {}}, request, {}, scratch);
  const std::string differs = difference(*compiled.program, request, fast, twin::decide(*compiled.book, told, tally));
  ++compared.turns;
  if (differs.empty()) return true;
  ++compared.disagreements;
  if (compared.first.empty()) compared.first = differs + conditions(world, told, differs);
  return true;
}

Compared compare(std::uint64_t seed, int worlds, int turns, int rules, double absent, twin::Tally* tally = nullptr) {
  Compared compared;
  for (int w = 0; w < worlds; ++w) {
    Dice dice(seed * 1000 + static_cast<std::uint64_t>(w));
    const RandomWorld world(dice, rules);
    const Compiled compiled = compile(world.texts());
    BOOST_TEST_REQUIRE(compiled.wrong == "");
    for (int t = 0; t < turns; ++t) {
      const RandomTurn turn(world.names, dice, absent);
      if (!compare_turn(world, compiled, turn, turn.told, {}, tally, compared)) return compared;
    }
  }
  return compared;
}

// Whether some turn of some world shows what is planted.
bool is_caught(std::uint64_t seed, double absent, const Planted& planted) {
  Compared compared;
  for (int w = 0; w < 60 && compared.disagreements == 0; ++w) {
    Dice dice(seed * 1000 + static_cast<std::uint64_t>(w));
    const RandomWorld world(dice, 20);
    const Compiled compiled = compile(world.texts(), planted.tree, planted.checked);
    BOOST_TEST_REQUIRE(compiled.wrong == "");
    for (int t = 0; t < 25 && compared.disagreements == 0; ++t) {
      const RandomTurn turn(world.names, dice, absent);
      if (!compare_turn(world, compiled, turn, turn.told, {}, nullptr, compared)) return false;
    }
  }
  return compared.disagreements > 0;
}

int effort() {
  const char* wanted = std::getenv("CAVEAT_EFFORT");  // nightly runs set it higher
  return wanted ? std::max(1, std::atoi(wanted)) : 1;
}

// ---- the matrix: how often each operator came out how

struct Row {
  Op op;
  std::string name;
  bool always_known = false;
};
const std::vector<Row>& rows() {
  static const std::vector<Row> kRows = {{Op::eq, "is"},
                                         {Op::ne, "is not"},
                                         {Op::ge, "at least"},
                                         {Op::le, "at most"},
                                         {Op::gt, "above"},
                                         {Op::lt, "below"},
                                         {Op::between, "between"},
                                         {Op::one_of, "one of"},
                                         {Op::none_of_list, "none of a list"},
                                         {Op::is_known, "is known", true},
                                         {Op::is_unknown, "is unknown", true},
                                         {Op::and_, "and"},
                                         {Op::or_, "or"},
                                         {Op::not_, "not"},
                                         {Op::all_of, "all of"},
                                         {Op::any_of, "any of"},
                                         {Op::none_of, "none of"},
                                         {Op::at_least_of, "at least n of"},
                                         {Op::path, "yes/no"},
                                         {Op::contains, "contains"},
                                         {Op::contains_any, "contains any of"},
                                         {Op::contains_all, "contains all of"},
                                         {Op::lacks, "lacks"},
                                         {Op::claims, "claims"},
                                         {Op::claims_any, "claims any of"},
                                         {Op::matches, "matches"},
                                         {Op::includes, "includes"},
                                         {Op::includes_any, "includes any of"},
                                         {Op::includes_all, "includes all of"},
                                         {Op::is_empty, "is empty"},
                                         {Op::differs_by_more, "differs from"},
                                         {Op::more_than_ago, "more than ago"},
                                         {Op::at_least_ago, "at least ago"},
                                         {Op::within_last, "within the last"},
                                         {Op::within_next, "within the next"},
                                         {Op::now_between, "now is between"},
                                         {Op::is_weekday, "is Monday"},
                                         {Op::is_working_day, "is a working day"},
                                         {Op::now, "now"},
                                         {Op::today, "today"},
                                         {Op::add, "+"},
                                         {Op::sub, "-"},
                                         {Op::mul, "*"},
                                         {Op::div, "/"},
                                         {Op::neg, "minus"},
                                         {Op::share_of, "share of"},
                                         {Op::as_percent_of, "as percent of"},
                                         {Op::rounded, "rounded to"},
                                         {Op::full_years_since, "full years since"}};
  return kRows;
}

// Which kinds each operator of reckoning takes: a factor of a hundred hides where a percentage meets something else.
struct Kinds {
  Op op;
  Kind a, b;
  std::string name;
};
const std::vector<Kinds>& kinds() {
  constexpr Kind kNumber = Kind::number, kShare = Kind::percent, kMoney = Kind::money;
  static const std::vector<Kinds> kAll = {{Op::add, kNumber, kNumber, "number + number"},
                                          {Op::add, Kind::date, Kind::duration, "date + length"},
                                          {Op::sub, Kind::date, Kind::duration, "date - length"},
                                          {Op::sub, Kind::date, Kind::date, "date - date"},
                                          {Op::add, kShare, kShare, "percent + percent"},
                                          {Op::add, kMoney, kMoney, "money + money"},
                                          {Op::sub, kNumber, kNumber, "number - number"},
                                          {Op::sub, kShare, kShare, "percent - percent"},
                                          {Op::sub, kMoney, kMoney, "money - money"},
                                          {Op::mul, kNumber, kNumber, "number * number"},
                                          {Op::mul, kShare, kNumber, "percent * number"},
                                          {Op::mul, kNumber, kShare, "number * percent"},
                                          {Op::mul, kMoney, kNumber, "money * number"},
                                          {Op::mul, kNumber, kMoney, "number * money"},
                                          {Op::div, kNumber, kNumber, "number / number"},
                                          {Op::div, kShare, kNumber, "percent / number"},
                                          {Op::div, kMoney, kNumber, "money / number"},
                                          {Op::div, kShare, kShare, "percent / percent"},
                                          {Op::div, kMoney, kMoney, "money / money"},
                                          {Op::share_of, kShare, kNumber, "percent of number"},
                                          {Op::share_of, kShare, kShare, "percent of percent"},
                                          {Op::share_of, kShare, kMoney, "percent of money"},
                                          {Op::as_percent_of, kNumber, kNumber, "number as percent of number"},
                                          {Op::as_percent_of, kShare, kShare, "percent as percent of percent"},
                                          {Op::as_percent_of, kMoney, kMoney, "money as percent of money"}};
  return kAll;
}

// Which row each token of the grammar's conditions and values belongs to: what it is made of where it has no node of its own.
const std::string kNoOperator = "no operator", kLater = "not yet";
const std::map<std::string, std::string>& row_of() {
  static const std::map<std::string, std::string> kRowOf = [] {
    std::map<std::string, std::string> all;
    const auto put = [&](const std::string& row, std::initializer_list<const char*> tokens) {
      for (const char* token : tokens) all[token] = row;
    };
    put("is", {"IS", "EQUALS"});
    put("is not", {"IS_NOT", "SIGN_NE"});
    put("at least", {"GE", "SIGN_GE", "AT_LEAST", "OR_MORE"});
    put("at most", {"LE", "SIGN_LE", "AT_MOST", "OR_LESS", "INSIDE"});
    put("between", {"RANGE", "UP_TO", "BETWEEN", "BETWEEN_END"});
    put("above", {"GT", "SIGN_GT", "MORE_THAN", "AFTER"});
    put("below", {"LT", "SIGN_LT", "FEWER_THAN"});
    put("one of", {"IS_ONE_OF"});
    put("none of a list", {"IS_NONE_OF"});
    put("includes", {"INCLUDES", "NOT_INCLUDES"});
    put("includes any of", {"INCLUDES_ANY"});
    put("includes all of", {"INCLUDES_ALL"});
    put("is empty", {"IS_EMPTY", "IS_NOT_EMPTY"});
    put("is known", {"IS_KNOWN"});
    put("is unknown", {"IS_UNKNOWN", "UNKNOWN"});
    put("differs from", {"DIFFERS_FROM", "BY_MORE_THAN", "DIFFERS_BY"});
    put("-", {"MINUS"});
    put("more than ago", {"AGO", "AGO_FROM_NOW"});
    put("within the last", {"WITHIN_LAST"});
    put("within the next", {"WITHIN_NEXT", "IN_NEXT"});
    put("is a working day", {"IS_WORKING_DAY", "IS_NOT_WORKING_DAY"});
    put("contains", {"CONTAINS"});
    put("contains any of", {"CONTAINS_ANY"});
    put("lacks", {"LACKS"});
    put("contains all of", {"CONTAINS_ALL"});
    put("claims", {"CLAIMS", "NOT_CLAIMS"});
    put("claims any of", {"CLAIMS_ANY", "NOT_CLAIMS_ANY"});
    put("matches", {"MATCHES", "NOT_MATCHES", "PATTERN"});
    put("and", {"AND"});
    put("all of", {"ALL_OF"});
    put("or", {"OR"});
    put("any of", {"ANY_OF"});
    put("none of", {"NONE_OF"});
    put("not", {"NOT"});
    put("at least n of", {"AT_LEAST_OF"});
    put("+", {"PLUS"});
    put("*", {"TIMES"});
    put("/", {"SLASH"});
    put("share of", {"OF_SHARE", "OF"});
    put("as percent of", {"AS_PERCENT_OF", "SHARE_IN", "SHARE_END"});
    put("rounded to", {"ROUNDED_TO"});
    put("full years since", {"FULL_YEARS_SINCE", "FULL_YEARS_TO_NOW"});
    put("now is between", {"BY_KEY"});
    put(kNoOperator, {"WITH", "IN", "TEXT", "DATE", "DATE_WORDS", "INSTANT", "TIME", "YES", "NO", "ANY", "LPAREN",
                      "RPAREN", "SEMICOLON", "COMMA", "WORD"});
    put(kLater, {"MENTIONS",
                 "NOT_MENTIONS",
                 "MENTIONS_ANY_OF_CLASS",
                 "NOT_MENTIONS_ANY_OF_CLASS",
                 "EXISTS",
                 "NOT_EXISTS",
                 "EACH",
                 "EVERY",
                 "WHERE",
                 "COUNT_OF",
                 "SUM_OF",
                 "HIGHEST_OF",
                 "LOWEST_OF",
                 "SAID_PERCENTS",
                 "SAID_AMOUNTS",
                 "SAID_DATES",
                 "SAID_DURATIONS",
                 "NEAR",
                 "PERCENTS_OF",
                 "AMOUNTS_OF",
                 "DATES_OF",
                 "DURATIONS_OF",
                 "WITHIN",
                 "ON_THE_SAME_DAY",
                 "THIS_CONVERSATION",
                 "THIS_CUSTOMER",
                 "ALL_CUSTOMERS",
                 "SAME_DAY",
                 "THE_SAME_QUESTION"});
    return all;
  }();
  return kRowOf;
}

BOOST_AUTO_TEST_CASE(the_fast_evaluator_and_its_twin_agree_on_random_packs_and_turns) {
  twin::Tally tally;
  for (const double absent : {0.0, 0.1, 0.5, 1.0}) {
    const Compared compared =
        compare(7 + static_cast<std::uint64_t>(absent * 10), 40 * effort(), 25, 20, absent, &tally);
    BOOST_TEST(compared.turns == 1000 * effort());
    BOOST_TEST(compared.disagreements == 0, compared.first);
  }
  // Every operator came out true, false and unknown, where it can: the comparison was not of empty things.
  std::cout << "operator  true  false  unknown\n";
  for (const Row& one : rows()) {
    std::string row = one.name;
    for (twin::Truth truth : {twin::Truth::yes, twin::Truth::no, twin::Truth::unknown}) {
      const long seen = tally.seen[{one.op, truth}];
      const bool never = one.always_known && truth == twin::Truth::unknown;
      row += "  " + (never ? std::string("-") : std::to_string(seen));
      BOOST_TEST((seen > 0 || never),
                 std::string(one.name) + " never came out " + std::to_string(static_cast<int>(truth)));
    }
    std::cout << row << '\n';
  }
  for (const Kinds& one : kinds()) {
    std::string row = one.name;
    for (twin::Truth truth : {twin::Truth::yes, twin::Truth::no, twin::Truth::unknown}) {
      const long seen = tally.kinds[{one.op, one.a, one.b, truth}];
      row += "  " + std::to_string(seen);
      BOOST_TEST(seen > 0, one.name + " never came out " + std::to_string(static_cast<int>(truth)));
    }
    std::cout << row << '\n';
  }
}

// The operators of the grammar: tokens of the rules of which conditions and values are made.
std::set<std::string> operators_of_the_grammar() {
  std::ifstream in(std::filesystem::path(CAVEAT_SOURCE_DIR) / "grammar/CaveatParser.g4");
  std::string text, line;
  while (std::getline(in, line)) text += line.substr(0, line.find("//")) + "\n";
  std::set<std::string> found;
  for (const char* rule : {"condition", "term", "comparison", "tail", "any_in_list", "window", "sum", "product",
                           "share", "share_tail", "operand", "atom"}) {
    std::smatch at;
    BOOST_REQUIRE(std::regex_search(text, at, std::regex("\n" + std::string(rule) + " *:")));
    const std::string body = at.suffix().str().substr(0, at.suffix().str().find(';'));
    const std::regex token("[A-Z][A-Z_]+");
    for (std::sregex_iterator one(body.begin(), body.end(), token), end; one != end; ++one) found.insert(one->str());
  }
  return found;
}

BOOST_AUTO_TEST_CASE(every_operator_of_the_grammar_is_in_a_row_of_the_matrix) {
  std::set<std::string> names;
  for (const Row& row : rows()) names.insert(row.name);
  const std::set<std::string> found = operators_of_the_grammar();
  for (const std::string& token : found) {
    const auto at = row_of().find(token);
    BOOST_TEST((at != row_of().end()), token + " of the grammar is in no row");
    if (at == row_of().end() || at->second == kNoOperator || at->second == kLater) continue;
    BOOST_TEST(names.contains(at->second), token + ": no row “" + at->second + "”");
  }
  for (const auto& [token, row] : row_of()) BOOST_TEST(found.contains(token), token + " left the grammar");
}

BOOST_AUTO_TEST_CASE(the_twin_knows_nothing_of_the_product_but_the_syntax_tree) {
  std::size_t files = 0;
  const std::filesystem::path folder = std::filesystem::path(CAVEAT_SOURCE_DIR) / "tests/reference";
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(file.path());
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with("#include \"")) continue;
      const bool known = line == "#include \"engine/syntax/ast.h\"" || line.starts_with("#include \"tests/reference/");
      BOOST_TEST(known, file.path().filename().string() + ": " + line);
    }
    ++files;
  }
  BOOST_TEST(files >= 9u);
}

// By which one that is far too long is refused before it is compiled.
BOOST_AUTO_TEST_CASE(no_condition_becomes_fewer_nodes_than_its_least) {
  std::size_t tried = 0;
  for (std::uint64_t seed = 900; seed < 920; ++seed) {
    Dice dice(seed);
    const Compiled compiled = compile(RandomWorld(dice, 50).texts());
    BOOST_TEST_REQUIRE(compiled.wrong == "");
    const program::Program& program = *compiled.program;
    std::map<std::string, const program::RuleRow*, std::less<>> rows;
    for (std::uint32_t i = 0; i < program.rule_count(); ++i)
      rows[std::string(program.rule_id(i))] = &program.rules()[i];
    for (const model::Rule& rule : compiled.model->rules) {
      for (const auto& [condition, made] :
           {std::pair{rule.when, rows.at(rule.id)->when}, {rule.unless, rows.at(rule.id)->unless}}) {
        if (condition) BOOST_TEST(program::least_nodes(*condition) <= made.count);
      }
      ++tried;
    }
  }
  BOOST_TEST(tried >= 1000u);
}

BOOST_AUTO_TEST_CASE(packs_of_many_rules_agree_too) {
  const Compared compared = compare(99, 2 * effort(), 40, 700, 0.1);
  BOOST_TEST(compared.turns == 80 * effort());
  BOOST_TEST(compared.disagreements == 0, compared.first);
}

// Rulebooks of conjunctions: scopes, blocks of every width, rules that the index settles by itself.
BOOST_AUTO_TEST_CASE(books_of_conjunctions_agree_whatever_is_absent) {
  std::uint64_t seed = 500'000;
  for (const int rules : {20, 200, 900, 2500}) {
    for (int w = 0; w < effort(); ++w) {
      Dice dice(seed++);
      const RandomWorld world(dice, rules, true);
      const Compiled compiled = compile(world.texts());
      BOOST_TEST_REQUIRE(compiled.wrong == "");
      Compared compared;
      for (const double absent : {0.0, 0.1, 0.5}) {
        for (int t = 0; t < 30; ++t) {
          const RandomTurn turn(world.names, dice, absent);
          BOOST_REQUIRE(compare_turn(world, compiled, turn, turn.told, {}, nullptr, compared));
        }
      }
      BOOST_TEST(compared.turns == 90);
      BOOST_TEST(compared.disagreements == 0, compared.first);
    }
  }
}

// ---- reference sets: a row of each key but the last, with facts as a random turn would state them

// `shift`: rows are told to the fast one under the next key, which must be seen.
Compared compare_with_sets(std::uint64_t seed, int worlds, int turns, std::size_t shift) {
  static const std::map<std::string, std::vector<std::string>> kValues = {
      {"kind", kKinds}, {"level", kLevels}, {"label", kWords}, {"whole", kWhole}};
  Compared compared;
  for (int w = 0; w < worlds; ++w) {
    Dice dice(seed * 1000 + static_cast<std::uint64_t>(w));
    const RandomWorld world(dice, 20, false, true);
    const Compiled compiled = compile(world.texts());
    BOOST_TEST_REQUIRE(compiled.wrong == "");
    decide::Data data;
    std::map<std::string, twin::Rows> told;
    for (const auto& [group, key] : world.keys) {
      std::vector<Name> columns;
      std::vector<Index> slots;
      for (const Name& name : world.names) {
        if (name.set != "set_" + group) continue;
        columns.push_back(name);
        slots.push_back(compiled.model->find_fact({name.group, name.name}));
      }
      const std::vector<std::string>& values = kValues.at(key);
      twin::Rows& rows = told["set_" + group];
      std::vector<std::vector<std::string>> cells(values.size() - 1);
      for (std::size_t r = 0; r < cells.size(); ++r) {
        twin::Facts facts;
        for (const Name& name : columns) {
          const bool absent = dice.chance(0.2);
          twin::Given given = stated(dice, name.name);
          while (given.text == kZones.back()) given = stated(dice, name.name);  // a row has none that is none
          cells[r].push_back(absent ? std::string() : given.text);
          if (!absent) facts[name.group + "." + name.name] = given;
        }
        rows.emplace_back(values[r], std::move(facts));
      }
      decide::SetReader reader(*compiled.program, static_cast<std::uint32_t>(data.sets.size()), Limits{});
      reader.columns({slots.begin(), slots.end()});
      for (std::size_t r = 0; r < cells.size(); ++r) {
        BOOST_REQUIRE(!reader.row(values[r]));
        for (const std::string& cell : cells[(r + shift) % cells.size()]) BOOST_REQUIRE(!reader.cell(cell));
      }
      data.sets.push_back(std::move(reader).take());
    }
    for (int t = 0; t < turns; ++t) {
      const RandomTurn turn(world.names, dice, 0.1);
      const twin::Turn whole = twin::with_sets(*compiled.book, turn.told, told);
      if (!compare_turn(world, compiled, turn, whole, data, nullptr, compared)) return compared;
    }
  }
  return compared;
}

BOOST_AUTO_TEST_CASE(what_reference_sets_say_decides_as_if_the_turn_had_said_it) {
  const Compared compared = compare_with_sets(700, 12 * effort(), 40, 0);
  BOOST_TEST(compared.turns == 480 * effort());
  BOOST_TEST(compared.disagreements == 0, compared.first);
}

BOOST_AUTO_TEST_CASE(a_row_of_another_key_is_caught) { BOOST_TEST(compare_with_sets(701, 5, 20, 1).disagreements > 0); }

// ---- faults planted behind the checks: in what is made of the model

model::ExprPtr rebuilt(const model::ExprPtr& expr, const std::function<model::ExprPtr(const model::Expr&)>& change) {
  if (model::ExprPtr other = change(*expr)) return other;
  auto copy = std::make_shared<model::Expr>(*expr);
  for (model::ExprPtr& arg : copy->args) arg = rebuilt(arg, change);
  return copy;
}
// Changes the conditions of all rules.
Planted in_conditions(std::function<model::ExprPtr(const model::Expr&)> change) {
  return {{}, [change = std::move(change)](model::Model& checked) {
            for (model::Rule& rule : checked.rules) rule.when = rebuilt(rule.when, change);
          }};
}

BOOST_AUTO_TEST_CASE(an_unknown_that_is_dropped_is_caught) {
  const Planted planted{{}, [](model::Model& checked) {
                          for (model::Rule& rule : checked.rules) rule.if_unknown = model::Rule::Unknown::pass;
                        }};
  BOOST_TEST(is_caught(3, 0.3, planted));
}

BOOST_AUTO_TEST_CASE(below_for_at_most_is_caught) {
  const Planted planted = in_conditions([](const model::Expr& expr) -> model::ExprPtr {
    if (expr.op != model::Op::le) return nullptr;
    auto copy = std::make_shared<model::Expr>(expr);
    copy->op = model::Op::lt;
    return copy;
  });
  BOOST_TEST(is_caught(4, 0.0, planted));
}

// As it once was: the product of a percentage and a number a hundredth of what it says.
BOOST_AUTO_TEST_CASE(a_percentage_that_is_taken_for_a_share_is_caught) {
  const Planted planted = in_conditions([](const model::Expr& expr) -> model::ExprPtr {
    if (expr.op != model::Op::mul || expr.type.kind != model::TypeKind::percent) return nullptr;
    auto hundred = std::make_shared<model::Expr>();
    hundred->op = model::Op::constant;
    hundred->type.kind = hundred->constant.kind = model::TypeKind::integer;
    hundred->constant.number = Decimal(100);
    auto copy = std::make_shared<model::Expr>(expr);
    copy->op = model::Op::div;
    copy->args = {std::make_shared<model::Expr>(expr), hundred};
    return copy;
  });
  BOOST_TEST(is_caught(5, 0.0, planted));
}

// x ≤ 18 or x > 18 is not "always": an unknown x leaves it unknown.
BOOST_AUTO_TEST_CASE(intervals_merged_across_or_are_caught) {
  const Texts texts = {
      {"one",
       "pack cn.rules\n  time zone \"Asia/Shanghai\"\n  default queue desk\nqueue desk\nsource law is \"x\" article 1\n"
       "facts customer\n  whole integer\n"
       "rule either cites law applies to answer\n"
       "  when customer.whole is at most 18 or customer.whole is above 18\n"
       "  then block\n  say zh \"不\"\n"}};
  const auto merged = [](model::Model& checked) {
    auto always = std::make_shared<model::Expr>();
    always->op = model::Op::always;
    checked.rules[0].when = always;
  };
  hand_made::Turn turn;
  turn.answer("x");
  twin::Turn told;
  told.at = twin::instant_of("2026-03-02T10:00:00+08:00");
  told.has = {"answer"};
  told.facts["answer.text"].text = "x";
  for (const bool planted : {false, true}) {
    const Compiled compiled = planted ? compile(texts, {}, merged) : compile(texts);
    BOOST_TEST_REQUIRE(compiled.wrong == "");
    Request request;
    Problem problem;
    BOOST_REQUIRE(decide::bind(*compiled.program, turn.fields, {}, request, problem));
    decide::Scratch scratch;
    const Decision& fast = decide::decide({compiled.program, {}, {}}, request, {}, scratch);
    BOOST_TEST(difference(*compiled.program, request, fast, twin::decide(*compiled.book, told)).empty() == !planted);
  }
}

// ---- faults planted before them: what the checks would make of the tree if they misread it

template <class T>
void each(Trees& trees, const std::function<void(T&)>& change) {
  for (syntax::ParseResult& parsed : trees)
    for (syntax::Decl& decl : parsed.file.declarations)
      if (T* one = std::get_if<T>(&decl.body)) change(*one);
}
void each_below(syntax::Expr& expr, const std::function<void(syntax::Expr&)>& change) {
  change(expr);
  for (syntax::ExprPtr& arg : expr.args) each_below(*arg, change);
}
Planted in_trees(std::function<void(syntax::Expr&)> change) {
  return {[change = std::move(change)](Trees& trees) {
            each<syntax::RuleDecl>(trees, [&](syntax::RuleDecl& rule) { each_below(*rule.when, change); });
          },
          {}};
}

BOOST_AUTO_TEST_CASE(a_unit_that_is_multiplied_wrongly_is_caught) {
  const Planted planted = in_trees([](syntax::Expr& expr) {
    if (expr.op == Op::between) return;  // a range that is turned round does not compile
    for (const syntax::ExprPtr& arg : expr.args)
      if (arg->literal.unit == "basis_point") arg->literal.unit = "per_mille";
  });
  BOOST_TEST(is_caught(11, 0.0, planted));
}

BOOST_AUTO_TEST_CASE(a_month_that_is_taken_for_thirty_days_is_caught) {
  const Planted planted = in_trees([](syntax::Expr& expr) {
    if (expr.literal.unit == "month") expr.literal.duration = {0, 30 * 86'400, 0};
  });
  BOOST_TEST(is_caught(12, 0.0, planted));
}

BOOST_AUTO_TEST_CASE(above_for_at_least_is_caught) {
  const Planted planted = in_trees([](syntax::Expr& expr) {
    if (expr.op == Op::ge) expr.op = Op::gt;
  });
  BOOST_TEST(is_caught(13, 0.0, planted));
}

BOOST_AUTO_TEST_CASE(an_end_that_is_left_out_of_a_range_is_caught) {
  const Planted planted = in_trees([](syntax::Expr& expr) {
    if (expr.op != Op::between || expr.args[2]->op == Op::path) return;
    expr.op = Op::ge;
    expr.args.pop_back();
    const bool weekday = expr.args[1]->literal.kind == syntax::LiteralKind::weekday;
    if (weekday) expr.op = Op::is_weekday;
  });
  BOOST_TEST(is_caught(14, 0.0, planted));
}

BOOST_AUTO_TEST_CASE(a_define_that_is_taken_from_another_pack_is_caught) {
  const Planted planted = in_trees([](syntax::Expr& expr) {
    if (expr.op != Op::path || expr.path.parts.size() != 1 || expr.path.parts[0].text != "shared_here") return;
    expr.path.parts = {{"cn", {}}, {"base", {}}, {"shared", {}}};
  });
  BOOST_TEST(is_caught(15, 0.0, planted));
}

BOOST_AUTO_TEST_CASE(a_further_name_of_another_choice_is_caught) {
  const Planted planted{[](Trees& trees) {
                          each<syntax::FactsDecl>(trees, [](syntax::FactsDecl& facts) {
                            for (syntax::FactDecl& fact : facts.members)
                              if (!fact.type.choices.empty())
                                std::swap(fact.type.choices[0].also, fact.type.choices[1].also);
                          });
                        },
                        {}};
  BOOST_TEST(is_caught(16, 0.0, planted));
}

BOOST_AUTO_TEST_CASE(the_dates_of_a_source_that_are_passed_over_are_caught) {
  const Planted planted{[](Trees& trees) {
                          each<syntax::SourceDecl>(
                              trees, [](syntax::SourceDecl& source) { source.from = source.until = std::nullopt; });
                        },
                        {}};
  BOOST_TEST(is_caught(17, 0.0, planted));
}

BOOST_AUTO_TEST_CASE(a_packs_default_if_unknown_that_is_lost_is_caught) {
  const Planted planted{[](Trees& trees) {
                          each<syntax::PackDecl>(trees,
                                                 [](syntax::PackDecl& pack) { pack.default_if_unknown.clear(); });
                        },
                        {}};
  BOOST_TEST(is_caught(18, 0.3, planted));
}

BOOST_AUTO_TEST_CASE(what_is_printed_in_either_language_is_the_same_packs) {
  for (std::uint64_t seed = 40; seed < 40 + 10 * static_cast<std::uint64_t>(effort()); ++seed) {
    Dice dice(seed);
    const Texts texts = RandomWorld(dice, 20).texts();
    const Compiled written = compile(texts);
    BOOST_TEST_REQUIRE(written.wrong == "");
    for (const Language language : {Language::en, Language::zh}) {
      Texts printed = texts;
      for (std::size_t i = 0; i < texts.size(); ++i)
        printed[i].second =
            syntax::format(written.trees[i].file, texts[i].second, language, model::name_in(*written.references));
      const Compiled read = compile(printed);
      BOOST_TEST_REQUIRE(read.wrong == "");
      for (std::size_t pack = 0; pack < written.model->packs.size(); ++pack)
        BOOST_TEST(hex(read.model->packs[pack].digest) == hex(written.model->packs[pack].digest));
      BOOST_TEST(hex(read.program->digest()) == hex(written.program->digest()));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_order_of_declarations_changes_no_byte_of_the_outcome) {
  decide::Scratch scratch;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Dice dice(seed);
    const RandomWorld world(dice, 30);
    RandomWorld shuffled = world;
    for (std::size_t i = shuffled.declarations.size(); i > 1; --i) {
      std::swap(shuffled.declarations[i - 1],
                shuffled.declarations[static_cast<std::size_t>(dice.roll(static_cast<int>(i)))]);
    }
    const Compiled a = compile(world.texts()), b = compile(shuffled.texts());
    BOOST_TEST_REQUIRE(a.wrong + b.wrong == "");
    BOOST_TEST(hex(a.program->digest()) == hex(b.program->digest()));
    for (int t = 0; t < 10; ++t) {
      const RandomTurn turn(world.names, dice, 0.1);
      std::string bytes[2];
      for (int which = 0; which < 2; ++which) {
        const auto& program = which == 0 ? a.program : b.program;
        Request request;
        Problem problem;
        BOOST_REQUIRE(decide::bind(*program, turn.sent.fields, {}, request, problem));
        bytes[which] = decide::outcome(*program, decide::decide({program, {}, {}}, request, {}, scratch));
      }
      BOOST_TEST(hex(bytes[0]) == hex(bytes[1]));
    }
  }
}

}  // namespace
}  // namespace caveat::random_packs
