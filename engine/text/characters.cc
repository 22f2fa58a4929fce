#include "engine/text/characters.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "engine/base/utf8.h"

namespace caveat::text {
namespace {

using Kind = Character::Kind;

constexpr std::size_t kBlock = 64;

const icu::Normalizer2& folding() {
  static const icu::Normalizer2* const instance = [] {
    UErrorCode error = U_ZERO_ERROR;
    const icu::Normalizer2* found = icu::Normalizer2::getNFKCCasefoldInstance(error);
    if (U_FAILURE(error)) std::abort();  // ICU without its own data: nothing here could be right
    return found;
  }();
  return *instance;
}

bool has_no_blanks(UScriptCode script) {
  switch (script) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_HANGUL:  // has blanks, but words take their particles without one
    case USCRIPT_BOPOMOFO:
    case USCRIPT_YI:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
    case USCRIPT_TIBETAN:
      return true;
    default:
      return false;
  }
}

UScriptCode script_of(char32_t c) {
  UErrorCode error = U_ZERO_ERROR;
  return uscript_getScript(static_cast<UChar32>(c), &error);
}

std::uint8_t flags_of(char32_t c) {
  const auto u = static_cast<UChar32>(c);
  const UScriptCode script = script_of(c);
  std::uint8_t flags = 0;
  if (script == USCRIPT_HAN) flags |= kHan;
  if (u_isdigit(u)) flags |= kDigit;
  const bool letter = u_isalnum(u) || c == U'_' || (U_GET_GC_MASK(u) & U_GC_M_MASK) != 0;
  // Katakana's prolonged sound mark and the like belong to several scripts; they are of none that has blanks.
  if (letter && !has_no_blanks(script) && !(script == USCRIPT_COMMON && c >= 0x3000)) flags |= kWord;
  return flags;
}

bool is_line_end(char32_t c) {
  return c == U'\n' || c == U'\r' || c == 0x0B || c == 0x0C || c == 0x85 || c == 0x2028 || c == 0x2029;
}

struct Folded {
  Character character;
  std::string text;  // of `many`
};

Folded fold(char32_t c) {
  Folded result;
  result.character.flags = flags_of(c);
  Kind& kind = result.character.kind;
  const auto u = static_cast<UChar32>(c);
  if (is_line_end(c)) {
    kind = Kind::line;
    return result;
  }
  if (c == U' ' || c == U'\t' || u_charType(u) == U_SPACE_SEPARATOR) {
    kind = Kind::blank;
    return result;
  }
  const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
  if (surrogate || is_noncharacter(c) || u_charType(u) == U_CONTROL_CHAR || (c >= 0xFFF9 && c <= 0xFFFB) ||
      u_hasBinaryProperty(u, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) {
    kind = Kind::drop;
    return result;
  }
  const icu::Normalizer2& normalizer = folding();
  icu::UnicodeString mapped(u);
  icu::UnicodeString decomposition;
  if (normalizer.getDecomposition(u, decomposition)) {
    UErrorCode error = U_ZERO_ERROR;
    mapped = normalizer.normalize(icu::UnicodeString(u), error);
    if (U_FAILURE(error)) std::abort();
  }
  for (std::int32_t i = 0; i < mapped.length(); ++i)
    mapped.setCharAt(i, static_cast<char16_t>(plain(static_cast<char32_t>(mapped.charAt(i)))));
  if (mapped.isEmpty()) {
    kind = Kind::drop;
    return result;
  }
  if (!normalizer.hasBoundaryBefore(u)) {
    kind = Kind::joining;
    return result;
  }
  const auto first = static_cast<char32_t>(mapped.char32At(0));
  const auto last = static_cast<char32_t>(mapped.char32At(mapped.length() - 1));
  if (script_of(first) == USCRIPT_HAN) result.character.flags |= kBeginsHan;
  if (script_of(last) == USCRIPT_HAN) result.character.flags |= kEndsHan;
  if (first == c && mapped.countChar32() == 1) {
    kind = Kind::same;
  } else if (mapped.length() == 1) {
    kind = Kind::one;
    result.character.value = static_cast<std::uint16_t>(first);
  } else {
    kind = Kind::many;
    mapped.toUTF8String(result.text);
  }
  return result;
}

struct Table {
  std::array<std::uint16_t, 0x10000 / kBlock> block_of{};
  std::vector<Character> characters;
  std::vector<std::string> expansions;
};

// Blocks of equal content are stored once: all of Han is one.
Table build() {
  Table table;
  std::map<std::string, std::uint16_t> seen;
  std::map<std::string, std::uint16_t> expansion_of;
  for (std::size_t block = 0; block < table.block_of.size(); ++block) {
    std::array<Character, kBlock> row{};
    std::string key;
    for (std::size_t i = 0; i < kBlock; ++i) {
      Folded folded = fold(static_cast<char32_t>(block * kBlock + i));
      if (folded.character.kind == Kind::many) {
        const auto [at, fresh] =
            expansion_of.try_emplace(folded.text, static_cast<std::uint16_t>(table.expansions.size()));
        if (fresh) table.expansions.push_back(folded.text);
        folded.character.value = at->second;
      }
      row[i] = folded.character;
      key.push_back(static_cast<char>(row[i].value & 0xFF));
      key.push_back(static_cast<char>(row[i].value >> 8));
      key.push_back(static_cast<char>(row[i].kind));
      key.push_back(static_cast<char>(row[i].flags));
    }
    const auto [at, fresh] = seen.try_emplace(key, static_cast<std::uint16_t>(table.characters.size() / kBlock));
    if (fresh) table.characters.insert(table.characters.end(), row.begin(), row.end());
    table.block_of[block] = at->second;
  }
  return table;
}

const Table& table() {
  static const Table built = build();
  return built;
}

}  // namespace

Character character(char32_t c) {
  if (c < 0x10000) {
    const Table& all = table();
    return all.characters[all.block_of[c / kBlock] * kBlock + c % kBlock];
  }
  // Beyond the BMP: no table, and what changes there goes the slow way through ICU.
  Character result = fold(c).character;
  if (result.kind == Kind::one || result.kind == Kind::many) result.kind = Kind::other;
  return result;
}

std::string_view expansion(std::uint16_t value) { return table().expansions[value]; }

}  // namespace caveat::text
