#include "adapters/wire/turn.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "adapters/wire/codes.h"
#include "engine/base/digits.h"
#include "engine/base/escape.h"
#include "engine/base/utf8.h"

namespace caveat::wire {

namespace {

using decide::Fields;
namespace od = simdjson::ondemand;

constexpr const char* kOneObjectALine = "one request is one JSON object; in JSON Lines, one object a line";
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trimmed(std::string_view token) {
  while (!token.empty() && token.back() <= ' ' && kBlanks.find(token.back()) != std::string_view::npos)
    token.remove_suffix(1);
  return token;
}

// Where the first byte stands that begins something odd, or a sign beyond it: NUL, or from 0xED on; size: nowhere.
std::size_t first_to_look_at(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101u, kHigh = 0x8080808080808080u;
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
    const std::uint64_t nul = (word - kOnes) & ~word & kHigh;
    const std::uint64_t from_e0 = word & (word << 1) & (word << 2) & kHigh;  // its first three bits are ones
    if ((nul | from_e0) == 0) continue;
    if (nul != 0) return i;
    for (std::size_t k = i; k < i + 8; ++k) {
      if (static_cast<unsigned char>(text[k]) >= 0xED) return k;
    }
  }
  for (; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == 0 || byte >= 0xED) return i;
  }
  return text.size();
}

// What a decoded string holds that only a text may hold: "" for nothing.
std::string odd_character(std::string_view text, bool& surrogate) {
  for (std::size_t i = first_to_look_at(text); i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte != 0 && byte < 0xED) {
      ++i;
      continue;
    }
    const CodePoint point = decode_utf8(text, i);
    surrogate = !point;  // the reader lets half a pair through as three bytes that are not UTF-8
    if (surrogate) return "one half of a pair";
    if (byte == 0 || is_noncharacter(point.value)) {
      char buffer[16];
      std::snprintf(buffer, sizeof buffer, "U+%04X", static_cast<unsigned>(point.value));
      return buffer;
    }
    i += point.length;
  }
  return {};
}

bool is_hex4(std::string_view text, std::size_t at, unsigned& value) {
  if (at + 4 > text.size()) return false;
  value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const char c = text[i];
    unsigned digit = 0;
    if (c >= '0' && c <= '9')
      digit = static_cast<unsigned>(c - '0');
    else if (c >= 'a' && c <= 'f')
      digit = static_cast<unsigned>(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F')
      digit = static_cast<unsigned>(c - 'A' + 10);
    else
      return false;
    value = value * 16 + digit;
  }
  return true;
}

// Does the raw spelling of a string hold half a surrogate pair? The reader only says that an escape is wrong.
bool has_lone_surrogate(std::string_view raw) {
  for (std::size_t i = 0; i + 1 < raw.size(); ++i) {
    if (raw[i] == '"') return false;
    if (raw[i] != '\\') continue;
    unsigned unit = 0;
    if (raw[i + 1] == 'u' && is_hex4(raw, i + 2, unit)) {
      if (unit >= 0xDC00 && unit <= 0xDFFF) return true;
      if (unit >= 0xD800 && unit <= 0xDBFF) {
        unsigned low = 0;
        if (i + 7 < raw.size() && raw[i + 6] == '\\' && raw[i + 7] == 'u' && is_hex4(raw, i + 8, low) &&
            low >= 0xDC00 && low <= 0xDFFF) {
          i += 11;
          continue;
        }
        return true;
      }
      i += 5;
    } else {
      ++i;
    }
  }
  return false;
}

// What the bytes may hold, told in one look: most of a request is ASCII without a backslash, and no text there has to be
// looked into.
struct Look {
  bool escapes = false;  // a backslash: texts have to be unescaped
  // Between them, an escape or a sign beyond ASCII: a text there may hold what it must not. Nowhere: both are the end.
  std::size_t odd_from = 0, odd_to = 0;
};
Look look_over(std::string_view json) {
  typedef std::uint8_t Block __attribute__((vector_size(16)));
  const auto any = [](const Block& of, std::uint64_t bits) {
    std::array<std::uint64_t, 2> words;
    std::memcpy(words.data(), &of, sizeof of);
    return ((words[0] | words[1]) & bits) != 0;
  };
  constexpr std::uint64_t kAll = ~std::uint64_t{0}, kHigh = 0x8080808080808080u;
  constexpr std::size_t kStep = 2 * sizeof(Block);
  Block seen{}, backslashes{};
  for (std::size_t i = 0; i < json.size(); i += kStep) {  // the padding is zeros
    Block one, two;
    std::memcpy(&one, json.data() + i, sizeof one);
    std::memcpy(&two, json.data() + i + sizeof one, sizeof two);
    seen |= one | two;
    backslashes |= reinterpret_cast<Block>((one == '\\') | (two == '\\'));
  }
  if (any(backslashes, kAll)) return {true, 0, json.size()};
  if (!any(seen, kHigh)) return {false, json.size(), json.size()};
  const auto is_ascii = [&](std::size_t at) {
    std::uint64_t word = 0;
    std::memcpy(&word, json.data() + at, sizeof word);
    return (word & kHigh) == 0;
  };
  std::size_t from = 0, to = json.size();  // to the next word outwards
  while (is_ascii(from)) from += 8;
  while (to > 8 && is_ascii(to - 8)) to -= 8;
  return {false, from, to};
}

enum class Of : bool { turn, body };

// Walks over the places where something begins, which the library's first pass tells: brackets, colons, commas, the
// quote of a text, the first sign of anything else. Bytes between two of them are blanks or the rest of the first.
class Reader {
 public:
  struct Names {                                               // of an open object with many members
    std::uint32_t object = Fields::kEnd, next = Fields::kEnd;  // which, and the member that is to be added next
    std::unordered_set<std::string_view> all;
  };
  using Memory = std::vector<Names>;  // one a thread, by depth: keeps what it has grown to

  // `json` lies first in the store of `fields`, with the reader's padding behind it, and the places end in its size; unescaped
  // texts go to `unescaped`.
  Reader(Of of, Fields& fields, const Limits& limits, std::string_view json, const std::uint32_t* places,
         char* unescaped, const od::parser& parser, Memory& memory)
      : of_(of),
        fields_(fields),
        limits_(limits),
        json_(json),
        next_(places),
        unescaped_(reinterpret_cast<std::uint8_t*>(unescaped)),
        parser_(parser),
        names_(memory),
        look_(look_over(json)) {
    for (Names& names : names_) names.object = Fields::kEnd;  // of a request before
  }

  void read(Fields::Kind root) {
    at_ = fields_.add(Fields::kEnd, kNoName, root);
    ++next_;
    if (!(root == Fields::Kind::list ? read_list(at_, 1) : read_object(at_, 1))) return;
    through_ = true;
    if (*next_ < json_.size())
      add(codes::kTrailingBytes, "", "nothing after the closing brace",
          "`" + shortened(trimmed(json_.substr(*next_))) + "`", kOneObjectALine);
  }

  Problem take_problem() {
    Problem problem;
    problem.items = std::move(items_);
    problem.code = code_;
    return problem;
  }
  bool clean() const { return code_ == nullptr; }

  // Of a request in which something is wrong: was it read to its end, so that all of it stands in the fields? Members that are named
  // again are taken out: what is wrong beside them can be told, and nothing that follows from them.
  [[gnu::cold]] bool read_through() {
    if (!through_ || again_.size() > kShownItems) return false;  // each is looked for among its siblings
    for (const std::uint32_t node : again_) {
      Fields::Node& object = fields_.node(fields_.node(node).parent);
      std::uint32_t before = object.first;  // the first of its name stands before it
      while (fields_.node(before).next != node) before = fields_.node(before).next;
      fields_.node(before).next = fields_.node(node).next;
      if (object.last == node) object.last = before;
    }
    return true;
  }

 private:
  using Piece = Fields::Piece;
  using Kind = Fields::Kind;
  static constexpr char kQuote = '"';
  static constexpr std::size_t kShownItems = 100;
  static constexpr std::size_t kFewNames = 16;  // of which a walk finds a second one quickest
  static inline const Piece kNoName{0, 0};

  [[gnu::cold]] void add(const Code& code, std::string path, std::string expected, std::string found,
                         std::string hint = {}) {
    if (code_ == nullptr) code_ = &code;
    if (items_.size() < kShownItems)
      items_.push_back({.path = std::move(path),
                        .expected = std::move(expected),
                        .found = std::move(found),
                        .nearest = {},
                        .hint = std::move(hint)});
  }

  std::string path() const { return fields_.empty() ? std::string() : fields_.path(at_); }

  // The texts of a turn: what a customer or a bot said. They are judged as they came. In a body every text is somebody's words.
  bool is_text(std::uint32_t node) const {
    if (of_ == Of::body) return true;
    if (fields_.name(node) != "text") return false;
    std::uint32_t part = fields_.node(node).parent;
    if (part == 0) return false;
    while (fields_.node(part).parent != 0) part = fields_.node(part).parent;
    const std::string_view name = fields_.name(part);
    return name == "answer" || name == "message" || name == "outreach" || name == "material";
  }

  // What stands at the next place is not what the grammar has there.
  [[gnu::cold]] bool syntax(const char* expected) {
    const std::size_t offset = *next_;
    if (offset >= json_.size()) {
      add(codes::kNotJson, path(), "a closing bracket for every one that opens", "the end of the request");
    } else {
      add(codes::kNotJson, path(), expected,
          "`" + shortened(trimmed(json_.substr(offset))) + "` at byte " + std::to_string(offset));
    }
    return false;
  }

  [[gnu::cold]] bool bad_string(std::string_view raw) {
    if (has_lone_surrogate(raw)) {
      add(codes::kBadUtf8, path(), "surrogates in pairs", "one half of a pair, written as an escape");
    } else {
      add(codes::kNotJson, path(), "the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX",
          "another one in `" + shortened(trimmed(raw)) + "`");
    }
    return false;
  }

  // What begins at `first`, without the blanks before the next place.
  std::string_view token(std::uint32_t first, std::uint32_t next) const {
    const std::string_view all(json_.data() + first, next - first);
    return all.back() > ' ' ? all : trimmed(all);  // most have none
  }
  // A text without an escape that ends right before `next`; what is inside of it.
  bool is_whole(std::uint32_t first, std::uint32_t next) const {
    return json_.data()[next - 1] == kQuote && next - first > 1 && !look_.escapes;
  }
  Piece inside(std::uint32_t first, std::uint32_t next) const { return {first + 1, next - first - 2}; }
  // The text whose quote stands at `first`.
  [[gnu::always_inline]] bool text_of(std::uint32_t first, std::uint32_t next, Piece& out) {
    const char* begin = json_.data() + first;
    const char* last = json_.data() + next - 1;
    if (*last != kQuote) last = begin + token(first, next).size() - 1;  // blanks behind it
    if (*last != kQuote || last == begin) return syntax("a closing quote for every text");
    if (look_.escapes) return unescaped(begin + 1, last, out);
    out = fields_.piece(begin + 1, static_cast<std::size_t>(last - begin - 1));
    return true;
  }
  [[gnu::noinline]] bool unescaped(const char* first, const char* last, Piece& out) {
    std::string_view text;
    if (parser_.unescape(od::raw_json_string(reinterpret_cast<const std::uint8_t*>(first)), unescaped_).get(text))
      return bad_string({first, static_cast<std::size_t>(last + 1 - first)});
    out = fields_.piece(text.data(), text.size());
    return true;
  }

  // Has what begins at the place neither escapes nor signs beyond ASCII?
  bool is_plain(const std::uint32_t* place) const { return place[1] <= look_.odd_from || place[0] >= look_.odd_to; }
  char at(const std::uint32_t* place) const { return json_.data()[*place]; }  // NUL at the end: the padding

  bool read_object(std::uint32_t node, std::size_t depth) {
    const char* const json = json_.data();
    std::uint64_t seen = 0;  // a bit for each name, by its length and ends: most are new at a glance
    std::uint32_t last = Fields::kEnd;
    const std::uint32_t* next = next_;
    for (bool more = json[*next] != '}'; more;) {
      Piece name = kNoName;
      std::uint64_t bit = 0;
      const bool is_plain = this->is_plain(next);
      if (is_plain && is_name(json, next)) [[likely]] {  // as most are written
        name = inside(next[0], next[1]);
        bit = bit_of(json + name.at, name.size);
        next += 2;
      } else {
        next_ = next;
        const std::optional<Piece> read = read_name(last == Fields::kEnd);
        if (!read) return false;
        name = *read;
        bit = name.size == 0 ? 1 : bit_of(fields_.view(name).data(), name.size);
        next = next_;
      }
      const Kind kind = kind_of(json[*next]);
      const auto member = static_cast<std::uint32_t>(fields_.size());
      Fields::Node& made = fields_.add_behind(last, node, name, kind);
      last = member;
      if (const bool is_new = (seen & bit) == 0; !is_new || !is_plain) [[unlikely]] {
        at_ = member;
        if (!is_plain) check_characters(fields_.name(member), false, "member names without NUL and non-characters");
        if (!is_new && is_repeated(node, member, depth)) repeated(member);
        at_ = node;
      }
      seen |= bit;
      if (this->is_plain(next) && read_plain_value(made, kind, json, next)) {
        ++next;
      } else {
        next_ = next;
        at_ = member;
        if (!read_other(member, kind, depth)) return false;
        at_ = node;
        next = next_;
      }
      const char behind = json[*next];
      more = behind == ',';
      if (more) {
        ++next;
      } else if (behind != '}') {
        next_ = next;
        return syntax("a comma or a closing brace");
      }
    }
    fields_.close(node, last);
    next_ = next + 1;
    return true;
  }

  // `"…":`, of a request without escapes, and not empty.
  static bool is_name(const char* json, const std::uint32_t* next) {
    const std::uint32_t first = next[0], colon = next[1];
    return json[first] == kQuote && json[colon] == ':' && json[colon - 1] == kQuote && colon - first > 2;
  }

  [[gnu::noinline]] std::optional<Piece> read_name(bool first) {
    Piece name = kNoName;
    if (at(next_) != kQuote) {
      syntax(first ? "a member's name in quotes or a closing brace" : "a member's name in quotes");
      return std::nullopt;
    }
    if (!text_of(next_[0], next_[1], name)) return std::nullopt;
    ++next_;
    if (at(next_) != ':') {
      syntax("a colon behind a member's name");
      return std::nullopt;
    }
    ++next_;
    return name;
  }

  // A text or a small number of a request without escapes and odd signs, written as most are; false: `read_other` shall look.
  [[gnu::always_inline]] bool read_plain_value(Fields::Node& node, Kind kind, const char* json,
                                               const std::uint32_t* next) {
    const std::uint32_t first = next[0], behind = next[1];
    if (kind == Kind::text) {
      if (json[behind - 1] != kQuote || behind - first <= 1) return false;
      node.set_text(inside(first, behind));
      return true;
    }
    std::int64_t value = 0;
    if (kind != Kind::number || !small_whole({json + first, behind - first}, value)) return false;
    node.set_value(Piece(first, behind - first), static_cast<std::int32_t>(value));
    return true;
  }

  bool read_list(std::uint32_t node, std::size_t depth) {
    std::size_t count = 0;
    std::uint32_t last = Fields::kEnd;
    for (bool more = at(next_) != ']'; more; ++count) {
      if (count == limits_.list_elements) return too_many();
      const Kind kind = kind_of(at(next_));
      const auto element = static_cast<std::uint32_t>(fields_.size());
      Fields::Node& made = fields_.add_behind(last, node, kNoName, kind);
      last = element;
      if (is_plain(next_) && read_plain_value(made, kind, json_.data(), next_)) {
        ++next_;
      } else {
        at_ = element;
        if (!read_other(element, kind, depth)) return false;
        at_ = node;
      }
      more = at(next_) == ',';
      if (more)
        ++next_;
      else if (at(next_) != ']')
        return syntax("a comma or a closing bracket");
    }
    fields_.close_list(node, last, count);
    ++next_;
    return true;
  }

  static std::uint64_t bit_of(const char* name, std::size_t size) {  // which is not 0
    const unsigned first = static_cast<unsigned char>(name[0]), last = static_cast<unsigned char>(name[size - 1]);
    return std::uint64_t{1} << (size * 7 + first * 5 + last) % 64;
  }

  [[gnu::cold]] void repeated(std::uint32_t node) {
    add(codes::kRepeatedKey, path(), "each member once", "`" + shortened(fields_.name(node)) + "` a second time",
        "members are compared after their escapes are read");
    if (again_.size() <= kShownItems) again_.push_back(node);
  }

  // Does the object's newest member have a name that is there? A walk over few members, a set of many, or a hostile body
  // would cost the square of its length.
  [[gnu::noinline]] bool is_repeated(std::uint32_t object, std::uint32_t newest, std::size_t depth) {
    const std::string_view name = fields_.name(newest);
    std::uint32_t at = fields_.node(object).first;
    for (std::size_t few = 0; few < kFewNames && at != newest; ++few, at = fields_.node(at).next) {
      if (fields_.name(at) == name) return true;
    }
    if (at == newest) return false;
    if (depth >= names_.size()) names_.resize(depth + 1);
    Names& names = names_[depth];
    if (names.object != object) {
      names.all.clear();
      names.object = object;
      names.next = at;
    }
    for (; names.next != newest; names.next = fields_.node(names.next).next) names.all.insert(fields_.name(names.next));
    return names.all.contains(name);
  }

  [[gnu::noinline]] void check_characters(std::string_view text, bool is_free_text, const char* expected) {
    bool surrogate = false;
    const std::string odd = odd_character(text, surrogate);
    if (!odd.empty() && (surrogate || !is_free_text))
      add(codes::kBadUtf8, path(), surrogate ? "surrogates in pairs" : expected, odd);
  }

  // By its first sign; `null` also for what is no value at all.
  static constexpr std::array<Kind, 256> kinds() {
    std::array<Kind, 256> all{};  // null
    for (std::size_t digit = '0'; digit <= '9'; ++digit) all[digit] = Kind::number;
    all['-'] = Kind::number;
    all['"'] = Kind::text;
    all['{'] = Kind::object;
    all['['] = Kind::list;
    all['t'] = all['f'] = Kind::boolean;
    return all;
  }
  static Kind kind_of(char first) {
    static constexpr std::array<Kind, 256> kKinds = kinds();
    return kKinds[static_cast<unsigned char>(first)];
  }

  [[gnu::always_inline]] bool read_other(std::uint32_t node, Kind kind, std::size_t depth) {
    if (kind != Kind::object && kind != Kind::list) return read_value(node, kind);
    if (depth >= limits_.request_depth) return too_deep();
    ++next_;
    return kind == Kind::object ? read_object(node, depth + 1) : read_list(node, depth + 1);
  }

  // Of a text, a number, true, false or null, however it is written.
  [[gnu::noinline]] bool read_value(std::uint32_t node, Kind kind) {
    if (kind == Kind::text) {
      Piece text = kNoName;
      if (is_whole(next_[0], next_[1])) [[likely]]
        text = inside(next_[0], next_[1]);
      else if (!text_of(next_[0], next_[1], text))
        return false;
      const bool is_plain = this->is_plain(next_);
      ++next_;
      fields_.node(node).set_text(text);
      if (!is_plain)
        check_characters(fields_.text(node), is_text(node), "no NUL and no non-characters outside of texts");
      return true;
    }
    if (kind == Kind::number) {
      const std::uint32_t first = next_[0], size = next_[1] - first;
      std::int64_t value = 0;
      if (small_whole({json_.data() + first, size}, value)) {
        fields_.node(node).set_value(Piece(first, size), static_cast<std::int32_t>(value));
        ++next_;
        return true;
      }
    }
    return read_plain(node, kind);
  }

  bool read_plain(std::uint32_t node, Kind kind) {
    if (*next_ >= json_.size()) return syntax("a text in quotes, a number, true, false, null, a list or an object");
    const std::string_view token = this->token(next_[0], next_[1]);
    ++next_;
    if (kind == Kind::number && is_json_number(token)) {
      fields_.node(node).set_text(fields_.piece(token.data(), token.size()));
    } else if (kind == Kind::boolean && (token == "true" || token == "false")) {
      fields_.set_boolean(node, token == "true");
    } else if (kind == Kind::null && token == "null") {
      return true;
    } else if (!token.empty() &&
               (token[0] == '-' || token[0] == '+' || token[0] == '.' || (token[0] >= '0' && token[0] <= '9'))) {
      add(codes::kBadNumber, path(), "a number as JSON writes it: -?digits[.digits][e±digits], no leading zero",
          "`" + shortened(token) + "`");
      fields_.node(node).kind = Kind::null;
    } else {
      add(codes::kNotJson, path(), "a text in quotes, a number, true, false, null, a list or an object",
          "`" + shortened(token) + "`");
      return false;
    }
    return true;
  }

  [[gnu::cold]] bool too_many() {
    add(codes::kTooLarge, path(), "at most " + std::to_string(limits_.list_elements) + " elements", "more");
    return false;
  }
  [[gnu::cold]] bool too_deep() {
    add(codes::kTooLarge, path(), "at most " + std::to_string(limits_.request_depth) + " levels of nesting", "more");
    return false;
  }

  const Of of_;
  Fields& fields_;
  const Limits& limits_;
  std::string_view json_;
  const std::uint32_t* next_;  // the place that is looked at
  std::uint8_t* unescaped_;
  const od::parser& parser_;
  Memory& names_;  // one an open object
  const Look look_;
  std::uint32_t at_ = 0;  // the node that is being read
  std::vector<ProblemItem> items_;
  const Code* code_ = nullptr;
  std::vector<std::uint32_t> again_;  // members that are named again
  bool through_ = false;
};

// One a thread: they keep the memory that they have grown to.
class Buffers {
 public:
  od::parser unescaper;
  Reader::Memory names;

  // Where something begins in `json`, ended by its size; the first pass has seen to UTF-8, to quotes and to control signs.
  simdjson::error_code places(const simdjson::padded_string_view& json, const std::uint32_t*& first,
                              std::size_t& count) {
    if (unescaper.capacity() == 0) {  // it only unescapes, and needs to know on which processor
      if (const auto error = unescaper.allocate(1)) return error;
    }
    if (parser_.capacity() < json.size()) {
      if (const auto error = parser_.allocate(std::max(2 * parser_.capacity(), json.size()))) return error;
    }
    auto& pass = *parser_.implementation;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(json.data());
    if (const auto error = pass.stage1(bytes, json.size(), simdjson::stage1_mode::regular)) return error;
    std::uint32_t* all = pass.structural_indexes.get();
    all[pass.n_structural_indexes] = static_cast<std::uint32_t>(json.size());
    first = all;
    count = pass.n_structural_indexes;
    return simdjson::SUCCESS;
  }

 private:
  simdjson::dom::parser parser_;
};

tl::unexpected<Problem> refused(const Code& code, std::string expected, std::string found, std::string hint = {}) {
  return tl::unexpected(problem(code, {.path = "",
                                       .expected = std::move(expected),
                                       .found = std::move(found),
                                       .nearest = {},
                                       .hint = std::move(hint)}));
}

// What the first pass over the bytes refuses, with the place that it does not tell.
tl::unexpected<Problem> first_pass(simdjson::error_code error, std::string_view json) {
  if (error == simdjson::UTF8_ERROR) {
    return refused(codes::kBadUtf8, "UTF-8", "a byte that is not, at byte " + std::to_string(first_invalid_utf8(json)),
                   "send JSON in UTF-8, RFC 8259 section 8.1");
  }
  if (error == simdjson::UNESCAPED_CHARS) {
    return refused(codes::kNotJson, "control characters written as escapes (\\n, \\u0001)",
                   "one as it is, inside a text");
  }
  if (error == simdjson::UNCLOSED_STRING)
    return refused(codes::kNotJson, "a closing quote for every text", "the end of the request");
  if (error == simdjson::CAPACITY || error == simdjson::MEMALLOC)
    return refused(codes::kTooLarge, "a request that fits into memory", "a larger one");
  return refused(codes::kNotJson, "one JSON object", "something else");
}

}  // namespace

bool is_json_number(std::string_view token) {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t from = i;
    while (i < token.size() && token[i] >= '0' && token[i] <= '9') ++i;
    return i - from;
  };
  if (i < token.size() && token[i] == '-') ++i;
  const std::size_t whole = i;
  const std::size_t count = digits();
  if (count == 0 || (count > 1 && token[whole] == '0')) return false;
  if (i < token.size() && token[i] == '.') {
    ++i;
    if (digits() == 0) return false;
  }
  if (i < token.size() && (token[i] == 'e' || token[i] == 'E')) {
    ++i;
    if (i < token.size() && (token[i] == '+' || token[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == token.size();
}

namespace {

Result<void> parse(std::string_view json, Fields& fields, const Limits& limits, Of of, bool* read_through) {
  fields.clear();
  if (read_through != nullptr) *read_through = false;
  if (json.size() > limits.request_bytes) {
    return refused(codes::kTooLarge, "at most " + std::to_string(limits.request_bytes) + " bytes",
                   std::to_string(json.size()) + " bytes");
  }
  if (json.substr(0, 3) == "\xEF\xBB\xBF") {
    return refused(codes::kNotJson, "one JSON object", "a byte order mark",
                   "save the file as UTF-8 without a byte order mark");
  }
  const std::size_t begin = json.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return refused(codes::kNotJson, "one JSON object", "nothing");
  const bool is_list = of == Of::body && json[begin] == '[';
  if (json[begin] != '{' && !is_list) {
    if (const std::size_t bad = first_invalid_utf8(json); bad != std::string_view::npos)
      return first_pass(simdjson::UTF8_ERROR, json);
    const bool json_value = std::string_view("[\"-0123456789tfn").find(json[begin]) != std::string_view::npos;
    return refused(json_value ? codes::kWrongType : codes::kNotJson,
                   of == Of::turn ? "one JSON object: a turn" : "one JSON object",
                   "`" + shortened(trimmed(json.substr(begin))) + "`");
  }

  // The request is read where the Fields keep it; what has to be unescaped, which makes it no longer, stands behind it.
  thread_local Buffers buffers;
  constexpr std::size_t kPadding = simdjson::SIMDJSON_PADDING;
  char* store = fields.room(2 * (json.size() + kPadding));
  std::memcpy(store, json.data(), json.size());
  std::memset(store + json.size(), 0, kPadding);
  const simdjson::padded_string_view view(store, json.size(), json.size() + kPadding);

  const std::uint32_t* places = nullptr;
  std::size_t count = 0;
  if (const auto error = buffers.places(view, places, count)) return first_pass(error, json);
  fields.room_for(count + 1);  // each value begins at a place of its own, and one may be missing at the end
  Reader reader(of, fields, limits, view, places, store + json.size() + kPadding, buffers.unescaper, buffers.names);
  reader.read(is_list ? Fields::Kind::list : Fields::Kind::object);
  if (!reader.clean()) {
    if (read_through != nullptr) *read_through = reader.read_through();
    return tl::unexpected(reader.take_problem());
  }
  return {};
}

}  // namespace

Result<void> parse_turn(std::string_view json, decide::Fields& fields, const Limits& limits, bool* read_through) {
  return parse(json, fields, limits, Of::turn, read_through);
}

Result<void> parse_body(std::string_view json, decide::Fields& fields, const Limits& limits, bool* read_through) {
  return parse(json, fields, limits, Of::body, read_through);
}

Result<void> something_to_judge(const decide::Request& request) {
  if (request.has_answer() || request.has_message() || request.has_recommendation() || request.actions() > 0 ||
      request.has_outreach() || request.has_material())
    return {};
  return refused(codes::kNothingToJudge, "message, answer, recommendation, actions, outreach or material",
                 "none of them");
}

std::string_view root_text(const decide::Fields& fields, std::string_view member) {
  if (fields.empty()) return {};
  const std::uint32_t child = fields.child(0, member);
  if (child == Fields::kEnd || fields.node(child).kind != Fields::Kind::text) return {};
  return fields.text(child);
}

}  // namespace caveat::wire
