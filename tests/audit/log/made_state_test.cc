// What the records make of the state is the same whether it fits in memory or lies in a file, and only so many rows are held in memory.
#include "audit/state/made_state.h"

#include <sys/resource.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/verify.h"
#include "audit/store/sqlite.h"
#include "tests/audit/support/log_fixture.h"

namespace caveat::audit {
namespace {

using testing::decision;
using testing::LogFolder;

KeyedState key_of(std::uint64_t number) {
  const Digest digest = sha256(std::to_string(number));
  KeyedState key{.kind = number % 3 == 0 ? StateKind::hold : StateKind::window, .subject = {}, .discriminator = {}};
  std::copy_n(digest.begin(), key.subject.size(), key.subject.begin());
  std::copy_n(digest.begin() + 16, key.discriminator.size(), key.discriminator.begin());
  return key;
}

BOOST_AUTO_TEST_CASE(rows_that_were_put_erased_and_put_again_are_those_of_a_map_however_few_are_held_in_memory) {
  for (const std::size_t in_memory : {0u, 1u, 7u, 100u, 100'000u}) {
    MadeState made(in_memory);
    std::map<KeyedState, MadeRow> expected;
    std::mt19937_64 random(11);
    for (std::uint64_t index = 0; index < 20'000; ++index) {
      const KeyedState key = key_of(random() % 500);
      if (random() % 3 == 0) {
        made.erase(key);
        expected.erase(key);
        continue;
      }
      const Digest value = sha256(std::to_string(index));
      made.put(key, index, value);
      MadeRow& row = expected[key];
      row = {.key = key, .version = row.version + 1, .index = index, .value = value};
      BOOST_REQUIRE(made.in_memory() <= std::max<std::size_t>(in_memory, 1));
    }
    for (const auto& [key, row] : expected) {
      const std::optional<MadeRow> next = made.next();
      BOOST_REQUIRE(next.has_value());
      BOOST_REQUIRE((next->key == key && next->version == row.version && next->index == row.index));
      BOOST_REQUIRE(next->value == row.value);
    }
    BOOST_TEST(!made.next().has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_verification_that_holds_few_rows_of_state_finds_what_one_that_holds_all_of_them_finds) {
  LogFolder in;
  {
    const auto log = Log::open(in.options());
    for (int i = 0; i < 60; ++i) BOOST_REQUIRE(std::holds_alternative<Committed>(log->append(decision(i))));
  }
  const auto keys = in.keys();
  const auto findings = [&](std::size_t in_memory) {
    std::vector<std::string> found;
    for (const Finding& finding :
         verify_log(*LogReader::open(in.path()),
                    {.verifier = keys->verifier(), .keys = keys.get(), .state_rows_in_memory = in_memory})
             .findings)
      found.push_back(finding.table + " " + finding.row + ": " + finding.what);
    return found;
  };
  BOOST_TEST(findings(1) == std::vector<std::string>{}, boost::test_tools::per_element());
  {
    Database raw(in.path(), Database::Mode::write);
    const std::string hold = "WHERE kind = 4 AND subject = (SELECT subject FROM state WHERE kind = 4 ORDER BY subject ";
    raw.exec("DELETE FROM state " + hold + "LIMIT 1)");
    raw.exec("UPDATE state SET version = version + 1 " + hold + "LIMIT 1)");
    raw.exec("UPDATE state SET value = x'00' " + hold + "LIMIT 1 OFFSET 1)");
    raw.exec("UPDATE state SET idx = idx - 1 " + hold + "LIMIT 1 OFFSET 2)");
    raw.exec("UPDATE state SET subject = zeroblob(16) " + hold + "LIMIT 1 OFFSET 3)");
  }
  const std::vector<std::string> all = findings(100'000);
  BOOST_TEST(all.size() == 6u);
  for (const std::size_t in_memory : {1u, 2u, 10u})
    BOOST_TEST(findings(in_memory) == all, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_temporary_file_that_cannot_be_written_is_told_as_that_and_not_as_a_fault_of_the_log) {
  rlimit before{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto signal = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 1'000'000, .rlim_max = before.rlim_max};
  BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  std::string code, message;
  try {
    MadeState made(1'000);
    for (std::uint64_t i = 0; i < 300'000; ++i) made.put(key_of(i), i, {});
    while (made.next()) {
    }
  } catch (const Error& error) {
    code = error.code().name;
    message = error.message(Language::en);
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, signal);
  BOOST_TEST(code == codes::kUnreadable.name);
  BOOST_TEST(message.starts_with(
                 "the temporary file of this verification (in the folder that TMPDIR names, or in /var/tmp) could "),
             message);
}

}  // namespace
}  // namespace caveat::audit
