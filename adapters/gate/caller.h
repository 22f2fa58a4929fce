// Caller: who asks: what a key, a certificate or a session stands for. The command line is `local`.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "engine/decide/explain.h"

namespace caveat::gate {

struct Caller {
  std::string id = "local";
  std::vector<std::string> roles;
  std::vector<std::string> sources;                   // fact sources that it may state
  std::vector<std::string> queues;                    // whose hand-offs it sees
  std::vector<std::string> jurisdictions;             // that its turns fall under
  bool any_source = false;                            // may state every fact
  bool any_time = false;                              // may say that a turn was at any time
  bool any_queue = false;                             // sees every hand-off
  bool confirms = false;                              // says what it sent: only that uses up what is told once
  bool is_local = false;                              // the command line: person and bot in one
  bool has_keys = false;                              // who runs the server: the log's keys are his
  decide::Audience audience = decide::Audience::bot;  // what of the reasons it reads

  bool has(std::string_view role) const { return std::find(roles.begin(), roles.end(), role) != roles.end(); }
  bool serves(std::string_view queue) const {
    return any_queue || std::find(queues.begin(), queues.end(), queue) != queues.end();
  }
  // A hand-off in one of its queues, or one that it has.
  bool sees(std::string_view queue, std::string_view holder) const { return serves(queue) || holder == id; }

  // May speak as a person and take hand-offs.
  bool is_person() const { return is_local || has("agent"); }

  // The command line: it holds the packs and the keys, so nothing is kept from it.
  static Caller local() {
    Caller caller;
    caller.any_source = caller.any_time = caller.any_queue = caller.is_local = caller.has_keys = true;
    caller.audience = decide::Audience::officer;
    return caller;
  }
};

}  // namespace caveat::gate
