#include "audit/two_lanes.h"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <thread>

namespace caveat::audit {
namespace {

BOOST_AUTO_TEST_CASE(each_thing_is_worked_on_once_and_a_lane_is_one_thread) {
  for (const std::size_t count : {0u, 1u, 2u, 3u, 1'000u}) {
    std::vector<int> times(count);
    std::vector<std::size_t> begun[2];  // by lane, without a lock: what belongs to one lane is used by one thread
    std::thread::id who[2];
    two_lanes(count, [&](std::size_t lane, std::size_t i) {
      ++times[i];
      begun[lane].push_back(i);
      if (begun[lane].size() == 1) who[lane] = std::this_thread::get_id();
      if (who[lane] != std::this_thread::get_id()) throw std::logic_error("another thread in this lane");
    });
    for (const int one : times) BOOST_TEST(one == 1);
    for (const auto& lane : begun) BOOST_TEST(std::is_sorted(lane.begin(), lane.end()));
    if (!begun[0].empty()) BOOST_TEST((who[0] == std::this_thread::get_id()));
    if (count < 2) BOOST_TEST(begun[1].empty());  // not worth a thread
  }
}

BOOST_AUTO_TEST_CASE(what_the_work_throws_in_either_lane_comes_out_when_both_have_ended) {
  for (const std::size_t bad_lane : {0u, 1u}) {
    std::atomic<int> at_work{0};
    std::atomic<std::size_t> begun{0};
    std::atomic<bool> thrown{false};
    const auto work = [&](std::size_t lane, std::size_t) {
      ++at_work;
      ++begun;
      std::this_thread::yield();
      --at_work;
      if (lane != bad_lane) return;
      thrown = true;
      throw std::runtime_error("no more");
    };
    constexpr std::size_t kCount = 100'000;
    std::string what;
    try {
      two_lanes(kCount, work);
    } catch (const std::runtime_error& error) {
      what = error.what();
    }
    BOOST_TEST(at_work == 0);
    BOOST_TEST((what == "no more") == thrown);
    BOOST_TEST((thrown || begun == kCount));  // the second lane may never come to anything
  }
}

BOOST_AUTO_TEST_CASE(after_a_throw_nothing_more_is_begun) {
  std::atomic<std::size_t> begun{0};
  BOOST_CHECK_THROW(two_lanes(1'000'000,
                              [&](std::size_t, std::size_t) {
                                ++begun;
                                throw std::bad_alloc();
                              }),
                    std::bad_alloc);
  BOOST_TEST(begun <= 2u);  // one a lane
}

}  // namespace
}  // namespace caveat::audit
