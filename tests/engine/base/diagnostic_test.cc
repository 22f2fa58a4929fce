#include "engine/base/diagnostic.h"

#include <boost/test/unit_test.hpp>

using namespace caveat;

namespace {

constexpr Code kUnknownName{"unknown_name", "“{0}” is not declared.", "没有声明“{0}”。"};
constexpr Code kRepeated{"repeated", "{1} is declared again after {0}.", "{1} 重复声明。"};

Span at(const Sources& sources, std::string_view text, SourceId source = 0) {
  const std::size_t begin = sources[source].bytes().find(text);
  BOOST_REQUIRE(begin != std::string_view::npos);
  return {source, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + text.size())};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(diagnostic)

BOOST_AUTO_TEST_CASE(a_mistake_prints_place_message_line_carets_and_help) {
  const Sources sources = {{"wealth/rules.cav", "pack cn.wealth\nrule r\n  when customer.agee is above 18\n"}};
  const Diagnostic d = diagnose(kUnknownName, at(sources, "customer.agee"), Language::en, {"customer.agee"},
                                "did you mean customer.age?");
  BOOST_TEST(render(d, sources) ==
             "wealth/rules.cav:3:8: error[unknown_name]: “customer.agee” is not declared.\n"
             "  3 |   when customer.agee is above 18\n"
             "    |        ^^^^^^^^^^^^^\n"
             "  = help: did you mean customer.age?\n");
}

BOOST_AUTO_TEST_CASE(carets_under_chinese_take_two_columns_a_character) {
  const Sources sources = {{"财富.cav", "规则 甲\n  当 客户.年令 高于 18 且 评估过期\n"}};
  Diagnostic d = diagnose(kUnknownName, at(sources, "客户.年令"), Language::zh, {"客户.年令"}, "是否指 客户.年龄？");
  d.fixes.push_back({at(sources, "客户.年令"), "客户.年龄"});
  d.related.push_back({at(sources, "甲"), "在此规则中"});
  BOOST_TEST(render(d, sources) ==
             "财富.cav:2:5: 错误[unknown_name]：没有声明“客户.年令”。\n"
             "  2 |   当 客户.年令 高于 18 且 评估过期\n"
             "    |      ^^^^^^^^^\n"
             "  = 帮助：是否指 客户.年龄？\n"
             "  = 改为“客户.年龄”\n"
             "财富.cav:1:4: 说明：在此规则中\n"
             "  1 | 规则 甲\n"
             "    |      ^^\n");
}

BOOST_AUTO_TEST_CASE(a_span_over_lines_is_marked_on_its_first_and_an_empty_one_gets_one_caret) {
  const Sources sources = {{"a.cav", "one two\r\nthree\r\n"}};
  Diagnostic d = diagnose(kUnknownName, at(sources, "two\r\nthree"), Language::en, {"x"});
  BOOST_TEST(render(d, sources) ==
             "a.cav:1:5: error[unknown_name]: “x” is not declared.\n  1 | one two\n    |     ^^^\n");
  d.span = {0, 7, 7};
  d.severity = Severity::warning;
  d.fixes = {{{0, 7, 7}, ","}, {{0, 3, 7}, ""}};
  BOOST_TEST(render(d, sources) ==
             "a.cav:1:8: warning[unknown_name]: “x” is not declared.\n  1 | one two\n    |        ^\n  = insert “,”\n  "
             "= remove “ two”\n");
  d.fixes.clear();
  d.span = {0, 4000, 4001};
  BOOST_TEST(render(d, sources) == "a.cav:3:1: warning[unknown_name]: “x” is not declared.\n  3 | \n    | ^\n");
}

BOOST_AUTO_TEST_CASE(a_tab_is_four_columns_and_a_control_character_cannot_reach_the_terminal) {
  const Sources sources = {{"a.cav", "\tx\x1B[31m\u202Ey\xFFz"}};
  const Diagnostic d = diagnose(kUnknownName, at(sources, "z"), Language::en, {"z"});
  BOOST_TEST(render(d, sources) ==
             "a.cav:1:11: error[unknown_name]: “z” is not declared.\n  1 |     x\uFFFD[31m\uFFFDy\uFFFDz\n    |        "
             "      ^\n");
}

BOOST_AUTO_TEST_CASE(a_line_of_a_megabyte_is_shown_as_a_window) {
  const Sources sources = {{"a.cav", std::string(500'000, 'a') + "HERE" + std::string(500'000, 'b')}};
  const std::string text = render(diagnose(kUnknownName, at(sources, "HERE"), Language::en, {"HERE"}), sources);
  BOOST_TEST(text.size() < 500U);
  BOOST_TEST(text.find("HEREbbb") != std::string::npos);
  BOOST_TEST(text.find("| " + std::string(61, ' ') + "^^^^\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(places_count_code_points_and_lines_end_at_lf_or_crlf) {
  const Source source("x", "保本\r\n零 风险\n");
  BOOST_TEST(source.position(0).line == 1U);
  BOOST_TEST(source.position(6).column == 3U);
  BOOST_TEST(source.position(12).line == 2U);
  BOOST_TEST(source.position(12).column == 3U);
  BOOST_TEST(source.line(1) == "保本");
  BOOST_TEST(source.line(2) == "零 风险");
  BOOST_TEST(source.line(3).empty());
  BOOST_TEST(source.line(4).empty());
  BOOST_TEST(source.lines() == 3U);
  BOOST_TEST(source.position(999).line == 3U);
  BOOST_TEST(source.text({0, 8, 11}) == "零");
  BOOST_TEST(source.text({0, 8, 999}) == "零 风险\n");
}

BOOST_AUTO_TEST_CASE(diagnostics_are_sorted_by_place_and_none_stands_twice) {
  std::vector<Diagnostic> all = {
      diagnose(kRepeated, {1, 5, 6}, Language::en, {"a", "b"}), diagnose(kUnknownName, {0, 9, 9}, Language::en, {"q"}),
      diagnose(kUnknownName, {1, 5, 6}, Language::en, {"q"}), diagnose(kRepeated, {1, 5, 6}, Language::en, {"a", "b"}),
      diagnose(kUnknownName, {0, 2, 3}, Language::en, {"q"})};
  sort_and_unify(all);
  std::string order;
  for (const Diagnostic& d : all)
    order +=
        std::to_string(d.span.source) + ":" + std::to_string(d.span.begin) + " " + std::string(d.code->name) + ", ";
  BOOST_TEST(order == "0:2 unknown_name, 0:9 unknown_name, 1:5 repeated, 1:5 unknown_name, ");
}

BOOST_AUTO_TEST_CASE(wordings_are_filled_by_number) {
  BOOST_TEST(fill("{1} before {0}, {1} again", {"a", "b"}) == "b before a, b again");
  BOOST_TEST(fill("{2} {} {x} {", {"a"}) == "{2} {} {x} {");
  BOOST_TEST(fill("{0}", {"{1}", "no"}) == "{1}");
  BOOST_TEST(diagnose(kRepeated, {}, Language::zh, {"甲", "乙"}).message == "乙 重复声明。");
}

BOOST_AUTO_TEST_SUITE_END()
