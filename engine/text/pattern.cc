#include "engine/text/pattern.h"

#include <re2/re2.h>

#include "engine/base/utf8.h"
#include "engine/text/characters.h"

namespace caveat::text {
namespace {

constexpr std::int64_t kMaxMemory = 8 << 20;
constexpr std::string_view kOperators = "\\.+*?()|[]{}^$-";

// Characters beyond ASCII as the normal form has them; ASCII stays, since `\D` is not `\d` (the engine folds case itself).
std::string folded(std::string_view written) {
  std::string out;
  bool quoted = false;  // by a backslash of the author's
  for (std::size_t at = 0; at < written.size();) {
    const CodePoint point = decode_utf8(written, at);
    const std::size_t size = point ? point.length : 1;
    const std::string_view there = written.substr(at, size);
    at += size;
    if (point.value < 0x80) {
      out += there;
      quoted = there == "\\" && !quoted;
      continue;
    }
    const std::string form = point ? std::string(normalise(there).text()) : std::string(there);
    if (form.size() == 1 && kOperators.find(form[0]) != std::string_view::npos && !quoted) out += '\\';
    quoted = false;
    // What folds into several characters is one piece to repeat.
    const bool several = count_code_points(form) > 1;
    if (several) out += "(?:" + RE2::QuoteMeta(form) + ")";
    if (!several) out += form;
  }
  return out;
}

bool has_look_or_reference(std::string_view text) {
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    if (text[at] == '\\') {
      if (text[at + 1] >= '1' && text[at + 1] <= '9') return true;
      ++at;
    } else if (text.substr(at, 3) == "(?=" || text.substr(at, 3) == "(?!" || text.substr(at, 4) == "(?<=" ||
               text.substr(at, 4) == "(?<!") {
      return true;
    }
  }
  return false;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

std::optional<Pattern> Pattern::compile(std::string_view written, PatternFault& fault) {
  fault = {};
  RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(false);
  options.set_max_mem(kMaxMemory);
  const std::string text = folded(written);
  auto compiled = std::make_shared<const RE2>(text, options);
  if (!compiled->ok()) {
    using Kind = PatternFault::Kind;
    fault = {compiled->error_code() == RE2::ErrorPatternTooLarge || compiled->error_code() == RE2::ErrorRepeatSize
                 ? Kind::too_large
             : has_look_or_reference(text) ? Kind::unsupported
                                           : Kind::syntax,
             compiled->error_arg()};
    return {};
  }
  if (RE2::FullMatch("", *compiled)) {
    fault = {PatternFault::Kind::matches_empty, {}};
    return {};
  }
  Pattern pattern;
  pattern.compiled_ = std::move(compiled);
  return pattern;
}

bool Pattern::matches(std::string_view normal) const {
  return compiled_->Match(piece(normal), 0, normal.size(), RE2::UNANCHORED, nullptr, 0);
}

bool Pattern::find(std::string_view normal, std::vector<Range>& spans, std::size_t most) const {
  spans.clear();
  re2::StringPiece found;
  for (std::size_t at = 0; at <= normal.size();) {
    if (!compiled_->Match(piece(normal), at, normal.size(), RE2::UNANCHORED, &found, 1)) return true;
    const auto begin = static_cast<std::size_t>(found.data() - normal.data());
    if (spans.size() == most) return false;
    const std::size_t end = begin + found.size();
    spans.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
    // A pattern of bounds alone (`\b`) matches nothing somewhere: one character on, or it would stay there.
    const CodePoint next = decode_utf8(normal, end);
    at = end > begin ? end : end + (next ? next.length : 1);
  }
  return true;
}

}  // namespace caveat::text
