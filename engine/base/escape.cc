#include "engine/base/escape.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "engine/base/utf8.h"

namespace caveat {

std::string escape_markup(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

namespace {
constexpr std::array<bool, 256> kEscaped = [] {  // of a text of JSON
  std::array<bool, 256> all{};
  for (std::size_t byte = 0; byte < 0x20; ++byte) all[byte] = true;
  all[0x7f] = all['"'] = all['\\'] = true;
  return all;
}();

// Is one of these eight bytes to be escaped?
bool some_escaped(const char* eight) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
  std::uint64_t word = 0;
  std::memcpy(&word, eight, sizeof word);
  const auto below = [](std::uint64_t bytes, std::uint64_t limit) { return (bytes - kOnes * limit) & ~bytes & kHigh; };
  const auto equal = [&](std::uint64_t byte) { return below(word ^ (kOnes * byte), 1); };
  return (below(word, 0x20) | equal(0x7f) | equal('"') | equal('\\')) != 0;
}

// Of the first byte that is to be escaped, or its size.
std::size_t first_escaped(std::string_view text) {
  std::size_t i = 0;
  while (i + 8 <= text.size() && !some_escaped(text.data() + i)) i += 8;
  while (i < text.size() && !kEscaped[static_cast<unsigned char>(text[i])]) ++i;
  return i;
}
}  // namespace

void append_json(std::string& out, std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  for (;;) {
    const std::size_t at = first_escaped(text);
    out += text.substr(0, at);
    if (at == text.size()) break;
    const auto byte = static_cast<unsigned char>(text[at]);
    out += '\\';
    if (byte == '"' || byte == '\\') {
      out += text[at];
    } else if (byte == '\n') {
      out += 'n';
    } else {
      out += "u00";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
    text.remove_prefix(at + 1);
  }
  out += '"';
}

bool is_plain_json(std::string_view text) { return first_escaped(text) == text.size(); }

std::string quote_json(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_json(out, text);
  return out;
}

std::string shortened(std::string_view text) {
  constexpr std::size_t kShown = 40;
  std::string out;
  std::size_t at = 0;
  for (std::size_t signs = 0; at < text.size() && signs < kShown; ++signs) {
    const CodePoint point = decode_utf8(text, at);
    append_utf8(out, point ? point.value : char32_t{0xFFFD});
    at += point ? point.length : 1;
  }
  return at < text.size() ? out + "…" : out;
}

}  // namespace caveat
