#include "engine/base/diagnostic.h"

#include <algorithm>
#include <tuple>

#include "engine/base/utf8.h"
#include "engine/base/width.h"

namespace caveat {
namespace {

// A line longer than this is shown as a window round the mistake: a file of one line must not print megabytes a
// mistake.
constexpr std::size_t kWindow = 160;
constexpr std::size_t kWindowBefore = 60;
constexpr std::size_t kTabColumns = 4;

struct Cell {  // one code point as shown
  std::string_view bytes;
  std::size_t columns;
  std::size_t offset;  // in its line
};

std::vector<Cell> cells(std::string_view line) {
  std::vector<Cell> out;
  for (std::size_t at = 0; at < line.size();) {
    const CodePoint point = decode_utf8(line, at);
    const std::size_t size = point ? point.length : 1;
    if (point.value == U'\t') {
      out.push_back({"    ", kTabColumns, at});
    } else if (!point || is_unprintable(point.value)) {
      out.push_back({"\uFFFD", 1, at});
    } else {
      out.push_back({line.substr(at, size), static_cast<std::size_t>(columns(point.value)), at});
    }
    at += size;
  }
  return out;
}

struct Words {
  std::string_view error, warning, note, colon, help, write, remove, insert, open, close, blank;
};
constexpr Words kEnglish{"error", "warning", "note", ": ", "help: ", "write", "remove", "insert", "“", "”", " "};
constexpr Words kChinese{"错误", "警告", "说明", "：", "帮助：", "改为", "删去", "插入", "“", "”", ""};

const Words& words(Language language) { return language == Language::zh ? kChinese : kEnglish; }

std::string place(const Source& source, const Position& at) {
  return source.name() + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

// The line of the span's begin and a run of carets under as much of the span as stands on it.
std::string excerpt(const Source& source, Span span, std::uint32_t number) {
  const std::uint32_t start = source.line_start(number);
  const std::string_view whole = source.line(number);
  std::size_t begin = span.begin > start ? span.begin - start : 0;
  std::size_t end = span.end > start ? span.end - start : 0;
  // Of a very long line only what may be shown is looked at: each of its thousand mistakes would cost all of it.
  constexpr std::size_t kLong = 4096, kLooked = 4 * (kWindow + kWindowBefore);
  std::size_t cut = 0;
  if (whole.size() > kLong) {
    cut = std::min(begin, whole.size());
    const auto inside = [&] { return cut < whole.size() && (static_cast<unsigned char>(whole[cut]) & 0xC0) == 0x80; };
    for (std::size_t i = 0; i < kWindowBefore && cut > 0; ++i) {
      --cut;
      for (int k = 0; k < 3 && cut > 0 && inside(); ++k) --cut;
    }
    begin -= cut;
    end = end > cut ? end - cut : 0;
  }
  const std::vector<Cell> line = cells(whole.size() > kLong ? whole.substr(cut, kLooked) : whole);
  std::size_t first = 0;  // the window
  std::size_t last = line.size();
  const auto marked = static_cast<std::size_t>(
      std::lower_bound(line.begin(), line.end(), begin, [](const Cell& c, std::size_t at) { return c.offset < at; }) -
      line.begin());
  if (line.size() > kWindow) {
    first = marked > kWindowBefore ? marked - kWindowBefore : 0;
    last = std::min(line.size(), first + kWindow);
  }
  const bool before = first > 0 || cut > 0;
  std::string shown = before ? "…" : "";
  std::string carets(before ? 1 : 0, ' ');
  bool any = false;
  for (std::size_t i = first; i < last; ++i) {
    shown += line[i].bytes;
    const bool under = line[i].offset >= begin && line[i].offset < end;
    if (under) any = true;
    if (under || line[i].offset < begin) carets.append(line[i].columns, under ? '^' : ' ');
  }
  if (!any) carets += '^';  // an empty span, or one that begins at the line's end
  if (last < line.size() || (whole.size() > kLong && cut + kLooked < whole.size())) shown += "…";
  const std::string digits = std::to_string(number);
  return "  " + digits + " | " + shown + "\n  " + std::string(digits.size(), ' ') + " | " + carets + "\n";
}

void append_lines(std::string& out, std::string_view head, std::string_view text) {
  out += "  = ";
  out += head;
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "    ";
  }
  out += '\n';
}

}  // namespace

std::string fill(std::string_view wording, const std::vector<std::string>& arguments) {
  std::string out;
  for (std::size_t at = 0; at < wording.size();) {
    if (wording[at] == '{') {
      std::size_t end = at + 1;
      std::size_t index = 0;
      while (end < wording.size() && wording[end] >= '0' && wording[end] <= '9' && index < 1000) {
        index = index * 10 + static_cast<std::size_t>(wording[end++] - '0');
      }
      if (end > at + 1 && end < wording.size() && wording[end] == '}' && index < arguments.size()) {
        out += arguments[index];
        at = end + 1;
        continue;
      }
    }
    out += wording[at++];
  }
  return out;
}

Diagnostic diagnose(const Code& code, Span span, Language language, const std::vector<std::string>& arguments,
                    std::string help) {
  Diagnostic diagnostic;
  diagnostic.code = &code;
  diagnostic.span = span;
  diagnostic.language = language;
  diagnostic.message = fill(language == Language::zh ? code.zh : code.en, arguments);
  diagnostic.help = std::move(help);
  return diagnostic;
}

void sort_and_unify(std::vector<Diagnostic>& diagnostics) {
  const auto key = [](const Diagnostic& d) {
    return std::make_tuple(d.span.source, d.span.begin, d.span.end,
                           d.code != nullptr ? d.code->name : std::string_view(), std::string_view(d.message));
  };
  std::stable_sort(diagnostics.begin(), diagnostics.end(),
                   [&](const auto& a, const auto& b) { return key(a) < key(b); });
  diagnostics.erase(std::unique(diagnostics.begin(), diagnostics.end(),
                                [&](const auto& a, const auto& b) { return key(a) == key(b); }),
                    diagnostics.end());
}

std::string render(const Diagnostic& diagnostic, const Sources& sources) {
  const Words& say = words(diagnostic.language);
  const std::string_view severity = diagnostic.severity == Severity::error     ? say.error
                                    : diagnostic.severity == Severity::warning ? say.warning
                                                                               : say.note;
  const bool has_source = diagnostic.span.source < sources.size();
  std::string out;
  const Position at = has_source ? sources[diagnostic.span.source].position(diagnostic.span.begin) : Position{};
  if (has_source) out += place(sources[diagnostic.span.source], at) + ": ";
  out += severity;
  if (diagnostic.code != nullptr) out += "[" + std::string(diagnostic.code->name) + "]";
  out += say.colon;
  out += diagnostic.message;
  out += '\n';
  if (has_source) out += excerpt(sources[diagnostic.span.source], diagnostic.span, at.line);
  if (!diagnostic.help.empty()) append_lines(out, say.help, diagnostic.help);
  for (const Fix& fix : diagnostic.fixes) {
    const auto quoted = [&](std::string_view text) {  // round marks of its own, marks would be typed too
      if (text.find(say.open) != text.npos || text.find(say.close) != text.npos)
        return std::string(say.colon) + std::string(text);
      return std::string(say.blank) + std::string(say.open) + std::string(text) + std::string(say.close);
    };
    const std::string_view found =
        fix.span.source < sources.size() ? sources[fix.span.source].text(fix.span) : std::string_view();
    if (fix.replacement.empty()) {
      append_lines(out, say.remove, quoted(found));
    } else {
      append_lines(out, found.empty() ? say.insert : say.write, quoted(fix.replacement));
    }
  }
  for (const Related& related : diagnostic.related) {
    if (related.span.source >= sources.size()) continue;
    const Source& source = sources[related.span.source];
    const Position there = source.position(related.span.begin);
    out += place(source, there) + ": ";
    out += say.note;
    out += say.colon;
    out += related.message;
    out += '\n';
    out += excerpt(source, related.span, there.line);
  }
  return out;
}

}  // namespace caveat
