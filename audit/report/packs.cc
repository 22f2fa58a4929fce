#include "audit/report/packs.h"

#include <algorithm>
#include <array>

#include "audit/report/archive.h"

namespace caveat::audit {
namespace {

constexpr std::string_view kFolder = "packs/", kDeclarations = ".cbor", kDigits = "0123456789ABCDEF";
constexpr std::array<std::string_view, 3> kWords = {"here", "missing", "confidential"};

bool stands_as_it_is(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '/';
}

std::string encoded(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (stands_as_it_is(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

// What encoded() has made; of anything else something whose encoding is another.
std::string decoded(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const std::size_t high = i + 2 < name.size() ? kDigits.find(name[i + 1]) : std::string_view::npos;
    const std::size_t low = i + 2 < name.size() ? kDigits.find(name[i + 2]) : std::string_view::npos;
    if (name[i] != '%' || high == std::string_view::npos || low == std::string_view::npos) {
      out += name[i];
    } else {
      out += static_cast<char>(high << 4 | low);
      i += 2;
    }
  }
  return out;
}

}  // namespace

std::string_view word_of(PackHeld held) { return kWords[static_cast<std::size_t>(held)]; }

std::optional<PackHeld> pack_held(std::string_view word) {
  const auto found = std::find(kWords.begin(), kWords.end(), word);
  if (found == kWords.end()) return std::nullopt;
  return static_cast<PackHeld>(found - kWords.begin());
}

std::string declarations_member(const Digest& digest) {
  return std::string(kFolder) + hex(digest) + std::string(kDeclarations);
}

std::optional<std::string> file_member(const Digest& digest, std::string_view path) {
  std::string name = std::string(kFolder) + hex(digest) + "/" + encoded(path);
  if (!valid_member_name(name)) return std::nullopt;
  return name;
}

std::optional<PackMember> pack_member(std::string_view name) {
  PackMember member;
  const std::size_t begin = kFolder.size(), digits = 2 * member.digest.size();
  if (!name.starts_with(kFolder) || name.size() < begin + digits) return std::nullopt;
  const std::optional<std::string> digest = from_hex(name.substr(begin, digits));
  if (!digest) return std::nullopt;
  std::copy(digest->begin(), digest->end(), member.digest.begin());
  if (name == declarations_member(member.digest)) return member;
  if (name.substr(begin + digits, 1) != "/") return std::nullopt;
  member.path = decoded(name.substr(begin + digits + 1));
  if (file_member(member.digest, *member.path) != name) return std::nullopt;
  return member;
}

}  // namespace caveat::audit
