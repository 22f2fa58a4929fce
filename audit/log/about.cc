#include "audit/log/about.h"

#include "audit/codes.h"
#include "audit/phrases.h"
#include "audit/record/layout.h"

namespace caveat::audit {
namespace {

constexpr std::string_view kFormatLine = "caveat log format ";

tl::unexpected<Problem> refuse(const Code& code, Words expected, std::string found) {
  return tl::unexpected(Problem{
      &code,
      {ProblemItem{.path = "/about", .expected = expected, .found = std::move(found), .nearest = {}, .hint = {}}}});
}

}  // namespace

std::string about_text(const About& about) {
  return std::string(kFormatLine) + std::to_string(about.format) + "\norigin " + about.origin + "\nsuite " +
         about.suite + "\ncreated " + about.created + "\nsqlite " + about.sqlite + "\n";
}

Result<About> parse_about(std::string_view note) {
  Result<SignedNote> parsed = parse_note(note);
  if (!parsed) return tl::unexpected(parsed.error());
  std::string_view rest = parsed->text;
  const auto take = [&](std::string_view word) {
    const auto end = rest.find('\n');
    std::string value;
    if (end != std::string_view::npos && rest.starts_with(word)) {
      value = rest.substr(word.size(), end - word.size());
      rest.remove_prefix(end + 1);
    }
    return value;
  };
  const std::string format = take(kFormatLine);
  if (format.empty()) return refuse(codes::kBadNote, "the first line `caveat log format N`", "");
  if (format != std::to_string(kFormat)) return refuse(codes::kLogFormat, std::to_string(kFormat), format);
  About about;
  about.format = kFormat;
  about.origin = take("origin ");
  about.suite = take("suite ");
  about.created = take("created ");
  about.sqlite = take("sqlite ");
  if (!valid_note_name(about.origin) || about.suite.empty() || about.created.empty() || about.sqlite.empty() ||
      !rest.empty())
    return refuse(codes::kBadNote, "origin, suite, created, sqlite", "");
  return about;
}

}  // namespace caveat::audit
