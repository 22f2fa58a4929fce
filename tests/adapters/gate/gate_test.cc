// Promises of gate.h, over a real log in a fresh folder. ./check runs this under the thread sanitizer as well.
#include "adapters/gate/gate.h"

#include <array>
#include <boost/json.hpp>
#include <future>
#include <set>
#include <thread>

#include "tests/adapters/gate/fixture.h"

using namespace caveat;
using test::Bench;
namespace json = boost::json;

namespace {

std::string turn(const std::string& id, const std::string& customer, const std::string& answer = "hello") {
  return R"({"id":")" + id + R"(","language":"en","customer":{"id":")" + customer + R"("},"conversation":{"id":"c-)" +
         customer + R"("},"answer":{"text":")" + answer + R"("}})";
}

std::uint64_t index_of(const std::string& body) {
  return json::parse(body).at("receipt").at("index").to_number<std::uint64_t>();
}
// Which threads decide: each decision is given an id of random bytes. It can be held up there.
class WatchedRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override {
    by = std::this_thread::get_id();
    if (stops.exchange(false)) {
      stopped = true;
      stopped.notify_all();
      goes_on.wait(false);
    }
    inner_.fill(bytes);
  }
  std::atomic<std::thread::id> by{};
  std::atomic<bool> stops{false}, stopped{false}, goes_on{false};

 private:
  test::SeededRandom inner_;
};

// Every look at it takes as long as it is told.
class SlowClock final : public Clock {
 public:
  Microseconds wall_us() override { return 1'795'000'000LL * 1'000'000; }
  std::uint64_t steady_ns() override { return ns.fetch_add(step); }
  std::atomic<std::uint64_t> ns{1}, step{100};
};

std::string code_of(const std::string& body) { return std::string(json::parse(body).at("code").as_string()); }

}  // namespace

BOOST_AUTO_TEST_CASE(
    sixty_four_threads_none_is_answered_before_its_record_is_durable_and_one_customers_turns_keep_their_order) {
  Bench bench;
  constexpr int kThreads = 64, kTurns = 12;
  std::atomic<int> answered{0}, early{0}, wrong{0}, inside{0};
  std::vector<std::vector<std::uint64_t>> order(kThreads);
  {
    const auto gate = bench.gate(4);
    const gate::Caller caller = gate::Caller::local();
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      order[static_cast<std::size_t>(thread)].resize(kTurns);
      threads.emplace_back([&, thread] {
        static thread_local bool taking = false;
        for (int number = 0; number < kTurns; ++number) {
          const std::string id = "t-" + std::to_string(thread) + "-" + std::to_string(number);
          taking = true;
          gate->take(turn(id, "k-" + std::to_string(thread)), caller, [&, thread, number](const gate::Reply& reply) {
            if (taking) ++inside;
            if (reply.problem != nullptr || !reply.recorded) {
              ++wrong;
            } else {
              const std::uint64_t index = index_of(reply.body);
              if (index >= bench.control.durable) ++early;
              order[static_cast<std::size_t>(thread)][static_cast<std::size_t>(number)] = index;
            }
            ++answered;
          });
          taking = false;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    gate->drain();
  }
  BOOST_TEST(answered == kThreads * kTurns);
  BOOST_TEST(wrong == 0);
  BOOST_TEST(early == 0);
  BOOST_TEST(inside == 0);
  std::set<std::uint64_t> all;
  for (const auto& indices : order) {
    BOOST_TEST(std::is_sorted(indices.begin(), indices.end()));
    all.insert(indices.begin(), indices.end());
  }
  BOOST_TEST(all.size() == static_cast<std::size_t>(kThreads * kTurns));
  BOOST_TEST(bench.decisions() == static_cast<std::size_t>(kThreads * kTurns));
}

BOOST_AUTO_TEST_CASE(where_it_is_asked_for_records_stand_in_the_order_in_which_turns_were_taken) {
  Bench bench;
  constexpr std::size_t kTurns = 240;
  std::vector<std::uint64_t> order(kTurns);
  std::atomic<int> refused{0}, replayed{0};
  {
    const auto gate = bench.gate(gate::GateOptions{.threads = 4, .in_order = true});
    const gate::Caller caller = gate::Caller::local();
    for (std::size_t number = 0; number < kTurns; ++number) {
      // What takes long stands before what does not; some are refused, some repeat another, some wait in a line, some open a hand-off.
      std::string bytes = turn("t-" + std::to_string(number), "k-" + std::to_string(number % 50),
                               number % 4 == 0 ? std::string(40'000, 'a') : "hello");
      if (number % 11 == 5) bytes = "{";
      if (number % 13 == 7) bytes = turn("t-1", "k-1");
      if (number % 17 == 9)
        bytes = R"({"id":"t-)" + std::to_string(number) + R"(","customer":{"id":"k-)" + std::to_string(number) +
                R"("},"message":{"text":"an agent please"}})";
      gate->take(bytes, caller, [&, number](const gate::Reply& reply) {
        if (reply.problem != nullptr)
          ++refused;
        else if (reply.replayed)
          ++replayed;
        else
          order[number] = index_of(reply.body) + 1;
      });
    }
    gate->drain();
  }
  std::erase(order, 0u);
  BOOST_TEST(refused > 15);
  BOOST_TEST(replayed > 10);
  BOOST_TEST(order.size() > 190u);
  BOOST_TEST(std::is_sorted(order.begin(), order.end()));
  BOOST_TEST(bench.decisions() == order.size());
  BOOST_TEST(bench.records(audit::Kind::handoff_opened) > 5u);
}

BOOST_AUTO_TEST_CASE(threads_that_decide_what_they_take_keep_one_customers_turns_in_order_too) {
  Bench bench;
  constexpr int kThreads = 8, kTurns = 40;
  std::atomic<int> early{0}, wrong{0};
  std::array<std::vector<std::uint64_t>, kThreads> order;
  {
    const auto gate = bench.gate(2);
    const gate::Caller caller = gate::Caller::local();
    std::vector<std::thread> threads;
    for (std::size_t thread = 0; thread < kThreads; ++thread) {
      order[thread].resize(kTurns);
      threads.emplace_back([&, thread] {
        for (std::size_t number = 0; number < kTurns; ++number) {
          const std::string id = "t-" + std::to_string(thread) + "-" + std::to_string(number);
          // Half of them one after the other in a line of their own, the others among those of all threads.
          const std::string customer = number % 2 == 0 ? "k-" + std::to_string(thread) : "k-shared";
          gate->take(turn(id, customer), caller, {.here = number % 3 != 0},
                     [&, thread, number](const gate::Reply& reply) {
                       if (reply.problem != nullptr || !reply.recorded) {
                         ++wrong;
                         return;
                       }
                       order[thread][number] = index_of(reply.body);
                       if (order[thread][number] >= bench.control.durable) ++early;
                     });
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    gate->drain();
  }
  BOOST_TEST(wrong == 0);
  BOOST_TEST(early == 0);
  for (const auto& indices : order)
    for (std::size_t number = 2; number < kTurns; ++number) BOOST_TEST(indices[number - 2] < indices[number]);
  BOOST_TEST(bench.decisions() == static_cast<std::size_t>(kThreads * kTurns));
}

BOOST_AUTO_TEST_CASE(
    a_turn_is_decided_where_it_was_taken_if_nobody_is_before_it_and_told_there_if_no_record_is_waited_for) {
  Bench bench(false);
  WatchedRandom random;
  gate::Gate gate({.snapshot = &bench.snapshot, .clock = &bench.clock, .random = &random, .threads = 1});
  const gate::Caller caller = gate::Caller::local();
  const auto told_inside = [&](const std::string& bytes, bool here) {
    const auto answered = std::make_shared<std::promise<void>>();
    std::future<void> told = answered->get_future();
    gate.take(bytes, caller, {.here = here}, [answered](const gate::Reply&) { answered->set_value(); });
    const bool inside = told.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    if (!random.stopped || random.goes_on) told.wait();
    return inside && random.by == std::this_thread::get_id();
  };
  BOOST_TEST(told_inside(turn("t-1", "k-1"), true));
  BOOST_TEST(!told_inside(turn("t-2", "k-1", std::string(20'000, 'a')), true));  // it may take long
  // Somebody of the same customer is under way elsewhere: whoever is behind him waits, others do not.
  random.stops = true;
  std::promise<void> first, second;
  gate.take(turn("t-3", "k-1"), caller, {}, [&](const gate::Reply&) { first.set_value(); });
  random.stopped.wait(false);
  gate.take(turn("t-4", "k-1"), caller, {.here = true}, [&](const gate::Reply&) { second.set_value(); });
  BOOST_TEST(told_inside(turn("t-5", "k-2"), true));
  std::future<void> behind = second.get_future();
  BOOST_TEST((behind.wait_for(std::chrono::seconds(0)) == std::future_status::timeout));
  random.goes_on = true;
  random.goes_on.notify_all();
  first.get_future().wait();
  behind.wait();
}

BOOST_AUTO_TEST_CASE(what_takes_long_is_decided_on_the_gates_threads_until_it_is_quick_again) {
  Bench bench(false);
  WatchedRandom random;
  SlowClock clock;
  gate::Gate gate({.snapshot = &bench.snapshot, .clock = &clock, .random = &random});
  const gate::Caller caller = gate::Caller::local();
  int number = 0;
  const auto here = [&] {
    std::promise<void> answered;
    gate.take(turn("t-" + std::to_string(number), "k-" + std::to_string(number)), caller, {.here = true},
              [&](const gate::Reply&) { answered.set_value(); });
    answered.get_future().wait();
    ++number;
    return random.by == std::this_thread::get_id();
  };
  BOOST_TEST(here());
  clock.step = 1'000'000;  // a millisecond each
  for (int turns = 0; turns < 20; ++turns) (void)here();
  BOOST_TEST(!here());
  clock.step = 100;
  for (int turns = 0; turns < 40; ++turns) (void)here();
  BOOST_TEST(here());
}

BOOST_AUTO_TEST_CASE(while_the_log_stands_still_no_turn_is_decided_where_it_was_taken) {
  Bench bench;
  WatchedRandom random;
  SlowClock clock;
  gate::Gate gate({.snapshot = &bench.snapshot, .log = bench.log.get(), .clock = &clock, .random = &random});
  const gate::Caller caller = gate::Caller::local();
  std::atomic<int> answered{0};
  const auto take = [&](const char* id) {
    gate.take(turn(id, id), caller, {.here = true}, [&](const gate::Reply&) {
      ++answered;
      answered.notify_all();
    });
  };
  bench.control.stopped = true;
  take("t-1");
  BOOST_TEST((random.by == std::this_thread::get_id()));
  take("t-2");
  BOOST_TEST((random.by == std::this_thread::get_id()));
  clock.ns += 1'000'000'000;
  random.by = std::thread::id();
  take("t-3");
  BOOST_TEST((random.by != std::this_thread::get_id()));
  bench.control.stopped = false;
  bench.control.stopped.notify_all();
  gate.drain();
  BOOST_TEST(answered == 3);
  take("t-4");
  BOOST_TEST((random.by == std::this_thread::get_id()));
  gate.drain();
}

BOOST_AUTO_TEST_CASE(the_same_id_sixty_four_times_at_once_makes_one_record_and_equal_replies) {
  Bench bench;
  const auto gate = bench.gate(4);
  const gate::Caller caller = gate::Caller::local();
  std::vector<std::string> bodies(64);
  std::atomic<int> replayed{0};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    threads.emplace_back([&, i] {
      // the same content, spelled otherwise every second time
      const std::string bytes =
          i % 2 == 0
              ? turn("t-1", "k-1")
              : R"( {"answer":{"text":"\u0068ello"},"conversation":{"id":"c-k-1"},"customer":{"id":"k-1"},"language":"en","id":"t-1"} )";
      const gate::Reply reply = gate->decide(bytes, caller);
      bodies[i] = reply.body;
      if (reply.replayed) ++replayed;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& body : bodies) BOOST_TEST(body == bodies[0]);
  BOOST_TEST(replayed == 63);
  BOOST_TEST(bench.decisions() == 1u);
}

BOOST_AUTO_TEST_CASE(a_repeat_after_a_restart_gets_the_reply_of_then_with_its_receipt) {
  Bench bench;
  const gate::Caller caller = gate::Caller::local();
  const std::string first = bench.gate()->decide(turn("t-1", "k-1", "guaranteed"), caller).body;
  BOOST_TEST(json::parse(first).at("verdict").as_string() == "block");
  bench.log->close();
  bench.log.reset();
  bench.open();
  const gate::Reply again = bench.gate()->decide(turn("t-1", "k-1", "guaranteed"), caller);
  BOOST_TEST(again.body == first);
  BOOST_TEST(again.replayed);
  BOOST_TEST((again.verdict == decide::Verdict::block));
  BOOST_TEST(bench.decisions() == 1u);
}

BOOST_AUTO_TEST_CASE(an_id_used_for_other_content_is_refused_and_nothing_is_recorded) {
  Bench bench;
  const auto gate = bench.gate();
  const gate::Caller caller = gate::Caller::local();
  BOOST_TEST(gate->decide(turn("t-1", "k-1"), caller).problem == nullptr);
  const gate::Reply other = gate->decide(turn("t-1", "k-1", "another"), caller);
  BOOST_TEST(code_of(other.body) == "id_reused");
  BOOST_TEST(json::parse(other.body).at("verdict").as_string() == "handoff");
  gate::Caller somebody = caller;
  somebody.id = "another-bot";
  BOOST_TEST(gate->decide(turn("t-1", "k-1", "another"), somebody).problem == nullptr);  // scope (caller, id)
  BOOST_TEST(bench.decisions() == 2u);
}

BOOST_AUTO_TEST_CASE(a_commit_that_fails_hands_every_waiting_turn_over_and_the_gate_goes_on) {
  Bench bench;
  const auto gate = bench.gate();
  const gate::Caller caller = gate::Caller::local();
  BOOST_TEST(gate->decide(turn("t-0", "k-1"), caller).problem == nullptr);
  bench.control.failing = 1;
  const gate::Reply lost = gate->decide(turn("t-1", "k-1"), caller);
  BOOST_REQUIRE(lost.problem != nullptr);
  BOOST_TEST(code_of(lost.body) == "storage");
  const json::value body = json::parse(lost.body);
  BOOST_TEST(body.at("verdict").as_string() == "handoff");
  BOOST_TEST(body.at("cause").as_string() == "storage");
  BOOST_TEST(body.at("retryable").as_bool());
  BOOST_TEST(!body.at("handoff").at("hold").as_bool());
  const gate::Reply again = gate->decide(turn("t-1", "k-1"), caller);  // the same id may be sent again
  BOOST_TEST(again.problem == nullptr);
  BOOST_TEST(!again.replayed);
  BOOST_TEST(bench.decisions() == 2u);
}

BOOST_AUTO_TEST_CASE(what_the_one_who_is_told_throws_is_his_own_loss) {
  Bench bench;
  const auto gate = bench.gate();
  const gate::Caller caller = gate::Caller::local();
  std::atomic<int> told{0};
  const auto throws = [&](const gate::Reply&) {
    ++told;
    throw std::runtime_error("no memory for it");
  };
  gate->take(turn("t-1", "k-1"), caller, throws);
  gate->take(turn("t-1", "k-1"), caller, throws);       // a repeat
  gate->take(turn("t-1", "k-1", "x"), caller, throws);  // refused
  gate->take("{", caller, throws);
  gate::Command command;
  command.kind = gate::Command::Kind::open_handoff;
  command.body = R"({"conversation":"c-9","reason":"r"})";
  gate->perform(command, caller, throws);
  command.body = "{";
  gate->perform(command, caller, throws);
  gate->take(turn("t-2", "k-1"), caller, {.deadline_ns = 1}, throws);
  gate->drain();
  BOOST_TEST(told == 7);
  BOOST_TEST(gate->under_way() == 0u);
  BOOST_TEST(gate->decide(turn("t-3", "k-1"), caller).recorded);
}

BOOST_AUTO_TEST_CASE(without_a_log_the_gate_says_so_and_knows_repeats_for_its_life) {
  Bench bench(false);
  const auto gate = bench.gate();
  const gate::Caller caller = gate::Caller::local();
  const gate::Reply first = gate->decide(turn("t-1", "k-1"), caller);
  BOOST_TEST(!first.recorded);
  BOOST_TEST(json::parse(first.body).at("receipt").is_null());
  const gate::Reply again = gate->decide(turn("t-1", "k-1"), caller);
  BOOST_TEST(again.body == first.body);
  BOOST_TEST(again.replayed);
  BOOST_TEST(code_of(gate->decide(turn("t-1", "k-1", "x"), caller).body) == "id_reused");
}

// What is small is kept as it came, what is not as its digest; both are compared with both.
BOOST_AUTO_TEST_CASE(without_a_log_a_repeat_is_known_whatever_its_spelling_and_size) {
  Bench bench(false);
  const auto gate = bench.gate();
  const gate::Caller caller = gate::Caller::local();
  const auto spelt = [](const std::string& id, const std::string& text, const std::string& blanks) {
    return R"({"answer":{"text":"\u0068)" + text + R"("},)" + blanks + R"("id":")" + id +
           R"(","conversation":{"id":"c-)" + id + R"("},"customer":{"id":")" + id + R"("},"language":"en"})";
  };
  const std::string much(5'000, 'x'), blank(5'000, ' ');
  for (const std::string& text : {std::string("ello"), much}) {
    for (const std::string& blanks : {std::string(), blank}) {
      const std::string id = "t" + std::to_string(text.size()) + "-" + std::to_string(blanks.size());
      const gate::Reply first = gate->decide(turn(id, id, "h" + text), caller);
      BOOST_TEST(first.problem == nullptr);
      const gate::Reply again = gate->decide(spelt(id, text, blanks), caller);
      BOOST_TEST(again.replayed);
      BOOST_TEST(again.body == first.body);
      BOOST_TEST(gate->decide(turn(id, id, "h" + text), caller).replayed);
      BOOST_TEST(code_of(gate->decide(spelt(id, text + "s", blanks), caller).body) == "id_reused");
      BOOST_TEST(code_of(gate->decide(turn(id, id, "H" + text), caller).body) == "id_reused");
    }
  }
}

BOOST_AUTO_TEST_CASE(without_a_log_the_newest_turns_are_known_again_as_far_as_was_asked_for) {
  Bench bench(false);
  const auto gate = bench.gate(gate::GateOptions{.remembered = 10, .threads = 1});
  const gate::Caller caller = gate::Caller::local();
  const auto say = [&](int number, const char* text) {
    return gate->decide(turn("t-" + std::to_string(number), "k-" + std::to_string(number), text), caller);
  };
  for (int number = 0; number < 40; ++number) BOOST_TEST(!say(number, "hello").replayed);
  for (int number = 30; number < 40; ++number) BOOST_TEST(say(number, "hello").replayed);
  BOOST_TEST(code_of(say(39, "another").body) == "id_reused");
  BOOST_TEST(!say(0, "hello").replayed);  // long gone
}

BOOST_AUTO_TEST_CASE(a_refused_request_gets_a_problem_that_carries_a_verdict_in_its_language) {
  Bench bench;
  const auto gate = bench.gate();
  const gate::Caller caller = gate::Caller::local();
  const json::value body =
      json::parse(gate->decide(R"({"id":"t-9","language":"zh","custmer":{"age":67}})", caller).body);
  BOOST_TEST(body.at("code").as_string() == "unknown_member");
  BOOST_TEST(body.at("id").as_string() == "t-9");
  BOOST_TEST(body.at("verdict").as_string() == "handoff");
  BOOST_TEST(body.at("say").at("text").as_string() == "很抱歉，我暂时无法回答这个问题，请联系我们的工作人员。");
  BOOST_TEST(code_of(gate->decide("{", caller).body) == "not_json");
  BOOST_TEST(bench.decisions() == 0u);
}

BOOST_AUTO_TEST_CASE(a_caller_that_may_not_say_the_time_is_held_to_the_clock) {
  Bench bench;
  const auto gate = bench.gate();
  gate::Caller bot = gate::Caller::local();
  bot.any_time = false;
  const auto at = [](const char* time) {
    return R"({"id":")" + std::string(time) + R"(","at":")" + time + R"(","answer":{"text":"hello"}})";
  };
  const Microseconds now = bench.clock.wall_us();
  BOOST_TEST(code_of(gate->decide(at("2020-01-01T00:00:00Z"), bot).body) == "time_not_allowed");
  BOOST_TEST(code_of(gate->decide(at("2099-01-01T00:00:00Z"), bot).body) == "clock_skew");
  BOOST_TEST(gate->decide(at(format_instant(now - 60'000'000, 0).c_str()), bot).problem == nullptr);
  BOOST_TEST(gate->decide(at("2020-01-01T00:00:00Z"), gate::Caller::local()).problem == nullptr);
}

BOOST_AUTO_TEST_CASE(without_rules_every_turn_is_handed_over) {
  Bench bench;
  const gate::Snapshot empty;
  gate::Gate gate({.snapshot = &empty, .log = bench.log.get(), .clock = &bench.clock, .random = &bench.random});
  BOOST_TEST(code_of(gate.decide(turn("t-1", "k-1"), gate::Caller::local()).body) == "no_pack");
}

BOOST_AUTO_TEST_CASE(rules_swapped_under_load_are_taken_as_a_whole) {
  gate::Snapshot snapshot(Bench::rules());
  auto other = std::make_shared<decide::Ruleset>(*Bench::rules());
  other->data.sets.emplace_back().name = "mark";
  std::atomic<bool> stop{false};
  std::atomic<int> torn{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        const std::shared_ptr<const decide::Ruleset>& rules = snapshot.get();
        if (!rules || !rules->program || rules->data.sets.size() > 1) ++torn;
      }
    });
  }
  for (int i = 0; i < 2000; ++i)
    snapshot.put(i % 2 == 0 ? std::shared_ptr<const decide::Ruleset>(other) : Bench::rules());
  stop = true;
  for (std::thread& reader : readers) reader.join();
  BOOST_TEST(torn == 0);
  BOOST_TEST(snapshot.get()->data.sets.empty());
  snapshot.put(other);
  BOOST_TEST(snapshot.get()->data.sets.size() == 1u);
}
