// `caveat bench audit`: what it costs to record a decision, beside what the disk and others do in the same run. One JSON line a
// measurement, then one a target. The shared disk of a machine varies tenfold with its neighbours, so every figure that counts is a
// ratio within a round, and the median of the rounds is held against the target.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <mutex>
#include <ostream>
#include <thread>

#include "adapters/cli/bench/number_option.h"
#include "adapters/cli/bench/place.h"
#include "adapters/cli/bench/quantile.h"
#include "adapters/cli/command.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/system_clock.h"
#include "audit/error.h"
#include "audit/log/about.h"
#include "audit/log/log.h"
#include "audit/log/open_day.h"
#include "audit/log/reader.h"
#include "audit/log/tiles.h"
#include "audit/log/verify.h"
#include "audit/record/decode.h"
#include "audit/record/encode.h"
#include "audit/record/layout.h"
#include "audit/record/sections.h"
#include "audit/record/tally.h"
#include "audit/report/package.h"
#include "audit/report/verify_package.h"
#include "audit/seal/system_random.h"
#include "audit/store/sqlite.h"
#include "engine/base/cbor.h"

namespace caveat::cli {

namespace {

using namespace bench;
namespace fs = std::filesystem;
namespace json = boost::json;
using audit::Log;
using audit::RecordContent;
using audit::Section;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kCustomers = 1'000;
constexpr std::int64_t kWalPages =
    2'000;  // of the bare SQLite: then the WAL is moved into the file, between two commits

double since(Steady::time_point begin) { return std::chrono::duration<double>(Steady::now() - begin).count(); }

std::string text_section(std::string_view text) {
  cbor::Encoder out;
  out.map(1);
  out.integer(1);
  out.text(text);
  return out.take();
}

std::vector<audit::Tag> tags_of(std::uint64_t number, std::size_t count) {
  static constexpr audit::TagKind kKinds[] = {audit::TagKind::customer, audit::TagKind::conversation,
                                              audit::TagKind::rule, audit::TagKind::request};
  std::vector<audit::Tag> tags;
  for (std::size_t i = 0; i < count; ++i) tags.push_back({kKinds[i], "v-" + std::to_string(number * (i + 1))});
  return tags;
}

// A decision such as the gate records: two rules, a story in two languages, five facts, a hand-off now and then.
RecordContent decision(std::uint64_t number, std::size_t tags) {
  const std::string customer = "k-" + std::to_string(number % kCustomers);
  audit::VerdictSection verdict;
  verdict.verdict = static_cast<std::uint8_t>(number % 5);
  audit::RulesSection rules;
  if (verdict.verdict > 0) {
    verdict.rules = {{"cn.wealth/riskier_than_customer", audit::RuleOutcome::State::fired, verdict.verdict, 0}};
    rules.rules = {{"cn.wealth/riskier_than_customer",
                    "No product above the customer's risk tolerance",
                    "不得推介风险高于客户承受能力的产品",
                    {"Suitability measures, article 14"},
                    {"适当性管理办法第十四条"},
                    {"compliance"}}};
  }
  if (verdict.verdict == 4) verdict.handoff = audit::HandOffOutcome{"wealth_advisors", 1, 300, true, "none"};
  audit::DigestsSection digests;
  digests.program = sha256("program");
  digests.packs = {{"cn.wealth", "2026.2", sha256("wealth")}, {"common", "2026.2", sha256("common")}};
  using Kind = audit::StoryLine::Kind;
  const audit::StorySection story{{{Kind::customer_said, "Is there something steady?"},
                                   {Kind::bot_wanted, "to recommend: W-" + std::to_string(number % 100)},
                                   {Kind::verdict, "blocked"}},
                                  {{Kind::customer_said, "有没有稳一点的理财？"}, {Kind::verdict, "已拦截"}}};
  RecordContent content;
  content.semantics = 1;
  content.subjects = {customer};
  content.sections = {
      {Section::verdict, encode_verdict(verdict)},
      {Section::request, text_section("t-" + std::to_string(number))},
      {Section::texts, text_section("有没有稳一点的理财？为您找到一款产品，您可以看看说明书。")},
      {Section::facts, text_section("customer.age 40, customer.risk_tolerance C3, product.risk_level R4, assessed")},
      {Section::rules, encode_rules(rules)},
      {Section::result, text_section(std::string(120, 'r'))},
      {Section::digests, encode_digests(digests)},
      {Section::engine, text_section("caveat 0.1.0")},
      {Section::story, encode_story(story)}};
  content.tags = tags_of(number, tags);
  return content;
}

// The same made beforehand, a customer each: what is timed is the record, and those beside it get their bytes ready made too.
RecordContent prepared(std::uint64_t number, std::size_t tags) {
  static const std::vector<RecordContent> all = [] {
    std::vector<RecordContent> made;
    for (std::uint64_t i = 0; i < kCustomers; ++i) made.push_back(decision(i, 0));
    return made;
  }();
  RecordContent content = all[number % kCustomers];
  content.tags = tags_of(number, tags);
  return content;
}

struct Timing {
  std::uint64_t count = 0, commits = 0;
  double seconds = 0;
  std::vector<double> us;  // of each
  double per_s() const { return seconds > 0 ? static_cast<double>(count) / seconds : 0; }
  double rows_a_commit() const { return commits > 0 ? static_cast<double>(count) / static_cast<double>(commits) : 0; }
};

// ---- the log

// Callers who each wait for their record before they bring the next; as in the gate, a few threads seal for all of them.
class Callers {
 public:
  Callers(Log& log, std::size_t count, std::size_t tags) : log_(log), tags_(tags), begun_(count) {
    for (std::size_t i = 0; i < count; ++i) free_.push_back(i);
  }

  Timing run(double seconds) {
    (void)prepared(0, tags_);
    const std::size_t threads = std::max(1u, std::thread::hardware_concurrency());
    const auto begin = Steady::now();
    end_ = begin + std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(seconds));
    std::vector<std::thread> workers;
    for (std::size_t i = 0; i < threads; ++i) workers.emplace_back([this] { work(); });
    for (auto& worker : workers) worker.join();
    log_.flush();
    timing_.seconds = std::chrono::duration<double>(last_ - begin).count();
    return std::move(timing_);
  }

 private:
  // Some callers at a time, and nobody is woken who does not wait: what the callers cost is no cost of the log.
  void work() {
    constexpr std::size_t kAtOnce = 8;
    std::vector<std::size_t> mine;
    for (;;) {
      mine.clear();
      const std::uint32_t seen = calls_;
      {
        const std::lock_guard lock(mutex_);
        const std::size_t some = std::min(kAtOnce, free_.size());
        mine.assign(free_.end() - static_cast<std::ptrdiff_t>(some), free_.end());
        free_.resize(free_.size() - some);
        if (some == 0) ++asleep_;
      }
      if (Steady::now() >= end_) {
        ++calls_;
        return calls_.notify_all();
      }
      if (mine.empty()) calls_.wait(seen);
      for (const std::size_t caller : mine) {
        begun_[caller] = Steady::now();
        const std::uint64_t place = log_.reserve();
        log_.fulfil(place, log_.seal(prepared(number_++, tags_)),
                    [this, caller](const audit::Appended& appended) { answered(caller, appended); });
      }
    }
  }

  void answered(std::size_t caller, const audit::Appended& appended) {  // on the log's one committer
    const auto* committed = std::get_if<audit::Committed>(&appended);
    if (committed == nullptr) std::abort();  // a benchmark of a log that fails says nothing
    last_ = Steady::now();
    timing_.us.push_back(std::chrono::duration<double, std::micro>(last_ - begun_[caller]).count());
    ++timing_.count;
    if (committed->size != newest_) ++timing_.commits;
    newest_ = committed->size;
    bool wakes = false;
    {
      const std::lock_guard lock(mutex_);
      free_.push_back(caller);
      if ((wakes = asleep_ > 0)) --asleep_;  // by whoever wakes: it takes him longer than the next reply
    }
    if (!wakes) return;
    ++calls_;
    calls_.notify_one();
  }

  Log& log_;
  std::size_t tags_;
  std::mutex mutex_;
  std::vector<std::size_t> free_;
  std::size_t asleep_ = 0;                // threads that nobody has woken yet
  std::atomic<std::uint32_t> calls_ = 0;  // to those
  std::vector<Steady::time_point> begun_;
  Steady::time_point end_, last_ = Steady::now();
  std::atomic<std::uint64_t> number_{0};
  std::uint64_t newest_ = 0;
  Timing timing_;
};

struct Rig {
  Place place;
  SystemClock clock;
  audit::SystemRandom random;
  std::unique_ptr<Log> log;

  explicit Rig(const fs::path& dir) : place(dir) {
    log = Log::open(options(true));
    for (std::size_t i = 0; i < kCustomers; ++i) (void)log->keys().data_key("k-" + std::to_string(i), clock.wall_us());
    log->append(
        decision(0, 0));  // the customers' keys are durable with it, as in a bank that is a day into its quarter
  }
  audit::LogOptions options(bool create) {
    audit::LogOptions options;
    options.path = place / "log.db";
    options.create = create;
    options.served = true;
    options.origin = create ? "caveat.local/bench" : "";
    options.clock = &clock;
    options.random = &random;
    return options;
  }
};

// Calls `each` with a number and when it was due, at a steady pace, whether those before it are done or not.
void at_a_pace(double per_s, double seconds,
               const std::function<void(std::uint64_t number, Steady::time_point due)>& each) {
  std::atomic<std::uint64_t> next{0};
  const auto begin = Steady::now() + std::chrono::milliseconds(20);
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i)
    workers.emplace_back([&] {
      ::prctl(PR_SET_TIMERSLACK, 1);  // else each sleep is some 50 µs too long
      for (;;) {
        const std::uint64_t number = next++;
        const double at = static_cast<double>(number) / per_s;
        if (at >= seconds) return;
        const auto due = begin + std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(at));
        std::this_thread::sleep_until(due);
        each(number, due);
      }
    });
  for (auto& worker : workers) worker.join();
}

double us_since(Steady::time_point due) {
  return std::chrono::duration<double, std::micro>(Steady::now() - due).count();
}

Timing paced(Log& log, double per_s, double seconds) {
  Timing timing;
  (void)prepared(0, 0);
  at_a_pace(per_s, seconds, [&](std::uint64_t number, Steady::time_point due) {
    const std::uint64_t place = log.reserve();
    log.fulfil(place, log.seal(prepared(number, 0)), [&timing, due](const audit::Appended& appended) {
      if (!std::holds_alternative<audit::Committed>(appended)) std::abort();
      timing.us.push_back(us_since(due));
    });
  });
  log.flush();
  timing.count = timing.us.size();
  timing.seconds = seconds;
  return timing;
}

// What is recorded is there, opens, and verifies: looked at before anything is timed.
std::string checked(const fs::path& dir) {
  Rig rig(dir);
  for (const std::size_t tags : {0u, 4u}) Callers(*rig.log, 64, tags).run(0.2);
  rig.log->close();
  const auto keys = audit::KeyStore::open(audit::default_keys_dir(rig.place / "log.db"), {});
  const auto reader = audit::LogReader::open(rig.place / "log.db");
  const audit::VerifyReport report = verify_log(
      *reader, {.verifier = keys->verifier(), .keys = keys.get(), .high_water = keys->dir() + "/high-water"});
  if (!report.good()) return "log verify finds: " + report.findings.front().table + " " + report.findings.front().what;
  if (reader->size() < 100) return "too few records were made to judge by";
  for (std::uint64_t i = 0; i < reader->size(); ++i)
    if (!reader->open_body(*keys, i)) return "body " + std::to_string(i) + " does not open";
  return {};
}

// ---- the others

Timing fdatasync_alone(const fs::path& dir, double seconds) {
  const Place place(dir);
  const int file = ::open((place / "file").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) std::abort();
  constexpr off_t kBytes = 4 << 20;
  const std::string page(8'192, 'x');
  for (off_t at = 0; at < kBytes; at += static_cast<off_t>(page.size()))
    if (::pwrite(file, page.data(), page.size(), at) < 0) std::abort();
  ::fdatasync(file);
  Timing timing;
  const auto begin = Steady::now();
  for (off_t at = 0; since(begin) < seconds; at = (at + static_cast<off_t>(page.size())) % kBytes) {
    if (::pwrite(file, page.data(), page.size(), at) < 0) std::abort();
    const auto from = Steady::now();
    ::fdatasync(file);
    timing.us.push_back(since(from) * 1e6);
    ++timing.count;
  }
  timing.seconds = since(begin);
  ::close(file);
  return timing;
}

// The same bytes in one table; the tags into an index at once.
class BareSqlite {
 public:
  BareSqlite(const fs::path& dir, std::size_t header, std::size_t body, std::size_t tags)
      : place_(dir), db_(place_ / "bare.db", audit::Database::Mode::create), header_(header), body_(body), tags_(tags) {
    db_.exec("PRAGMA journal_mode = WAL");
    db_.exec("PRAGMA synchronous = FULL");
    db_.exec("CREATE TABLE records (idx INTEGER PRIMARY KEY, header BLOB NOT NULL, body BLOB NOT NULL) STRICT");
    db_.exec(
        "CREATE TABLE tags (tag BLOB NOT NULL, idx INTEGER NOT NULL, PRIMARY KEY (tag, idx)) STRICT, WITHOUT ROWID");
    insert_.emplace(db_.prepare("INSERT INTO records VALUES (?, ?, ?)"));
    tag_.emplace(db_.prepare("INSERT INTO tags VALUES (?, ?)"));
    random_.fill({reinterpret_cast<std::uint8_t*>(noise_.data()), noise_.size()});
  }
  ~BareSqlite() {
    insert_.reset();
    tag_.reset();
  }

  void commit(std::size_t rows) {
    audit::Transaction transaction(db_);
    for (std::size_t i = 0; i < rows; ++i, ++index_) {
      insert_->bind(1, index_).bind_blob(2, some(header_)).bind_blob(3, some(body_)).run();
      for (std::size_t t = 0; t < tags_; ++t) {
        char value[16];
        random_.fill({reinterpret_cast<std::uint8_t*>(value), sizeof value});
        tag_->bind_blob(1, {value, sizeof value}).bind(2, index_).run();
      }
    }
    transaction.commit();
  }
  void tidy() {
    if (db_.wal_pages() >= kWalPages) db_.checkpoint(false);
  }
  std::uint64_t rows() const { return index_; }

 private:
  std::string_view some(std::size_t bytes) {
    at_ = (at_ + 7'919) % (noise_.size() - 65'536);
    return std::string_view(noise_).substr(at_, bytes);
  }

  Place place_;
  audit::Database db_;
  std::size_t header_, body_, tags_;
  std::optional<audit::Statement> insert_, tag_;
  audit::SystemRandom random_;
  std::string noise_ = std::string(1 << 20, '\0');
  std::uint64_t index_ = 0;
  std::size_t at_ = 0;
};

// By one thread, so many rows a commit.
Timing bare_sqlite(const fs::path& dir, std::size_t rows, std::size_t header, std::size_t body, std::size_t tags,
                   double seconds) {
  BareSqlite bare(dir, header, body, tags);
  Timing timing;
  const auto begin = Steady::now();
  while (since(begin) < seconds) {
    const auto from = Steady::now();
    bare.commit(rows);
    timing.us.push_back(since(from) * 1e6);
    bare.tidy();
    ++timing.commits;
  }
  timing.count = bare.rows();
  timing.seconds = since(begin);
  return timing;
}

// As the log does it, without a log: one thread commits all that came while it was busy.
Timing paced_sqlite(const fs::path& dir, std::size_t header, std::size_t body, double per_s, double seconds) {
  BareSqlite bare(dir, header, body, 0);
  Timing timing;
  std::mutex mutex;
  std::condition_variable come;
  std::vector<Steady::time_point> queue;
  bool over = false;
  std::thread committer([&] {
    std::vector<Steady::time_point> batch;
    for (;;) {
      {
        std::unique_lock lock(mutex);
        come.wait(lock, [&] { return over || !queue.empty(); });
        if (queue.empty()) return;
        batch.clear();
        std::swap(batch, queue);
      }
      bare.commit(batch.size());
      for (const auto due : batch) timing.us.push_back(us_since(due));
      bare.tidy();
    }
  });
  at_a_pace(per_s, seconds, [&](std::uint64_t, Steady::time_point due) {
    const std::lock_guard lock(mutex);
    queue.push_back(due);
    if (queue.size() == 1) come.notify_one();
  });
  {
    const std::lock_guard lock(mutex);
    over = true;
  }
  come.notify_one();
  committer.join();
  timing.count = timing.us.size();
  timing.seconds = seconds;
  return timing;
}

// Another log, by a program that prints `{"adds": N, "seconds": S}`; tests/bench/tessera has one.
std::optional<Timing> other_log(const std::string& program, const fs::path& dir, std::size_t callers, std::size_t bytes,
                                double seconds) {
  const Place place(dir);
  const std::string command = "'" + program + "' '" + (place / "log") + "' " + std::to_string(callers) + " " +
                              std::to_string(bytes) + " " + std::to_string(seconds) + " 2>/dev/null";
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string said;
  char buffer[512];
  while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) said += buffer;
  if (::pclose(pipe) != 0) return std::nullopt;
  json::error_code error;
  const json::value value = json::parse(said, error);
  if (error || !value.is_object()) return std::nullopt;
  Timing timing;
  timing.count = value.at("adds").to_number<std::uint64_t>();
  timing.seconds = value.at("seconds").to_number<double>();
  return timing;
}

// ---- a log left by a process that was killed

// Headers alone, as fast as they can be written; the process ends without closing anything.
void write_headers(const std::string& path, std::uint64_t records) {
  SystemClock clock;
  audit::SystemRandom random;
  const std::string keys_dir = audit::default_keys_dir(path);
  const auto keys = audit::KeyStore::create(keys_dir, "caveat.local/bench", {.writable = true, .random = &random});
  const std::string note = keys->sign(audit::about_text({.format = audit::kFormat,
                                                         .origin = keys->origin(),
                                                         .suite = "intl",
                                                         .created = format_instant(clock.wall_us(), 0),
                                                         .sqlite = audit::sqlite_version()}));
  keys->bind_log(sha256(note));
  audit::create_sqlite_store(path, note);
  const auto store = audit::open_sqlite_store(path);
  const audit::SealedRecord sealed = audit::seal(*keys, decision(4, 0), clock.wall_us(), random);
  keys->flush();
  audit::Frontier tree;
  std::uint64_t previous = 0;
  const std::int64_t begun = clock.wall_us();
  std::int64_t time = begun;
  while (tree.size() < records) {
    audit::Batch batch;
    for (; batch.records.size() < 4'096 && tree.size() < records;) {
      audit::StoredRecord record;
      record.index = tree.size();
      record.header = encode_header(sealed.header, record.index, ++time);
      append_leaf(tree, audit::leaf_hash(record.header), batch.tiles);
      batch.records.push_back(std::move(record));
    }
    batch.checkpoints.push_back({.tree = audit::kTreeSha256,
                                 .size = tree.size(),
                                 .previous = previous,
                                 .time_us = time,
                                 .note = keys->sign(audit::checkpoint_text(
                                     {.origin = keys->origin(), .size = tree.size(), .root = tree.root()}))});
    previous = tree.size();
    // As the log keeps them itself: without these counts its first commit would have to reckon the day from ten million records.
    audit::Tally counts;
    counts.count(sealed.kind, &*sealed.verdict, tree.size());
    const audit::StateChange so_far{
        .key = audit::open_day_key(),
        .value = encode_event(audit::close_day(audit::day_of_record(begun), {0, tree.size()}, counts))};
    batch.records.back().state.push_back(seal_change(*keys, so_far, {keys->data_key("", time).id}, random));
    keys->flush();
    store->commit(batch);
    if (tree.size() < records) store->tidy();  // the last commits stay in the WAL, as a kill leaves them
  }
  ::_exit(0);
}

void write_whole(const std::string& path, std::uint64_t records) {
  SystemClock clock;
  audit::SystemRandom random;
  audit::LogOptions options;
  options.path = path;
  options.create = true;
  options.origin = "caveat.local/bench";
  options.clock = &clock;
  options.random = &random;
  const auto log = Log::open(options);
  while (log->size() < records) Callers(*log, 512, 4).run(1);
  ::_exit(0);
}

struct Opened {
  std::uint64_t records = 0;
  double seconds = 0;
};
std::optional<Opened> opened_after_kill(const fs::path& dir, std::uint64_t records,
                                        const std::function<void(const std::string&, std::uint64_t)>& write) {
  const Place place(dir);
  const std::string path = place / "log.db";
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      write(path, records);
    } catch (const std::exception& failed) {
      std::cerr << failed.what() << '\n';  // the parent reads the status
    }
    ::_exit(1);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return std::nullopt;
  SystemClock clock;
  audit::SystemRandom random;
  audit::LogOptions options;
  options.path = path;
  options.clock = &clock;
  options.random = &random;
  const auto begin = Steady::now();
  const auto log = Log::open(options);
  const double seconds = since(begin);
  if (log->size() < records) return std::nullopt;
  if (!std::holds_alternative<audit::Committed>(log->append(decision(1, 0)))) return std::nullopt;
  return Opened{log->size() - 1, seconds};
}

// ---- the run

class Bench {
 public:
  Bench(Terminal& terminal, fs::path dir, double seconds, std::size_t rounds, std::uint64_t records,
        std::string tessera, std::string only)
      : terminal_(terminal),
        dir_(std::move(dir)),
        seconds_(seconds),
        rounds_(rounds),
        records_(records),
        tessera_(std::move(tessera)),
        only_(std::move(only)) {}

  int run() {
    if (const std::string wrong = checked(dir_); !wrong.empty()) {
      terminal_.err << "caveat: " << wrong << '\n';
      return kNo;
    }
    say({{"measure", "checked"}, {"what", "records made, verified and opened before anything was timed"}});
    sizes();
    for (std::size_t round = 1; round <= rounds_; ++round) {
      round_ = round;
      if (wanted("one")) one_caller();
      for (const std::size_t tags : {0u, 4u})
        for (const std::size_t callers : {64u, 512u})
          if (wanted("many")) many_callers(callers, tags);
      if (wanted("half")) half_the_peak();
      if (wanted("export")) export_verified();
    }
    if (wanted("opening")) opening();
    targets();
    return kDone;
  }

 private:
  bool wanted(std::string_view part) const { return only_.empty() || only_ == part; }

  // Numbers as people write them; the library would print 1.0923E3.
  void say(const json::object& line) {
    char separator = '{';
    for (const auto& [name, value] : line) {
      terminal_.out << separator << '"' << name << "\":";
      separator = ',';
      if (!value.is_double()) {
        terminal_.out << json::serialize(value);
        continue;
      }
      char digits[32];
      std::snprintf(digits, sizeof digits, "%.*f", std::abs(value.get_double()) < 100 ? 3 : 0, value.get_double());
      terminal_.out << digits;
    }
    terminal_.out << "}\n" << std::flush;
  }
  void measured(const char* what, const std::string& of, std::size_t callers, std::size_t tags, Timing& timing) {
    say({{"measure", "decisions_per_s"},
         {"what", what},
         {"of", of},
         {"round", round_},
         {"callers", callers},
         {"tags", tags},
         {"value", timing.per_s()},
         {"rows_a_commit", timing.rows_a_commit()},
         {"p50_us", quantile(timing.us, 0.5)},
         {"p99_us", quantile(timing.us, 0.99)}});
  }

  void sizes() {
    Rig rig(dir_);
    std::uint64_t padded = 0, plain = 0;
    for (std::uint64_t i = 0; i < 500; ++i) {
      const auto appended = rig.log->append(decision(i, 4));
      if (!std::holds_alternative<audit::Committed>(appended)) std::abort();
    }
    rig.log->close();
    const auto keys = audit::KeyStore::open(audit::default_keys_dir(rig.place / "log.db"), {});
    const auto reader = audit::LogReader::open(rig.place / "log.db");
    for (std::uint64_t i = 1; i < reader->size(); ++i) {
      header_ = std::max(header_, reader->header(i)->size());
      padded += reader->body(i)->size();
      plain += audit::encode_body(reader->open_body(*keys, i)->sections).size();
    }
    body_ = padded / (reader->size() - 1);
    body_over_ = static_cast<double>(padded) / static_cast<double>(plain) - 1;
    say({{"measure", "size"}, {"header_bytes", header_}, {"body_bytes", body_}, {"body_over_its_cbor", body_over_}});
  }

  void one_caller() {
    Rig rig(dir_);
    const Place place(dir_);
    const int file = ::open((place / "file").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    const std::string page(8'192, 'x');
    for (off_t at = 0; at < 4 << 20; at += 8'192)
      if (::pwrite(file, page.data(), page.size(), at) < 0) std::abort();
    ::fdatasync(file);
    std::vector<double> commits, syncs;
    const auto begin = Steady::now();
    for (std::uint64_t i = 0; since(begin) < seconds_; ++i) {  // in turns, so that both meet the same neighbours
      auto sealed = rig.log->seal(decision(i, 0));
      auto from = Steady::now();
      std::mutex mutex;
      std::condition_variable done;
      bool there = false;
      rig.log->fulfil(rig.log->reserve(), std::move(sealed), [&](const audit::Appended&) {
        const std::lock_guard lock(mutex);
        there = true;
        done.notify_one();
      });
      {
        std::unique_lock lock(mutex);
        done.wait(lock, [&] { return there; });
      }
      commits.push_back(since(from) * 1e6);
      if (::pwrite(file, page.data(), page.size(), static_cast<off_t>(i % 512 * 8'192)) < 0) std::abort();
      from = Steady::now();
      ::fdatasync(file);
      syncs.push_back(since(from) * 1e6);
    }
    ::close(file);
    const double commit = quantile(commits, 0.5), sync = quantile(syncs, 0.5);
    say({{"measure", "one_caller"},
         {"round", round_},
         {"commit_p50_us", commit},
         {"commit_p99_us", quantile(commits, 0.99)},
         {"fdatasync_p50_us", sync},
         {"fdatasync_p99_us", quantile(syncs, 0.99)}});
    ratios_["one caller: commit p50 over fdatasync p50"].push_back(commit / sync);
  }

  void many_callers(std::size_t callers, std::size_t tags) {
    Timing ours;
    {
      Rig rig(dir_);
      ours = Callers(*rig.log, callers, tags).run(seconds_);
      rig.log->close();
    }
    measured("caveat", "sealed, durable", callers, tags, ours);
    if (callers == 512 && tags == 0) peak_ = ours.per_s();
    const auto rows = static_cast<std::size_t>(std::max(1.0, ours.rows_a_commit() + 0.5));
    Timing bare = bare_sqlite(dir_, rows, header_, body_, tags, seconds_);
    measured("sqlite", "the same bytes, as many rows a commit", callers, tags, bare);
    const std::string who = std::to_string(callers) + " callers";
    ratios_[who + (tags > 0 ? ", four tags: decisions/s over SQLite that indexes them at once"
                            : ": decisions/s over bare SQLite")]
        .push_back(ours.per_s() / bare.per_s());
    if (tags > 0) return;
    if (tessera_.empty()) {
      why_no_tessera_ = "no --tessera was given (tests/bench/tessera builds one, with Go 1.25)";
      return;
    }
    std::optional<Timing> tessera = other_log(tessera_, dir_, callers, header_ + body_, seconds_);
    if (!tessera) {
      why_no_tessera_ = tessera_ + " did not answer";
      return;
    }
    measured("tessera", "POSIX, bytes of header and body", callers, tags, *tessera);
    ratios_[who + ": decisions/s over tessera POSIX"].push_back(ours.per_s() / tessera->per_s());
  }

  void half_the_peak() {
    if (peak_ == 0) {  // this part alone
      Rig rig(dir_);
      peak_ = Callers(*rig.log, 512, 0).run(seconds_).per_s();
      rig.log->close();
    }
    Timing before = fdatasync_alone(dir_, seconds_ / 2);
    Timing ours;
    {
      Rig rig(dir_);
      ours = paced(*rig.log, peak_ / 2, seconds_);
      rig.log->close();
    }
    Timing bare = paced_sqlite(dir_, header_, body_, peak_ / 2, seconds_);
    Timing after = fdatasync_alone(dir_, seconds_ / 2);
    before.us.insert(before.us.end(), after.us.begin(), after.us.end());
    const double p99 = quantile(ours.us, 0.99), sync = quantile(before.us, 0.99);
    say({{"measure", "half_the_peak"},
         {"round", round_},
         {"offered_per_s", peak_ / 2},
         {"p50_us", quantile(ours.us, 0.5)},
         {"p99_us", p99},
         {"bare_sqlite_p50_us", quantile(bare.us, 0.5)},
         {"bare_sqlite_p99_us", quantile(bare.us, 0.99)},
         {"fdatasync_p99_us", sync}});
    ratios_["half the peak: seal-to-durable p99 over fdatasync p99"].push_back(p99 / sync);
  }

  void export_verified() {
    Rig rig(dir_);
    Callers(*rig.log, 512, 0).run(std::min(seconds_, 1.0));
    rig.log->close();
    const auto keys = audit::KeyStore::open(audit::default_keys_dir(rig.place / "log.db"), {});
    const auto reader = audit::LogReader::open(rig.place / "log.db");
    audit::LogFacts facts;
    facts.origin = reader->origin();
    facts.size = reader->size();
    facts.root = reader->root(reader->size());
    facts.checkpoint_note = *reader->checkpoint();
    facts.checkpoint_time = audit::decode_header(reader->header(facts.size - 1).value()).value().time_us;
    facts.key_name = keys->verifier().name;
    facts.checked = true;
    audit::name_what_is_not_checked(facts, true);
    const audit::SpoolOptions here{.folder = dir_.string()};
    audit::Spool pieces(here), file(here);
    write_package(collect(*reader, keys.get(), {}, facts, {.package = &pieces}), pieces, *keys, file);
    const std::string zip = file.text(0, file.size());
    double verify = 1e9, hash = 1e9;
    for (int i = 0; i < 3; ++i) {
      auto from = Steady::now();
      if (sha256(zip) == Digest{}) std::abort();
      hash = std::min(hash, since(from));
      from = Steady::now();
      if (audit::verify_package(zip, {.keys = {keys->verifier()}, .limits = {}, .receipt = {}}).exit_code() != 0)
        std::abort();
      verify = std::min(verify, since(from));
    }
    say({{"measure", "export"},
         {"round", round_},
         {"records", reader->size()},
         {"bytes", zip.size()},
         {"verify_mb_per_s", static_cast<double>(zip.size()) / verify / 1e6},
         {"sha256_mb_per_s", static_cast<double>(zip.size()) / hash / 1e6}});
    ratios_["verify of a whole export over SHA-256 of its bytes"].push_back(hash / verify);
  }

  void opening() {
    if (records_ == 0) return;
    if (const auto opened = opened_after_kill(dir_, records_, &write_headers)) {
      say({{"measure", "opening"}, {"of", "headers"}, {"records", opened->records}, {"seconds", opened->seconds}});
      ratios_["opening after a kill, seconds"].push_back(opened->seconds);
    }
    const std::uint64_t whole = std::min<std::uint64_t>(records_, 100'000);
    if (const auto opened = opened_after_kill(dir_, whole, &write_whole)) {
      say({{"measure", "opening"},
           {"of", "whole records"},
           {"records", opened->records},
           {"seconds", opened->seconds}});
      ratios_["opening after a kill, seconds"].push_back(opened->seconds);
    }
  }

  // docs: the durable table. A line each, what was not run with its reason.
  void targets() {
    struct Target {
      const char* row;
      double target;
      bool at_least;
    };
    static constexpr Target kTargets[] = {
        {"64 callers: decisions/s over bare SQLite", 0.7, true},
        {"512 callers: decisions/s over bare SQLite", 0.7, true},
        {"64 callers, four tags: decisions/s over SQLite that indexes them at once", 2, true},
        {"512 callers, four tags: decisions/s over SQLite that indexes them at once", 2, true},
        {"64 callers: decisions/s over tessera POSIX", 4, true},
        {"512 callers: decisions/s over tessera POSIX", 2, true},
        {"one caller: commit p50 over fdatasync p50", 2.5, false},
        {"half the peak: seal-to-durable p99 over fdatasync p99", 4, false},
        {"verify of a whole export over SHA-256 of its bytes", 0.5, true},
        {"opening after a kill, seconds", 1, false}};
    for (const Target& target : kTargets) {
      const auto found = ratios_.find(target.row);
      json::object line{{"target", target.row}, {target.at_least ? "at_least" : "at_most", target.target}};
      if (found == ratios_.end()) {
        line["not_run"] = !only_.empty() ? "--only " + only_ + " was given"
                          : std::string_view(target.row).find("tessera") != std::string_view::npos
                              ? why_no_tessera_
                              : "--records 0 was given";
      } else {
        const double value = found->first == "opening after a kill, seconds"
                                 ? *std::max_element(found->second.begin(), found->second.end())
                                 : median(found->second);
        line["value"] = value;
        line["held"] = target.at_least ? value >= target.target : value <= target.target;
      }
      say(line);
    }
    say({{"target", "header, bytes"}, {"at_most", 700}, {"value", header_}, {"held", header_ <= 700}});
    say({{"target", "body over its CBOR"}, {"at_most", 0.15}, {"value", body_over_}, {"held", body_over_ <= 0.15}});
    say({{"target", "512 callers: national over intl"},
         {"at_least", 0.6},
         {"not_run", "this build has no suite national"}});
  }

  Terminal& terminal_;
  fs::path dir_;
  double seconds_;
  std::size_t rounds_, round_ = 0;
  std::uint64_t records_;
  std::string tessera_, only_, why_no_tessera_;
  std::size_t header_ = 0, body_ = 0;
  double body_over_ = 0, peak_ = 0;
  std::map<std::string, std::vector<double>, std::less<>> ratios_;
};

}  // namespace

int run_bench_audit(const Invocation& invocation, Terminal& terminal) {
  double seconds = 5;
  std::size_t rounds = 3;
  std::uint64_t records = 1'000'000;
  if (!number_option(invocation, terminal, "--seconds", 0.05, 600, seconds) ||
      !number_option(invocation, terminal, "--rounds", 1, 100, rounds) ||
      !number_option(invocation, terminal, "--records", 0, 100'000'000, records))
    return kUsage;
  const std::string only = invocation.get("--only");
  static constexpr std::string_view kParts[] = {"", "one", "many", "half", "export", "opening"};
  if (std::find(std::begin(kParts), std::end(kParts), only) == std::end(kParts))
    return wrong_use(terminal,
                     {"{0} is one, many, half, export or opening, not “{1}”.",
                      "{0} 应为 one、many、half、export 或 opening，而不是“{1}”。"},
                     {"--only", only}, "bench audit");
  const std::optional<fs::path> dir = bench::folder_option(invocation, terminal);
  if (!dir) return kEnvironment;
  return Bench(terminal, *dir, seconds, rounds, records, invocation.get("--tessera"), only).run();
}

}  // namespace caveat::cli
