#include "engine/text/lexicon.h"

#include <boost/test/unit_test.hpp>

using namespace caveat::text;

namespace {

// The matches of the first list, as the original has them.
std::string matches(const Lexicon& lexicon, std::string_view text) {
  std::vector<LexiconFault> faults;
  const Lexicons lexicons(std::vector<Lexicon>{lexicon}, faults);
  BOOST_REQUIRE(faults.empty());
  MatchScratch scratch(lexicons, 4096);
  const NormalText normal = normalise(text);
  lexicons.match(normal, scratch);
  std::string out;
  for (const Match& match : scratch.matches()) {
    const Range range = normal.original(match.normal);
    out += (out.empty() ? "" : ", ") + std::string(text.substr(range.begin, range.end - range.begin));
  }
  BOOST_TEST(scratch.has(0) == !out.empty());
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lexicons)

BOOST_AUTO_TEST_CASE(a_hit_inside_or_overlapping_a_but_not_phrase_does_not_count) {
  const Lexicon risk_free{{"无风险", "保本"}, {"无风险利率", "保本点"}};
  BOOST_TEST(matches(risk_free, "无风险利率为2%") == "");
  BOOST_TEST(matches(risk_free, "无风险，无风险利率") == "无风险");
  BOOST_TEST(matches(risk_free, "保本点是保本") == "保本");
  const Lexicon person{{"转人工", "人工"}, {"人工智能"}};
  BOOST_TEST(matches(person, "人工智能") == "");
  BOOST_TEST(matches(person, "转人工智能") == "");  // 转人工 overlaps 人工智能
}

BOOST_AUTO_TEST_CASE(but_not_phrases_are_matched_on_width_and_case_only) {
  const Lexicon person{{"转人工"}, {"人工智能", "agent ai"}};
  BOOST_TEST(matches(person, "转人工！智能") == "转人工");
  BOOST_TEST(matches(person, "转人工 智能") == "转人工");       // a blank was folded away
  BOOST_TEST(matches(person, "转人工\u200B智能") == "转人工");  // so was an invisible sign
  const Lexicon agent{{"agent"}, {"Agent AI"}};
  BOOST_TEST(matches(agent, "an ＡＧＥＮＴ ai") == "");
  BOOST_TEST(matches(agent, "an agent  ai") == "agent");
}

BOOST_AUTO_TEST_CASE(typographic_signs_are_found_and_find_also_in_exact_case) {
  BOOST_TEST(matches({{"risk-free", "can't lose"}}, "risk\u2011free, you can’t lose") == "risk\u2011free, can’t lose");
  BOOST_TEST(matches({{"risk\u2010free", "can’t lose"}}, "risk-free, you can't lose") == "risk-free, can't lose");
  BOOST_TEST(matches({.terms = {"Can't", "Risk\u2011Free"}, .exact_case = true},
                     "Can’t, CAN’T, Risk-Free, risk-free") == "Can’t, Risk-Free");
  BOOST_TEST(matches({.terms = {"Can't"}, .exact_form = true}, "Can’t, Can't") == "Can't");
  BOOST_TEST(matches({{"free"}, {"risk-free"}}, "risk\u2011free") == "");
}

BOOST_AUTO_TEST_CASE(lists_share_needles_and_each_has_its_own_exceptions) {
  std::vector<LexiconFault> faults;
  const Lexicons lexicons(
      std::vector<Lexicon>{{{"保本", "零风险"}, {"保本点"}}, {{"保本"}}, {{"没有"}}, {{"年化 … %", "保本"}}}, faults);
  BOOST_TEST(faults.empty());
  MatchScratch scratch(lexicons, 4096);
  lexicons.match(normalise("保本点，年化约4%"), scratch);
  BOOST_TEST(!scratch.has(0));
  BOOST_TEST(scratch.has(1));
  BOOST_TEST(!scratch.has(2));
  BOOST_TEST(scratch.has(3));
  BOOST_TEST(scratch.terms_hit(3) == 2U);
  BOOST_TEST(scratch.terms_hit(1) == 1U);
  BOOST_TEST(scratch.terms_hit(0) == 0U);
  BOOST_TEST(scratch.hit_lexicons().size() == 1U);
  BOOST_TEST(scratch.hit_lexicons()[0] == 0b1010U);
  lexicons.match(normalise("好"), scratch);
  BOOST_TEST(scratch.hit_lexicons()[0] == 0U);
  BOOST_TEST(scratch.matches().empty());
}

BOOST_AUTO_TEST_CASE(exact_lists_look_at_the_original_again) {
  Lexicon cased{{"US", "ＡＰＲ…%"}};
  cased.exact_case = true;
  BOOST_TEST(matches(cased, "us ＵＳ Us US") == "ＵＳ, US");
  BOOST_TEST(matches(cased, "apr 5%，APR 5%") == "APR 5%");
  Lexicon form{{"ＵＳ", "台湾"}};
  form.exact_form = true;
  BOOST_TEST(matches(form, "US ＵＳ 台湾 台 湾") == "ＵＳ, 台湾");
}

BOOST_AUTO_TEST_CASE(faulty_terms_are_named_and_left_out) {
  std::vector<LexiconFault> faults;
  const Lexicons lexicons(std::vector<Lexicon>{{{"", "保本", "…x"}, {"a…b", " "}}}, faults);
  BOOST_REQUIRE(faults.size() == 4U);
  BOOST_TEST((faults[0].fault == NeedleFault::empty));
  BOOST_TEST(faults[1].term == 2U);
  BOOST_TEST((faults[1].fault == NeedleFault::open_gap));
  BOOST_TEST(faults[2].exception);
  BOOST_TEST((faults[2].fault == NeedleFault::several_gaps));
  MatchScratch scratch(lexicons, 4096);
  lexicons.match(normalise("保本"), scratch);
  BOOST_TEST(scratch.has(0));
}

BOOST_AUTO_TEST_CASE(hits_are_limited_at_the_edge) {
  std::vector<LexiconFault> faults;
  const Lexicons lexicons(std::vector<Lexicon>{{{"保本"}, {"保本点"}}, {{"保本"}}}, faults);
  MatchScratch scratch(lexicons, 4);
  lexicons.match(normalise("保本，保本"), scratch);  // two lists, two places
  BOOST_TEST(!scratch.over_limit());
  BOOST_TEST(scratch.matches().size() == 4U);
  lexicons.match(normalise("保本，保本，保本"), scratch);
  BOOST_TEST(scratch.over_limit());
}

BOOST_AUTO_TEST_SUITE_END()
