#include <boost/test/unit_test.hpp>
#include <random>
#include <string>
#include <vector>

#include "engine/base/utf8.h"
#include "engine/text/markup.h"
#include "engine/text/redact.h"

using namespace caveat;
using namespace caveat::text;

namespace {

constexpr Format M = Format::markdown, H = Format::html;
using Mode = Edit::Mode;

// Every `words` that may be shown, as a rule finds them.
std::vector<Edit> edits_of(const NormalText& normal, std::string_view words, const Edit& as) {
  std::vector<Edit> all;
  for (std::size_t at = normal.text().find(words); at != std::string_view::npos;
       at = normal.text().find(words, at + 1)) {
    const auto begin = static_cast<std::uint32_t>(at);
    Edit edit = as;
    edit.range = normal.original_graphemes({begin, begin + static_cast<std::uint32_t>(words.size())});
    all.push_back(edit);
  }
  return all;
}

std::string edited(Format format, std::string_view source, std::string_view words, Mode mode,
                   std::string_view with = {}, std::uint8_t keep_last = 0) {
  Shown shown;
  BOOST_REQUIRE(show(source, format, Limits(), shown));
  NormalText normal;
  normalise(shown, normal);
  RedactScratch scratch;
  std::string out;
  apply_edits(shown, format, Limits(), edits_of(normal, words, {{0, 0}, mode, 0, keep_last, with}), scratch, out);
  return out;
}

std::string disclosed(Format format, std::string_view source, std::string_view at_start, std::string_view at_end) {
  std::vector<Disclosed> all;
  if (!at_start.empty()) all.push_back({true, at_start, false});
  if (!at_end.empty()) all.push_back({false, at_end, false});
  RedactScratch scratch;
  std::string out(source);
  add_disclosures(format, Limits(), all, scratch, out);
  return out;
}

std::string flow_of(Format format, std::string_view source) {
  Shown shown;
  BOOST_REQUIRE(show(source, format, Limits(), shown));
  return std::string(shown.flow());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redacting_marked_texts)

BOOST_AUTO_TEST_CASE(an_element_goes_with_what_it_holds_and_leaves_no_mark) {
  BOOST_TEST(edited(M, "a **promise**, *and* a pro**mise** x", "promise", Mode::full) ==
             "a \\*\\*\\*, *and* a \\*\\*\\* x");
  BOOST_TEST(edited(M, "a **promise**, b", "promise", Mode::replace) == "a, b");
  BOOST_TEST(edited(M, "a (**promise**) b", "promise", Mode::replace) == "a b");
  BOOST_TEST(edited(M, "***promise*** `promise` x", "promise", Mode::full) == "\\*\\*\\* \\*\\*\\* x");
  BOOST_TEST(edited(M, "**保****本**", "保本", Mode::replace) == "");
  BOOST_TEST(edited(M, "[promise](http://promise/ \"promise\") x", "promise", Mode::full) == "\\*\\*\\* x");
  BOOST_TEST(edited(M, "<b>promise</b> and pro<b>mise</b>", "promise", Mode::full) == "\\*\\*\\* and \\*\\*\\*");
  BOOST_TEST(edited(H, "<p>a <b>promise</b>, <i>b</i></p>", "promise", Mode::replace) == "<p>a, <i>b</i></p>");
  BOOST_TEST(edited(H, "<p title=\"promise\">a</p><!-- promise --><a href='http://promise/'>promise</a>", "promise",
                    Mode::full) == "<p title=\"***\">a</p><!-- *** -->***");
}

BOOST_AUTO_TEST_CASE(a_word_that_a_target_spells_by_its_bytes_is_masked_there) {
  BOOST_TEST(edited(M, "[a](https://b.c/%E4%BF%9D%E6%9C%AC/x) d", "保本", Mode::full) == "[a](https://b.c/***/x) d");
  BOOST_TEST(edited(H, "<a href='https://b.c/?q=risk%2Dfree'>a</a>", "risk-free", Mode::label, "x") ==
             "<a href='https://b.c/?q=***'>a</a>");
}

BOOST_AUTO_TEST_CASE(an_element_that_is_taken_in_part_loses_both_its_marks) {
  BOOST_TEST(edited(M, "pro**mise all** b", "promise", Mode::full) == "\\*\\*\\* all b");
  BOOST_TEST(edited(M, "**all pro**mise b", "promise", Mode::full) == "all \\*\\*\\* b");
  BOOST_TEST(edited(H, "<p>a pro<b>mise all</b></p>", "promise", Mode::full) == "<p>a *** all</p>");
  BOOST_TEST(edited(M, "**a promise**", "promise", Mode::full) == "**a \\*\\*\\***");
  BOOST_TEST(edited(M, "see `x promise y`", "promise", Mode::full) == "see `x *** y`");
}

BOOST_AUTO_TEST_CASE(blocks_stay_where_they_are) {
  BOOST_TEST(edited(M, "|promise|b|\n|---|---|\n|c|a promise|\n", "promise", Mode::full) ==
             "|\\*\\*\\*|b|\n|---|---|\n|c|a \\*\\*\\*|\n");
  BOOST_TEST(edited(M, "- a\n- promise", "promise", Mode::full) == "- a\n- \\*\\*\\*");
  BOOST_TEST(flow_of(M, edited(M, "**pro**\n\n> **mise** x", "pro\nmise", Mode::full)) == "***\nx");
}

BOOST_AUTO_TEST_CASE(what_is_put_in_shows_as_it_is_written) {
  for (const std::string_view label : {"[x](http://y)", "<script>alert(1)</script>", "# a", "1. a", "- a", "**", "`a`",
                                       "&amp;", "a_b_", "***", "|", "![a](b)", "~~a~~", "    a", "\\", "a\\"}) {
    for (const Format format : {M, H}) {
      const std::string out = edited(format, "x promise y", "promise", Mode::label, label);
      BOOST_TEST(flow_of(format, out) == "x " + std::string(label == "    a" && format == M ? "a" : label) + " y");
      BOOST_TEST(flow_of(format, edited(format, "promise", "promise", Mode::label, label))
                     .find(label.substr(label.find_first_not_of(' '))) != std::string::npos);
    }
  }
  BOOST_TEST(edited(M, "卡号**6222**0212", "62220212", Mode::keep, {}, 4) == "卡号\\*\\*\\*0212");
  BOOST_TEST(edited(H, "卡号<b>6222</b>0212", "62220212", Mode::keep, {}, 4) == "卡号***0212");
}

BOOST_AUTO_TEST_CASE(a_disclosure_is_a_block_of_its_own) {
  BOOST_TEST(disclosed(M, "- a\n- b", "1. S", "E.\nF.") == "1\\. S\n\n- a\n- b\n\nE.\\\nF.");
  BOOST_TEST(disclosed(H, "<p>a</p>", "S <b>", "E\nF.") == "<p>S &lt;b&gt;</p>\n<p>a</p>\n<p>E<br>F.</p>");
  BOOST_TEST(disclosed(M, "", "S.", "E.") == "S.\n\nE.");
  BOOST_TEST(disclosed(M, "a", "", "") == "a");
}

BOOST_AUTO_TEST_CASE(one_that_stands_there_counts_where_every_renderer_shows_it) {
  BOOST_TEST(disclosed(M, "a\n\n**投资有风险。**", "", "投资有风险。") == "a\n\n**投资有风险。**");
  BOOST_TEST(disclosed(H, "<p>a</p><p>投资<b>有风险</b>。</p>", "", "投资有风险。") ==
             "<p>a</p><p>投资<b>有风险</b>。</p>");
  for (const std::string_view hidden :
       {"a\n\n<!-- 投资有风险。 -->", "a\n\n![投资有风险。](x)", "a\n\n~~投资有风险。~~",
        "a\n\n[x](y \"投资有风险。\")", "<div hidden>\n\n投资有风险。\n\n</div>"})
    BOOST_TEST(flow_of(M, disclosed(M, hidden, "", "投资有风险。")).ends_with("\n投资有风险。"), hidden);
  for (const std::string_view hidden : {"<p>a</p><!-- 投资有风险。 -->", "<p>a<p hidden>投资有风险。",
                                        "<img alt='投资有风险。'>", "<p>a</p><p class=x>投资有风险。</p>"})
    BOOST_TEST(disclosed(H, hidden, "", "投资有风险。").ends_with("<p>投资有风险。</p>"), hidden);
}

BOOST_AUTO_TEST_CASE(what_the_text_leaves_open_takes_no_disclosure_in) {
  for (const std::string_view open :
       {"```\na", "a <!-- b", "a\n\n<!-- b", "<details>\n\na", "<div style='display:none'>\n\na", "a <span hidden>b"})
    BOOST_TEST(flow_of(M, disclosed(M, open, "", "E.")).ends_with("\nE."), open);
  for (const std::string_view open : {"a <!-- b", "<div style='display:none'>a", "<script>a", "a<select>b", "<title>a",
                                      "<textarea>a", "1 E. and more <!-- b"}) {
    const std::string out = disclosed(H, open, "", "E.");
    BOOST_TEST(out.ends_with("<p>E.</p>"), open);
    Shown shown;
    BOOST_REQUIRE(show(out, H, Limits(), shown));
    const auto end = static_cast<std::uint32_t>(shown.flow().size());
    BOOST_TEST((shown.flow().ends_with("E.") && shown.is_sure({end - 2, end})), open);
  }
}

// Whatever the mark-up: what was to go is gone, what was put in shows, and all else that was shown still is.
BOOST_AUTO_TEST_CASE(of_random_markup_nothing_that_was_taken_is_left) {
  const std::vector<std::string> parts[2] = {
      {"**",     "*",        "_",     "`",           "~~", "保",  "本",   "保本", "a ",
       "。",     "\n",       "\n\n",  "- ",          "> ", "[",   "](u)", "![",   "<b>",
       "</b>",   "&#20445;", "\\",    "|",           "# ", "1. ", "<!--", "-->",  "<div hidden>",
       "</div>", "    ",     "```\n", "|---|---|\n", "(",  ")",   "，"},
      {"<b>",
       "</b>",
       "<p>",
       "</p>",
       "<i class=x>",
       "</i>",
       "保",
       "本",
       "保本",
       "a ",
       "。",
       "\n",
       "&#20445;",
       "&lt;",
       "<!--",
       "-->",
       "<li>",
       "<table>",
       "<td>",
       "</table>",
       "<br>",
       "<img alt='保本'>",
       "<script>",
       "</script>",
       "<a href='保本'>",
       "</a>",
       "(",
       ")",
       "，",
       "%E4%BF%9D",
       "%",
       "<a href='%E4%BF%9D本",
       "<"}};
  std::mt19937 random(42);
  int taken = 0;
  for (int i = 0; i < 6000; ++i) {
    const Format format = i % 2 == 0 ? M : H;
    const auto& of = parts[i % 2];
    std::string source;
    for (int k = 0; k < 14; ++k) source += of[std::uniform_int_distribution<std::size_t>(0, of.size() - 1)(random)];
    Shown shown;
    if (!show(source, format, Limits(), shown)) continue;
    std::uint32_t last = 0;
    for (const Shown::Piece& piece : shown.pieces()) {
      BOOST_REQUIRE_MESSAGE((piece.begin < piece.end && piece.from <= piece.to && piece.to <= source.size()), source);
      if (piece.begin >= shown.flow().size()) continue;
      BOOST_REQUIRE_MESSAGE(piece.from >= last, source);
      last = piece.to;
    }
    NormalText normal;
    normalise(shown, normal);
    const std::vector<Edit> edits = edits_of(normal, "保本", {{0, 0}, Mode::label, 0, 0, "[x]*"});
    if (edits.empty()) continue;
    ++taken;
    RedactScratch scratch;
    std::string out;
    apply_edits(shown, format, Limits(), edits, scratch, out);
    BOOST_REQUIRE(is_valid_utf8(out));
    const std::string left = flow_of(format, out);
    BOOST_REQUIRE_MESSAGE(left.find("保本") == std::string::npos, source << " -> " << out);
    const std::string closing = format == M ? "E." : "<p>E.</p>";
    BOOST_REQUIRE_MESSAGE(disclosed(format, out, "", "E.").ends_with(closing), source << " -> " << out);
  }
  BOOST_TEST(taken > 1000);
}

BOOST_AUTO_TEST_CASE(what_is_put_in_adds_no_mark_up) {
  const std::string_view hostile = "x onmouseover=alert(1) \" y=' z";
  BOOST_TEST(edited(H, "<p title=promise>a</p>", "promise", Mode::replace, hostile) == "<p title=***>a</p>");
  BOOST_TEST(edited(H, "<p title='promise'>a</p>", "promise", Mode::label, hostile) == "<p title='***'>a</p>");
  BOOST_TEST(edited(H, "<a href=https://promise/>a</a>", "promise", Mode::replace) == "<a href=https://***/>a</a>");
  BOOST_TEST(edited(M, "[a](https://b/promise)", "promise", Mode::replace, "javascript:x") == "[a](https://b/***)");
  BOOST_TEST(edited(M, "promise[a](https://b/)", "promise", Mode::replace, "c!") == "c\\![a](https://b/)");
}

BOOST_AUTO_TEST_CASE(a_mask_within_html_of_a_markdown_text_leaves_the_rest_of_its_mark_up) {
  BOOST_TEST(edited(M, "# a\n\n<div>\nthe promise & <b>b</b>\n</div>\n\n**c**", "promise", Mode::full) ==
             "# a\n\n<div>\nthe *** & <b>b</b>\n</div>\n\n**c**");
  BOOST_TEST(edited(M, "<p>\na promise\n</p>", "promise", Mode::replace, "<i>&") == "<p>\na &lt;i&gt;&amp;\n</p>");
}

BOOST_AUTO_TEST_CASE(the_time_for_hostile_marks_grows_with_the_text_alone) {
  const auto repeated = [](std::string_view what, std::size_t times) {
    std::string out;
    while (times-- > 0) out += what;
    return out;
  };
  // Each took minutes where it was looked through again from each of its marks.
  const auto nested = [&](std::string_view tag) { return repeated(tag, 900) + repeated("&amp;\n<br>", 90); };
  for (const std::string& source :
       {repeated("<!-- ", 50'000), "<div>" + repeated("<p ", 80'000), "<div>\n" + repeated("<!x ", 60'000),
        "<i " + repeated("a ", 120'000) + ">", repeated("<b " + repeated("a ", 500) + ">", 250),
        repeated("<div>\n" + repeated("<b>", 900) + "\n</div>\n\n", 80), nested("<div class=a>x"),
        nested("<p class=a>x<b class=a>"), nested("<span class=a>x") + repeated("&lt;", 50'000),
        repeated("**", 60'000) + "a" + repeated("**", 60'000), repeated("[a](", 60'000) + "\n\n[a]: b",
        repeated("<", 250'000), repeated("&#1;", 60'000), repeated("~~a", 80'000), repeated("~", 250'000),
        repeated("`", 250'000), repeated("&#", 1) + repeated("0", 250'000) + "65;", repeated("a<b", 80'000),
        repeated("~~a~~", 50'000)}) {
    Shown out;
    show(source, M, Limits(), out);
    BOOST_TEST(out.text().size() < 8 * source.size() + 4096);
    show(source, H, Limits(), out);
    BOOST_TEST(out.text().size() < 8 * source.size() + 4096);
  }
}

BOOST_AUTO_TEST_SUITE_END()
