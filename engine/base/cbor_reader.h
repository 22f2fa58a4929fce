// CBOR, item after item: a cursor over the bytes that takes what is next if it is what the caller expects. For layouts that the
// caller knows and reads by the thousand; `decode` makes a tree of any item, and has the words for one that is refused.
//
//   cbor::Reader in(bytes);
//   std::uint64_t pairs = 0, index = 0;
//   const bool good = in.map(pairs) && pairs == 1 && in.key(1) && in.number(index) && in.at_end();
//
// Promises   takes an item only in the one spelling that `decode` takes: shortest heads, definite lengths, UTF-8, the same limits.
//            `item` judges the order of map keys; who takes a map apart asks for its keys in their order. After a `false` the
//            place is no longer known
// Lifetime   strings are views into the input
// Cost       linear, no allocation
// Source     RFC 8949 §3, §4.2.1
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "engine/base/cbor.h"
#include "engine/base/utf8.h"

namespace caveat::cbor {

class Reader {
 public:
  explicit Reader(std::string_view input, DecodeLimits limits = {})
      : at_(input.data()), end_(input.data() + input.size()), limits_(limits) {}

  bool number(std::uint64_t& value) { return head(0, value); }
  bool key(std::uint64_t expected) {  // a small key of a map; also any other number that has to stand here
    std::uint64_t value = 0;
    return head(0, value) && value == expected;
  }
  bool bytes(std::string_view& value) { return string(2, value); }
  template <std::size_t Size>
  bool bytes_of(std::string_view& value) {  // so many
    static_assert(Size >= 24 && Size < 256);
    constexpr std::size_t kHead = 2;
    if (left() < kHead + Size || items_ == limits_.items || static_cast<unsigned char>(at_[0]) != (2u << 5 | 24u) ||
        static_cast<unsigned char>(at_[1]) != Size)
      return false;
    ++items_;
    value = {at_ + kHead, Size};
    at_ += kHead + Size;
    return true;
  }
  bool text(std::string_view& value) { return string(3, value) && is_valid_utf8(value); }
  bool array(std::uint64_t& count) { return head(4, count) && count <= left(); }
  bool map(std::uint64_t& pairs) { return head(5, pairs) && pairs <= left() / 2; }
  bool boolean(bool& value) {
    std::uint64_t simple = 0;
    if (!head(7, simple) || (simple != 20 && simple != 21)) return false;
    value = simple == 21;
    return true;
  }

  // Any item, judged whole; `encoded`: its bytes. Depth: how many it stands in.
  bool item(std::string_view& encoded, std::size_t depth = 0) {
    const char* const begin = at_;
    if (!any(depth)) return false;
    encoded = {begin, static_cast<std::size_t>(at_ - begin)};
    return true;
  }

  bool at_end() const { return at_ == end_; }
  std::string_view rest() const { return {at_, left()}; }

 private:
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  bool head(unsigned major, std::uint64_t& argument) {
    if (at_ == end_ || items_ == limits_.items) return false;
    const unsigned rest = static_cast<unsigned char>(*at_) ^ major << 5;
    if (rest >= 24) return rest < 32 && head(argument);
    ++items_;
    ++at_;
    argument = rest;  // as most are: nothing follows the first byte
    return true;
  }

  // Of an item that is there, of whatever kind.
  bool head(std::uint64_t& argument) {
    ++items_;
    const auto first = static_cast<unsigned char>(*at_++);
    const unsigned info = first & 31u;
    if (info < 24) {
      argument = info;
      return true;
    }
    if (info > 27 || first >> 5 == 7) return false;
    const std::size_t size = std::size_t{1} << (info - 24);
    if (left() < size) return false;
    argument = 0;
    for (std::size_t i = 0; i < size; ++i) argument = argument << 8 | static_cast<unsigned char>(*at_++);
    return size == 1 ? argument >= 24 : argument >> (size * 4) != 0;
  }

  bool string(unsigned major, std::string_view& value) {
    std::uint64_t size = 0;
    if (!head(major, size) || size > left()) return false;
    value = {at_, static_cast<std::size_t>(size)};
    at_ += size;
    return true;
  }

  bool any(std::size_t depth) {
    if (depth > limits_.depth || at_ == end_ || items_ == limits_.items) return false;
    const unsigned major = static_cast<unsigned char>(*at_) >> 5;
    std::uint64_t argument = 0;
    if (!head(argument)) return false;
    switch (major) {
      case 0:
        return true;
      case 1:
        return argument <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
      case 2:
      case 3: {
        if (argument > left()) return false;
        const std::string_view value(at_, static_cast<std::size_t>(argument));
        at_ += argument;
        return major == 2 || is_valid_utf8(value);
      }
      case 4:
        if (argument > left()) return false;
        for (; argument > 0; --argument)
          if (!any(depth + 1)) return false;
        return true;
      case 5: {
        if (argument > left() / 2) return false;
        std::string_view before;
        for (std::uint64_t i = 0; i < argument; ++i) {
          const char* const begin = at_;
          if (!any(depth + 1)) return false;
          const std::string_view name(begin, static_cast<std::size_t>(at_ - begin));
          if ((i > 0 && before >= name) || !any(depth + 1)) return false;
          before = name;
        }
        return true;
      }
      case 6:
        return any(depth + 1);
      default:
        return argument >= 20 && argument <= 22;
    }
  }

  const char* at_;
  const char* end_;
  DecodeLimits limits_;
  std::size_t items_ = 0;
};

}  // namespace caveat::cbor
