// What becomes of the texts of a turn: decide and its twin agree on what rules find in them, mask, replace, disclose, say and tell.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "engine/decide/decide.h"
#include "engine/decide/explain.h"
#include "tests/property/random_texts.h"

namespace caveat::random_texts {
namespace {

using decide::Decision;
using decide::Request;
using random_packs::Compiled;

std::string shown(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? std::string("\\n") : std::string(1, c);
  return out;
}

constexpr const char* kParts[] = {"answer", "message", "outreach", "material"};

// Line by line, so that what differs is told.
using Lines = std::vector<std::string>;

Lines lines_of(const program::Program& program, const Request& request, const Decision& decision) {
  Lines out;
  out.push_back("verdict " + std::to_string(static_cast<int>(decision.verdict)));
  out.push_back(decision.has_say ? "say " + shown(std::string(decision.say)) : "no say");
  for (const decide::Redacted& one : decision.redactions) {
    std::ostringstream line;
    line << "redaction " << kParts[static_cast<std::size_t>(one.part)] << ' ' << one.begin << ' ' << one.end << " mode "
         << int{one.mode} << " keep " << (one.mode == 2 ? one.keep_first : 0) << ' '
         << (one.mode == 2 ? one.keep_last : 0) << ' ' << shown(std::string(one.label));
    out.push_back(line.str());
  }
  for (const decide::Disclosure& one : decision.disclosures)
    out.push_back(std::string("disclosure ") + (one.at_start ? "start " : "end ") +
                  std::string(program.wording_name(one.wording)));
  for (const decide::ItemVerdict& item : decision.items) {
    if (item.recipient) continue;
    std::string line = (item.action ? "action " : "product ") + std::to_string(item.index) + " verdict " +
                       std::to_string(static_cast<int>(item.verdict));
    for (const std::uint32_t wording : item.disclosures) line += " " + std::string(program.wording_name(wording));
    out.push_back(line);
  }
  if (decision.has_handoff)
    out.push_back("queue " + std::string(program.queue_name(decision.handoff.queue)) +
                  (decision.handoff.hold ? " holds" : ""));
  for (const decide::TextPart part :
       {decide::TextPart::answer, decide::TextPart::message, decide::TextPart::outreach, decide::TextPart::material}) {
    const std::string_view text = decide::text_of(request, part);
    if (text.empty()) continue;
    out.push_back(std::string("stored ") + kParts[static_cast<std::size_t>(part)] + " " +
                  shown(decide::masked(decision.masked, part, text, 0, text.size())));
  }
  const auto told = decide::reasons(program, request, decision, request.language(), decide::Audience::officer);
  for (std::size_t i = 0; i < told.size(); ++i) {
    const decide::Reason& reason = decision.reasons[i];
    std::ostringstream line;
    line << program.rule_id(reason.rule) << " product " << reason.product << " action " << reason.action
         << " recipient " << reason.recipient << (reason.unknown ? " unknown" : "")
         << (reason.by_default ? " by default" : "") << " verdict " << static_cast<int>(reason.verdict);
    std::set<std::pair<std::string, bool>> facts;
    for (const decide::FactUsed& fact : reason.facts)
      facts.insert({std::string(program.slot_path(fact.slot)), fact.known});
    for (const auto& [path, known] : facts) line << ' ' << path << (known ? "" : "?");
    out.push_back(line.str());
    std::string matches = "  matches";
    for (const decide::Match& one : reason.matches)
      matches += std::string(" ") + kParts[static_cast<std::size_t>(one.part)] + ":" + std::to_string(one.begin) + "-" +
                 std::to_string(one.end) + (one.said == decide::Said::found ? "" : "!");
    out.push_back(matches);
    if (!reason.unknown) out.push_back("  because " + shown(told[i].because));
    for (const std::string& one : told[i].matched) out.push_back("  matched " + shown(one));
    std::set<std::string> texts;
    for (const auto& [path, value] : told[i].facts) {
      if (!facts.contains({path, true}) || path == "customer.flag") continue;
      texts.insert("  told " + path + " " + shown(value));
    }
    out.insert(out.end(), texts.begin(), texts.end());
  }
  return out;
}

Lines lines_of(const twin::Turn& turn, const twin::Outcome& slow) {
  Lines out;
  out.push_back("verdict " + std::to_string(slow.verdict));
  out.push_back(slow.say ? "say " + shown(*slow.say) : "no say");
  for (const twin::Mark& one : slow.redactions) {
    std::ostringstream line;
    line << "redaction " << kParts[static_cast<std::size_t>(one.part)] << ' ' << one.begin << ' ' << one.end << " mode "
         << static_cast<int>(one.mode) << " keep " << (one.mode == twin::Mark::keep ? one.first : 0) << ' '
         << (one.mode == twin::Mark::keep ? one.last : 0) << ' ' << shown(one.text);
    out.push_back(line.str());
  }
  for (const auto& [at_start, name] : slow.disclosures)
    out.push_back(std::string("disclosure ") + (at_start ? "start " : "end ") + name);
  for (std::size_t i = 0; i < slow.products.size(); ++i) {
    std::string line = "product " + std::to_string(i) + " verdict " + std::to_string(slow.products[i]);
    for (const auto& [item, wording, at_start] : slow.of_items)
      if (item == i) line += " " + wording;
    out.push_back(line);
  }
  for (std::size_t i = 0; i < slow.actions.size(); ++i) {
    std::string line = "action " + std::to_string(i) + " verdict " + std::to_string(slow.actions[i]);
    for (const auto& [item, wording, at_start] : slow.of_items)
      if (item == slow.products.size() + i) line += " " + wording;
    out.push_back(line);
  }
  if (!slow.queue.empty()) out.push_back("queue " + slow.queue + (slow.hold ? " holds" : ""));
  for (std::size_t part = 0; part < 4; ++part) {
    const auto stored = slow.stored.find(static_cast<twin::Part>(part));
    if (stored == slow.stored.end() || !turn.facts.contains(std::string(kParts[part]) + ".text")) continue;
    out.push_back(std::string("stored ") + kParts[part] + " " + shown(stored->second));
  }
  for (const auto& [fired, reason] : slow.reasons) {
    std::ostringstream line;
    line << fired.rule << " product " << fired.product << " action " << fired.action << " recipient " << fired.recipient
         << (fired.unknown ? " unknown" : "") << (reason.by_default ? " by default" : "") << " verdict "
         << reason.verdict;
    for (const auto& [path, known] : reason.facts) line << ' ' << path << (known ? "" : "?");
    out.push_back(line.str());
    std::string matches = "  matches";
    for (const twin::Match& one : reason.matches)
      matches += std::string(" ") + kParts[static_cast<std::size_t>(one.part)] + ":" + std::to_string(one.begin) + "-" +
                 std::to_string(one.end) + (one.claimed ? "!" : "");
    out.push_back(matches);
    if (!fired.unknown) out.push_back("  because " + shown(reason.because));
    for (const std::string& one : reason.matched) out.push_back("  matched " + shown(one));
    for (const auto& [path, value] : reason.texts) out.push_back("  told " + path + " " + shown(value));
  }
  return out;
}

std::string difference(const Lines& fast, const Lines& slow) {
  if (fast == slow) return {};
  std::string out;
  for (const std::string& one : fast)
    if (std::find(slow.begin(), slow.end(), one) == slow.end()) out += "fast: " + one + "\n";
  for (const std::string& one : slow)
    if (std::find(fast.begin(), fast.end(), one) == fast.end()) out += "twin: " + one + "\n";
  return out.empty() ? "the same lines in another order, or another number of times\n" : out;
}

struct Compared {
  long turns = 0, disagreements = 0;
  std::string first;
  std::map<std::string, long> seen;  // what came of it
};

void count(const twin::Turn& turn, const twin::Outcome& slow, std::map<std::string, long>& seen) {
  const auto answer = turn.facts.find("answer.text");
  const bool has = answer != turn.facts.end();
  ++seen["verdict " + std::to_string(slow.verdict)];
  if (slow.say && has && slow.verdict <= 1)
    ++seen[*slow.say == answer->second.text ? "answer as it came" : "answer changed"];
  if (slow.final_text) ++seen["stopped by the final text"];
  for (const twin::Mark& one : slow.redactions)
    ++seen[std::string("redacted in ") + kParts[static_cast<std::size_t>(one.part)] + ", mode " +
           std::to_string(static_cast<int>(one.mode))];
  if (slow.carried) ++seen["carried"];
  if (slow.emptied) ++seen["emptied"];
  for (std::size_t part = 0; part < 2; ++part) {
    const auto stored = slow.stored.find(static_cast<twin::Part>(part));
    if (stored != slow.stored.end() && slow.redactions.empty() &&
        stored->second != turn.facts.at(std::string(kParts[part]) + ".text").text)
      ++seen["hidden by class"];
  }
  for (const auto& [item, wording, at_start] : slow.of_items)
    ++seen[item < slow.products.size() ? "disclosed of a product" : "disclosed of an action"];
  for (const auto& one : slow.disclosures) ++seen[one.first ? "disclosed at start" : "disclosed at end"];
  for (const auto& [fired, reason] : slow.reasons) {
    ++seen[fired.unknown ? "stayed unknown" : "fired"];
    for (const twin::Match& one : reason.matches)
      ++seen[std::string("found in ") + kParts[static_cast<std::size_t>(one.part)] + (one.claimed ? ", claimed" : "")];
  }
}

Compared compare(std::uint64_t seed, int worlds, int turns, int rules,
                 const std::function<void(model::Model&)>& planted = {}, twin::Tally* tally = nullptr) {
  static thread_local decide::Scratch scratch;
  Compared compared;
  for (int w = 0; w < worlds; ++w) {
    Dice dice(seed * 1000 + static_cast<std::uint64_t>(w));
    const RandomTexts world(dice, rules);
    const Compiled compiled = random_packs::compile(world.texts(), {}, planted);
    BOOST_TEST_REQUIRE(compiled.wrong == "");
    for (int t = 0; t < turns; ++t) {
      const RandomTextTurn turn(dice);
      Request request;
      Problem problem;
      const bool bound = decide::bind(*compiled.program, turn.sent.fields, {}, request, problem);
      for (const ProblemItem& item : problem.items)
        BOOST_ERROR(item.path + ": expected " + item.expected + ", found " + item.found);
      if (!bound) return compared;
      const Decision& fast = decide::decide({compiled.program, {}, {}}, request, {}, scratch);
      const twin::Outcome slow = twin::decide(*compiled.book, turn.told, tally);
      ++compared.turns;
      count(turn.told, slow, compared.seen);
      const std::string differs = difference(lines_of(*compiled.program, request, fast), lines_of(turn.told, slow));
      if (differs.empty()) continue;
      ++compared.disagreements;
      if (!compared.first.empty()) continue;
      compared.first = differs;
      for (const auto& [path, given] : turn.told.facts) compared.first += path + ": " + shown(given.text) + "\n";
      for (std::size_t i = 0; i < world.rules.size(); ++i)
        for (const auto& [fired, reason] : slow.reasons)
          if (fired.rule == "cn.rules/r" + std::to_string(i)) {
            compared.first += world.rules[i];
            break;
          }
    }
  }
  return compared;
}

int effort() {
  const char* wanted = std::getenv("CAVEAT_EFFORT");
  return wanted ? std::max(1, std::atoi(wanted)) : 1;
}

BOOST_AUTO_TEST_CASE(what_becomes_of_texts_is_the_same_in_both) {
  Compared all;
  twin::Tally tally;
  for (const int rules : {1, 2, 4, 8}) {
    Compared compared = compare(static_cast<std::uint64_t>(rules), 60 * effort(), 40, rules, {}, &tally);
    BOOST_TEST(compared.turns == 2400 * effort());
    BOOST_TEST(compared.disagreements == 0, std::to_string(compared.disagreements) + " of " +
                                                std::to_string(compared.turns) + "\n" + compared.first);
    for (const auto& [what, times] : compared.seen) all.seen[what] += times;
  }
  // Whatever may come of a text came of one, and every condition was true, false and unknown: nothing empty was compared.
  for (const char* part : kParts) {
    for (const char* mode : {"0", "1", "2"})
      if (part != std::string("answer") || mode != std::string("1"))
        BOOST_TEST(all.seen[std::string("redacted in ") + part + ", mode " + mode] > 0, part);
    BOOST_TEST(all.seen[std::string("found in ") + part + ", claimed"] > 0, part);
  }
  for (const char* what : {"answer as it came", "answer changed", "disclosed at start", "disclosed at end", "carried",
                           "emptied", "hidden by class", "stopped by the final text", "stayed unknown", "fired",
                           "verdict 0", "verdict 1", "verdict 2", "verdict 3", "verdict 4"})
    BOOST_TEST(all.seen[what] > 0, what);
  std::cout << "condition  true  false  unknown\n";
  using syntax::Op;
  const std::vector<std::pair<Op, std::string>> ops = {{Op::contains, "contains"},
                                                       {Op::contains_any, "contains any of"},
                                                       {Op::contains_all, "contains all of"},
                                                       {Op::lacks, "lacks"},
                                                       {Op::claims, "claims"},
                                                       {Op::matches, "matches"},
                                                       {Op::or_, "or"},
                                                       {Op::and_, "and"},
                                                       {Op::at_least_of, "at least n of"}};
  for (const auto& [op, name] : ops) {
    std::string row = name;
    for (const twin::Truth truth : {twin::Truth::yes, twin::Truth::no, twin::Truth::unknown}) {
      const long seen = tally.seen[{op, truth}];
      const bool never =
          truth == twin::Truth::unknown &&  // every text is told, so only a fact that is looked for is not known
          (op == Op::contains_any || op == Op::contains_all || op == Op::lacks || op == Op::claims ||
           op == Op::matches);
      row += "  " + (never ? std::string("-") : std::to_string(seen));
      BOOST_TEST((seen > 0 || never), name);
    }
    std::cout << row << '\n';
  }
  for (const auto& [what, times] : all.seen) std::cout << what << "  " << times << '\n';
}

// ---- faults planted behind the checks, each of which lets something through

bool is_caught(const std::function<void(model::Effect&)>& change) {
  return compare(77, 40, 40, 4, [&](model::Model& checked) {
           for (model::Rule& rule : checked.rules)
             for (auto* list : {&rule.then, &rule.unknown_effects})
               for (model::Effect& effect : *list) change(effect);
         }).disagreements > 0;
}

BOOST_AUTO_TEST_CASE(one_sign_more_that_is_kept_is_caught) {
  BOOST_TEST(is_caught([](model::Effect& effect) {
    if (effect.kind == model::EffectKind::redact && effect.keep_last > 0) ++effect.keep_last;
  }));
}
BOOST_AUTO_TEST_CASE(a_redaction_that_is_none_is_caught) {
  BOOST_TEST(is_caught([](model::Effect& effect) {
    if (effect.kind == model::EffectKind::redact) effect.kind = model::EffectKind::flag;
  }));
}
BOOST_AUTO_TEST_CASE(a_disclosure_at_the_other_end_is_caught) {
  BOOST_TEST(is_caught([](model::Effect& effect) { effect.at_start = !effect.at_start; }));
}
BOOST_AUTO_TEST_CASE(a_class_that_hides_nothing_is_caught) {
  BOOST_TEST(compare(78, 40, 40, 4, [](model::Model& checked) {
               for (model::Fact& fact : checked.facts) fact.data_class.clear();
             }).disagreements > 0);
}
BOOST_AUTO_TEST_CASE(a_claim_that_is_taken_for_words_that_stand_there_is_caught) {
  BOOST_TEST(compare(79, 40, 40, 4, [](model::Model& checked) {
               for (model::Rule& rule : checked.rules) {
                 if (!rule.when || rule.when->op != model::Op::claims) continue;
                 auto other = std::make_shared<model::Expr>(*rule.when);
                 other->op = model::Op::text_has;
                 rule.when = other;
               }
             }).disagreements > 0);
}

}  // namespace
}  // namespace caveat::random_texts
