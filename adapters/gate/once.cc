#include "adapters/gate/once.h"

#include <algorithm>
#include <charconv>

namespace caveat::gate {
namespace {

std::string full_name(const program::Program& program, std::uint32_t wording) {
  return std::string(program.text(program.pack_rows()[program.wordings()[wording].pack].name)) + "/" +
         std::string(program.wording_name(wording));
}

std::string subject_of_conversation(const Whose& whose) { return "conversation " + std::string(whose.conversation); }
std::string subject_of_customer(const Whose& whose) { return "customer " + std::string(whose.customer); }

// Between the midnights of two zones one wording counts for two days at once, never for four: the value tells which day it was.
std::string day_name(Days day) { return "day " + std::to_string(((day % 4) + 4) % 4) + " "; }

// Nothing: there is nobody to remember it of, so it is told each time.
std::optional<audit::StateKey> key_of(const ToldOnce& one, const Whose& whose) {
  const bool of_conversation = one.per == decide::kPerConversation || whose.customer.empty();
  if (of_conversation && whose.conversation.empty()) return std::nullopt;
  return audit::StateKey{.kind = audit::StateKind::once,
                         .subject = of_conversation ? subject_of_conversation(whose) : subject_of_customer(whose),
                         .discriminator = (one.per == decide::kPerDay ? day_name(one.day) : "conversation ") +
                                          one.wording + (one.product.empty() ? "" : " " + one.product)};
}

audit::StateKey anew_key(std::string subject) {
  return {.kind = audit::StateKind::once, .subject = std::move(subject), .discriminator = {}};
}

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::vector<ToldOnce> told(const program::Program& program, const decide::Request& request,
                           std::span<const decide::Once> once) {
  std::vector<ToldOnce> all;
  for (const decide::Once& one : once) {
    all.push_back({.wording = full_name(program, one.wording),
                   .per = one.per,
                   .position = one.product,
                   .product = one.product < 0 ? std::string()
                                              : std::string(request.product_id(static_cast<std::size_t>(one.product))),
                   .day = one.day});
  }
  return all;
}

std::vector<decide::Once> once_of(const program::Program& program, const std::vector<ToldOnce>& told) {
  std::vector<decide::Once> all;
  for (const ToldOnce& one : told) {
    for (std::uint32_t wording = 0; wording < program.wordings().size(); ++wording) {
      if (full_name(program, wording) != one.wording) continue;
      all.push_back({.wording = wording, .per = one.per, .product = one.position, .day = one.day});
      break;
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

void encode(cbor::Encoder& out, const std::vector<ToldOnce>& told) {
  out.array(told.size());
  for (const ToldOnce& one : told) {
    out.array(5);
    out.text(one.wording);
    out.integer(one.per);
    out.integer(one.position);
    out.text(one.product);
    out.integer(one.day);
  }
}

std::vector<ToldOnce> decode_told(const cbor::Value& list) {
  std::vector<ToldOnce> all;
  for (const cbor::Value& one : list.items) {
    if (one.items.size() != 5) continue;
    all.push_back({.wording = std::string(one.items[0].string),
                   .per = static_cast<std::uint8_t>(one.items[1].number),
                   .position = static_cast<std::int32_t>(one.items[2].as_integer().value_or(-1)),
                   .product = std::string(one.items[3].string),
                   .day = static_cast<Days>(one.items[4].as_integer().value_or(0))});
  }
  return all;
}

std::vector<decide::Once> used_up(const program::Program& program, const decide::Request& request, const Whose& whose,
                                  std::span<const decide::Once> once, const StateLook& look) {
  std::vector<decide::Once> used;
  if (once.empty()) return used;
  Microseconds anew = 0;  // what was told until then counts no more
  const auto since = [&](std::string subject) {
    const std::optional<std::string> value = look(anew_key(std::move(subject)));
    if (value) anew = std::max<Microseconds>(anew, number(*value));
  };
  if (!whose.conversation.empty()) since(subject_of_conversation(whose));
  if (!whose.customer.empty()) since(subject_of_customer(whose));
  const std::vector<ToldOnce> names = told(program, request, once);
  for (std::size_t i = 0; i < once.size(); ++i) {
    const std::optional<audit::StateKey> key = key_of(names[i], whose);
    const std::optional<std::string> value = key ? look(*key) : std::nullopt;
    if (!value) continue;
    const std::size_t blank = value->find(' ');
    if (blank == std::string::npos || number(std::string_view(*value).substr(0, blank)) <= anew) continue;
    if (once[i].per == decide::kPerDay && number(std::string_view(*value).substr(blank + 1)) != once[i].day) continue;
    used.push_back(once[i]);
  }
  return used;
}

std::vector<audit::StateChange> told_changes(const std::vector<ToldOnce>& told, const Whose& whose, Microseconds now) {
  std::vector<audit::StateChange> changes;
  for (const ToldOnce& one : told) {
    if (std::optional<audit::StateKey> key = key_of(one, whose))
      changes.push_back({.key = std::move(*key), .value = std::to_string(now) + " " + std::to_string(one.day)});
  }
  return changes;
}

Microseconds told_at(std::string_view value) { return number(value.substr(0, value.find(' '))); }

std::vector<audit::StateChange> start_anew(const Whose& whose, Microseconds now) {
  std::vector<audit::StateChange> changes;
  if (!whose.conversation.empty())
    changes.push_back({.key = anew_key(subject_of_conversation(whose)), .value = std::to_string(now)});
  if (!whose.customer.empty())
    changes.push_back({.key = anew_key(subject_of_customer(whose)), .value = std::to_string(now)});
  return changes;
}

}  // namespace caveat::gate
