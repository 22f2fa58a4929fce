#include <algorithm>
#include <filesystem>
#include <optional>
#include <ostream>
#include <set>
#include <utility>

#include "adapters/cli/command.h"
#include "adapters/cli/log_file.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/progress.h"
#include "adapters/load/codes.h"
#include "adapters/load/rule_files.h"
#include "adapters/load/ruleset.h"
#include "audit/report/codes.h"
#include "audit/report/verify_package.h"

namespace caveat::cli {

namespace {

namespace fs = std::filesystem;

// The members of an unpacked package, within the limits of a packed one. What is no file (a pipe, a link that leads nowhere, an empty
// folder) is a member that no manifest lists: a package has no such thing, and it is not opened.
Result<audit::Members> read_members(const std::string& dir, const audit::ArchiveLimits& limits) {
  audit::Members members;
  std::size_t total = 0;
  std::set<std::string> names;
  std::error_code error;
  fs::recursive_directory_iterator at(dir, error);
  std::string place = dir;
  for (; !error && at != fs::recursive_directory_iterator() && names.size() + members.size() <= limits.members;
       at.increment(error)) {
    place = at->path().string();
    const std::string name = at->path().lexically_relative(dir).generic_string();
    std::error_code unknown;
    if (at->is_regular_file(unknown))
      names.insert(name);
    else if (!at->is_directory(unknown) || at->is_symlink(unknown) || fs::is_empty(at->path(), unknown))
      members.emplace(name, std::string());
  }
  if (error)
    return tl::unexpected(
        Problem{&load::codes::kFileUnreadable,
                {ProblemItem{.path = place, .expected = {}, .found = error.message(), .nearest = {}, .hint = {}}}});
  for (const std::string& name : names) {
    const std::string path = (fs::path(dir) / name).string();
    const std::size_t room = limits.total_bytes - total;
    const bool fits = fs::file_size(path, error) <= room || error;
    Result<std::string> bytes = fits ? load::read_file(path, room) : std::string();
    if (!bytes) return tl::unexpected(bytes.error());
    if (!fits || bytes->size() > room)
      return tl::unexpected(Problem{
          &audit::codes::kBadPackage,
          {ProblemItem{.path = name,
                       .expected = "at most " + std::to_string(limits.total_bytes) + " bytes in all members together",
                       .found = {},
                       .nearest = {},
                       .hint = {}}}});
    total += bytes->size();
    members.emplace(name, std::move(*bytes));
  }
  return members;
}

// A name or a purpose is whoever's who took the export: it makes no line of its own.
void print_custody(const audit::ExportReceipt& taken, Terminal& terminal) {
  constexpr std::string_view kBehind = "    ";  // deeper than the labels
  const audit::Exported& event = taken.event;
  const auto asked = [&](const std::optional<std::string>& text) {
    return text ? plain(*text, kBehind) : std::string(terminal.say({"not stated", "未说明"}));
  };
  terminal.out << fill(terminal.say({"Custody: taken by {0} ({1}) at {2}: record {3} of the log.\n  Requested by: {4}\n"
                                     "  Purpose: {5}\n  SHA-256 of manifest.json: {6}\n",
                                     "保管：由 {0}（{1}）于 {2} 导出：日志第 {3} 条记录。\n  申请人：{4}\n"
                                     "  用途：{5}\n  manifest.json 的 SHA-256：{6}\n"}),
                       {plain(event.by, kBehind), plain(event.role, kBehind), format_instant(taken.time_us, 0),
                        std::to_string(taken.index), asked(event.recipient), asked(event.purpose), hex(event.content)});
}

}  // namespace

int run_verify(const Invocation& invocation, Terminal& terminal) {
  audit::PackageVerifyOptions options;
  if (invocation.has("--key")) {
    std::string at;
    Result<std::vector<audit::VerifierKey>> named = named_keys(invocation, at);
    if (!named) return refuse(terminal, named.error(), at);
    options.keys = std::move(*named);
  }
  options.compile = [](const std::vector<audit::PackToCompile>& packs) {
    std::vector<load::PackText> texts;
    for (const audit::PackToCompile& pack : packs) {
      load::PackText& text = texts.emplace_back();
      text.name = pack.name;
      text.version = pack.version;
      for (const audit::PackFile& file : pack.files) text.files.emplace_back(file.path, file.bytes);
    }
    load::CompiledTexts compiled = load::compile_texts(texts, Limits());
    const auto file = [](load::CompiledTexts::File& one) {
      return audit::CompiledPacks::File{one.pack, std::move(one.path)};
    };
    audit::CompiledPacks out;
    if (compiled.mistake) out.mistake = file(*compiled.mistake);
    out.digests = std::move(compiled.digests);
    for (load::CompiledTexts::File& one : compiled.unread) out.unread.push_back(file(one));
    return out;
  };
  const std::string& path = invocation.arguments[0];
  std::error_code error;
  audit::PackageReport report;
  std::optional<Progress> progress(std::in_place, terminal);
  options.progress = [&](std::uint64_t done, std::uint64_t of) { (*progress)(done, of); };
  if (fs::is_directory(path, error)) {
    const Result<audit::Members> members = read_members(path, options.limits);
    if (!members) return refuse(terminal, members.error(), path);
    report = audit::verify_members(*members, options);
  } else {
    const Result<std::string> bytes = load::read_file(path, options.limits.file_bytes());
    if (!bytes) return refuse(terminal, bytes.error());
    if (const fs::file_status receipt = fs::status(path + ".receipt", error); fs::exists(receipt)) {
      if (!fs::is_regular_file(receipt))  // a pipe would be waited for
        return refuse(terminal, Problem{&load::codes::kFileUnreadable,
                                        {ProblemItem{.path = path + ".receipt",
                                                     .expected = {},
                                                     .found = "no regular file",
                                                     .nearest = {},
                                                     .hint = {}}}});
      Result<std::string> text = load::read_file(path + ".receipt", 1u << 20);
      if (!text) return refuse(terminal, text.error());
      options.receipt = std::move(*text);
    }
    report = audit::verify_package(*bytes, options);
  }
  progress.reset();  // before the report, which may go to the same terminal
  const std::string text = terminal.json ? audit::render_json(report) : audit::render_text(report, terminal.language);
  terminal.out << text;
  if (!text.ends_with('\n')) terminal.out << '\n';
  if (!terminal.json && report.intact() && report.taken) print_custody(*report.taken, terminal);
  return report.exit_code();
}

}  // namespace caveat::cli
