// Counts allocations of this whole binary: a warm normalise and match must make none. The sanitizers bring their own operators.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <new>

#include "engine/text/lexicon.h"

namespace {
std::atomic<std::size_t> allocations{0};
}

// Not inlined: gcc would see free beside its own new and call it a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace caveat::text;

BOOST_AUTO_TEST_SUITE(allocation)

BOOST_AUTO_TEST_CASE(a_warm_normalise_and_match_allocate_nothing) {
  std::vector<LexiconFault> faults;
  const Lexicons lexicons(std::vector<Lexicon>{{{"保本", "年化 … %", "risk-free"}, {"保本点"}}, {{"稳赚不赔"}, {}}},
                          faults);
  MatchScratch scratch(lexicons, 4096);
  NormalText normal;
  const std::string text = "本产品ＲＩＳＫ-free，保\u200B本，保本点，年化约４．８％ ；㎏ 稳 赚不赔！";
  normalise(text, normal);
  lexicons.match(normal, scratch);
  const std::size_t before = allocations;
  for (int i = 0; i < 100; ++i) {
    normalise(text, normal);
    lexicons.match(normal, scratch);
  }
  const std::size_t made = allocations - before;
  BOOST_TEST(before > 0U);
  BOOST_TEST(made == 0U);
  BOOST_TEST(scratch.has(0));
  BOOST_TEST(scratch.has(1));
  BOOST_TEST(scratch.matches().size() == 4U);
}

BOOST_AUTO_TEST_SUITE_END()

#endif
