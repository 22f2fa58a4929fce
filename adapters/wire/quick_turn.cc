#include "adapters/wire/quick_turn.h"

#include <simdjson.h>

#include <bit>
#include <cstdint>
#include <cstring>

namespace caveat::wire {
namespace {

using decide::Fields;
using Kind = Fields::Kind;

constexpr std::size_t kDepth = 16;     // deeper ones are rare
constexpr std::size_t kMembers = 256;  // of one object; a walk over more would cost their square
constexpr std::uint64_t kOnes = 0x0101010101010101u, kHigh = 0x8080808080808080u;

std::uint64_t eight(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, 8);
  return word;
}
// The lowest marked byte is right; those above it may be marked for nothing.
std::uint64_t equal_to(std::uint64_t word, char c) {
  const std::uint64_t x = word ^ (kOnes * static_cast<unsigned char>(c));
  return (x - kOnes) & ~x & kHigh;
}
std::uint64_t controls(std::uint64_t word) { return (word - kOnes * 0x20) & ~word & kHigh; }

class QuickReader {
 public:
  QuickReader(std::string_view json, Fields& fields, const Limits& limits)
      : fields_(fields), limits_(limits), start_(fields.take(json)), at_(start_), end_(start_ + json.size()) {}

  bool read() {
    blanks();
    if (*at_ != '{') return false;
    const std::uint32_t root = fields_.add_at(Fields::kEnd, 0, 0, Kind::object);
    if (!object(root, 1)) return false;
    blanks();
    if (at_ != end_) return false;
    // Half a pair is no UTF-8, so this finds it too.
    return !beyond_ascii_ || simdjson::validate_utf8(start_, static_cast<std::size_t>(end_ - start_));
  }

 private:
  Fields& fields_;
  const Limits& limits_;
  const char* start_;
  const char* at_;
  const char* end_;
  bool beyond_ascii_ = false;
  bool in_free_part_ = false;  // below answer, message, …: their `text` is judged as it came

  struct Place {
    std::uint32_t at = 0, size = 0;
  };

  void blanks() {
    while (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t') ++at_;
  }
  std::uint32_t offset(const char* at) const { return static_cast<std::uint32_t>(at - start_); }
  std::string_view view(Place place) const { return {start_ + place.at, place.size}; }

  // From the opening quote; false: something that this reader leaves to the full one.
  bool string(Place& place, bool free_text) {
    const char* from = ++at_;
    for (;;) {  // the zeros behind the bytes end it
      const std::uint64_t word = eight(at_);
      const std::uint64_t marks = equal_to(word, '"') | equal_to(word, '\\') | controls(word) | (word & kHigh);
      if (marks == 0) {
        at_ += 8;
        continue;
      }
      at_ += std::countr_zero(marks) / 8;
      const auto c = static_cast<unsigned char>(*at_);
      if (c == '"') break;
      if (c < 0x80) return false;
      if (!free_text) {  // no non-characters outside of texts: they begin with these bytes
        while (static_cast<unsigned char>(*at_) >= 0x80) {
          if (static_cast<unsigned char>(*at_) >= 0xED) return false;
          ++at_;
        }
      } else {
        while (static_cast<unsigned char>(*at_) >= 0x80) ++at_;
      }
      beyond_ascii_ = true;
    }
    place = {offset(from), static_cast<std::uint32_t>(at_ - from)};
    ++at_;
    return true;
  }

  bool number(Place& place) {
    const char* from = at_;
    const auto digits = [this] {
      const char* first = at_;
      while (*at_ >= '0' && *at_ <= '9') ++at_;
      return at_ - first;
    };
    if (*at_ == '-') ++at_;
    const char* whole = at_;
    const auto count = digits();
    if (count == 0 || (count > 1 && *whole == '0')) return false;
    if (*at_ == '.') {
      ++at_;
      if (digits() == 0) return false;
    }
    if (*at_ == 'e' || *at_ == 'E') {
      ++at_;
      if (*at_ == '+' || *at_ == '-') ++at_;
      if (digits() == 0) return false;
    }
    place = {offset(from), static_cast<std::uint32_t>(at_ - from)};
    return true;
  }

  bool word(const char* expected, std::size_t size) {
    if (std::memcmp(at_, expected, size) != 0) return false;
    at_ += size;
    return true;
  }

  bool object(std::uint32_t node, std::size_t depth) {
    ++at_;
    blanks();
    if (*at_ == '}') {
      ++at_;
      return true;
    }
    std::uint64_t seen = 0;
    for (std::size_t members = 0;; ++members) {
      if (*at_ != '"' || members == kMembers) return false;
      Place name;
      if (!string(name, false)) return false;
      // Each member once: a bit tells that there may be another of this name.
      const unsigned char first = static_cast<unsigned char>(start_[name.at]);
      const unsigned char last = static_cast<unsigned char>(start_[name.at + name.size - 1]);
      const std::uint64_t bit = std::uint64_t{1} << ((first * 7u + last * 29u + name.size * 11u) % 64);
      if ((seen & bit) != 0 && fields_.child(node, view(name)) != Fields::kEnd) return false;
      seen |= bit;
      blanks();
      if (*at_ != ':') return false;
      ++at_;
      blanks();
      if (depth == 1) {
        const std::string_view part = view(name);
        in_free_part_ = part == "answer" || part == "message" || part == "outreach" || part == "material";
      }
      if (!value(node, name, depth)) return false;
      blanks();
      if (*at_ == ',') {
        ++at_;
        blanks();
        continue;
      }
      if (*at_ != '}') return false;
      ++at_;
      return true;
    }
  }

  bool list(std::uint32_t node, std::size_t depth) {
    ++at_;
    blanks();
    if (*at_ == ']') {
      ++at_;
      return true;
    }
    for (std::size_t count = 1;; ++count) {
      if (count > limits_.list_elements || !value(node, {}, depth)) return false;
      blanks();
      if (*at_ == ',') {
        ++at_;
        blanks();
        continue;
      }
      if (*at_ != ']') return false;
      ++at_;
      return true;
    }
  }

  bool value(std::uint32_t parent, Place name, std::size_t depth) {
    const auto add = [&](Kind kind) { return fields_.add_at(parent, name.at, name.size, kind); };
    Place place;
    switch (*at_) {
      case '"': {
        const bool free_text = in_free_part_ && depth > 1 && view(name) == "text";
        if (!string(place, free_text)) return false;
        fields_.set_text_at(add(Kind::text), place.at, place.size);
        return true;
      }
      case '{':
        return depth < kDepth && depth < limits_.request_depth && object(add(Kind::object), depth + 1);
      case '[':
        return depth < kDepth && depth < limits_.request_depth && list(add(Kind::list), depth + 1);
      case 't':
        if (!word("true", 4)) return false;
        fields_.set_boolean(add(Kind::boolean), true);
        return true;
      case 'f':
        if (!word("false", 5)) return false;
        add(Kind::boolean);
        return true;
      case 'n':
        if (!word("null", 4)) return false;
        add(Kind::null);
        return true;
      default:
        if (!number(place)) return false;
        fields_.set_text_at(add(Kind::number), place.at, place.size);
        return true;
    }
  }
};

}  // namespace

bool read_quickly(std::string_view json, Fields& fields, const Limits& limits) {
  return QuickReader(json, fields, limits).read();
}

}  // namespace caveat::wire
