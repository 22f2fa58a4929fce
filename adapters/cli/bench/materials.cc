#include "adapters/cli/bench/materials.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <random>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace caveat::cli::bench {

namespace {

constexpr std::array<std::string_view, 12> kWords = {"fund",  "term", "holding", "market", "notice", "branch",
                                                     "yield", "risk", "account", "month",  "client", "product"};
constexpr std::array<std::string_view, 12> kHan = {"基金", "期限", "持有", "市场", "告知", "网点",
                                                   "收益", "风险", "账户", "每月", "客户", "产品"};

// A word of its own for each rule, of letters that no filler is made of in this order.
std::string code(std::size_t rule, bool zh) {
  constexpr std::array<std::string_view, 10> kSigns = {"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"};
  std::string out;
  for (std::size_t place = 0; place < 6; ++place, rule /= 10)
    out = (zh ? std::string(kSigns[rule % 10]) : std::string(1, static_cast<char>('b' + rule % 10))) + out;
  return out;
}
std::string phrase(std::size_t rule, bool zh) {
  return zh ? "包赚" + code(rule, true) : "assured " + code(rule, false);
}

std::string text(std::mt19937_64& random, bool zh, const std::string& within) {
  std::string out;
  std::size_t characters = 0;
  const std::size_t at = random() % kMaterialCharacters;
  bool said = within.empty();
  for (std::size_t word = 1; characters < kMaterialCharacters; ++word) {
    if (!said && characters >= at) {
      out += within + (zh ? "，" : ", ");
      said = true;
    }
    const std::string_view next = (zh ? kHan : kWords)[random() % kWords.size()];
    out += next;
    out += word % 9 == 0 ? (zh ? "。" : ". ") : (zh ? "" : " ");
    characters += zh ? 2 : next.size() + 1;
  }
  return out;
}

class Wire {  // a connection of its own, closed at the end
 public:
  explicit Wire(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const ::sockaddr*>(&address), sizeof address) != 0) {
      ::close(socket_);
      throw std::runtime_error("no connection for a batch");
    }
  }
  ~Wire() { ::close(socket_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  void send(std::string_view bytes) const {  // what cannot be sent is seen by who reads
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  std::size_t receive(char* buffer, std::size_t size) const {
    const ssize_t got = ::recv(socket_, buffer, size, 0);
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  }

 private:
  int socket_;
};

}  // namespace

Materials make_materials(std::size_t rules, std::size_t entries, std::uint64_t seed) {
  Materials made;
  made.pack =
      "pack bench.materials\n  time zone \"Asia/Shanghai\"\n  version \"1\"\n  default queue editors\n\n"
      "queue editors\n  say en \"An editor will look at it.\" zh \"将由编辑审核。\"\n\n"
      "source HOUSE is policy \"House rules for texts\" section \"1\"\n";
  for (std::size_t rule = 0; rule < rules; ++rule) {
    const std::string number = std::to_string(rule), said = phrase(rule, rule % 2 == 1);
    made.pack += "\nrule phrase_" + number + "\n    en \"Phrase " + number + "\" zh \"措辞 " + number +
                 "\"\n  cites HOUSE\n  applies to material\n  when material.text contains \"" + said +
                 "\"\n  then block\n    say en \"This is not published.\" zh \"不予发布。\"\n"
                 "    because en \"it promises gains\" zh \"承诺收益\"\n";
  }
  std::mt19937_64 random(seed);
  made.entries.resize(entries);
  for (std::size_t i = 0; i < entries; ++i) {
    const bool zh = i % 2 == 1;
    Material& one = made.entries[i];
    one.blocked = rules > 1 && (i % 20 == 3 || i % 20 == 6);
    const std::string within = one.blocked ? phrase(2 * (random() % (rules / 2)) + (zh ? 1 : 0), zh) : std::string();
    char id[24];
    std::snprintf(id, sizeof id, "m-%012zu", i);
    one.line = R"({"id":")" + std::string(id) + R"(","language":")" + (zh ? "zh" : "en") +
               R"(","material":{"kind":"knowledge","text":")" + text(random, zh, within) + R"("}})";
  }
  return made;
}

double judge_in_batches(std::uint16_t port, const std::string& key, const Materials& materials) {
  const auto begun = std::chrono::steady_clock::now();
  for (std::size_t first = 0; first < materials.entries.size(); first += kMaterialsInABatch) {
    const std::size_t end = std::min(materials.entries.size(), first + kMaterialsInABatch);
    std::size_t length = 0;
    for (std::size_t i = first; i < end; ++i) length += materials.entries[i].line.size() + 1;
    const Wire wire(port);
    std::thread sends([&] {
      wire.send("POST /v1/decisions/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer " +
                key + "\r\nContent-Type: application/x-ndjson\r\nContent-Length: " + std::to_string(length) +
                "\r\n\r\n");
      std::string piece;
      for (std::size_t i = first; i < end; ++i) {
        piece += materials.entries[i].line + "\n";
        if (piece.size() < (64u << 10) && i + 1 < end) continue;
        wire.send(piece);
        piece.clear();
      }
    });
    std::string got, wrong;
    std::size_t next = first;
    for (std::array<char, 64 << 10> buffer{}; next < end && wrong.empty();) {
      const std::size_t bytes = wire.receive(buffer.data(), buffer.size());
      if (bytes == 0) wrong = "the batch broke off: " + got.substr(0, 300);
      got.append(buffer.data(), bytes);
      // Lines come in chunks, whose own lines hold no object.
      std::size_t at = 0;
      for (std::size_t line = got.find('\n'); line != std::string::npos && next < end; line = got.find('\n', at)) {
        const std::string_view text = std::string_view(got).substr(at, line - at);
        at = line + 1;
        if (!text.starts_with("{")) continue;
        const std::string_view verdict =
            materials.entries[next].blocked ? "\"verdict\":\"block\"" : "\"verdict\":\"allow\"";
        if (text.find(verdict) == std::string_view::npos) {
          wrong = "a material is answered as it should not be: " + std::string(text.substr(0, 300));
          break;
        }
        ++next;
      }
      got.erase(0, at);
    }
    if (!wrong.empty()) {  // who sends ends with the connection, which is closed behind him
      std::array<char, 64 << 10> buffer{};
      while (wire.receive(buffer.data(), buffer.size()) > 0) {
      }
    }
    sends.join();
    if (!wrong.empty()) throw std::runtime_error(wrong);
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

}  // namespace caveat::cli::bench
