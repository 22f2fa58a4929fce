// Packages of a real log in a temporary folder, and what verify says of them once they were tampered with.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "audit/log/log.h"
#include "audit/log/proof.h"
#include "audit/log/reader.h"
#include "audit/log/signers.h"
#include "audit/record/decode.h"
#include "audit/record/encode.h"
#include "audit/record/events.h"
#include "audit/report/manifest.h"
#include "audit/report/package.h"
#include "audit/report/receipt.h"
#include "audit/report/verify_package.h"
#include "audit/seal/system_random.h"
#include "engine/base/cbor.h"
#include "engine/base/version.h"
#include "tests/audit/support/amount.h"
#include "tests/audit/support/package_fixture.h"

using namespace caveat;
using namespace caveat::audit;

namespace {

namespace fs = std::filesystem;

class TickingClock : public Clock {
 public:
  void pass(Microseconds span) { now_ += span; }
  Microseconds wall_us() override { return now_ += 1'000; }
  std::uint64_t steady_ns() override { return static_cast<std::uint64_t>(now_) * 1'000; }

 private:
  Microseconds now_ = 1'764'000'000'000'000;
};

// One log of 30 decisions, made once.
struct Fixture {
  Fixture() {
    static const std::string folder = [] {
      std::string name = (fs::temp_directory_path() / "caveat-package-XXXXXX").string();
      BOOST_REQUIRE(mkdtemp(name.data()) != nullptr);
      return name;
    }();
    path = folder + "/log.db";
    if (!fs::exists(path)) {
      TickingClock clock;
      SystemRandom random;
      auto log = Log::open({.path = path,
                            .keys_dir = {},
                            .high_water = {},
                            .origin = "caveat.local/package-test",
                            .create = true,
                            .semantics = 1,
                            .clock = &clock,
                            .random = &random,
                            .vfs = {},
                            .wrap_store = {}});
      for (std::size_t i = 0; i < 30; ++i)
        BOOST_REQUIRE(std::holds_alternative<Committed>(log->append(testing::told_decision(i))));
      log->close();
    }
    reader = LogReader::open(path);
    keys = KeyStore::open(default_keys_dir(path), {});
  }

  Members members(ReportQuery query = {}) const { return testing::package_of(*reader, *keys, std::move(query)); }
  PackageVerifyOptions named() const { return {.keys = {keys->verifier()}, .limits = {}, .receipt = {}}; }

  std::string path;
  std::unique_ptr<LogReader> reader;
  std::unique_ptr<KeyStore> keys;
};

std::string shown(const PackageReport& report) { return render_text(report, Language::en); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(evidence_package, Fixture)

BOOST_AUTO_TEST_CASE(a_package_as_it_was_written_is_intact_and_signed_by_the_key_named) {
  const std::string zip = write_archive(members());
  const PackageReport report = verify_package(zip, named());
  BOOST_TEST(report.exit_code() == 0, shown(report));
  BOOST_TEST(std::count_if(report.claims.begin(), report.claims.end(),
                           [](const Claim& claim) { return claim.shown == Shown::yes; }) == 10,
             shown(report));
  BOOST_TEST(zip == write_archive(members()));
}

BOOST_AUTO_TEST_CASE(without_a_key_it_is_intact_but_signed_by_nobody_named) {
  const PackageReport report = verify_package(write_archive(members()), {});
  BOOST_TEST(report.exit_code() == 5, shown(report));
  BOOST_TEST(shown(report).find("signed by nobody that you named") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(how_far_it_is_never_falls_and_ends_with_all_of_it) {
  std::vector<std::uint64_t> seen;
  PackageVerifyOptions options = named();
  const auto caller = std::this_thread::get_id();
  options.progress = [&](std::uint64_t done, std::uint64_t of) {
    BOOST_TEST((std::this_thread::get_id() == caller));
    BOOST_TEST(of == 4'000u);
    seen.push_back(done);
  };
  verify_package(write_archive(members()), options);
  BOOST_REQUIRE(!seen.empty());
  BOOST_TEST(std::is_sorted(seen.begin(), seen.end()));
  BOOST_TEST(seen.back() == 4'000u);
  for (const std::uint64_t stage : {2'000u, 3'000u})  // which lane begins with the others is chance
    BOOST_TEST(std::any_of(seen.begin(), seen.end(), [&](std::uint64_t done) { return done >= stage; }));
}

BOOST_AUTO_TEST_CASE(another_key_refutes_it_and_nothing_below_is_called_good) {
  SystemRandom random;
  const std::string folder = fs::path(path).parent_path().string() + "/other.keys";
  const auto other = fs::exists(folder)
                         ? KeyStore::open(folder, {})
                         : KeyStore::create(folder, keys->origin(),
                                            {.writable = true, .random = &random, .passphrase = {}, .vfs = {}});
  const PackageReport report =
      verify_package(write_archive(members()), {.keys = {other->verifier()}, .limits = {}, .receipt = {}});
  BOOST_TEST(report.exit_code() == 1);
  for (const Claim& claim : report.claims) {
    if (claim.number > 2) BOOST_TEST((claim.shown == Shown::not_checked), claim.en);
  }
}

BOOST_AUTO_TEST_CASE(every_flipped_byte_of_a_sample_is_found) {
  const std::string zip = write_archive(members());
  const bool all = audit::testing::all_of_it();
  const std::size_t step = all ? 1 : std::max<std::size_t>(1, zip.size() / 400);
  std::size_t tried = 0;
  for (std::size_t i = 0; i < zip.size(); i += step, ++tried) {
    std::string changed = zip;
    changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
    BOOST_REQUIRE_MESSAGE(verify_package(changed, named()).exit_code() == 1, "byte " << i);
  }
  BOOST_TEST_MESSAGE(tried << " flipped bytes");
}

BOOST_AUTO_TEST_CASE(a_dropped_added_or_changed_member_is_named) {
  const Members good = members();
  for (const auto& [name, bytes] : good) {
    Members dropped = good;
    dropped.erase(name);
    const PackageReport without = verify_members(dropped, named());
    BOOST_TEST(without.exit_code() == 1, name);
    BOOST_TEST(shown(without).find(name) != std::string::npos, name << "\n" << shown(without));
    Members changed = good;
    changed[name] += "x";
    BOOST_TEST(verify_members(changed, named()).exit_code() == 1, name);
  }
  Members added = good;
  added["opened/000099"] = "x";
  BOOST_TEST(shown(verify_members(added, named())).find("opened/000099 is not in the manifest") != std::string::npos);
}

// A forger who holds the signing key re-signs whatever he likes: the tree still tells.
BOOST_AUTO_TEST_CASE(a_resigned_manifest_does_not_hide_a_dropped_header_or_a_changed_section) {
  const auto forge = [&](Members forged) {
    const Result<Manifest> manifest = read_manifest(forged.at("manifest.json"));
    BOOST_REQUIRE(manifest.has_value());
    std::string json = forged.at("manifest.json");
    for (const Manifest::Member& member : manifest->members) {
      const auto found = forged.find(member.name);
      const std::string& bytes = found->second;
      const std::string before = "\"size\":" + std::to_string(member.size) + ",\"sha256\":\"" + member.sha256 + "\"";
      const std::string after =
          "\"size\":" + std::to_string(bytes.size()) + ",\"sha256\":\"" + hex(sha256(bytes)) + "\"";
      json.replace(json.find(before), before.size(), after);
    }
    forged["manifest.json"] = json;
    forged["manifest.json.sig"] = keys->sign(manifest_text(json));
    return verify_members(forged, named());
  };
  BOOST_TEST(forge(members()).exit_code() == 0);  // the forging itself is sound

  Members changed = members();
  std::string& bundle = changed.at("headers/000000");
  bundle[bundle.size() - 1] = static_cast<char>(bundle[bundle.size() - 1] ^ 1);
  const PackageReport headers = forge(changed);
  BOOST_TEST(headers.exit_code() == 1);
  BOOST_TEST((headers.claims[3].shown == Shown::yes));

  // A record of a bundle, in another wording, and with less than was committed to.
  const std::string counts = "\"population\":30,\"verdicts\":[6,6,6,6,6]";
  const auto rewritten = [&](const std::function<void(OpenedParts&)>& change, const std::string& other_counts = {}) {
    Members forged = members();
    std::string& manifest = forged.at("manifest.json");
    BOOST_REQUIRE(manifest.find(counts) != std::string::npos);
    if (!other_counts.empty()) manifest.replace(manifest.find(counts), counts.size(), other_counts);
    std::string& member = forged.at("opened/000000");
    const Result<std::vector<OpenedParts>> records = decode_bundle(member);
    BOOST_REQUIRE(records.has_value());
    member.clear();
    for (OpenedParts parts : *records) {
      if (parts.index == 3) change(parts);
      member += encode_opened(parts);
    }
    return forge(forged);
  };
  const PackageReport sections =
      rewritten([](OpenedParts& parts) { parts.sections[0].encoded = encode_verdict(VerdictSection{}); });
  BOOST_TEST(sections.exit_code() == 1);
  BOOST_TEST((sections.claims[7].shown == Shown::no), shown(sections));
  BOOST_TEST(sections.claims[7].why_en ==
             "opened/000000: section verdict of record 3 is not the one that was committed to");
  BOOST_TEST(rewritten([](OpenedParts& parts) { parts.sections.clear(); }).exit_code() != 0);
  const PackageReport kept_back = rewritten([](OpenedParts& parts) { parts.sections.erase(parts.sections.begin()); },
                                            "\"population\":29,\"verdicts\":[6,6,6,5,6]");
  BOOST_TEST(kept_back.exit_code() == 1);
  BOOST_TEST((kept_back.claims[8].shown == Shown::no), shown(kept_back));
  BOOST_TEST(kept_back.claims[8].why_en == "decision 3 is opened without its verdict");
  // Which rules decided, by title and law, and which packs: as much as what was decided.
  for (const auto& [section, its] : {std::pair{Section::rules, "rules"}, std::pair{Section::digests, "digests"}}) {
    const PackageReport silent = rewritten([&, wanted = section](OpenedParts& parts) {
      std::erase_if(parts.sections, [&](const OpenedSection& one) { return one.section == wanted; });
    });
    BOOST_TEST((silent.claims[8].shown == Shown::no), shown(silent));
    BOOST_TEST(silent.claims[8].why_en == std::string("decision 3 is opened without its ") + its);
  }
  const PackageReport twice = rewritten([](OpenedParts& parts) { parts.index = 2; });
  BOOST_TEST((twice.claims[7].shown == Shown::no), shown(twice));
  const PackageReport elsewhere = rewritten([](OpenedParts& parts) { parts.index = 4; });
  BOOST_TEST((elsewhere.claims[7].shown == Shown::no), shown(elsewhere));

  Members page = members();
  page["report.html"].replace(page["report.html"].find("<h1>"), 4, "<h1>All is well. ");
  BOOST_TEST((forge(page).claims[9].shown == Shown::no));
}

// Nor more: what others were told in a package about one customer, the event of a record that no package opens.
BOOST_AUTO_TEST_CASE(what_a_package_of_its_query_does_not_open_is_refuted_where_it_is_opened) {
  ReportQuery query;
  query.customer = "customer-3";
  query.subjects = keys->keys_of(query.customer);
  Members forged = members(query);
  const Result<std::vector<OpenedParts>> his = decode_bundle(forged.at("opened/000000")),
                                         all = decode_bundle(members().at("opened/000000"));
  BOOST_REQUIRE((his && all));
  std::string& member = forged.at("opened/000000");
  member.clear();
  for (OpenedParts parts : *all) {
    const auto own = std::find_if(his->begin(), his->end(), [&](const auto& one) { return one.index == parts.index; });
    std::erase_if(parts.sections, [](const OpenedSection& one) { return one.section == Section::story; });
    member += encode_opened(own == his->end() ? parts : *own);
  }
  const PackageReport others = verify_members(testing::signed_again(forged, *keys), named());
  BOOST_TEST((others.claims[8].shown == Shown::no), shown(others));
  BOOST_TEST(others.claims[8].why_en ==
             "section verdict of record 0 is opened, and a package of this query opens none of it");

  testing::PackageFixture made(2);
  const auto log = Log::open(made.in.options(false));
  RecordContent changed;
  changed.kind = Kind::configuration_changed;
  changed.semantics = 1;
  changed.sections = {
      {Section::event, encode_event(ConfigurationChanged{.setting = "x", .before = "1", .after = "2", .by = "li"})}};
  const std::uint64_t place = std::get<Committed>(log->append(std::move(changed))).index;
  made.reader->renew();
  const Result<OpenedRecord> record = made.reader->open_body(*made.keys, place);
  BOOST_REQUIRE(record.has_value());
  Members more = made.made();
  BOOST_TEST(verify_members(more, made.named()).exit_code() == 0);
  for (std::size_t i = 0; i < record->sections.size(); ++i)
    if (record->sections[i].section == Section::event)
      more.at("opened/000000") += encode_opened(
          {.index = place, .sections = {{Section::event, record->salts[i], record->sections[i].encoded}}});
  const PackageReport event = verify_members(testing::signed_again(more, *made.keys), made.named());
  BOOST_TEST((event.claims[8].shown == Shown::no), shown(event));
}

BOOST_AUTO_TEST_CASE(a_customers_package_tells_no_story_of_others_and_is_refuted_where_it_does) {
  testing::PackageFixture made(2);
  {
    const auto log = Log::open(made.in.options(false));
    RecordContent to_two = testing::told_decision(1);
    to_two.subjects.push_back("customer-6");
    BOOST_REQUIRE(std::holds_alternative<Committed>(log->append(std::move(to_two))));
  }
  made.reader->renew();
  ReportQuery query;
  query.customer = "customer-6";
  query.subjects = made.keys->keys_of(query.customer);
  Members his = made.made(query);
  const auto opened = decode_bundle(his.at("opened/000000"));
  BOOST_REQUIRE(opened.has_value());
  BOOST_REQUIRE(opened->size() == 1u);
  for (const OpenedSection& one : opened->front().sections) BOOST_TEST((one.section != Section::story));
  const PackageReport good = verify_members(his, made.named());
  BOOST_TEST(good.exit_code() == 0, shown(good));
  const Result<OpenedRecord> record = made.reader->open_body(*made.keys, 2);
  BOOST_REQUIRE(record.has_value());
  OpenedParts more = opened->front();
  for (std::size_t i = 0; i < record->sections.size(); ++i)
    if (record->sections[i].section == Section::story)
      more.sections.push_back({Section::story, record->salts[i], record->sections[i].encoded});
  his["opened/000000"] = encode_opened(more);
  const PackageReport forged = verify_members(testing::signed_again(his, *made.keys), made.named());
  BOOST_TEST((forged.claims[8].shown == Shown::no), shown(forged));
  BOOST_TEST(forged.claims[8].why_en ==
             "the story of decision 2 is opened, and tells of others than the customer asked for");
}

// Whoever signs chooses neither which stories are told nor which are kept back: the seed does, over all decisions.
BOOST_AUTO_TEST_CASE(a_sample_that_was_picked_by_hand_is_refuted) {
  const auto with_seed = [](const char* seed) {
    ReportQuery query;
    query.seed = seed;
    return query;
  };
  const auto replaced = [](std::string text, const std::string& before, const std::string& after) {
    std::size_t times = 0;
    for (std::size_t at = text.find(before); at != std::string::npos;
         at = text.find(before, at + after.size()), ++times)
      text.replace(at, before.size(), after);
    BOOST_REQUIRE(times > 0u);
    return text;
  };
  const auto signed_again = [&](Members forged) {
    return verify_members(testing::signed_again(std::move(forged), *keys), named());
  };
  BOOST_TEST(signed_again(members(with_seed("BBBBBBBB"))).exit_code() == 0);

  Members picked = members(with_seed("BBBBBBBB"));
  for (const char* name : {"manifest.json", "report.html"})
    picked[name] = replaced(picked.at(name), "BBBBBBBB", "AAAAAAAA");
  const PackageReport other = signed_again(picked);
  BOOST_TEST(other.exit_code() == 1, shown(other));
  BOOST_TEST((other.claims[8].shown == Shown::no), shown(other));

  Members more = members();
  more["manifest.json"] = replaced(more.at("manifest.json"), "\"stories\":5", "\"stories\":1000");
  BOOST_TEST(signed_again(more).exit_code() == 1);
  more["manifest.json"] = replaced(more.at("manifest.json"), "\"stories\":1000", "\"stories\":4");
  BOOST_TEST(signed_again(more).exit_code() == 1);

  // A decision that the seed draws is closed as a whole: then it is drawn as what is sealed, and the result tells of it.
  LogFacts facts;
  facts.size = reader->size();
  facts.checkpoint_note = *reader->checkpoint();
  const ReportModel model = collect(*reader, keys.get(), with_seed("AAAAAAAA"), facts).model;
  BOOST_REQUIRE(model.stories.size() == 5u);
  Members closed = members(with_seed("AAAAAAAA"));
  std::string& member = closed.at("opened/000000");
  const Result<std::vector<OpenedParts>> records = decode_bundle(member);
  BOOST_REQUIRE(records.has_value());
  member.clear();
  for (const OpenedParts& parts : *records)
    if (parts.index != model.stories.front().index) member += encode_opened(parts);
  const std::uint8_t verdict = model.stories.front().verdict;
  const std::string counts = "\"population\":30,\"verdicts\":[6,6,6,6,6]";
  std::string fewer = "\"population\":29,\"verdicts\":[6,6,6,6,6]";
  fewer[fewer.find('[') + 1 + 2u * verdict] = '5';
  closed["manifest.json"] = replaced(closed.at("manifest.json"), counts, fewer);
  const PackageReport report = signed_again(closed);
  BOOST_TEST(report.exit_code() == 1, shown(report));  // its verdict's next is drawn in its place, and is not told
}

// A key is changed also because it leaked: whoever still has it signs nothing that holds the record of its end.
BOOST_AUTO_TEST_CASE(a_key_that_was_given_up_signs_no_package_that_holds_the_record_of_its_end) {
  testing::LogFolder in;
  const auto decide = [&](Log& log, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i)
      BOOST_REQUIRE(std::holds_alternative<Committed>(log.append(testing::told_decision(i))));
  };
  decide(*Log::open(in.options()), 0, 5);
  fs::copy(in.keys_dir(), in.folder / "leaked", fs::copy_options::recursive);
  {
    const auto log = Log::open(in.options(false));
    BOOST_REQUIRE(std::holds_alternative<Committed>(log->rotate("li")));
  }
  const auto leaked = KeyStore::open(in.folder / "leaked", {});
  const auto facts_of = [&](const LogReader& log, const KeyStore& signer) {
    LogFacts facts;
    facts.path = "log.db";
    facts.origin = log.origin();
    facts.size = log.size();
    facts.root = log.root(log.size());
    facts.checkpoint_note =
        signer.sign(checkpoint_text({.origin = log.origin(), .size = facts.size, .root = facts.root}));
    facts.checkpoint_time = testing::newest_time(log);
    facts.key_name = signer.verifier().name;
    facts.checked = true;
    name_what_is_not_checked(facts, true);
    return facts;
  };
  // The checkpoint that ends with the record is by the key before; the key after may sign it again.
  {
    const auto log = LogReader::open(in.path());
    const Members last = testing::package_of(*log, in.keys().get(), {}, facts_of(*log, *leaked), *leaked);
    BOOST_TEST(verify_members(last, {.keys = {leaked->verifier()}, .limits = {}, .receipt = {}}).exit_code() == 0);
    const Members early = testing::package_of(*log, in.keys().get(), {}, facts_of(*log, *in.keys()), *in.keys());
    BOOST_TEST(verify_members(early, {.keys = {in.keys()->verifier()}, .limits = {}, .receipt = {}}).exit_code() == 0);
  }
  decide(*Log::open(in.options(false)), 5, 9);
  const auto log = LogReader::open(in.path());
  const auto keys_now = in.keys();
  const VerifierKey before = leaked->verifier(), after = keys_now->verifier();
  const auto judged = [&](const Members& made, std::vector<VerifierKey> named) {
    return verify_members(made, {.keys = std::move(named), .limits = {}, .receipt = {}});
  };
  for (const auto& named : {std::vector{before}, std::vector{after}, std::vector{before, after}}) {
    const PackageReport report = judged(testing::package_of(*log, *keys_now, {}), named);
    BOOST_TEST(report.exit_code() == 0, shown(report));
  }
  const Members whole = testing::package_of(*log, keys_now.get(), {}, facts_of(*log, *leaked), *leaked);
  for (const auto& named : {std::vector<VerifierKey>{}, std::vector{before}, std::vector{before, after}}) {
    const PackageReport report = judged(whole, named);
    BOOST_TEST(report.exit_code() == 1, shown(report));
    BOOST_TEST((report.claims[4].shown == Shown::no), shown(report));
    BOOST_TEST(report.claims[4].why_en.find("the key that signed was given up in record 5") != std::string::npos);
  }
  // Nor is the note kept back: by neither key.
  for (const KeyStore* signer : {keys_now.get(), leaked.get()}) {
    Members without = testing::package_of(*log, keys_now.get(), {}, facts_of(*log, *signer), *signer);
    std::string& member = without.at("opened/000000");
    const Result<std::vector<OpenedParts>> records = decode_bundle(member);
    BOOST_REQUIRE(records.has_value());
    member.clear();
    for (const OpenedParts& parts : *records)
      if (parts.index != 5) member += encode_opened(parts);
    const PackageReport report = judged(testing::signed_again(without, *signer), {signer->verifier()});
    BOOST_TEST(report.exit_code() == 1, shown(report));
    BOOST_TEST((report.claims[4].shown == Shown::no), shown(report));
  }
  // A period with the record in it tells as much; one without it says what it does not tell.
  ReportQuery period;
  period.from = view_header(log->header(3).value()).value().time_us();
  period.to = view_header(log->header(8).value()).value().time_us();
  const Members part = testing::package_of(*log, keys_now.get(), period, facts_of(*log, *leaked), *leaked);
  BOOST_TEST(judged(part, {before}).exit_code() == 1);
  const PackageReport true_part = judged(testing::package_of(*log, *keys_now, period), {before});
  BOOST_TEST(true_part.exit_code() == 0, shown(true_part));
  BOOST_TEST(true_part.claims[4].why_en.find("as far as the period tells") != std::string::npos, shown(true_part));
}

BOOST_AUTO_TEST_CASE(a_rotation_whose_note_is_garbage_or_names_other_keys_is_refuted) {
  for (const int which : {0, 1, 2, 3}) {
    testing::LogFolder in;
    const auto log = Log::open(in.options());
    BOOST_REQUIRE(std::holds_alternative<Committed>(log->append(testing::told_decision(1))));
    const std::string own = format_verifier_key(log->keys().verifier());
    const VerifierKey next = make_verifier_key(log->origin(), kEd25519, std::string(32, 'n'));
    const std::string text = signer_text(log->keys().verifier(), next);
    KeyMade made{.verifier_key = format_verifier_key(next), .before = own, .note = log->keys().sign(text), .by = "li"};
    if (which == 1) made.note = "garbage";
    if (which == 2) made.note.reset();
    if (which == 3) made.verifier_key = own;
    RecordContent content;
    content.kind = Kind::key_rotated;
    content.semantics = 1;
    content.sections = {{Section::event, encode_event(made)}};
    BOOST_REQUIRE(std::holds_alternative<Committed>(log->append(std::move(content))));
    BOOST_REQUIRE(std::holds_alternative<Committed>(log->append(testing::told_decision(2))));
    const auto its_log = LogReader::open(in.path());
    const auto its_keys = in.keys();
    const PackageReport report = verify_members(testing::package_of(*its_log, *its_keys, {}),
                                                {.keys = {its_keys->verifier()}, .limits = {}, .receipt = {}});
    BOOST_TEST(report.exit_code() == 1, which << shown(report));
    BOOST_TEST((report.claims[4].shown == Shown::no), shown(report));
  }
}

BOOST_AUTO_TEST_CASE(an_epoch_behind_a_rotation_that_was_lost_leaves_packages_that_verify) {
  testing::LogFolder in;
  const auto decide = [&](const LogOptions& options, bool rotated) {
    const auto log = Log::open(options);
    BOOST_REQUIRE(std::holds_alternative<Committed>(log->append(testing::told_decision(1))));
    if (rotated) BOOST_REQUIRE(std::holds_alternative<Committed>(log->rotate("li")));
    if (rotated) BOOST_REQUIRE(std::holds_alternative<Committed>(log->append(testing::told_decision(2))));
  };
  decide(in.options(), true);
  const std::string old_copy = testing::slurp(in.path());
  decide(in.options(false), true);
  fs::remove(in.path() + "-wal");
  fs::remove(in.path() + "-shm");
  testing::spill(in.path(), old_copy);
  LogOptions options = in.options(false);
  options.new_epoch = NewEpoch{.by = "li", .reason = "disk lost"};
  decide(options, false);
  decide(in.options(false), true);
  const auto its_log = LogReader::open(in.path());
  const auto its_keys = in.keys();
  const PackageReport report = verify_members(testing::package_of(*its_log, *its_keys, {}),
                                              {.keys = {its_keys->verifier()}, .limits = {}, .receipt = {}});
  BOOST_TEST(report.exit_code() == 0, shown(report));
}

// Signed by the log's key, and nothing that a report ever says.
BOOST_AUTO_TEST_CASE(small_departures_of_a_package_that_is_signed_again_are_refuted) {
  const auto with = [&](const std::string& before, const std::string& after) {
    Members forged = members();
    std::string& json = forged.at("manifest.json");
    const auto at = json.find(before);
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, before);
    json.replace(at, before.size(), after);
    return verify_members(testing::signed_again(forged, *keys), named());
  };
  LogFacts facts;
  name_what_is_not_checked(facts, true);
  BOOST_TEST((with("\"purpose\":\"\"", "\"purpose\":\"x\"").claims[2].shown == Shown::yes));
  for (const auto& [before, after] :
       {std::pair<std::string, std::string>{"\"subjects\":[]", "\"subjects\":[\"" + std::string(32, '0') + "\"]"},
        {"\"version\": \"", "\"version\": \"x"},
        {"\"key\":\"", "\"key\":\"Supervisory Authority, "},
        {"\"stories\":5", "\"stories\":0"},
        {"\"rule\":\"\",\"alias\":\"\"", "\"rule\":\"cn.wealth/rule_1\",\"alias\":\"cn.wealth/rule_2\""},
        {"\"rule\":\"\",\"alias\":\"\"", "\"rule\":\"confidential/00\",\"alias\":\"confidential/0123456789abcdef\""},
        {"\"findings_zh\":[]", "\"findings_zh\":[\"x\"]"},
        {facts.not_checked_zh[0], "x"},
        {"\"" + facts.not_checked_zh[0] + "\",", ""}}) {
    const PackageReport report = with(before, after);
    BOOST_TEST(report.exit_code() == 1, after);
    BOOST_TEST((report.claims[2].shown == Shown::no), shown(report));
  }
  // The time of the checkpoint dates the whole report.
  const std::string time = "\"checkpoint_time\": " + std::to_string(testing::newest_time(*reader));
  for (const char* other : {"1577836800000000", "4102444800000000"}) {
    const PackageReport dated = with(time, std::string("\"checkpoint_time\": ") + other);
    BOOST_TEST(dated.exit_code() == 1, other);
    BOOST_TEST((dated.claims[5].shown == Shown::no), shown(dated));
  }
  Members empty = members();
  empty.at("opened/000000") += encode_opened({.index = 30, .sections = {}});
  BOOST_TEST(verify_members(testing::signed_again(empty, *keys), named()).exit_code() == 1);
  BOOST_TEST(!decode_opened(encode_opened({.index = 3, .sections = {}})).has_value());

  // A record of the log whose header has other sections than its kind.
  for (const bool with_event : {true, false}) {
    testing::LogFolder in;
    const auto log = Log::open(in.options());
    RecordContent odd = testing::told_decision(1);
    if (with_event)
      odd.sections.push_back({Section::event, odd.sections[0].encoded});
    else
      odd.sections.erase(odd.sections.begin());
    BOOST_REQUIRE(std::holds_alternative<Committed>(log->append(std::move(odd))));
    const auto its_keys = in.keys();
    const PackageReport report = verify_members(testing::package_of(*LogReader::open(in.path()), *its_keys, {}),
                                                {.keys = {its_keys->verifier()}, .limits = {}, .receipt = {}});
    BOOST_TEST((report.claims[5].shown == Shown::no), shown(report));
  }
}

BOOST_AUTO_TEST_CASE(that_the_page_was_not_checked_stands_in_the_result) {
  BOOST_TEST(shown(verify_members(members(), named())).find("were not checked") == std::string::npos);
  Members other = members();
  std::string& json = other.at("manifest.json");
  json.replace(json.find("\"version\": \"") + 12, std::string(version()).size(), "0.0.9");
  other.at("report.html") = "<h1>All decisions were lawful.</h1>";
  const PackageReport report = verify_members(testing::signed_again(other, *keys), named());
  BOOST_TEST(report.exit_code() == 0, shown(report));
  BOOST_TEST(render_text(report, Language::en)
                 .ends_with(". report.html and VERIFY.md were not checked, and may say anything: see claim 10.\n"));
  BOOST_TEST(render_text(report, Language::zh)
                 .ends_with("report.html 与 VERIFY.md 未经核对，其内容不可采信（见第 10 项）。\n"));
  BOOST_TEST(render_json(report).find(R"("page_checked":false)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(how_many_decisions_are_not_opened_stands_in_the_result) {
  const PackageReport whole = verify_members(members(), named());
  BOOST_TEST(shown(whole).find("not opened") == std::string::npos);
  LogFacts facts;
  facts.path = "log.db";
  facts.origin = reader->origin();
  facts.size = reader->size();
  facts.root = reader->root(reader->size());
  facts.checkpoint_note = *reader->checkpoint();
  facts.checkpoint_time = testing::newest_time(*reader);
  facts.key_name = keys->verifier().name;
  facts.checked = true;
  name_what_is_not_checked(facts, false);
  const PackageReport report = verify_members(testing::package_of(*reader, nullptr, {}, facts, *keys), named());
  BOOST_TEST(report.exit_code() == 0, shown(report));
  BOOST_TEST(report.sealed == 30u);
  BOOST_TEST(
      shown(report).find("Result: intact, and signed by caveat.local/package-test. 30 decisions of it are not opened: "
                         "what was decided in them is not shown.") != std::string::npos,
      shown(report));
  BOOST_TEST(render_json(report).find("\"sealed\":30") != std::string::npos);
}

// Data keys are made anew each quarter: what the newer ones sealed stays sealed, and nothing was changed for that.
BOOST_AUTO_TEST_CASE(keys_from_before_the_quarter_ended_open_what_they_can_and_nothing_reads_as_changed) {
  testing::LogFolder in;
  const std::string older = in.folder / "older.keys";
  constexpr Microseconds kDay = 86'400LL * 1'000'000;
  const auto append = [&](bool create, std::size_t from) {
    const auto log = Log::open(in.options(create));
    for (std::size_t i = from; i < from + 5; ++i) log->append(testing::told_decision(i));
  };
  append(true, 0);
  in.clock.now += kDay;
  append(false, 5);
  fs::copy(in.keys_dir(), older);
  in.clock.now += 40 * kDay;
  const Microseconds new_year = 1'798'761'600'000'000;
  append(false, 10);
  in.clock.now += kDay;
  append(false, 15);
  const auto reads = LogReader::open(in.path());
  const auto all = in.keys();
  const auto before = KeyStore::open(older, {});
  LogFacts facts;
  facts.path = "log.db";
  facts.origin = reads->origin();
  facts.size = reads->size();
  facts.root = reads->root(reads->size());
  facts.checkpoint_note = *reads->checkpoint();
  facts.checkpoint_time = testing::newest_time(*reads);
  facts.key_name = all->verifier().name;
  facts.checked = true;
  name_what_is_not_checked(facts, true);
  const PackageVerifyOptions options{.keys = {all->verifier()}, .limits = {}, .receipt = {}};
  const auto made = [&](const ReportQuery& query) {
    return verify_members(testing::package_of(*reads, before.get(), query, facts, *all), options);
  };
  const PackageReport both = made({});
  BOOST_TEST(both.exit_code() == 0, shown(both));
  BOOST_TEST(both.sealed == 10u);
  BOOST_TEST((both.claims[10].shown == Shown::not_checked), shown(both));
  ReportQuery old_year;
  old_year.to = new_year;
  const PackageReport one = made(old_year);  // its last day was closed in the new quarter
  BOOST_TEST(one.exit_code() == 0, shown(one));
  BOOST_TEST(one.sealed == 0u);
  BOOST_TEST((one.claims[10].shown == Shown::not_checked), shown(one));
  // With the keys of now what closes a day cannot be kept back.
  Members kept_back = testing::package_of(*reads, all.get(), {}, facts, *all);
  std::string opened;
  const std::vector<OpenedParts> records = *decode_bundle(kept_back.at("opened/000000"));
  for (const OpenedParts& parts : records)
    if (view_header(*reads->header(parts.index))->kind() != Kind::closing) opened += encode_opened(parts);
  kept_back["opened/000000"] = opened;
  const PackageReport report = verify_members(testing::signed_again(kept_back, *all), options);
  BOOST_TEST(report.exit_code() == 1, shown(report));
}

// The forger again, with another name for a member or another word in the manifest.
BOOST_AUTO_TEST_CASE(a_resigned_manifest_does_not_hide_a_member_under_another_name_or_a_narrower_period) {
  const auto replaced = [](std::string text, const std::string& before, const std::string& after) {
    const auto at = text.find(before);
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, before);
    return text.replace(at, before.size(), after);
  };
  const auto verify_with = [&](Members forged, const std::string& json) {
    forged["manifest.json"] = json;
    forged["manifest.json.sig"] = keys->sign(manifest_text(json));
    return verify_members(forged, named());
  };
  const auto renamed = [&](const std::string& from, const std::string& to) {
    Members forged = members();
    forged[to] = forged.at(from);
    forged.erase(from);
    return verify_with(forged, replaced(forged.at("manifest.json"), from, to));
  };
  const PackageReport opened = renamed("opened/000000", "opened/000001");
  BOOST_TEST(opened.exit_code() == 1, shown(opened));
  BOOST_TEST(opened.claims[7].why_en == "opened/000001 holds record 0, which belongs to another member");
  const PackageReport longer = renamed("opened/000000", "opened/0");
  BOOST_TEST(longer.claims[7].why_en == "opened/0 holds record 0, which belongs to another member");
  const PackageReport bundle = renamed("headers/000000", "headers/000001");
  BOOST_TEST(bundle.exit_code() == 1, shown(bundle));
  BOOST_TEST(bundle.claims[5].why_en == "headers/000001 stands where headers/000000 was expected");

  const Members whole = members();
  const std::string& json = whole.at("manifest.json");
  const std::string seed = "\"seed\": \"" + read_manifest(json)->seed;
  const PackageReport other_seed = verify_with(whole, replaced(json, seed, "\"seed\": \"0"));
  BOOST_TEST(other_seed.exit_code() == 1, shown(other_seed));
  BOOST_TEST((other_seed.claims[8].shown == Shown::no), shown(other_seed));

  // Twelve records as the answer to a question about all of them, or about one record more at either end.
  ReportQuery query;
  query.from = decode_header(*reader->header(7))->time_us;
  query.to = decode_header(*reader->header(19))->time_us;
  const Members part = members(query);
  const std::string& said = part.at("manifest.json");
  const std::string from = "\"from\":" + std::to_string(*query.from), to = "\"to\":" + std::to_string(*query.to);
  BOOST_TEST(verify_with(part, said).exit_code() == 0);
  for (const auto& [before, after] :
       {std::pair{from, std::string("\"from\":null")}, std::pair{to, std::string("\"to\":null")},
        std::pair{from, "\"from\":" + std::to_string(decode_header(*reader->header(6))->time_us)},
        std::pair{to, "\"to\":" + std::to_string(decode_header(*reader->header(19))->time_us + 1)}}) {
    const PackageReport narrowed = verify_with(part, replaced(said, before, after));
    BOOST_TEST(narrowed.exit_code() == 1, shown(narrowed));
    BOOST_TEST((narrowed.claims[5].shown == Shown::no), shown(narrowed));
  }
}

BOOST_AUTO_TEST_CASE(a_period_without_a_record_is_proved_empty) {
  ReportQuery query;
  query.from = decode_header(*reader->header(11))->time_us + 1;
  query.to = *query.from + 1;
  const Members none = members(query);
  const Result<Manifest> manifest = read_manifest(none.at("manifest.json"));
  BOOST_REQUIRE(manifest.has_value());
  BOOST_TEST(manifest->records == 0u);
  BOOST_TEST(manifest->first == 11u);
  BOOST_TEST(manifest->end == 13u);
  const PackageReport report = verify_members(none, named());
  BOOST_TEST(report.exit_code() == 0, shown(report));
  BOOST_TEST((report.claims[6].shown == Shown::yes), shown(report));
}

BOOST_AUTO_TEST_CASE(a_period_is_proved_complete_without_the_rest_of_the_log) {
  ReportQuery query;
  query.from = decode_header(*reader->header(7))->time_us;
  query.to = decode_header(*reader->header(19))->time_us;
  const Members part = members(query);
  const Result<Manifest> manifest = read_manifest(part.at("manifest.json"));
  BOOST_REQUIRE(manifest.has_value());
  BOOST_TEST(manifest->first == 6u);  // the record before the period and the one behind it show that it is whole
  BOOST_TEST(manifest->end == 20u);
  BOOST_TEST(manifest->records == 12u);
  const PackageReport report = verify_members(part, named());
  BOOST_TEST(report.exit_code() == 0, shown(report));
  BOOST_TEST(report.claims[5].why_en.find("is the signer's word") != std::string::npos, shown(report));
  Manifest early = *manifest;
  early.log.checkpoint_time = decode_header(*reader->header(19))->time_us - 1;
  Members dated = part;
  dated["manifest.json"] = write_manifest(early);
  BOOST_TEST((verify_members(testing::signed_again(dated, *keys), named()).claims[5].shown == Shown::no));
}

BOOST_AUTO_TEST_CASE(a_run_that_shows_more_of_the_log_than_its_period_needs_is_refuted) {
  const auto time_of = [&](std::uint64_t index) { return decode_header(*reader->header(index))->time_us; };
  ReportQuery query;
  query.from = time_of(7);
  query.to = time_of(19);
  const auto narrowed = [&](const std::function<void(ReportQuery&)>& change) {
    Members part = members(query);
    Manifest manifest = *read_manifest(part.at("manifest.json"));
    change(manifest.query);
    part["manifest.json"] = write_manifest(manifest);
    return verify_members(testing::signed_again(part, *keys), named()).claims[5];
  };
  BOOST_TEST((narrowed([](ReportQuery&) {}).shown == Shown::yes));
  const Claim early = narrowed([&](ReportQuery& said) { said.from = time_of(8); });
  BOOST_TEST((early.shown == Shown::no));
  BOOST_TEST(early.why_en == "more than one record from before the period is there");
  const Claim late = narrowed([&](ReportQuery& said) { said.to = time_of(18); });
  BOOST_TEST((late.shown == Shown::no));
  BOOST_TEST(late.why_en == "more than one record from behind the period is there");
}

BOOST_AUTO_TEST_CASE(a_customers_package_opens_his_decisions_only_and_is_counted_by_his_keys) {
  ReportQuery query;
  query.customer = "customer-3";
  query.subjects = keys->keys_of(query.customer);
  const Members part = members(query);
  const Result<Manifest> manifest = read_manifest(part.at("manifest.json"));
  BOOST_REQUIRE(manifest.has_value());
  BOOST_TEST(manifest->population == 4u);  // 3, 10, 17, 24
  BOOST_TEST(manifest->end - manifest->first == 30u);
  BOOST_TEST(decode_bundle(part.at("opened/000000"))->size() == 4u);
  const PackageReport report = verify_members(part, named());
  BOOST_TEST(report.exit_code() == 0, shown(report));
  // Which ids are his no proof tells: whoever signs may leave some out, and the counts fit all the same.
  BOOST_TEST((report.claims[8].shown == Shown::not_checked), shown(report));
  BOOST_TEST(report.claims[8].why_en ==
             "that 1 key id is the customer's is the bank's word; 26 decisions of the period are under other ids alone "
             "and are not "
             "opened");
  BOOST_TEST(report.claims[8].why_zh ==
             "其中 1 个密钥编号属于该客户，仅以银行所述为准；期间内仅在其他编号下的决定 26 个，未予打开");
  BOOST_TEST(
      render_text(report, Language::en).ends_with(". It is about one customer: " + report.claims[8].why_en + ".\n"));
  BOOST_TEST(render_text(report, Language::zh).ends_with("签署。" + report.claims[8].why_zh + "。\n"));
  BOOST_TEST(render_json(report).find(R"("customer_ids":1,"others":26})") != std::string::npos);
  BOOST_TEST(part.at("report.html")
                 .find("names as this customer&apos;s: 1; decisions of the period under other ids alone, "
                       "not opened here: 26.") != std::string::npos);
  query.subjects.clear();  // as if none of them were his
  const PackageReport none = verify_members(members(query), named());
  BOOST_TEST(none.exit_code() == 0, shown(none));
  BOOST_TEST((none.claims[8].shown == Shown::not_checked), shown(none));
  BOOST_TEST(none.claims[8].why_en ==
             "that no key id is the customer's is the bank's word; 30 decisions of the period are under other ids "
             "alone and are not "
             "opened");
}

BOOST_AUTO_TEST_CASE(records_lie_in_bundles_beside_their_headers_also_where_a_period_begins_within_one) {
  const testing::PackageFixture made(600);
  ReportQuery query;
  query.from = decode_header(*made.reader->header(41))->time_us;
  const Members part = made.made(query);  // records 40 to 599
  BOOST_TEST(verify_members(part, made.named()).exit_code() == 0, shown(verify_members(part, made.named())));
  BOOST_TEST(decode_bundle(part.at("opened/000000"))->front().index == 41u);  // that before the period stays closed
  BOOST_TEST(decode_bundle(part.at("opened/000000"))->back().index == 295u);
  BOOST_TEST(decode_bundle(part.at("opened/000001"))->front().index == 296u);
  BOOST_TEST(decode_bundle(part.at("opened/000002"))->back().index == 599u);
  BOOST_TEST(!part.contains("opened/000003"));
  const auto refuted = [&](Members forged, const std::string& why) {
    BOOST_REQUIRE(made.sign_again(forged));
    const PackageReport report = verify_members(forged, made.named());
    BOOST_TEST((report.claims[7].shown == Shown::no), shown(report));
    BOOST_TEST(report.claims[7].why_en == why);
  };
  Members moved = part;  // a record in its neighbour's member
  const std::size_t first = cbor::item_size(moved["opened/000001"]);
  moved["opened/000000"] += moved["opened/000001"].substr(0, first);
  moved["opened/000001"].erase(0, first);
  refuted(moved, "opened/000000 holds record 296, which belongs to another member");
  Members empty = part;
  empty["opened/000002"].clear();
  refuted(empty, "opened/000002: opened: expected at least one record");
  Members again = part;
  again["opened/000001"] += part.at("opened/000001");
  refuted(again, "opened/000001: opened: expected records in ascending order");
}

BOOST_AUTO_TEST_CASE(a_closed_day_is_recounted_and_a_receipt_names_the_manifest_that_was_exported) {
  std::string folder = (fs::temp_directory_path() / "caveat-closing-XXXXXX").string();
  BOOST_REQUIRE(mkdtemp(folder.data()) != nullptr);
  const std::string log_path = folder + "/log.db";
  TickingClock clock;
  SystemRandom random;
  constexpr Microseconds kDay = 86'400LL * 1'000'000;
  auto log = Log::open({.path = log_path, .create = true, .clock = &clock, .random = &random});
  const auto append = [&](RecordContent content) { return std::get<Committed>(log->append(std::move(content))).index; };
  for (std::size_t i = 0; i < 12; ++i) append(testing::told_decision(i));
  clock.pass(kDay);
  for (std::size_t i = 0; i < 3; ++i) append(testing::told_decision(i));
  const auto log_keys = KeyStore::open(default_keys_dir(log_path), {});
  const auto reads = LogReader::open(log_path);
  BOOST_TEST(reads->size() == 16u);
  PackageVerifyOptions options{.keys = {log_keys->verifier()}, .limits = {}, .receipt = {}};

  const PackageReport whole = verify_members(testing::package_of(*reads, *log_keys, {}), options);
  BOOST_TEST(whole.exit_code() == 0, shown(whole));
  BOOST_TEST((whole.claims[10].shown == Shown::yes), shown(whole));

  ReportQuery first_day;  // the record that closes it stands in the next day, and comes along
  first_day.to = decode_header(*reads->header(12))->time_us;
  const Members of_day = testing::package_of(*reads, *log_keys, first_day);
  const PackageReport day = verify_members(of_day, options);
  BOOST_TEST(day.exit_code() == 0, shown(day));
  BOOST_TEST((day.claims[10].shown == Shown::yes), shown(day));
  BOOST_TEST(read_manifest(of_day.at("manifest.json"))->end == 13u);
  BOOST_TEST(read_manifest(of_day.at("manifest.json"))->records == 12u);

  // The first closing record made anew, and tree, checkpoint and signatures to fit.
  const auto reclosed = [&](const std::function<void(Closing&)>& change, Kind kind = Kind::closing) {
    Members forged = testing::package_of(*reads, *log_keys, {});
    std::vector<OpenedParts> records = *decode_bundle(forged.at("opened/000000"));
    OpenedSection& event = records.at(12).sections.at(0);
    Closing closing = std::get<Closing>(*decode_event(Kind::closing, event.encoded));
    change(closing);
    event.encoded = encode_event(closing);
    Header header = *decode_header(*reads->header(12));
    header.context.kind = kind;
    header.context.commitments.at(0).digest = commit_section(Section::event, event.salt, event.encoded);
    std::string headers, opened;
    std::vector<Digest> leaves;
    for (std::uint64_t i = 0; i < reads->size(); ++i) {
      const std::string leaf = i == 12 ? encode_header(header) : *reads->header(i);
      headers += {static_cast<char>(leaf.size() >> 8), static_cast<char>(leaf.size() & 0xff)};
      headers += leaf;
      leaves.push_back(leaf_hash(leaf));
    }
    for (const OpenedParts& parts : records)
      if (parts.index != 12 || kind == Kind::closing) opened += encode_opened(parts);
    Manifest manifest = *read_manifest(forged.at("manifest.json"));
    manifest.log.root = root_of(leaves);
    forged["headers/000000"] = headers;
    forged["opened/000000"] = opened;
    forged["checkpoint"] = log_keys->sign(
        checkpoint_text({.origin = manifest.log.origin, .size = manifest.log.size, .root = manifest.log.root}));
    forged["manifest.json"] = write_manifest(manifest);
    return verify_members(testing::signed_again(forged, *log_keys), options);
  };
  const auto refuted = [&](const PackageReport& report, const std::string& why) {
    BOOST_TEST((report.claims[10].shown == Shown::no), shown(report));
    BOOST_TEST(report.claims[10].why_en == why);
  };
  BOOST_TEST((reclosed([](Closing&) {}).claims[10].shown == Shown::yes));
  refuted(reclosed([](Closing& closing) {
            closing = {.day = closing.day,
                       .records = {11, 12},
                       .kinds = {{"decision", 1}},
                       .verdicts = {{"revise", 1}},
                       .rules = {{"cn.wealth/rule_2", 1}},
                       .unread = 0};
          }),
          "closing record 12 closes other records than those of its day");
  refuted(reclosed([](Closing& closing) { closing.day = "2031-02-03"; }),
          "closing record 12 closes 2031-02-03, which is not the day before it");
  refuted(reclosed([](Closing&) {}, Kind::viewed),
          "the day before record 12 was not closed: it should be the closing record");
  const Manifest said = *read_manifest(of_day.at("manifest.json"));
  const Exported as_it_was{.by = "li",
                           .role = "local",
                           .query = first_day.in_words(Language::en),
                           .checkpoint = of_day.at("checkpoint"),
                           .content = sha256(of_day.at("manifest.json")),
                           .seed = said.seed,
                           .form = "zip",
                           .recipient = {},
                           .purpose = {}};
  const auto receipt_of = [&](const Exported& event) {
    RecordContent exported;
    exported.kind = Kind::exported;
    exported.sections = {{Section::event, encode_event(event)}};
    const std::uint64_t place = append(std::move(exported));
    reads->renew();
    return export_receipt(*reads, *log_keys, place);
  };
  options.receipt = receipt_of(as_it_was);
  const PackageReport received = verify_members(of_day, options);
  BOOST_TEST(received.exit_code() == 0, shown(received));
  BOOST_TEST((received.claims[11].shown == Shown::yes), shown(received));
  BOOST_REQUIRE(received.taken.has_value());
  BOOST_TEST(received.taken->event.by == "li");
  BOOST_TEST(render_json(received).find(R"("custody":{"by":"li","role":"local","time":")" +
                                        format_instant(received.taken->time_us, 0) + R"(","index":16,"manifest":")" +
                                        hex(sha256(of_day.at("manifest.json"))) + "\"}") != std::string::npos,
             render_json(received));
  BOOST_TEST(render_json(day).find("custody") == std::string::npos);
  BOOST_TEST(received.claims[11].why_en == "");  // the very next record: its path shows that the tree goes on
  const std::string very_next = *options.receipt;

  // A record that says other things of the export than its manifest.
  const auto other = [&](const std::function<void(Exported&)>& change, const std::string& what) {
    Exported event = as_it_was;
    change(event);
    options.receipt = receipt_of(event);
    const PackageReport report = verify_members(of_day, options);
    BOOST_TEST((report.claims[11].shown == Shown::no), what << shown(report));
    BOOST_TEST(!report.taken.has_value());
    BOOST_TEST(report.claims[11].why_en.starts_with("the record names another " + what), report.claims[11].why_en);
  };
  other([](Exported& event) { event.query = "customer k-9"; }, "query");
  other([](Exported& event) { event.checkpoint = "x"; }, "checkpoint");
  other([&](Exported& event) { event.checkpoint = *reads->checkpoint(); }, "checkpoint");
  other([](Exported& event) { event.seed = "00"; }, "seed");
  other([](Exported& event) { event.form = "csv"; }, "form");
  other([](Exported& event) { event.recipient = "nobody"; }, "recipient");
  other([](Exported& event) { event.purpose = "marketing"; }, "purpose");
  options.receipt = receipt_of(as_it_was);
  const PackageReport later = verify_members(of_day, options);
  BOOST_TEST((later.claims[11].shown == Shown::yes), shown(later));
  BOOST_TEST(later.claims[11].why_en ==
             "with 8 records between the checkpoint and it: that both are of one tree is shown by the signature alone");

  // Trees of the signer's own making that are not those of the log.
  const auto in_a_tree_of_its_own = [&](std::uint64_t index, Microseconds time_us) {
    const LogProof proof = *parse_log_proof(very_next);
    const cbor::Value extra = *cbor::decode(*proof.extra);
    Header header = *decode_header(extra.items[0].string);
    OpenedParts parts = *decode_opened(extra.items[1].string);
    header.index = parts.index = index;
    header.time_us = time_us;
    const std::string leaf = encode_header(header);
    std::vector<Digest> leaves(index, Digest{});
    leaves.push_back(leaf_hash(leaf));
    const NodeSource node = [&](unsigned level, std::uint64_t position) {
      return root_of(std::span(leaves).subspan(position << level, std::size_t{1} << level));
    };
    cbor::Encoder out;
    out.array(2);
    out.bytes(leaf);
    out.bytes(encode_opened(parts));
    const LogProof made{.extra = out.take(),
                        .index = index,
                        .path = inclusion_proof(index, index + 1, node),
                        .checkpoint = log_keys->sign(checkpoint_text(
                            {.origin = log_keys->verifier().name, .size = index + 1, .root = root_of(leaves)}))};
    options.receipt = format_log_proof(made);
    return verify_members(of_day, options);
  };
  const Microseconds now = said.log.checkpoint_time + 1;
  for (const auto& [report, words] :
       {std::pair{in_a_tree_of_its_own(0, now), "an export is recorded behind its checkpoint of 16 records"},
        std::pair{in_a_tree_of_its_own(15, now), "an export is recorded behind its checkpoint of 16 records"},
        std::pair{in_a_tree_of_its_own(17, 1), "an export is recorded behind its checkpoint of 16 records"},
        std::pair{in_a_tree_of_its_own(16, now), "the receipt's tree does not go on"}}) {
    BOOST_TEST((report.claims[11].shown == Shown::no), shown(report));
    BOOST_TEST(report.claims[11].why_en.starts_with(words), report.claims[11].why_en);
  }
  BOOST_TEST((in_a_tree_of_its_own(17, now).claims[11].shown == Shown::yes));  // told: by the signature alone
  options.receipt = very_next;
  const PackageReport of_another = verify_members(testing::package_of(*reads, *log_keys, {}), options);
  BOOST_TEST((of_another.claims[11].shown == Shown::no), shown(of_another));
  for (const std::size_t place_of_change : {std::size_t{60}, options.receipt->size() / 2}) {
    std::string changed = *options.receipt;
    changed[place_of_change] = changed[place_of_change] == 'A' ? 'B' : 'A';
    options.receipt = changed;
    BOOST_TEST((verify_members(of_day, options).claims[11].shown == Shown::no), changed);
  }
  // Nor is one kept back where there is no decision either, whose sealing would be told.
  clock.pass(kDay);
  receipt_of(as_it_was);
  options.receipt.reset();
  ReportQuery closing_alone;
  closing_alone.from = decode_header(*reads->header(reads->size() - 2))->time_us;
  closing_alone.to = *closing_alone.from + 1;
  Members kept_back = testing::package_of(*reads, *log_keys, closing_alone);
  BOOST_TEST(verify_members(kept_back, options).exit_code() == 0);
  kept_back.erase("opened/000000");
  refuted(verify_members(testing::signed_again(kept_back, *log_keys), options),
          "closing record " + std::to_string(reads->size() - 2) + " is not opened");
  log->close();
  fs::remove_all(folder);
}

BOOST_AUTO_TEST_CASE(a_package_of_another_format_is_refused_in_words) {
  Members old = members();
  std::string text = manifest_text(old.at("manifest.json"));
  text.replace(text.find("/v1"), 3, "/v0");
  old["manifest.json.sig"] = keys->sign(text);
  const PackageReport report = verify_members(old, named());
  BOOST_TEST((report.claims[1].shown == Shown::no));
  BOOST_TEST(report.claims[1].why_en == "the package is of format 0, this build reads 1");
  BOOST_TEST((report.claims[2].shown == Shown::not_checked));
}

BOOST_AUTO_TEST_CASE(hostile_bytes_are_refused_and_never_thrown_at_the_caller) {
  for (const std::string& bytes :
       {std::string(), std::string("PK"), std::string(100'000, '\0'), std::string("PK\5\6") + std::string(18, '\0')})
    BOOST_TEST(verify_package(bytes, named()).exit_code() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
