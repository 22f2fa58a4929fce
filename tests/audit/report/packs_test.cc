// The packs of a package: what stands where, and that nothing but the rules that decisions were made by passes for them.
#include "audit/report/packs.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "engine/base/version.h"
#include "tests/audit/support/package_fixture.h"

using namespace caveat;
using namespace caveat::audit;

namespace {

const Digest kWealth = sha256("wealth");
const std::string kForm = "packs/" + hex(sha256("wealth")) + ".cbor", kFolder = "packs/" + hex(sha256("wealth")) + "/";

struct Fixture : audit::testing::PackageFixture {
  std::size_t compiled = 0;
  PackageVerifyOptions compiling() {
    PackageVerifyOptions options = named();
    options.compile = [this](const std::vector<PackToCompile>& packs) {
      ++compiled;
      CompiledPacks found;
      for (const PackToCompile& pack : packs) {
        bool same = pack.name == "cn.wealth" && pack.version == "2026.2";
        std::size_t known = 0;
        for (const PackFile& file : pack.files) {
          if (file.path == "README.txt") {
            found.unread.push_back({0, file.path});
            continue;
          }
          if (file.bytes == "mistake") found.mistake = {0, file.path == "of none" ? "" : file.path};
          known += (file.path == "pack.cav" && file.bytes == "pack") ||
                   (file.path == "words/词 %.txt" && file.bytes == "fund\n");
          same = same && file.bytes != "more";
        }
        found.digests.push_back(same && known == 2 ? std::optional(kWealth) : std::nullopt);
      }
      return found;
    };
    return options;
  }
  static const Claim* claim_16(const PackageReport& report) {
    const auto found =
        std::find_if(report.claims.begin(), report.claims.end(), [](const Claim& one) { return one.number == 16; });
    return found == report.claims.end() ? nullptr : &*found;
  }
  // In the result, in both languages and to a program.
  static bool says_that_not_all_was_checked(const PackageReport& report) {
    const bool said = render_text(report, Language::en).find("see claim 16.") != std::string::npos;
    BOOST_TEST(said == (render_text(report, Language::zh).find("（见第 16 项）") != std::string::npos));
    BOOST_TEST(said == (render_json(report).find(R"("packs_checked":false)") != std::string::npos));
    return said;
  }
  void refuted(const PackageReport& report, const std::string& words) {
    BOOST_TEST(report.exit_code() == 1);
    BOOST_TEST(render_text(report, Language::en).find(words) != std::string::npos, render_text(report, Language::en));
  }
  void refuted(const Members& forged, const std::string& words) {
    refuted(verify_members(audit::testing::signed_again(forged, *keys), compiling()), words);
  }
};

std::string replaced(std::string text, const std::string& before, const std::string& after) {
  BOOST_REQUIRE(text.find(before) != std::string::npos);
  return text.replace(text.find(before), before.size(), after);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(packs, Fixture)

BOOST_AUTO_TEST_CASE(a_member_has_one_name_and_a_name_one_path) {
  for (const std::string path : {"pack.cav", "words/list-1_a.txt", "a b", "100%.cav", "规则/甲.cav", "A:b\\c"}) {
    const std::optional<std::string> name = file_member(kWealth, path);
    BOOST_REQUIRE(name.has_value());
    BOOST_TEST(valid_member_name(*name));
    BOOST_TEST((pack_member(*name).value().path == path));
    BOOST_TEST((pack_member(*name)->digest == kWealth));
  }
  BOOST_TEST(!pack_member(kForm)->path.has_value());
  for (const std::string& path : std::vector<std::string>{"", "/x", "x/", "a//b", "../x", ".", std::string(200, 'n')})
    BOOST_TEST(!file_member(kWealth, path).has_value(), path);
  for (const std::string& name : std::vector<std::string>{
           "packs/", "packs/cn.wealth", "packs/" + std::string(64, 'A') + ".cbor", kForm + "x", kFolder,
           kFolder + "%61", kFolder + "%2f", kFolder + "%", kFolder + "a%4", kFolder + "%e8"})
    BOOST_TEST(!pack_member(name).has_value(), name);
}

BOOST_AUTO_TEST_CASE(a_package_has_the_packs_that_decisions_were_made_by_and_nothing_of_them_unless_asked) {
  BOOST_TEST(members.at("manifest.json").find("\"packs\"") == std::string::npos);
  BOOST_TEST(claim_16(verify_members(members, compiling())) == nullptr);
  const Members with = made({}, with_wealth());
  BOOST_TEST((with == made({}, with_wealth())));
  BOOST_TEST(with.at(kForm) == "wealth");
  BOOST_TEST(with.at(kFolder + "pack.cav") == "pack");
  BOOST_TEST(with.at(kFolder + "words/%E8%AF%8D%20%25.txt") == "fund\n");
  BOOST_TEST(with.size() == members.size() + 3);
  const PackageReport report = verify_members(with, compiling());
  BOOST_TEST(report.exit_code() == 0, render_text(report, Language::en));
  BOOST_TEST((claim_16(report)->shown == Shown::yes));
  BOOST_TEST(claim_16(report)->why_en ==
             "their comments and examples are no part of a digest, and nobody vouches for them");
  BOOST_TEST(compiled == 1u);
  BOOST_TEST(!says_that_not_all_was_checked(report));
  BOOST_TEST(render_json(report).find(R"("packs_checked":true)") != std::string::npos);
  const PackageReport without = verify_members(with, named());
  BOOST_TEST(without.exit_code() == 0);
  BOOST_TEST((claim_16(without)->shown == Shown::not_checked));
  BOOST_TEST(says_that_not_all_was_checked(without));
  BOOST_TEST(claim_16(without)->why_en == "what the files for people say is not checked: no compiler is at hand");
  BOOST_TEST(claim_16(without)->why_zh == "供阅读的文件未核查：没有可用的编译器");
}

BOOST_AUTO_TEST_CASE(a_pack_that_is_not_at_hand_and_one_with_confidential_rules_are_named_and_not_there) {
  const Members none = made({}, [](const Digest&) { return nullptr; });
  PackageReport report = verify_members(none, compiling());
  BOOST_TEST(report.exit_code() == 0);
  BOOST_TEST((claim_16(report)->shown == Shown::not_checked));
  BOOST_TEST(claim_16(report)->why_en == "the text of cn.wealth 2026.2 was not at hand");
  BOOST_TEST(says_that_not_all_was_checked(report));
  BOOST_TEST(none.at("report.html").find("not at hand") != std::string::npos);
  wealth.confidential = true;
  const Members kept = made({}, with_wealth());
  report = verify_members(kept, compiling());
  BOOST_TEST(claim_16(report)->why_en == "cn.wealth 2026.2 has confidential rules and is left out");
  BOOST_TEST(claim_16(report)->why_zh == "cn.wealth 2026.2 含有保密规则，未予收入");
  for (const Members& package : {none, kept})
    for (const auto& [name, bytes] : package) {
      BOOST_TEST(!name.starts_with("packs/"), name);
      BOOST_TEST(bytes.find("fund\n") == std::string::npos);
    }
  wealth = {.confidential = false, .declarations = "another", .files = {}};
  BOOST_TEST(claim_16(verify_members(made({}, with_wealth()), compiling()))->why_en ==
             "the text of cn.wealth 2026.2 was not at hand");
}

BOOST_AUTO_TEST_CASE(whoever_signs_passes_no_other_rules_off_as_these) {
  const Members sound = made({}, with_wealth());
  const std::string held =
      R"({"name":"cn.wealth","version":"2026.2","sha256":")" + hex(kWealth) + R"(","text":"here"})";
  const auto said = [&](const std::string& before, const std::string& after, const std::string& words) {
    Members forged = sound;
    forged["manifest.json"] = replaced(forged["manifest.json"], before, after);
    forged["manifest.json.sig"] = keys->sign(manifest_text(forged["manifest.json"]));
    refuted(verify_members(forged, compiling()), words);
  };
  const auto with = [&](const std::string& name, const std::string& bytes) {
    Members forged = sound;
    forged[name] = bytes;
    return forged;
  };
  BOOST_TEST(verify_members(audit::testing::signed_again(sound, *keys), compiling()).exit_code() == 0);
  refuted(with(kForm, "wealth!"), "member " + kForm + " has another digest than its name");
  refuted(with(kFolder + "pack.cav", "other"), "say something else than the digest stands for");
  refuted(with(kFolder + "more.cav", "more"), "say something else than the digest stands for");
  refuted(with(kFolder + "more.cav", "mistake"),
          "the files of these packs do not compile together: the first error is in " + kFolder + "more.cav\n");
  refuted(with(kFolder + "of%20none", "mistake"), "the files of these packs do not compile together\n");
  const std::string other = "packs/" + hex(sha256("x"));
  refuted(with(other + ".cbor", "x"), "member " + other + ".cbor is of no pack that the manifest says is here");
  refuted(with(other + "/a", "x"), "member " + other + "/a is of no pack that the manifest says is here");
  refuted(with("packs/a", "x"), "member packs/a is none that Caveat writes");
  refuted(with(kFolder + "%61", "x"), "is none that Caveat writes");
  said(held, "", "spelt in another way");
  said("\"text\":\"here\"", "\"text\":\"missing\"", "is of no pack that the manifest says is here");
  said("\"text\":\"here\"", "\"text\":\"there\"", "manifest.json/packs/text");
  said(hex(kWealth), hex(sha256("x")), "the manifest lists other packs than the records name");
  said("2026.2", "2026.3", "the manifest lists other packs than the records name");
  said(held, held + ",\n    " + held, "the manifest lists other packs than the records name");
  Members without = sound;
  without.erase(kForm);
  refuted(without, "member " + kForm + " is missing");
  Members unsaid = sound;  // packs/ of a package that was to have none
  std::string& manifest = unsaid["manifest.json"];
  const std::size_t from = manifest.find("  \"packs\": [");
  manifest.erase(from, manifest.find("  \"members\": [") - from);
  refuted(unsaid, "is none that Caveat writes");
}

BOOST_AUTO_TEST_CASE(a_part_of_a_pack_has_no_meaning_so_files_whose_names_are_too_long_are_left_out_all) {
  wealth.files.push_back({std::string(300, 'n') + ".cav", "rule"});
  const Members with = made({}, with_wealth());
  BOOST_TEST(with.contains(kForm));
  BOOST_TEST(!with.contains(kFolder + "pack.cav"));
  const PackageReport report = verify_members(with, compiling());
  BOOST_TEST(report.exit_code() == 0);
  BOOST_TEST((claim_16(report)->shown == Shown::not_checked));
  BOOST_TEST(claim_16(report)->why_en.find("files are not there") != std::string::npos);
  BOOST_TEST(says_that_not_all_was_checked(report));
  BOOST_TEST(compiled == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_neither_a_rule_file_nor_a_list_that_one_names_is_named_and_no_claim_is_made_of_it) {
  Members more = made({}, with_wealth());
  more[kFolder + "README.txt"] = "These rules say nothing at all.";
  const PackageReport report = verify_members(audit::testing::signed_again(more, *keys), compiling());
  BOOST_TEST(report.exit_code() == 0, render_text(report, Language::en));
  BOOST_TEST((claim_16(report)->shown == Shown::not_checked));
  BOOST_TEST(claim_16(report)->why_en == "what the files for people say is not checked: member " + kFolder +
                                             "README.txt is neither a rule file nor a word list that one names");
  BOOST_TEST(claim_16(report)->why_zh ==
             "供阅读的文件未核查：成员 " + kFolder + "README.txt 既非规则文件，也非其所引用的词表");
  BOOST_TEST(says_that_not_all_was_checked(report));
}

BOOST_AUTO_TEST_CASE(more_text_than_is_compiled_in_a_stated_time_is_not_compiled) {
  wealth.files = {{"pack.cav", std::string((8u << 20) + 1, ' ')}};
  const PackageReport report = verify_members(made({}, with_wealth()), compiling());
  BOOST_TEST(report.exit_code() == 0);
  BOOST_TEST((claim_16(report)->shown == Shown::not_checked));
  BOOST_TEST(claim_16(report)->why_en.find("more than 8 MiB") != std::string::npos);
  BOOST_TEST(compiled == 0u);
}

BOOST_AUTO_TEST_CASE(what_a_package_of_another_version_says_of_rules_is_not_shown_by_this_build) {
  Members other = made({}, with_wealth());
  other["manifest.json"] = replaced(other["manifest.json"], std::string("\"") + std::string(version()), "\"9999.0.0");
  other[kFolder + "pack.cav"] = "These rules say nothing at all.";
  const PackageReport report = verify_members(audit::testing::signed_again(other, *keys), compiling());
  BOOST_TEST(report.exit_code() == 0, render_text(report, Language::en));
  BOOST_TEST((claim_16(report)->shown == Shown::not_checked));
  BOOST_TEST(claim_16(report)->why_en ==
             "what the files for people say is not checked: another version wrote the package");
  BOOST_TEST(says_that_not_all_was_checked(report));
  BOOST_TEST(compiled == 0u);
}

BOOST_AUTO_TEST_CASE(no_rules_are_shown_where_there_is_no_decision) {
  ReportQuery before_all;
  before_all.to = 1;
  const PackageReport report = verify_members(made(before_all, with_wealth()), compiling());
  BOOST_TEST(report.exit_code() == 0, render_text(report, Language::en));
  BOOST_TEST((claim_16(report)->shown == Shown::not_checked));
  BOOST_TEST(claim_16(report)->why_en == "no decision is in it");
  BOOST_TEST(claim_16(report)->why_zh == "其中没有决定");
  BOOST_TEST(!says_that_not_all_was_checked(report));
}

BOOST_AUTO_TEST_SUITE_END()
