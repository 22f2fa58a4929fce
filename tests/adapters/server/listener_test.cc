// The listener with real sockets and threads, small enough to run under the thread and address sanitizers. What strangers send, slowly
// or wrongly, is tests/e2e/serve_test.py.
#include "adapters/server/listener.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <thread>

#include "tests/adapters/server/desk.h"

using namespace caveat;
using namespace caveat::server;
using namespace caveat::server::test_desk;

namespace {

class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const ::sockaddr*>(&address), sizeof address) == 0;
  }
  explicit Client(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    ::sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    connected_ = ::connect(socket_, reinterpret_cast<const ::sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  bool connected() const { return connected_; }

  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // One byte after the other, until all are sent or something comes back.
  void trickle(std::size_t bytes) const {
    char buffer[1];
    while (bytes-- > 0 && send("a") && ::recv(socket_, buffer, 1, MSG_DONTWAIT | MSG_PEEK) < 0) {
    }
  }
  // Until `mark` has come, or the other side has closed.
  std::string receive(std::string_view mark) const {
    std::string got;
    char buffer[4096];
    while (mark.empty() || got.find(mark) == std::string::npos) {
      const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
      if (count <= 0) break;
      got.append(buffer, static_cast<std::size_t>(count));
    }
    return got;
  }
  int ask(const std::string& request) const {  // the status; 0: it was closed
    if (!send(request)) return 0;
    std::string got = receive("\r\n\r\n");
    const std::size_t head = got.find("\r\n\r\n"), length = got.find("Content-Length: ");
    if (!got.starts_with("HTTP/1.1 ") || head == std::string::npos || length > head) return 0;
    const std::size_t whole = head + 4 + std::stoul(got.substr(length + 16));
    char buffer[4096];
    while (got.size() < whole) {
      const ssize_t count = ::recv(socket_, buffer, std::min(sizeof buffer, whole - got.size()), 0);
      if (count <= 0) return 0;
      got.append(buffer, static_cast<std::size_t>(count));
    }
    return std::stoi(got.substr(9, 3));
  }

 private:
  int socket_;
  bool connected_ = false;
};

struct Open {  // a desk behind sockets
  test::Bench bench;
  Desk desk;
  Listener listener;
  std::uint16_t port = 0;

  explicit Open(Caps caps = {}, std::size_t threads = 2)
      : desk(patient(caps), &bench), listener(*desk.router, threads) {
    const Result<std::uint16_t> bound = listener.listen("127.0.0.1", 0, {});
    BOOST_REQUIRE(bound);
    port = *bound;
    BOOST_REQUIRE(listener.listen_unix(unix_path()));
    listener.start();
  }
  static Caps patient(Caps caps) {  // a busy machine is no fault, where the test does not want it to be one
    for (const auto wait : {&Caps::deadline_ms, &Caps::header_wait_ms, &Caps::body_wait_ms})
      if (caps.*wait == Caps{}.*wait) caps.*wait = 120'000;
    return caps;
  }
  std::string unix_path() const { return (bench.folder / "s.sock").string(); }
  std::string turn(const std::string& id) const {
    return post("/v1/decisions", R"({"id":")" + id + R"(","answer":{"text":"a"}})");
  }
  std::string post(const std::string& path, const std::string& body, const std::string& more = {}) const {
    return "POST " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + desk.keys.at("bot") +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more + "\r\n" + body;
  }
};

constexpr const char* kHealth = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace

BOOST_AUTO_TEST_CASE(callers_on_many_connections_are_answered_each_and_what_was_taken_when_it_drains_too) {
  Open open;
  constexpr int kCallers = 8, kTurns = 12;
  std::atomic<int> answered{0}, wrong{0};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < kCallers; ++caller)
    callers.emplace_back([&, caller] {
      const Client client(open.port);
      for (int turn = 0;; ++turn) {
        const int status = client.ask(turn % 4 == 3 ? std::string(kHealth)
                                                    : open.turn(std::to_string(caller) + "-" + std::to_string(turn)));
        if (status == 0 || status == 503) break;  // it drains
        ++(status == 200 ? answered : wrong);
      }
    });
  while (answered < kCallers * kTurns) std::this_thread::yield();
  BOOST_TEST(open.listener.drain(60'000));
  for (std::thread& caller : callers) caller.join();
  BOOST_TEST(wrong == 0);
  BOOST_TEST(answered >= kCallers * kTurns);
  BOOST_TEST(!Client(open.port).connected());
}

BOOST_AUTO_TEST_CASE(a_server_that_has_drained_is_gone_from_its_address_even_if_nobody_had_come) {
  Desk desk;
  for (int round = 0; round < 100; ++round) {
    Listener listener(*desk.router, 2);
    const Result<std::uint16_t> port = listener.listen("127.0.0.1", 0, {});
    BOOST_REQUIRE(port);
    listener.start();
    BOOST_TEST(listener.drain(60'000));
    BOOST_TEST(!Client(*port).connected());
  }
}

// As far as the head was read: what is wrong with it is told in the language that it asks for.
BOOST_AUTO_TEST_CASE(what_is_refused_by_its_head_alone_is_told_in_the_language_that_the_head_asks_for) {
  Open open({.header_wait_ms = 300});
  const std::string asks = "GET /healthz HTTP/1.1\r\nAccept-Language: zh\r\n";
  for (const std::string& rest :
       {std::string("Host: x\r\nHost: y\r\n\r\n"), std::string("Host: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
        "Host: x\r\nX: " + std::string(40'000, 'a') + "\r\n\r\n", std::string("Host: x\r\n")}) {
    const Client client(open.port);
    BOOST_TEST(client.send(asks + rest));
    const std::string got = client.receive("");
    BOOST_TEST(got.find("请求") != std::string::npos, got);
    BOOST_TEST(got.find("I am sorry") == std::string::npos, got);
  }
}

BOOST_AUTO_TEST_CASE(a_batch_that_is_open_when_the_server_stops_ends_with_its_last_answer) {
  Open open;
  const auto chunk = [](const std::string& line) {
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", line.size());
    return size + line + "\r\n";
  };
  Client client(open.port), other(open.port);
  for (const Client* one : {&client, &other})
    BOOST_REQUIRE(one->send("POST /v1/decisions/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
                            open.desk.keys.at("bot") +
                            "\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"));
  client.send(chunk("{\"id\":\"o-1\",\"answer\":{\"text\":\"a\"}}\n"));
  BOOST_TEST(client.receive("\"receipt\"").find("\"id\":\"o-1\"") != std::string::npos);
  BOOST_TEST(other.receive("\r\n\r\n").find("200") != std::string::npos);  // no line yet
  std::thread reads([&] {
    BOOST_TEST(client.receive("").ends_with("0\r\n\r\n"));
    BOOST_TEST(other.receive("").ends_with("0\r\n\r\n"));
  });
  const auto began = std::chrono::steady_clock::now();
  BOOST_TEST(open.listener.drain(60'000));
  BOOST_TEST((std::chrono::steady_clock::now() - began < std::chrono::seconds(20)));
  reads.join();
}

BOOST_AUTO_TEST_CASE(batches_that_break_off_and_batches_that_end_leave_nothing_behind) {
  Open open({.batches = 10});  // three at work and six that break off find a place
  std::string lines;
  for (int line = 0; line < 100; ++line)
    lines += R"({"id":"b-)" + std::to_string(line) + R"(","answer":{"text":"a"}})" + "\n";
  const std::string type = "Content-Type: application/x-ndjson\r\n";
  std::atomic<int> lacking{0};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 3; ++caller)
    callers.emplace_back([&, caller] {
      for (int round = 0; round < 4; ++round) {
        const Client client(open.port);
        std::string request = open.post("/v1/decisions/batch", lines, type);
        if ((caller + round) % 2 == 0) request.resize(request.size() - 40);  // goes away in the middle of a line
        client.send(request);
        if ((caller + round) % 2 == 0) continue;
        const std::string got = client.receive("\r\n0\r\n\r\n");
        if (got.find(R"("id":"b-99")") == std::string::npos) ++lacking;
      }
    });
  for (std::thread& caller : callers) caller.join();
  BOOST_TEST(lacking == 0);
  // Their places were given back: as many again find one.
  for (int round = 0; round < 12; ++round) {
    const Client client(open.port);
    client.send(open.post("/v1/decisions/batch", lines, type + "Connection: close\r\n"));
    BOOST_TEST(client.receive("").find(R"("id":"b-99")") != std::string::npos);
  }
  BOOST_TEST(open.listener.drain(60'000));
}

BOOST_AUTO_TEST_CASE(one_connection_too_many_is_told_so_and_a_crowd_of_them_is_only_closed) {
  Open open({.connections = 2});
  const Client first(open.port), second(open.port);
  BOOST_TEST(first.ask(kHealth) == 200);
  BOOST_TEST(second.ask(kHealth) == 200);
  {
    std::vector<std::unique_ptr<Client>> crowd;
    for (int i = 0; i < 300; ++i) crowd.push_back(std::make_unique<Client>(open.port));
    BOOST_TEST(crowd.front()->receive("}").starts_with("HTTP/1.1 503 "));
    int told = 0;
    for (std::size_t i = 1; i < crowd.size(); ++i) told += crowd[i]->receive("overloaded").empty() ? 0 : 1;
    BOOST_TEST(told < 300);
  }
  BOOST_TEST(first.ask(kHealth) == 200);
  BOOST_TEST(open.desk.metrics.render().find("caveat_http_connections_refused_total 300\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_sends_without_a_pause_is_too_slow_all_the_same) {
  Open open({.body_wait_ms = 30});
  constexpr std::size_t kBytes = 1'000'000;
  const std::string head = open.post("/v1/decisions", std::string(kBytes, 'a'));
  for (int sender = 0; sender < 8; ++sender) {
    const Client client(open.port);
    client.send(std::string_view(head).substr(0, head.size() - kBytes));
    client.trickle(kBytes);
    BOOST_TEST(client.receive("}").substr(0, 13) == "HTTP/1.1 408 ");
  }
}

BOOST_AUTO_TEST_CASE(a_head_of_many_short_fields_in_many_pieces_is_bounded_like_one_that_comes_at_once) {
  Open open({.header_bytes = 4096});
  const Client other(open.port), client(open.port);
  client.send("GET /healthz HTTP/1.1\r\nA");
  for (int field = 0; field < 60; ++field) {
    std::string piece;
    for (int i = 0; i < 10; ++i) piece += ": bcdefg\r\nA";
    client.send(piece);
    BOOST_TEST(other.ask(kHealth) == 200);  // by then it has been read
  }
  BOOST_TEST(client.receive("}").substr(0, 13) == "HTTP/1.1 431 ");
}

BOOST_AUTO_TEST_CASE(the_end_of_a_body_in_chunks_may_come_in_pieces) {
  Open open;
  const Client other(open.port), client(open.port);
  client.send("GET /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
  BOOST_TEST(other.ask(kHealth) == 200);
  client.send("\r\n");
  BOOST_TEST(client.receive("}").substr(0, 13) == "HTTP/1.1 200 ");
}

BOOST_AUTO_TEST_CASE(a_field_that_the_http_library_throws_at_is_refused_in_a_head_and_behind_the_last_chunk) {
  Open open({.header_bytes = 1u << 20});  // more than a configuration may say
  const std::string field = "A: " + std::string(70'000, 'a') + "\r\n\r\n";
  const std::string chunked = "GET /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  const Client other(open.port);
  BOOST_TEST(other.ask(kHealth) == 200);
  for (const auto& [request, answer] :
       {std::pair{"GET /healthz HTTP/1.1\r\n" + field, "HTTP/1.1 431 "}, std::pair{chunked + field, "HTTP/1.1 400 "}}) {
    const Client client(open.port);
    client.send(request);
    BOOST_TEST(client.receive("}").substr(0, 13) == answer);
  }
  BOOST_TEST(other.ask(kHealth) == 200);
}

BOOST_AUTO_TEST_CASE(who_sends_more_lines_than_a_batch_may_have_can_send_them_and_reads_why_they_were_left) {
  Open open({.batch_lines = 2});
  std::string lines;
  while (lines.size() < 3'000'000)
    lines += R"({"id":"b-)" + std::to_string(lines.size()) + R"(","answer":{"text":"a"}})" + "\n";
  const Client client(open.port);
  BOOST_TEST(client.send(open.post("/v1/decisions/batch", lines, "Content-Type: application/x-ndjson\r\n")));
  BOOST_TEST(client.receive("").find("more; the rest was not read") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(over_the_unix_socket_its_own_user_needs_no_key) {
  Open open;
  const Client client(open.unix_path());
  BOOST_REQUIRE(client.connected());
  BOOST_TEST(client.ask("POST /v1/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}") == 200);
  BOOST_TEST(client.ask("POST /v1/decisions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}") == 403);
}

BOOST_AUTO_TEST_CASE(who_speaks_http_1_0_and_wants_to_stay_is_told_that_he_may) {
  Open open;
  const Client stays(open.port);
  BOOST_TEST(stays.send("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  BOOST_TEST(stays.receive("}").find("\r\nConnection: keep-alive\r\n") != std::string::npos);
  BOOST_TEST(stays.ask(kHealth) == 200);
  const Client goes(open.port);
  BOOST_TEST(goes.send("GET /healthz HTTP/1.0\r\n\r\n"));
  BOOST_TEST(goes.receive("").find("\r\nConnection: close\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_empty_line_before_a_request_is_not_looked_at) {
  Open open;
  const Client client(open.port);
  BOOST_TEST(client.ask(std::string("\r\n") + kHealth) == 200);
  BOOST_TEST(client.ask(open.turn("t-1") + "\r\n") == 200);
  BOOST_TEST(client.ask(kHealth) == 200);
  BOOST_TEST(client.send("\r"));  // cut in two on its way
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  BOOST_TEST(client.ask(std::string("\n") + kHealth) == 200);
  BOOST_TEST(client.ask(std::string("\r\n\r\n") + kHealth) == 400);
}

BOOST_AUTO_TEST_CASE(a_transfer_coding_beside_chunks_is_refused_by_its_name) {
  Open open;
  const Client client(open.port);
  BOOST_TEST(client.send("POST /v1/decisions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"));
  const std::string got = client.receive("");
  BOOST_TEST(got.starts_with("HTTP/1.1 400 "), got);
  BOOST_TEST(got.find("gzip, chunked") != std::string::npos, got);
}
