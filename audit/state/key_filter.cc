#include "audit/state/key_filter.h"

#include <algorithm>
#include <cstring>

namespace caveat::audit {

namespace {

constexpr int kBitsAKey = 6;

struct Place {
  std::uint64_t line, bits;
};
Place place_of(const TagValue& key) {
  Place place{};
  static_assert(sizeof place == sizeof key);
  std::memcpy(&place, key.data(), sizeof place);
  return place;
}

}  // namespace

void KeyFilter::add(const TagValue& key) {
  if (layers_.empty() || layers_.back().keys >= layers_.back().lines.size() * kKeysALine)
    layers_.emplace_back(layers_.empty() ? kFirstLines : 2 * layers_.back().lines.size());
  Layer& layer = layers_.back();
  ++layer.keys;
  auto [line, bits] = place_of(key);
  Line& set = layer.lines[line % layer.lines.size()];
  for (int i = 0; i < kBitsAKey; ++i, bits >>= 9) set[bits % 8] |= std::uint64_t{1} << (bits / 8 % 64);
}

bool KeyFilter::may_have(const TagValue& key) const {
  const Place place = place_of(key);
  return std::any_of(layers_.begin(), layers_.end(), [&](const Layer& layer) {
    const Line& set = layer.lines[place.line % layer.lines.size()];
    std::uint64_t bits = place.bits;
    for (int i = 0; i < kBitsAKey; ++i, bits >>= 9)
      if ((set[bits % 8] >> (bits / 8 % 64) & 1) == 0) return false;
    return true;
  });
}

std::size_t KeyFilter::memory() const {
  std::size_t bytes = 0;
  for (const Layer& layer : layers_) bytes += layer.lines.size() * sizeof(Line);
  return bytes;
}

}  // namespace caveat::audit
