// Callers: who may call, known by their keys: `cav_ID_SECRET`, of which only a digest is kept.
// Read from the configuration and the callers file; `caveat keys caller` makes one.
//
//   NewKey key = make_key("bank-app", random);       // key.text is shown once, key.digest is kept
//   const CallerEntry* who = callers.find("cav_bank-app_…");
//
// Promises   a secret has 256 random bits, so its plain SHA-256 tells nothing; digests are compared in constant time; an unknown
//            id costs what a wrong secret costs
// Threads    a Callers does not change; a reload makes another
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/gate/caller.h"
#include "engine/base/digest.h"
#include "engine/base/random.h"

namespace caveat::server {

// The roles of http.md; a set of them is a sum.
enum Role : std::uint8_t { kBot = 1, kAgent = 2, kAuditor = 4, kOperator = 8, kActivator = 16, kPrivacy = 32 };
inline constexpr std::uint8_t kEveryRole = 63;
std::string_view role_name(Role role);
std::optional<Role> role_of(std::string_view name);
std::vector<std::string_view> role_names();

struct CallerEntry {
  std::string id;
  std::uint8_t roles = 0;
  std::vector<std::string> sources, queues;  // "*": every one
  std::vector<std::string> jurisdictions;
  Digest key_digest{};
  bool confirms = false;                            // it confirms its deliveries: only they use up what is told once
  bool any_time = false;                            // it may say when a turn was
  std::shared_ptr<const gate::Caller> caller = {};  // as the gate knows him; Callers makes it
};

// As the gate knows him: what of the reasons he reads follows from his roles.
gate::Caller gate_caller(const CallerEntry& entry);

bool is_caller_id(std::string_view id);  // 1 to 64 of a–z A–Z 0–9 . -

struct NewKey {
  std::string text;  // cav_ID_SECRET
  Digest digest{};   // of SECRET
};
NewKey make_key(std::string_view id, Random& random);

class Callers {
 public:
  explicit Callers(std::vector<CallerEntry> entries = {});
  const CallerEntry* find(std::string_view key) const;                    // null: not one of ours
  const CallerEntry* find(std::string_view id, const Digest& key) const;  // whose key was known before
  bool has(std::string_view id, Role role) const;
  std::size_t size() const { return by_id_.size(); }

 private:
  std::map<std::string, CallerEntry, std::less<>> by_id_;
};

// Who asked last on a connection, so that the same key is not hashed for every request. It holds the key, as the connection's buffer
// does, and no longer than the connection lasts.
struct Known {
  std::string key;
  std::shared_ptr<const Callers> among;  // a reload makes others, and then nobody is known
  const CallerEntry* entry = nullptr;
};
// `callers->find(key)`, remembered in `known`, which may be null.
const CallerEntry* find(const std::shared_ptr<const Callers>& callers, std::string_view key, Known* known);

}  // namespace caveat::server
