// Mutations of CBOR that keep it CBOR: an element more or less, a number one off, a string grown, a pair that is another's. Bytes
// alone hardly ever change the count in a head and put the element behind it that the count speaks of; one such change is enough for
// a mistaken count, length or key to be met. One in four times the bytes are changed as they come, so that what is no CBOR is seen too.
//
//   extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
//     return caveat::mutate_cbor(data, size, most, seed, 1);   // behind the first byte
//   }
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/cbor.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace caveat {

struct Mutable {  // an item that owns what it holds
  cbor::Value::Kind kind = cbor::Value::Kind::null;
  std::uint64_t number = 0;
  std::string string;
  std::vector<Mutable> items;
};

class CborMutator {
 public:
  explicit CborMutator(unsigned seed) : dice_(seed) {}

  std::string changed(const cbor::Value& from) {
    Mutable whole = owned(from);
    for (int changes = 1 + roll(3); changes > 0; --changes) {
      std::vector<Mutable*> all;
      collect(whole, all);
      change(*all[static_cast<std::size_t>(roll(static_cast<int>(all.size())))], all);
    }
    std::string out;
    write(whole, out);
    return out;
  }

 private:
  using Kind = cbor::Value::Kind;
  std::minstd_rand dice_;

  int roll(int sides) { return static_cast<int>(dice_() >> 8) % sides; }
  static Mutable owned(const cbor::Value& from) {
    Mutable made{from.kind, from.number, std::string(from.string), {}};
    for (const cbor::Value& item : from.items) made.items.push_back(owned(item));
    return made;
  }
  static void collect(Mutable& item, std::vector<Mutable*>& all) {
    all.push_back(&item);
    for (Mutable& each : item.items) collect(each, all);
  }

  void change(Mutable& item, const std::vector<Mutable*>& all) {
    const auto at = [&](std::size_t size) { return static_cast<std::ptrdiff_t>(roll(static_cast<int>(size))); };
    switch (item.kind) {
      case Kind::unsigned_integer:
      case Kind::negative_integer:
      case Kind::tag:
        item.number = roll(4) == 0 ? static_cast<std::uint64_t>(roll(1 << 16))
                                   : item.number + static_cast<std::uint64_t>(roll(17) - 8);
        return;
      case Kind::boolean:
        item.number ^= 1;
        return;
      case Kind::bytes:
      case Kind::text: {
        std::string grown = item.string;
        grown.resize(item.string.size() + 16);
        grown.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(grown.data()), item.string.size(), grown.size()));
        if (item.kind == Kind::text && roll(8) != 0)  // mostly text still
          for (char& c : grown) c = static_cast<char>(c & 0x7f);
        item.string = std::move(grown);
        return;
      }
      case Kind::array: {
        if (item.items.empty() || roll(3) == 0) {  // one of the others: of this list, or from anywhere
          const Mutable other = item.items.empty() || roll(4) == 0
                                    ? *all[static_cast<std::size_t>(at(all.size()))]
                                    : item.items[static_cast<std::size_t>(at(item.items.size()))];
          item.items.insert(item.items.begin() + at(item.items.size() + 1), other);
        } else if (roll(2) == 0) {
          // The same once more behind it, further on: a list of places rises.
          Mutable next = item.items.back();
          rise(next);
          item.items.push_back(std::move(next));
        } else {
          item.items.erase(item.items.begin() + at(item.items.size()));
        }
        return;
      }
      case Kind::map: {
        const std::size_t pairs = item.items.size() / 2;
        if (pairs > 0 && roll(2) == 0) {
          const auto first = item.items.begin() + 2 * at(pairs);
          item.items.erase(first, first + 2);
        } else {
          Mutable key{Kind::unsigned_integer, static_cast<std::uint64_t>(roll(16)), {}, {}};
          if (pairs > 0 && item.items[0].kind == Kind::text)
            key = item.items[0], key.string += static_cast<char>('a' + roll(26));
          Mutable held = *all[static_cast<std::size_t>(at(all.size()))];  // which may lie in this very map
          item.items.push_back(std::move(key));
          item.items.push_back(std::move(held));
        }
        sort_pairs(item);
        return;
      }
      case Kind::null:
        item = Mutable(*all[static_cast<std::size_t>(at(all.size()))]);
    }
  }
  void rise(Mutable& item) {
    if (item.kind == Kind::unsigned_integer) item.number += static_cast<std::uint64_t>(roll(16));
    for (Mutable& each : item.items) rise(each);
  }
  static void sort_pairs(Mutable& map) {
    std::vector<std::pair<std::string, std::pair<Mutable, Mutable>>> pairs;
    for (std::size_t i = 0; i + 1 < map.items.size(); i += 2) {
      std::string key;
      write(map.items[i], key);
      pairs.push_back({std::move(key), {map.items[i], map.items[i + 1]}});
    }
    std::sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    map.items.clear();
    for (auto& [key, pair] : pairs) {
      map.items.push_back(std::move(pair.first));
      map.items.push_back(std::move(pair.second));
    }
  }

  // Not by the encoder, which asserts that it is used well.
  static void head(unsigned major, std::uint64_t number, std::string& out) {
    const auto first = [&](unsigned low) { out += static_cast<char>(major << 5 | low); };
    const int bytes = number < 24 ? 0 : number <= 0xff ? 1 : number <= 0xffff ? 2 : number <= 0xffffffff ? 4 : 8;
    first(bytes == 0 ? static_cast<unsigned>(number) : bytes == 1 ? 24 : bytes == 2 ? 25 : bytes == 4 ? 26 : 27);
    for (int at = bytes - 1; at >= 0; --at) out += static_cast<char>(number >> (8 * at) & 0xff);
  }
  static void write(const Mutable& item, std::string& out) {
    switch (item.kind) {
      case Kind::unsigned_integer:
        return head(0, item.number, out);
      case Kind::negative_integer:
        return head(1, item.number, out);
      case Kind::bytes:
      case Kind::text:
        head(item.kind == Kind::bytes ? 2 : 3, item.string.size(), out);
        out += item.string;
        return;
      case Kind::array:
        head(4, item.items.size(), out);
        break;
      case Kind::map:
        head(5, item.items.size() / 2, out);
        break;
      case Kind::tag:
        head(6, item.number, out);
        break;
      case Kind::boolean:
        out += static_cast<char>(item.number == 1 ? 0xf5 : 0xf4);
        return;
      case Kind::null:
        out += static_cast<char>(0xf6);
        return;
    }
    for (const Mutable& each : item.items) write(each, out);
  }
};

// What stands before the first `prefix` bytes is left as it is, but for the changes of bytes.
inline std::size_t mutate_cbor(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed,
                               std::size_t prefix) {
  if (seed % 4 == 0 || size <= prefix) return LLVMFuzzerMutate(data, size, most);
  const std::string bytes(reinterpret_cast<const char*>(data) + prefix, size - prefix);
  const Result<cbor::Value> whole = cbor::decode(bytes);
  if (!whole) return LLVMFuzzerMutate(data, size, most);
  const std::string made = CborMutator(seed).changed(*whole);
  if (made.size() + prefix > most) return LLVMFuzzerMutate(data, size, most);
  std::memcpy(data + prefix, made.data(), made.size());
  return made.size() + prefix;
}

}  // namespace caveat
