// The WAL is moved while commits go on: it is begun anew under a load that never pauses, a reader in an old snapshot keeps what he
// reads, and it is moved where no thread can be had too. That nothing is lost when the power goes meanwhile: power_loss_test.cc.
#include "audit/store/wal_mover.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <thread>

#include "audit/store/store.h"
#include "tests/audit/store/forgetful_vfs.h"
#include "tests/audit/support/log_fixture.h"

namespace caveat::audit {
namespace {

std::string body_of(std::uint64_t index) { return std::to_string(index) + std::string(2'000, 'b'); }

// A log without keys or tree: the store asks for neither.
struct Commits {
  std::string path;
  std::unique_ptr<Store> store = open_sqlite_store(path, {.wal_pages = 64});
  std::uint64_t count = 0;

  // The WAL's header: it counts how often it was begun.
  std::string beginning() const {
    std::string header(32, '\0');
    std::ifstream(path + "-wal", std::ios::binary).read(header.data(), static_cast<std::streamsize>(header.size()));
    return header;
  }
  bool one() {  // true: it began the WAL anew
    const std::string before = beginning();
    Batch batch;
    batch.records.push_back({.index = count, .header = "header", .body = body_of(count), .tags = {}, .state = {}});
    store->commit(batch);
    store->tidy();
    ++count;
    return beginning() != before;
  }
  bool until_begun_anew() {
    for (int i = 0; i < 10'000; ++i) {
      if (one()) return true;
      if (i > 100) ::usleep(1'000);  // the mover is to have a turn on a busy machine too
    }
    return false;
  }
};

BOOST_AUTO_TEST_CASE(the_wal_is_begun_anew_while_commits_go_on_and_a_reader_keeps_his_snapshot_until_he_lets_go) {
  const testing::Folder folder;
  create_sqlite_store(folder / "log.db", "note");
  Commits commits{.path = folder / "log.db"};
  for (int round = 0; round < 3; ++round) BOOST_TEST(commits.until_begun_anew());

  auto reader = open_sqlite_reader(commits.path);
  const std::uint64_t seen = commits.count;
  int anew = 0;
  for (int i = 0; i < 300; ++i) anew += commits.one() ? 1 : 0;
  BOOST_TEST(anew == 0);  // pages that he reads lie in it
  BOOST_TEST(reader->body(seen - 1).value() == body_of(seen - 1));
  BOOST_TEST(!reader->body(seen).has_value());
  reader->renew();
  BOOST_TEST(reader->body(commits.count - 1).value() == body_of(commits.count - 1));
  reader.reset();
  for (int round = 0; round < 3; ++round) BOOST_TEST(commits.until_begun_anew());

  commits.store->close();
  std::uint64_t whole = 0;
  open_sqlite_reader(commits.path)->each_body([&](std::int64_t index, std::string_view body) {
    whole += body == body_of(static_cast<std::uint64_t>(index)) ? 1 : 0;
  });
  BOOST_TEST(whole == commits.count);
}

// What lies behind the commits is zeros, which no recovery takes for one: neither a reader's nor that of the next writer.
BOOST_AUTO_TEST_CASE(the_wal_of_a_served_log_has_its_length_from_the_start_and_a_copy_of_both_files_is_whole) {
  const testing::Folder folder;
  const std::string path = folder / "log.db", copy = folder / "copy.db";
  create_sqlite_store(path, "note");
  const std::int64_t wal_pages = 64;
  const std::unique_ptr<Store> store = open_sqlite_store(path, {.wal_pages = wal_pages, .served = true});
  const auto length = [&] { return std::filesystem::file_size(path + "-wal"); };
  const std::uintmax_t at_first = length();
  BOOST_TEST(at_first >= 20u * wal_pages * 4'096);
  for (std::uint64_t index = 0; index < 40; ++index) {
    Batch batch;
    batch.records.push_back({.index = index, .header = "header", .body = body_of(index), .tags = {}, .state = {}});
    store->commit(batch);
  }
  BOOST_TEST(length() == at_first);
  for (const std::string end : {"", "-wal"}) std::filesystem::copy(path + end, copy + end);  // as a crash leaves them
  const auto whole = [&] {
    std::uint64_t count = 0;
    open_sqlite_reader(copy)->each_body([&](std::int64_t index, std::string_view body) {
      count += body == body_of(static_cast<std::uint64_t>(index)) ? 1 : 0;
    });
    return count;
  };
  BOOST_TEST(whole() == 40u);
  const std::unique_ptr<Store> next = open_sqlite_store(copy, {.wal_pages = wal_pages, .served = true});
  Batch batch;
  batch.records.push_back({.index = 40, .header = "header", .body = body_of(40), .tags = {}, .state = {}});
  next->commit(batch);
  BOOST_TEST(whole() == 41u);
}

// Else the zeros would take what a full disk has left, and the keys and the mark could not be written.
BOOST_AUTO_TEST_CASE(the_wal_of_a_served_log_is_as_long_as_it_was_where_there_is_no_room_for_all_of_it) {
  const testing::Folder folder;
  const std::string path = folder / "log.db";
  create_sqlite_store(path, "note");
  rlimit before{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto signal = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 1'000'000, .rlim_max = before.rlim_max};
  BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  std::unique_ptr<Store> store;
  std::string error;
  try {
    store = open_sqlite_store(path, {.wal_pages = 64, .served = true});
  } catch (const std::exception& thrown) {
    error = thrown.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, signal);
  BOOST_TEST(error == "");
  BOOST_TEST(std::filesystem::file_size(path + "-wal") < 100'000u);
  BOOST_REQUIRE(store != nullptr);
  Batch batch;
  batch.records.push_back({.index = 0, .header = "header", .body = body_of(0), .tags = {}, .state = {}});
  store->commit(batch);
  BOOST_TEST(open_sqlite_reader(path)->header(0).has_value());
}

// The sync is the disk's time, and others' too: one for each move, SQLite's own or the mover's, and none where nothing was moved.
BOOST_AUTO_TEST_CASE(the_file_is_synced_once_a_move_and_not_where_a_reader_stands_in_the_way) {
  const testing::Folder folder;
  const std::string path = folder / "log.db";
  create_sqlite_store(path, "note");
  auto& disk = testing::ForgetfulVfs::the();
  disk.arm(0, testing::ForgetfulVfs::Fault::error);
  {
    Database writer(path, Database::Mode::write, testing::ForgetfulVfs::kName);
    writer.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    std::int64_t count = 0;
    const auto commit = [&] {
      const std::int64_t index = count++;
      writer.prepare("INSERT INTO bodies (idx, sealed) VALUES (?, ?)").bind(1, index).bind_blob(2, body_of(0)).run();
    };
    WalMover mover(path, testing::ForgetfulVfs::kName);
    const auto syncs_of_a_move = [&](std::int64_t moved, const auto& meanwhile) {
      const std::uint64_t before = disk.move().before;
      mover.start(moved);
      while (mover.under_way()) meanwhile();
      BOOST_TEST(*mover.ended() >= moved);
      return disk.move().before - before;
    };
    commit();
    disk.hold_move_until(disk.move().bytes + 100 * 4'096);
    const auto commit_beside = [&] {
      if (disk.holds_move()) commit();
    };
    BOOST_TEST(syncs_of_a_move(0, commit_beside) ==
               1u);                               // SQLite does not: of its start all is moved, and more has come
    BOOST_TEST(syncs_of_a_move(0, [] {}) == 1u);  // it does

    Database reader(path, Database::Mode::read, testing::ForgetfulVfs::kName);
    reader.exec("BEGIN");
    BOOST_TEST(reader.number("SELECT count(*) FROM bodies") == count);
    commit();
    BOOST_TEST(syncs_of_a_move(0, [] {}) == 0u);
  }
  disk.forget();
}

// In a child that may make no thread. It must not be root, who always may; its files are open by then.
BOOST_AUTO_TEST_CASE(the_wal_is_moved_where_no_thread_can_be_had) {
  const testing::Folder folder;
  create_sqlite_store(folder / "log.db", "note");
  const pid_t child = ::fork();
  if (child == 0) {
    enum : int { moved = 0, not_moved = 3, has_threads = 4, is_root = 5 };
    Commits commits{.path = folder / "log.db"};
    if (::geteuid() == 0 && ::setresuid(65'534, 65'534, 65'534) != 0) ::_exit(is_root);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_NPROC, &none);
    bool refused = false;
    try {
      std::thread([] {}).join();
    } catch (const std::system_error&) {
      refused = true;
    }
    if (!refused) ::_exit(has_threads);
    try {
      ::_exit(commits.until_begun_anew() ? moved : not_moved);
    } catch (const std::exception&) {  // what passes the move would go on here as a second run of these tests
      ::_exit(not_moved);
    }
  }
  int status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_TEST(WIFEXITED(status));
  BOOST_TEST(WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace caveat::audit
