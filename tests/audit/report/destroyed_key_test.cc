// A customer's data keys destroyed: what he said is readable nowhere, in no file, and every proof stands.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>

#include "audit/codes.h"
#include "audit/log/verify.h"
#include "audit/record/decode.h"
#include "audit/report/html.h"
#include "audit/report/tables.h"
#include "audit/store/sqlite.h"
#include "tests/audit/support/canary.h"
#include "tests/audit/support/package_fixture.h"

namespace caveat::audit {
namespace {

using testing::found_below;
using testing::LogFolder;

const std::string kErased = "customer-to-forget-4711";
const std::string kOther = "customer-who-stays-0815";

// Words of the erased customer, one a place where a record can hold some; with his id, which is one as well.
std::vector<std::string> canaries(const std::string& of) {
  const std::string mark = of == kErased ? "7f3a1c" : "09be52";
  return {of,
          "canary-request-" + mark,
          "canary-message-" + mark,
          "canary-answer-" + mark,
          "canary-fact-" + mark,
          "canary-story-" + mark,
          "canary-state-" + mark,
          "canary-conversation-" + mark,
          "金丝雀在故事里唱歌" + mark};
}

RecordContent record(int number, const std::vector<std::string>& subjects) {
  const auto words = canaries(subjects.front());
  RecordContent content = testing::told_decision(static_cast<std::size_t>(number));
  content.subjects = subjects;
  const StorySection story{{{StoryLine::Kind::customer_said, words[5]}, {StoryLine::Kind::bot_wanted, words[3]}},
                           {{StoryLine::Kind::customer_said, words[8]}}};
  content.sections = {content.sections[0],
                      {Section::request, testing::text_section(words[1])},
                      {Section::texts, testing::text_section(words[2] + " and " + words[3])},
                      {Section::facts, testing::text_section(words[4])},
                      content.sections[1],
                      content.sections[2],
                      {Section::story, encode_story(story)}};
  content.tags = {{TagKind::customer, subjects.front()}, {TagKind::conversation, words[7]}};
  content.changes = {{{StateKind::window, "customer " + subjects.front(), words[7]}, words[6]}};
  return content;
}

// What `caveat erase` will do to the key set, with the means of today: the rows go, secure_delete overwrites them, and the WAL is
// moved into the file and cut to nothing.
void destroy(const std::string& keys_dir, const std::vector<KeyId>& ids) {
  Database db(keys_dir + "/data.db", Database::Mode::write);
  db.exec("PRAGMA secure_delete = ON");
  db.exec("PRAGMA synchronous = FULL");
  for (const KeyId& id : ids) db.prepare("DELETE FROM data_keys WHERE id = ?").bind_blob(1, view(id)).run();
  BOOST_REQUIRE(db.checkpoint(true));
  db.close();
}

// All three forms of a report, in both languages, with every decision told.
void write_reports(LogFolder& in, const LogReader& reader, const KeyStore& keys, const std::string& folder) {
  std::filesystem::create_directories(in.folder / folder);
  for (const Language language : {Language::en, Language::zh}) {
    ReportQuery query;
    query.language = language;
    query.stories = 100;
    LogFacts facts;
    facts.origin = reader.origin();
    facts.size = reader.size();
    facts.root = reader.root(reader.size());
    facts.checkpoint_note = *reader.checkpoint();
    facts.checkpoint_time = view_header(reader.header(facts.size - 1).value()).value().time_us();
    facts.key_name = keys.verifier().name;
    name_what_is_not_checked(facts, true);
    const SpoolOptions here{.folder = in.folder / ""};
    Spool pieces(here), zip(here);
    std::string csv = csv_head(query), jsonl;
    const auto row = [&](const DecisionRow& one) {
      csv += csv_line(one, query);
      jsonl += jsonl_line(one, query);
    };
    const Evidence evidence = collect(reader, &keys, query, facts, {.row = row, .package = &pieces});
    write_package(evidence, pieces, keys, zip);
    const std::string base = in.folder / (folder + "/" + (language == Language::en ? "en" : "zh"));
    testing::spill(base + ".html", render_html(evidence.model));
    testing::spill(base + ".csv", csv);
    testing::spill(base + ".jsonl", jsonl);
    testing::spill(base + ".zip", zip.text(0, zip.size()));
  }
}

void nowhere(const std::string& folder, const std::string& customer, const std::string& when) {
  for (const std::string& canary : canaries(customer))
    for (const std::string& place : found_below(folder, canary)) BOOST_ERROR(when << ": " << place);
}

BOOST_AUTO_TEST_CASE(a_canary_is_seen_in_every_spelling) {  // or the searches below would show nothing
  const testing::Folder folder;
  for (const std::string& word : canaries(kErased)) {
    for (const testing::Spelling& spelling : testing::spellings(word)) {
      testing::spill(folder / "file", "before" + spelling.bytes + "behind");
      BOOST_TEST(!found_below(folder / "", word).empty(), spelling.name);
    }
    for (std::size_t before = 0; before < 6; ++before) {
      testing::spill(folder / "file", base64(std::string(before, 'y') + word + "zz"));
      BOOST_TEST(!found_below(folder / "", word).empty(), "base64 with " << before << " bytes before");
    }
    testing::spill(folder / "file", "nothing");
    BOOST_TEST(found_below(folder / "", word).empty());
  }
}

BOOST_AUTO_TEST_CASE(a_destroyed_data_key_closes_that_customers_bodies_for_ever_and_every_proof_stands) {
  LogFolder in;
  const std::string folder = std::filesystem::path(in.path()).parent_path().string();
  std::vector<LogProof> receipts;
  std::vector<Digest> leaves;
  std::set<std::uint64_t> his;
  {
    const auto log = Log::open(in.options());
    for (int i = 0; i < 40; ++i) {
      const bool erased = i % 2 == 0;
      std::vector<std::string> subjects = {erased ? kErased : kOther};
      if (i % 10 == 0) subjects.push_back(kOther);             // of both: closed with either key
      if (i == 20) in.clock.now += 92LL * 86'400 * 1'000'000;  // and another quarter's key
      const Appended appended = log->append(record(i, subjects));
      BOOST_REQUIRE(std::holds_alternative<Committed>(appended));
      if (erased) his.insert(std::get<Committed>(appended).index);
    }
    nowhere(folder, kErased, "while the log is open, with its WAL");
    nowhere(folder, kOther, "while the log is open, with its WAL");
  }
  nowhere(folder, kErased, "closed");
  BOOST_REQUIRE(his.size() == 20u);

  std::vector<KeyId> ids;
  std::vector<std::string> wrapped;
  {
    const auto keys = in.keys();
    const auto reader = LogReader::open(in.path());
    BOOST_REQUIRE(verify_log(*reader, {.verifier = keys->verifier(), .keys = keys.get()}).good());
    ids = keys->keys_of(kErased);
    BOOST_REQUIRE(ids.size() == 2u);
    for (std::uint64_t i = 0; i < reader->size(); ++i) {
      receipts.push_back(reader->receipt(i));
      leaves.push_back(leaf_hash(reader->header(i).value()));
      BOOST_TEST(reader->open_body(*keys, i).has_value());
    }
    Database db(in.keys_dir() + "/data.db", Database::Mode::read);
    for (const KeyId& id : ids) {
      Statement row = db.prepare("SELECT wrapped FROM data_keys WHERE id = ?");
      row.bind_blob(1, view(id));
      BOOST_REQUIRE(row.step());
      wrapped.emplace_back(row.bytes(0));
    }
    write_reports(in, *reader, *keys, "before");
    for (const std::string& word : {canaries(kErased)[5], canaries(kOther)[5]})  // a report tells what it may
      BOOST_TEST(!found_below(folder + "/before", word).empty(), word);
    std::filesystem::remove_all(folder + "/before");
  }

  destroy(in.keys_dir(), ids);
  for (const std::string& key : wrapped) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
      if (entry.is_regular_file())
        BOOST_TEST(testing::slurp(entry.path().string()).find(key.substr(4, 40)) == std::string::npos,
                   "the wrapped key lies in " << entry.path().filename());
  }

  const auto keys = in.keys();
  const auto reader = LogReader::open(in.path());
  for (const KeyId& id : ids) BOOST_TEST(keys->find(id) == nullptr);
  BOOST_TEST(keys->keys_of(kErased).empty());
  for (std::uint64_t i = 0; i < reader->size(); ++i) {
    const auto opened = reader->open_body(*keys, i);
    BOOST_TEST(opened.has_value() == !his.contains(i), "record " << i);
    if (!opened) BOOST_TEST(opened.error().code == &codes::kBodyClosed);
  }
  write_reports(in, *reader, *keys, "after");
  nowhere(folder, kErased, "after the key was destroyed");
  BOOST_TEST(!found_below(folder + "/after", canaries(kOther)[5]).empty());

  // Every proof stands: receipts of before, all of the public half, the package with what is left.
  const VerifierKey known[] = {keys->verifier()};
  for (std::uint64_t i = 0; i < reader->size(); ++i) {
    const auto checkpoint = open_checkpoint(receipts[i].checkpoint, known, &verify_signature);
    BOOST_REQUIRE(checkpoint.has_value());
    BOOST_TEST(verify_inclusion(leaves[i], i, checkpoint->size, receipts[i].path, checkpoint->root));
    BOOST_TEST((leaf_hash(reader->header(i).value()) == leaves[i]));
  }
  const VerifyReport alone =
      verify_log(*reader, {.verifier = keys->verifier(), .high_water = in.keys_dir() + "/high-water"});
  BOOST_TEST(alone.good());
  // With keys too: a key that is gone is told as that, and as nothing else.
  const VerifyReport with_keys = verify_log(*reader, {.verifier = keys->verifier(), .keys = keys.get()});
  for (const Finding& finding : with_keys.findings)
    BOOST_ERROR(finding.table << " " << finding.row << ": " << finding.what);
  BOOST_TEST(!with_keys.good());  // no erasure record names it
  BOOST_TEST((with_keys.anchor == Anchor::unanchored));
  BOOST_TEST(with_keys.bodies_closed == his.size());
  BOOST_TEST(with_keys.bodies_lost == his.size());
  BOOST_REQUIRE(with_keys.closed_keys.size() == 2u);
  for (const ClosedKey& key : with_keys.closed_keys) {
    BOOST_TEST(std::count(ids.begin(), ids.end(), key.key) == 1);
    BOOST_TEST(!key.erased_by.has_value());
    BOOST_TEST(his.contains(key.first));
  }
  BOOST_TEST(with_keys.closed_keys[0].records + with_keys.closed_keys[1].records == his.size());
  for (std::size_t i = 0; i < with_keys.claims.size(); ++i) {
    const bool refuted = i == 7, open = i == 8 || i == 9 || i == 10 || i == 12 || i == 13;
    BOOST_TEST((with_keys.claims[i].shown == (refuted ? Shown::no
                                              : open  ? Shown::not_checked
                                                      : Shown::yes)),
               i + 1 << " " << with_keys.claims[i].why_en);
  }
  BOOST_TEST(with_keys.claims[7].why_en.find("no erasure record names them") != std::string::npos);
  for (const char* language : {"en", "zh"}) {
    const PackageReport report = verify_package(testing::slurp(folder + "/after/" + language + ".zip"),
                                                {.keys = {keys->verifier()}, .limits = {}, .receipt = {}});
    BOOST_TEST(report.exit_code() == 0, render_text(report, Language::en));
    BOOST_TEST((report.claims[6].shown == Shown::yes));
    BOOST_TEST((report.claims[8].shown == Shown::not_checked));
    BOOST_TEST(report.claims[8].why_en.find("20 decisions are sealed") != std::string::npos, report.claims[8].why_en);
  }
}

struct TwoCustomers {
  LogFolder in;
  std::vector<KeyId> ids;  // of the one that is forgotten

  // Twelve records, six of them his; then, if it is to be lawful, the record that says that he was erased.
  explicit TwoCustomers(bool certificate) {
    const auto log = Log::open(in.options());
    for (int i = 0; i < 12; ++i) {
      RecordContent content = record(i, {i % 2 == 0 ? kErased : kOther});
      // One entry of state that both write: what a closed record did to it cannot be reckoned.
      content.changes.push_back({{StateKind::setting, "shared", ""}, "by " + std::to_string(i)});
      log->append(std::move(content));
    }
    ids = log->keys().keys_of(kErased);
    BOOST_REQUIRE(ids.size() == 1u);
    if (!certificate) return;
    const Erasure erasure{.subjects = ids, .by = "li", .ground = "PIPL art. 47", .bucket = 1, .epoch = 2};
    RecordContent content;
    content.kind = Kind::erasure;
    content.semantics = 1;
    content.sections = {{Section::event, encode_event(erasure)}};
    log->append(std::move(content));
  }

  VerifyReport verified() {
    const auto keys = in.keys();
    return verify_log(*LogReader::open(in.path()), {.verifier = keys->verifier(), .keys = keys.get()});
  }
  // Without the triggers and the schema there is nothing else in the way of somebody who writes into the file.
  void sql(const std::string& statement) {
    Database db(in.path(), Database::Mode::write);
    db.exec(statement.c_str());
    db.close();
  }
};

BOOST_AUTO_TEST_CASE(a_key_that_an_erasure_record_names_closes_its_records_and_the_log_is_whole) {
  TwoCustomers log(true);
  destroy(log.in.keys_dir(), log.ids);
  const VerifyReport report = log.verified();
  for (const Finding& finding : report.findings)
    BOOST_ERROR(finding.table << " " << finding.row << ": " << finding.what);
  BOOST_TEST(report.good());
  BOOST_TEST(report.bodies_closed == 6u);
  BOOST_TEST(report.bodies_lost == 0u);
  BOOST_REQUIRE(report.closed_keys.size() == 1u);
  BOOST_TEST(report.closed_keys[0].erased_by.value_or(0) == 12u);
  BOOST_TEST((report.claims[7].shown == Shown::not_checked));
  BOOST_TEST(report.claims[7].why_en.find("erased, as record 12 says") != std::string::npos, report.claims[7].why_en);

  // The row of an erased body may go (docs/formats.md), with his tags; that of another one may not.
  log.sql("DELETE FROM bodies WHERE idx = 4");
  BOOST_TEST(log.verified().good());
  log.sql("DELETE FROM bodies WHERE idx = 5");
  const VerifyReport one_more = log.verified();
  BOOST_REQUIRE(!one_more.findings.empty());
  BOOST_TEST(one_more.findings[0].table == "bodies");
  BOOST_TEST(one_more.findings[0].row == "5");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_dropped_with_its_key_and_without_an_erasure_record_is_found) {
  TwoCustomers log(false);
  destroy(log.in.keys_dir(), log.ids);
  BOOST_TEST(log.verified().findings.empty());
  BOOST_TEST(log.verified().bodies_lost == 6u);
  log.sql("DELETE FROM bodies WHERE idx = 4");
  const VerifyReport report = log.verified();
  BOOST_REQUIRE(report.findings.size() == 1u);
  BOOST_TEST(report.findings[0].row == "4");
}

BOOST_AUTO_TEST_CASE(behind_a_destroyed_key_nothing_else_can_hide) {
  TwoCustomers log(true);
  destroy(log.in.keys_dir(), log.ids);
  struct Change {
    const char *sql, *table;
  };
  for (const Change& change : {Change{"UPDATE bodies SET sealed = zeroblob(length(sealed)) WHERE idx = 4", "bodies"},
                               Change{"UPDATE bodies SET sealed = zeroblob(length(sealed)) WHERE idx = 5", "bodies"},
                               Change{"DELETE FROM recent_tags WHERE idx = 5", "recent_tags"},
                               Change{"DELETE FROM state WHERE idx = 11", "state"},
                               Change{"UPDATE state SET value = zeroblob(length(value)) WHERE idx = 11", "state"},
                               Change{"UPDATE state SET idx = 9 WHERE idx = 11", "state"}}) {
    const std::string before = testing::slurp(log.in.path());
    log.sql(change.sql);
    const VerifyReport report = log.verified();
    BOOST_TEST_CONTEXT(change.sql) {
      BOOST_REQUIRE(!report.findings.empty());
      BOOST_TEST(report.findings[0].table == change.table, report.findings[0].table << ": " << report.findings[0].what);
    }
    testing::spill(log.in.path(), before);
  }
  BOOST_TEST(log.verified().good());
}

BOOST_AUTO_TEST_CASE(an_erased_key_that_is_there_again_is_found) {
  TwoCustomers log(true);  // the record says so, and nobody destroyed anything
  const VerifyReport report = log.verified();
  BOOST_REQUIRE(report.findings.size() == 1u);
  BOOST_TEST(report.findings[0].table == "keys");
  BOOST_TEST(report.findings[0].what.find("record 12 says that it was erased") != std::string::npos,
             report.findings[0].what);
}

}  // namespace
}  // namespace caveat::audit
