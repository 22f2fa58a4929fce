// Every example turn decided again from its record alone: the turn is put together from the opened sections, bound and decided on the
// program whose digest the record names, and must come to the very bytes that the record holds.
#include <algorithm>
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "adapters/gate/gate.h"
#include "adapters/load/ruleset.h"
#include "adapters/wire/turn.h"
#include "audit/log/reader.h"
#include "audit/record/decode.h"
#include "audit/record/sections.h"
#include "engine/base/cbor.h"
#include "engine/decide/decide.h"
#include "engine/decide/outcome.h"
#include "tests/audit/support/log_fixture.h"

using namespace caveat;
namespace json = boost::json;

namespace {

std::shared_ptr<const decide::Ruleset> our_rules() {
  static const std::shared_ptr<const decide::Ruleset> loaded = [] {
    Result<load::Loaded> read = load::load_rules({CAVEAT_SOURCE_DIR "/rules"}, Limits{});
    BOOST_REQUIRE(read);
    BOOST_REQUIRE(read->rules);
    return read->rules;
  }();
  return loaded;
}

std::vector<std::string> example_turns() {
  std::vector<std::string> turns;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(CAVEAT_SOURCE_DIR "/examples"))
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
      if (!line.empty()) turns.push_back(line);
  }
  return turns;
}

cbor::Value section(const audit::OpenedRecord& record, audit::Section which) {
  const audit::SectionBytes* bytes = record.find(which);
  BOOST_REQUIRE(bytes != nullptr);
  const Result<cbor::Value> value = cbor::decode(bytes->encoded);
  BOOST_REQUIRE(value.has_value());
  return *value;
}

std::string text(const cbor::Value& map, int key) {
  const cbor::Value* found = map.find(key);
  return found == nullptr ? std::string() : std::string(found->string);
}
std::optional<std::int64_t> number(const cbor::Value& map, int key) {
  const cbor::Value* found = map.find(key);
  return found == nullptr ? std::nullopt : found->as_integer();
}

json::value json_of(program::SlotType type, const std::string& value) {
  if (type == program::SlotType::yes_no) return value == "true";
  return json::string(value);
}

// Of a fact that was not known the record holds the cause; any value of its type brings the same cause about again.
std::string any_of(const program::Slot& slot) {
  using Type = program::SlotType;
  const std::string low = slot.low ? slot.low->to_string() : "0";
  switch (slot.type) {
    case Type::yes_no:
      return "true";
    case Type::integer:
    case Type::decimal:
      return low;
    case Type::percent:
      return low + " %";
    case Type::money:
      return low + " " + (slot.currency.empty() ? "CNY" : slot.currency);
    case Type::date:
      return "2026-01-01";
    case Type::instant:
      return "2026-01-01T00:00:00Z";
    case Type::time_of_day:
      return "09:30";
    case Type::duration:
      return "PT5M";
    case Type::choice:
    case Type::scale:
      return slot.symbols.front().first;
    default:
      return "x";
  }
}

// The turn as its record tells it (docs/formats.md, sections 2, 3 and 4).
class Retold {
 public:
  Retold(const program::Program& program, const audit::OpenedRecord& record) : program_(program) {
    request(section(record, audit::Section::request));
    texts(section(record, audit::Section::texts));
    const cbor::Value facts = section(record, audit::Section::facts);
    for (const cbor::Value& fact : facts.items) this->fact(fact);
    if (!provenance_.empty()) root_["provenance"] = provenance_;
  }
  std::string line() const { return json::serialize(root_); }

 private:
  static json::object& object_in(json::object& parent, std::string_view name) {
    json::value& child = parent[name];
    if (!child.is_object()) child = json::object{};
    return child.as_object();
  }

  void request(const cbor::Value& map) {
    root_["id"] = text(map, 1);
    root_["at"] = format_instant(number(map, 2).value(), static_cast<std::int32_t>(number(map, 3).value()));
    if (map.find(4) != nullptr) root_["channel"] = text(map, 4);
    root_["language"] = text(map, 5);
    if (map.find(6) != nullptr) object_in(root_, "bot")["id"] = text(map, 6);
    if (map.find(7) != nullptr) object_in(root_, "conversation")["id"] = text(map, 7);
    if (map.find(8) != nullptr) object_in(root_, "conversation")["turn"] = number(map, 8).value();
    if (map.find(9) != nullptr) object_in(root_, "customer")["id"] = text(map, 9);
    json::array names;
    for (const cbor::Value& one : map.find(11)->items) names.push_back(json::object{{"id", json::string(one.string)}});
    carried_ = static_cast<std::int64_t>(names.size());
    if (!names.empty()) object_in(root_, "recommendation")["products"] = names;
    names.clear();
    for (const cbor::Value& one : map.find(12)->items)
      names.push_back(json::object{{"name", json::string(one.string)}});
    if (!names.empty()) root_["actions"] = names;
  }

  void texts(const cbor::Value& map) {
    if (map.find(1) != nullptr) object_in(root_, "message")["text"] = text(map, 1);
    if (map.find(2) != nullptr) object_in(root_, "answer")["text"] = text(map, 2);
    if (map.find(5) != nullptr) object_in(root_, "answer")["format"] = text(map, 5);
  }

  void fact(const cbor::Value& map) {
    const std::string path = text(map, 1);
    const auto& slots = program_.schema().slots;
    std::uint32_t index = 0;
    while (index < slots.size() && program_.slot_path(index) != path) ++index;
    BOOST_REQUIRE_MESSAGE(index < slots.size(), "no fact " << path);
    const program::Slot& slot = slots[index];
    if (slot.type == program::SlotType::list && slot.element == program::SlotType::record) return;  // told by their ids
    if (!text(map, 4).empty() && program_.data_of(index) != program::kNone)
      return;  // the set is silent or old once more

    std::string pointer;
    json::object* parent = &root_;
    std::size_t step = 0;
    if (const auto item = number(map, 2)) {
      const bool product = slot.part == program::SlotPart::product;
      if (product && *item >= carried_) return;  // its answer names it, and so it is found once more
      json::object& holder = product ? object_in(root_, "recommendation") : root_;
      const char* list = product ? "products" : "actions";
      parent = &holder[list].as_array().at(static_cast<std::size_t>(*item)).as_object();
      pointer = (product ? "/recommendation/" : "/") + std::string(list) + "/" + std::to_string(*item);
      step = 1;
    }
    for (; step + 1 < slot.path.size(); ++step) {
      parent = &object_in(*parent, slot.path[step]);
      pointer += "/" + slot.path[step];
    }
    pointer += "/" + slot.path.back();

    const std::string cause = text(map, 4);
    json::value& to = (*parent)[slot.path.back()];
    if (cause.empty() && slot.type == program::SlotType::list) {
      json::array elements;
      const std::string all = text(map, 3);
      for (std::size_t at = 0; at < all.size();) {
        const std::size_t end = std::min(all.find(", ", at), all.size());
        elements.push_back(json_of(slot.element, all.substr(at, end - at)));
        at = end + 2;
      }
      to = elements;
    } else if (cause == "missing") {
      to = nullptr;
    } else {
      to = json_of(slot.type, cause.empty() ? text(map, 3) : any_of(slot));
    }
    json::object said{{"path", pointer}, {"quality", text(map, 5)}};
    if (map.find(6) != nullptr) said["source"] = text(map, 6);
    if (const auto as_of = number(map, 7)) said["as_of"] = format_instant(*as_of, 0);
    provenance_.push_back(said);
  }

  const program::Program& program_;
  json::object root_;
  std::int64_t carried_ = 0;  // products of the turn: those that its answer names have positions behind them
  json::array provenance_;
};

struct Replayed {
  std::string before, after, turn;
};

// All turns through the gate into a log, then each record's outcome and what its retelling comes to.
std::map<std::string, Replayed> replay(const std::vector<std::string>& turns,
                                       const std::shared_ptr<const decide::Ruleset>& of = our_rules(),
                                       const gate::Caller& caller = gate::Caller::local()) {
  audit::testing::LogFolder in;
  {
    const auto log = audit::Log::open(in.options());
    const gate::Snapshot snapshot(of);
    gate::Gate gate({.snapshot = &snapshot, .log = log.get(), .clock = &in.clock, .random = &in.random, .threads = 2});
    for (const std::string& turn : turns)
      gate.take(turn, caller,
                [](const gate::Reply& reply) { BOOST_CHECK_MESSAGE(reply.problem == nullptr, reply.body); });
    gate.drain();
  }
  std::map<std::string, Replayed> all;
  const auto keys = in.keys();
  const auto reader = audit::LogReader::open(in.path());
  const decide::Ruleset& rules = *of;
  decide::BindOptions options;
  options.data = &rules.data;
  decide::Scratch scratch;
  for (std::uint64_t index = 0; index < reader->size(); ++index) {
    const auto header = audit::decode_header(reader->header(index).value());
    if (header->context.kind != audit::Kind::decision) continue;
    BOOST_TEST(header->context.semantics == program::kSemanticsVersion);
    const auto record = reader->open_body(*keys, index);
    BOOST_REQUIRE(record.has_value());
    const auto digests = audit::decode_digests(record->find(audit::Section::digests)->encoded);
    BOOST_REQUIRE(digests.has_value());
    BOOST_TEST((digests->program == rules.program->digest()));
    BOOST_REQUIRE(digests->data.size() == rules.data.sets.size());
    for (std::size_t i = 0; i < digests->data.size(); ++i) {
      BOOST_TEST(digests->data[i].name == rules.data.sets[i].name);
      BOOST_TEST(digests->data[i].version == rules.data.sets[i].version);
      BOOST_TEST((digests->data[i].digest == rules.data.sets[i].digest));
    }

    options.jurisdictions.clear();
    const cbor::Value asked = section(*record, audit::Section::request);
    for (const cbor::Value& one : asked.find(10)->items) options.jurisdictions.emplace_back(one.string);
    const Retold retold(*rules.program, *record);
    decide::Fields fields;
    const Result<void> parsed = wire::parse_turn(retold.line(), fields, Limits{});
    BOOST_REQUIRE_MESSAGE(parsed.has_value(), retold.line());
    const Result<decide::Request> request = decide::bind(*rules.program, fields, options);
    BOOST_REQUIRE_MESSAGE(request.has_value(), retold.line() << "\n"
                                                             << request.error().items.front().path << " "
                                                             << request.error().items.front().expected);
    std::vector<std::string_view> names_told, names_found;
    if (const cbor::Value* named = asked.find(15))
      for (const cbor::Value& product : named->items) names_told.push_back(product.string);
    for (std::size_t i = request->products(); i < request->all_products(); ++i)
      names_found.push_back(request->product_id(i));
    BOOST_TEST(names_told == names_found, boost::test_tools::per_element());
    Replayed& one = all[std::string(request->id())];
    one.before = text(section(*record, audit::Section::result), 1);
    one.after = decide::outcome(*rules.program, decide::decide(rules, *request, {}, scratch));
    one.turn = retold.line();
  }
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_example_turn_decided_again_from_its_record_comes_to_the_same_bytes) {
  const std::vector<std::string> turns = example_turns();
  BOOST_REQUIRE(turns.size() >= 60u);
  const auto replayed = replay(turns);
  BOOST_TEST(replayed.size() == turns.size());
  std::size_t kinds[5] = {};
  for (const auto& [id, one] : replayed) {
    BOOST_TEST(hex(one.after) == hex(one.before), id << "\n" << one.turn);
    const auto outcome = cbor::decode(one.before);
    BOOST_REQUIRE(outcome.has_value());
    ++kinds[outcome->find(0)->number];
  }
  for (const std::size_t verdict : {0u, 1u, 3u, 4u})
    BOOST_TEST(kinds[verdict] > 0u);  // no example asks for a proof yet
}

BOOST_AUTO_TEST_CASE(an_answer_with_mark_up_decided_again_from_its_record_comes_to_the_same_bytes) {
  for (const auto& [format, begin, end] : {std::tuple("markdown", "**", "**"), std::tuple("html", "<b>", "</b>")}) {
    std::vector<std::string> turns;
    for (const std::string& turn : example_turns()) {
      json::value changed = json::parse(turn);
      json::value* const answer = changed.as_object().if_contains("answer");
      if (answer == nullptr || answer->as_object().if_contains("text") == nullptr) continue;
      json::value& words = answer->as_object()["text"];
      words = begin + std::string(words.as_string()) + end;
      answer->as_object()["format"] = format;
      turns.push_back(json::serialize(changed));
    }
    BOOST_REQUIRE(turns.size() >= 40u);
    const auto replayed = replay(turns);
    BOOST_TEST(replayed.size() == turns.size());
    std::size_t said_so = 0;
    for (const auto& [id, one] : replayed) {
      BOOST_TEST(hex(one.after) == hex(one.before), id << "\n" << one.turn);
      BOOST_TEST(one.turn.find("\"format\":\"" + std::string(format)) != std::string::npos, one.turn);
      const Result<cbor::Value> outcome = cbor::decode(one.before);
      BOOST_REQUIRE(outcome.has_value());
      const cbor::Value* const marked = outcome->find(12);
      said_so += marked != nullptr && marked->string == format;
    }
    BOOST_TEST(said_so > 5u);  // the bot's own text goes out, changed or not
  }
}

BOOST_AUTO_TEST_CASE(a_fact_of_who_may_state_every_source_is_recorded_as_of_none) {
  gate::Caller caller = gate::Caller::local();
  caller.sources = {"*"};
  const std::vector<std::string> turns = example_turns();
  const auto replayed = replay(turns, our_rules(), caller);
  BOOST_TEST(replayed.size() == turns.size());
  for (const auto& [id, one] : replayed) BOOST_TEST(one.turn.find(R"("source":"*")") == std::string::npos, one.turn);
}

BOOST_AUTO_TEST_CASE(a_record_of_another_fact_comes_to_other_bytes) {  // or the comparison above would show nothing
  std::vector<std::string> turns = example_turns();
  const auto before = replay(turns);
  std::size_t changed = 0;
  for (std::string& turn : turns) {
    const auto at = turn.find("\"risk_level\"");
    const auto value = at == std::string::npos ? at : turn.find("\"R", at);
    if (value == std::string::npos) continue;
    char& digit = turn[value + 2];
    digit = digit == '5' ? '1' : '5';
    ++changed;
  }
  BOOST_REQUIRE(changed > 10u);
  const auto after = replay(turns);
  std::size_t other = 0;
  for (const auto& [id, one] : after) other += one.after != before.at(id).after;
  BOOST_TEST(other > 5u);
}

BOOST_AUTO_TEST_CASE(a_turn_that_a_reference_set_settled_comes_to_the_same_bytes_on_the_sets_that_its_record_names) {
  Result<load::Loaded> read = load::load_rules({CAVEAT_SOURCE_DIR "/tests/adapters/gate/shelf"}, Limits{});
  BOOST_REQUIRE(read);
  BOOST_REQUIRE(read->rules);
  BOOST_REQUIRE(read->rules->data.sets.size() == 1u);
  std::vector<std::string> turns;
  const auto at = [&](const char* time, const std::string& products) {
    turns.push_back(R"({"id":"t-)" + std::to_string(turns.size()) + R"(","at":")" + time +
                    R"(","recommendation":{"products":[)" + products + "]}}");
  };
  const std::string all = R"({"id":"p-1"},{"id":"p-2"},{"id":"p-3"},{"id":"p-4"},{"id":"p-9"})";
  at("2026-03-01T10:00:00+08:00", all);
  at("2026-06-01T10:00:00+08:00", all);  // its prices are too old
  at("2027-03-01T10:00:00+08:00", all);  // and nobody has looked at it since
  for (const char* id : {"p-1", "p-2", "p-3", "p-4", "p-9"})
    at("2026-03-01T10:00:00+08:00", R"({"id":")" + std::string(id) + R"("})");
  at("2026-03-01T10:00:00+08:00", R"({"id":"p-2","risk":"high","price":"20.0 CNY"})");
  const auto say = [&](const std::string& answer, const std::string& products = {}, const std::string& format = {}) {
    turns.push_back(R"({"id":"t-)" + std::to_string(turns.size()) +
                    R"(","at":"2026-03-01T10:00:00+08:00","answer":{"text":")" + answer + "\"" +
                    (format.empty() ? "" : ",\"format\":\"" + format + "\"") + "}" +
                    (products.empty() ? "" : R"(,"recommendation":{"products":[)" + products + "]}") + "}");
  };
  say("Take our Fund, or the deposit, one year.");
  say("Take our **Fu**nd.", {}, "markdown");
  say("Take our <b>Fu</b>nd.", {}, "html");
  say("Take our Fund.", R"({"id":"p-1"})");
  say("Take nothing.");
  const auto replayed = replay(turns, read->rules);
  BOOST_TEST(replayed.size() == turns.size());
  const auto verdict = [&](std::size_t turn) {
    return cbor::decode(replayed.at("t-" + std::to_string(turn)).before)->find(0)->number;
  };
  for (const std::size_t named : {5u, 4u, 3u}) BOOST_TEST(verdict(turns.size() - named) == 3u);
  BOOST_TEST(verdict(turns.size() - 2) >= 3u);
  BOOST_TEST(verdict(turns.size() - 1) == 0u);
  std::set<std::string> different;
  for (const auto& [id, one] : replayed) {
    BOOST_TEST(hex(one.after) == hex(one.before), id << "\n" << one.turn);
    different.insert(one.before);
  }
  BOOST_TEST(different.size() >= 7u);
}
