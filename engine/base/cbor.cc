#include "engine/base/cbor.h"

#include <cassert>
#include <limits>

#include "engine/base/codes.h"
#include "engine/base/utf8.h"

namespace caveat::cbor {
namespace {

constexpr std::uint8_t kUnsigned = 0, kNegative = 1, kBytes = 2, kText = 3, kArray = 4, kMap = 5, kTag = 6, kSimple = 7;
constexpr std::uint64_t kDecimalFraction = 4, kPositiveBignum = 2, kNegativeBignum = 3;

struct Fault {
  std::size_t offset;
  std::string_view expected;
  std::string_view found;
};

class Decoder {
 public:
  Decoder(std::string_view input, DecodeLimits limits) : input_(input), limits_(limits) {}

  Result<Value> whole() {
    Value value;
    if (!item(value, 0)) return failed();
    if (at_ != input_.size()) {
      fault_ = {at_, "the end", "more bytes after the item"};
      return failed();
    }
    return value;
  }

 private:
  bool fail(std::size_t offset, std::string_view expected, std::string_view found) {
    fault_ = {offset, expected, found};
    return false;
  }

  tl::unexpected<Problem> failed() const {
    return tl::unexpected(Problem{&codes::kBadCbor,
                                  {{.path = "/offset/" + std::to_string(fault_.offset),
                                    .expected = std::string(fault_.expected),
                                    .found = std::string(fault_.found),
                                    .nearest = {},
                                    .hint = {}}}});
  }

  bool head(std::uint8_t& major, std::uint64_t& argument) {
    const std::size_t begin = at_;
    if (at_ == input_.size()) return fail(begin, "an item", "the end");
    const auto first = static_cast<std::uint8_t>(input_[at_++]);
    major = first >> 5;
    const std::uint8_t info = first & 31;
    if (info < 24) {
      argument = info;
      return true;
    }
    if (info > 27) return fail(begin, "a definite length", info == 31 ? "an indefinite length" : "a reserved head");
    const std::size_t size = std::size_t{1} << (info - 24);
    if (major == kSimple)
      return fail(begin, "false, true or null", info == 24 ? "another simple value" : "a floating-point number");
    if (input_.size() - at_ < size) return fail(begin, "a whole head", "the end");
    argument = 0;
    for (std::size_t i = 0; i < size; ++i) argument = (argument << 8) | static_cast<std::uint8_t>(input_[at_++]);
    const bool shortest = size == 1 ? argument >= 24 : (argument >> (size * 4)) != 0;
    return shortest || fail(begin, "the shortest form of a number", "a longer one");
  }

  bool item(Value& value, std::size_t depth) {
    const std::size_t begin = at_;
    if (depth > limits_.depth) return fail(begin, "less nesting", "nesting beyond the limit");
    if (++items_ > limits_.items) return fail(begin, "fewer items", "items beyond the limit");
    std::uint8_t major = 0;
    std::uint64_t argument = 0;
    if (!head(major, argument)) return false;
    value.number = argument;
    const std::size_t left = input_.size() - at_;
    switch (major) {
      case kUnsigned:
        value.kind = Value::Kind::unsigned_integer;
        break;
      case kNegative:
        value.kind = Value::Kind::negative_integer;
        if (argument > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
          return fail(begin, "a number of 64 bits", "a smaller one");
        break;
      case kBytes:
      case kText: {
        value.kind = major == kBytes ? Value::Kind::bytes : Value::Kind::text;
        if (argument > left) return fail(begin, "a string within the input", "one that is cut off");
        value.string = input_.substr(at_, argument);
        if (major == kText) {
          const std::size_t invalid = first_invalid_utf8(value.string);
          if (invalid != std::string_view::npos) return fail(at_ + invalid, "UTF-8", "another byte");
        }
        at_ += argument;
        break;
      }
      case kArray: {
        value.kind = Value::Kind::array;
        if (argument > left) return fail(begin, "an array within the input", "one that is cut off");
        if (argument > limits_.items - items_) return fail(begin, "fewer items", "items beyond the limit");
        value.items.resize(argument);
        for (Value& each : value.items) {
          if (!item(each, depth + 1)) return false;
        }
        break;
      }
      case kMap: {
        value.kind = Value::Kind::map;
        if (argument > left / 2) return fail(begin, "a map within the input", "one that is cut off");
        if (argument * 2 > limits_.items - items_) return fail(begin, "fewer items", "items beyond the limit");
        value.items.resize(argument * 2);
        for (std::size_t i = 0; i < value.items.size(); i += 2) {
          const std::size_t key_at = at_;
          if (!item(value.items[i], depth + 1)) return false;
          if (i > 0 && value.items[i - 2].encoded >= value.items[i].encoded) {
            return fail(key_at, "map keys in bytewise order, each once",
                        value.items[i - 2].encoded == value.items[i].encoded ? "a key again" : "a smaller key");
          }
          if (!item(value.items[i + 1], depth + 1)) return false;
        }
        break;
      }
      case kTag: {
        value.kind = Value::Kind::tag;
        value.items.resize(1);
        if (!item(value.items[0], depth + 1)) return false;
        break;
      }
      default:
        if (argument == 20 || argument == 21) {
          value.kind = Value::Kind::boolean;
          value.number = argument - 20;
        } else if (argument == 22) {
          value.kind = Value::Kind::null;
          value.number = 0;
        } else {
          return fail(begin, "false, true or null", "another simple value");
        }
    }
    value.encoded = input_.substr(begin, at_ - begin);
    return true;
  }

  std::string_view input_;
  DecodeLimits limits_;
  std::size_t at_ = 0;
  std::size_t items_ = 0;
  Fault fault_{};
};

}  // namespace

void Encoder::head(std::uint8_t major, std::uint64_t argument) {
  const auto first = [&](std::uint64_t info) { return static_cast<char>((std::uint64_t{major} << 5) | info); };
  if (argument < 24) {
    out_.push_back(first(argument));
  } else if (argument <= 0xFF) {
    const char both[] = {first(24), static_cast<char>(argument)};
    out_.append(both, sizeof both);
  } else {
    const int width = argument <= 0xFFFF ? 1 : argument <= 0xFFFFFFFF ? 2 : 3;
    char all[9] = {first(static_cast<std::uint64_t>(24 + width))};
    std::size_t size = 1;
    for (int i = (1 << width) - 1; i >= 0; --i) all[size++] = static_cast<char>(argument >> (8 * i));
    out_.append(all, size);
  }
}

#ifdef NDEBUG
void Encoder::begin_item() {}
void Encoder::end_item() {}
void Encoder::open(std::size_t, bool) {}
void Encoder::reset() {}
#else
// Debug builds follow the open containers and hold each key against the one before.
void Encoder::begin_item() {
  if (tagged_) {
    tagged_ = false;  // the tag began this item
  } else {
    starts_.push_back(out_.size());
  }
}

void Encoder::end_item() {
  while (true) {
    const std::size_t begin = starts_.back();
    starts_.pop_back();
    if (open_.empty()) return;
    Open& in = open_.back();
    if (in.map && in.left % 2 == 0) {  // a key has ended
      std::string key = out_.substr(begin);
      assert((!in.keyed || in.last_key < key) && "map keys go in bytewise order of their encodings, each once");
      in.last_key = std::move(key);
      in.keyed = true;
    }
    if (--in.left > 0) return;
    open_.pop_back();  // the container itself has ended
  }
}

void Encoder::open(std::size_t count, bool map) {
  if (count == 0) {
    end_item();
  } else {
    open_.push_back({map ? count * 2 : count, map, false, {}});
  }
}

void Encoder::reset() {
  starts_.clear();
  open_.clear();
  tagged_ = false;
}
#endif

void Encoder::integer(std::int64_t value) {
  begin_item();
  if (value >= 0) {
    head(kUnsigned, static_cast<std::uint64_t>(value));
  } else {
    head(kNegative, static_cast<std::uint64_t>(-(value + 1)));
  }
  end_item();
}

void Encoder::unsigned_integer(std::uint64_t value) {
  begin_item();
  head(kUnsigned, value);
  end_item();
}

void Encoder::bytes(std::string_view value) {
  begin_item();
  head(kBytes, value.size());
  out_ += value;
  end_item();
}

void Encoder::text(std::string_view utf8) {
  assert(is_valid_utf8(utf8) && "texts are checked where they come in");
  begin_item();
  head(kText, utf8.size());
  out_ += utf8;
  end_item();
}

void Encoder::array(std::size_t count) {
  begin_item();
  head(kArray, count);
  open(count, false);
}

void Encoder::map(std::size_t pairs) {
  begin_item();
  head(kMap, pairs);
  open(pairs, true);
}

void Encoder::tag(std::uint64_t number) {
  begin_item();
  head(kTag, number);
#ifndef NDEBUG
  tagged_ = true;
#endif
}

void Encoder::boolean(bool value) {
  begin_item();
  head(kSimple, value ? 21 : 20);
  end_item();
}

void Encoder::null() {
  begin_item();
  head(kSimple, 22);
  end_item();
}

void Encoder::raw(std::string_view encoded) {
#ifdef NDEBUG
  out_ += encoded;
#else
  // Item by item, so that the containers are followed; `raw` is for parts that were encoded before and are small.
  while (!encoded.empty()) {
    const std::size_t size = item_size(encoded);
    assert(size != 0 && "raw takes whole items");
    begin_item();
    out_ += encoded.substr(0, size);
    end_item();
    encoded.remove_prefix(size);
  }
#endif
}

void Encoder::decimal(const Decimal& value) {
  if (const auto whole = value.as_int64()) {
    integer(*whole);
    return;
  }
  tag(kDecimalFraction);
  array(2);
  integer(-value.scale());
  const __int128 coefficient = value.coefficient();
  if (coefficient >= std::numeric_limits<std::int64_t>::min() &&
      coefficient <= std::numeric_limits<std::int64_t>::max()) {
    integer(static_cast<std::int64_t>(coefficient));
    return;
  }
  auto rest = static_cast<unsigned __int128>(coefficient < 0 ? -1 - coefficient : coefficient);
  std::string big;
  for (; rest != 0; rest >>= 8) big.insert(big.begin(), static_cast<char>(static_cast<std::uint8_t>(rest)));
  tag(coefficient < 0 ? kNegativeBignum : kPositiveBignum);
  bytes(big);
}

std::size_t item_size(std::string_view input) {
  std::size_t at = 0;
  std::uint64_t pending = 1;
  while (pending > 0) {
    if (at >= input.size()) return 0;
    const auto first = static_cast<std::uint8_t>(input[at++]);
    const std::uint8_t major = first >> 5;
    std::uint64_t argument = first & 31;
    if (argument > 27) return 0;
    if (argument >= 24) {
      const std::size_t size = std::size_t{1} << (argument - 24);
      if (input.size() - at < size) return 0;
      argument = 0;
      for (std::size_t i = 0; i < size; ++i) argument = (argument << 8) | static_cast<std::uint8_t>(input[at++]);
    }
    --pending;
    const std::size_t left = input.size() - at;
    if (major == kBytes || major == kText) {
      if (argument > left) return 0;
      at += argument;
    } else if (major == kArray || major == kMap) {
      if (argument > left) return 0;
      pending += major == kMap ? argument * 2 : argument;
    } else if (major == kTag) {
      ++pending;
    }
    if (pending > input.size()) return 0;
  }
  return at;
}

std::optional<std::int64_t> Value::as_integer() const {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (number > kMost) return {};
  if (kind == Kind::unsigned_integer) return static_cast<std::int64_t>(number);
  if (kind == Kind::negative_integer) return -1 - static_cast<std::int64_t>(number);
  return {};
}

std::optional<Decimal> Value::as_decimal() const {
  if (const auto whole = as_integer()) return Decimal(*whole);
  if (kind != Kind::tag || number != kDecimalFraction || items[0].kind != Kind::array || items[0].items.size() != 2)
    return {};
  const auto exponent = items[0].items[0].as_integer();
  const Value& mantissa = items[0].items[1];
  if (!exponent || *exponent > 0 || *exponent < -Decimal::kMaxScale) return {};
  __int128 coefficient = 0;
  if (const auto small = mantissa.as_integer()) {
    coefficient = *small;
  } else {
    if (mantissa.kind != Kind::tag || (mantissa.number != kPositiveBignum && mantissa.number != kNegativeBignum))
      return {};
    const Value& big = mantissa.items[0];
    if (big.kind != Kind::bytes || big.string.size() > 15) return {};  // 10^36 has 120 bits
    for (const char c : big.string) coefficient = (coefficient << 8) | static_cast<std::uint8_t>(c);
    if (mantissa.number == kNegativeBignum) coefficient = -1 - coefficient;
  }
  const auto value = Decimal::make(coefficient, static_cast<int>(-*exponent));
  if (!value) return {};
  // One spelling: what the encoder would not have written is none.
  Encoder again;
  again.decimal(*value);
  if (again.view() != encoded) return {};
  return value;
}

const Value* Value::find(std::int64_t key) const {
  if (kind != Kind::map) return nullptr;
  for (std::size_t i = 0; i < items.size(); i += 2) {
    if (items[i].as_integer() == key) return &items[i + 1];
  }
  return nullptr;
}

const Value* Value::find(std::string_view key) const {
  if (kind != Kind::map) return nullptr;
  for (std::size_t i = 0; i < items.size(); i += 2) {
    if (items[i].kind == Kind::text && items[i].string == key) return &items[i + 1];
  }
  return nullptr;
}

Result<Value> decode(std::string_view input, DecodeLimits limits) { return Decoder(input, limits).whole(); }

}  // namespace caveat::cbor
