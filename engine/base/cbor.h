// CBOR: deterministic encoding (RFC 8949 §4.2.1) and a strict decoder that refuses whatever the encoder would not
// write. Used for canonical packs, outcomes, record headers and bodies: bytes whose digests must never vary.
//
//   cbor::Encoder out;
//   out.map(2); out.integer(0); out.text("allow"); out.integer(1); out.bytes(digest);
//
// Promises   integers in shortest form; definite lengths; map keys in bytewise order of their encodings, none twice;
//            text is valid UTF-8; no floats (the product has none). Decoder: any other spelling is `bad_cbor` with its offset
// Cost       linear; the encoder appends to one string
// Source     RFC 8949 §3, §4.2.1
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

  const std::string& view() const { return out_; }
  std::string take() { return std::move(out_); }
  void clear() { out_.clear(); }

 private:
  void head(std::uint8_t major, std::uint64_t argument);
  std::string out_;
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
  const Value* find(std::int64_t key) const;      // in a map with integer keys
  const Value* find(std::string_view key) const;  // in a map with text keys
};

struct DecodeLimits {
  std::size_t depth = 64;
  std::size_t items = 1u << 20;
};

// The whole of `input` is one item, or a Problem (code `bad_cbor`) whose path is "/offset/N".
Result<Value> decode(std::string_view input, DecodeLimits limits = {});

}  // namespace caveat::cbor
