#include "adapters/wire/digest.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace caveat::wire {

using decide::Fields;

namespace {

// A number by its value alone: significant digits and a power of ten, whatever the spelling.
std::string by_value(std::string_view spelling) {
  if (spelling.find_first_not_of("0123456789") == std::string_view::npos) {  // most are whole
    const std::size_t last = spelling.find_last_not_of('0');
    if (last == std::string_view::npos) return "0";
    return std::string(spelling.substr(0, last + 1)) + "e" + std::to_string(spelling.size() - 1 - last);
  }
  std::size_t i = 0;
  const bool negative = spelling[0] == '-';
  if (negative) ++i;
  std::string digits;
  std::int64_t power = 0;
  bool point = false;
  for (; i < spelling.size() && spelling[i] != 'e' && spelling[i] != 'E'; ++i) {
    if (spelling[i] == '.') {
      point = true;
      continue;
    }
    digits += spelling[i];
    if (point) --power;
  }
  const std::size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) return "0";
  digits.erase(0, first);
  if (i < spelling.size()) {
    ++i;
    const bool down = spelling[i] == '-';
    if (spelling[i] == '-' || spelling[i] == '+') ++i;
    std::int64_t exponent = 0;
    for (; i < spelling.size(); ++i) {
      exponent = exponent * 10 + (spelling[i] - '0');
      if (exponent > 1'000'000'000) return std::string(spelling);  // no value of ours; told apart by its spelling
    }
    power += down ? -exponent : exponent;
  }
  while (digits.back() == '0') {
    digits.pop_back();
    ++power;
  }
  return (negative ? "-" : "") + digits + "e" + std::to_string(power);
}

constexpr std::uint8_t kText = 3, kArray = 4, kMap = 5, kTag = 6;  // major types (RFC 8949, 3.1)
constexpr std::uint64_t kNumberTag = 60'000;                       // only hashed, never stored: tells 1 from "1"
constexpr char kFalse = '\xf4', kTrue = '\xf5', kNull = '\xf6';

// Of a turn: what is not what it would do.
bool is_around(std::string_view member) {
  static constexpr std::string_view kAround[] = {"id",           "at",        "bot",     "language",  "jurisdictions",
                                                 "conversation", "customer",  "message", "continues", "satisfied",
                                                 "offsets",      "provenance"};
  return std::find(std::begin(kAround), std::end(kAround), member) != std::end(kAround);
}

// The bytes that are hashed: CBOR as cbor::Encoder would write it, of which nothing is looked at again. Room is asked for once an item.
class Writer {
 public:
  static constexpr std::size_t kHead = 9, kWord = 16;

  void clear() { at_ = 0; }
  std::size_t size() const { return at_; }
  std::string_view view() const { return {bytes_.data(), at_}; }
  // For an item with this much text: heads and the rounding up of a copy are beside it.
  void need(std::size_t text) {
    constexpr std::size_t kBeside = 3 * kHead + 2 * kWord;
    if (bytes_.size() - at_ < text + kBeside) bytes_.resize(2 * bytes_.size() + text + kBeside);
  }

  void head(std::uint8_t major, std::uint64_t argument) {
    const auto first = static_cast<std::uint8_t>(major << 5);
    if (argument < 24) {
      byte(static_cast<char>(first | argument));
      return;
    }
    const int log = argument <= 0xff ? 0 : argument <= 0xffff ? 1 : argument <= 0xffffffff ? 2 : 3;
    byte(static_cast<char>(first | (24 + log)));
    for (int shift = (8 << log) - 8; shift >= 0; shift -= 8) byte(static_cast<char>(argument >> shift));
  }
  void byte(char one) { bytes_[at_++] = one; }
  // `padded`: a word can be read from where it begins.
  void padded(std::string_view text) {
    head(kText, text.size());
    std::memcpy(bytes_.data() + at_, text.data(), kWord);
    if (text.size() > kWord) std::memcpy(bytes_.data() + at_ + kWord, text.data() + kWord, text.size() - kWord);
    at_ += text.size();
  }
  void plain(std::string_view text) {
    std::memcpy(bytes_.data() + at_, text.data(), text.size());
    at_ += text.size();
  }

 private:
  std::vector<char> bytes_ = std::vector<char>(4'096);
  std::size_t at_ = 0;
};

struct Placed {
  std::uint64_t rank;  // by its length, then its first bytes: what is of one rank is looked at whole
  std::uint32_t index;
};

struct Piece {  // of what was written
  std::size_t first, end;
};

struct Memory {  // one a thread: keeps what it has grown to
  Writer all, matter;
  std::vector<Placed> members;  // of all objects that are open
  std::vector<Piece> pieces;
};

class Canonical {
 public:
  Canonical(const Fields& fields, Memory& memory)
      : nodes_(fields.nodes()), texts_(fields.texts()), out_(memory.all), members_(memory.members) {
    out_.clear();
    members_.clear();
    out_.need(nodes_[0].text_size);
  }

  void item(std::uint32_t index) {
    const Fields::Node& node = nodes_[index];
    switch (node.kind) {
      case Fields::Kind::null:
        return out_.byte(kNull);
      case Fields::Kind::boolean:
        return out_.byte(node.boolean ? kTrue : kFalse);
      case Fields::Kind::text:
        return out_.padded({texts_ + node.text, node.text_size});
      case Fields::Kind::number:
        return number({texts_ + node.text, node.text_size});
      case Fields::Kind::list: {
        out_.head(kArray, node.elements());
        for (std::uint32_t child = node.first; child != Fields::kEnd; child = nodes_[child].next) {
          out_.need(nodes_[child].text_size);
          item(child);
        }
        return;
      }
      case Fields::Kind::object:
        return object(node, [](std::string_view, Piece) {});
    }
  }

  // The root, and of each of its members whose name `look` is told what was written.
  template <class Look>
  void object(const Fields::Node& node, Look look) {
    const std::size_t first = sorted(node), end = members_.size();
    out_.head(kMap, end - first);
    for (std::size_t i = first; i < end; ++i) {
      const std::uint32_t index = members_[i].index;
      const Fields::Node& member = nodes_[index];
      const std::size_t begin = out_.size();
      out_.need(member.name_size + member.text_size);
      out_.padded(name(index));
      item(index);
      look(name(index), Piece{begin, out_.size()});
    }
    members_.resize(first);
  }

 private:
  std::string_view name(std::uint32_t index) const { return {texts_ + nodes_[index].name, nodes_[index].name_size}; }

  // Its children in order of their encodings: shorter names first, then bytewise. Where they begin.
  std::size_t sorted(const Fields::Node& node) {
    constexpr std::size_t kFew = 16;  // that are put in their place one by one; a hostile body has many
    const std::size_t first = members_.size();
    for (std::uint32_t child = node.first; child != Fields::kEnd; child = nodes_[child].next) {
      members_.push_back({rank(name(child)), child});
      if (members_.size() - first > kFew) continue;
      const Placed one = members_.back();
      std::size_t at = members_.size() - 1;
      for (; at > first && before(one, members_[at - 1]); --at) members_[at] = members_[at - 1];
      members_[at] = one;
    }
    if (members_.size() - first > kFew)
      std::sort(members_.begin() + static_cast<std::ptrdiff_t>(first), members_.end(),
                [this](const Placed& a, const Placed& b) { return before(a, b); });
    return first;
  }

  static std::uint64_t rank(std::string_view name) {
    constexpr std::size_t kBytes = 7;
    static_assert(std::endian::native == std::endian::little);
    std::uint64_t word = 0;
    std::memcpy(&word, name.data(), sizeof word);
    word = __builtin_bswap64(word) >> 8;
    if (name.size() < kBytes) word &= ~std::uint64_t{0} << 8 * (kBytes - name.size());
    return std::uint64_t{std::min<std::size_t>(name.size(), 255)} << 56 | word;
  }
  bool before(const Placed& a, const Placed& b) const {
    if (a.rank != b.rank) return a.rank < b.rank;
    const std::string_view left = name(a.index), right = name(b.index);
    return left.size() != right.size() ? left.size() < right.size() : left < right;
  }

  void number(std::string_view spelling) {
    out_.head(kTag, kNumberTag);
    const std::size_t last = spelling.find_last_not_of('0');
    constexpr std::size_t kLongest = 18;
    if (spelling.size() > kLongest || last == std::string_view::npos || !is_whole(spelling)) {
      const std::string value = by_value(spelling);
      out_.need(value.size());
      out_.head(kText, value.size());
      return out_.plain(value);
    }
    const std::size_t zeros = spelling.size() - 1 - last;
    out_.head(kText, last + 2 + (zeros < 10 ? 1 : 2));
    out_.plain(spelling.substr(0, last + 1));
    out_.byte('e');
    if (zeros >= 10) out_.byte('1');
    out_.byte(static_cast<char>('0' + zeros % 10));
  }
  static bool is_whole(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  }

  const Fields::Node* const nodes_;
  const char* const texts_;
  Writer& out_;
  std::vector<Placed>& members_;
};

Memory& memory() {
  thread_local Memory one;
  return one;
}

}  // namespace

Digest canonical_digest(const Fields& fields) {
  if (fields.empty()) return sha256({});
  Memory& here = memory();
  Canonical(fields, here).item(0);
  return sha256(here.all.view());
}

TurnDigests turn_digests(const Fields& fields) {
  const Fields::Node* const root = fields.empty() ? nullptr : &fields.node(0);
  if (root == nullptr || root->kind != Fields::Kind::object) {
    const Digest whole = canonical_digest(fields);
    return {whole, whole};
  }
  Memory& here = memory();
  here.pieces.clear();
  Canonical(fields, here).object(*root, [&](std::string_view name, Piece piece) {
    if (!is_around(name)) here.pieces.push_back(piece);
  });
  here.matter.clear();
  here.matter.need(0);
  here.matter.head(kMap, here.pieces.size());
  for (const Piece& piece : here.pieces) {  // they stand in order, and are written as they would be alone
    here.matter.need(piece.end - piece.first);
    here.matter.plain(here.all.view().substr(piece.first, piece.end - piece.first));
  }
  return {sha256(here.all.view()), sha256(here.matter.view())};
}

}  // namespace caveat::wire
