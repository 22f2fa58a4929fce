// What needs no gate: targets, trace contexts, keys, the table of routes, figures.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "adapters/server/callers.h"
#include "adapters/server/http.h"
#include "adapters/server/metrics.h"
#include "adapters/server/oplog.h"
#include "adapters/server/route_table.h"
#include "adapters/wire/codes.h"
#include "tests/adapters/server/desk.h"

using namespace caveat;
using namespace caveat::server;

namespace {

class CountingRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) byte = next_++;
  }

 private:
  std::uint8_t next_ = 1;
};

class StillClock final : public Clock {
 public:
  Microseconds wall_us() override { return now; }
  std::uint64_t steady_ns() override { return 0; }
  Microseconds now = 1'795'000'000LL * 1'000'000;
};

CallerEntry entry(const std::string& id, const NewKey& key) {
  CallerEntry out;
  out.id = id;
  out.roles = kBot;
  out.key_digest = key.digest;
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_target_in_absolute_form_is_taken_where_it_names_the_host_that_is_asked) {
  const auto asked = [](const char* target, const char* host) {
    Head head;
    head.target = target;
    if (host != nullptr) head.headers.emplace_back("host", host);
    return std::string(path_and_query(head));
  };
  BOOST_TEST(asked("/healthz?x=1", "gate") == "/healthz?x=1");
  BOOST_TEST(asked("http://gate:8080/healthz?x=1", "gate:8080") == "/healthz?x=1");
  BOOST_TEST(asked("HTTPS://Gate/", "gATE") == "/");
  BOOST_TEST(asked("http://gate", "gate") == "/");
  BOOST_TEST(asked("http://gate/healthz", nullptr) == "/healthz");    // of before 1.1
  BOOST_TEST(asked("http://gate:80/healthz", "gate") == "/healthz");  // the scheme's own port
  BOOST_TEST(asked("http://gate/healthz", "gate:80") == "/healthz");
  BOOST_TEST(asked("https://gate:443/healthz", "gate:") == "/healthz");
  BOOST_TEST(asked("https://gate:80/healthz", "gate") == "");
  BOOST_TEST(asked("http://:80/healthz", "") == "");
  BOOST_TEST(asked("http://other/healthz", "gate") == "");
  BOOST_TEST(asked("http://gate/healthz", "gate:8080") == "");
  for (const char* wrong :
       {"", "*", "gate:80", "http:/gate/", "http:///healthz", "http://me@gate/", "ftp://gate/", "://gate/"})
    BOOST_TEST(asked(wrong, "gate") == "", wrong);
}

BOOST_AUTO_TEST_CASE(a_target_is_decoded_once_and_what_is_not_well_formed_has_no_path) {
  const Target target = parse_target("/v1/handoffs/h%2d1?queue=wealth+advisors&state=%E5%BC%80&empty&cursor=");
  BOOST_TEST(target.path == "/v1/handoffs/h-1");
  BOOST_TEST(target.parameter("queue") == "wealth advisors");
  BOOST_TEST(target.parameter("state") == "开");
  BOOST_TEST(target.parameter("cursor") == "");
  BOOST_TEST(target.parameter("nothing") == "");
  for (const char* wrong : {"", "*", "http://x/", "/a%2", "/a%zz", "/a%00b", "/a%1fb", "/a#b", "/a?x=%1"}) {
    BOOST_TEST(parse_target(wrong).path == "", wrong);
    BOOST_TEST(!parse_target(wrong).not_utf8, wrong);
  }
  BOOST_TEST(parse_target("/a%2Fb/c%2fd?x=%2F").path ==
             "/a\x1f"
             "b/c\x1f"
             "d");  // a slash within a segment
  BOOST_TEST(parse_target("/a?x=%2F").parameter("x") == "/");
  const Matched found = match("GET", parse_target("/v1/conversations/a%2Fb%2F").path);
  BOOST_REQUIRE(found.route != nullptr);
  BOOST_TEST(found.values.at(0) == "a/b/");
  BOOST_TEST(match("GET", parse_target("/v1%2Fpacks").path).route == nullptr);
  for (const char* wrong : {"/%ff", "/a/%C3/b", "/%ED%A0%80", "/\xc3", "/a?x=%E5%BC", "/a?%ff", "/a?x=1&y=%ff"}) {
    BOOST_TEST(parse_target(wrong).path == "", wrong);
    BOOST_TEST(parse_target(wrong).not_utf8, wrong);
  }
}

BOOST_AUTO_TEST_CASE(of_a_header_that_is_a_list_all_lines_count_and_of_one_that_is_not_a_second_is_noticed) {
  Head head;
  head.headers = {{"if-match", "\"7\""}, {"authorization", "a"}, {"if-match", ""}, {"if-match", "\"1\", \"2\""}};
  BOOST_TEST(head.list("if-match") == "\"7\", \"1\", \"2\"");
  BOOST_TEST(head.list("if-none-match") == "");
  BOOST_TEST(head.repeated() == "");
  for (const char* name : {"authorization", "content-type", "idempotency-key", "caveat-deadline-ms"}) {
    head.headers = {{name, "a"}, {"host", "x"}, {name, "a"}};
    BOOST_TEST(head.repeated() == name);
  }
}

BOOST_AUTO_TEST_CASE(a_tag_is_named_by_itself_in_a_list_weakly_or_by_the_star) {
  for (const char* list : {"\"a\"", "W/\"a\"", "\"b\" ,\"a\"", "\"b\", W/\"a\"", "*"})
    BOOST_TEST(names_tag(list, "\"a\""), list);
  for (const char* list : {"", ",", "\"b\"", "a", "\"ab\"", "\"a\"b", "W/"})
    BOOST_TEST(!names_tag(list, "\"a\""), list);
}

BOOST_AUTO_TEST_CASE(a_host_is_a_name_or_an_address_with_a_port_or_nothing) {
  for (const char* host : {"", "x", "bank.example:8650", "[::1]:8650", "127.0.0.1", "a%20b"})
    BOOST_TEST(is_host(host), host);
  for (const char* wrong : {"a b", "a/b", "u@h", "a,\"b", "a?b", "a#b", "http://x", "\xff", "银行"})
    BOOST_TEST(!is_host(wrong), wrong);
}

BOOST_AUTO_TEST_CASE(a_trace_parent_is_taken_as_the_standard_has_it_and_dropped_otherwise) {
  const auto trace = parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  BOOST_REQUIRE(trace);
  BOOST_TEST(trace->id == "4bf92f3577b34da6a3ce929d0e0e4736");
  BOOST_TEST(trace->parent == "00f067aa0ba902b7");
  BOOST_TEST(trace->flags == "01");
  BOOST_TEST(parse_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes-later").has_value());
  for (const char* wrong : {"", "00", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                            "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})
    BOOST_TEST(!parse_traceparent(wrong), wrong);
}

BOOST_AUTO_TEST_CASE(the_language_of_problems_is_the_one_that_the_header_likes_best) {
  BOOST_TEST((accepted_language("zh-CN,zh;q=0.9,en;q=0.8", Language::en) == Language::zh));
  BOOST_TEST((accepted_language("en;q=0.3, zh;q=0.7", Language::en) == Language::zh));
  BOOST_TEST((accepted_language("fr, de", Language::zh) == Language::zh));
  BOOST_TEST((accepted_language("zh;q=0", Language::en) == Language::en));
  BOOST_TEST((accepted_language("", Language::zh) == Language::zh));
}

BOOST_AUTO_TEST_CASE(a_key_opens_for_its_caller_alone_and_only_its_digest_is_needed) {
  CountingRandom random;
  const NewKey one = make_key("bank-app", random), other = make_key("li.wei", random);
  BOOST_TEST(one.text.starts_with("cav_bank-app_"));
  BOOST_TEST(one.text.size() == 4 + 8 + 1 + 64u);
  const Callers callers({entry("bank-app", one), entry("li.wei", other)});
  BOOST_REQUIRE(callers.find(one.text) != nullptr);
  BOOST_TEST(callers.find(one.text)->id == "bank-app");
  BOOST_TEST(callers.find(other.text)->id == "li.wei");
  std::string swapped = "cav_li.wei_" + one.text.substr(one.text.rfind('_') + 1);
  BOOST_TEST(callers.find(swapped) == nullptr);
  for (const std::string& wrong :
       {std::string(), std::string("cav_"), std::string("cav_bank-app"), std::string("cav_bank-app_"),
        one.text.substr(4), one.text.substr(0, one.text.size() - 1), one.text + "0"})
    BOOST_TEST(callers.find(wrong) == nullptr, wrong);
  // A caller whose digest is all zeros must not be opened by an unknown id.
  CallerEntry blank;
  blank.id = "blank";
  BOOST_TEST(Callers({blank}).find("cav_nobody_x") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_caller_s_id_has_no_place_for_what_a_header_or_a_log_line_could_trip_over) {
  for (const char* good : {"a", "bank-app", "li.wei", "Gate7"}) BOOST_TEST(is_caller_id(good), good);
  for (const std::string& wrong : {std::string(), std::string("a_b"), std::string("a b"), std::string("李"),
                                   std::string("a\n"), std::string(65, 'a')})
    BOOST_TEST(!is_caller_id(wrong), wrong);
}

BOOST_AUTO_TEST_CASE(a_path_is_found_by_its_method_and_another_method_is_told_which_there_are) {
  BOOST_TEST((match("POST", "/v1/decisions").route->handler == Handler::decide));
  BOOST_TEST((match("POST", "/v1/decisions/batch").route->handler == Handler::batch));
  BOOST_TEST((match("HEAD", "/healthz").route->handler == Handler::health));
  const Matched other = match("DELETE", "/v1/decisions");
  BOOST_TEST(other.route == nullptr);
  BOOST_REQUIRE(other.methods.size() == 1u);
  BOOST_TEST(other.methods[0] == "POST");
  for (const char* path : {"/", "/v1", "/v1/decision", "/v1/decisions/", "/v1//decisions", "/V1/decisions"})
    BOOST_TEST(match("GET", path).route == nullptr, path);
}

BOOST_AUTO_TEST_CASE(every_route_says_what_it_does_in_both_languages_and_declares_what_it_may_answer) {
  for (const Route& route : routes()) {
    BOOST_TEST_CONTEXT(route.method << " " << route.path) {
      BOOST_TEST(!route.says.en.empty());
      BOOST_TEST(!route.says.zh.empty());
      BOOST_TEST(route.record.en.empty() == route.record.zh.empty());
      BOOST_TEST(!route.gives.empty());
      const std::vector<int> statuses = statuses_of(route);
      BOOST_TEST(std::is_sorted(statuses.begin(), statuses.end()));
      BOOST_TEST((std::find(statuses.begin(), statuses.end(), 401) != statuses.end()) == (route.roles != 0));
      if (route.body > 0) BOOST_TEST((std::find(statuses.begin(), statuses.end(), 413) != statuses.end()));
      for (const int status : statuses) BOOST_TEST(reason_phrase(status) != "Error", status);
    }
  }
  for (const Code* code : wire::all_codes()) BOOST_TEST(reason_phrase(code->http_status) != "Error", code->name);
}

// The grammar of the text format, line by line; promtool judges it too where it is installed (tests/e2e).
BOOST_AUTO_TEST_CASE(figures_are_prometheus_text_with_each_family_once_and_buckets_that_only_grow) {
  Metrics metrics;
  metrics.decided("allow", "rule", 40'000);
  metrics.decided("allow", "rule", 3'000'000);
  metrics.decided("handoff", "no_pack", 9'000'000'000);
  metrics.answered("POST", "/v1/decisions", 200);
  metrics.connection_opened();
  metrics.reloaded(true);
  std::string text = metrics.render();
  Metrics::head(text, "caveat_pack_info", "gauge", "x");
  Metrics::line(text, "caveat_pack_info", {{"name", "a\"b\\c\nd"}}, "1");
  Metrics::queues(text,
                  R"({"items":[{"name":"service_desk","waiting":3,"oldest":"2026-11-23T02:00:00Z"},{"name":"x"}]})",
                  *parse_instant("2026-11-23T02:01:30Z"));
  Metrics::queues(text, "nothing", 0);
  BOOST_TEST(text.find("caveat_handoffs_open{queue=\"service_desk\"} 3\n") != std::string::npos);
  const std::regex sample(
      R"re(([a-z_]+)(\{[a-z_]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\["\\n])*")*\})? [0-9.]+)re");
  const std::regex head(R"(# (HELP|TYPE) ([a-z_]+) .+)");
  std::set<std::string> typed;
  std::string family;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch found;
    if (std::regex_match(line, found, head)) {
      if (found[1] == "TYPE") BOOST_TEST(typed.insert(found[2]).second, "twice: " << line);
      family = found[2];
      continue;
    }
    BOOST_TEST(std::regex_match(line, found, sample), line);
    BOOST_TEST(std::string(found[1]).starts_with(family), line << " stands below " << family);
  }
  BOOST_TEST(text.find("caveat_decisions_total{verdict=\"allow\",cause=\"rule\"} 2\n") != std::string::npos);
  BOOST_TEST(text.find("caveat_decision_duration_seconds_bucket{le=\"0.00005\"} 1\n") != std::string::npos);
  BOOST_TEST(text.find("caveat_decision_duration_seconds_bucket{le=\"2.5\"} 2\n") != std::string::npos);
  BOOST_TEST(text.find("caveat_decision_duration_seconds_bucket{le=\"+Inf\"} 3\n") != std::string::npos);
  BOOST_TEST(text.find("caveat_decision_duration_seconds_sum 9.00304\n") != std::string::npos);
  BOOST_TEST(text.find("caveat_pack_info{name=\"a\\\"b\\\\c\\nd\"} 1\n") != std::string::npos);
  BOOST_TEST(typed.count("caveat_http_connections") == 1u);
}

BOOST_AUTO_TEST_CASE(a_line_of_the_log_has_its_time_as_every_other_instant_is_written) {
  const std::string file = (std::filesystem::temp_directory_path() / "caveat-oplog-time.jsonl").string();
  std::filesystem::remove(file);
  StillClock clock;
  std::string wanted;
  {
    const auto log = OperationLog::open(file, Level::info, clock);
    const Microseconds begin = clock.now;
    for (const Microseconds more : {0, 1, 120, 500'000, 999'999, 1'000'000, 1'000'001, 59'999'990, 60'000'000, 7, -1}) {
      clock.now = begin + more;
      log->write(Level::info, "x", {});
      wanted += "{\"time\":\"" + format_instant(clock.now, 0) + "\",\"level\":\"info\",\"event\":\"x\"}\n";
    }
    for (const Microseconds early : {-1, -1'500'000, 0, 1}) {
      clock.now = early;
      log->write(Level::info, "x", {});
      wanted += "{\"time\":\"" + format_instant(early, 0) + "\",\"level\":\"info\",\"event\":\"x\"}\n";
    }
  }
  std::ifstream in(file);
  std::stringstream bytes;
  bytes << in.rdbuf();
  BOOST_TEST(bytes.str() == wanted);
  std::filesystem::remove(file);
}

BOOST_AUTO_TEST_CASE(a_line_of_the_log_stays_one_line_of_json_and_the_level_counts_at_once) {
  const std::string file = (std::filesystem::temp_directory_path() / "caveat-oplog-test.jsonl").string();
  std::filesystem::remove(file);
  StillClock clock;
  {
    const auto log = OperationLog::open(file, Level::info, clock);
    log->write(Level::debug, "unheard", {});
    log->write(Level::info, "exchange",
               {{"request", "a\"b\n{}"}, {"status", std::int64_t{200}}, {"cut", true}, {"empty", ""}});
    log->set_level(Level::debug);
    log->write(Level::debug, "heard", {});
    std::filesystem::rename(file, file + ".1");  // as logrotate does
    log->write(Level::info, "still there", {});
    log->reopen();
    log->set_level(Level::off);
    log->write(Level::error, "unheard", {});
    log->set_level(Level::error);
    log->write(Level::error, "anew", {});
    std::filesystem::rename(file, file + ".2");
    std::filesystem::create_directory(file);  // where no file can be opened: it goes on with the one of before
    log->reopen();
    log->write(Level::error, "all the same", {});
  }
  const auto read = [](const std::string& path) {
    std::ifstream in(path);
    std::stringstream bytes;
    bytes << in.rdbuf();
    return bytes.str();
  };
  BOOST_TEST(read(file + ".1") ==
             "{\"time\":\"2026-11-18T11:06:40Z\",\"level\":\"info\",\"event\":\"exchange\",\"request\":\"a\\\"b\\n{}\","
             "\"status\":200,\"cut\":true}\n"
             "{\"time\":\"2026-11-18T11:06:40Z\",\"level\":\"debug\",\"event\":\"heard\"}\n"
             "{\"time\":\"2026-11-18T11:06:40Z\",\"level\":\"info\",\"event\":\"still there\"}\n");
  const std::string second = read(file + ".2");
  BOOST_TEST(second.starts_with("{\"time\":\"2026-11-18T11:06:40Z\",\"level\":\"error\",\"event\":\"anew\"}\n"));
  BOOST_TEST(second.find("\"event\":\"log_not_reopened\",\"why\":\"") != std::string::npos);
  BOOST_TEST(second.ends_with("\"event\":\"all the same\"}\n"));
  std::filesystem::remove(file);
  std::filesystem::remove(file + ".2");
  std::filesystem::remove(file + ".1");
}

BOOST_AUTO_TEST_CASE(lines_of_a_crowd_wait_for_each_other_and_stand_in_their_order_all_the_same) {
  const std::string file = (std::filesystem::temp_directory_path() / "caveat-oplog-crowd.jsonl").string();
  std::filesystem::remove(file);
  const auto events = [&] {
    std::ifstream in(file);
    std::string all;
    for (std::string line; std::getline(in, line);) all += line.substr(line.rfind(':') + 2, 1);
    return all;
  };
  test_desk::HandClock clock;  // a microsecond a look
  {
    const auto log = OperationLog::open(file, Level::info, clock);
    clock.ns = 1'000'000'000;
    log->write_soon(Level::info, "a", {});
    BOOST_TEST(events() == "a");  // it came alone
    BOOST_TEST(!log->waits());
    log->write_soon(Level::info, "b", {});
    log->write_soon(Level::info, "c", {});
    BOOST_TEST(events() == "a");
    BOOST_TEST(log->waits());
    log->flush();
    BOOST_TEST(events() == "abc");
    BOOST_TEST(!log->waits());
    log->write_soon(Level::info, "d", {});
    log->write(Level::error, "e", {});  // what goes at once does not overtake
    BOOST_TEST(events() == "abcde");
    log->write_soon(Level::info, "f", {});
    clock.ns += 1'000'000;
    log->write_soon(Level::info, "g", {});  // the crowd is over
    BOOST_TEST(events() == "abcdefg");
    log->write_soon(Level::info, "h", {});
    log->reopen();
    BOOST_TEST(events() == "abcdefgh");
    log->write_soon(Level::info, "i", {});
  }
  BOOST_TEST(events() == "abcdefghi");
  std::filesystem::remove(file);
}

// docs/operations.md has the roles as people read them.
BOOST_AUTO_TEST_CASE(the_page_for_operators_says_who_may_call_what_as_the_table_has_it) {
  std::ifstream file(CAVEAT_SOURCE_DIR "/docs/operations.md");
  std::set<std::string> rows;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("| `GET /") || line.starts_with("| `POST /") || line.starts_with("| `PUT /"))
      rows.insert(line);
  std::string all;
  for (const Route& route : routes()) {
    std::string row = "| `" + std::string(route.method) + " " + std::string(route.path) + "` |";
    for (const std::string_view name : role_names()) row += (route.roles & *role_of(name)) != 0 ? " ✓ |" : " |";
    row += route.roles == 0 ? " ✓ |" : " |";
    all += row + "\n";
    BOOST_TEST(rows.erase(row) == 1u, "not in docs/operations.md: " << row);
  }
  for (const std::string& row : rows) BOOST_TEST(false, "in docs/operations.md and not a route: " << row);
}
