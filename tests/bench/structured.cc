// Structured decisions on the neutral workload: rules, requests and the oracle's answers as JSON, one thread, in process.
//
//   bench_structured RULES REQUESTS EXPECTED SECONDS [ABSENT]
//
// The answers are compared with the oracle's before anything is timed. ABSENT (0..1) leaves that share of the facts out; then
// there is no oracle, and what is printed is time and counts alone (the property tests hold absent facts against the twin).
// A turn is a recommendation with one product; action and amount are facts of a declared group; plain revise is a disclosure.
#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "engine/decide/decide.h"
#include "tests/engine/decide/hand_made.h"

namespace caveat {
namespace {

using Clock = std::chrono::steady_clock;
namespace json = boost::json;
using hand_made::Turn;
using hand_made::World;
using model::Expr;
using model::ExprPtr;
using model::Op;
using model::TypeKind;

std::string slurp(const char* path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::pair<std::string, std::string> place(const std::string& attr) {
  const std::size_t dot = attr.find('.');
  if (dot == std::string::npos) return {"deal", attr};
  return {attr.substr(0, dot), attr.substr(dot + 1)};
}

const std::set<std::string> kWholes = {"age",    "complaints_90d", "min_amount",     "tenor_days",
                                       "amount", "sentiment",      "failed_attempts"};
const std::set<std::string> kLists = {"consents", "topics"};

bool is_whole(const std::string& name) { return kWholes.contains(name) || name == "risk_level"; }

class Book : public World {
 public:
  explicit Book(const json::array& rules, const std::vector<json::value>& requests) {
    std::map<std::string, std::set<std::string>> symbols;  // attr → values
    const auto note = [&](const std::string& attr, const json::value& value) {
      if (value.is_string()) symbols[attr].insert(std::string(value.as_string()));
      if (!value.is_array()) return;
      for (const json::value& one : value.as_array()) {
        if (one.is_string()) symbols[attr].insert(std::string(one.as_string()));
      }
    };
    for (const json::value& request : requests) {
      for (const auto& [key, value] : request.as_object()) {
        if (key == "id") continue;
        if (!value.is_object()) {
          note(std::string(key), value);
          continue;
        }
        for (const auto& [inner, one] : value.as_object()) note(std::string(key) + "." + std::string(inner), one);
      }
    }
    for (const json::value& rule : rules) {
      if (const json::value* action = rule.as_object().if_contains("action")) note("action", *action);
      if (const json::value* category = rule.as_object().if_contains("category")) note("product.category", *category);
      for (const json::value& when : rule.at("when").as_array()) {
        const std::string op(when.at("op").as_string());
        if (!op.ends_with("attr")) note(std::string(when.at("attr").as_string()), when.at("value"));
      }
    }
    for (const std::string attr :
         {"action", "amount", "channel", "customer.age", "customer.risk_level", "customer.region", "customer.segment",
          "customer.kyc", "customer.consents", "customer.vulnerable", "customer.complaints_90d", "product.code",
          "product.category", "product.risk_level", "product.min_amount", "product.tenor_days", "turn.sentiment",
          "turn.failed_attempts", "turn.topics"}) {
      const auto [group, name] = place(attr);
      model::Type made = type(is_whole(name)         ? TypeKind::integer
                              : name == "vulnerable" ? TypeKind::yes_no
                                                     : TypeKind::text);
      if (symbols.contains(attr) && name != "code") {
        model::ChoiceSet set;
        for (const std::string& one : symbols[attr]) {
          set.choices.push_back({one, {one}});
          position_[attr][one] = static_cast<model::Index>(position_[attr].size());
        }
        model.choice_sets.push_back(set);
        made = type(TypeKind::choice);
        made.choices = static_cast<model::Index>(model.choice_sets.size() - 1);
        if (kLists.contains(name)) {
          model::Type list = type(TypeKind::list);
          list.element = std::make_shared<const model::Type>(made);
          made = list;
        }
      }
      fact(group, name, made);
    }
    sorted();
    queue("handoff", "请稍候。", "Please wait.");
    const model::Index notice = wording("notice", "请注意风险。", "Mind the risk.");
    for (const json::value& source : rules) {
      std::vector<ExprPtr> all;
      if (const json::value* action = source.as_object().if_contains("action")) all.push_back(equal("action", *action));
      if (const json::value* category = source.as_object().if_contains("category"))
        all.push_back(equal("product.category", *category));
      for (const json::value& when : source.at("when").as_array()) all.push_back(condition(when));
      const std::string effect_name(source.at("effect").as_string());
      model::Effect asked = effect(model::EffectKind::block);
      if (effect_name == "revise") {
        asked = effect(model::EffectKind::disclose);
        asked.wording = notice;
      } else if (effect_name == "handoff") {
        asked = hand_off(1);
      }
      model::Rule& made = rule(std::string(source.at("id").as_string()), {model::Subject::recommendation},
                               over(Op::and_, all), {asked});
      made.item_level = true;
    }
  }

 private:
  std::map<std::string, std::map<std::string, model::Index>> position_;

  ExprPtr get(const std::string& attr) const {
    const auto [group, name] = place(attr);
    return read(group, name);
  }
  model::Constant symbol(const std::string& attr, const json::value& value) const {
    model::Constant constant;
    constant.kind = TypeKind::choice;
    constant.level = position_.at(attr).at(std::string(value.as_string()));
    return constant;
  }
  ExprPtr equal(const std::string& attr, const json::value& value) const {
    const ExprPtr fact = get(attr);
    return over(Op::eq, {fact, literal(fact->type, symbol(attr, value))});
  }
  ExprPtr condition(const json::value& when) const {
    const std::string attr(when.at("attr").as_string()), op(when.at("op").as_string());
    const json::value& value = when.at("value");
    const ExprPtr fact = get(attr);
    const auto whole = [&](const json::value& one) { return number(fact, std::to_string(one.as_int64())); };
    if (op == "==") {
      if (value.is_string()) return equal(attr, value);
      if (value.is_bool()) return value.as_bool() ? over(Op::truth, {fact}) : over(Op::not_, {over(Op::truth, {fact})});
      return over(Op::eq, {fact, whole(value)});
    }
    if (op == "<") return over(Op::lt, {fact, whole(value)});
    if (op == "<=") return over(Op::le, {fact, whole(value)});
    if (op == ">") return over(Op::lt, {whole(value), fact});
    if (op == ">=") return over(Op::le, {whole(value), fact});
    if (op == "range") {
      return over(Op::and_, {over(Op::le, {whole(value.at(0)), fact}), over(Op::le, {fact, whole(value.at(1))})});
    }
    if (op == "<attr") return over(Op::lt, {fact, get(std::string(value.as_string()))});
    if (op == ">attr") return over(Op::lt, {get(std::string(value.as_string())), fact});
    auto made = std::make_shared<Expr>(*over(op == "in"    ? Op::in_set
                                             : op == "any" ? Op::list_has_any
                                                           : Op::list_has,
                                             {fact}));
    if (value.is_array()) {
      for (const json::value& one : value.as_array()) made->set.push_back(symbol(attr, one));
    } else {
      made->set.push_back(symbol(attr, value));
    }
    return op == "lacks" ? over(Op::not_, {made}) : ExprPtr(made);
  }
};

Turn turn_of(const json::value& request, double absent, std::mt19937_64& random) {
  Turn turn;
  std::uniform_real_distribution<double> chance(0, 1);
  const std::uint32_t product = turn.product("p");
  turn.fields.set_text(turn.fields.child(0, "id"), std::string(request.at("id").as_string()));
  const auto put = [&](std::uint32_t object, const std::string& name, const json::value& value) {
    if (absent > 0 && chance(random) < absent) return;
    if (value.is_string()) turn.text(name, std::string(value.as_string()), object);
    if (value.is_bool()) turn.yes(name, value.as_bool(), object);
    if (value.is_int64()) turn.number(name, std::to_string(value.as_int64()), object);
    if (value.is_array()) {
      const std::uint32_t list = turn.list(name, object);
      for (const json::value& one : value.as_array()) {
        turn.fields.set_text(turn.fields.add(list, "", decide::Fields::Kind::text), std::string(one.as_string()));
      }
    }
  };
  for (const auto& [key, value] : request.as_object()) {
    if (key == "id") continue;
    if (!value.is_object()) {
      put(turn.object("deal"), std::string(key), value);
      continue;
    }
    const std::uint32_t object = key == "product" ? product : turn.object(std::string(key));
    for (const auto& [inner, one] : value.as_object()) put(object, std::string(inner), one);
  }
  return turn;
}

double seconds(Clock::duration d) { return std::chrono::duration<double>(d).count(); }

template <class Work>
void measure(const char* name, std::size_t n, double limit, Work work) {
  std::size_t sink = 0, count = 0;
  for (std::size_t i = 0; i < n; ++i) sink += work(i);
  const auto start = Clock::now();
  const std::clock_t cpu = std::clock();
  for (; seconds(Clock::now() - start) < limit; count += n) {
    for (std::size_t i = 0; i < n; ++i) sink += work(i);
  }
  std::printf("%s.decisions_per_s %.1f\n", name, static_cast<double>(count) / seconds(Clock::now() - start));
  std::printf("%s.decisions_per_cpu_s %.1f\n", name,
              static_cast<double>(count) * CLOCKS_PER_SEC / static_cast<double>(std::clock() - cpu));
  std::vector<double> times, floor(n, 1e9);
  for (const auto from = Clock::now(); seconds(Clock::now() - from) < limit && times.size() < 2'000'000;) {
    const std::size_t i = times.size() % n;
    const auto before = Clock::now();
    sink += work(i);
    times.push_back(seconds(Clock::now() - before) * 1e6);
    floor[i] = std::min(floor[i], times.back());
  }
  std::sort(times.begin(), times.end());
  std::sort(floor.begin(), floor.end());
  std::printf("%s.p50_us %.3f\n%s.p99_us %.3f\n%s.p99_floor_us %.3f\n", name, times[times.size() / 2], name,
              times[times.size() * 99 / 100], name, floor[n * 99 / 100]);
  if (sink == 1) std::puts("");
}

int run(int argc, char** argv) {
  if (argc < 5) {
    std::fputs("bench_structured RULES REQUESTS EXPECTED SECONDS [ABSENT]\n", stderr);
    return 2;
  }
  const double limit = std::atof(argv[4]), absent = argc > 5 ? std::atof(argv[5]) : 0;
  const json::value rules = json::parse(slurp(argv[1]));
  std::vector<json::value> requests, expected;
  for (std::istringstream in(slurp(argv[2])); !in.eof();) {
    std::string line;
    if (std::getline(in, line) && !line.empty()) requests.push_back(json::parse(line));
  }
  for (std::istringstream in(slurp(argv[3])); !in.eof();) {
    std::string line;
    if (std::getline(in, line) && !line.empty()) expected.push_back(json::parse(line));
  }
  const Book book(rules.as_array(), requests);
  const auto start = Clock::now();
  const auto program = book.build();
  if (!program) {
    for (const Diagnostic& one : book.last_diagnostics) std::fprintf(stderr, "%s\n", one.message.c_str());
    return 1;
  }
  std::printf("build_ms %.1f\nimage_bytes %zu\n", seconds(Clock::now() - start) * 1e3, program->image().size());
  const auto open_start = Clock::now();
  if (!program::open(std::string(program->image()))) return 1;
  std::printf("open_ms %.1f\n", seconds(Clock::now() - open_start) * 1e3);

  std::mt19937_64 random(1);
  std::vector<Turn> turns;
  std::vector<decide::Request> bound(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    turns.push_back(turn_of(requests[i], absent, random));
    Problem problem;
    if (decide::bind(*program, turns[i].fields, {}, bound[i], problem)) continue;
    std::fprintf(stderr, "%s: expected %s, found %s\n", problem.items[0].path.c_str(),
                 problem.items[0].expected.c_str(), problem.items[0].found.c_str());
    return 1;
  }
  const decide::Ruleset ruleset{program, {}, {}};
  decide::Scratch scratch;
  std::size_t mismatches = 0, fired = 0, unknown = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const decide::Decision& decision = decide::decide(ruleset, bound[i], {}, scratch);
    std::vector<std::string> names;
    for (const decide::Reason& reason : decision.reasons) {
      names.emplace_back(program->rule_id(reason.rule).substr(8));
      (reason.unknown ? unknown : fired) += 1;
    }
    std::vector<std::string> wanted;
    for (const json::value& one : expected[i].at("fired").as_array()) wanted.emplace_back(one.as_string());
    const std::string effect(expected[i].at("effect").as_string());
    // One product: blocked, it takes the turn with it.
    mismatches += absent == 0 && (names != wanted || effect != decide::name(decision.verdict)) ? 1 : 0;
  }
  std::printf("mismatches %zu\nfired %.2f\nunknown %.2f\n", mismatches,
              static_cast<double>(fired) / static_cast<double>(requests.size()),
              static_cast<double>(unknown) / static_cast<double>(requests.size()));
  if (mismatches > 0) return 1;
  measure("parsed", requests.size(), limit,
          [&](std::size_t i) { return decide::decide(ruleset, bound[i], {}, scratch).reasons.size(); });
  decide::Request request;
  Problem problem;
  measure("bound", requests.size(), limit, [&](std::size_t i) {
    decide::bind(*program, turns[i].fields, {}, request, problem);
    return decide::decide(ruleset, request, {}, scratch).reasons.size();
  });
  return 0;
}

}  // namespace
}  // namespace caveat

int main(int argc, char** argv) { return caveat::run(argc, argv); }
