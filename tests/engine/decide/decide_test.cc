#include "engine/decide/decide.h"

#include <array>
#include <boost/test/unit_test.hpp>

#include "engine/decide/explain.h"
#include "engine/decide/outcome.h"
#include "engine/decide/satisfied.h"
#include "engine/decide/topics.h"
#include "tests/engine/decide/hand_made.h"

namespace caveat::decide {
namespace {

using namespace hand_made;
using model::EffectKind;
using model::Subject;

struct Decided {
  std::shared_ptr<const program::Program> program;
  Scratch scratch;
  Request request;
  const Decision* decision = nullptr;
  const Decision* operator->() const { return decision; }
};

Decided judge(const World& world, const Turn& turn) {
  Decided decided;
  decided.program = world.build();
  for (const Diagnostic& diagnostic : world.last_diagnostics) BOOST_TEST_MESSAGE(diagnostic.message);
  BOOST_REQUIRE(decided.program != nullptr);
  Problem problem;
  const bool bound = bind(*decided.program, turn.fields, {}, decided.request, problem);
  for (const ProblemItem& item : problem.items)
    BOOST_TEST_MESSAGE(item.path << " expected " << item.expected << ", found " << item.found);
  BOOST_REQUIRE(bound);
  decided.decision = &decide({decided.program, {}, {}}, decided.request, {}, decided.scratch);
  return decided;
}

World wealth() {
  World world;
  const Index risk = world.scale({{"R1", "C1"}, {"R2", "C2"}, {"R3", "C3"}, {"R4", "C4"}, {"R5", "C5"}});
  model::Type scale = World::type(TypeKind::scale);
  scale.scale = risk;
  world.fact("product", "risk_level", scale);
  world.fact("customer", "risk_tolerance", scale);
  model::Type age = World::type(TypeKind::integer);
  age.low = Decimal(0);
  age.high = Decimal(150);
  world.fact("customer", "age", age);
  world.fact("customer", "phone", World::type(TypeKind::text)).data_class = "C2";
  world.sorted();
  return world;
}

ExprPtr riskier(const World& world) {
  return World::over(Op::lt, {world.read("customer", "risk_tolerance"), world.read("product", "risk_level")});
}

BOOST_AUTO_TEST_CASE(a_forbidden_promise_blocks_the_answer_and_says_where_it_stands) {
  World world = wealth();
  model::Rule& rule =
      world.rule("no_promise", {Subject::answer}, world.has_lexicon("answer", world.lexicon({"保本", "risk-free"})),
                 {World::effect(EffectKind::block)});
  rule.because.zh = {{"回答承诺“", model::kNone}, {"", model::kMatch}, {"”", model::kNone}};
  model::Say say;
  say.texts.zh = {{"理财非存款。", model::kNone}};
  rule.say = {say};
  Turn turn;
  turn.answer("您放心，保 本！");
  const Decided decided = judge(world, turn);
  BOOST_TEST((decided->verdict == Verdict::block));
  BOOST_TEST(decided->say == "理财非存款。");
  BOOST_REQUIRE(decided->reasons.size() == 1u);
  BOOST_REQUIRE(decided->reasons[0].matches.size() == 1u);
  BOOST_TEST(decided->reasons[0].matches[0].begin == 12u);
  BOOST_TEST(decided->reasons[0].matches[0].end == 19u);
  const auto told = reasons(*decided.program, decided.request, *decided.decision, Language::zh, Audience::officer);
  BOOST_REQUIRE(told.size() == 1u);
  BOOST_TEST(told[0].because == "回答承诺“保 本”");
}

BOOST_AUTO_TEST_CASE(an_answer_without_a_promise_passes_as_it_is) {
  World world = wealth();
  world.rule("no_promise", {Subject::answer}, world.has("answer", {"保本"}), {World::effect(EffectKind::block)});
  Turn turn;
  turn.answer("理财有风险。");
  const Decided decided = judge(world, turn);
  BOOST_TEST((decided->verdict == Verdict::allow));
  BOOST_TEST(decided->has_say);
  BOOST_TEST(decided->say == "理财有风险。");
  BOOST_TEST(!decided->answer_changed);
}

BOOST_AUTO_TEST_CASE(a_recommendation_is_judged_product_by_product) {
  World world = wealth();
  world.rule("riskier", {Subject::recommendation}, riskier(world), {World::effect(EffectKind::block)});
  Turn turn;
  turn.text("risk_tolerance", "C2", turn.object("customer"));
  turn.text("risk_level", "R4", turn.product("p1"));
  turn.text("risk_level", "R1", turn.product("p2"));
  const Decided decided = judge(world, turn);
  BOOST_TEST((decided->verdict == Verdict::revise));
  BOOST_REQUIRE(decided->items.size() == 2u);
  BOOST_TEST((decided->items[0].verdict == Verdict::block));
  BOOST_TEST((decided->items[1].verdict == Verdict::allow));
  BOOST_TEST(!decided->has_say);
}

BOOST_AUTO_TEST_CASE(when_every_item_is_blocked_the_turn_is) {
  World world = wealth();
  world.rule("riskier", {Subject::recommendation}, riskier(world), {World::effect(EffectKind::block)});
  Turn turn;
  turn.text("risk_tolerance", "C2", turn.object("customer"));
  turn.text("risk_level", "R4", turn.product("p1"));
  BOOST_TEST((judge(world, turn)->verdict == Verdict::block));
}

BOOST_AUTO_TEST_CASE(a_missing_fact_that_cannot_be_asked_for_hands_this_turn_to_a_person) {
  World world = wealth();
  world.rule("riskier", {Subject::recommendation}, riskier(world), {World::effect(EffectKind::block)});
  Turn turn;
  turn.text("risk_level", "R4", turn.product("p1"));
  const Decided decided = judge(world, turn);
  BOOST_TEST((decided->verdict == Verdict::handoff));
  BOOST_TEST(decided->has_handoff);
  BOOST_TEST(!decided->handoff.hold);
  BOOST_TEST((decided->handoff.cause == Cause::missing));
  BOOST_TEST(decided->say == "请稍候。");
  BOOST_TEST((decided->items[0].verdict == Verdict::block));
}

BOOST_AUTO_TEST_CASE(a_missing_fact_that_can_be_asked_for_is_asked_for_once) {
  World world = wealth();
  world.model.facts[world.find("customer", "risk_tolerance")].ask.zh = "请先完成风险测评。";
  world.rule("a_rule", {Subject::recommendation}, riskier(world), {World::effect(EffectKind::block)});
  world.rule("b_rule", {Subject::recommendation}, riskier(world), {World::effect(EffectKind::block)});
  Turn turn;
  turn.text("language", "zh");
  turn.text("risk_level", "R4", turn.product("p1"));
  const Decided decided = judge(world, turn);
  BOOST_TEST((decided->verdict == Verdict::require));
  BOOST_TEST(decided->requires_.size() == 1u);
  BOOST_TEST(decided->say == "请先完成风险测评。");
}

// Without a recommendation it has no least age, and nobody is younger: the customer's own age decides nothing.
BOOST_AUTO_TEST_CASE(a_fact_that_is_held_against_an_absent_one_is_not_asked_for) {
  World world;
  world.fact("customer", "age", World::type(TypeKind::integer)).ask.zh = "请问您的年龄？";
  world.fact("customer", "calls", World::type(TypeKind::integer)).ask.zh = "请问您来电几次？";
  world.fact("recommendation", "least_age", World::type(TypeKind::integer));
  world.sorted();
  const ExprPtr calls = world.read("customer", "calls");
  const ExprPtr younger =
      World::over(Op::lt, {world.read("customer", "age"), world.read("recommendation", "least_age")});
  world.rule("often", {Subject::answer},
             World::over(Op::and_,
                         {World::over(Op::not_, {younger}), World::over(Op::lt, {World::number(calls, "3"), calls})}),
             {World::effect(EffectKind::block)});
  Turn turn;
  turn.answer("您好。");
  const Decided decided = judge(world, turn);
  BOOST_TEST((decided->verdict == Verdict::require));
  BOOST_REQUIRE(decided->requires_.size() == 1u);
  BOOST_TEST(decided->requires_[0].is_fact);
  BOOST_TEST(decided->requires_[0].index == world.find("customer", "calls"));
}

BOOST_AUTO_TEST_CASE(what_matched_is_redacted_and_the_disclosure_follows) {
  World world = wealth();
  model::Effect redact = World::effect(EffectKind::redact);
  redact.redact_mode = 0;
  model::Effect disclose = World::effect(EffectKind::disclose);
  disclose.wording = world.wording("risk", "产品有风险。", "Products carry risk.");
  world.rule("mask", {Subject::answer}, world.has("answer", {"内部评级"}), {redact, disclose});
  Turn turn;
  turn.answer("您的内部评级是A。");
  const Decided decided = judge(world, turn);
  BOOST_TEST((decided->verdict == Verdict::revise));
  BOOST_TEST(decided->say == "您的***是A。\n产品有风险。");
  BOOST_REQUIRE(decided->redactions.size() == 1u);
  BOOST_TEST(decided->redactions[0].begin == 6u);
  BOOST_TEST(decided->redactions[0].end == 18u);
}

// Nothing is left but marks: an empty line is no answer.
BOOST_AUTO_TEST_CASE(an_answer_of_which_nothing_is_left_tells_what_the_customer_may_do) {
  World world = wealth();
  model::Effect remove = World::effect(EffectKind::replace_match), disclose = World::effect(EffectKind::disclose);
  disclose.wording = world.wording("risk", "产品有风险。", "Products carry risk.");
  world.rule("remove", {Subject::answer}, world.has("answer", {"稳赚"}), {remove});
  world.rule("note", {Subject::answer}, world.has("answer", {"稳"}), {disclose});
  for (const auto& [answer, say] :
       {std::pair("稳赚，稳赚。", "抱歉，我无法在这里回答这个问题。您可以联系人工客服获得帮助。\n产品有风险。"),
        {"稳赚，产品有风险。", "产品有风险。"}}) {
    Turn turn;
    turn.answer(answer);
    const Decided decided = judge(world, turn);
    BOOST_TEST((decided->verdict == Verdict::revise));
    BOOST_TEST(decided->say == say);
    BOOST_TEST(decided->disclosures.size() == (std::string_view(say).starts_with("抱歉") ? 1u : 0u));  // what was added
  }
}

// An action has no text: what is to be told of it stands with it, in its own words, and in the answer if one goes out.
BOOST_AUTO_TEST_CASE(what_an_action_discloses_is_told) {
  World world = wealth();
  world.fact("action", "fee", World::type(TypeKind::integer));
  world.sorted();
  model::Effect disclose = World::effect(EffectKind::disclose);
  disclose.wording = world.wording("fee", "另收手续费。", "");
  world.model.wordings[0].pieces.en = {{"A fee of ", model::kNone}, {"", world.find("action", "fee")}};
  disclose.once = 1;
  world.rule("fee", {Subject::action}, world.has("message", {"转账"}), {disclose});
  const ExprPtr paid = world.read("action", "fee");
  world.rule("large", {Subject::action}, World::over(Op::lt, {World::number(paid, "100"), paid}),
             {World::effect(EffectKind::block)});
  const struct {
    std::string_view answer;
    std::string_view says;
  } kTurns[] = {{"好的。", "好的。\nA fee of 5\nA fee of 7"}, {"", ""}};
  for (const auto& [answer, says] : kTurns) {
    Turn turn;
    turn.text("language", "en").text("id", "c1", turn.object("conversation"));
    turn.message("我要转账");
    if (!answer.empty()) turn.answer(std::string(answer));
    const std::uint32_t actions = turn.list("actions");
    for (const char* fee : {"5", "500", "7"}) {
      const std::uint32_t one = turn.fields.add(actions, "", Fields::Kind::object);
      turn.text("name", "transfer", one);
      turn.number("fee", fee, one);
    }
    const Decided decided = judge(world, turn);
    BOOST_TEST((decided->verdict == Verdict::revise));
    BOOST_TEST(decided->disclosures.empty());
    BOOST_TEST(decided->say == says);
    BOOST_REQUIRE_EQUAL(decided->items.size(), 3u);
    BOOST_TEST(decided->items[0].disclosures.size() == 1u);
    BOOST_TEST(decided->items[1].disclosures.empty());
    BOOST_TEST(decided->told_once.empty());  // the next action may have another fee
    BOOST_TEST(wording_told(*decided.program, decided.request, *decided.decision, 0, Language::en,
                            &decided->items[2]) == "A fee of 7");
  }
}

// Where no answer goes out, whoever asks tells what is to be told: a revised turn never tells it nowhere.
BOOST_AUTO_TEST_CASE(what_is_disclosed_without_an_answer_is_listed) {
  World world = wealth();
  model::Effect disclose = World::effect(EffectKind::disclose);
  disclose.wording = world.wording("fee", "另收手续费。", "A fee applies.");
  world.rule("fee", {Subject::message}, world.has("message", {"转账"}), {disclose});
  for (const bool answers : {false, true}) {  // one without a text goes out as none does
    Turn turn;
    turn.message("我要转账");
    if (answers) turn.number("confidence", "0.9", turn.object("answer"));
    const Decided decided = judge(world, turn);
    BOOST_TEST((decided->verdict == Verdict::revise));
    BOOST_TEST(decided->disclosures.size() == 1u);
    BOOST_TEST(decided->say.empty());
  }
}

// What was left out stays left out; that the answer still has its word is what was judged already.
BOOST_AUTO_TEST_CASE(a_product_that_a_rule_took_out_is_not_held_against_the_final_text) {
  World world = wealth();
  model::Effect disclose = World::effect(EffectKind::disclose);
  disclose.wording = world.wording("risk", "产品有风险。", "Products carry risk.");
  model::Rule& fee = world.rule("fee", {Subject::recommendation},
                                World::over(Op::and_, {riskier(world), world.has("answer", {"手续费"})}),
                                {World::effect(EffectKind::block)});
  model::Say say;
  say.texts.zh = {{"手续费较高。", model::kNone}};
  fee.say = {say};
  world.rule("note", {Subject::answer}, world.has("answer", {"手续费"}), {disclose});
  for (const bool both : {false, true}) {
    Turn turn;
    turn.answer("有手续费。");
    turn.text("risk_tolerance", "C2", turn.object("customer"));
    turn.text("risk_level", "R3", turn.product("p1"));
    if (!both) turn.text("risk_level", "R1", turn.product("p2"));
    const Decided decided = judge(world, turn);
    BOOST_TEST((decided->items[0].verdict == Verdict::block));
    BOOST_TEST((decided->verdict == (both ? Verdict::block : Verdict::revise)));
    BOOST_TEST(decided->say == (both ? "手续费较高。" : "有手续费。\n产品有风险。"));
  }
}

BOOST_AUTO_TEST_CASE(a_disclosure_that_a_rule_forbids_is_found_in_the_final_text) {
  World world = wealth();
  model::Effect disclose = World::effect(EffectKind::disclose);
  disclose.wording = world.wording("risk", "本产品保本。", "Capital is guaranteed.");
  world.rule("a_disclose", {Subject::answer}, world.has("answer", {"产品"}), {disclose});
  world.rule("no_promise", {Subject::answer}, world.has("answer", {"保本"}), {World::effect(EffectKind::block)});
  Turn turn;
  turn.answer("这个产品很好。");
  const Decided decided = judge(world, turn);
  BOOST_TEST((decided->verdict == Verdict::handoff));
  BOOST_TEST((decided->handoff.cause == Cause::final_text));
  BOOST_TEST(!decided->handoff.hold);
  BOOST_TEST(decided->say == "请稍候。");
}

BOOST_AUTO_TEST_CASE(an_absent_message_is_no_unknown_message) {
  World world = wealth();
  world.rule("asks_person", {Subject::answer, Subject::message}, world.has("message", {"人工"}), {World::hand_off(0)});
  Turn turn;
  turn.answer("好的。");
  BOOST_TEST((judge(world, turn)->verdict == Verdict::allow));
  turn.message("转人工");
  const Decided decided = judge(world, turn);
  BOOST_TEST((decided->verdict == Verdict::handoff));
  BOOST_TEST(decided->handoff.hold);
}

BOOST_AUTO_TEST_CASE(an_unknown_excuse_does_not_excuse) {
  World world = wealth();
  model::Rule& rule =
      world.rule("old", {Subject::answer}, world.has("answer", {"高风险"}), {World::effect(EffectKind::block)});
  const ExprPtr age = world.read("customer", "age");
  rule.unless = World::over(Op::lt, {age, World::number(age, "65")});
  Turn turn;
  turn.answer("高风险产品");
  BOOST_TEST((judge(world, turn)->verdict == Verdict::block));
  turn.number("age", "30", turn.object("customer"));
  BOOST_TEST((judge(world, turn)->verdict == Verdict::allow));
}

BOOST_AUTO_TEST_CASE(a_rule_is_in_force_on_its_days_in_the_zone_of_its_pack) {
  World world = wealth();
  model::Rule& rule =
      world.rule("later", {Subject::answer}, world.has("answer", {"保本"}), {World::effect(EffectKind::block)});
  rule.from = parse_date("2026-03-02");
  Turn before;
  before.fields.set_text(before.fields.child(0, "at"), "2026-03-01T15:59:59Z");
  before.answer("保本");
  BOOST_TEST((judge(world, before)->verdict == Verdict::allow));
  Turn after;
  after.fields.set_text(after.fields.child(0, "at"), "2026-03-01T16:00:00Z");
  after.answer("保本");
  BOOST_TEST((judge(world, after)->verdict == Verdict::block));
}

BOOST_AUTO_TEST_CASE(the_order_of_rules_changes_no_byte_of_the_outcome) {
  World world = wealth();
  world.rule("riskier", {Subject::recommendation}, riskier(world), {World::effect(EffectKind::block)});
  world.rule("promise", {Subject::answer}, world.has("answer", {"保本"}), {World::hand_off(0)});
  World other = world;
  std::swap(other.model.rules[0], other.model.rules[1]);
  Turn turn;
  turn.answer("保本");
  turn.text("risk_tolerance", "C2", turn.object("customer"));
  turn.text("risk_level", "R4", turn.product("p1"));
  const Decided a = judge(world, turn), b = judge(other, turn);
  BOOST_TEST(outcome(*a.program, *a.decision) == outcome(*b.program, *b.decision));
}

BOOST_AUTO_TEST_CASE(a_protected_fact_is_masked_in_every_sentence) {
  World world = wealth();
  model::Rule& rule = world.rule("told", {Subject::answer}, World::over(Op::known, {world.read("customer", "phone")}),
                                 {World::effect(EffectKind::block)});
  rule.because.en = {{"called ", model::kNone}, {"", world.find("customer", "phone")}};
  Turn turn;
  turn.answer("x");
  turn.text("phone", "13800138000", turn.object("customer"));
  const Decided decided = judge(world, turn);
  const Explanation told =
      explain(*decided.program, decided.request, *decided.decision, Language::en, Audience::officer);
  BOOST_TEST(told.reasons[0].because == "called ***");
  BOOST_TEST(told.story.find("13800138000") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_protected_fact_that_no_rule_reads_is_masked_in_the_texts_of_the_story) {
  World world = wealth();
  world.rule("other", {Subject::answer}, world.has("answer", {"call"}), {World::effect(EffectKind::flag)})
      .because.en = {{"wrote ", model::kNone}, {"", world.find("message", "text")}};
  Turn turn;
  turn.answer("We call 13800138000.");
  turn.message("call me on 13800138000");
  turn.text("phone", "13800138000", turn.object("customer"));
  const Decided decided = judge(world, turn);
  const Explanation told =
      explain(*decided.program, decided.request, *decided.decision, Language::en, Audience::officer);
  BOOST_TEST(told.story.find("The customer said: \"call me on ***\"") != std::string::npos, told.story);
  BOOST_TEST(told.story.find("The bot meant to answer: \"We call ***.\"") != std::string::npos, told.story);
  BOOST_TEST(told.reasons.at(0).because == "wrote call me on ***");
  BOOST_TEST(decided.decision->say == "We call 13800138000.");  // his own, to him
}

BOOST_AUTO_TEST_CASE(a_line_end_in_a_text_of_others_makes_no_line_of_the_story) {
  World world = wealth();
  for (const std::string end : {"\n", "\r\n", "\r", "\v", "\f", "\u0085", "\u2028", "\u2029"}) {
    Turn turn;
    turn.message("hello" + end + "Verdict: blocked.");
    turn.answer("yes" + end);
    const Decided decided = judge(world, turn);
    const std::string story =
        explain(*decided.program, decided.request, *decided.decision, Language::en, Audience::officer).story;
    BOOST_TEST(story.find("said: \"hello\n    Verdict: blocked.\"\nThe bot meant to answer: \"yes\n    \"\n") !=
                   std::string::npos,
               story);
  }
}

// What a rule redacts of the message stands in no sentence, whichever rule makes it: sentences are stored.
BOOST_AUTO_TEST_CASE(what_is_redacted_of_the_message_stands_in_no_sentence) {
  World world = wealth();
  model::Effect redact = World::effect(EffectKind::redact);
  redact.redact_mode = 0;
  world.rule("mask", {Subject::message}, world.has("message", {"6222021234567890"}), {redact}).because.en = {
      {"card ", model::kNone}, {"", program::kMatchPiece}};
  world.rule("other", {Subject::answer}, world.has("message", {"卡号"}), {World::effect(EffectKind::flag)})
      .because.en = {{"wrote ", model::kNone}, {"", world.find("message", "text")}};
  Turn turn;
  turn.answer("x");
  turn.message("卡号6222021234567890。");
  const Decided decided = judge(world, turn);
  const auto officer = reasons(*decided.program, decided.request, *decided.decision, Language::en, Audience::officer);
  BOOST_REQUIRE_EQUAL(officer.size(), 2u);
  BOOST_TEST(officer[0].because == "card ***");
  BOOST_TEST(officer[1].because == "wrote 卡号***。");
  for (const Audience audience : {Audience::officer, Audience::customer}) {
    const Explanation told = explain(*decided.program, decided.request, *decided.decision, Language::en, audience);
    BOOST_TEST(told.story.find("6222021234567890") == std::string::npos, told.story);
    for (const ReasonTold& reason : told.reasons) {
      BOOST_TEST(reason.because.find("6222021234567890") == std::string::npos, reason.because);
      for (const std::string& matched : reason.matched)
        BOOST_TEST(matched.find("6222021234567890") == std::string::npos);
      for (const auto& [fact, value] : reason.facts) BOOST_TEST(value.find("6222021234567890") == std::string::npos);
    }
  }
}

// What is looked for may be a fact of a protected class: then the words that were found are that fact.
BOOST_AUTO_TEST_CASE(a_match_that_is_a_protected_fact_is_masked) {
  World world = wealth();
  model::Rule& rule =
      world.rule("told", {Subject::answer},
                 World::over(Op::text_has, {world.read("answer", "text"), world.read("customer", "phone")}),
                 {World::effect(EffectKind::block)});
  rule.because.en = {{"told ", model::kNone}, {"", program::kMatchPiece}};
  Turn turn;
  turn.answer("your number is 13800138000");
  turn.text("phone", "13800138000", turn.object("customer"));
  const Decided decided = judge(world, turn);
  const Explanation told =
      explain(*decided.program, decided.request, *decided.decision, Language::en, Audience::officer);
  BOOST_TEST(told.reasons[0].because == "told ***");
  BOOST_TEST(told.reasons[0].matched[0] == "***");
}

// A message is stored as it may be, so what is replaced in it stands in no sentence either.
BOOST_AUTO_TEST_CASE(what_is_replaced_in_the_message_stands_in_no_sentence) {
  World world = wealth();
  model::Effect replace = World::effect(EffectKind::replace_match);
  replace.with_pieces.en = replace.with_pieces.zh = {{"(card)", model::kNone}};
  world.rule("mask", {Subject::message}, world.has("message", {"6222021234567890"}), {replace}).because.en = {
      {"card ", model::kNone}, {"", program::kMatchPiece}};
  Turn turn;
  turn.answer("x");
  turn.message("my card 6222021234567890 please");
  const Decided decided = judge(world, turn);
  const auto told = reasons(*decided.program, decided.request, *decided.decision, Language::en, Audience::officer);
  BOOST_REQUIRE_EQUAL(told.size(), 1u);
  BOOST_TEST(told[0].because == "card (card)");
  BOOST_TEST(told[0].matched[0] == "(card)");
}

// By whatever condition they were found.
BOOST_AUTO_TEST_CASE(a_match_that_holds_a_protected_fact_that_the_rule_reads_is_masked) {
  World world = wealth();
  world
      .rule("told", {Subject::answer},
            World::over(Op::and_, {world.has("answer", {"number 13800138000", "word"}),
                                   World::over(Op::known, {world.read("customer", "phone")})}),
            {World::effect(EffectKind::block)})
      .because.en = {{"told ", model::kNone}, {"", program::kMatchPiece}};
  Turn turn;
  turn.answer("word: your number １3800138000");
  turn.text("phone", "13800138000", turn.object("customer"));
  const Decided decided = judge(world, turn);
  const auto told = reasons(*decided.program, decided.request, *decided.decision, Language::en, Audience::officer);
  BOOST_REQUIRE_EQUAL(told.size(), 1u);
  const std::vector<std::string> matched = {"word", "number ***"};
  BOOST_TEST(told[0].matched == matched, boost::test_tools::per_element());
}

// A fact has more spellings than the one that is recorded: the other names of a choice, a number without its unit, a day in Chinese.
BOOST_AUTO_TEST_CASE(a_protected_fact_is_masked_in_every_spelling_that_a_turn_may_state) {
  struct Case {
    const char *name, *stated;
    std::vector<std::string> written;
  };
  const std::vector<Case> cases = {
      {"level", "suspect", {"suspect", "甲级", "乙"}},
      {"rate", "43.21 %", {"43.21%", "43.21 %", "４３．２１％", "43.21"}},
      {"income", "445566.70 CNY", {"445566.7 CNY", "445566.7", "445,566.7"}},
      {"pin", "918273", {"918273", "918,273"}},
      {"income", "60000 CNY", {"6万", "6 万", "六万", "60 thousand", "60k", "sixty thousand"}},
      {"income", "1250000 CNY", {"125万", "1.25 million", "一百二十五万"}},
      {"income", "500 CNY", {"500元", "¥500", "五百", "500RMB", "500cny"}},
      {"income", "60 CNY", {"60 元", "60CNY", "60 yuan", "60人民币"}},
      {"pin", "32", {"三十二", "32岁", "32 years old", "thirty-two", "thirty two"}},
      {"pin", "20005", {"两万零五", "二万零五"}},
      {"rate", "5 %", {"5%", "5 %", "百分之五", "百分之 5", "five percent", "Five per cent", "5percent"}},
      {"rate", "32 %", {"32 percent", "thirty-two percent", "百分之三十二", "百分之卅二"}},
      {"rate", "3.5 %", {"百分之三点五", "three point five percent"}},
      {"rate", "0.25 %", {"百分之零点二五", "zero point two five percent"}},
      {"pin", "32", {"卅二", "叁拾贰", "Thirty two"}},
      {"pin", "22", {"廿二"}},
      {"pin", "45", {"卌五"}},
      {"pin", "12", {"twelve"}},
      {"pin", "3", {"三岁", "three years old", "三", "three"}},
      {"pin", "120", {"一百廿", "a hundred and twenty", "one hundred twenty", "一二〇"}},
      {"income", "5 CNY", {"五元", "five yuan"}},
      {"income", "60000 CNY", {"陆万", "六萬"}},
      {"income", "61500 CNY", {"陆万壹仟伍佰", "sixty-one thousand five hundred"}},
      {"income", "12000 CNY", {"一万两千", "1.20万", "1.2w", "一万二", "1万2", "1万2千", "1万2000", "1w2", "壹万贰"}},
      {"income", "3500 CNY", {"三千五", "3千5", "3千5百", "3千五"}},
      {"income", "65000 CNY", {"六万五", "6万5", "6万五", "6万五千", "六萬五"}},
      {"income", "65500 CNY", {"六万五千五", "6万5千5百", "6万5千5", "6万5500"}},
      {"income", "120000000 CNY", {"一亿二", "1亿2", "1亿2000万", "1亿2千万"}},
      {"income", "60050 CNY", {"6万零50", "6万50", "六万零五十"}},
      {"income", "102000 CNY", {"十万二", "10万2"}},
      {"pin", "250", {"二百五", "两百五", "250"}},
      {"pin", "120", {"一百二"}},
      {"pin", "115", {"一百十五", "一百一十五"}},
      {"pin", "32", {"三十有二", "三十又二", "卅有二"}},
      {"income", "60000 CNY", {"6.00万", "6.0 万", "6w"}},
      {"income", "5 CNY", {"5.00", "5.0"}},
      {"rate", "5 %", {"5.00", "5.0"}},
      {"rate", "3.5 %", {"3.50"}},
      {"level", "clear", {"C3"}},
      {"born",
       "1971-03-09",
       {"1971-03-09", "1971年3月9日", "1971年03月09日", "1971/3/9", "1971-3-9", "19710309", "March 9, 1971", "3/9/1971",
        "9/3/1971", "09.03.1971", "03-09-1971", "一九七一年三月九日", "1971 年 3 月 9 日", "9th of March, 1971",
        "Mar 9 1971"}}};
  for (const Case& one : cases) {
    for (const std::string& written : one.written) {
      World world = wealth();
      model::Type level = World::type(TypeKind::choice), money = World::type(TypeKind::money);
      level.choices = world.choices({{"suspect", "甲级", "乙"}, {"clear", "C3"}});
      money.currency = "CNY";
      world.fact("customer", "level", level).data_class = "C3";
      world.fact("customer", "rate", World::type(TypeKind::percent)).data_class = "C3";
      world.fact("customer", "pin", World::type(TypeKind::integer)).data_class = "C3";
      world.fact("customer", "income", money).data_class = "C3";
      world.fact("customer", "born", World::type(TypeKind::date)).data_class = "C3";
      world.sorted();
      world
          .rule("told", {Subject::message},
                World::over(Op::and_, {world.has("message", {written}),
                                       World::over(Op::known, {world.read("customer", one.name)})}),
                {World::effect(EffectKind::flag)})
          .because.en = {{"told ", model::kNone}, {"", program::kMatchPiece}};
      Turn turn;
      turn.message("it is " + written).text(one.name, one.stated, turn.object("customer"));
      const Decided decided = judge(world, turn);
      const auto told = reasons(*decided.program, decided.request, *decided.decision, Language::en, Audience::officer);
      BOOST_REQUIRE_EQUAL(told.size(), 1u);
      BOOST_TEST(told[0].because == "told ***", written);
    }
  }
}

// A whole text that a sentence tells: what is the value by itself is hidden, what only looks like a part of it is not.
BOOST_AUTO_TEST_CASE(a_text_hides_a_protected_number_where_it_stands_by_itself) {
  struct Case {
    const char *name, *stated, *text, *told;
  };
  const std::vector<Case> cases = {
      {"income", "60000 CNY", "收入6万元，不是16万，也不是6万5", "收入***元，不是16万，也不是6万5"},
      {"income", "60000 CNY", "月入六万，不是十六万", "月入***，不是十六万"},
      {"income", "500 CNY", "I have 500 and not 1500, 500.50 or 5,500", "I have *** and not 1500, 500.50 or 5,500"},
      {"income", "500 CNY", "500.00元", "***元"},
      {"income", "60000 CNY", "月入六万，三个孩子；月入6万，3个孩子", "月入***，三个孩子；月入***，3个孩子"},
      {"income", "60000 CNY", "共两笔：3，6万元。不是1.6万", "共两笔：3，***元。不是1.6万"},
      {"income", "500 CNY", "给我500，3个人；不是500,000", "给我***，3个人；不是500,000"},
      {"rate", "5 %", "年化百分之五，三年", "年化***，三年"},
      {"pin", "32", "今年三十二，不是一百三十二", "今年***，不是一百三十二"},
      {"pin", "32", "32岁，住32号", "***，住32号"},
      {"pin", "3", "三天内，共3次", "三天内，共3次"},
      {"pin", "3", "家有三人，十有三", "家有三人，十有三"},
      {"level", "low", "风险C3，型号AC35", "风险***，型号AC35"},
      {"pin", "32", "一百卅二，one hundred and thirty-two", "一百卅二，one hundred and thirty-two"},
      {"pin", "32", "6陆家嘴卅二陆家嘴", "6陆家嘴***陆家嘴"},
      {"rate", "5 %", "twenty-five percent, two hundred and five percent, 百分之五十",
       "twenty-five percent, two hundred and five percent, 百分之五十"},
      {"rate", "20 %", "twenty percent, not twenty thousand", "***, not twenty thousand"},
      {"income", "60000 CNY", "sixty thousand five hundred", "sixty thousand five hundred"},
      {"income", "60000 CNY", "sixty thousand and sixty thousand sixty-five thousand",
       "*** and sixty thousand sixty-five thousand"},
      {"income", "60000 CNY", "sixty thousand two children, 60 thousand ten", "*** two children, *** ten"},
      {"income", "60000 CNY", "at this point sixty thousand point by point", "at this point *** point by point"},
      {"rate", "5 %", "at this point five percent, not one point five percent",
       "at this point ***, not one point five percent"},
      {"rate", "20 %", "twenty point five percent, twenty points", "twenty point five percent, *** points"},
      {"rate", "5 %", "5.00%，5.0%，15.00%，5.05%，5.001%", "***%，***%，15.00%，5.05%，5.001%"},
      {"income", "12000 CNY", "一万两千，不是三万两千", "***，不是三万两千"},
      {"income", "12000 CNY", "一万二，不是一万二千五、一万二百、十一万二、1万25、1万2百",
       "***，不是一万二千五、一万二百、十一万二、1万25、1万2百"},
      {"income", "12500 CNY", "一万二千五，不是一万二、一万二千", "***，不是一万二、一万二千"},
      {"income", "10002 CNY", "一万零二，不是一万二、1万2", "***，不是一万二、1万2"},
      {"income", "60050 CNY", "6万零50，不是6万5、六万零五百", "***，不是6万5、六万零五百"},
      {"pin", "102", "一百零二，不是一百二", "***，不是一百二"},
      {"pin", "120", "一百二，不是一百零二、一百二十二、二百二", "***，不是一百零二、一百二十二、二百二"},
      {"pin", "32", "年三十有二，三十有三", "年***，三十有三"},
      {"pin", "30", "三十有二", "***有二"},
      {"born", "1971-03-09", "bornMarch 9, 1971, on the 9th ofMarch 1971", "born***, on the ***"},
      {"born", "1971-03-09", "生于一九七一年三月九日，1971年3月90日，13/9/1971", "生于***，1971年3月90日，13/9/1971"},
  };
  for (const Case& one : cases) {
    World world = wealth();
    model::Type level = World::type(TypeKind::choice), money = World::type(TypeKind::money);
    level.choices = world.choices({{"low", "C3"}, {"high"}});
    money.currency = "CNY";
    world.fact("customer", "level", level).data_class = "C3";
    world.fact("customer", "pin", World::type(TypeKind::integer)).data_class = "C3";
    world.fact("customer", "income", money).data_class = "C3";
    world.fact("customer", "rate", World::type(TypeKind::percent)).data_class = "C3";
    world.fact("customer", "born", World::type(TypeKind::date)).data_class = "C3";
    world.sorted();
    world
        .rule("told", {Subject::message}, World::over(Op::known, {world.read("customer", one.name)}),
              {World::effect(EffectKind::flag)})
        .because.en = {{"", world.find("message", "text")}};
    Turn turn;
    turn.message(one.text).text(one.name, one.stated, turn.object("customer"));
    const Decided decided = judge(world, turn);
    const auto told = reasons(*decided.program, decided.request, *decided.decision, Language::en, Audience::officer);
    BOOST_REQUIRE_EQUAL(told.size(), 1u);
    BOOST_TEST(told[0].because == one.told, one.text << " gave " << told[0].because);
  }
}

// Not only where the words are quoted: in what is said, in whole texts that are told, in the other rules' sentences.
BOOST_AUTO_TEST_CASE(what_a_class_hides_stands_in_no_sentence_whoever_makes_it) {
  World world = wealth();
  const std::string phone = "13800138000";
  model::Rule& found =
      world.rule("found", {Subject::answer},
                 World::over(Op::text_has, {world.read("answer", "text"), world.read("customer", "phone")}),
                 {World::effect(EffectKind::block)});
  model::Say say;
  say.texts.en = {{"not ", model::kNone}, {"", program::kMatchPiece}};
  found.say = {say};
  world.rule("other", {Subject::answer}, world.has("answer", {"number"}), {World::effect(EffectKind::flag)})
      .because.en = {{"said ", model::kNone}, {"", world.find("answer", "text")}};
  Turn turn;
  turn.answer("your number is 13800138000");
  turn.text("phone", phone, turn.object("customer"));
  turn.text("language", "en");
  const Decided decided = judge(world, turn);
  BOOST_TEST(decided.decision->say == "not ***");
  BOOST_TEST(decided.decision->redactions.empty());
  const Explanation told =
      explain(*decided.program, decided.request, *decided.decision, Language::en, Audience::officer);
  BOOST_TEST(told.story.find(phone) == std::string::npos, told.story);
  BOOST_TEST_REQUIRE(told.reasons.size() == 2u);
  BOOST_TEST(told.reasons[1].because == "said your number is ***");
  for (const ReasonTold& reason : told.reasons) {
    for (const auto& [fact, value] : reason.facts) BOOST_TEST(value.find(phone) == std::string::npos, fact);
  }
}

// Nor does it hang on whether the rule could be settled, or on which text it looked into: the value is the same wherever it stands.
BOOST_AUTO_TEST_CASE(what_a_class_hides_of_a_rule_stays_hidden_where_that_stays_unknown_and_in_every_text) {
  World world = wealth();
  const std::string phone = "13800138000";
  model::Effect hand_off = World::hand_off(0);
  for (const bool unknown : {false, true}) {
    World tried = world;
    const ExprPtr has = World::over(Op::text_has, {tried.read("answer", "text"), tried.read("customer", "phone")});
    const ExprPtr other =
        World::over(Op::lt, {tried.read("customer", "age"), World::number(tried.read("customer", "age"), "90")});
    tried.rule("found", {Subject::answer}, World::over(Op::and_, {has, other}), {hand_off});
    tried.rule("wrote", {Subject::message}, tried.has("message", {"my number"}), {World::effect(EffectKind::flag)})
        .because.en = {{"wrote ", model::kNone}, {"", tried.find("message", "text")}};
    Turn turn;
    turn.answer("Call １3800138000 now.");
    turn.message("my number is x13800138000x");
    turn.text("phone", phone, turn.object("customer"));
    if (!unknown) turn.number("age", "40", turn.object("customer"));
    turn.text("language", "en");
    const Decided decided = judge(tried, turn);
    const Explanation told =
        explain(*decided.program, decided.request, *decided.decision, Language::en, Audience::officer);
    BOOST_TEST_REQUIRE(told.reasons.size() == 2u);
    BOOST_TEST(told.reasons[0].unknown == unknown);
    BOOST_TEST(told.reasons[1].because == "wrote my number is x***x");
    BOOST_TEST(told.story.find("3800138000") == std::string::npos, told.story);
    for (const ReasonTold& reason : told.reasons) {
      for (const auto& [fact, value] : reason.facts)
        BOOST_TEST(value.find("3800138000") == std::string::npos, fact + ": " + value);
    }
    BOOST_TEST(decided.decision->masked.size() == 2u);
  }
}

// What a rule hides it hides in whichever text it finds it, and no text that another rule puts in brings it back.
BOOST_AUTO_TEST_CASE(what_is_redacted_is_hidden_in_whichever_text_it_stands) {
  World world = wealth();
  const std::string card = "6222021234567890";
  model::Effect redact = World::effect(EffectKind::redact);
  redact.redact_mode = 0;
  world.rule("mask", {Subject::answer},
             World::over(Op::or_, {world.has("answer", {"nothing"}), world.has("message", {card})}), {redact});
  model::Effect replace = World::effect(EffectKind::replace_match), disclose = World::effect(EffectKind::disclose);
  replace.with_pieces.en = {{"<", model::kNone}, {"", world.find("message", "text")}, {">", model::kNone}};
  disclose.wording = world.wording("wrote", "", "");
  world.model.wordings[disclose.wording].pieces.en = {{"You wrote ", model::kNone},
                                                      {"", world.find("message", "text")}};
  world.rule("a_replace", {Subject::answer}, world.has("answer", {"that"}), {replace, disclose});
  Turn turn;
  turn.answer("so that");
  turn.message("card " + card);
  turn.text("language", "en");
  const Decided decided = judge(world, turn);
  BOOST_TEST_REQUIRE(decided.decision->redactions.size() == 1u);
  BOOST_TEST((decided.decision->redactions[0].part == TextPart::message));
  BOOST_TEST(decided.decision->say == "so <card ***>\nYou wrote card ***");
  BOOST_TEST(wording_told(*decided.program, decided.request, *decided.decision, 0, Language::en) ==
             "You wrote card ***");
}

// Two ratios of unlike currencies are no two numbers: nobody knows which is the greater.
BOOST_AUTO_TEST_CASE(money_divided_by_money_of_another_currency_is_unknown) {
  World world;
  for (const char* name : {"a", "b", "c", "d"}) world.fact("customer", name, World::type(TypeKind::money));
  world.sorted();
  const auto ratio = [&](const char* top, const char* bottom) {
    return World::over(Op::div, {world.read("customer", top), world.read("customer", bottom)});
  };
  world.rule("ratio", {Subject::answer}, World::over(Op::lt, {ratio("a", "b"), ratio("c", "d")}),
             {World::effect(EffectKind::block)});
  const auto verdict = [&](const std::string& currency) {
    Turn turn;
    const std::uint32_t customer = turn.object("customer");
    turn.answer("hello").text("a", "100 CNY", customer).text("b", "5 " + currency, customer);
    turn.text("c", "100 CNY", customer).text("d", "4 " + currency, customer);
    return judge(world, turn)->verdict;
  };
  BOOST_TEST((verdict("CNY") == Verdict::block));
  BOOST_TEST((verdict("USD") == Verdict::handoff));
}

// now + patience + patience …: beyond 64 bits of microseconds it is no time at all, and no earlier one.
BOOST_AUTO_TEST_CASE(a_time_that_is_moved_beyond_all_time_is_unknown) {
  World world;
  world.fact("customer", "patience", World::type(TypeKind::duration));
  world.sorted();
  ExprPtr late = World::over(Op::now, {});
  for (int i = 0; i < 40; ++i) late = World::over(Op::add, {late, world.read("customer", "patience")});
  world.rule("late", {Subject::answer}, World::over(Op::lt, {late, World::over(Op::now, {})}),
             {World::effect(EffectKind::block)});
  const auto verdict = [&](const std::string& patience) {
    Turn turn;
    turn.answer("hello").text("patience", patience, turn.object("customer"));
    return judge(world, turn)->verdict;
  };
  BOOST_TEST((verdict("P1Y") == Verdict::allow));
  for (const char* far : {"P10000Y", "P3660000D", "P10000Y3660000D", "P7777Y"})
    BOOST_TEST((verdict(far) == Verdict::handoff), far);
}

// topic loans as product.kind is loan or answer contains "loan"
BOOST_AUTO_TEST_CASE(a_turn_without_a_product_is_of_a_topic_by_what_it_says) {
  World world;
  model::Type kind = World::type(TypeKind::choice);
  kind.choices = world.choices({{"loan"}, {"fund"}});
  world.fact("product", "kind", kind);
  world.sorted();
  const ExprPtr read = world.read("product", "kind");
  model::Topic topic;
  topic.names.first = "loans";
  topic.names.all = {"loans"};
  topic.pack = 0;
  topic.condition =
      World::over(Op::or_, {World::over(Op::eq, {read, World::level(read, 0)}), world.has("answer", {"loan"})});
  world.model.topics.push_back(topic);
  const auto program = world.build();
  BOOST_REQUIRE(program);
  const auto of = [&](const std::string& answer, std::initializer_list<std::string_view> products) {
    Turn turn;
    turn.answer(answer);
    int id = 0;
    for (const std::string_view one : products) {
      const std::uint32_t product = turn.product("p-" + std::to_string(++id));
      if (!one.empty()) turn.text("kind", std::string(one), product);
    }
    Request request;
    Problem problem;
    BOOST_REQUIRE(bind(*program, turn.fields, {}, request, problem));
    Scratch scratch;
    return is_of_topic({program, {}, {}}, request, 0, scratch);
  };
  BOOST_TEST((of("A loan for you.", {}) == Kleene::yes));
  BOOST_TEST((of("Good morning.", {}) == Kleene::no));
  BOOST_TEST((of("Good morning.", {"fund"}) == Kleene::no));
  BOOST_TEST((of("Good morning.", {"fund", "loan"}) == Kleene::yes));
  BOOST_TEST((of("Good morning.", {"fund", ""}) == Kleene::unknown));
}

// The disclosure of another rule makes a new text, and that one is judged once more.
BOOST_AUTO_TEST_CASE(a_requirement_that_is_met_asks_for_nothing_of_the_final_text_either) {
  World world = wealth();
  model::Requirement recording;
  recording.names.first = "recording";
  recording.names.all = {"recording"};
  recording.ask.zh = "请先录音录像。";
  recording.pack = 0;
  world.model.requirements.push_back(recording);
  model::Effect require = World::effect(EffectKind::require), disclose = World::effect(EffectKind::disclose);
  require.requirement = 0;
  disclose.wording = world.wording("risk", "产品有风险。", "Products carry risk.");
  world.rule("record", {Subject::answer}, world.has("answer", {"基金"}), {require});
  world.rule("risk", {Subject::answer}, world.has("answer", {"基金"}), {disclose});
  Turn turn;
  turn.answer("这只基金已为您下单。");
  Decided decided = judge(world, turn);
  BOOST_TEST((decided->verdict == Verdict::require));
  const std::array<std::uint32_t, 1> met = {0};
  const Decision& continued = decide({decided.program, {}, {}}, decided.request, {}, met, decided.scratch);
  BOOST_TEST((continued.verdict == Verdict::revise));
  BOOST_TEST(continued.say == "这只基金已为您下单。\n产品有风险。");
}

BOOST_AUTO_TEST_CASE(a_text_that_a_fact_tells_is_found_at_each_of_its_places_or_a_person_takes_the_turn) {
  World world;
  world.fact("customer", "nickname", World::type(TypeKind::text));
  world.sorted();
  model::Effect redact = World::effect(EffectKind::redact);
  redact.redact_mode = 0;
  world.rule("mask", {Subject::answer},
             World::over(Op::text_has, {world.read("answer", "text"), world.read("customer", "nickname")}), {redact});
  Turn turn;
  turn.answer("小李，小李，小李，小李").text("nickname", "小李", turn.object("customer"));
  const Decided decided = judge(world, turn);
  Limits limits;
  limits.hits = 4;
  Scratch enough(limits);
  const Decision& masked = decide({decided.program, {}, {}}, decided.request, {}, enough);
  BOOST_TEST((masked.verdict == Verdict::revise));
  BOOST_TEST(masked.redactions.size() == 4u);
  BOOST_TEST(masked.say.find("小李") == std::string::npos);
  limits.hits = 3;
  Scratch narrow(limits);
  const Decision& beyond = decide({decided.program, {}, {}}, decided.request, {}, narrow);
  BOOST_TEST((beyond.verdict == Verdict::handoff));
  BOOST_TEST((beyond.handoff.cause == Cause::limit));
}

// Forty products with forty actions are 1,600 pairs: those that would not fit the scratch are not looked for, nor forgotten.
BOOST_AUTO_TEST_CASE(more_pairs_to_judge_than_the_scratch_holds_go_to_a_person) {
  World world;
  world.fact("product", "term", World::type(TypeKind::integer));
  world.fact("action", "amount", World::type(TypeKind::integer));
  world.sorted();
  const ExprPtr term = world.read("product", "term"), amount = world.read("action", "amount");
  world.rule("pairs", {model::Subject::recommendation},
             World::over(Op::or_, {World::over(Op::lt, {term, World::number(term, "1")}),
                                   World::over(Op::lt, {amount, World::number(amount, "1")})}),
             {World::effect(model::EffectKind::block)});
  const auto program = world.build();
  BOOST_REQUIRE(program);
  Turn turn;
  for (int i = 0; i < 40; ++i) turn.number("term", "5", turn.product("p" + std::to_string(i)));
  const std::uint32_t actions = turn.list("actions");
  for (int i = 0; i < 40; ++i) {
    const std::uint32_t action = turn.fields.add(actions, "", Fields::Kind::object);
    turn.text("name", "transfer", action).number("amount", "5", action);
  }
  Request request;
  Problem problem;
  BOOST_REQUIRE(bind(*program, turn.fields, {}, request, problem));
  Limits limits;
  Scratch roomy(limits);
  BOOST_TEST((decide({program, {}, {}}, request, {}, roomy).verdict == Verdict::allow));
  limits.scratch_bytes = 1'000 * 8;
  Scratch narrow(limits);
  const Decision& beyond = decide({program, {}, {}}, request, {}, narrow);
  BOOST_TEST((beyond.verdict == Verdict::handoff));
  BOOST_TEST((beyond.handoff.cause == Cause::limit));
}

// How a protected value is written is held once a fact, not once a rule and product, and counts with what the reasons stand on.
BOOST_AUTO_TEST_CASE(the_spellings_of_protected_values_are_bounded) {
  World world;
  model::Type list = World::type(TypeKind::list);
  list.element = std::make_shared<const model::Type>(World::type(TypeKind::integer));
  world.fact("customer", "sums", list).data_class = "C3";
  world.fact("product", "term", World::type(TypeKind::integer));
  world.sorted();
  const ExprPtr term = world.read("product", "term");
  world.rule("each", {Subject::recommendation},
             World::over(Op::and_, {World::over(Op::known, {world.read("customer", "sums")}),
                                    World::over(Op::lt, {World::number(term, "1"), term})}),
             {World::effect(EffectKind::flag)});
  const auto program = world.build();
  BOOST_REQUIRE(program);
  Turn turn;
  for (int i = 0; i < 100; ++i) turn.number("term", "5", turn.product("p" + std::to_string(i)));
  const std::uint32_t sums = turn.list("sums", turn.object("customer"));
  for (int i = 0; i < 100; ++i) turn.number("", std::to_string(10'000 + i * 1'000), sums);
  Request request;
  Problem problem;
  BOOST_REQUIRE(bind(*program, turn.fields, {}, request, problem));
  Limits limits;
  limits.scratch_bytes = 1u << 20;
  Scratch roomy(limits);
  BOOST_TEST((decide({program, {}, {}}, request, {}, roomy).verdict == Verdict::allow));
  limits.scratch_bytes = 1u << 16;  // of the reasons and facts alone, a half
  Scratch narrow(limits);
  const Decision& beyond = decide({program, {}, {}}, request, {}, narrow);
  BOOST_TEST((beyond.verdict == Verdict::handoff));
  BOOST_TEST((beyond.handoff.cause == Cause::limit));
}

// What is told once with an answer is not used up by an answer that has no text: nothing goes out.
BOOST_AUTO_TEST_CASE(an_answer_without_a_text_uses_nothing_up) {
  World world;
  world.fact("customer", "vip", World::type(TypeKind::yes_no));
  world.sorted();
  model::Effect disclose = World::effect(EffectKind::disclose);
  disclose.wording = world.wording("risk", "产品有风险。", "Products carry risk.");
  disclose.once = 1;
  world.rule("warn", {Subject::answer}, World::over(Op::truth, {world.read("customer", "vip")}), {disclose});
  for (const bool with_text : {true, false}) {
    Turn turn;
    if (with_text)
      turn.answer("您好。");
    else
      turn.null("text", turn.object("answer"));
    turn.yes("vip", true, turn.object("customer"));
    const Decided decided = judge(world, turn);
    BOOST_TEST(decided->has_say == with_text);
    BOOST_TEST(decided->told_once.size() == (with_text ? 1u : 0u));
  }
}

// Nor by a telling that could not put in what it speaks of.
BOOST_AUTO_TEST_CASE(what_is_told_with_something_unknown_is_not_used_up) {
  World world = wealth();
  world.fact("product", "rate", World::type(TypeKind::integer));
  world.sorted();
  model::Effect disclose = World::effect(EffectKind::disclose);
  disclose.wording = world.wording("rate", "费率。", "");
  world.model.wordings[0].pieces.zh = {{"费率", model::kNone}, {"", world.find("product", "rate")}};
  disclose.once = 1;
  world.rule("rate", {Subject::answer}, world.has("answer", {"买"}), {disclose});
  const struct {
    std::vector<const char*> rates;
    std::string_view says;
    std::size_t told;
  } kTurns[] = {{{"1"}, "买吧。\n费率1", 1}, {{""}, "买吧。\n费率不明", 0}, {{"1", "2"}, "买吧。\n费率不明", 0}};
  for (const auto& [rates, says, told] : kTurns) {
    Turn turn;
    turn.text("id", "c1", turn.object("conversation"));
    turn.answer("买吧。");
    int id = 0;
    for (const char* rate : rates) {
      const std::uint32_t one = turn.product("p" + std::to_string(++id));
      if (*rate != 0) turn.number("rate", rate, one);
    }
    const Decided decided = judge(world, turn);
    BOOST_TEST(decided->say == says);
    BOOST_TEST(decided->told_once.size() == told);
  }
}

// `hand off to desk, within customer.patience` (semantics.md 35).
BOOST_AUTO_TEST_CASE(a_fact_tells_the_time_limit_of_a_hand_off_and_the_queue_where_it_does_not) {
  World world;
  world.fact("customer", "patience", World::type(TypeKind::duration));
  world.sorted();
  Duration five_minutes;
  five_minutes.seconds = 300;
  world.model.queues[0].due = five_minutes;
  model::Effect to_desk = World::hand_off(0);
  to_desk.fact = world.find("customer", "patience");
  world.rule("asks", {Subject::message}, world.has("message", {"人工"}), {to_desk});
  const auto due = [&](const std::string& patience) {
    Turn turn;
    turn.message("人工");
    if (!patience.empty()) turn.text("patience", patience, turn.object("customer"));
    return judge(world, turn)->handoff.due_seconds;
  };
  {  // and it is among the facts that the decision stands on
    Turn turn;
    turn.message("人工").text("patience", "PT2M", turn.object("customer"));
    const Decided decided = judge(world, turn);
    BOOST_REQUIRE_EQUAL(decided->reasons.size(), 1u);
    BOOST_TEST(decided->reasons[0].facts.back().slot == world.find("customer", "patience"));
    BOOST_TEST(decided.request.facts().size() > 0u);
  }
  BOOST_TEST(due("PT2M") == 120);
  BOOST_TEST(due("P1D") == 86'400);
  BOOST_TEST(due("P10000Y3660000D") > 0);  // the longest that bind takes
  BOOST_TEST(due("") == 300);
}

}  // namespace
}  // namespace caveat::decide
