#include <boost/test/unit_test.hpp>

#include "audit/record/encode.h"
#include "audit/record/header_view.h"
#include "audit/record/layout.h"
#include "audit/report/html.h"
#include "audit/report/manifest.h"
#include "audit/report/model.h"
#include "audit/report/svg.h"
#include "audit/report/tables.h"
#include "engine/base/cbor.h"

using namespace caveat;
using namespace caveat::audit;

namespace {

Header header(std::uint64_t index, Kind kind = Kind::decision) {
  Header made;
  made.context.format = kFormat;
  made.context.kind = kind;
  made.context.suite = SuiteId::intl;
  made.context.algorithm = AlgorithmId::aes_256_gcm;
  made.context.subject_keys = {KeyId{}};
  made.index = index;
  made.time_us = 1'764'000'000'000'000 + static_cast<std::int64_t>(index) * 1'000'000;
  return made;
}

std::vector<SectionBytes> sections(const VerdictSection& verdict, const std::string& said) {
  DigestsSection digests;
  digests.packs = {{"cn.wealth", "2026.2", sha256("wealth")}};
  StorySection story{{{StoryLine::Kind::customer_said, said}}, {{StoryLine::Kind::customer_said, said}}};
  return {{Section::verdict, encode_verdict(verdict)},
          {Section::digests, encode_digests(digests)},
          {Section::story, encode_story(story)}};
}

// As a log or a package brings it: the leaf, and what is opened of the record.
void add(Gathering& gathering, const Header& header, const std::vector<SectionBytes>* opened) {
  const std::string leaf = encode_header(header);
  std::vector<SectionView> seen;
  if (opened != nullptr)
    for (const SectionBytes& section : *opened) seen.push_back({section.section, section.encoded});
  gathering.add(view_header(leaf).value(), leaf,
                opened == nullptr ? std::nullopt : std::optional<Gathering::Sections>(seen));
}

VerdictSection verdict(std::uint8_t value, std::vector<RuleOutcome> rules = {},
                       std::optional<HandOffOutcome> handoff = {}) {
  return {value, std::move(rules), std::move(handoff)};
}

LogFacts facts() {
  LogFacts made;
  made.origin = "caveat.local/test";
  made.path = "x.db";
  made.size = 5;
  made.checkpoint_note = "note";
  made.checked = true;
  return made;
}

ReportModel gather(ReportQuery query, Gathering::Row row = {}) {
  Gathering gathering(std::move(query), facts(), std::move(row));
  const auto allowed = sections(verdict(0), "hello");
  const auto blocked =
      sections(verdict(3, {{"p/a", RuleOutcome::State::fired, 3, 0}, {"p/a", RuleOutcome::State::fired, 3, 1}}),
               "<script>alert(1)</script>");
  const auto handed = sections(verdict(4, {{"p/b", RuleOutcome::State::unknown_by_default, 4, -1}},
                                       HandOffOutcome{"=desk", 1, 60, false, "missing"}),
                               "a \"quote\"");
  add(gathering, header(0), &allowed);
  add(gathering, header(1), &blocked);
  add(gathering, header(2, Kind::exported), nullptr);
  add(gathering, header(3), &handed);
  add(gathering, header(4), nullptr);
  return gathering.finish();
}

std::string csv_of(const ReportQuery& query) {
  std::string out = csv_head(query);
  gather(query, [&](const DecisionRow& row) { out += csv_line(row, query); });
  return out;
}

std::string jsonl_of(const ReportQuery& query) {
  std::string out;
  gather(query, [&](const DecisionRow& row) { out += jsonl_line(row, query); });
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(report)

BOOST_AUTO_TEST_CASE(a_gathering_counts_decisions_rules_queues_and_what_stayed_sealed) {
  const ReportModel model = gather({});
  BOOST_TEST(model.records == 5u);
  BOOST_TEST(model.population == 3u);
  BOOST_TEST(model.sealed == 1u);
  BOOST_TEST(model.verdicts[0] == 1u);
  BOOST_TEST(model.verdicts[3] == 1u);
  BOOST_TEST(model.verdicts[4] == 1u);
  BOOST_REQUIRE(model.rules.size() == 2u);
  BOOST_TEST(model.rules[0].id == "p/a");
  BOOST_TEST(model.rules[0].decisions == 1u);  // two products, one decision
  BOOST_TEST(model.rules[1].unknown == 1u);
  BOOST_REQUIRE(model.queues.size() == 1u);
  BOOST_TEST(model.queues[0].hold == 0u);
  BOOST_TEST(model.queues[0].causes.at("missing") == 1u);
  BOOST_REQUIRE(model.packs.size() == 1u);
  BOOST_TEST(model.packs[0].decisions == 3u);
  BOOST_TEST(model.packs[0].last_index == 3u);
}

BOOST_AUTO_TEST_CASE(a_query_selects_by_rule_verdict_and_half_open_period) {
  ReportQuery by_rule;
  by_rule.rule = "p/b";
  BOOST_TEST(gather(by_rule).population == 1u);
  by_rule.alias = "p/a";  // under which the same rule stands in other records
  BOOST_TEST(gather(by_rule).population == 2u);
  ReportQuery by_verdict;
  by_verdict.verdict = 3;
  BOOST_TEST(gather(by_verdict).population == 1u);
  ReportQuery period;
  period.from = header(1).time_us;
  period.to = header(3).time_us;
  const ReportModel model = gather(period);
  BOOST_TEST(model.records == 2u);
  BOOST_TEST(*model.first_index == 1u);
  BOOST_TEST(*model.last_index == 2u);
}

// An outreach to a, b and c, from which a rule keeps a and c; the verdict section names nobody, all the others do.
BOOST_AUTO_TEST_CASE(what_became_of_other_recipients_is_not_told_with_one_customer) {
  Header to_three = header(0);
  to_three.context.subject_keys = {KeyId{}, KeyId{1}, KeyId{2}};
  std::vector<SectionBytes> opened = sections(verdict(1, {{"p/listed", RuleOutcome::State::fired, 3, 0},
                                                          {"p/listed", RuleOutcome::State::fired, 3, 2},
                                                          {"p/notice", RuleOutcome::State::fired, 1, -1}}),
                                              "a (blocked), c (blocked)");
  cbor::Encoder request, outcome, result;
  request.map(1), request.integer(13), request.array(3), request.text("a"), request.text("b"), request.text("c");
  outcome.map(1), outcome.integer(2), outcome.array(3);
  for (std::uint64_t i = 0; i < 3; ++i) {
    outcome.map(4), outcome.integer(0), outcome.boolean(false), outcome.integer(1), outcome.unsigned_integer(i);
    outcome.integer(3), outcome.unsigned_integer(i == 1 ? 0 : 3), outcome.integer(5), outcome.boolean(true);
  }
  result.map(1), result.integer(1), result.bytes(outcome.take());
  opened.push_back({Section::request, request.take()}), opened.push_back({Section::result, result.take()});
  const auto told = [&](const std::string& customer, std::string& rows) {
    ReportQuery query;
    query.customer = customer;
    if (!customer.empty()) query.subjects = {KeyId{}};
    Gathering gathering(query, facts(), [&](const DecisionRow& row) { rows += jsonl_line(row, query); });
    add(gathering, to_three, &opened);
    return gathering.finish();
  };
  std::string all, his, kept;
  BOOST_TEST(told("", all).stories.at(0).story.has_value());
  BOOST_TEST(all.find(R"("verdict":"revise","rules":[{"rule":"p/listed")") != std::string::npos, all);
  const ReportModel model = told("b", his);
  BOOST_TEST(model.stories.size() == 1u);  // drawn all the same
  BOOST_TEST(!model.stories.at(0).story.has_value());
  BOOST_TEST(his.find(R"("verdict":"allow","rules":[{"rule":"p/notice","state":"fired","verdict":"revise"}])") !=
                 std::string::npos,
             his);
  const std::string page = render_html(model);
  BOOST_TEST(page.find("a (blocked)") == std::string::npos);
  BOOST_TEST(page.find("it reached others too") != std::string::npos);
  BOOST_TEST(page.find("1. They count here with the verdict") != std::string::npos);
  told("c", kept);
  BOOST_TEST(
      kept.find(R"("verdict":"block","rules":[{"rule":"p/listed","state":"fired","verdict":"block","item":2})") !=
          std::string::npos,
      kept);
  BOOST_TEST(kept.find(R"("item":0)") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(verdicts_that_have_no_room_to_be_kept_are_counted_like_all_others) {
  Gathering gathering(ReportQuery{}, facts());
  const auto of_mib = [](std::size_t which) {  // a section of 1 MiB, twenty different ones
    return sections(verdict(4, {{"p/" + std::string(1u << 20, static_cast<char>('a' + which)), {}, 4, -1}},
                            HandOffOutcome{"desk", 1, static_cast<std::int64_t>(which), false, "missing"}),
                    "a story");
  };
  std::uint64_t index = 0;
  for (const std::size_t which :
       {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 17, 18, 19, 18, 0, 19}) {
    const auto opened = of_mib(which);
    add(gathering, header(index++), &opened);
  }
  const ReportModel model = gathering.finish();
  BOOST_TEST(model.population == index);
  BOOST_TEST(model.verdicts[4] == index);
  BOOST_REQUIRE(model.queues.size() == 1u);
  BOOST_TEST(model.queues[0].total == index);
  BOOST_REQUIRE(model.rules.size() == 20u);
  for (const RuleCount& rule : model.rules) {
    const std::size_t which = static_cast<std::size_t>(rule.id.back() - 'a');
    BOOST_TEST(rule.decisions == (which == 0 || which >= 17 ? 2u : 1u), which);
  }
}

BOOST_AUTO_TEST_CASE(the_same_seed_draws_the_same_sample_and_another_may_not) {
  const auto drawn = [](const std::string& seed) {
    ReportQuery query;
    query.stories = 1;
    query.seed = seed;
    Gathering gathering(query, facts());
    const auto allowed = sections(verdict(0), "hello");
    for (std::uint64_t index = 0; index < 9; ++index) add(gathering, header(index), &allowed);
    return gathering.finish().stories.at(0).index;
  };
  BOOST_TEST(drawn("one") == drawn("one"));
  bool another = false;
  for (char letter = 'a'; letter < 'z'; ++letter) another = another || drawn(std::string(1, letter)) != drawn("one");
  BOOST_TEST(another);
}

BOOST_AUTO_TEST_CASE(a_sample_takes_every_verdict_in_turn_from_the_gravest_down) {
  ReportQuery query;
  query.stories = 3;
  const ReportModel model = gather(query);
  BOOST_REQUIRE(model.stories.size() == 3u);
  BOOST_TEST(model.stories[0].verdict == 3);
  BOOST_TEST(model.stories[1].verdict == 4);
  BOOST_TEST((model.stories[2].content == Content::sealed));  // drawn before them, told as what it is
  BOOST_TEST(render_html(model).find("Drawn, and not told: no key that was at hand opens it.") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(whether_a_decision_can_be_told_makes_no_difference_to_whether_it_is_drawn) {
  const auto drawn = [](std::size_t kept_back) {
    ReportQuery query;
    query.stories = 2;
    query.seed = "one";
    Gathering gathering(query, facts());
    const auto told = sections(verdict(0), "hello");
    const std::vector<SectionBytes> untold(told.begin(), told.end() - 1);
    for (std::uint64_t index = 0; index < 9; ++index)
      add(gathering, header(index), kept_back >> index & 1 ? &untold : &told);
    std::vector<std::uint64_t> indices;
    for (const ToldDecision& story : gathering.finish().stories) indices.push_back(story.index);
    return indices;
  };
  for (std::size_t kept_back = 0; kept_back < 512; ++kept_back) BOOST_REQUIRE(drawn(kept_back) == drawn(0));
}

BOOST_AUTO_TEST_CASE(a_page_escapes_what_a_customer_said_and_says_the_same_twice) {
  for (const Language language : {Language::en, Language::zh}) {
    ReportQuery query;
    query.language = language;
    const std::string page = render_html(gather(query));
    BOOST_TEST(page == render_html(gather(query)));
    BOOST_TEST(page.find("<script") == std::string::npos);
    BOOST_TEST(page.find("&lt;script&gt;") != std::string::npos);
    BOOST_TEST(page.find("{{") == std::string::npos);
    BOOST_TEST(page.find(language == Language::zh ? "lang=\"zh-CN\"" : "lang=\"en\"") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_page_on_paper_keeps_headings_with_what_follows_and_leaves_words_room) {
  const std::string page = render_html(gather({}));
  const std::string print = page.substr(page.find("@media print"));
  BOOST_TEST(print.find("h2, h3, caption, h2 + p { break-after: avoid; }") != std::string::npos);
  BOOST_TEST(page.find("<section class=\"keep\"><h2>What was not checked</h2>") != std::string::npos);
  BOOST_TEST(print.find(".keep { break-inside: avoid; }") != std::string::npos);
  BOOST_TEST(print.find("tfoot { display: table-row-group; }") !=
             std::string::npos);  // else the total stands on each page
  BOOST_TEST(page.find("td.words { min-width:") != std::string::npos);
  BOOST_TEST(page.find("<td class=\"words\">a fact was missing 1</td>") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_last_page_goes_from_hand_to_hand_and_says_what_it_goes_with) {
  for (const Language language : {Language::en, Language::zh}) {
    const bool zh = language == Language::zh;
    ReportQuery query;
    query.language = language;
    query.requested_by = "Internal <audit>";
    query.purpose = "yearly review";
    LogFacts log = facts();
    const auto custody = [&](bool recorded, PageIs page) {
      log.recorded = recorded;
      const std::string all = render_html(Gathering(query, log).finish(), page);
      const std::size_t begin = all.find("<section class=\"custody\">");
      BOOST_REQUIRE(begin != std::string::npos);
      BOOST_TEST(all.find("<h2", begin) == all.rfind("<h2"));  // its own, the last one
      BOOST_TEST(all.find(".custody { break-before: page; }") != std::string::npos);
      return all.substr(begin);
    };
    const auto has = [](const std::string& page, std::string_view what) {
      BOOST_TEST(page.find(what) != std::string::npos, what);
    };
    const std::string packaged = custody(true, PageIs::in_a_package), alone = custody(true, PageIs::the_file);
    for (const std::string& page : {packaged, alone}) {
      has(page, "Internal &lt;audit&gt;");
      has(page, "yearly review");
      has(page, hex(log.root));
      has(page, zh ? "记录类型为“导出”" : "a record of the log, of kind “evidence exported”");
      has(page, "caveat log show LOG --index N");
      has(page, zh ? "交出人" : "From (name, office)");
      has(page, "<tr><td class=\"n\">5</td><td></td>");
    }
    has(packaged, "caveat verify FILE.zip --key log.vkey");
    has(packaged, zh ? "manifest.json 的 SHA-256" : "SHA-256 of manifest.json");
    has(alone, zh ? "本文件的 SHA-256" : "SHA-256 of this file");
    BOOST_TEST(alone.find(".zip") == std::string::npos);
    for (const PageIs page : {PageIs::in_a_package, PageIs::the_file}) {
      const std::string copied = custody(false, page);
      has(copied, zh ? "日志中没有本次导出的记录" : "Nothing in the log tells of this export");
      BOOST_TEST(copied.find("--index N") == std::string::npos);
      BOOST_TEST(copied.find(zh ? "导出记录的序号" : "Number of its record") == std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_page_without_a_key_does_not_say_none_of_what_it_could_not_open) {
  for (const Language language : {Language::en, Language::zh}) {
    ReportQuery query;
    query.language = language;
    Gathering gathering(query, facts());
    for (std::uint64_t index = 0; index < 55; ++index) add(gathering, header(index), nullptr);
    const std::string page = render_html(gathering.finish());
    const bool zh = language == Language::zh;
    const std::string unknown =
        zh ? "未知：现有密钥无法打开这 55 个决定。" : "Not known: no key at hand opens the decisions, 55 in all.";
    std::size_t times = 0;
    for (std::size_t at = page.find(unknown); at != std::string::npos; at = page.find(unknown, at + 1)) ++times;
    BOOST_TEST(times == 6u);  // population, verdicts, rules, hand-offs, stories, packs
    BOOST_TEST(page.find("<tfoot>") == std::string::npos);
    BOOST_TEST(page.find(zh ? "<p>无。</p>" : "<p>None.</p>") == std::string::npos);
    BOOST_TEST(page.find(zh ? "未验证：没有密钥" : "not checked: no key was at hand") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_page_of_which_some_decisions_are_sealed_counts_them_beside_the_total) {
  const std::string page = render_html(gather({}));
  BOOST_TEST(
      page.find(
          "<td>Total</td><td class=\"n\">3</td><td></td></tr><tr><td>Decisions whose body no key at hand opens</td>"
          "<td class=\"n\">1</td>") != std::string::npos);
  BOOST_TEST(page.find("Not known") == std::string::npos);
  // None of those that opened is one of these: that is known, whatever stayed sealed.
  ReportQuery nobody;
  nobody.rule = "p/nothing";
  const ReportModel none = gather(nobody);
  BOOST_TEST(none.population == 0u);
  BOOST_TEST(none.sealed > 0u);
  BOOST_TEST(render_html(none).find("Not known") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_log_found_changed_is_said_before_any_figure) {
  LogFacts bad = facts();
  bad.findings_en = {"headers, row 3: changed"};
  bad.findings_zh = {"记录头，第 3 行：被改动"};
  Gathering gathering({}, bad);
  const std::string page = render_html(gathering.finish());
  const auto said = page.find("FAILED");
  BOOST_REQUIRE(said != std::string::npos);
  BOOST_TEST(said < page.find("<table"));
  BOOST_TEST(page.find("headers, row 3: changed") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_csv_has_a_mark_quotes_and_no_formula) {
  ReportQuery query;
  const std::string csv = csv_of(query);
  BOOST_TEST(csv.substr(0, 3) == "\xEF\xBB\xBF");
  BOOST_TEST(csv.find("\"'=desk\"") != std::string::npos);
  BOOST_TEST(csv.find("\"p/a\"") != std::string::npos);
  BOOST_TEST(csv_cell("a\"b") == "\"a\"\"b\"");
  for (const char* formula : {"=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx"}) BOOST_TEST(csv_cell(formula)[1] == '\'');
  for (const char* wide : {"＝1+1", "＋1", "－1", "＠SUM(1)"}) BOOST_TEST(csv_cell(wide)[1] == '\'', wide);
  BOOST_TEST(csv_cell("客户＝1") == "\"客户＝1\"");
  for (const char* number :
       {"110105199003071234", "1234", "007", "1E5", "1e-5", ".5", "1,000", "12 %", "(5)", "¥5", "１２３"})
    BOOST_TEST(csv_cell(number) == "\"'" + std::string(number) + "\"");
  for (const char* time : {"3-4", "3/4", "2026-01-02", "12:30", "12:30 PM", "5-May", "MAR1", "sept 2", "1月2日",
                           "2026年1月2日", "10时5分"})
    BOOST_TEST(csv_cell(time) == "\"'" + std::string(time) + "\"");
  for (const char* word : {"TRUE", "false", " TRUE ", " k-1", "k-1 ", "#N/A", "'tis"})
    BOOST_TEST(csv_cell(word) == "\"'" + std::string(word) + "\"");
  for (const char* text : {"k-12", "t-2026", "MARY 1", "true story", "018f2f5e-7c1a-7000-8000-00c04fd430c8", "1号线",
                           "it's", "2026-11-23T10:00:00+08:00", "x", ""})
    BOOST_TEST(csv_cell(text) == "\"" + std::string(text) + "\"", text);
  query.language = Language::en;
  BOOST_TEST(csv_of(query).find("\"handoff\"") != std::string::npos);
  query.language = Language::zh;
  const std::string chinese = csv_of(query);
  BOOST_TEST(chinese.find("序号,时间,结论,") == 3u);
  BOOST_TEST(chinese.find("\"转人工\"") != std::string::npos);
  BOOST_TEST(chinese.find("\"handoff\"") == std::string::npos);
  BOOST_TEST(std::count(chinese.begin(), chinese.begin() + static_cast<std::ptrdiff_t>(chinese.find('\r')), ',') == 14);
  const std::string lines = jsonl_of(query);
  BOOST_TEST(std::count(lines.begin(), lines.end(), '\n') == 4);
  BOOST_TEST(lines.find("\"queue\":\"=desk\"") != std::string::npos);
}

// A table of headings alone would read as if nothing had been decided.
BOOST_AUTO_TEST_CASE(a_table_has_a_row_for_each_decision_that_stayed_closed) {
  for (const Language language : {Language::en, Language::zh}) {
    ReportQuery query;
    query.language = language;
    query.rule = "p/a";  // whether a closed one would match is not known
    std::string csv = csv_head(query), lines;
    Gathering gathering(query, facts(), [&](const DecisionRow& row) {
      csv += csv_line(row, query);
      lines += jsonl_line(row, query);
    });
    for (std::uint64_t index = 0; index < 3; ++index) add(gathering, header(index), nullptr);
    const std::vector<SectionBytes> without_verdict;
    add(gathering, header(3), &without_verdict);
    BOOST_TEST(std::count(csv.begin(), csv.end(), '\n') == 5);
    BOOST_TEST(csv.find(language == Language::zh ? "\"未公开\"" : "\"sealed\"") != std::string::npos);
    BOOST_TEST(csv.find(language == Language::zh ? "\"无法读取\"" : "\"unreadable\"") != std::string::npos);
    BOOST_TEST(std::count(lines.begin(), lines.end(), '\n') == 4);
    BOOST_TEST(lines.find("\"verdict\":null,\"content\":\"sealed\"") != std::string::npos);
    BOOST_TEST(lines.find("\"content\":\"unreadable\"") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_manifest_is_read_back_as_it_was) {
  ReportQuery query;
  query.verdict = 3;
  query.from = 5;
  query.language = Language::zh;
  query.purpose = "annual audit";
  const ReportModel model = gather(query);
  const std::vector<Manifest::Member> members = {{"checkpoint", 4, hex(sha256("note"))},
                                                 {"report.html", 4, hex(sha256("page"))}};
  const std::string json = write_manifest(model, 0, 5, members);
  const Result<Manifest> back = read_manifest(json);
  BOOST_REQUIRE(back.has_value());
  BOOST_TEST(*back->query.verdict == 3);
  BOOST_TEST(*back->query.from == 5);
  BOOST_TEST(!back->query.to.has_value());
  BOOST_TEST((back->query.language == Language::zh));
  BOOST_TEST(back->query.purpose == "annual audit");
  BOOST_TEST(back->population == model.population);
  BOOST_TEST(back->members.size() == 2u);
  BOOST_TEST(back->members[0].sha256 == hex(sha256("note")));
  for (std::size_t length = 0; length + 2 < json.size(); length += 7)
    BOOST_TEST(!read_manifest(json.substr(0, length)).has_value());
}

BOOST_AUTO_TEST_CASE(a_plot_carries_title_and_numbers_and_escapes_labels) {
  const std::string plot =
      bar_chart("id", "Title <", "Description", {{"series", "#000"}}, {{"a & b", {3}}, {"c", {0}}});
  BOOST_TEST(plot.find("<title>Title &lt;</title>") != std::string::npos);
  BOOST_TEST(plot.find("a &amp; b") != std::string::npos);
  BOOST_TEST(plot.find(">3</text>") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
