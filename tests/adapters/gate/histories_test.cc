// Random histories of a customer, his conversations and a desk, with the power cut between any two steps and in the middle of some:
// a plain model of who may speak is held against what the gate says.
#include <rapidcheck.h>

#include <boost/json.hpp>
#include <future>
#include <map>
#include <set>

#include "audit/record/events.h"
#include "tests/adapters/gate/fixture.h"

using namespace caveat;
using test::Bench;
namespace json = boost::json;

namespace {

enum class Step : int {
  hello,
  unknown,
  wants_a_person,
  emergency,
  bot_opens,
  take,
  take_other,
  take_over,
  pass,
  give_back,
  close,
  time_passes,
  cut,          // the power, between two steps
  cut_at_once,  // in the middle of the next step: its commit is lost
  count
};

// Who may speak to this customer, by the rules as a person would state them.
struct Model {
  enum Who { bot, waiting, person } who = bot;
  std::string holder;
};

struct History : Bench {
  std::unique_ptr<gate::Gate> gate = Bench::gate();
  Model model;
  int turns = 0;
  std::string log_text;  // of what was done, for a failing case

  static gate::Caller bot() {
    gate::Caller caller;
    caller.id = "bot-1";
    caller.roles = {"bot"};
    caller.any_source = true;
    return caller;
  }
  static gate::Caller agent(const std::string& id) {
    gate::Caller caller;
    caller.id = id;
    caller.roles = {"agent"};
    caller.queues = {"desk", "advisers"};
    return caller;
  }

  void restart() {
    gate.reset();
    reopen();
    gate = Bench::gate();
  }

  gate::Reply turn(const std::string& rest) {
    const std::string number = std::to_string(++turns);
    const std::string conversation = turns % 3 == 0
                                         ? R"("conversation":{"id":"c-new-)" + number + R"("},)"
                                         : R"("conversation":{"id":"c-)" + std::to_string(turns % 3) + R"("},)";
    return gate->decide(
        R"({"id":"t-)" + number + R"(","language":"en","customer":{"id":"k-1"},)" + conversation + rest + "}", bot());
  }
  gate::Reply command(gate::Command::Kind kind, const std::string& target, const std::string& body,
                      const gate::Caller& caller) {
    std::promise<gate::Reply> answered;
    gate->perform({.kind = kind, .target = target, .if_match = "*", .body = body}, caller,
                  [&](const gate::Reply& reply) { answered.set_value(reply); });
    return answered.get_future().get();
  }

  // The one ticket that holds, or any that is open; empty: none.
  std::string ticket(std::string* state = nullptr, std::string* holder = nullptr) {
    gate::Query query{.kind = gate::Query::Kind::handoffs};
    query.customer = "k-1";
    const json::array items = json::parse(gate->look(query, gate::Caller::local()).body).at("items").as_array();
    std::string any;
    std::size_t holding = 0;
    for (const json::value& item : items) {
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
    return now;
  }
  void agree(const char* after) {
    const Model now = seen();
    log_text += std::string(after) + " ";
    if (now.who != model.who || now.holder != model.holder) RC_LOG() << log_text;
    RC_ASSERT(now.who == model.who);
    RC_ASSERT(now.holder == model.holder);
  }
};

bool bot_speaks(const gate::Reply& reply) {
  const json::value text = json::parse(reply.body).at("say").at("text");
  return text.is_string() && text.as_string().starts_with("BOT");
}

// One step; `lost`: its commit fails, so nothing of it may be seen.
void run(History& h, Step step, bool lost) {
  Model next = h.model;
  const auto holds = [&] { return h.model.who != Model::bot; };
  if (lost) h.control.failing = 1;
  gate::Reply reply;
  bool a_turn = false;
  switch (step) {
    case Step::hello:
      a_turn = true;
      reply = h.turn(R"("answer":{"text":"BOT hello"})");
      if (!lost && !holds()) RC_ASSERT(bot_speaks(reply));
      break;
    case Step::unknown:
      a_turn = true;
      reply = h.turn(R"("answer":{"text":"BOT done"},"actions":[{"name":"transfer"}])");
      break;
    case Step::wants_a_person:
    case Step::emergency:
      a_turn = true;
      reply = h.turn(step == Step::emergency ? R"("message":{"text":"my card was stolen"},"answer":{"text":"BOT oh"})"
                                             : R"("message":{"text":"an agent"},"answer":{"text":"BOT no"})");
      if (!holds()) next = {Model::waiting, ""};
      break;
    case Step::bot_opens:
      reply = h.command(gate::Command::Kind::open_handoff, {}, R"({"customer":"k-1","reason":"lost"})", History::bot());
      if (!holds()) next = {Model::waiting, ""};
      break;
    case Step::take:
    case Step::take_other: {
      const std::string who = step == Step::take ? "li" : "wang";
      const std::string id = h.ticket();
      if (id.empty()) return;
      reply = h.command(gate::Command::Kind::take_handoff, id, "{}", History::agent(who));
      if (h.model.who != Model::person) next = {Model::person, who};
      break;
    }
    case Step::take_over:
      reply = h.command(gate::Command::Kind::open_handoff, {}, R"({"customer":"k-1","reason":"me","take":true})",
                        History::agent("li"));
      if (h.model.who != Model::person) next = {Model::person, "li"};
      break;
    case Step::pass: {
      const std::string id = h.ticket();
      if (id.empty()) return;
      reply =
          h.command(gate::Command::Kind::pass_handoff, id, R"({"queue":"advisers","note":"n"})", History::agent("li"));
      if (h.model.who == Model::person && h.model.holder == "li") next = {Model::waiting, ""};
      break;
    }
    case Step::give_back:
    case Step::close: {
      const std::string id = h.ticket();
      if (id.empty()) return;
      reply = h.command(
          step == Step::close ? gate::Command::Kind::close_handoff : gate::Command::Kind::return_handoff, id,
          step == Step::close ? R"({"outcome":"resolved","customer_agreed":true})" : R"({"customer_agreed":true})",
          History::agent("li"));
      if (h.model.who == Model::person && h.model.holder == "li") next = {Model::bot, ""};
      break;
    }
    case Step::time_passes:
      h.clock.pass(61'000'000);
      h.gate->tick();
      h.log->flush();
      break;
    default:
      break;
  }
  // The promise itself: whatever was refused, lost or repeated, a bot is not heard in a hold.
  if (a_turn && holds()) RC_ASSERT(!bot_speaks(reply));
  if (lost && h.control.failing == 0) {
    // The commit was tried and failed; a refusal tried none.
    if (a_turn) RC_ASSERT(reply.problem != nullptr);
  } else {
    h.model = next;
  }
  h.control.failing = 0;
}

void check_tickets(History& h) {
  // Each ticket was opened once, and closed at most once.
  const auto keys = &h.log->keys();
  const auto reader = audit::LogReader::open((h.folder / "log.db").string());
  std::map<std::string, int> opened, closed;
  for (std::uint64_t index = 0; index < reader->size(); ++index) {
    const Result<audit::OpenedRecord> record = reader->open_body(*keys, index);
    RC_ASSERT(record.has_value());
    const audit::Kind kind = record->header.context.kind;
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

}  // namespace

BOOST_AUTO_TEST_CASE(in_no_history_with_power_cuts_does_a_bot_speak_in_a_hold_and_each_ticket_is_opened_once) {
  ::setenv("RC_PARAMS", "seed=20261126 max_success=25 max_size=60", 0);  // ours, where nobody asks for another
  const bool held = rc::check("nobody speaks in a hold", [](const std::vector<std::uint8_t>& choices) {
    History h;
    bool lost = false;
    for (const std::uint8_t choice : choices) {
      const auto step = static_cast<Step>(choice % static_cast<int>(Step::count));
      if (step == Step::cut_at_once) {
        lost = true;
        continue;
      }
      if (step == Step::cut) {
        h.restart();
      } else {
        run(h, step, lost);
        h.control.failing = 0;  // a step that came to nothing tried no commit
        if (lost) h.restart();
        lost = false;
      }
      h.agree(std::to_string(static_cast<int>(step)).c_str());
    }
    check_tickets(h);
  });
  BOOST_TEST(held);
}
