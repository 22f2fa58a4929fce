#include <gumbo.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/text/showing.h"

namespace caveat::text {
namespace {

// All of one tree, freed at once: the library frees its own by recursion, as deep as the text is nested.
class Arena {
 public:
  static void* allocate(void* self, std::size_t size) { return static_cast<Arena*>(self)->take(size); }
  static void deallocate(void*, void*) {}

 private:
  static constexpr std::size_t kBlock = 16u << 10;
  void* take(std::size_t size) {
    constexpr std::size_t kAlign = alignof(std::max_align_t);
    size = (size + kAlign - 1) / kAlign * kAlign;
    if (size > left_) {
      left_ = std::max(size, kBlock);
      at_ = blocks_.emplace_back(std::make_unique<std::byte[]>(left_)).get();
    }
    void* const there = at_;
    at_ += size;
    left_ -= size;
    return there;
  }
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::byte* at_ = nullptr;
  std::size_t left_ = 0;
};

const GumboNode* parsed(std::string_view html, Arena& arena) {
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = &Arena::allocate;
  options.deallocator = &Arena::deallocate;
  options.userdata = &arena;
  options.max_errors = 0;
  return gumbo_parse_with_options(&options, html.data(), html.size())->document;
}

bool is_one_of(std::string_view name, const auto& names) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

constexpr std::array<std::string_view, 34> kBlocks = {
    "address", "article", "aside", "blockquote", "br",     "caption", "center",     "dd", "dir",
    "div",     "dl",      "dt",    "fieldset",   "figure", "footer",  "figcaption", "h1", "h2",
    "h3",      "h4",      "h5",    "h6",         "header", "hgroup",  "hr",         "li", "main",
    "menu",    "nav",     "ol",    "p",          "pre",    "section", "ul"};
constexpr std::array<std::string_view, 8> kTableParts = {"table", "tr",    "td",    "th",
                                                         "thead", "tbody", "tfoot", "legend"};
constexpr std::array<std::string_view, 2> kMaybeBlocks = {"details", "summary"};
constexpr std::array<std::string_view, 30> kWithin = {
    "a",      "abbr", "b",   "bdi",  "big",   "cite", "code", "data", "dfn",     "em",
    "font",   "i",    "ins", "kbd",  "label", "mark", "q",    "samp", "small",   "span",
    "strong", "sub",  "sup", "time", "tt",    "u",    "var",  "wbr",  "acronym", "nobr"};
constexpr std::array<std::string_view, 4> kDocument = {"html", "body", "colgroup", "col"};
// Whose text every renderer shows.
bool is_shown_tag(std::string_view name) {
  return is_one_of(name, kWithin) || is_one_of(name, kDocument) || is_one_of(name, kBlocks) ||
         is_one_of(name, kTableParts);
}
// What shows a page of its own, runs, styles what stands elsewhere, takes what a reader types, or is shown from the right or out of its
// order; and what browsers read by rules of its own, or by other ones than the library.
constexpr std::array<std::string_view, 57> kRefused = {
    "applet",     "area",        "audio",     "base",     "basefont",
    "bdo",        "bgsound",     "canvas",    "datalist", "dialog",
    "embed",      "fencedframe", "form",      "frame",    "frameset",
    "head",       "iframe",      "image",     "input",    "isindex",
    "keygen",     "link",        "listing",   "map",      "marquee",
    "math",       "menuitem",    "meta",      "multicol", "nextid",
    "noembed",    "noframes",    "noscript",  "object",   "optgroup",
    "option",     "param",       "plaintext", "portal",   "rb",
    "rtc",        "script",      "search",    "select",   "selectedcontent",
    "selectlist", "slot",        "source",    "spacer",   "style",
    "svg",        "template",    "textarea",  "title",    "track",
    "video",      "xmp"};
constexpr std::array<std::string_view, 5> kVoid = {"br", "col", "hr", "img", "wbr"};
// Of an attribute that hides nothing. What a class does, the page knows.
constexpr std::array<std::string_view, 17> kHarmless = {"href",    "src",     "alt",   "title",    "lang",   "scope",
                                                        "colspan", "rowspan", "align", "valign",   "target", "rel",
                                                        "start",   "type",    "cite",  "datetime", "border"};
constexpr std::array<std::string_view, 5> kTargets = {"href", "src", "action", "formaction", "cite"};
// Properties of a style that may hide, and neither move what is shown nor add to it.
constexpr std::array<std::string_view, 51> kStyles = {
    "background",      "background-color", "border",         "border-bottom",  "border-color",  "border-left",
    "border-radius",   "border-right",     "border-style",   "border-top",     "border-width",  "box-shadow",
    "color",           "cursor",           "display",        "font",           "font-family",   "font-size",
    "font-style",      "font-weight",      "height",         "letter-spacing", "line-height",   "list-style",
    "list-style-type", "margin",           "margin-bottom",  "margin-left",    "margin-right",  "margin-top",
    "max-height",      "max-width",        "min-height",     "min-width",      "opacity",       "overflow",
    "overflow-wrap",   "padding",          "padding-bottom", "padding-left",   "padding-right", "padding-top",
    "text-align",      "text-decoration",  "text-indent",    "vertical-align", "visibility",    "white-space",
    "width",           "word-break",       "word-wrap"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Neither an escape, nor a function but a colour's, nor a length below nothing, which would move what is shown, nor words but a font's
// name: the mark of a list may be any.
bool is_plain_style(std::string_view style, bool block) {
  std::string text(style);
  std::transform(text.begin(), text.end(), text.begin(), lower);
  for (const std::string_view colour : {"rgb(", "rgba(", "hsl(", "hsla("}) {
    for (std::size_t at = text.find(colour); at != std::string::npos; at = text.find(colour, at))
      text.erase(at, colour.size());
  }
  if (text.find_first_of("\\({@/") != std::string::npos) return false;
  for (std::size_t at = text.find('-'); at != std::string::npos; at = text.find('-', at + 1)) {
    if (at + 1 == text.size() || !is_letter(text[at + 1])) return false;
  }
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view one = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (one.empty()) continue;
    const std::size_t colon = one.find(':');
    if (colon == std::string_view::npos) return false;
    const std::string_view property = trimmed(one.substr(0, colon)), value = trimmed(one.substr(colon + 1));
    if (!is_one_of(property, kStyles)) return false;
    if (!property.starts_with("font") && value.find_first_of("\"'") != std::string_view::npos) return false;
    const bool within = value == "inline" || value == "inline-block";
    if (property == "display" && value != "none" && value != "block" && (block || !within)) return false;
  }
  return true;
}

std::string_view tag_name(const GumboElement& element, std::string& held) {
  if (element.tag != GUMBO_TAG_UNKNOWN) return gumbo_normalized_tagname(element.tag);
  Tag tag;
  read_tag({element.original_tag.data, element.original_tag.length}, tag);
  held = tag.name;
  return held;
}

Holds judge(const GumboElement& element, std::string_view name, std::string& hidden_by) {
  hidden_by.clear();
  if (is_one_of(name, kRefused)) return Holds::refused;
  bool hides = !is_shown_tag(name);
  for (unsigned i = 0; i < element.attributes.length; ++i) {
    const auto& attribute = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
    const std::string_view what = attribute.name, value = attribute.value;
    if (what.starts_with("on")) return Holds::refused;
    if (what == "dir" && value != "ltr") return Holds::refused;
    if (what == "style" && !is_plain_style(value, is_block_tag(name))) return Holds::refused;
    if (is_one_of(what, kTargets) && is_active_target(value, name == "img")) return Holds::refused;
    if (what == "align" && (name == "table" || name == "img")) return Holds::refused;  // text may stand beside it then
    if (is_one_of(what, kHarmless)) continue;
    hides = true;
    hidden_by.append(what).append("=").append(value) += '\n';
  }
  if (!hides) return Holds::shown;
  hidden_by.insert(0, std::string(name) + '\n');
  return Holds::hidden;
}

// Every tag ends, and so does every comment, at one place for all who read them.
bool has_plain_tags(std::string_view html) {
  for (std::size_t at = html.find('<'); at != std::string_view::npos; at = html.find('<', at)) {
    const char next = at + 1 < html.size() ? html[at + 1] : ' ';
    const bool closes = next == '/';
    if (next == '!' || next == '?') {
      at = comment_end(html, at);
    } else if (closes || is_letter(next)) {
      if (closes && (at + 2 == html.size() || !is_letter(html[at + 2]))) return false;
      at = tag_end(html, at);
    } else {
      ++at;
    }
    if (at == std::string_view::npos) return false;
  }
  return true;
}

// The first element of a document that has such a name.
const GumboElement* find_element(const GumboNode* node, std::string_view name) {
  std::vector<const GumboNode*> left{node};
  while (!left.empty()) {
    node = left.back();
    left.pop_back();
    const bool document = node->type == GUMBO_NODE_DOCUMENT;
    if (!document && node->type != GUMBO_NODE_ELEMENT && node->type != GUMBO_NODE_TEMPLATE) continue;
    std::string held;
    if (!document && node->v.element.original_tag.length > 0 && tag_name(node->v.element, held) == name)
      return &node->v.element;
    const GumboVector& children = document ? node->v.document.children : node->v.element.children;
    for (unsigned i = 0; i < children.length; ++i) left.push_back(static_cast<const GumboNode*>(children.data[i]));
  }
  return nullptr;
}

// A tree is walked with a list of its own: it may be as deep as its tags are many.
class Reader {
 public:
  explicit Reader(Showing& out) : out_(out), source_(out.source()) {}

  bool run(const GumboNode* document) {
    steps_.push_back({document, false, 0, false});
    while (!steps_.empty() && good_) {
      const Step step = steps_.back();
      steps_.pop_back();
      if (step.leave)
        leave(step);
      else
        enter(*step.node);
    }
    return good_;
  }

 private:
  struct Step {
    const GumboNode* node;
    bool leave;
    std::size_t element;  // + 1; 0: it has no marks
    bool hides;
  };

  void push(const GumboVector& children) {
    for (unsigned i = children.length; i > 0; --i)
      steps_.push_back({static_cast<const GumboNode*>(children.data[i - 1]), false, 0, false});
  }

  void enter(const GumboNode& node) {
    switch (node.type) {
      case GUMBO_NODE_DOCUMENT:
        return push(node.v.document.children);
      case GUMBO_NODE_ELEMENT:
      case GUMBO_NODE_TEMPLATE:
        return element(node);
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_WHITESPACE:
      case GUMBO_NODE_CDATA:
        return text(node.v.text);
      case GUMBO_NODE_COMMENT:
        return;
    }
  }

  void element(const GumboNode& node) {
    const GumboElement& element = node.v.element;
    std::string held, hidden_by;
    const std::string_view name = tag_name(element, held);
    const bool block = is_block_tag(name);
    const bool written = element.original_tag.length > 0;
    if (name == "head" && !written && element.children.length == 0) return;  // every document has one
    const Holds holds = judge(element, name, hidden_by);
    if (holds == Holds::refused) return fail();
    const bool hides = holds == Holds::hidden;
    if (name == "table" && is_within_paragraph(node)) return fail();  // pages of now and of old put it elsewhere
    if (hides) out_.hide(hidden_by, block);
    if (block) out_.line();
    if (name == "img") image(element);
    if (name == "pre") ++kept_lines_;
    std::size_t index = 0;
    if (!block && written && !is_void_tag(name)) {
      const bool once = (node.parse_flags & ~(GUMBO_INSERTION_IMPLICIT_END_TAG)) == 0;
      index = out_.open(out_.range(element.original_tag.data, element.original_tag.length), once) + 1;
    }
    steps_.push_back({&node, true, index, hides});
    push(element.children);
  }

  static bool is_within_paragraph(const GumboNode& node) {
    for (const GumboNode* at = node.parent; at != nullptr && at->type == GUMBO_NODE_ELEMENT; at = at->parent) {
      if (at->v.element.tag == GUMBO_TAG_P) return true;
    }
    return false;
  }

  void leave(const Step& step) {
    const GumboElement& element = step.node->v.element;
    std::string held;
    const std::string_view name = tag_name(element, held);
    if (element.tag == GUMBO_TAG_UNKNOWN && element.original_end_tag.length > 0) {  // to the library they are all one
      Tag end;
      if (!read_tag({element.original_end_tag.data, element.original_end_tag.length}, end) || end.name != name)
        return fail();
    }
    if (name == "pre") --kept_lines_;
    if (step.element > 0 && element.original_end_tag.length > 0)
      out_.close(step.element - 1, out_.range(element.original_end_tag.data, element.original_end_tag.length));
    if (is_block_tag(name)) out_.line();
    if (step.hides) out_.unhide();
  }

  // What stands for it where it does not come.
  void image(const GumboElement& element) {
    const GumboAttribute* const alt = gumbo_get_attribute(&element.attributes, "alt");
    if (alt == nullptr || alt->original_value.length == 0) return;
    Range there = out_.range(alt->original_value.data, alt->original_value.length);
    const char quote = source_[there.begin];
    if (there.end - there.begin >= 2 && (quote == '"' || quote == '\'')) ++there.begin, --there.end;
    if (there.end > there.begin) out_.put_decoded(there);
  }

  void text(const GumboText& node) {
    if (node.original_text.data == nullptr) return;
    const Range there = out_.range(node.original_text.data, node.original_text.length);
    const std::string_view raw = source_.substr(there.begin, there.end - there.begin), shown = node.text;
    std::size_t at = 0, told = 0;  // of either: both are walked together
    std::size_t run = 0;
    const auto place = [&](std::size_t begin, std::size_t end) {
      return Range{there.begin + static_cast<std::uint32_t>(begin), there.begin + static_cast<std::uint32_t>(end)};
    };
    const auto flush = [&] {
      if (at > run) out_.put(place(run, at));
    };
    while (at < raw.size()) {
      const char c = raw[at];
      if (c == '<' && at + 1 < raw.size() && is_tag_sign(raw[at + 1])) {  // that the parser passed over
        const std::size_t end = raw.find('>', at);
        if (end != std::string_view::npos &&
            (told >= shown.size() || !shown.substr(told).starts_with(raw.substr(at, end + 1 - at)))) {
          flush();
          run = at = end + 1;
          continue;
        }
      }
      if (c == '\r' || c == '\n' || c == '\t' || c == '\f') {
        flush();
        const std::size_t size = c == '\r' && at + 1 < raw.size() && raw[at + 1] == '\n' ? 2 : 1;
        const char wanted = c == '\r' ? '\n' : c;
        const bool first_of_pre = kept_lines_ > 0 && (told >= shown.size() || shown[told] != wanted);
        if (!first_of_pre) {
          if (told >= shown.size() || shown[told] != wanted) return fail();
          ++told;
          if (kept_lines_ > 0 && wanted == '\n')
            out_.line();
          else
            out_.put(" ", place(at, at + size));
        }
        run = at += size;
        continue;
      }
      if (c == '&') {
        const std::size_t end = Showing::entity_end(raw, at);
        const std::string& decoded = out_.entity(raw.substr(at, end - at));
        if (!shown.substr(std::min(told, shown.size())).starts_with(decoded)) return fail();
        flush();
        if (decoded == "\n" && kept_lines_ > 0)
          out_.line();
        else
          out_.put_entity(place(at, end));
        told += decoded.size();
        run = at = end;
        continue;
      }
      if (told >= shown.size() || shown[told] != c) return fail();
      ++told;
      ++at;
    }
    flush();
    if (told != shown.size()) fail();
  }

  static bool is_tag_sign(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '!' || c == '?';
  }
  void fail() { good_ = false; }

  Showing& out_;
  std::string_view source_;
  std::vector<Step> steps_;
  int kept_lines_ = 0;
  bool good_ = true;
};

}  // namespace

bool is_block_tag(std::string_view name) {
  return is_one_of(name, kBlocks) || is_one_of(name, kTableParts) || is_one_of(name, kMaybeBlocks);
}
bool is_void_tag(std::string_view name) { return is_one_of(name, kVoid); }
bool is_known_tag(std::string_view name) { return is_shown_tag(name) || is_block_tag(name) || is_void_tag(name); }

bool is_active_target(std::string_view target, bool picture) {
  constexpr std::size_t kLongestHead = 32;  // of "data:image/svg+xml"
  std::string head;
  for (const char c : target) {  // browsers look over blanks and controls there
    if (static_cast<unsigned char>(c) <= ' ') continue;
    if (head.size() == kLongestHead) break;
    head += lower(c);
  }
  if (picture && head.starts_with("data:image/") && head.find("svg") == std::string::npos) return false;
  return head.starts_with("javascript:") || head.starts_with("vbscript:") || head.starts_with("data:");
}

Holds judge_tag(std::string_view written, std::string& hidden_by) {
  Tag tag;
  if (!read_tag(written, tag)) return Holds::refused;
  Arena arena;
  // As a text that nothing stands before; what has no place there (a cell, a whole document) is judged by its name.
  const GumboElement* const element = find_element(parsed(written, arena), tag.name);
  if (element != nullptr) return judge(*element, tag.name, hidden_by);
  hidden_by = std::string(written);
  return is_one_of(tag.name, kRefused) || !is_known_tag(tag.name) ? Holds::refused : Holds::hidden;
}

namespace {

// A number that is no sign's; the library reckons in 32 bits, and what it has beyond them no browser shows.
std::optional<std::string> beyond_all_signs(std::string_view written) {
  if (!written.starts_with("&#")) return std::nullopt;
  const bool hex = written.size() > 2 && lower(written[2]) == 'x';
  const char* const first = written.data() + (hex ? 3 : 2);
  const char* const last = written.data() + written.size();
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(std::min(first, last), last, number, hex ? 16 : 10);
  constexpr std::uint64_t kLastSign = 0x10FFFF;
  if (fault == std::errc::invalid_argument || (fault == std::errc() && number <= kLastSign)) return std::nullopt;
  const std::size_t read = static_cast<std::size_t>(end - written.data());
  const std::string_view rest = written.substr(read);
  return "\uFFFD" + std::string(rest.substr(rest.starts_with(';') ? 1 : 0));
}

}  // namespace

std::string decoded_entity(std::string_view written) {
  if (written.size() < 3 || written.front() != '&') return std::string(written);
  if (auto none = beyond_all_signs(written)) return std::move(*none);
  Arena arena;
  // Behind a letter: a blank that begins a text is none of it.
  const std::string html = "x" + std::string(written);
  const GumboNode* node = parsed(html, arena);
  while (node->type == GUMBO_NODE_DOCUMENT || node->type == GUMBO_NODE_ELEMENT) {
    const GumboVector& children =
        node->type == GUMBO_NODE_DOCUMENT ? node->v.document.children : node->v.element.children;
    if (children.length == 0) return std::string(written);
    node = static_cast<const GumboNode*>(children.data[children.length - 1]);
  }
  const std::string_view text =
      node->type == GUMBO_NODE_TEXT ? std::string_view(node->v.text.text) : std::string_view();
  return text.size() > 1 ? std::string(text.substr(1)) : std::string(written);
}

bool show_html(Range range, const Limits& limits, Showing& out) {
  const std::string_view html = out.source().substr(range.begin, range.end - range.begin);
  if (static_cast<std::size_t>(std::count(html.begin(), html.end(), '<')) > limits.markup_tags) return false;
  if (!has_plain_tags(html)) return false;
  Arena arena;
  return Reader(out).run(parsed(html, arena));
}

}  // namespace caveat::text
