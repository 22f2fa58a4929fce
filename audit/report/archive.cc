#include "audit/report/archive.h"

#include <zlib.h>

#include <algorithm>
#include <cassert>

#include "audit/error.h"
#include "audit/report/codes.h"

namespace caveat::audit {
namespace {

// One layout, so that the same members are the same bytes: what is not a name, a size, a checksum or a place is fixed.
constexpr std::string_view kLocal{"PK\3\4\x0a\0", 6};        // version needed 1.0
constexpr std::string_view kEntry{"PK\1\2\x3f\3\x0a\0", 8};  // made by 6.3 on Unix
constexpr std::string_view kEnd{"PK\5\6\0\0\0\0", 8};        // one disk
constexpr std::size_t kLocalBytes = 30;                      // of a member's head, without its name
constexpr std::size_t kMaxMembers = 65'535;                  // more would take another layout
constexpr std::uint16_t kDate1980 = 1 << 5 | 1;

void put(std::string& out, std::uint64_t value, int bytes) {
  for (; bytes > 0; --bytes, value >>= 8) out.push_back(static_cast<char>(value & 0xff));
}

std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = count; i > 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
  return value;
}

std::uint32_t checksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

// Stored, without flags, dated 1980-01-01 00:00.
void put_common(std::string& out, std::string_view name, std::uint32_t crc, std::size_t size) {
  put(out, 0, 6);
  put(out, kDate1980, 2);
  put(out, crc, 4);
  put(out, size, 4);
  put(out, size, 4);
  put(out, name.size(), 2);
  put(out, 0, 2);
}

// Both heads of a member that lies at this place of the archive.
void put_heads(std::string& local, std::string& entry, std::string_view name, std::uint32_t crc, std::size_t size,
               std::size_t at) {
  const std::size_t begin = local.size() + kLocal.size();
  local += kLocal;
  put_common(local, name, crc, size);
  entry += kEntry;
  entry.append(local, begin, std::string::npos);
  put(entry, 0, 6);
  put(entry, 0100644u << 16, 4);
  put(entry, at, 4);
  local += name;
  entry += name;
}

std::string end_of(std::size_t members, std::size_t directory, std::size_t at) {
  std::string out(kEnd);
  put(out, members, 2);
  put(out, members, 2);
  put(out, directory, 4);
  put(out, at, 4);
  put(out, 0, 2);
  return out;
}

tl::unexpected<Problem> bad(std::string where, std::string expected, std::string found) {
  return tl::unexpected(
      Problem{&codes::kBadPackage, {{std::move(where), std::move(expected), std::move(found), {}, {}}}});
}

}  // namespace

bool valid_member_name(std::string_view name, std::size_t limit) {
  if (name.empty() || name.size() > limit || name.front() == '/' || name.back() == '/') return false;
  std::size_t begin = 0;
  while (begin <= name.size()) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view step = name.substr(begin, end - begin);
    if (step.empty() || step == "." || step == "..") return false;
    begin = end + 1;
  }
  return std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '\\' && c != ':'; });
}

std::string write_archive(const Members& members) {
  std::string out, directory;
  std::size_t size = 0;
  for (const auto& [name, bytes] : members) size += kLocalBytes + name.size() + bytes.size();
  assert(!members.empty());
  const ArchiveLimits limits;
  if (members.size() > limits.members || size > limits.total_bytes)  // what nobody could verify is not written
    throw Error(codes::kPackageTooLarge, "archive",
                {std::to_string(members.size()) + " / " + std::to_string(limits.members) + ", " +
                 std::to_string(size >> 20) + " / " + std::to_string(limits.total_bytes >> 20) + " MiB"});
  out.reserve(size);
  for (const auto& [name, bytes] : members) {  // std::map: sorted by name, bytewise
    put_heads(out, directory, name, checksum(bytes), bytes.size(), out.size());
    out += bytes;
  }
  const std::string end = end_of(members.size(), directory.size(), out.size());
  return out.append(directory).append(end);
}

// Walks the members in the order in which they lie, and holds every other byte against what `write_archive` puts there: what else
// could hide in a ZIP (comments, gaps, extra fields, another order or date) has no place.
Result<Members> read_archive(std::string_view bytes, const ArchiveLimits& limits) {
  if (bytes.size() > limits.total_bytes + limits.members * 400)
    return bad("", "at most " + std::to_string(limits.total_bytes) + " bytes", std::to_string(bytes.size()) + " bytes");
  const auto other = [&](std::string_view expected, std::size_t at) {
    const std::string_view found = bytes.substr(std::min(at, bytes.size()), expected.size());
    const auto place = std::mismatch(expected.begin(), expected.end(), found.begin(), found.end());
    return bad("/offset/" + std::to_string(at + static_cast<std::size_t>(place.first - expected.begin())),
               "the canonical bytes of these members", "other bytes");
  };
  Members members;
  std::string local, directory;
  std::size_t at = 0, total = 0;
  while (bytes.substr(at).starts_with(kLocal.substr(0, 4))) {
    if (bytes.size() - at < kLocalBytes) return bad("", "a whole ZIP archive as `caveat report` writes it", "a part");
    const std::size_t size = number(bytes, at + 22, 4), name_size = number(bytes, at + 26, 2);
    if (members.size() >= std::min(limits.members, kMaxMembers))
      return bad("", "at most " + std::to_string(std::min(limits.members, kMaxMembers)) + " members", "more");
    if (name_size > limits.name_bytes || name_size > bytes.size() - at - kLocalBytes)
      return bad("", "member names of at most " + std::to_string(limits.name_bytes) + " bytes",
                 std::to_string(name_size) + " bytes");
    const std::string name(bytes.substr(at + kLocalBytes, name_size));
    if (!valid_member_name(name, limits.name_bytes)) return bad("", "member names that stay inside the package", name);
    if (!members.empty() && members.rbegin()->first >= name)
      return bad(name, "each member once, in the order of the names", "it follows " + members.rbegin()->first);
    if (number(bytes, at + 8, 2) != 0) return bad(name, "a stored member", "a compressed one");
    if (size > limits.total_bytes - total)
      return bad(name, "at most " + std::to_string(limits.total_bytes) + " bytes in all", std::to_string(size));
    if (size > bytes.size() - at - kLocalBytes - name_size)
      return bad(name, "a member that fits into the archive", std::to_string(size));
    const std::string_view content = bytes.substr(at + kLocalBytes + name_size, size);
    const std::uint32_t crc = checksum(content);
    if (crc != number(bytes, at + 14, 4)) return bad(name, "content that fits its checksum", "other content");
    local.clear();
    put_heads(local, directory, name, crc, size, at);
    if (!bytes.substr(at).starts_with(local)) return other(local, at);
    members.emplace_hint(members.end(), name, content);
    total += size;
    at += local.size() + size;
  }
  if (members.empty()) return bad("", "a ZIP archive as `caveat report` writes it, with at least one member", "none");
  directory += end_of(members.size(), directory.size(), at);
  if (bytes.substr(at) != directory) return other(directory, at);
  return members;
}

}  // namespace caveat::audit
