#include <algorithm>
#include <utility>

#include "engine/base/escape.h"
#include "engine/text/redact.h"
#include "engine/text/redact_inside.h"

namespace caveat::text {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string escaped_markdown(std::string_view text) {
  constexpr std::string_view kMarks = "\\`*_[]<>&~|$^{}";
  constexpr std::string_view kFirst = "#+-=:>";
  std::string out;
  bool begins = true;  // a line: blanks there, a heading, an item
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\n') {
      while (!out.empty() && is_blank(out.back())) out.pop_back();
      std::size_t lines = 1;
      while (at + 1 < text.size() && (text[at + 1] == '\n' || is_blank(text[at + 1])))
        lines += text[++at] == '\n' ? 1 : 0;
      const bool ends = at + 1 == text.size();
      out += lines > 1 ? "\n\n" : out.empty() || ends ? "\n" : "\\\n";
      begins = true;
      continue;
    }
    if (begins && is_blank(c)) continue;
    if (begins && is_digit(c)) {
      std::size_t end = at;
      while (end < text.size() && is_digit(text[end])) ++end;
      out += text.substr(at, end - at);
      at = end - 1;
      if (end < text.size() && (text[end] == '.' || text[end] == ')')) {
        out += '\\';
        out += text[++at];
      }
      begins = false;
      continue;
    }
    const bool image = c == '!' && at + 1 == text.size();  // where a link follows
    if (kMarks.find(c) != std::string_view::npos || (begins && kFirst.find(c) != std::string_view::npos) || image)
      out += '\\';
    out += c;
    begins = false;
  }
  return out;
}

// What of a text must be the same whatever its mark-up: neither blanks nor what may go with an empty place.
std::string skeleton(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    const std::string_view sign = text.substr(at, end - at);
    if (!says_nothing(sign)) out += sign;
    at = end;
  }
  return out;
}

std::string block(Format format, std::string_view text) {
  return format == Format::html ? "<p>" + escaped(format, text) + "</p>" : escaped(format, text);
}

// All that is shown of a text, and nothing else.
std::string without_markup(Format format, std::string_view flow) {
  while (!flow.empty() && flow.back() == '\n') flow.remove_suffix(1);
  if (format == Format::html) return block(format, flow);
  std::string lines;
  for (const char c : flow) lines.append(c == '\n' ? 2 : 1, c);
  return escaped(format, lines);
}

class Editing {
 public:
  Editing(const Shown& shown, Format format, RedactScratch& scratch)
      : shown_(shown), source_(shown.source()), format_(format), scratch_(scratch), edits_(scratch.united) {}

  // False: where the marks of an element that an edit takes stand is not known.
  bool run() {
    scratch_.whole.clear();
    scratch_.gone.clear();
    flow();
    if (!find_marks()) return false;
    std::uint32_t at = 0;
    for (const Edit& edit : edits_) {
      if (const auto mark = mark_from(edit.range.begin);
          mark != marks_.end() && mark->begin <= edit.range.begin && edit.range.end <= mark->end)
        continue;  // it goes with the mark that it stands in
      copy(at, edit.range.begin);
      const std::size_t size = scratch_.whole.size();
      std::string result;
      const bool verbatim = is_verbatim(edit.range);
      const std::string there = shown_in(edit.range);
      // Within mark-up, a target, a title, a comment, another text could be a mark of its own: it is masked whatever was asked for.
      if (there.empty())
        result = kMask;
      else
        inside::append_result(edit, there, scratch_, result);
      if (there.empty())
        scratch_.whole += result;
      else if (verbatim && format_ == Format::markdown)
        scratch_.whole += within_code(result);
      else
        scratch_.whole += escaped(is_html(edit.range) ? Format::html : format_, result);
      if (scratch_.whole.size() == size) scratch_.gone.push_back(size);
      copy_block_marks(edit.range);
      at = edit.range.end;
    }
    copy(at, static_cast<std::uint32_t>(source_.size()));
    return true;
  }

  // What is to be shown.
  const std::string& wanted() const { return wanted_; }

 private:
  using Piece = Shown::Piece;

  bool is_flow(const Piece& piece) const { return piece.begin < shown_.flow().size(); }

  void flow() {
    wanted_.clear();
    std::vector<std::size_t> gone;
    std::uint32_t done = 0;  // edits whose result stands there
    for (const Piece& piece : shown_.pieces()) {
      if (!is_flow(piece)) break;
      if (piece.from < piece.to) places_.push_back({piece.from, piece.to, piece.verbatim, piece.html});
      if (piece.from == piece.to) {
        const Edit* edit = edit_at(piece.from);
        if (piece.line || edit == nullptr || edit->range.begin >= piece.from) put(piece.begin, piece.end);
        continue;
      }
      std::uint32_t at = piece.from;
      while (at < piece.to) {
        const auto next = std::lower_bound(edits_.begin(), edits_.end(), at, [](const Edit& edit, std::uint32_t place) {
          return edit.range.end <= place;
        });
        const std::uint32_t begin =
            next == edits_.end() ? piece.to : std::max(at, std::min(next->range.begin, piece.to));
        if (begin > at) put_part(piece, at, begin);
        at = begin;
        if (at >= piece.to || next == edits_.end()) break;
        const auto index = static_cast<std::uint32_t>(next - edits_.begin()) + 1;
        if (index > done) {
          const std::size_t size = wanted_.size();
          inside::append_result(*next, shown_in(next->range), scratch_, wanted_);
          if (wanted_.size() == size) gone.push_back(size);
          done = index;
        }
        at = std::min(next->range.end, piece.to);
        if (!piece.linear) break;
      }
    }
    if (gone.empty()) return;
    std::string out;
    inside::without_leavings(wanted_, gone, out);
    wanted_ = std::move(out);
  }
  void put(std::uint32_t begin, std::uint32_t end) { wanted_ += shown_.text().substr(begin, end - begin); }
  void put_part(const Piece& piece, std::uint32_t from, std::uint32_t to) {
    if (piece.linear)
      put(piece.begin + (from - piece.from), piece.begin + (to - piece.from));
    else if (from == piece.from)
      put(piece.begin, piece.end);
  }
  const Edit* edit_at(std::uint32_t place) const {
    const auto next = std::lower_bound(edits_.begin(), edits_.end(), place,
                                       [](const Edit& edit, std::uint32_t at) { return edit.range.end <= at; });
    return next != edits_.end() && next->range.begin <= place ? &*next : nullptr;
  }
  std::string shown_in(Range range) const {
    std::string out;
    shown_.append_shown(out, range.begin, range.end);
    std::erase(out, '\n');
    return out;
  }

  // Where something shown stands, from `at` on.
  struct Place {
    std::uint32_t from, to;
    bool verbatim, html;
  };
  std::vector<Place>::const_iterator place_from(std::uint32_t at) const {
    return std::lower_bound(places_.begin(), places_.end(), at,
                            [](const Place& place, std::uint32_t begin) { return place.to <= begin; });
  }
  bool is_verbatim(Range range) const {
    const auto first = place_from(range.begin);
    return first != places_.end() && first->from < range.end && first->verbatim && !takes_marks(range);
  }
  bool is_html(Range range) const {
    const auto first = place_from(range.begin);
    return first != places_.end() && first->from < range.end && first->html;
  }
  std::vector<Range>::const_iterator mark_from(std::uint32_t at) const {
    return std::lower_bound(marks_.begin(), marks_.end(), at,
                            [](const Range& mark, std::uint32_t place) { return mark.end <= place; });
  }
  bool takes_marks(Range range) const {
    const auto mark = mark_from(range.begin > 0 ? range.begin - 1 : 0);
    return mark != marks_.end() && (mark->end == range.begin || mark->begin < range.end);
  }
  // Is all that is shown in [from, to) taken?
  bool is_taken(std::uint32_t from, std::uint32_t to) const {
    bool any = false;
    for (auto place = place_from(from); place != places_.end() && place->from < to; ++place) {
      std::uint32_t at = std::max(place->from, from);
      const std::uint32_t end = std::min(place->to, to);
      while (at < end) {
        const Edit* edit = edit_at(at);
        if (edit == nullptr) return false;
        any = true;
        at = edit->range.end;
      }
    }
    return any;
  }
  bool cuts(std::uint32_t from, std::uint32_t to) const {
    const auto next = std::lower_bound(edits_.begin(), edits_.end(), from,
                                       [](const Edit& edit, std::uint32_t at) { return edit.range.end <= at; });
    return from < to && next != edits_.end() && next->range.begin < to &&
           !(next->range.begin > from && next->range.end < to);
  }

  // The marks that go: of elements that are taken, whole or by a mark of theirs.
  bool find_marks() {
    for (const Shown::Element& one : shown_.elements()) {
      const bool taken = is_taken(one.open_end, one.close),
                 cut = cuts(one.open, one.open_end) || cuts(one.close, one.close_end);
      if (!one.known) {
        const Edit* edit = edit_at(one.open);
        if (edit != nullptr) return false;
        continue;
      }
      if (!taken && !cut) continue;
      if (one.open < one.open_end) marks_.push_back({one.open, one.open_end});
      if (one.close < one.close_end) marks_.push_back({one.close, one.close_end});
    }
    std::sort(marks_.begin(), marks_.end());
    return true;
  }

  // The source without the marks that go.
  void copy(std::uint32_t from, std::uint32_t to) {
    while (from < to) {
      const auto mark = mark_from(from);
      const std::uint32_t end = mark == marks_.end() ? to : std::clamp(mark->begin, from, to);
      scratch_.whole += source_.substr(from, end - from);
      from = mark == marks_.end() ? to : std::max(end, std::min(mark->end, to));
    }
  }

  // Of what an edit takes, blocks stay: what stands between the last of one line and the first of the next.
  void copy_block_marks(Range range) {
    std::uint32_t last = 0;
    bool line = false;
    for (std::size_t i = shown_.first_behind(range.begin); i < shown_.pieces().size(); ++i) {
      const Piece& piece = shown_.pieces()[i];
      if (!is_flow(piece) || piece.from >= range.end) return;
      if (piece.line) line = true;
      if (piece.from == piece.to) continue;
      if (line && last > range.begin && last <= range.end && piece.from >= last)
        copy(last, std::min(piece.from, range.end));
      line = false;
      last = piece.to;
    }
  }

  static std::string within_code(std::string_view text) {
    std::string out(text);
    std::replace(out.begin(), out.end(), '`', '\'');
    return out;
  }

  const Shown& shown_;
  std::string_view source_;
  Format format_;
  RedactScratch& scratch_;
  const std::vector<Edit>& edits_;
  std::vector<Place> places_;
  std::vector<Range> marks_;
  std::string wanted_;
};

}  // namespace

std::string escaped(Format format, std::string_view text) {
  switch (format) {
    case Format::plain:
      break;
    case Format::markdown:
      return escaped_markdown(text);
    case Format::html: {
      std::string out = escape_markup(text);
      for (std::size_t at = out.find('\n'); at != std::string::npos; at = out.find('\n', at))
        out.replace(at, 1, "<br>");
      return out;
    }
  }
  return std::string(text);
}

void apply_edits(const Shown& shown, Format format, const Limits& limits, std::span<const Edit> edits,
                 RedactScratch& scratch, std::string& out) {
  inside::unite(shown.source(), edits, scratch);
  Editing editing(shown, format, scratch);
  const bool known = editing.run();
  if (scratch.gone.empty()) {
    out.assign(scratch.whole);
  } else {
    inside::without_leavings(scratch.whole, scratch.gone, out);
  }
  Shown again;
  if (known && show(out, format, limits, again) && skeleton(again.flow()) == skeleton(editing.wanted())) return;
  out = without_markup(format, editing.wanted());
}

void add_disclosures(Format format, const Limits& limits, std::span<Disclosed> all, RedactScratch& scratch,
                     std::string& text) {
  Shown shown;
  show(text, format, limits, shown);
  NormalText normal;
  normalise(shown, normal);
  inside::find_added(all, scratch, normal.text(), [&](std::size_t begin, std::size_t end) {
    return normal.is_sure({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
  });
  const std::string_view between = format == Format::html ? "\n" : "\n\n";
  const auto composed = [&](std::string_view own) {
    std::string out;
    for (const Disclosed& each : all) {
      if (each.added && each.at_start) out.append(block(format, each.text)).append(between);
    }
    out += own;
    for (const Disclosed& each : all) {
      if (!each.added || each.at_start) continue;
      while (!out.empty() && out.back() == '\n') out.pop_back();
      if (!out.empty()) out += between;
      out += block(format, each.text);
    }
    if (own.empty()) {
      while (!out.empty() && out.back() == '\n') out.pop_back();
    }
    return out;
  };
  // All that is added, line by line at its end of what is shown, and in the sight of every renderer.
  const auto shows_all = [&](std::string_view whole) {
    Shown again;
    if (!show(whole, format, limits, again)) return false;
    NormalText read, held;
    normalise(again, read);
    std::string first, last;
    for (const Disclosed& each : all) {
      if (!each.added) continue;
      std::string& lines = each.at_start ? first : last;
      if (!lines.empty()) lines += '\n';
      lines += normal_form(each.text, held);
    }
    const std::string_view flow = read.text().substr(0, read.flow_end());
    const auto end = static_cast<std::uint32_t>(flow.size());
    const auto stands = [&](const std::string& lines, std::uint32_t from) {
      return lines.empty() || read.is_sure({from, from + static_cast<std::uint32_t>(lines.size())});
    };
    return flow.starts_with(first) && flow.ends_with(last) && stands(first, 0) &&
           stands(last, end - static_cast<std::uint32_t>(last.size()));
  };
  if (std::none_of(all.begin(), all.end(), [](const Disclosed& each) { return each.added; })) return;
  std::string out = composed(text);
  // An element that the text leaves open would take them in.
  if (!shows_all(out)) out = composed(without_markup(format, shown.flow()));
  text.swap(out);
}

}  // namespace caveat::text
