// Start: what keeps a server from starting, looked for before it makes anything, so that a start that cannot come to anything leaves
// nothing behind. serve refuses with the first of it, doctor tells all of it.
//
//   for (const Hindrance& one : hindrances(*settings, language, false)) …
//
// Promises   what it looks at is as it was; whether a file could be written is tried, since rights alone do not tell it
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/cli/settings.h"
#include "adapters/config/configuration.h"
#include "adapters/load/ruleset.h"
#include "adapters/server/callers.h"
#include "audit/state/state_store.h"
#include "engine/base/language.h"
#include "engine/program/program.h"

namespace caveat::cli {

struct Hindrance {
  enum class Of : std::uint8_t { listen, admin_listen, socket, log, keys, high_water, callers, logging };
  Of of = Of::listen;
  std::string says;
  int exit_code = 0;
  bool taken = false;     // it would do, but another program has it
  bool anothers = false;  // another thing of this server is there, or another server
  bool linked = false;    // it has a second name
};
// `running`: the server of this log is up, so its address is not free.
std::vector<Hindrance> hindrances(const Settings& settings, Language language, bool running);

// {0}: the file, {1}: why.
std::string_view cannot_open_operation_log(Language language);

// Of the folders that were loaded those that mistakes stand in, and all of them as `caveat check` wants them: what is wrong in one may
// only show beside the others.
struct Faulty {
  std::string folders, all;
};
Faulty faulty(const load::Loaded& loaded, const config::Configuration& configuration);

// What a caller is configured with and no pack has: a queue, where there is nothing to see; a jurisdiction, by which no pack is chosen.
struct Unseen {
  std::string caller;
  std::string_view key;  // of [[callers]]: queues, jurisdictions
  std::string name, nearest;
};
std::vector<Unseen> unseen(const program::Program& program, const std::vector<server::CallerEntry>& callers);
std::string told(const Unseen& one, Language language);

// Hand-offs that are held by whom the callers no longer have as an agent: whoever serves their queue may take them.
struct Orphan {
  std::string handoff, queue, holder;
};
std::vector<Orphan> orphans(audit::StateStore& state, const std::vector<server::CallerEntry>& callers);
std::string told(const Orphan& one, Language language);

// A word of a shell's command line, in quotes where it needs them.
std::string shell_word(const std::string& text);

}  // namespace caveat::cli
