// Ids of callers: 1 to 128 characters, NFC, nothing blank or invisible: a second spelling would be a second customer
// (contracts.md 11).
#include "engine/base/utf8.h"
#include "engine/decide/binder.h"
#include "engine/decide/ids.h"

namespace caveat::decide {
namespace {

bool is_blank_or_invisible(char32_t c) {
  return c <= 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0xad || c == 0x34f || c == 0x61c || c == 0x115f || c == 0x1160 ||
         c == 0x1680 || (c >= 0x17b4 && c <= 0x17b5) || (c >= 0x180b && c <= 0x180f) || (c >= 0x2000 && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x206f) || c == 0x2800 || c == 0x3000 || c == 0x3164 ||
         (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff || c == 0xffa0 || (c >= 0xfff0 && c <= 0xfffb) ||
         (c >= 0xe0000 && c <= 0xe0fff) || is_noncharacter(c);
}

// Latin, Greek, Cyrillic, kana, Hangul syllables and Han as they are written are NFC; a combining mark, a conjoining jamo
// or a compatibility ideograph is another spelling of something that has one.
bool is_normal(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    if (!point) return false;
    const char32_t c = point.value;
    if ((c >= 0x300 && c <= 0x36f) || (c >= 0x1100 && c <= 0x11ff) || (c >= 0x1dc0 && c <= 0x1dff) ||
        (c >= 0x20d0 && c <= 0x20ff) || (c >= 0x3099 && c <= 0x309a) || (c >= 0xf900 && c <= 0xfaff) ||
        (c >= 0x2f800 && c <= 0x2fa1f) || c == 0x2126 || c == 0x212a || c == 0x212b || c == 0x37e || c == 0x387) {
      return false;
    }
    at += point.length;
  }
  return true;
}

bool is_plain(std::string_view text) {  // nothing but visible ASCII
  bool plain = true;
  for (char c : text) plain &= c > 0x20 && c < 0x7f;
  return plain;
}

}  // namespace

std::optional<IdFault> fault_of_id(std::string_view id, const Limits& limits) {
  if (id.empty() || id.size() > limits.id_characters) {
    const std::size_t count = count_code_points(id);
    if (count == 0 || count > limits.id_characters)
      return IdFault{"1 to " + std::to_string(limits.id_characters) + " characters",
                     std::to_string(count) + " characters"};
  }
  if (is_plain(id)) return std::nullopt;
  for (std::size_t at = 0; at < id.size();) {
    const CodePoint point = decode_utf8(id, at);
    if (!point || is_blank_or_invisible(point.value))
      return IdFault{"no blanks, control or invisible signs", "one at byte " + std::to_string(at)};
    at += point.length;
  }
  if (!is_normal(id)) return IdFault{"the normalised form NFC", "another spelling of the same signs"};
  return std::nullopt;
}

bool Binder::id(std::uint32_t node, Request::Text& id) {
  if (kind(node) != Fields::Kind::text) {
    report(codes::kBadId, node, "a text of 1 to " + std::to_string(o_.limits.id_characters) + " characters",
           said(node));
    return false;
  }
  const std::string_view text = f_.text(node);
  if (const bool is_usual = !text.empty() && text.size() <= o_.limits.id_characters && is_plain(text); !is_usual) {
    if (std::optional<IdFault> fault = fault_of_id(text, o_.limits)) {
      report(codes::kBadId, node, std::move(fault->expected), std::move(fault->found));
      return false;
    }
  }
  id = keep(text);
  return true;
}

void Binder::id_fact(std::uint32_t node, Request::Text& text, const Member& member, Frame frame, std::size_t item) {
  if (kind(node) == Fields::Kind::null || !id(node, text)) return;
  if (member.slot != program::kNone) fact(node, member, frame, item, nullptr);
}

}  // namespace caveat::decide
