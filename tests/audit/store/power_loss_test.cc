// The power goes, a call fails, the disk is full or a write is cut, at each write, truncation, sync and deletion that some commits
// make, and each call that only looks fails: what was answered is there, tree and rows agree, the log goes on. Every call; under a
// sanitizer every few.
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <cstdlib>

#include "audit/error.h"
#include "audit/log/log.h"
#include "audit/log/reader.h"
#include "audit/log/verify.h"
#include "audit/store/sqlite.h"
#include "tests/audit/store/forgetful_vfs.h"
#include "tests/audit/support/amount.h"
#include "tests/audit/support/layout_1.h"
#include "tests/audit/support/log_fixture.h"

// The high-water mark is written without SQLite: its one call is stood before here. Everybody else's passes through.
namespace {

std::atomic<int> mark_writes_left{0};  // the last of them fails; 0: none does
std::atomic<bool> mark_write_halves{false};

bool is_mark(int file) {
  char path[4'096];
  const ssize_t size = ::readlink(("/proc/self/fd/" + std::to_string(file)).c_str(), path, sizeof path);
  return size > 0 && std::string_view(path, static_cast<std::size_t>(size)).ends_with("/high-water");
}

}  // namespace

extern "C" ssize_t pwrite(int file, const void* bytes, std::size_t size, off_t at) {
  if (mark_writes_left > 0 && is_mark(file) && --mark_writes_left == 0) {
    if (mark_write_halves) return ::syscall(SYS_pwrite64, file, bytes, size / 2, at);
    errno = ENOSPC;
    return -1;
  }
  return ::syscall(SYS_pwrite64, file, bytes, size, at);
}

namespace caveat::audit {
namespace {

using testing::decision;
using testing::ForgetfulVfs;
using testing::LogFolder;

std::size_t stride() { return testing::kSanitized ? 9 : 1; }

struct Answered {
  std::uint64_t index;
  Digest leaf;
};

struct Load {
  std::int64_t wal_pages = 1'000;  // so many that nothing is moved while the log is open
  bool served = false;             // its WAL is made long before anything is committed
  int large = 0;                   // of the commits, the first: each of more pages than are moved between two commits
  bool layout_1 = false;           // a log of that layout is there before, in place of five records of now
};

constexpr std::size_t kLarge = 70 * 4'096;

LogOptions over_forgetful(LogFolder& in, const Load& load) {
  LogOptions options = in.options(false);
  options.vfs = ForgetfulVfs::kName;
  options.recent_tag_rows = 6;  // so that merging is cut too
  options.wal_pages = load.wal_pages;
  options.served = load.served;
  return options;
}

RecordContent content(int number, bool large) {
  RecordContent made = decision(number);
  if (large) made.sections.back().encoded = testing::text_section(std::string(kLarge, 'x'));
  return made;
}

// Some commits of some records each; whatever is answered with success is noted.
void work(LogFolder& in, std::vector<Answered>& answered, const Load& load = {}) {
  try {
    const auto log = Log::open(over_forgetful(in, load));
    for (int batch = 0; batch < 4; ++batch) {
      std::vector<std::uint64_t> places;
      for (int i = 0; i < 3; ++i) places.push_back(log->reserve());
      for (int i = 3; i-- > 0;)  // the first comes last, so that the three are one commit
        log->fulfil(places[static_cast<std::size_t>(i)],
                    log->seal(content(100 + batch * 3 + i, i == 0 && batch < load.large)),
                    [&](const Appended& appended) {
                      if (const auto* good = std::get_if<Committed>(&appended))
                        answered.push_back({good->index, good->leaf});
                    });
      log->flush();
    }
  } catch (const caveat::Error&) {  // opening met the fault
  }
}

void holds(LogFolder& in, const std::vector<Answered>& answered, const std::string& where) {
  std::uint64_t size = 0;
  {
    LogOptions options = in.options(false);
    std::unique_ptr<Log> log;
    try {
      log = Log::open(options);
    } catch (const caveat::Error& error) {
      BOOST_FAIL(where + ": it does not open: " + error.what());
    }
    const auto reader = LogReader::open(in.path());
    for (const auto& one : answered) {
      const auto leaf = reader->header(one.index);
      BOOST_REQUIRE_MESSAGE(leaf.has_value(), where << ": answered record " << one.index << " is lost");
      BOOST_REQUIRE_MESSAGE(leaf_hash(*leaf) == one.leaf, where << ": answered record " << one.index << " is another");
    }
    const Appended next = log->append(decision(999));
    BOOST_REQUIRE_MESSAGE(std::holds_alternative<Committed>(next), where << ": it does not go on");
    size = std::get<Committed>(next).index;
  }
  BOOST_REQUIRE_MESSAGE(size >= answered.size(), where);
  const auto keys = in.keys();
  const auto reader = LogReader::open(in.path());
  std::vector<VerifierKey> signers = keys->signers();
  const VerifierKey newest = signers.back();
  signers.pop_back();
  const VerifyReport report = verify_log(
      *reader,
      {.verifier = newest, .earlier = signers, .keys = keys.get(), .high_water = in.keys_dir() + "/high-water"});
  for (const auto& finding : report.findings)
    BOOST_TEST_MESSAGE(where + ": " + finding.table + " " + finding.row + " " + finding.what);
  BOOST_REQUIRE_MESSAGE(report.good(), where);
}

std::int64_t layout_of(const std::string& log) {
  return Database(log, Database::Mode::read).number("PRAGMA user_version");
}

// Gives back how many faults struck the first and the second move of a WAL that is to begin anew.
std::array<std::size_t, 2> cut_at_every_call(ForgetfulVfs::Fault fault, const std::string& name,
                                             const Load& load = {}) {
  ForgetfulVfs& disk = ForgetfulVfs::the();
  LogFolder made;
  if (load.layout_1) {
    testing::put_layout_1(made);
  } else {
    const auto log = Log::open(made.options());
    for (int i = 0; i < 5; ++i) log->append(decision(i));
  }
  std::uint64_t calls = 0;
  std::array<std::size_t, 3> layouts{};
  std::size_t struck = 0;
  std::array<std::size_t, 2> before_the_rest{};
  for (std::uint64_t at = 1;; at += stride()) {
    LogFolder in;
    std::filesystem::copy(made.path(), in.path());
    std::filesystem::copy(made.keys_dir(), in.keys_dir());
    in.clock.now = made.clock.now.load();
    const std::string mark = testing::slurp(in.keys_dir() + "/high-water");
    disk.arm(at, fault);
    // Else all is moved before the second commit, which then begins the WAL anew by itself.
    if (load.large > 0) disk.hold_move_until(2 * kLarge);
    std::vector<Answered> answered;
    work(in, answered, load);
    const bool hit = disk.struck();
    if (const auto move = disk.struck_move(); move && move->bytes > kLarge && move->before < before_the_rest.size())
      ++before_the_rest[move->before];
    calls = std::max(calls, disk.calls());
    const std::string where = name + " at call " + std::to_string(at);
    if (fault == ForgetfulVfs::Fault::power) {
      disk.restart(at);
      if (at % 2 == 0) testing::spill(in.keys_dir() + "/high-water", mark);  // it is not synced: it may fall back
    } else {
      disk.arm(0, fault);
      disk.forget();
    }
    if (load.layout_1) ++layouts.at(static_cast<std::size_t>(layout_of(in.path())));
    holds(in, answered, where);
    BOOST_REQUIRE(layout_of(in.path()) == 2);
    if (!hit) {
      BOOST_TEST(answered.size() == 12u);
      break;
    }
    ++struck;
  }
  BOOST_TEST_MESSAGE(name + ": " + std::to_string(struck) + " faults, " + std::to_string(calls) + " calls");
  BOOST_TEST(struck * stride() > 40u);
  if (load.layout_1) BOOST_TEST((layouts[1] > 0u && layouts[2] > 0u));  // cut before it and after it
  return before_the_rest;
}

BOOST_AUTO_TEST_CASE(the_power_may_go_at_any_call_of_a_commit) {
  cut_at_every_call(ForgetfulVfs::Fault::power, "power");
}
BOOST_AUTO_TEST_CASE(any_call_of_a_commit_may_fail) { cut_at_every_call(ForgetfulVfs::Fault::error, "error"); }
BOOST_AUTO_TEST_CASE(the_disk_may_be_full_at_any_call_of_a_commit) {
  cut_at_every_call(ForgetfulVfs::Fault::full, "full");
}
BOOST_AUTO_TEST_CASE(any_call_of_a_commit_that_changes_nothing_may_fail_too) {
  cut_at_every_call(ForgetfulVfs::Fault::blind, "blind");
}
BOOST_AUTO_TEST_CASE(any_write_of_a_commit_may_be_cut_short) { cut_at_every_call(ForgetfulVfs::Fault::half, "half"); }

// The first commits bring a log of an older build up to date: it is of one layout or of the other, and whole.
BOOST_AUTO_TEST_CASE(the_power_may_go_or_any_call_fail_while_a_log_of_layout_1_is_brought_up_to_date) {
  for (const auto fault : {ForgetfulVfs::Fault::power, ForgetfulVfs::Fault::error})
    cut_at_every_call(fault, "fault " + std::to_string(static_cast<int>(fault)) + " of layout 1", {.layout_1 = true});
}

// The WAL is moved by a thread of its own, so which call is struck is not the same in each run; what must hold is.
BOOST_AUTO_TEST_CASE(the_power_may_go_or_any_call_fail_while_the_wal_is_moved_beside_the_commits) {
  for (const auto fault : {ForgetfulVfs::Fault::power, ForgetfulVfs::Fault::error})
    cut_at_every_call(fault, "fault " + std::to_string(static_cast<int>(fault)) + " while the WAL is moved",
                      {.wal_pages = 1, .served = true});
}

// The first large commit makes the WAL so long that it is to begin anew: whatever is moved beside the commits until then belongs to
// the two moves before the rest is moved between two of them.
BOOST_AUTO_TEST_CASE(the_power_may_go_or_any_call_fail_in_the_moves_before_the_wal_is_begun_anew) {
  for (const auto fault : {ForgetfulVfs::Fault::power, ForgetfulVfs::Fault::error}) {
    const std::string name = "fault " + std::to_string(static_cast<int>(fault)) + " before the rest is moved";
    const auto [first, second] = cut_at_every_call(fault, name, {.wal_pages = 1, .served = true, .large = 2});
    BOOST_TEST_MESSAGE(name + ": " + std::to_string(first) + " in the first move, " + std::to_string(second) +
                       " in the second");
    BOOST_TEST(first > 0u);
    BOOST_TEST(second > 0u);
  }
}

BOOST_AUTO_TEST_CASE(any_write_of_the_high_water_mark_may_fail_or_be_cut_short) {
  ForgetfulVfs::the().arm(0, ForgetfulVfs::Fault::error);
  for (const bool half : {false, true}) {
    int failed = 0;
    for (int at = 1;; ++at) {
      LogFolder in;
      {
        Log::open(in.options())->append(decision(0));
      }
      mark_write_halves = half;
      mark_writes_left = at;
      std::vector<Answered> answered;
      work(in, answered);
      const bool hit = mark_writes_left == 0;
      mark_writes_left = 0;
      ForgetfulVfs::the().forget();
      holds(in, answered, "mark write " + std::to_string(at));
      BOOST_TEST((answered.size() == 12u) == !hit);  // a reply does not leave without the mark
      if (!hit) break;
      ++failed;
    }
    BOOST_TEST(failed >= 4);
  }
}

// The disk below is worth something only if a log that did not sync would be caught.
BOOST_AUTO_TEST_CASE(a_database_that_does_not_sync_loses_what_it_said_was_there) {
  ForgetfulVfs& disk = ForgetfulVfs::the();
  const testing::Folder folder;
  const std::string path = folder / "careless.db";
  bool lost = false;
  for (std::uint64_t seed = 0; seed < 10 && !lost; ++seed) {
    std::filesystem::remove(path);
    sqlite3* db = nullptr;
    BOOST_REQUIRE(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, ForgetfulVfs::kName) ==
                  SQLITE_OK);
    const auto run = [&](const char* sql) { return sqlite3_exec(db, sql, nullptr, nullptr, nullptr); };
    disk.arm(0, ForgetfulVfs::Fault::power);
    run("PRAGMA journal_mode = WAL; CREATE TABLE t (a); PRAGMA wal_checkpoint(TRUNCATE); PRAGMA synchronous = OFF");
    BOOST_REQUIRE(run("INSERT INTO t VALUES (1)") == SQLITE_OK);  // answered, and not synced
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_close(db);
    disk.restart(seed);
    BOOST_REQUIRE(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK);
    int rows = 0;
    sqlite3_exec(
        db, "SELECT * FROM t", [](void* count, int, char**, char**) { return ++*static_cast<int*>(count), 0; }, &rows,
        nullptr);
    lost = rows == 0;
    sqlite3_close(db);
  }
  BOOST_TEST(lost);
}

}  // namespace
}  // namespace caveat::audit
