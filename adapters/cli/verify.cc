#include <algorithm>
#include <filesystem>
#include <ostream>
#include <set>

#include "adapters/cli/command.h"
#include "adapters/cli/log_file.h"
#include "adapters/cli/messages.h"
#include "adapters/load/rule_files.h"
#include "audit/report/verify_package.h"

namespace caveat::cli {

namespace {

namespace fs = std::filesystem;

// The members of an unpacked package, within the limits of a packed one.
Result<audit::Members> read_members(const std::string& dir, const audit::ArchiveLimits& limits) {
  audit::Members members;
  std::size_t total = 0;
  std::set<std::string> names;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(dir))
    if (entry.is_regular_file() && names.size() <= limits.members)
      names.insert(entry.path().lexically_relative(dir).generic_string());
  for (const std::string& name : names) {
    Result<std::string> bytes =
        load::read_file((fs::path(dir) / name).string(), limits.total_bytes - std::min(total, limits.total_bytes));
    if (!bytes) return tl::unexpected(bytes.error());
    total += bytes->size();
    members.emplace(name, std::move(*bytes));
  }
  return members;
}

}  // namespace

int run_verify(const Invocation& invocation, Terminal& terminal) {
  audit::PackageVerifyOptions options;
  if (invocation.has("--key")) {
    Result<std::vector<audit::VerifierKey>> named = named_keys(invocation);
    if (!named) return refuse(terminal, named.error());
    options.keys = std::move(*named);
  }
  const std::string& path = invocation.arguments[0];
  std::error_code error;
  audit::PackageReport report;
  if (fs::is_directory(path, error)) {
    const Result<audit::Members> members = read_members(path, options.limits);
    if (!members) return refuse(terminal, members.error());
    report = audit::verify_members(*members, options);
  } else {
    const Result<std::string> bytes = load::read_file(path, options.limits.total_bytes);
    if (!bytes) return refuse(terminal, bytes.error());
    if (fs::exists(path + ".receipt", error)) {
      Result<std::string> receipt = load::read_file(path + ".receipt", 1u << 20);
      if (!receipt) return refuse(terminal, receipt.error());
      options.receipt = std::move(*receipt);
    }
    report = audit::verify_package(*bytes, options);
  }
  const std::string text = terminal.json ? audit::render_json(report) : audit::render_text(report, terminal.language);
  terminal.out << text;
  if (!text.ends_with('\n')) terminal.out << '\n';
  return report.exit_code();
}

}  // namespace caveat::cli
