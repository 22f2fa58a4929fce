// Of a proof that does not count for what is still asked for the reply says why: each reason, and all of them at once.
#include <boost/json.hpp>

#include "tests/adapters/gate/desk_fixture.h"

using namespace caveat;
using namespace caveat::test;

namespace {

constexpr Microseconds kHour = 3'600 * kSecond;

const std::string kShare = R"("answer":{"text":"shared"},"actions":[{"name":"share"}])";
const std::string kPublish = R"("answer":{"text":"done"},"actions":[{"name":"publish"}])";

struct Proofs : Desk {
  std::string proof(const std::string& name, const std::string& evidence, Microseconds from_now = 0,
                    const std::string& more = {}) {
    return R"({"name":")" + name + R"(","kind":"consent","by":"app","at":")" +
           format_instant(clock.wall_us() + from_now, 0) + R"(","evidence":")" + evidence + "\"" + more + "}";
  }
  std::string expires(Microseconds from_now) {
    return R"(,"expires":")" + format_instant(clock.wall_us() + from_now, 0) + "\"";
  }
  static std::string continuing(const json::value& before, const std::string& body, const std::string& proofs) {
    return body + R"(,"continues":")" + str(before.at("decision")) + R"(","satisfied":[)" + proofs + "]";
  }
  json::value again(const json::value& before, const std::string& body, const std::string& proofs) {
    return turn(continuing(before, body, proofs));
  }
  // "NAME: code of /satisfied/0, code" of each that is still asked for.
  static std::string told(const json::value& reply) {
    std::string out;
    for (const json::value& one : reply.at("requires").as_array()) {
      out += (out.empty() ? "" : "; ") + str(one.at("name")) + ":";
      const json::value* not_met = one.as_object().if_contains("not_met");
      if (not_met == nullptr) continue;
      for (const json::value& why : not_met->as_array()) {
        out += (out.ends_with(':') ? " " : ", ") + str(why.at("code"));
        if (const json::value* path = why.as_object().if_contains("path")) out += " of " + str(*path);
      }
    }
    return out;
  }
  static std::string why(const json::value& reply) {
    return str(reply.at("requires").at(0).at("not_met").at(0).at("why"));
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_proof_that_is_expired_is_told_until_when_it_held) {
  Proofs desk;
  const json::value asked = desk.turn(kShare);
  BOOST_TEST(Proofs::told(asked) == "consent:");  // nothing was brought
  const std::string over = format_instant(desk.clock.wall_us() - 1, 0);
  const json::value own = desk.again(asked, kShare, desk.proof("consent", "doc-1", 0, R"(,"expires":")" + over + "\""));
  BOOST_TEST(Proofs::told(own) == "consent: expired of /satisfied/0");
  BOOST_TEST(Proofs::why(own) == "it held until " + over + ": bring one that holds now");
  const json::value lasting =
      desk.again(desk.turn(kPublish), kPublish, desk.proof("lasting_consent", "doc-2", -25 * kHour));
  BOOST_TEST(Proofs::told(lasting) == "lasting_consent: expired of /satisfied/0");
  desk.verify();
}

// Of two actions one is blocked whatever is brought: what it alone would need is not asked for.
BOOST_AUTO_TEST_CASE(what_only_a_blocked_item_would_need_is_not_asked_for) {
  Proofs desk;
  desk.loads_beside(R"(rule nothing_large
    en "Nothing large is shared" zh "大额不予提供"
  cites HOUSE
  applies to action
  when action.name is share and action.amount is at least 5 CNY
  then block
    say en "That is too much." zh "金额过大。"
    because en "the amount is large" zh "金额较大"
)");
  const auto turn = [](const std::string& amount) {
    return R"("answer":{"text":"done"},"actions":[{"name":"publish"},{"name":"share","amount":")" + amount + R"("}])";
  };
  const json::value both = desk.turn(turn("1 CNY")), one = desk.turn(turn("9 CNY"));
  BOOST_TEST(Proofs::told(both) == "consent:; lasting_consent:");
  BOOST_TEST(str(one.at("verdict")) == "require");
  BOOST_TEST(Proofs::told(one) == "lasting_consent:");
  BOOST_TEST(said(one) == "May we publish this, today and tomorrow?");
  // Where nothing of it stays, nothing is asked for.
  const json::value none = desk.turn(R"("answer":{"text":"done"},"actions":[{"name":"share","amount":"9 CNY"}])");
  BOOST_TEST(str(none.at("verdict")) == "block");
  BOOST_TEST(Proofs::told(none) == "");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_proof_of_before_it_was_asked_for_is_told_so) {
  Proofs desk;
  const json::value asked = desk.turn(kShare);
  const json::value early = desk.again(asked, kShare, desk.proof("consent", "doc-1", -kHour));
  BOOST_TEST(Proofs::told(early) == "consent: too_early of /satisfied/0");
  BOOST_TEST(Proofs::why(early).starts_with("it was given before this was asked for, at 2026-"), Proofs::why(early));
}

BOOST_AUTO_TEST_CASE(a_proof_for_another_turn_than_was_asked_about_is_told_so) {
  Proofs desk;
  const std::string more = R"("answer":{"text":"shared"},"actions":[{"name":"share","amount":"5 CNY"}])";
  const json::value other = desk.again(desk.turn(kShare), more, desk.proof("consent", "doc-1"));
  BOOST_TEST(Proofs::told(other) == "consent: other_matter of /satisfied/0");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_proof_that_came_with_the_facts_that_it_hangs_on_is_told_so) {
  Proofs desk;
  desk.loads_beside(R"(facts order
  reference text, ask en "Which order is it?" zh "是哪一笔订单？"

rule order_first
    en "The order comes first" zh "先说明订单"
  cites HOUSE
  applies to action
  when action.name is share and order.reference is "stolen"
  then block
    say en "That order is closed." zh "该订单已关闭。"
    because en "the order is stolen" zh "订单被盗"
  if unknown require order.reference
)");
  const json::value asked = desk.turn(kShare);
  BOOST_TEST(asked.at("requires").as_array().size() == 2u);
  const std::string known = kShare + R"(,"order":{"reference":"o-1"})";
  const json::value first = desk.again(asked, known, desk.proof("consent", "doc-1"));
  BOOST_TEST(Proofs::told(first) == "consent: facts_first of /satisfied/0");
  BOOST_TEST(str(desk.again(first, known, desk.proof("consent", "doc-2")).at("verdict")) == "allow");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_proof_that_has_served_is_told_so_and_a_repeat_of_the_turn_gets_the_same_words) {
  Proofs desk;
  const std::string spent = desk.proof("consent", "doc-1");
  BOOST_TEST(str(desk.again(desk.turn(kShare), kShare, spent).at("verdict")) == "allow");
  const json::value asked = desk.turn(kShare);
  const std::string body = Desk::body("again", Proofs::continuing(asked, kShare, spent));
  const gate::Reply used = desk.gate->decide(body, Desk::bot());
  BOOST_TEST(Proofs::told(json::parse(used.body)) == "consent: spent of /satisfied/0");
  const gate::Reply repeated = desk.gate->decide(body, Desk::bot());
  BOOST_TEST(repeated.replayed);
  BOOST_TEST(repeated.body == used.body);
  desk.restart();
  BOOST_TEST(desk.gate->decide(body, Desk::bot()).body == used.body);
  desk.verify();
}

BOOST_AUTO_TEST_CASE(what_a_turn_before_had_met_and_is_asked_for_again_is_told_why) {
  Proofs desk;
  const std::string both = R"("answer":{"text":"done"},"actions":[{"name":"share"},{"name":"publish"}])";
  std::string other = both;
  other.replace(other.find("done"), 4, "sold");
  const json::value met = desk.again(desk.turn(both), both, desk.proof("consent", "doc-1"));
  BOOST_TEST(Proofs::told(met) == "lasting_consent:");
  const json::value changed = desk.again(met, other, desk.proof("lasting_consent", "doc-2"));
  BOOST_TEST(Proofs::told(changed) == "consent: other_matter");
  const json::value held = desk.again(desk.turn(both), both, desk.proof("consent", "doc-3", 0, desk.expires(kHour)));
  BOOST_TEST(Proofs::told(held) == "lasting_consent:");
  desk.clock.pass(2 * kHour);
  BOOST_TEST(Proofs::told(desk.again(held, both, "")) == "consent: expired; lasting_consent:");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(all_that_is_the_matter_with_each_proof_is_told_and_nothing_of_one_that_counts) {
  Proofs desk;
  const std::string both = R"("answer":{"text":"done"},"actions":[{"name":"share"},{"name":"publish"}])";
  const std::string spent = desk.proof("lasting_consent", "doc-1", 0, desk.expires(kHour));
  BOOST_TEST(str(desk.again(desk.turn(kPublish), kPublish, spent).at("verdict")) == "allow");
  desk.clock.pass(2 * kHour);
  const json::value asked = desk.turn(both);
  std::string other = both;
  other.replace(other.find("done"), 4, "sold");
  const json::value reply = desk.again(
      asked, other, desk.proof("consent", "doc-2", -kHour) + "," + spent + "," + desk.proof("consent", "doc-3"));
  BOOST_TEST(Proofs::told(reply) ==
             "consent: other_matter of /satisfied/0, too_early of /satisfied/0, other_matter of /satisfied/2; "
             "lasting_consent: expired of /satisfied/1");
  const json::value one_counts = desk.again(
      desk.turn(kShare), kShare, desk.proof("consent", "doc-4", -kHour) + "," + desk.proof("consent", "doc-5"));
  BOOST_TEST(str(one_counts.at("verdict")) == "allow");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(a_proof_for_what_the_packs_of_now_call_otherwise_is_told_so_and_the_turn_asked_anew) {
  const auto pack = [](const std::string& name) {
    return "requirement " + name + R"(
  ask en "Do you agree?" zh "您同意吗？"
  proof consent
  from app

rule agreed_first
    en "First agreed" zh "须先同意"
  cites HOUSE
  applies to action
  when action.name is share
  then require )" +
           name + R"(
    because en "it goes to somebody else" zh "将提供给他人"
)";
  };
  Proofs desk;
  desk.loads_beside(pack("agreement"));
  const json::value asked = desk.turn(kShare);
  BOOST_TEST(Proofs::told(asked) == "consent:; agreement:");
  desk.loads_beside(pack("accord"));
  for (const char* name : {"agreement", "test.second/agreement"}) {
    const json::value refused =
        desk.again(asked, kShare, desk.proof("consent", "doc-1") + "," + desk.proof(name, "doc-2"));
    BOOST_TEST(str(refused.at("code")) == "bad_continuation");
    const json::value& what = refused.at("errors").at(0);
    BOOST_TEST(str(what.at("path")) == "/satisfied/1/name");
    BOOST_TEST(str(what.at("expected")) == "a requirement of the packs that are loaded now");
    BOOST_TEST(str(what.at("found")) == "\"" + std::string(name) + "\", which they have no more");
    BOOST_TEST(str(what.at("hint")) == "send the turn again without this proof: what they require of it now is told");
  }
  const json::value unknown = desk.again(asked, kShare, desk.proof("accord", "doc-2"));
  BOOST_TEST(str(unknown.at("errors").at(0).at("expected")) == "a requirement that the decision named");
  BOOST_TEST(Proofs::told(desk.again(asked, kShare, desk.proof("consent", "doc-1"))) == "accord:");
  desk.verify();
}

BOOST_AUTO_TEST_CASE(why_a_proof_does_not_count_is_told_in_the_language_of_the_turn) {
  Proofs desk;
  const json::value asked = desk.turn(kShare);
  std::string body = Desk::body("zh-1", Proofs::continuing(asked, kShare, desk.proof("consent", "doc-1", -kHour)));
  body.replace(body.find(R"("language":"en")"), 15, R"("language":"zh")");
  const json::value reply = json::parse(desk.gate->decide(body, Desk::bot()).body);
  BOOST_TEST(Proofs::why(reply).starts_with("凭证的时间早于提出要求的时间（2026-"), Proofs::why(reply));
  BOOST_TEST(said(reply) == "可以提供给对方吗？");
}
