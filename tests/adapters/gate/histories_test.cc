// Random histories of a customer, his conversations and a desk over a disk that forgets what was not synced: the process dies
// between any two steps and at any call of a commit, which then stands or does not. A plain model of who may speak is held against
// what the gate says. And 64 callers at once, whose power goes while they are answered.
#include <rapidcheck.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <future>
#include <iostream>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "audit/log/tree.h"
#include "audit/log/verify.h"
#include "audit/record/events.h"
#include "engine/base/cbor.h"
#include "tests/adapters/gate/fixture.h"
#include "tests/audit/store/forgetful_vfs.h"
#include "tests/audit/support/amount.h"

using namespace caveat;
using audit::testing::ForgetfulVfs;
using test::Bench;
namespace json = boost::json;

namespace {

enum class Step : int {
  hello,
  of_a_fund,  // which is warned of once a conversation
  of_a_loan,  // a topic of the switch
  unknown,
  wants_a_person,
  emergency,
  asks_to_share,  // which requires consent
  brings_consent,
  sent_again,  // an earlier turn, byte by byte
  confirmed,   // an earlier text was sent
  bot_opens,
  take,
  take_other,
  take_over,
  a_person_answers,
  pass,
  give_back,
  close,
  switch_on,
  switch_off,
  topic_on,
  topic_off,
  time_passes,
  dies,         // between two steps
  dies_within,  // at some call of the next step's commit
  fails,        // the next step's commit fails, and the process lives
  count
};
using Choice = std::pair<int, std::uint8_t>;  // a step, and which of those that there are

// Who may speak to this customer, by the rules as a person would state them.
struct Model {
  enum Who { bot, waiting, person } who = bot;
  std::string holder;
  bool switched = false, topic = false;
  friend bool operator==(const Model&, const Model&) = default;
};

gate::Caller bot() {
  gate::Caller caller;
  caller.id = "bot-1";
  caller.roles = {"bot"};
  caller.any_source = true;
  return caller;
}
gate::Caller agent(const std::string& id) {
  gate::Caller caller;
  caller.id = id;
  caller.roles = {"agent", "operator"};
  caller.queues = {"desk", "advisers"};
  caller.any_source = true;
  return caller;
}

// A log over the disk that forgets: `die` takes the process away, `rise` is what a restart finds.
struct Mortal : Bench {
  std::unique_ptr<gate::Gate> gate;
  std::size_t threads;

  explicit Mortal(std::size_t threads_of_gate) : threads(threads_of_gate) {
    log->close();
    log.reset();
    vfs = ForgetfulVfs::kName;
    ForgetfulVfs::the().arm(0, ForgetfulVfs::Fault::power);
    rise();
  }
  ~Mortal() {
    gate.reset();
    log.reset();
    ForgetfulVfs::the().arm(0, ForgetfulVfs::Fault::power);
    ForgetfulVfs::the().forget();
  }
  void rise() {
    open();
    gate = Bench::gate(threads);
  }
  void die(std::uint64_t seed) {
    if (!ForgetfulVfs::the().struck()) ForgetfulVfs::the().arm(1, ForgetfulVfs::Fault::power);
    gate.reset();
    log.reset();
    ForgetfulVfs::the().restart(seed);
    ForgetfulVfs::the().arm(0, ForgetfulVfs::Fault::power);
    rise();
  }
};

struct Receipt {
  std::uint64_t index = 0;
  std::string leaf;
};
Receipt receipt_of(const std::string& body) {
  const json::value receipt = json::parse(body).at("receipt");
  return {receipt.at("index").to_number<std::uint64_t>(), std::string(receipt.at("leaf").as_string())};
}

bool bot_speaks(const gate::Reply& reply) {
  const json::value text = json::parse(reply.body).at("say").at("text");
  return text.is_string() && text.as_string().starts_with("BOT");
}

// A turn that was answered with a verdict: it must be in the log for ever, and come back by its id.
struct Answered {
  std::string bytes, body, decision;
  gate::Caller caller;
  Receipt receipt;
};

struct History : Mortal {
  Model model;
  int turns = 0;
  std::vector<Answered> answered;
  std::string required;          // the decision that asks for consent and was not continued yet
  std::set<std::string> warned;  // conversations, since he was last with a person
  std::string told;              // what was done, for a failing case

  History() : Mortal(2) {}

  std::string body(const std::string& rest) {
    const std::string number = std::to_string(++turns);
    const std::string conversation = turns % 4 == 0 ? "c-new-" + number : turns % 4 == 3 ? "c-2" : "c-1";
    return R"({"id":"t-)" + number + R"(","language":"en","customer":{"id":"k-1"},"conversation":{"id":")" +
           conversation + R"("},)" + rest + "}";
  }
  gate::Reply turn(const std::string& bytes, const gate::Caller& caller) {
    gate::Reply reply = gate->decide(bytes, caller);
    const bool known = std::any_of(answered.begin(), answered.end(),
                                   [&](const Answered& one) { return one.decision == reply.decision_id; });
    if (reply.recorded && !known && bot_speaks(reply) && bytes.find("BOT fund") != std::string::npos) {
      const bool warns = reply.body.find("Note the risk.") != std::string::npos;
      const std::string conversation(json::parse(bytes).at("conversation").at("id").as_string());
      RC_ASSERT(warns == (warned.count(conversation) == 0));
      warned.insert(conversation);
    }
    if (reply.recorded && !reply.replayed)
      answered.push_back({bytes, reply.body, reply.decision_id, caller, receipt_of(reply.body)});
    return reply;
  }
  gate::Reply command(gate::Command::Kind kind, const std::string& target, const std::string& text,
                      const gate::Caller& caller) {
    std::promise<gate::Reply> done;
    gate->perform({.kind = kind, .target = target, .if_match = "*", .body = text}, caller,
                  [&](const gate::Reply& reply) { done.set_value(reply); });
    return done.get_future().get();
  }

  // The one ticket that holds, or any that is open; empty: none.
  std::string ticket(std::string* state = nullptr, std::string* holder = nullptr) {
    gate::Query query{.kind = gate::Query::Kind::handoffs};
    query.customer = "k-1";
    const json::value list = json::parse(gate->look(query, gate::Caller::local()).body);
    std::string any;
    std::size_t holding = 0;
    for (const json::value& item : list.at("items").as_array()) {
      const bool holds = item.at("hold").as_bool();
      if (holds) ++holding;
      if (!any.empty() && !holds) continue;
      any = std::string(item.at("id").as_string());
      if (state != nullptr) *state = std::string(item.at("state").as_string());
      if (holder != nullptr) *holder = item.at("holder").is_null() ? "" : std::string(item.at("holder").as_string());
    }
    RC_ASSERT(holding <= 1u);
    return any;
  }

  Model seen() {
    std::string state, holder;
    ticket(&state, &holder);
    Model now;
    now.who = state == "waiting" ? Model::waiting : state == "person" ? Model::person : Model::bot;
    now.holder = now.who == Model::person ? holder : "";
    const gate::Reply emergency = gate->look({.kind = gate::Query::Kind::switch_}, gate::Caller::local());
    const json::value levers = json::parse(emergency.body);
    now.switched = levers.at("on").as_bool();
    for (const json::value& one : levers.at("topics").as_array())
      if (one.at("topic") == "loans") now.topic = one.at("on").as_bool();
    return now;
  }
  bool silent() const { return model.who != Model::bot || model.switched; }
};

// What a step is about, chosen while the power is on.
struct Chosen {
  std::string ticket, bytes;
  const Answered* earlier = nullptr;
};

Chosen choose(History& h, Step step, std::uint8_t which) {
  Chosen chosen;
  switch (step) {
    case Step::take:
    case Step::take_other:
    case Step::pass:
    case Step::give_back:
    case Step::close:
      chosen.ticket = h.ticket();
      break;
    case Step::sent_again:
    case Step::confirmed:
      if (!h.answered.empty()) chosen.earlier = &h.answered[which % h.answered.size()];
      break;
    case Step::hello:
      chosen.bytes = h.body(R"("answer":{"text":"BOT hello"})");
      break;
    case Step::of_a_fund:
      chosen.bytes = h.body(R"("answer":{"text":"BOT fund"})");
      break;
    case Step::of_a_loan:
      chosen.bytes = h.body(
          R"("answer":{"text":"BOT loan"},"recommendation":{"products":[{"id":"p-1","name":"P","kind":"loan"}]})");
      break;
    case Step::unknown:
      chosen.bytes = h.body(R"("answer":{"text":"BOT done"},"actions":[{"name":"transfer"}])");
      break;
    case Step::wants_a_person:
      chosen.bytes = h.body(R"("message":{"text":"an agent"},"answer":{"text":"BOT no"})");
      break;
    case Step::emergency:
      chosen.bytes = h.body(R"("message":{"text":"my card was stolen"},"answer":{"text":"BOT oh"})");
      break;
    case Step::asks_to_share:
      chosen.bytes = h.body(R"("answer":{"text":"BOT shared"},"actions":[{"name":"share"}])");
      break;
    case Step::a_person_answers:
      chosen.bytes = h.body(R"("answer":{"text":"LI speaks","author":"person"})");
      break;
    default:
      break;
  }
  return chosen;
}

// The turn that asked for consent again, with it; in the conversation of then.
std::string with_consent(History& h) {
  for (const Answered& one : h.answered) {
    if (one.decision != h.required) continue;
    json::object again = json::parse(one.bytes).as_object();
    const std::string number = std::to_string(++h.turns);
    again["id"] = "t-" + number;
    again["continues"] = h.required;
    again["satisfied"] = json::array{json::object{{"name", "consent"},
                                                  {"kind", "consent"},
                                                  {"by", "app"},
                                                  {"at", format_instant(h.clock.wall_us() - 1'000'000, 0)},
                                                  {"evidence", "doc-" + number}}};
    return json::serialize(again);
  }
  return {};
}

// One step. Returns what the customer's case is where it was done; `reply` is empty where there was nothing to do.
Model run(History& h, Step step, const Chosen& chosen, gate::Reply& reply, bool& is_turn) {
  using Kind = gate::Command::Kind;
  Model next = h.model;
  const bool held = h.model.who != Model::bot, with_li = h.model.who == Model::person && h.model.holder == "li";
  switch (step) {
    case Step::hello:
    case Step::of_a_fund:
    case Step::of_a_loan:
    case Step::unknown:
    case Step::asks_to_share:
      is_turn = true;
      reply = h.turn(chosen.bytes, bot());
      break;
    case Step::wants_a_person:
    case Step::emergency:
      is_turn = true;
      reply = h.turn(chosen.bytes, bot());
      if (!held) next.who = Model::waiting;
      break;
    case Step::brings_consent: {
      const std::string bytes = with_consent(h);
      if (bytes.empty()) break;
      is_turn = true;
      reply = h.turn(bytes, bot());
      break;
    }
    case Step::a_person_answers:
      is_turn = true;
      reply = h.turn(chosen.bytes, agent("li"));
      if (reply.recorded) RC_ASSERT(with_li);
      break;
    case Step::sent_again: {
      if (chosen.earlier == nullptr) break;
      is_turn = true;
      const Answered earlier = *chosen.earlier;
      reply = h.turn(earlier.bytes, earlier.caller);
      if (reply.problem != nullptr) break;  // a disk that is gone
      RC_ASSERT(reply.replayed);
      RC_ASSERT(reply.decision_id == earlier.decision);
      if (!reply.superseded) RC_ASSERT(reply.body == earlier.body);
      if (reply.superseded)
        RC_ASSERT((held || h.model.switched || h.model.topic) &&
                  !bot_speaks(reply));  // also where it had asked for a consent
      break;
    }
    case Step::confirmed:
      if (chosen.earlier == nullptr) break;
      reply = h.command(Kind::confirm_deliveries, {},
                        R"({"decision":")" + chosen.earlier->decision + R"(","text_digest":"sha256:)" +
                            hex(sha256("BOT hello")) + "\"}",
                        chosen.earlier->caller);
      break;
    case Step::bot_opens:
      reply = h.command(Kind::open_handoff, {}, R"({"customer":"k-1","reason":"lost"})", bot());
      if (!held) next.who = Model::waiting;
      break;
    case Step::take:
    case Step::take_other: {
      if (chosen.ticket.empty()) break;
      const std::string who = step == Step::take ? "li" : "wang";
      reply = h.command(Kind::take_handoff, chosen.ticket, "{}", agent(who));
      if (h.model.who != Model::person) next.who = Model::person, next.holder = who;
      break;
    }
    case Step::take_over:
      reply = h.command(Kind::open_handoff, {}, R"({"customer":"k-1","reason":"me","take":true})", agent("li"));
      if (h.model.who != Model::person) next.who = Model::person, next.holder = "li";
      break;
    case Step::pass:
      if (chosen.ticket.empty()) break;
      reply = h.command(Kind::pass_handoff, chosen.ticket, R"({"queue":"advisers","note":"n"})", agent("li"));
      if (with_li) next.who = Model::waiting, next.holder.clear();
      break;
    case Step::give_back:
    case Step::close:
      if (chosen.ticket.empty()) break;
      reply = step == Step::close
                  ? h.command(Kind::close_handoff, chosen.ticket, R"({"outcome":"resolved","customer_agreed":true})",
                              agent("li"))
                  : h.command(Kind::return_handoff, chosen.ticket, R"({"customer_agreed":true})", agent("li"));
      if (with_li) next.who = Model::bot, next.holder.clear();
      break;
    case Step::switch_on:
    case Step::switch_off:
      next.switched = step == Step::switch_on;
      reply = h.command(Kind::throw_switch, {},
                        next.switched ? R"({"on":true,"reason":"r"})" : R"({"on":false,"reason":"r"})", agent("li"));
      break;
    case Step::topic_on:
    case Step::topic_off:
      next.topic = step == Step::topic_on;
      reply = h.command(Kind::throw_switch, {},
                        std::string(R"({"topic":"loans","reason":"r","on":)") + (next.topic ? "true}" : "false}"),
                        agent("li"));
      break;
    case Step::time_passes:
      h.clock.pass(61'000'000);
      h.gate->tick();
      h.log->flush();
      break;
    default:
      break;
  }
  return next;
}

// What was answered is in the log, under its index, byte for byte: from the so many-th on.
void check_answered(History& h, std::size_t from = 0) {
  if (from == h.answered.size()) return;
  const auto reader = audit::LogReader::open((h.folder / "log.db").string());
  for (; from < h.answered.size(); ++from) {
    const Answered& one = h.answered[from];
    const auto header = reader->header(one.receipt.index);
    RC_ASSERT(header.has_value());
    RC_ASSERT(hex(audit::leaf_hash(*header)) == one.receipt.leaf);
  }
}

// Each ticket was opened once, and closed at most once; each turn was decided once, however often it was sent.
void check_records(History& h) {
  const auto reader = audit::LogReader::open((h.folder / "log.db").string());
  std::map<std::string, int> opened, closed, decided;
  for (std::uint64_t index = 0; index < reader->size(); ++index) {
    const Result<audit::OpenedRecord> record = reader->open_body(h.log->keys(), index);
    RC_ASSERT(record.has_value());
    const audit::Kind kind = record->header.context.kind;
    if (kind == audit::Kind::decision) {
      const Result<cbor::Value> request = cbor::decode(record->find(audit::Section::request)->encoded);
      RC_ASSERT(request.has_value() && request->find(1) != nullptr);
      RC_ASSERT(++decided[std::string(request->find(1)->string)] == 1);
    }
    if (kind < audit::Kind::handoff_opened || kind > audit::Kind::handoff_closed) continue;
    const Result<audit::Event> event = audit::decode_event(kind, record->find(audit::Section::event)->encoded);
    RC_ASSERT(event.has_value());
    const std::string& id = std::get<audit::HandOffMoved>(*event).handoff;
    if (kind == audit::Kind::handoff_opened) ++opened[id];
    if (kind == audit::Kind::handoff_closed || kind == audit::Kind::handoff_returned) ++closed[id];
    RC_ASSERT(opened[id] == 1);
    RC_ASSERT(closed[id] <= 1);
  }
}

void check_log(History& h) {
  h.gate.reset();
  h.log->close();
  audit::VerifyOptions options;
  const auto keys = audit::KeyStore::open((h.folder / "log.keys").string(), {});
  options.keys = keys.get();
  const auto reader = audit::LogReader::open((h.folder / "log.db").string());
  for (const auto& finding : audit::verify_log(*reader, options).findings)
    RC_FAIL(finding.table + " " + finding.row + " " + finding.what);
}

std::size_t lived = 0, deaths = 0, within = 0, stood = 0;  // over all histories

// Those of a night take minutes: how far they are.
void tell_how_far() {
  if (++lived % 100 == 0 && audit::testing::all_of_it())
    std::cerr << lived << " histories, died " << deaths << " times, " << within << " within a commit" << std::endl;
}

void live() {
  // Each step as likely at any size: what a history finds hangs on its length alone.
  // Some come more often: deaths, what lets a bot speak again, and what it says that counts.
  static constexpr Step kMore[] = {Step::dies_within, Step::dies_within, Step::dies_within, Step::dies_within,
                                   Step::dies_within, Step::take,        Step::take,        Step::close,
                                   Step::close,       Step::give_back,   Step::give_back,   Step::switch_off,
                                   Step::switch_off,  Step::of_a_fund,   Step::of_a_fund,   Step::of_a_fund,
                                   Step::of_a_fund,   Step::of_a_fund,   Step::of_a_fund};
  constexpr int kSteps = static_cast<int>(Step::count);
  constexpr int kWhole = 100;  // a range is drawn from whole at this size
  const auto choices = *rc::gen::container<std::vector<Choice>>(
      rc::gen::pair(rc::gen::resize(kWhole, rc::gen::inRange(0, kSteps + static_cast<int>(std::size(kMore)))),
                    rc::gen::resize(kWhole, rc::gen::inRange<std::uint8_t>(0, 255))));
  ForgetfulVfs& disk = ForgetfulVfs::the();
  History h;
  std::optional<std::uint8_t> dies_at;
  bool fails = false;
  for (const auto& [choice, which] : choices) {
    const Step step = choice < kSteps ? static_cast<Step>(choice) : kMore[choice - kSteps];
    h.told += std::to_string(static_cast<int>(step)) + " ";
    if (step == Step::dies_within) {
      dies_at = which;
      continue;
    }
    if (step == Step::fails) {
      fails = true;
      continue;
    }
    if (step == Step::dies) {
      ++deaths;
      h.die(which);
      check_answered(h);
      RC_ASSERT(h.seen() == h.model);
      continue;
    }
    const Chosen chosen = choose(h, step, which);
    const std::size_t answered = h.answered.size();
    if (dies_at) disk.arm(1 + *dies_at % 32, ForgetfulVfs::Fault::power);
    if (fails && !dies_at) h.control.failing = 1;
    gate::Reply reply;
    bool is_turn = false;
    const bool silent = h.silent() || (step == Step::of_a_loan && h.model.topic);
    const Model before = h.model, next = run(h, step, chosen, reply, is_turn);
    // The promise itself: whatever was refused, lost or repeated, a bot is not heard in a hold, nor while the switch is thrown.
    if (is_turn && silent) RC_ASSERT(!bot_speaks(reply));
    const bool plain = step == Step::hello || step == Step::of_a_fund || step == Step::of_a_loan;
    if (plain && !silent && reply.recorded) RC_ASSERT(bot_speaks(reply));
    if (reply.recorded && step == Step::asks_to_share && !silent) h.required = reply.decision_id;
    const bool lost = (dies_at && disk.struck()) || (fails && !dies_at && h.control.failing == 0);
    h.control.failing = 0;
    if (dies_at) {
      ++deaths;
      h.die(which);
    }
    const Model now = h.seen();
    if (now != h.model && now != next) RC_LOG() << h.told;
    // What was answered stands; what was not, stands or does not, where the power went while it was written.
    if (!lost || reply.recorded)
      RC_ASSERT(now == next);
    else
      RC_ASSERT(now == h.model || (dies_at && now == next));
    h.model = now;
    if (before.who == Model::person && now.who == Model::bot) h.warned.clear();
    if (lost && dies_at) {
      ++within;
      bool stands = now == next && next != before;
      if (!chosen.bytes.empty() && !reply.recorded && step != Step::a_person_answers) {
        const gate::Reply again = h.turn(chosen.bytes, bot());  // it brings what was decided, or decides now
        RC_ASSERT(again.recorded);
        stands = again.replayed;
        h.model = h.seen();
        RC_ASSERT(h.model == (stands ? now : next));
        if (step == Step::asks_to_share && !silent) h.required = again.decision_id;
      }
      stood += stands ? 1 : 0;
    }
    // Where nothing was lost only what came is looked at: what stood before is looked at again behind the next loss, and at the end.
    check_answered(h, lost ? 0 : answered);
    dies_at.reset();
    fails = false;
  }
  check_answered(h);
  check_records(h);
  check_log(h);
  tell_how_far();
}

}  // namespace

BOOST_AUTO_TEST_CASE(in_no_history_with_power_cuts_does_a_bot_speak_in_a_hold_and_each_ticket_is_opened_once) {
  const bool nightly = audit::testing::all_of_it();
  ::setenv("RC_PARAMS",
           nightly ? "seed=20261126 max_success=2000 max_size=200" : "seed=20261126 max_success=40 max_size=80",
           0);  // ours, where nobody asks for another
  lived = deaths = within = stood = 0;
  BOOST_TEST(rc::check("nobody speaks in a hold", live));
  BOOST_TEST_MESSAGE("died " << deaths << " times, " << within << " within a commit, of which " << stood << " stood");
  BOOST_TEST(deaths > 20u);
  BOOST_TEST(within > 10u);
}

BOOST_AUTO_TEST_CASE(the_power_goes_under_sixty_four_callers_and_what_was_answered_is_there_once_and_comes_back_equal) {
  ForgetfulVfs& disk = ForgetfulVfs::the();
  constexpr int kCallers = 64, kTurns = 4;
  const int rounds = audit::testing::all_of_it() ? 200 : 6;
  std::size_t cut = 0;
  for (int round = 0; round < rounds; ++round) {
    Mortal bench(3);
    const auto bytes = [](int caller, int number) {
      const std::string name = std::to_string(caller);
      return R"({"id":"t-)" + name + "-" + std::to_string(number) + R"(","language":"en","customer":{"id":"k-)" + name +
             R"("},"conversation":{"id":"c-)" + name + R"("},"answer":{"text":"BOT"}})";
    };
    std::map<std::string, gate::Reply> answered;  // by the bytes of the turn
    std::mutex mutex;
    disk.arm(1 + static_cast<std::uint64_t>(round) * 13 % 90, ForgetfulVfs::Fault::power);
    {
      std::vector<std::thread> threads;
      for (int caller = 0; caller < kCallers; ++caller) {
        threads.emplace_back([&, caller] {
          for (int number = 0; number < kTurns; ++number) {
            const std::string turn = bytes(caller, number);
            gate::Reply reply = bench.gate->decide(turn, bot());
            const std::lock_guard lock(mutex);
            answered.emplace(turn, std::move(reply));
          }
        });
      }
      for (std::thread& thread : threads) thread.join();
    }
    BOOST_REQUIRE(answered.size() == static_cast<std::size_t>(kCallers * kTurns));
    cut += disk.struck() ? 1 : 0;
    bench.die(static_cast<std::uint64_t>(round));
    {
      const auto reader = audit::LogReader::open((bench.folder / "log.db").string());
      for (const auto& [turn, reply] : answered) {
        if (reply.problem != nullptr) continue;
        const Receipt receipt = receipt_of(reply.body);
        const auto header = reader->header(receipt.index);
        BOOST_REQUIRE_MESSAGE(header.has_value(), "answered before it was durable: " << turn);
        BOOST_TEST(hex(audit::leaf_hash(*header)) == receipt.leaf);
      }
    }
    for (const auto& [turn, reply] : answered) {
      const gate::Reply again = bench.gate->decide(turn, bot());
      BOOST_REQUIRE(again.problem == nullptr);
      if (reply.problem == nullptr) BOOST_TEST((again.replayed && again.body == reply.body));
    }
    BOOST_TEST(bench.decisions() == static_cast<std::size_t>(kCallers * kTurns));
  }
  BOOST_TEST(cut > 0u);
}
