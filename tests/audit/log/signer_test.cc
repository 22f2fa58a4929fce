// What happens to a log over the years: its key is rotated, another SQLite writes it, an old copy is put back, its format grows old.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <functional>
#include <future>
#include <thread>
#include <utility>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/about.h"
#include "audit/log/log.h"
#include "audit/log/reader.h"
#include "audit/log/signers.h"
#include "audit/log/verify.h"
#include "audit/record/decode.h"
#include "audit/record/events.h"
#include "tests/audit/support/log_fixture.h"

namespace caveat::audit {
namespace {

using testing::decision;
using testing::HandClock;
using testing::LogFolder;

Committed committed(const Appended& appended) {
  if (const auto* failed = std::get_if<AppendFailed>(&appended)) BOOST_FAIL(failed->why.what());
  return std::get<Committed>(appended);
}

VerifyReport verify(LogFolder& in, std::optional<std::string> kept = std::nullopt) {
  const auto keys = in.keys();
  const auto reader = LogReader::open(in.path());
  std::vector<VerifierKey> earlier = keys->signers();
  earlier.pop_back();
  VerifyReport report = verify_log(*reader, {.verifier = keys->verifier(),
                                             .earlier = std::move(earlier),
                                             .keys = keys.get(),
                                             .high_water = in.keys_dir() + "/high-water",
                                             .kept = std::move(kept)});
  for (const auto& finding : report.findings)
    BOOST_TEST_MESSAGE(finding.table + " " + finding.row + ": " + finding.what);
  return report;
}

Kind kind_at(LogFolder& in, std::uint64_t index) {
  return decode_header(LogReader::open(in.path())->header(index).value())->context.kind;
}

Event event_at(LogFolder& in, std::uint64_t index) {
  const auto keys = in.keys();
  const auto reader = LogReader::open(in.path());
  const auto opened = reader->open_body(*keys, index);
  BOOST_REQUIRE(opened.has_value());
  const Result<Event> event = decode_event(opened->header.context.kind, opened->find(Section::event)->encoded);
  BOOST_REQUIRE(event.has_value());
  return *event;
}

const Code* refusal(const LogOptions& options) {
  try {
    Log::open(options);
  } catch (const Error& error) {
    BOOST_TEST_MESSAGE(error.what());
    return &error.code();
  }
  return nullptr;
}

void forget_wal(LogFolder& in) {
  std::filesystem::remove(in.path() + "-wal");
  std::filesystem::remove(in.path() + "-shm");
}

BOOST_AUTO_TEST_CASE(a_rotation_is_a_record_signed_by_both_and_the_log_goes_on_under_the_new_key) {
  LogFolder in;
  VerifierKey first, second;
  std::string kept;
  {
    const auto log = Log::open(in.options());
    for (int i = 0; i < 3; ++i) committed(log->append(decision(i)));
    first = log->keys().verifier();
    kept = log->checkpoint().value();
    BOOST_TEST(committed(log->rotate("li")).index == 3u);
    second = log->keys().verifier();
    BOOST_TEST((first != second));
    const Committed after = committed(log->append(decision(4)));
    BOOST_TEST(open_checkpoint(*after.checkpoint, {&second, 1}, &verify_signature).has_value());
    BOOST_TEST(!open_checkpoint(*after.checkpoint, {&first, 1}, &verify_signature).has_value());
  }
  const KeyMade made = std::get<KeyMade>(event_at(in, 3));
  BOOST_TEST(made.by.value() == "li");
  BOOST_TEST(made.before.value() == format_verifier_key(first));
  BOOST_TEST(made.verifier_key == format_verifier_key(second));
  for (const VerifierKey& key : {first, second})
    BOOST_TEST(open_note(made.note.value(), {&key, 1}, &verify_signature).has_value());
  BOOST_TEST(verify(in, kept).good());
  BOOST_TEST((verify(in, kept).anchor == Anchor::anchored));
  {
    const auto log = Log::open(in.options(false));
    committed(log->rotate("li"));
    committed(log->append(decision(5)));
  }
  BOOST_TEST(in.keys()->signers().size() == 3u);
  BOOST_TEST(verify(in, kept).good());
  // Each checkpoint is by the key of its time: the order of the signers counts.
  const auto keys = in.keys();
  const auto reader = LogReader::open(in.path());
  auto signers = keys->signers();
  std::swap(signers[0], signers[1]);
  BOOST_TEST(!verify_log(*reader, {.verifier = signers[2], .earlier = {signers[0], signers[1]}}).good());
}

// Whoever waits for the writer must not go on with keys that he read before: the one he waits for may change them.
BOOST_AUTO_TEST_CASE(who_waits_for_a_writer_that_rotates_goes_on_under_the_new_key) {
  const std::vector<std::function<void(Log&)>> work = {[](Log& log) { committed(log.append(decision(9))); },
                                                       [](Log& log) { committed(log.rotate("wang")); }};
  for (const auto& waits : work) {
    LogFolder in;
    auto first = Log::open(in.options());
    committed(first->append(decision(0)));
    auto second = std::async(std::launch::async, [&] { waits(*Log::open(in.options(false))); });
    std::this_thread::sleep_for(std::chrono::milliseconds(150));  // it is at the lock by then, and tries for 3 s
    committed(first->rotate("li"));
    first->close();
    second.get();
    BOOST_TEST(verify(in).good());
    committed(Log::open(in.options(false))->append(decision(10)));
    BOOST_TEST(verify(in).good());
  }
}

// A log and a mark of before a rotation beside the keys of after it: nothing in the log leads to the key that would sign next.
BOOST_AUTO_TEST_CASE(a_log_whose_newest_checkpoint_is_by_a_retired_key_is_not_written_to) {
  LogFolder in;
  committed(Log::open(in.options())->append(decision(0)));
  const std::string old_log = testing::slurp(in.path()), old_mark = testing::slurp(in.keys_dir() + "/high-water");
  committed(Log::open(in.options(false))->rotate("li"));
  forget_wal(in);
  testing::spill(in.path(), old_log);
  testing::spill(in.keys_dir() + "/high-water", old_mark);
  BOOST_TEST(refusal(in.options(false)) == &codes::kLogBroken);
}

// Keys from a back-up of before a rotation: the log is whole, and who is told to put back another one loses records.
BOOST_AUTO_TEST_CASE(keys_of_before_a_change_are_told_from_a_log_that_was_changed) {
  namespace fs = std::filesystem;
  for (const auto& [epoch, more] : {std::pair(false, true), std::pair(false, false), std::pair(true, true)}) {
    LogFolder in;
    committed(Log::open(in.options())->append(decision(0)));
    const std::string older = in.folder / "older.keys";
    fs::copy(in.keys_dir(), older);
    if (epoch) fs::remove(in.keys_dir() + "/high-water");
    LogOptions after = in.options(false);
    if (epoch) after.new_epoch = NewEpoch{.by = "li", .reason = "mark lost"};
    {
      const auto log = Log::open(after);
      if (!epoch) committed(log->rotate("li"));
      if (more) committed(log->append(decision(1)));
    }
    LogOptions with_older = in.options(false);
    with_older.keys_dir = older;
    BOOST_TEST(refusal(with_older) == &codes::kKeysMissing);
    with_older.new_epoch = NewEpoch{.by = "li", .reason = "none"};
    BOOST_TEST(refusal(with_older) == &codes::kKeysMissing);
    BOOST_TEST(verify(in).good());
  }
}

// Those that come together where there is no log yet: one makes it, the others write to it.
BOOST_AUTO_TEST_CASE(two_that_make_one_log_at_once_write_to_the_same) {
  LogFolder in;
  const auto one = [&](int number) { committed(Log::open(in.options())->append(decision(number))); };
  auto first = std::async(std::launch::async, one, 1), second = std::async(std::launch::async, one, 2);
  first.get();
  second.get();
  BOOST_TEST(LogReader::open(in.path())->size() == 2u);
  BOOST_TEST(verify(in).good());
}

BOOST_AUTO_TEST_CASE(notes_lead_from_a_signer_to_those_after_it_and_a_note_that_one_did_not_sign_leads_nowhere) {
  LogFolder in;
  {
    const auto log = Log::open(in.options());
    committed(log->append(decision(0)));
    for (int i = 0; i < 3; ++i) committed(log->rotate("li"));
  }
  const auto keys = in.keys();
  const std::vector<VerifierKey> signers = keys->signers();
  const std::vector<std::string> notes = keys->signer_notes();
  BOOST_REQUIRE(notes.size() == 3u);
  for (std::size_t i = 0; i < signers.size(); ++i) {
    const std::vector<VerifierKey> after = follow({signers[i]}, {notes[2], notes[1], notes[0]}, &verify_signature);
    BOOST_TEST(std::is_permutation(after.begin(), after.end(), signers.begin() + static_cast<std::ptrdiff_t>(i),
                                   signers.end()));
    const std::vector<VerifierKey> before = follow_back({signers[i]}, notes, &verify_signature);
    BOOST_TEST(std::is_permutation(before.begin(), before.end(), signers.begin(),
                                   signers.begin() + static_cast<std::ptrdiff_t>(i) + 1));
  }
  BOOST_TEST(follow({signers[1]}, {notes[0], notes[2]}, &verify_signature).size() == 1u);
  const auto stranger = make_verifier_key("bank.example/caveat/gate-1", kEd25519, std::string(32, 'k'));
  BOOST_TEST(follow({stranger}, notes, &verify_signature).size() == 1u);
  SignedNote half = *parse_note(notes[1]);
  half.signatures.pop_back();
  BOOST_TEST(!read_signer_note(format_note(half), &verify_signature).has_value());
  SignedNote other = *parse_note(notes[1]);
  other.text = signer_text(signers[0], signers[2]);
  BOOST_TEST(!read_signer_note(format_note(other), &verify_signature).has_value());
}

BOOST_AUTO_TEST_CASE(
    a_checkpoint_by_a_key_that_nobody_named_is_a_change_unless_a_record_names_another_signer_before_it) {
  LogFolder in;
  {
    const auto log = Log::open(in.options());
    committed(log->append(decision(0)));
    committed(log->rotate("li"));
    committed(log->append(decision(1)));
    committed(log->append(decision(2)));
  }
  const auto signers = in.keys()->signers();
  const auto reader = LogReader::open(in.path());
  for (const VerifierKey& one : signers) {
    const VerifyReport report = verify_log(*reader, {.verifier = one});
    BOOST_TEST(report.findings.empty());
    BOOST_TEST(!report.good());
  }
  BOOST_TEST((in_order_of_use(*reader, {signers[1], signers[0]}) == signers));
  // One of no log, and a log of one key judged by it.
  const auto stranger = make_verifier_key(signers[0].name, kEd25519, signers[0].key.substr(1) + "k");
  BOOST_TEST(!verify_log(*reader, {.verifier = stranger}).findings.empty());
}

// Between the making of the new key and the number of its record a commit fails, and the file is opened anew: that drops a
// prepared key whose record is not there.
BOOST_AUTO_TEST_CASE(a_rotation_whose_key_was_given_up_meanwhile_is_told_so_and_not_recorded) {
  struct FailingOnce final : Store {
    FailingOnce(std::unique_ptr<Store> below, bool& fails) : below_(std::move(below)), fails_(fails) {}
    void commit(const Batch& batch) override {
      if (std::exchange(fails_, false))
        throw Error(codes::kStorage, "store", {std::string("the log"), "the disk is full"});
      below_->commit(batch);
    }
    void tidy() override { below_->tidy(); }
    StoreReader& reader() override { return below_->reader(); }
    void close() override { below_->close(); }
    std::unique_ptr<Store> below_;
    bool& fails_;
  };
  struct Meanwhile final : Clock {
    std::function<void()> once;
    HandClock time;
    Microseconds wall_us() override {
      if (once) std::exchange(once, nullptr)();
      return time.wall_us();
    }
    std::uint64_t steady_ns() override { return time.steady_ns(); }
  };
  LogFolder in;
  Meanwhile clock;
  bool fails = false;
  LogOptions options = in.options();
  options.clock = &clock;
  options.wrap_store = [&](std::unique_ptr<Store> store) {
    return std::make_unique<FailingOnce>(std::move(store), fails);
  };
  {
    const auto log = Log::open(options);
    const VerifierKey before = log->keys().verifier();
    clock.once = [&] {
      fails = true;
      BOOST_TEST(std::holds_alternative<AppendFailed>(log->append(decision(0))));
      log->flush();
    };
    const Appended rotated = log->rotate("ops");
    BOOST_REQUIRE(std::holds_alternative<AppendFailed>(rotated));
    BOOST_TEST(std::get<AppendFailed>(rotated).why.message(Language::en).find("rotate again") != std::string::npos);
    BOOST_TEST(std::get<AppendFailed>(rotated).why.message(Language::zh) ==
               in.path() +
                   " 写入失败：新密钥在其记录写入之前已被放弃；请重新更换。等待中的请求已转人工；日志会自动重新打开。");
    BOOST_TEST((log->keys().verifier() == before));
    committed(log->rotate("ops"));
    BOOST_TEST((log->keys().verifier() != before));
    committed(log->append(decision(1)));
  }
  BOOST_TEST(verify(in).good());
}

BOOST_AUTO_TEST_CASE(a_rotation_cut_off_after_its_record_is_ended_when_the_log_is_opened) {
  LogFolder in;
  {
    const auto log = Log::open(in.options());
    committed(log->append(decision(0)));
  }
  std::filesystem::copy(in.keys_dir(), in.folder / "before", std::filesystem::copy_options::recursive);
  std::string next_key;
  {
    const auto log = Log::open(in.options(false));
    const KeyStore::NextSigner next = log->keys().prepare_signer(log->keys().verifier().name);
    next_key = testing::slurp(in.keys_dir() + "/signing.key.next");
    RecordContent content;
    content.kind = Kind::key_rotated;
    content.sections = {{Section::event, encode_event(KeyMade{.verifier_key = format_verifier_key(next.key),
                                                              .before = format_verifier_key(log->keys().verifier()),
                                                              .note = next.note,
                                                              .by = "li"})}};
    committed(log->append(std::move(content)));  // as rotate does, up to the change in the key set
  }
  BOOST_TEST(in.keys()->signers().size() == 1u);
  {
    const auto log = Log::open(in.options(false));
    BOOST_TEST(log->keys().signers().size() == 2u);
    committed(log->append(decision(1)));
  }
  BOOST_TEST(verify(in).good());
  BOOST_TEST(!std::filesystem::exists(in.keys_dir() + "/signing.key.next"));
  // One whose record never came is dropped.
  {
    const auto log = Log::open(in.options(false));
    log->keys().prepare_signer(log->keys().verifier().name);
  }
  {
    const auto log = Log::open(in.options(false));
    BOOST_TEST(log->keys().signers().size() == 2u);
    committed(log->append(decision(2)));
  }
  BOOST_TEST(!std::filesystem::exists(in.keys_dir() + "/signing.key.next"));
  BOOST_TEST(verify(in).good());
}

BOOST_AUTO_TEST_CASE(a_record_that_names_another_signer_than_the_one_that_signs_next_is_found) {
  for (const bool true_note : {true, false}) {
    LogFolder in;
    {
      const auto log = Log::open(in.options());
      committed(log->append(decision(0)));
      const KeyStore::NextSigner next = log->keys().prepare_signer(log->keys().verifier().name);
      RecordContent content;
      content.kind = Kind::key_rotated;
      content.sections = {
          {Section::event,
           encode_event(KeyMade{.verifier_key = format_verifier_key(next.key),
                                .before = format_verifier_key(log->keys().verifier()),
                                .note = true_note ? next.note : next.note.substr(0, next.note.size() - 2) + "\n",
                                .by = "li"})}};
      committed(log->append(std::move(content)));
    }
    committed(Log::open(in.options(false))->append(decision(1)));
    const VerifyReport report = verify(in);
    BOOST_TEST(std::any_of(report.findings.begin(), report.findings.end(), [](const Finding& finding) {
                 return finding.table == "bodies" && finding.row == "1";
               }) != true_note);
    BOOST_TEST(report.good() == true_note);
  }
}

BOOST_AUTO_TEST_CASE(another_sqlite_that_writes_the_log_is_recorded_once) {
  LogFolder in;
  committed(Log::open(in.options())->append(decision(0)));
  LogOptions newer = in.options(false);
  newer.sqlite = "3.99.0";
  committed(Log::open(newer)->append(decision(1)));
  committed(Log::open(newer)->append(decision(2)));
  BOOST_TEST(LogReader::open(in.path())->size() == 4u);
  const ConfigurationChanged changed = std::get<ConfigurationChanged>(event_at(in, 1));
  BOOST_TEST(changed.setting == "sqlite");
  BOOST_TEST(changed.before.value() == sqlite_version());
  BOOST_TEST(changed.after.value() == "3.99.0");
  committed(Log::open(in.options(false))->append(decision(3)));  // and back
  BOOST_TEST((kind_at(in, 4) == Kind::configuration_changed));
  BOOST_TEST(verify(in).good());
}

BOOST_AUTO_TEST_CASE(a_log_put_back_from_an_old_copy_goes_on_in_a_new_epoch_that_names_the_gap) {
  LogFolder in;
  std::string lost_checkpoint;
  Digest lost_root{};
  {
    const auto log = Log::open(in.options());
    for (int i = 0; i < 3; ++i) committed(log->append(decision(i)));
  }
  const std::string old_copy = testing::slurp(in.path());
  const std::string kept = LogReader::open(in.path())->checkpoint().value();
  {
    const auto log = Log::open(in.options(false));
    for (int i = 3; i < 8; ++i) lost_root = committed(log->append(decision(i))).root;
    lost_checkpoint = log->checkpoint().value();
  }
  forget_wal(in);
  testing::spill(in.path(), old_copy);
  BOOST_TEST(refusal(in.options(false)) == &codes::kLogRolledBack);
  {
    LogOptions options = in.options(false);
    options.new_epoch = NewEpoch{.by = "li", .reason = "disk lost"};
    const auto log = Log::open(options);
    BOOST_TEST(log->size() == 4u);
    BOOST_TEST(log->origin() == "bank.example/caveat/gate-1/epoch-2");
    BOOST_TEST(
        log->state().read({StateKind::hold, "customer k-2", ""}).has_value());  // what the copy knew is still known
    committed(log->append(decision(9)));
  }
  const Epoch epoch = std::get<Epoch>(event_at(in, 3));
  BOOST_TEST(epoch.checkpoint == kept);
  BOOST_TEST(epoch.lost == 5u);
  BOOST_TEST((epoch.root.value() == lost_root));
  BOOST_TEST(epoch.by == "li");
  BOOST_TEST(epoch.reason == "disk lost");
  BOOST_TEST(verify(in, kept).good());
  // Who kept a checkpoint of what was lost still finds out.
  const VerifyReport report = verify(in, lost_checkpoint);
  BOOST_TEST(!report.good());
  BOOST_TEST((report.anchor == Anchor::diverged));
  {
    const auto log = Log::open(in.options(false));  // opened again without a word
    BOOST_TEST(log->origin() == "bank.example/caveat/gate-1/epoch-2");
    committed(log->append(decision(10)));
    committed(log->rotate("li"));
    committed(log->append(decision(11)));
  }
  BOOST_TEST(verify(in, kept).good());
  LogOptions unneeded = in.options(false);
  unneeded.new_epoch = NewEpoch{.by = "li", .reason = "for fun"};
  BOOST_TEST(refusal(unneeded) == &codes::kEpochNotNeeded);
  BOOST_TEST(verify(in).good());
}

BOOST_AUTO_TEST_CASE(a_rotation_that_was_lost_with_the_end_of_an_old_copy_leaves_a_log_that_verifies) {
  LogFolder in;
  committed(Log::open(in.options())->append(decision(0)));
  const std::string old_copy = testing::slurp(in.path());
  {
    const auto log = Log::open(in.options(false));
    committed(log->rotate("li"));
    committed(log->append(decision(1)));
  }
  forget_wal(in);
  testing::spill(in.path(), old_copy);
  LogOptions options = in.options(false);
  options.new_epoch = NewEpoch{.by = "li", .reason = "disk lost"};
  committed(Log::open(options)->append(decision(2)));
  BOOST_TEST(in.keys()->signers().size() == 3u);
  BOOST_TEST(verify(in).good());
}

BOOST_AUTO_TEST_CASE(an_epoch_right_behind_a_rotation_leaves_a_log_that_verifies) {
  LogFolder in;
  {
    const auto log = Log::open(in.options());
    committed(log->append(decision(0)));
    committed(log->rotate("li"));
  }
  std::filesystem::remove(in.keys_dir() + "/high-water");
  LogOptions options = in.options(false);
  options.new_epoch = NewEpoch{.by = "li", .reason = "mark lost"};
  committed(Log::open(options)->append(decision(1)));
  BOOST_TEST(verify(in).good());
}

BOOST_AUTO_TEST_CASE(a_lost_mark_too_is_left_behind_by_a_new_epoch) {
  LogFolder in;
  committed(Log::open(in.options())->append(decision(0)));
  std::filesystem::remove(in.keys_dir() + "/high-water");
  BOOST_TEST(refusal(in.options(false)) == &codes::kHighWater);
  LogOptions options = in.options(false);
  options.new_epoch = NewEpoch{.by = "li", .reason = "mark lost"};
  committed(Log::open(options)->append(decision(1)));
  const Epoch epoch = std::get<Epoch>(event_at(in, 1));
  BOOST_TEST(epoch.lost == 0u);
  BOOST_TEST(!epoch.root.has_value());
  BOOST_TEST(verify(in).good());
}

BOOST_AUTO_TEST_CASE(an_epoch_cut_off_after_its_record_is_ended_when_the_log_is_opened) {
  LogFolder in;
  {
    const auto log = Log::open(in.options());
    RecordContent of_nobody = decision(0);
    of_nobody.subjects.clear();  // so that the key that the epoch's record will need is there before
    committed(log->append(std::move(of_nobody)));
  }
  const std::string old_copy = testing::slurp(in.path());
  committed(Log::open(in.options(false))->append(decision(1)));
  forget_wal(in);
  testing::spill(in.path(), old_copy);
  std::filesystem::copy(in.keys_dir(), in.folder / "before", std::filesystem::copy_options::recursive);
  LogOptions options = in.options(false);
  options.new_epoch = NewEpoch{.by = "li", .reason = "disk lost"};
  Log::open(options)->close();
  // The key set of before, with the key that was prepared: what a crash between the commit and the key set leaves.
  const std::string next_key = testing::slurp(in.keys_dir() + "/signing.key");
  std::filesystem::remove_all(in.keys_dir());
  std::filesystem::rename(in.folder / "before", in.keys_dir());
  testing::spill(in.keys_dir() + "/signing.key.next", next_key);
  std::filesystem::permissions(in.keys_dir() + "/signing.key.next", std::filesystem::perms(0600));
  {
    const auto log = Log::open(in.options(false));
    BOOST_TEST(log->origin() == "bank.example/caveat/gate-1/epoch-2");
    committed(log->append(decision(2)));
  }
  BOOST_TEST(verify(in).good());
}

BOOST_AUTO_TEST_CASE(a_log_and_a_key_set_of_format_0_are_refused_in_words) {
  LogFolder in;
  const std::string kept = std::string(CAVEAT_SOURCE_DIR) + "/tests/audit/log/format0";
  std::filesystem::copy(kept + "/audit.db", in.path());
  std::filesystem::copy(kept + "/audit.keys", in.keys_dir(), std::filesystem::copy_options::recursive);
  for (const auto& entry : std::filesystem::directory_iterator(in.keys_dir()))
    std::filesystem::permissions(entry.path(), std::filesystem::perms(0600));
  const auto words = [&](const Error& error) {
    return &error.code() == &codes::kLogFormat &&
           std::string(error.what()).find("has record format 0; this build reads format 1") != std::string::npos;
  };
  BOOST_CHECK_EXCEPTION(Log::open(in.options(false)), Error, words);
  BOOST_CHECK_EXCEPTION(LogReader::open(in.path()), Error, words);
  BOOST_CHECK_EXCEPTION(KeyStore::open(in.keys_dir(), {}), Error, words);
}

}  // namespace
}  // namespace caveat::audit
