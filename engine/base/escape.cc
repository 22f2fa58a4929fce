#include "engine/base/escape.h"

#include <array>

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
}  // namespace

void append_json(std::string& out, std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  std::size_t told = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (!kEscaped[byte]) continue;
    out += text.substr(told, i - told);
    told = i + 1;
    out += '\\';
    if (byte == '"' || byte == '\\') {
      out += text[i];
    } else if (byte == '\n') {
      out += 'n';
    } else {
      out += "u00";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  out += text.substr(told);
  out += '"';
}

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
