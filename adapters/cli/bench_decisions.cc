// `caveat bench decisions`: the structured decisions of the project's targets, beside an evaluator written by hand for this
// one workload, in one interleaved run; every answer is compared with the oracle's before anything is timed.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <boost/json.hpp>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <ostream>
#include <thread>

#include "adapters/cli/bench/compiled.h"
#include "adapters/cli/bench/hand_coded.h"
#include "adapters/cli/bench/materials.h"
#include "adapters/cli/bench/measure.h"
#include "adapters/cli/bench/number_option.h"
#include "adapters/cli/bench/peers.h"
#include "adapters/cli/bench/place.h"
#include "adapters/cli/bench/workload.h"
#include "adapters/cli/bench/written.h"
#include "adapters/cli/command.h"
#include "adapters/wire/turn.h"
#include "engine/decide/decide.h"

namespace caveat::cli {
namespace {

using namespace bench;

// ---- the engine under test

struct Lines {  // one JSON line each, padded for readers that look ahead
  static constexpr std::size_t kPadding = 64;
  std::string text;
  std::vector<std::string_view> all;
  explicit Lines(const std::vector<std::string>& lines) {
    std::size_t size = 0;
    for (const std::string& line : lines) size += line.size() + kPadding;
    text.reserve(size);
    for (const std::string& line : lines) {
      const std::size_t at = text.size();
      text += line;
      text.append(kPadding, ' ');
      all.push_back(std::string_view(text.data() + at, line.size()));
    }
  }
};

class Engine {
 public:
  Engine(std::shared_ptr<const program::Program> program, const Workload& work)
      : rules_{std::move(program), {}, {}},
        lines_(written(work)),
        bound_(work.requests.size()),
        scratch_(with_all_reasons(work)) {
    for (std::size_t i = 0; i < bound_.size(); ++i) {
      if (!read(i, bound_[i]) && wrong_.empty()) wrong_ = "a turn is refused: " + problem_.items[0].path;
    }
  }
  const decide::Decision& parsed(std::size_t i) { return decide::decide(rules_, bound_[i], {}, scratch_); }
  const decide::Decision& json(std::size_t i) {
    read(i, request_);
    return decide::decide(rules_, request_, {}, scratch_);
  }
  const std::vector<decide::Request>& bound() const { return bound_; }
  const decide::Ruleset& rules() const { return rules_; }

  // Empty, or what differs from the oracle.
  std::string check(const Workload& work) {
    if (!wrong_.empty()) return wrong_;
    for (std::size_t i = 0; i < work.requests.size(); ++i) {
      const Answer wanted = judge(work.rules, work.requests[i]);
      for (const bool from_json : {false, true}) {
        const decide::Decision& decision = from_json ? json(i) : parsed(i);
        Answer found;
        for (const decide::Reason& reason : decision.reasons) {
          const std::string_view id = rules_.program->rule_id(reason.rule);
          std::uint32_t number = 0;
          const std::size_t digits = id.rfind('R') + 1;
          std::from_chars(id.data() + digits, id.data() + id.size(), number);
          (reason.unknown ? found.unknown : found.fired).push_back(number);
        }
        // An unknown rule hands off by default; the oracle's effect is that of what fired.
        found.effect = wanted.unknown.empty() ? effect_of(decision.verdict) : wanted.effect;
        if (found != wanted || (!wanted.unknown.empty() && decision.verdict != decide::Verdict::handoff))
          return "request " + std::to_string(i) + ": wanted " + neutral_answer(wanted) + ", found " +
                 neutral_answer(found);
      }
    }
    return {};
  }

 private:
  decide::Ruleset rules_;
  Lines lines_;
  std::vector<decide::Request> bound_;
  decide::Scratch scratch_;
  decide::Fields fields_;
  decide::Request request_;
  decide::BindOptions options_;
  Problem problem_;
  std::string wrong_;

  // Where most facts are absent more rules stay unknown than a decision tells; the oracle tells them all.
  static Limits with_all_reasons(const Workload& work) {
    Limits limits;
    limits.reasons = std::max(limits.reasons, work.rules.size());
    return limits;
  }
  static std::vector<std::string> written(const Workload& work) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < work.requests.size(); ++i) lines.push_back(turn_json(work.requests[i], i));
    return lines;
  }
  bool read(std::size_t i, decide::Request& request) {
    return wire::parse_turn(lines_.all[i], fields_, options_.limits).has_value() &&
           decide::bind(*rules_.program, fields_, options_, request, problem_);
  }
  static Effect effect_of(decide::Verdict verdict) {
    switch (verdict) {
      case decide::Verdict::allow:
        return Effect::allow;
      case decide::Verdict::revise:
        return Effect::revise;
      case decide::Verdict::block:
        return Effect::block;
      default:
        return Effect::handoff;
    }
  }
};

class ByHand {
 public:
  explicit ByHand(const Workload& work) : coded_(work.rules), lines_(written(work)) {
    for (const Request& request : work.requests) facts_.push_back(HandCoded::facts_of(request));
  }
  std::size_t parsed(std::size_t i) {
    coded_.decide(facts_[i], verdict_);
    return verdict_.effect + verdict_.count;
  }
  std::size_t json(std::size_t i) {
    line_.read(lines_.all[i], lines_.all[i].size() + Lines::kPadding, read_);
    coded_.decide(read_, verdict_);
    return verdict_.effect + verdict_.count;
  }
  bool agrees(const Workload& work) {
    for (std::size_t i = 0; i < work.requests.size(); ++i) {
      const Answer wanted = judge(work.rules, work.requests[i]);
      for (const bool from_json : {false, true}) {
        from_json ? json(i) : parsed(i);
        std::vector<std::uint32_t> fired(verdict_.fired.begin(), verdict_.fired.begin() + verdict_.count);
        std::sort(fired.begin(), fired.end());
        if (fired != wanted.fired || static_cast<Effect>(verdict_.effect) != wanted.effect) return false;
      }
    }
    return true;
  }

 private:
  HandCoded coded_;
  Lines lines_;
  std::vector<HandCoded::Facts> facts_;
  HandCoded::Line line_;
  HandCoded::Facts read_;
  HandCoded::Verdict verdict_;
  static std::vector<std::string> written(const Workload& work) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < work.requests.size(); ++i) lines.push_back(neutral_request(work.requests[i], i));
    return lines;
  }
};

// Texts that are looked through for a phrase of each rule's own.
class Reader {
 public:
  Reader(std::shared_ptr<const program::Program> program, const Materials& made)
      : rules_{std::move(program), {}, {}}, bound_(made.entries.size()) {
    std::vector<std::string> lines;
    for (const Material& one : made.entries) lines.push_back(one.line);
    const Lines padded(lines);
    decide::Fields fields;
    Problem problem;
    for (std::size_t i = 0; i < bound_.size() && wrong_.empty(); ++i) {
      const Limits limits;
      if (!wire::parse_turn(padded.all[i], fields, limits) ||
          !decide::bind(*rules_.program, fields, {}, bound_[i], problem)) {
        wrong_ = "text " + std::to_string(i) + " is refused";
      } else if ((judge(i).verdict == decide::Verdict::block) != made.entries[i].blocked) {
        wrong_ = "text " + std::to_string(i) + " is judged as it should not be";
      }
    }
  }
  const decide::Decision& judge(std::size_t i) { return decide::decide(rules_, bound_[i], {}, scratch_); }
  const std::string& wrong() const { return wrong_; }

 private:
  decide::Ruleset rules_;
  std::vector<decide::Request> bound_;
  decide::Scratch scratch_;
  std::string wrong_;
};

// ---- the table

struct Settings {
  std::vector<std::size_t> sizes = {10, 100, 1000, 10000};
  std::uint64_t seed = 20261124;
  double seconds = 0.3;
  int rounds = 3;
  std::string peers;  // a folder of programs that run other engines
};

class Table {
 public:
  Table(Terminal& terminal, const Settings& settings)
      : terminal_(terminal), settings_(settings), peers_(settings.peers) {}

  bool run() {
    head();
    for (const std::size_t size : settings_.sizes) {
      if (!decisions(size)) return false;
    }
    const std::size_t largest = settings_.sizes.back();
    for (const double absent : {0.02, 0.1, 0.3}) {
      if (!absent_facts(largest, absent)) return false;
    }
    if (!unscoped(largest) || !free_rules(largest) || !texts(largest) || !threads(largest) || !compiling(largest) ||
        !opening(largest))
      return false;
    if (peers_.none())
      row("other engines, on the same rules and turns", largest, "", "none in this run: --peers DIR", std::nan(""), "",
          -1);
    return true;
  }

 private:
  Terminal& terminal_;
  const Settings& settings_;
  Peers peers_;
  const Limits limits_;

  static std::string us(double value) {
    char text[32];
    std::snprintf(text, sizeof text, value < 0.995 ? "%.3f" : value < 99.5 ? "%.2f" : "%.0f", value);
    return text;
  }
  static std::string times(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", value);
    return text;
  }
  void head() {
    if (terminal_.json) return;
    terminal_.out << "seed " << settings_.seed << ", best of " << settings_.rounds << " rounds of " << settings_.seconds
                  << " s each in turn; answers equal to the oracle's\n\n"
                  << "| what | rules | Caveat | beside it | ratio | target | |\n|---|---|---|---|---|---|---|\n";
  }
  // One row; `ratio` is compared with `target`: at least it (up) or at most it.
  void row(std::string_view what, std::size_t rules, const std::string& ours, const std::string& beside, double ratio,
           std::string_view target, int held) {
    if (terminal_.json) {
      terminal_.out << boost::json::serialize(
                           boost::json::object{{"what", what},
                                               {"rules", rules},
                                               {"caveat", ours},
                                               {"beside", beside},
                                               {"ratio", std::isnan(ratio) ? boost::json::value(nullptr) : ratio},
                                               {"target", target},
                                               {"held", held < 0   ? boost::json::value(nullptr)
                                                        : held > 0 ? true
                                                                   : false}})
                    << '\n';
      return;
    }
    terminal_.out << "| " << what << " | " << rules << " | " << ours << " | " << beside << " | "
                  << (std::isnan(ratio) ? "" : times(ratio)) << " | " << target << " | "
                  << (held < 0   ? ""
                      : held > 0 ? "held"
                                 : "**missed**")
                  << " |" << std::endl;
  }
  bool refuse(const std::string& what) {
    terminal_.err << what << '\n';
    return false;
  }
  static std::string both(const Timing& timing) { return us(timing.p50_us) + " / " + us(timing.floor_p99_us); }

  bool compile_work(const Workload& work, std::shared_ptr<const program::Program>& program) {
    Compiled compiled = compile(pack_files(work), limits_);
    if (!compiled.program) return refuse("the rules of the bench do not compile: " + compiled.wrong);
    program = std::move(compiled.program);
    return true;
  }

  bool decisions(std::size_t size) {
    const Workload work = make_workload({.rules = size, .seed = settings_.seed});
    std::shared_ptr<const program::Program> program;
    if (!compile_work(work, program)) return false;
    Engine engine(program, work);
    ByHand by_hand(work);
    if (const std::string differs = engine.check(work); !differs.empty()) return refuse(differs);
    if (!by_hand.agrees(work)) return refuse("the evaluator written by hand differs from the oracle");
    const std::vector<Contender> contenders = {
        {"hand", [&](std::size_t i) { return by_hand.parsed(i); }},
        {"caveat", [&](std::size_t i) { return engine.parsed(i).reasons.size(); }},
        {"hand json", [&](std::size_t i) { return by_hand.json(i); }},
        {"caveat json", [&](std::size_t i) { return engine.json(i).reasons.size(); }}};
    peers_.begin(work);
    const std::vector<Timing> timing = take_turns(contenders, work.requests.size(), settings_.seconds, settings_.rounds,
                                                  [&] { peers_.round(settings_.seconds); });
    const double parsed = timing[0].p50_us / timing[1].p50_us, json = timing[2].p50_us / timing[3].p50_us;
    const bool large = size >= 1000;
    row("parsed in, µs p50 / p99 over requests; hand-coded", size, both(timing[1]), both(timing[0]), parsed,
        large ? "≥ 0.5" : "", large ? parsed >= 0.5 : -1);
    row("parsed in, p99 ÷ p50", size, us(timing[1].floor_p99_us), us(timing[1].p50_us),
        timing[1].floor_p99_us / timing[1].p50_us, "≤ 3", timing[1].floor_p99_us <= 3 * timing[1].p50_us);
    row("JSON in, µs p50 / p99 over requests; hand-coded", size, both(timing[3]), both(timing[2]), json, "≥ 0.5",
        json >= 0.5);
    row("parsed in, decisions a CPU second; hand-coded", size, std::to_string(std::lround(timing[1].per_cpu_s)),
        std::to_string(std::lround(timing[0].per_cpu_s)), timing[1].per_cpu_s / timing[0].per_cpu_s, "", -1);
    row("JSON in, decisions a CPU second; hand-coded", size, std::to_string(std::lround(timing[3].per_cpu_s)),
        std::to_string(std::lround(timing[2].per_cpu_s)), timing[3].per_cpu_s / timing[2].per_cpu_s, "", -1);
    beside_peers(size, timing[1].p50_us, timing[3].p50_us);
    return true;
  }

  static double wanted_parsed(std::size_t size) { return size < 100 ? 3 : size < 1000 ? 4 : size < 10000 ? 8 : 50; }

  // Beside each other engine, and whether the fastest of them is beaten as far as the targets want.
  void beside_peers(std::size_t size, double parsed_us, double json_us) {
    const std::vector<Peers::Measured>& all = peers_.measured();
    for (const Peers::Measured& one : all) {
      if (!one.wrong.empty())
        row("parsed in, µs p50; " + one.name, size, us(parsed_us), one.wrong, std::nan(""), "", -1);
    }
    for (const bool json : {false, true}) {
      const std::string what = json ? "JSON in, µs p50; " : "parsed in, µs p50; ";
      const std::string metric = json ? "json.p50_us" : "parsed.p50_us";
      const double ours = json ? json_us : parsed_us;
      std::string fastest;
      double least = std::numeric_limits<double>::infinity();
      for (const Peers::Measured& one : all) {
        const auto found = one.best.find(metric);
        if (found == one.best.end()) continue;
        row(what + one.name, size, us(ours), us(found->second), found->second / ours, "", -1);
        if (found->second < least) least = found->second, fastest = one.name;
      }
      if (fastest.empty()) continue;
      const double wanted = json ? (size < 1000 ? 2.5 : size < 10000 ? 4 : 30) : wanted_parsed(size);
      char target[32];
      std::snprintf(target, sizeof target, "≥ %g", wanted);
      row(what + "the fastest of them, " + fastest, size, us(ours), us(least), least / ours, target,
          least / ours >= wanted);
    }
  }

  bool absent_facts(std::size_t size, double absent) {
    const Workload work = make_workload({.rules = size, .seed = settings_.seed, .absent = absent});
    std::shared_ptr<const program::Program> program;
    if (!compile_work(work, program)) return false;
    Engine engine(program, work);
    if (const std::string differs = engine.check(work); !differs.empty()) return refuse(differs);
    const std::vector<Timing> timing =
        take_turns({{"caveat", [&](std::size_t i) { return engine.parsed(i).reasons.size(); }}}, work.requests.size(),
                   settings_.seconds, settings_.rounds);
    row(std::to_string(std::lround(absent * 100)) + " % of the facts absent, parsed in, µs p50 / p99", size,
        both(timing[0]), "equal to the oracle", std::nan(""), "", -1);
    return true;
  }

  bool unscoped(std::size_t size) {
    const Workload work = make_workload({.rules = size, .seed = settings_.seed, .scoped = false});
    std::shared_ptr<const program::Program> program;
    if (!compile_work(work, program)) return false;
    Engine engine(program, work);
    ByHand by_hand(work);
    if (const std::string differs = engine.check(work); !differs.empty()) return refuse(differs);
    if (!by_hand.agrees(work)) return refuse("the evaluator written by hand differs from the oracle");
    const std::vector<Timing> timing =
        take_turns({{"hand", [&](std::size_t i) { return by_hand.parsed(i); }},
                    {"caveat", [&](std::size_t i) { return engine.parsed(i).reasons.size(); }}},
                   work.requests.size(), settings_.seconds, settings_.rounds);
    row("no rule scoped, parsed in, µs p50 / p99; hand-coded", size, both(timing[1]), both(timing[0]),
        timing[0].p50_us / timing[1].p50_us, "", -1);
    return true;
  }

  bool free_rules(std::size_t size) {
    const Workload few = make_workload({.rules = 100, .seed = settings_.seed});
    const Workload many =
        make_workload({.rules = size, .seed = settings_.seed, .others = size - std::min<std::size_t>(size, 100)});
    std::shared_ptr<const program::Program> small, large;
    if (!compile_work(few, small) || !compile_work(many, large)) return false;
    Engine a(small, few), b(large, many);
    if (const std::string differs = a.check(few); !differs.empty()) return refuse(differs);
    if (const std::string differs = b.check(many); !differs.empty()) return refuse(differs);
    const std::vector<Timing> timing = take_turns({{"few", [&](std::size_t i) { return a.parsed(i).reasons.size(); }},
                                                   {"many", [&](std::size_t i) { return b.parsed(i).reasons.size(); }}},
                                                  few.requests.size(), settings_.seconds, settings_.rounds);
    const double ratio = timing[1].p50_us / timing[0].p50_us;
    row("100 rules that matter among others, µs p50; those 100 alone", size, us(timing[1].p50_us), us(timing[0].p50_us),
        ratio, "≤ 1.5", ratio <= 1.5);
    return true;
  }

  // Each rule has a phrase of its own: what many of them cost beside few, on the same texts.
  bool texts(std::size_t size) {
    const auto reader = [&](std::size_t rules, const Materials& made) {
      Compiled compiled = compile({{"pack.cav", make_materials(rules, 0, settings_.seed).pack}}, limits_);
      if (!compiled.program) refuse("the rules of the bench do not compile: " + compiled.wrong);
      auto out = compiled.program ? std::make_unique<Reader>(compiled.program, made) : nullptr;
      if (out && !out->wrong().empty()) refuse(out->wrong()), out.reset();
      return out;
    };
    const std::size_t fewer = std::min<std::size_t>(size, 1000);
    const Materials made = make_materials(fewer, 2000, settings_.seed);
    const auto few = reader(fewer, made), many = reader(size, made);
    if (!few || !many) return false;
    const std::vector<Timing> timing =
        take_turns({{"few", [&](std::size_t i) { return few->judge(i).reasons.size(); }},
                    {"many", [&](std::size_t i) { return many->judge(i).reasons.size(); }}},
                   made.entries.size(), settings_.seconds, settings_.rounds);
    const double ratio = timing[1].p50_us / timing[0].p50_us;
    row("a text of " + std::to_string(kMaterialCharacters) + " characters, a phrase a rule, µs p50 / p99; by " +
            std::to_string(fewer) + " rules",
        size, both(timing[1]), both(timing[0]), ratio, "≤ 2", ratio <= 2);
    return true;
  }

  // What two cores of this machine give at all is told by the evaluator beside: it shares nothing between its threads.
  bool threads(std::size_t size) {
    const Workload work = make_workload({.rules = size, .seed = settings_.seed});
    std::shared_ptr<const program::Program> program;
    if (!compile_work(work, program)) return false;
    const Engine engine(program, work);
    const auto ours = [&] {
      return [&, scratch = decide::Scratch()](std::size_t i) mutable {
        decide::decide(engine.rules(), engine.bound()[i], {}, scratch);
      };
    };
    const auto by_hand = [&] { return [coded = ByHand(work)](std::size_t i) mutable { coded.parsed(i); }; };
    const std::size_t turns = work.requests.size();
    double one = 0, two = 0, hand_one = 0, hand_two = 0;
    for (int round = 0; round < settings_.rounds; ++round) {
      one = std::max(one, rate(1, turns, ours));
      two = std::max(two, rate(2, turns, ours));
      hand_one = std::max(hand_one, rate(1, turns, by_hand));
      hand_two = std::max(hand_two, rate(2, turns, by_hand));
    }
    row("two threads ÷ one, decisions/s; the same of the hand-coded", size,
        std::to_string(std::lround(two)) + " / " + std::to_string(std::lround(one)), times(hand_two / hand_one),
        two / one, "≥ 1.9", two / one >= 1.9);
    return true;
  }

  // Decisions a second of `count` threads, each with what `make` gives it.
  template <typename Make>
  double rate(unsigned count, std::size_t turns, const Make& make) const {
    std::vector<std::thread> all;
    std::vector<std::size_t> decided(count);
    std::barrier begin(static_cast<std::ptrdiff_t>(count) + 1);
    std::atomic<bool> over = false;
    for (unsigned t = 0; t < count; ++t) {
      all.emplace_back([&, t] {
        auto decide_one = make();
        std::size_t done = 0;
        begin.arrive_and_wait();
        while (!over) {
          for (std::size_t i = 0; i < turns; ++i) decide_one(i);
          done += turns;
        }
        decided[t] = done;
      });
    }
    begin.arrive_and_wait();
    const auto start = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(std::chrono::duration<double>(settings_.seconds));
    over = true;
    for (std::thread& thread : all) thread.join();
    const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::size_t sum = 0;
    for (const std::size_t each : decided) sum += each;
    return static_cast<double>(sum) / took;
  }

  bool compiling(std::size_t size) {
    const Workload work = make_workload({.rules = size, .seed = settings_.seed, .requests = 1});
    const Files english = pack_files(work), chinese = in_chinese(english, limits_);
    for (const bool zh : {false, true}) {
      double best = 1e18;
      for (int round = 0; round < settings_.rounds; ++round) {
        const Compiled compiled = compile(zh ? chinese : english, limits_);
        if (!compiled.program) return refuse("the rules of the bench do not compile: " + compiled.wrong);
        best = std::min(best, compiled.cpu_ms);
      }
      std::size_t bytes = 0;
      for (const auto& [name, text] : zh ? chinese : english) bytes += text.size();
      row(std::string("compiling from text in ") + (zh ? "Chinese" : "English") + ", ms of CPU; bytes", size, us(best),
          std::to_string(bytes), std::nan(""), zh ? "≤ 2500" : "≤ 1500", best <= (zh ? 2500 : 1500));
    }
    return true;
  }

  // In a process of its own, so that nothing of the bench is counted: what opening costs, and what it leaves resident.
  bool opening(std::size_t size) {
    const Workload work = make_workload({.rules = size, .seed = settings_.seed, .requests = 1});
    std::shared_ptr<const program::Program> program;
    if (!compile_work(work, program)) return false;
    namespace fs = std::filesystem;
    const Place place(fs::temp_directory_path());
    const std::string file = place / "image";
    std::ofstream(file, std::ios::binary) << program->image();
    int ends[2];
    if (pipe(ends) != 0) return refuse("no pipe");
    const std::string self = fs::read_symlink("/proc/self/exe").string();
    const pid_t child = fork();
    if (child == 0) {
      dup2(ends[1], STDOUT_FILENO);
      execl(self.c_str(), self.c_str(), "bench", "decisions", "--open", file.c_str(), static_cast<char*>(nullptr));
      _exit(127);
    }
    close(ends[1]);
    char text[128] = {};
    std::size_t got = 0;
    for (ssize_t n = 0; (n = read(ends[0], text + got, sizeof text - 1 - got)) > 0;) got += static_cast<std::size_t>(n);
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    double ms = 0, mb = 0;
    if (std::sscanf(text, "%lf %lf", &ms, &mb) != 2) return refuse("the opened image was not measured");
    row("opening a built program, ms", size, us(ms), "", std::nan(""), "≤ 20", ms <= 20);
    row("memory over an empty engine, loaded from its image, MB; the image", size, us(mb),
        us(static_cast<double>(program->image().size()) / 1e6), std::nan(""), "≤ 20", mb <= 20);
    return true;
  }
};

// The child of `opening`: prints the least time of five and the resident megabytes that stay.
int open_alone(const std::string& path, Terminal& terminal) {
  const auto slurp = [&] {
    std::ifstream in(path, std::ios::binary);
    std::string bytes(static_cast<std::size_t>(std::filesystem::file_size(path)), '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return bytes;
  };
  const double before = resident_mb();
  std::shared_ptr<const program::Program> kept;
  double best = 1e18;
  for (int round = 0; round < 5; ++round) {
    kept.reset();
    const auto start = std::chrono::steady_clock::now();
    auto opened = program::open(slurp());
    if (!opened) return kEnvironment;
    best = std::min(best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    kept = std::move(*opened);
  }
  terminal.out << best << ' ' << resident_mb() - before << '\n';
  return kDone;
}

int write_all(const std::string& folder, const Settings& settings) {
  namespace fs = std::filesystem;
  for (const std::size_t size : settings.sizes) {
    const Workload work = make_workload({.rules = size, .seed = settings.seed});
    const std::string suffix = "-" + std::to_string(size);
    write_neutral(folder, work);
    fs::create_directories(folder + "/pack" + suffix);
    for (const auto& [name, text] : pack_files(work)) std::ofstream(folder + "/pack" + suffix + "/" + name) << text;
    std::ofstream turns(folder + "/turns.jsonl");
    for (std::size_t i = 0; i < work.requests.size(); ++i) turns << turn_json(work.requests[i], i) << '\n';
  }
  return kDone;
}

}  // namespace

int run_bench_decisions(const Invocation& invocation, Terminal& terminal) {
  if (invocation.has("--open")) return open_alone(invocation.get("--open"), terminal);
  Settings settings;
  std::size_t rules = 0;
  if (!number_option(invocation, terminal, "--seconds", 0.001, 600, settings.seconds) ||
      !number_option(invocation, terminal, "--rounds", 1, 100, settings.rounds) ||
      !number_option(invocation, terminal, "--rules", 1, 100'000, rules) ||
      !number_option(invocation, terminal, "--seed", 0, UINT64_MAX, settings.seed))
    return kUsage;
  if (rules > 0) settings.sizes = {rules};
  if (invocation.has("--write")) return write_all(invocation.get("--write"), settings);
  settings.peers = invocation.get("--peers");
  if (!settings.peers.empty() && !std::filesystem::is_directory(settings.peers)) {
    terminal.err << "--peers: `" << settings.peers << "` is not a folder\n";
    return kUsage;
  }
  return Table(terminal, settings).run() ? kDone : kNo;
}

}  // namespace caveat::cli
