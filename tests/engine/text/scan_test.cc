#include "engine/text/scan.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>
#include <thread>
#include <tuple>

#include "engine/base/utf8.h"
#include "engine/text/normalise.h"

using namespace caveat;
using namespace caveat::text;

namespace {

std::vector<Needle> needles(const std::vector<std::string>& written, bool word_boundary = true) {
  std::vector<Needle> out;
  for (const std::string& each : written) {
    Needle needle;
    BOOST_REQUIRE(
        (make_needle(static_cast<std::uint32_t>(out.size()), each, word_boundary, needle) == NeedleFault::none));
    out.push_back(needle);
  }
  return out;
}

// What is found, as the original has it: "needle:text, …".
std::string found(const std::vector<std::string>& written, std::string_view text, bool word_boundary = true) {
  const Scanner scanner(needles(written, word_boundary));
  ScanScratch scratch(4096);
  NormalText normal;
  normalise(text, normal);
  scanner.scan(normal.text(), scratch);
  std::string out;
  for (const Hit& hit : scratch.hits()) {
    const Range range = normal.original(hit.begin, hit.end);
    if (!out.empty()) out += ", ";
    out += std::to_string(hit.needle) + ":" + std::string(text.substr(range.begin, range.end - range.begin));
  }
  return out;
}

// The slow, obvious twin, over texts of a small alphabet.
std::vector<std::string> characters(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size(); at += out.back().size())
    out.emplace_back(text.substr(at, decode_utf8(text, at).length));
  return out;
}
bool word(const std::string& c) {
  return c.size() == 1 && (std::isalnum(static_cast<unsigned char>(c[0])) != 0 || c[0] == '_');
}
bool digit(const std::string& c) { return c.size() == 1 && c[0] >= '0' && c[0] <= '9'; }

// 4.5, 1,000
bool in_figure(const std::vector<std::string>& text, std::size_t i) {
  const auto at = [&](std::size_t k) { return k < text.size() && digit(text[k]); };
  if (i == 0 || !at(i - 1) || !at(i + 1)) return false;
  return text[i] == "." || (text[i] == "," && at(i + 2) && at(i + 3) && !at(i + 4));
}

struct Found {
  std::uint32_t needle;
  std::size_t begin, end;  // in characters
  auto operator<=>(const Found&) const = default;
};

std::vector<std::pair<std::size_t, std::size_t>> occurrences(const std::vector<std::string>& text,
                                                             const std::vector<std::string>& needle, bool boundary) {
  std::vector<std::pair<std::size_t, std::size_t>> out;
  for (std::size_t i = 0; i + needle.size() <= text.size(); ++i) {
    if (!std::equal(needle.begin(), needle.end(), text.begin() + static_cast<std::ptrdiff_t>(i))) continue;
    const std::size_t j = i + needle.size();
    const auto at = [&](std::size_t k) { return k < text.size() ? text[k] : std::string(); };
    const std::string before = i > 0 ? text[i - 1] : "";
    bool fits = true;
    if (word(needle.front()) && word(before)) fits = false;
    if (word(needle.back()) && word(at(j))) fits = false;
    if (digit(needle.front()) && i > 0 && in_figure(text, i - 1)) fits = false;
    if (digit(needle.back()) && j < text.size() && in_figure(text, j)) fits = false;
    if (fits || !boundary) out.emplace_back(i, j);
  }
  return out;
}

bool is_bound(const std::vector<std::string>& text, std::size_t i) {
  const std::string& c = text[i];
  if (c == "。" || c == "\n" || c == ";" || c == "!" || c == "?") return true;
  if (c == ",") return !in_figure(text, i);
  if (c == ".") return i + 1 == text.size() || text[i + 1] == " " || text[i + 1] == "\n" || text[i + 1].size() > 1;
  return false;
}

std::vector<Found> naive(const std::vector<Needle>& all, std::string_view normal) {
  const std::vector<std::string> text = characters(normal);
  std::vector<Found> out;
  for (const Needle& needle : all) {
    const auto heads = occurrences(text, characters(needle.head), needle.word_boundary);
    if (needle.tail.empty()) {
      for (const auto& [b, e] : heads) out.push_back({needle.id, b, e});
      continue;
    }
    const auto tails = occurrences(text, characters(needle.tail), needle.word_boundary);
    for (const auto& [b, e] : heads) {
      for (const auto& [tb, te] : tails) {
        if (tb < e) continue;
        bool joined = tb - e <= 12;
        for (std::size_t i = e; i < tb; ++i) joined = joined && !is_bound(text, i);
        if (joined) out.push_back({needle.id, b, te});
        break;  // the nearest only
      }
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scanning)

BOOST_AUTO_TEST_CASE(every_occurrence_is_found_overlapping_ones_too) {
  BOOST_TEST(found({"保本", "保本保息", "本保"}, "我们保本保息。") == "0:保本, 1:保本保息, 2:本保");
  BOOST_TEST(found({"零风险"}, "无风险，零风险；零 风 险") == "0:零风险, 0:零 风 险");
  BOOST_TEST(found({"𠮷"}, "a𠮷b") == "0:𠮷");
  BOOST_TEST(found({"保本"}, "担保，本产品") == "");
  BOOST_TEST(found({"保本"}, "担保\n本产品") == "");
  BOOST_TEST(found({}, "保本") == "");
  BOOST_TEST(found({"保本"}, "") == "");
}

BOOST_AUTO_TEST_CASE(letters_stand_on_word_bounds_and_chinese_does_not_need_them) {
  BOOST_TEST(found({"fund"}, "refunded fund Funds FUND-like 基金fund基金") == "0:fund, 0:FUND, 0:fund");
  BOOST_TEST(found({"fund"}, "refunded", false) == "0:fund");
  BOOST_TEST(found({"guaranteed return"}, "A guaranteed\u00A0 return, guaranteed returns") ==
             "0:guaranteed\u00A0 return");
  BOOST_TEST(found({"r4"}, "R4 R45 XR4 R4产品") == "0:R4, 0:R4");
  BOOST_TEST(found({"保本"}, "abc保本abc") == "0:保本");
  BOOST_TEST(found({"café"}, "CAFÉ cafés") == "0:CAFÉ");
  BOOST_TEST(found({"cafe"}, "cafe\u0301") == "");
}

BOOST_AUTO_TEST_CASE(a_figure_is_not_the_tail_of_another) {
  BOOST_TEST(found({"5%"}, "5% 95% 4.5% 1，5% ．5%") == "0:5%, 0:5%, 0:5%");
  BOOST_TEST(found({"4"}, "4.5 4. 4，5 4,000") == "0:4, 0:4");
}

BOOST_AUTO_TEST_CASE(a_gap_reaches_twelve_characters_of_one_clause) {
  BOOST_TEST(found({"年化 … %"}, "年化4.8%") == "0:年化4.8%");
  BOOST_TEST(found({"年化…%"}, "年化收益率约为４．８％左右") == "0:年化收益率约为４．８％");
  BOOST_TEST(found({"年化……%"}, "年化一二三四五六七八九十百千%") == "0:年化一二三四五六七八九十百千%");
  BOOST_TEST(found({"年化…%"}, "年化一二三四五六七八九十百千万%") == "");
  BOOST_TEST(found({"年化…%"}, "年化，4.8%") == "");
  BOOST_TEST(found({"年化…%"}, "年化\n4.8%") == "");
  BOOST_TEST(found({"年化…%"}, "年化1,234.5%") == "0:年化1,234.5%");
  BOOST_TEST(found({"年化…%"}, "年化4%或5%，年化6%") == "0:年化4%, 0:年化6%");
  BOOST_TEST(found({"up to … percent"}, "Up to five percent; up to. percent") == "0:Up to five percent");
}

BOOST_AUTO_TEST_CASE(needles_that_cannot_be_are_named) {
  Needle out;
  BOOST_TEST((make_needle(0, "", true, out) == NeedleFault::empty));
  BOOST_TEST((make_needle(0, " \u200B ", true, out) == NeedleFault::empty));
  BOOST_TEST((make_needle(0, "…", true, out) == NeedleFault::empty));
  BOOST_TEST((make_needle(0, "a … b … c", true, out) == NeedleFault::several_gaps));
  BOOST_TEST((make_needle(0, "… b", true, out) == NeedleFault::open_gap));
  BOOST_TEST((make_needle(0, "a …", true, out) == NeedleFault::open_gap));
  BOOST_TEST((make_needle(5, "ＡB … 保 本", true, out) == NeedleFault::none));
  BOOST_TEST(out.head == "ab");
  BOOST_TEST(out.tail == "保本");
  BOOST_TEST(out.id == 5U);
}

BOOST_AUTO_TEST_CASE(more_hits_than_the_limit_are_said_so) {
  const Scanner scanner(needles({"保"}));
  ScanScratch scratch(5);
  const auto times = [](int n) {
    std::string text;
    for (int i = 0; i < n; ++i) text += "保";
    return text;
  };
  scanner.scan(times(5), scratch);
  BOOST_TEST(scratch.hits().size() == 5U);
  BOOST_TEST(!scratch.over_limit());
  scanner.scan(times(6), scratch);
  BOOST_TEST(scratch.over_limit());
  scanner.scan(times(2), scratch);
  BOOST_TEST(!scratch.over_limit());
  BOOST_TEST(scratch.hits().size() == 2U);
}

BOOST_AUTO_TEST_CASE(random_needles_in_random_texts_are_found_as_a_naive_search_finds_them) {
  std::mt19937 random(17);
  const std::vector<std::string> alphabet = {"保", "本", "a", "b", "1", "2", ",", ".", "%", " ", "。", "_", "𠮷"};
  const auto pick = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  const auto any = [&](std::size_t least, std::size_t most) {
    std::string out;
    for (std::size_t i = least + pick(most - least + 1); i > 0; --i) out += alphabet[pick(alphabet.size())];
    return out;
  };
  std::size_t hits = 0;
  std::size_t gaps = 0;
  for (int round = 0; round < 4000; ++round) {
    std::vector<Needle> all;
    for (std::size_t i = 1 + pick(12); i > 0; --i) {
      Needle needle;
      const std::string written = any(1, 3) + (pick(4) == 0 ? "…" + any(1, 2) : "");
      if (make_needle(static_cast<std::uint32_t>(all.size()), written, pick(3) != 0, needle) == NeedleFault::none)
        all.push_back(needle);
    }
    const std::string text = normal_form(any(0, 60));
    const Scanner scanner(all);
    ScanScratch scratch(4096);
    scanner.scan(text, scratch);
    BOOST_REQUIRE(!scratch.over_limit());
    std::vector<Found> fast;
    for (const Hit& hit : scratch.hits()) {
      fast.push_back({hit.needle, count_code_points(std::string_view(text).substr(0, hit.begin)),
                      count_code_points(std::string_view(text).substr(0, hit.end))});
      if (!all[hit.needle].tail.empty()) ++gaps;
    }
    BOOST_REQUIRE(std::is_sorted(scratch.hits().begin(), scratch.hits().end(), [](const Hit& a, const Hit& b) {
      return std::tie(a.begin, a.end, a.needle) < std::tie(b.begin, b.end, b.needle);
    }));
    std::sort(fast.begin(), fast.end());
    hits += fast.size();
    BOOST_REQUIRE_MESSAGE(fast == naive(all, text), "round " << round << " over " << text);
  }
  BOOST_TEST(hits > 10'000U);
  BOOST_TEST(gaps > 200U);
}

BOOST_AUTO_TEST_CASE(one_scanner_serves_threads_that_each_have_their_scratch) {
  std::vector<std::string> written;
  for (char32_t c = 0x4E00; c < 0x4E00 + 500; ++c) {
    std::string term;
    append_utf8(term, c);
    append_utf8(term, c + 1);
    written.push_back(term);
  }
  const Scanner scanner(needles(written));
  std::string text;
  for (char32_t c = 0x4E00; c < 0x4E00 + 500; ++c) append_utf8(text, c);
  std::vector<std::size_t> counts(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    threads.emplace_back([&, i] {
      ScanScratch scratch(4096);
      for (int n = 0; n < 50; ++n) scanner.scan(text, scratch);
      counts[i] = scratch.hits().size();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::size_t count : counts) BOOST_TEST(count == 499U);
}

BOOST_AUTO_TEST_CASE(needles_that_begin_alike_at_every_place_of_a_text_find_nothing_that_is_not_there) {
  std::vector<std::string> written;
  for (int i = 1; i <= 300; ++i) written.push_back(std::string(static_cast<std::size_t>(i), 'a') + "b");
  const Scanner scanner(needles(written, false));
  const std::string text(1 << 20, 'a');
  ScanScratch scratch(4096);
  scanner.scan(text, scratch);
  BOOST_TEST(scratch.hits().empty());
}

BOOST_AUTO_TEST_CASE(a_phrase_that_only_the_turn_tells_stands_on_word_bounds_too) {
  const auto find = [](std::string_view text, std::string_view phrase, std::size_t from = 0) {
    std::size_t left = 100;
    return find_phrase(text, phrase, from, left);
  };
  BOOST_TEST(find("refunded fund", "fund") == 9U);
  BOOST_TEST(find("95% and 5%", "5%") == 8U);
  BOOST_TEST(find("一只稳健成长基金", "稳健成长") == 6U);
  BOOST_TEST(find("fund, fund", "fund", 1) == 6U);
  BOOST_TEST(find("refunded", "fund") == std::string_view::npos);
  BOOST_TEST(find("", "fund") == std::string_view::npos);
  BOOST_TEST(find("fund", "") == std::string_view::npos);
}

BOOST_AUTO_TEST_CASE(a_phrase_is_given_up_where_too_many_places_lie_off_the_bounds) {
  const std::string text(10'000, 'a');
  std::size_t left = 50;
  BOOST_TEST(find_phrase(text, "aa", 0, left) == std::string_view::npos);
  BOOST_TEST(left == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
