#include "engine/text/markup.h"

#include <algorithm>

#include "engine/base/utf8.h"
#include "engine/text/showing.h"

namespace caveat::text {
namespace {

constexpr std::string_view kSigns = "*_~`\\";  // a renderer may take one for mark-up that another shows

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Says a stretch of mark-up anything? One letter or digit does not, nor does the number of an item.
bool says_something(std::string_view text) {
  text = trimmed(text);
  if (std::count_if(text.begin(), text.end(), is_letter_or_digit) < 2) return false;
  const std::size_t digits =
      static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
  return !(digits > 0 && digits + 1 == text.size() && (text.back() == '.' || text.back() == ')'));
}

}  // namespace

std::string_view name(Format format) {
  switch (format) {
    case Format::plain:
      return "plain";
    case Format::markdown:
      return "markdown";
    case Format::html:
      break;
  }
  return "html";
}

bool read_tag(std::string_view written, Tag& out) {
  if (written.size() < 3 || written.front() != '<' || written.back() != '>') return false;
  std::size_t at = 1;
  out.closing = written[at] == '/';
  at += out.closing ? 1 : 0;
  out.name.clear();
  for (; at < written.size(); ++at) {
    const char c = written[at];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && (out.name.empty() || (!is_digit(c) && c != '-'))) break;
    out.name += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  }
  std::string_view rest = trimmed(written.substr(at, written.size() - 1 - at));
  if (!rest.empty() && rest.back() == '/') rest = trimmed(rest.substr(0, rest.size() - 1));
  out.bare = rest.empty();
  return !out.name.empty();
}

Showing::Showing(std::string_view source, Format format, Shown& out) : source_(source), format_(format), out_(out) {
  out.text_.clear();
  out.source_ = source;
  out.flow_end_ = 0;
  out.pieces_.clear();
  out.elements_.clear();
}

void Showing::append(std::string_view shown, Shown::Piece piece) {
  piece.begin = static_cast<std::uint32_t>(out_.text_.size());
  piece.end = piece.begin + static_cast<std::uint32_t>(shown.size());
  out_.text_ += shown;
  if (!out_.pieces_.empty()) {
    Shown::Piece& last = out_.pieces_.back();
    if (last.linear && piece.linear && last.to == piece.from && last.sure == piece.sure && last.maybe == piece.maybe &&
        last.verbatim == piece.verbatim) {
      last.end = piece.end;
      last.to = piece.to;
      return;
    }
  }
  out_.pieces_.push_back(piece);
}

void Showing::put(std::string_view shown, Range from) {
  if (from.begin < end_) in_order_ = false;
  end_ = std::max(end_, from.end);
  if (shown.empty()) return;
  const bool linear = shown == source_.substr(from.begin, from.end - from.begin);
  append(shown, {0, 0, from.begin, from.end, linear, maybe == 0 && !unsure, maybe > 0, verbatim, false});
}

void Showing::put_decoded(Range from) {
  const std::string_view text = source_.substr(from.begin, from.end - from.begin);
  std::size_t plain = 0;
  const auto there = [&](std::size_t begin, std::size_t end) {
    return Range{from.begin + static_cast<std::uint32_t>(begin), from.begin + static_cast<std::uint32_t>(end)};
  };
  for (std::size_t at = text.find('&'); at != std::string_view::npos; at = text.find('&', at)) {
    std::size_t end = at + 1;
    if (end < text.size() && text[end] == '#') ++end;
    while (end < text.size() && end - at < 40 && is_letter_or_digit(text[end]) &&
           static_cast<unsigned char>(text[end]) < 0x80)
      ++end;
    if (end < text.size() && text[end] == ';') ++end;
    const std::string_view written = text.substr(at, end - at);
    const std::string decoded = decoded_entity(written);
    if (decoded != written) {
      if (at > plain) put(there(plain, at));
      put(decoded, there(at, end));
      plain = end;
    }
    at = end;
  }
  if (plain < text.size()) put(there(plain, text.size()));
}

void Showing::line() {
  if (out_.text_.empty() || out_.text_.back() == '\n') return;
  append("\n", {0, 0, end_, end_, false, true, false, false, true});
}

std::size_t Showing::open(Range mark, bool known) {
  out_.elements_.push_back({mark.begin, mark.end, mark.end, mark.end, known});
  return out_.elements_.size() - 1;
}

void Showing::opened(std::size_t element, Range mark) {
  Shown::Element& one = out_.elements_[element];
  one.open = mark.begin;
  one.open_end = one.close = one.close_end = mark.end;
  one.known = true;
}

void Showing::close(std::size_t element, Range mark) {
  out_.elements_[element].close = mark.begin;
  out_.elements_[element].close_end = mark.end;
}

// A line that may be read otherwise, as it is then.
void Showing::other_readings() {
  const std::size_t count = out_.pieces_.size();
  for (std::size_t first = 0; first < count;) {
    std::size_t last = first;
    bool maybe_some = false, signs = false;
    for (; last < count && !out_.pieces_[last].line; ++last) {
      const Shown::Piece& piece = out_.pieces_[last];
      maybe_some = maybe_some || piece.maybe;
      if (format_ == Format::markdown && !piece.verbatim)
        signs =
            signs || out_.text_.substr(piece.begin, piece.end - piece.begin).find_first_of(kSigns) != std::string::npos;
    }
    const auto reading = [&](bool without_maybe, bool without_signs) {
      line();
      for (std::size_t i = first; i < last; ++i) {
        Shown::Piece piece = out_.pieces_[i];
        if (piece.maybe && without_maybe) continue;
        piece.sure = false;
        const std::string text = out_.text_.substr(piece.begin, piece.end - piece.begin);
        if (!without_signs || piece.verbatim || !piece.linear) {
          append(text, piece);
          continue;
        }
        for (std::size_t at = 0; at < text.size();) {
          const std::size_t end = std::min(text.find_first_of(kSigns, at), text.size());
          Shown::Piece part = piece;
          part.from = piece.from + static_cast<std::uint32_t>(at);
          part.to = piece.from + static_cast<std::uint32_t>(end);
          if (end > at) append(std::string_view(text).substr(at, end - at), part);
          at = end + 1;
        }
      }
    };
    if (maybe_some) reading(true, false);
    if (signs) reading(false, true);
    if (maybe_some && signs) reading(true, true);
    first = last + 1;
  }
}

// What stands in mark-up, without tags that say nothing; a value is a line of its own.
void Showing::aside(Range from) {
  const std::string_view text = source_.substr(from.begin, from.end - from.begin);
  constexpr std::string_view kBounds = "<>\"'=\n\r";
  for (std::size_t at = 0; at < text.size();) {
    Tag tag;
    if (text[at] == '<') {
      const std::size_t close = text.find('>', at);
      if (close != std::string_view::npos && close - at < 40 && read_tag(text.substr(at, close + 1 - at), tag) &&
          tag.bare) {
        at = close + 1;
        continue;
      }
    }
    const std::size_t begin = kBounds.find(text[at]) == std::string_view::npos ? at : at + 1;
    const std::size_t end = std::min(text.find_first_of(kBounds, begin), text.size());
    if (says_something(text.substr(begin, end - begin))) {
      line();
      put_decoded({from.begin + static_cast<std::uint32_t>(begin), from.begin + static_cast<std::uint32_t>(end)});
    }
    at = std::max(end, at + 1);
  }
}

void Showing::finish() {
  const bool was_in_order = in_order_;
  line();
  out_.flow_end_ = static_cast<std::uint32_t>(out_.text_.size());
  if (out_.flow_end_ > 0) --out_.flow_end_;  // the line end behind it parts it from what follows
  const std::size_t pieces = out_.pieces_.size();
  other_readings();
  maybe = 1;
  std::uint32_t at = 0;
  for (std::size_t i = 0; i < pieces; ++i) {
    const auto [from, to] = std::pair(out_.pieces_[i].from, out_.pieces_[i].to);
    if (from > at) aside({at, from});
    at = std::max(at, to);
  }
  aside({at, static_cast<std::uint32_t>(source_.size())});
  in_order_ = was_in_order;
  if (out_.text_.size() == out_.flow_end_ + 1u && out_.pieces_.back().line) {  // nothing follows
    out_.text_.pop_back();
    out_.pieces_.pop_back();
  }
}

bool show(std::string_view source, Format format, const Limits& limits, Shown& out) {
  Showing showing(source, format, out);
  if (format == Format::plain) {
    if (!source.empty()) showing.put({0, static_cast<std::uint32_t>(source.size())});
    out.flow_end_ = static_cast<std::uint32_t>(out.text_.size());
    return true;
  }
  const Range whole{0, static_cast<std::uint32_t>(source.size())};
  const bool taken =
      source.size() <= limits.markup_bytes &&
      (format == Format::markdown ? show_markdown(limits, showing) : show_html(whole, limits, showing)) &&
      showing.in_order();
  if (taken) {
    showing.finish();
    return true;
  }
  Showing again(source, Format::plain, out);
  again.unsure = true;
  if (!source.empty()) again.put(whole);
  out.flow_end_ = static_cast<std::uint32_t>(out.text_.size());
  return false;
}

std::size_t Shown::piece_at(std::uint32_t at) const {
  const auto after = std::upper_bound(pieces_.begin(), pieces_.end(), at,
                                      [](std::uint32_t place, const Piece& piece) { return place < piece.begin; });
  return static_cast<std::size_t>(after - pieces_.begin()) - 1;
}

Range Shown::source(Range shown) const {
  const auto size = static_cast<std::uint32_t>(text_.size());
  if (pieces_.empty()) return {0, 0};
  if (shown.begin >= size) {
    const std::uint32_t end = pieces_.back().to;
    return {end, end};
  }
  const std::uint32_t end = std::min(shown.end, size);
  Range found{~0u, 0};
  std::size_t i = piece_at(shown.begin);
  const std::uint32_t stands = pieces_[i].linear ? pieces_[i].from + (shown.begin - pieces_[i].begin) : pieces_[i].from;
  for (; i < pieces_.size() && pieces_[i].begin < end; ++i) {
    const Piece& piece = pieces_[i];
    if (piece.from == piece.to) continue;
    std::uint32_t from = piece.from, to = piece.to;
    if (piece.linear) {
      if (shown.begin > piece.begin) from += shown.begin - piece.begin;
      if (end < piece.end) to -= piece.end - end;
    }
    found.begin = std::min(found.begin, from);
    found.end = std::max(found.end, to);
  }
  return found.begin < found.end ? found : Range{stands, stands};
}

bool Shown::is_sure(Range shown) const {
  if (shown.end > flow_end_) return false;
  for (std::size_t i = pieces_.empty() ? 0 : piece_at(shown.begin); i < pieces_.size() && pieces_[i].begin < shown.end;
       ++i) {
    if (!pieces_[i].sure) return false;
  }
  return true;
}

std::size_t Shown::first_behind(std::uint32_t from) const {
  const auto flow_end =
      std::partition_point(pieces_.begin(), pieces_.end(), [&](const Piece& piece) { return piece.begin < flow_end_; });
  const auto first =
      std::partition_point(pieces_.begin(), flow_end, [&](const Piece& piece) { return piece.to <= from; });
  return static_cast<std::size_t>(first - pieces_.begin());
}

void Shown::append_shown(std::string& out, std::uint32_t from, std::uint32_t to) const {
  for (std::size_t i = first_behind(from); i < pieces_.size(); ++i) {
    const Piece& piece = pieces_[i];
    if (piece.begin >= flow_end_ || piece.from >= to) return;
    std::uint32_t begin = piece.begin, end = piece.end;
    if (piece.linear) {
      if (from > piece.from) begin += from - piece.from;
      if (to < piece.to) end -= piece.to - to;
    }
    out.append(text_, begin, end - begin);
  }
}

}  // namespace caveat::text
