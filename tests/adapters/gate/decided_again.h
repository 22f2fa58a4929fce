// Decided again: what a turn comes to with what its record says that it was given, against what the record holds.
#pragma once

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <vector>

#include "adapters/gate/past.h"
#include "adapters/wire/turn.h"
#include "audit/log/reader.h"
#include "engine/base/cbor.h"
#include "engine/decide/decide.h"
#include "engine/decide/outcome.h"
#include "engine/decide/satisfied.h"
#include "tests/adapters/gate/desk_fixture.h"

namespace caveat::test {

struct Again {
  audit::OpenedRecord record;
  gate::Given given;
  std::string recorded, now, with_nothing_given;  // outcomes
};

// Of each decision in the desk's log, in order; `turns` are the bodies that they were asked with. The desk's gate ends.
inline std::vector<Again> decided_again(Desk& desk, const std::vector<std::string>& turns) {
  desk.gate.reset();
  desk.log->flush();
  const auto reader = audit::LogReader::open((desk.folder / "log.db").string());
  const std::shared_ptr<const decide::Ruleset> held = desk.snapshot.get();
  const decide::Ruleset& rules = *held;
  std::vector<Again> all;
  for (std::uint64_t index = 0; index < reader->size(); ++index) {
    Result<audit::OpenedRecord> record = reader->open_body(desk.log->keys(), index);
    BOOST_REQUIRE(record.has_value());
    if (record->header.context.kind != audit::Kind::decision) continue;
    BOOST_REQUIRE(all.size() < turns.size());
    const Result<cbor::Value> result = cbor::decode(record->find(audit::Section::result)->encoded);
    const Result<cbor::Value> asked = cbor::decode(record->find(audit::Section::request)->encoded);
    BOOST_REQUIRE((result.has_value() && asked.has_value()));
    decide::BindOptions bind;
    bind.any_source = true;
    bind.now = asked->find(2)->as_integer().value();
    decide::Fields fields;
    decide::Request request;
    Problem problem;
    BOOST_REQUIRE(wire::parse_turn(turns[all.size()], fields, Limits{}));
    BOOST_REQUIRE(decide::bind(*rules.program, fields, bind, request, problem));
    decide::Scratch scratch;
    Again again;
    again.given = gate::given(*rules.program, *record);
    again.recorded = std::string(result->find(1)->string);
    again.now = decide::outcome(
        *rules.program,
        decide::decide(rules, request,
                       {.used = again.given.used, .held = again.given.held, .question = again.given.question},
                       again.given.satisfied, scratch));
    again.with_nothing_given = decide::outcome(*rules.program, decide::decide(rules, request, {}, scratch));
    again.record = std::move(*record);
    all.push_back(std::move(again));
  }
  BOOST_TEST(all.size() == turns.size());
  return all;
}

}  // namespace caveat::test
