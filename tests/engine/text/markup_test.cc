#include "engine/text/markup.h"

#include <boost/test/unit_test.hpp>
#include <random>
#include <string>

#include "engine/base/utf8.h"
#include "engine/text/normalise.h"

using namespace caveat;
using namespace caveat::text;

namespace {

std::string shown(std::string_view source, Format format) {
  Shown out;
  if (!show(source, format, Limits(), out)) return "not taken";
  return std::string(out.text());
}
std::string markdown(std::string_view source) { return shown(source, Format::markdown); }
std::string html(std::string_view source) { return shown(source, Format::html); }

// The source of the first `words` that are shown, marked where they are not sure.
std::string source_of(std::string_view source, Format format, std::string_view words) {
  Shown out;
  if (!show(source, format, Limits(), out)) return "not taken";
  const std::size_t at = out.text().find(words);
  if (at == std::string_view::npos) return "not found";
  const Range place{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + words.size())};
  const Range there = out.source(place);
  return (out.is_sure(place) ? "" : "? ") + std::string(source.substr(there.begin, there.end - there.begin));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(markup)

BOOST_AUTO_TEST_CASE(marks_inside_a_word_do_not_part_it) {
  for (const std::string_view source : {"承诺保**本**。", "承诺**保**本。", "承诺保_​_本。", "承诺*保*`本`。",
                                        "承诺[保](http://a)本。", "承诺保<b>本</b>。", "承诺保\\本。"})
    BOOST_TEST_MESSAGE(markdown(source));
  BOOST_TEST(markdown("承诺保**本**。") == "承诺保本。");
  BOOST_TEST(markdown("承诺*保*`本`。") == "承诺保本。");
  BOOST_TEST(markdown("承诺&#20445;&#x672C;&amp;&nbsp;。") == "承诺保本&\u00A0。");
  BOOST_TEST(markdown("承诺保<b>本</b>。") == "承诺保本。");
  BOOST_TEST(html("<p>承诺保<b>本</b>&amp;&#20445;。") == "承诺保本&保。");
  BOOST_TEST(source_of("承诺保**本**。", Format::markdown, "保本") == "保**本");
  BOOST_TEST(source_of("承诺&#20445;本。", Format::markdown, "保本") == "&#20445;本");
  BOOST_TEST(source_of("<p>承诺<i>保</i>&#x672C;。</p>", Format::html, "保本") == "保</i>&#x672C;");
  BOOST_TEST(source_of("2 \\* 3", Format::markdown, "*") == "\\*");
}

BOOST_AUTO_TEST_CASE(blocks_and_cells_end_a_line) {
  BOOST_TEST(markdown("# 保\n\n本\n- a\n- b\n\n> c\n\n1. d\n2. e") == "保\n本\na\nb\nc\nd\ne");
  BOOST_TEST(markdown("|a|b|\n|---|---|\n|c|d|\n") == "a\nb\nc\nd");
  BOOST_TEST(markdown("保\n本") == "保 本");
  BOOST_TEST(markdown("保  \n本") == "保\n本");
  BOOST_TEST(markdown("```\n保\n  本\n```\n") == "保\n  本");
  BOOST_TEST(html("<ul><li>a<li>b</ul><table><tr><td>c<td>d</table>e<br>f<div>g</div>h<pre>i\nj</pre>") ==
             "a\nb\nc\nd\ne\nf\ng\nh\ni\nj");
}

BOOST_AUTO_TEST_CASE(what_one_renderer_may_show_is_there_and_is_not_sure) {
  BOOST_TEST(markdown("保**本，**您").find("保本，您") != std::string::npos);  // its marks are none by CommonMark
  BOOST_TEST(source_of("[见](http://a.b/保本 \"t\")", Format::markdown, "保本").starts_with("?"));
  BOOST_TEST(source_of("a <!-- 保本 --> b", Format::markdown, "保本") == "? 保本");
  BOOST_TEST(source_of("![保本](a.png)", Format::markdown, "保本") == "? 保本");
  BOOST_TEST(markdown("保~~不~~本") == "保不本\n保本");
  BOOST_TEST(source_of("<p>a</p><!-- 保本 -->", Format::html, "保本") == "? 保本");
  BOOST_TEST(source_of("<img alt=保本>", Format::html, "保本") == "? 保本");
  BOOST_TEST(source_of("<p title='保&#26412;'>a", Format::html, "保本") == "? 保&#26412;");
  BOOST_TEST(source_of("<script>保本</script>a", Format::html, "保本") == "? 保本");
  BOOST_TEST(html("保<span hidden>不</span>本").find("\n保本") != std::string::npos);
  BOOST_TEST(source_of("<p style='display:none'>保本</p>", Format::html, "保本") == "? 保本");
  BOOST_TEST(source_of("<p>保本</p>", Format::html, "保本") == "保本");
  BOOST_TEST(source_of("<div hidden>\n\n保本\n\n</div>\n\n风险", Format::markdown, "风险") == "? 风险");
}

BOOST_AUTO_TEST_SUITE_END()
