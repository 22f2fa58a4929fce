// Input that means harm is answered with a code. Sizes are such that what costs their square does not end within the time
// that CTest gives a program; no clock is read here, since builds with sanitizers and busy machines are slow.
#include <boost/test/unit_test.hpp>
#include <string>

#include "engine/syntax/codes.h"
#include "engine/syntax/parse.h"

using namespace caveat;
using namespace caveat::syntax;

namespace {

const Code* first_code(const std::string& bytes, const Limits& limits = {}) {
  Sources sources;
  sources.emplace_back("hostile.cav", bytes);
  const auto parsed = parse(sources, 0, limits);
  return parsed.diagnostics.empty() ? nullptr : parsed.diagnostics.front().code;
}

std::string repeated(const std::string& piece, std::size_t times) {
  std::string result;
  result.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) result += piece;
  return result;
}

const std::string kHead = "rule a cites LAW applies to answer when ";

}  // namespace

BOOST_AUTO_TEST_CASE(a_megabyte_of_open_brackets_is_too_deep) {
  BOOST_TEST(first_code(kHead + repeated("(", 1u << 20)) == &codes::kNestingTooDeep);
  BOOST_TEST(first_code(repeated("(", 1u << 20)) == &codes::kUnknownDeclaration);
  BOOST_TEST(first_code(kHead + repeated("（[", 100'000)) == &codes::kNestingTooDeep);
}

BOOST_AUTO_TEST_CASE(nesting_is_allowed_up_to_its_limit) {
  const auto nested = [](std::size_t depth) {
    return kHead + repeated("(", depth) + "x" + repeated(")", depth) + " then block";
  };
  BOOST_TEST(first_code(nested(40)) == nullptr);
  BOOST_TEST(first_code(nested(41)) == &codes::kNestingTooDeep);
  BOOST_TEST(first_code("facts a\n  x " + repeated("list of ", 10'000) + "text") == &codes::kNestingTooDeep);
  std::string records = "facts a\n";
  for (std::size_t i = 1; i < 60; ++i) records += std::string(i, ' ') + "x list of record\n";
  BOOST_TEST(first_code(records + std::string(60, ' ') + "x text") == &codes::kNestingTooDeep);
}

BOOST_AUTO_TEST_CASE(a_chain_is_allowed_up_to_its_limit) {
  const auto chain = [](std::size_t terms) { return kHead + "x" + repeated(" and x", terms - 1) + " then block"; };
  BOOST_TEST(first_code(chain(2'000)) == nullptr);
  BOOST_TEST(first_code(chain(2'001)) == &codes::kChainTooLong);
  BOOST_TEST(first_code(chain(10'000)) == &codes::kChainTooLong);
  BOOST_TEST(first_code(kHead + "1" + repeated(" + 1", 10'000) + " is 2 then block") == &codes::kChainTooLong);
  BOOST_TEST(first_code(kHead + "x is one of x" + repeated(", x", 10'000) + " then block") == &codes::kChainTooLong);
  BOOST_TEST(first_code(kHead + "x" + repeated(" 的 5%", 10'000) + " is 2 then block") == &codes::kChainTooLong);
  BOOST_TEST(first_code(kHead + "x" + repeated(" and x or x", 10'000) + " then block") == &codes::kMixedLogic);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_are_refused) {
  BOOST_TEST(first_code(std::string("rule a\0b", 8)) == &codes::kNulByte);
  BOOST_TEST(first_code(std::string(1u << 20, '\0')) == &codes::kNulByte);
  BOOST_TEST(first_code(std::string(1u << 20, '\xff')) == &codes::kBadUtf8);
  BOOST_TEST(first_code("rule a \xe4\xb8") == &codes::kBadUtf8);
  BOOST_TEST(first_code("rule a \xed\xa0\x80") == &codes::kBadUtf8);  // a lone surrogate
  BOOST_TEST(first_code("\xef\xbb\xbfrule a") == &codes::kByteOrderMark);
}

// Beyond it, what is counted in microseconds would not fit 64 bits; a product that fits no decimal was no time at all once.
BOOST_AUTO_TEST_CASE(a_span_of_time_reaches_as_far_as_dates_do) {
  const auto ago = [](const std::string& span) {
    return first_code(kHead + "x is more than " + span + " ago then block");
  };
  for (const char* held : {"20_000 days", "10_000 years", "120_000 months", "3_660_000 working days"})
    BOOST_TEST(ago(held) == nullptr, held);
  for (const char* beyond : {"10_001 years", "120_001 months", "3_660_001 days", "3_660_001 working days",
                             "9999999999 months", "99999999999999999999999999999999999 weeks"})
    BOOST_TEST(ago(beyond) == &codes::kWrongUnit, beyond);
}

// The one behind it is looked at to tell `if` from `if unknwon`. Ends on a signal under the address sanitizer where it does not hold.
BOOST_AUTO_TEST_CASE(a_word_of_habit_may_be_the_last_of_a_file) {
  BOOST_TEST(first_code("rule a\n  cites b\n  applies to answer\n  if") == &codes::kUnexpected);
  BOOST_TEST(first_code("rule a\n  cites b\n  applies to answer\n  when x\n  then block\n  if") != nullptr);
  BOOST_TEST(first_code("facts a\n  if") != nullptr);
}

BOOST_AUTO_TEST_CASE(lengths_are_held_at_the_edge_and_refused_one_beyond) {
  const auto named = [](std::size_t bytes) { return "wording " + std::string(bytes, 'a') + " \"x\""; };
  BOOST_TEST(first_code(named(256)) == nullptr);
  BOOST_TEST(first_code(named(257)) == &codes::kNameTooLong);
  const auto told = [](std::size_t bytes) { return "wording a \"" + std::string(bytes, 'x') + "\""; };
  BOOST_TEST(first_code(told(16u << 10)) == nullptr);
  BOOST_TEST(first_code(told((16u << 10) + 1)) == &codes::kTextTooLong);
  Limits limits;
  limits.source_bytes = 100;
  BOOST_TEST(first_code("# " + std::string(98, 'x'), limits) == nullptr);
  BOOST_TEST(first_code("# " + std::string(99, 'x'), limits) == &codes::kFileTooLong);
}

BOOST_AUTO_TEST_CASE(a_file_of_nothing_but_mistakes_stays_linear) {
  BOOST_TEST(first_code(repeated("rule a whne x then block\n", 5'000)) == &codes::kUnexpected);
  BOOST_TEST(first_code(repeated("\"", 1u << 20)) != nullptr);
  BOOST_TEST(first_code(repeated("“", 300'000)) == &codes::kUnclosedText);
  BOOST_TEST(first_code(repeated("甲", 300'000)) != nullptr);
  BOOST_TEST(first_code(kHead + "客户.年龄 " + repeated("大于", 150'000) + "5 then block") != nullptr);  // not cut up
  BOOST_TEST(first_code(repeated("规则 甲 当 1年1月1日", 20'000)) != nullptr);
  BOOST_TEST(first_code(kHead + repeated("not ", 100'000) + "x then block") == &codes::kUnexpected);
  BOOST_TEST(first_code(kHead + repeated("-", 100'000) + "1 is 2 then block") == &codes::kUnexpected);
  BOOST_TEST(first_code(kHead + repeated("any x in ", 50'000) + "y then block") == &codes::kUnexpected);
  BOOST_TEST(first_code(kHead + repeated("5 % of ", 50'000) + "y is 2 then block") == &codes::kUnexpected);
  BOOST_TEST(first_code("rule a\n  then hand off to x" + repeated(", x", 300'000)) == &codes::kUnexpected);
}

BOOST_AUTO_TEST_CASE(a_declaration_of_nothing_but_mistakes_stays_linear_and_each_is_told) {
  const auto told = [](const std::string& bytes) {
    Sources sources;
    sources.emplace_back("hostile.cav", bytes);
    return parse(sources, 0, Limits{}).diagnostics.size();
  };
  BOOST_TEST(told("facts a\n" + repeated("  x integr\n", 20'000)) == 20'000u);
  BOOST_TEST(told("rule a\n  cites LAW\n  applies to answer\n" + repeated("  when x abov y\n", 5'000)) >= 5'000u);
  BOOST_TEST(told("define a as x ! y" + repeated(" and x ! y", 1'900)) == 1'901u);
  BOOST_TEST(told("queue a\n" + repeated("  due (\n", 20'000)) >= 1u);
  BOOST_TEST(told("facts a\n" + repeated("  x one of (a\n", 5'000)) >= 1u);
  BOOST_TEST(told(kHead + "x y\n" + repeated("  y z\n", 20'000)) >= 1u);
  BOOST_TEST(told(kHead + "x y\n" + repeated("  onwer z\n", 20'000)) >= 1u);
}

BOOST_AUTO_TEST_CASE(a_line_of_nothing_but_quotation_marks_that_do_not_pair_stays_linear) {
  constexpr std::size_t kMany = 50'000;
  const std::string asked = kHead + "answer contains ";
  BOOST_TEST(first_code(asked + "\"x" + repeated(" and y", kMany)) != nullptr);
  BOOST_TEST(first_code("wording w zh \"x" + repeated(" “a", kMany)) == &codes::kUnclosedText);
  for (const char* mark : {" 'a", " ‘a", " a'", " ”a", " «a", " ‹a»", " 『a"})
    BOOST_TEST(first_code(asked + repeated(mark, kMany)) == &codes::kStraySign, mark);
}
