#include "adapters/server/callers.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "engine/base/roles.h"

namespace caveat::server {

namespace {

constexpr std::pair<Role, std::string_view> kRoles[] = {
    {kBot, "bot"},           {kAgent, "agent"},         {kAuditor, "auditor"},
    {kOperator, "operator"}, {kActivator, "activator"}, {kPrivacy, "privacy"}};

// What a rule is `visible to` is said with these names.
static_assert(std::equal(std::begin(kRoles), std::end(kRoles), kRoleNames.begin(), kRoleNames.end(),
                         [](const auto& role, std::string_view name) { return role.second == name; }));

bool equal_in_constant_time(const Digest& a, const Digest& b) {
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned>(a[i] ^ b[i]);
  return difference == 0;
}

}  // namespace

std::string_view role_name(Role role) {
  for (const auto& [known, name] : kRoles)
    if (known == role) return name;
  return "";
}

std::optional<Role> role_of(std::string_view name) {
  for (const auto& [role, known] : kRoles)
    if (known == name) return role;
  return std::nullopt;
}

std::vector<std::string_view> role_names() {
  std::vector<std::string_view> names;
  for (const auto& [role, name] : kRoles) names.push_back(name);
  return names;
}

gate::Caller gate_caller(const CallerEntry& entry) {
  gate::Caller caller;
  caller.id = entry.id;
  for (const auto& [role, name] : kRoles)
    if ((entry.roles & role) != 0) caller.roles.emplace_back(name);
  caller.any_source = std::find(entry.sources.begin(), entry.sources.end(), "*") != entry.sources.end();
  caller.sources = entry.sources;
  caller.queues = entry.queues;
  caller.any_queue = std::find(entry.queues.begin(), entry.queues.end(), "*") != entry.queues.end();
  caller.jurisdictions = entry.jurisdictions;
  caller.any_time = entry.any_time;
  caller.confirms = entry.confirms;
  caller.audience = (entry.roles & (kAuditor | kAgent)) != 0 ? decide::Audience::officer : decide::Audience::bot;
  return caller;
}

bool is_caller_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  });
}

NewKey make_key(std::string_view id, Random& random) {
  std::array<std::uint8_t, 32> bytes{};
  random.fill(bytes);
  const std::string secret = hex(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  return {.text = "cav_" + std::string(id) + "_" + secret, .digest = sha256(secret)};
}

Callers::Callers(std::vector<CallerEntry> entries) {
  for (CallerEntry& entry : entries) {
    entry.caller = std::make_shared<const gate::Caller>(gate_caller(entry));
    by_id_.emplace(entry.id, std::move(entry));
  }
}

const CallerEntry* Callers::find(std::string_view key) const {
  std::string_view id, secret;
  if (key.starts_with("cav_")) {
    key.remove_prefix(4);
    const std::size_t line = key.rfind('_');
    if (line != std::string_view::npos) {
      id = key.substr(0, line);
      secret = key.substr(line + 1);
    }
  }
  return find(id, sha256(secret));
}

const CallerEntry* Callers::find(std::string_view id, const Digest& digest) const {
  const auto found = by_id_.find(id);
  static const Digest nobody{};
  const bool same = equal_in_constant_time(digest, found == by_id_.end() ? nobody : found->second.key_digest);
  return same && found != by_id_.end() ? &found->second : nullptr;
}

bool Callers::has(std::string_view id, Role role) const {
  const auto found = by_id_.find(id);
  return found != by_id_.end() && (found->second.roles & role) != 0;
}

const CallerEntry* find(const std::shared_ptr<const Callers>& callers, std::string_view key, Known* known) {
  if (known != nullptr && known->among == callers && known->entry != nullptr && known->key.size() == key.size()) {
    // In constant time, as digests are: a connection may carry more than one caller's requests.
    std::uint64_t difference = 0;
    std::size_t i = 0;
    for (; i + 8 <= key.size(); i += 8) {
      std::uint64_t a = 0, b = 0;
      std::memcpy(&a, known->key.data() + i, 8);
      std::memcpy(&b, key.data() + i, 8);
      difference |= a ^ b;
    }
    for (; i < key.size(); ++i) difference |= static_cast<unsigned char>(known->key[i] ^ key[i]);
    if (difference == 0) return known->entry;
  }
  const CallerEntry* entry = callers->find(key);
  if (known != nullptr && entry != nullptr) *known = {.key = std::string(key), .among = callers, .entry = entry};
  return entry;
}

}  // namespace caveat::server
