#include "audit/two_lanes.h"

#include <array>
#include <atomic>
#include <exception>
#include <system_error>
#include <thread>

namespace caveat::audit {

void two_lanes(std::size_t count, const std::function<void(std::size_t lane, std::size_t i)>& work) {
  std::atomic<std::size_t> next{0};
  std::array<std::exception_ptr, 2> failed;
  const auto run = [&](std::size_t lane) {
    try {
      for (std::size_t i = next++; i < count; i = next++) work(lane, i);
    } catch (...) {
      failed[lane] = std::current_exception();
      next = count;
    }
  };
  std::thread other;
  if (count > 1 && std::thread::hardware_concurrency() > 1) {
    try {
      other = std::thread(run, std::size_t{1});
    } catch (const std::system_error&) {  // no more threads to be had
    }
  }
  run(0);
  if (other.joinable()) other.join();
  for (const std::exception_ptr& one : failed)
    if (one) std::rethrow_exception(one);
}

}  // namespace caveat::audit
