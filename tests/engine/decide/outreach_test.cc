// Outreach and material: turns without a conversation. Each recipient is the customer for whom a rule is judged.
#include <boost/test/unit_test.hpp>

#include "engine/decide/decide.h"
#include "engine/decide/explain.h"
#include "engine/decide/outcome.h"
#include "engine/decide/topics.h"
#include "tests/engine/decide/hand_made.h"

namespace caveat::decide {
namespace {

using hand_made::Turn;
using hand_made::World;
using model::EffectKind;
using model::ExprPtr;
using model::Op;
using model::Subject;
using model::TypeKind;

World bank() {
  World world;
  world.fact("customer", "age", World::type(TypeKind::integer));
  world.fact("customer", "name", World::type(TypeKind::text));
  world.fact("product", "term", World::type(TypeKind::integer));
  world.sorted();
  return world;
}

ExprPtr younger(const World& world, const std::string& than) {
  const ExprPtr age = world.read("customer", "age");
  return World::over(Op::lt, {age, World::number(age, than)});
}

// Three recipients of 17, 40 and of unknown age.
Turn campaign(const std::string& purpose = "marketing") {
  Turn turn;
  const std::uint32_t outreach = turn.object("outreach");
  turn.text("id", "o-1", outreach).text("text", "Buy now, it is a sure win.", outreach);
  if (!purpose.empty()) turn.text("purpose", purpose, outreach);
  const std::uint32_t recipients = turn.list("recipients", outreach);
  for (const char* id : {"young", "grown", "nobody_knows"}) {
    const std::uint32_t one = turn.fields.add(recipients, "", Fields::Kind::object);
    turn.text("id", id, one);
    if (std::string(id) != "nobody_knows") turn.number("age", std::string(id) == "young" ? "17" : "40", one);
  }
  return turn;
}

struct Judged {
  std::shared_ptr<const program::Program> program;
  Request request;
  Problem problem;
  bool bound = false;
  Scratch scratch;
  Decision decision;
};
void judge(const World& world, const Turn& turn, Judged& out, const StateView& state = {}) {
  out.program = world.build();
  BOOST_REQUIRE(out.program);
  out.bound = bind(*out.program, turn.fields, {}, out.request, out.problem);
  if (out.bound) out.decision = decide({out.program, {}, {}}, out.request, state, out.scratch);
}
std::vector<Verdict> verdicts(const Decision& decision) {
  std::vector<Verdict> all;
  for (const ItemVerdict& item : decision.items) {
    if (item.recipient) all.push_back(item.verdict);
  }
  return all;
}
bool is(const Decision& decision, const std::vector<Verdict>& wanted) { return verdicts(decision) == wanted; }

BOOST_AUTO_TEST_CASE(each_recipient_has_the_verdict_of_the_rules_that_read_him) {
  World world = bank();
  model::Rule& rule =
      world.rule("minor", {Subject::outreach}, younger(world, "18"), {World::effect(EffectKind::block)});
  rule.if_unknown = model::Rule::Unknown::effects;
  rule.unknown_effects = {World::effect(EffectKind::block)};
  Judged judged;
  judge(world, campaign(), judged);
  BOOST_REQUIRE(judged.bound);
  const Decision& decision = judged.decision;
  BOOST_TEST(is(decision, {Verdict::block, Verdict::allow, Verdict::block}));
  BOOST_TEST((decision.verdict == Verdict::revise));
  BOOST_TEST(!decision.has_say);
  BOOST_REQUIRE_EQUAL(decision.reasons.size(), 2u);
  BOOST_TEST(decision.reasons[0].recipient == 0);
  BOOST_TEST(decision.reasons[1].recipient == 2);
  BOOST_REQUIRE_EQUAL(decision.reasons[0].facts.size(), 1u);
  BOOST_TEST(decision.reasons[0].facts[0].item == 0);
  BOOST_TEST(judged.request.value(decision.reasons[0].facts[0].slot, 0) == "17");
  const auto told = reasons(*judged.program, judged.request, decision, Language::en, Audience::officer);
  BOOST_TEST(told[0].item_id == "young");
  BOOST_TEST(told[0].facts[0].second == "17");
  BOOST_TEST(told[1].item_id == "nobody_knows");
}

BOOST_AUTO_TEST_CASE(what_reads_no_customer_is_said_once_for_all) {
  World world = bank();
  world.rule("promise", {Subject::outreach}, world.has("outreach", {"sure win"}), {World::effect(EffectKind::block)});
  Judged judged;
  judge(world, campaign(), judged);
  BOOST_REQUIRE_EQUAL(judged.decision.reasons.size(), 1u);
  BOOST_TEST(judged.decision.reasons[0].recipient == -1);
  BOOST_TEST(is(judged.decision, {Verdict::block, Verdict::block, Verdict::block}));
  BOOST_TEST((judged.decision.verdict == Verdict::block));
  BOOST_REQUIRE_EQUAL(judged.decision.reasons[0].matches.size(), 1u);
  BOOST_TEST((judged.decision.reasons[0].matches[0].part == TextPart::outreach));
}

BOOST_AUTO_TEST_CASE(a_recipient_whom_a_person_has_gets_what_is_known_to_serve_him_and_nothing_else) {
  World world = bank();
  world.rule("minor", {Subject::outreach}, younger(world, "3"), {World::effect(EffectKind::block)}).if_unknown =
      model::Rule::Unknown::pass;
  const std::array<std::uint32_t, 2> held = {1, 7};
  for (const auto& [purpose, verdict] :
       {std::pair("marketing", Verdict::block), std::pair("催收", Verdict::block),
        std::pair("Collection", Verdict::block), std::pair("", Verdict::block), std::pair("promo", Verdict::block),
        std::pair("Notice", Verdict::allow), std::pair("安全", Verdict::allow)}) {
    Judged judged;
    judge(world, campaign(purpose), judged, {.held = held});
    BOOST_TEST(is(judged.decision, {Verdict::allow, verdict, Verdict::allow}));
    const std::vector<std::uint32_t> withheld(judged.decision.withheld.begin(), judged.decision.withheld.end());
    BOOST_TEST((withheld == std::vector<std::uint32_t>(verdict == Verdict::block ? 1 : 0, 1)));
    const std::string told =
        explain(*judged.program, judged.request, judged.decision, Language::en, Audience::officer).story;
    BOOST_TEST((told.find("since a person has them or is awaited: grown") != std::string::npos) ==
               (verdict == Verdict::block));
  }
}

// One question for all who are asked it: where there are several it names none of them.
BOOST_AUTO_TEST_CASE(what_is_asked_of_two_recipients_tells_neither_of_the_other) {
  World world = bank();
  model::Requirement consent;
  consent.names.first = "consent";
  consent.names.all = {"consent"};
  consent.pack = 0;
  consent.ask.en = "We hold your age as {customer.age}.";
  consent.ask_pieces.en = {{"We hold your age as ", model::kNone}, {"", world.find("customer", "age")}};
  world.model.requirements.push_back(consent);
  model::Effect require = World::effect(EffectKind::require);
  require.requirement = 0;
  const auto asked = [&](const std::string& than) {
    World here = world;
    here.rule("consent", {Subject::outreach}, younger(here, than), {require}).if_unknown = model::Rule::Unknown::pass;
    Judged judged;
    judge(here, campaign(), judged);
    BOOST_REQUIRE_EQUAL(judged.decision.requires_.size(), 1u);
    return asked_told(*judged.program, judged.request, judged.decision, judged.decision.requires_[0], Language::en);
  };
  BOOST_TEST(asked("18") == "We hold your age as 17");
  BOOST_TEST(asked("50") == "We hold your age as unknown");
}

// Beyond the cap nobody was looked at: a caller who goes by the verdicts of the recipients sends to none of them.
BOOST_AUTO_TEST_CASE(what_was_not_looked_at_is_not_allowed) {
  World world = bank();
  world.rule("minor", {Subject::outreach}, younger(world, "18"), {World::effect(EffectKind::block)}).if_unknown =
      model::Rule::Unknown::pass;
  Judged judged;
  judge(world, campaign(), judged);
  BOOST_TEST(is(judged.decision, {Verdict::block, Verdict::allow, Verdict::allow}));
  Limits limits;
  limits.pairs = 2;
  Scratch narrow(limits);
  const Decision& beyond = decide({judged.program, {}, {}}, judged.request, {}, narrow);
  BOOST_TEST((beyond.verdict == Verdict::handoff));
  BOOST_TEST((beyond.handoff.cause == Cause::limit));
  BOOST_TEST(is(beyond, {Verdict::block, Verdict::block, Verdict::block}));
  limits = {};
  limits.reasons = 0;  // found, and not judged
  Scratch silent(limits);
  const Decision& unsaid = decide({judged.program, {}, {}}, judged.request, {}, silent);
  BOOST_TEST((unsaid.verdict == Verdict::handoff));
  BOOST_TEST(is(unsaid, {Verdict::block, Verdict::block, Verdict::block}));
}

BOOST_AUTO_TEST_CASE(what_is_disclosed_to_a_recipient_is_his_and_names_him) {
  World world = bank();
  model::Effect disclose = World::effect(EffectKind::disclose);
  disclose.wording = world.wording("dear", "", "Dear ");
  world.model.wordings[0].pieces.en = {{"Dear ", model::kNone}, {"", world.find("customer", "age")}};
  world.rule("greet", {Subject::outreach}, world.has("outreach", {"buy"}), {disclose});
  Judged judged;
  judge(world, campaign(), judged);
  BOOST_TEST(is(judged.decision, {Verdict::revise, Verdict::revise, Verdict::revise}));
  BOOST_TEST(judged.decision.disclosures.empty());
  BOOST_REQUIRE_EQUAL(judged.decision.items[1].disclosures.size(), 1u);
  BOOST_TEST(wording_told(*judged.program, judged.request, judged.decision, 0, Language::en,
                          &judged.decision.items[1]) == "Dear 40");
}

// A rule that reads a product is judged for each product with each recipient; what it says is the recipient's.
BOOST_AUTO_TEST_CASE(a_product_is_judged_with_each_recipient) {
  World world = bank();
  const ExprPtr term = world.read("product", "term");
  world
      .rule("too_long", {Subject::recommendation}, World::over(Op::lt, {world.read("customer", "age"), term}),
            {World::effect(EffectKind::block)})
      .if_unknown = model::Rule::Unknown::pass;
  Turn turn = campaign();
  turn.number("term", "20", turn.product("p1"));
  turn.number("term", "10", turn.product("p2"));
  Judged judged;
  judge(world, turn, judged);
  BOOST_REQUIRE(judged.bound);
  BOOST_TEST(is(judged.decision, {Verdict::block, Verdict::allow, Verdict::allow}));
  BOOST_TEST((judged.decision.items[0].verdict == Verdict::allow));
  BOOST_REQUIRE_EQUAL(judged.decision.reasons.size(), 1u);
  BOOST_TEST(judged.decision.reasons[0].product == 0);
  BOOST_TEST(judged.decision.reasons[0].recipient == 0);
}

BOOST_AUTO_TEST_CASE(what_a_blocked_material_shows_is_blocked_with_it) {
  World world = bank();
  world.rule("promise", {Subject::material}, world.has("material", {"sure win"}), {World::effect(EffectKind::block)});
  Turn turn;
  const std::uint32_t material = turn.object("material");
  turn.text("text", "A sure win.", material);
  turn.text("id", "p1", turn.object("product", material));
  Judged judged;
  judge(world, turn, judged);
  BOOST_REQUIRE(judged.bound);
  BOOST_TEST((judged.decision.verdict == Verdict::block));
  BOOST_TEST((judged.decision.items[0].verdict == Verdict::block));
  BOOST_TEST(!judged.decision.has_say);
  const std::string told =
      explain(*judged.program, judged.request, judged.decision, Language::en, Audience::officer).story;
  BOOST_TEST(told.find("The material is about: p1") != std::string::npos, told);
  BOOST_TEST(told.find("recommend") == std::string::npos, told);
}

BOOST_AUTO_TEST_CASE(a_text_that_is_replaced_is_told_as_one_place_and_what_others_mask_in_it_is_gone) {
  for (const bool material : {true, false}) {
    const std::string part = material ? "material" : "outreach";
    World world = bank();
    model::Effect mask = World::effect(EffectKind::replace_match), whole = World::effect(EffectKind::replace_answer);
    mask.with_pieces.zh = mask.with_pieces.en = {{"***", model::kNone}};
    whole.with_pieces.zh = whole.with_pieces.en = {{"Mind the risk.", model::kNone}};
    const std::vector<Subject> on = {material ? Subject::material : Subject::outreach};
    world.rule("mask", on, world.has(part, {"sure"}), {mask});
    world.rule("whole", on, world.has(part, {"win"}), {whole});
    Turn turn = material ? Turn() : campaign();
    if (material) turn.text("text", "A sure win.", turn.object("material"));
    Judged judged;
    judge(world, turn, judged);
    const Decision& decision = judged.decision;
    BOOST_TEST((decision.verdict == Verdict::revise));
    BOOST_TEST_REQUIRE(decision.redactions.size() == 1u);
    const Redacted& one = decision.redactions[0];
    BOOST_TEST((one.part == (material ? TextPart::material : TextPart::outreach)));
    BOOST_TEST(one.begin == 0u);
    BOOST_TEST(one.end == text_of(judged.request, one.part).size());
    BOOST_TEST(one.label == "Mind the risk.");
  }
}

// Who serves the one gets the text that goes out to him, whatever the others came to.
BOOST_AUTO_TEST_CASE(a_text_that_is_replaced_is_told_though_another_recipient_goes_to_a_person) {
  World world = bank();
  model::Effect whole = World::effect(EffectKind::replace_answer);
  whole.with_pieces.zh = whole.with_pieces.en = {{"Mind the risk.", model::kNone}};
  world.rule("whole", {Subject::outreach}, world.has("outreach", {"win"}), {whole});
  world.rule("held", {Subject::outreach}, world.has("outreach", {"win"}), {World::hand_off(0)});
  Judged judged;
  judge(world, campaign(), judged);
  BOOST_TEST((judged.decision.verdict == Verdict::handoff));
  BOOST_TEST_REQUIRE(judged.decision.redactions.size() == 1u);
  BOOST_TEST(judged.decision.redactions[0].label == "Mind the risk.");
}

BOOST_AUTO_TEST_CASE(what_is_replaced_in_a_material_is_told_by_its_place_and_what_takes_it) {
  World world = bank();
  model::Effect replace = World::effect(EffectKind::replace_match);
  replace.with_pieces.zh = {{"***", model::kNone}};
  replace.with_pieces.en = replace.with_pieces.zh;
  world.rule("promise", {Subject::material}, world.has("material", {"sure win"}), {replace}).because.en = {
      {"", program::kMatchPiece}};
  Turn turn;
  turn.text("text", "A sure win.", turn.object("material"));
  Judged judged;
  judge(world, turn, judged);
  BOOST_REQUIRE(judged.bound);
  BOOST_TEST((judged.decision.verdict == Verdict::revise));
  BOOST_REQUIRE_EQUAL(judged.decision.redactions.size(), 1u);
  const Redacted& one = judged.decision.redactions[0];
  BOOST_TEST((one.part == TextPart::material));
  BOOST_TEST(one.begin == 2u);
  BOOST_TEST(one.end == 10u);
  BOOST_TEST(one.label == "***");
  // It hides nothing: the reason tells what was found.
  const auto told = reasons(*judged.program, judged.request, judged.decision, Language::en, Audience::officer);
  BOOST_REQUIRE_EQUAL(told.size(), 1u);
  BOOST_TEST(told[0].because == "sure win");
  BOOST_TEST(told[0].matched[0] == "sure win");
}

BOOST_AUTO_TEST_CASE(an_outreach_is_no_turn_of_a_conversation_and_reaches_somebody) {
  const World world = bank();
  const auto refused = [&](const Turn& turn) {
    Judged judged;
    judge(world, turn, judged);
    std::vector<std::string> all;
    for (const ProblemItem& item : judged.problem.items) all.push_back(item.path + ": " + item.found);
    return all;
  };
  using Said = std::vector<std::string>;
  Turn both = campaign();
  both.answer("x").text("id", "c", both.object("conversation"));
  both.text("id", "k", both.object("customer"));
  BOOST_TEST(
      refused(both) == (Said{"/answer: \"answer\"", "/conversation: \"conversation\"", "/customer: \"customer\""}),
      boost::test_tools::per_element());
  Turn none;
  none.text("text", "Buy.", none.object("outreach"));
  BOOST_TEST(refused(none) == Said{"/outreach/recipients: none"}, boost::test_tools::per_element());
  Turn empty;
  empty.list("recipients", empty.object("outreach"));
  BOOST_TEST(refused(empty) == Said{"/outreach/recipients: none"}, boost::test_tools::per_element());
  Turn again = campaign();
  const std::uint32_t list = again.fields.child(again.object("outreach"), "recipients");
  again.text("id", "young", again.fields.add(list, "", Fields::Kind::object));
  again.fields.add(list, "", Fields::Kind::object);
  again.fields.add(list, "", Fields::Kind::null);
  BOOST_TEST(refused(again) == (Said{"/outreach/recipients/4: none", "/outreach/recipients/5: null",
                                     "/outreach/recipients/3: \"young\" again"}),
             boost::test_tools::per_element());
  Turn published;
  published.text("text", "x", published.object("material"));
  published.product("p");
  BOOST_TEST(refused(published) == Said{"/recommendation: \"recommendation\""}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_topic_reaches_an_outreach_where_it_reaches_a_recipient) {
  World world = bank();
  model::Topic topic;
  topic.names.first = "minors";
  topic.names.all = {"minors"};
  topic.pack = 0;
  topic.condition = younger(world, "18");
  world.model.topics.push_back(topic);
  Judged judged;
  judge(world, campaign(), judged);
  BOOST_TEST((is_of_topic({judged.program, {}, {}}, judged.request, 0, judged.scratch) == Kleene::yes));
}

BOOST_AUTO_TEST_CASE(a_customer_does_not_read_of_other_recipients) {
  World world = bank();
  world.rule("minors", {Subject::outreach}, younger(world, "18"), {World::effect(EffectKind::block)});
  Judged judged;
  judge(world, campaign(), judged);
  BOOST_REQUIRE(judged.bound);
  const auto story = [&](Audience audience) {
    return explain(*judged.program, judged.request, judged.decision, Language::en, audience).story;
  };
  BOOST_TEST(story(Audience::officer).find("Of these, young: blocked.") != std::string::npos);
  const std::string customers = story(Audience::customer);
  for (const char* other : {"young", "grown", "nobody_knows", "to reach"})
    BOOST_TEST(customers.find(other) == std::string::npos, customers);
}

// Whoever reads that hidden rules exist behind his own decision has been tipped off.
BOOST_AUTO_TEST_CASE(outside_of_the_house_nobody_is_told_that_hidden_rules_fired) {
  World world = bank();
  world.rule("watched", {Subject::answer}, World::over(Op::always, {}), {World::effect(EffectKind::block)})
      .confidential = true;
  Turn turn;
  turn.answer("x");
  Judged judged;
  judge(world, turn, judged);
  BOOST_REQUIRE(judged.bound);
  const auto story = [&](Audience audience) {
    return explain(*judged.program, judged.request, judged.decision, Language::en, audience).story;
  };
  const std::string hidden = "The rules behind it are not shown to this reader.";
  BOOST_TEST(story(Audience::officer).find(hidden) != std::string::npos);
  for (const Audience outside : {Audience::customer, Audience::bot}) {
    BOOST_TEST(story(outside).find("ules") == std::string::npos, story(outside));
    BOOST_TEST(story(outside).find("ule ") == std::string::npos, story(outside));
  }
}

BOOST_AUTO_TEST_CASE(why_a_hidden_rule_could_not_be_settled_is_told_to_its_roles_only) {
  World world = bank();
  const ExprPtr age = world.read("customer", "age");
  world
      .rule("watched", {Subject::answer}, World::over(Op::lt, {age, World::number(age, "18")}),
            {World::effect(EffectKind::block)})
      .confidential = true;
  Turn turn;
  turn.answer("x");
  Judged judged;
  judge(world, turn, judged);
  BOOST_REQUIRE(judged.bound);
  BOOST_REQUIRE((judged.decision.verdict == Verdict::handoff));
  const auto story = [&](Audience audience) {
    return explain(*judged.program, judged.request, judged.decision, Language::en, audience).story;
  };
  BOOST_TEST(story(Audience::confidential).find("for this turn only (not provided)") != std::string::npos);
  for (const Audience other : {Audience::customer, Audience::bot, Audience::officer})
    BOOST_TEST(story(other).find("not provided") == std::string::npos, story(other));
}

BOOST_AUTO_TEST_CASE(a_pair_is_told_by_both_its_names_and_is_in_the_outcome) {
  World world = bank();
  const ExprPtr term = world.read("product", "term");
  world.rule("pair", {Subject::action},
             World::over(Op::and_, {World::over(Op::lt, {World::number(term, "1"), term}),
                                    World::over(Op::known, {world.read("action", "name")})}),
             {World::effect(EffectKind::block)});
  Turn turn;
  turn.number("term", "0", turn.product("p1"));
  turn.number("term", "5", turn.product("p2"));
  const std::uint32_t actions = turn.list("actions");
  for (const char* name : {"transfer", "payment"})
    turn.text("name", name, turn.fields.add(actions, "", Fields::Kind::object));
  Judged judged;
  judge(world, turn, judged);
  BOOST_REQUIRE(judged.bound);
  BOOST_REQUIRE_EQUAL(judged.decision.reasons.size(), 2u);
  const auto told = reasons(*judged.program, judged.request, judged.decision, Language::en, Audience::bot);
  BOOST_TEST(told[0].item_id == "p2, transfer");
  BOOST_TEST(told[1].item_id == "p2, payment");
  BOOST_TEST((judged.decision.items[0].verdict == Verdict::allow));
  BOOST_TEST((judged.decision.items[3].verdict == Verdict::block));
  BOOST_TEST(!outcome(*judged.program, judged.decision).empty());
}

}  // namespace
}  // namespace caveat::decide
