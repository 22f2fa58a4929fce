// What `check` says of examples: which hold, what came out instead, and that other packs do not matter.
#include "engine/trial/run_examples.h"

#include <boost/test/unit_test.hpp>
#include <initializer_list>
#include <string>
#include <vector>

#include "engine/model/check.h"
#include "engine/syntax/parse.h"

using namespace caveat;

namespace {

constexpr const char* kPack = R"(
pack t.one
  title "One"
  jurisdiction CN
  time zone "Asia/Shanghai"
  version "1"
  default queue desk
queue desk
  say "A person is coming."
source LAW is "A law" article 1 in force from 2026-03-01
scale risk is R1 < R2 < R3
facts customer
  age integer 0..150
facts product
  name text
  risk scale risk
  price money CNY
  fee percent
  since date
  kind one of (fund also 基金, deposit also 存款)
rule minors also 未成年人
  cites LAW
  applies to recommendation
  when customer.age is below 18
  then block and hand off to desk
rule dear also 太贵
  cites LAW
  applies to recommendation
  when product.price is above 5 万 CNY or product.fee is above 1.5 % or product.risk is R3 or product.since is before 2020-01-01
  then block
    say "Too dear."
)";

struct Checked {
  Sources sources;
  std::vector<syntax::File> files;
  std::unique_ptr<const model::Model> model;
  std::string diagnostics;
};

// Each text is a pack of its own.
Checked checked(std::initializer_list<std::string> texts) {
  Checked out;
  for (const std::string& text : texts) out.sources.emplace_back("p" + std::to_string(out.sources.size()), text);
  std::vector<model::PackFiles> packs;
  for (SourceId id = 0; id < out.sources.size(); ++id) {
    syntax::ParseResult parsed = syntax::parse(out.sources, id, {});
    for (const Diagnostic& one : parsed.diagnostics) out.diagnostics += render(one, out.sources);
    out.files.push_back(std::move(parsed.file));
  }
  for (SourceId id = 0; id < out.sources.size(); ++id) {
    model::PackFiles pack;
    pack.folder = out.sources[id].name();
    pack.files.push_back(&out.files[id]);
    packs.push_back(std::move(pack));
  }
  model::CheckResult result = model::check(out.sources, packs, {});
  for (const Diagnostic& one : result.diagnostics) out.diagnostics += render(one, out.sources);
  out.model = std::move(result.model);
  return out;
}

std::string example(const std::string& pairs, const std::string& expect, const std::string& at = "2026-03-01T10:00") {
  return "example \"e\"\n  given recommendation at " + at + "\n    product.name \"p\", " + pairs + "\n  expect " +
         expect + "\n";
}

constexpr const char* kCheap = "product.price 100 CNY, product.fee 1 %, product.risk R1, product.since 2024-02-29";

trial::RunResult run(std::initializer_list<std::string> texts) {
  const Checked packs = checked(texts);
  BOOST_REQUIRE_MESSAGE(packs.model, packs.diagnostics);
  return trial::run_examples(*packs.model, packs.sources, {});
}

std::string said(const trial::RunResult& result) {
  std::string out;
  for (const Diagnostic& one : result.diagnostics) out += one.message;
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_example_that_comes_out_as_it_says_holds) {
  const auto runs = run({kPack + example(std::string("customer.age 17, ") + kCheap, "handoff by minors") +
                         example(std::string("customer.age 18, ") + kCheap, "allow")});
  BOOST_TEST(runs.run == 2u);
  BOOST_TEST(runs.held == 2u, said(runs));
}

BOOST_AUTO_TEST_CASE(one_that_does_not_is_told_with_what_came_instead) {
  const auto runs = run({kPack + example(std::string("customer.age 17, ") + kCheap, "allow")});
  BOOST_TEST(runs.held == 0u);
  BOOST_TEST(said(runs) == "Expected allow, but it comes out as handoff by minors.");
}

BOOST_AUTO_TEST_CASE(the_right_verdict_by_another_rule_does_not_hold) {
  const auto runs =
      run({kPack + example("customer.age 30, product.price 50_001 CNY, product.fee 1 %, product.risk R1, product.since "
                           "2024-02-29",
                           "block by minors")});
  BOOST_TEST(runs.held == 0u);
  BOOST_TEST(said(runs) == "Expected block by minors, but it comes out as block by dear.");
}

BOOST_AUTO_TEST_CASE(money_shares_levels_and_days_of_an_example_arrive_as_they_stand) {
  const auto one = [](const std::string& pairs) {
    return run({kPack + example("customer.age 30, " + pairs, "block by dear")}).held == 1u;
  };
  BOOST_TEST(one("product.price 50_000.01 CNY, product.fee 1 %, product.risk R1, product.since 2024-02-29"));
  BOOST_TEST(!one("product.price 5 万 CNY, product.fee 1 %, product.risk R1, product.since 2024-02-29"));
  BOOST_TEST(one("product.price 1 CNY, product.fee 1.51 %, product.risk R1, product.since 2024-02-29"));
  BOOST_TEST(one("product.price 1 CNY, product.fee 1 %, product.risk R3, product.since 2024-02-29"));
  BOOST_TEST(one("product.price 1 CNY, product.fee 1 %, product.risk R1, product.since 2019-12-31"));
}

// A fact whose currency is left open takes that of the example: it arrived as a bare number once, and was refused.
BOOST_AUTO_TEST_CASE(money_of_any_currency_arrives_with_the_one_that_is_written) {
  std::string pack = kPack;
  pack.replace(pack.find("  price money CNY"), 17, "  price money");
  const auto one = [&](const std::string& price, const std::string& expected) {
    return run({pack +
                example("customer.age 30, product.fee 1 %, product.risk R1, product.since 2024-02-29, product.price " +
                            price,
                        expected)})
               .held == 1u;
  };
  BOOST_TEST(one("50_000.01 CNY", "block by dear"));
  BOOST_TEST(one("50_000 CNY", "allow"));
  BOOST_TEST(
      said(run(
          {pack +
           example("customer.age 30, product.fee 1 %, product.risk R1, product.since 2024-02-29, product.price 9 USD",
                   "handoff by dear")})) == "");
}

BOOST_AUTO_TEST_CASE(a_moment_without_an_offset_is_wall_time_of_the_packs_zone) {
  const std::string pairs = std::string("customer.age 17, ") + kCheap;
  BOOST_TEST(run({kPack + example(pairs, "allow", "2026-02-28T23:59")}).held == 1u);
  BOOST_TEST(run({kPack + example(pairs, "handoff by minors", "2026-03-01T00:00")}).held == 1u);
  BOOST_TEST(run({kPack + example(pairs, "handoff by minors", "2026-02-28T16:00+00:00")}).held == 1u);
}

BOOST_AUTO_TEST_CASE(rules_of_a_pack_that_is_not_used_do_not_speak_in_an_example) {
  const std::string other = R"(
pack t.two
  title "Two"
  jurisdiction CN
  time zone "Asia/Shanghai"
  version "1"
  default queue desk
use t.one
source OTHER is "Another law" article 1
rule always
  cites OTHER
  applies to recommendation
  when customer.age is at least 0
  then hand off to desk
)";
  const std::string pairs = std::string("customer.age 30, ") + kCheap;
  const auto runs = run({kPack + example(pairs, "allow"), other + example(pairs, "handoff by always")});
  BOOST_TEST(runs.run == 2u);
  BOOST_TEST(runs.held == 2u, said(runs));
}

BOOST_AUTO_TEST_CASE(an_example_that_a_bot_could_not_have_sent_is_told_as_refused) {
  const auto runs =
      run({kPack + example(std::string("product.id \"two words\", customer.age 30, ") + kCheap, "allow")});
  BOOST_TEST(runs.held == 0u);
  BOOST_TEST(said(runs).find("This turn would be refused: bad_id /recommendation/products/0/id") == 0u);
}
