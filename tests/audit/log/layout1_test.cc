// A log and its keys as the last build of layout 1 wrote them: read as they are, shown, verified, and gone on with. tests/audit/store cuts
// the power while they are brought up to date.
#include <boost/test/unit_test.hpp>
#include <map>

#include "audit/log/verify.h"
#include "audit/record/decode.h"
#include "audit/record/events.h"
#include "audit/store/sqlite.h"
#include "tests/audit/support/layout_1.h"

namespace caveat::audit {
namespace {

using testing::decision;
using testing::LogFolder;

constexpr std::uint64_t kRecords = 16, kRotated = 10;

VerifyReport verify(LogFolder& in, std::optional<std::string> kept = std::nullopt) {
  const auto keys = in.keys();
  std::vector<VerifierKey> signers = keys->signers();
  VerifyOptions options;
  options.verifier = signers.back();
  signers.pop_back();
  options.earlier = signers;
  options.keys = keys.get();
  options.high_water = in.keys_dir() + "/high-water";
  options.kept = std::move(kept);
  const VerifyReport report = verify_log(*LogReader::open(in.path()), options);
  for (const Finding& finding : report.findings)
    BOOST_TEST_MESSAGE(finding.table + " " + finding.row + " " + finding.what);
  return report;
}

std::int64_t count_of(LogFolder& in, const std::string& sql) {
  return Database(in.path(), Database::Mode::read).number(sql);
}

// What each record says: its kind, and the event of what is no decision.
std::vector<std::string> told_by(LogFolder& in) {
  const auto keys = in.keys();
  const auto reader = LogReader::open(in.path());
  std::vector<std::string> lines;
  for (std::uint64_t index = 0; index < reader->size(); ++index) {
    const Header header = decode_header(reader->header(index).value()).value();
    const OpenedRecord opened = reader->open_body(*keys, index).value();
    std::string line(name(header.context.kind));
    if (const SectionBytes* event = opened.find(Section::event))
      for (const auto& [label, value] : told(decode_event(header.context.kind, event->encoded).value(), Language::en))
        line += "; " + label + " " + value.substr(0, value.find('+'));
    for (const SectionBytes& section : opened.sections)
      if (section.section == Section::request) line += "; " + section.encoded.substr(3);
    lines.push_back(std::move(line));
  }
  return lines;
}

std::map<std::string, std::vector<std::uint64_t>> found_in(LogFolder& in) {
  const auto keys = in.keys();
  const auto reader = LogReader::open(in.path());
  std::map<std::string, std::vector<std::uint64_t>> found;
  for (int i = 0; i < 7; ++i) {
    const std::string customer = "k-" + std::to_string(i);
    found[customer] = reader->search(*keys, {TagKind::customer, customer});
  }
  found["h-1"] = reader->search(*keys, {TagKind::handoff, "h-1"});
  found["handoff"] = reader->search(*keys, {TagKind::verdict, "handoff"});
  return found;
}

BOOST_AUTO_TEST_CASE(a_log_that_a_build_of_layout_1_wrote_is_read_shown_and_verified_and_not_changed_by_that) {
  LogFolder in;
  testing::put_layout_1(in);
  const std::string before = testing::slurp(in.path());
  BOOST_TEST(count_of(in, "PRAGMA user_version") == 1);
  BOOST_TEST(count_of(in, "SELECT count(*) FROM tags") > 10);  // that build merged some of them
  BOOST_TEST(count_of(in, "SELECT count(*) FROM recent_tags") > 0);
  const VerifyReport report = verify(in);
  BOOST_TEST(report.good());
  BOOST_TEST(report.size == kRecords);
  const std::vector<std::string> lines = told_by(in);
  BOOST_REQUIRE(lines.size() == kRecords);
  BOOST_TEST(lines[0].starts_with("decision; "));
  BOOST_TEST(lines[0].ends_with("request 0"));
  BOOST_TEST(lines[8] == "handoff_opened; hand-off h-1; decision d-3; queue t/desk");
  BOOST_TEST(lines[9] == "handoff_taken; hand-off h-1; decision d-3; queue t/desk; by li");
  BOOST_TEST(lines[kRotated].starts_with("key_rotated; public key example.org/caveat/layout-1"));
  BOOST_TEST(lines[11].starts_with("closing; day (UTC) 2026-11-25; by kind decision 8; handoff_opened 1"));
  BOOST_TEST(lines[15].ends_with("request 11"));
  auto found = found_in(in);
  BOOST_TEST(found["h-1"] == (std::vector<std::uint64_t>{8, 9}), boost::test_tools::per_element());
  BOOST_TEST(found["k-1"] == (std::vector<std::uint64_t>{1, 12}), boost::test_tools::per_element());
  BOOST_TEST(found["handoff"].size() == 12u);
  BOOST_TEST((testing::slurp(in.path()) == before));
}

BOOST_AUTO_TEST_CASE(it_goes_on_under_its_writer_with_all_that_it_had) {
  LogFolder in;
  testing::put_layout_1(in);
  const std::vector<std::string> lines = told_by(in);
  auto found = found_in(in);
  const std::string kept = LogReader::open(in.path())->checkpoint().value();
  const std::int64_t merged = count_of(in, "SELECT count(*) FROM tags");
  {
    const auto log = Log::open(in.options(false));
    BOOST_TEST(log->size() == kRecords);
    BOOST_TEST(log->state().read({StateKind::ticket, "handoff h-1", ""})->value == "handoff_taken");
    for (int i = 12; i < 40; ++i) BOOST_REQUIRE(std::holds_alternative<Committed>(log->append(decision(i))));
    BOOST_REQUIRE(std::holds_alternative<Committed>(log->rotate("wang")));
  }
  BOOST_TEST(count_of(in, "PRAGMA user_version") == 2);
  BOOST_TEST(count_of(in, "SELECT count(*) FROM tags") == merged);
  const VerifyReport report = verify(in, kept);
  BOOST_TEST(report.good());
  BOOST_TEST((report.anchor == Anchor::anchored));
  const std::vector<std::string> after = told_by(in);
  BOOST_TEST(std::vector<std::string>(after.begin(), after.begin() + kRecords) == lines,
             boost::test_tools::per_element());
  for (const auto& [what, places] : found_in(in)) {
    BOOST_TEST_CONTEXT(what) {
      BOOST_REQUIRE(places.size() >= found[what].size());
      BOOST_TEST(std::equal(found[what].begin(), found[what].end(), places.begin()));
    }
  }
  const auto reader = LogReader::open(in.path());
  const auto signers = in.keys()->signers();
  const Checkpoint old = open_checkpoint(kept, signers, &verify_signature).value();
  BOOST_TEST(verify_consistency(old.size, old.root, reader->size(), reader->root(reader->size()),
                                reader->consistency(old.size, reader->size())));
}

// The step is one transaction: whoever makes only a part of it has made none, and a file that says more than it has is told as changed.
BOOST_AUTO_TEST_CASE(half_a_migration_is_none_and_a_number_alone_makes_no_layout) {
  LogFolder in;
  testing::put_layout_1(in);
  {
    Database db(in.path(), Database::Mode::write);
    db.exec("PRAGMA user_version = 2");
  }
  BOOST_TEST(!verify(in).good());
  {
    Database db(in.path(), Database::Mode::write);
    db.exec("PRAGMA user_version = 1; CREATE TABLE tag_merge (id INTEGER PRIMARY KEY) STRICT");
  }
  BOOST_TEST(!verify(in).good());
  BOOST_CHECK_THROW(Log::open(in.options(false)), Error);
}

}  // namespace
}  // namespace caveat::audit
