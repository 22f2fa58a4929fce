// Reference sets as files: found, read, and every mistake in them told with its place.
#include "adapters/load/data_sets.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "adapters/load/ruleset.h"
#include "tests/adapters/load/folder.h"

using namespace caveat;
using namespace caveat::load_test;

namespace {

constexpr const char* kEnglish = R"(
data catalogue also 产品目录 keyed by product.id, review by 2026-12-31
facts product from catalogue
  risk   also 风险等级 one of (low also 低, high also 高)
  price  also 价格     money CNY
  name   also 名称     text
rule r
  cites P
  applies to recommendation
  when product.risk is high and product.price is above 100 CNY
  then block and hand off to desk
)";

struct Read {
  Folder folder;
  Result<load::Loaded> loaded = tl::unexpected(Problem{});
  explicit Read(const std::string& csv, const Limits& limits = {}, const std::string& rules = kEnglish) {
    folder.write("p/pack.cav", pack("t.one", rules));
    folder.write("p/catalogue.data.csv", csv);
    loaded = load::load_rules({folder.path.string()}, limits);
    BOOST_REQUIRE(loaded);
  }
  // "line:column code: message" of everything that is told, but for what has no file.
  std::string told() const {
    std::string out;
    for (const Diagnostic& one : loaded->diagnostics) {
      const Position at = loaded->sources[one.span.source].position(one.span.begin);
      out += std::to_string(at.line) + ":" + std::to_string(at.column) + " " + std::string(one.code->name) + ": " +
             one.message + "\n";
    }
    return out;
  }
  const decide::Data::Set* set() const { return loaded->rules ? loaded->rules->data.find("catalogue") : nullptr; }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_set_beside_its_pack_is_loaded_with_version_date_and_digest) {
  const std::string csv =
      "\xEF\xBB\xBF# version 2026-11-01,,,\r\n# as of 2026-11-01T08:00:00+08:00\r\n# for the branches\r\n"
      "id,产品.风险等级,price,product.name\r\n\r\np-1,高,120 CNY,\"Growth, \"\"select\"\"\nsecond line\"\r\n"
      "#2,low,,\r\n";
  const Read read(csv);
  BOOST_TEST(read.told() == "");
  BOOST_REQUIRE(read.set() != nullptr);
  const decide::Data::Set& set = *read.set();
  BOOST_TEST(set.version == "2026-11-01");
  BOOST_TEST(set.as_of.value() == parse_instant("2026-11-01T00:00:00Z").value());
  BOOST_TEST(hex(set.digest) == hex(sha256(csv)));
  BOOST_TEST(set.by_key.size() == 2u);
  BOOST_TEST(set.by_key.contains("#2"));  // behind the first row a `#` is a sign like any other
  const std::uint32_t row = set.by_key.find("p-1")->second;
  BOOST_TEST(set.rows.text(row + 3) == "Growth, \"select\"\nsecond line");
  BOOST_TEST(read.loaded->files.size() == 1u);  // it is no rule file
}

BOOST_AUTO_TEST_CASE(a_key_that_is_a_text_is_read_without_the_blanks_at_its_ends) {
  const std::string rules = R"(
data catalogue keyed by branch.region
facts branch
  region text
facts branch from catalogue
  open   yes/no
rule r
  cites P
  applies to answer
  when branch.open is no
  then hand off to desk)";
  const Read read("branch.region,open\nnorth ,yes\n  \xE5\x8D\x97 ,no\n", {}, rules);
  BOOST_TEST(read.told() == "");
  BOOST_REQUIRE(read.set() != nullptr);
  BOOST_TEST(read.set()->by_key.contains("north"));
  BOOST_TEST(read.set()->by_key.contains("南"));
  BOOST_TEST(Read("branch.region,open\nnorth,yes\nnorth ,no\n", {}, rules).told() != "");  // each key once
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_set_is_told_beside_an_example_that_fails) {
  const Read read("id,risk\np-1,higher\n", {},
                  std::string(kEnglish) +
                      "example \"one\"\n  given recommendation\n    product.risk low\n    product.price 1 CNY\n"
                      "  expect block\n");
  BOOST_TEST(read.told().find("example_fails") != std::string::npos, read.told());
  BOOST_TEST(read.told().find("2:5 bad_data") != std::string::npos, read.told());
  BOOST_TEST(!read.loaded->rules);
}

BOOST_AUTO_TEST_CASE(a_file_without_ends_of_lines_is_told_in_one_sentence) {
  std::string rows = "id,risk,price\r";
  for (int row = 0; row < 5'000; ++row) rows += "p-" + std::to_string(row) + ",low,1 CNY\r";
  for (const std::string& csv : {rows, "# version 1\r" + rows, "\"id\"\r" + rows}) {
    const Read read(csv);
    BOOST_TEST(!read.loaded->rules);
    BOOST_TEST(read.told().find("old Macintoshes") != std::string::npos, read.told());
    BOOST_TEST(read.loaded->diagnostics.size() == 1u);
  }
  std::string endless;
  for (int cell = 0; cell < 100'000; ++cell) endless += "x,";
  const Read read(endless);
  BOOST_TEST(read.told() == "1:2001 bad_data: This data set is not read: a row has no end: too many cells\n");
}

BOOST_AUTO_TEST_CASE(a_column_of_a_class_that_a_pack_refuses_is_a_mistake_of_the_file) {
  std::string rules = kEnglish;
  rules.replace(rules.find("text\n"), 4, "text, data class C3");
  const Read taken("id,name\np-1,One\n", {}, rules);
  BOOST_TEST((taken.set() != nullptr));
  Folder folder;
  folder.write("p/pack.cav", pack("t.one", rules));
  std::string refusing = pack("t.two");
  refusing.insert(refusing.find("\nqueue desk"), "  refuse class C3\n");
  folder.write("q/pack.cav", refusing);
  folder.write("p/catalogue.data.csv", "id,name\np-1,One\n");
  const Result<load::Loaded> refused = load::load_rules({folder.path.string()}, Limits{});
  BOOST_REQUIRE(refused);
  BOOST_TEST(!refused->rules);
  BOOST_TEST(std::any_of(refused->diagnostics.begin(), refused->diagnostics.end(), [](const Diagnostic& one) {
    return one.message.find("a pack refuses facts of class C3") != std::string::npos;
  }));
}

BOOST_AUTO_TEST_CASE(a_set_that_is_mounted_as_a_link_is_read) {
  Folder folder;
  folder.write("p/pack.cav", pack("t.one", kEnglish));
  folder.write("..data/catalogue.data.csv", "id,risk\np-1,low\n");
  std::filesystem::create_directories(folder.path / "sets");
  std::filesystem::create_symlink(folder.path / "..data/catalogue.data.csv", folder.path / "sets/catalogue.data.csv");
  const Result<load::Loaded> loaded = load::load_rules({folder / "p"}, Limits{}, {}, {folder / "sets"});
  BOOST_REQUIRE((loaded && loaded->rules));
  BOOST_TEST((loaded->rules->data.find("catalogue") != nullptr));
}

BOOST_AUTO_TEST_CASE(every_mistake_of_a_set_is_told_with_line_and_column) {
  const Read read("id,risk,price\np-1,higher,5\np-2,low\n p-3,low,1 CNY\np-2,low,1 CNY\np-2,low,1 CNY\n");
  BOOST_TEST(!read.loaded->rules);
  BOOST_TEST(read.told() ==
             "2:5 bad_data: This data set is not read: product.risk: expected one of low, high, found \"higher\"; did "
             "you mean high?\n"
             "2:12 bad_data: This data set is not read: product.price: expected money: 60000 CNY, found "
             "\"5\"\n"
             "3:1 bad_data: This data set is not read: the first row has 3 cells, this one 2\n"
             "4:1 bad_data: This data set is not read: product.id: expected no blanks, control or invisible signs, "
             "found one at byte 0\n"
             "6:1 bad_data: This data set is not read: product.id: expected each key once, found \"p-2\" again\n");
}

BOOST_AUTO_TEST_CASE(what_spreadsheets_write_otherwise_is_read_or_told_with_what_is_meant) {
  const Read blanks("id , risk\np-1,low \np-2, 高 \n");
  BOOST_TEST(blanks.set() != nullptr, blanks.told());
  BOOST_TEST(Read("id;risk;price\np-1;low;1 CNY\n").told() ==
             "1:1 bad_data: This data set is not read: columns are parted by commas, not by “;”; save it as CSV UTF-8 "
             "(comma delimited)\n");
  BOOST_TEST(Read("id\trisk\np-1\tlow\n").told() ==
             "1:1 bad_data: This data set is not read: columns are parted by commas, not by tabs; save it as CSV UTF-8 "
             "(comma delimited)\n");
  const std::string rules =
      "data catalogue keyed by product.id\nfacts product from catalogue\n  sold yes/no\n  since date\n";
  BOOST_TEST(Read("id,sold,since\np-1,maybe,2026/3/1\n", {}, rules).told() ==
             "2:5 bad_data: This data set is not read: product.sold: expected yes/no: yes or no, true or false, found "
             "\"maybe\"\n"
             "2:11 bad_data: This data set is not read: product.since: expected a date: 2026-03-01, found "
             "\"2026/3/1\"\n");
  Folder folder;
  folder.write("p/pack.cav", pack("t.one", kEnglish));
  folder.write("p/产品目录.data.csv", "id,risk\n");
  const Result<load::Loaded> loaded = load::load_rules({folder / "p"}, {});
  BOOST_REQUIRE(loaded);
  const auto told = std::find_if(loaded->diagnostics.begin(), loaded->diagnostics.end(), [](const Diagnostic& one) {
    return one.code->name == std::string_view("data_not_declared");
  });
  BOOST_REQUIRE(told != loaded->diagnostics.end());
  BOOST_TEST(told->help == "The set's first name is catalogue: rename the file to catalogue.data.csv");
}

BOOST_AUTO_TEST_CASE(the_first_row_names_facts_of_the_set_each_once_and_the_key_among_them) {
  BOOST_TEST(Read("id,risk,prise,名称,name\n").told() ==
             "1:9 bad_data: This data set is not read: no fact “prise” comes from it; did you mean price?\n"
             "1:18 bad_data: This data set is not read: there is a column for product.name already\n");
  BOOST_TEST(Read("risk,price\nlow,1 CNY\n").told() ==
             "1:1 bad_data: This data set is not read: it has no column for product.id, by which a row is found\n");
  BOOST_TEST(Read("\n").told() ==
             "1:1 bad_data: This data set is not read: it is empty; its first row names the facts\n");
  const Read without("id,risk\np-1,low\n");
  BOOST_TEST(without.set() != nullptr);
  BOOST_TEST(without.told() ==
             "1:1 data_without: The set has no column for product.price, which rules read: it is unknown.\n");
}

BOOST_AUTO_TEST_CASE(quotes_bytes_and_dates_that_are_wrong_are_told_where_they_stand) {
  const std::string head = "id,risk,price\n";
  BOOST_TEST(Read(head + "p-1,\"low,1 CNY\np-2,low,1 CNY\n").told() ==
             "2:5 bad_data: This data set is not read: the quote that begins here is not closed\n");
  BOOST_TEST(Read(head + "p-1,lo\"w,1 CNY\n").told() ==
             "2:5 bad_data: This data set is not read: a quote stands only around a whole cell, and twice within "
             "one\n");
  BOOST_TEST(Read(head + "p-1,\"low\"er,1 CNY\n").told() ==
             "2:5 bad_data: This data set is not read: a quote stands only around a whole cell, and twice within "
             "one\n");
  BOOST_TEST(Read(head + "p-\xff,low,1 CNY\n").told() ==
             "2:3 bad_data: This data set is not read: it is not UTF-8 here; save it as CSV UTF-8\n");
  BOOST_TEST(Read("# as of yesterday\n" + head).told() ==
             "1:1 bad_data: This data set is not read: behind “as of” stands an instant: "
             "2026-11-01T08:00:00+08:00\n");
}

BOOST_AUTO_TEST_CASE(a_set_may_have_so_many_rows_and_bytes_and_no_more) {
  Limits limits;
  limits.data_rows = 2;
  const std::string two = "id,risk,price\np-1,low,1 CNY\np-2,low,1 CNY\n";
  BOOST_TEST(Read(two, limits).set() != nullptr);
  BOOST_TEST(Read(two + "p-3,low,1 CNY\n", limits).told() ==
             "4:1 bad_data: This data set is not read: at most 2 rows\n");
  limits = {};
  limits.data_bytes = two.size();
  BOOST_TEST(Read(two, limits).set() != nullptr);
  BOOST_TEST(Read(two + "\n", limits).told() ==
             "1:1 bad_data: This data set is not read: at most " + std::to_string(two.size()) + " bytes\n");
}

BOOST_AUTO_TEST_CASE(a_set_of_a_chinese_pack_is_told_of_in_chinese) {
  const Read read("编号,风险等级,价格\np-1,很高,5 CNY\n", {}, R"(
数据 catalogue 又名 产品目录 主键 产品.编号
事实 产品 来自 产品目录
  risk   又名 风险等级 取值 (low 又名 低, high 又名 高)
  price  又名 价格     款项 CNY
规则 规
  依据 P
  适用于 推荐
  当 产品.风险等级 为 高 且 产品.价格 高于 100 CNY
  则 拦截 并 转人工 至 desk
规则 另一条
  依据 P
  适用于 推荐
  当 产品.风险等级 为 高 且 产品.价格 高于 200 CNY
  则 拦截 并 转人工 至 desk
)");
  BOOST_TEST(!read.loaded->rules);
  BOOST_TEST(read.told().find("2:5 bad_data: 数据未读取：产品.风险等级：应为 以下之一：low, high，却是 \"很高\"") !=
                 std::string::npos,
             read.told());
}

BOOST_AUTO_TEST_CASE(what_is_not_there_and_what_nobody_declared_is_noted_and_two_files_are_a_mistake) {
  Folder folder;
  folder.write("p/pack.cav", pack("t.one", kEnglish));
  folder.write("data/rates.data.csv", "id\n");
  folder.write("data/x.cav", "this is not looked at");
  const auto load = [&] {
    Result<load::Loaded> loaded = load::load_rules({folder / "p"}, {}, {}, {folder / "data"});
    BOOST_REQUIRE(loaded);
    return std::move(*loaded);
  };
  load::Loaded none = load();
  BOOST_TEST(none.rules != nullptr);
  BOOST_TEST(codes(none) == "data_not_loaded data_not_declared");
  folder.write("data/deep/catalogue.data.csv", "id,risk,price\np-1,low,1 CNY\n");
  load::Loaded there = load();
  BOOST_TEST(codes(there) == "data_not_declared");
  BOOST_TEST(there.rules->data.sets.size() == 1u);
  folder.write("p/catalogue.data.csv", "id,risk,price\np-1,low,1 CNY\n");
  BOOST_TEST(load().rules == nullptr);
  BOOST_TEST(codes(load()).find("data_twice") != std::string::npos);
  const Result<load::Loaded> nowhere = load::load_rules({folder / "p"}, {}, {}, {folder / "nowhere"});
  BOOST_TEST(!nowhere);
  BOOST_TEST(nowhere.error().code->name == "file_missing");
}

namespace {

constexpr const char* kNamed = R"(
data catalogue keyed by product.id, named by product.name, product.short_name
facts product from catalogue
  risk       also 风险等级 one of (low also 低, high also 高)
  name       also 名称     text
  short_name also 简称     text
rule r
  cites P
  applies to answer
  when product.risk is high
  then block and hand off to desk
)";

// The products that an answer names, by these rules: "p-1 p-3".
std::string named(const decide::Ruleset& rules, const std::string& answer) {
  decide::Fields fields;
  fields.add(decide::Fields::kEnd, "", decide::Fields::Kind::object);
  fields.set_text(fields.add(0, "id", decide::Fields::Kind::text), "t-1");
  fields.set_text(fields.add(fields.add(0, "answer", decide::Fields::Kind::object), "text", decide::Fields::Kind::text),
                  answer);
  decide::BindOptions options;
  options.data = &rules.data;
  const Result<decide::Request> request = decide::bind(*rules.program, fields, options);
  BOOST_REQUIRE(request);
  std::string all;
  for (std::size_t i = 0; i < request->all_products(); ++i)
    all += (all.empty() ? "" : " ") + std::string(request->product_id(i));
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_names_of_a_set_are_looked_for_in_answers_and_those_that_cannot_be_are_told) {
  const Read good("id,risk,name,short_name\np-1,low,稳健成长,稳健\np-2,high,稳健成长2号,\n", {}, kNamed);
  BOOST_TEST(good.told() == "");
  BOOST_REQUIRE(good.set() != nullptr);
  BOOST_TEST(named(*good.loaded->rules, "买稳健成长2号") == "p-2");
  BOOST_TEST(named(*good.loaded->rules, "买稳健吧，或者稳健成长2号") == "p-1 p-2");
  const Read holes("id,risk,name,short_name\np-1,low,,\np-2,low,稳,稳健\np-3,low,\"  \",安\np-4,low,安心,安\n", {},
                   kNamed);
  BOOST_TEST((holes.loaded->rules != nullptr));
  BOOST_TEST(holes.told() ==
             "2:1 data_nameless: Rows without a name to look for: 2. An answer that speaks of their products is not "
             "seen to.\n"
             "3:1 data_name_short: Rows with a name of one character: 3. It is not looked for: most answers would hold "
             "it.\n");
  BOOST_TEST(std::all_of(holes.loaded->diagnostics.begin(), holes.loaded->diagnostics.end(),
                         [](const Diagnostic& one) { return one.severity == Severity::warning; }));
  BOOST_TEST(named(*holes.loaded->rules, "稳健、安心、安、稳") == "p-2 p-4");
  const Read one("id,risk,short_name\np-1,low,稳健\n", {}, kNamed);
  BOOST_TEST(one.told() ==
             "1:1 data_names_missing: The set has no column for product.name: answers that name a product by it are "
             "not found.\n");
  BOOST_TEST(named(*one.loaded->rules, "稳健") == "p-1");
  const Read none("id,risk\np-1,low\n", {}, kNamed);
  BOOST_TEST((none.loaded->rules == nullptr));
  BOOST_TEST(none.told() ==
             "1:1 bad_data: This data set is not read: it has no column for product.name, product.short_name, by which "
             "answers name its products\n");
}

BOOST_AUTO_TEST_CASE(names_that_no_rule_asks_for_are_not_kept) {
  std::string rules = kNamed;
  rules.replace(rules.find("to answer"), 9, "to recommendation");
  const Read read("id,risk\np-1,low\n", {}, rules);
  BOOST_TEST(read.told() == "");
  BOOST_REQUIRE(read.set() != nullptr);
  BOOST_TEST((read.set()->names == nullptr));
}

BOOST_AUTO_TEST_CASE(a_turn_is_decided_by_the_names_of_the_set_that_it_began_with) {
  const Read before("id,risk,name,short_name\np-1,high,稳健成长,\n", {}, kNamed);
  const std::shared_ptr<const decide::Ruleset> kept = before.loaded->rules;
  {
    const Read after("id,risk,name,short_name\np-1,high,安心成长,\n", {}, kNamed);
    BOOST_TEST(named(*after.loaded->rules, "稳健成长") == "");
    BOOST_TEST(named(*after.loaded->rules, "安心成长") == "p-1");
  }
  BOOST_TEST(named(*kept, "稳健成长") == "p-1");
}
