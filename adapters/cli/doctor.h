// Doctor: what a node needs, looked at one by one; what is wrong comes with the command that cures it. doctor.cc has the order in which it
// looks, and the callers and the disk; doctor_place.cc what keeps a start from what it wants to make; doctor_rules.cc packs and reference
// sets; doctor_log.cc the log, its keys and the clock.
//
//   Doctor doctor(invocation, terminal); for (const Doctor::Line& line : doctor.look()) …
//
// Promises   changes nothing; what is cured by a command is told with that command whole
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/cli/command.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/settings.h"
#include "adapters/cli/start.h"
#include "adapters/load/ruleset.h"
#include "audit/log/reader.h"
#include "audit/seal/keystore.h"
#include "engine/base/problem.h"

namespace caveat::cli {

class Doctor {
 public:
  enum class Mark : std::uint8_t { good, note, bad };

  struct Line {
    Mark mark;
    std::string name, says, cure;
  };

  Doctor(const Invocation& invocation, Terminal& terminal) : invocation_(invocation), terminal_(terminal) {}
  const std::vector<Line>& look();

 private:
  std::string told(const Phrase& phrase, const std::vector<std::string>& arguments) const;
  void good(std::string_view name, const Phrase& phrase, const std::vector<std::string>& arguments);
  void note(std::string_view name, const Phrase& phrase, const std::vector<std::string>& arguments, const Phrase& cure,
            const std::vector<std::string>& of_cure = {});
  void bad(std::string_view name, std::string says, const Phrase& cure, const std::vector<std::string>& of_cure);
  void callers(const config::Configuration& configuration, const Result<std::vector<server::CallerEntry>>& all);
  static bool others_may_write(const std::string& path);
  void disk(const config::Configuration& configuration);

  // ---- doctor_place.cc
  void set_key(std::string_view name, std::string says, std::string_view key, const std::string& value,
               const Phrase& without, const std::vector<std::string>& of_without);
  void keys_elsewhere(const config::Configuration& configuration, const std::string& says);
  static std::string_view section_of(std::string_view key);
  std::string other_socket(const config::Configuration& configuration) const;
  static std::uint16_t free_port(const std::string& address, std::uint16_t from);
  void mark_in_the_way(const config::Configuration& configuration, const Hindrance& one, const Phrase& other_log);
  void log_in_the_way(const config::Configuration& configuration, const Hindrance& one, const Phrase& other_log);
  void two_names(std::string_view name, const std::string& says, const std::string& path);
  void to_be_written(std::string_view name, const std::string& says, const std::string& path);
  void in_the_way(const config::Configuration& configuration, const std::vector<Hindrance>& found, bool running);
  std::string free_log() const;
  static std::string user_for_chown();
  static std::string owner_of(const std::string& path);

  // ---- doctor_rules.cc
  void no_packs(const Problem& problem, const config::Configuration& configuration);
  void packs(const config::Configuration& configuration, const Result<std::vector<server::CallerEntry>>& who);
  void in_force(const program::Program& program);
  void data(const load::Loaded& loaded);

  // ---- doctor_log.cc
  void keys_and_log(const config::Configuration& configuration, const Result<std::vector<server::CallerEntry>>& who);
  void desk(const std::string& path, const audit::KeyStore& keys, const std::vector<server::CallerEntry>& callers);
  static bool is_anothers(const std::string& path, const audit::KeyStore* keys);
  static std::string journal_beside(const std::string& path);
  static Phrase cure_of_keys(const Code& code);
  static Phrase cure_of_log(const Code& code);
  static std::unique_ptr<audit::KeyStore> changed_since(const audit::KeyStore& keys);
  void log(const std::string& path, const audit::KeyStore* keys, const std::string& high_water,
           const std::string& where, int looks = 5);
  void clock(const audit::LogReader& reader);

  const Invocation& invocation_;
  Terminal& terminal_;
  std::string file_;            // the configuration's; empty: none was named
  std::string of_start_;        // what a start, and who makes a key for it, is told it by
  bool log_cannot_be_ = false;  // where it, its keys or its mark are said to be: nothing is told of what lies there
  std::vector<Line> lines_;
};

}  // namespace caveat::cli
