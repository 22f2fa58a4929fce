#include <boost/json.hpp>
#include <memory>
#include <ostream>

#include "adapters/cli/command.h"
#include "adapters/cli/log_file.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/system_clock.h"
#include "audit/seal/system_random.h"
#include "engine/program/program.h"

namespace caveat::cli {

// An old copy has been put in place: the log goes on in a new epoch, and says what is missing.
int run_log_restore(const Invocation& invocation, Terminal& terminal) {
  const std::string& path = invocation.arguments[0];
  SystemClock clock;
  audit::SystemRandom random;
  audit::LogOptions options;
  options.path = path;
  options.keys_dir = keys_dir(invocation, path);
  options.high_water = invocation.get("--high-water");
  options.semantics = program::kSemanticsVersion;
  options.clock = &clock;
  options.random = &random;
  options.new_epoch = audit::NewEpoch{.by = user_name(), .reason = invocation.get("--reason")};
  std::uint64_t lost = 0;
  const std::unique_ptr<audit::Log> log = audit::Log::open(std::move(options));
  const std::string origin = log->origin();
  const std::uint64_t index = log->size() - 1;
  if (const auto opened = audit::LogReader::open(path)->open_body(log->keys(), index); opened) {
    if (const audit::SectionBytes* section = opened->find(audit::Section::event))
      if (const auto event = audit::decode_event(audit::Kind::epoch, section->encoded); event)
        lost = std::get<audit::Epoch>(*event).lost;
  }
  log->close();
  if (terminal.json)
    terminal.out << boost::json::serialize(
                        boost::json::object{{"log", path}, {"origin", origin}, {"index", index}, {"lost", lost}})
                 << '\n';
  else
    terminal.out << fill(
        terminal.say({"{0} goes on as {1}; record {2} says so, and that {3} missing\n"
                      "give the new log.vkey of its key set to whoever verifies\n",
                      "{0} 以 {1} 之名继续；第 {2} 条记录载明此事及缺失的 {3}\n"
                      "请将密钥目录中新的 log.vkey 交给负责核验的人\n"}),
        {path, origin, std::to_string(index), counted(lost, terminal, "record is", "records are", "条记录")});
  return kDone;
}

}  // namespace caveat::cli
