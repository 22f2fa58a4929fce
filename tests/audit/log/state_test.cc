// What is known from memory to be no key of the state is none: also while its keys are read, while records come, and after a failure.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/log.h"
#include "audit/state/key_filter.h"
#include "audit/state/sqlite_state.h"
#include "tests/audit/support/log_fixture.h"

namespace caveat::audit {
namespace {

using testing::decision;
using testing::LogFolder;

TagValue key_of(std::uint64_t number) {
  const Digest digest = sha256(std::to_string(number));
  TagValue key{};
  std::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

BOOST_AUTO_TEST_CASE(a_filter_misses_no_key_and_takes_few_others_for_one_however_many_it_has) {
  KeyFilter filter;
  std::uint64_t keys = 0;
  for (const std::uint64_t end : {1u, 1'000u, 40'000u, 200'000u}) {
    for (; keys < end; ++keys) filter.add(key_of(keys));
    std::uint64_t missed = 0, taken = 0;
    for (std::uint64_t i = 0; i < keys; ++i) missed += filter.may_have(key_of(i)) ? 0 : 1;
    for (std::uint64_t i = 0; i < 20'000; ++i) taken += filter.may_have(key_of(1'000'000 + i)) ? 1 : 0;
    BOOST_TEST(missed == 0u);
    BOOST_TEST(taken < 400u);
    BOOST_TEST(filter.memory() <= 65'536 + 6 * keys);
  }
}

StateKey request(int number) {
  return {.kind = StateKind::idempotency, .subject = "request r-" + std::to_string(number), .discriminator = {}};
}

// Fails the commits that it is told to, before or after they are made.
class FailingStore final : public Store {
 public:
  FailingStore(std::unique_ptr<Store> below, int& before, int& after)
      : below_(std::move(below)), before_(before), after_(after) {}
  void commit(const Batch& batch) override {
    if (before_ > 0 && before_-- == 1)
      throw Error(codes::kStorage, "test", {std::string("test"), std::string("before")});
    below_->commit(batch);
    if (after_ > 0 && after_-- == 1) throw Error(codes::kStorage, "test", {std::string("test"), std::string("after")});
  }
  void tidy() override { below_->tidy(); }
  StoreReader& reader() override { return below_->reader(); }
  void close() override { below_->close(); }

 private:
  std::unique_ptr<Store> below_;
  int &before_, &after_;
};

BOOST_AUTO_TEST_CASE(every_entry_is_found_while_the_keys_are_read_while_others_come_and_after_a_failed_commit) {
  LogFolder in;
  constexpr int kThere = 3'000;  // so many that they are read in more than one go
  {
    const auto log = Log::open(in.options());
    for (int i = 0; i < kThere; i += 100) {
      std::vector<std::uint64_t> places;
      for (int k = 0; k < 100; ++k) places.push_back(log->reserve());
      for (int k = 100; k-- > 0;)
        log->fulfil(places[static_cast<std::size_t>(k)], log->seal(decision(i + k)), [](const Appended&) {});
      log->flush();
    }
  }
  int before = 0, after = 0;
  LogOptions options = in.options(false);
  options.wrap_store = [&](std::unique_ptr<Store> store) {
    return std::make_unique<FailingStore>(std::move(store), before, after);
  };
  const auto log = Log::open(options);
  int end = kThere;
  bool doubtful = false;  // the last one failed: it may be there
  for (int round = 0; round < 600; ++round) {
    BOOST_REQUIRE(!log->state().read(request(1'000'000 + round)).has_value());
    const int known = (round * 37) % end;
    BOOST_REQUIRE_MESSAGE(log->state().read(request(known)).has_value(), known << " in round " << round);
    if (round % 3 != 0) continue;
    if (round % 100 == 0) (round % 200 == 0 ? before : after) = 1;
    doubtful = round % 100 == 0;
    const Appended appended = log->append(decision(end));
    BOOST_REQUIRE(std::holds_alternative<AppendFailed>(appended) == doubtful);
    log->flush();
    // What failed after it was made is there, and is found; what failed before is not.
    BOOST_REQUIRE(log->state().read(request(end)).has_value() == (!doubtful || round % 200 != 0));
    if (!doubtful || round % 200 != 0) ++end;
  }
  BOOST_TEST(end > kThere + 150);
}

// A reopening that fails half-way is followed by another: what the reading of the keys left behind stands in its way in no case.
BOOST_AUTO_TEST_CASE(a_log_opened_again_that_was_not_closed_in_between_reads_its_keys_anew) {
  LogFolder in;
  const auto writer = Log::open(in.options());  // stands for another process
  BOOST_REQUIRE(std::holds_alternative<Committed>(writer->append(decision(0))));
  const auto keys = in.keys();
  SqliteState state(in.path(), {}, *keys);
  state.opened();
  int end = 0;
  do {  // until what another wrote is held to be nowhere
    for (int i = 0; i < 64; ++i) BOOST_REQUIRE(!state.read(request(1'000'000 + i)).has_value());
    std::this_thread::yield();
    BOOST_REQUIRE(std::holds_alternative<Committed>(writer->append(decision(++end))));
  } while (state.read(request(end)).has_value() && end < 100'000);
  state.opened();
  BOOST_TEST(state.read(request(end)).has_value());
}

BOOST_AUTO_TEST_CASE(keys_that_could_not_be_read_are_read_again_after_the_next_opening) {
  LogFolder in;
  Log::open(in.options())->close();
  const auto keys = in.keys();
  SqliteState state(in.folder / "nowhere.db", {}, *keys);
  for (int opening = 0; opening < 3; ++opening) {
    state.opened();
    for (int i = 0; i < 64; ++i) BOOST_CHECK_THROW(state.read(request(i)), Error);
  }
}

}  // namespace
}  // namespace caveat::audit
