// The process dies at each of its calls on files while the signer changes, a new epoch begins or the passphrase changes: the next opening
// ends or drops what was begun, and the log verifies.
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <filesystem>
#include <functional>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/log.h"
#include "audit/log/verify.h"
#include "tests/audit/support/amount.h"
#include "tests/audit/support/log_fixture.h"

namespace {

long left = -1;  // calls until the end; −1: it does not come

// As kill -9 leaves it: what was written is there, what was not is not.
[[maybe_unused]] void step() {
  if (left >= 0 && left-- == 0) ::_exit(99);
}

template <class Call>
[[maybe_unused]] Call next(const char* name) {
  return reinterpret_cast<Call>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

// Before the C library's own, for whatever is linked into this program.
extern "C" {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
int rename(const char* from, const char* to) noexcept {
  step();
  static const auto call = next<int (*)(const char*, const char*)>("rename");
  return call(from, to);
}
int unlink(const char* path) noexcept {
  step();
  static const auto call = next<int (*)(const char*)>("unlink");
  return call(path);
}
int remove(const char* path) noexcept {
  step();
  static const auto call = next<int (*)(const char*)>("remove");
  return call(path);
}
int fsync(int file) {
  step();
  static const auto call = next<int (*)(int)>("fsync");
  return call(file);
}
int fdatasync(int file) {
  step();
  static const auto call = next<int (*)(int)>("fdatasync");
  return call(file);
}
ssize_t write(int file, const void* bytes, size_t size) {
  step();
  static const auto call = next<ssize_t (*)(int, const void*, size_t)>("write");
  return call(file, bytes, size);
}
ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
  step();
  static const auto call = next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  return call(file, bytes, size, at);
}
ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) {
  step();
  static const auto call = next<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  return call(file, bytes, size, at);
}
#endif
}

namespace caveat::audit {
namespace {

namespace fs = std::filesystem;
using testing::decision;
using testing::LogFolder;

Committed committed(const Appended& appended) {
  if (const auto* failed = std::get_if<AppendFailed>(&appended)) BOOST_FAIL(failed->why.what());
  return std::get<Committed>(appended);
}

// The change in a process of its own that dies at its call number `at`. Gives back whether it did.
bool killed_at(long at, const std::function<void()>& change) {
  const pid_t child = ::fork();
  if (child == 0) {
    left = at;
    try {
      change();
    } catch (const std::exception& error) {
      left = -1;
      std::fprintf(stderr, "step %ld: %s\n", at, error.what());
      ::_exit(1);
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  BOOST_REQUIRE_MESSAGE(WIFEXITED(status) && WEXITSTATUS(status) != 1, "step " << at);
  return WEXITSTATUS(status) == 99;
}

void is_whole(LogFolder& in, long step) {
  const auto keys = in.keys();
  const auto reader = LogReader::open(in.path());
  std::vector<VerifierKey> earlier = keys->signers();
  earlier.pop_back();
  const VerifyReport report = verify_log(*reader, {.verifier = keys->verifier(),
                                                   .earlier = std::move(earlier),
                                                   .keys = keys.get(),
                                                   .high_water = in.keys_dir() + "/high-water"});
  for (const Finding& finding : report.findings)
    BOOST_ERROR("step " << step << ": " << finding.table << " " << finding.row << ": " << finding.what);
  BOOST_TEST(report.good(), "step " << step);
  for (const auto& entry : fs::directory_iterator(in.keys_dir()))
    BOOST_TEST((!entry.path().filename().string().starts_with("signing.key.") && entry.path().extension() != ".new"),
               "step " << step << ": " << entry.path());
}

void put_back(LogFolder& in) {
  for (const char* name : {"decisions.db", "decisions.keys"}) {
    fs::remove_all(in.folder / name);
    fs::copy(in.folder / ("base/" + std::string(name)), in.folder / name, fs::copy_options::recursive);
  }
  for (const char* suffix : {"-wal", "-shm"}) fs::remove(in.path() + suffix);
}

void keep(LogFolder& in) {
  fs::create_directory(in.folder / "base");
  for (const char* name : {"decisions.db", "decisions.keys"})
    fs::copy(in.folder / name, in.folder / ("base/" + std::string(name)), fs::copy_options::recursive);
}

BOOST_AUTO_TEST_SUITE(killed, *boost::unit_test::enable_if<!testing::kSanitized>())

BOOST_AUTO_TEST_CASE(a_rotation_that_was_cut_off_anywhere_is_ended_or_dropped_by_the_next_opening) {
  LogFolder in;
  {
    const auto log = Log::open(in.options());
    for (int i = 0; i < 3; ++i) committed(log->append(decision(i)));
  }
  keep(in);
  long steps = 0;
  const auto rotate = [&] {
    const auto log = Log::open(in.options(false));
    committed(log->rotate("li"));
    log->close();
  };
  for (;; ++steps) {
    put_back(in);
    const bool died = killed_at(steps, rotate);
    {
      const auto log = Log::open(in.options(false));
      committed(log->append(decision(4)));
    }
    is_whole(in, steps);
    BOOST_TEST(in.keys()->signers().size() <= 2u);
    if (!died) break;
    {
      const auto log = Log::open(in.options(false));
      committed(log->rotate("li"));
    }
    is_whole(in, steps);
  }
  BOOST_TEST(steps > 30);
}

BOOST_AUTO_TEST_CASE(an_epoch_that_was_cut_off_anywhere_is_begun_again_or_ended_by_the_next_opening) {
  LogFolder in;
  const auto append = [&](int from, int to) {
    const auto log = Log::open(in.options(from == 0));
    for (int i = from; i < to; ++i) committed(log->append(decision(i)));
  };
  append(0, 3);
  const std::string old_copy = testing::slurp(in.path());
  append(3, 6);
  for (const char* suffix : {"-wal", "-shm"}) fs::remove(in.path() + suffix);
  testing::spill(in.path(), old_copy);
  keep(in);
  LogOptions options = in.options(false);
  options.new_epoch = NewEpoch{.by = "li", .reason = "disk lost"};
  long steps = 0;
  for (;; ++steps) {
    put_back(in);
    const bool died = killed_at(steps, [&] { Log::open(options)->close(); });
    try {
      committed(Log::open(options)->append(decision(7)));
    } catch (const Error& error) {
      BOOST_REQUIRE_MESSAGE(&error.code() == &codes::kEpochNotNeeded, "step " << steps << ": " << error.what());
      committed(Log::open(in.options(false))->append(decision(7)));
    }
    is_whole(in, steps);
    BOOST_TEST(in.keys()->signers().size() == 2u);
    if (!died) break;
  }
  BOOST_TEST(steps > 30);
}

BOOST_AUTO_TEST_CASE(a_change_of_passphrase_that_was_cut_off_anywhere_leaves_a_set_that_one_of_the_two_opens_whole) {
  for (const bool protected_before : {true, false}) {
    LogFolder in;
    committed(Log::open(in.options())->append(decision(0)));
    const auto cheap = [&] {
      KeyStoreOptions options;
      options.writable = true;
      options.random = &in.random;
      options.argon2_passes = 1;
      options.argon2_kib = 8;
      return options;
    };
    const auto with = [&](const char* word) {
      KeyStoreOptions options = cheap();
      options.passphrase = word;
      return options;
    };
    if (protected_before) KeyStore::protect(in.keys_dir(), "before", cheap());
    keep(in);
    const auto opens = [&](const KeyStoreOptions& options) {
      try {
        KeyStore::open(in.keys_dir(), options);
        return true;
      } catch (const Error& error) {
        BOOST_TEST((&error.code() == &codes::kKeyPassphrase), error.what());
        return false;
      }
    };
    for (long steps = 0;; ++steps) {
      put_back(in);
      const bool died = killed_at(
          steps, [&] { KeyStore::protect(in.keys_dir(), "after", protected_before ? with("before") : cheap()); });
      KeyStoreOptions reading = protected_before ? with("before") : cheap();
      reading.writable = false;
      const bool before = opens(reading);
      reading.passphrase = "after";
      const bool after = opens(reading);
      BOOST_TEST((before || after), "step " << steps);
      BOOST_TEST(opens(before ? protected_before ? with("before") : cheap() : with("after")), "step " << steps);
      for (const auto& entry : fs::directory_iterator(in.keys_dir()))
        BOOST_TEST(entry.path().extension() != ".new", "step " << steps << ": " << entry.path());
      if (!died) {
        BOOST_TEST(!before);
        break;
      }
      KeyStore::protect(in.keys_dir(), "after", protected_before ? with(before ? "before" : "after") : with("after"));
      BOOST_TEST(opens(with("after")));
      KeyStoreOptions none = cheap();
      BOOST_TEST(!opens(none));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_prepared_key_that_is_empty_is_dropped) {
  LogFolder in;
  committed(Log::open(in.options())->append(decision(0)));
  testing::spill(in.keys_dir() + "/signing.key.next", "");
  fs::permissions(in.keys_dir() + "/signing.key.next", fs::perms(0600));
  BOOST_TEST(in.keys() != nullptr);
  committed(Log::open(in.options(false))->append(decision(1)));
  is_whole(in, 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace caveat::audit
