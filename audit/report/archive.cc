#include "audit/report/archive.h"

#include <libdeflate.h>
#include <zip.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "audit/error.h"
#include "audit/report/codes.h"
#include "audit/two_lanes.h"

namespace caveat::audit {
namespace {

constexpr zip_uint16_t kDosDate1980 = (0 << 9) | (1 << 5) | 1;

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
using Archive = std::unique_ptr<zip_t, Discard>;

tl::unexpected<Problem> bad(std::string where, Words expected, Words found) {
  return tl::unexpected(Problem{&codes::kBadPackage, {{std::move(where), expected, found, {}, {}}}});
}

// What libzip opens of these bytes; nothing, and its words, where that is no archive.
Archive opened(std::string_view bytes, zip_error_t& error) {
  zip_error_init(&error);
  zip_source_t* buffer = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  Archive archive(buffer == nullptr ? nullptr : zip_open_from_source(buffer, ZIP_RDONLY | ZIP_CHECKCONS, &error));
  if (archive == nullptr && buffer != nullptr) zip_source_free(buffer);
  return archive;
}

void put(std::string& out, std::uint64_t value, int bytes) {  // little-endian
  for (; bytes > 0; --bytes, value >>= 8) out.push_back(static_cast<char>(value & 0xff));
}

// The fields that a member's head has in common with its row of the directory (APPNOTE 4.3.7, 4.3.12).
std::string fields_of(std::uint32_t crc, std::uint64_t size, std::string_view name) {
  std::string out;
  put(out, 0, 6);  // flags, stored, midnight
  put(out, kDosDate1980, 2);
  put(out, crc, 4);
  put(out, size, 4);
  put(out, size, 4);
  put(out, name.size(), 2);
  put(out, 0, 2);  // no extra field
  return out;
}

std::string head_of(const std::string& fields, std::string_view name) {
  return std::string("PK\3\4\x0a\0", 6) + fields + std::string(name);
}

std::string directory_row(const std::string& fields, std::uint64_t at, std::string_view name) {
  std::string out = std::string("PK\1\2\x3f\3\x0a\0", 8) + fields;
  put(out, 0, 6);  // no comment, one disk, attributes of none
  put(out, 0100644u << 16, 4);
  put(out, at, 4);
  out += name;
  return out;
}

std::string directory_end(std::size_t members, std::size_t size, std::uint64_t at) {
  std::string out = "PK\5\6";
  put(out, 0, 4);
  put(out, members, 2);
  put(out, members, 2);
  put(out, size, 4);
  put(out, at, 4);
  put(out, 0, 2);
  return out;
}

std::uint64_t get(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i > 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
  return value;
}

constexpr std::size_t kHead = 30, kRow = 46,
                      kEnd = 22;  // bytes of a member's head and of its row without the name; of the end

// Where the directory begins and which names it has, by the record at the end; nothing where that does not lead to it, or there are
// more than `most`.
struct Directory {
  std::size_t at = 0;
  std::vector<std::string_view> names;
};
std::optional<Directory> directory_by_its_end(std::string_view bytes, std::size_t most) {
  if (bytes.size() < kEnd) return std::nullopt;
  const std::size_t end = bytes.size() - kEnd;
  Directory found;
  found.at = get(bytes, end + 16, 4);
  if (!bytes.substr(end).starts_with("PK\5\6") || found.at + get(bytes, end + 12, 4) != end) return std::nullopt;
  for (std::size_t at = found.at; end - at >= kRow;) {
    const std::size_t size = get(bytes, at + 28, 2);
    if (end - at - kRow < size) break;
    if (found.names.size() == most) return std::nullopt;
    found.names.push_back(bytes.substr(at + kRow, size));
    at += kRow + size;
  }
  return found;
}

// Of bytes that are no archive of ours what differs first from one, walked from the beginning as write_archive lays it out: the head or
// the row of which member, or the end. It reads names, sizes and checksums, and only to say what is damaged; nothing: no member can be
// named, or there are more than the limits have.
std::optional<Problem> first_damage(std::string_view bytes, const ArchiveLimits& limits) {
  const std::optional<Directory> directory = directory_by_its_end(bytes, limits.members);
  const auto problem = [&](std::string_view name, Words expected, std::string_view right, std::size_t at) {
    const std::string_view there = bytes.substr(at, right.size());
    at += static_cast<std::size_t>(std::mismatch(there.begin(), there.end(), right.begin()).first - there.begin());
    return bad(std::string(name), expected, said("other bytes at offset {0}", at)).value();
  };
  std::vector<std::pair<std::string_view, std::string>> rows;  // of each member its name and its row
  std::size_t at = 0;
  while (directory ? at != directory->at : !bytes.substr(at).starts_with("PK\1\2")) {
    if (rows.size() == limits.members) return std::nullopt;  // libzip refused them before anybody counted
    const std::string_view listed =
        directory && rows.size() < directory->names.size() ? directory->names[rows.size()] : "";
    const std::size_t left = (directory ? std::max(directory->at, at) : bytes.size()) - at;
    std::string_view name =
        left < kHead ? "" : bytes.substr(at + kHead, std::min<std::size_t>(get(bytes, at + 26, 2), left - kHead));
    if (!valid_member_name(name, limits.name_bytes)) name = listed;
    if (!valid_member_name(name, limits.name_bytes)) return std::nullopt;
    const std::size_t size = left < kHead ? 0 : get(bytes, at + 18, 4), head_size = kHead + name.size();
    const std::string_view content = left < head_size ? "" : bytes.substr(at + head_size, size);
    const std::string fields = fields_of(::libdeflate_crc32(0, content.data(), content.size()), size, name);
    const std::string head = head_of(fields, name);
    const bool fits = left >= head_size && size <= left - head_size && bytes.substr(at).starts_with(head);
    if (!fits)
      return problem(valid_member_name(listed, limits.name_bytes) ? listed : name, "a head that fits its content", head,
                     at);
    if (!listed.empty() && listed != name)
      return bad(std::string(name), "one name in its head and in the directory", std::string(listed)).value();
    if (!rows.empty() && rows.back().first >= name)
      return bad(std::string(name), "members in the order of their names", std::string(rows.back().first)).value();
    rows.emplace_back(name, directory_row(fields, at, name));
    at += head_size + size;
  }
  const std::size_t begin = at;
  for (const auto& [name, row] : rows) {
    if (!bytes.substr(at).starts_with(row))
      return problem(name, "an entry in the directory that fits its head", row, at);
    at += row.size();
  }
  const std::string end = directory_end(rows.size(), at - begin, begin);
  if (bytes.substr(at) != end) return problem("", "an end that fits the directory", end, at);
  return std::nullopt;
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

ArchiveWriter::ArchiveWriter(std::function<void(std::string_view)> out) : out_(std::move(out)) {}

void ArchiveWriter::add(std::string_view name, std::string_view bytes) {
  const ArchiveLimits limits;
  total_ += bytes.size();
  if (++members_ > limits.members || total_ > limits.total_bytes) too_large_for_a_package(members_, total_);
  const std::string fields = fields_of(::libdeflate_crc32(0, bytes.data(), bytes.size()), bytes.size(), name);
  directory_ += directory_row(fields, at_, name);
  const std::string head = head_of(fields, name);
  out_(head);
  out_(bytes);
  at_ += head.size() + bytes.size();
}

void ArchiveWriter::finish() { out_(directory_ + directory_end(members_, directory_.size(), at_)); }

std::string write_archive(const Members& members) {
  std::string out;
  ArchiveWriter writer([&](std::string_view bytes) { out += bytes; });
  for (const auto& [name, bytes] : members) writer.add(name, bytes);  // std::map: sorted by name, bytewise
  writer.finish();
  return out;
}

void too_large_for_a_package(std::size_t members, std::uint64_t bytes) {
  const ArchiveLimits limits;
  throw Error(codes::kPackageTooLarge, "archive",
              {std::to_string(members) + " / " + std::to_string(limits.members) + ", " + std::to_string(bytes >> 20) +
               " / " + std::to_string(limits.total_bytes >> 20) + " MiB"});
}

MemberViews views(const Members& members) {
  MemberViews all;
  all.reserve(members.size());
  for (const auto& [name, bytes] : members) all.push_back({name, bytes});
  return all;
}

// Heads and directory are laid out anew from what libzip read of them and held against the bytes, so nothing stands between or
// behind what it knows; then each member's checksum is reckoned where it lies, by libdeflate: libzip would copy it first, and its
// checksum costs as much as a digest.
std::optional<MemberViews> view_archive(std::string_view bytes, const ArchiveLimits& limits) {
  if (bytes.size() > limits.file_bytes()) return std::nullopt;
  zip_error_t error;
  const Archive archive = opened(bytes, error);
  const zip_int64_t count = archive == nullptr ? 0 : zip_get_num_entries(archive.get(), 0);
  if (count <= 0 || static_cast<std::size_t>(count) > limits.members) return std::nullopt;
  MemberViews members;
  std::vector<std::uint32_t> checksums;
  std::string directory;
  std::size_t at = 0, total = 0;
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(count); ++i) {
    constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_CRC;
    zip_stat_t stat;
    if (zip_stat_index(archive.get(), i, 0, &stat) != 0 || (stat.valid & kNeeded) != kNeeded) return std::nullopt;
    const std::string_view name = stat.name;
    if (!valid_member_name(name, limits.name_bytes) || (!members.empty() && members.back().name >= name))
      return std::nullopt;
    if (stat.size > limits.total_bytes - total || stat.size > bytes.size()) return std::nullopt;
    total += static_cast<std::size_t>(stat.size);
    const std::string fields = fields_of(stat.crc, stat.size, name);
    const std::string head = head_of(fields, name);
    if (!bytes.substr(at).starts_with(head) || bytes.size() - at - head.size() < stat.size) return std::nullopt;
    directory += directory_row(fields, at, name);
    at += head.size();
    members.push_back({bytes.substr(at - name.size(), name.size()), bytes.substr(at, stat.size)});
    checksums.push_back(stat.crc);
    at += static_cast<std::size_t>(stat.size);
  }
  directory += directory_end(members.size(), directory.size(), at);
  if (bytes.substr(at) != directory) return std::nullopt;

  std::atomic<bool> good{true};
  two_lanes(members.size(), [&](std::size_t, std::size_t i) {
    const std::string_view content = members[i].bytes;
    if (::libdeflate_crc32(0, content.data(), content.size()) != checksums[i]) good = false;
  });
  if (!good) return std::nullopt;
  return members;
}

Result<Members> read_archive(std::string_view bytes, const ArchiveLimits& limits) {
  if (bytes.size() > limits.file_bytes())
    return bad("", said("at most {0} bytes", limits.total_bytes), said("{0} bytes", bytes.size()));
  zip_error_t error;
  const Archive archive = opened(bytes, error);
  if (archive == nullptr) {
    if (std::optional<Problem> damage = first_damage(bytes, limits)) return tl::unexpected(std::move(*damage));
    return bad("", "a whole ZIP archive as `caveat report` writes it", std::string(zip_error_strerror(&error)));
  }
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  if (count == 0) return bad("", "at least one member", "none");
  if (count < 0 || static_cast<std::size_t>(count) > limits.members)
    return bad("", said("at most {0} members", limits.members), std::to_string(count));
  Members members;
  std::size_t total = 0;
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(count); ++i) {
    zip_stat_t stat;
    if (zip_stat_index(archive.get(), i, 0, &stat) != 0 || (stat.valid & ZIP_STAT_NAME) == 0 ||
        (stat.valid & ZIP_STAT_SIZE) == 0)
      return bad("", "a name and a size for each member", said("member {0} without", i));
    const std::string name = stat.name;
    if (!valid_member_name(name, limits.name_bytes)) return bad("", "member names that stay inside the package", name);
    if (members.count(name) != 0) return bad(name, "each member once", "twice");
    if (stat.comp_method != ZIP_CM_STORE || stat.encryption_method != ZIP_EM_NONE)
      return bad(name, "a stored member", "a compressed or encrypted one");
    if (stat.size > limits.total_bytes - total)
      return bad(name, said("at most {0} bytes in all", limits.total_bytes), std::to_string(stat.size));
    // A stored member lies in the bytes: one that says it is larger would only have us make room for it.
    if (stat.size > bytes.size()) return bad(name, "a member that fits into the archive", std::to_string(stat.size));
    total += stat.size;
    std::string content(static_cast<std::size_t>(stat.size), '\0');
    zip_file_t* file = zip_fopen_index(archive.get(), i, 0);
    if (file == nullptr)
      return bad(name, "a readable member", std::string(zip_error_strerror(zip_get_error(archive.get()))));
    const zip_int64_t read = zip_fread(file, content.data(), content.size());
    char beyond;
    const bool exact = read == static_cast<zip_int64_t>(content.size()) && zip_fread(file, &beyond, 1) == 0;
    zip_fclose(file);
    if (!exact) return bad(name, "content that fits its size and checksum", "other content");
    members.emplace(name, std::move(content));
  }
  // Whatever else could hide in a ZIP (comments, gaps, extra fields, another order or date) is not in the canonical bytes.
  const std::string canonical = write_archive(members);
  if (canonical != bytes) {
    if (std::optional<Problem> damage = first_damage(bytes, limits)) return tl::unexpected(std::move(*damage));
    const auto place = std::mismatch(canonical.begin(), canonical.end(), bytes.begin(), bytes.end());
    return bad("/offset/" + std::to_string(place.first - canonical.begin()), "the canonical bytes of these members",
               "other bytes");
  }
  return members;
}

}  // namespace caveat::audit
