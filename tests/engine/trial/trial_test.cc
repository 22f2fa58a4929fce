// Examples run, what they cover, and why a rule did not fire.
#include <boost/test/unit_test.hpp>

#include "engine/program/build.h"
#include "engine/trial/codes.h"
#include "engine/trial/coverage.h"
#include "engine/trial/example_turn.h"
#include "engine/trial/run_examples.h"
#include "engine/trial/why_not.h"
#include "tests/engine/decide/hand_made.h"
#include "tests/support/packs.h"

using namespace caveat;

namespace {

const std::string kPack = R"(pack t
  title en "T"
  jurisdiction CN
  time zone "Asia/Shanghai"
  version "1"
  default queue desk
queue desk also 坐席
  due 60 seconds
  say en "Wait." zh "请稍候。"
source LAW also 某法 is "某办法" article 1 in force from 2020-01-01
scale risk is R1 = C1 < R2 = C2 < R3 = C3 < R4 = C4
facts customer
  age also 年龄 integer 0..150
  level also 等级 scale risk
  vip also 贵宾 yes/no
  phone also 手机号 text, ask en "Your number?" zh "您的手机号？"
facts product
  name also 名称 text
  risk also 风险 scale risk
lexicon promises also 承诺 is "保本", "稳赚" but not "不保本"
wording NOTE also 说明 en "Please note." zh "请注意。"
rule no_promises also 不得承诺
  cites LAW
  applies to answer
  when answer contains any of promises
  unless customer.vip is yes
  then block
    say en "No." zh "不行。"
    because en "it says {match}" zh "回答说{match}"
rule too_risky also 风险过高
  cites LAW
  applies to recommendation
  when product.risk is above customer.level and customer.age is below 60
  then block
    say en "Too risky." zh "风险过高。"
    because en "{product.name} is {product.risk}" zh "{product.name}为{product.risk}"
  if unknown hand off to desk
rule note
  cites LAW
  applies to answer
  when answer contains "fund"
  then disclose NOTE at end
)";

struct Tried {
  test::Checked checked;
  decide::Ruleset ruleset;
  trial::RunResult run;
  std::string rendered() const {
    std::string out;
    for (const Diagnostic& diagnostic : run.diagnostics) out += render(diagnostic, checked.sources);
    return out;
  }
};

Tried try_out(const test::Texts& texts) {
  Tried out;
  out.checked = test::check_texts(texts);
  BOOST_REQUIRE_MESSAGE(out.checked.result.model, out.checked.rendered());
  program::BuildResult built = program::build(*out.checked.result.model, Limits{});
  std::string complaints;
  for (const Diagnostic& diagnostic : built.diagnostics) complaints += render(diagnostic, out.checked.sources);
  BOOST_REQUIRE_MESSAGE(built.program, complaints);
  out.ruleset.program = built.program;
  out.run = trial::run_examples(*out.checked.result.model, out.checked.sources, Limits{});
  return out;
}

Tried with_examples(const std::string& examples) { return try_out({{"pack.cav", kPack}, {"examples.cav", examples}}); }

}  // namespace

BOOST_AUTO_TEST_SUITE(trials)

BOOST_AUTO_TEST_CASE(examples_that_come_out_as_they_say_hold) {
  const Tried tried = with_examples(R"(example "a promise"
  given answer at 2026-03-01T10:00
    answer.text "保本的", customer.vip no
  expect block by no_promises
示例 “客户不是贵宾与否不明”
  给定 回答 于 2026-03-01T10:00
    回答.文本 “稳赚”
  期望 拦截 因 不得承诺
example "an excuse that is known"
  given answer at 2026-03-01T10:00
    answer.text "保本的", customer.vip yes
  expect allow
example "too risky"
  given recommendation at 2026-03-01T10:00
    product.name "稳健", product.risk R3, customer.level C2, customer.age 40
  expect block by too_risky
example "level missing"
  given recommendation at 2026-03-01T10:00
    product.name "稳健", product.risk R3, customer.age 40
  expect handoff by too_risky
)");
  BOOST_TEST(tried.run.run == 5u);
  BOOST_TEST(tried.run.held == 5u, tried.rendered());
}

BOOST_AUTO_TEST_CASE(an_example_that_fails_says_what_came_out_and_why) {
  const Tried tried = with_examples(R"(example "expects a block"
  given recommendation at 2026-03-01T10:00
    product.name "稳健", product.risk R3, customer.level C2, customer.age 65
  expect block by too_risky
)");
  BOOST_TEST(tried.run.held == 0u);
  BOOST_REQUIRE_EQUAL(tried.run.diagnostics.size(), 1u);
  BOOST_TEST(tried.rendered() ==
             "examples.cav:4:10: error[example_fails]: Expected block by too_risky, but it comes out as allow.\n"
             "  4 |   expect block by too_risky\n"
             "    |          ^^^^^^^^^^^^^^^^^^\n"
             "  = help: pack.cav:33: “customer.age is below 60” is false: customer.age is 65.\n");
}

BOOST_AUTO_TEST_CASE(a_failing_example_in_chinese_is_told_in_chinese) {
  const Tried tried = with_examples(R"(示例 “应当放行”
  给定 回答 于 2026-03-01T10:00
    回答.文本 “这个保本”，客户.贵宾 否
  期望 放行
)");
  BOOST_REQUIRE_EQUAL(tried.run.diagnostics.size(), 1u);
  BOOST_TEST(tried.rendered() ==
             "examples.cav:4:6: 错误[example_fails]：期望 放行，结果是 拦截 因 不得承诺。\n"
             "  4 |   期望 放行\n"
             "    |        ^^^^\n"
             "  = 帮助：不得承诺: 回答说保本\n");
}

BOOST_AUTO_TEST_CASE(an_excuse_that_holds_is_named) {
  const Tried tried = with_examples(R"(example "x"
  given answer at 2026-03-01T10:00
    answer.text "保本的", customer.vip yes
  expect block by no_promises
)");
  BOOST_REQUIRE_EQUAL(tried.run.diagnostics.size(), 1u);
  BOOST_TEST(tried.run.diagnostics[0].help ==
             "pack.cav:26: unless: “customer.vip is yes” is true: customer.vip is true.");
}

BOOST_AUTO_TEST_CASE(a_rule_that_does_not_apply_or_is_not_in_force_says_so) {
  const Tried tried = with_examples(R"(example "no recommendation"
  given answer at 2026-03-01T10:00
    answer.text "x"
  expect block by too_risky
example "before the law"
  given answer at 2019-12-31T23:00
    answer.text "保本"
  expect block by no_promises
)");
  BOOST_REQUIRE_EQUAL(tried.run.diagnostics.size(), 2u);
  BOOST_TEST(tried.run.diagnostics[0].help ==
             "Rule “too_risky” does not apply: it judges recommendation, and the turn has none.");
  BOOST_TEST(tried.run.diagnostics[1].help == "Rule “no_promises” is not in force on that day (from 2020-01-01).");
}

BOOST_AUTO_TEST_CASE(wall_time_of_an_example_is_that_of_the_packs_zone) {
  // 23:30 in Shanghai on the day before, 00:30 on the day itself: the law begins with the day there.
  const Tried tried = with_examples(R"(example "before"
  given answer at 2019-12-31T23:30
    answer.text "保本"
  expect allow
example "after"
  given answer at 2020-01-01T00:30
    answer.text "保本"
  expect block by no_promises
)");
  BOOST_TEST(tried.run.held == 2u, tried.rendered());
}

BOOST_AUTO_TEST_CASE(the_final_text_and_what_is_left_are_held_against_what_is_expected) {
  const Tried tried = with_examples(R"(example "left"
  given recommendation at 2026-03-01T10:00
    product.name "稳健", product.risk R1, customer.level C2, customer.age 40
  expect allow
  left "稳健"
example "wrong text"
  given answer at 2026-03-01T10:00
    answer.text "A fund."
  expect revise by note
  final text en "A fund!"
)");
  BOOST_REQUIRE_EQUAL(tried.run.diagnostics.size(), 1u);
  BOOST_TEST(tried.run.diagnostics[0].code == &trial::codes::kExampleText, tried.rendered());
  BOOST_TEST(tried.run.diagnostics[0].message.find("Expected the final text “A fund!”, but it is “A fund.") == 0u);

  const Tried chinese = with_examples(R"(示例 “剩余”
  给定 推荐 于 2026-03-01T10:00
    产品.名称 “稳健”，产品.风险 R3，客户.等级 C2，客户.年龄 40
  期望 拦截
  剩余 “稳健”
示例 “编号不对”
  给定 推荐 于 2026-03-01T10:00
    产品.编号 “两 个”，产品.风险 R1，客户.等级 C2，客户.年龄 40
  期望 放行
)");
  BOOST_REQUIRE_EQUAL(chinese.run.diagnostics.size(), 2u);
  BOOST_TEST(chinese.run.diagnostics[0].message == "期望剩余 稳健，结果是 无。");
  BOOST_TEST(chinese.run.diagnostics[1].message.find("此轮次会被拒收：bad_id /recommendation/products/0/id") == 0u);
}

BOOST_AUTO_TEST_CASE(a_final_text_is_asserted_empty_and_over_its_line_breaks) {
  const Tried tried = with_examples(R"(example "said, and expected not to be"
  given answer at 2026-03-01T10:00
    answer.text "保本的"
  expect block, final text ""
example "a disclosure stands on a line of its own"
  given answer at 2026-03-01T10:00
    answer.text "A fund."
  expect revise by note, final text en "A fund. Please note."
example "and is told in one line"
  given answer at 2026-03-01T10:00
    answer.text "A fund."
  expect revise by note, final text en "A fund. Please."
)");
  BOOST_REQUIRE_EQUAL(tried.run.diagnostics.size(), 2u);
  BOOST_TEST(tried.run.diagnostics[0].message == "Expected the final text “”, but it is “不行。”.");
  BOOST_TEST(tried.run.diagnostics[1].message ==
             "Expected the final text “A fund. Please.”, but it is “A fund. Please note.”.");
}

BOOST_AUTO_TEST_CASE(an_example_without_a_time_says_when_it_was_judged) {
  const Tried tried = with_examples(R"(example "at noon of the latest day on which a rule begins"
  given answer
    answer.text "保本的"
  expect allow
)");
  BOOST_TEST(tried.rendered().find("states no time and was judged at 2020-01-01T12:00:00+08:00") != std::string::npos,
             tried.rendered());
  std::string undated = kPack;
  undated.erase(undated.find(" in force from 2020-01-01"), 25);
  const Tried other = try_out({{"pack.cav", undated + R"(example "on a day of our time"
  given answer
    answer.text "保本的"
  expect allow
)"}});
  BOOST_TEST(other.rendered().find("was judged at 2026-01-01T12:00:00+08:00") != std::string::npos, other.rendered());
}

BOOST_AUTO_TEST_CASE(a_material_beside_a_recommendation_is_refused_in_an_example_as_in_a_turn) {
  const Tried tried = with_examples(R"(example "both"
  given material at 2026-03-01T10:00
    material.text "x", recommendation.products [(id "p1", risk R3)]
  expect allow
)");
  BOOST_TEST(tried.rendered().find("conflict /recommendation") != std::string::npos, tried.rendered());
}

BOOST_AUTO_TEST_CASE(none_left_is_written_as_an_empty_name) {
  const Tried tried = with_examples(R"(example "none"
  given recommendation at 2026-03-01T10:00
    product.name "稳健", product.risk R3, customer.level C2, customer.age 40
  expect block, left ""
)");
  BOOST_TEST(tried.rendered() == "");
}

BOOST_AUTO_TEST_CASE(coverage_names_rules_that_no_example_fires_and_that_none_misses_narrowly) {
  const Tried tried = with_examples(R"(example "fires"
  given answer at 2026-03-01T10:00
    answer.text "保本的"
  expect block by no_promises
example "misses narrowly"
  given answer at 2026-03-01T10:00
    answer.text "不保本"
  expect allow
example "fires the second"
  given recommendation at 2026-03-01T10:00
    product.name "稳健", product.risk R3, customer.level C2, customer.age 40
  expect block by too_risky
example "misses the second by far"
  given recommendation at 2026-03-01T10:00
    product.name "稳健", product.risk R1, customer.level C2, customer.age 80
  expect allow
)");
  BOOST_TEST(tried.run.held == 4u, tried.rendered());
  const trial::CoverageResult result = trial::coverage(*tried.checked.result.model, tried.run, Limits{});
  BOOST_REQUIRE_EQUAL(result.rules.size(), 3u);
  BOOST_TEST(result.rules[0].fired == 1u);  // no_promises
  BOOST_TEST(result.rules[0].near == 1u);
  BOOST_TEST(result.rules[1].fired == 0u);  // note
  BOOST_TEST(result.rules[2].fired == 1u);  // too_risky
  BOOST_TEST(result.rules[2].near == 0u);
  BOOST_REQUIRE_EQUAL(result.notes.size(), 2u);
  BOOST_TEST(result.notes[0].message == "No example comes near rule too_risky and does not make it fire.");
  BOOST_TEST(result.notes[1].message == "No example makes rule note fire.");
}

BOOST_AUTO_TEST_CASE(of_a_rule_of_one_condition_on_a_text_a_turn_that_another_rule_takes_is_no_near_miss) {
  const Tried tried = with_examples(R"(rule no_secrets
  cites LAW
  applies to answer
  when answer contains "秘密"
  then block
    say en "No."
    because "a secret"
example "fires"
  given answer at 2026-03-01T10:00
    answer.text "保本的"
  expect block by no_promises
example "fires the other"
  given answer at 2026-03-01T10:00
    answer.text "秘密"
  expect block by no_secrets
)");
  BOOST_TEST(tried.run.held == 2u, tried.rendered());
  const trial::CoverageResult result = trial::coverage(*tried.checked.result.model, tried.run, Limits{});
  BOOST_REQUIRE_EQUAL(result.rules.size(), 4u);
  BOOST_TEST(result.rules[1].near == 0u);  // note
  BOOST_TEST(result.rules[3].near == 0u);  // no_secrets, or too_risky
  const auto told = [&](std::string_view message) {
    return std::any_of(result.notes.begin(), result.notes.end(),
                       [&](const Diagnostic& d) { return d.message == message; });
  };
  BOOST_TEST(told("No example comes near rule no_secrets and does not make it fire."));
}

BOOST_AUTO_TEST_CASE(facts_whose_absence_hands_off_are_listed_by_rule) {
  const Tried tried = with_examples("");
  const model::Model& model = *tried.checked.result.model;
  const auto facts = trial::facts_that_hand_off(model);
  const auto paths = [&](std::size_t rule) {
    std::vector<std::string> out;
    for (const model::Index fact : facts[rule])
      out.push_back(model.facts[fact].path[0] + "." + model.facts[fact].path[1]);
    return out;
  };
  BOOST_TEST(paths(0).empty());
  BOOST_TEST(paths(2) == (std::vector<std::string>{"customer.age", "customer.level", "product.risk"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_fact_whose_absence_the_condition_itself_settles_hands_nothing_off) {
  const Tried tried = with_examples(R"(rule minor
  cites LAW
  applies to answer
  when customer.age is known and customer.age is below 18
  then block
    say en "No." zh "不行。"
rule unless_told
  cites LAW
  applies to answer
  when customer.vip is unknown or (customer.vip is yes and customer.age is below 18)
  then block
    say en "No." zh "不行。"
)");
  const model::Model& model = *tried.checked.result.model;
  const auto facts = trial::facts_that_hand_off(model);
  const auto of = [&](std::string_view name) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < model.rules.size(); ++i) {
      if (model.rules[i].names.first != name) continue;
      for (const model::Index fact : facts[i]) out.push_back(model.facts[fact].path[1]);
    }
    return out;
  };
  BOOST_TEST(of("minor").empty());
  BOOST_TEST(of("unless_told") == (std::vector<std::string>{"age"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_negated_form_that_kept_a_rule_from_firing_is_told_as_it_is_written) {
  const std::string rule = R"(rule picky
  cites LAW
  applies to recommendation
  when customer.age is not 40 and product.name lacks "x"
  then block
    say en "No." zh "不行。"
)";
  const Tried age = with_examples(rule + R"(example "the age"
  given recommendation at 2026-03-01T10:00
    product.name "a", product.risk R1, customer.level C2, customer.age 40
  expect block by picky
)");
  BOOST_TEST(age.rendered().find("“customer.age is not 40” is false: customer.age is 40.") != std::string::npos,
             age.rendered());
  const Tried text = with_examples(rule + R"(example "the name"
  given recommendation at 2026-03-01T10:00
    product.name "x", product.risk R1, customer.level C2, customer.age 41
  expect block by picky
)");
  BOOST_TEST(text.rendered().find("“product.name lacks \"x\"” is false") != std::string::npos, text.rendered());
}

BOOST_AUTO_TEST_CASE(all_examples_of_our_own_packs_hold) {
  const Tried tried = try_out(test::read_folder(std::string(CAVEAT_SOURCE_DIR) + "/rules"));
  BOOST_TEST(tried.rendered() == "");
  BOOST_TEST(tried.run.run > 50u);
  BOOST_TEST(tried.run.held == tried.run.run);
  for (const Diagnostic& note : trial::coverage(*tried.checked.result.model, tried.run, Limits{}).notes) {
    BOOST_TEST_MESSAGE(render(note, tried.checked.sources));
  }
}

// Of a rule that did not fire no reason hides anything, and its own facts are hidden all the same.
BOOST_AUTO_TEST_CASE(why_not_tells_no_text_of_what_a_class_hides) {
  const Tried tried = try_out({{"pack.cav", kPack}, {"more.cav", R"(facts customer
  card also 卡号 text, data class C3
rule card also 卡号规则
  cites LAW
  applies to answer
  when customer.card is known and message contains "stolen"
  then hand off to desk
)"}});
  hand_made::Turn turn;
  turn.answer("x");
  turn.message("my card is 6222021234567890");
  turn.text("card", "6222021234567890", turn.object("customer"));
  const model::Model& model = *tried.checked.result.model;
  model::Index rule = 0;
  while (model.rules[rule].names.first != "card") ++rule;
  for (const Language language : {Language::en, Language::zh}) {
    const trial::WhyNot why = trial::why_not(model, rule, turn.fields, {}, Limits{}, language);
    std::string all;
    for (const std::string& line : trial::told(why, model, rule, tried.checked.sources, language)) all += line;
    for (const trial::JudgedFor& one : why.judged)
      for (const trial::Judged& part : one.judged)
        for (const trial::Judged::Read& read : part.facts) all += read.value;
    BOOST_TEST(all.find("my card is ***") != std::string::npos, all);
    BOOST_TEST(all.find("6222021234567890") == std::string::npos, all);
  }
}

BOOST_AUTO_TEST_SUITE_END()
