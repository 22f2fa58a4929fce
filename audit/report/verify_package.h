// verify_package: an evidence package held against itself and against a key from outside: numbered claims, each shown, refuted or
// not checked and why. Needs no database, no network, no secret.
//
//   PackageReport report = verify_package(bytes_of_zip, {.keys = {key_from_the_bank}});
//   return report.exit_code();
//
// Promises   never throws on any bytes; where a signature fails, nothing that stands on it is called good; a changed bit
//            anywhere, a dropped, added or changed member is refuted by name
// Cost       linear in the package; bounded by ArchiveLimits
// Source     docs/formats.md "Evidence package"
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/log/checkpoint.h"
#include "audit/log/claim.h"
#include "audit/report/archive.h"
#include "audit/report/packs.h"
#include "audit/report/receipt.h"
#include "engine/base/language.h"

namespace caveat::audit {

struct PackageReport {
  std::vector<Claim> claims;
  std::string origin;
  std::uint64_t size = 0;
  std::uint64_t sealed = 0;  // decisions of it whose content is not opened
  // Of a package about one customer: how many key ids the bank names as his, and decisions of the period under other ids.
  std::optional<std::uint64_t> customer_ids;
  std::uint64_t others = 0;
  // By its receipt, where claim 12 is shown: the record that says of this package that it was taken.
  std::optional<ExportReceipt> taken;
  bool page_checked = false;  // report.html and VERIFY.md are what this build prints of these records
  // Of a package that was to bring the rules of its decisions: they are all there, and its files were held against them.
  std::optional<bool> packs_checked;
  bool key_given = false;
  bool intact() const;    // nothing refuted
  int exit_code() const;  // 0 intact and signed by the key named; 1 refuted; 5 intact, but no key was named
};

struct PackageVerifyOptions {
  // From outside; without one only the package's own key is at hand, and that proves nothing. Where the log's key was changed, any of its
  // keys will do for a package that reaches over the changes: it opens the notes that both signed.
  std::vector<VerifierKey> keys;
  ArchiveLimits limits;
  std::optional<std::string> receipt;  // FILE.zip.receipt, if it lies beside the package
  // With it the files of packs are held against the digests that records name; without it that is not checked.
  CompilePacks compile = {};
  // How far it is, called on the caller's thread; ends with done == of where nothing was refuted before.
  std::function<void(std::uint64_t done, std::uint64_t of)> progress = {};
};

PackageReport verify_package(std::string_view zip, const PackageVerifyOptions& options);
PackageReport verify_members(const Members& members, const PackageVerifyOptions& options);  // an unpacked folder

std::string render_text(const PackageReport& report, Language language);
std::string render_json(const PackageReport& report);

}  // namespace caveat::audit
