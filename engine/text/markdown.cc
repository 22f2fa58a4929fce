#include <md4c.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <vector>

#include "engine/text/showing.h"

namespace caveat::text {
namespace {

bool is_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

// The library tells what is shown and where it stands; where the marks of an element stand follows from what lies between.
class Reader {
 public:
  // The library reads beyond an end that no line end stands at, and goes by what it finds there: it gets a copy that has one.
  Reader(const Limits& limits, Showing& out) : limits_(limits), out_(out), source_(out.source()), read_(source_) {
    constexpr std::size_t kBehind = 16;
    read_ += '\n';
    read_.append(kBehind, '\0');
  }

  bool run() {
    MD_PARSER parser{};
    parser.flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS;
    parser.enter_block = [](MD_BLOCKTYPE type, void*, void* self) noexcept { return of(self).block(type, true); };
    parser.leave_block = [](MD_BLOCKTYPE type, void*, void* self) noexcept { return of(self).block(type, false); };
    parser.enter_span = [](MD_SPANTYPE type, void* detail, void* self) noexcept {
      return of(self).enter(type, detail);
    };
    parser.leave_span = [](MD_SPANTYPE type, void*, void* self) noexcept { return of(self).leave(type); };
    parser.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* self) noexcept {
      return of(self).text(type, text, size);
    };
    const bool read = md_parse(read_.data(), static_cast<MD_SIZE>(source_.size() + 1), &parser, this) == 0;
    raw();
    return read && !failed_;
  }

 private:
  struct Span {
    MD_SPANTYPE type;
    std::size_t element;
    std::size_t hider;  // of its own; 0: it hides nothing
  };
  struct OpenTag {
    std::string name;
    std::size_t element;
    std::size_t hider;
  };
  Range range(const char* text, MD_SIZE size) const {
    const auto begin = static_cast<std::uint32_t>(text - read_.data());
    return {begin, begin + size};
  }
  static Reader& of(void* self) { return *static_cast<Reader*>(self); }

  int block(MD_BLOCKTYPE type, bool begins) {
    raw();
    if (type == MD_BLOCK_HTML) {
      in_html_ = begins;
      html_ = {0, 0};
    }
    if (type == MD_BLOCK_CODE) out_.verbatim = begins;
    if (type != MD_BLOCK_DOC) out_.line();
    return 0;
  }

  int enter(MD_SPANTYPE type, void* detail) {
    raw();
    const std::size_t element = out_.open({out_.end(), out_.end()}, false);
    const bool hides = type == MD_SPAN_DEL || type == MD_SPAN_IMG;
    if (hides) out_.hide(type == MD_SPAN_DEL ? "~" : "!");
    spans_.push_back({type, element, hides ? out_.hider() : 0});
    ++waiting_;
    if (type == MD_SPAN_A) check_target(static_cast<MD_SPAN_A_DETAIL*>(detail)->href);
    if (type == MD_SPAN_IMG) check_target(static_cast<MD_SPAN_IMG_DETAIL*>(detail)->src);
    if (type == MD_SPAN_CODE) out_.verbatim = true;
    return 0;
  }

  int leave(MD_SPANTYPE type) {
    raw();
    if (spans_.empty()) return 1;
    const Span span = spans_.back();
    spans_.pop_back();
    if (span.hider != 0) unhide(span.hider);
    if (type == MD_SPAN_CODE) out_.verbatim = false;
    if (waiting_ > 0) {  // nothing stands in it: its marks are looked for nowhere
      --waiting_;
      return 0;
    }
    const std::uint32_t begin = std::max(behind_, out_.end());
    const std::uint32_t end = closing(type, begin);
    if (end == kNowhere) {
      out_.unknown(span.element);
      return 0;
    }
    out_.close(span.element, {begin, end});
    behind_ = end;
    return 0;
  }

  // Elements that cross would be hidden by halves.
  void unhide(std::size_t hider) {
    failed_ = failed_ || out_.hider() != hider;
    if (!failed_) out_.unhide();
  }
  void check_target(const MD_ATTRIBUTE& target) {
    std::string read;
    for (unsigned i = 0; target.substr_offsets != nullptr && target.substr_offsets[i] < target.size; ++i) {
      const std::string_view part(target.text + target.substr_offsets[i],
                                  target.substr_offsets[i + 1] - target.substr_offsets[i]);
      read += target.substr_types[i] == MD_TEXT_ENTITY ? out_.entity(part) : std::string(part);
    }
    failed_ = failed_ || is_active_target(read);
  }

  static constexpr std::uint32_t kNowhere = ~0u, kMostTildes = 2;
  char at(std::uint32_t place) const { return place < source_.size() ? source_[place] : '\0'; }
  std::uint32_t run_end(std::uint32_t place, char sign, std::uint32_t most = kNowhere) const {
    const std::uint32_t begin = place;
    while (place - begin < most && at(place) == sign) ++place;
    return place;
  }

  // Where the mark ends that closes such an element and begins here.
  std::uint32_t closing(MD_SPANTYPE type, std::uint32_t begin) const {
    const char first = at(begin);
    switch (type) {
      case MD_SPAN_EM:
        return first == '*' || first == '_' ? begin + 1 : kNowhere;
      case MD_SPAN_STRONG:
        return (first == '*' || first == '_') && at(begin + 1) == first ? begin + 2 : kNowhere;
      case MD_SPAN_DEL: {
        const std::uint32_t end = run_end(begin, '~', kMostTildes + 1);
        return end > begin && end - begin <= kMostTildes ? end : kNowhere;
      }
      case MD_SPAN_CODE: {
        const std::uint32_t from = first == ' ' || first == '\n' ? begin + 1 : begin;
        const std::uint32_t end = run_end(from, '`');
        return end > from ? end : kNowhere;
      }
      case MD_SPAN_A:
      case MD_SPAN_IMG:
        return first == '>' ? begin + 1 : first == ']' ? target_end(begin + 1) : kNowhere;
      default:
        return kNowhere;
    }
  }

  // Behind the ] of a link: (target "title"), [name] or nothing.
  std::uint32_t target_end(std::uint32_t begin) const {
    const char first = at(begin);
    if (first != '(' && first != '[') return begin;
    int depth = 0;
    char quote = '\0';
    constexpr std::uint32_t kLongest = 2'048;  // of many links that none of them ends, each is looked through
    const auto most = static_cast<std::uint32_t>(std::min<std::size_t>(source_.size(), begin + kLongest));
    for (std::uint32_t place = begin; place < most; ++place) {
      const char c = source_[place];
      if (c == '\\') {
        ++place;
      } else if (quote != '\0') {
        if (c == quote) quote = '\0';
      } else if (first == '[') {
        if (c == ']') return place + 1;
      } else if (c == '"' || (c == '<' && place == begin + 1)) {
        quote = c == '<' ? '>' : c;
      } else if (c == '(') {
        ++depth;
      } else if (c == ')' && --depth == 0) {
        return place + 1;
      }
    }
    return kNowhere;
  }

  // The marks that opened elements before the text at `place`, the innermost first.
  void settle_opened(std::uint32_t place) {
    const std::uint32_t least = std::max(behind_, out_.end());
    for (std::size_t i = spans_.size(); waiting_ > 0; --waiting_) {
      const Span& span = spans_[--i];
      std::uint32_t size = 0;
      const char last = place > least ? source_[place - 1] : '\0';
      const auto run = [&](char sign, std::uint32_t most) {
        std::uint32_t from = place;
        while (from > least && place - from < most && source_[from - 1] == sign) --from;
        return place - from;
      };
      switch (span.type) {
        case MD_SPAN_EM:
          size = last == '*' || last == '_' ? 1 : 0;
          break;
        case MD_SPAN_STRONG:
          size = (last == '*' || last == '_') && run(last, 2) == 2 ? 2 : 0;
          break;
        case MD_SPAN_DEL:
          size = last == '~' ? run('~', kMostTildes + 1) % (kMostTildes + 1) : 0;
          break;
        case MD_SPAN_CODE: {
          const std::uint32_t blank = last == ' ' || last == '\n' ? 1 : 0;
          place -= blank;
          size = place > least && source_[place - 1] == '`' ? run('`', kNowhere) : 0;
          place += blank;
          if (size > 0) size += blank;
          break;
        }
        case MD_SPAN_A:
          size = last == '[' || last == '<' ? 1 : 0;
          break;
        case MD_SPAN_IMG:
          size = last == '[' && place > least + 1 && source_[place - 2] == '!' ? 2 : 0;
          break;
        default:
          break;
      }
      if (size == 0) {
        waiting_ = 0;
        return;
      }
      out_.opened(span.element, {place - size, place});
      place -= size;
    }
  }

  int text(MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size) {
    if (type == MD_TEXT_BR) {
      raw();
      out_.line();
      return 0;
    }
    if (type == MD_TEXT_SOFTBR) {
      raw();
      out_.blank();
      return 0;
    }
    const bool inside = text >= read_.data() && text < read_.data() + read_.size();
    if (inside) {  // the line end that we added is none of the text's
      const auto begin = static_cast<std::size_t>(text - read_.data());
      if (begin > source_.size()) return 1;
      size = static_cast<MD_SIZE>(std::min<std::size_t>(size, source_.size() - begin));
    }
    if (type == MD_TEXT_HTML) {
      if (!inside) return 0;  // a line end of the library's own
      const Range there = range(text, size);
      if (there.begin == there.end) return 0;
      if (html_.end > html_.begin && !in_html_ && there.begin != html_.end) raw();
      if (html_.end == html_.begin) html_.begin = there.begin;
      html_.end = there.end;
      return 0;
    }
    raw();
    if (!inside) {  // what stands for an indentation or a line end of code
      for (MD_SIZE i = 0; i < size; ++i) {
        if (text[i] == '\n')
          out_.line();
        else
          out_.blank();
      }
      return type == MD_TEXT_NULLCHAR ? 1 : 0;
    }
    if (size == 0) return 0;
    Range there = range(text, size);
    const bool escaped = type == MD_TEXT_NORMAL && is_punctuation(text[0]) &&
                         there.begin > std::max(behind_, out_.end()) && source_[there.begin - 1] == '\\';
    settle_opened(there.begin - (escaped ? 1 : 0));
    if (escaped) {
      out_.put(std::string_view(text, 1), {there.begin - 1, there.begin + 1});
      ++there.begin;
    }
    if (there.begin == there.end) return 0;
    if (type == MD_TEXT_ENTITY)
      out_.put_entity(there);
    else
      put_lines(there);
    return 0;
  }

  // Code keeps its line ends.
  void put_lines(Range there) {
    while (there.begin < there.end) {
      const auto* found =
          static_cast<const char*>(std::memchr(source_.data() + there.begin, '\n', there.end - there.begin));
      const std::uint32_t end = found == nullptr ? there.end : out_.range(found, 0).begin;
      if (end > there.begin) out_.put({there.begin, end});
      if (found == nullptr) return;
      out_.line();
      there.begin = end + 1;
    }
  }

  // HTML that stood between: a block of it, or tags within a line.
  void raw() {
    if (html_.end == html_.begin) return;
    const Range there = html_;
    html_ = {0, 0};
    const std::string_view written = source_.substr(there.begin, there.end - there.begin);
    if (in_html_) {
      behind_ = there.begin;
      out_.html = true;
      failed_ = failed_ || !show_html(there, limits_, out_);
      out_.html = false;
      behind_ = there.end;
      out_.unsure = out_.unsure || !is_all_shown(written);  // what it opens may go on behind it
      return;
    }
    settle_opened(there.begin);
    behind_ = there.end;
    for (std::size_t at = 0; at < written.size() && !failed_;) {
      const bool comment = written.substr(at).starts_with("<!--");
      const std::size_t end = comment ? comment_end(written, at) : tag_end(written, at);
      if (end == std::string_view::npos || ++tags_met_ > limits_.markup_tags) {
        failed_ = true;
        return;
      }
      const auto begin = there.begin + static_cast<std::uint32_t>(at);
      if (!comment) tag({begin, there.begin + static_cast<std::uint32_t>(end)});
      at = end;
    }
  }

  void tag(Range there) {
    const std::string written(source_.substr(there.begin, there.end - there.begin));
    Tag tag;
    if (!read_tag(written, tag)) {  // a declaration, an instruction: browsers end it elsewhere
      failed_ = true;
      return;
    }
    if (tag.closing) {
      if (is_block_tag(tag.name)) out_.line();
      if (tags_.empty() || is_void_tag(tag.name)) return;
      if (tags_.back().name != tag.name) {  // browsers mend what crosses, each in a way of its own
        failed_ = true;
        return;
      }
      out_.close(tags_.back().element, there);
      if (tags_.back().hider != 0) unhide(tags_.back().hider);
      tags_.pop_back();
      return;
    }
    const auto [judged, fresh] = judged_.try_emplace(written);
    if (fresh) judged->second.holds = judge_tag(written, judged->second.hidden_by);
    if (judged->second.holds == Holds::refused) {
      failed_ = true;
      return;
    }
    const bool hides = judged->second.holds == Holds::hidden;
    if (hides) out_.hide(judged->second.hidden_by);
    if (is_block_tag(tag.name)) out_.line();
    if (!is_void_tag(tag.name))
      tags_.push_back({tag.name, out_.open(there), hides ? out_.hider() : 0});
    else if (hides)
      out_.unhide();
  }

  // Bare tags that show what they hold, and comments.
  bool is_all_shown(std::string_view html) {
    std::string hidden_by;
    for (std::size_t at = html.find('<'); at != std::string_view::npos; at = html.find('<', at)) {
      if (const std::size_t end = comment_end(html, at); end != std::string_view::npos) {
        at = end;
        continue;
      }
      const std::size_t end = std::min(tag_end(html, at), html.size());
      const std::string_view written = html.substr(at, end - at);
      Tag tag;
      if (!read_tag(written, tag)) {
        ++at;  // a sign of its own
      } else if (tag.closing ? !is_known_tag(tag.name) : judge_tag(written, hidden_by) != Holds::shown) {
        return false;
      } else {
        at = end;
      }
    }
    return true;
  }

  const Limits& limits_;
  Showing& out_;
  std::string_view source_;
  std::string read_;
  std::vector<Span> spans_;  // that are open
  std::size_t waiting_ = 0;  // of them: whose opening mark is not found yet
  std::uint32_t behind_ = 0;
  std::vector<OpenTag> tags_;
  struct Judged {
    Holds holds = Holds::refused;
    std::string hidden_by;
  };
  std::map<std::string, Judged> judged_;  // tags within lines, as they are written
  std::size_t tags_met_ = 0;
  bool in_html_ = false, failed_ = false;
  Range html_{0, 0};
};

}  // namespace

bool show_markdown(const Limits& limits, Showing& out) { return Reader(limits, out).run(); }

}  // namespace caveat::text
