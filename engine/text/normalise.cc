#include "engine/text/normalise.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>

#include <algorithm>
#include <cstdlib>

#include "engine/base/utf8.h"
#include "engine/text/characters.h"
#include "engine/text/graphemes.h"
#include "engine/text/markup.h"

namespace caveat::text {
namespace {

using Kind = Character::Kind;

constexpr std::size_t kJoiningRead = 64;  // before folding: some marks fold into several
constexpr std::size_t kJoiningKept = 30;  // after it (UAX 15, stream-safe text)

void casefold(std::string_view utf8, std::string& out) {
  out.clear();
  UErrorCode error = U_ZERO_ERROR;
  icu::StringByteSink<std::string> sink(&out);
  icu::Normalizer2::getNFKCCasefoldInstance(error)->normalizeUTF8(
      0, icu::StringPiece(utf8.data(), static_cast<int32_t>(utf8.size())), sink, nullptr, error);
  if (U_FAILURE(error)) std::abort();  // valid UTF-8 of bounded length: only memory can have failed
}

}  // namespace

// Walks the original once. Unchanged characters are only counted and copied by the run.
class Folder {
 public:
  Folder(std::string_view in, NormalText& out) : in_(in), out_(out) {}

  void run() {
    while (at_ < in_.size()) {
      plain_run();
      const std::size_t begin = at_;
      const CodePoint point = decode();
      if (!point) {
        put_block("\uFFFD", begin, begin + 1, false);
        ++at_;
        ends_han_ = false;
        continue;
      }
      const Character c = character(point.value);
      switch (c.kind) {
        case Kind::drop:
          at_ += point.length;
          break;
        case Kind::blank:
        case Kind::line:
          blanks();
          break;
        case Kind::joining:
        case Kind::other:
          cluster();
          break;
        default:
          at_ += point.length;
          if (joining_follows()) {
            at_ = begin;
            cluster();
          } else {
            single(c, point, begin);
          }
      }
    }
    flush();
  }

 private:
  // Most of a text is Han or ASCII that is its own normal form: run over it, up to its last character, which what follows may join.
  void plain_run() {
    std::size_t at = at_;
    std::size_t last = at_;
    while (at < in_.size()) {
      const auto first = static_cast<unsigned char>(in_[at]);
      if (first >= 0xE4 && first <= 0xE9) {  // U+4000..U+9FFF
        if (in_.size() - at < 3 || (in_[at + 1] & 0xC0) != 0x80 || (in_[at + 2] & 0xC0) != 0x80) break;
        last = at;
        at += 3;
      } else if (first > 0x20 && first < 0x7F && (first < 'A' || first > 'Z')) {
        last = at++;
      } else {
        break;
      }
    }
    if (last > at_) keep(at_, last);
    at_ = last;
  }

  CodePoint decode() const { return decode_utf8(in_, at_); }

  // Whether the next character that is not dropped may join the one before; stays where it is.
  bool joining_follows() const {
    for (std::size_t at = at_; at < in_.size();) {
      const auto first = static_cast<unsigned char>(in_[at]);
      if ((first >= 0x20 && first < 0x7F) || (first >= 0xE4 && first <= 0xE9)) return false;
      const CodePoint point = decode_utf8(in_, at);
      if (!point) return false;
      const Kind kind = character(point.value).kind;
      if (kind != Kind::drop) return kind == Kind::joining;
      at += point.length;
    }
    return false;
  }

  void single(Character c, CodePoint point, std::size_t begin) {
    ends_han_ = (c.flags & kEndsHan) != 0;
    if (c.kind == Kind::same) {
      keep(begin, begin + point.length);
      return;
    }
    if (c.kind == Kind::one) {
      std::string& buffer = out_.buffer_;
      buffer.clear();
      append_utf8(buffer, c.value);
      if (buffer.size() == point.length) {
        put_linear(buffer, begin);
      } else {
        put_block(buffer, begin, begin + point.length, false);
      }
      return;
    }
    put_folded(expansion(c.value), begin, begin + point.length);
  }

  // A character with the marks that follow it, dropped ones taken out, through ICU.
  void cluster() {
    const std::size_t begin = at_;
    std::string raw;
    std::size_t joining = 0;
    bool first = true;
    bool dropped = false;
    std::size_t end = at_;
    while (at_ < in_.size()) {
      const CodePoint point = decode();
      if (!point) break;
      const Kind kind = character(point.value).kind;
      if (kind != Kind::drop) {
        if (!first && kind != Kind::joining) break;
        if (first || joining < kJoiningRead) raw += in_.substr(at_, point.length);
        if (!first || kind == Kind::joining) ++joining;
        dropped = dropped || end != at_;
        first = false;
        end = at_ + point.length;
      }
      at_ += point.length;
    }
    at_ = end;
    std::string folded;
    casefold(raw, folded);
    // Of the marks after each character the first thirty stay; a part of a normal form from its start is one too.
    std::string kept;
    std::size_t marks = 0;
    char32_t last = 0;
    for (std::size_t i = 0; i < folded.size();) {
      const CodePoint point = decode_utf8(folded, i);
      const bool mark = character(point.value).kind == Kind::joining;
      marks = mark ? marks + 1 : 0;
      if (marks <= kJoiningKept) {
        append_utf8(kept, plain(point.value));
        last = point.value;
      }
      i += point.length;
    }
    ends_han_ = is_han(last);
    if (kept == in_.substr(begin, end - begin)) {
      keep(begin, end);
    } else {
      put_folded(kept, begin, end, dropped);
    }
  }

  // A run of blanks and line ends, with what is dropped between them.
  void blanks() {
    const std::size_t begin = at_;
    std::size_t end = at_;
    std::size_t count = 0;
    bool line = false;
    bool next_han = false;
    bool next_joining = false;
    while (at_ < in_.size()) {
      const CodePoint point = decode();
      if (!point) break;
      const Character c = character(point.value);
      if (c.kind == Kind::blank || c.kind == Kind::line) {
        line = line || c.kind == Kind::line;
        ++count;
        end = at_ + point.length;
      } else if (c.kind != Kind::drop) {
        next_han = (c.flags & kBeginsHan) != 0;
        next_joining = c.kind == Kind::joining;
        break;
      }
      at_ += point.length;
    }
    at_ = end;
    const bool between_han = !line && ends_han_ && next_han && !next_joining;
    ends_han_ = false;
    if (between_han) return;  // what follows is Han and says so itself
    const char sign = line ? '\n' : ' ';
    if (count == 1 && end == begin + 1 && in_[begin] == sign) {
      keep(begin, end);
    } else {
      put_block(std::string_view(&sign, 1), begin, end, count > 1 || line);
    }
  }

  // What begins with a blank (a spacing accent) does not add one to the blank before.
  void put_folded(std::string_view folded, std::size_t begin, std::size_t end, bool joined = false) {
    flush();
    const bool after_blank = !out_.text_.empty() && (out_.text_.back() == ' ' || out_.text_.back() == '\n');
    if (after_blank && folded.size() > 1 && folded.front() == ' ') folded.remove_prefix(1);
    put_block(folded, begin, end, joined);
  }

  void keep(std::size_t begin, std::size_t end) {
    if (run_end_ != begin) {
      flush();
      run_begin_ = begin;
    }
    run_end_ = end;
  }

  void flush() {
    if (run_end_ == run_begin_) return;
    put_linear(in_.substr(run_begin_, run_end_ - run_begin_), run_begin_, true);
    run_begin_ = run_end_ = kNowhere;
  }

  void put_linear(std::string_view folded, std::size_t begin, bool flushing = false) {
    if (!flushing) flush();
    const auto normal = static_cast<std::uint32_t>(out_.text_.size());
    const auto size = static_cast<std::uint32_t>(folded.size());
    out_.text_ += folded;
    auto& segments = out_.segments_;
    if (!segments.empty() && segments.back().linear && segments.back().original_end == begin) {
      segments.back().normal_end += size;
      segments.back().original_end += size;
      return;
    }
    const auto original = static_cast<std::uint32_t>(begin);
    segments.push_back({normal, normal + size, original, original + size, true, false});
  }

  void put_block(std::string_view folded, std::size_t begin, std::size_t end, bool joined) {
    flush();
    if (folded.empty()) return;
    const auto normal = static_cast<std::uint32_t>(out_.text_.size());
    out_.text_ += folded;
    out_.segments_.push_back({normal, static_cast<std::uint32_t>(out_.text_.size()), static_cast<std::uint32_t>(begin),
                              static_cast<std::uint32_t>(end), false, joined});
  }

  static constexpr std::size_t kNowhere = ~std::size_t{0};
  std::string_view in_;
  NormalText& out_;
  std::size_t at_ = 0;
  std::size_t run_begin_ = kNowhere;
  std::size_t run_end_ = kNowhere;
  bool ends_han_ = false;
};

void normalise(std::string_view utf8, NormalText& out) {
  out.text_.clear();
  out.segments_.clear();
  out.original_ = utf8;
  out.shown_ = nullptr;
  out.text_.reserve(utf8.size());
  Folder(utf8, out).run();
}

void normalise(const Shown& shown, NormalText& out) {
  normalise(shown.text(), out);
  out.shown_ = &shown;
}

const NormalText::Segment& NormalText::segment_at(std::uint32_t normal) const {
  const auto after = std::upper_bound(segments_.begin(), segments_.end(), normal,
                                      [](std::uint32_t at, const Segment& s) { return at < s.normal; });
  return *(after - 1);
}

Range NormalText::folded_from(std::uint32_t begin, std::uint32_t end) const {
  const auto size = static_cast<std::uint32_t>(text_.size());
  begin = std::min(begin, size);
  end = std::min(end, size);
  if (segments_.empty()) return {0, 0};
  const auto start_of = [&](std::uint32_t at) {
    if (at == size) return segments_.back().original_end;
    const Segment& s = segment_at(at);
    return s.linear ? s.original + (at - s.normal) : s.original;
  };
  if (end <= begin) {
    const std::uint32_t at = start_of(begin);
    return {at, at};
  }
  const Segment& last = segment_at(end - 1);
  return {start_of(begin), last.linear ? last.original + (end - last.normal) : last.original_end};
}

Range NormalText::original(std::uint32_t begin, std::uint32_t end) const {
  const Range there = folded_from(begin, end);
  return shown_ == nullptr ? there : shown_->source(there);
}

Range NormalText::original_graphemes(Range normal) const {
  const Range there = whole_graphemes(original_, folded_from(normal.begin, normal.end));
  return shown_ == nullptr ? there : shown_->source(there);
}

std::string_view NormalText::written(Range normal) const {
  const Range there = folded_from(normal.begin, normal.end);
  return original_.substr(there.begin, there.end - there.begin);
}

bool NormalText::is_sure(Range normal) const {
  return shown_ == nullptr || shown_->is_sure(folded_from(normal.begin, normal.end));
}

std::size_t NormalText::flow_end() const {
  if (shown_ == nullptr) return text_.size();
  const auto behind = std::partition_point(segments_.begin(), segments_.end(),
                                           [&](const Segment& s) { return s.original_end <= shown_->flow().size(); });
  if (behind == segments_.end()) return text_.size();
  return behind->linear && behind->original < shown_->flow().size()
             ? behind->normal + (shown_->flow().size() - behind->original)
             : behind->normal;
}

bool NormalText::is_plain(Range normal) const {
  if (normal.end <= normal.begin || segments_.empty()) return true;
  const Segment* s = &segment_at(normal.begin);
  const Segment* const last = &segment_at(normal.end - 1);
  if (s->joined) return false;
  for (; s != last; ++s) {
    if (s[1].joined || s[1].original != s->original_end) return false;
  }
  return true;
}

std::string_view normal_form(std::string_view utf8, NormalText& held) {
  normalise(utf8, held);
  std::string_view text = held.text();
  const auto is_blank = [](char c) { return c == ' ' || c == '\n'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string normal_form(std::string_view utf8) {
  NormalText normal;
  return std::string(normal_form(utf8, normal));
}

}  // namespace caveat::text
