#include "engine/text/offsets.h"

#include "engine/base/utf8.h"

namespace caveat::text {
namespace {

std::size_t units(CodePoint point, OffsetUnit unit) {
  switch (unit) {
    case OffsetUnit::bytes:
      return point ? point.length : 1;
    case OffsetUnit::code_points:
      return 1;
    case OffsetUnit::utf16:
      return point.value > 0xFFFF ? 2 : 1;
  }
  return 1;
}

}  // namespace

std::size_t from_bytes(std::string_view utf8, std::size_t byte, OffsetUnit unit) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const CodePoint point = decode_utf8(utf8, at);
    const std::size_t size = point ? point.length : 1;
    if (at + size > byte) break;
    count += units(point, unit);
    at += size;
  }
  return count;
}

std::optional<std::size_t> to_bytes(std::string_view utf8, std::size_t offset, OffsetUnit unit) {
  std::size_t count = 0;
  std::size_t at = 0;
  while (at < utf8.size() && count < offset) {
    const CodePoint point = decode_utf8(utf8, at);
    count += units(point, unit);
    at += point ? point.length : 1;
  }
  if (count != offset) return {};
  return at;
}

}  // namespace caveat::text
