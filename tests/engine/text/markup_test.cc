#include "engine/text/markup.h"

#include <boost/test/unit_test.hpp>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
  for (const std::string_view source :
       {"承诺保**本**。", "承诺**保**本。", "承诺*保*`本`。", "承诺[保](http://a)本。", "承诺保<b>本</b>。",
        "承诺<b>保</b><i>本</i>。", "承诺<b>保</b><!-- x --><b>本</b>。"})
    BOOST_TEST(markdown(source).starts_with("承诺保本。"), source);
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
  BOOST_TEST(html("保<span hidden>不</span>本").find("\n保本") != std::string::npos);
  BOOST_TEST(source_of("<p style='display:none'>保本</p>", Format::html, "保本") == "? 保本");
  BOOST_TEST(source_of("<p>保本</p>", Format::html, "保本") == "保本");
  for (const std::string_view source : {"|a|\n|---|\n|x|保本|", "x\n\n[^1]: 保本", "x\n\n[^1]: a\n**b** 保本"})
    BOOST_TEST(source_of(source, Format::markdown, "保本") == "? 保本", source << "\n" << markdown(source));
  BOOST_TEST(source_of("|a|b|\n|-|-|\n|x|保本|", Format::markdown, "保本") == "保本");
  BOOST_TEST(source_of("<div hidden>\n\n保本\n\n</div>\n\n风险", Format::markdown, "风险") == "? 风险");
}

// Status and address bars show 保 for %E4%BF%9D.
BOOST_AUTO_TEST_CASE(a_target_is_read_as_browsers_show_it_too) {
  BOOST_TEST(markdown("[见](/%E4%BF%9D)") == "见\n](/%E4%BF%9D)\n](/保)");
  const std::vector<std::pair<Format, std::string_view>> targets = {
      {Format::markdown, "[见](https://a.b/%E4%BF%9D%E6%9C%AC)"},
      {Format::markdown, "[见](https://a.b/?q=%e4%bf%9D%e6%9c%ac&x=1 \"t\")"},
      {Format::markdown, "<https://a.b/%E4%BF%9D%E6%9C%AC>"},
      {Format::markdown, "https://a.b/%E4%BF%9D%E6%9C%AC"},
      {Format::markdown, "https://a.b/%E4%BF**%9D%E6**%9C%AC"},
      {Format::markdown, "[见][1]\n\n[1]: https://a.b/%E4%BF%9D%E6%9C%AC"},
      {Format::markdown, "<a href='https://a.b/保%E6%9C%AC'>见</a>"},
      {Format::html, "<a href='https://a.b/%E4%BF%9D%E6%9C%AC#y'>见</a>"},
      {Format::html, "<a href=\"https://a.b/%FF%E4%BF%9D&#37;E6&percnt;9C%AC%\">见</a>"},
      {Format::html, "<img src=\"/%E4%BF%9D%E2%80%8B%E6%9C%AC.png\" alt=\"\">"},
  };
  for (const auto& [format, source] : targets) {
    Shown out;
    BOOST_REQUIRE(show(source, format, Limits(), out));
    NormalText normal;
    normalise(out, normal);
    const std::size_t at = normal.text().find("保本");
    BOOST_TEST(at != std::string_view::npos, source << "\n" << out.text());
    if (at == std::string_view::npos) continue;
    const Range place{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + std::string_view("保本").size())};
    BOOST_TEST(!normal.is_sure(place), source);
    const Range there = normal.original(place);
    const std::string_view written = source.substr(there.begin, there.end - there.begin);
    BOOST_TEST((written.starts_with("%") || written.starts_with("保")), written);
    BOOST_TEST((written.ends_with("AC") || written.ends_with("ac")), written);
  }
  BOOST_TEST(markdown("<https://a.b/&#20445;本>") == "https://a.b/&#20445;本\nhttps://a.b/保本");
  BOOST_TEST(source_of("<https://a.b/&#20445;%E6%9C%AC>", Format::markdown, "保本") == "? &#20445;%E6%9C%AC");
  BOOST_TEST(source_of("[见](https://a.b/?q=risk%2Dfree%20x)", Format::markdown, "risk-free x") == "? risk%2Dfree%20x");
  // No UTF-8, a control or no sign at all stays as it is written.
  for (const std::string_view source :
       {"[见](/%B1%A3%B1%BE)", "[见](/%E4%BF)", "[见](/%0A%7f%)", "[见](/%4)", "100%ab"})
    BOOST_TEST(markdown(source).find_first_of('\n') == markdown(source).rfind('\n'), source);
}

BOOST_AUTO_TEST_CASE(a_number_that_is_no_signs_is_the_sign_for_none) {
  for (const std::string_view number : {"&#1114112;", "&#x110000;", "&#xD800;", "&#0;"})
    BOOST_TEST(html("a" + std::string(number) + "b") == "a\uFFFDb", number);
  BOOST_TEST(html("<p title='保&#20466666645;本&#99999999999999999999999;'>a") == "a\np title\n保\uFFFD本\uFFFD");
}

// 保本 as one renderer or another shows it: no rule that looks for it may miss it.
BOOST_AUTO_TEST_CASE(whatever_a_renderer_leaves_out_the_words_around_it_meet) {
  const std::vector<std::pair<Format, std::string_view>> sources = {
      {Format::markdown, "保<b>x</b><span hidden>y</span>本 保</b><span hidden>y</span>本"},
      {Format::markdown, "保</b><span hidden>不</span>本"},
      {Format::markdown, "保<b></b><span hidden>不</span>本"},
      {Format::markdown, "保~~不~~本"},
      {Format::markdown, "~~保<del>不</del>本~~"},
      {Format::markdown, "保<del>不~~不~~</del>本"},
      {Format::markdown, "保<amount>不</amount>本"},
      {Format::markdown, "保<br hidden>本"},
      {Format::markdown, "保&#10;本 保<i>&NewLine;</i>本"},
      {Format::markdown, "保==本=="},
      {Format::markdown, "保^本^"},
      {Format::markdown, "[保](a b c)本"},
      {Format::markdown, "[保](/a \"x\")本"},
      {Format::markdown, "[x](/a \"保\\本\")"},
      {Format::markdown, "<div class=\"m\">保<span class=\"h\">x</span>本</div>"},
      {Format::html, "<div class=\"m\">保<span class=\"h\">x</span>本</div>"},
      {Format::html, "<div class=m><p>a</p><p class=t>保<span class=h>x</span>本</p></div>"},
      {Format::html, "保<span class=a>x<span class=b>y</span></span>本"},
      {Format::html, "保<span class=a>x</span><span class=b>本</span>"},
      {Format::html, "<ruby>保<rt>x</rt>本</ruby>"},
      {Format::html, "<ruby>保<rp>(</rp><rt>x</rt>本</ruby>"},
      {Format::html, "<del>保<del>不</del>本</del>"},
      {Format::html, "<s>保<del>不</del>本</s>"},
      {Format::html, "保<div hidden>x</div>本"},
      {Format::html, "保<div hidden><p>x</p><p>y</p></div>本"},
      {Format::html, "保<p style='display:none'>x</p>本"},
      {Format::html, "保<br hidden>本"},
      {Format::html, "保<div hidden>a</div><div hidden>b</div>本"},
      {Format::html, "保<p hidden><p hidden></p>本"},
      {Format::html, "保<div class=m>a</div><div class=n>b</div>本"},
      {Format::html, "保<div class=m>a</div><!-- x --><details>b</details>本"},
      {Format::html, "<p>x</p>保<div class=m>a</div>本<div class=n>b</div>c"},
      {Format::markdown, "保<img src=a alt=本>"},
      {Format::markdown, "保<img src=a alt='x'>本"},
      {Format::markdown, "保</div>本"},
      {Format::markdown, "**保</div>本**"},
      {Format::markdown, "保</td>本"},
      {Format::markdown, "*保<span hidden>x*本"},
      {Format::markdown, "保[<span hidden>x](u)本"},
      {Format::markdown, "保~~b<span hidden>c~~本</span>"},
      {Format::markdown, "<a>\n保\n\n<b>\n本"},
      {Format::markdown, "- 保\n  <!-- x -->本"},
      {Format::html, "保<button>x</button>本"},
      {Format::html, "保<x-y>x</x-y>本"},
      {Format::html, "保<span style='color:white;font-size:0'>不</span>本"},
      {Format::html, "保<span style='color: RGB(1,2,3)'>不</span>本"},
      {Format::html, "<p>保&#10;本</p><p>保&#0000000000000000000000000000000000000000020445;本"},
      {Format::html, "&#0000000000000000000000000000000000000000000000020445;本"},
      {Format::html, "<p title='&#0000000000000000000000000000000000000000000000020445;本'>"},
      {Format::html, "<!-- &#20445;本 -->"},
  };
  for (const auto& [format, source] : sources) {
    const std::string text = shown(source, format);
    const bool found = text.find("保本") != std::string::npos || text.find("保 本") != std::string::npos ||
                       text.find("保  本") != std::string::npos;
    BOOST_TEST(found, source << "\n" << text);
  }
}

BOOST_AUTO_TEST_CASE(what_is_hidden_beside_nothing_joins_nothing) {
  const auto words = [](std::string_view source) {  // its readings, without names of tags and attributes
    std::string lines = html(source);
    for (const std::string_view tag : {"\ndiv", "\nul", "\nli", "\nb", "\ntable", "\ntr", "\ntd"}) {
      const std::string gone = std::string(tag) + " class";
      for (std::size_t at = lines.find(gone); at != std::string::npos; at = lines.find(gone))
        lines.erase(at, gone.size());
    }
    return lines;
  };
  BOOST_TEST(words("<p>保</p><div class=a><p>x</p></div><p>本</p>") == "保\nx\n本");
  BOOST_TEST(words("<div class=a>保</div><div class=b>x</div><div class=c>本</div>") == "保\nx\n本");
  BOOST_TEST(words("<ul class=a><li class=b>保<li class=c>本</ul>") == "保\n本");
  BOOST_TEST(words("<div class=a><p>a</p><p>b <b class=c>c</b></p><p>d</p></div>") == "a\nb c\nd\nb ");
  BOOST_TEST(words("<table class=a><tr class=b><td class=c>1<td class=d>2</table>") == "1\n2");
}

BOOST_AUTO_TEST_CASE(what_is_shown_beyond_words_or_out_of_its_order_is_not_taken) {
  for (const std::string_view source : {"<script>x</script>a",
                                        "<style>b{display:none}</style>a",
                                        "<link rel=stylesheet href=a>a",
                                        "a<iframe src=b></iframe>",
                                        "a<svg><text>b</text></svg>",
                                        "a<math><mi>b</mi></math>",
                                        "a<object data=b></object>",
                                        "a<video src=b></video>",
                                        "a<canvas>b</canvas>",
                                        "<bdo dir=rtl>本保</bdo>",
                                        "<span dir=rtl>本保</span>",
                                        "<p dir=auto>本保",
                                        "<p onclick=x()>a",
                                        "<a href=' java&#10;script:x()'>a</a>",
                                        "<a href='data:text/html,b'>a</a>",
                                        "<span style='direction:rtl;unicode-bidi:bidi-override'>本保</span>",
                                        "<span style='float:right'>本</span>保",
                                        "<span style='margin:-2em'>本</span>保",
                                        "<span style='background:url(x)'>a</span>",
                                        "<ul style=\"list-style-type:'保'\"><li>本</ul>",
                                        "a&#20466666645;b",  // what the library makes of it browsers do not
                                        "保&#4294967393;本",
                                        "a&#x1000000C3;b",
                                        "<span style='display:flex'>a</span>",
                                        "<span style='displa\\79:none'>a</span>",
                                        "保<?a>不<?b>本",
                                        "保<![CDATA[>不]]>本",
                                        "保<!--x--!>本",
                                        "保<!-->本-->",
                                        "保<!x>本",
                                        "保</ x>本",
                                        "保<b title='>本",
                                        "<template>a</template>",
                                        "<select><option>a</select>",
                                        "<input value=a>",
                                        "<textarea>a</textarea>",
                                        "<title>a</title>",
                                        "<meta charset=b>a",
                                        "<head><!-- a --></head>a",
                                        "<plaintext>a",
                                        "<xmp>a</xmp>",
                                        "<i class=a>1</i><i class=b>2</i><i class=c>3</i><i class=d>4</i><i "
                                        "class=e>5</i><i class=f>6</i><i class=g>7</i>",
                                        "<form hidden>a</form>",
                                        "<dialog>a</dialog>",
                                        "<search>a</search>",
                                        "<menuitem>a</menuitem>",
                                        "保<x-a hidden>a</x-b>不</x-a>本",
                                        "保<p hidden>a<table>本",
                                        "本<table align=left><tr><td>保</table>",
                                        "<img align=right src=a>",
                                        "<a href='data:text/html,b'>c</a>",
                                        "<img src='data:image/svg+xml,b'>",
                                        "<div style='display:inline'>a</div>"})
    BOOST_TEST(html(source) == "not taken", source);
  for (const std::string_view source : {"保<script>x</script>本",
                                        "a <svg>b</svg>",
                                        "a <bdo dir=rtl>b</bdo>",
                                        "a <b onclick=x()>b</b>",
                                        "a <?x?> b",
                                        "a <!X y> b",
                                        "a <![CDATA[b]]> c",
                                        "a <b><i>b</b></i>",

                                        "<div>\n<?x>y?>\n</div>",
                                        "<div title='\n\nb'>c</div>",
                                        "[a](javascript:b)",
                                        "[a](java&#115;cript:b)",
                                        "![a](data:b)",
                                        "<javascript:b>",
                                        "[a][b]\n\n[b]: vbscript:c",
                                        "保<!-- a--b -->本",
                                        "保<!-->本",
                                        "保<!--->本",
                                        "保<!X>本",
                                        "x <!-- a -- R -->",
                                        "保<td>本",
                                        "a <table>b",
                                        "保<a hidden>x[](u)本",
                                        "保<a hidden>x<a></a>本",
                                        "保<nobr hidden>x<nobr></nobr>本",
                                        "保<button hidden>x<button hidden></button>本",
                                        "保<p hidden>x<div hidden></div>本",
                                        "保<li hidden>x<li hidden></li>本",
                                        "*a<b hidden>b*c</b>",
                                        "<b>a *b</b> c*",
                                        "*a<div>b</div>c*"})
    BOOST_TEST(markdown(source) == "not taken", source);
}

BOOST_AUTO_TEST_CASE(answers_as_bots_write_them_are_taken) {
  for (const std::string_view source :
       {"# Rates\n\nThe **3-month** deposit pays `1.35 %`[^1].\n\n- a\n- b\n\n| a | b |\n|---|---:|\n| 1 | 2 |\n\n> "
        "quote\n\n<br>\n\n1 < 2 > 0 & c",
        "See [our page](https://bank.example/a_b(c)?d=e&f=g \"title\") or <https://bank.example>, mail <a@b.example>.",
        "Type <amount> and </3 send; x<y and a->b <- c",
        "Line<br>break<br/>and <b>bold <i>both</i></b> and <span class=\"x\">y</span>.",
        "<details>\n<summary>More</summary>\n\ntext\n\n</details>\n\nend", "**Type <amount>** and *<name>*",
        "![a](data:image/png;base64,AAA)", "`<!-- x -->` and \\<!-- y", "```html\n<script>x</script>\n```\n",
        "`<script>` is a tag"})
    BOOST_TEST(markdown(source) != "not taken", source);
  for (const std::string_view source : {"<div class=\"card\" id=\"c1\"><h3 class=\"title\">Deposit</h3><p "
                                        "class=\"body\" style=\"color: #333; margin: 0 0 8px; font-family: 'Noto "
                                        "Sans', serif; margin-top:2em\">Pays <b "
                                        "class=\"rate\">1.35 %</b> for <span data-m=\"3\">3</span> months.</p><ul "
                                        "class=\"list\"><li class=\"i\">a</li><li "
                                        "class=\"i\">b</li></ul><a class=\"button\" href=\"https://bank.example/\" "
                                        "target=\"_blank\">Open</a><button class=\"b\">Yes</button></div>",
                                        "<html lang=en><body><p>a<!-- b --></p></body></html>",
                                        "<table><tr><th>a<td>b</table><img src=a.png alt=b><hr>"})
    BOOST_TEST(html(source) != "not taken", source);
}

BOOST_AUTO_TEST_SUITE_END()
