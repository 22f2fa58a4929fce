// Archive: the ZIP of an evidence package in its one canonical form: members stored, sorted by name, dated 1980-01-01, nothing extra.
//
//   std::string bytes = write_archive(members);
//   Result<Members> back = read_archive(bytes, {});     // refuses whatever write_archive would not have written
//
// Promises   the same members give the same bytes; reading rebuilds the bytes and compares, so a changed bit anywhere is found;
//            a hostile archive costs no more than ArchiveLimits says, and never more memory than three times its bytes and 1 KB a member
// Errors     read: `bad_package` with the member or the offset, what was expected and found; write: audit::Error `package_too_large`
// Source     APPNOTE.TXT 6.3.x (PKWARE)
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace caveat::audit {

using Members = std::map<std::string, std::string>;  // name → bytes

struct ArchiveLimits {
  std::size_t members = 65'535;        // of one package: more would take another layout
  std::size_t total_bytes = 1u << 30;  // of all members
  std::size_t name_bytes = 200;
  // Of the file: each member has a head and a row in the directory, 76 bytes and its name twice.
  std::size_t file_bytes() const { return total_bytes + members * (2 * name_bytes + 76) + 22; }
};

std::string write_archive(const Members& members);  // at least one member
// The same a member at a time, in the order of their names.
class ArchiveWriter {
 public:
  explicit ArchiveWriter(std::function<void(std::string_view)> out);
  void add(std::string_view name, std::string_view bytes);
  void finish();

 private:
  std::function<void(std::string_view)> out_;
  std::string directory_;
  std::size_t members_ = 0;
  std::uint64_t total_ = 0, at_ = 0;
};
[[noreturn]] void too_large_for_a_package(std::size_t members, std::uint64_t bytes);
Result<Members> read_archive(std::string_view bytes, const ArchiveLimits& limits = {});

// The members where they lie, by name: for whoever only looks at them.
struct MemberView {
  std::string_view name, bytes;
};
using MemberViews = std::vector<MemberView>;
MemberViews views(const Members& members);
// Of an archive that write_archive could have written, as read_archive finds them; nothing: read_archive says why not.
std::optional<MemberViews> view_archive(std::string_view bytes, const ArchiveLimits& limits = {});

// Relative, '/'-parted, without `.`, `..`, empty steps, back-slashes or control characters.
bool valid_member_name(std::string_view name, std::size_t limit = 200);

}  // namespace caveat::audit
