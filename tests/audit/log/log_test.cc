#include "audit/log/log.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <future>
#include <set>
#include <thread>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/about.h"
#include "audit/log/high_water.h"
#include "audit/log/open_day.h"
#include "audit/log/reader.h"
#include "audit/log/verify.h"
#include "audit/record/decode.h"
#include "audit/record/events.h"
#include "audit/record/sections.h"
#include "audit/record/tally.h"
#include "audit/store/sqlite.h"
#include "tests/audit/support/amount.h"
#include "tests/audit/support/log_fixture.h"

namespace caveat::audit {
namespace {

using testing::decision;
using testing::LogFolder;

Committed committed(const Appended& appended) {
  if (const auto* failed = std::get_if<AppendFailed>(&appended)) BOOST_FAIL(failed->why.what());
  return std::get<Committed>(appended);
}

VerifyReport verify(LogFolder& in) {
  const auto keys = in.keys();
  const auto reader = LogReader::open(in.path());
  VerifyReport report = verify_log(
      *reader, {.verifier = keys->verifier(), .keys = keys.get(), .high_water = in.keys_dir() + "/high-water"});
  for (const auto& finding : report.findings)
    BOOST_TEST_MESSAGE(finding.table + " " + finding.row + ": " + finding.what);
  return report;
}

bool refused(const Code& code, const LogOptions& options) {
  try {
    Log::open(options);
  } catch (const Error& error) {
    if (&error.code() != &code) BOOST_TEST_MESSAGE(error.what());
    return &error.code() == &code;
  }
  return false;
}

BOOST_AUTO_TEST_CASE(a_record_is_appended_read_proved_and_opened) {
  LogFolder in;
  Committed first;
  {
    const auto log = Log::open(in.options());
    first = committed(log->append(decision(0)));
    for (int i = 1; i < 20; ++i) committed(log->append(decision(i)));
    BOOST_TEST(log->size() == 20u);
    BOOST_TEST(log->state().read({StateKind::hold, "customer k-3", ""}).value().value == "held since 17");
    BOOST_TEST(log->state().read({StateKind::hold, "customer k-3", ""}).value().version == 2u);
    BOOST_TEST(log->state().read({StateKind::idempotency, "request r-4", ""}).value().index == 4u);
    BOOST_TEST(!log->state().read({StateKind::hold, "customer k-9", ""}).has_value());
  }
  BOOST_TEST(first.index == 0u);
  const auto keys = in.keys();
  const auto reader = LogReader::open(in.path());
  BOOST_TEST(reader->size() == 20u);
  BOOST_TEST(reader->origin() == "bank.example/caveat/gate-1");
  const VerifierKey known[] = {keys->verifier()};
  const auto checkpoint = open_checkpoint(reader->checkpoint().value(), known, &verify_signature);
  BOOST_REQUIRE(checkpoint.has_value());
  BOOST_TEST((checkpoint->root == reader->root(20)));
  for (std::uint64_t i = 0; i < 20; ++i) {
    const Digest leaf = leaf_hash(reader->header(i).value());
    BOOST_TEST(verify_inclusion(leaf, i, 20, reader->inclusion(i, 20), checkpoint->root));
    BOOST_TEST(reader->open_body(*keys, i).has_value());
  }
  BOOST_TEST(verify_consistency(first.size, first.root, 20, checkpoint->root, reader->consistency(first.size, 20)));
  BOOST_TEST((leaf_hash(reader->header(0).value()) == first.leaf));
  BOOST_TEST(parse_log_proof(format_log_proof(reader->receipt(7))).has_value());
  BOOST_TEST((reader->search(*keys, {TagKind::customer, "k-3"}) == std::vector<std::uint64_t>{3, 10, 17}));
  BOOST_TEST(reader->search(*keys, {TagKind::customer, "k-99"}).empty());
  const VerifyReport report = verify(in);
  BOOST_TEST(report.good());
  BOOST_TEST(report.bodies_opened);
}

BOOST_AUTO_TEST_CASE(a_log_taken_up_again_goes_on_over_tiles_and_times_never_fall) {
  LogFolder in;
  for (int round = 0; round < 4; ++round) {
    const auto log = Log::open(in.options(round == 0));
    for (int i = 0; i < 150; ++i) {
      SealedRecord sealed = log->seal(decision(round * 150 + i));
      log->fulfil(log->reserve(), std::move(sealed), [](const Appended& appended) { committed(appended); });
    }
    log->flush();
    in.clock.now -= 500'000;  // under a second: no step
  }
  const VerifyReport report = verify(in);
  BOOST_TEST(report.good());
  BOOST_TEST(report.size == 600u);
}

BOOST_AUTO_TEST_CASE(a_clock_that_goes_back_is_recorded_and_times_stand_still) {
  LogFolder in;
  {
    const auto log = Log::open(in.options());
    const auto before = committed(log->append(decision(0)));
    in.clock.now -= 3'600'000'000;
    const auto after = committed(log->append(decision(1)));
    BOOST_TEST(after.time_us == before.time_us);
    BOOST_TEST(log->newest_us() == before.time_us);
    BOOST_TEST(after.index == 2u);
    committed(log->append(decision(2)));
    BOOST_TEST(log->size() == 4u);
  }
  const auto reader = LogReader::open(in.path());
  BOOST_TEST((decode_header(reader->header(1).value())->context.kind == Kind::clock_stepped));
  BOOST_TEST(verify(in).good());
}

RecordContent judged(std::uint8_t verdict, const std::string& rule) {
  RecordContent content;
  VerdictSection section;
  section.verdict = verdict;
  if (!rule.empty()) section.rules = {{rule, RuleOutcome::State::fired, verdict, -1}};
  content.sections = {{Section::verdict, encode_verdict(section)}};
  return content;
}

Closing closing_at(LogFolder& in, std::uint64_t index) {
  const auto keys = in.keys();
  const auto reader = LogReader::open(in.path());
  BOOST_REQUIRE((decode_header(reader->header(index).value())->context.kind == Kind::closing));
  const auto opened = reader->open_body(*keys, index);
  BOOST_REQUIRE(opened.has_value());
  const Result<Event> event = decode_event(Kind::closing, opened->find(Section::event)->encoded);
  BOOST_REQUIRE(event.has_value());
  return std::get<Closing>(*event);
}

constexpr Microseconds kDay = 86'400LL * 1'000'000;

BOOST_AUTO_TEST_CASE(the_first_record_of_a_day_closes_the_one_before_with_its_counts) {
  LogFolder in;
  {
    const auto log = Log::open(in.options());
    committed(log->append(judged(0, "")));
    committed(log->append(judged(3, "p/a")));
    committed(log->append(judged(4, "p/a")));
    in.clock.now += 3 * kDay;  // two days without a record are not closed: there is nothing to close
    BOOST_TEST(committed(log->append(judged(3, "p/b"))).index == 4u);
    in.clock.now += kDay;
    BOOST_TEST(committed(log->append(judged(0, ""))).index == 6u);
  }
  const Closing first = closing_at(in, 3);
  BOOST_TEST(first.day == "2026-11-25");
  BOOST_TEST((first.records == IndexRange{0, 3}));
  BOOST_TEST((first.kinds == Counts{{"decision", 3}}));
  BOOST_TEST((first.verdicts == Counts{{"allow", 1}, {"block", 1}, {"handoff", 1}}));
  BOOST_TEST((first.rules == Counts{{"p/a", 2}}));
  const Closing second = closing_at(in, 5);
  BOOST_TEST(second.day == "2026-11-28");
  BOOST_TEST((second.records == IndexRange{3, 5}));
  BOOST_TEST((second.kinds == Counts{{"closing", 1}, {"decision", 1}}));
  BOOST_TEST((second.rules == Counts{{"p/b", 1}}));
  BOOST_TEST(verify(in).good());
}

BOOST_AUTO_TEST_CASE(
    a_day_is_counted_whole_though_the_log_was_opened_in_the_middle_of_it_and_a_batch_crosses_midnight) {
  LogFolder in;
  committed(Log::open(in.options())->append(judged(3, "p/a")));
  committed(Log::open(in.options(false))->append(judged(4, "p/b")));
  {
    const auto log = Log::open(in.options(false));
    std::vector<std::uint64_t> places;
    for (int i = 0; i < 4; ++i) places.push_back(log->reserve());
    in.clock.step = kDay / 2;  // each record of the batch is half a day later
    for (const std::size_t i : {3u, 2u, 1u, 0u})
      log->fulfil(places[i], log->seal(judged(0, "")), [](const Appended& appended) { committed(appended); });
    log->flush();
    in.clock.step = 1'000;
    committed(log->append(judged(0, "")));
  }
  const auto reader = LogReader::open(in.path());
  std::vector<std::uint64_t> closings;
  for (std::uint64_t index = 0; index < reader->size(); ++index)
    if (decode_header(reader->header(index).value())->context.kind == Kind::closing) closings.push_back(index);
  BOOST_REQUIRE(closings.size() >= 2u);
  const Closing first = closing_at(in, closings[0]);
  BOOST_TEST(first.records.first == 0u);
  BOOST_TEST(first.rules.at("p/a") == 1u);
  BOOST_TEST(first.rules.at("p/b") == 1u);
  BOOST_TEST(closing_at(in, closings[1]).records.first == closings[0]);
  BOOST_TEST(verify(in).good());
}

// Counts the headers and bodies that are read through it.
class CountingReader final : public StoreReader {
 public:
  CountingReader(StoreReader& below, std::atomic<std::uint64_t>& read) : below_(below), read_(read) {}
  const std::string& path() const override { return below_.path(); }
  std::string about() override { return below_.about(); }
  std::vector<std::string> about_rows() override { return below_.about_rows(); }
  std::optional<std::string> header(std::uint64_t index) override { return ++read_, below_.header(index); }
  std::optional<std::string> body(std::uint64_t index) override { return ++read_, below_.body(index); }
  std::optional<Digest> tile(int tree, unsigned level, std::uint64_t at) override {
    return below_.tile(tree, level, at);
  }
  std::optional<StoredCheckpoint> newest_checkpoint(int tree) override { return below_.newest_checkpoint(tree); }
  std::optional<StoredCheckpoint> checkpoint(int tree, std::uint64_t size) override {
    return below_.checkpoint(tree, size);
  }
  std::vector<std::uint64_t> find_tag(const TagValue& tag) override { return below_.find_tag(tag); }
  std::optional<StoredStateRow> state(StateKind kind, const TagValue& subject, const TagValue& other) override {
    return below_.state(kind, subject, other);
  }
  void each_header(std::uint64_t begin, std::uint64_t end,
                   const std::function<void(std::int64_t, std::string_view)>& visit) override {
    read_ += end - begin;
    below_.each_header(begin, end, visit);
  }
  void each_body(const std::function<void(std::int64_t, std::string_view)>& visit) override {
    below_.each_body([&](std::int64_t index, std::string_view sealed) { ++read_, visit(index, sealed); });
  }
  std::vector<std::int64_t> outside(std::uint64_t size) override { return below_.outside(size); }
  void each_checkpoint(const std::function<void(const StoredCheckpoint&)>& visit) override {
    below_.each_checkpoint(visit);
  }
  void each_tile(const std::function<void(const StoredTile&, std::string_view)>& visit) override {
    below_.each_tile(visit);
  }
  void each_tag(const std::function<void(std::string_view, std::string_view, std::int64_t)>& visit) override {
    below_.each_tag(visit);
  }
  void each_misplaced_tag(const std::function<void(std::string_view, std::int64_t)>& visit) override {
    below_.each_misplaced_tag(visit);
  }
  std::string_view table_of_tag(std::string_view tag, std::int64_t index) override {
    return below_.table_of_tag(tag, index);
  }
  void each_state(const std::function<void(const StoredStateRow&)>& visit) override { below_.each_state(visit); }
  std::optional<StoredStateRow> state_keys(const std::optional<StoredStateRow>& after, std::size_t most,
                                           const std::function<void(std::string_view)>& visit) override {
    return below_.state_keys(after, most, visit);
  }
  void each_state_of(StateKind kind, const std::function<void(const StoredStateRow&)>& visit) override {
    below_.each_state_of(kind, visit);
  }
  std::vector<std::string> schema_faults() override { return below_.schema_faults(); }
  void renew() override { below_.renew(); }
  void cut_when(std::function<bool()> cut) override { below_.cut_when(std::move(cut)); }

 private:
  StoreReader& below_;
  std::atomic<std::uint64_t>& read_;
};

class CountingStore final : public Store {
 public:
  CountingStore(std::unique_ptr<Store> below, std::atomic<std::uint64_t>& read)
      : below_(std::move(below)), reader_(below_->reader(), read) {}
  void commit(const Batch& batch) override { below_->commit(batch); }
  void tidy() override { below_->tidy(); }
  StoreReader& reader() override { return reader_; }
  void close() override { below_->close(); }

 private:
  std::unique_ptr<Store> below_;
  CountingReader reader_;
};

// So many records in one commit, every fifth by a rule: the first place is filled last, so all are ready when it is.
void append_many(Log& log, int count) {
  std::vector<std::uint64_t> places;
  for (int i = 0; i < count; ++i) places.push_back(log.reserve());
  for (int i = count - 1; i >= 0; --i)
    log.fulfil(places[static_cast<std::size_t>(i)], log.seal(i % 5 == 0 ? judged(3, "p/a") : judged(0, "")),
               [](const Appended& appended) { committed(appended); });
  log.flush();
}

BOOST_AUTO_TEST_CASE(a_clock_after_the_year_9999_is_refused_in_words_and_the_log_goes_on_when_it_is_right_again) {
  LogFolder in;
  {
    const auto log = Log::open(in.options());
    committed(log->append(decision(0)));
    const Microseconds right = in.clock.now;
    in.clock.now = parse_instant("9999-12-31T23:59:59Z").value() + 1'000'000;
    const Appended refused = log->append(decision(1));
    BOOST_REQUIRE(std::holds_alternative<AppendFailed>(refused));
    BOOST_TEST(&std::get<AppendFailed>(refused).why.code() == &codes::kStorage);
    BOOST_TEST(std::get<AppendFailed>(refused).why.message(Language::en).find("a year after 9999") !=
               std::string::npos);
    in.clock.now = right;
    BOOST_TEST(committed(log->append(decision(2))).index == 2u);  // behind the gap
  }
  BOOST_TEST(verify(in).good());
}

BOOST_AUTO_TEST_CASE(with_a_clock_after_the_year_9999_no_log_is_made_and_no_keys) {
  LogFolder in;
  const Microseconds right = in.clock.now;
  in.clock.now = parse_instant("9999-12-31T23:59:59Z").value() + 1'000'000;
  BOOST_CHECK_EXCEPTION((void)Log::open(in.options()), audit::Error, [](const audit::Error& error) {
    return &error.code() == &codes::kStorage &&
           std::string(error.what()).find("a year after 9999") != std::string::npos &&
           error.message(Language::zh).find("9999 年之后") != std::string::npos;
  });
  BOOST_TEST(!std::filesystem::exists(in.path()));
  BOOST_TEST(!std::filesystem::exists(in.keys_dir()));
  in.clock.now = right;
  committed(Log::open(in.options())->append(decision(0)));
  BOOST_TEST(verify(in).good());
}

BOOST_AUTO_TEST_CASE(a_day_is_closed_after_a_restart_from_what_was_kept_of_it_and_few_records_are_read) {
  for (const bool midnight_before : {false, true}) {
    LogFolder in;
    std::uint64_t first = 0;
    {
      const auto log = Log::open(in.options());
      if (midnight_before) {
        append_many(*log, 300);
        in.clock.now += kDay;
        first = log->size();
      }
      append_many(*log, 700);
      append_many(*log, 90);  // behind what was kept
    }
    const std::uint64_t last = LogReader::open(in.path())->size();
    std::atomic<std::uint64_t> read{0};
    LogOptions options = in.options(false);
    options.wrap_store = [&](std::unique_ptr<Store> store) {
      return std::make_unique<CountingStore>(std::move(store), read);
    };
    {
      const auto log = Log::open(options);
      BOOST_TEST(read == 0u);
      in.clock.now += kDay;
      BOOST_TEST(committed(log->append(judged(0, ""))).index == last + 1);
    }
    BOOST_TEST(read > 0u);
    BOOST_TEST(read <= 2 * kCountEvery, "the committer read " << read << " headers and bodies of " << last);
    const Closing closing = closing_at(in, last);
    BOOST_TEST((closing.records == IndexRange{first, last}));
    BOOST_TEST(closing.kinds.at("decision") == 790u);
    BOOST_TEST((closing.verdicts == Counts{{"allow", 632}, {"block", 158}}));
    BOOST_TEST((closing.rules == Counts{{"p/a", 158}}));
    BOOST_TEST(verify(in).good());
  }
}

BOOST_AUTO_TEST_CASE(what_is_kept_of_the_open_day_is_recomputed_by_verify) {
  LogFolder in;
  append_many(*Log::open(in.options()), 300);
  const auto keys = in.keys();
  const std::string subject = hex(view(keyed_subject(*keys, open_day_key())));
  const std::string row = "FROM state WHERE hex(subject) = upper('" + subject + "')";
  const auto cell = [&](const std::string& what) {
    Database db(in.path(), Database::Mode::read);
    return db.text("SELECT hex(" + what + ") " + row);
  };
  const auto sql = [&](const std::string& statement) {
    Database db(in.path(), Database::Mode::write);
    db.exec(statement);
    db.close();
  };
  BOOST_TEST(verify(in).good());
  const std::string early = cell("value");
  append_many(*Log::open(in.options(false)), 300);
  BOOST_TEST(verify(in).good());
  const std::string whole = testing::slurp(in.path());
  const auto where = " WHERE hex(subject) = upper('" + subject + "')";
  for (const std::string& statement :
       {"DELETE " + row, "UPDATE state SET version = 2" + where, "UPDATE state SET idx = idx - 1" + where,
        "UPDATE state SET value = x'" + early + "'" + where, "UPDATE state SET value = zeroblob(9)" + where}) {
    sql(statement);
    const VerifyReport report = verify(in);
    BOOST_TEST_CONTEXT(statement) {
      BOOST_REQUIRE(!report.findings.empty());
      BOOST_TEST(report.findings[0].table == "state");
      BOOST_TEST((report.claims[9].shown == Shown::no));
    }
    testing::spill(in.path(), whole);
  }

  // A count that somebody made who has the keys is held against the records.
  const StateKey key = open_day_key();
  Closing lie{
      .day = "2026-11-25", .records = {0, 600}, .kinds = {{"decision", 600}}, .verdicts = {}, .rules = {}, .unread = 0};
  const auto writable = KeyStore::open(in.keys_dir(), {.writable = true, .random = &in.random});
  const SealedStateChange sealed = seal_change(*writable, {.key = key, .value = encode_event(lie)},
                                               {writable->data_key("", in.clock.now).id}, in.random);
  sql("UPDATE state SET value = x'" + hex(*sealed.sealed) + "'" + where);
  const VerifyReport report = verify(in);
  BOOST_REQUIRE(report.findings.size() == 1u);
  BOOST_TEST(report.findings[0].what.find("verdict allow: 0 / 480") != std::string::npos, report.findings[0].what);
}

// Its counts agree, and its range is that of the records before it: but the day goes on behind it.
BOOST_AUTO_TEST_CASE(a_closing_record_within_a_day_is_a_finding) {
  LogFolder in;
  {
    const auto log = Log::open(in.options());
    committed(log->append(judged(3, "p/a")));
    RecordContent stray;
    stray.kind = Kind::closing;
    stray.sections = {{Section::event, encode_event(Closing{.day = day_of_record(in.clock.now),
                                                            .records = {0, 1},
                                                            .kinds = {{"decision", 1}},
                                                            .verdicts = {{"block", 1}},
                                                            .rules = {{"p/a", 1}},
                                                            .unread = 0})}};
    committed(log->append(std::move(stray)));
    committed(log->append(judged(3, "p/a")));
  }
  const VerifyReport report = verify(in);
  BOOST_TEST((report.claims[10].shown == Shown::no));
  BOOST_REQUIRE(report.findings.size() == 1u);
  BOOST_TEST(report.findings[0].row == "1");
  BOOST_TEST(report.findings[0].what.starts_with("it is a closing record within a day"));
}

BOOST_AUTO_TEST_CASE(what_a_closing_record_says_otherwise_than_the_records_is_a_finding) {
  LogFolder in;
  {
    const auto log = Log::open(in.options());
    committed(log->append(judged(3, "p/a")));
    in.clock.now += kDay;
    RecordContent lie;
    lie.kind = Kind::closing;
    lie.sections = {{Section::event, encode_event(Closing{.day = "2026-11-26",
                                                          .records = {0, 2},
                                                          .kinds = {{"closing", 1}},
                                                          .verdicts = {},
                                                          .rules = {},
                                                          .unread = 0})}};
    committed(log->append(std::move(lie)));
  }
  const VerifyReport report = verify(in);
  BOOST_TEST(!report.good());
  BOOST_TEST((report.claims[10].shown == Shown::no));
  BOOST_TEST((report.claims[4].shown == Shown::yes));  // the tree is whole: what was signed is what is there
}

BOOST_AUTO_TEST_CASE(nothing_below_a_failed_signature_or_tree_is_called_good) {
  LogFolder in;
  {
    const auto log = Log::open(in.options());
    for (int i = 0; i < 5; ++i) committed(log->append(decision(i)));
  }
  const auto keys = in.keys();
  const auto other = KeyStore::create(in.folder / "other.keys", "bank.example/caveat/gate-1",
                                      {.writable = true, .random = &in.random});
  const auto reader = LogReader::open(in.path());
  const VerifyReport report = verify_log(*reader, {.verifier = other->verifier(), .keys = keys.get()});
  BOOST_TEST(!report.good());
  BOOST_TEST((report.claims[2].shown == Shown::no));
  for (std::size_t i = 3; i < 11; ++i) {
    BOOST_TEST((report.claims[i].shown == Shown::not_checked), report.claims[i].en);
    BOOST_TEST(report.claims[i].why_en == "claim 2, on which it stands, failed");
  }
  for (const Claim& claim : report.claims) {
    BOOST_TEST(!claim.zh.empty());
    BOOST_TEST(claim.why_en.empty() == (claim.shown == Shown::yes));
    BOOST_TEST(claim.why_zh.empty() == (claim.shown == Shown::yes));
  }
}

BOOST_AUTO_TEST_CASE(records_stand_in_sequence_order_whatever_the_order_of_fulfilling) {
  LogFolder in;
  const auto log = Log::open(in.options());
  std::vector<std::uint64_t> places;
  for (int i = 0; i < 8; ++i) places.push_back(log->reserve());
  std::vector<std::future<Committed>> answers(8);
  for (const int i : {7, 3, 5, 1, 2, 6}) {
    auto answer = std::make_shared<std::promise<Committed>>();
    answers[static_cast<std::size_t>(i)] = answer->get_future();
    log->fulfil(places[static_cast<std::size_t>(i)], log->seal(decision(i)),
                [answer](const Appended& appended) { answer->set_value(committed(appended)); });
  }
  BOOST_TEST(log->size() == 0u);  // the first is not there yet
  log->abandon(places[4]);
  log->abandon(places[0]);
  std::uint64_t next = 0;
  for (const std::size_t i : {1u, 2u, 3u, 5u, 6u, 7u}) BOOST_TEST(answers[i].get().index == next++);
}

BOOST_AUTO_TEST_CASE(sixty_four_threads_append_and_nothing_is_answered_before_it_can_be_read) {
  LogFolder in;
  constexpr int kThreads = 64;
  constexpr int kEach = 10;
  {
    const auto log = Log::open(in.options());
    std::vector<std::thread> threads;
    std::mutex mutex;
    std::vector<Committed> all;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          const Appended appended = log->append(decision(t * kEach + i));
          const std::lock_guard lock(mutex);
          all.push_back(std::get<Committed>(appended));
        }
      });
    for (auto& thread : threads) thread.join();
    BOOST_TEST(log->size() == static_cast<std::uint64_t>(kThreads * kEach));
    std::set<std::uint64_t> indices;
    const auto reader = LogReader::open(in.path());
    for (const auto& one : all) {
      indices.insert(one.index);
      BOOST_TEST((leaf_hash(reader->header(one.index).value()) == one.leaf));
      BOOST_TEST(one.size > one.index);
    }
    BOOST_TEST(indices.size() == all.size());
  }
  BOOST_TEST(verify(in).good());
}

BOOST_AUTO_TEST_CASE(a_second_writer_is_refused_with_the_number_of_the_first_and_a_reader_is_not) {
  LogFolder in;
  const auto log = Log::open(in.options());
  committed(log->append(decision(0)));
  try {
    Log::open(in.options(false));
    BOOST_FAIL("a second writer was let in");
  } catch (const Error& error) {
    BOOST_TEST(&error.code() == &codes::kLogInUse);
    BOOST_TEST(std::string(error.what()).find("process " + std::to_string(::getpid())) != std::string::npos);
  }
  BOOST_TEST(LogReader::open(in.path())->size() == 1u);
}

// By another name the log seems incomplete, or an old copy: to put back a back-up would be the wrong thing to do.
BOOST_AUTO_TEST_CASE(a_link_to_a_log_that_is_being_written_is_told_as_what_it_is) {
  LogFolder in;
  const auto log = Log::open(in.options());
  for (int i = 0; i < 3; ++i) committed(log->append(decision(i)));
  LogOptions linked = in.options(false);
  linked.keys_dir = in.keys_dir();
  linked.path = in.folder / "symbolic.db";
  std::filesystem::create_symlink(in.path(), linked.path);
  BOOST_TEST(refused(codes::kLogInUse, linked));
  BOOST_TEST(LogReader::open(linked.path)->size() == 3u);
  linked.path = in.folder / "hard.db";
  std::filesystem::create_hard_link(in.path(), linked.path);
  BOOST_TEST(refused(codes::kLogLinked, linked));
  std::filesystem::remove(linked.path);
  committed(log->append(decision(3)));
}

BOOST_AUTO_TEST_CASE(what_is_no_log_or_has_no_keys_is_refused_in_words) {
  LogFolder in;
  BOOST_TEST(refused(codes::kLogMissing, in.options(false)));
  testing::spill(in.path(), "");
  BOOST_TEST(refused(codes::kLogForeign, in.options()));
  testing::spill(in.path(), std::string(5'000, 'x'));
  BOOST_TEST(refused(codes::kLogForeign, in.options()));
  std::filesystem::remove(in.path());
  {
    const auto log = Log::open(in.options());
    for (int i = 0; i < 60; ++i) committed(log->append(decision(i)));
  }
  std::filesystem::rename(in.keys_dir(), in.folder / "elsewhere");
  BOOST_TEST(refused(codes::kKeysMissing, in.options()));
  KeyStore::create(in.keys_dir(), "bank.example/other", {.writable = true, .random = &in.random});
  BOOST_TEST(refused(codes::kKeysOtherLog, in.options(false)));
  std::filesystem::remove_all(in.keys_dir());
  KeyStore::create(in.keys_dir(), "bank.example/caveat/gate-1", {.writable = true, .random = &in.random});
  BOOST_TEST(refused(codes::kKeysOtherLog, in.options(false)));  // the name alone does not do
  std::filesystem::remove_all(in.keys_dir());
  std::filesystem::rename(in.folder / "elsewhere", in.keys_dir());
  const std::string whole = testing::slurp(in.path());
  testing::spill(in.path(), whole.substr(0, whole.size() / 2));
  BOOST_TEST(refused(codes::kLogHalfWritten, in.options(false)));
  testing::spill(in.path(), whole);
  BOOST_TEST(Log::open(in.options(false))->size() == 60u);
}

BOOST_AUTO_TEST_CASE(a_log_of_another_format_is_refused_in_words_by_writer_and_reader) {
  LogFolder in;
  const auto keys =
      KeyStore::create(in.keys_dir(), "bank.example/caveat/gate-1", {.writable = true, .random = &in.random});
  const std::string note = keys->sign(about_text(
      {.format = 9, .origin = keys->origin(), .suite = "intl", .created = "2026-11-25T12:00:00Z", .sqlite = "3.40.1"}));
  keys->bind_log(sha256(note));
  create_sqlite_store(in.path(), note);
  BOOST_TEST(refused(codes::kLogFormat, in.options(false)));
  BOOST_CHECK_EXCEPTION(LogReader::open(in.path()), Error, [&](const Error& error) {
    return error.what() ==
           in.path() +
               " has record format 9; this build reads format 1. Use the build that wrote it, or start a new log.";
  });
}

BOOST_AUTO_TEST_CASE(a_log_that_grows_while_it_is_verified_is_not_taken_for_an_old_copy) {
  LogFolder in;
  const auto log = Log::open(in.options());
  committed(log->append(decision(0)));
  const auto reader = LogReader::open(in.path());
  committed(log->append(decision(1)));
  const VerifyReport report =
      verify_log(*reader, {.verifier = log->keys().verifier(), .high_water = in.keys_dir() + "/high-water"});
  BOOST_TEST(report.good());
  BOOST_TEST(report.size == 1u);
}

BOOST_AUTO_TEST_CASE(an_old_copy_a_lost_log_and_a_lost_mark_are_refused) {
  LogFolder in;
  committed(Log::open(in.options())->append(decision(0)));
  const std::string old_copy = testing::slurp(in.path());
  committed(Log::open(in.options(false))->append(decision(1)));
  const std::string newest = testing::slurp(in.path());
  testing::spill(in.path(), old_copy);
  BOOST_TEST(refused(codes::kLogRolledBack, in.options(false)));
  std::filesystem::remove(in.path());
  BOOST_TEST(refused(codes::kLogGone, in.options()));
  BOOST_TEST(refused(codes::kLogGone, in.options(false)));
  testing::spill(in.path(), newest);
  const std::string mark = testing::slurp(in.keys_dir() + "/high-water");
  std::filesystem::remove(in.keys_dir() + "/high-water");
  BOOST_TEST(refused(codes::kHighWater, in.options(false)));
  std::string torn = mark;
  torn[100] = '#';
  testing::spill(in.keys_dir() + "/high-water", torn);  // one line torn: the other holds
  BOOST_TEST(Log::open(in.options(false))->size() == 2u);
  torn[10] = '#';
  testing::spill(in.keys_dir() + "/high-water", torn);
}

BOOST_AUTO_TEST_CASE(a_log_replaced_while_it_is_open_is_not_written_any_more) {
  LogFolder in;
  const auto log = Log::open(in.options());
  committed(log->append(decision(0)));
  std::filesystem::rename(in.path(), in.path() + ".moved");
  const Appended appended = log->append(decision(1));
  BOOST_REQUIRE(std::holds_alternative<AppendFailed>(appended));
  BOOST_TEST(&std::get<AppendFailed>(appended).why.code() == &codes::kLogReplaced);
  std::filesystem::rename(in.path() + ".moved", in.path());
  BOOST_TEST(committed(log->append(decision(2))).index == 2u);  // after the gap record
}

// Its folder is moved away, or its disk comes off: there is no lock to be had until it is back, and each turn is told so.
BOOST_AUTO_TEST_CASE(a_log_whose_folder_is_gone_for_a_while_refuses_each_record_and_goes_on) {
  LogFolder in;
  const auto log = Log::open(in.options());
  committed(log->append(decision(0)));
  const std::filesystem::path here = std::filesystem::path(in.path()).parent_path(), away = here.string() + ".away";
  std::filesystem::rename(here, away);
  for (int turn = 1; turn < 4; ++turn)
    BOOST_TEST(std::holds_alternative<AppendFailed>(log->append(decision(static_cast<std::size_t>(turn)))));
  std::filesystem::rename(away, here);
  BOOST_TEST(committed(log->append(decision(4))).index == 2u);  // after the gap record
  BOOST_TEST(verify(in).findings.empty());
}

// What stands in a WAL without a name ends with the process: it is moved into the file, and nothing more is answered on it.
BOOST_AUTO_TEST_CASE(a_log_whose_wal_is_taken_away_loses_nothing_that_was_answered) {
  for (const char* end : {"-wal", "-shm"})
    for (const bool replaced : {false, true}) {
      LogFolder in;
      const auto log = Log::open(in.options());
      committed(log->append(decision(0)));
      std::filesystem::rename(in.path() + end, in.folder / "taken");
      if (replaced) testing::spill(in.path() + end, "");
      const Appended appended = log->append(decision(1));
      BOOST_REQUIRE(std::holds_alternative<AppendFailed>(appended));
      BOOST_TEST(&std::get<AppendFailed>(appended).why.code() == &codes::kLogParted);
      BOOST_TEST(committed(log->append(decision(2))).index == 2u);  // after the gap record
      // As kill -9 leaves it.
      std::filesystem::create_directory(in.folder / "killed");
      for (const char* file : {"decisions.db", "decisions.db-wal", "decisions.keys"})
        std::filesystem::copy(in.folder / file, in.folder / ("killed/" + std::string(file)),
                              std::filesystem::copy_options::recursive);
      LogOptions killed = in.options(false);
      killed.path = in.folder / "killed/decisions.db";
      BOOST_TEST(Log::open(killed)->size() == 3u);
    }
}

// Keys in a file without a name end with the process, and with them every record that they seal.
BOOST_AUTO_TEST_CASE(a_log_whose_keys_are_taken_away_answers_nothing_more_and_leaves_a_copy_of_them) {
  for (const char* taken : {"data.db", "data.db-wal"}) {
    LogFolder in;
    KeyId kept{};
    {
      const auto log = Log::open(in.options());
      committed(log->append(decision(0)));
      kept = log->keys().data_key("k-new", in.clock.now).id;
      committed(log->append(decision(1)));
      std::filesystem::remove(in.keys_dir() + "/" + taken);
      const Appended appended = log->append(decision(2));
      BOOST_REQUIRE(std::holds_alternative<AppendFailed>(appended));
      BOOST_TEST(&std::get<AppendFailed>(appended).why.code() == &codes::kKeysMissing);
      BOOST_TEST(std::get<AppendFailed>(appended).why.message(Language::en).find("data.db.rescued") !=
                 std::string::npos);
      BOOST_TEST(std::holds_alternative<AppendFailed>(log->append(decision(3))));
    }
    BOOST_CHECK_EXCEPTION(Log::open(in.options(false)), Error,
                          [](const Error& error) { return &error.code() == &codes::kKeysRescued; });
    for (const char* old : {"data.db", "data.db-wal", "data.db-shm"})
      std::filesystem::remove(in.keys_dir() + "/" + old);
    std::filesystem::rename(in.keys_dir() + "/data.db.rescued", in.keys_dir() + "/data.db");
    const auto log = Log::open(in.options(false));
    BOOST_TEST(log->keys().find(kept) != nullptr);
    BOOST_TEST(log->keys().check().empty());
    BOOST_TEST(committed(log->append(decision(4))).index >= 2u);
  }
}

// A copy of an earlier parting is not taken for one of this: keys were made in between.
BOOST_AUTO_TEST_CASE(a_second_parting_of_the_keys_makes_a_copy_anew) {
  LogFolder in;
  KeyId kept{};
  {
    const auto log = Log::open(in.options());
    committed(log->append(decision(0)));
    std::filesystem::create_hard_link(in.keys_dir() + "/data.db", in.folder / "back-up.db");
    const Appended linked = log->append(decision(1));
    BOOST_REQUIRE(std::holds_alternative<AppendFailed>(linked));
    BOOST_TEST(&std::get<AppendFailed>(linked).why.code() ==
               &codes::kLogLinked);  // nothing is lost with that, and nothing copied
    BOOST_TEST(!std::filesystem::exists(in.keys_dir() + "/data.db.rescued"));
    testing::spill(in.keys_dir() + "/data.db.rescued", "of before");
    std::filesystem::remove(in.folder / "back-up.db");
    kept = log->keys().data_key("k-new", in.clock.now).id;
    committed(log->append(decision(2)));
    std::filesystem::remove(in.keys_dir() + "/data.db");
    BOOST_TEST(std::holds_alternative<AppendFailed>(log->append(decision(3))));
  }
  for (const char* old : {"data.db-wal", "data.db-shm"}) std::filesystem::remove(in.keys_dir() + "/" + old);
  std::filesystem::rename(in.keys_dir() + "/data.db.rescued", in.keys_dir() + "/data.db");
  const auto log = Log::open(in.options(false));
  BOOST_TEST(log->keys().find(kept) != nullptr);
  BOOST_TEST(log->keys().check().empty());
}

BOOST_AUTO_TEST_CASE(an_older_copy_put_in_the_place_of_a_wal_is_not_read_over_what_was_answered) {
  LogFolder in;
  {
    const auto log = Log::open(in.options());
    for (int i = 0; i < 2; ++i) committed(log->append(decision(i)));
    std::filesystem::copy(in.path() + "-wal", in.folder / "older");
    for (int i = 2; i < 4; ++i) committed(log->append(decision(i)));
    std::filesystem::rename(in.folder / "older", in.path() + "-wal");
    BOOST_TEST(std::holds_alternative<AppendFailed>(log->append(decision(4))));
    BOOST_TEST(committed(log->append(decision(5))).index >= 4u);
    BOOST_TEST(std::filesystem::exists(in.path() + "-wal.stray"));
  }
  BOOST_TEST(Log::open(in.options(false))->size() >= 5u);
}

// Who reads what stood before a WAL that is taken away holds its moving up: all of the log is copied beside it then.
BOOST_AUTO_TEST_CASE(what_could_not_be_saved_of_a_wal_is_told_as_that) {
  LogFolder in;
  const auto log = Log::open(in.options());
  committed(log->append(decision(0)));
  Database reader(in.path(), Database::Mode::read);
  reader.exec("BEGIN");
  BOOST_TEST(reader.number("SELECT count(*) FROM headers") == 1);
  committed(log->append(decision(1)));
  std::filesystem::create_directories(in.path() + ".rescued/in_the_way");
  std::filesystem::remove(in.path() + "-wal");
  const Appended appended = log->append(decision(2));
  BOOST_REQUIRE(std::holds_alternative<AppendFailed>(appended));
  BOOST_TEST(&std::get<AppendFailed>(appended).why.code() == &codes::kLogPartedUnsaved);
}

BOOST_AUTO_TEST_CASE(a_wal_taken_away_while_somebody_reads_leaves_a_whole_copy_of_the_log) {
  LogFolder in;
  {
    const auto log = Log::open(in.options());
    committed(log->append(decision(0)));
    Database reader(in.path(), Database::Mode::read);
    reader.exec("BEGIN");
    BOOST_TEST(reader.number("SELECT count(*) FROM headers") == 1);
    for (int i = 1; i < 4; ++i) committed(log->append(decision(i)));
    std::filesystem::remove(in.path() + "-wal");
    const Appended appended = log->append(decision(4));
    BOOST_REQUIRE(std::holds_alternative<AppendFailed>(appended));
    BOOST_TEST(std::get<AppendFailed>(appended).why.message(Language::en).find(".rescued") != std::string::npos);
  }
  for (const char* old : {"-wal", "-shm"}) std::filesystem::remove(in.path() + old);
  std::filesystem::rename(in.path() + ".rescued", in.path());
  BOOST_TEST(Log::open(in.options(false))->size() >= 4u);
}

// A store whose commits fail when told to: before or after the rows are durable.
class FailingStore final : public Store {
 public:
  enum class Fault { none, before, after };
  FailingStore(std::unique_ptr<Store> below, std::atomic<Fault>& fault, std::function<void()> within = {})
      : below_(std::move(below)), fault_(fault), within_(std::move(within)) {}
  void commit(const Batch& batch) override {
    if (within_) within_();
    const Fault fault = fault_;
    if (fault != Fault::before) below_->commit(batch);
    if (fault != Fault::none) throw Error(codes::kStorage, "store", {std::string("the log"), "the disk is full"});
  }
  void tidy() override { below_->tidy(); }
  StoreReader& reader() override { return below_->reader(); }
  void close() override { below_->close(); }

 private:
  std::unique_ptr<Store> below_;
  std::atomic<Fault>& fault_;
  std::function<void()> within_;
};

// Records nothing, and is told: nothing yet, that all is durable, or that it is not.
struct Look {
  enum class Told { nothing, durable, lost } told = Told::nothing;
  std::uint64_t size = 0;  // of the log when it was told
};
SettledDone told(const Log& log, Look& look) {
  return [&](const std::optional<AppendFailed>& failed) {
    BOOST_TEST((look.told == Look::Told::nothing));
    look.told = failed ? Look::Told::lost : Look::Told::durable;
    look.size = log.size();
  };
}

BOOST_AUTO_TEST_CASE(who_records_nothing_is_told_when_what_he_read_is_durable_or_that_it_is_lost) {
  using Told = Look::Told;
  LogFolder in;
  std::atomic<FailingStore::Fault> fault{FailingStore::Fault::none};
  LogOptions options = in.options();
  options.wrap_store = [&](std::unique_ptr<Store> store) {
    return std::make_unique<FailingStore>(std::move(store), fault);
  };
  Look idle, behind, failing, reserved, old_ground, forsaken, before_it, given_up;
  {
    const auto log = Log::open(options);
    log->when_settled(log->ground(), told(*log, idle));
    log->flush();
    BOOST_TEST((idle.told == Told::durable));
    BOOST_TEST(log->size() == 0u);  // nothing was recorded for it

    const std::uint64_t place = log->reserve();
    log->when_settled(log->ground(), told(*log, behind));
    BOOST_TEST((behind.told == Told::nothing));
    log->fulfil(place, log->seal(decision(0)), [](const Appended& appended) { committed(appended); });
    log->flush();
    BOOST_TEST((behind.told == Told::durable));
    BOOST_TEST(behind.size == 1u);

    const std::uint64_t before = log->ground();
    const std::uint64_t lost = log->reserve(), never = log->reserve();
    log->when_settled(before,
                      told(*log, reserved));  // behind a number that is doomed by the failure of the one before it
    fault = FailingStore::Fault::before;
    log->fulfil(lost, log->seal(decision(1)), [&](const Appended& appended) {
      BOOST_TEST(std::holds_alternative<AppendFailed>(appended));
      fault = FailingStore::Fault::none;
    });
    log->flush();
    log->abandon(never);
    log->flush();
    BOOST_TEST((reserved.told == Told::lost));
    log->when_settled(before, told(*log, old_ground));  // he read before the failure
    log->flush();
    BOOST_TEST((old_ground.told == Told::lost));
    log->when_settled(log->ground(), told(*log, failing));  // he read after it: only the gap record is new
    log->flush();
    BOOST_TEST((failing.told == Told::durable));

    const std::uint64_t open = log->reserve();
    log->when_settled(log->ground(), told(*log, forsaken));
    log->forsake();
    log->abandon(open);
    log->flush();
    BOOST_TEST((forsaken.told == Told::lost));

    const std::uint64_t committed_by_then = log->reserve();
    log->fulfil(committed_by_then, log->seal(decision(2)), [](const Appended& appended) { committed(appended); });
    log->when_settled(log->ground(), told(*log, before_it));
    (void)log->reserve();  // never fulfilled: given up when the log closes, and with it what it changed
    log->when_settled(log->ground(), told(*log, given_up));
    log->close();
    BOOST_TEST((before_it.told == Told::durable));
    BOOST_TEST((given_up.told == Told::lost));
    Look late;
    log->when_settled(log->ground(), told(*log, late));
    BOOST_TEST((late.told == Told::lost));
  }
  const VerifyReport report = verify(in);
  BOOST_TEST(report.good());
  BOOST_TEST(report.size == 3u);  // two decisions and the gap
}

BOOST_AUTO_TEST_CASE(a_number_that_is_taken_while_the_log_closes_holds_nothing_up) {
  LogFolder in;
  const auto log = Log::open(in.options());
  bool told = false;
  log->fulfil(log->reserve(), log->seal(decision(0)), [&](const Appended& appended) {
    committed(appended);
    for (bool closing = false; !closing;) {  // it fails at once as soon as the log closes
      auto failed = std::make_shared<bool>(false);
      log->when_settled(log->ground(), [failed](const std::optional<AppendFailed>& why) { *failed = why.has_value(); });
      closing = *failed;
      std::this_thread::yield();
    }
    const std::uint64_t late = log->reserve();
    (void)log->reserve();  // nor one of which nothing more is heard
    log->fulfil(late, log->seal(decision(1)), [&](const Appended& refused) {
      told = true;
      BOOST_TEST(std::holds_alternative<AppendFailed>(refused));
    });
  });
  log->close();
  BOOST_TEST(told);
  BOOST_TEST(verify(in).size == 1u);
}

BOOST_AUTO_TEST_CASE(a_failed_commit_fails_all_that_wait_and_all_that_were_reserved_and_the_log_goes_on_with_a_gap) {
  for (const auto fault_kind : {FailingStore::Fault::before, FailingStore::Fault::after}) {
    LogFolder in;
    std::atomic<FailingStore::Fault> fault{FailingStore::Fault::none};
    LogOptions options = in.options();
    options.wrap_store = [&](std::unique_ptr<Store> store) {
      return std::make_unique<FailingStore>(std::move(store), fault);
    };
    std::uint64_t size = 0;
    {
      const auto log = Log::open(options);
      committed(log->append(decision(0)));
      const std::uint64_t first = log->reserve();
      const std::uint64_t second = log->reserve();
      const std::uint64_t third = log->reserve();
      std::vector<int> calls(3);
      std::vector<Appended> answers(3);
      const auto done = [&](std::size_t i) {
        return [&, i](const Appended& appended) {
          ++calls[i];
          answers[i] = appended;
        };
      };
      log->fulfil(third, log->seal(decision(3)), done(2));
      fault = fault_kind;
      log->fulfil(first, log->seal(decision(1)), done(0));
      log->flush();
      fault = FailingStore::Fault::none;
      log->fulfil(second, log->seal(decision(2)), done(1));
      log->flush();
      for (std::size_t i = 0; i < 3; ++i) {
        BOOST_TEST(calls[i] == 1);
        BOOST_TEST(std::holds_alternative<AppendFailed>(answers[i]));
      }
      const Committed next = committed(log->append(decision(4)));
      size = next.index + 1;
      // The gap stands before it, and, where the commit had come through after all, the record of which nobody was told.
      BOOST_TEST(next.index == (fault_kind == FailingStore::Fault::before ? 2u : 3u));
    }
    const auto reader = LogReader::open(in.path());
    BOOST_TEST((decode_header(reader->header(size - 2).value())->context.kind == Kind::gap));
    const auto keys = in.keys();
    const auto gap = reader->open_body(*keys, size - 2);
    BOOST_REQUIRE(gap.has_value());
    const auto event = cbor::decode(gap->find(Section::event)->encoded);
    BOOST_TEST(event->find(3)->number == 3u);
    BOOST_TEST(event->find(4)->string == "storage");
    BOOST_TEST(verify(in).good());
  }
}

BOOST_AUTO_TEST_CASE(the_lag_is_how_long_the_oldest_sealed_record_waits_before_and_while_it_is_committed) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  LogFolder in;
  LogOptions options = in.options();
  std::atomic<FailingStore::Fault> fault = FailingStore::Fault::none;
  in.clock.step = 0;
  Log* asked = nullptr;
  std::uint64_t within = 0;
  options.wrap_store = [&](std::unique_ptr<Store> store) {
    return std::make_unique<FailingStore>(std::move(store), fault, [&] {
      if (asked != nullptr) within = asked->lag_ns();
    });
  };
  const auto log = Log::open(options);
  const std::uint64_t first = log->reserve(), second = log->reserve();
  in.clock.now += 5'000'000;
  BOOST_TEST(log->lag_ns() == 0u);  // nothing is sealed yet
  log->fulfil(second, log->seal(decision(1)), [](const Appended& appended) { committed(appended); });
  in.clock.now += 3'000'000;
  BOOST_TEST(log->lag_ns() == 3 * kSecond);
  asked = log.get();
  log->fulfil(first, log->seal(decision(0)), [](const Appended& appended) { committed(appended); });
  log->flush();
  BOOST_TEST(within == 3 * kSecond);
  BOOST_TEST(log->lag_ns() == 0u);
  const std::uint64_t open = log->reserve();
  fault = FailingStore::Fault::before;
  log->fulfil(open, log->seal(decision(2)), [](const Appended&) {});
  log->flush();
  in.clock.now += 3'000'000;
  BOOST_TEST(log->lag_ns() == 0u);  // it was told that it is lost, and waits no more
  fault = FailingStore::Fault::none;
}

BOOST_AUTO_TEST_CASE(a_gap_that_waited_for_what_was_under_way_is_written_when_that_is_abandoned) {
  LogFolder in;
  LogOptions options = in.options();
  std::atomic<FailingStore::Fault> fault = FailingStore::Fault::none;
  options.wrap_store = [&](std::unique_ptr<Store> store) {
    return std::make_unique<FailingStore>(std::move(store), fault);
  };
  const auto log = Log::open(options);
  committed(log->append(decision(0)));
  fault = FailingStore::Fault::before;
  const std::uint64_t lost = log->reserve(), under_way = log->reserve();
  log->fulfil(lost, log->seal(decision(1)), [](const Appended&) {});
  log->flush();
  fault = FailingStore::Fault::none;
  BOOST_TEST(log->size() == 1u);
  log->abandon(under_way);
  for (int tries = 0; tries < 60'000 && log->size() == 1; ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  BOOST_REQUIRE(log->size() == 2u);
  BOOST_TEST((decode_header(LogReader::open(in.path())->header(1).value())->context.kind == Kind::gap));
}

BOOST_AUTO_TEST_CASE(a_gap_counts_decisions_and_not_what_was_to_be_recorded_with_them) {
  LogFolder in;
  LogOptions options = in.options();
  std::atomic<FailingStore::Fault> fault = FailingStore::Fault::none;
  options.wrap_store = [&](std::unique_ptr<Store> store) {
    return std::make_unique<FailingStore>(std::move(store), fault);
  };
  const auto step = [](int number) {
    RecordContent content = decision(number);
    content.kind = Kind::feedback;
    content.tags.clear();
    content.changes.clear();
    content.sections.erase(content.sections.begin());
    return content;
  };
  {
    const auto log = Log::open(options);
    committed(log->append(decision(0)));
    fault = FailingStore::Fault::before;
    std::vector<std::uint64_t> places;
    for (int i = 0; i < 8; ++i) places.push_back(log->reserve());
    const auto ignored = [](const Appended&) {};
    for (std::size_t i = 0; i < 4; ++i)  // two turns, each with a decision and a record beside it
      log->fulfil(places[i], log->seal(i % 2 == 0 ? decision(1) : step(1)), ignored);
    log->flush();
    fault = FailingStore::Fault::none;
    log->fulfil(places[4], log->seal(decision(2)), ignored);  // and two that were under way
    log->flush();
    log->fulfil(places[5], log->seal(step(2)), ignored);
    log->abandon(places[6]);
    log->fulfil(places[7], log->seal(decision(3)), ignored);
    log->flush();
    committed(log->append(decision(4)));
  }
  const auto reader = LogReader::open(in.path());
  const auto keys = in.keys();
  std::uint64_t gaps = 0;
  for (std::uint64_t index = 0; index < reader->size(); ++index) {
    if (decode_header(reader->header(index).value())->context.kind != Kind::gap) continue;
    ++gaps;
    const auto opened = reader->open_body(*keys, index);
    BOOST_REQUIRE(opened.has_value());
    BOOST_TEST(cbor::decode(opened->find(Section::event)->encoded)->find(3)->number == 4u);
  }
  BOOST_TEST(gaps == 1u);
  BOOST_TEST(verify(in).good());
}

// A full disk, and the process ends before there is room again: the next one writes down what was lost, once.
BOOST_AUTO_TEST_CASE(what_was_lost_is_written_down_by_the_next_opening_where_this_process_no_longer_could) {
  for (const bool killed : {false, true}) {
    LogFolder in;
    LogOptions options = in.options();
    std::atomic<FailingStore::Fault> fault = FailingStore::Fault::none;
    options.wrap_store = [&](std::unique_ptr<Store> store) {
      return std::make_unique<FailingStore>(std::move(store), fault);
    };
    LogOptions again = in.options(false);
    {
      const auto log = Log::open(options);
      committed(log->append(decision(0)));
      fault = FailingStore::Fault::before;
      for (int i = 1; i < 4; ++i) BOOST_TEST(std::holds_alternative<AppendFailed>(log->append(decision(i))));
      log->flush();  // by then it is open again
      if (killed) {
        std::filesystem::create_directory(in.folder / "killed");
        for (const char* file : {"decisions.db", "decisions.db-wal", "decisions.keys"})
          std::filesystem::copy(in.folder / file, in.folder / ("killed/" + std::string(file)),
                                std::filesystem::copy_options::recursive);
        again.path = in.folder / "killed/decisions.db";
      }
    }
    BOOST_TEST(Log::open(again)->size() == 2u);
    const auto log = Log::open(again);
    BOOST_TEST(log->size() == 2u);
    const auto reader = LogReader::open(again.path);
    const auto opened = reader->open_body(log->keys(), 1);
    BOOST_REQUIRE(opened.has_value());
    BOOST_TEST((opened->header.context.kind == Kind::gap));
    const Result<Event> event = decode_event(Kind::gap, opened->find(Section::event)->encoded);
    BOOST_TEST(std::get<Gap>(*event).lost == 3u);
    BOOST_TEST(std::get<Gap>(*event).code == "storage");
  }
}

// Its bytes may say that decisions were lost: that is never taken for none.
BOOST_AUTO_TEST_CASE(a_log_lies_in_a_file_also_where_sqlite_would_read_something_else_in_its_name) {
  LogFolder in;
  const std::filesystem::path here = std::filesystem::current_path();
  std::filesystem::current_path(in.folder / "");
  for (const char* name : {":memory:", "file:z.db", "file:z.db?mode=memory"}) {
    LogOptions options = in.options();
    options.path = name;
    options.keys_dir = std::string("keys-of-") + name;
    options.high_water = {};
    committed(Log::open(options)->append(decision(0)));
    options.create = false;
    BOOST_TEST(Log::open(options)->size() == 1u, name);
    BOOST_TEST(std::filesystem::is_regular_file(name), name);
    BOOST_TEST(LogReader::open(name)->size() == 1u, name);
  }
  std::filesystem::current_path(here);
}

BOOST_AUTO_TEST_CASE(a_note_of_what_was_lost_that_is_damaged_or_was_taken_away_is_told_by_a_gap_record_once) {
  LogFolder in;
  {
    committed(Log::open(in.options())->append(decision(0)));
  }
  const std::filesystem::path note = in.folder / "decisions.keys/gap";
  const std::string kTakenAway = "taken away";
  std::uint64_t size = 1;
  const std::string lost = "gap 1 1795000000000000 7 storage 0123456789abcdef\n";
  for (const std::string& bytes : {lost + std::string(512 - lost.size(), '\n'), std::string(512, '\0'),
                                   std::string("gap 1 nond\n"), std::string("gap 1 none"), std::string(), kTakenAway}) {
    {
      std::ofstream(note, std::ios::binary) << bytes;
    }
    if (bytes == kTakenAway) std::filesystem::remove(note);
    BOOST_TEST(Log::open(in.options(false))->size() == size + 1);
    const auto log = Log::open(in.options(false));
    BOOST_TEST(log->size() == size + 1);
    const auto opened = LogReader::open(in.path())->open_body(log->keys(), size++);
    BOOST_REQUIRE(opened.has_value());
    BOOST_TEST((opened->header.context.kind == Kind::gap));
    const Result<Event> event = decode_event(Kind::gap, opened->find(Section::event)->encoded);
    BOOST_TEST(std::get<Gap>(*event).code == "gap_note");
    BOOST_TEST(std::get<Gap>(*event).words.find("not known") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(
    what_is_only_reserved_when_the_log_closes_does_not_hold_it_up_and_what_may_stand_on_it_fails_with_it) {
  LogFolder in;
  const auto log = Log::open(in.options());
  std::optional<Appended> before, behind;
  log->fulfil(log->reserve(), log->seal(decision(0)), [&](const Appended& appended) { before = appended; });
  const std::uint64_t hole = log->reserve();
  log->fulfil(log->reserve(), log->seal(decision(1)), [&](const Appended& appended) { behind = appended; });
  log->close();
  // The record of what was lost stands before or behind it, as the closing meets the commit.
  const auto header = decode_header(LogReader::open(in.path())->header(committed(before.value()).index).value());
  BOOST_TEST((header->context.kind == Kind::decision));
  BOOST_TEST(std::holds_alternative<AppendFailed>(behind.value()));
  bool failed = false;
  log->fulfil(hole, SealedRecord{},
              [&](const Appended& appended) { failed = std::holds_alternative<AppendFailed>(appended); });
  BOOST_TEST(failed);
  BOOST_TEST(verify(in).good());
}

BOOST_AUTO_TEST_CASE(after_kill_nine_under_load_nothing_that_was_answered_is_lost_and_the_log_goes_on) {
  LogFolder in;
  committed(Log::open(in.options())->append(decision(0)));
  std::uint64_t at_least = 1;
  const int rounds = testing::kSanitized ? 10 : 100;
  std::mt19937_64 moment(20'261'126);
  for (int round = 0; round < rounds; ++round) {
    int pipe_ends[2];
    BOOST_REQUIRE(::pipe(pipe_ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(pipe_ends[0]);
      testing::CountedRandom random(static_cast<std::uint64_t>(::getpid()));
      LogOptions options = in.options(false);
      options.random = &random;
      if (round % 2 == 1) options.wal_pages = 16;  // moved all the time, beside the commits
      const auto log = Log::open(options);
      std::vector<std::thread> threads;
      for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
          for (int i = 0;; ++i) {
            const Appended appended = log->append(decision(t * 1'000 + i));
            const auto* good = std::get_if<Committed>(&appended);
            if (good == nullptr) ::_exit(3);
            // One write of 40 bytes: whole or not at all.
            char line[40];
            std::memcpy(line, &good->index, 8);
            std::memcpy(line + 8, good->leaf.data(), 32);
            if (::write(pipe_ends[1], line, sizeof line) != sizeof line) ::_exit(4);
          }
        });
      for (auto& thread : threads) thread.join();
      ::_exit(0);
    }
    ::close(pipe_ends[1]);
    std::vector<std::pair<std::uint64_t, Digest>> answered;
    const auto take = [&] {
      char line[40];
      std::size_t got = 0;
      while (got < sizeof line) {
        const ssize_t n = ::read(pipe_ends[0], line + got, sizeof line - got);
        if (n <= 0) return false;
        got += static_cast<std::size_t>(n);
      }
      std::pair<std::uint64_t, Digest> one;
      std::memcpy(&one.first, line, 8);
      std::memcpy(one.second.data(), line + 8, 32);
      answered.push_back(one);
      return true;
    };
    const std::size_t enough = 1 + static_cast<std::size_t>(moment() % 80);
    while (answered.size() < enough && take()) {
    }
    ::usleep(static_cast<useconds_t>(moment() % 1'000));  // somewhere between two of its replies
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    BOOST_TEST(WIFSIGNALED(status));
    while (take()) {
    }
    ::close(pipe_ends[0]);
    BOOST_TEST(answered.size() >= enough);
    const auto log = Log::open(in.options(false));
    const auto reader = LogReader::open(in.path());
    for (const auto& [index, leaf] : answered) {
      const auto header = reader->header(index);
      BOOST_REQUIRE(header.has_value());
      BOOST_TEST((leaf_hash(*header) == leaf));
      at_least = std::max(at_least, index + 1);
    }
    BOOST_TEST(log->size() >= at_least);
    committed(log->append(decision(5'000 + round)));
  }
  BOOST_TEST(verify(in).good());
}

BOOST_AUTO_TEST_CASE(a_second_writer_waits_a_moment_for_the_first_also_where_it_reads_already) {
  LogFolder in;
  auto first = Log::open(in.options());
  committed(first->append(decision(0)));
  const auto reader = LogReader::open(in.path());
  BOOST_TEST(reader->size() == 1u);
  std::thread done([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    first->close();
    first.reset();
  });
  const auto second = Log::open(in.options(false));
  done.join();
  committed(second->append(decision(1)));
}

BOOST_AUTO_TEST_CASE(why_commits_fail_is_told_until_one_goes_through_again) {
  LogFolder in;
  std::atomic<FailingStore::Fault> fault{FailingStore::Fault::none};
  LogOptions options = in.options();
  options.wrap_store = [&](std::unique_ptr<Store> store) {
    return std::make_unique<FailingStore>(std::move(store), fault);
  };
  const auto log = Log::open(options);
  committed(log->append(decision(0)));
  BOOST_TEST(!log->failing().has_value());
  fault = FailingStore::Fault::before;
  BOOST_TEST(std::holds_alternative<AppendFailed>(log->append(decision(1))));
  BOOST_TEST(log->failing().value_or("").find("the disk is full") != std::string::npos);
  fault = FailingStore::Fault::none;
  log->append(decision(2));  // what opens the file again may be told of the failure itself
  committed(log->append(decision(3)));
  BOOST_TEST(!log->failing().has_value());
}

}  // namespace
}  // namespace caveat::audit
