// Canaries: words planted where they must not come out, and looked for in every spelling in which bytes carry words.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "audit/record/base64.h"
#include "engine/base/digest.h"
#include "engine/base/utf8.h"
#include "tests/audit/support/log_fixture.h"

namespace caveat::audit::testing {

struct Spelling {
  std::string name, bytes;
};

inline std::string utf_16(const std::string& text, bool big) {
  std::string out;
  const auto unit = [&](std::uint32_t value) {
    const char high = static_cast<char>(value >> 8 & 0xff);
    const char low = static_cast<char>(value & 0xff);
    out += big ? std::string{high, low} : std::string{low, high};
  };
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    at += point.length;
    if (point.value < 0x10000) {
      unit(point.value);
    } else {
      unit(0xd800 + ((point.value - 0x10000) >> 10));
      unit(0xdc00 + ((point.value - 0x10000) & 0x3ff));
    }
  }
  return out;
}

// Of base64 that part which hangs on the word alone, whatever stands before and behind it, at each of the three alignments.
inline std::vector<Spelling> spellings(const std::string& word) {
  std::string hex_capital = hex(word);
  for (char& c : hex_capital)
    if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
  std::vector<Spelling> all = {{"plain", word},
                               {"UTF-16LE", utf_16(word, false)},
                               {"UTF-16BE", utf_16(word, true)},
                               {"hex", hex(word)},
                               {"HEX", hex_capital}};
  for (std::size_t shift = 0; shift < 3; ++shift) {
    const std::string encoded = base64(std::string(shift, 'x') + word);
    const std::size_t begin = shift == 0 ? 0 : 4;
    const std::size_t end = (shift + word.size()) / 3 * 4;
    all.push_back({"base64, alignment " + std::to_string(shift), encoded.substr(begin, end - begin)});
  }
  return all;
}

// Where a word is found: "decisions.db-wal: hex". Every file below the folder is read whole.
inline std::vector<std::string> found_below(const std::filesystem::path& folder, const std::string& word) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string bytes = slurp(entry.path().string());
    for (const Spelling& spelling : spellings(word))
      if (bytes.find(spelling.bytes) != std::string::npos)
        found.push_back(entry.path().filename().string() + ": " + word + " in " + spelling.name);
  }
  return found;
}

}  // namespace caveat::audit::testing
