#include "adapters/wire/digest.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/cbor.h"

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

constexpr std::uint64_t kNumberTag = 60'000;  // only hashed, never stored: tells 1 from "1"

// Of a turn: what is not what it would do.
bool is_around(std::string_view member) {
  static constexpr std::string_view kAround[] = {"id",           "at",        "bot",     "language",  "jurisdictions",
                                                 "conversation", "customer",  "message", "continues", "satisfied",
                                                 "offsets",      "provenance"};
  return std::find(std::begin(kAround), std::end(kAround), member) != std::end(kAround);
}

// `members` is room for the children of what is open; it comes back as it was.
void canonical(const Fields& fields, std::uint32_t index, cbor::Encoder& out, std::vector<std::uint32_t>& members,
               bool (*left_out)(std::string_view) = nullptr) {
  const Fields::Node& node = fields.node(index);
  const std::size_t first = members.size();
  for (std::uint32_t child = node.first; child != Fields::kEnd; child = fields.node(child).next)
    if (left_out == nullptr || !left_out(fields.name(child))) members.push_back(child);
  const std::size_t end = members.size();
  switch (node.kind) {
    case Fields::Kind::null:
      out.null();
      break;
    case Fields::Kind::boolean:
      out.boolean(node.boolean);
      break;
    case Fields::Kind::text:
      out.text(fields.text(index));
      break;
    case Fields::Kind::number:
      out.tag(kNumberTag);
      out.text(by_value(fields.text(index)));
      break;
    case Fields::Kind::list:
      out.array(end - first);
      for (std::size_t i = first; i < end; ++i) canonical(fields, members[i], out, members);
      break;
    case Fields::Kind::object:
      // shorter names first, then bytewise: the order of their encodings
      std::sort(members.begin() + static_cast<std::ptrdiff_t>(first), members.end(),
                [&](std::uint32_t a, std::uint32_t b) {
                  const std::string_view left = fields.name(a), right = fields.name(b);
                  return left.size() != right.size() ? left.size() < right.size() : left < right;
                });
      out.map(end - first);
      for (std::size_t i = first; i < end; ++i) {
        out.text(fields.name(members[i]));
        canonical(fields, members[i], out, members);
      }
      break;
  }
  members.resize(first);
}

Digest digest_of(const Fields& fields, bool (*left_out)(std::string_view)) {
  thread_local cbor::Encoder out;  // keep what they have grown to
  thread_local std::vector<std::uint32_t> members;
  out.clear();
  members.clear();
  if (!fields.empty()) canonical(fields, 0, out, members, left_out);
  return sha256(out.view());
}

}  // namespace

Digest canonical_digest(const Fields& fields) { return digest_of(fields, nullptr); }

Digest matter_digest(const Fields& fields) { return digest_of(fields, is_around); }

}  // namespace caveat::wire
