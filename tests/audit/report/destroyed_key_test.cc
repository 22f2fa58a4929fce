// A customer's data keys destroyed: what he said is readable nowhere, in no file, and every proof stands.
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
    query.keep_rows = true;
    LogFacts facts;
    facts.origin = reader.origin();
    facts.size = reader.size();
    facts.root = reader.root(reader.size());
    facts.checkpoint_note = *reader.checkpoint();
    facts.key_name = keys.verifier().name;
    const Evidence evidence = collect(reader, &keys, query, facts);
    const std::string base = in.folder / (folder + "/" + (language == Language::en ? "en" : "zh"));
    testing::spill(base + ".html", render_html(evidence.model));
    testing::spill(base + ".csv", render_csv(evidence.model));
    testing::spill(base + ".jsonl", render_jsonl(evidence.model));
    testing::spill(base + ".zip", write_archive(package(evidence, keys)));
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
  // With keys, what is said concerns that customer's rows and nothing else.
  const VerifyReport with_keys = verify_log(*reader, {.verifier = keys->verifier(), .keys = keys.get()});
  BOOST_TEST(with_keys.bodies_closed == his.size());
  for (const Finding& finding : with_keys.findings) {
    BOOST_TEST((finding.table == "bodies" || finding.table == "tags" || finding.table == "state"),
               finding.table << " " << finding.row << ": " << finding.what);
    if (finding.table != "state") BOOST_TEST(his.contains(std::stoull(finding.row)), finding.row);
  }
  for (const char* language : {"en", "zh"}) {
    const PackageReport report = verify_package(testing::slurp(folder + "/after/" + language + ".zip"),
                                                {.key = keys->verifier(), .limits = {}, .receipt = {}});
    BOOST_TEST(report.exit_code() == 0, render_text(report, Language::en));
    BOOST_TEST((report.claims[6].shown == Shown::yes));
    BOOST_TEST((report.claims[8].shown == Shown::not_checked));
    BOOST_TEST(report.claims[8].why_en.find("20 decisions are sealed") != std::string::npos, report.claims[8].why_en);
  }
}

}  // namespace
}  // namespace caveat::audit
