// links: audit
// Evidence packages. First byte 0: the bytes of an archive. Otherwise a forger's work: members of a true package patched, and its
// manifest signed again with the true key, so that what lies behind the signature is reached too.
//
//   0 ‖ bytes                                     an archive
//   1 ‖ (member, kind, place ×2, length, bytes)…   patches; kind 0 overwrite, 1 insert, 2 take out, 3 replace whole, 4 drop, 5 add
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string_view>

#include "tests/audit/support/package_fixture.h"

namespace {

using namespace caveat;
using namespace caveat::audit;

void must(bool holds) {
  if (!holds) std::abort();
}

const testing::PackageFixture& true_one() {
  static const testing::PackageFixture made(7);
  return made;
}

class Patches {
 public:
  explicit Patches(std::string_view bytes) : rest_(bytes) {}
  bool more() const { return !rest_.empty(); }
  std::size_t byte() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::string_view bytes(std::size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }

 private:
  std::string_view rest_;
};

void patch(Members& members, Patches& from) {
  const std::size_t which = from.byte();
  const std::size_t kind = from.byte() % 6;
  const std::size_t place = from.byte() << 8 | from.byte();
  const std::string_view with = from.bytes(from.byte());
  const auto member = std::next(members.begin(), static_cast<std::ptrdiff_t>(which % members.size()));
  std::string& bytes = member->second;
  const std::size_t at = bytes.empty() ? 0 : place % (bytes.size() + 1);
  if (kind == 0) bytes.replace(at, std::min(with.size(), bytes.size() - at), with.substr(0, bytes.size() - at));
  if (kind == 1) bytes.insert(at, with);
  if (kind == 2) bytes.erase(at, with.size());
  if (kind == 3) bytes = with;
  if (kind == 4 && members.size() > 1) members.erase(member);
  if (kind == 5) members[std::string(with)] = "added";
}

// What the tree covers, or what is printed again from it, is another: not even the true key can vouch for that. A section more that
// is withheld is no lie, and neither are more signatures below a checkpoint.
bool falsified(const std::string& name, const std::string& before, const std::string& now) {
  if (before == now) return false;
  if (name.starts_with("opened/")) {
    const auto old_records = decode_bundle(before);
    const auto records = decode_bundle(now);
    if (!records || records->size() > old_records->size()) return true;
    return std::any_of(records->begin(), records->end(), [&](const OpenedParts& parts) {
      const auto old_parts = std::find_if(old_records->begin(), old_records->end(),
                                          [&](const OpenedParts& one) { return one.index == parts.index; });
      return old_parts == old_records->end() ||
             std::any_of(parts.sections.begin(), parts.sections.end(), [&](const OpenedSection& section) {
               return std::none_of(old_parts->sections.begin(), old_parts->sections.end(),
                                   [&](const OpenedSection& one) {
                                     return one.section == section.section && one.salt == section.salt &&
                                            one.encoded == section.encoded;
                                   });
             });
    });
  }
  return name.starts_with("headers/") || name == "proofs.json" || name == "report.html";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const testing::PackageFixture& made = true_one();
  if (data[0] == 0) {
    const auto members = read_archive(input);
    const auto seen = view_archive(input);
    must(members.has_value() == seen.has_value());
    if (members) {
      must(write_archive(*members) == input);
      must(std::ranges::equal(*seen, views(*members), [](const MemberView& a, const MemberView& b) {
        return a.name == b.name && a.bytes == b.bytes;
      }));
    }
    const PackageReport report = verify_package(input, made.named());
    must(report.exit_code() == 1);  // no input of this size is the true package
    (void)verify_package(input, {});
    (void)read_manifest(input);
    (void)read_proof(input);
    (void)decode_bundle(input);
    return 0;
  }
  Members forged = made.members;
  for (Patches patches(input); patches.more();) patch(forged, patches);
  const bool changed = forged != made.members;
  must(!changed || verify_members(forged, made.named()).exit_code() == 1);  // the manifest alone tells

  bool below = false;
  for (const auto& [name, bytes] : made.members) {
    const auto now = forged.find(name);
    if (now == forged.end()) return 0;
    below |= falsified(name, bytes, now->second);
  }
  if (forged.size() != made.members.size() || !made.sign_again(forged)) return 0;
  const PackageReport report = verify_members(forged, made.named());
  must(!below || report.exit_code() == 1);
  must(!render_text(report, Language::zh).empty() && !render_json(report).empty());
#ifdef CAVEAT_PLANTED_DEFECT
  // Headers that read well, and a tree that they do not lead to: the forger's best.
  if (report.claims[5].shown == Shown::yes && report.claims[6].shown == Shown::no) __builtin_trap();
#endif
  return 0;
}
