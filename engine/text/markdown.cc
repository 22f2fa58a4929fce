#include <md4c.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <iterator>
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
    for (std::size_t line = 0; line < source_.size() && notes_ > source_.size();) {
      const std::size_t end = std::min(source_.find('\n', line), source_.size());
      const std::size_t begin = std::min(source_.find_first_not_of(" \t>", line), end);
      const std::string_view text = source_.substr(begin, end - begin);
      if (text.starts_with("[^") && text.find("]:") != std::string_view::npos) notes_ = begin;
      line = end + 1;
    }
  }

  bool run() {
    MD_PARSER parser{};
    parser.flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS;
    parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* self) noexcept {
      return of(self).block(type, true, detail);
    };
    parser.leave_block = [](MD_BLOCKTYPE type, void* detail, void* self) noexcept {
      return of(self).block(type, false, detail);
    };
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
    std::size_t tags;   // that were open before it
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

  int block(MD_BLOCKTYPE type, bool begins, const void* detail) {
    raw();
    if (type == MD_BLOCK_HTML) {
      in_html_ = begins;
      html_ = {0, 0};
      behind_html_ = !begins;
      // Nothing but its own tags ends a line between it and what stands before.
      if (begins && out_.in_line()) out_.blank();
      return 0;
    }
    behind_html_ = false;
    if (type == MD_BLOCK_CODE) out_.verbatim = begins;
    if (type == MD_BLOCK_TABLE && begins) columns_ = static_cast<const MD_BLOCK_TABLE_DETAIL*>(detail)->col_count;
    if (type == MD_BLOCK_TR) cell_ = 0;
    const bool cell = type == MD_BLOCK_TD || type == MD_BLOCK_TH;
    if (cell && begins && ++cell_ > columns_) out_.hide("|", true);  // some leave those of no column out
    if (type != MD_BLOCK_DOC) out_.line();
    if (cell && !begins && cell_ > columns_) unhide_newest();
    return 0;
  }
  void unhide_newest() {
    failed_ = failed_ || out_.hider() == 0;
    if (!failed_) out_.unhide();
  }

  int enter(MD_SPANTYPE type, void* detail) {
    raw();
    const std::size_t element = out_.open({out_.end(), out_.end()}, false);
    const bool hides = type == MD_SPAN_DEL || type == MD_SPAN_IMG;
    if (hides) out_.hide(type == MD_SPAN_DEL ? "~" : "!", false);
    spans_.push_back({type, element, hides ? out_.hider() : 0, tags_.size()});
    failed_ = failed_ || (type == MD_SPAN_A && is_open({"a"}));
    ++waiting_;
    if (type == MD_SPAN_A) check_target(static_cast<MD_SPAN_A_DETAIL*>(detail)->href, false);
    if (type == MD_SPAN_IMG) check_target(static_cast<MD_SPAN_IMG_DETAIL*>(detail)->src, true);
    if (type == MD_SPAN_CODE) out_.verbatim = true;
    return 0;
  }

  int leave(MD_SPANTYPE type) {
    raw();
    if (spans_.empty()) return 1;
    const Span span = spans_.back();
    spans_.pop_back();
    close_tags(span.tags);
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

  // What is open within an element ends with it, but for tags that browsers open again behind it.
  void close_tags(std::size_t left) {
    constexpr std::string_view kOpenedAgain[] = {"a",    "b", "big",   "code",   "em",     "font", "i",
                                                 "nobr", "s", "small", "strike", "strong", "tt",   "u"};
    failed_ = failed_ || tags_.size() < left;
    while (!failed_ && tags_.size() > left) {
      const OpenTag& one = tags_.back();
      const bool again =
          std::find(std::begin(kOpenedAgain), std::end(kOpenedAgain), one.name) != std::end(kOpenedAgain);
      failed_ = is_block_tag(one.name) || (again && one.hider != 0);
      if (!failed_ && one.hider != 0) unhide(one.hider);
      out_.unknown(one.element);
      tags_.pop_back();
    }
  }
  bool is_open(std::initializer_list<std::string_view> names) const {
    return std::any_of(tags_.begin(), tags_.end(), [&](const OpenTag& one) {
      return std::find(names.begin(), names.end(), one.name) != names.end();
    });
  }

  // Elements that cross would be hidden by halves.
  void unhide(std::size_t hider) {
    failed_ = failed_ || out_.hider() != hider;
    if (!failed_) out_.unhide();
  }
  void check_target(const MD_ATTRIBUTE& target, bool picture) {
    std::string read;
    for (unsigned i = 0; target.substr_offsets != nullptr && target.substr_offsets[i] < target.size; ++i) {
      const std::string_view part(target.text + target.substr_offsets[i],
                                  target.substr_offsets[i + 1] - target.substr_offsets[i]);
      read += target.substr_types[i] == MD_TEXT_ENTITY ? out_.entity(part) : std::string(part);
    }
    failed_ = failed_ || is_active_target(read, picture);
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
    if (type == MD_TEXT_NORMAL) {
      // Browsers take it for a comment, whatever the library makes of it.
      const std::string_view words = source_.substr(there.begin, there.end - there.begin);
      for (std::size_t sign = words.find('<', escaped ? 1 : 0); sign != std::string_view::npos;
           sign = words.find('<', sign + 1)) {
        const char next = at(there.begin + static_cast<std::uint32_t>(sign) + 1);
        failed_ = failed_ || next == '!' || next == '?';
      }
    }
    out_.unsure = out_.unsure || there.begin >= notes_;  // some leave out a note that nothing refers to
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
    // The library leaves the entities of <https://a.b/&#20445;> as they are, cmark shows what they stand for.
    if (type == MD_TEXT_NORMAL && !spans_.empty() && spans_.back().type == MD_SPAN_A) out_.or_decoded(there);
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
      // Between two of them only a tag ends a line.
      failed_ = failed_ || (behind_html_ && !ends_line_ && !begins_line(written));
      tags_met_ += static_cast<std::size_t>(std::count(written.begin(), written.end(), '<'));
      out_.html = true;
      failed_ = failed_ || tags_met_ > limits_.markup_tags || !show_html(there, limits_, out_);
      out_.html = false;
      if (failed_) return;
      behind_ = there.end;
      ends_line_ = out_.end() <= there.begin || begins_line(source_.substr(out_.end(), there.end - out_.end()));
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
      if (tags_.empty() || tags_.back().name != tag.name) {
        // Browsers mend what crosses, each kind in a way of its own; what nothing opened they look over, but for two.
        const bool ends_line = tag.name == "p" || tag.name == "br";
        failed_ = failed_ || is_open({tag.name}) || (ends_line && !tags_.empty());
        if (ends_line) out_.line();
        return;
      }
      if (is_block_tag(tag.name)) out_.line();
      out_.close(tags_.back().element, there);
      if (tags_.back().hider != 0) unhide(tags_.back().hider);
      tags_.pop_back();
      return;
    }
    if (tag.name == "img") {
      failed_ = failed_ || !show_html(there, limits_, out_);
      return;
    }
    if (!has_its_place(tag.name)) {
      failed_ = true;
      return;
    }
    const auto [judged, fresh] = judged_.try_emplace(written);
    if (fresh) judged->second.holds = judge_tag(written, judged->second.hidden_by);
    if (judged->second.holds == Holds::refused) {
      failed_ = true;
      return;
    }
    const bool hides = judged->second.holds == Holds::hidden;
    if (hides) out_.hide(judged->second.hidden_by, is_block_tag(tag.name));
    if (is_block_tag(tag.name)) out_.line();
    if (!is_void_tag(tag.name))
      tags_.push_back({tag.name, out_.open(there), hides ? out_.hider() : 0});
    else if (hides)
      out_.unhide();
  }

  // Not what browsers look over within a line, nor what ends what is open there.
  bool has_its_place(std::string_view name) const {
    constexpr std::string_view kParts[] = {"table", "caption", "col", "colgroup", "tbody", "thead",
                                           "tfoot", "tr",      "td",  "th",       "html",  "body"};
    constexpr std::string_view kAlone[] = {"a", "nobr", "button", "li", "dd", "dt", "rt", "rp"};
    const auto is_one = [&](const auto& names) {
      return std::find(std::begin(names), std::end(names), name) != std::end(names);
    };
    if (is_one(kParts)) return false;
    const bool link = std::any_of(spans_.begin(), spans_.end(), [](const Span& one) { return one.type == MD_SPAN_A; });
    if (name == "a" && link) return false;
    if (is_one(kAlone) && is_open({name})) return false;
    const bool ends_paragraphs = is_block_tag(name) && name != "br";
    if (ends_paragraphs && (is_open({"p"}) || !spans_.empty())) return false;
    return !(name.size() == 2 && name[0] == 'h' && is_open({"h1", "h2", "h3", "h4", "h5", "h6"}));
  }

  // Whether a block's tag stands before the first word.
  static bool begins_line(std::string_view html) {
    for (std::size_t at = 0; at < html.size();) {
      if (const std::size_t end = comment_end(html, at); end != std::string_view::npos) {
        at = end;
        continue;
      }
      const std::size_t end = html[at] == '<' ? std::min(tag_end(html, at), html.size()) : at;
      Tag tag;
      if (read_tag(html.substr(at, end - at), tag)) {
        if (is_block_tag(tag.name)) return true;
        at = end;
      } else if (html[at] == ' ' || html[at] == '\n' || html[at] == '\t' || html[at] == '\r') {
        ++at;
      } else {
        return false;
      }
    }
    return false;
  }

  // Bare tags that show what they hold, and comments.
  static bool is_all_shown(std::string_view html) {
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
  bool behind_html_ = false, ends_line_ = false;  // a block of it came just before, and its line has ended
  std::size_t notes_ = std::string_view::npos;    // where the first one begins
  unsigned columns_ = 0, cell_ = 0;
  Range html_{0, 0};
};

}  // namespace

bool show_markdown(const Limits& limits, Showing& out) { return Reader(limits, out).run(); }

}  // namespace caveat::text
