#include "engine/base/uuid.h"

#include "engine/base/hex.h"

namespace caveat {

Uuid Uuid::make(Microseconds wall_us, Random& random) {
  if (wall_us < 0) wall_us = 0;
  Uuid id;
  random.fill(std::span(id.bytes).subspan(8));
  const auto milliseconds = static_cast<std::uint64_t>(wall_us / 1000);
  const auto fraction = static_cast<std::uint32_t>(wall_us % 1000) * 4096U / 1000U;
  for (int i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(milliseconds >> (8 * (5 - i)));
  id.bytes[6] = static_cast<std::uint8_t>(0x70U | (fraction >> 8));
  id.bytes[7] = static_cast<std::uint8_t>(fraction);
  id.bytes[8] = static_cast<std::uint8_t>(0x80U | (id.bytes[8] & 0x3FU));
  return id;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 36) return {};
  Uuid id;
  std::size_t digit = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (c != '-') return {};
      continue;
    }
    int value = 0;
    if (c >= '0' && c <= '9') {
      value = c - '0';
    } else if (c >= 'a' && c <= 'f') {
      value = c - 'a' + 10;
    } else if (c >= 'A' && c <= 'F') {
      value = c - 'A' + 10;
    } else {
      return {};
    }
    id.bytes[digit / 2] = static_cast<std::uint8_t>((id.bytes[digit / 2] << 4) | value);
    ++digit;
  }
  return id;
}

std::string Uuid::to_string() const {
  std::string text(36, '-');
  std::string_view left(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  char* at = text.data();
  for (const std::size_t group : {4, 2, 2, 2, 6}) {
    at = put_hex(at, left.substr(0, group)) + 1;  // over the hyphen
    left.remove_prefix(group);
  }
  return text;
}

std::int64_t Uuid::milliseconds() const {
  std::uint64_t value = 0;
  for (int i = 0; i < 6; ++i) value = (value << 8) | bytes[i];
  return static_cast<std::int64_t>(value);
}

}  // namespace caveat
