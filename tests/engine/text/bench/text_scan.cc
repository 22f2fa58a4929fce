// Normalising and scanning one reply, our Scanner beside Vectorscan's literal matcher on the same needles and texts, in one run.
//
//   bench_text_scan [ROUNDS]     one line a case; µs of a reply, p50 and p99 over ROUNDS replies (default 2,000)
#include <hs/hs.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/base/utf8.h"
#include "engine/text/normalise.h"
#include "engine/text/scan.h"

using namespace caveat;
using namespace caveat::text;

namespace {

using Time = std::chrono::steady_clock;
double since(Time::time_point begin) { return std::chrono::duration<double, std::micro>(Time::now() - begin).count(); }

struct Spread {
  double p50, p99;
};
Spread spread(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], times[times.size() * 99 / 100]};
}

// Frequent characters come often, as in real text.
char32_t han(std::mt19937& random) {
  const double u = std::uniform_real_distribution<>(0, 1)(random);
  return 0x4E00 + static_cast<char32_t>(u * u * 3500);
}

std::string reply(std::mt19937& random, std::size_t characters) {
  std::string out;
  for (std::size_t i = 0; i < characters; ++i) {
    if (i % 12 == 11) {
      out += "，";
    } else if (i % 97 == 96) {
      out += "４.8%";
    } else {
      append_utf8(out, han(random));
    }
  }
  return out;
}

std::string term(std::mt19937& random) {
  std::string out;
  for (int n = std::uniform_int_distribution<>(2, 6)(random); n > 0; --n) append_utf8(out, han(random));
  return out;
}

void must(bool done, const char* what) {
  if (done) return;
  std::fprintf(stderr, "%s failed\n", what);
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 2000;
  std::printf("%7s %6s | %9s %9s | %8s %8s | %8s %8s %9s | %8s %8s %9s\n", "needles", "chars", "normalise", "p99",
              "ours", "p99", "build ms", "MB", "hits/txt", "hs", "p99", "build ms");
  for (const std::size_t count : {1'000U, 10'000U, 50'000U}) {
    std::mt19937 random(1);
    std::vector<Needle> needles;
    std::vector<std::string> terms;
    for (std::size_t i = 0; i < count; ++i) {
      terms.push_back(term(random));
      Needle needle;
      must(make_needle(static_cast<std::uint32_t>(i), terms.back(), true, needle) == NeedleFault::none, "make_needle");
      needles.push_back(needle);
    }
    auto begin = Time::now();
    const Scanner scanner(needles);
    const double ours_build = since(begin) / 1000;

    std::vector<const char*> patterns;
    std::vector<unsigned> flags(count, 0);
    std::vector<unsigned> ids;
    std::vector<std::size_t> sizes;
    for (std::size_t i = 0; i < count; ++i) {
      patterns.push_back(needles[i].head.data());
      sizes.push_back(needles[i].head.size());
      ids.push_back(static_cast<unsigned>(i));
    }
    hs_database_t* database = nullptr;
    hs_compile_error_t* error = nullptr;
    begin = Time::now();
    must(hs_compile_lit_multi(patterns.data(), flags.data(), ids.data(), sizes.data(), static_cast<unsigned>(count),
                              HS_MODE_BLOCK, nullptr, &database, &error) == HS_SUCCESS,
         "hs_compile_lit_multi");
    const double hs_build = since(begin) / 1000;
    hs_scratch_t* hs_scratch = nullptr;
    must(hs_alloc_scratch(database, &hs_scratch) == HS_SUCCESS, "hs_alloc_scratch");

    for (const std::size_t characters : {500U, 2'000U}) {
      std::vector<double> normalising, ours, theirs;
      ScanScratch scratch(4096);
      NormalText normal;
      std::size_t hits = 0;
      std::size_t hs_hits = 0;
      for (int i = 0; i < rounds; ++i) {
        const std::string text = reply(random, characters);
        begin = Time::now();
        normalise(text, normal);
        normalising.push_back(since(begin));
        begin = Time::now();
        scanner.scan(normal.text(), scratch);
        ours.push_back(since(begin));
        hits += scratch.hits().size();
        std::size_t found = 0;
        begin = Time::now();
        hs_scan(
            database, normal.text().data(), static_cast<unsigned>(normal.text().size()), 0, hs_scratch,
            [](unsigned, unsigned long long, unsigned long long, unsigned, void* n) {
              ++*static_cast<std::size_t*>(n);
              return 0;
            },
            &found);
        theirs.push_back(since(begin));
        hs_hits += found;
      }
      must(hits == hs_hits, "agreement of hits");
      const Spread n = spread(normalising), o = spread(ours), t = spread(theirs);
      std::printf("%7zu %6zu | %9.2f %9.2f | %8.2f %8.2f | %8.1f %8.2f %9.2f | %8.2f %8.2f %9.1f\n", count, characters,
                  n.p50, n.p99, o.p50, o.p99, ours_build, static_cast<double>(scanner.bytes()) / 1e6,
                  static_cast<double>(hits) / rounds, t.p50, t.p99, hs_build);
    }
    hs_free_scratch(hs_scratch);
    hs_free_database(database);
  }
}
