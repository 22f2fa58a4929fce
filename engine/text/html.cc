#include <gumbo.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <memory>
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

constexpr std::array<std::string_view, 33> kBlocks = {
    "address",  "article",    "aside",  "blockquote", "br",   "caption", "center", "dd",  "div",     "dl",    "dt",
    "fieldset", "figcaption", "figure", "footer",     "form", "h1",      "h2",     "h3",  "h4",      "h5",    "h6",
    "header",   "hr",         "li",     "main",       "nav",  "ol",      "p",      "pre", "section", "table", "ul"};
constexpr std::array<std::string_view, 7> kTableParts = {"tr", "td", "th", "thead", "tbody", "tfoot", "legend"};
// What stands in a field is shown as it is written, or not at all.
constexpr std::array<std::string_view, 7> kMaybeBlocks = {"option", "optgroup", "select", "textarea",
                                                          "button", "details",  "dialog"};
constexpr std::array<std::string_view, 31> kWithin = {
    "a",    "abbr", "b",    "bdi", "bdo",   "big",  "cite", "code",    "data",  "dfn",  "em",
    "font", "i",    "ins",  "kbd", "label", "mark", "q",    "samp",    "small", "span", "strong",
    "sub",  "sup",  "time", "tt",  "u",     "var",  "wbr",  "acronym", "nobr"};
constexpr std::array<std::string_view, 4> kDocument = {"html", "body", "colgroup", "col"};
// Whose text no reader sees, and what a reader without them may: it is an aside.
constexpr std::array<std::string_view, 17> kUnseen = {"script", "style",    "template", "head",   "title", "noscript",
                                                      "iframe", "noembed",  "noframes", "object", "audio", "video",
                                                      "canvas", "datalist", "map",      "svg",    "math"};
constexpr std::array<std::string_view, 14> kVoid = {"area",  "base", "br",   "col",   "embed",  "hr",    "img",
                                                    "input", "link", "meta", "param", "source", "track", "wbr"};
// Of an attribute that hides nothing. What a class or a style does, the page knows.
constexpr std::array<std::string_view, 18> kHarmless = {"href",    "src",     "alt",   "title",    "lang",   "dir",
                                                        "colspan", "rowspan", "align", "valign",   "target", "rel",
                                                        "start",   "type",    "cite",  "datetime", "border", "scope"};

std::string_view tag_name(const GumboElement& element, std::string& held) {
  if (element.tag != GUMBO_TAG_UNKNOWN) return gumbo_normalized_tagname(element.tag);
  Tag tag;
  read_tag({element.original_tag.data, element.original_tag.length}, tag);
  held = tag.name;
  return held;
}

// A tree is walked with a list of its own: it may be as deep as its tags are many.
class Reader {
 public:
  explicit Reader(Showing& out) : out_(out), source_(out.source()) {}

  bool run(const GumboNode* document) {
    steps_.push_back({document, false, 0, 0});
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
    int maybe;
  };

  void push(const GumboVector& children) {
    for (unsigned i = children.length; i > 0; --i)
      steps_.push_back({static_cast<const GumboNode*>(children.data[i - 1]), false, 0, 0});
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
    std::string held;
    const std::string_view name = tag_name(element, held);
    if (is_one_of(name, kUnseen)) return;
    const bool block = is_block_tag(name);
    const bool written = element.original_tag.length > 0;
    if (block) out_.line();
    if (name == "img") return image(element);
    int maybe = is_shown_tag(name) ? 0 : 1;
    for (unsigned i = 0; i < element.attributes.length; ++i) {
      const auto& attribute = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
      if (!is_one_of(std::string_view(attribute.name), kHarmless)) maybe = 1;
    }
    out_.maybe += maybe;
    if (name == "pre" || name == "textarea") ++kept_lines_;
    std::size_t index = 0;
    if (!block && written && !is_void_tag(name)) {
      const bool once = (node.parse_flags & ~(GUMBO_INSERTION_IMPLICIT_END_TAG)) == 0;
      index = out_.open(out_.range(element.original_tag.data, element.original_tag.length), once) + 1;
    }
    steps_.push_back({&node, true, index, maybe});
    push(element.children);
  }

  void leave(const Step& step) {
    const GumboElement& element = step.node->v.element;
    std::string held;
    const std::string_view name = tag_name(element, held);
    out_.maybe -= step.maybe;
    if (name == "pre" || name == "textarea") --kept_lines_;
    if (step.element > 0 && element.original_end_tag.length > 0)
      out_.close(step.element - 1, out_.range(element.original_end_tag.data, element.original_end_tag.length));
    if (is_block_tag(name)) out_.line();
  }

  // What stands for it where it does not come.
  void image(const GumboElement& element) {
    const GumboAttribute* const alt = gumbo_get_attribute(&element.attributes, "alt");
    if (alt == nullptr || alt->original_value.length == 0) return;
    Range there = out_.range(alt->original_value.data, alt->original_value.length);
    const char quote = source_[there.begin];
    if (there.end - there.begin >= 2 && (quote == '"' || quote == '\'')) ++there.begin, --there.end;
    ++out_.maybe;
    if (there.end > there.begin) out_.put_decoded(there);
    --out_.maybe;
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
        std::size_t end = at + 1;
        if (end < raw.size() && raw[end] == '#') ++end;
        while (end < raw.size() && end - at < kLongestEntity && is_alphanumeric(raw[end])) ++end;
        if (end < raw.size() && raw[end] == ';') ++end;
        const std::string& decoded = entity(raw.substr(at, end - at));
        if (!shown.substr(std::min(told, shown.size())).starts_with(decoded)) return fail();
        flush();
        out_.put(decoded, place(at, end));
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

  static constexpr std::size_t kLongestEntity = 40;
  static bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
  static bool is_tag_sign(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '!' || c == '?';
  }
  const std::string& entity(std::string_view written) {
    const auto [at, fresh] = entities_.try_emplace(std::string(written));
    if (fresh) at->second = decoded_entity(written);
    return at->second;
  }
  void fail() { good_ = false; }

  Showing& out_;
  std::string_view source_;
  std::vector<Step> steps_;
  std::map<std::string, std::string> entities_;
  int kept_lines_ = 0;
  bool good_ = true;
};

}  // namespace

bool is_shown_tag(std::string_view name) {
  return is_one_of(name, kWithin) || is_one_of(name, kDocument) || is_one_of(name, kBlocks) ||
         is_one_of(name, kTableParts);
}
bool is_block_tag(std::string_view name) {
  return is_one_of(name, kBlocks) || is_one_of(name, kTableParts) || is_one_of(name, kMaybeBlocks);
}
bool is_void_tag(std::string_view name) { return is_one_of(name, kVoid); }

std::string decoded_entity(std::string_view written) {
  if (written.size() < 3 || written.front() != '&') return std::string(written);
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
  Arena arena;
  return Reader(out).run(parsed(html, arena));
}

}  // namespace caveat::text
