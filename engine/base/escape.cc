#include "engine/base/escape.h"

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

std::string quote_json(std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(text.size() + 2);
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
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
