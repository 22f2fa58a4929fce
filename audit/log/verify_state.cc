// Claim 10: the state.
#include <algorithm>
#include <utility>

#include "audit/codes.h"
#include "audit/log/verification.h"

namespace caveat::audit {

void LogVerification::apply(const StateChange& change, std::uint64_t index) {
  const KeyedState key{change.key.kind, keyed_subject(*options_.keys, change.key),
                       keyed_discriminator(*options_.keys, change.key)};
  if (!change.value) return state_.erase(key);
  state_.put(key, index, secret_digest(*change.value));
}

// Under a secret of the log: nobody can choose tags that add up to the sum of others, or guess a value from what lies in the temporary
// file of a large log.
Digest LogVerification::secret_digest(std::string_view bytes) const {
  if (secret_.empty()) secret_ = view(options_.keys->keyed_digest("verify: tags and state"));
  return sha256(secret_ + std::string(bytes));
}

std::optional<std::string> LogVerification::value_of(const KeyedState& at, std::string_view sealed) const {
  try {
    return open_value(*options_.keys, at.kind, at.subject, at.discriminator, sealed);
  } catch (const Error& error) {
    if (&error.code() != &codes::kKeyUnwrap) throw;
    return std::nullopt;
  }
}

// Two sorted readings, merged.
void LogVerification::state() {
  if (options_.keys == nullptr) return;
  std::optional<MadeRow> made = state_.next();
  store_.each_state([&](const StoredStateRow& row) {
    const std::string where = "kind " + std::to_string(row.kind) + " subject " + hex(row.subject);
    const Text unmade{"no record makes such a row", "没有记录产生该行"};
    TagValue subject{};
    TagValue discriminator{};
    const auto kind = state_kind_of(row.kind);
    if (!kind || row.subject.size() != subject.size() || row.discriminator.size() != discriminator.size()) {
      find(kState, "state", where, unmade);
      return;
    }
    std::copy(row.subject.begin(), row.subject.end(), reinterpret_cast<char*>(subject.data()));
    std::copy(row.discriminator.begin(), row.discriminator.end(), reinterpret_cast<char*>(discriminator.data()));
    const KeyedState key{*kind, subject, discriminator};
    if (judge_open_day(row, key, where)) return;
    for (; made && made->key < key; made = state_.next()) not_there(*made);
    const std::optional<MadeRow> expected =
        made && made->key == key ? std::exchange(made, state_.next()) : std::nullopt;
    if (closed_.contains(row.index) && (!expected || expected->index < row.index))
      return;  // a closed record wrote over what an open one had made
    if (!expected) {
      find(kState, "state", where, unmade);
      return;
    }
    const auto value = value_of(key, row.value);
    if (!value)
      find(kState, "state", where, {"its value does not open", "其值无法打开"});
    else if (secret_digest(*value) != expected->value)
      find(kState, "state", where, {"its value is not what the records make it", "其值与记录推得的不符"});
    if (row.version != expected->version && closed_.empty())
      find(kState, "state", where,
           {"its version is " + std::to_string(row.version) + ", the records make " + std::to_string(expected->version),
            "版本为 " + std::to_string(row.version) + "，按记录应为 " + std::to_string(expected->version)});
    if (row.index != expected->index)
      find(kState, "state", where,
           {"it names record " + std::to_string(row.index) + ", it was made by " + std::to_string(expected->index),
            "所指记录为 " + std::to_string(row.index) + "，实由 " + std::to_string(expected->index) + " 产生"});
  });
  for (; made; made = state_.next()) not_there(*made);
}

void LogVerification::not_there(const MadeRow& made) {
  if (closed_after(made.index)) return;  // which may have removed it
  find(kState, "state",
       "kind " + std::to_string(static_cast<int>(made.key.kind)) + " subject " + hex(view(made.key.subject)),
       {"the row that record " + std::to_string(made.index) + " made is not there",
        "记录 " + std::to_string(made.index) + " 产生的行缺失"});
}

}  // namespace caveat::audit
