// `caveat bench serve`: what the service costs, beside a bare echo of the library that its listener is made with and, where it is
// named, OPA's server on the same rules and turns. Every answer is compared with the oracle's before anything is timed. The machine's
// neighbours come and go, so every figure that counts is a ratio within a round, and the median of the rounds is held against the target.
#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <chrono>
#include <cmath>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <thread>

#include "adapters/cli/bench/echo.h"
#include "adapters/cli/bench/load.h"
#include "adapters/cli/bench/materials.h"
#include "adapters/cli/bench/number_option.h"
#include "adapters/cli/bench/place.h"
#include "adapters/cli/bench/quantile.h"
#include "adapters/cli/bench/workload.h"
#include "adapters/cli/bench/written.h"
#include "adapters/cli/command.h"
#include "adapters/cli/id_random.h"
#include "adapters/cli/system_clock.h"
#include "adapters/gate/gate.h"
#include "adapters/load/ruleset.h"
#include "adapters/server/listener.h"
#include "adapters/server/router.h"
#include "audit/error.h"
#include "audit/log/log.h"
#include "audit/seal/system_random.h"

namespace caveat::cli {

namespace {

using namespace bench;
namespace fs = std::filesystem;
namespace json = boost::json;

// The gate behind its listener, as `caveat serve` puts them together: the usual threads for sockets, which decide what
// is quick, as many for the rest, a line of the operational log for each exchange.
class Service {
 public:
  Service(const gate::Snapshot& snapshot, const std::string& folder, bool durable)
      : operation_(server::OperationLog::open(folder + "/operation.jsonl", server::Level::info, clock_)) {
    if (durable) {
      audit::LogOptions options;
      options.path = folder + "/log.db";
      options.create = true;
      options.clock = &clock_;
      options.random = &random_;
      log_ = audit::Log::open(std::move(options));
    }
    gate_ = std::make_unique<gate::Gate>(gate::GateOptions{.snapshot = &snapshot,
                                                           .log = log_.get(),
                                                           .remembered = 10'000,
                                                           .clock = &clock_,
                                                           .random = &ids_,
                                                           .threads = std::max(1u, std::thread::hardware_concurrency()),
                                                           .stages = true});
    server::RouterOptions options;
    options.gate = gate_.get();
    options.clock = &clock_;
    options.random = &ids_;
    options.metrics = &metrics_;
    options.log = operation_.get();
    options.caps.deadline_ms = 60'000;
    router_ = std::make_unique<server::Router>(std::move(options));
    const server::NewKey key = server::make_key("bench", random_);
    key_ = key.text;
    server::CallerEntry entry;
    entry.id = "bench";
    entry.roles = server::kBot;
    entry.sources = {"*"};
    entry.key_digest = key.digest;
    router_->set_callers(std::make_shared<const server::Callers>(std::vector<server::CallerEntry>{entry}));
    listener_ =
        std::make_unique<server::Listener>(*router_, server::usual_threads(std::thread::hardware_concurrency()));
    const Result<std::uint16_t> port = listener_->listen("127.0.0.1", 0, {});
    if (!port) throw std::runtime_error("no port is free");
    port_ = *port;
    listener_->start();
  }
  ~Service() {
    listener_->drain(1'000);
    gate_->drain();
  }
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  std::uint16_t port() const { return port_; }
  const std::string& key() const { return key_; }

 private:
  SystemClock clock_;
  audit::SystemRandom random_;
  IdRandom ids_{random_};
  server::Metrics metrics_;
  std::unique_ptr<server::OperationLog> operation_;
  std::unique_ptr<audit::Log> log_;
  std::unique_ptr<gate::Gate> gate_;
  std::unique_ptr<server::Router> router_;
  std::unique_ptr<server::Listener> listener_;
  std::string key_;
  std::uint16_t port_ = 0;
};

std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ::sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::socklen_t size = sizeof address;
  if (::bind(socket, reinterpret_cast<const ::sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket, reinterpret_cast<::sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no port is free");
  ::close(socket);
  return ntohs(address.sin_port);
}

class Opa {  // its server, a process of its own
 public:
  Opa(const std::string& program, const std::string& rules) : port_(free_port()) {
    const std::string address = "127.0.0.1:" + std::to_string(port_);
    child_ = ::fork();
    if (child_ == 0) {
      const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
      ::dup2(nowhere, 1);
      ::dup2(nowhere, 2);
      ::execlp(program.c_str(), program.c_str(), "run", "--server", "--addr", address.c_str(), "--log-level", "error",
               "--disable-telemetry", rules.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
    const std::vector<Message> none;
    for (int tries = 0; tries < 600; ++tries) {
      int status = 0;
      if (::waitpid(child_, &status, WNOHANG) == child_) {
        child_ = -1;
        break;
      }
      try {
        const Load probe(port_, none, 1);
        return;
      } catch (const std::runtime_error&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      }
    }
    stop();
    throw std::runtime_error(program + " does not serve");
  }
  ~Opa() { stop(); }
  Opa(const Opa&) = delete;
  Opa& operator=(const Opa&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  void stop() {
    if (child_ <= 0) return;
    ::kill(child_, SIGTERM);
    ::waitpid(child_, nullptr, 0);
    child_ = -1;
  }
  std::uint16_t port_;
  ::pid_t child_ = -1;
};

std::uint32_t number_in(std::string_view rule) {
  std::uint32_t number = 0;
  const std::size_t digits = rule.rfind('R') + 1;
  std::from_chars(rule.data() + digits, rule.data() + rule.size(), number);
  return number;
}

constexpr std::size_t kMaterialEntries = 100'000;  // as the target has it

struct BenchSettings {
  double seconds = 3;
  std::size_t rounds = 3, rules = 1'000, connections = 32, entries = kMaterialEntries;
  std::uint64_t seed = 20261124;
  fs::path dir;
  std::string opa;
};

class Bench {
 public:
  Bench(Terminal& terminal, BenchSettings settings)
      : terminal_(terminal),
        settings_(std::move(settings)),
        work_(make_workload({.rules = settings_.rules, .seed = settings_.seed})) {}

  int run() {
    try {
      return measured();
    } catch (const Error& error) {
      terminal_.err << "caveat: " << error.message(terminal_.language) << '\n';
      return kEnvironment;
    } catch (const std::exception& error) {
      terminal_.err << "caveat: " << error.what() << '\n';
      return kEnvironment;
    }
  }

 private:
  // One of those who are measured, and what is sent to it.
  struct Contender {
    std::string name;
    std::uint16_t port = 0;
    std::vector<Message> messages;
    std::map<std::string, std::vector<double>, std::less<>> found;  // by figure, a round each
    double last(std::string_view figure) const { return found.find(figure)->second.back(); }
  };

  int measured() {
    const Place place(settings_.dir);
    fs::create_directories(place / "rules");
    for (const auto& [name, text] : pack_files(work_)) std::ofstream(place / ("rules/" + name)) << text;
    Result<load::Loaded> loaded = load::load_rules({place / "rules"}, Limits{});
    if (!loaded || !loaded->rules) throw std::runtime_error("the rules of the bench do not compile");
    gate::Snapshot snapshot(loaded->rules);
    loaded = tl::unexpected(Problem{});
    fs::create_directories(place / "plain");
    fs::create_directories(place / "durable");
    const Echo bare;
    Service plain(snapshot, place / "plain", false), durable(snapshot, place / "durable", true);
    std::vector<Contender> all;
    all.push_back({"echo", bare.port(), turns("/", plain.key()), {}});
    all.push_back({"not durable", plain.port(), turns("/v1/decisions", plain.key()), {}});
    all.push_back({"durable", durable.port(), turns("/v1/decisions", durable.key()), {}});
    for (const std::size_t at : {1u, 2u})
      if (!agrees(all[at])) return kNo;
    std::unique_ptr<Opa> opa;
    if (!settings_.opa.empty()) {
      std::ofstream(place / "rules.rego") << rego_rules(work_);
      opa = std::make_unique<Opa>(settings_.opa, place / "rules.rego");
      all.push_back({"OPA", opa->port(), inputs(), {}});
      if (!agrees(all[3])) return kNo;
    }
    for (std::size_t round = 0; round < settings_.rounds; ++round)
      for (Contender& one : all) measure(one);
    table(all);
    materials(place);
    return kDone;
  }

  // Knowledge entries before they are published, by rules of their own.
  void materials(const Place& place) {
    if (settings_.entries == 0) return;
    const Materials made = make_materials(settings_.rules, settings_.entries, settings_.seed);
    fs::create_directories(place / "texts");
    std::ofstream(place / "texts/pack.cav") << made.pack;
    const Result<load::Loaded> loaded = load::load_rules({place / "texts"}, Limits{});
    if (!loaded || !loaded->rules) throw std::runtime_error("the rules for texts do not compile");
    const gate::Snapshot snapshot(loaded->rules);
    fs::create_directories(place / "published");
    const Service service(snapshot, place / "published", true);
    const double seconds = judge_in_batches(service.port(), service.key(), made);
    const bool whole = settings_.entries == kMaterialEntries;
    row("durable: s for " + std::to_string(settings_.entries) + " knowledge entries of " +
            std::to_string(kMaterialCharacters) + " characters, in batches of " + std::to_string(kMaterialsInABatch) +
            ", by " + std::to_string(settings_.rules) + " rules on their text",
        plain_number(seconds), "", std::nan(""), whole ? "≤ 60" : "", whole ? seconds <= 60 : -1);
  }

  std::vector<Message> turns(std::string_view path, const std::string& key) const {
    std::vector<Message> out;
    for (std::size_t i = 0; i < work_.requests.size(); ++i) {
      std::string body = turn_json(work_.requests[i], i);
      const std::size_t end = body.find('"', 7);  // {"id":"Q00042"
      body.replace(7, end - 7, Message::kIdDigits, '0');
      Message message = post(path, "Authorization: Bearer " + key + "\r\n", body);
      message.id = message.bytes.size() - body.size() + 7;
      out.push_back(std::move(message));
    }
    return out;
  }
  std::vector<Message> inputs() const {
    std::vector<Message> out;
    for (std::size_t i = 0; i < work_.requests.size(); ++i)
      out.push_back(post("/v1/data/caveat/fired", "", "{\"input\":" + neutral_request(work_.requests[i], i) + "}"));
    return out;
  }

  // Each answer against the oracle's: the rules that fired and, where it is a verdict, the verdict.
  bool agrees(const Contender& contender) {
    Load load(contender.port, contender.messages, 1);
    for (std::size_t i = 0; i < work_.requests.size(); ++i) {
      const Answer wanted = judge(work_.rules, work_.requests[i]);
      std::string text = load.ask(i);
      if (text.ends_with("\r\n0\r\n\r\n")) text = text.substr(text.find("\r\n") + 2);  // one chunk
      json::error_code error;
      json::stream_parser parser;
      parser.write_some(text, error);
      if (!error) parser.finish(error);
      std::vector<std::uint32_t> fired;
      bool same = !error;
      if (same && contender.name == "OPA") {
        const json::value answer = parser.release();
        for (const json::value& rule : answer.at("result").as_array()) fired.push_back(number_in(rule.as_string()));
      } else if (same) {
        const json::value answer = parser.release();
        same = answer.at("verdict").as_string() == name_of(wanted.effect);
        for (const json::value& reason : answer.at("reasons").as_array())
          fired.push_back(number_in(reason.at("rule").as_string()));
      }
      std::sort(fired.begin(), fired.end());
      if (same && fired == wanted.fired) continue;
      terminal_.err << "caveat: " << contender.name << " differs from the oracle at request " << i << ": wanted "
                    << neutral_answer(wanted) << ", found " << text << '\n';
      return false;
    }
    return true;
  }

  // What the process has used, without the thread that makes the load: the others rest while one is measured.
  static double cpu_of_servers() {
    const auto seconds = [](::clockid_t clock) {
      ::timespec time{};
      ::clock_gettime(clock, &time);
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
    };
    return seconds(CLOCK_PROCESS_CPUTIME_ID) - seconds(CLOCK_THREAD_CPUTIME_ID);
  }

  void measure(Contender& one) {
    const auto keep = [&](const std::string& figure, double value) { one.found[figure].push_back(value); };
    Load many(one.port, one.messages, settings_.connections);
    many.run(settings_.seconds / 4, 0);  // warm
    const double before = cpu_of_servers();
    const bench::Served peak = many.run(settings_.seconds, 0);
    keep("cpu", (cpu_of_servers() - before) * 1e6 / static_cast<double>(peak.count));
    keep("per_s", peak.per_s);
    keep("p50", peak.p50_us);
    keep("p99", peak.p99_us);
    const bench::Served half = many.run(settings_.seconds, peak.per_s / 2);
    keep("half.per_s", half.per_s);
    keep("half.p50", half.p50_us);
    keep("half.p99", half.p99_us);
    Load alone(one.port, one.messages, 1);
    const bench::Served single = alone.run(settings_.seconds / 2, 0);
    keep("one.p50", single.p50_us);
    keep("one.p99", single.p99_us);
  }

  // ---- the table

  static std::string plain_number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, value < 9.95 ? "%.2f" : value < 99.5 ? "%.1f" : "%.0f", value);
    return text;
  }
  void row(const std::string& what, const std::string& ours, const std::string& beside, double ratio,
           const std::string& target, int held) {
    if (terminal_.json) {
      terminal_.out << json::serialize(
                           json::object{{"what", what},
                                        {"caveat", ours},
                                        {"beside", beside},
                                        {"ratio", std::isnan(ratio) ? json::value(nullptr) : json::value(ratio)},
                                        {"target", target},
                                        {"held", held < 0 ? json::value(nullptr) : json::value(held > 0)}})
                    << '\n';
      return;
    }
    terminal_.out << "| " << what << " | " << ours << " | " << beside << " | "
                  << (std::isnan(ratio) ? std::string() : plain_number(ratio)) << " | " << target << " | "
                  << (held < 0   ? ""
                      : held > 0 ? "held"
                                 : "**missed**")
                  << " |" << std::endl;
  }

  // `figure` of one beside that of another; the ratio is the median of the rounds'.
  void beside(const std::string& what, const Contender& ours, const Contender& other, const std::string& figure,
              const std::string& other_figure, double target, bool at_least) {
    const std::vector<double>&a = ours.found.find(figure)->second, &b = other.found.find(other_figure)->second;
    std::vector<double> ratios;
    for (std::size_t i = 0; i < a.size(); ++i) ratios.push_back(a[i] / b[i]);
    const double ratio = median(ratios);
    const bool none = target <= 0;
    row(what, plain_number(median(a)), plain_number(median(b)), ratio,
        none ? "" : (at_least ? "≥ " : "≤ ") + plain_number(target),
        none ? -1 : (at_least ? ratio >= target : ratio <= target));
  }

  void table(const std::vector<Contender>& all) {
    const Contender &echo = all[0], &plain = all[1], &durable = all[2];
    const std::string at = " at " + std::to_string(settings_.connections) + " connections";
    if (!terminal_.json)
      terminal_.out << "seed " << settings_.seed << ", " << settings_.rules << " rules, median of " << settings_.rounds
                    << " rounds of " << settings_.seconds << " s in turn; answers equal to the oracle's\n\n"
                    << "| what | Caveat | beside it | ratio | target | |\n|---|---|---|---|---|---|\n";
    for (const Contender* ours : {&plain, &durable}) {
      const bool held_to = ours == &plain;
      beside(ours->name + ": decisions/s" + at + "; echo", *ours, echo, "per_s", "per_s", held_to ? 0.6 : 0, true);
      beside(ours->name + ": p99 µs" + at + "; echo", *ours, echo, "p99", "p99", held_to ? 2 : 0, false);
      beside(ours->name + ": p50 µs" + at + "; echo", *ours, echo, "p50", "p50", 0, false);
      beside(ours->name + ": CPU µs a request; echo", *ours, echo, "cpu", "cpu", 0, false);
      beside(ours->name + ": p50 µs at one connection; echo", *ours, echo, "one.p50", "one.p50", 0, false);
      beside(ours->name + ": p99 µs at one connection; echo", *ours, echo, "one.p99", "one.p99", 0, false);
      beside(ours->name + ": p50 µs from the planned time, at half of one's own peak; echo", *ours, echo, "half.p50",
             "half.p50", 0, false);
      beside(ours->name + ": p99 µs from the planned time, at half of one's own peak; echo", *ours, echo, "half.p99",
             "half.p99", 0, false);
    }
    if (all.size() > 3) {
      beside("not durable: decisions/s" + at + "; OPA's server", plain, all[3], "per_s", "per_s", 5, true);
      beside("durable: decisions/s" + at + "; OPA's server", durable, all[3], "per_s", "per_s", 0, true);
      beside("not durable: p99 µs" + at + "; OPA's server", plain, all[3], "p99", "p99", 0, false);
    } else {
      row("not durable: decisions/s" + at + "; OPA's server", plain_number(median(plain.found.at("per_s"))),
          "not run: --opa PROGRAM", std::nan(""), "≥ 5", -1);
    }
  }

  Terminal& terminal_;
  const BenchSettings settings_;
  const Workload work_;
};

}  // namespace

int run_bench_serve(const Invocation& invocation, Terminal& terminal) {
  BenchSettings settings;
  if (!number_option(invocation, terminal, "--seconds", 0.05, 600, settings.seconds) ||
      !number_option(invocation, terminal, "--rounds", 1, 100, settings.rounds) ||
      !number_option(invocation, terminal, "--rules", 1, 100'000, settings.rules) ||
      !number_option(invocation, terminal, "--connections", 1, 1'000, settings.connections) ||
      !number_option(invocation, terminal, "--entries", 0, 10'000'000, settings.entries) ||
      !number_option(invocation, terminal, "--seed", 0, UINT64_MAX, settings.seed))
    return kUsage;
  const std::optional<fs::path> folder = bench::folder_option(invocation, terminal);
  if (!folder) return kEnvironment;
  settings.dir = *folder;
  settings.opa = invocation.get("--opa");
  return Bench(terminal, std::move(settings)).run();
}

}  // namespace caveat::cli
