#include "engine/text/pattern.h"

#include <boost/test/unit_test.hpp>

using namespace caveat::text;

namespace {

std::string found(std::string_view pattern, std::string_view text) {
  PatternFault fault;
  const auto compiled = Pattern::compile(pattern, fault);
  BOOST_REQUIRE_MESSAGE(compiled.has_value(), pattern << ": " << fault.detail);
  const NormalText normal = normalise(text);
  std::vector<Range> spans;
  BOOST_TEST(compiled->find(normal.text(), spans, 4096));
  BOOST_TEST(compiled->matches(normal.text()) == !spans.empty());
  std::string out;
  for (const Range& span : spans) {
    const Range range = normal.original(span);
    out += (out.empty() ? "" : "|") + std::string(text.substr(range.begin, range.end - range.begin));
  }
  return out;
}

PatternFault refused(std::string_view pattern) {
  PatternFault fault;
  BOOST_TEST(!Pattern::compile(pattern, fault).has_value());
  return fault;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(patterns)

BOOST_AUTO_TEST_CASE(a_pattern_is_matched_in_any_case_and_width_and_leads_back_to_the_original) {
  BOOST_TEST(found("年化\\s*\\d+(\\.\\d+)?%", "年化４．８％，年化 5%") == "年化４．８％|年化 5%");
  BOOST_TEST(found("Risk-Free", "RISK-free ｒｉｓｋ-free") == "RISK-free|ｒｉｓｋ-free");
  BOOST_TEST(found("ＡＢ", "ab AB") == "ab|AB");
  BOOST_TEST(found("risk\\–free", "risk-free risk–free") == "risk-free|risk–free");  // quoted by the author already
  BOOST_TEST(found("a\\\\－b", "a\\-b") == "a\\-b");
  BOOST_TEST(found("[零〇0]风险", "零风险、０风险") == "零风险|０风险");
  BOOST_TEST(found("保.{0,3}本", "保证还你本金，保\n本") == "保证还你本");
  BOOST_TEST(found("\\D%", "a% 5%") == "a%");
}

BOOST_AUTO_TEST_CASE(a_full_width_sign_stands_for_itself) {
  BOOST_TEST(found("（保本）", "（保本）(保本) 保本") == "（保本）|(保本)");
  BOOST_TEST(found("５．５", "5.5 565") == "5.5");
  BOOST_TEST(found("[（）]", "(a）") == "(|）");
  BOOST_TEST(found("℃+", "5℃℃") == "℃℃");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_run_is_refused_with_its_reason) {
  using Kind = PatternFault::Kind;
  BOOST_TEST((refused("a(b").kind == Kind::syntax));
  BOOST_TEST((refused("[z-a]").kind == Kind::syntax));
  BOOST_TEST(refused("[z-a]").detail == "z-a");
  BOOST_TEST((refused("(?=a)b").kind == Kind::unsupported));
  BOOST_TEST((refused("(a)\\1").kind == Kind::unsupported));
  BOOST_TEST((refused("((((\\pL{1,100}){1,100}){1,100}){1,100})").kind != Kind::none));
  BOOST_TEST((refused("((\\pL{100}){10}){9}").kind == Kind::too_large));
  BOOST_TEST((refused("(\\pL{1000})(\\pN{1000})(\\pS{1000})").kind == Kind::too_large));
  BOOST_TEST((refused("a*").kind == Kind::matches_empty));
  BOOST_TEST((refused("").kind == Kind::matches_empty));
}

BOOST_AUTO_TEST_CASE(matches_are_limited_at_the_edge_and_bounds_alone_do_not_stay_in_place) {
  PatternFault fault;
  const auto pattern = Pattern::compile("保", fault);
  BOOST_REQUIRE(pattern.has_value());
  std::vector<Range> spans;
  BOOST_TEST(pattern->find("保保", spans, 2));
  BOOST_TEST(!pattern->find("保保保", spans, 2));
  BOOST_TEST(spans.size() == 2U);
  const auto bounds = Pattern::compile("\\b", fault);
  BOOST_REQUIRE(bounds.has_value());
  BOOST_TEST(bounds->find("ab 保 c", spans, 4096));
  BOOST_TEST(spans.size() == 4U);
}

BOOST_AUTO_TEST_SUITE_END()
