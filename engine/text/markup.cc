#include "engine/text/markup.h"

#include <algorithm>
#include <charconv>

#include "engine/base/utf8.h"
#include "engine/text/showing.h"

namespace caveat::text {
namespace {

constexpr std::string_view kSigns = "*_~`\\=^[]";  // a renderer may take one for mark-up that another shows
constexpr std::size_t kMostHiders = 6;             // that one line may depend on: it is read in 2^n ways

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
  // As browsers do: a name ends at a blank, a slash or the tag's end.
  for (; at < written.size(); ++at) {
    const char c = written[at];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (out.name.empty() ? !letter : is_blank(c) || c == '\f' || c == '/' || c == '>') break;
    out.name += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  }
  return !out.name.empty();
}

std::size_t tag_end(std::string_view html, std::size_t at) {
  constexpr std::size_t kMostBytes = 1'024;  // without quoted values
  std::size_t bytes = 0;
  char quote = '\0';
  bool value = false;  // behind an equals sign: there a quote begins one
  for (; at < html.size(); ++at) {
    const char c = html[at];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
      continue;
    }
    if (++bytes > kMostBytes) break;
    if (c == '>') {
      return at + 1;
    } else if (value && (c == '"' || c == '\'')) {
      quote = c;
      value = false;
    } else if (c == '=') {
      value = true;
    } else if (!is_blank(c) && c != '\f') {
      value = false;
    }
  }
  return std::string_view::npos;
}

std::size_t comment_end(std::string_view html, std::size_t at) {
  if (!html.substr(at).starts_with("<!--")) return std::string_view::npos;
  const std::size_t close = html.find("-->", at + 4);
  if (close == std::string_view::npos) return std::string_view::npos;
  const std::string_view within = html.substr(at + 4, close - at - 4);
  const bool ends_early = within.starts_with(">") || within.starts_with("->") || within.ends_with("<!-") ||
                          within.find("--!>") != std::string_view::npos ||
                          within.find("<!--") != std::string_view::npos;
  return ends_early ? std::string_view::npos : close + 3;
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
    if (last.linear && piece.linear && last.to == piece.from && last.sure == piece.sure &&
        last.verbatim == piece.verbatim && last.html == piece.html && hider_of_.back() == hider_) {
      last.end = piece.end;
      last.to = piece.to;
      return;
    }
  }
  out_.pieces_.push_back(piece);
  hider_of_.push_back(hider_);
}

void Showing::put(std::string_view shown, Range from) {
  if (from.begin < end_) in_order_ = false;
  end_ = std::max(end_, from.end);
  if (shown.empty()) return;
  const bool linear = shown == source_.substr(from.begin, from.end - from.begin);
  append(shown, {0, 0, from.begin, from.end, linear, hider_ == 0 && !unsure && !in_aside_, verbatim, html, false});
}

std::size_t Showing::entity_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestName = 40;
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  std::size_t end = at + 1;
  const bool number = end < text.size() && text[end] == '#';
  if (number) ++end;
  while (end < text.size() && (number || end - at < kLongestName) && is_ascii(text[end]) &&
         is_letter_or_digit(text[end]))
    ++end;
  return end < text.size() && text[end] == ';' ? end + 1 : end;
}

const std::string& Showing::entity(std::string_view written) {
  auto at = entities_.find(written);
  if (at == entities_.end()) at = entities_.emplace(written, decoded_entity(written)).first;
  return at->second;
}

void Showing::put_entity(Range from) {
  std::string decoded = entity(source_.substr(from.begin, from.end - from.begin));
  std::replace_if(decoded.begin(), decoded.end(), [](char c) { return is_blank(c) || c == '\f'; }, ' ');
  put(decoded, from);
}

void Showing::put_decoded(Range from) {
  const std::string_view text = source_.substr(from.begin, from.end - from.begin);
  std::size_t plain = 0;
  const auto there = [&](std::size_t begin, std::size_t end) {
    return Range{from.begin + static_cast<std::uint32_t>(begin), from.begin + static_cast<std::uint32_t>(end)};
  };
  for (std::size_t at = text.find('&'); at != std::string_view::npos; at = text.find('&', at)) {
    const std::size_t end = entity_end(text, at);
    const std::string_view written = text.substr(at, end - at);
    if (entity(written) != written) {
      if (at > plain) put(there(plain, at));
      put_entity(there(at, end));
      plain = end;
    }
    at = end;
  }
  if (plain < text.size()) put(there(plain, text.size()));
}

void Showing::or_decoded(Range from) {
  if (!or_decoded_.empty() && or_decoded_.back().end == from.begin)
    or_decoded_.back().end = from.end;
  else
    or_decoded_.push_back(from);
}

// One line end stands for all that meet; it goes where the least hidden of them does.
void Showing::line() {
  if (out_.text_.empty()) return;
  if (out_.text_.back() != '\n') return append("\n", {0, 0, end_, end_, false, hider_ == 0, false, false, true});
  const std::size_t both = common(hider_of_.back(), hider_);
  hider_of_.back() =
      both == hider_of_.back() ? both : hider_;  // of two side by side it goes with both, as their lines do
  out_.pieces_.back().sure = hider_of_.back() == 0;
}

void Showing::hide(const std::string& hidden_by, bool block) {
  const std::size_t key = keys_.emplace(hidden_by, keys_.size()).first->second;
  hiders_.push_back({hider_, hiders_[hider_].depth + 1, key, block});
  hider_ = hiders_.size() - 1;
}

std::size_t Showing::common(std::size_t a, std::size_t b) const {
  while (a != b) {
    std::size_t& deeper = hiders_[a].depth < hiders_[b].depth ? b : a;
    deeper = hiders_[deeper].parent;
  }
  return a;
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

bool Showing::is_hidden(std::size_t piece, std::size_t base, const std::vector<std::size_t>& hidden) const {
  for (std::size_t at = hider_of_[piece]; at != base; at = hiders_[at].parent) {
    if (std::find(hidden.begin(), hidden.end(), hiders_[at].key) != hidden.end()) return true;
  }
  return false;
}

void Showing::reading(const std::vector<Lines>& runs, std::size_t base, const std::vector<std::size_t>& hidden,
                      bool without_signs) {
  line();
  bool gone = false, first = true;
  std::size_t last = 0;
  const auto one = [&](std::size_t i) {
    if (first || hider_of_[i] != last) gone = is_hidden(i, base, hidden);
    last = hider_of_[i];
    first = false;
    if (gone) return;
    Shown::Piece piece = out_.pieces_[i];
    piece.sure = false;
    if (piece.line) return line();
    const std::string text = out_.text_.substr(piece.begin, piece.end - piece.begin);
    if (!without_signs || piece.verbatim || !piece.linear) return append(text, piece);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find_first_of(kSigns, at), text.size());
      Shown::Piece part = piece;
      part.from = piece.from + static_cast<std::uint32_t>(at);
      part.to = piece.from + static_cast<std::uint32_t>(end);
      if (end > at) append(std::string_view(text).substr(at, end - at), part);
      at = end + 1;
      if (std::string_view(text).substr(end).starts_with("](")) {  // a target, blanks and all
        const std::size_t close = text.find(')', end);
        if (close != std::string::npos) at = close + 1;
      }
    }
  };
  for (const Lines& run : runs) {
    for (std::size_t i = run.first; i < run.last; ++i) one(i);
  }
}

// Text on one line, in every way that what it depends on may come out.
bool Showing::every_reading(const std::vector<Lines>& runs, std::size_t base) {
  std::vector<std::size_t> keys;
  bool signs = false;
  std::size_t last = base;
  for (const Lines& run : runs) {
    for (std::size_t i = run.first; i < run.last; ++i) {
      const Shown::Piece& piece = out_.pieces_[i];
      if (format_ == Format::markdown && !piece.verbatim && !piece.line)
        signs =
            signs || std::string_view(out_.text_).substr(piece.begin, piece.end - piece.begin).find_first_of(kSigns) !=
                         std::string_view::npos;
      if (hider_of_[i] == last) continue;
      last = hider_of_[i];
      for (std::size_t at = last; at != base; at = hiders_[at].parent) {
        if (std::find(keys.begin(), keys.end(), hiders_[at].key) == keys.end()) keys.push_back(hiders_[at].key);
      }
      if (keys.size() > kMostHiders) return false;
    }
  }
  const std::size_t most = 4 * (out_.flow_end_ + source_.size()) + 1024;  // bytes of all readings: answers have a few
  std::vector<std::size_t> hidden;
  for (std::size_t of = 0; of < std::size_t{1} << keys.size(); ++of) {
    hidden.clear();
    for (std::size_t key = 0; key < keys.size(); ++key) {
      if ((of >> key & 1) != 0) hidden.push_back(keys[key]);
    }
    if (of > 0 || runs.size() > 1) reading(runs, base, hidden, false);
    if (signs) reading(runs, base, hidden, true);
    if (out_.text_.size() > most) return false;
  }
  return true;
}

// What stands on lines that end where `base` does: blocks that may be hidden, read by themselves; and the text around them, that meets
// where they are.
bool Showing::readings_of(Lines lines, std::size_t base) {
  std::vector<Lines> runs;
  for (std::size_t i = lines.first; i < lines.last;) {
    std::size_t top = hider_of_[i];
    while (top != base && hiders_[top].parent != base) top = hiders_[top].parent;
    const std::size_t first = i;
    if (top != base && hiders_[top].block) {
      while (i < lines.last && hider_of_[i] >= top && hider_of_[i] <= hiders_[top].last) ++i;
      if (!other_readings({first, i}, top)) return false;
      continue;
    }
    ++i;
    if (!runs.empty() && runs.back().last == first)
      runs.back().last = i;
    else
      runs.push_back({first, i});
  }
  if (runs.empty()) return true;
  if (!every_reading(runs, base)) return false;
  return runs.size() == 1 ||
         std::all_of(runs.begin(), runs.end(), [&](const Lines& run) { return every_reading({run}, base); });
}

// What may be read otherwise, as it is then. What is hidden together with all that stands beside it makes no other reading of them.
bool Showing::other_readings(Lines lines, std::size_t base) {
  for (std::size_t first = lines.first; first < lines.last;) {
    std::size_t last = first, shared = base;
    for (; last < lines.last; ++last) {
      if (out_.pieces_[last].line && hiders_[hider_of_[last]].depth <= hiders_[base].depth) break;
      if (last == first)
        shared = hider_of_[last];
      else if (hider_of_[last] != hider_of_[last - 1])
        shared = common(shared, hider_of_[last]);
    }
    if (last > first && !(shared == base ? readings_of({first, last}, base) : other_readings({first, last}, shared)))
      return false;
    first = last + 1;
  }
  return true;
}

// What stands in mark-up, without tags that say nothing; a value is a line of its own.
void Showing::aside(Range from) {
  const std::string_view text = source_.substr(from.begin, from.end - from.begin);
  constexpr std::string_view kBounds = "<>\"'=\n\r";
  constexpr std::size_t kLongestTag = 40;
  for (std::size_t at = 0; at < text.size();) {
    Tag tag;
    if (text[at] == '<') {
      const std::size_t close = text.substr(at, kLongestTag).find('>');
      if (close != std::string_view::npos && read_tag(text.substr(at, close + 1), tag) &&
          close == tag.name.size() + (tag.closing ? 2 : 1) && is_known_tag(tag.name)) {
        at += close + 1;
        continue;
      }
    }
    const std::size_t begin = kBounds.find(text[at]) == std::string_view::npos ? at : at + 1;
    const std::size_t end = std::min(text.find_first_of(kBounds, begin), text.size());
    const std::string_view words = text.substr(begin, end - begin);
    const auto place = [&](std::size_t there) { return from.begin + static_cast<std::uint32_t>(begin + there); };
    if (says_something(words)) {
      line();
      put_decoded({place(0), place(words.size())});
      if (words.find('\\') != std::string_view::npos) {
        line();
        for (std::size_t part = 0; part < words.size();) {
          const std::size_t sign = std::min(words.find('\\', part), words.size());
          if (sign > part) put_decoded({place(part), place(sign)});
          part = sign + 1;
        }
      }
    }
    at = std::max(end, at + 1);
  }
}

// What stands at these bytes of the text, once more at its end.
void Showing::again(std::size_t begin, std::size_t end) {
  for (std::size_t i = out_.piece_at(static_cast<std::uint32_t>(begin)); i < out_.pieces_.size(); ++i) {
    Shown::Piece part = out_.pieces_[i];
    if (part.begin >= end) return;
    const auto from = std::max(part.begin, static_cast<std::uint32_t>(begin));
    const auto to = std::min(part.end, static_cast<std::uint32_t>(end));
    if (part.linear) {
      part.from += from - part.begin;
      part.to -= part.end - to;
    }
    part.sure = false;
    append(out_.text_.substr(from, to - from), part);
  }
}

// The line at these bytes with the signs of its %E4%BF%9D, as browsers show a target. What is no UTF-8, or a control, stays as it is.
void Showing::percent_decoded(std::size_t begin, std::size_t end) {
  const std::string text = out_.text_.substr(begin, end - begin);
  std::size_t plain = 0;
  for (std::size_t at = text.find('%'); at != std::string::npos; at = text.find('%', at)) {
    constexpr std::size_t kWritten = 3, kMostBytes = 4;  // of a byte; of a sign
    std::string bytes;
    for (std::size_t byte = at; bytes.size() < kMostBytes && byte + kWritten <= text.size() && text[byte] == '%';
         byte += kWritten) {
      unsigned value = 0;
      const char* const last = text.data() + byte + kWritten;
      if (std::from_chars(text.data() + byte + 1, last, value, 16).ptr != last) break;
      bytes += static_cast<char>(value);
    }
    const CodePoint point = decode_utf8(bytes, 0);
    if (!point || point.value < 0x20 || (point.value >= 0x7F && point.value < 0xA0)) {
      ++at;
      continue;
    }
    const std::size_t behind = at + kWritten * point.length;
    if (plain == 0) line();
    if (at > plain) again(begin + plain, begin + at);
    put(bytes.substr(0, point.length),
        out_.source({static_cast<std::uint32_t>(begin + at), static_cast<std::uint32_t>(begin + behind)}));
    plain = at = behind;
  }
  if (plain > 0 && plain < text.size()) again(begin + plain, end);
}

bool Showing::finish() {
  const bool was_in_order = in_order_;
  hider_ = 0;
  line();
  out_.flow_end_ = static_cast<std::uint32_t>(out_.text_.size());
  if (out_.flow_end_ > 0) --out_.flow_end_;  // the line end behind it parts it from what follows
  const std::size_t pieces = out_.pieces_.size();
  if (!other_readings({0, pieces}, 0)) return false;
  in_aside_ = true;
  std::uint32_t at = 0;
  for (std::size_t i = 0; i < pieces; ++i) {
    const auto [from, to] = std::pair(out_.pieces_[i].from, out_.pieces_[i].to);
    if (from > at) aside({at, from});
    at = std::max(at, to);
  }
  aside({at, static_cast<std::uint32_t>(source_.size())});
  for (const Range& one : or_decoded_) {
    if (source_.substr(one.begin, one.end - one.begin).find('&') == std::string_view::npos) continue;
    line();
    put_decoded(one);
  }
  const std::size_t all = out_.text_.size();
  for (std::size_t begin = 0; begin < all;) {
    const std::size_t end = std::min(out_.text_.find('\n', begin), all);
    if (std::string_view(out_.text_).substr(begin, end - begin).find('%') != std::string_view::npos)
      percent_decoded(begin, end);
    begin = end + 1;
  }
  in_order_ = was_in_order;
  if (out_.text_.size() == out_.flow_end_ + 1u && out_.pieces_.back().line) {  // nothing follows
    out_.text_.pop_back();
    out_.pieces_.pop_back();
    hider_of_.pop_back();
  }
  return true;
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
      showing.in_order() && showing.finish();
  if (taken) return true;
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
