#include "engine/syntax/letters.h"

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <memory>

namespace caveat::syntax {
namespace {

constexpr char kChinese = 1, kLetter = 2, kStray = 0x14;

char sign_of(char32_t c) {
  switch (c) {
    case U'、':
      return ',';
    case U'。':
      return 3;
    case U'｡':
      return 3;
    case U'≥':
    case U'≧':
      return 4;
    case U'≤':
    case U'≦':
      return 5;
    case U'≠':
      return 6;
    case U'～':
    case U'〜':
      return 7;
    case U'“':
      return 0x0E;
    case U'”':
      return 0x0F;
    case U'「':
      return 0x10;
    case U'」':
      return 0x11;
    case U'《':
      return 0x12;
    case U'》':
      return 0x13;
    case U'【':
      return '[';
    case U'】':
      return ']';
    case U'×':
      return '*';
    case U'÷':
      return '/';
    case U'−':
      return '-';
    default:
      return 0;
  }
}

char stand_in(char32_t c) {
  if (c < 0x80) {
    const bool control = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
    return control ? kStray : static_cast<char>(c);
  }
  if ((c >= 0x4E00 && c <= 0x9FFF) || c == 0x3007) return kChinese;
  if (const char sign = sign_of(c)) return sign;
  if (c >= 0xFF01 && c <= 0xFF5D) return static_cast<char>(c - 0xFF01 + 0x21);
  const auto point = static_cast<UChar32>(c);
  if (u_isUWhiteSpace(point)) return ' ';
  if (u_hasBinaryProperty(point, UCHAR_IDEOGRAPHIC)) return kChinese;
  const auto category = U_GET_GC_MASK(point);
  if (category & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK)) return kLetter;
  return kStray;
}

}  // namespace

StandIns stand_ins(std::string_view bytes) {
  StandIns result;
  result.shown.reserve(bytes.size());
  result.offsets.reserve(bytes.size() + 1);
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const auto size = static_cast<std::int32_t>(bytes.size());
  std::int32_t at = 0;
  while (at < size) {
    result.offsets.push_back(static_cast<std::uint32_t>(at));
    UChar32 c = 0;
    U8_NEXT_UNSAFE(data, at, c);
    result.shown.push_back(stand_in(static_cast<char32_t>(c)));
  }
  result.offsets.push_back(static_cast<std::uint32_t>(size));
  return result;
}

std::size_t first_bad_byte(std::string_view bytes) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const auto size = static_cast<std::int32_t>(bytes.size());
  std::int32_t at = 0;
  while (at < size) {
    const std::int32_t start = at;
    UChar32 c = 0;
    U8_NEXT(data, at, size, c);
    if (c < 0) return static_cast<std::size_t>(start);
  }
  return std::string_view::npos;
}

bool is_ascii(std::string_view bytes) {
  for (const char c : bytes) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

bool is_plain(std::string_view word) {
  for (std::size_t at = 0; at < word.size();) {
    const auto byte = static_cast<unsigned char>(word[at]);
    if (byte < 0x80) {
      ++at;
    } else if (byte >= 0xE4 && byte <= 0xE9 && at + 2 < word.size()) {
      at += 3;  // U+4000..U+9FFF: no composition, no compatibility form
    } else {
      return false;
    }
  }
  return true;
}

std::string nfkc(std::string_view word) {
  if (is_plain(word)) return std::string(word);
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* form = icu::Normalizer2::getNFKCInstance(status);
  if (U_FAILURE(status)) return std::string(word);
  std::string result;
  form->normalize(icu::UnicodeString::fromUTF8(icu::StringPiece(word.data(), static_cast<std::int32_t>(word.size()))),
                  status)
      .toUTF8String(result);
  return U_FAILURE(status) ? std::string(word) : result;
}

std::string without_commas(std::string_view number) {
  std::string out(number);
  for (const std::string_view comma : {",", "，"}) {
    for (std::size_t at = out.find(comma); at != std::string::npos; at = out.find(comma)) out.erase(at, comma.size());
  }
  return out;
}

std::string simplified(std::string_view word) {
  if (is_ascii(word)) return std::string(word);
  static const std::unique_ptr<const icu::Transliterator> kForms = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<const icu::Transliterator> made(
        icu::Transliterator::createInstance("Hant-Hans", UTRANS_FORWARD, status));
    if (U_FAILURE(status)) made.reset();
    return made;
  }();
  if (kForms == nullptr) return std::string(word);
  icu::UnicodeString text =
      icu::UnicodeString::fromUTF8(icu::StringPiece(word.data(), static_cast<std::int32_t>(word.size())));
  kForms->transliterate(text);
  std::string result;
  text.toUTF8String(result);
  return result.size() == word.size() ? result : std::string(word);
}

bool ends_in_chinese(std::string_view word) {
  return word.size() >= 3 && static_cast<unsigned char>(word[word.size() - 3]) >= 0xE3;
}

}  // namespace caveat::syntax
