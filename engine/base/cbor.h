// CBOR: deterministic encoding (RFC 8949 §4.2.1) and a strict decoder that refuses whatever the encoder would not write.
// Used for canonical packs, outcomes, record headers and bodies: bytes whose digests must never vary.
//
//   cbor::Encoder out;
//   out.map(2); out.integer(0); out.text("allow"); out.integer(1); out.bytes(digest);
//
// Promises   integers in shortest form; definite lengths; map keys in bytewise order of their encodings, none twice; text is
//            valid UTF-8; no floats (the product has none), no integer below −2^63. Decoder: any other spelling is `bad_cbor`
//            with its offset
// Cost       linear; the encoder appends to one string
// Source     RFC 8949 §3, §4.2.1
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/decimal.h"
#include "engine/base/result.h"

namespace caveat::cbor {

// Writes in the order called. For maps the caller writes keys in bytewise order of their encodings (small integers
// ascending are); debug builds assert it.
class Encoder {
 public:
  void integer(std::int64_t value);
  void unsigned_integer(std::uint64_t value);
  void bytes(std::string_view value);
  void text(std::string_view utf8);
  void array(std::size_t count);
  void map(std::size_t pairs);
  void tag(std::uint64_t number);
  void boolean(bool value);
  void null();
  void raw(std::string_view encoded);  // one or more complete items, already deterministic
  void decimal(
      const Decimal& value);  // an integer where it is one of 64 bits, else tag 4 [−scale, coefficient] (§3.4.4)

  void reserve(std::size_t bytes) { out_.reserve(bytes); }
  const std::string& view() const { return out_; }
  std::string take() {
    reset();
    return std::exchange(out_, {});
  }
  void clear() {
    reset();
    out_.clear();
  }

 private:
  void head(std::uint8_t major, std::uint64_t argument);
  void begin_item();
  void end_item();
  void open(std::size_t count, bool map);
  void reset();
  std::string out_;
#ifndef NDEBUG
  struct Open {
    std::size_t left;
    bool map;
    bool keyed;
    std::string last_key;
  };
  std::vector<std::size_t> starts_;
  std::vector<Open> open_;
  bool tagged_ = false;
#endif
};

// A decoded item. Byte and text strings are views into the input.
struct Value {
  enum class Kind : std::uint8_t { unsigned_integer, negative_integer, bytes, text, array, map, tag, boolean, null };
  Kind kind = Kind::null;
  std::uint64_t number = 0;  // unsigned value; n of -1-n; tag number; 0/1 of a boolean
  std::string_view string;   // bytes or text
  std::vector<Value> items;  // array elements; map as key, value, key, value…; a tag's content
  std::string_view encoded;  // the bytes of this very item

  std::optional<std::int64_t> as_integer() const;
  std::optional<Decimal> as_decimal() const;      // as `Encoder::decimal` writes it, no other way
  const Value* find(std::int64_t key) const;      // in a map with integer keys
  const Value* find(std::string_view key) const;  // in a map with text keys
};

struct DecodeLimits {
  std::size_t depth = 64;
  std::size_t items = 1u << 20;
};

// The whole of `input` is one item, or a Problem (code `bad_cbor`) whose path is "/offset/N".
Result<Value> decode(std::string_view input, DecodeLimits limits = {});

// Bytes of the first item of `input` by its heads alone (nothing else is judged), or 0 if it is not whole.
std::size_t item_size(std::string_view input);

}  // namespace caveat::cbor
