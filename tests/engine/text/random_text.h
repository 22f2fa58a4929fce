// Random texts for the property tests of this room: from a seed, so that a failure can be run again.
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/utf8.h"

namespace caveat::text::testing {

// Mostly what answers hold, often what trips a folding: marks, invisible characters, blanks, ligatures, jamo, other planes.
inline std::string random_text(std::mt19937& random, std::size_t characters) {
  const auto pick = [&](char32_t first, char32_t last) {
    return std::uniform_int_distribution<std::uint32_t>(first, last)(random);
  };
  std::string out;
  for (std::size_t i = 0; i < characters; ++i) {
    char32_t c = 0;
    switch (pick(0, 15)) {
      case 0:
        c = pick(0x20, 0x7E);
        break;
      case 1:
        c = pick(0x4E00, 0x4E20);
        break;
      case 2:
        c = U"　 \t\n\r\u00A0\u2003\u2028  "[pick(0, 9)];
        break;
      case 3:
        c = U"\u200B\u200D\uFEFF\u00AD\uFE0F\u2060\u0000\u0001\uFFFE\U000E0041"[pick(0, 9)];
        break;
      case 4:
        c = pick(0x300, 0x36F);
        break;
      case 5:
        c = pick(0xFF01, 0xFF9F);
        break;
      case 6:
        c = U"，。！？；：、…（）《》"[pick(0, 11)];
        break;
      case 7:
        c = pick(0xA0, 0x24F);
        break;
      case 8:
        c = pick(0x1100, 0x11FF);
        break;
      case 9:
        c = pick(0xAC00, 0xAC40);
        break;
      case 10:
        c = pick(0x3300, 0x33FF);
        break;
      case 11:
        c = U"\u00B4\u00A8\uFDFA\u0345\u0344\u03A3\u0130\u1E9E\uFB01\u2126\u0F73\u0958"[pick(0, 11)];
        break;
      case 12:
        c = U"\U0001F600\U0001F468\U0001F1E8\U0001F3FD\U00020BB7\U0001D400\U0002F800\U000110BA\U00011099\U0001D15E"
            [pick(0, 9)];
        break;
      case 13:
        c = pick(0x30, 0x39);
        break;
      case 14:
        c = pick(0, 0xFFFF);
        break;
      default:
        c = pick(0, 0x10FFFF);
    }
    if (c >= 0xD800 && c <= 0xDFFF) c = 0x4FDD;
    append_utf8(out, c);
  }
  return out;
}

}  // namespace caveat::text::testing
