// The configuration: what it says is what holds, every mistake at once, with its place and the name that was meant.
#include "adapters/config/configuration.h"

#include <boost/test/unit_test.hpp>

#include "adapters/wire/problem_json.h"

using namespace caveat;
using namespace caveat::config;

namespace {

constexpr std::string_view kRoles[] = {"bot", "agent", "auditor"};
const Known kRules{.roles = kRoles,
                   .is_id =
                       [](std::string_view id) {
                         return !id.empty() && id.size() <= 64 && id.find_first_of(" _/") == std::string_view::npos;
                       },
                   .zones = [] { return std::vector<std::string>{"Asia/Shanghai", "UTC"}; }};
const std::string kDigest(64, 'a');

// path, expected, found, nearest of each item, one a line
std::string mistakes(const std::string& text) {
  const Result<Configuration> read = read_configuration(text, "c.toml", kRules);
  if (read) return "none";
  std::string out;
  for (const ProblemItem& item : read.error().items)
    out += item.path + " | " + item.expected + " | " + item.found + (item.nearest.empty() ? "" : " | " + item.nearest) +
           "\n";
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_the_starter_says_is_what_holds_without_it_in_both_languages) {
  const Configuration plain = *read_configuration("", "c.toml", kRules);
  for (const Language language : {Language::en, Language::zh}) {
    const std::string text = written_configuration(language);
    const Result<Configuration> read = read_configuration(text, "c.toml", kRules);
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST(read->listen == plain.listen);
    BOOST_TEST(read->log_path == plain.log_path);
    BOOST_TEST(read->pack_folders == plain.pack_folders, boost::test_tools::per_element());
    BOOST_TEST(read->deadline_ms == plain.deadline_ms);
    BOOST_TEST(read->header_bytes == plain.header_bytes);
    BOOST_TEST(read->turns_waiting == plain.turns_waiting);
    BOOST_TEST(read->log_level == plain.log_level);
    // Every key stands below a comment of its own.
    std::istringstream lines(text);
    std::string before;
    for (std::string line; std::getline(lines, line); before = line)
      if (line.find(" = ") != std::string::npos && !line.starts_with('#')) BOOST_TEST(before.starts_with("# "), line);
  }
  BOOST_TEST(plain.listen == "127.0.0.1:8650");
  BOOST_TEST(plain.deadline_ms == 2'000);
  BOOST_TEST(plain.clock_skew_ms == 300'000);
  BOOST_TEST(plain.header_bytes == 16'384u);
  BOOST_TEST(plain.body_bytes == 1u << 20);
  BOOST_TEST(plain.connections == 10'000u);
  BOOST_TEST(plain.idle_ms == 60'000);
}

BOOST_AUTO_TEST_CASE(what_is_written_counts) {
  const Result<Configuration> read = read_configuration(
      "[log]\npath = \"bank.db\"\n[packs]\nfolders = [\"a\", \"b\"]\n[gate]\ndeadline = \"750 ms\"\nthreads = 3\n"
      "[limits]\nheader = \"32 KiB\"\nidle = \"2 min\"\n[logging]\nlevel = \"warn\"\n"
      "[[callers]]\nid = \"bank-app\"\nroles = [\"bot\"]\nsources = [\"crm\"]\nany_time = true\nkey_digest = \"" +
          kDigest + "\"\n",
      "c.toml", kRules);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(read->log_path == "bank.db");
  BOOST_TEST(read->pack_folders.size() == 2u);
  BOOST_TEST(read->deadline_ms == 750);
  BOOST_TEST(read->gate_threads == 3u);
  BOOST_TEST(read->header_bytes == 32'768u);
  BOOST_TEST(read->idle_ms == 120'000);
  BOOST_TEST(read->log_level == "warn");
  BOOST_REQUIRE(read->callers.size() == 1u);
  BOOST_TEST(read->callers[0].id == "bank-app");
  BOOST_TEST(read->callers[0].sources[0] == "crm");
  BOOST_TEST(read->callers[0].any_time);
  BOOST_TEST(!read->callers[0].confirms);
}

BOOST_AUTO_TEST_CASE(every_mistake_is_told_at_once_with_its_place_and_the_name_that_was_meant) {
  BOOST_TEST(mistakes("[logg]\npath = \"x\"\n"
                      "[log]\npth = \"x\"\n"
                      "[gate]\ndeadline = 2\nthreads = -1\n"
                      "[limits]\nheader = \"16 kB\"\n"
                      "[http]\nlisten = \"localhost\"\n"
                      "[logging]\nlevel = \"inof\"\n") ==
             "c.toml:1:2 logg | a section of the configuration | one that nobody knows | log\n"
             "c.toml:4:1 log.pth | a key of [log] | one that nobody knows | path\n"
             "c.toml:6:12 gate.deadline | a time like \"500 ms\", \"2 s\" or \"5 min\", from 10 ms to 600000 ms | 2\n"
             "c.toml:7:11 gate.threads | a whole number from 0 to 256 | -1\n"
             "c.toml:9:10 limits.header | a size like \"16 KiB\", from 1024 B to 65536 B | \"16 kB\"\n"
             "c.toml:11:10 http.listen | ADDRESS:PORT, like \"127.0.0.1:8650\" or \"[::1]:8650\" | \"localhost\"\n"
             "c.toml:13:9 logging.level | debug, info, warn, error, off | \"inof\" | info\n");
}

BOOST_AUTO_TEST_CASE(a_limit_is_taken_at_its_edge_and_refused_one_beyond) {
  BOOST_TEST(mistakes("[gate]\nthreads = 256\ndeadline = \"10 ms\"") == "none");
  BOOST_TEST(mistakes("[gate]\nthreads = 257") != "none");
  BOOST_TEST(mistakes("[gate]\ndeadline = \"9 ms\"") != "none");
  BOOST_TEST(mistakes("[gate]\ndeadline = \"2s\"") == "none");
  BOOST_TEST(mistakes("[limits]\nheader = \"64 KiB\"") == "none");
  BOOST_TEST(mistakes("[limits]\nheader = \"65 KiB\"") != "none");
  BOOST_TEST(mistakes("[limits]\nbody = \"1 MiB\"") == "none");
  BOOST_TEST(mistakes("[limits]\nbody = \"2 MiB\"") != "none");
  for (const char* wrong : {"\"2\"", "\"s\"", "\"-2 s\"", "\"2 s \"", "\"99999999999999999999 s\"", "\"\""})
    BOOST_TEST(mistakes("[gate]\ndeadline = " + std::string(wrong)) != "none", wrong);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_told_as_what_it_is) {
  BOOST_TEST(mistakes("[http]\nlisten = \"::1\"") ==
             "c.toml:2:10 http.listen | ADDRESS:PORT, like \"127.0.0.1:8650\" or \"[::1]:8650\" | \"::1\"\n");
  BOOST_TEST(mistakes("[http]\nlisten = \"[::1]:0\"") == "none");
  for (const char* no :
       {"::1:8650", "[::1]", "[::1:8650", ":8650", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:80a", ""})
    BOOST_TEST(!address_and_port(no), no);
  BOOST_CHECK((address_and_port("[::1]:8650") == std::pair<std::string, std::uint16_t>("::1", 8'650)));
  BOOST_CHECK((address_and_port("localhost:0") == std::pair<std::string, std::uint16_t>("localhost", 0)));
  BOOST_TEST(mistakes("[log]\npath = \"a\\u0000b\"") == "c.toml:2:8 log.path | a text without NUL | \"a\\u0000b\"\n");
  BOOST_TEST(mistakes("[packs]\nfolders = [\"\"]") == "c.toml:2:11 packs.folders | the paths of folders | [\"\"]\n");
  BOOST_TEST(mistakes("[[callers]]\nid = \"a\"\nroles = \"bot\"\nkey_digest = \"" + kDigest + "\"\n") ==
             "c.toml:3:9 callers.roles | a list of texts, [\"…\"] | \"bot\"\n");
  BOOST_TEST(
      mistakes("[[callers]]\nid = \"a\"\nroles = [\"bot\"]\nkey_digest = \"" + std::string(64, 'A') + "\"\n") ==
      "c.toml:1:1 callers.key_digest | the 64 hex digits that `caveat keys caller` writes | 64 characters, not all "
      "of them 0–9 a–f\n");
}

BOOST_AUTO_TEST_CASE(a_caller_needs_an_id_of_its_own_a_role_that_there_is_and_a_digest) {
  const std::string head = "[[callers]]\n";
  BOOST_TEST(mistakes(head + "id = \"a\"\nroles = [\"bot\"]\nkey_digest = \"" + kDigest + "\"\n") == "none");
  BOOST_TEST(mistakes(head + "id = \"a_b\"\nroles = [\"bott\"]\nkey_digest = \"short\"\nsorces = []\n") ==
             "c.toml:1:1 callers.id | 1 to 64 of a–z A–Z 0–9 . - | a_b\n"
             "c.toml:1:1 callers.key_digest | the 64 hex digits that `caveat keys caller` writes | 5 characters\n"
             "c.toml:1:1 callers.roles | bot, agent, auditor | bott | bot\n"
             "c.toml:5:1 callers.sorces | a key of [callers] | one that nobody knows | sources\n");
  const std::string one = head + "id = \"a\"\nroles = [\"bot\"]\nkey_digest = \"" + kDigest + "\"\n";
  BOOST_TEST(mistakes(one + one) == "c.toml:5:1 callers.id | an id that no other caller has | a\n");
  BOOST_TEST(mistakes(head + "id = \"a\"\nroles = [\"agent\", \"bot\"]\nkey_digest = \"" + kDigest + "\"\n") ==
             "c.toml:1:1 callers.roles | a key for the bot and another for the person who takes over from it | bot and "
             "agent\n");
  const std::string agent = head + "id = \"b\"\nroles = [\"agent\"]\nkey_digest = \"" + kDigest + "\"\n";
  BOOST_TEST(mistakes(one + agent) ==
             "c.toml:5:1 callers.key_digest | a key of its own: `caveat keys caller` makes one | the one of a\n");
  BOOST_TEST(
      mistakes(head + "id = \"local\"\nroles = [\"bot\"]\nkey_digest = \"" + kDigest + "\"\n") ==
      "c.toml:1:1 callers.id | an id other than local, by which records name the command line and the user of the "
      "socket | local\n");
  BOOST_TEST(mistakes("callers = 5") == "c.toml:1:11 callers | tables headed [[callers]] | 5\n");
}

BOOST_AUTO_TEST_CASE(a_list_that_does_not_fit_is_shown_and_a_log_needs_a_path) {
  BOOST_TEST(mistakes("[packs]\nfolders = []") == "c.toml:2:11 packs.folders | a list of texts, [\"…\"] | []\n");
  BOOST_TEST(mistakes("[packs]\nfolders = [1, \"a\"]") ==
             "c.toml:2:11 packs.folders | a list of texts, [\"…\"] | [1, \"a\"]\n");
  BOOST_TEST(mistakes("[log]\npath = \"\"") == "c.toml:2:8 log.path | the path of a file | \"\"\n");
}

BOOST_AUTO_TEST_CASE(what_is_no_toml_is_told_with_the_place_where_it_ends_to_be) {
  BOOST_TEST(mistakes("[log]\npath = \n").starts_with("c.toml:2:"));
}

BOOST_AUTO_TEST_CASE(a_caller_is_written_as_it_is_read) {
  CallerSettings caller;
  caller.id = "li.wei";
  caller.roles = {"agent", "auditor"};
  caller.queues = {"财富\"顾问", "two\nlines"};
  caller.key_digest = kDigest;
  caller.confirms = true;
  const std::string text = written_caller(caller) + written_caller({.id = "b",
                                                                    .roles = {"bot"},
                                                                    .sources = {"*"},
                                                                    .jurisdictions = {"CN"},
                                                                    .queues = {},
                                                                    .key_digest = std::string(64, 'b'),
                                                                    .any_time = true,
                                                                    .place = {}});
  const Result<std::vector<CallerSettings>> read = read_callers(text, "f.toml", kRules);
  BOOST_REQUIRE(read.has_value());
  BOOST_REQUIRE(read->size() == 2u);
  BOOST_TEST((*read)[0].id == "li.wei");
  BOOST_TEST((*read)[0].roles[1] == "auditor");
  BOOST_TEST((*read)[0].queues[0] == "财富\"顾问");
  BOOST_TEST((*read)[0].queues[1] == "two\nlines");
  BOOST_TEST((*read)[0].confirms);
  BOOST_TEST(!(*read)[1].confirms);
  BOOST_TEST((*read)[1].sources[0] == "*");
  BOOST_TEST((*read)[1].any_time);
  BOOST_TEST((*read)[1].place == "f.toml:9:1");
  const Result<std::vector<CallerSettings>> other = read_callers("[log]\npath = \"x\"\n", "f.toml", kRules);
  BOOST_TEST(!other.has_value());
}

BOOST_AUTO_TEST_CASE(a_mistake_is_told_in_words) {
  const Result<Configuration> read = read_configuration("[log]\npth = \"x\"\n", "c.toml", kRules);
  BOOST_REQUIRE(!read);
  BOOST_TEST(wire::problem_text(read.error(), Language::en, "c.toml") ==
             "The configuration has mistakes. `caveat help new` says how to write one that explains itself. "
             "[configuration]\n  c.toml:2:1 log.pth: expected a key of [log]; found one that nobody knows; did you "
             "mean path?\n");
}

BOOST_AUTO_TEST_CASE(a_section_whose_place_is_kept_is_refused_in_words_and_not_taken_for_one_that_works) {
  BOOST_TEST(mistakes("[[webhooks]]\nurl = \"x\"\n") ==
             "c.toml:1:3 webhooks | nothing yet (not_yet): agents ask for /v1/handoffs | a key whose place is kept\n");
}

BOOST_AUTO_TEST_CASE(reference_sets_may_lie_in_folders_of_their_own_or_in_none) {
  BOOST_TEST(read_configuration("", "c.toml", kRules)->data_folders.empty());
  BOOST_TEST(read_configuration("[data]\nfolders = []\n", "c.toml", kRules)->data_folders.empty());
  const Result<Configuration> read = read_configuration("[data]\nfolders = [\"a\", \"b\"]\n", "c.toml", kRules);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(read->data_folders == (std::vector<std::string>{"a", "b"}), boost::test_tools::per_element());
  BOOST_TEST(mistakes("[data]\nfolders = \"a\"\n") == "c.toml:2:11 data.folders | a list of texts, [\"…\"] | \"a\"\n");
  BOOST_TEST(mistakes("[packs]\nfolders = []\n") == "c.toml:2:11 packs.folders | a list of texts, [\"…\"] | []\n");
}

BOOST_AUTO_TEST_CASE(where_nothing_is_said_answers_wait_for_the_disk_and_the_packs_say_the_queue) {
  const Configuration plain = *read_configuration("", "c.toml", kRules);
  BOOST_TEST(plain.durable);
  BOOST_TEST(plain.default_queue.empty());
  BOOST_TEST(plain.high_water.empty());
  BOOST_TEST(plain.log_zone == "UTC");
  const Result<Configuration> read = read_configuration(
      "[log]\nhigh_water = \"/mnt/mark\"\nzone = \"Asia/Shanghai\"\n[gate]\ndurable = false\ndefault_queue = "
      "\"desk\"\n",
      "c.toml", kRules);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(!read->durable);
  BOOST_TEST(read->default_queue == "desk");
  BOOST_TEST(read->high_water == "/mnt/mark");
  BOOST_TEST(read->log_zone == "Asia/Shanghai");
  BOOST_TEST(mistakes("[gate]\ndurable = \"no\"\n") == "c.toml:2:11 gate.durable | true or false | \"no\"\n");
  BOOST_TEST(mistakes("[gate]\ndurabel = false\n") ==
             "c.toml:2:1 gate.durabel | a key of [gate] | one that nobody knows | durable\n");
}

BOOST_AUTO_TEST_CASE(a_zone_that_the_machine_does_not_have_is_refused_with_the_nearest) {
  BOOST_TEST(
      mistakes("[log]\nzone = \"Asia/Shangai\"\n") ==
      "c.toml:2:8 log.zone | a time zone of this machine, like \"Asia/Shanghai\" | \"Asia/Shangai\" | Asia/Shanghai\n");
  BOOST_TEST(mistakes("[log]\nzone = 8\n") == "c.toml:2:8 log.zone | a text in quotes | 8\n");
}

BOOST_AUTO_TEST_CASE(what_a_reload_does_not_put_in_force_is_named_when_it_changes) {
  const std::string before =
      "[packs]\nfolders = [\"a\"]\n[http]\nlisten = \"127.0.0.1:1\"\n[logging]\nlevel = \"info\"\n";
  const auto later = [&](const std::string& now) {
    std::string out;
    for (const std::string& key : count_after_a_restart(*read_configuration(before, "c.toml", kRules),
                                                        *read_configuration(now, "c.toml", kRules)))
      out += key + " ";
    return out;
  };
  BOOST_TEST(later(before) == "");
  BOOST_TEST(later("[packs]\nfolders = [\"b\"]\n[data]\nfolders = [\"d\"]\n[http]\nlisten = \"127.0.0.1:1\"\n"
                   "callers = \"x.toml\"\n[logging]\nlevel = \"warn\"\n") == "");
  BOOST_TEST(later("[packs]\nfolders = [\"a\"]\n[log]\npath = \"x.db\"\n[gate]\ndeadline = \"3 s\"\ndurable = false\n"
                   "[http]\nlisten = \"127.0.0.1:2\"\n[limits]\nconnections = 5\n[logging]\nfile = \"o\"\n") ==
             "log.path gate.deadline gate.durable http.listen limits.connections logging.file ");
}
